"""Fetches a paper's HTML, PDF or picture from arXiv.

`Unreadable` means that there is no such document (404, too large); the reader caches it for long.
`ArxivUnavailable` means that arXiv did not answer properly this time; the reader caches it for
minutes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import quote

import stamina
from yarl import URL

from digest.errors import ArxivUnavailable, Unreadable
from digest.http.bounds import HttpError, LargeAnswer, Limits, RefusedRedirect, SlowAnswer, retry_after
from digest.http.reader import Answer, HttpReader
from digest.model import Basis, Paper
from digest.ports import Pace

log = logging.getLogger(__name__)

DEFAULT_URL = "https://export.arxiv.org"
HTML_URL = "https://arxiv.org"
"""Tried once if DEFAULT_URL has no HTML: arXiv does not document whether it serves any."""
ARXIV_HOSTS = frozenset(("export.arxiv.org", "arxiv.org", "www.arxiv.org"))
SLOT = "arxiv-content"
MAX_RETRY_AFTER = 60.0


@dataclass(frozen=True)
class Kind:
    """A kind of document."""

    name: str
    max_bytes: int
    types: tuple[str, ...]


KINDS = {
    Basis.HTML: Kind("HTML", 25_000_000, ("text/html", "application/xhtml+xml")),
    Basis.PDF: Kind("PDF", 60_000_000, ("application/pdf", "application/octet-stream", "binary/octet-stream")),
}
PICTURE = Kind("picture", 2_000_000, ("image/png", "image/jpeg", "image/gif", "image/webp"))
SECONDS = 180.0
SILENCE = 45.0


class _RetryLater(Exception):
    """Another try may help, after `after` seconds if the server named them."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Fetcher:
    """Fetches documents, only from the host in the settings; by default, from arXiv's own."""

    def __init__(
        self,
        content_url: str,
        pace: Pace,
        *,
        agent: str = "paperboy",
        attempts: int = 4,
        wait: float = 1.0,
        timeout: float = 120.0,
    ) -> None:
        self._url = URL(content_url.rstrip("/"))
        self._is_default = str(self._url) == DEFAULT_URL
        self._http = HttpReader(ARXIV_HOSTS if self._is_default else (), agent)
        self._pace = pace
        self._attempts = attempts
        self._wait = wait
        self._timeout = timeout

    async def fetch(self, paper: Paper, basis: Basis) -> bytes:
        """Returns the document's bytes. Raises Unreadable or ArxivUnavailable."""
        return await self._fetch(f"/{basis.value}/{quote(paper.versioned)}", KINDS[basis])

    async def fetch_picture(self, path: str) -> bytes:
        """Returns a picture's bytes. `path`: see `Figure.path`. Raises as `fetch` does."""
        return await self._fetch(f"/html/{quote(path)}", PICTURE)

    async def _fetch(self, path: str, kind: Kind) -> bytes:
        url = self._url.with_path(self._url.path.rstrip("/") + path, encoded=True)
        try:
            return await self._get_with_retries(url, kind)
        except Unreadable:
            if not (self._is_default and path.startswith("/html/")):
                raise
        return await self._get_with_retries(URL(HTML_URL + path, encoded=True), kind)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _get_with_retries(self, url: URL, kind: Kind) -> bytes:
        """Retries 429, 5xx and broken connections. Obeys Retry-After up to a minute."""
        caller = stamina.AsyncRetryingCaller(
            attempts=self._attempts,
            timeout=self._timeout,
            wait_initial=self._wait,
            wait_max=15 * self._wait,
            wait_jitter=self._wait,
        )
        try:
            return await caller(_backoff, self._get, url, kind)
        except _RetryLater as e:
            raise ArxivUnavailable(f"arXiv did not deliver the paper's {kind.name} ({e}).") from e

    async def _get(self, url: URL, kind: Kind) -> bytes:
        limits = Limits(kind.max_bytes, SECONDS, SILENCE, connect=15)
        try:
            async with self._pace.slot(SLOT):
                answer = await self._http.get(url, limits, kind.types)
        except LargeAnswer as e:
            raise Unreadable(f"the {kind.name} is larger than {e.limit // 1_000_000} MB") from e
        except RefusedRedirect as e:
            if e.place:
                raise ArxivUnavailable(f"arXiv redirected to another host ({e.place}), which is not followed.") from e
            raise ArxivUnavailable("arXiv redirected in a circle.") from e
        except HttpError as e:
            log.info("event=fetch_failed url=%s error=%s", url, e)
            raise _RetryLater("too slow" if isinstance(e, SlowAnswer) else "connection broken") from e
        return _body(answer, kind)


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _RetryLater):
        return False
    return True if error.after is None else min(error.after, MAX_RETRY_AFTER)


def _body(answer: Answer, kind: Kind) -> bytes:
    what = kind.name
    if answer.status in (404, 410):
        raise Unreadable(f"no {what} ({answer.status})")
    if answer.status == 429 or answer.status >= 500:
        raise _RetryLater(str(answer.status), retry_after(answer.headers))
    if answer.status != 200:
        raise ArxivUnavailable(f"arXiv answered {answer.status} for the paper's {what}.")
    if answer.content_type and answer.content_type not in kind.types:  # an answer without a type shows what it is
        raise ArxivUnavailable(f"arXiv answered the request for the paper's {what} with {answer.content_type}.")
    if not answer.body:
        raise _RetryLater("empty answer")
    return answer.body
