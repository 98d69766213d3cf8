"""No pattern of the program goes on for ever: a loop that reads a text in more and more ways must end all the same."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import bot
import digest
from digest.patterns import regex
from tests.ambiguity import pumps

TIMES = (4, 7, 10, 13, 16, 19, 22, 25)
SLOW = 0.05
"""Seconds of the processor for some hundred characters; each step more than doubles a pattern that goes on for ever."""


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, type(regex(""))):
        value = value.compile()
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | set | frozenset | dict):
        for inner in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from patterns(inner)


def of(package: ModuleType) -> dict[re.Pattern[Any], str]:
    found: dict[re.Pattern[Any], str] = {}
    for module in modules(package):
        for name, value in vars(module).items():
            for pattern in patterns(value):
                found.setdefault(pattern, f"{module.__name__}.{name}")
    return found


def seconds(pattern: re.Pattern[Any], text: str | bytes) -> float:
    began = time.thread_time()
    pattern.search(text)
    return time.thread_time() - began


def slow(pattern: re.Pattern[Any]) -> str:
    """A text over which it takes long, three times in a row; empty without one. Only what its structure accuses is
    tried: what follows a loop, or what it looks at, may leave it one reading."""
    binary = isinstance(pattern.pattern, bytes)
    for before, piece in pumps(pattern):
        for tail in ("", "x", "\x00", " !"):
            for times in TIMES:
                text = before + piece * times + tail
                if all(seconds(pattern, text.encode(errors="replace") if binary else text) > SLOW for _ in range(3)):
                    return text
    return ""


@pytest.mark.parametrize("package", [digest, bot])
def test_no_loop_of_a_pattern_has_more_and_more_readings(package):
    found = {name: text for pattern, name in of(package).items() if (text := slow(pattern))}
    assert found == {}


ENDLESS = (
    r"(?:\s*a\s*)+\Z",
    r"(?:ab|a|b)+\Z",
    r"x(?:a{0,20}){3,40}y",
    r"(?:(?:a*)?b)*c",
    r"“(?:<\|\w{2,24}\|>|<\|?end\|?>)+\Z",
    rb"(?:\w+\s?)*\Z",
)
SOUND = (r"(?:\s*a)+\s*\Z", r"(?:ab|ac|b)+\Z", r"(?:\w+\s)*\Z", r"(?:\d{1,3},)*\Z", r"(?:a|\Z)*b", r"(?:ab?|c)*+\Z")


@pytest.mark.parametrize("bad", ENDLESS)
def test_a_pattern_with_more_and_more_readings_is_noticed(bad):
    assert slow(re.compile(bad))


@pytest.mark.parametrize("good", SOUND)
def test_a_pattern_with_one_reading_is_not_accused(good):
    assert list(pumps(re.compile(good))) == []
