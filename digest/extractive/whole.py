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
    future_sentences,
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
        "limitation limitations limits weakness weaknesses drawback drawbacks shortcoming shortcomings caveat caveats disadvantages einschränkung einschränkungen grenzen schwächen nachteile limite limites faiblesses limiti limitazioni limitación limitaciones límites limitação limitações ограничение ограничения недостатки",
        "局限性 局限 限制 不足 缺点 限界 制約 弱点 欠点 한계점 한계 단점 제한",
    ),
    "related": any_word(
        "related verwandte connexes relacionados relacionado связанные", "相关工作 関連研究 先行研究 관련"
    ),
    "future": any_word(
        "future further open next directions direction outlook plans plan suggest suggested zukünftige künftige zukunft ausblick offene futurs futur futures perspectives pistes futuro futuros futura futuras próximos перспективы будущие будущая дальнейшие",
        "未来工作 未来 展望 后续工作 今後の課題 今後 将来 展望 향후 미래 후속",
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
    "travaux trabalhos trabajos for author authors suggest suggests you they them their terms simple simply plain layman work por favor s il te vous plaît and or between both have entre zwischen и между und et y e main key core central most important overall major primary biggest best one sentence sentences words two three few just quick quickly simply please behind made make makes say says think as using used use own "
    "quoi wichtigste wichtigsten wichtig haupt zentrale kern satz einem bitte mir principal principale principaux principales clé phrase importante importantes central frase principais главная главные основная основные основной главный одном предложении",
    "怎么 如何 怎么样 怎样 主要 核心 关键 最 重要 一句话 一下 简单 性 点 主な 中心 主要な 一文 して して下さい ください 教えて 何ですか 무슨 어떤 이야 주요 핵심 가장 중요한 한 문장 줘 해줘 뭐야 뭔가요 무엇인가요 으로 주세요 연구",
)  # fmt: skip
LICENCE = "licence license copyright"
_MATTERS = {
    "dataset data corpus corpora": any_word(
        "dataset datasets data corpus corpora benchmark benchmarks trained tested datensatz datensätze daten korpus korpora trainiert données corpus jeu jeux donnée datos conjunto conjuntos dados dataset datasets dati данные данных данными датасет датасеты корпус",
        "数据集 数据 语料 データセット データ コーパス 데이터셋 데이터 말뭉치",
    ),
    "baseline compare": any_word(
        "baseline baselines compare compares compared comparison comparisons against vergleich verglichen vergleichen vergleichsmodelle comparé comparés comparée référence comparan compara comparado comparados comparam línea base базовые базовыми бейзлайны бейзлайн сравнивают сравнивается",
        "基线 对比方法 比较 ベースライン 比較対象 比較 베이스라인 비교",
    ),
    "metric evaluation evaluate": any_word(
        "metric metrics measure measures measured evaluation evaluate evaluated evaluates metrik metriken maß maße gemessen bewertet métrique métriques évaluation évalué mesuré métrica métricas evaluación evaluado evaluaron avaliação avaliado метрика метрики метриками оценка оценивали",
        "指标 评估 评价 評価指標 指標 評価 지표 평가",
    ),
    "hyperparameter batch epoch learning rate": any_word(
        "hyperparameter hyperparameters hyper-parameter hyper-parameters parameter settings setting configuration hyperparametern einstellungen hyperparamètre hyperparamètres paramètres hiperparámetro hiperparámetros hiperparâmetro hiperparâmetros гиперпараметр гиперпараметры гиперпараметров",
        "超参数设置 超参数 参数设置 ハイパーパラメータ ハイパーパラメーター 하이퍼파라미터",
    ),
    "gpu gpus tpu tpus cpu cpus hardware": any_word(
        "gpu gpus tpu tpus cpu cpus hardware compute computing computation computer computers machine machines resources grafikkarte grafikkarten rechner rechenleistung rechenzeit matériel calcul machine ordinateur carte graphique equipo cómputo computación máquina tarjeta gráfica computação hardware placa видеокарта видеокарты оборудование железо вычислительные ресурсы",
        "硬件 显卡 算力 计算资源 ハードウェア 計算資源 하드웨어 컴퓨팅 자원",
    ),
    "funded fund grant acknowledge": any_word(
        "funded funding funds fund funder funders grant grants sponsor sponsors sponsored paid finanziert finanzierung gefördert förderung bezahlt financé financement financée subvention financiado financiación financió financiamento financiou финансировал финансирование финансировали грант",
        "资助 基金 经费 助成 資金 연구비 지원 후원",
    ),
    "ethics ethical consent": any_word(
        "ethics ethical ethic consent irb statement ethik ethische éthique éthiques ética ético éticas éticos этика этические", "伦理 道德 倫理 윤리"
    ),
    "ablation": any_word(
        "ablation ablations ablationsstudie ablación ablaciones ablação абляция", "消融 アブレーション 소거 절제"
    ),
    LICENCE: any_word(
        "license licence licensed licensing licenses lizenz lizenzen licencia licença licenza лицензия лицензией", "许可证 许可 授权 ライセンス 라이선스"
    ),
}  # fmt: skip
"""English words, by which the passages on a matter that papers have in common are found, and the
words of a question that asks for it alone."""
_OF_MATTERS = any_word(
    "who whom wer qui quién quem кто been report reports reported train trains training run ran need needs needed study studies provide section discuss mention mentioned kind type full "
    "verwendet verwendeten benutzt nutzt brauchte nennt trainieren trainiert été pour utilisé utilisée utilisés utilisées utilise utilisent entraîner entraîné entraînement usa usan usado usados usaron usam usó usou utiliza utilizan utilizaron utilizam entrenar entrenó entrenado treinar treinado entrenamiento treinamento "
    "используются использует используют использованы использовали использовались обучали обучения обучалась",
    "谁 使用 用 用到 用于 训练 采用 進行 哪些 使って 使った 使われた 使いました 用いた 学習 訓練 사용 사용했 사용된 훈련 학습 했나요 된",
)
"""Words that such a question may have too."""
UNSAID = {"limits": "limitation drawback weakness shortcoming", "future": "future"}
"""What parts are searched by of which the paper has no good sentence."""
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


def asked_matter(question: str) -> tuple[str, str]:
    """The question's words for a matter of all papers, if it asks for that alone, and the English
    ones to search by where the paper has not those."""
    if (part := asked_part(question)) in UNSAID:
        return "", UNSAID[part]
    beside = (_BESIDE, _OF_MATTERS, *_PARTS.values(), *_MATTERS.values())
    for english, words in _MATTERS.items():
        if asks_only(words, question, beside):
            return " ".join(words.findall(question)), english
    return "", ""


def own_words(part: str, source: Source) -> list[str]:
    """The paper's sentences on this part, best first; none where it has no good one."""
    sentences = sentences_of(source.text)
    return [s.text for s in dict.fromkeys(_of(part, sentences, source.paper))][:MOST]


def _of(part: str, sentences: Sequence[Sentence], paper: Paper) -> Iterator[Sentence]:
    core = core_sentence(sentences, paper)
    if part == "core":
        yield from filter(None, [core])
        yield from (s for s in result_sentences(sentences, paper) if s.abstract)
    elif part == "related":
        yield from (s for s in sentences if s.role == part)
    elif part in ("limits", "future"):
        yield from (limit_sentences if part == "limits" else future_sentences)(sentences, paper)
    elif part == "result":
        yield from result_sentences(sentences, paper)
        yield from portions(("experiments", "conclusion"), sentences, paper)["experiments"]
    else:
        name = "motivation" if part == "why" else part
        yield from portions(("motivation", "method", "experiments", "conclusion"), sentences, paper)[name]
