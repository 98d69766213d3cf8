"""The bot split over processes that share one Redis: clock, two workers, and the platforms' listeners, on strict local servers."""

import asyncio
import random

import pytest

from bench.kill.frozen import freeze
from bench.kill.journal import bought
from bench.kill.waiting import answers, ask, digests, judged
from bench.kill.world import world
from tests.deadline import DEADLINE

ROLES = {"clock": ("clock",), "one": ("worker",), "two": ("worker",), "slack": ("slack",), "discord": ("discord",)}


@pytest.fixture
async def house(tmp_path, forks):
    async with world(tmp_path, shared=True, forks=forks) as made:
        await made.set_up()
        yield made


@pytest.mark.timeout(240)
async def test_each_role_does_its_part_and_every_worker_may_post_anywhere(house):
    house.next_day()
    for name, roles in ROLES.items():
        await house.start(*roles, log_name=f"{name}.log")
    async with asyncio.timeout(DEADLINE):
        await digests(house)
        await house.slack.listened()
        asked = await ask(house, ["What does paper 2 measure?", "Which datasets does paper 3 use?"])
        await answers(house, asked)
    assert await judged(house, asked) == []
    assert all(code == 0 for code in await house.end_bot())
    said = {name: (house.home / f"{name}.log").read_text() for name in ROLES}
    assert all("event=due" in said["clock"] and "event=due" not in text for n, text in said.items() if n != "clock")
    for name in ("clock", "slack", "discord"):  # nobody but a worker posts, or asks the model
        assert "event=posted" not in said[name]
        assert "event=model_call" not in said[name]
    workers = said["one"] + said["two"]
    assert workers.count("event=answered") == 4
    assert "event=posted step=slack:" in workers
    assert "event=posted step=discord:" in workers
    # One connection over all processes. How far apart is for `test_store_shared`: the gap is shortened here, and how long a busy machine
    # takes from a turn to its request is not.
    assert house.arxiv.journal.violations(gap=0) == []
    assert bought(house.model.calls, (), ()).twice == ()
    assert "Traceback" not in "".join(said.values())


@pytest.mark.timeout(240)
async def test_frozen_in_a_delivery_and_thawed_when_others_have_taken_over_it_posts_nothing_twice(house):
    """For two minutes as the bot counts them, its long waits being shortened alike: one is the lease that the others have to see run out, and
    on a busy machine they are late. `bench.kill --frozen --speed 1` is the real minute."""
    frozen = await freeze(house, 3, random.Random(3), 120 / house.speed)
    assert frozen.posts_before >= 1
    assert frozen.taken_over >= 1
    assert frozen.wrong == ()
