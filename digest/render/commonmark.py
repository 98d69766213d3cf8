"""Markdown parsers that threads may share.

The one thing to know: the library fills its rules and its tables of characters at first use, where other threads already see them half
filled; a link is then garbled, or there is an IndexError. So a parser has parsed once, alone, before it is given out.
"""

from __future__ import annotations

from threading import Lock

from markdown_it import MarkdownIt

_ALL = """| a |
|---|
| [a](https://a.example/é?b#c "d") <https://a.example/> ![a](b) |

1. `a` ~~b~~ **c** $d$
"""
_LOCK = Lock()


def ready(parser: MarkdownIt) -> MarkdownIt:
    """To be called when it has all its rules."""
    with _LOCK:
        parser.parse(_ALL)
    return parser
