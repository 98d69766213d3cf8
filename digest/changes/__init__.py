"""What is news about a paper that people know: a withdrawal, a publication, code, other claims."""

from __future__ import annotations

from digest.changes.change import Change, Difference, Known, compare, known_of, updated

__all__ = ["Change", "Difference", "Known", "compare", "known_of", "updated"]
