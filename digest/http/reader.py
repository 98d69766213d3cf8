"""Reads HTTP for arXiv and Zotero, bounded in size and time, with one redirect rule."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from digest.http.bounds import (
    MOST_OF_AN_ERROR,
    MOST_REDIRECTS,
    BrokenAnswer,
    LargeAnswer,
    Limits,
    RefusedRedirect,
    SlowAnswer,
    may_follow,
    unpacked,
)

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content_type: str
    """In lower case, without parameters; empty if the server names none."""
    body: bytes
    """The whole body for status 200, else its beginning."""


class HttpReader:
    """Reads HTTP. `hosts`: hosts of the settings, to which redirects may lead, too."""

    def __init__(self, hosts: Collection[str], agent: str) -> None:
        self._hosts = hosts
        self._agent = agent
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, url: URL, limits: Limits, types: Collection[str] = ()) -> Answer:
        """Returns the answer. A 200 of a type that is not in `types` comes without its body; empty
        `types` allow any. Raises HttpError."""
        async with _within(limits.seconds):
            return await self._follow_redirects(url, limits, types)

    async def send(
        self, method: str, url: URL, limits: Limits, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Sends a request with a key or an effect to one of `hosts`. Follows no redirect. Raises
        HttpError; the request may have had its effect all the same."""
        if url.host not in self._hosts:
            raise RefusedRedirect((url.host or "?")[:80])
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=limits.connect, sock_read=limits.silence)
        options: dict[str, Any] = {"headers": headers, "data": body or None, "timeout": timeout}
        async with (
            _within(limits.seconds),
            self._open_session().request(method, url, allow_redirects=False, **options) as response,
        ):
            return await _read(response, limits, ())

    async def _follow_redirects(self, url: URL, limits: Limits, types: Collection[str]) -> Answer:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=limits.connect, sock_read=limits.silence)
        for _ in range(MOST_REDIRECTS):
            async with self._open_session().get(url, allow_redirects=False, timeout=timeout) as response:
                if response.status not in _REDIRECTS:
                    return await _read(response, limits, types)
                target = url.join(URL(response.headers.get("Location", "")))
            if not may_follow(url, target, self._hosts):
                raise RefusedRedirect((target.host or "?")[:80])
            url = target
        raise RefusedRedirect("")

    def _open_session(self) -> aiohttp.ClientSession:
        """Returns the session, which is opened at the first request, in the loop that uses it."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=True,
                auto_decompress=False,
                max_line_size=16_384,
            )
            # Private: without it, a broken request would be repeated at once, whatever the pace.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    """Raises HttpError if the connection fails or the time is over."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise SlowAnswer(f"silent or slow for {seconds:.0f} s") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # The error's own words may hold the whole URL, with the words that people search for.
        raise BrokenAnswer(type(error).__name__) from error


async def _read(response: aiohttp.ClientResponse, limits: Limits, types: Collection[str]) -> Answer:
    content_type = response.content_type.lower() if response.headers.get("Content-Type") else ""
    ok = response.status == 200
    if ok and types and content_type and content_type not in types:
        return Answer(200, response.headers, content_type, b"")
    limit = limits.body if ok else MOST_OF_AN_ERROR
    if ok and (response.content_length or 0) > limit:
        raise LargeAnswer(limit)
    body = bytearray()
    async for block in unpacked(response.content.iter_any(), response.headers.get("Content-Encoding", "")):
        body += block
        if len(body) > limit:
            if ok:
                raise LargeAnswer(limit)
            break
    return Answer(response.status, response.headers, content_type, bytes(body))
