"""Chooses and renders the round-up of a week or a month. Pure.

Nothing is asked or read for it: all of it is in the store already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.core.chat import Block, Heading, Post, Small, Text, Vote, VoteKind
from bot.core.ids import answer_of
from bot.core.texts import say
from bot.digests.cards import short_title
from bot.digests.change_cards import week_post
from digest.arxiv.ids import plain_id
from digest.changes.values import Change
from digest.model import Candidate, Digest, Entry, Paper, Summary, Theme
from digest.render import tex
from digest.render.labels import day_words, joined
from digest.render.markdown import link
from digest.render.width import columns
from digest.selection.preferences import Preferences

WEEKLY, MONTHLY = "weekly", "monthly"
KINDS = (WEEKLY, MONTHLY)
"""The kinds that appear in the keys of deliveries: `slack:C1:2026-01-30:weekly`."""
TOP, PASSED_OVER = 5, 5
SUMMED_UP = 15
"""How many papers' analyses the themes are written from."""
BAR = 12
"""Blocks in the longest bar."""
COUNTED = (VoteKind.ASKED, VoteKind.SAVED, VoteKind.MORE)


@dataclass(frozen=True)
class Period:
    """Local dates, both included."""

    kind: str
    first: date
    last: date

    @staticmethod
    def of(kind: str, day: date) -> Period:
        """Returns the seven days that end with `day`, or the month before `day`."""
        if kind == WEEKLY:
            return Period(kind, day - timedelta(days=6), day)
        last = day.replace(day=1) - timedelta(days=1)
        return Period(kind, last.replace(day=1), last)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Liked:
    """A paper and how many people asked about it, saved it, or want more like it."""

    entry: Entry
    counts: Mapping[VoteKind, int]


@dataclass(frozen=True)
class Roundup:
    period: Period
    language: str
    digests: tuple[Digest, ...]
    """The digests of the period, oldest first."""
    liked: tuple[Liked, ...]
    passed_over: tuple[Candidate, ...]
    changes: tuple[tuple[Change, str], ...] = ()
    """Changes of papers, each with the link to its paper's thread."""


def entries_of(digests: Sequence[Digest]) -> list[Entry]:
    """Returns each paper once, as its latest digest shows it."""
    return list({plain_id(e.paper.id): e for d in digests for e in d.entries}.values())


def most_liked(entries: Sequence[Entry], votes: Sequence[Vote]) -> tuple[Liked, ...]:
    """Returns the papers that most people asked about, saved or voted for. A 👎 counts against."""
    counts: dict[str, Counter[VoteKind]] = {}
    for person, kind, subject in {(v.person.id, v.kind, v.subject) for v in votes if not answer_of(v.subject)}:
        del person
        counts.setdefault(plain_id(subject), Counter())[kind] += 1
    found = [Liked(e, counts[plain_id(e.paper.id)]) for e in entries if plain_id(e.paper.id) in counts]
    weighed = [(sum(one.counts[k] for k in COUNTED) - one.counts[VoteKind.FEWER], one) for one in found]
    ranked = sorted(
        (w for w in weighed if w[0] > 0), key=lambda w: (-w[0], -w[1].entry.score.total, w[1].entry.paper.id)
    )
    return tuple(one for _, one in ranked[:TOP])


def passed_over(digests: Sequence[Digest], shown: Sequence[str], preferences: Preferences) -> tuple[Candidate, ...]:
    """Returns candidates that no digest has shown and that the votes favour, best first. `shown`:
    ids of papers that the channel has seen."""
    seen = {plain_id(paper) for paper in shown} | {plain_id(e.paper.id) for d in digests for e in d.entries}
    left = {plain_id(c.paper.id): c for d in digests for c in d.others if plain_id(c.paper.id) not in seen}
    found = list(left.values())
    moves = preferences.move([c.paper for c in found], [c.score for c in found])
    liked = [(move, c) for move, c in zip(moves, found, strict=True) if move.by > 0]
    ranked = sorted(liked, key=lambda pair: (-pair[0].score.total, -pair[0].by, pair[1].paper.id))
    return tuple(replace(c, score=move.score) for move, c in ranked[:PASSED_OVER])


def to_sum_up(digests: Sequence[Digest], liked: Sequence[Liked], limit: int = SUMMED_UP) -> tuple[Entry, ...]:
    """Returns the papers that the themes are written from, renumbered: what people liked, what each
    day named to read first, then the best of the rest."""
    by_id = {plain_id(e.paper.id): e for e in entries_of(digests) if e.analysis}
    first = [plain_id(m.paper_id) for d in digests for m in d.summary.first]
    best = sorted(by_id, key=lambda i: (-by_id[i].score.total, i))
    order = dict.fromkeys([*(plain_id(one.entry.paper.id) for one in liked), *first, *best])
    chosen = [by_id[i] for i in order if i in by_id][:limit]
    return tuple(replace(entry, number=n) for n, entry in enumerate(chosen, 1))


def chart(roundup: Roundup) -> list[str]:
    """Returns a line a day, or a week of a month: its name, a bar and the number of papers."""
    period, counts = roundup.period, Counter[date]()
    for digest in roundup.digests:
        step = 1 if period.kind == WEEKLY else 7
        counts[period.first + (digest.local_date - period.first) // timedelta(days=step) * timedelta(days=step)] += len(
            digest.entries
        )
    skeleton = "EEE" if period.kind == WEEKLY else "MMMd"
    names = {day: day_words(day, roundup.language, skeleton) for day in sorted(counts)}
    wide, most = max(map(columns, names.values()), default=0), max(counts.values(), default=0)
    return [
        f"{name}{' ' * (wide - columns(name))} {'█' * max(1, round(BAR * counts[day] / most))} {counts[day]}"
        for day, name in names.items()
        if counts[day]
    ]


def title_of(period: Period, language: str) -> str:
    if period.kind == MONTHLY:
        return say("roundup.month", language, month=day_words(period.first, language, "yMMMM"))
    first, last = (day_words(day, language, "MMMd") for day in (period.first, period.last))
    return say("roundup.week", language, first=first, last=last)


def roundup_post(roundup: Roundup, summary: Summary | None, links: Mapping[str, str]) -> Post:
    """Returns the round-up as one message. `links`: by paper id, the link to its message. Other
    papers link to arXiv."""
    language, period = roundup.language, roundup.period
    papers = [e.paper for e in entries_of(roundup.digests)]

    def named(paper: Paper) -> str:
        return link(tex.plain(short_title(paper, papers)), links.get(paper.id) or paper.abs_url)

    title = title_of(period, language)
    counted = say("roundup.papers", language, n=len(papers))
    blocks: list[Block] = [
        Heading(title),
        Small(f"{counted} · {say('roundup.digests', language, n=len(roundup.digests))}"),
    ]
    if roundup.liked:
        lines = [f"- {named(one.entry.paper)} · {_counts(one, language)}" for one in roundup.liked]
        blocks += [Heading(say("roundup.liked", language), 3), Text("\n".join(lines))]
    if summary is not None and (themes := _themes(summary, papers, named, language)):
        blocks += [Heading(say("roundup.themes", language), 3), Text("\n".join(themes))]
        blocks += [Small(say("card.extractive", language))] if summary.by == "extractive" else []
    if roundup.changes:
        blocks += [Heading(say("roundup.changes", language), 3), *week_post(roundup.changes, language).blocks[1:]]
    if roundup.passed_over:
        lines = [f"- {link(tex.plain(short_title(c.paper)), c.paper.abs_url)}" for c in roundup.passed_over]
        blocks += [Heading(say("roundup.passed", language), 3), Text("\n".join(lines))]
    if bars := chart(roundup):
        blocks += [Heading(say("roundup.chart", language), 3), Text("```\n" + "\n".join(bars) + "\n```")]
    return Post(tuple(blocks), tex.plain(say("card.line", language, name=title, claim=counted))[:90], language)


def _counts(one: Liked, language: str) -> str:
    said = [say(f"roundup.{kind}", language, n=one.counts[kind]) for kind in COUNTED if one.counts.get(kind)]
    return " · ".join(said)


def _themes(summary: Summary, papers: Sequence[Paper], named: Callable[[Paper], str], language: str) -> list[str]:
    """Returns the trends and directions, each with its papers; without any, the overview."""
    by_id = {paper.id: paper for paper in papers}

    def line(theme: Theme) -> str:
        listed = [named(by_id[m.paper_id]) for m in theme.mentions if m.paper_id in by_id]
        said = theme.text.strip()
        if said and listed:
            said = say("card.line", language, name=said.rstrip(" :：.。"), claim=joined(listed, language))
        return f"- {said}" if said else ""

    found = [said for theme in (*summary.trends, *summary.directions) if (said := line(theme))]
    return found or ([summary.overview] if summary.overview else [])
