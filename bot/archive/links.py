"""Signed links to a channel's pages. Whoever has one may read the channel's archive until it ends.

`<end>.<signature>.<channel>`: the signature is made with the installation's key over the channel,
the end and the channel's series, which changes when its links are revoked. `public.<channel>`
opens a channel that ARCHIVE_PUBLIC names.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.archive.index import Scope
from bot.core.crypto.signatures import Signer
from bot.core.ids import RunKey
from bot.store import Store
from digest.patterns import regex

LIFE = timedelta(days=30)
PUBLIC = "public"
_TOKEN = regex(r"([0-9a-f]{8,10})\.([0-9a-f]{24})\.([\w-]+)", re.ASCII)


def kinds_shown(*, public: bool) -> tuple[str, ...]:
    """Kinds of rows that a link's search may find."""
    return ("paper",) if public else ("paper", "answer")


@dataclass(frozen=True)
class Opened:
    """What a link shows."""

    channel: str
    public: bool
    """Whether anybody may read it. It then shows no questions and nothing that people saved."""
    language: str = "en"

    @property
    def scope(self) -> Scope:
        return Scope(frozenset({self.channel}))

    @property
    def kinds(self) -> tuple[str, ...]:
        return kinds_shown(public=self.public)


class Links:
    def __init__(self, store: Store, url: str, public: Collection[str]) -> None:
        """`url`: ARCHIVE_URL; `public`: the channels of ARCHIVE_PUBLIC."""
        self._store, self.base, self._public = store, url.rstrip("/"), frozenset(public)

    def is_public(self, channel: str) -> bool:
        return channel in self._public

    async def to_channel(self, channel: str) -> str:
        """The address of the channel's list of digests."""
        if channel in self._public:
            return f"{self.base}/archive/{PUBLIC}.{_packed(channel)}/"
        end = int((self._store.now() + LIFE).timestamp())
        signer, parts = await self._load_signer(channel, f"{end:x}")
        return f"{self.base}/archive/{end:x}.{signer.sign(*parts)}.{_packed(channel)}/"

    async def to_digest(self, key: str) -> str:
        run = RunKey.parse(key)
        return f"{await self.to_channel(run.subscription)}d/{run.in_channel}"

    async def to_paper(self, channel: str, paper_id: str) -> str:
        return f"{await self.to_channel(channel)}p/{paper_id}"

    async def opened(self, token: str) -> Opened | None:
        """Returns what the token opens. None if it is altered, expired or revoked, if its channel
        no longer has a digest, or if it would make a person's own digest public."""
        opened = await self._read_token(token)
        subscription = await self._store.subscription(opened.channel) if opened else None
        if opened is None or subscription is None or (opened.public and subscription.place.direct):
            return None
        return replace(opened, language=subscription.profile.language)

    async def _read_token(self, token: str) -> Opened | None:
        if token.startswith(f"{PUBLIC}."):
            channel = _unpacked(token.removeprefix(f"{PUBLIC}."))
            return Opened(channel, public=True) if channel in self._public else None
        match = _TOKEN.fullmatch(token)
        channel = _unpacked(match[3]) if match else ""
        if match is None or not channel or int(match[1], 16) <= self._store.now().timestamp():
            return None
        signer, parts = await self._load_signer(channel, match[1])
        return Opened(channel, public=False) if signer.verify(match[2], *parts) else None

    async def _load_signer(self, channel: str, end: str) -> tuple[Signer, tuple[str, ...]]:
        series = await self._store.link_series(channel)
        return Signer(await self._store.secret()), ("archive-link", channel, end, series)


def _packed(channel: str) -> str:
    return base64.urlsafe_b64encode(channel.encode()).decode().rstrip("=")


def _unpacked(text: str) -> str:
    """Returns the unpacked text; empty if `_packed` did not write it."""
    try:
        channel = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""
    return channel if _packed(channel) == text else ""
