"""Cuts fences, reasoning, a preamble and closing chatter off a sound text, which stays unchanged.

The cut pieces are returned too: they count as problems.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.checks import afterwords, first_person, phrases, remarks
from digest.checks import language as lang
from digest.model import Fault
from digest.patterns import regex

_INVISIBLE = regex(r"[\u200b-\u200f\u2060\ufeff\u202a-\u202e]")
_FENCE = regex(r"\A\s*(`{3,}|~{3,})[\w+-]*[ \t]*\n(?P<body>.*?)(?:\n\s*\1\s*)?\Z", re.DOTALL)
_TAG = r"(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad|inner_monologue)"
_REASONED = regex(
    rf"\A\s*(?:<{_TAG}>|◁think▷|\[THINK\]|<\|channel\|>analysis)(?:.*?)(?:</{_TAG}>|◁/think▷|\[/THINK\]|<\|channel\|>final<\|message\|>)",
    re.DOTALL,
)
_REASONED_END = regex(rf"\A.*?(?:^|[\s.。!！?？…])</{_TAG}>[ \t]*(?:\n|\Z)", re.DOTALL)
_REASONING_LEFT = regex(rf"\A\s*<{_TAG}>[ \t]*\n", re.DOTALL)
_WRAPPED = regex(
    r"\A\s*<(answer|output|response|result|final|summary|translation|text)>\s*(?P<body>.*?)\s*</\1>\s*\Z",
    re.DOTALL | re.IGNORECASE,
)
_SPECIAL = r"(?:<\|[\w ▁]{2,24}\|>|</s>|<s>|<eos>|<bos>|\[/?INST\]|<</?SYS>>|<｜[\w▁ ]{2,30}｜>|<end_of_turn>|<start_of_turn>|<endoftext\|?>|<\|endoftext>)"
_TOKENS_BEFORE = regex(rf"\A(?:\s*{_SPECIAL}(?:\s*(?:assistant|system|user|model))?)+\s*")
_TOKENS_AFTER = regex(rf"(?:\s*{_SPECIAL}(?:[ \t]*(?:assistant|system|user|model))?)+\s*\Z")
_HEAD = regex(r"\A[\s*_#>-]*[^\n]*?(?:[。！!：:~]+[*_”\"]*(?=\s|[^\w/]|[\u4e00-\u9fff]|\Z)|[.](?=\s|\Z)|(?=\n)|\Z)")
_INSIDE = regex(r"“[^”\n]*”|《[^》\n]*》|「[^」\n]*」|\"[^\"\n]*\"")
"""A colon or full stop in it ends no sentence."""
_RULE = regex(r"\A(?:\s*(?:-{3,}|\*{3,}|_{3,}|={3,})[^\S\n]*(?:\n|\Z))+\s*|\A\s+")
_RULE_AFTER = regex(r"(?:\n\s*(?:-{3,}|\*{3,}|_{3,}|={3,}))+\s*\Z")
_LAST = regex(r"(?<![^。！？!?\n])[^。！？!?\n]*(?:[。！？!?]+[”\"』」）)*_]*|(?<=[^\d\s.])\.(?=\s|\Z)|\Z)\s*\Z")
_LITERAL_BREAK = regex(r"\\n(?=\\n|[-*#\d\u4e00-\u9fff]|[A-Z]|\Z|\s)")
_MAX_CHATTER = 500
"""Characters of a last sentence that may be chatter."""
_MARKED = regex(
    r"\A\s*(?P<one>\[[^\[\]\n]{2,40}\]|【[^【】\n]{2,40}】)[ \t]*\n(?P<body>.+)\n\s*(?P<two>\[[^\[\]\n]{2,40}\]|【[^【】\n]{2,40}】)\s*\Z",
    re.DOTALL,
)
"""A text between two lines of brackets only."""
_GESTURE = regex(
    r"\A\s*(?:\*[a-z][^*\n\d]{3,40}\*|[（(][^（）()\n\d]{0,20}[了着][^（）()\n\d]{0,12}[）)])\s+(?=\S)|\A\s*[（(][^（）()\n\d]{0,20}[了着][^（）()\n\d]{0,12}[）)](?=[\u4e00-\u9fff])"
)
"""A stage direction: `*adjusts glasses*`."""
_ITEM = regex(r"\s*(?:[-+#|•·]|\*(?!\*)|\d)")
_EXCLAIMS = regex(r"[!！][\W_]*\Z")
_ASKS_BACK = regex(r"[?？][\W_]*\Z")
_MAX_EXCLAMATION = 15.0
"""Words of an exclamation that is only a greeting or a farewell."""


@dataclass(frozen=True)
class Cut:
    kept: str
    pieces: tuple[tuple[Fault, str], ...] = ()


def _unquoted(text: str) -> str:
    return phrases.QUOTED.sub("“”", text)


def _unwrap(text: str, cut: list[tuple[Fault, str]]) -> str:
    text = _INVISIBLE.sub("", text).strip()
    for _ in range(3):
        before = text
        fenced = _FENCE.match(text)
        if fenced and not re.search(r"^[^\S\n]*(?:`{3,}|~{3,})", fenced["body"], re.MULTILINE):
            text = fenced["body"].strip()
        for pattern in (_REASONED, _TOKENS_BEFORE, _TOKENS_AFTER):
            found = pattern.search(text)
            if found and found[0].strip():
                cut.append((Fault.LEAKED, found[0].strip()))
                text = (text[: found.start()] + text[found.end() :]).strip()
        ended = _REASONED_END.match(text)
        if ended:
            cut.append((Fault.LEAKED, ended[0].strip()))
            text = text[ended.end() :].strip()
        marked = _MARKED.match(text)
        if marked:
            cut.extend((Fault.CHATTER, marked[line]) for line in ("one", "two"))
            text = marked["body"].strip()
        wrapped = _WRAPPED.match(text)
        if wrapped:
            text = wrapped["body"]
        if text == before:
            break
    return text


def _opening(head: str, after: str) -> Fault | None:
    bare = _unquoted(head).strip()
    agreed = phrases.PREAMBLE.match(bare)
    if agreed and (
        not agreed["rest"].strip(" *_:：")
        or phrases.TASK_TALK.search(agreed["rest"])
        or phrases.INTRODUCES.match(agreed["rest"])
    ):
        return Fault.PREAMBLE
    if phrases.AS_EXPERT.match(bare) or phrases.GREETING.match(bare) or phrases.INTRODUCES.match(bare):
        return Fault.PREAMBLE
    if after.strip() and remarks.opening(head, alone=after.startswith("\n")):
        return Fault.PREAMBLE
    if phrases.INSTRUCTION.match(head.strip() + "\n") and re.search(r"[:：]\W*$", head):
        return Fault.LEAKED
    return None


def _is_agreement(paragraph: str) -> bool:
    """`Alright, one summary coming up!`"""
    bare = _unquoted(paragraph)
    return bool(_EXCLAIMS.search(bare) and phrases.PREAMBLE.match(bare)) and lang.size(bare) <= _MAX_EXCLAMATION


def _cut_before(text: str, cut: list[tuple[Fault, str]]) -> str:
    for _ in range(4):
        paragraph, _gap, following = text.partition("\n\n")
        if following.strip() and (first_person.is_aside(paragraph) or _is_agreement(paragraph)):
            cut.append((Fault.PREAMBLE, paragraph.strip()))
            text = _RULE.sub("", following)
            continue
        cheers = remarks.cheers(text)
        if cheers:
            cut.append((Fault.PREAMBLE, cheers.strip()))
            text = text[len(cheers) :]
            continue
        gesture = _GESTURE.match(text)
        if gesture:
            cut.append((Fault.PREAMBLE, gesture[0].strip()))
            text = text[gesture.end() :]
            continue
        end = _HEAD.match(_INSIDE.sub(lambda m: "“" * len(m[0]), text[:600]))
        head = text[: end.end()] if end else ""
        if not head.strip() or len(head) > 400:
            return text
        fault = _opening(head, text[len(head) :])
        if fault is None:
            return text
        bold = head.lstrip().startswith("**")
        rest = text[len(head) :].lstrip('”"* \n') if bold else text[len(head) :].lstrip()
        cut.append((fault, head.strip()))
        text = _RULE.sub("", rest)
    return text


def _is_farewell(bare: str) -> bool:
    return lang.size(bare) <= _MAX_EXCLAMATION and (
        bool(_ASKS_BACK.search(bare) and phrases.OWN_WORK.search(bare))
        or bool(_EXCLAIMS.search(bare) and phrases.ADDRESSES_USER.search(bare))
    )


def _closing(last: str, before: str, alone: bool, paragraph: bool) -> bool:
    """Whether the last sentence addresses the user or speaks about the text.

    `alone`: it stands on a line after others; `paragraph`: it begins one.
    """
    bare = _unquoted(last)
    if paragraph and (first_person.is_aside(last) or _is_farewell(bare) or remarks.closing(last, before)):
        return True
    if remarks.to_reader(last):
        return True
    if phrases.ASKS_FOR_INPUT.search(bare) and not phrases.TEMPLATE_BRACKET.search(last):
        return True
    return bool(phrases.AFTERWORD.search(bare)) and (alone or bool(phrases.ADDRESSES_USER.search(bare)))


def _in_last_paragraph(text: str, before: str) -> bool:
    return "\n" in before and "\n" in text.rstrip()


def _cut_after(text: str, cut: list[tuple[Fault, str]]) -> str:
    for _ in range(6):
        remark = afterwords.last_remark(text)
        if remark:
            cut.append((Fault.CHATTER, remark.strip()))
            text = _RULE_AFTER.sub("", text.rstrip()[: -len(remark.rstrip())].rstrip()).rstrip()
            continue
        last = _LAST.search(text[-_MAX_CHATTER:])
        if not last or not last[0].strip() or (last.start() == 0 and len(text) > _MAX_CHATTER):
            return text
        before = text[: len(text) - len(last[0])]
        paragraph = before.rstrip(" ").endswith("\n") and not _ITEM.match(last[0])
        if not before.strip() or not _closing(last[0], before, _in_last_paragraph(text, before), paragraph):
            return text
        cut.append((Fault.CHATTER, last[0].strip()))
        text = _RULE_AFTER.sub("", before.rstrip()).rstrip()
    return text


def _cut_original(text: str, language: str) -> str:
    """Cuts the original that follows a translation."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        return text
    kept = len(lines)
    while kept > 1 and lang.size(lines[kept - 1]) >= 25 and lang.foreign(lines[kept - 1], language):
        kept -= 1
    head = "\n".join(lines[:kept])
    if kept == len(lines) or lang.foreign(head, language) or lang.size(head) < 0.5 * lang.size("\n".join(lines[kept:])):
        return text
    return text[: text.index(lines[kept], text.index(lines[kept - 1]) + len(lines[kept - 1]))].rstrip()


def cut(text: str, language: str = "") -> Cut:
    """With `language`, an original after its translation is cut too."""
    trimmed = _trimmed(text)
    kept = _cut_original(trimmed.kept, language) if language else trimmed.kept
    return Cut(_RULE_AFTER.sub("", _RULE.sub("", kept)).strip(), trimmed.pieces)


@lru_cache(maxsize=64)  # a text is cleaned, then checked
def _trimmed(text: str) -> Cut:
    pieces: list[tuple[Fault, str]] = []
    kept = _unwrap(text, pieces)
    if "\n" not in kept and kept.count("\\n") >= 2 and _LITERAL_BREAK.search(kept):
        pieces.append((Fault.LEAKED, "\\n"))
        kept = _LITERAL_BREAK.sub("\n", kept)
    return Cut(_cut_after(_cut_before(kept, pieces), pieces), tuple(pieces))


def clean(text: str, language: str = "") -> str:
    """`text` without surrounding fences, reasoning, preamble and chatter; may be empty."""
    return cut(text, language).kept
