"""Finds where the sentences and the clauses of a text end."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

from digest.patterns import regex

END = regex(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<!\bvs\.)(?<!\bFig\.)(?<!\bcf\.)(?<!\bEq\.)[)\]”\"’']*\s+(?=[A-Z(\[“\"‘'])|(?<=[a-z]{5}\.)(?<!\bapprox\.)\s+(?=\d)|(?<=[。！？])"
)
CLAUSES = regex(
    r"[,;:](?=\s)|[，；：。]|(?<=[\u3040-\u30ff])、|\s[–—]\s|\b(?:while|whereas|although|but|and|because|so that|which|compared (?:to|with)|versus|vs\.?)\b|而|但|并且|以及",
    re.IGNORECASE,
)


def clause_at(text: str, position: int) -> str:
    bounds = [bounds_at(text, position, position, stops) for stops in (CLAUSES, END)]
    return text[max(start for start, _ in bounds) : min(end for _, end in bounds)]


def part_at(text: str, start: int, end: int, stops: re.Pattern[str]) -> str:
    """Returns the text around a place, from one match of `stops` to the next."""
    first, last = bounds_at(text, start, end, stops)
    return text[first:last]


def bounds_at(text: str, start: int, end: int, stops: re.Pattern[str]) -> tuple[int, int]:
    ends, starts = _stops(text, stops)
    before, after = bisect_right(ends, start), bisect_left(starts, end)
    return ends[before - 1] if before else 0, starts[after] if after < len(starts) else len(text)


@lru_cache(maxsize=256)
def _stops(text: str, stops: re.Pattern[str]) -> tuple[list[int], list[int]]:
    """Returns where each match ends and begins. Searching anew at every figure takes the square."""
    found = list(stops.finditer(text))
    return [m.end() for m in found], [m.start() for m in found]
