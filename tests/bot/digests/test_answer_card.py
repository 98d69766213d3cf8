"""What an answer says of itself: what was read for it, what could not be found, who wrote it."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.console import render as console
from bot.core.chat import Quotation, Small
from bot.digests import cards
from bot.discord.render import messages as discord
from bot.slack.render import messages as slack
from digest.model import Answer, Candidate, Evidence, Fault, Problem, Quote
from tests.builders import a_digest, a_paper, a_score
from tests.rows import each

EVIDENCE = Evidence("It measures speed in frames.", "https://arxiv.org/html/2601.22153#S3", "3 Method")
QUOTE = Quote(1, EVIDENCE, "2601.22153")
ANSWER = Answer("It measures speed.", (), ("2601.22153",), "en", "model")


def notes(answer: Answer) -> list[str]:
    return [block.markdown for block in cards.answer_post(answer, [], "a1").blocks if isinstance(block, Small)]


def test_a_sound_answer_from_the_whole_paper_adds_nothing():
    assert notes(ANSWER) == []


def test_it_counts_the_quotations_that_are_in_the_paper():
    found = Quote(1, Evidence("It measures speed.", "https://arxiv.org/html/2601.22153#S3", "3 Method"), "2601.22153")
    assert notes(replace(ANSWER, quotes=(found,))) == ["1 of 1 quotation found in the paper"]
    lost = replace(ANSWER, quotes=(found,), problems=(Problem(Fault.QUOTATION, "quotes.2", "It is fast."),))
    assert notes(lost) == ["1 of 2 quotations found in the paper"]
    assert notes(replace(lost, language="zh")) == ["2 处引文，1 处在论文中找到"]


@each(
    ("answer", "said"),
    [
        (replace(ANSWER, selected=True), "passages"),
        (replace(ANSWER, selected=True, unmatched=True), "its beginning was read"),
        (replace(ANSWER, selected=True, unmatched=True, language="zh"), "读的是开头"),
        (replace(ANSWER, text="It is 42 % (?).", unsupported=("42 %",)), "42 %"),
        (replace(ANSWER, text="It is fast (?).", unconfirmed=True), "by the text that was read"),
        (replace(ANSWER, text="It is fast [1] (?).", quotes=(QUOTE,), unconfirmed=True), "by the quoted passage"),
        (replace(ANSWER, text="It is fast (?)."), "(?) not confirmed"),
        (replace(ANSWER, by="extractive"), "No model wrote this"),
        (replace(ANSWER, by="extractive", problems=(Problem(Fault.REFUSAL, "answer"),)), "gave no usable answer"),
        (replace(ANSWER, read_whole=False), "does not say how much"),
        (replace(ANSWER, found=False, nearest=EVIDENCE), "The nearest passage"),
        (replace(ANSWER, found=False, nearest=EVIDENCE, opening=True), "No passage comes near"),
    ],
)
def test_it_says_in_one_line_what_the_reader_must_know(answer, said):
    *_, note = notes(answer)
    assert said in note


@pytest.mark.parametrize("found", [True, False])
def test_that_no_model_wrote_it_stands_before_the_passages_on_every_surface(found):
    quoted = replace(ANSWER, by="extractive", quotes=(QUOTE,), found=found)
    post = cards.answer_post(quoted, [], "a1")
    stream = io.StringIO()
    Console(file=stream, theme=console.THEME, width=500, highlight=False).print(console.reply(post))
    surfaces = (str(slack.render_post(post)), str(discord.messages(post)), stream.getvalue())
    for shown in surfaces:
        assert 0 <= shown.index("No model wrote this") < shown.index("speed in frames")


def test_a_score_by_words_is_told_from_a_models():
    said = [
        cards.others(replace(a_digest(), others=(Candidate(4, a_paper(), a_score(by=by)),)), "zh").rows[0].label
        for by in ("a-model", "extractive")
    ]  # fmt: skip
    assert ["按词语" in text for text in said] == [False, True]


def test_a_candidate_without_a_reason_ends_with_its_score():
    digest = replace(a_digest(), others=(Candidate(4, a_paper(), a_score(reason="")),))
    (row,) = cards.others(digest, "en").rows
    assert (row.label[-1], row.detail) == (")", "")


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        ("Pixel MeanFlow: One Step", "**5 · Pixel MeanFlow**: Yes."),
        ("Do Models See? A Study", "**5 · Do Models See? A Study**: Yes."),
        ("Do Models See?", "**5 · Do Models See?** Yes."),
        ("稀疏注意力：一种不丢帧的长视频理解方法与评测", "**5 · 稀疏注意力**：Yes."),
        ("*Stars* and Stripes", "**5 · \\*Stars\\* and Stripes**: Yes."),
    ],
)
def test_an_answer_is_parted_from_its_paper_s_name_where_nothing_is_bold_too(title, opening):
    shown = cards.answer_post(replace(ANSWER, text="Yes."), [(5, a_paper(title=title))], "q")
    assert shown.blocks[0].markdown == opening
    assert shown.fallback == opening.replace("**", "").replace("\\", "")


def test_several_papers_have_one_colon():
    shown = cards.answer_post(replace(ANSWER, text="Yes."), [(1, a_paper()), (2, a_paper("2601.00002"))], "q")
    assert shown.fallback == "From 2 papers: Yes."
    assert shown.blocks[0].markdown == "**From 2 papers**: Yes."


def test_of_several_papers_each_quotation_names_its_own():
    papers = [(1, a_paper()), (2, a_paper("2601.00002", title="Fast Frames: A Study"))]
    quotes = (QUOTE, replace(QUOTE, number=2, paper_id="2601.00002"))
    shown = cards.answer_post(replace(ANSWER, quotes=quotes), papers, "q")
    first, second = (block.label for block in shown.blocks if isinstance(block, Quotation))
    assert second.startswith("2 · ")
    assert first == f"1 · {cards.short_title(papers[0][1])} · {second.rpartition(' · ')[2]}"
    (alone,) = [
        b
        for b in cards.answer_post(replace(ANSWER, quotes=(QUOTE,)), papers[:1], "q").blocks
        if isinstance(b, Quotation)
    ]
    assert " · " not in alone.label
