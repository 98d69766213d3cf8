"""The fixed words of a document, in the reader's language: Chinese and English; every other language reads the English ones.

Headings and field names of the Markdown document are not here: they stay English everywhere (see `markdown`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        # parts of an analysis
        "part.abstract": "Abstract, retold",
        "part.motivation": "Motivation",
        "part.method": "Method",
        "part.novelty": "What is different",
        "part.experiments": "Experiments",
        "part.practical": "In practice",
        "part.conclusion": "Conclusion and limits",
        "part.contribution": "Main contribution",
        "part.innovation": "Key innovation",
        "part.impact": "Potential impact",
        "part.applications": "Who benefits",
        "part.limitations": "Limits that can be inferred",
        "part.core": "Core idea",
        "part.findings": "Findings",
        # summary
        "first": "Read first",
        "trends": "Trends",
        "highlights": "Highlights",
        "directions": "Emerging directions",
        "also": "Also chosen",
        # an entry
        "core": "Core idea",
        "why": "Why it was chosen",
        "findings": "Findings",
        "basis": "Basis",
        "basis.html": "full text",
        "basis.pdf": "full text (PDF)",
        "basis.abstract": "abstract only",
        "score": "relevance {relevance}, significance {significance}, of 10",
        "watched": "By an author you watch: {names}.",
        "late": "Announced earlier, taken up today.",
        "learned": "Here because of this channel's 👍, 🔖 and questions: it is like “{title}” ({words}).",
        "unverified": "not verified in the paper",
        "unsupported": "Not found in the paper: {items}.",
        "missing": "Left out because the model's text was unusable: {parts}.",
        "selected": "The paper is longer than the model can read at once; the sections that matter most were read.",
        "nothing": "Nothing usable could be written about this paper; its abstract stands here instead.",
        "abstract_only": "The full text could not be had; this rests on the abstract.",
        "left_out": "Reading this paper ended the program twice, so it was left out; its abstract stands here instead.",
        "model_down": "The model could not be reached; these are the paper's own sentences.",
        "over_budget": "The day's budget is used up; these are the paper's own sentences.",
        "saving_abstract": "The day's budget is nearly used up; only the abstract was read.",
        "hidden": "This paper carries text meant for machines ({how}): “{quote}”. It was kept from the model.",
        "withdrawn": "Withdrawn by its authors.",
        # a digest
        "all_failed": "None of today's papers could be analysed; their abstracts stand here instead.",
        "ranked_lexically": "Chosen by words, not by the model: it could not be reached.",
        "ranked_saving": "Chosen by words, not by the model: the day's budget is used up to {share} %.",
        "budget_gone": "The day's budget is used up: what is said of the papers below is their own sentences, where nothing was at hand.",
        "keyless": "No model is configured: papers were chosen by words, and what is said of them are their own sentences.",
        "summary_extractive": "Summary put together from the papers' own sentences.",
        "coverage": "announced {announced} · considered {considered} · chosen {chosen}",
        "coverage.late": "late {n} ({numbers})",
        "coverage.late.rest": "late {n}",
        "coverage.skipped": "skipped {n} ({reasons})",
        "coverage.full": "full text {n}",
        "coverage.abstract": "abstract only {n} ({numbers})",
        "coverage.abstract.all": "abstract only {n}",
        "coverage.rest": "others {n}",
        "code": "code",
        "data": "data",
        "model": "model",
        "project": "project page",
        "headline": "arXiv {date} · {n} papers · first: {first}",
        "stop": ". ",
        "separator": "; ",
        "separator.words": ", ",
    },
    "zh": {
        "part.abstract": "摘要翻译",
        "part.motivation": "动机",
        "part.method": "方法",
        "part.novelty": "与已有方法的差别",
        "part.experiments": "实验",
        "part.practical": "实用",
        "part.conclusion": "总结与局限",
        "part.contribution": "主要贡献",
        "part.innovation": "关键创新",
        "part.impact": "潜在影响",
        "part.applications": "受益领域",
        "part.limitations": "可推断的局限",
        "document.abstract": "摘要翻译",
        "document.motivation": "方法动机分析",
        "document.method": "方法设计详解",
        "document.novelty": "方法对比分析",
        "document.experiments": "实验分析",
        "document.practical": "实用指南",
        "document.conclusion": "总结",
        "document.contribution": "论文的主要贡献",
        "document.innovation": "关键创新或方法论",
        "document.impact": "对该领域的潜在影响",
        "document.applications": "可能受益于此研究的相关领域或应用",
        "document.limitations": "可从摘要推断出的局限性",
        "part.core": "核心",
        "part.findings": "发现",
        "first": "先读",
        "trends": "趋势",
        "highlights": "亮点",
        "directions": "新方向",
        "also": "其余入选",
        "core": "核心",
        "why": "为什么选它",
        "findings": "发现",
        "basis": "依据",
        "basis.html": "全文",
        "basis.pdf": "全文（PDF）",
        "basis.abstract": "仅摘要",
        "score": "相关 {relevance}，意义 {significance}，满分 10",
        "watched": "你们关注的作者：{names}。",
        "late": "此前已公布，今天补收。",
        "learned": "因本频道的 👍、🔖 和提问而入选：与“{title}”相近（{words}）。",
        "unverified": "未能在论文中核实",
        "unsupported": "论文中未找到：{items}。",
        "missing": "以下部分因模型输出不可用而略去：{parts}。",
        "selected": "论文超出模型一次能读的长度，只读了最要紧的几节。",
        "nothing": "没有得到可用的分析；下面是论文摘要。",
        "abstract_only": "未能取得全文，以下依据摘要。",
        "left_out": "读这篇论文时程序两次异常退出，已跳过；下面是论文摘要。",
        "model_down": "模型暂时无法访问；以下是论文原句。",
        "over_budget": "今天的额度已用完；以下是论文原句。",
        "saving_abstract": "今天的额度将尽，只读了摘要。",
        "hidden": "本文含有写给机器看的文字（{how}）：“{quote}”。这段文字没有交给模型。",
        "withdrawn": "作者已撤稿。",
        "all_failed": "今天没有一篇论文得到可用的分析；下面是各篇摘要。",
        "ranked_lexically": "模型暂时无法访问，今天按关键词选文。",
        "ranked_saving": "今天的额度已用 {share} %，按关键词选文，没有用模型。",
        "budget_gone": "今天的额度已用完：除已有的分析外，以下文字均为论文原句。",
        "keyless": "没有配置模型：按关键词选文，文字均为论文原句。",
        "summary_extractive": "概要由论文原句拼成。",
        "coverage": "公布 {announced} · 考虑 {considered} · 选中 {chosen}",
        "coverage.late": "补收 {n}（{numbers}）",
        "coverage.late.rest": "补收 {n}",
        "coverage.skipped": "略过 {n}（{reasons}）",
        "coverage.full": "读全文 {n}",
        "coverage.abstract": "仅摘要 {n}（{numbers}）",
        "coverage.abstract.all": "仅摘要 {n}",
        "coverage.rest": "其余 {n}",
        "code": "代码",
        "data": "数据",
        "model": "模型",
        "project": "项目页",
        "headline": "arXiv {date} · {n} 篇 · 先读：{first}",
        "stop": "。",
        "separator": "；",
        "separator.words": "、",
    },
}


def base(language: str) -> str:
    """`zh-Hans-CN` gives `zh`: the language whose labels are read."""
    return language.split("-", 1)[0].lower()


def pick(table: Mapping[str, Mapping[str, str]], name: str, language: str, **values: object) -> str:
    """The words for `name` in a table of languages, with their places filled. Raises KeyError for a name its English does not have."""
    text = table.get(base(language), table["en"]).get(name) or table["en"][name]
    return text.format(**values) if values else text


def label(name: str, language: str, **values: object) -> str:
    """The fixed words for `name`, with their places filled."""
    return pick(LABELS, name, language, **values)


def part_heading(name: str, language: str) -> str:
    """A part's name as a heading of the document: longer than in a channel, where the language has such names."""
    longer = f"document.{name}"
    return label(longer if longer in LABELS.get(base(language), {}) else f"part.{name}", language)


def day_words(day: date, language: str, skeleton: str = "MMMEd") -> str:
    """A date as people of that language write it: `Fri, Jan 30`, `1月30日周五` (CLDR skeletons, through Babel)."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  # its data is only loaded when a date is shown
    from babel.dates import format_skeleton  # noqa: PLC0415

    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    return str(format_skeleton(skeleton, day, locale=locale))
