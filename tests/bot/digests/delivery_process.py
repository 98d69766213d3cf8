"""Delivers one thread in a process of its own, for tests that kill and freeze it: `python delivery_process.py URL KEY`.

Times are shortened in proportion; each post takes long enough to be killed in.
"""

import asyncio
import io
import sys
from datetime import timedelta

from bot.console import render
from bot.console.chat import ConsoleChat
from bot.core.chat import Place
from bot.digests import delivery
from bot.store import DeliveryState, Redis, Store
from digest.ports import FreePace
from tests.bot.contract import a_thread

delivery.LEASE = timedelta(seconds=1.5)
delivery.LEASE_WAIT = timedelta(seconds=3)
delivery.REQUEST_TIMEOUT = 0.3
delivery.LEASE_MARGIN = 0.2
SETTLE_TIME = timedelta(seconds=0.6)


class SlowChat(ConsoleChat):
    async def post(self, step, place, on="", upload=None):
        await asyncio.sleep(0.02)
        message = await super().post(step, place, on)
        await asyncio.sleep(0.02)
        return message


async def main(url: str, key: str) -> None:
    async with Redis(url) as redis:
        store = Store(redis)
        silent = render.terminal(io.StringIO())
        chat, place = SlowChat(store, silent, silent), Place("console", "demo")
        while True:
            delivered = await delivery.deliver(
                key, lambda: chat.plan(a_thread(), place, key), chat, place, store, FreePace(), settle_time=SETTLE_TIME
            )
            if delivered.state is not DeliveryState.OPEN:
                return


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
