"""Makes or loads a run's digest and delivers it. Safe to repeat: nothing is done twice."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from bot.core import metrics
from bot.core.chat import ChatError, Chats, Place, Step, StepKind
from bot.core.ids import StepKey, join_key
from bot.core.schedule import look_again
from bot.core.subscription import Layout, Subscription
from bot.core.texts import say
from bot.digests import cards, previews
from bot.digests.delivery import GIVE_UP_AFTER, Delivered, deliver, no_checkpoint, own_posts, retract, send_pictured
from bot.digests.learning import load_preferences
from bot.store import Ahead, Delivery, DeliveryState, LeasePolicy, Run, RunState, Store, Watch
from bot.store.redis import WATCH_LIFE
from digest.arxiv import calendar
from digest.cache_keys import fingerprint
from digest.errors import NotFound
from digest.model import Digest, Entry, Listing, to_json
from digest.pipeline import Request, make_digest
from digest.ports import Pace, Progress, Services, Units, UnwatchedUnits, silent
from digest.render.labels import day_words
from digest.selection.ledger import Ledger, State, own_day

log = logging.getLogger(__name__)

RUN_LEASE = timedelta(seconds=15)
LATEST = 7
"""How many digests may show papers of one list."""


@dataclass(frozen=True)
class RunOptions:
    """How a run differs from a plain one."""

    again: bool = False
    """Consider the papers of the last digest again."""
    anew: bool = False
    """Ask the model again instead of reading the cache."""
    can_wait: bool = False
    """Raise if the model is unreachable, instead of going on without it."""
    can_look_again: bool = False
    """Raise ListAwaited if nothing is new and a list is due, instead of ending the run."""


class ListAwaited(Exception):  # no error
    """Nothing is new yet, but a list is due: look again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"again in {wait}")
        self.wait = wait


class Daily:
    def __init__(self, store: Store, services: Services, chats: Chats, pace: Pace, now: Callable[[], datetime]) -> None:
        self._store = store
        self._services = services
        self._chats = chats
        self._pace = pace
        self._now = now

    def local_date(self, subscription: Subscription) -> date:
        """Today in the channel's timezone."""
        return subscription.local_date(self._now())

    async def make(
        self,
        subscription: Subscription,
        run: Run,
        options: RunOptions = RunOptions(),
        progress: Progress = silent,
        units: Units = UnwatchedUnits(),  # noqa: B008  # it has no state
    ) -> Digest | None:
        """Loads the run's Digest, or makes and stores it. If nothing is new, ends the run and
        returns None. Raises what `make_digest` raises, and ListAwaited; the run then stays open. A
        channel has one run at a time, so a second run sees the papers that the first considered."""
        async with self._store.lease(join_key("make", subscription.key), RUN_LEASE, policy=LeasePolicy.THROUGH_OUTAGES):
            stored = await self._store.digest(run.key)
            if stored is not None:
                return stored
            request, ledger = await self.request(subscription, run, options)
            ahead = await self._load_ahead(run, request, ledger)
            if ahead is not None:
                digest = replace(ahead.digest, made_at=self._now().astimezone(UTC))
                await self._store.save_digest(digest, ahead.entries, ahead.categories)
                return _counted(digest)
            begun = self._now()
            made = await make_digest(request, ledger, self._services, self._now().astimezone(UTC), progress, units)
            if run.begun and await self._store.run_state(run.subscription, run.local_date, run.name) is None:
                return None  # the channel was forgotten meanwhile
            if made.digest is None:
                await self._store.seed(subscription.key, made.entries, made.intake.categories)
                wait = (
                    look_again(run.begun or self._now(), self._now(), made.intake.latest)
                    if options.can_look_again
                    else None
                )
                if wait is not None:
                    raise ListAwaited(wait)
                await self._store.end_run(run, RunState.NOTHING)
                metrics.DIGESTS.labels("nothing").inc()
                return None
            await self._store.save_digest(made.digest, made.entries, made.intake.categories)
            await self._store.note_duration(subscription.key, self._now() - begun)
            return _counted(made.digest)

    async def make_ahead(self, subscription: Subscription, run: Run, units: Units) -> None:
        """Makes the digest of a daily run before its time, if the list that it will show is out.
        `make` takes this digest later, unless it would then be made from something else. Texts and
        the model's results stay for any later run. Raises what `make_digest` raises."""
        async with self._store.lease(join_key("make", subscription.key), RUN_LEASE, policy=LeasePolicy.THROUGH_OUTAGES):
            if await self._store.run_state(run.subscription, run.local_date, run.name) is not None:
                return
            now = self._now().astimezone(UTC)
            request, ledger = await self.request(subscription, run, RunOptions(can_wait=True))
            listing = await self._services.papers.announced(request.profile.categories, now)
            if not _is_out(listing, now) or await self._load_ahead(run, request, ledger) is not None:
                return
            begun = self._now()
            made = await make_digest(request, ledger, self._services, now, silent, units)
            if made.digest is not None:
                await self._store.note_duration(subscription.key, self._now() - begun)
                basis = await self._basis(request, ledger)
                kept = Ahead(basis, made.intake.latest, made.digest, made.entries, made.intake.categories)
                await self._store.save_ahead(run.key, kept)
                log.info("event=made_ahead digest=%s calls=%d", run.key, made.digest.cost.calls)

    async def _load_ahead(self, run: Run, request: Request, ledger: Ledger) -> Ahead | None:
        """Returns the Digest that was made ahead, if a digest made now would be the same."""
        ahead = await self._store.ahead(run.key)
        if ahead is None or ahead.day != calendar.latest_list(self._now()):
            return None
        return ahead if ahead.basis == await self._basis(request, ledger) else None

    async def _basis(self, request: Request, ledger: Ledger) -> str:
        """Returns a hash of what a digest is made from, apart from the list: settings, votes, what
        was shown."""
        last = await self._store.digests(request.subscription, 1)
        analyst = self._services.analyst
        known = (*last, str(len(ledger.entries)), str(ledger.reopened), *ledger.categories)
        return fingerprint(to_json(replace(request, can_wait=False)), *known, analyst.name, analyst.version)

    async def request(self, subscription: Subscription, run: Run, options: RunOptions) -> tuple[Request, Ledger]:
        """Returns what to ask for in the run's digest, and what the channel was shown."""
        ledger = await self._store.ledger(subscription.key)
        again, standing = None, frozenset[str]()
        if options.again:
            last = await self._store.latest_digest(subscription.key)
            again = own_day(ledger, [e.paper.id for e in last.entries]) if last else None
            if last and await self.is_retracted(last.key):
                standing = await self._standing(subscription)
        request = Request(
            subscription=subscription.key,
            run=run.name,
            local_date=run.local_date,
            profile=subscription.profile,
            papers=subscription.papers,
            again=again,
            standing=tuple(sorted(standing)),
            anew=options.anew,
            can_wait=options.can_wait,
            figures=subscription.figures,
            preferences=await load_preferences(self._store, subscription),
            previewed=await previews.of_run(self._services.cache, run.key),
        )
        return request, ledger

    async def post(
        self,
        subscription: Subscription,
        digest: Digest,
        progress: Progress = silent,
        checkpoint: Callable[[], Awaitable[None]] = no_checkpoint,
    ) -> Delivered:
        """Delivers a digest or resumes its delivery. Records which paper each message is about."""
        chat = self._chats[subscription.place.platform]
        place = subscription.place
        try:
            apart = await self._apart(subscription, digest)
        except ChatError as error:  # tried again, as a refused post is
            return Delivered(DeliveryState.OPEN, fault=error.sentence)

        def steps() -> Sequence[Step]:
            shown = cards.thread(digest, subscription.detail, hears=chat.hears, archive=chat.has_archive, apart=apart)
            return chat.plan(replace(shown, ping=subscription.ping_role), place, digest.key)

        async def record(step: Step, message: str) -> None:
            # People may ask while the thread is still being posted.
            post, paper = step.kind is StepKind.POST, step.reply >= 0
            parent = message if post and not paper else ""
            own = {step.reply} if post and paper else set()
            await self._map_messages(digest, place, parent, {step.reply: message}, own)
            await checkpoint()

        delivered = await deliver(
            digest.key,
            steps,
            chat,
            place,
            self._store,
            self._pace,
            on_record=record,
            progress=progress,
            checkpoint=checkpoint,
            pictures=self._services.cache.get,
        )
        # Repeated for messages whose recording process ended before it got here.
        await self._map_messages(digest, place, delivered.parent, delivered.replies, delivered.own)
        if delivered.state is DeliveryState.DONE:
            run = await self._store.run_state(digest.subscription, digest.local_date, digest.run)
            if run and run.state is not RunState.DONE:  # the run may have been set aside before
                await self._store.end_run(run, RunState.DONE)
        return delivered

    async def _apart(self, subscription: Subscription, digest: Digest) -> bool:
        """Returns whether each paper gets a post of its own. Raises ChatError."""
        if subscription.layout is not Layout.PAPER or await self._store.delivery(digest.key, plan=False) is not None:
            return False  # a stored plan stays as it is
        if self._now() - digest.made_at > GIVE_UP_AFTER:
            return False  # the delivery itself reports that it is late
        return await self._chats[subscription.place.platform].is_forum(subscription.place)

    async def _map_messages(
        self, digest: Digest, place: Place, parent: str, replies: Mapping[int, str], own: Collection[int]
    ) -> None:
        """Records the thread's digest and the paper of each message. `own`: the replies that are
        threads of their own. Safe to repeat."""
        if parent:
            await self._store.save_thread(replace(place, thread=parent), digest.key)
        for n in own:
            paper = digest.entries[n].paper.id
            await self._store.save_thread(replace(place, thread=replies[n]), digest.key, (paper,))
        messages = {digest.entries[n].paper.id: message for n, message in replies.items() if n >= 0}
        await self._store.save_posts(digest.key, place, messages)

    async def add(self, subscription: Subscription, key: str, entry: Entry) -> None:
        """Posts one more paper into a digest's thread and adds it to the digest, one at a time.
        Raises NotFound if the digest was retracted meanwhile."""
        async with self._store.lease(join_key("add", key), RUN_LEASE, policy=LeasePolicy.THROUGH_OUTAGES):
            digest = await self._store.digest(key)
            if await self.is_retracted(key):
                raise NotFound(say.sentence("added.retracted"))
            if digest is not None:
                await self._add(subscription, digest, entry)

    async def _add(self, subscription: Subscription, digest: Digest, entry: Entry) -> None:
        delivery = await self._store.delivery(digest.key)
        apart = delivery is not None and bool(own_posts(delivery))
        place = subscription.place if apart else replace(subscription.place, thread=_parent(delivery))
        chat = self._chats[place.platform]
        if digest.entry(entry.paper.id) is None:
            digest = replace(
                digest,
                entries=(*digest.entries, entry),
                others=tuple(c for c in digest.others if c.paper.id != entry.paper.id),
            )
        post = cards.paper_post(entry, digest, subscription.detail, archive=chat.has_archive)
        key = str(StepKey(digest.key, f"add-{entry.number}"))
        message = await send_pictured(chat, place, post, key, self._services.cache.get)
        if apart:
            await self._store.save_thread(replace(place, thread=message), digest.key, (entry.paper.id,))
        ledger = await self._store.ledger(subscription.key)
        known = ledger.entries.get(entry.paper.id)
        entries = (replace(known, state=State.CHOSEN),) if known else ()
        await self._store.save_digest(digest, entries, ledger.categories)
        await self._store.save_posts(digest.key, subscription.place, {entry.paper.id: message})
        thread = replace(place, thread=message) if apart else place
        await self._store.watch(subscription.key, [posted(entry, thread, self._now(), digest.key)])

    async def retract(self, subscription: Subscription, digest: Digest) -> int:
        """Deletes the posts of a digest and of papers added later. Returns their number.

        What people wrote stays. A thread with a name is renamed to say so and archived."""
        async with self._store.lease(join_key("add", digest.key), RUN_LEASE, policy=LeasePolicy.THROUGH_OUTAGES):
            chat = self._chats[subscription.place.platform]
            delivery = await self._store.delivery(digest.key)
            planned = set(delivery.ids.values()) if delivery else set()
            added = set((await self._store.posts(digest.key)).values()) - planned
            name = say("retracted.thread", digest.language, day=day_words(digest.local_date, digest.language))
            taken = await retract(digest.key, chat, self._store, self._pace, name=name, added=sorted(added))
        await self._store.unwatch_digest(subscription.key, digest.key)
        return taken

    async def _standing(self, subscription: Subscription) -> frozenset[str]:
        """Returns the ids of the papers in the channel's latest digests, except retracted ones."""
        standing: set[str] = set()
        for key in await self._store.digests(subscription.key, LATEST):
            if not await self.is_retracted(key) and (digest := await self._store.digest(key)) is not None:
                standing |= {entry.paper.id for entry in digest.entries}
        return frozenset(standing)

    async def is_retracted(self, digest_key: str) -> bool:
        delivery = await self._store.delivery(digest_key)
        return delivery is not None and delivery.state is DeliveryState.RETRACTED


def _parent(delivery: Delivery | None) -> str:
    """Returns the parent message's id, which is also the thread's; empty until it is posted."""
    return delivery.ids.get(delivery.plan[0].key, "") if delivery and delivery.plan else ""


def posted(entry: Entry, place: Place, at: datetime, digest: str = "") -> Watch:
    """Returns a posted paper, to be watched for news. `place`: its thread."""
    from digest.changes.versions import known_of  # noqa: PLC0415  # slow to load, and papers are posted first

    known = known_of(entry.paper, entry.analysis, entry.links)
    return Watch(entry.paper.id, place, at + WATCH_LIFE, digest, known=known)


def _is_out(listing: Listing, now: datetime) -> bool:
    """Returns whether this is the newest list. Without a list, the feed is empty and undated."""
    quiet = calendar.is_quiet(now.astimezone(calendar.NEW_YORK).date()) is not None
    return listing.day == calendar.latest_list(now) or (listing.day is None and quiet)


def _counted(digest: Digest) -> Digest:
    metrics.count_digest(digest)
    log.info(
        "event=digest_made digest=%s entries=%d considered=%d calls=%d",
        digest.key,
        len(digest.entries),
        digest.coverage.considered,
        digest.cost.calls,
    )
    return digest
