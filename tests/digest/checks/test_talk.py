"""The judge of talk tells the sentences that it was fitted to apart, in each language, and sees no quotation."""

import re

import pytest

from digest.checks.talk import BRACKET, END, TITLE, WORD, as_of, bracket, talks
from tests.paths import TESTS

ROWS = [line.split("\t") for line in (TESTS / "data/talk.tsv").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("language", ["en", "zh", "ja", "ko", "de", "fr", "es", "pt", "ru"])
def test_its_own_sentences_are_told_apart_in_each_language(language):
    said = [(kind, text) for of, kind, text in ROWS if of == language and kind in ("talk", "paper")]
    assert len(said) >= 200
    assert sum((talks(text) > 0) == (kind == "talk") for kind, text in said) >= 0.88 * len(said)


def test_what_is_quoted_and_what_has_no_words_is_no_talk():
    assert talks("“I am sorry, I cannot help with that.”") < 0
    assert talks("— 42 —") < 0
    assert talks("Let me know if you need more “data”.") == talks("Let me know if you need more “fog”.")


def test_a_title_is_judged_by_other_weights_than_a_sentence():
    assert talks("What Does This Title Mean?") > 0 > talks("What Does This Title Mean?", TITLE)


@pytest.mark.parametrize(
    ("language", "ended", "broken"),
    [
        ("en", "The probe was lowered twice a day", "The probe was lowered twice in the"),
        ("zh", "探头每天下放两次", "探头每天下放两次，并且在海底的"),
        ("ja", "探査機は毎日二度おろされる", "探査機は毎日二度おろされ、海底の"),
        ("ko", "탐침은 하루 두 번 내려간다", "탐침은 하루 두 번 바다 밑의"),
        ("de", "Die Sonde wird zweimal am Tag gesenkt", "Die Sonde wird zweimal in der"),
        ("fr", "La sonde descend deux fois par jour", "La sonde descend deux fois dans la"),
        ("es", "La sonda baja dos veces al día", "La sonda baja dos veces en la"),
        ("pt", "A sonda desce duas vezes por dia", "A sonda desce duas vezes com a"),
    ],
)
def test_an_end_is_told_from_where_a_sentence_breaks_off(language, ended, broken):
    assert talks(as_of(language, broken), END) > talks(as_of(language, ended), END) + 1


@pytest.mark.parametrize(
    ("language", "half"),
    [
        ("de", "Genauigk"),
        ("en", "perform"),
        ("fr", "entraînem"),
        ("es", "necesid"),
        ("pt", "necessid"),
        ("ru", "автоматич"),
    ],
)
def test_the_beginning_of_a_word_is_told_from_words(language, half):
    words = {
        "de": "Genauigkeit",
        "en": "performance",
        "fr": "entraînement",
        "es": "necesidad",
        "pt": "necessidade",
        "ru": "автоматически",
    }
    assert talks(as_of(language, half), WORD) > talks(as_of(language, words[language]), WORD) + 1


def test_brackets_that_ask_for_words_are_told_from_asides():
    found = [
        (kind, re.match(r"(.*)\{\{(.+?)\}\}([^{]*)\Z", text)) for _, kind, text in ROWS if kind in ("slot", "aside")
    ]
    judged = [(kind, talks(bracket(b[1], "[", b[2], b[3]), BRACKET)) for kind, b in found if b]
    assert len(judged) > 300
    assert sum((score > 0) == (kind == "slot") for kind, score in judged) >= 0.95 * len(judged)
