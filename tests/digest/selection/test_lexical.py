"""Ranking by words is honest and repeatable; the choice keeps to its number, leaves out the unwanted, and always takes watched authors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Paper, Profile, Score
from digest.selection.lexical import choose, lexical, matched, on_one_scale, watched
from tests.builders import a_paper, a_score
from tests.rows import each
from tests.steps import steps

PAPERS = [
    a_paper("2601.00001", title="Gaussian Splatting for Driving Scenes", abstract="We reconstruct streets in 3D with splats. Code is available.", authors=("Kaiming He", "Ann Lee")),
    a_paper("2601.00002", title="A Survey of Medical Segmentation", abstract="We review work on tumours in CT.", authors=("Jürgen Müller",)),
    a_paper("2601.00003", title="Diffusion Models for Video", abstract="A model makes videos. It outperforms others by 12%.", authors=("Bo Li",)),
    a_paper("2601.00004", title="Robots that Grasp", abstract="A vision-language-action model grasps moving objects.", authors=("Ziwei Liu",)),
]  # fmt: skip


@each(
    ("language", "reason"), [("en", "In cs.RO."), ("de", "In cs.RO."), ("ja", "cs.RO の論文。"), ("ko", "cs.RO 분야.")]
)
def test_a_category_keeps_its_spelling_at_the_beginning_of_a_reason(language, reason):
    assert {s.reason for s in lexical(PAPERS, Profile(categories=("cs.RO",), language=language))} == {reason}


def by_id(profile: Profile) -> dict[str, Score]:
    return {s.paper_id: s for s in lexical(PAPERS, profile)}


def test_what_is_wanted_comes_first_and_the_reason_names_the_words():
    scores = by_id(Profile(wanted=("Gaussian splatting", "driving"), language="en"))
    assert max(scores.values(), key=lambda s: s.relevance).paper_id == "2601.00001"
    assert "Gaussian splatting" in scores["2601.00001"].reason
    assert "none of your words" in scores["2601.00002"].reason


@pytest.mark.parametrize(
    "wishes", [{}, {"wanted": ("", " ")}, {"interests": "papers about the use of it"}, {"interests": "!"}]
)
@pytest.mark.parametrize("category", ["cs.RO", "cs"])
def test_wishes_without_a_word_to_search_for_are_none_and_an_archive_has_its_classes(wishes, category):
    scores = lexical(PAPERS, Profile(categories=(category,), **wishes))
    assert {(s.relevance, s.reason) for s in scores} == {(6.0, "In cs.RO.")}


def test_interests_in_the_teams_own_words_rank_too():
    scores = by_id(Profile(interests="We build robots that manipulate and grasp objects."))
    assert max(scores.values(), key=lambda s: s.total).paper_id == "2601.00004"
    assert "Grasp" in scores["2601.00004"].reason or "grasps" in scores["2601.00004"].reason


def test_chinese_interests_meet_english_papers_and_the_reason_is_chinese():
    scores = by_id(Profile(interests="机器人抓取、视觉语言动作", language="zh-Hans"))
    assert max(scores.values(), key=lambda s: s.relevance).paper_id == "2601.00004"
    assert scores["2601.00004"].reason.endswith("。")


def test_the_unwanted_sinks_and_is_said():
    score = by_id(Profile(wanted=("segmentation",), unwanted=("medical",), language="en"))["2601.00002"]
    assert score.relevance < by_id(Profile(wanted=("segmentation",)))["2601.00002"].relevance / 2
    assert "unwanted" in score.reason


def test_without_wishes_all_of_a_category_are_alike_in_relevance():
    assert {s.relevance for s in lexical(PAPERS, Profile(categories=("cs.RO",)))} == {6.0}


def test_significance_is_what_the_abstract_says_of_itself_and_never_the_top():
    scores = by_id(Profile())
    assert scores["2601.00002"].significance < scores["2601.00003"].significance
    assert all(0 <= s.significance <= 8 for s in scores.values())
    assert {s.by for s in scores.values()} == {"extractive"}


def test_a_score_for_each_paper_in_the_order_given():
    assert [s.paper_id for s in lexical(PAPERS[::-1], Profile(wanted=("video",)))] == [p.id for p in PAPERS[::-1]]
    assert lexical([], Profile(wanted=("video",))) == []


@each(
    ("wanted", "author", "same"),
    [
        ("Kaiming He", "Kaiming He", True),
        ("K. He", "Kaiming He", True),
        ("He, Kaiming", "Kaiming He", True),
        ("He Kaiming", "Kaiming He", True),
        ("Kaiming He", "K. He", True),
        ("kaiming he", "Kaiming He", True),
        ("Jurgen Muller", "Jürgen Müller", True),
        ("José García", "Jose Garcia", True),
        ("Christopher D. Manning", "Christopher Manning", True),
        ("C.D. Manning", "Christopher D. Manning", True),
        ("Jean-Luc Picard", "Jean Luc Picard", True),
        ("何恺明", "何恺明", True),
        ("Kai He", "Kaiming He", False),
        ("Kaiming He", "Kaiming Ho", False),
        ("He", "Kaiming He", False),
        ("Ming He", "Kaiming He", False),
        ("J. He", "Kaiming He", False),
        ("Christopher D. Manning", "Christopher P. Manning", False),
        ("", "Kaiming He", False),
        ("Kai Ming", "Kaiming", False),
        ("Kaiming", "Kai Ming", False),
        ("Kaiming He", "He Kaiming", True),
        ("Bernhard Schoelkopf", "Bernhard Schölkopf", True),
        ("Bernhard Schölkopf", "Bernhard Schoelkopf", True),
        ("Bernhard Scholkopf", "Bernhard Schölkopf", True),
        ("Yu Wang", "Yue Wang", False),
        ("Duc Nguyen", "Đức Nguyễn", True),
        ("E\u0301milie Dupont", "Émilie Dupont", True),
        ("John Smith", "John Smith, Jr.", True),
        ("John Smith III", "John Smith", True),
        ("John Smith (MIT)", "John Smith", True),
        ("OpenAI", "OpenAI", True),
        ("ATLAS Collaboration", "The ATLAS Collaboration", True),
    ],
)
def test_who_is_who(wanted, author, same):
    assert bool(watched(a_paper(authors=(author,)), (wanted,))) is same


@each(
    ("keyword", "text", "holds"),
    [
        ("data set", "a new dataset", True),
        ("dataset", "a new data set", True),
        ("multimodal", "a multi-modal model", True),
        ("fine-tuning", "finetuned models", True),
        ("U-Net", "we train a UNet", True),
        ("modal", "a multimodal model", False),
        ("GAN", "the organ", False),
        ("GAN", "weights g an agent has", False),
        ("diffusion model", "diffusion of the model", False),
        ("扩散模型", "Diffusion models draw images.", True),
        ("机器人", "A robot walks.", True),
        ("大语言模型", "LLMs reason.", True),
        ("大语言模型", "a large graph and a language model", False),
        ("医学影像", "a medical report", False),
        ("cafe\u0301", "at the café", True),
        ("finetuning", "e\ufb03cient ﬁne-tuning", True),
        ("news", "a new method", False),
        ("new", "news of the day", False),
        ("bias", "biases in models", True),
        ("lens", "lenses of telescopes", True),
        ("atlas", "brain atlases", True),
        ("canvas", "two canvases", True),
        ("alias", "without aliasing", True),
        ("string", "algorithms on strings", True),
        ("analysis", "analyses of data", True),
        ("hypothesis", "two hypotheses", True),
        ("basis", "a bass", False),
        ("saving", "the savings", True),
        ("raise", "it raises", True),
        ("noise", "noises", True),
        ("speed", "top speeds", True),
        ("anomaly", "anomalies", True),
        ("family", "families of models", True),
        ("MLLM", "MLLMs answer", True),
        ("C++", "methods A, B and C", False),
        ("C++", "written in C++.", True),
        ("c++", "C++17 code", True),
        ("C++", "C, not C#", False),
        ("C#", "C# and Java", True),
        (".NET", "the net gain", False),
        (".NET", "ASP.NET programs", True),
        ("R", "the set r of rows", False),
        ("R", "an R package", True),
        ("Go", "we go further", False),
        ("Go", "programs in Go", True),
        ("Go", "Google", False),
        ("IT", "it works", False),
        ("IT", "Italian IT staff", True),
        ("US", "it helps us", False),
        ("US elections", "US election data", True),
        ("US elections", "it tells us elections matter", False),
        ("GAN", "GANs draw", True),
        ("GAN", "a StyleGAN", True),
        ("rag", "RAG systems", True),
    ],
)
def test_a_keyword_is_found_however_it_is_spelt(keyword, text, holds):
    assert bool(matched((keyword,), text)) is holds


@each(
    ("keyword", "other", "meant"),
    [
        ("news", "A new method", "News articles"),
        ("C++", "Methods A, B and C", "Programs in C++"),
        ("IT", "Making it work", "Failures of IT"),
    ],
)
def test_a_keyword_ranks_and_removes_the_papers_that_have_it(keyword, other, meant):
    papers = [a_paper("2601.00001", title=other, abstract=""), a_paper("2601.00002", title=meant, abstract="")]
    first, second = lexical(papers, Profile(wanted=(keyword,), language="en"))
    assert (first.relevance, first.relevance < second.relevance, keyword in second.reason) == (0, True, True)
    unwanted = Profile(unwanted=(keyword,))
    assert ids(choose(papers, lexical(papers, unwanted), unwanted, 2)) == ["1"]


def test_watched_authors_are_told_as_the_paper_writes_them():
    assert watched(PAPERS[1], ("Muller, J.", "Nobody Else")) == ("Jürgen Müller",)


def scored(*totals: float) -> list[Score]:
    return [Score(p.id, t, t, "", "x") for p, t in zip(PAPERS, totals, strict=True)]


def ids(chosen: list[tuple[Paper, Score, tuple[str, ...]]]) -> list[str]:
    return [p.id[-1] for p, *_ in chosen]


def test_the_best_are_chosen_best_first():
    assert ids(choose(PAPERS, scored(1, 4, 3, 2), Profile(), 2)) == ["2", "3"]


def test_ties_fall_the_same_way_whatever_the_order():
    scores = scored(5, 5, 5, 5)
    assert ids(choose(PAPERS, scores, Profile(), 2)) == ids(choose(PAPERS[::-1], scores[::-1], Profile(), 2))


def test_the_unwanted_is_left_out_whatever_its_score():
    assert ids(choose(PAPERS, scored(1, 9, 3, 2), Profile(unwanted=("medical",)), 3)) == ["3", "4", "1"]


def test_a_watched_author_comes_in_addition_and_says_so():
    chosen = choose(PAPERS, scored(1, 4, 3, 2), Profile(authors=("K. He",)), 2)
    assert ids(chosen) == ["2", "3", "1"]
    assert [people for *_, people in chosen] == [(), (), ("Kaiming He",)]


def test_a_watched_author_among_the_best_takes_one_of_the_places():
    assert ids(choose(PAPERS, scored(9, 4, 3, 2), Profile(authors=("Kaiming He",)), 2)) == ["1", "2"]


def test_a_watched_author_is_shown_also_with_an_unwanted_word():
    assert "2" in ids(choose(PAPERS, scored(1, 4, 3, 2), Profile(authors=("Jürgen Müller",), unwanted=("medical",)), 1))


@given(st.lists(st.floats(0, 10), min_size=4, max_size=4), st.integers(0, 6))
def test_never_more_than_the_number_without_watched_authors(totals, limit):
    chosen = choose(PAPERS, scored(*totals), Profile(), limit)
    assert len(chosen) == min(limit, len(PAPERS))
    assert [s.total for _, s, _ in chosen] == sorted((s.total for _, s, _ in chosen), reverse=True)


@pytest.mark.parametrize(
    "spelt",
    ["Given{n} Family{n}", "G{n}iven Body", "Ä. Böhdy{n}", "Body, K{n}", "A B C D E F {n} Body", "Body Some{n}"],
)
def test_thousands_of_authors_are_looked_through_in_as_many_steps_whoever_is_watched(spelt):
    letters = ["".join(chr(97 + int(c)) for c in str(n)) for n in range(3_000)]
    paper = a_paper(authors=(*(spelt.format(n=n) for n in letters), "Kaiming He"))
    wanted = [*(f"Some{n} Body" for n in letters[:40]), "K. He"]
    one = steps(lambda: watched(paper, wanted[-1:]))
    assert watched(paper, wanted)[-1] == "Kaiming He"
    assert one < 80 * len(letters)  # names with an umlaut are read in two ways
    assert steps(lambda: watched(paper, wanted)) < one + 250 * len(letters)


def test_scores_by_words_are_put_on_the_models_scale_and_stay_marked():
    model = [a_score(f"2601.0000{n}", 2 * n, n, by="a-model") for n in range(1, 5)]
    words = [a_score(f"2601.0000{n}", n / 10, n / 10, by="extractive") for n in range(1, 5)]
    odd = a_score("2601.00009", 0.35, 0.05, by="extractive")
    placed = on_one_scale([*model, odd], [*words, odd])[-1]
    assert (placed.relevance, placed.significance, placed.by) == (8, 1, "extractive")
    assert on_one_scale([odd], [odd]) == [odd]


def test_none_of_your_keywords_is_said_only_where_none_matches():
    paper = a_paper(title="A 3D Method", abstract="It works in 3D.")
    [score] = lexical([paper], Profile(("cs.CV",), "3D", language="en"))
    assert score.relevance > 0
    assert "none of your words" not in score.reason
    [none] = lexical([paper], Profile(("cs.CV",), "zebras", language="en"))
    assert none.relevance == 0
    assert "none of your words" in none.reason
