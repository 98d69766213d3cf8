"""Values for tests, with defaults that make sense: `a_paper(title="…")`."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from digest.model import (
    FULL_PARTS,
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

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)


def a_paper(id: str = "2601.22153", **values: Any) -> Paper:
    defaults: dict[str, Any] = {
        "version": 1,
        "title": "DynamicVLA: A Vision-Language-Action Model for Dynamic Object Manipulation",
        "abstract": "Manipulating dynamic objects remains an open challenge for VLA models.",
        "authors": (
            "Haozhe Xie",
            "Beichen Wen",
            "Jiarui Zheng",
            "Zhaoxi Chen",
            "Fangzhou Hong",
            "Haiwen Diao",
            "Ziwei Liu",
        ),
        "categories": ("cs.RO", "cs.CV"),
        "published": datetime(2026, 1, 29, 17, 59, tzinfo=UTC),
        "updated": datetime(2026, 1, 29, 17, 59, tzinfo=UTC),
    }
    return Paper(id, **(defaults | values))


def a_score(paper_id: str = "2601.22153", relevance: float = 9, significance: float = 8, **values: Any) -> Score:
    return Score(paper_id, relevance, significance, **({"reason": "你们关注“具身、VLA”。", "by": "a-model"} | values))


def an_analysis(paper: Paper | None = None, **values: Any) -> Analysis:
    paper = paper or a_paper()
    evidence = Evidence("enables fast multimodal inference", f"{paper.html_url}#S3", "3 Method")
    defaults: dict[str, Any] = {
        "basis": Basis.HTML,
        "language": "zh",
        "by": "a-model",
        "core": "让 0.4B 的 VLA 一边执行一边推理。",
        "parts": tuple(Part(name, f"{name} 的短文。", f"{name} 的**长**文。\n\n- 一\n- 二") for name in FULL_PARTS),
        "findings": (
            Finding("推理与执行重叠，延迟更低。", evidence),
            Finding("数据自动采集。", replace(evidence, label="Abstract")),
        ),
    }
    return Analysis(paper.id, paper.version, **(defaults | values))


def an_entry(number: int = 1, paper: Paper | None = None, **values: Any) -> Entry:
    paper = paper or a_paper()
    defaults: dict[str, Any] = {"score": a_score(paper.id), "analysis": an_analysis(paper)}
    return Entry(number, paper, **(defaults | values))


def a_digest(papers: int = 3, **values: Any) -> Digest:
    """A Chinese digest of `papers` papers: the first to read first, the second a trend, the rest highlights."""
    made = tuple(
        an_entry(
            n,
            a_paper(f"2601.{22150 + n}", title=f"Paper {n}: A Study of Things with $\\pi_{n}$"),
            links=(Link("code", "https://github.com/a/b", True),),
        )
        for n in range(1, papers + 1)
    )
    mentions = [Mention(e.paper.id, f"第 {e.number} 篇说的事。", f"第 {e.number} 篇的主张") for e in made]
    summary = Summary(
        "zh",
        "a-model",
        "先读：Paper 1 说的事",
        "今天的论文都在研究事物。",
        tuple(mentions[:1]),
        (Theme("研究变快：", tuple(mentions[1:2])),) if papers > 1 else (),
        tuple(Theme("", (m,)) for m in mentions[2:]),
        (),
    )
    defaults: dict[str, Any] = {
        "subscription": "slack:C0123456789",
        "run": "daily",
        "local_date": date(2026, 1, 30),
        "day": date(2026, 1, 30),
        "made_at": NOON,
        "profile": Profile(("cs.CV", "cs.RO"), "具身、VLA", language="zh"),
        "entries": made,
        "summary": summary,
        "coverage": Coverage(231, 231, papers),
        "cost": Usage(16, 120_000, 20_000, 15_000, 0.41),
        "others": tuple(
            Candidate(papers + i, a_paper(f"2601.{10000 + i}", title=f"Other {i}"), a_score(f"2601.{10000 + i}", 5, 4))
            for i in range(1, 16)
        ),
    }
    return Digest(**(defaults | values))
