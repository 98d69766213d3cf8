"""Commands are synced, also for an app that people may not install for themselves."""

from tests.bot.discord.recording import RecordingHandler
from tests.bot.discord.test_wire import listening, until


async def test_an_app_without_user_install_has_its_commands_on_servers(home):
    home.discord.fail("PUT", r"/applications/\d+/commands", 400, code=50035)
    async with listening(home, RecordingHandler()):
        await until(lambda: home.world.commands)
    assert {"paper", "digest"} <= {c["name"] for c in home.world.commands}
    assert not any(1 in (c.get("integration_types") or ()) for c in home.world.commands)
