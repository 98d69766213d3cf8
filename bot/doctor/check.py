"""`paperboy check`: what is configured, reachable and missing, and what to do about it."""

from __future__ import annotations

import asyncio
import sys
from zoneinfo import ZoneInfo

import aiohttp
from rich.table import Table
from rich.text import Text

from bot.console import render
from bot.core.chat import Place
from bot.core.clock import clock
from bot.core.schedule import before_list
from bot.core.settings import Settings
from bot.doctor import platforms, store
from bot.doctor.finding import Check, Finding, State
from bot.server.wiring import subscription
from digest.errors import PaperboyError
from digest.version import user_agent

PATIENCE = aiohttp.ClientTimeout(total=10)


STYLES = {State.GOOD: "green", State.OFF: "dim", State.DOUBTFUL: "yellow", State.BAD: "bold red"}


async def check_up(settings: Settings) -> int:
    """Prints the table; 1 when something is bad, else 0."""
    results = await asyncio.gather(*(_checked(check, settings) for check in CHECKS))
    findings = [finding for found in results for finding in found]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("what", "", "how it stands", "what to do"):
        table.add_column(heading, overflow="fold")
    for f in findings:
        table.add_row(f.what, Text(f.state.value, style=STYLES[f.state]), f.said, f.todo)
    render.terminal(sys.stdout).print(table)
    return int(any(f.state is State.BAD for f in findings))


async def _checked(check: Check, settings: Settings) -> list[Finding]:
    try:
        return await check(settings)
    except PaperboyError as error:
        return [Finding(check.__name__.strip("_"), State.BAD, str(error))]


# ---------------------------------------------------------------- each thing


async def _arxiv(settings: Settings) -> list[Finding]:
    category = settings.digest_categories[0]
    asked = {
        "arXiv feed": f"{settings.arxiv_rss_url.rstrip('/')}/rss/{category}",
        "arXiv API": f"{settings.arxiv_api_url}?search_query=cat:{category}&max_results=1",
        "arXiv texts": f"{settings.arxiv_content_url.rstrip('/')}/pdf/1706.03762",
    }
    found = []
    async with aiohttp.ClientSession(
        timeout=PATIENCE, headers={"User-Agent": user_agent(settings.arxiv_contact)}
    ) as session:
        for number, (what, url) in enumerate(asked.items()):
            if number:
                await asyncio.sleep(3)  # arXiv's terms: one request in three seconds
            found.append(await _asked(session, what, url))
    if not settings.arxiv_contact:
        found.append(
            Finding(
                "ARXIV_CONTACT", State.DOUBTFUL, "not set", "Set an e-mail address: arXiv throttles the nameless first."
            )
        )
    return found


async def _asked(session: aiohttp.ClientSession, what: str, url: str) -> Finding:
    try:
        async with session.get(url) as answer:
            if answer.status in (200, 404):  # a mirror need not have the paper that is asked for
                return Finding(what, State.GOOD, "answers")
            wait = answer.headers.get("Retry-After", "")
            todo = f"Try again in {wait} seconds." if wait else "Try again later; runs retry by themselves."
            return Finding(what, State.BAD, f"answers {answer.status}", todo)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return Finding(
            what,
            State.BAD,
            f"cannot be reached ({type(error).__name__})",
            "Check the network, a proxy, and the ARXIV_*_URL settings.",
        )


async def _model(settings: Settings) -> list[Finding]:
    if not settings.has_model:
        return [
            Finding(
                "model",
                State.OFF,
                "none: the papers' own sentences are used",
                "Set OPENAI_API_KEY or OPENAI_BASE_URL for analyses.",
            )
        ]
    base = (settings.openai_base_url or "https://api.openai.com/v1").rstrip("/")
    headers = {"Authorization": f"Bearer {settings.openai_api_key.get_secret_value() or 'none'}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=PATIENCE, headers=headers) as session,
            session.get(f"{base}/models") as answer,
        ):
            if answer.status in (401, 403):
                return [Finding("model", State.BAD, "the key is refused", "Check OPENAI_API_KEY.")]
            if answer.status != 200:
                return [Finding("model", State.DOUBTFUL, f"the server does not list its models ({answer.status})")]
            listed = await answer.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return [
            Finding(
                "model",
                State.BAD,
                f"cannot be reached ({type(error).__name__})",
                "Check OPENAI_BASE_URL and the network.",
            )
        ]
    names = (
        {str(m.get("id")) for m in listed.get("data", []) if isinstance(m, dict)} if isinstance(listed, dict) else set()
    )
    return [_known(what, name, names) for what, name in _models(settings).items()]


def _models(settings: Settings) -> dict[str, str]:
    wanted = {
        "LLM_MODEL": settings.llm_model,
        "LLM_MODEL_FAST": settings.llm_model_fast,
        "LLM_EMBEDDINGS_MODEL": settings.llm_embeddings_model,
    }
    return {what: name for what, name in wanted.items() if name}


def _known(what: str, name: str, names: set[str]) -> Finding:
    if name in names or not names:
        return Finding(what, State.GOOD, name)
    return Finding(
        what, State.BAD, f"the server does not list {name}", f"Set {what} to one of: {', '.join(sorted(names)[:5])}."
    )


async def _prices(settings: Settings) -> list[Finding]:
    capped = settings.llm_daily_budget_usd is not None or settings.channel_daily_budget_usd is not None
    unpriced = [name for name in _models(settings).values() if settings.has_model and name not in settings.llm_prices]
    if not settings.has_model:
        return []
    if unpriced and capped:
        return [
            Finding(
                "LLM_PRICES",
                State.BAD,
                f"no price for {', '.join(unpriced)}",
                "A cap in dollars cannot hold without prices: add them.",
            )
        ]
    if unpriced:
        return [Finding("LLM_PRICES", State.OFF, "no prices: tokens are counted, not dollars")]
    return [Finding("LLM_PRICES", State.GOOD, "set")]


async def _time(settings: Settings) -> list[Finding]:
    first = subscription(settings, Place("", ""))
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


CHECKS: list[Check] = [*store.CHECKS, _arxiv, _model, _prices, _time, *platforms.CHECKS]
