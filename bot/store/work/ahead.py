"""Digests that were made minutes before their time, and how long digests take to make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.store.redis import LONG, Base, key, pack, seconds, unpack
from digest.model import Digest, from_json, to_json
from digest.selection.ledger import LedgerEntry

AHEAD_LIFE = timedelta(hours=3)


@dataclass(frozen=True)
class Ahead:
    """A Digest with its ledger entries. Neither is stored as made before its time."""

    basis: str
    """A hash of what it was made from. From anything else, another digest would result."""
    day: date
    """The day of the newest list at that time."""
    digest: Digest
    entries: tuple[LedgerEntry, ...]
    categories: tuple[str, ...]


class AheadDigests(Base):
    async def save_ahead(self, run: str, ahead: Ahead) -> None:
        await self.redis.do("SET", _ahead(run), pack(to_json(ahead)), "EX", seconds(AHEAD_LIFE))

    async def ahead(self, run: str) -> Ahead | None:
        kept = await self.redis.do("GET", _ahead(run))
        return from_json(Ahead, unpack(kept)) if kept else None

    async def note_duration(self, subscription: str, taken: timedelta) -> None:
        """Records how long the channel's last digest took to make."""
        await self.redis.do("SET", _took(subscription), taken.total_seconds(), "EX", seconds(LONG))

    async def duration(self, subscription: str) -> timedelta | None:
        kept = await self.redis.do("GET", _took(subscription))
        return timedelta(seconds=float(kept)) if kept else None


def _ahead(run: str) -> str:
    return key("ahead", run)


def _took(subscription: str) -> str:
    return key("took", subscription)
