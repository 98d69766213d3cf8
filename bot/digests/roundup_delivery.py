"""Makes the round-up of a week or a month and delivers it. Safe to repeat."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.core import metrics
from bot.core.chat import ChatError, Chats, Place, Step, StepKind, Thread
from bot.core.ids import RunKey
from bot.core.subscription import Subscription
from bot.digests import roundup
from bot.digests.delivery import Delivered, deliver
from bot.digests.learning import load_preferences
from bot.digests.links import thread_link
from bot.digests.roundup import MONTHLY, Period, Roundup
from bot.store import DeliveryState, Store
from digest import cache_keys
from digest.changes.values import Change
from digest.errors import Misconfigured, ModelUnavailable, OverBudget, Unusable, for_log
from digest.model import Digest, Entry, Summary, from_json, to_json
from digest.ports import Pace, Services, booked

log = logging.getLogger(__name__)

DIGESTS_A_DAY = 4
"""How many digests of each day are read: the daily one and those that `now` made."""


@dataclass(frozen=True)
class Roundups:
    store: Store
    services: Services
    chats: Chats
    pace: Pace

    async def post(self, subscription: Subscription, key: str, *, can_wait: bool) -> Delivered | None:
        """Delivers the round-up of a run key, or resumes its delivery. Returns None if there was no
        digest in the period. If it `can_wait` for the model, raises ModelUnavailable."""
        place, chat = subscription.place, self.chats[subscription.place.platform]
        planned: Sequence[Step] = ()
        if await self.store.delivery(key, plan=False) is None:
            made = await self._make(subscription, key, can_wait=can_wait)
            if made is None:
                return None
            planned = chat.plan(made, place, key)
            metrics.ROUNDUPS.labels(RunKey.parse(key).kind).inc()

        async def record(step: Step, message: str) -> None:
            if step.kind is StepKind.POST:  # people may ask in its thread about any of its papers
                await self.store.save_thread(replace(place, thread=message))

        delivered = await deliver(key, lambda: planned, chat, place, self.store, self.pace, on_record=record)
        if delivered.state is not DeliveryState.OPEN:
            told = [one for one in await self.store.news(subscription.key) if one.delivery == key]
            await self.store.end_news(subscription.key, told)
        return delivered

    async def _make(self, subscription: Subscription, key: str, *, can_wait: bool) -> Thread | None:
        run = RunKey.parse(key)
        period = Period.of(run.kind, run.day)
        digests = await self._digests(subscription.key, period)
        if not digests:
            return None
        zone = ZoneInfo(subscription.timezone)
        votes = [v for v in await self.store.votes(subscription.key) if period.holds(v.at.astimezone(zone).date())]
        entries = roundup.entries_of(digests)
        language = subscription.profile.language
        liked = roundup.most_liked(entries, votes)
        preferences = await load_preferences(self.store, subscription)
        shown = list(await self.store.shown(subscription.key))
        changes = await self._changes(subscription, key)
        made = Roundup(
            period, language, tuple(digests), liked, roundup.passed_over(digests, shown, preferences), tuple(changes)
        )
        sources = roundup.to_sum_up(digests, liked)
        summary = await self._sum_up(subscription, sources, language, period, can_wait=can_wait)
        post = roundup.roundup_post(made, summary, await self._links(subscription, digests))
        return Thread(post, (), None, roundup.title_of(period, language), (("digest",),))

    async def _digests(self, subscription: str, period: Period) -> list[Digest]:
        """Returns the digests of the period that were delivered, oldest first."""
        days = 31 if period.kind == MONTHLY else 7
        found = []
        for key in await self.store.digests(subscription, DIGESTS_A_DAY * 2 * days):
            if not period.holds(RunKey.parse(key).day):
                continue
            delivery, digest = await self.store.delivery(key, plan=False), await self.store.digest(key)
            if digest is not None and delivery is not None and delivery.state is DeliveryState.DONE:
                found.append(digest)
        return found[::-1]

    async def _sum_up(
        self, subscription: Subscription, entries: Sequence[Entry], language: str, period: Period, *, can_wait: bool
    ) -> Summary | None:
        """Sums up by one model call, checked as any summary is; without the model, by words."""
        if not entries:
            return None
        services, analyst = self.services, self.services.analyst
        if analyst is services.stand_in:
            return await services.stand_in.summarise(entries, language, period.last)
        name = cache_keys.summary(period.last, entries, language, analyst.name, analyst.version)

        async def ask() -> bytes:
            return to_json(await analyst.summarise(entries, language, period.last))

        try:
            with booked(subscription.key, "summarise"):
                return from_json(Summary, await services.cache.once(name, cache_keys.SUMMARY_LIFE, ask))
        except (ModelUnavailable, OverBudget, Unusable, Misconfigured) as error:
            if can_wait and isinstance(error, ModelUnavailable):
                raise
            log.warning("event=roundup_stood_in cause=%r", for_log(error))
            return await services.stand_in.summarise(entries, language, period.last)

    async def _links(self, subscription: Subscription, digests: Sequence[Digest]) -> dict[str, str]:
        """Returns by paper id the link to its message in its digest's thread."""
        found: dict[str, str] = {}
        for digest in digests:
            thread = await self._thread(subscription.place, digest)
            for paper, message in (await self.store.posts(digest.key)).items():
                with contextlib.suppress(ChatError):
                    found[paper] = await self.chats[thread.platform].link(thread, message)
        return found

    async def _thread(self, place: Place, digest: Digest) -> Place:
        """Returns the digest's thread, on a platform whose links name the thread."""
        if place.platform != "slack":
            return place
        delivery = await self.store.delivery(digest.key, plan=False)
        return replace(place, thread=delivery.ids.get(f"{digest.key}:0", "") if delivery else "")

    async def _changes(self, subscription: Subscription, key: str) -> list[tuple[Change, str]]:
        """Returns what is left of the week's news about the channel's papers. The round-up replaces
        the weekly message, so each piece of news is marked as told here before it is planned."""
        if RunKey.parse(key).kind != roundup.WEEKLY:
            return []
        news = [n for n in await self.store.news(subscription.key) if n.weekly and n.delivery in ("", key)]
        await self.store.save_news(subscription.key, [replace(one, delivery=key) for one in news])
        return [
            (one.change, await thread_link(self.chats, one.place))
            for one in sorted(news, key=lambda n: (n.change.weight, n.name))
        ]
