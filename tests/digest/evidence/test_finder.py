"""Quotations are found as models and printers copy them, told with the paper's own characters and place, and refused as soon as they say something else."""

import json
from dataclasses import replace
from functools import cache

import pytest

from digest.evidence.finder import Finder
from digest.fulltext.html.document import read_html
from digest.model import Basis, Form, FullText, Passage, Section
from tests.paths import SHARED, TESTS

METHOD = (
    "We train a single-layer LSTM with a 150-dimensional hidden state for classification [12]. The model does not use any external data, and it is "
    "significantly faster (Smith et al., 2020) than the baseline: 92.3% against 90.1% accuracy, with $\\kappa =.70$ and a cost of $O(n^2)$."
)
TEXT = FullText(
    "2601.22153",
    1,
    Basis.HTML,
    (
        Section(
            "Abstract",
            1,
            "abstract",
            passages=(
                Passage("We present a method for dynamic object manipulation in the real world.", anchor="abstract"),
            ),
        ),
        Section("3 Method", 1, "S3", passages=(Passage(METHOD, anchor="S3.p1"),)),
        Section(
            "3.2 Training",
            2,
            "S3.SS2",
            passages=(
                Passage("Training runs for three days on eight A100 cards, which is", anchor="S3.SS2.p1"),
                Passage("Figure 2: Overview of the training pipeline with two branches.", Form.CAPTION, "S3.F2"),
                Passage("far less than what earlier work needed for the same result.", anchor="S3.SS2.p2"),
                Passage("Model | FID | Steps\nOurs | 2.22 | 1\nDiT | 2.27 | 250", Form.TABLE, "S3.T1"),
            ),
        ),
        Section(
            "4 Discussion",
            1,
            "S4",
            passages=(
                Passage(
                    "We present a method for dynamic object manipulation in the real world. It has limits.",
                    anchor="S4.p1",
                ),
            ),
        ),
    ),
)


@pytest.fixture(scope="module")
def finder():
    return Finder(TEXT)


@pytest.mark.parametrize(
    "quotation",
    [
        "The model does not use any external data",
        "the model does not use any external data,",
        "“The model does not use any external data”",
        "a single layer LSTM with a 150‑dimensional hidden state for classification",
        "hidden state for classi-\nfication [12]. The model does not use any external data",
        "hidden state for classiﬁcation. The model does not use any external data",
        "it is significantly faster than the baseline: 92.3 % against 90.1 % accuracy",
        "92.3% against 90.1% accuracy, with κ = .70 and a cost of O(n²)",
        "with $\\kappa = 0.70$ and a cost of",
        "We train a single-layer LSTM … for classification",
        "it is significantly faster than the baseline [...] and a cost of O(n^2)",
        "three days on eight A100 cards, which is far less than what earlier work needed",
        "Overview of the training pipeline with two branches",
        "Ours | 2.22 | 1",
        "Ours 2.22 1 DiT 2.27 250",
    ],
)
def test_a_copy_of_the_papers_words_is_found(finder, quotation):
    assert finder.find(quotation) is not None


@pytest.mark.parametrize(
    "quotation",
    [
        "The model does use any external data",
        "The model does not use some external data",
        "The model never uses any external data",
        "We train a single-layer LSTM with a 250-dimensional hidden state for classification",
        "We train a single-layer GRU with a 150-dimensional hidden state for classification",
        "it is significantly slower than the baseline: 92.3% against 90.1% accuracy",
        "it is insignificantly faster than the baseline: 92.3% against 90.1% accuracy",
        "92.3% against 91.1% accuracy, with κ = .70",
        "90.1% against 92.3% accuracy, with κ = .70",
        "92.3 against 90.1% accuracy, with κ = .70",
        "a cost of O(n2.5)",
        "than the baseline, and it is significantly faster",
        "it is significantly faster than the baseline … We train a single-layer LSTM",
        "We train a single-layer LSTM … and beat every other model",
        "We train a single-layer LSTM … it is significantly faster than the baseline",
        "We train a single-layer LSTM [...] and a cost of O(n^2)",
        "it is significantly faster (Smith et al., 2021) than the baseline",
        "it is significantly faster (Jones et al., 2020) than the baseline",
        "hidden state for classification [13]. The model does not use any external data",
        "The model (Smith et al., 2020) does not use any external data",
        "We train a single-layer LSTM with hidden state for classification",
        "We carefully train a single-layer LSTM with a 150-dimensional hidden state",
        "Ours | 2.27 | 1",
        "Training runs for three days on eight H100 cards",
        "This sentence does not stand in the paper at all, not even in part.",
        "use any",
        "the",
        "",
        "… …",
    ],
)
def test_what_says_something_else_or_nothing_is_refused(finder, quotation):
    assert finder.find(quotation) is None


WHOLE = METHOD[METHOD.index("The model does") :]


def test_evidence_has_the_papers_characters_its_place_and_its_link(finder):
    found = finder.find("the model DOES NOT use any external data")
    assert found.quotation == WHOLE
    assert (found.label, found.url, found.exact) == ("3 Method", "https://arxiv.org/html/2601.22153v1#S3.p1", True)


@pytest.mark.parametrize(
    "cut", ["accuracy, with κ = .70", "use any external data", "any external data, … than the baseline"]
)
def test_what_is_cut_out_of_a_sentence_is_shown_with_all_of_it(finder, cut):
    assert finder.find(cut).quotation == WHOLE


def test_a_formula_keeps_both_its_dollars():
    finder = pdf(Passage("It ends with $x$ and a second value of $\\kappa =.70$", page=1))
    assert finder.find("and a second value of κ = .70").quotation.endswith("$\\kappa =.70$")


def test_a_sentence_is_shown_whole_over_a_figure_and_an_equation_and_no_further(finder):
    whole = "Training runs for three days on eight A100 cards, which is far less than what earlier work needed for the same result."
    assert finder.find("for three days on eight A100 cards").quotation == whole
    assert finder.find("what earlier work needed for the same result").quotation == whole
    broken = html(
        Passage("This does not hold for", anchor="p1"), Passage("$$x^{2}>1$$", Form.EQUATION, "e1"),
        Passage("when the second term is large, cf. Eq. (4) and Tab. 2. Another sentence follows.", anchor="p2"),
    )  # fmt: skip
    found = broken.find("the second term is large, cf. Eq. (4)")
    assert found.quotation == (
        "This does not hold for $$x^{2}>1$$ when the second term is large, cf. Eq. (4) and Tab. 2."
    )
    assert found.url.endswith("#p1")


def test_of_a_table_whole_rows_are_shown(finder):
    assert finder.find("2.22 | 1 DiT 2.27").quotation == "Ours | 2.22 | 1 DiT | 2.27 | 250"
    assert finder.find("Ours … 250") is None


@pytest.mark.parametrize(
    ("sentence", "cut"),
    [
        ("Es ist nicht der Fall, dass unser Verfahren alle bekannten Verfahren übertrifft.", "unser Verfahren alle bekannten Verfahren übertrifft"),
        ("Notre méthode dépasse toutes les autres, sauf sur le jeu de données le plus grand.", "Notre méthode dépasse toutes les autres"),
        ("Es posible que el modelo supere a todos los demás en esta tarea difícil.", "el modelo supere a todos los demás en esta tarea"),
        ("只有在数据量足够大的情况下，本文方法才优于所有基线模型。", "本文方法才优于所有基线模型"),
        ("提案手法はすべての基準を上回るが、小さなデータでは失敗する。", "提案手法はすべての基準を上回る"),
        ("제안한 방법은 모든 기준 모델보다 우수하지만 작은 데이터에서는 그렇지 않다.", "제안한 방법은 모든 기준 모델보다 우수하지만"),
        ("Наш метод превосходит все остальные, кроме самого большого набора данных.", "Наш метод превосходит все остальные"),
    ],
)  # fmt: skip
def test_a_cut_is_shown_with_its_whole_sentence_in_every_language(sentence, cut):
    finder = pdf(Passage(f"BERT comes first. {sentence} BERT comes last.", page=1))
    assert finder.find(cut).quotation == sentence


def test_a_stitched_quotation_is_shown_without_its_gap(finder):
    first = METHOD[: METHOD.index(" The model does")]
    assert finder.find("we train a single layer LSTM ... hidden state for classification").quotation == first


def test_whole_sentences_may_be_left_out_and_are_shown():
    finder = pdf(Passage("We train one model. It has nine layers. The model wins every game of the suite.", page=1))
    found = finder.find("We train one model. … The model wins every game")
    assert found.quotation == "We train one model. It has nine layers. The model wins every game of the suite."
    far = pdf(Passage("We train one model. " + "It has nine layers. " * 60 + "The model wins every game.", page=1))
    assert far.find("We train one model. … The model wins every game") is None


def test_a_changed_name_or_year_in_brackets_is_refused():
    finder = html(Passage("We take the English-German data (WMT 2017) and train for two days on it.", anchor="p1"))
    assert finder.find("We take the English-German data (WMT 2017) and train for two days")
    assert finder.find("We take the English-German data and train for two days").quotation.count("(WMT 2017)") == 1
    for changed in ("(WMT 2014)", "(IWSLT 2017)", "(WMT 2017; Bojar 2016)", "[12]"):
        found = finder.find(f"We take the English-German data {changed} and train for two days")
        assert (found is not None) == (changed == "[12]"), changed


@pytest.mark.parametrize(
    "reference", ["(Table 3)", "(see Fig. 2a and Section 4.1)", "(cf. Eqs. 3 and 4 in the Appendix)"]
)
def test_a_cross_reference_may_be_left_out_but_not_changed(reference):
    finder = html(Passage(f"The loss of the student {reference} falls faster than that of the teacher.", anchor="p1"))
    copy = "The loss of the student {}falls faster than that of the teacher."
    assert reference in finder.find(copy.format("")).quotation
    assert finder.find(copy.format(f"{reference} "))
    assert finder.find(copy.format("(Table 7) ")) is None
    assert finder.find(copy.format("(never) ")) is None


def test_full_width_forms_and_relations_of_two_characters_are_the_same_text():
    finder = html(
        Passage(
            "该模型（Vaswani et al., 2017）［12］的准确率为 85.3%，比基线高 2.1 个百分点（p ≤ 0.01）。", anchor="p1"
        ),
        Passage("到２０１９，３００人参加了这项关于阅读的研究。", anchor="p2"),
    )
    assert finder.find("该模型的准确率为８５．３％，比基线高２．１个百分点(p <= 0.01)。")
    assert finder.find("该模型的准确率为85.3％，比基线高2.1个百分点（p＜＝0.01）。")
    assert finder.find("该模型（Vaswani et al., 2019）的准确率为 85.3%，比基线高 2.1 个百分点") is None
    assert finder.find("该模型的准确率为 85.3%，比基线高 2.1 个百分点(p >= 0.01)。") is None
    assert finder.find("到2019,300人参加了这项关于阅读的研究") is None


def test_an_interval_is_not_a_citation_to_be_changed():
    finder = html(Passage("All values of the first layer lie in the range [0, 1] after the last step.", anchor="p1"))
    assert finder.find("All values of the first layer lie in the range [0, 1]")
    assert finder.find("All values of the first layer lie in the range [0, 2]") is None


def test_a_table_and_a_caption_are_linked_themselves(finder):
    caption, table = finder.find("Overview of the training pipeline with two branches"), finder.find("DiT | 2.27 | 250")
    assert caption is not None
    assert table is not None
    assert caption.url.endswith("#S3.F2")
    assert table.url.endswith("#S3.T1")


def test_a_short_quotation_needs_a_name_or_a_figure(finder):
    assert finder.find("eight A100 cards") is not None
    assert finder.find("external data") is None


def html(*passages: Passage) -> Finder:
    return Finder(FullText("2601.22153", 1, Basis.HTML, (Section("1 Intro", 1, "S1", passages=passages),)))


def pdf(*passages: Passage) -> Finder:
    return Finder(
        FullText(
            "2601.22153",
            1,
            Basis.PDF,
            (Section("Abstract", 1, page=1), Section("1 Intro", 1, page=1, passages=passages)),
        )
    )


def test_in_a_pdf_the_page_is_the_place():
    found = pdf(Passage("The first page says this in so many words.", page=3)).find("says this in so many words")
    assert (found.label, found.url) == ("p. 3", "https://arxiv.org/pdf/2601.22153v1#page=3")


def test_a_quotation_over_a_page_end_is_found_on_its_first_page():
    found = pdf(Passage("It begins on one page and", page=3), Passage("ends on the next one.", page=4)).find(
        "begins on one page and ends on the next one"
    )
    assert found.label == "p. 3"
    assert found.quotation == "It begins on one page and ends on the next one."


def test_a_page_number_and_a_running_head_in_the_middle_do_not_matter_and_are_not_shown():
    head = "Xie et al. Dynamic Manipulation"
    finder = pdf(
        Passage(f"Some words stand before\n17\n{head}\nand others after the page has ended.", page=17),
        Passage(f"More text\n{head}\ngoes on.", page=18),
        Passage(f"And more\n{head}\nto the end of\n19", page=19),
        Passage("this page and of the text.", page=20),
    )
    found = finder.find("words stand before and others after the page has ended")
    assert found.quotation == "Some words stand before and others after the page has ended."
    last = finder.find("And more to the end of this page and of the text")
    assert last.quotation == "And more to the end of this page and of the text."


def test_lost_ligatures_and_look_alike_letters_are_the_printers():
    finder = pdf(
        Passage(
            "The signicant gain of this classier was shown in rnany settings that we tried, with little work.", page=1
        )
    )
    found = finder.find(
        "The significant gain of this classifier was shown in many settings that we tried, with little work"
    )
    assert not found.exact
    assert found.quotation.startswith("The signicant gain")


@pytest.mark.parametrize(
    ("printed", "copied"),
    [
        ("We rst nd the eld of ecient classiers.", "We first find the field of efficient classifiers"),
        ("We first find the field of efficient classifiers.", "We rst nd the eld of ecient classiers"),
        ("The difculties of fve ofcial files are five.", "The difficulties of fve official files are five"),
        ("Five off-line e\ufb00ects", "Five off-line effects"),
    ],
)
def test_any_number_of_ligatures_may_be_lost_on_one_side(printed, copied):
    assert pdf(Passage(printed, page=1)).find(copied)


@pytest.mark.parametrize("other", ["flow", "low", "of", "off", "fit", "it"])
def test_a_word_that_only_begins_like_a_ligature_is_another(other):
    words = "In this part of the work the {} case is seen with care."
    finder = pdf(Passage(words.format("flow" if other in ("low", "of", "it") else "slow"), page=1))
    assert (finder.find(words.format(other)) is not None) == (other == "flow" and "flow" in finder._text.text)


@pytest.mark.parametrize(
    ("true", "false"),
    [("causal", "casual"), ("supervised", "unsupervised"), ("accept", "except"), ("BERT", "BART"), ("T5", "TS")],
)
def test_a_word_like_another_is_not_it(true, false):
    sentence = "In this part of the work we look at the {} case with great care."
    finder = pdf(Passage(sentence.format(true), page=1))
    assert finder.find(sentence.format(true)) is not None
    assert finder.find(sentence.format(false)) is None


def test_chinese_papers_are_quoted_from_the_middle_of_a_sentence():
    finder = pdf(Passage("本文提出一种用于动态物体操作的方法，成功率达到47.06%，没有使用额外数据。", page=2))
    assert finder.find("用于动态物体操作的方法，成功率达到47.06%") is not None
    assert finder.find("用于动态物体操作的方法，成功率达到48.06%") is None
    assert finder.find("成功率达到47.06%，使用额外数据") is None


def test_the_abstract_alone_is_labelled_so():
    finder = Finder(replace(TEXT, basis=Basis.ABSTRACT, sections=TEXT.sections[:1]))
    found = finder.find("a method for dynamic object manipulation")
    assert (found.label, found.url) == ("Abstract", "https://arxiv.org/abs/2601.22153v1")


def test_an_empty_paper_has_no_quotations():
    assert Finder(FullText("1", 1, Basis.ABSTRACT, ())).find("anything that could be quoted here") is None


QUOTATIONS = json.loads((TESTS / "data/quotations.json").read_text("utf-8"))
PAGES = SHARED / "data/html"


@cache
def _page(name: str) -> Finder:
    return Finder(read_html((PAGES / name).read_bytes(), "2601.00001", 1))


@pytest.mark.shared
@pytest.mark.parametrize("true", [True, False], ids=["true", "altered"])
def test_what_a_stranger_quoted_from_real_pages_is_told_apart(true):
    """Written before the matcher had seen them: with lost citations, formulas in Unicode, rows of tables, ellipses, and each altered in one thing."""
    if not PAGES.exists():
        pytest.skip("the pages are not beside the project")
    rows = [q for q in QUOTATIONS if q["true"] is true]
    assert len(rows) >= 45
    assert [(q["kind"], q["text"]) for q in rows if bool(_page(q["paper"]).find(q["text"])) is not true] == []


SENSE = FullText(
    "2601.00001",
    1,
    Basis.HTML,
    (
        Section(
            "1 Results",
            1,
            "S1",
            passages=(
                Passage("In this work we prove that drift maximization is not optimal. The method, which we call DM, fails on all but a few tasks of the suite."),
                Passage("We do not release the code. We release the data and, on request, the trained models of the second study."),
            ),
        ),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "turned",
    [
        "we prove that drift maximization is … optimal",
        "The method, which we call DM, fails on all … tasks of the suite.",
        "We do … release the code.",
        "we prove that drift maximization is … fails on all but a few tasks of the suite",
        "The method, which we call DM, fails on … release the code.",
    ],
)
def test_an_ellipsis_does_not_hide_what_turns_the_sense(turned):
    assert Finder(SENSE).find(turned) is None


@pytest.mark.parametrize(
    "kept",
    [
        "In this work we … prove that drift maximization is not optimal",
        "we prove that drift maximization is not optimal. … fails on all but a few tasks",
        "We release the data … the trained models of the second study.",
        "[The authors'] drift maximization is not optimal.",
    ],
)
def test_an_ellipsis_that_keeps_the_sense_is_one(kept):
    assert (found := Finder(SENSE).find(kept))
    assert "author" not in found.quotation


def test_keys_of_a_lost_bibliography_are_citations_and_a_power_is_one_however_it_is_written():
    text = FullText(
        "2601.00001", 1, Basis.HTML,
        (Section("1 Setup", 1, "S1", passages=(Passage("We used the Adam optimizer (kingma2014adam,; DBLP:journals/corr/X17, ) with $\\epsilon=10^{-9}$ and the pair (5, ) of seeds."),)),),
    )  # fmt: skip
    for copy in (
        "We used the Adam optimizer [20] with ε = 10⁻⁹",
        "We used the Adam optimizer with ϵ = 10−9 and the pair (5,) of seeds",
    ):
        assert Finder(text).find(copy), copy
    for altered in ("the Adam optimizer with ε = 10⁻⁸", "the Adam optimizer with ε = 10⁹", "and the pair of seeds"):
        assert not Finder(text).find(altered), altered
