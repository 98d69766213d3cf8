"""What the queue does: make a digest, deliver it, answer a question. Arguments are ids; each may be begun any number of times."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.alerts import faults, late
from bot.alerts.admin import OFTEN_PASSES
from bot.context import Context
from bot.core import metrics
from bot.core.chat import ChatError, Forbidden, Gone, Throttled
from bot.core.logs import concerning
from bot.core.subscription import Subscription
from bot.digests.daily import Awaited, Wish
from bot.questions.answering import answer_name
from bot.questions.conversation import Conversation
from bot.store import DeliveryState, Run, RunState
from bot.worker.queue import POSTS, QUICK, SLOW, Later, Queue, Task
from digest.errors import ArxivUnavailable, Misconfigured, ModelUnavailable, PaperboyError
from digest.model import Digest
from digest.ports import Progress

log = logging.getLogger(__name__)

ARXIV_WAITS = timedelta(hours=6)
MODEL_WAITS = timedelta(hours=2)
"""A daily run waits so long, for arXiv since it was begun, for the model since it first missed it, before it fails or does without."""
AGAIN_ARXIV = timedelta(minutes=10)
AGAIN_MODEL = timedelta(minutes=5)
SPARED = timedelta(minutes=2)
"""A list that arXiv refused is not asked for again by another channel meanwhile."""
AGAIN_DELIVERY = timedelta(minutes=5)
AGAIN_ANSWER = timedelta(seconds=20)
QUESTION_AGES = timedelta(days=1)
"""A question that could not be answered for so long is let go."""


@dataclass(frozen=True)
class _Refused:
    """A list that arXiv did not give."""

    run: str
    at: datetime
    error: ArxivUnavailable


class Jobs:
    def __init__(self, context: Context, conversation: Conversation, queue: Queue) -> None:
        self._context = context
        self._store = context.store
        self._conversation = conversation
        self._queue = queue
        self._reports = context.reports
        self._refused: dict[tuple[str, ...], _Refused] = {}
        """By categories."""
        queue.register("digest", self.digest, SLOW)
        queue.register("delivery", self.delivery, POSTS)
        queue.register("answer", self.answer, QUICK)

    # ------------------------------------------------------------ a digest

    async def digest(self, task: Task, run_key: str) -> None:
        """Makes a run's digest and puts its delivery in."""
        with concerning(run_key):
            await self._digest(task, run_key)

    async def _digest(self, task: Task, run_key: str) -> None:
        run, subscription = await self._run(run_key)
        if run is None or run.state is not RunState.OPEN or not await self._wanted(run, subscription):
            return
        assert subscription is not None
        daily = run.name == "daily"
        waited = self._context.now() - (run.begun or self._context.now())
        again = not daily and await self._retracted(subscription)
        lost = self._context.now() - (run.model_lost or self._context.now())
        wish = Wish(again=again, can_wait=daily and lost < MODEL_WAITS, can_look_again=daily)
        try:
            made = await self._made(task, run, subscription, wish)
        except Awaited as awaited:
            await late.take_away(self._context, subscription, run)
            await self._all_well(subscription, None)
            await self._store.note_run(run, "Nothing new yet; arXiv's next list is due soon.")
            raise Later(awaited.wait) from awaited
        except (ArxivUnavailable, ModelUnavailable) as error:
            await self._unavailable(subscription, run, error, waited)
            return
        except Misconfigured as error:
            log.error("event=run_failed run=%s cause=%r", run_key, str(error))  # noqa: TRY400  # a sentence says it all
            await self._store.end_run(run, RunState.FAILED, str(error))
            await faults.model_failed(self._context, error, subscription.key)
            await late.give_up(self._context, subscription, run, "settings")
            return
        await task.checkpoint()
        if daily:
            await late.take_away(self._context, subscription, run)
        await self._all_well(subscription, made)
        await faults.came_to_its_end(self._context, "digest", subscription.key)
        if made is not None:
            await self._queue.add("delivery", made.key)
        give_back()

    async def _wanted(self, run: Run, subscription: Subscription | None) -> bool:
        """A run whose channel is gone or has paused meanwhile ends; what was made already is still delivered."""
        if subscription is not None and not (run.name == "daily" and subscription.paused):
            return True
        if subscription is not None and await self._store.digest(run.key) is not None:
            return True
        log.info("event=run_unwanted run=%s", run.key)
        if subscription is not None:
            await late.take_away(self._context, subscription, run)
        else:
            await faults.channel_gone(self._context, run.subscription)
        await self._store.end_run(run, RunState.FAILED, "The channel has paused, or is no more.")
        return False

    async def _made(self, task: Task, run: Run, subscription: Subscription, wish: Wish) -> Digest | None:
        """What arXiv just refused is not asked again at once by every channel with the same categories."""
        name = tuple(sorted(subscription.profile.categories))
        known = self._refused.get(name)
        if (
            known is not None
            and run.name == "daily"
            and known.run != run.key
            and self._context.now() - known.at < SPARED
        ):
            raise known.error
        try:
            made = await self._context.daily.make(subscription, run, wish, self._progress(run.key), task)
        except ArxivUnavailable as error:
            self._refused[name] = _Refused(run.key, self._context.now(), error)
            raise
        self._refused.pop(name, None)
        return made

    async def _run(self, run_key: str) -> tuple[Run | None, Subscription | None]:
        subscription, day, name = run_key.rsplit(":", 2)
        run = await self._store.run_state(subscription, date.fromisoformat(day), name)
        return run, await self._store.subscription(subscription)

    async def _retracted(self, subscription: Subscription) -> bool:
        """The last digest was taken back: its papers are looked at again."""
        last = await self._store.latest_digest(subscription.key)
        return last is not None and await self._context.daily.retracted(last.key)

    async def _unavailable(
        self, subscription: Subscription, run: Run, error: ArxivUnavailable | ModelUnavailable, waited: timedelta
    ) -> None:
        """A daily run waits and tries again, told to the admins when it lasts and to the channel when it is late; at last it fails."""
        arxiv, daily = isinstance(error, ArxivUnavailable), run.name == "daily"
        if isinstance(error, ModelUnavailable):
            await faults.model_failed(self._context, error, subscription.key)
        else:
            await self._reports.fault("arxiv", str(error), channel=subscription.key, after=OFTEN_PASSES)
        if not arxiv or (daily and waited < ARXIV_WAITS):
            if not arxiv:
                await self._store.note_model_lost(run)
            if daily:
                now = self._context.now()
                until = now - waited + ARXIV_WAITS if arxiv else (run.model_lost or now) + MODEL_WAITS
                await late.tell(self._context, subscription, run, error, until)
            await self._store.note_run(run, str(error))
            raise Later(AGAIN_ARXIV if arxiv else AGAIN_MODEL)
        await self._store.end_run(run, RunState.FAILED, str(error))
        metrics.DIGESTS.labels("failed").inc()
        await late.give_up(self._context, subscription, run, "no list")

    async def _all_well(self, subscription: Subscription, made: Digest | None) -> None:
        """What a run that came to its end says of the services it needed."""
        await self._reports.over("arxiv")
        await faults.budget_lifted(self._context, subscription.key)
        if made is not None:
            await faults.digest_made(self._context, made)

    def _progress(self, run_key: str) -> Progress:
        """Kept in the store, for whoever follows the run; a lost note is no loss."""
        notes: set[asyncio.Task[None]] = set()

        def noted(note: asyncio.Task[None]) -> None:
            notes.discard(note)
            if not note.cancelled() and note.exception() is not None:
                log.debug("event=progress_lost run=%s", run_key)

        def told(stage: str, done: int, total: int) -> None:
            note = asyncio.create_task(self._store.note_progress(run_key, stage, done, total))
            notes.add(note)
            note.add_done_callback(noted)

        return told

    # ------------------------------------------------------------ its delivery

    async def delivery(self, task: Task, digest_key: str) -> None:
        """Posts a digest, step by step. What cannot be posted now is tried again, until after three days it is put aside."""
        with concerning(digest_key):
            await self._delivery(task, digest_key)

    async def _delivery(self, task: Task, digest_key: str) -> None:
        digest = await self._store.digest(digest_key)
        subscription = await self._store.subscription(digest.subscription) if digest else None
        if digest is None or subscription is None:
            await self._channel_gone(digest)
            return
        progress = self._progress(digest_key)
        delivered = await self._context.daily.post(subscription, digest, progress, task.checkpoint)
        await faults.delivery_tried(self._context, subscription.key, delivered)
        if delivered.state is DeliveryState.OPEN:
            log.warning("event=delivery_waits digest=%s fault=%r", digest_key, delivered.fault)
            raise Later(AGAIN_DELIVERY if not delivered.busy else AGAIN_ANSWER)
        if delivered.state is not DeliveryState.DONE:
            await self._end(digest, delivered.fault)

    async def _end(self, digest: Digest, why: str) -> None:
        """Its delivery was put aside, or its posts were taken back: the run is over, and `now` begins another."""
        run = await self._store.run_state(digest.subscription, digest.local_date, digest.run)
        if run is not None and run.state is RunState.OPEN:
            await self._store.end_run(run, RunState.FAILED if why else RunState.DONE, why)

    async def _channel_gone(self, digest: Digest | None) -> None:
        if digest is not None:
            await faults.channel_gone(self._context, digest.subscription)
        if digest is not None and await self._store.delivery(digest.key) is not None:
            await self._store.retracting(digest.key)
        if digest is not None:
            await self._end(digest, "The channel is no more.")

    # ------------------------------------------------------------ an answer

    async def answer(self, task: Task, question_id: str) -> None:  # noqa: ARG002  # its checkpoints are in the store of questions
        """Answers a question; where the platform cannot be posted to at the moment, later."""
        with concerning(answer_name(question_id)):
            await self._answer(question_id)

    async def _answer(self, question_id: str) -> None:
        try:
            await self._conversation.answer(question_id)
            if (asked := await self._store.question(question_id)) is not None:
                await faults.came_to_its_end(self._context, "answer", asked.question.place.key)
        except (Gone, Forbidden) as error:
            log.warning("event=answer_unwanted cause=%r", str(error))
            await self._store.keep_silent(question_id)
        except ChatError as error:
            asked = await self._store.question(question_id)
            if asked is None or self._context.now() - asked.question.at > QUESTION_AGES:
                await self._store.keep_silent(question_id)
                return
            wait = timedelta(seconds=error.wait) if isinstance(error, Throttled) else AGAIN_ANSWER
            raise Later(wait) from error

    # ------------------------------------------------------------ what was given up

    async def given_up(self, name: str, note: str) -> None:
        """The queue has put a task aside: it ended its workers five times at one place. Whoever waits for it is told. Never raises.

        To the admins that is a fault of its kind in its channel, and over when the next one there comes to its end.
        """
        log.error("event=given_up task=%s", name)
        kind, _, of = name.partition(":")
        try:
            channel = await self._channel_of(kind, of)
            await faults.put_aside(self._context, kind, channel, f"{name}: {note}")
            if kind == "answer":
                await self._conversation.give_up(of)
            elif kind == "digest":
                run, subscription = await self._run(of)
                if run is not None:
                    await self._store.end_run(run, RunState.FAILED, note)
                    if subscription is not None:
                        await late.give_up(self._context, subscription, run, "aside")
            elif (digest := await self._store.digest(of)) is not None:
                await self._end(digest, note)
        except PaperboyError as error:
            log.warning("event=given_up_untold task=%s cause=%r", name, str(error))

    async def _channel_of(self, kind: str, of: str) -> str:
        if kind != "answer":
            return of.rsplit(":", 2)[0]
        asked = await self._store.question(of)
        return asked.question.place.key if asked is not None else ""

    # ------------------------------------------------------------ after a restart

    async def take_up(self) -> None:
        """Puts in again whatever is open in the store: a task that was lost between the store and the queue is found here."""
        aside = await self._store.tasks_aside()
        for asked in await self._store.unanswered():
            await self._put(aside, "answer", asked.question.id)
        for delivery in await self._store.open_deliveries():
            if await self._store.digest(delivery) is not None:
                await self._put(aside, "delivery", delivery)
        for subscription in await self._store.subscriptions():
            run = await self._store.open_run(subscription.key)
            if run is not None:
                await self._put(aside, "digest", run.key)

    async def _put(self, aside: Collection[str], task: str, name: str) -> None:
        """Not what ended its workers again and again: it would go on to."""
        if f"{task}:{name}" not in aside:
            await self._queue.add(task, name)


def give_back() -> None:
    """A digest reads ten papers at once; glibc keeps what they took for the next ones, which come tomorrow. Elsewhere nothing is done."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
