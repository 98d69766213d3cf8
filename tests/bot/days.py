"""What happens on a day behind a channel, on every platform."""

from dataclasses import replace
from typing import Any

from bot.commands.dispatcher import Dispatcher
from bot.console.queue import InlineQueue
from bot.context import Context
from bot.core.chat import Chat, Chats
from bot.core.ids import RunKey
from bot.core.subscription import Subscription
from bot.digests.counts import show_counts
from bot.digests.daily import Daily, RunOptions
from bot.questions.conversation import Conversation
from bot.server.wiring import App
from bot.store import Delivery, RunState
from digest.model import Candidate, Digest
from digest.ports import FreePace


def behind(app: App, chat: Chat, queue: InlineQueue, **parts: Any) -> tuple[Context, Dispatcher]:
    """What a platform's events are handed to, and its context."""
    chats = Chats({chat.name: chat})
    daily = Daily(app.store, app.services, chats, FreePace(), app.now)
    context = replace(app.context(chats, queue), daily=daily, **parts)
    conversation = Conversation(context)
    queue.register("answer", conversation.answer)
    queue.register("counts", lambda key: show_counts(key, chats, app.store, FreePace()))
    return context, Dispatcher(context, conversation)


async def make_and_post(context: Context, subscription: Subscription) -> tuple[Digest, Delivery]:
    run = await context.store.begin_run(subscription.key, context.daily.local_date(subscription), "now")
    digest = await context.daily.make(subscription, run, RunOptions())
    assert digest is not None
    delivered = await context.daily.post(subscription, digest)
    await context.store.end_run(run, RunState.DONE)
    return digest, delivered


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
