"""Papers that are looked after: as each channel knows them, where they stand, and what is to be
told of them.

What is known of a paper is stored under the hash of its content and shared by channels. Seeing a
paper and noting its news is one transaction, so news is neither lost nor found twice.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.chat import Place
from bot.store.redis import LONG, WATCH_LIFE, Base, Command, key, pack, seconds, unpack
from digest.cache_keys import fingerprint
from digest.changes.values import Change, Known
from digest.model import from_json, to_json

WATCHING = key("watching")


@dataclass(frozen=True)
class Watch:
    """A paper that a channel looks after."""

    paper_id: str
    place: Place
    """The thread in which it stands; without one in a direct conversation."""
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
        """As if the person had not saved it."""
        return replace(self, savers=tuple(p for p in self.savers if p != person))


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
    """As the Watch's."""

    @property
    def name(self) -> str:
        return f"{self.change.paper.id} {fingerprint(to_json(self.change))}"


@dataclass(frozen=True)
class _Row:
    """A Watch as it is stored; `known`: the hash of it."""

    watch: Watch
    known: str = ""


class Watches(Base):
    async def watch(self, channel: str, watches: Sequence[Watch]) -> None:
        """Looks after papers. One that is looked after already stays where it is, but longer; one
        without a place to tell it in is not begun with."""
        rows = await self._rows(channel)
        commands: list[Command] = []
        for new in watches:
            row = rows.get(new.paper_id)
            old = row.watch if row else None
            if old is None or row is None:
                if not (new.place.thread or new.place.direct):
                    continue
                commands += self._row_commands(channel, new)
            else:
                people, savers = (_union(old.people, new.people), _union(old.savers, new.savers))
                kept = replace(old, people=people, savers=savers, until=max(old.until, new.until))
                if not old.digest and new.digest:
                    kept = replace(kept, digest=new.digest, known=None if row.known else new.known)
                commands += self._row_commands(channel, kept, row.known)
            for person in _union(new.people, new.savers):
                index = key("person", person, "watched")
                commands += [("SADD", index, channel), ("EXPIRE", index, seconds(WATCH_LIFE))]
        if commands:
            commands += [("SADD", WATCHING, channel), ("EXPIRE", _watch(channel), seconds(WATCH_LIFE))]
            await self.redis.transaction(commands)

    def _row_commands(self, channel: str, watch: Watch, hashed: str = "") -> list[Command]:
        """`hashed`: of what is known, where that was not loaded."""
        commands: list[Command] = []
        if watch.known is not None:
            raw = to_json(watch.known)
            hashed = fingerprint(raw)
            commands.append(("SET", key("known", hashed), pack(raw), "EX", seconds(WATCH_LIFE)))
        elif hashed:
            commands.append(("EXPIRE", key("known", hashed), seconds(WATCH_LIFE)))
        row = _Row(replace(watch, known=None), hashed)
        return [*commands, ("HSET", _watch(channel), watch.paper_id, to_json(row))]

    async def _rows(self, channel: str) -> dict[str, _Row]:
        found = await self.redis.do("HGETALL", _watch(channel))
        return {name.decode(): from_json(_Row, value) for name, value in found.items()}

    async def watched_papers(self, channels: Sequence[str]) -> set[str]:
        """The ids of all papers that these channels look after."""
        found = await self.redis.batch([("HKEYS", _watch(channel)) for channel in channels])
        return {name.decode() for names in found for name in names}

    async def watches(self, channels: Sequence[str], papers: Sequence[str]) -> list[tuple[str, Watch]]:
        """What these channels know of these papers. What several know alike is one value."""
        if not papers:
            return []
        found = await self.redis.batch([("HMGET", _watch(channel), *papers) for channel in channels])
        rows = [(c, from_json(_Row, raw)) for c, raws in zip(channels, found, strict=True) for raw in raws if raw]
        hashed = sorted({row.known for _, row in rows if row.known})
        raws = await self.redis.do("MGET", *(key("known", h) for h in hashed)) if hashed else []
        known = {h: from_json(Known, unpack(raw)) for h, raw in zip(hashed, raws, strict=True) if raw}
        over = [("HDEL", _watch(c), row.watch.paper_id) for c, row in rows if row.watch.until <= self.now()]
        if over:
            await self.redis.transaction(over)
        return [(c, replace(r.watch, known=known.get(r.known))) for c, r in rows if r.watch.until > self.now()]

    async def watched(self, channel: str) -> int:
        """How many papers the channel looks after."""
        return int(await self.redis.do("HLEN", _watch(channel)))

    async def watching(self) -> list[str]:
        """The channels that look after papers or have news. Others are no longer listed."""
        channels = sorted(c.decode() for c in await self.redis.do("SMEMBERS", WATCHING))
        held = await self.redis.batch([("EXISTS", _watch(c), _news(c)) for c in channels])
        gone = [c for c, n in zip(channels, held, strict=True) if not n]
        if gone:
            await self.redis.do("SREM", WATCHING, *gone)
        return [c for c in channels if c not in gone]

    async def unwatch(self, channel: str, papers: Collection[str]) -> None:
        """Looks after these papers no longer, and forgets their news."""
        news = [n.name for n in await self.news(channel) if n.change.paper.id in papers]
        commands: list[Command] = [("HDEL", _watch(channel), *papers)] if papers else []
        await self.redis.transaction([*commands, *([("HDEL", _news(channel), *news)] if news else [])])

    async def unwatch_digest(self, channel: str, digest: str) -> None:
        """The digest was taken back."""
        rows = [row for row in (await self._rows(channel)).values() if row.watch.digest == digest]
        await self._keep_wanted(channel, [replace(row, watch=replace(row.watch, digest="")) for row in rows])

    async def unwatch_person(self, person: str) -> None:
        """Forgets that a person asked about papers or saved them, and papers of no one else."""
        for channel in [c.decode() for c in await self.redis.do("SMEMBERS", key("person", person, "watched"))]:
            rows = (await self._rows(channel)).values()
            left = [
                replace(
                    row,
                    watch=replace(row.watch.without(person), people=tuple(p for p in row.watch.people if p != person)),
                )
                for row in rows
                if person in (*row.watch.people, *row.watch.savers)
            ]
            await self._keep_wanted(channel, left)

    async def unwatch_saved(self, person: str, paper: str, channels: Collection[str]) -> None:
        """Looks after the paper there no longer because this person saved it."""
        for channel in channels:
            row = (await self._rows(channel)).get(paper)
            if row is not None and person in row.watch.savers:
                await self._keep_wanted(channel, [replace(row, watch=row.watch.without(person))])

    async def _keep_wanted(self, channel: str, rows: Sequence[_Row]) -> None:
        await self.unwatch(channel, [row.watch.paper_id for row in rows if not row.watch.wanted])
        kept = [row for row in rows if row.watch.wanted]
        if kept:
            await self.redis.transaction([("HSET", _watch(channel), r.watch.paper_id, to_json(r)) for r in kept])

    # ------------------------------------------------------------ news

    async def save_seen(self, channel: str, watch: Watch, news: News | None) -> None:
        """What is known of a paper from now on, and what of it is to be told."""
        commands = self._row_commands(channel, watch)
        if news is not None:
            commands += _news_commands(channel, news)
        await self.redis.transaction(commands)

    async def news(self, channel: str) -> list[News]:
        found = await self.redis.do("HGETALL", _news(channel))
        return [from_json(News, unpack(value)) for _, value in sorted(found.items())]

    async def save_news(self, channel: str, news: Sequence[News]) -> None:
        if news:
            await self.redis.transaction([command for one in news for command in _news_commands(channel, one)])

    async def end_news(self, channel: str, news: Sequence[News]) -> None:
        """They were told, or nobody can be told."""
        if news:
            await self.redis.do("HDEL", _news(channel), *(one.name for one in news))


def _union(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*one, *other]))


def _news_commands(channel: str, news: News) -> list[Command]:
    return [("HSET", _news(channel), news.name, pack(to_json(news))), ("EXPIRE", _news(channel), seconds(LONG))]


def _watch(channel: str) -> str:
    return key("watch", channel)


def _news(channel: str) -> str:
    return key("news", channel)
