"""Admits what people press, choose and send: the only place that checks rights and values.

A platform may send a value back altered, so no value is trusted: the digest, question or answer
that it names must belong to the place of the click."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from bot.context import Context
from bot.core.chat import ALONE, HOME, ChatError, Click, Person, Place, Submission
from bot.core.ids import DigestPaper, MalformedId, PaperById, PaperChoice, PreviewId, RunKey, answer_of, parse_subject
from bot.core.rights import ACTIONS, COMMANDS, Names, Right, Standing, may
from bot.core.texts import say
from bot.store import StoredQuestion
from digest.arxiv.ids import parse
from digest.errors import NotFound

Act = TypeVar("Act", Click, Submission)
Id = TypeVar("Id", RunKey, PreviewId, PaperChoice)
OF_CHANNELS = (Names.CHANNEL, Names.DIGEST, Names.PREVIEW)
"""Kinds of values that name a channel."""


OF_CHANNEL = frozenset({"more", "fewer", "more_undo", "fewer_undo", "share"})
"""Actions on a paper that change or show something in the channel, so the bot must be in it."""


class Refused(NotFound):
    """The person may not do this, or the value belongs to another place."""


async def admit(context: Context, pressed: Act, language: str) -> Act:
    """Returns what was pressed, in the channel that it acts on. Raises Refused if the person may
    not do it, NotFound if its value names nothing."""
    rule = ACTIONS.get(pressed.action)
    if rule is None:
        raise NotFound(say("expired", language))
    if ALONE in pressed.extra and (pressed.action in OF_CHANNEL or rule.names in (Names.DIGEST, Names.CHANNEL)):
        raise Refused(say("alone", language))
    if HOME in pressed.extra and rule.names in OF_CHANNELS:
        pressed = replace(pressed, place=await _named_channel(context, pressed, language))
    await require(context, rule.right, pressed.place, pressed.person, language)
    await _check_value(context, rule.names, pressed, language)
    return pressed


async def _named_channel(context: Context, pressed: Click | Submission, language: str) -> Place:
    """Returns the channel that a button of the person's own page names. Raises Refused unless the
    platform says that the person is in it."""
    try:
        named = RunKey.parse(pressed.value).subscription
    except MalformedId:
        named = pressed.value
    subscription = await context.store.subscription(named)
    if subscription is None or subscription.place.platform != pressed.place.platform:
        raise NotFound(say("expired", language))
    try:
        inside = await context.chats[pressed.place.platform].inside(pressed.person, [subscription.place])
    except ChatError:
        inside = frozenset()
    if named not in inside:
        raise Refused(say("not inside", language))
    return subscription.place


async def require(context: Context, right: Right, place: Place, person: Person, language: str) -> None:
    """Raises Refused unless the person has this right in the place they pressed or typed in."""
    standing = await context.standing(place, person)
    if not may(right, standing):
        raise Refused(refusal(context, right, place, standing, language))


def refusal(context: Context, right: Right, place: Place, standing: Standing, language: str) -> str:
    """Returns the sentence that says who may."""
    if (right is Right.ASK or standing.own) and not standing.person.asks:
        return say("not yours", language)
    if right is Right.CHANGE:
        return say("not allowed", language, who=who_may_change(context, place, language))
    if right is Right.REMOVE:
        return say("not allowed.remove", language, who=who_may_remove(context, place, language))
    return say("not inside", language)


def who_may_change(context: Context, place: Place, language: str) -> str:
    if context.admins:
        return say("admins", language)
    return say("members.roles" if _has_roles(context, place) else "members", language)


def who_may_remove(context: Context, place: Place, language: str) -> str:
    return say("removers.roles" if _has_roles(context, place) else "removers", language)


def _has_roles(context: Context, place: Place) -> bool:
    return context.chats[place.platform].roles


async def require_command(context: Context, name: str, place: Place, person: Person, language: str) -> None:
    """Raises Refused unless the person may use this command here. `name`: a key of `COMMANDS`."""
    right = COMMANDS[name]
    if right is Right.SEE and not place.direct and not await _is_inside(context, place, person):
        raise Refused(say("not inside", language))
    await require(context, right, place, person, language)


async def _is_inside(context: Context, place: Place, person: Person) -> bool:
    """Returns whether the person is in the channel. If the platform does not say, they are: it
    showed them the command there."""
    try:
        return place.key in await context.chats[place.platform].inside(person, [place])
    except ChatError:
        return True


async def _check_value(context: Context, names: Names, pressed: Click | Submission, language: str) -> None:
    value, here = pressed.value, pressed.place.key
    answer = answer_of(value) if names is Names.SUBJECT else None
    if names in (Names.PAPER, Names.CANDIDATE) or (names is Names.SUBJECT and answer is None):
        _check_paper(value, here, language, listed=names is Names.CANDIDATE)
    elif names is Names.CANDIDATES:
        for one in value.split(","):
            _check_paper(one, here, language, listed=True)
    elif names is Names.DIGEST or (names is Names.CHANNEL and value != here):
        _check_digest(value, here, language)
    elif names is Names.PREVIEW and value != here:
        _check_here(_parsed(PreviewId, value, language).channel, here, language)
    elif names is Names.ANSWER or answer is not None:
        await _check_answer(context, answer.question if answer else value, pressed, language)
    elif names is Names.CHOICE:
        await _check_choice(context, pressed, language)
    elif names is Names.QUESTION:
        asked = await _question(context, value, pressed, language)
        if asked.question.person.id != pressed.person.id:
            raise Refused(say("not your question", language))


def _check_paper(value: str, here: str, language: str, *, listed: bool) -> None:
    """Raises NotFound or Refused unless the value names a paper of this channel. `listed`: it must
    be a paper of a digest."""
    try:
        named = parse_subject(value)
    except MalformedId:
        named = None
    if isinstance(named, DigestPaper):
        _check_digest(named.digest, here, language)
    elif listed or not isinstance(named, PaperById) or parse(named.paper_id) is None:
        raise NotFound(say("expired", language))


def _check_digest(key: str, here: str, language: str) -> None:
    _check_here(_parsed(RunKey, key, language).subscription, here, language)


def _check_here(channel: str, here: str, language: str) -> None:
    if channel != here:
        raise Refused(say("not here", language))


def _parsed(kind: type[Id], value: str, language: str) -> Id:
    try:
        return kind.parse(value)
    except MalformedId:
        raise NotFound(say("expired", language)) from None


async def _check_answer(context: Context, name: str, pressed: Click | Submission, language: str) -> None:
    if not await context.store.was_answered_privately(name, pressed.place):
        await _question(context, name, pressed, language)


async def _check_choice(context: Context, pressed: Click | Submission, language: str) -> None:
    choice = _parsed(PaperChoice, pressed.value, language)
    if parse(choice.paper_id) is None:
        raise NotFound(say("expired", language))
    await _question(context, choice.question, pressed, language)


async def _question(context: Context, name: str, pressed: Click | Submission, language: str) -> StoredQuestion:
    """Returns the question of this name. Raises NotFound or Refused unless it was asked here and
    the person may see it."""
    asked = await context.store.question_by_name(name)
    if asked is None:
        raise NotFound(say("expired", language))
    question, place = asked.question, pressed.place
    threads = {question.place.thread, question.message}
    if context.chats[place.platform].whispers:
        threads.add("")  # an answer for one person may stand outside of the thread
    mine = question.person.id == pressed.person.id
    if question.place.key != place.key or not (mine or place.thread in threads):
        raise Refused(say("not here", language))
    if question.private and not mine:
        raise Refused(say("not your question", language))
    return asked
