"""`python -m bench.kill --rounds 100 --seed 1`: killed at random moments, every digest and answer stands once, in order, whole.

A round is a day: its list is announced, the clock makes a digest for a Slack and a Discord channel, people ask in both threads,
papers of the day before have changed, which is told in their threads, and on most days both have a round-up of the week. At a random moment
of a stage drawn by lot (fetch, ranking, analysis, summary, delivery, answering) the bot, its store, or both are killed with SIGKILL and,
where it is the bot, started again; sometimes twice. Requests to the platforms go wrong meanwhile: 429, 5xx, dropped before or after
they were stored, slow beyond the time-out. In the end the channels are held against the stored plans, and the model's journal is judged.

The bot is the real program with its long waits shortened to a tenth (`tests.servers.short_waits`); `--speed 1` leaves them as they are.
`--shared` puts the store into a Redis of its own, as with REDIS_URL; otherwise it is the embedded one. `--frozen` stops one of two, then of
four processes for a minute in the middle of a delivery instead; `--away` takes the store away for a minute. Ends with exit 1 at any fault.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import report
from bench.kill.away import HOW, Away, away
from bench.kill.frozen import Frozen, freeze
from bench.kill.stages import LENGTH, STAGES, Marks
from bench.kill.waiting import Asked, answers, ask, changes_and_roundups, digests, judged
from bench.kill.whole import sorts
from bench.kill.world import World, world

WHAT = ("bot", "bot", "bot", "bot", "store", "both")


@dataclass
class Round:
    number: int
    stage: str
    what: str
    second: bool
    faults: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    digests: int = 0
    answers: int = 0
    """That were due."""
    seconds: float = 0.0


@dataclass
class Bench:
    world: World
    chance: random.Random
    patience: float
    """Seconds within which a day must be whole."""

    # ------------------------------------------------------------ one round

    async def round(self, number: int) -> Round:
        chance = self.chance
        made = Round(number, STAGES[number % len(STAGES)], chance.choice(WHAT), chance.random() < 0.3)
        began = time.monotonic()
        self.world.next_day()
        for side in self.world.sides:
            if chance.random() < 0.6:
                made.faults += [f"{side.name} {side.fault(chance)}" for _ in range(chance.choice([1, 1, 2]))]
        marks = Marks.now(self.world)
        await self.world.start()
        killing = asyncio.create_task(self._kill(made, marks))
        denying = asyncio.create_task(self._deny(made, marks))
        asked: Asked = {}
        try:
            async with asyncio.timeout(self.patience):
                await digests(self.world)
                asked = await ask(self.world, self._questions(number))
                marks.asked.set()
                self._disturb(made, asked)
                await answers(self.world, asked)
                await killing
                await denying
                await digests(self.world)
                await answers(self.world, asked)
                await changes_and_roundups(self.world)
        except TimeoutError:
            made.wrong.append(f"not whole after {self.patience:.0f} s")
        for task in (killing, denying):
            task.cancel()
        await asyncio.gather(killing, denying, return_exceptions=True)
        await asyncio.sleep(0.3)  # what would be posted twice is by now
        made.wrong += await judged(self.world, asked)
        made.digests, made.answers = len(self.world.sides), sum(map(len, asked.values()))
        await self.world.plan_roundup(wanted=self.chance.random() < 0.6)
        await self._end(made)
        made.seconds = time.monotonic() - began
        return made

    def _questions(self, number: int) -> list[str]:
        return [f"What does paper {n} measure, in round {number}?" for n in self.chance.sample((1, 2, 3, 4), 2)]

    def _disturb(self, made: Round, asked: Asked) -> None:
        """Events come twice, a question is edited, and one is asked and deleted at once."""
        for side in self.world.sides:
            first, *others = asked[side.name]
            if self.chance.random() < 0.5:
                side.again(others[0])
                made.faults.append(f"{side.name} event twice")
            if self.chance.random() < 0.5:
                side.edit(first, f"What does paper 1 compare, in round {made.number}?")
                made.faults.append(f"{side.name} edited")
            if self.chance.random() < 0.5:
                side.delete(side.ask(self.world.threads[side.name], "What does paper 2 leave open?"))
                made.faults.append(f"{side.name} deleted")

    async def _deny(self, made: Round, marks: Marks) -> None:
        """In some rounds the bot may not post for a while, in the delivery or when it answers."""
        if self.chance.random() < 0.5:
            return
        side, stage = self.chance.choice(self.world.sides), self.chance.choice(["summary", "answering"])
        made.faults.append(f"{side.name} right lost in {stage}")
        while not marks.begun(self.world, stage):
            await asyncio.sleep(0.01)
        try:
            side.deny()
            await asyncio.sleep(self.chance.uniform(0.5, 4))
        finally:
            side.allow()

    async def _end(self, made: Round) -> None:
        if self.chance.random() < 0.5:
            await self.world.kill_bot()
        elif any(codes := await self.world.end_bot()):
            made.wrong.append(f"it ended with {codes}")

    # ------------------------------------------------------------ killing

    async def _kill(self, made: Round, marks: Marks) -> None:
        while not marks.begun(self.world, made.stage):
            await asyncio.sleep(0.01)
        await asyncio.sleep(self.chance.uniform(0, LENGTH[made.stage]))
        await self._kill_once(made.what)
        if made.second:
            await asyncio.sleep(self.chance.uniform(0.2, 4))
            await self._kill_once("bot")

    async def _kill_once(self, what: str) -> None:
        match what:
            case "store":
                await self.world.kill_store()
                return
            case "both":
                await self.world.kill_both(self.chance.uniform(0, 0.3))
            case _:
                await self.world.kill_bot()
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        await self.world.start()


# ---------------------------------------------------------------- all rounds


async def run(rounds: int, seed: int, *, shared: bool, speed: float, seconds: float, home: Path) -> bool:
    """Prints each round that goes wrong as it does, and a table in the end. True when nothing did."""
    done: list[Round] = []
    ends = time.monotonic() + seconds
    async with world(home, shared=shared, speed=speed) as made:
        bench = Bench(made, random.Random(seed), 60 + 1200 / speed)
        await made.set_up()
        for number in range(rounds):
            if time.monotonic() > ends:
                print(f"stopped after {number} rounds: {seconds:.0f} s are over")
                break
            one = await bench.round(number)
            done.append(one)
            print(f"{one.number} {one.stage}, {one.what} killed{' twice' if one.second else ''}, {one.seconds:.0f} s; {'; '.join(one.faults) or 'no faults'}{': WRONG ' if one.wrong else ''}{'; '.join(one.wrong)}", flush=True)  # fmt: skip
        judged = made.bought()
        # Rights are taken away. A half-written answer is stopped in any case; one that had been stopped already is refused, and let be.
        refused = [
            call
            for call in made.slack.server.refusals()
            if call.method != "chat.stopStream" and call.error != "missing_scope"
        ]
    _table(done)
    stand = sum(map(len, made.accounted.values()))
    print(f"{sum(r.digests for r in done)} digests and {sum(r.answers for r in done)} answers were due; {stand} messages stand")  # fmt: skip
    print(f"{judged.calls} calls to the model, {judged.in_flight} of them made again because a kill had met them")
    for sentence in judged.twice:
        print(f"bought twice: {sentence}")
    for call in refused:
        print(f"refused: {call.method} {call.error}")
    wrong = sum(1 for one in done if one.wrong)
    report.aim("rounds", len(done), least=1)
    for what, count in sorts([sentence for one in done for sentence in one.wrong]).items():
        report.aim(what, count, most=0)
    report.aim("rounds in which anything was wrong", wrong, most=0)
    report.aim("answered calls to the model that were made again", len(judged.twice), most=0)
    report.aim("requests that Slack refused for what was in them", len(refused), most=0)
    return not wrong and not judged.twice and not refused


def _table(done: list[Round]) -> None:
    rows: list[tuple[Any, ...]] = []
    for stage in STAGES:
        of = [one for one in done if one.stage == stage]
        what = Counter(one.what for one in of)
        rows.append(
            (
                stage,
                len(of),
                what["bot"],
                what["store"],
                what["both"],
                sum(one.second for one in of),
                sum(len(one.faults) for one in of),
                sum(1 for one in of if one.wrong),
            )
        )
    rows.append(("all", *(sum(row[i] for row in rows) for i in range(1, 8))))
    report.table(("killed in", "rounds", "bot", "store", "both", "killed again", "faults of platforms", "wrong"), rows)


async def run_frozen(rounds: int, seed: int, *, speed: float, home: Path) -> bool:
    """Two, then four processes on one Redis."""
    done: list[Frozen] = []
    chance = random.Random(seed)
    async with world(home, shared=True, speed=speed) as made:
        await made.set_up()
        for number in range(rounds):
            done.append(one := await freeze(made, 2 if number % 2 == 0 else 4, chance, 60 / speed))
            print(one, flush=True)
        judged = made.bought()
    rows = [(o.processes, o.seconds, o.posts_before, o.taken_over, o.posts_at_thaw, len(o.wrong)) for o in done]
    head = ("processes", "frozen s", "posts by it before", "taken over by another", "posts of both channels at the thaw", "wrong")  # fmt: skip
    report.table(head, rows)
    report.aim("frozen: posts lost, doubled or out of order", sum(len(one.wrong) for one in done), most=0)
    report.aim("frozen: answered calls to the model that were made again", len(judged.twice), most=0)
    return not any(one.wrong for one in done) and not judged.twice


async def run_away(rounds: int, seed: int, *, speed: float, home: Path) -> bool:
    """The store is away for a minute, in one way after another."""
    done: list[Away] = []
    chance = random.Random(seed)
    async with world(home, shared=True, speed=speed) as made:
        await made.set_up()
        for number in range(rounds):
            done.append(one := await away(made, HOW[number % len(HOW)], STAGES[number % len(STAGES)], chance, 60))
            print(one, flush=True)
    judged = made.bought()
    rows = [(o.how, o.stage, o.seconds, o.asked, len(o.wrong)) for o in done]
    report.table(("store", "from a moment of", "away s", "questions meanwhile", "wrong"), rows)
    report.aim("store away: days lost, doubled or broken, or a bot that ended", sum(1 for one in done if one.wrong), most=0)  # fmt: skip
    report.aim("store away: answered calls to the model that were made again", len(judged.twice), most=0)
    return not any(one.wrong for one in done) and not judged.twice


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shared", action="store_true", help="a Redis of its own instead of the embedded store")
    parser.add_argument("--speed", type=float, default=10.0, help="how much shorter the long waits are")
    parser.add_argument("--seconds", type=float, default=5400, help="no further round is begun after so long")
    parser.add_argument("--frozen", action="store_true", help="freeze one of two, then of four processes for a minute, instead of killing")  # fmt: skip
    parser.add_argument("--away", action="store_true", help="take the store away for a minute instead: killed, frozen, its memory or disk full")  # fmt: skip
    parser.add_argument("--keep", type=Path, help="a folder for the bot's log and store, kept afterwards")
    said = parser.parse_args()
    with contextlib.ExitStack() as stack:
        home = said.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paperboy-kill-")))
        home.mkdir(parents=True, exist_ok=True)
        if said.away:
            work = run_away(said.rounds, said.seed, speed=said.speed, home=home)
        elif said.frozen:
            work = run_frozen(said.rounds, said.seed, speed=said.speed, home=home)
        else:
            work = run(said.rounds, said.seed, shared=said.shared, speed=said.speed, seconds=said.seconds, home=home)
        sys.exit(0 if asyncio.run(work) else 1)


if __name__ == "__main__":
    main()
