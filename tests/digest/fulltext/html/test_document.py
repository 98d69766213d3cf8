"""What becomes of a page of arXiv's HTML."""

import re

import pytest

from digest.errors import Unreadable
from digest.fulltext.html.document import read_html
from digest.model import Basis, Form, FullText, Passage
from tests.digest.fulltext.latexml import ABSTRACT, END, FILLER, INTRODUCTION, WHOLE, math, page
from tests.paths import SHARED

SHARED_DATA = SHARED / "data/html"


def read(data: bytes) -> FullText:
    return read_html(data, "2601.00001", 1)


def passage(text: FullText, start: str) -> Passage:
    return next(p for s in text.sections for p in s.passages if p.text.startswith(start))


def test_sections_come_in_order_with_levels_and_anchors_and_the_abstract_first():
    text = read(WHOLE)
    assert text.basis is Basis.HTML
    assert [(s.title, s.level, s.anchor) for s in text.sections] == [
        ("Abstract", 1, "abstract1"),
        ("1 Introduction", 1, "S1"),
        ("2 Method", 1, "S2"),
        ("2.1 Loss", 2, "S2.SS1"),
        ("Appendix A Proofs", 1, "A1"),
    ]
    assert [p.text for p in text.sections[0].passages] == ["We read papers.", "Then we answer."]


def test_passages_link_to_the_nearest_place_people_can_jump_to():
    text = read(WHOLE)
    assert passage(text, "The encoder").anchor == "S1.p1"
    assert passage(text, "• First").anchor == "S1.I1.i1.p1"
    assert passage(text, "| Model").anchor == "S2.T1"
    assert passage(text, "Figure 1").anchor == "S2.F1"
    assert passage(text, "$$L").anchor == "S2.E1"
    assert text.url(passage(text, "Figure 1")) == "https://arxiv.org/html/2601.00001v1#S2.F1"


def test_mathematics_is_tex_and_a_bare_number_is_a_number():
    text = read(WHOLE)
    assert passage(text, "We use").text == "We use $d_{k}=64$ in 8 heads, as in [7]:"
    assert passage(text, "$$L").text == "$$L=\\sum_{i}x_{i}$$ (1)"
    assert passage(text, "$$L").form is Form.EQUATION
    assert "10^-3" in passage(text, "where").text


def test_footnotes_follow_the_paragraph_that_carries_them():
    held = read(WHOLE).sections[1].passages
    at = [p.text for p in held].index("Heads are cheap.")
    assert (held[at].form, held[at].anchor) == (Form.FOOTNOTE, "footnote1")
    assert held[at - 1].text.startswith("We use")


def test_tables_keep_rows_columns_spans_and_head():
    assert passage(read(WHOLE), "| Model").text.splitlines() == [
        "| Model | Score |  |",
        "| --- | --- | --- |",
        "| Ours | 91.5 | 88.0 |",
        "|  | 92.5 | 89.0 |",
    ]


def test_captions_lists_algorithms_and_theorems_have_their_forms():
    text = read(WHOLE)
    assert passage(text, "Table 1: Results.").form is Form.CAPTION
    assert passage(text, "• Second").form is Form.LIST
    assert passage(text, "1: for").text == "1: for each batch\n2:   update $\\theta$"
    assert passage(text, "1: for").form is Form.CODE
    assert passage(text, "Theorem 1. It converges.").anchor == "Thm1.p1"


def test_the_words_that_a_list_describes_stand_before_their_descriptions():
    dl = """<dl class="ltx_description" id="I1"><dt class="ltx_item" id="I1.ix1"><span class="ltx_tag ltx_tag_item"><span class="ltx_text ltx_font_bold">Recall</span></span></dt>
<dd class="ltx_item"><div class="ltx_para"><p class="ltx_p">the share of what is found.</p></div></dd>
<dt class="ltx_item" id="I1.ix2"><span class="ltx_tag ltx_tag_item">Precision</span></dt><dd class="ltx_item"><div class="ltx_para"><p class="ltx_p">the share of what is right.</p></div></dd></dl>"""
    text = read(page(ABSTRACT + INTRODUCTION.replace("</section>", f"{dl}</section>")))
    assert passage(text, "Recall the share of what is found.").form is Form.LIST
    assert passage(text, "Precision the share of what is right.").form is Form.LIST
    assert text.lost == 0.0


def test_a_word_with_its_reading_beside_it_stays_in_its_sentence():
    word = "提案<ruby><rb>手法</rb><rp>(</rp><rt>しゅほう</rt><rp>)</rp></ruby>は従来手法を上回る。"
    assert passage(read(page(ABSTRACT + INTRODUCTION.replace(FILLER, word * 8, 1))), "提案手法").text.count("。") == 8


def test_references_stand_apart_and_appendices_stay():
    text = read(WHOLE)
    assert text.references == ("[7] A. Author. A title. 2020.",)
    assert "A. Author" not in text.text
    assert "The proof is short." in text.text


def test_nothing_of_the_site_or_the_markup_leaks():
    assert "LEAK" not in read(WHOLE).text


def test_text_after_the_references_without_a_heading_belongs_to_no_section_before_them():
    end = '<section class="ltx_bibliography"><h2 class="ltx_title">References</h2></section><div class="ltx_para" id="p9"><p class="ltx_p">Late words.</p></div>'
    text = read(page(ABSTRACT + INTRODUCTION + end))
    assert (text.sections[-1].title, text.sections[-1].passages[0].anchor) == ("Appendix", "p9")


def test_a_page_without_sections_has_its_text_all_the_same():
    text = read(page(f'{ABSTRACT}<div class="ltx_para" id="p1"><p class="ltx_p">{FILLER}</p></div>'))
    assert [s.title for s in text.sections] == ["Abstract", "Main text"]


def test_a_missing_abstract_leaves_its_place_empty_for_the_reader_to_fill():
    first = read(page(INTRODUCTION)).sections[0]
    assert (first.title, first.passages) == ("Abstract", ())


def test_a_link_to_code_behind_a_word_is_spelled_out():
    body = f'<div class="ltx_para" id="p1"><p class="ltx_p">{FILLER} Code is <a class="ltx_ref ltx_href" href="https://github.com/a/b">here</a>, see <a href="https://evil.example/x">this</a>.</p></div>'
    assert "Code is here (https://github.com/a/b), see this." in read(page(ABSTRACT + body)).text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (
            b"<html><head><title>No HTML for 2601.00001</title></head><body><h1>No HTML for '2601.00001'</h1></body></html>",
            "no HTML",
        ),
        (
            b"<html><head><title>arXiv</title></head><body><h1>No HTML for '2601.1'</h1><p>HTML is not available for the source.</p></body></html>",
            "no HTML",
        ),
        (
            b'<html><head><title>x</title></head><body><span class="ltx_ERROR">Conversion to HTML had a Fatal error and exited abruptly.</span></body></html>',
            "could not convert",
        ),
        (b"<html><body><p>Rate exceeded.</p></body></html>", "not hold a paper"),
        (page(ABSTRACT), "no body"),
        (b"", "broken"),
        (b"\x00\x01\x02", "not hold a paper"),
    ],
)
def test_pages_that_are_no_papers_are_unreadable_and_say_why(data, why):
    with pytest.raises(Unreadable, match=why):
        read(data)


def test_a_truncated_conversion_is_unreadable_but_a_paper_about_them_is_not():
    fatal = "Conversion to HTML had a Fatal error and exited abruptly. This document may be truncated or damaged."
    with pytest.raises(Unreadable):
        read(page(ABSTRACT + INTRODUCTION + f'<div class="ltx_para"><p>{fatal}</p></div>'))
    about = f'<div class="ltx_para" id="p1"><p class="ltx_p">Of 900 papers 12 showed “{fatal}” when we asked.</p></div>'
    assert "12 showed" in read(page(ABSTRACT + INTRODUCTION + about)).text


def test_entities_and_the_network_are_out_of_reach():
    evil = b'<!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "bbbbbbbbbb">]>'
    text = read(
        evil + page(ABSTRACT + INTRODUCTION + '<div class="ltx_para"><p class="ltx_p">x &a; y &b;&b;</p></div>')
    )
    assert "root:" not in text.text
    assert "bbbbbbbbbb" not in text.text


def test_deep_nesting_never_crashes_and_loses_nothing_above_it():
    assert "encoder" in read(page(ABSTRACT + INTRODUCTION + ("<div>" * 5_000 + "deep" + "</div>" * 5_000))).text


def test_broken_markup_is_read_as_far_as_it_goes():
    assert "Heads are cheap." in read(WHOLE[: WHOLE.index(b"<figure")]).text


def test_spans_that_are_tables_and_multiline_tex_are_read():
    table = '<p class="ltx_p">Before <span class="ltx_tabular"><span class="ltx_tr"><span class="ltx_td">a</span><span class="ltx_td">b</span></span></span> after</p>'
    body = f'<div class="ltx_para" id="p1"><p class="ltx_p">{FILLER}</p>{table}<p class="ltx_p">So {math("x%&#10;+y")}.</p></div>'
    text = read(page(ABSTRACT + body))
    assert "| a | b |" in text.text
    assert "So $x+y$." in text.text


def section(number: int, title: str, body: str = f'<div class="ltx_para"><p class="ltx_p">{FILLER}</p></div>') -> str:
    return f'<section class="ltx_section" id="S{number}"><h2 class="ltx_title ltx_title_section">{number} {title}</h2>{body}</section>'


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (section(2, "Method", "") + section(3, "End"), ("2 Method",)),
        (section(2, "Method", '<p class="ltx_p"><span class="ltx_ERROR undefined">\\subfile</span>sections/method.tex</p>'), ("sections/method.tex",)),
        (section(2, "End", '<p class="ltx_p">See <a class="ltx_ref" href="#S3" title="3 Method ‣ A Small Paper">Section 3</a>.</p>'), ("3 Method",)),
        (section(2, "End", '<p class="ltx_p">See <a class="ltx_ref" href="#S3.F1">Figure 1</a> and <a class="ltx_ref" href="#A1">here</a>.</p>'), ("Appendix 1", "Section 3")),
        (section(2, "End", "".join(f'<p class="ltx_p">See <span class="ltx_ref ltx_missing_label">LABEL:sec:{x}</span>.</p>' for x in "abc")), ("sec:a", "sec:b", "sec:c")),
    ],
)  # fmt: skip
def test_a_part_that_latexml_could_not_include_is_named(body, missing):
    text = read(page(ABSTRACT + INTRODUCTION + body))
    assert text.missing == missing
    assert text.lost == 0


@pytest.mark.parametrize(
    "body",
    [
        section(2, "Method", section(2, "Loss").replace('id="S2"', 'id="S2.SS1"')),
        section(2, "End", '<p class="ltx_p">See <a class="ltx_ref" href="#S1">1</a>, <a href="#bib.bib9">9</a>, <a href="https://a.org/#S9">there</a>.</p>'),
        section(2, "End", '<p class="ltx_p">See <span class="ltx_ref ltx_missing_label">LABEL:x</span> and <span class="ltx_ERROR undefined">\\foo</span>bar.</p>'),
        section(2, "End", '<figure class="ltx_figure" id="S2.F1"><figcaption class="ltx_caption">Figure 1: All.</figcaption></figure>'),
    ],
)  # fmt: skip
def test_a_whole_page_lacks_nothing(body):
    text = read(page(ABSTRACT + INTRODUCTION + body + "\n"))
    assert (text.missing, text.lost) == ((), 0)


def test_a_page_that_breaks_off_says_so():
    assert read(WHOLE[: WHOLE.index(b"<figure")]).missing == ("2.1 Loss …",)
    assert read(WHOLE).missing == ()


@pytest.mark.parametrize(
    "around",
    [
        '<div class="ltx_acknowledgements"><h6 class="ltx_title ltx_title_acknowledgements">Acknowledgments</h6>{}</div>',
        '<section class="ltx_section"><h2 class="ltx_title">2 Data</h2>{}<div class="ltx_para">More.</div></section>',
        '<ul class="ltx_itemize"><li class="ltx_item"><span class="ltx_tag ltx_tag_item">•</span>{}</li></ul>',
        '<table class="ltx_equationgroup"><tr class="ltx_eqn_row"><td class="ltx_intertext">{}</td></tr></table>',
    ],
)
def test_text_without_a_paragraph_around_it_is_read(around):
    text = read(page(ABSTRACT + INTRODUCTION + around.format("We thank the beekeepers.") + END))
    assert text.text.count("We thank the beekeepers.") == 1
    assert text.lost == 0


def test_text_where_no_reader_looks_is_measured():
    rows = "".join(f'<tr class="ltx_tr"><td class="ltx_td">{FILLER}</td></tr>' for _ in range(3))
    table = (
        f'<table class="ltx_tabular"><tbody class="ltx_unknown">{rows}</tbody><caption>{FILLER * 9}</caption></table>'
    )
    assert read(page(ABSTRACT + INTRODUCTION + section(2, "End") + table)).lost > 0.5
    assert read(WHOLE).lost == 0


ROWS = "".join(
    '<tr class="ltx_tr">' + "".join(f'<td class="ltx_td ltx_align_center">{cell}</td>' for cell in row) + "</tr>"
    for row in (("Model", "Clean", "Noisy"), ("Kestrel-S", "91.2", "80.3"), ("Kestrel-L", "93.4", "85.1"))
)


@pytest.mark.parametrize(
    "transform",
    [
        "transform:translate(-116.7pt,18.9pt) scale(0.65,0.65) ;",
        "transform:translate(-510.0pt,2.0pt) scale(0.04,0.04) ;",
        "width:147.5pt;transform:translate(-169.31pt,72.22pt) rotate(-270deg) ;",
    ],
)
def test_a_table_that_latexml_scales_or_turns_stays_a_table(transform):
    table = f'<table class="ltx_tabular ltx_align_middle">{ROWS}</table>'
    box = f'<div class="ltx_inline-block ltx_transformed_outer" style="width:4.6pt;height:0.2pt;"><span class="ltx_transformed_inner" style="{transform}">\n{table}\n</span></div>'
    plain, scaled = (
        read(page(f'{ABSTRACT}{INTRODUCTION}<figure class="ltx_table" id="S1.T1">{x}</figure>')) for x in (table, box)
    )
    assert scaled.sections == plain.sections
    assert scaled.hidden == ()
    assert "| Kestrel-L | 93.4 | 85.1 |" in scaled.text


def test_a_scaled_number_and_a_turned_head_stay_in_their_cells():
    def box(transform: str, text: str) -> str:
        return f'<div class="ltx_inline-block ltx_transformed_outer" style="width:2.8pt;height:0.8pt;"><span class="ltx_transformed_inner" style="transform:{transform} ;"><p class="ltx_p"><span class="ltx_text" style="font-size:90%;color:#FF0000;">{text}</span></p></span></div>'

    gain = box("translate(-10.1pt,2.5pt) scale(0.12,0.12)", "+14.7")
    head = box("translate(-469.31pt,72.22pt) rotate(-270deg)", "Kestrel with a turned head cell")
    rows = f'<tr class="ltx_tr"><td class="ltx_td">{head}</td><td class="ltx_td">77.3 {gain}</td></tr>'
    text = read(page(f'{ABSTRACT}{INTRODUCTION}<table class="ltx_tabular">{rows}</table>'))
    assert "| Kestrel with a turned head cell | 77.3 +14.7 |" in text.text
    assert text.hidden == ()


def test_spans_given_as_classes_place_cells_as_attributes_do():
    cells = (("Ours ltx_rowspan ltx_rowspan_2", "91.5", "88.0"), ("", "92.5", "89.0"))
    rows = "".join(
        '<span class="ltx_tr">'
        + "".join(f'<span class="ltx_td {" ".join(c.split()[1:])}">{c.split()[0]}</span>' for c in row if c)
        + "</span>"
        for row in (("Model", "Score ltx_colspan ltx_colspan_2"), *cells)
    )
    text = read(page(f'{ABSTRACT}{INTRODUCTION}<span class="ltx_tabular">{rows}</span>'))
    assert passage(text, "| Model").text.splitlines() == [
        "| Model | Score |  |",
        "| Ours | 91.5 | 88.0 |",
        "|  | 92.5 | 89.0 |",
    ]


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="../shared/data/html is not there")
@pytest.mark.parametrize(
    ("name", "references"),
    [("1706.03762_latexml.html", 40), ("1810.04805_BERT_arxiv-html_2026-03.html", 56), ("1904.07818_ar5iv.html", 9)],
)
def test_real_pages_read_with_every_section(name, references):
    data = (SHARED_DATA / name).read_bytes()
    text = read(data)
    headings = re.findall(rb"<h\d[^>]*ltx_title_(?:sub)*(?:section|paragraph|appendix)\W", data)
    printed = [s for s in text.sections if s.title not in ("Abstract", "Front matter", "Appendix")]
    assert len(printed) == len(headings)
    assert all(s.title and s.anchor for s in printed)
    assert len(text.references) == references
    assert text.sections[0].passages
    assert text.hidden == ()
    assert not any(word in text.text for word in ("Report issue", "semantics", "‣", "footnotemark", "LaTeXML"))
