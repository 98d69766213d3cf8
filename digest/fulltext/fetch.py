"""Fetches a paper's HTML or PDF from arXiv.

`Unreadable`: there is no such document (404, too large), which the reader caches for long.
`ArxivUnavailable`: arXiv did not answer properly this time, which it caches for minutes.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

import aiohttp
import stamina
from yarl import URL

from digest.errors import ArxivUnavailable, Unreadable
from digest.model import Basis, Paper
from digest.ports import Pace

log = logging.getLogger(__name__)

DEFAULT_URL = "https://export.arxiv.org"
HTML_URL = "https://arxiv.org"
"""Tried once where DEFAULT_URL has no HTML: arXiv does not document whether it serves any."""
ARXIV_HOSTS = frozenset(("export.arxiv.org", "arxiv.org", "www.arxiv.org"))
SLOT = "arxiv-content"
MAX_BYTES = {Basis.HTML: 25_000_000, Basis.PDF: 60_000_000}
MAX_REDIRECTS = 5
MAX_RETRY_AFTER = 60.0
TYPES = {
    Basis.HTML: ("text/html", "application/xhtml+xml"),
    Basis.PDF: ("application/pdf", "application/octet-stream", "binary/octet-stream"),
}
TIMEOUT = aiohttp.ClientTimeout(total=180, connect=15, sock_read=45)


class _RetryLater(Exception):
    """Worth another try, after `after` seconds if the server named them."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Fetcher:
    """Contacts only the host in the settings; for the default, arXiv's own hosts."""

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
        self._hosts = ARXIV_HOSTS if self._is_default else frozenset((self._url.host or "",))
        self._pace = pace
        self._agent = agent
        self._attempts = attempts
        self._wait = wait
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, paper: Paper, basis: Basis) -> bytes:
        """Returns the document's bytes. Raises Unreadable or ArxivUnavailable."""
        path = f"/{basis.value}/{quote(paper.versioned)}"
        url = self._url.with_path(self._url.path.rstrip("/") + path, encoded=True)
        try:
            return await self._get_with_retries(url, basis)
        except Unreadable:
            if not (self._is_default and basis is Basis.HTML):
                raise
        return await self._get_with_retries(URL(HTML_URL + path, encoded=True), basis)

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _get_with_retries(self, url: URL, basis: Basis) -> bytes:
        """Retries 429, 5xx and broken connections; honours Retry-After up to a minute."""
        caller = stamina.AsyncRetryingCaller(
            attempts=self._attempts,
            timeout=self._timeout,
            wait_initial=self._wait,
            wait_max=15 * self._wait,
            wait_jitter=self._wait,
        )
        try:
            return await caller(_backoff, self._get, url, basis)
        except _RetryLater as e:
            raise ArxivUnavailable(f"arXiv did not deliver the paper's {basis.value.upper()} ({e}).") from e

    async def _get(self, url: URL, basis: Basis) -> bytes:
        try:
            async with self._pace.slot(SLOT):
                return await self._get_redirected(url, basis)
        except (aiohttp.ClientError, TimeoutError) as e:
            log.info("event=fetch_failed url=%s error=%s", url, type(e).__name__)
            raise _RetryLater(type(e).__name__) from e

    async def _get_redirected(self, url: URL, basis: Basis) -> bytes:
        for _ in range(MAX_REDIRECTS):
            async with self._open_session().get(url, allow_redirects=False) as response:
                if response.status not in (301, 302, 303, 307, 308):
                    return await _read_body(response, basis)
                target = url.join(URL(response.headers.get("Location", "")))
            if (
                target.host not in self._hosts
                or target.port not in (url.port, 443)
                or (url.scheme == "https" and target.scheme != "https")
            ):
                raise ArxivUnavailable(f"arXiv redirected to another host ({target.host}), which is not followed.")
            url = target
        raise ArxivUnavailable("arXiv redirected in a circle.")

    def _open_session(self) -> aiohttp.ClientSession:
        """Opened at the first request, in the loop that uses it."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=TIMEOUT,
                headers={"User-Agent": self._agent},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
                max_line_size=16_384,
            )
        return self._session


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _RetryLater):
        return False
    return True if error.after is None else min(error.after, MAX_RETRY_AFTER)


async def _read_body(response: aiohttp.ClientResponse, basis: Basis) -> bytes:
    what = basis.value.upper()
    if response.status in (404, 410):
        raise Unreadable(f"no {what} ({response.status})")
    if response.status == 429 or response.status >= 500:
        raise _RetryLater(str(response.status), _seconds(response.headers.get("Retry-After")))
    if response.status != 200:
        raise ArxivUnavailable(f"arXiv answered {response.status} for the paper's {what}.")
    if response.content_type not in TYPES[basis]:
        raise ArxivUnavailable(f"arXiv answered the request for the paper's {what} with {response.content_type}.")
    limit = MAX_BYTES[basis]
    if (response.content_length or 0) > limit:
        raise Unreadable(f"the {what} is larger than {limit // 1_000_000} MB")
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > limit:
            raise Unreadable(f"the {what} is larger than {limit // 1_000_000} MB")
    if not body:
        raise _RetryLater("empty answer")
    return bytes(body)


def _seconds(header: str | None) -> float | None:
    """`Retry-After` in seconds; arXiv never sends its form as a date."""
    return float(header) if header and header.strip().isdecimal() else None
