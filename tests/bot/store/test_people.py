"""Questions, threads, votes, and forgetting."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.core.chat import (
    Actions,
    Button,
    Heading,
    Menu,
    Person,
    Place,
    Post,
    Question,
    Quotation,
    Rule,
    Small,
    Style,
    Text,
    Vote,
    VoteKind,
)
from bot.core.subscription import Subscription
from bot.store import QuestionState, Store, post_from_json, post_to_json
from bot.store.archive import CHANGES
from bot.store.questions import ThreadSpeakers
from digest.model import Answer, Turn
from digest.selection.ledger import LedgerEntry, State
from tests.builders import NOON, a_digest

THREAD = Place("slack", "C1", "1700.1")
ANN, BOB = Person("U-ann"), Person("U-bob")


def a_question(id: str = "q1", person: Person = ANN, **values) -> Question:
    return Question(id, THREAD, person, f"text of {id}", **({"message": f"m-{id}", "at": NOON} | values))


def an_answer(text: str = "Yes [1].") -> Answer:
    return Answer(text, (), ("2601.00001",), "en", "a-model")


A_POST = Post(
    (
        Heading("Title", 2),
        Text("text"),
        Small("small"),
        Quotation("quoted", "p. 4", "https://arxiv.org/pdf/2601.00001#page=4", 1),
        Rule(),
        Actions((Button("ask", "v", "Ask", Style.PRIMARY, "Sure?"),)),
        Menu("choose", "Which?", (("4 DynamicVLA", "4"),)),
    ),
    "fallback",
    "zh",
)


class TestPosts:
    def test_a_post_comes_back_as_it_was(self):
        assert post_from_json(post_to_json(A_POST)) == A_POST


class TestQuestions:
    async def test_once_per_id_and_once_per_message(self, store):
        assert await store.save_question(a_question())
        assert not await store.save_question(a_question())
        assert not await store.save_question(a_question("another-event", message="m-q1"))
        assert await store.save_question(a_question("form-1", message=""))
        assert await store.save_question(a_question("form-2", message=""))

    async def test_delivered_many_times_at_once_it_is_kept_once(self, store):
        kept = await asyncio.gather(*(store.save_question(a_question(f"e{n}", message="m")) for n in range(20)))
        assert sum(kept) == 1

    async def test_it_stays_among_the_unanswered_until_its_answer_was_sent(self, store):
        await store.save_question(a_question("q2", at=NOON + timedelta(seconds=1)))
        await store.save_question(a_question("q1"))
        assert [a.question.id for a in await store.unanswered()] == ["q1", "q2"]
        await store.save_answer("q1", an_answer(), A_POST)
        waiting = (await store.unanswered())[0]
        assert (waiting.answer, waiting.post) == (an_answer(), A_POST)
        await store.mark_answered("q1", "m-answer")
        assert [a.question.id for a in await store.unanswered()] == ["q2"]
        asked = await store.question("q1")
        assert (asked.state, asked.message) == (QuestionState.ANSWERED, "m-answer")

    async def test_tokens_live_shorter_than_the_question(self, store):
        await store.save_question(a_question(extra={"token": "secret"}))
        assert (await store.question("q1")).question.extra == {"token": "secret"}
        assert b"secret" not in await store.redis.do("HGET", "paperboy:question:q1", "question")
        assert await store.redis.do("TTL", "paperboy:question-extra:q1") <= 3600

    async def test_an_edited_question_is_replaced_and_what_was_made_for_the_old_words_is_dropped(self, store):
        await store.save_question(a_question())
        await store.save_answer("q1", an_answer(), A_POST)
        assert await store.amend(replace(a_question("an-edit", message="m-q1"), text="better", edited="2")) == ("q1", 0)
        asked = await store.question("q1")
        assert (asked.question.text, asked.question.id, asked.revision) == ("better", "q1", 1)
        assert (asked.answer, asked.post) == (None, None)
        assert not await store.save_answer("q1", an_answer(), A_POST, revision=0)
        assert not await store.mark_answered("q1", "m-answer", revision=0)
        assert await store.save_answer("q1", an_answer(), A_POST, revision=1)
        assert await store.mark_answered("q1", "m-answer", revision=1)
        assert await store.amend(a_question("q9", message="unknown")) == ("", 0)

    async def test_an_older_edit_or_one_of_spaces_changes_nothing(self, store):
        await store.save_question(a_question())
        await store.amend(replace(a_question(), text="second", edited="2"))
        await store.amend(replace(a_question(), text="first", edited="1"))
        await store.amend(replace(a_question(), text="  second ", edited="3"))
        asked = await store.question("q1")
        assert (asked.question.text, asked.revision) == ("second", 1)

    async def test_an_edit_of_an_answered_question_opens_it_again(self, store):
        await store.save_question(a_question())
        await store.mark_answered("q1", "m-answer")
        assert await store.amend(replace(a_question(), text="better")) == ("q1", 1)
        [asked] = await store.unanswered()
        assert (asked.state, asked.message, asked.round) == (QuestionState.OPEN, "m-answer", 1)

    async def test_what_answered_its_asker_alone_is_taken_back_once_with_the_question(self, store):
        await store.save_question(a_question())
        await store.mark_answered("q1", "m-menu", alone=True)
        assert await store.withdraw(THREAD, "m-q1") == [("q1", 1)]
        [asked] = await store.unanswered()
        assert (asked.state, asked.message) == (QuestionState.WITHDRAWN, "m-menu")
        assert await store.withdraw(THREAD, "m-q1") == []

    async def test_a_deleted_question_ends_and_is_kept_until_nothing_of_its_answer_is_left(self, store):
        await store.save_question(a_question())
        assert await store.withdraw(THREAD, "m-q1") == []
        assert not await store.mark_answered("q1", "late")
        [asked] = await store.unanswered()
        assert asked.state is QuestionState.WITHDRAWN
        await store.end_withdrawn("q1")
        assert await store.unanswered() == []
        assert await store.withdraw(THREAD, "unknown") == []

    async def test_the_conversation_of_a_thread_in_order_without_what_is_private(self, store):
        for n, private in ((1, False), (2, True), (3, False)):
            await store.save_question(a_question(f"q{n}", at=NOON + timedelta(minutes=n), private=private))
            await store.save_answer(f"q{n}", an_answer(f"answer {n}"), A_POST)
        assert await store.turns(THREAD) == [
            Turn("text of q1", "answer 1", ("2601.00001",)),
            Turn("text of q3", "answer 3", ("2601.00001",)),
        ]
        assert len(await store.turns(THREAD, 1)) == 1
        assert await store.turns(replace(THREAD, thread="other")) == []

    async def test_a_person_s_latest_answered_questions_the_newest_first(self, store):
        for n in range(6):
            await store.save_question(a_question(f"q{n}", at=NOON + timedelta(minutes=n), message=f"m{n}"))
            if n != 4:
                await store.save_answer(f"q{n}", an_answer(f"answer {n}"), A_POST)
        latest = await store.asked_by(a_question().person.id, 3)
        assert [asked.question.id for asked in latest] == ["q5", "q3", "q2"]
        assert await store.asked_by("nobody", 3) == []

    async def test_a_persons_questions_are_counted_once_each(self, store):
        assert [await store.admit("U-ann", q, 2) for q in ("a", "b", "b", "c")] == [True, True, True, False]
        assert await store.admit("U-bob", "a", 1)


class TestThreads:
    async def test_what_is_known_of_a_thread(self, store):
        assert await store.thread(THREAD) is None
        await store.save_thread(THREAD, "slack:C1:2026-01-30:daily")
        await store.quiet(THREAD)
        talk = await store.thread(THREAD)
        assert (talk.digest, talk.quiet) == ("slack:C1:2026-01-30:daily", True)

    async def test_each_person_speaks_of_their_own_paper(self, store):
        await store.discuss(THREAD, ANN.id, ("2601.00001",))
        await store.discuss(THREAD, BOB.id, ("2601.00002", "2601.00003"))
        assert await store.under_discussion(THREAD, ANN.id) == ("2601.00001",)
        assert await store.under_discussion(THREAD, BOB.id) == ("2601.00002", "2601.00003")

    async def test_the_papers_of_the_question_before_are_kept(self, store):
        assert await store.discussed_before(THREAD, ANN.id) == ()
        for paper in ("2601.00001", "2601.00002", "2601.00002"):
            await store.discuss(THREAD, ANN.id, (paper,))
        assert await store.under_discussion(THREAD, ANN.id) == ("2601.00002",)
        assert await store.discussed_before(THREAD, ANN.id) == ("2601.00001",)
        assert await store.discussed_before(THREAD, BOB.id) == ()

    async def test_who_spoke(self, store):
        assert await store.load_speakers(THREAD) == ThreadSpeakers()
        await store.record_speaker(THREAD, BOB.id)
        await store.record_answered(THREAD, ANN.id)
        assert await store.load_speakers(THREAD) == ThreadSpeakers(humans=True, last="", answered=ANN.id)


class TestVotes:
    def vote(self, kind: VoteKind, subject: str = "2601.00001", person: Person = ANN, **values) -> Vote:
        return Vote(kind, subject, THREAD, person, **({"at": NOON} | values))

    async def test_the_same_vote_counts_once_and_can_be_taken_back(self, store):
        for _ in range(2):
            await store.vote(self.vote(VoteKind.MORE))
        await store.vote(self.vote(VoteKind.MORE, person=BOB))
        assert len(await store.votes("slack:C1")) == 2
        await store.vote(self.vote(VoteKind.MORE, undo=True))
        assert [v.person.id for v in await store.votes("slack:C1")] == [BOB.id]

    async def test_more_and_fewer_exclude_each_other(self, store):
        await store.vote(self.vote(VoteKind.MORE))
        await store.vote(self.vote(VoteKind.FEWER))
        assert [v.kind for v in await store.votes("slack:C1")] == [VoteKind.FEWER]

    async def test_the_later_counts_and_the_earlier_again_when_it_is_taken_back(self, store):
        later = NOON + timedelta(seconds=1)
        await store.vote(self.vote(VoteKind.MORE))
        await store.vote(self.vote(VoteKind.FEWER, at=later))
        await store.vote(self.vote(VoteKind.MORE))  # its event comes again
        assert [v.kind for v in await store.votes("slack:C1")] == [VoteKind.FEWER]
        assert await store.vote_counts("slack:C1", ["2601.00001"]) == {"2601.00001": {VoteKind.FEWER: 1}}
        await store.vote(self.vote(VoteKind.FEWER, undo=True))
        assert await store.votes_on("slack:C1", "2601.00001", ANN.id) == {VoteKind.MORE}

    async def test_saved_papers_are_the_persons(self, store, clock):
        await store.vote(self.vote(VoteKind.SAVED, "a"))
        await store.vote(self.vote(VoteKind.SAVED, "b", at=NOON + timedelta(days=1)))
        await store.vote(self.vote(VoteKind.SAVED, "c", person=BOB))
        assert [v.subject for v in await store.saved(ANN.id)] == ["b", "a"]

    async def test_a_vote_counts_ninety_days(self, store, clock):
        await store.vote(self.vote(VoteKind.MORE))
        clock.forward(timedelta(days=91))
        assert await store.votes("slack:C1") == []

    async def test_the_channel_can_make_it_forget_what_it_taught(self, store):
        await store.vote(self.vote(VoteKind.MORE))
        await store.vote(self.vote(VoteKind.SAVED))
        await store.forget_votes("slack:C1")
        assert [v.kind for v in await store.votes("slack:C1")] == [VoteKind.SAVED]


async def everything(store: Store) -> str:
    """All keys and values, as one text, but for the ids that the archive has still to take out."""
    found = []
    for name in set(await store.redis.scan("*")) - {CHANGES}:
        kind = (await store.redis.do("TYPE", name)).decode()
        command = {"hash": "HGETALL", "set": "SMEMBERS", "string": "GET"}.get(kind)
        value = await store.redis.do(command, name) if command else await store.redis.do("ZRANGE", name, 0, -1)
        found.append(f"{name} {value}")
    return "\n".join(found)


class TestForgetting:
    async def test_nothing_of_a_person_is_left_and_all_of_the_other(self, store):
        for person in (ANN, BOB):
            question = a_question(f"q-{person.id}", person)
            await store.save_question(question)
            await store.save_question_name(question.id)
            await store.record_speaker(THREAD, person.id)
            await store.save_answer(question.id, an_answer(), A_POST)
            await store.admit(person.id, question.id, 5)
            await store.wait_turn(person.id, question.id)
            await store.discuss(THREAD, person.id, ("2601.00002",))
            await store.discuss(THREAD, person.id, ("2601.00001",))
            await store.record_answered(THREAD, person.id)
            await store.vote(Vote(VoteKind.SAVED, "2601.00001", THREAD, person, NOON))
        await store.record_answered(THREAD, ANN.id)
        await store.forget_person(ANN.id)
        left = await everything(store)
        assert ANN.id not in left
        assert BOB.id in left
        assert [turn.question for turn in await store.turns(THREAD)] == ["text of q-U-bob"]
        assert [v.person.id for v in await store.votes("slack:C1")] == [BOB.id]

    async def test_nothing_of_a_channel_is_left_and_all_of_the_other(self, store):
        for channel in ("C1", "C12"):
            place = Place("slack", channel, "1700.1")
            digest = a_digest(1, subscription=place.key)
            await store.save_subscription(Subscription(place))
            entry = LedgerEntry("2601.00001", "cs.CV", NOON, State.CHOSEN, NOON.date())
            await store.save_digest(digest, [entry], ("cs.CV",))
            await store.plan_delivery(digest.key, place, ())
            run = await store.begin_run(place.key, NOON.date(), "daily")
            await store.note_run(run, "waiting")
            await store.save_question(replace(a_question(f"q-{channel}"), place=place))
            await store.save_answer(f"q-{channel}", an_answer(), A_POST)
            await store.save_thread(place, digest.key)
            await store.vote(Vote(VoteKind.MORE, "2601.00001", place, ANN, NOON))
            await store.save_posts(digest.key, place, {"2601.00001": "m1"})
        await store.forget_subscription("slack:C1")
        left = await everything(store)
        gone = [
            line for line in left.splitlines() if "slack:C1:" in line or line.startswith("paperboy:ledger:slack:C1 ")
        ]
        assert [line for line in gone if "person:" not in line] == []
        assert await store.subscription("slack:C1") is None
        assert await store.question("q-C1") is None
        assert await store.digest("slack:C12:2026-01-30:daily") is not None
        assert len(await store.votes("slack:C12")) == 1
        assert [a.question.id for a in await store.unanswered()] == ["q-C12"]
        assert len(await store.open_deliveries()) == 1
