"""Strips a model's thoughts from its output, in whichever wrapping they come. Pure.

The form decides, not a vendor's name: a block in tags at the very start, a closing tag of thoughts
whose opening was part of the prompt, or the channels of OpenAI's open models."""

from __future__ import annotations

import re

from digest.patterns import regex

_THOUGHT = (
    r"[\w:.-]{0,80}(?:think|thought|reason|reflect|scratchpad|monologue|analysis|rationale|cot\b|思考)[\w:.-]{0,80}"
)
_IS_THOUGHT = regex(_THOUGHT, re.IGNORECASE)
_IS_ANSWER = regex(r"[\w:.-]{0,80}(?:answer|output|response|reply|final|result|solution)[\w:.-]{0,80}", re.IGNORECASE)

_OPENING = regex(
    r"<\|(?P<pipe>[\w:.-]+)(?P<closed>\|)?>|<(?P<tag>[^\W\d_][\w:.-]*)(?P<more>\s[^<>]{0,200})?>"
    r"|\[(?P<square>[A-Za-z][\w:.-]*)\]|◁(?P<kimi>[\w:.-]+)▷"
)
_UNFINISHED = regex(r"(?:<(?:\|?[\w:.-]*|[^\W\d_][\w:.-]*\s[^<>]{0,200})\|?|\[[A-Za-z][\w:.-]*|\[|◁[\w:.-]*)\Z")
_TURN = r"<\|im_end\|>\s*<\|im_start\|>assistant"
_CLOSING = rf"(?:{_TURN}|</(?:{_THOUGHT})>|\[/(?:{_THOUGHT})\]|◁/(?:{_THOUGHT})▷|<\|end_(?:of_)?(?:{_THOUGHT})\|>)"
_ORPHAN = regex(
    rf"(?:(?:\A|(?<=\n))[ \t]*{_CLOSING}|{_CLOSING}[ \t]*(?=\n|[{{\[`]|\Z)|(?<=[.!?。！？]){_CLOSING}(?=\w))",
    re.IGNORECASE,
)
_CLOSED = regex(_CLOSING, re.IGNORECASE)
_SUMMARY = regex(rf"\s*<summary>[^\w<]{{0,9}}(?:{_THOUGHT})\b", re.IGNORECASE)
_FENCE = regex(rf"(`{{3,}}|~{{3,}})[ \t]*(?:{_THOUGHT})[ \t]*\n", re.IGNORECASE)
_HEADING = regex(
    rf"(?:>[ \t]*)?[*_#]{{1,3}}[ \t]*{_THOUGHT}\b[^\n*_]{{0,60}}[*_]{{0,3}}[ \t]*(?:\n\s*|\Z)", re.IGNORECASE
)
_MAYBE_HEADING = regex(rf"(?:>[ \t]*+)?[*_#]{{0,3}}[ \t]*+(?:{_THOUGHT}\b[^\n]{{0,70}}|[\w:.-]*)", re.IGNORECASE)
_QUOTED = regex(r"(?:[ \t]*(?:>[^\n]*)?(?:\n|\Z))*")
_CITED = regex(
    r"(?:[^\n.!?。！？]|\.(?=\d)){12,}"
    r"(?:[.!?。！？]\s?(?:\[\d{1,2}\])+|\s?(?:\[\d{1,2}\])+(?:[.!?。！？]|\s*\n))"
)
"""A first sentence that ends with the number of a quotation belongs to the answer. Thoughts begin
with the task, before there are numbers."""
_WORDS = (
    "thinking", "think", "thoughts", "thought", "reasoning", "reflection", "思考", "推理", "思路", "考え", "思索",
    "생각", "추론", "überlegungen", "überlegung", "gedanken", "réflexion", "raisonnement", "pensamiento",
    "razonamiento", "pensamento", "raciocínio",
)  # fmt: skip
_THINKING = (
    rf"(?:{'|'.join(_WORDS)})"
    r"(?:[ \t]?(?:process|steps|trace|过程|過程|步骤|과정|プロセス))?"
)
_REPLYING = (
    r"(?:(?:final|endgültige)[ \t]|最终|最終|최종[ \t]?)?"
    r"(?:answer|response|reply|回答|答案|答复|答え|답변|답|antwort|réponse|respuesta|resposta)(?:[ \t]final[ae]?)?"
)
_DECOR = r"(?:[^\w\s`\"“”<>]{1,4}[ \t]*){0,2}"
_AFTER = r"[ \t]*+(?:[*_】）)\]]{0,4}[ \t]*+[:：][*_]{0,3}|[】）)\]＞]|[*_#]{0,4}[ \t]*+(?=\n))"
_LABEL = regex(rf"{_DECOR}{_THINKING}{_AFTER}", re.IGNORECASE)
"""Headings of a section of thoughts: `Thinking:`, `## Reasoning`, `【思考】`."""
_MAYBE_LABEL = regex(rf"{_DECOR}{_THINKING}[ \t*_#]*", re.IGNORECASE)
_LABEL_BEGUN = regex(rf"{_DECOR}(?P<word>[^\W\d_]*)")
_REPLY_LABEL = regex(
    rf"(?:^|\n)[ \t]*{_DECOR}{_REPLYING}{_AFTER}"
    rf"|[【（(\[＜](?:/{_THINKING}|{_THINKING}(?:结束|完毕|終了|끝))[】）)\]＞]",
    re.IGNORECASE,
)
"""What follows thoughts: the heading of the answer, or the end of the thoughts."""
_LONGEST_KIND = 9
"""Letters that may follow a word for thoughts in a heading: `process`."""
_RULE = regex(r"\n[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*(?=\n)")
_ASIDE = regex(rf"[(（*_【「\[][ \t]*{_THINKING}[ \t]*[:：][^\n]*[)）*_】」\]][ \t]*\n\s*", re.IGNORECASE)
"""`(Thinking: …)` on a line of its own."""
_TAG, _SENTENCE = 80, 600
"""The most characters of a closing tag, and of a first sentence."""
_END = 500
"""Characters at a text's end in which marks are looked for."""
_END_MARKS = regex(r"(?:\s*(?:<\|[\w:.-]+\|>|\[END FINAL RESPONSE\]))+\s*\Z")
_MAYBE_MARK = regex(r"(?:\s*<\|[\w:.-]+\|>)*\s*<?(?:(?<=<)\|[\w:.-]*\|?)?\Z")
_FINAL_CHANNEL = regex(r"<\|channel\|>\s*final[^<\n]*(?:<\|constrain\|>[^<]*)?(?:<\|message\|>|\n)")
_OWN_TURN = regex(r"(?:<\|im_start\|>|<\|start_header_id\|>)assistant(?:<\|end_header_id\|>)?\s*\n\s*")
_BARE_CHANNEL = regex(r"assistant\s?final(?=\S|\s|\Z)")
_PHRASES = (
    ("Here is my thought process:", "Here is my response:"),
    ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    ("Thinking...", "...done thinking."),
    ("Thinking…", "…done thinking."),
)
"""Wrappings without tags: of Granite's and Apriel's templates, and of Ollama's command line."""


def strip_thoughts(text: str) -> str:
    """Returns the text without thoughts; empty if there is nothing else."""
    while (rest := _after_opening(text, ended=True)) != text:
        if rest is None:
            return ""
        text = rest
    return _without_end(_END_MARKS, _after_orphan(text))


def _without_end(marks: re.Pattern[str], text: str) -> str:
    """Searches only the last characters: from each place, the pattern reads on to the end."""
    return text[:-_END] + marks.sub("", text[-_END:])


def has_orphan(text: str) -> bool:
    """Returns whether thoughts came without their opening tag."""
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
    # A text about `<think> tags` has an opening tag, too.
    if last is None or re.search(rf"[<\[◁](?!/)(?:{_THOUGHT})[>\]▷]", text[: last.start()], re.IGNORECASE):
        return text
    return text[last.end() :].lstrip()


def _after_opening(text: str, *, ended: bool) -> str | None:
    """Returns the text after thoughts at its start, if there are any; None while they go on."""
    start = text.lstrip()
    if aside := _ASIDE.match(start) or _OWN_TURN.match(start):
        return start[aside.end() :]
    label = _LABEL.match(start)
    behind = start[label.end() - 1 :] if label else ""
    if reply := _last(_REPLY_LABEL, behind) or _RULE.search(behind):
        return behind[reply.end() :].lstrip()
    rest = _after_wrapping(start, text, ended=ended)
    if rest == text and not ended and start and (label or _may_be_label(start)):
        return None
    return rest


def _may_be_label(start: str) -> bool:
    if (begun := _LABEL_BEGUN.fullmatch(start)) is None:
        return _MAYBE_LABEL.fullmatch(start) is not None
    typed = begun["word"].casefold()
    return any(word.startswith(typed[: len(word)]) and len(typed) - len(word) < _LONGEST_KIND for word in _WORDS)


def _after_wrapping(start: str, text: str, *, ended: bool) -> str | None:  # noqa: C901, PLR0911  # one a wrapping
    if start.startswith(("analysis", "assistantanalysis", "commentary")):
        return _after_bare_channel(start, text, ended=ended)
    for opening, closing in _PHRASES:
        if start.startswith(opening):
            _, found, rest = start.partition(closing)
            return rest.lstrip() if found else None
        if not ended and start and opening.startswith(start):
            return None
    if start.startswith((">", "*", "_", "#")):
        return _after_quote(start, text, ended=ended)
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


def _after_quote(start: str, text: str, *, ended: bool) -> str | None:
    """Skips `*Thinking...*` over a quoted block, and `*Thought for 3 seconds*` below it."""
    if not ended and _MAYBE_HEADING.fullmatch(start):
        return None
    heading = _HEADING.match(start)
    quoted = _QUOTED.match(start, heading.end() if heading else 0)
    if heading is None or quoted is None or ">" not in heading[0] + quoted[0]:
        return None if heading and not ended and not start[heading.end() :].strip() else text
    rest = start[quoted.end() :]
    if not ended and _MAYBE_HEADING.fullmatch(rest):
        return None
    return rest[below.end() :] if (below := _HEADING.match(rest)) else rest


def _after_block(start: str, match: re.Match[str], text: str, *, ended: bool) -> str | None:
    name = match["pipe"] or match["tag"] or match["square"] or match["kimi"]
    end = re.compile(_closing(match, name))
    thought = bool(_IS_THOUGHT.fullmatch(f"{name}{match['more'] or ''}".split()[0])) or (
        "reason" in (match["more"] or "") or name.startswith("unused") or bool(_SUMMARY.match(start, match.end()))
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
    """Skips `analysisWe need to …` and `assistantfinal`: channels whose marks were lost."""
    last = _last(_BARE_CHANNEL, start)
    if last:
        return start[last.end() :].lstrip()
    lost = re.match(r"(?:assistant)?(?:analysis|commentary)(?=[A-Z\"“'‘])", start)
    return None if lost or not ended else text


class ThoughtFilter:
    """Selects the visible part of a growing text.

    `hold`: thoughts may come without an opening tag, so nothing is shown before their closing tag,
    or before the first sentence proves to be the answer's. `known`: they do come without."""

    def __init__(self, *, hold: bool = False, known: bool = False) -> None:
        self._raw = ""
        self._hold = hold
        self._known = known
        self._closed = False
        self._past = False

    def release(self) -> None:
        """Stops holding back, because the server keeps thoughts apart."""
        self._hold = False

    def feed(self, piece: str) -> str:
        """Takes a piece and returns the whole visible text so far."""
        self._raw += piece
        while not self._past:
            rest = _after_opening(self._raw, ended=False)
            if rest is None:
                return ""
            if rest == self._raw:
                self._past = True
            else:
                self._hold = False  # the thoughts had their opening tag
            self._raw = rest.lstrip()
        # The whole text is read only near a closing tag: what follows decides what the tag is.
        near = bool(_CLOSED.search(self._raw[-len(piece) - _TAG :]))
        rest = _after_orphan(self._raw) if near or self._closed else self._raw
        known, self._closed = self._closed and not near, near
        if self._hold and (not rest or (rest == self._raw and (self._known or not _CITED.match(rest[:_SENTENCE])))):
            return ""
        self._hold = False
        if known:
            self._raw = rest
        return _without_end(_MAYBE_MARK, rest)
