"""Slack passes the contract of every Chat, over the wire to the strict server."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.chat import Person, Place, Question, StepKind
from bot.core.ids import LINK_PLACEHOLDER
from bot.digests.delivery import _fill_links
from bot.slack.chat import SlackChat
from bot.store import DeliveryState
from tests.bot.contract import KEY, Break, ChatContract, Seen, check_whole, die, run, until_done
from tests.servers.slack import BOT_TOKEN, SlackServer

FAULTS = {
    Break.ANSWER_LOST: "drop",
    Break.REQUEST_LOST: "refuse",
    Break.THROTTLED: "429:0.05",
    Break.GONE: "error:channel_not_found",
    Break.FORBIDDEN: "error:token_revoked",
    Break.HISTORY: "error:missing_scope",
}


class SlackWorld:
    place = Place("slack", "C1")

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.chat = SlackChat(BOT_TOKEN, server.url)

    async def posts(self) -> Sequence[Seen]:
        messages = sorted(self.server.space.channels["C1"].messages.values(), key=lambda m: m.ts)
        return [Seen(m.ts, m.shown, m.thread_ts) for m in messages if m.bot_id]

    def break_next(self, break_: Break, when: str = "post") -> None:
        if when == "post":
            self.server.fail("chat.postMessage", FAULTS[break_])
        else:
            self.server.fail("conversations.history", FAULTS[break_])
            self.server.fail("conversations.replies", FAULTS[break_])

    async def remove(self, message: str) -> None:
        self.server.remove("C1", message)

    def refusals(self) -> Sequence[object]:
        return self.server.refusals()

    def question(self, thread: Place) -> Question:
        asked = self.server.say("C1", "U1", "does 1 release code?", thread.thread)[0].payload["event"]["ts"]
        return Question(f"slack:C1:{asked}", thread, Person("U1"), "does 1 release code?", datetime.now(UTC), asked)


class TestSlack(ChatContract):
    @pytest.fixture
    async def world(self):
        async with SlackServer(speed=20) as server:
            server.space.add_user("U1")
            server.space.add_channel("C1", "U1")
            made = SlackWorld(server)
            yield made
            await made.chat.close()

    async def test_an_edit_done_twice_does_no_harm(self, world, store):
        """As the suite's, with the links filled in as a delivery does: Slack refuses a link that is none."""
        delivered = await run(world, store)
        edit = next(s for s in (await store.delivery(KEY)).plan if s.kind is StepKind.EDIT)
        here = await world.chat.link(world.place, delivered.parent)
        marks = LINK_PLACEHOLDER.findall(json.dumps(edit.payload, ensure_ascii=False, default=str))
        ready = replace(edit, payload=_fill_links(edit.payload, dict.fromkeys(marks, here)))
        await world.chat.post(ready, world.place, delivered.parent)
        await check_whole(world)

    async def test_a_parent_that_a_person_deleted_before_any_reply_ends_it_with_a_sentence(self, world, store):
        await die(world, store, "intend", 0)
        [parent] = await world.posts()
        await world.remove(parent.message)
        ended = await until_done(world, store)
        assert (ended.state, await world.posts()) == (DeliveryState.ASIDE, [])
        assert "deleted" in ended.fault

    @pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
    @pytest.mark.parametrize("fault", ["drop", "refuse", "500", "503", "html", "429:0.05"])
    @pytest.mark.parametrize("skip", [0, 1, 2])
    async def test_whatever_breaks_at_whatever_request_every_post_stands_once_and_in_order(
        self, world, store, method, fault, skip
    ):
        world.server.fail(method, fault, skip=skip)
        assert (await until_done(world, store)).state is DeliveryState.DONE
        await check_whole(world)
