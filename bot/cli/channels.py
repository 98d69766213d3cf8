"""Functions behind `paperboy subscriptions`: the state of every channel, and its settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.cli import terminal
from bot.console import render
from bot.core.chat import Place
from bot.core.ids import FaultId
from bot.core.schedule import latest_due, next_run
from bot.core.settings import subscriptions_file as files
from bot.core.settings.settings import Settings
from bot.core.subscription import Subscription
from bot.digests.cards import run_time
from bot.server.wiring import subscription_from_settings
from bot.store import DeliveryState, RunState, Store
from bot.store.redis import LONG, REMOVED_LIFE
from digest.errors import BadInput, NotFound
from digest.model import Usage
from digest.render.markdown import cost_words


@dataclass(frozen=True)
class Row:
    subscription: Subscription
    delivered: str
    """Date and state of the last digest: `2026-01-30, 10 papers`; empty before the first."""
    next: datetime | None
    """UTC; None if paused."""
    cost: Usage
    """This month, UTC."""
    fault: str


async def rows(store: Store) -> list[Row]:
    month = (await store.spending(f"{store.now():%Y-%m}")).by_payer()
    faults = await store.load_faults()
    found = []
    for subscription in await store.subscriptions():
        delivered, fault = await _last_digest(store, subscription)
        fault = fault or await _run_fault(store, subscription)
        reported = next(
            (f["cause"] for name, f in faults.items() if FaultId.parse(name).channel == subscription.key), ""
        )
        due = next_run(subscription, store.now())
        found.append(Row(subscription, delivered, due, month.get(subscription.key, Usage()), fault or reported))
    return found


async def _last_digest(store: Store, subscription: Subscription) -> tuple[str, str]:
    """Returns the newest digest and the fault of its delivery; empty strings for none."""
    digest = await store.latest_digest(subscription.key)
    if digest is None:
        return "", ""
    delivery = await store.delivery(digest.key, plan=False)
    text = f"{digest.local_date}, {terminal.some(len(digest.entries), 'paper')}"
    if delivery is None:
        return f"{text}, not posted yet", ""
    if delivery.state is DeliveryState.DONE:
        return text, ""
    return f"{text}, {delivery.state.value}", delivery.fault


async def _run_fault(store: Store, subscription: Subscription) -> str:
    """Returns why the last due run failed, or what it waits for."""
    due = latest_due(subscription, store.now())
    run = await store.run_state(subscription.key, due.day, "daily") if due else None
    return run.note if run is not None and run.state in (RunState.FAILED, RunState.OPEN) else ""


async def show(store: Store, *, as_json: bool = False, plain: bool = False) -> None:
    found = await rows(store)
    if as_json:
        terminal.write_json([_to_json(row) for row in found])
        return
    if not found:
        terminal.say(
            "No channels yet. Use `paperboy subscriptions add`, `/digest setup` in a channel, or "
            "SLACK_CHANNEL and DISCORD_CHANNEL_ID."
        )
        return
    cells = []
    for row in found:
        s = row.subscription
        what = f"{','.join(s.profile.categories)} · {s.papers} · {s.profile.language}"
        due = run_time(row.next, s, "en") if row.next else "paused"
        cells.append((s.key, what, row.delivered or "none yet", due, _cost(row), row.fault or "-"))
    headings = ("channel", "settings", "last digest", "next run", "month", "fault")
    render.rows(sys.stdout, headings, cells, plain=plain)


def _cost(row: Row) -> str:
    return cost_words(row.cost, "en") if row.cost.calls or row.cost.usd else "-"


def _to_json(row: Row) -> dict[str, object]:
    return {
        "channel": row.subscription.key,
        **files.shown(row.subscription),
        "last": row.delivered,
        "next": row.next.isoformat() if row.next else None,
        "month": {
            "usd": row.cost.usd,
            "calls": row.cost.calls,
            "input": row.cost.input_tokens,
            "output": row.cost.output_tokens,
        },
        "fault": row.fault,
    }


async def add(store: Store, settings: Settings, channel: str, values: Sequence[str]) -> None:
    """Raises BadInput for a channel that is already subscribed."""
    place = files.place_of(channel)
    if await store.subscription(place.key) is not None:
        raise BadInput(f"{place.key} already exists; change it with `paperboy subscriptions edit`.")
    returned = await store.removed_subscription(place.key)
    base = replace(returned, paused=False) if returned else subscription_from_settings(settings, place)
    made = replace(files.settled(files.given(values), base, place), created=store.now())
    await store.save_subscription(made)
    _print([files.difference(None, made)])


async def edit(store: Store, channel: str, values: Sequence[str]) -> None:
    before = await _known(store, channel)
    change = files.difference(before, files.settled(files.given(values), before, before.place))
    given = files.given(values)
    await store.change_subscription(before.key, lambda now: now and files.settled(given, now, now.place))
    _print([change])


async def remove(store: Store, channel: str) -> None:
    known = await _known(store, channel)
    await store.remove_subscription(known.key, paused=True)
    terminal.write(f"- {known.key}\n", None)
    terminal.say(
        f"Its digests end now. Its settings are kept for {REMOVED_LIFE.days} days "
        f"(`paperboy subscriptions add {known.key}` brings them back), "
        f"its digests, questions and answers until they are {LONG.days} days old. "
        "To delete everything at once, use `/digest forget` in the channel instead."
    )


async def _known(store: Store, channel: str) -> Subscription:
    """By its key as it is stored, whatever the shape of that."""
    found = await store.subscription(channel.strip()) or await store.subscription(files.place_of(channel).key)
    if found is None:
        raise NotFound(f"There is no subscription {channel.strip()}. List them with `paperboy subscriptions list`.")
    return found


async def export(store: Store, file: Path | None) -> None:
    if file is not None:
        terminal.check_writable(file)
    as_json = file is not None and file.suffix == ".json"
    terminal.write(files.exported(await store.subscriptions(), as_json=as_json), file)


def read(file: Path) -> str:
    """Raises BadInput."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{file} cannot be read ({getattr(error, 'strerror', None) or 'it is not UTF-8 text'})."
        ) from None


async def apply(store: Store, settings: Settings, text: str, name: str, *, dry_run: bool) -> None:
    """Checks the whole file before it changes anything."""
    current = await store.subscriptions()
    base = subscription_from_settings(settings, Place("slack", ""))
    changes = files.differences(files.parsed(text, name), current, base, store.now())
    _print(changes)
    left = sorted({s.key for s in current} - {change.made.key for change in changes})
    if left:
        terminal.say(f"Not in the file and unchanged: {', '.join(left)}.")
    todo = [change for change in changes if change.new or change.fields]
    if dry_run:
        terminal.say(f"{len(todo)} would change (--dry-run).")
        return
    for change in todo:
        await store.change_subscription(change.made.key, lambda _, made=change.made: made)  # type: ignore[misc]
    terminal.say(f"{len(todo)} changed, {len(changes) - len(todo)} unchanged.")


def _print(changes: Sequence[files.Difference]) -> None:
    terminal.write("".join(f"{line}\n" for change in changes for line in change.lines()), None)
