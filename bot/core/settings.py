"""Environment -> Settings. All problems are reported at once. Only this and `hosts` read it.

A `.env` file in the working directory adds to the environment, which wins. `.env.example` names
every setting with its meaning, and a test keeps the two in step.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import langcodes
from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core import shapes
from bot.core.problems import plain
from bot.core.subscription import DAYS, Detail
from bot.core.suggestions import language_tags, timezones
from bot.core.texts import say
from digest.errors import Misconfigured
from digest.llm.server.prices import Price, prices_from
from digest.model import Profile

ENV_FILE = Path(".env")
ARXIV_API_URL = "https://export.arxiv.org/api/query"
ARXIV_RSS_URL = "https://rss.arxiv.org"
ARXIV_CONTENT_URL = "https://export.arxiv.org"


def _words(value: Any) -> Any:
    """`a, b` as a list; a list stays one."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


def url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.netloc:
        raise ValueError("is not a URL; write it whole, as in https://host/path")
    return value


def language(value: str) -> str:
    """A BCP 47 tag in its standard form: `zh`, `pt-BR`. Raises ValueError for `klingonese`."""
    try:
        tag = langcodes.standardize_tag(value.strip().replace("_", "-"))
        known = langcodes.Language.get(tag).is_valid()
    except ValueError:
        known = False
    if not known:
        raise ValueError(say.sentence("bad language", value=repr(value), nearest=_nearest(language_tags, value)))
    return str(tag)


def clock_time(value: str) -> str:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", value.strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(say.sentence("bad time", value=repr(value)))
    return f"{int(match[1]):02d}:{match[2]}"


def timezone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(say.sentence("bad timezone", value=repr(value), nearest=_nearest(timezones, value)))
    return value


def _nearest(suggest: Callable[[str], tuple[str, ...]], value: str) -> str:
    names = suggest(value)
    return say.sentence("did you mean", names=", ".join(names)) if names else ""


def weekdays(value: Any) -> Any:
    """`mon-fri`, `mon,wed`, `every day` as names of days."""
    if not isinstance(value, str):
        return value
    found: list[str] = []
    for piece in _words(value.lower().replace("every day", "mon-sun")):
        first, _, last = (part.strip()[:3] for part in piece.partition("-"))
        if first not in DAYS or (last and last not in DAYS):
            raise ValueError(say.sentence("bad days", value=repr(piece)))
        start, end = DAYS.index(first), DAYS.index(last or first)
        found += DAYS[start : end + 1] if end >= start else (*DAYS[start:], *DAYS[: end + 1])
    return [day for day in DAYS if day in found]


Words = Annotated[list[str], NoDecode, BeforeValidator(_words)]


def _dollars(value: Any) -> Any:
    """`none` for no cap."""
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


Dollars = Annotated[float | None, BeforeValidator(_dollars)]
Url = Annotated[str, AfterValidator(url)]


def _secret(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(check(secret.get_secret_value())))


def _channel(platform: str) -> AfterValidator:
    return AfterValidator(lambda value: shapes.channel(platform, value))


class Settings(BaseSettings):
    """Environment variables are these names in capitals."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", case_sensitive=False)

    openai_api_key: SecretStr = SecretStr("")
    openai_base_url: Annotated[str, AfterValidator(lambda v: url(v) if v else v)] = ""
    llm_api: Literal["chat", "responses"] = "chat"
    llm_model: str = "gpt-5-mini"
    llm_model_fast: str = ""
    llm_embeddings_model: str = ""
    llm_context_tokens: int = Field(128_000, ge=4_000)
    llm_concurrency: int = Field(10, ge=1, le=200)
    llm_prices: Annotated[dict[str, Price], NoDecode] = {}
    llm_daily_budget_usd: Dollars = Field(10.0, ge=0)
    channel_daily_budget_usd: Dollars = Field(None, ge=0)
    questions_per_person: int = Field(50, ge=1)

    slack_bot_token: Annotated[SecretStr, _secret(shapes.slack_bot_token)] = SecretStr("")
    slack_app_token: Annotated[SecretStr, _secret(shapes.slack_app_token)] = SecretStr("")
    slack_signing_secret: Annotated[SecretStr, _secret(shapes.slack_signing_secret)] = SecretStr("")
    slack_channel: Annotated[str, _channel("slack")] = ""
    slack_api_url: Url = "https://slack.com/api/"
    discord_token: Annotated[SecretStr, _secret(shapes.discord_token)] = SecretStr("")
    discord_channel_id: Annotated[str, _channel("discord")] = ""
    discord_ask_roles: Words = []
    discord_api_url: Url = "https://discord.com/api/v10"
    discord_gateway_url: Url = "wss://gateway.discord.gg/"

    arxiv_api_url: Url = ARXIV_API_URL
    arxiv_rss_url: Url = ARXIV_RSS_URL
    arxiv_content_url: Url = ARXIV_CONTENT_URL
    arxiv_contact: str = ""

    redis_url: str = ""
    redis_ca_file: str = ""
    paperboy_home: Path = Path("~/.paperboy")

    digest_categories: Words = ["cs.CV"]
    digest_interests: str = ""
    digest_keywords: Words = []
    digest_unwanted: Words = []
    digest_authors: Words = []
    digest_language: Annotated[str, AfterValidator(language)] = "en"
    digest_papers: int = Field(10, ge=1, le=50)
    digest_detail: Detail = Detail.SHORT
    digest_time: Annotated[str, AfterValidator(clock_time)] = "09:00"
    digest_timezone: Annotated[str, AfterValidator(timezone)] = "UTC"
    digest_days: Annotated[list[str], NoDecode, BeforeValidator(weekdays)] = list(DAYS)
    digest_figures: bool = True
    digest_show_cost: bool = False
    digest_admins: Words = []

    archive_days: int | None = Field(None, ge=1)
    archive_url: Annotated[str, AfterValidator(lambda v: url(v) if v else v)] = ""
    archive_public: Words = []

    admin_slack_channel: Annotated[str, _channel("slack")] = ""
    admin_discord_channel_id: Annotated[str, _channel("discord")] = ""
    log_level: str = "INFO"
    log_format: str = "text"
    host: str = ""
    port: int = Field(3000, ge=1, le=65535)
    metrics_port: int | None = Field(None, ge=1, le=65535)
    paperboy_now: datetime | None = None

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("is one of DEBUG, INFO, WARNING, ERROR")
        return value.upper()

    @field_validator("log_format")
    @classmethod
    def _format(cls, value: str) -> str:
        if value not in ("text", "json"):
            raise ValueError("is text or json")
        return value

    @field_validator("llm_prices", mode="before")
    @classmethod
    def _prices(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return prices_from(value)
        except Misconfigured as error:
            raise ValueError(str(error).removeprefix("LLM_PRICES ")) from None

    @field_validator("paperboy_now")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=ZoneInfo("UTC")) if value and value.tzinfo is None else value

    @property
    def has_model(self) -> bool:
        """A key or base URL means there is a model; without, the extractive Analyst writes."""
        return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)

    @property
    def home(self) -> Path:
        return self.paperboy_home.expanduser()

    @property
    def profile(self) -> Profile:
        return Profile(
            categories=tuple(self.digest_categories),
            interests=self.digest_interests,
            wanted=tuple(self.digest_keywords),
            unwanted=tuple(self.digest_unwanted),
            authors=tuple(self.digest_authors),
            language=self.digest_language,
        )


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """Reads the environment and a file, `.env` unless another is named; `overrides` win. Raises
    Misconfigured with a sentence per problem."""
    given = {name: value for name, value in overrides.items() if value is not None}
    file = env_file or ENV_FILE
    read_env_file(file, needed=env_file is not None)
    try:
        settings = Settings(_env_file=file, **given)
        shapes.model_key(settings.openai_api_key.get_secret_value(), settings.openai_base_url)
    except ValidationError as error:
        raise Misconfigured("\n".join(_sentence(problem) for problem in error.errors())) from None
    except ValueError as error:
        raise Misconfigured(f"OPENAI_API_KEY: {error}.") from None
    return settings


def read_env_file(file: Path, *, needed: bool = False) -> dict[str, str | None]:
    """What a file of settings says; empty for a missing one that is not `needed`. Raises
    Misconfigured."""
    if not file.is_file():
        if needed:
            raise Misconfigured(f"{file} is not a file. Name one with settings, such as a filled-in .env.example.")
        return {}
    try:
        return dotenv_values(file)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise Misconfigured(f"{file} cannot be read ({why}). Change its rights or name another one.") from None


def _sentence(problem: Any) -> str:
    name = str(problem["loc"][0]).upper() if problem["loc"] else "The settings"
    cause = problem.get("ctx", {}).get("error")
    said = str(cause) if isinstance(cause, ValueError) else plain(problem)
    return f"{name}: {said.removesuffix('.')}." if not said.startswith("is ") else f"{name} {said.removesuffix('.')}."
