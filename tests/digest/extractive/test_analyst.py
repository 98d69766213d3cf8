"""Without a model the paper speaks for itself: in its own words, each with its place, and labelled."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from digest import checks
from digest.evidence.finder import Finder
from digest.extractive.analyst import ExtractiveAnalyst
from digest.extractive.matters import asked_facts, asked_part
from digest.extractive.sentences import about_others, core_sentence, result_sentences, sentences_of, split, stands_alone
from digest.fulltext.pdf.document import read_pdf
from digest.model import ABSTRACT_PARTS, FULL_PARTS, Analysis, Entry, FullText, Paper, Passage, Profile, Section, Turn
from digest.ports import Source, show_nothing
from digest.render import tex
from digest.render.labels import label
from digest.render.markdown import escape
from digest.which_paper.titles import own_names
from tests.builders import a_paper, a_score
from tests.digest.llm.papers import a_text, abstract_only, moving, other
from tests.paths import SHARED
from tests.rows import each

SHARED_DATA = SHARED / "data"
DAY = date(2026, 1, 30)
ANALYST = ExtractiveAnalyst()


def every_text(analysis: Analysis) -> list[str]:
    return [t for t in (analysis.core, *(x for p in analysis.parts for x in (p.short, p.full))) if t]


@pytest.mark.parametrize("language", ["zh", "en", "de"])
async def test_everything_said_of_a_paper_is_the_papers_own(language):
    text = a_text()
    analysis = await ANALYST.analyse(moving(), text, language)
    whole = escape(" ".join(text.text.split()))
    for said in every_text(analysis):
        for line in said.split("\n"):
            for sentence in line.removeprefix("- ").split(". "):
                assert sentence.rstrip(".") in whole
    assert (analysis.by, analysis.language) == ("extractive", language)


async def test_parts_come_from_where_papers_say_such_things():
    analysis = await ANALYST.analyse(moving(), a_text(), "en")
    said = {p.name: p.full for p in analysis.parts}
    assert analysis.core.startswith("We propose PaceNet")
    assert "delay between perception and execution" in said["motivation"]
    assert "consists of a convolutional encoder" in said["method"]
    assert "Unlike previous work" in said["novelty"]
    assert "38.0%" in said["experiments"]
    assert "8 A100 GPUs" in said["practical"]
    assert "rigid objects" in said["conclusion"]
    assert list(said) == list(FULL_PARTS)


async def test_findings_are_results_with_figures_and_their_places():
    analysis = await ANALYST.analyse(moving(), a_text(), "zh")
    finder = Finder(a_text())
    assert 1 <= len(analysis.findings) <= 3
    for finding in analysis.findings:
        assert finder.find(finding.evidence.quotation) is not None
        assert checks.language_of(finding.statement) == "zh"
    assert any("61.5%" in f.evidence.quotation for f in analysis.findings if f.evidence)


async def test_short_forms_are_short():
    assert not any(checks.too_long(p.short, "en") for p in (await ANALYST.analyse(moving(), a_text(), "en")).parts)


async def test_an_abstract_alone_gives_what_it_has_and_names_what_it_lacks():
    analysis = await ANALYST.analyse(moving(), abstract_only(), "en")
    names = [p.name for p in analysis.parts]
    assert names == [n for n in ABSTRACT_PARTS if n in names]
    assert set(analysis.missing) == set(ABSTRACT_PARTS) - set(names)
    assert "contribution" in names


async def test_a_paper_without_a_sentence_says_nothing_instead_of_anything():
    paper = a_paper(abstract="")
    text = FullText(paper.id, 1, a_text().basis, (Section("Abstract", 1, passages=(Passage("x = 1"),)),))
    analysis = await ANALYST.analyse(paper, text, "en")
    assert analysis.parts == ()
    assert set(analysis.missing) == {"core", "findings", *FULL_PARTS}


async def test_markup_in_a_paper_stays_text():
    text = a_text(more=" Our limitation *is* [a link](https://evil.example) and <b>bold</b> in all of our future work.")
    said = next(p.full for p in (await ANALYST.analyse(moving(), text, "en")).parts if p.name == "conclusion")
    assert r"\[a link\](https://evil.example)" in said
    assert r"\<b>" in said


async def test_ranking_is_by_words():
    robot, video = moving(), other()[0]
    scores = await ANALYST.rank([video, robot], Profile(interests="robot policies", wanted=("grasping",)))
    assert [s.paper_id for s in scores] == [video.id, robot.id]
    assert scores[1].total > scores[0].total
    assert {s.by for s in scores} == {"extractive"}


async def a_day(language: str = "zh", count: int = 8) -> list[Entry]:
    analysis = await ANALYST.analyse(moving(), a_text(), language)
    titles = [
        "Diffusion for Dubbing", "Grasping in the Rain", "Video Diffusion at Speed", "A Benchmark of Illusions", "Diffusion of Light",
        "One Step Diffusion", "Tokens and Codes", "Assets in Diffusion",
    ]  # fmt: skip
    found = []
    for n, title in enumerate(titles[:count], 1):
        paper = a_paper(f"2601.{n:05d}", title=title, abstract="We study it.")
        found.append(Entry(n, paper, a_score(paper.id), replace(analysis, paper_id=paper.id)))
    return found


@pytest.mark.parametrize("language", ["zh", "en", "fr"])
@pytest.mark.parametrize("count", [1, 2, 8])
async def test_the_summary_names_every_paper_once_in_a_headline_that_fits(language, count):
    entries = await a_day(language, count)
    summary = await ANALYST.summarise(entries, language, DAY)
    assert sorted(m.paper_id for m in summary.mentions) == [e.paper.id for e in entries]
    assert 0 < len(summary.headline) <= 90
    assert summary.by == "extractive"
    assert all(m.text for m in summary.mentions)


async def test_papers_that_share_a_word_stand_together_under_it():
    summary = await ANALYST.summarise(await a_day("en"), "en", DAY)
    assert any("Diffusion" in t.text and len(t.mentions) >= 2 for t in summary.trends)
    assert any("benchmark" in t.text for t in summary.directions)


async def test_a_long_title_leaves_a_headline_that_fits():
    [entry] = await a_day("en", 1)
    paper = replace(entry.paper, title="An Exceedingly Long Title That Goes On And On Without Any Colon " * 3)
    summary = await ANALYST.summarise([replace(entry, paper=paper)], "en", DAY)
    assert len(summary.headline) <= 90
    assert "An Exceedingly" in summary.headline


async def test_a_paper_without_an_analysis_is_named_by_its_title_alone():
    entries = await a_day("en", 3)
    summary = await ANALYST.summarise([*entries[:2], replace(entries[2], analysis=None)], "en", DAY)
    assert [m.text for m in summary.mentions if m.paper_id == entries[2].paper.id] == [""]


async def answer(question: str, language: str = "en", history: tuple[Turn, ...] = (), *, both: bool = False):
    sources = [Source(moving(), a_text(), None, 4)]
    if both:
        sources.append(Source(*other(), None, 7))
    return await ANALYST.answer(question, sources, history, language, show_nothing)


async def test_an_answer_quotes_the_nearest_passages_with_their_places():
    found = await answer("How many GPUs and hours does the training take?")
    assert found.found
    assert any("40 hours on 8 A100 GPUs" in q.evidence.quotation for q in found.quotes)
    assert found.quotes[0].evidence.url.startswith("https://arxiv.org/html/2601.00001v1#")
    assert all(f"[{q.number}]" in found.text for q in found.quotes)
    assert found.by == "extractive"


async def test_a_chinese_question_meets_an_english_paper():
    found = await answer("PaceNet 训练了多少小时？", "zh")
    assert any("40 hours" in q.evidence.quotation for q in found.quotes)
    assert checks.language_of(found.text) == "zh"


async def test_what_no_passage_speaks_of_is_not_answered():
    found = await answer("Is quantum annealing hardware required?")
    assert not found.found
    assert found.quotes == ()
    assert found.text


async def test_several_papers_are_each_quoted():
    found = await answer("How many GPUs are used to train?", both=True)
    assert {q.paper_id for q in found.quotes} == {"2601.00001", "2601.00002"}


async def test_a_bare_follow_up_is_read_with_the_question_before_it():
    turn = Turn("How many GPUs does the training take?", "8 [1].", ("2601.00001",))
    assert any("40 hours" in q.evidence.quotation for q in (await answer("And hours?", history=(turn,))).quotes)


async def test_the_paper_that_the_question_before_it_named_is_not_looked_for():
    turn = Turn("quantum annealing of 8?", "It does not say.", ("2601.00002",))
    found = await answer("I meant 4", history=(turn,))
    assert found.quotes == ()
    assert "8" not in found.text


@pytest.mark.parametrize(
    "turned",
    [
        *("I meant 4", "sorry, I meant 4", "no wait, 4", "and 4?", "now the same for 4", "same question for 4", "4"),
        *(
            "Ich meinte 4",
            "pardon, je voulais dire le 4",
            "perdón, quise decir el 4",
            "quis dizer o 4",
            "et pour le 4 ?",
        ),
        *(
            "я имел в виду 4",
            "我说的是第4篇",
            "那第4篇呢？",
            "すみません、4番のことです",
            "4番は？",
            "아니, 4번 말이야",
        ),
    ],
)
async def test_a_turn_to_another_paper_asks_of_it_what_was_asked_before(turned):
    again = Turn("sorry, 8", "Authors: …", ("2601.00002",))
    for asked, said in (("who wrote 7?", "Authors:"), ("limitations of 7?", "assumes rigid objects")):
        history = (Turn("when was 7 published?", "…", ("2601.00002",)), Turn(asked, "…", ("2601.00002",)), again)
        found = await answer(turned, history=history)
        assert found.found
        assert said in found.text + "".join(q.evidence.quotation for q in found.quotes)
        assert "Not in them" not in found.text


@pytest.mark.shared
@pytest.mark.parametrize("name", ["2210.03629v2", "1412.6980v9", "2005.11401v4", "2007.01282v2"])
async def test_real_papers_are_told_in_their_own_words(name):
    path = SHARED_DATA / f"pdf/{name}.pdf"
    if not path.exists():
        pytest.skip("needs ../shared/data/pdf")
    text = await asyncio.to_thread(read_pdf, path.read_bytes(), name.split("v")[0], 1)
    abstract = " ".join(p.text for p in text.sections[0].passages)
    paper = a_paper(text.paper_id, title="A Paper", abstract=abstract)
    analysis = await ANALYST.analyse(paper, text, "en")
    finder = Finder(text)
    assert analysis.core
    assert len(analysis.parts) >= 5
    assert analysis.findings
    assert all(f.evidence and finder.find(f.evidence.quotation) for f in analysis.findings)
    assert not any(checks.too_long(p.short, "en") for p in analysis.parts if len(p.short.split(". ")) > 1)


@each(
    ("sentence", "alone"),
    [
        ("We train a policy on videos of hands.", True),
        ("This paper studies how policies learn from videos.", True),
        ("Our method needs no labels, such as boxes (see Table 2).", True),
        ("This makes the policy faster than before.", False),
        ("It reaches a success rate of 61.5% in all tasks.", False),
        ("However, they need many labels for every task.", False),
        ("To address this, we propose a policy with two encoders.", False),
        ("Such a model is trained on videos of hands.", False),
        ("Table 2 compares our method with three baselines.", False),
        ("In Section 3.1 we describe the encoder of the policy.", False),
        ("The results are listed below for every task.", False),
        ("Instead of labels, we use a map of the kitchen.", True),
        ("In contrast to earlier policies, ours needs no depth.", True),
        ("Second-order methods converge in half of the steps.", True),
        ("In contrast, we train without a camera in the hand.", False),
        ("Thus, for the policy both tasks look alike.", False),
        ("Other tasks reach a success rate of 61.5%.", False),
        ("Thirdly, we add noise to every action of the hand.", False),
        ("On the other hand, assistants improve the service.", False),
        ("From row 5, even better results are noted with noise.", False),
        ("We return to the settings in the Experiments section.", False),
        ("Majority: the model labels all of the samples alike.", False),
        ("The authors would like to thank Ann for discussions.", False),
        ("The code used in this work is available at .", False),
        ("Unlike ReAct, they do not consider the reasoning of the policy.", False),
        ("In fact, its study may serve as an example for the policy.", False),
        ("Adam achieves the following guarantee for all of the steps.", False),
        ("Unlike ReAct, our policy considers the reasoning of people.", True),
        ("As is shown, a policy with few labels already wins.", False),
        ("As can be seen, at least one of our policies wins.", False),
        ("The gap is especially large when the hand is slow.", False),
        ("The gap between the two policies is especially large.", True),
        ("The first case only happens when a hand is open.", False),
        ("Below we briefly describe each of the kitchens.", False),
        ("We refer readers to their paper for the kitchens.", False),
        ("Failed trials are omitted to save space for others.", False),
        ("We start with the kitchens and then describe the hand.", False),
        ("However, with the new gripper, it reaches better results.", False),
        ("With a new gripper, it is clear that the policy wins.", True),
        ("Third (our main point), we propose a policy of hands.", False),
    ],
)
def test_a_sentence_that_others_must_explain_is_not_used(sentence, alone):
    assert stands_alone(sentence) is alone


@each(
    ("sentence", "others"),
    [
        ("PaceNet predicts the next action while the last one runs.", False),
        ("We follow RT-2 [12] and train on videos.", False),
        ("Unlike RT-2, our policy acts without delay.", False),
        ("RT-2 predicts actions as tokens of a language model.", True),
        ("OpenVLA's encoder is frozen during training on robots.", True),
        ("Brohan et al. [3] train on robot data from many kitchens.", True),
        ("On the same data, Brohan and Lee report a success rate of 61.5%.", True),
        ("For all tasks we report the mean of five runs.", False),
        ("[3] introduces a policy with tokens for actions.", True),
        ("Diffusion policies (Chi et al., 2023) denoise the actions.", True),
        ("To train sentence encoders, prior work has used objectives that rank sentences.", True),
        ("Most competitive sequence models have an encoder and a decoder.", True),
        ("Large language models have been shown to store facts in their weights.", True),
        ("More recently, encoders of sentences are fine-tuned for one task (Dai, 2015).", True),
        ("More recently, we fine-tuned the encoder for one task.", False),
        ("Many of our models have been shown to store facts in their weights.", False),
        ("Most of the parameters are in the encoder of the policy.", False),
        ("Using the data of the earlier kitchens alone, Brohan and Lee (2019) report a rate of 61.5%.", True),
        ("In […] the gripper is closed by a second network that sees no depth.", True),
        ("Defence methods such as quantisation […] shrink the space of attacks.", True),
        ("We close the gripper as in […] by a second network.", False),
    ],
)
def test_a_sentence_led_by_another_work_is_told(sentence, others):
    assert about_others(sentence, own_names(moving())) is others


@each(
    ("text", "pieces"),
    [
        ("It has more capacity than the dual encoder of Eq. (1). We use it.", ["It has more capacity than the dual encoder of Eq. (1).", "We use it."]),
        ("We split words with SpaCy.2 In the policy they are vectors.", ["We split words with SpaCy.", "In the policy they are vectors."]),
        ("We train with Fairseq [45].3 We use 8 GPUs for all of it.", ["We train with Fairseq [45].", "We use 8 GPUs for all of it."]),
        ("It needs Python 3.7. We use version 2.2 In all runs.", ["It needs Python 3.7.", "We use version 2.2 In all runs."]),
        ("Encoders Although any network may encode it, we use one.", ["Although any network may encode it, we use one."]),
        ("In-batch negatives Assume that we have a batch.", ["Assume that we have a batch."]),
        ("ReAct Prompting For HotpotQA we select six cases.", ["For HotpotQA we select six cases."]),
        ("We trained the policy on The Pile for an hour.", ["We trained the policy on The Pile for an hour."]),
        ("Attention On Attention improves captioning by 3 points.", ["Attention On Attention improves captioning by 3 points."]),
        ("Segment Anything For Video (SAV) runs on our phones.", ["Segment Anything For Video (SAV) runs on our phones."]),
        ("Results On SQuAD and QASPER, we see gains.", ["On SQuAD and QASPER, we see gains."]),
        ("The Transformer is the model that we use If anything.", ["The Transformer is the model that we use If anything."]),
    ],
)  # fmt: skip
def test_sentences_are_whole_and_without_headings_and_marks(text, pieces):
    assert split(text) == pieces


def paper_of(*abstract: str, experiments: str = "") -> tuple[Paper, FullText]:
    paper = replace(moving(), abstract=" ".join(abstract))
    text = a_text(paper)
    more = Section("3.1 Abstractive Experiments", 2, "S31", passages=(Passage(experiments, anchor="S31.p1"),))
    return paper, replace(text, sections=(text.sections[0], *([more] if experiments else [])))


@each(
    ("sentences", "core"),
    [
        (("The method used in this work on moving objects has one drawback for robots.", "We present a policy for moving objects that acts while it thinks."), 1),
        (("Any of the policies we propose for moving objects can act while thinking.", "In this paper, we study how robots act while they think."), 1),
        (("We study how often robots fail at moving objects in kitchens.", "We introduce a policy that hides the delay of robots."), 1),
        (("Robots fail at moving objects, and we argue that moving objects are an open problem for thinking robots.", "In this paper, we argue that robots should think while acting on moving objects."), 1),
    ],
)  # fmt: skip
def test_the_core_is_what_the_paper_brings(sentences, core):
    paper, text = paper_of(*sentences)
    assert core_sentence(sentences_of(text), paper).text == sentences[core]


def test_a_section_on_abstractive_questions_is_no_abstract():
    _, text = paper_of(
        "We present a policy.", experiments="We propose a harder task of moving objects that think while acting."
    )
    assert [s.role for s in sentences_of(text) if "harder" in s.text] == ["experiments"]


@each(
    ("sentence", "is_one"),
    [
        ("Our policy achieves a rate of 61.5% in all of the kitchens.", True),
        ("We evaluate the policy and find that it improves the rate to 61.5%.", True),
        ("We evaluate the policy every 500 steps to improve its accuracy.", False),
        ("We compare 12 policies in terms of accuracy and reduced delay.", False),
        ("For the hand, we used 4 layers, which achieves good results in kitchens.", False),
        ("This work was motivated by 2 results showing that hands improve.", False),
        ("A hand with 50% of its fingers is also listed to show the gain.", False),
        ("As all policies are far from 90% accuracy, we believe more data improves them.", False),
        ("Lowering the rate improves our policy as in (Sutskever et al., 2013) and later.", False),
        ("When the 3-finger technique is used, we observe an improvement.", False),
    ],
)
def test_a_result_says_what_came_out_with_its_figure(sentence, is_one):
    paper, text = paper_of("We present a policy for moving objects.", experiments=sentence)
    assert bool(result_sentences(sentences_of(text), paper)) is is_one


def test_what_an_abstract_says_before_its_own_work_is_no_result():
    known = "Undoubtedly, large networks have improved accuracy by impressive amounts."
    paper, text = paper_of(
        "In recent years, we have witnessed a shift to networks.",
        known,
        "We present a policy that improves accuracy further.",
    )
    assert known not in [s.text for s in result_sentences(sentences_of(text), paper)]


async def test_work_that_follows_others_is_nothing_new():
    more = " Our study of delays follows prior work, which has examined differences between robots in kitchens."
    analysis = await ANALYST.analyse(moving(), a_text(more=more), "en")
    assert not any("follows prior work" in p.full for p in analysis.parts if p.name == "novelty")


async def test_the_head_of_a_table_is_no_sentence():
    head = " Model NQ TriviaQA SQuAD Open EM EM EM EM F1 Retrieval."
    analysis = await ANALYST.analyse(moving(), a_text(more=head), "en")
    assert not any("TriviaQA" in text for text in every_text(analysis))


async def test_no_part_has_a_dangling_or_foreign_sentence():
    more = " This makes it faster. RT-2 differs from prior work, unlike others, in its novel tokens. Table 2 compares our method with previous work instead of ours."
    analysis = await ANALYST.analyse(moving(), a_text(more=more), "en")
    whole = "\n".join(p.full for p in analysis.parts)
    assert not any(bad in whole for bad in ("This makes", "RT-2", "Table 2 compares"))


ABOUT = "We propose PaceNet, a policy that overlaps"
BEST = "PaceNet reaches a success rate of 61.5%"
LIMIT = "A limitation is that PaceNet assumes rigid objects"


@pytest.mark.parametrize(
    ("questions", "first"),
    [
        (("what is this paper about?", "What is 4 about?", "tl;dr", "summarize 4", "Summarise in one sentence", "what's new?", "main contribution?", "What does it do?", "give me the gist"), ABOUT),
        (("这篇论文讲了什么？", "第4篇主要内容", "总结一下", "Worum geht es?", "Fasse 4 zusammen", "De quoi parle cet article ?", "Résume 4", "¿De qué trata?", "Do que trata o artigo?"), ABOUT),
        (("О чём эта статья?", "この論文の要約", "4について教えて", "이 논문 요약해 줘", "무슨 내용이야?"), ABOUT),
        (("results", "what did they find?", "What are the main results?", "results of 4?", "how well does it perform?", "结果如何？", "Was sind die Ergebnisse?", "結果は？", "결과는?", "Какие результаты?"), BEST),
        (("Limitations", "What are its limitations?", "any drawbacks?", "有什么局限？", "Welche Einschränkungen gibt es?", "限界は何ですか", "한계는?"), LIMIT),
        (("which method do they use?", "Can you explain the approach in simple terms?", "how does it work?", "用了什么方法？"), "Our method consists of a convolutional encoder"),
        (("what problem does it solve?", "Was ist die Motivation?"), "However, existing policies"),
    ],
)  # fmt: skip
async def test_what_is_asked_of_the_paper_as_a_whole_is_answered_by_its_own_sentences_on_it(questions, first):
    for question in questions:
        found = await answer(question)
        assert found.found, question
        assert first in " ".join(q.evidence.quotation for q in found.quotes), question
        assert found.text == label("extractive.answer", "en", marks=" ".join(f"[{q.number}]" for q in found.quotes))


@pytest.mark.parametrize("question", ["有什么局限？", "한계는?", "Какие ограничения?", "limitations?"])
async def test_a_part_of_which_the_paper_says_nothing_good_is_no_matter_of_scripts(question):
    text = replace(a_text(), sections=a_text().sections[:3])
    found = await ANALYST.answer(question, [Source(moving(), text, None, 4)], (), "en", show_nothing)
    assert (found.text, found.quotes) == (label("extractive.no part", "en"), ())


@pytest.mark.parametrize(
    ("questions", "said"),
    [
        (
            "what hardware was used?|Welche Hardware wurde verwendet?|Quel matériel a été utilisé ?|使用了什么硬件？",
            "8 A100",
        ),
        (
            "What are the hyperparameters?|超参数设置？|ハイパーパラメータは？|Какие гиперпараметры?",
            "batch size of 512",
        ),
        (
            "which datasets does it use|Welche Datensätze verwendet es?|データセットは？|어떤 데이터셋을 사용했나요?",
            "Code and data",
        ),
        ("baselines?|Quais baselines usa?|用了哪些基线？", "the strongest baseline"),
        ("any ethics statement?|伦理？|¿ética?|who funded it?|Wer hat es finanziert?", ""),
    ],
)
async def test_a_matter_of_all_papers_is_searched_by_its_english_words_or_told_to_be_missing(questions, said):
    for question in questions.split("|"):
        found = await answer(question)
        shown = "".join(q.evidence.quotation for q in found.quotes)
        assert said in shown if said else (found.text, shown) == (label("extractive.no part", "en"), ""), question


async def test_a_sentence_that_holds_the_word_is_shown_and_none_told_to_be_missing():
    """`Future work` begins like another work's name, so it is none of the best sentences."""
    last = Section("5 Discussion", 1, passages=(Passage("Future work should include objects that break."),))
    source = Source(moving(), replace(a_text(), sections=(*a_text().sections[:3], last)), None, 4)
    found = await ANALYST.answer("next: future work?", [source], (), "en", show_nothing)
    assert [q.evidence.quotation for q in found.quotes] == [last.passages[0].text]
    assert found.found
    assert "No section" not in found.text


async def test_future_and_related_work_come_from_where_papers_tell_of_them():
    more = Passage("As future work, we plan to grasp transparent objects.")
    earlier = Section("2 Related Work", 1, passages=(Passage("Earlier policies wait until a thought is complete."),))
    sections = (*a_text().sections[:2], earlier, Section("5 Discussion", 1, passages=(more,)))
    source = Source(moving(), replace(a_text(), sections=sections), None, 4)
    for question, said in (
        ("what future work do the authors suggest?", more.text),
        ("今後の課題は？", more.text),
        ("related work?", earlier.passages[0].text),
        ("相关工作有哪些？", earlier.passages[0].text),
    ):
        found = await ANALYST.answer(question, [source], (), "en", show_nothing)
        assert said in [q.evidence.quotation for q in found.quotes], question


@each(
    ("question", "said"),
    [
        ("the fourth one, what's it about", ABOUT),
        ("네 번째 논문 한계가 뭐야?", LIMIT),
        ("le quatrième, c'est quoi les limites ?", LIMIT),
        ("di cosa parla il quarto?", ABOUT),
        ("8番ではなく4番の論文、結果は？", BEST),
        ("#4: どんなデータを使ってる？", "Code and data"),
        ("what does the moving objects paper find", BEST),
        ("looks cool, any drawbacks?", LIMIT),
        ("any known weaknesses of 4?", LIMIT),
        ("resume el cuarto en una frase", ABOUT),
        ("welke data gebruikt 4?", "Code and data"),
    ],
)
def test_the_words_that_name_the_paper_are_none_of_what_is_asked(question, said):
    found = asyncio.run(answer(question))
    assert said in " ".join(q.evidence.quotation for q in found.quotes)
    assert found.text == label("extractive.answer", "en", marks=" ".join(f"[{q.number}]" for q in found.quotes))


@each(
    "turned",
    [
        "and the next one?",
        "und beim vierten?",
        "e do quarto?",
        "4번은?",
        "いや、4本目",
        "下一篇呢",
        "same for the one before that",
    ],
)
def test_a_turn_in_words_asks_what_was_asked_before(turned):
    found = asyncio.run(answer(turned, history=(Turn("limitations of 7?", "…", ("2601.00002",)),)))
    assert LIMIT in " ".join(q.evidence.quotation for q in found.quotes)


@each(
    ("question", "part"),
    [
        ("Wie viele Autoren hat die Studie?", "authors"),
        ("¿De quién es este estudio?", "authors"),
        ("著者は何人ですか？", "authors"),
        ("这两篇的作者分别是谁？", "authors"),
        ("How old is this study?", "date"),
        ("Seit wann steht es auf arXiv?", "date"),
        ("何年の論文ですか？", "date"),
        ("Zu welcher arXiv-Kategorie gehört das?", "categories"),
        ("¿A qué categoría pertenece?", "categories"),
        ("代码在哪里可以下载？", "code"),
        ("¿Puedo descargar el código?", "code"),
        ("¿Fue aceptado en alguna conferencia?", "venue"),
        ("Has it been cited a lot?", "cited"),
        ("Was ist die Kernaussage?", "core"),
        ("この研究は何についてですか？", "core"),
        ("¿Qué limitaciones tiene el estudio?", "limits"),
        ("他们发现了什么？", "result"),
        ("Wann wurden die Daten erhoben?", ""),
        ("Who took part in the study?", ""),
        ("¿En qué año se hizo el estudio?", ""),
        ("数据是哪一年的？", ""),
        ("参与者有多少人？", ""),
    ],
)
def test_words_for_a_study_counters_and_verbs_of_place_ask_for_nothing_more(question, part):
    assert ("".join(asked_facts(question)) or asked_part(question)) == part


async def test_a_short_question_in_another_language_is_told_so_and_a_name_is_not():
    for question, name in (("¿Qué optimizador usaron?", "script"), ("Optimizer?", "silent")):
        assert (await answer(question, language="es")).text == label(f"extractive.{name}", "es")


async def test_the_particles_of_a_japanese_question_are_no_words_to_be_missing():
    found = await answer("物体はどのように把持されますか？")
    assert "どのように" not in found.text
    assert "されますか" not in found.text


async def test_a_pace_that_is_asked_for_is_told_to_be_missing():
    text = replace(a_text(), sections=a_text().sections[:1])
    found = await ANALYST.answer("How fast is the robot?", [Source(moving(), text, None, 4)], (), "en", show_nothing)
    assert "how fast" in found.text


async def test_a_date_of_which_only_the_month_is_known_is_in_it():
    source = Source(replace(moving(), version=1, month_only=True), a_text(), None, 4)
    found = await ANALYST.answer("When was it submitted?", [source], (), "en", show_nothing)
    assert found.text == "Submitted to arXiv in Jan 2026."


def test_each_word_stands_in_the_glossary_once():
    lines = files("digest.extractive").joinpath("matters.txt").read_text("utf-8").splitlines()
    words = [w for line in lines if not line.startswith("#") for w in line.partition(":")[2].split() if w != "|"]
    assert [w for w, n in Counter(words).items() if n > 1] == []


@each(
    ("question", "said"),
    [
        ("which university are the authors from?", "hold no affiliations"),
        ("Von welcher Universität kommen die Autoren?", "hold no affiliations"),
        ("De quelle université viennent les auteurs ?", "hold no affiliations"),
        ("저자들의 소속은 어디인가요?", "hold no affiliations"),
        ("著者の所属は？", "hold no affiliations"),
        ("作者是哪个单位的？", "hold no affiliations"),
        ("has it been withdrawn?", "This is version 1, of Jan 29, 2026. Nothing in its metadata says that"),
        ("which university are Haozhe Xie and Wen from", "hold no affiliations"),
        ("bibtex for #4 please", "https://doi.org/10.48550/arXiv.2601.00001"),
        ("is number four reviewed or just a preprint?", "name no venue."),
        ("4の論文はいつ出ましたか", "Submitted to arXiv on"),
        ("¿el de las reseñas falsas tiene código?", "own links: [code](https://github.com/pacenet"),
        ("有撤稿吗？", "Nothing in its metadata says that"),
        ("how many citations does it have?", "do not count citations"),
        ("what's its DOI?", "https://doi.org/10.48550/arXiv.2601.00001"),
    ],
)
def test_what_the_metadata_do_not_hold_is_told(question, said):
    assert said in asyncio.run(answer(question)).text


def test_a_paper_that_was_withdrawn_is_told_as_that():
    source = Source(replace(moving(), withdrawn=True), a_text(), None, 4)
    found = asyncio.run(ANALYST.answer("was it retracted?", [source], (), "en", show_nothing))
    assert label("withdrawn", "en") in found.text


async def test_a_licence_is_told_without_what_only_is_released():
    found = await answer("under which license is it released?")
    assert "names its licence" in found.text
    assert found.quotes == ()


@pytest.mark.parametrize(
    "question",
    [
        "Quali professioni mostrano pregiudizi?",
        "Wie unterscheidet er ähnliche Sprachen?",
        "Hangi diller benzer görünüyor?",
    ],
)
async def test_a_question_in_another_language_of_the_same_script_is_told_what_can_be_done(question):
    assert (await answer(question)).text == label("extractive.script", "en")


async def test_each_of_several_papers_is_told_as_a_whole():
    for question in ("what are 4 and 7 about?", "what is the difference between 4 and 7?", "4と7の違いは？"):
        shown = [q.evidence.quotation for q in (await answer(question, both=True)).quotes]
        assert any(ABOUT in q for q in shown), question
        assert any("We introduce DubFlow" in q for q in shown), question
    assert (await answer("when were 4 and 7 published?", both=True)).text.count("Submitted to arXiv on") == 2


@each("question", ["what is the frame rate about?", "limitations of RT-2?", "results on OpenVLA?", "why does it fail?", "how does the encoder work?", "结果怎么计算的", "how new is the camera?", "What is the approach of previous work?"])  # fmt: skip
def test_a_question_about_one_matter_is_none_about_the_whole(question):
    assert asked_part(question) == ""


async def test_a_word_that_many_headings_have_is_found_in_the_text():
    """Their short passages, which lack it, are nearer by the heading."""
    proof = tuple(Passage(f"By Lemma {n}.", anchor=f"A{n}") for n in range(30))
    said = Passage("The convergence of our policy follows from the theorem of Robbins for every step.", anchor="B1")
    more = (Section("A Convergence", 1, "A", passages=proof), Section("B More", 1, "B", passages=(said,)))
    text = replace(a_text(), sections=(*a_text().sections, *more))
    found = await ANALYST.answer("convergence", [Source(moving(), text, None, 4)], (), "en", show_nothing)
    assert [q.evidence.quotation for q in found.quotes] == [said.text]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Does it avoid overfitting?", "Dropout avoids over-fitting of the policy in all of our runs."),
        ("how many frames are labelled?", "The frames are labeled by two people in all of our runs."),
        ("Which optimiser is it?", "The optimizer is Adam in all of our runs."),
        ("which behaviour is modelled?", "The behavior of hands is modeled in all of our runs."),
    ],
)
async def test_a_word_in_another_spelling_is_found_and_not_told_to_be_missing(question, said):
    source = Source(moving(), a_text(more=f" {said}"), None, 4)
    found = await ANALYST.answer(question, [source], (), "en", show_nothing)
    assert any(said in q.evidence.quotation for q in found.quotes)
    assert "Not in them" not in found.text


async def test_how_long_is_asked_of_hours_and_how_many_of_nothing_in_itself():
    found = await answer("How long does the training take?")
    assert "40 hours" in found.quotes[0].evidence.quotation
    assert (await answer("How many citations does it have?")).quotes == ()


async def test_the_number_of_a_paper_is_no_part_of_a_name():
    assert "“GPT-4”" in (await answer("Does 4 use GPT-4 on DriftBench?")).text


async def test_words_of_an_earlier_question_are_not_told_to_be_missing():
    turn = Turn("Does the gargantuan walrus train?", "No.", ("2601.00001",))
    found = await answer("And GPUs?", history=(turn,))
    assert found.quotes
    assert "walrus" not in found.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("who wrote this paper?", "Authors:"),
        ("authors?", "Authors:"),
        ("作者是谁？", "Authors:"),
        ("著者は誰ですか", "Authors:"),
        ("저자는 누구예요?", "Authors:"),
        ("Wer hat das Paper geschrieben?", "Authors:"),
        ("¿Quién escribió el artículo?", "Authors:"),
        ("when was this paper published?", "Submitted to arXiv on"),
        ("when was it last updated?", "Submitted to arXiv on"),
        ("when was 4 published?", "Submitted to arXiv on"),
        ("who's the last author?", "Authors:"),
        ("من هم المؤلفون؟", "Authors:"),
        ("متى نُشرت؟", "Submitted to arXiv on"),
        ("how do I cite this?", "[arXiv:2601.00001v1](https://arxiv.org/abs/2601.00001v1)"),
        ("怎么引用？", "[arXiv:2601.00001v1](https://arxiv.org/abs/2601.00001v1)"),
        ("is there a newer version?", "This is version 1, of "),
        ("Is there a project website?", "own links: [code](https://github.com/pacenet"),
        ("link to the pdf please", "[PDF](https://arxiv.org/pdf/2601.00001v1)"),
        ("What is its arXiv id?", "[arXiv:2601.00001v1](https://arxiv.org/abs/2601.00001v1)"),
        ("what's the title?", "“PaceNet: Acting While Thinking for Moving Objects”: "),
        ("论文的标题是什么", "“PaceNet: Acting While Thinking for Moving Objects”: "),
        ("where was it published?", "name no venue."),
        ("is it peer reviewed?", "name no venue."),
        ("什么时候发表的？", "Submitted to arXiv on"),
        ("Quand cet article a-t-il été publié ?", "Submitted to arXiv on"),
        ("which arXiv category is it in?", "arXiv categories:"),
        ("is the code available?", "own links: [code](https://github.com/pacenet"),
        ("有代码吗？", "own links: [code](https://github.com/pacenet"),
        ("Gibt es Code dazu?", "own links: [code](https://github.com/pacenet"),
        ("What categories does it have?", "arXiv categories:"),
        ("Which version is this?", "This is version 1, of "),
        ("这是第几版？", "This is version 1, of "),
        ("What licence is it under?", "names its licence."),
        ("ライセンスは何ですか", "names its licence."),
        ("Von wem stammt die Arbeit?", "Authors:"),
        ("De qui est ce papier ?", "Authors:"),
        ("Чья это работа?", "Authors:"),
        ("이 논문 쓴 사람이 누구야?", "Authors:"),
        ("¿De cuándo es?", "Submitted to arXiv on"),
        ("いつの論文？", "Submitted to arXiv on"),
        ("¿Dónde está el repositorio?", "own links: [code](https://github.com/pacenet"),
        ("リポジトリはどこ", "own links: [code](https://github.com/pacenet"),
        ("Is this v1 or v2?", "This is version 1, of "),
        ("有更新过吗", "This is version 1, of "),
        ("En qué categoría está?", "arXiv categories:"),
        ("カテゴリは？", "arXiv categories:"),
    ],
)
async def test_authors_dates_categories_and_code_come_from_metadata_and_rules(question, said):
    found = await answer(question)
    assert said in found.text
    assert found.found
    if said == "Authors:":
        assert all(name in found.text for name in moving().authors)


CODE_QUESTIONS = (
    "is the paper open source?", "Is the code available?", "代码开源了吗？", "Ist der Code öffentlich?", "Le code est-il disponible ?",
    "¿El código está disponible?", "コードは公開されていますか？", "코드가 공개되어 있나요?", "Код открыт?", "O código está disponível?",
)  # fmt: skip
WITHOUT_LINK = replace(moving(), abstract=moving().abstract.replace("Code and data are available at ", "See also "))


@pytest.mark.parametrize("question", CODE_QUESTIONS)
@pytest.mark.parametrize(
    ("paper", "more", "cited"),
    [
        (moving(), " The gripper is open while the source of light is available.", ["Code and data are available at https://"]),
        (WITHOUT_LINK, " All code will be released on publication.", ["All code will be released on publication."]),
        (WITHOUT_LINK, " The weights are not public.", ["The weights are not public."]),
        (WITHOUT_LINK, " We use the code of OpenVLA, which is available. Its source is open. Code-mixed text is public.", []),
        (WITHOUT_LINK, " OpenNMT: Open-source toolkit for translation. Two public implementations were tried.", []),
        (WITHOUT_LINK, " It is compared to the implementations of three public tools.", []),
    ],
)  # fmt: skip
async def test_of_code_only_what_says_whether_there_is_some_is_cited(question, paper, more, cited):
    paper = replace(paper, abstract=paper.abstract.replace("See also https://github.com/pacenet/pacenet.", "").strip())
    source = Source(paper, a_text(paper, more=more), None, 4)
    found = await ANALYST.answer(question, [source], (), "en", show_nothing)
    assert len(found.quotes) == len(cited)
    assert all(words in q.evidence.quotation for q, words in zip(found.quotes, cited, strict=True))


async def test_of_several_papers_each_has_the_marks_of_its_own_quotations():
    other = replace(WITHOUT_LINK, id="2601.00099", title="Another paper")
    sources = [
        Source(moving(), a_text(), None, 1),
        Source(other, a_text(other, more=" All code will be released on publication."), None, 2),
    ]
    found = await ANALYST.answer("which of them release code?", sources, (), "en", show_nothing)
    first, second = found.text.split("\n\n")
    marks = {q.paper_id: f"[{q.number}]" for q in found.quotes}
    assert marks[moving().id] in first
    assert marks[other.id] in second
    assert marks[other.id] not in first


@each(
    "question",
    [
        "Do the authors compare with human drivers?",
        "When is the code run?",
        "how does code-switching work",
        "what categories of objects are grasped?",
        "Which version of RT-2 do they use?",
        "Under which licence is the dataset released?",
        "这篇论文做了什么？",
        "What is new in this paper?",
        "When does it work?",
        "Who is it for?",
        "它有多少层？",
        "How much data?",
        "Which conference data do they use?",
        "which journal articles were mined?",
        "is the review dataset accepted as hard?",
    ],
)
def test_a_question_about_the_content_is_not_taken_for_one_about_metadata(question):
    assert "authors" not in asked_facts(question)
    assert "date" not in asked_facts(question)
    assert not {"categories", "version", "licence", "venue", "page"} & set(asked_facts(question))


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("发表于哪个会议？", "venue"),
        ("在哪里发表的？", "venue"),
        ("发表于哪年？", "date"),
        ("发表于什么时候？", "date"),
    ],
)
def test_chinese_asks_for_the_place_or_the_time_of_publication(question, fact):
    assert asked_facts(question) == (fact,)


@pytest.mark.parametrize("question", ["where was it published?", "which conference?", "发表在哪个会议？", "Wo wurde das veröffentlicht?", "どこで発表されましたか", "어느 학회에 발표됐어?", "Où a-t-il été publié ?"])  # fmt: skip
async def test_a_venue_is_what_the_authors_say_of_it(question):
    """A comment without one is no answer."""
    paper = replace(moving(), comment="Accepted at RSS 2026", journal_ref="Robots 3 (2026) 1-9")
    [both, none] = [
        (await ANALYST.answer(question, [Source(p, a_text(), None, 4)], (), "en", show_nothing)).text
        for p in (paper, replace(moving(), comment="12 pages, 5 figures"))
    ]
    assert (
        both
        == "The authors' journal reference on arXiv: Robots 3 (2026) 1-9. The authors' comment on arXiv: “Accepted at RSS 2026”."
    )
    assert none == "The paper's metadata on arXiv name no venue."


@pytest.mark.parametrize(
    "question", ["How many pages does it have?", "一共几页", "Wie viele Seiten hat die Arbeit?", "何ページですか？"]
)
async def test_pages_are_told_as_read_and_as_the_authors_say(question):
    paper = replace(moving(), comment="12 pages, 5 figures; code at *example*")
    [html, pdf, silent] = [
        (await ANALYST.answer(question, [Source(p, t, None, 4)], (), "en", show_nothing)).text
        for p, t in ((paper, a_text()), (paper, replace(a_text(), pages=14)), (moving(), a_text()))
    ]
    assert html == "The authors' comment on arXiv: “12 pages, 5 figures; code at \\*example\\*”."
    assert pdf == f"Pages read of its PDF: 14. {html}"
    assert "Pages" not in silent
    assert "comment" not in silent


@pytest.mark.parametrize(
    "question", ["在DriftBench上的成功率是多少？", "和OpenVLA比怎么样", "DriftBenchではどうですか"]
)
async def test_a_name_is_looked_for_that_another_script_surrounds(question):
    found = await answer(question)
    assert any("OpenVLA achieves 43.3%" in q.evidence.quotation for q in found.quotes)


@pytest.mark.parametrize("question", ["What is the boiling temperature of tungsten?", "quarterback touchdowns?"])
async def test_nothing_is_shown_without_a_word_in_common(question):
    found = await answer(question)
    assert (found.found, found.quotes, found.nearest) == (False, (), None)
    assert found.text == label("extractive.silent", "en")


@pytest.mark.parametrize(
    "question",
    [
        "この手法の遅延はどのくらいですか",
        "지연 시간은 얼마나 되나요?",
        "Какова задержка метода?",
        "ما هو زمن التأخير؟",
        "猫和狗谁更聪明？",
    ],
)
async def test_a_question_in_another_script_is_told_that_words_cannot_match_and_what_to_do(question):
    found = await answer(question)
    assert (found.found, found.quotes) == (False, ())
    assert found.text == label("extractive.script", "en")


async def test_a_question_in_part_matched_says_which_words_stand_there():
    found = await answer("How do zebras migrate while the quarterback trains his policy?")
    assert not found.found
    assert found.text.startswith(label("extractive.part", "en", words="x").split("“")[0])
    shown = found.text.split("“", 1)[1].rsplit("”", 1)[0].split("”, “")
    assert all(word in found.quotes[0].evidence.quotation for word in shown)


async def test_words_of_the_question_that_no_passage_has_are_named():
    found = await answer("How many GPUs and hours does the gargantuan training take?")
    assert found.found
    assert "“gargantuan”" in found.text or "gargantuan" in found.text.split("Not in them")[1]


async def test_what_titles_share_is_in_all_of_them_and_is_named_once_without_tex():
    titles = (
        "TamarindSeg: $\\mathcal{L}_2$-Regularised Planning",
        "SaffronSeg: $\\mathcal{L}_2$-Regularised Routing",
        "A Third Paper",
    )
    papers = [a_paper(f"2601.0000{n}", title=title) for n, title in enumerate(titles, 1)]
    entries = [Entry(n, p, a_score(p.id), None) for n, p in enumerate(papers, 1)]
    summary = await ANALYST.summarise(entries, "en", DAY)
    _, _, terms = summary.overview.rstrip(".").partition("Words in several titles: ")
    named = [*terms.split(", "), *(t.text.split("“")[1].split("”")[0] for t in summary.trends if "“" in t.text)]
    shown = [tex.plain(title) for title in titles]
    assert named
    assert len(terms.split(", ")) == len(set(terms.split(", ")))
    for name in named:
        assert "$" not in name
        assert sum(name.casefold() in title.casefold() for title in shown) >= 2, name
    assert "$" not in summary.headline
