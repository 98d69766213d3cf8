"""Checks an output's texts by `digest.checks`, and builds an Analysis from sound texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from digest import checks
from digest.evidence.finder import Finder
from digest.evidence.ground import Ground
from digest.evidence.sentences import sentences
from digest.evidence.support import Support, SupportIndex, Verdict, support_of
from digest.llm.replies.marks import marked
from digest.llm.replies.parsing import parse_object, texts_by_path
from digest.llm.server.wire import Reply
from digest.model import Analysis, Doubt, Evidence, Fault, Finding, Part, Problem
from digest.patterns import regex

LONGEST_PART = 12_000
"""Characters of one text of an output. A longer text counts as missing: no check reads it."""
LONG_SENTENCE = 5
"""Equal words of two sentences that count as repeated although one word differs."""
HAN_WORD = 4
"""The most characters of a word of Chinese or Japanese."""
_HAN = regex(r"[\u3040-\u30ff\u3400-\u9fff]")
NOT_FATAL = frozenset({Fault.TOO_LONG, Fault.NUMBER, Fault.NAME})
"""Faults that are repaired if possible, else labelled or cut with their sentence."""
CUT = frozenset({Fault.UNKNOWN_ID, Fault.TRUNCATED, Fault.TOO_LONG})
"""Faults of single sentences, which are left out if the text is not repaired."""


@dataclass(frozen=True)
class Draft:
    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    """Problems of the output as a whole."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The parsed data, which also holds numbers and the order of lists."""


def draft_from(reply: Reply, language: str) -> Draft:
    """Parses a structured reply and cleans its texts. Quotations stay as they are."""
    problem = reply.problem
    data = {} if problem and problem.fault in (Fault.REFUSAL, Fault.EMPTY) else parse_object(reply.text)
    texts = {
        path: text.strip() if path.endswith("quotation") else checks.clean(text, language)
        for path, text in texts_by_path(data).items()
        if len(text) <= LONGEST_PART
    }
    if problem and texts:
        texts.popitem()  # cut off at the limit in the middle of this text
    if texts:
        return Draft(texts, (), data)
    return Draft({}, (problem or Problem(Fault.INVALID, "", "it was not the JSON object asked for"),))


@dataclass(frozen=True)
class CheckContext:
    source: str
    """Everything that the output may say, as one text."""
    language: str
    prompt: str
    instructions: tuple[str, ...] = ()
    """Orders to models in the paper's hidden text."""
    allow: tuple[str, ...] = ()
    """URLs that may stay links."""
    index: SupportIndex | None = None
    """The paper's sentences, for outputs about one paper."""

    def safe(self, text: str) -> str:
        return checks.safe_markdown(text, self.allow)


def analysis_problems(draft: Draft, parts: Sequence[str], finder: Finder, context: CheckContext) -> tuple[Problem, ...]:
    if not draft.texts:
        return draft.problems
    problems = text_problems(draft.texts, "core", context, "sentence")
    for name in parts:
        problems += text_problems(draft.texts, f"parts.{name}.short", context, "short")
        problems += text_problems(draft.texts, f"parts.{name}.full", context, "part")
    # Without any finding, the first is a problem.
    for index in finding_numbers(draft.texts) or [0]:
        problems += text_problems(draft.texts, f"findings.{index}.statement", context, "sentence")
        where = f"findings.{index}.quotation"
        evidence = finder.find(draft.texts.get(where, ""))
        if evidence is None:
            problems.append(Problem(Fault.QUOTATION, where, "not in the paper"))
        elif (verdict := finding_support(draft.texts, index, evidence, context)).support is Support.CONTRADICTED:
            problems.append(Problem(Fault.SUPPORT, f"findings.{index}.statement", verdict.reason))
    problems += repeated(draft.texts, (p for p in draft.texts if p.startswith("parts.")))
    return tuple(dict.fromkeys(problems))


def finding_support(texts: Mapping[str, str], number: int, evidence: Evidence, context: CheckContext) -> Verdict:
    """Returns whether a finding's quotation supports its statement."""
    statement = texts.get(f"findings.{number}.statement", "")
    if context.index is None:
        return Verdict(Support.SUPPORTED)
    return context.index.support(statement, evidence.quotation, context.language)


def finding_numbers(texts: Mapping[str, str]) -> list[int]:
    numbers = (path.split(".")[1] for path in texts if path.startswith("findings."))
    return sorted({int(n) for n in numbers if n.isdecimal()})


def text_problems(texts: Mapping[str, str], path: str, context: CheckContext, kind: str) -> list[Problem]:
    text = texts.get(path, "")
    problems = checks.problems_of(
        text,
        where=path,
        language=context.language,
        source=context.source,
        kind=kind,
        prompt=context.prompt,
        instructions=context.instructions,
    )
    # The full form is long and may derive figures, so these are labelled, not repaired.
    unsupported = () if kind == "part" else checks.unsupported(text, context.source, context.language)
    problems += [Problem(_fault(item), path, f"not in the paper: {item}") for item in unsupported]
    ids = unknown_ids(text, context.source)
    return problems + [Problem(Fault.UNKNOWN_ID, path, f"an id that is not in the paper: {i}") for i in ids]


def _fault(item: str) -> Fault:
    return Fault.NUMBER if any(c.isdecimal() for c in item) else Fault.NAME


_ID = regex(r"(?<![\d.])\d{4}\.\d{4,5}(?:v\d+)?(?!\d)")


def unknown_ids(text: str, source: str) -> tuple[str, ...]:
    """Returns arXiv ids that are not in the source."""
    return tuple(dict.fromkeys(i for i in _ID.findall(text) if i.split("v")[0] not in source))


def repeated(texts: Mapping[str, str], paths: Iterable[str]) -> list[Problem]:
    """Returns problems of texts that occur in several places, or again with one word changed. The
    two forms of one part may agree."""
    words = [(path, _repeatable(text)) for path in paths if (text := texts.get(path, "").strip())]
    same: dict[str, None] = {}
    for (path, mine), (other, theirs) in combinations(words, 2):
        if path.rsplit(".", 1)[0] != other.rsplit(".", 1)[0] and _differ_in_a_word(mine, theirs):
            same |= {path: None, other: None}
    return [Problem(Fault.REPETITION, p, "says the same as another place") for p in same]


def _repeatable(text: str) -> list[str]:
    """Returns the words; in scripts without spaces, the characters."""
    return re.findall(rf"{_HAN.pattern}|[^\W\u3040-\u30ff\u3400-\u9fff]+", text.casefold())


def _differ_in_a_word(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Returns whether they differ at most in one word of a long sentence that is no figure."""
    if mine == theirs:
        return True
    shorter = min(len(mine), len(theirs))
    start = next((i for i in range(shorter) if mine[i] != theirs[i]), shorter)
    end = next((i for i in range(shorter - start) if mine[-1 - i] != theirs[-1 - i]), shorter - start)
    changed = max(len(mine), len(theirs)) - start - end
    word, least = (HAN_WORD, 3 * LONG_SENTENCE) if any(map(_HAN.match, mine)) else (1, LONG_SENTENCE)
    other = [*mine[start : len(mine) - end], *theirs[start : len(theirs) - end]]
    # The article may change with its word.
    few = changed <= word or (changed == 2 and start + end >= LONG_SENTENCE + 2)
    return few and start + end >= least and not any(w.isdecimal() for w in other)


def repairable(problems: Sequence[Problem], texts: Mapping[str, str]) -> tuple[Problem, ...]:
    """Returns the problems to repair, the most important places first. Leaves out findings if two
    are sound, and names, which are labelled."""
    dropped = {
        p.where.rsplit(".", 1)[0] for p in problems if p.where.startswith("findings.") and p.fault is not Fault.NAME
    }
    enough = len(finding_numbers(texts)) - len(dropped) >= 2

    def is_repairable(p: Problem) -> bool:
        labelled = p.fault is Fault.NAME and p.where.startswith(("parts.", "findings."))
        return not labelled and not (enough and p.where.startswith("findings."))

    left = [p for p in problems if is_repairable(p)]
    first = next((p.where.rpartition(".")[0] for p in left if p.where.startswith("findings.")), "")

    def rank(p: Problem) -> int:
        """Returns a rank: first a card's top, one finding and the short forms; last what may
        stay."""
        place, _, form = p.where.rpartition(".")
        if not place:
            return 0
        if place.startswith("findings."):
            return 1 if place == first else 3
        return (4 if form == "full" else 2) + (3 if p.fault in NOT_FATAL | CUT else 0)

    return tuple(sorted(left, key=rank))


def usable(texts: Mapping[str, str], problems: Sequence[Problem]) -> bool:
    """Returns whether any text but quotations is sound, or sound except for a sentence."""
    flawed = {p.where for p in problems if p.fault not in NOT_FATAL | CUT}
    return any(t.strip() and w not in flawed and not w.endswith(_UNCHECKED) for w, t in texts.items())


_UNCHECKED = ("quotation", "claim")


def without_flawed_sentences(draft: Draft, problems: Sequence[Problem], context: CheckContext) -> Draft:
    """Leaves out sentences with an unknown id, an unfinished last one, and surplus ones of a short
    form; never all of a text."""
    texts = dict(draft.texts)
    faults = {(p.where, p.fault) for p in problems if p.fault in CUT}
    for where in {where for where, _ in faults}:
        kept = [s for s in sentences(texts.get(where, ""), context.language) if not unknown_ids(s, context.source)]
        if (where, Fault.TRUNCATED) in faults:
            kept = kept[:-1]
        if (where, Fault.TOO_LONG) in faults:
            while len(kept) > 1 and checks.too_long("".join(kept).strip(), context.language):
                kept.pop()
        left = "".join(kept).strip()
        texts |= {where: left} if left else {}
    return replace(draft, texts=texts)


def fatal(problems: Sequence[Problem], *paths: str) -> bool:
    return any(p.where in paths and p.fault not in NOT_FATAL for p in problems)


def analysis_from(
    draft: Draft,
    problems: Sequence[Problem],
    *,
    parts: Sequence[str],
    finder: Finder,
    context: CheckContext,
    blank: Analysis,
) -> Analysis:
    """Returns `blank`, filled with the sound texts. The others are named in `missing`."""
    kept = [part for name in parts if (part := _part(name, draft.texts, problems, context))]
    found = list(_findings(draft.texts, problems, finder, context))
    findings = tuple(finding for finding, _ in found)
    whole = "" if fatal(problems, "core") else draft.texts.get("core", "")
    core, doubts = _core(context.safe(supported(whole, context.source, context.language)), findings, context)
    doubts += [doubt for _, doubt in found if doubt]
    missing = [*([] if core else ["core"]), *([] if findings else ["findings"])]
    missing += [name for name in parts if name not in {p.name for p in kept}]
    return replace(
        blank,
        core=core,
        parts=tuple(kept),
        findings=findings,
        missing=tuple(missing),
        problems=tuple(problems),
        doubts=tuple(doubts),
    )


def _core(text: str, findings: Sequence[Finding], context: CheckContext) -> tuple[str, list[Doubt]]:
    """Returns the core idea with its doubtful sentences marked, compared with the whole paper."""
    if context.index is None:
        return text, []
    quoted = "\n".join(f.evidence.quotation for f in findings if f.evidence)
    said, doubts = "", []
    for sentence in sentences(text, context.language):
        near = context.index.nearest(sentence)
        ground = Ground(near.quotation, f"{near.whole}\n{quoted}\n{context.index.opening}", near.around)
        verdict = support_of(sentence, ground, context.language, context.index)
        shown, doubt = doubted(sentence, "core", ground, verdict)
        said += shown
        doubts += [doubt] if doubt else []
    return said, doubts


def doubted(sentence: str, where: str, ground: Ground, verdict: Verdict) -> tuple[str, Doubt | None]:
    """Returns the sentence as it is shown, and the doubt for a model to settle."""
    supported_by_rules = verdict.support is Support.SUPPORTED
    if supported_by_rules and not verdict.reworded:
        return sentence, None
    ask = verdict.ask or verdict.support is Support.CONTRADICTED or supported_by_rules
    around = "\n".join(t for t in (ground.whole, ground.around) if t)
    unmarked = verdict.slight or supported_by_rules
    doubt = Doubt(where, sentence, ground.quotation, around, unmarked, reworded=supported_by_rules) if ask else None
    return (sentence if unmarked else marked(sentence)), doubt


def _part(name: str, texts: Mapping[str, str], problems: Sequence[Problem], context: CheckContext) -> Part | None:
    """Returns the part. A part with one sound form uses it for both."""
    forms = [
        "" if fatal(problems, path) else texts.get(path, "") for path in (f"parts.{name}.short", f"parts.{name}.full")
    ]
    short, full = (context.safe(f) for f in (forms[0] or forms[1], forms[1] or forms[0]))
    if not short:
        return None
    unsupported = checks.unsupported(f"{short}\n{full}", context.source, context.language)
    return Part(name, short, full, tuple(dict.fromkeys(unsupported)))


def _findings(
    texts: Mapping[str, str], problems: Sequence[Problem], finder: Finder, context: CheckContext
) -> Iterable[tuple[Finding, Doubt | None]]:
    """Yields findings whose quotation and figures are in the paper. Names that are not are
    labelled.

    A statement that its quotation does not confirm is marked until a model has judged it."""
    seen: set[str] = set()
    for index in finding_numbers(texts):
        path = f"findings.{index}.statement"
        statement = texts.get(path, "")
        flawed = any(p.where == path and p.fault not in (Fault.TOO_LONG, Fault.NAME) for p in problems)
        quotation = texts.get(f"findings.{index}.quotation", "")
        evidence = finder.find(quotation)
        if statement and not flawed and evidence and quotation not in seen:
            seen.add(quotation)
            said, doubt = context.safe(statement), None
            if context.index:
                ground = context.index.ground([evidence.quotation])
                verdict = finding_support(texts, index, evidence, context)
                said, doubt = doubted(said, f"findings.{index}", ground, verdict)
            yield Finding(said, evidence, checks.unsupported(statement, context.source, context.language)), doubt


def supported(text: str, source: str, language: str) -> str:
    """Returns the text without sentences whose figures or names are not in the source."""
    return "".join(s for s in sentences(text, language) if not checks.unsupported(s, source, language)).strip()
