"""The document keeps the layout its readers know, and shows text exactly as it is."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from digest.model import Coverage, Evidence, Finding, Skip, Usage
from digest.render.markdown import coverage_line, escape, render, why
from tests.builders import a_digest, a_paper, a_score, an_analysis, an_entry
from tests.paths import SHARED

EXAMPLE = SHARED / "examples/digest-2026-01-30.md"

TOP = [
    "time: 20260130",
    "# Arxiv Computer Vision Papers - 2026-01-30",
    "## Executive Summary",
    "## Table of Contents",
    "## Papers",
]
FIELDS = ["Authors", "Published", "Categories", "Abstract", "Analysis", "Key Findings", "Links"]


def shape(document: str) -> list[str]:
    """Headings, anchors, rules and field names in order; what stands inside a paper's analysis is its own."""
    found = []
    for line in document.splitlines():
        if found[-1:] == ["Analysis"] and not line.startswith("**Key Findings:**"):
            continue
        if match := re.match(r"(time: \d{8}|# .*|## (?:Executive Summary|Table of Contents|Papers))$", line):
            found.append(match[1])
        elif re.match(r"<a id='[^']+v\d+'></a>$", line):
            found.append("<a id>")
        elif (match := re.match(r"\*\*(" + "|".join(FIELDS) + r"):\*\*", line)) or (
            match := re.match(r"- \[(PDF|arXiv)\]\(https://arxiv\.org/(pdf|abs)/[^)]+v\d+\)$", line)
        ):
            found.append(match[1])
    return found


def test_the_shape_is_that_of_the_document_its_readers_know():
    digest = a_digest(2, profile=replace(a_digest().profile, categories=("cs.CV",)))
    paper = ["<a id>", *FIELDS, "PDF", "arXiv"]
    assert shape(render(digest)) == [*TOP, *paper, *paper]


@pytest.mark.shared
def test_the_example_itself_has_that_shape():
    if not EXAMPLE.exists():
        pytest.skip("../shared/examples is not here")
    assert shape(EXAMPLE.read_text()) == [*TOP, *(["<a id>", *FIELDS, "PDF", "arXiv"] * 10)]


def test_every_paper_is_in_the_table_of_contents_and_named_once_in_the_summary():
    digest = a_digest(3)
    document = render(digest)
    summary, contents = document.split("## Table of Contents")
    for entry in digest.entries:
        anchor = f"](#{entry.paper.versioned})"
        assert summary.count(anchor) == 1
        assert contents.count(anchor) == 1
        assert f"<a id='{entry.paper.versioned}'></a>\n## [" in document


def test_parts_stand_in_full_under_numbered_headings():
    document = render(a_digest(1))
    assert "### 1. 摘要翻译" in document
    assert "### 7. 总结" in document
    assert "method 的**长**文。" in document


def test_a_finding_without_evidence_says_so():
    entry = an_entry(analysis=an_analysis(findings=(Finding("一个说法。"),)))
    assert "一个说法。 *(未能在论文中核实)*" in render(a_digest(1, entries=(entry,)))


def test_a_quotation_is_quoted_with_its_place():
    finding = Finding("快。", Evidence("runs at *30* fps [on] a_b", "https://arxiv.org/pdf/2601.1v1#page=4", "p. 4"))
    document = render(a_digest(1, entries=(an_entry(analysis=an_analysis(findings=(finding,))),)))
    assert "  > “runs at \\*30\\* fps \\[on\\] a_b” [第 4 页](https://arxiv.org/pdf/2601.1v1#page=4)" in document


def test_a_paper_about_which_nothing_could_be_said_shows_why_and_its_abstract():
    entry = an_entry(analysis=None, notes=("没有得到可用的分析；下面是论文摘要。",))
    document = render(a_digest(1, entries=(entry,)))
    assert "> 没有得到可用的分析；下面是论文摘要。" in document
    assert entry.paper.abstract in document
    assert "None" not in document


def test_comment_and_journal_reference_are_kept():
    paper = a_paper(comment="Accepted at CVPR, 12 pages", journal_ref="Nature 1 (2026) 2")
    document = render(a_digest(1, entries=(an_entry(paper=paper),)))
    assert "**Comment:** Accepted at CVPR, 12 pages" in document
    assert "**Journal reference:** Nature 1 (2026) 2" in document


def test_coverage_adds_up_in_words():
    digest = a_digest(3)
    late = digest.entries[1].paper.id
    digest = replace(
        digest, coverage=Coverage(12, 11, 3, (late,), (Skip("1", "t", "withdrawn"),)), cost=Usage(3, 900, 0, 100, None)
    )
    assert (
        coverage_line(digest)
        == "公布 12 · 考虑 11 · 选中 3 · 来自较早的列表：1 篇（第 2 篇） · 全文：3 篇 · 略过 1 篇（已撤稿） · 其余 8 · 1,000 个 token"
    )


@pytest.mark.parametrize(
    "text",
    [
        "a_b _x_ *y* [z](http://q) <b>hi</b> a<b",
        "1. not a list",
        "# no heading",
        "- no list",
        "> no quote",
        "AT&amp;T, x~~y~~",
        "<a id='2601.1v1'></a>",
        "`code` and \\* and [12] and [a][b]",
        "+ a\n2) b\n=====",
    ],
)
def test_escaped_text_shows_exactly_that_text(text):
    html = MarkdownIt("commonmark").enable("strikethrough").render(escape(text))
    shown = (
        re.sub(r"</?p>|\n$", "", html)
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&amp;", "&")
    )
    assert shown == text


def test_a_watched_author_whom_the_reason_names_is_named_once():
    entry = an_entry(watched=("Haozhe Xie",), score=a_score(reason="by Haozhe Xie, whom you watch."))
    assert why(entry, "en").count("Haozhe Xie") == 1
    assert why(replace(entry, score=a_score(reason="It fits.")), "en").count("Haozhe Xie") == 1
