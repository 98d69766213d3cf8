"""Drawing a paper never raises and takes few steps, on every platform, whatever its words are."""

import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.console import render as console
from bot.core.chat import Heading, Post, Quotation, Small, Text
from bot.core.subscription import Detail
from bot.digests import cards
from bot.discord.render.markdown import line
from bot.discord.render.messages import messages as discord
from bot.slack.render.blocks import blocks as slack
from bot.slack.render.richtext import _parsed
from digest.arxiv.metadata import LONGEST_LINE
from digest.checks.safe_markdown import safe_markdown
from digest.model import Digest
from digest.render import tex
from digest.render.commonmark import LONGEST
from digest.render.markdown import render
from tests.builders import a_digest, a_paper, an_analysis, an_entry
from tests.rows import each
from tests.steps import steps


def on_slack(text: str) -> None:
    _parsed.cache_clear()
    slack(Post((Text(text),), "x", "en"))


def on_discord(text: str) -> None:
    discord(Post((Text(text),), "x", "en"))


def on_a_terminal(text: str) -> None:
    screen = console.terminal(io.StringIO(), width=80)
    screen.print(console.reply(Post((Text(text),), "x", "en")))


def in_one_line(text: str) -> None:
    tex.plain.cache_clear()
    tex.plain(text[:2_000])
    line(text[:2_000])


BESIDE_CHINESE = (
    "**骨干：**SmolLM2-360M", "- **步骤一：**用 CLIP", "先看**“结论”**再说", "指标是**66.4**，不是 49.1", "**方法。**We use", "見出し**要点：**Transformer",
    "**결과：**BLEU 30",
)  # fmt: skip


def written(blocks: object) -> str:
    return "".join(re.findall(r'"(?:text|content)": "((?:[^"\\]|\\.)*)"', json.dumps(blocks, ensure_ascii=False)))


@pytest.mark.parametrize("text", BESIDE_CHINESE)
def test_bold_beside_chinese_leaves_no_asterisks(text):
    post, screen = Post((Text(text),), "x", "zh"), console.terminal(io.StringIO(), width=80)
    screen.print(console.reply(post))
    assert "*" not in screen.file.getvalue()
    assert "*" not in re.sub(r"(?<![*\\])\*(?!\*)", "", written(slack(post)))
    assert "\\*" not in written(discord(post))


RENDERERS = (on_slack, on_discord, on_a_terminal, in_one_line, safe_markdown)


def most_steps(text: str) -> int:
    """For all of them together: so many for each character, however they are arranged."""
    return 300_000 + 250 * min(len(text), LONGEST)


def a_digest_of(text: str, model: str) -> Digest:
    """`text`: title, name, abstract and comment of its paper; `model`: all that a model wrote."""
    analysis = an_analysis()
    parts = tuple(replace(p, short=model, full=model) for p in analysis.parts[:1])
    findings = tuple(replace(f, statement=model) for f in analysis.findings[:1])
    paper = a_paper(title=text, abstract=text, authors=(text, "B"), comment=text, journal_ref=text)
    entry = replace(an_entry(), paper=paper, analysis=replace(analysis, core=model, parts=parts, findings=findings))
    digest = a_digest(1)
    return replace(digest, entries=(replace(entry, number=1),), summary=replace(digest.summary, overview=model))


def draw_everywhere(text: str) -> None:
    """As title, name, abstract, comment, core idea, part, finding, overview and answer."""
    digest = a_digest_of(text, safe_markdown(text))
    render(digest)
    thread = cards.thread(digest, Detail.FULL)
    for post in (thread.parent, *thread.replies):
        _parsed.cache_clear()
        slack(post)
        discord(post)
        screen = console.terminal(io.StringIO(), width=80)
        screen.print(console.reply(post))
    blocks = (Heading(text, 1), Small(text), Quotation(text, "p. 1", "https://arxiv.org/"))
    for draw in (slack, discord):
        draw(Post(blocks, "x", "en"))
    screen.print(console.reply(Post(blocks, "x", "en")))
    screen.print(console.provisional(text))


HOSTILE = {
    "brackets": "[" * 5_000,
    "links": "[a](" * 3_000,
    "images": "![" * 3_000,
    "emphasis": "*a **b " * 2_000,
    "nested emphasis": "".join("*_"[n % 2] + "a" for n in range(300)) + "".join("_*"[n % 2] for n in range(300)),
    "underscores": "_a __b " * 2_000,
    "strikes": "~~a " * 3_000,
    "ticks": "".join("`" * (n % 50) + "a" for n in range(2_000)),
    "dollars": "$a " * 5_000,
    "brackets of maths": r"\(a " * 3_000,
    "deep lists": "- " * 500 + "x",
    "deep lists by line": "\n".join("  " * n + "- a" for n in range(300)),
    "deep quotes": "> " * 500 + "x",
    "numbered": "1. " * 500 + "x",
    "html": "<a " * 5_000,
    "comments": "<!-- " * 5_000,
    "autolinks": "<https://a" * 2_000,
    "entities": "&" * 5_000,
    "a table": "|" * 3_000 + "\n" + "|-" * 1_500,
    "rows": "|a|b|\n|-|-|\n" + "|\n" * 3_000,
    "headings": "# a\n" * 3_000,
    "fences": "```\n" * 3_000,
    "references": "[a]: b\n" * 2_000,
    "lines": "a\n" * 5_000,
    "fractions": r"$\frac{" * 26,
    "bare fractions": r"\frac{" * 26,
    "braces": "{" * 250 + "}" * 250,
    "escapes": "\\" * 5_000,
    "escaped brackets": r"\[" * 2_000,
    "tables in quotes": "> |a|b|\n> |-|-|\n" * 200,
    "joined emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 800,
    "flags": "\U0001f1e9\U0001f1ea" * 2_000,
    "right to left": "\u202e\u05d0\u2067\u0627" * 1_000,
    "lone quotation marks": "“\"'" * 1_300,
    "half an emoji": "\ud83d and \udc00",
    "controls": "\x00\x1b[31m\x07\u202e",
    "marks": "e" + "\u0301" * 3_000,
    "private": "\ue000\ue001\uf8ff",
    "zero width": "\u200b" * 3_000,
    "long word": "x" * 20_000,
    "long chinese": "中" * 20_000,
    "nothing": "",
    "spaces": " \n\t " * 2_000,
    "href": r"\href{}{}",
    "a final root": r"A study of \sqrt",
    "a final footnote": r"Windows\footnote",
}


@each("name", HOSTILE)
def test_a_hostile_text_is_drawn_in_few_steps(name):
    text = HOSTILE[name][:4_000]
    for draw in RENDERERS:  # what is loaded at the first use is not counted
        draw("a")
    assert steps(lambda: [draw(text) for draw in RENDERERS]) < most_steps(text)


@each("name", HOSTILE)
def test_a_paper_of_hostile_words_is_drawn_on_every_platform(name):
    draw_everywhere(HOSTILE[name][:300])


@pytest.mark.parametrize("word", ["x", "中", "क्ष", "\u1100"])
def test_one_long_word_as_a_title_is_shortened_in_few_steps(word):
    title = (word * LONGEST_LINE)[:LONGEST_LINE]
    digest = a_digest_of(title, "We read windows.")
    assert steps(lambda: cards.thread(digest, Detail.FULL)) < 100 * LONGEST_LINE


_PIECES = st.sampled_from(
    [*[r"*", r"**", r"_", r"__", r"~~", r"`", r"```", r"$", r"$$", r"[", r"]", r"(", r")", r"![", r"](", r">", r"-", r"1.", r"#", r"|", r"|-|", r"<", r"<!--", r"&amp;", r"\(", r"\)", r"\[", r"\frac{", r"\sqrt", r"\href{", r"}", r"{", r"^", r"\\", r"@everyone", r"<@1>", r"<t:1>"], " ", "\n", "\n\n", "    ", "a", "中", "é", "\U0001f600", "\u202e", "https://a.example/"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=120).map("".join) | st.text(max_size=300))
@settings(max_examples=15, deadline=None)
def test_no_paper_raises_or_takes_many_steps(text):
    draw_everywhere(text)
    assert steps(lambda: [draw(text) for draw in RENDERERS]) < most_steps(text)


def test_the_lines_beyond_the_bound_are_drawn_as_one():
    """20,000 lines took ten times as many steps: half a second on Discord, two on a terminal."""
    text = "".join(f"{n % 7}\n" for n in range(19_000)) + "the last one"
    for draw in RENDERERS:
        draw("a")
        assert steps(lambda draw=draw: draw(text)) < 600_000
    assert "4 5 6 0 1" in str(discord(Post((Text(text),), "x", "en")))
    assert "the last one" in str(slack(Post((Text(text),), "x", "en")))


def test_a_text_beyond_the_bounds_is_shown_in_its_plain_characters():
    text = "[" * 1_000 + "the words"
    assert "the words" in str(slack(Post((Text(text),), "x", "en")))
    assert "the words" in str(discord(Post((Text(text),), "x", "en")))
    screen = io.StringIO()
    console.terminal(screen, width=80).print(console.reply(Post((Text(text),), "x", "en")))
    assert "the words" in screen.getvalue()
    assert safe_markdown(text).count("\\[") == 1_000
    assert re.search(r"(?<!\\)\]\(", safe_markdown("[a](https://elsewhere.example/)" * 300)) is None
