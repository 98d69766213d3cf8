"""Papers that channels watch: what each channel knows of them, their threads, and their untold
news.

What is known of a paper is stored under the hash of its content and shared by channels. Seeing a
paper and noting its news is one transaction, so news is neither lost nor found twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.core.chat import Place
from bot.store.redis import LONG, WATCH_LIFE, Base, Command, Script, key, lasting, pack, seconds, unpack
from digest.cache_keys import fingerprint
from digest.changes.values import Change, Known
from digest.model import from_json, to_json

WATCHING = key("watching")


@dataclass(frozen=True)
class Watch:
    """A paper that a channel looks after."""

    paper_id: str
    place: Place
    """The thread that shows it. In a direct conversation there is none."""
    until: datetime
    digest: str = ""
    """The key of the digest that showed it; empty if it was only asked about or saved."""
    people: tuple[str, ...] = ()
    """Ids of those who asked about it or shared it."""
    known: Known | None = None
    """None until it is looked up for the first time."""
    savers: tuple[str, ...] = ()
    """Ids of those who saved it."""
    unopened: bool = False
    """Whether `place.thread` is a message on which no thread was opened yet."""

    @property
    def wanted(self) -> bool:
        return bool(self.digest or self.people or self.savers)

    def without(self, person: str) -> Watch:
        """Returns the watch as if the person had not saved the paper."""
        return replace(self, savers=tuple(p for p in self.savers if p != person))

    def unasked_by(self, person: str) -> Watch:
        """Returns the watch as if the person had neither asked about the paper nor shared it."""
        return replace(self, people=tuple(p for p in self.people if p != person))


@dataclass(frozen=True)
class News:
    """A Change that a channel is to be told."""

    change: Change
    place: Place
    delivery: str = ""
    """The key of the delivery that tells it, once that is decided."""
    weekly: bool = False
    """Whether it is for the week's message."""
    unopened: bool = False
    """The same as `Watch.unopened`."""

    @property
    def name(self) -> str:
        return f"{self.change.paper.id} {fingerprint(to_json(self.change))}"


@dataclass(frozen=True)
class _Row:
    """A Watch as it is stored; `known`: the hash of it."""

    watch: Watch
    known: str = ""


PUT = Script("""
local rows, listed, news = unpack(KEYS)
local paper, before, after, channel, life = unpack(ARGV)
local now = redis.call('HGET', rows, paper) or ''
if now ~= before and now ~= after then return 0 end
if after == '' then
  redis.call('HDEL', rows, paper)
  return 1
end
redis.call('HSET', rows, paper, after)
if life ~= '' then
  redis.call('EXPIRE', rows, life)
  redis.call('SADD', listed, channel)
  for person = 4, #KEYS do
    redis.call('SADD', KEYS[person], channel)
    redis.call('EXPIRE', KEYS[person], life)
  end
end
if ARGV[6] ~= '' then
  redis.call('HSET', news, ARGV[6], ARGV[7])
  redis.call('EXPIRE', news, ARGV[8])
end
return 1
""")
"""Replaces a row that was read, and adds a piece of news. Returns 0 if another process has changed
the row since: nothing deleted may come back, and nothing added may be lost."""


class Watches(Base):
    async def watch(self, channel: str, watches: Sequence[Watch]) -> None:
        """Begins to watch papers. A paper that is watched already keeps its thread and is watched
        longer. A paper without a place for its news is not watched."""
        for new in watches:
            known = await self._save_known(new.known) if new.known is not None else ""
            indexes = [key("person", person, "watched") for person in _union(new.people, new.savers)]
            change = partial(_joined, new, known)
            await self._change(channel, new.paper_id, change, life=seconds(WATCH_LIFE), indexes=indexes)

    async def _save_known(self, known: Known) -> str:
        """Stores what is known of a paper, and returns its hash."""
        raw = to_json(known)
        hashed = fingerprint(raw)
        await self.redis.do("SET", key("known", hashed), pack(raw), "EX", seconds(WATCH_LIFE))
        return hashed

    async def _change(
        self,
        channel: str,
        paper: str,
        change: Callable[[_Row | None], _Row | None],
        news: News | None = None,
        life: int | str = "",
        indexes: Sequence[str] = (),
    ) -> bool:
        """Replaces a row by what `change` makes of it; None deletes it. Calls `change` again if
        another process has changed the row meanwhile. Returns whether a row was deleted."""
        told = [news.name, pack(to_json(news)), seconds(LONG)] if news else ["", "", ""]
        while True:
            before = await self.redis.do("HGET", _watch(channel), paper) or b""
            made = change(from_json(_Row, before) if before else None)
            after = to_json(made) if made is not None else b""
            if made is not None and made.known:
                await self.redis.do("EXPIRE", key("known", made.known), seconds(WATCH_LIFE))
            words = [paper, before, after, channel, life, *told]
            if await self.redis.run(PUT, [_watch(channel), WATCHING, _news(channel), *indexes], words):
                return bool(before) and made is None

    async def _rows(self, channel: str) -> dict[str, _Row]:
        found = await self.redis.do("HGETALL", _watch(channel))
        return {name.decode(): from_json(_Row, value) for name, value in found.items()}

    async def watched_papers(self, channels: Sequence[str]) -> set[str]:
        """Returns the ids of all papers that these channels watch."""
        found = await self.redis.batch([("HKEYS", _watch(channel)) for channel in channels])
        return {name.decode() for names in found for name in names}

    async def watches(self, channels: Sequence[str], papers: Sequence[str]) -> list[tuple[str, Watch]]:
        """Returns what these channels know of these papers. Channels that know the same share one
        value."""
        if not papers:
            return []
        found = await self.redis.batch([("HMGET", _watch(channel), *papers) for channel in channels])
        rows = [(c, from_json(_Row, raw)) for c, raws in zip(channels, found, strict=True) for raw in raws if raw]
        hashed = sorted({row.known for _, row in rows if row.known})
        raws = await self.redis.do("MGET", *(key("known", h) for h in hashed)) if hashed else []
        known = {h: from_json(Known, unpack(raw)) for h, raw in zip(hashed, raws, strict=True) if raw}
        for channel, row in rows:
            if not self._lasts(row):
                await self._change(channel, row.watch.paper_id, lambda now: now if self._lasts(now) else None)
        return [(c, replace(r.watch, known=known.get(r.known))) for c, r in rows if self._lasts(r)]

    def _lasts(self, row: _Row | None) -> bool:
        return row is not None and row.watch.until > self.now()

    async def watched(self, channel: str) -> int:
        """Returns how many papers the channel watches."""
        return int(await self.redis.do("HLEN", _watch(channel)))

    async def watching(self) -> list[str]:
        """Returns the channels that watch papers or have news, and takes all others off the
        list."""
        channels = await self.redis.members(WATCHING)
        held = await self.redis.batch([("EXISTS", _watch(c), _news(c)) for c in channels])
        gone = [c for c, n in zip(channels, held, strict=True) if not n]
        if gone:
            await self.redis.do("SREM", WATCHING, *gone)
        return [c for c in channels if c not in gone]

    async def unwatch(self, channel: str, papers: Collection[str]) -> None:
        """Stops watching these papers and forgets their news."""
        if papers:
            await self.redis.do("HDEL", _watch(channel), *papers)
            await self._end_news_of(channel, papers)

    async def _end_news_of(self, channel: str, papers: Collection[str]) -> None:
        await self.end_news(channel, [n for n in await self.news(channel) if n.change.paper.id in papers])

    async def unwatch_digest(self, channel: str, digest: str) -> None:
        """Stops watching the papers of a digest that was taken back."""
        papers = [paper for paper, row in (await self._rows(channel)).items() if row.watch.digest == digest]
        await self._let_go(channel, papers, lambda watch: replace(watch, digest=""))

    async def unwatch_person(self, channel: str, person: str) -> None:
        """Forgets that a person asked about papers in a channel or saved them, and papers of no one
        else."""
        papers = await self.watches_person(channel, person)
        await self._let_go(channel, papers, lambda watch: watch.without(person).unasked_by(person))

    async def watches_person(self, channel: str, person: str) -> list[str]:
        """Returns the papers that the channel watches because this person asked about them or saved
        them."""
        rows = (await self._rows(channel)).items()
        return [paper for paper, row in rows if person in (*row.watch.people, *row.watch.savers)]

    async def unwatch_saved(self, person: str, paper: str, channels: Collection[str]) -> None:
        """Stops watching the paper in that channel on account of this person, who had saved it."""
        for channel in channels:
            await self._let_go(channel, [paper], lambda watch: watch.without(person))

    async def _let_go(self, channel: str, papers: Collection[str], change: Callable[[Watch], Watch]) -> None:
        """Removes a reason to watch papers, and the papers that have no other."""

        def changed(row: _Row | None) -> _Row | None:
            left = change(row.watch) if row is not None else None
            return replace(row, watch=left) if row is not None and left is not None and left.wanted else None

        await self._end_news_of(channel, [paper for paper in papers if await self._change(channel, paper, changed)])

    # ------------------------------------------------------------ news

    async def save_seen(self, channel: str, paper: str, known: Known, news: News | None) -> None:
        """Stores what is known of a paper from now on, and its news. A paper that is no longer
        watched stays unwatched."""
        hashed = await self._save_known(known)
        await self._change(channel, paper, lambda row: replace(row, known=hashed) if row is not None else None, news)

    async def news(self, channel: str) -> list[News]:
        found = await self.redis.do("HGETALL", _news(channel))
        return [from_json(News, unpack(value)) for _, value in sorted(found.items())]

    async def save_news(self, channel: str, news: Sequence[News]) -> None:
        if news:
            await self.redis.transaction([command for one in news for command in _news_commands(channel, one)])

    async def end_news(self, channel: str, news: Sequence[News]) -> None:
        """Deletes news that was told, or that nobody can be told."""
        if news:
            await self.redis.do("HDEL", _news(channel), *(one.name for one in news))


def _joined(new: Watch, known: str, row: _Row | None) -> _Row | None:
    """Returns the row of a paper that is watched for one more reason. `known`: the hash of what is
    known."""
    if row is None:
        return _Row(replace(new, known=None), known) if new.place.thread or new.place.direct else None
    old = row.watch
    people, savers = _union(old.people, new.people), _union(old.savers, new.savers)
    kept = replace(old, people=people, savers=savers, until=max(old.until, new.until))
    if old.digest or not new.digest:
        return replace(row, watch=kept)
    return _Row(replace(kept, digest=new.digest), row.known or known)


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*one, *other]))


def _news_commands(channel: str, news: News) -> list[Command]:
    return lasting(LONG, "HSET", _news(channel), news.name, pack(to_json(news)))


def _watch(channel: str) -> str:
    return key("watch", channel)


def _news(channel: str) -> str:
    return key("news", channel)
