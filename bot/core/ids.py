"""Ids as types: what the store, the queue and the values of buttons hold as strings.

`str()` gives the string and `parse` reads it back, or raises MalformedId. The strings never
change: a store and posted buttons outlive the version that wrote them. Only this module builds
or cuts them; the platforms' own ids stay in their rooms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Self

from digest.errors import PaperboyError
from digest.patterns import regex


class MalformedId(PaperboyError):
    """A string that is not an id of the kind it was read as."""


class _Id:
    form: ClassVar[str]
    """A regular expression whose groups are the fields."""
    shape: ClassVar[str]
    """The string, with the names of the fields where they stand."""

    def __str__(self) -> str:
        return self.shape.format_map(vars(self))

    @classmethod
    def parse(cls, text: str) -> Self:
        found = re.fullmatch(cls.form, text, re.ASCII | re.DOTALL)
        try:
            if found:
                return cls._of(*found.groups())
        except ValueError:  # a date that no calendar has
            pass
        raise MalformedId(f"{text!r} is not a {cls.__name__}.")

    @classmethod
    def _of(cls, *given: str | None) -> Self:
        kinds = (field.type for field in fields(cls))  # type: ignore[arg-type]
        return cls(*(_READ[kind](text or "") for kind, text in zip(kinds, given, strict=True)))


_READ: Mapping[Any, Callable[[str], Any]] = {"str": str, "int": lambda text: int(text or 0), "date": date.fromisoformat}
"""Reads a field by its type. A group of `form` that matches nothing is empty, or 0."""


@dataclass(frozen=True)
class ChannelKey(_Id):
    """`slack:C0123ABCD`: the key of a subscription."""

    platform: str
    channel: str
    form = r"([^:]+):(.+)"
    shape = "{platform}:{channel}"


@dataclass(frozen=True)
class RunKey(_Id):
    """`slack:C0123ABCD:2026-01-30:daily`: the key of a run, of its Digest and of its Delivery."""

    subscription: str
    day: date
    kind: str
    """`daily` or `now-<n>`."""
    form = r"(.+):(\d{4}-\d\d-\d\d):([^:]+)"
    shape = "{subscription}:{day}:{kind}"

    @property
    def in_channel(self) -> str:
        """`2026-01-30:daily`."""
        return f"{self.day.isoformat()}:{self.kind}"

    @classmethod
    def of_channel(cls, subscription: str, in_channel: str) -> Self:
        return cls.parse(f"{subscription}:{in_channel}")


@dataclass(frozen=True)
class TaskName(_Id):
    """`answer:slack:C1:1700.1`: a task of the queue and the id it works on."""

    task: str
    subject: str
    form = r"([^:]+):(.+)"
    shape = "{task}:{subject}"


@dataclass(frozen=True)
class FaultId(_Id):
    """`aside digest slack:C1`: a fault and the channel, or its task, that it is about."""

    name: str
    about: str
    """Empty for a fault of the whole installation."""
    form = r"([^ ]+)(?: (.+))?"

    def __str__(self) -> str:
        return f"{self.name} {self.about}" if self.about else self.name

    @property
    def channel(self) -> str:
        return self.about.rpartition(" ")[2]


class Origin(StrEnum):
    FORM = "form"
    """A form: only the asker has seen the question."""
    PLATFORM = ""
    """A message, a command or a button, whose platform names the question."""


@dataclass(frozen=True)
class QuestionId(_Id):
    """`form:<submission>`, or a platform's own id such as `slack:C1:1700.1`."""

    origin: Origin
    name: str
    form = r"(form(?=:.))?(.+)"

    def __str__(self) -> str:
        return f"{self.origin}:{self.name}" if self.origin else self.name

    @classmethod
    def _of(cls, *given: str | None) -> Self:
        origin, name = given[0], given[1] or ""
        return cls(Origin.FORM, name[1:]) if origin else cls(Origin.PLATFORM, name)

    def permitted(self) -> Self:
        """Returns the id of the same question once its author has asked for an answer."""
        return type(self)(self.origin, f"{self.name}:yes")

    def about(self, paper_id: str) -> Self:
        """Returns the id of the same question about the paper chosen from the menu."""
        return type(self)(self.origin, f"{self.name}:{paper_id}")


@dataclass(frozen=True)
class AnswerTask(_Id):
    """`slack:C1:1700.1`, `slack:C1:1700.1~2`: a question to answer, for the third time."""

    question: str
    round: int = 0
    """See `StoredQuestion.round`."""
    form = r"(.+?)(?:~([1-9]\d*))?"

    def __str__(self) -> str:
        return f"{self.question}~{self.round}" if self.round else self.question


@dataclass(frozen=True)
class PaperChoice(_Id):
    """`<name of the question> <paper id>`: an option of the menu that asks which paper is meant."""

    question: str
    paper_id: str
    form = r"([^ ]+) (.+)"
    shape = "{question} {paper_id}"


@dataclass(frozen=True)
class DigestPaper(_Id):
    """`<digest key>#4`: a paper by its number in a digest, or one not chosen by its rank."""

    digest: str
    number: int
    form = r"(.+)#(0|[1-9]\d*)"
    shape = "{digest}#{number}"


@dataclass(frozen=True)
class PreviewId(_Id):
    """`slack:C0123ABCD~0a1b2c3d4e5f`: a preview that was shown for a channel."""

    channel: str
    name: str
    form = r"(.+)~([0-9a-f]+)"
    shape = "{channel}~{name}"


@dataclass(frozen=True)
class PaperById(_Id):
    """`paper:2601.22153v1`."""

    paper_id: str
    form = "paper:(.+)"
    shape = "paper:{paper_id}"


@dataclass(frozen=True)
class AnswerTo(_Id):
    """`answer:<question>`: an answer by its question's id, or by the short name on buttons."""

    question: str
    form = "answer:(.+)"
    shape = "answer:{question}"


Subject = DigestPaper | PaperById | AnswerTo


def parse_subject(text: str) -> Subject:
    """Raises MalformedId."""
    for kind in (AnswerTo, PaperById):
        if re.fullmatch(kind.form, text, re.DOTALL):
            return kind.parse(text)
    return DigestPaper.parse(text)


def is_paper(text: str) -> bool:
    try:
        return not isinstance(parse_subject(text), AnswerTo)
    except MalformedId:
        return False


def answer_of(subject: str) -> AnswerTo | None:
    """Returns the answer that a subject names. None for a paper, which votes and messages name by
    its bare id."""
    return AnswerTo.parse(subject) if re.fullmatch(AnswerTo.form, subject, re.DOTALL) else None


@dataclass(frozen=True)
class StepKey(_Id):
    """`<delivery>:4`: a request. `0` is the parent, `4` the fourth reply; platforms add names."""

    delivery: str
    name: str
    form = r"(.+):([^:]+)"
    shape = "{delivery}:{name}"

    @property
    def number(self) -> int:
        """0 for a step that is not a reply."""
        return int(self.name) if self.name.isdecimal() else 0


def further_key(key: str, number: int | str) -> str:
    """`<key>.2`: the key of a further message of what does not fit into one."""
    return f"{key}.{number}"


def is_further(key: str, first: str) -> bool:
    return key.startswith(f"{first}.")


def join_key(*parts: str) -> str:
    """Joins parts to a key that nothing parses: of a notice, a lease, a task without an id."""
    return ":".join(parts)


def is_within(key: str, parent: str) -> bool:
    """Whether `key` is a run of the channel `parent`, a step of the delivery `parent`, or such."""
    return key.startswith(f"{parent}:")


LINK_PLACEHOLDER = regex(r"\{\{link:([^{}]+)\}\}")
"""What `link_to` writes; the group is the step's key."""
REPLY = regex(r"reply:(\d+)")
"""What `reply_url` writes."""


def link_to(step: StepKey | str) -> str:
    """Returns the placeholder that stands in a stored step for the URL of another step's
    message."""
    return f"{{{{link:{step}}}}}"


def reply_url(number: int) -> str:
    """Returns the placeholder that stands in `Thread.finished` for the URL of a reply, counted from
    0."""
    return f"reply:{number}"
