"""The Chat of a terminal: what is printed when, and that it is printed once."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.console.chat import ConsoleChat
from bot.console.render import THEME
from bot.core.chat import Person, Place, Post, Question, Text
from bot.digests.delivery import deliver
from digest.ports import FreePace
from tests.bot.contract import KEY, a_thread

PLACE = Place("console", "demo", "1")
QUESTION = Question("q", PLACE, Person("you"), "does it release code?", datetime.now(UTC))


def a_console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), theme=THEME, width=80, force_terminal=terminal, color_system=None)


@pytest.fixture
def chat(store):
    return ConsoleChat(store, a_console(), a_console())


def printed(chat: ConsoleChat) -> str:
    return chat.screen.file.getvalue()


async def test_a_digest_is_printed_once_with_its_replies_behind_an_edge(chat, store):
    for _ in range(2):
        await deliver(KEY, lambda: chat.plan(a_thread(), PLACE, KEY), chat, PLACE, store, FreePace())
    text = printed(chat)
    assert text.count("About parent") == 1
    assert text.index("About parent") < text.index("▎ About first") < text.index("▎ About second")
    assert "terminal.invalid" not in text


async def test_in_a_pipe_an_answer_is_printed_once_when_it_is_finished(chat):
    draft = await chat.draft(QUESTION, "answer:q")
    await draft.status("Reading …")
    await draft.write("It rel")
    assert printed(chat) == ""
    await draft.finish(Post((Text("It releases its code."),), "x"))
    await draft.finish(Post((Text("It releases its code."),), "x"))
    assert printed(chat).count("It releases its code.") == 1


async def test_on_a_terminal_an_answer_is_seen_while_it_is_written(store):
    chat = ConsoleChat(store, a_console(terminal=True), a_console())
    draft = await chat.draft(QUESTION, "answer:q")
    await draft.write("It rel")
    await draft.write("It releases")
    await draft.finish(Post((Text("It releases its code."),), "x"))
    text = printed(chat)
    assert "It rel" in text
    assert text.rstrip().endswith("It releases its code.")


async def test_a_draft_that_is_never_finished_leaves_nothing_in_the_channel(chat):
    await (await chat.draft(QUESTION, "answer:q")).write("It rel")
    assert await chat.history(PLACE).messages() == []


async def test_a_message_without_a_key_found_is_put_once_per_request(store):
    board = ConsoleChat(store).history(PLACE)
    assert [await board.put("k", {}), await board.put("k", {})] == ["1", "2"]
