"""The thread scenes: two people talking to each other are left alone; a question to the bot is answered.

Each scene is a thread as the bot sees it. `A: …` and `B: …` are people, `bot: …` an answer of the bot (to whoever spoke last),
and the last line is judged. `@` marks: `@bot` the bot is mentioned, `@B` somebody else is, `>B` it replies to a person's message.
The papers of the thread are 1 DynamicVLA, 2 Pixel MeanFlow, 3 UEval. What names a paper is judged by `names_paper`.
"""

import re
from datetime import UTC, datetime

import pytest

from bot.core.chat import Person, Place, Question
from bot.questions.etiquette import Decision, ThreadState, decide, reads_as_question
from bot.questions.small_talk import asks_for_quiet, is_small_talk
from digest.which_paper.resolve import Known, names_paper
from tests.builders import a_paper
from tests.rows import each

PAPERS = [
    Known(number, a_paper(f"2601.2215{number}", title=title))
    for number, title in enumerate(
        ["DynamicVLA: Moving Objects", "One-step Generation with Pixel MeanFlow", "UEval: A Benchmark"], 1
    )
]
YES, UNSURE, NO = Decision.YES, Decision.UNSURE, Decision.NO

SCENES: list[tuple[str, Decision]] = [
    # asking the bot
    ("A: does 3 release code?", YES),
    ("A: 3 有代码吗？", YES),
    ("A: What GPU did they train DynamicVLA on?", YES),
    ("A: which of these release code?", YES),
    ("A: 今天哪些论文开源了？", YES),
    ("A: what is the main limitation of paper 2?", YES),
    ("A: explain continuous inference in DynamicVLA", YES),
    ("A: 解释一下第2篇的方法", YES),
    ("A: UEval 的最好成绩是多少", YES),
    ("A: how big is the dataset", YES),
    ("A: 1は何を提案していますか", YES),
    ("A: ¿Qué conjunto de datos usa UEval?", YES),
    ("A: compare 2 and 3", YES),
    ("A: @bot hello", YES),
    ("A: @bot thanks, what about 3?", YES),
    ("A: nice work\nB: @bot is 2 open source", YES),
    # following the bot's answer
    ("A: does 3 release code?\nbot: no\nA: and the data?", YES),
    ("A: 3 有代码吗？\nbot: 没有\nA: 那数据呢？", YES),
    ("A: what is 2 about?\nbot: flows\nA: why is that faster?", YES),
    ("A: what is 2 about?\nbot: flows\nA: how many steps", YES),
    ("A: what is 2 about?\nbot: flows\nA: and on the larger model?", YES),
    ("A: 2 讲什么\nbot: 流\nA: 为什么更快", YES),
    # a second paper in a thread where people already talk
    ("A: cool\nB: does UEval use GPT-5 as a judge?", YES),
    ("A: 这篇不错\nB: 第3篇用什么打分？", YES),
    ("A: does 3 release code?\nbot: no\nB: what about DynamicVLA, does it?", YES),
    # people talking to each other
    ("A: I like DynamicVLA", NO),
    ("A: 4 is great, 3 not so much", NO),
    ("A: thanks!", NO),
    ("A: 谢谢", NO),
    ("A: does 3 release code?\nbot: no\nA: thanks", NO),
    ("A: does 3 release code?\nbot: no\nA: ok, too bad", NO),
    ("A: does 3 release code?\nbot: no\nB: too bad", NO),
    ("A: interesting\nB: isn't it?", NO),
    ("A: I don't buy the numbers\nB: why not?", NO),
    ("A: I don't buy the numbers\nB: why not?\nA: too few seeds", NO),
    ("A: we tried this last year\nB: and did it work?", NO),
    ("A: 我们去年试过\nB: 效果怎么样？", NO),
    ("A: 这个方法我们能用吗？", NO),
    ("A: can we use this in our project?", NO),
    ("A: should we read this on Friday?", NO),
    ("A: anyone up for lunch?", NO),
    ("A: 有人去吃饭吗？", NO),
    ("A: 组会几点？", NO),
    ("A: who presents at the meeting?", NO),
    ("A: did you see this?", NO),
    ("A: 你们看了吗？", NO),
    ("A: @B have a look at 3?", NO),
    ("A: @B what do you think of DynamicVLA?", NO),
    ("A: @B 第2篇你觉得怎么样？", NO),
    ("A: the baseline looks weak\nB: >A which one?", NO),
    ("A: 基线太弱\nB: >A 哪个？", NO),
    ("A: the baseline looks weak\nB: >A do you mean 3?", NO),
    ("A: does 3 release code?\nbot: no\nB: @A did you ask the authors?", NO),
    ("A: does 3 release code?\nbot: no\nB: I have their code\nA: where?", NO),
    ("A: lol", NO),
    ("A: +1", NO),
    ("A: +1\nB: 同意", NO),
    ("A: I think the second author is from our lab", NO),
    ("A: 我觉得3的评测不太靠谱", NO),
    ("A: let's reproduce 2 next week", NO),
    ("A: https://example.org/what?x=1", NO),
    ("A: is anyone working on this?", NO),
    ("A: does someone know the first author?", NO),
    ("A: @bot quiet\nbot: ok\nA: does 3 release code?", NO),
    ("A: @bot 安静\nbot: 好\nB: 3 有代码吗？", NO),
    ("A: can you review my draft?", NO),
    ("A: what are our slides missing?", NO),
    # not clear: the author alone is asked
    ("A: does 3 release code?\nbot: no\nB: really?", UNSURE),
    ("A: should we reproduce DynamicVLA?", UNSURE),
    ("A: has anyone tried UEval?", UNSURE),
    ("A: 你们觉得第2篇怎么样？", UNSURE),
    ("A: nice list today\nA: how large are the models", UNSURE),
    ("A: 不错\nA: 训练要多少卡？", UNSURE),
]


def judged(scene: str) -> Decision:
    """Plays a scene the way a thread is kept, and judges its last line."""
    humans, last, answered, quiet, previous_human = False, "", "", False, ""
    decision = NO
    for line in scene.split("\n"):
        who, _, said = line.partition(": ")
        if who == "bot":
            last, answered = "", previous_human
            continue
        mentions = re.findall(r"@(\w+)", said)
        text = re.sub(r"@bot\s*|@\w+\s*|>\w+\s*", "", said)
        question = Question(
            id=line,
            place=Place("console", "c", "t"),
            person=Person(who),
            text=text,
            at=datetime(2026, 1, 30, tzinfo=UTC),
            addressed="bot" in mentions,
            mentions_others=any(m != "bot" for m in mentions),
            replies_to_person=">" in said,
        )
        names = names_paper(text, PAPERS)
        decision = decide(question, ThreadState(humans, last, answered, quiet), names_paper=names)
        quiet = quiet or (question.addressed and asks_for_quiet(text))
        humans, last, previous_human = True, who, who
    return decision


@each(("scene", "wanted"), SCENES)
def test_scene(scene, wanted):
    assert judged(scene) is wanted


@each(
    "text",
    ["Quiet", "quiet!", "please be quiet", "Be quiet, please 🙏", "安静", "请安静吧", "安靜點", "stop answering here",
     "Ruhe bitte!", "¡Cállate!", "Tais-toi", "Silêncio, por favor", "静かにしてください", "조용히 해줘", "Тихо!"],
)  # fmt: skip
def test_being_told_to_be_quiet_is_understood(text):
    assert asks_for_quiet(text)


@pytest.mark.parametrize(
    "text", ["is it quiet enough?", "the quiet part", "不安静的方法有什么", "please", "everyone", "", "still", "?"]
)
def test_talking_about_quiet_is_not_being_told_so(text):
    assert not asks_for_quiet(text)


@each(
    "text",
    ["", "?", "？？", "…", "👋", "👍🏽", ":wave:", ":wave::skin-tone-2: hello", "<a:wave:1234>", "Hello there!", "HELP", "help me, please", "hi paperboy",
     "Good morning, everyone", "thanks a lot!", "谢谢，很有用", "好的，多谢啦", "super helpful, thanks!", "what can you do?", "Who are you?", "Guten Morgen zusammen", "Grüß Gott", "Hilfe bitte", "¡Hola!", "¿Qué puedes hacer?",
     "buenos días", "Bonjour à tous", "Merci beaucoup !", "Ciao", "grazie mille", "Olá, bom dia", "Obrigado!", "goedemorgen", "Hej", "kiitos", "Cześć",
     "dzień dobry", "ahoj", "γεια σου", "Привет!", "спасибо", "Помоги, пожалуйста", "Merhaba", "xin chào", "你好", "大家好", "早上好！", "谢谢", "幫助", "你能做什么？", "こんにちは",
     "おはようございます", "ありがとう！", "ヘルプ", "안녕하세요!", "감사합니다", "도움말", "مرحبا", "السلام عليكم", "سلام", "שלום", "नमस्ते", "धन्यवाद", "สวัสดีครับ", "ｈｅｌｌｏ", "test",
     "ok", "Okay, cool 👍", "nice, thank you", "How can you help?", "D'accord, merci", "alles klar", "好的，谢谢", "嗯嗯", "了解です", "알겠습니다", "хорошо, спасибо",
     "thank you very much, that helps", "bye!", "danke dir", "are you a bot?", "Tschüss", "再见", "谢谢你", "助かりました", "au revoir", "спасибо большое"],
)  # fmt: skip
def test_greetings_thanks_and_calls_for_help_ask_nothing_of_a_paper(text):
    assert is_small_talk(text)


@each(
    "text",
    ["code?", "how does this work?", "hello, does 2 release code?", "help me understand 3", "3", "#4", "4?", "第三篇", "谢谢，那第2篇呢", "test set", "你好，第4篇有代码吗",
     "2601.22153", "the help command of DynamicVLA", "merci pour l'article 2, quel jeu de données ?", "commands of robots", "안녕 데이터셋", ":wave: and the data", "hi " * 60,
     "ok, what about 2?", "cool, does it release code?", "nice results?", "how can this help robots?", "好在哪里", "行为克隆是什么", "明白了，那第2篇呢"],
)  # fmt: skip
def test_what_asks_something_is_no_small_talk(text):
    assert not is_small_talk(text)


@pytest.mark.parametrize("text", ["这个方法快", "We like it.", "4 is great", "see https://a.b/c?d=e"])
def test_a_statement_is_no_question(text):
    assert not reads_as_question(text)
