"""Which links of a paper are shown as its own."""

import pytest

from digest.fulltext.html.document import read_html
from digest.fulltext.links import MAX_LINKS, is_known, links
from digest.fulltext.pdf.document import read_pdf
from digest.model import Basis, Form, FullText, Link, Passage, Section
from tests.builders import a_paper
from tests.paths import SHARED
from tests.rows import each

SHARED_DATA = SHARED / "data"


def of(abstract: str = "", comment: str = "", *sections: Section) -> list[tuple[str, str, bool]]:
    text = FullText("1", 1, Basis.PDF, sections) if sections else None
    return [(x.kind, x.url, x.known) for x in links(a_paper(abstract=abstract, comment=comment), text)]


def section(title: str, *passages: str | Passage) -> Section:
    return Section(title, 1, passages=tuple(p if isinstance(p, Passage) else Passage(p) for p in passages))


@each(
    ("text", "expected"),
    [
        ("Code: https://github.com/a/b.", [("code", "https://github.com/a/b", True)]),
        ("Our code is at github.com/foo/bar.git.", [("code", "https://github.com/foo/bar.git", True)]),
        (
            "(data: https://huggingface.co/datasets/foo/baz)",
            [("data", "https://huggingface.co/datasets/foo/baz", True)],
        ),
        ("Models: https://huggingface.co/foo/baz-7b", [("model", "https://huggingface.co/foo/baz-7b", True)]),
        ("10 pages, https://zenodo.org/record/123 (data)", [("data", "https://zenodo.org/record/123", True)]),
        ("Code: https://doi.org/10.5281/zenodo.123.", [("data", "https://doi.org/10.5281/zenodo.123", True)]),
        ("Published: https://doi.org/10.1103/PhysRevD.95.1", []),
        ("Project page: http://foo.github.io/x/ .", [("project", "https://foo.github.io/x/", False)]),
        ("Accepted. Project website: https://my-lab.org/proj", [("project", "https://my-lab.org/proj", False)]),
        ("见https://github.com/a/b。代码已开源", [("code", "https://github.com/a/b", True)]),
        (
            "Code at https://github.com/ facebookresearch/DPR.",
            [("code", "https://github.com/facebookresearch/DPR", True)],
        ),
        ("Code at https: //github.com/my- org/repo_name", [("code", "https://github.com/my-org/repo_name", True)]),
        ("see [https://gitlab.com/a/b], ok", [("code", "https://gitlab.com/a/b", True)]),
        ("https://en.wikipedia.org/wiki/Code_(a) and https://arxiv.org/abs/1 are our code", []),
        ("Our code is available at http://evil.com/a", []),
        ("Code: https://user@github.com/a/b", []),
        ("Code: https://github.com:8443/a/b", []),
        ("Our GitHub is https://github.com/somebody", []),
        ("javascript:alert(1) ftp://github.com/a/b", []),
        ("Our code: https://xn--gthub-cta.com/a/b", []),
    ],
)
def test_links_of_comment_and_abstract(text, expected):
    assert of(abstract=text) == expected
    assert of(comment=text) == expected


@pytest.mark.parametrize(
    ("sentence", "own"),
    [
        ("The implementation discussed in [12] is available from https://github.com/a/b.", False),
        ("The code of […] is available at https://github.com/a/b.", False),
        ("Our code, an extension of [3, 4], is available at https://github.com/a/b.", True),
        ("The code for all runs in Section 4 is available at https://github.com/a/b.", True),
    ],
)
def test_the_code_of_a_cited_work_is_not_the_papers(sentence, own):
    assert bool(of("", "", section("Experiments", sentence))) == own


def test_a_host_that_only_looks_known_is_never_shown_as_known():
    for url in (
        "https://github.com.evil.com/a/b",
        "https://evil-github.com/a/b",
        "https://github.io/a",
        "https://notzenodo.org/1",
    ):
        assert not is_known(url)
        assert all(not known for _, _, known in of(f"Our code is available at {url}"))


def test_in_the_text_only_what_is_told_to_be_the_authors_own():
    own = section(
        "1 Introduction", "We propose X. The code and models are publicly available at https://github.com/we/x."
    )
    uses = section(
        "4 Setup",
        "We use the implementation of https://github.com/them/y in all runs.",
        "Our evaluation is based on code released by https://github.com/them/z.",
        Passage("https://github.com/pytorch/fairseq", Form.FOOTNOTE),
    )
    related = section("2 Related Work", "Their code is available at https://github.com/they/w.")
    assert of("", "", section("Abstract", "Words."), own, related, uses) == [("code", "https://github.com/we/x", True)]


def test_a_bare_footnote_counts_where_its_paragraph_tells_of_a_release():
    note = Passage("https://github.com/we/x", Form.FOOTNOTE)
    release = section("1 Introduction", "We present X. We release our code and data.", note)
    tool = section("1 Introduction", "We present X. Training uses the tensor2tensor library.", note)
    assert of("", "", section("Abstract", "Words."), release) == [("code", "https://github.com/we/x", True)]
    assert of("", "", section("Abstract", "Words."), tool) == []


def test_one_link_a_repository_and_four_in_all_the_abstract_s_first():
    many = " ".join(f"Code: https://github.com/we/r{n}." for n in range(6))
    assert len(of("Code: https://github.com/we/main", many)) == MAX_LINKS
    same = section("1 Introduction", "Our code is available at https://github.com/We/Main/tree/main/src.")
    assert of("Code: https://github.com/we/main", "", same) == [("code", "https://github.com/we/main", True)]


def test_code_comes_before_data_models_and_pages():
    kinds = [
        k
        for k, _, _ in of(
            "Project page: https://a.github.io/x. Data: https://zenodo.org/record/1. Code: https://github.com/a/b."
        )
    ]
    assert kinds == ["code", "data", "project"]


def test_an_address_that_is_none_is_passed_over():
    said = "Our code is released at https://github.com]/y 2 and https://[::1/a here, and at https://github.com/we/x."
    assert of(said) == [("code", "https://github.com/we/x", True)]


def test_no_text_and_no_link_give_nothing():
    assert links(a_paper(abstract="", comment="")) == ()


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="../shared/data is not there")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pdf/2004.04906v3.pdf", [("code", "https://github.com/facebookresearch/DPR")]),
        ("pdf/1706.03762v7.pdf", [("code", "https://github.com/tensorflow/tensor2tensor")]),
        ("pdf/2103.15348v2.pdf", [("project", "https://layout-parser.github.io")]),
        ("pdf/2210.03629v2.pdf", [("project", "https://react-lm.github.io")]),
        ("pdf/2007.01282v2.pdf", []),
        ("pdf/0807.3577.pdf", []),
        ("html/1810.04805_BERT_arxiv-html_2026-03.html", [("code", "https://github.com/google-research/bert")]),
        ("html/1904.07818_ar5iv.html", [("code", "https://github.com/NathanBuskulic/OneMaxOptimal")]),
    ],
)
def test_links_of_real_papers(name, expected):
    data = (SHARED_DATA / name).read_bytes()
    text = (read_pdf if name.endswith(".pdf") else read_html)(data, "1", 1)
    found: tuple[Link, ...] = links(a_paper(abstract="", comment=""), text)
    assert [(x.kind, x.url) for x in found] == expected
