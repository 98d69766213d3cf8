"""Check of the installation's key for Zotero."""

from __future__ import annotations

from bot.core.finding import Check, Finding, State
from bot.core.settings.settings import Settings
from bot.server.wiring import open_app
from digest.errors import PaperboyError, Unavailable

NAME = "ZOTERO_API_KEY"


async def zotero(settings: Settings) -> list[Finding]:
    """Nothing is said of an installation without one: channels may have their own."""
    if not settings.zotero_api_key.get_secret_value():
        return []
    if not settings.zotero_library:
        return [
            Finding(NAME, State.DOUBTFUL, "opens every group it may write to", "Set ZOTERO_LIBRARY to keep to one.")
        ]
    async with open_app(settings) as app:
        try:
            name = await app.zotero.check()
        except Unavailable as error:
            return [Finding(NAME, State.DOUBTFUL, str(error), answered=False)]
        except PaperboyError as error:
            return [Finding(NAME, State.BAD, str(error), "Correct ZOTERO_API_KEY or ZOTERO_LIBRARY.")]
    return [Finding(NAME, State.GOOD, f"may write to the group {name}")]


CHECKS: list[Check] = [zotero]
