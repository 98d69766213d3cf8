"""Starts the bot with its long waits shortened in one proportion: `SHORTEN=10 python -m tests.servers.short_waits run`.

All long waits are divided: leases, the time after which a post in doubt is looked for, time-outs of requests to the platforms,
the queue's redelivery, the waits between tries, the pace towards arXiv and the channels. Their order and their ratios stay.
`SHORTEN_PACE=10` divides only the pace, what a person waits for arXiv, and the waits between two calls of a model. Nothing else
differs from `python -m bot`, and the product has no such setting.
"""

import os
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

TIMES: dict[str, tuple[str, ...]] = {
    "bot.digests.delivery": ("REQUEST_TIMEOUT", "LEASE_MARGIN", "SETTLE_TIME", "LEASE", "LEASE_WAIT"),
    "bot.worker.queue": ("REDELIVERY", "RETRY_IF_HELD", "RETRY_AFTER_FAULT"),
    "bot.worker.scheduler": ("LEASE", "REFRESH_EVERY", "RETRY_AFTER"),
    "bot.worker.jobs": ("RETRY_ARXIV", "RETRY_MODEL", "RETRY_DELIVERY", "RETRY_ANSWER"),
    "bot.digests.daily": ("RUN_LEASE",),
    "bot.changes.news": ("RETRY",),
    "bot.progress.following": ("BEAT", "SILENCE"),
    "bot.progress.interruptions": ("BEAT",),
    "bot.slack.web_api": ("TIMEOUT", "MAX_THROTTLE_WAIT"),
    "bot.core.draft": ("LATE_ARRIVAL",),
    "bot.slack.draft": ("SEARCH_TIMEOUT", "STREAM_PACE", "EDIT_PACE"),
    "bot.discord.connection": ("READY_WAIT",),
    "bot.discord.rest": ("TIMEOUT", "UNREACHABLE"),
    "bot.discord.draft": ("FINISH_TIMEOUT",),
}


def shorten(by: float) -> None:
    """To be called before the bot is put together."""
    for module, names in TIMES.items():
        _divide(module, names, by)
    from bot.store import cache

    holding: Any = cache.RedisCache.__init__
    holding.__defaults__ = (cache.HOLD / by,)
    _shorten_rules(by)


def shorten_pace(by: float) -> None:
    """The pace, and all waits for arXiv on behalf of a person."""
    from digest.arxiv.client import Arxiv

    asking: Any = Arxiv.__init__
    defaults = asking.__kwdefaults__.items()
    asking.__kwdefaults__ = {name: v / by if isinstance(v, timedelta) else v for name, v in defaults}
    _divide("bot.server.wiring", ("ARXIV_TIMEOUT",), by)
    _divide("bot.doctor.check", ("PAUSE",), by)
    _shorten_retries(by)
    _shorten_rules(by)


def _shorten_retries(by: float) -> None:
    """The waits between two calls of a busy model server."""
    from digest.llm.server.client import Model

    defaults: Any = Model.__init__.__kwdefaults__
    defaults["retries"] = replace(defaults["retries"], first_wait=defaults["retries"].first_wait / by)


def _divide(module: str, names: tuple[str, ...], by: float) -> None:
    found = import_module(module)
    for name in names:
        value = getattr(found, name)
        setattr(found, name, max(1, value / by) if name == "TIMEOUT" else value / by)


def _shorten_rules(by: float) -> None:
    from bot.store.limits import pace

    _divide("bot.slack.web_api", ("POST_GAP",), by)
    for name, rule in pace.RULES.items():
        if isinstance(rule, pace.OneAtATime):
            pace.RULES[name] = pace.OneAtATime(rule.gap / by, max(timedelta(seconds=1), rule.hold / by))
        else:
            pace.RULES[name] = pace.Bursts(rule.count, rule.within / by, rule.rest / by)


def main() -> None:
    if "SHORTEN" in os.environ:
        shorten(float(os.environ["SHORTEN"]))
    if "SHORTEN_PACE" in os.environ:
        shorten_pace(float(os.environ["SHORTEN_PACE"]))
    from bot.cli.main import main as start

    start()


if __name__ == "__main__":
    main()
