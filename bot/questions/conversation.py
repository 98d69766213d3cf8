"""Receives questions, queues them and answers them.

`receive` decides whether a message is for the bot and stores it before the platform is
acknowledged. `answer` is the queue's task and may be started any number of times: a finished answer
is stored before it is sent, and a sent answer is not sent again. While an answer is made, the task
watches the question. An edit restarts the answer in the same message; a deletion or the platform's
Stop ends it. The task checks the question again right before it sends the final form, and right
after."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.alerts import faults
from bot.context import Context
from bot.core import metrics
from bot.core.chat import (
    MENU_OPTIONS,
    Actions,
    Button,
    ChatError,
    Draft,
    Menu,
    Person,
    Place,
    Post,
    Question,
    Small,
    Style,
    Text,
    Vote,
    VoteKind,
)
from bot.core.ids import AnswerTask, AnswerTo, Origin, PaperChoice, QuestionId, join_key
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests import cards
from bot.digests.cards import note, run_time
from bot.digests.delivery import show_pictured
from bot.questions import etiquette, small_talk
from bot.questions.answering import answer_language, answer_name, answer_post, load_sources, request_answer
from bot.questions.comparison import asks_difference, asks_to_compare, compare_papers
from bot.questions.lookup import earlier_digest, example_paper, look_up
from bot.questions.subjects import Subjects, check_names_paper, find_in_ledger, find_subjects
from bot.store import QuestionState, StoredQuestion, StoreUnavailable, ThreadRecord, Watch
from bot.store.limits.budget import admit, lifted
from bot.store.redis import WATCH_LIFE
from digest.arxiv.ids import parse
from digest.errors import Misconfigured, OverBudget, OverQuota, PaperboyError, for_log, trace
from digest.model import FullText
from digest.ports import asked_by
from digest.render import tex
from digest.render.catalogs import in_language
from digest.render.labels import day_words, joined, label
from digest.render.markdown import escape
from digest.selection.ledger import LedgerEntry, State

log = logging.getLogger(__name__)

TURNS = 6
"""How many turns of the thread's conversation the model is given."""
LOOK_AGAIN = 0.5
"""Seconds between two looks at a question that is being answered."""
READ_TIMEOUT = 2.0
"""Seconds in which the platform must return the question's message before the answer is sent."""
EDIT_MAX_AGE = timedelta(days=1)
"""An edit of an older message never makes it a new question."""


@dataclass(frozen=True)
class _Made:
    """What the asker is shown."""

    build: Callable[[str], Post]
    """Builds the post in a language."""
    paper_ids: tuple[str, ...] = ()
    alone: bool = False
    """Only the asker sees the post, if the platform can do that."""
    silent: bool = False
    """Nothing is shown, because the asker was told before."""


def _shared(post: Post, paper_ids: Sequence[str] = ()) -> _Made:
    return _Made(lambda _: post, tuple(paper_ids))


class Conversation:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._store = context.store

    async def receive(self, question: Question) -> None:
        """Queues a message that is for the bot and ignores people who talk to each other."""
        talk = await self._store.thread(question.place) if question.place.thread else None
        if not question.addressed and talk is None:
            return
        decision = await self._decide(question, talk)
        if question.place.thread and question.message:
            await self._store.record_speaker(question.place, question.person.id)
        if question.addressed and small_talk.asks_for_quiet(question.text) and question.place.thread:
            await self._store.quiet(question.place)
        if decision is etiquette.Decision.YES:
            if question.place.thread:  # the author may go on before the answer is posted
                await self._store.record_answering(question.place, question.person.id)
            await self._enqueue_or_tell(question)
        elif decision is etiquette.Decision.UNSURE:
            await self._offer_answer(question)

    async def _enqueue_or_tell(self, question: Question, instead_of: str = "") -> None:
        """Queues the question. At a limit, tells the person once a day, not at every question."""
        try:
            await self.enqueue(question, instead_of)
        except OverQuota as error:
            await self._tell_once(question, "quota", partial(_sentence, error))
        except OverBudget as error:
            subscription = await self._context.subscription(question.place)
            await self._tell_once(question, "budget", partial(_over_budget, error.until, subscription))

    async def _tell_once(self, question: Question, name: str, build: Callable[[str], Post]) -> None:
        if not await self._store.is_first_notice(question.person.id, name):
            return
        chat, to = self._context.chats[question.place.platform], question.person
        if chat.whispers or question.place.direct:
            language = await answer_language(question.text, await self._context.person_language(question.place, to))
            await chat.send(question.place, build(language), join_key(name, question.id), to)
        else:
            language = await self._language_of_answer(question)
            await chat.send(question.place, build(language), join_key(name, question.id))

    async def _check_limits(self, question: Question) -> None:
        """Counts the question. Raises OverQuota, OverBudget."""
        context = self._context
        await admit(self._store, question.person.id, question.id, context.questions_per_person)
        if context.services.analyst is context.services.stand_in:
            return
        if await context.services.spent(question.place.key) >= 1:
            until = lifted(context.now())
            error = OverBudget(say.sentence("error.budget", until=f"{until:%H:%M}"), until)
            await faults.report_budget_spent(context, question.place.key, error)
            raise error

    async def enqueue(self, question: Question, instead_of: str = "") -> None:
        """Stores and queues a question. A question that is delivered again, after a crash, is
        queued again. Raises OverQuota and OverBudget before anything is stored. `instead_of`: the
        id of the question that the message asked before."""
        if not _is_about_the_bot(question):
            await self._check_limits(question)
        await self._store.save_question(question, instead_of)
        await self._store.save_question_name(question.id)
        asked = await self._store.question(question.id)
        if asked is not None and asked.state in (QuestionState.OPEN, QuestionState.WITHDRAWN):
            log.info("event=asked platform=%s for=%s", question.place.platform, answer_name(question.id))
            await self._queue(question, asked.round)

    async def _queue(self, question: Question, again: int) -> None:
        """Queues the answer, unless other answers to the same person come first."""
        task = str(AnswerTask(question.id, again))
        if not await self._store.wait_turn(question.person.id, task) or await self._context.queue.add("answer", task):
            return
        asked = await self._store.question(question.id)
        if asked is None or asked.state is not QuestionState.OPEN:  # it had ended before it took this turn
            await self._next_turn(task)

    async def _next_turn(self, task: str) -> None:
        """Queues the answers to the same person that waited for this one."""
        for waiting in await self._store.end_turn(task):
            if waiting != task:
                await self._context.queue.add("answer", waiting)

    async def _decide(self, question: Question, talk: ThreadRecord | None) -> etiquette.Decision:
        if question.addressed or talk is None:
            return etiquette.Decision.YES
        speakers = await self._store.load_speakers(question.place)
        state = etiquette.ThreadState(speakers.humans, speakers.last, speakers.answered, talk.quiet)
        if _is_lookup(question.text):
            barred = question.mentions_others or question.replies_to_person or talk.quiet
            return etiquette.Decision.NO if barred else etiquette.Decision.YES
        return etiquette.decide(
            question, state, names_paper=await check_names_paper(self._context, talk, question.text)
        )

    async def _offer_answer(self, question: Question) -> None:
        """Asks only the author whether to answer, if the platform can show that to one person."""
        chat = self._context.chats[question.place.platform]
        if not chat.whispers or not await self._store.save_question(question):
            return
        await self._store.mark_silent(question.id)
        await self._store.save_question_name(question.id)
        language = await self._context.person_language(question.place, question.person)
        name = answer_name(question.id)
        buttons = (
            Button("answer_yes", name, say("question.yes", language), Style.PRIMARY),
            Button("answer_no", name, say("question.no", language)),
        )
        words = say("question.shall", language)
        post = Post((Text(words), Actions(buttons)), words, language)
        await chat.send(question.place, post, join_key("leave", question.id), question.person)

    async def answer_unaddressed(self, question: Question) -> None:
        """Queues the question again as addressed to the bot, after its author pressed "Answer"."""
        await self.enqueue(_permitted(question), question.id)

    async def answer_about(self, question: Question, paper_id: str, person: Person) -> None:
        """Queues the question again, about the paper that the person chose from the menu."""
        repeated = str(QuestionId.parse(question.id).about(paper_id))
        await self.enqueue(replace(question, id=repeated, subject=paper_id, person=person), question.id)

    async def amend(self, question: Question) -> None:
        """Answers the question of an edited message as it now reads. The edit can address the
        message to the bot, which makes it a question, or no longer do so, which ends the
        question."""
        if not await self._may_be_for_us(question):
            await self.withdraw(question.place, question.message)
            return
        known, again = await self._store.amend(question)
        if again:
            log.info("event=asked_anew for=%s", answer_name(known))
            await self._queue(replace(question, id=known), again)
        elif question.addressed and self._context.now() - question.at < EDIT_MAX_AGE:
            asked = await self._store.question(known) if known else None
            if asked is None:
                await self.receive(question)
            elif asked.state is QuestionState.WITHDRAWN or (
                asked.state is QuestionState.SILENT and not asked.question.addressed
            ):
                await self._enqueue_or_tell(_permitted(replace(question, id=known)), known)

    async def withdraw(self, place: Place, message: str) -> None:
        """Ends the question of a deleted message. An answer stays for the others. A message that is
        useful to the asker alone, such as "Which paper?", is deleted."""
        for known, again in await self._store.withdraw(place, message):
            asked = await self._store.question(known)
            if asked is not None:
                await self._queue(asked.question, again)

    async def _may_be_for_us(self, question: Question) -> bool:
        """Returns whether an edited message may still be a question to the bot. It is not always
        known whose message it replies to."""
        unknown = bool(question.reply_to) and not question.replies_to_person and not question.hidden
        if question.addressed or unknown:
            return True
        to_others = question.hidden or question.mentions_others or question.replies_to_person
        return not to_others and bool(question.place.thread) and await self._store.thread(question.place) is not None

    async def answer(self, task: str) -> None:
        """Runs the task. Raises ChatError and StoreUnavailable for another try, shows others."""
        try:
            await self._answer(AnswerTask.parse(task).question)
        finally:  # an answer that will be tried again holds up no other
            await self._next_turn(task)

    async def _answer(self, question_id: str) -> None:
        asked = await self._store.question(question_id)
        if asked is None:
            return
        question = asked.question
        if asked.state is QuestionState.ANSWERED:  # a process ended right after that
            await self._record_talk(question, asked.message, asked.answer.paper_ids if asked.answer else ())
        if asked.state in (QuestionState.OPEN, QuestionState.WITHDRAWN):
            await self._answer_open(asked, await self._draft(asked))
        if await self._store.question(question_id) is None and (place := _talk_place(question)):
            await self._store.forget_talk(place, question.person.id)

    async def _answer_open(self, asked: StoredQuestion, draft: Draft) -> None:
        """Answers the question or ends it, from the beginning whenever it was edited or deleted."""
        latest: StoredQuestion | None = asked
        while latest is not None:
            if latest.state is QuestionState.WITHDRAWN:
                await draft.discard()
                await self._store.end_withdrawn(latest.question.id)
                log.info("event=withdrawn for=%s", answer_name(latest.question.id))
                return
            if latest.state is not QuestionState.OPEN or await self._answer_as_it_stands(latest, draft):
                return
            latest = await self._store.question(asked.question.id)
            if latest is not None and latest.state is QuestionState.OPEN:
                await draft.restart()
        await draft.discard()  # its author had the bot forget them

    async def _draft(self, asked: StoredQuestion) -> Draft:
        chat = self._context.chats[asked.question.place.platform]
        return await chat.draft(asked.question, str(AnswerTo(asked.question.id)), asked.message)

    async def _answer_as_it_stands(self, asked: StoredQuestion, draft: Draft) -> bool:
        """Makes and sends the answer. Returns False if the question was edited or deleted first."""
        question = asked.question
        language = await self._language_of_answer(question)
        if asked.post is not None:
            made: _Made | None = _shared(asked.post, asked.answer.paper_ids if asked.answer else ())
        else:
            made = await self._make_unless_changed(asked, draft, language)
        shown = await draft.end_writing()
        if draft.stopped:
            log.info("event=stopped for=%s", answer_name(question.id))
            made = _shared(_stopped_post(shown, language))
        await self._read_again(question)
        if made is None or not await self._store.is_current(question.id, asked.revision):
            return False
        return await self._commit(asked, draft, made, language)

    async def _read_again(self, question: Question) -> None:
        """Reads the message from the platform again: the event of an edit may have been lost."""
        if not question.message:
            return
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                text = await self._context.chats[question.place.platform].text_now(question)
        except (ChatError, TimeoutError) as error:
            log.info("event=question_not_read reason=%s", type(error).__name__)
            return
        if text is None:
            await self.withdraw(question.place, question.message)
        elif not question.hidden:
            await self._store.amend(replace(question, text=text, edited=""))

    async def _make_unless_changed(self, asked: StoredQuestion, draft: Draft, language: str) -> _Made | None:
        """Makes the answer. Returns None if the question changed or a person stopped the answer."""
        making = asyncio.create_task(self._make_or_explain(asked, draft, language))
        signs = [asyncio.create_task(self._wait_for_change(asked)), asyncio.create_task(draft.until_stopped())]
        try:
            await asyncio.wait({making, *signs}, return_when=asyncio.FIRST_COMPLETED)
            return making.result() if making.done() else None
        finally:
            for task in (making, *signs):
                task.cancel()
            await asyncio.gather(making, *signs, return_exceptions=True)

    async def _wait_for_change(self, asked: StoredQuestion) -> None:
        """Returns once the question has been edited or deleted."""
        current = True
        while current:
            await asyncio.sleep(LOOK_AGAIN)
            with contextlib.suppress(StoreUnavailable):
                current = await self._store.is_current(asked.question.id, asked.revision)

    async def _make_or_explain(self, asked: StoredQuestion, draft: Draft, language: str) -> _Made:
        """Makes the answer or, failing that, what to say instead. Raises ChatError,
        StoreUnavailable."""
        name = answer_name(asked.question.id)
        try:
            with asked_by(asked.question.person.id, _work(asked)):
                return await self._make_answer(asked, draft, language)
        except (ChatError, StoreUnavailable):
            raise
        except OverQuota as error:
            return await self._at_limit(asked, "quota", partial(_sentence, error))
        except OverBudget as error:
            subscription = await self._context.subscription(asked.question.place)
            return await self._at_limit(asked, "budget", partial(_over_budget, error.until, subscription))
        except PaperboyError as error:
            if isinstance(error, Misconfigured):
                log.error("event=answer_misconfigured question=%s cause=%r", name, for_log(error))  # noqa: TRY400
            return _shared(note(in_language(error.sentence, language), language))
        except Exception as error:  # noqa: BLE001  # logged, without its message
            log.error("event=bug id=%s\n%s", name, trace(error))  # noqa: TRY400
            return _shared(note(say("question.bug", language, id=name), language))

    async def _at_limit(self, asked: StoredQuestion, name: str, build: Callable[[str], Post]) -> _Made:
        """Tells the person, once a day, of a limit reached after the question was queued. A form is
        always answered because its sender waits, and an earlier answer is always replaced."""
        by_form = QuestionId.parse(asked.question.id).origin is Origin.FORM
        told = not (await self._store.is_first_notice(asked.question.person.id, name) or by_form or asked.round)
        return _Made(build, alone=True, silent=told)

    async def give_up(self, task: str) -> None:
        """Tells the asker that answering failed, after it has ended its worker again and again."""
        await self._next_turn(task)
        question_id = AnswerTask.parse(task).question
        asked = await self._store.question(question_id)
        if asked is None or asked.state is not QuestionState.OPEN:
            return
        language = await self._language_of_answer(asked.question)
        said = note(say("question.bug", language, id=answer_name(question_id)), language)
        try:
            await self._commit(asked, await self._draft(asked), _shared(said), language)
        except PaperboyError:
            await self._store.mark_silent(question_id)
            raise

    async def tell_unanswered(self, question: Question, error: ChatError) -> None:
        """Tells the asker in a direct message that the platform refused the answer for a day."""
        language = await self._context.person_language(question.place, question.person)
        asked = escape(" ".join(question.text.split())[:200])
        said = say("question.unanswered", language, question=asked, why=in_language(error.sentence, language))
        chat = self._context.chats[question.place.platform]
        await chat.send(question.place, note(said, language), join_key("unanswered", question.id), question.person)

    async def _make_answer(self, asked: StoredQuestion, draft: Draft, language: str) -> _Made:
        question, context = asked.question, self._context
        if _is_about_the_bot(question):
            return _shared(await _about_the_bot(self._context, question, language))
        why_not, considered = await find_in_ledger(context, question)
        if why_not and not question.subject:
            return _shared(_ledger_post(considered, language))
        subjects = await find_subjects(context, question)
        if not subjects.papers:
            return _Made(partial(_paper_menu, question, subjects), alone=True)
        await self._record_discussed(question, tuple(paper.id for paper in subjects.papers))
        names = joined((cards.short_title(p, subjects.papers) for p in subjects.papers[:3]), language)
        await draft.status(say("question.reading", language, papers=names))
        if _is_lookup(question.text) and not question.subject:
            entry = await look_up(context, subjects.papers[0], language, question.place.key, pictured=True)
            earlier = await earlier_digest(context, entry.paper, question.place, language)
            return _shared(cards.card(entry, language, shared=True, earlier=earlier), [subjects.papers[0].id])
        sources = await load_sources(context, subjects.papers, subjects.digest.key if subjects.digest else "")
        await draft.status(_reading(names, [source.text for source in sources], language))
        compares = asks_to_compare(question.text) or asks_difference(question.text, sources)
        if len(sources) > 1 and compares:
            answer, post = await compare_papers(
                context, question.text, sources, language, question.place.key, question.id
            )
        else:
            history = await self._store.turns(question.place, TURNS)
            answer = await request_answer(
                context, question.text, sources, history, language, question.place.key, draft.write
            )
            post = answer_post(answer, sources, question.id)
        await self._store.save_answer(question.id, answer, post, asked.revision)
        return _shared(post, answer.paper_ids)

    async def _commit(self, asked: StoredQuestion, draft: Draft, made: _Made, language: str) -> bool:
        """Shows what was made. Returns False if the question was edited or deleted meanwhile."""
        question, chat = asked.question, self._context.chats[asked.question.place.platform]
        if made.silent:
            await draft.discard()
            await self._store.mark_silent(question.id)
            return True
        if made.alone and chat.whispers and not question.private and not question.place.direct and not asked.round:
            own = await self._context.person_language(question.place, question.person)
            post = made.build(await answer_language(question.text, own))
            await draft.discard()
            await chat.send(question.place, post, join_key("alone", question.id), question.person)
            return await self._store.mark_answered(question.id, "", asked.revision)
        return await self._finish(asked, draft, made.build(language), made.paper_ids, alone=made.alone)

    async def _language_of_answer(self, question: Question) -> str:
        """Returns the question's language if it can be told, else that of the answer's readers."""
        context = self._context
        seen_in = context.person_language if question.private else context.channel_language
        return await answer_language(question.text, await seen_in(question.place, question.person))

    async def _finish(
        self, asked: StoredQuestion, draft: Draft, post: Post, paper_ids: Sequence[str], *, alone: bool
    ) -> bool:
        """Shows the final form and records it. The bot answers in this thread from then on. Returns
        False if the question was edited or deleted meanwhile."""
        question = asked.question
        if QuestionId.parse(question.id).origin is Origin.FORM and not question.private and not question.place.direct:
            # Nobody else saw the question, because it was asked in a form.
            asked_for = Small(f"❓ {escape(' '.join(question.text.split()))}")
            post = replace(post, blocks=(*post.blocks[:1], asked_for, *post.blocks[1:]))
        if asked.round:
            post = replace(post, blocks=(*post.blocks, Small(say("question.anew", post.language))))
        chat, shown = self._context.chats[question.place.platform], post
        message = await show_pictured(
            chat, post, self._context.services.cache.get, lambda picture: draft.finish(shown, picture)
        )
        if not await self._store.mark_answered(question.id, message, asked.revision, alone=alone):
            return False
        log.info("event=answered message=%s", message)
        metrics.POSTS.labels(question.place.platform, "answer").inc()
        metrics.ANSWERS.observe(max(0.0, (self._context.now() - question.at).total_seconds()))
        await self._record_talk(question, message, tuple(paper_ids))
        return True

    async def _record_discussed(self, question: Question, papers: tuple[str, ...]) -> None:
        """Records the papers before they are read: the next question may come before the answer."""
        place = _talk_place(question)
        if place is not None:
            await self._store.discuss(place, question.person.id, papers)

    async def _record_talk(self, question: Question, message: str, papers: tuple[str, ...]) -> None:
        """Records what the thread is about, whom the bot answered, and what its message answers."""
        place = _talk_place(question)
        if place is None:
            return
        if await self._store.thread(place) is None:
            await self._store.save_thread(place, papers=papers)
        if papers and not await self._is_whole_digest(place, papers):
            until = self._context.now() + WATCH_LIFE
            opens = self._context.chats[place.platform].opens_threads and not (question.place.thread or place.direct)
            watches = [Watch(paper, place, until, people=(question.person.id,), unopened=opens) for paper in papers]
            await self._store.watch(place.key, watches)
            for paper in () if place.direct else papers:
                await self._store.vote(Vote(VoteKind.ASKED, paper, place, question.person, self._context.now()))
        await self._store.record_answered(place, question.person.id)
        if message:
            await self._store.save_message_subject(place, message, str(AnswerTo(question.id)))

    async def _is_whole_digest(self, place: Place, papers: tuple[str, ...]) -> bool:
        """Returns whether these are all papers of a day: none of them was asked about by itself."""
        talk = await self._store.thread(place)
        name = talk.digest if talk else ""
        digest = await self._store.digest(name) if name else await self._store.latest_digest(place.key)
        return digest is not None and 1 < len(digest.entries) == len(papers)


def _talk_place(question: Question) -> Place | None:
    """Returns the thread or direct conversation that the answer belongs to; None if only the asker
    sees the answer."""
    place = question.place
    if not place.thread and not place.direct:
        place = replace(place, thread=question.message)
    return None if question.private or not (place.thread or place.direct) else place


def _reading(names: str, texts: Sequence[FullText], language: str) -> str:
    """Returns `Reading 14 pages of DynamicVLA …`; of HTML, which has no pages, its sections."""
    pages = sum(text.pages for text in texts)
    if pages and all(text.pages for text in texts):
        return say("question.reading.pages", language, n=pages, papers=names)
    sections = sum(len(text.sections) for text in texts)
    return say("question.reading.sections", language, n=sections, papers=names)


def _permitted(question: Question) -> Question:
    """Returns the question as addressed to the bot, with its author's permission."""
    return replace(question, id=str(QuestionId.parse(question.id).permitted()), addressed=True)


def _is_about_the_bot(question: Question) -> bool:
    """Returns whether the question can be answered without a paper."""
    if question.subject:
        return False
    text = question.text
    return question.hidden or small_talk.is_small_talk(text) or small_talk.asks_for_quiet(text)


async def _about_the_bot(context: Context, question: Question, language: str) -> Post:
    if question.hidden:
        return note(say("question.hidden", language), language)
    if small_talk.asks_for_quiet(question.text):
        return note(say("question.quiet", language), language)
    name = "question.help.direct" if question.place.direct else "question.help"
    paper, words = await example_paper(context, question.place.key)
    return note(say(name, language, paper=paper, words=words), language)


def _sentence(error: PaperboyError, language: str) -> Post:
    return note(in_language(error.sentence, language), language)


def _work(asked: StoredQuestion) -> str:
    """Returns what counts towards the person's limit: a question, and each edit of it."""
    return asked.question.id + (f"~{asked.revision}" if asked.revision else "")


def _stopped_post(shown: str, language: str) -> Post:
    """Returns the text as it was when a person stopped the answer, said to be unchecked."""
    if not shown.strip():
        return note(say("question.stopped", language), language)
    said = say("question.stopped.half", language)
    return Post((Text(shown), Small(said)), said[:90], language)


def _over_budget(until: datetime | None, subscription: Subscription, language: str) -> Post:
    return note(say("over budget", language, until=run_time(until, subscription, language)), language)


def _paper_menu(question: Question, subjects: Subjects, language: str) -> Post:
    """Returns a menu of the papers that may be meant; if there are none, says how to name one."""
    if not subjects.candidates:
        return note(say("question.no paper", language), language)
    name = answer_name(question.id)
    options = tuple(
        (label[:75], str(PaperChoice(name, paper_id))) for label, paper_id in subjects.candidates[:MENU_OPTIONS]
    )
    words = say("question.which", language)
    return Post((Text(words), Menu("pick", say("question.choose", language), options)), words, language)


def _ledger_post(entry: LedgerEntry | None, language: str) -> Post:
    """Answers "why not this paper?" from the ledger."""
    if entry is None:
        return note(say("question.not seen", language), language)
    name = {"considered": "not chosen", "chosen": "was chosen", "before": "was before"}[entry.state]
    skipped = entry.state is State.CONSIDERED and not entry.rank and f"skipped.{entry.reason}" in label.entries
    values = {
        "title": escape(tex.plain(entry.title or entry.paper_id)),
        "day": day_words(entry.day, language),
        "rank": entry.rank,
        "score": entry.score or 0,
        "reason": label(f"skipped.{entry.reason}", language) if skipped else entry.reason,
    }
    return note(say(f"question.{'skipped' if skipped else name}", language, **values), language)


def _is_lookup(text: str) -> bool:
    """Returns whether the text is an id or URL and nothing else."""
    bare = text.strip().strip("<>,.。 ")
    return parse(bare) is not None and not any(c.isspace() for c in bare) and bare.isascii()
