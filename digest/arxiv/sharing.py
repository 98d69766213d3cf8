"""Shares arXiv's answers between channels and processes, over their Cache.

ArXiv allows a request every three seconds, so a thousand channels at nine o'clock would wait for
hours. Its lists change once a day, so an answer from a few minutes ago is still valid. Failures are
not stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from digest import cache_keys
from digest.arxiv import calendar, ids
from digest.model import Listing, Paper, from_json, to_json
from digest.ports import Cache, Papers

LOOK_LIFE = timedelta(minutes=10)
"""How long the day's list is shared. The midnight in New York that brings a new list ends it."""
PAPER_LIFE = timedelta(hours=1)


class SharedPapers:
    def __init__(self, papers: Papers, cache: Cache) -> None:
        self._papers = papers
        self._cache = cache

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        wanted = tuple(dict.fromkeys(categories))
        moment = int(now.timestamp() // LOOK_LIFE.total_seconds())
        parts = (*sorted(wanted), calendar.latest_list(now).isoformat(), str(moment))

        async def look() -> bytes:
            return to_json(await self._papers.announced(wanted, now))

        listing = from_json(
            Listing, await self._cache.once(f"listing:{cache_keys.fingerprint(*parts)}", LOOK_LIFE, look)
        )
        return replace(listing, categories=wanted)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        """Stores each paper by itself and asks for missing ones in one request."""
        wanted = list(dict.fromkeys(ids))
        known = dict(zip(wanted, await self._cache.get_all([_paper(asked) for asked in wanted]), strict=True))
        papers = {asked: from_json(Paper, raw) for asked, raw in known.items() if raw is not None}
        missing = [asked for asked in known if asked not in papers]
        found = await self._papers.get(missing) if missing else []
        for asked in missing:
            if paper := _meant(asked, found):
                papers[asked] = paper
                await self._cache.put(_paper(asked), to_json(paper), PAPER_LIFE)
        return [papers[asked] for asked in ids if asked in papers]

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        key = f"search:{cache_keys.fingerprint(words, str(limit))}"

        async def find() -> bytes:
            return to_json(tuple(await self._papers.search(words, limit)))

        return list(from_json(tuple[Paper, ...], await self._cache.once(key, LOOK_LIFE, find)))


def _paper(asked: str) -> str:
    return f"paper:{cache_keys.fingerprint(asked)}"


def _meant(asked: str, found: Sequence[Paper]) -> Paper | None:
    ref = ids.parse(asked)
    fitting = [
        p for p in found if ref and ids.plain_id(p.id) == ids.plain_id(ref.id) and ref.version in (None, p.version)
    ]
    return max(fitting, key=lambda p: p.version, default=None)
