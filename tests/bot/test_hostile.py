"""A paper that tries to act through what is quoted of it: title, authors, abstract, comment, quotations, hidden text and a name of a section. On both
platforms no mention, no command and no link of its own comes of it.
"""

import contextlib
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from bot.core.chat import Post
from bot.core.settings.settings import roundup, weekdays
from bot.core.subscription import Detail
from bot.digests import cards
from bot.discord.render import messages as discord
from bot.slack.render import messages as slack
from digest.arxiv import ids
from digest.checks import safe_markdown
from digest.checks.cleaning import last_remark
from digest.llm.replies.marks import marked
from digest.model import (
    FULL_PARTS,
    Analysis,
    Answer,
    Basis,
    Digest,
    Entry,
    Evidence,
    Finding,
    Hidden,
    Link,
    Part,
    Quote,
)
from digest.render import tex
from digest.render.labels import label
from digest.render.markdown import escape
from tests.bot.slack.worst_case import PINGS
from tests.builders import a_digest, a_paper, a_score
from tests.rows import each
from tests.servers.discord_rules import check_message, texts, walk
from tests.servers.slack import rules

ACTS = (
    f"{PINGS} <@&1> <@!123456789012345678> <#34> </paper:5> <:e:6> [click](https://evil.example/a) <https://evil.example/b|click> "
    "<https://evil.example/c> https://evil.example/d ![x](https://evil.example/e.png) [click]: https://evil.example/f "
    "mailto:a@evil.example discord.gg/evil `code` ||spoiler|| \n/digest remove\n# big\n> said\n-# small"
)
"""What acts on Slack or on Discord where a renderer lets it."""
HOSTS = frozenset(("arxiv.org", "github.com"))
LEADS = re.compile(r"https?://[^\s<>)\]]+|(?<![\w/.])discord\.gg/\S+")
"""What Discord makes a link of in a text."""


def hostile() -> Digest:
    """What the model says of the paper has been through the same filter as in a digest; the paper's own words come as they are."""
    paper = a_paper("2601.00001", title=f"TITLE {ACTS}", authors=(f"Ann {ACTS}", "Bob"), abstract=ACTS, comment=ACTS)
    evidence = Evidence(f"QUOTED {ACTS}", "https://arxiv.org/html/2601.00001v1#S1", f"1 Section {ACTS}")
    said = safe_markdown(f"SAID {ACTS}")
    parts = tuple(Part(name, said, said) for name in FULL_PARTS)
    analysis = Analysis(paper.id, 1, Basis.HTML, "en", "a-model", said, parts, (Finding(said, evidence, (ACTS,)),))
    note = label("hidden", "en", how="white", quote=escape(" ".join(ACTS.split())))
    links = (Link("code", "https://github.com/a/b", True),)
    hidden = (Hidden(ACTS, "white", "p. 1"),)
    entry = Entry(1, paper, replace(a_score(paper.id), reason=said), analysis, links, (note,), hidden=hidden)
    return replace(a_digest(1), entries=(entry,))


def posts() -> Iterator[Post]:
    digest = hostile()
    for detail in Detail:
        thread = cards.thread(digest, detail)
        yield from (thread.parent, *thread.replies)
    analysis = digest.entries[0].analysis
    assert analysis
    assert analysis.findings[0].evidence
    quote = Quote(1, analysis.findings[0].evidence, analysis.paper_id)
    answer = Answer(f"{analysis.core} [1]", (quote,), (analysis.paper_id,), "en", "a-model", unsupported=(ACTS,))
    yield cards.answer_post(answer, [(1, digest.entries[0].paper)], "a1")


POSTS = list(posts())


def urls(value: object) -> Iterator[str]:
    """Addresses that lead somewhere, in any field of a message."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("url", "image_url") and isinstance(inner, str):
                yield inner
            else:
                yield from urls(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from urls(inner)


def strange(found: Iterable[str]) -> list[str]:
    return [url for url in found if urlsplit(url).hostname not in HOSTS and not url.startswith("{{link:")]


@pytest.mark.parametrize("post", POSTS)
def test_on_slack_a_paper_does_nothing(post):
    for message in slack.render_post(post, "k"):
        rules.message_blocks(message["blocks"])  # refuses mentions of every kind
        rules.message_text(message["text"])
        assert strange(urls(message["blocks"])) == []
        assert strange(re.findall(r"<(https?://[^|>]*)", json.dumps(message["text"]))) == []
        assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)


@pytest.mark.parametrize("post", POSTS)
def test_on_discord_a_paper_does_nothing(post):
    for message in discord.messages(post):
        check_message(message, flags=message.get("flags", 0))
        assert message["allowed_mentions"].get("parse", []) == []
        assert strange(urls(message)) == []
        said = texts(message)
        assert strange(LEADS.findall(said)) == []
        assert not re.search(r"(?<!\\)<(?:@|#|/|:|a:)", said)
        assert [c for c in walk(message["components"]) if c["type"] in (11, 12, 13)] == []


@each(
    ("read", "text"),
    [
        (escape, "\n" * 20_000),
        (tex.plain, "${" * 10_000),
        (tex.plain, "$x$ " * 5_000),
        (ids.find_all, "2601.01231 " * 3_600),
        (safe_markdown, "**" * 20_000),
        (safe_markdown, r"\[" * 20_000),
        (last_remark, "*" * 12_000),
        (last_remark, "\\n" * 6_000),
        (marked, "！" * 20_000 + "x"),
        (weekdays, "A-" * 1_500),
        (roundup, "½" * 3_000),
        (roundup, "I " * 1_500),
    ],
)
def test_what_strangers_write_costs_no_more_than_its_length(read, text):
    """Each took from one second to a minute, mostly in one pattern, which holds the event loop up from a thread too."""
    with contextlib.suppress(ValueError):
        read(text[:40])
    began = time.thread_time()
    with contextlib.suppress(ValueError):
        read(text)
    assert time.thread_time() - began < 0.7
