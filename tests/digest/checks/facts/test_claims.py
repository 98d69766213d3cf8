"""Figures and names: what the paper says passes however it is written, what it does not say is named."""

import gc
import weakref

import pytest

from digest.checks import unsupported
from digest.checks.facts import claims
from digest.checks.facts.figures import figures, han_number
from digest.checks.facts.names import abbreviates, initials_of
from tests.rows import each

PAPER = (
    "Our model, DynamicVLA, reaches 92.3% accuracy on ImageNet, up from 90.1% (GPT-4: 85.0). It uses 1,014 tasks and 1.5 million images; training took 3.2 hours "
    "on 8 A100 GPUs. Latency is 120 ms vs. 216 ms of the baseline. We set the learning rate to $3 \\times 10^{-4}$. Large language models (LLMs) help. "
    "There are 10,417 criteria and 200K synthetic episodes. Between 10 and 20 percent of users agree. The network has 0.4B parameters. Inter-rater kappa is .52. "
    "See Table 7 and Section 3.2. The wheel moves."
)


@each(
    "statement",
    [
        "准确率达到92.3%，比基线提升2.2个百分点。",
        "从90.1%提升到92.3%。",
        "速度快1.8倍。",
        "延迟降低44%，即少了96毫秒。",
        "1014个任务，150万张图像",
        "一万多条评分细则，20万条合成数据",
        "约3小时，8块A100",
        "学习率为3e-4（0.0003）",
        "10%到20%的用户，即一到两成",
        "参数量4亿（0.4B）",
        "超过1000个任务",
        "LLM有帮助，DynamicVLA 优于 GPT-4、GPT4 和 gpt 4",
        "a kappa of 52%",
        "The gain is 2.2 points, a relative 2.4%.",
        "见第3.2节和表7；这是第一个、也是三个模块之一，2024年提出",
        "1) 快；2) 小；3) 准",
        "it trains for 192 minutes",
        "DynamicVLA-based 方法用 AI 与 GPU",
    ],
)
def test_what_the_paper_says_is_supported(statement):
    assert unsupported(statement, PAPER) == ()


@each(
    ("statement", "missing"),
    [
        ("准确率达到93.2%。", ("93.2%",)),
        ("提升了3.5个百分点。", ("3.5个百分点",)),
        ("快三倍。", ("三倍",)),
        ("延迟降低了97毫秒。", ("97毫秒",)),
        ("使用BERT-XL和ELMo。", ("BERT-XL", "ELMo")),
        ("在Reuters数据集上评测", ("Reuters",)),
        ("10,418 criteria", ("10,418",)),
        ("2 million images", ("2 million",)),
        ("learning rate 3e-5", ("3e-5",)),
        ("from 90.1% to 92.3%, a gain of 3.2 points", ("3.2 points",)),
    ],
)
def test_what_the_paper_does_not_say_is_named(statement, missing):
    assert unsupported(statement, PAPER) == missing


def test_rounding_passes_only_where_it_is_said():
    assert unsupported("accuracy of about 92%", PAPER) == ()
    assert unsupported("accuracy of 92%", PAPER) == ("92%",)
    assert unsupported("准确率约为九成", PAPER) == ()


def test_a_change_is_held_to_its_direction():
    assert unsupported("The latency is reduced by 44%.", PAPER) == ()
    assert unsupported("The throughput is increased by 44%.", PAPER) == ("44%",)


@each(
    ("text", "value", "unit"),
    [
        ("1,234.5", 1234.5, ""),
        ("2.3亿", 2.3e8, ""),
        ("百分之三十二", 32, "%"),
        ("三成半", 35, "%"),
        ("两倍", 2, "x"),
        ("1.5×10^{-3}", 0.0015, ""),
        ("10⁻⁶", 1e-6, ""),
        ("7B", 7e9, ""),
        ("4-fold", 4, "x"),
        ("$49 \\times$", 49, "x"),
        ("30 fps", 30, "fps"),
        (".87", 0.87, ""),
    ],
)
def test_figures_are_read_as_they_are_written(text, value, unit):
    found = list(figures(text))
    assert len(found) == 1
    assert found[0].value == pytest.approx(value)
    assert found[0].unit == unit


def test_both_ends_of_a_range_have_its_unit():
    assert [(f.value, f.unit) for f in figures("10–20%")] == [(10, "%"), (20, "%")]


def test_chinese_numerals():
    assert [han_number(n) for n in ("十", "十二", "三十", "一百零五", "两千", "一点五")] == [10, 12, 30, 105, 2000, 1.5]


@pytest.mark.parametrize(
    ("text", "language", "missing"),
    [
        ("Die Fehlerrate sinkt auf 12,5 %, bei 7.000.000 Sätzen.", "de", ()),
        ("Le taux passe à 12,5 % avec 7\u202f000\u202f000 phrases et 7 000 000 mots.", "fr", ()),
        ("La tasa baja al 12,5 % con 7.000.000 de frases.", "es", ()),
        ("Доля падает до 12,5 % на 7\u00a0000\u00a0000 предложений.", "ru", ()),
        ("Die Fehlerrate sinkt auf 12.5 %, Cohens Kappa ist 0.812.", "de", ()),
        ("Cohens Kappa ist 0,812.", "de", ()),
        ("Die Fehlerrate sinkt auf 13,5 %, bei 8.000.000 Sätzen.", "de", ("13,5 %", "8.000.000")),
        ("The rate falls to 12.5% on 7,000,000 sentences.", "en", ()),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(text, language, missing):
    source = "The error rate falls to 12.5% on 7,000,000 sentences. Cohen's kappa is 0.812."
    assert unsupported(text, source, language) == missing


@pytest.mark.parametrize(
    ("text", "language", "missing"),
    [
        ("Das GPT-4-Modell übertrifft DynamicVLA-Varianten auf dem ImageNet-Datensatz.", "de", ()),
        ("Das LLaMA-Modell übertrifft GPT-4.", "de", ("LLaMA-Modell",)),
        ("The ImageNet-Datensatz helps.", "en", ("ImageNet-Datensatz",)),
    ],
)
def test_a_name_joined_to_a_noun_is_the_name(text, language, missing):
    assert unsupported(text, PAPER, language) == missing


@pytest.mark.parametrize("text", ["Abschnitt 3 hält das fest.", "Tabla 2 más abajo.", "En 3 mètres, 3 était faux."])
def test_the_start_of_a_word_with_accents_is_no_unit(text):
    assert {figure.unit for figure in figures(text)} == {""}


@pytest.mark.parametrize(
    ("letters", "holds"),
    [("llm", True), ("lmf", True), ("ll", True), ("llmfcg", True), ("llmfcgx", False), ("l", False), ("lf", False)],
)
def test_an_acronym_begins_two_to_six_words_in_a_row(letters, holds):
    assert abbreviates(letters, initials_of("Large-language models for 3 code generators. X")) is holds


@each(
    ("statement", "source"),
    [
        ("It trains with a batch size of 64.", "We train with Adam (batch size 64) for ten epochs."),
        ("There were 24 controls.", "We recruited controls (n = 24) at two sites."),
        ("The age was 54.", "The patients (median, 54) were old."),
        ("95.2% are right.", "As shown in Table 3, 95.2% of the samples are right."),
        ("412 patients were enrolled.", "In phase 3, 412 patients were enrolled."),
        ("使用了64张GPU。", "采用分布式64张GPU训练。"),
    ],
)
def test_a_figure_beside_a_reference_or_a_parenthesis_is_in_the_source(statement, source):
    assert unsupported(statement, source) == ()


@each(
    ("statement", "missing"),
    [
        ("Accuracy rose (to 95) there.", ("95",)),
        ("Accuracy: 95. Better than before.", ("95",)),
        ("As shown in Table 3, 99.9% are right.", ("99.9%",)),
        ("In stage 2, 4096 samples are drawn.", ("4096",)),
        ("In stages 2 and 3, 48 samples are drawn.", ("48",)),
        ("这代表30%的提升。", ("30%",)),
        ("采用分布式64张GPU训练。", ("64",)),
        ("试图40次。", ("40",)),
        ("地图5000张。", ("5000",)),
    ],
)
def test_a_figure_is_no_number_of_a_list_or_a_table(statement, missing):
    assert unsupported(statement, "We train.") == missing


@each(
    "text",
    [
        "Tables 13, 14, and 15 and Sec. 3.1, 3.2 and 11 tell more (see also Tables 16, 17).",
        "如图13和14、见表12。",
        "(11) fast, (12) slow; 13) good",
        "步骤：1. 快；12. 小；（13）准",
    ],
)
def test_numbers_of_lists_and_tables_are_no_claims(text):
    assert unsupported(text, "We train.") == ()


def test_a_bare_number_beside_the_name_of_a_score_is_a_percentage():
    assert unsupported("It reaches an F1 of 87%.", "On the test set F1 is 87 for our model.") == ()
    assert unsupported("It reaches an AUC of 91%.", "The AUC was 91 there.") == ()
    assert unsupported("It reaches 91%.", "There were 91 there.") == ("91%",)


STUDY = (
    "The network has 3.5 billion parameters. Training takes 90 minutes, at most 1.5 days. Accuracy is 90.1 versus 87.4 "
    "for the baseline. GPU hours fall from 50 to 30."
)


@each(
    ("text", "language", "missing"),
    [
        ("Das Modell hat 3,5 Milliarden Parameter.", "de", ()),
        ("Le modèle a 3,5 milliards de paramètres.", "fr", ()),
        ("El modelo tiene 3500 millones de parámetros.", "es", ()),
        ("У модели 3,5 миллиарда параметров.", "ru", ()),
        ("O modelo tem 3,5 bilhões de parâmetros.", "pt", ()),
        ("Das Training dauert 1,5 Stunden.", "de", ()),
        ("Обучение длится 36 часов.", "ru", ()),
        ("学習は1.5時間かかる。", "ja", ()),
        ("Das Modell hat 4,5 Milliarden Parameter und 3,5 Milliarden Gewichte.", "de", ("4,5 Milliarden",)),
        ("Обучение длится 37 часов.", "ru", ("37 часов",)),
        ("学習は95分かかる。", "ja", ("95分",)),
    ],
)
def test_units_are_read_and_named_as_the_language_writes_them(text, language, missing):
    assert unsupported(text, STUDY, language) == missing


@each(
    ("text", "language", "missing"),
    [
        ("A saving of 40%.", "en", ()),
        ("Die Genauigkeit steigt um 2,7 Punkte.", "de", ()),
        ("La précision augmente de 2,7 points.", "fr", ()),
        ("精度は2.7ポイント向上した。", "ja", ()),
        ("정확도가 2.7포인트 향상되었다.", "ko", ()),
        ("Точность повышается на 2,7 пункта.", "ru", ()),
        ("Die Rechenzeit sinkt um 40 %.", "de", ()),
        ("Die Rechenzeit steigt um 40 %.", "de", ("40 %",)),
        ("Die Genauigkeit steigt um 3,7 Punkte.", "de", ("3,7",)),
        ("La précision atteint 2,7.", "fr", ("2,7",)),
    ],
)
def test_a_difference_follows_from_two_figures_in_every_language(text, language, missing):
    assert unsupported(text, STUDY, language) == missing


@each(
    ("text", "source", "missing"),
    [
        ("It is tested on CIFAR-10/100.", "We use CIFAR-10 and CIFAR-100.", ()),
        ("It is tested on CIFAR-10/100.", "We use CIFAR-10.", ("100", "CIFAR-10/100")),
        ("The F1 score is 87.3.", "F1 reaches 0.873 on the test set.", ()),
        ("The F1 is 0.873.", "F1 | 87.3 | 85.1", ()),
        ("The value is 87.3.", "The dose was 0.873 there.", ("87.3",)),
        ("The rate is 10.0.", "The learning rate is 0.1.", ("10.0",)),
        ("It holds at p < 0.09.", "The accuracy of 9 raters is high.", ("0.09",)),
    ],
)
def test_joined_names_and_scores_are_read_in_either_form(text, source, missing):
    assert unsupported(text, source) == missing


@each("text", ["10^" + "1" * 5_000, "10^{-" + "1" * 5_000 + "}", "3 \\times 10^{" + "1" * 5_000 + "}"])
def test_an_exponent_of_any_length_is_read(text):
    assert len(figures(text)) == 1


def test_papers_that_were_checked_are_let_go():
    source = "The wheel moves. " * 400
    unsupported("It uses ELMo and GPT-4, a gain of 3.5 points.", source)
    held = weakref.ref(claims._index_of_paper(source))
    claims._index_of_paper.cache_clear()
    gc.collect()
    assert held() is None
