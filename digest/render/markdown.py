"""Renders a Digest as Markdown in a fixed layout. Headings and field names stay English in every
language.

Titles, names, abstracts and quotations are escaped. The checks have made the Analyst's Markdown
safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from digest.model import FULL_PARTS, MARK, Analysis, Digest, Entry, Finding, Mention, Summary, Theme, Usage
from digest.patterns import regex
from digest.render import tex
from digest.render.labels import dollars, joined, label, part_heading, place

_MATH = regex(r"(\$[^$\n]{1,300}\$)")
_SPECIAL = regex(
    r"\\(?=[!-/:-@\[-`{-~])"  # a backslash that would escape
    r"|[`*\[\]]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # inside a word: no emphasis
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?\w+;)"
    r"|~~"
)
_LINE_START = regex(r"^([^\S\n]*)(#{1,6}|-+|=+|[+>]|\d+(?=[.)]))(?=[.)]?(?:\s|$))", re.MULTILINE)
_ARCHIVES = {
    "cs.AI": "Artificial Intelligence",
    "cs.CL": "Computation and Language",
    "cs.CV": "Computer Vision",
    "cs.LG": "Machine Learning",
    "cs.RO": "Robotics",
}


def escape(text: str) -> str:
    """Escapes text for CommonMark, with few backslashes. Renderers of maths read `$…$`."""
    pieces = _MATH.split(text)
    escaped = "".join(p if i % 2 else _SPECIAL.sub(r"\\\g<0>", p) for i, p in enumerate(pieces))
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2].isdigit() else f"{m[1]}\\{m[2]}", escaped)


def basis_words(analysis: Analysis, language: str) -> str:
    """Returns what an analysis rests on. It says full text only if all of the paper was read."""
    return label(f"basis.{_basis_name(analysis)}", language)


def _basis_name(analysis: Analysis) -> str:
    if not analysis.basis.full or (analysis.read_whole and not analysis.selected and not analysis.lacking):
        return str(analysis.basis)
    return "selected" if analysis.selected else "lacking" if analysis.lacking else "as sent"


def link(text: str, url: str) -> str:
    """Returns a link with plain text. Brackets in URLs are percent-encoded, as CommonMark asks."""
    return f"[{escape(text)}]({url.replace('(', '%28').replace(')', '%29').replace(' ', '%20')})"


def render(digest: Digest) -> str:
    """Returns the whole document. Each paper begins with a line `<a id='<id>v<n>'></a>`."""
    date = digest.local_date.isoformat()
    blocks = [
        f"time: {digest.local_date:%Y%m%d}",
        f"# Arxiv {_field_name(digest.profile.categories)} Papers - {date}",
        "## Executive Summary",
        *_summary(digest),
        "---",
        "## Table of Contents",
        "\n".join(f"{e.number}. [{escape(tex.plain(e.paper.title))}](#{e.paper.versioned})" for e in digest.entries),
        "---",
        "## Papers",
        *(block for e in digest.entries for block in _paper(e, digest.language)),
    ]
    return "\n\n".join(b for b in blocks if b) + "\n"


def _field_name(categories: Sequence[str]) -> str:
    """Returns `Computer Vision` for cs.CV; bare names of several, or without a common name."""
    names = [_ARCHIVES.get(c, c) for c in categories]
    return ", ".join(names) if len(names) <= 3 else ", ".join(categories)


def _summary(digest: Digest) -> Iterable[str]:
    summary, language = digest.summary, digest.language
    yield from (f"> {note}" for note in digest.notes)
    yield summary.overview
    if summary.first:
        yield f"**{label('first', language)}**"
        yield "\n".join(f"{i}. {_mention(m, digest)}" for i, m in enumerate(summary.first, 1))
    for name, themes in (
        ("trends", summary.trends),
        ("highlights", summary.highlights),
        ("directions", summary.directions),
    ):
        if themes:
            yield f"**{label(name, language)}**"
            yield "\n".join(f"*   {_theme(t, digest)}" for t in themes)
    if is_marked(summary):
        yield f"*{label('unconfirmed.text', language)}*"
    yield f"*{coverage_line(digest)}*"


def is_marked(summary: Summary) -> bool:
    """Returns whether a text of the summary has a mark, which must then be explained."""
    return any(MARK in mention.text for mention in summary.mentions)


def _theme(theme: Theme, digest: Digest) -> str:
    said = listed([_mention(m, digest) for m in theme.mentions], digest.language)
    if not theme.text:
        return said
    return f"{theme.text} {said}" if said else theme.text


def listed(sentences: Sequence[str], language: str) -> str:
    """Joins sentences in one line. Semicolons replace all full stops but the last."""
    return label("separator", language).join([*(s.rstrip(".。") for s in sentences[:-1]), *sentences[-1:]])


def _mention(mention: Mention, digest: Digest) -> str:
    entry = digest.entry(mention.paper_id)
    if entry is None:
        return mention.text
    named = f"**[{escape(tex.plain(entry.paper.title))}](#{entry.paper.versioned})**"
    return f"{named}: {mention.text}" if mention.text else named


def coverage_line(digest: Digest, *, cost: bool = True) -> str:
    """Returns the day's numbers in one line of Markdown, and the cost."""
    c, language = digest.coverage, digest.language
    pieces = [label("coverage", language, announced=c.announced, considered=c.considered, chosen=c.chosen)]
    shown = [e.paper.id for e in digest.entries]
    if c.late and not any(i in shown for i in c.late):
        pieces.append(label("coverage.late.rest", language, n=len(c.late)))
    pieces += [*reading_notes(digest), label("coverage.rest", language, n=c.rest)]
    if cost and digest.cost.calls:
        pieces.append(cost_words(digest.cost, language))
    return " · ".join(pieces)


def reading_notes(digest: Digest) -> Iterable[str]:
    """Yields what concerns readers: late papers, how much was read, what was skipped and why."""
    c, language = digest.coverage, digest.language
    numbers = {e.paper.id: e.number for e in digest.entries}
    late = [str(numbers[i]) for i in c.late if i in numbers]
    if late:
        yield label("coverage.late", language, n=len(late), numbers=joined(late, language))
    read: dict[str, list[str]] = {"html": []}
    for e in digest.entries:
        name = _basis_name(e.analysis) if e.analysis else "abstract"
        read.setdefault("html" if name in ("pdf", "text") else name, []).append(str(e.number))
    for name, own in read.items():
        if own:
            some = name != "html" and len(own) < len(digest.entries)
            values = {"basis": label(f"basis.{name}", language), "n": len(own), "numbers": joined(own, language)}
            yield label("coverage.read.some" if some else "coverage.read", language, **values)
    if c.skipped:
        reasons = joined((label(f"skipped.{r}", language) for r in sorted({s.reason for s in c.skipped})), language)
        yield label("coverage.skipped", language, n=len(c.skipped), reasons=reasons)


def cost_words(usage: Usage, language: str) -> str:
    """Returns `$0.41`, or the tokens if a price is unknown."""
    if usage.usd is None:
        return label("tokens", language, count=usage.input_tokens + usage.output_tokens)
    return dollars(usage.usd, language)


def _paper(entry: Entry, language: str) -> Iterable[str]:
    paper = entry.paper
    yield f"<a id='{paper.versioned}'></a>\n## {link(tex.plain(paper.title), paper.abs_url)}"
    yield f"**Authors:** {escape(', '.join(paper.authors))}"
    yield f"**Published:** {paper.dated}"
    yield f"**Categories:** {', '.join(paper.categories)}"
    if paper.comment:
        yield f"**Comment:** {escape(paper.comment)}"
    if paper.journal_ref:
        yield f"**Journal reference:** {escape(paper.journal_ref)}"
    yield f"**Why chosen:** {why(entry, language)}"
    yield "**Abstract:**"
    yield escape(paper.abstract)
    yield "**Analysis:**"
    yield from (f"> {note}" for note in entry.notes)
    if entry.analysis:
        yield from _analysis(entry.analysis)
    yield "**Key Findings:**"
    yield (
        _findings(entry.analysis.findings if entry.analysis else (), language) or f"- {label('no_findings', language)}"
    )
    yield "**Links:**"
    yield "\n".join(_links(entry, language))
    yield "---"


def why(entry: Entry, language: str) -> str:
    """Returns why the paper was chosen: the Score's reason, its numbers, and watched authors."""
    said = [entry.score.reason] if entry.score.reason else []
    if not all(name in entry.score.reason for name in entry.watched):  # a ranking by words names them already
        said.append(label("watched", language, names=escape(joined(entry.watched, language))))
    if entry.learned:
        said.append(entry.learned)
    if entry.late:
        said.append(label("late", language))
    name = "score.words" if entry.score.by == "extractive" else "score"
    score = label(name, language, relevance=entry.score.relevance, significance=entry.score.significance)
    return label("why", language, said=" ".join(said), score=score) if said else score


def _analysis(analysis: Analysis) -> Iterable[str]:
    language = analysis.language
    yield f"*{label('basis', language, basis=basis_words(analysis, language))}*"
    if analysis.core:
        yield f"**{label('core', language)}**\n\n{analysis.core}"
        if MARK in analysis.core:
            yield f"*{label('unconfirmed.text', language)}*"
    for number, part in enumerate(analysis.parts, 1):
        yield f"### {number}. {part_heading(part.name, language)}"
        yield part.full
        if part.unsupported:
            yield f"*{label('unsupported', language, items=escape(joined(part.unsupported, language)))}*"


def _findings(findings: Iterable[Finding], language: str) -> str:
    return "\n".join(_finding(f, language) for f in findings)


def _finding(finding: Finding, language: str) -> str:
    lines = [f"- {finding.statement}"]
    if MARK in finding.statement:
        lines[0] += noted(label("unconfirmed", language))
    if finding.unsupported:
        lines[0] += noted(label("unsupported", language, items=escape(joined(finding.unsupported, language))))
    if finding.evidence:
        e = finding.evidence
        lines.append(f"  > “{escape(e.quotation)}” {link(place(e.label, language), e.url)}")
    else:
        lines[0] += noted(label("unverified", language))
    return "\n".join(lines)


def noted(doubts: str) -> str:
    """Returns the doubts for a sentence's end. What explains a mark has the mark's brackets."""
    if not doubts:
        return ""
    return f" *{doubts}*" if doubts.startswith(MARK) else f" *({doubts})*"


def _links(entry: Entry, language: str) -> Iterable[str]:
    yield f"- [PDF]({entry.paper.pdf_url})"
    yield f"- [arXiv]({entry.paper.abs_url})"
    for found in entry.links:
        shown = (
            link(label(found.kind, language), found.url)
            if found.known
            else f"{label(found.kind, language)}: `{found.url}`"
        )
        yield f"- {shown}"


def missing_words(analysis: Analysis) -> str:
    order = (*FULL_PARTS, "core", "findings")
    names = sorted(analysis.missing, key=lambda n: order.index(n) if n in order else len(order))
    return joined((label(f"part.{n}", analysis.language) for n in names), analysis.language)
