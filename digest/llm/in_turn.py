"""Runs the reading and checking of a digest's texts in one thread, one piece after another.

Python runs one thread at a time. If ten threads checked ten outputs, the event loop would run every
eleventh turn, and no output would be ready before all are nearly ready."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

_THREAD = ThreadPoolExecutor(max_workers=1, thread_name_prefix="digest-texts")


async def run_in_turn(function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """As `asyncio.to_thread`. Questions do not wait here: they use the loop's own threads."""
    work = partial(contextvars.copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_THREAD, work)
