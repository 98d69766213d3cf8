"""Figures and names: false alarms on true statements, and what is caught of changed ones. `python -m bench.claims [--data DIR]`

True statements are the annotators' own answers and the abstracts, held against the paper they are about (an abstract against the paper without it).
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from bench.evidence import entity, number
from bench.qasper import load
from bench.report import aim, table
from digest.checks import unsupported
from digest.checks.facts.names import names

SENTENCE = re.compile(r"(?<=[a-z0-9)]\.)\s+(?=[A-Z])")
FIGURE = re.compile(r"\d")


def statements() -> list[tuple[str, str, str]]:
    """(kind, statement, source)"""
    texts, asked = load()
    found: list[tuple[str, str, str]] = []
    for text in texts:
        body = replace(text, sections=tuple(s for s in text.sections if s.title != "Abstract"))
        abstract = " ".join(p.text for s in text.sections if s.title == "Abstract" for p in s.passages)
        found += [("sentence of the abstract", s, body.text) for s in SENTENCE.split(abstract) if s.strip()]
        found += [
            ("sentence of the paper", s, text.text)
            for p in text.text.split("\n\n")[::3]
            for s in SENTENCE.split(p)
            if 40 < len(s) < 400
        ]
    for q in asked:
        found += [("free answer", answer, texts[q.paper].text) for answer in q.answers]
        found += [("marked span", span, texts[q.paper].text) for span in q.spans]
    return found


def main() -> None:
    rng = random.Random(11)
    found = statements()
    rows: list[tuple[str, int, int, int]] = []
    alarms = []
    for kind in dict.fromkeys(k for k, *_ in found):
        own = [(s, source) for k, s, source in found if k == kind]
        fired = [(s, bad) for s, source in own if (bad := unsupported(s, source))]
        rows.append((kind, len(own), sum(bool(FIGURE.search(s)) for s, _ in own), len(fired)))
        alarms += [(kind, s, bad) for s, bad in fired]
    print("True statements")
    table(["kind", "n", "with figures", "alarms"], rows)
    for kind, statement, bad in alarms:
        print(f"  {kind}: {bad} in {statement[:200]!r}")

    caught: dict[str, list[bool]] = {"number": [], "entity": []}
    missed = []
    for _, statement, source in found:
        for alter in (number, entity):
            changed = alter(statement, rng)
            new = _new(changed, statement)
            # A small count, a year, a section's number are not asked for, nor a name that could be any word; what stands elsewhere in the paper
            # cannot be caught.
            if changed == statement or not new or new in source:
                continue
            if alter is entity and not list(names(new)):
                continue
            if alter is number and (
                not re.fullmatch(r"\d+(?:\.\d+)?", new)
                or not re.search(rf"(?<![\w.-]){re.escape(new)}(?!\w|\.\d)", changed)
            ):
                continue
            if alter is number and (float(new) < 10 and "." not in new):
                continue
            if alter is number and re.search(
                rf"(?:Table|Figure|Section|Eq\w*\.?|Fig\.|19|20)\s*\(?{re.escape(new)}|\[[\d, ]*{re.escape(new)}",
                changed,
            ):
                continue
            hit = bool(unsupported(changed, source))
            caught[alter.__name__].append(hit)
            if not hit:
                missed.append((alter.__name__, new, changed))
    print("\nChanged statements")
    table(
        ["changed", "n", "caught", "share"], [[k, len(v), sum(v), sum(v) / max(len(v), 1)] for k, v in caught.items()]
    )
    for kind, new, changed in sorted(missed, key=lambda m: m[0] != "number")[:40]:
        print(f"  missed {kind} {new!r} in {changed[:200]!r}")
    total = sum(r[1] for r in rows)
    aim("claims.caught_numbers", sum(caught["number"]) / max(len(caught["number"]), 1), least=0.9)
    aim("claims.false_alarms", sum(r[3] for r in rows) / total, most=0.02, last=True)


def _new(changed: str, original: str) -> str:
    """The token that was put in."""
    mine, theirs = (
        re.findall(r"\d+(?:\.\d+)?|[A-Za-z][\w-]*", changed),
        re.findall(r"\d+(?:\.\d+)?|[A-Za-z][\w-]*", original),
    )
    return next((a for a, b in zip(mine, theirs, strict=False) if a != b), "")


if __name__ == "__main__":
    main()
