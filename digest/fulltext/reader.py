"""Reads a paper's full text: arXiv's HTML, else its PDF, else the abstract with a note why.

Reading never raises. If arXiv was unavailable, the result is cached for minutes only."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from digest import cache_keys
from digest.errors import ArxivUnavailable, Unreadable
from digest.fulltext.abstract import abstract_section, abstract_text
from digest.fulltext.completeness import is_lacking, prose_letters
from digest.fulltext.fetch import Fetcher
from digest.fulltext.html.figures import UNCHANGED
from digest.fulltext.pool import ChildPool, Crashed
from digest.model import Basis, Figure, FullText, Paper, from_json, to_json
from digest.ports import Cache

log = logging.getLogger(__name__)

PARSER = "8"
"""Part of the cache key. Raise it when a parser's output changes."""
MORE = 1.03
"""The PDF replaces a lacking page if it holds so many times the letters."""
UNAVAILABLE_LIFE = timedelta(minutes=10)
"""How long a result is cached if arXiv did not answer."""
CRASHED_LIFE = timedelta(days=1)
"""How long a result is cached if the file crashed its parser."""


class Reader:
    def __init__(self, fetcher: Fetcher, cache: Cache) -> None:
        self._fetcher = fetcher
        self._cache = cache
        self._pool = ChildPool()

    async def read(self, paper: Paper) -> FullText:
        key = cache_keys.text(paper, PARSER)

        async def make() -> bytes:
            text, life = await self._read(paper)
            if life < cache_keys.TEXT_LIFE:
                raise _ShortLived(text, life)
            return to_json(text)

        try:
            return from_json(FullText, await self._cache.once(key, cache_keys.TEXT_LIFE, make))
        except _ShortLived as e:
            await self._cache.put(key, to_json(e.text), e.life)
            return e.text

    async def picture(self, figure: Figure) -> bytes:
        key = cache_keys.picture(figure)

        async def make() -> bytes:
            try:
                data = await self._fetcher.fetch_picture(figure.path)
                return await self._pool.redraw(data, unchanged=bool(UNCHANGED.search(figure.licence)))
            except Crashed:
                raise
            except Unreadable as e:
                log.info("event=no_picture path=%s cause=%r", figure.path, str(e))
                return b""

        try:
            return await self._cache.once(key, cache_keys.PICTURE_LIFE, make)
        except (ArxivUnavailable, Crashed) as e:
            log.warning("event=no_picture path=%s cause=%r", figure.path, str(e))
            await self._cache.put(key, b"", UNAVAILABLE_LIFE)
            return b""

    async def aclose(self) -> None:
        await self._pool.aclose()
        await self._fetcher.aclose()

    async def _read(self, paper: Paper) -> tuple[FullText, timedelta]:
        if paper.withdrawn:
            return abstract_text(paper, "the paper was withdrawn"), cache_keys.TEXT_LIFE
        life = cache_keys.TEXT_LIFE
        notes: list[str] = []
        page: FullText | None = None
        for basis in (Basis.HTML, Basis.PDF):
            try:
                data = await self._fetcher.fetch(paper, basis)
                text = from_json(FullText, await self._pool.parse(basis, data, paper))
            except Crashed as e:
                life = min(life, CRASHED_LIFE)
                notes.append(str(e))
            except Unreadable as e:
                notes.append(str(e))
            except ArxivUnavailable as e:
                life = min(life, UNAVAILABLE_LIFE)
                notes.append(str(e))
            else:
                if basis is Basis.HTML and is_lacking(text):
                    page = text
                    notes.append(f"arXiv's HTML lacks {', '.join(text.missing) or f'{text.lost:.0%} of the text'}")
                    continue
                if page is None or prose_letters(text) > MORE * prose_letters(page):
                    note = "; ".join(n.rstrip(".") for n in (*notes, text.note) if n)
                    figure = text.figure if page is None else page.figure
                    return _with_abstract(replace(text, note=note, figure=figure), paper), life
        if page is not None:
            note = "; ".join(n.rstrip(".") for n in (*notes, page.note) if n)
            return _with_abstract(replace(page, note=note), paper), life
        note = "; ".join(n.rstrip(".") for n in notes)
        log.info("event=no_full_text paper=%s note=%r", paper.versioned, note)
        return abstract_text(paper, note), life


class _ShortLived(Exception):
    """Leaves `Cache.once` before it stores the text for its usual life."""

    def __init__(self, text: FullText, life: timedelta) -> None:
        super().__init__(text.note)
        self.text = text
        self.life = life


def _with_abstract(text: FullText, paper: Paper) -> FullText:
    """Adds the metadata's abstract as first Section if the document has none."""
    first, *rest = text.sections
    return text if first.passages else replace(text, sections=(abstract_section(paper), *rest))
