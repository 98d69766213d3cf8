"""Requests to arXiv: one at a time and paced, bounded in time and size, with one retry layer and
one deadline.

Status, Retry-After and pages that are no feed stay visible here, so that throttling never counts
as emptiness. A request runs in a thread. No lower layer retries, and nothing waits beyond the
deadline.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import requests
import stamina
import urllib3

from digest.arxiv.metadata import line
from digest.errors import ArxivUnavailable, for_log
from digest.render.catalogs import Sentence
from digest.render.labels import label

log = logging.getLogger(__name__)

T = TypeVar("T")
Fetch = Callable[[str], bytes]
"""Returns the body at a URL. Raises Trouble, Refused."""

CONNECT_SECONDS = 10
SILENCE_SECONDS = 60
"""How long a server may stay silent: arXiv needs time for 2,000 papers."""
LARGEST_BODY = 64 * 1024 * 1024
FORBIDDEN_WAIT = 900.0
"""After a 403, arXiv treats further quick requests as an attack."""


class Trouble(Exception):
    """No usable answer; a retry may help. `str()` goes into a sentence: `it answered 503`."""

    def __init__(self, said: str, wait: float | None = None, *, asked: bool = True) -> None:
        super().__init__(said)
        self.wait = wait
        """Seconds to wait before the next request; None when unknown."""
        self.asked = asked
        """Whether the service asked for the wait."""


class Refused(Exception):
    """The service rejected the request; a retry will not help."""

    def __init__(self, said: str, status: int = 400) -> None:
        super().__init__(said)
        self.status = status


@dataclass
class Deadline:
    """One call's deadline, over all its requests. `until` is in seconds of `clock`."""

    until: float
    first_wait: float
    longest_wait: float
    slot: Callable[[], AbstractAsyncContextManager[None]]
    agent: str
    clock: Callable[[], float] = time.monotonic

    async def ask(self, read: Callable[[Fetch], T]) -> T:
        """Retries `read` until usable. Raises the last Trouble at the deadline; Refused."""
        return await self.retry(lambda: self.once(read))

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
            if self.clock() + seconds >= self.until:
                return False
            log.warning("event=asking_again try=%d wait=%.0f cause=%r", tries, seconds, for_log(error))
            return seconds

        async for attempt in stamina.retry_context(on=wait, attempts=None, timeout=None):
            with attempt:
                return await step()
        raise AssertionError  # pragma: no cover

    async def once(self, read: Callable[[Fetch], T]) -> T:
        """Makes one request in its slot, in a thread, within the remaining time."""
        try:
            # The thread keeps the time itself; two more seconds let it end before its slot is free.
            async with asyncio.timeout(self._left() + 2), self.slot():
                left = self._left()
                return await _aside(lambda: read(lambda url: fetch(url, self.agent, left)))
        except TimeoutError:
            raise Trouble(label.sentence("arxiv.slow")) from None

    def _left(self) -> float:
        return max(self.until - self.clock(), 0.05)


async def _aside(work: Callable[[], T]) -> T:
    """Uses a daemon thread, so that a silent server does not delay the end of the process."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(say: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(lambda: None if done.done() else say())

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is the caller's
            caught = error
            tell(lambda: done.set_exception(caught))
        else:
            tell(lambda: done.set_result(result))

    threading.Thread(target=run, name="arxiv", daemon=True).start()
    return await done


def fetch(url: str, agent: str, seconds: float) -> bytes:
    """Returns the body of a 200. Blocks for at most about `seconds`. Raises Trouble, Refused."""
    until = time.monotonic() + seconds
    timeout = (min(CONNECT_SECONDS, seconds), min(SILENCE_SECONDS, seconds))
    try:
        with requests.get(url, headers={"User-Agent": agent}, timeout=timeout, stream=True) as response:
            if response.status_code != requests.codes.ok:
                raise _unusable(response)
            return _body(response, until)
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        raise Trouble(label.sentence("arxiv.slow")) from None
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        log.info("event=unreachable cause=%r", for_log(error))
        raise Trouble(label.sentence("arxiv.broken")) from None


def _body(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    # read1 returns what is there; iter_content would wait for a full chunk from a slow server.
    while piece := response.raw.read1(65536, decode_content=True):
        body += piece
        if len(body) > LARGEST_BODY:
            raise Trouble(label.sentence("arxiv.large"))
        if time.monotonic() > until:
            raise Trouble(label.sentence("arxiv.slow"))
    return bytes(body)


def _unusable(response: requests.Response) -> Exception:
    status = response.status_code
    if status == requests.codes.forbidden:
        return Trouble(label.sentence("arxiv.denied"), FORBIDDEN_WAIT, asked=False)
    if status == requests.codes.too_many_requests:
        return Trouble(label.sentence("arxiv.busy"), _retry_after(response))
    if status >= 500 or status in (408, 409, 425):
        return Trouble(label.sentence("arxiv.status", status=status), _retry_after(response))
    return Refused(response.raw.read(4096, decode_content=True).decode(errors="replace"), status)


def _retry_after(response: requests.Response) -> float | None:
    """Returns Retry-After in seconds; the header holds seconds or a date."""
    header = response.headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max((at - datetime.now(UTC)).total_seconds(), 0.0) if at.tzinfo else None


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
