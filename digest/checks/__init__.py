"""Checks model output before anyone sees it. Pure: flaws are returned as Problems.

Only `clean` and `safe_markdown` change a text."""

from digest.checks.cleaning import clean
from digest.checks.facts.claims import index_source, unsupported
from digest.checks.language import language_of, too_long
from digest.checks.on_topic import shared_words
from digest.checks.problems import problems_of
from digest.checks.safe_markdown import safe_markdown

__all__ = [
    "clean",
    "index_source",
    "language_of",
    "problems_of",
    "safe_markdown",
    "shared_words",
    "too_long",
    "unsupported",
]
