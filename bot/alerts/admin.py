"""Posts one message to the admins when a fault begins and one when it ends.

The places are `ADMIN_SLACK_CHANNEL` and `ADMIN_DISCORD_CHANNEL_ID`. Without them, a channel's fault
is told directly to the person who set its digest up. A fault has a name; while it
lasts, no process posts it again. Faults that often end by themselves are posted only once they
have lasted. Reporting never raises: a refusal of the platform is logged, and the next report of
the fault tries again, as does another process for a platform that this one has no connection to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts import notices
from bot.core.chat import Chat, Person, Place, Post, Text
from bot.core.ids import FaultId, join_key
from bot.core.texts import say
from bot.store import Store
from digest.cache_keys import fingerprint
from digest.errors import PaperboyError, for_log, said_for_log
from digest.ports import Pace
from digest.render.catalogs import in_language
from digest.render.markdown import escape

log = logging.getLogger(__name__)

SERVICE_FAULT_DELAY = timedelta(minutes=30)
"""A fault of another service is posted once it has lasted this long."""


@dataclass(frozen=True)
class AdminReports:
    """Implements `Reports`. Faults are stored for `subscriptions list`, too."""

    store: Store
    chats: Mapping[str, Chat]
    places: Sequence[Place]
    pace: Pace
    now: Callable[[], datetime]
    language: str = "en"

    async def report_fault(
        self, name: str, cause: str, *, about: str = "", channel: str = "", after: timedelta = timedelta(0)
    ) -> None:
        try:
            begun = {"since": self.now().isoformat(), "channel": channel, "cause": cause, "about": about}
            kept = await self.store.open_fault(str(FaultId(name, about)), begun)
            since = datetime.fromisoformat(kept["since"])
            if self.now() - since >= after:
                await self._post(_key(name, about, since), self._sentence(name, kept), kept["channel"])
        except PaperboyError as error:
            log.warning("event=report_lost name=%s cause=%r", name, for_log(error))

    async def report_recovery(self, name: str, *, about: str = "", begun_before: datetime | None = None) -> None:
        try:
            kept = await self.store.load_fault(str(FaultId(name, about)))
            if kept is None:
                return
            since = datetime.fromisoformat(kept["since"])
            if begun_before is not None and since >= begun_before:
                return
            minutes = max(1, round((self.now() - since).total_seconds() / 60))
            key = _key(name, about, since)
            ended = say("fault.over", self.language, **self._facts(name, kept), n=minutes)
            await self._post(join_key(key, "over"), ended, kept["channel"], only_after=key)
            await self.store.close_fault(str(FaultId(name, about)))
        except PaperboyError as error:
            log.warning("event=report_lost name=%s cause=%r", name, for_log(error))

    def _sentence(self, name: str, kept: Mapping[str, str]) -> str:
        todo = say(f"fault.{name}.todo", self.language)
        return say(
            "fault",
            self.language,
            **self._facts(name, kept),
            cause=escape(in_language(kept["cause"], self.language)),
            todo=todo,
        )

    def _facts(self, name: str, kept: Mapping[str, str]) -> dict[str, str]:
        where = escape(kept["channel"])
        shown = say("fault.channel", self.language, channel=where) if where else ""
        return {"what": say(f"fault.{name}", self.language, platform=kept["about"]), "channel": shown}

    async def _of_channel(self, channel: str) -> Sequence[Place]:
        """Without a channel for admins: whoever set the faulty channel's digest up, directly."""
        subscription = await self.store.subscription(channel) if channel else None
        chat = self.chats.get(subscription.place.platform) if subscription else None
        if subscription is None or chat is None or not subscription.set_by:
            return []
        return [await chat.direct(Person(subscription.set_by))]

    async def _post(self, key: str, sentence: str, channel: str, *, only_after: str = "") -> None:
        """`channel`: of the fault. `only_after`: the key of the message that must have been posted
        in the place before."""
        post = Post((Text(sentence),), sentence.replace("*", "")[:90], self.language)
        for place in self.places or await self._of_channel(channel):
            named = join_key(place.key, key)
            before = await self.store.delivery(join_key(place.key, only_after)) if only_after else None
            if only_after and before is None:
                continue
            posted = await notices.post_notice(named, post, self.chats[place.platform], place, self.store, self.pace)
            if posted.fault:
                log.warning(
                    "event=report_waits name=%s place=%s fault=%r", key, place.platform, said_for_log(posted.fault)
                )


def _key(name: str, about: str, since: datetime) -> str:
    return join_key("admin", f"{name}-{fingerprint(about)}", str(int(since.timestamp())))
