"""`paperboy run`: the chosen roles in one process, its signals, and its end. Everything it joins is built here and in `bot.server.wiring`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from aiohttp import web

from bot.commands.dispatcher import Dispatcher
from bot.context import Context
from bot.core import metrics
from bot.core.chat import Chat, Place
from bot.core.settings import Settings
from bot.core.subscription import Subscription
from bot.questions.conversation import Conversation
from bot.server.health import Health, served, watch
from bot.server.hosts import REQUIRED, losing_disk
from bot.server.wiring import App, opened, subscription
from bot.store import RedisCache
from bot.worker.jobs import Jobs
from bot.worker.queue import Queue
from bot.worker.scheduler import BeginRun, RunScheduler
from digest.errors import Misconfigured

log = logging.getLogger(__name__)

CPU_THREADS = 2
SWITCH = 0.001
"""Checks of model output run in threads, which share the interpreter with the event loop: ten at once would keep a command waiting for its turn
again and again. Two threads, and a switch every millisecond, keep acknowledgements fast (bench.acks)."""
DRAIN = 20.0
"""Seconds that running work gets at the end; what is unfinished goes on from its checkpoints at the next start."""


class Role(StrEnum):
    SLACK = "slack"
    DISCORD = "discord"
    CLOCK = "clock"
    WORKER = "worker"


@dataclass
class Running:
    """What is to be waited for, and what is to be ended, in that order."""

    tasks: list[Awaitable[None]] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


async def serve(settings: Settings, roles: frozenset[Role] = frozenset(Role)) -> None:
    """Until SIGTERM or SIGINT. Raises Misconfigured where nothing can be run, or a token is refused."""
    if not (settings.slack_bot_token.get_secret_value() or settings.discord_token.get_secret_value()):
        raise Misconfigured(
            "Nothing to run: set SLACK_BOT_TOKEN or DISCORD_TOKEN (README: in ten minutes), or try `paperboy demo`."
        )
    if not settings.redis_url and (host := losing_disk(os.environ)):
        raise Misconfigured(REQUIRED.format(host=host))
    metrics.count_retries()
    sys.setswitchinterval(SWITCH)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CPU_THREADS, thread_name_prefix="checks"))
    async with opened(settings, shared=True) as app, contextlib.AsyncExitStack() as stack:
        chats = _chats(settings, stack)
        reports = app.reports(chats)

        async def aside(task: str, note: str) -> None:
            await jobs.handle_set_aside(task, note)

        queue = await stack.enter_async_context(Queue(app.url, app.store, app.embedded, on_set_aside=aside))
        context = app.context(chats, queue)
        conversation = Conversation(context)
        jobs = Jobs(context, conversation, queue)
        await first_subscriptions(app)
        running = Running()
        health = Health(store=app.store.server_time, depth=queue.depth)
        web_app = web.Application()
        handler = Dispatcher(context, conversation)
        if Role.SLACK in roles and "slack" in chats:
            _listen_to_slack(settings, app, chats["slack"], handler, running, health, web_app)
        if Role.DISCORD in roles and "discord" in chats:
            _listen_to_discord(settings, app, chats["discord"], handler, running, health)
        if Role.CLOCK in roles:
            running.tasks.append(RunScheduler(app.store, _begin(context, queue), app.now).run())
        if Role.WORKER in roles:
            await jobs.requeue_open_work()
            running.tasks.append(queue.run())
            running.closing.append(lambda: queue.drain(DRAIN))
        running.closing.append(handler.drain)
        running.tasks.append(watch(health, reports, frozenset({"slack", "discord"})))
        by_http = Role.SLACK in roles and "slack" in chats and not settings.slack_app_token.get_secret_value()
        await stack.enter_async_context(served(health, web_app, settings.port, settings.metrics_port, needed=by_http))
        log.info("event=started roles=%s", ",".join(sorted(roles)))
        await _until_stopped(running, health)


def _begin(context: Context, queue: Queue) -> BeginRun:
    async def begin(due: Subscription, day: date) -> None:
        run = await context.store.begin_run(due.key, day, "daily")
        await queue.add("digest", run.key)

    return begin


async def _until_stopped(running: Running, health: Health) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    at_work = [asyncio.ensure_future(task) for task in running.tasks]
    waiting = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({waiting, *at_work}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            task.result()  # a refused token, or a bug: the process ends with it
    finally:
        log.info("event=stopping")
        health.stopping = True
        await asyncio.gather(*(close() for close in running.closing), return_exceptions=True)
        for task in (*at_work, waiting):
            task.cancel()
        await asyncio.gather(*at_work, waiting, return_exceptions=True)
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


# ---------------------------------------------------------------- platforms


def _chats(settings: Settings, stack: contextlib.AsyncExitStack) -> dict[str, Chat]:
    """Every platform that has a token: any worker may post to any. The SDKs of the others are not loaded."""
    chats: dict[str, Chat] = {}
    if token := settings.slack_bot_token.get_secret_value():
        from bot.slack.chat import SlackChat  # noqa: PLC0415

        slack = SlackChat(token, settings.slack_api_url)
        stack.push_async_callback(slack.close)
        chats[slack.name] = slack
    if token := settings.discord_token.get_secret_value():
        from bot.discord.chat import DiscordChat  # noqa: PLC0415
        from bot.discord.connection import use  # noqa: PLC0415

        use(settings.discord_api_url, settings.discord_gateway_url)
        discord = DiscordChat(token)
        stack.push_async_callback(discord.close)
        chats[discord.name] = discord
    return chats


def _listen_to_slack(
    settings: Settings,
    app: App,
    chat: Chat,
    handler: Dispatcher,
    running: Running,
    health: Health,
    web_app: web.Application,
) -> None:
    from bot.slack.chat import SlackChat  # noqa: PLC0415
    from bot.slack.listeners.connection import SlackConnection  # noqa: PLC0415

    assert isinstance(chat, SlackChat)
    app_token, secret = settings.slack_app_token.get_secret_value(), settings.slack_signing_secret.get_secret_value()
    if not (app_token or secret):
        raise Misconfigured(
            "Slack needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP on PORT) beside the bot token."
        )
    connection = SlackConnection(
        chat,
        handler,
        app_token=app_token,
        signing_secret=secret,
        api_url=settings.slack_api_url,
        now=app.now,
    )
    if not app_token:
        connection.mount(web_app)
    health.parts["slack"] = lambda: connection.connected
    running.tasks.append(connection.run())
    running.closing.append(connection.close)


def _listen_to_discord(
    settings: Settings, app: App, chat: Chat, handler: Dispatcher, running: Running, health: Health
) -> None:
    from bot.discord.chat import DiscordChat  # noqa: PLC0415
    from bot.discord.listeners.gateway import DiscordListener  # noqa: PLC0415

    assert isinstance(chat, DiscordChat)
    roles = frozenset(settings.discord_ask_roles)
    listener = DiscordListener(settings.discord_token.get_secret_value(), handler, chat, RedisCache(app.store), roles)
    health.parts["discord"] = lambda: listener.ready
    running.tasks.append(listener.run())
    running.closing.append(listener.close)


async def first_subscriptions(app: App) -> None:
    """The channels that the settings name, unless they are set already."""
    settings = app.settings
    for platform, channel in (("slack", settings.slack_channel), ("discord", settings.discord_channel_id)):
        if channel and await app.store.subscription(f"{platform}:{channel}") is None:
            first = subscription(settings, Place(platform, channel), app.now())
            await app.store.keep_subscription(replace(first, created=app.now()))
            log.info("event=subscribed subscription=%s", first.key)
