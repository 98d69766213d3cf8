"""How many calls a piece of work makes: a budget that does not depend on the machine."""

import contextlib
import sys
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def steps_of_this_thread(most: int) -> Iterator[list[int]]:
    """Counts calls of Python and C functions inside, those of other threads not. Raises AssertionError beyond `most`."""
    count = [0]

    def profile(_frame: object, event: str, _argument: object) -> None:
        count[0] += event in ("call", "c_call")
        if count[0] > most:
            raise AssertionError(f"more than {most} steps")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield count
    finally:
        sys.setprofile(before)


def steps(work: Callable[[], object], most: int = 5_000_000) -> int:
    """Counts calls of Python and C functions. Raises AssertionError beyond `most`."""
    with steps_of_this_thread(most) as count:
        work()
    return count[0]
