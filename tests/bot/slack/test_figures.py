"""Figures on Slack: uploaded before the post, over the wire to the strict server."""

import pytest

from bot.store import DeliveryState
from tests.bot.contract import check_whole
from tests.bot.figures import FiguresContract, run, words_pictured
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
        monkeypatch.setattr("bot.slack.chat.FILE_PAUSE", 0.01)
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

    async def test_a_missing_scope_is_not_asked_for_again_and_again(self, world, store):
        world.break_upload("refused")
        await run(world, store)
        assert len(world.server.calls("files.getUploadURLExternal")) == 2

    @pytest.mark.parametrize("how", ["drop", "refuse", "503", "429:0.05"])
    async def test_a_post_that_breaks_after_its_upload_comes_once(self, world, store, how):
        world.server.fail("chat.postMessage", how, skip=1)
        assert (await run(world, store)).state is DeliveryState.DONE
        await check_whole(world)
