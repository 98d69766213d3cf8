"""Posts as JSON. A block says which it is: Text, Small and Heading hold the same fields, so their shape alone would not tell."""

from __future__ import annotations

import json
from typing import Any

from bot.core.chat import Actions, Block, Heading, Menu, Post, Quotation, Rule, Small, Text
from digest.model import from_json, to_json

KINDS: dict[str, type[Any]] = {k.__name__: k for k in (Heading, Text, Small, Quotation, Rule, Actions, Menu)}


def post_to_json(post: Post) -> bytes:
    return json.dumps(post_to_data(post), ensure_ascii=False).encode()


def post_from_json(data: bytes | str) -> Post:
    return post_from_data(json.loads(data))


def post_to_data(post: Post) -> dict[str, Any]:
    blocks = [{"kind": type(block).__name__, "block": json.loads(to_json(block))} for block in post.blocks]
    return {"blocks": blocks, "fallback": post.fallback, "language": post.language}


def post_from_data(value: dict[str, Any]) -> Post:
    blocks: list[Block] = [from_json(KINDS[b["kind"]], json.dumps(b["block"])) for b in value["blocks"]]
    return Post(tuple(blocks), value["fallback"], value["language"])
