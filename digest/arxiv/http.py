"""Makes requests to arXiv's API and feed: one at a time and paced, bounded in time and size, with
one retry layer and one deadline.

Status, Retry-After and pages that are no feed stay visible here, so throttling never counts as
emptiness. Answers are parsed in a thread. No lower layer retries, and nothing waits beyond the
deadline."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import stamina
from yarl import URL

from digest.arxiv.metadata import line
from digest.errors import ArxivUnavailable, for_log
from digest.http.bounds import HttpError, LargeAnswer, Limits, RefusedRedirect, SlowAnswer, retry_after
from digest.http.reader import Answer, HttpReader
from digest.render.catalogs import Sentence
from digest.render.labels import label

log = logging.getLogger(__name__)

T = TypeVar("T")

SILENCE_SECONDS = 60
"""Seconds that a server may stay silent: arXiv needs time for 2,000 papers."""
LARGEST_BODY = 24 * 1024 * 1024
"""Bytes: 2,000 papers have about 6 million."""
HOSTS = frozenset(("export.arxiv.org", "arxiv.org", "rss.arxiv.org", "www.arxiv.org"))
"""A redirect of one of these hosts may lead to another."""
FORBIDDEN_WAIT = 900.0
"""Seconds to wait after a 403: arXiv then treats quick requests as an attack."""


class Trouble(Exception):
    """No usable answer, but a retry may help. `str()` fits into a sentence: `it answered 503`."""

    def __init__(self, said: str, wait: float | None = None, *, asked: bool = True) -> None:
        super().__init__(said)
        self.wait = wait
        """Seconds to wait before the next request; None if unknown."""
        self.asked = asked
        """Whether the service asked for the wait."""


class Refused(Exception):
    """The service rejected the request; a retry will not help."""

    def __init__(self, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.status = status


@dataclass
class Deadline:
    """The deadline of one call, over all its requests. `until` is a monotonic time in seconds."""

    until: float
    first_wait: float
    longest_wait: float
    slot: Callable[[], AbstractAsyncContextManager[None]]
    agent: str

    async def ask(self, url: str, read: Callable[[bytes], T]) -> T:
        """Repeats a request until `read` can use the body. Raises Refused, and the last Trouble."""
        return await self.retry(lambda: self.once(url, read))

    async def retry(self, step: Callable[[], Awaitable[T]]) -> T:
        tries = 0

        def wait(error: Exception) -> bool | float:
            nonlocal tries
            if not isinstance(error, Trouble):
                return False
            seconds = min(self.first_wait * 2.0**tries, self.longest_wait)
            if error.wait is not None:
                seconds = max(error.wait, self.first_wait)
            tries += 1
            if time.monotonic() + seconds >= self.until:
                return False
            log.warning("event=asking_again try=%d wait=%.0f cause=%r", tries, seconds, for_log(error))
            return seconds

        return await stamina.AsyncRetryingCaller(attempts=None, timeout=None)(wait, step)

    async def once(self, url: str, read: Callable[[bytes], T]) -> T:
        """Makes one request in its slot, within the remaining time. `read` runs in a thread."""
        try:
            async with asyncio.timeout(self._left()), self.slot():
                body = await fetch(URL(url, encoded=True), self.agent, self._left())
        except TimeoutError:
            raise Trouble(label.sentence("arxiv.slow")) from None
        return await asyncio.to_thread(_read, read, body)

    def _left(self) -> float:
        return max(self.until - time.monotonic(), 0.05)


def _read(read: Callable[[bytes], T], body: bytes) -> T:
    """Reads the body. Raises Trouble, Refused. Drops their frames, which hold a tree of a million
    elements that the event loop would have to free."""
    try:
        return read(body)
    except (Trouble, Refused) as error:
        error.__context__ = error.__cause__ = None
        failure: Exception = error.with_traceback(None)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The XML does not fit arXiv's form: an invalid date, a number of 5,000 digits.
        log.warning("event=unreadable cause=%s", type(error).__name__)
        failure = Trouble(label.sentence("arxiv.page"))
    raise failure


async def fetch(url: URL, agent: str, seconds: float) -> bytes:
    """Returns the body of a 200. Raises Trouble, Refused."""
    limits = Limits(LARGEST_BODY, seconds, min(SILENCE_SECONDS, seconds))
    try:
        async with HttpReader(HOSTS if url.host in HOSTS else (), agent) as http:
            answer = await http.get(url, limits)
    except SlowAnswer:
        raise Trouble(label.sentence("arxiv.slow")) from None
    except LargeAnswer:
        raise Trouble(label.sentence("arxiv.large")) from None
    except RefusedRedirect as error:
        raise Trouble(label.sentence("arxiv.moved", place=error.place or url.host)) from None
    except HttpError as error:
        log.info("event=unreachable cause=%r", for_log(error))
        raise Trouble(label.sentence("arxiv.broken")) from None
    if answer.status != 200:
        raise _unusable(answer)
    if not _may_be_feed(answer.content_type):
        raise Trouble(label.sentence("arxiv.type", type=answer.content_type[:60]))
    return answer.body


def _may_be_feed(content_type: str) -> bool:
    """Returns whether the type may be a feed's: mirrors name feeds in many ways, and the words of a
    text page tell what is wrong."""
    kind = content_type.partition("/")[0]
    return kind == "text" or content_type.endswith("xml") or content_type in ("", "application/octet-stream")


def _unusable(answer: Answer) -> Exception:
    status = answer.status
    if status == 403:
        return Trouble(label.sentence("arxiv.denied"), FORBIDDEN_WAIT, asked=False)
    if status == 429:
        return Trouble(label.sentence("arxiv.busy"), retry_after(answer.headers))
    if status >= 500 or status in (408, 409, 425):
        return Trouble(label.sentence("arxiv.status", status=status), retry_after(answer.headers))
    return Refused(answer.body.decode(errors="replace"), status)


@contextmanager
def said(time_limit: timedelta) -> Iterator[None]:
    """Turns trouble with arXiv into a sentence for people."""
    try:
        yield
    except Trouble as error:
        if error.wait and error.asked:
            sentence = label.sentence("error.arxiv.asks", why=error.args[0], span=_span(error.wait))
        else:
            span = _span(time_limit.total_seconds())
            sentence = label.sentence("error.arxiv.silent", why=error.args[0], span=span)
        raise ArxivUnavailable(sentence) from error
    except Refused as error:
        why = line(str(error))[:120] or label.sentence("error.arxiv.unexplained")
        raise ArxivUnavailable(label.sentence("error.arxiv.refused", status=error.status, why=why)) from error


def _span(seconds: float) -> Sentence:
    if seconds < 120:
        return label.sentence("span.seconds", n=round(seconds))
    if seconds < 7200:
        return label.sentence("span.minutes", n=round(seconds / 60))
    return label.sentence("span.hours", n=round(seconds / 3600))
