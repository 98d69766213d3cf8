"""Who somebody is: a member or a guest, and the language of their Slack. Asked once in a while, and never waited for long."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from bot.core.chat import ChatError, Forbidden, Person
from bot.slack.wire import Wire

log = logging.getLogger(__name__)

KEPT = 600.0
MOST = 5_000
WAIT = 1.5
"""Seconds: a modal has to open within three of the click."""


class People:
    """Any full member of the workspace may change settings; a guest, a stranger of a shared channel or somebody unknown may not."""

    def __init__(self, wire: Wire, clock: Callable[[], float] = time.monotonic) -> None:
        self._wire, self._clock = wire, clock
        self._known: OrderedDict[str, tuple[float, Person]] = OrderedDict()

    async def person(self, user: str) -> Person:
        """Never fails: of whom Slack says nothing, nothing is known."""
        asked, known = self._known.get(user, (0.0, None))
        if known is not None and self._clock() - asked < KEPT:
            return known
        try:
            async with asyncio.timeout(WAIT):
                found = await self._ask(user)
        except (ChatError, TimeoutError) as error:
            if isinstance(error, Forbidden):
                log.warning("event=person_unknown reason=%s", error)
            return known or Person(user)
        self._known[user] = (self._clock(), found)
        self._known.move_to_end(user)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return found

    async def _ask(self, user: str) -> Person:
        who = await self._wire.identity()
        said = (await self._wire.call("users.info", user=user, include_locale=True))["user"]
        guest = said.get("is_restricted") or said.get("is_ultra_restricted") or said.get("is_stranger")
        home = said.get("team_id", who.team) == who.team and not said.get("is_bot") and not said.get("deleted")
        return Person(user, admin=home and not guest, language=str(said.get("locale", "")))
