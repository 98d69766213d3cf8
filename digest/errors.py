"""What can go wrong in making a digest, as a tree. Every message is a sentence for a person: what
is wrong, what to do.

PaperboyError
├── Misconfigured          a wrong key, an unknown model, an unreadable setting: exit 2, no fallback hides it
│   └── BadInput           what a person typed has the shape of an id, a URL, a language, … and is none: exit 2
├── Unavailable            a service did not answer in its time; trying later may help: exit 1
│   ├── ArxivUnavailable   throttled, down, or answering with something that is not a feed
│   ├── ModelUnavailable   429, 5xx or silence beyond the retries, or the quota is used up
│   ├── OverBudget         the day's cap is reached; `until` says when it is lifted
│   └── OverQuota          the person has asked for as much as one person may in a day
├── NotFound               arXiv has no such paper, or no paper fits the words
├── Unreadable             this paper's text cannot be had: broken, too large, too slow; the abstract remains
└── Unusable               the model's output is flawed beyond repair; `problems` says how
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from digest.patterns import regex

if TYPE_CHECKING:  # it takes a tenth of a second to load
    from digest.model import Problem


class PaperboyError(Exception):
    """The root of all expected errors. `str()` gives an English sentence for people."""

    @property
    def sentence(self) -> str:
        """The text as a `Sentence`, if it can be translated."""
        return self.args[0] if self.args else ""


class Misconfigured(PaperboyError):
    pass


class BadInput(Misconfigured):
    pass


class Unavailable(PaperboyError):
    pass


class ArxivUnavailable(Unavailable):
    pass


class ModelUnavailable(Unavailable):
    pass


class OverBudget(Unavailable):
    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class OverQuota(Unavailable):
    pass


class NotFound(PaperboyError):
    pass


class Unreadable(PaperboyError):
    pass


class Unusable(PaperboyError):
    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


_QUERY = regex(r"((?<!\w)\w+://[^\s?#\"'<>]*+|\burl: /[^\s?#]*+)(?:[?#][^\s\"'<>)]*)?")
LONGEST = 300
"""Characters of a sentence in a log."""


def without_queries(text: str) -> str:
    """Returns the text without the queries of its URLs, which hold what people search for."""
    return _QUERY.sub(r"\1", text)


def for_log(error: BaseException) -> str:
    """Returns an error for a log: its type and, of ours, the sentence without people's words."""
    name, said = type(error).__name__, error.args[0] if error.args else ""
    ours = isinstance(error, PaperboyError) and not isinstance(error, BadInput | NotFound)
    if not (isinstance(said, str) and said and (ours or hasattr(said, "for_log"))):
        return name
    return f"{name}: {said_for_log(said)}"


def said_for_log(said: str) -> str:
    """Returns one of our sentences without values that may be people's words."""
    return without_queries(str(getattr(said, "for_log", said)))[:LONGEST]


def trace(error: BaseException) -> str:
    """Returns a traceback in which `for_log` names the exceptions, because their messages may quote
    what people wrote."""
    lines: list[str] = []
    seen: set[int] = set()
    last: BaseException | None = error
    while last is not None and id(last) not in seen:
        seen.add(id(last))
        frames = "".join(traceback.format_tb(last.__traceback__)).rstrip()
        lines[:0] = [*([f"Traceback (most recent call last):\n{frames}"] if frames else []), for_log(last)]
        last = last.__cause__ or (None if last.__suppress_context__ else last.__context__)
    return "\n".join(lines)
