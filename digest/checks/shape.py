"""Finds flaws in a text's shape: no content, bare headings, loops, no end, too many words."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise
from statistics import median

from digest.checks import language as lang
from digest.checks import phrases
from digest.checks.talk import END, WORD, as_of, talks
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
_COMPOUND = regex(
    r"(?P<unit>(?P<first>[\u3400-\u9fff\uac00-\ud7af])(?!(?P=first))[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,3}?)(?P=unit){3,}"
)
"""A word of East Asia four times, which laughter is not."""
_CLAUSE = regex(
    r"(?P<unit>(?P<first>[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af])(?!(?P=first))[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]{3,11}?)(?:[、，,\s]{0,2}(?P=unit)){2,}"
)
"""Words of East Asia three times."""
_WORDS = regex(
    r"(?<![\w'’-])(?P<unit>[^\W\d_]{2,})(?:(?:\s+(?P=unit)){2,}|(?:[,，、]\s*(?P=unit)){4,})(?![\w'’-])", re.IGNORECASE
)
"""A word three times, or five times in a list."""
_FIGURES = regex(r"(?<![\w.,|])(?P<unit>\d[\d.,]{0,12}\s?%|\d[\d.,]{1,12})(?:[\s,，、]+(?P=unit)){5,}(?![\w|])")
"""A figure six times, outside a table. Rows of a matrix have one digit."""
_PHRASE = regex(
    r"(?<!\w)(?P<unit>\w[^|\n]{7,80}?\w)(?:[\s,，、;；]+(?P=unit)){2,}(?!\w)"
    r"|(?<!\w)(?P<short>\w+ [^|\n]{0,6}?[\w%％])(?:[,，、;；]\s*(?P=short)){2,}(?!\w)",
    re.IGNORECASE,
)
_DECIMALS = regex(r"(?P<unit>[.,](?!000)\d{1,3})(?P=unit){4,}(?![.,]?\d)")
"""A decimal five times, `0.95.5.5.5.5.5`."""
_COMMAS = regex(r"(?P<unit>[,，、;；])(?:\s*(?P=unit)){5,}")
_MIN_SAID_TWICE = 4
"""Words of a sentence that is not said again at once."""
_SEQUENCE = regex(r"[A-Z]+|(?:[0-9a-f]{8}){1,16}", re.ASCII)
"""Sequences of genes, symbols and keys, which repeat themselves."""
_QUOTES = "\"'“”„‟‘’‚«»‹›「」『』"
_FIELD = regex(r"[^\w\n]*[^\n:：.。!?！？]{1,40}[:：](?P<value>[^\n]{0,40})\Z")
_NO_VALUE = phrases.EMPTY_VALUES - {"true", "false", "yes", "no", "ok", "okay"}
"""Values of a field that has nothing to say. `Code: no` says something."""
_NUMBERED = regex(
    r"^\s*(?:\d{1,2}[.)、．）]|[一二三四五六七八九十]{1,2}[、.．]|[（(][一二三四五六七八九十\d]{1,2}[）)]|[IVX]{1,4}\.)\s*"
)
_MAX_LABEL = 3.0
"""Words of a heading that is only recognised by its number."""
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
        "der die das dem den des ein eine einem einen einer und oder sowie mit von vom für auf in im zum zur bei durch dass wenn als sich".split()
    ),
    "fr": frozenset(
        "le la les l de du des d un une et ou à au aux en dans sur pour par avec que qui dont sans".split()
    ),
    "es": frozenset(
        "el la los las de del un una y o a al en con por para que sin sobre entre cuyo cuya cuyos cuyas".split()
    ),
    "pt": frozenset(
        "cujo cuja cujos cujas o a os as de do da dos das um uma e ou em no na nos nas com por para que sem sobre".split()
    ),
    "it": frozenset("il lo la i gli le di del della dei un una e o a al in nel con per che da dal su sul".split()),
    "nl": frozenset("de het een en of van in op met voor door aan dat te bij".split()),
    "ru": frozenset("и или в на с для по от из к о что который которая которые при без между".split()),
}
"""By language: words that end no sentence."""
_PREFIX = regex(r"\b(?:ab|an|auf|aus|bei|ein|mit|nach|um|vor|weg|zu|af|in|mee|na|op|over|toe|uit)\Z")
"""The separable prefix of a verb in German or Dutch, or the beginning of a missing word."""
_NEVER_LAST = frozenset("and or the an than und oder sowie dass".split())
"""English and German words that end no sentence: no verb and no name ends so."""
_ALWAYS_BEFORE = tuple(_UNFINISHED_BY_LANGUAGE[of] for of in ("fr", "es", "pt", "it", "ru"))
"""Languages in which no sentence ends in such a word. In others, a verb may follow."""
_TEX = regex(r"\\[A-Za-z]+|[\^_=]")
_ITEMS = regex(r"[:：;；][^;；]{0,300}[;；]|\d[)）]|[①-⑳]")
"""Items of a list within a sentence, which needs no full stop."""
_BROKEN, _BROKEN_IN_PREFIX, _BROKEN_BOUND, _BROKEN_IN_NOUN, _BROKEN_AFTER_OTHERS = 2.4, 3.3, 1.8, 4.5, -0.5
_BROKEN_IN_LITTLE, _BROKEN_IN_PREPOSITION, _BROKEN_WORD, _BROKEN_SHORT_WORD = 1.0, -1.0, 0.8, 2.0
"""Scores above which an end is none: of a sentence that needs no full stop; if a verb may have been
split; of a sentence and of a headline in Japanese or Korean; of a sentence after others with full
stops; of one that ends in a function word, and in a language of `_ALWAYS_BEFORE`; of the last word
itself, and of a short one."""
_SHORT = 4
"""Letters of a word whose end few others share."""
_BOUND = regex(r"(?:[\u3041-\u3096]|[을를은는이가의에서로와과도만고며여해게면록나데한할된될인적던히]|\B보다)\Z")
"""Endings of words in Japanese and Korean that need a next word."""
_UNFINISHED_HAN = tuple(
    "的 和 与 在 为了 以及 通过 并 或 是 从 将 对 由 其中 例如 以 于 把 被 而 及 包括 分为 "
    "由于 因此 从而 使得 基于 根据 针对 那么 如果 但是 并且 而且 因为 所以 以便 即使 虽然 不仅".split()
)
_SYMBOL = regex(r"(?:\d\S{0,8}\s?|[^\w\s'’-])[A-Za-zα-ωΑ-Ωµ]{1,4}\Z")
"""A unit after its figure, or a sign of a formula."""
_ACRONYM = regex(r"(?<![\w-])[A-Z](?=[\w-]{0,30}[A-Z0-9])[\w-]{1,30}\Z")
_BOUNDED = regex(r"\d[^\s,，、]{0,6}\s?(?:以下|以上|以内|未満|未满|左右|前後|미만|이하|이상|이내|초과)\Z")
_LABELLED = regex(r"\A\W*[^\W\d_]{2,20}\s?[:：]\s*[^\s,，、]{1,12}(?:\s[^\s,，、]{1,12}){0,2}\Z")
"""`at most 20 ms`, and `Weights: on request`."""
_LAST_WORD = regex(r"(?<![\w-])[A-Za-zÀ-ÖØ-öø-ɏЀ-ӿ][a-zß-öø-ɏа-яё]{3,}\Z")
_STRANDED = regex(
    r"\b(?:what|which|who|whom|where|how|nobody|nothing|no one|everyone)\b[^,;:]{0,80} (?:in|on|at|by|for|with|from|of|to)\Z"
)
"""`the layers to hold on to`"""
_LEFT_OUT = regex(
    r"[,;:—–] (?:\w+ ){1,6}(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should) not\Z",
    re.IGNORECASE,
)
"""`Reminders were kept, conversation was not`: the verb of the preceding clause is meant."""
_OF_NOTHING = regex(
    r"(?:\A|[。，；：、,;:])(?![^。，；：、,;:]*(?:(?<![但可还或要只总于])是|[会能够挺]|可以|似))[^。，；：、,;:]{4,80}的\Z"
)
"""An end in the particle that joins a noun, unless it makes a statement: `是最高的`."""
_MIN_BROKEN, _MIN_TITLE = 4, 2.5
_MIN_PART = 3.5
"""Words of a part of an analysis."""
_MAX_META = 14.0
"""Words of a text that only announces a text."""
_MIN_SENTENCE = 1.8
"""Words of a short form that is a whole sentence: `未公开代码。`"""


lowered = lru_cache(maxsize=16)(str.lower)
"""Cached lower case of a paper's text, with which the twenty texts of an output are compared."""


def letters_and_digits(text: str) -> str:
    """Returns letters and digits in lower case, without markup."""
    return _MARKUP.sub("", text).lower()


def sentences_of(text: str) -> list[str]:
    pieces = re.split(r"(?<=[。！？!?])|\n+|(?<=[^\W\d_]\.|[)\]’”\"»]\.)\s+(?=[A-ZÀ-ÞЁА-ЯΑ-Ω¿¡“\"„«가-힣])", text)
    return [s for s in pieces if s and s.strip()]


def missing_text(text: str, kind: str) -> Found:
    """Finds an empty text, or a placeholder for a missing one. Returns at most one flaw."""
    if not letters_and_digits(text):
        yield Fault.EMPTY, "the text is empty" if not text.strip() else "the text has no words"
    elif kind == "title":
        yield from _missing_title(text)
    else:
        yield from _placeholder(text, kind)


def _label(text: str) -> str:
    return text.strip("#*()（）[]【】… \t\n")[:200].lower()


def _missing_title(text: str) -> Found:
    """Finds a field's name instead of a title: `# 摘要`. `Preface` may be a title."""
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
    elif kind != "answer" and _empty_fields(text):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} has no value"
    elif kind != "answer" and _only_task_words(text):
        yield Fault.PLACEHOLDER, f"{text.strip()[:60]!r} says that there is a text"
    elif not re.sub(r"\d", "", left):
        yield Fault.PLACEHOLDER, "only an id, a link or a number"
    elif kind in ("part", "short", "summary") and small < (
        _MIN_SENTENCE if _is_short_sentence(text, kind) else _MIN_PART
    ):
        yield Fault.PLACEHOLDER, "too short to say anything"


def _empty_fields(text: str) -> bool:
    """Returns whether it is `Summary: none`, on one line or on each."""
    fields = [_FIELD.match(line) for line in text.splitlines() if line.strip()]
    return bool(fields) and all(field and _says_nothing(field["value"]) for field in fields)


def _says_nothing(value: str) -> bool:
    return letters_and_digits(value) in _NO_VALUE or bool(phrases.FAILED.match(_label(value)))


def _only_task_words(text: str) -> bool:
    """Returns whether it is like `The summary of the paper goes here.`"""
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
    said = [s.strip().lower() for s in sentences_of(plain)]
    counts = Counter(s for s in said if lang.size(s) >= 3)
    for sentence, times in counts.most_common(1):
        if times >= (3 if lang.size(sentence) >= 4 else 4):
            yield Fault.REPETITION, f"said {times} times: {sentence[:60]!r}"
    if twice := next((s for s, following in pairwise(said) if s == following and lang.size(s) >= _MIN_SAID_TWICE), ""):
        yield Fault.REPETITION, f"said twice in a row: {twice[:60]!r}"
    unquoted = phrases.QUOTED.sub("“”", plain)
    found = (*_LOOP.finditer(unquoted), *_PHRASE.finditer(unquoted)) if _may_loop(unquoted) else ()
    loops = [m for m in found if re.search(r"[^\W\d]", m[0]) and len(m[0]) >= 12]
    loops += [
        m
        for form in (_STUTTER, _COMPOUND, _CLAUSE, _WORDS, _FIGURES, _DECIMALS, _COMMAS)
        for m in form.finditer(unquoted)
    ]
    loop = next((m for m in loops if not _is_meant(m, unquoted) and m[0] not in source), None)
    if loop:
        yield Fault.REPETITION, f"again and again: {loop[1] or loop[2]!r}"


def _may_loop(text: str) -> bool:
    """Returns whether nine characters recur within 81, as in all that `_LOOP` finds."""
    last: dict[str, int] = {}
    for start in range(len(text) - 8):
        piece = text[start : start + 9]
        if start - last.get(piece, -82) <= 81:
            return True
        last[piece] = start
    return False


def _is_meant(loop: re.Match[str], text: str) -> bool:
    """Returns whether it is a sequence, something in quotation marks, or a list of equal steps."""
    around = text[max(0, loop.start() - 1) : loop.start()], text[loop.end() : loop.end() + 1]
    if _SEQUENCE.fullmatch(loop[0]) or all(mark and mark in _QUOTES for mark in around):
        return True
    step = _STEP.fullmatch(loop[1] or loop[2]) or (_STEP.fullmatch(loop[0]) if len(loop[0]) < 60 else None)
    if not step or (step["word"] or step["short"]) in _LITTLE:
        return False
    following = _FOLLOWING.match(text, loop.end())
    return not following or lang.is_little(following[1])


_STEP = regex(
    r"(?P<word>[A-Za-zÀ-ɏ]{1,16}|[^\W_]{1,2})\s*[-→>]\s*(?:(?P=word)(?:\s*[-→>]\s*|$))*"
    r"|(?P<short>[A-Za-zÀ-ɏ]{1,4}|[^\W_]{1,2})\s*[,，、]\s*(?:(?P=short)(?:\s*[,，、]\s*|$))*"
)
"""`conv-conv-conv-`, `up, up, up`."""
_FOLLOWING = regex(r" ([a-zà-ɏ]+)")
"""The word after `very, very, very`. A list of steps goes on with a function word."""


_LITTLE = frozenset().union(_UNFINISHED, _UNFINISHED_HAN, *_UNFINISHED_BY_LANGUAGE.values())


def truncated(text: str, kind: str, language: str = "", source: str = "") -> Found:
    """Finds an end within a sentence or formula. `source`: the title that a title renders."""
    text = text.rstrip()
    end = (text[:-_TAIL] + _CITED_AT_END.sub("", text[-_TAIL:])).rstrip(_CLOSERS)
    if kind == "title":
        if lang.size(end) >= _MIN_TITLE and _ends_in_little(end, language) and not _ends_in_little(source, ""):
            yield Fault.TRUNCATED, f"the title does not end: {end[-30:]!r}"
        return
    if not end or _ADDRESS_AT_END.search(text.rstrip(_CLOSERS + _ENDS)[-_TAIL:]):
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
    """Returns whether the last sentence has no last word, or is shorter than the others, which end.

    A sentence of usual length without a full stop is only careless."""
    *others, last = sentences_of(text)
    size = lang.size(last)
    if size < 2 or any(closed.search(last) for closed in (_ITEMS, _SYMBOL, _ACRONYM, _BOUNDED, _LABELLED)):
        return _ends_in(_NEVER_LAST, last)
    if _BULLET.match(text.rsplit("\n", 1)[-1]):
        return _ends_in_little(last, language)
    ended = [s for s in others if s.strip().rstrip(_CLOSERS)[-1:] in _ENDS]
    if ended and len(ended) == len(others):
        short = len(ended) >= 2 and size < max(8.0, 0.6 * median(lang.size(s) for s in ended))
        if short or talks(as_of(language, last), END) > _BROKEN_AFTER_OTHERS:
            return True
    if size < _MIN_BROKEN or _STRANDED.search(last) or _LEFT_OUT.search(last):
        return False
    return bool(_OF_NOTHING.search(last)) or _ends_in_no_last_word(last, language)


def _ends_in_no_last_word(text: str, language: str) -> bool:
    return (
        _ends_in_little(text, language)
        or _ends_in_a_word_half(text, language)
        or talks(as_of(language, text), END) > _least_of(text, lang.base(language))
    )


def _least_of(text: str, language: str) -> float:
    """Returns the score above which the end of a sentence is none."""
    if language in ("ja", "ko"):
        return _BROKEN_BOUND if _BOUND.search(text) else _BROKEN_IN_NOUN
    return _BROKEN_IN_PREFIX if language in ("de", "nl") and _PREFIX.search(text) else _BROKEN


def _ends_in_a_word_half(text: str, language: str) -> bool:
    found = _LAST_WORD.search(text)
    if not found:
        return False
    least = _BROKEN_WORD if len(found[0]) > _SHORT else _BROKEN_SHORT_WORD
    return talks(as_of(language, found[0]), WORD) > least


def _ends_in(words: AbstractSet[str], text: str) -> bool:
    return re.split(r"\W+", text)[-1] in words


def _ends_in_little(text: str, language: str) -> bool:
    words = _UNFINISHED_BY_LANGUAGE.get(lang.base(language), _UNFINISHED)
    if _ends_in(_NEVER_LAST & words, text):
        return True
    little = text.endswith(_UNFINISHED_HAN) or _ends_in(words, text)
    least = _BROKEN_IN_PREPOSITION if words in _ALWAYS_BEFORE else _BROKEN_IN_LITTLE
    return little and talks(as_of(language, text), END) > least


def too_long(text: str, language: str, kind: str) -> Found:
    if kind == "short" and lang.too_long(text, language):
        limit = f"{lang.SHORT_CHARACTERS} characters" if lang.is_cjk(language) else f"{lang.SHORT_WORDS} words"
        yield Fault.TOO_LONG, f"longer than {limit}: say the same in fewer words"
