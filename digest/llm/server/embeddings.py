"""Parses a server's embeddings and packs them for the cache. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from digest.llm.server.prices import Price
from digest.llm.server.replies import InvalidReply, parse_json, prompt_count
from digest.llm.server.wire import estimate_tokens
from digest.model import Usage
from digest.render.labels import label


def parse_vectors(raw: bytes, texts: Sequence[str], price: Price | None) -> tuple[list[list[float]], Usage]:
    """Returns one vector per text, in their order, all of one length. Raises InvalidReply."""
    if raw.count(b"[") + raw.count(b"{") > 4 * len(texts) + 16:
        # Millions of empty lists take a hundred times their size in memory.
        raise InvalidReply(label.sentence("model.no vectors"))
    try:
        body = parse_json(raw)
        items = sorted(body["data"], key=lambda item: int(item["index"]))
        vectors = [[float(x) for x in item["embedding"]] for item in items]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidReply(label.sentence("model.no vectors")) from error
    if len(vectors) != len(texts) or len({len(v) for v in vectors}) != 1 or not vectors[0]:
        raise InvalidReply(label.sentence("model.few vectors"))
    counted = prompt_count(body.get("usage"))
    into = sum(map(estimate_tokens, texts)) if counted is None else counted
    return vectors, Usage(1, into, 0, 0, price.usd(into, 0, 0) if price else None)


def pack_vectors(vectors: Sequence[Sequence[float]]) -> bytes:
    """Returns the vectors' number, then single-precision floats: a tenth of the JSON's size."""
    flat = array("f", (x for vector in vectors for x in vector))
    return len(vectors).to_bytes(4, "big") + flat.tobytes()


def unpack_vectors(raw: bytes) -> list[list[float]]:
    count = int.from_bytes(raw[:4], "big")
    flat = array("f")
    flat.frombytes(raw[4:])
    size = len(flat) // count
    return [list(flat[i * size : (i + 1) * size]) for i in range(count)]
