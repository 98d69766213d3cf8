"""Dates, numbers, lists and places inside visible texts, as people of each language write them."""

from datetime import date

import pytest

from digest.model import Coverage, Entry, Evidence, Finding, Profile, Usage
from digest.render import markdown
from digest.render.catalogs import languages
from digest.render.labels import day_words, dollars, joined, label, place
from tests.builders import a_digest, a_paper, a_score, an_analysis, an_entry


@pytest.mark.parametrize(
    ("language", "score", "tokens", "cost", "small"),
    [
        ("en", "relevance 9.2, significance 8, of 10", "1,234,567 tokens", "$1,234.50", "$0.0041"),
        ("de", "Relevanz 9,2, Bedeutung 8, von 10", "1.234.567 Token", "1.234,50\u00a0$", "0,0041\u00a0$"),
        ("fr", "pertinence 9,2, importance 8, sur 10", "1\u202f234\u202f567 tokens", "1\u202f234,50\u00a0$US", "0,0041\u00a0$US"),
        ("pt-BR", "relevância 9,2, importância 8, de 10", "1.234.567 tokens", "US$\u00a01.234,50", "US$\u00a00,0041"),
        ("zh", "相关 9.2，意义 8，满分 10", "1,234,567 个 token", "US$1,234.50", "US$0.0041"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_in_the_language(language, score, tokens, cost, small):
    assert label("score", language, relevance=9.2, significance=8.0) == score
    assert markdown.cost_words(Usage(1, 1_234_560, 0, 7, usd=None), language) == tokens
    assert (dollars(1234.5, language), dollars(0.00412, language)) == (cost, small)


def test_a_code_is_no_quantity():
    assert "(50013)" in label("error.model.busy", "de", status=50013)


def test_many_papers_are_counted_in_groups_of_three():
    counted = {
        language: markdown.coverage_line(
            a_digest(3, coverage=Coverage(1_231, 1_230, 3), profile=Profile(language=language))
        )
        for language in ("de", "en")
    }
    assert "1.231" in counted["de"]
    assert "1,231" in counted["en"]


@pytest.mark.parametrize("language", ["it", "nl", "ar", "xx"])
def test_a_date_is_in_the_language_of_the_words_around_it(language):
    """Our texts are English where there is no catalog."""
    assert day_words(date(2026, 1, 30), language) == "Fri, Jan 30"
    assert label("score", language, relevance=9.2, significance=8) == "relevance 9.2, significance 8, of 10"


def test_a_list_has_the_comma_of_its_language():
    assert joined(["a", "b"], "de") == "a, b"
    assert joined(["a", "b"], "ja") == "a、b"


def test_a_quotation_s_place_is_named_in_the_reader_s_language():
    assert (place("Abstract", "zh"), place("p. 4", "zh"), place("p. 4", "de")) == ("摘要", "第 4 页", "S. 4")
    assert place("3.2 Training", "zh") == "3.2 Training"
    assert {place("Abstract", name.replace("_", "-")) for name in languages("digest")} >= {"Résumé", "要旨", "초록"}
    finding = Finding("速度更快。", Evidence("fast", "https://arxiv.org/abs/2601.1", "Abstract"))
    entry = an_entry(analysis=an_analysis(findings=(finding,)))
    assert "[摘要](" in markdown.render(a_digest(1, entries=(entry,)))


def test_what_explains_a_mark_has_no_second_brackets():
    finding = Finding("It is fast (?).", Evidence("fast", "https://arxiv.org/abs/2601.1", "Abstract"))
    shown = markdown.render(a_digest(1, entries=(an_entry(analysis=an_analysis(language="en", findings=(finding,))),)))
    assert "*(?) " in shown
    assert "((?)" not in shown


def test_a_score_without_a_reason_has_no_brackets():
    entry = Entry(1, a_paper(), a_score(reason=""), None)
    assert markdown.why(entry, "en") == "relevance 9, significance 8, of 10"
