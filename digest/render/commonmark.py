"""Markdown parsers that threads may share.

The library fills its rules and character tables at first use; another thread that sees them half
filled garbles a link or raises IndexError. So every parser parses once, alone, before use.
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
    """Call this when the parser has all its rules."""
    with _LOCK:
        parser.parse(_ALL)
    return parser
