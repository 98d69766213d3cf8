"""Shows an answer while it is written, then puts its final form in its place, on every platform.

The pump decides when to write next, what follows a fault, when to stop, and that nothing is written
after the final form. A platform's draft only shows, replaces and finds its messages.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from abc import ABC, abstractmethod
from enum import Enum
from typing import ClassVar

from bot.core.chat import ChatError, OutcomeUnknown, Post, Throttled, Upload
from bot.core.clock import boot_clock
from digest.errors import for_log

log = logging.getLogger(__name__)

BEAT = 5.0
FROZEN = 18.0
"""Seconds in which the process was not seen awake, which a request does not take. Another takes its
answer over after twenty."""
LATE_ARRIVAL = 15.0
"""Seconds after an unanswered request in which it may still take effect."""


class DraftState(Enum):
    WAITING = "waiting"
    """No words yet; a status may be shown."""
    WRITING = "writing"
    """The newest text is shown at the platform's pace."""
    SILENT = "silent"
    """No more provisional text is shown, because the platform or a person stopped it."""
    CLOSED = "closed"
    """`finish` was called: only the final form is sent from now on."""


class Recovery(Enum):
    RETRY = "retry"
    """Show the newest text at the next turn."""
    STOP = "stop"
    """Become SILENT."""


class DraftPump(ABC):
    """Implements `bot.core.chat.Draft`. Only one process writes an answer at a time."""

    first_write_wait: ClassVar[float] = 0.0
    """How long the first `write` waits for its words to be shown, in seconds."""

    def __init__(self, *, provisional: bool = True) -> None:
        self._provisional = provisional
        self._state = DraftState.WAITING if provisional else DraftState.SILENT
        self._text = ""
        self._changed, self._shown_once, self._wake = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._awake = 0.0
        """When the pump last ran, by the clock that counts while the process is frozen."""
        self._late_until = 0.0
        """Monotonic time until which an unanswered request may still take effect; 0 for none."""
        self._stopped = asyncio.Event()
        """Set once a person stopped the answer."""

    # ------------------------------------------------------------ what a platform implements

    @property
    @abstractmethod
    def _pace(self) -> float:
        """Seconds between two requests."""

    @abstractmethod
    async def _show(self, text: str) -> None:
        """Starts, extends or edits the provisional message; in WAITING the text is a status."""

    @abstractmethod
    def _recover(self, error: ChatError) -> Recovery:
        """Decides what follows a fault other than Throttled."""

    @abstractmethod
    def _may_arrive_late(self) -> bool:
        """Whether the unanswered request could still change what is shown."""

    async def _find_after_doubt(self) -> bool:
        """Looks for messages of unknown id. True if an unanswered request took effect."""
        return False

    @abstractmethod
    async def _replace(self, post: Post, picture: Upload | None) -> str:
        """Shows the final form instead and returns its id. Safe to repeat."""

    @abstractmethod
    async def _replace_again(self, post: Post, picture: Upload | None) -> None:
        """Repairs the first message of the final form after a late request may have changed it."""

    @abstractmethod
    async def _end_provisional(self) -> None:
        """Closes what is open on the platform while words come. Safe to repeat."""

    @abstractmethod
    async def _delete_all(self) -> None:
        """Deletes every message of the answer, those of an earlier process too."""

    async def status(self, text: str) -> None:
        if self._state is DraftState.WAITING:
            self._offer(text)

    async def write(self, text: str) -> None:
        if self._state not in (DraftState.WAITING, DraftState.WRITING) or not text.strip():
            return
        first = self._state is DraftState.WAITING
        if first:
            self._state = DraftState.WRITING
            self._wake.set()
        self._offer(text)
        if first and self.first_write_wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.first_write_wait):
                    await self._shown_once.wait()

    def _offer(self, text: str) -> None:
        self._text = text
        self._changed.set()
        if self._task is None:
            self._awake = boot_clock()
            self._task = asyncio.create_task(self._pump())

    async def _pump(self) -> None:
        while await self._wait_for_text():
            wait = self._pace
            try:
                await self._show(self._text)
            except Throttled as error:
                self._changed.set()
                await self._rest(max(error.wait, wait))
                continue
            except ChatError as error:
                self._handle_fault(error)
            self._shown_once.set()
            await self._rest(self._pace)

    async def _wait_for_text(self) -> bool:
        """Waits for new text. False once no more provisional text is to be shown."""
        await self._wait(self._changed)
        self._changed.clear()
        if self._state is DraftState.WRITING:
            self._wake.clear()
        return self._state in (DraftState.WAITING, DraftState.WRITING)

    def _handle_fault(self, error: ChatError) -> None:
        if isinstance(error, OutcomeUnknown) and self._may_arrive_late():
            self._late_until = time.monotonic() + LATE_ARRIVAL
        if self._recover(error) is Recovery.RETRY:
            self._changed.set()
        elif self._state is not DraftState.CLOSED:
            self._state = DraftState.SILENT
            log.info("event=draft_silent reason=%r", for_log(error))

    async def _rest(self, seconds: float) -> None:
        """Waits; the first words and the final form end it early."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wait(self._wake)

    async def _wait(self, event: asyncio.Event) -> None:
        """Waits. Becomes SILENT if the process was frozen meanwhile: another may have answered by
        now, and what this one goes on to show would replace that."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await event.wait()
            before, self._awake = self._awake, boot_clock()
            if self._awake - before > FROZEN and self._state in (DraftState.WAITING, DraftState.WRITING):
                self._state = DraftState.SILENT
                log.info("event=draft_silent reason=frozen")
            if event.is_set():
                return

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    async def until_stopped(self) -> None:
        await self._stopped.wait()

    async def end_writing(self) -> str:
        shown = self._text if self._state is DraftState.WRITING or self._stopped.is_set() else ""
        await self._stop()
        await self._end_provisional()
        return shown

    async def restart(self) -> None:
        await self.end_writing()
        self._text = ""
        self._changed.clear()
        self._shown_once.clear()
        self._wake.clear()
        self._stopped.clear()  # what a person stopped was the answer to the question as it was
        if self._provisional:
            self._state = DraftState.WAITING

    async def discard(self) -> None:
        """See `Draft.discard`. Waits until no unanswered request can take effect any more."""
        await self.end_writing()
        if self._late_until:
            await asyncio.sleep(self._late_until - time.monotonic())
            self._late_until = 0.0
        await self._delete_all()

    async def finish(self, post: Post, picture: Upload | None = None) -> str:
        """See `Draft.finish`. Raises ChatError if the answer could not be shown; then repeat it."""
        await self._stop()
        if await self._find_after_doubt():
            self._late_until = 0.0
        message = await self._replace(post, picture)
        if self._late_until:
            await asyncio.sleep(self._late_until - time.monotonic())
            await self._replace_again(post, picture)
            self._late_until = 0.0
        return message

    async def _stop(self) -> None:
        """Waits for a request under way: if it were cancelled, its effect would be unknown."""
        self._state = DraftState.CLOSED
        self._changed.set()
        self._wake.set()
        task, self._task = self._task, None
        if task is not None:
            await task
