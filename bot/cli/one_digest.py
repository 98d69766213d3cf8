"""One digest at the command line: made, or loaded when the day's is there already."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.chat import Place
from bot.core.subscription import Subscription
from bot.digests.daily import Wish
from bot.server.wiring import App, subscription_from_settings
from bot.store import RunState
from digest.arxiv import calendar
from digest.model import Digest
from digest.ports import Progress, silent

CLI = Place("console", "cli")
"""The command line's own subscription: one ledger, whatever is asked for."""


@dataclass(frozen=True)
class Outcome:
    digest: Digest | None
    said: str = ""
    """A sentence for the person at the terminal; empty where the digest says it all."""


async def digest_once(app: App, *, again: bool = False, progress: Progress = silent) -> Outcome:
    """The day's digest. A second call on the same day gives the same one, without a call to the model; `again` makes it anew.

    Raises what `make_digest` raises.
    """
    wanted = subscription_from_settings(app.settings, CLI, app.now())
    daily = app.daily({})
    today = daily.local_date(wanted)
    last = await app.store.latest_digest(wanted.key)
    made_today = last is not None and last.local_date == today
    if last is not None and made_today and not again and _same(last, wanted):
        return Outcome(last, f"Made already at {last.made_at:%H:%M} UTC: no model was called. --again makes it anew.")
    run = await app.store.begin_run(wanted.key, today, "now" if made_today or again else "daily")
    # Other settings on the same day: the same papers are looked at with them, and what was said before is used again.
    wish = Wish(again=again or made_today, anew=again)
    digest = await daily.make(wanted, run, wish, progress)
    if digest is None:
        due = calendar.next_list(app.now())
        before = f" The last digest is of {last.local_date}; --again makes it anew." if last else ""
        return Outcome(
            None, f"Nothing new since the last list. arXiv's next one is due {due:%A %Y-%m-%d %H:%M %Z}.{before}"
        )
    await app.store.end_run(run, RunState.DONE)
    return Outcome(digest, _doubts(digest))


def _same(digest: Digest, wanted: Subscription) -> bool:
    return digest.profile == wanted.profile and digest.papers == wanted.papers


def _doubts(digest: Digest) -> str:
    """What a person should know before reading: papers that could not be analysed, and hidden text."""
    without = [str(e.number) for e in digest.entries if e.analysis is None]
    return f"Papers {', '.join(without)} could not be analysed; the document says why." if without else ""
