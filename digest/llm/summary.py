"""Turns the model's summary into a Summary of sound texts that names every paper once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from digest import checks
from digest.errors import Unusable
from digest.evidence.ground import Ground
from digest.evidence.support import Support, support_of
from digest.llm.in_turn import run_in_turn
from digest.llm.prompts import tasks
from digest.llm.prompts.requests import material_block, summary_material, summary_request
from digest.llm.repair import repair_output
from digest.llm.replies.marks import claim_of
from digest.llm.replies.parsing import list_at, parse_number
from digest.llm.replies.review import (
    CheckContext,
    Draft,
    doubted,
    draft_from,
    fatal,
    repeated,
    supported,
    text_problems,
)
from digest.llm.server.client import Model
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.wire import Reply, Request, request_tokens
from digest.model import CLAIM, MARK, Doubt, Entry, Fault, Mention, Problem, Summary, Theme
from digest.render import tex
from digest.render.width import columns

HEADLINE = 90
"""Characters of the headline, at most."""
_LEAST_MATERIAL = 200
"""Characters of a paper's material in a repair."""
_REPAIR_SHARE = 0.75
"""Share of a summary's tokens that its repair may take: there is one for each digest."""
_TRIES = 4
_OUTPUT, _LEAST_OUTPUT = 16_000, 3_000
"""Tokens."""
READ_FIRST = 3
LISTS = ("trends", "highlights", "directions")


async def summarise_papers(model: Model, entries: Sequence[Entry], language: str, overview: str) -> Summary:
    """Returns the Summary. `overview` replaces an unusable one; an unusable headline is empty.
    Raises Unusable."""
    analysed = [e for e in entries if e.analysis]
    if not analysed:
        raise Unusable("There is no analysis to write a summary from.")
    context = CheckContext(
        "\n".join(source_of(e) for e in analysed),
        language,
        tasks.SUMMARY,
        tuple(h.text for e in entries for h in e.hidden),
    )
    numbers = [e.number for e in entries]
    # The texts that the reply is compared with are read while the model writes.
    (request, reply), _ = await asyncio.gather(
        _ask_first(model, entries, language), run_in_turn(_read_ahead, context, analysed)
    )
    first = draft_from(reply, language)
    draft, problems = await repair_output(
        model,
        request,
        first,
        lambda d: summary_problems(d, context, numbers),
        language,
        partial(_source_of, entries),
        share=_REPAIR_SHARE,
    )
    if not draft.texts:
        raise Unusable("The model's summary could not be used.", problems)
    builder = SummaryBuilder(draft, problems, entries, context)
    return await run_in_turn(builder.build, model.name, overview)


def _read_ahead(context: CheckContext, entries: Sequence[Entry]) -> None:
    """Fills the caches of what the checks read of a paper, by checking a sound sentence."""
    checks.index_source(context.source)
    for entry in entries:
        checks.index_source(source_of(entry))
        support_of(core_of(entry), ground_of(entry), context.language, granted=entry.paper.title)


async def _ask_first(model: Model, entries: Sequence[Entry], language: str) -> tuple[Request, Reply]:
    """Sends less of each paper if the server cannot read all. Raises RequestTooLong."""
    characters = max(len(summary_material(e)) for e in entries)
    sent = 0
    for _ in range(_TRIES):
        limits = await model.limits()
        output = limits.output(_OUTPUT, _LEAST_OUTPUT)
        room = limits.narrower(output, sent) if sent else limits.room(output)
        request = summary_request(entries, language, max_tokens=output, characters=characters)
        while request_tokens(request) > room and characters > _LEAST_MATERIAL:
            characters = max(_LEAST_MATERIAL, characters * 3 // 4)
            request = summary_request(entries, language, max_tokens=output, characters=characters)
        try:
            return request, await model.ask(request)
        except RequestTooLong as error:
            sent, last = request_tokens(request), error
    raise last


def summary_problems(draft: Draft, context: CheckContext, numbers: Collection[int]) -> tuple[Problem, ...]:
    """Returns problems of texts that the Summary will show, not of surplus mentions."""
    if not draft.texts:
        return draft.problems
    problems: list[Problem] = []
    paths = list(_shown(draft, numbers))
    for path in ("headline", "overview", *paths):
        if draft.texts.get(path) or path in ("headline", "overview"):
            problems += text_problems(draft.texts, path, context, "summary" if path == "overview" else "sentence")
    if len(draft.texts.get("headline", "")) > HEADLINE:
        problems.append(Problem(Fault.TOO_LONG, "headline", f"longer than {HEADLINE} characters"))
    problems += repeated(draft.texts, paths)
    return tuple(dict.fromkeys(problems))


def _source_of(entries: Sequence[Entry], draft: Draft, paths: Sequence[str], characters: int) -> str:
    """Returns what the summary may say about the papers that the flawed texts mention."""
    mentioned = {n for path in paths for n in _numbers_at(draft, path)}
    analysed = [e for e in entries if e.analysis]
    chosen = [e for e in analysed if e.number in mentioned] or analysed
    each = max(_LEAST_MATERIAL, characters // max(1, len(chosen)))
    return "\n".join(material_block(e, each) for e in chosen)


def _numbers_at(draft: Draft, path: str) -> Iterator[int]:
    """Yields the numbers of the papers that a path's text is about; none if it is about all."""
    *place, _ = path.split(".")
    item: Any = draft.data
    for key in place:
        if isinstance(item, list):
            item = item[int(key)] if key.isdecimal() and int(key) < len(item) else None
        else:
            item = item.get(key) if isinstance(item, Mapping) else None
    own = [item] if isinstance(item, Mapping) else []
    for mention in (*own, *(m for of in own for m in list_at(of, "mentions"))):
        number = parse_number(mention.get("n"), 1, 10_000)
        if number:
            yield int(number)


def _shown(draft: Draft, numbers: Collection[int]) -> Iterator[str]:
    remaining = set(numbers)
    places = [("first",), *((n, str(i), "mentions") for n in LISTS for i, _ in enumerate(list_at(draft.data, n)))]
    for place in places:
        if place[-1] == "mentions":
            yield f"{place[0]}.{place[1]}.text"
        for i, item in enumerate(list_at(draft.data, *place)):
            number = parse_number(item.get("n"), 1, 10_000)
            if number in remaining:
                remaining.remove(int(number))
                yield ".".join((*place, str(i), "text"))


class SummaryBuilder:
    def __init__(
        self, draft: Draft, problems: Sequence[Problem], entries: Sequence[Entry], context: CheckContext
    ) -> None:
        self._draft, self._problems, self._context = draft, problems, context
        self._remaining = {e.number: e for e in entries}
        self._doubts: list[Doubt] = []

    def build(self, by: str, overview: str) -> Summary:
        """Returns the Summary. `overview` replaces an unusable one of the model."""
        mentioned = self._mentions("first")
        first, more = mentioned[:READ_FIRST], mentioned[READ_FIRST:]
        themes = {name: self._themes(name) for name in LISTS}
        more = (*more, *(Mention(e.paper.id, core_of(e)) for e in self._remaining.values()))
        written = self._text("overview")
        return Summary(
            language=self._context.language,
            by=by,
            headline=self._headline(),
            overview=written or overview,
            overview_replaced=not written,
            first=first,
            trends=themes["trends"],
            highlights=(*themes["highlights"], *(Theme("", (mention,)) for mention in more)),
            directions=themes["directions"],
            doubts=tuple(self._doubts),
        )

    def _headline(self) -> str:
        """Returns plain text, for a lock screen; empty unless the whole headline is sound."""
        written, text = self._draft.texts.get("headline", ""), self._text("headline")
        whole = len(written) <= HEADLINE and len(text) >= len(written.strip())
        return tex.plain(text.replace("*", "")) if whole else ""

    def _text(self, path: str) -> str:
        if fatal(self._problems, path):
            return ""
        text = supported(self._draft.texts.get(path, ""), self._context.source, self._context.language)
        return checks.safe_markdown(text)

    def _themes(self, name: str) -> tuple[Theme, ...]:
        found = []
        for i, _ in enumerate(list_at(self._draft.data, name)):
            mentions = self._mentions(name, str(i), "mentions")
            if mentions:
                found.append(Theme(self._text(f"{name}.{i}.text"), mentions))
        return tuple(found)

    def _mentions(self, *path: str) -> tuple[Mention, ...]:
        found = []
        for i, item in enumerate(list_at(self._draft.data, *path)):
            number = parse_number(item.get("n"), 1, 10_000)
            entry = self._remaining.pop(int(number), None) if number else None
            if entry is None:  # unknown, or mentioned before
                continue
            # A mention may use only what the paper's own analysis says.
            text = self._text(".".join((*path, str(i), "text"))) if entry.analysis else ""
            text = supported(text, source_of(entry), self._context.language)
            claim = self._claim(".".join((*path, str(i), "claim")), entry)
            found.append(Mention(entry.paper.id, self._confirmed(text, entry) or core_of(entry), claim))
        return tuple(found)

    def _claim(self, path: str, entry: Entry) -> str:
        """Returns the claim if it is short, sound and supported, else empty: no call repairs it."""
        written = self._draft.texts.get(path, "").strip().rstrip(".。")
        text = checks.safe_markdown(written)
        if not text or not entry.analysis or "\n" in text or columns(tex.plain(text)) > CLAIM:
            return ""
        flaws = text_problems({path: text}, path, self._context, "sentence")
        if flaws or checks.unsupported(text, source_of(entry), self._context.language):
            return ""
        ground = ground_of(entry)
        verdict = support_of(text, ground, self._context.language, granted=entry.paper.title)
        if verdict.support is Support.SUPPORTED or verdict.slight:
            return text
        around = "\n".join(filter(None, (ground.whole, ground.around)))
        self._doubts.append(Doubt(claim_of(entry.paper.id), text, ground.quotation, around))
        return ""

    def _confirmed(self, text: str, entry: Entry) -> str:
        """Returns the text, marked if it is doubtful; empty if the paper says the opposite."""
        ground = ground_of(entry)
        verdict = support_of(text, ground, self._context.language, granted=entry.paper.title)
        if verdict.support is Support.CONTRADICTED:
            return ""
        shown, doubt = doubted(text, entry.paper.id, ground, verdict)
        self._doubts += [doubt] if doubt else []
        return shown


def core_of(entry: Entry) -> str:
    analysis = entry.analysis
    if analysis is None:
        return ""
    if analysis.core:
        return analysis.core
    # Without a model, a finding's statement only introduces its quotation.
    own = analysis.by == "extractive"
    found = ((f.evidence.quotation if own and f.evidence else f.statement) for f in analysis.findings)
    return next(found, "")


def ground_of(entry: Entry) -> Ground:
    """Returns what a mention is compared with: abstract, quotations, and what they confirm."""
    analysis = entry.analysis
    findings = analysis.findings if analysis else ()
    quoted = "\n".join(f.evidence.quotation for f in findings if f.evidence)
    doubts = [d.sentence for d in analysis.doubts] if analysis else []
    own = (core_of(entry), *(f.statement for f in findings))
    said = [s for s in own if MARK not in s and not any(d in s for d in doubts)]
    return Ground(quoted, "\n".join([entry.paper.abstract, quoted, *said]), summary_material(entry))


def source_of(entry: Entry) -> str:
    """Returns everything that the summary may say about a paper."""
    return f"{entry.paper.title}\n{entry.paper.abstract}\n{summary_material(entry)}"
