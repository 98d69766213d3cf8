"""Checks of the model server: the settings, its dialect, and how much of a prompt it reads."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from bot.core.finding import Check, Finding, State
from bot.core.settings.settings import Settings
from bot.server.wiring import model_from, open_store
from bot.store import RedisCache
from digest.errors import Misconfigured, PaperboyError
from digest.ports import Cache, MemoryCache, NoLimit

if TYPE_CHECKING:
    from digest.llm.server.client import Model
    from digest.llm.server.probing import Probe

_SERVERS = "Ollama: OLLAMA_CONTEXT_LENGTH, llama.cpp: --ctx-size, vLLM: --max-model-len, LM Studio: Context Length"


def names(settings: Settings) -> dict[str, str]:
    """The models by the setting that names them."""
    wanted = {
        "LLM_MODEL": settings.llm_model,
        "LLM_MODEL_FAST": settings.llm_model_fast,
        "LLM_EMBEDDINGS_MODEL": settings.llm_embeddings_model,
    }
    return {what: name for what, name in wanted.items() if name}


async def model(settings: Settings) -> list[Finding]:
    """At most ten small calls for each model; what they teach is kept for the bot."""
    if not settings.has_model:
        return [
            Finding(
                "model",
                State.OFF,
                "none: digests quote the papers' own sentences",
                "Set OPENAI_API_KEY or OPENAI_BASE_URL for analyses.",
            )
        ]
    async with _cache(settings) as cache:
        server = model_from(settings, cache, NoLimit())
        try:
            return await _model_findings(settings, server)
        finally:
            await server.aclose()


@contextlib.asynccontextmanager
async def _cache(settings: Settings) -> AsyncGenerator[Cache, None]:
    """The store's, or one in memory if the store is away: its own check says so."""
    async with contextlib.AsyncExitStack() as stack:
        try:
            store, _, _ = await stack.enter_async_context(open_store(settings, full=0))
        except PaperboyError:
            yield MemoryCache()
        else:
            yield RedisCache(store)


async def _model_findings(settings: Settings, server: Model) -> list[Finding]:
    try:
        listed = {str(entry.get("id") or entry.get("name")): entry for entry in await server.list_models()}
    except Misconfigured as error:
        if "OPENAI_API_KEY" in str(error):
            return [Finding("model", State.BAD, str(error), "Check OPENAI_API_KEY.")]
        listed = {}  # not every server has a list
    except PaperboyError as error:
        if "OPENAI_BASE_URL if this" in str(error):
            return [Finding("model", State.BAD, str(error), "Check OPENAI_BASE_URL and the network.")]
        listed = {}
    found = []
    for what, name in names(settings).items():
        entry = listed.get(name) or listed.get(f"models/{name}") or {}
        if what == "LLM_EMBEDDINGS_MODEL":
            found.append(await _embeddings_finding(server, what, name))
        else:
            found += await _probe_findings(settings, server, what, entry)
        if listed and not entry and found[-1].state is State.BAD:
            near = ", ".join(sorted(listed)[:5])
            found[-1] = Finding(what, State.BAD, found[-1].detail, f"Set {what} to one of: {near}.")
    return found


async def key_finding(settings: Settings) -> Finding:
    """Whether the server takes the key and lists the model; one request, no model's call."""
    server = model_from(settings, MemoryCache(), NoLimit())
    try:
        listed = [str(entry.get("id") or entry.get("name")) for entry in await server.list_models()]
    except PaperboyError as error:
        if "OPENAI_API_KEY" in str(error):
            return Finding("OPENAI_API_KEY", State.BAD, str(error))
        if "OPENAI_BASE_URL if this" in str(error):
            return Finding("OPENAI_BASE_URL", State.BAD, str(error), answered=False)
        todo = "The key is untried; `paperboy check` tries it."
        return Finding("model server", State.DOUBTFUL, str(error), todo)
    finally:
        await server.aclose()
    wanted = settings.llm_model
    if listed and wanted not in (name.removeprefix("models/") for name in listed) and wanted not in listed:
        near = difflib.get_close_matches(wanted, listed, 5, 0.3) or sorted(listed)[:5]
        return Finding("LLM_MODEL", State.BAD, f"the server does not list {wanted}", f"It lists {', '.join(near)}.")
    known = f"model {wanted}" if listed else "it lists no models"
    return Finding("OPENAI_API_KEY", State.GOOD, f"the server takes it; {known}")


async def _embeddings_finding(server: Model, what: str, name: str) -> Finding:
    try:
        [vector] = await server.embed(["paper"])
    except PaperboyError as error:
        return Finding(what, State.BAD, str(error), f"Check {what}, or unset it.")
    return Finding(what, State.GOOD, f"{name}: {len(vector)} numbers a text")


async def _probe_findings(settings: Settings, server: Model, what: str, entry: Mapping[str, Any]) -> list[Finding]:
    from digest.llm.server.probing import probe_model  # noqa: PLC0415  # loads the SDK only with a model

    fast = what == "LLM_MODEL_FAST"
    name = server.fast if fast else server.name
    try:
        probe = await probe_model(server, entry, fast=fast)
    except PaperboyError as error:
        return [Finding(what, State.BAD, str(error), "See what the server said; then run the check again.")]
    special = ", ".join(probe.dialect.described)
    found = [Finding(what, State.GOOD, f"{name}; this server: {special}" if special else name)]
    return [*found, _window_finding(settings, probe, what)]


def _window_finding(settings: Settings, probe: Probe, what: str) -> Finding:
    from digest.llm.server.reading import SMALL  # noqa: PLC0415  # with the probe

    title, wanted = f"{what} window", settings.llm_context_tokens
    if probe.cut:
        return Finding(
            title,
            State.BAD,
            f"the server cuts long prompts without a word: it reads about {probe.dialect.cuts:,} tokens",
            f"Make its window larger ({_SERVERS}), or set LLM_CONTEXT_TOKENS to it.",
        )
    if probe.window and probe.window < wanted:
        return Finding(
            title,
            State.DOUBTFUL,
            f"{probe.window:,} tokens, less than LLM_CONTEXT_TOKENS ({wanted:,})",
            f"Set LLM_CONTEXT_TOKENS={probe.window}, or make the server's window larger ({_SERVERS}).",
        )
    known = f"{probe.window:,} tokens by the server; " if probe.window else ""
    if probe.refused or probe.reads < SMALL:
        found = (
            f"a prompt of about {probe.refused:,} tokens is too long for it"
            if probe.refused
            else "the server counts no tokens, and the model cannot show what it reads"
        )
        return Finding(title, State.DOUBTFUL, known + found, "Set LLM_CONTEXT_TOKENS to the model's window.")
    return Finding(title, State.GOOD, f"{known}a prompt of about {probe.reads:,} tokens was read whole")


CHECKS: list[Check] = [model]
