"""What a post asks for, as keys to press: a terminal has no buttons. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.chat import Actions, Button, Menu, Post, Style
from bot.core.texts import say

KEYS = {"answer_yes": "y", "answer_no": "n", "post_now": "p", "settings": "c"}
"""Button to key, for buttons that ask something. One that deletes, below a sentence, is a question,
too."""
QUESTION = 2
"""Blocks of a question: a sentence and its button."""


@dataclass(frozen=True)
class Choice:
    key: str
    label: str
    action: str = ""
    """Empty: leave things as they are."""
    value: str = ""


def choices(post: Post) -> tuple[Choice, ...]:
    """Empty for posts whose buttons are mere offers, such as a paper's. The options of several
    menus are numbered through."""
    numbered: list[Choice] = []
    for block in post.blocks:
        match block:
            case Menu(action, _placeholder, options):
                first = len(numbered) + 1
                numbered += [Choice(str(n), label, action, value) for n, (label, value) in enumerate(options, first)]
            case Actions() if numbered:
                pass
            case Actions((Button(action, value, label, Style.DANGER),)) if len(post.blocks) <= QUESTION:
                return (Choice("y", label, action, value), Choice("n", say("slack.no", post.language)))
            case Actions(buttons) if all(b.action in KEYS for b in buttons):
                return tuple(Choice(KEYS[b.action], b.label, b.action, b.value) for b in buttons)
            case _:
                pass
    return tuple(numbered)
