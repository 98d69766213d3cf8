"""Reads the settings from the environment and reports all problems at once.

A `.env` file in the working directory adds to the environment, which wins. The sentence below each
setting is what `docs/settings.md` and `.env.example` say of it (`settings_page.py` writes both).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, FiniteFloat, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.settings import shapes
from bot.core.settings.problems import plain
from bot.core.subscription import DAYS, Detail, Layout
from bot.core.texts import say
from bot.core.zones import zone_names
from digest.errors import Misconfigured
from digest.llm.server.prices import Price, prices_from
from digest.model import Profile
from digest.patterns import regex
from digest.render.catalogs import languages, locale_of

if TYPE_CHECKING:
    from babel import Locale

ENV_FILE = Path(".env")
ARXIV_API_URL = "https://export.arxiv.org/api/query"
ARXIV_RSS_URL = "https://rss.arxiv.org"
ARXIV_CONTENT_URL = "https://export.arxiv.org"


def _words(value: Any) -> Any:
    """`a, b` as a list; a list stays one."""
    if isinstance(value, str):
        return [word for part in re.split(r"[,;，；、\n]", value) if (word := shapes.bare(part))]
    return value


def url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https", "ws", "wss") or not parts.netloc or re.search(r"[\s#]|[,;]$", value):
        raise ValueError("is not a URL; write it whole and nothing behind it, as in https://host/path")
    return value


def platform_url(value: str) -> str:
    if "@" in urlsplit(value).netloc:
        raise ValueError("holds a user or password, which a request with a token cannot have; leave them out")
    return url(value)


def language(value: str) -> str:
    """A BCP 47 tag in its standard form: `zh`, `pt-BR`. Raises ValueError for `klingonese`."""
    if value in {"en", *(name.partition("_")[0] for name in languages("bot"))}:
        return value  # the usual case does without large tables

    import langcodes  # noqa: PLC0415

    try:
        tag = langcodes.standardize_tag(value.strip().replace("_", "-"))
        known = langcodes.Language.get(tag).is_valid()
    except ValueError:
        known = False
    if not known:
        from bot.core.settings.suggestions import language_tags  # noqa: PLC0415  # for mistakes alone

        raise ValueError(say.sentence("bad language", value=repr(value), nearest=_nearest(language_tags, value)))
    return str(tag)


def same_language(one: str, other: str) -> bool:
    """Whether two tags mean the same by CLDR's likely subtags, as `en` and `en-US` do."""
    import langcodes  # noqa: PLC0415

    return bool(langcodes.Language.get(one).maximize() == langcodes.Language.get(other).maximize())


def clock_time(value: str) -> str:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", unicodedata.normalize("NFKC", value).strip())
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError(say.sentence("bad time", value=repr(value)))
    return f"{int(match[1]):02d}:{int(match[2]):02d}"


def timezone(value: str) -> str:
    if ("/" in value and value in zone_names()) or value == "UTC":
        return value  # the usual case does without large tables

    from bot.core.settings.suggestions import is_an_abbreviation, timezones  # noqa: PLC0415

    if value not in zone_names() or is_an_abbreviation(value):
        raise ValueError(say.sentence("bad timezone", value=repr(value), nearest=_nearest(timezones, value)))
    return value


def _nearest(suggest: Callable[[str], tuple[str, ...]], value: str) -> str:
    names = suggest(value)
    return say.sentence("did you mean", names=", ".join(names)) if names else ""


_LONGEST = 200
"""Characters of what somebody types as days or a time of the week."""
_ROUNDUP_TIME = regex(
    r"(?P<late>下午|晚上|午後|오후|pm)?(?:上午|早上|午前|오전)?\s*(?<!\d)(?P<hour>\d{1,2})"
    r"(?:\s*(?::|[.h](?=\d\d(?!\d)))(?P<minute>\d\d)|\s*(?:uhr|h|点|點|時|时|시)\s*(?:(?P<after>\d\d)\s*(?:分|분)?)?)?(?!\d)\s*(?P<half>[ap]\.?m\b\.?)?(?:\s*uhr\b)?"
)
_ROUNDUP_WORDS = frozenset("on at every each the um am jeden immer le les à el los la las a às kl".split())  # noqa: SIM905


def roundup(value: str, language: str = "en") -> str:
    """`Fri 16:00`, `4pm on Fridays` or `周五16:00` as `fri 16:00`; empty or `off` for none."""
    said = unicodedata.normalize("NFKC", value[:_LONGEST]).strip().casefold()
    if said in ("", "off", "none"):
        return ""
    if len(value) > _LONGEST:
        raise ValueError(say.sentence("bad roundup", value=repr(value[:_LONGEST])))
    times = list(_ROUNDUP_TIME.finditer(said))
    rest = _ROUNDUP_TIME.sub(" ", said)
    day = _day_named(rest, language) or _day_named(rest) or _day_among(rest, language)
    if len(times) != 1 or not day or times[0][0].strip().isdigit():
        raise ValueError(say.sentence("bad roundup", value=repr(value)))
    return f"{day} {clock_time(_told(times[0]))}"


def _day_among(text: str, language: str) -> str:
    """The one day that is named among words that only introduce it: `los viernes a las`."""
    found = set()
    for word in re.split(r"[\s,]+", re.sub("^(?:每(?=[周週星])|毎週|매주)", "", text.strip())):
        bare = word.strip(".のに에")
        if bare and bare not in _ROUNDUP_WORDS:
            singular = bare.removesuffix("s")
            found.add(
                next(filter(None, (_day_named(w, lang) for w in (bare, singular) for lang in (language, ""))), "")
            )
    return found.pop() if len(found) == 1 else ""


def _told(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), match["minute"] or match["after"] or "00"
    half = (match["half"] or "")[:1] or ("p" if match["late"] else "")
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half == "p")
    return f"{hour:02d}:{minute}"


def _day_named(text: str, language: str = "") -> str:
    """The one of `DAYS` whose name in CLDR begins with `text`, in the language or in English;
    without a language also the one that is called so in a language of ours. Empty if not one."""
    said = text.strip(" .")
    others = () if language else tuple(map(locale_of, ("zh-Hant", *languages("bot"))))
    begins = {day for day, name in _day_names(locale_of(language or "en")) if name.startswith(said)}
    found = begins or {day for other in others for day, name in _day_names(other) if name == said}
    return DAYS[found.pop()] if said and len(found) == 1 else ""


def _day_names(locale: Locale) -> list[tuple[int, str]]:
    from babel.dates import get_day_names  # noqa: PLC0415  # slow to load

    named = [get_day_names(width, "stand-alone", locale).items() for width in ("wide", "abbreviated")]
    return [(day, name.casefold().strip(".")) for names in named for day, name in names]


_DAYS_APART, _DAYS_FROM_TO = regex(r"[,;、/&\n]|\sand\s"), regex(r"\s*[-‐-―~〜]\s*|\sto\s")


def weekdays(value: Any) -> Any:
    """`mon-fri`, `mon,wed`, `Mon–Fri`, `lundi, mardi`, `every day` as names of days."""
    if not isinstance(value, str):
        return value
    found: list[str] = []
    if len(value) > _LONGEST:
        raise ValueError(say.sentence("bad days", value=repr(value[:_LONGEST])))
    said = unicodedata.normalize("NFKC", value).casefold()
    for piece in _words(_DAYS_APART.sub(",", said.replace("every day", "mon-sun"))):
        ends = [_day_named(end) for end in _DAYS_FROM_TO.split(piece)]
        if not all(ends) or len(ends) > 2:
            raise ValueError(say.sentence("bad days", value=repr(piece)))
        start, end = DAYS.index(ends[0]), DAYS.index(ends[-1])
        found += DAYS[start : end + 1] if end >= start else (*DAYS[start:], *DAYS[: end + 1])
    return [day for day in DAYS if day in found]


Words = Annotated[list[str], NoDecode, BeforeValidator(_words)]


def _dollars(value: Any) -> Any:
    """`none` for no cap."""
    return None if isinstance(value, str) and value.strip().lower() == "none" else value


Dollars = Annotated[FiniteFloat | None, BeforeValidator(_dollars)]
Url = Annotated[str, AfterValidator(url)]
PlatformUrl = Annotated[str, AfterValidator(platform_url)]


def _secret(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda secret: SecretStr(check(secret.get_secret_value())))


def _channel(platform: str) -> AfterValidator:
    return AfterValidator(lambda value: shapes.channel(platform, value))


@dataclass(frozen=True)
class Platform:
    """The settings that each chat platform has."""

    token: str = field(repr=False)
    """Empty where the platform is not used."""
    channel: str
    """The first subscription's; may be empty."""
    admin_channel: str
    """May be empty."""


class Settings(BaseSettings):
    """Environment variables are these names in capitals."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", case_sensitive=False)

    openai_api_key: SecretStr = SecretStr("")
    """The key of the model's server; local servers take any non-empty one."""
    openai_base_url: Annotated[str, AfterValidator(lambda v: url(v) if v else v), Field(repr=False)] = ""
    """The model's server, if it is not OpenAI's: https://host/v1."""
    llm_api: Literal["chat", "responses"] = "chat"
    """The API the server speaks: `chat` (Chat Completions, any server) or `responses` (OpenAI's
    newer API)."""
    llm_model: str = "gpt-5-mini"
    """The model that reads papers, sums up and answers."""
    llm_model_fast: str = ""
    """A cheaper model that ranks the day's abstracts and settles doubts; empty: LLM_MODEL."""
    llm_embeddings_model: str = ""
    """A model whose vectors help to find passages in long papers; empty: words alone."""
    llm_context_tokens: int = Field(128_000, ge=4_000)
    """How many tokens the model can read at once."""
    llm_concurrency: int = Field(10, ge=1, le=200)
    """How many calls to the model are made at the same time."""
    llm_prices: Annotated[dict[str, Price], NoDecode] = {}
    """US dollars per million tokens, as model=input/cached/output, comma-separated:
    gpt-5-mini=0.25/0.025/2."""
    llm_daily_budget_usd: Dollars = Field(10.0, ge=0)
    """The cap on the calls of all channels, in US dollars per UTC day; none: no cap. Models without
    a price count as 0.5/2."""
    channel_daily_budget_usd: Dollars = Field(None, ge=0)
    """The cap on one channel's calls, in US dollars per UTC day; empty: no cap."""
    questions_per_person: int = Field(50, ge=1)
    """How many questions and lookups one person may have in a day; a personal digest is one."""
    personal_digests: int = Field(20, ge=0)
    """How many people may have a digest of their own, with /digest me; 0: nobody."""
    personal_daily_budget_usd: Dollars = Field(1.0, ge=0)
    """The cap on the calls of one personal digest, in US dollars per UTC day; none: no cap."""

    slack_bot_token: Annotated[SecretStr, _secret(shapes.slack_bot_token)] = SecretStr("")
    """Slack's bot token, xoxb-…, from OAuth & Permissions."""
    slack_app_token: Annotated[SecretStr, _secret(shapes.slack_app_token)] = SecretStr("")
    """Slack's app-level token, xapp-…, from Basic Information: Socket Mode, no public address
    needed."""
    slack_signing_secret: Annotated[SecretStr, _secret(shapes.slack_signing_secret)] = SecretStr("")
    """Slack over HTTP, without an app token: requests on PORT are checked with this."""
    slack_channel: Annotated[str, _channel("slack")] = ""
    """The id of the first channel on Slack, C…; more are added with /digest setup."""
    slack_api_url: PlatformUrl = "https://slack.com/api/"
    """Where Slack's API is, for proxies and tests."""
    discord_token: Annotated[SecretStr, _secret(shapes.discord_token)] = SecretStr("")
    """Discord's bot token, from the page Bot."""
    discord_channel_id: Annotated[str, _channel("discord")] = ""
    """The id of the first channel or forum on Discord; more are added with /digest setup."""
    discord_ask_roles: Words = []
    """Ids of the Discord roles that may ask and have a digest of their own, comma-separated; empty:
    everybody."""
    discord_api_url: PlatformUrl = "https://discord.com/api/v10"
    """Where Discord's API is, for proxies and tests."""
    discord_gateway_url: PlatformUrl = "wss://gateway.discord.gg/"
    """Where Discord's gateway is, for proxies and tests."""

    arxiv_api_url: Url = ARXIV_API_URL
    """Where arXiv's API is, for mirrors and tests."""
    arxiv_rss_url: Url = ARXIV_RSS_URL
    """Where arXiv's feeds are, for mirrors and tests."""
    arxiv_content_url: Url = ARXIV_CONTENT_URL
    """Where arXiv's HTML and PDF files are, for mirrors and tests."""
    arxiv_contact: str = ""
    """An e-mail address for arXiv's administrators, sent along with every request."""

    redis_url: Annotated[SecretStr, _secret(shapes.redis_url)] = SecretStr("")
    """A Redis or Valkey server, redis://…; empty: an embedded one in PAPERBOY_HOME. Required if the
    disk is not permanent."""
    redis_ca_file: str = ""
    """For rediss://: the file of the CA that signed the certificate; none: the certificate is not
    checked (Heroku)."""
    paperboy_home: Path = Path("~/.paperboy")
    """The data directory: embedded store, archive, log of faults."""

    digest_categories: Words = ["cs.CV"]
    """arXiv categories, comma-separated."""
    digest_interests: str = ""
    """What the team works on, in its own words."""
    digest_keywords: Words = []
    """Words that make a paper more wanted, comma-separated."""
    digest_unwanted: Words = []
    """Words that leave a paper out, unless one of DIGEST_AUTHORS wrote it, comma-separated."""
    digest_authors: Words = []
    """Authors whose papers are always shown, comma-separated."""
    digest_language: Annotated[str, AfterValidator(language)] = "en"
    """The language of the digest, as BCP 47: en, zh, ja, pt-BR."""
    digest_papers: int = Field(10, ge=1, le=50)
    """How many papers a digest shows at most, in addition to those of DIGEST_AUTHORS."""
    digest_detail: Detail = Detail.SHORT
    """What a paper's message shows: card, short or full; the rest is one click away."""
    digest_time: Annotated[str, AfterValidator(clock_time)] = "09:00"
    """The time of day at which the digest is posted."""
    digest_timezone: Annotated[str, AfterValidator(timezone)] = "UTC"
    """The timezone of DIGEST_TIME: Europe/Berlin, Asia/Shanghai."""
    digest_days: Annotated[list[str], NoDecode, BeforeValidator(weekdays)] = list(DAYS)
    """The days on which it is posted: mon-fri, or mon,wed, or every day."""
    digest_layout: Layout = Layout.DAY
    """In a Discord forum: day, one post with the papers in it, or paper, a post for each paper."""
    digest_figures: bool = True
    """Whether papers are shown with their teaser figure, where its licence allows it."""
    digest_show_cost: bool = False
    """Whether the channel sees what the day cost."""
    digest_admins: Words = []
    """Ids of the people who may change settings and take digests back, comma-separated; empty:
    everybody whom the platform allows."""

    archive_days: int | None = Field(None, ge=1)
    """How many days digests are kept in the archive; empty: for ever. Questions and saved papers
    are kept for 90 days."""
    archive_url: Annotated[str, AfterValidator(lambda v: url(v) if v else v)] = ""
    """Where people reach PORT, https://papers.example.org: the archive then has pages, opened by
    signed links from the channel; empty: no pages."""
    archive_public: Words = []
    """Channels whose pages and feeds are public, without questions: slack:C0123ABCD,
    comma-separated."""

    zotero_api_key: SecretStr = SecretStr("")
    """A key of Zotero that may write to a group library; channels begin to push saved papers with
    /digest zotero, where each can also give a key of its own."""
    zotero_library: Annotated[str, AfterValidator(shapes.zotero_library)] = ""
    """The group library that /digest zotero suggests: its number or address."""
    zotero_api_url: PlatformUrl = "https://api.zotero.org"
    """Where Zotero's API is, for proxies and tests."""

    admin_slack_channel: Annotated[str, _channel("slack")] = ""
    """The id of the Slack channel where faults are reported, once each."""
    admin_discord_channel_id: Annotated[str, _channel("discord")] = ""
    """The id of the Discord channel where faults are reported, once each."""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    """How much `paperboy run` logs: DEBUG, INFO, WARNING or ERROR. Other commands log errors only,
    or everything with DEBUG."""
    log_format: Literal["text", "json"] = "text"
    """The form of a log line: text or json."""
    host: str = ""
    """The address to listen on; empty: 127.0.0.1, or all addresses for Slack over HTTP and on
    hosts that route to PORT."""
    port: int = Field(3000, ge=1, le=65535)
    """The port for Slack over HTTP, the archive's pages, /healthz, /readyz, and /metrics unless
    METRICS_PORT is set."""
    metrics_port: int | None = Field(None, ge=1, le=65535)
    """Serves /metrics on this port instead of on PORT; empty: on PORT."""
    paperboy_now: datetime | None = None
    """An ISO time at which the process's clock starts, for tests."""

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

    @field_validator("*", mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        """Last, so that it runs first."""
        return shapes.bare(value) if isinstance(value, str) else value

    @property
    def has_model(self) -> bool:
        """A key or base URL means there is a model; without, the extractive Analyst writes."""
        return bool(self.openai_api_key.get_secret_value() or self.openai_base_url)

    @property
    def platforms(self) -> dict[str, Platform]:
        """The chat platforms by name, also those without a token."""
        return {
            "slack": Platform(self.slack_bot_token.get_secret_value(), self.slack_channel, self.admin_slack_channel),
            "discord": Platform(
                self.discord_token.get_secret_value(), self.discord_channel_id, self.admin_discord_channel_id
            ),
        }

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


def hide_secrets(settings: Settings) -> None:
    """Takes what is secret out of the environment, which every child process inherits."""
    secret = {name for name in Settings.model_fields if isinstance(getattr(settings, name), SecretStr)}
    for name in [n for n in os.environ if n.lower() in secret]:
        del os.environ[name]


def load(env_file: Path | None = None, **overrides: Any) -> Settings:
    """Reads the environment and a file, `.env` unless another is named; `overrides` win. Raises
    Misconfigured with a sentence per problem."""
    given = {name: value for name, value in overrides.items() if value is not None}
    file = env_file or ENV_FILE
    read_env_file(file, needed=env_file is not None)
    try:
        settings = Settings(_env_file=file, **given)
        key = shapes.model_key(settings.openai_api_key.get_secret_value(), settings.openai_base_url)
    except ValidationError as error:
        raise Misconfigured("\n".join(_sentence(problem) for problem in error.errors())) from None
    except ValueError as error:
        raise Misconfigured(f"OPENAI_API_KEY: {error}.") from None
    return settings.model_copy(update={"openai_api_key": SecretStr(key)})


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
