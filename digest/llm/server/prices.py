"""Reads the prices of model tokens from the setting `LLM_PRICES`: they change too often to ship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from digest.errors import Misconfigured


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens."""

    input: float
    output: float
    cached: float | None = None
    """The price of input from the server's prompt cache; None: that of other input."""

    def usd(self, input_tokens: int, cached_tokens: int, output_tokens: int) -> float:
        cached = self.input if self.cached is None else self.cached
        uncached = max(0, input_tokens - cached_tokens)
        return (uncached * self.input + cached_tokens * cached + output_tokens * self.output) / 1e6


def prices_from(text: str) -> Mapping[str, Price]:
    """Parses `gpt-x=0.25/0.025/2,gpt-y=1/4`: input, (cached,) output. Raises Misconfigured."""
    prices: dict[str, Price] = {}
    for item in filter(None, (piece.strip() for piece in text.split(","))):
        # From the right, because model names may hold `=`.
        name, _, numbers = item.rpartition("=")
        try:
            values = [float(n) for n in numbers.split("/")]
        except ValueError:
            values = []
        if not name.strip() or len(values) not in (2, 3) or not all(0 <= v < 1e6 for v in values):
            raise Misconfigured(
                f"LLM_PRICES is wrong at {item!r}: write model=input/output or model=input/cached/output, "
                "in US dollars per million tokens."
            )
        prices[name.strip()] = Price(values[0], values[-1], values[1] if len(values) == 3 else None)
    return prices
