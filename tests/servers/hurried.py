"""The bot with its long waits shortened in one proportion: `HURRY=10 python -m tests.servers.hurried run`, for tests and benchmarks that
kill and freeze it.

What is shortened: leases, the time after which a post in doubt is looked for, time-outs of requests to the platforms, the queue's
redelivery, the waits between tries, the pace towards arXiv and the channels. Their order and their ratios stay; nothing else differs
from `python -m bot`. There is no such setting in the product.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

TIMES: dict[str, tuple[str, ...]] = {
    "bot.digests.delivery": ("REQUEST_TIMEOUT", "LEASE_MARGIN", "SETTLE_TIME", "LEASE", "LEASE_WAIT"),
    "bot.worker.queue": ("REDELIVERY", "RETRY_IF_HELD", "RETRY_AFTER_FAULT"),
    "bot.worker.scheduler": ("LEASE", "REFRESH_EVERY", "RETRY_AFTER"),
    "bot.worker.jobs": ("RETRY_ARXIV", "RETRY_MODEL", "RETRY_DELIVERY", "RETRY_ANSWER"),
    "bot.digests.daily": ("RUN_LEASE",),
    "bot.slack.wire": ("TIMEOUT", "PATIENCE"),
    "bot.slack.draft": ("LOOKED", "SETTLES", "STREAM_PACE", "EDIT_PACE"),
    "bot.discord.rest": ("TIMEOUT", "UNREACHABLE"),
    "bot.discord.draft": ("PATIENCE", "SETTLES"),
}


def hurry(by: float) -> None:
    """To be called before the bot is put together."""
    from importlib import import_module

    for module, names in TIMES.items():
        found = import_module(module)
        for name in names:
            value = getattr(found, name)
            setattr(found, name, max(1, value / by) if name == "TIMEOUT" else value / by)
    _hurry_store(by)


def _hurry_store(by: float) -> None:
    from bot.store import cache, pace

    holding: Any = cache.RedisCache.__init__
    holding.__defaults__ = (cache.HOLD / by,)
    for name, rule in pace.RULES.items():
        if isinstance(rule, pace.Alone):
            pace.RULES[name] = pace.Alone(rule.gap / by, max(timedelta(seconds=1), rule.hold / by))
        else:
            pace.RULES[name] = pace.Bursts(rule.count, rule.within / by, rule.rest / by)


if __name__ == "__main__":
    hurry(float(os.environ.get("HURRY", "1")))
    from bot.cli.main import main

    main()
