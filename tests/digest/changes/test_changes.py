"""What a reader would call news of a paper is told, with quotations, once; what is none is not."""

import json
import time
from dataclasses import replace

import pytest

from digest.changes import remarks
from digest.changes.versions import compare, known_of, updated
from digest.fulltext.links import links
from digest.model import Basis, Evidence, Finding, FullText, Link, Paper, Passage, Section
from tests.builders import a_paper, an_analysis
from tests.paths import TESTS
from tests.rows import each

ABSTRACT = (
    "We propose Kestrel, a model for depth estimation from thermal video. "
    "Kestrel reaches an accuracy of 84.2% on ThermalBench, 3.1 points above the previous best model. "
    "Training takes 12 hours on 8 GPUs. Pre-training on synthetic scenes does not improve the accuracy on real videos."
)
OLD = a_paper(abstract=ABSTRACT, comment="12 pages, 4 figures")
COMMENTS = json.loads((TESTS / "data/comments.json").read_text("utf-8"))


def next_version(**values: object) -> Paper:
    return replace(OLD, version=2, **values)  # type: ignore[arg-type]


def news(now: Paper, before: Paper = OLD, text: FullText | None = None, **known: object):
    return compare(replace(known_of(before), **known), now, text)  # type: ignore[arg-type]


@each(
    "comment",
    [
        "14 pages, 6 figures",
        "12 pages, 4 figures; fixed typos",
        "v2: corrected typos, updated references",
        "v2: fixed an error in the list of authors",
        "Minor revision, small errors corrected",
        "v2: wrong file was uploaded before",
        "Submitted to CVPR 2026",
        "CVPR 2026 submission, under review",
        "Under review at ICLR 2026",
        "Preprint. Work in progress",
        "To be submitted to TPAMI",
        "Not accepted yet",
        "If accepted, this will be the journal version",
        "Code will be released upon acceptance",
        "Code will be released at https://github.com/lab/kestrel",
        "Code: https://github.com/lab/kestrel (coming soon)",
        "An earlier version was accepted at the Thermal workshop",
        "Extended version of our paper accepted at ECCV 2024",
        "This paper extends our work published in Nature",
        "Withdrawn from ICLR 2026; this is the full paper",
        "Formatted with the CVPR 2026 template",
        "Technical report of the CVPR 2026 challenge",
        "Project page: https://kestrel.github.io/kestrel",
        "We use https://github.com/other/library",
        "See also arXiv:2401.01234",
        "12 pages, conditionally accepted to CHI 2026",
        "",
    ],
)
def test_comments_that_are_no_news(comment):
    assert news(next_version(comment=comment)) is None
    assert news(replace(OLD, comment=comment)) is None  # the same version, with another comment


@each("comment", COMMENTS["quiet"])
def test_wordings_of_authors_that_are_no_news(comment):
    for before in ("", "12 pages, 4 figures; ", "12 pages, 4 figures. "):
        assert news(next_version(comment=f"{before}{comment}")) is None


@each(("one", "other"), COMMENTS["same"])
def test_another_notation_of_the_same_claim_is_no_news(one, other):
    for before, now in ((one, other), (other, one)):
        around = "We study small things in this paper. {} The rest is left for later."
        old = a_paper(abstract=around.format(before))
        assert news(replace(old, version=2, abstract=around.format(now)), old) is None


@each("comment", COMMENTS["accepted"])
def test_wordings_of_an_acceptance_are_news(comment):
    found = news(replace(OLD, comment=f"12 pages, 4 figures; {comment}"))
    assert found is not None
    assert found.published.endswith(comment)


@each("comment", COMMENTS["code"])
def test_wordings_that_give_code_are_news(comment):
    found = news(replace(OLD, comment=comment))
    assert found is not None
    assert [link.url for link in found.links] == ["https://github.com/lab/x"]


@each(
    "abstract",
    [
        ABSTRACT.replace(". ", ".\n  "),
        ABSTRACT.replace("84.2%", r"$84.2\%$"),
        ABSTRACT.replace("84.2%", "84.2 percent"),
        ABSTRACT.replace("84.2%", "84.20%"),
        ABSTRACT.replace("84.2%", "84,2%"),
        ABSTRACT.replace("84.2%", "8 4.2%"),
        ABSTRACT.replace("12 hours", "twelve hours"),
        ABSTRACT.replace("accuracy", "acuracy").replace("does not", "does nto"),
        ABSTRACT.replace("We propose", "This paper introduces"),
        ABSTRACT.replace("best model. Training", "best model, and training"),
        " ".join(reversed(ABSTRACT.replace(". ", ".|").split("|"))),
        ABSTRACT.replace(" Training takes 12 hours on 8 GPUs.", ""),
        ABSTRACT + " Our code is built on widely used libraries.",
        ABSTRACT + " We thank 3 reviewers of the earlier version for their comments.",
        ABSTRACT.replace("thermal video", "thermal video [12, 14]"),
        ABSTRACT.replace("does not improve", "doesn't improve"),
    ],
)
def test_abstracts_that_are_no_news(abstract):
    assert news(next_version(abstract=abstract)) is None


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Kestrel: Depth from Thermal Video"},
        {"authors": tuple(reversed(OLD.authors))},
        {"authors": (*OLD.authors, "A New Author")},
        {"categories": ("cs.CV", "cs.RO", "eess.IV")},
        {"doi": "10.48550/arXiv.2601.22153"},
        {"doi": "10.5281/zenodo.123456"},
        {"journal_ref": "submitted to Phys. Rev. D"},
        {"journal_ref": "arXiv preprint arXiv:2601.22153"},
    ],
)
def test_metadata_that_is_no_news(values):
    assert news(next_version(**values)) is None


@each(
    "comment",
    [
        "Accepted at CVPR 2026",
        "12 pages, 4 figures. Accepted for publication in MNRAS",
        "accepted by IEEE TPAMI",
        "To appear in Phys. Rev. D",
        "CVPR 2026",
        "12 pages, ICML 2026 (oral)",
        "Published in Nature Communications",
        "Camera-ready version, NeurIPS 2026",
        "Submitted 3 January, accepted 5 May by A&A",
        "This version of the article has been accepted for publication, after peer review",
    ],
)
def test_an_acceptance_is_news_without_a_new_version(comment):
    found = news(replace(OLD, comment=comment))
    assert found is not None
    assert (found.published, found.differences, found.links) == (comment, (), ())


def test_a_journal_reference_or_doi_is_news_once():
    now = replace(OLD, journal_ref="Phys. Rev. D 103, 044012 (2026)", doi="10.1103/PhysRevD.103.044012")
    found = news(now)
    assert found is not None
    assert found.published == "Phys. Rev. D 103, 044012 (2026)"
    known = updated(known_of(OLD), now)
    assert compare(known, now) is None
    assert compare(updated(known, OLD), now) is None  # arXiv's metadata went back and forth
    assert news(replace(OLD, doi=now.doi)) is not None
    accepted = replace(OLD, comment="Accepted by PRD")
    assert news(replace(accepted, journal_ref=now.journal_ref), accepted) is None


def test_code_that_appears_is_news_once_and_a_moved_repository_is_none():
    now = replace(OLD, comment="Code: https://github.com/lab/kestrel")
    found = news(now)
    assert found is not None
    assert [link.url for link in found.links] == ["https://github.com/lab/kestrel"]
    known = updated(known_of(OLD), now)
    assert compare(known, replace(now, version=2, comment="Code at http://github.com/Lab/Kestrel.git")) is None
    assert compare(known, replace(now, version=2, comment="Code at https://github.com/new-lab/kestrel")) is None
    promised = replace(OLD, comment="Code will be available at https://github.com/lab/kestrel")
    assert news(now, promised) is not None


def test_code_that_the_digest_showed_from_the_text_is_known():
    known = known_of(OLD, links=[Link("code", "https://github.com/lab/kestrel", known=True)])
    assert compare(known, replace(OLD, comment="Code: https://github.com/lab/kestrel")) is None
    assert links(OLD) == ()


def test_a_withdrawal_is_told_alone_with_its_reason_and_once():
    now = next_version(withdrawn=True, comment="Withdrawn due to an error in Eq. 3", abstract="Withdrawn.")
    found = news(now)
    assert found is not None
    assert (found.withdrawn, found.differences, found.remark) == ("Withdrawn due to an error in Eq. 3", (), "")
    known = updated(known_of(OLD), now)
    assert compare(known, replace(now, version=3, comment="Withdrawn, see v1")) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("84.2%", "81.7%"),
        ("3.1 points above", "1.4 points above"),
        ("12 hours", "30 hours"),
        ("does not improve", "does improve"),
    ],
)
def test_a_changed_claim_of_the_abstract_is_quoted_from_both(before, after):
    found = news(next_version(abstract=ABSTRACT.replace(before, after)))
    assert found is not None
    [difference] = found.differences
    assert difference.before is not None
    assert difference.after is not None
    assert before in difference.before.quotation
    assert after in difference.after.quotation
    assert (difference.before.url, difference.after.url) == (OLD.abs_url, f"https://arxiv.org/abs/{OLD.id}v2")


def test_a_new_measured_claim_is_quoted():
    said = "On a second benchmark of underwater sonar it halves the error to 0.37 metres."
    found = news(next_version(abstract=f"{ABSTRACT} {said}"))
    assert found is not None
    [difference] = found.differences
    assert (difference.before, difference.after and difference.after.quotation) == (None, said)


@pytest.mark.parametrize(
    "remark",
    [
        "v2: corrects an error in the evaluation",
        "Theorem 2 of v1 was wrong",
        "v3: new experiments on real videos added",
    ],
)
def test_what_authors_say_of_errors_and_results_is_news_of_a_new_version_only(remark):
    found = news(next_version(comment=f"12 pages, 4 figures; {remark}"))
    assert found is not None
    assert found.remark == remark
    assert news(replace(OLD, comment=remark)) is None
    assert news(next_version(comment=remark), replace(OLD, comment=remark)) is None


def test_an_older_version_or_another_paper_is_nothing():
    second = next_version(abstract=ABSTRACT.replace("84.2", "81.7"))
    assert compare(known_of(second), OLD) is None
    assert compare(known_of(OLD), replace(second, id="2601.00001")) is None
    assert updated(known_of(second), OLD).paper == second


# ---------------------------------------------------------------- findings and the whole text

SENTENCE = "On real videos from the harbour Kestrel runs at 31.5 frames per second with an error of 0.42 metres."
BESIDE = "All models are trained with the same schedule and the same augmentation of the thermal frames."


def a_text(*sentences: str, version: int = 2, basis: Basis = Basis.HTML, lost: float = 0.0) -> FullText:
    passages = tuple(Passage(s, anchor=f"S4.p{n}") for n, s in enumerate(sentences, 1))
    opening = Section("Abstract", 1, passages=(Passage(ABSTRACT),))
    return FullText(OLD.id, version, basis, (opening, Section("4 Results", 1, "S4", passages=passages)), lost=lost)


def with_finding(basis: Basis = Basis.HTML):
    evidence = Evidence(SENTENCE, f"{OLD.html_url}#S4.p1", "4 Results")
    return known_of(OLD, an_analysis(OLD, basis=basis, findings=(Finding("Kestrel 很快。", evidence),)))


def test_a_finding_with_another_figure_is_quoted_from_both_versions():
    other = SENTENCE.replace("0.42", "0.61")
    found = compare(with_finding(), next_version(), a_text(BESIDE, f"{BESIDE} {other}"))
    assert found is not None
    [difference] = found.differences
    assert difference.statement == "Kestrel 很快。"
    assert difference.before is not None
    assert difference.after is not None
    assert (difference.before.quotation, difference.after.quotation) == (SENTENCE, other)
    assert difference.after.url == f"https://arxiv.org/html/{OLD.id}v2#S4.p2"


@pytest.mark.parametrize(
    "text",
    [
        a_text(SENTENCE),
        a_text(BESIDE),
        a_text(SENTENCE.replace("31.5", "$31.5$").replace("metres", "meters")),
        a_text(SENTENCE.replace("harbour", "harbor")),
        a_text(SENTENCE.replace("0.42", "0.61"), SENTENCE.replace("31.5", "12.5")),
        a_text(SENTENCE.replace("0.42", "0.61"), basis=Basis.PDF),
        a_text(SENTENCE.replace("0.42", "0.61"), lost=0.3),
        a_text(SENTENCE.replace("the harbour Kestrel", "the highway the smaller baseline of Larch").replace("0.42", "0.61")),
    ],
    ids=["kept", "gone", "notation", "spelling", "two candidates", "read otherwise", "read in part", "another sentence"],
)  # fmt: skip
def test_texts_that_leave_the_findings_as_they_are(text):
    assert compare(with_finding(), next_version(), text) is None


@pytest.mark.parametrize("piece", [", ", "A-A", "a ", "has "])
def test_a_comment_or_abstract_of_one_endless_sentence_takes_no_time(piece):
    """A comment of 2,000 characters took over a second, an abstract minutes, with the whole program standing still."""
    paper = a_paper(comment=piece * (2_000 // len(piece)), abstract=piece * (20_000 // len(piece)))
    began = time.process_time()
    assert remarks.publications(paper) == ()
    assert remarks.published_links(paper) == ()
    assert time.process_time() - began < 0.5
