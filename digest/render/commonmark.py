"""Makes Markdown parsers that threads may share and that parse within bounds.

The library fills its rules and character tables at first use. Another thread that sees them half
filled garbles a link or raises IndexError. So every parser parses once, alone, before use.

The parser's time grows with the square of unpaired marks, and its tree is read by recursion. A text
beyond the bounds is shown in plain characters."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from threading import Lock

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline, emphasis
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.texmath import texmath_plugin

from digest.patterns import regex
from digest.render.tex import closed_up
from digest.render.width import wide

log = logging.getLogger(__name__)

LONGEST = 40_000
"""Characters of a text; the rest is cut off."""
MOST_LINES = 600
MOST_MARKS = 3_000
"""The most characters that can mean something in Markdown, without escaped ones."""
MOST_OF_A_KIND = 200
"""The most characters of one such kind in a paragraph."""
MOST_FORMULAS = 500
"""The most formulas in brackets: each looks for its end."""
DEEPEST = 24
"""The most lists, quotes and emphasis within each other."""

_ALL = """| a |
|---|
| [a](https://a.example/é?b#c "d") <https://a.example/> ![a](b) |

1. `a` ~~b~~ **c** $d$
"""
_LOCK = Lock()
_DISPLAYED = regex(r"\\\[((?:(?!\\[\[\]])[^\n]|\n(?!\s*(?:\n|>)))+)\\\][ \t]*(?=\n|\Z)")
_FORMULA_SIGN = regex(r"\\[A-Za-z]|(?<!\\)[\^_=<>+]")
_MARKS = "[]()*_~`$<!&|#>\\"
_PARAGRAPH = regex(r"\n[ \t]*\n")
_ESCAPED = regex(r"\\[^\w\s]")
_DEEP = regex(rf"^(?:[ \t]*(?:[>*+-]|\d{{1,9}}[.)])){{{DEEPEST // 2},}}|^[ \t]{{{4 * DEEPEST},}}\S", re.MULTILINE)


def with_formulas(*without: str) -> MarkdownIt:
    """Returns a parser of CommonMark with tables, strikethrough and formulas between dollars or
    TeX's brackets, and without HTML. `without`: other rules to leave out."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    texmath_plugin(parser, delimiters="brackets")
    # The library's blocks would take an escaped bracket for the start of a formula, and drop the
    # rest.
    parser.disable(["html_block", "html_inline", "math_block", "math_block_eqno", *without])
    parser.block.ruler.before("fence", "math_block_brackets", _displayed_formula)
    dollarmath_plugin(parser, allow_space=False, allow_digits=False, double_inline=True)
    return ready(parser)


def _displayed_formula(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    r"""Reads lines from `\[` to `\]` as a formula, unless what is between reads as words."""
    start = state.bMarks[first] + state.tShift[first]
    found = _DISPLAYED.match(state.src, start, state.eMarks[end - 1])
    if found is None or not _FORMULA_SIGN.search(found[1]):
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.block, token.content, token.markup = True, found[1], "\\["
        state.line = first + found[0].count("\n") + 1
    return True


def ready(parser: MarkdownIt) -> MarkdownIt:
    """Prepares a parser that has all its rules. It then also reads emphasis beside Chinese."""
    parser.inline.ruler.at("emphasis", _emphasis_beside_cjk)
    with _LOCK:
        parser.parse(_ALL)
    return parser


def _emphasis_beside_cjk(state: StateInline, silent: bool) -> bool:
    """Opens and closes `**标签：**text` beside Chinese, where CommonMark would expect a space."""
    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    before = state.src[start - 1] if start else " "
    after = state.src[state.pos] if state.pos < state.posMax else " "
    if state.src[start] == "*" and (wide(before) or wide(after)):
        for delimiter in state.delimiters[known:]:
            delimiter.open, delimiter.close = not after.isspace(), not before.isspace()
    return True


def within_bounds(markdown: str) -> bool:
    """Returns whether any parser of Markdown reads the text in few steps."""
    if len(markdown) > LONGEST or markdown.count("\n") > MOST_LINES or _DEEP.search(markdown):
        return False
    bare = _ESCAPED.sub("", markdown)
    if sum(map(bare.count, _MARKS)) > MOST_MARKS or markdown.count(r"\(") > MOST_FORMULAS:
        return False
    return all(
        len(paragraph) <= MOST_OF_A_KIND or all(paragraph.count(mark) <= MOST_OF_A_KIND for mark in _MARKS)
        for paragraph in _PARAGRAPH.split(bare)
    )


def parse(parser: MarkdownIt, markdown: str, *, inline: bool = False) -> list[Token]:
    """Returns the tokens of a text; beyond the bounds, plain paragraphs. `inline`: one line."""
    if within_bounds(markdown):
        markdown = closed_up(markdown)
        tokens = parser.parseInline(markdown) if inline else parser.parse(markdown)
        if all(t.level <= DEEPEST for block in tokens for t in (block, *(block.children or ()))):
            return tokens
    log.warning("event=shown_as_plain_text characters=%d", len(markdown))
    plain = list(_plain(shortened(markdown)))
    return [t for t in plain if t.type == "inline"] if inline else plain


def shortened(markdown: str) -> str:
    """Returns the text's beginning. All lines after the most are joined into one."""
    kept = markdown if len(markdown) <= LONGEST else markdown[:LONGEST] + "…"
    *lines, rest = kept.split("\n", MOST_LINES)
    return "\n".join([*lines, " ".join(rest.split()) if len(lines) == MOST_LINES else rest])


def _plain(text: str) -> Iterator[Token]:
    for paragraph in filter(str.strip, _PARAGRAPH.split(text)):
        yield Token("paragraph_open", "p", 1, block=True)
        children: list[Token] = []
        for line in paragraph.strip().split("\n"):
            children += [Token("softbreak", "br", 0)] if children else []
            children.append(Token("text", "", 0, content=line))
        yield Token("inline", "", 0, content=paragraph, children=children, block=True)
        yield Token("paragraph_close", "p", -1, block=True)
