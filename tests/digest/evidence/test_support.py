"""What a quotation supports, and what it does not."""

import json
import time
from collections import Counter

import pytest

from bench.support import outcome, strangers
from digest.evidence.ground import Ground
from digest.evidence.support import LONGEST, Support, SupportIndex, support_of
from digest.model import Basis, Form, FullText, Passage, Section
from tests.paths import TESTS
from tests.rows import each

TABLE = "| Model | Accuracy | F1 |\n| --- | --- | --- |\n| PaceNet | 61.5 | 58.2 |\n| OpenVLA | 43.3 | 40.9 |"
TEXT = FullText(
    "2601.00001",
    1,
    Basis.HTML,
    (
        Section("Abstract", 1, "abstract", passages=(Passage("We present PaceNet, a policy for moving objects."),)),
        Section(
            "2 Method",
            1,
            "S2",
            passages=(
                Passage(
                    "We train PaceNet for 40 hours on 8 A100 GPUs with a learning rate of 0.0001. "
                    "The corpus holds 7 million frames from 12 robots. The encoder compresses each frame into 36 tokens."
                ),
            ),
        ),
        Section(
            "3 Experiments",
            1,
            "S3",
            passages=(
                Passage(
                    "PaceNet outperforms OpenVLA on every task. On DriftBench, PaceNet achieves a success rate of 61.5%, while OpenVLA achieves 43.3%. "
                    "Overlapped execution does not increase the latency of the policy. It fails when objects are transparent."
                ),
                Passage("Table 1: Results on DriftBench, in percent.", Form.CAPTION),
                Passage(TABLE, Form.TABLE),
            ),
        ),
    ),
)
INDEX = SupportIndex(TEXT, "PaceNet: Acting While Thinking")
TRAINED = "We train PaceNet for 40 hours on 8 A100 GPUs with a learning rate of 0.0001."
CORPUS = "The corpus holds 7 million frames from 12 robots."
RATES = "On DriftBench, PaceNet achieves a success rate of 61.5%, while OpenVLA achieves 43.3%."
LATENCY = "Overlapped execution does not increase the latency of the policy."
BEATS = "PaceNet outperforms OpenVLA on every task."
CAPTION = "Table 1: Results on DriftBench, in percent."


def judged(sentence: str, quotation: str, language: str = "en"):
    return support_of(sentence, INDEX.ground([quotation]), language, INDEX)


@each(
    ("sentence", "quotation", "language"),
    [
        ("Training takes 40 hours on 8 A100 GPUs.", TRAINED, "en"),
        ("PaceNet atteint un taux de réussite de 61,5 % sur DriftBench.", RATES, "fr"),
        ("The corpus has 7000000 frames.", CORPUS, "en"),
        ("语料包含 700 万帧，来自 12 个机器人。", CORPUS, "zh"),
        ("PaceNet succeeds in 0.615 of the trials on DriftBench.", RATES, "en"),
        ("PaceNet 在 DriftBench 上的成功率为 61.5%，OpenVLA 为 43.3%。", RATES, "zh"),
        ("PaceNet erreicht auf DriftBench eine Erfolgsrate von 61,5 %.", RATES, "de"),
        ("The latency of the policy is not increased by overlapped execution.", LATENCY, "en"),
        ("重叠执行不会增加策略的延迟。", LATENCY, "zh"),
        ("PaceNet beats OpenVLA on every task.", BEATS, "en"),
        ("OpenVLA is outperformed by PaceNet on every task.", BEATS, "en"),
        ("PaceNet reaches an F1 of 58.2% on DriftBench.", CAPTION, "en"),
        ("PaceNet 的 F1 为 58.2%。", CAPTION, "zh"),
        ("The paper says so in its own words, with 40 hours.", TRAINED, "en"),
        ("论文在正文里说明了这一点，给出的数值是 40。", TRAINED, "zh"),
    ],
)
def test_a_true_sentence_is_supported(sentence, quotation, language):
    assert judged(sentence, quotation, language).support is Support.SUPPORTED


@each(
    ("sentence", "quotation", "language"),
    [
        ("Training takes 36 hours on 8 A100 GPUs.", TRAINED, "en"),
        ("The corpus has 7 billion frames.", CORPUS, "en"),
        ("语料包含 7000 万帧，来自 12 个机器人。", CORPUS, "zh"),
        ("The corpus holds frames of 12 hours.", CORPUS, "en"),
        ("PaceNet achieves a success rate of 43.3% on DriftBench.", RATES, "en"),
        ("Overlapped execution increases the latency of the policy.", LATENCY, "en"),
        ("重叠执行会增加策略的延迟。", LATENCY, "zh"),
        ("PaceNet is not trained on A100 GPUs.", TRAINED, "en"),
        ("PaceNet underperforms OpenVLA on every task.", BEATS, "en"),
        ("OpenVLA outperforms PaceNet on every task.", BEATS, "en"),
        ("OpenVLA 在所有任务上优于 PaceNet。", BEATS, "zh"),
        ("PaceNet outperforms RoboFlamingo on every task.", BEATS, "en"),
        ("PaceNet reaches an F1 of 40.9% on DriftBench.", CAPTION, "en"),
        ("PaceNet reaches an F1 of 61.5% on DriftBench.", CAPTION, "en"),
        ("The policy is safe to deploy without supervision.", TRAINED, "en"),
        ("该策略可以在没有监督的情况下安全部署。", TRAINED, "zh"),
        ("The encoder compresses each frame into few tokens.", BEATS, "en"),
    ],
)
def test_a_wrong_sentence_is_not_supported(sentence, quotation, language):
    verdict = judged(sentence, quotation, language)
    assert verdict.support is not Support.SUPPORTED
    assert verdict.reason


def test_the_opposite_is_contradicted():
    for sentence, quotation in (
        ("OpenVLA outperforms PaceNet on every task.", BEATS),
        ("Overlapped execution does increase the latency of the policy.", LATENCY),
        ("On DriftBench, PaceNet achieves a success rate of 71.5%.", RATES),
    ):
        assert judged(sentence, quotation).support is Support.CONTRADICTED, sentence


def test_a_figure_of_a_neighbouring_sentence_is_asked_about():
    verdict = judged(
        "The encoder makes 36 tokens of each frame of the 7 million.",
        "The encoder compresses each frame into 36 tokens.",
    )
    assert verdict.support is Support.DOUBTFUL
    assert verdict.ask


def test_sentences_that_a_person_wrote_for_quotations_are_mostly_supported():
    """Without the papers around them: at most one of ten is marked."""
    pairs = json.loads((TESTS / "data" / "support.json").read_text("utf-8"))
    verdicts = []
    for pair in pairs:
        text = FullText("2601.00001", 1, Basis.HTML, (Section("Abstract", 1, passages=(Passage(pair["quotation"]),)),))
        index = SupportIndex(text)
        ground = index.ground([pair["quotation"]])
        verdicts += [support_of(pair[language], ground, language, index) for language in ("en", "zh")]
    marked = [v for v in verdicts if v.support is not Support.SUPPORTED and not v.slight]
    assert len(marked) <= 0.1 * len(verdicts), [v.reason for v in marked]


def ground_of(row):
    passage = [Passage(row["quotation"], Form.TABLE if row.get("table") else Form.TEXT)]
    text = FullText("2601.00001", 1, Basis.HTML, (Section("1 Results", 1, "S1", passages=tuple(passage)),))
    index = SupportIndex(text, "A study")
    return index, index.ground([row["quotation"]])


def test_bounds_quantifiers_ranges_roles_and_number_words_are_held_to_in_eight_languages():
    """Of wrong sentences at least 94 % are marked by rules; of true ones at most 3 %."""
    rows = json.loads((TESTS / "data" / "support_languages.json").read_text("utf-8"))
    unmarked, accused, true, wrong = [], [], 0, 0
    for row in rows:
        index, ground = ground_of(row)
        for said in row["sentences"]:
            verdict = support_of(said["text"], ground, said["language"], index)
            marked = verdict.support is not Support.SUPPORTED and not verdict.slight
            true, wrong = true + said["true"], wrong + (not said["true"])
            if marked == said["true"]:
                (accused if marked else unmarked).append((said["text"], verdict.reason))
    assert len(unmarked) <= 0.06 * wrong, unmarked
    assert len(accused) <= 0.03 * true, accused


@pytest.mark.parametrize(
    "sentence",
    [
        "Decoding is slower with the larger vocabulary.",
        "With a larger vocabulary, decoding slows down.",
        "The larger vocabulary is slower.",
    ],
)
@pytest.mark.parametrize(
    "quotation",
    [
        "Decoding speed drops when the vocabulary is larger.",
        "Using the larger vocabulary slows down decoding.",
        "Although accuracy increases, decoding gets slower with a larger vocabulary of 64k tokens.",
    ],
)
def test_the_same_direction_in_other_words_is_no_contradiction(sentence, quotation):
    verdict = support_of(sentence, Ground(quotation, quotation), "en")
    assert verdict.support is Support.SUPPORTED or verdict.slight


@pytest.mark.parametrize(
    ("sentence", "quotation", "holds"),
    [
        ("Decoding is slower with the larger vocabulary.", "Decoding is faster with the smaller vocabulary.", True),
        ("Larger models are slower.", "Smaller models are faster.", True),
        ("Longer prompts give lower accuracy.", "Shorter prompts give higher accuracy on this benchmark.", True),
        ("Inference with more layers is more expensive.", "Inference with fewer layers is cheaper.", True),
        ("Decoding is slower with the smaller vocabulary.", "Decoding is faster with the smaller vocabulary.", False),
        ("Larger models are faster.", "Smaller models are faster.", False),
        ("Accuracy falls, and training becomes slower.", "Accuracy rises, and training becomes faster.", False),
    ],
)
def test_a_comparison_turned_twice_says_the_same(sentence, quotation, holds):
    verdict = support_of(sentence, Ground(quotation, quotation), "en")
    assert (verdict.support is Support.SUPPORTED or verdict.slight) is holds


AMOUNTS = {
    "trained": "We trained the base models for a total of 12 hours on 8 GPUs with a batch size of 64.",
    "gain": "The learning rate was varied, and accuracy improved by up to 4.2 points.",
    "kept": "At least 3 annotators labelled each document, and fewer than 5% of the documents were discarded.",
    "rate": "The error rate drops from 12.5% to 9.8% when the language model is added.",
    "roles": "We translate the sentences from German into English and use BERT to initialize RoBERTa.",
    "parser": "Our parser outperforms the transition-based baseline on long sentences by 3.1 F1 points.",
}


@each(
    ("sentence", "of", "language", "holds"),
    [
        ("Die Basismodelle wurden 12 Stunden lang auf 8 GPUs trainiert.", "trained", "de", True),
        ("Die Basismodelle wurden 12 Tage lang auf 8 GPUs trainiert.", "trained", "de", False),
        ("Los modelos base se entrenaron durante 12 días en 8 GPU.", "trained", "es", False),
        ("Les modèles de base ont été entraînés pendant 12 jours sur 8 GPU.", "trained", "fr", False),
        ("基本モデルは8台のGPUで12時間学習された。", "trained", "ja", True),
        ("基本モデルは8台のGPUで12日間学習された。", "trained", "ja", False),
        ("기본 모델은 8개의 GPU에서 12시간 동안 학습되었다.", "trained", "ko", True),
        ("기본 모델은 8개의 GPU에서 12일 동안 학습되었다.", "trained", "ko", False),
        ("Accuracy improved by at most 4.2 points.", "gain", "en", True),
        ("Accuracy improved by at least 4.2 points.", "gain", "en", False),
        ("La précision s'est améliorée d'au moins 4,2 points.", "gain", "fr", False),
        ("准确率至少提高了 4.2 个百分点。", "gain", "zh", False),
        ("精度は少なくとも4.2ポイント向上した。", "gain", "ja", False),
        ("정확도가 최소 4.2점 향상되었다.", "gain", "ko", False),
        ("Moins de 5 % des documents ont été écartés.", "kept", "fr", True),
        ("Plus de 5 % des documents ont été écartés.", "kept", "fr", False),
        ("No fewer than 3 annotators labelled each document.", "kept", "en", True),
        ("No more than 3 annotators labelled each document.", "kept", "en", False),
        ("超过 5% 的文档被丢弃。", "kept", "zh", False),
        ("Die Fehlerrate sinkt mit dem Sprachmodell von 12,5 % auf 9,8 %.", "rate", "de", True),
        ("The error rate drops from 9.8% to 12.5%.", "rate", "en", False),
        ("Sentences are translated from German into English.", "roles", "en", True),
        ("Sentences are translated from English into German.", "roles", "en", False),
        ("RoBERTa is initialized with BERT.", "roles", "en", True),
        ("言語モデルを加えると誤り率は9.8%から12.5%に下がる。", "rate", "ja", False),
        ("提案パーサは長い文で遷移ベースのベースラインをF1で3.1ポイント上回る。", "parser", "ja", True),
        ("提案パーサは長い文で遷移ベースのベースラインをF1で3.1ポイント下回る。", "parser", "ja", False),
    ],
)
def test_units_bounds_and_changes_are_held_to_in_other_languages_too(sentence, of, language, holds):
    quotation = AMOUNTS[of]
    verdict = support_of(sentence, Ground(quotation, quotation), language)
    assert (verdict.support is Support.SUPPORTED or verdict.slight) is holds


def test_what_a_quotation_says_of_one_is_not_taken_for_the_other():
    data = json.loads((TESTS / "data/support_clauses.json").read_text("utf-8"))
    marked: dict[bool, list[bool]] = {True: [], False: []}
    for row in data["pairs"]:
        quotation = data["quotations"][row["quotation"]]
        verdict = support_of(row["sentence"], Ground(quotation, quotation), row["language"])
        marked[row["true"]].append(verdict.support is not Support.SUPPORTED and not verdict.slight)
    assert sum(marked[False]) >= 0.8 * len(marked[False])
    assert sum(marked[True]) <= 0.1 * len(marked[True])


def test_pairs_by_strangers_are_judged_rightly_but_for_those_marked_amiss():
    """Of 99 invented papers in nine languages: see the file. Wrong ones are not supported, true ones not asked about."""
    judged = [(pair, outcome(verdict)) for pair, verdict in strangers()]
    held = {True: ("supported", "slight"), False: ("slight", "asked", "marked", "contradicted")}
    assert [(pair["sentence"], o) for pair, o in judged if o not in held[pair["true"]] and not pair.get("amiss")] == []
    told = Counter((pair["true"], o) for pair, o in judged)
    wrong, true = (sum(n for (holds, _), n in told.items() if holds is said) for said in (False, True))
    assert told[False, "supported"] <= 0.065 * wrong, told
    assert told[False, "supported"] + told[False, "slight"] <= 0.28 * wrong, told
    assert told[False, "marked"] + told[False, "contradicted"] >= 0.41 * wrong, told
    assert told[True, "asked"] + told[True, "marked"] <= 0.19 * true, told
    assert told[True, "contradicted"] == 0, told
    assert told[True, "marked"] <= 0.015 * true, told


YCSB = "The 99.9th percentile read latency is 1.7 ms, down from 6.4 ms for RocksDB and 4.9 ms for Speedb."
FLUX = "Fluxes of faint sources are overestimated by 8% on average."
AGAINST = "We advise against the use of denoised images for number counts."
DOUBTED = {
    "a unit, a share, a grade or a side": [
        ("训练用36块A100，共8小时。", "Training took 36 hours on 8 A100 GPUs.", "zh"),
        ("它的计算量是基线的40%。", "It needs 40% fewer FLOPs than the baseline.", "zh"),
        ("It needs 40% of the baseline's FLOPs.", "It needs 40% fewer FLOPs than the baseline.", "en"),
        ("The summaries were more fluent.", "The summaries were rated as less fluent but more faithful.", "en"),
        ("Prompting helped all models.", "Only models with at least 7 billion parameters gained by prompting.", "en"),
        ("It fails with fewer than five markers.", "It fails when fewer than three markers are visible.", "en"),
        ("Tea grows slowly.", "Coffee grows slowly, whereas tea grows fast.", "en"),
        ("BERT reaches a score of 0.482.", "Unlike BERT, our retriever reaches a score of 0.482.", "en"),
    ],
    "a condition, a hedge, a cause or a scale": [
        ("该防御始终有效。", "The defence works as long as the key is secret.", "zh"),
        ("Dormir más causó mejores notas.", "Sleep was associated with better grades.", "es"),
        ("Le gain est de 0,62 %.", "The score is 0.62 on Atari.", "fr"),
        ("Die Auflösung beträgt 3,1 nm.", "Structures were solved at 3.1 Å resolution.", "de"),
        ("查找需要 180 微秒。", "Lookups take 180 ns.", "zh"),
        ("The gap is 28 eV.", "The error for the gap is 28 meV.", "en"),
        ("Kite 的 F1 为 52.8，Larch 为 54.2。", "Kite scores 54.2 F1, compared with 52.8 for Larch.", "zh"),
        ("El entrenamiento duró nueve horas.", "Training took nine days.", "es"),
        ("Reading took them 4 minutes less.", "They took 4 minutes longer to read.", "en"),
    ],
    "a figure that belongs to another": [
        ("Die Heizung wurde bei 3 mm Abstand geprüft.", "The heater was tested at a distance of 3 cm.", "de"),
        ("The prediction is off by 8.7 cycles on average.", "The mean error of the prediction is 8.7%.", "en"),
        ("Nur Patienten unter 65 Jahren profitierten.", "Only patients older than 65 benefited.", "de"),
    ],
    "over for under, advised for advised against": [
        ("Fluxes of faint sources are underestimated by 8% on average.", FLUX, "en"),
        ("Der Fluss schwacher Quellen wird im Mittel um 8 % unterschätzt.", FLUX, "de"),
        ("暗い天体のフラックスは平均8%過小評価される。", FLUX, "ja"),
        ("Les flux des sources faibles sont sous-estimés de 8 % en moyenne.", FLUX, "fr"),
        ("The authors advise the use of denoised images for number counts.", AGAINST, "en"),
        ("Die Autoren empfehlen entrauschte Bilder für Zählungen.", AGAINST, "de"),
    ],
    "turned round or denied": [
        ("Larch handles 1.9 times as many requests as Kite.", "Kite handles 1.9 times as many requests as Larch.", "en"),
        ("Larch schafft 1,9-mal so viele Anfragen wie Kite.", "Kite handles 1.9 times as many requests as Larch.", "de"),
        ("Kite 的吞吐量是 Larch 的 1.9 倍。", "Larch handles 1.9 times as many requests as Kite.", "zh"),
        ("Kite kann überlappende Sprecher trennen.", "Kite is not able to separate overlapping speakers.", "de"),
        ("因果关系已经确立。", "We cannot establish a causal link.", "zh"),
    ],
    "two things exchanged": [
        ("It has 7 source files from 35 open-source projects.", "It has 35 Python source files from 7 open-source projects.", "en"),
        ("The defaults are beta1 = 0.999 and beta2 = 0.9.", "Good defaults are beta1 = 0.9 and beta2 = 0.999.", "en"),
        ("每次评测有 35 个模型和 7 个数据集。", "Each run has 7 models and 35 datasets.", "zh"),
        ("Replacing tin with lead lowered the efficiency.", "Replacing lead with tin lowered the efficiency of all cells.", "en"),
        ("Reduced feeding causes the loss of Prdm8.", "Loss of Prdm8 in neurons causes the reduced feeding, not the other way round.", "en"),
        ("Blood loss was the strongest predictor, followed by age.", "Age was the strongest predictor, followed by blood loss.", "en"),
        ("Tea leaves had large effects.", "Tea leaves had small effects while coffee had large benefits.", "en"),
    ],
    "what is still to be done": [
        (said, "We leave a parallel version to future work.", language)
        for said, language in (
            ("The authors present a parallel version.", "en"),
            ("Eine parallele Version liegt vor.", "de"),
            ("Une version parallèle est présentée.", "fr"),
            ("Se presenta una versión paralela.", "es"),
            ("Uma versão paralela é apresentada.", "pt"),
            ("作者给出了并行版本。", "zh"),
            ("並列版が示されている。", "ja"),
            ("병렬 버전이 제시되어 있다.", "ko"),
        )
    ],
    "to for by": [
        (said, "Doping lowers the reaction temperature by 40 °C.", language)
        for said, language in (
            ("Doping lowers the reaction temperature to 40 °C.", "en"),
            ("Die Dotierung senkt die Temperatur auf 40 °C.", "de"),
            ("Le dopage réduit la température à 40 °C.", "fr"),
            ("El dopaje reduce la temperatura hasta 40 °C.", "es"),
            ("A dopagem reduz a temperatura para 40 °C.", "pt"),
            ("掺杂使反应温度降至 40 °C。", "zh"),
            ("ドープにより反応温度は40 °Cまで下がる。", "ja"),
            ("도핑은 반응 온도를 40 °C까지 낮춘다.", "ko"),
        )
    ],
    "a unit in Chinese, a denial of one of two": [
        ("训练用了3.5周。", "Training took 3.5 days on eight machines.", "zh"),
        ("The effect is left to future work.", "We find no effect after two years.", "en"),
        ("Distance mattered for recovery.", "We found no relationship between distance and recovery.", "en"),
    ],
    "advice, a restriction, a level, a label": [
        ("Rates fell by a third, so schools should close.", "Rates fell by a third in all schools.", "en"),
        ("只有在特定设置下，Adam 才优于 RMSProp。", "Adam outperformed RMSProp regardless of the setting.", "zh"),
        ("The cover stood at 43% in 2021.", "Between 1998 and 2021 the reef lost 43% of its cover.", "en"),
        ("企业将价格下调了 1.1%。", "Firms raised prices by 1.1 percent.", "zh"),
        ("La cobertura se redujo un 12 %.", "Cover grew by 12%.", "es"),
        ("The runoff reaches its minimum around 2032.", "The runoff peaks around 2032 and declines thereafter.", "en"),
        ("Exploration noise decays by 0.05.", "Exploration noise decays from 0.4 to 0.05.", "en"),
        ("The proof is non-constructive.", "Our proof is constructive and yields an algorithm.", "en"),
        ("It helps most under low load.", "Under low load it has no benefit.", "en"),
        ("The proof uses the classification of finite groups.", "The proof does not rely on the classification of finite groups.", "en"),
    ],
    "slightly": [
        ("The gain is due to shorter sequences and not to the boundaries.", "The gain may be explained by shorter sequences rather than by the boundaries.", "en"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", DOUBTED)
def test_what_the_quotation_says_otherwise_is_doubted(kind):
    verdicts = [(said, support_of(said, Ground(quotation, quotation), of)) for said, quotation, of in DOUBTED[kind]]
    doubted = [said for said, v in verdicts if v.support is not Support.SUPPORTED and v.slight is (kind == "slightly")]
    assert doubted == [said for said, _ in verdicts]


TRUE = {
    "another way to write a figure, a kept condition": [
        ("O modelo tem 1 300 000 000 de parâmetros.", "The model has 1.3-billion parameters.", "pt"),
        ("该模型有 13 亿参数。", "For a 1.3-billion-parameter model, it works.", "zh"),
        ("Die Sensitivität liegt bei rund 94 %.", "The sensitivity is 94.1%.", "de"),
        ("6% of the patches were incorrect.", "In 17 of 300 cases, the patch was judged incorrect.", "en"),
        ("The bound holds if the losses are bounded.", "The bound holds only if the losses are bounded.", "en"),
    ],
    "other words": [
        ("Two thirds of the eruptions began in spring.", "Rain did not cause the eruptions: four of six began in spring.", "en"),
        ("Coaching saves 184 euros per patient.", "The total per patient was 1,864 euros with coaching and 2,048 euros under usual care.", "en"),
        ("The decoder stays at or below the level of chance.", "The decoder is never above the level of chance.", "en"),
        ("Paths were laid with Kite until 2018 and later with Larch.", "Kite served until 2018 and Larch afterwards.", "en"),
        ("Les capteurs Kite ont servi jusqu'en 2018.", "Kite sensors served until 2018.", "fr"),
        ("Kite beats Larch on Grove-2.", "On Grove-2, Kite beats Larch.", "en"),
        ("Saline tat nichts, Muscimol im Areal 46 senkte den Wert auf 63 %.", "Muscimol in area 46 reduced it to 63%, whereas saline had no effect.", "de"),
    ],
    "what follows from its figures": [
        ("At the p99.9, the latency is 1.7 ms.", YCSB, "en"),
        ("Ни один из кандидатов не токсичен до 60 МГц.", "None of the candidates is toxic up to 60 MHz.", "ru"),
    ],
    "a scale word alone, one word for advice against": [
        ("十亿条向量每月花费41美元。", "A billion vectors cost 41 dollars a month.", "zh"),
        ("500,000 records were read.", "Half a million records were read.", "en"),
    ],
    "in its place": [
        ("On Grove, Kite reaches 71.4% with 22 million parameters.", "With 22 million parameters, Kite reaches 71.4% on Grove.", "en"),
        ("在 Grove 上，Kite 以 2200 万参数取得 71.4% 的准确率。", "On Grove, Kite attains 71.4% accuracy with 22 million parameters.", "zh"),
        ("The reduced feeding is caused by the loss of Prdm8.", "Loss of Prdm8 in neurons causes the reduced feeding.", "en"),
        ("A parallel version is left to later work.", "We leave a parallel version to future work.", "en"),
        ("Eine parallele Version soll folgen.", "We leave a parallel version to future work.", "de"),
        ("Doping lowers the temperature to 280 °C.", "Doping lowers the temperature from 320 °C to 280 °C.", "en"),
        ("Doping lowers it by 3 to 5 points.", "It is lowered by 3 to 5 points through doping.", "en"),
        ("Reaction times were equal in both groups.", "Reaction times did not differ between the groups.", "en"),
        ("In error trials decoding was at chance or worse.", "Decoding was never above chance in error trials.", "en"),
    ],
    "a denial in other words": [
        ("位数2024未満の群は可解である。", "Every group of order less than 2024 is solvable.", "ja"),
        ("C'est la perte de Prdm8 qui réduit l'appétit.", "Loss of Prdm8 causes the reduced appetite, not the other way round.", "fr"),
        ("With as few as 500 examples, tuning recovers 97%.", "Tuning on only 500 examples recovers 97%.", "en"),
        ("Under female leaders there was no such gap.", "The gap disappeared under female leaders.", "en"),
        ("Every pack that failed during the pilot had been caught.", "No pack that failed within the pilot had been missed.", "en"),
        ("Nothing matters more than user information.", "User information matters most.", "en"),
        ("The rate does not differ from earlier results.", "The rate is indistinguishable from earlier results.", "en"),
        ("The question for groups is still unsolved.", "For groups the question remains open.", "en"),
        ("Para grupos, a questão continua em aberto.", "For groups the question remains open.", "pt"),
        ("ベンチマークは2,800のシーンと206の物体を含む。", "It has 2,800 scenes and 206 objects, and 2,000 episodes were recorded without teleoperation.", "ja"),
        ("CPU上ではKiteより60%遅いが、GPU上では11倍速い。", "On the CPU, it is 60% slower than Kite, while it is faster by 11 times on a GPU.", "ja"),
    ],
    "a figure in another form": [
        ("エージェントは2番目の部屋に到達しない。", "The agent never reaches the second room.", "ja"),
        ("Der Agent erreicht nie den 2. Raum.", "The agent never reaches the second room.", "de"),
        ("鹦嘴鱼的生物量增至原来的三倍。", "Parrotfish biomass grew threefold.", "zh"),
        ("Tariffs keep the load down to 800 MW.", "With tariffs the load falls to 0.8 GW.", "en"),
        ("A balanced subset of 14,040 tweets was drawn at random.", "We selected 7,020 positive tweets and 7,020 negative tweets at random for a balanced subset.", "en"),
        ("Roughly 1,400 of the 14,200 weekly quotations were interpolated.", "There are 14,200 weekly quotations, about a tenth of which were interpolated.", "en"),
        ("Over half of the volume will be lost.", "By then 55 ± 8% of the volume will be lost.", "en"),
        ("训练用了3.5周。", "Training took 3.5 weeks.", "zh"),
    ],
    "asked about at most": [
        ("An error stood in 23% of the descriptions.", "Experts found an error in 92 of the descriptions, of which they checked 400.", "en"),
        ("Tests confirmed 80% of the packs.", "Of five packs that it flagged, tests confirmed four.", "en"),
        ("ReefTrace trails CoralSAM by 3.6 points.", "CoralSAM obtains 54.8 and ReefTrace 51.2.", "en"),
        ("Con una GPU, la predicción se calcula en menos de veinte minutos.", "One forecast takes 18 minutes on one GPU.", "es"),
        ("Methanol would cost 0.64 dollars per kilogram.", "Methanol would cost 640 dollars per tonne.", "en"),
        ("Los autores desaconsejan usar imágenes limpiadas para contar fuentes.", AGAINST, "es"),
        ("Die Autoren raten von entrauschten Bildern für Zählungen ab.", AGAINST, "de"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", TRUE)
def test_what_the_quotation_says_in_other_words_is_not_marked(kind):
    verdicts = [(said, support_of(said, Ground(quotation, quotation), of)) for said, quotation, of in TRUE[kind]]
    asked = kind == "asked about at most"
    assert [s for s, v in verdicts if not (v.support is Support.SUPPORTED or v.slight or (v.ask and asked))] == []


@each(
    ("quotation", "sentence"),
    [
        (
            "Removing the memory module reduces accuracy by 4.2 points.",
            "The memory module raises accuracy by 4.2 points.",
        ),
        (
            "Without the retrieval step, the error rate increases by 12%.",
            "The retrieval step reduces the error rate by 12%.",
        ),
        ("Disabling caching doubles latency from 20 ms to 40 ms.", "Caching halves latency from 40 ms to 20 ms."),
        ("Accuracy drops from 84% to 61% without pretraining.", "Pretraining raises accuracy from 61% to 84%."),
        ("The transformer is beaten by our model on all tasks.", "Our model beats the transformer on all tasks."),
        ("At least 90% of the answers are correct.", "No more than 10% of the answers are wrong."),
        ("The loss is lower than that of the baseline.", "The baseline has a higher loss."),
    ],
)
def test_what_an_ablation_or_a_passive_says_otherwise_is_asked_about_either_way(quotation, sentence):
    for said, quoted in ((sentence, quotation), (quotation, sentence)):
        verdict = support_of(said, Ground(quoted, quoted), "en")
        assert (verdict.support, verdict.ask) == (Support.DOUBTFUL, True), said


@each(
    ("quotation", "sentence"),
    [
        (
            "Removing the memory module reduces accuracy by 4.2 points.",
            "Removing the memory module raises accuracy by 4.2 points.",
        ),
        ("Without the retrieval step, the error rate increases.", "Without the retrieval step, the error rate falls."),
        ("The transformer is beaten by our model.", "The transformer beats our model."),
        ("The loss is lower than that of the baseline.", "The loss is higher than that of the baseline."),
    ],
)
def test_an_ablation_or_a_passive_turned_round_is_contradicted(quotation, sentence):
    assert support_of(sentence, Ground(quotation, quotation), "en").support is Support.CONTRADICTED


def test_a_denial_on_both_sides_is_no_contradiction():
    for sentence, quotation in (
        ("Strong convexity is not needed for the proof.", "Our proof does not rely on strong convexity."),
        ("Kite does not need more memory than Adam.", "Memory use is identical to Adam."),
        ("The agent works without demonstrations.", "The agent needs no demonstrations for short tasks."),
    ):
        assert support_of(sentence, Ground(quotation, quotation), "en").support is not Support.CONTRADICTED, sentence


def test_the_time_of_the_rules_does_not_grow_with_the_square_of_a_long_text():
    said = "The model reaches 81.3 points at least on Alpha-7 and 24.7 ms on Beta, "
    told = "On Alpha-7 it obtains 81.3 points, which is 1.6 below Beta-12 at 24.7 ms; "
    seconds = []
    for times in (1, 20, 160):
        quotation = told * times
        begun = time.process_time()
        support_of(said * 4, Ground(quotation, quotation), "en")
        seconds.append(time.process_time() - begun)
    assert seconds[2] < 24 * seconds[1]


def test_what_is_longer_than_a_sentence_is_left_to_the_model():
    long = "PaceNet outperforms OpenVLA on every task, " * 40
    assert len(long) > LONGEST
    verdict = judged(long, BEATS)
    assert verdict.support is Support.DOUBTFUL
    assert verdict.ask


@pytest.mark.parametrize(
    ("sentence", "quotation"),
    [
        ("It gains 5.6 points, from 41.2 to 46.8.", "It raises the score from 41.2 to 46.8."),
        ("Coffee grows slowly, tea fast.", "Coffee grows slowly, whereas tea grows fast."),
        ("It needs 40% less memory.", "It needs 40% less memory than the baseline and 10% of the baseline's time."),
    ],
)
def test_a_difference_both_sides_and_one_of_two_shares_are_supported(sentence, quotation):
    assert support_of(sentence, Ground(quotation, quotation), "en").support is Support.SUPPORTED


THROUGHPUT = Section(
    "5 Evaluation",
    1,
    passages=(
        Passage("Table 4: Throughput in thousand requests per second.", Form.CAPTION),
        Passage(
            "| Store | Mix-A | Mix-B |\n| --- | --- | --- |\n| Kite | 412 | 38 |\n| Larch | 217 | 52 |", Form.TABLE
        ),
    ),
)


@pytest.mark.parametrize(
    ("sentence", "language", "holds"),
    [
        ("Larch handles 52 thousand requests per second on Mix-B.", "en", True),
        ("Kite 在 Mix-A 上每秒处理 41万2千 个请求。", "zh", True),
        ("Larch handles 412 thousand requests per second on Mix-A.", "en", False),
        ("Larch handles 217 million requests per second on Mix-A.", "en", False),
        ("在 Mix-B 上，Kite 的吞吐量高于 Larch。", "zh", False),
    ],
)
def test_a_table_in_thousands_is_read_so(sentence, language, holds):
    index = SupportIndex(FullText("2601.00001", 1, Basis.HTML, (THROUGHPUT,)))
    verdict = index.support(sentence, THROUGHPUT.passages[0].text, language)
    assert (verdict.support is Support.SUPPORTED or verdict.slight) is holds, verdict


def test_a_column_called_low_is_no_low_value():
    table = "| System | Low Saxon |\n| --- | --- |\n| Nimbus | 52.3 |\n| Regio | 55.1 |"

    def on_table(sentence: str):
        return support_of(sentence, Ground("| Regio | 55.1 |", table, table=True), "en").support

    assert on_table("Regio is the best on Low Saxon, at 55.1.") is Support.SUPPORTED
    assert on_table("Nimbus is the best on Low Saxon, at 52.3.") is not Support.SUPPORTED


SKY = (
    "Table 4: PSNR (dB), completeness (%) and inventions of three denoisers.\n"
    "| Denoiser | PSNR | Completeness | Inventions |\n| --- | --- | --- | --- |\n"
    "| PnP-Sky | 31 | 88 | 79 |\n| ScoreClean | 32 | 93 | 84 |\n| Sobrio | 30 | 90 | 7 |"
)


@each(
    ("sentence", "language", "holds"),
    [
        ("ScoreClean reaches a completeness of 93%.", "en", True),
        ("PnP-Sky reaches a completeness of 93%.", "en", False),
        ("PnP-Sky의 완전성은 93%이다.", "ko", False),
        ("ScoreClean의 완전성은 93%이다.", "ko", True),
        ("ScoreClean 的峰值信噪比为93 dB。", "zh", False),
        ("ScoreClean 的峰值信噪比为32 dB。", "zh", True),
    ],
)
def test_a_caption_gives_the_units_of_a_tables_columns(sentence, language, holds):
    verdict = support_of(sentence, Ground("| ScoreClean | 32 | 93 | 84 |", SKY, table=True), language)
    assert (verdict.support is Support.SUPPORTED) is holds, verdict


DETECTORS = (
    "| Detector | mAP | Latency (ms) | Params (M) |\n| --- | --- | --- | --- |\n"
    "| Kite | 47.2 | 12.5 | 26 |\n| Larch | 49.8 | 31.0 | 41 |"
)


@each(
    ("sentence", "language", "holds"),
    [
        ("Kite has 26 million parameters.", "en", True),
        ("Kite tiene 26 millones de parámetros.", "es", True),
        ("Kite has 12.5 million parameters.", "en", False),
        ("Kite has 26 thousand parameters.", "en", False),
        ("Larch is the slowest, at 31.0 ms.", "en", True),
        ("Kite is the slowest, at 12.5 ms.", "en", False),
        ("Kite 是最慢的，延迟为 12.5 ms。", "zh", False),
    ],
)
def test_a_column_in_millions_and_the_last_of_a_column_are_known(sentence, language, holds):
    verdict = support_of(sentence, Ground("| Kite | 47.2 | 12.5 | 26 |", DETECTORS, table=True), language)
    assert (verdict.support is Support.SUPPORTED) is holds, verdict


def test_chinese_of_which_hardly_a_word_is_known_is_in_other_words():
    """So that the model judges it along where it is asked about another sentence."""
    quotation = "In 17% of the cases the advice came too late."
    assert support_of("17%的情况下建议来得太晚。", Ground(quotation, quotation), "zh").reworded


@pytest.mark.parametrize(
    ("quotation", "sentence"),
    [
        (
            "Removing the memory module reduces accuracy by 4.2 points.",
            "The memory module reduces accuracy by 4.2 points.",
        ),
        ("The memory module reduces latency by 4 ms.", "Removing the memory module reduces latency by 4 ms."),
        ("Accuracy drops to 61% without the retriever.", "The retriever makes accuracy drop to 61%."),
    ],
)
def test_what_is_said_of_a_thing_that_is_taken_away_does_not_hold_of_the_thing(quotation, sentence):
    verdict = support_of(sentence, Ground(quotation, quotation), "en")
    assert verdict.support is not Support.SUPPORTED
    assert verdict.ask or verdict.support is Support.CONTRADICTED
    assert not verdict.slight


def test_one_ablation_in_two_wordings_is_no_contradiction():
    quotation = "Accuracy drops to 61% without the retriever."
    verdict = support_of("Leaving out the retriever lowers accuracy to 61%.", Ground(quotation, quotation), "en")
    assert verdict.support is Support.SUPPORTED
