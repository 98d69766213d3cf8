"""The values of a comparison: a paper as a channel knows it, and what changed of it."""

from __future__ import annotations

from dataclasses import dataclass

from digest.model import Basis, Evidence, Finding, Link, Paper


@dataclass(frozen=True)
class Known:
    """A paper as a channel knows it."""

    paper: Paper
    """As last seen, with its version."""
    links: frozenset[str] = frozenset()
    """Kinds and keys of the code, data and models that are known."""
    published: bool = False
    """Whether it is known to be accepted or published."""
    withdrawn: bool = False
    findings: tuple[Finding, ...] = ()
    """Those shown of it that have a quotation."""
    basis: Basis = Basis.ABSTRACT
    """Of the text that the quotations are from."""


@dataclass(frozen=True)
class Difference:
    """A claim that changed, with quotations from both versions; one is None for a new claim."""

    before: Evidence | None
    after: Evidence | None
    statement: str = ""
    """The finding's, in the reader's language; empty for a sentence of the abstract."""


@dataclass(frozen=True)
class Change:
    paper: Paper
    """As it is now."""
    version_before: int
    withdrawn: str = ""
    """What comment or abstract say of the withdrawal."""
    published: str = ""
    """Journal reference, comment or DOI, as the metadata has it."""
    links: tuple[Link, ...] = ()
    """Code, data and models that appeared."""
    differences: tuple[Difference, ...] = ()
    remark: str = ""
    """What the authors' comment says of corrected errors or other results."""

    @property
    def weight(self) -> int:
        """The lower, the earlier it is told."""
        claims = self.differences or self.remark
        return 0 if self.withdrawn else 1 if claims else 2 if self.published else 3
