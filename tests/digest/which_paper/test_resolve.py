"""Which paper a question is about: the written set holds, and each rule of the order does by itself."""

import json
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.which_paper import ask, digests, taken_for_absent, verdict
from digest.checks.facts.number_words import number_words
from digest.which_paper.numbers import numbers_in
from digest.which_paper.resolve import LONGEST_CUE, Known, asks_why_not, by_title, cue, names_paper, resolve
from tests.builders import a_paper
from tests.paths import TESTS
from tests.rows import each

DATA = json.loads((TESTS / "data/which_paper.json").read_text("utf-8"))
DIGESTS = digests(DATA)
DAY, TODAY = DIGESTS[0]
FOUR = "2601.22153"


def test_of_the_written_set_all_but_what_is_known_is_right_and_few_take_another_for_a_paper_that_is_not_there(
    monkeypatch,
):
    """In one test, because a set of thousands takes ten seconds to ask. `amiss` are rows that are still asked back or wrong."""
    asked = {id(row): ask(row, DIGESTS) for row in DATA["questions"]}
    judged = [(row, verdict(row, DIGESTS, asked[id(row)])) for row in DATA["questions"]]
    assert [(row["question"], said) for row, said in judged if said != "right" and not row.get("amiss")] == []
    assert sum("amiss" in row for row, _ in judged) <= 0.05 * len(judged)
    assert sum(said == "wrong" for _, said in judged) <= 0.02 * len(judged)
    monkeypatch.setattr("bench.which_paper.ask", lambda row, _: asked[id(row)])
    taken = taken_for_absent(DATA, DIGESTS)
    assert len(taken) >= 300
    assert sum(taken) <= 0.07 * len(taken)


@pytest.mark.parametrize(
    ("digest", "question"),
    [
        (9, "속삭임 인식 논문 데이터 몇 시간?"),
        (17, "celui où on inverse les deux réponses pour voir si le juge change d'avis, c'est testé ?"),
        (18, "행동 복제 이론 논문 결론이 뭐임"),
        (18, "aquele do robô que cai e levanta sozinho, precisa de mocap?"),
        (18, "та где робот объясняет словами что пошло не так, сколько там эпизодов"),
        (18, "the one that weeds gardens with a tactile arm, any code?"),
    ],
)
def test_a_description_of_which_no_paper_has_more_than_a_word_is_asked_about(digest, question):
    found = resolve(question, papers=DIGESTS[digest][1])
    assert (found.ask, len(found.candidates)) == (True, len(DIGESTS[digest][1]))


ROBOTS = DIGESTS[18][1]


LAB = DIGESTS[23][1]


def test_no_and_one_of_two_is_another_paper():
    found = resolve("いや、四足歩行のほう", papers=ROBOTS, under_discussion=(ROBOTS[0].paper.id,))
    assert ROBOTS[0].paper.id not in found.paper_ids


def test_a_reply_is_about_the_paper_replied_to_whatever_is_under_discussion():
    found = resolve("Any code?", papers=TODAY, replied_to=FOUR, under_discussion=("2601.22150",))
    assert (found.paper_ids, found.why) == ((FOUR,), "reply")


def test_an_id_that_is_in_no_digest_is_told_all_the_same():
    assert resolve("看看1706.03762的位置编码", papers=TODAY).paper_ids == ("1706.03762",)


@pytest.mark.parametrize("question", ["7 논문의 한계는?", "7 論文の限界は？", "7论文的局限是什么", "七論文の結論"])
def test_a_figure_right_before_a_paper_is_asked_about(question):
    """It may be so many papers."""
    found = resolve(question, papers=TEN, under_discussion=(TEN[3].paper.id,))
    assert (found.ask, len(found.candidates)) == (True, 10)


def test_a_count_of_letters_names_no_paper():
    under = TEN[3].paper.id
    assert resolve("7 글자로 요약해줘", papers=TEN, under_discussion=(under,)).paper_ids == (under,)


def test_a_number_the_digest_has_not_is_asked_about():
    found = resolve("paper 42 please", papers=TODAY)
    assert found.ask
    assert len(found.candidates) == len(TODAY)


def test_candidates_are_labelled_with_number_and_title():
    found = resolve("the diffusion paper, is it fast?", papers=TODAY)
    assert found.ask
    assert 2 <= len(found.candidates) <= len(TODAY)
    assert all(c.label.split(" · ")[0].isdigit() and len(c.label) <= 80 for c in found.candidates)


def test_the_only_paper_is_meant_when_nothing_else_is_said():
    assert resolve("any limitations?", papers=TODAY[:1]).paper_ids == ("2601.20742",)


def test_candidates_of_no_digest_have_their_ids_and_no_tex():
    papers = [
        Known(0, a_paper(f"2601.0000{n}", title=r"\texttt{Robots} That Learn From " + "Video " * 20)) for n in (1, 2)
    ]
    found = resolve("the robots paper, is it fast?", papers=papers)
    assert len(found.candidates) == 2
    assert all(c.label.startswith("Robots That Learn") for c in found.candidates)
    assert [c.label.rsplit(" · ", 1)[-1] for c in found.candidates] == [c.paper_id for c in found.candidates]
    assert all(len(c.label) <= 75 for c in found.candidates)


def test_nothing_to_choose_from_is_asked_about_without_candidates():
    found = resolve("any limitations?", papers=())
    assert (found.ask, found.candidates) == (True, ())


def test_a_question_about_the_day_is_about_all_its_papers():
    found = resolve("Which of these release code?", papers=TODAY)
    assert found.about_day
    assert len(found.paper_ids) == len(TODAY)


def test_yesterday_means_the_digest_of_that_day():
    assert resolve("昨天的第3篇", papers=TODAY, earlier=DIGESTS[1:], today=DAY).paper_ids == ("2204.08348",)
    assert resolve("昨天的第3篇", papers=TODAY, earlier=(), today=DAY).ask


@pytest.mark.parametrize(("question", "told"), [("can the rest be frozen?", FOUR), ("and REST?", "2204.08348")])
def test_a_short_name_of_an_earlier_day_is_written_as_a_name(question, told):
    assert resolve(question, papers=TODAY, earlier=DIGESTS[1:2], under_discussion=(FOUR,)).paper_ids == (told,)


def test_a_digest_before_new_year_is_found_after_it():
    earlier = [(date(2025, 12, 31), [Known(1, a_paper("2512.00001", title="Old Things Revisited"), "")])]
    assert resolve("12月31日第1篇", papers=TODAY, earlier=earlier, today=date(2026, 1, 2)).paper_ids == ("2512.00001",)


@each(
    ("question", "today", "told"),
    [
        (question, today, told)
        for question in ("paper 1 from Feb 29?", "2月29日第1篇", "articolo 1 del 29 febbraio?")
        for today, told in (
            (date(2028, 1, 15), ("2402.00001",)),
            (date(2027, 3, 1), ("2402.00001",)),
            (date(2028, 3, 1), ()),
        )
    ],
)
def test_a_leap_day_is_the_last_one_that_there_was(question, today, told):
    earlier = [(day, [Known(1, a_paper(f"{day:%y%m}.00001"))]) for day in (date(2024, 3, 4), date(2024, 2, 29))]
    found = resolve(question, papers=TODAY, earlier=earlier, today=today)
    assert (found.paper_ids, found.ask) == (told, not told)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("4", True),
        ("what does #4 say", True),
        ("第四篇不错", True),
        ("DynamicVLA is cool", True),
        ("all but 4", True),
        ("lunch at 12?", False),
        ("4 people are coming", False),
        ("哈哈", False),
        ("see you on the 3rd", False),
    ],
)
def test_whether_a_remark_names_a_paper(text, named):
    assert names_paper(text, TODAY) is named


@each("text", [row["question"] for row in DATA["questions"] if row["kind"] == "number"])
def test_one_judge_says_whether_and_which(text):
    """What names a paper for `resolve` names one for the etiquette, and nothing else does."""
    names = names_paper(text, TODAY)
    told = resolve(text, papers=TODAY)
    assert names == (told.why in ("id", "number", "title") and bool(told.paper_ids))


@each("language", ["de", "en", "es", "fr", "it", "nl", "pt", "ru", "sv", "tr"])
def test_ordinals_of_every_gender_and_case_come_from_cldr(language):
    noun = {"de": "Artikel", "en": "paper", "es": "artículo", "fr": "article", "it": "articolo", "nl": "artikel",
            "pt": "artigo", "ru": "статья", "sv": "artikel", "tr": "makale"}[language]  # fmt: skip
    words = number_words()[language]["ordinal"]
    for number in range(1, 11):
        for word in words[str(number)]:
            assert numbers_in(f"{word} {noun}?", 10).named == (number,), word


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("为什么没有选 UEval？", True),
        ("why was UEval not chosen?", True),
        ("Why didn't you include DynamicVLA", True),
        ("怎么没收录这篇", True),
        ("why does it work?", False),
        ("为什么快？", False),
        ("why is it not better than GPT-4?", False),
        ("why isn't UEval in there?", True),
    ],
)
def test_whether_it_asks_why_a_paper_was_left_out(text, asks):
    assert asks_why_not(text) is asks


def test_a_title_among_many_is_found_when_it_is_clear():
    titles = {k.paper.id: k.paper.title for _, known in DIGESTS for k in known}
    assert by_title("why not Property-Based Mutation Testing?", titles) == "2301.13615"
    assert by_title("why not the mutation testing one?", titles) is None
    assert by_title("why not that one?", titles) is None


@given(st.text(max_size=80))
def test_whatever_is_asked_it_is_told_or_asked_back(question):
    found = resolve(question, papers=TODAY, earlier=DIGESTS[1:], today=DAY)
    assert found.ask != bool(found.paper_ids)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("¿Qué limitaciones tiene el 4?", 4),
        ("quelles sont les limites du 4 ?", 4),
        ("was kostet die 4?", 4),
        ("Is it true that 4 reaches 99.9% accuracy?", 4),
        ("And on a desktop, how slow is 3?", 3),
        ("wie schnell ist 3?", 3),
        ("how long is 3 seconds?", None),
        ("is it true that 8 GPUs suffice?", None),
        ("la tabla 4?", None),
    ],
)
def test_a_number_behind_an_article_or_before_its_verb_is_a_papers(question, number):
    assert numbers_in(question, 10).bare == ((number,) if number else ())


@pytest.mark.parametrize("piece", ["1,", "½", "4和", "3 ", "#1 ", "ﷺ", "第1", "1번과"])
def test_an_endless_list_of_numbers_costs_no_more_than_its_length(piece):
    """A list is tried at each of its figures, and a character may become eighteen."""
    text = cue(f"compare papers {piece * 1_500}")
    numbers_in(text[:60], 10)  # compiles the patterns
    started = time.process_time()
    numbers_in(text, 10)
    assert time.process_time() - started < 0.6
    assert len(text) <= LONGEST_CUE


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("not" + " " * 1_400 + "this one", "not this one"),
        ("all but" + " \n" * 700 + "3", "all but\n3"),
        ("3 \u3000 5", "3 5"),
    ],
)
def test_of_blanks_side_by_side_one_is_left(asked, read):
    """Patterns that look for blanks at each of them would take the square of 1,500."""
    assert cue(asked) == read


TEN = [Known(n, a_paper(f"2603.0{n:04d}", title=f"Widget {n}")) for n in range(1, 11)]


@pytest.mark.parametrize(
    ("question", "subject", "numbers"),
    [
        ("and the others? any of them with code", 9, [1, 2, 3, 4, 5, 6, 7, 8, 10]),
        ("und die anderen? gibt es Code", 2, [1, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("wie schneidet es im Vergleich zu 4 ab?", 8, [8, 4]),
        ("ça donne quoi comparé au 4 en vitesse ?", 8, [8, 4]),
        ("wie ist es im Vergleich zu 4 GPUs?", 8, [8]),
    ],
)
def test_a_reply_asks_about_the_others_or_compares(question, subject, numbers):
    told = resolve(question, papers=TEN, subject=TEN[subject - 1].paper.id)
    assert told.paper_ids == tuple(TEN[n - 1].paper.id for n in numbers)


@pytest.mark.parametrize("question", ["3 跟 arXiv:2511.04417 差在哪", "3 vs 2511.04417?", "compare 2511.04417 with 3"])
def test_a_lone_figure_beside_an_id_is_a_papers(question):
    assert set(resolve(question, papers=TEN).paper_ids) == {"2511.04417", TEN[2].paper.id}


def _made(*papers):
    """A digest of titles and authors, numbered from one."""
    return [
        Known(n, a_paper(f"2603.0000{n}", title=title, authors=tuple(authors)))
        for n, (title, *authors) in enumerate(papers, 1)
    ]


BIRDS = _made(
    ("Counting Storks from Balloons", "Ada Marchetti", "Ulf Lindqvist"),
    ("Bayesian Nests", "Marta Kowalczyk", "Jun Ito"),
    ("Migration Routes in Wind Tunnels", "Sean Okafor", "Ulf Lindqvist"),
    ("Feather Spectra and Wind Tunnels", "Yara Haddad"),
    ("Songs of Urban Sparrows", "Marta Kowalczyk", "Petr Dvorak"),
)


def _numbers(question, under=(), papers=BIRDS, replied=None, before=()):
    """The numbers of the papers told, `day` for all of them as such, `None` when it is asked back."""
    of = {k.paper.id: k.number for k in papers}
    found = resolve(
        question,
        papers=papers,
        under_discussion=[papers[n - 1].paper.id for n in under],
        discussed_before=[papers[n - 1].paper.id for n in before],
        replied_to=papers[replied - 1].paper.id if replied else None,
    )
    if found.ask:
        return None
    return "day" if found.about_day else sorted(of[i] for i in found.paper_ids)


@each(
    "question",
    [
        "both — which is cheaper to train",
        "do both release code",
        "which of the two is better",
        "compare the two",
        "haben beide code?",
        "welches von beiden ist besser",
        "les deux ont du code ?",
        "los dos usan robots?",
        "os dois usam rl?",
        "entrambi su robot veri?",
        "обе на реальных роботах?",
        "hebben ze allebei code?",
        "两篇都开源吗",
        "両方コードある?",
        "둘 다 코드 있어?",
    ],
)
def test_both_are_the_papers_of_the_last_two_questions(question):
    assert _numbers(question, under=[3], before=[1]) == [1, 3]
    assert _numbers(question, under=[3, 4], before=[1]) == [3, 4]


@each(
    "question",
    [
        "does it use both arms",
        "both text and images?",
        "beide Kameras?",
        "les deux bras bougent ?",
        "le due camere servono?",
        "обе камеры нужны?",
        "两个摄像头都要吗",
        "両方の腕を使う?",
        "두 카메라 다 필요해?",
    ],
)
def test_both_of_something_else_is_of_the_paper_under_discussion(question):
    assert _numbers(question, under=[3], before=[1]) == [3]


def test_which_of_two_questions_is_meant():
    assert _numbers("the first of the two", under=[3], before=[1]) == [1]
    assert _numbers("the latter: any code?", under=[3], before=[1]) == [3]


@pytest.mark.parametrize(
    "text",
    ["siamo al 3 piano", "la 2 de la mañana", "wir sind zu 3 im Büro", "treffen wir uns zu 5 heute?", "ao 5 andar"],
)
def test_a_floor_an_hour_and_how_many_come_name_no_paper(text):
    assert not names_paper(text, BIRDS)


def test_a_denial_of_no_answer_names_no_paper():
    assert not names_paper("no, 5", BIRDS)
    assert _numbers("no, 5 layers?", under=[2]) in ([2], None)


KINDS = _made(("A Survey of Nests", "Ada Marchetti"), ("Songs of Sparrows", "Petr Dvorak", "Jun Ito"))


AUTHORS = _made(
    ("Confining Agents against Indirect Prompt Injection", "Noa Ben-Ami", "Arjun Mehta"),
    ("Fuzzing Drivers", "Khoa Le", "Arjun Mehta"),
    ("A Survey of Nests", "Ada Marchetti"),
)


CYRILLIC = _made(("Grids", "Dmitri Volkov"), ("Meshes", "Nikolai Petrenko"), ("Depth at Night", "Ana Beltrán"))


SPEECH = DIGESTS[16][1]


def test_a_head_that_the_abstract_always_writes_with_a_capital_is_a_name():
    scrub = a_paper("2603.00001", title="Scrubline: Clean Notes", abstract="Notes leak. Scrubline finds names.")
    stop = a_paper("2603.00002", title="Balance: Walking on Ice", abstract="Balance is hard. We learn balance.")
    papers = [Known(1, scrub), Known(2, stop), Known(3, a_paper("2603.00003", title="Swap and Tell"))]
    assert _numbers("same for scrubline", under=[3], papers=papers) == [1]
    assert _numbers("how is the balance of its classes?", under=[3], papers=papers) == [3]


@each(
    "question",
    [
        "How large is the model?",
        "accuracy of the top 5 models?",
        "Models tested?",
        "Which benchmark is used?",
        "what cameras are used?",
        "Any bias?",
    ],
)
def test_a_common_word_that_an_abstract_writes_with_a_capital_is_no_name(question):
    titles = ["A Vision Model for Moving Objects", "Splatting with Flow", "A Clinical Benchmark", "Bias in News"]
    titles += ["Depth from Event Cameras", "Tiny Speech Models", "Driving on Waymo"]
    papers = [
        Known(n, a_paper(f"2603.0000{n}", title=title, abstract=f"We study {title}."))
        for n, title in enumerate(titles, 1)
    ]
    assert resolve(question, papers=papers).ask
    assert resolve("who uses waymo?", papers=papers).paper_ids == ("2603.00007",)
    assert resolve("what of Cameras?", papers=papers).paper_ids == ("2603.00005",)


def test_a_name_that_only_the_abstract_gives_leads_to_its_paper():
    audits = a_paper(
        "2603.00001", title="How Many Labels?", abstract="Labels cost much. AuditCal selects a small sample."
    )
    papers = [Known(1, audits), Known(2, a_paper("2603.00002", title="Swap and Tell"))]
    found = resolve("AuditCal, on peut l'appliquer à nos textes ?", papers=papers, under_discussion=["2603.00002"])
    assert found.paper_ids == ("2603.00001",)


@each(
    ("question", "number"),
    [
        ("das dritte Paper von gestern", 3),
        ("le troisième d'hier", 3),
        ("la 4 de ayer tiene código?", 4),
        ("o 3 de ontem", 3),
        ("il terzo di ieri", 3),
        ("вчерашняя третья статья", 3),
        ("어제 3번 논문", 3),
        ("الورقة ٣ من أمس", 3),
        ("das 3. Paper vom Samstag", 3),
        ("토요일의 3번 논문", 3),
        ("周六的第3篇", 3),
        ("paper 3 of 1 day ago", 3),
        ("le numéro 3 du 7 février", 3),
    ],
)
def test_an_earlier_day_is_told_in_every_language(question, number):
    """`DIGESTS[8]` is the Sunday after it."""
    (_, today), (day, before) = DIGESTS[9], DIGESTS[8]
    found = resolve(question, papers=today, earlier=[(day, before)], today=date(2026, 2, 8))
    assert found.paper_ids == (before[number - 1].paper.id,)


def test_a_weekday_long_before_and_last_week_are_not_the_newest_digest():
    earlier = [DIGESTS[8], DIGESTS[7]]
    assert resolve("the third one from Monday", papers=LAB, earlier=earlier, today=date(2026, 2, 8)).ask
    assert resolve("paper 3 of last week", papers=LAB, earlier=earlier, today=date(2026, 2, 8)).ask


@each("question", ["il quarto l'ho letto ieri sera, codice?", "das Vierte habe ich gestern gelesen: welche Daten?"])
def test_when_a_paper_was_read_is_not_its_day(question):
    assert resolve(question, papers=LAB, earlier=DIGESTS[:2], today=date(2026, 9, 8)).paper_ids == (LAB[3].paper.id,)


@each(
    "question",
    [
        "le 5 mai, c'était quoi ?",
        "il 5 per cento di errore?",
        "o 3 de março?",
        "il 4 giugno?",
        "con el 5 por ciento de datos?",
        "la 5 edición de SemEval?",
        "läuft es auf bis zu 5 GPUs?",
        "gibt es zu 5 modellen code?",
        "le deuxième jeu de données vient d'où ?",
        "o segundo experimento tem baseline?",
        "von 3 zu 5?",
        "2 o 3 capas?",
        "passe de 1 à 4 langues ?",
        "la 4 fois plus rapide ?",
        "does the error fall from 5 to 3?",
        "da 1 a 3 lingue?",
        "der Fehler fällt von 5 bis 3 Prozent?",
    ],
)
def test_a_day_a_share_and_a_thing_with_a_number_are_no_papers(question):
    assert _numbers(question, under=[2]) in ([2], None)


def _told(rows, numbers=None, under=(), papers=BIRDS, replied=None):
    """Questions that all tell these numbers, or each its own, with what is under discussion then if that differs."""
    every = [(row, numbers) if isinstance(row, str) else row for row in rows]
    return [(question, own[0] if len(own) == 2 else under, own[-1], papers, replied) for question, *own in every]


TOLD = {
    "a comparison is about both halves or asks": _told(
        [
            ("compare GraspLoom with the failure diagnosis", [1, 10]),
            ("confronta GraspLoom con i quadrupedi", [1, 9]),
            ("vergleiche GraspLoom mit der Arbeit über Verschlüsselung", None),
            ("compare PaceNet and the coral reefs", None),
            ("compara PaceNet con los arrecifes", None),
            ("compare PaceNet with DreamWaQ", [9]),
            ("compare the warehouse paper and the quantum one", None),
            ("PaceNet vs fall recovery: which has more data?", [2, 9]),
        ],
        papers=ROBOTS,
    ),
    "a place is counted from the paper that is named for it": _told(
        [
            ("whats the one right before the survey", [4]),
            ("the one after 5", [6]),
            ("das nach dem Survey, was machen die?", [6]),
            ("das nach GustMPC?", [7]),
            ("celui juste avant le survey", [4]),
            ("el anterior a GustMPC", [5]),
            ("o que vem depois do survey", [6]),
            ("quello prima del survey, codice?", [4]),
            ("та что идёт после GustMPC", [7]),
            ("综述后面那篇", [6]),
            ("GustMPCの前のやつ", [5]),
            ("서베이 다음 논문", [6]),
            ("아니 3번 말고 그 다음꺼", [4]),
        ],
        under=[9],
        papers=LAB,
    ),
    "the middle of an odd number of papers is one": _told(
        [
            "the paper in the middle please",
            "das in der Mitte bitte",
            "celui du milieu, il y a du code ?",
            "el del medio",
            "o do meio tem código?",
            "quello in mezzo",
            "真ん中の論文は？",
            "가운데 논문이요",
            "中间那篇有代码吗",
        ],
        [5],
        papers=ROBOTS[:9],
    ),
    "a reply that ends with a number alone leaves the paper it answers": _told(
        [
            "no scusa, il 4",
            "entschuldigung, die 4",
            "no perdona, el 4",
            "извини, 4",
            "désolé, le 4",
            "sorry, 4!",
            "抱歉，4",
            "ごめん、4",
            ("sorry, figure 4?", [1]),
            ("no, um 4 Uhr", [1]),
        ],
        [4],
        replied=1,
    ),
    "this and a number are two papers, under discussion": _told(
        ["this vs 4", "este y el de Haddad", "ist das oder Nr. 4 schneller?", "它和4比哪个快"], [2, 4], under=[2]
    ),
    "this and a number are two papers, replied to": _told(["this vs 4", "este y el de Haddad"], [2, 4], replied=2),
    "traditional characters are read like simplified ones": _told([("最後兩篇", [4, 5])], under=[2]),
    "a range is of papers unless it counts something": _told(
        [
            ("de 1 à 3, une phrase chacun stp", [1, 2, 3]),
            ("2〜4をそれぞれ一行で", [2, 3, 4]),
            ("dal 2 al 4, una riga ciascuno", [2, 3, 4]),
            ("von 3 bis 5 bitte je ein Satz", [3, 4, 5]),
            ("3 a 5 por favor", [3, 4, 5]),
            ("3 to 5, one line each", [3, 4, 5]),
            ("第2到第4篇", [2, 3, 4]),
            ("2번부터 4번까지 요약해줘", [2, 3, 4]),
            ("2~4번만 짧게", [2, 3, 4]),
            ("2到4帮我整理一下", [2, 3, 4]),
        ],
        under=[2],
    ),
    "as many others as there are leave out the paper under discussion": _told(
        [
            ("and the other four, any code?", [1, 3, 4, 5]),
            ("e os outros quatro, algum tem código?", [1, 3, 4, 5]),
            ("und die anderen vier?", [1, 3, 4, 5]),
            ("et les quatre autres ?", [1, 3, 4, 5]),
            ("gli altri quattro hanno il codice?", [1, 3, 4, 5]),
            ("その他の4本は？", [1, 3, 4, 5]),
            ("其他四篇有代码吗", [1, 3, 4, 5]),
            ("其餘四篇呢", [1, 3, 4, 5]),
            ("나머지 네 편은?", [1, 3, 4, 5]),
            ("and the other three, any code?", None),
            ("e os outros três, algum tem código?", None),
            ("und die anderen drei?", None),
        ],
        under=[2],
    ),
    "a reply that begins with a number turns to that paper": _told([("vergleich das mit Nr. 1", [1, 3])], replied=3),
    "the paper compared with joins the one under discussion": _told(["par rapport au 4 ?"], [2, 4], under=[2]),
    "a reply that asks for the difference is about both": _told(
        ["Unterschied zur 4?", "how is it different from 4?", ("difference between 4 and 5 layers?", [2])],
        [2, 4],
        replied=2,
    ),
    "a reply that begins with a connective and a number turns to that paper": _told(
        ["and 4?", "und 4?", "et 4 ?"], [4], replied=2
    ),
    "the others leave out no figure that is no paper": _told(
        ["Table 3 I know, the others?", "we know 3 layers suffice, the others are pruned?"], [2], under=[2]
    ),
    "the first papers are counted in digits": _told(
        [
            "the first 3 in one line each",
            "die ersten 3 in je einem Satz",
            "первые 3 кратко",
            "os 3 primeiros em uma frase",
            "前3篇",
            ("die ersten 3 in Tabelle 2", None),
        ],
        [1, 2, 3],
    ),
    "a plural means all papers of an author": _told(["ceux de Mehta ?", "quelli di Mehta?"], [1, 2], papers=AUTHORS),
    "a place before a noun of its own names no paper": _told([("le troisième auteur, il est où ?", [2], [2])]),
    "a figure is a paper where nothing follows that it may count": _told(
        [
            *("who wrote 5?", "which licence has 5", "funding for 5", "has 5 been withdrawn?", "Welche Grenzen hat 5?"),
            *("the affiliation of 5's authors", "when was 5 last updated", "quelles données dans 5 ?"),
            *("Есть ли код у 5?", "5의 한계점은?", "5은 어떤 GPU를 사용했나요?"),
        ],
        [5],
        under=[4],
        papers=TODAY,
    ),
    "a figure that is no amount and no table is asked about": _told(
        [
            ("この論文の 4 は？", None),
            ("Hat 4 Code?", None),
            ("is the depth 4?", None),
            ("does it use at least 3?", None),
            ("is four better than two?", None),
            ("第四个用了什么数据", None),
            ("tables 3 and 4?", [4]),
            ("batch size = 4?", [4]),
            ("were 64 used?", [4]),
        ],
        under=[4],
        papers=TODAY,
    ),
    "a reply that names another paper is about both, a bare figure names none": _told(
        [("5 steps or more?", [4])], replied=4, papers=TODAY
    ),
    "a paper that is named as not meant is never answered about": _told(
        [
            ("not Fontaine's paper but Durand's: which camera?", [3]),
            ("nicht das von Fontaine, das von Durand: welche Kamera?", [3]),
            ("pas celui de Fontaine, celui de Durand, quelle caméra ?", [3]),
            ("no el de Fontaine, el de Durand: qué cámara?", [3]),
            ("não o da Fontaine, o da Marchetti, qual braço?", [5]),
            ("non quello di Fontaine, quello di Marchetti: che braccio?", [5]),
            ("не статья Fontaine, а статья Durand, какая камера?", [3]),
            ("不是Fontaine那篇，是Durand那篇，用什么相机", [3]),
            ("Fontaineさんのじゃなくて Durandさんの論文、カメラは？", [3]),
            ("not the warehouse one, the quadruped one", [9]),
            ("GraspLoomではなくて別のやつ", None),
            ("not GraspLoom, the coral thing, how deep?", None),
        ],
        papers=ROBOTS,
    ),
    "a place is counted from the paper under discussion": _told(
        [
            ("et celui qui vient juste après ?", [6]),
            ("und das was danach kommt?", [6]),
            ("el q sigue", [6]),
            ("e o q vem depois?", [6]),
            ("その次", [6]),
            ("1個後のやつ", [6]),
            ("y el q va antes?", [4]),
            ("e quello che viene prima?", [4]),
            ("quello precedente, ha codice?", [4]),
            ("さっきの一つ前", [4]),
        ],
        under=[5],
        papers=LAB,
    ),
    "two descriptions are two papers": _told(
        [
            ("the survey vs the glass one, which is shorter", [5, 10]),
            ("glass paper or the cable paper first?", [1, 10]),
        ],
        papers=LAB,
    ),
    "the other one is of two on a subject": _told(
        [
            ("no the other legged one", [3], [7]),
            ("l'autre quadrupède, il tombe combien de fois ?", [7], [3]),
            ("e o outro de MPC?", [6], [2]),
            ("그거 말고 다른 MPC 논문", [2], [6]),
            ("what about the other metric?", [4], [4]),
        ],
        papers=LAB,
    ),
    "an hour is no paper": _told(
        [
            "до 10 утра успею прочитать обзор?",
            "ich lese bis 8 morgens",
            "have to read it by 9 in the morning",
            "per le 8 mi serve",
        ],
        None,
        papers=ROBOTS,
    ),
    "a plea a dash and an adjective tell the paper": _told(
        [
            ("mi spieghi il 8 per favore?", [8]),
            ("the eighth - does it need a GPU", [8]),
            ("l'article théorique, quelles hypothèses", [8]),
            ("das theoretische Paper, was nehmen die an?", [8]),
            ("теоретическая статья, какие предположения?", [8]),
        ],
        papers=ROBOTS,
    ),
    "a share of something is no paper": _told(["3 de los 12 robots?"], [1], under=[1], papers=ROBOTS),
    "figures joined before a verb of comparing are papers": _told(
        [("7と8 読み比べたい", [7, 8]), ("1和8帮我对比一下", [1, 8])], papers=SPEECH
    ),
    "this one beside a number is the paper under discussion": _told(
        ["does number 6 mention this one?"], [3, 6], under=[3], papers=LAB
    ),
    "the digest by name is the whole day": _told(
        ["fasst den Digest zusammen", "resume todo el digest", "다이제스트 요약해줘"], "day", papers=ROBOTS
    ),
    "which of these is about the day": _told(["cuál de estos papers tiene código?"], "day", papers=ROBOTS),
    "a correction is never about the paper it rejects": _told(
        [
            ("Not that one, I mean Haddad's", [4]),
            ("non pas celui-ci, celui d'Okafor", [3]),
            ("не эта, а статья 5", [5]),
            ("これじゃなくて、3番の論文", [3]),
            ("이거 말고 Haddad 논문", [4]),
            ("não a 2, a 4", [4]),
            ("scusa, intendevo il secondo", [2]),
            ("excusez-moi, je voulais la 4", [4]),
            ("non, pas celle-ci : celle sur la migration", [3]),
            ("not this one, sorry", None),
            ("pas le code, les données ?", [1]),
            ("why not this loss, but cross-entropy?", [1]),
            ("it does not use 3, does it?", None),
        ],
        under=[1],
    ),
    "an exception leaves the other papers": _told(
        [
            ("all but 3: any code?", [1, 2, 4, 5]),
            ("tous sauf le 3", [1, 2, 4, 5]),
            ("alle außer 3 und 4", [1, 2, 5]),
            ("кроме третьей, у всех есть код?", [1, 2, 4, 5]),
            ("3番以外はコードありますか", [1, 2, 4, 5]),
            ("3と4以外で", [1, 2, 5]),
            ("除了3和4以外呢", [1, 2, 5]),
            ("3번 빼고 다 코드 있나요?", [1, 2, 4, 5]),
            ("all papers except Haddad's", [1, 2, 3, 5]),
            ("all papers except 1-5", None),
        ]
    ),
    "the rest and the other one are not the paper under discussion": _told(
        [
            ("and the rest?", [1], [2, 3, 4, 5]),
            ("haben die anderen Artikel Code?", [1], [2, 3, 4, 5]),
            ("残りは？", [1], [2, 3, 4, 5]),
            ("and the other one on wind tunnels?", [3], [4]),
            ("el otro de Lindqvist", [3], [1]),
            ("sorry, the other wind one I meant", [3], [4]),
            ("how does this compare to the other wind paper?", [3], [3, 4]),
            ("3以外の層は凍結？", [1], [1]),
            ("除了这篇，其他的呢", [1], [2, 3, 4, 5]),
            ("この論文以外をまとめて", [1], [2, 3, 4, 5]),
            ("이 논문 빼고 다 요약", [1], [2, 3, 4, 5]),
            ("apart from this, any other dataset?", [1], [1]),
            ("除了这个还测了别的吗", [1], [1]),
            ("las dos primeras tablas cuáles son", [1], [1]),
        ]
    ),
    "another number alone is one paper": _told(["vergleiche Nr. 4 mit GPT-4", "what is 4 about?"], [4], under=[2]),
    "an ordinal from the end counts from there": _told(
        [
            ("second from the end", [4]),
            ("third-to-last, code?", [3]),
            ("last but one: is there code?", [4]),
            ("das drittletzte Paper", [3]),
            ("le deuxième en partant de la fin", [4]),
            ("вторая с конца статья", [4]),
            ("後ろから2番目の論文", [4]),
        ]
    ),
    "a family name tells its paper wherever it stands": _told(
        [
            ("both papers by Kowalczyk", [2, 5]),
            ("los dos de Kowalczyk", [2, 5]),
            ("Kowalczyk 논문 둘 다", [2, 5]),
            ("Kowalczyk's paper", None),
            ("compare Haddad and Dvorak", [4, 5]),
            ("does Ito converge?", [1]),
            ("is the wind paper open access?", None),
        ],
        under=[1],
    ),
    "something of today and as many as there are is the day": _told(
        ["the five papers please", "這五篇整理一下"], "day"
    ),
    "a pronoun with a subject describes another paper": _told(
        [
            ("das mit den Windtunneln und Feather Spectra", [4]),
            ("el que habla de migration", [3]),
            ("マイグレーションのやつ", [3]),
            ("статья про воробьёв", None),
            ("quello con i Balloons", [1]),
            ("Sparrows那个用了什么数据", [5]),
            ("das mit den Walen, welche Daten?", None),
            ("训练那个阶段要多久", [2]),
            ("sparrows那个省了多少", [5]),
            ("and the sparrows thing, how many?", [5]),
            ("nests那个省了多少", [2]),
            ("Wurden COCO 3 und 4 getrennt ausgewertet?", [2]),
            ("Quelles limites a cet article sur le plan pratique ?", [2]),
        ],
        under=[2],
    ),
    "the last two of something else are no papers": _told(["gli ultimi due strati sono fissi?"], [2], under=[2]),
    "who names the paper under discussion insists on it": _told(
        ["I meant 5", "no, 5", "sorry, 5", "ich meinte 5"], [5], under=[5]
    ),
    "a number after a denial is the paper meant": _told(["no, I meant 5", "no, quería decir la 5"], [5], under=[2]),
    "the only survey is known by its kind": _told(
        ["der Nest-Survey, lohnt der sich", "Tabelle 2 im Survey, was heißt die letzte Spalte?"], [1], papers=KINDS
    ),
    "a survey within the paper under discussion is its own": _told(
        ["how many people answered the survey?"], [2], under=[2], papers=KINDS
    ),
    "all but the survey leaves it out": _told(["tout sauf le survey, une ligne chacun"], [2], papers=KINDS),
    "who was wrong is not answered about that paper": _told(
        ["no ese no, el de las ballenas", "perdón me equivoqué, quería el de las ballenas", "間違えた、クジラのやつ"],
        None,
        under=[2],
    ),
    "two bare figures joined or compared are papers": _told(
        [
            "do 2 and 4 both need a GPU",
            "en qué se diferencia el 2 del 4",
            "le 2 et 4, quel GPU ?",
            "2이랑 4 차이가 뭐야",
        ],
        [2, 4],
    ),
    "what is counted beside a paper is none": _told(["le 2 et 3 autres modèles"], [2]),
    "the others leave out the papers that are known": _told(
        [
            "I've read 2 and 4, what about the others?",
            "je connais déjà le 2 et le 4, les autres en une phrase",
            "el 2 y el 4 ya los conozco, los demás por favor",
            "2 и 4 знаю, остальные кратко",
            "2和4看过了，其他的简单说说",
            "2と4は読んだ、残りをお願い",
        ],
        [1, 3, 5],
    ),
    "a figure behind a resource or before a wish is a paper": _told(["hay código para 4?", "4 tldr"], [4]),
    "a figure that counts after a resource or before a wish is none": _told(
        ["is there data for 4 days?", "4 kurze Punkte"], None
    ),
    "the next and the previous paper are counted from the one under discussion": _told(
        [("how does it compare with the previous one?", [2, 3]), ("o próximo fala de quê", [4])], under=[3]
    ),
    "what is excluded is never told": _told(
        [
            ("no sorry I didn't mean Marchetti, I meant the sparrows one", [5]),
            ("not the storks, the other wind tunnel one", None),
            ("nicht Bayesian Nests, ich meinte das mit den Sparrows", [5]),
            ("non, je parlais de celui sur les Sparrows", [5]),
            ("no hablo de Haddad sino del de Sparrows", [5]),
            ("não é o do haddad não, queria o dos Sparrows", [5]),
            ("non Bayesian Nests, intendevo Songs of Urban Sparrows", [5]),
            ("нет, я про миграцию", None),
            ("不是Haddad那篇，我说的是sparrows那个", [5]),
            ("あ、1番じゃなくてSparrowsのほうでした", [5]),
            ("Haddad 말고 Sparrows 논문이요", [5]),
        ],
        under=[1],
    ),
    "a place in the list names its paper before any word": _told([("no segundo, quantos pássaros?", [2])]),
    "of two papers named together none is left out": _told(
        [
            ("nutzen Bayesian Nests und das Paper über Sparrows dieselben Daten?", (), [2, 5]),
            ("Bayesian Nests et celui sur les baleines ?", (), None),
            ("does Bayesian Nests cite the sparrows one?", (), [2, 5]),
            ("is this related to Bayesian Nests at all?", [3], [2, 3]),
            ("esto se podría combinar con Bayesian Nests?", [3], [2, 3]),
            ("and Bayesian Nests, does it need radar?", [3], [2]),
            ("the wind tunnels paper, any code?", (), None),
        ]
    ),
    "names and topics are known in other languages": _told(
        [("el de profundidad, qué datos usa?", [3]), ("das mit der Nacht", [3]), ("夜間のやつ", [3])], papers=CYRILLIC
    ),
    "the list is the whole digest": _told(
        ["if I only have time for one of these five?", "이번 리스트에서 추천은?"], "day"
    ),
    "what is corrected is never the paper under discussion": _told(
        [
            ("sorry falsches, ich meinte das TTS paper", [10]),
            ("ой, не та статья, я про синтез речи", [10]),
            ("いやそれじゃなくて、テーブルスピーチのほう", None),
            ("아니 그거 말고 나비 쪽이요", None),
            ("foi mal, era o de borboletas, não esse", None),
            ("no, I meant the one about butterflies", None),
            ("I meant the eighth, not the seventh", [8]),
            ("Ich meinte das achte, nicht das siebte", [8]),
            ("je voulais dire le huitième, pas le septième", [8]),
            ("quería decir el octavo, no el séptimo", [8]),
            ("quis dizer o oitavo, não o sétimo", [8]),
            ("intendevo l'ottavo, non il settimo", [8]),
            ("я имел в виду восьмую, не седьмую", [8]),
            ("我说的是第八篇，不是第七篇", [8]),
            ("8番目です、7番目じゃなくて", [8]),
            ("여덟 번째요, 일곱 번째 말고", [8]),
        ],
        under=[7],
        papers=SPEECH,
    ),
    "papers are told apart by all that is said": _told(
        [("第1第2哪个更快", [1, 2]), ("1番2番どっちが速い?", [1, 2])], papers=SPEECH
    ),
    "figures in a list are papers": _told(["1, 3 & 5, one line each", "1, 3 y 5: ¿cuál cuesta menos?"], [1, 3, 5]),
    "no paper of a list or a range is left out": _told(
        [
            ("resume del 2 al 4 porfa", [2, 3, 4]),
            ("explique-moi les 2 à 4", [2, 3, 4]),
            ("erklär mir 2 bis 4", [2, 3, 4]),
            ("给我讲讲2到4", [2, 3, 4]),
            ("4, and also 6 pls", [4, 6]),
            ("die 4 und die 6", [4, 6]),
            ("头两篇呢", [1, 2]),
            ("❸ と ❺ の違いは？", [3, 5]),
        ],
        papers=LAB,
    ),
    "a number that is meant or asked about likewise leaves the paper under discussion": _told(
        [
            "아, 8번 얘기였어요",
            "我是说8",
            "typo, I meant 8",
            "ich meinte 8",
            "я имел в виду 8",
            "même question pour 8 svp",
            "同样的问题问8",
            "8について同じ質問",
            "8也一样吗",
        ],
        [8],
        under=[3],
        papers=LAB,
    ),
    "likewise turns to another paper if one is described": _told(
        [
            ("ditto for the sparrows", [5]),
            ("même question pour les nids", [1]),
            ("same question for the learning rate?", [1]),
            ("もう一つは？", None),
        ],
        under=[1],
    ),
    "what is only so many or measured at a rank is no paper": _told(
        ["nur 3 Länder?", "только 3 страны?", "why 6 people?"], [3], under=[3], papers=LAB
    ),
    "ordinals before a colon or a comma are papers": _told(
        [
            ("3rd and 5th: hardware used?", [3, 5]),
            ("first and last, which one has code", [1, 10]),
            ("zweites und drittes: welche Daten?", [2, 3]),
            ("quatrième : quelle méthode ?", [4]),
        ],
        papers=LAB,
    ),
    "a figure before a word that cannot be counted is a paper's": _told(
        [
            ("what gpu did they train 3 on", [3]),
            ("whats the accuracy of 9 on DSL 2017", [9]),
            ("Wer hat 9 geschrieben?", [9]),
            ("which university are the authors of 3 from?", [3]),
            ("in 3, what's KN-5", [3]),
            ("what evaluation metrics did 8 go with", [8]),
        ],
        papers=LAB,
    ),
    "what is told apart are two papers": _told(
        [
            ("Was unterscheidet die 7 von der 10?", [7, 10]),
            ("7편이랑 10편 차이점", [7, 10]),
            ("hows 5 different from 8?", [5, 8]),
            ("二号和八号的数据集分别是什么", [2, 8]),
        ],
        papers=LAB,
    ),
    "a Korean figure that may name a paper is asked about": _told(
        [("칠 논문 결과?", None), ("7편 결과?", None), ("이 논문 한계", [2]), ("2 番の論文は？", [2])],
        under=[2],
        papers=LAB,
    ),
    "ordinals joined without a noun are all papers": _told(
        [
            "Compare the third and fifth.",
            "who wrote the third and fifth?",
            "the third and the fifth",
            "third & fifth?",
            "das dritte und fünfte",
            "wer hat das dritte und fünfte geschrieben?",
            "le troisième et cinquième",
            "el tercero y quinto",
            "il terzo e quinto",
            "o terceiro e quinto",
            "третья и пятая",
            "сравни третью и пятую",
            "de derde en vijfde",
            "den tredje och femte",
            "üçüncü ve beşinci",
            "الثالث والخامس",
            "第三和第五",
            "三番目と五番目",
            "세 번째와 다섯 번째",
        ],
        [3, 5],
        papers=LAB,
    ),
    "the last one and what may be a verb belong to joined ordinals too": _told(
        [
            ("What do the first and second have in common?", [1, 2]),
            ("does the second or fourth release code?", [2, 4]),
            ("rank the first, second and last", [1, 2, 10]),
            ("the first, the third and the fifth papers", [1, 3, 5]),
        ],
        papers=LAB,
    ),
    "joined ordinals of something else are no papers": _told(
        [
            ("the first and second authors?", [7]),
            ("is it a first and second order method?", [7]),
            ("are the third and fifth layers frozen?", [7]),
        ],
        under=[7],
        papers=LAB,
    ),
    "a range in words has all its papers": _told(
        [
            "papers six through eight",
            "papers six to eight: code?",
            "the sixth through the eighth",
            "Artikel sechs bis acht",
            "vom sechsten bis zum achten",
            "les articles six à huit",
            "de la sexta a la octava",
            "с шестой по восьмую",
            "第六篇到第八篇",
            "六番目から八番目まで",
            "여섯 번째부터 여덟 번째까지",
        ],
        [6, 7, 8],
        papers=LAB,
    ),
    "a range that goes on with a word for each or one": _told(
        [
            "del 5 al 7 una frase por cada uno",
            "5 a 7 em uma linha cada",
            "dal 5 al 7 una riga l'uno",
            "5 to 7 one line each",
            "can you do 5 to 7 in one line each",
            "5~7번 한줄씩",
        ],
        [5, 6, 7],
        papers=LAB,
    ),
    "a correction in any order of words": _told(
        [
            "8 meinte ich",
            "nee 8 meinte ich",
            "8 quise decir",
            "8 я имел в виду",
            "아니 8번 말한거야",
            "nein 8",
            "nee ik bedoelde 8",
            "nie, chodziło mi o 8",
            "yok 8'i kastettim",
            "لا قصدت 8",
            "en 8?",
            "eight",
        ],
        [8],
        under=[6],
        papers=LAB,
    ),
    "a figure in a case or before a preposition that ends the question": _told(
        [
            "what licence is the data of 4 under",
            "4'ün veri lisansı ne",
            "под какой лицензией данные из 4й",
            "4-ая о чем",
            "one more thing on 4: does it scale",
            "in 4 they use 14 models, which ones",
        ],
        [4],
        papers=LAB,
    ),
    "figures of the paper under discussion": _told(
        [
            "they used batch of 8 right? on how many gpus",
            "recall at 10 or recall@5?",
            "bei S. 8 steht was anderes als im abstract",
            "табл 2 поясни",
            "they use 14 models, which ones",
        ],
        [3],
        under=[3],
        papers=LAB,
    ),
    "another paper by a verb, a number word or what may follow it": [
        *_told(
            ["oops meant nine", "und was ist mit 9", "ne moment, 9 mein ich", "换9吧", "لا، 9"],
            [9],
            under=[5],
            papers=LAB,
        ),
        *_told(["quick summary for 7 through 9 thx"], [7, 8, 9], papers=LAB),
        *_told(["5跟9代码在哪", "5と9どっちが新しい", "how does 5 relate to 9"], [5, 9], papers=LAB),
        *_told(["how does it relate to 9"], [5, 9], under=[5], papers=LAB),
        *_told(["6 numaralı makale kaç gpu kullandı", "6 के डेटा का लाइसेंस क्या है"], [6], papers=LAB),
        *_told(["gibts heut was zu diffusion", "есть что про роботов?"], "day", papers=LAB),
    ],
    "a turn to another number": _told(
        ["fine, 9 then", "switch to 9", "weiter mit 9", "いや9のこと", "啊不对 是9"], [9], under=[5], papers=LAB
    ),
    "which ones of what the paper has, and its list": _told(
        ["46% of which ones", "which ones?", "17 tipi, la lista è in tabella 3?", "is the list public"],
        [5],
        under=[5],
        papers=LAB,
    ),
    "both under discussion, whatever else is described": _told(
        ["둘 다 벤치마크 논문임?"], [3, 10], under=[3, 10], papers=LAB
    ),
    "a few, two that are joined, and some of the day": [
        *_told(["最初の3本だけまとめて"], [1, 2, 3], papers=LAB),
        *_told(["3이랑 10 데이터 받을 수 있어?"], [3, 10], papers=LAB),
        *_told(["qual desses tem código"], "day", papers=LAB),
    ],
    "parts, counts and choices of the paper under discussion": _told(
        [
            "which heads? 3 and 9?",
            ("between 2 and 4 experts, what changes", None),
            "the first one in the taxonomy, what is it",
            "which of the services were affected",
            "which papers does it cover on manuscripts",
            "do any of the 96 cover glass",
            "geht das mit 2 statt 8 gpus",
            "8 ou 16 gpu ?",
            ("von den 5 diensten sind die meisten offen", None),
            "первая опция или вторая",
            "3号站为什么差",
        ],
        [5],
        under=[5],
        papers=LAB,
    ),
    "another paper for this one": _told(["is 4 relevant for this"], [4, 6], under=[6], papers=LAB),
    "a share, a unit or the version of a name at the beginning is no paper": _told(
        ["czyli 4 z 5 bez pomocy?", "why does it take 5 ms", "Snapdragon 8以外は?"], [3], under=[3], papers=LAB
    ),
    "one of two under discussion": _told(
        [
            "the second of the two: any code?",
            "the latter - code?",
            "das zweite der beiden",
            "le deuxième des deux",
            "el segundo de los dos",
            "вторая из двух",
            "这两篇里的第二篇",
            "2つのうち2つ目",
            "둘 중에 두 번째",
            "후자는 코드 있어?",
        ],
        [5],
        under=[3, 5],
        papers=LAB,
    ),
    "both of two under discussion": _told(
        ["which of the two is better", "which of them has code", "the first of the two stages"],
        [3, 5],
        under=[3, 5],
        papers=LAB,
    ),
    "an ordinal after a question about two may count these or the digest": _told(
        ["the second one: code?", "the last one", "die erste, code?"], None, under=[3, 5], papers=LAB
    ),
    "the last one but one without an article, two compared with a plea": [
        *_told(["penúltimo: quantos artigos?", "voorlaatste: hoeveel", "nel penultimo quanti dati"], [9], papers=LAB),
        *_told(["confronta 3 e 5 pls"], [3, 5], papers=LAB),
        *_told(["all 10 in one sentence each"], "day", papers=LAB),
    ],
    "how many of them is about the day": _told(
        ["¿cuántos de ellos tienen código?", "そのうち何本がコードを公開？", "그중 몇 편이 공개했나요?"],
        "day",
        papers=LAB,
    ),
}


@pytest.mark.parametrize("rows", TOLD.values(), ids=TOLD)
def test_the_papers_that_a_question_is_about(rows):
    told = [(question, _numbers(question, under, papers, replied)) for question, under, _, papers, replied in rows]
    assert told == [(question, numbers) for question, _, numbers, *_ in rows]
