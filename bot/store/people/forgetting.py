"""Deletes everything stored about a person or a channel."""

from __future__ import annotations

from bot.core.ids import AnswerTo, is_within
from bot.core.subscription import Subscription
from bot.store.archive import ArchiveExchange, archive_change
from bot.store.people.followers import Followers
from bot.store.people.votes import BORDER, votes_key
from bot.store.questions import UNANSWERED, Questions
from bot.store.redis import Command, key, literal
from bot.store.subscriptions import ALL, PERSONAL
from bot.store.watches import WATCHING, Watches
from bot.store.work.deliveries import OPEN
from bot.store.zotero import LINKS as ZOTERO
from digest.cache_keys import fingerprint
from digest.model import from_json


class Forgetting(Questions, ArchiveExchange, Followers, Watches):
    async def forget_person(self, person: str) -> None:
        """Deletes the person's questions, answers, votes, saved papers and own digest."""
        for value in await self.redis.do("HVALS", ALL):
            subscription = from_json(Subscription, value)
            if subscription.place.direct and subscription.set_by == person:
                await self.forget_subscription(subscription.key)
        await self.unwatch_person(person)
        questions = await self._members(key("person", person, "questions"))
        commands = [command for question in questions for command in await self._question_gone(question)]
        for thread in await self._members(key("person", person, "threads")):
            commands.append(("HDEL", thread, f"about {person}"))
            speakers = await self.redis.do("HMGET", thread, "answered", "last")
            commands += [
                ("HDEL", thread, n) for n, v in zip(("answered", "last"), speakers, strict=True) if v == person.encode()
            ]
        for channel in await self._members(key("person", person, "voted")):
            name = votes_key(channel)
            fields = [f.decode() for f in await self.redis.do("HKEYS", name)]
            commands += [("HDEL", name, f) for f in fields if f.split(BORDER)[0] == person]
            commands += archive_change("votes", channel)
        commands += [("DEL", name) for name in await self.redis.scan(f"{key('person', literal(person))}:*")]
        commands += await self._follower_commands(person)
        if commands:
            await self.redis.transaction(commands)
        await self.redis.write_file_anew()

    async def forget_subscription(self, subscription: str) -> None:
        """Deletes settings, ledger, digests, deliveries, runs, threads, votes and questions."""
        questions = await self._members(key("asked", subscription))
        commands = [command for question in questions for command in await self._question_gone(question)]
        commands += await self._out_of_indexes(subscription)
        around = literal(subscription)
        for pattern in (key("*", around), key("*", around, "*")):
            commands += [("DEL", name) for name in await self.redis.scan(pattern)]
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
            commands += [("SREM", name, one) for one in await self._members(name) if is_within(one, threads)]
        return commands

    async def _members(self, name: str) -> list[str]:
        return sorted(member.decode() for member in await self.redis.do("SMEMBERS", name))

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
        waiting = await self.redis.do("GET", key("turn", question))
        if waiting is not None:
            commands += [("ZREM", waiting, question), ("DEL", key("turn", question))]
        if asked is not None:
            place = asked.question.place
            commands += [
                ("DEL", key("said", place.key, asked.question.message)),
                ("ZREM", key("turns", place.key, place.thread), question),
                ("SREM", key("asked", place.key), question),
                ("SREM", key("person", asked.question.person.id, "questions"), question),
            ]
        return commands
