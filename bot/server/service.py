"""`paperboy run`: runs the chosen roles in one process until a signal, then drains them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from enum import StrEnum

from aiohttp import web

from bot.alerts.admin import REFUSAL
from bot.archive.links import Links
from bot.commands.digest import restore_channels
from bot.commands.dispatcher import Dispatcher
from bot.context import Context
from bot.core import metrics
from bot.core.chat import Chat, Chats, Place
from bot.core.crypto.signatures import Signer
from bot.core.ids import ChannelKey
from bot.core.reports import Reports
from bot.core.settings.settings import Settings
from bot.core.settings.shapes import PLATFORMS
from bot.questions.conversation import Conversation
from bot.server.health import Health, serve_http, watch_connections
from bot.server.hosts import REDIS_REQUIRED, address, ephemeral_host
from bot.server.wiring import App, open_app, subscription_from_settings
from bot.store import RedisCache, RedisPauses, Store, StoreUnavailable
from bot.worker.jobs import Jobs
from bot.worker.queue import Queue
from bot.worker.scheduler import RunScheduler
from digest.errors import Misconfigured, for_log

log = logging.getLogger(__name__)

CPU_THREADS = 2
"""They check model output. More of them would wait for one another."""
DRAIN = 20.0
"""Seconds for running work to end; the rest resumes at the next start."""
RESTORE_EVERY = 3600.0
"""Seconds between two looks for channels that the bot is in again."""


class Role(StrEnum):
    SLACK = "slack"
    DISCORD = "discord"
    CLOCK = "clock"
    WORKER = "worker"


@dataclass
class Runtime:
    """Tasks to run, and functions that close them in that order."""

    tasks: list[Awaitable[None]] = field(default_factory=list)
    closing: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


async def serve(settings: Settings, roles: frozenset[Role] = frozenset(Role)) -> None:
    """Runs until SIGTERM or SIGINT. Raises Misconfigured."""
    if not any(platform.token for platform in settings.platforms.values()):
        raise Misconfigured(
            "Nothing to run: set SLACK_BOT_TOKEN or DISCORD_TOKEN (see the README), or try `paperboy demo`."
        )
    if not settings.redis_url and (host := ephemeral_host(os.environ)):
        raise Misconfigured(REDIS_REQUIRED.format(host=host))
    metrics.count_retries()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(CPU_THREADS, thread_name_prefix="checks"))
    async with open_app(settings, shared=True) as app, contextlib.AsyncExitStack() as stack:
        chats = _chats(settings, stack, Signer(await app.store.secret()), app.store)
        reports = app.reports(chats)

        async def set_aside(task: str, note: str) -> None:
            await jobs.handle_set_aside(task, note)

        queue = await stack.enter_async_context(Queue(app.url, app.store, app.embedded, on_set_aside=set_aside))
        context = app.context(chats, queue)
        conversation = Conversation(context)
        jobs = Jobs(context, conversation, queue)
        await add_first_subscriptions(app)
        runtime = Runtime()
        health = Health(store=app.store.server_time, depth=queue.depth)
        web_app = web.Application()
        handler = Dispatcher(context, conversation)
        if Role.SLACK in roles and "slack" in chats:
            _listen_to_slack(settings, app, chats["slack"], handler, runtime, health, reports, web_app)
        if Role.DISCORD in roles and "discord" in chats:
            _listen_to_discord(settings, app, chats["discord"], handler, runtime, health, reports)
        if Role.CLOCK in roles:
            runtime.tasks.append(_keep_restoring(context))
            runtime.tasks.append(RunScheduler(app.store, queue.add, app.now).run())
        if Role.WORKER in roles:
            await jobs.requeue_open_work()
            runtime.tasks += [queue.run(), app.archive.run()]
            runtime.closing.append(lambda: queue.drain(DRAIN))
        runtime.closing.append(handler.drain)
        runtime.tasks.append(watch_connections(health, reports, frozenset(PLATFORMS)))
        by_http = Role.SLACK in roles and "slack" in chats and not settings.slack_app_token.get_secret_value()
        if (links := app.links()) is not None:
            _open_pages(app, links, chats, web_app)
        by_http = by_http or links is not None
        await stack.enter_async_context(
            serve_http(
                health,
                web_app,
                settings.port,
                settings.metrics_port,
                host=settings.host or address(os.environ),
                needed=by_http,
            )
        )
        log.info("event=started roles=%s", ",".join(sorted(roles)))
        await _until_stopped(runtime, health)


def _open_pages(app: App, links: Links, chats: Mapping[str, Chat], web_app: web.Application) -> None:
    from bot.archive.pages import Pages  # noqa: PLC0415  # loads Jinja2 only where there are pages

    Pages(app.store, app.archive, links).mount(web_app)
    for chat in chats.values():
        chat.has_archive = True


async def _keep_restoring(context: Context) -> None:
    """Looks again and again, since the event of an invitation can be lost at any time."""
    while True:
        try:
            await restore_channels(context)
        except StoreUnavailable as error:
            log.info("event=not_restored cause=%r", for_log(error))
        await asyncio.sleep(RESTORE_EVERY)


async def _listen(
    platform: str, listening: Awaitable[None], began: Callable[[], bool], health: Health, reports: Reports
) -> None:
    """Keeps the other platforms going when one refuses its token while the bot runs: tells it, then
    waits for the end. Raises Misconfigured at the start, and once no platform is left."""
    try:
        await listening
    except Misconfigured as error:
        if not began():
            raise
        log.error("event=token_refused platform=%s reason=%r", platform, for_log(error))  # noqa: TRY400
        health.refused.add(platform)
        await reports.report_fault(REFUSAL, error.sentence, about=platform)
        if health.refused >= health.parts.keys() & PLATFORMS:
            raise
        await asyncio.Event().wait()


async def _until_stopped(runtime: Runtime, health: Health) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    tasks = [asyncio.ensure_future(task) for task in runtime.tasks]
    waiting = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {waiting}:
            task.result()  # raises Misconfigured, or a bug
    finally:
        log.info("event=stopping")
        health.stopping = True
        await asyncio.gather(*(close() for close in runtime.closing), return_exceptions=True)
        for task in (*tasks, waiting):
            task.cancel()
        await asyncio.gather(*tasks, waiting, return_exceptions=True)
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)


def _chats(settings: Settings, stack: contextlib.AsyncExitStack, signer: Signer, store: Store) -> Chats:
    """A Chat for every platform with a token. Loads the SDKs of these only."""
    chats = Chats()
    if token := settings.slack_bot_token.get_secret_value():
        from bot.slack.chat import SlackChat  # noqa: PLC0415

        slack = SlackChat(token, settings.slack_api_url, signer, RedisPauses(store, token))
        stack.push_async_callback(slack.close)
        chats[slack.name] = slack
    if token := settings.discord_token.get_secret_value():
        from bot.discord.chat import DiscordChat  # noqa: PLC0415
        from bot.discord.connection import set_addresses  # noqa: PLC0415

        set_addresses(settings.discord_api_url, settings.discord_gateway_url)
        discord = DiscordChat(token, pauses=RedisPauses(store, token))
        stack.push_async_callback(discord.close)
        chats[discord.name] = discord
    return chats


def _listen_to_slack(
    settings: Settings,
    app: App,
    chat: Chat,
    handler: Dispatcher,
    runtime: Runtime,
    health: Health,
    reports: Reports,
    web_app: web.Application,
) -> None:
    from bot.slack.chat import SlackChat  # noqa: PLC0415
    from bot.slack.listeners.connection import SlackConnection  # noqa: PLC0415

    assert isinstance(chat, SlackChat)
    app_token, secret = settings.slack_app_token.get_secret_value(), settings.slack_signing_secret.get_secret_value()
    if not (app_token or secret):
        raise Misconfigured(
            "Slack needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP on PORT) besides the bot token."
        )
    connection = SlackConnection(
        chat, handler, app_token=app_token, signing_secret=secret, api_url=settings.slack_api_url, now=app.now
    )
    if not app_token:
        connection.mount(web_app)
    health.parts["slack"] = lambda: connection.connected
    runtime.tasks.append(_listen("slack", connection.run(), lambda: connection.began, health, reports))
    runtime.closing.append(connection.close)


def _listen_to_discord(
    settings: Settings, app: App, chat: Chat, handler: Dispatcher, runtime: Runtime, health: Health, reports: Reports
) -> None:
    from bot.discord.chat import DiscordChat  # noqa: PLC0415
    from bot.discord.listeners.gateway import DiscordListener  # noqa: PLC0415

    assert isinstance(chat, DiscordChat)
    roles = frozenset(settings.discord_ask_roles)
    listener = DiscordListener(settings.discord_token.get_secret_value(), handler, chat, RedisCache(app.store), roles)
    health.parts["discord"] = lambda: listener.ready
    runtime.tasks.append(_listen("discord", listener.run(), lambda: listener.began, health, reports))
    runtime.closing.append(listener.close)


async def add_first_subscriptions(app: App) -> None:
    """Subscribes the channels named in the settings unless they are subscribed, or were and the bot
    was removed: then their own settings hold again once it is back."""
    settings = app.settings
    for platform, on in settings.platforms.items():
        name = str(ChannelKey(platform, on.channel))
        known = await app.store.subscription(name) or await app.store.removed_subscription(name)
        if on.channel and known is None:
            first = subscription_from_settings(settings, Place(platform, on.channel), app.now())
            await app.store.save_subscription(replace(first, created=app.now()))
            log.info("event=subscribed subscription=%s", first.key)
