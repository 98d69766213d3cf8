"""What the stand-in model writes when it is sound: from the request alone, with real sentences of the paper as quotations.

It reads our prompts as a model would: the task from the first line, the papers between their delimiters, the language from the last message.
"""

import json
import re
import textwrap
from dataclasses import dataclass
from functools import cached_property
from typing import Any

FULL = ("abstract", "motivation", "method", "novelty", "experiments", "practical", "conclusion")
FALSE = (
    ("PaceNet reaches a success rate of 43.3% on DriftBench", "PaceNet 在 DriftBench 上的成功率为 43.3%", "PaceNet achieves a success rate of 61.5%, while OpenVLA achieves 43.3%"),
    ("OpenVLA outperforms PaceNet by 18.2 points on DriftBench", "OpenVLA 在 DriftBench 上比 PaceNet 高 18.2 个百分点", "outperforms the strongest baseline by 18.2 points"),
    ("PaceNet was trained for 360 hours on 8 A100 GPUs", "PaceNet 在 8 块 A100 上训练了 360 小时", "We train PaceNet for 40 hours on 8 A100 GPUs"),
    ("The encoder does not compress the frames", "编码器不压缩任何帧", "The encoder compresses each frame into 36 tokens"),
    ("The policy is safe to deploy without supervision", "该策略可以在没有监督的情况下安全部署", "with a batch size of 512 and a learning rate of 0.0001"),
    ("The success rate rises to 38.0% without overlapped execution", "没有重叠执行时成功率上升到 38.0%", "Without overlapped execution the success rate falls to 38.0%"),
    ("The language backbone has 360 billion parameters", "语言骨干网络有 3600 亿个参数", "a language backbone of 360M parameters"),
    ("PaceNet was tried on 8 different robots in hospitals", "PaceNet 在医院的 8 台机器人上试用过", "it fails when objects are transparent"),
    ("PaceNet has been accepted by every robot company", "所有机器人公司都采用了 PaceNet", "We presented PaceNet, a policy that acts while it thinks"),
    ("The training data come from DriftBench and RoboSuite", "训练数据来自 DriftBench 和 RoboSuite", "averaged over 200 trials per task"),
)  # fmt: skip
"""What the paper of `tests.digest.llm.papers` does not say, in English and Chinese, and its own words set beside."""
ABSTRACT = ("contribution", "innovation", "impact", "applications", "limitations")


@dataclass(frozen=True)
class PaperSeen:
    n: int
    title: str
    body: str

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences fit for quoting: of running text, 6 to 40 words."""
        found = []
        for line in self.body.splitlines():
            if line.startswith("#"):
                continue
            for piece in re.split(r"(?<=[.!?])\s+(?=[A-Z“\"(])", line.strip().lstrip("- ")):
                if 6 <= len(piece.split()) <= 40 and piece[-1:] in ".!?":
                    found.append(piece)
        if not found:
            words = self.body.split()
            found = [" ".join(words[:25])] if words else [self.title]
        return found

    @cached_property
    def results(self) -> list[str]:
        """The same, those with figures first."""
        return sorted(self.sentences, key=lambda s: not re.search(r"\d", s))


@dataclass(frozen=True)
class Seen:
    """A request as the model understands it."""

    task: str
    papers: tuple[PaperSeen, ...]
    language: str
    system: str
    last: str
    schema: str
    whole: str

    @property
    def chinese(self) -> bool:
        return self.language.startswith("zh")


def see(body: dict[str, Any]) -> Seen:
    messages = body.get("messages") or []
    texts = [m.get("content") or "" for m in messages]
    system = texts[0] if texts else ""
    last = texts[-1] if texts else ""
    data = "\n".join(t for m, t in zip(messages, texts, strict=True) if m.get("role") == "user")
    papers = tuple(
        PaperSeen(int(n), title.strip(), inside.strip())
        for n, title, inside in re.findall(r'<paper n="(\d+)">\n([^\n]*)\n(.*?)</paper>', data, re.DOTALL)
    )
    named = re.search(r"\bin [^().\n]+ \(([A-Za-z]{2,3}(?:-\w+)*)\)", last) or re.search(
        r"\bin [^().\n]+ \(([A-Za-z]{2,3}(?:-\w+)*)\)", system
    )
    task = re.match(r"Task: ([a-z ]+)", system)
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("name") or ""
    if not schema and (told := re.search(r"JSON Schema \((\w+)\)", system)):
        schema = told[1]
    return Seen(
        task=task[1].strip() if task else "",
        papers=papers,
        language=named[1] if named else "en",
        system=system,
        last=last,
        schema=schema,
        whole="\n".join(texts),
    )


def write(seen: Seen) -> str:
    """The sound output for a request."""
    if seen.task == "mark":
        return " ".join(re.findall(r"\[(mark-\w+)\]", seen.whole)) or "There is no mark."
    if seen.schema == "fixes":
        return json.dumps({"fixes": _fixes(seen)}, ensure_ascii=False)
    if seen.task == "ranking":
        return json.dumps({"scores": [_score(p, seen) for p in seen.papers]}, ensure_ascii=False)
    if seen.task == "analysis" and seen.papers:
        return json.dumps(analysis(seen.papers[0], seen, FULL), ensure_ascii=False)
    if seen.task == "abstract analysis" and seen.papers:
        return json.dumps(analysis(seen.papers[0], seen, ABSTRACT), ensure_ascii=False)
    if seen.task == "summary":
        return json.dumps(_summary(seen), ensure_ascii=False)
    if seen.task == "answer":
        return _answer(seen)
    if seen.task == "support":
        return json.dumps({"verdicts": _verdicts(seen)}, ensure_ascii=False)
    return "OK."


# ---------------------------------------------------------------- ranking


def _wishes(seen: Seen) -> set[str]:
    told = seen.system.rsplit("The team's wishes:", 1)[-1].lower()
    return {
        w
        for w in re.findall(r"[a-z]{5,}", told)
        if w not in ("stated", "categories", "interests", "wanted", "unwanted", "write", "reasons")
    }


def _score(paper: PaperSeen, seen: Seen) -> dict[str, Any]:
    words = set(re.findall(r"[a-z]{5,}", f"{paper.title} {paper.body}".lower()))
    hits = sorted(words & _wishes(seen))
    weight = sum(paper.title.encode()) % 5
    reason = (
        f"这篇论文研究的是 {topic(paper)}，与团队的关注方向{'相符' if hits else '关系一般'}。"
        if seen.chinese
        else f"It studies {topic(paper)}, which {'fits what' if hits else 'is beside what'} the team works on."
    )
    return {
        "n": paper.n,
        "relevance": min(10, 3 + 2 * len(hits) + weight / 2),
        "significance": 4 + weight,
        "reason": reason,
    }


def topic(paper: PaperSeen) -> str:
    """A name from the title that is free of figures, so that nothing can be wrong with it."""
    head = re.split(r"[:?]", paper.title)[0].strip()
    if re.search(r"\d", head) or not head:
        words = " ".join(w for w in paper.title.split() if not re.search(r"\d", w))
        head = textwrap.shorten(words, 80, placeholder="").strip(" :?,") or "this topic"
    return head


# ---------------------------------------------------------------- analysis

_ZH = {
    "abstract": "摘要讲的是 {t} ：作者先说明要解决的问题，再给出自己的做法，最后报告实验结果。{n}",
    "motivation": "已有方法在 {t} 这件事上还不够好，要么代价太高，要么在困难场景里失效；作者因此重新考虑问题的提法。{n}",
    "method": "方法以 {t} 为核心：先把输入变成合适的表示，再用训练好的模块逐步得到输出，每个部件的作用都在正文里交代。{n}",
    "novelty": "与以往工作相比， {t} 换了一个角度：不是在旧框架上加模块，而是改变了信息流动的方式，因此适用的场合也不同。{n}",
    "experiments": "实验检验了 {t} 在作者选定的数据上的表现，并与有代表性的基线比较，还用消融说明各个部件的贡献。{n}",
    "practical": "想要复现 {t} ，需要按正文给出的设置准备数据和训练流程；论文没有说明的细节要自己试。{n}",
    "conclusion": "结论是 {t} 在所测的任务上有效。作者写明的局限见正文讨论；推断的局限是，换到别的数据上效果如何还不清楚。{n}",
    "contribution": "主要贡献是提出并检验了 {t} ，把问题、做法和结果连成一条完整的线索。{n}",
    "innovation": "关键在于 {t} 的做法：把原来分开处理的几个步骤合在一起考虑，从而减少了中间的损失。{n}",
    "impact": "如果结果成立， {t} 会让相关方向的研究者重新考虑默认的做法，也会带来新的比较标准。{n}",
    "applications": "受益的有直接使用 {t} 的研究组，也有需要类似能力的应用，例如内容制作和机器人。{n}",
    "limitations": "以下是从摘要推断的：摘要没有说明 {t} 在其他数据上的表现，也没有给出计算代价。{n}",
}


def figures(sentence: str) -> list[str]:
    return re.findall(r"(?<![\w.,/-])\d+(?:\.\d+)?%?(?![\w,/-]|\.\d)", sentence)[:3]


def analysis(paper: PaperSeen, seen: Seen, parts: tuple[str, ...]) -> dict[str, Any]:
    return {
        "core": core(paper, seen),
        "findings": [
            {"statement": statement(paper, s, i, seen), "quotation": s} for i, s in enumerate(paper.results[:3])
        ],
        "parts": {name: part(paper, seen, name, i) for i, name in enumerate(parts)},
    }


def core(paper: PaperSeen, seen: Seen) -> str:
    if seen.chinese:
        found = "、".join(
            next(filter(None, map(figures, paper.results)), [])
        )  # what is said of two papers differs in more than the name
        return f"论文围绕 {topic(paper)} 提出做法，" + (f"数值有 {found}。" if found else "并用实验说明它有效。")
    return " ".join(paper.sentences[0].split()[:40])


def statement(paper: PaperSeen, quotation: str, i: int, seen: Seen) -> str:
    if not seen.chinese:
        return quotation if i % 2 else f"The authors report: {quotation[0].lower()}{quotation[1:]}"
    shown = "、".join(figures(quotation))
    opening = ("作者报告的结果", "实验给出的结论", "论文强调的一点")[i % 3]
    return (
        f"{opening}与 {topic(paper)} 直接相关，原文给出的数值是 {shown}。"
        if shown
        else f"{opening}与 {topic(paper)} 直接相关，见引文。"
    )


def part(paper: PaperSeen, seen: Seen, name: str, i: int) -> dict[str, str]:
    if not seen.chinese:
        sentences = list(dict.fromkeys(paper.sentences))  # no two parts may begin alike
        at = [sentences[(i * 3 + k) % len(sentences)] for k in range(min(6, len(sentences)))]
        return {"short": at[0], "full": " ".join(at)}
    found = figures(paper.results[i % len(paper.results)])
    note = f"文中给出的数值有 {'、'.join(found)}。" if found else "文中没有为此给出数值。"
    short = _ZH[name].format(t=topic(paper), n=note)
    more = f"- **要点**：{_ZH[name].format(t=topic(paper), n='')}\n- **依据**：{note}\n- **读者可以留意**：正文的相关小节写得更细，值得对照原文来读。"
    return {"short": short, "full": more}


# ---------------------------------------------------------------- repair


def _fixes(seen: Seen) -> list[dict[str, str]]:
    paper = seen.papers[0]
    fixes = []
    whole = (
        _summary(seen)
        if seen.task == "summary"
        else analysis(paper, seen, FULL if seen.task == "analysis" else ABSTRACT)
    )
    for where in re.findall(r"^- where: (\S+)$", seen.last, re.MULTILINE):
        value: Any = whole
        for key in where.split("."):
            try:
                value = value[int(key)] if isinstance(value, list) else value[key]
            except (KeyError, IndexError, ValueError, TypeError):
                value = None
                break
        if not isinstance(value, str):
            value = paper.results[0] if where.endswith("quotation") else core(paper, seen)
        fixes.append({"where": where, "text": value})
    return fixes


# ---------------------------------------------------------------- summary


def _said(paper: PaperSeen, seen: Seen) -> str:
    line = next((x for x in paper.body.splitlines() if x.strip()), paper.title).strip("- ")
    if seen.chinese:
        return (
            line if re.search(r"[\u4e00-\u9fff]", line) and len(line) <= 88 else f"提出 {topic(paper)} 并用实验检验。"
        )
    # What is said of two papers must differ in more than a word.
    lead = "" if line.startswith(topic(paper)) else f"{topic(paper)}: "
    return f"{lead}{' '.join(line.split()[:35])}".rstrip(".,;:") + "."


def _claim(paper: PaperSeen, seen: Seen) -> str:
    """The first words of what is said of the paper, as many as fit on a line."""
    said = _said(paper, seen).rstrip(".。")
    if seen.chinese and re.search(r"[\u4e00-\u9fff]", said):
        clause = re.split(r"[，。；：]", said)[0]
        return clause if len(clause) <= 24 else f"提出 {textwrap.shorten(topic(paper).partition(' for ')[0], 24)}"
    words = said.split()
    while len(" ".join(words)) > 55:
        words.pop()
    return " ".join(words).rstrip(",;:")


def _summary(seen: Seen) -> dict[str, Any]:
    mentions = [{"n": p.n, "claim": _claim(p, seen), "text": _said(p, seen)} for p in seen.papers]
    zh = seen.chinese
    third = max(1, len(mentions) // 3)
    first, rest = mentions[:2], mentions[2:]
    trends, highlights, directions = rest[:third], rest[third : 2 * third], rest[2 * third :]
    lead = topic(seen.papers[0]).partition(" for ")[0][:50].strip() if seen.papers else ""
    return {
        "headline": f"代价在降，评测在变严：先读 {lead}" if zh else f"Read first: {lead}",
        "overview": "今天的论文集中在方法的效率与评测的可信两件事上，几篇工作从不同方向给出了证据。"
        if zh
        else "Today's papers turn on two things: how cheaply methods run and how far evaluations can be trusted.",
        "first": first,
        "trends": [
            {
                "text": "几篇工作都在降低代价。" if zh else "Several papers lower the cost of what is known to work.",
                "mentions": trends,
            }
        ]
        if trends
        else [],
        "highlights": [{"text": "", "mentions": [m]} for m in highlights],
        "directions": [
            {"text": "值得留意的新方向。" if zh else "A direction that is worth an eye.", "mentions": directions}
        ]
        if directions
        else [],
    }


# ---------------------------------------------------------------- support


def _verdicts(seen: Seen) -> list[dict[str, Any]]:
    """Judges each pair by its words alone: figures that stand in the passage, and half of the longer words."""
    found = []
    pairs = re.findall(
        r'<pair n="(\d+)">\nsentence: (.*?)\nquotation: (.*?)\naround: (.*?)\n</pair>', seen.whole, re.DOTALL
    )
    for n, sentence, quotation, around in pairs:
        passage = f"{quotation} {around}".lower()
        told = set(re.findall(r"\d+(?:\.\d+)?", sentence)) <= set(re.findall(r"\d+(?:\.\d+)?", passage))
        words = set(re.findall(r"[a-z]{5,}", sentence.lower()))
        shared = sum(w[:5] in passage for w in words) >= len(words) / 2
        false = any(said in sentence for english, chinese, _ in FALSE for said in (english, chinese))
        same = told and shared and not false and not sentence.startswith("It is not true")
        found.append(
            {
                "n": int(n),
                "reason": "its words stand there" if same else "it is not said",
                "word": "yes" if same else "no",
            }
        )
    return found


# ---------------------------------------------------------------- answers


def _compared(seen: Seen, aspects: list[str]) -> str:
    """A line for each aspect of each paper; of code, no paper says anything."""
    lines, quotes = [], []
    for aspect in aspects:
        for paper in seen.papers:
            if aspect == "code":
                lines.append(f"{aspect} | {paper.n} | -")
                continue
            sentence = paper.results[len(quotes) % len(paper.results)]
            shown = ", ".join(figures(sentence))
            said = ("论文在正文里说明了这一点" if seen.chinese else "says so in its own words") + (
                f" ({shown})" if shown else ""
            )
            lines.append(f"{aspect} | {paper.n} | {said} [{len(quotes) + 1}]")
            quotes.append(f"[{len(quotes) + 1}] (paper {paper.n}) {sentence}")
    return "\n".join(lines) + "\n\n```quotes\n" + "\n".join(quotes) + "\n```"


def _answer(seen: Seen) -> str:
    asked = seen.last.rsplit("Question:", 1)[-1].strip()
    zh = seen.chinese
    if cells := re.search(r"by these aspects: (.+?)\. Write one line", asked):
        return _compared(seen, cells[1].split(", "))
    if re.search(r"ignore (?:all|your|the)|system prompt|your rules|忽略|提示词|扮演", asked, re.IGNORECASE):
        no = (
            "这件事我不能做；关于这些论文的问题可以问我。"
            if zh
            else "That is not something this channel's reader does; questions about the papers are welcome."
        )
        return f"{no}\n\n```quotes\n```"
    wanted = set(re.findall(r"[a-z]{5,}|\d+(?:\.\d+)?", asked.lower())) - {
        "which", "these", "paper", "papers", "about", "their", "there",
    }  # fmt: skip
    best: list[tuple[float, PaperSeen, str]] = []
    for paper in seen.papers:
        scored = [(len(wanted & set(re.findall(r"[a-z]{5,}|\d+(?:\.\d+)?", s.lower()))), s) for s in paper.results]
        score, sentence = max(scored, key=lambda it: it[0])
        best.append((score, paper, sentence))
    if wanted and not any(score for score, _, _ in best):
        paper, nearest = best[0][1], best[0][2]
        said = "论文没有写这一点。" if zh else "The paper does not say."
        return f"{said}\n\n```quotes\n[none] (paper {paper.n}) {nearest}\n```"
    chosen = [(p, s) for score, p, s in best if score or len(seen.papers) == 1] or [(p, s) for _, p, s in best]
    prose, quotes = [], []
    for i, (paper, sentence) in enumerate(chosen, 1):
        shown = "、".join(figures(sentence))
        if zh:
            about = f"论文 {paper.n} " if len(seen.papers) > 1 else "论文"
            prose.append(f"{about}在正文里说明了这一点" + (f"，给出的数值是 {shown}" if shown else "") + f" [{i}]。")
        else:
            about = (
                f"Paper {paper.n} says so in its own words"
                if len(seen.papers) > 1
                else "The paper says so in its own words"
            )
            prose.append(about + (f", with {', '.join(figures(sentence))}" if shown else "") + f" [{i}].")
        quotes.append(f"[{i}] (paper {paper.n}) {sentence}")
    return f"{('' if zh else ' ').join(prose)}\n\n```quotes\n" + "\n".join(quotes) + "\n```"
