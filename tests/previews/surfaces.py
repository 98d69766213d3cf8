"""What people see, as the real payloads of our renderers with the texts of the sample day, and as pages for pictures."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME

from bot.commands import home, setup, status
from bot.console import render
from bot.core.chat import Actions, Grant, Heading, Panel, Place, Post, Step, StepKind, Text
from bot.core.subscription import Detail, Subscription
from bot.core.texts import say
from bot.digests import cards
from bot.discord.render import messages as discord
from bot.discord.render import panels
from bot.discord.render import plan as discord_plan
from bot.questions.comparison import comparison_post
from bot.slack.render import messages as slack
from bot.slack.render import views
from bot.slack.render.views import Memo
from digest.aspects import ASPECTS, Cell, Comparison
from digest.fulltext.abstract import abstract_text
from digest.model import Answer, Digest, Evidence, Figure, Quote
from digest.ports import Source
from digest.render import tex
from digest.render.labels import day_words
from digest.render.markdown import link
from tests.previews import archive_html, discord_html, slack_html
from tests.previews.sample import QUOTES, sample_digest
from tests.previews.slack_html import Shown

LANGUAGES = ("en", "zh")
TALK = {
    "en": (
        "Does 5 release code?",
        "Yes. The authors say that data and code are public [1]; they name no licence and no weights.",
    ),
    "zh": ("5 有代码吗？", "有。作者写明数据和代码公开 [1]；没有写许可证和权重。"),
}
ASKED_LATER = {
    "en": ("Who collected the data?", "Nobody by hand: 2K real episodes came without teleoperation [1]."),
    "zh": ("数据是人工采集的吗？", "不是。2 千段真机数据不靠遥操作采集 [1]。"),
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
        found.append(_archive(digest, language))
    return found


def _archive(digest: Digest, language: str) -> Surface:
    """The page of the first paper, with an answer about it."""
    paper = digest.entries[0].paper
    quote = Quote(1, Evidence(QUOTES[1], paper.abs_url, {"zh": "摘要"}.get(language, "Abstract")), paper.id)
    question, said = ASKED_LATER[language]
    page = archive_html.paper_page(digest, question, Answer(said, (quote,), (paper.id,), language, "a-model"))
    return Surface(f"archive-paper-{language}", page, lambda theme: archive_html.themed(page, theme))


def _answer(digest: Digest, language: str) -> Post:
    entry = digest.entries[4]
    evidence = Evidence(QUOTED, entry.paper.abs_url, {"zh": "摘要"}.get(language, "Abstract"))
    answer = Answer(TALK[language][1], (Quote(1, evidence, entry.paper.id),), (entry.paper.id,), language, "a-model")
    return cards.answer_post(answer, [(5, entry.paper)], "0123")


def _subscription(digest: Digest) -> Subscription:
    return Subscription(Place("slack", "C0123456789"), digest.profile, timezone="Asia/Shanghai", time="13:30")


GRANTS = {"slack": ("member", "post", "history", "files"), "discord": ("post", "threads", "history", "files")}


def _panel(digest: Digest, language: str, platform: str) -> Panel:
    papers = [f"**{e.number}** {link(cards.name_in(digest, e), e.paper.abs_url)}" for e in digest.entries]
    lines = (say("preview", language, n=digest.coverage.announced), *papers)
    grants = tuple(Grant(name, held=True) for name in GRANTS[platform])
    return setup.panel(_subscription(digest), setup.State(), language, setup.Footer(lines, grants))


COMPARED = {
    "en": (
        (
            "Moving objects are handled while the model thinks",
            "200K synthetic and 2K real episodes",
            "Inference and execution at once, 0.4B",
            "60.5 % success, 8.53 s a task",
        ),
        ("Images in one step, without latents", "", "Averaged velocities on pixels", "FID 2.22 at 256²"),
    ),
    "zh": (
        ("一边推理一边操作运动物体", "20 万段合成、2 千段真机", "推理与执行并行，0.4B", "成功率 60.5 %，用时 8.53 s"),
        ("一步出图，不用潜空间", "", "像素上的平均速度", "256² FID 2.22"),
    ),
}
NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)
LINK = "https://team.slack.com/archives/C0123456789/p1769754600000100"


def _desk(digest: Digest, language: str) -> Post:
    subscription = replace(_subscription(digest), created=NOON)
    papers = [e.paper for e in digest.entries]
    day = day_words(digest.local_date, language, "MMMd")
    lines = [home.saved_line(tex.plain(p.title), p.id, "C0123456789", link(day, LINK)) for p in papers[3:6]]
    options = [(f"{cards.short_title(p, papers)} · {p.id}", p.id) for p in papers[3:6]]
    channel = subscription.place.channel
    state = status.state_of(subscription, NOON, None, language)
    parts = {
        "today": home.day_blocks(channel, digest, LINK, language),
        "saved": home.saved_blocks(lines, options, language, several=True),
        "questions": [Text(f"- {link(TALK[language][0], LINK)}")],
        "channels": [Heading(channel, 3), state, Actions(status.channel_buttons(subscription, language))],
    }
    return home.desk(parts, "", language)


def _status(digest: Digest, language: str) -> Post:
    subscription = replace(_subscription(digest), created=NOON)
    coverage = digest.coverage
    lines = [
        say("status.last", language, date=link(day_words(digest.local_date, language), LINK), n=len(digest.entries)),
        say("status.list", language, considered=coverage.considered, announced=coverage.announced),
        *status.settings_lines(subscription, language),
    ]
    title, state = say("status.title", language), status.state_of(subscription, NOON, None, language)
    blocks = status.status_blocks(title, state, (), lines)
    return Post((*blocks, Actions(status.channel_buttons(subscription, language))), title, language)


def _comparison(digest: Digest, language: str) -> Post:
    """Aspects of two papers of the sample, each cell with its quotation's link."""
    entries = digest.entries[:2]
    sources = [Source(e.paper, abstract_text(e.paper, ""), e.analysis, e.number) for e in entries]
    ids = tuple(e.paper.id for e in entries)
    label = {"zh": "摘要"}.get(language, "Abstract")
    cells = {}
    for n, (paper, told) in enumerate(zip(ids, COMPARED[language], strict=True), 1):
        quote = Quote(n, Evidence(QUOTES[0], f"https://arxiv.org/abs/{paper}", label), paper)
        for aspect, said in zip(ASPECTS, told, strict=False):
            cells[aspect, paper] = Cell(said, (quote,)) if said else Cell()
    answer = Answer("", (), ids, language, "a-model")
    made = Comparison(ASPECTS[:4], ids, answer, cells)
    return comparison_post(made, sources, language, "0123", by_words=False)


def _slack(digest: Digest, language: str) -> list[Surface]:
    steps = slack.steps(cards.thread(digest, Detail.SHORT), digest.key)
    by_reply = {step.reply: step.payload["blocks"] for step in steps if step.reply >= 0}
    answer = [message["blocks"] for message in slack.render_post(_answer(digest, language))]
    others = views.checklist(cards.others(digest, language), Memo("others", digest.subscription))
    view = views.panel(_panel(digest, language, "slack"), Memo("setup", digest.subscription))
    asked = [{"type": "section", "text": {"type": "plain_text", "text": TALK[language][0]}}]

    def made(name: str, messages: Sequence[Shown], modals: Sequence[Mapping[str, Any]] = ()) -> Surface:
        payload = [[list(m.blocks) for m in messages], list(modals)]
        title = f"slack-{name}-{language}"
        bar = "Paperboy" if name == "home" else "#cv-papers"
        return Surface(title, payload, lambda theme: slack_html.page(bar, messages, modals, theme))

    return [
        made("parent", [Shown(steps[0].payload["blocks"])]),
        made("reply", [Shown(by_reply[0])]),
        made("answer", [Shown(asked, "ann", "14:02"), *(Shown(blocks, at="14:02") for blocks in answer)]),
        made("others", [], [others]),
        made("setup", [], [view]),
        made("home", [Shown(views.home(_desk(digest, language))["blocks"], at="")]),
        made("status", [Shown(m["blocks"], alone=True) for m in slack.render_post(_status(digest, language))]),
        made("compare", [Shown(m["blocks"], at="14:05") for m in slack.render_post(_comparison(digest, language))]),
    ]


def _discord(digest: Digest, language: str) -> list[Surface]:
    steps = discord_plan.plan(cards.thread(digest, Detail.SHORT), digest.key)
    by_reply = {step.reply: step.payload["message"] for step in steps if step.reply >= 0}
    others = panels.checklist(cards.others(digest, language))
    asked = [{"type": 10, "content": TALK[language][0]}]
    panel = panels.message("setup", panels.begun(_panel(digest, language, "discord"), {}, None, 0))

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
        made("status", posts(_status(digest, language), alone=True)),
        made("compare", posts(_comparison(digest, language), "14:05")),
    ]


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def _terminal(digest: Digest, language: str) -> Surface:
    thread = cards.thread(digest, Detail.SHORT)

    def page(theme: str) -> str:
        console = render.terminal(Screen(), width=88)
        console.record = True
        console.print(render.parent(thread.parent))
        console.print(render.reply(thread.replies[0]))
        colours = ("#1e1e1e", "#d4d4d4") if theme == "dark" else ("#ffffff", "#1d1d1d")
        look = SVG_EXPORT_THEME if theme == "dark" else DEFAULT_TERMINAL_THEME
        body = console.export_html(theme=look, inline_styles=True, code_format="<pre>{code}</pre>")
        style = f'body{{margin:0;padding:16px;background:{colours[0]};color:{colours[1]};font:14px/1.35 "DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace}}pre{{font:inherit;margin:0}}a{{color:inherit}}'
        return f'<!doctype html><meta charset="utf-8"><style>{style}</style>{body}'

    return Surface(f"terminal-{language}", page("light"), page)
