"""arXiv's categories and what people type for them."""

import pytest

from digest.arxiv.categories import check, is_archive, names, nearest
from tests.rows import each


@pytest.mark.parametrize("typed", ["cs.CV", "cs.cv", " CS.CV ", "Computer Vision and Pattern Recognition"])
def test_a_category_is_known_in_any_case_and_by_its_name(typed):
    found = check(typed)
    assert (found.category, found.name, found.known) == ("cs.CV", "Computer Vision and Pattern Recognition", True)


@each(
    ("typed", "meant"),
    [
        ("cs.VC", "cs.CV"),
        ("csCV", "cs.CV"),
        ("robotics", "cs.RO"),
        ("computer vision", "cs.CV"),
        ("machine learning", "cs.LG"),
        ("stat.LM", "stat.ML"),
        ("quantum", "quant-ph"),
        ("AI", "cs.AI"),
        ("cv", "cs.CV"),
        ("NLP", "cs.CL"),
        ("natural language processing", "cs.CL"),
        ("HCI", "cs.HC"),
        ("ML", "cs.LG"),
        ("PDE", "math.AP"),
        ("reinforcement learning", "cs.LG"),
        ("dark matter", "astro-ph.CO"),
        ("string theory", "hep-th"),
        ("quant bio", "q-bio"),
        ("arxiv:cs.CV", "cs.CV"),
        ("https://arxiv.org/list/cs.CV/recent", "cs.CV"),
        ("math.ph", "math-ph"),
        ("stat ml", "stat.ML"),
    ],
)
def test_what_may_have_been_meant_is_among_the_nearest(typed, meant):
    found = check(typed)
    assert found.known or meant in nearest(typed, 5)
    assert found.category == meant or not found.known


def test_the_widest_category_of_a_name_comes_first():
    assert nearest("quantum")[0] == "quant-ph"


def test_an_unknown_one_of_the_right_form_may_be_new():
    assert check("cs.QQ").possible
    assert not check("cs.QQ").known
    assert not check("what I like").possible
    assert not check("cs.CV; DROP").possible


def test_nothing_resembling_gives_no_suggestion():
    assert nearest("zzzzqqqq") == ()


def test_the_list_is_whole():
    """arXiv's taxonomy has 155 categories that papers can be submitted to; eleven archives stand for their subject classes."""
    subject_classes = [c for c in names() if "." in c]
    archives = [c for c in names() if is_archive(c)]
    single = [c for c in names() if "." not in c and not is_archive(c)]
    assert len(subject_classes) + len(single) == 155
    assert {"cs", "math", "physics", "astro-ph", "cond-mat", "q-bio", "q-fin", "stat", "eess", "econ", "nlin"} == set(
        archives
    )
    assert set(single) == {
        "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th",
        "quant-ph",
    }  # fmt: skip
    assert len(set(names().values())) == len(names())
