"""At most one call more for a flawed output, for its flawed places alone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from digest import checks
from digest.errors import Unavailable
from digest.llm import calls
from digest.llm.parsing import data_of, fixes_of
from digest.llm.review import Draft, drafted, worth_repair
from digest.llm.server.client import Model
from digest.llm.server.failures import Overlong
from digest.llm.server.wire import Ask, Reply
from digest.model import Problem

log = logging.getLogger(__name__)


async def repaired(
    model: Model, asked: Ask, draft: Draft, problems: Callable[[Draft], tuple[Problem, ...]], language: str
) -> tuple[Draft, tuple[Problem, ...]]:
    """And what is wrong with it. Sound output comes back as it is, at no cost; without an answer to the repair, what is sound stays.

    Raises Misconfigured.
    """
    found = await asyncio.to_thread(problems, draft)
    flawed = worth_repair(found, draft.texts)
    if not flawed:
        return draft, found
    log.info("event=repair model=%s problems=%s", model.name, [(p.fault.value, p.where) for p in flawed])
    try:
        reply = await model.ask(calls.repair(asked, draft.texts, flawed, language))
    except (Unavailable, Overlong) as error:
        log.warning("event=repair_failed model=%s cause=%r", model.name, str(error))
        return draft, found
    mended = _mended(draft, reply, flawed, language)
    return mended, await asyncio.to_thread(problems, mended)


def _mended(draft: Draft, reply: Reply, flawed: Sequence[Problem], language: str) -> Draft:
    if not draft.texts:
        return drafted(reply, language)
    wanted = {p.where for p in flawed}
    fixes = {where: text for where, text in fixes_of(data_of(reply.text)).items() if where in wanted}
    cleaned = {w: t.strip() if w.endswith("quotation") else checks.clean(t, language) for w, t in fixes.items()}
    return Draft({**draft.texts, **cleaned}, (), draft.data)
