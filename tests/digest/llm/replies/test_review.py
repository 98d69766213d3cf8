"""What is asked anew, what is left out, and what is labelled, by example."""

import json
from dataclasses import replace

import pytest

from digest.evidence.finder import Finder
from digest.llm.replies.marks import Word, settle_summary
from digest.llm.replies.review import (
    CheckContext,
    analysis_from,
    analysis_problems,
    draft_from,
    repairable,
    repeated,
    without_flawed_sentences,
)
from digest.llm.server.wire import Reply
from digest.llm.summary import SummaryBuilder
from digest.model import FULL_PARTS, Analysis, Entry, Fault, Summary, from_json, to_json
from tests.builders import a_paper, a_score, an_analysis
from tests.digest.llm.papers import a_text, moving
from tests.servers.model_words import FULL, PaperSeen, Seen, analysis

PAPER, TEXT = moving(), a_text()
CONTEXT = CheckContext(f"{PAPER.title}\n{PAPER.abstract}\n{TEXT.text}", "en", "")
FINDER = Finder(TEXT)


def written(**changes) -> dict:
    seen = Seen("analysis", (), "en", "", "", "analysis", "")
    body = "\n".join(p.text for s in TEXT.sections for p in s.passages)
    return analysis(PaperSeen(1, PAPER.title, body), seen, FULL) | changes


def reviewed(data: dict, *, text: str = "", finish: str = "stop"):
    draft = draft_from(Reply(text or json.dumps(data), "m", finish), "en")
    problems = analysis_problems(draft, FULL_PARTS, FINDER, CONTEXT)
    blank = Analysis(PAPER.id, 1, TEXT.basis, "en", "m", "", (), ())
    made = analysis_from(draft, problems, parts=FULL_PARTS, finder=FINDER, context=CONTEXT, blank=blank)
    return draft, problems, made


def test_what_is_sound_has_no_problem():
    _, problems, made = reviewed(written())
    assert problems == ()
    assert made.missing == ()


def test_one_bad_finding_among_sound_ones_is_left_out_without_a_call():
    data = written()
    data["findings"][0]["quotation"] = "words that stand nowhere in the paper at all"
    draft, problems, made = reviewed(data)
    assert Fault.QUOTATION in {p.fault for p in problems}
    assert repairable(problems, draft.texts) == ()
    assert len(made.findings) == 2


def test_two_bad_findings_are_asked_anew():
    data = written()
    for finding in data["findings"][:2]:
        finding["quotation"] = "words that stand nowhere in the paper at all"
    draft, problems, _ = reviewed(data)
    assert {p.where for p in repairable(problems, draft.texts)} == {"findings.0.quotation", "findings.1.quotation"}


def test_what_is_to_be_mended_begins_with_what_a_card_shows_first():
    data = written(core="", findings=[])
    data["parts"]["abstract"]["full"] = data["parts"]["method"]["short"] = data["parts"]["method"]["full"] = ""
    draft, problems, _ = reviewed(data)
    assert list(dict.fromkeys(p.where for p in repairable(problems, draft.texts))) == [
        "core", "findings.0.statement", "findings.0.quotation", "parts.method.short", "parts.abstract.full",
        "parts.method.full",
    ]  # fmt: skip


def test_a_part_that_nobody_mended_loses_its_flawed_sentences_alone():
    first, second = "Our method consists of a convolutional encoder.", "The encoder compresses each frame."
    data = written()
    data["parts"]["method"] = {
        "short": f"{first} {' '.join([second] * 18)}",
        "full": f"{first} It follows 2501.99999. {second} The encoder is",
    }
    draft, problems, _ = reviewed(data)
    found = {(p.where, p.fault) for p in problems}
    assert found >= {("parts.method.full", Fault.UNKNOWN_ID), ("parts.method.full", Fault.TRUNCATED)}
    assert ("parts.method.short", Fault.TOO_LONG) in found
    left = without_flawed_sentences(draft, problems, CONTEXT).texts
    assert left["parts.method.full"] == f"{first} {second}"
    assert len(left["parts.method.short"].split()) <= 100
    assert left["parts.method.short"].startswith(f"{first} {second}")
    assert left["parts.method.short"].endswith(".")


def test_a_strange_figure_in_a_short_form_is_asked_anew_and_then_labelled():
    data = written()
    data["parts"]["method"]["short"] = (
        "The encoder compresses each frame into 77 tokens, which keeps the backbone fast."
    )
    draft, problems, made = reviewed(data)
    assert [p.where for p in repairable(problems, draft.texts)] == ["parts.method.short"]
    [part] = [p for p in made.parts if p.name == "method"]
    assert any("77" in item for item in part.unsupported)


def test_a_strange_figure_in_a_full_form_is_labelled_without_a_call():
    data = written()
    data["parts"]["method"]["full"] += " It has 77 layers."
    draft, problems, made = reviewed(data)
    assert repairable(problems, draft.texts) == ()
    assert any("77" in item for p in made.parts if p.name == "method" for item in p.unsupported)


def test_a_strange_name_is_labelled_without_a_call():
    data = written()
    data["findings"][0]["statement"] = "PaceNet does better than GalactiGrasp on the tasks of the benchmark."
    draft, problems, made = reviewed(data)
    assert repairable(problems, draft.texts) == ()
    assert made.findings[0].unsupported == ("GalactiGrasp",)


def test_a_core_with_a_strange_figure_loses_that_sentence():
    _, _, made = reviewed(written(core="PaceNet acts while it thinks. It is 77 times cheaper."))
    assert made.core == "PaceNet acts while it thinks."


def test_a_part_with_one_sound_form_has_it_for_both():
    data = written()
    data["parts"]["method"]["full"] = "请提供论文内容，我将为您进行详细的解读。"
    _, _, made = reviewed(data)
    [part] = [p for p in made.parts if p.name == "method"]
    assert part.full == part.short
    assert "method" not in made.missing


def test_a_text_that_stands_everywhere_stands_nowhere():
    data = written()
    for name in ("method", "novelty", "practical"):
        data["parts"][name] = dict.fromkeys(("short", "full"), "The authors describe this in depth in the paper.")
    _, problems, made = reviewed(data)
    assert {"method", "novelty", "practical"} <= set(made.missing)
    assert Fault.REPETITION in {p.fault for p in problems}


def test_of_an_output_cut_at_its_limit_the_last_text_is_left_out():
    data = json.dumps(written())
    draft, _, made = reviewed({}, text=data[: data.index("novelty") + 60], finish="length")
    assert "parts.motivation.full" in draft.texts
    assert "novelty" in made.missing
    assert [p.name for p in made.parts] == ["abstract", "motivation", "method"]


def test_only_safe_markdown_comes_out():
    data = written()
    data["parts"]["method"]["full"] += " See [this](https://evil.example/x) <script>alert(1)</script> @everyone."
    _, _, made = reviewed(data)
    [part] = [p for p in made.parts if p.name == "method"]
    assert "evil.example" not in part.full
    assert "<script>" not in part.full
    assert "@everyone" not in part.full


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        (
            "This paper makes an important contribution to vision.",
            "This paper makes an important contribution to robotics.",
            True,
        ),
        (
            "The encoder compresses each frame into 49 tokens.",
            "The encoder compresses each frame into 77 tokens.",
            False,
        ),
        ("这篇论文对机器人领域有重要的意义和价值。", "这篇论文对视觉领域有重要的意义和价值。", True),
        ("It runs on a phone.", "It runs on a laptop.", False),
        (
            "It trains a policy on videos of hands in kitchens.",
            "It trains a decoder on scans of hands in hospitals.",
            False,
        ),
        (
            "Die Methode verbessert die Robustheit in vielen Aufgaben deutlich.",
            "Der Ansatz verbessert die Robustheit in vielen Aufgaben deutlich.",
            True,
        ),
        ("Die Methode verbessert die Robustheit deutlich.", "Der Ansatz verbessert die Robustheit deutlich.", False),
        (
            "이 방법은 많은 과제에서 강건성을 크게 향상시킨다.",
            "이 연구는 많은 과제에서 강건성을 크게 향상시킨다.",
            True,
        ),
        (
            "本手法は多くのタスクで頑健性を向上させることを示した。",
            "本研究は多くのタスクで頑健性を向上させることを示した。",
            True,
        ),
    ],
)
def test_boilerplate_that_differs_in_one_word_is_repeated(mine, theirs, same):
    problems = repeated(
        {"highlights.0.text": mine, "highlights.1.text": theirs}, ["highlights.0.text", "highlights.1.text"]
    )
    assert bool(problems) is same


def test_the_two_forms_of_one_part_may_agree():
    assert (
        repeated(
            {"parts.a.short": "The same words stand here.", "parts.a.full": "The same words stand here."},
            ["parts.a.short", "parts.a.full"],
        )
        == []
    )


def test_read_first_holds_three_and_the_others_keep_their_words():
    entries = [Entry(n, a_paper(f"2601.0000{n}"), a_score(), an_analysis()) for n in range(1, 6)]
    data = {
        "headline": "News",
        "overview": "Five papers are here.",
        "first": [{"n": n, "text": f"Words about number {n} alone."} for n in range(1, 6)],
    }
    draft = draft_from(Reply(json.dumps(data), "m", "stop"), "en")
    context = CheckContext("News Five papers are here. Words about number alone. 1 2 3 4 5", "en", "")
    summary = SummaryBuilder(draft, (), entries, context).build("m", "o")
    assert [m.paper_id[-1] for m in summary.first] == ["1", "2", "3"]
    assert sorted(m.paper_id for m in summary.mentions) == [e.paper.id for e in entries]
    assert summary.overview_replaced is False
    blank = SummaryBuilder(replace(draft, texts={}), (), entries, context).build("m", "o")
    assert (blank.overview, blank.overview_replaced) == ("o", True)


def summary_of(claims: dict[int, str], language: str = "en", abstract: str = "") -> Summary:
    """A summary with one mention for each claim, of papers with the abstract."""
    abstract = abstract or "One step gives FID 2.22 on ImageNet at 256 pixels without any latents, for 0.4B parameters."
    entries = [
        Entry(n, a_paper(f"2601.0000{n}", title="Means", abstract=abstract), a_score(), an_analysis(core=abstract))
        for n in claims
    ]
    mentions = [{"n": n, "claim": claim, "text": f"Text {n}."} for n, claim in claims.items()]
    draft = draft_from(Reply(json.dumps({"headline": "News", "first": mentions}), "m", "stop"), language)
    return SummaryBuilder(draft, (), entries, CheckContext(abstract, language, "")).build("m", "o")


def test_a_claim_is_kept_whole_or_is_absent():
    written = {
        1: "one step, no latents, FID 2.22 at 256 pixels.",
        2: "one step gives FID 2.22 on ImageNet, without any latents, at 256 pixels",
        3: "one step, no latents, FID 2.93 at 256 pixels",
        4: "Sure! Here is the claim you asked for:",
        5: "",
    }
    summary = summary_of(written)
    assert [m.claim for m in summary.mentions] == ["one step, no latents, FID 2.22 at 256 pixels", "", "", "", ""]


def test_a_chinese_claim_has_thirty_characters_at_most():
    summary = summary_of({1: "一步生成图像，ImageNet 上 FID 2.22", 2: "一步生成" * 8}, "zh")
    assert [m.claim for m in summary.mentions] == ["一步生成图像，ImageNet 上 FID 2.22", ""]


def test_a_doubtful_claim_is_shown_once_the_model_confirms_it():
    summary = summary_of({1: "robots fold laundry beside people at home"})
    assert [m.claim for m in summary.mentions] == [""]
    (doubt,) = (d for d in summary.doubts if d.where == "2601.00001.claim")
    for word, claim in ((Word.YES, doubt.sentence), (Word.NO, ""), (Word.OPPOSITE, "")):
        assert settle_summary(summary, {doubt: word}, {}, {}).mentions[0].claim == claim


def test_a_summary_stored_before_claims_is_read():
    stored = to_json(summary_of({1: ""})).replace(b',"claim":""', b"")
    assert b"claim" not in stored
    assert from_json(Summary, stored).mentions[0].claim == ""
