"""Finds refusals, and requests to the reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.checks import language as lang
from digest.checks import phrases
from digest.checks.shape import lowered, sentences_of
from digest.checks.talk import talks
from digest.model import Fault
from digest.patterns import regex

_TITLE_TASK = regex(
    r"(?:提供|输入|翻译|发)[^，。]{0,12}(?:论文|标题|内容|文本|摘要|原文|全文|文字|句子|上下文|信息)|(?:provide|translat|help|assist|share)\w*\b.{0,30}\b(?:title|text|paper|abstract|content|context|with)",
    re.IGNORECASE,
)
"""A title may be `Sorry, I can't`. It is a refusal only with words of the task."""
_MAX_READ = 500
"""Characters of a sentence that are checked: refusals come at its beginning."""
_WHOLLY, _LEAST, _NOT_ENDED, _REPORTS, _ASKED, _OF_A_PAPER = 0.7, -0.6, 2.0, 1.0, 0.8, -0.65
_OF_TEXTS = (
    r"\s?(?:words?|characters|sentences|lines?|wörtern?|sätzen?|zeichen|mots|phrases|caractères|palabras|frases|caracteres|palavras"
    r"|个?字|句话?|文字|文で|文以内|문장|자 ?이내|단어)"
)
_LENGTH = regex(
    rf"(?:\b(?:\d{{1,3}}|one|two|three|four|five|einem|zwei|drei|vier|deux|trois|quatre|dos|tres|cuatro|duas|três|quatro)|[一二两三四五六\d]|한|두|세|네){_OF_TEXTS}",
    re.IGNORECASE,
)
"""Words for how long a text should be."""
_REPORTED = regex(rf"\d(?!\d{{0,3}}{_OF_TEXTS})|[“《]|[:：][^:：]{{7,}}[?？]", re.IGNORECASE)
"""A figure that is no length asked for, and a question after a colon: `The survey asks: …?`"""
_PLACE = regex(
    r"(?:\b(?:tab(?:le|elle|leau|la|ela)?n?s?|fig(?:ure|ura|uras)?s?|abb(?:ildung)?(?:en)?|abschnitte?s?|se[cç](?:tion|ci[oó]n|ão)?s?)\b\.?|[表图図§]|표|그림)\s?\d{1,4}(?:\.\d{1,3}){0,3}|(?<!\d)\d{1,4}(?:\.\d{1,3}){0,3}\s?[节節章절장]",
    re.IGNORECASE,
)
"""A part of the paper, whose number reports nothing."""
_BLANK_OR_CLOSING = " \n\t)）]】"
_FEW = 5
_MIN_CLAUSE = 5.0
"""Words after a colon that make a sentence."""
_IMPERSONAL = ("part", "short", "sentence", "summary")
"""Without `answer`, which may say `I found nothing about it`."""
_OF_SENTENCES = ("part", "summary")
_SUBTITLED = regex(r"\S[:：]\s*\S")


def find_refusals(text: str, kind: str, source: str) -> Iterator[tuple[Fault, str]]:
    """Yields refusals in the first or last two sentences, without quotations and the paper's
    words."""
    sentences = sentences_of(phrases.QUOTED.sub("“”", text))
    if kind in _IMPERSONAL and _is_talk(sentences, kind) and text.strip().lower() not in lowered(source):
        yield Fault.REFUSAL, f"says nothing about a paper: {text.strip()[:100]!r}"
    edge = sentences if len(sentences) <= 4 else [*sentences[:2], *sentences[-2:]]
    for sentence in (s[:_MAX_READ] for s in edge):
        if kind == "title" and (_SUBTITLED.search(sentence) or not _TITLE_TASK.search(sentence)):
            continue
        if talks(sentence) < _OF_A_PAPER and not _is_plea(sentence, kind):
            continue
        for pattern, fault, detail in (
            (phrases.REFUSES, Fault.REFUSAL, "speaks as an assistant"),
            (phrases.ASKS_FOR_INPUT, Fault.ASKS_FOR_INPUT, "asks the reader for something"),
        ):
            match = pattern.search(sentence)
            if match and match[0].lower() not in lowered(source) and not _is_reported(match, sentence):
                yield fault, f"{detail}: {sentence.strip()[:100]!r}"
        if phrases.POLITE.search(sentence) and not phrases.POLITE.search(source):
            yield Fault.ASKS_FOR_INPUT, f"asks the reader for something: {sentence.strip()[:100]!r}"


def _is_talk(sentences: list[str], kind: str) -> bool:
    """Returns whether all of a few sentences are talk. Quotations and counts weigh against it."""
    scores = [
        talks(s) - _REPORTS * bool(_REPORTED.search(_PLACE.sub(" ", s))) + _ASKED * bool(_LENGTH.search(s))
        for s in sentences
    ]
    ended = bool(sentences) and not sentences[-1].rstrip(_BLANK_OR_CLOSING)[-1:].isalnum()
    if not ended and kind not in _OF_SENTENCES:  # it is a headline
        return False
    least = _WHOLLY if ended else _NOT_ENDED
    return 0 < len(scores) <= _FEW and min(scores) > _LEAST and sum(scores) > least * len(scores)


def _is_plea(sentence: str, kind: str) -> bool:
    """Returns whether a bare sentence begins with a please, as no quoted or reported words do."""
    first = phrases.POLITE.search(sentence)
    begins = first is not None and not re.search(r"\w", sentence[: first.start()])
    return begins and kind in _IMPERSONAL and not re.search("[:：“«,，、]", sentence)


def _is_reported(match: re.Match[str], sentence: str) -> bool:
    """Returns whether it instructs others: `Please provide evidence: the annotators were …`."""
    _, *after = re.split(r"[:：]", sentence[match.start() :], maxsplit=1)
    return bool(after) and lang.size(after[0]) >= _MIN_CLAUSE
