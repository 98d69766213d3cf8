"""A platform light enough for a thousand channels at once, as a process of its own: the few methods of Slack that a delivery needs, over
HTTP, with Slack's one message a second for each channel (a short burst is forgiven), and nothing else checked.

`python -m bench.light_slack` prints its address; `GET /figures` tells what came.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from typing import Any

from aiohttp import web

EARLY = 0.08
"""Seconds that a message may come before its second is over: requests do not travel equally fast."""


class LightSlack:
    def __init__(self) -> None:
        self._ts = itertools.count(1)
        self._last: dict[str, float] = {}
        self.posts: dict[str, list[float]] = defaultdict(list)
        self.edits: dict[str, list[float]] = defaultdict(list)
        self.throttled = 0

    async def call(self, request: web.Request) -> web.Response:
        body = await request.json() if request.content_type == "application/json" else {}
        match request.match_info["method"]:
            case "auth.test":
                who = {"ok": True, "url": "https://lab.slack.com/", "team_id": "T1", "user_id": "U0", "bot_id": "B0"}
                return web.json_response(who, headers={"X-OAuth-Scopes": "chat:write"})
            case "chat.postMessage":
                return self._post(body["channel"])
            case "chat.update":
                self.edits[body["channel"]].append(time.monotonic())
                return web.json_response({"ok": True, "ts": body["ts"]})
            case method:
                return web.json_response({"ok": False, "error": f"no {method} here"})

    def _post(self, channel: str) -> web.Response:
        now = time.monotonic()
        left = self._last.get(channel, 0.0) + 1 - now
        if left > EARLY:
            self.throttled += 1
            answer = {"ok": False, "error": "ratelimited"}
            return web.json_response(answer, status=429, headers={"Retry-After": "1"})
        self._last[channel] = now
        self.posts[channel].append(now)
        return web.json_response({"ok": True, "ts": f"{int(time.time())}.{next(self._ts):06d}"})

    async def figures(self, _: web.Request) -> web.Response:
        """Since the last time it was asked."""
        spans = [max([*at, *self.edits[c]]) - at[0] for c, at in self.posts.items()]
        firsts = [at[0] for at in self.posts.values()]
        lasts = [max([*at, *self.edits[c]]) for c, at in self.posts.items()]
        found: dict[str, Any] = {
            "posts": sum(map(len, self.posts.values())),
            "edits": sum(map(len, self.edits.values())),
            "throttled": self.throttled,
            "spans": sorted(spans),
            "whole": max(lasts) - min(firsts) if firsts else 0.0,
        }
        self.posts.clear()
        self.edits.clear()
        self.throttled = 0
        return web.json_response(found)


async def main() -> None:
    slack = LightSlack()
    app = web.Application(client_max_size=4 * 2**20)
    app.router.add_route("*", "/api/{method}", slack.call)
    app.router.add_get("/figures", slack.figures)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
