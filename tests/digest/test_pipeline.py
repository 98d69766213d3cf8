"""Near the end of the day's budget the model is spared, step by step, each said; and votes choose a digest's papers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest

from digest.errors import OverBudget
from digest.extractive.analyst import ExtractiveAnalyst
from digest.fulltext.abstract import abstract_text
from digest.model import (
    Analysis,
    Basis,
    Entry,
    FullText,
    Kind,
    Listed,
    Listing,
    Mention,
    Paper,
    Profile,
    Score,
    Summary,
)
from digest.pipeline import Request, _others, make_digest, numbered, preview
from digest.ports import MemoryCache, Services, booked, booking
from digest.render.labels import label
from digest.render.markdown import render, why
from digest.selection.ledger import Ledger, best_first
from digest.selection.lexical import choose
from digest.selection.preferences import Example, Preferences
from tests.builders import NOON, a_paper, a_score, an_entry
from tests.digest.selection.test_preferences import DAY, paper

TODAY = date(2026, 1, 30)
PAPERS = tuple(
    replace(p, published=NOON - timedelta(days=1, hours=22), updated=NOON - timedelta(days=1, hours=22)) for p in DAY
)


class World:
    """Papers and Texts without a network."""

    async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
        return Listing(tuple(categories), TODAY, tuple(Listed(p, Kind.NEW) for p in PAPERS), PAPERS)

    async def get(self, ids: Sequence[str]) -> list[Paper]:
        return [p for p in PAPERS if p.id in ids]

    async def search(self, words: str, limit: int = 10) -> list[Paper]:
        return []

    async def read(self, paper: Paper) -> FullText:
        return replace(abstract_text(paper), basis=Basis.HTML)


@dataclass
class Counting:
    """An Analyst that counts what it is asked, and has no money at some of it."""

    broke: frozenset[str] = frozenset()
    asked: list[tuple[str, str]] = field(default_factory=list)
    payers: set[str] = field(default_factory=set)
    by_words = ExtractiveAnalyst()
    name = "a-model"
    version = "1"

    def _ask(self, what: str, about: str = "") -> None:
        self.payers.add(booking.get().payer)
        if what in self.broke:
            raise OverBudget("The day's budget for the model is used up.", NOON)
        self.asked.append((what, about))

    def count(self, what: str) -> int:
        return sum(name == what for name, _ in self.asked)

    async def prepare(self) -> None:
        pass

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        self._ask("rank")
        return [a_score(p.id, 5 + (i % 3) / 10, 5, reason="A reason.") for i, p in enumerate(papers)]

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        self._ask("analyse", text.basis)
        return replace(await self.by_words.analyse(paper, text, language), by=self.name)

    async def summarise(self, entries: Sequence[Entry], language: str, day: date) -> Summary:
        self._ask("summarise")
        return replace(await self.by_words.summarise(entries, language, day), by=self.name)

    async def confirm(self, entries: Sequence[Entry], summary: Summary) -> tuple[tuple[Entry, ...], Summary]:
        return tuple(entries), summary

    async def answer(self, *_: object) -> None:
        raise AssertionError


@pytest.fixture
def model():
    return Counting()


async def test_the_analyst_is_prepared_while_the_lists_are_awaited(model, monkeypatch):
    prepared = asyncio.Event()

    async def prepare() -> None:
        prepared.set()

    class Slow(World):
        async def announced(self, categories: Sequence[str], now: datetime) -> Listing:
            async with asyncio.timeout(5):
                await prepared.wait()
            return await super().announced(categories, now)

    monkeypatch.setattr(model, "prepare", prepare)
    assert (await made(replace(services(model), papers=Slow()))).entries


def services(model: Counting, share: float = 0.0, cache: MemoryCache | None = None) -> Services:
    async def spent(payer: str) -> float:
        assert payer == "slack:C1"
        return share

    world = World()
    return Services(world, world, model, ExtractiveAnalyst(), cache or MemoryCache(), spent=spent)


def request(**values: object) -> Request:
    given = {"papers": 3, "profile": Profile(("cs.CV",), "grasping", language="en")}
    return Request("slack:C1", "daily", TODAY, **(given | values))


async def made(at: Services, **values: object):
    digest = (await make_digest(request(**values), Ledger(), at, NOON)).digest
    assert digest is not None
    return digest


async def test_with_enough_left_the_model_ranks_and_reads_whole_papers(model):
    digest = await made(services(model, 0.79))
    assert model.count("rank") == 1
    assert {about for what, about in model.asked if what == "analyse"} == {"html"}
    assert digest.notes == ()
    assert model.payers == {"slack:C1"}


async def test_from_four_fifths_on_words_rank_and_the_digest_says_so(model):
    digest = await made(services(model, 0.85))
    assert model.count("rank") == 0
    assert model.count("analyse") == 3
    assert digest.notes == ("Chosen by the words of titles and abstracts: 85% of the day's budget is used.",)
    assert {e.score.by for e in digest.entries} == {"extractive"}
    assert {e.analysis.basis for e in digest.entries} == {Basis.HTML}


async def test_from_nine_tenths_on_abstracts_are_read_and_each_paper_says_so(model):
    digest = await made(services(model, 0.9), profile=Profile(("cs.CV",), "grasping", language="zh"))
    assert {about for what, about in model.asked if what == "analyse"} == {"abstract"}
    assert all(label("saving_abstract", "zh") in e.notes for e in digest.entries)
    assert {e.analysis.basis for e in digest.entries} == {Basis.ABSTRACT}
    assert label("ranked_saving", "zh", share=90) in digest.notes


async def test_a_summary_of_abstracts_is_not_that_of_who_read_whole_papers(model):
    cache = MemoryCache()
    await made(services(model, 0.9, cache))
    model.asked = []
    await made(services(model, 0.0, cache))
    assert [what for what, _ in model.asked if what == "summarise"] == ["summarise"]


async def test_a_bug_without_the_model_costs_one_paper_and_not_the_digest(model):
    class Broken(ExtractiveAnalyst):
        async def analyse(self, paper, text, language):
            if paper.id == spoilt:
                raise ValueError("a bug")
            return await super().analyse(paper, text, language)

    spoilt = (await made(services(model))).entries[0].paper.id
    model.broke = frozenset({"analyse"})
    digest = await made(replace(services(model), stand_in=Broken()))
    assert [e.paper.id for e in digest.entries if e.analysis is None] == [spoilt]
    assert len(digest.entries) == 3


def test_the_ledger_s_ranks_and_the_others_stand_in_the_order_of_choice():
    papers = [a_paper(f"2601.{n:05}") for n in range(1, 5)]
    scores = [a_score(p.id, relevance, 12 - relevance) for p, relevance in zip(papers, (6, 7, 6, 6), strict=True)]
    chosen = [paper.id for paper, _, _ in choose(papers, scores, Profile(), 4)]
    assert [c.paper.id for c in _others(papers, scores, {chosen[0]})] == chosen[1:]
    assert [s.paper_id for s in sorted(scores, key=best_first)] == chosen


async def test_at_the_cap_the_papers_own_sentences_stand_there_and_it_says_so(model):
    model.broke = frozenset({"rank", "analyse", "summarise"})
    digest = await made(services(model, 0.0))
    assert {e.analysis.by for e in digest.entries} == {"extractive"}
    assert all(label("over_budget", "en") in e.notes for e in digest.entries)
    assert label("budget_gone", "en") in digest.notes
    assert digest.summary.by == "extractive"


async def test_a_run_that_can_wait_does_not_wait_for_money(model):
    model.broke = frozenset({"rank", "analyse", "summarise"})
    assert {e.analysis.by for e in (await made(services(model), can_wait=True)).entries} == {"extractive"}


async def test_what_is_at_hand_is_used_whatever_is_left(model):
    cache = MemoryCache()
    first = await made(services(model, 0.0, cache))
    model.broke, model.asked = frozenset({"rank", "analyse", "summarise"}), []
    again = await made(services(model, 0.99, cache))
    assert [e.analysis for e in again.entries] == [e.analysis for e in first.entries]
    assert (again.notes, again.summary) == ((), first.summary)


async def test_votes_bring_a_paper_in_and_its_entry_says_so(model):
    plain = await made(services(model))
    absent = next(p for p in PAPERS if p.title.startswith("Proof") and plain.entry(p.id) is None)
    taught = await made(services(model), preferences=Preferences((Example(paper("proof", 90), 1),)))
    entry = taught.entry(absent.id) or next(e for e in taught.entries if e.paper.title.startswith("Proof"))
    assert "Proof study number 90" in entry.learned
    assert entry.score.relevance > 6
    assert all(e.learned == "" for e in [e for e in taught.entries if plain.entry(e.paper.id)])


async def test_fewer_like_this_keeps_its_kind_out(model):
    kind = (await made(services(model))).entries[0].paper.title.split(" ")[0].lower()
    digest = await made(
        services(model), preferences=Preferences((Example(paper(kind, 90), -1), Example(paper(kind, 91), -1)))
    )
    assert not any(e.paper.title.lower().startswith(kind) for e in digest.entries)


async def test_a_channel_s_votes_do_not_reach_the_scores_that_others_share(model):
    cache = MemoryCache()
    await made(services(model, 0.0, cache), preferences=Preferences((Example(paper("proof", 90), 1),)))
    plain = await made(services(model, 0.0, cache))
    assert model.count("rank") == 1
    assert {e.score.relevance for e in plain.entries} <= {5.0, 5.1, 5.2}


async def test_a_preview_shows_what_the_votes_choose(model):
    preferences = Preferences((Example(paper("proof", 90), 1),))
    with booked("slack:C1", "rank"):
        chosen = (await preview(Profile(("cs.CV",), language="en"), 3, services(model), NOON, preferences)).chosen
    assert [p.title.split(" ")[0] for p, _, _ in chosen] == ["Proof"] * 3


class Lacking(World):
    """Texts that were not read whole."""

    def __init__(self, lost: float, missing: tuple[str, ...]) -> None:
        self.lost, self.missing = lost, missing

    async def read(self, paper: Paper) -> FullText:
        return replace(await super().read(paper), lost=self.lost, missing=self.missing)


@pytest.mark.parametrize("language", ["en", "zh", "de", "fr", "es", "ja", "ko", "pt-BR"])
@pytest.mark.parametrize(("lost", "missing"), [(0.12, ()), (0.02, ("3 Method",)), (0.05, ())])
async def test_a_text_that_was_not_read_whole_says_so_on_its_card(model, language, lost, missing):
    world = Lacking(lost, missing)
    at = replace(services(model), papers=world, texts=world)
    digest = await made(at, profile=Profile(("cs.CV",), "grasping", language=language))
    for entry in digest.entries:
        assert any("12" in note for note in entry.notes) == (lost == 0.12)
        assert any("3 Method" in note and "HTML" in note for note in entry.notes) == bool(missing)


class Partial(Counting):
    """Gives no score to its first papers."""

    left = 2

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        by_words = await self.by_words.rank(papers, profile)
        return [*by_words[: self.left], *(await super().rank(papers, profile))[self.left :]]


async def test_a_digest_in_which_words_ranked_some_papers_says_how_many_and_marks_their_scores():
    digest = await made(services(Partial()), papers=len(PAPERS))
    assert label("ranked_partly", "en", n=2, of=len(PAPERS)) in digest.notes
    words = [e for e in digest.entries if e.score.by == "extractive"]
    assert len(words) == 2
    assert all("by words: relevance" in why(e, "en") for e in words)
    assert all("by words" not in why(e, "en") for e in digest.entries if e not in words)
    totals = [e.score.total for e in digest.entries]
    assert totals == sorted(totals, reverse=True)
    given = {e.score.relevance for e in digest.entries if e not in words}
    assert {e.score.relevance for e in words} <= given


async def test_good_parts_without_a_finding_are_not_called_unusable(model):
    digest = await made(services(model))
    entries = tuple(replace(e, analysis=replace(e.analysis, findings=())) for e in digest.entries)
    assert label("nothing", "en") not in render(replace(digest, entries=entries))
    assert label("no_findings", "en") in render(replace(digest, entries=entries))
    unread = render(replace(digest, entries=tuple(replace(e, analysis=None) for e in entries)))
    assert all(e.paper.abstract[:40] in unread for e in entries)


def test_what_is_read_first_has_the_first_numbers():
    entries = tuple(an_entry(n, a_paper(f"2601.0000{n}")) for n in range(1, 6))
    first = tuple(Mention(f"2601.0000{n}", "") for n in (4, 2))
    made = numbered(entries, Summary("en", "m", "", "", first, (), (), ()))
    assert [(e.number, e.paper.id[-1]) for e in made] == [(1, "4"), (2, "2"), (3, "1"), (4, "3"), (5, "5")]
