"""Handles `/digest setup`: shows the form, checks it, saves it and previews a digest."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.core import settings
from bot.core.chat import Actions, Block, Button, Field, Form, Post, Responder, Small, Style, Submission, Text
from bot.core.schedule import before_list, next_run
from bot.core.subscription import DAYS, Detail, Subscription
from bot.core.texts import say
from bot.digests.cards import note, run_time
from bot.digests.preferences import load_preferences
from digest.arxiv.categories import Checked, check
from digest.errors import PaperboyError
from digest.model import Profile
from digest.pipeline import preview
from digest.ports import booked
from digest.render import tex
from digest.render.catalogs import in_language
from digest.render.labels import day_words
from digest.render.markdown import escape, link

T = TypeVar("T")


def form(subscription: Subscription, language: str) -> Form:
    profile = subscription.profile
    details = tuple((say(f"setup.detail.{d}", language), d.value) for d in Detail)
    figures = tuple((say(f"setup.figures.{_on(shown)}", language), _on(shown)) for shown in (True, False))
    days = week(language)
    return Form(
        "setup",
        subscription.key,
        say("setup.title", language),
        say("setup.submit", language),
        (
            _field("categories", language, ", ".join(profile.categories), required=True),
            _field("interests", language, profile.interests, kind="lines"),
            _field("wanted", language, ", ".join(profile.wanted)),
            _field("unwanted", language, ", ".join(profile.unwanted)),
            _field("authors", language, ", ".join(profile.authors)),
            _field("language", language, profile.language, required=True),
            _field("papers", language, str(subscription.papers), required=True),
            _field("detail", language, subscription.detail.value, kind="choice", options=details, required=True),
            _field("figures", language, _on(subscription.figures), kind="choice", options=figures, required=True),
            _field("time", language, subscription.time, kind="time", required=True),
            _field("timezone", language, subscription.timezone, required=True),
            _field("days", language, ",".join(subscription.days), kind="choices", options=days, required=True),
        ),
    )


def _on(value: bool) -> str:
    return "on" if value else "off"


def week(language: str) -> tuple[tuple[str, str], ...]:
    """The days from Monday on: their short names in the language, and those of `DAYS`."""
    monday = date(2024, 1, 1)
    return tuple((day_words(monday + timedelta(days=i), language, "EEE"), day) for i, day in enumerate(DAYS))


def _field(
    name: str,
    language: str,
    value: str,
    *,
    kind: str = "line",
    options: tuple[tuple[str, str], ...] = (),
    required: bool = False,
) -> Field:
    label = say(f"setup.{name}", language)
    has_hint = name in ("categories", "interests", "authors", "language")
    return Field(name, label, kind, value, say(f"setup.{name}.hint", language) if has_hint else "", options, required)


def read(fields: Mapping[str, str], before: Subscription, language: str) -> tuple[Subscription, dict[str, str]]:
    """The settings after the form, and a sentence for each invalid field."""
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
            interests=parsed("interests", lambda text: text[:1000], profile.interests),
            wanted=parsed("wanted", _words, profile.wanted),
            unwanted=parsed("unwanted", _words, profile.unwanted),
            authors=parsed("authors", _words, profile.authors),
            language=parsed("language", settings.language, profile.language),
        ),
        papers=parsed("papers", lambda text: _papers(text, language), before.papers),
        detail=parsed("detail", Detail, before.detail),
        figures=parsed("figures", lambda text: text == "on", before.figures),
        time=parsed("time", settings.clock_time, before.time),
        timezone=parsed("timezone", settings.timezone, before.timezone),
        days=parsed("days", lambda text: tuple(settings.weekdays(text)), before.days),
    )
    return made, problems


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w.strip()[:60] for w in re.split(r"[,，、;；\n]", text) if w.strip()))[:40]


def _categories(text: str, language: str) -> tuple[str, ...]:
    names: list[str] = []
    for typed in _words(text):  # `cs.CV cs.RO` is two, `computer vision` is one
        parts = typed.split()
        names += parts if all(check(part).possible for part in parts) else [typed]
    if not names:
        raise ValueError(say("setup.categories.hint", language))
    found = []
    for name in names:
        known = check(name)
        if not known.possible:
            raise ValueError(say("bad category", language, category=name, nearest=_nearest(known, language)))
        found.append(known.category)
    return tuple(found)


def _nearest(checked: Checked, language: str) -> str:
    return say("did you mean", language, names=", ".join(checked.nearest)) if checked.nearest else ""


def unlisted_warnings(categories: Sequence[str], language: str) -> list[str]:
    """Warnings for categories that are not on the bundled list: they may be new or misspelt."""
    doubtful = [checked for checked in map(check, categories) if not checked.known]
    return [say("unlisted", language, category=c.category, nearest=_nearest(c, language)) for c in doubtful]


def _papers(text: str, language: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 50:
        raise ValueError(say("bad number", language))
    return int(text)


async def save_form(context: Context, submission: Submission) -> tuple[Subscription | None, dict[str, str]]:
    """Saves the form and returns the settings, or returns None and the problems."""
    place = replace(submission.place, thread="")
    before = await context.subscription(place)
    language = await context.person_language(place, submission.person)
    # In a thread, since suggestions for a mistyped value are looked for in large tables.
    made, problems = await asyncio.to_thread(read, submission.fields, before, language)
    if problems:
        return None, problems
    made = replace(
        made, place=place, created=before.created or context.now(), set_by=submission.person.id, paused=False
    )
    await context.store.change_subscription(before, made)
    return made, {}


async def show_preview(context: Context, subscription: Subscription, respond: Responder) -> None:
    """Shows what the latest announcement would give, the next run, warnings, and "Post now"."""
    language = subscription.profile.language
    saved = say(
        "saved settings", language, next=run_time(next_run(subscription, context.now()), subscription, language)
    )
    lines = [saved, *(f"⚠ {warning}" for warning in unlisted_warnings(subscription.profile.categories, language))]
    ready = before_list(subscription, context.now())
    if ready is not None:
        local = ready.astimezone(ZoneInfo(subscription.timezone))
        lines.append(f"⚠ {say('list later', language, ready=f'{local:%H:%M}', time=subscription.time)}")
    if context.daily_budget is not None:
        dollars = f"{context.daily_budget:.2f}".removesuffix(".00")
        lines.append(say("setup.budget", language, dollars=dollars, n=context.questions_per_person))
    await respond.progress(saved)
    try:
        with booked(subscription.key, "rank"):
            preferences = await load_preferences(context.store, subscription.key)
            chosen, announced = await preview(
                subscription.profile, subscription.papers, context.services, context.now(), preferences
            )
    except PaperboyError as error:
        await respond.show(
            note(
                "\n\n".join([*lines, say("preview failed", language, why=in_language(error.sentence, language))]),
                language,
            )
        )
        return
    papers = [
        f"{n}\\. {link(tex.plain(paper.title), paper.abs_url)}\\\n{score.reason}"
        for n, (paper, score, _) in enumerate(chosen, 1)
    ]
    buttons = (
        Button("post_now", subscription.key, say("post now", language), Style.PRIMARY),
        Button("settings", subscription.key, say("change", language)),
    )
    blocks: tuple[Block, ...] = (
        Text("\n\n".join(lines)),
        Text(say("preview", language, n=announced)),
        *(Text(p) for p in papers),
        Small(escape(" · ".join(subscription.profile.categories))),
        Actions(buttons),
    )
    await respond.show(Post(blocks, saved[:90], language))
