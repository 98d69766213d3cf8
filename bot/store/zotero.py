"""Which channels push saved papers to a Zotero library, and which papers each library has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.redis import LONG, Base, key
from digest.model import from_json, to_json

LINKS = key("zotero")


@dataclass(frozen=True)
class ZoteroLink:
    """A channel's connection to a group library."""

    library: int
    """The group's number."""
    name: str = ""
    """The group's name, as Zotero gave it."""
    key: str = ""
    """The API key, encrypted; empty for that of the environment."""
    added: int = 0
    """Papers put into the library from this channel."""
    pushed: datetime | None = None
    """When papers were last pushed."""
    fault: str = ""
    """Why the last push failed, as a sentence; empty if it did not."""


class ZoteroRecords(Base):
    async def zotero_link(self, subscription: str) -> ZoteroLink | None:
        found = await self.redis.do("HGET", LINKS, subscription)
        return from_json(ZoteroLink, found) if found else None

    async def save_zotero_link(self, subscription: str, link: ZoteroLink) -> None:
        await self.redis.do("HSET", LINKS, subscription, to_json(link))

    async def forget_zotero_link(self, subscription: str) -> None:
        await self.redis.do("HDEL", LINKS, subscription)

    async def zotero_items(self, library: int, papers: Collection[str]) -> dict[str, str]:
        """Returns the keys of the library's items for those of these papers that were pushed into
        it."""
        wanted = sorted(papers)
        found = await self.redis.do("HMGET", _items(library), *wanted) if wanted else []
        return {paper: item.decode() for paper, item in zip(wanted, found, strict=True) if item}

    async def save_zotero_items(self, library: int, items: Mapping[str, str]) -> None:
        if items:
            await self.redis.keep(LONG, "HSET", _items(library), *(part for pair in items.items() for part in pair))


def _items(library: int) -> str:
    return key("zotero-items", str(library))
