"""`python -m tests.previews.slack OUT`: a Slack channel with a digest, its thread, an answer and the settings, as HTML pages for screenshots.

What stands in them comes out of the bot's own cards and renderer; the texts are those of the sample day, shortened.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from bot.commands import setup
from bot.core.chat import Place, Post, Text
from bot.core.subscription import Detail, Subscription
from bot.digests import cards
from bot.slack.render import messages, views
from bot.slack.render.views import Memo
from digest.model import Answer, Digest, Evidence, Quote
from tests.previews.sample import sample_digest
from tests.previews.slack_html import Shown, page
from tests.servers.slack import rules


def _blocks(post: Post) -> list[dict[str, Any]]:
    (message,) = messages.render_post(post)
    return rules.message_blocks(message["blocks"])


def _answer(digest: Digest) -> Post:
    entry = digest.entries[4]
    evidence = Evidence(
        "Data and code are available at https://sites.google.com/view/vi-probe/.", entry.paper.abs_url, "摘要"
    )
    text = "有。作者写明数据和代码公开 [1]；没有写许可证和权重。"
    answer = Answer(text, (Quote(1, evidence, entry.paper.id),), (entry.paper.id,), "zh", "a-model")
    return cards.answer_post(answer, [(5, entry.paper)], "0123")


async def pages() -> dict[str, str]:
    digest = await sample_digest()
    thread = cards.thread(digest, Detail.SHORT)
    question = Shown(_blocks(Post((Text("5 有代码吗？"),), "")), who="ann", at="14:02")
    talk = [Shown(_blocks(thread.replies[0]), at="13:31"), question, Shown(_blocks(_answer(digest)), at="14:02")]
    memo = Memo("setup", digest.subscription)
    subscription = Subscription(Place("slack", "C0123456789"), digest.profile, timezone="Asia/Shanghai", time="13:30")
    form = rules.view(views.panel(setup.panel(subscription, setup.State(), "zh", setup.Seen()), memo), ("modal",))
    full = views.pages("DynamicVLA", cards.full_page(digest.entries[0], "zh"), memo)
    return {
        "channel": page("#cv-papers", [Shown(_blocks(thread.parent))]),
        "thread": page("消息串 · #cv-papers", talk),
        "settings": page("/digest setup", [], [form]),
        "full": page("完整分析", [], full[:1]),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in asyncio.run(pages()).items():
        (folder / f"{name}.html").write_text(text)
        print(folder / f"{name}.html")
