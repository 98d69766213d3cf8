"""Finds loops of regular expressions that read one text in more and more ways, from their structure alone.

`pumps` finds those whose ways double with each round, `slopes` those whose ways grow as a power of the length.

A loop is an automaton of positions (Glushkov's). It reads some text in exponentially many ways exactly if two different
runs over one text lead from a position back to it (Weber and Seidl, "On the degree of ambiguity of finite automata",
1991). Lookarounds, anchors and atomic groups are passed over: they can only take readings away.
"""

from __future__ import annotations

import random
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, reduce
from itertools import product
from operator import or_
from re import _compiler as compiler
from re import _constants as ops
from re import _parser as parser
from typing import Any, NamedTuple

LOOPS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
REPEATS = (*LOOPS, ops.POSSESSIVE_REPEAT)
TAKES = (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY)
UNROLLED = 8
"""A part that is repeated at most so often is written out; a longer one is a loop."""
COMMON = "a bZ0_\n\t.,-(“|é中アк한\x00"
ALL = -1
Pair = tuple[int, int]


class Pump(NamedTuple):
    """What leads into a loop, and a text that it reads in two ways and that leads back to where it began."""

    before: str
    piece: str


@dataclass
class Part:
    """Of an expression: in how many ways it takes nothing, and at which positions it begins and ends, in how many."""

    empty: int
    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)


class Alphabet:
    """One letter of each kind that an expression tells apart."""

    def __init__(self, tree: Any, flags: int, *, binary: bool) -> None:
        found = {*COMMON, *named(tree)}
        if flags & re.IGNORECASE:
            found |= {c.swapcase() for c in found if len(c.swapcase()) == 1}
        letters = "".join(sorted(c for c in found if not binary or ord(c) < 256))
        self.letters: Any = letters.encode("latin-1") if binary else letters
        self._known: dict[tuple[str, int], int] = {}

    def taken(self, op: Any, value: Any, flags: int) -> int:
        """The letters that an item takes, as bits."""
        name = repr((op, value)), flags
        if name not in self._known:
            state = parser.State()
            state.flags = flags
            item = compiler.compile(parser.SubPattern(state, [(op, value)]), flags)
            self._known[name] = sum(1 << found.start() for found in item.finditer(self.letters))
        return self._known[name]

    def letter(self, bits: int, chance: random.Random | None = None) -> str:
        """The first of those, or any."""
        found = [chr(c) if isinstance(c, int) else c for n, c in enumerate(self.letters) if bits >> n & 1] or ["a"]
        return chance.choice(found) if chance else found[0]


def named(tree: Any) -> Iterator[str]:
    """The letters that an expression names, and the neighbours of its ranges."""
    for op, value in tree:
        if op in (ops.LITERAL, ops.NOT_LITERAL):
            yield chr(value)
        elif op is ops.RANGE:
            yield from (chr(c) for end in value for c in (end - 1, end, end + 1) if 0 <= c < 0x110000)
        elif op is ops.IN:
            yield from named(value)
        else:
            for inner in inside(op, value):
                yield from named(inner)


def inside(op: Any, value: Any) -> Iterable[Any]:
    if op in REPEATS:
        return [value[2]]
    if op is ops.SUBPATTERN:
        return [value[3]]
    if op is ops.BRANCH:
        return list(value[1])
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [value[1]]
    return [value] if op is ops.ATOMIC_GROUP else []


class Automaton:
    """Of the loop over `body`. A position is an item of it that takes one character."""

    def __init__(self, body: Any, flags: int, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._takes: list[int] = []
        self._follow: list[Counter[int]] = []
        whole = self._part(body, flags)
        self._join(whole.last, whole.first)
        self._first = whole.first

    def _part(self, tree: Iterable[Any], flags: int) -> Part:
        made = Part(1)
        for op, value in tree:
            made = self._after(made, self._item(op, value, flags))
        return made

    def _item(self, op: Any, value: Any, flags: int) -> Part:
        if op in TAKES or op is ops.GROUPREF:
            self._takes.append(ALL if op is ops.GROUPREF else self._alphabet.taken(op, value, flags))
            self._follow.append(Counter())
            here = Counter([len(self._takes) - 1])
            return Part(0, here, here)
        if op in REPEATS:
            return self._repeat(*value, flags)
        if op is ops.SUBPATTERN:
            return self._part(value[3], (flags | value[1]) & ~value[2])
        if op is ops.ATOMIC_GROUP:
            return self._part(value, flags)
        if op is ops.BRANCH:
            parts = [self._part(branch, flags) for branch in value[1]]
            return Part(sum(p.empty for p in parts), total(p.first for p in parts), total(p.last for p in parts))
        if (op, value) == (ops.AT, ops.AT_END_STRING):
            return Part(0)  # nothing follows
        return Part(1)

    def _repeat(self, least: int, most: Any, inner: Any, flags: int) -> Part:
        if most <= UNROLLED:
            made = Part(1)
            for n in reversed(range(most)):  # a(a(a)?)?, which reads each number of them in one way
                made = self._after(self._part(inner, flags), made)
                made.empty += n >= least
            return made
        part = self._part(inner, flags)
        self._join(part.last, part.first)
        return Part(part.empty if least else 1, part.first, part.last)

    def _after(self, one: Part, other: Part) -> Part:
        self._join(one.last, other.first)
        first, last = (
            total([one.first, times(other.first, one.empty)]),
            total([other.last, times(one.last, other.empty)]),
        )
        return Part(one.empty * other.empty, first, last)

    def _join(self, last: Counter[int], first: Counter[int]) -> None:
        for here, ways in last.items():
            for there, more in first.items():
                self._follow[here][there] += ways * more

    def pump(self) -> Pump | None:
        """None if it reads no text in more and more ways."""
        for here, follow in enumerate(self._follow):
            for there, ways in follow.items():
                if ways > 1:
                    return self._pump(here, [(there, there)])
        came, back = self._from_one_position()
        ahead: dict[Pair, Pair] = {pair: pair for pair in came if pair[0] == pair[1]}
        todo = deque(ahead)
        while todo:  # two positions to which one text leads, and from which one leads to a position
            pair = todo.popleft()
            for before in back.get(pair, ()):
                if before[0] != before[1]:
                    start, *way = reversed(chain(before, came))
                    return self._pump(start[0], [*way, *chain(pair, ahead)])
                if before not in ahead:
                    ahead[before] = pair
                    todo.append(before)
        return None

    def _from_one_position(self) -> tuple[dict[Pair, Pair], dict[Pair, list[Pair]]]:
        """The pairs of positions to which one text leads from one position: from which pair, and the way back."""
        sets: dict[frozenset[int], int] = {}
        group = [sets.setdefault(frozenset(follow), len(sets)) for follow in self._follow]
        members, takes = list(sets), self._takes

        @cache
        def then(one: int, other: int) -> list[Pair]:
            found = {(min(a, b), max(a, b)) for a in members[one] for b in members[other] if takes[a] & takes[b]}
            return sorted(found)

        came: dict[Pair, Pair] = {(p, p): (p, p) for p in range(len(takes))}
        back: dict[Pair, list[Pair]] = {}
        todo = deque(came)
        while todo:
            pair = todo.popleft()
            for found in then(*sorted((group[pair[0]], group[pair[1]]))):
                back.setdefault(found, []).append(pair)
                if found not in came:
                    came[found] = pair
                    todo.append(found)
        return came, back

    def _pump(self, start: int, way: list[Pair]) -> Pump:
        """The text of the way from `start`, and on from its end back to where it began."""
        text = "".join(self._alphabet.letter(self._takes[a] & self._takes[b]) for a, b in way)
        return Pump(self._shortest(self._first, start), text + self._home(way[-1][0], start))

    def _home(self, here: int, goal: int) -> str:
        return "" if here == goal else self._shortest(self._follow[here], goal)

    def _shortest(self, starts: Iterable[int], goal: int) -> str:
        came = {p: p for p in starts}
        todo = deque(came)
        while todo and goal not in came:
            here = todo.popleft()
            for there in self._follow[here]:
                if there not in came:
                    came[there] = here
                    todo.append(there)
        return "".join(self._alphabet.letter(self._takes[p]) for p in reversed(chain(goal, came)))


def chain(last: Any, came: dict[Any, Any]) -> list[Any]:
    """From the last one on, what each came from."""
    found = [last]
    while came.get(found[-1], found[-1]) != found[-1]:
        found.append(came[found[-1]])
    return found


def total(counted: Iterable[Counter[int]]) -> Counter[int]:
    some = [one for one in counted if one]
    if len(some) == 1:
        return some[0]
    found: Counter[int] = Counter()
    for one in some:
        for position, ways in one.items():
            found[position] = found.get(position, 0) + ways
    return found


def times(counted: Counter[int], ways: int) -> Counter[int]:
    if ways == 1:
        return counted
    return Counter({p: n * ways for p, n in counted.items()}) if ways else Counter()


def outermost(tree: Any, flags: int, before: list[Any]) -> Iterator[tuple[list[Any], Any, int]]:
    """What stands before each loop that is in no other one, what it repeats, and the flags there. A possessive one
    keeps no readings."""
    for op, value in tree:
        if op in LOOPS and value[1] > UNROLLED:
            yield before, value[2], flags
        else:
            here = (flags | value[1]) & ~value[2] if op is ops.SUBPATTERN else flags
            for inner in inside(op, value):
                yield from outermost(inner, here, before)
        before = [*before, (op, value)]


def sample(tree: Any, flags: int, alphabet: Alphabet, chance: random.Random) -> str:
    """A text that an expression takes, but for what it looks at."""
    text = ""
    for op, value in tree:
        if op in TAKES:
            text += alphabet.letter(alphabet.taken(op, value, flags))
        elif op in REPEATS:
            many = min(value[0] + chance.randint(0, 1), value[1], 5)
            text += "".join(sample(value[2], flags, alphabet, chance) for _ in range(many))
        elif op not in (ops.ASSERT, ops.ASSERT_NOT) and (found := list(inside(op, value))):
            text += sample(chance.choice(found), flags, alphabet, chance)
    return text


def pumps(pattern: re.Pattern[Any]) -> Iterator[Pump]:
    """Of each loop that reads a text in more and more ways, with texts that may lead there from the beginning."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    alphabet = Alphabet(tree, pattern.flags, binary=isinstance(pattern.pattern, bytes))
    for before, body, flags in outermost(tree, pattern.flags, []):
        if found := Automaton(body, flags, alphabet).pump():
            yield found
            for seed in range(4 if before else 0):
                lead = sample(before, pattern.flags, alphabet, random.Random(seed))
                yield found._replace(before=lead + found.before)


class Whole(Automaton):
    """Of a whole expression. What looks ahead is a way of its own, which ends; what looks behind may be read too, or
    must be."""

    def __init__(self, tree: Any, flags: int, alphabet: Alphabet, *, behind: bool = False) -> None:
        self._alphabet, self._behind = alphabet, behind
        self._takes, self._follow = [], []
        self._first = self._part(tree, flags).first

    def _item(self, op: Any, value: Any, flags: int) -> Part:
        if op is ops.ASSERT or (op is ops.ASSERT_NOT and value[0] > 0):
            part = self._part(value[1], flags)
            return Part(1, part.first) if value[0] > 0 else Part(not self._behind, part.first, part.last)
        return super()._item(op, value, flags)

    def _reached(self, starts: Iterable[int]) -> set[int]:
        found = set(starts)
        todo = list(found)
        while todo:
            new = [there for there in self._follow[todo.pop()] if there not in found]
            found.update(new)
            todo += new
        return found

    def _components(self) -> list[list[int]]:
        """The positions that lead to each other and back to themselves."""
        reached = [sum(1 << there for there in follow) for follow in self._follow]  # a bit for each position
        grown = True
        while grown:
            grown = False
            for here, follow in reversed(list(enumerate(self._follow))):
                whole = reduce(or_, (reached[there] for there in follow), reached[here])
                grown, reached[here] = grown or whole != reached[here], whole
        found: dict[int, list[int]] = {}
        for here, there in enumerate(reached):
            if there >> here & 1:
                found.setdefault(there, []).append(here)
        return list(found.values())

    def slopes(self) -> Iterator[tuple[int | None, list[int]]]:
        """For each loop that is entered at every round of a text: where the round begins (None: anywhere in a text, by
        a search that starts again), and the letters of the round."""
        loops = self._components()
        for loop in loops:
            if round_ := self._round(None, [], loop):
                yield None, round_
        for one in loops:
            after = self._reached(one)
            for other in loops:
                if other is not one and other[0] in after:
                    for here in one[:FEW]:
                        if round_ := self._round(here, one, other):
                            yield here, round_

    def _round(self, start: int | None, one: list[int], other: list[int]) -> list[int]:
        """A text that leads from `start` back to it, from there to a position of the other loop, and from that one back
        to it. None starts everywhere and takes everything."""
        takes, within, beyond = self._takes, set(one), set(other)
        for goal in other[:FEW]:
            begin, end = (start, start, goal), (start, goal, goal)
            came: dict[Any, Any] = {begin: None}
            todo = deque([begin])
            while todo and end not in came and len(came) < STATES:
                a, b, c = here = todo.popleft()
                stays = [None] if a is None else [p for p in self._follow[a] if p in within]
                goes = [None, *self._first] if b is None else list(self._follow[b])
                ends = [p for p in self._follow[c] if p in beyond]
                for p, q in product(stays, ends):
                    both = (ALL if p is None else takes[p]) & takes[q]
                    for r in goes if both else ():
                        there, bits = (p, r, q), both & (ALL if r is None else takes[r])
                        if bits and there not in came:
                            came[there] = here, bits
                            todo.append(there)
            if end in came:
                letters = []
                while came[end]:
                    end, bits = came[end]
                    letters.append(bits)
                return letters[::-1]
        return []

    def written(self, letters: list[int], chance: random.Random | None = None) -> str:
        return "".join(self._alphabet.letter(bits, chance) for bits in letters)

    def lead(self, start: int | None) -> str:
        return "" if start is None else self._shortest(self._first, start)


FEW, STATES = 2, 1_000
"""Positions of a loop that are tried, and states that are gone through for one text."""


def slopes(pattern: re.Pattern[Any], *, searched: bool) -> Iterator[Pump]:
    """Texts over which it may take a time that grows as a power of their length. `searched`: at every place of them."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    alphabet = Alphabet(tree, pattern.flags, binary=isinstance(pattern.pattern, bytes))
    automaton = Whole(tree, pattern.flags, alphabet)
    behind = cache(lambda: Whole(tree, pattern.flags, alphabet, behind=True))  # most have nothing to show
    seen = set()
    for start, letters in automaton.slopes():
        if start is None and not searched:
            continue
        for chance in (None, random.Random(1)):
            piece = automaton.written(letters, chance)
            for before in (automaton.lead(start), behind().lead(start)):
                if (before, piece) not in seen:
                    seen.add((before, piece))
                    yield Pump(before, piece)
