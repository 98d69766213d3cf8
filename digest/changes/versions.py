"""Compares a paper as people know it with what arXiv now says about it. Pure.

A Change is what a reader would call news. Whitespace, typos, TeX, authors, categories, page counts,
another title and rephrased sentences are no news. Each kind of news is told once: what was told is
part of Known, even if arXiv's metadata changes back and forth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digest.changes.claims import LEAST_WORDS, SAME_IN_TEXT, Sentence, added, changed, has_changed, sentences_of
from digest.changes.remarks import keys_of, letters, named_links, publications, published_links, revision
from digest.changes.values import Change, Difference, Known
from digest.evidence.finder import Finder
from digest.fulltext.links import link_key
from digest.model import Analysis, Basis, Evidence, Form, FullText, Link, Paper

MOST_DIFFERENCES = 3
READ_WHOLE = 0.05
"""A text that lost a larger share of its letters is not compared."""
_PROSE = (Form.TEXT, Form.LIST, Form.CAPTION)


def known_of(paper: Paper, analysis: Analysis | None = None, links: Sequence[Link] = ()) -> Known:
    """Returns the paper as known. `links`: those that were shown, including links from its text."""
    shown = tuple(f for f in analysis.findings if f.evidence and not f.unsupported) if analysis else ()
    return updated(Known(paper, keys_of(tuple(links)), findings=shown, basis=_basis(analysis)), paper)


def _basis(analysis: Analysis | None) -> Basis:
    return analysis.basis if analysis else Basis.ABSTRACT


def updated(known: Known, now: Paper) -> Known:
    """Returns what is known after `now` was seen."""
    return replace(
        known,
        paper=now if now.version >= known.paper.version else known.paper,
        links=known.links | keys_of(published_links(now)),
        published=known.published or bool(publications(now)),
        withdrawn=known.withdrawn or now.withdrawn,
    )


def compare(known: Known, now: Paper, text: FullText | None = None) -> Change | None:
    """Returns the news, or None. `text`: that of the new version, to compare the findings with."""
    before = known.paper
    if now.id != before.id or now.version < before.version or known.withdrawn:
        return None
    change = Change(now, before.version)
    if now.withdrawn:
        return replace(change, withdrawn=now.comment or now.abstract)
    kinds, named = {key.partition(" ")[0] for key in known.links}, named_links(before)
    said = publications(now)
    made = replace(
        change,
        published=said[0] if said and not known.published else "",
        links=tuple(
            link for link in published_links(now) if link.kind not in kinds and link_key(link.url) not in named
        ),
        differences=_differences(known, now, text) if now.version > before.version else (),
        remark=revision(before.comment, now.comment) if now.version > before.version else "",
    )
    return None if made == change else made


def _differences(known: Known, now: Paper, text: FullText | None) -> tuple[Difference, ...]:
    found = [*_of_findings(known, text)] if text is not None else []
    told = {letters(d.before.quotation) for d in found if d.before}
    found += [d for d in _of_abstract(known.paper, now) if d.before is None or letters(d.before.quotation) not in told]
    return tuple(found[:MOST_DIFFERENCES])


def _of_abstract(before: Paper, now: Paper) -> list[Difference]:
    old, new = sentences_of(before.abstract), sentences_of(now.abstract)
    found = [Difference(_in_abstract(a, before), _in_abstract(b, now)) for a, b in changed(old, new)]
    return [*found, *(Difference(None, _in_abstract(s, now)) for s in added(old, new))]


def _in_abstract(sentence: Sentence, paper: Paper) -> Evidence:
    return Evidence(sentence.text, paper.abs_url, "Abstract")


def _of_findings(known: Known, text: FullText) -> list[Difference]:
    """Returns findings whose sentence has another figure in the new text, or the opposite meaning.
    Texts that were read in different ways are not compared, because they differ by their
    extraction."""
    if text.basis is not known.basis or not text.basis.full or text.lost > READ_WHOLE:
        return []
    finder, found = Finder(text), []
    held: list[tuple[Sentence, Evidence]] | None = None
    for finding in known.findings:
        if finding.evidence is None or finder.find(finding.evidence.quotation) is not None:
            continue
        own = Sentence(finding.evidence.quotation)
        if len(own.words) < LEAST_WORDS:
            continue
        held = held if held is not None else _sentences(text)
        alike = [(own.resembles(s), n) for n, (s, _) in enumerate(held)]
        alike = sorted((pair for pair in alike if pair[0] >= SAME_IN_TEXT), reverse=True)
        # Several sentences have this form, so it is unknown which of them this one became.
        if not alike or len({held[n][0].bare for _, n in alike}) > 1:
            continue
        sentence, evidence = held[alike[0][1]]
        if has_changed(own, sentence):
            found.append(Difference(finding.evidence, evidence, finding.statement))
    return found


def _sentences(text: FullText) -> list[tuple[Sentence, Evidence]]:
    return [
        (sentence, Evidence(sentence.text, text.url(passage), section.title or "Abstract"))
        for section in text.sections
        for passage in section.passages
        if passage.form in _PROSE
        for sentence in sentences_of(passage.text)
    ]
