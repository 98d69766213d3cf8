"""Deliveries: the plan, stored before the first post, then per step an intent, an id or a doubt.

Steps are recorded by a script that checks the token of the delivery's lease, so a process that
has lost it writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.chat import Place, Step
from bot.store.archive import archive_change
from bot.store.leases import Lease, LeaseLost
from bot.store.redis import LONG, PLAN_LIFE, Base, Script, Word, key, pack, seconds, unpack
from digest.model import from_json, to_json
from digest.render.catalogs import dumped, loaded

PLAN = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('HSET', KEYS[1], 'place', ARGV[1], 'state', 'open', 'begun', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[5])
  redis.call('ZADD', KEYS[3], ARGV[6], ARGV[7])
end
return redis.call('GET', KEYS[2])
""")
"""Keys: delivery, plan, open deliveries. Returns the plan that was stored first."""

WRITE = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i]) else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1
""")
"""Keys: lease, delivery. Arguments: token, life, then fields and values; an empty value deletes
the field."""


RETRACT = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[3])
return 1
""")


class DeliveryState(StrEnum):
    OPEN = "open"
    DONE = "done"
    ASIDE = "aside"
    """Given up after three days, or because its plan has expired."""
    RETRACTED = "retracted"


@dataclass(frozen=True)
class Delivery:
    key: str
    place: Place
    state: DeliveryState
    begun: datetime
    ids: Mapping[str, str] = field(default_factory=dict)
    """Step key to message id."""
    intents: Mapping[str, datetime] = field(default_factory=dict)
    """Steps whose request may have been made and is not recorded."""
    doubts: frozenset[str] = frozenset()
    """Steps that may have been posted, in a channel whose history may not be read."""
    dropped: frozenset[str] = frozenset()
    """Steps whose target a person deleted."""
    fault: str = ""
    """Why it is held up, as a sentence."""
    plan: tuple[Step, ...] = ()
    """Empty after seven days."""

    def finished(self, step: str) -> bool:
        return step in self.ids or step in self.doubts or step in self.dropped


class Deliveries(Base):
    async def plan_delivery(self, delivery: str, place: Place, steps: Sequence[Step]) -> None:
        """Stores the plan unless there is one."""
        now = self.now()
        await self.redis.run(
            PLAN,
            [_delivery(delivery), _plan(delivery), OPEN],
            [
                to_json(place),
                now.isoformat(),
                pack(to_json(tuple(steps))),
                seconds(LONG),
                seconds(PLAN_LIFE),
                now.timestamp(),
                delivery,
            ],
        )

    async def delivery(self, delivery: str, *, plan: bool = True) -> Delivery | None:
        """Returns the delivery. Without `plan`, its steps are not read; they never change."""
        fields, stored = await self.redis.batch(
            [("HGETALL", _delivery(delivery)), ("GET", _plan(delivery) if plan else _plan(""))]
        )
        if not fields:
            return None
        values = {name.decode(): value.decode() for name, value in fields.items()}
        steps = {
            kind: {n.removeprefix(f"{kind} "): v for n, v in values.items() if n.startswith(f"{kind} ")}
            for kind in ("id", "intent", "doubt", "dropped")
        }
        return Delivery(
            key=delivery,
            place=from_json(Place, values["place"]),
            state=DeliveryState(values["state"]),
            begun=datetime.fromisoformat(values["begun"]),
            ids=steps["id"],
            intents={n: datetime.fromisoformat(v) for n, v in steps["intent"].items()},
            doubts=frozenset(steps["doubt"]),
            dropped=frozenset(steps["dropped"]),
            fault=loaded(values.get("fault", "")),
            plan=from_json(tuple[Step, ...], unpack(stored)) if stored else (),
        )

    async def open_deliveries(self) -> list[str]:
        """Keys of unfinished deliveries, oldest first."""
        return [k.decode() for k in await self.redis.do("ZRANGE", OPEN, 0, -1)]

    async def intend(self, lease: Lease, delivery: str, step: str, at: datetime) -> None:
        await self._write(lease, delivery, {f"intent {step}": at.isoformat()})

    async def clear_intent(self, lease: Lease, delivery: str, step: str) -> None:
        """Removes the intent of a step whose request was refused: it is not in doubt."""
        await self._write(lease, delivery, {f"intent {step}": ""})

    async def record(self, lease: Lease, delivery: str, step: str, message: str) -> None:
        await self._write(lease, delivery, {f"id {step}": message, f"intent {step}": "", "fault": ""})

    async def doubt(self, lease: Lease, delivery: str, step: str) -> None:
        await self._write(lease, delivery, {f"doubt {step}": self.now().isoformat(), f"intent {step}": ""})

    async def drop(self, lease: Lease, delivery: str, step: str) -> None:
        await self._write(lease, delivery, {f"dropped {step}": self.now().isoformat(), f"intent {step}": ""})

    async def fault(self, lease: Lease, delivery: str, sentence: str) -> None:
        await self._write(lease, delivery, {"fault": dumped(sentence)})

    async def forget_delivery_fault(self, delivery: str) -> None:
        """Clears the fault before another try that somebody waits for, so that a later fault is a
        new one."""
        await self.redis.do("HDEL", _delivery(delivery), "fault")

    async def close_delivery(self, lease: Lease, delivery: str, state: DeliveryState) -> None:
        await self._write(lease, delivery, {"state": state})
        await self.redis.do("ZREM", OPEN, delivery)

    async def mark_retracted(self, delivery: str) -> None:
        """Marks the delivery as retracted, without a lease. A process that is delivering it stops
        before its next step."""
        words: list[Word] = [DeliveryState.RETRACTED, seconds(LONG), delivery]
        if await self.redis.run(RETRACT, [_delivery(delivery), OPEN], words):
            await self.redis.transaction(archive_change("digest", delivery))

    async def _write(self, lease: Lease, delivery: str, fields: Mapping[str, str]) -> None:
        words = [word for pair in fields.items() for word in pair]
        if not await self.redis.run(WRITE, [lease.key, _delivery(delivery)], [lease.token, seconds(LONG), *words]):
            raise LeaseLost(f"Another process has taken over the delivery {delivery}.")


OPEN = key("deliveries-open")


def _delivery(delivery: str) -> str:
    return key("delivery", delivery)


def _plan(delivery: str) -> str:
    return key("plan", delivery)
