"""What an answer, a comparison and the ledger say of themselves is so."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core.chat import Small, Table
from bot.questions.answering import answer_post
from bot.questions.comparison import comparison_post
from bot.questions.conversation import _ledger_post
from digest.aspects import Cell, Comparison
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import Answer, FullText, Passage, Section
from digest.ports import Source
from digest.selection.ledger import LedgerEntry, State
from tests.builders import NOON
from tests.digest.llm.papers import a_text, abstract_only, moving, other

PAPER = moving()
WHOLE, ABSTRACT = a_text(), abstract_only()
MODELS = Answer("The paper does not say.", (), (PAPER.id,), "en", "a-model", found=False)


def notes(answer: Answer, *sources: Source) -> str:
    return " ".join(b.markdown for b in answer_post(answer, sources, "q").blocks if isinstance(b, Small))


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        (WHOLE, (), ("abstract", "could not be read", "lacks")),
        (ABSTRACT, ("based on the abstract only",), ("could not be read",)),
        (replace(WHOLE, lost=0.4), ("About 40% of this paper's text could not be read",), ("abstract",)),
        (replace(WHOLE, missing=("3 Method",)), ("lacks a part", "3 Method"), ("abstract",)),
    ],
)
def test_an_answer_says_what_was_not_at_hand_for_it(text, said, unsaid):
    shown = notes(MODELS, Source(PAPER, text, number=4))
    assert all(words in shown for words in said)
    assert not any(words in shown for words in unsaid)


def test_an_answer_about_a_withdrawn_paper_says_that_it_was_withdrawn():
    gone = replace(PAPER, withdrawn=True)
    assert "This paper was withdrawn." in notes(MODELS, Source(gone, WHOLE, number=4))
    assert "withdrawn" not in notes(MODELS, Source(PAPER, WHOLE, number=4))


def test_of_several_papers_it_says_which():
    second, whole = other()
    answer = replace(MODELS, paper_ids=(PAPER.id, second.id))
    shown = notes(answer, Source(PAPER, ABSTRACT, number=4), Source(second, whole, number=7))
    assert "4: Full text unavailable" in shown
    assert "7:" not in shown
    both = notes(answer, Source(PAPER, ABSTRACT, number=4), Source(second, ABSTRACT, number=7))
    assert both.count("Full text unavailable") == 1
    assert "4, 7: Full text unavailable" in both


async def by_words(question: str, text: FullText = WHOLE, language: str = "en") -> Answer:
    async def unseen(text: str) -> None: ...

    return await ExtractiveAnalyst().answer(question, [Source(PAPER, text)], (), language, unseen)


@pytest.mark.parametrize(
    ("question", "said", "unsaid"),
    [
        ("Who are the authors?", ("No model wrote this",), ("abstract only", "passage")),
        ("How many GPUs train it?", ("No model wrote this", "based on the abstract only"), ()),
    ],
)
async def test_facts_of_the_metadata_rest_on_no_text(question, said, unsaid):
    shown = notes(await by_words(question, ABSTRACT), Source(PAPER, ABSTRACT))
    assert all(words in shown for words in said)
    assert not any(words in shown for words in unsaid)


LONG = "We list what was tried: " + ", ".join(f"item {n}" for n in range(70)) + ", a walrus, and then the rest of it."


@pytest.mark.parametrize(
    ("question", "passage", "said"),
    [
        ("Was a walrus tried?", LONG, "walrus"),
        ("Was a walrus tried?", "", "No passage was found by the question's words"),
        ("ロボットの重さはどのくらいですか", "", "in another language"),
    ],
)
async def test_a_passage_that_holds_the_words_is_found_or_none_does(question, passage, said):
    more = Section("5 More", 1, "S5", passages=(Passage(passage, anchor="S5.p1"),)) if passage else None
    text = replace(WHOLE, sections=(*WHOLE.sections, *([more] if more else [])))
    answer = await by_words(question, text)
    assert said in " ".join([answer.text, *(q.evidence.quotation for q in answer.quotes)])
    assert "With a model configured" not in answer.text


async def test_a_word_that_no_passage_holds_is_named_once():
    answer = await by_words("Does the encoder use state-of-the-art frame-by-frame compression?")
    assert answer.text.count("state-of-the-art") == 1


@pytest.mark.parametrize(("by_words", "empty"), [(True, "no passage found"), (False, "no answer")])
def test_a_cell_says_not_stated_only_where_the_answer_does(by_words, empty):
    second, whole = other()
    made = Comparison(("code", "data"), (PAPER.id, second.id), MODELS, {("code", PAPER.id): Cell()})
    sources = (Source(PAPER, WHOLE, number=4), Source(second, whole, number=7))
    blocks = comparison_post(made, sources, "en", "q", by_words=by_words).blocks
    (table,) = [b for b in blocks if isinstance(b, Table)]
    assert [row[1:] for row in table.rows] == [("not stated", empty), (empty, empty)]
    said = [i for i, b in enumerate(blocks) if isinstance(b, Small) and "Compared by words" in b.markdown]
    assert bool(said) == by_words
    assert all(i < blocks.index(table) for i in said)


@pytest.mark.parametrize(
    ("values", "said", "unsaid"),
    [
        ({"score": 4.2, "rank": 12, "reason": "In cs.CV."}, ("not chosen", "rank 12", "4.2 of 10"), ("left out",)),
        ({"reason": "withdrawn"}, ("left out (withdrawn)",), ("rank", "of 10", "considered")),
        ({"reason": "no metadata"}, ("left out (no metadata)",), ("rank", "of 10")),
    ],
)
def test_why_a_paper_is_not_in_the_digest(values, said, unsaid):
    entry = LedgerEntry("2601.1", "cs.CV", NOON, State.CONSIDERED, date(2026, 1, 30), title="A Title", **values)
    shown = str(_ledger_post(entry, "en").blocks)
    assert all(words in shown for words in said)
    assert not any(words in shown for words in unsaid)
