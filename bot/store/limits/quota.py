"""Counts what each person asks for in a day, notices of limits, and whose turn it is.

A person is a keyed hash here, so that "forget me" needs to delete nothing and a limit outlives it.
Every key ends after a day.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import uuid4

from bot.core.crypto.signatures import Signer
from bot.store.redis import Script, key, seconds
from bot.store.secret import Secrets

LIFE = timedelta(days=1)
SHARE = 4
"""How many answers to one person may be in the queue at once. The person's other questions wait."""

ADMIT = Script("""
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[3]) end
return 1
""")

TELL = Script("""
local told = redis.call('GET', KEYS[1])
if told then return told == ARGV[1] and 1 or 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
""")

WAIT = Script("""
local now = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'NX', now[1] + now[2] / 1e6, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], KEYS[1], 'EX', ARGV[2])
return redis.call('ZRANK', KEYS[1], ARGV[1])
""")
"""Keys: the person's questions in the order they came, and the way from a question to them.

Returns the question's place. They are not ordered by the time they were asked: a question that
arrives out of order would then come first.
"""


class Quotas(Secrets):
    async def admit(self, person: str, work: str, limit: int) -> bool:
        """Counts a piece of work towards the person's day, each piece once. Returns False beyond
        the limit."""
        who, today = await self._hash(person), self.now().astimezone(UTC).date().isoformat()
        mark = await self._hash(work)
        return bool(await self.redis.run(ADMIT, [key("quota", who, today)], [mark, limit, seconds(LIFE)]))

    async def is_first_notice(self, person: str, name: str) -> bool:
        """Returns whether the person has not been told this today, and records that they now
        are."""
        who, today = await self._hash(person), self.now().astimezone(UTC).date().isoformat()
        return bool(await self.redis.run(TELL, [key("quota-told", who, name, today)], [uuid4().hex, seconds(LIFE)]))

    async def wait_turn(self, person: str, question: str) -> bool:
        """Returns whether the question is among the person's first `SHARE` unanswered ones.
        `end_turn` names the next of the others."""
        name = key("waiting", await self._hash(person))
        place = await self.redis.run(WAIT, [name, key("turn", question)], [question, seconds(LIFE)])
        return int(place) < SHARE

    async def end_turn(self, question: str) -> list[str]:
        """Takes an answered question out; returns the person's questions whose turn it is now."""
        name = await self.redis.do("GET", key("turn", question))
        if name is None:
            return []
        _, _, waiting = await self.redis.transaction(
            [("ZREM", name, question), ("DEL", key("turn", question)), ("ZRANGE", name, 0, SHARE - 1)]
        )
        return [found.decode() for found in waiting]

    async def reset_turns(self, people: set[str]) -> None:
        """Forgets who waits. Called at the start, before every open question takes its place
        again."""
        names = [key("waiting", await self._hash(person)) for person in sorted(people)]
        if names:
            await self.redis.do("DEL", *names)

    async def _hash(self, text: str) -> str:
        return Signer(await self.secret()).sign("quota", text)
