"""The text of an answer while it arrives, and its two halves: prose, and a fenced list of quotations. Pure.

The one thing to know: prose is shown at once, but from the first figure, quotation mark, `[` or URL of a sentence on it is held until the
sentence ends and was checked. The list of quotations is never shown as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import sentencex

_CITATIONS_ONLY = re.compile(r"\s*(?:\[\d+\]\s*)+")


def sentences(text: str, language: str) -> list[str]:
    """Sentences with the space that follows them: joined they are the text. Citations after a full stop belong to what is before."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        for piece in sentencex.segment(language.split("-", 1)[0].lower(), line):
            if found and not found[-1].endswith("\n") and _CITATIONS_ONLY.fullmatch(piece):
                found[-1] += piece
            else:
                found.append(piece)
    return found


# ---------------------------------------------------------------- the two halves


@dataclass(frozen=True)
class Listed:
    """An entry of the list of quotations, as the model wrote it."""

    number: int
    """0: the nearest passage of an answer that was not found."""
    paper: int | None
    """The number of the paper it says it is from."""
    text: str


_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([\w-]*)[^\n]*(?:\n|\Z)", re.MULTILINE)
_ENTRY = re.compile(
    r"\s*(?:[-*]\s+)?\[(?P<n>\d{1,3}|none)\]\s*(?P<source>[(（]?\s*(?:paper|论文)\s*#?(?P<paper>\d{1,4})\s*[)）]?\s*[:：]?)?\s*(?P<text>.*?)\s*",
    re.IGNORECASE,
)
_BARE_LIST = re.compile(
    r"(?:\n|\A)[^\n\[\]]{0,30}\n?(?=\[(?:\d{1,3}|none)\][ \t]*[(（]?[ \t]*(?:paper|论文)[ \t]*#?\d)", re.IGNORECASE
)
_MARKS = "\"'“”‘’「」『』«»`* "


def halves(text: str) -> tuple[str, str | None]:
    """Prose, and the inside of the list of quotations (None where there is none yet). Other fenced blocks stay in the prose."""
    start = 0
    while opening := _FENCE.search(text, start):
        closing = re.compile(rf"^[ \t]*{re.escape(opening[1])}[ \t]*$", re.MULTILINE).search(text, opening.end())
        inside = text[opening.end() : closing.start() if closing else len(text)]
        first = inside.lstrip().split("\n", 1)[0]
        if opening[2].lower().startswith("quot") or _ENTRY.fullmatch(first):
            return text[: opening.start()].rstrip(), inside
        if closing is None:
            # Still open: what it will be cannot be told.
            return text[: opening.start()].rstrip(), None
        start = closing.end()
    if bare := _BARE_LIST.search(text):
        return text[: bare.start()].rstrip(), text[bare.end() :]
    return text.rstrip(), None


def listed(inside: str) -> list[Listed]:
    """The entries of the list; a line that begins none goes on with the one before."""
    found: list[Listed] = []
    for line in inside.splitlines():
        match = _ENTRY.fullmatch(line)
        if match:
            number = 0 if match["n"].lower() == "none" else int(match["n"])
            found.append(Listed(number, int(match["paper"]) if match["paper"] else None, match["text"].strip(_MARKS)))
        elif found and line.strip() and not line.lstrip().startswith(("`", "~")):
            last = found[-1]
            found[-1] = Listed(last.number, last.paper, f"{last.text} {line.strip()}".strip(_MARKS))
    return [entry for entry in found if entry.text]


# ---------------------------------------------------------------- while it arrives

_RISKY = re.compile(r"[\d\[`$|<“”\"「『«〈《]|https?:|www\.")
_UNENDED = re.compile(r"[\w(（.+~≈<>=±/:-]+\Z", re.ASCII)
_OPEN_FENCE = re.compile(r"(?:\n|\A)[ \t]*[`~]{1,3}[\w-]*\Z")


class Provisional:
    """What may be shown of a growing text. `checked` gives a finished sentence as it is to be shown."""

    def __init__(self, language: str, checked: Callable[[str], str]) -> None:
        self._language = language
        self._checked = checked
        self._raw = ""
        self._shown = ""
        self._read = 0

    def feed(self, whole: str) -> str:
        """Takes the whole raw text so far, gives the whole that may be shown. A text that is no longer begun as before is read anew."""
        if not whole.startswith(self._raw):
            self._shown, self._read = "", 0
        self._raw = whole
        prose, inside = halves(whole)
        if inside is None:
            prose = _OPEN_FENCE.sub("", whole if prose == whole.rstrip() else prose)
        pieces = sentences(prose[self._read :], self._language)
        ended = inside is not None
        for piece, following in pairwise([*pieces, ""]):
            # A citation that follows the full stop may still arrive: the last sentence ends with its line, or with the prose.
            if not (following or ended or piece.endswith("\n")):
                return (self._shown + _safe(piece)).rstrip()
            self._shown += self._checked(piece)
            self._read += len(piece)
        return self._shown.rstrip()


def _safe(piece: str) -> str:
    """Up to what must be held. A word is shown once it has ended: `ResNet` may yet become `ResNet-50`."""
    risky = _RISKY.search(piece)
    return _UNENDED.sub("", piece[: risky.start()] if risky else piece)
