"""Our BM25 is bm25s's, score by score."""

import bm25s
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.retrieval.bm25 import Bm25

WORDS = st.sampled_from([f"w{n}" for n in range(12)])


@settings(deadline=None)  # a machine under load says nothing about scores
@given(
    bags=st.lists(st.lists(WORDS, min_size=1, max_size=30), min_size=1, max_size=12),
    query=st.lists(WORDS, min_size=1, max_size=8),
    b=st.sampled_from([0.3, 0.75, 1.0]),
)
def test_it_scores_as_bm25s_does(bags, query, b):
    ours = Bm25(bags, b)
    known = [word for word in query if word in ours]
    theirs = bm25s.BM25(b=b, method="lucene")
    theirs.index(bags, show_progress=False)
    assert known == [word for word in query if word in theirs.vocab_dict]
    expected = [float(score) for score in theirs.get_scores(known)] if known else [0.0] * len(bags)
    assert ours.scores(known) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("bags", [[], [[]], [[], []]])
def test_nothing_to_search_gives_nothing(bags):
    index = Bm25(bags)
    assert "word" not in index
    assert index.scores(["word"]) == [0.0] * len(bags)
