"""Logging: `event key=value` on stderr, or JSON lines by switch. Tokens never reach it, whoever logs them."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from pydantic import SecretStr
from pythonjsonlogger.json import JsonFormatter

from bot.settings import Settings

NOISY = (
    "slack_bolt",
    "slack_sdk",
    "discord",
    "aiohttp.access",
    "apscheduler",
    "docket",
    "arxiv",
    "httpx2",
    "openai",
    "urllib3",
)
FAULTS = "faults.log"


class _Hushed(logging.Filter):
    """Replaces the values of secret settings in whatever is logged, exceptions included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((s for s in secrets if len(s) >= 6), key=len, reverse=True)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.hush(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self.hush("".join(traceback.format_exception(*record.exc_info)).rstrip())
            record.exc_info = None
        return True

    def hush(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text


def set_up(settings: Settings, *, service: bool) -> None:
    """For a service everything from LOG_LEVEL up; at a person's terminal warnings only, unless LOG_LEVEL was set."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_hushed(settings))
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    handler.setFormatter(JsonFormatter(line) if settings.log_format == "json" else logging.Formatter(line))
    chosen = "log_level" in settings.model_fields_set
    level = settings.log_level if service or chosen else "ERROR"
    handler.setLevel(level)  # some libraries set their own loggers to everything
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def keep_fault(settings: Settings, mark: str, error: BaseException) -> Path:
    """A bug's traceback goes into a file, under its id: a person at the terminal is shown the id."""
    path = settings.home / FAULTS
    path.parent.mkdir(parents=True, exist_ok=True)
    told = _hushed(settings).hush("".join(traceback.format_exception(error)))
    with path.open("a", encoding="utf-8") as file:
        file.write(f"--- {mark}\n{told}\n")
    return path


def _hushed(settings: Settings) -> _Hushed:
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return _Hushed(value.get_secret_value() for value in values if isinstance(value, SecretStr))
