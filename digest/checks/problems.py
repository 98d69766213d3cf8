"""Runs all checks on one piece of output: structure first, phrases last.

Papers about refusals, `<think>`, prompts or jailbreaks must pass. So a phrase counts only at the
edge of a text, outside quotation marks, and if the paper itself lacks it."""

from __future__ import annotations

from functools import lru_cache

from digest.checks import leaks, on_topic, shape, titles
from digest.checks.cleaning import Cut, cut, cut_title
from digest.checks.refusals import find_refusals
from digest.checks.shape import lowered
from digest.model import Fault, Problem


def problems_of(
    text: str,
    *,
    where: str,
    language: str,
    source: str = "",
    kind: str = "part",
    prompt: str = "",
    instructions: tuple[str, ...] = (),
) -> list[Problem]:
    """Returns at most one Problem per Fault; none for sound output.

    `kind`: part, short, sentence, title, answer, summary. `source`: the paper's text, which excuses
    its own words and exposes a text about another paper. `instructions`: orders in its hidden
    text."""
    return [
        Problem(fault, where, detail) for fault, detail in _found(text, language, source, kind, prompt, instructions)
    ]


@lru_cache(maxsize=32)  # each entry holds its source, which may be a whole paper
def _found(
    text: str, language: str, source: str, kind: str, prompt: str, instructions: tuple[str, ...]
) -> tuple[tuple[Fault, str], ...]:
    """Returns cached faults: a repair leaves most texts unchanged, and all are checked again."""
    trimmed = cut_title(text) if kind == "title" else cut(text)
    if trimmed.pieces and all(piece.lower() in lowered(source) for _, piece in trimmed.pieces):
        trimmed = Cut(text)
    found: dict[Fault, str] = {}
    for fault, piece in trimmed.pieces:
        found.setdefault(fault, f"remove: {piece[:120]!r}")
    kept = trimmed.kept
    for fault, detail in shape.missing_text(kept, kind):
        return tuple({**found, fault: detail}.items())
    for check in (
        find_refusals(kept, kind, source),
        leaks.leaked(kept, source, prompt),
        leaks.unfilled_templates(kept, source),
        titles.title_remarks(kept, source) if kind == "title" else (),
        shape.headings(kept, kind),
        () if kind == "title" and on_topic.is_name(kept, source) else on_topic.wrong_language(kept, language, kind),
        on_topic.left_as_it_was(kept, source, language) if kind == "title" else (),
        shape.repetitions(kept, source),
        shape.truncated(kept, kind, language, source),
        on_topic.other_paper(kept, language, source, kind),
        on_topic.followed_orders(kept, instructions, source),
        shape.too_long(kept, language, kind),
    ):
        for fault, detail in check:
            found.setdefault(fault, detail)
    return tuple(found.items())
