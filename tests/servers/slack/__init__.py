"""A small but strict Slack over real HTTP and WebSocket, for the real slack-sdk and slack-bolt. See `server.SlackServer`."""

from tests.servers.slack.hub import Delivery, signature
from tests.servers.slack.rules import Refused, shown, texts
from tests.servers.slack.server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.servers.slack.workspace import BOT_ID, BOT_USER, TEAM, Channel, Message, User

__all__ = [
    "APP_TOKEN", "BOT_ID", "BOT_TOKEN", "BOT_USER", "TEAM", "Channel", "Delivery", "Message",
    "Refused", "SlackServer", "User", "shown", "signature", "texts",
]  # fmt: skip
