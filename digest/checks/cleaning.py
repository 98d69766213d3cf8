"""Cuts fences, reasoning, a preamble and closing chatter off a text, and leaves the sound rest
unchanged.

The cut pieces are also returned, because they count as problems."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from digest.checks import language as lang
from digest.checks import phrases
from digest.checks.shape import sentences_of
from digest.checks.talk import talks
from digest.model import Fault
from digest.patterns import GAP, regex

_INVISIBLE = regex(r"[\u200b-\u200f\u2060\ufeff\u202a-\u202e]")
_FENCE = regex(r"\A\s*(`{3,}|~{3,})[\w+-]*[ \t]*\n(?P<body>.*?)(?:\n\s*\1\s*)?\Z", re.DOTALL)
_TAG = r"(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad|inner_monologue)"
_REASONED = regex(
    rf"\A\s*(?:<{_TAG}>|◁think▷|\[THINK\]|<\|channel\|>analysis)(?:.*?)(?:</{_TAG}>|◁/think▷|\[/THINK\]|<\|channel\|>final<\|message\|>)",
    re.DOTALL,
)
_REASONED_END = regex(rf"\A.*?(?:^|[\s.。!！?？…])</{_TAG}>[ \t]*(?:\n|\Z)", re.DOTALL)
_WRAPPED = regex(
    rf"\A\s*<(answer|output|response|result|final|summary|translation|text)>\s*+(?P<body>.*?){GAP}</\1>\s*\Z",
    re.DOTALL | re.IGNORECASE,
)
_SPECIAL = r"(?:<\|[\w ▁]{2,24}\|>|</s>|<s>|<eos>|<bos>|\[/?INST\]|<</?SYS>>|<｜[\w▁ ]{2,30}｜>|<end_of_turn>|<start_of_turn>|<endoftext\|?>|<\|endoftext>)"
_TOKENS_BEFORE = regex(rf"\A(?:\s*{_SPECIAL}(?:\s*(?:assistant|system|user|model))?)+\s*")
_TOKENS_AFTER = regex(rf"(?:\s*{_SPECIAL}(?:[ \t]*(?:assistant|system|user|model))?)+\s*\Z")
_HEAD = regex(r"\A[\s*_#>-]*[^\n]*?(?:[。！!？?：:~]+[*_”\"]*(?=\s|[^\w/]|[\u4e00-\u9fff]|\Z)|[.](?=\s|\Z)|(?=\n)|\Z)")
_INSIDE = regex(r"“[^”\n]*”|《[^》\n]*》|「[^」\n]*」|«[^»\n]*»|\"[^\"\n]*\"|\{[^{}\n]*\}")
"""A colon or full stop inside ends no sentence."""
_RULE = regex(r"\A(?:\s*(?:-{3,}|\*{3,}|_{3,}|={3,})[^\S\n]*(?:\n|\Z))+\s*|\A\s+")
_RULE_AFTER = regex(r"(?:\n\s*(?:-{3,}|\*{3,}|_{3,}|={3,}))+\s*\Z")
_LITERAL_BREAK = regex(r"\\n(?=\\n|[-*#\d\u4e00-\u9fff]|[A-Z]|\Z|\s)")
_END = 500
"""Characters of a text's end in which tokens are looked for."""
_MAX_CHATTER = 500
"""Characters of a last sentence that may be chatter."""
_GESTURE = regex(
    r"\A\s*(?:\*[a-z][^*\n\d]{3,40}\*|[（(][^（）()\n\d]{0,20}[了着][^（）()\n\d]{0,12}[）)])\s+(?=\S)|\A\s*[（(][^（）()\n\d]{0,20}[了着][^（）()\n\d]{0,12}[）)](?=[\u4e00-\u9fff])"
)
"""A stage direction: `*adjusts glasses*`."""
_LEADING_BRACKET = regex(
    r"\A\s*(?:\*(?!\*)[^*\n:：]{3,80}\*|[（(][^（）()\n:：]{3,80}[)）]|[\[［][^\[\]［］\n:：]{3,80}[\]］])\s*(?=\S)(?![:：（(\[])"
)
"""Talk before a text on the same line."""
_OPEN_BRACKET = regex(r"[(（][^()（）]*\Z")
_GOES_ON = regex(r"\W*(?:[\da-zß-öø-ÿа-яё]|[①-⑳])")
"""What a colon introduces within its sentence."""
_LISTED = regex(r"\W*[^\W\d_]{1,20}(?:[,，、]\s?[^\W\d_]{1,20}){2,8}\s?[:：]")
"""`Goal, means, cost:`"""
_ASKED = regex(r"[?？]\W{0,9}\Z")
"""A question, which is the paper's own if it quotes."""
_STOPPED = regex(r"[.。!！…][”\"』」*_]*\s*\Z")
_ENDED = regex(r"(?<![\W_])(?:(?![.。!！?？…])[\W_])*+[.。!！?？…][\W_]*+\Z")
_ITEM = regex(r"\s*(?:[-+#|•·]|\*(?!\*)|\d)")
_TRAILING_BRACKET = regex(r"(?<![\s*_])[\s*_]*[（(【\[〔][^（）()\[\]【】〔〕\n]{3,240}[)）】\]〕][\s*_.。]*\Z")
_MIN_SAID = 2.0
_MIN_BRACKET = 2.5
"""Words of a bracket after a text on its line. A shorter one may hold a term or its short form."""
_ALONE, _BESIDE, _LABEL, _APART, _SURE, _MEANT, _PERHAPS = 0.4, 1.0, 1.1, 1.0, 2.5, 2.0, -0.8
"""Scores above which a line or a sentence is talk; the extra score that a colon needs; the extra
score over the text beside it, and the score above which that does not matter; the score of a second
sentence that makes the first one talk; and the score that is enough beside a sentence that is
surely talk."""


@dataclass(frozen=True)
class Cut:
    kept: str
    pieces: tuple[tuple[Fault, str], ...] = ()


def _unwrap(text: str, cut: list[tuple[Fault, str]]) -> str:
    text = _INVISIBLE.sub("", text).strip()
    for _ in range(3):
        before = text
        fenced = _FENCE.match(text)
        if fenced and not re.search(r"^[^\S\n]*(?:`{3,}|~{3,})", fenced["body"], re.MULTILINE):
            text = fenced["body"].strip()
        for pattern, start in ((_REASONED, 0), (_TOKENS_BEFORE, 0), (_TOKENS_AFTER, -_END)):
            found = pattern.search(text, max(0, len(text) + start) if start else 0)
            if found and found[0].strip():
                cut.append((Fault.LEAKED, found[0].strip()))
                text = (text[: found.start()] + text[found.end() :]).strip()
        ended = _REASONED_END.match(text)
        if ended:
            cut.append((Fault.LEAKED, ended[0].strip()))
            text = text[ended.end() :].strip()
        wrapped = _WRAPPED.match(text)
        if wrapped:
            text = wrapped["body"]
        if text == before:
            break
    return text


def _is_talk(piece: str, of_text: list[str], *, least: float) -> bool:
    """Returns whether it is talk. `of_text`: a list with the sentence farthest from the piece."""
    score = talks(piece)
    return bool(of_text) and score > least and (score > _SURE or score - talks(of_text[0]) > _APART)


def _opening(head: str, after: str) -> Fault | None:
    ruled = _RULE.match(after)
    alone = after[:1] == "\n" and (bool(ruled and ruled[0].strip()) or not _ITEM.match(after))
    label = head.rstrip("*_ ")[-1:] in ":："  # before a text on the same line it may be a heading
    if (label and _LISTED.match(head)) or (_ASKED.search(head) and phrases.QUOTED.search(head)):
        return None
    leads = (label or _ENDED.search(head)) and (alone or _ENDED.search(after)) and not _ITEM.match(head)
    least = _ALONE if alone else _BESIDE + label * (_LABEL + bool(_GOES_ON.match(after)))
    if leads and _is_talk(head, sentences_of(after)[-1:], least=least):
        return Fault.PREAMBLE
    if phrases.INSTRUCTION.match(head.strip() + "\n") and re.search(r"[:：]\W*$", head):
        return Fault.LEAKED
    return None


def _before_talk(text: str) -> str:
    """Returns the first two of three sentences, if the first may be talk and the second is."""
    first, second, third = [*sentences_of(text[:_MAX_CHATTER].partition("\n")[0]), "", "", ""][:3]
    if not third or talks(second) < _MEANT or not talks(third) + _APART < talks(first) > _PERHAPS:
        return ""
    return text[: text.index(second, len(first)) + len(second)]


def _said_aside(text: str) -> re.Match[str] | None:
    """Returns a stage direction of several words. A single word is a token or a heading."""
    found = _LEADING_BRACKET.match(text)
    if not found or lang.size(found[0]) < _MIN_SAID:
        return None
    return found if _is_talk(found[0], sentences_of(text[found.end() :])[-1:], least=_ALONE) else None


def _cut_before(text: str, cut: list[tuple[Fault, str]]) -> str:
    for _ in range(4):
        gesture = _GESTURE.match(text) or _said_aside(text)
        if gesture:
            cut.append((Fault.PREAMBLE, gesture[0].strip()))
            text = text[gesture.end() :]
            continue
        end = _HEAD.match(_INSIDE.sub(lambda m: "“" * len(m[0]), text[:600]))
        head = text[: end.end()] if end else ""
        if not head.strip() or len(head) > 400 or _OPEN_BRACKET.search(head):
            return text
        line = text[: text.find("\n")]
        if head != line and len(line) < _MAX_CHATTER and _opening(line, text[len(line) :]):
            head = line
        fault = _opening(head, text[len(head) :])
        if fault is None:
            head = _before_talk(text)
            fault = Fault.PREAMBLE
        if not head:
            return text
        bold = head.lstrip().startswith("**")
        rest = text[len(head) :].lstrip('”"* \n') if bold else text[len(head) :].lstrip()
        cut.append((fault, head.strip()))
        text = _RULE.sub("", rest)
    return text


def last_remark(text: str) -> str:
    """Returns the last line, or a bracket at the end, that talks about the text; else empty."""
    body, newline, line = text.rstrip().rpartition("\n")
    if newline and body.strip() and _is_talk(line, sentences_of(body)[:1], least=_ALONE):
        return line
    bracket = _TRAILING_BRACKET.search(text)
    before = text[: bracket.start()] if bracket else ""
    if not bracket or not _STOPPED.search(before):  # otherwise it belongs to the last sentence, or to a title
        return ""
    long = lang.size(bracket[0]) >= _MIN_BRACKET or re.search("[:：]", bracket[0])
    return bracket[0] if long and _is_talk(bracket[0], sentences_of(before)[:1], least=_BESIDE) else ""


def _ends_as_it_talked(sentences: list[str]) -> bool:
    """Returns whether the last sentence may be talk and the one before surely is."""
    return len(sentences) > 2 and talks(sentences[-2]) > _SURE and _ALONE > talks(sentences[-1]) > _PERHAPS


def _cut_after(text: str, cut: list[tuple[Fault, str]]) -> str:
    for _ in range(6):
        remark = last_remark(text)
        if remark:
            cut.append((Fault.CHATTER, remark.strip()))
            text = _RULE_AFTER.sub("", text.rstrip()[: -len(remark.rstrip())].rstrip()).rstrip()
            continue
        sentences = sentences_of(text)
        last = "".join(sentences[-2:] if _ends_as_it_talked(sentences) else sentences[-1:])
        before = text[: len(text) - len(last)]
        alone = before.rstrip(" ").endswith("\n") and not _ITEM.match(last)
        if not before.strip() or len(last) > _MAX_CHATTER or not (alone or _ENDED.search(last)):
            return text
        if not _is_talk(last, sentences_of(before)[:1], least=_ALONE if alone else _BESIDE):
            return text
        cut.append((Fault.CHATTER, last.strip()))
        text = _RULE_AFTER.sub("", before.rstrip()).rstrip()
    return text


def _cut_original(text: str, language: str) -> str:
    """Removes the original after a translation."""
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


def cut_title(text: str) -> Cut:
    """Cuts a title. `titles` judges what is around it on the same line."""
    pieces: list[tuple[Fault, str]] = []
    kept = _unwrap(text, pieces)
    return Cut(kept, tuple(pieces)) if "\n" not in kept else _trimmed(text)


def cut(text: str, language: str = "") -> Cut:
    """Cuts a text. With `language`, also removes an original after its translation."""
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
    """Returns `text` without surrounding fences, reasoning, preamble and chatter; may be empty."""
    return cut(text, language).kept
