"""Commands are synced, also for an app that people may not install for themselves, and texts name them as they are typed."""

import re

import pytest

from bot.core.texts import say
from bot.discord.render.markdown import as_typed
from digest.render.catalogs import catalog
from tests.bot.discord.test_wire import listening
from tests.bot.recording import RecordingHandler
from tests.deadline import until


async def test_an_app_without_user_install_has_its_commands_on_servers(home):
    home.discord.fail("PUT", r"/applications/\d+/commands", 400, code=50035)
    async with listening(home, RecordingHandler()):
        await until(lambda: home.world.commands)
    assert {"paper", "digest"} <= {c["name"] for c in home.world.commands}
    assert not any(1 in (c.get("integration_types") or ()) for c in home.world.commands)


@pytest.mark.parametrize(
    ("slack", "discord"),
    [
        ("/paper 2601.22153", "/paper lookup paper:2601.22153"),
        ("/paper 2601.22153 does it release code?", "/paper ask paper:2601.22153 question:does it release code?"),
        ("/paper video dubbing", "/paper search words:video dubbing"),
        ("/paper compare 3 5", "/paper search words:compare 3 5"),
        ("/digest me now", "/digest me what:now"),
        ("/paper saved", "/paper saved"),
        ("/digest setup", "/digest setup"),
        ("x = /paper", "x = /paper"),
    ],
)
def test_a_command_is_written_as_discord_takes_it(slack, discord):
    assert as_typed(slack) == discord


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "ja", "ko", "pt_BR", "zh_Hans"])
async def test_every_command_that_a_text_names_can_be_typed(home, language):
    async with listening(home, RecordingHandler()):
        await until(lambda: home.world.commands)
    verbs = {
        f"/{c['name']} {o['name']}": {f["name"] for f in o.get("options", ())}
        for c in home.world.commands
        for o in c.get("options", ())
    }
    texts = [catalog("bot", language).pgettext(name, one) for name, one, _ in say.entries.values()]
    named = {as_typed(code) for text in texts for code in re.findall(r"`(/(?:paper|digest) [^`{]+)`", text)}
    assert len(named) > 15
    for command in named:
        verb = " ".join(command.split(" ")[:2])
        assert verb in verbs, command
        assert set(re.findall(r"(?<= )([a-z]+):(?=\S)", command)) <= verbs[verb] | {"au", "ti"}, command
