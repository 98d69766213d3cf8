"""An answer while it arrives: what is shown at once, what is held, what is never shown."""

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.evidence.sentences import sentences
from digest.llm.replies import answer_text
from digest.llm.replies.answer_text import ProvisionalText, QuotationEntry, parse_quotations, quoted_spans, split_answer
from digest.llm.server.thoughts import ThoughtFilter, strip_thoughts

FENCED = "It works [1].\n\n```quotes\n[1] (paper 4) we show that it works\n```\n"


def shown(text: str, checked=lambda s: s, language: str = "en") -> list[str]:
    """What is shown as the text arrives character by character."""
    provisional = ProvisionalText(language, checked)
    return [provisional.feed(text[:i]) for i in range(1, len(text) + 1)]


def test_prose_without_figures_is_shown_at_once():
    texts = shown("The method overlaps reasoning and execution. It")
    assert (texts[10], texts[-1]) == ("The method", "The method overlaps reasoning and execution.")


def test_from_the_first_figure_on_a_sentence_is_held_until_it_was_checked():
    text = "Accuracy rises to 61.5% on the robot. Then it ends."
    texts = shown(text, lambda s: s.replace("61.5%", "61.5% (?)"))
    assert not any("6" in t for t in texts[: text.index(".  Then") if ".  Then" in text else text.index(" Then")])
    assert "Accuracy rises to" in texts[20]
    assert texts[-1].startswith("Accuracy rises to 61.5% (?) on the robot.")


def test_half_a_word_is_not_shown_because_it_may_become_a_name_with_a_figure():
    assert set(shown("They use ResNet-50 as backbone")[9:]) == {"They use"}


def test_links_quotations_and_citations_are_held_too():
    for risky in ("see https://example.org/x now", "they say “a thing of note” here", "it does [1] so"):
        texts = shown(f"Well, {risky}")
        assert texts[-1].rstrip() in (f"Well, {risky.split(c)[0]}".rstrip() for c in ("http", "“", "["))


def test_chinese_prose_is_shown_at_once_and_held_at_a_figure():
    texts = shown("有。作者写明代码公开 [1]。准确率为 61.5%，高于基线。\n", language="zh")
    assert texts[0] == "有"
    assert "有。作者写明代码公开" in texts
    assert texts[-1] == "有。作者写明代码公开 [1]。准确率为 61.5%，高于基线。"


def test_the_list_of_quotations_is_never_shown():
    for text in (FENCED, FENCED.replace("```quotes", "```"), FENCED.replace("```quotes\n", "").replace("\n```", "")):
        texts = shown(text)
        assert texts[-1] == "It works [1]."
        assert not any("paper 4" in t or "`" in t for t in texts)


def test_a_stream_that_begins_anew_is_read_anew():
    provisional = ProvisionalText("en", lambda s: s)
    provisional.feed("A first beginning. And")
    assert provisional.feed("Another one") == "Another"


@given(st.text(alphabet="ab. \n[1]`5。“”", max_size=60))
def test_nothing_is_lost_and_nothing_is_invented(text):
    provisional = ProvisionalText("en", lambda s: s)
    last = ""
    for i in range(1, len(text) + 1):
        last = provisional.feed(text[:i])
    assert split_answer(text)[0].startswith(last.rstrip()) or last.rstrip() in text


def test_other_fenced_blocks_stay_in_the_prose():
    text = "Code:\n\n```python\nx = 1\n```\n\nDone [1].\n\n```quotes\n[1] (paper 2) the words\n```"
    prose, inside = split_answer(text)
    assert "x = 1" in prose
    assert prose.endswith("Done [1].")
    assert parse_quotations(inside) == [QuotationEntry(1, 2, "the words")]


def test_entries_are_read_in_the_forms_models_write_them():
    inside = (
        '[1] (paper 4) "in quotes"\n[2] paper 12: with a colon\n- [3] （论文 7） in Chinese brackets\n'
        "[4] without a paper\n  that goes on\n[none] (paper 4) the nearest\n[5] (paper 1)\n"
    )
    assert parse_quotations(inside) == [
        QuotationEntry(1, 4, "in quotes"),
        QuotationEntry(2, 12, "with a colon"),
        QuotationEntry(3, 7, "in Chinese brackets"),
        QuotationEntry(4, None, "without a paper that goes on"),
        QuotationEntry(0, 4, "the nearest"),
    ]


def test_a_quotation_that_begins_with_a_figure_keeps_it():
    assert parse_quotations("[1] 2.22 FID is reached at 256x256") == [
        QuotationEntry(1, None, "2.22 FID is reached at 256x256")
    ]


def test_sentences_join_to_the_text_and_take_their_citations():
    text = "It is so. [1] Next one, e.g. this. [2][3]\n- a point. [4]\n"
    pieces = sentences(text, "en")
    assert "".join(pieces) == text
    assert pieces[0].strip() == "It is so. [1]"


def test_reasoning_before_the_answer_is_dropped():
    assert strip_thoughts("<think>\nhm {}\n</think>\n\n{}") == "{}"
    assert strip_thoughts('so I should\n</think>\n{"a": 1}') == '{"a": 1}'
    assert strip_thoughts("<think>never ended") == ""
    assert strip_thoughts("They train with <think> tags.</think>") == "They train with <think> tags.</think>"


def test_reasoning_is_dropped_while_it_arrives():
    text = "<think>so</think>\nThe answer"
    pieces = ThoughtFilter()
    seen = [pieces.feed(c) for c in text]
    assert set(seen[: len("<think>so</think>\n")]) == {""}
    assert seen[-1] == "The answer"
    assert ThoughtFilter().feed("<three dots") == ""
    assert ThoughtFilter().feed("< three") == "< three"


@pytest.mark.parametrize("piece", ["<|x|> ", "<|x|>\n\t", "</think> ", "[END FINAL RESPONSE]", " "])
def test_marks_again_and_again_take_no_time(piece):
    """The whole was read anew from each mark on, and at each piece: 100,000 characters took a minute."""
    text = piece * (100_000 // len(piece)) + "x"
    began = time.process_time()
    strip_thoughts(text)
    pieces = ThoughtFilter()
    for start in range(0, len(text), 1_000):
        pieces.feed(text[start : start + 1_000])
    assert time.process_time() - began < 3


def test_a_word_that_never_ends_takes_no_time():
    feeding = ProvisionalText("en", lambda sentence: sentence)
    began = time.process_time()
    for n in (5_000, 10_000, 20_000):
        feeding.feed("(" * n + "\x01")
    assert time.process_time() - began < 1


def grown(text, **kinds):
    pieces = ThoughtFilter(**kinds)
    return [pieces.feed(text[i : i + 3]) for i in range(0, len(text), 3)]


def test_a_held_text_is_shown_once_its_first_sentence_is_the_answers():
    shown = grown("It reaches 83.2 % on DriftBench [1]. There is more to say.", hold=True)
    assert shown[-5].startswith("It reaches")
    assert set(grown("So the paper [1] is about zebras. I should say so [2].", hold=True)) == {""}
    assert set(grown("It reaches 83.2 % on DriftBench [1]. There is more.", hold=True, known=True)) == {""}


def test_a_held_text_is_shown_from_the_closing_tag_of_its_thoughts():
    for known in (False, True):
        shown = grown("First the zebras.\n</think>\n\nThe answer is here.", hold=True, known=known)
        assert not any("zebras" in text for text in shown)
        assert shown[-1] == "The answer is here."


@pytest.mark.parametrize(
    "text",
    [
        "*Thinking...*\n\n> of zebras\n> and more zebras\n\nThe answer is here.",
        "*Thinking...*\n\n> **Zebras**\n>\n> of zebras\n\n*Thought for 3 seconds*\n\nThe answer is here.",
        "> *Thinking*\n> of zebras\n\nThe answer is here.",
    ],
)
def test_thoughts_quoted_under_a_heading_are_dropped(text):
    assert strip_thoughts(text) == "The answer is here."
    assert not any("ebras" in shown or "hought" in shown for shown in grown(text))


@pytest.mark.parametrize(
    "text",
    [
        "【思考】of zebras【/思考】The answer is here.",
        "【思考过程】\nof zebras\n\n【回答】\nThe answer is here.",
        "思考：of zebras\n\n最终答案：The answer is here.",
        "（思考：of zebras）\n\nThe answer is here.",
        "[생각]of zebras[/생각]\nThe answer is here.",
        "＜think＞of zebras＜/think＞The answer is here.",
        "[THINK]of zebras[/THINK]The answer is here.",
        "<|channel|>analysis\nof zebras\n<|channel|>final\nThe answer is here.",
        "<|im_start|>assistant\n<think>\nof zebras\n</think>\n\nThe answer is here.",
        "Thinking: of zebras\n\nAnswer: The answer is here.",
        "**Thinking:**\nof zebras\n\n**Final answer:**\nThe answer is here.",
        "## Reasoning\n\nof zebras\n\n## Answer\n\nThe answer is here.",
        "🤔 Thinking: of zebras\n\n💡 Answer: The answer is here.",
        "Thinking: of zebras\n\n---\n\nThe answer is here.",
        "Thinking…\nof zebras\n…done thinking.\n\nThe answer is here.",
        "Réflexion : of zebras\n\nRéponse : The answer is here.",
        "<details>\n<summary>Thinking</summary>\nof zebras\n</details>\nThe answer is here.",
        "<think>of <think>zebras</think></think>The answer is here.",
    ],
)
def test_thoughts_under_a_heading_are_dropped_from_the_answers_heading_on(text):
    assert strip_thoughts(text) == "The answer is here."
    assert not any("zebras" in shown for shown in grown(text))
    assert grown(text)[-1] == "The answer is here."


@pytest.mark.parametrize(
    "text",
    [
        "Reasoning improves with scale [1].\n\nAnswer: yes.",
        "Thinking tokens are counted.",
        "思考链提示有效[1]。\n\n答案：是。",
        "Thoughts on it: none.",
        "(Reasoning) models are compared.",
        "Reasoning: the paper tests it on GSM8K [1].",
        "[1] is about zebras.",
        "Thirty zebras.",
    ],
)
def test_what_only_begins_with_a_word_for_thoughts_stays(text):
    assert strip_thoughts(text) == text


@pytest.mark.parametrize(
    "text", ["*Thinking Fast* is a book [1].", "> A quotation.\n\nIt is so.", "**The policy** works."]
)
def test_emphasis_and_quotations_at_the_start_stay(text):
    assert strip_thoughts(text) == text
    assert grown(text + " " * 80)[-1].strip() == text


@pytest.mark.parametrize("mark", ["„", "«", "“"])
def test_a_mark_that_nothing_closes_is_looked_for_once_a_line(mark, monkeypatch):
    asked, closing = Counter[str](), answer_text._closing

    def counted(text: str, at: int) -> int:
        asked[text[at]] += 1
        return closing(text, at)

    monkeypatch.setattr(answer_text, "_closing", counted)
    line = f'{mark * 200} some words "in quotation marks" and more\n'
    assert [quoted.text for quoted in quoted_spans(2 * line)] == 2 * ["in quotation marks"]
    assert asked[mark] == 2
