"""Implements the Analyst without a model: selects the paper's own sentences and labels them
(`by="extractive"`).

Quotations stay in the paper's language. Only fixed phrases are in the reader's."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from digest.checks.language import MIXED, UNKNOWN, base, is_english, language_of
from digest.evidence.finder import Finder
from digest.extractive.facts import by_paper, facts
from digest.extractive.matters import (
    LICENCE,
    asked_facts,
    asked_matter,
    asked_part,
    asks_nothing,
    only_asks,
    without_asking,
)
from digest.extractive.naming import undescribed, unnamed
from digest.extractive.question import Wanted, of_matter, script_of, wanted_of
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
from digest.extractive.whole import own_words
from digest.fulltext.links import availability
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
from digest.patterns import regex
from digest.ports import OnText, Source
from digest.render import tex
from digest.render.labels import day_words, joined, label
from digest.render.markdown import escape
from digest.retrieval.passages import Passages
from digest.selection.lexical import lexical

NAME = "extractive"
VERSION = "9"
"""The version of the selection and of the fixed phrases. It is part of cache keys."""

HEADLINE = 90
_FULL_SENTENCES = 6
_SAID_IN_TEXT = frozenset(("code", "licence"))
"""Facts about which the paper itself may say more."""
_ANSWER_QUOTES = 5
"""Of 100 paraphrased passages, words alone find 40 among three quotations, 54 among five."""
_CODE_QUOTES = 2
"""Quotations of one paper about its code."""
_WORD = regex(r"[^\W\d_]+")
_SAMPLE = 2_000
"""Characters of a paper that show its language."""
_COVERED = 0.5
"""Share of the question's words that an answer's quotations contain."""


class ExtractiveAnalyst:
    """Implements `ports.Analyst`. Never raises, because it needs no service."""

    name = NAME
    version = VERSION

    async def prepare(self) -> None:
        """Does nothing."""

    async def rank(self, papers: Sequence[Paper], profile: Profile) -> list[Score]:
        # In a thread, because three hundred papers and twenty keywords take half a second.
        return await asyncio.to_thread(lexical, papers, profile)

    async def analyse(self, paper: Paper, text: FullText, language: str) -> Analysis:
        # In a thread, because a thesis takes a second.
        return await asyncio.to_thread(self._analysis, paper, text, language)

    def _analysis(self, paper: Paper, text: FullText, language: str) -> Analysis:
        sentences = sentences_of(text)
        names = FULL_PARTS if text.basis.full else ABSTRACT_PARTS
        finder = Finder(text)
        core = core_sentence(sentences, paper)
        findings = tuple(_findings(sentences, core, finder, paper, language))
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
        resources = [e for e in rest if titled(e.paper.title, ("datasets?\\b", "benchmarks?\\b"))]
        others = [e for e in rest if e not in resources]
        directions = (
            (Theme(label("extractive.resource", language), tuple(map(_mention, resources))),) if resources else ()
        )
        return Summary(
            language=language,
            by=NAME,
            headline=headline_of(entries, language, day),
            overview=_overview(entries, language),
            first=tuple(map(_mention, first)),
            trends=tuple(trends),
            highlights=tuple(Theme("", (_mention(e),)) for e in others),
            directions=directions,
        )

    async def confirm(self, entries: Sequence[Entry], summary: Summary) -> tuple[tuple[Entry, ...], Summary]:
        """Returns both unchanged: the sentences are the papers' own and need no judge."""
        return tuple(entries), summary

    async def answer(
        self, question: str, sources: Sequence[Source], history: Sequence[Turn], language: str, on_text: OnText
    ) -> Answer:
        answer = await asyncio.to_thread(_answer, question, sources, history, language)
        await on_text(answer.text)
        return answer


def _answer(question: str, sources: Sequence[Source], history: Sequence[Turn], language: str) -> Answer:
    """Returns facts from metadata and rules, else the nearest passages and how near they are."""
    whole = question
    question, history = _asked_of(question, sources, history)
    bare = undescribed(question, sources)
    asked_for = asked_facts(bare)
    known = [facts(asked_for, source, language) for source in sources] if asked_for else []
    blank = Answer(
        by_paper(sources, known) if any(known) else "", (), tuple(s.paper.id for s in sources), language, NAME
    )
    if blank.text and not set(asked_for) <= _SAID_IN_TEXT:
        return blank
    sample = sources[0].text.text if sources else ""
    named, matter = asked_matter(bare) if script_of(sample) == "LATIN" else ("", "")
    if "licence" in asked_for:
        matter = LICENCE
    elif term_set(named).intersection(*[term_set(source.text.text) for source in sources]):
        matter = f"{named} {matter}"
    wanted = of_matter(matter) if matter else wanted_of(without_asking(question), history, sample)
    of_all = [] if blank.text else _of_all(bare, sources)
    hits = of_all or (_of_code(sources) if blank.text and "code" in asked_for else _quotes(wanted, sources))
    quotes = tuple(Quote(n, e, paper_id) for n, (e, paper_id) in enumerate(hits, 1))
    if blank.text:
        own = [_marks(q for q in quotes if q.paper_id == source.paper.id) for source in sources]
        told = [f"{fact} {marks}".strip() for fact, marks in zip(known, own, strict=True)]
        return replace(blank, text=by_paper(sources, told), quotes=quotes)
    marks = _marks(quotes)
    part = named or matter or asked_part(bare)  # asked in any language
    if not hits:
        name = "no part" if part else "script" if _in_another_language(whole, wanted, sample, language) else "silent"
        return replace(blank, text=label(f"extractive.{name}", language), found=False)
    if not of_all and not _holds_most(wanted, hits, sources):
        name = "script" if wanted.lost else "part"
        words = label("separator.quoted", language).join(map(escape, wanted.written(hits[0][0].quotation)))
        said = label(f"extractive.{name}", language, words=words)
        return replace(blank, text=f"{said} {marks}", quotes=quotes, found=False)
    name = "answer" if len(sources) == 1 else "answer.many"
    said = label(f"extractive.{name}", language, marks=marks)
    unmatched = wanted.unmatched([e.quotation for e, _ in hits])
    if unmatched and not of_all:
        words = label("separator.quoted", language).join(map(escape, unmatched))
        said = label("extractive.unmatched", language, said=said, words=words)
    return replace(blank, text=said, quotes=quotes)


def _in_another_language(question: str, wanted: Wanted, sample: str, language: str) -> bool:
    """Returns whether it is one. Of a short question, its asking words and its reader tell."""
    if wanted.foreign:
        return True
    spoken, words = language_of(question), _WORD.findall(question)
    if spoken == UNKNOWN and any(map(only_asks, words)) and not any(map(is_english, words)):
        spoken = base(language)
    return spoken not in ("", UNKNOWN, MIXED, language_of(sample[:_SAMPLE]))


def _asked_of(question: str, sources: Sequence[Source], history: Sequence[Turn]) -> tuple[str, Sequence[Turn]]:
    """Returns the question without names of papers, and the turns before it. `I meant 8` repeats
    the question before."""
    asked = unnamed(question, sources)
    if not (history and asks_nothing(undescribed(asked, sources))):
        return asked, history
    before = [unnamed(turn.question, sources, others=True) for turn in history]
    turns = [i for i, said in enumerate(before) if not asks_nothing(said)]
    return (before[turns[-1]], history[: turns[-1]]) if turns else (asked, ())


def _marks(quotes: Iterable[Quote]) -> str:
    return " ".join(f"[{q.number}]" for q in quotes)


def _parts(names: Sequence[str], sentences: Sequence[Sentence], paper: Paper, core: Sentence | None) -> Iterable[Part]:
    # The core sentence appears again only as the contribution.
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


def _findings(
    sentences: Sequence[Sentence], core: Sentence | None, finder: Finder, paper: Paper, language: str
) -> Iterable[Finding]:
    shown = 0
    for sentence in result_sentences(sentences, paper):
        evidence = finder.find(sentence.text) if sentence != core else None
        if evidence and shown < 3:
            shown += 1
            yield Finding(label("extractive.finding", language), evidence)


def _mention(entry: Entry) -> Mention:
    return Mention(entry.paper.id, entry.analysis.core if entry.analysis else "")


def _groups(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Groups by the rarest shared title word over the day's abstracts, in three groups at most."""
    left = list(entries)
    groups: list[tuple[str, list[Entry]]] = []
    while len(groups) < 3:
        counts = Counter(t for e in left for t in _title_terms(e))
        shared = sorted((t for t, n in counts.items() if n >= 2), key=lambda t: (-counts[t], t))
        if not shared:
            break
        group = [e for e in left if shared[0] in _title_terms(e)]
        groups.append((_as_written(shared[0], group), group))
        left = [e for e in left if e not in group]
    return groups


def _title_terms(entry: Entry) -> list[str]:
    """Returns terms in a fixed order. A figure is no word that titles share."""
    return sorted(term for term in term_set(tex.plain(entry.paper.title)) if not term.isdigit())


def _as_written(term: str, group: Sequence[Entry]) -> str:
    """Returns the word, or the part of a word, that has this term and no other."""
    words = [w.strip(",.:;()?!") for e in group for w in tex.plain(e.paper.title).split()]
    parts = (part for w in words for part in (w, *re.split(r"-|(?<=[a-z])(?=[A-Z\d])", w)))
    return next((part for part in parts if term_set(part) == {term}), term)


def _theme(term: str, group: Sequence[Entry], language: str) -> Theme:
    return Theme(label("extractive.shared", language, term=escape(term)), tuple(map(_mention, group)))


def _overview(entries: Sequence[Entry], language: str) -> str:
    fields = Counter(e.paper.primary for e in entries if e.paper.primary)
    shown = joined((f"{name} ({n})" for name, n in fields.most_common(4)), language)
    said = label("extractive.overview", language, n=len(entries), fields=shown)
    counts = Counter(t for e in entries for t in _title_terms(e))
    recurring = dict.fromkeys(_as_written(t, entries) for t, n in counts.most_common(3) if n >= 2)
    if not recurring:
        return said
    return label("extractive.overview.terms", language, overview=said, terms=escape(joined(recurring, language)))


def headline_of(entries: Sequence[Entry], language: str, day: date) -> str:
    """Returns the day and its first title, cut at a word to fit a lock screen."""
    title = tex.plain(entries[0].paper.title) if entries else ""
    short = title.split(":")[0].strip()
    for first in (title, short, *(" ".join(short.split()[:n]) + "…" for n in range(len(short.split()), 0, -1))):
        said = label("headline", language, date=day_words(day, language, "MMMd"), n=len(entries), first=first)
        if len(said) <= HEADLINE:
            return said
    return said[:HEADLINE] if entries else ""


def _of_all(question: str, sources: Sequence[Source]) -> list[tuple[Evidence, str]]:
    """Returns what each paper says about itself as a whole, if the question asks for that."""
    part = asked_part(question)
    if not part:
        return []
    found: dict[str, tuple[Evidence, str]] = {}
    for source in sources:
        finder = Finder(source.text)
        for evidence in filter(None, map(finder.find, own_words(part, source))):
            found.setdefault(evidence.quotation, (evidence, source.paper.id))
    return [*found.values()]


def _quotes(wanted: Wanted, sources: Sequence[Source]) -> list[tuple[Evidence, str]]:
    """Returns sentences of the nearest passages with a word of the question, and their papers."""
    found: list[tuple[Evidence, str]] = []
    finders: dict[str, Finder] = {}
    texts = [p.text for s in sources for section in s.text.sections for p in section.passages]
    # In many passages, only the heading has the word.
    near = (h for h in Passages(sources).top(wanted.query(texts), len(texts)) if wanted.touches(h.passage.text))
    for hit in islice(near, 2 * _ANSWER_QUOTES):
        source = sources[hit.source_index]
        finder = finders.setdefault(source.paper.id, Finder(source.text))
        evidence = finder.find(clipped_quote(hit.passage.text, wanted))
        if (
            evidence
            and wanted.touches(evidence.quotation)
            and evidence.quotation not in {e.quotation for e, _ in found}
        ):
            found.append((evidence, source.paper.id))
    return found[:_ANSWER_QUOTES]


def _of_code(sources: Sequence[Source]) -> list[tuple[Evidence, str]]:
    """Returns what each paper says about its code, whatever the words of the question."""
    found: dict[str, tuple[Evidence, str]] = {}
    for source in sources:
        finder = Finder(source.text)
        places = map(finder.find, availability(source.paper, source.text))
        for evidence in list(dict.fromkeys(filter(None, places)))[:_CODE_QUOTES]:
            found.setdefault(evidence.quotation, (evidence, source.paper.id))
    return [*found.values()]


def _holds_most(wanted: Wanted, hits: Sequence[tuple[Evidence, str]], sources: Sequence[Source]) -> bool:
    """Returns whether the quotations, or one passage, contain most words of the question."""
    together = {i for evidence, _ in hits for i in wanted.held(evidence.quotation)}
    passages = (p.text for s in sources for section in s.text.sections for p in section.passages)
    most = max((len(wanted.held(text)) for text in passages), default=0)
    return max(len(together), most) >= _COVERED * len(wanted.groups)


def clipped_quote(text: str, wanted: Wanted) -> str:
    """Returns one or two sentences with most of the wanted words; a short passage whole."""
    pieces = split(text)
    if len(text) <= 300 or len(pieces) == 1:
        return " ".join(text.split()[:60])
    scores = [2 * len(wanted.held(p)) + len(wanted.near & term_set(p)) for p in pieces]
    at = max(range(len(pieces)), key=lambda i: (scores[i], -i))
    pair = pieces[at : at + 2] if at + 1 < len(pieces) and scores[at + 1] else pieces[at : at + 1]
    return " ".join(" ".join(pair).split()[:60])
