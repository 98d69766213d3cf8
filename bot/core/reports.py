"""The port through which any room reports a fault and its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol


class Reports(Protocol):
    """Receives faults and their ends. No method raises."""

    async def report_fault(
        self, name: str, cause: str, *, about: str = "", channel: str = "", after: timedelta = timedelta(0)
    ) -> None:
        """Opens the fault `name`, one for each `about`. Reported once it has lasted `after`."""
        ...

    async def report_recovery(self, name: str, *, about: str = "", begun_before: datetime | None = None) -> None:
        """Closes the fault, if it is open and began before `begun_before`."""
        ...


class NoReports:
    """Reports that are dropped: for the command line and for tests."""

    async def report_fault(
        self, name: str, cause: str, *, about: str = "", channel: str = "", after: timedelta = timedelta(0)
    ) -> None:
        pass

    async def report_recovery(self, name: str, *, about: str = "", begun_before: datetime | None = None) -> None:
        pass
