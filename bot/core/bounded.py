"""Bounds what the SDKs of the platforms take from a server.

They would fill the memory with any reply, and follow a redirect with the whole request to any host.
"""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import aiohttp
from yarl import URL

from digest.http.bounds import may_follow

MOST = 16 * 2**20
"""Bytes after decompression: many times the largest page of a channel's history."""


def bound_replies(trace: aiohttp.TraceConfig, hosts: Collection[str] = ()) -> aiohttp.TraceConfig:
    """Returns a trace for a session. Bodies beyond the bound raise ClientPayloadError, and so does
    a redirect to another port or scheme, or to another host that is not among `hosts`."""

    async def stay(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestRedirectParams) -> None:
        headers = params.response.headers
        try:
            target = params.url.join(URL(headers.get("Location") or headers.get("URI") or ""))
            allowed = may_follow(params.url, target, hosts)
        except ValueError:  # no address
            allowed = False
        if not allowed:
            params.response.close()
            raise aiohttp.ClientPayloadError("redirected to another place")

    trace.on_request_end.append(_bound)
    trace.on_request_redirect.append(stay)
    return trace


async def _bound(_: aiohttp.ClientSession, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
    params.response.content = _BoundedReader(params.response.content)  # type: ignore[assignment]


class _BoundedReader:
    """A body that is read up to the bound."""

    def __init__(self, inner: aiohttp.StreamReader) -> None:
        self._inner = inner

    async def read(self, size: int = -1) -> bytes:
        if size >= 0:
            return await self._inner.read(size)
        blocks: list[bytes] = []
        held = 0
        while block := await self._inner.readany():
            blocks.append(block)
            held += len(block)
            if held > MOST:
                raise aiohttp.ClientPayloadError("the reply was larger than any can be")
        return b"".join(blocks)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
