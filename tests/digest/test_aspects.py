"""The cells of a comparison: read from one answer, through the real SDK, and verified like any answer."""

import time

import pytest

from digest.aspects import ASPECTS, Cell, cells_of, compare_by_words, question_for
from digest.extractive.analyst import ExtractiveAnalyst
from digest.model import MARK, Answer, Evidence, Quote
from digest.ports import Source, show_nothing
from tests.digest.llm.papers import a_text, moving, other

SOURCES = [Source(moving(), a_text(), number=3), Source(*other(), number=5)]
IDS = [(s.number, s.paper.id) for s in SOURCES]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_one_call_fills_the_cells_each_with_a_quotation_of_its_own_paper(server, analyst, language):
    answer = await analyst.answer(question_for([3, 5], ASPECTS), SOURCES, (), language, show_nothing)
    assert [call.task for call in server.calls].count("answer") == 1  # another may confirm what stays doubtful
    cells = cells_of(answer, ASPECTS, IDS)
    assert set(cells) == {(aspect, paper) for aspect in ASPECTS for _, paper in IDS}
    assert all(cells["code", paper] == Cell() for _, paper in IDS)
    for (_, paper), cell in ((key, cell) for key, cell in cells.items() if key[0] != "code"):
        text = next(s.text.text for s in SOURCES if s.paper.id == paper)
        assert cell.text
        assert [q.paper_id for q in cell.quotes] == [paper]
        assert all(q.evidence.quotation in text for q in cell.quotes)


async def test_a_cell_without_a_quotation_that_is_in_the_paper_is_marked_or_left_out(server, analyst):
    server.queue.append("invented_quotations")
    answer = await analyst.answer(question_for([3, 5], ASPECTS), SOURCES, (), "en", show_nothing)
    cells = cells_of(answer, ASPECTS, IDS)
    assert all(MARK in cell.text and not cell.quotes for cell in cells.values() if cell != Cell())


def answered(*lines: str) -> Answer:
    quotes = tuple(
        Quote(n, Evidence(f"words {n}", "https://arxiv.org/abs/1", "1"), paper) for n, paper in enumerate(("a", "b"), 1)
    )
    return Answer("\n".join(lines), quotes, ("a", "b"), "en", "m")


@pytest.mark.parametrize(
    ("line", "text", "quotes"),
    [
        ("data | 1 | ImageNet [1]", "ImageNet", 1),
        ("- **Data** | #1 | ImageNet [1]", "ImageNet", 1),
        ("| data | 1 | ImageNet [1] |", "ImageNet", 1),
        ("data｜1｜图像 [1]", "图像", 1),
        ("data | 1 | ImageNet", f"ImageNet {MARK}", 0),
        ("data | 1 | of the other paper [2]", f"of the other paper {MARK}", 0),
    ],
)
def test_a_line_is_a_cell(line, text, quotes):
    cell = cells_of(answered(line), ("data",), ((1, "a"), (2, "b")))["data", "a"]
    assert (cell.text, len(cell.quotes)) == (text, quotes)


@pytest.mark.parametrize("line", ["price | 1 | $5 [1]", "data | 7 | x [1]", "Both papers use images [1].", ""])  # fmt: skip
def test_what_is_no_cell_leaves_it_out(line):
    assert cells_of(answered(line), ("data",), ((1, "a"), (2, "b"))) == {}


async def test_without_a_model_a_cell_is_the_nearest_passage_of_its_paper():
    made = await compare_by_words(ExtractiveAnalyst(), SOURCES, ("data", "limits", "flow matching"), "en")
    assert made.found
    for (_, paper), cell in made.cells.items():
        assert not cell.text
        assert [q.paper_id for q in cell.quotes] == [paper]
    assert ("flow matching", moving().id) in made.cells


@pytest.mark.parametrize("line", ["data | 1 | -", "data | 1 | n/a", "data | 1 | Not stated."])
def test_a_cell_that_says_so_is_told_from_one_without_an_answer(line):
    assert cells_of(answered(line), ("data",), ((1, "a"), (2, "b"))) == {("data", "a"): Cell()}


@pytest.mark.parametrize("line", [" " * 12_000 + "x", "a|1|" + " |" * 6_000 + "x", "-" * 12_000, "a |" * 4_000])
def test_a_line_of_marks_costs_no_more_than_its_length(line):
    """It took hours, in one pattern."""
    answer = answered(line)
    began = time.thread_time()
    assert cells_of(answer, ("data",), ((1, "a"), (2, "b"))) == {}
    assert time.thread_time() - began < 0.3
