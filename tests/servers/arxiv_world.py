"""What arXiv shows at a moment: a few papers with the times at which they were submitted, announced, cross-listed and replaced.

As arXiv's calendar has it: announced in the evening (20:00 in New York), in the feed on the day after, from its midnight to the next;
in the API from that midnight on for good.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from digest.arxiv import ids
from digest.arxiv.calendar import NEW_YORK, announcement_of, list_day, shown_at
from digest.model import Paper
from tests.servers.papers import Made


@dataclass
class Known:
    """One paper in the world."""

    paper: Paper
    announced: datetime
    html: str | None = None
    pdf: Callable[[], bytes] | bytes | None = None
    crosses: dict[str, datetime] = field(default_factory=dict)
    """Categories it was cross-listed to later, and when that was announced."""
    versions: list[tuple[datetime, Paper]] = field(default_factory=list)
    """Replacements, and when they were announced."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Pictures beside its HTML, by file name."""
    no_metadata: bool = False
    """The API has it not, the feed does."""


@dataclass(frozen=True)
class Item:
    """One line of a feed."""

    paper: Paper
    kind: str
    """`new`, `cross`, `replace` or `replace-cross`."""


class World:
    def __init__(self) -> None:
        self.papers: dict[str, Known] = {}
        self.api_lead = timedelta(0)
        """The API shows papers this long before the midnight (up to four hours: straight after the announcement)."""

    def add(self, *papers: Paper | Made, announced: datetime | None = None) -> None:
        """Announced as early as the calendar allows, or (held) when said."""
        for given in papers:
            paper = given.paper if isinstance(given, Made) else given
            known = Known(paper, announced or announcement_of(paper.published))
            if isinstance(given, Made):
                known.html, known.pdf = given.html, lambda given=given: given.pdf
            self.papers[paper.id] = known

    def cross(self, paper_id: str, category: str, announced: datetime) -> None:
        self.papers[paper_id].crosses[category] = announced

    def replace(self, paper: Paper, announced: datetime) -> None:
        """A further version of a paper that is there."""
        self.papers[paper.id].versions.append((announced, paper))

    # ------------------------------------------------------------ what is shown

    def api(self, now: datetime) -> list[Paper]:
        """Every paper the API shows, at its newest version, in its present categories."""
        return [self._at(k, now) for k in self.papers.values() if self._in_api(k.announced, now) and not k.no_metadata]

    def by_id(self, asked: str, now: datetime) -> Paper | None:
        ref = ids.parse(asked)
        known = self._known(ref.id) if ref else None
        if known is None or ref is None or not self._in_api(known.announced, now) or known.no_metadata:
            return None
        newest = self._at(known, now)
        if ref.version is None or ref.version == newest.version:
            return newest
        older = [known.paper, *(p for _, p in known.versions)]
        return next((p for p in older if p.version == ref.version and p.version < newest.version), None)

    def list_of(self, day: date, categories: list[str]) -> list[Item]:
        """The feed's items of a day; a paper that is new in one of the categories and a cross-list in another is there twice."""
        return [item for k in self.papers.values() for item in self._items(k, day, categories)]

    def _items(self, known: Known, day: date, categories: list[str]) -> Iterator[Item]:
        paper = known.paper
        if list_day(known.announced) == day:
            for category in categories:
                if covers(category, paper.primary):
                    yield Item(paper, "new")
                elif any(covers(category, c) for c in paper.categories):
                    yield Item(paper, "cross")
        for category, announced in known.crosses.items():
            if list_day(announced) == day and any(covers(c, category) for c in categories):
                yield Item(self._at(known, shown_at(day)), "cross")
        for announced, version in known.versions:
            if list_day(announced) == day and any(covers(c, p) for c in categories for p in version.categories):
                primary = any(covers(c, version.primary) for c in categories)
                yield Item(version, "replace" if primary else "replace-cross")

    def _at(self, known: Known, now: datetime) -> Paper:
        paper = known.paper
        for announced, version in known.versions:
            if self._in_api(announced, now):
                paper = version
        later = [
            c for c, announced in known.crosses.items() if self._in_api(announced, now) and c not in paper.categories
        ]
        return replace(paper, categories=(*paper.categories, *later))

    def _in_api(self, announced: datetime, now: datetime) -> bool:
        return shown_at(list_day(announced)) - self.api_lead <= now

    def _known(self, paper_id: str) -> Known | None:
        return self.papers.get(paper_id) or next(
            (k for i, k in self.papers.items() if ids.plain_id(i) == ids.plain_id(paper_id)), None
        )


def covers(category: str, other: str) -> bool:
    return other == category or other.startswith(f"{category}.")


def today(now: datetime) -> date:
    return now.astimezone(NEW_YORK).date()
