"""What the admins are told (`ADMIN_SLACK_CHANNEL`, `ADMIN_DISCORD_CHANNEL_ID`): one message a fault, and one when it is over.

A fault has a name; while it lasts, whoever meets it again says nothing new, in whatever process. Faults that often end by themselves are
told only once they have lasted. Telling never fails what it is about: what the platform refuses is logged, and tried again with the fault.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts import notices
from bot.core.chat import Chat, Place, Post, Text
from bot.store import Store
from digest.cache_keys import fingerprint
from digest.errors import PaperboyError
from digest.ports import Pace
from digest.render.labels import pick
from digest.render.markdown import escape

log = logging.getLogger(__name__)

OFTEN_PASSES = timedelta(minutes=30)
"""A fault of a service elsewhere is told when it has lasted so long."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "fault": "⚠ **{what}**{channel}: {cause}\n\n{todo}",
        "over": "✓ **{what}**{channel}: over after {minutes} minutes.",
        "channel": " ({channel})",
        "arxiv": "arXiv cannot be reached",
        "arxiv.todo": "Runs go on trying by themselves, for six hours; what is missed comes with the next digest. If this lasts, see whether this machine reaches arxiv.org.",
        "model": "The model cannot be reached",
        "model.todo": "Digests wait for it up to two hours, then do without it and say so. See the provider's status page and `paperboy check`.",
        "settings": "A setting is wrong",
        "settings.todo": "No digest is made until it is put right. `paperboy check` tells more; then start the bot again.",
        "budget": "The day's budget is used up",
        "budget.todo": "Digests rest on the papers' own sentences until midnight UTC, and questions wait. `paperboy costs` shows who used it; raise LLM_DAILY_BUDGET_USD or CHANNEL_DAILY_BUDGET_USD.",
        "delivery": "A digest cannot be delivered",
        "delivery.todo": "It is tried again for three days, then put aside.",
        "aside": "Something was given up",
        "aside.todo": "It ended its worker five times at one place. The log of the workers around that time tells why; please report it. Nothing else waits for it.",
        "listening": "The connection to {platform} is down",
        "listening.todo": "It is made anew by itself. If this lasts, see the log and the platform's status page. What people ask meanwhile is answered when it is back, as far as the platform keeps it.",
    },
    "zh": {
        "fault": "⚠ **{what}**{channel}：{cause}\n\n{todo}",
        "over": "✓ **{what}**{channel}：{minutes} 分钟后恢复。",
        "channel": "（{channel}）",
        "arxiv": "连不上 arXiv",
        "arxiv.todo": "会自动重试六小时，错过的论文出现在下一期。若一直如此，请看这台机器能否访问 arxiv.org。",
        "model": "模型无法访问",
        "model.todo": "日报最多等两小时，之后不用模型并注明。请看服务商状态页和 `paperboy check`。",
        "settings": "有一项设置不对",
        "settings.todo": "改好之前不会有日报。`paperboy check` 会说明；改好后重启。",
        "budget": "今天的额度已用完",
        "budget.todo": "UTC 零点之前日报只用论文原句，提问需要等待。`paperboy costs` 可看是谁用的；可调高 LLM_DAILY_BUDGET_USD 或 CHANNEL_DAILY_BUDGET_USD。",
        "delivery": "日报送不出去",
        "delivery.todo": "会继续试三天，之后搁置。",
        "aside": "有任务被放弃",
        "aside.todo": "它在同一处让进程结束了五次。原因在那段时间的日志里，请报告给我们。其他任务不受影响。",
        "listening": "与 {platform} 的连接断了",
        "listening.todo": "会自动重连。若一直如此，请看日志和平台状态页。其间的提问恢复后会回答（以平台保留的为准）。",
    },
}


@dataclass(frozen=True)
class AdminReports:
    """Implements `bot.core.reports.Reports`. Without places faults are kept all the same: `paperboy subscriptions list` shows them."""

    store: Store
    chats: Mapping[str, Chat]
    places: Sequence[Place]
    pace: Pace
    now: Callable[[], datetime]
    language: str = "en"

    async def fault(
        self, name: str, cause: str, *, about: str = "", channel: str = "", after: timedelta = timedelta(0)
    ) -> None:
        try:
            begun = {"since": self.now().isoformat(), "channel": channel, "cause": cause, "about": about}
            kept = await self.store.fault_begun(_full(name, about), begun)
            since = datetime.fromisoformat(kept["since"])
            if self.now() - since >= after:
                await self._tell(_key(name, about, since), self._sentence(name, kept))
        except PaperboyError as error:
            log.warning("event=report_lost name=%s cause=%r", name, str(error))

    async def over(self, name: str, *, about: str = "", begun_before: datetime | None = None) -> None:
        try:
            kept = await self.store.fault_known(_full(name, about))
            if kept is None:
                return
            since = datetime.fromisoformat(kept["since"])
            if begun_before is not None and since >= begun_before:
                return
            minutes = max(1, round((self.now() - since).total_seconds() / 60))
            key = _key(name, about, since)
            ended = pick(WORDS, "over", self.language, **self._facts(name, kept), minutes=minutes)
            await self._tell(f"{key}:over", ended, only_after=key)
            await self.store.fault_over(_full(name, about))
        except PaperboyError as error:
            log.warning("event=report_lost name=%s cause=%r", name, str(error))

    def _sentence(self, name: str, kept: Mapping[str, str]) -> str:
        todo = pick(WORDS, f"{name}.todo", self.language)
        return pick(WORDS, "fault", self.language, **self._facts(name, kept), cause=escape(kept["cause"]), todo=todo)

    def _facts(self, name: str, kept: Mapping[str, str]) -> dict[str, str]:
        where = escape(kept["channel"])
        shown = pick(WORDS, "channel", self.language, channel=where) if where else ""
        return {"what": pick(WORDS, name, self.language, platform=kept["about"]), "channel": shown}

    async def _tell(self, key: str, sentence: str, *, only_after: str = "") -> None:
        """`only_after`: nobody is told of the end of what they were not told of."""
        post = Post((Text(sentence),), sentence.replace("*", "")[:90], self.language)
        for place in self.places:
            named = f"{place.key}:{key}"
            before = await self.store.delivery(f"{place.key}:{only_after}") if only_after else None
            if only_after and before is None:
                continue
            told = await notices.notice(named, post, self.chats[place.platform], place, self.store, self.pace)
            if told.fault:
                log.warning("event=report_waits name=%s place=%s fault=%r", key, place.platform, told.fault)


def _full(name: str, about: str) -> str:
    return f"{name} {about}".strip()


def _key(name: str, about: str, since: datetime) -> str:
    return f"admin:{name}-{fingerprint(about)}:{int(since.timestamp())}"
