"""The installation's key, which signs what the platforms carry for us and hides ids in counters."""

from __future__ import annotations

from secrets import token_bytes

from bot.store.redis import Base, key

SECRET = key("secret")
LENGTH = 32


class Secrets(Base):
    _secret: bytes = b""

    async def secret(self) -> bytes:
        """Returns the key, made at the first call and the same for all processes over one store."""
        if not self._secret:
            await self.redis.do("SET", SECRET, token_bytes(LENGTH), "NX")
            self._secret = await self.redis.do("GET", SECRET)
        return self._secret
