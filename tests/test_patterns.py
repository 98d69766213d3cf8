"""No pattern of the program goes on for ever: what a loop in it repeats is tried on it, more and more times."""

import importlib
import pkgutil
import random
import re
import time
from collections.abc import Iterator
from re import _constants as ops
from re import _parser as parser
from types import ModuleType
from typing import Any

import pytest

import bot
import digest
from digest.patterns import regex

LOOPS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
SAMPLES = 6
"""Of what a loop repeats."""
TIMES = (4, 7, 10, 13, 16, 19, 22)
SLOW = 0.05
"""Seconds of the processor for some hundred characters; each step more than doubles a pattern that goes on for ever."""
ANY = "a 1-.,中\n(“x"


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


def character(members: Any, chance: random.Random) -> str:
    """One that the class takes."""
    taken = re.compile(f"[{''.join(written(op, value) for op, value in members)}]", re.IGNORECASE)
    near = [chr(v if isinstance(v, int) else v[0]) for op, v in members if op in (ops.LITERAL, ops.RANGE)]
    fitting = [c for c in (*ANY, *near) if taken.match(c)]
    return chance.choice(fitting) if fitting else near[0]


def written(op: Any, value: Any) -> str:
    if op is ops.NEGATE:
        return "^"
    if op is ops.CATEGORY:
        letter = str(value).removeprefix("CATEGORY_").removeprefix("NOT_")[0].lower()
        return "\\" + (letter.upper() if "_NOT_" in str(value) else letter)
    return "-".join(re.escape(chr(v)) for v in ([value] if op is ops.LITERAL else value))


def sample(tree: Any, chance: random.Random) -> str:
    """A text that the pattern takes, but for what it looks ahead to."""
    text = ""
    for op, value in tree:
        if op is ops.LITERAL:
            text += chr(value)
        elif op is ops.IN:
            text += character(value, chance)
        elif op in (ops.ANY, ops.NOT_LITERAL):
            text += "b" if value == ord("a") else "a"
        elif op in (*LOOPS, ops.POSSESSIVE_REPEAT):
            text += "".join(sample(value[2], chance) for _ in range(min(value[0] + chance.randint(0, 1), value[1], 5)))
        elif op is ops.SUBPATTERN:
            text += sample(value[3], chance)
        elif op is ops.BRANCH:
            text += sample(chance.choice(value[1]), chance)
        elif op is ops.ATOMIC_GROUP:
            text += sample(value, chance)
    return text


def loops(tree: Any, chance: random.Random, before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before a loop, and what it repeats."""
    for op, value in tree:
        if op in LOOPS:
            for _ in range(SAMPLES if value[1] > TIMES[0] else 0):
                yield before, sample(value[2], chance)
                yield before, sample(value[2], chance) + sample(value[2], chance)
            yield from loops(value[2], chance, before)
        elif op is ops.SUBPATTERN:
            yield from loops(value[3], chance, before)
        elif op is ops.BRANCH:
            for branch in value[1]:
                yield from loops(branch, chance, before)
        before += sample([(op, value)], chance)


def seconds(pattern: re.Pattern[Any], text: str | bytes) -> float:
    began = time.thread_time()
    pattern.search(text)
    return time.thread_time() - began


def slow(pattern: re.Pattern[Any]) -> str:
    """A text over which it takes long, three times in a row; empty without one."""
    chance, binary = random.Random(16), isinstance(pattern.pattern, bytes)
    tree = parser.parse(pattern.pattern, pattern.flags)
    for before, piece in dict.fromkeys(loops(tree, chance)):
        for tail in ("x", "\x00", " !"):
            for times in TIMES:
                text = before + piece * times + tail
                if all(seconds(pattern, text.encode(errors="replace") if binary else text) > SLOW for _ in range(3)):
                    return text
    return ""


@pytest.mark.parametrize("package", [digest, bot])
def test_no_loop_of_a_pattern_has_more_and_more_readings(package):
    found = {name: text for pattern, name in of(package).items() if (text := slow(pattern))}
    assert found == {}


def test_a_pattern_with_more_and_more_readings_is_noticed():
    for bad in (r"(?:\s*a\s*)+\Z", r"(?:ab|a|b)+\Z"):
        assert slow(re.compile(bad))
    assert not slow(re.compile(r"(?:\s*a)+\s*\Z"))
