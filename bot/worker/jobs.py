"""The jobs of the queue: make a digest, deliver it, answer a question. All are safe to repeat."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.alerts import faults, late
from bot.alerts.admin import SERVICE_FAULT_DELAY
from bot.archive.zotero_api import ZoteroBusy, ZoteroRefused
from bot.changes import news
from bot.changes.lookup import look_up
from bot.context import Context
from bot.core import metrics
from bot.core.chat import ChatError, NotServed, OutcomeUnknown, Throttled
from bot.core.ids import AnswerTask, RunKey, TaskName, join_key
from bot.core.logs import log_id
from bot.core.schedule import roundup_due
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests.counts import show_counts
from bot.digests.daily import ListAwaited, RunOptions
from bot.digests.roundup import KINDS
from bot.digests.roundup_delivery import Roundups
from bot.progress import following
from bot.questions.answering import answer_name
from bot.questions.conversation import Conversation
from bot.store import DeliveryState, LeaseBusy, QuestionState, Run, RunState, StoredQuestion
from bot.worker.queue import POSTS, QUICK, SLOW, Queue, RetryLater, Task
from digest.errors import ArxivUnavailable, Misconfigured, ModelUnavailable, PaperboyError, for_log, said_for_log
from digest.model import Digest
from digest.ports import Progress

log = logging.getLogger(__name__)

MAX_WAIT_ARXIV = timedelta(hours=6)
MAX_WAIT_MODEL = timedelta(hours=2)
"""How long a daily run waits for arXiv before it fails, or for the model before it goes on
without."""
RETRY_ARXIV = timedelta(minutes=10)
RETRY_MODEL = timedelta(minutes=5)
REFUSAL_LASTS = timedelta(minutes=2)
"""How long other channels share one refusal by arXiv instead of asking again."""
RETRY_DELIVERY = timedelta(minutes=5)
"""Also until the platform has a token again."""
RETRY_ANSWER = timedelta(seconds=20)
RETRY_LOOK = timedelta(minutes=30)
QUESTION_MAX_AGE = timedelta(days=1)
"""The age from which the asker of a question that cannot be answered is told why."""
TELLING_MAX_AGE = timedelta(days=7)
RETRY_TELLING = timedelta(minutes=10)
RETRY_REFUSED = timedelta(minutes=5)
"""The longest wait until a refused answer is sent again: the bot may have the right again."""


@dataclass(frozen=True)
class _Refusal:
    """A failed request for arXiv's list."""

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
        self._refusals: dict[tuple[str, ...], _Refusal] = {}
        """By sorted categories."""
        self._shown: dict[str, str] = {}
        """The progress that followers see, by their name."""
        queue.register("digest", self.digest, SLOW)
        queue.register("ahead", self.ahead, SLOW)
        queue.register("roundup", self.roundup, SLOW)
        queue.register("delivery", self.delivery, POSTS)
        queue.register("answer", self.answer, QUICK)
        queue.register("counts", self.counts, POSTS)
        queue.register("follow", self.follow, POSTS)
        queue.register("zotero", self.zotero, SLOW)
        queue.register("look", self.look, SLOW)
        queue.register("news", self.news, POSTS)

    async def digest(self, task: Task, run_key: str) -> None:
        """Makes a run's digest and queues its delivery."""
        with log_id(run_key):
            await self._digest(task, run_key)

    async def _digest(self, task: Task, run_key: str) -> None:
        run, subscription = await self._load_run(run_key)
        if run is None or run.state is not RunState.OPEN or not await self._is_wanted(run, subscription):
            return
        assert subscription is not None
        if not await self._admit(run, subscription):
            return
        daily = run.name == "daily"
        waited = self._context.now() - (run.begun or self._context.now())
        again = not daily and await self._was_retracted(subscription)
        lost = self._context.now() - (run.model_lost or self._context.now())
        options = RunOptions(again=again, can_wait=daily and lost < MAX_WAIT_MODEL, can_look_again=daily)
        try:
            made = await self._make_digest(task, run, subscription, options)
        except ListAwaited as awaited:
            await late.delete_late_notice(self._context, subscription, run)
            await self._close_faults(subscription, None)
            await self._store.note_run(run, say.sentence("error.run.waits"))
            raise RetryLater(awaited.wait) from awaited
        except (ArxivUnavailable, ModelUnavailable) as error:
            await self._retry_or_fail(subscription, run, error, waited)
            return
        except Misconfigured as error:
            log.error("event=run_failed run=%s cause=%r", run_key, for_log(error))  # noqa: TRY400  # no bug
            await self._store.end_run(run, RunState.FAILED, error.sentence)
            await faults.report_model_failure(self._context, error, subscription.key)
            await late.announce_failed_run(self._context, subscription, run, "settings")
            return
        await task.checkpoint()
        if daily:
            await late.delete_late_notice(self._context, subscription, run)
        await self._close_faults(subscription, made)
        await faults.report_task_ended(self._context, "digest", subscription.key)
        if made is not None:
            await self._queue.add("delivery", made.key)
        release_memory()

    async def ahead(self, task: Task, run_key: str) -> None:
        """Makes a daily run's digest before its time. The run copes with a failure."""
        with log_id(run_key):
            key = RunKey.parse(run_key)
            subscription = await self._store.subscription(key.subscription)
            if subscription is None or subscription.paused or not self._serves(subscription):
                return
            try:
                await self._context.daily.make_ahead(subscription, Run(key.subscription, key.day, key.kind), task)
            except (ArxivUnavailable, ModelUnavailable, Misconfigured) as error:
                log.warning("event=not_made_ahead cause=%r", for_log(error))

    def _serves(self, subscription: Subscription) -> bool:
        """Returns whether the channel's platform has a token here. A platform's channels outlast
        its token."""
        return subscription.place.platform in self._context.chats

    async def roundup(self, task: Task, run_key: str) -> None:  # noqa: ARG002  # the delivery has its checkpoints
        """Makes and posts a week's or a month's round-up. If the model is away for two hours, words
        make it."""
        with log_id(run_key):
            key, context = RunKey.parse(run_key), self._context
            subscription = await self._store.subscription(key.subscription)
            if subscription is None or subscription.paused or not self._serves(subscription):
                return
            due = roundup_due(subscription, key.kind, context.now())
            if due is None and await self._store.delivery(run_key, plan=False) is None:  # switched off meanwhile
                return
            can_wait = due is not None and context.now() - due.at < MAX_WAIT_MODEL
            roundups = Roundups(self._store, context.services, context.chats, context.pace)
            try:
                delivered = await roundups.post(subscription, run_key, can_wait=can_wait)
            except ModelUnavailable as error:
                raise RetryLater(RETRY_MODEL) from error
            if delivered is not None and not subscription.place.direct:
                await faults.report_delivery(context, subscription.key, delivered)
            if delivered is not None and delivered.state is DeliveryState.OPEN:
                raise RetryLater(RETRY_DELIVERY if not delivered.busy else RETRY_ANSWER)
            log.info("event=roundup_posted delivery=%s state=%s", run_key, delivered.state if delivered else "nothing")

    async def _is_wanted(self, run: Run, subscription: Subscription | None) -> bool:
        """Ends a run whose channel was removed or paused, unless its digest is already made, and
        one whose platform is not served."""
        if subscription is not None and not self._serves(subscription):
            platform = subscription.place.platform.title()
            log.warning("event=platform_not_served run=%s platform=%s", run.key, platform)
            await self._store.end_run(run, RunState.FAILED, say.sentence("error.platform", platform=platform))
            return False
        if subscription is not None and not (run.name == "daily" and subscription.paused):
            return True
        if subscription is not None and await self._store.digest(run.key) is not None:
            return True
        log.info("event=run_unwanted run=%s", run.key)
        if subscription is not None:
            await late.delete_late_notice(self._context, subscription, run)
        else:
            await faults.close_channel_faults(self._context, run.subscription)
        await self._store.end_run(run, RunState.FAILED, say.sentence("error.run.unwanted"))
        return False

    async def _make_digest(
        self, task: Task, run: Run, subscription: Subscription, options: RunOptions
    ) -> Digest | None:
        """Makes the digest, or raises arXiv's recent refusal of the same categories."""
        name = tuple(sorted(subscription.profile.categories))
        known = self._refusals.get(name)
        if (
            known is not None
            and run.name == "daily"
            and known.run != run.key
            and self._context.now() - known.at < REFUSAL_LASTS
        ):
            raise known.error
        try:
            made = await self._context.daily.make(subscription, run, options, self._progress(run.key), task)
        except ArxivUnavailable as error:
            self._refusals[name] = _Refusal(run.key, self._context.now(), error)
            raise
        self._refusals.pop(name, None)
        return made

    async def _load_run(self, run_key: str) -> tuple[Run | None, Subscription | None]:
        key = RunKey.parse(run_key)
        run = await self._store.run_state(key.subscription, key.day, key.kind)
        return run, await self._store.subscription(key.subscription)

    async def _was_retracted(self, subscription: Subscription) -> bool:
        """Whether the last digest was retracted, so that its papers are considered again."""
        last = await self._store.latest_digest(subscription.key)
        return last is not None and await self._context.daily.is_retracted(last.key)

    async def _retry_or_fail(
        self, subscription: Subscription, run: Run, error: ArxivUnavailable | ModelUnavailable, waited: timedelta
    ) -> None:
        """Reports the delay and raises RetryLater; finally fails the run."""
        arxiv, daily = isinstance(error, ArxivUnavailable), run.name == "daily"
        if isinstance(error, ModelUnavailable):
            await faults.report_model_failure(self._context, error, subscription.key)
        else:
            await self._reports.report_fault(
                "arxiv", error.sentence, channel=subscription.key, after=SERVICE_FAULT_DELAY
            )
        if not arxiv or (daily and waited < MAX_WAIT_ARXIV):
            if not arxiv:
                await self._store.note_model_lost(run)
            if daily:
                now = self._context.now()
                until = now - waited + MAX_WAIT_ARXIV if arxiv else (run.model_lost or now) + MAX_WAIT_MODEL
                await late.post_late_notice(self._context, subscription, run, error, until)
            await self._store.note_run(run, error.sentence)
            raise RetryLater(RETRY_ARXIV if arxiv else RETRY_MODEL)
        await self._store.end_run(run, RunState.FAILED, error.sentence)
        metrics.DIGESTS.labels("failed").inc()
        await late.announce_failed_run(self._context, subscription, run, "no list")

    async def _close_faults(self, subscription: Subscription, made: Digest | None) -> None:
        """Closes the faults that a finished run disproves."""
        await self._reports.report_recovery("arxiv")
        await faults.report_budget_reset(self._context, subscription.key)
        if made is not None:
            await faults.report_digest(self._context, made)

    def _progress(self, run_key: str) -> Progress:
        """Stores progress for `/digest now`; a failed write is ignored."""
        notes: set[asyncio.Task[None]] = set()

        def noted(note: asyncio.Task[None]) -> None:
            notes.discard(note)
            if not note.cancelled() and note.exception() is not None:
                log.debug("event=progress_lost run=%s", run_key)

        def note_progress(stage: str, done: int, total: int) -> None:
            note = asyncio.create_task(self._store.note_progress(run_key, stage, done, total))
            notes.add(note)
            note.add_done_callback(noted)

        return note_progress

    async def delivery(self, task: Task, digest_key: str) -> None:
        """Posts a digest step by step. Retries failed posts for three days."""
        with log_id(digest_key):
            await self._delivery(task, digest_key)

    async def _delivery(self, task: Task, digest_key: str) -> None:
        digest = await self._store.digest(digest_key)
        subscription = await self._store.subscription(digest.subscription) if digest else None
        if digest is None or subscription is None:
            await self._channel_gone(digest)
            return
        if not self._serves(subscription):
            log.warning("event=platform_not_served digest=%s platform=%s", digest_key, subscription.place.platform)
            raise RetryLater(RETRY_DELIVERY)
        progress = self._progress(digest_key)
        delivered = await self._context.daily.post(subscription, digest, progress, task.checkpoint)
        if subscription.place.direct and delivered.refused:
            await self._pause_closed(subscription, digest, delivered.fault)
            return
        await faults.report_delivery(self._context, subscription.key, delivered)
        if delivered.state is DeliveryState.OPEN:
            log.warning("event=delivery_waits digest=%s fault=%r", digest_key, said_for_log(delivered.fault))
            raise RetryLater(RETRY_DELIVERY if not delivered.busy else RETRY_ANSWER)
        if delivered.state is not DeliveryState.DONE:
            await self._end_run(digest, delivered.fault)

    async def _pause_closed(self, subscription: Subscription, digest: Digest, why: str) -> None:
        """Pauses the digest of a person who takes no direct messages: `/digest me status` says why,
        and `/digest me now` delivers it later."""
        log.warning("event=direct_closed subscription=%s", subscription.key)
        await self._store.change_subscription(subscription.key, lambda now: now and replace(now, paused=True))
        await self._end_run(digest, why)

    async def _admit(self, run: Run, subscription: Subscription) -> bool:
        """Counts a person's own digest as one piece of the person's work. Ends it if there is no
        room."""
        limit, person = self._context.questions_per_person, subscription.set_by
        if not subscription.place.direct or await self._store.digest(run.key) is not None:
            return True
        if await self._store.admit(person, run.key, limit):
            return True
        await self._store.end_run(run, RunState.FAILED, say.sentence("question.limit", n=limit))
        return False

    async def _end_run(self, digest: Digest, why: str) -> None:
        """Ends the run of a digest that was set aside or retracted: `now` may begin another."""
        run = await self._store.run_state(digest.subscription, digest.local_date, digest.run)
        if run is not None and run.state is RunState.OPEN:
            await self._store.end_run(run, RunState.FAILED if why else RunState.DONE, why)

    async def _channel_gone(self, digest: Digest | None) -> None:
        if digest is None:
            return
        await faults.close_channel_faults(self._context, digest.subscription)
        if await self._store.delivery(digest.key) is not None:
            await self._store.mark_retracted(digest.key)
        await self._end_run(digest, say.sentence("error.run.removed"))

    async def follow(self, task: Task, name: str) -> None:
        """Tells whoever typed `/digest now` how it goes on and ends. The end is told later, too."""
        follower = await self._store.follower(name)
        if follower is None:
            return
        try:
            shown = await following.look(self._context, follower, self._shown.get(name, ""))
        except ChatError as error:
            log.warning("event=end_not_told run=%s cause=%r", follower.run, for_log(error))
            raise RetryLater(_wait_after(error, self._context.now() - follower.at)) from error
        await task.checkpoint()
        if shown is not None:
            self._shown[name] = shown
            raise RetryLater(following.pause(self._context, follower))
        self._shown.pop(name, None)
        await self._store.forget_follower(name)

    async def counts(self, task: Task, digest_key: str) -> None:  # noqa: ARG002  # nothing of it is a checkpoint
        """Shows how many people voted. What a platform refuses for good waits for the next vote."""
        with log_id(digest_key):
            try:
                await show_counts(digest_key, self._context.chats, self._store, self._context.pace)
            except (Throttled, OutcomeUnknown) as error:
                raise RetryLater(_wait_after(error, timedelta(0))) from error
            except (ChatError, LeaseBusy) as error:
                log.warning("event=counts_not_shown cause=%r", for_log(error))

    async def zotero(self, task: Task, channel: str) -> None:  # noqa: ARG002  # the library has its checkpoints
        """Pushes what is saved in a channel. What people have to correct is reported."""
        if self._context.zotero is None or await self._store.zotero_link(channel) is None:
            return
        try:
            await self._context.zotero.push_saved(channel)
        except ZoteroBusy as error:
            raise RetryLater(timedelta(seconds=error.wait)) from error
        except ArxivUnavailable as error:
            raise RetryLater(RETRY_ARXIV) from error
        except ZoteroRefused as error:
            log.warning("event=zotero_refused channel=%s cause=%r", channel, for_log(error))
            await self._reports.report_fault("zotero", error.sentence, about=channel, channel=channel)
        else:
            await self._reports.report_recovery("zotero", about=channel)

    async def look(self, task: Task, name: str) -> None:  # noqa: ARG002  # what it has seen is stored at once
        """Looks up the papers that channels watch. Skips the day if arXiv is away all day."""
        day = date.fromisoformat(name)
        try:
            for channel in await look_up(self._context, day):
                await self._queue.add("news", join_key(channel, name))
        except ArxivUnavailable as error:
            log.warning("event=not_looked_up day=%s cause=%r", name, for_log(error))
            if self._context.now().date() == day:
                raise RetryLater(RETRY_LOOK) from error

    async def news(self, task: Task, name: str) -> None:  # noqa: ARG002  # the store has its checkpoints
        """Tells a channel what changed of its papers."""
        with log_id(name):
            try:
                wait = await news.tell(self._context, *news.channel_of(name))
            except NotServed as error:
                log.warning("event=platform_not_served cause=%r", for_log(error))
                wait = RETRY_DELIVERY
            if wait is not None:
                raise RetryLater(wait)

    async def answer(self, task: Task, name: str) -> None:  # noqa: ARG002  # the store has its checkpoints
        """Answers a question. Raises RetryLater if the platform takes no posts at the moment."""
        with log_id(answer_name(AnswerTask.parse(name).question)):
            await self._answer(name)

    async def _answer(self, name: str) -> None:
        question_id = AnswerTask.parse(name).question
        try:
            await self._conversation.answer(name)
            if (asked := await self._store.question(question_id)) is not None:
                await faults.report_task_ended(self._context, "answer", asked.question.place.key)
        except ChatError as error:
            asked = await self._store.question(question_id)
            if asked is None:
                return
            waited = self._context.now() - asked.question.at
            if waited > QUESTION_MAX_AGE:
                await self._tell_unanswered(asked, error)
                return
            raise RetryLater(_wait_after(error, waited)) from error

    async def _tell_unanswered(self, asked: StoredQuestion, error: ChatError) -> None:
        """Ends a question that could not be answered for a day. Its asker is told, if possible."""
        log.warning("event=answer_unwanted cause=%r", for_log(error))
        try:
            if asked.state is QuestionState.OPEN:
                await self._conversation.tell_unanswered(asked.question, error)
        except ChatError as refused:
            if self._context.now() - asked.question.at < TELLING_MAX_AGE:
                raise RetryLater(RETRY_TELLING) from refused
            log.warning("event=asker_untold cause=%r", for_log(refused))
        await self._store.mark_silent(asked.question.id)
        await self._store.end_withdrawn(asked.question.id)

    async def handle_set_aside(self, name: str, note: str) -> None:
        """Tells admins and askers. Never raises. The kind's next success there ends the fault."""
        log.error("event=given_up task=%s", name)
        try:
            task = TaskName.parse(name)
            kind, of = task.task, task.subject
            if kind in ("counts", "follow", "ahead", "zotero", "look", "news"):
                return
            channel = await self._channel_of(kind, of)
            await faults.report_set_aside(self._context, kind, channel, f"{name}: {note}")
            if kind == "answer":
                await self._conversation.give_up(of)
            elif kind == "digest":
                run, subscription = await self._load_run(of)
                if run is not None:
                    await self._store.end_run(run, RunState.FAILED, note)
                    if subscription is not None:
                        await late.announce_failed_run(self._context, subscription, run, "aside")
            elif (digest := await self._store.digest(of)) is not None:
                await self._end_run(digest, note)
        except PaperboyError as error:
            log.warning("event=given_up_untold task=%s cause=%r", name, for_log(error))

    async def _channel_of(self, kind: str, of: str) -> str:
        if kind != "answer":
            return RunKey.parse(of).subscription
        asked = await self._store.question(AnswerTask.parse(of).question)
        return asked.question.place.key if asked is not None else ""

    async def requeue_open_work(self) -> None:
        """Queues every open task of the store: a crash may have lost one on its way."""
        aside = await self._store.tasks_aside()
        unanswered = await self._store.unanswered()
        await self._store.reset_turns({asked.question.person.id for asked in unanswered})
        for asked in unanswered:
            question, name = asked.question, str(AnswerTask(asked.question.id, asked.round))
            if await self._store.wait_turn(question.person.id, name):
                await self._requeue(aside, "answer", name)
        for delivery in await self._store.open_deliveries():
            if await self._store.digest(delivery) is not None:
                await self._requeue(aside, "delivery", delivery)
            elif delivery.endswith(tuple(f":{kind}" for kind in KINDS)):
                await self._requeue(aside, "roundup", delivery)
        for follower in await self._store.followers():
            await self._requeue(aside, "follow", follower)
        for subscription in await self._store.subscriptions():
            run = await self._store.open_run(subscription.key)
            if run is not None:
                await self._requeue(aside, "digest", run.key)

    async def _requeue(self, aside: Collection[str], task: str, name: str) -> None:
        """Skips tasks that were set aside: they would kill their workers again."""
        if str(TaskName(task, name)) not in aside:
            await self._queue.add(task, name)


def _wait_after(error: ChatError, waited: timedelta) -> timedelta:
    """Returns the wait before another try. It grows after refusals, because the platforms count
    them."""
    if isinstance(error, Throttled):
        return timedelta(seconds=error.wait)
    return RETRY_ANSWER if isinstance(error, OutcomeUnknown) else min(max(RETRY_ANSWER, waited / 4), RETRY_REFUSED)


def release_memory() -> None:
    """Returns freed memory to the system: that of ten parsed papers, which glibc would keep for a
    day."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
