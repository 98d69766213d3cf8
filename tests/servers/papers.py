"""Synthetic but plausible papers, the same for the same seed: metadata, a page as arXiv's HTML is, and a PDF.

Each paper states facts of its own: figures, names and sentences that stand in no other paper (`Made.facts`), so that a test can tell
whether a text, an analysis or an answer is about the right one.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import cached_property, lru_cache, partial

from digest.arxiv.calendar import announcement_for, window_of
from digest.model import Paper
from tests.servers import papers_html, papers_pdf
from tests.servers.papers_text import Body, write


@dataclass(frozen=True)
class Made:
    """A paper with its body."""

    paper: Paper
    written: Callable[[], Body]
    two_columns: bool = True

    @cached_property
    def body(self) -> Body:
        return self.written()

    @property
    def facts(self) -> tuple[str, ...]:
        """Sentences that stand, word for word, in HTML and PDF, and in no other paper."""
        return self.body.facts

    @cached_property
    def html(self) -> str:
        return papers_html.page(self.paper, self.body)

    @cached_property
    def pdf(self) -> bytes:
        return papers_pdf.document(self.paper, self.body, two_columns=self.two_columns)


def made(paper: Paper, seed: int = 0, words: int = 3000) -> Made:
    """A body of about so many words for given metadata."""
    return Made(
        paper, lambda: write(random.Random(f"{seed}:{paper.id}"), paper.title, words), two_columns=seed % 2 == 0
    )


def a_day(n: int, day: date, categories: Sequence[str] = ("cs.CV",), seed: int = 0, words: int = 1200) -> list[Made]:
    """The papers of one list: submitted within the window of the announcement before `day`, ids in the order of submission.

    The primary category goes round `categories`; every third paper is cross-listed into the next one.
    """
    return list(made_once(n, day, tuple(categories), seed, words))


@lru_cache(maxsize=32)
def made_once(n: int, day: date, categories: tuple[str, ...], seed: int, words: int) -> tuple[Made, ...]:
    """`a_day`, once a process, pages and PDFs included: many tests begin with the same day."""
    rng = random.Random(f"{seed}:{day}:{','.join(categories)}")
    start, end = window_of(announcement_for(day))
    room = (end - start).total_seconds()
    times = sorted(start.astimezone(UTC) + timedelta(seconds=rng.uniform(60, room - 60)) for _ in range(n))
    first = day.day * 600 + (seed % 50) * 12 + 1
    found = []
    for i, at in enumerate(times):
        primary = categories[i % len(categories)]
        cross = (categories[(i + 1) % len(categories)],) if i % 3 == 2 and len(categories) > 1 else ()
        body = write(rng, "", words)
        paper = Paper(
            id=f"{day:%y%m}.{first + i:05d}",
            version=1,
            title=body.title,
            abstract=body.abstract,
            authors=body.authors,
            categories=(primary, *cross),
            published=at.replace(microsecond=0),
            updated=at.replace(microsecond=0),
            comment=rng.choice(("", f"{rng.randint(8, 24)} pages, {rng.randint(3, 9)} figures", body.code_comment)),
        )
        found.append(Made(paper, partial(_same, body), two_columns=i % 2 == 0))
    return tuple(found)


def _same(body: Body) -> Body:
    return body
