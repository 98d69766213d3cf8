"""Cache keys and lifetimes, in one place, so that channels share work and an upgrade never reads what an older version wrote.

Nothing channel-specific stands in a key of shared work; whatever changes the value does. The table is design section 3's.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from datetime import date, timedelta

from digest.model import Paper, Profile, to_json

DAY = timedelta(days=1)
TEXT_LIFE = 30 * DAY
SCORE_LIFE = 30 * DAY
ANALYSIS_LIFE = 90 * DAY
SUMMARY_LIFE = 90 * DAY
RESPONSE_LIFE = 3 * DAY
"""A raw response of the model: long enough to outlive any restart, after which its checked result is kept instead."""

_anew: ContextVar[str] = ContextVar("anew", default="")


@contextlib.contextmanager
def anew(name: str) -> Iterator[None]:
    """Inside, what was said is not read back from earlier work but from work under the same `name` (a restart of `--again`)."""
    token = _anew.set(f":anew-{name}" if name else "")
    try:
        yield
    finally:
        _anew.reset(token)


def fingerprint(*parts: str | bytes) -> str:
    """16 hex digits over the parts, with their borders."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()[:16]


def text(paper: Paper, parser: str) -> str:
    return f"text:{paper.versioned}:{parser}"


def score(paper: Paper, profile: Profile, analyst: str, version: str) -> str:
    return f"score:{paper.versioned}:{fingerprint(to_json(profile))}:{analyst}:{version}{_anew.get()}"


def ranking(profile: Profile, analyst: str, version: str) -> str:
    """Of a day's Scores for a Profile: what channels with the same Profile share."""
    return f"ranking:{fingerprint(to_json(profile))}:{analyst}:{version}{_anew.get()}"


def analysis(paper: Paper, basis: str, language: str, analyst: str, version: str) -> str:
    return f"analysis:{paper.versioned}:{basis}:{language}:{analyst}:{version}{_anew.get()}"


def summary(day: date, chosen: Sequence[Paper], language: str, analyst: str, version: str) -> str:
    ids = fingerprint(*(p.versioned for p in chosen))
    return f"summary:{day.isoformat()}:{ids}:{language}:{analyst}:{version}{_anew.get()}"


def response(request: bytes) -> str:
    """Of a model call: the whole request body, so nothing that matters can be left out."""
    return f"response:{fingerprint(request)}{_anew.get()}"
