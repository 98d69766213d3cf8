"""Parses Discord's events into places, people and questions. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import discord

from bot.core.chat import Person, Place, Question, VoteKind
from bot.core.ids import PaperById, is_paper
from bot.discord.ids import ComponentId, components, message_id, parse_custom_id
from digest.arxiv.ids import parse
from digest.patterns import regex

NAME = "discord"
VOTES = {"👍": VoteKind.MORE, "👎": VoteKind.FEWER, "🔖": VoteKind.SAVED}
_SKIN_TONE = regex("[\U0001f3fb-\U0001f3ff\ufe0f]")
_ROLE = regex(r"<@&[0-9]+>")
SPOKEN = (discord.MessageType.default, discord.MessageType.reply)


def vote_of(emoji: str) -> VoteKind | None:
    """Returns the vote that a reaction stands for, in every skin tone."""
    return VOTES.get(_SKIN_TONE.sub("", emoji))


def place_of(channel: Any) -> Place:
    """Returns the Place for a channel of the SDK, also for a partial one."""
    kind = getattr(channel, "type", None)
    if kind in (discord.ChannelType.private, discord.ChannelType.group):
        return Place(NAME, str(channel.id), direct=True)
    if kind in (discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread):
        return Place(NAME, str(channel.parent_id), str(channel.id))
    return Place(NAME, str(channel.id))


def chat_message_id(place: Place, message: int | str) -> str:
    """Returns a message's id as the Chat port uses it."""
    return message_id(place.thread or place.channel, message, thread=bool(place.thread))


def person_of(
    user: discord.abc.User, permissions: discord.Permissions | None, language: str = "", *, asks: bool = True
) -> Person:
    manages = permissions is not None and permissions.manage_channels
    return Person(str(user.id), admin=manages, moderates=manages, asks=asks, language=language)


@dataclass(frozen=True)
class BotIds:
    """The ids that address the bot: its user and its role in a server."""

    user: int
    role: int = 0


def question_of(message: discord.Message, bot: BotIds) -> Question | None:
    """Returns the question; None unless a person wrote it: no bot, webhook, join or pin."""
    if message.author.bot or message.webhook_id is not None or message.type not in SPOKEN:
        return None
    place = place_of(message.channel)
    answered = _author_answered(message)
    to_me = any(u.id == bot.user for u in message.mentions) or (bot.role != 0 and bot.role in message.raw_role_mentions)
    others = [u for u in message.mentions if u.id not in (bot.user, answered)]
    roles = [r for r in message.raw_role_mentions if r != bot.role]
    replies = message.type is discord.MessageType.reply and message.reference is not None
    reply_to = message.reference.message_id if replies and message.reference else None
    return Question(
        id=str(message.id),
        place=place,
        person=person_of(message.author, _permissions(message)),
        text=without_mention(message.content, bot),
        at=message.created_at,
        message=chat_message_id(place, message.id),
        reply_to=chat_message_id(place, reply_to) if reply_to else "",
        addressed=place.direct or to_me or answered == bot.user,
        mentions_others=bool(others or roles or message.mention_everyone),
        replies_to_person=replies and answered not in (None, bot.user),
    )


def _author_answered(message: discord.Message) -> int | None:
    resolved = message.reference.resolved if message.reference and message.type is discord.MessageType.reply else None
    return resolved.author.id if isinstance(resolved, discord.Message) else None


def _permissions(message: discord.Message) -> discord.Permissions | None:
    if isinstance(message.author, discord.Member) and message.guild is not None:
        return message.author.guild_permissions
    return None


def without_mention(text: str, bot: BotIds) -> str:
    return re.sub(rf"<@!?{bot.user}>|<@&{bot.role}>", "", text).strip()


def text_to(me: str, content: str, before: str) -> str:
    """Returns the text without the bot's mention, as far as a process without the gateway can tell,
    which does not know the bot's role. Returns `before` if only mentions of roles differ."""
    text = re.sub(rf"<@!?{me}>", "", content).strip()
    bare, was = (" ".join(_ROLE.sub("", t).split()) for t in (text, before))
    return before if bare == was else _ROLE.sub("", text).strip()


def roles_of(user: discord.abc.User) -> frozenset[str]:
    return frozenset(str(r.id) for r in user.roles) if isinstance(user, discord.Member) else frozenset()


def subject_of(message: dict[str, Any], action: str, me: str) -> str:
    """Returns the message's button for the action, else its paper, else an arXiv link in it, else
    empty. Only our own messages count: anybody can write components that look like ours."""
    ours = str((message.get("author") or {}).get("id", "")) == me
    presses = [p for c in components(message) for p in _presses(c)] if ours else []
    found = [p.value for p in presses if p.action == action] + [p.value for p in presses if is_paper(p.value)]
    if found:
        return found[0]
    ref = parse(_text(message))
    return str(PaperById(str(ref))) if ref is not None else ""


def _presses(component: dict[str, Any]) -> list[ComponentId]:
    customs = [component.get("custom_id"), *(o.get("value") for o in component.get("options", ()))]
    return [p for c in customs if c and (p := parse_custom_id(str(c))) is not None]


def _text(message: dict[str, Any]) -> str:
    shown = [str(message.get("content") or ""), *(str(c.get("content") or "") for c in components(message))]
    shown += [f"{e.get('url', '')} {e.get('title', '')} {e.get('description', '')}" for e in message.get("embeds", ())]
    return "\n".join(shown)
