"""Pushes papers of a channel to its Zotero group library, each once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.archive.zotero_api import BATCH, ZoteroApi, ZoteroBusy, ZoteroRefused
from bot.core.crypto.encryption import Cipher
from bot.core.ids import ChannelKey, join_key
from bot.core.texts import say
from bot.store import LeaseBusy, Store
from bot.store.zotero import ZoteroLink
from digest.model import Paper
from digest.ports import Papers

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LEASE_WAIT = timedelta(seconds=10)


@dataclass(frozen=True)
class Pushed:
    library: str
    """The group's name, or its number."""
    new: int = 0
    known: int = 0
    """Papers that were in the library already."""
    refused: tuple[str, ...] = ()
    """Ids of papers that Zotero does not take."""
    words: str = ""
    """What Zotero said of the first of these."""


class Zotero:
    """`key`, `library`: of the environment; empty for none. `secrets`: by platform, what the keys
    of its channels are encrypted with."""

    def __init__(
        self, store: Store, papers: Papers, api: ZoteroApi, key: str, library: str, secrets: Mapping[str, str]
    ) -> None:
        self._store, self._papers, self._api = store, papers, api
        self._key, self.library, self._secrets = key, library, secrets

    def has_key(self, link: ZoteroLink | None) -> bool:
        return bool(self._key or (link and link.key))

    def keeps_keys(self, channel: str) -> bool:
        """Returns whether a key of the channel's own can be kept."""
        return self._cipher(channel) is not None

    async def check(self) -> str:
        """Returns the name of ZOTERO_LIBRARY if ZOTERO_API_KEY may write to it. Raises
        ZoteroRefused, ZoteroBusy."""
        return await self._api.group_name(self._key, int(self.library))

    async def connect(self, channel: str, library: int, key: str = "") -> ZoteroLink:
        """Connects the channel once Zotero says that the key may write to the library. An empty one
        leaves the key as it is. Raises ZoteroRefused, ZoteroBusy."""
        before = await self._store.zotero_link(channel)
        cipher = self._cipher(channel)
        made = ZoteroLink(library, key=before.key if before else "")
        if key and cipher is not None:
            made = replace(made, key=cipher.encrypt(key, channel))
        made = replace(made, name=await self._api.group_name(self._key_of(made, channel), library))
        if before is not None and before.library == library:
            made = replace(made, added=before.added, pushed=before.pushed)
        await self._store.save_zotero_link(channel, made)
        return made

    async def push_saved(self, channel: str) -> Pushed:
        """Pushes all papers that are saved in the channel. Raises ZoteroRefused, ZoteroBusy,
        ArxivUnavailable."""
        ids = await self._store.saved_in(channel)
        link = await self._link(channel)
        known = await self._store.zotero_items(link.library, ids)
        unknown = [paper_id for paper_id in ids if paper_id not in known]
        papers = await self._papers.get(unknown) if unknown else []
        pushed = await self.push(channel, papers)
        return replace(pushed, known=pushed.known + len(known))

    async def push(self, channel: str, papers: Sequence[Paper]) -> Pushed:
        """Pushes these papers. Raises ZoteroRefused, ZoteroBusy."""
        link = await self._link(channel)
        try:
            async with self._store.lease(join_key("zotero", str(link.library)), LEASE, wait=LEASE_WAIT):
                pushed = await self._push(link, papers, channel)
        except LeaseBusy:
            raise ZoteroBusy(say.sentence("error.zotero.busy")) from None
        except ZoteroRefused as error:
            await self._note(channel, link.library, fault=str(error))
            raise
        await self._note(channel, link.library, added=pushed.new)
        log.info("event=zotero_pushed channel=%s new=%d refused=%d", channel, pushed.new, len(pushed.refused))
        return pushed

    async def _push(self, link: ZoteroLink, papers: Sequence[Paper], channel: str) -> Pushed:
        pushed = Pushed(link.name or str(link.library))
        once = list({paper.id: paper for paper in papers}.values())
        known = await self._store.zotero_items(link.library, [paper.id for paper in once])
        fresh = [paper for paper in once if paper.id not in known]
        pushed = replace(pushed, known=len(known))
        for start in range(0, len(fresh), BATCH):
            batch = fresh[start : start + BATCH]
            added = await self._api.add(self._key_of(link, channel), link.library, batch)
            await self._store.save_zotero_items(link.library, added.items)
            for paper_id, words in added.refused.items():
                log.warning("event=zotero_refused channel=%s paper=%s", channel, paper_id)
                pushed = replace(pushed, refused=(*pushed.refused, paper_id), words=pushed.words or words)
            pushed = replace(pushed, new=pushed.new + added.new, known=pushed.known + len(added.items) - added.new)
            if len(added.items) + len(added.refused) < len(batch):
                raise ZoteroBusy(say.sentence("error.zotero.busy"))
        return pushed

    async def _link(self, channel: str) -> ZoteroLink:
        """Returns the channel's library. Digests of the command line go to ZOTERO_LIBRARY."""
        link = await self._store.zotero_link(channel)
        if link is None and self._key and self.library and ChannelKey.parse(channel).platform == "console":
            link = ZoteroLink(int(self.library))
        if link is None:
            raise ZoteroRefused(say.sentence("error.zotero.off"))
        return link

    def _key_of(self, link: ZoteroLink, channel: str) -> str:
        """Returns the channel's own key, else the environment's, which opens only ZOTERO_LIBRARY if
        that is set."""
        key, cipher = self._key if self.library in ("", str(link.library)) else "", self._cipher(channel)
        if link.key:
            try:
                key = cipher.decrypt(link.key, channel) if cipher else ""
            except ValueError:  # the bot's token has changed since
                key = ""
        if not key:
            raise ZoteroRefused(say.sentence("error.zotero.no key"))
        return key

    def _cipher(self, channel: str) -> Cipher | None:
        secret = self._secrets.get(ChannelKey.parse(channel).platform, "")
        return Cipher(secret) if secret else None

    async def _note(self, channel: str, library: int, *, added: int = 0, fault: str = "") -> None:
        """Records how the push went, unless the channel was meanwhile disconnected or connected
        anew."""
        link = await self._store.zotero_link(channel)
        if link is not None and link.library == library:
            pushed = link.pushed if fault else self._store.now()
            await self._store.save_zotero_link(
                channel, replace(link, added=link.added + added, pushed=pushed, fault=fault)
            )
