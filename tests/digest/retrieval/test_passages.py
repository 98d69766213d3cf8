"""Passages are found by their words and their headings' words, by an analysis in another script, by vectors; a selection keeps what frames a paper."""

from collections.abc import Sequence

import pytest

from digest.model import Analysis, Basis, Evidence, Finding, Form, FullText, Part, Passage, Section
from digest.ports import Source
from digest.retrieval.passages import Hit, Passages, select, texts_to_embed
from tests.builders import a_paper

FILLER = "The remaining details follow common practice and are given for completeness in this place."


def a_text(paper_id: str = "2601.22153") -> FullText:
    return FullText(
        paper_id,
        1,
        Basis.HTML,
        (
            Section(
                "Abstract",
                1,
                "abstract",
                passages=(Passage("We present a model that grasps moving things.", anchor="abstract"),),
            ),
            Section(
                "1 Introduction",
                1,
                "S1",
                passages=tuple(Passage(f"{FILLER} Opening {i}.", anchor=f"S1.p{i}") for i in range(4)),
            ),
            Section(
                "2 Related Work",
                1,
                "S2",
                passages=tuple(Passage(f"{FILLER} Others {i}.", anchor=f"S2.p{i}") for i in range(6)),
            ),
            Section(
                "3 Training",
                1,
                "S3",
                passages=(
                    Passage("All of it ran for three days on eight cards.", anchor="S3.p1"),
                    Passage("Figure 2: Latency in milliseconds per control step.", Form.CAPTION, "S3.F2"),
                ),
            ),
            Section(
                "4 Data",
                1,
                "S4",
                passages=(Passage("We collect 200K synthetic episodes in simulation.", anchor="S4.p1"),),
            ),
            Section(
                "5 Conclusion", 1, "S5", passages=(Passage("The approach is limited to rigid bodies.", anchor="S5.p1"),)
            ),
        ),
    )


def anchors(hits: Sequence[Hit]) -> list[str]:
    return [h.passage.anchor for h in hits]


def a_source(**values: object) -> Source:
    return Source(a_paper(), a_text(), **values)


def test_the_words_of_a_question_meet_inflected_ones():
    assert anchors(Passages([a_source()]).top("How many episodes were collected by simulating?"))[0] == "S4.p1"


def test_a_heading_speaks_for_its_passages():
    assert anchors(Passages([a_source()]).top("How was training done?"))[0] == "S3.p1"


def test_captions_are_passages():
    assert anchors(Passages([a_source()]).top("latency per step"))[0] == "S3.F2"


def test_a_hit_tells_its_source_section_and_score():
    other = FullText(
        "2601.00001",
        1,
        Basis.HTML,
        (Section("Abstract", 1, passages=(Passage("A corpus of German poems.", anchor="P"),)),),
    )
    hit = Passages([a_source(), Source(a_paper("2601.00001"), other)]).top("german poems", 1)[0]
    assert (hit.source_index, hit.section.title, hit.passage.anchor) == (1, "Abstract", "P")
    assert hit.score > 0


def test_with_nothing_to_match_the_opening_passages_come_with_score_nought():
    hits = Passages([a_source()]).top("zzz qqq", 3)
    assert anchors(hits) == ["abstract", "S1.p0", "S1.p1"]
    assert {h.score for h in hits} == {0.0}


def test_a_chinese_question_meets_an_english_text_by_the_glossary():
    assert anchors(Passages([a_source()]).top("推理延迟是多少？"))[0] == "S3.F2"


def test_a_question_in_another_script_is_led_by_the_analysis_to_the_passages_it_rests_on():
    text = a_text()
    evidence = Evidence("limited to rigid bodies", text.url(text.sections[5].passages[0]), "5 Conclusion")
    analysis = Analysis(
        text.paper_id,
        1,
        Basis.HTML,
        "zh",
        "a-model",
        "抓住会动的东西",
        (Part("conclusion", "只管硬邦邦的玩意儿", "只管硬邦邦的玩意儿"),),
        (Finding("只管硬邦邦的玩意儿", evidence),),
    )
    question = "硬邦邦的玩意儿呢？"
    assert Passages([a_source()]).top(question)[0].score == 0
    assert anchors(Passages([a_source(analysis=analysis)]).top(question))[0] == "S5.p1"


def test_an_empty_paper_gives_no_passages():
    assert Passages([Source(a_paper(), FullText("1", 1, Basis.ABSTRACT, ()))]).top("anything") == []
    assert Passages([]).top("anything") == []


def rigid(text: FullText, query: str) -> dict[int, float]:
    return {i: float("rigid" in said) for i, said in texts_to_embed(text, query, 100).items()}


def test_meaning_brings_what_words_cannot():
    near = rigid(a_text(), "the weakness")
    assert len(near) == 15
    assert anchors(Passages([a_source()]).top("the weakness", 1, near)) == ["S5.p1"]


def test_what_words_and_meaning_both_find_stands_first():
    said = texts_to_embed(a_text(), "", 100)
    near = {i: 1.0 if "Latency" in text or "Others 3" in text else -1.0 - i for i, text in said.items()}
    assert anchors(Passages([a_source()]).top("episodes, and latency in milliseconds", 1, near)) == ["S3.F2"]
    assert anchors(Passages([a_source()]).top("others", 1, near)) == ["S2.p3"]


def test_of_a_book_vectors_are_asked_for_what_words_find_best():
    found = texts_to_embed(a_text(), "synthetic episodes", 3)
    assert len(found) == 3
    assert any("200K synthetic episodes" in said for said in found.values())
    assert list(found) == sorted(found)


def test_a_text_that_fits_is_left_alone():
    text = a_text()
    assert select(text, "anything", 100_000).text is text


@pytest.mark.parametrize("limit", [300, 500, 900, 1500])
def test_a_selection_keeps_to_its_limit_and_the_documents_order_and_begins_with_the_abstract(limit):
    text = a_text()
    chosen = select(text, "How many episodes were collected?", limit).text
    order = [p.anchor for s in text.sections for p in s.passages]
    kept = [p.anchor for s in chosen.sections for p in s.passages]
    assert len(chosen.text) <= limit
    assert kept == sorted(kept, key=order.index)
    assert kept[0] == "abstract"
    assert "S4.p1" in kept


def test_a_selection_keeps_the_beginning_of_the_introduction_and_the_conclusion():
    kept = {p.anchor for s in select(a_text(), "episodes", 1_200).text.sections for p in s.passages}
    assert {"abstract", "S1.p0", "S5.p1", "S4.p1"} <= kept


def test_not_even_the_first_passage_fits():
    assert select(a_text(), "episodes", 20).text.text == "We present a model t"


def test_a_question_in_another_script_selects_what_the_analysis_rests_on():
    analysis = Analysis("2601.22153", 1, Basis.HTML, "zh", "a-model", "抓住会动的东西", (Part("experiments", "两万次硬邦邦", "两万次硬邦邦"),), ())  # fmt: skip
    text = a_text()
    chosen = select(text, "硬邦邦", 250, analysis=analysis)
    assert chosen.matched
    assert "S4.p1" in {p.anchor for s in chosen.text.sections for p in s.passages}
    assert not select(text, "硬邦邦", 250).matched


def test_with_nothing_to_match_a_selection_is_the_beginning_and_says_so():
    chosen = select(a_text(), "zzz qqq", 450)
    assert not chosen.matched
    assert [p.anchor for s in chosen.text.sections for p in s.passages][:3] == ["abstract", "S1.p0", "S1.p1"]
    assert select(a_text(), "episodes", 450).matched


def test_a_selection_follows_meaning_where_words_find_nothing():
    text = a_text()
    chosen = select(text, "zzz qqq", 150, near=rigid(text, "zzz qqq"))
    assert chosen.matched
    assert "S5.p1" in {p.anchor for s in chosen.text.sections for p in s.passages}
