"""Posts one message to the admins when a fault begins and one when it ends.

The messages go to `ADMIN_SLACK_CHANNEL` and `ADMIN_DISCORD_CHANNEL_ID`. If neither is set, a
channel's fault is told to the person who set its digest up, in a direct message. A fault has a
name. While it lasts, no process posts it again. A fault that often ends by itself is posted only
once it has lasted. Reporting never raises: a refusal of the platform is logged, and the next report
of the fault tries again. Another process tries for a platform that this one is not connected to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts import notices
from bot.core.chat import ChatError, Chats, Person, Place, Post, Text
from bot.core.ids import FaultId, join_key
from bot.core.texts import say
from bot.store import Store
from digest.cache_keys import fingerprint
from digest.errors import PaperboyError, for_log, said_for_log
from digest.ports import Pace
from digest.render.catalogs import in_language
from digest.render.markdown import escape

log = logging.getLogger(__name__)

REFUSAL = "token"
"""The fault of a platform (`about`) that refuses the bot's token."""
SERVICE_FAULT_DELAY = timedelta(minutes=30)
"""How long a fault of another service lasts before it is posted."""


@dataclass(frozen=True)
class AdminReports:
    """Implements `Reports`. Also stores the faults, for `subscriptions list`."""

    store: Store
    chats: Chats
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
                await self._post(name, kept, self._sentence(name, kept))
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
            ended = say("fault.over", self.language, **self._facts(name, kept), n=minutes)
            await self._post(name, kept, ended, over=True)
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

    async def _direct(self, name: str, kept: Mapping[str, str]) -> Sequence[Place]:
        """Returns where to report without a channel for admins: the direct conversation with
        whoever set up the digest of the faulty channel. If a platform refuses the token, all its
        channels are faulty. People who cannot be reached are left out."""
        if name == REFUSAL:
            concerned = [s for s in await self.store.subscriptions() if s.place.platform == kept["about"]]
        else:
            one = await self.store.subscription(kept["channel"]) if kept["channel"] else None
            concerned = [one] if one else []
        places = []
        for platform, person in dict.fromkeys((s.place.platform, s.set_by) for s in concerned if s.set_by):
            if (chat := self.chats.get(platform)) is not None:
                try:
                    places.append(await chat.direct(Person(person)))
                except ChatError as error:
                    log.warning("event=report_lost name=%s cause=%r", name, for_log(error))
        return places

    async def _post(self, name: str, kept: Mapping[str, str], sentence: str, *, over: bool = False) -> None:
        """Posts the sentence in all places. `over`: only where the fault's begin was posted."""
        begun = _key(name, kept["about"], datetime.fromisoformat(kept["since"]))
        key = join_key(begun, "over") if over else begun
        post = Post((Text(sentence),), sentence.replace("*", "")[:90], self.language)
        places = self.places or await self._direct(name, kept)
        # The faulty platform comes last: one that refuses the token takes long to do so.
        for place in sorted(places, key=lambda place: place.platform == kept["about"]):
            named = join_key(place.key, key)
            if over and await self.store.delivery(join_key(place.key, begun)) is None:
                continue
            posted = await notices.post_notice(named, post, self.chats[place.platform], place, self.store, self.pace)
            if posted.fault:
                log.warning(
                    "event=report_waits name=%s place=%s fault=%r", key, place.platform, said_for_log(posted.fault)
                )


def _key(name: str, about: str, since: datetime) -> str:
    return join_key("admin", f"{name}-{fingerprint(about)}", str(int(since.timestamp())))
