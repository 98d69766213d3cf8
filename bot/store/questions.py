"""Questions and their answers, threads, and posts as JSON.

A question is stored before it is acknowledged, once per id and once per (place, message). It
stays among the unanswered until its answer was sent, so no crash loses it. Tokens with a short
life are deleted after an hour. A person's index lists their questions and threads, so that they
can be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from bot.core.chat import Actions, Block, Heading, Menu, Place, Post, Question, Quotation, Rule, Small, Table, Text
from bot.store.archive import CHANGES
from bot.store.redis import LONG, Base, Script, Word, key, lasting, pack, seconds, unpack
from digest.cache_keys import fingerprint
from digest.model import Answer, Turn, from_json, to_json

EXTRA_LIFE = timedelta(hours=1)
UNANSWERED = key("unanswered")

KEEP = Script("""
local question, said, extra, unanswered, person, channel = unpack(KEYS)
local token, body, tokens, id, at, life = unpack(ARGV)
if redis.call('HGET', question, 'token') == token then return 1 end
if redis.call('EXISTS', question) == 1 then return 0 end
if ARGV[8] ~= '' then
  local known, first = redis.call('GET', said), ARGV[10]
  local others = string.sub(question, 1, #question - #id)
  if known and known ~= first then
    if first == '' or redis.call('HGET', others .. known, 'first') ~= first then return 0 end
  end
  redis.call('SET', said, id, 'EX', life)
  if first ~= '' then
    redis.call('HSET', question, 'first', first)
    first = others .. first
    if redis.call('HGET', first, 'state') == 'open' then redis.call('HSET', first, 'state', 'withdrawn') end
  end
end
redis.call('HSET', question, 'question', body, 'state', 'open', 'token', token, 'words', ARGV[9])
redis.call('EXPIRE', question, life)
if tokens ~= '' then redis.call('SET', extra, tokens, 'EX', ARGV[7]) end
redis.call('ZADD', unanswered, at, id)
redis.call('SADD', person, id)
redis.call('EXPIRE', person, life)
redis.call('SADD', channel, id)
redis.call('EXPIRE', channel, life)
return 1
""")
"""A message's first question may be asked again, about each paper that its author chooses. The
first is not answered any more then, which an edit may have opened again."""

AMEND = Script("""
local question, unanswered, changes, said = unpack(KEYS)
local id, body, words, edited, at, token = unpack(ARGV)
if redis.call('HGET', question, 'amended') == token then return redis.call('HGET', question, 'opened') end
if redis.call('GET', said) ~= id then return -1 end
local state = redis.call('HGET', question, 'state')
if state ~= 'open' and state ~= 'answered' then return 0 end
if edited ~= '' and (redis.call('HGET', question, 'edited') or '') >= edited then return 0 end
if edited ~= '' then redis.call('HSET', question, 'edited', edited) end
if redis.call('HGET', question, 'words') == words then return 0 end
redis.call('HSET', question, 'question', body, 'words', words, 'state', 'open')
redis.call('HDEL', question, 'answer', 'post')
redis.call('HINCRBY', question, 'revision', 1)
local opened = 0
if state == 'answered' then
  redis.call('ZADD', unanswered, at, id)
  redis.call('HSET', changes, 'question ' .. id, token)
  redis.call('EXPIRE', changes, ARGV[7])
  opened = redis.call('HINCRBY', question, 'round', 1)
end
redis.call('HSET', question, 'amended', token, 'opened', opened)
return opened
""")
"""An edit that is older than the last one, or changes no words, changes nothing. Returns the new
round of an answered question, else 0; -1 if the message's question is another one by now."""

SAVE_ANSWER = Script("""
if redis.call('HGET', KEYS[1], 'state') ~= 'open' then return 0 end
if (redis.call('HGET', KEYS[1], 'revision') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'answer', ARGV[2], 'post', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
""")

SETTLE = Script("""
if redis.call('HGET', KEYS[1], 'settled') == ARGV[5] then
  return tonumber(redis.call('HGET', KEYS[1], 'taken back') or '-1')
end
local state = redis.call('HGET', KEYS[1], 'state')
if state == 'answered' and ARGV[1] == 'withdrawn' and redis.call('HGET', KEYS[1], 'alone') == '1' then
  local round = redis.call('HINCRBY', KEYS[1], 'round', 1)
  redis.call('HSET', KEYS[1], 'state', 'withdrawn', 'settled', ARGV[5], 'taken back', round)
  redis.call('ZADD', KEYS[2], ARGV[7], ARGV[2])
  return round
end
if state ~= 'open' then
  if state ~= 'withdrawn' then redis.call('ZREM', KEYS[2], ARGV[2]) end
  return 0
end
if ARGV[4] ~= '' and (redis.call('HGET', KEYS[1], 'revision') or '0') ~= ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'settled', ARGV[5], 'alone', ARGV[8])
redis.call('HSET', KEYS[3], 'question ' .. ARGV[2], ARGV[5])
redis.call('EXPIRE', KEYS[3], ARGV[6])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'message', ARGV[3]) end
if ARGV[1] ~= 'withdrawn' then redis.call('ZREM', KEYS[2], ARGV[2]) end
return -1
""")
"""A withdrawn question stays among the unanswered until its half-written answer is deleted, and so
does one whose answer was for its asker alone: returns its new round. Else -1, or 0 if nothing
changed."""


class QuestionState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    """The question's message was deleted."""
    SILENT = "silent"
    """The question was not for the bot."""


@dataclass(frozen=True)
class StoredQuestion:
    """A Question with its state and answer."""

    question: Question
    state: QuestionState = QuestionState.OPEN
    answer: Answer | None = None
    post: Post | None = None
    """The rendered answer, stored before it is sent."""
    message: str = ""
    """The id of the answer's message."""
    revision: int = 0
    """How often an edit replaced its text."""
    round: int = 0
    """How often it was edited after it was answered. Each time a new answer replaces the last
    one."""
    first: str = ""
    """The id of the question that its message asked first, if that was another one."""


@dataclass(frozen=True)
class ThreadRecord:
    digest: str = ""
    """The digest's key; empty for a thread without one."""
    papers: tuple[str, ...] = ()
    """Ids of the papers of a thread without a digest."""
    quiet: bool = False


@dataclass(frozen=True)
class ThreadSpeakers:
    """Who spoke in a thread. What they said is not stored."""

    humans: bool = False
    last: str = ""
    """The person who wrote last; empty if the bot did."""
    answered: str = ""
    """The person the bot last answered."""


class Questions(Base):
    async def save_question(self, question: Question, instead_of: str = "") -> bool:
        """Stores a question. Returns False if its id or message was stored before. `instead_of`:
        the message's first question."""
        person = _person(question.person.id)
        kept = await self.redis.run(
            KEEP,
            [
                _question(question.id),
                key("said", question.place.key, question.message),
                key("question-extra", question.id),
                UNANSWERED,
                person,
                key("asked", question.place.key),
            ],
            [
                uuid4().hex,
                pack(to_json(replace(question, extra={}))),
                to_json(dict(question.extra)) if question.extra else b"",
                question.id,
                question.at.timestamp(),
                seconds(LONG),
                seconds(EXTRA_LIFE),
                question.message,
                _words(question.text),
                instead_of,
            ],
        )
        return bool(kept)

    async def question(self, question: str) -> StoredQuestion | None:
        fields, extra = await self.redis.batch(
            [("HGETALL", _question(question)), ("GET", key("question-extra", question))]
        )
        if not fields:
            return None
        asked = from_json(Question, unpack(fields[b"question"]))
        if extra:
            asked = replace(asked, extra=from_json(dict[str, str], extra))
        answer, post = fields.get(b"answer"), fields.get(b"post")
        return StoredQuestion(
            asked,
            QuestionState(fields[b"state"].decode()),
            from_json(Answer, unpack(answer)) if answer else None,
            post_from_json(unpack(post)) if post else None,
            fields.get(b"message", b"").decode(),
            int(fields.get(b"revision", 0)),
            int(fields.get(b"round", 0)),
            fields.get(b"first", b"").decode(),
        )

    async def is_current(self, question: str, revision: int) -> bool:
        """Returns whether the question is open and was not edited since this revision."""
        state, now = await self.redis.do("HMGET", _question(question), "state", "revision")
        return bool(state == b"open" and int(now or 0) == revision)

    async def question_at(self, place: Place, message: str) -> str:
        """The id of the question in a message; empty for none."""
        return await self.redis.text("GET", key("said", place.key, message))

    async def unanswered(self) -> list[StoredQuestion]:
        """Returns the ids of unanswered questions, oldest first."""
        ids = [i.decode() for i in await self.redis.do("ZRANGE", UNANSWERED, 0, -1)]
        asked = [(i, await self.question(i)) for i in ids]
        ended = [i for i, found in asked if found is None]
        if ended:
            await self.redis.do("ZREM", UNANSWERED, *ended)
        return [found for _, found in asked if found is not None]

    async def amend(self, question: Question) -> tuple[str, int]:
        """Replaces the text of the open or answered question whose message was edited. Returns its
        id, empty for none, and its new round if that opened it again, else 0."""
        while True:
            known = await self.question_at(question.place, question.message)
            asked = await self.question(known) if known else None
            if asked is None:
                return "", 0
            amended = replace(asked.question, text=question.text, hidden=False, edited=question.edited, extra={})
            body, at = pack(to_json(amended)), amended.at.timestamp()
            revised = await self.redis.run(
                AMEND,
                [_question(known), UNANSWERED, CHANGES, key("said", question.place.key, question.message)],
                [known, body, _words(question.text), question.edited, at, uuid4().hex, seconds(LONG)],
            )
            if int(revised) >= 0:
                return known, int(revised)

    async def withdraw(self, place: Place, message: str) -> list[tuple[str, int]]:
        """Ends the open questions whose message was deleted. Returns the ids and the new rounds of
        those of which what answered them has to go, because it was for their asker alone."""
        known = await self.question_at(place, message)
        asked = await self.question(known) if known else None
        if asked is None:
            return []
        at = asked.question.at.timestamp()
        ended = [(i, await self._settle(i, QuestionState.WITHDRAWN, at=at)) for i in filter(None, (known, asked.first))]
        return [(question, again) for question, again in ended if again > 0]

    async def withdraw_thread(self, place: Place) -> None:
        """Ends the open questions whose messages were deleted with their thread."""
        for asked in await self.unanswered():
            if asked.question.place == place and asked.question.message:
                await self._settle(asked.question.id, QuestionState.WITHDRAWN)

    async def end_withdrawn(self, question: str) -> None:
        """Ends a withdrawn question of which nothing is left on the platform."""
        await self.redis.do("ZREM", UNANSWERED, question)

    async def mark_silent(self, question: str) -> None:
        """Ends a question that was not for the bot, or whose answer nobody can be told."""
        await self._settle(question, QuestionState.SILENT)

    async def save_answer(self, question: str, answer: Answer, post: Post, revision: int = 0) -> bool:
        """Stores the answer, before it is sent. Unless private, it joins the thread's turns.
        Returns False if the question was edited or ended meanwhile."""
        asked = await self.question(question)
        if asked is None:
            return False
        body = [pack(to_json(answer)), pack(post_to_json(post))]
        if not await self.redis.run(SAVE_ANSWER, [_question(question)], [str(revision), *body, seconds(LONG)]):
            return False
        if not asked.question.private:
            asking = asked.question
            await self.redis.keep(LONG, "ZADD", _turns(asking.place), asking.at.timestamp(), question)
        return True

    async def mark_answered(self, question: str, message: str, revision: int = 0, *, alone: bool = False) -> bool:
        """Records that the answer was sent. Returns False if the question was edited or ended
        meanwhile. `alone`: the answer is of use to its asker alone."""
        return bool(await self._settle(question, QuestionState.ANSWERED, message, str(revision), alone=alone))

    async def _settle(
        self,
        question: str,
        state: QuestionState,
        message: str = "",
        revision: str = "",
        *,
        at: float = 0.0,
        alone: bool = False,
    ) -> int:
        """`revision`: the only one to settle; any if empty. `at`: its rank among the unanswered."""
        arguments: list[Word] = [state, question, message, revision, uuid4().hex, seconds(LONG), at, int(alone)]
        return int(await self.redis.run(SETTLE, [_question(question), UNANSWERED, CHANGES], arguments))

    async def turns(self, place: Place, limit: int = 10) -> list[Turn]:
        """The last turns of a thread, oldest first."""
        ids = await self.redis.do("ZREVRANGE", _turns(place), 0, limit - 1)
        asked = [await self.question(i.decode()) for i in reversed(ids)]
        return [
            Turn(found.question.text, found.answer.text, found.answer.paper_ids)
            for found in asked
            if found is not None and found.answer is not None and found.state is not QuestionState.WITHDRAWN
        ]

    async def asked_by(self, person: str, limit: int) -> list[StoredQuestion]:
        """The person's answered questions, newest first."""
        names = await self.redis.members(_person(person))
        bodies = await self.redis.batch([("HGET", _question(name), "question") for name in names])
        at = {name: from_json(Question, unpack(body)).at for name, body in zip(names, bodies, strict=True) if body}
        found: list[StoredQuestion] = []
        for name in sorted(at, key=lambda name: at[name], reverse=True):
            if len(found) < limit and (asked := await self.question(name)) is not None and asked.answer:
                found.append(asked)
        return found

    async def save_question_name(self, question: str) -> str:
        """Stores and returns a short name of the question, for buttons."""
        name = fingerprint(question)
        await self.redis.do("SET", key("named", name), question, "EX", seconds(LONG))
        return name

    async def save_private_answer(self, name: str, place: Place) -> None:
        """Records that an answer without a stored question was given there, to one person."""
        await self.redis.do("SET", key("private", place.key, name), "1", "EX", seconds(LONG))

    async def was_answered_privately(self, name: str, place: Place) -> bool:
        return bool(await self.redis.do("EXISTS", key("private", place.key, name)))

    async def question_by_name(self, name: str) -> StoredQuestion | None:
        found = await self.redis.text("GET", key("named", name))
        return await self.question(found) if found else None


class Threads(Base):
    async def save_thread(self, place: Place, digest: str = "", papers: tuple[str, ...] = ()) -> None:
        """Records a thread that the bot started or answers in."""
        fields = {"digest": digest, "papers": " ".join(papers), "started": self.now().isoformat()}
        await self._note(place, {name: value for name, value in fields.items() if value})

    async def thread(self, place: Place) -> ThreadRecord | None:
        """Returns the thread, or None if the bot has no part in it."""
        found = await self.redis.do("HMGET", thread_key(place), "started", "digest", "papers", "quiet")
        started, digest, papers, quiet = ((value or b"").decode() for value in found)
        return ThreadRecord(digest, tuple(papers.split()), bool(quiet)) if started else None

    async def quiet(self, place: Place) -> None:
        await self._note(place, {"quiet": "1"})

    async def discuss(self, place: Place, person: str, paper_ids: tuple[str, ...]) -> None:
        """Sets the papers that this person discusses in this thread, and keeps those of before."""
        before = await self.under_discussion(place, person)
        fields = {f"about {person}": " ".join(paper_ids)}
        if before and before != paper_ids:
            fields[f"before {person}"] = " ".join(before)
        await self._note(place, fields, person)

    async def under_discussion(self, place: Place, person: str) -> tuple[str, ...]:
        """The papers of this person's last question in this thread."""
        return tuple((await self.redis.text("HGET", thread_key(place), f"about {person}")).split())

    async def discussed_before(self, place: Place, person: str) -> tuple[str, ...]:
        """The papers of the last question before it that was about others."""
        return tuple((await self.redis.text("HGET", thread_key(place), f"before {person}")).split())

    async def record_answering(self, place: Place, person: str) -> None:
        """Records whose question in this thread the bot has taken."""
        await self._note(place, {"answered": person}, person)

    async def record_answered(self, place: Place, person: str) -> None:
        """Records whom the bot answered last in this thread."""
        await self._note(place, {"answered": person, "last": ""}, person)

    async def record_speaker(self, place: Place, person: str) -> None:
        """Records that a person wrote in a thread of the bot."""
        await self._note(place, {"humans": "1", "last": person}, person)

    async def load_speakers(self, place: Place) -> ThreadSpeakers:
        humans, last, answered = await self.redis.do("HMGET", thread_key(place), "humans", "last", "answered")
        return ThreadSpeakers(bool(humans), (last or b"").decode(), (answered or b"").decode())

    async def _note(self, place: Place, fields: Mapping[str, str], person: str = "") -> None:
        """Stores fields of a thread. `person`: whose index then names it, to be found when they are
        forgotten."""
        words = [word for pair in fields.items() for word in pair]
        index = lasting(LONG, "SADD", key("person", person, "threads"), thread_key(place)) if person else []
        await self.redis.transaction([*lasting(LONG, "HSET", thread_key(place), *words), *index])


def _words(text: str) -> str:
    """Returns the text with single spaces, so that texts that differ in spaces only are equal."""
    return fingerprint(" ".join(text.split()))


def _question(question: str) -> str:
    return key("question", question)


def _person(person: str) -> str:
    return key("person", person, "questions")


def _turns(place: Place) -> str:
    return key("turns", place.key, place.thread)


def thread_key(place: Place) -> str:
    return key("thread", place.key, place.thread)


BLOCKS: dict[str, type[Any]] = {k.__name__: k for k in (Heading, Text, Small, Quotation, Table, Rule, Actions, Menu)}
"""The blocks by the name under which they are stored: Text, Small and Heading have the same
fields."""


def post_to_json(post: Post) -> bytes:
    return json.dumps(post_to_data(post), ensure_ascii=False).encode()


def post_from_json(data: bytes | str) -> Post:
    return post_from_data(json.loads(data))


def post_to_data(post: Post) -> dict[str, Any]:
    blocks = [{"kind": type(block).__name__, "block": json.loads(to_json(block))} for block in post.blocks]
    return {"blocks": blocks, "fallback": post.fallback, "language": post.language}


def post_from_data(value: dict[str, Any]) -> Post:
    blocks: list[Block] = [from_json(BLOCKS[b["kind"]], json.dumps(b["block"])) for b in value["blocks"]]
    return Post(tuple(blocks), value["fallback"], value["language"])
