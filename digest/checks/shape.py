"""Flaws that show in the shape of a text, whatever it is about: nothing in it, headings without content, loops, a missing end, too many words."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from statistics import median

from digest.checks import language as lang
from digest.checks import signs
from digest.model import Fault

Found = Iterator[tuple[Fault, str]]

CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\$[^$\n]{1,300}\$", re.DOTALL)
_MARKUP = re.compile(r"[\s*_`#>~|•·\-–—=+.,:;!?。，：；！？、…'\"“”‘’《》「」『』\[\]【】(){}（）<>/\\]+")
_ID = re.compile(r"\barxiv\s*[:：]\s*\d{4}\.\d{4,5}(?:v\d+)?|\d{4}\.\d{4,5}(?:v\d+)?|https?://\S+", re.IGNORECASE)
_HEADING = re.compile(
    r"^\s{0,3}(?P<level>#{1,6})\s+(?P<title>\S.*)$|^\s*(?:\d+[.、]\s*)?\*\*[^*\n]{1,60}\*\*\s*[:：]?\s*$"
)
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d+[.)、）]|[（(]\d+[）)]|[①-⑳])")
_LOOP = re.compile(r"(?P<unit>[^\s|=_.*#-][^|\n]{1,80}?)(?P=unit){3,}")
_ENDS = "。！？!?…．｡.؟।"
_CLOSERS = "”\"'’』」）)】]》*_`〉>|~"
_OPENS = "，,、；;：:（(「『“[【—-–&/=+"
_ADDRESS_AT_END = re.compile(r"(?:https?://\S+|[\w.+-]{1,64}@[\w.-]{1,255})$")
_OPEN_WORDS = frozenset(
    "the a an of to and or in on at by for with from that which is are was were be as we our this these their its can than into using via such while when where but not have has".split()
)
_OPEN_HAN = (
    "的",
    "和",
    "与",
    "在",
    "为了",
    "以及",
    "通过",
    "并",
    "或",
    "是",
    "从",
    "将",
    "对",
    "由",
    "其中",
    "例如",
    "以",
    "于",
    "把",
    "被",
    "而",
    "及",
    *("负责", "包括", "采用", "使用", "利用", "提出", "分为", "由于", "因此", "从而", "使得", "基于", "根据", "针对"),
)
_LEAST_SIZE = 3.5
"""Words: what is shorter says nothing as a part of an analysis."""


def bare(text: str) -> str:
    """Letters and digits alone."""
    return _MARKUP.sub("", text).lower()


def sentences_of(text: str) -> list[str]:
    pieces = re.split(r"(?<=[。！？!?])|\n+|(?<=[a-z)\]’”\"]\.)\s+(?=[A-Z“\"])", text)
    return [s for s in pieces if s and s.strip()]


# ---------------------------------------------------------------- nothing


def nothing(text: str, kind: str) -> Found:
    """Empty, or a word that stands for a missing text. At most one."""
    if not bare(text):
        yield Fault.EMPTY, "the text is empty" if not text.strip() else "the text has no words"
    elif kind == "title":
        yield from _no_title(text)
    else:
        yield from _no_text(text, kind)


def _label(text: str) -> str:
    return text.strip("#* \t\n")[:200].lower()


def _no_title(text: str) -> Found:
    """`# 摘要` is the name of a field; `Preface` may be a title."""
    label = _label(text)
    named = re.sub(r"[\s*#:：《》【】\[\]]+", "", label)
    if named in signs.FIELD_LABELS or named in signs.NOTHING or signs.FAILED.match(label):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} is not a title"


def _no_text(text: str, kind: str) -> Found:
    small = lang.size(text) + 3 * text.count("://")
    left = bare(_ID.sub(" ", text))
    if bare(text) in signs.NOTHING or (small <= 14 and signs.FAILED.match(_label(text))):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} stands for a missing text"
    elif not re.sub(r"\d", "", left):
        yield Fault.PLACEHOLDER, "only an id, a link or a number"
    elif kind in ("part", "short", "summary") and small < _LEAST_SIZE:
        yield Fault.PLACEHOLDER, "too short to say anything"


def headings(text: str, kind: str) -> Found:
    """Headings that nothing follows."""
    lines = [line for line in text.split("\n") if line.strip() and not re.fullmatch(r"\s*[-*_=]{3,}\s*", line)]
    heads = [_HEADING.match(line) for line in lines]
    if kind == "title" or not lines:
        return
    if all(heads):
        yield Fault.PLACEHOLDER, "headings without content"
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        last = head is heads[-1]
        if head and head["level"] and (last or _closes(head, following)):
            yield Fault.PLACEHOLDER, f"nothing follows the heading {head['title'][:60]!r}"


def _closes(head: re.Match[str], following: re.Match[str] | None) -> bool:
    return bool(following and following["level"] and len(following["level"]) <= len(head["level"]))


# ---------------------------------------------------------------- loops


def repeats(text: str) -> Found:
    plain = CODE.sub(" ", text)[:20_000]
    raw = plain.encode()
    if len(plain) >= 600 and len(zlib.compress(raw)) < 0.16 * len(raw):
        yield Fault.REPETITION, "the text goes round in circles"
    said = Counter(s.strip().lower() for s in sentences_of(plain) if lang.size(s) >= 3)
    for sentence, times in said.most_common(1):
        if times >= (3 if lang.size(sentence) >= 5 else 4):
            yield Fault.REPETITION, f"said {times} times: {sentence[:60]!r}"
    loop = _LOOP.search(plain)
    if loop and re.search(r"[^\W\d]", loop["unit"]) and len(loop[0]) >= 12:
        yield Fault.REPETITION, f"again and again: {loop['unit'][:40]!r}"


# ---------------------------------------------------------------- the end


def truncated(text: str, kind: str) -> Found:
    """Ends in the middle of a sentence."""
    text = text.rstrip()
    end = re.sub(r"\s*(?:\[\d+(?:,\s*\d+)*\])+$", "", text).rstrip(_CLOSERS)
    if kind == "title" or not end or _ADDRESS_AT_END.search(text.rstrip(_CLOSERS + _ENDS)[-400:]):
        return
    if text.count("```") % 2:
        yield Fault.TRUNCATED, "a code block is not closed"
    elif end[-1] in _ENDS or text.endswith("|"):
        return
    elif _hangs(end, text, kind) or _breaks_off(text):
        yield Fault.TRUNCATED, f"the last sentence does not end: {end[-30:]!r}"


def _hangs(end: str, text: str, kind: str) -> bool:
    """On a comma, or a word that needs another."""
    size = lang.size(text)
    word = re.search(r"[A-Za-z]+$", end)
    closed = text[-1] != end[-1]
    return (
        (end[-1] in _OPENS and size >= 4)
        or (bool(word) and word[0] in _OPEN_WORDS and size >= 4 and not closed)  # type: ignore[index]
        or (end.endswith(_OPEN_HAN) and size >= 12 and not closed and kind != "sentence")
    )


def _breaks_off(text: str) -> bool:
    """All sentences before the last end, at least two; the last does not, is shorter than they are, and no item of a list.

    A sentence of full length that lacks its full stop is only careless.
    """
    sentences = sentences_of(text)
    ended = [s for s in sentences[:-1] if s.strip().rstrip(_CLOSERS)[-1:] in _ENDS]
    return (
        len(ended) >= 2
        and len(ended) == len(sentences) - 1
        and not _BULLET.match(text.rsplit("\n", 1)[-1])
        and 2 <= lang.size(sentences[-1]) < max(8.0, 0.6 * median(lang.size(s) for s in ended))
    )


def too_long(text: str, language: str, kind: str) -> Found:
    if kind == "short" and lang.too_long(text, language):
        limit = f"{lang.SHORT_CHARACTERS} characters" if lang.is_cjk(language) else f"{lang.SHORT_WORDS} words"
        yield Fault.TOO_LONG, f"longer than {limit}: say the same in fewer words"
