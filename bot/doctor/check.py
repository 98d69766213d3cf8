"""`paperboy check`: what is configured, reachable and missing, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import sys
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import aiohttp
from rich.text import Text

from bot.console import render
from bot.core.bounded import bound_replies
from bot.core.chat import Place
from bot.core.clock import clock
from bot.core.finding import Check, Finding, State
from bot.core.schedule import before_list
from bot.core.settings.settings import Settings
from bot.doctor import model, platforms, store, zotero
from bot.server.wiring import subscription_from_settings
from bot.store.limits.budget import ASSUMED
from digest.arxiv.http import HOSTS
from digest.errors import PaperboyError
from digest.http.bounds import retry_after
from digest.version import user_agent

TIMEOUT = aiohttp.ClientTimeout(total=10)
PAUSE = 3.0
"""Seconds between requests to arXiv, by its terms."""
STYLES = {State.GOOD: "green", State.OFF: "dim", State.DOUBTFUL: "yellow", State.BAD: "bold red"}


async def run_checks(settings: Settings, *, as_json: bool = False, plain: bool = False) -> int:
    """Prints the findings: a table, data, or plain lines. Returns 1 if one is bad, else 0."""
    results = await asyncio.gather(*(_run_check(check, settings) for check in CHECKS))
    findings = [finding for found in results for finding in found]
    if as_json:
        data = [{"what": f.what, "state": f.state.value, "detail": f.detail, "todo": f.todo} for f in findings]
        print(json.dumps(data, ensure_ascii=False, indent=1))  # noqa: T201
    else:
        cells = [(f.what, Text(f.state.value, style=STYLES[f.state]), f.detail, f.todo) for f in findings]
        render.rows(sys.stdout, ("what", "", "how it stands", "what to do"), cells, plain=plain)
    return int(any(f.state is State.BAD for f in findings))


async def _run_check(check: Check, settings: Settings) -> list[Finding]:
    try:
        return await check(settings)
    except PaperboyError as error:
        return [Finding(check.__name__.removeprefix("_check_"), State.BAD, str(error))]


async def _check_arxiv(settings: Settings) -> list[Finding]:
    category = settings.digest_categories[0]
    asked = {
        "arXiv feed": f"{settings.arxiv_rss_url.rstrip('/')}/rss/{category}",
        "arXiv API": f"{settings.arxiv_api_url}?search_query=cat:{category}&max_results=1",
        "arXiv texts": f"{settings.arxiv_content_url.rstrip('/')}/pdf/1706.03762",
    }
    found = []
    async with aiohttp.ClientSession(
        timeout=TIMEOUT,
        headers={"User-Agent": user_agent(settings.arxiv_contact)},
        trace_configs=[bound_replies(aiohttp.TraceConfig(), HOSTS)],
    ) as session:
        for number, (what, url) in enumerate(asked.items()):
            if number:
                await asyncio.sleep(PAUSE)
            found.append(await _probe(session, what, url))
    if not settings.arxiv_contact:
        found.append(
            Finding(
                "ARXIV_CONTACT",
                State.DOUBTFUL,
                "not set",
                "Set an e-mail address: arXiv throttles anonymous clients first.",
            )
        )
    return found


UNREACHED = (
    (aiohttp.ClientConnectorDNSError, "no such name (DNS)"),
    (aiohttp.ClientSSLError, "no trusted certificate"),
    (TimeoutError, "no answer in time"),
    (aiohttp.ClientConnectorError, "no connection"),
)
"""Errors, the narrower first, and what they mean to whoever reads the check."""


async def _probe(session: aiohttp.ClientSession, what: str, url: str) -> Finding:
    try:
        async with session.get(url) as answer:
            if answer.status in (200, 404):  # a mirror may lack this paper
                return Finding(what, State.GOOD, "answers")
            wait = retry_after(answer.headers)
            todo = f"Try again in {wait:.0f} seconds." if wait else "Try again later; runs retry by themselves."
            return Finding(what, State.BAD, f"answers {answer.status}", todo)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        why = next((words for kind, words in UNREACHED if isinstance(error, kind)), "the connection broke")
        said = f"cannot be reached at {urlsplit(url).hostname}: {why}"
        return Finding(what, State.BAD, said, "Check the network, a proxy, and the ARXIV_*_URL settings.")


async def _check_prices(settings: Settings) -> list[Finding]:
    capped = settings.llm_daily_budget_usd is not None or settings.channel_daily_budget_usd is not None
    unpriced = [
        name for name in model.names(settings).values() if settings.has_model and name not in settings.llm_prices
    ]
    if not settings.has_model:
        return []
    if unpriced and capped:
        return [
            Finding(
                "LLM_PRICES",
                State.DOUBTFUL,
                f"no price for {', '.join(unpriced)}",
                f"The caps count ${ASSUMED.input:g} and ${ASSUMED.output:g} per million tokens: add its prices.",
            )
        ]
    if unpriced:
        return [Finding("LLM_PRICES", State.OFF, "no prices: tokens are counted, not dollars")]
    return [Finding("LLM_PRICES", State.GOOD, "set")]


async def _check_time(settings: Settings) -> list[Finding]:
    first = subscription_from_settings(settings, Place("", ""))
    ready = before_list(first, clock(settings.paperboy_now)())
    if ready is None:
        return [Finding("DIGEST_TIME", State.GOOD, f"{first.time} {first.timezone}")]
    local = ready.astimezone(ZoneInfo(first.timezone))
    return [
        Finding(
            "DIGEST_TIME",
            State.DOUBTFUL,
            f"{first.time} {first.timezone} lies before arXiv's list of that day ({local:%H:%M})",
            f"Fine for yesterday's list; for the newest choose {local:%H}:30 or later.",
        )
    ]


CHECKS: list[Check] = [
    *store.CHECKS,
    _check_arxiv,
    *model.CHECKS,
    _check_prices,
    _check_time,
    *platforms.CHECKS,
    *zotero.CHECKS,
]
