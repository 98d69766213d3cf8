"""Strips a model's thoughts from its output, in whichever wrapping they come. Pure.

The form decides, not a vendor's name: a block in tags at the very start, a closing tag of thoughts
whose opening was part of the prompt, or the channels of OpenAI's open models.
"""

from __future__ import annotations

import re

from digest.patterns import regex

_THOUGHT = r"[\w:.-]*(?:think|thought|reason|reflect|scratchpad|monologue|analysis|rationale|cot\b)[\w:.-]*"
_IS_THOUGHT = regex(_THOUGHT, re.IGNORECASE)
_IS_ANSWER = regex(r"[\w:.-]*(?:answer|output|response|reply|final|result|solution)[\w:.-]*", re.IGNORECASE)

_OPENING = regex(
    r"<\|(?P<pipe>[\w:.-]+)(?P<closed>\|)?>|<(?P<tag>[A-Za-z][\w:.-]*)(?P<more>\s[^<>]{0,200})?>"
    r"|\[(?P<square>[A-Za-z][\w:.-]*)\]|◁(?P<kimi>[\w:.-]+)▷"
)
_UNFINISHED = regex(r"(?:<(?:\|?[\w:.-]*|[A-Za-z][\w:.-]*\s[^<>]{0,200})\|?|\[[A-Za-z][\w:.-]*|\[|◁[\w:.-]*)\Z")
_CLOSING = rf"(?:</(?:{_THOUGHT})>|\[/(?:{_THOUGHT})\]|◁/(?:{_THOUGHT})▷|<\|end_(?:of_)?(?:{_THOUGHT})\|>)"
_ORPHAN = regex(rf"(?:(?<=\n)[ \t]*{_CLOSING}|{_CLOSING}[ \t]*(?=\n|[{{\[`]|\Z))", re.IGNORECASE)
_FENCE = regex(rf"(`{{3,}}|~{{3,}})[ \t]*(?:{_THOUGHT})[ \t]*\n", re.IGNORECASE)
_END_MARKS = regex(r"(?:\s*(?:<\|[\w:.-]+\|>|\[END FINAL RESPONSE\]))+\s*\Z")
_MAYBE_MARK = regex(r"(?:\s*<\|[\w:.-]+\|>)*\s*<?(?:(?<=<)\|[\w:.-]*\|?)?\Z")
_FINAL_CHANNEL = regex(r"<\|channel\|>\s*final[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>")
_BARE_CHANNEL = regex(r"assistant\s?final(?=\S|\s|\Z)")
_PHRASES = (
    ("Here is my thought process:", "Here is my response:"),
    ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    ("Thinking...", "...done thinking."),
)
"""Untagged wrappings: of Granite's and Apriel's templates, and of Ollama's command line."""


def strip_thoughts(text: str) -> str:
    """The text without thoughts; empty where there is nothing else."""
    while (rest := _after_opening(text, ended=True)) != text:
        if rest is None:
            return ""
        text = rest
    return _END_MARKS.sub("", _after_orphan(text))


def has_orphan(text: str) -> bool:
    """Whether thoughts came without their opening tag."""
    return _after_orphan(text) != text


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007
        pass
    return found


def _after_orphan(text: str) -> str:
    if text.lstrip()[:1] in ("{", "[", "`"):
        return text
    last = _last(_ORPHAN, text)
    # A text that speaks of `<think> tags` has an opening tag too.
    if last is None or re.search(rf"[<\[◁](?!/)(?:{_THOUGHT})[>\]▷]", text[: last.start()], re.IGNORECASE):
        return text
    return text[last.end() :].lstrip()


def _after_opening(text: str, *, ended: bool) -> str | None:  # noqa: PLR0911  # one a wrapping
    """The text behind thoughts at its start; itself without any, None while they go on."""
    start = text.lstrip()
    if start.startswith(("analysis", "assistantanalysis", "commentary")):
        return _after_bare_channel(start, text, ended=ended)
    for opening, closing in _PHRASES:
        if start.startswith(opening):
            _, found, rest = start.partition(closing)
            return rest.lstrip() if found else None
        if not ended and start and opening.startswith(start):
            return None
    if fence := _FENCE.match(start):
        _, _, rest = start[fence.end() :].partition(f"\n{fence[1]}")
        return rest.lstrip("`~").lstrip() or None
    if not ended and start.startswith(("```", "~~~")) and "\n" not in start[:80]:
        return None
    if not start.startswith(("<", "[", "◁")):
        waits = not ended and (not start or any(w.startswith(start) for w in ("analysis", "assistantanalysis")))
        return None if waits else text
    match = _OPENING.match(start)
    if match is None:
        return None if not ended and _UNFINISHED.match(start) else text
    if start.startswith("<|") and match["closed"] and match["pipe"] in ("channel", "start", "message"):
        last = _last(_FINAL_CHANNEL, start)
        return start[last.end() :].lstrip() if last else None
    return _after_block(start, match, text, ended=ended)


def _after_block(start: str, match: re.Match[str], text: str, *, ended: bool) -> str | None:
    name = match["pipe"] or match["tag"] or match["square"] or match["kimi"]
    end = re.compile(_closing(match, name))
    thought = bool(_IS_THOUGHT.fullmatch(f"{name}{match['more'] or ''}".split()[0])) or (
        "reason" in (match["more"] or "") or name.startswith("unused")
    )
    closed = end.search(start, match.end())
    if closed is None:
        if thought:
            return None
        return text if ended else (text if len(start) > 2_000 else None)
    inside, rest = start[match.end() : closed.start()].strip(), start[closed.end() :].lstrip()
    if _IS_ANSWER.fullmatch(name) and not thought:
        return inside
    if thought:
        return rest if rest or ended else None
    if _is_html(name):
        return text
    return rest or (text if ended else None)


def _is_html(name: str) -> bool:
    from lxml.html.defs import tags  # noqa: PLC0415  # loaded when an output begins with a tag

    return name.lower() in tags


def _closing(match: re.Match[str], name: str) -> str:
    if match["pipe"]:
        if not match["closed"]:
            return rf"<{re.escape(name)}\|>"
        last = re.sub(r"(?i)begin|start", lambda m: "END" if m[0].isupper() else "end", name)
        return rf"<\|/?{re.escape(last)}\|>"
    if match["square"]:
        return rf"\[/{re.escape(name)}\]"
    if match["kimi"]:
        return rf"◁/{re.escape(name)}▷"
    if name.startswith("unused"):
        return r"<unused\d+>"
    return rf"</{re.escape(name)}>"


def _after_bare_channel(start: str, text: str, *, ended: bool) -> str | None:
    """`analysisWe need to … assistantfinalThe answer`: channels whose marks were lost."""
    last = _last(_BARE_CHANNEL, start)
    if last:
        return start[last.end() :].lstrip()
    lost = re.match(r"(?:assistant)?(?:analysis|commentary)(?=[A-Z\"“'‘])", start)
    return None if lost or not ended else text


class ThoughtFilter:
    """The visible part of a growing text. `hold`: show nothing before the end, where thoughts may
    come without an opening tag."""

    def __init__(self, *, hold: bool = False) -> None:
        self._raw = ""
        self._hold = hold
        self._past = False

    def release(self) -> None:
        """The server keeps thoughts apart: nothing is held any longer."""
        self._hold = False

    def feed(self, piece: str) -> str:
        """Returns the whole visible text so far."""
        self._raw += piece
        if self._hold:
            return ""
        while not self._past:
            rest = _after_opening(self._raw, ended=False)
            if rest is None:
                return ""
            if rest == self._raw:
                self._past = True
            self._raw = rest.lstrip()
        return _MAYBE_MARK.sub("", _after_orphan(self._raw))
