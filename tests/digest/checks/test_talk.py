"""The judge of talk tells the sentences that it was fitted to apart, in each language, and sees no quotation."""

import pytest

from digest.checks.talk import talks
from tests.paths import TESTS

ROWS = [line.split("\t") for line in (TESTS / "data/talk.tsv").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("language", ["en", "zh", "ja", "ko", "de", "fr", "es", "pt"])
def test_its_own_sentences_are_told_apart_in_each_language(language):
    said = [(kind, text) for of, kind, text in ROWS if of == language and kind in ("talk", "paper")]
    assert len(said) > 200
    assert sum((talks(text) > 0) == (kind == "talk") for kind, text in said) >= 0.88 * len(said)


def test_what_is_quoted_and_what_has_no_words_is_no_talk():
    assert talks("“I am sorry, I cannot help with that.”") < 0
    assert talks("— 42 —") < 0
    assert talks("Let me know if you need more “data”.") == talks("Let me know if you need more “fog”.")


def test_a_title_is_judged_by_other_weights_than_a_sentence():
    assert talks("What Does This Title Mean?") > 0 > talks("What Does This Title Mean?", True)
