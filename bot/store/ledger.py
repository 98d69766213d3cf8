"""The ledger of a subscription: the papers it has seen.

Each write adds one compressed chunk under its time, and a later chunk overrides an earlier one.
So sixty days of a thousand channels fit into memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from bot.store.redis import LEDGER_LIFE, Base, Command, key, pack, seconds, unpack
from digest.cache_keys import fingerprint
from digest.model import from_json, to_json
from digest.selection.ledger import Ledger, LedgerEntry

CATEGORIES = b"categories"
REOPENED = b"reopened"


class Ledgers(Base):
    async def ledger(self, subscription: str) -> Ledger:
        fields = await self.redis.do("HGETALL", _ledger(subscription))
        categories = tuple(json.loads(fields.pop(CATEGORIES, b"[]")))
        reopened = fields.pop(REOPENED, b"").decode()
        entries: dict[str, LedgerEntry] = {}
        for name in sorted(fields):
            if not self._old(name):
                chunk = from_json(tuple[LedgerEntry, ...], unpack(fields[name]))
                entries.update((entry.paper_id, entry) for entry in chunk)
        return Ledger(categories, entries, date.fromisoformat(reopened) if reopened else None)

    async def seed(self, subscription: str, entries: Sequence[LedgerEntry], categories: Sequence[str]) -> None:
        """Enters papers from before a first run or new category. `categories`: all seeded ones."""
        await self.redis.transaction(await self._ledger_commands(subscription, entries, categories))

    async def reopen_ledger(self, subscription: str, day: date) -> None:
        """Makes the papers of this list that were not shown new again, for the next run."""
        await self.redis.keep(LEDGER_LIFE, "HSET", _ledger(subscription), REOPENED, day.isoformat())

    async def _ledger_commands(
        self, subscription: str, entries: Sequence[LedgerEntry], categories: Sequence[str]
    ) -> list[Command]:
        name = _ledger(subscription)
        commands: list[Command] = [
            ("HDEL", name, field)
            for field in await self.redis.do("HKEYS", name)
            if field not in (CATEGORIES, REOPENED) and self._old(field)
        ]
        if entries:
            chunk = to_json(tuple(entries))
            commands.append(("HSET", name, f"{self.now().isoformat()} {fingerprint(chunk)}", pack(chunk)))
        commands.append(("HSET", name, CATEGORIES, json.dumps(list(categories))))
        commands.append(("HDEL", name, REOPENED))  # reopened for one run only
        commands.append(("EXPIRE", name, seconds(LEDGER_LIFE)))
        return commands

    def _old(self, field: bytes) -> bool:
        return datetime.fromisoformat(field.decode().split(" ")[0]) < self.now() - LEDGER_LIFE


def _ledger(subscription: str) -> str:
    return key("ledger", subscription)
