"""Handles `/digest status`: settings, runs, faults, cost, and what the channel's votes teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands.setup import days_words, is_forum, roundup_words
from bot.context import Context
from bot.core.chat import Actions, Block, Button, Command, Heading, Post, Responder, Small, Style, Text
from bot.core.ids import RunKey, TaskName
from bot.core.lists import language_label
from bot.core.rights import ACTIONS, SURFACES, may
from bot.core.schedule import latest_due, next_run
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.cards import note, run_time
from bot.digests.learning import load_learned
from bot.digests.links import digest_link
from bot.store import DeliveryState, Run, RunState
from digest.arxiv import calendar
from digest.model import Usage
from digest.render.catalogs import in_language
from digest.render.labels import day_words, joined, label
from digest.render.markdown import cost_words, escape
from digest.selection.preferences import Learned


async def status(
    context: Context, command: Command, respond: Responder, subscription: Subscription, language: str
) -> None:
    if subscription.created is None:
        await respond.show(note(say("not set", language), language))
        return
    title = say("me.title" if subscription.place.direct else "status.title", language)
    standing = context.standing_in(subscription, command.person)
    state = await state_line(context, subscription, language)
    wrong = await trouble_lines(context, subscription, language)
    lines = await status_lines(context, subscription, language, costs=may(SURFACES["costs"], standing))
    blocks = status_blocks(title, state, wrong, lines)
    learned = await load_learned(context.store, subscription)
    if learned.papers:
        blocks.append(Text("\n\n".join(learned_lines(learned, language))))
        if may(ACTIONS["unteach"].right, standing):
            blocks.append(Actions((_forget_button(subscription.key, language),)))
    if may(ACTIONS["settings"].right, standing):
        blocks.append(Actions(channel_buttons(subscription, language)))
    await respond.show(Post(tuple(blocks), title, language))


def status_blocks(title: str, state: Small, wrong: Sequence[str], lines: Sequence[str]) -> list[Block]:
    """Returns the state, what went wrong, then one fact a line. Pure."""
    return [Heading(title, 2), state, *(Text(f"⚠ {line}") for line in wrong), Text("\\\n".join(lines))]


def channel_buttons(subscription: Subscription, language: str) -> tuple[Button, ...]:
    """Returns the buttons for people who may change the channel's settings."""
    turn = "resume" if subscription.paused else "pause"
    return (
        Button("settings", subscription.key, say("card.settings", language)),
        Button("post_now", subscription.key, say("post now", language)),
        Button(turn, subscription.key, say(f"card.{turn}", language)),
    )


async def state_line(context: Context, subscription: Subscription, language: str) -> Small:
    """Returns the channel's state, and its next run in the reader's time."""
    return state_of(subscription, context.now(), await context.store.open_run(subscription.key), language)


def state_of(subscription: Subscription, now: datetime, run: Run | None, language: str) -> Small:
    due = next_run(subscription, now)
    said = [say("status.paused", language)] if due is None else [say("status.on", language)]
    if run is not None and run.begun is not None:
        name = "status.running.waiting" if run.note else "status.running"
        since = run_time(run.begun, subscription, language)
        said.append(say(name, language, since=since, why=in_language(run.note, language)))
    if due is not None:
        said.append(say("status.next", language, next=f"<t:{int(due.timestamp())}>"))
    return Small(" · ".join(said))


def learned_lines(learned: Learned, language: str) -> list[str]:
    """Returns what the ranking has learned from votes and questions, one fact a line."""
    lines = [say("status.taught", language, n=learned.papers)]
    for name, words in (("more", learned.more), ("fewer", learned.fewer)):
        if words:
            listed = joined(map(escape, words), language)
            lines.append(say(f"status.taught.{name}", language, words=listed))
    return lines


def _forget_button(key: str, language: str) -> Button:
    return Button("unteach", key, say("unteach", language), Style.DANGER, say("unteach?", language))


async def forget_votes(context: Context, key: str, respond: Responder, language: str) -> None:
    """Makes the ranking forget the channel's votes."""
    await context.store.forget_votes(key)
    await respond.show(note(say("untaught", language), language))


async def status_lines(context: Context, subscription: Subscription, language: str, *, costs: bool) -> list[str]:
    """Returns one fact a line: the last digest, the settings and, if `costs`, the cost."""
    lines = [
        *await _last_lines(context, subscription, language),
        *settings_lines(subscription, language, forum=await is_forum(context, subscription.place)),
    ]
    watched = await context.store.watched(subscription.key)
    if watched and subscription.changes:
        lines.append(say("status.changes", language, n=watched))
    if not costs:
        return lines
    month = await context.store.spending_of(subscription.key, f"{context.now():%Y-%m}")
    day = await context.store.spending_of(subscription.key, f"{context.now():%Y-%m-%d}")
    for name, by_stage in (("status.cost", month if month != day else {}), ("status.cost.day", day)):
        if by_stage:
            lines.append(say(name, language, **_cost_values(by_stage, language)))
    share = await context.services.spent(subscription.key)
    if share:
        lines.append(say("status.cost.today", language, share=min(100, int(share * 100))))
    return lines


def settings_lines(subscription: Subscription, language: str, *, forum: bool = False) -> list[str]:
    """Returns the settings, one a line. `forum`: with the layout. Pure."""
    profile = subscription.profile
    lines = [
        say(
            "status.profile",
            language,
            categories=", ".join(profile.categories),
            n=subscription.papers,
            tongue=language_label(profile.language, language),
        ),
        say(f"setup.detail.{subscription.detail}", language),
    ]
    if profile.interests:
        lines.append(say("status.interests", language, interests=profile.interests))
    if forum:
        lines.append(say(f"status.layout.{subscription.layout}", language))
    days = days_words(subscription.days, language)
    lines.append(say("status.times", language, time=subscription.time, timezone=subscription.timezone, days=days))
    roundups = {"weekly": subscription.weekly, "monthly": subscription.monthly}
    return [*lines, *(say(f"status.{k}", language, at=roundup_words(at, language)) for k, at in roundups.items() if at)]


def _cost_values(by_stage: Mapping[str, Usage], language: str) -> dict[str, object]:
    """Returns the cost by stage, and the percentage of input tokens from the model's cache."""
    total = sum(by_stage.values(), Usage())
    stages = [f"{say(f'stage.{stage}', language)} {cost_words(usage, language)}" for stage, usage in by_stage.items()]
    return {
        "cost": cost_words(total, language),
        "stages": joined(stages, language),
        "read": total.input_tokens,
        "cached": round(100 * total.cached_tokens / total.input_tokens) if total.input_tokens else 0,
    }


async def _last_lines(context: Context, subscription: Subscription, language: str) -> list[str]:
    lines = []
    quiet = calendar.is_quiet(context.now().astimezone(calendar.NEW_YORK).date())
    if quiet is not None:
        lines.append(label(f"quiet.{quiet.reason}", language, evening=day_words(quiet.evening, language)))
    last = await context.store.latest_digest(subscription.key)
    if last is None:
        return [*lines, say("status.none", language)]
    shown = await digest_link(context.store, context.chats, last, subscription.place, language)
    lines.append(say("status.last", language, date=shown, n=len(last.entries)))
    coverage = last.coverage
    return [*lines, say("status.list", language, considered=coverage.considered, announced=coverage.announced)]


async def trouble_lines(context: Context, subscription: Subscription, language: str) -> list[str]:
    """Returns what went wrong with the last runs, and what to do."""
    lines = await _failed_lines(context, subscription, language)
    last = await context.store.latest_digest(subscription.key)
    if last is None:
        return lines
    delivery = await context.store.delivery(last.key, plan=False)
    if delivery is not None and delivery.fault and delivery.state is not DeliveryState.ASIDE:
        lines.append(say("status.fault", language, fault=in_language(delivery.fault, language)))
    return [*lines, *await _set_aside_lines(context, subscription, language)]


async def _failed_lines(context: Context, subscription: Subscription, language: str) -> list[str]:
    lines = []
    now = await context.store.latest_now(subscription.key, context.daily.local_date(subscription))
    if now is not None and now.state is RunState.FAILED and now.note and now.begun:
        at, why = run_time(now.begun, subscription, language), in_language(now.note, language)
        lines.append(say("status.failed.now", language, at=at, why=why, command=subscription.place.command))
    return [*lines, *await _failed_daily_lines(context, subscription, language)]


async def _failed_daily_lines(context: Context, subscription: Subscription, language: str) -> list[str]:
    due = latest_due(subscription, context.now())
    run = await context.store.run_state(subscription.key, due.day, "daily") if due else None
    if run is None or run.state is not RunState.FAILED or not run.note:
        return []
    day = day_words(run.local_date, language)
    return [say("status.failed", language, day=day, why=in_language(run.note, language))]


async def _set_aside_lines(context: Context, subscription: Subscription, language: str) -> list[str]:
    """Returns a line for each of the last digests that could not be delivered."""
    lines, aside = [], await context.store.tasks_aside()
    for key in await context.store.digests(subscription.key, 7):
        delivery = await context.store.delivery(key, plan=False)
        if delivery is None:
            continue
        day = day_words(RunKey.parse(key).day, language)
        if delivery.state is DeliveryState.OPEN and str(TaskName("delivery", key)) in aside:
            lines.append(say("status.held", language, day=day, command=subscription.place.command))
        elif delivery.state is DeliveryState.ASIDE:
            lines.append(say("status.aside", language, day=day, fault=in_language(delivery.fault, language)))
    return lines
