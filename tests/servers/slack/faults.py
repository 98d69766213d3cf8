"""What goes wrong on demand, and how it looks on the wire."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Fault:
    """What goes wrong: `drop` (carried out, then the connection breaks), `refuse` (broken before), `500`, `503` (carried out or not:
    not), `html` (a page instead of JSON), `slow:<seconds>`, `429:<seconds>`, `error:<code>`."""

    method: str
    kind: str
    times: int
    skip: int = 0
    when: Callable[[dict[str, Any]], bool] = field(default=lambda args: True)


def next_fault(faults: list[Fault], name: str, args: dict[str, Any]) -> str:
    """What is to go wrong with this call; empty for nothing. A fault that has had its times is removed."""
    for fault in faults:
        if fault.method == name and fault.when(args):
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                faults.remove(fault)
            return fault.kind
    return ""


def broken(request: web.Request, kind: str) -> web.Response:
    if kind == "refuse" and request.transport is not None:
        request.transport.abort()
    if kind == "html":
        return web.Response(status=200, text="<html>upstream error</html>", content_type="text/html")
    return web.Response(status=int(kind) if kind.isdigit() else 500, text="upstream error", content_type="text/html")
