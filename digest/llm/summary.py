"""From the model's summary to a Summary in which every paper stands exactly once and every text is sound."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence

from digest import checks
from digest.errors import Unusable
from digest.llm import calls, prompts
from digest.llm.calls import material
from digest.llm.parsing import list_at, number_of
from digest.llm.repair import repaired
from digest.llm.review import Draft, Ground, drafted, fatal, repeated, supported, text_problems
from digest.llm.server.client import Model
from digest.model import Entry, Fault, Mention, Problem, Summary, Theme

HEADLINE = 90
LISTS = ("trends", "highlights", "directions")


async def summarised(model: Model, entries: Sequence[Entry], language: str, stand_in: Summary) -> Summary:
    """`stand_in` lends its headline and overview where the model's are unusable. Raises Unusable when nothing of it can be used."""
    written = [e for e in entries if e.analysis]
    if not written:
        raise Unusable("There is no analysis to write a summary from.")
    ground = Ground(
        "\n".join(source_of(e) for e in written),
        language,
        prompts.SUMMARY,
        tuple(h.text for e in entries for h in e.hidden),
    )
    numbers = [e.number for e in entries]
    asked = calls.summary(entries, language)
    first = drafted(await model.ask(asked), language)
    draft, problems = await repaired(model, asked, first, lambda d: summary_problems(d, ground, numbers), language)
    if not draft.texts:
        raise Unusable("The model's summary could not be used.", problems)
    assembly = Assembly(draft, problems, entries, ground)
    return await asyncio.to_thread(assembly.summary, model.name, stand_in.headline, stand_in.overview)


def summary_problems(draft: Draft, ground: Ground, numbers: Collection[int]) -> tuple[Problem, ...]:
    """Of the texts that will stand in the Summary: a paper's second mention and an unknown one are left out anyway."""
    if not draft.texts:
        return draft.trouble
    problems: list[Problem] = []
    paths = list(_shown(draft, numbers))
    for path in ("headline", "overview", *paths):
        if draft.texts.get(path) or path in ("headline", "overview"):
            problems += text_problems(draft.texts, path, ground, "summary" if path == "overview" else "sentence")
    if len(draft.texts.get("headline", "")) > HEADLINE:
        problems.append(Problem(Fault.TOO_LONG, "headline", f"longer than {HEADLINE} characters"))
    problems += repeated(draft.texts, paths)
    return tuple(dict.fromkeys(problems))


def _shown(draft: Draft, numbers: Collection[int]) -> Iterator[str]:
    left = set(numbers)
    places = [("first",), *((n, str(i), "mentions") for n in LISTS for i, _ in enumerate(list_at(draft.data, n)))]
    for place in places:
        if place[-1] == "mentions":
            yield f"{place[0]}.{place[1]}.text"
        for i, item in enumerate(list_at(draft.data, *place)):
            number = number_of(item.get("n"), 1, 10_000)
            if number in left:
                left.remove(int(number))
                yield ".".join((*place, str(i), "text"))


class Assembly:
    """Puts a Summary together: each paper once, in the first place it stands; what is left out joins the highlights."""

    def __init__(self, draft: Draft, problems: Sequence[Problem], entries: Sequence[Entry], ground: Ground) -> None:
        self._draft, self._problems, self._ground = draft, problems, ground
        self._left = {e.number: e for e in entries}

    def summary(self, by: str, headline: str, overview: str) -> Summary:
        """`headline` and `overview` stand in where the model's were unusable."""
        first = self._mentions("first")
        themes = {name: self._themes(name) for name in LISTS}
        rest = tuple(Theme("", (Mention(e.paper.id, core_of(e)),)) for e in self._left.values())
        return Summary(
            language=self._ground.language,
            by=by,
            headline=self._headline() or headline,
            overview=self._text("overview") or overview,
            first=first,
            trends=themes["trends"],
            highlights=(*themes["highlights"], *rest),
            directions=themes["directions"],
        )

    def _headline(self) -> str:
        """Whole or not at all: half a headline is none."""
        given, text = self._draft.texts.get("headline", ""), self._text("headline")
        return text if len(given) <= HEADLINE and len(text) >= len(given.strip()) else ""

    def _text(self, path: str) -> str:
        if fatal(self._problems, path):
            return ""
        text = supported(self._draft.texts.get(path, ""), self._ground.source, self._ground.language)
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
            number = number_of(item.get("n"), 1, 10_000)
            entry = self._left.pop(int(number), None) if number else None
            if entry is None:
                # Unknown, or said already.
                continue
            # Nothing is said of a paper that could not be analysed, nor what its own analysis does not hold.
            text = self._text(".".join((*path, str(i), "text"))) if entry.analysis else ""
            text = supported(text, source_of(entry), self._ground.language)
            found.append(Mention(entry.paper.id, text or core_of(entry)))
        return tuple(found)


def core_of(entry: Entry) -> str:
    """What is said of a paper where the summary says nothing usable; empty without an Analysis: then its title stands alone."""
    analysis = entry.analysis
    if analysis is None:
        return ""
    return analysis.core or next((f.statement for f in analysis.findings), "")


def source_of(entry: Entry) -> str:
    """All that the summary may say of a paper."""
    return f"{entry.paper.title}\n{entry.paper.abstract}\n{material(entry)}"
