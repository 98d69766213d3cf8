"""Runs: `(subscription, local date, kind)`. At most one `daily` a date; `now-<n>` one at a time,
joining an open run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from bot.core.ids import RunKey
from bot.store.redis import LONG, OPEN_LIFE, Base, Script, key, seconds
from digest.render.catalogs import dumped, loaded

PROGRESS_LIFE = timedelta(hours=2)

BEGIN = Script("""
local open, counter, prefix = KEYS[1], KEYS[2], KEYS[3]
local token, day, kind, at, life, openlife = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local name = kind
if kind == 'now' then
  local current = redis.call('GET', open)
  if current then
    local mine = redis.call('HGET', prefix .. ':' .. current, 'token') == token
    return {current, mine and 1 or 0}
  end
  name = 'now-' .. redis.call('INCR', counter)
  redis.call('EXPIRE', counter, life)
end
local run = prefix .. ':' .. day .. ':' .. name
if redis.call('HSETNX', run, 'state', 'open') == 1 then
  redis.call('HSET', run, 'token', token, 'begun', at)
  redis.call('EXPIRE', run, life)
  redis.call('SET', open, day .. ':' .. name, 'EX', openlife)
  return {day .. ':' .. name, 1}
end
return {day .. ':' .. name, redis.call('HGET', run, 'token') == token and 1 or 0}
""")
"""Keys: the open run's pointer, the day's counter, the prefix of runs. Returns `<date>:<name>`
and whether this call began it."""

END = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'note', ARGV[2], 'ended', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
if redis.call('GET', KEYS[2]) == ARGV[5] then redis.call('DEL', KEYS[2]) end
return 1
""")


class RunState(StrEnum):
    OPEN = "open"
    DONE = "done"
    NOTHING = "nothing"
    """There was nothing new, and no list was due."""
    FAILED = "failed"


@dataclass(frozen=True)
class Run:
    subscription: str
    local_date: date
    name: str
    """`daily` or `now-<n>`."""
    state: RunState = RunState.OPEN
    begun: datetime | None = None
    note: str = ""
    """Why it failed or what it waits for, as a sentence."""
    model_lost: datetime | None = None
    """When it first failed to reach the model. Its wait counts from then."""
    late_for: str = ""
    """The cause in the channel's last notice of a delay: `arxiv` or `model`."""
    fresh: bool = False
    """Whether this call of `begin_run` began it."""

    @property
    def id(self) -> RunKey:
        return RunKey(self.subscription, self.local_date, self.name)

    @property
    def key(self) -> str:
        """The key of its Digest, too."""
        return str(self.id)


class Runs(Base):
    async def begin_run(self, subscription: str, local_date: date, kind: str) -> Run:
        """Begins a run, or returns the daily run of the date if it was begun. `kind`: `daily` or
        `now`."""
        prefix = key("run", subscription)
        name, fresh = await self.redis.run(
            BEGIN,
            [_open(subscription), key("runs", subscription, local_date.isoformat()), prefix],
            [uuid4().hex, local_date.isoformat(), kind, self.now().isoformat(), seconds(LONG), seconds(OPEN_LIFE)],
        )
        begun = RunKey.of_channel(subscription, name.decode())
        return await self._run(subscription, begun.day, begun.kind, fresh=bool(fresh))

    async def end_run(self, run: Run, state: RunState, note: str = "") -> None:
        """Ends the run. A run that has ended keeps its state."""
        await self.redis.run(
            END,
            [_run(run), _open(run.subscription)],
            [state, dumped(note), self.now().isoformat(), seconds(LONG), run.id.in_channel],
        )

    async def note_run(self, run: Run, note: str) -> None:
        """Stores what an open run waits for, for `/digest status`."""
        await self.redis.keep(LONG, "HSET", _run(run), "note", dumped(note))

    async def note_model_lost(self, run: Run) -> None:
        """Records that the run could not reach the model. The first time is kept."""
        await self.redis.do("HSETNX", _run(run), "model_lost", self.now().isoformat())

    async def note_late(self, run: Run, late_for: str) -> None:
        await self.redis.do("HSET", _run(run), "late_for", late_for)

    async def run_state(self, subscription: str, local_date: date, name: str) -> Run | None:
        run = await self._run(subscription, local_date, name)
        return run if run.begun is not None else None

    async def open_run(self, subscription: str) -> Run | None:
        """Returns the run under way, or None."""
        current = await self.redis.text("GET", _open(subscription))
        if not current:
            return None
        run = RunKey.of_channel(subscription, current)
        return await self.run_state(subscription, run.day, run.kind)

    async def latest_now(self, subscription: str, local_date: date) -> Run | None:
        """Returns the last `now` run that was begun on a date."""
        count = await self.redis.do("GET", key("runs", subscription, local_date.isoformat()))
        return await self.run_state(subscription, local_date, f"now-{int(count)}") if count else None

    async def _run(self, subscription: str, day: date, name: str, *, fresh: bool = False) -> Run:
        run = Run(subscription, day, name)
        found = await self.redis.do("HMGET", _run(run), "state", "begun", "model_lost", "note", "late_for")
        state, begun, lost, note, late_for = ((value or b"").decode() for value in found)
        return Run(
            subscription,
            day,
            name,
            RunState(state or "open"),
            datetime.fromisoformat(begun) if begun else None,
            loaded(note),
            datetime.fromisoformat(lost) if lost else None,
            late_for,
            fresh,
        )

    async def note_progress(self, run: str, stage: str, done: int, total: int) -> None:
        await self.redis.do("SET", key("progress", run), f"{stage} {done} {total}", "EX", seconds(PROGRESS_LIFE))

    async def progress(self, run: str) -> tuple[str, int, int] | None:
        """Returns stage, done and total of an open run."""
        found = await self.redis.text("GET", key("progress", run))
        if not found:
            return None
        stage, done, total = found.split(" ")
        return stage, int(done), int(total)

    async def mark_done(self, name: str, life: timedelta = LONG) -> None:
        """Marks a task as done; the queue's own key ends with the task."""
        await self.redis.do("SET", key("done", name), "1", "EX", seconds(life))

    async def unmark_done(self, name: str) -> None:
        await self.redis.do("DEL", key("done", name))

    async def is_done(self, name: str) -> bool:
        return bool(await self.redis.do("EXISTS", key("done", name)))


def _run(run: Run) -> str:
    return key("run", run.subscription, run.local_date.isoformat(), run.name)


def _open(subscription: str) -> str:
    return key("run-open", subscription)
