"""Translates descriptions and context menus of commands; command names stay English."""

from __future__ import annotations

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation, locale_str

from bot.core.texts import say

_NAMES = (
    TranslationContextLocation.command_name,
    TranslationContextLocation.group_name,
    TranslationContextLocation.parameter_name,
)


def described(name: str) -> locale_str:
    """Returns the text `command.<name>`, for Discord to show in the reader's language."""
    return locale_str(say(f"command.{name}", "en"), text=f"command.{name}")


class Translator(app_commands.Translator):
    """Translates texts. Languages without a catalog get English."""

    async def translate(
        self, string: locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        menu = isinstance(context.data, app_commands.ContextMenu)
        if "text" not in string.extras or (context.location in _NAMES and not menu):
            return None
        translated = say(string.extras["text"], locale.value)
        return translated if translated != string.message else None
