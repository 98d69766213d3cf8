"""Checks whether a sentence and its quotation deny the same."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.directions import AWAY, AXES, NEGATIVE_STARTS, negations
from digest.checks.facts.figures import figures
from digest.evidence.clauses import CLAUSES, END, bounds_at
from digest.evidence.content_words import vocabulary_of, words
from digest.evidence.rules.amounts import LEFT_OUT, ONLY
from digest.evidence.rules.case import Case, Doubt
from digest.evidence.rules.certainty import CONDITION, HEDGE
from digest.patterns import regex


def negation(case: Case) -> Iterator[Doubt]:
    mine, theirs = case.negations, negations(case.whole)
    own, ground = _denials(case.sentence), _denials(case.whole)
    if case.foreign:
        yield from _foreign_negation(case, own, ground)
        return
    turned = [*own.turned_in(ground), *ground.turned_in(own)]
    if turned:
        hidden = _HIDDEN_NEGATION.search(case.whole) or _HIDDEN_NEGATION.search(case.sentence)
        odd = (len(mine) - len(theirs)) % 2
        both = set(turned) & ground.affirmed & ground.denied  # said of one thing, denied of another
        softened = any(p.search(text) for p in (_NOT_MORE, _NEARLY) for text in (case.sentence, case.whole))
        # `did not trigger the drainage` does not contradict `the drainage began`.
        level = 4 if case.share >= 0.6 and not (hidden or softened or both or case.ablated) and odd else 2
        if not _no_more(case) and (own.predicates | ground.predicates) & {*turned}:
            yield Doubt(f"the quotation says the opposite of “{turned[0]}”", 1 if _gone(case) else level)
        elif _leaves_it_out(case):
            yield Doubt("the quotation denies it", 2)
    elif mine and not theirs and not _NEGATED_WORD.search(case.whole) and not _no_more(case):
        level = 1 if _HIDDEN_NEGATION.search(case.whole) else 2
        yield Doubt("the sentence denies what the quotation does not", level)
    elif _leaves_it_out(case):
        yield Doubt("the quotation denies it", 2)
    if non := _without_non(case.sentence, case.whole) or _without_non(case.whole, case.sentence):
        yield Doubt(f"only one of the two says “{non}”", 2)
    yield from _other_prefix(case)


def _other_prefix(case: Case) -> Iterator[Doubt]:
    """Doubts `stable` if the quotation has `unstable`."""
    for word in () if case.negations or negations(case.whole) else case.said:
        for one in word.stems:
            opposite = [f"{start}{one}" for start in NEGATIVE_STARTS]
            bare = [one.removeprefix(start) for start in NEGATIVE_STARTS if one.startswith(start)]
            other = next((s for s in (*opposite, *bare) if s in case.mine.stems and len(s) > 3), None)
            if other and one not in case.mine.stems:
                yield Doubt(f"the quotation says “{other}”, not “{one}”", 4 if case.share >= 0.5 else 2)
                return


def _without_non(text: str, other: str) -> str:
    """Returns `non-linear` if the other text has `linear` alone."""
    found = (m for m in _NON.finditer(text) if not re.search(rf"\bnon[- ]?{re.escape(m[1])}", other, re.IGNORECASE))
    return next((m[0] for m in found if re.search(rf"(?<![-\w]){re.escape(m[1])}", other, re.IGNORECASE)), "")


_NON = regex(r"\bnon[- ]?([a-z]{4,})", re.IGNORECASE)


def _leaves_it_out(case: Case) -> bool:
    """Returns whether it is `uses a lexicon` for `does not rely on a lexicon`.

    Most of the sentence stands in a clause that denies.
    """
    text = case.quoted
    said = [w for w in case.said if case.mine.holds(w) or case.mine.directed(w)]
    if (
        len(case.negations) >= len(negations(text))
        or len(said) < 2
        or any(p.search(case.sentence) for p in (_OTHER_SIDE, _HIDDEN_NEGATION, HEDGE, AWAY))
    ):
        return False
    for negation in negations(text):
        if _IN_PLACE_OF.fullmatch(negation[0]) or _COMPARED.search(
            text[max(0, negation.start() - _NEAR) : negation.start()]
        ):
            continue
        start, end = bounds_at(text, negation.start(), negation.end(), CLAUSES)
        if _turns(text[negation.end() : end], case) or _HIDDEN_NEGATION.search(text, negation.end(), end):
            continue
        denied = vocabulary_of(text[negation.end() : end])
        clause, rest = vocabulary_of(text[start:end]), vocabulary_of(f"{text[:start]}\n{text[end:]}")
        inside = [w for w in said if clause.holds(w)]
        if (
            any(denied.holds(w) or denied.directed(w) for w in said)
            and len(inside) > len([w for w in said if rest.holds(w)])
            and 2 * len(inside) > len(said)
        ):
            return True
    return False


def _turns(denied: str, case: Case) -> bool:
    """Returns whether it is `at chance or worse` for `never above chance`, in words of its own."""
    axes, held = [axis for axis in AXES if axis.name in _TURNED], case.whole.lower()
    return any(
        any(one.search(denied) for one in side)
        and any(m[0].lower() not in held for other in against for m in other.finditer(case.sentence))
        for side, against in permutations(([axis.up for axis in axes], [axis.down for axis in axes]))
    )


_TURNED = frozenset(("more", "better", "same"))


def _gone(case: Case) -> bool:
    """Returns whether it is `there was no gap` for `the gap disappeared`."""
    fewer, more = sorted((case.sentence, case.whole), key=lambda text: len(negations(text)))
    denies = (p for p in (_VANISHED, _NEGATED_WORD) if p.search(fewer) and not p.search(more))
    return any(denies) and not CONDITION.search(case.quoted)


_VANISHED = regex(
    r"\b(?:disappear\w*|vanish\w*|gone|fad(?:e|es|ed)|ceas(?:e|es|ed)|eliminat\w*|los(?:t|es?))\b", re.IGNORECASE
)


def _no_more(case: Case) -> bool:
    """Returns whether it is `not above` for `at most`, or `none more than` for `most`."""
    if any(_NONE_MORE.search(a) and _MOST.search(b) for a, b in permutations((case.sentence, case.whole))):
        return True
    more, better = AXES[:2]
    less = more.down, better.down, next(axis.up for axis in AXES if axis.name == "same")
    return any(
        more.up.search(" ".join(one[m.end() :].split()[:3])) and any(side.search(other) for side in less)
        for one, other in permutations((case.sentence, case.whole))
        for m in negations(one)
    )


_NONE_MORE = regex(
    r"\b(?:not?|none|nothing|nobody|no one)\b[^.;]{0,60}\b(?:more|\w{2,}er)\b[^.;]{0,30}\bthan\b", re.IGNORECASE
)
_MOST = regex(r"\b(?:most|best|\w{3,}est)\b", re.IGNORECASE)


def _foreign_negation(case: Case, own: _Denials, ground: _Denials) -> Iterator[Doubt]:
    mine, spoken = case.negations, _spoken_of(case)
    if own.turned_in(ground) and ground.turned_in(own):
        yield Doubt("the quotation denies the other of the two", 3)
    elif case.order == "same":
        return
    elif mine and not negations(spoken) and (case.latin or not _NEGATED_WORD.search(spoken)):
        level = 1 if _HIDDEN_NEGATION.search(spoken) else 2
        yield Doubt("the sentence denies what the quotation does not", level)
    elif not mine and _denies(_figured(case)) and not _OTHER_SIDE.search(case.sentence):
        said = {stem for word in case.said for stem in word.stems}
        known = any(head & said for head in ground.heads) and len(case.spans) == 1
        yield Doubt("the quotation denies it", 3 if known and not case.latin else 2)


def _spoken_of(case: Case) -> str:
    """Returns the sentences that share a word with this one; all if none does."""
    pieces = [p for p in END.split(case.whole) if p and p.strip()]
    shared = [p for p in pieces if any(vocabulary_of(p).holds(w) for w in case.said if not w.name)]
    return "\n".join(shared if shared and not case.latin else pieces)


def _figured(case: Case) -> str:
    """Returns the quoted clauses that hold the figures of the sentence, if it has several."""
    told = [f for f in figures(case.sentence) if f.plain and places_of_figure(f, case.ground.quotation)]
    clauses = CLAUSES.split(case.ground.quotation) if len(told) > 1 else []
    held = [clause for clause in clauses if clause and any(places_of_figure(f, clause) for f in told)]
    return "; ".join(held) or case.ground.quotation


def _denies(text: str) -> bool:
    """Returns whether it denies more than a comparison: `rather than`, `than without noise`."""
    return any(
        not _IN_PLACE_OF.fullmatch(m[0]) and not _COMPARED.search(text[max(0, m.start() - _NEAR) : m.start()])
        for m in negations(text)
    )


_NEAR = 40
"""Characters."""
_IN_PLACE_OF = regex(r"(?:rather than|instead of)", re.IGNORECASE)
_COMPARED = regex(r"\b(?:compared (?:with|to)|relative to|versus|than)(?:\s\w+)?\s\Z", re.IGNORECASE)
_NOT_MORE = regex(
    r"\bwith (?:it|them|this)\b|\b(?:not|nor) (?:on|for|in|with|at|by|from|among|when|under)\b|\b(?:not?|never|n['’]t)\s(?:\w+\s){0,2}(?:more|less|fewer|better|worse|\w+er)\b",
    re.IGNORECASE,
)
_NEARLY = regex(r"\b(?:hardly|barely|scarcely|rarely|seldom)\b", re.IGNORECASE)
"""`hardly any change` agrees with `changes by less than 0.3`."""
_NEGATED_WORD = regex(
    r"\b(?:un(?!i|der)|non-?|dis(?!t|c|p))[a-z]{4,}|\b(?:in(?:distinguish|sensitiv|capab|adequa|varian|frequent|sufficient|correct|valid|accura|complete|effect|effici|significan|consist|depend)|im(?:possib|perfect)|irreleva)\w*|\b\w+(?:less|free)\b",
    re.IGNORECASE,
)
_HIDDEN_NEGATION = regex(
    rf"{_NEGATED_WORD.pattern}"
    r"|\b(?:only|limit\w*|difficult\w*|hard|poor\w*|except|avoid\w*|exclud\w*|disappear\w*|vanish\w*|remov\w*|dropping|ablat\w*|disabl\w*|ignor\w*|prevent\w*|beyond|miss\w*|instead|rather|reject\w*|omit\w*|alone|until|at most)\b",
    re.IGNORECASE,
)
"""Words that a true sentence may render as a negation."""
_OTHER_SIDE = regex(
    rf"beyond|difficult|hard|limit|难|有限|局限|缺|只|唯一|除外|落后|有待|\berst\b|{ONLY.pattern}|{LEFT_OUT.pattern}",
    re.IGNORECASE,
)
"""Words that may render a negation in a true sentence."""


def _scope(text: str, negation: re.Match[str]) -> str:
    """Returns the words that a negation reverses: up to the end of its clause."""
    for end in _SCOPE_END.finditer(text, negation.end()):
        inside = text[negation.end() : end.start()]
        if end[0] != "and" or not inside.rpartition(" between ")[1] or " and " in inside:
            return inside
    return text[negation.end() :]


_SCOPE_END = regex(r"[,;:.](?=\s|$)|\)|[，；。]|\b(?:and|but|which|while|because|although|however|so)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Denials:
    heads: tuple[frozenset[str], ...]
    """Stems after each negation."""
    predicates: frozenset[str]
    """Those before an article, which begins an object."""
    denied: frozenset[str]
    affirmed: frozenset[str]

    def turned_in(self, other: _Denials) -> list[str]:
        """Returns what is denied here and affirmed there."""
        found = []
        for head in self.heads:
            shared = head & (other.denied | other.affirmed)
            if shared and not shared & other.denied:
                found += sorted(shared)
        return found


@lru_cache(maxsize=128)
def _denials(text: str) -> _Denials:
    every = list(words(text))
    denied: set[int] = set()
    heads = []
    predicates: set[str] = set()
    for negation in negations(text):
        end = negation.end() + len(_scope(text, negation))
        fails = _FAILS.match(text, negation.start())
        if fails:
            end = negation.end()
        inside = [i for i, w in enumerate(every) if negation.end() <= w.start < end][:4]
        start, _ = bounds_at(text, negation.start(), negation.end(), CLAUSES)
        before = [i for i, w in enumerate(every) if start <= w.start < negation.start()]
        if not inside:  # `… is not.` denies what comes before it in its clause
            inside = before[-2:]
        denied.update(inside, before[-2:])
        heads.append(frozenset(s for i in inside[:2] for s in every[i].stems))
        article = _ARTICLE.search(text, every[inside[0]].start, end) if inside else None
        stop = article.start() if article else end
        predicates.update(s for i in ([] if fails else inside[:2]) if every[i].start < stop for s in every[i].stems)
    for gone in AWAY.finditer(text):
        denied.update([i for i, w in enumerate(every) if w.start >= gone.end()][:4])
    stems = [(i in denied, s) for i, w in enumerate(every) for s in w.stems]
    return _Denials(
        tuple(heads),
        frozenset(predicates),
        frozenset(s for no, s in stems if no),
        frozenset(s for no, s in stems if not no),
    )


_ARTICLE = regex(r"\b(?:for|the|an?|any|th(?:is|at|ese|ose)|its|their|our|every|each)\s", re.IGNORECASE)
_FAILS = regex(r"(?:nothing|none|fail(?:s|ed|ing)?|br[eo]aks? down|broke down)\b(?! to\b)", re.IGNORECASE)
"""A denial of what comes before it."""
