"""Pictures of a digest, a paper and an answer on Discord, as a simulated Discord shows them in a browser.

python -m tests.bot.discord.pictures FOLDER        (needs simcord[screenshot] and chromium)
"""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import simcord

from bot.core.chat import Place, Thread
from bot.core.subscription import Detail
from bot.digests import cards
from bot.discord.chat import DiscordChat
from bot.discord.listeners.client import Gateway
from digest.model import Answer, Basis, Digest, Evidence, Finding, Mention, Part, Quote, Summary, Theme
from digest.ports import MemoryCache
from tests.bot.discord.recording import RecordingHandler
from tests.builders import a_digest, a_paper, an_analysis, an_entry

WIDE, PHONE = (820, 1200), (390, 1200)
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
BARE = """
#toolbar, #messages-sidebar, #inspector-panel, #channel-composer, #drawer-scrim, #channel-layout > header { display: none !important }
html, body, #preview-shell, #preview-workspace, #preview-stage, #preview-app, #channel-layout, #channel-timeline, #channel-message-list {
  display: block !important; position: static !important; height: auto !important; max-height: none !important; overflow: visible !important;
  width: 100% !important; max-width: none !important; min-width: 0 !important; margin: 0 !important; transform: none !important; zoom: 1 !important }
#channel-message-list { padding: 8px !important; background: #313338 }
"""
PAPERS = (
    ("2601.20742", "Compression Tells Intelligence: Visual Coding, Visual Token Technology, and the Unification"),
    ("2601.22158", "One-step Latent-free Image Generation with Pixel Mean Flows"),
    ("2601.22155", "UEval: A Benchmark for Unified Multimodal Generation"),
    ("2601.22153", "DynamicVLA: A Vision-Language-Action Model for Dynamic Object Manipulation"),
    ("2601.22150", "Do VLMs Perceive or Recall? Probing Visual Perception vs. Memory with Classic Visual Illusions"),
    ("2601.22143", "JUST-DUB-IT: Video Dubbing via Joint Audio-Visual Diffusion"),
)
SAID = {
    4: "边执行边推理，0.4B 的 VLA 跟上运动中的物体；附 DOM 基准（200K 合成、2K 真机）。",
    2: "一步、无潜空间：ImageNet 256² FID 2.22，512² FID 2.48。",
    3: "1,000 题、10,417 条细则；GPT-5-Thinking 66.4，最好的开源模型 49.1。",
    6: "用一个轻量 LoRA 同时译配和对口型。",
    5: "模型看反转的错觉图仍答旧答案，原因不止一个：GPT-5 是记忆覆盖，Claude-Opus-4.1 是感知与记忆相争。",
    1: "把视觉编码与视觉 token 放进同一个优化框架（综述）。",
}
PARTS = {
    "abstract": "操作运动中的物体对 VLA 模型仍是难题：它们在静态操作中泛化很强，但在需要快速感知、时间预判和连续控制的动态场景里吃力。我们提出 DynamicVLA：1) 紧凑的 0.4B VLA；2) 连续推理，推理与执行重叠；3) 潜在感知动作流，强制动作在时间上对齐。",
    "motivation": "物体在动，推理要时间：模型看到的状态与动作执行时的状态已不一致。现有 VLA 多为“推理完再执行”，块与块之间还要等待。",
    "method": "- 骨干：SmolLM2-360M 前 16 层 + 卷积编码器 FastViT。\n- 动作专家：条件流匹配 Transformer，一次输出一段动作 $A_t = \\{a_t, …, a_{t+n}\\}$。\n- 连续推理 CI：每 m 步触发一次推理，旧动作还在执行。\n- 动作流 LAAS：推理期间已过时的动作丢弃。",
    "novelty": "不是单纯追求低延迟，而是管理并补偿延迟：多数 VLA 串行推理与执行，这里两者并行，再由 LAAS 选动作。",
    "experiments": "| 方法 | 交互 | 感知 | 泛化 |\n|---|---|---|---|\n| **DynamicVLA** | 60.5 % | 38.5 % | 40.5 % |\n| SmolVLA | 21.0 % | 14.0 % | 12.5 % |\n\n去掉 CI 或 LAAS 都明显下降（表 II、V）。",
    "practical": "仿真 Isaac Sim，真机 Franka Emika Panda 与 AgileX PiPER。CI 与 LAAS 可作为模块接到别的 VLA 上。",
    "conclusion": "一边想一边动手，只用最新的动作。局限：强扰动下仍不稳；数据管线假定刚体。",
}


def a_day() -> Digest:
    entries = []
    for number, (paper_id, title) in enumerate(PAPERS, 1):
        paper = a_paper(paper_id, title=title)
        quoted = Evidence(
            "efficiently gathers 200K synthetic episodes across 2.8K scenes and 206 objects",
            f"{paper.html_url}#abstract1",
            "摘要",
        )
        overlap = Evidence(
            "enabling overlapping reasoning and execution for lower latency and timely adaptation to object motion",
            f"{paper.html_url}#S3",
            "3 Method",
        )
        analysis = an_analysis(
            paper,
            basis=Basis.HTML,
            core="让 0.4B 的 VLA 一边执行一边推理，并丢弃已过时的动作，从而跟上运动中的物体。",
            parts=tuple(Part(name, text, text) for name, text in PARTS.items()),
            findings=(Finding("推理与执行重叠，延迟更低。", overlap), Finding("数据不靠遥操作，自动采集。", quoted)),
        )
        entries.append(an_entry(number, paper, analysis=analysis))
    said = {n: Mention(entries[n - 1].paper.id, text) for n, text in SAID.items()}
    summary = Summary(
        "zh",
        "a-model",
        "先读：DynamicVLA 抓运动物体；Pixel MeanFlow 一步生成",
        "生成模型在变快，也开始直接改真实视频；两篇评测提醒：统一模型和 VLM 离“真的看懂”还有距离。",
        (said[4], said[2], said[3]),
        (Theme("音画一起生成：", (said[6],)),),
        (Theme("", (said[5],)),),
        (Theme("", (said[1],)),),
    )
    return replace(a_digest(), entries=tuple(entries), summary=summary, local_date=date(2026, 1, 30))


def an_answer() -> Answer:
    evidence = Evidence(
        "Data and code are available at https://sites.google.com/view/vi-probe/.",
        "https://arxiv.org/abs/2601.22150v1",
        "摘要",
    )
    return Answer(
        "有。作者写明数据和代码公开 [1]；没有写许可证和权重。",
        (Quote(1, evidence, "2601.22150"),),
        ("2601.22150",),
        "zh",
        "a-model",
    )


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chat = DiscordChat("")
    bot = Gateway(RecordingHandler(), chat, MemoryCache())
    chat.rest.client = bot
    async with simcord.run(bot) as env:
        env.backend.bot_user.name = env.backend.bot_user.global_name = "Paperboy"
        guild = env.create_guild("Vision Lab")
        channel = guild.create_text_channel("papers")
        ada = guild.add_member(env.create_user("ada"))
        digest, place = a_day(), Place("discord", str(channel.id))
        thread: Thread = cards.thread(digest, Detail.SHORT)
        ids: dict[str, str] = {}
        for step in chat.plan(thread, place, "k"):
            if step.kind != "edit" and (step.reply in (-1, 3)):  # of the papers one
                ids[step.key] = await chat.post(step, place, ids.get(step.on, ""))
        await env.settle()
        opened = channel.threads[0]
        await ada.send(opened, "5 有代码吗？")
        post = cards.answer_post(an_answer(), [(5, digest.entries[4].paper)], "a1")
        await chat.send(replace(place, thread=str(opened.id)), post, "answer:1")
        await env.settle()
        for name, where in (("digest", channel), ("thread", opened)):
            for size, (width, height) in (("wide", WIDE), ("phone", PHONE)):
                view = env.preview(where, viewers=[ada], layout="channel", width=width, height=height, locale="zh-CN",
                                   timezone="Asia/Shanghai", presentation_time=datetime(2026, 1, 30, 6, tzinfo=UTC))  # fmt: skip
                async with view:
                    await shot(view.url, folder / f"discord-{name}-{size}.png", width, height)


async def shot(url: str, path: Path, width: int, height: int) -> None:
    """The messages alone, at a width: what the simulation's own page has around them is hidden."""
    from playwright.async_api import async_playwright

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(
            bypass_csp=True, viewport={"width": width, "height": height}, device_scale_factor=1.2
        )
        await page.goto(url)
        await page.wait_for_selector("#channel-message-list > *", timeout=20_000)
        await page.add_style_tag(content=BARE)
        await page.wait_for_timeout(500)
        await page.locator("#channel-message-list").screenshot(path=path)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
