"""Finds what a sentence changed that otherwise copies its quotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from rapidfuzz.distance import Levenshtein, Opcode

from digest.checks.facts.directions import AXES
from digest.evidence.clauses import END
from digest.evidence.content_words import Token, are_opposite, tokens
from digest.evidence.rules.case import Case, Doubt


def copy(case: Case) -> Iterator[Doubt]:
    """Doubts words replaced or exchanged in a sentence that is otherwise the quotation's."""
    own = [] if case.foreign or case.turned_twice else [t for piece in END.split(case.sentence) if (t := tokens(piece))]
    for mine in own:
        for theirs in map(tokens, END.split(case.whole)):
            ops = list(Levenshtein.opcodes([t.norm for t in mine], [t.norm for t in theirs]))
            same = sum(op.src_end - op.src_start for op in ops if op.tag == "equal")
            if len(theirs) >= 4 and same >= 0.7 * len(mine):
                yield from (
                    replace(d, level=2) if case.ablated and d.level == 4 else d for d in _edited(mine, theirs, ops)
                )
                break


def _edited(mine: Sequence[Token], theirs: Sequence[Token], ops: Sequence[Opcode]) -> Iterator[Doubt]:
    """Doubts what a near copy added, removed or moved."""
    held = {t.norm for t in theirs}
    new: list[Token] = []
    old: list[Token] = []
    for op in ops:
        put = [t for t in mine[op.src_start : op.src_end] if t.content and op.tag != "equal"]
        out = [t for t in theirs[op.dest_start : op.dest_end] if t.content and op.tag != "equal"]
        new += put
        old += out
        if put and out:
            yield from _replaced(put, out, held)
    if moved := {t.norm for t in new} & {t.norm for t in old}:
        yield Doubt(f"“{min(moved)}” has another place in the quotation", 2 if len(moved) > 1 else 1)
    if any(t.name for t in old) and (strange := [t.raw for t in new if t.name and t.norm not in held]):
        yield Doubt(f"the quotation does not say {strange[0]}", 3)


def _replaced(put: Sequence[Token], out: Sequence[Token], held: AbstractSet[str]) -> Iterator[Doubt]:
    new, old = put[0].raw, out[0].raw
    if any(are_opposite(a.raw, b.raw) for a in put for b in out):
        yield Doubt(f"the quotation says “{old}”, not “{new}”", 4)
    elif any(t.norm in held for t in put):
        every = all(t.norm in held for t in put)
        yield Doubt(f"“{new}” stands elsewhere in the quotation", 2 if every else 1)
    elif _same_direction(new, old):
        return
    else:
        yield Doubt(f"the quotation says “{old}”, not “{new}”", 1)


def _same_direction(one: str, other: str) -> bool:
    return any(side.search(one) and side.search(other) for axis in AXES for side in (axis.up, axis.down))
