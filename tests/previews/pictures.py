"""Which pictures the documents show, and of which payload each was drawn."""

import hashlib
import json

from tests.paths import ROOT
from tests.previews.surfaces import Surface

FOLDER = ROOT / "docs/pictures"
PAYLOADS = FOLDER / "payloads.json"
"""Picture to the hash of the payload that it shows."""
WIDTHS = {"wide": 1200, "phone": 400}
SHOWN = {
    "slack-parent": ("slack-parent-en", "light", "phone"),
    "slack-reply": ("slack-reply-en", "light", "phone"),
    "slack-parent-wide": ("slack-parent-en", "light", "wide"),
    "slack-answer-wide": ("slack-answer-en", "light", "wide"),
    "slack-parent-zh": ("slack-parent-zh", "dark", "phone"),
    "slack-setup": ("slack-setup-en", "light", "wide"),
    "slack-home": ("slack-home-en", "light", "wide"),
    "slack-compare": ("slack-compare-en", "light", "wide"),
    "discord-parent": ("discord-parent-en", "dark", "phone"),
    "discord-reply": ("discord-reply-en", "dark", "phone"),
    "discord-forum": ("discord-forum-en", "dark", "phone"),
    "discord-post": ("discord-post-en", "dark", "phone"),
    "discord-parent-wide": ("discord-parent-en", "dark", "wide"),
    "discord-answer-wide": ("discord-answer-en", "dark", "wide"),
    "archive-phone": ("archive-paper-en", "light", "phone"),
    "archive-phone-dark": ("archive-paper-en", "dark", "phone"),
    "terminal": ("terminal-en", "dark", "wide"),
}
"""Picture to (surface, theme, width)."""


def fingerprint(surface: Surface) -> str:
    payload = json.dumps(surface.payload, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(payload.encode()).hexdigest()[:16]
