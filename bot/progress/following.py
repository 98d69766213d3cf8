"""Shows the person who typed `/digest now` how the digest goes on and how it ends.

The person sees it where they typed. A person who waits for other work of a process
(`interruptions`) is told if the process ends first. A task of the queue does both, so they go on
after a restart, in any process."""

from __future__ import annotations

from datetime import timedelta

from bot.context import Context
from bot.core.chat import Post, Responder
from bot.core.ids import RunKey
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.cards import note, run_time
from bot.digests.links import digest_link
from bot.progress.interruptions import BEAT
from bot.store import DeliveryState, Follower, Run, RunState
from digest.arxiv import calendar
from digest.render.catalogs import in_language

PROGRESS_TIME = timedelta(minutes=14)
"""How long progress is shown: a Discord interaction ends after 15 minutes. The end is still told
later."""
FOLLOW_TIME = timedelta(hours=23)
POLL_INTERVAL = timedelta(seconds=1)
SLOW_POLL_INTERVAL = timedelta(seconds=30)
"""The pause between two looks, while progress is shown and afterwards. A look ends before the next
begins: a task that waited for another would keep the queue from reconnecting to the store."""
SILENCE = timedelta(seconds=10)
"""How long without a sign of life until work counts as ended with its process."""


async def look(context: Context, follower: Follower, shown: str) -> str | None:
    """Shows the end of a run or, unless `shown` says it already, how far it is. Returns what is
    shown now, for the next look; None at the end or after a day. Raises ChatError."""
    respond = context.chats[follower.place.platform].responder(follower.place, follower.person, follower.extra)
    if not follower.run:
        if context.now() - follower.at < SILENCE:
            return shown
        await respond.show(note(say("interrupted", follower.language), follower.language))
        return None
    if (post := await _end(context, follower)) is not None:
        await respond.show(post)
        return None
    waited = context.now() - follower.at
    if waited > PROGRESS_TIME:
        return None if waited > FOLLOW_TIME else shown
    return await _show_progress(context, follower, respond, shown)


def pause(context: Context, follower: Follower) -> timedelta:
    """Returns how long to wait until the next look."""
    if not follower.run:
        return BEAT
    return POLL_INTERVAL if context.now() - follower.at <= PROGRESS_TIME else SLOW_POLL_INTERVAL


async def _show_progress(context: Context, follower: Follower, respond: Responder, shown: str) -> str:
    line = progress_line(await context.store.progress(follower.run), follower.language)
    if line and line != shown:
        await respond.progress(line)
    return line


async def _end(context: Context, follower: Follower) -> Post | None:
    """Returns what to say at the end, or None while the run goes on."""
    store, language, key = context.store, follower.language, RunKey.parse(follower.run)
    run = await store.run_state(key.subscription, key.day, key.kind)
    delivery = await store.delivery(follower.run, plan=False)
    if delivery is not None and delivery.state is DeliveryState.DONE:
        return note(say("done", language), language)
    if delivery is not None and delivery.state is DeliveryState.OPEN and delivery.fault:
        own = await _subscription(context, key.subscription, follower)
        why = in_language(delivery.fault, language)
        return note(say("now.held", language, why=why, command=own.place.command), language)
    if follower.delivery:
        return None if delivery is not None else await _not_begun(context, key.subscription, follower)
    if run is None:  # the channel was forgotten
        why = in_language(say.sentence("error.run.unwanted"), language)
        return note(say("failed", language, why=why), language)
    return None if run.state is RunState.OPEN else await _result(context, run, follower)


async def _not_begun(context: Context, subscription: str, follower: Follower) -> Post | None:
    """Returns why a digest's delivery will not begin, or None while it may."""
    language = follower.language
    if await context.store.digest(follower.run) is None:
        return note(say("expired", language), language)
    if await context.store.subscription(subscription) is None:
        why = in_language(say.sentence("error.run.removed"), language)
        return note(say("failed", language, why=why), language)
    return None


def progress_line(progress: tuple[str, int, int] | None, language: str) -> str:
    """`Read: 4 of 10.`"""
    if progress is None:
        return ""
    stage, done, total = progress
    name = "posted" if stage == "delivered" else stage
    return say(name, language, n=total if name == "posted" else done, done=done, total=total)


async def _subscription(context: Context, key: str, follower: Follower) -> Subscription:
    """Returns the run's subscription. A person's own one can be followed from any channel."""
    return await context.store.subscription(key) or await context.subscription(follower.place)


async def _result(context: Context, run: Run, follower: Follower) -> Post:
    language = follower.language
    if run.state is RunState.DONE:
        return note(say("done", language), language)
    if run.state is not RunState.NOTHING:
        return note(say("failed", language, why=in_language(run.note, language)), language)
    subscription = await _subscription(context, run.subscription, follower)
    last = await context.store.latest_digest(subscription.key)
    due = run_time(calendar.next_list(context.now()), subscription, language)
    if last is None:
        return note(say("nothing new", language, next=due), language)
    shown = await digest_link(context.store, context.chats, last, subscription.place, language)
    return note(say("nothing new.linked", language, link=shown, next=due), language)
