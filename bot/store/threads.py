"""What manners ask of a thread, what a question is called on a button, and how far a run is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.core.chat import Place
from bot.store.base import LONG, Base, key, seconds
from bot.store.questions import Questions, StoredQuestion, thread_key
from digest.cache_keys import fingerprint

PROGRESS_LIFE = timedelta(hours=2)


@dataclass(frozen=True)
class ThreadSpeakers:
    """Who spoke in a thread. Nothing of what they said is kept."""

    humans: bool = False
    last: str = ""
    """The person who wrote last; empty when it was the bot."""
    answered: str = ""
    """The person the bot last answered."""


class Scenes(Questions, Base):
    async def record_speaker(self, place: Place, person: str) -> None:
        """A person wrote in a thread of ours."""
        name, index = thread_key(place), key("person", person, "threads")
        await self.redis.transaction(
            [
                ("HSET", name, "humans", "1", "last", person),
                ("EXPIRE", name, seconds(LONG)),
                ("SADD", index, name),
                ("EXPIRE", index, seconds(LONG)),
            ]
        )

    async def spoken(self, place: Place) -> ThreadSpeakers:
        humans, last, answered = await self.redis.do("HMGET", thread_key(place), "humans", "last", "answered")
        return ThreadSpeakers(bool(humans), (last or b"").decode(), (answered or b"").decode())

    async def save_question_name(self, question: str) -> str:
        """A short name for a question, for what a button can carry."""
        name = fingerprint(question)
        await self.redis.do("SET", key("named", name), question, "EX", seconds(LONG))
        return name

    async def question_by_name(self, name: str) -> StoredQuestion | None:
        found = await self.redis.do("GET", key("named", name))
        return await self.question(found.decode()) if found else None

    async def note_progress(self, run: str, stage: str, done: int, total: int) -> None:
        await self.redis.do("SET", key("progress", run), f"{stage} {done} {total}", "EX", seconds(PROGRESS_LIFE))

    async def progress(self, run: str) -> tuple[str, int, int] | None:
        """Stage, done, total of a run under way."""
        found = await self.redis.do("GET", key("progress", run))
        if not found:
            return None
        stage, done, total = found.decode().split(" ")
        return stage, int(done), int(total)
