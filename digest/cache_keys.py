"""Makes cache keys and holds the lifetimes of results.

A key of shared work contains everything that changes the value and nothing of a channel."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from datetime import date, timedelta

from digest.model import Entry, Figure, FullText, Paper, Profile, to_json

DAY = timedelta(days=1)
TEXT_LIFE = 30 * DAY
PICTURE_LIFE = 4 * DAY
"""All channels post a paper within days, and pictures are the largest values."""
SCORE_LIFE = 30 * DAY
ANALYSIS_LIFE = 90 * DAY
SUMMARY_LIFE = 90 * DAY
RESPONSE_LIFE = 3 * DAY
"""How long a raw response of the model is kept. It outlives any restart; afterwards the checked
result is stored."""

_anew: ContextVar[str] = ContextVar("anew", default="")


@contextlib.contextmanager
def anew(name: str) -> Iterator[None]:
    """Ignores earlier results, except those of the same `name` (a restart of `--again`)."""
    token = _anew.set(f":anew-{name}" if name else "")
    try:
        yield
    finally:
        _anew.reset(token)


def fingerprint(*parts: str | bytes) -> str:
    """Returns 16 hex digits over the parts and their borders."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()[:16]


def text(paper: Paper, parser: str) -> str:
    return f"text:{paper.versioned}:{parser}"


def picture(figure: Figure) -> str:
    return f"picture:{figure.path}:{fingerprint(figure.licence)}"


def score(paper: Paper, profile: Profile, analyst: str, version: str) -> str:
    return f"score:{paper.versioned}:{fingerprint(to_json(profile))}:{analyst}:{version}{_anew.get()}"


def ranking(profile: Profile, analyst: str, version: str) -> str:
    return f"ranking:{fingerprint(to_json(profile))}:{analyst}:{version}{_anew.get()}"


def analysis(paper: Paper, text: FullText, language: str, analyst: str, version: str) -> str:
    """Returns the key of an analysis of this text. A card thus never shows an analysis of a text
    that was read differently."""
    read = f"{text.basis}-{fingerprint(text.text)}"
    return f"analysis:{paper.versioned}:{read}:{language}:{analyst}:{version}{_anew.get()}"


def summary(day: date, entries: Sequence[Entry], language: str, analyst: str, version: str) -> str:
    """Returns the key of a summary of these analyses, because analyses of abstracts say less than
    those of whole texts."""
    ids = fingerprint(*(e.paper.versioned for e in entries), *(to_json(e.analysis).decode() for e in entries))
    return f"summary:{day.isoformat()}:{ids}:{language}:{analyst}:{version}{_anew.get()}"


def response(request: bytes) -> str:
    return f"response:{fingerprint(request)}{_anew.get()}"


def dialect(api: str, server: str, model: str) -> str:
    return f"dialect:{fingerprint(api, server, model)}"
