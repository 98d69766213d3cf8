"""After a refusal, what has the same token waits, each a little longer by chance."""

from bot.core.throttle import LONGEST_PAUSE, Throttle, seconds_of
from tests.rows import each


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_throttle(chances: list[float]) -> tuple[Throttle, Time]:
    clock = Time()
    return Throttle(clock=clock, chance=lambda: chances.pop(0)), clock


async def test_everything_of_that_name_waits_and_nothing_else():
    throttle, _ = a_throttle([0.0, 0.5, 1.0])
    await throttle.pause("chat.update", 4.0)
    assert [await throttle.wait("chat.update") for _ in range(3)] == [4.0, 4.5, 5.0]
    assert await throttle.wait("users.info") == 0.0


async def test_the_pause_ends_and_a_shorter_one_does_not_cut_it():
    throttle, clock = a_throttle([0.0, 0.0])
    await throttle.pause("a", 4.0)
    await throttle.pause("a", 1.0)
    clock.now += 3.5
    assert await throttle.wait("global", "a") == 0.5
    clock.now += 0.5
    assert await throttle.wait("a") == 0.0


@each(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        (None, 5.0),
        ("", 5.0),
        ("soon", 5.0),
        ("nan", 5.0),
        ("-3", 0.05),
        ("inf", LONGEST_PAUSE),
        ("1e400", LONGEST_PAUSE),
        ("9" * 5_000, LONGEST_PAUSE),
    ],
)
def test_a_header_can_ask_for_an_hour_at_most(header, seconds):
    assert seconds_of(header, 5.0) == seconds


async def test_old_pauses_are_forgotten():
    throttle, clock = a_throttle([])
    for n in range(2_500):
        await throttle.pause(str(n), 1.0)
        clock.now += 2.0
    assert len(throttle._pauses) <= 2_000
