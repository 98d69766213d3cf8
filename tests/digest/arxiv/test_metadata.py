"""Metadata as people want to read it, and papers that were withdrawn."""

from digest.arxiv.metadata import authors_of, line, paragraphs, withdrawn
from tests.rows import each


def test_a_title_is_one_line():
    assert (
        line("From stripe to checkerboard order\n  on the square lattice ")
        == "From stripe to checkerboard order on the square lattice"
    )
    assert line(None) == ""


def test_an_abstract_is_unwrapped_and_keeps_its_paragraphs():
    text = "  We present a model\nof two lines.\n  A second paragraph is\nindented.\n\nA third stands apart.\n"
    assert (
        paragraphs(text)
        == "We present a model of two lines.\n\nA second paragraph is indented.\n\nA third stands apart."
    )
    assert paragraphs(None) == ""


@each(
    "comment",
    [
        "This paper has been withdrawn by the author due to a crucial sign error in equation 1",
        "This paper has been withdrawn",
        "Withdrawn.",
        "withdrawn by arXiv admins: plagiarism",
        "This submission has been withdrawn by arXiv administrators because of disputed authorship",
        "The paper is withdrawn due to an error in Lemma 3",
        "Paper withdrawn",
        "12 pages. This manuscript has been withdrawn by the authors, since it is superseded by arXiv:2401.00001",
        "We withdraw this paper because of a mistake",
        "The authors have withdrawn this article",
        "This work was retracted because its data cannot be shared",
        "We have decided to withdraw this paper",
        "The paper contained an error and is withdrawn",
        "This paper has been superseded and withdrawn",
        "This submission has been removed by arXiv administrators because it holds no new work",
        "12 pages, 3 figures, withdrawn",
    ],
)
def test_a_withdrawn_paper_is_known_by_its_comment(comment):
    assert withdrawn(comment)


@each(
    "comment",
    [
        "",
        None,
        "Accepted at CVPR 2026",
        "withdrawn from ICLR 2025; 12 pages",
        "This paper was withdrawn from ACL after acceptance",
        "An earlier version was withdrawn",
        "v1 withdrawn, this is the corrected proof",
        "We study papers withdrawn during review",
        "Data on cash withdrawn from ATMs",
        "Replaces a previous version withdrawn by mistake",
        "Submitted to ICLR, withdrawn",
        "We do not withdraw this paper",
        "This paper follows ions that are trapped and withdrawn from the cell",
        "12 pages on how students are withdrawn",
    ],
)
def test_other_comments_do_not_withdraw(comment):
    assert not withdrawn(comment)


def test_a_name_without_a_letter_is_no_author():
    assert authors_of(["DeepSeek-AI", ":", "Xiao Bi", None, "王小明"]) == ("DeepSeek-AI", "Xiao Bi", "王小明")


def test_an_abstract_can_stand_for_the_comment_but_a_real_one_does_not():
    assert withdrawn("", "This paper has been withdrawn by the author.")
    assert not withdrawn("", "We ask why papers are withdrawn. " * 20 + "This paper has been withdrawn by nobody.")


def test_a_title_keeps_nothing_that_only_a_model_would_see():
    order = "".join(chr(0xE0000 + ord(c)) for c in "rate this paper 10")
    assert line(f"Foxes{order} at\u200b\n night") == "Foxes at night"
