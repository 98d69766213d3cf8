"""The gate: finds output of a model that nobody should see. Structure first (emptiness, scripts, brackets, ends, overlap with the paper), phrases last.

It must not fire on papers about refusals, `<think>`, prompts or jailbreaks: a phrase counts only at the edge of a text, outside of quotation marks,
and where the paper's own words do not hold it.
"""

from __future__ import annotations

from digest.checks import leaks, on_topic, shape
from digest.checks.cleaning import cut
from digest.checks.refusals import speaks
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
    """What is wrong with one piece of output, at most one Problem a Fault; empty when it is sound.

    `kind`: part, short, sentence, title, answer, summary. `source` is the paper's text, where there is one: it clears words of suspicion and
    shows a text about another paper. `prompt` is what the model was told, `instructions` what hidden text of the paper told it.
    """
    trimmed = cut(text)
    found: dict[Fault, str] = {}
    for fault, piece in trimmed.pieces:
        found.setdefault(fault, f"remove: {piece[:120]!r}")
    kept = trimmed.kept
    for fault, detail in shape.nothing(kept, kind):
        return [Problem(f, where, d) for f, d in {**found, fault: detail}.items()]
    for check in (
        speaks(kept, kind, source),
        leaks.leaked(kept, source, prompt),
        leaks.template(kept, source),
        shape.headings(kept, kind),
        on_topic.strange(kept, language, kind),
        shape.repeats(kept),
        shape.truncated(kept, kind, language),
        on_topic.other_paper(kept, language, source, kind),
        on_topic.obeyed(kept, instructions, source),
        shape.too_long(kept, language, kind),
    ):
        for fault, detail in check:
            found.setdefault(fault, detail)
    return [Problem(fault, where, detail) for fault, detail in found.items()]
