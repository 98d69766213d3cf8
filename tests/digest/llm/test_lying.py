"""A model that lies on a third of its calls: a day of ten papers and fifty answers in which none of it comes through."""

from dataclasses import replace
from datetime import date

import pytest

from digest import checks
from digest.errors import Unusable
from digest.llm.analyst import ModelAnalyst
from digest.llm.summary import source_of
from digest.model import Entry, FullText, Hidden, Paper, Profile
from digest.ports import Source, show_nothing
from tests.builders import a_score
from tests.digest.llm.invariants import NEVER, TOLD, answer_holds, holds
from tests.digest.llm.models import a_model
from tests.digest.llm.papers import a_text, moving
from tests.servers.model import ModelServer

LIES = (
    "invented_quotations", "changed_numbers", "other_ids", "wrong_language", "obeys", "refuse",
    "asks_for_paper", "cut", "preamble",
)  # fmt: skip
SHARE = 1 - (1 - 1 / 3) ** (1 / len(LIES))
"""Of the calls left to it, so that with all of them together a third is a lie."""
QUESTIONS = (
    "Which success rate does the policy achieve on DriftBench?",
    "How long does the training take, and on which GPUs?",
    "What are the limitations of the policy?",
    "训练用了多少小时？",
    "它和 OpenVLA 相比高多少？",
)


def a_paper_of(n: int) -> tuple[Paper, FullText]:
    paper = replace(
        moving(),
        id=f"2601.{n:05d}",
        title=f"PaceNet, Part {'ABCDEFGHIJ'[n - 1]}: Acting While Thinking for Moving Objects",
    )
    more = f" In part {n} the policy was tried on {100 + n} further objects, and {n} of them were dropped."
    return paper, a_text(paper, hidden=(Hidden(TOLD, "white", "p. 1"),), more=more)


@pytest.mark.parametrize(("language", "seed"), [("zh", 2), ("en", 7), ("zh", 28)])
async def test_nothing_false_comes_through_unlabelled(language, seed):
    async with ModelServer() as server:
        for name in LIES:
            server.behave(name, share=SHARE, seed=seed)
        model = a_model(server)
        analyst = ModelAnalyst(model)
        given = [a_paper_of(n) for n in range(1, 11)]
        entries = []
        scores = await analyst.rank([p for p, _ in given], Profile(interests="robot policies", language=language))
        assert not any(lie in s.reason for s in scores for lie in NEVER)
        for n, (paper, text) in enumerate(given, 1):
            try:
                analysis = await analyst.analyse(paper, text, language)
            except Unusable:
                analysis = None
            else:
                holds(analysis, paper, text)
            entries.append(Entry(n, paper, a_score(paper.id), analysis, hidden=text.hidden))
        try:
            summary = await analyst.summarise(entries, language, date(2026, 1, 30))
        except Unusable:
            pass
        else:
            assert sorted(m.paper_id for m in summary.mentions) == sorted(p.id for p, _ in given)
            themes = (*summary.trends, *summary.highlights, *summary.directions)
            of_each = [t for m in summary.mentions for t in (m.text, m.claim)]
            of_all = [summary.headline, summary.overview, *(t.text for t in themes)]
            assert not any(lie in text for text in (*of_all, *of_each) for lie in NEVER)
            sources = {e.paper.id: source_of(e) for e in entries}
            # The day, the number of papers and their categories are ours.
            ground = "\n".join([*sources.values(), "30, 10", *given[0][0].categories])
            assert [checks.unsupported(text, ground) for text in of_all] == [()] * len(of_all)
            assert all(not checks.unsupported(m.text, sources[m.paper_id]) for m in summary.mentions)
        for n in range(50):
            paper, text = given[n // 5]
            source = Source(paper, text, entries[n // 5].analysis, n // 5 + 1)

            question = QUESTIONS[n % 5]
            answer_holds(await analyst.answer(question, [source], [], language, show_nothing), [source], question)
        assert len({c.prompt for c in server.calls if c.task == "answer"}) == 50
        lied = [c.behaviour for c in server.calls if c.behaviour != "sound"]
        assert 0.25 <= len(lied) / len(server.calls) <= 0.45
        assert set(lied) >= {"invented_quotations", "changed_numbers", "other_ids", "wrong_language", "obeys"}
        await model.aclose()
