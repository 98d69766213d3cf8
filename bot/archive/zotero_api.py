"""Papers as items of Zotero, and the requests that write them into a group library.

Zotero Web API, version 3. A paper's item has the key that its arXiv id gives, and is written with
version 0, "must not exist yet": so no paper comes twice into a library, whoever pushes it and
however often.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from yarl import URL

from bot.archive.export import doi_of, name_of, note_of
from bot.core.texts import say
from bot.core.throttle import Pauses
from digest.errors import PaperboyError, Unavailable
from digest.http.bounds import HttpError, Limits
from digest.http.reader import Answer, HttpReader
from digest.model import Paper
from digest.render import tex
from digest.render.markdown import escape

BATCH = 50
"""Items of one request."""
LIMITS = Limits(body=5_000_000, seconds=30.0)
DEFAULT_WAIT = 300.0
"""Seconds, where Zotero names none."""
LONGEST_WAIT = 3600.0
CHARACTERS = "23456789ABCDEFGHIJKLMNPQRSTUVWXYZ"
"""Of an item's key."""
KEY_LENGTH = 8
SAID = 200
"""Characters of Zotero's words that people are shown."""


class ZoteroRefused(PaperboyError):
    """Zotero refuses: somebody has to change the key, the group or its settings."""


class ZoteroBusy(Unavailable):
    """Zotero is away, or asks for a pause: try again after `wait` seconds."""

    def __init__(self, message: str, wait: float = DEFAULT_WAIT) -> None:
        super().__init__(message)
        self.wait = min(max(wait, 1.0), LONGEST_WAIT)


@dataclass(frozen=True)
class Added:
    items: Mapping[str, str]
    """Paper id to the key of its item, for all that are in the library now."""
    new: int
    """How many of them this request put there."""
    refused: Mapping[str, str]
    """Paper id to Zotero's words."""


# ---------------------------------------------------------------- items


def item_key(paper_id: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"arxiv:{paper_id}".encode()).digest())
    digits = []
    for _ in range(KEY_LENGTH):
        number, digit = divmod(number, len(CHARACTERS))
        digits.append(CHARACTERS[digit])
    return "".join(digits)


def item_of(paper: Paper) -> dict[str, Any]:
    """A preprint, or an article where arXiv names the journal."""
    shared = {
        "key": item_key(paper.id),
        "version": 0,
        "title": tex.plain(paper.title),
        "creators": [_creator(author) for author in paper.authors],
        "abstractNote": tex.plain(paper.abstract),
        "date": f"{paper.published:%Y-%m-%d}",
        "DOI": doi_of(paper),
        "url": paper.abs_url,
        "libraryCatalog": "arXiv.org",
        "extra": "\n".join(filter(None, (f"arXiv:{paper.versioned} [{paper.primary}]", note_of(paper)))),
        "tags": [{"tag": category, "type": 1} for category in paper.categories],
    }
    if paper.journal_ref:
        archived = {"archive": "arXiv", "archiveLocation": paper.id}
        return {"itemType": "journalArticle", "publicationTitle": tex.plain(paper.journal_ref), **archived, **shared}
    return {"itemType": "preprint", "repository": "arXiv", "archiveID": f"arXiv:{paper.id}", **shared}


def _items_of(papers: Sequence[Paper]) -> bytes:
    return json.dumps([item_of(paper) for paper in papers], ensure_ascii=False).encode()


def _creator(author: str) -> dict[str, str]:
    name = name_of(author)
    if name.given:
        given = ", ".join(filter(None, (name.given, name.suffix)))
        return {"creatorType": "author", "firstName": given, "lastName": name.family}
    return {"creatorType": "author", "name": name.family}


# ---------------------------------------------------------------- requests


class ZoteroApi:
    """`pauses`: by key, those that Zotero asked for, for all processes."""

    def __init__(self, reader: HttpReader, url: str, pauses: Callable[[str], Pauses]) -> None:
        self._reader, self._url, self._pauses = reader, url.rstrip("/"), pauses

    async def group_name(self, key: str, library: int) -> str:
        """Checks that the key may write to the group, and returns its name. Raises ZoteroRefused,
        ZoteroBusy."""
        groups = _fields(_fields(await self._json("/keys/current", key), "access"), "groups")
        allowed = _fields(groups, str(library)) or _fields(groups, "all")
        if not allowed.get("write"):
            raise ZoteroRefused(say.sentence("error.zotero.readonly", library=library))
        group = await self._json(f"/groups/{library}", key)
        return str(_fields(group, "data").get("name") or "")[:100]

    async def add(self, key: str, library: int, papers: Sequence[Paper]) -> Added:
        """Adds at most `BATCH` papers. Raises ZoteroRefused, ZoteroBusy."""
        token = hashlib.sha256(" ".join([str(library), *(p.versioned for p in papers)]).encode()).hexdigest()[:32]
        answer = await self._write(key, library, papers, token)
        if answer.status == 413:
            return await self._add_less(key, library, papers, answer)
        if answer.status != 412:
            return _added(papers, await _parse(answer))
        # The token was used: an earlier request came through though its answer was lost.
        there = await self._existing(key, library, papers)
        missing = [paper for paper in papers if paper.id not in there]
        if not missing:
            return Added(there, 0, {})
        answer = await self._write(key, library, missing, uuid4().hex)
        if answer.status != 200:
            raise ZoteroBusy(say.sentence("error.zotero.busy"))
        added = _added(missing, await _parse(answer))
        return Added({**there, **added.items}, added.new, added.refused)

    async def _add_less(self, key: str, library: int, papers: Sequence[Paper], answer: Answer) -> Added:
        """Sends in halves what was too large for one request. A single paper that is too large is
        refused."""
        if len(papers) == 1:
            return Added({}, 0, {papers[0].id: escape(answer.body.decode("utf-8", "replace")[:SAID])})
        half = len(papers) // 2
        one = await self.add(key, library, papers[:half])
        other = await self.add(key, library, papers[half:])
        return Added({**one.items, **other.items}, one.new + other.new, {**one.refused, **other.refused})

    async def _write(self, key: str, library: int, papers: Sequence[Paper], token: str) -> Answer:
        body = await asyncio.to_thread(_items_of, papers)
        headers = {"Content-Type": "application/json", "Zotero-Write-Token": token}
        return await self._ask("POST", f"/groups/{library}/items", key, headers, body, taken=(200, 412, 413))

    async def _existing(self, key: str, library: int, papers: Sequence[Paper]) -> dict[str, str]:
        keys = {item_key(paper.id): paper.id for paper in papers}
        found = await self._json(f"/groups/{library}/items?format=versions&itemKey={','.join(keys)}", key)
        return {paper_id: name for name, paper_id in keys.items() if name in found}

    async def _json(self, path: str, key: str) -> dict[str, Any]:
        return await _parse(await self._ask("GET", path, key))

    async def _ask(
        self,
        method: str,
        path: str,
        key: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        taken: tuple[int, ...] = (200,),
    ) -> Answer:
        """Makes a request. The key appears in no address and in no error."""
        pauses = self._pauses(key)
        left, _ = await pauses.left(["zotero"])
        if left > 0:
            raise ZoteroBusy(say.sentence("error.zotero.busy"), left)
        own = {"Zotero-API-Version": "3", "Zotero-API-Key": key, **(headers or {})}
        try:
            answer = await self._reader.send(method, URL(self._url + path), LIMITS, own, body)
        except HttpError as error:
            raise ZoteroBusy(say.sentence("error.zotero.away")) from error
        wait = max(_seconds(answer, "Backoff"), _seconds(answer, "Retry-After"))
        if wait:
            await pauses.put("zotero", wait)
        if answer.status not in taken:
            raise _failure(answer, wait)
        return answer


def _failure(answer: Answer, wait: float) -> ZoteroRefused | ZoteroBusy:
    status = answer.status
    if status in (409, 429) or (status == 503 and wait):  # 409: somebody else's change locks the library
        return ZoteroBusy(say.sentence("error.zotero.busy"), wait or DEFAULT_WAIT)
    if status >= 500:
        return ZoteroBusy(say.sentence("error.zotero.away"), wait or DEFAULT_WAIT)
    if status in (401, 403):
        return ZoteroRefused(say.sentence("error.zotero.key", status=status))
    if status == 404:
        return ZoteroRefused(say.sentence("error.zotero.group"))
    words = escape(answer.body.decode("utf-8", "replace")[:SAID])
    return ZoteroRefused(say.sentence("error.zotero.refused", status=status, words=words))


def _seconds(answer: Answer, name: str) -> float:
    text = answer.headers.get(name, "").strip()
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0


async def _parse(answer: Answer) -> dict[str, Any]:
    """Parses a reply in a thread, because it may be large. Raises ZoteroBusy unless it is an
    object."""
    try:
        found = await asyncio.to_thread(json.loads, answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ZoteroBusy(say.sentence("error.zotero.away"))
    return found


def _fields(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object in a field; empty where the field is absent or holds something else."""
    inner = found.get(name)
    return inner if isinstance(inner, dict) else {}


def _added(papers: Sequence[Paper], found: Mapping[str, Any]) -> Added:
    """Reads the reply, which names papers by their place in the request. One that failed because it
    exists counts as there."""
    items: dict[str, str] = {}
    refused: dict[str, str] = {}
    failed, unchanged = _fields(found, "failed"), _fields(found, "unchanged")
    done = {**unchanged, **_fields(found, "success"), **_fields(found, "successful")}
    new = 0
    for place, paper in enumerate(papers):
        name = str(place)
        problem = _fields(failed, name)
        code = problem.get("code")
        if name in done or code == 412:
            new += name in done and name not in unchanged
            items[paper.id] = item_key(paper.id)
        elif str(code).startswith("4") and code not in (409, 429):
            refused[paper.id] = escape(str(problem.get("message") or "")[:SAID])
    return Added(items, new, refused)
