"""The questions with human-marked evidence, as FullTexts: one Passage a paragraph, one a caption."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import shared
from digest.model import Basis, Form, FullText, Passage, Section


@dataclass(frozen=True)
class Asked:
    paper: int
    question: str
    evidence: tuple[str, ...]
    """Paragraphs and captions that an annotator marked."""
    spans: tuple[str, ...]
    """Highlighted pieces of them."""
    answers: tuple[str, ...]
    """Answers in the annotator's words."""


def load(data: Path | None = None) -> tuple[list[FullText], list[Asked]]:
    """`data`: a directory of other papers in the same form, in any of its JSON files."""
    texts: list[FullText] = []
    asked: list[Asked] = []
    files = sorted(data.rglob("*.json")) if data else [shared("qasper/qasper_dev_split.json")]
    for number, paper in enumerate(p for file in files for p in json.loads(file.read_text("utf-8"))):
        texts.append(_text(paper, number))
        for qa in paper["qas"]:
            found, spans, free = [], [], []
            for answer in qa["answers"]:
                found += answer["evidence"]
                spans += answer.get("highlighted_evidence", [])
                free += [answer.get("free_form_answer", "")]
            clean = tuple(dict.fromkeys(_plain(e) for e in found if e.strip()))
            asked.append(
                Asked(
                    number,
                    qa["question"],
                    clean,
                    tuple(dict.fromkeys(_plain(s) for s in spans if s.strip())),
                    tuple(a for a in free if a.strip()),
                )
            )
    return texts, asked


def _plain(evidence: str) -> str:
    return re.sub(r"^FLOAT SELECTED:\s*", "", evidence).strip()


def _text(paper: dict[str, Any], number: int) -> FullText:
    sections: list[Section] = []
    abstract = paper.get("abstract") or ""
    if abstract:
        sections.append(Section("Abstract", 1, "abstract", passages=(Passage(abstract, anchor="abstract"),)))
    for at, paragraph in enumerate(paper["paragraphs"]):
        title = (paragraph["section"] or "").replace(" ::: ", " / ").strip(" /")
        passage = Passage(paragraph["text"], anchor=f"P{at}")
        if sections and sections[-1].title == title and title != "Abstract":
            last = sections.pop()
            sections.append(Section(title, last.level, last.anchor, passages=(*last.passages, passage)))
        else:
            sections.append(Section(title, title.count("/") + 1, f"S{len(sections)}", passages=(passage,)))
    captions = tuple(Passage(c, Form.CAPTION, anchor=f"F{i}") for i, c in enumerate(paper.get("captions") or []))
    if captions:
        sections.append(Section("Figures and tables", 1, "F", passages=captions))
    return FullText(re.sub(r"\W+", "-", str(paper["id"])) or str(number), 1, Basis.HTML, tuple(sections))
