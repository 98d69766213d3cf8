"""Tells the person who waits for a command, button or form if its process ends first.

While the work goes on, its process stores signs of life. `following.look` tells the person once
they stop; it may run in any process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.context import Context
from bot.core.chat import Click, Command, Responder, Submission
from bot.store import Follower, StoreUnavailable
from digest.cache_keys import fingerprint

NOTE_AFTER = 0.1
"""Seconds after which work is noted: most is done sooner. It is less than a platform's listener
waits before it acknowledges: the platform itself reports an event that was not acknowledged."""
BEAT = timedelta(seconds=2)
"""The pause between two signs of life of the process that does the work."""


@contextlib.asynccontextmanager
async def note_work(
    context: Context, event: Command | Click | Submission, respond: Responder, after: float = NOTE_AFTER
) -> AsyncIterator[None]:
    """Notes the work inside, so that the person is told unless it ends without an exception."""
    name, loop = fingerprint(event.id), asyncio.get_running_loop()
    begun = loop.time()
    noting = asyncio.create_task(_note(context, name, event, respond, after))
    try:
        yield
    finally:
        noting.cancel()
        await asyncio.gather(noting, return_exceptions=True)
    if loop.time() - begun >= after:
        with contextlib.suppress(StoreUnavailable):
            await context.store.forget_follower(name)


async def _note(
    context: Context, name: str, event: Command | Click | Submission, respond: Responder, after: float
) -> None:
    await asyncio.sleep(after)
    place, person, queued = event.place, event.person, False
    language = await context.person_language(place, person)
    while True:
        extra = {**event.extra, **respond.handed_over()}
        with contextlib.suppress(StoreUnavailable):
            await context.store.save_follower(Follower(name, "", place, person, language, context.now(), extra=extra))
        await asyncio.sleep(BEAT.total_seconds())
        queued = queued or await context.queue.add("follow", name)
