"""The archive's search: time, memory, rebuild, and known items found, against plain FTS5 BM25 over the same texts. `python -m bench.archive [--papers N]`

Papers are drawn from a grammar: what, on what, by what means, to what end, under what condition, each with ways to say it that papers use and ways that
only askers use. A question names an item as people remember one: in other words, by an author and a topic, with a slip of the keys, or in Chinese.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil

from bench.report import aim, table
from bot.archive.index import Filters, Index, Mark, Scope, StoredAnswer
from digest.model import (
    Analysis,
    Answer,
    Basis,
    Coverage,
    Digest,
    Entry,
    Finding,
    Mention,
    Paper,
    Part,
    Profile,
    Score,
    Summary,
    Usage,
)

CHANNELS = ("slack:C1", "slack:C2", "discord:3")
DEEP = Mark(date(2016, 6, 1), 1)
COMMON = ("method", "training", "points")
PER_DIGEST = 10
MB = 1e6

# said in papers; said in papers too; said by askers only; Chinese in an analysis; Chinese of an asker
THINGS = """surgical video|endoscopic recordings|films of operations|手术视频|手术录像;satellite images|remote sensing scenes|pictures from orbit|卫星图像|遥感图片;hand-drawn sketches|line drawings|doodles|手绘草图|简笔画;
thermal footage|infrared recordings|heat camera clips|热成像视频|红外影像;document scans|scanned pages|photographed paperwork|扫描文档|文件照片;indoor scenes|rooms|the inside of houses|室内场景|房间内部;traffic cameras|road surveillance|street monitoring|交通摄像头|道路监控;
retinal photographs|fundus images|pictures of the eye|眼底照片|视网膜图像;robot demonstrations|teleoperated trajectories|recordings of arms at work|机器人示范|机械臂演示;sign language|signing videos|gestures of deaf speakers|手语|聋人手势;
underwater sonar|acoustic seabed maps|echoes of the sea floor|水下声呐|海底声学;comic pages|manga panels|graphic novels|漫画页面|连环画;radar sweeps|automotive radar|echoes from cars|雷达扫描|车载雷达;cell microscopy|fluorescence micrographs|pictures of cells|细胞显微图像|显微镜照片"""
TASKS = """segmentation|pixel labelling|cutting out regions|分割|像素划分;depth estimation|monocular depth|how far things are|深度估计|远近测量;re-identification|identity matching|finding the same one again|重识别|再次认出;tracking|following targets|keeping sight of objects|跟踪|追踪目标;
captioning|textual description|putting it into sentences|描述生成|文字说明;relighting|illumination editing|changing the lamps|重打光|改变光照;grasp planning|grip selection|how to pick up|抓取规划|抓握;anomaly detection|outlier discovery|spotting the odd one|异常检测|发现反常;
compression|rate reduction|making files smaller|压缩|缩小体积;retrieval|nearest-neighbour search|looking up similar ones|检索|查找相似;deblurring|motion blur removal|sharpening|去模糊|变清晰;change detection|difference mapping|what became different|变化检测|前后差异;
registration|alignment of views|laying one over the other|配准|对齐;forecasting|future prediction|what comes next|预测|预报未来"""
MEANS = """sparse attention|selective attention|looking at few places|稀疏注意力|少量关注;latent diffusion|denoising in latent space|gradual noise removal|潜空间扩散|逐步去噪;contrastive pre-training|contrastive learning|pulling pairs together|对比预训练|对比学习;a learned codebook|vector quantization|discrete tokens|学习的码本|矢量量化;
test-time adaptation|online adjustment|learning while deployed|测试时自适应|部署时调整;graph message passing|graph networks|nodes and edges|图消息传递|图神经网络;masked reconstruction|masked autoencoders|filling gaps|掩码重建|补全遮挡;flow matching|continuous flows|transport between distributions|流匹配|连续流;
token merging|token pruning|dropping redundant pieces|令牌合并|合并冗余;a mixture of experts|expert routing|many specialised branches|专家混合|多专家路由;equivariant features|symmetry-aware layers|layers that respect rotations|等变特征|旋转对称;knowledge distillation|teacher-student training|a big net teaching a small one|知识蒸馏|老师教学生"""
ENDS = """on mobile phones|at the edge|on a handset|在手机上|移动端;with few labels|under scarce annotation|when hardly anything is annotated|少量标注|标签很少;at night|in low light|in the dark|夜间|光线很暗;across hospitals|over clinical sites|from one clinic to the next|跨医院|不同诊所;
in real time|at interactive rates|without delay|实时|没有延迟;under heavy occlusion|with hidden parts|when half is covered|严重遮挡|被挡住;without paired data|from unpaired examples|lacking matched samples|无配对数据|没有成对样本;for long sequences|over hours|for very lengthy inputs|长序列|很长的输入;
with calibrated uncertainty|with reliable confidence|knowing when it is unsure|校准的不确定性|知道自己不确定;against adversarial noise|under attack|when someone tampers|对抗噪声|遭到攻击;for elderly users|in assisted living|for old people|老年用户|照护场景;on a single GPU|with a small budget|on one card|单张显卡|一块卡"""
WHYS = """privacy of patients|confidentiality|患者隐私;energy use|power draw|能耗;fairness across groups|demographic parity|群体公平;cost of annotation|labelling effort|标注成本;failures in rain|bad weather|雨天失效;safety audits|certification|安全审计;loss of fine detail|vanished texture|细节丢失;
drift over months|seasonal shift|随时间漂移;noise of cheap sensors|low-grade hardware|廉价传感器噪声;lack of benchmarks|missing test sets|缺少基准;inference latency|slow decoding|推理延迟;catastrophic forgetting|loss of old skills|灾难性遗忘"""
WHERE = """orchards 果园;glaciers 冰川;violins 小提琴;mosques 清真寺;beehives 蜂箱;tunnels 隧道;vineyards 葡萄园;harbours 港口;libraries 图书馆;volcanoes 火山;greenhouses 温室;bakeries 面包房;airports 机场;coral 珊瑚;warehouses 仓库;deserts 沙漠;kitchens 厨房;stadiums 体育场;mines 矿井;bridges 桥梁;
sawmills 锯木厂;museums 博物馆;rivers 河流;elevators 电梯;playgrounds 操场;pharmacies 药房;observatories 天文台;shipyards 船厂;theatres 剧院;wetlands 湿地;tractors 拖拉机;looms 织机;ambulances 救护车;reactors 反应堆;kilns 窑炉;pipelines 管道;quarries 采石场;saunas 桑拿;ferries 渡轮;turbines 涡轮;
dairies 奶牛场;cathedrals 大教堂;foundries 铸造厂;hives 蜂巢;laundries 洗衣房;lighthouses 灯塔;nurseries 苗圃;pastures 牧场;refineries 炼油厂;canals 运河;dunes 沙丘;fjords 峡湾;geysers 间歇泉;helmets 头盔;igloos 冰屋;jellyfish 水母;kayaks 皮艇;lagoons 泻湖;mangroves 红树林;nebulae 星云"""
PLACES = [tuple(v.split()) for v in WHERE.replace("\n", "").split(";")]
SLOTS = [[tuple(v.split("|")) for v in block.replace("\n", "").split(";")] for block in (THINGS, TASKS, MEANS, ENDS)]
WHY = [tuple(v.split("|")) for v in WHYS.replace("\n", "").split(";")]
FILLER = """We evaluate on public data and report consistent gains over strong baselines.|Extensive experiments show that the approach generalises.|Code and weights will be released.|Existing methods struggle when conditions differ from training.|
An ablation shows which component matters most.|Our analysis explains why earlier systems fail.|A user study confirms the quality.|We prove a bound on the error.|The method needs no extra supervision.|Results improve by a wide margin on three benchmarks.|
We further discuss limits and failure cases.|Training takes a day on eight accelerators.|The model is simple and easy to reproduce.|Compared with the state of the art, parameters are halved."""
SENTENCES = [s.strip() for s in FILLER.replace("\n", "").split("|")]
SYLLABLES = [
    "ba",
    "ke",
    "lo",
    "mi",
    "ran",
    "tor",
    "vel",
    "shi",
    "zu",
    "na",
    "do",
    "per",
    "gal",
    "wen",
    "hu",
    "tak",
    "sor",
    "lin",
    "mar",
    "ost",
    "fei",
    "jun",
    "kov",
    "ber",
    "das",
    "yil",
]


@dataclass(frozen=True)
class Item:
    paper: Paper
    slots: tuple[tuple[str, ...], ...]
    why: tuple[str, ...]
    where: tuple[str, ...]


def name_of(rng: random.Random, least: int = 2) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.randint(least, 3))).capitalize()


def items(papers: int, rng: random.Random) -> Iterator[Item]:
    families = [name_of(rng) for _ in range(4000)]
    givens = [name_of(rng) for _ in range(400)]
    for n in range(papers):
        slots = tuple(rng.choice(slot) for slot in SLOTS)
        why, where = rng.choice(WHY), rng.choice(PLACES)
        thing, task, means, end = slots
        short = name_of(rng) + rng.choice(("Net", "Former", "Flow", "Mix", "VLA", "Field", ""))
        title = rng.choice((
            f"{short}: {task[0].capitalize()} of {thing[0]} {end[0]}",
            f"{short}: {means[0].capitalize()} for {task[0]} of {thing[0]}",
            f"{task[0].capitalize()} of {thing[0]} by {means[0]}",
        ))  # fmt: skip
        told = [
            f"We study {task[rng.randint(0, 1)]} of {thing[1]} {end[1]}, as needed for {where[0]}.",
            f"We propose {means[0]}, which addresses {why[0]} by {means[1]}.",
            f"Unlike earlier work on {thing[0]}, it treats {task[1]} {end[0]} and limits {why[1]}.",
            *rng.sample(SENTENCES, 4),
            f"On {name_of(rng)}-{rng.randint(10, 99)}k it reaches {rng.randint(40, 99)}.{rng.randint(0, 9)} points.",
        ]
        rng.shuffle(told)
        day = datetime(2016, 1, 1, 12, tzinfo=UTC) + timedelta(days=n // 28)
        authors = tuple(f"{rng.choice(givens)} {rng.choice(families)}" for _ in range(rng.randint(2, 6)))
        paper = Paper(f"{day:%y%m}.{n % 100_000:05d}", 1, title, " ".join(told), authors, (rng.choice(("cs.CV", "cs.RO", "cs.LG", "cs.CL")),), day, day)  # fmt: skip
        yield Item(paper, slots, why, where)


def analysis_of(item: Item, language: str, rng: random.Random) -> Analysis:
    thing, task, means, end = item.slots
    if language == "zh":
        core = f"用{means[3]}在{end[3]}条件下完成{thing[3]}的{task[3]}。"
        parts = (
            f"论文面向{thing[3]}，要解决{item.why[2]}。",
            f"方法以{means[3]}为核心，适合{end[3]}的情形。",
            f"实验说明{task[3]}的效果优于已有方法。",
        )
    else:
        core = f"{means[0].capitalize()} makes {task[0]} of {thing[0]} work {end[0]}."
        parts = (
            f"The paper targets {thing[1]} in {item.where[0]} and reduces {item.why[0]}.",
            f"The method rests on {means[1]} {end[1]}.",
            rng.choice(SENTENCES),
        )
    made = tuple(
        Part(name, said, said * 2) for name, said in zip(("motivation", "method", "experiments"), parts, strict=True)
    )
    return Analysis(item.paper.id, 1, Basis.HTML, language, "a-model", core, made, (Finding(parts[0]),))


def digests(made: list[Item], rng: random.Random) -> Iterator[Digest]:
    for n in range(0, len(made), PER_DIGEST):
        chosen = made[n : n + PER_DIGEST]
        channel = CHANNELS[(n // PER_DIGEST) % len(CHANNELS)]
        language = "zh" if channel == CHANNELS[1] else "en"
        entries = tuple(
            Entry(i, item.paper, Score(item.paper.id, 8, 7, "", "a-model"), analysis_of(item, language, rng))
            for i, item in enumerate(chosen, 1)
        )
        day = chosen[-1].paper.published
        summary = Summary(
            language,
            "a-model",
            "The day",
            "Ten papers.",
            tuple(Mention(e.paper.id, "said") for e in entries),
            (),
            (),
            (),
        )
        yield Digest(
            channel, f"now-{n}", day.date(), day.date(), day, Profile(("cs.CV",), language=language), entries, summary,
            Coverage(100, 100, len(entries)), Usage(),
        )  # fmt: skip


def answers(made: list[Item], count: int, rng: random.Random) -> Iterator[tuple[StoredAnswer, Item]]:
    for n in range(count):
        item = rng.choice(made)
        thing, task, means, end = item.slots
        question = rng.choice(
            (
                f"does it handle {thing[0]} {end[0]}?",
                f"how does {means[0]} help {task[0]}?",
                f"what is done about {item.why[0]}?",
            )
        )
        text = f"Yes: {means[1]} keeps {task[1]} of {thing[1]} stable {end[1]} and lowers {item.why[1]} [1]. It reports {rng.randint(40, 99)} points on {name_of(rng)}."
        answer = Answer(text, (), (item.paper.id,), "en", "a-model")
        yield StoredAnswer(f"q{n}", CHANNELS[n % 3], question, answer, date(2026, 1, 1)), item


def slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        )
    )


def questions(
    made: list[Item], asked: list[tuple[StoredAnswer, Item]], each: int, rng: random.Random
) -> list[tuple[str, str, str, str]]:
    """(kind, question, kind of the item, its subject)."""
    found = []
    for n in range(each):
        item = rng.choice(made)
        thing, task, means, end = item.slots
        short = item.paper.title.split(":")[0] if ":" in item.paper.title else ""
        author = rng.choice(item.paper.authors).split()[-1]
        if n % 3 == 2:  # an answer, by its figure and its paper
            stored, about = asked[rng.randrange(len(asked))]
            figure = stored.answer.text.rsplit("on ", 1)[1].strip(".")
            found.append(
                (
                    "paraphrase",
                    f"what did we hear about {figure} with {about.slots[2][2]} and {about.slots[0][0]}",
                    "answer",
                    stored.question,
                )
            )
        else:
            found.append(
                (
                    "paraphrase",
                    f"{task[2]} of {thing[1]} in {item.where[0]} using {means[0]}, {end[2]}, less {item.why[1]}",
                    "paper",
                    item.paper.id,
                )
            )
        found.append(
            ("author", f"{author} {task[0]} {thing[rng.randint(0, 2)]} {item.where[0]}", "paper", item.paper.id)
        )
        words = (short + " " if short else f"{author} ") + f"{task[0]} {thing[0]}"
        long = [w for w in words.split() if len(w) > 4]
        wrong = {w: slip(w, rng) for w in ([short] if short else [author]) + [long[-1]] if len(w) > 4}
        found.append(("typo", " ".join(wrong.get(w, w) for w in words.split()), "paper", item.paper.id))
    chinese = [item for n, item in enumerate(made) if (n // PER_DIGEST) % len(CHANNELS) == 1]
    for n in range(each):
        item = rng.choice(chinese)
        thing, task, means, end = item.slots
        author = rng.choice(item.paper.authors).split()[-1]
        found.append(
            (
                "Chinese",
                f"在{item.where[1]}里把{means[3]}用到{thing[3]}上，{end[4]}也能{task[rng.choice((3, 4))]}的工作"
                + (f"，作者 {author}" if n % 2 else ""),
                "paper",
                item.paper.id,
            )
        )
    return found


class Plain:
    """FTS5 as it comes: one column, unicode61, BM25, any of the words."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path)
        self.db.execute("CREATE VIRTUAL TABLE t USING fts5(kind UNINDEXED, subject UNINDEXED, text)")

    def fill(self, index: Index) -> None:
        from bot.archive.index import _unpacked

        for kind, subject, raw in index._db.execute("SELECT kind, subject, text FROM doc"):
            texts = _unpacked(raw)
            said = f"{texts.title} {texts.authors} {texts.abstract} {texts.body}"
            self.db.execute("INSERT INTO t VALUES(?,?,?)", (kind, subject, said))
        self.db.commit()

    def top(self, question: str) -> list[tuple[str, str]]:
        import re

        words = " OR ".join(f'"{w}"' for w in re.findall(r"\w+", question))
        return list(self.db.execute("SELECT kind, subject FROM t WHERE t MATCH ? ORDER BY bm25(t) LIMIT 10", (words,)))


def searched(path: Path, wanted: list[tuple[str, str, str, str]]) -> tuple[list[float], dict[str, list[bool]], float]:
    """In a process of its own: seconds of each search, whether the item was found, and MB more
    memory than before the file was opened."""
    scope, process = Scope(frozenset(CHANNELS)), psutil.Process()
    with Index(path.with_name("warm.db")) as index:
        index.search("warm", scope)
    before = process.memory_info().rss
    times: list[float] = []
    spent: list[float] = []
    found: dict[str, list[bool]] = {}
    with Index(path) as index:
        index.search("warm", scope)
        for kind, question, of, subject in wanted:
            start, used = time.perf_counter(), time.process_time()
            hits = index.search(question, scope)
            times.append(time.perf_counter() - start)
            spent.append(time.process_time() - used)
            found.setdefault(kind, []).append(any((h.kind, h.subject) == (of, subject) for h in hits))
        for _ in range(3):
            for _, question, _, _ in wanted:
                start = time.perf_counter()
                index.search(question, replace(scope, channels=frozenset(CHANNELS[:2])))
                times.append(time.perf_counter() - start)
        start = time.perf_counter()
        for kinds in (("digest",), ("paper", "answer")):
            index.search("", replace(scope, channels=frozenset(CHANNELS[:1])), Filters(kinds, after=DEEP), limit=21)
        deep = time.perf_counter() - start
        start = time.perf_counter()
        for words in COMMON:
            index.search(words, scope)
        common = time.perf_counter() - start
        cpu = statistics.quantiles(spent, n=20)[-1] * 1000
        print(f"p95 of the processor's time alone: {cpu:.1f} ms", file=sys.stderr)
        print(f"two pages ten years back: {deep * 1000:.0f} ms", file=sys.stderr)
        print(f"a word of more than half of all rows: {common / len(COMMON) * 1000:.0f} ms", file=sys.stderr)
        return times, found, (process.memory_info().rss - before) / MB


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    count = options.papers
    made = list(items(count, rng))
    asked = list(answers(made, count // 5, rng))
    wanted = questions(made, asked, 15, rng)
    with tempfile.TemporaryDirectory(prefix="paperboy-bench-") as home:
        path = Path(home) / "archive.db"
        began = time.perf_counter()
        with Index(path) as index:
            index.begin_bulk()
            for digest in digests(made, rng):
                index.put_digest(digest)
            for stored, _ in asked:
                index.put_answer(stored)
            index.end_bulk()
        took = time.perf_counter() - began
        print(
            f"{count} papers and {len(asked)} answers indexed in {took:.0f} s, {path.stat().st_size / MB:.0f} MB on disk",
            flush=True,
        )
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            times, ours, grown = pool.submit(searched, path, wanted).result()
        plain = Plain(Path(home) / "plain.db")
        with Index(path) as index:
            plain.fill(index)
        base: dict[str, list[bool]] = {}
        for kind, question, of, subject in wanted:
            base.setdefault(kind, []).append((of, subject) in plain.top(question))
    rows = [(kind, statistics.mean(base[kind]), statistics.mean(ours[kind])) for kind in ours]
    table(("recall@10", "plain", "archive"), rows)
    found, plainly = (statistics.mean(hit for hits in x.values() for hit in hits) for x in (ours, base))
    p95 = statistics.quantiles(times, n=20)[-1] * 1000
    print(
        f"p50 {statistics.median(times) * 1000:.1f} ms, p95 {p95:.1f} ms, longest {max(times) * 1000:.1f} ms",
        file=sys.stderr,
    )
    aim("archive search p95, ms", p95, most=50)
    aim("archive memory, MB", grown, most=160)
    aim("archive rebuild, s", took, most=300)
    aim("archive recall@10 against plain FTS5 BM25", found / max(plainly, 1e-9), least=1.1, last=True)


if __name__ == "__main__":
    asyncio.run(main())
