"""How many calls a piece of work makes: a budget that does not depend on the machine."""

import sys
from collections.abc import Callable


def steps(work: Callable[[], object], most: int = 5_000_000) -> int:
    """Counts calls of Python and C functions. Raises AssertionError beyond `most`."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")
        if count > most:
            raise AssertionError(f"more than {most} steps")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
