"""The sample day as a digest with a model's texts, in English and Chinese, for pictures and for counting lines."""

from datetime import UTC, date, datetime

from digest.model import (
    Analysis,
    Basis,
    Candidate,
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
    Score,
    Summary,
    Theme,
    Usage,
)
from tests.sample_day import SampleDay

ORDER = (
    "2601.22153", "2601.22158", "2601.22155", "2601.20742", "2601.22150", "2601.22143", "2601.22135", "2601.22127", "2601.22125",
    "2601.22094",
)  # fmt: skip
CLAIMS = {
    "en": (
        "acts while it reasons, keeps up with moving objects",
        "one step, no latents, FID 2.22 at 256²",
        "best open model 49.1, GPT-5-Thinking 66.4",
        "visual coding and tokens under one objective (survey)",
        "models repeat the old answer when the illusion is reversed",
        "one light LoRA dubs and syncs lips",
        "physical constraints for relighting",
        "add, cut and retime speech by editing the transcript",
        "creativity as low probability in CLIP space",
        "3D assets as reference",
    ),
    "zh": (
        "边执行边推理，跟上运动中的物体",
        "一步、无潜空间，256² FID 2.22",
        "GPT-5-Thinking 66.4，开源最好 49.1",
        "视觉编码与视觉 token 放进同一目标（综述）",
        "错觉图反转后，模型仍答旧答案",
        "一个轻量 LoRA 同时译配和对口型",
        "用物理约束重打光",
        "按文字稿增、删、改时长",
        "把“创意”定义为 CLIP 空间里的低概率",
        "以 3D 资产作参照",
    ),
}
HEADLINE = {
    "en": "DynamicVLA keeps up with moving objects; one-step pixels at FID 2.22; unified models reach 66.4",
    "zh": "DynamicVLA 跟上运动物体；Pixel MeanFlow 一步生成 FID 2.22；统一模型最高 66.4",
}
OVERVIEW = {
    "en": "Generative models get faster and start editing real video; two benchmarks warn that unified models are still far from "
    "understanding.",
    "zh": "生成模型在变快，也开始直接改真实视频；两篇评测提醒：统一模型和 VLM 离“真的看懂”还有距离。",
}
THEMES = {
    "en": ("Sound and picture are generated together", "Physics and 3D enter generation"),
    "zh": ("音画一起生成", "生成里请进物理和三维"),
}
CORE = {
    "en": "A 0.4B model runs inference and execution at once and drops actions that came too late, so that it keeps up with moving objects.",
    "zh": "让 0.4B 的 VLA 一边执行一边推理，并丢弃已过时的动作，从而跟上运动中的物体。",
}
FOUND = {
    "en": (
        "Inference and execution overlap, so latency falls.",
        "Data is collected without teleoperation.",
        "It runs at 0.4B parameters.",
    ),
    "zh": ("推理与执行重叠，延迟更低。", "数据不靠遥操作，自动采集。", "只用 0.4B 参数。"),
}
REASON = {"en": "A small policy that lets embodied agents follow moving objects.", "zh": "你们关注“具身、VLA”。"}
PARTS = {
    "zh": {
        "abstract": "操作运动中的物体对 VLA 模型仍是难题：它们在静态操作中泛化很强，但在需要快速感知、时间预判和连续控制的动态场景里吃力。我们提出 DynamicVLA，以三项设计把时间推理与闭环适应结合起来。",
        "motivation": "物体在动，推理要时间：模型看到的状态与动作执行时的状态已不一致（感知—执行差距）。现有 VLA 多为“推理完再执行”，块与块之间还要等待。",
        "method": "- **骨干：**SmolLM2-360M 前 16 层 + 卷积编码器 FastViT，避免多帧输入时 token 平方增长。\n- **动作专家：**条件流匹配 Transformer，一次输出一段动作 $A_t = \\{a_t, \\ldots, a_{t+n}\\}$。\n- **连续推理 CI：**每 $m$ 步触发一次推理，旧动作还在执行，新动作已在计算（$n > m$，所以不断档）。",
        "novelty": "不是单纯追求低延迟，而是管理并补偿延迟：多数 VLA 串行推理与执行，这里两者并行（CI），再由 LAAS 选动作。",
        "experiments": "DOM 基准，仿真加真机。\n\n| 方法 | 成功率 | 用时 |\n|---|---|---|\n| DynamicVLA | **60.5 %** | 8.53 s |\n| SmolVLA | 12.7 % | 9.94 s |",
        "practical": "仿真 Isaac Sim，真机 Franka Emika Panda 与 AgileX PiPER；CI 与 LAAS 可作为模块接到别的 VLA 上。",
        "conclusion": "一边想一边动手，只用最新的动作。局限：强扰动下仍不稳；数据管线假定刚体，柔性物体与流体需扩展。",
    },
    "en": {
        "abstract": "Moving objects remain hard for vision-language-action models: they generalise well in static manipulation, but struggle where perception must be fast, timing foreseen and control continuous. DynamicVLA combines temporal reasoning with closed-loop adaptation by three designs.",
        "motivation": "Objects move while the model thinks: the state it saw is no longer the state it acts in (the perception-execution gap). Most models finish inference before they act and wait between chunks.",
        "method": "- **Backbone:** the first 16 layers of SmolLM2-360M with the convolutional encoder FastViT, so that tokens do not grow with the square of the frames.\n- **Action expert:** a flow-matching Transformer that puts out a chunk $A_t = \\{a_t, \\ldots, a_{t+n}\\}$.\n- **Continuous Inference:** a new inference starts every $m$ steps while old actions still run ($n > m$).",
        "novelty": "It does not chase low latency but manages it: most models run inference and execution in turn, here both run at once, and LAAS picks the actions that are still timely.",
        "experiments": "The DOM benchmark, simulation and real robots.\n\n| Method | Success | Time |\n|---|---|---|\n| DynamicVLA | **60.5 %** | 8.53 s |\n| SmolVLA | 12.7 % | 9.94 s |",
        "practical": "Isaac Sim; Franka Emika Panda and AgileX PiPER robots. CI and LAAS can be added to other models as modules.",
        "conclusion": "Think while acting, use only the newest actions. Limits: unstable under strong disturbance; the data pipeline assumes rigid bodies.",
    },
}
QUOTES = (
    "Continuous Inference, enabling overlapping reasoning and execution for lower latency and timely adaptation to object motion",
    "efficiently gathers 200K synthetic episodes across 2.8K scenes and 206 objects, and enables fast collection of 2K real-world episodes without teleoperation",
    "a compact 0.4B VLA using a convolutional vision encoder",
)


def _analysis(paper: Paper, language: str) -> Analysis:
    label = {"zh": "摘要"}.get(language, "Abstract")
    found = [Evidence(q, f"{paper.html_url}#abstract1", label) for q in QUOTES]
    parts = tuple(Part(name, text, text) for name, text in PARTS[language].items())
    findings = tuple(Finding(said, evidence) for said, evidence in zip(FOUND[language], found, strict=True))
    return Analysis(paper.id, paper.version, Basis.HTML, language, "a-model", CORE[language], parts, findings)


async def sample_digest(language: str = "zh") -> Digest:
    papers = await SampleDay().get(ORDER)
    entries = tuple(
        Entry(
            n,
            paper,
            Score(paper.id, 9, 8, REASON[language], "a-model"),
            _analysis(paper, language),
            (
                Link("code", "https://github.com/hzxie/DynamicVLA", True),
                Link("project", "https://haozhexie.com/project/dynamic-vla", False),
            ),
            late=n == 4,
        )
        for n, paper in enumerate(papers, 1)
    )
    by = {
        n: Mention(e.paper.id, f"{claim}." if language == "en" else f"{claim}。", claim)
        for (n, e), claim in zip(enumerate(entries, 1), CLAIMS[language], strict=True)
    }
    summary = Summary(
        language,
        "a-model",
        HEADLINE[language],
        OVERVIEW[language],
        (by[1], by[2], by[3]),
        (Theme(THEMES[language][0], (by[6], by[8])), Theme(THEMES[language][1], (by[7], by[10]))),
        (Theme("", (by[5],)),),
        (Theme("", (by[4],)), Theme("", (by[9],))),
    )
    others = [e.paper for e in entries]
    return Digest(
        "slack:C0123456789",
        "daily",
        date(2026, 1, 30),
        date(2026, 1, 30),
        datetime(2026, 1, 30, 6, tzinfo=UTC),
        Profile(("cs.CV", "cs.RO"), "具身、VLA" if language == "zh" else "embodied, VLA", language=language),
        entries,
        summary,
        Coverage(231, 231, 10, (ORDER[3],)),
        Usage(16, 120_000, 20_000, 15_000, 0.41),
        others=tuple(
            Candidate(10 + n, p, Score(p.id, 6.8, 5, REASON[language], "a-model")) for n, p in enumerate(others, 1)
        ),
    )
