"""The assistant speaking for itself: refusals, and requests to the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.checks import first_person, phrases
from digest.checks import language as lang
from digest.checks.shape import sentences_of
from digest.model import Fault

_OF_A_TITLE = re.compile(
    r"(?:提供|输入|翻译|发)[^，。]{0,12}(?:论文|标题|内容|文本|摘要|原文|全文|文字|句子|上下文|信息)|(?:provide|translat|help|assist|share)\w*\b.{0,30}\b(?:title|text|paper|abstract|content|context|with)",
    re.IGNORECASE,
)
"""A title may be `Sorry, I can't`: then it must speak of the task to be a refusal."""
_LONGEST = 500
"""Characters of a sentence that are looked at: what an assistant says of itself it says soon."""
_CLAUSE = 5.0
"""Words that make a sentence after a colon."""
_LISTS = re.compile(r"以下|下列|following|suivant|siguiente|folgende|次の", re.IGNORECASE)
_IMPERSONAL = ("part", "short", "sentence", "summary")
"""An answer may say that `I found nothing about it`."""
_SUBTITLED = re.compile(r"\S[:：]\s*\S")


def speaks(text: str, kind: str, source: str) -> Iterator[tuple[Fault, str]]:
    """Refusals and requests in the first or last two sentences, unquoted, and not the paper's own words."""
    own = source.lower()
    sentences = sentences_of(phrases.QUOTED.sub("“”", text))
    edge = sentences if len(sentences) <= 4 else [*sentences[:2], *sentences[-2:]]
    for sentence in (s[:_LONGEST] for s in edge):
        if kind == "title" and (_SUBTITLED.search(sentence) or not _OF_A_TITLE.search(sentence)):
            continue
        for pattern, fault, says in (
            (phrases.REFUSES, Fault.REFUSAL, "speaks as an assistant"),
            (phrases.ASKS, Fault.ASKS_FOR_INPUT, "asks the reader for something"),
        ):
            match = pattern.search(sentence)
            if match and match[0].lower() not in own and not _told_of(match, sentence):
                yield fault, f"{says}: {sentence.strip()[:100]!r}"
        if phrases.POLITE.search(sentence) and not phrases.POLITE.search(source):
            yield Fault.ASKS_FOR_INPUT, f"asks the reader for something: {sentence.strip()[:100]!r}"
        if kind in _IMPERSONAL and len(sentences) == 1 and _asks_back(sentence):
            yield Fault.ASKS_FOR_INPUT, f"asks the reader: {sentence.strip()[:100]!r}"
        if kind in _IMPERSONAL and first_person.first_person(sentence, source):
            yield Fault.REFUSAL, f"speaks of itself: {sentence.strip()[:100]!r}"


def _asks_back(sentence: str) -> bool:
    """The whole text is a question about papers or texts."""
    return bool(re.search(r"[?？][\W_]*\Z", sentence) and phrases.OBJECT.search(sentence))


def _told_of(match: re.Match[str], sentence: str) -> bool:
    """`Please provide evidence: the annotators were asked to …`: an instruction that somebody else was given, and what became of it."""
    before, *after = re.split(r"[:：]", sentence[match.start() :], maxsplit=1)
    described = bool(after) and lang.size(after[0]) >= _CLAUSE
    return described and not phrases.OBJECT.search(before) and not _LISTS.search(before)
