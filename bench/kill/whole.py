"""Whole, once, in order: what stands in a channel, held against what was stored before it was sent, as sentences about what is wrong."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bench.kill.sides import Side
from bot.core.chat import Step, StepKind
from bot.core.ids import LINK_PLACEHOLDER
from bot.store import Delivery, StoredQuestion
from digest.model import Digest


def digest_faults(digest: Digest, chosen: int, announced: int) -> list[str]:
    """A digest that a kill made poorer: papers left out or not read, the stand-in's words for the model's."""
    found = [*digest.notes]
    if len(digest.entries) != chosen or digest.coverage.announced != announced or digest.coverage.skipped:
        found.append(f"{len(digest.entries)} papers of {digest.coverage.announced}, {len(digest.coverage.skipped)} left out")  # fmt: skip
    for entry in digest.entries:
        said = entry.analysis
        if said is None or not said.basis.full or said.by == "extractive" or said.missing:
            found.append(f"paper {entry.number} is not analysed from its full text: {'; '.join(entry.notes)}")
    return found


def post_faults(
    side: Side, delivery: Delivery, answers: Sequence[StoredQuestion], known: set[str], others: Sequence[Delivery] = ()
) -> list[str]:
    """Of a digest's posts, the answers in its thread, and `others` that were posted. `known`: ids of messages of earlier days, to which
    these are added."""
    steps = _messages(delivery)
    keys = [s.key for s in steps]
    contents = {s.key: side.content(s) for s in steps}
    contents |= {s.on: side.content(s) for s in delivery.plan if s.kind is StepKind.EDIT and s.on in contents}
    found: list[str] = []
    for asked in answers:
        if asked.post is None:
            found.append(f"{asked.question.id} was answered with a note, not with an answer")
        else:
            contents |= side.answer(asked.post, f"answer:{asked.question.id}")
    contents |= {s.key: side.content(s) for other in others for s in _messages(other)}
    wanted = list(contents)
    standing = side.stands(wanted)
    by_key = Counter(m.key for m in standing)
    found += [f"{key} stands {by_key[key]} times" for key in wanted if by_key[key] != 1]
    order = [m.key for m in standing if m.key in set(keys)]
    if not found and order != keys:
        found.append(f"the order is {order}")
    found += [f"{m.key} is not as planned" for m in standing if m.key in contents and not _matches(m.content, contents[m.key])]  # fmt: skip
    found += [f"a message that nothing accounts for: {m.id}, {str(m.content)[:200]}" for m in standing if m.id not in known and m.key not in wanted]  # fmt: skip
    known |= {m.id for m in standing}
    return found


def _messages(delivery: Delivery) -> list[Step]:
    """The steps that post a message in a channel that is no forum."""
    return [s for s in delivery.plan if s.kind in (StepKind.POST, StepKind.REPLY) and s.payload.get("only") != "forum"]


def sorts(wrong: Sequence[str]) -> dict[str, int]:
    """How many sentences tell of what."""
    patterns = {"doubled": r"stands [2-9]|accounts for", "missing": r"stands 0|no digest|not kept|not whole", "out of order": r"the order"}  # fmt: skip
    found = {what: sum(1 for sentence in wrong if re.search(pattern, sentence)) for what, pattern in patterns.items()}
    return found | {"broken otherwise": len(wrong) - sum(found.values())}


def _matches(content: Any, planned: Any) -> bool:
    """As planned, with something in place of each link to a message that was not posted yet."""
    pieces = LINK_PLACEHOLDER.split(json.dumps(planned, ensure_ascii=False, sort_keys=True))[::2]
    return (
        re.fullmatch(r'[^"{}]+'.join(map(re.escape, pieces)), json.dumps(content, ensure_ascii=False, sort_keys=True))
        is not None
    )
