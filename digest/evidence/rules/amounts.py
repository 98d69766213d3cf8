"""Compares bounds of figures, changes from one figure to another, and how much of a whole is meant.
Pure."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise, permutations

from digest.checks.facts.directions import negations
from digest.checks.facts.figures import Figure, figures
from digest.checks.facts.number_words import with_counts_in_digits
from digest.evidence.clauses import END, part_at
from digest.evidence.content_words import HAN, Word, names_in_order
from digest.evidence.rules.case import Case, Doubt
from digest.patterns import regex

_LEAST = regex(
    r"(?:\b(?:at least|no (?:less|fewer) than|not (?:less|fewer) than|mindestens|wenigstens|au moins|(?:al|por lo) menos|pelo menos|almeno|не менее|по меньшей мере)\b|至少|不少于|不低于|少なくとも|최소한?|적어도)"
    r"[^\d,.;:，。；：]{0,12}$"
    r"|(?:(?<!no )(?<!not )\b(?:more than|(?<!ed )(?<!ing )(?<!age )over|above|exceed(?:s|ed|ing)?|(?:greater|older|longer|larger|bigger|higher|heavier|deeper|thicker) than|mehr als|über|plus d[eu]|más del?|mais de|più di|более|больше)|(?<!不)(?:超过|多于|高于|大于)|[>≥]|\\geq?)\s*\$?\s*$",
    re.IGNORECASE,
)
_MOST = regex(
    r"(?:\b(?:at most|no more than|not more than|höchstens|au plus|como máximo|a lo sumo|no máximo|al massimo|не более)\b|至多|最多|不超过|不多于|不高于|多くとも|많아야|최대)"
    r"[^\d,.;:，。；：]{0,12}$"
    r"|(?:\b(?:up to|as (?:much|many|high) as|(?<!no )(?<!not )(?:less|fewer|younger|shorter|smaller|lower|lighter|thinner) than|under|below|bis zu|weniger als|unter|jusqu['’]à|moins d[eu]|hasta|menos del?|até|fino a|meno di|менее|меньше)|(?<!不)(?:少于|低于|小于)|不到|不足|高达|多达|最大|最高|[<≤]|\\leq?)\s*\$?\s*$",
    re.IGNORECASE,
)
_NOT_OVER = regex(r"\b(?:not?|none|never|n['’]t)\b[^\d,.;:]{0,32}\bexceed\w*\s*$", re.IGNORECASE)
_NEARLY = regex(
    r"(?:\b(?:nearly|almost|fast|beinahe|presque|près de|casi|quase|почти)|将近|接近|(?<![最附])近|ほぼ|거의)\s*$",
    re.IGNORECASE,
)
_AVERAGE = regex(
    r"\b(?:on average|in average|averag(?:es?|ed|ing)|(?:im|durch)(?:\s?durch)?schnitt\w*|im mittel|moyennes?|promedi\w*|de media|média|в среднем)\b|平均|평균",
    re.IGNORECASE,
)
_OR_MORE = regex(
    r"^[^\s\d,.，。]{0,4}\s?(?:以上|多|余|を超え|を上回|이상|초과|or more\b|and above\b|oder mehr\b|ou plus\b|o más\b)"
)
_OR_LESS = regex(
    r"^[^\s\d,.，。]{0,4}\s?(?:以下|未満|以内|이하|미만|or (?:less|fewer)\b|or below\b|oder weniger\b|ou moins\b|o menos\b|au (?:plus|maximum)\b|como máximo\b|at most\b)"
)
_FROM = regex(r"(?:\b(?:from|von|de|du|del|desde|da|dal|с|от)|从|由)\s*$", re.IGNORECASE)
_TO = regex(
    r"^\s*(?:(?:[^\W\d]+\s+){0,5}(?:to|auf|bis|à|a|al|hasta|para|до|на)\b|から|에서|[\u3400-\u9fff]{0,4}[到至为])\s*$",
    re.IGNORECASE,
)
_FROM_BEHIND = regex(r"^\s*(?:から|에서)\s*$")


def bound(text: str, figure: Figure) -> str:
    """Returns `>` for at least and more than, `<` for at most, less than and nearly, `~` or
    empty."""
    before, after = text[max(0, figure.start - 40) : figure.start], text[figure.start + len(figure.text) :][:24]
    if _NOT_OVER.search(before):
        return "<"
    if _LEAST.search(before) or _OR_MORE.match(after):
        return ">"
    if _MOST.search(before) or _NEARLY.search(before) or _OR_LESS.match(after):
        return "<"
    return "~" if _AVERAGE.search(_sentence_of(text, figure)) else ""


def _sentence_of(text: str, figure: Figure) -> str:
    return part_at(text, figure.start, figure.start + len(figure.text), _STOP)


_STOP = regex(r"[.!?;](?=\s)|[。；！？]")


def bounded_the_other_way(sentence: str, quotation: str) -> Iterator[Figure]:
    """Yields figures with a bound that have a different one wherever the quotation has them."""
    theirs = list(figures(quotation))
    ends = _ends(quotation, theirs)
    for figure in figures(sentence):
        if own := bound(sentence, figure):
            found = {
                bound(quotation, f) or ("" if own == "~" else ends.get(f.start, ""))
                for f in theirs
                if f.value == figure.value
            }
            if found and not found & {own, ""}:
                yield figure


def _ends(text: str, found: Sequence[Figure]) -> dict[int, str]:
    """Returns the bounds of the ends of a range `3 to 5`. `from 3 to 5`, a change, has none."""
    bounds: dict[int, str] = {}
    for one, other in pairwise(found):
        before, between = text[max(0, one.start - 16) : one.start], text[one.start + len(one.text) : other.start]
        if one.value < other.value and _BETWEEN.fullmatch(between) and not _FROM.search(before):
            bounds |= {one.start: ">", other.start: "<"}
    return bounds


_BETWEEN = regex(r"\s*(?:to|and|[-–—~])\s*")


def parts(text: str) -> Iterator[tuple[float, float]]:
    """Yields pairs such as those of `14 of the 22`."""
    for one, other in pairwise(figures(text)):
        if one.value < other.value and _OUT_OF.fullmatch(text[one.start + len(one.text) : other.start]):
            yield one.value, other.value


def counts_in_a_row(text: str) -> Iterator[tuple[float, float]]:
    """Yields the smaller and the larger of two successive counts in a sentence."""
    for piece in END.split(text):
        for one, other in pairwise(figures(piece or "")):
            if one.unit == other.unit == "" and one.value != other.value and min(one.step, other.step) == 1:
                yield min(one.value, other.value), max(one.value, other.value)


def changes(text: str) -> Iterator[tuple[float, float]]:
    """Yields pairs such as those of `from 12.5 % to 9.8 %` and `14 of the 22`."""
    found = list(figures(text))
    for one, other in pairwise(found):
        between = text[one.start + len(one.text) : other.start]
        if (
            _FROM_BEHIND.match(between)
            or _OUT_OF.fullmatch(between)
            or (_TO.match(between) and _FROM.search(text[max(0, one.start - 16) : one.start]))
        ):
            yield one.value, other.value


_OUT_OF = regex(r"\s*(?:out )?of(?: the)?\s*")


# ---------------------------------------------------------------- quantifiers

_RANKS = tuple(
    regex(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\ba )\b(?:few|wenigen?|peu d[e'’]|pocos|pocas|poucos|poucas|немног\w+)\b|少数|很少|极少|ごく一部|극소수|소수의",
        r"\b(?:some|several|certain|sometimes|occasionally|einigen?|manchen?|mehreren?|certaine?s|quelques|parfois|algun[oa]s|alguns|algumas|às vezes|a veces|некоторы\w+|иногда|отдельны\w+)\b|一些|某些|有些|有时|部分|いくつか|(?<!ごく)一部|일부|몇몇",
        r"\b(?:most(?! (?:[a-z]+(?:ed|ing|ful|ive|ant|ent|al|ic|ly)|recent|similar)\b)|mostly|majority|usually|typically|often|(?:die|der|den) meisten|meistens?|mehrheit\w*|la plupart|majorité|souvent|mayoría|generalmente|maioria|geralmente|большинств\w*|обычно|чаще всего)\b|大多数?|多数|通常|大部分|ほとんど|大半|多くの|대부분|대다수|대체로",
        r"\b(?:(?<!\bat )all(?! in all)|every|each|always|any|both|entire|invariably|never|allen?|aller|jede[rnms]?|immer|stets|sämtliche\w*|tous|toutes|chaque|toujours|todos|todas|cada|siempre|sempre|quaisquer|cualquier\w*|все(?:х|м|ми|гда|го)?|кажд\w+|неизменно|люб(?:ой|ого|ых|ые|ом))\b|所有(?![权權者制])|全部|每[个一名次种项]|总是|始终|一律|(?<!平)均(?![方值匀衡])|(?<![首东京])都(?![度市])|すべて|全て|全ての|常に|あらゆる|모든|모두|항상|전부|빠짐없이",
    )
)
"""Few, some, most and all, in the languages that are checked. No data set ranks them."""
_HALF = 50
"""Per cent."""
FEW, MOST, ALL = 0, len(_RANKS) - 2, len(_RANKS) - 1


@lru_cache(maxsize=128)  # several sentences are compared with one passage
def quantifiers(text: str) -> tuple[tuple[int, re.Match[str]], ...]:
    return tuple((rank, m) for rank, pattern in enumerate(_RANKS) for m in pattern.finditer(text))


def overstated(mine: AbstractSet[int], theirs: AbstractSet[int]) -> bool:
    """Returns whether `all` replaces `most` or `some`, `most` replaces `some`, or `few` more."""
    if not mine or not theirs or mine & theirs:
        return False
    return max(mine) > max(theirs) if min(mine) > FEW else True


# ---------------------------------------------------------------- the rules


def bounds_agree(case: Case) -> Iterator[Doubt]:
    """Doubts `at least 4` for `up to 4`, and `from 3 to 5` for `from 5 to 3`."""
    read = with_counts_in_digits(case.sentence, case.language)
    for figure in bounded_the_other_way(read, case.whole):
        turned = any(
            one.search(case.sentence) and other.search(case.whole) for one, other in permutations((_KEPT, LEFT_OUT))
        )
        yield Doubt(f"the quotation bounds {figure.text} the other way", 1 if turned else 3)
        return
    theirs = set(changes(case.whole))
    for start, end in changes(read):
        if start != end and (end, start) in theirs and (start, end) not in theirs:
            yield Doubt(f"in the quotation it changes from {end:g} to {start:g}", 2 if case.ablated else 3)
            return
        if (start, end) not in theirs and _in_a_row(case.whole, end, start):
            yield Doubt(f"the quotation has {end:g} before {start:g}", 3)
            return


def _phrase_at(case: Case, start: int) -> Iterator[Word]:
    """Yields adjacent Chinese words: after `所有` in `所有机器人公司`, two."""
    for word in sorted(case.said, key=lambda w: w.start):
        if word.start == start and HAN.match(word.raw):
            yield word
            start += len(word.raw)


def _in_a_row(text: str, one: float, other: float) -> bool:
    """Returns whether the counts follow each other in time: `11 in the first month and 6 in the
    last`. `46.8, up from 41.2` has the later one first."""
    return any(
        (a.value, b.value) == (one, other) and not _COMPARED_WITH.search(text[a.start : b.start])
        for a, b in pairwise(figures(text))
    )


_COMPARED_WITH = regex(
    r"\b(?:from|than|instead|over|versus|vs|against|compared|above|below|for)\b|[.(;]", re.IGNORECASE
)


def quantifiers_agree(case: Case) -> Iterator[Doubt]:
    """Doubts `all` if the quotation has `most` or `some`."""
    mine, theirs = quantifiers(case.sentence), quantifiers(case.whole)
    wholes = (_phrase_at(case, m.end()) for rank, m in mine if rank == ALL and len(m[0]) > 1)
    if any(not case.mine.holds(word) for whole in wholes for word in whole):
        yield Doubt("the quotation speaks of no such whole", 2)
    whole = next((m for rank, m in mine if rank == ALL), None)
    if whole and all(rank != ALL for rank, _ in theirs):
        yield from _of_a_part(case, whole[0])
    yield from _less_than_half(case, {r for r, _ in mine}, {r for r, _ in theirs})
    if not overstated({r for r, _ in mine}, {r for r, _ in theirs}):
        return
    if case.foreign or any(case.beside(a, b) for _, a in mine for _, b in theirs):
        yield Doubt(f"the quotation says “{theirs[0][1][0]}”, not “{mine[0][1][0]}”", 3)


def _less_than_half(case: Case, mine: AbstractSet[int], theirs: AbstractSet[int]) -> Iterator[Doubt]:
    """Doubts `most` if the quotation has `5 of the 14` or 38 %."""
    if MOST not in mine or {MOST, ALL} & theirs or negations(case.sentence) or negations(case.whole):
        return
    shares = [100 * n / m for n, m in (*parts(case.whole), *counts_in_a_row(case.whole))]
    shares += [f.value for f in figures(case.whole) if f.unit == "%"]
    told = any(f.unit == "%" for f in figures(case.sentence))
    if shares and max(shares) < _HALF and not told:
        yield Doubt(f"the quotation speaks of {max(shares):.0f} %", 3)


def _of_a_part(case: Case, word: str) -> Iterator[Doubt]:
    """Doubts a `word` for all if the quotation does not say all."""
    denied = any(m[0].lower() != "without" for m in negations(case.whole))
    loose = word.lower() in _LOOSE or word.startswith("每")
    if not denied and not loose:
        yield Doubt(f"the quotation does not say “{word}”", 2 if negations(word) else 3)
    elif not denied and not _PER.search(case.whole) and len(names_in_order(case.sentence)) < 2:
        yield Doubt(f"the quotation does not say “{word}”", 1)
    own = {f.value for f in figures(case.sentence)}
    shares = {f.value for f in figures(case.whole) if f.unit == "%" and not f.plain}
    if any(n not in own and m in own for n, m in parts(case.whole)) or (shares and not shares & own):
        yield Doubt("the quotation speaks of a part", 3)


ONLY = regex(
    r"\b(?:only|exclusively|solely|nur|ausschließlich|lediglich|seulement|uniquement|s[oó]lo|solamente|somente|apenas)\b|只有|只在|仅|のみ|だけ|뿐|(?<=\w)만\b",
    re.IGNORECASE,
)
_PER = regex(r"\b(?:each|every|per|both|all)\b", re.IGNORECASE)
_KEPT = regex(
    r"\b(?:keep\w*|kept|retain\w*|behalt\w*|conserv\w*|gard\w+|mantuv\w*|mantid\w*|сохран\w*)\b|保留|残し|残さ|유지",
    re.IGNORECASE,
)
LEFT_OUT = regex(
    r"\b(?:discard\w*|exclud\w*|remov\w*|filter\w*|dropped|reject\w*|verworfen|écart\w*|descart\w*|exclui\w*|исключ\w*|entfern\w*|weggelass\w*|supprim\w*|retir\w*|elimin\w*|quita\w*|удал\w*)\b|丢弃|剔除|去掉|排除|除外|取り除|除去|제외|제거|버려",
    re.IGNORECASE,
)
_LOOSE = frozenset(("都", "均", "any", "each", "both", "cada", "chaque", "entire", "모두", "jede", "jeder", "jedes"))
"""Words for a whole that a sentence may add freely."""
