"""Deletes everything stored about a person or a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.chat import Place, VoteKind
from bot.core.ids import AnswerTo, is_within
from bot.core.subscription import Subscription
from bot.store.archive import ArchiveExchange, archive_change
from bot.store.people.followers import Followers
from bot.store.people.votes import BORDER, votes_key
from bot.store.questions import UNANSWERED, Questions, thread_key
from bot.store.redis import Command, key, literal
from bot.store.subscriptions import ALL, PERSONAL
from bot.store.watches import WATCHING, Watches
from bot.store.work.deliveries import OPEN
from bot.store.zotero import LINKS as ZOTERO
from digest.cache_keys import fingerprint
from digest.model import from_json

ASKED = VoteKind.ASKED.value
INDEXES = ("questions", "threads", "voted", "watched")
"""The sets that name where something of a person is."""
WAITED_FOR = (key("follow", ""), key("follow-extra", ""), key("turn", ""))
"""Who waits for a run is told its end, and whose answer comes next is known by the one before."""


class Forgetting(Questions, ArchiveExchange, Followers, Watches):
    async def forget_person(self, person: str) -> None:
        """Deletes the person's questions, answers, votes, saved papers and own digest."""
        for value in await self.redis.do("HVALS", ALL):
            subscription = from_json(Subscription, value)
            if subscription.place.direct and subscription.set_by == person:
                await self.forget_subscription(subscription.key)
        listed = {name: await self.redis.members(key("person", person, name)) for name in INDEXES}
        commands: list[Command] = []
        for question in listed["questions"]:
            commands += [*await self._question_gone(question), *await self._turn_commands(question)]
        for channel in listed["watched"]:
            await self.unwatch_person(channel, person)
        for thread in listed["threads"]:
            commands += await self._thread_commands(thread, person)
        for channel in listed["voted"]:
            commands += await self._vote_commands(channel, person)
            commands += archive_change("votes", channel)
        indexes = {key("person", person, name) for name in INDEXES}
        others = await self.redis.scan(f"{key('person', literal(person))}:*")
        commands += [("DEL", name) for name in others if name not in indexes]
        commands += await self._follower_commands(person)
        if listed["questions"]:
            commands.append(("SREM", key("person", person, "questions"), *listed["questions"]))
        if commands:
            await self.redis.transaction(commands)
        await self._empty_indexes(person, listed)
        await self.redis.write_file_anew()

    async def forget_talk(self, place: Place, person: str) -> None:
        """Deletes what a question recorded in its thread and channel after it was forgotten."""
        channel, thread = place.key, thread_key(place)
        await self.unwatch_person(channel, person)
        commands = [*await self._thread_commands(thread, person), *await self._vote_commands(channel, person, ASKED)]
        if commands:
            await self.redis.transaction(commands)
        await self._empty_indexes(person, {"threads": [thread], "voted": [channel], "watched": [channel]})

    async def _empty_indexes(self, person: str, listed: Mapping[str, Sequence[str]]) -> None:
        """Takes these places out of the indexes, except where something of the person came
        meanwhile: it must be found the next time."""
        still = {"threads": self._thread_commands, "voted": self._voted, "watched": self.watches_person}
        for name, look in still.items():
            for where in listed[name]:
                await self.redis.do("SREM", key("person", person, name), where)
                if await look(where, person):
                    await self.redis.do("SADD", key("person", person, name), where)

    async def _turn_commands(self, question: str) -> list[Command]:
        """Takes a question out of its person's line, in which nobody else waits."""
        waiting = await self.redis.do("GET", key("turn", question))
        return [("ZREM", waiting, question), ("DEL", key("turn", question))] if waiting is not None else []

    async def _thread_commands(self, thread: str, person: str) -> list[Command]:
        """Takes the person out of a thread."""
        discussed = f"about {person}", f"before {person}"
        found = await self.redis.do("HMGET", thread, "answered", "last", *discussed)
        named = [name for name, who in zip(("answered", "last"), found, strict=False) if who == person.encode()]
        named += [name for name, papers in zip(discussed, found[2:], strict=True) if papers is not None]
        return [("HDEL", thread, *named)] if named else []

    async def _vote_commands(self, channel: str, person: str, kind: str = "") -> list[Command]:
        """Deletes the person's votes in a channel, or those of a kind."""
        found = [field for field in await self._voted(channel, person) if kind in ("", field.split(BORDER)[1])]
        return [("HDEL", votes_key(channel), *found)] if found else []

    async def _voted(self, channel: str, person: str) -> list[str]:
        fields = [field.decode() for field in await self.redis.do("HKEYS", votes_key(channel))]
        return [field for field in fields if field.split(BORDER)[0] == person]

    async def forget_subscription(self, subscription: str) -> None:
        """Deletes settings, ledger, digests, deliveries, runs, threads, votes and questions."""
        questions = await self.redis.members(key("asked", subscription))
        commands = [command for question in questions for command in await self._question_gone(question)]
        commands += await self._out_of_indexes(subscription)
        around = literal(subscription)
        for pattern in (key("*", around), key("*", around, "*")):
            names = await self.redis.scan(pattern)
            commands += [("DEL", name) for name in names if not name.startswith(WAITED_FOR)]
        begun = [name.decode() for name in await self.redis.do("ZRANGE", OPEN, 0, -1)]
        commands += [("ZREM", OPEN, name) for name in begun if is_within(name, subscription)]
        commands += archive_change("forgotten", subscription)
        await self.revoke_links(subscription)
        await self.note_forgotten(subscription)
        indexes: list[Command] = [
            ("HDEL", ALL, subscription),
            ("HDEL", ZOTERO, subscription),
            ("SREM", WATCHING, subscription),
            ("SREM", PERSONAL, subscription),
        ]
        await self.redis.transaction([*indexes, *commands])
        await self.redis.write_file_anew()

    async def _out_of_indexes(self, subscription: str) -> list[Command]:
        """Removes the channel from the indexes of persons."""
        commands: list[Command] = [
            ("SREM", name, subscription)
            for index in ("voted", "watched")
            for name in await self.redis.scan(key("person", "*", index))
        ]
        threads = key("thread", subscription)
        for name in await self.redis.scan(key("person", "*", "threads")):
            commands += [("SREM", name, one) for one in await self.redis.members(name) if is_within(one, threads)]
        return commands

    async def _question_gone(self, question: str) -> list[Command]:
        asked, answer = await self.question(question), str(AnswerTo(question))
        commands: list[Command] = [
            ("DEL", key("question", question)),
            ("DEL", key("question-extra", question)),
            ("DEL", key("named", fingerprint(question))),
            ("DEL", key("delivery", answer)),
            ("DEL", key("plan", answer)),
            ("ZREM", UNANSWERED, question),
            ("ZREM", OPEN, answer),
            *archive_change("question", question),
        ]
        if asked is not None:
            place = asked.question.place
            commands += [
                ("DEL", key("said", place.key, asked.question.message)),
                ("ZREM", key("turns", place.key, place.thread), question),
                ("SREM", key("asked", place.key), question),
                ("SREM", key("person", asked.question.person.id, "questions"), question),
            ]
        return commands
