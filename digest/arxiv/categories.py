"""Lists arXiv's categories with their names, from its taxonomy (CC0). Pure.

A category that is not on the list may be new: the feed decides, and the caller warns. An archive
(`cs`, `astro-ph`) stands for all its subject classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz, process, utils
from rapidfuzz.distance import JaroWinkler

from digest.patterns import regex

NEAREST = 3
TAXONOMY = "https://arxiv.org/category_taxonomy"
"""The page where people find a category that no word leads to."""
_SHORTEST_PHRASE = 4
"""Characters. Shorter phrases occur in any description."""
_ID_IN = regex(r"(?<![\w.-])[a-z]+(?:-[a-z]+)?(?:\.[a-z-]+)?(?![\w-])")
_SHAPE = regex(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]{2}|\.[a-z]+(?:-[a-z]+)?)", re.ASCII)
"""ArXiv has added no archive for decades, but it has added classes."""


@dataclass(frozen=True)
class Checked:
    category: str
    """The category in arXiv's spelling: `cs.cv` is `cs.CV`."""
    name: str
    """The name, such as `Computer Vision and Pattern Recognition`; empty if unknown."""
    nearest: tuple[str, ...] = ()
    """Suggestions for an unknown category, best first."""
    possible: bool = True
    """Whether it has the form of a category."""

    @property
    def known(self) -> bool:
        return bool(self.name)


@cache
def _taxonomy() -> dict[str, tuple[str, str]]:
    """Returns names and descriptions by category or archive."""
    table = files("digest.arxiv").joinpath("categories.tsv").read_text("utf-8")
    rows = (row.split("\t") for row in table.splitlines() if not row.startswith("#"))
    return {row[0]: (row[1], row[2] if len(row) > 2 else "") for row in rows}


@cache
def names() -> dict[str, str]:
    """Returns names by category or archive, in arXiv's order."""
    return {category: name for category, (name, _) in _taxonomy().items()}


def check(category: str) -> Checked:
    """Looks a category up by id in any case, or by its whole name (`robotics`)."""
    bare = category.strip()
    exact = _by_lower().get(bare.lower())
    if exact:
        return Checked(exact, names()[exact])
    return Checked(bare, "", nearest(bare), bool(_SHAPE.fullmatch(bare)))


def nearest(typed: str, limit: int = NEAREST) -> tuple[str, ...]:
    """Returns the categories nearest to the typed text by id, name or description, best first."""
    # Jaro-Winkler counts swapped letters (`cs.VC`) as half a mistake.
    by_id = process.extract(
        typed,
        list(names()),
        scorer=JaroWinkler.normalized_similarity,
        processor=str.lower,
        limit=limit,
        score_cutoff=0.8,
    )
    by_name = process.extract(
        typed, names(), scorer=fuzz.WRatio, processor=utils.default_process, limit=limit, score_cutoff=75
    )
    found = [(score * 100, category) for category, score, _ in by_id]
    found += [(score, category) for _, score, category in by_name]
    found += [(score, category) for category in names() if (score := _said_of(category, typed))]
    found += [(101, _by_lower()[token]) for token in _ID_IN.findall(typed.lower()) if token in _by_lower()]

    def rank(pair: tuple[float, str]) -> tuple[float, bool, int]:
        # Among equals, the widest category is first, then the one whose name begins with the text.
        return -pair[0], "." in pair[1], _words(names()[pair[1]]).find(_words(typed))

    return tuple(dict.fromkeys(category for _, category in sorted(found, key=rank)))[:limit]


def _said_of(category: str, typed: str) -> float:
    """Returns how likely it is that a category is meant, 0 to 100; 0 if nothing speaks for it."""
    words = _words(typed)
    name, description = _taxonomy()[category]
    if category.lower().endswith(f".{typed.strip().lower()}") or (len(words) > 1 and words == _initials(name)):
        return 100.0  # people leave the archive out: `CV`, `AI`, `HCI`
    if _joined(category) == _joined(typed):
        return 100.0  # `math.ph`, `stat ml`
    if len(words) >= _SHORTEST_PHRASE and f" {words} " in f" {_words(name)} ":
        return 99.0
    if _begin(words.split(), _words(name).split()):
        return 98.5  # `quant bio`
    # A description begins with the category's subject and ends with what belongs elsewhere.
    phrases = [_words(phrase) for phrase in re.split(r"[^\w\s'-]+", description)]
    for n, phrase in enumerate(phrases):
        short = 3 <= len(words) <= 5 and words in _initials(phrase)  # `NLP`
        if short or (len(words) >= _SHORTEST_PHRASE and f" {words} " in f" {phrase} "):
            return 98.0 - 10.0 * n / len(phrases)
    return 0.0


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _joined(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())


def _begin(typed: list[str], words: list[str]) -> bool:
    """Returns whether each typed word, of three letters or more, begins the next word."""
    return any(
        all(len(short) > 2 and word.startswith(short) for short, word in zip(typed, words[at:], strict=False))
        for at in range(len(words) - len(typed) + 1)
    )


def _initials(text: str) -> str:
    return "".join(word[0] for word in _words(text).split())


def is_archive(category: str) -> bool:
    """Returns whether the category has subject classes: `cat:cs` alone would find nothing."""
    return category in _archives()


@cache
def _archives() -> frozenset[str]:
    return frozenset(c.partition(".")[0] for c in names() if "." in c)


@cache
def _by_lower() -> dict[str, str]:
    return {c.lower(): c for c in names()} | {name.lower(): c for c, name in names().items()}
