"""The round-up of a week: what is chosen of what is stored, when it is due, and how it reads."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.commands.setup import days_words, roundup_words
from bot.core.chat import Person, Place, Quotation, Text, Vote, VoteKind
from bot.core.schedule import roundup_due
from bot.core.settings import settings
from bot.core.subscription import DAYS, Subscription, changed
from bot.digests.change_cards import change_post, week_post
from bot.digests.roundup import Period, Roundup, chart, entries_of, most_liked, passed_over, roundup_post, to_sum_up
from digest.changes.values import Change
from digest.model import Link
from digest.render.labels import day_words
from digest.selection.preferences import Example, Preferences
from tests.builders import a_digest, a_paper
from tests.rows import each

FRIDAY = date(2026, 1, 30)
WEEK = Period.of("weekly", FRIDAY)
ONE, TWO, THREE = (f"2601.{22150 + n}" for n in (1, 2, 3))
DIGESTS = (a_digest(2, local_date=date(2026, 1, 29)), a_digest(3))


def a_vote(kind: VoteKind, subject: str, person: str = "ann") -> Vote:
    return Vote(kind, subject, Place("slack", "C1"), Person(person), datetime(2026, 1, 30, tzinfo=UTC))


def test_a_week_ends_with_its_day_and_a_month_is_the_one_before():
    assert (WEEK.first, WEEK.last) == (date(2026, 1, 24), FRIDAY)
    month = Period.of("monthly", date(2026, 3, 6))
    assert (month.first, month.last) == (date(2026, 2, 1), date(2026, 2, 28))


def test_most_liked_counts_people_and_a_thumb_down_counts_against():
    votes = [
        a_vote(VoteKind.ASKED, TWO),
        a_vote(VoteKind.ASKED, TWO),  # asked twice by one person
        a_vote(VoteKind.SAVED, THREE),
        a_vote(VoteKind.MORE, THREE, "bob"),
        a_vote(VoteKind.MORE, ONE),
        a_vote(VoteKind.FEWER, ONE, "bob"),
        a_vote(VoteKind.MORE, "2601.99999"),  # in none of the digests
        a_vote(VoteKind.MORE, "answer:q1"),
    ]
    liked = most_liked(entries_of(DIGESTS), votes)
    assert [(one.entry.paper.id, sum(one.counts.values())) for one in liked] == [(THREE, 2), (TWO, 1)]


def test_passed_over_are_candidates_that_nobody_has_seen_and_that_the_votes_speak_for():
    like = a_paper(
        "2512.00001",
        title="Tactile sensing for dexterous hands",
        abstract="Tactile gloves for dexterous hands.",
        authors=("Somebody",),
    )
    fits, seen, other = (
        replace(
            c,
            paper=a_paper(
                f"2601.5000{n}", title=title, abstract=title, authors=(f"Author {n}",), categories=(f"cs.{n}",)
            ),
            score=replace(c.score, paper_id=f"2601.5000{n}"),
        )
        for n, (c, title) in enumerate(
            zip(
                DIGESTS[0].others,
                ("Dexterous hands with tactile sensing", "Tactile hands, dexterous gloves", "Tax law of the seas"),
                strict=False,
            )
        )
    )
    digest = replace(DIGESTS[0], others=(other, fits, seen))
    found = passed_over([digest], [seen.paper.id], Preferences((Example(like, 1.0),)))
    assert [c.paper.id for c in found] == [fits.paper.id]
    assert passed_over([digest], [], Preferences()) == ()


def test_themes_are_written_from_what_people_liked_then_from_what_was_to_be_read_first():
    liked = most_liked(entries_of(DIGESTS), [a_vote(VoteKind.SAVED, THREE)])
    chosen = to_sum_up(DIGESTS, liked, 2)
    assert [(e.number, e.paper.id) for e in chosen] == [(1, THREE), (2, ONE)]


def test_the_chart_has_a_bar_and_a_number_for_each_day():
    lines = chart(Roundup(WEEK, "en", DIGESTS, (), ()))
    assert lines == ["Thu ████████ 2", "Fri ████████████ 3"]
    months = chart(Roundup(Period.of("monthly", date(2026, 2, 6)), "zh", DIGESTS, (), ()))
    assert len(months) == 1
    assert months[0].endswith(" 5")


def test_it_links_into_the_threads_and_names_no_paper_of_nobody():
    liked = most_liked(entries_of(DIGESTS), [a_vote(VoteKind.SAVED, ONE)])
    post = roundup_post(Roundup(WEEK, "en", DIGESTS, liked, ()), DIGESTS[1].summary, {ONE: "https://slack.test/p1"})
    said = "\n".join(block.markdown for block in post.blocks if hasattr(block, "markdown"))
    assert "https://slack.test/p1" in said
    assert "研究变快" in said
    assert "█" in said
    assert "Not shown" not in said
    assert any(isinstance(block, Text) for block in post.blocks)


def test_what_changed_of_a_paper_is_told_apart_from_the_words_of_its_entry():
    code = Link("code", "https://github.com/pacenet/pacenet", known=True)
    change = Change(a_paper(version=2), 1, published="Accepted at CVPR", remark="Typo in Table 2", links=(code,))
    said = week_post([(change, "https://slack.test/p1")], "en").blocks[1].markdown.splitlines()[1]
    assert said == (
        "v2 replaces v1. “Typo in Table 2” · Accepted or published, as its entry on arXiv says: “Accepted at CVPR” · "
        "Now available: [code](https://github.com/pacenet/pacenet) · [thread](https://slack.test/p1)"
    )


def test_lock_screens_and_lists_have_the_marks_of_their_language():
    change = Change(a_paper(version=2), 1, remark="Typo in Table 2")
    assert change_post(change, "fr").fallback == "DynamicVLA : v2 remplace v1."
    assert "代わりました。「Typo in Table 2」" in week_post([(change, "")], "ja").blocks[1].markdown
    assert "arXiv、v2" in [b.label for b in change_post(change, "ja").blocks if isinstance(b, Quotation)]
    digest = a_digest(3, local_date=date(2026, 1, 30))
    shown = roundup_post(Roundup(Period.of("weekly", date(2026, 1, 30)), "zh", [digest], [], ()), None, {})
    assert shown.fallback.endswith("：3 篇论文")


@pytest.mark.parametrize(
    ("typed", "kept"), [("Fri 16:00", "fri 16:00"), ("friday 9:05", "fri 09:05"), ("off", ""), ("", "")]
)
def test_a_day_and_a_time(typed, kept):
    assert settings.roundup(typed) == kept


@each("language", ["de", "en", "es", "fr", "ja", "ko", "pt-BR", "zh-Hans", "ru", "ar"])
def test_a_day_is_typed_as_the_reader_s_language_names_it(language):
    for n, day in enumerate(DAYS):
        named = date(2024, 1, 1 + n)
        for said in (day_words(named, language, "EEEE"), day_words(named, language, "EEE"), day.title()):
            assert settings.roundup(f"{said} 16:00", language) == f"{day} 16:00"
        assert settings.roundup(roundup_words(f"{day} 09:05", language), language) == f"{day} 09:05"


@each(
    ("typed", "language", "kept"),
    [("周五16:00", "zh-Hans", "fri 16:00"), ("星期一 ９：00", "zh-Hans", "mon 09:00"), ("sexta 16:00", "pt-BR", "fri 16:00"), ("Fr., 8:30", "de", "fri 08:30"),
     ("Friday 4pm", "en", "fri 16:00"), ("4 p.m. on Fridays", "en", "fri 16:00"), ("12am mon", "en", "mon 00:00"), ("16:00 fri", "en", "fri 16:00"),
     ("FRI 16.00", "en", "fri 16:00"), ("Freitags um 16 Uhr", "de", "fri 16:00"), ("jeden Freitag um 9.30 Uhr", "de", "fri 09:30"), ("le vendredi à 16h", "fr", "fri 16:00"),
     ("vendredi 16h30", "fr", "fri 16:30"), ("los viernes a las 16:00", "es", "fri 16:00"), ("毎週金曜日 16時30分", "ja", "fri 16:30"), ("金曜日の午後4時", "ja", "fri 16:00"),
     ("星期五下午4点", "zh-Hans", "fri 16:00"), ("每周五 16:00", "zh-Hans", "fri 16:00"), ("每週五 上午9點", "zh-Hant", "fri 09:00"), ("매주 금요일 오후 4시", "ko", "fri 16:00")],
)  # fmt: skip
def test_a_day_is_typed_as_people_write_it(typed, language, kept):
    assert settings.roundup(typed, language) == kept


@pytest.mark.parametrize(
    ("days", "said"),
    [(DAYS, "Mon–Sun"), (DAYS[:5], "Mon–Fri"), (("mon", "tue"), "Mon, Tue"), (("mon", "wed", "thu"), "Mon, Wed, Thu"), (("sun",), "Sun")],
)  # fmt: skip
def test_days_in_a_row_are_a_range(days, said):
    assert days_words(days, "en") == said


@each("typed", [
    "fri", "16:00", "fri 25:00", "someday 10:00", "fri 16", "t 10:00", "fri, sat 16:00",
    "fri 16:00 18:00", "fri 16:00 UTC", "fri 160:00", "fri next 4pm",
])  # fmt: skip
def test_no_day_and_time(typed):
    with pytest.raises(ValueError, match=r"."):
        settings.roundup(typed)


def test_it_is_due_from_its_time_on_and_never_before_it_was_asked_for():
    at = datetime(2026, 1, 30, 8, tzinfo=UTC)  # 16:00 in Shanghai
    plain = Subscription(Place("slack", "C1"), timezone="Asia/Shanghai", created=at - timedelta(days=30))
    asked = changed(plain, replace(plain, weekly="fri 16:00"), at - timedelta(days=1))
    assert roundup_due(asked, "weekly", at - timedelta(seconds=1)) is None
    assert roundup_due(asked, "weekly", at + timedelta(days=2)).day == FRIDAY
    assert roundup_due(asked, "monthly", at) is None
    late = changed(plain, replace(plain, weekly="fri 16:00"), at + timedelta(minutes=1))
    assert roundup_due(late, "weekly", at + timedelta(hours=1)) is None
    monthly = replace(plain, monthly="fri 16:00")
    assert roundup_due(monthly, "monthly", at + timedelta(days=6)).day == date(2026, 1, 2)
    assert roundup_due(monthly, "monthly", at + timedelta(days=7)).day == date(2026, 2, 6)
