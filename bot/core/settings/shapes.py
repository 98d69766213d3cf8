"""What tokens, keys and channel ids look like, and which service a misplaced one belongs to.

Each function returns the cleaned value or raises ValueError with what it is instead and where the
right one is found. The value itself is never repeated: it may be a secret.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import urlsplit

from digest.patterns import regex

BOT_TOKEN = "the bot token (xoxb-…) is under OAuth & Permissions at https://api.slack.com/apps"  # noqa: S105
APP_TOKEN = "the app-level token (xapp-…) is under Basic Information at https://api.slack.com/apps"  # noqa: S105
SIGNING_SECRET = "the signing secret is under Basic Information, App Credentials, at https://api.slack.com/apps"  # noqa: S105
DISCORD_TOKEN = "the bot's token is on the Bot page at https://discord.com/developers/applications"  # noqa: S105

VENDORS: Mapping[str, tuple[str, str]] = {
    "sk-ant-": ("Anthropic", "https://api.anthropic.com/v1/"),
    "sk-or-": ("OpenRouter", "https://openrouter.ai/api/v1"),
    "AIza": ("Google Gemini", "https://generativelanguage.googleapis.com/v1beta/openai/"),
    "gsk_": ("Groq", "https://api.groq.com/openai/v1"),
    "xai-": ("xAI", "https://api.x.ai/v1"),
    "hf_": ("Hugging Face", "https://router.huggingface.co/v1"),
    "pplx-": ("Perplexity", "https://api.perplexity.ai"),
    "nvapi-": ("NVIDIA", "https://integrate.api.nvidia.com/v1"),
    "csk-": ("Cerebras", "https://api.cerebras.ai/v1"),
    "fw_": ("Fireworks", "https://api.fireworks.ai/inference/v1"),
    "tgp_v1_": ("Together", "https://api.together.xyz/v1"),
}
"""A key's beginning to its vendor and the vendor's server for OpenAI's API."""

_FOREIGN: Mapping[str, str] = {
    "xoxb-": "a bot token of Slack",
    "xapp-": "an app-level token of Slack",
    "xoxp-": "a user token of Slack",
    "xoxa-": "an old token of Slack",
    "xoxe": "a token of Slack that expires (turn token rotation off)",
    "xoxc-": "a browser session's token of Slack",
    "xoxd-": "a browser session's cookie of Slack",
    "ghp_": "a token of GitHub",
    "github_pat_": "a token of GitHub",
    "AKIA": "a key of AWS",
    **{prefix: f"a key of {vendor}" for prefix, (vendor, _) in VENDORS.items()},
    "sk-": "a key of a model server",
}
_TOKEN, _VISIBLE = regex(r"[\w.-]*", re.ASCII), regex(r"[!-~]*")
_PAIRS = frozenset(('""', "''", "“”", "‘’", "``", "„“", "«»", "「」"))
_CHANNEL_LINK = {
    "slack": regex(r"https?://[\w.-]+/(?:archives|client/\w+)/(\w+)(?:[/?#].*)?|<#(\w+)(?:\|[^>]*)?>"),
    "discord": regex(r"https?://[\w.-]*discord(?:app)?\.com/channels/\d+/(\d+)(?:[/?#].*)?|<#(\d+)>"),
}
_CHANNEL_ID = {"slack": regex(r"[CGD][A-Z0-9]+", re.ASCII), "discord": regex(r"\d{1,20}", re.ASCII)}
PLATFORMS = tuple(_CHANNEL_ID)
_WHERE_CHANNEL = {
    "slack": "write its id, such as C0123ABCD: at the end of the channel's details, or its link (Copy link)",
    "discord": "write its id, such as 112233445566778899: Copy Channel ID in its menu "
    "(Settings, Advanced, Developer Mode), or its link (Copy Link)",
}


def slack_bot_token(value: str) -> str:
    return _prefixed(value, "xoxb-", BOT_TOKEN)


def slack_app_token(value: str) -> str:
    return _prefixed(value, "xapp-", APP_TOKEN)


def slack_signing_secret(value: str) -> str:
    cleaned = _token(value)
    if foreign := _foreign(cleaned):
        raise ValueError(f"this is {foreign}; {SIGNING_SECRET}")
    return cleaned


def discord_token(value: str) -> str:
    cleaned = _token(bare(value).removeprefix("Bot "))
    if foreign := _foreign(cleaned):
        raise ValueError(f"this is {foreign}; {DISCORD_TOKEN}")
    if cleaned.isdigit():
        raise ValueError(f"this is an id, not a token; {DISCORD_TOKEN}")
    if cleaned and cleaned.count(".") != 2:
        raise ValueError(
            "this is not a bot's token, which has three parts with dots between them (a public key or a client "
            f"secret has none); {DISCORD_TOKEN}"
        )
    return cleaned


def model_key(value: str, base_url: str) -> str:
    """`base_url`: OPENAI_BASE_URL, which says whose key is wanted; empty for OpenAI's own."""
    cleaned = _clean(value)
    vendor = vendor_of(cleaned)
    if vendor and not base_url:
        name, url = vendor
        raise ValueError(
            f"this is a key of {name}; set OPENAI_BASE_URL to {url} and LLM_MODEL to a model of theirs, "
            "or make a key at https://platform.openai.com/api-keys"
        )
    foreign = _foreign(cleaned)
    if foreign and not vendor and not cleaned.startswith("sk-"):
        raise ValueError(f"this is {foreign}; the key of the model's server belongs here")
    return cleaned


def vendor_of(key: str) -> tuple[str, str] | None:
    """(vendor, its server) of a key that is certainly not OpenAI's."""
    return next((vendor for prefix, vendor in VENDORS.items() if key.startswith(prefix)), None)


def channel(platform: str, value: str) -> str:
    """A channel's id, from an id, a link or a mention such as `<#C0123ABCD>`."""
    cleaned = value.strip()
    link = _CHANNEL_LINK[platform].fullmatch(cleaned)
    found = next(filter(None, link.groups()), "") if link else cleaned
    if not found or _CHANNEL_ID[platform].fullmatch(found):
        return found
    said = _what_instead(platform, found)
    raise ValueError(f"{said}; {_WHERE_CHANNEL[platform]}")


def _what_instead(platform: str, value: str) -> str:
    if _foreign(value) or len(value) > 40:
        return "this is not a channel"
    if platform == "slack" and re.fullmatch(r"[UWTBA][A-Z0-9]{5,}", value):
        return f"{value!r} is the id of a person, bot or workspace, not of a channel"
    if value.startswith("#") or re.fullmatch(r"[\w -]+", value):
        return f"{value!r} is a channel's name, not its id"
    return f"{value!r} is not a channel's id"


def _prefixed(value: str, prefix: str, where: str) -> str:
    cleaned = _token(value)
    if cleaned and not cleaned.startswith(prefix):
        what = _foreign(cleaned) or f"not one: it does not begin with {prefix}"
        raise ValueError(f"this is {what}; {where}")
    return cleaned


def bare(value: str) -> str:
    """Without the quotation marks, spaces and invisible characters around it that copying leaves,
    or a tool that reads a file of settings as it stands."""
    inner = _stripped(value)
    if len(inner) > 1 and (inner[0] + inner[-1]) in _PAIRS and not set(inner[1:-1]) & {inner[0], inner[-1]}:
        inner = _stripped(inner[1:-1])
    return inner


def _stripped(value: str) -> str:
    begin, end = 0, len(value)
    while begin < end and _is_blank(value[begin]):
        begin += 1
    while begin < end and _is_blank(value[end - 1]):
        end -= 1
    return value[begin:end]


def _is_blank(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf")


def redis_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        local = parts.scheme == "unix" and bool(parts.path)
        remote = parts.scheme in ("redis", "rediss") and parts.hostname and re.fullmatch(r"/?\d*/?", parts.path)
        known = (local or remote) and (parts.port is None or parts.port) and not parts.fragment
    except ValueError:  # a port that is none
        known = False
    if value and (not known or re.search(r"\s", value)):
        raise ValueError(
            "is not an address like redis://host:6379/0 (in a password, # is written %23, / is %2F and ? is %3F)"
        )
    return value


def _token(value: str) -> str:
    """A platform's token: letters, digits, `-`, `_` and `.`."""
    return _clean(value, _TOKEN)


def _clean(value: str, form: re.Pattern[str] = _VISIBLE) -> str:
    cleaned = bare(value).strip("'\"“”‘’`").strip()
    if not form.fullmatch(cleaned):
        raise ValueError("there is a space or another character in it that no token has; copy it again, whole")
    return cleaned


def _foreign(value: str) -> str:
    return next((what for prefix, what in _FOREIGN.items() if value.startswith(prefix)), "")


_ZOTERO_GROUP = regex(r"(?:.*\bgroups/)?(\d{1,10})(?:/.*)?", re.ASCII | re.DOTALL)


def zotero_library(value: str) -> str:
    """Returns the number of a Zotero group, from the number itself or an address."""
    found = _ZOTERO_GROUP.fullmatch(value.strip())
    if value and (found is None or not int(found[1])):
        raise ValueError("is not a group; write its number or address, https://www.zotero.org/groups/12345/name")
    return str(int(found[1])) if found else ""
