"""Generated digests, a thousand with `DIGESTS=1000`: no platform would refuse one, and a phone shows them in the lines they may take.

The values are drawn from a seed, not by hypothesis, which takes ten times as long for values of this size.
"""

# ruff: noqa: SIM905  # lists of words read as words
import json
import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

import pytest

from bot.core.chat import Post, Step, Upload
from bot.core.ids import LINK_PLACEHOLDER
from bot.core.rights import ACTIONS
from bot.core.subscription import Detail
from bot.core.texts import say
from bot.digests import cards
from bot.discord.render.messages import with_upload
from bot.discord.render.plan import plan
from bot.slack.render.messages import steps
from digest.checks import safe_markdown
from digest.model import (
    ABSTRACT_PARTS,
    CLAIM,
    FULL_PARTS,
    Analysis,
    Basis,
    Coverage,
    Digest,
    Entry,
    Evidence,
    Figure,
    Finding,
    Link,
    Mention,
    Part,
    Skip,
    Summary,
    Theme,
)
from digest.render.width import columns
from tests.builders import a_digest, a_paper, a_score
from tests.phone import discord_lines_above, discord_text, slack_lines, slack_text
from tests.servers.discord_rules import check_message, pinged
from tests.servers.slack import rules

DIGESTS, MANY = int(os.environ.get("DIGESTS", "120")), 8
"""All of them, and those of ten papers. `DIGESTS=1000` takes a minute."""
LINK = (
    f"https://{'x' * 20}.slack.com/archives/C0123456789/p1234567890123456?thread_ts=1234567890.123456&cid=C0123456789"
)
LANGUAGES = ("en", "zh", "ja", "ko", "de", "fr", "es", "pt-BR", "ar")
WORDS = (
    *"vision model learning robust diffusion one-step latent-free transformer 3D 0.4B FID benchmark for with and of the".split(),
    *"视觉 模型 一步生成 统一多模态 学习 映像 生成 비디오 생성 Datensätze modèles généralisation aprendizaje".split(),
    *"مُلاحَظة البصرية עברית 👩🏽‍🔬 🚀 ﷽ Ünïcödé ﬁne-tuning ＦＵＬＬ e\u0301tat \u200bzero".split(),
    *r"$\pi_0$ $O(n^{2})$ \textbf{bold} \href{}{} $\mathcal{L}_{\mathrm{sim}}$ $\frac{a}{b \sqrt \alpha C^*-algebra".split(),
    *"<!channel> @everyone <@U123> @here <@&1> `code` *star* _under_ ~~x~~ [a](https://evil.example) <b> & &amp; | || > # 1.".split(),
    "Supercalifragilisticexpialidocious" * 3,
)
TEX = "\\"
"""Of TeX that nothing converts: it is shown as it came, and is longer than it was taken to be."""
SHORT = [w for w in WORDS if len(w) < 20]


@cache
def stock(most: int) -> list[str]:
    chance = random.Random(most)
    return [" ".join(chance.choices(WORDS, k=chance.randint(1, most))) for _ in range(40)]


safe = lru_cache(maxsize=None)(safe_markdown)


class Made:
    """Values of one digest, from a seed."""

    def __init__(self, seed: int) -> None:
        self.seed, self.random = seed, random.Random(seed)

    def words(self, most: int) -> str:
        """Of a small stock, which the parsers' caches hold."""
        return self.random.choice(stock(most))

    def short(self, width: int) -> str:
        """A text of at most so many columns."""
        said = ""
        for word in self.random.choices(SHORT, k=self.random.randint(0, 14)):
            if columns(f"{said} {word}") <= width:
                said = f"{said} {word}".strip()
        return said

    def title(self) -> str:
        kind = self.random.random()
        name = self.short(30)
        if kind < 0.5 and name:
            return f"{name}: {self.words(12)}"
        return self.words(30 if kind > 0.95 else 14)

    def authors(self) -> tuple[str, ...]:
        count = self.random.choice((0, 1, 2, 3, 4, 12, 3_000))
        return tuple(f"{self.short(12) or 'A.'} {n}" for n in range(min(count, 20))) + ("Bo Li",) * max(0, count - 20)

    def entry(self, number: int, language: str, *, many: bool) -> Entry:
        rest = self.random
        day = datetime(2026, 1, 29, tzinfo=UTC) - timedelta(days=rest.randint(0, 3000))
        paper = a_paper(
            f"2601.{number:05}", title=self.title(), authors=self.authors(), abstract=self.words(150), published=day,
            comment=rest.choice(("", "12 pages", self.words(40))), journal_ref=rest.choice(("", self.words(8))),
        )  # fmt: skip
        basis = rest.choice(tuple(Basis))
        parts = tuple(
            Part(name, safe(self.words(70)), safe(self.words(120)), (self.short(20),) if rest.random() < 0.1 else ())
            for name in (FULL_PARTS if basis.full else ABSTRACT_PARTS)
            if rest.random() < (0.9 if many else 0.2)
        )  # fmt: skip
        findings = tuple(
            Finding(safe(self.words(20)), Evidence(self.words(40), f"{paper.html_url}#S1", self.short(30) or "S1"))
            for _ in range(rest.randint(0, 4))
        )
        core = safe(self.words(35)) if rest.random() < 0.9 else ""
        analysis = Analysis(paper.id, 1, basis, language, "m", core, parts, findings)
        links = tuple(
            Link(rest.choice(("code", "data", "project")), f"https://{rest.choice(('github.com', 'evil.example'))}/{n}?q=(a)_b", rest.random() < 0.5)
            for n in range(rest.randint(0, 3))
        )  # fmt: skip
        figure = Figure("x1.png", self.short(12), self.words(60), "S1.F1", "CC BY 4.0") if rest.random() < 0.4 else None
        return Entry(
            number, paper, replace(a_score(paper.id), reason=safe(self.words(20))), analysis if rest.random() < 0.93 else None, links,
            tuple(safe(self.words(15)) for _ in range(rest.choice((0, 0, 0, 1)))), late=rest.random() < 0.1, figure=figure,
        )  # fmt: skip

    def digest(self) -> Digest:
        language = self.random.choice(LANGUAGES)
        many = self.seed < MANY
        entries = tuple(self.entry(n, language, many=many) for n in range(1, 11 if many else 2))
        mentions = [
            Mention(e.paper.id, safe(self.words(20)), safe(self.short(self.random.randint(20, CLAIM)))) for e in entries
        ]
        first, rest = mentions[:3], mentions[3:]
        themes = [Theme(safe(self.short(50)), tuple(rest[i : i + 2])) for i in range(0, len(rest), 2)]
        summary = Summary(
            language, "m", self.short(90) or "News", safe(self.words(24)), tuple(first), tuple(themes[:2]), tuple(themes[2:3]),
            tuple(themes[3:]),
        )  # fmt: skip
        shown = [e.paper.id for e in entries]
        coverage = Coverage(240, 239, len(entries), tuple(shown[:1]), (Skip("1", "t", "withdrawn"),))
        base = a_digest(1)
        profile = replace(base.profile, language=language, categories=("cs.CV", "cs.RO", "stat.ML"))
        return replace(base, entries=entries, summary=summary, coverage=coverage, profile=profile)


def above_fold(blocks: list) -> list:
    end = next((n for n, b in enumerate(blocks) if b["type"] in ("section", "divider", "actions")), len(blocks))
    return blocks[:end]


def decided_by(entry: Entry, language: str, detail: Detail) -> bool:
    """Whether title, notes, core idea and reason alone leave room, and the one finding that a card has: none is cut."""
    core = entry.analysis.core if entry.analysis else ""
    own = cards.why(entry, language)
    one = entry.analysis.findings[:1] if entry.analysis and detail is Detail.CARD else ()
    found = [text for f in one if f.evidence for text in (f.statement, f.evidence.quotation)]
    return sum(map(columns, (entry.paper.title, core, own, *entry.notes, *found))) <= 400


@pytest.mark.parametrize("part", range(4))
def test_no_platform_refuses_any_and_a_phone_shows_them_in_few_lines(part):
    parents: list[int] = []
    for seed in range(part, DIGESTS, 4):
        made = Made(seed)
        digest = made.digest()
        detail = made.random.choice((Detail.CARD, Detail.SHORT, Detail.SHORT, Detail.FULL))
        thread = cards.thread(digest, detail, archive=bool(seed % 2))
        names = [cards.name_in(digest, e) for e in digest.entries]
        assert len({n.casefold() for n in names}) == len(names)
        on_slack(thread, digest, detail, parents)
        on_discord(thread, digest, detail)
        for step in plan(cards.thread(digest, detail, apart=True), "k"):
            check_discord(step)
    assert max(parents) <= 45


def on_slack(thread, digest: Digest, detail: Detail, parents: list[int]) -> None:
    made = steps(thread, "k")
    for step in made:
        rules.message_blocks(LINK_PLACEHOLDER.sub(LINK, json.dumps(step.payload["blocks"])))
        rules.message_text(step.payload["text"])
    parent = made[0].payload["blocks"]
    if not digest.notes:
        parents.append(slack_lines(parent))
    links = json.dumps(parent)
    assert [links.count(f'"{e.paper.abs_url}"') for e in digest.entries] == [1] * len(digest.entries)
    for step in made:
        if step.reply >= 0 and decided_by(digest.entries[step.reply], digest.language, detail):
            shown = above_fold(step.payload["blocks"])
            assert slack_lines(shown) <= 20 or TEX in slack_text(shown)


def check_discord(step: Step) -> None:
    upload = Upload(b"\x89PNG", "A figure") if step.picture else None
    for payload in (step.payload, *([step.bare] if step.picture else [])):
        for name in ("message", "text", "forum"):
            message = payload.get(name)
            message = message.get("message", message) if message else None
            if message is None:
                continue
            message = with_upload(message, upload if payload is step.payload else None)
            edit = step.kind == "edit"
            starter = "content" in message
            check_message(message, flags=message.get("flags", 0), edit=edit, starter=starter)
            assert pinged(message) == []


def on_discord(thread, digest: Digest, detail: Detail) -> None:
    made = plan(thread, "k")
    for step in made:
        check_discord(step)
        if step.reply >= 0 and decided_by(digest.entries[step.reply], digest.language, detail):
            components = step.payload["message"]["components"]
            assert discord_lines_above(components) <= 20 or TEX in discord_text(components)
    assert len(discord_text(made[0].payload["text"]["components"]).splitlines()) >= len(digest.entries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_controls_say_in_words_what_they_do(language):
    """No meaning by emoji or colour alone: what reads the screen to people finds words."""
    digest = replace(a_digest(1), profile=replace(a_digest(1).profile, language=language))
    blocks = steps(cards.thread(digest, Detail.SHORT), "k")[1].payload["blocks"]
    (pair,) = next(b for b in blocks if b["type"] == "context_actions")["elements"]
    for name in ("positive_button", "negative_button"):
        assert any(c.isalpha() for c in pair[name]["accessibility_label"])
    assert say("card.more", language) in pair["positive_button"]["accessibility_label"]
    assert isinstance(
        cards.menu("slack:C1:2026-01-30:daily", language, "", archive=True, share=False, allowed=ACTIONS), Post
    )
