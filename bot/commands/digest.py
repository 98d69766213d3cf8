"""Handles `/digest`: set up, run, retract, pause, resume, show the status, forget."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.alerts import notices
from bot.commands import gate, personal, setup
from bot.commands.library import zotero
from bot.commands.status import status
from bot.context import Context
from bot.core.chat import Actions, Button, Command, Grant, Person, Place, Post, Responder, Style, Text
from bot.core.ids import TaskName, join_key
from bot.core.rights import Right, may
from bot.core.schedule import next_run
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests import previews
from bot.digests.cards import note, run_time
from bot.store import DeliveryState, Follower
from digest.cache_keys import fingerprint
from digest.errors import NotFound
from digest.model import Digest
from digest.pipeline import Preview

log = logging.getLogger(__name__)

TO_POST = ("member", "post", "threads")
"""Grants without which a digest cannot be posted."""

Handler = Callable[[Context, Command, Responder, Subscription, str], Awaitable[None]]


async def digest(context: Context, command: Command, respond: Responder) -> None:
    """Runs the command. `command.text` is a verb of `VERBS` or `help`; `ping` takes a role's id.
    After `me`, and in a direct conversation, it is about the person's own digest."""
    language = await context.person_language(command.place, command.person)
    verb, _, more = command.text.strip().lower().partition(" ")
    if verb == "me" or command.place.direct:
        await _me(context, command, more.strip() if verb == "me" else verb, respond, language)
        return
    subscription = await context.subscription(command.place)
    removed = None
    if subscription.created is None and verb in VERBS:
        removed = await context.store.removed_subscription(command.place.key)
        if removed is not None and await _is_inside(context, command.place, command.extra):
            await welcome_channel(context, command.place, None, greet=False)
            subscription, removed = await context.subscription(command.place), None
    help_text, refusal = _help(context, command, subscription, language), ""
    if verb in ("", "help"):
        refusal = help_text
    elif verb not in VERBS or not (context.chats[command.place.platform].roles if verb == "ping" else not more):
        word = f"{verb} {more}".strip()[:30].replace("`", "")
        refusal = say("unknown", language, word=word, help=f"\n\n{help_text}")
    else:
        needed = verb if subscription.created is not None or verb == "status" else "setup"
        await gate.require_command(context, f"digest {needed}", command.place, command.person, language)
    tells = verb == "setup" or (verb == "status" and removed is None)
    if not refusal and subscription.created is None and not tells:
        refusal = say("not set" if removed is None else "error.run.removed", language)
    if refusal:
        await respond.show(note(refusal, language))
        return
    await VERBS[verb](context, command, respond, subscription, language)


async def _is_inside(context: Context, place: Place, extra: Mapping[str, str]) -> bool:
    """Returns whether the platform says that the bot is in the channel. The event of an invitation
    may come late, or be lost while the bot is down."""
    grants = await setup.load_grants(context, place, extra)
    return bool(grants) and all(grant.held for grant in grants if grant.name == "member")


async def _me(context: Context, command: Command, verb: str, respond: Responder, language: str) -> None:
    """Handles a verb about the person's own digest. Everybody may use it; nobody sees another's."""
    await gate.require_command(context, "digest me", command.place, command.person, language)
    if verb not in ("", *OWN_VERBS):
        shown = help_text = say("me.help", language)
        if verb != "help":
            shown = say("unknown", language, word=f"me {verb}"[:30].replace("`", ""), help=f"\n\n{help_text}")
        await respond.show(note(shown, language))
        return
    subscription = await personal.load(context, command.place.platform, command.person)
    if subscription.created is None:
        await personal.require_room(context, language)
        if verb not in ("", "setup"):
            await respond.show(note(say("me.none", language), language))
            return
    chosen = verb or ("status" if subscription.created is not None else "setup")
    if chosen in COSTLY:
        await gate.require(context, Right.CHANGE, subscription.place, command.person, language)
    await OWN_VERBS[chosen](context, command, respond, subscription, language)


def _help(context: Context, command: Command, subscription: Subscription, language: str) -> str:
    """Returns the help for what this person may do with `/digest`."""
    standing = context.standing_in(subscription, command.person)
    if may(Right.CHANGE, standing) or may(Right.REMOVE, standing):
        return say("digest.help", language)
    return say("digest.help.reader", language, who=gate.who_may_change(context, command.place, language))


async def _setup(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    await setup.show(context, subscription.place, command.person, command.extra, respond, language)


async def run_now(
    context: Context,
    command: Command,
    respond: Responder,
    subscription: Subscription,
    language: str,
    previewed: Preview | None = None,
    grants: Sequence[Grant] | None = None,
) -> None:
    """Makes a digest at once or joins a running one. Shows the asker its progress and its end. If
    the bot lacks a right that posting needs, says so and makes nothing. If a finished digest could
    not be posted, posts that one. `previewed`: the digest's papers. `grants`: the bot's rights, if
    known."""
    if grants is None:
        grants = await setup.load_grants(context, subscription.place, command.extra)
    lacking = [grant for grant in grants if not grant.held]
    if any(grant.name in TO_POST for grant in lacking):
        words = say("now.lacking", language, missing=setup.ticks(lacking, language), command=subscription.place.command)
        await respond.show(note(words, language))
        return
    held = await _undelivered(context, subscription)
    if held:
        await respond.progress(say("summarised", language))
        await context.store.forget_delivery_fault(held)
        await context.queue.hasten("delivery", held)
        await _tell_end(context, held, command, respond, language, delivery=True)
        return
    run = await context.store.begin_run(subscription.key, context.daily.local_date(subscription), "now")
    if run.fresh and previewed is not None:
        await previews.give_to_run(context.services.cache, run.key, previewed)
    await respond.progress(say("running" if run.fresh else "already", language))
    aside = not run.fresh and str(TaskName("digest", run.key)) in await context.store.tasks_aside()
    await (context.queue.hasten if aside else context.queue.add)("digest", run.key)
    await _tell_end(context, run.key, command, respond, language)


async def _tell_end(
    context: Context, run: str, command: Command, respond: Responder, language: str, *, delivery: bool = False
) -> None:
    """Has the queue show the asker how the run goes on, also after a restart."""
    name = join_key(run, fingerprint(command.id))
    place, person, at = command.place, command.person, context.now()
    extra = {**command.extra, **respond.handed_over()}
    await context.store.save_follower(Follower(name, run, place, person, language, at, delivery, extra))
    await context.queue.add("follow", name)


async def _undelivered(context: Context, subscription: Subscription) -> str:
    """Returns the key of the newest digest whose delivery never began, waits for another try or was
    set aside; empty if there is none."""
    aside = await context.store.tasks_aside()
    for age, key in enumerate(await context.store.digests(subscription.key, 7)):
        delivery = await context.store.delivery(key, plan=False)
        if delivery is None and not age:  # when it was made, the channel was archived or the bot was not in it
            return key
        held = delivery is not None and (delivery.fault or str(TaskName("delivery", key)) in aside)
        if held and delivery is not None and delivery.state is DeliveryState.OPEN:
            return key
    return ""


async def _find_todays_digest(context: Context, subscription: Subscription) -> tuple[Digest | None, int]:
    """Returns today's newest digest in the channel, and the number of its messages."""
    today = context.daily.local_date(subscription)
    for key in await context.store.digests(subscription.key, 5):
        found = await context.store.digest(key)
        delivery = await context.store.delivery(key)
        if found is None or delivery is None or found.local_date != today:
            continue
        if delivery.state in (DeliveryState.OPEN, DeliveryState.DONE):
            return found, len({*delivery.ids.values(), *(await context.store.posts(found.key)).values()})
    return None, 0


async def _retract(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    found, messages = await _find_todays_digest(context, subscription)
    if found is None:
        await respond.show(note(say("nothing to retract", language), language))
        return
    await respond.show(
        _confirmation("retract", found.key, say("retract?", language, n=messages), say("retract", language), language)
    )


def _confirmation(action: str, value: str, question: str, button: str, language: str) -> Post:
    return Post((Text(question), Actions((Button(action, value, button, Style.DANGER),))), question[:90], language)


async def retract(context: Context, digest_key: str, respond: Responder, language: str) -> None:
    """Deletes a digest's posts. What people wrote stays. `now` considers its papers again."""
    found = await context.store.digest(digest_key)
    subscription = await context.store.subscription(found.subscription) if found else None
    if found is None or subscription is None:
        await respond.show(note(say("nothing to retract", language), language))
        return
    taken = await context.daily.retract(subscription, found)
    log.info("event=retracted digest=%s messages=%d", digest_key, taken)
    await respond.show(note(say("retracted", language, n=taken, command=subscription.place.command), language))


async def _change(context: Context, known: Subscription, language: str, **values: Any) -> Subscription:
    """Changes only these settings: somebody may have saved others since they were read. Raises
    NotFound if the channel was removed meanwhile."""
    made = await context.store.change_subscription(known.key, lambda now: now and replace(now, **values))
    if made is None:
        raise NotFound(say("me.none" if known.place.direct else "not set", language))
    return made


async def _pause(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    await _change(context, subscription, language, paused=True)
    await respond.show(note(say("me.paused" if subscription.place.direct else "paused", language), language))


async def _resume(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    on = await _change(context, subscription, language, paused=False)
    await respond.show(
        note(say("resumed", language, next=run_time(next_run(on, context.now()), on, language)), language)
    )


async def _ping(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    """Sets the one role that the daily message mentions; without an id, none."""
    role = command.text.strip().partition(" ")[2].strip()
    if role and not role.isdigit():
        await respond.show(note(say("ping.unfit", language), language))
        return
    await _change(context, subscription, language, ping_role=role)
    await respond.show(note(say("ping.set" if role else "ping.none", language), language))


async def _forget(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    sure = say("me.remove?" if subscription.place.direct else "forget?", language)
    await respond.show(_confirmation("forget", subscription.key, sure, say("forget", language), language))


async def forget(context: Context, subscription: Subscription, respond: Responder, language: str) -> None:
    """Deletes a channel's settings, digests and history."""
    await context.store.forget_subscription(subscription.key)
    await respond.show(note(say("me.removed" if subscription.place.direct else "forgotten", language), language))


async def welcome_channel(context: Context, place: Place, by: Person | None, *, greet: bool) -> None:
    """Says once how to begin, or restores a channel that removed the bot in the last 30 days."""
    returned = await context.store.removed_subscription(place.key)
    if returned is not None:
        back = replace(returned, since=context.now())
        await context.store.change_subscription(place.key, lambda now: None if now else back)
        return
    if not greet or await context.store.subscription(place.key) is not None:
        return
    language = by.language if by and by.language else context.defaults.profile.language
    post = note(say("invited", language), language)
    await notices.send_once(join_key("invited", place.key), post, context.chats[place.platform], place, context.store)


async def restore_channels(context: Context) -> None:
    """Restores the channels that invited the bot again while it could not hear of it."""
    for removed in await context.store.removed_subscriptions():
        place = removed.place
        if removed.paused or place.direct or place.platform not in context.chats:
            continue
        if await _is_inside(context, place, {}):
            log.info("event=restored subscription=%s", removed.key)
            await welcome_channel(context, place, None, greet=False)


async def leave_channel(context: Context, place: Place) -> None:
    """Removes a channel that was archived or removed the bot. Keeps its settings for 30 days."""
    await context.store.remove_subscription(place.key)


VERBS: dict[str, Handler] = {
    "setup": _setup,
    "now": run_now,
    "retract": _retract,
    "pause": _pause,
    "resume": _resume,
    "ping": _ping,
    "status": status,
    "zotero": zotero.show_state,
    "forget": _forget,
}

OWN_VERBS: dict[str, Handler] = {
    "setup": _setup,
    "status": status,
    "now": run_now,
    "retract": _retract,
    "pause": _pause,
    "resume": _resume,
    "remove": _forget,
    "forget": _forget,
}
"""The verbs after `/digest me`, beside `help`."""
COSTLY = ("setup", "now", "resume")
"""The verbs among them that make digests: they need the roles that asking needs."""
