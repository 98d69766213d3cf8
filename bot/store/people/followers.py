"""People who wait, and where: for a run of `/digest now`, or for one process to finish other work.
Kept for a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.chat import Person, Place
from bot.store.redis import Base, Command, key, seconds
from digest.model import from_json, to_json

LIFE = timedelta(days=1)
TOKENS_LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class Follower:
    name: str
    run: str
    """The key of the run and of its delivery. Empty if the person waits for other work of one
    process."""
    place: Place
    person: Person
    language: str
    at: datetime
    """When the command was typed. Without a run: the process's last sign of life."""
    delivery: bool = False
    """Whether the digest is made already, so that only its delivery is awaited."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the platform needs to answer (short-lived tokens). Never logged."""


class Followers(Base):
    async def save_follower(self, follower: Follower) -> None:
        kept = to_json(replace(follower, extra={}))
        await self.redis.transaction(
            [
                ("SET", _follower(follower.name), kept, "EX", seconds(LIFE)),
                ("SET", _tokens(follower.name), to_json(dict(follower.extra)), "EX", seconds(TOKENS_LIFE)),
            ]
        )

    async def follower(self, name: str) -> Follower | None:
        kept, tokens = await self.redis.batch([("GET", _follower(name)), ("GET", _tokens(name))])
        if kept is None:
            return None
        return replace(from_json(Follower, kept), extra=from_json(dict[str, str], tokens) if tokens else {})

    async def forget_follower(self, name: str) -> None:
        await self.redis.do("DEL", _follower(name), _tokens(name))

    async def followers(self) -> list[str]:
        prefix = _follower("")
        return [name.removeprefix(prefix) for name in await self.redis.scan(_follower("*"))]

    async def _follower_commands(self, person: str) -> list[Command]:
        """Forgets what a person follows."""
        own = [f for name in await self.followers() if (f := await self.follower(name)) and f.person.id == person]
        return [("DEL", _follower(follower.name), _tokens(follower.name)) for follower in own]


def _follower(name: str) -> str:
    return key("follow", name)


def _tokens(name: str) -> str:
    return key("follow-extra", name)
