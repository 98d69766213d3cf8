"""Compiles regular expressions when they are first used, and cleans received text.

The program has six hundred expressions at module level. Compiling them took a quarter of every
start, also of each child process, and most processes use only a few."""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Looks like the compiled expression, whose methods it fetches once."""

    def __init__(self, pattern: str, flags: re.RegexFlag | int) -> None:
        self.pattern = pattern
        self._flags = flags
        self._compiled: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:  # whatever re.Pattern has
        value = getattr(self.compile(), name)
        setattr(self, name, value)
        return value

    def compile(self) -> re.Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self.pattern, self._flags)
        return self._compiled


GAP = r"(?:(?<!\s)\s++)?"
r"""White space before what is looked for, matched only from its beginning. `\s*` would be tried
again from each of its characters, which takes time that grows with the square of their number."""

_ALL: list[_Lazy] = []


def regex(pattern: str, flags: re.RegexFlag | int = 0) -> re.Pattern[str]:
    """Returns the expression, not yet compiled: a wrong one raises `re.error` at its first use."""
    made = _Lazy(pattern, flags)
    _ALL.append(made)
    return cast("re.Pattern[str]", made)


def compile_all() -> None:
    """Compiles all that is loaded, in half a second: call it while the work waits anyway."""
    for made in tuple(_ALL):
        made.compile()


_CONTROLS = regex(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def clean(text: str) -> str:
    """Returns text that every platform and store accepts: no half characters, NUL or controls."""
    if not text.isascii():
        # Joins halves of a character and replaces lone ones.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _CONTROLS.sub("", text)
