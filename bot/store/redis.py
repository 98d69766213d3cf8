"""The connection to Redis, the names of keys and their lifetimes. Every command of the store goes
through `Redis`.

redis-py repeats a command after a time-out or a dropped connection, even if the first one was
carried out. So values are set, never added to, and what must happen once is a script that checks
its caller's token. An unreachable server is retried for a minute, a full one too; then
StoreUnavailable is raised.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import re
import ssl
import time
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlencode, urlsplit

import redis.asyncio as client
import stamina
from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import EqualJitterBackoff
from redis.commands.core import AsyncScript

from bot.store.embedded.directory import StoreUnavailable, full_disk
from digest.cache_keys import DAY
from digest.errors import Misconfigured, for_log

log = logging.getLogger(__name__)

RedisError = exceptions.RedisError
"""The base of what redis-py raises; only this module imports the SDK."""
Word = str | bytes | int | float
Command = Sequence[Word]

CONNECTIONS = 40
TIMEOUT = 5.0
RETRIES = 50
"""How often a command is repeated, up to two seconds apart: a minute in all."""
FULL_WAIT = 75.0
"""Seconds to retry while the server takes no writes: losing a paid result is worse than waiting."""
FULL_RETRY_DELAY = 1.0
REWRITE_TRIES, REWRITE_DELAY = 50, 0.2
COMPRESS_OVER = 512
"""Bytes."""


class StoreUnwritable(StoreUnavailable):
    """The server takes no writes now: it is full, read-only while it changes over, or busy."""


class Script:
    """Lua, sent by its hash. Run twice with the same arguments, it must equal one run."""

    def __init__(self, source: str) -> None:
        self.source = source


class Redis:
    def __init__(self, url: str, *, retries: int = RETRIES, full: float = FULL_WAIT) -> None:
        """`retries`: repeats of an unanswered command; `full`: seconds to retry a full server."""
        try:
            pool = client.BlockingConnectionPool.from_url(
                url,
                max_connections=CONNECTIONS,
                timeout=30,
                socket_timeout=TIMEOUT,
                socket_connect_timeout=TIMEOUT,
                retry=Retry(EqualJitterBackoff(cap=2, base=0.05), retries),
            )
        except ValueError as error:
            raise Misconfigured("REDIS_URL is not an address like redis://host:6379/0.") from error
        self._url = url
        self._client = client.Redis(connection_pool=pool)
        self._full = full
        self._told = -math.inf
        self._scripts: dict[str, AsyncScript] = {}

    async def close(self) -> None:
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _done(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Repeats a request while the server takes no writes, so that it was not carried out."""

        async def asked() -> Any:
            with sentences(self._url):
                return await ask()

        def pause(error: Exception) -> bool | float:
            return FULL_RETRY_DELAY if isinstance(error, StoreUnwritable) else False

        try:
            return await asked()
        except StoreUnwritable as error:  # seldom, and what stamina makes for a call costs as much as a command
            if not self._full:
                raise
            self._tell_once(error)
        await asyncio.sleep(FULL_RETRY_DELAY)
        return await stamina.AsyncRetryingCaller(attempts=None, timeout=self._full)(pause, asked)

    def _tell_once(self, error: StoreUnwritable) -> None:
        """For as long as commands may wait for the same cause."""
        now = time.monotonic()
        if now - self._told > self._full:
            self._told = now
            log.warning("event=store_awaited cause=%r", for_log(error))

    async def do(self, *command: Word) -> Any:
        return await self._done(lambda: self._client.execute_command(*command))  # type: ignore[no-untyped-call]

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Word] = ()) -> Any:
        registered = self._scripts.get(script.source)
        if registered is None:
            registered = self._scripts[script.source] = self._client.register_script(script.source)
        script_of = registered

        async def ask() -> Any:
            try:
                return await script_of(keys=keys, args=args)
            except exceptions.NoScriptError:  # the server was replaced between loading the script and running it
                return await script_of(keys=keys, args=args)

        return await self._done(ask)

    async def transaction(self, commands: Sequence[Command]) -> list[Any]:
        """Runs all commands or none. They are repeated if the reply is lost, so they may only set
        and delete."""
        found: list[Any] = await self._done(lambda: self._sent(commands, transaction=True))
        return found

    async def _sent(self, commands: Sequence[Command], *, transaction: bool) -> list[Any]:
        async with self._client.pipeline(transaction=transaction) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return await pipe.execute()

    async def text(self, *command: Word) -> str:
        """Reads one text. Returns an empty one for none."""
        return (await self.do(*command) or b"").decode()

    async def members(self, name: str) -> list[str]:
        """Returns the texts of a set in order."""
        return sorted(member.decode() for member in await self.do("SMEMBERS", name))

    async def keep(self, life: timedelta, *command: Word) -> None:
        """Runs a command on a key, which then lasts this long."""
        await self.transaction(lasting(life, *command))

    async def batch(self, commands: Sequence[Command]) -> list[Any]:
        """Makes several reads in one round trip."""
        if not commands:
            return []
        with sentences(self._url):
            return await self._sent(commands, transaction=False)

    async def try_commands(self) -> None:
        """Runs one command of each kind that the store and the queue need, on keys of its own.

        Raises Misconfigured with the server's words for one that it, or a proxy, does not take.
        """
        here, there = key("check", "1"), key("check", "2")
        await self.transaction([("SET", here, "1", "EX", 60), ("SET", there, "1", "EX", 60)])
        await self.run(Script("return redis.call('MGET', KEYS[1], KEYS[2])"), [here, there])
        await self.transaction([("DEL", here, there)])
        await self.do("XADD", here, "*", "a", "1")
        await self.do("XGROUP", "CREATE", here, "group", "0")
        await self.do("XREADGROUP", "GROUP", "group", "one", "COUNT", 1, "STREAMS", here, ">")
        await self.do("XAUTOCLAIM", here, "group", "two", 0, "0")
        await self.do("ZADD", there, 1, "a")
        await self.do("ZRANGE", there, "-inf", "+inf", "BYSCORE")
        await self.do("PUBLISH", key("check"), "1")
        await self.do("DEL", here, there)

    async def write_file_anew(self) -> None:
        """A server with an append-only file keeps in it what is deleted, until it is written anew.
        One that does not let us do so keeps it until it does that by itself."""
        with contextlib.suppress(RedisError, StoreUnavailable, Misconfigured):
            for _ in range(REWRITE_TRIES):
                state = await self.do("INFO", "persistence")
                if not state.get("aof_rewrite_in_progress"):  # one that began before may hold it still
                    if state.get("aof_enabled"):
                        await self.do("BGREWRITEAOF")
                    return
                await asyncio.sleep(REWRITE_DELAY)

    async def scan(self, pattern: str) -> list[str]:
        found: set[str] = set()
        cursor: Any = 0
        while True:
            cursor, keys = await self.do("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found.update(k.decode() for k in keys)
            if int(cursor) == 0:
                return sorted(found)


async def reachable(url: str) -> None:
    """Checks the server with one try. Raises StoreUnavailable or Misconfigured."""
    async with Redis(url, retries=0, full=0) as probe:
        await probe.do("PING")
        policy = await _policy(probe)
    if policy and policy != "noeviction":
        raise Misconfigured(
            f"The Redis server may throw keys away when it is full (maxmemory-policy {policy}); "
            "Paperboy would then post twice. Set maxmemory-policy to noeviction."
        )


async def _policy(probe: Redis) -> str:
    """Returns the eviction policy; empty if the server does not say or has no memory limit."""
    with contextlib.suppress(exceptions.RedisError, StoreUnavailable, Misconfigured):
        told = await probe.do("INFO", "memory")
        if int(told.get("maxmemory", 0)) > 0:
            return str(told.get("maxmemory_policy", ""))
    return ""


@contextlib.contextmanager
def sentences(url: str) -> Iterator[None]:
    """Turns errors of redis-py into StoreUnavailable or Misconfigured with a sentence."""
    task = asyncio.current_task()
    cancelled = task.cancelling() if task else 0
    try:
        yield
        # In Python 3.11 `asyncio.wait_for`, by which redis-py sends, can swallow a cancellation.
        if task and task.cancelling() > cancelled:
            raise asyncio.CancelledError
    except (exceptions.ConnectionError, exceptions.TimeoutError, OSError) as error:
        # Some refusals are errors of the connection to redis-py; the network's come from OSError.
        meant = None
        if isinstance(error, exceptions.ConnectionError) and not isinstance(error.__context__, OSError):
            meant = _refusal(error, url)
        raise _untrusted(error) or meant or unreachable(url) from error
    except exceptions.RedisError as error:
        if (meant := _refusal(error, url)) is None:
            raise
        raise meant from error


REFUSALS: tuple[tuple[str, type[StoreUnavailable | Misconfigured], str], ...] = (
    (
        r"MISCONF|No space left",
        StoreUnwritable,
        "{server} cannot write to its disk, which is full or failing. Make room; nothing acknowledged is lost.",
    ),
    (
        r"OOM|OutOfMemory",
        StoreUnwritable,
        "{server} has used up its memory. Raise its maxmemory (with the policy noeviction).",
    ),
    (
        r"NOAUTH|WRONGPASS|AuthenticationError|AuthenticationWrong",
        Misconfigured,
        "The Redis server refuses the user or password in REDIS_URL ({said}). Copy the whole address again.",
    ),
    (
        r"NOSCRIPT|NoScriptError",
        Misconfigured,
        "{server} forgets scripts between two commands. Use Redis or Valkey without a proxy.",
    ),
    (r"LOADING|BusyLoading", StoreUnavailable, "{server} is still loading its data. Wait until it has."),
    (
        r"max number of clients",
        StoreUnavailable,
        "{server} takes no more connections. Raise its maxclients, or use a larger plan.",
    ),
    (
        r"NOPERM|NoPermission",
        Misconfigured,
        "The user in REDIS_URL lacks a right on the Redis server ({said}). Give it all commands and keys.",
    ),
    (
        r"DENIED",
        Misconfigured,
        "{server} takes no connections from other machines (protected mode). Give it a password.",
    ),
    (
        r"(?i:DB index)",
        Misconfigured,
        "REDIS_URL names a database that the server does not have. Leave out the number at its end.",
    ),
    (
        r"(?i:limit exceeded|size exceeded)",
        StoreUnavailable,
        "{server} does not allow more by its plan ({said}). Look at the plan, or use another server.",
    ),
    (
        r"MASTERDOWN|MasterDown|NOREPLICAS|TRYAGAIN|TryAgain|\bBUSY\b",
        StoreUnwritable,
        "{server} cannot work now ({said}). Look at the server; Paperboy tries again.",
    ),
    (r"READONLY|ReadOnlyError", StoreUnwritable, "{server} is a read-only replica. Use the primary's address."),
    (
        r"MOVED|MovedError|AskError|CrossSlot|CROSSSLOT|ClusterDown|CLUSTERDOWN|(?i:hash slot|cluster mode)",
        Misconfigured,
        "{server} is part of a cluster. Use a single Redis or Valkey server.",
    ),
    (
        r"(?i:unknown command|unsupported|without MULTI|not supported|not available|not allowed|disabled)",
        Misconfigured,
        "{server} lacks a command ({said}). Use Redis or Valkey 7.0 or newer, without a proxy.",
    ),
)
"""The words that a server's refusal begins with or contains, and their meaning."""


def _refusal(error: exceptions.RedisError, url: str) -> StoreUnavailable | Misconfigured | None:
    server = "The store's own server" if url.startswith("unix:") else "The Redis server at REDIS_URL"
    said = f"{type(error).__name__} {error}"  # redis-py takes some codes off, and names the error by them
    for pattern, kind, sentence in REFUSALS:
        if re.search(pattern, said):
            return kind(sentence.format(server=server, said=str(error)[:200]))
    return None


def _untrusted(error: BaseException | None) -> Misconfigured | None:
    """The error for a certificate that is not trusted, wherever it is in the chain of causes."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    return Misconfigured(
        f"The certificate of the Redis server is not trusted ({error.verify_message}). Set REDIS_CA_FILE to the file "
        "of its CA. On Heroku, whose servers sign their own certificates, set it to none."
    )


def with_certificates(url: str, ca_file: str) -> str:
    """The address with its CA file, which `none` replaces by no check of the certificate.

    Raises Misconfigured for a file that cannot be read.
    """
    if not ca_file:
        return url
    if not url.startswith("rediss:"):
        raise Misconfigured("REDIS_CA_FILE needs a REDIS_URL that begins with rediss://.")
    options = {"ssl_cert_reqs": "none", "ssl_check_hostname": "false"}
    if ca_file.lower() != "none":
        if not os.access(ca_file, os.R_OK):
            raise Misconfigured(f"REDIS_CA_FILE {ca_file} cannot be read.")
        options = {"ssl_ca_certs": ca_file}
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(options)}"


def unreachable(url: str) -> StoreUnavailable:
    """The error for a server that does not answer."""
    if not url.startswith("unix:"):
        return StoreUnavailable("The Redis server does not answer. See that it runs and that REDIS_URL is right.")
    folder = Path(unquote(urlsplit(url).path)).parent
    return full_disk(folder) or StoreUnavailable(f"The store in {folder} does not answer. Its log there is server.log.")


def pack(value: bytes) -> bytes:
    """Compresses long values. The first byte says whether a value is compressed."""
    return b"z" + zlib.compress(value, 3) if len(value) > COMPRESS_OVER else b"=" + value


def unpack(value: bytes) -> bytes:
    return zlib.decompress(value[1:]) if value[:1] == b"z" else value[1:]


PREFIX = "paperboy"
LONG = 90 * DAY
"""Digests, deliveries, questions, answers, votes."""
LEDGER_LIFE = 60 * DAY
PLAN_LIFE = 7 * DAY
REMOVED_LIFE = 30 * DAY
"""Settings of a channel that removed the bot, restored when it is invited again."""
MONTH_LIFE = 400 * DAY
"""What was spent in a month, by payer and stage."""
WATCH_LIFE = 180 * DAY
"""How long a paper that was posted, asked about or saved is looked after."""
OPEN_LIFE = 7 * DAY
"""Open work, which is set aside after three days."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def key(*parts: str) -> str:
    return ":".join((PREFIX, *parts))


def seconds(life: timedelta) -> int:
    return max(1, round(life.total_seconds()))


def lasting(life: timedelta, *command: Word) -> list[Command]:
    """Returns the command and one that sets the lifetime of its key."""
    return [command, ("EXPIRE", command[1], seconds(life))]


def millis(life: timedelta) -> int:
    return max(1, round(life.total_seconds() * 1000))


def literal(text: str) -> str:
    """Escapes the wildcards of SCAN's MATCH."""
    return "".join(f"\\{c}" if c in "*?[]^\\" else c for c in text)


class Base:
    """What every subject of the store shares: the connection and the clock."""

    def __init__(self, redis: Redis, now: Callable[[], datetime] = utc_now) -> None:
        self.redis = redis
        self.now = now
        """The process's clock, which tests may set. Lifetimes run by the server's."""

    async def server_time(self) -> datetime:
        """Returns the server's time: the one clock that all machines share."""
        whole, micros = await self.redis.do("TIME")
        return datetime.fromtimestamp(int(whole), UTC) + timedelta(microseconds=int(micros))
