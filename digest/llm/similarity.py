"""How near a paper's passages are to a question in meaning, by vectors of the server's. The one thing to know: it only helps to choose; without such
a server, or when it fails, words choose alone, and nobody waits long for it.
"""

from __future__ import annotations

import asyncio
import logging
import math
import operator
from collections.abc import Awaitable, Callable, Sequence

from digest.errors import PaperboyError
from digest.llm.server.client import EMBEDDED_AT_ONCE, Model
from digest.model import FullText
from digest.ports import booked, booking
from digest.retrieval.passages import Nearness, spoken

log = logging.getLogger(__name__)

Embed = Callable[[Sequence[str]], Awaitable[Sequence[Sequence[float]]]]
"""Texts to vectors, one for each."""

MOST = 2_000
"""Passages of one paper that vectors are asked for: a book of more is narrowed down by words first."""


async def nearness(model: Model, text: FullText, query: str) -> Nearness | None:
    """None where the server gives no vectors; what the calls cost is booked as `embed`."""
    if not model.embeddings:
        return None
    passages = await asyncio.to_thread(spoken, text, query, MOST)
    book = booking.get()
    try:
        with booked(book.payer, "embed", into=book):
            near = await near_to(query, list(passages.values()), model.embed)
    except PaperboyError as error:
        log.warning("event=ranked_without_meaning paper=%s cause=%s", text.paper_id, type(error).__name__)
        return None
    return dict(zip(passages, near, strict=True))


async def near_to(query: str, texts: Sequence[str], embed: Embed) -> list[float]:
    """The cosine of each text and the query; 0 where a vector does not fit the query's."""
    [wanted] = await embed([query])
    found: list[float] = []
    # A batch's vectors are let go before the next is asked for: those of a thesis would hold hundreds of megabytes.
    for at in range(0, len(texts), EMBEDDED_AT_ONCE):
        vectors = await embed(texts[at : at + EMBEDDED_AT_ONCE])
        found += await asyncio.to_thread(_cosines, wanted, vectors)
    return found


def _cosines(wanted: Sequence[float], vectors: Sequence[Sequence[float]]) -> list[float]:
    return [_cosine(wanted, vector) for vector in vectors]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    if len(one) != len(other):
        return 0.0
    lengths = math.hypot(*one) * math.hypot(*other)
    near = sum(map(operator.mul, one, other)) / lengths if lengths else 0.0
    return near if math.isfinite(near) else 0.0
