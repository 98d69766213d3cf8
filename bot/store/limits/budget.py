"""The Budget over Redis, and what was spent by day and month, payer and stage.

A call is reserved by estimate and settled by usage, each by one script, so that many processes
together stay under a cap. A payer's cap counts the calls of its own runs; the reports split a
shared call over all payers that use its result. Money is counted in whole billionths of a
dollar. A reservation expires after ten minutes; a call settled later is still counted. In reports a
call without a price counts tokens only; towards the caps it counts at an assumed price.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from bot.core.texts import say
from bot.store.limits.quota import Quotas
from bot.store.redis import LONG, MONTH_LIFE, Base, Script, Word, key, seconds
from bot.store.subscriptions import PERSONAL
from digest.cache_keys import fingerprint
from digest.errors import OverBudget, OverQuota
from digest.llm.server.prices import Price
from digest.model import Usage
from digest.ports import asker, booking

ASSUMED = Price(0.5, 2.0)
"""Dollars per million tokens of a model without a price, so that a cap holds for it too."""
BORDER = "\x1f"
NANO = 1_000_000_000
TICKET_LIFE = timedelta(minutes=10)
SETTLED_LIFE = timedelta(days=1)
SHARE_LIFE = timedelta(days=2)
"""A payer that uses a unit on its day or the next shares its cost; later it costs nothing."""

RESERVE = Script("""
local held, ends, spent = KEYS[1], KEYS[2], KEYS[3]
local ticket, payer, nano, now = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('HEXISTS', held, ticket) == 1 then return 0 end
for _, old in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', now)) do
  redis.call('HDEL', held, old)
  redis.call('ZREM', ends, old)
end
local all, own = tonumber(redis.call('HGET', spent, 'capped') or '0'), tonumber(redis.call('HGET', spent, 'capped' .. payer) or '0')
local outstanding = redis.call('HGETALL', held)
for i = 1, #outstanding, 2 do
  local amount, who = string.match(outstanding[i + 1], '^(%d+)(.*)$')
  all = all + amount
  if who == payer then own = own + amount end
end
local cap, share = tonumber(ARGV[6]), tonumber(ARGV[7])
if cap >= 0 and all + nano > cap then return 1 end
if share >= 0 and own + nano > share then return 2 end
redis.call('HSET', held, ticket, string.format('%.0f', nano) .. payer)
redis.call('ZADD', ends, now + tonumber(ARGV[5]), ticket)
redis.call('EXPIRE', held, ARGV[8])
redis.call('EXPIRE', ends, ARGV[8])
return 0
""")
"""Returns 0 if there is room, 1 over the installation's cap, 2 over the payer's."""

SETTLE = Script("""
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then return 0 end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
for i = 4, 5 do
  for j = 5, #ARGV, 2 do redis.call('HINCRBY', KEYS[i], ARGV[j], ARGV[j + 1]) end
  redis.call('EXPIRE', KEYS[i], ARGV[i - 1])
end
return 1
""")


SHARE = Script("""
local record = KEYS[1]
local payer, bought, border, call = ARGV[1], tonumber(ARGV[2]), ARGV[4], ARGV[6]
if bought == 0 and redis.call('EXISTS', record) == 0 then return 0 end
if bought > 0 then
  redis.call('HSETNX', record, 'stage', ARGV[3])
  if redis.call('HSETNX', record, 'call ' .. call, 1) == 0 then return 1 end
end
local stage = redis.call('HGET', record, 'stage')
if bought == 0 and redis.call('HEXISTS', record, 'of ' .. payer) == 1 then return 1 end
redis.call('HINCRBY', record, 'of ' .. payer, bought)
local total, payers, kept = 0, {}, redis.call('HGETALL', record)
for i = 1, #kept, 2 do
  if string.sub(kept[i], 1, 3) == 'of ' then
    local has = tonumber(kept[i + 1])
    payers[#payers + 1] = {string.sub(kept[i], 4), has}
    total = total + has
  end
end
local each = math.floor(total / #payers)
local rest = total - each * #payers
for n, who in ipairs(payers) do
  local due = each + (n <= rest and 1 or 0)
  if due ~= who[2] then
    redis.call('HSET', record, 'of ' .. who[1], string.format('%.0f', due))
    for i = 2, 3 do
      redis.call('HINCRBY', KEYS[i], 'nano' .. border .. who[1] .. border .. stage, string.format('%.0f', due - who[2]))
    end
  end
end
redis.call('EXPIRE', record, ARGV[5])
return 1
""")
"""Splits the cost of a unit evenly over its users, to the last billionth.
Keys: the unit's record, the sums of its day and of its month. Returns 0 if the unit has no cost."""


@dataclass(frozen=True)
class Spending:
    """The spending of a day or a month."""

    by: dict[tuple[str, str], Usage] = field(default_factory=dict)
    """(payer, stage) to Usage: calls and tokens of the caller, dollars split over the users."""
    made: dict[str, float] = field(default_factory=dict)
    """Payer to the dollars of the calls of its own runs, which count towards its cap."""

    @property
    def total(self) -> Usage:
        return sum(self.by.values(), Usage())

    def by_payer(self) -> dict[str, Usage]:
        return self._sum(0)

    def by_stage(self) -> dict[str, Usage]:
        return self._sum(1)

    def _sum(self, part: int) -> dict[str, Usage]:
        sums: dict[str, Usage] = defaultdict(Usage)
        for names, usage in self.by.items():
            sums[names[part]] += usage
        return dict(sums)


async def admit(store: Quotas, person: str, work: str, limit: int) -> None:
    """Raises OverQuota if the person has asked for `limit` other pieces of work today."""
    if not await store.admit(person, work, limit):
        raise OverQuota(say.sentence("question.limit", n=limit))


class RedisBudget:
    """A `digest.ports.Budget`. Caps are dollars a UTC day; None for none."""

    def __init__(
        self,
        store: Quotas,
        daily: float | None = None,
        each: float | None = None,
        person: int | None = None,
        personal: float | None = None,
    ) -> None:
        """`person`: the pieces of work that one person may have a day. `personal`: the cap of a
        person's own digest, beside that of a channel."""
        self._store = store
        self._daily = daily
        self._each = each
        self._person = person
        self._personal = personal

    async def reserve(self, payer: str, estimate: Usage) -> str:
        """The one gate before every call: the person's, the installation's and the channel's
        limits. Raises OverQuota, OverBudget."""
        who = asker.get()
        if who is not None and self._person is not None:
            await admit(self._store, who.person, who.work, self._person)
        now = self._store.now().astimezone(UTC)
        day = now.date().isoformat()
        book = booking.get()
        unit = fingerprint(book.unit) if book.unit else ""
        ticket = BORDER.join((day, payer, book.stage, unit, uuid4().hex))
        each = await self._cap(payer)
        over = await self._store.redis.run(
            RESERVE,
            [key("budget", day, "held"), key("budget", day, "ends"), _spent(day)],
            [
                ticket,
                BORDER + payer,
                _capped(estimate),
                int(now.timestamp()),
                seconds(TICKET_LIFE),
                -1 if self._daily is None else _nano(self._daily),
                -1 if each is None else _nano(each),
                seconds(SETTLED_LIFE),
            ],
        )
        if over:
            until = lifted(now)
            name = "error.budget" if over == 1 else "error.budget.channel"
            raise OverBudget(say.sentence(name, until=f"{until:%H:%M}"), until)
        return ticket

    async def settle(self, ticket: str, usage: Usage) -> None:
        day, payer, stage, unit, unique = ticket.split(BORDER)
        fields = _fields(payer, stage, usage)
        await self._store.redis.run(
            SETTLE,
            [
                key("budget", "settled", unique),
                key("budget", day, "held"),
                key("budget", day, "ends"),
                _spent(day),
                _spent(day[:7]),
            ],
            [
                seconds(SETTLED_LIFE),
                ticket,
                seconds(LONG),
                seconds(MONTH_LIFE),
                *(word for pair in fields.items() for word in pair),
            ],
        )
        if unit and (nano := _nano(usage.usd or 0.0)):
            await self._share(day, unit, payer, nano, stage, unique)

    async def share(self, payer: str, unit: str) -> None:
        """Splits the cost of a unit of today or yesterday with `payer`. May be repeated."""
        today = self._store.now().astimezone(UTC).date()
        for day in (today, today - timedelta(days=1)):
            if await self._share(day.isoformat(), fingerprint(unit), payer):
                return

    async def _share(self, day: str, unit: str, payer: str, bought: int = 0, stage: str = "", call: str = "") -> bool:
        """Adds `bought`, the cost of the payer's `call`, to the unit once, and splits it anew."""
        keys = [key("share", day, unit), _spent(day), _spent(day[:7])]
        words: list[Word] = [payer, bought, stage, BORDER, seconds(SHARE_LIFE), call]
        return bool(await self._store.redis.run(SHARE, keys, words))

    async def _cap(self, payer: str) -> float | None:
        """Returns the payer's own cap. For a person's own digest it is the lower of its two
        caps."""
        if self._personal is None or not await self._store.redis.do("SISMEMBER", PERSONAL, payer):
            return self._each
        return self._personal if self._each is None else min(self._each, self._personal)

    async def used(self, payer: str = "") -> float:
        """Returns today's use as a share of the cap: 1 at the cap. With two caps, the higher
        share."""
        day = self._store.now().astimezone(UTC).date().isoformat()
        sums = await self._store.redis.do("HMGET", _spent(day), "capped", "capped" + BORDER + payer)
        caps = (self._daily, await self._cap(payer) if payer else None)
        shares = [
            int(spent or 0) / _nano(cap) if _nano(cap) else 1.0
            for spent, cap in zip(sums, caps, strict=True)
            if cap is not None
        ]
        return max(shares, default=0.0)


STAGES = ("rank", "analyse", "summarise", "answer", "embed")
UNITS = ("calls", "input", "cached", "output", "nano", "unpriced")


class SpendingRecords(Base):
    async def spending_of(self, payer: str, when: date | str) -> dict[str, Usage]:
        name = _spent(str(when))
        fields = [unit + BORDER + payer + BORDER + stage for stage in STAGES for unit in UNITS]
        found = iter(await self.redis.do("HMGET", name, *fields))
        by = {stage: _usage({unit: int(next(found) or 0) for unit in UNITS}) for stage in STAGES}
        return {stage: usage for stage, usage in by.items() if usage != _usage({})}

    async def spending(self, when: date | str) -> Spending:
        """`when`: a UTC day (a date or `2026-01-30`) or a month (`2026-01`)."""
        fields = await self.redis.do("HGETALL", _spent(str(when)))
        units: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        made = dict[str, float]()
        for name, amount in fields.items():
            unit, *who = name.decode().split(BORDER)
            if len(who) == 2:
                units[who[0], who[1]][unit] = int(amount)
            elif len(who) == 1 and unit == "nano":
                made[who[0]] = int(amount) / NANO
        return Spending({names: _usage(found) for names, found in units.items()}, made)


def lifted(now: datetime) -> datetime:
    """When a day's cap ends: the next midnight UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def _spent(when: str) -> str:
    return key("spent", when)


def _nano(usd: float) -> int:
    return round(usd * NANO)


def _capped(usage: Usage) -> int:
    """Returns the amount that counts towards the caps."""
    if usage.usd is not None:
        return _nano(usage.usd)
    return _nano(ASSUMED.usd(usage.input_tokens, usage.cached_tokens, usage.output_tokens))


def _fields(payer: str, stage: str, usage: Usage) -> dict[str, int]:
    who = BORDER + payer + BORDER + stage
    nano = _nano(usage.usd or 0.0)
    fields = {
        "calls" + who: usage.calls,
        "input" + who: usage.input_tokens,
        "cached" + who: usage.cached_tokens,
        "output" + who: usage.output_tokens,
        "nano" + who: nano,
        "unpriced" + who: int(usage.usd is None),
        "nano": nano,
        "nano" + BORDER + payer: nano,
        "capped": _capped(usage),
        "capped" + BORDER + payer: _capped(usage),
    }
    return {name: amount for name, amount in fields.items() if amount}


def _usage(units: dict[str, int]) -> Usage:
    usd = None if units.get("unpriced") else units.get("nano", 0) / NANO
    return Usage(units.get("calls", 0), units.get("input", 0), units.get("cached", 0), units.get("output", 0), usd)
