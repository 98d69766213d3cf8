"""A day without arXiv: metadata (CC0) of ten papers of 2026-01-30, with abstracts as texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime

from rapidfuzz import fuzz, process, utils

from digest.arxiv.ids import parse
from digest.fulltext import abstract_text
from digest.model import FullText, Kind, Listed, Listing, Paper, from_json
from tests.paths import ROOT


class SampleDay:
    """Implements Papers and Texts."""

    def __init__(self) -> None:
        bundled = json.loads((ROOT / "tests/data/sample_day_2026_01_30.json").read_text("utf-8"))
        self.day = date.fromisoformat(bundled["day"])
        self._papers = {p["id"]: from_json(Paper, json.dumps(p)) for p in bundled["papers"]}

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        papers = tuple(self._papers.values())
        latest = tuple(Listed(p, Kind.NEW if p.primary in categories else Kind.CROSS) for p in papers)
        return Listing(tuple(categories), self.day, latest, papers)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        return [self._papers[r.id] for r in map(parse, ids) if r and r.id in self._papers]

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        titles = {p.id: f"{p.title} {' '.join(p.authors)}" for p in self._papers.values()}
        found = process.extract(
            words, titles, scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=limit, score_cutoff=60
        )
        return [self._papers[i] for _, _, i in found]

    async def read(self, paper: Paper) -> FullText:
        return abstract_text(paper)
