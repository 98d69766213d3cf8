"""`python -m tests.previews.slack OUT`: a Slack channel with a digest, its thread, an answer and the settings, as HTML pages for screenshots.

What stands in them comes out of the bot's own cards and renderer; the texts are those of the sample day, shortened.
"""

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.cli.sample import SampleDay
from bot.commands import setup
from bot.core.chat import Place, Post, Text
from bot.core.subscription import Detail, Subscription
from bot.digests import cards
from bot.slack.render import messages, views
from bot.slack.render.views import Memo
from digest.model import (
    Analysis,
    Answer,
    Basis,
    Coverage,
    Digest,
    Entry,
    Evidence,
    Finding,
    Link,
    Mention,
    Paper,
    Part,
    Profile,
    Quote,
    Score,
    Summary,
    Theme,
    Usage,
)
from tests.previews.slack_html import Shown, page
from tests.servers.slack import rules

ORDER = (
    "2601.20742",
    "2601.22158",
    "2601.22155",
    "2601.22153",
    "2601.22150",
    "2601.22143",
    "2601.22135",
    "2601.22127",
    "2601.22125",
    "2601.22094",
)
SAID = (
    "把视觉编码与视觉 token 放进同一个优化框架（综述）。",
    "一步、无潜空间：ImageNet 256² FID 2.22，512² FID 2.48。",
    "1,000 题、10,417 条细则；GPT-5-Thinking 66.4，最好的开源模型 49.1。",
    "边执行边推理，0.4B 的 VLA 跟上运动中的物体；附 DOM 基准（200K 合成、2K 真机）。",
    "模型看反转的错觉图仍答旧答案，原因不止一个：GPT-5 是**记忆覆盖**，Qwen 系列像是视觉处理受限。",
    "用一个轻量 LoRA 同时译配和对口型",
    "用物理约束重打光",
    "按文字稿增、删、改时长。",
    "把“创意”定义为 CLIP 空间里的低概率。",
    "以 3D 资产作参照。",
)
PARTS = {
    "abstract": "操作运动中的物体对 VLA 模型仍是难题：它们在静态操作中泛化很强，但在需要快速感知、时间预判和连续控制的动态场景里吃力。我们提出 DynamicVLA，以三项设计把时间推理与闭环适应结合起来。",
    "motivation": "物体在动，推理要时间：模型看到的状态与动作执行时的状态已不一致（感知—执行差距）。现有 VLA 多为“推理完再执行”，块与块之间还要等待。",
    "method": "- **骨干：**SmolLM2-360M 前 16 层 + 卷积编码器 FastViT，避免多帧输入时 token 平方增长。\n- **动作专家：**条件流匹配 Transformer，一次输出一段动作 $A_t = \\{a_t, \\ldots, a_{t+n}\\}$。\n- **连续推理 CI：**每 $m$ 步触发一次推理，旧动作还在执行，新动作已在计算（$n > m$，所以不断档）。",
    "novelty": "不是单纯追求低延迟，而是管理并补偿延迟：多数 VLA 串行推理与执行，这里两者并行（CI），再由 LAAS 选动作。",
    "experiments": "DOM 基准，仿真加真机。\n\n| 方法 | 成功率 | 用时 |\n|---|---|---|\n| DynamicVLA | **60.5 %** | 8.53 s |\n| SmolVLA | 12.7 % | 9.94 s |",
    "practical": "仿真 Isaac Sim，真机 Franka Emika Panda 与 AgileX PiPER；CI 与 LAAS 可作为模块接到别的 VLA 上。",
    "conclusion": "一边想一边动手，只用最新的动作。局限：强扰动下仍不稳；数据管线假定刚体，柔性物体与流体需扩展。",
}
QUOTES = (
    "Continuous Inference, enabling overlapping reasoning and execution for lower latency and timely adaptation to object motion",
    "efficiently gathers 200K synthetic episodes across 2.8K scenes and 206 objects, and enables fast collection of 2K real-world episodes without teleoperation",
)


def _analysis(paper: Paper, core: str) -> Analysis:
    found = [Evidence(q, f"{paper.html_url}#abstract1", "摘要") for q in QUOTES]
    parts = tuple(Part(name, text, text) for name, text in PARTS.items())
    findings = (Finding("推理与执行重叠，延迟更低。", found[0]), Finding("数据不靠遥操作，自动采集。", found[1]))
    return Analysis(paper.id, paper.version, Basis.HTML, "zh", "a-model", core, parts, findings)


async def sample_digest() -> Digest:
    papers = await SampleDay().get(ORDER)
    entries = tuple(
        Entry(
            n,
            paper,
            Score(paper.id, 9, 8, "你们关注“具身、VLA”。", "a-model"),
            _analysis(paper, "让 0.4B 的 VLA 一边执行一边推理，并丢弃已过时的动作，从而跟上运动中的物体。"),
            (
                Link("code", "https://github.com/hzxie/DynamicVLA", True),
                Link("project", "https://haozhexie.com/project/dynamic-vla", False),
            ),
        )
        for n, paper in enumerate(papers, 1)
    )
    by = {n: Mention(e.paper.id, SAID[n - 1]) for n, e in enumerate(entries, 1)}
    summary = Summary(
        "zh",
        "a-model",
        "先读：DynamicVLA 抓运动物体；Pixel MeanFlow 一步生成 FID 2.22；UEval 统一模型最高 66.4",
        "生成模型在变快，也开始直接改真实视频；两篇评测提醒：统一模型和 VLM 离“真的看懂”还有距离。",
        (by[4], by[2], by[3]),
        (Theme("音画一起生成：", (by[6], by[8])), Theme("生成里请进物理和三维：", (by[7], by[10]))),
        (Theme("", (by[5],)),),
        (Theme("", (by[1],)), Theme("", (by[9],))),
    )
    return Digest(
        "slack:C0123456789",
        "daily",
        date(2026, 1, 30),
        date(2026, 1, 30),
        datetime(2026, 1, 30, 6, tzinfo=UTC),
        Profile(("cs.CV", "cs.RO"), "具身、VLA", language="zh"),
        entries,
        summary,
        Coverage(231, 231, 10, (ORDER[0],)),
        Usage(16, 120_000, 20_000, 15_000, 0.41),
    )


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
    thread = cards.thread(digest, Detail.SHORT, show_cost=True)
    question = Shown(_blocks(Post((Text("5 有代码吗？"),), "")), who="ann", at="14:02")
    talk = [Shown(_blocks(thread.replies[3]), at="13:31"), question, Shown(_blocks(_answer(digest)), at="14:02")]
    memo = Memo("setup", digest.subscription)
    subscription = Subscription(Place("slack", "C0123456789"), digest.profile, timezone="Asia/Shanghai", time="13:30")
    form = rules.view(views.form(setup.form(subscription, "zh"), memo), ("modal",))
    full = views.pages("DynamicVLA", cards.full_page(digest.entries[3], "zh"), memo)
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
