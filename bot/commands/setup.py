"""Handles `/digest setup`: a panel shows what its settings would give today, and saves them."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.commands import personal
from bot.context import Context
from bot.core.chat import (
    CHANGED,
    Actions,
    Block,
    Button,
    ChatError,
    Field,
    Form,
    Grant,
    Panel,
    Person,
    Place,
    Post,
    Responder,
    Small,
    Style,
    Submission,
    Text,
)
from bot.core.ids import PreviewId
from bot.core.lists import category_label, language_label, own_languages, prepare, timezone_label
from bot.core.schedule import before_list, next_run
from bot.core.settings import settings, suggestions
from bot.core.subscription import DAYS, Detail, Layout, Subscription
from bot.core.texts import say
from bot.digests import previews
from bot.digests.cards import run_time, short_title
from bot.digests.learning import load_preferences
from digest.arxiv.categories import TAXONOMY, Checked, check, nearest
from digest.errors import PaperboyError, for_log
from digest.model import Profile
from digest.pipeline import Preview, preview
from digest.ports import booked
from digest.render.catalogs import in_language
from digest.render.labels import day_words, dollars, joined
from digest.render.markdown import escape, link

log = logging.getLogger(__name__)

T = TypeVar("T")

INTERESTS = 1000
"""Longest text of the interests, in characters."""
PAPERS = (3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50)
PHRASES, HITS = 3, 10
"""How many phrases of the interests are looked up on arXiv, and how many papers of each count."""
SUGGESTED, PRESET = 12, 3
"""How many categories are suggested, and how many at most are chosen for a new channel."""
LIKELY = 0.2
"""A category is chosen for a new channel if at least this share of the papers found have it."""
SHOWN = 12
"""How many papers of the preview are named."""
ZONES = 24
UNFURLS = ("slack",)
"""Platforms that let a bot show something below links that people post."""
SUBMIT, POST, MORE, LESS = "save", "post", "more", "less"
"""The values that a panel's buttons send. A platform's own submit button sends the empty string."""


@dataclass(frozen=True)
class State:
    """What the panel carries in addition to its fields."""

    more: bool = False
    """The panel shows its second page."""
    chosen: bool = False
    """A person chose the categories, so the words of the interests no longer choose them."""
    preview: str = ""
    """The name of the preview that is shown."""
    forum: bool = False
    """The channel is a forum, which has a layout."""

    def __str__(self) -> str:
        flags = {"m": self.more, "c": self.chosen, "f": self.forum}
        return f"{''.join(flag for flag, is_set in flags.items() if is_set)}:{self.preview}"

    @staticmethod
    def parse(text: str) -> State:
        flags, _, name = text.partition(":")
        return State("m" in flags, "c" in flags, name, "f" in flags)


def start(defaults: Subscription, person: Person) -> Subscription:
    """Returns a new channel's settings: the installation's, in the person's language and zone."""
    made = defaults
    if person.language:
        try:
            spoken = settings.language(person.language)
            # The same tag for the same language, so that channels share analyses.
            if not settings.same_language(spoken, made.profile.language):
                made = replace(made, profile=replace(made.profile, language=spoken))
        except ValueError:
            log.info("event=language_unknown")
    zone = person.timezone or suggestions.timezone_of(person.language)
    if zone and made.timezone == Subscription.timezone:
        try:
            made = replace(made, timezone=settings.timezone(zone))
        except ValueError:
            log.info("event=timezone_unknown")
    return made


def form(draft: Subscription, language: str, suggested: Sequence[str] = (), *, forum: bool = False) -> Form:
    """Returns the first page, which asks three things: what, which categories, when. `suggested`:
    categories. `forum`: asks for the layout, too."""
    profile, now = draft.profile, datetime.now(UTC)
    details = tuple((say(f"setup.detail.{d}", language), d.value) for d in Detail)
    layouts = tuple((say(f"setup.layout.{layout}", language), layout.value) for layout in Layout)
    layout = _field("layout", language, draft.layout, kind="choice", options=layouts, required=True, more=True)
    papers = [(str(n), str(n)) for n in sorted({*PAPERS, draft.papers})]
    listed = dict.fromkeys([*profile.categories, *suggested])
    spoken = dict.fromkeys([profile.language, *(tag for _, tag in own_languages())])
    return Form(
        "setup",
        draft.key,
        say("setup.title", language),
        say("setup.submit", language),
        (
            _field("interests", language, profile.interests, live=True),
            _field(
                "categories",
                language,
                ",".join(profile.categories),
                kind="searches",
                options=tuple((category_label(c), c) for c in listed),
                required=True,
                listed="category",
                live=True,
            ),
            _field("time", language, draft.time, kind="time", required=True),
            _field(
                "timezone",
                language,
                draft.timezone,
                kind="search",
                options=tuple((timezone_label(zone, now), zone) for zone in zones(draft.timezone, now.year)),
                required=True,
                listed="timezone",
            ),
            _field("days", language, ",".join(draft.days), kind="choices", options=week(language), required=True),
            _field(
                "language",
                language,
                profile.language,
                kind="search",
                options=tuple((language_label(tag, language), tag) for tag in spoken),
                required=True,
                listed="language",
            ),
            _field(
                "papers", language, str(draft.papers), kind="choice", options=tuple(papers), required=True, live=True
            ),
            _field("detail", language, draft.detail.value, kind="choice", options=details, required=True, more=True),
            *((layout,) if forum else ()),
            _switch("figures", language, on=draft.figures),
            *((_switch("unfurl", language, on=draft.unfurl),) if draft.place.platform in UNFURLS else ()),
            _switch("changes", language, on=draft.changes),
            _field("wanted", language, ", ".join(profile.wanted), more=True),
            _field("unwanted", language, ", ".join(profile.unwanted), more=True),
            _field("authors", language, ", ".join(profile.authors), more=True),
            _field("weekly", language, roundup_words(draft.weekly, language), more=True),
            _field("monthly", language, roundup_words(draft.monthly, language), more=True),
        ),
        language,
    )


def zones(current: str, year: int) -> list[str]:
    """Returns the current zone, and the most populous one of each other pair of yearly offsets."""
    found: dict[tuple[str, ...], str] = {}
    for zone in (current, *suggestions.zones_by_population()):
        found.setdefault(suggestions.utc_offsets(zone, year), zone)
    return list(found.values())[: ZONES + 1]


def week(language: str) -> tuple[tuple[str, str], ...]:
    """Returns the days from Monday on: their short names in the language, and those of `DAYS`."""
    monday = date(2024, 1, 1)
    return tuple((day_words(monday + timedelta(days=i), language, "EEE"), day) for i, day in enumerate(DAYS))


def days_words(days: Collection[str], language: str) -> str:
    """Returns `Mon–Fri` or `Mon, Wed`: three or more days in a row become a range."""
    kept = [(n, name) for n, (name, day) in enumerate(week(language)) if day in days]
    if len(kept) > 2 and kept[-1][0] - kept[0][0] == len(kept) - 1:
        return f"{kept[0][1]}–{kept[-1][1]}"
    return joined((name for _, name in kept), language)


def roundup_words(at: str, language: str) -> str:
    """Returns `fri 16:00` with the day in the language, as `settings.roundup` reads it, or
    empty."""
    day, _, time = at.partition(" ")
    names = {key: name for name, key in week(language)}
    return f"{names[day]} {time}" if at else ""


def _field(
    name: str,
    language: str,
    value: str,
    *,
    kind: str = "line",
    options: tuple[tuple[str, str], ...] = (),
    required: bool = False,
    listed: str = "",
    live: bool = False,
    more: bool = False,
) -> Field:
    has_hint = name in ("categories", "interests", "authors", "weekly", "monthly")
    example = week(language)[{"weekly": 4}.get(name, 0)][0]
    hint = say(f"setup.{name}.hint", language, day=example) if has_hint else ""
    return Field(name, say(f"setup.{name}", language), kind, value, hint, options, required, listed, live, more)


def _switch(name: str, language: str, *, on: bool) -> Field:
    options = tuple((say(f"setup.{name}.{value}", language), value) for value in ("on", "off"))
    return _field(name, language, "on" if on else "off", kind="choice", options=options, required=True, more=True)


def read(fields: Mapping[str, str], before: Subscription, language: str) -> tuple[Subscription, dict[str, str]]:
    """Returns the settings after the form, and a sentence for each invalid field."""
    problems: dict[str, str] = {}

    def parsed(name: str, parse: Callable[[str], T], otherwise: T) -> T:
        if name not in fields:
            return otherwise
        try:
            return parse(fields[name].strip())
        except ValueError as error:
            problems[name] = in_language(error.args[0], language)
            return otherwise

    profile = before.profile
    made = replace(
        before,
        profile=Profile(
            categories=parsed("categories", lambda text: _categories(text, language), profile.categories),
            interests=parsed("interests", lambda text: text[:INTERESTS], profile.interests),
            wanted=parsed("wanted", _words, profile.wanted),
            unwanted=parsed("unwanted", _words, profile.unwanted),
            authors=parsed("authors", _words, profile.authors),
            language=parsed("language", settings.language, profile.language),
        ),
        papers=parsed("papers", lambda text: _papers(text, language), before.papers),
        detail=parsed("detail", Detail, before.detail),
        layout=parsed("layout", Layout, before.layout),
        figures=parsed("figures", lambda text: text == "on", before.figures),
        unfurl=parsed("unfurl", lambda text: text == "on", before.unfurl),
        changes=parsed("changes", lambda text: text == "on", before.changes),
        weekly=parsed("weekly", lambda text: settings.roundup(text, language), before.weekly),
        monthly=parsed("monthly", lambda text: settings.roundup(text, language), before.monthly),
        time=parsed("time", settings.clock_time, before.time),
        timezone=parsed("timezone", settings.timezone, before.timezone),
        days=parsed("days", lambda text: tuple(settings.weekdays(text)), before.days),
    )
    return made, problems


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase[:60] for phrase in _phrases(text)))[:40]


def _phrases(text: str) -> list[str]:
    return [phrase for piece in re.split(r"[,，、;；\n]", text) if (phrase := piece.strip())]


def _categories(text: str, language: str) -> tuple[str, ...]:
    names: list[str] = []
    for typed in _words(text):  # `cs.CV cs.RO` is two, `computer vision` is one
        parts = typed.split()
        names += parts if all(check(part).possible for part in parts) else [typed]
    if not names:
        raise ValueError(say("setup.categories.none", language))
    found = []
    for name in names:
        known = check(name)
        if not known.possible:
            raise ValueError(say("bad category", language, category=name, nearest=_nearest(known, language)))
        found.append(known.category)
    return tuple(found)


def _nearest(checked: Checked, language: str) -> str:
    if checked.nearest:
        return say("did you mean", language, names=joined(checked.nearest, language))
    return say("category list", language, page=TAXONOMY)


def unlisted_warnings(categories: Sequence[str], language: str) -> list[str]:
    """Returns warnings for categories not on the bundled list: they may be new or misspelt."""
    doubtful = [checked for checked in map(check, categories) if not checked.known]
    return [say("unlisted", language, category=c.category, nearest=_nearest(c, language)) for c in doubtful]


def _papers(text: str, language: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 50:
        raise ValueError(say("bad number", language))
    return int(text)


# ---------------------------------------------------------------- the panel


@dataclass(frozen=True)
class Footer:
    """What the panel shows below its fields."""

    lines: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    name: str = ""
    """The name of the preview."""


def panel(
    draft: Subscription,
    state: State,
    language: str,
    footer: Footer,
    suggested: Sequence[str] = (),
    problems: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> Panel:
    """Returns the panel. `typed`: what the person filled in, which stays where it is wrong."""
    key = draft.key
    turn = (
        Button(LESS, key, say("setup.less", language)) if state.more else Button(MORE, key, say("setup.more", language))
    )
    blocks: list[Block] = [Text("\\\n".join(footer.lines))] if footer.lines else []
    if footer.grants:
        blocks.append(Small(ticks(footer.grants, language)))
    shown, wrong = form(draft, language, suggested, forum=state.forum), problems or {}
    kept = tuple(replace(f, value=(typed or {}).get(f.name, f.value)) if f.name in wrong else f for f in shown.fields)
    return Panel(
        replace(shown, fields=kept),
        tuple(blocks),
        (Button(POST, key, say("setup.post", language), Style.PRIMARY), turn),
        wrong,
        state.more,
        str(replace(state, preview=footer.name)),
    )


def ticks(grants: Sequence[Grant], language: str) -> str:
    """Returns `✓ may post · ✗ may not read the history (Read Message History)`."""
    return " · ".join(
        f"✓ {say(f'grant.{g.name}', language)}"
        if g.held
        else f"✗ {say(f'grant.{g.name}.missing', language, permission=escape(in_language(g.missing, language)))}"
        for g in grants
    )


async def load_grants(context: Context, place: Place, extra: Mapping[str, str]) -> tuple[Grant, ...]:
    """Returns the bot's rights in the channel; none if the platform does not say."""
    try:
        return tuple(await context.chats[place.platform].grants(place, extra))
    except ChatError as error:
        log.info("event=grants_unknown cause=%r", for_log(error))
        return ()


async def is_forum(context: Context, place: Place) -> bool:
    """Returns whether the channel is a forum; False if the platform does not say."""
    try:
        return await context.chats[place.platform].is_forum(place)
    except ChatError as error:
        log.info("event=kind_unknown cause=%r", for_log(error))
        return False


async def show(
    context: Context, place: Place, person: Person, extra: Mapping[str, str], respond: Responder, language: str
) -> None:
    """Opens the panel. If the channel has settings, then adds what they would give today."""
    place = replace(place, thread="")
    await asyncio.to_thread(prepare, language)
    stored = await context.subscription(place)
    known = stored.created is not None
    draft = stored if known else start(stored, person)
    draft = replace(draft, set_by=person.id) if place.direct else draft
    state = State(chosen=known, forum=await is_forum(context, place))
    await respond.panel(panel(draft, state, language, Footer((say("setup.looking", language),) if known else ())))
    grants = await load_grants(context, place, extra)
    footer = await _look(context, draft, grants, language) if known else Footer((), grants)
    await respond.panel(panel(draft, state, language, footer))


async def change(context: Context, submission: Submission, respond: Responder, language: str) -> None:
    """Applies a change of the panel, or turns the page. The words of the interests choose
    categories until a person does."""
    draft, problems = await read_draft(context, submission, language)
    state = State.parse(submission.state)
    if submission.pressed in (MORE, LESS):
        state = replace(state, more=submission.pressed == MORE)
    if submission.pressed == f"{CHANGED}categories":
        state = replace(state, chosen=True)
    grants = await load_grants(context, submission.place, submission.extra)
    looking = Footer((say("setup.looking", language),), grants)
    await respond.panel(panel(draft, state, language, looking, (), problems, submission.fields))
    suggested: tuple[str, ...] = ()
    if draft.profile.interests:
        suggested, likely = await suggest(context, draft.profile.interests)
        if likely and not state.chosen:
            draft = replace(draft, profile=replace(draft.profile, categories=likely))
            problems = {name: said for name, said in problems.items() if name != "categories"}
    footer = Footer((), grants) if problems else await _look(context, draft, grants, language)
    await respond.panel(panel(draft, state, language, footer, suggested, problems, submission.fields))


async def read_draft(context: Context, submission: Submission, language: str) -> tuple[Subscription, Mapping[str, str]]:
    place = replace(submission.place, thread="")
    stored = await context.subscription(place)
    before = stored if stored.created is not None else start(stored, submission.person)
    before = replace(before, set_by=submission.person.id) if place.direct else before
    # In a thread, because suggestions for a mistyped value are looked up in large tables.
    draft, problems = await asyncio.to_thread(read, submission.fields, replace(before, place=place), language)
    return draft, problems


async def suggest(context: Context, words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns categories for a topic: those to offer, and the likely ones among them. They are the
    categories of arXiv's papers on the topic; without arXiv, those with such a name."""
    phrases = _phrases(words)[:PHRASES]
    named = [category for phrase in phrases for category in await asyncio.to_thread(nearest, phrase)]
    try:
        found = [await context.services.papers.search(phrase, HITS) for phrase in phrases]
    except PaperboyError as error:
        log.info("event=suggested_by_name cause=%r", for_log(error))
        found = []
    papers = [paper for hits in found for paper in hits]
    primary = Counter(paper.primary for paper in papers if check(paper.primary).known)
    listed = Counter(c for paper in papers for c in paper.categories if check(c).known)
    likely = [c for c, n in primary.most_common(PRESET) if n >= LIKELY * len(papers)]
    offered = dict.fromkeys([*likely, *named, *(c for c, _ in listed.most_common())])
    return tuple(offered)[:SUGGESTED], tuple(likely or named[:1])


async def _look(context: Context, draft: Subscription, grants: tuple[Grant, ...], language: str) -> Footer:
    """Looks up what the latest announcement would give, and stores it so that it can be posted."""
    try:
        with booked(draft.key, "rank"):
            preferences = await load_preferences(context.store, draft)
            found = await preview(draft.profile, draft.papers, context.services, context.now(), preferences)
    except PaperboyError as error:
        return Footer((say("preview failed", language, why=in_language(error.sentence, language)),), grants)
    name = await previews.keep(context.services.cache, draft.key, found) if found.chosen else ""
    papers = [paper for paper, _, _ in found.chosen]
    lines = [f"**{n}** {link(short_title(p, papers), p.abs_url)}" for n, p in enumerate(papers[:SHOWN], 1)]
    if len(papers) > SHOWN:
        lines.append(say("preview.more", language, n=len(papers) - SHOWN))
    if found.note and context.services.analyst is not context.services.stand_in:
        lines.append(f"⚠ {found.note}")
    return Footer((say("preview", language, n=found.announced), *lines), grants, name)


# ---------------------------------------------------------------- saving


@dataclass(frozen=True)
class Saved:
    """The outcome of saving. `subscription` is None if there are problems."""

    subscription: Subscription | None
    problems: Mapping[str, str]
    previewed: Preview | None = None
    """The papers that the panel showed, if they were found with these settings."""
    name: str = ""
    """The name of that preview."""
    fresh: bool = False
    """The channel had no digest before."""


async def save(context: Context, submission: Submission, language: str) -> Saved:
    """Saves the settings unless one is wrong."""
    draft, problems = await read_draft(context, submission, language)
    if problems:
        return Saved(None, problems)
    stored = await context.subscription(draft.place)
    fresh = stored.created is None
    if fresh and draft.place.direct:
        await personal.require_room(context, language)
    begun = context.now()

    def change(now: Subscription | None) -> Subscription:
        """What the form holds; the rest as it stands, which may have changed since it was read."""
        sent, _ = read(submission.fields, now or draft, language)
        return replace(sent, created=now.created if now else begun, set_by=submission.person.id, paused=False)

    made = await context.store.change_subscription(draft.key, change)
    assert made is not None
    name = State.parse(submission.state).preview
    previewed = await previews.load(context.services.cache, made.key, name)
    if previewed is None or previewed.profile != made.profile or len(previewed.chosen) > made.papers:
        return Saved(made, {}, fresh=fresh)
    return Saved(made, {}, previewed, name, fresh)


def saved_post(
    context: Context, saved: Saved, grants: Sequence[Grant], language: str, *, buttons: bool, closed_why: str = ""
) -> Post:
    """Returns the next run, warnings and the bot's rights. `buttons`: offers to post now or to
    change more. `closed_why`: why the person accepts no direct messages."""
    made = saved.subscription
    assert made is not None
    shown = say("saved settings", language, next=run_time(next_run(made, context.now()), made, language))
    lines = [shown, *(f"⚠ {warning}" for warning in unlisted_warnings(made.profile.categories, language))]
    ready = before_list(made, context.now())
    if ready is not None:
        local = ready.astimezone(ZoneInfo(made.timezone))
        lines.append(f"⚠ {say('list later', language, ready=f'{local:%H:%M}', time=made.time)}")
    if context.daily_budget is not None:
        cap = dollars(context.daily_budget, language)
        lines.append(say("setup.budget", language, dollars=cap, n=context.questions_per_person))
    if closed_why:
        lines.append(f"⚠ {closed_why}")
    blocks: list[Block] = [Text("\n\n".join(lines))]
    if grants:
        blocks.append(Text("\n".join(f"- {ticks([grant], language)}" for grant in grants)))
    if buttons:
        value = str(PreviewId(made.key, saved.name)) if saved.name else made.key
        post_now = Button("post_now", value, say("post now", language), Style.PRIMARY)
        blocks.append(Actions((post_now, Button("settings", made.key, say("change", language)))))
    return Post(tuple(blocks), shown[:90], language)


def closed(post: Post, value: str, language: str) -> Panel:
    """Returns the panel without fields, after its settings are saved."""
    return Panel(Form("setup", value, say("setup.title", language), "", (), language), post.blocks)
