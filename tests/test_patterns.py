"""No pattern of the program goes on for ever: a loop that reads a text in more and more ways must end all the same."""

import re
import time
from itertools import product
from typing import Any

import pytest

from digest.patterns import GAP
from tests.ambiguity import pumps, slopes
from tests.expressions import Expression, expressions

TIMES = range(4, 26)
SLOW = 0.05
"""Seconds of the processor for some hundred characters; each step more than doubles a pattern that goes on for ever."""


@pytest.fixture(scope="module")
def found() -> tuple[list[Expression], list[str]]:
    return expressions()


def seconds(pattern: re.Pattern[Any], text: str | bytes, way: str = "search") -> float:
    began = time.thread_time()
    if way == "finditer":
        for _ in pattern.finditer(text):
            pass
    else:
        getattr(pattern, way)(text)
    return time.thread_time() - began


def slow(pattern: re.Pattern[Any]) -> str:
    """A text over which it takes long, three times in a row; empty without one. Only what its structure accuses is
    tried: what follows a loop, or what it looks at, may leave it one reading."""
    binary = isinstance(pattern.pattern, bytes)
    for before, piece in pumps(pattern):
        for tail in ("", "x", "\x00", " !"):
            for times in TIMES:
                text = before + piece * times + tail
                if all(seconds(pattern, text.encode(errors="replace") if binary else text) > SLOW for _ in range(3)):
                    return text
    return ""


def test_no_loop_of_a_pattern_has_more_and_more_readings(found):
    accused = {one.where: text for one in found[0] if (text := slow(one.pattern))}
    assert accused == {}


LONGEST = 20_000
"""Characters of a text of a model, and of an abstract."""
LONGEST_OF = {
    "bot.core.settings.": 200,
    "digest.arxiv.xml.no_feed": 4_000,
    "digest.changes.remarks.": 2_000,
    "digest.changes.remarks._ACCEPTED": 500,
    "digest.changes.remarks._CORRECTED": 500,
    "digest.changes.remarks._WITHOUT_VENUE": 500,
    "digest.changes.remarks._GIVES": 500,
    "digest.changes.remarks._REVISED": 500,
    "digest.checks.cleaning._INSIDE": 600,
    "digest.checks.cleaning._TOKENS_AFTER": 500,
    "digest.checks.cleaning._opening": 600,
    "digest.checks.phrases.ASKS_FOR_INPUT": 500,
    "digest.checks.refusals._TITLE_TASK": 500,
    "digest.checks.shape._ADDRESS_AT_END": 400,
    "digest.checks.shape._CITED_AT_END": 400,
    "digest.checks.titles.": 1_000,
    "digest.evidence.rules.amounts._LEAST": 40,
    "digest.evidence.rules.amounts._MOST": 40,
    "digest.llm.replies.answer_text._UNENDED": 200,
    "digest.llm.replies.marks._SENTENCE_END": 500,
    "digest.llm.server.failures.": 960,
    "digest.llm.server.thoughts._CITED": 600,
    "digest.llm.server.thoughts._END_MARKS": 500,
    "digest.llm.server.thoughts._MAYBE_MARK": 500,
    "digest.which_paper.": 1_500,
    "digest.which_paper.worded._AMOUNT": 80,
    "digest.which_paper.worded._WHOSE": 40,
    "digest.which_paper.worded._joins": 80,
    "digest.which_paper.worded._other": 80,
}
"""What is cut before these meet it, by the beginning of their names; the longest that fits counts."""
OF_FOLDED_BLANKS = ("digest.which_paper.pointing.",)
"""They would take the square of blanks side by side, which their question has none of (`resolve.cue`)."""
IN_A_CHILD = ("digest.fulltext.html.", "digest.fulltext.pdf.")
"""They meet a paper's page in a process of its own, which is ended after its time."""
HARMLESS, STEEP = 0.05, 9
"""Seconds for the longest text, and how many times as long a text four times as long may take: 16 times if the time
grows as the square of the length."""


def longest(where: str) -> int:
    return LONGEST_OF.get(max((start for start in LONGEST_OF if where.startswith(start)), key=len, default=""), LONGEST)


def steep(pattern: re.Pattern[Any], ways: set[str], most: int = LONGEST) -> str:
    """A text over which the time grows as the square of its length; empty without one."""
    binary = isinstance(pattern.pattern, bytes)
    sizes = [most // 64, most // 16, most // 4, most]
    for before, piece in slopes(pattern, searched=not ways <= {"match", "fullmatch"}):
        for tail, way in product(("", "x", "\x00", " !", "\n"), sorted(ways)):

            def taken(size: int) -> float:
                text = before + piece * (size // len(piece) + 1) + tail  # noqa: B023  # called here only
                return seconds(pattern, text.encode(errors="replace") if binary else text, way)  # noqa: B023

            for size in sizes:
                # A square that takes as long at the end takes a sixteenth of it one size before.
                if (long := taken(size)) < HARMLESS * (size / most) ** 2:
                    break
                if size < most // 4:
                    continue
                short = min(taken(size // 4) for _ in range(3))
                if long < STEEP * short or (long := min(taken(size) for _ in range(3))) < STEEP * short:
                    break
                if long > HARMLESS:
                    return before + piece + tail
    return ""


def test_no_pattern_takes_the_square_of_a_texts_length(found):
    accused = {
        one.where: text
        for one in found[0]
        if not one.where.startswith((*IN_A_CHILD, *OF_FOLDED_BLANKS))
        and (text := steep(one.pattern, one.ways(), longest(one.where)))
    }
    assert accused == {}


AT_RUN_TIME = {
    "bot.core.ids.parse": "the forms of keys, without two loops side by side",
    "bot.core.ids.parse_subject": "as above",
    "bot.discord.events.text_to": "ids of Discord",
    "bot.discord.events.without_mention": "as above",
    "bot.questions.small_talk._only": "100 characters, phrases side by side",
    "bot.store.redis._refusal": "a server's refusal",
    "digest.arxiv.xml.tree": "4,096 characters, one loop",
    "digest.checks.facts.claims.has_whole": "the characters of one name, in the order of the text",
    "digest.checks.facts.directions._axis": "what it makes stands in its module",
    "digest.evidence.finder._loses_ligatures": "one word, without a loop",
    "digest.extractive.sentences._cue": "what it makes stands in its module",
    "digest.extractive.sentences.role_of": "what it tries stands in its module",
    "digest.llm.server.failures._any": "what it makes stands in its module",
    "digest.llm.server.thoughts._after_block": "a closing tag of one name",
    "digest.selection.lexical._as_written": "one word, without a loop",
    "digest.which_paper.loanwords._consonants": "the letters of one word, in their order",
    "digest.which_paper.pointing._word": "words of a question of 1,500 characters",
    "digest.which_paper.worded._one_of": "numbers and nouns of a question of 1,500 characters",
    "digest.which_paper.worded.of_them": "as above",
    "digest.which_paper.worded._so_many": "numbers and nouns of a question of 1,500 characters",
    "digest.which_paper.worded._so_many_east": "as above",
    "digest.which_paper.worded.means_all": "as above",
    "digest.which_paper.worded.names_today": "as above",
    "digest.patterns.compile": "what it compiles stands in the other modules",
    "digest.render.tex.unicode_math": "one character",
}
"""Functions whose expressions are known at run time only, and why they end soon."""


def test_every_pattern_is_tried_or_excused(found):
    assert set(found[1]) == set(AT_RUN_TIME)
    assert all(any(one.where.startswith(start) for one in found[0]) for start in LONGEST_OF)


ENDLESS = (
    r"(?:\s*a\s*)+\Z",
    r"(?:ab|a|b)+\Z",
    r"x(?:a{0,20}){3,40}y",
    r"(?:(?:a*)?b)*c",
    r"“(?:<\|\w{2,24}\|>|<\|?end\|?>)+\Z",
    rb"(?:\w+\s?)*\Z",
)
SOUND = (r"(?:\s*a)+\s*\Z", r"(?:ab|ac|b)+\Z", r"(?:\w+\s)*\Z", r"(?:\d{1,3},)*\Z", r"(?:a|\Z)*b", r"(?:ab?|c)*+\Z")


@pytest.mark.parametrize("bad", ENDLESS)
def test_a_pattern_with_more_and_more_readings_is_noticed(bad):
    assert slow(re.compile(bad))


STEEP_ONES = (
    r"\s*;", r"\s+\Z", r"[!?]\W*\Z", r"“[^”]*”", r"x\s*,?\s*y", r"<(?=[a-z][^>]*>)",
    r"(?<=;)\s*\n\s*\Z", r"(?:a+b|a)", r"[a-z]+(?:-[a-z]+)*@", r"<[^>]*>.*?\d", rb"\w+:",
)  # fmt: skip
SIZES = (3_000, 6_000, 9_000, 12_000, 16_000, LONGEST)
LEVEL = (
    rf"{GAP};",
    r"(?<!\s)\s+\Z",
    r"“[^“”]*”",
    r"“[^”]{0,300}”",
    r"x\s*+(?:,\s*+)?y",
    r"\w+",
    r"(?<![a-z-])[a-z]++(?:-[a-z]++)*+@",
    r"\A\s*;",
)


@pytest.mark.parametrize("bad", STEEP_ONES)
def test_a_pattern_that_takes_the_square_of_the_length_is_noticed(bad):
    """In a short text if that is enough: the time is the square of its length."""
    assert any(steep(re.compile(bad), {"finditer"}, most) for most in SIZES)


@pytest.mark.parametrize("good", LEVEL)
def test_a_pattern_that_takes_the_length_is_not_accused(good):
    assert not steep(re.compile(good), {"finditer"})


@pytest.mark.parametrize("good", SOUND)
def test_a_pattern_with_one_reading_is_not_accused(good):
    assert list(pumps(re.compile(good))) == []
