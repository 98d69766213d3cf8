"""Logging: `event key=value` on stderr, or JSON lines. Secrets are replaced in every record.

Records about one question or digest carry one id (`for=`), across processes and restarts: the
question's name, which people see in error messages, or the digest's key.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr
from pythonjsonlogger.json import JsonFormatter

from bot.core.settings.settings import Settings
from digest.errors import LONGEST, for_log, trace, without_queries

OWN = ("bot", "digest")
"""Our loggers. What libraries log below WARNING may quote what people wrote, and is dropped."""
SDKS = ("bot.slack.bolt", "bot.slack.sdk", "bot.slack.listeners.socket.sdk", "slack_bolt", "slack_sdk", "mcp", "root")
"""Loggers of libraries, with those below them, that put payloads into their messages: only their
errors' types are kept. `mcp` also logs by functions of `logging`, whose logger is `root`."""
_SDKS = tuple(f"{name}." for name in SDKS)
FAULTS = "faults.log"


_concern: ContextVar[str] = ContextVar("concern", default="")


@contextlib.contextmanager
def log_id(name: str) -> Iterator[None]:
    """Adds the id to records inside the block and in tasks started there."""
    token = _concern.set(name)
    try:
        yield
    finally:
        _concern.reset(token)


class _IdFilter(logging.Filter):
    """Adds the id. Set on the handler, so that it covers all loggers."""

    def __init__(self, *, as_field: bool) -> None:
        super().__init__()
        self._as_field = as_field

    def filter(self, record: logging.LogRecord) -> bool:
        name = _concern.get()
        if name and self._as_field:
            setattr(record, "for", name)
        elif name:
            record.msg, record.args = f"{record.getMessage()} for={name}", None
        return True


_PLAIN = frozenset(vars(logging.makeLogRecord({})))
"""Attributes of every record, which need no second pass."""


class _PrivacyFilter(logging.Filter):
    """Keeps people's words out: exceptions become their types, URLs lose their queries, and of a
    library's message only its first line stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        in_sdk = f"{record.name}.".startswith(_SDKS)
        library = in_sdk or record.name.split(".", 1)[0] not in OWN
        if library and record.levelno < logging.WARNING:
            return False
        if isinstance(record.args, tuple):
            record.args = tuple(for_log(a) if isinstance(a, BaseException) else a for a in record.args)
        text = without_queries(record.getMessage())
        if in_sdk:
            text = f"event=library_{record.levelname.lower()}"
        elif library:
            text = text.partition("\n")[0][:LONGEST]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text = f"{text}\n{trace(error)}"
        record.msg, record.args, record.exc_info = text, None, None
        vars(record).update(exc_text=None, stack_info=None)  # what another handler made of it
        return True


class _SecretFilter(logging.Filter):
    """Replaces secrets in messages and extra fields."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((s for s in secrets if len(s) >= 6), key=len, reverse=True)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redact(record.getMessage()), None
        for name, value in list(vars(record).items()):
            if name not in _PLAIN and value is not None:  # what a library adds for formatters such as the JSON one
                said = str(value)
                if (hushed := self.redact(said)) != said:
                    setattr(record, name, hushed)
        return True

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text


def set_up(settings: Settings, *, service: bool) -> None:
    """A service logs from LOG_LEVEL up. A terminal command logs errors only: nothing stands before
    its result, unless LOG_LEVEL is DEBUG."""
    handler = logging.StreamHandler(sys.stderr)
    as_json = settings.log_format == "json"
    handler.addFilter(_PrivacyFilter())
    handler.addFilter(_IdFilter(as_field=as_json))
    handler.addFilter(_secret_filter(settings))
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    handler.setFormatter(JsonFormatter(line) if as_json else logging.Formatter(line))
    level = settings.log_level if service or settings.log_level == "DEBUG" else "ERROR"
    handler.setLevel(level)  # some libraries set their own loggers to everything
    logging.basicConfig(level=max(logging.WARNING, logging.getLevelName(level)), handlers=[handler], force=True)
    for name in OWN:
        logging.getLogger(name).setLevel(level)


def write_traceback(settings: Settings, mark: str, error: BaseException) -> Path:
    """Appends a bug's traceback to a file under the id that the terminal shows. It has no messages,
    which may quote what people wrote."""
    path = settings.home / FAULTS
    path.parent.mkdir(parents=True, exist_ok=True)
    told = _secret_filter(settings).redact(trace(error))
    with path.open("a", encoding="utf-8") as file:
        file.write(f"--- {mark}\n{told}\n")
    return path


def _secret_filter(settings: Settings) -> _SecretFilter:
    values = (getattr(settings, name) for name in type(settings).model_fields)
    server = urlsplit(settings.openai_base_url)
    in_address = [server.password or "", *(value for _, value in parse_qsl(server.query))]
    return _SecretFilter([*(v.get_secret_value() for v in values if isinstance(v, SecretStr)), *in_address])
