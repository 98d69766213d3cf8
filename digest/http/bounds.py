"""Bounds what an HTTP answer may cost, where a redirect may lead, and how long to wait. Pure, for
every HTTP library.

A body is counted after decompression, one block at a time, so a small answer cannot fill the
memory."""

from __future__ import annotations

import asyncio
import ipaddress
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from yarl import URL

BLOCK = 64 * 1024
MOST_REDIRECTS = 5
_GZIP = b"\x1f"
"""The first byte of each member of a gzip file."""
_LONGEST_WAIT = 1e6
"""Seconds. A longer wait that a server names is ignored."""
MOST_OF_AN_ERROR = 4096
"""Bytes that are read of the body of a status other than 200."""


@dataclass(frozen=True)
class Limits:
    body: int
    """Bytes, after decompression."""
    seconds: float
    """Seconds from the request to the last byte, including redirects."""
    silence: float = 60.0
    """Seconds without a byte."""
    connect: float = 10.0


class HttpError(Exception):
    """There is no whole answer. `str()` is for the log."""


class BrokenAnswer(HttpError):
    """The connection failed, broke, or sent a body that is not in the encoding it names."""


class SlowAnswer(HttpError):
    pass


class LargeAnswer(HttpError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class RefusedRedirect(HttpError):
    """`place`: the host of the target; empty for a circle."""

    def __init__(self, place: str) -> None:
        super().__init__(f"redirected to {place or 'itself'}")
        self.place = place


def may_follow(url: URL, target: URL, hosts: Collection[str]) -> bool:
    """Returns whether a redirect stays on its host, or leads to another of `hosts` that is a public
    name.

    Port and encryption must stay the same, except that plain HTTP on port 80 may move to HTTPS on
    443. Another host must speak HTTPS: its certificate proves the name, whatever its address is."""
    ports = (url.port, target.port)
    upgraded = (url.scheme, target.scheme, *ports) == ("http", "https", 80, 443)
    if target.user or target.password or not (upgraded or (url.scheme == target.scheme and ports[0] == ports[1])):
        return False
    host = target.host or ""
    return host == url.host or (host in hosts and target.scheme == "https" and not _is_private(host))


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))


async def unpacked(blocks: AsyncIterable[bytes], encoding: str) -> AsyncIterator[bytes]:
    """Undoes a `Content-Encoding` in blocks of at most `BLOCK` bytes. Raises BrokenAnswer."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        async for block in blocks:
            yield block
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise BrokenAnswer(f"encoded as {encoding[:20]}")
    unpacker = zlib.decompressobj(wbits=47)
    try:
        async for block in blocks:
            rest = block
            while rest:
                if unpacker.eof:
                    if not rest.startswith(_GZIP):
                        break  # padding
                    unpacker = zlib.decompressobj(wbits=47)  # another member: RFC 1952, 2.2
                yield unpacker.decompress(rest, BLOCK)
                rest = unpacker.unused_data or unpacker.unconsumed_tail
                await asyncio.sleep(0)  # a bomb of a thousand blocks must not hold the loop
    except zlib.error as error:
        raise BrokenAnswer(f"not {encoding}") from error
    if not unpacker.eof:
        raise BrokenAnswer(f"{encoding} that was cut off")


def retry_after(headers: Mapping[str, Any], now: datetime | None = None) -> float | None:
    """Returns seconds, from `retry-after-ms` or `Retry-After` (seconds or a date); None if there is
    neither, or for more than eleven days."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait = float(headers[name]) / unit
        except (KeyError, ValueError):
            continue
        if 0 <= wait < _LONGEST_WAIT:
            return wait
    try:
        until = parsedate_to_datetime(str(headers["retry-after"]))
    except (KeyError, ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    left = max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    return left if left < _LONGEST_WAIT else None
