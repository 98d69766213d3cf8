"""What can go wrong on the wire, as values: for servers that answer badly on purpose."""

from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Everything but `delay` and `half` replaces the proper answer."""

    status: int = 200
    body: str | None = None
    content_type: str = "text/html; charset=utf-8"
    retry_after: str = ""
    empty: bool = False
    """The proper form without anything in it."""
    half: bool = False
    """The proper answer, cut in the middle; as long as it says it is."""
    double: bool = False
    """Every entry twice."""
    drop: bool = False
    """The connection is closed in the middle of the answer."""
    hang: bool = False
    """No answer until the client gives up."""
    drip: float = 0
    """Seconds between single bytes."""
    delay: float = 0
    """Seconds before the proper answer."""


TOO_MANY = Fault(429, "Rate exceeded.")
DOWN = Fault(503, "<html><body><h1>503 Service Unavailable</h1></body></html>")
HTML = Fault(body="<html><head><title>arXiv</title></head><body>Rate exceeded.</body></html>")
PLAIN = Fault(body="Rate exceeded.", content_type="text/plain")
BLANK = Fault(body="")
EMPTY = Fault(empty=True)
HALF = Fault(half=True)
DOUBLE = Fault(double=True)
DROP = Fault(drop=True)
HANG = Fault(hang=True)


class Faults:
    """By route: a queue, taken one by one, and a switch that stays."""

    def __init__(self) -> None:
        self._next: dict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}

    def next(self, route: str, *faults: Fault) -> None:
        """The next answers of this route are these, then all is well."""
        self._next[route].extend(faults)

    def always(self, route: str, fault: Fault) -> None:
        self._always[route] = fault

    def clear(self) -> None:
        self._next.clear()
        self._always.clear()

    def take(self, route: str) -> Fault | None:
        for name in (route, "any"):
            if self._next[name]:
                return self._next[name].popleft()
            if name in self._always:
                return self._always[name]
        return None
