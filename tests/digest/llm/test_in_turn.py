"""Texts are checked one after another, in the order in which they came."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from digest.llm.in_turn import run_in_turn

DIGEST: ContextVar[str] = ContextVar("DIGEST")


async def test_nothing_begins_before_what_came_earlier_has_ended() -> None:
    seen: list[str] = []
    go = threading.Event()

    def check(name: str, first: bool = False) -> int:
        seen.append(f"> {name}")
        if first:
            go.wait(60)
        seen.append(f"< {name}")
        return threading.get_ident()

    running = [asyncio.create_task(run_in_turn(check, name, first=name == "a")) for name in "abc"]
    await asyncio.sleep(0)
    go.set()
    threads = await asyncio.gather(*running)
    assert seen == ["> a", "< a", "> b", "< b", "> c", "< c"]
    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


async def test_what_is_checked_knows_whose_it_is_and_its_failure_is_the_caller_s() -> None:
    DIGEST.set("of today")
    assert await run_in_turn(DIGEST.get) == "of today"
    with pytest.raises(ZeroDivisionError):
        await run_in_turn(lambda: 1 / 0)
    assert await run_in_turn(str.upper, "next") == "NEXT"
