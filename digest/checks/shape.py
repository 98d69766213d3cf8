"""Flaws in the shape of a text: no content, bare headings, loops, a missing end, too many words."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from statistics import median

from digest.checks import language as lang
from digest.checks import phrases
from digest.checks.talk import END, talks
from digest.model import Fault
from digest.patterns import regex

Found = Iterator[tuple[Fault, str]]

CODE = regex(r"```.*?(?:```|\Z)|`[^`\n]*`|\$[^$\n]{1,300}\$", re.DOTALL)
_MARKUP = regex(r"[\s*_`#>~|•·\-–—=+.,:;!?。，：；！？、…'\"“”‘’《》「」『』\[\]【】(){}（）<>/\\]+")
_ID = regex(r"\barxiv\s*[:：]\s*\d{4}\.\d{4,5}(?:v\d+)?|\d{4}\.\d{4,5}(?:v\d+)?|https?://\S+", re.IGNORECASE)
_HEADING = regex(
    r"^\s{0,3}(?P<level>#{1,6})\s+(?P<title>\S.*)$|^\s*(?:\d+[.、]\s*)?\*\*[^*\n]{1,60}\*\*\s*+(?:[:：]\s*+)?$"
)
_BULLET = regex(r"^\s*(?:[-*•·]|\d+[.)、）]|[（(]\d+[）)]|[①-⑳])")
_LOOP = regex(r"(?P<unit>[^\s|=_.*#-][^|\n]{1,80}?)(?P=unit){3,}")
_STUTTER = regex(r"(?P<unit>[^\W\d_]{1,2}?)(?:[\s,，、]*(?P=unit)){5,}")
_COMMAS = regex(r"(?P<unit>[,，、;；])(?:\s*(?P=unit)){5,}")
_SEQUENCE = regex(r"[A-Z]+|(?:[0-9a-f]{8}){1,16}", re.ASCII)
"""Of genes, symbols and keys, which repeat themselves."""
_QUOTES = "\"'“”„‟‘’‚«»‹›「」『』"
_NUMBERED = regex(
    r"^\s*(?:\d{1,2}[.)、．）]|[一二三四五六七八九十]{1,2}[、.．]|[（(][一二三四五六七八九十\d]{1,2}[）)]|[IVX]{1,4}\.)\s*"
)
_MAX_LABEL = 3.0
"""Words of a heading that only its number shows to be one."""
_ENDS = "。！？!?…．｡.؟।"
_CLOSERS = "”\"'’』」）)】]》*_`〉>|~"
_OPENS = "，,、；;：:（(「『“[【—-–&/=+"
_TAIL = 400
"""Characters of a text's end in which citations and an address are looked for."""
_CITED_AT_END = regex(r"\s*(?:\[\d+(?:,\s*\d+)*\])+$")
_ADDRESS_AT_END = regex(r"(?:https?://\S+|[\w.+-]{1,64}@[\w.-]{1,255})$")
_UNFINISHED = frozenset(
    "the a an of to and or in on at by for with from that which is are was were be as we our this these their its can than into using via such while when where but not have has".split()
)
_UNFINISHED_BY_LANGUAGE: dict[str, frozenset[str]] = {
    "de": frozenset(
        "der die das dem den des ein eine einem einen einer und oder mit von vom für auf im zum zur bei durch dass wenn als sich".split()
    ),
    "fr": frozenset(
        "le la les l de du des d un une et ou à au aux en dans sur pour par avec que qui dont sans".split()
    ),
    "es": frozenset("el la los las de del un una y o a al en con por para que sin sobre entre".split()),
    "pt": frozenset("o a os as de do da dos das um uma e ou em no na nos nas com por para que sem sobre".split()),
    "it": frozenset("il lo la i gli le di del della dei un una e o a al in nel con per che da dal su sul".split()),
    "nl": frozenset("de het een en of van in op met voor door aan dat te bij".split()),
    "ru": frozenset("и или в на с для по от из к о что который которая которые при без между".split()),
}
"""Words that end no sentence of these languages."""
_TEX = regex(r"\\[A-Za-z]+|[\^_=]")
_ITEMS = regex(r"[;；]|\d[)）]|[①-⑳]")
"""Of a list within a sentence, which needs no full stop."""
_BROKEN, _BROKEN_AFTER_OTHERS, _BROKEN_IN_LITTLE = 2.2, 0.0, 1.0
"""Above which score an end is none: of a sentence of Japanese or Korean, of one after others that
end, of what ends in a function word. A headline of other languages needs no full stop."""
_UNFINISHED_HAN = tuple(
    "的 和 与 在 为了 以及 通过 并 或 是 从 将 对 由 其中 例如 以 于 把 被 而 及 包括 分为 "
    "由于 因此 从而 使得 基于 根据 针对 那么 如果 但是 并且 而且 因为 所以 以便 即使 虽然 不仅".split()
)
_MIN_BROKEN = 4
_MIN_PART = 3.5
"""Words of a part of an analysis."""
_MAX_META = 14.0
"""Words of a text that only announces a text."""
_MIN_SENTENCE = 1.8
"""Words of a short form that is a whole sentence: `未公开代码。`"""


lowered = lru_cache(maxsize=16)(str.lower)
"""Of a paper's text, against which the twenty texts of an output are checked."""


def letters_and_digits(text: str) -> str:
    """In lower case, without markup."""
    return _MARKUP.sub("", text).lower()


def sentences_of(text: str) -> list[str]:
    pieces = re.split(r"(?<=[。！？!?])|\n+|(?<=[^\W\d_]\.|[)\]’”\"»]\.)\s+(?=[A-ZÀ-Þ¿¡“\"„«가-힣])", text)
    return [s for s in pieces if s and s.strip()]


def missing_text(text: str, kind: str) -> Found:
    """Empty, or a placeholder for a missing text. At most one flaw."""
    if not letters_and_digits(text):
        yield Fault.EMPTY, "the text is empty" if not text.strip() else "the text has no words"
    elif kind == "title":
        yield from _missing_title(text)
    else:
        yield from _placeholder(text, kind)


def _label(text: str) -> str:
    return text.strip("#*()（）[]【】… \t\n")[:200].lower()


def _missing_title(text: str) -> Found:
    """`# 摘要` names a field; `Preface` may be a title."""
    label = _label(text)
    named = re.sub(r"[\s*#:：《》【】\[\]]+", "", label)
    if named in phrases.FIELD_LABELS or named in phrases.EMPTY_VALUES or phrases.FAILED.match(label):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} is not a title"


def _placeholder(text: str, kind: str) -> Found:
    small = lang.size(text) + 3 * text.count("://")
    left = letters_and_digits(_ID.sub(" ", text))
    failed = small <= 14 and phrases.FAILED.match(_label(text))
    if letters_and_digits(text) in phrases.EMPTY_VALUES or failed or phrases.FILLER.match(text):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} stands for a missing text"
    elif kind != "answer" and _only_task_words(text):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} says that there is a text"
    elif not re.sub(r"\d", "", left):
        yield Fault.PLACEHOLDER, "only an id, a link or a number"
    elif kind in ("part", "short", "summary") and small < (
        _MIN_SENTENCE if _is_short_sentence(text, kind) else _MIN_PART
    ):
        yield Fault.PLACEHOLDER, "too short to say anything"


def _only_task_words(text: str) -> bool:
    """`The summary of the paper goes here.`"""
    if lang.size(text) > _MAX_META or "\n" in text.strip():
        return False
    if re.search(r"[\u4e00-\u9fff]", text):
        return bool(phrases.META_HAN.fullmatch(text.strip()))
    found = [w.lower() for w in lang.words(text)]
    return len(found) >= 3 and all(w in phrases.META for w in found)


def _is_short_sentence(text: str, kind: str) -> bool:
    return kind == "short" and text.strip()[-1:] in _ENDS


def headings(text: str, kind: str) -> Found:
    lines = [line for line in text.split("\n") if line.strip() and not re.fullmatch(r"\s*[-*_=]{3,}\s*", line)]
    heads = [_HEADING.match(line) for line in lines]
    if kind == "title" or not lines:
        return
    if all(heads) or _outline(lines, kind):
        yield Fault.PLACEHOLDER, "headings without content"
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        last = head is heads[-1]
        if head and head["level"] and (last or _closes(head, following)):
            yield Fault.PLACEHOLDER, f"nothing follows the heading {head['title'][:60]!r}"


def _outline(lines: list[str], kind: str) -> bool:
    labels = [_NUMBERED.sub("", line).strip() for line in lines]
    return (
        kind != "answer"
        and len(lines) >= 3
        and all(_NUMBERED.match(line) for line in lines)
        and all(lang.size(label) <= _MAX_LABEL and label[-1:] not in _ENDS for label in labels)
        and not any(lang.is_name(word) for label in labels for word in re.findall(r"[\w-]+", label))
    )


def _closes(head: re.Match[str], following: re.Match[str] | None) -> bool:
    return bool(following and following["level"] and len(following["level"]) <= len(head["level"]))


def repetitions(text: str, source: str = "") -> Found:
    plain = CODE.sub(" ", text)[:20_000]
    raw = plain.encode()
    if len(plain) >= 600 and len(zlib.compress(raw)) < 0.16 * len(raw):
        yield Fault.REPETITION, "the text goes round in circles"
    counts = Counter(s.strip().lower() for s in sentences_of(plain) if lang.size(s) >= 3)
    for sentence, times in counts.most_common(1):
        if times >= (3 if lang.size(sentence) >= 5 else 4):
            yield Fault.REPETITION, f"said {times} times: {sentence[:60]!r}"
    unquoted = phrases.QUOTED.sub("“”", plain)
    found = _LOOP.finditer(unquoted) if _may_loop(unquoted) else ()
    loops = [m for m in found if re.search(r"[^\W\d]", m["unit"]) and len(m[0]) >= 12]
    loops += [*_STUTTER.finditer(unquoted), *_COMMAS.finditer(unquoted)]
    loop = next((m for m in loops if not _is_meant(m, unquoted) and m[0] not in source), None)
    if loop:
        yield Fault.REPETITION, f"again and again: {loop['unit'][:40]!r}"


def _may_loop(text: str) -> bool:
    """Nine characters come again within 81, as in all of twelve or more that `_LOOP` finds."""
    last: dict[str, int] = {}
    for start in range(len(text) - 8):
        piece = text[start : start + 9]
        if start - last.get(piece, -82) <= 81:
            return True
        last[piece] = start
    return False


def _is_meant(loop: re.Match[str], text: str) -> bool:
    """A sequence, something in quotation marks, or a list of one and the same step."""
    around = text[max(0, loop.start() - 1) : loop.start()], text[loop.end() : loop.end() + 1]
    if _SEQUENCE.fullmatch(loop[0]) or all(mark and mark in _QUOTES for mark in around):
        return True
    step = _STEP.fullmatch(loop["unit"]) or (_STEP.fullmatch(loop[0]) if len(loop[0]) < 60 else None)
    return bool(step) and step["word"] not in _LITTLE  # type: ignore[index]


_STEP = regex(r"(?P<word>[A-Za-zÀ-ɏ]{1,16}|[^\W_]{1,2})(?:\s*[-,，、→>]\s*(?:(?P=word)(?:\s*[-,，、→>]\s*|$))*)")


_LITTLE = frozenset().union(_UNFINISHED, _UNFINISHED_HAN, *_UNFINISHED_BY_LANGUAGE.values())


def truncated(text: str, kind: str, language: str = "") -> Found:
    """Ends in the middle of a sentence or a formula."""
    text = text.rstrip()
    end = (text[:-_TAIL] + _CITED_AT_END.sub("", text[-_TAIL:])).rstrip(_CLOSERS)
    if kind == "title" or not end or _ADDRESS_AT_END.search(text.rstrip(_CLOSERS + _ENDS)[-_TAIL:]):
        return
    if text.count("```") % 2:
        yield Fault.TRUNCATED, "a code block is not closed"
    elif _open_formula(text):
        yield Fault.TRUNCATED, "a formula is not closed"
    elif end[-1] in _ENDS or _is_table_row(text):
        return
    elif (end[-1] in _OPENS and lang.size(text) >= _MIN_BROKEN) or (
        text[-1] == end[-1] and _breaks_off(text, language)
    ):
        yield Fault.TRUNCATED, f"the last sentence does not end: {end[-30:]!r}"


def _open_formula(text: str) -> bool:
    before, dollar, formula = CODE.sub(" ", text).rpartition("$")
    return (
        bool(dollar)
        and before[-1:] not in ("\\", "$")
        and bool(_TEX.search(formula))
        and not re.match(r"\s|\d", formula)
    )


def _is_table_row(text: str) -> bool:
    return text.endswith("|") and text.rsplit("\n", 1)[-1].lstrip().startswith("|")


def _breaks_off(text: str, language: str) -> bool:
    """A last sentence that ends in no last word, or that is shorter than the others, which end.

    A sentence of usual length without a full stop is only careless.
    """
    *others, last = sentences_of(text)
    size = lang.size(last)
    if size < 2 or _ITEMS.search(last):
        return False
    if _BULLET.match(text.rsplit("\n", 1)[-1]):
        return _ends_in_little(last, language)
    ended = [s for s in others if s.strip().rstrip(_CLOSERS)[-1:] in _ENDS]
    alike = bool(ended) and len(ended) == len(others)
    if alike and len(ended) >= 2 and size < max(8.0, 0.6 * median(lang.size(s) for s in ended)):
        return True
    if alike and size >= _MIN_BROKEN and talks(last, END) > _BROKEN_AFTER_OTHERS:
        return True
    return size >= _MIN_BROKEN and (
        _ends_in_little(last, language) or (_inflected(last) and talks(last, END) > _BROKEN)
    )


def _ends_in_little(text: str, language: str) -> bool:
    words = _UNFINISHED_BY_LANGUAGE.get(lang.base(language), _UNFINISHED)
    little = text.endswith(_UNFINISHED_HAN) or re.split(r"\W+", text)[-1] in words
    return little and talks(text, END) > _BROKEN_IN_LITTLE


def _inflected(text: str) -> bool:
    """Japanese or Korean, in which the last word shows that a sentence ends."""
    counts = lang.scripts(text)
    return counts["kana"] + counts["hangul"] > counts["han"]


def too_long(text: str, language: str, kind: str) -> Found:
    if kind == "short" and lang.too_long(text, language):
        limit = f"{lang.SHORT_CHARACTERS} characters" if lang.is_cjk(language) else f"{lang.SHORT_WORDS} words"
        yield Fault.TOO_LONG, f"longer than {limit}: say the same in fewer words"
