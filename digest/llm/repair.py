"""Asks the model once more for the flawed places of an output, and only for those.

A repair gets the flawed texts and the few passages that could mend them, not the paper."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from functools import partial

from digest import checks
from digest.errors import Unavailable, for_log
from digest.llm.in_turn import run_in_turn
from digest.llm.prompts.repairs import budget_of, repair_request
from digest.llm.prompts.requests import anew_request
from digest.llm.replies.parsing import parse_fixes, parse_object
from digest.llm.replies.review import Draft, draft_from, repairable, usable
from digest.llm.server.client import Model
from digest.llm.server.failures import RequestTooLong
from digest.llm.server.wire import Reply, Request
from digest.model import Problem

_MOST = 0.5
"""Share of the flawed places that a repair must hold if no other text is usable."""

log = logging.getLogger(__name__)

SourceOf = Callable[[Draft, Sequence[str], int], str]
"""From a draft, paths of its flawed texts and a number of characters to `<paper>` blocks."""


async def repair_output(
    model: Model,
    request: Request,
    draft: Draft,
    problems_of: Callable[[Draft], tuple[Problem, ...]],
    language: str,
    source_of: SourceOf,
    *,
    share: float,
) -> tuple[Draft, tuple[Problem, ...]]:
    """Returns the repaired draft and its remaining problems; the same draft if the repair fails.

    `share`: the part of an output's tokens that its repair may take. Places that do not fit stay as
    they are. If an output has no usable text, asks for it anew with the whole request.

    Sound output makes no call. Raises Misconfigured."""
    problems = await run_in_turn(problems_of, draft)
    flawed = repairable(problems, draft.texts)
    if not flawed:
        return draft, problems
    log.info("event=repair model=%s problems=%s", model.name, [(p.fault.value, p.where) for p in flawed])
    try:
        again, held = None, 0.0
        if draft.texts:
            budget = budget_of(request, json.dumps(draft.data, ensure_ascii=False), share)
            again, held = await run_in_turn(
                repair_request, request, draft.texts, flawed, language, partial(source_of, draft), budget
            )
        anew = held < _MOST and not usable(draft.texts, problems)
        if anew:
            again = anew_request(request, flawed, language)
        if again is None:
            return draft, problems
        reply = await model.ask(again)
    except (Unavailable, RequestTooLong) as error:
        log.warning("event=repair_failed model=%s cause=%r", model.name, for_log(error))
        return draft, problems
    repaired = draft_from(reply, language) if anew else _with_fixes(draft, reply, flawed, language)
    return repaired, await run_in_turn(problems_of, repaired)


def _with_fixes(draft: Draft, reply: Reply, flawed: Sequence[Problem], language: str) -> Draft:
    wanted = {p.where for p in flawed}
    fixes = {where: text for where, text in parse_fixes(parse_object(reply.text)).items() if where in wanted}
    cleaned = {w: t.strip() if w.endswith("quotation") else checks.clean(t, language) for w, t in fixes.items()}
    return Draft({**draft.texts, **cleaned}, (), draft.data)
