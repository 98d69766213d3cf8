"""Who may see and do what: one table and one function that decides. Pure.

`docs/operations.md` holds the table for people; a test keeps the two in step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.chat import Person


class Right(StrEnum):
    """What a person needs."""

    OWN = "own"
    """Nothing: it concerns only the person, or any arXiv paper without reading it anew."""
    SEE = "see"
    """To be in the channel."""
    ASK = "ask"
    """To be in the channel, and one of the roles that may ask: it may cost a model call."""
    CHANGE = "change"
    """To be one who may change the channel's settings."""
    REMOVE = "remove"
    """To be one who may take back or delete what the channel has."""


class Names(StrEnum):
    """What the value of a button, menu or form names. `bot.commands.gate` checks it."""

    NOTHING = "nothing"
    PAPER = "paper"
    """Of a digest of this channel, or any arXiv paper."""
    CANDIDATE = "candidate"
    """Of a digest of this channel."""
    CANDIDATES = "candidates"
    """The same, comma-separated."""
    DIGEST = "digest"
    CHANNEL = "channel"
    """This channel by its key, or by the key of one of its digests."""
    PREVIEW = "preview"
    """This channel by its key, or a preview that was shown for it."""
    ANSWER = "answer"
    SUBJECT = "subject"
    """A paper or an answer."""
    CHOICE = "choice"
    """A paper for a question that was asked here."""
    QUESTION = "question"
    """The person's own question, asked here."""


@dataclass(frozen=True)
class Rule:
    right: Right
    names: Names = Names.NOTHING


ACTIONS: Mapping[str, Rule] = {
    "full": Rule(Right.SEE, Names.PAPER),
    "menu": Rule(Right.SEE, Names.PAPER),
    "day_menu": Rule(Right.SEE, Names.DIGEST),
    "lookup": Rule(Right.SEE, Names.PAPER),
    "share": Rule(Right.SEE, Names.PAPER),
    "authors": Rule(Right.SEE, Names.PAPER),
    "bibtex": Rule(Right.SEE, Names.PAPER),
    "save": Rule(Right.SEE, Names.PAPER),
    "more": Rule(Right.SEE, Names.PAPER),
    "fewer": Rule(Right.SEE, Names.PAPER),
    "save_undo": Rule(Right.SEE, Names.PAPER),
    "more_undo": Rule(Right.SEE, Names.PAPER),
    "fewer_undo": Rule(Right.SEE, Names.PAPER),
    "helpful": Rule(Right.SEE, Names.ANSWER),
    "unhelpful": Rule(Right.SEE, Names.ANSWER),
    "wrong": Rule(Right.SEE, Names.SUBJECT),
    "others": Rule(Right.SEE, Names.DIGEST),
    "why": Rule(Right.SEE, Names.DIGEST),
    "markdown": Rule(Right.SEE, Names.DIGEST),
    "archive": Rule(Right.SEE, Names.PAPER),
    "archive_day": Rule(Right.SEE, Names.DIGEST),
    "export": Rule(Right.SEE, Names.DIGEST),
    "export_bibtex": Rule(Right.SEE, Names.DIGEST),
    "export_ris": Rule(Right.SEE, Names.DIGEST),
    "export_csl": Rule(Right.SEE, Names.DIGEST),
    "saved_bibtex": Rule(Right.OWN),
    "saved_ris": Rule(Right.OWN),
    "saved_csl": Rule(Right.OWN),
    "compare_saved": Rule(Right.OWN),
    "compare_checked": Rule(Right.ASK),
    "compare_others": Rule(Right.ASK, Names.CANDIDATES),
    "unlink": Rule(Right.REMOVE, Names.CHANNEL),
    "export_zotero": Rule(Right.SEE, Names.DIGEST),
    "zotero": Rule(Right.CHANGE, Names.CHANNEL),
    "zotero_push": Rule(Right.CHANGE, Names.CHANNEL),
    "zotero_off": Rule(Right.CHANGE, Names.CHANNEL),
    "answer_no": Rule(Right.SEE, Names.QUESTION),
    "ask": Rule(Right.ASK, Names.PAPER),
    "add": Rule(Right.ASK, Names.CANDIDATE),
    "add_checked": Rule(Right.ASK, Names.DIGEST),
    "pick": Rule(Right.ASK, Names.CHOICE),
    "answer_yes": Rule(Right.ASK, Names.QUESTION),
    "settings": Rule(Right.CHANGE, Names.CHANNEL),
    "setup": Rule(Right.CHANGE, Names.CHANNEL),
    "post_now": Rule(Right.CHANGE, Names.PREVIEW),
    "pause": Rule(Right.CHANGE, Names.CHANNEL),
    "resume": Rule(Right.CHANGE, Names.CHANNEL),
    "retract": Rule(Right.REMOVE, Names.DIGEST),
    "forget": Rule(Right.REMOVE, Names.CHANNEL),
    "unteach": Rule(Right.REMOVE, Names.CHANNEL),
    "forget_me": Rule(Right.OWN),
}
"""Every button, menu and form."""

COMMANDS: Mapping[str, Right] = {
    "paper help": Right.OWN,
    "paper privacy": Right.OWN,
    "paper forget": Right.OWN,
    "paper saved": Right.OWN,
    "paper today": Right.SEE,
    "paper": Right.ASK,
    "digest help": Right.OWN,
    "digest me": Right.OWN,
    "digest status": Right.SEE,
    "digest setup": Right.CHANGE,
    "digest now": Right.CHANGE,
    "digest pause": Right.CHANGE,
    "digest resume": Right.CHANGE,
    "digest ping": Right.CHANGE,
    "digest zotero": Right.CHANGE,
    "digest retract": Right.REMOVE,
    "digest forget": Right.REMOVE,
}
"""Every command; `paper` stands for a lookup, a search and a question."""

SURFACES: Mapping[str, Right] = {
    "home": Right.SEE,
    "search": Right.SEE,
    "completion": Right.SEE,
    "reaction": Right.SEE,
    "question": Right.ASK,
    "costs": Right.CHANGE,
}
"""Everything else that shows or takes something. `home` shows each channel by itself."""


@dataclass(frozen=True)
class Standing:
    """How a person stands to a channel."""

    person: Person
    inside: bool = True
    """Is in the channel. Known by where a command or button came from, else asked."""
    set_by: str = ""
    """The person who set the channel's digest up."""
    named: frozenset[str] = frozenset()
    """Ids in DIGEST_ADMINS."""
    own: bool = False
    """It is the person's own direct conversation with the bot, and nobody else's."""
    foreign: bool = False
    """It is somebody else's direct conversation with the bot."""


def may(right: Right, standing: Standing) -> bool:
    """Whether the person has this right there."""
    person, named = standing.person, standing.named
    if right is Right.OWN:
        return True
    if standing.foreign:
        return False
    if right in (Right.SEE, Right.ASK):
        return standing.inside and (right is Right.SEE or person.asks)
    if standing.own:
        return right is Right.REMOVE or person.asks  # what it makes costs as much as questions do
    if right is Right.CHANGE:
        return person.id in named if named else person.admin
    return person.id in named or person.moderates or (bool(standing.set_by) and person.id == standing.set_by)
