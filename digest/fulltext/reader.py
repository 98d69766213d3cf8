"""The full text of a paper: arXiv's HTML, else its PDF, else the abstract with a note that says why.

The one thing to know: nothing about one paper raises. What could not be had for a passing reason is kept for minutes only.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from digest import cache_keys
from digest.errors import ArxivUnavailable, Unreadable
from digest.fulltext.abstract import abstract_section, abstract_text
from digest.fulltext.fetch import Fetcher
from digest.fulltext.pool import ChildPool, Crashed
from digest.model import Basis, FullText, Paper, from_json, to_json
from digest.ports import Cache

log = logging.getLogger(__name__)

PARSER = "2"
"""Raised when a parser reads differently, so that nothing an older one wrote is used."""
MAX_PAGES = 1_200
"""A thesis of a thousand pages takes 2 s and 120 MB; what is longer is read up to here, and the note says so."""
BRIEF = timedelta(minutes=10)
"""How long `arXiv did not answer` is believed."""
A_DAY = timedelta(days=1)
"""How long `this file ends its process` is believed."""


class Reader:
    """The Texts port over arXiv."""

    def __init__(
        self, fetcher: Fetcher, cache: Cache, pool: ChildPool | None = None, *, max_pages: int = MAX_PAGES
    ) -> None:
        self._fetcher = fetcher
        self._cache = cache
        self._pool = pool or ChildPool()
        self._max_pages = max_pages

    async def read(self, paper: Paper) -> FullText:
        key = cache_keys.text(paper, PARSER)

        async def make() -> bytes:
            text, life = await self._make(paper)
            if life < cache_keys.TEXT_LIFE:
                raise _NotForLong(text, life)
            return to_json(text)

        try:
            return from_json(FullText, await self._cache.once(key, cache_keys.TEXT_LIFE, make))
        except _NotForLong as e:
            await self._cache.put(key, to_json(e.text), e.life)
            return e.text

    async def aclose(self) -> None:
        await self._pool.aclose()
        await self._fetcher.aclose()

    async def _make(self, paper: Paper) -> tuple[FullText, timedelta]:
        """The best text to be had, and how long it may be believed."""
        if paper.withdrawn:
            return abstract_text(paper, "the paper was withdrawn"), cache_keys.TEXT_LIFE
        life = cache_keys.TEXT_LIFE
        notes: list[str] = []
        for basis in (Basis.HTML, Basis.PDF):
            try:
                data = await self._fetcher.fetch(paper, basis)
                text = from_json(FullText, await self._pool.parse(basis, data, paper, self._max_pages))
            except Crashed as e:
                life = min(life, A_DAY)
                notes.append(str(e))
            except Unreadable as e:
                notes.append(str(e))
            except ArxivUnavailable as e:
                life = min(life, BRIEF)
                notes.append(str(e))
            else:
                note = "; ".join(n.rstrip(".") for n in (*notes, text.note) if n)
                return _with_abstract(replace(text, note=note), paper), cache_keys.TEXT_LIFE
        note = "; ".join(n.rstrip(".") for n in notes)
        log.info("text absent paper=%s note=%r", paper.versioned, note)
        return abstract_text(paper, note), life


class _NotForLong(Exception):  # it is no error for anybody outside
    """Leaves `once` without being stored for its whole life."""

    def __init__(self, text: FullText, life: timedelta) -> None:
        super().__init__(text.note)
        self.text = text
        self.life = life


def _with_abstract(text: FullText, paper: Paper) -> FullText:
    """The first Section is the abstract, from the metadata where the document shows none."""
    first, *rest = text.sections
    return text if first.passages else replace(text, sections=(abstract_section(paper), *rest))
