"""What votes teach, and how it moves the Scores of new papers."""

import re

import pytest
from markdown_it import MarkdownIt

from digest.model import Paper
from digest.selection.preferences import MOVES, NO_PREFERENCES, Example, Moved, Preferences
from tests.builders import a_paper, a_score

FIELDS = {
    "grasp": "Robots grasp deformable cloth with tactile fingers. We learn a grasp policy for folding towels from touch.",
    "video": "A diffusion model generates long video with consistent characters. Frames are denoised with causal attention.",
    "proof": "We formalise theorem proving in a proof assistant. Tactics are searched by a language model over lemmas.",
    "brain": "Segmentation of brain tumours in magnetic resonance scans. A volumetric network marks lesions of patients.",
    "road": "Lane detection for driving at night. A camera network follows road markings under rain and glare.",
}


def paper(field: str, n: int = 0, **values: object) -> Paper:
    number = list(FIELDS).index(field) * 100 + n
    given = {
        "title": f"{field.title()} study number {n}",
        "abstract": FIELDS[field],
        "authors": (f"First {field}{n}", f"Last {field}{n}"),
        "categories": ("cs.CV",),
    }
    return a_paper(f"2601.{10000 + number}", **(given | values))


DAY = [paper(field, n) for field in FIELDS for n in range(3)]


def moved(preferences: Preferences, papers: list[Paper] = DAY, relevance: float = 5) -> dict[str, Moved]:
    scores = [a_score(p.id, relevance, 5) for p in papers]
    return {m.score.paper_id: m for m in preferences.move(papers, scores)}


def test_without_votes_every_score_stays_the_same_object():
    scores = [a_score(p.id, 5, 5) for p in DAY]
    assert [m.score for m in NO_PREFERENCES.move(DAY, scores)] == scores
    assert all(m.score is s for m, s in zip(NO_PREFERENCES.move(DAY, scores), scores, strict=True))


def test_more_like_this_raises_its_kind_and_leaves_the_rest_alone():
    found = moved(Preferences((Example(paper("video", 90), 1),)))
    for p in DAY:
        if p.title.startswith("Video"):
            assert found[p.id].by > 1
            assert found[p.id].score.relevance == pytest.approx(5 + found[p.id].by)
        else:
            assert found[p.id].by == pytest.approx(0, abs=0.5)


def test_fewer_like_this_lowers_its_kind():
    found = moved(Preferences((Example(paper("road", 90), -1),)))
    assert all(found[p.id].by < -1 for p in DAY if p.title.startswith("Road"))
    assert all(found[p.id].by == pytest.approx(0, abs=0.5) for p in DAY if not p.title.startswith("Road"))


def test_significance_is_not_for_votes_to_change():
    assert {m.score.significance for m in moved(Preferences((Example(paper("video", 90), 1),))).values()} == {5}


def test_votes_move_a_paper_by_three_points_at_most_and_never_beyond_the_scale():
    many = Preferences(tuple(Example(paper("video", 50 + n), 1) for n in range(30)))
    for relevance in (0.0, 5.0, 9.0):
        for m in moved(many, relevance=relevance).values():
            assert abs(m.by) <= MOVES
            assert 0 <= m.score.relevance <= 10


def test_people_who_contradict_each_other_teach_nothing():
    lesson = paper("video", 90)
    assert all(m.by == 0 for m in moved(Preferences((Example(lesson, 1), Example(lesson, -1)))).values())


def test_a_paper_is_no_lesson_about_itself():
    assert moved(Preferences((Example(DAY[0], 1),)))[DAY[0].id].by == 0


def test_a_paper_asked_about_pulls_less_than_one_that_was_voted_for():
    voted, asked = (moved(Preferences((Example(paper("grasp", 90), w),)))[DAY[0].id].by for w in (1, 0.5))
    assert 0 < asked < voted


def test_an_author_of_a_voted_paper_pulls():
    known = paper("proof", 90, authors=("Ada Lovelace", "Charles Babbage"))
    other = paper("brain", 91, authors=("Ada Lovelace", "Somebody Else"))
    found = moved(Preferences((Example(known, 1),)), [*DAY, other])
    assert found[other.id].by > 0.3
    assert "Ada Lovelace" in found[other.id].shared


def test_the_reason_names_the_lesson_and_what_is_shared_in_the_reader_s_language():
    m = moved(Preferences((Example(paper("grasp", 90, title="Grasp with $\\pi$"), 1),)))[DAY[0].id]
    assert "Grasp with π" in m.say("en")
    assert "提问选入" in m.say("zh")
    assert m.shared
    assert all(word.lower() in f"{DAY[0].title} {DAY[0].abstract}".lower() for word in m.shared)
    assert all(word in m.say("en") for word in m.shared)


def test_a_title_cannot_bring_markup_into_the_reason():
    lesson = paper("grasp", 90, title="Grasp [study](https://evil.example) <@U1>")
    said = moved(Preferences((Example(lesson, 1),)))[DAY[0].id].say("en")
    assert "<a " not in MarkdownIt().render(said)
    assert "Grasp [study](https://evil.example)" in re.sub("<[^>]*>", "", MarkdownIt().render(said))


def test_what_was_taught_can_be_looked_at():
    taught = Preferences((Example(paper("grasp", 90), 1), Example(paper("road", 90), -1))).learned(DAY)
    assert taught.papers == 2
    assert {"grasp", "cloth", "tactile", "Robots", "fingers"} & set(taught.more)
    assert {"Lane", "Road", "road", "driving", "camera"} & set(taught.fewer)
    assert not set(taught.more) & set(taught.fewer)
    assert NO_PREFERENCES.learned(DAY).papers == 0


def test_it_is_the_same_whatever_the_order():
    examples = (Example(paper("grasp", 90), 1), Example(paper("road", 90), -1), Example(paper("video", 90), 0.5))
    one = moved(Preferences(examples))
    other = moved(Preferences(tuple(reversed(examples))), list(reversed(DAY)))
    assert {i: round(m.by, 6) for i, m in one.items()} == {i: round(m.by, 6) for i, m in other.items()}
