"""Prints the costs of a day and a month by channel and stage, for `paperboy costs`."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date

from bot.cli import terminal
from bot.console import render
from bot.core.settings.settings import Settings
from bot.store import Spending, Store
from bot.store.limits.budget import STAGES
from digest.errors import BadInput
from digest.model import Usage
from digest.render.markdown import cost_words

HEADINGS = ("", "calls", "input", "cached", "output", "cost")
SPLIT = "Calls and tokens count where the calls were made; the cost of shared work is split between its channels."


async def show(
    store: Store, settings: Settings, day: str | None, month: str | None, *, as_json: bool = False, plain: bool = False
) -> None:
    """Raises BadInput for an invalid day or month."""
    today = store.now().date()
    wanted = {"day": _day(day) if day else today.isoformat(), "month": _month(month) if month else f"{today:%Y-%m}"}
    if day and not month:
        wanted["month"] = wanted["day"][:7]
    found = {what: (name, await store.spending(name)) for what, name in wanted.items()}
    if as_json:
        data = {what: {"of": name, **_data(spending)} for what, (name, spending) in found.items()}
        terminal.write_json(data)
        return
    for name, spending in found.values():
        print(name)
        render.rows(sys.stdout, HEADINGS, _cells_of(spending), plain=plain, numbers=True)
        print()
    if any(usage.usd and not usage.calls for usage in found["month"][1].by_payer().values()):
        terminal.say(SPLIT)
    for line in _caps(settings, found["day"][1], wanted["day"] == today.isoformat()):
        terminal.say(line)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadInput(f"{text!r} is not a day; write 2026-01-30.") from None


def _month(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        raise BadInput(f"{text!r} is not a month; write 2026-01.")
    return text


def _cells_of(spending: Spending) -> list[tuple[str, ...]]:
    return [
        *((payer or "(nobody)", *_cells(usage)) for payer, usage in sorted(spending.by_payer().items())),
        *((f"  {stage}", *_cells(usage)) for stage, usage in _ordered(spending.by_stage()).items()),
        ("all", *_cells(spending.total)),
    ]


def _ordered(stages: Mapping[str, Usage]) -> dict[str, Usage]:
    order = [*(s for s in STAGES if s in stages), *sorted(stages.keys() - set(STAGES))]
    return {stage: stages[stage] for stage in order}


def _cells(usage: Usage) -> tuple[str, ...]:
    share = f"{usage.cached_tokens:,} ({usage.cached_tokens / usage.input_tokens:.0%})" if usage.input_tokens else "0"
    cost = "no price" if usage.usd is None else cost_words(usage, "en") if usage.calls or usage.usd else "-"
    return (f"{usage.calls:,}", f"{usage.input_tokens:,}", share, f"{usage.output_tokens:,}", cost)


def _caps(settings: Settings, day: Spending, today: bool) -> list[str]:
    if not today:
        return []
    lines = []
    if settings.llm_daily_budget_usd is not None:
        lines.append(f"Today {_left(day.total, settings.llm_daily_budget_usd)} (LLM_DAILY_BUDGET_USD).")
    if settings.channel_daily_budget_usd is not None and day.made:
        payer, most = max(day.made.items(), key=lambda item: item[1])
        used = _left(Usage(1, usd=most), settings.channel_daily_budget_usd)
        lines.append(f"{payer} {used} in its own runs (CHANNEL_DAILY_BUDGET_USD).")
    return lines


def _left(usage: Usage, cap: float) -> str:
    used = cost_words(usage, "en")
    if usage.usd is None:
        return f"{used} used, without a price in LLM_PRICES; the cap is ${cap:.2f}"
    return f"{used} of ${cap:.2f} used"


def _data(spending: Spending) -> dict[str, object]:
    return {
        "total": asdict(spending.total),
        "by_channel": {payer: asdict(usage) for payer, usage in spending.by_payer().items()},
        "by_stage": {stage: asdict(usage) for stage, usage in spending.by_stage().items()},
        "by_channel_and_stage": [
            {"channel": payer, "stage": stage, **asdict(usage)} for (payer, stage), usage in spending.by.items()
        ],
    }
