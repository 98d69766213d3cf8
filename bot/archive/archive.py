"""The Archive: one process owns its file, and all others ask that process through the store.

The owner holds a lease. It reads from the store what has changed, and works on the file in a thread
of its own. Each request names the channels that the person may see.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar
from uuid import uuid4

from bot.archive.index import (
    ALL,
    NOTHING,
    BrokenIndex,
    Filters,
    Hit,
    Index,
    Scope,
    StoredAnswer,
    channels_in,
    is_broken,
    put_in_place,
    remove,
)
from bot.core.chat import VoteKind
from bot.core.ids import answer_of
from bot.store import ArchiveChange, DeliveryState, LeaseBusy, QuestionState, Store, StoreUnavailable
from bot.store.archive import ARCHIVE_LEASE
from bot.store.redis import LONG
from digest.errors import PaperboyError, Unavailable, for_log, trace
from digest.model import Digest, Paper, from_json, to_json
from digest.ports import Papers

log = logging.getLogger(__name__)
T = TypeVar("T")
P = ParamSpec("P")

FILE = "archive.db"
LEASE_LIFE = timedelta(seconds=30)
LOOK = 2.0
"""Seconds between two looks at what has changed."""
TRY_AGAIN = 5.0
"""Seconds between two tries to become the owner."""
REPLY_TIMEOUT = 3.0
REBUILD_TIMEOUT = 900.0


class ArchiveUnavailable(Unavailable):
    """No process has the archive open, or its file cannot be used at the moment."""


@dataclass(frozen=True)
class Rebuilt:
    rows: dict[str, int]
    """Number of rows by kind."""
    unreadable: tuple[str, ...] = ()
    """Keys of digests that could not be read and are not in the index."""


@dataclass(frozen=True)
class Request:
    """A question to the file."""

    op: str
    """`search`, `paper`, `answers`, `digest`, `digests` or `rebuild`."""
    text: str = ""
    scope: Scope = NOTHING
    filters: Filters = ALL
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class Reply:
    hits: tuple[Hit, ...] = ()
    digest: Digest | None = None
    keys: tuple[str, ...] = ()
    rebuilt: Rebuilt | None = None


def reply_to(index: Index, request: Request) -> Reply:
    """Answers a request from the file. Reads nothing outside of the request's scope. Raises
    ArchiveUnavailable for a request that only another version knows."""
    text, scope = request.text, request.scope
    if request.op == "search":
        return Reply(tuple(index.search(text, scope, request.filters, request.limit, request.offset)))
    if request.op == "paper":
        hit = index.paper(text, scope)
        return Reply((hit,) if hit else ())
    if request.op == "answers":
        return Reply(tuple(index.answers_about(text, scope, request.limit)))
    if request.op == "digest":
        return Reply(digest=index.digest(text, scope))
    if request.op == "digests":
        channel = next(iter(scope.channels), "")
        return Reply(keys=tuple(index.digest_keys(channel, request.limit) if channel else ()))
    raise ArchiveUnavailable("The archive's owner is of another version.")


class _File:
    """Runs an Index in the one thread that uses it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._index: Index | None = None
        self.broken = False
        """Whether the file was found to be damaged."""

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Opens the file. Raises BrokenIndex, ArchiveUnavailable."""
        file = cls()
        try:
            file._index = await file._run(lambda: Index(path))
        except BaseException:
            file._thread.shutdown(wait=False)
            raise
        return file

    async def do(self, method: Callable[Concatenate[Index, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a function in the file's thread. Raises ArchiveUnavailable."""
        index = self._index
        assert index is not None
        return await self._run(lambda: method(index, *args, **kwargs))

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            self.broken |= is_broken(error)
            cause = error.strerror if isinstance(error, OSError) else error
            raise ArchiveUnavailable(f"The archive's file cannot be used: {cause}.") from error

    async def close(self) -> None:
        try:
            await self.do(Index.close)
        finally:
            self._thread.shutdown()


class Archive:
    """`days`: how long digests are kept; None for ever."""

    def __init__(self, store: Store, home: Path, papers: Papers, days: int | None = None) -> None:
        self._store, self._papers, self._days = store, papers, days
        self._path = home / FILE
        self._file: _File | None = None
        self._looking = asyncio.Lock()
        self._pruned = date.min

    # ------------------------------------------------------------ asking

    async def search(
        self, words: str, scope: Scope, filters: Filters = ALL, limit: int = 10, offset: int = 0
    ) -> list[Hit]:
        """Returns hits, the best first; without words, the newest first. Raises
        ArchiveUnavailable."""
        return await self._drop_deleted((await self._ask(Request("search", words, scope, filters, limit, offset))).hits)

    async def paper(self, paper_id: str, scope: Scope) -> Hit | None:
        hits = (await self._ask(Request("paper", paper_id, scope))).hits
        return hits[0] if hits else None

    async def answers(self, paper_id: str, scope: Scope) -> list[Hit]:
        """Returns the answers about the paper, newest first."""
        return await self._drop_deleted((await self._ask(Request("answers", paper_id, scope, limit=20))).hits)

    async def digest(self, key: str, scope: Scope) -> Digest | None:
        return (await self._ask(Request("digest", key, scope))).digest

    async def digests(self, channel: str, limit: int = 30) -> tuple[str, ...]:
        """Returns the keys of the channel's digests, newest first."""
        return (await self._ask(Request("digests", scope=Scope(frozenset({channel})), limit=limit))).keys

    async def rebuild(self) -> Rebuilt:
        """Makes the index anew from the digests that it keeps and from the store. The owner does
        this; if there is none, this process. Raises ArchiveUnavailable, and the old index then
        stays."""
        if self._file is not None:
            return await self._rebuild()
        try:
            async with self.owned(fill=False):
                return await self._rebuild()
        except LeaseBusy:
            reply = await self._ask(Request("rebuild"), REBUILD_TIMEOUT)
            assert reply.rebuilt is not None
            return reply.rebuilt

    async def _ask(self, request: Request, within: float = REPLY_TIMEOUT) -> Reply:
        if self._file is not None:
            return await self._perform(request)
        owned = await self._store.archive_has_owner()
        raw = await self._store.ask_archive(to_json(request), within) if owned else None
        if raw is None:
            raise ArchiveUnavailable("The archive does not answer at the moment.")
        return from_json(Reply, raw)

    async def _drop_deleted(self, hits: Sequence[Hit]) -> list[Hit]:
        """Leaves out answers that the store no longer holds: their asker may have deleted them."""
        return [hit for hit in hits if hit.kind != "answer" or await self._public_answer(hit.subject) is not None]

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[Self]:
        """For a command of the terminal: asks the owner; if there is none, owns the file
        meanwhile."""
        async with contextlib.AsyncExitStack() as stack:
            if not await self._store.archive_has_owner():
                with contextlib.suppress(LeaseBusy):
                    await stack.enter_async_context(self.owned())
                    await self.catch_up()
            yield self

    # ------------------------------------------------------------ owning

    async def run(self) -> None:
        """Owns the file whenever no other process does, until cancelled."""
        while True:
            try:
                async with self.owned():
                    serving = asyncio.create_task(self._serve())
                    try:
                        await self._look()
                    finally:
                        serving.cancel()
                        await asyncio.gather(serving, return_exceptions=True)
            except LeaseBusy:
                pass
            except PaperboyError as error:
                log.warning("event=archive_lost cause=%r", for_log(error))
            except Exception as error:  # noqa: BLE001  # the bot runs on without its archive
                log.error("event=bug where=archive\n%s", trace(error))  # noqa: TRY400
            await asyncio.sleep(TRY_AGAIN)

    @contextlib.asynccontextmanager
    async def owned(self, *, fill: bool = True) -> AsyncIterator[None]:
        """Opens the file as its owner. Raises LeaseBusy if another process is."""
        async with self._store.lease(ARCHIVE_LEASE, LEASE_LIFE, wait=timedelta(0)):
            try:
                await self._open(fill=fill)
                yield
            finally:
                file, self._file = self._file, None
                if file is not None:
                    await file.close()

    async def _open(self, *, fill: bool) -> None:
        """Opens the file. A file that is new, or was not the last to hold everything, answers only
        once it is filled."""
        try:
            file = await _File.open(self._path)
        except BrokenIndex as error:
            log.warning("event=archive_broken cause=%r", for_log(error))
            await self._rebuild()
            return
        if fill and await self._store.archive_file_id() != await file.do(_file_id):
            await file.close()
            await self._rebuild()
        else:
            self._file = file

    async def _serve(self) -> None:
        serving: set[asyncio.Task[None]] = set()
        try:
            while True:
                try:
                    found = await self._store.next_archive_request()
                except StoreUnavailable:
                    await asyncio.sleep(TRY_AGAIN)
                    continue
                if found is not None:
                    task = asyncio.create_task(self._reply(*found))
                    serving.add(task)
                    task.add_done_callback(serving.discard)
        finally:
            for task in serving:
                task.cancel()

    async def _reply(self, name: str, raw: bytes) -> None:
        try:
            reply = await self._perform(from_json(Request, raw))
        except (PaperboyError, ValueError) as error:
            log.warning("event=archive_unanswered cause=%s", type(error).__name__)
            return
        await self._store.answer_archive(name, to_json(reply))

    async def _perform(self, request: Request) -> Reply:
        if request.op == "rebuild":
            return Reply(rebuilt=await self._rebuild())
        return await self._own_file().do(reply_to, request)

    def _own_file(self) -> _File:
        if self._file is None:
            raise ArchiveUnavailable("The archive does not answer at the moment.")
        return self._file

    # ------------------------------------------------------------ what has changed

    async def _look(self) -> None:
        while True:
            try:
                if self._own_file().broken:
                    await self._rebuild()
                await self.catch_up()
                await self._prune()
            except (StoreUnavailable, ArchiveUnavailable) as error:
                if self._file is None:
                    raise
                log.warning("event=archive_waits cause=%r", for_log(error))
            await asyncio.sleep(LOOK)

    async def catch_up(self) -> None:
        """Looks at everything that has changed."""
        async with self._looking:
            changes = await self._store.archive_changes()
            forgotten = False
            for change in changes:
                try:
                    forgotten |= await self._apply(change)
                except ValueError as error:  # what the store holds cannot be read
                    log.warning("event=not_archived kind=%s cause=%s", change.kind, type(error).__name__)
                await self._store.take_out_change(change)
            if forgotten:
                await self._own_file().do(Index.clean)

    async def _apply(self, change: ArchiveChange) -> bool:
        """Applies changes. Returns whether something was deleted that a person or a channel wanted
        forgotten."""
        file = self._own_file()
        if change.kind == "digest":
            return await self._look_at_digest(file, change.name)
        if change.kind == "question":
            return await self._look_at_question(file, change.name)
        if change.kind == "votes":
            return await self._look_at_votes(file, change.name)
        await file.do(Index.drop_channel, change.name)
        await self._import(file, change.name, set())
        return True

    async def _look_at_digest(self, file: _File, key: str) -> bool:
        delivery = await self._store.delivery(key, plan=False)
        if delivery is not None and delivery.state is DeliveryState.RETRACTED:
            await file.do(Index.drop_digest, key)
            return True
        digest = await self._store.digest(key)
        if digest is not None:
            await file.do(Index.put_digest, digest)
        return False

    async def _look_at_question(self, file: _File, question: str) -> bool:
        stored = await self._public_answer(question)
        if stored is None:
            await file.do(Index.drop_answer, question)
            return True
        await file.do(Index.put_answer, stored)
        return False

    async def _public_answer(self, question: str) -> StoredAnswer | None:
        """Returns the answer if it stands in its channel, or None if only its asker has seen it."""
        asked = await self._store.question(question)
        if asked is None or asked.answer is None or asked.state is not QuestionState.ANSWERED:
            return None
        if asked.question.private or not asked.message:
            return None
        of = asked.question
        return StoredAnswer(question, of.place.key, of.text, asked.answer, of.at.date())

    async def _look_at_votes(self, file: _File, channel: str) -> bool:
        votes = await self._store.votes(channel)
        saved = {
            (await self._store.hidden_person(vote.person.id), vote.subject): vote.at.date()
            for vote in votes
            if vote.kind is VoteKind.SAVED and not answer_of(vote.subject)
        }
        ids = {paper for _, paper in saved}
        known = await file.do(Index.known_papers, ids)
        known |= await self._fetch_saved(ids - known.keys())
        await file.do(Index.put_saved, channel, saved, known)
        return True

    async def _fetch_saved(self, ids: set[str]) -> dict[str, Paper]:
        """Fetches the metadata of saved papers that no digest showed. Without arXiv they are
        indexed later."""
        if not ids:
            return {}
        try:
            return {paper.id: paper for paper in await self._papers.get(sorted(ids))}
        except PaperboyError as error:
            log.info("event=saved_without_title cause=%r", for_log(error))
            return {}

    async def _prune(self) -> None:
        today = self._store.now().date()
        if self._pruned == today:
            return
        async with self._looking:
            file = self._own_file()
            await file.do(Index.prune, *self._limits())
            await self._store.set_archive_file_id(await file.do(_file_id))
        self._pruned = today

    def _limits(self) -> tuple[date | None, date]:
        """Returns the oldest days that are kept: of digests, and of answers and saved papers."""
        today = self._store.now().date()
        return today - timedelta(days=self._days) if self._days is not None else None, today - LONG

    # ------------------------------------------------------------ all anew

    async def _rebuild(self) -> Rebuilt:
        """Fills a new file, while the old one still answers, and replaces the old one by it."""
        async with self._looking:
            path, name = self._path.with_suffix(".new"), uuid4().hex
            remove(path)
            try:
                rebuilt = await self._fill(path, name)
                await self._put_in_place(path)
            finally:
                remove(path)
            await self._store.set_archive_file_id(name)
            return rebuilt

    async def _fill(self, path: Path, name: str) -> Rebuilt:
        made = await _File.open(path)
        try:
            await made.do(Index.begin_bulk)
            channels = await asyncio.to_thread(channels_in, self._path)
            forgotten = {channel: await self._store.forgotten_at(channel) for channel in channels}
            unreadable = await made.do(Index.copy_digests, self._path, forgotten)
            for channel in await self._store.archive_channels():
                await self._import(made, channel, unreadable)
            await made.do(Index.end_bulk)
            await made.do(Index.prune, *self._limits())
            await made.do(Index.set_about, "name", name)
            return Rebuilt(await made.do(Index.counts), tuple(await made.do(Index.not_indexed, unreadable)))
        finally:
            await made.close()

    async def _put_in_place(self, path: Path) -> None:
        """Puts the new file in place. The old one answers until the new one does."""
        old = self._file
        if old is not None and not old.broken:
            await old.do(Index.end_journal)
        else:
            self._file = None
            if old is not None:
                await old.close()
        put_in_place(path, self._path)
        try:
            self._file = await _File.open(self._path)
        except BaseException:
            self._file = None
            raise
        finally:
            if old is not None and not old.broken:
                await old.close()

    async def _import(self, file: _File, channel: str, unreadable: set[str]) -> None:
        """Indexes all that the store holds of a channel. Leaves out what cannot be read, and adds
        the keys of such digests to `unreadable`."""
        for key in reversed(await self._store.digests(channel, 10_000)):
            try:
                await self._look_at_digest(file, key)
            except ValueError as error:
                log.warning("event=digest_unreadable digest=%s cause=%s", key, type(error).__name__)
                unreadable.add(key)
        for question in await self._store.questions_of(channel):
            try:
                stored = await self._public_answer(question)
            except ValueError as error:
                log.warning("event=not_archived kind=question cause=%s", type(error).__name__)
                continue
            if stored is not None:
                await file.do(Index.put_answer, stored)
        try:
            await self._look_at_votes(file, channel)
        except ValueError as error:
            log.warning("event=not_archived kind=votes cause=%s", type(error).__name__)


def _file_id(index: Index) -> str:
    name = index.about("name") or uuid4().hex
    index.set_about("name", name)
    return name
