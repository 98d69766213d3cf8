"""Measures the similarity of a paper's passages to a question, by the server's embeddings.

It only helps to select passages. Without embeddings, or if they fail, BM25 selects alone."""

from __future__ import annotations

import asyncio
import logging
import math
import operator
from collections.abc import Awaitable, Callable, Sequence

from digest.errors import OverQuota, PaperboyError
from digest.llm.server.client import TEXTS_PER_CALL, Model
from digest.model import FullText
from digest.ports import booked, booking
from digest.retrieval.passages import Nearness, texts_to_embed

log = logging.getLogger(__name__)

Embed = Callable[[Sequence[str]], Awaitable[Sequence[Sequence[float]]]]

MAX_PASSAGES = 2_000
"""Passages of one paper that are embedded. BM25 first selects those of a longer paper."""


async def measure_similarity(model: Model, text: FullText, query: str) -> Nearness | None:
    """Returns cosines by passage index; None without embeddings. Books the cost as `embed`."""
    if not model.embeddings:
        return None
    passages = await asyncio.to_thread(texts_to_embed, text, query, MAX_PASSAGES)
    book = booking.get()
    try:
        with booked(book.payer, "embed", into=book):
            near = await cosines_to(query, list(passages.values()), model.embed)
    except OverQuota:
        raise
    except PaperboyError as error:
        log.warning("event=embeddings_unavailable paper=%s cause=%s", text.paper_id, type(error).__name__)
        return None
    return dict(zip(passages, near, strict=True))


async def cosines_to(query: str, texts: Sequence[str], embed: Embed) -> list[float]:
    """Returns the cosine of each text and the query; 0 if the vectors differ in length."""
    [target] = await embed([query])
    found: list[float] = []
    # One batch at a time, because all vectors of a thesis would take hundreds of megabytes.
    for at in range(0, len(texts), TEXTS_PER_CALL):
        vectors = await embed(texts[at : at + TEXTS_PER_CALL])
        found += await asyncio.to_thread(_cosines, target, vectors)
    return found


def _cosines(target: Sequence[float], vectors: Sequence[Sequence[float]]) -> list[float]:
    return [_cosine(target, vector) for vector in vectors]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    if len(one) != len(other):
        return 0.0
    lengths = math.hypot(*one) * math.hypot(*other)
    near = sum(map(operator.mul, one, other)) / lengths if lengths else 0.0
    return near if math.isfinite(near) else 0.0
