"""Finds leaks into a text: JSON, reasoning, roles, the prompt, unfilled templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from digest.checks import phrases, talk
from digest.checks.shape import CODE, Found, lowered
from digest.model import Fault
from digest.patterns import regex

_JSON_INSIDE = regex(r"[\"”]\s*,\s*\"\w{2,30}\"\s*:\s*[\"\[{]|^[^\S\n]*\"\w{2,30}\"\s*:\s*[\"\[{]", re.MULTILINE)
_REASONING = regex(
    r"^\s*</?(?:think|thinking|thought|reasoning|scratchpad)>\s*$|\A\s*<(?:think|thinking|reasoning)>\s*(?:\n|[A-Z好嗯首用])",
    re.MULTILINE,
)
_TAGGED = regex(r"\A\s*<(?P<tag>[^\W\d_]{3,20})>[^<>]+</(?P=tag)>")
"""A tagged text at the beginning, as of a form."""
_ROLES = regex(
    r"^[\[【*]*(?:human|user|assistant|system|model|modell|modelo|modèle|модель|пользователь|模型|モデル|모델|nutzer(?:in)?|benutzer|utilisateur|usuario|usuário|système|sistema|用户|助手|系统|ユーザー|システム|사용자|시스템)[\]】*]*\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_ASSISTANT = regex(
    r"[\[【(（*]*(?:human|(?:ai |ki-)?assistante?|assistent|asistente|ai|ki|ia|chatbot|chatgpt|用户|(?:智能|AI)?助手|アシスタント|어시스턴트|챗봇|도우미)[\]】)）*]*\s*[:：]",
    re.IGNORECASE,
)
"""One of these is enough. `System:` and `User:` may begin a sentence about systems and users."""
_OBJECT_IN_SENTENCE = regex(
    r"(?<=\w )\{[^{}\n]{0,300}\}(?=[,;]? \w+ \w)|(?<=[\u4e00-\u9fff] )\{[^{}\n]{0,300}\}|(?<=[\u4e00-\u9fff])\{[^{}\n]{0,300}\}(?=[\u4e00-\u9fff])"
)
"""`The model emits {…} and stops`."""
_TASK = (
    r"(?:规则|要求|约束|限制|格式|指令|任务|输入|ルール|条件|制約|要件|指示|入力|규칙|조건|제약|요구 ?사항|지침|지시|입력"
    r"|rules?|constraints?|requirements?|instructions?|guidelines|task|input|regeln?|vorgaben?|anforderungen|anweisung(?:en)?|aufgabe|eingabe"
    r"|r[èe]gles?|contraintes?|exigences|consignes?|tâche|entrée|reglas?|restricciones|requisitos|instrucciones|tarea|entrada|regras?|restrições|instruções|tarefa"
    r"|правил[ао]|требования|ограничения|инструкци[яи]|задание|задача|ввод)"
)
_RESULT = (
    r"(?:输出|译文|回答|结果|出力|回答|出力文|출력|답변|결과|번역"
    r"|output|answer|response|ausgabe|antwort|ergebnis|sortie|réponse|résultat|salida|respuesta|resultado|saída|resposta|вывод|ответ|результат)"
)
_RULES = regex(
    rf"\A\W*{_TASK}\s{{0,9}}\d{{0,2}}\s{{0,9}}[:：.].*^[^\w\n]*{_RESULT}\s*[:：]"
    rf"|^#{{1,6}}\s*(?:{_TASK}|{_RESULT})(?:\s\w+){{0,2}}\s?[:：]\s*$",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
"""Requests of a prompt with their answer, or a heading over either."""
_MADE_UP = regex(
    r"https?://(?:www\.)?(?:example\.(?:com|org|net)|your[\w-]*\.|xxx+|placeholder)|github\.com/(?:your|user(?:name)?|xxx|example)[\w-]*/",
    re.IGNORECASE,
)
_SLOT = regex(r"\[[A-Z][A-Z_ ]{2,30}\]|\{[A-Za-z][a-z]*(?:_[a-z]+)*\}|<[a-z]+(?:[_ ][a-z]+){0,4}>")
_X_BLANKS = regex(
    r"(?<![A-Za-z0-9])X{3,}(?![A-Za-z0-9])|(?<![A-Za-z0-9])XX(?=\s?[%％\u4e00-\u9fff]|[.,]X)|(?<![A-Za-z0-9])[Xx]{1,3}[.,][Xx]{1,2}(?![A-Za-z0-9])|\b(?:layer|step|table|figure|top|at|by|of|to) [xX]{2,3}\b"
)
_ONE_X = regex(
    r"[\[【＜<{]\s?[XYN]\s?[\]】＞>}]\s?[%％]|(?<![A-Za-z0-9,-])(?P<letter>[XYZN])(?P=letter)(?:[.,](?P=letter){1,2})?\s?[%％](?![A-Za-z0-9])"
    r"|(?<![\d〇零一二三四五六七八九十百千])[〇○◯●×✕△▲□■]{2,3}(?=[\s%％\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af])(?![〇零一二三四五六七八九十百千年月])"
)
_UNDERSCORE_BLANKS = regex(r"(?<![A-Za-z0-9_])_{3,}(?![A-Za-z0-9_])")
_FIGURE_LEFT_OUT = regex(
    r"(?<![\w_])_{2,}\s?(?:[%％]|(?:per\s?cent|percentage|points?|(?:prozent)?punkte?n?|prozent|pour ?cent|por ciento|puntos?|por cento|pontos?)\b|个?百分|パーセント|ポイント|퍼센트|포인트)",
    re.IGNORECASE,
)
COPIED_WORDS = 8
"""Successive words or Chinese characters that make a copy."""


def leaked(text: str, source: str, prompt: str) -> Found:
    plain = CODE.sub(" ", text)
    tagged = _TAGGED.match(plain)
    garbled = _ESCAPED.search(plain)
    for detail in (
        _structured_data(text, plain, source),
        "reasoning of the model" if _REASONING.search(plain) else "",
        _conversation(plain, source),
        _instruction(plain, source),
        "rules of the prompt" if _RULES.search(plain) and not _RULES.search(source) else "",
        f"a tagged text: {tagged[0][:60]!r}" if tagged and tagged[0] not in source else "",
        f"an escaped character: {garbled[0]!r}" if garbled and garbled[0] not in source else "",
        _in_another_encoding(plain),
        copied(text, prompt, source) if prompt else "",
    ):
        if detail:
            yield Fault.LEAKED, detail


def _in_another_encoding(plain: str) -> str:
    """Finds UTF-8 that was read as Windows-1252, more than once: `prÃ©sentent`."""
    found = [m[0] for m in _MISREAD.finditer(plain) if _is_misread(m[0])]
    return f"characters in a wrong encoding: {found[0]!r}" if len(found) >= _MIN_MISREAD else ""


def _is_misread(piece: str) -> bool:
    try:
        return len(piece.encode("cp1252").decode("utf-8")) == 1
    except UnicodeError:
        return False


_MISREAD = regex(r"[\u00c2-\u00ef][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,2}")
_MIN_MISREAD = 2
_ESCAPED = regex(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|&(?:amp;)?(?:nbsp|quot|lt|gt|#\d{2,5});")


def _structured_data(text: str, plain: str, source: str) -> str:
    if re.match(r"\s*[\[{]\s*(?:[\"'{\[]|\Z)", text) and _is_json(text.strip()):
        return "JSON instead of text"
    inside = _JSON_INSIDE.search(_OBJECT_IN_SENTENCE.sub(" ", plain))
    return f"a piece of JSON: {inside[0].strip()[:60]!r}" if inside and inside[0] not in source else ""


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return bool(re.match(r"[\[{]\s*([\"'])[\w -]+\1\s*:|\[\s*\{\s*[\"']", text))


def _conversation(plain: str, source: str) -> str:
    first = _ASSISTANT.match(plain.strip()) and not (_ROLES.match(source.strip()) or _ASSISTANT.match(source.strip()))
    return "roles of a conversation" if first or len(_ROLES.findall(plain)) >= 2 else ""


def _instruction(plain: str, source: str) -> str:
    found = phrases.INSTRUCTION.match(phrases.QUOTED.sub("“”", plain).strip())
    if found and found[0].strip().lower() not in lowered(source):
        return f"an instruction of the prompt: {found[0].strip()[:80]!r}"
    return ""


def shingles(text: str, width: int = COPIED_WORDS) -> Iterator[str]:
    units = re.findall(r"[\u3400-\u9fff]|[^\W_]+", text.lower())
    for i in range(len(units) - width + 1):
        yield " ".join(units[i : i + width])


@lru_cache(maxsize=8)  # there are few prompts
def _prompt_shingles(prompt: str) -> frozenset[str]:
    return frozenset(shingles(prompt))


def copied(text: str, prompt: str, source: str = "") -> str:
    """Returns the first run of words that is in the prompt and not in the paper."""
    of_prompt = _prompt_shingles(prompt)
    hits = [s for s in shingles(text) if s in of_prompt]
    own = set(shingles(source)) if hits and source else set()
    found = next((s for s in hits if s not in own), "")
    return f"words of the prompt: {found!r}" if found else ""


def unfilled_templates(text: str, source: str) -> Found:
    """`[请提供具体链接]`, `<insert link here>`, `http://example.com`."""
    plain = phrases.QUOTED.sub("“”", CODE.sub(" ", text))
    own = lowered(source)
    for bracket in phrases.TEMPLATE_BRACKET.finditer(_HEADINGS.sub("", plain)):
        if bracket["after"] != "(" and bracket[0].lower() not in own and _asks_for_words(bracket):
            yield Fault.LEAKED, f"a template left in: {bracket[0]!r}"
    if _ONE_BRACKET.fullmatch(plain) and _WORD.search(plain) and plain.strip().lower() not in own:
        yield Fault.LEAKED, f"a template left in: {plain.strip()[:60]!r}"
    blank = _blanks(plain, own)
    if blank:
        yield Fault.LEAKED, f"a template left in: {blank}"
    made_up = _MADE_UP.search(text)
    if made_up and made_up[0].lower() not in own:
        yield Fault.LEAKED, f"a made-up address: {made_up[0]!r}"


_HEADINGS = regex(r"^(?:[^\S\n]|[*_#>-])*+【[^【】\n]{1,20}】(?=[\s*_]*\S)", re.MULTILINE)
_OF_A_TAG = regex(r"[a-z-]+(?: [a-z-]+)?")
_PERCENT = regex(r"[\]}】>]?\s?[%％](?![A-Za-z0-9])")
_TO_FILL, _TO_FILL_IN_TAG, _TO_FILL_IN_PERCENT = 0.7, 1.6, -1.0
"""Scores above which the words in a bracket ask for others; two words in a tag; and words in place
of the figure before a percent sign."""
_MENTIONED = -0.5
"""The score below which a text is about slots and has none."""
_ONE_BRACKET = regex(
    r"[\s*_>#-]*(?:[\[【＜<{｛(（〔［])(?:[^\[\]【】<>＜＞{}｛｝()（）〔〕［］\n]|[\[{](?=[{\w])|[\]}](?=[\]}])){3,200}[\]】>＞}｝)）〕］][\s*_.。]*"
)
_WORD = regex(r"[^\W\d_]{3,}|[\u3040-\u9fff\uac00-\ud7af]{2,}")


def _asks_for_words(bracket: re.Match[str]) -> bool:
    """Returns whether it asks for words. One word in a tag is meant, and so is a TeX command."""
    tag = _OF_A_TAG.fullmatch(bracket["body"]) if bracket["open"] in "<＜" else None
    if bracket["body"].startswith("\\") or (tag and " " not in tag[0]):
        return False
    percent = _PERCENT.match(bracket.string, bracket.end())
    least = _TO_FILL_IN_PERCENT if percent else _TO_FILL_IN_TAG if tag else _TO_FILL
    return talk.talks(talk.around(bracket), talk.BRACKET) > least


def _scores(plain: str, slots: set[str]) -> list[float]:
    """Returns for each slot how strongly it asks for words in its place."""
    brackets = (b for b in phrases.TEMPLATE_BRACKET.finditer(plain) if b[0] in slots)
    return [talk.talks(talk.around(b), talk.BRACKET) for b in brackets]


def _blanks(plain: str, own: str) -> str:
    """Returns blanks of a form, if two or more (a paper may show one): `[METHOD]`, `XX%`."""
    slots = {s[0] for s in _SLOT.finditer(plain)}
    asked = max(_scores(plain, slots), default=0.0) if slots else 0.0
    if asked < _MENTIONED:
        slots = set()
    named = asked > 0 or any(map(phrases.SLOT_NOUN.search, slots))
    if len(slots) >= 2 and named and not any(s.lower() in own for s in slots):
        return ", ".join(sorted(slots)[:3])
    if (one := _ONE_X.search(plain)) and one[0].lower() not in own:
        return one[0]
    if (figure := _FIGURE_LEFT_OUT.search(plain)) and figure[0].lower() not in own:
        return figure[0]
    for pattern in (_X_BLANKS, _UNDERSCORE_BLANKS):
        left: list[str] = [b for b in pattern.findall(plain) if b.lower() not in own]
        if len(left) >= 2:
            return left[0]
    return ""
