"""Whether a text speaks of this paper, in the reader's language, and to nobody's orders but ours."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from digest.checks import language as lang
from digest.checks import phrases
from digest.checks.cleaning import cut
from digest.checks.leaks import shingles
from digest.checks.shape import Found, sentences_of
from digest.model import Fault

_STOP = frozenset(
    "the of and to in is for that with we are by which on this from as it an our than can be has have these its their using a or at not into more such also between over based both new most each only all they while when however how what where".split()
)
_NAME = re.compile(r"(?<![\w/.@-])(?:[A-Z][A-Za-z]*[A-Z0-9][\w-]*|[A-Z]+-?\d[\w.-]*|\d+(?:\.\d+)?%)")
_TERM = re.compile(r"(?<![\w/.@-])[A-Z][A-Za-z][\w-]+")
"""What stays in Latin letters in a text of East Asia is a name or a term of the paper."""
_FEW_WORDS = 12
_LATIN_RUN = re.compile(r"(?:[A-Za-z][\w'’-]*[\s,;:()-]+){11,}[A-Za-z][\w'’-]*")
_PAYLOAD = re.compile(r"\"([^\"]{3,120})\"|“([^”]{3,120})”|'([^']{6,120})'|:\s*([A-Z][A-Z !]{5,80})$")
_EVERYWHERE = ("greek", "han", "kana")
"""Letters of formulas, and examples that papers on the languages of East Asia are full of."""
_RUN_LETTERS = 12
_MUCH_STRANGE = 0.35
"""Share of a text that may not be in another language."""


# ---------------------------------------------------------------- language


def strange(text: str, language: str, kind: str) -> Found:
    """In another language, as a whole or in good part."""
    wanted = lang.base(language)
    other = lang.foreign(text, language)
    if other:
        yield Fault.WRONG_LANGUAGE, f"in {other} where {wanted} was asked for"
        return
    run = _run_in_another_script(phrases.QUOTED.sub("“”", text), wanted)
    if run:
        yield Fault.WRONG_LANGUAGE, f"{run[:40]!r} is not in {wanted}"
        return
    if kind in ("title", "sentence") or lang.size(text) < 20:
        return
    own = _own(text, language)
    if lang.foreign(own, language):
        yield Fault.WRONG_LANGUAGE, f"mostly not in {wanted}"
    elif sum(lang.size(piece) for piece in _foreign_pieces(own, wanted)) >= _MUCH_STRANGE * lang.size(text):
        yield Fault.WRONG_LANGUAGE, f"partly not in {wanted}"


def _run_in_another_script(text: str, wanted: str) -> str:
    """Words in a row in a script that neither the language nor science is written in."""
    for script, languages in lang.OF_SCRIPT.items():
        if script in _EVERYWHERE or wanted in languages:
            continue
        run = re.search(rf"(?:{lang.LETTERS[script].pattern}+[\s,.-]*){{3,}}", text)
        if run and len(lang.LETTERS[script].findall(run[0])) >= _RUN_LETTERS:
            return run[0].strip()
    return ""


def _own(text: str, language: str) -> str:
    """Without quotations, which stay in the paper's language, and without an original appended to its translation."""
    return cut(phrases.QUOTED.sub("“”", text), language).kept


def _foreign_pieces(text: str, wanted: str) -> Iterator[str]:
    """Pieces of a sentence's length that are in another language."""
    if lang.is_cjk(wanted):
        yield from _LATIN_RUN.findall(lang.prose(text))
        return
    for sentence in sentences_of(text):
        if lang.size(sentence) >= 12 and lang.foreign(sentence, wanted):
            yield sentence


# ---------------------------------------------------------------- another paper


def other_paper(text: str, language: str, source: str, kind: str) -> Found:
    """Names and figures that are not this one's, or hardly any of its words."""
    if len(source) < 300 or kind in ("title", "summary"):
        return
    squeezed = _squeezed(source)
    names = {n for n in _NAME.findall(text) if len(n) >= 3}
    if lang.is_cjk(language):
        names |= set(_TERM.findall(text))
    missing = [n for n in names if re.sub(r"[\s-]", "", n.lower()).removesuffix("s") not in squeezed]
    if len(names) >= 4 and len(missing) >= 0.75 * len(names):
        yield Fault.OTHER_PAPER, f"not of this paper: {', '.join(sorted(missing)[:5])}"
    elif shared := shared_words(text, source, language):
        # Of an answer the quotations tell whose it is; what it infers is in words of its own.
        few = kind != "answer" and shared.of >= _FEW_WORDS and shared.found < 0.15 * shared.of
        if few or (shared.of >= 25 and shared.found < 0.3 * shared.of):
            yield Fault.OTHER_PAPER, "hardly any of its words are the paper's"


class Shared(NamedTuple):
    """Words of content: how many, and how many of them the source has."""

    of: int
    found: int


def shared_words(text: str, source: str, language: str) -> Shared | None:
    """None where the two are not both English, and words tell nothing."""
    if lang.base(language) != "en" or not _is_english(source):
        return None
    mine = _content(text)
    return Shared(len(mine), len(mine & _words_of(source)))


def _content(text: str) -> set[str]:
    return {w.lower()[:6] for w in lang.words(text) if len(w) > 3 and w.lower() not in _STOP}


# An output's twenty texts are held against one paper.
_squeezed = lru_cache(maxsize=8)(lambda source: re.sub(r"[\s-]", "", source.lower()))
_is_english = lru_cache(maxsize=8)(lambda source: lang.language_of(source[:2000]) == "en")
_words_of = lru_cache(maxsize=8)(_content)


# ---------------------------------------------------------------- orders


def obeyed(text: str, instructions: tuple[str, ...], source: str = "") -> Found:
    """Does what text hidden in the paper told models to do: says the words it was told to say, or repeats the order. Also where nobody knows
    of an order: says that it follows one, or gives a reviewer's verdict.
    """
    lower, own = text.lower(), source.lower()
    owned_up = phrases.OBEYS.search(phrases.QUOTED.sub("“”", text))
    if owned_up and owned_up[0].lower() not in own:
        yield Fault.OBEYED, f"speaks to somebody's orders: {owned_up[0].strip()[:80]!r}"
    for told in instructions:
        payloads = [p.strip(" .!") for found in _PAYLOAD.findall(told) for p in found if p]
        said = next((p for p in payloads if p.lower() in lower), "")
        repeated = next(iter(set(shingles(text, 6)) & set(shingles(told, 6))), "")
        if said or repeated:
            yield Fault.OBEYED, f"follows hidden text: {(said or repeated)[:80]!r}"
