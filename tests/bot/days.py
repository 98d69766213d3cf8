"""What happens on a day behind a channel, on every platform."""

from dataclasses import replace

from bot.context import Context
from bot.core.ids import RunKey
from digest.model import Candidate, Digest


def work(context: Context) -> None:
    """A worker makes and posts what is queued."""

    async def make(key: str) -> None:
        run = RunKey.parse(key)
        wanted = await context.store.subscription(run.subscription)
        opened = await context.store.run_state(run.subscription, run.day, run.kind)
        digest = await context.daily.make(wanted, opened)
        await context.daily.post(wanted, digest)

    async def follow(name: str) -> None:
        """What the asker is told meanwhile has tests of its own."""

    context.queue.register("digest", make)
    context.queue.register("follow", follow)


async def leave_out(context: Context, digest: Digest, last: int) -> None:
    """The digest as if these last papers had not been chosen."""
    shown, rest = digest.entries[:-last], digest.entries[-last:]
    others = tuple(Candidate(e.number, e.paper, e.score) for e in rest)
    await context.store.save_digest(replace(digest, entries=shown, others=others), (), ())
