"""Makes a model's Markdown safe to show: no link, image, HTML or mention that is not allowed."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

from digest.patterns import regex
from digest.render.commonmark import parse, ready, shortened, within_bounds
from digest.render.tex import formatted

ALWAYS = ("arxiv.org",)
"""Hosts whose links stay."""

_CODE = regex(r"(```.*?(?:```|\Z)|`[^`\n]+`)", re.DOTALL)
_IMAGE = regex(r"!\[([^\]\n]{0,1000})\](?:\([^)\n]{0,1000}\)|\[[^\]\n]{0,1000}\])")
_LINK = regex(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]\(\s*+<?([^()\s>]*(?:\([^()\s]*\)[^()\s>]*)*)>?\s*+(?:(?<=\s)[\"'(][^\n]{0,1000}?[\"')]\s*)?\)"
)
_REFERENCE = regex(r"^ {0,3}\[[^\]\n]+\]:\s*\S+.*$|\[([^\[\]\n]+)\]\[[^\[\]\n]*\]", re.MULTILINE)
_AUTOLINK = regex(r"<(?:(https?://[^\s<>]+)|(?:mailto:)?[^\s<>@]+@[^\s<>]+)>")
_BARE = regex(r"(?<![\w(\[<\"/.@])(?:https?://|www\.)[^\s<>\"'，。；）】」]+", re.IGNORECASE)
_SCHEME = regex(r"\b(?:javascript|data|vbscript|file)\s*:(?=\S)", re.IGNORECASE)
_HTML = regex(
    r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>|<!--.{0,1000}?-->|<![A-Za-z\[][^>]{0,1000}>|<\?[^>]{0,1000}>", re.DOTALL
)
_KEPT_HTML = regex(r"</?(?:think|thinking|tool|answer|reasoning|search|eos|bos|pad|unk|mask|s)\b[^<>]*>", re.IGNORECASE)
_HEADING = regex(r"^( {0,3})(#{1,6})(?=\s)", re.MULTILINE)
_SETEXT = regex(r"^(?P<title>[^\n]+\S)\n(?:=+|-{2,})[ \t]*$", re.MULTILINE)
_MENTION = regex(r"<(?:!(?!--)|@|#|:|a:|t:|id:|/[\w -]+:\d)[^<>\n]*>|<(?:https?://[^|<>\s]+)\|([^>\n]{0,1000})>")
_AT = regex(r"@(?=here|everyone|channel|all\b|所有人|[&!]?\d{5,})|(?<![\w.])@(?=[A-Za-z_])", re.IGNORECASE)
_SLASH = regex(r"^([^\S\n]*)/(?=[a-z])", re.MULTILINE)
_DIRECTION = regex(
    "[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff\u00ad]|[\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f]|[\x00-\x08\x0b\x0c\x0e-\x1f]"
)
_ZERO_WIDTH = "\u200b"
"""It prevents a mention after an @, invisibly."""


def safe_markdown(text: str, allow: Collection[str] = ()) -> str:
    """Returns `text` without images, raw HTML, mentions and headings above level 4.

    Links stay if they are on arxiv.org or in `allow` (the paper's own known links). Of others, only
    the text stays. In code, only mentions are changed."""
    if not within_bounds(text):
        return _escaped(shortened(text))
    pieces = _CODE.split(_DIRECTION.sub("", text))
    safe = "".join(_without_mentions(p) if i % 2 else _safe(p, allow) for i, p in enumerate(pieces))
    return safe if _is_safe(safe, allow) else _without_syntax(safe)


def _escaped(text: str) -> str:
    """Shows every mark as its plain character, for Markdown that costs too much to read."""
    # A backslash before a round bracket would open a formula.
    return _AT.sub("@" + _ZERO_WIDTH, re.sub(r"[!-'*-/:-@\[-`{-~]", r"\\\g<0>", _DIRECTION.sub("", text)))


def _is_safe(text: str, allow: Collection[str]) -> bool:
    tokens = [t for block in parse(_parser(), text) for t in (block, *(block.children or ()))]
    links = [str(t.attrGet("href") or "") for t in tokens if t.type == "link_open"]
    return not any(t.type in ("image", "html_inline", "html_block") for t in tokens) and all(
        allowed(u, allow) for u in links
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return ready(MarkdownIt("commonmark"))


def _without_syntax(text: str) -> str:
    """Breaks every link and tag, for Markdown that the rules above do not cover."""
    return re.sub(r"(?<=\])(?=[(\[:])|(?<=<)(?=[A-Za-z/!?])", _ZERO_WIDTH, text)


def _without_mentions(code: str) -> str:
    return _AT.sub("@" + _ZERO_WIDTH, re.sub(r"<(?=[!@#])", "<" + _ZERO_WIDTH, code))


def _safe(text: str, allow: Collection[str]) -> str:
    text = _IMAGE.sub(lambda m: m[1], formatted(text))
    text = _LINK.sub(lambda m: m[0] if allowed(m[2], allow) else m[1], text)
    text = _REFERENCE.sub(lambda m: m[1] or "", text)
    text = _AUTOLINK.sub(lambda m: m[1] if m[1] and allowed(m[1], allow) else _unlinked(m[1] or m[0][1:-1]), text)
    text = _MENTION.sub(lambda m: m[1] or m[0][1:-1].lstrip("!@#&:"), text)
    text = _HTML.sub(lambda m: f"`{m[0]}`" if _KEPT_HTML.fullmatch(m[0]) else "", text)
    text = _BARE.sub(lambda m: _bare(m[0], allow), text)
    text = _SCHEME.sub(lambda m: m[0].replace(":", "：", 1), text)
    text = _SETEXT.sub(
        lambda m: m[0] if m["title"].lstrip().startswith(("|", "-", ">", "#")) else f"#### {m['title'].strip()}", text
    )
    text = _HEADING.sub(lambda m: m[1] + ("#" * max(4, len(m[2]))), text)
    text = _SLASH.sub(r"\1/" + _ZERO_WIDTH, text)
    return _AT.sub("@" + _ZERO_WIDTH, text)


def allowed(url: str, allow: Collection[str] = ()) -> bool:
    """Returns whether it is an https URL on arxiv.org, or one of those given or below them."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username or parts.password or not re.fullmatch(r"[a-z0-9.-]+", host):
        return False
    if any(host == h or host.endswith("." + h) for h in ALWAYS):
        return True
    own = _plain(url)
    return any(own == _plain(a) or own.startswith(_plain(a) + "/") for a in allow if _plain(a))


def _plain(url: str) -> str:
    bare = re.sub(r"^https?://(?:www\.)?", "", url.strip(), flags=re.IGNORECASE).rstrip("/.,;")
    host, slash, path = bare.partition("/")
    return host.lower() + slash + path.removesuffix(".git")


def _bare(url: str, allow: Collection[str]) -> str:
    trimmed = url.rstrip(".,;:!?)")
    full = trimmed if trimmed.lower().startswith("http") else f"https://{trimmed}"
    return url if allowed(full, allow) else _unlinked(url)


def _unlinked(url: str) -> str:
    """Returns the URL as text that no platform turns into a link."""
    return re.sub(r"^https?://", "", url, flags=re.IGNORECASE).replace(".", f".{_ZERO_WIDTH}", 1)
