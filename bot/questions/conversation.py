"""Receives questions, queues them and answers them.

`receive` decides whether a message is for the bot and stores it before the platform is
acknowledged. `answer` is the task and may be started any number of times: a finished answer is
stored before it is sent, and a sent answer is not sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.alerts import faults
from bot.context import Context
from bot.core import metrics
from bot.core.chat import (
    Actions,
    Button,
    ChatError,
    Draft,
    Menu,
    Person,
    Post,
    Question,
    Small,
    Style,
    Text,
    Vote,
    VoteKind,
)
from bot.core.ids import AnswerTo, Origin, PaperChoice, QuestionId, join_key
from bot.core.subscription import Subscription
from bot.core.texts import say
from bot.digests import cards
from bot.digests.cards import note, run_time
from bot.questions import etiquette
from bot.questions.answering import answer_language, answer_name, answer_post, load_sources, request_answer
from bot.questions.lookup import look_up, note_earlier_digest
from bot.questions.subjects import Subjects, check_names_paper, find_in_ledger, find_subjects
from bot.store import QuestionState, StoredQuestion, StoreUnavailable, ThreadRecord
from bot.store.budget import admit, lifted
from digest.arxiv.ids import parse
from digest.errors import Misconfigured, OverBudget, OverQuota, PaperboyError
from digest.ports import asked_by
from digest.render import tex
from digest.render.catalogs import in_language
from digest.render.markdown import escape
from digest.selection.ledger import LedgerEntry

log = logging.getLogger(__name__)

TURNS = 6
"""Turns of the thread's conversation that the model is given."""


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
        if question.addressed and etiquette.asks_for_quiet(question.text):
            await self._mute_thread(question)
        elif decision is etiquette.Decision.YES:
            await self._enqueue_or_tell(question)
        elif decision is etiquette.Decision.UNSURE:
            await self._offer_answer(question)

    async def _enqueue_or_tell(self, question: Question) -> None:
        """Tells the person once a day that a limit is reached, not at every question."""
        try:
            await self.enqueue(question)
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
            language = answer_language(question.text, await self._context.person_language(question.place, to))
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

    async def enqueue(self, question: Question) -> None:
        """Stores and queues a question. A redelivered one is queued again, after a crash. Raises
        OverQuota and OverBudget before anything is stored."""
        await self._check_limits(question)
        await self._store.save_question(question)
        await self._store.save_question_name(question.id)
        asked = await self._store.question(question.id)
        if asked is not None and asked.state is QuestionState.OPEN:
            log.info("event=asked platform=%s for=%s", question.place.platform, answer_name(question.id))
            if await self._store.wait_turn(question.person.id, question.id, question.at.timestamp()):
                await self._context.queue.add("answer", question.id)

    async def _next_turn(self, question_id: str) -> None:
        """Queues the questions whose turn it is after this one of the same person."""
        for waiting in await self._store.end_turn(question_id):
            if waiting != question_id:
                await self._context.queue.add("answer", waiting)

    async def _decide(self, question: Question, talk: ThreadRecord | None) -> etiquette.Decision:
        if question.addressed or talk is None:
            return etiquette.Decision.YES
        spoken = await self._store.spoken(question.place)
        state = etiquette.ThreadState(spoken.humans, spoken.last, spoken.answered, talk.quiet)
        if _is_lookup(question.text):
            barred = question.mentions_others or question.replies_to_person or talk.quiet
            return etiquette.Decision.NO if barred else etiquette.Decision.YES
        return etiquette.decide(
            question, state, names_paper=await check_names_paper(self._context, talk, question.text)
        )

    async def _mute_thread(self, question: Question) -> None:
        await self._store.quiet(question.place)
        language = await self._context.channel_language(question.place, question.person)
        chat = self._context.chats[question.place.platform]
        await chat.send(question.place, note(say("question.quiet", language), language), join_key("quiet", question.id))

    async def _offer_answer(self, question: Question) -> None:
        """Asks the author alone whether to answer, where the platform can show that."""
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
        """Queues the question again, as addressed to the bot, after its author pressed "Answer"."""
        repeated = str(QuestionId.parse(question.id).permitted())
        await self.enqueue(replace(question, id=repeated, message="", addressed=True))

    async def answer_about(self, question: Question, paper_id: str, person: Person) -> None:
        """Queues the question again, about the paper that a person chose from the menu."""
        repeated = str(QuestionId.parse(question.id).about(paper_id))
        await self.enqueue(replace(question, id=repeated, subject=paper_id, message="", person=person))

    async def amend(self, question: Question) -> None:
        """Replaces the text of a question that was edited before its answer was finished."""
        await self._store.amend(question)

    async def answer(self, question_id: str) -> None:
        """The task. Raises ChatError and StoreUnavailable to be tried again, shows others."""
        try:
            await self._answer(question_id)
        finally:  # one that is tried again later holds nobody up meanwhile
            await self._next_turn(question_id)

    async def _answer(self, question_id: str) -> None:
        asked = await self._store.question(question_id)
        if asked is None or asked.state is not QuestionState.OPEN:
            return
        question = asked.question
        draft = await self._context.chats[question.place.platform].draft(question, str(AnswerTo(question.id)))
        if asked.post is not None:
            await self._finish(asked, draft, asked.post, asked.answer.paper_ids if asked.answer else ())
            return
        language = await self._language_of_answer(question)
        try:
            with asked_by(question.person.id, question.id):
                await self._make_answer(asked, draft, language)
        except (ChatError, StoreUnavailable):
            raise
        except Misconfigured as error:
            log.error("event=answer_misconfigured question=%s cause=%r", answer_name(question.id), str(error))  # noqa: TRY400
            await self._finish_with_note(asked, draft, "bug", language, id=answer_name(question.id))
        except OverQuota as error:
            await self._finish_at_limit(asked, draft, "quota", partial(_sentence, error))
        except OverBudget as error:
            subscription = await self._context.subscription(question.place)
            await self._finish_at_limit(asked, draft, "budget", partial(_over_budget, error.until, subscription))
        except PaperboyError as error:
            await self._finish(asked, draft, note(in_language(error.sentence, language), language))
        except Exception:
            log.exception("event=bug id=%s", answer_name(question.id))
            await self._finish_with_note(asked, draft, "bug", language, id=answer_name(question.id))

    async def _finish_at_limit(
        self, asked: StoredQuestion, draft: Draft, name: str, build: Callable[[str], Post]
    ) -> None:
        """Tells of a limit that was reached after the question was queued, once a day. A form,
        whose sender waits, is always answered."""
        by_form = QuestionId.parse(asked.question.id).origin is Origin.FORM
        if await self._store.is_first_notice(asked.question.person.id, name) or by_form:
            await self._finish_privately(asked, draft, build)
        else:
            await self._store.mark_silent(asked.question.id)

    async def give_up(self, question_id: str) -> None:
        """Tells the asker that answering failed, after it ended the program again and again."""
        await self._next_turn(question_id)
        asked = await self._store.question(question_id)
        if asked is None or asked.state is not QuestionState.OPEN:
            return
        question = asked.question
        draft = await self._context.chats[question.place.platform].draft(question, str(AnswerTo(question.id)))
        language = await self._language_of_answer(question)
        try:
            await self._finish_with_note(asked, draft, "bug", language, id=answer_name(question.id))
        except PaperboyError:
            await self._store.mark_silent(question_id)
            raise

    async def _make_answer(self, asked: StoredQuestion, draft: Draft, language: str) -> None:
        question, context = asked.question, self._context
        why_not, considered = await find_in_ledger(context, question)
        if why_not:
            return await self._finish(asked, draft, _ledger_post(considered, language))
        subjects = await find_subjects(context, question)
        if not subjects.papers:
            return await self._finish_privately(asked, draft, partial(_paper_menu, question, subjects))
        names = ", ".join(cards.short_title(p) for p in subjects.papers[:3])
        await draft.status(say("question.reading", language, papers=names))
        if _is_lookup(question.text):
            entry = await look_up(context, subjects.papers[0], language, question.place.key)
            entry = await note_earlier_digest(context, entry, question.place, language)
            return await self._finish(asked, draft, cards.card(entry, language, shared=True), [subjects.papers[0].id])
        sources = await load_sources(context, subjects.papers, subjects.digest.key if subjects.digest else "")
        history = await self._store.turns(question.place, TURNS)
        answer = await request_answer(
            context, question.text, sources, history, language, question.place.key, draft.write
        )
        post = answer_post(answer, sources, question.id)
        await self._store.save_answer(question.id, answer, post)
        return await self._finish(asked, draft, post, answer.paper_ids)

    async def _finish_privately(self, asked: StoredQuestion, draft: Draft, build: Callable[[str], Post]) -> None:
        """Shows the result of `build` to the asker alone if possible, else in the thread."""
        question, chat = asked.question, self._context.chats[asked.question.place.platform]
        if chat.whispers and not question.private and not question.place.direct:
            own = await self._context.person_language(question.place, question.person)
            post = build(answer_language(question.text, own))
            await chat.send(question.place, post, join_key("alone", question.id), question.person)
            await self._store.mark_answered(question.id, "")
        else:
            await self._finish(asked, draft, build(await self._language_of_answer(question)))

    async def _language_of_answer(self, question: Question) -> str:
        """The question's language if it shows, else that of the people who see the answer."""
        context = self._context
        seen_in = context.person_language if question.private else context.channel_language
        return answer_language(question.text, await seen_in(question.place, question.person))

    async def _finish_with_note(
        self, asked: StoredQuestion, draft: Draft, name: str, language: str, **values: object
    ) -> None:
        await self._finish(asked, draft, note(say(f"question.{name}", language, **values), language))

    async def _finish(self, asked: StoredQuestion, draft: Draft, post: Post, paper_ids: Sequence[str] = ()) -> None:
        """Shows the final form and records it. From then on the bot answers in this thread."""
        question = asked.question
        if QuestionId.parse(question.id).origin is Origin.FORM and not question.private and not question.place.direct:
            # Nobody else has seen a question that was asked in a form.
            asked_for = Small(f"❓ {escape(' '.join(question.text.split()))}")
            post = replace(post, blocks=(*post.blocks[:1], asked_for, *post.blocks[1:]))
        message = await draft.finish(post)
        await self._store.mark_answered(question.id, message)
        log.info("event=answered message=%s", message)
        metrics.POSTS.labels(question.place.platform, "answer").inc()
        metrics.ANSWERS.observe(max(0.0, (self._context.now() - question.at).total_seconds()))
        place = question.place
        if not place.thread and not place.direct:
            place = replace(place, thread=question.message)
        if question.private or not (place.thread or place.direct):
            return
        papers = tuple(paper_ids)
        if await self._store.thread(place) is None:
            await self._store.save_thread(place, papers=papers)
        if papers:
            await self._store.discuss(place, question.person.id, papers)
            for paper in () if place.direct else papers:
                await self._store.vote(Vote(VoteKind.ASKED, paper, place, question.person, self._context.now()))
        await self._store.record_answered(place, question.person.id)
        if message:
            await self._store.save_message_subject(place, message, str(AnswerTo(question.id)))


def _sentence(error: PaperboyError, language: str) -> Post:
    return note(in_language(error.sentence, language), language)


def _over_budget(until: datetime | None, subscription: Subscription, language: str) -> Post:
    return note(say("over budget", language, until=run_time(until, subscription, language)), language)


def _paper_menu(question: Question, subjects: Subjects, language: str) -> Post:
    """A menu of the papers that may be meant, or how to name one if there are none."""
    if not subjects.candidates:
        return note(say("question.no paper", language), language)
    name = answer_name(question.id)
    options = tuple((label[:75], str(PaperChoice(name, paper_id))) for label, paper_id in subjects.candidates[:25])
    words = say("question.which", language)
    return Post((Text(words), Menu("pick", say("question.choose", language), options)), words, language)


def _ledger_post(entry: LedgerEntry | None, language: str) -> Post:
    """Answers "why not this paper?" from the ledger."""
    if entry is None:
        return note(say("question.not seen", language), language)
    name = {"considered": "not chosen", "chosen": "was chosen", "before": "was before"}[entry.state]
    values = {
        "title": escape(tex.plain(entry.title or entry.paper_id)),
        "day": entry.day,
        "rank": entry.rank,
        "score": f"{entry.score or 0:.1f}",
        "reason": entry.reason,
    }
    return note(say(f"question.{name}", language, **values), language)


def _is_lookup(text: str) -> bool:
    """An id or URL and nothing else."""
    bare = text.strip().strip("<>,.。 ")
    return parse(bare) is not None and not any(c.isspace() for c in bare) and bare.isascii()
