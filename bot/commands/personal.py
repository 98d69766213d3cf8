"""A person's own digest: a Subscription whose place is the direct conversation with the bot."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TypeVar

from bot.commands.gate import Refused
from bot.context import Context
from bot.core.chat import ChatError, Click, Person, Place, Submission
from bot.core.ids import MalformedId, PreviewId, is_within, join_key
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.cards import note
from digest.errors import for_log
from digest.render.catalogs import in_language

log = logging.getLogger(__name__)

Pressed = TypeVar("Pressed", Click, Submission)


async def own_place(context: Context, platform: str, person: Person) -> Place:
    """Returns the direct conversation with the person, opened if need be. Raises ChatError."""
    known = await context.store.own_place(person.id)
    if known is not None and known.platform == platform:
        return known
    place = await context.chats[platform].direct(person)
    await context.store.save_own_place(person.id, place)
    return place


async def load(context: Context, platform: str, person: Person) -> Subscription:
    """Returns the person's own settings, else the defaults for them. Raises ChatError."""
    place = await own_place(context, platform, person)
    return replace(await context.subscription(place), set_by=person.id)


async def require_room(context: Context, language: str) -> None:
    """Raises Refused if the installation allows no further personal digest."""
    if context.personal_digests == 0:
        raise Refused(say("me.off", language))
    if await context.store.personal_digests() >= context.personal_digests:
        raise Refused(say("me.full", language, n=context.personal_digests))


async def at_own_place(context: Context, pressed: Pressed) -> Pressed:
    """Moves a press about the person's own digest from the channel to their direct conversation."""
    place = await context.store.own_place(pressed.person.id)
    if place is None or place.platform != pressed.place.platform or place.key == pressed.place.key:
        return pressed
    return replace(pressed, place=place) if _is_about(pressed.value, place.key) else pressed


def _is_about(value: str, channel: str) -> bool:
    if value == channel or is_within(value, channel):
        return True
    try:
        return PreviewId.parse(value).channel == channel
    except MalformedId:
        return False


async def greet(context: Context, subscription: Subscription, language: str) -> str:
    """Says in the direct conversation that the digest will come there. If the person accepts no
    direct messages, pauses the digest and returns a sentence that says so; else an empty one."""
    chat, place = context.chats[subscription.place.platform], subscription.place
    try:
        await chat.send(place, note(say("me.welcome", language), language), join_key("own", place.key))
    except ChatError as error:
        log.warning("event=direct_closed subscription=%s cause=%r", subscription.key, for_log(error))
        await context.store.change_subscription(subscription.key, lambda now: now and replace(now, paused=True))
        return say("me.closed", language, why=in_language(error.sentence, language))
    return ""
