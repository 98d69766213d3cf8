"""Checks that a text is about this paper, in the reader's language, and obeys no hidden orders."""

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
from digest.checks.shape import Found, letters_and_digits, lowered, sentences_of
from digest.model import Fault
from digest.patterns import regex

_STOP = frozenset(
    "the of and to in is for that with we are by which on this from as it an our than can be has have these its their using a or at not into more such also between over based both new most each only all they while when however how what where".split()
)
_NAME = regex(r"(?<![\w/.@-])(?:[A-Z][A-Za-z]*[A-Z0-9][\w-]*|[A-Z]+-?\d[\w.-]*|\d+(?:\.\d+)?%)")
_TERM = regex(r"(?<![\w/.@-])[A-Z][A-Za-z][\w-]+")
"""A capitalised Latin word in an East Asian text is a name or a term of the paper."""
_MIN_CONTENT_WORDS = 12
_LATIN_RUN = regex(r"(?<![\w'’-])(?:[A-Za-z][\w'’-]*[\s,;:()][\s,;:()-]*){11,}[A-Za-z][\w'’-]*")
_PAYLOAD = regex(r"\"([^\"]{3,120})\"|“([^”]{3,120})”|'([^']{6,120})'|:\s*([A-Z][A-Z !]{5,80})$")
_IGNORED_SCRIPTS = ("greek", "han", "kana")
"""Scripts that are frequent in formulas, and in papers on East Asian languages."""
_RUN_LETTERS = 12
_RUNS = {script: regex(rf"(?:{letters.pattern}+[\s,.-]*){{3,}}") for script, letters in lang.LETTERS.items()}
_MAX_FOREIGN = 0.35
"""Share of a text in another language that is a problem."""


def wrong_language(text: str, language: str, kind: str) -> Found:
    """Finds a text in another language, wholly or in large part."""
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
    own = _without_quotations(text, language)
    if lang.foreign(own, language):
        yield Fault.WRONG_LANGUAGE, f"mostly not in {wanted}"
    elif sum(lang.size(piece) for piece in _foreign_pieces(own, wanted)) >= _MAX_FOREIGN * lang.size(text):
        yield Fault.WRONG_LANGUAGE, f"partly not in {wanted}"


def is_name(title: str, source: str) -> bool:
    """Returns whether a title is one unchanged word: a system's name, or left untranslated."""
    return bool(source) and len(title.split()) == 1 and letters_and_digits(title) == letters_and_digits(source)


def left_as_it_was(title: str, source: str, language: str) -> Found:
    """Finds an unchanged title in another language with some ordinary English words."""
    wanted, words = lang.base(language), lang.words(source)
    same = letters_and_digits(title) == letters_and_digits(source)
    if same and wanted != "en" and (len(words) >= 4 or any(lang.is_english(w) for w in words[:3])):
        yield Fault.WRONG_LANGUAGE, f"the title is not translated into {wanted}"


def _run_in_another_script(text: str, wanted: str) -> str:
    """Returns successive words in a script foreign to the language and to science."""
    if not lang.has_other_script(text):
        return ""
    for script, languages in lang.OF_SCRIPT.items():
        if script in _IGNORED_SCRIPTS or wanted in languages:
            continue
        run = _RUNS[script].search(text)
        if run and len(lang.LETTERS[script].findall(run[0])) >= _RUN_LETTERS:
            return run[0].strip()
    return ""


def _without_quotations(text: str, language: str) -> str:
    """Removes quotations, and an original after its translation: both keep the paper's language."""
    return cut(phrases.QUOTED.sub("“”", text), language).kept


def _foreign_pieces(text: str, wanted: str) -> Iterator[str]:
    """Yields pieces as long as a sentence in another language."""
    if lang.is_cjk(wanted):
        yield from _LATIN_RUN.findall(lang.prose(text))
        return
    for sentence in sentences_of(text):
        if lang.size(sentence) >= 12 and lang.foreign(sentence, wanted):
            yield sentence


def other_paper(text: str, language: str, source: str, kind: str) -> Found:
    """Finds a text with names and figures that are not the paper's, or hardly a shared word."""
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
        # An answer has quotations that show its paper, and may infer in other words.
        few = kind != "answer" and shared.of >= _MIN_CONTENT_WORDS and shared.found < 0.15 * shared.of
        if few or (shared.of >= 25 and shared.found < 0.3 * shared.of):
            yield Fault.OTHER_PAPER, "hardly any of its words are the paper's"


class Shared(NamedTuple):
    """How many content words a text has, and how many of them the source has."""

    of: int
    found: int


def shared_words(text: str, source: str, language: str) -> Shared | None:
    """Returns None unless both are English. In other languages, words prove nothing."""
    if lang.base(language) != "en" or not _is_english(source):
        return None
    mine = _content(text)
    return Shared(len(mine), len(mine & _words_of(source)))


def _content(text: str) -> set[str]:
    return {w.lower()[:6] for w in lang.words(text) if len(w) > 3 and w.lower() not in _STOP}


# The twenty texts of an output are checked against one paper.
_squeezed = lru_cache(maxsize=8)(lambda source: re.sub(r"[\s-]", "", source.lower()))
_is_english = lru_cache(maxsize=8)(lambda source: lang.language_of(source[:2000]) == "en")
_words_of = lru_cache(maxsize=8)(_content)


def followed_orders(text: str, instructions: tuple[str, ...], source: str = "") -> Found:
    """Finds what hidden text of the paper ordered, or the order repeated. Without a known order,
    finds a text that says it follows one or gives a reviewer's verdict."""
    lower, own = text.lower(), lowered(source)
    admitted = phrases.FOLLOWS_ORDERS.search(phrases.QUOTED.sub("“”", text))
    if admitted and admitted[0].lower() not in own:
        yield Fault.OBEYED, f"speaks to somebody's orders: {admitted[0].strip()[:80]!r}"
    for order in instructions:
        payloads = [p.strip(" .!") for found in _PAYLOAD.findall(order) for p in found if p]
        said = next((p for p in payloads if p.lower() in lower), "")
        repeated = next(iter(set(shingles(text, 6)) & set(shingles(order, 6))), "")
        if said or repeated:
            yield Fault.OBEYED, f"follows hidden text: {(said or repeated)[:80]!r}"
