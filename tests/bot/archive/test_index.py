"""What is found, in which order, and for whom."""

import sqlite3
import stat
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.archive.index import BrokenIndex, Filters, Hit, Index, Mark, Scope, StoredAnswer
from digest.model import Answer, Profile
from tests.builders import NOON, a_digest, a_paper, an_analysis, an_entry

HERE, THERE = "slack:C1", "slack:C2"


def digest_of(channel, *papers, day=date(2026, 1, 30), language="en"):
    entries = tuple(
        an_entry(n, p, analysis=replace(an_analysis(p), language=language)) for n, p in enumerate(papers, 1)
    )
    return a_digest(1, subscription=channel, entries=entries, local_date=day, made_at=NOON + (day - NOON.date()), profile=Profile(("cs.CV",), language=language))  # fmt: skip


LIGHT = a_paper("2601.00001", title="LumenNet: Relighting of Indoor Scenes", abstract="Lamps are moved after the photograph was taken.", authors=("Mei Tanaka", "Jo Müller"))  # fmt: skip
GRASP = a_paper("2601.00002", title="GripFlow: Grasp Planning by Flow Matching", abstract="A robot hand picks up unknown objects.", authors=("Ada Okafor",))  # fmt: skip
SONAR = a_paper("2601.00003", title="Segmentation of Sonar by a Codebook", abstract="The sea floor is mapped from echoes.", authors=("Liu Tanaka",))  # fmt: skip


@pytest.fixture
def index(tmp_path):
    with Index(tmp_path / "archive.db") as index:
        index.put_digest(digest_of(HERE, LIGHT, GRASP))
        index.put_digest(digest_of(THERE, SONAR))
        yield index


def found(index, words, *channels, **filters):
    return [hit.subject for hit in index.search(words, Scope(frozenset(channels or (HERE, THERE))), Filters(("paper", "saved", "answer"), **filters))]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("LumenNet", LIGHT),
        ("lumennet", LIGHT),
        ("tanaka sonar", SONAR),
        ("muller relight", LIGHT),
        ("grasps planned", GRASP),
        ("gripflwo", GRASP),
        ("segmetnation of sonra", SONAR),
        ("2601.00002", GRASP),
        ("机器人抓取", GRASP),
        ("重打光", LIGHT),
    ],
)
def test_a_paper_is_found_by_name_author_topic_id_and_a_slip_of_the_keys(index, words, first):
    assert found(index, words)[0] == first.id


ODD = a_paper("2601.00004", title="t-SNE Meets k-means on a Super Resolution Dataset", abstract="Fine-tuning for CAFÉS.", authors=("François Möller", "Đức Trần", "Mary Smith-Jones"))  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        "tsne",
        "kmeans",
        "superresolution",
        "data set",
        "finetuning",
        "fine tuning",
        "Moeller",
        "Duc Tran",
        "smithjones",
        "cafe\u0301s",
        "ｃａｆｅｓ",
        "\U0001d419 𝐤𝐦𝐞𝐚𝐧𝐬",
        "deutsch Moeller",
    ],
)
def test_a_paper_is_found_however_its_words_and_names_are_spelt(index, words):
    index.put_digest(digest_of(HERE, ODD, day=date(2026, 2, 3)))
    assert found(index, words)[:1] == [ODD.id]


def test_chinese_is_found_by_words_of_two_characters(index):
    paper = a_paper("2601.00009", title="A Small Net", abstract="It learns.")
    entry = an_entry(1, paper, analysis=replace(an_analysis(paper), core="用知识蒸馏缩小分割模型。"))
    index.put_digest(replace(digest_of(HERE, paper, day=date(2026, 2, 1)), entries=(entry,)))
    assert found(index, "蒸馏", HERE)[0] == paper.id
    assert found(index, "那篇缩小模型的", HERE)[0] == paper.id


def test_nothing_of_a_channel_is_shown_to_who_may_not_see_it(index):
    index.put_answer(
        StoredAnswer(
            "q1", THERE, "sonar of what?", Answer("Of the sea.", (), (SONAR.id,), "en", "m"), date(2026, 1, 30)
        )
    )
    outside = Scope(frozenset({HERE, "slack:C9"}))
    assert found(index, "sonar", HERE) == found(index, "", "slack:C9") == found(index, "sonar")[:0]
    assert index.paper(SONAR.id, outside) is None
    assert index.answers_about(SONAR.id, outside) == []
    assert index.digest(digest_of(THERE, SONAR).key, outside) is None
    assert index.search("sonar", Scope(frozenset())) == []
    assert index.search("", Scope(frozenset())) == []


def test_where_a_paper_was_shown_and_asked_counts_only_what_the_person_may_see(index):
    index.put_digest(digest_of(THERE, LIGHT, day=date(2026, 2, 2)))
    for name, channel in (("q1", HERE), ("q2", THERE), ("q3", THERE)):
        index.put_answer(
            StoredAnswer(name, channel, "how bright?", Answer("Very.", (), (LIGHT.id,), "en", "m"), date(2026, 1, 30))
        )
    here = index.paper(LIGHT.id, Scope(frozenset({HERE})))
    both = index.paper(LIGHT.id, Scope(frozenset({HERE, THERE})))
    assert ([s.day for s in here.shown], here.asked) == ([date(2026, 1, 30)], 1)
    assert ([s.day for s in both.shown], both.asked) == ([date(2026, 2, 2), date(2026, 1, 30)], 3)


def test_a_saved_paper_that_no_digest_showed_is_for_who_saved_it(index):
    saved = a_paper("2512.00007", title="Beehive Acoustics", abstract="Bees.")
    index.put_saved(HERE, {("ann", saved.id): date(2026, 1, 30)}, {saved.id: saved})
    assert found(index, "beehive", HERE) == []
    mine = index.search("beehive", Scope(frozenset({HERE}), "ann"))
    assert [(hit.subject, hit.saved) for hit in mine] == [(saved.id, True)]
    assert index.search("beehive", Scope(frozenset({HERE}), "bob")) == []
    index.put_saved(HERE, {}, {})
    assert index.search("beehive", Scope(frozenset({HERE}), "ann")) == []


def test_filters_narrow(index):
    assert found(index, "", category="cs.RO") == found(index, "")
    assert found(index, "", category="cs.R") == []
    assert found(index, "", since=date(2026, 1, 31)) == []
    assert found(index, "", until=date(2026, 1, 29)) == []
    index.put_saved(HERE, {("ann", LIGHT.id): date(2026, 1, 30)}, {LIGHT.id: LIGHT})
    assert set(found(index, "", saved=True)) == {LIGHT.id}


def test_a_digest_taken_back_is_gone_and_its_paper_stays_where_else_it_was_shown(index):
    later = digest_of(HERE, LIGHT, day=date(2026, 2, 2))
    index.put_digest(later)
    index.drop_digest(later.key)
    hit = index.paper(LIGHT.id, Scope(frozenset({HERE})))
    assert [s.day for s in hit.shown] == [date(2026, 1, 30)]
    index.drop_digest(digest_of(HERE, LIGHT, GRASP).key)
    assert found(index, "lumennet", HERE) == []
    assert index.counts() == {"digest": 1, "paper": 1}


def test_of_a_forgotten_channel_not_even_a_term_is_left(index, tmp_path):
    index.drop_channel(HERE)
    index.clean()
    assert found(index, "lumennet") == []
    assert found(index, "sonar") == [SONAR.id]
    index.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"lumennet" not in raw.lower()
    assert b"sonar" in raw.lower()


def test_old_digests_and_old_answers_end_by_their_own_rules(index):
    index.put_answer(StoredAnswer("q1", HERE, "how?", Answer("So.", (), (LIGHT.id,), "en", "m"), date(2025, 10, 1)))
    index.prune(None, date(2025, 11, 1))
    assert index.counts() == {"digest": 2, "paper": 3}
    index.prune(date(2026, 1, 30) + timedelta(days=1), date(2025, 11, 1))
    assert index.counts() == {}


def test_the_file_is_its_owner_s_alone(tmp_path):
    with Index(tmp_path / "archive.db") as index:
        index.put_digest(digest_of(HERE, LIGHT))
    assert [stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()] == [0o600]


def test_a_file_that_cannot_be_used_now_stays_as_it_is(tmp_path):
    """A lock passes by itself; another version and damage need a rebuild. None deletes anything."""
    path = tmp_path / "archive.db"
    with Index(path) as index:
        index.put_digest(digest_of(HERE, LIGHT))
        index._db.execute("PRAGMA journal_mode=DELETE")
        index._db.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError):
            Index(path)
        index._db.execute("COMMIT")
        index._db.execute("PRAGMA user_version=9")
    held = path.read_bytes()
    with pytest.raises(BrokenIndex):
        Index(path)
    assert path.read_bytes() == held
    path.write_bytes(b"no database" * 100)
    with pytest.raises(BrokenIndex):
        Index(path)
    assert path.read_bytes() == b"no database" * 100


def test_pages_of_hits_repeat_no_row_and_leave_none_out(tmp_path):
    papers = [
        a_paper(f"2601.{n:05}", title=f"Lamp {'light ' * (n % 7)}{n}", abstract="lamp " * (n % 11)) for n in range(260)
    ]
    with Index(tmp_path / "archive.db") as index:
        for n in range(0, 260, 10):
            index.put_digest(digest_of(HERE, *papers[n : n + 10], day=date(2026, 1, 1) + timedelta(n)))
        scope, filters = Scope(frozenset({HERE})), Filters(("paper",))
        newest: list[list[Hit]] = [index.search("", scope, filters, 20)]
        while newest[-1]:
            last = newest[-1][-1]
            newest.append(index.search("", scope, replace(filters, after=Mark(last.day, last.row)), 20))
        for words in ("lamp", "lamp light", ""):
            pages = [index.search(words, scope, filters, 20, at) for at in range(0, 300, 20)] if words else newest
            assert sorted(h.subject for page in pages for h in page) == [p.id for p in papers], words
        assert index.search("lamp", scope, filters, 20, 99_999) == []


def test_of_a_word_in_very_many_rows_the_newest_that_may_be_seen_are_ranked(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.archive.index.MAX_ROWS", 5)
    papers = [a_paper(f"2601.{n:05}", title=f"Lamp {n}") for n in range(40)]
    with Index(tmp_path / "archive.db") as index:
        for n in range(0, 40, 10):
            index.put_digest(digest_of((HERE, THERE)[n // 20], *papers[n : n + 10], day=date(2026, 1, 1 + n)))
        found = index.search("lamp", Scope(frozenset({HERE})), Filters(("paper",)), 20)
        assert {hit.subject for hit in found} == {p.id for p in papers[15:20]}


def test_looking_a_paper_up_reads_no_whole_table(index):
    """A table of 100,000 rows is never gone through for one paper."""
    plans: list[str] = []
    index._db.set_trace_callback(plans.append)
    index.known_papers([LIGHT.id])
    index.paper(LIGHT.id, Scope(frozenset({HERE}), "ann"))
    index.answers_about(LIGHT.id, Scope(frozenset({HERE})))
    index.search("", Scope(frozenset({HERE}), "ann"), Filters(after=Mark(date(2026, 1, 30), 5)))
    index._db.set_trace_callback(None)
    asked = [sql for sql in plans if sql.startswith("SELECT")]
    steps = [step[3] for sql in asked for step in index._db.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(asked) > 3
    assert [step for step in steps if step.startswith("SCAN")] == []


@pytest.mark.parametrize(
    "words", ['"', "* OR a", "a NEAR b", "title:x", "-x", "'; DROP TABLE doc", "\x00", "x" * 5000, "（）", "AND"]
)
def test_no_words_break_the_query(index, words):
    found(index, words)
