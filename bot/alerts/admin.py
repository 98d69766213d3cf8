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
"""A platform, which it is `about`, refuses the bot's token."""
SERVICE_FAULT_DELAY = timedelta(minutes=30)
"""A fault of another service is posted once it has lasted this long."""


@dataclass(frozen=True)
class AdminReports:
    """Implements `Reports`. Faults are stored for `subscriptions list`, too."""

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
        """Without a channel for admins: whoever set the digest of the faulty channel up, directly;
        of all its channels, if a platform refuses the token. Who cannot be reached is left out."""
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
        """`over`: only where its begin was posted."""
        begun = _key(name, kept["about"], datetime.fromisoformat(kept["since"]))
        key = join_key(begun, "over") if over else begun
        post = Post((Text(sentence),), sentence.replace("*", "")[:90], self.language)
        places = self.places or await self._direct(name, kept)
        # First where the fault is not: a platform that refuses the token takes its time.
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
