"""What a client asked, and whether it kept arXiv's rules."""

from dataclasses import dataclass, field
from itertools import pairwise

LEGACY = ("api", "feed")
"""Routes that arXiv's terms count together: one connection, 3 s apart."""


@dataclass
class Request:
    route: str
    """`api`, `feed`, `html`, `pdf`."""
    url: str
    agent: str
    began: float
    """Seconds, monotonic."""
    ended: float = 0
    status: int = 0


@dataclass
class Journal:
    requests: list[Request] = field(default_factory=list)

    def of(self, *routes: str) -> list[Request]:
        return [r for r in self.requests if not routes or r.route in routes]

    def violations(self, gap: float = 3.0) -> list[str]:
        """Of arXiv's terms: requests to API and feed closer than `gap` seconds from start to start, or at the same time."""
        found = []
        asked = self.of(*LEGACY)
        for before, after in pairwise(asked):
            if after.began - before.began < gap - 0.05:
                found.append(f"{after.began - before.began:.2f} s after {before.url}: {after.url}")
            if not before.ended or after.began < before.ended:
                found.append(f"while {before.url} was open: {after.url}")
        return found
