"""Makes the day's digest at the command line, or loads it if it exists."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.digests.daily import RunOptions
from bot.server.wiring import App, subscription_from_settings
from bot.store import RunState
from digest.arxiv import calendar
from digest.model import Digest
from digest.ports import Progress, silent

CLI = Place("console", "cli")
"""The command line's own subscription, with one ledger for all its digests."""


@dataclass(frozen=True)
class Outcome:
    digest: Digest | None
    message: str = ""
    """A sentence for the user; may be empty."""


async def make_or_load_digest(app: App, *, again: bool = False, progress: Progress = silent) -> Outcome:
    """Loads the day's digest unless `again`, else makes one. Raises what `make_digest` raises."""
    wanted = subscription_from_settings(app.settings, CLI, app.now())
    daily = app.daily({})
    today = daily.local_date(wanted)
    last = await app.store.latest_digest(wanted.key)
    made_today = last is not None and last.local_date == today
    if last is not None and made_today and not again and _same_settings(last, wanted):
        return Outcome(last, f"Made at {last.made_at:%H:%M} UTC; no model was called. Make it again with --again.")
    run = await app.store.begin_run(wanted.key, today, "now" if made_today or again else "daily")
    # Other settings on the same day consider the same papers again and reuse stored analyses.
    options = RunOptions(again=again or made_today, anew=again)
    digest = await daily.make(wanted, run, options, progress)
    if digest is None:
        due = calendar.next_list(app.now())
        before = f" The last digest is from {last.local_date}; make it again with --again." if last else ""
        return Outcome(
            None, f"Nothing new since the last list. arXiv's next list is due {due:%A %Y-%m-%d %H:%M %Z}.{before}"
        )
    await app.store.end_run(run, RunState.DONE)
    return Outcome(digest, _missing_analyses(digest))


def _same_settings(digest: Digest, wanted: Subscription) -> bool:
    return digest.profile == wanted.profile and digest.papers == wanted.papers


def _missing_analyses(digest: Digest) -> str:
    without = [str(e.number) for e in digest.entries if e.analysis is None]
    return f"Papers {', '.join(without)} could not be analysed; the document says why." if without else ""
