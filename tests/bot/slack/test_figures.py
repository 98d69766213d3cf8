"""Figures on Slack: uploaded before the post, over the wire to the strict server."""

import pytest

from bot.core.chat import Actions, Button, Picture, Post, Step, StepKind, Style, Text, Upload
from bot.slack.render import messages
from bot.slack.web_api import retry_throttled
from bot.store import DeliveryState
from tests.bot.contract import check_whole
from tests.bot.figures import FiguresContract, a_picture, run, words_pictured
from tests.bot.slack.test_contract import SlackWorld
from tests.servers.slack import SlackServer


class World(SlackWorld):
    async def pictured(self):
        return {
            m.ts: block["alt_text"]
            for m in self.server.space.channels["C1"].messages.values()
            for block in m.blocks
            if block["type"] == "image" and self.server.files[block["slack_file"]["id"]].complete
        }

    def break_upload(self, how):
        match how:
            case "refused":
                self.server.scopes.discard("files:write")
            case "slow":
                self.server.fail("upload", "slow:5", times=99)
            case "lost":
                self.server.fail("upload", "drop", times=99)

    def refuse_picture(self):
        self.server.files_late = 2


class TestFigures(FiguresContract):
    @pytest.fixture
    async def world(self, monkeypatch):
        monkeypatch.setattr("bot.slack.web_api.FILE_PAUSE", 0.01)
        async with SlackServer(speed=20) as server:
            server.space.add_user("U1")
            server.space.add_channel("C1", "U1")
            made = World(server)
            yield made
            await made.chat.close()

    async def test_a_file_that_is_not_ready_for_a_moment_is_waited_for(self, world, store):
        world.server.files_late = 1
        await run(world, store)
        assert set(await words_pictured(world)) == {"first", "second"}

    async def test_a_file_that_is_not_ready_does_not_end_the_feedback_icons(self, world, store):
        """Its refusal is the same as that of the icons, so only a message without a file decides."""
        chat, server = world.chat, world.server
        votes = (("more", "👍 Good"), ("fewer", "👎 Bad"))
        thumbs = Actions(tuple(Button(action, "d#1", label, Style.FEEDBACK) for action, label in votes))
        pictured = Post((Picture("k", "alt", "caption"), Text("x"), thumbs), "x")
        (payload,) = messages.render_post(pictured, "d:1", pictured=True)
        uploaded = await chat.upload(Upload(a_picture(), "alt"))
        server.files_late = 2
        first = Step("d:1", StepKind.POST, payload)
        await retry_throttled(lambda: chat.post(first, world.place, upload=uploaded))
        (plain,) = messages.render_post(Post((Text("x"), thumbs), "x"), "d:2")
        await retry_throttled(lambda: chat.post(Step("d:2", StepKind.POST, plain), world.place))
        *_, last = server.space.channels["C1"].messages.values()
        assert last.blocks[-1]["type"] == "context_actions"

    async def test_a_missing_scope_is_not_asked_for_again_and_again(self, world, store):
        world.break_upload("refused")
        await run(world, store)
        assert len(world.server.calls("files.getUploadURLExternal")) == 2

    @pytest.mark.parametrize("how", ["drop", "refuse", "503", "429:0.05"])
    async def test_a_post_that_breaks_after_its_upload_comes_once(self, world, store, how):
        world.server.fail("chat.postMessage", how, skip=1)
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)
