"""Where a text exceeds the model's context, passages are chosen by words fused with the server's vectors; without them by words, and it is said when
nothing fits. Through the real SDK against the local server.
"""

import logging
from dataclasses import replace

from digest.llm.analyst import ModelAnalyst
from digest.llm.server.client import Model, RetryPolicy
from digest.llm.similarity import cosines_to
from digest.model import FullText, Passage, Section, Usage
from digest.ports import Booking, MemoryCache, Source, booked, show_nothing
from tests.digest.llm.papers import a_text, moving
from tests.servers.model import ModelServer

QUESTION = "What was it that there is of these?"
"""Words that no index holds, and the server's vectors do."""
NEAREST = "These it was, that there is of what. " * 11 + "These it was, that there is of what."
"""Longer than its fellows, so that it does not slip into what room is left."""
RETRIES = RetryPolicy(attempts=2, first_wait=0.001, longest_wait=0.002)


def a_model(server: ModelServer, embeddings: str = "stand-in-embed", **values) -> Model:
    given = {"name": "stand-in", "api_key": "k", "base_url": server.base_url, "retries": RETRIES, "context_tokens": 16_000}  # fmt: skip
    return Model(**(given | values), embeddings=embeddings)


def a_thesis(paper=None) -> FullText:
    """Some 60,000 characters; what is nearest to the question stands late in it."""
    paper = paper or moving()
    trials = tuple(
        Passage(f"Trial {i}: the policy behaved as before. " + f"Object {i} fell again. " * 15, anchor=f"S9.p{i}")
        for i in range(160)
    )
    trials = (*trials[:140], Passage(NEAREST, anchor="S9.near"), *trials[140:])
    text = a_text(paper)
    return replace(text, sections=(*text.sections[:3], Section("9 Trials", 1, "S9", passages=trials)))


async def ask(model: Model, sources: list[Source], question: str = QUESTION):
    answer = await ModelAnalyst(model).answer(question, sources, [], "en", show_nothing)
    await model.aclose()
    return answer


def vectors_asked(server: ModelServer) -> list[list[str]]:
    return [c.body["input"] for c in server.journal if c.task == "embeddings"]


async def test_a_question_is_answered_from_what_is_nearest_in_meaning(server):
    book = Booking("c", "answer")
    with booked("c", "answer", into=book):
        answer = await ask(a_model(server), [Source(moving(), a_thesis())])
    asked = vectors_asked(server)
    assert asked[0] == [QUESTION]
    assert max(map(len, asked)) <= 128
    assert NEAREST in server.calls[0].prompt
    assert answer.selected
    assert not answer.unmatched
    assert (book.spent["embed"].calls, book.spent["answer"].calls) == (len(asked), 1)


async def test_without_a_model_for_vectors_the_beginning_is_read_and_that_is_said(server):
    answer = await ask(a_model(server, embeddings=""), [Source(moving(), a_thesis())])
    assert vectors_asked(server) == []
    assert NEAREST not in server.calls[0].prompt
    assert "Trial 0:" in server.calls[0].prompt
    assert answer.selected
    assert answer.unmatched


async def test_what_words_match_is_not_called_a_beginning(server):
    answer = await ask(
        a_model(server, embeddings=""), [Source(moving(), a_thesis())], "Which trials fell on DriftBench?"
    )
    assert answer.selected
    assert not answer.unmatched


async def test_vectors_that_fail_leave_it_to_words_and_the_model_is_asked_as_ever(server, caplog):
    caplog.set_level(logging.WARNING, logger="digest")
    server.behave("error_500", tasks=("embeddings",))
    model = a_model(server)
    with booked("c", "answer") as book:
        answer = await ask(model, [Source(moving(), a_thesis())], "Which trials fell on DriftBench?")
    assert answer.quotes or answer.found
    assert answer.by == "stand-in"
    assert len(vectors_asked(server)) == RETRIES.attempts
    assert any("event=embeddings_unavailable" in r.getMessage() for r in caplog.records)
    assert book.spent.get("embed", Usage()) == Usage()


async def test_a_server_without_vectors_does_not_shorten_the_patience_for_text(server):
    """A failure of the one is no failure of the other: the text is still tried again."""
    server.behave("error_500", tasks=("embeddings",))
    server.queue.append("error_500")
    assert (await ask(a_model(server), [Source(moving(), a_thesis())])).by == "stand-in"
    assert [c.status for c in server.calls] == [500, 200]


async def test_a_second_question_asks_vectors_for_itself_alone(server):
    cache = MemoryCache()
    await ask(a_model(server, cache=cache), [Source(moving(), a_thesis())])
    before = len(vectors_asked(server))
    await ask(a_model(server, cache=cache), [Source(moving(), a_thesis())], "And of what is it?")
    assert vectors_asked(server)[before:] == [["And of what is it?"]]


async def test_of_several_papers_each_is_searched_by_meaning(server):
    papers = [replace(moving(), id=f"2601.0000{n}") for n in (1, 2, 3)]
    await ask(
        a_model(server, context_tokens=64_000), [Source(p, a_thesis(p), number=n) for n, p in enumerate(papers, 1)]
    )
    assert server.calls[0].prompt.count(NEAREST) == 3


async def test_an_analysis_of_a_text_beyond_the_context_asks_for_vectors_too(server):
    await ModelAnalyst(model := a_model(server)).analyse(moving(), a_thesis(), "en")
    assert vectors_asked(server)
    await model.aclose()


async def test_a_text_that_fits_asks_for_none(server):
    await ask(a_model(server, context_tokens=128_000), [Source(moving(), a_thesis())])
    assert vectors_asked(server) == []


async def test_vectors_of_another_length_or_no_length_are_near_to_nothing():
    async def embed(texts):
        return [{"q": [1.0, 0.0], "short": [1.0], "nought": [0.0, 0.0], "nan": [float("nan"), 1.0]}.get(t, [2.0, 0.0]) for t in texts]  # fmt: skip

    assert await cosines_to("q", ["short", "nought", "nan", "same"], embed) == [0, 0, 0, 1]
