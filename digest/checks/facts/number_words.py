"""Number words of sixteen languages, as CLDR's spellout rules give them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def number_words() -> Mapping[str, Mapping[str, Any]]:
    """By language: `cardinal` and `ordinal`, words by number, and `suffix`, of ordinals in digits.
    Without capitals and accents."""
    return json.loads(files(__package__).joinpath("number_words.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def numbers_of(language: str, *kinds: str) -> Mapping[str, int]:
    """The numbers by their words, without spaces: cardinals, ordinals or both."""
    listed = [number_words()[language][kind] for kind in kinds or ("ordinal", "cardinal")]
    return {re.sub(r"\s", "", w): int(n) for by_number in listed for n, words in by_number.items() for w in words}
