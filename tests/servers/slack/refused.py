"""The refusal, and the checks that everything else is made of."""

import re
from typing import Any

PING = re.compile(r"<!(?:channel|here|everyone|subteam)|<@[UW]", re.IGNORECASE)
BARE_PING = re.compile(r"(?<![\w.])@(?:channel|here|everyone)\b", re.IGNORECASE)


class Refused(Exception):
    """`ok: false` with this error."""

    def __init__(self, error: str, detail: str = "", **more: Any) -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error, self.detail, self.more = error, detail, more


def refuse(detail: str, error: str = "invalid_blocks") -> None:
    raise Refused(error, detail, response_metadata={"messages": [f"[ERROR] {detail}"]})


def must(held: bool, detail: str) -> None:
    if not held:
        refuse(detail)


def keys(item: dict[str, Any], needed: set[str], allowed: set[str]) -> None:
    must(isinstance(item, dict), f"not an object: {item!r}")
    unknown = set(item) - needed - allowed - {"type"}
    must(not unknown, f"unknown properties {sorted(unknown)} in {item.get('type')}")
    must(needed <= set(item), f"{item.get('type')} lacks {sorted(needed - set(item))}")


def mrkdwn(text: str) -> None:
    must(not PING.search(text), f"would ping: {text[:80]!r}")
    for markup in re.findall(r"<([^<>]*)>", text):
        good = re.match(
            r"(?:https?://|mailto:)[^|\s]+(?:\|[^|]+)?$|!date\^\d+\^[^|^]+(?:\^https?://[^|]+)?\|[^|]+$", markup
        )
        must(bool(good), f"mrkdwn that is neither a link nor a date: <{markup[:60]}>")
    rest = re.sub(r"<[^<>]*>", "", text)
    must("<" not in rest and ">" not in rest.replace("\n>", "\n"), f"unescaped angle bracket in {text[:80]!r}")
    must(not re.search(r"&(?!amp;|lt;|gt;)", rest), f"unescaped ampersand in {text[:80]!r}")
