"""Splits an answer into prose and quotations, and decides what to show while it streams. Pure.

Prose is shown at once, up to the first figure, quotation mark, `[` or URL of a sentence. The rest
is shown when the sentence has ended and been checked. The list of quotations is never streamed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from digest.evidence.sentences import sentences
from digest.patterns import GAP, regex


@dataclass(frozen=True)
class QuotationEntry:
    number: int
    """The citation's number; 0 for the nearest passage, if the papers do not say."""
    paper: int | None
    """The number of the quotation's paper, if given."""
    text: str


_FENCE = regex(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w-]*)[^\n]*(?:\n|\Z)", re.MULTILINE)
_ENTRY = regex(
    r"\s*(?:[-*]\s+)?\[(?P<n>\d{1,3}|none)\]\s*+(?P<source>(?:[(（]\s*+)?(?:paper|论文)\s*#?(?P<paper>\d{1,4})\s*+[)）]?\s*+[:：]?)?\s*+(?P<text>.*?)"
    + GAP,
    re.IGNORECASE,
)
_BARE_LIST = regex(
    r"(?:\n|\A)[^\n\[\]]{0,30}\n?"
    r"(?=\[(?:\d{1,3}|none)\][ \t]*+(?:[(（][ \t]*+)?(?:paper|论文)[ \t]*#?\d|\[none\]\s*\Z)",
    re.IGNORECASE,
)
_FOOTNOTE = regex(r"\[\^(\d{1,3})\]")
_CITED = regex(r"\[(\d{1,3})(?:[,，、]|\])")
_LISTED = regex(r"[ \t]*(?:[-*][ \t]+)?(?:\[(\d{1,3})\][:：.]?|(\d{1,2})[.)](?=[ \t]*[\"“„«»「『]))[ \t]*(\S.*)")
_LIST_HEADING = regex(r"\W{0,4}\w[^\n.。]{0,30}(?:[:：]|\*\*)\W{0,4}|#{1,6} [^\n]{1,30}")
_CLOSERS = {
    "“": "”", "„": "“”‟", "‟": "”", "”": "”", '"': '"', "＂": "＂", "〝": "〞〟", "「": "」", "『": "』",
    "《": "》", "«": "»", "»": "«»", "‹": "›", "›": "‹›", "‘": "’", "‚": "‘’", "’": "’", "'": "'",
    "`": "`'", "*": "*",
}  # fmt: skip
"""By quotation mark: the marks that may close it. Languages use them in both directions."""
_INNER = "'’‘‚*`"
"""Marks that also occur inside words, or that may not mean a quotation."""
_MARKS = "".join(dict.fromkeys([*_CLOSERS, *"".join(_CLOSERS.values()), " "]))
_PLACE = 40
"""Characters after a quotation that may say where it is from."""
LEAST_QUOTED = 15
"""Characters. Shorter text in quotation marks is a name or a way of speaking."""


@dataclass(frozen=True)
class Quoted:
    start: int
    end: int
    """The position after the closing mark."""
    text: str
    sure: bool
    """The marks can only mean a quotation, not emphasis, code, a title or an apostrophe."""


def quoted_spans(text: str) -> list[Quoted]:
    """Returns the text in quotation marks of any language, or in a block quotation."""
    found: list[Quoted] = []
    at = 0
    unclosed: dict[str, int] = {}
    while at < len(text):
        end = _closing(text, at) if unclosed.get(text[at], -1) < at else 0
        if not end:
            if text[at] in _CLOSERS and not _is_in_word(text, at):  # no later mark of the line is closed either
                unclosed[text[at]] = max(unclosed.get(text[at], 0), _line_end(text, at))
            at += 1
            continue
        inner = text[at:end].strip(_MARKS)
        if len(inner) >= LEAST_QUOTED:
            found.append(Quoted(at, end, inner, text[at] not in f"{_INNER}《"))
        at = end
    for line in _BLOCK_QUOTATION.finditer(text):
        inner = line[1].strip(_MARKS)
        if len(inner) >= LEAST_QUOTED and not any(q.start < line.end(1) and line.start(1) < q.end for q in found):
            found.append(Quoted(line.start(1), line.end(1), inner, sure=False))
    return found


_BLOCK_QUOTATION = regex(r"^[ \t]*>[ \t]*+(.+?)(?<![ \t])[ \t]*+$", re.MULTILINE)


def _closing(text: str, at: int) -> int:
    """Returns the position after the mark that closes this one; 0 if it opens nothing."""
    closers = _CLOSERS.get(text[at], "")
    if not closers or _is_in_word(text, at):
        return 0
    inner = text[at] in _INNER
    for end in range(at + 2, _line_end(text, at)):
        following = text[end + 1 : end + 2]
        if text[end] in closers and not (inner and following.isalnum() and following.isascii()):
            return end + 1
    return 0


def _is_in_word(text: str, at: int) -> bool:
    """Returns whether the mark follows a letter, as an apostrophe does."""
    return text[at] in _INNER and at > 0 and text[at - 1].isalnum() and text[at - 1].isascii()


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def split_answer(text: str) -> tuple[str, str | None]:
    """Returns the prose with other fenced blocks, and the list of quotations (None without one)."""
    text = _FOOTNOTE.sub(r"[\1]", text)
    start = 0
    while opening := _FENCE.search(text, start):
        closing = re.compile(rf"^[ \t]*{re.escape(opening[1])}[ \t]*$", re.MULTILINE).search(text, opening.end())
        inside = text[opening.end() : closing.start() if closing else len(text)]
        first = inside.lstrip().split("\n", 1)[0]
        if opening[2].lower().startswith("quot") or _ENTRY.fullmatch(first):
            return text[: opening.start()].rstrip(), inside
        if closing is None:
            # The block is still open, and may become the list of quotations.
            return text[: opening.start()].rstrip(), None
        start = closing.end()
    if bare := _BARE_LIST.search(text):
        return text[: bare.start()].rstrip(), text[bare.end() :]
    return _with_trailing_list(text.rstrip())


def _with_trailing_list(text: str) -> tuple[str, str | None]:
    """As `split_answer`, for a list without a block, of quotations that the prose cites."""
    lines = text.split("\n")
    entries: list[tuple[int, str]] = []
    while lines and (not lines[-1].strip() or (entry := _LISTED.fullmatch(lines[-1]))):
        if lines.pop().strip() and entry:
            entries.append((int(entry[1] or entry[2]), entry[3]))
    if lines and _LIST_HEADING.fullmatch(lines[-1]):
        lines.pop()
    prose = "\n".join(lines).rstrip()
    if not entries or not {n for n, _ in entries} <= {int(n) for n in _CITED.findall(prose)}:
        return text, None
    return prose, "\n".join(f"[{n}] {said}" for n, said in reversed(entries))


def parse_quotations(inside: str) -> list[QuotationEntry]:
    """Returns the entries of the list. Any other line continues the entry before it. `[none]` may
    be the only line."""
    found: list[QuotationEntry] = []
    for line in inside.splitlines():
        match = _ENTRY.fullmatch(line)
        if match:
            number = 0 if match["n"].lower() == "none" else int(match["n"])
            paper = int(match["paper"]) if match["paper"] else None
            found.append(QuotationEntry(number, paper, _without_place(match["text"])))
        elif found and line.strip() and not line.lstrip().startswith(("`", "~")):
            last = found[-1]
            found[-1] = QuotationEntry(last.number, last.paper, f"{last.text} {line.strip()}".strip(_MARKS))
    return [entry for entry in found if entry.text or not entry.number]


def _without_place(said: str) -> str:
    """Returns `"Words of the paper" (Section 4)` without the place."""
    first = next(iter(quoted_spans(said)), None)
    alone = first and first.sure and first.start == 0 and len(said) - first.end <= _PLACE
    return first.text if first and alone else said.strip(_MARKS)


_RISKY = regex(r"[\d\[`$|<“”\"「『«〈《]|https?:|www\.")
_UNENDED = regex(r"[\w(（.+~≈<>=±/:-]+\Z", re.ASCII)
_WORD = 200
"""Characters at the text's end in which an unfinished word is looked for."""
_OPEN_FENCE = regex(r"(?:\n|\A)[ \t]*[`~]{1,3}[\w-]*\Z")


class ProvisionalText:
    """Selects the part of a growing text to show. `check` returns a finished sentence as shown."""

    def __init__(self, language: str, check: Callable[[str], str]) -> None:
        self._language = language
        self._check = check
        self._raw = ""
        self._shown = ""
        self._read = 0

    def feed(self, whole: str) -> str:
        """Takes the raw text so far, returns the text to show. Starts over if the text differs."""
        if not whole.startswith(self._raw):
            self._shown, self._read = "", 0
        self._raw = whole
        prose, inside = split_answer(whole)
        if inside is None:
            prose = _OPEN_FENCE.sub("", whole if prose == whole.rstrip() else prose)
        pieces = sentences(prose[self._read :], self._language)
        ended = inside is not None
        for piece, following in pairwise([*pieces, ""]):
            # Citations may still follow the last sentence, so it ends with its line or the prose.
            if not (following or ended or piece.endswith("\n")):
                return (self._shown + _unheld(piece)).rstrip()
            self._shown += self._check(piece)
            self._read += len(piece)
        return self._shown.rstrip()


def _unheld(piece: str) -> str:
    """Returns the piece up to what is held back. `ResNet` is, because it may become `ResNet-50`."""
    risky = _RISKY.search(piece)
    shown = piece[: risky.start()] if risky else piece
    return shown[:-_WORD] + _UNENDED.sub("", shown[-_WORD:])
