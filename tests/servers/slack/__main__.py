"""`python -m tests.servers.slack --port N`: the same server on its own, for benches that run the bot as a process and kill it.

`GET /_test/state` shows everything; `POST /_test/<what people do>` with the arguments as JSON does it (`say`, `command`, `react`, `edit`,
`remove`, `invite`, `kick`, `archive`, `open_home`; `click` and `shortcut` with `channel` and `ts` for the message, `submit` with `view`);
`POST /_test/add` adds a user or a channel; `POST /_test/fail` breaks a method; `POST /_test/set` changes `revoked`, `limited`, `scopes`.
"""

import argparse
import asyncio
import dataclasses
import signal
from typing import Any

from aiohttp import web

from tests.servers.slack.hub import Delivery
from tests.servers.slack.server import SlackServer
from tests.servers.slack.workspace import Message

DOINGS = {
    "say", "command", "react", "edit", "remove", "invite", "kick", "archive", "open_home", "click",
    "shortcut", "submit",
}  # fmt: skip


class Standalone(SlackServer):
    def routes(self, app: web.Application) -> None:
        app.router.add_get("/_test/state", self._state)
        app.router.add_post("/_test/{doing}", self._do)

    async def _state(self, _: web.Request) -> web.Response:
        channels = {
            c.id: {
                "members": sorted(c.members),
                "messages": [
                    dataclasses.asdict(m) | {"shown": m.shown} for m in sorted(c.messages.values(), key=lambda m: m.ts)
                ],
                "ephemeral": [dataclasses.asdict(m) | {"shown": m.shown} for m in c.ephemeral],
            }
            for c in self.space.channels.values()
        }
        return web.json_response(
            {
                "channels": channels,
                "views": self.space.views,
                "homes": self.space.homes,
                "statuses": self.space.statuses,
                "journal": [dataclasses.asdict(c) for c in self.journal],
                "sockets": len(self.hub.sockets),
            }
        )

    async def _do(self, request: web.Request) -> web.Response:
        doing, args = request.match_info["doing"], await request.json()
        if doing == "add":
            add = self.space.add_user if "user" in args else self.space.add_channel
            add(args.pop("user", None) or args.pop("channel"), *args.pop("members", []), **args)
            return web.json_response({})
        if doing == "fail":
            self.fail(**args)
            return web.json_response({})
        if doing == "set":
            self.revoked = args.get("revoked", self.revoked)
            self.limited = args.get("limited", self.limited)
            self.scopes = set(args.get("scopes", self.scopes))
            return web.json_response({})
        if doing not in DOINGS:
            return web.json_response({"error": f"nobody can {doing}"}, status=404)
        if doing in ("click", "shortcut"):
            args["message"] = self._message(args.pop("channel"), args.pop("ts"), args["user"])
        if doing == "submit":
            args = {"user": args["user"], "view": self.space.views[args["view"]], **args.get("typed", {})}
        made: Any = getattr(self, doing)(**args)
        deliveries = [d for d in (made if isinstance(made, list) else [made]) if isinstance(d, Delivery)]
        waited = [await d.wait() for d in deliveries] if request.query.get("wait") else deliveries
        return web.json_response([{"payload": d.payload, "acked": d.acked, "answer": d.answer} for d in waited])

    def _message(self, channel: str, ts: str, user: str) -> Message:
        return next(m for m in self.space.seen_by(user, channel) if m.ts == ts)


async def _main(port: int, speed: float) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    slack = Standalone(speed=speed)
    await slack.start(port)
    print(f"SLACK_API_URL={slack.url}", flush=True)
    await stop.wait()
    await slack.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0)
    given = parser.parse_args()
    asyncio.run(_main(given.port, given.speed))
