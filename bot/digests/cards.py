"""Renders digests, papers and answers as Posts, for every platform.

The parent names each paper once, so its summary is the table of contents. In a paper's post, what a
reader needs to decide is above the Rule, and the parts are below it. Titles, names and quotations
are escaped. The checks have made the Analyst's Markdown safe."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.chat import (
    THREAD_TITLE,
    Actions,
    Block,
    Button,
    Checklist,
    ForumPost,
    Heading,
    Picture,
    Post,
    Quotation,
    Row,
    Rule,
    Small,
    Style,
    Text,
    Thread,
    VoteKind,
)
from bot.core.ids import AnswerTo, DigestPaper, PaperById, reply_url
from bot.core.subscription import Detail, Subscription
from bot.core.texts import say
from digest import cache_keys
from digest.model import (
    MARK,
    Analysis,
    Answer,
    Candidate,
    Digest,
    Entry,
    Evidence,
    Fault,
    Finding,
    Paper,
    Summary,
    Theme,
)
from digest.render import tex
from digest.render.labels import day_words, joined, label, place
from digest.render.markdown import basis_words, escape, link, noted, reading_notes, why
from digest.render.width import colon, columns, lines, shortened
from digest.retrieval.terms import LITTLE

MAX_SHOWN = 700
"""Characters of a figure's caption in its alt text, which also holds the credit."""
NO_VOTES: Mapping[VoteKind, int] = {}
VOTE_BUTTONS = {"more": VoteKind.MORE, "fewer": VoteKind.FEWER, "save": VoteKind.SAVED}


def thread(
    digest: Digest,
    detail: Detail,
    *,
    hears: bool = True,
    archive: bool = False,
    votes: Mapping[str, Mapping[VoteKind, int]] | None = None,
    apart: bool = False,
) -> Thread:
    """Returns the parent, a reply for each paper, and the parent with links to the replies.
    `hears`, `archive`: see `Chat`. `votes`: by paper id, how many people gave each vote. `apart`:
    each paper is a post of its own in a forum."""
    counted = votes or {}
    arxiv = {e.paper.id: e.paper.abs_url for e in digest.entries}
    replies = {e.paper.id: reply_url(i) for i, e in enumerate(digest.entries)}
    names = [name_in(digest, e) for m in digest.summary.mentions[:3] if (e := digest.entry(m.paper_id))]
    day = day_words(digest.local_date, digest.language, "MMMd")
    head = f"{day} · {say('roundup.papers', digest.language, n=len(digest.entries))}"
    return Thread(
        parent=parent(digest, arxiv, hears=hears, archive=archive, apart=apart),
        replies=tuple(
            paper_post(e, digest, detail, counted.get(e.paper.id, NO_VOTES), archive=archive) for e in digest.entries
        ),
        finished=parent(digest, replies, hears=hears, archive=archive, apart=apart),
        title=thread_title(head, names, digest.language),
        tags=((DAY_TAG,), *((category,) for category in digest.profile.categories)),
        first=len(digest.summary.first),
        posts=tuple(_forum_post(entry, digest) for entry in digest.entries) if apart else (),
        make=_tags(digest) if apart else (),
    )


DAY_TAG = "digest"
"""The tag of a day's post."""
TAGS = {"tag.first": "must read", "tag.code": "code"}
"""Texts of the tags that papers have beside their categories, and their English names, because a
forum may use those."""


def _tags(digest: Digest) -> tuple[tuple[str, ...], ...]:
    """Returns the tags that a forum of this channel should have. It leaves other categories out,
    which would fill the forum's list."""
    named = [(label(name, digest.language), english) for name, english in TAGS.items()]
    return ((DAY_TAG,), *named, *((category,) for category in digest.profile.categories))


def _forum_post(entry: Entry, digest: Digest) -> ForumPost:
    """Returns a forum post titled `Name: claim`, or by the title without a claim, with its tags."""
    mention = next((m for m in digest.summary.mentions if m.paper_id == entry.paper.id and m.claim), None)
    title = tex.plain(entry.paper.title)
    if mention is not None:
        claim = tex.plain(mention.claim.replace("*", ""))
        title = say("card.line", digest.language, name=name_in(digest, entry), claim=claim)
    first = any(m.paper_id == entry.paper.id for m in digest.summary.first)
    code = any(found.kind == "code" for found in entry.links)
    given = [(label(name, digest.language), TAGS[name]) for name, has in zip(TAGS, (first, code), strict=True) if has]
    # The channel's own categories come first, because a post has no room for all.
    listed = [c for c in digest.profile.categories if c in entry.paper.categories]
    named = dict.fromkeys([*listed, entry.paper.primary, *entry.paper.categories])
    return ForumPost(title, (*given, *((category,) for category in named)))


OPENING = 160
"""Columns of the overview that the parent shows, in whole sentences, the first one always."""
THEME = 80
"""Columns of a theme's words in the parent. Longer words appear only in the document."""


PARENT = 41
"""Lines on a phone that the parent may take without its buttons. A longer parent shows trends
without words. If it is still longer, it shows claims only for the papers to read first."""
INDEX, LINK = 1900, 100
"""Characters of the parent in a forum where each paper has a post, and of a link in it. The parent
is one message there, and the titles of the posts repeat the claims."""
SECTIONS = ("first", "trends", "highlights", "directions")


def parent(
    digest: Digest, targets: Mapping[str, str], *, hears: bool = True, archive: bool = False, apart: bool = False
) -> Post:
    """Returns the day as one message, a line for each paper. `targets`: by paper id, the URL for
    the paper's name. `apart`: the papers have posts of their own."""
    language, summary = digest.language, digest.summary
    blocks: list[Block] = [
        Heading(title_of(digest)),
        Small(escape(", ".join(digest.profile.categories))),
        *(Text(f"⚠ {note}") for note in digest.notes),
        Text(_opening(summary.overview, language)),
    ]
    # A dollar left in a name would begin a formula that ends in the claim.
    named = {e.paper.id: (e, link(name_in(digest, e), targets[e.paper.id]).replace("$", "\\$")) for e in digest.entries}
    example = digest.entries[min(4, len(digest.entries) - 1)].number if digest.entries else 1
    hint = say("card.hint", language, n=example) if hears else say("card.hint.reply", language)
    hint = say("card.hint.posts", language) if apart else hint
    last = Small(" · ".join([hint, *reading_notes(digest)]))
    said: list[Block] = []
    for worded, claimed in ((True, SECTIONS), (False, SECTIONS), (False, SECTIONS[:1])):
        said = _sections(summary, named, language, worded=worded, claimed=claimed)
        day = [b.markdown for b in (*blocks, *said, last) if isinstance(b, Heading | Text | Small)]
        short = not apart or sum(map(len, day)) + LINK * len(named) <= INDEX
        if short and _lines(*map(_seen, day)) <= PARENT:
            break
    blocks += [*said, last, Actions(_parent_buttons(digest, archive=archive))]
    return Post(tuple(blocks), summary.headline, language)


def _sections(
    summary: Summary, named: Mapping[str, tuple[Entry, str]], language: str, *, worded: bool, claimed: Sequence[str]
) -> list[Block]:
    """Returns the sections. `worded`: with the words that a trend's papers share. `claimed`: the
    sections that show claims."""
    found: list[Block] = []
    sections = ((Theme("", summary.first),), summary.trends, summary.highlights, summary.directions)
    for section, themes in zip(SECTIONS, sections, strict=True):
        shown = {"worded": worded and section == "trends", "claimed": section in claimed}
        texts = [t for theme in themes for t in _theme(theme, named, language, **shown)]
        if texts:
            found.append(Text("\\\n".join([f"**{label(section, language)}**", *texts])))
    return found


def title_of(digest: Digest) -> str:
    """Returns `arXiv · Fri, Jan 30 · 10 of 231`."""
    day = day_words(digest.local_date, digest.language)
    return say("card.digest", digest.language, day=day, n=len(digest.entries), of=digest.coverage.announced)


def _opening(overview: str, language: str) -> str:
    if columns(overview) <= OPENING:
        return overview
    from digest.evidence.sentences import sentences  # noqa: PLC0415  # slow to load

    said = ""
    for sentence in sentences(overview, language):
        if said and columns(said + sentence.rstrip()) > OPENING:
            break
        said += sentence
    return said.rstrip()


def _theme(
    theme: Theme, named: Mapping[str, tuple[Entry, str]], language: str, *, worded: bool, claimed: bool
) -> Iterable[str]:
    """Returns a line for each paper and, above a trend's papers, the words that they share."""
    words = theme.text.rstrip(" :：。.")
    told = any(m.paper_id in named for m in theme.mentions)
    if worded and told and words and columns(tex.plain(words)) <= THEME and "\n" not in words:
        yield words
    for mention in theme.mentions:
        if mention.paper_id in named:
            entry, name = named[mention.paper_id]
            line = f"**{entry.number}** {name}"
            claim = mention.claim if claimed else ""
            yield say("card.line", language, name=line, claim=claim) if claim else line


NAME = 30
"""Columns of a paper's name: the part before the colon of its title, else the first words."""


def short_title(paper: Paper, among: Iterable[Paper] = ()) -> str:
    """Returns the paper's short name, longer if another paper of the list `among` has the same."""
    others = [other for other in among if other.id != paper.id]
    name = ""
    for most in (NAME, 60, 90, 150):
        name = _shortened(paper.title, most)
        if name and all(_shortened(other.title, most).casefold() != name.casefold() for other in others):
            return name
    return f"{name} ({paper.id})".strip()


def _shortened(title: str, most: int) -> str:
    title = tex.plain(title)
    name = re.split(r": |：", title, maxsplit=1)[0]
    if most <= NAME and name.strip() and columns(name) <= NAME:
        return name
    if columns(title) <= most:
        return title
    words = ""
    for word in re.findall(r"(?<!\s)\s*\S+", title):
        if columns(words + word) > most:
            break
        words += word
    return _complete(words) or _first_columns(title, most)


def _complete(words: str) -> str:
    """Returns the first words, without a function word at the end."""
    words = words.rstrip(" ,;:–-")
    first, space, last = words.rpartition(" ")
    return _complete(first) if space and last.casefold() in LITTLE else words


def _first_columns(text: str, most: int) -> str:
    """Returns the beginning of a long word."""
    used = 0
    for end, char in enumerate(text):
        used += columns(char)
        if used > most:
            return text[:end]
    return text


def name_in(digest: Digest, entry: Entry) -> str:
    """Returns the entry's short title, different from those of the digest's other papers."""
    return short_title(entry.paper, [other.paper for other in digest.entries])


OPTION = 75
"""Characters of an option in a menu, on Slack."""


def option(paper: Paper, among: Iterable[Paper]) -> str:
    """Returns a menu's paper: `DynamicVLA · 2601.22153`. A long name is cut, never the id."""
    after = f" · {paper.id}"
    return shortened(short_title(paper, among), OPTION - len(after)) + after


def _parent_buttons(digest: Digest, *, archive: bool) -> tuple[Button, ...]:
    others = Button("others", digest.key, say("card.others", digest.language))
    return (others, *_menu_of_digest(digest.key, digest.language, archive=archive))


def _menu_of_digest(key: str, language: str, *, archive: bool) -> tuple[Button, ...]:
    """Returns at most five buttons, as many as one menu of Slack holds."""
    return (
        Button("why", key, say("card.why", language), Style.MENU),
        Button("settings", key, say("card.settings", language), Style.MENU),
        *([Button("archive_day", key, say("card.archive", language), Style.MENU)] if archive else []),
        Button("export", key, say("card.export", language), Style.MENU),
        Button("retract", key, say("card.retract", language), Style.MENU, say("card.retract?", language)),
    )


def paper_post(
    entry: Entry, digest: Digest, detail: Detail, votes: Mapping[VoteKind, int] = NO_VOTES, *, archive: bool = False
) -> Post:
    """Returns a paper's reply in a digest's thread. `votes`: how many people gave each vote."""
    value = str(DigestPaper(digest.key, entry.number))
    blocks = [
        *_head(entry, digest.language, str(entry.number)),
        *_figure(entry, digest.language),
        *_body(entry, digest.language, detail),
        _buttons(value, digest.language, archive=archive, votes=votes),
    ]
    core = entry.analysis.core if entry.analysis else ""
    return Post(
        tuple(blocks), fallback(f"{entry.number} · {name_in(digest, entry)}", core, digest.language), digest.language
    )


def card(entry: Entry, language: str, detail: Detail = Detail.CARD, *, shared: bool = False, earlier: str = "") -> Post:
    """Returns the card of a paper outside of a digest, as `/paper` shows it. `shared`: it is
    already in the channel. `earlier`: where the paper was shown before."""
    value = str(PaperById(entry.paper.versioned))
    body = _body(entry, language, detail, chosen=False)
    before = (Small(earlier),) if earlier else ()
    shown = (*_head(entry, language), *before, *_figure(entry, language))
    blocks = [*shown, *body, _buttons(value, language, share=not shared)]
    core = entry.analysis.core if entry.analysis else ""
    return Post(tuple(blocks), fallback(short_title(entry.paper), core, language), language)


def preview(paper: Paper, analysis: Analysis | None, language: str) -> Post:
    """Returns what is below a link to a paper: core idea, two confirmed findings, and *Ask*."""
    facts = " · ".join((people(paper, language), escape(paper.primary), submitted(paper, language)))
    blocks: list[Block] = [Heading(link(tex.plain(paper.title), paper.abs_url), 2), Small(facts)]
    blocks += _core(analysis, language)
    findings = analysis.findings if analysis else ()
    held = [f for f in findings if f.evidence and not f.unsupported and MARK not in f.statement]
    blocks += [block for finding in held[:2] for block in _finding(finding, language)]
    ask = Button("ask", str(PaperById(paper.versioned)), say("card.ask", language), Style.PRIMARY)
    return Post(
        (*blocks, Actions((ask,))), fallback(short_title(paper), analysis.core if analysis else "", language), language
    )


def thread_title(head: str, names: Sequence[str], language: str) -> str:
    """Returns the head and as many whole names as fit into THREAD_TITLE characters."""
    for n in range(len(names), 0, -1):
        title = f"{head} · {joined(names[:n], language)}"
        if len(title) <= THREAD_TITLE:
            return title
    return head


def fallback(name: str, said: str, language: str) -> str:
    """Returns `4 · DynamicVLA: its core idea` as plain text of at most 90 characters."""
    text = f"{name}{colon(name, language)}{tex.plain(said.replace('*', ''))}" if said else name
    return shortened(text, 90)


COMMENT = 40
"""Columns of an author's comment beside the facts. A longer comment is only on the full page."""


def _head(entry: Entry, language: str, number: str = "", *, whole: bool = False) -> Iterable[Block]:
    paper = entry.paper
    named = link(tex.plain(paper.title), paper.abs_url)
    yield Heading(f"{number} · {named}" if number else named, 2)
    facts = [
        people(paper, language),
        escape(", ".join(paper.categories) if whole else paper.primary),
        submitted(paper, language),
        basis_words(entry.analysis, language)
        if entry.analysis
        else label("basis.abstract", language) * bool(paper.abstract),
        *(escape(said) for said in (paper.comment, paper.journal_ref) if whole or columns(said) <= COMMENT),
    ]
    yield Small(" · ".join(f for f in facts if f))
    yield from (Text(f"⚠ {note}") for note in entry.notes)


def _figure(entry: Entry, language: str) -> Iterable[Picture]:
    """Returns the teaser figure, with its credit and licence in the caption and in the alt text."""
    figure = entry.figure
    if figure is None:
        return
    authors = entry.paper.authors
    named = say("card.first author", language, name=authors[0]) if len(authors) > 1 else "".join(authors)
    caption, credit = (
        " · ".join(filter(None, (figure.label, names, figure.licence)))
        for names in (named, people(entry.paper, language, str))
    )
    shown = tex.plain(figure.caption)
    shown = shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1].rsplit(" ", 1)[0] + "…"
    yield Picture(cache_keys.picture(figure), f"{shown} ({credit})", caption)


def submitted(paper: Paper, language: str) -> str:
    """Returns when version 1 was submitted, as far as known: `Jan 29, 2026`. Hyphens do not break
    lines."""
    return day_words(paper.published.date(), language, "yMMM" if paper.month_only else "yMMMd")


def people(paper: Paper, language: str, written: Callable[[str], str] = escape) -> str:
    """Returns up to three authors. Of more, returns the first two, the last and their number."""
    if len(paper.authors) <= 3:
        return written(", ".join(paper.authors))
    names = f"{', '.join(paper.authors[:2])} … {paper.authors[-1]}"
    return say("card.people", language, names=written(names), n=len(paper.authors))


ABOVE, PHONE = 20, 40
"""Lines above the fold that findings may fill, and the columns of a line. An empty line comes
before each finding."""


def _lines(*texts: str) -> int:
    return sum(lines(text, PHONE) for text in texts if text)


def _core(analysis: Analysis | None, language: str) -> list[Text]:
    """Returns the core idea, and says so if the checks could not confirm it."""
    core = analysis.core if analysis else ""
    doubt = [Text(f"*{label('unconfirmed.text', language)}*")] if MARK in core else []
    return [Text(core), *doubt] if core else []


def _body(entry: Entry, language: str, detail: Detail, *, chosen: bool = True) -> Iterable[Block]:
    """Returns the text about a paper; above the fold are its core idea, up to two findings, and why
    the paper was chosen."""
    analysis = entry.analysis
    core = _core(analysis, language)
    reason = say("card.for you", language, why=why(entry, language)) if chosen else ""
    facts = Small(" · ".join(filter(None, (reason, *_links(entry, language)))))
    shown = [*_head(entry, language, str(entry.number)), *core, facts]
    taken = _lines(*(_seen(b.markdown) for b in shown if isinstance(b, Heading | Text | Small)))
    taken += sum(1 + _lines(picture.caption) for picture in _figure(entry, language))
    above: list[list[Text | Quotation]] = []
    below: list[list[Text | Quotation]] = []
    for finding in analysis.findings if analysis else ():
        blocks = list(_finding(finding, language))
        size = 1 + _lines(*(_seen(b.markdown) if isinstance(b, Text) else f"“{b.text}” {b.label}" for b in blocks))
        fits = taken + size <= ABOVE or (detail is Detail.CARD and not above)  # a card always has a finding
        if len(above) < 2 and fits:
            above.append(blocks)
            taken += size
        else:
            below.append(blocks)
    yield from core
    yield from (block for blocks in above for block in blocks)
    yield facts
    if analysis is None and not entry.paper.abstract:
        return
    if analysis and detail is Detail.CARD:
        return
    folds = detail is not Detail.FULL
    # Each reply has a quotation, even if only the abstract was read.
    yield Rule(folds, behind_button=folds and analysis is not None and bool(above or not below))
    if analysis is None:
        yield Text(f"**{label('place.abstract', language)}**\n\n{escape(entry.paper.abstract)}")
        return
    if below:
        yield Heading(label("findings.more" if above else "findings", language), 3)
        yield from (block for blocks in below for block in blocks)
    yield from parts(analysis, full=detail is Detail.FULL)


def _seen(markdown: str) -> str:
    """Returns the visible text, without escapes, emphasis and links' addresses, to measure it."""
    plain = "\n".join(tex.plain(line.removesuffix("\\")) for line in markdown.split("\n"))
    return re.sub(r"\]\([^)]{0,1000}\)|(?<!\\)\[|\*\*|\\(?=\W)", "", plain)


def doubts_of(finding: Finding, language: str) -> str:
    """Returns what the checks could not confirm about a finding; empty if they confirmed all."""
    items = escape(joined(finding.unsupported, language))
    doubts = label("unsupported", language, items=items) if items else ""
    if MARK in finding.statement:
        doubts = (
            f"{label('unconfirmed', language)}. {doubts}".rstrip(". ") if doubts else label("unconfirmed", language)
        )
    if finding.evidence is None:
        doubts = f"{label('unverified', language)} {doubts}".strip()
    return doubts


def _finding(finding: Finding, language: str) -> Iterable[Text | Quotation]:
    doubts = doubts_of(finding, language)
    yield Text(f"• {finding.statement}{noted(doubts)}")
    if finding.evidence:
        yield quotation(finding.evidence, language)


def quotation(evidence: Evidence, language: str, number: int = 0, paper: str = "") -> Quotation:
    """`paper`: its name, where several are quoted."""
    there = place(evidence.label, language)
    return Quotation(tex.quotation(evidence.quotation), f"{paper} · {there}" if paper else there, evidence.url, number)


def parts(analysis: Analysis, *, full: bool) -> Iterable[Block]:
    """Returns the parts of an Analysis, each under its heading."""
    for number, part in enumerate(analysis.parts, 1):
        yield Heading(f"{number} {label(f'part.{part.name}', analysis.language)}", 3)
        yield Text(part.full if full else part.short)
        if part.unsupported:
            items = escape(joined(part.unsupported, analysis.language))
            yield Small(label("unsupported", analysis.language, items=items))


def full_page(entry: Entry, language: str) -> Post:
    """Returns all that is known about a paper: every finding and the full parts of its Analysis."""
    analysis = entry.analysis
    body: list[Block] = []
    if analysis and analysis.findings:
        body.append(Heading(label("findings", language), 3))
        body += [block for finding in analysis.findings for block in _finding(finding, language)]
    body += parts(analysis, full=True) if analysis else [Text(escape(entry.paper.abstract))]
    head = _head(entry, language, str(entry.number) if entry.number else "", whole=True)
    return Post((*head, *body), short_title(entry.paper), language)


def _links(entry: Entry, language: str) -> Iterable[str]:
    paper = entry.paper
    yield f"[arXiv]({paper.abs_url})"
    yield f"[PDF]({paper.pdf_url})"
    if entry.analysis and entry.analysis.basis == "html":
        yield f"[HTML]({paper.html_url})"
    for found in entry.links:
        name = label(found.kind, language)
        place = escape(found.url.partition("://")[2].rstrip("/") or found.url)
        yield link(name, found.url) if found.known else say("card.place", language, name=name, place=place)


def _buttons(
    value: str, language: str, *, share: bool = True, archive: bool = False, votes: Mapping[VoteKind, int] = NO_VOTES
) -> Actions:
    # The archive's page names all authors.
    behind = ("archive" if archive else "authors", *(["share"] if share else []), "wrong", "bibtex")

    def button(name: str, style: Style = Style.PLAIN) -> Button:
        count = votes.get(VOTE_BUTTONS[name], 0) if name in VOTE_BUTTONS else 0
        return Button(name, value, say(f"card.{name}", language), style, count=count)

    return Actions(
        (
            button("ask", Style.PRIMARY),
            button("full"),
            button("save"),
            *(button(name, Style.MENU) for name in behind),
            button("more", Style.FEEDBACK),
            button("fewer", Style.FEEDBACK),
        )
    )


def menu(value: str, language: str, name: str, *, archive: bool, share: bool, allowed: Collection[str]) -> Post:
    """Returns the buttons behind `⋯` for a platform without such menus. `name`: the paper's name;
    empty for the menu of a digest. `allowed`: the actions that the person may do."""
    of_digest = Actions(_menu_of_digest(value, language, archive=archive))
    offered = _buttons(value, language, archive=archive, share=share) if name else of_digest
    behind = [b for b in offered.buttons if b.style is Style.MENU or b.action == "save"]
    kept = [replace(b, style=Style.PLAIN) for b in behind if b.action in allowed]
    title = name or say("card.menu", language)
    return Post((Text(f"**{escape(title)}**"), Actions(tuple(kept))), title[:90], language)


def others(digest: Digest, language: str) -> Checklist:
    """Returns the candidates that were not chosen, each as `11 · Name (6.8)` with the reason."""
    first, last = digest.others[0].rank, digest.others[-1].rank
    papers = [e.paper for e in digest.entries] + [c.paper for c in digest.others]
    rows = tuple(_candidate(c, papers, digest.key, language) for c in digest.others)
    title = f"{say('card.others', language)} · {first}–{last}"
    submit, told = say("card.add", language), say("card.others.told", language)
    instead = Button("compare_others", digest.key, say("card.others.compare", language))
    ask = say("card.others.ask", language)
    return Checklist("add_checked", digest.key, title, submit, rows, language, 1, 25, ask, told, instead)


def _candidate(candidate: Candidate, papers: Iterable[Paper], key: str, language: str) -> Row:
    score = candidate.score
    name = "card.relevance.words" if score.by == "extractive" else "card.relevance"
    relevance = say(name, language, relevance=score.relevance)
    title = f"{candidate.rank} · {short_title(candidate.paper, papers)}"
    named = say("card.ranked", language, name=title, relevance=relevance)
    button = Button("add", str(DigestPaper(key, candidate.rank)), say("card.add", language))
    return Row(str(candidate.rank), named, tex.plain(score.reason), button)


def _found(answer: Answer, language: str) -> Iterable[str]:
    """Says how many of the answer's quotations are in the paper."""
    if answer.quotes and answer.by != "extractive":
        asked = len(answer.quotes) + sum(p.fault is Fault.QUOTATION for p in answer.problems)
        yield say("card.quotations", language, n=asked, found=len(answer.quotes))


def answer_post(
    answer: Answer, subjects: Iterable[tuple[int, Paper]], answer_id: str, gaps: Sequence[str] = ()
) -> Post:
    """Returns the paper, the answer, then its quotations. `subjects`: pairs of a number (or 0) and
    a paper. `gaps`: what was not read for the answer."""
    language = answer.language
    papers = [paper for _, paper in subjects]
    names = [(number, short_title(paper, papers)) for number, paper in subjects]
    named = [f"{number} · {name}" if number else name for number, name in names]
    opening = named[0] if len(named) == 1 else say("card.from", language, n=len(named)) if named else ""
    opening = opening.rstrip(" \u00a0:：")
    text = answer.text if answer.found or answer.text else say("card.not found", language)
    blocks: list[Block] = [Text(f"**{escape(opening)}**{colon(opening, language)}{text}" if opening else text)]
    if answer.by == "extractive":
        blocks.append(Small(say("card.unusable" if answer.problems else "card.extractive", language)))
    quoted = {paper.id: name for paper, name in zip(papers, named, strict=True)} if len(papers) > 1 else {}
    blocks += [quotation(q.evidence, language, q.number, quoted.get(q.paper_id, "")) for q in answer.quotes]
    if answer.nearest and not answer.found:
        said = say("card.opening" if answer.opening else "card.nearest", language)
        blocks += [Small(said), quotation(answer.nearest, language)]
    notes = [*_found(answer, language), *marks(answer, language), *gaps]
    if answer.selected:
        notes.append(say("card.unmatched" if answer.unmatched else "card.selected", language))
    elif not answer.read_whole and answer.by != "extractive":
        notes.append(say("card.unread", language))
    blocks += [Small(note) for note in notes]
    buttons = (
        Button("helpful", answer_id, say("card.helpful", language), Style.FEEDBACK),
        Button("unhelpful", answer_id, say("card.unhelpful", language), Style.FEEDBACK),
        Button("wrong", str(AnswerTo(answer_id)), say("card.wrong", language)),
    )
    return Post((*blocks, Actions(buttons)), fallback(opening, text, language), language)


def marks(answer: Answer, language: str) -> Iterable[str]:
    """Returns what the marks in an answer mean."""
    if MARK not in answer.text:
        return
    if answer.unsupported:
        yield say("card.unsupported", language, items=escape(joined(answer.unsupported, language)))
    if answer.unconfirmed and answer.quotes:
        yield say("card.unconfirmed", language)
    elif not answer.unsupported:
        yield label("unconfirmed.text", language)


def note(text: str, language: str) -> Post:
    """Returns a Post of one sentence."""
    return Post((Text(text),), tex.plain(text.replace("*", "").replace("`", ""))[:90], language)


def with_button(text: str, button: Button, language: str) -> Post:
    """Returns a Post of one sentence and a button."""
    said = note(text, language)
    return Post((*said.blocks, Actions((button,))), said.fallback, language)


def run_time(when: datetime | None, subscription: Subscription, language: str) -> str:
    """Returns a run's time in the channel's time zone: `Mon, Nov 30, 13:30 (Asia/Shanghai)`."""
    if when is None:
        return say("no next", language)
    local = when.astimezone(ZoneInfo(subscription.timezone))
    return f"{day_words(local.date(), language)} {local:%H:%M} ({subscription.timezone})"
