"""Keeps the gateway client connected, with the message-content intent if it is enabled."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import aiohttp
import discord

from bot.core.chat import ChatError, EventHandler
from bot.discord.chat import DiscordChat
from bot.discord.listeners.client import Gateway
from bot.discord.rest import REFUSES_LOGIN, log_in
from digest.errors import Misconfigured
from digest.ports import Cache

log = logging.getLogger(__name__)

MAX_WAIT = 60.0
"""Seconds between two attempts to connect, at most: Discord allows 1,000 IDENTIFYs a day."""
NOT_AUTHENTICATED = 4004
"""The code with which Discord closes the gateway on a wrong token."""


class DiscordListener:
    def __init__(
        self, token: str, handler: EventHandler, chat: DiscordChat, memory: Cache, roles: frozenset[str] = frozenset()
    ) -> None:
        """`roles`: ids of the roles that may ask; empty for all."""
        self._token, self._handler, self._chat, self._memory, self._roles = token, handler, chat, memory, roles
        self._closing = asyncio.Event()
        self.client: Gateway | None = None
        self.began = False
        """Discord has accepted the token once."""
        self.content = True
        """Plain messages can be read. True until Discord refuses the intent."""

    @property
    def ready(self) -> bool:
        return self.client is not None and self.client.is_ready()

    async def run(self) -> None:
        """Runs until `close`. Raises Misconfigured for a refused token."""
        wait = 1.0
        while not self._closing.is_set():
            self._chat.hears = self.content
            self.client = Gateway(self._handler, self._chat, self._memory, content=self.content, roles=self._roles)
            try:
                await log_in(self.client, self._token)
                await self._chat.rest.ready()  # commands are answered even if the token is refused later
                self.began = True
                await self.client.connect()
            except discord.PrivilegedIntentsRequired:
                self.content, wait = False, 0.0
                log.warning(
                    "event=no_message_content: plain messages cannot be read; mentions, replies, buttons "
                    "and commands can. "
                    "To read them, enable the Message Content Intent on the Bot page of the developer portal."
                )
            except discord.ConnectionClosed as error:
                if error.code == NOT_AUTHENTICATED:
                    raise Misconfigured(REFUSES_LOGIN) from error
                log.warning("event=gateway_closed code=%s", error.code)
            except (
                ChatError,
                aiohttp.ClientError,
                discord.HTTPException,
                discord.GatewayNotFound,
                OSError,
                TimeoutError,
            ) as error:
                log.warning("event=not_connected reason=%s wait=%.0f", type(error).__name__, wait)
            finally:
                await self.client.close()
            # `wait_for` can swallow a cancellation on Python 3.11.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._closing.wait()
            wait = min(max(wait, 0.5) * 2, MAX_WAIT)

    async def close(self) -> None:
        """Waits for running handlers, then closes the connection."""
        self._closing.set()
        if self.client is not None:
            await self.client.drain()
            await self.client.close()
            await self.client.drain()  # handlers started meanwhile
