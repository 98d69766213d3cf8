"""What becomes of a PDF."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from datetime import date

import pytest

from digest.errors import Unreadable
from digest.fulltext.completeness import is_lacking, lost_share
from digest.fulltext.pdf.document import read_pdf
from digest.model import Basis, Form, FullText
from tests.digest.fulltext.raw_pdf import RawPdf, in_font, lines, shown
from tests.digest.fulltext.sheets import PROSE, Sheet, paper
from tests.paths import SHARED
from tests.servers.papers import a_day

SHARED_DATA = SHARED / "data/pdf"
shared = [pytest.mark.shared, pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="../shared/data/pdf is not there")]


def read(data: bytes, **options: int) -> FullText:
    return read_pdf(data, "2601.00001", 1, **options)


def titles(text: FullText) -> list[tuple[str, int]]:
    return [(s.title, s.level) for s in text.sections]


def test_every_fact_of_a_paper_in_columns_or_not_survives_lines_columns_and_hyphens():
    for made in a_day(4, date(2026, 1, 30)):
        text = read(made.pdf)
        assert [f for f in made.facts if f not in text.text] == []
        assert text.sections[0].title == "Abstract"
        assert text.pages > 1
        assert text.hidden == ()


def test_headings_make_sections_with_levels_and_pages():
    def more(sheet: Sheet) -> None:
        sheet.add_page()
        sheet.heading("2 Method")
        sheet.heading("2.1 Training", y=130)
        sheet.prose(y=150)
        sheet.heading("References", y=400)
        sheet.lines(
            ["[1] A. Author. A title. 2020.", "[2] B. Author. Another title that goes on", "over two lines. 2021."],
            y=420,
        )
        sheet.heading("A Proofs", y=500)
        sheet.prose(y=510)

    text = read(paper(more))
    assert titles(text) == [
        ("Abstract", 1),
        ("1 Introduction", 1),
        ("2 Method", 1),
        ("2.1 Training", 2),
        ("A Proofs", 1),
    ]
    assert [s.page for s in text.sections] == [1, 1, 2, 2, 2]
    assert text.references == (
        "[1] A. Author. A title. 2020.",
        "[2] B. Author. Another title that goes on over two lines. 2021.",
    )
    assert "A. Author" not in text.text


def test_a_passage_names_the_page_it_begins_on_and_links_to_it():
    def more(sheet: Sheet) -> None:
        sheet.lines(
            ["A sentence that begins on the first page and does not come to its end before the page ends, and so it"],
            y=700,
        )
        sheet.add_page()
        sheet.lines(["goes on at the top of the second one."], y=80)

    text = read(paper(more))
    passage = next(p for s in text.sections for p in s.passages if p.text.startswith("A sentence"))
    assert passage.text.endswith("so it goes on at the top of the second one.")
    assert passage.page == 1
    assert text.url(passage) == "https://arxiv.org/pdf/2601.00001v1#page=1"


def test_a_sentence_goes_on_behind_a_figure_and_a_footnote():
    left = [
        "Text of the left column that is long",
        "enough to fill its lines and that then",
        "breaks off because the column ends be-",
    ]
    right = ["fore the sentence does. And it goes on."]

    def more(sheet: Sheet) -> None:
        sheet.add_page()
        sheet.heading("2 Columns", y=80)
        sheet.lines([PROSE[:38]] * 32, 72, 100)
        sheet.lines(left, 72, 484)
        sheet.lines(["Figure 1: A caption between the two."], 72, 560, 9)
        sheet.lines(right, 330, 100)
        sheet.lines([PROSE[:38]] * 34, 330, 112)

    assert "breaks off because the column ends before the sentence does. And it goes on." in read(paper(more)).text


def test_columns_whose_content_was_written_in_another_order_are_read_in_reading_order():
    def more(sheet: Sheet) -> None:
        sheet.add_page()
        right = [f"Right line {n} has some words more in it." for n in range(20)]
        left = [f"Left line {n} has some words more in it." for n in range(20)]
        for start in (10, 0):
            sheet.lines(right[start : start + 10], 320, 120 + 12 * start)
            sheet.lines(left[start : start + 10], 72, 120 + 12 * start)

    text = read(paper(more)).text
    order = [int(n) + 100 * (side == "Right") for side, n in re.findall(r"(Left|Right) line (\d+)", text)]
    assert order == sorted(order)
    assert len(order) == 40


def test_columns_set_row_by_row_are_parted():
    def more(sheet: Sheet) -> None:
        sheet.add_page()
        for n in range(20):
            sheet.lines([f"Left line {n} has some words more in it and"], 72, 120 + 12 * n)
            sheet.lines([f"Right line {n} has some words more in it."], 320, 120 + 12 * n)

    text = read(paper(more)).text
    assert "Left line 3 has some words more in it and Left line 4 has" in text
    assert text.index("Left line 19") < text.index("Right line 0 has")


def test_running_heads_page_numbers_and_the_stamp_of_arxiv_are_left_out():
    def more(sheet: Sheet) -> None:
        for number in range(2, 6):
            sheet.add_page()
            sheet.lines(["A Short Head of This Paper"], y=40, size=8)
            sheet.lines([f"{number}"], x=300, y=770, size=9)
            sheet.prose(times=10)
        sheet.page = 1
        with sheet.rotation(90, 30, 500):
            sheet.lines(["arXiv:2601.00001v1  [cs.CV]  30 Jan 2026"], 30, 500, 20)

    text = read(paper(more)).text
    assert "Short Head" not in text
    assert "arXiv:2601" not in text
    assert not re.search(r"(?m)^\d$", text)


def test_page_numbers_are_left_out_wherever_the_text_ends():
    def more(sheet: Sheet) -> None:
        for number in range(1, 4):
            sheet.lines([f"{number}"], x=300, y=650, size=10)
            sheet.add_page()
            sheet.prose(times=10)
        sheet.lines(["4"], x=300, y=300, size=10)

    text = read(paper(more)).text
    assert not re.search(r"(?m)^[123]$", text)
    assert re.search(r"(?m)^4$", text), "at another height it may be anything"


@pytest.mark.parametrize("step", [1, 5])
@pytest.mark.parametrize("at", [50, 545])
def test_line_numbers_of_a_review_copy_are_left_out_and_headings_stay(step, at):
    said = [f"Sentence {n} keeps 12 of its words in the {n}th line of this page" for n in range(2, 40)]

    def more(sheet: Sheet) -> None:
        sheet.add_page()
        for i, text in enumerate(["2 Method", *said], 101):
            if i % step == 0:
                sheet.lines([str(i)], at, 60 + 14 * (i - 100), 6 if step == 1 else 10)
            sheet.lines([text], 72, 60 + 14 * (i - 100), 13 if i == 101 else 10, "B" if i == 101 else "")

    found = read(paper(more))
    assert "2 Method" in [section.title for section in found.sections]
    assert " ".join(said) in found.text.replace("\n\n", " ")


@pytest.mark.parametrize(
    "cells", [["Kestrel", "9.1", "7.3"], ["Kestrels of the northern woods", "are counted in spring"]]
)
def test_a_page_of_numbered_rows_of_a_table_keeps_the_numbers(cells):
    def more(sheet: Sheet) -> None:
        sheet.add_page()
        for n in range(1, 45):
            for i, cell in enumerate([str(n), f"{cells[0]} {n * n}", *cells[1:]]):
                sheet.lines([cell], 72 + (40 if i else 0) + 180 * max(0, i - 1), 60 + 14 * n)

    text = read(paper(more)).text
    assert all(" ".join([str(n), cells[0], str(n * n), *cells[1:]]) in text for n in range(1, 45))


def test_hyphens_at_line_ends_go_or_stay_by_what_the_paper_itself_writes():
    def more(sheet: Sheet) -> None:
        sheet.lines(
            [
                "An effi-", "cient model is trained end-to-", "end on a state-", "of-the-art corpus with BERT-", "base, a fine-tuned model, fine-", "tuned again.",
            ],
            y=300,
        )  # fmt: skip

    text = read(paper(more)).text
    for words in ("An efficient model", "end-to-end", "state-of-the-art", "BERT-base", "model, fine-tuned again"):
        assert words in text


def test_compounds_and_addresses_keep_the_hyphen_at_a_line_end():
    def more(sheet: Sheet) -> None:
        sheet.lines(["Each view of a novel scene has a low rank, views of few shots perform less. We do novel-"], y=300)
        sheet.lines(
            [
                "view synthesis by low-", "rank factors and few-", "shot transfer, which per-", "forms well. See https://example.org/kestrel-", "gap for more.",
            ],
            y=312,
        )  # fmt: skip

    text = read(paper(more)).text
    for words in ("novel-view synthesis", "low-rank", "performs well", "https://example.org/kestrel-gap"):
        assert words in text


def test_captions_footnotes_lists_and_tables_have_their_forms():
    def more(sheet: Sheet) -> None:
        sheet.lines(["Model    Accuracy   F1", "Ours      91.5        88.0", "Theirs   90.1        87.2"], y=320)
        sheet.lines(["Table 1: Accuracy and F1 of both models on the test set."], y=380, size=9)
        sheet.lines(["- The first point is that it works."], y=420)
        sheet.lines(["- The second point is that it is fast."], y=440)

    forms = {p.text.split("\n")[0][:12]: p.form for s in read(paper(more)).sections for p in s.passages}
    assert (forms["Table 1: Acc"], forms["- The first "]) == (Form.CAPTION, Form.LIST)
    assert next(form for start, form in forms.items() if start.startswith("Model")) is Form.TABLE


def test_pages_beyond_the_limit_are_left_and_the_note_says_so():
    def more(sheet: Sheet) -> None:
        for _ in range(3):
            sheet.add_page()
            sheet.prose()

    text = read(paper(more), max_pages=2)
    assert (text.pages, text.note) == (2, "only the first 2 of 4 pages were read")


def test_a_locked_a_broken_an_empty_and_a_scanned_pdf_are_unreadable():
    locked = Sheet()
    locked.set_encryption(owner_password="a", user_password="b")
    locked.prose()
    blank = Sheet()
    whole = paper()
    for data, why in (
        (bytes(locked.output()), "locked"),
        (bytes(blank.output()), "no text"),
        (b"%PDF-1.7 and nothing more", "broken"),
        (b"<html>PDF unavailable</html>", "not send a PDF"),
        (b"", "not send a PDF"),
        (whole[:300], "broken"),
    ):
        with pytest.raises(Unreadable, match=why):
            read(data)


def test_rubbish_in_the_middle_of_a_pdf_never_raises_anything_but_unreadable():
    whole = bytearray(paper())
    for at in range(20, len(whole), max(1, len(whole) // 60)):
        hurt = bytes(whole[:at]) + b"\xff\x00\xfe" * 3 + bytes(whole[at + 9 :])
        try:
            read(hurt)
        except Unreadable:
            continue


SECTIONS = {
    "0807.3577.pdf": ["1. Introduction", "2. The Buchert scheme", "6. Conclusions", "Acknowledgments", "Appendix. Model specification"],
    "0908.0054v1.pdf": ["I. INTRODUCTION", "II. ULTRA LIGHT BOSONS AS DARK MATTER", "III. TESTING WITH THE CMB", "IV. CONCLUSIONS"],
    "1412.6980v9.pdf": ["1 INTRODUCTION", "2.1 ADAM’S UPDATE RULE", "6.4 EXPERIMENT: BIAS-CORRECTION TERM", "8 CONCLUSION", "10.1 CONVERGENCE PROOF"],
    "1706.03762v7.pdf": ["1 Introduction", "3.2.3 Applications of Attention in our Model", "5.4 Regularization", "7 Conclusion"],
    "2004.04906v3.pdf": ["1 Introduction", "5.2 Ablation Study on Model Training", "B Alternative Similarity Functions & Triplet Loss"],
    "2005.11401v4.pdf": ["1 Introduction", "2.5 Decoding", "4.5 Additional Results", "Broader Impact", "I Number of instances per dataset"],
    "2007.01282v2.pdf": ["1 Introduction", "2 Related work", "3 Method", "4 Experiments", "5 Conclusion"],
    "2103.15348v2.pdf": ["1 Introduction"],
    "2210.03629v2.pdf": ["1 INTRODUCTION", "3.3 RESULTS AND OBSERVATIONS", "A.4 ALFWORLD", "D HOTPOTQA FINETUNING DETAILS"],
    "2304.02623v1.pdf": ["1 INTRODUCTION", "3 DESIGNING AI SUPPORTS FOR EXPOSITORY WRITING", "4 CONCLUSION"],
}  # fmt: skip
SENTENCES = {
    "0908.0054v1.pdf": [
        "There is a fermionic particle which shares some similitudes with this hypothetical bosonic species, that is, the neutrino. In fact, its study as a candidate for Dark Matter can serve as an antecedent for our goal."
    ],
    "1412.6980v9.pdf": [
        "Convolutional neural networks (CNNs) with several layers of convolution, pooling and non-linear units have shown considerable success in computer vision tasks."
    ],
    "1706.03762v7.pdf": [
        "Our model achieves 28.4 BLEU on the WMT 2014 English-to-German translation task, improving over the existing best results, including ensembles, by over 2 BLEU.",
        "The output is computed as a weighted sum of the values, where the weight assigned to each value is computed by a compatibility function of the query with the corresponding key.",
    ],
    "2004.04906v3.pdf": [
        "While early QA systems are often complicated and consist of multiple components (Ferrucci (2012); Moldovan et al. (2003), inter alia), the advances of reading comprehension models suggest a much simplified two-stage framework",
        "When training with multiple datasets, TREC, the smallest dataset of the five, benefits greatly from more training examples.",
    ],
    "2005.11401v4.pdf": [
        "Large pre-trained language models have been shown to store factual knowledge in their parameters, and achieve state-of-the-art results when fine-tuned on downstream NLP tasks."
    ],
    "2304.02623v1.pdf": [
        "In this position paper, we argue that developing AI supports for expository writing has unique and exciting research challenges and can lead to high real-world impacts."
    ],
}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="../shared/data/pdf is not there")
@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_real_papers_read_with_every_section_joined_and_clean(name):
    text = read((SHARED_DATA / name).read_bytes())
    found = [s.title for s in text.sections]
    assert [title for title in SECTIONS[name] if title not in found] == []
    assert (text.basis, text.hidden) == (Basis.PDF, ())
    assert [s for s in SENTENCES.get(name, ()) if s not in text.text] == []
    assert not re.search("[\ufffe\ufffd\ue000-\uf8ff\ufb00-\ufb06]|arXiv:" + re.escape(name[:9]), text.text)
    assert name in ("0908.0054v1.pdf", "2103.15348v2.pdf") or len(text.references) > 20
    assert name == "0908.0054v1.pdf" or len(text.sections[0].passages[0].text) > 300


LETTER = "Resonant kestrel lattices have been studied for two decades because their flat bands hold the pair density without disorder, and because the coupling can be tuned by strain alone."
SHORT = (
    "We use a single sample at 1.4 K.", "The measured gap is 37.25 meV.", "No shift was seen above 9 T.",
    "The code is at https://example.org/kestrel-gap.", "Limits: only one strain direction was tried.",
)  # fmt: skip


def letter(sheet: Sheet, *, last: str = "") -> None:
    """A letter of two columns: paragraphs by indent alone, numbered equations, no heading but `last`."""
    sheet.lines(["Gap of a strained kestrel lattice"], 180, 60, 13, "B")
    sheet.lines(["A. Example, B. Sample", "Institute of Examples, 1 Example Road"], 200, 80)
    number = 0
    for page in range(2):
        if page:
            sheet.add_page()
        for x in (54, 318):
            y = 120.0
            while y < 640:
                rows = textwrap.wrap(SHORT[number // 2 % len(SHORT)] if number % 2 else LETTER, 46)
                sheet.lines(rows[:1], x + 10, y)
                y = sheet.lines(rows[1:], x, y + 12)
                number += 1
                if number % 5 == 0:
                    sheet.lines([f"D = 2 t + 4 V s^2,    ({number // 5})"], x + 60, y + 4, style="I")
                    y += 24
    if last:
        sheet.heading(last, 318, 690)
        sheet.lines(["We thank the staff."], 318, 710)


@pytest.mark.parametrize("last", ["", "Acknowledgments"])
def test_a_letter_without_headings_keeps_everything(last):
    sheet = Sheet()
    letter(sheet, last=last)
    text = read(bytes(sheet.output()))
    assert [s for s in SHORT if s not in text.text] == []
    assert re.findall(r"s\^2, \((\d)\)", text.text) == [str(n) for n in range(1, 10)]
    assert "Institute of Examples" not in text.text
    assert (text.lost, text.missing, text.hidden) == (0.0, (), ())
    assert {s.title for s in text.sections} == {"Abstract", "Front matter" if last else "Main text"} | ({last} - {""})
    assert "We use a single sample at 1.4 K." in [p.text for s in text.sections for p in s.passages]


def test_a_page_of_short_lines_alone_is_kept_too():
    def more(sheet: Sheet) -> None:
        sheet.lines([f"{n}: a short remark." for n in range(30)], y=100, step=20)

    sheet = Sheet()
    more(sheet)
    assert "29: a short remark." in read(bytes(sheet.output())).text


@pytest.mark.parametrize(
    ("opening", "x", "size", "kept"),
    [
        (["Dear colleagues,", "", "We find a gap of 37.25 meV."], 72, 10, True),
        (["Dear colleagues,"], 72, 10, True),
        (["To: all staff", "Subject: the gap"], 72, 10, True),
        (["14 May 2026"], 475, 10, True),
        (["Institute of Examples", "1 Example Road"], 240, 10, False),
        (["Institute of Examples", "1 Example Road"], 72, 8, False),
        ([f"{n}: rates of cups and plates" for n in range(30)], 240, 10, True),
        (["1) wash the cups", "2) dry the cups."], 240, 10, True),
    ],
)
def test_a_text_without_headings_begins_with_its_first_sentence_or_what_is_set_like_text(opening, x, size, kept):
    sheet = Sheet()
    sheet.lines(opening, x=x, y=80, size=size)
    sheet.prose(y=500, times=6)
    text = read(bytes(sheet.output()))
    assert [line in text.text for line in opening] == [kept] * len(opening)
    assert text.lost == 0


def test_a_text_that_repeats_itself_on_every_page_is_no_running_head():
    form = [f"Question {n}: how many cups do you own?" for n in "abcdefghij"]
    sheet = Sheet()
    for _ in range(4):
        sheet.lines(["Survey of Cups", *form], y=40, step=11)
        sheet.prose(y=300)
        sheet.add_page()
    text = read(bytes(sheet.output())).text
    assert text.count("Question j") == 4


def test_rows_of_figures_at_the_edge_of_every_page_are_no_running_head():
    """Heads and feet differ in the page's number alone, before or behind their words."""
    sheet = Sheet()
    for page in range(1, 6):
        sheet.lines([f"{page} A. Author et al.", f"{page}{page + 2}.5 6{page}.{page} {page}8.{page + 1}"], y=40)
        sheet.prose(y=300)
        sheet.lines([f"Cups, vol. 12, no. 3, page {page} of 5"], y=770)
        sheet.add_page()
    text = read(bytes(sheet.output())).text
    assert "A. Author" not in text
    assert "vol. 12" not in text
    assert all(f"{page}{page + 2}.5 6{page}.{page}" in text for page in range(2, 6))  # before page 2: a title


SCRIPTS = {
    "korean": "격자 구조의 에너지 간극은 온도에 따라 변한다. 우리는 서른일곱 밀리전자볼트의 값을 측정하였다. 모든 시료는 같은 방법으로 준비되었다.",
    "arabic": "نقيس فجوة الطاقة في شبكة مشدودة ونقارنها بنموذج بلا معاملات حرة. جميع العينات حضرت بالطريقة نفسها.",
    "russian": "Мы измерили щель натянутой решётки и сравнили её с моделью без свободных параметров. Все образцы одинаковы.",
    "greek": "Μετράμε το χάσμα του πλέγματος και το συγκρίνουμε με ένα μοντέλο χωρίς παραμέτρους. Όλα τα δείγματα είναι ίδια.",
    "hindi": "हमने जाली के ऊर्जा अंतर को मापा और उसकी तुलना एक मॉडल से की। सभी नमूने एक ही विधि से बने थे।",
    "thai": "เราวัดช่องว่างพลังงานของแลตทิซและเปรียบเทียบกับแบบจำลองที่ไม่มีพารามิเตอร์อิสระ",
    "japanese": "格子のエネルギーギャップを測定し、自由パラメータのない模型と比較した。試料はすべて同じ方法で作製した。",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_counts_as_letters(name):
    said = SCRIPTS[name]
    spaced = " " in said
    whole = (said + " " * spaced) * 5
    letters = sorted(set(whole) - {" "})
    rows = textwrap.wrap(whole, 40) if spaced else [whole[i : i + 40] for i in range(0, len(whole), 40)]
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(lines([in_font(row[::-1] if name == "arabic" else row, letters) for row in rows], font="U"))
    text = read(made.data())
    assert said in text.text
    assert text.text.count(said) == 5
    assert {p.form for s in text.sections for p in s.passages} == {Form.TEXT}
    assert text.lost == 0


CITED = [
    f"[{n}] A. Author and B. Other. A paper on kestrels, part {n}. Journal of Examples, {2010 + n}."
    for n in range(1, 10)
]
MANY = "[10] " + ", ".join(f"{a}. {b}ington" for a in "ABCDEFGH" for b in ("Ash", "Bur", "Cov", "Dun")) + ". Kestrels."


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("title", ["", "A Proofs", "II"])
def test_text_after_the_references_is_none_of_them(named, title):
    def draw(sheet: Sheet) -> None:
        sheet.prose(y=300, times=24)
        sheet.add_page()
        if named:
            sheet.heading("References")
        for n, cited in enumerate([*CITED, MANY]):
            sheet.prose(y=120 + 28 * n, text=cited, times=1)
        sheet.add_page()
        if title:
            sheet.heading(title)
        sheet.prose(times=8, text="The kestrel of the appendix turns on its perch and looks at the marker.")

    text = read(paper(draw))
    assert text.text.count("The kestrel of the appendix") == 8
    assert len(text.references) == 10
    assert text.references[-1].startswith("[10] A. Ashington")
    assert "part 3" not in text.text
    assert text.sections[-1].title == ("A Proofs" if title == "A Proofs" else "Appendix")


def in_capitals(said: str) -> list[str]:
    """A font's characters: those of `said` look like capitals and small letters, equally high and wide."""
    return [*map(chr, range(33, 65)), *sorted(set(said) - {" "})]


def spelled(cluster: str) -> str:
    return f"/Span<</ActualText <FEFF{cluster.encode('utf-16-be').hex()}>>>BDC\n"


def as_a_browser(words: Sequence[Sequence[str]], letters: Sequence[str], *, x: float, y: float) -> str:
    """Words of clusters as Chromium sets them: a text each glyph and blank, five points apart."""
    out = [f"BT /U 10 Tf 1 0 0 1 {x} {y} Tm\n"]
    for n, word in enumerate(words):
        out += ["( ) Tj 5 0 Td\n"] * bool(n)
        for cluster in word:
            glyphs = [f"{shown(in_font(glyph, letters))} Tj 5 0 Td\n" for glyph in cluster]
            out += [spelled(cluster), *glyphs, "EMC\n"] if len(cluster) > 1 else glyphs
    return "".join([*out, "ET\n"])


CLUSTERS = {"hindi": "ह|म|ने प|रि|च|य दे|ने वा|ली वि|धि से मा|पा", "tamil": "த|மி|ழி|ல் மு|றை|யா|க அ|ள|ந்|தோ|ம்"}


@pytest.mark.parametrize("name", CLUSTERS)
def test_clusters_of_glyphs_are_no_words(name):
    words = [word.split("|") for word in CLUSTERS[name].split(" ")]
    said = CLUSTERS[name].replace("|", "")
    letters = in_capitals(said)
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page("".join(as_a_browser(words, letters, x=72, y=700 - 14 * n) for n in range(12)))
    text = read(made.data())
    assert text.text.split() == said.split() * 12
    assert text.lost == 0


def test_a_cluster_whose_sign_is_drawn_behind_the_next_letter_is_said_once():
    """As Thai fonts set them: the sign begins where its letter ends, and is moved back."""
    letters = in_capitals("วัดช่องวาง")
    rows = []
    for n in range(12):
        row = [f"BT /U 10 Tf 1 0 0 1 72 {700 - 14 * n} Tm\n"]
        for cluster in ["วั", "ด", "ช่", "อ", "ง", "ว่", "า", "ง"] * 4:
            glyphs = [shown(in_font(glyph, letters)) for glyph in cluster]
            if len(glyphs) > 1:
                row += [spelled(cluster), f"{glyphs[0]} Tj 5.4 0.1 Td {glyphs[1]} Tj -0.4 -0.1 Td\n", "EMC\n"]
            else:
                row.append(f"{glyphs[0]} Tj 5 0 Td\n")
        rows.append("".join([*row, "ET\n"]))
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page("".join(rows))
    assert read(made.data()).text == "วัดช่องว่าง" * 48


FROM_RIGHT = {
    "arabic": "مقياس (جديد) للنموذج BERT (base) بدقة 92.5% على 1,000 عينة.",
    "hebrew": "מדד (חדש) למודל BERT (base) בדיוק 92.5% על 1,000 דגימות.",
}
SEEN = {  # from left to right
    "arabic": ".ةنيع 1,000 ىلع %92.5 ةقدب BERT (base) جذومنلل (ديدج) سايقم",
    "hebrew": ".תומיגד 1,000 לע 92.5% קוידב BERT (base) לדומל (שדח) דדמ",
}


@pytest.mark.parametrize("drawn", ["row", "words", "letters", "climbing"])
@pytest.mark.parametrize("name", FROM_RIGHT)
def test_text_from_the_right_is_read_as_it_is_spelled(name, drawn):
    letters = in_capitals(FROM_RIGHT[name])
    rows = []
    for n in range(12):
        x, y = 72, 700 - 16 * n
        if drawn in ("row", "words"):
            for word in [SEEN[name]] if drawn == "row" else SEEN[name].split(" "):
                rows.append(f"BT /U 10 Tf 1 0 0 1 {x} {y} Tm {shown(in_font(word, letters))} Tj ET\n")
                x += 5 * len(word) + 8
            continue
        rows.append("BT /U 10 Tf\n" + "/ReversedChars BMC\n" * (drawn == "climbing"))
        for at, char in enumerate(SEEN[name]):
            up = 2.4 * (at % 3) if drawn == "climbing" else 0
            glyph = f"1 0 0 1 {x + 5 * at} {y + up} Tm {shown(in_font(char, letters))} Tj\n"
            rows.append(glyph if char == " " else f"{spelled(char)}{glyph}EMC\n")
        rows.append("EMC ET\n" if drawn == "climbing" else "ET\n")
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page("".join(rows))
    text = read(made.data()).text
    assert " ".join(text.split()) == " ".join([FROM_RIGHT[name]] * 12)


def test_text_from_the_right_that_is_turned_by_a_quarter_keeps_its_blanks():
    letters = in_capitals(FROM_RIGHT["hebrew"])
    made = RawPdf()
    made.unicode_font("U", letters)
    words = [shown(in_font(word, letters)) for word in SEEN["hebrew"].split(" ")]
    made.page(
        "".join(
            f"BT /U 10 Tf 0 1 -1 0 {100 + 14 * n} 60 Tm " + " 0 60 Td ".join(f"{word} Tj" for word in words) + " ET\n"
            for n in range(12)
        ).replace("0 60 Td", "60 0 Td")
    )
    assert len(read(made.data()).text.split()) == 12 * len(words)


@pytest.mark.parametrize("script", ["ltr", "rtl"])
def test_a_paragraph_ends_with_its_short_line_at_either_side(script):
    first = "הניסוי נמשך שלוש שנים ובו נמדדו כל הדגימות באותה שיטה פעמיים ביום ובלילה."
    second = "התוצאות מראות כי הפער קטן מן הצפוי ואינו תלוי בטמפרטורה או בשדה החיצוני."
    if script == "ltr":
        first, second = (
            " ".join("cup" * len(w) for w in p.split())[: len(p) - 1].title() + "." for p in (first, second)
        )
    letters = in_capitals(first + second)
    made = RawPdf()
    made.unicode_font("U", letters)
    rows = [row for paragraph in [first, second] * 4 for row in textwrap.wrap(paragraph, 50)]
    made.page(
        "".join(
            f"BT /U 10 Tf {72 if script == 'ltr' else 322 - 5 * len(row)} {700 - 12 * n} Td "
            f"{shown(in_font(row if script == 'ltr' else row[::-1], letters))} Tj ET\n"
            for n, row in enumerate(rows)
        )
    )
    assert [p.text for s in read(made.data()).sections for p in s.passages] == [first, second] * 4


UNSPACED = {
    "thai": "เราวัดช่องว่างพลังงานของแลตทิซและเปรียบเทียบกับแบบจำลองที่ไม่มีพารามิเตอร์อิสระ",
    "khmer": "យើងវាស់គម្លាតថាមពលនៃបណ្តាញដែលត្រូវបានទាញហើយប្រៀបធៀបវាជាមួយគំរូដែលគ្មានប៉ារ៉ាម៉ែត្រសេរី",
    "vietnamese": "Chúng tôi đo khe năng lượng của mạng tinh thể bị kéo căng và so sánh với mô hình",
}


@pytest.mark.parametrize("name", UNSPACED)
def test_paragraphs_without_a_stop_are_no_table(name):
    said = UNSPACED[name]
    letters = in_capitals(said)
    rows = textwrap.wrap(said, 34) if " " in said else [said[:60], said[60:]]
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page("".join(lines([in_font(row, letters) for row in rows], font="U", y=720 - 54 * n) for n in range(12)))
    passages = [p for s in read(made.data()).sections for p in s.passages]
    assert {p.form for p in passages} == {Form.TEXT}
    assert [p.text for p in passages] == [said] * 12


def test_a_chinese_heading_of_two_signs_makes_a_section():
    whole = SCRIPTS["japanese"] * 6
    letters = in_capitals(whole + "引言结论")
    rows = [in_font(whole[i : i + 40], letters) for i in range(0, len(whole), 40)]
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(
        "".join(
            lines([in_font(title, letters)], font="U", y=y, size=14) + lines(rows, font="U", y=y - 40)
            for title, y in (("1 引言", 740), ("结论", 400))
        )
    )
    assert [s.title for s in read(made.data()).sections][1:] == ["1 引言", "结论"]


GARBLED = {
    "with signs that no word can begin with": ("ीहन्द में ीलखत और ुपठत ीनयम", True),
    "as it is spelled": ("हिन्दी में लिखित और पठित नियम", False),
    "with a sign shown by itself": ("हिन्दी में ि और ◌ि लिखित पठित नियम", False),
    "with characters of its font alone": ("the  of the  kestrel", True),
    "with accents of maths": ("the ̂ x of x̂ and ⃗ v is a kestrel", False),
    "with a bullet of its font": (" the kestrel, and  another one", False),
}


@pytest.mark.parametrize("how", GARBLED)
def test_what_cannot_be_read_as_it_was_meant_counts_as_lost(how):
    said, is_lost = GARBLED[how]
    letters = in_capitals(said)
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(lines([in_font(said, letters)] * 20, font="U"))
    assert is_lacking(read(made.data())) is is_lost


AS_SEEN = {
    "hindi": ("कायर् में िविध के प्रस्तािवत पिरणाम प्रदशर्न मॉडलांे हंै", "कार्य में विधि के प्रस्तावित परिणाम प्रदर्शन मॉडलों हैं"),
    "bengali": ("পরীক্ষা েদখায় েয বয্বধােনর মান িমিল েমেপিছ", "পরীক্ষা দেখায় যে ব্যবধানের মান মিলি মেপেছি"),
    "tamil": ("அணிக்ேகாைவ ேசாதைன ெவளி ேமல்", "அணிக்கோவை சோதனை வெளி மேல்"),
}


@pytest.mark.parametrize("name", AS_SEEN)
def test_indic_words_that_are_written_as_they_are_seen_are_spelled(name):
    seen, said = AS_SEEN[name]
    letters = in_capitals(seen)
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(lines([in_font(seen, letters)] * 20, font="U", step=24))
    text = read(made.data())
    assert text.text.split() == unicodedata.normalize("NFC", said).split() * 20
    assert not is_lacking(text)


def test_japanese_set_downwards_is_read_from_the_right():
    said = SCRIPTS["japanese"] * 5
    columns = [said[i : i + 30] for i in range(0, len(said), 30)]
    made = RawPdf()
    made.cid_font("V", "HeiseiMin-W3", "UniJIS-UTF16-V", "Japan1")
    made.page(
        "".join(
            f"BT /V 12 Tf {500 - 20 * i} 700 Td <{column.encode('utf-16-be').hex()}> Tj ET\n"
            for i, column in enumerate(columns)
        )
    )
    assert read(made.data()).text == said


def test_headings_and_short_lines_of_japanese_set_downwards_stay():
    said = SCRIPTS["japanese"] * 5
    columns = [said[i : i + 30] for i in range(0, len(said), 30)]
    columns[4:5] = [columns[4][:28], columns[4][28:]]
    made = RawPdf()
    made.cid_font("V", "HeiseiMin-W3", "UniJIS-UTF16-V", "Japan1")
    rows = [
        f"BT /F1 16 Tf 0 -1 1 0 496 700 Tm (1 ) Tj ET BT /V 16 Tf 500 686 Td <{'序論'.encode('utf-16-be').hex()}> Tj ET\n"
    ]
    for head in ("", f"BT /V 16 Tf 250 700 Td <{'２方法'.encode('utf-16-be').hex()}> Tj ET\n"):
        left = 220 if head else 480
        rows.append(head)
        rows += [
            f"BT /V 10 Tf {left - 20 * i} {700 - 14 * (i == 5)} Td <{column.encode('utf-16-be').hex()}> Tj ET\n"
            for i, column in enumerate(columns)
        ]
    made.page("".join(rows))
    found = read(made.data()).sections
    assert [s.title for s in found if s.passages] == ["1 序論", "２方法"]
    assert [s.passages[-1].text for s in found if s.passages] == ["".join(columns)] * 2


def test_a_korean_heading_makes_a_section():
    said = SCRIPTS["korean"]
    letters = sorted(set(said + "1서론") - {" "})
    made = RawPdf()
    made.unicode_font("U", letters)
    head = lines([in_font("1 서론", letters)], font="U", y=740, size=14)
    made.page(head + lines([in_font(row, letters) for row in textwrap.wrap((said + " ") * 4, 40)], font="U"))
    assert "1 서론" in [s.title for s in read(made.data()).sections]


def test_what_was_not_read_is_measured():
    def more(sheet: Sheet) -> None:
        for _ in range(3):
            sheet.add_page()
            sheet.prose(times=10)

    assert read(paper(more)).lost == 0
    assert read(paper(more), max_pages=2).lost == 0.5
    made = RawPdf()
    made.page(lines(textwrap.wrap(LETTER * 5, 80)))
    picture = made.add(
        "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray>>", b"\x80"
    )
    made.page("q 600 0 0 780 6 6 cm /I Do Q", f"/XObject<</I {picture} 0 R>>")
    made.page("")
    assert read(made.data()).lost == pytest.approx(0.33, abs=0.02)


POWERS = [
    ("a rate of 10", "-5", " for all", "a rate of 10⁻⁵ for all"),
    ("trained on 10", "5", " examples", "trained on 10⁵ examples"),
    ("a memory of 2", "10", " cells", "a memory of 2¹⁰ cells"),
    ("a plate of 3 cm", "2", " only", "a plate of 3 cm² only"),
    ("(a + b)", "2", " is small", "(a + b)² is small"),
]


@pytest.mark.parametrize("lift", [4.0, 0.0, -2.0], ids=["raised", "level", "lowered"])
def test_raised_digits_are_exponents(lift):
    def draw(sheet: Sheet) -> None:
        for number, (base, power, rest, _) in enumerate(POWERS):
            x, y = 72.0, 300 + 14.0 * number
            for text, size, up in ((base, 10, 0.0), (power, 7, lift), (rest, 10, 0.0)):
                sheet.set_font("Times", "", size)
                sheet.text(x, y - up, text)
                x += sheet.get_string_width(text)

    text = read(paper(draw)).text
    assert [raised for *_, raised in POWERS if raised in text] == (
        [raised for *_, raised in POWERS] if lift > 0 else []
    )


def test_old_fonts_that_do_not_say_what_they_draw_are_read_with_their_ligatures():
    made = RawPdf()
    glyph = made.add("<<>>", b"500 0 0 0 400 700 d1 0 0 400 700 re f")
    named = " ".join(f"/a{code} {glyph} 0 R" for code in range(128))
    made.fonts["K"] = made.add(
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[.001 0 0 .001 0 0]/CharProcs<<{named}>>"
        f"/Encoding<</Differences[0 {' '.join(f'/a{code}' for code in range(128))}]>>"
        f"/FirstChar 0/LastChar 127/Widths[{'500 ' * 128}]/Resources<<>>>>"
    )
    made.page(
        lines(
            [*textwrap.wrap(LETTER * 4, 80), "An e\x0ecient wa\x0fe of the \x1cnal \x1bort \x1dies o\x0bline."],
            font="K",
        )
    )
    text = read(made.data())
    assert "An efficient waffle of the final ffort flies offline." in text.text
    assert text.lost == 0


def test_no_more_is_lost_than_there_was():
    assert lost_share(10, -3) == 1


def test_an_accent_at_the_end_of_its_row_stands_on_its_letter():
    letters = sorted(set("Names as Sidak and Erdos stay in a text of words.ˇ˝"))
    made = RawPdf()
    made.unicode_font("U", letters)
    size, rows = 10, ["Names as Sidak and Erdos stay in a text of words."] * 12
    content = ""
    for i, row in enumerate(rows):
        y = 700 - 12 * i
        content += f"BT /U {size} Tf 1 0 0 1 72 {y} Tm {shown(in_font(row, letters))} Tj ET\n"
        content += (
            f"BT /U {size} Tf 1 0 0 1 {72 + 5 * row.index('S')} {y + 2.2} Tm {shown(in_font('ˇ', letters))} Tj ET\n"
        )
    made.page(content)
    assert "Names as Šidak and Erdos stay" in read(made.data()).text


def test_an_accent_within_a_row_stands_on_its_letter_and_leaves_no_blank():
    letters = in_capitals("Zlutydsˇ")
    glyph = {part: shown(in_font(part, letters)) for part in ("Zlu", "ty", "ˇ", "dlu")}
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(
        "".join(
            f"BT /U 10 Tf 1 0 0 1 72 {y} Tm {glyph['Zlu']} Tj 1 0 0 1 72 {y + 2.2} Tm {glyph['ˇ']} Tj "
            f"1 0 0 1 87 {y} Tm {glyph['ty']} Tj 1 0 0 1 103 {y} Tm {glyph['dlu']} Tj ET\n"
            for y in range(760, 200, -14)
        )
    )
    assert set(read(made.data()).text.split()) == {"Žluty", "dlu"}


@pytest.mark.parametrize("first", [True, False])
def test_a_large_initial_belongs_to_the_first_word(first):
    """A browser draws it before all others, TeX before its word."""

    def more(sheet: Sheet) -> None:
        if first:
            sheet.lines(["T"], 72, 358, 28)
        sheet.heading("2 Method", y=320)
        if not first:
            sheet.lines(["T"], 72, 358, 28)
        said = [
            "he model keeps its letters in the order of the words,",
            "and all of them stand beside it in two lines,",
        ]
        sheet.lines(said, 92, 348)
        sheet.lines(["before the text goes on below in lines as long as the others."], 72, 374)

    text = read(paper(more))
    assert "The model keeps its letters in the order of the words, and all of them" in text.text
    assert [s.title for s in text.sections][-1] == "2 Method"


def test_a_heading_in_small_capitals_is_one():
    def more(sheet: Sheet) -> None:
        sheet.set_font("Times", "", 14)
        sheet.text(72, 320, "2")
        sheet.set_font("Times", "", 10.2)
        sheet.text(82, 320, " Our Method")
        sheet.prose(y=340)

    assert "2 Our Method" in [s.title for s in read(paper(more)).sections]


def test_headings_without_numbers_stay_where_there_is_no_abstract():
    sheet = Sheet()
    sheet.lines(["A Title of This Paper"], 200, 60, 17)
    sheet.lines(["Ann Author, Some Place"], 230, 80)
    sheet.prose(y=110, times=8)
    for i, title in enumerate(("Motivation", "Findings of the Survey")):
        sheet.heading(title, y=300 + 150 * i)
        sheet.prose(y=315 + 150 * i)
    assert [s.title for s in read(bytes(sheet.output())).sections][-2:] == ["Motivation", "Findings of the Survey"]


def test_the_word_abstract_by_itself_is_a_heading_in_any_type():
    sheet = Sheet()
    sheet.lines(["A Title of This Paper"], 200, 60, 17)
    sheet.lines(["Abstract"], 74, 107)
    sheet.prose(y=110)
    sheet.heading("1 Introduction", y=250)
    sheet.prose(y=260)
    found = read(bytes(sheet.output())).sections
    assert [(s.title, bool(s.passages)) for s in found] == [("Abstract", True), ("1 Introduction", True)]


def test_thin_blanks_between_words_from_the_right_are_kept():
    letters = in_capitals(FROM_RIGHT["hebrew"])
    words = [word for word in FROM_RIGHT["hebrew"].split(" ") if word.isalpha() and not word.isascii()] * 3
    rows = []
    for n in range(12):
        x = 72.0
        for word in reversed(words):
            glyphs = shown(in_font(word[::-1], letters))
            rows.append(f"BT /U 10 Tf 1 0 0 1 {x} {700 - 16 * n} Tm {glyphs} Tj ET\n")
            x += 5 * len(word) + 2.7  # the letters are wider than 5
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page("".join(rows))
    assert " ".join(read(made.data()).text.split()) == " ".join(words * 12)


def test_korean_words_that_a_row_breaks_are_joined_and_others_are_not():
    said = (
        "우리는 잡음이 많은 환경에서 음성 인식 모델의 정확도를 측정하였다. 제안한 모델은 적은 계산량으로 높은 정확도를 보인다. "
        "세 개의 환경에서 모델의 정확도를 비교하고 잡음이 적은 음성을 제안한 모델로 측정하였다. 적은 잡음이 환경에서 높은 계산량으로 이어진다. "
    )
    whole = (said * 2).strip()
    letters = sorted(set(whole) - {" "})
    rows = [whole[i : i + 37].strip() for i in range(0, len(whole), 37)]
    broken = [i for i in range(37, len(whole), 37) if whole[i].strip() and whole[i - 1].strip()]
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(lines([in_font(row, letters) for row in rows], font="U"))
    assert len(broken) >= 3
    assert whole in read(made.data()).text


def test_a_word_that_breaks_in_short_lines_is_whole():
    def more(sheet: Sheet) -> None:
        sheet.prose(y=400, text="It measures electroencephalography in each of the windows.", times=3)
        sheet.lines(["Kestrel 1.5 2.5 3.5", "with elec-", "troencephalography", "Harrier 4.5 5.5 6.5"], 72, 500)

    assert "electroencephalography" in read(paper(more)).text.split("Kestrel")[1]


IN_T1 = {0x8A: "Ł", 0xA1: "ą", 0xA2: "ć", 0xA6: "ę", 0xAA: "ł", 0xB1: "ś", 0xB9: "ź", 0xBB: "ż", 0xF3: "ó"}
OF_BITMAPS = {
    "polish": ("Łódź i źródło, hałas oraz ciągła pomoc, wyższą skuteczność pomiaru", True),
    "russian": ("В работе измеряется точность моделей распознавания речи", True),
    "ukrainian": ("У роботі точність моделі та вимірів подано в таблиці", True),
    "both": ("The work of Иванов и Петров on the capital of the model", True),
    "rubbish": ("Бвгджз клмнпр стфхцч шщбвгд жзклмн прстфх цчшщбв", False),
}


@pytest.mark.parametrize("name", OF_BITMAPS)
def test_letters_of_bitmap_fonts_are_read_by_the_codes_of_tex(name):
    said, is_known = OF_BITMAPS[name]
    codes = {"і": "i"} | {letter: chr(code) for code, letter in IN_T1.items()}
    made = RawPdf()
    glyph = made.add("<<>>", b"500 0 0 0 400 700 d1 0 0 400 700 re f")
    every = range(33, 256)
    made.fonts["K"] = made.add(
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[.001 0 0 .001 0 0]"
        f"/CharProcs<<{' '.join(f'/a{code} {glyph} 0 R' for code in every)}>>"
        f"/Encoding<</Differences[33 {' '.join(f'/a{code}' for code in every)}]>>"
        f"/FirstChar 33/LastChar 255/Widths[{'500 ' * len(every)}]/Resources<<>>>>"
    )
    coded = "".join(
        codes.get(letter) or (letter if letter.isascii() else letter.encode("cp1251").decode("latin-1"))
        for letter in said
    )
    made.page(lines([coded] * 12, font="K", step=30))
    text = read(made.data())
    assert (text.text.count(said) == 12) is is_known
    assert is_lacking(text) is not is_known


@pytest.mark.parametrize("turn", ["1 0 0 1 72 {0}", "0 1 -1 0 {0} 72"], ids=["upright", "turned"])
def test_a_stroke_that_is_coded_as_a_blank_belongs_to_its_letter(turn):
    letters = in_capitals("hadoknslitc")
    stroke = "-"
    letters[letters.index(stroke)] = "\u0020"
    made = RawPdf()
    made.unicode_font("U", letters)
    word = {part: shown(in_font(part, letters)) for part in ("do", "ha", "l", "as", "nic")}
    rows = "".join(
        f"BT /U 10 Tf {turn.format(500 - 14 * n)} Tm [{word['ha']}({stroke}) 500 {word['l']}{word['as']} -500 {word['do']} -500 {word['l']}{word['as']}] TJ ET\n"
        for n in range(20)
    )
    made.page(rows)
    assert set(read(made.data()).text.replace("\n", " ").split()) == {"hałas", "do", "las"}


def test_a_blank_before_a_words_first_accent_stays():
    letters = in_capitals("pozrdl´´")
    made = RawPdf()
    made.unicode_font("U", letters)
    glyphs = {c: shown(in_font(c, letters)) for c in ("po", "´", "z", "r")}
    made.page(
        "".join(
            f"BT /U 10 Tf 1 0 0 1 72 {700 - 14 * n} Tm [{glyphs['po']} -500 {glyphs['´']} 500 {glyphs['z']}{glyphs['r']}{glyphs['po']}] TJ ET\n"
            for n in range(40)
        )
    )
    assert set(read(made.data()).text.split()) == {"po", "źrpo"}


def drawn_font(made: RawPdf, name: str, meanings: Sequence[str]) -> None:
    """A font of drawings whose bytes from 33 on mean `meanings`; those without one are not explained."""
    glyph = made.add("<<>>", b"500 0 0 0 400 700 d1 0 0 400 700 re f")
    every = range(33, 33 + len(meanings))
    pairs = "".join(
        f"<{code:02x}> <{meaning.encode('utf-16-be').hex()}>\n"
        for code, meaning in zip(every, meanings, strict=True)
        if meaning
    )
    cmap = made.add(
        "<<>>",
        (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def\n"
            f"1 begincodespacerange <00> <ff> endcodespacerange\n{sum(map(bool, meanings))} beginbfchar\n{pairs}"
            "endbfchar\nendcmap end end"
        ).encode(),
    )
    made.fonts[name] = made.add(
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 700]/FontMatrix[.001 0 0 .001 0 0]/ToUnicode {cmap} 0 R"
        f"/CharProcs<<{' '.join(f'/a{code} {glyph} 0 R' for code in every)}>>"
        f"/Encoding<</Differences[33 {' '.join(f'/a{code}' for code in every)}]>>"
        f"/FirstChar 33/LastChar {every[-1]}/Widths[{'500 ' * len(every)}]/Resources<<>>>>"
    )


MEANT = {
    "the rest of a cluster": (["वि", ""], [0, 5], "वि", False),
    "a letter": (["व", ""], [0, 5], "", True),
    "all of a cluster, twice": (["र्य", "र्य"], [0, 4], "र्य", False),
    "the same cluster again": (["र्य", "र्य"], [0, 5], "र्यर्य", False),
}


@pytest.mark.parametrize("what", MEANT)
def test_what_a_font_leaves_open_is_lost_unless_another_glyph_says_it(what):
    meanings, places, said, is_lost = MEANT[what]
    made = RawPdf()
    drawn_font(made, "I", [*meanings, "कि"])
    between = 500 - 100 * places[1]
    word = f"<21> {between} <22><23> {-900 - between}"
    made.page("".join(f"BT /I 10 Tf 1 0 0 1 72 {700 - 14 * n} Tm [{word * 16}] TJ ET\n" for n in range(12)))
    text = read(made.data())
    assert is_lacking(text) is is_lost
    if said:
        assert set(text.text.split()) == {f"{said}कि"}


@pytest.mark.parametrize("marked", [False, True])
def test_letters_from_the_right_that_are_kept_from_joining_are_one_word(marked):
    """TeX draws the sign that keeps them apart as a blank without width; a browser's blanks are blanks."""
    letters = in_capitals("مدلها\u00a0")
    made = RawPdf()
    made.unicode_font("U", letters)
    glyph = {c: shown(in_font(c, letters)) for c in "مدلها\u00a0"}
    rows = []
    for n in range(30):
        x, y = 300, 700 - 14 * n
        rows.append("/ReversedChars BMC\n" * marked)
        for at, char in enumerate("مدل\u00a0ها" * 5):
            x -= 0 if char == "\u00a0" else 5
            rows.append(f"BT /U 10 Tf 1 0 0 1 {x} {y} Tm {glyph[char]} Tj ET\n")
            x -= 4 if at % 6 == 5 else 0
        rows.append("EMC\n" * marked)
    made.page("".join(rows))
    assert ("مدل\u200cها" in read(made.data()).text) is not marked


@pytest.mark.parametrize("up", [0, 9])
def test_letters_that_climb_with_nothing_that_tells_their_order_are_lost(up):
    said = FROM_RIGHT["hebrew"]
    letters = in_capitals(said)
    made = RawPdf()
    made.unicode_font("U", letters)
    made.page(
        "".join(
            f"BT /U 10 Tf 1 0 0 1 {72 + 5 * at} {700 - 40 * n + up * (at % 3)} Tm {shown(in_font(char, letters))} Tj ET\n"
            for n in range(12)
            for at, char in enumerate(SEEN["hebrew"])
        )
    )
    assert is_lacking(read(made.data())) is (up > 0)
