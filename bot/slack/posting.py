"""Names what a draft and a responder use of Slack's chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.core.chat import Person, Place, Post, Upload
from bot.core.crypto.signatures import Signer
from bot.slack.web_api import WebApi


class Posting(Protocol):
    """`SlackChat` implements it. The chat makes drafts and responders, so they cannot import it."""

    api: WebApi
    signer: Signer

    async def post_message(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str: ...

    async def post_in_turn(self, channel: str, message: Mapping[str, Any], thread: str = "") -> str: ...

    async def post_ephemeral(self, place: Place, user: str, message: Mapping[str, Any]) -> None: ...

    async def open_direct(self, user: str) -> str: ...

    async def update(self, channel: str, ts: str, message: Mapping[str, Any]) -> None: ...

    async def delete(self, place: Place, message: str) -> None: ...

    def own_messages(self, place: Place, thread: str, since: datetime) -> AsyncIterator[dict[str, Any]]: ...

    async def send(
        self, place: Place, post: Post, key: str, to: Person | None = None, picture: Upload | None = None
    ) -> str: ...
