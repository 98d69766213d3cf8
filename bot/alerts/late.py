"""Tells a channel once that its digest is three hours late because arXiv or the model is down.

The notice is deleted when the digest comes. No digest is late on a day without an announcement."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts import notices
from bot.context import Context
from bot.core.chat import ChatError, Post, Text
from bot.core.ids import StepKey
from bot.core.schedule import due_at, latest_due, next_run
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.store import LeaseBusy, Run
from digest.arxiv import calendar
from digest.errors import ArxivUnavailable, Unavailable, for_log, said_for_log
from digest.render.labels import day_words

log = logging.getLogger(__name__)

LATE_AFTER = timedelta(hours=3)


def is_late(subscription: Subscription, run: Run, now: datetime) -> bool:
    """Returns whether the run was due three hours ago and a list new to it came out."""
    if run.begun is None:
        return False
    out = calendar.shown_at(calendar.latest_list(now))
    due = _due(subscription, run, run.begun)
    before = latest_due(subscription, due - timedelta(minutes=1))
    awaited = before is None or out > before.at
    return awaited and now - max(due, out) >= LATE_AFTER


def _due(subscription: Subscription, run: Run, begun: datetime) -> datetime:
    """Returns when readers expected the digest, even if the bot was down then and began later."""
    same_day = begun.astimezone(ZoneInfo(subscription.timezone)).date() == run.local_date
    return min(begun, due_at(subscription, run.local_date)) if same_day else begun


async def post_late_notice(
    context: Context, subscription: Subscription, run: Run, error: Unavailable, until: datetime
) -> None:
    """Posts or updates a late run's notice; logs a refusal. `until`: when the run goes on."""
    if not is_late(subscription, run, context.now()):
        return
    language = subscription.profile.language
    name = "arxiv" if isinstance(error, ArxivUnavailable) else "model"
    zone = ZoneInfo(subscription.timezone)
    clock = f"{context.now().astimezone(zone):%H:%M}"
    status = re.search(r"\b[45]\d\d\b", str(error))
    last = say("late.last", language, status=status[0], clock=clock) if status else clock
    post = _post(say(f"late.{name}", language, last=last, until=f"{until.astimezone(zone):%H:%M}"), language)
    chat = context.chats[subscription.place.platform]
    posted = await notices.post_notice(_key(run), post, chat, subscription.place, context.store, context.pace)
    if posted.fault:
        log.warning("event=late_notice_not_posted run=%s fault=%r", run.key, said_for_log(posted.fault))
        return
    if run.late_for not in ("", name):
        with _log_refusal(run):
            await notices.replace_notice(_key(run), post, chat, context.store)
    await context.store.note_late(run, name)


async def delete_late_notice(context: Context, subscription: Subscription, run: Run) -> None:
    with _log_refusal(run):
        await notices.delete_notice(_key(run), context.chats[subscription.place.platform], context.store, context.pace)


async def announce_failed_run(context: Context, subscription: Subscription, run: Run, why: str) -> None:
    """Edits the notice to say that the run has failed. `why`: the end of a text's key `late.*`."""
    language = subscription.profile.language
    due = next_run(subscription, context.now())
    local = due.astimezone(ZoneInfo(subscription.timezone)) if due else None
    when = f"{day_words(local.date(), language)} {local:%H:%M}" if local else ""
    shown = say("late.next", language, when=when) if when else ""
    said = say(
        "late.given up", language, day=day_words(run.local_date, language), why=say(f"late.{why}", language), next=shown
    )
    with _log_refusal(run):
        chat = context.chats[subscription.place.platform]
        await notices.replace_notice(_key(run), _post(said, language), chat, context.store)


def _post(sentence: str, language: str) -> Post:
    return Post((Text(sentence),), sentence[:90], language)


def _key(run: Run) -> str:
    return str(StepKey(run.key, "late"))


@contextlib.contextmanager
def _log_refusal(run: Run) -> Iterator[None]:
    try:
        yield
    except (ChatError, LeaseBusy) as error:
        log.warning("event=late_notice_not_changed run=%s cause=%r", run.key, for_log(error))
