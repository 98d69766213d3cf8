"""Makes the HTTP client of the model server: bounded replies, and no redirect to another place.

A reply is counted after decompression, so a small one cannot fill the memory. A prompt is only sent
to the place that the settings name."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import httpx2

from digest.http.bounds import BrokenAnswer, unpacked
from digest.llm.server.replies import InvalidReply
from digest.render.labels import label

MAX_REPLY = 4 * 2**20
"""Bytes of a whole reply: many times the longest output."""
MAX_STREAM = 64 * 2**20
"""Bytes of a stream, in which every token has a wrapping."""
MAX_VECTORS = 16 * 2**20
MAX_LIST = 8 * 2**20
MAX_ERROR = 64 * 2**10
"""Bytes that are read of an error's body."""
_REDIRECTS = 2


class BoundedClient(httpx2.AsyncClient):
    """Raises InvalidReply while it reads a reply beyond its bound.

    `query`: that of every request, as in the settings' URL, with blank and repeated values."""

    def __init__(self, query: str, **values: Any) -> None:
        super().__init__(**values)
        self._query = query.encode()

    async def send(self, request: httpx2.Request, *, stream: bool = False, **values: Any) -> httpx2.Response:
        values["follow_redirects"] = False
        if self._query:
            request.url = request.url.copy_with(query=self._query)
        # A server that packs its reply all the same is unpacked below.
        request.headers["Accept-Encoding"] = "identity"
        response = await super().send(request, stream=True, **values)
        for _ in range(_REDIRECTS):
            moved = response.next_request
            if moved is None or moved.method != request.method or not _same_place(moved.url, request.url):
                break
            await response.aclose()
            response = await super().send(moved, stream=True, **values)
        _bound(response)
        if not stream:
            await response.aread()
        return response


def _same_place(one: httpx2.URL, other: httpx2.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _bound(response: httpx2.Response) -> None:
    packed = response.headers.pop("content-encoding", "")
    response.headers.pop("content-length", None)
    error = not response.is_success
    response.stream = _BoundedStream(response.stream, packed, _limit(response), ends=error)


def _limit(response: httpx2.Response) -> int:
    path = response.request.url.path
    if not response.is_success:
        return MAX_ERROR
    if path.endswith("/embeddings"):
        return MAX_VECTORS
    if path.endswith("/models"):
        return MAX_LIST
    return MAX_STREAM if "event-stream" in response.headers.get("content-type", "") else MAX_REPLY


class _BoundedStream(httpx2.AsyncByteStream):
    """Limits a body. `ends`: its bytes end at the limit; else they raise InvalidReply there."""

    def __init__(self, inner: Any, packed: str, limit: int, *, ends: bool) -> None:
        self._inner, self._packed, self._limit, self._ends = inner, packed, limit, ends

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        try:
            async for block in unpacked(self._inner, self._packed):
                read += len(block)
                if read > self._limit:
                    if self._ends:
                        return
                    raise InvalidReply(label.sentence("model.too large"), received=True)
                yield block
        except BrokenAnswer as error:
            raise InvalidReply(label.sentence("model.packed", how=self._packed[:20])) from error

    async def aclose(self) -> None:
        await self._inner.aclose()


def bounded_client(timeout: float, query: str = "") -> BoundedClient:
    """Returns the client. `timeout`: seconds between two pieces of a reply."""
    limits = httpx2.Limits(max_connections=1000, max_keepalive_connections=100)
    return BoundedClient(
        query, timeout=httpx2.Timeout(timeout, connect=10.0), limits=limits, verify=trusted_authorities()
    )


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Returns the system's certificate authorities, which take a tenth of a second to load."""
    return httpx2.create_ssl_context()
