"""Of `paperboy check`, what running the bot needs: the platforms with their channels, the admins' channels, the host's disk, the port."""

from __future__ import annotations

import contextlib
import os
import socket

import aiohttp

from bot.core.settings import Settings
from bot.doctor.finding import Check, Finding, State
from bot.server.hosts import REQUIRED, doubtful_disk, losing_disk
from bot.server.wiring import stored
from digest.errors import PaperboyError

SOON = aiohttp.ClientTimeout(total=3)


async def slack(settings: Settings) -> list[Finding]:
    token, app_token = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    if not token:
        return [_unused("Slack", "SLACK_BOT_TOKEN", orphans=(settings.slack_channel, settings.admin_slack_channel))]
    from bot.slack.chat import SlackChat  # noqa: PLC0415  # the SDK is loaded where there is a token
    from bot.slack.check import stands  # noqa: PLC0415

    chat = SlackChat(token, settings.slack_api_url)
    try:
        channels = await _channels(settings, "slack", settings.slack_channel, settings.admin_slack_channel)
        found = await stands(chat, channels, app_token)
    finally:
        await chat.close()
    findings = [Finding(s.what, State.GOOD if s.good else State.BAD, s.said, s.todo) for s in found]
    if not (app_token or settings.slack_signing_secret.get_secret_value()):
        todo = "Set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET (HTTP on PORT)."
        findings.append(Finding("Slack events", State.BAD, "nothing that people do there can be heard", todo))
    return findings


async def discord(settings: Settings) -> list[Finding]:
    token = settings.discord_token.get_secret_value()
    if not token:
        orphans = (settings.discord_channel_id, settings.admin_discord_channel_id)
        return [_unused("Discord", "DISCORD_TOKEN", orphans=orphans)]
    from bot.discord.chat import DiscordChat  # noqa: PLC0415
    from bot.discord.check import stands  # noqa: PLC0415
    from bot.discord.connection import use  # noqa: PLC0415

    use(settings.discord_api_url, settings.discord_gateway_url)
    chat = DiscordChat(token)
    try:
        named = (settings.discord_channel_id, settings.admin_discord_channel_id)
        found = await stands(chat, await _channels(settings, "discord", *named))
    finally:
        await chat.close()
    wrong = {"Discord intent": State.DOUBTFUL}
    return [Finding(s.what, State.GOOD if s.good else wrong.get(s.what, State.BAD), s.said, s.todo) for s in found]


def _unused(platform: str, token: str, orphans: tuple[str, ...]) -> Finding:
    if any(orphans):
        return Finding(platform, State.BAD, "a channel is named, and there is no token", f"Set {token}.")
    return Finding(platform, State.OFF, "not configured", f"Set {token} to run there.")


async def _channels(settings: Settings, platform: str, *named: str) -> list[str]:
    """Those of the settings, and those that were set up in the place itself."""
    known: list[str] = []
    with contextlib.suppress(PaperboyError):  # the store has a line of its own
        async with stored(settings) as (store, _, _):
            known = [s.place.channel for s in await store.subscriptions() if s.place.platform == platform]
    return list(dict.fromkeys([*(n for n in named if n), *known]))


async def host(settings: Settings) -> list[Finding]:
    if settings.redis_url:
        return []
    if name := losing_disk(os.environ):
        return [Finding("REDIS_URL", State.BAD, "not set", REQUIRED.format(host=name))]
    if name := doubtful_disk(os.environ):
        todo = "Set REDIS_URL, or mount a volume and set PAPERBOY_HOME to a directory on it."
        return [Finding("REDIS_URL", State.DOUBTFUL, f"not set; on {name} a disk lasts only with a volume", todo)]
    return []


async def port(settings: Settings) -> list[Finding]:
    """Free, or answered by a bot that runs already; that of the metrics too, where they have one."""
    found = [Finding("PORT", State.GOOD, f"{settings.port} is free")]
    if error := _bound(settings.port):
        found = [await _taken(settings.port, error)]
    running = found[0].said.startswith("a bot runs")
    apart = settings.metrics_port
    if apart not in (None, settings.port) and not running and (error := _bound(apart)):
        said = f"{apart} cannot be used ({error.strerror})"
        found.append(Finding("METRICS_PORT", State.DOUBTFUL, said, "Set METRICS_PORT to one that is free."))
    return found


def _bound(number: int) -> OSError | None:
    """Why it cannot be served on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", number))  # noqa: S104  # as it will be served
        except OSError as error:
            return error
    return None


async def _taken(number: int, error: OSError) -> Finding:
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
        async with (
            aiohttp.ClientSession(timeout=SOON) as session,
            session.get(f"http://127.0.0.1:{number}/readyz") as answer,
        ):
            standing = await answer.json()
            state = State.GOOD if answer.status == 200 else State.DOUBTFUL
            down = ", ".join(f"{part} {how}" for part, how in standing.items() if how in ("down", "stopping"))
            return Finding(
                "PORT", state, f"a bot runs on {number}: {standing['status']}" + (f" ({down})" if down else "")
            )
    todo = "Set PORT to one that is free: /healthz and /metrics, and Slack over HTTP, are served there."
    return Finding("PORT", State.DOUBTFUL, f"{number} cannot be used ({error.strerror})", todo)


CHECKS: list[Check] = [slack, discord, host, port]
