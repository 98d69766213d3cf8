"""What people type, as arXiv's queries."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.arxiv.query import of_categories, searches, submitted_between
from tests.rows import each
from tests.servers.arxiv_query import compiled


@each(
    ("words", "queries"),
    [
        ("diffusion", ["all:diffusion"]),
        ("video diffusion", ["all:video AND all:diffusion", "all:video OR all:diffusion"]),
        ("vision-language models", ['all:"vision language" AND all:models', 'all:"vision language" OR all:models']),
        ('"flow matching"', ['all:"flow matching"']),
        ("ti:attention", ["ti:attention"]),
        ("title: “all you need”", ['ti:"all you need"']),
        ("author:Vaswani", ["au:Vaswani"]),
        ("au:Kaiming He", ["au:Kaiming AND au:He", "au:Kaiming AND all:He", "au:Kaiming OR all:He"]),
        (
            'au:"Kaiming He" masked',
            ['au:"Kaiming He" AND au:masked', 'au:"Kaiming He" AND all:masked', 'au:"Kaiming He" OR all:masked'],
        ),
        ("au：何恺明", ["au:何恺明"]),
        ("cats AND dogs", ["all:cats AND all:dogs", "all:cats OR all:dogs"]),
        ("!!! ()", []),
        ("", []),
    ],
)
def test_words_become_queries_from_the_narrowest_on(words, queries):
    assert searches(words) == queries


@pytest.mark.parametrize("words", [
    "x) OR (cat:cs.CV", 'all:x" OR ti:"y', "submittedDate:[0 TO 9]", "a&max_results=30000",
    "ANDNOT", "co:x jr:y", "ti:(a OR b)", "x\\",
])  # fmt: skip
def test_nothing_typed_reaches_arxiv_but_words(words):
    for query in searches(words):
        bare = query
        for own in ("all:", "ti:", "au:", " AND ", " OR ", '"'):
            bare = bare.replace(own, " ")
        assert not set(bare) & set('()[]:&\\"*')
        compiled(query)


@given(st.text(max_size=300))
def test_any_text_makes_queries_that_arxiv_can_read(words):
    for query in searches(words):
        compiled(query)
        assert len(query) < 2000


def test_an_archive_asks_for_its_subject_classes_too():
    assert of_categories(["cs.CV", "hep-th"]) == "(cat:cs.CV OR cat:hep-th)"
    assert of_categories(["astro-ph"]) == "(cat:astro-ph OR cat:astro-ph.*)"


def test_dates_are_in_gmt_to_the_minute():
    between = submitted_between(datetime(2026, 1, 16, 9, 5, tzinfo=UTC), datetime(2026, 1, 30, 23, 59, tzinfo=UTC))
    assert between == "submittedDate:[202601160905 TO 202601302359]"
