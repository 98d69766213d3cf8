"""How a sentence bounds its figures, and from what to what they change. Pure."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator
from itertools import pairwise

from digest.checks.facts.figures import Figure, figures

_LEAST = re.compile(
    r"(?:\b(?:at least|no (?:less|fewer) than|not (?:less|fewer) than|mindestens|wenigstens|au moins|(?:al|por lo) menos|pelo menos|almeno|не менее|по меньшей мере)\b|至少|不少于|不低于|少なくとも|최소한?|적어도)"
    r"[^\d,.;:，。；：]{0,12}$"
    r"|(?:(?<!no )(?<!not )\b(?:more than|over|above|exceed(?:s|ed|ing)?|greater than|mehr als|über|plus d[eu]|más del?|mais de|più di|более|больше)|(?<!不)(?:超过|多于|高于|大于)|[>≥]|\\geq?)\s*\$?\s*$",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:\b(?:at most|no more than|not more than|höchstens|au plus|como máximo|a lo sumo|no máximo|al massimo|не более)\b|至多|最多|不超过|不多于|不高于|多くとも|많아야|최대)"
    r"[^\d,.;:，。；：]{0,12}$"
    r"|(?:\b(?:up to|(?<!no )(?<!not )(?:less|fewer) than|under|below|bis zu|weniger als|unter|jusqu['’]à|moins d[eu]|hasta|menos del?|até|fino a|meno di|менее|меньше)|(?<!不)(?:少于|低于|小于)|不到|不足|高达|多达|最大|最高|[<≤]|\\leq?)\s*\$?\s*$",
    re.IGNORECASE,
)
_OR_MORE = re.compile(
    r"^[^\s\d,.，。]{0,4}\s?(?:以上|を超え|を上回|이상|초과|or more\b|and above\b|oder mehr\b|ou plus\b|o más\b)"
)
_OR_LESS = re.compile(
    r"^[^\s\d,.，。]{0,4}\s?(?:以下|未満|以内|이하|미만|or (?:less|fewer)\b|or below\b|oder weniger\b|ou moins\b|o menos\b|au (?:plus|maximum)\b|como máximo\b|at most\b)"
)
_FROM = re.compile(r"(?:\b(?:from|von|de|du|del|desde|da|dal|с|от)|从|由)\s*$", re.IGNORECASE)
_TO = re.compile(
    r"^\s*(?:(?:to|auf|bis|à|a|al|hasta|para|до|на)\b|から|에서|[\u3400-\u9fff]{0,4}[到至为])\s*$", re.IGNORECASE
)
_FROM_BEHIND = re.compile(r"^\s*(?:から|에서)\s*$")


def bound(text: str, figure: Figure) -> str:
    """`>`: at least or more than; `<`: at most or less than; else empty."""
    before, after = text[max(0, figure.start - 40) : figure.start], text[figure.start + len(figure.text) :][:24]
    if _LEAST.search(before) or _OR_MORE.match(after):
        return ">"
    return "<" if _MOST.search(before) or _OR_LESS.match(after) else ""


def bounded_the_other_way(sentence: str, quotation: str) -> Iterator[Figure]:
    """Figures with a bound where the quotation has the opposite one, wherever it has them."""
    theirs = list(figures(quotation))
    for figure in figures(sentence):
        if own := bound(sentence, figure):
            found = {bound(quotation, f) for f in theirs if f.value == figure.value}
            if found and not found & {own, ""}:
                yield figure


def changes(text: str) -> Iterator[tuple[float, float]]:
    """`from 12.5 % to 9.8 %`."""
    found = list(figures(text))
    for one, other in pairwise(found):
        between = text[one.start + len(one.text) : other.start]
        if _FROM_BEHIND.match(between) or (_TO.match(between) and _FROM.search(text[: one.start])):
            yield one.value, other.value
