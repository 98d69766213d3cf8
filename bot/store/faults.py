"""Open faults, one record each for all processes."""

from __future__ import annotations

from bot.store.redis import LONG, Base, key, lasting
from digest.model import from_json, to_json
from digest.render.catalogs import dumped, loaded

FAULTS = key("faults")


class Faults(Base):
    async def open_fault(self, name: str, fault: dict[str, str]) -> dict[str, str]:
        """Stores the fault unless it is open; returns it as it was first stored."""
        given = to_json({k: dumped(v) for k, v in fault.items()})
        *_, kept = await self.redis.transaction([*lasting(LONG, "HSETNX", FAULTS, name, given), ("HGET", FAULTS, name)])
        return _fault(kept)

    async def load_fault(self, name: str) -> dict[str, str] | None:
        kept = await self.redis.do("HGET", FAULTS, name)
        return _fault(kept) if kept else None

    async def load_faults(self) -> dict[str, dict[str, str]]:
        found = await self.redis.do("HGETALL", FAULTS)
        return {name.decode(): _fault(kept) for name, kept in found.items()}

    async def close_fault(self, name: str) -> None:
        await self.redis.do("HDEL", FAULTS, name)


def _fault(kept: bytes) -> dict[str, str]:
    return {name: loaded(value) for name, value in from_json(dict[str, str], kept).items()}
