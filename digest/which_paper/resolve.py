"""Decides which paper a question is about.

These signs count, in this order: the message replied to or the button pressed; an id, number or
title in the question; the paper under discussion; the paper whose text clearly fits best. Otherwise
the bot asks. Asking back is cheap; answering about the wrong paper is not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from digest.arxiv import ids
from digest.model import Paper
from digest.patterns import regex
from digest.render import tex
from digest.render.width import shortened
from digest.retrieval.han import simplified
from digest.which_paper import cues, days, pointing
from digest.which_paper.numbers import counts_nothing, numbers_in, turns_to_number
from digest.which_paper.titles import Found, TitleIndex
from digest.which_paper.worded import (
    any_article,
    begins_with_number,
    closed,
    means_all,
    means_both,
    means_today,
    names_today,
    of_them,
    one_of,
)

__all__ = [
    "LONGEST_CUE",
    "Candidate",
    "Known",
    "Resolution",
    "asks_why_not",
    "by_title",
    "cue",
    "names_paper",
    "resolve",
]


LONGEST_CUE = 1_500
"""Characters of a message that tell what it is about. The model gets the whole message."""


class Known(NamedTuple):
    """A paper of a digest as people know it."""

    number: int
    paper: Paper
    text: str = ""
    """What the digest says about it to readers: summary line, core idea, short parts."""


@dataclass(frozen=True)
class Candidate:
    paper_id: str
    label: str
    """Returns `4 · DynamicVLA: A Vision-Language-Action Model for Dynamic Object…`"""


@dataclass(frozen=True)
class Resolution:
    paper_ids: tuple[str, ...] = ()
    """The papers of the question in the order of naming, including papers in no digest."""
    ask: bool = False
    """Whether to ask back with `candidates`."""
    candidates: tuple[Candidate, ...] = ()
    why: str = ""
    """`reply`, `id`, `number`, `ordinal`, `title`, `author`, `description`, `under discussion`,
    `fit`, `only one`, `day`; or why it asks."""
    about_day: bool = False
    """Whether the question is about the whole digest: `paper_ids` are then all its papers."""


EarlierDigests = Sequence[tuple[date, Sequence[Known]]]

_LABEL = 70
_FEW = 2
_UNFIT = "no paper fits the description"
_NUMBER = regex(r"\s*(?:[^\W\d]{1,3}\s+)?#?\d{1,2}[\s.!?]*")
"""`a 4`"""
_COUNTED_ONES = regex(r"(?<![\w.])\d{1,6}\s(?!(?:papers?|articles?)\b)[^.?!]{0,80},\s?which ones?\W*$", re.IGNORECASE)
"""`they use 14 models, which ones?`"""
_WHICH_ONES = regex(r"\bwhich ones?\W*$", re.IGNORECASE)
"""`46 % of which ones?`: of what the paper under discussion has."""
_DINGBATS = {sign: str(int(unicodedata.numeric(chr(sign)))) for sign in range(0x2776, 0x2794)}
"""By circled digit without a compatibility form (`❹`): the number."""
_BLANKS = regex(r"\s{2,}")
_TURKISH = regex(r"(?<![\w.])(\d{1,2})(?:['’](?:(?P<of>n?[iıuü]n)|[yn]?[aeiıuü]|[dt][ae]n?)|y?[iıuü])(?!\w)")
"""A figure with a case: `4'ün`, `8i`."""


def resolve(
    question: str,
    *,
    papers: Sequence[Known],
    earlier: EarlierDigests = (),
    replied_to: str | None = None,
    subject: str | None = None,
    under_discussion: Sequence[str] = (),
    discussed_before: Sequence[str] = (),
    today: date | None = None,
) -> Resolution:
    """Resolves a question. `papers`: those of the digest under discussion. `earlier`: the earlier
    digests, newest first. `subject`: the paper of a pressed button. `replied_to`: that of the
    message replied to. `under_discussion`: this person's latest papers in the thread.
    `discussed_before`: those of the question before, which `both` means too."""
    text = _plain(question)
    if len(under_discussion) == len(discussed_before) == 1 and means_both(text):
        under_discussion = tuple(dict.fromkeys((*discussed_before, *under_discussion)))
    pointed = subject or replied_to
    discussed = (pointed,) if pointed else tuple(under_discussion)
    others = _Others(text, papers, earlier, today, discussed)
    if found := others.resolution():
        return found
    told = _told(text, papers, earlier, today)
    if pointed and told.why == "number" and _turns_to(text):
        return told
    if pointed:
        return Resolution(tuple(dict.fromkeys((pointed, *_also(told, text, papers)))), why="reply")
    if told.why == _UNFIT and not under_discussion:
        guess = _guessed(text, papers, named=True)
        return guess if guess.paper_ids else told
    both = len(under_discussion) == _FEW and told.why not in ("id", "number", "title") and means_both(text)
    if (told.paper_ids or told.ask) and not both:
        unclear = _counted_among(told, text, papers, under_discussion)
        return unclear or _with_discussed(told, text, papers, under_discussion)
    return _of_the_context(text, papers, under_discussion)


def _counted_among(
    told: Resolution, text: str, papers: Sequence[Known], under_discussion: Sequence[str]
) -> Resolution | None:
    """Asks about `the second one` after a question about two papers: of these or of the digest."""
    if len(under_discussion) < _FEW or told.why != "number" or len(told.paper_ids) != 1 or re.search(r"\d", text):
        return None
    number = next((k.number for k in papers if k.paper.id == told.paper_ids[0]), 0)
    places = {len(papers): len(under_discussion), **{n: n for n in range(1, len(under_discussion) + 1)}}
    if number not in places or under_discussion[places[number] - 1] == told.paper_ids[0]:
        return None
    either = {under_discussion[places[number] - 1], *told.paper_ids}
    return _asking([k for k in papers if k.paper.id in either], "counted among which papers is not said")


def _turns_to(text: str) -> bool:
    """Returns whether a reply leaves the paper that it answers: `e il 4, quanti modelli?`"""
    compares = cues.COMPARES.search(text) or cues.PRONOUN.search(text) or pointing.beside_what(text)
    return not compares and (begins_with_number(text) or turns_to_number(text))


def _also(told: Resolution, text: str, papers: Sequence[Known]) -> tuple[str, ...]:
    """Returns the papers that a reply names besides the one that it answers."""
    if told.ask:
        return ()
    sure = told.why in ("id", "title") or (told.why == "number" and not _bare(text, papers))
    compares = pointing.beside_what(text) or cues.DIFFERENCE.search(text) or cues.COMPARED_TO.search(text)
    beside = told.why in ("author", "number") and compares
    return told.paper_ids if sure or beside else ()


def _of_the_context(text: str, papers: Sequence[Known], under_discussion: Sequence[str]) -> Resolution:
    """Resolves a question that names no paper."""
    if papers and _about_day(text, under_discussion, len(papers)):
        return _day(papers)
    several = len(under_discussion) >= _FEW and of_them(text, len(under_discussion))
    several = several or (len(under_discussion) == _FEW and means_both(text))
    numbers = numbers_in(text, len(papers))
    one = numbers.unplaced if len(numbers.unplaced) == 1 else ()
    likely = () if under_discussion else numbers.likely or (one if pointing.is_known(text) else ())
    if likely := likely or (one if one == counts_nothing(text, under_discussion=bool(under_discussion)) else ()):
        return Resolution(tuple(k.paper.id for k in papers if k.number in likely), why="ordinal")
    if len(papers) > 1 and numbers.unplaced and not several:
        return _asking(papers, "a figure that may name a paper")
    if papers and not under_discussion and cues.LIST.search(text):
        guess = _guessed(text, papers)
        return guess if guess.paper_ids else _day(papers)
    if under_discussion and not days.earlier(text):
        here = [i for i, known in enumerate(papers) if known.paper.id in under_discussion]
        glimpsed = _of(_shelf(papers).glimpsed(text, here), papers)
        return glimpsed if glimpsed.paper_ids else Resolution(tuple(under_discussion), why="under discussion")
    return _guessed(text, papers)


def _day(papers: Sequence[Known]) -> Resolution:
    return Resolution(tuple(k.paper.id for k in papers), why="day", about_day=True)


def cue(text: str) -> str:
    """Returns the beginning of a message in compatibility form, in which a character may become
    eighteen. Joins adjacent blanks, because patterns may try each one."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST_CUE].translate(_DINGBATS))[:LONGEST_CUE]
    return _BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", folded)


def _plain(question: str) -> str:
    """Returns the question's cue in simplified characters, with `3️⃣` as a number sign."""
    figures = _TURKISH.sub(lambda m: f"{m[1]}'s" if m["of"] else m[1], cue(question))
    return closed(simplified(re.sub(r"(\d)\ufe0f?\u20e3", r"#\1 ", figures).strip()))


def _about_day(text: str, under: Sequence[str], count: int) -> bool:
    if (
        _COUNTED_ONES.search(text)
        or (under and _WHICH_ONES.search(text))
        or (len(under) >= _FEW and of_them(text, len(under)))
    ):
        return False
    if days.earlier(text):
        return len(under) < 2 and bool(cues.ALL_OF_THEM.search(text))
    if cues.DAY.search(text) or means_today(text, count):
        return True
    if not under and (names_today(text) or cues.SOME.search(text)):
        return True
    return len(under) < 2 and bool(cues.ALL_OF_THEM.search(text))


@dataclass(frozen=True)
class _Others:
    """Resolves names of papers that are relative to others."""

    text: str
    papers: Sequence[Known]
    earlier: EarlierDigests
    today: date | None
    discussed: Sequence[str]

    def resolution(self) -> Resolution | None:
        if len(self.papers) < _FEW:
            return None
        if corrected := self._corrected() or self._counted(self.text):
            return corrected
        if (but := pointing.left_out(self.text)) and (excepted := self._excepted(but)):
            told = self._told(but.rest)
            apart = bool(told.paper_ids) and not set(excepted) & set(told.paper_ids)
            return told if told.why in ("id", "number") or apart else self._all_but(excepted)
        known = pointing.before_the_rest(self.text)
        if known and {k.number for k in self.papers}.issuperset(known):
            return self._all_but([k.paper.id for k in self.papers if k.number in known])
        return self._beside_discussed() if self.discussed else None

    def _corrected(self) -> Resolution | None:
        """Resolves `no, I meant 5`, `not this one, …`, `not SplatFlow, I meant …`."""
        wrong = pointing.denial(self.text) if self.discussed else None
        if wrong := wrong or pointing.correction(self.text):
            named = self._figures(wrong.said)
            return self._instead(wrong.after.strip(), named or tuple(self.discussed), assumed=not named)
        if self.discussed and (no := pointing.denied(self.text)) and self._goes_on(no.after):
            return self._instead(no.after, tuple(self.discussed))
        if (wrong := pointing.excluded(self.text)) and (rejected := self._rejected(wrong)):
            return self._instead(wrong.after.strip(), rejected)
        return None

    def _beside_discussed(self) -> Resolution | None:
        """Resolves `the first of the two`, `this and 7`, `and the rest?`, `the other two`."""
        if len(self.discussed) >= _FEW and (place := one_of(self.text, len(self.discussed))):
            return Resolution((self.discussed[place - 1],), why="ordinal")
        numbers = pointing.beside_this(self.text)
        beside = [k.paper.id for n in numbers for k in self.papers if k.number == n]
        if beside:
            return Resolution(tuple(dict.fromkeys((*self.discussed, *beside))), why="number")
        if what := pointing.likewise(self.text):
            told = _of(_shelf(self.papers).told_by(what), self.papers)
            if told.paper_ids and self._told(self.text).why not in ("id", "number", "title"):
                return told
        rest, another = pointing.means_the_rest(self.text), pointing.means_another(self.text)
        another = another or bool(self._alike(pointing.another_one(self.text)))
        step = None if rest or another else pointing.step(self.text)
        if not (rest or another or step is not None) or self._told(self.text).why in ("id", "number"):
            return None
        if step is not None:
            return self._stepped(step)
        return self._all_but(self.discussed) if rest else self._compared(self._another(self.text))

    def _counted(self, text: str) -> Resolution | None:
        """Resolves `the one right before the survey`, never to the survey."""
        step, what = pointing.step_from(text) or (0, "")
        told = self._told(what) if step else Resolution()
        found = told.paper_ids or _of(_shelf(self.papers).of_kind(what, anywhere=True), self.papers).paper_ids
        return self._stepped(step, found) if step and len(found) == 1 else None

    def _stepped(self, step: int, origin: Sequence[str] = ()) -> Resolution:
        """Returns the paper after or before that under discussion, with it if they are compared."""
        here = [k.number for k in self.papers if k.paper.id in (origin or self.discussed)]
        found = [k.paper.id for k in self.papers if step and len(here) == 1 and k.number == here[0] + step]
        if not found:
            return _asking(self.papers, "no such number")
        return self._compared(Resolution(tuple(found), why="number"))

    def _compared(self, other: Resolution) -> Resolution:
        """Adds the paper under discussion, if the other is compared with it."""
        compares = cues.COMPARES.search(self.text) or cues.DIFFERENCE.search(self.text)
        also = self.discussed if compares and other.paper_ids else ()
        return replace(other, paper_ids=tuple(dict.fromkeys((*also, *other.paper_ids))))

    def _told(self, text: str) -> Resolution:
        return _told(text, self.papers, self.earlier, self.today)

    def _all_but(self, excepted: Sequence[str]) -> Resolution:
        left = tuple(k.paper.id for k in self.papers if k.paper.id not in excepted)
        return Resolution(left, why="number") if left else _asking(self.papers, "no paper is left")

    def _instead(self, meant: str, rejected: Sequence[str], *, assumed: bool = False) -> Resolution:
        """Returns what is meant instead of the rejected papers, never one of those. Exception: a
        paper whose number is said now and whose rejection was only assumed."""
        told = self._counted(meant) or self._told(meant)
        if told.paper_ids and (not set(rejected) & set(told.paper_ids) or (assumed and told.why in ("id", "number"))):
            return told
        if len(number := numbers_in(meant, len(self.papers)).unplaced) == 1:
            return self._told(f"#{number[0]}")
        left = [k for k in self.papers if k.paper.id not in rejected]
        for look in (_shelf(left).hinted, _shelf(left).fitting):
            if (found := _of(look(meant), left)).paper_ids:
                return found
        if pointing.means_another(meant):
            return self._another(meant)
        if step := pointing.step(meant):
            return self._stepped(step, rejected)
        return _asking(left, "which paper is not said")

    def _figures(self, said: str) -> tuple[str, ...]:
        numbers = numbers_in(said, len(self.papers))
        chosen = {*numbers.named, *numbers.bare, *numbers.unplaced}
        return tuple(k.paper.id for k in self.papers if k.number in chosen)

    def _goes_on(self, after: str) -> bool:
        """Returns whether another paper is described after `no, `."""
        return _shelf(self.papers).described(after) is not None or pointing.speaks_of_others(after)

    def _told_apart(self, wrong: pointing.Rejected) -> bool:
        """Returns whether what follows describes a paper, or fits another than the rejected one."""
        shelf = _shelf(self.papers)
        fits = shelf.fitting(wrong.said).sure
        left = _shelf([k for i, k in enumerate(self.papers) if i not in fits])
        told = shelf.described(wrong.after.strip()) is not None or pointing.speaks_of_others(wrong.after)
        return (
            told
            or bool(fits and left.fitting(wrong.after).sure)
            or bool(fits and {self.papers[i].paper.id for i in fits} <= set(self.discussed))
        )

    def _rejected(self, wrong: pointing.Rejected) -> tuple[str, ...]:
        """Returns the papers that `not SplatFlow` names, or describes if another one follows."""
        shelf = _shelf(self.papers)
        # People also write authors' names without capitals.
        if _NUMBER.fullmatch(wrong.said) and _NUMBER.fullmatch(wrong.after):
            return self._figures(wrong.said)
        named = shelf.named(wrong.said).sure or shelf.by_author(wrong.said.title()).sure
        if not named and (wrong.contrasted or self._told_apart(wrong)):
            named = shelf.fitting(wrong.said).sure
        return tuple(self.papers[i].paper.id for i in named)

    def _excepted(self, but: pointing.Rejected) -> tuple[str, ...]:
        """Returns what `all but 3` leaves out. A bare figure may count a paper's own things."""
        said = re.sub(r"(\d{1,2}\s*[-–~]\s*\d{1,2}\W*)$", r"#\1", but.said)
        numbers = numbers_in(said, len(self.papers))
        figures = (*numbers.bare, *numbers.unplaced) if pointing.of_papers(but) else ()
        found = tuple(k.paper.id for k in self.papers if k.number in {*numbers.named, *figures})
        if self.discussed and not found and pointing.leaves_this_out(but):
            return tuple(self.discussed)
        told = found or _by_name(but.said, self.papers, ()).paper_ids
        return told or _of(_shelf(self.papers).of_kind(but.said, anywhere=True), self.papers).paper_ids

    def _alike(self, text: str) -> set[str]:
        here = [i for i, known in enumerate(self.papers) if known.paper.id in self.discussed]
        return {self.papers[i].paper.id for i in _shelf(self.papers).alike(text, here)} if text else set()

    def _another(self, text: str) -> Resolution:
        alike = self._alike(pointing.another_one(text) or text)
        left = [k for k in self.papers if k.paper.id not in self.discussed and (not alike or k.paper.id in alike)]
        if len(left) == 1 or (left and means_all(text, len(left))):
            return Resolution(tuple(k.paper.id for k in left), why="title")
        return _asking(left, "which other paper is not said")


def _told(text: str, papers: Sequence[Known], earlier: EarlierDigests, today: date | None) -> Resolution:
    """Resolves what the question itself names; empty if it names nothing."""
    refs = [r.id for r in ids.find_all(text)]
    if refs:
        others = _by_name(ids_removed(text), papers, earlier)
        own = numbers_in(ids_removed(text), len(papers))
        alone = [int(side) for side in cues.SIDES.split(text) if side.strip().isdecimal()]
        numbers = (*own.named, *(own.bare if cues.COMPARES.search(text) else ()), *alone)
        chosen_ids = [k.paper.id for n in numbers for k in papers if k.number == n]
        named = others.paper_ids if others.why == "title" else ()
        return Resolution(tuple(dict.fromkeys((*refs, *chosen_ids, *named))), why="id")
    past = days.earlier(text)
    if past:
        return _across(text, papers, earlier, today) or _told_of_past(text, earlier, today, past)
    ending = [k.paper.id for k in papers if k.paper.id.partition(".")[2] in cues.ENDING.findall(text)]
    if len(ending) == 1:
        return Resolution(tuple(ending), why="id")
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


def _across(text: str, papers: Sequence[Known], earlier: EarlierDigests, today: date | None) -> Resolution | None:
    """Resolves a paper of today and one of another day: `compare 4 with yesterday's DynamicVLA`."""
    sides = [s for s in cues.SIDES.split(text) if s.strip()]
    if len(sides) != 2 or sum(bool(days.earlier(s)) for s in sides) != 1:
        return None
    told: list[Resolution] = []
    for side in sides:
        past = days.earlier(side)
        told.append(
            _told_of_past(side, earlier, today, past)
            if past
            else _told(f"#{side.strip()}" if side.strip().isdigit() else side, papers, (), today)
        )
    if not all(t.paper_ids and not t.ask for t in told):
        return None
    return Resolution(tuple(dict.fromkeys(i for t in told for i in t.paper_ids)), why=told[0].why)


def ids_removed(text: str) -> str:
    return re.sub(r"(?:https?://)?(?:\w+\.)?arxiv\.org/\S*|\d{4}\.\d{4,5}(?:v\d+)?", " ", text)


def _bare(text: str, papers: Sequence[Known]) -> bool:
    """Returns whether all its numbers are bare. In a reply, they name no papers."""
    return not numbers_in(text, len(papers)).named


def _by_name(text: str, papers: Sequence[Known], earlier: EarlierDigests) -> Resolution:
    shelf = _shelf(papers)
    for look in (shelf.named, shelf.by_author):
        resolved = _of(look(text), papers)
        if resolved.paper_ids or resolved.ask:
            return _with_described(resolved, text, papers)
    if (kind := shelf.of_kind(text)).sure:
        beside = shelf.described(text) if cues.COMPARES.search(text) else None
        return _of(replace(kind, sure=tuple(dict.fromkeys((*kind.sure, *(beside.sure if beside else ()))))), papers)
    described = None if cues.DAY.search(text) or means_today(text, len(papers)) else shelf.described(text)
    alone = shelf.mentioning(text, titles=True) if cues.WHICH_ONE.search(text) else Found()
    if found := next((f for f in (described, alone) if f and (f.sure or f.maybe)), None):
        return _of(found, papers)
    known = [k for _, digest in earlier for k in digest]
    older = _of(_shelf(known).named(text, written=True), known) if known else Resolution()
    if described is None or older.paper_ids:
        return older
    return _asking(papers, _UNFIT)


def _with_described(named: Resolution, text: str, papers: Sequence[Known]) -> Resolution:
    """Adds the paper described besides the one named: `GraspFlow and the study of nests`."""
    shelf = _shelf(papers)
    wanted = bool(cues.COMPARISON_WANTED.search(text))
    compares = wanted or cues.COMPARES.search(text)
    borders = (*cues.AND.finditer(text), *(cues.WITH.finditer(text) if compares else ()))
    for border in borders if len(named.paper_ids) == 1 else ():
        sides = text[: border.start()], text[border.end() :]
        for name, beside in (sides, sides[::-1]):
            described = None if shelf.named(beside).sure else shelf.beside(beside, wanted=wanted)
            found = shelf.named(name).sure or shelf.hinted(name).sure if described else ()
            if described and tuple(papers[i].paper.id for i in found) == named.paper_ids:
                also = _of(described, papers).paper_ids
                return (
                    Resolution((*named.paper_ids, *also), why=named.why)
                    if also
                    else _asking(papers, "the other paper is not clear")
                )
    alone = named.why == "title" and len(named.paper_ids) == 1
    if (
        also := _of(shelf.described(text) or Found(), papers).paper_ids if alone else ()
    ):  # `does VecLake cite the join ordering one?`
        return Resolution(tuple(dict.fromkeys((*named.paper_ids, *also))), why=named.why)
    return named


def _told_of_past(text: str, earlier: EarlierDigests, today: date | None, cue: str) -> Resolution:
    """Resolves `yesterday's 3rd` and `the dubbing one from last week`."""
    digests = days.of_day(earlier, cue, today)
    known = [k for _, digest in digests for k in digest]
    if not known:
        return Resolution(ask=True, why="no such digest")
    numbered = numbers_in(re.sub(re.escape(cue), " ", text), len(digests[0][1]))
    chosen = [*numbered.named, *numbered.bare]
    if (
        not chosen
        and len(numbered.unplaced) == 1
        and re.search(rf"{re.escape(cue)}(?:['’]?s)?\s+(?:{any_article()}\s*)?#?\d", text, re.IGNORECASE)
    ):
        chosen = [*numbered.unplaced]  # `вчерашняя 3 еще раз`
    if chosen:
        found = [k.paper.id for n in chosen for k in digests[0][1] if k.number == n]
        if found and days.is_vague(cue) and len(digests) > 1:
            return _asking([k for k in known if k.number in chosen], "which day is not said")
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


def _with_discussed(told: Resolution, text: str, papers: Sequence[Known], under: Sequence[str]) -> Resolution:
    """Adds the discussed paper: `how does it compare to 2?` is about both."""
    if told.ask and under and told.why in ("description", _UNFIT, "author"):
        return (
            Resolution(tuple(under), why="under discussion")
            if (cues.PRONOUN.search(text) or pointing.this_paper(text)) and told.why != "description"
            else told
        )
    single = len(told.paper_ids) == 1 and told.paper_ids[0] not in under
    if under and single and told.why == "number" and pointing.names_this(text):
        return Resolution((*under, *told.paper_ids), why=told.why)
    related = pointing.beside_what(text) or pointing.related(text)
    if under and single and related:
        return Resolution((*under, *told.paper_ids), why=told.why)
    if under and single and (compares := cues.COMPARES.search(text)):
        rest = text[compares.start() :]
        # `does 4 compare with OpenVLA?` is about one paper, `how does 4 compare?` about two
        if (
            cues.PRONOUN.search(text)
            or re.fullmatch(r"[a-z]+\W*", rest, re.IGNORECASE)
            or _told(rest, papers, (), None).paper_ids
        ):
            return Resolution((*under, *told.paper_ids), why=told.why)
    return told


def _guessed(text: str, papers: Sequence[Known], *, named: bool = False) -> Resolution:
    """Resolves by the kind of paper or some words; if `named`, only by title words and names."""
    if len(papers) == 1:
        return Resolution((papers[0].paper.id,), why="only one")
    if not papers:
        return Resolution(ask=True, why="no digest")
    shelf = _shelf(papers)
    if (kind := _of(shelf.of_kind(text, anywhere=True), papers)).paper_ids:
        return kind
    hinted = _of(shelf.hinted(text), papers)
    if hinted.paper_ids or hinted.ask:
        return _with_described(hinted, text, papers)
    looks = (shelf.mentioning,) if named else (shelf.mentioning, shelf.within, shelf.best_fit, shelf.distinct)
    unsure: Resolution | None = None
    for look in looks:
        found = _of(look(text), papers)
        if found.paper_ids:
            return found
        unsure = unsure or (found if found.ask else None)
    return unsure or _asking(papers, "which paper is not said")


def _shelf(papers: Sequence[Known]) -> TitleIndex:
    return _index(tuple(papers))


@lru_cache(maxsize=8)
def _index(papers: tuple[Known, ...]) -> TitleIndex:
    """Returns a cached index: one question searches several times, a thread asks several."""
    return TitleIndex([k.paper for k in papers], [k.text or "" for k in papers])


def _of(found: Found, papers: Sequence[Known]) -> Resolution:
    if found.sure:
        return Resolution(tuple(papers[i].paper.id for i in found.sure), why=found.how)
    if found.maybe:
        return _asking([papers[i] for i in found.maybe], found.how)
    return Resolution()


def _asking(papers: Sequence[Known], why: str) -> Resolution:
    return Resolution(ask=True, candidates=tuple(Candidate(k.paper.id, _label(k)) for k in papers), why=why)


def _label(known: Known) -> str:
    title, after = tex.plain(known.paper.title), "" if known.number else f" · {known.paper.id}"
    return (f"{known.number} · " if known.number else "") + shortened(title, _LABEL - len(after)) + after


def names_paper(text: str, papers: Sequence[Known]) -> bool:
    """Returns whether the text by itself names one of these papers, by id, number or title.
    `resolve` then answers about it, whatever is under discussion."""
    plain = _plain(text)
    told = _Others(plain, papers, (), None, ()).resolution() or _told(plain, papers, (), None)
    return bool(told.paper_ids) and told.why in ("id", "number", "title")


def asks_why_not(text: str) -> bool:
    """Returns whether the text asks why a paper was not chosen."""
    return bool(cues.WHY_NOT.search(simplified(cue(text))))


def by_title(text: str, titles: Mapping[str, str]) -> str | None:
    """Returns the id whose title the text names, if it is clear."""
    from datetime import UTC, datetime  # noqa: PLC0415

    never = datetime.min.replace(tzinfo=UTC)
    papers = [Paper(i, 1, title, "", (), (), never, never) for i, title in titles.items()]
    shelf = TitleIndex(papers, [""] * len(papers))
    plain = cue(text)
    for found in (shelf.named(plain), shelf.hinted(plain)):
        if len(found.sure) == 1:
            return papers[found.sure[0]].id
        if found.sure or found.maybe:
            return None
    return None
