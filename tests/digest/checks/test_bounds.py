"""Whatever a model or a paper writes, the checks end in bounded time and never raise."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.checks import clean, problems_of, safe_markdown, unsupported
from digest.checks.titles import title_remarks
from digest.evidence.finder import Finder
from digest.extractive.matters import asked_facts
from digest.model import Basis, Fault, FullText, Passage, Section
from tests.rows import each

PIECES = ["(", "[", "请", "第", "1,", "10^", "<", "<think>", "`", "```", "$", "**", "摘要", "如果您", "sorry", "4和", "论文", "x", "A-", "Ab", "\\n", "#", "http://", "www.", "@", "!", "“", '"', "的那篇", "1.", "。", "，", "of", "好的，", "以下是", "(A,", "2020)", "-", "|", '{"a":', "百", "百分之", "三成", "\\times", "~", "…", "...", "please", "提供", "I", "cannot", "${", "1e", "2e5", ".5", "%"]  # fmt: skip
MIXED = st.lists(st.sampled_from([*PIECES, "\n", " ", "的", "the ", "92.3"]), max_size=60).map("".join)


@given(MIXED, st.sampled_from(["zh", "en", "ja", "es", "ru"]), st.sampled_from(["part", "title", "answer", "short"]))
def test_no_mixture_makes_the_gate_or_the_claims_raise(text, language, kind):
    problems_of(text, where="x", language=language, kind=kind, source=text, prompt=text, instructions=(text,))
    assert len(clean(text, language)) <= len(text)
    unsupported(text, "The paper says 92.3% of 1,014.")
    unsupported("about 92% of BERT-XL, 3 points more", text)
    safe_markdown(text)


@given(MIXED, MIXED)
def test_no_mixture_makes_the_finder_raise_and_what_it_finds_stands_there(text, quotation):
    finder = Finder(FullText("1", 1, Basis.HTML, (Section("Abstract", 1, passages=(Passage(text),)),)))
    found = finder.find(quotation)
    if found and " … " not in found.quotation:
        assert "".join(found.quotation.split()) in "".join(text.split()) or found.quotation == "Abstract"


@each("piece", [*PIECES, "\n", "[[", "的 ", "10^10"])
def test_a_piece_again_and_again_costs_no_more_than_its_length(piece):
    text = piece * (4_000 // len(piece))
    started = time.process_time()
    problems_of(text, where="x", language="zh")
    clean(text, "zh")
    safe_markdown(text)
    unsupported(text, "nothing")
    Finder(FullText("1", 1, Basis.HTML, (Section("Abstract", 1, passages=(Passage(text),)),))).find(text[:400])
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("It is 35.5 kg. " * 8_000, "It gains 35.5 kg more than 77.25 ms."),
        (" ".join(f"It is 5.{n:06}." for n in range(4_000)), " ".join(f"more than 5.{n:04}" for n in range(400))),
        (
            " ".join(f"It is {n}.5 and {2 * n}.25." for n in range(4_000)),
            " ".join(f"It gains {n}.123." for n in range(20_000, 20_200)),
        ),
        ("The paper says 92.3% of 1,014. " * 800, "10^" * 2_000),
    ],
    ids=["one figure in many places", "figures side by side", "results of pairs", "powers"],
)
def test_figures_of_a_source_are_looked_up_and_not_gone_through(source, text):
    """Each took from a minute to hours."""
    started = time.process_time()
    unsupported(text, source)
    assert time.process_time() - started < 6


def test_a_title_of_thousands_of_characters_is_talk_and_is_not_searched():
    """It took minutes."""
    started = time.process_time()
    assert [fault for fault, _ in title_remarks("【原文 " * 5_000)] == [Fault.CHATTER]
    assert time.process_time() - started < 1


def test_the_beginning_of_a_question_tells_which_facts_it_asks_for():
    """Of 40,000 blanks it took 13 s."""
    started = time.process_time()
    asked_facts("저자" + " " * 40_000 + "x")
    assert time.process_time() - started < 1
    assert asked_facts("Who wrote it? " + "and " * 10_000) == ("authors",)
    assert asked_facts("and " * 400 + "who wrote it?") == ()


def test_tokens_at_the_end_of_a_text_are_cut_off_however_many_come_before():
    text = "The method gains two points. " + "<s>" * 20
    assert clean("<s><|endoftext|> x " * 1_000 + text, "en").endswith("two points.")
