"""Deaths of workers, counted per task since its last checkpoint, with the units in work at each.

The queue gives the task of a dead worker to another one, without end. So a unit (a paper) that
was alone in work at two deaths is skipped, and a task with five deaths at one checkpoint is set
aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.redis import LONG, OPEN_LIFE, Base, Script, key, lasting, seconds

CAUTION_DEATHS = 2
SKIP_DEATHS = 2
MAX_DEATHS = 5
ASIDE = key("tasks-aside")

BEGIN = Script("""
local task = KEYS[1]
local attempt, life = ARGV[1], ARGV[2]
local before = redis.call('HGET', task, 'attempt')
if before == attempt then return tonumber(redis.call('HGET', task, 'deaths') or '0') end
local deaths = tonumber(redis.call('HGET', task, 'deaths') or '0')
if before then
  deaths = deaths + 1
  local units, alone = 0, nil
  for _, field in ipairs(redis.call('HKEYS', task)) do
    if string.sub(field, 1, 5) == 'unit ' then
      units = units + 1
      alone = string.sub(field, 6)
      redis.call('HDEL', task, field)
    end
  end
  if units == 1 then redis.call('HINCRBY', task, 'killed ' .. alone, 1) end
end
redis.call('HDEL', task, 'unknown')
redis.call('HSET', task, 'attempt', attempt, 'deaths', deaths)
redis.call('EXPIRE', task, life)
return deaths
""")
"""Called by each worker that begins the task. An earlier attempt that was neither ended nor
released has died."""


LET_GO = Script("""
if redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 5) == 'unit ' or field == 'attempt' then redis.call('HDEL', KEYS[1], field) end
end
return 1
""")


UNIT_DONE = Script("""
redis.call('HDEL', KEYS[1], 'unit ' .. ARGV[1])
if redis.call('HSETNX', KEYS[1], 'read ' .. ARGV[1], '1') == 1 then redis.call('HSET', KEYS[1], 'deaths', '0') end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
""")
"""Only the first end of a unit is a checkpoint; otherwise repeating stored units would reset the
count of deaths."""


@dataclass(frozen=True)
class TaskDeaths:
    count: int
    """Since the last checkpoint."""

    @property
    def cautious(self) -> bool:
        """Units run one at a time, so that a further death shows the cause."""
        return self.count >= CAUTION_DEATHS

    @property
    def hopeless(self) -> bool:
        return self.count >= MAX_DEATHS


class Tasks(Base):
    async def begin_task(self, task: str, attempt: str) -> TaskDeaths:
        return TaskDeaths(int(await self.redis.run(BEGIN, [_task(task)], [attempt, seconds(OPEN_LIFE)])))

    async def release_task(self, task: str, attempt: str) -> None:
        """Releases a task whose worker ends, to be continued later: this is no death."""
        await self.redis.run(LET_GO, [_task(task)], [attempt])

    async def end_task(self, task: str) -> None:
        await self.redis.do("DEL", _task(task))

    async def unknown_since(self, task: str) -> datetime:
        """Returns when a worker whose version does not know the task first got it."""
        name = _task(task)
        *_, since = await self.redis.transaction(
            [*lasting(OPEN_LIFE, "HSETNX", name, "unknown", self.now().isoformat()), ("HGET", name, "unknown")]
        )
        return datetime.fromisoformat(since.decode())

    async def checkpoint(self, task: str) -> None:
        """Records that a result or a posted message is stored. Deaths count from here."""
        await self._task_note(task, "deaths", "0")

    async def begin_unit(self, task: str, unit: str) -> None:
        await self._task_note(task, f"unit {unit}", "1")

    async def end_unit(self, task: str, unit: str) -> None:
        """Ends a unit that has a result or was skipped."""
        await self.redis.run(UNIT_DONE, [_task(task)], [unit, seconds(OPEN_LIFE)])

    async def fail_unit(self, task: str, unit: str) -> None:
        """Ends a unit that has no result, without counting a death."""
        await self.redis.do("HDEL", _task(task), f"unit {unit}")

    async def should_skip(self, task: str, unit: str) -> bool:
        """Whether the unit was alone in work at two deaths."""
        killed = await self.redis.do("HGET", _task(task), f"killed {unit}")
        return int(killed or 0) >= SKIP_DEATHS

    async def set_task_aside(self, task: str, note: str) -> None:
        """Sets a task aside. `note`: why."""
        await self.redis.keep(LONG, "HSET", ASIDE, task, f"{self.now().isoformat()} {note}")

    async def take_up(self, task: str) -> None:
        """Forgets that a task was put aside, and its deaths."""
        await self.redis.transaction([("HDEL", ASIDE, task), *lasting(OPEN_LIFE, "HSET", _task(task), "deaths", "0")])

    async def tasks_aside(self) -> dict[str, str]:
        """Returns task to time and note."""
        found = await self.redis.do("HGETALL", ASIDE)
        return {task.decode(): note.decode() for task, note in found.items()}

    async def _task_note(self, task: str, name: str, value: str) -> None:
        await self.redis.keep(OPEN_LIFE, "HSET", _task(task), name, value)


def _task(task: str) -> str:
    return key("task", task)
