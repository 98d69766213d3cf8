"""The manifest: valid, and exactly what is used, no scope more and none less."""

import json
import re

import jsonschema_rs
import pytest
import yaml

from bot.slack.listeners import connection
from bot.slack.listeners.events import EVENTS
from bot.slack.web_api import METHODS
from tests.paths import ROOT, SHARED
from tests.servers.slack.people import EVENT_SCOPES

SOURCE = ROOT / "bot/slack"
SCHEMA = SHARED / "specs/slack-manifest.schema.json"
MANIFEST = yaml.safe_load((SOURCE / "manifest.yaml").read_text())
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
BOT_EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.exists(), reason="Slack's manifest schema is not here; the other tests are")
def test_it_is_valid_by_slacks_schema():
    jsonschema_rs.validate(json.loads(SCHEMA.read_text()), MANIFEST)


def test_every_scope_is_needed_and_none_is_missing():
    by_methods = {scope for scopes in METHODS.values() for scope in scopes}
    by_events = {EVENT_SCOPES[event] for event in BOT_EVENTS if event in EVENT_SCOPES}
    assert by_methods | by_events | {"commands"} == SCOPES


def test_the_methods_called_are_those_of_the_table():
    called = {
        name
        for path in SOURCE.rglob("*.py")
        if path.name != "web_api.py"
        for name in re.findall(r'"((?:auth|assistant|chat|conversations|users|views)\.[A-Za-z.]+)"', path.read_text())
    }
    by_the_sdk = {"files.getUploadURLExternal", "files.completeUploadExternal"}  # of `files_upload_v2`
    assert called | by_the_sdk | {"auth.test", "apps.connections.open"} == set(METHODS)


def test_the_events_subscribed_to_are_those_heard():
    assert {event.partition(".")[0] for event in BOT_EVENTS} == set(EVENTS)
    assert {e for e in BOT_EVENTS if e.startswith("message.")} == {"message.channels", "message.groups", "message.im"}


def test_commands_and_shortcut_are_those_listened_to():
    features = MANIFEST["features"]
    assert tuple(c["command"] for c in features["slash_commands"]) == connection.COMMANDS
    assert [s["callback_id"] for s in features["shortcuts"]] == [connection.SHORTCUT]
    assert len(features["shortcuts"][0]["name"]) <= 24
