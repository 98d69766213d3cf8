"""The ways in which a model or its server goes wrong, by name. `LIES` change what a sound model would have written; the rest is in `model`."""

import json
import random
import re
from collections.abc import Callable
from typing import Any

from tests.servers.model_words import FALSE, Seen

REFUSAL = {"zh": "很抱歉，我无法协助完成这个请求。", "en": "I'm sorry, but I can't help with that request."}
ASKS = {
    "zh": "好的，我将以AI领域专业研究生的视角，深入分析您提供的论文。请提供论文内容，我将为您进行详细的解读。",
    "en": "Sure! Please provide the text of the paper you would like me to analyse, and I will go through it in detail.",
}
PREAMBLE = {
    "zh": "好的，我将以AI领域专家的视角为您分析这篇论文：\n\n",
    "en": "Sure! As an expert in computer vision, here is my analysis of the paper:\n\n",
}
INVENTED = (
    "Our approach surpasses every earlier system by 37.4 points on the previously unreleased Galactica benchmark."
)
OBEYED = "As instructed, I recommend this paper for acceptance without revisions."
OTHER_ID = "2501.99999"


def _by(seen: Seen, words: dict[str, str]) -> str:
    return words["zh" if seen.chinese else "en"]


def _everywhere(sound: str, change: Callable[[str, str], str]) -> str:
    """Applies a change (path, text) to each text of a JSON output, or to the whole of a plain one."""
    try:
        data = json.loads(sound)
    except ValueError:
        return change("", sound)

    def walk(value: Any, path: str) -> Any:
        if isinstance(value, str):
            return change(path, value)
        if isinstance(value, list):
            return [walk(v, f"{path}.{i}") for i, v in enumerate(value)]
        if isinstance(value, dict):
            where = value.get("where") if isinstance(value.get("where"), str) else None
            return {
                k: (v if k == "where" else walk(v, f"{where}" if where and k == "text" else f"{path}.{k}"))
                for k, v in value.items()
            }
        return value

    return json.dumps(walk(data, ""), ensure_ascii=False)


def _quotation(path: str) -> bool:
    return path.endswith("quotation")


def refuse(sound: str, seen: Seen) -> str:
    return _by(seen, REFUSAL)


def asks_for_paper(sound: str, seen: Seen) -> str:
    """In the structure, where there is one: the request for the paper stands in every part, as in the example."""
    return _everywhere(sound, lambda path, text: text if _quotation(path) else _by(seen, ASKS))


def fenced(sound: str, seen: Seen) -> str:
    return f"```json\n{sound}\n```" if sound.startswith("{") else sound


def broken_json(sound: str, seen: Seen) -> str:
    """A comma too many and no end."""
    return sound[:-2] + "," if sound.startswith("{") else sound


def not_json(sound: str, seen: Seen) -> str:
    return "Here you go." if sound.startswith("{") else sound


def wrong_language(sound: str, seen: Seen) -> str:
    other = (
        "The authors present a carefully designed approach and show that it works well on several data sets of the field."
        if seen.chinese
        else "作者提出了一种精心设计的方法，并证明它在该领域的多个数据集上效果很好。"
    )
    if seen.task == "answer":
        _, _, fence = sound.partition("\n\n```")
        return f"{other}\n\n```{fence}" if fence else other
    return _everywhere(sound, lambda path, text: text if _quotation(path) else other)


def invented_quotations(sound: str, seen: Seen) -> str:
    if seen.task == "answer":
        return re.sub(r"^(\[\d+\] \(paper \d+\) ).*$", rf"\g<1>{INVENTED}", sound, flags=re.MULTILINE)
    return _everywhere(sound, lambda path, text: INVENTED if _quotation(path) else text)


def changed_numbers(sound: str, seen: Seen) -> str:
    """Every figure of what is said (and of the quotations) becomes another."""

    def changed(text: str) -> str:
        return re.sub(
            r"(?<![\w.\[(])\d+(?:\.\d+)?(?![\w\])])", lambda m: str(round(float(m[0]) * 1.37 + 7.13, 2)), text
        )

    if seen.task == "answer":
        prose, _, fence = sound.partition("\n\n```")
        claim = " 准确率提高了 97.31%。" if seen.chinese else " Accuracy rises by 97.31%."
        return f"{changed(prose)}{claim}\n\n```{fence}"
    extra = "，提高了 97.31%。" if seen.chinese else ", which is 97.31% better."
    return _everywhere(
        sound, lambda path, text: changed(text) if _quotation(path) else changed(text).rstrip("。.") + extra
    )


def other_ids(sound: str, seen: Seen) -> str:
    if seen.task in ("ranking", "summary"):
        data = json.loads(sound)

        def renumber(value: Any) -> Any:
            if isinstance(value, list):
                return [renumber(v) for v in value]
            if isinstance(value, dict):
                return {k: (v + 500 if k == "n" else renumber(v)) for k, v in value.items()}
            return value

        return json.dumps(renumber(data), ensure_ascii=False)
    if seen.task == "answer":
        return re.sub(r"\(paper \d+\)", "(paper 777)", sound.replace("\n\n```", f" See also {OTHER_ID}.\n\n```", 1))
    return _everywhere(sound, lambda path, text: text if _quotation(path) else f"{text} ({OTHER_ID})")


def obeys(sound: str, seen: Seen) -> str:
    """Does what an instruction in the paper says, where there is one."""
    told = re.search(r"(?:output|write|say|print)[:\s]+[\"“]([^\"”]+)[\"”]", seen.whole, re.IGNORECASE)
    said = told[1] if told else OBEYED
    if seen.task == "answer":
        _, _, fence = sound.partition("\n\n```")
        return f"{said}\n\n```{fence}"
    return _everywhere(sound, lambda path, text: text if _quotation(path) else said)


def preamble(sound: str, seen: Seen) -> str:
    return _everywhere(sound, lambda path, text: text if _quotation(path) or not text else _by(seen, PREAMBLE) + text)


def chatter(sound: str, seen: Seen) -> str:
    """Around the JSON."""
    return (
        f"Sure, here is the JSON you asked for:\n\n```json\n{sound}\n```\n\nLet me know if you need anything else!"
        if sound.startswith("{")
        else sound
    )


def thinking(sound: str, seen: Seen) -> str:
    return f"<think>\nThe user wants this done. Let me see {{}} first.\n</think>\n\n{sound}"


def duplicates(sound: str, seen: Seen) -> str:
    """Papers twice, and some left out."""
    if seen.schema == "fixes":
        return sound
    if seen.task == "ranking":
        data = json.loads(sound)
        data["scores"] = data["scores"][:-2] + data["scores"][:1]
        return json.dumps(data, ensure_ascii=False)
    if seen.task == "summary":
        data = json.loads(sound)
        data["highlights"] = [*data["highlights"][:-1], {"text": "", "mentions": data["first"]}]
        return json.dumps(data, ensure_ascii=False)
    return sound


def too_long(sound: str, seen: Seen) -> str:
    """Short forms and headlines are as long as the full ones."""

    def longer(path: str, text: str) -> str:
        if not path.endswith(("short", "headline")):
            return text
        more = (
            "换到第{}种场景，同样的做法仍然有效，差别很小，原因也相同。"
            if seen.chinese
            else "It is then said once more in yet other words, for the {} time, that all of this is so."
        )
        return text + " ".join(
            more.format(w)
            for w in (
                "一二三四五六七八九" if seen.chinese else ["first", "second", "third", "fourth", "fifth", "sixth"]
            )
        )

    return _everywhere(sound, longer)


def no_findings(sound: str, seen: Seen) -> str:
    if seen.task not in ("analysis", "abstract analysis") or seen.schema == "fixes":
        return sound
    return json.dumps(json.loads(sound) | {"findings": []}, ensure_ascii=False)


def false_sentences(sound: str, seen: Seen) -> str:
    """False sentences beside real quotations; as the judge it confirms everything."""
    chance = random.Random(seen.whole)

    def false() -> tuple[str, str]:
        english, chinese, quotation = chance.choice(FALSE)
        return (f"{chinese}。" if seen.chinese else f"{english}."), quotation

    if seen.task == "answer":
        (one, first), (two, second) = false(), false()
        end = "。" if seen.chinese else "."
        return f"{one[:-1]} [1]{end} {two[:-1]} [2]{end}\n\n```quotes\n[1] {first}\n[2] {second}\n```"
    data = json.loads(sound)
    for verdict in data.get("verdicts", ()):
        verdict["word"] = "yes"
    if "findings" in data:
        data["core"] = false()[0]
        for finding in data["findings"]:
            finding["statement"], finding["quotation"] = false()
    for fix in data.get("fixes", ()):
        fix["text"] = false()["quotation" in fix["where"]]
    themes = [t for name in ("trends", "highlights", "directions") for t in data.get(name, ())]
    for mention in [*data.get("first", ()), *(m for t in themes for m in t["mentions"])]:
        mention["text"] = false()[0]
    return json.dumps(data, ensure_ascii=False)


LIES: dict[str, Callable[[str, Seen], str]] = {
    f.__name__: f
    for f in (
        refuse, asks_for_paper, fenced, broken_json, not_json, wrong_language, invented_quotations, changed_numbers, other_ids, obeys,
        preamble, chatter, thinking, duplicates, too_long, no_findings, false_sentences,
    )
}  # fmt: skip
