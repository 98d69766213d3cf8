"""Holds the values of a comparison: a paper as a channel knows it, and what changed about it."""

from __future__ import annotations

from dataclasses import dataclass

from digest.model import Basis, Evidence, Finding, Link, Paper


@dataclass(frozen=True)
class Known:
    """A paper as a channel knows it."""

    paper: Paper
    """The paper as last seen, with its version."""
    links: frozenset[str] = frozenset()
    """Kinds and keys of the code, data and models that are known."""
    published: bool = False
    """It is known to be accepted or published."""
    withdrawn: bool = False
    findings: tuple[Finding, ...] = ()
    """The findings shown of the paper that have a quotation."""
    basis: Basis = Basis.ABSTRACT
    """The basis of the text that the quotations are from."""


@dataclass(frozen=True)
class Difference:
    """A claim that changed, with quotations from both versions; one is None for a new claim."""

    before: Evidence | None
    after: Evidence | None
    statement: str = ""
    """The finding's statement in the reader's language; empty for a sentence of the abstract."""


@dataclass(frozen=True)
class Change:
    paper: Paper
    """The paper as it is now."""
    version_before: int
    withdrawn: str = ""
    """What comment or abstract say about the withdrawal."""
    published: str = ""
    """The journal reference, comment or DOI, as in the metadata."""
    links: tuple[Link, ...] = ()
    """Code, data and models that appeared."""
    differences: tuple[Difference, ...] = ()
    remark: str = ""
    """What the authors' comment says about corrected errors or other results."""

    @property
    def weight(self) -> int:
        """Returns a rank: a change with a lower one is told earlier."""
        claims = self.differences or self.remark
        return 0 if self.withdrawn else 1 if claims else 2 if self.published else 3
