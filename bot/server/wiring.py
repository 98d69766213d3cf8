"""The composition root: builds the object graph from Settings, for commands and tests alike."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

import stamina
from yarl import URL

from bot.core.chat import Chats, Place
from bot.core.clock import clock
from bot.core.settings.settings import Settings
from bot.core.subscription import Subscription
from bot.store import Redis, RedisBudget, RedisCache, RedisPace, RedisPauses, Store, StoreUnavailable, reachable
from bot.store.embedded.server import EmbeddedStore, store_address
from bot.store.redis import FULL_WAIT, with_certificates
from digest.arxiv.sharing import SharedPapers
from digest.errors import for_log
from digest.ports import Analyst, Budget, Cache, NoPictures, Papers, Pictures, Services, Texts
from digest.version import user_agent

if TYPE_CHECKING:
    from bot.alerts.admin import AdminReports
    from bot.archive.archive import Archive
    from bot.archive.links import Links
    from bot.archive.zotero import Zotero
    from bot.context import Context, Queue
    from bot.digests.daily import Daily
    from digest.llm.server.client import Model

log = logging.getLogger(__name__)

STORE_TIMEOUT = 60.0
"""Seconds that a starting service waits for Redis."""
ARXIV_TIMEOUT = timedelta(seconds=90)
"""How long the command line waits for arXiv in total."""


@dataclass(frozen=True)
class App:
    """The objects that roles and commands share."""

    settings: Settings
    store: Store
    services: Services
    pace: RedisPace
    now: Callable[[], datetime]
    url: str
    """Address of the store's server."""
    embedded: EmbeddedStore | None
    stack: contextlib.AsyncExitStack
    """Closed with the app."""

    @cached_property
    def archive(self) -> Archive:
        from bot.archive.archive import Archive  # noqa: PLC0415

        return Archive(self.store, self.settings.home, self.services.papers, self.settings.archive_days)

    @cached_property
    def zotero(self) -> Zotero:
        from bot.archive.zotero import Zotero  # noqa: PLC0415
        from bot.archive.zotero_api import ZoteroApi  # noqa: PLC0415
        from digest.http.reader import HttpReader  # noqa: PLC0415

        settings = self.settings
        key, url = settings.zotero_api_key.get_secret_value(), settings.zotero_api_url
        reader = HttpReader({URL(url).host or ""}, user_agent(settings.arxiv_contact))
        self.stack.push_async_callback(reader.aclose)
        secrets = {name: platform.token for name, platform in settings.platforms.items()}
        api = ZoteroApi(reader, url, lambda token: RedisPauses(self.store, token))
        return Zotero(self.store, self.services.papers, api, key, settings.zotero_library, secrets)

    def daily(self, chats: Chats) -> Daily:
        from bot.digests.daily import Daily  # noqa: PLC0415

        return Daily(self.store, self.services, chats, self.pace, self.now)

    def context(self, chats: Chats, queue: Queue) -> Context:
        from bot.context import Context  # noqa: PLC0415

        return Context(
            store=self.store,
            services=self.services,
            chats=chats,
            queue=queue,
            daily=self.daily(chats),
            now=self.now,
            defaults=subscription_from_settings(self.settings, Place("", "")),
            admins=frozenset(self.settings.digest_admins),
            questions_per_person=self.settings.questions_per_person,
            personal_digests=self.settings.personal_digests,
            daily_budget=self.settings.llm_daily_budget_usd if self.settings.has_model else None,
            show_cost=self.settings.digest_show_cost,
            pace=self.pace,
            archive=self.archive,
            links=self.links(),
            zotero=self.zotero if chats.keys() - {"console"} else None,  # slow to load, for channels alone
            reports=self.reports(chats),
        )

    def links(self) -> Links | None:
        """None without ARCHIVE_URL: the archive then has no pages."""
        from bot.archive.links import Links  # noqa: PLC0415

        url = self.settings.archive_url
        return Links(self.store, url, self.settings.archive_public) if url else None

    def reports(self, chats: Chats) -> AdminReports:
        """Reports to the admins' channels on the configured platforms."""
        from bot.alerts.admin import AdminReports  # noqa: PLC0415

        named = {name: platform.admin_channel for name, platform in self.settings.platforms.items()}
        places = [Place(name, channel) for name, channel in named.items() if channel and name in chats]
        return AdminReports(self.store, chats, places, self.pace, self.now, self.settings.digest_language)


def subscription_from_settings(settings: Settings, place: Place, created: datetime | None = None) -> Subscription:
    """A channel's subscription with the defaults of the environment."""
    return Subscription(
        place=place,
        profile=settings.profile,
        papers=settings.digest_papers,
        detail=settings.digest_detail,
        time=settings.digest_time,
        timezone=settings.digest_timezone,
        days=tuple(settings.digest_days),
        show_cost=settings.digest_show_cost,
        figures=settings.digest_figures,
        layout=settings.digest_layout,
        created=created,
    )


@contextlib.asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    shared: bool = False,
    papers: Papers | None = None,
    texts: Texts | None = None,
    analyst: Analyst | None = None,
    ahead: Callable[[Store, Papers], Awaitable[Papers]] | None = None,
) -> AsyncIterator[App]:
    """`shared` lets channels share requests to arXiv. `papers`, `texts` and `analyst` replace
    those of the settings. `ahead` may ask for papers before the rest is loaded, which takes a
    second. Raises Misconfigured, StoreUnavailable."""
    loop = asyncio.get_running_loop()
    # Loaded while the store's server starts. To read certificate authorities is no work for Python.
    first = "bot.digests.daily" if papers and ahead is None else "digest.arxiv.client"
    loop.run_in_executor(None, import_module, first)
    async with (
        open_store(settings, wait=STORE_TIMEOUT if shared else 0.0) as (store, url, embedded),
        contextlib.AsyncExitStack() as stack,
    ):
        pace = RedisPace(store)
        asked = papers or _papers(settings, pace)
        if ahead is not None:
            asked = await ahead(store, asked)
            await loop.run_in_executor(None, _load, settings)
        services = await _services(
            settings, store, pace, stack, SharedPapers(asked, RedisCache(store)) if shared else asked, texts, analyst
        )
        yield App(settings, store, services, pace, store.now, url, embedded, stack)


@contextlib.asynccontextmanager
async def open_store(
    settings: Settings, *, wait: float = 0.0, full: float = FULL_WAIT
) -> AsyncIterator[tuple[Store, str, EmbeddedStore | None]]:
    """Yields the store, its server's address, and the server if embedded. Waits `wait` seconds for
    a server at REDIS_URL, and `full` for one that takes no writes. Raises Misconfigured,
    StoreUnavailable."""
    address = with_certificates(settings.redis_url.get_secret_value(), settings.redis_ca_file)
    async with store_address(address, settings.home) as (url, embedded), Redis(url, full=full) as redis:
        if embedded is None:
            await _wait_for_store(url, wait)
        store = Store(redis, clock(settings.paperboy_now))
        if embedded is not None:
            async with embedded.alone() as alone:
                if alone:  # leases of killed processes
                    await store.free_leases()
        yield store, url, embedded


async def _wait_for_store(url: str, wait: float) -> None:
    """Returns when the server answers. Raises StoreUnavailable after `wait` seconds."""

    def is_awaited(error: Exception) -> bool:
        if isinstance(error, StoreUnavailable) and wait:
            log.warning("event=store_awaited cause=%r", for_log(error))
            return True
        return False

    await stamina.AsyncRetryingCaller(attempts=None, timeout=wait or None, wait_max=1.0)(is_awaited, reachable, url)


def _load(settings: Settings) -> None:
    """Loads in a thread what a digest needs, so that what was asked meanwhile goes on."""
    for name in ("bot.digests.daily", "digest.fulltext.reader", "digest.extractive.analyst"):
        import_module(name)
    if settings.has_model:
        import_module("digest.llm.analyst")


def _papers(settings: Settings, pace: RedisPace) -> Papers:
    from digest.arxiv.client import Arxiv  # noqa: PLC0415

    return Arxiv(
        settings.arxiv_api_url, settings.arxiv_rss_url, settings.arxiv_contact, pace=pace, time_limit=ARXIV_TIMEOUT
    )


async def _services(
    settings: Settings,
    store: Store,
    pace: RedisPace,
    stack: contextlib.AsyncExitStack,
    papers: Papers,
    texts: Texts | None,
    analyst: Analyst | None,
) -> Services:
    from digest.extractive.analyst import ExtractiveAnalyst  # noqa: PLC0415

    cache = RedisCache(store)
    pictures: Pictures = NoPictures()
    if texts is None:
        from digest.fulltext.fetch import Fetcher  # noqa: PLC0415
        from digest.fulltext.reader import Reader  # noqa: PLC0415

        fetcher = Fetcher(settings.arxiv_content_url, pace, agent=user_agent(settings.arxiv_contact))
        reader = Reader(fetcher, cache)
        stack.push_async_callback(reader.aclose)
        texts, pictures = reader, reader
    stand_in = ExtractiveAnalyst()
    budget = RedisBudget(
        store,
        settings.llm_daily_budget_usd,
        settings.channel_daily_budget_usd,
        settings.questions_per_person,
        settings.personal_daily_budget_usd,
    )
    if analyst is None and settings.has_model:
        analyst = await _model(settings, budget, cache, stack)
    return Services(
        papers,
        texts,
        analyst or stand_in,
        stand_in,
        cache,
        concurrency=settings.llm_concurrency,
        spent=budget.used,
        pictures=pictures,
        share=budget.share,
    )


def model_from(settings: Settings, cache: Cache, budget: Budget) -> Model:
    from digest.llm.server.client import Model  # noqa: PLC0415  # loads the SDK only with a key

    return Model(
        name=settings.llm_model,
        fast=settings.llm_model_fast,
        embeddings=settings.llm_embeddings_model,
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        api=settings.llm_api,
        context_tokens=settings.llm_context_tokens,
        concurrency=settings.llm_concurrency,
        cache=cache,
        budget=budget,
        prices=settings.llm_prices,
    )


async def _model(settings: Settings, budget: Budget, cache: RedisCache, stack: contextlib.AsyncExitStack) -> Analyst:
    from bot.core.metrics import CountedBudget  # noqa: PLC0415
    from digest.llm.analyst import ModelAnalyst  # noqa: PLC0415

    model = model_from(settings, cache, CountedBudget(budget))
    stack.push_async_callback(model.aclose)
    return ModelAnalyst(model)
