"""What people see, as the real payloads of our renderers with the texts of the sample day, and as pages for pictures."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

from bot.commands import setup
from bot.console import render
from bot.core.chat import Grant, Panel, Place, Post, Step, StepKind
from bot.core.subscription import Detail, Subscription
from bot.digests import cards
from bot.discord.render import messages as discord
from bot.discord.render import panels
from bot.discord.render import plan as discord_plan
from bot.slack.render import messages as slack
from bot.slack.render import views
from bot.slack.render.views import Memo
from digest.model import Answer, Digest, Evidence, Figure, Quote
from tests.previews import discord_html, slack_html
from tests.previews.sample import sample_digest
from tests.previews.slack_html import Shown

LANGUAGES = ("en", "zh")
TALK = {
    "en": (
        "Does 5 release code?",
        "Yes. The authors say that data and code are public [1]; they name no licence and no weights.",
    ),
    "zh": ("5 有代码吗？", "有。作者写明数据和代码公开 [1]；没有写许可证和权重。"),
}
QUOTED = "Data and code are available at https://sites.google.com/view/vi-probe/."
FIGURE = Figure("2601.22153v1/x1.png", "Figure 1", "Overview of DynamicVLA.", "S1.F1", "CC BY 4.0")
"""The picture itself is drawn in its place: nobody's figure lies in this repository."""


@dataclass(frozen=True)
class Surface:
    name: str
    """`slack-parent-en`."""
    payload: Any
    """What a picture of it depends on, as JSON."""
    page: Callable[[str], str]
    """Theme (`light`, `dark`) to HTML."""


async def surfaces() -> list[Surface]:
    found = []
    for language in LANGUAGES:
        digest = await sample_digest(language)
        first, *others = digest.entries
        digest = replace(digest, entries=(replace(first, figure=FIGURE), *others))
        found += [*_slack(digest, language), *_discord(digest, language), _terminal(digest, language)]
    return found


def _answer(digest: Digest, language: str) -> Post:
    entry = digest.entries[4]
    evidence = Evidence(QUOTED, entry.paper.abs_url, {"zh": "摘要"}.get(language, "Abstract"))
    answer = Answer(TALK[language][1], (Quote(1, evidence, entry.paper.id),), (entry.paper.id,), language, "a-model")
    return cards.answer_post(answer, [(5, entry.paper)], "0123")


def _subscription(digest: Digest) -> Subscription:
    return Subscription(Place("slack", "C0123456789"), digest.profile, timezone="Asia/Shanghai", time="13:30")


def _panel(digest: Digest, language: str) -> Panel:
    papers = " · ".join(f"**{e.number}** {cards.short_title(e.paper)}" for e in digest.entries[:3])
    grants = tuple(Grant(name, held=True) for name in ("post", "threads", "history"))
    return setup.panel(_subscription(digest), setup.State(), language, setup.Footer((papers,), grants))


def _slack(digest: Digest, language: str) -> list[Surface]:
    steps = slack.steps(cards.thread(digest, Detail.SHORT), digest.key)
    by_reply = {step.reply: step.payload["blocks"] for step in steps if step.reply >= 0}
    answer = [message["blocks"] for message in slack.render_post(_answer(digest, language))]
    others = views.checklist(cards.others(digest, language), Memo("others", digest.subscription))
    view = views.panel(_panel(digest, language), Memo("setup", digest.subscription))
    asked = [{"type": "section", "text": {"type": "plain_text", "text": TALK[language][0]}}]

    def made(name: str, messages: Sequence[Shown], modals: Sequence[Mapping[str, Any]] = ()) -> Surface:
        payload = [[list(m.blocks) for m in messages], list(modals)]
        title = f"slack-{name}-{language}"
        return Surface(title, payload, lambda theme: slack_html.page("#cv-papers", messages, modals, theme))

    return [
        made("parent", [Shown(steps[0].payload["blocks"])]),
        made("reply", [Shown(by_reply[0])]),
        made("answer", [Shown(asked, "ann", "14:02"), *(Shown(blocks, at="14:02") for blocks in answer)]),
        made("others", [], [others]),
        made("setup", [], [view]),
    ]


def _discord(digest: Digest, language: str) -> list[Surface]:
    steps = discord_plan.plan(cards.thread(digest, Detail.SHORT), digest.key)
    by_reply = {step.reply: step.payload["message"] for step in steps if step.reply >= 0}
    others = panels.checklist(cards.others(digest, language))
    asked = [{"type": 10, "content": TALK[language][0]}]
    panel = panels.message("setup", panels.begun(_panel(digest, language), {}, None, 0))

    def made(name: str, messages: Sequence[Shown], modals: Sequence[Mapping[str, Any]] = ()) -> Surface:
        payload = [[list(m.blocks) for m in messages], list(modals)]
        title = f"discord-{name}-{language}"
        return Surface(title, payload, lambda theme: discord_html.page("#cv-papers", messages, modals, theme))

    def posts(post: Post, at: str = "13:30", *, alone: bool = False) -> list[Shown]:
        return [Shown(discord_html.components(m), at=at, alone=alone) for m in discord.messages(post)]

    apart = discord_plan.plan(cards.thread(digest, Detail.SHORT, apart=True), digest.key)
    index = [s for s in apart if s is apart[0] or (s.payload.get("only") == "forum" and s.kind is not StepKind.EDIT)]
    first = next(s for s in apart if s.reply == 0)
    more = [s for s in apart if s.on == first.key]

    def post(name: str, first: Step, more: Sequence[Step]) -> Surface:
        head = first.payload["forum"]
        shown = [discord_html.starter(head["message"], pictured=first.picture is not None)]
        shown += [discord_html.components(s.payload["message"]) for s in more]
        payload = [head["name"], head["tags"], *(list(blocks) for blocks in shown)]
        title = f"{head['name']} · {', '.join(names[0] for names in head['tags'][:5])}"
        pages = [Shown(blocks) for blocks in shown]
        return Surface(f"discord-{name}-{language}", payload, lambda theme: discord_html.page(title, pages, (), theme))

    return [
        post("forum", index[0], index[1:]),
        post("post", first, more),
        made("parent", [Shown(discord_html.components(steps[0].payload["text"]))]),
        made("reply", [Shown(discord_html.components(by_reply[0]))]),
        made("answer", [Shown(asked, "ann", "14:02"), *posts(_answer(digest, language), "14:02")]),
        made("others", [Shown(discord_html.components(m), alone=True) for m in others]),
        made("setup", [Shown(discord_html.components(panel), alone=True)]),
    ]


def _terminal(digest: Digest, language: str) -> Surface:
    thread = cards.thread(digest, Detail.SHORT)

    def page(theme: str) -> str:
        console = render.terminal(io.StringIO(), width=88)
        console.record = True
        console.print(render.parent(thread.parent))
        console.print(render.reply(thread.replies[0]))
        colours = ("#1e1e1e", "#d4d4d4") if theme == "dark" else ("#ffffff", "#1d1d1d")
        look = SVG_EXPORT_THEME if theme == "dark" else DEFAULT_TERMINAL_THEME
        body = console.export_html(theme=look, inline_styles=True, code_format="<pre>{code}</pre>")
        style = f'body{{margin:0;padding:16px;background:{colours[0]};color:{colours[1]};font:14px/1.35 "DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace}}pre{{font:inherit;margin:0}}'
        return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}'

    return Surface(f"terminal-{language}", page("light"), page)
