"""Which paper is a question about? In order: the message replied to or the button pressed; an id, a number or a title in the question; the paper under
discussion; the paper whose text fits clearly best; else ask. The one thing to know: asking back is cheap, answering about the wrong paper is not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from digest import ids
from digest.model import Paper
from digest.which.numbers import numbers_in
from digest.which.titles import Found, Shelf

__all__ = ["Candidate", "Known", "Resolution", "asks_why_not", "by_title", "names_paper", "resolve"]


class Known(NamedTuple):
    """A paper of a digest as people know it."""

    number: int
    paper: Paper
    text: str = ""
    """What was said of it in the reader's language: summary line, core idea, short parts."""


@dataclass(frozen=True)
class Candidate:
    paper_id: str
    label: str
    """`4 · DynamicVLA: A Vision-Language-Action Model for Dynamic Object…`"""


@dataclass(frozen=True)
class Resolution:
    paper_ids: tuple[str, ...] = ()
    """What the question is about, in the order of naming; of any arXiv paper, also one in no digest."""
    ask: bool = False
    """It could not be told: ask with `candidates`."""
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
    """`reply`, `id`, `number`, `title`, `author`, `description`, `under discussion`, `fit`, `only one`, `day`; or why it asks."""
    about_day: bool = False
    """About the digest as a whole: `paper_ids` are all of its papers."""


Earlier = Sequence[tuple[date, Sequence[Known]]]

_DAY = re.compile(
    r"\bwhich of\b|\bwhich (?:papers?|ones?|works)\b|\bany(?:thing| papers?)\b[^?]*\btoday\b|\bany papers?\b|\bpapers? (?:today|of the day)\b|\bany of (?:them|these|those|the papers|today)|\bdo any\b|\ball (?:the |of (?:the |them|these|those)|ten |\d+ )?(?:papers)?\b(?=\s*(?:papers|of|:|$))|\ball (?:of them|of these|papers|the papers)\b"
    r"|\btoday(?:'s|’s)?\b(?=\s*(?:papers?|digest|list|selection|picks|:|,|any|what|which))|\bwhat(?:'s| is) new\b|\b(?:these|those|the) papers\b|\beach (?:paper|of)\b|\bof the day\b|\bthe (?:whole )?digest\b"
    r"|^(?:今天|今日|这期|本期|里面|其中)|推荐|有哪些[?？。]?$|(?:^|今天|今日|有)(?:的)?哪些(?=论文|文章|工作|有|用|开源|是|做|公开|提供|支持|在|比|值得|研究|发布)|哪(?:几|一)?篇|有(?:没有)?(?:哪篇|几篇|一篇)|这(?:些|几)(?:篇)?(?:论文|文章|工作)|这几篇|所有(?:的)?(?:论文|文章)|每(?:一)?篇|全部论文|今天的(?:论文|文章)|几篇(?:开源|有|用)",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"昨天|昨日|前天|大前天|上周|上星期|上一?期|上次|前几天|那天|之前(?:的)?(?:那|这)?篇|之前那|以前那|先前那|\d{1,2}\s*月\s*\d{1,2}\s*[日号]|\byesterday|\bthe (?:other|previous) day\b|\bday before\b|\blast (?:week|time|month|digest|monday|tuesday|wednesday|thursday|friday)\b"
    r"|\b(?:earlier|previous) (?:digest|paper|one)s?\b|\bdays? ago\b|\b(?:from|on) (?:monday|tuesday|wednesday|thursday|friday)\b|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"^(?:那么?)?[和跟与比]\s?\S|比(?:谁|哪|起来)|(?:它|这篇|这个|\bit|\bthis(?: paper)?|\bthat)\s*(?:和|与|跟|and)|相比|比较|对比|区别|不同|异同|差别|差异|哪个更|谁更|\bcompar|\bversus\b|\bvs\b|\bdifferen|\bthan\b|\bbetter\b|\bin common\b|共同点",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"它|这篇|该(?:论文|文|方法|模型|工作)|此文|本文|这个|这项|这论文|\b(?:it|its|this|this paper(?:'s)?|they|their|that paper|the paper|the authors)\b",
    re.IGNORECASE,
)
_WHY_NOT = re.compile(
    r"为(?:什么|何|啥)(?:今天|这次|昨天)?(?:没有?|不|未)(?:被)?(?:选|收|推|包含|出现|看到|讲|提|有)|怎么(?:没有?|不)(?:选|收|推|看到|见到|有)|没(?:有)?(?:选|收录|推送?)"
    r"|\bwhy (?:not\b|no\b|(?:was|is|were|did|haven't|hasn't)\b[^?]{0,80}\b(?:missing|left out|skipped|excluded|not\b[^?]{0,30}\b(?:chosen|choose|pick\w*|includ\w+|select\w*|here|shown?|list\w*|there|in|among|posted|covered?)\b))|\bwhy (?:isn't|wasn't|weren't|didn't|hasn't|haven't)\b[^?]{0,80}\b(?:chosen|choose|pick\w*|includ\w+|select\w*|here|shown?|list\w*|there|in|among|posted|covered?)\b|\bwhy did you (?:skip|miss|leave out|ignore)\b|\b(?:you (?:missed|skipped|left out))\b",
    re.IGNORECASE,
)
_LABEL = 70
_MOST = 1_500
"""Characters of a question that are looked at."""


def resolve(
    question: str,
    *,
    papers: Sequence[Known],
    earlier: Earlier = (),
    replied_to: str | None = None,
    subject: str | None = None,
    under_discussion: Sequence[str] = (),
    today: date | None = None,
) -> Resolution:
    """`papers` of the digest under discussion; `earlier` digests, the newest first; `subject` is the paper of a pressed button, `replied_to` that of the
    message replied to, `under_discussion` what this person was speaking of in this thread.
    """
    text = unicodedata.normalize("NFKC", question[:_MOST]).strip()
    pointed = subject or replied_to
    told = _told(text, papers, earlier, today)
    if pointed:
        named = (
            told.paper_ids
            if told.why in ("id", "title") or (told.why == "number" and told.ask is False and not _bare(text, papers))
            else ()
        )
        return Resolution(tuple(dict.fromkeys((pointed, *named))), why="reply")
    if told.paper_ids or told.ask:
        return _with_discussed(told, text, under_discussion)
    if _DAY.search(text) and papers and not _EARLIER.search(text):
        return Resolution(tuple(k.paper.id for k in papers), why="day", about_day=True)
    if under_discussion and not _EARLIER.search(text):
        return Resolution(tuple(under_discussion), why="under discussion")
    return _guessed(text, papers)


def _told(text: str, papers: Sequence[Known], earlier: Earlier, today: date | None) -> Resolution:
    """What the question itself names; an empty Resolution when it names nothing."""
    refs = [r.id for r in ids.find_all(text)]
    if refs:
        others = _by_name(ids_removed(text), papers, earlier)
        return Resolution(tuple(dict.fromkeys((*refs, *(others.paper_ids if others.why == "title" else ())))), why="id")
    past = _EARLIER.search(text)
    if past:
        return _told_of_past(text, earlier, today, past[0])
    numbered = numbers_in(text, len(papers))
    if papers and numbered.beyond and not numbered.named:
        return _asking(papers, "no such number")
    chosen = [*numbered.named, *numbered.bare]
    by_number = {k.number: k.paper.id for k in papers}
    found = [by_number[n] for n in chosen if n in by_number]
    if found:
        names = _by_name(text, papers, ())
        also = names.paper_ids if names.why == "title" else ()
        return Resolution(tuple(dict.fromkeys((*found, *also))), why="number")
    return _by_name(text, papers, earlier)


def ids_removed(text: str) -> str:
    return re.sub(r"(?:https?://)?(?:\w+\.)?arxiv\.org/\S*|\d{4}\.\d{4,5}(?:v\d+)?", " ", text)


def _bare(text: str, papers: Sequence[Known]) -> bool:
    """Its numbers are only bare ones: next to a reply they are no papers."""
    return not numbers_in(text, len(papers)).named


def _by_name(text: str, papers: Sequence[Known], earlier: Earlier) -> Resolution:
    shelf = _shelf(papers)
    for look in (shelf.named, shelf.by_author):
        resolved = _of(look(text), papers)
        if resolved.paper_ids or resolved.ask:
            return resolved
    described = None if _DAY.search(text) else shelf.described(text)
    if described and (described.sure or described.maybe):
        return _of(described, papers)
    known = [k for _, digest in earlier for k in digest]
    older = _of(_shelf(known).named(text), known) if known else Resolution()
    if older.paper_ids:
        return older
    if described is not None:
        return _asking(papers, "no paper fits the description")
    return Resolution()


def _told_of_past(text: str, earlier: Earlier, today: date | None, cue: str) -> Resolution:
    """`yesterday's 3rd`, `the dubbing one from last week`."""
    digests = _of_day(earlier, cue, today)
    known = [k for _, digest in digests for k in digest]
    if not known:
        return Resolution(ask=True, why="no such digest")
    numbered = numbers_in(re.sub(re.escape(cue), " ", text), len(digests[0][1]))
    chosen = [*numbered.named, *numbered.bare]
    if chosen:
        found = [k.paper.id for n in chosen for k in digests[0][1] if k.number == n]
        return Resolution(tuple(found), why="number") if found else _asking(known, "no such number")
    bare = re.sub(re.escape(cue) + r"(?:'s|’s|的)?", " ", text).strip()
    shelf = _shelf(known)
    looks = (shelf.named, shelf.by_author, shelf.hinted, lambda t: shelf.described(t) or Found(), shelf.best_fit)
    unsure: Resolution | None = None
    for look in looks:
        resolved = _of(look(bare), known)
        if resolved.paper_ids:
            return resolved
        unsure = unsure or (resolved if resolved.ask else None)
    return unsure or _asking(known, "which of them is not said")


def _of_day(earlier: Earlier, cue: str, today: date | None) -> Earlier:
    """The digests of the day that is spoken of; all of them where that cannot be told."""
    wanted = _day_of(cue, today)
    exact = [d for d in earlier if wanted and d[0] == wanted]
    if exact or not wanted:
        return exact or earlier
    return (
        [d for d in earlier if d[0] <= wanted][:1]
        if re.search(r"昨|前天|yesterday|day before", cue, re.IGNORECASE)
        else ()
    )


def _day_of(cue: str, today: date | None) -> date | None:
    if today is None:
        return None
    lower = cue.lower()
    back = next((n for sign, n in _DAYS_BACK if sign in lower), 0)
    return today - timedelta(days=back) if back else _dated(lower, today)


_DAYS_BACK = (("大前天", 3), ("前天", 2), ("day before", 2), ("昨", 1), ("yesterday", 1))


def _dated(cue: str, today: date) -> date | None:
    """`1月28日`, `jan 28`: the last such day."""
    han = re.search(r"(\d{1,2})\s*月\s*(\d{1,2})", cue)
    english = re.match(r"([a-z]{3})[a-z]*\.? (\d{1,2})", cue)
    if han:
        month, day = int(han[1]), int(han[2])
    elif english and english[1] in _MONTHS:
        month, day = _MONTHS.index(english[1]) + 1, int(english[2])
    else:
        return None
    try:
        found = date(today.year, month, day)
    except ValueError:
        return None
    return found if found <= today else date(today.year - 1, month, day)


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def _with_discussed(told: Resolution, text: str, under: Sequence[str]) -> Resolution:
    """`how does it compare to 2?` is about both."""
    if told.ask and under and told.why in ("description", "no paper fits the description", "author"):
        return (
            Resolution(tuple(under), why="under discussion")
            if _PRONOUN.search(text) and told.why != "description"
            else told
        )
    single = len(told.paper_ids) == 1 and told.paper_ids[0] not in under
    if under and single and _COMPARES.search(text):
        return Resolution((*under, *told.paper_ids), why=told.why)
    return told


def _guessed(text: str, papers: Sequence[Known]) -> Resolution:
    if len(papers) == 1:
        return Resolution((papers[0].paper.id,), why="only one")
    if not papers:
        return Resolution(ask=True, why="no digest")
    shelf = _shelf(papers)
    hinted = _of(shelf.hinted(text), papers)
    if hinted.paper_ids or hinted.ask:
        return hinted
    fitting = _of(shelf.best_fit(text), papers)
    return fitting if fitting.paper_ids or fitting.ask else _asking(papers, "which paper is not said")


def _shelf(papers: Sequence[Known]) -> Shelf:
    return Shelf([k.paper for k in papers], [k.text or "" for k in papers])


def _of(found: Found, papers: Sequence[Known]) -> Resolution:
    if found.sure:
        return Resolution(tuple(papers[i].paper.id for i in found.sure), why=found.how)
    if found.maybe:
        return _asking([papers[i] for i in found.maybe], found.how)
    return Resolution()


def _asking(papers: Sequence[Known], why: str) -> Resolution:
    return Resolution(ask=True, candidates=tuple(Candidate(k.paper.id, _label(k)) for k in papers), why=why)


def _label(known: Known) -> str:
    title = known.paper.title
    short = title if len(title) <= _LABEL else title[:_LABEL].rsplit(" ", 1)[0] + "…"
    return f"{known.number} · {short}" if known.number else short


def names_paper(text: str, papers: Sequence[Known]) -> bool:
    """The text names one of these papers, by number with its word or by name or title; a bare figure in a chat is not enough."""
    plain = unicodedata.normalize("NFKC", text).strip()
    alone = re.fullmatch(r"\W*\d{1,3}\W*", plain)
    numbered = numbers_in(plain, len(papers))
    return bool(numbered.named or (alone and numbered.bare) or _shelf(papers).named(plain).sure)


def asks_why_not(text: str) -> bool:
    """`why was X not chosen?`"""
    return bool(_WHY_NOT.search(unicodedata.normalize("NFKC", text)))


def by_title(text: str, titles: Mapping[str, str]) -> str | None:
    """The id whose title the text names, if it is clear."""
    from datetime import UTC, datetime  # noqa: PLC0415

    never = datetime.min.replace(tzinfo=UTC)
    papers = [Paper(i, 1, title, "", (), (), never, never) for i, title in titles.items()]
    shelf = Shelf(papers, [""] * len(papers))
    plain = unicodedata.normalize("NFKC", text)
    for found in (shelf.named(plain), shelf.hinted(plain)):
        if len(found.sure) == 1:
            return papers[found.sure[0]].id
        if found.sure or found.maybe:
            return None
    return None
