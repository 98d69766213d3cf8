"""One test over many rows: as items of their own, thousands of short ones cost more than what they test."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """As `pytest.mark.parametrize`, for functions without fixtures. All rows are tried; a failure names those that failed."""
    table = list(rows)
    assert table

    def decorate(function: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            failed: list[str] = []
            for row in table:
                values = {names: row} if isinstance(names, str) else dict(zip(names, row, strict=True))
                try:
                    function(**values)
                except (Exception, pytest.fail.Exception) as error:
                    failed.append(f"{repr(row)[:500]}\n{type(error).__name__}: {error}")
                    last = error
            if failed:
                raise AssertionError(f"{len(failed)} of {len(table)} rows:\n" + "\n\n".join(failed)) from last

        test.__name__, test.__qualname__ = function.__name__, function.__qualname__
        test.__doc__, test.__module__ = function.__doc__, function.__module__
        return test

    return decorate
