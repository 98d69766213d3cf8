"""The Analyst without a model: it selects the paper's own sentences and labels them
(`by="extractive"`).

Quotations stay in the paper's language; only fixed phrases are in the reader's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from digest.evidence.finder import Finder
from digest.extractive.sentences import (
    Sentence,
    clipped,
    core_sentence,
    portions,
    result_sentences,
    sentences_of,
    split,
    term_set,
    titled,
)
from digest.model import (
    ABSTRACT_PARTS,
    FULL_PARTS,
    Analysis,
    Answer,
    Entry,
    Evidence,
    Finding,
    FullText,
    Mention,
    Paper,
    Part,
    Profile,
    Quote,
    Score,
    Summary,
    Theme,
    Turn,
)
from digest.ports import OnText, Source
from digest.render.labels import day_words, label
from digest.render.markdown import escape
from digest.retrieval.passages import Passages
from digest.retrieval.terms import asked
from digest.selection.lexical import lexical

NAME = "extractive"
VERSION = "1"
"""Version of the selection and of the fixed phrases; part of cache keys."""

HEADLINE = 90
_FULL_SENTENCES = 6
_ANSWER_QUOTES = 3
_COVERED = 0.5
"""Share of the question's words that an answer must contain."""


class ExtractiveAnalyst:
    """Implements `ports.Analyst`. Raises nothing: it needs no service."""

    name = NAME
    version = VERSION

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        return lexical(papers, profile)

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        # A thesis takes a second: not on the event loop.
        return await asyncio.to_thread(self._analysis, paper, text, language)

    def _analysis(self, paper: Paper, text: FullText, language: str) -> Analysis:
        sentences = sentences_of(text)
        names = FULL_PARTS if text.basis.full else ABSTRACT_PARTS
        finder = Finder(text)
        core = core_sentence(sentences, paper)
        findings = tuple(_findings(sentences, core, finder, language))
        parts = tuple(_parts(names, sentences, paper, core))
        missing = [*([] if core else ["core"]), *([] if findings else ["findings"])]
        return Analysis(
            paper_id=paper.id,
            version=paper.version,
            basis=text.basis,
            language=language,
            by=NAME,
            core=escape(core.text) if core else "",
            parts=parts,
            findings=findings,
            missing=(*missing, *(n for n in names if n not in {p.name for p in parts})),
        )

    async def summarise(self, entries: Sequence[Entry], language: str, day: date) -> Summary:
        first, rest = list(entries[:3]), list(entries[3:])
        trends = [_theme(term, group, language) for term, group in _groups(rest)]
        grouped = {m.paper_id for theme in trends for m in theme.mentions}
        rest = [e for e in rest if e.paper.id not in grouped]
        resources = [e for e in rest if titled(e.paper.title, ("dataset", "benchmark", "corpus", "testbed", "suite"))]
        others = [e for e in rest if e not in resources]
        directions = (
            (Theme(label("extractive.resource", language), tuple(map(_mention, resources))),) if resources else ()
        )
        return Summary(
            language=language,
            by=NAME,
            headline=_headline(entries, language, day),
            overview=_overview(entries, language),
            first=tuple(map(_mention, first)),
            trends=tuple(trends),
            highlights=tuple(Theme("", (_mention(e),)) for e in others),
            directions=directions,
        )

    async def confirm(self, entries: Sequence[Entry], summary: Summary) -> tuple[tuple[Entry, ...], Summary]:
        """Its sentences are the papers' own: there is nothing to confirm."""
        return tuple(entries), summary

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        wanted = _wanted(question, history)
        hits = await asyncio.to_thread(_quotes, " ".join(sorted(wanted)), wanted, sources)
        held = {w for w in wanted if any(w in term_set(e.quotation) for e, _ in hits)}
        found = bool(hits) and (len(held) >= _COVERED * len(wanted) if wanted else True)
        quotes = tuple(Quote(n, e, paper_id) for n, (e, paper_id) in enumerate(hits, 1)) if found else ()
        marks = " ".join(f"[{q.number}]" for q in quotes)
        name = "silent" if not found else "answer" if len(sources) == 1 else "answer.many"
        text = label(f"extractive.{name}", language, marks=marks)
        await on_text(text)
        return Answer(
            text=text,
            quotes=quotes,
            paper_ids=tuple(s.paper.id for s in sources),
            language=language,
            by=NAME,
            found=found,
            nearest=hits[0][0] if hits and not found else None,
        )


def _parts(names: Sequence[str], sentences: Sequence[Sentence], paper: Paper, core: Sentence | None) -> Iterable[Part]:
    # The core sentence is not repeated, except as the contribution.
    free = [s for s in sentences if s != core or "contribution" in names]
    picked = portions(names, free, paper)
    for name in names:
        if name == "abstract":
            whole = [s.text for s in sentences if s.abstract] or list(filter(None, [" ".join(paper.abstract.split())]))
            short, full = clipped(whole), escape(" ".join(whole))
        else:
            kept = picked[name][:_FULL_SENTENCES]
            whole = [s.text for s in kept]
            short = clipped(whole[:2])
            full = "\n".join(f"- {escape(s.text)}" for s in sorted(kept, key=lambda s: s.at))
        if whole:
            yield Part(name, escape(short), full)


def _findings(sentences: Sequence[Sentence], core: Sentence | None, finder: Finder, language: str) -> Iterable[Finding]:
    shown = 0
    for sentence in result_sentences(sentences):
        evidence = finder.find(sentence.text) if sentence != core else None
        if evidence and shown < 3:
            shown += 1
            yield Finding(label("extractive.finding", language), evidence)


def _mention(entry: Entry) -> Mention:
    return Mention(entry.paper.id, entry.analysis.core if entry.analysis else "")


def _groups(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Groups by the rarest shared title word over the day's abstracts; three groups at most."""
    left = list(entries)
    groups: list[tuple[str, list[Entry]]] = []
    while len(groups) < 3:
        counts = Counter(t for e in left for t in term_set(e.paper.title))
        shared = sorted((t for t, n in counts.items() if n >= 2), key=lambda t: (-counts[t], t))
        if not shared:
            break
        group = [e for e in left if shared[0] in term_set(e.paper.title)]
        groups.append((_as_written(shared[0], group), group))
        left = [e for e in left if e not in group]
    return groups


def _as_written(term: str, group: Sequence[Entry]) -> str:
    words = (w.strip(",.:;()?!") for e in group for w in e.paper.title.split())
    return next((w for w in words if term in term_set(w)), term)


def _theme(term: str, group: Sequence[Entry], language: str) -> Theme:
    return Theme(label("extractive.shared", language, term=escape(term)), tuple(map(_mention, group)))


def _overview(entries: Sequence[Entry], language: str) -> str:
    fields = Counter(e.paper.primary for e in entries if e.paper.primary)
    shown = ", ".join(f"{name} ({n})" for name, n in fields.most_common(4))
    said = label("extractive.overview", language, n=len(entries), fields=shown)
    counts = Counter(t for e in entries for t in term_set(e.paper.title))
    recurring = [_as_written(t, entries) for t, n in counts.most_common(3) if n >= 2]
    if not recurring:
        return said
    return label("extractive.overview.terms", language, overview=said, terms=escape(", ".join(recurring)))


def _headline(entries: Sequence[Entry], language: str, day: date) -> str:
    """Returns the day and its first title, cut at a word to fit a lock screen."""
    title = entries[0].paper.title if entries else ""
    short = title.split(":")[0].strip()
    for first in (title, short, *(" ".join(short.split()[:n]) + "…" for n in range(len(short.split()), 0, -1))):
        said = label("headline", language, date=day_words(day, language, "MMMd"), n=len(entries), first=first)
        if len(said) <= HEADLINE:
            return said
    return said[:HEADLINE] if entries else ""


def _wanted(question: str, history: Sequence[Turn]) -> frozenset[str]:
    """The question's terms in the paper's script, with the previous ones for a follow-up."""
    terms_ = asked(question)
    if len(terms_) < 2 and history:
        terms_ = [*terms_, *asked(history[-1].question)]
    return frozenset(t for t in terms_ if t.isascii()) or frozenset(terms_)


def _quotes(question: str, wanted: frozenset[str], sources: Sequence[Source]) -> list[tuple[Evidence, str]]:
    """Sentences of the nearest passages with most of the question, and their papers."""
    found: list[tuple[Evidence, str]] = []
    finders: dict[str, Finder] = {}
    for hit in Passages(sources).top(question, 2 * _ANSWER_QUOTES):
        source = sources[hit.source_index]
        finder = finders.setdefault(source.paper.id, Finder(source.text))
        evidence = finder.find(clipped_quote(hit.passage.text, wanted))
        if evidence and evidence.quotation not in {e.quotation for e, _ in found}:
            found.append((evidence, source.paper.id))
    return found[:_ANSWER_QUOTES]


def clipped_quote(text: str, wanted: frozenset[str]) -> str:
    """One or two sentences with most of the wanted words; a short passage whole."""
    pieces = split(text)
    if len(text) <= 300 or len(pieces) == 1:
        return " ".join(text.split()[:60])
    scores = [len(wanted & term_set(p)) for p in pieces]
    at = max(range(len(pieces)), key=lambda i: (scores[i], -i))
    pair = pieces[at : at + 2] if at + 1 < len(pieces) and scores[at + 1] else pieces[at : at + 1]
    return " ".join(" ".join(pair).split()[:60])
