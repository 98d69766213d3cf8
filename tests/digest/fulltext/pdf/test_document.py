"""What becomes of a PDF."""

import re
from datetime import date

import pytest

from digest.errors import Unreadable
from digest.fulltext.pdf.document import read_pdf
from digest.model import Basis, Form, FullText
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
