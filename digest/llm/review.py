"""Checks the texts of an output, path by path, and says what is wrong with which. Pure; the rules themselves are `digest.checks`'s."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from digest import checks
from digest.evidence.finder import Finder
from digest.llm.answer_text import sentences
from digest.llm.parsing import data_of, texts_of
from digest.llm.server.wire import Reply
from digest.model import Analysis, Fault, Finding, Part, Problem

MILD = frozenset({Fault.TOO_LONG, Fault.NUMBER, Fault.NAME})
"""Reason enough for a repair, not for dropping: they are labelled (or their sentence goes)."""


@dataclass(frozen=True)
class Draft:
    """An output as `{path: text}`, and what is wrong with it as a whole."""

    texts: Mapping[str, str]
    trouble: tuple[Problem, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    """As it came, for what is no text: numbers, and the order of lists."""


def drafted(reply: Reply, language: str) -> Draft:
    """Reads a structured reply; texts are freed of chatter where what remains is sound. Quotations are left as they are."""
    trouble = reply.trouble
    data = {} if trouble and trouble.fault in (Fault.REFUSAL, Fault.EMPTY) else data_of(reply.text)
    texts = {
        path: text.strip() if path.endswith("quotation") else checks.clean(text, language)
        for path, text in texts_of(data).items()
    }
    if trouble and texts:
        # Cut off at the limit: the last text is the one that was being written.
        texts.popitem()
    if texts:
        return Draft(texts, (), data)
    return Draft({}, (trouble or Problem(Fault.INVALID, "", "it was not the JSON object asked for"),))


@dataclass(frozen=True)
class Ground:
    """What an output is held against."""

    source: str
    """All that may be said, as one text."""
    language: str
    prompt: str
    instructions: tuple[str, ...] = ()
    """What hidden text of the paper tells models to do."""
    allow: tuple[str, ...] = ()
    """Addresses of the paper's own links that may stay links."""

    def safe(self, text: str) -> str:
        return checks.safe_markdown(text, self.allow)


# ---------------------------------------------------------------- an analysis


def analysis_problems(draft: Draft, parts: Sequence[str], finder: Finder, ground: Ground) -> tuple[Problem, ...]:
    if not draft.texts:
        return draft.trouble
    problems = text_problems(draft.texts, "core", ground, "sentence")
    for name in parts:
        problems += text_problems(draft.texts, f"parts.{name}.short", ground, "short")
        problems += text_problems(draft.texts, f"parts.{name}.full", ground, "part")
    # Without any finding the first one is asked for.
    for index in finding_numbers(draft.texts) or [0]:
        problems += text_problems(draft.texts, f"findings.{index}.statement", ground, "sentence")
        where = f"findings.{index}.quotation"
        if finder.find(draft.texts.get(where, "")) is None:
            detail = (
                "these words do not stand in the paper: copy one continuous stretch of it that proves the statement"
            )
            problems.append(Problem(Fault.QUOTATION, where, detail))
    problems += repeated(draft.texts, (p for p in draft.texts if p.startswith("parts.")))
    return tuple(dict.fromkeys(problems))


def finding_numbers(texts: Mapping[str, str]) -> list[int]:
    numbers = (path.split(".")[1] for path in texts if path.startswith("findings."))
    return sorted({int(n) for n in numbers if n.isdecimal()})


def text_problems(texts: Mapping[str, str], path: str, ground: Ground, kind: str) -> list[Problem]:
    text = texts.get(path, "")
    problems = checks.problems_of(
        text,
        where=path,
        language=ground.language,
        source=ground.source,
        kind=kind,
        prompt=ground.prompt,
        instructions=ground.instructions,
    )
    # The full form is long and may reckon: its figures are labelled, not asked anew.
    strange = () if kind == "part" else checks.unsupported(text, ground.source)
    problems += [Problem(_kind(item), path, f"not in the paper: {item}") for item in strange]
    ids = strange_ids(text, ground.source)
    return problems + [Problem(Fault.UNKNOWN_ID, path, f"an id that is not in the paper: {i}") for i in ids]


def _kind(item: str) -> Fault:
    return Fault.NUMBER if any(c.isdecimal() for c in item) else Fault.NAME


_ID = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?:v\d+)?(?!\d)")


def strange_ids(text: str, source: str) -> tuple[str, ...]:
    """Ids of arXiv that the source does not hold."""
    return tuple(dict.fromkeys(i for i in _ID.findall(text) if i.split("v")[0] not in source))


def repeated(texts: Mapping[str, str], paths: Iterable[str]) -> list[Problem]:
    """Places that say word for word the same, beside the two forms of one part: of a text that fits everywhere nothing is true."""
    places: dict[str, list[str]] = {}
    for path in paths:
        if text := texts.get(path, "").strip():
            places.setdefault(text, []).append(path)
    same = [found for found in places.values() if len({p.rsplit(".", 1)[0] for p in found}) > 1]
    return [Problem(Fault.REPETITION, p, "says the same as another place") for found in same for p in found]


def worth_repair(problems: Sequence[Problem], texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """What to ask anew. Left out, at no call: one bad finding among sound ones. Labelled, at no call: a name in a part or a finding."""
    dropped = {
        p.where.rsplit(".", 1)[0] for p in problems if p.where.startswith("findings.") and p.fault is not Fault.NAME
    }
    enough = len(finding_numbers(texts)) - len(dropped) >= 2

    def worth(p: Problem) -> bool:
        labelled = p.fault is Fault.NAME and p.where.startswith(("parts.", "findings."))
        return not labelled and not (enough and p.where.startswith("findings."))

    return tuple(filter(worth, problems))


def fatal(problems: Sequence[Problem], *paths: str) -> bool:
    return any(p.where in paths and p.fault not in MILD for p in problems)


# ---------------------------------------------------------------- what stays


def analysis_from(
    draft: Draft, problems: Sequence[Problem], *, parts: Sequence[str], finder: Finder, ground: Ground, blank: Analysis
) -> Analysis:
    """`blank`, filled with what is sound; the rest is named in `missing`."""
    kept = [part for name in parts if (part := _part(name, draft.texts, problems, ground))]
    findings = tuple(_findings(draft.texts, problems, finder, ground))
    whole = "" if fatal(problems, "core") else draft.texts.get("core", "")
    core = ground.safe(supported(whole, ground.source, ground.language))
    missing = [*([] if core else ["core"]), *([] if findings else ["findings"])]
    missing += [name for name in parts if name not in {p.name for p in kept}]
    return replace(
        blank, core=core, parts=tuple(kept), findings=findings, missing=tuple(missing), problems=tuple(problems)
    )


def _part(name: str, texts: Mapping[str, str], problems: Sequence[Problem], ground: Ground) -> Part | None:
    """A part with one sound form has it for both."""
    forms = [
        "" if fatal(problems, path) else texts.get(path, "") for path in (f"parts.{name}.short", f"parts.{name}.full")
    ]
    short, full = (ground.safe(f) for f in (forms[0] or forms[1], forms[1] or forms[0]))
    if not short:
        return None
    return Part(name, short, full, tuple(dict.fromkeys(checks.unsupported(f"{short}\n{full}", ground.source))))


def _findings(
    texts: Mapping[str, str], problems: Sequence[Problem], finder: Finder, ground: Ground
) -> Iterable[Finding]:
    """Only those whose quotation stands in the paper and whose figures do; a name that does not is told beside it."""
    seen: set[str] = set()
    for index in finding_numbers(texts):
        path = f"findings.{index}.statement"
        statement = texts.get(path, "")
        flawed = any(p.where == path and p.fault not in (Fault.TOO_LONG, Fault.NAME) for p in problems)
        evidence = finder.find(texts.get(f"findings.{index}.quotation", ""))
        if statement and not flawed and evidence and evidence.quotation not in seen:
            seen.add(evidence.quotation)
            yield Finding(ground.safe(statement), evidence, checks.unsupported(statement, ground.source))


def supported(text: str, source: str, language: str) -> str:
    """Without the sentences whose figures or names do not stand in the source."""
    return "".join(s for s in sentences(text, language) if not checks.unsupported(s, source)).strip()
