"""Questions about a paper as a whole: what it is about, its results, method, limits or aim. Pure.

Their words stand in every paper and lead nowhere: the paper's own sentences on it are the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from digest.extractive.facts import any_word, asks_only
from digest.extractive.sentences import (
    Sentence,
    core_sentence,
    limit_sentences,
    portions,
    result_sentences,
    sentences_of,
)
from digest.model import Paper
from digest.patterns import regex
from digest.ports import Source

MOST = 3
"""Sentences of one paper."""
_PARTS = {
    "result": any_word(
        "result results finding findings outcome outcomes conclusion conclusions conclude find found show shows perform performs performance well good ergebnis ergebnisse résultat résultats resultado resultados conclusión conclusiones conclusão conclusões результат результаты вывод выводы результатов",
        "结果 结论 效果 結果 結論 成果 결과 결론",
    ),
    "limits": any_word(
        "limitation limitations limits weakness weaknesses drawback drawbacks shortcoming shortcomings caveat caveats disadvantages einschränkung einschränkungen grenzen schwächen nachteile limite limites faiblesses limitación limitaciones límites limitação limitações ограничение ограничения недостатки",
        "局限性 局限 限制 不足 缺点 限界 制約 弱点 欠点 한계점 한계 단점 제한",
    ),
    "why": any_word(
        "motivation motivated motivates problem task goal goals aim aims purpose objective address addresses solve solves tackle tackles ziel zweck problem motiviert objectif but problème objetivo problema цель задача проблема задачу",
        "动机 目标 目的 问题 解决 動機 課題 問題 目標 동기 목적 목표 문제",
    ),
    "method": any_word(
        "method methods methodology approach technique works work methode verfahren ansatz funktioniert méthode approche fonctionne método enfoque funciona abordagem метод подход работает",
        "方法 怎么做 做法 手法 仕組み 방법 기법",
    ),
    "core": any_word(
        "about summary summarize summarise summarized overview abstract gist tldr tl dr nutshell topic subject idea ideas contribution contributions propose proposes proposed introduce introduces introduced present presents presented explain takeaway takeaways difference differences differ common similar similarity similarities new novel novelty innovation brief short briefly "
        "unterschied unterschiede unterscheiden gemeinsam différence différences commun diferencia diferencias común diferença diferenças comum разница отличие общего worum darum geht zusammenfassung zusammenfassen fass fasse zusammen thema idee beitrag handelt neu neues überblick kurz um résumé résume résumer résumez sujet idée contribution contributions nouveau nouveauté parle propose "
        "resumen resume resumir tema trata idea aporta aportación aportaciones contribuciones contribución contribuições beiträge propone nuevo novedad resumo resuma ideia contribuição propõe novo novidade sobre tratar "
        "чём чем тема суть идея кратко вкратце содержание новое нового вклад новизна резюме о об расскажи говорится",
        "区别 不同 差别 共同 相同 違い 共通 차이 공통 讲 内容 总结 概括 概述 摘要 简介 介绍 主题 思想 贡献 创新 新 提出 大意 做 要約 概要 テーマ 主張 新規 貢献 提案 要点 まとめ 説明 ついて 요약 개요 내용 주제 기여 제안 대해 대한 새로운 설명",
    ),
}  # fmt: skip
"""Words of which such a question has one."""
_BESIDE = any_word(
    "you they them their terms simple simply plain layman work por favor s il te vous plaît and or between both have entre zwischen и между und et y e main key core central most important overall major primary biggest best one sentence sentences words two three few just quick quickly simply please behind made make makes say says think as using used use own "
    "quoi wichtigste wichtigsten wichtig haupt zentrale kern satz einem bitte mir principal principale principaux principales clé phrase importante importantes central frase principais главная главные основная основные основной главный одном предложении",
    "怎么 如何 怎么样 怎样 主要 核心 关键 最 重要 一句话 一下 简单 性 点 主な 中心 主要な 一文 して して下さい ください 教えて 何ですか 무슨 어떤 이야 주요 핵심 가장 중요한 한 문장 줘 해줘 뭐야 뭔가요 무엇인가요 으로 주세요",
)  # fmt: skip
_IS_WHAT = regex(
    r"\W*(?:and )?what(?:['’]s| is| does| do| are)?(?: (?:it|this|that|they|the|paper|article|work|preprint|do|all))+\W*",
    re.IGNORECASE,
)


def asked_part(question: str) -> str:
    """`core`, `result`, `method`, `limits` or `why` where that alone is asked for."""
    if _IS_WHAT.fullmatch(question):
        return "core"
    beside = (_BESIDE, *_PARTS.values())
    return next((name for name, words in _PARTS.items() if asks_only(words, question, beside)), "")


def own_words(part: str, source: Source) -> list[str]:
    """The paper's sentences on this part, best first; none where it has no good one."""
    sentences = sentences_of(source.text)
    return [s.text for s in dict.fromkeys(_of(part, sentences, source.paper))][:MOST]


def _of(part: str, sentences: Sequence[Sentence], paper: Paper) -> Iterator[Sentence]:
    core = core_sentence(sentences, paper)
    if part == "core":
        yield from filter(None, [core])
        yield from (s for s in result_sentences(sentences, paper) if s.abstract)
    elif part == "limits":
        yield from limit_sentences(sentences, paper)
    elif part == "result":
        yield from result_sentences(sentences, paper)
        yield from portions(("experiments", "conclusion"), sentences, paper)["experiments"]
    else:
        name = "motivation" if part == "why" else part
        yield from portions(("motivation", "method", "experiments", "conclusion"), sentences, paper)[name]
