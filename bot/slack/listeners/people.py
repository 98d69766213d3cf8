"""Looks up and caches people: member or guest, and their language."""

from __future__ import annotations

import asyncio
import logging
import time

from cachetools import LRUCache

from bot.core.chat import ChatError, Forbidden, Person
from bot.slack.web_api import WebApi
from digest.errors import for_log

log = logging.getLogger(__name__)

MAX_AGE = 600.0
MAX_PEOPLE = 5_000
TIMEOUT = 1.5
"""Seconds that a lookup may take: a modal must open within three seconds of the click."""


class People:
    """Looks up people. Full members of the workspace may change settings; others may not."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._known: LRUCache[str, tuple[float, Person]] = LRUCache(MAX_PEOPLE)
        self._asking: dict[str, asyncio.Task[Person | None]] = {}
        """One request for a person at a time: a busy person must not use up the rate of all."""

    async def person(self, user: str) -> Person:
        """Returns the person. Without Slack's answer, the Person has no rights and no language."""
        asked, known = self._known.get(user, (0.0, None))
        if known is not None and time.monotonic() - asked < MAX_AGE:
            return known
        asking = self._asking.get(user)
        if asking is None:
            asking = self._asking[user] = asyncio.create_task(self._ask(user))
            asking.add_done_callback(lambda _: self._asking.pop(user, None))
        done, _ = await asyncio.wait({asking}, timeout=TIMEOUT)
        found = asking.result() if done and not asking.cancelled() else None
        return found or known or Person(user)

    async def _ask(self, user: str) -> Person | None:
        try:
            found = await self._request(user)
        except ChatError as error:
            if isinstance(error, Forbidden):
                log.warning("event=person_unknown reason=%s", for_log(error))
            return None
        self._known[user] = (time.monotonic(), found)
        return found

    async def _request(self, user: str) -> Person:
        who = await self._api.identity()
        info = (await self._api.call("users.info", user=user, include_locale=True))["user"]
        guest = info.get("is_restricted") or info.get("is_ultra_restricted") or info.get("is_stranger")
        whole = not guest and not info.get("is_bot") and not info.get("deleted")
        home = info.get("team_id", who.team) == who.team
        # An Enterprise organisation has several workspaces, and an app may belong to all.
        organisation = info.get("enterprise_user") or {}
        member = home or who.team in (organisation.get("enterprise_id"), *(organisation.get("teams") or ()))
        runs = any(info.get(name) for name in ("is_admin", "is_owner", "is_primary_owner"))
        return Person(
            user,
            admin=member and whole,
            moderates=home and whole and runs,
            language=str(info.get("locale", "")),
            timezone=str(info.get("tz") or ""),
        )
