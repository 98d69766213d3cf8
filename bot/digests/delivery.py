"""Delivers every post exactly once, even if processes die or freeze or the platform answers late.

The whole plan is stored before the first post, so a resumed delivery sends what is stored. Each
step takes four moves. The *intent* is recorded with its time. The lease is checked by the machine's
own clock right before the request. The request is made once. A script that checks the lease's token
records the message's id. An intent without a record is in doubt. Once its request must have ended,
the channel is searched for the step's key, and the step is repeated only if the key is absent.
Threads and edits are repeated at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NoReturn, TypeVar

import stamina

from bot.core import metrics
from bot.core.chat import (
    Chat,
    ChatError,
    Forbidden,
    HistoryRefused,
    OutcomeUnknown,
    Picture,
    Place,
    Post,
    Step,
    StepKind,
    TargetMissing,
    Throttled,
    Upload,
    picture_in,
)
from bot.core.ids import LINK_PLACEHOLDER, StepKey, is_within, join_key
from bot.core.texts import say
from bot.store import Delivery, DeliveryState, Lease, LeaseBusy, LeaseLost, LeasePolicy, Store
from bot.store.redis import pack, unpack
from digest.errors import for_log
from digest.model import from_json, to_json
from digest.ports import Pace, Progress, silent

log = logging.getLogger(__name__)
T = TypeVar("T")

REQUEST_TIMEOUT = 15.0
"""Seconds that a post may take."""
LEASE_MARGIN = 10.0
"""Seconds of the lease that must remain after the request's timeout."""
SETTLE_TIME = timedelta(seconds=30)
"""How long after an intent its request has ended and its message is visible."""
LEASE = timedelta(seconds=60)
LEASE_WAIT = timedelta(seconds=90)
"""How long to wait for another process's lease: longer than a dead process keeps it."""
GIVE_UP_AFTER = timedelta(days=3)
MAX_THROTTLED = 600.0
"""Seconds that a call waits in total if the platform throttles it. A later call goes on."""
MAX_DOUBTFUL = 5
"""How many requests in a row may stay unanswered before a call stops."""
CLOCK_SKEW = timedelta(minutes=2)
"""Tolerance between the store's clock and the platform's."""
UPLOAD_TIMEOUT = 15.0
"""Seconds that an upload may take: the post waits for it."""
MAX_REFUSED_UPLOADS = 2
"""How many uploads in a row may be refused before a call uploads no more: either the scope is
missing, or uploads are slow today."""
REPEATABLE = (StepKind.THREAD, StepKind.EDIT)


@dataclass(frozen=True)
class Delivered:
    """The state of a Delivery after a call."""

    state: DeliveryState
    ids: Mapping[str, str] = field(default_factory=dict)
    """By step key: the message id."""
    parent: str = ""
    """The message id of the first step; empty before it is posted and once the plan has expired."""
    replies: Mapping[int, str] = field(default_factory=dict)
    """By index into `Thread.replies`: the reply's first message, while the plan is kept."""
    own: frozenset[int] = frozenset()
    """The indices in `replies` of posts of their own."""
    doubts: frozenset[str] = frozenset()
    fault: str = ""
    """Why the call stopped, as a sentence. If the state is OPEN, call again later."""
    busy: bool = False
    """Whether another process is delivering."""
    refused: bool = False
    """Whether the platform refused this call because a right or the channel is missing."""


FORGOTTEN = Delivered(DeliveryState.RETRACTED)
"""The channel was forgotten meanwhile. What was posted stays."""


async def show_pictured(
    chat: Chat,
    post: Post,
    pictures: Callable[[str], Awaitable[bytes | None]],
    show: Callable[[Upload | None], Awaitable[T]],
) -> T:
    """Shows a post with its picture. If the picture fails, shows the post without it."""
    upload = await _upload_picture(chat, picture_in(post), pictures)
    if upload is not None:
        try:
            return await show(upload)
        except (OutcomeUnknown, Throttled, TargetMissing):
            raise
        except ChatError as error:  # the platform may refuse only the picture
            log.warning("event=picture_refused cause=%r", for_log(error))
    return await show(None)


async def send_pictured(
    chat: Chat, place: Place, post: Post, key: str, pictures: Callable[[str], Awaitable[bytes | None]]
) -> str:
    """Sends a post with its picture, as `Chat.send`. Returns the message's id."""
    return await show_pictured(chat, post, pictures, lambda picture: chat.send(place, post, key, picture=picture))


async def _upload_picture(
    chat: Chat, picture: Picture | None, pictures: Callable[[str], Awaitable[bytes | None]]
) -> Upload | None:
    data = await pictures(picture.key) if picture else None
    if picture is None or not data:
        return None
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT):
            return await chat.upload(Upload(data, picture.alt))
    except (ChatError, TimeoutError) as error:
        log.warning("event=upload_failed cause=%r", for_log(error))
        return None


async def no_picture(key: str) -> bytes:  # noqa: ARG001
    """Returns no picture. The default of `pictures`."""
    return b""


async def ignore_record(step: Step, message: str) -> None:
    """Does nothing. The default of `on_record`, which is called after each recorded step."""


async def no_checkpoint() -> None:
    """Does nothing. The default of `checkpoint`."""


async def deliver(
    key: str,
    steps: Callable[[], Sequence[Step]],
    chat: Chat,
    place: Place,
    store: Store,
    pace: Pace,
    *,
    settle_time: timedelta | None = None,
    on_record: Callable[[Step, str], Awaitable[None]] = ignore_record,
    progress: Progress = silent,
    checkpoint: Callable[[], Awaitable[None]] = no_checkpoint,
    pictures: Callable[[str], Awaitable[bytes | None]] = no_picture,
    drop_missing: bool = False,
) -> Delivered:
    """Delivers a plan or resumes its delivery. Safe to call at any time, in any number of
    processes. `steps` is called in a thread, and only if no plan is stored. `checkpoint` is called
    after progress, so that earlier deaths no longer count. `pictures` gives the stored picture of a
    key. `drop_missing`: drops a step whose channel or thread is gone. Raises StoreUnavailable; a
    refusal of the platform becomes `fault`."""
    known = await store.delivery(key, plan=False)
    if known is None:
        await store.plan_delivery(key, place, await asyncio.to_thread(steps))
    elif known.state is not DeliveryState.OPEN:
        return _outcome(await store.delivery(key) or known)
    try:
        async with store.lease(
            join_key("delivery", key), LEASE, wait=LEASE_WAIT, policy=LeasePolicy.UNWATCHED
        ) as lease:
            work = _DeliverySession(
                key,
                chat,
                place,
                store,
                pace,
                lease,
                settle_time or SETTLE_TIME,
                on_record,
                progress,
                checkpoint,
                pictures,
                drop_missing,
            )
            return replace(_outcome(await work.run_steps()), refused=work.forbidden)
    except (LeaseBusy, LeaseLost):
        log.info("event=delivery_busy delivery=%s", key)
        left = await store.delivery(key)
        return _outcome(left, busy=True) if left is not None else FORGOTTEN
    except _Forgotten:
        return FORGOTTEN


async def _load(store: Store, key: str, *, plan: bool = True) -> Delivery:
    """Raises _Forgotten."""
    delivery = await store.delivery(key, plan=plan)
    if delivery is None:
        raise _Forgotten
    return delivery


async def retract(
    key: str,
    chat: Chat,
    store: Store,
    pace: Pace,
    *,
    name: str = "",
    added: Sequence[str] = (),
    settle_time: timedelta | None = None,
) -> int:
    """Stops a delivery and deletes our posts, last first. Returns their number. Its threads are
    renamed to `name`, if given, and archived. `added`: messages that were posted later. Safe to
    repeat. Raises ChatError if the platform refuses, LeaseBusy if another process keeps the
    lease."""
    if await store.delivery(key) is None:
        return 0
    await store.mark_retracted(key)
    async with store.lease(join_key("delivery", key), LEASE, wait=LEASE_WAIT, policy=LeasePolicy.UNWATCHED) as lease:
        await store.mark_retracted(key)  # a delivery that ended meanwhile has changed the state
        delivery = await store.delivery(key)
        if delivery is None:
            return 0
        work = _DeliverySession(key, chat, delivery.place, store, pace, lease, settle_time or SETTLE_TIME)
        try:
            return await work.delete_posts(delivery, name, added)
        except _Stopped as stop:
            raise ChatError(*stop.args) from stop


class _Forgotten(Exception):
    """The channel was forgotten, and its delivery with it."""


class _Stopped(Exception):
    """The call cannot go on now. The fault is recorded."""


@dataclass
class _DeliverySession:
    """One call that works on a Delivery under its lease."""

    key: str
    chat: Chat
    place: Place
    store: Store
    pace: Pace
    lease: Lease
    settle_time: timedelta
    on_record: Callable[[Step, str], Awaitable[None]] = ignore_record
    progress: Progress = silent
    checkpoint: Callable[[], Awaitable[None]] = no_checkpoint
    pictures: Callable[[str], Awaitable[bytes | None]] = no_picture
    drop_missing: bool = False
    uploads: dict[str, Upload | None] = field(default_factory=dict)
    """Uploads by step; None if the step goes without its picture."""
    refused: int = 0
    """How many uploads in a row were refused."""
    forbidden: bool = False
    """Whether the platform refused a request because a right or the channel is missing."""
    waited: float = 0.0
    doubtful: int = 0
    """How many requests since the last recorded step stayed unanswered."""

    async def run_steps(self) -> Delivery:
        delivery = await _load(self.store, self.key)
        if delivery.state is not DeliveryState.OPEN:
            return delivery
        if not delivery.plan or self.store.now() - delivery.begun > GIVE_UP_AFTER:
            if not delivery.fault:
                await self.store.fault(self.lease, self.key, say.sentence("error.delivery.late"))
            return await self._close(DeliveryState.ASIDE)
        # Hundreds of deliveries may wait at once, so payloads are kept compressed.
        steps = [pack(to_json(step)) for step in delivery.plan]
        plan = tuple(replace(step, payload={}) for step in delivery.plan)
        del delivery
        try:
            for done, step in enumerate(steps):
                self.progress("delivered", done, len(steps))
                await self._step(from_json(Step, unpack(step)))
        except _Stopped:
            return replace(await self._read(), plan=plan)
        self.progress("delivered", len(steps), len(steps))
        return replace(await self._close(DeliveryState.DONE), plan=plan)

    async def delete_posts(self, delivery: Delivery, name: str, added: Sequence[str]) -> int:
        kinds, own = {step.key: step.kind for step in delivery.plan}, own_posts(delivery)
        # A paper added to a day of separate posts is such a post, too.
        threads = [delivery.ids.get(n, "") for n, kind in kinds.items() if kind is StepKind.THREAD or n in own]
        threads += added if own else ()
        order = list(kinds) or sorted(delivery.ids, key=_plan_order)
        messages = [delivery.ids[n] for n in order if n in delivery.ids and kinds.get(n) is not StepKind.THREAD]
        for step in delivery.plan:
            if step.key in delivery.intents and step.kind not in REPEATABLE:
                with contextlib.suppress(HistoryRefused):
                    found = await self._find_posted(step, delivery)
                    messages += [found] if found else []
                    threads += [found] if found and step.key in own else []
        messages += added
        for message in reversed(dict.fromkeys(messages)):
            await self._retry_throttled(lambda message=message: self.chat.delete(self.place, message))  # type: ignore[misc]
        for thread in filter(None, dict.fromkeys(threads if name else ())):
            await self._retry_throttled(lambda thread=thread: self.chat.close_thread(self.place, thread, name))  # type: ignore[misc]
        return len(set(messages))

    # ------------------------------------------------------------ one step

    async def _step(self, step: Step) -> None:
        """Advances the step until it is finished."""
        while True:
            delivery = await self._read()
            if delivery.state is not DeliveryState.OPEN:
                raise _Stopped
            if delivery.finished(step.key):
                return
            try:
                await self._advance(step, delivery)
            except LeaseLost:  # this process was frozen; it goes on if no other took over
                if not await self.lease.acquire():
                    raise

    async def _advance(self, step: Step, delivery: Delivery) -> None:
        if step.on and step.on not in delivery.ids:  # the message it needs is in doubt or was deleted
            await self.store.drop(self.lease, self.key, step.key)
        elif step.key in delivery.intents and step.kind not in REPEATABLE:
            await self._resolve_doubt(step, delivery)
        elif self.doubtful < MAX_DOUBTFUL:
            try:
                await self._send(step, await self._put_links(step, delivery), delivery)
            except ChatError as error:  # a link could not be had
                await self._fail(error.sentence)
        else:
            await self._fail(say.sentence("error.delivery.unknown", platform=self.chat.name))

    async def _resolve_doubt(self, step: Step, delivery: Delivery) -> None:
        """Records a step whose message is found, frees it if not, sets it aside if unknown."""
        try:
            found = await self._find_posted(step, delivery)
        except HistoryRefused as error:
            log.warning("event=delivery_doubt step=%s", step.key)
            await self.store.doubt(self.lease, self.key, step.key)
            await self.store.fault(self.lease, self.key, error.sentence)
            return
        except ChatError as error:
            await self._fail(error.sentence)
        if found:
            await self._record(step, found)
        else:
            await self.store.clear_intent(self.lease, self.key, step.key)

    async def _find_posted(self, step: Step, delivery: Delivery) -> str | None:
        intent = delivery.intents[step.key]
        wait = min(intent + self.settle_time - await self.store.server_time(), self.settle_time)
        if wait > timedelta(0):
            # Waiting counts as progress: a worker that dies meanwhile did not die of this step.
            await self.checkpoint()
            await asyncio.sleep(wait.total_seconds())
        on = delivery.ids.get(step.on, step.thread)
        found: str | None = await self._retry_throttled(
            lambda: self.chat.find(step.key, step.kind, self.place, intent - CLOCK_SKEW, on)
        )
        return found

    async def _send(self, step: Step, filled: Step, delivery: Delivery) -> None:
        upload = await self._upload(step)
        if upload is None and step.bare:
            filled = replace(filled, payload=step.bare)
        async with self.pace.slot(join_key("post", self.place.key)):
            if not await self._record_intent(step):
                return
            try:
                async with asyncio.timeout(REQUEST_TIMEOUT):
                    message = await self.chat.post(filled, self.place, delivery.ids.get(step.on, step.thread), upload)
            except (OutcomeUnknown, TimeoutError) as error:
                self.uploads[step.key] = None
                self.doubtful += 1
                metrics.RETRIES.labels("post").inc()
                log.warning("event=post_doubtful step=%s time=%d reason=%s", step.key, self.doubtful, for_log(error))
                await self._back_off(step)
            except ChatError as error:
                await self._handle_refusal(step, error)
            else:
                await self._record(step, message)

    async def _upload(self, step: Step) -> Upload | None:
        """Uploads the step's picture before its intent is recorded. Nobody sees a picture without
        its post, so a second upload does no harm. Returns None if the step goes without its
        picture."""
        if step.picture is None or self.refused >= MAX_REFUSED_UPLOADS:
            return None
        if step.key not in self.uploads:
            self.uploads[step.key] = None
            data = await self.pictures(step.picture.key)
            try:
                if data:
                    async with asyncio.timeout(UPLOAD_TIMEOUT):
                        self.uploads[step.key] = await self.chat.upload(Upload(data, step.picture.alt))
                    self.refused = 0
            except (ChatError, TimeoutError) as error:
                self.refused += 1
                log.warning("event=upload_failed step=%s cause=%r", step.key, for_log(error))
        return self.uploads[step.key]

    async def _record_intent(self, step: Step) -> bool:
        """Records the intent while the lease lasts. Returns False if another process acted."""
        while True:
            at = await self.store.server_time()
            await self.store.intend(self.lease, self.key, step.key, at)
            if self.lease.is_held(REQUEST_TIMEOUT + LEASE_MARGIN):
                return True
            if not await self._retake_lease(step, at):
                return False

    async def _retake_lease(self, step: Step, at: datetime) -> bool:
        """Takes the lease again. Returns False if another process acted in between."""
        if not await self.lease.acquire():
            raise LeaseLost(f"Another process has taken over the delivery {self.key}.")
        delivery = await self._read()
        return delivery.state is DeliveryState.OPEN and delivery.intents.get(step.key) == at

    async def _record(self, step: Step, message: str) -> None:
        await self.store.record(self.lease, self.key, step.key, message)
        self.doubtful = 0
        metrics.POSTS.labels(self.chat.name, step.kind).inc()
        log.info("event=posted step=%s kind=%s message=%s", step.key, step.kind, message)
        await self.on_record(step, message)

    async def _handle_refusal(self, step: Step, error: ChatError) -> None:
        if isinstance(error, TargetMissing) and (step.kind is StepKind.EDIT or self.drop_missing):  # people deleted it
            await self.store.drop(self.lease, self.key, step.key)
            return
        await self.store.clear_intent(self.lease, self.key, step.key)
        if isinstance(error, TargetMissing) and step.on and step.kind in (StepKind.REPLY, StepKind.THREAD):
            gone = say.sentence("error.delivery.deleted", command=self.place.command)
            await self.store.fault(self.lease, self.key, gone)
            await self._close(DeliveryState.ASIDE)
            raise _Stopped(gone)
        if self.uploads.get(step.key) and not isinstance(error, Throttled):  # the platform may refuse only the picture
            log.warning("event=picture_refused step=%s cause=%r", step.key, for_log(error))
            self.uploads[step.key] = None
            return
        if not isinstance(error, Throttled):
            self.forbidden = isinstance(error, (Forbidden, TargetMissing))
            await self._fail(error.sentence)
        await self._wait_throttled(error)

    # ------------------------------------------------------------ waiting

    async def _back_off(self, step: Step) -> None:
        """Waits before a repeatable step is repeated. Other steps wait in the search."""
        if step.kind in REPEATABLE:
            await asyncio.sleep(min(2.0**self.doubtful, self.settle_time.total_seconds()))

    async def _wait_throttled(self, error: Throttled) -> None:
        if not (wait := self._count_throttled(error)):
            await self._fail(error.sentence)
        metrics.RETRIES.labels("post").inc()
        log.info("event=throttled delivery=%s wait=%.1f", self.key, wait)
        await asyncio.sleep(wait)

    def _count_throttled(self, error: Throttled) -> float:
        """Returns the seconds to wait now; 0 once the delivery has waited long enough in all."""
        wait = max(error.wait, 0.1)
        self.waited += wait
        return wait if self.waited <= MAX_THROTTLED else 0.0

    async def _retry_throttled(self, request: Callable[[], Awaitable[Any]]) -> Any:
        """Repeats a repeatable request while throttled. Returns None if its message is gone."""

        def pause(error: Exception) -> bool | float:
            return (isinstance(error, Throttled) and self._count_throttled(error)) or False

        try:
            return await stamina.AsyncRetryingCaller(attempts=None, timeout=None)(pause, request)
        except Throttled as error:
            await self._fail(error.sentence)
        except TargetMissing:
            return None

    async def _fail(self, sentence: str) -> NoReturn:
        await self.store.fault(self.lease, self.key, sentence)
        raise _Stopped(sentence)

    # ------------------------------------------------------------ stored state

    async def _read(self) -> Delivery:
        return await _load(self.store, self.key, plan=False)

    async def _close(self, state: DeliveryState) -> Delivery:
        await self.store.close_delivery(self.lease, self.key, state)
        return await self._read()

    async def _put_links(self, step: Step, delivery: Delivery) -> Step:
        """Puts the links to posted messages into an EDIT."""
        if step.kind is not StepKind.EDIT:
            return step
        names = set(LINK_PLACEHOLDER.findall(json.dumps(step.payload, ensure_ascii=False, default=str)))
        ours = {n for n in names if is_within(n, self.key)}  # a paper's text may contain such a placeholder
        links = {n: await self._link(delivery.ids[n]) for n in ours if n in delivery.ids}
        here = await self._link(delivery.ids[step.on])
        return replace(step, payload=_fill_links(step.payload, {n: links.get(n) or here for n in ours}))

    async def _link(self, message: str) -> str:
        """Returns the link to a posted message; empty if a person deleted it."""
        return await self._retry_throttled(lambda: self.chat.link(self.place, message)) or ""


def _fill_links(value: Any, links: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return LINK_PLACEHOLDER.sub(lambda found: links.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {name: _fill_links(item, links) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_fill_links(item, links) for item in value]
    return value


def own_posts(delivery: Delivery) -> dict[str, int]:
    """Returns the steps that are posts of their own beside the parent, and the reply that each
    begins."""
    return {step.key: step.reply for step in delivery.plan if step.kind is StepKind.POST and step.reply >= 0}


def _plan_order(step: str) -> tuple[int, str]:
    return StepKey.parse(step).number, step


def _outcome(delivery: Delivery, *, busy: bool = False) -> Delivered:
    parent = delivery.ids.get(delivery.plan[0].key, "") if delivery.plan else ""
    return Delivered(
        state=delivery.state,
        ids=delivery.ids,
        parent=parent,
        replies={s.reply: delivery.ids[s.key] for s in delivery.plan if s.reply >= 0 and s.key in delivery.ids},
        own=frozenset(n for step, n in own_posts(delivery).items() if step in delivery.ids),
        doubts=delivery.doubts,
        fault=delivery.fault,
        busy=busy,
    )
