"""Checks of what the bot needs to run: platforms and their channels, the host's disk, the ports."""

from __future__ import annotations

import contextlib
import os
import socket

import aiohttp

from bot.core.finding import Check, Finding, State
from bot.core.settings.settings import Settings
from bot.server.hosts import REDIS_REQUIRED, ephemeral_host, maybe_ephemeral_host
from bot.server.wiring import open_store
from digest.errors import PaperboyError

TIMEOUT = aiohttp.ClientTimeout(total=3)


async def slack(settings: Settings) -> list[Finding]:
    token, app_token = settings.slack_bot_token.get_secret_value(), settings.slack_app_token.get_secret_value()
    if not token:
        return [_unused("Slack", "SLACK_BOT_TOKEN", orphans=(settings.slack_channel, settings.admin_slack_channel))]
    from bot.slack.chat import SlackChat  # noqa: PLC0415  # loads the SDK only with a token
    from bot.slack.check import check_connection  # noqa: PLC0415

    chat = SlackChat(token, settings.slack_api_url)
    try:
        channels = await _channels(settings, "slack", settings.slack_channel, settings.admin_slack_channel)
        findings = await check_connection(chat, channels, app_token)
    finally:
        await chat.close()
    if not (app_token or settings.slack_signing_secret.get_secret_value()):
        todo = "Set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET (HTTP on PORT)."
        findings.append(Finding("Slack events", State.BAD, "the bot receives no events", todo))
    return findings


async def discord(settings: Settings) -> list[Finding]:
    token = settings.discord_token.get_secret_value()
    if not token:
        orphans = (settings.discord_channel_id, settings.admin_discord_channel_id)
        return [_unused("Discord", "DISCORD_TOKEN", orphans=orphans)]
    from bot.discord.chat import DiscordChat  # noqa: PLC0415
    from bot.discord.check import check_connection  # noqa: PLC0415
    from bot.discord.connection import set_addresses  # noqa: PLC0415

    set_addresses(settings.discord_api_url, settings.discord_gateway_url)
    chat = DiscordChat(token)
    try:
        named = (settings.discord_channel_id, settings.admin_discord_channel_id)
        return await check_connection(chat, await _channels(settings, "discord", *named))
    finally:
        await chat.close()


def _unused(platform: str, token: str, orphans: tuple[str, ...]) -> Finding:
    if any(orphans):
        return Finding(platform, State.BAD, "a channel is set but no token", f"Set {token}.")
    return Finding(platform, State.OFF, "not configured", f"Set {token} to run there.")


async def _channels(settings: Settings, platform: str, *named: str) -> list[str]:
    """Channels from the settings and from the stored subscriptions."""
    known: list[str] = []
    with contextlib.suppress(PaperboyError):  # another check reports the store
        async with open_store(settings, full=0) as (store, _, _):
            known = [s.place.channel for s in await store.subscriptions() if s.place.platform == platform]
    return list(dict.fromkeys([*(n for n in named if n), *known]))


async def host(settings: Settings) -> list[Finding]:
    if settings.redis_url:
        return []
    if name := ephemeral_host(os.environ):
        return [Finding("REDIS_URL", State.BAD, "not set", REDIS_REQUIRED.format(host=name))]
    if name := maybe_ephemeral_host(os.environ):
        todo = "Set REDIS_URL, or mount a volume and set PAPERBOY_HOME to a directory on it."
        return [Finding("REDIS_URL", State.DOUBTFUL, f"not set; on {name} data lasts only on a volume", todo)]
    return []


async def port(settings: Settings) -> list[Finding]:
    """Checks that PORT and METRICS_PORT are free or that a running bot holds them."""
    found = [Finding("PORT", State.GOOD, f"{settings.port} is free")]
    if error := _bind_error(settings.port):
        found = [await _probe_port(settings.port, error)]
    running = found[0].detail.startswith("a bot runs")
    apart = settings.metrics_port
    if apart not in (None, settings.port) and not running and (error := _bind_error(apart)):
        said = f"{apart} cannot be used ({error.strerror})"
        found.append(Finding("METRICS_PORT", State.DOUBTFUL, said, "Set METRICS_PORT to a free port."))
    return found


def _bind_error(number: int) -> OSError | None:
    """The error of binding to the port; None if it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", number))  # noqa: S104  # as the service binds
        except OSError as error:
            return error
    return None


async def _probe_port(number: int, error: OSError) -> Finding:
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError, ValueError):
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.get(f"http://127.0.0.1:{number}/readyz") as answer,
        ):
            states = await answer.json()
            state = State.GOOD if answer.status == 200 else State.DOUBTFUL
            down = ", ".join(f"{part} {how}" for part, how in states.items() if how in ("down", "stopping"))
            return Finding(
                "PORT", state, f"a bot runs on {number}: {states['status']}" + (f" ({down})" if down else "")
            )
    todo = "Set PORT to a free port: it serves /healthz, /metrics and Slack over HTTP."
    return Finding("PORT", State.DOUBTFUL, f"{number} cannot be used ({error.strerror})", todo)


CHECKS: list[Check] = [slack, discord, host, port]
