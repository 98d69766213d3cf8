"""Ids: every id survives `str` and `parse`, the strings stay those of earlier versions, and anything else is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import (
    LINK_PLACEHOLDER,
    REPLY,
    AnswerTo,
    ChannelKey,
    DigestPaper,
    FaultId,
    MalformedId,
    Origin,
    PaperById,
    PaperChoice,
    QuestionId,
    RunKey,
    StepKey,
    TaskName,
    answer_of,
    further_key,
    is_further,
    is_within,
    link_to,
    parse_subject,
    reply_url,
)
from tests.rows import each

texts = st.text(min_size=1)
words = st.text(st.characters(exclude_characters=": ", exclude_categories=["Cs"]), min_size=1)
keys = st.lists(words, min_size=1, max_size=4).map(":".join)
runs = st.builds(RunKey, keys, st.dates(), words)
questions = st.one_of(
    st.builds(QuestionId, st.just(Origin.FORM), texts),
    st.builds(QuestionId, st.just(Origin.PLATFORM), texts.filter(lambda t: not t.startswith("form:"))),
)
subjects = st.one_of(
    st.builds(DigestPaper, runs.map(str).filter(lambda k: not k.startswith(("answer:", "paper:"))), st.integers(0)),
    st.builds(PaperById, texts),
    st.builds(AnswerTo, questions.map(str)),
)
whole = st.one_of(
    st.builds(ChannelKey, words, texts),
    st.builds(TaskName, words, texts),
    st.builds(FaultId, words, st.just("") | texts),
    st.builds(PaperChoice, words, texts),
    st.builds(StepKey, texts, words),
    runs,
    questions,
)


@given(whole)
def test_parse_reads_back_what_str_writes(made):
    assert type(made).parse(str(made)) == made


@given(subjects)
def test_a_subject_is_read_back_with_its_kind(subject):
    assert parse_subject(str(subject)) == subject
    assert answer_of(str(subject)) == (subject if isinstance(subject, AnswerTo) else None)


@given(questions, words)
def test_a_question_asked_again_keeps_its_origin(question, paper):
    for again in (question.permitted(), question.about(paper)):
        assert again != question
        assert QuestionId.parse(str(again)).origin is question.origin


@each(
    ("kind", "text"),
    [
        (ChannelKey, ""),
        (ChannelKey, "slack"),
        (ChannelKey, "slack:"),
        (ChannelKey, ":C1"),
        (RunKey, "slack:C1"),
        (RunKey, "slack:C1:daily"),
        (RunKey, "slack:C1:2026-02-30:daily"),
        (RunKey, "slack:C1:20260130:daily"),
        (RunKey, "slack:C1:２０２６-01-30:daily"),
        (RunKey, "2026-01-30:daily"),
        (RunKey, "slack:C1:2026-01-30:daily:late"),
        (TaskName, "digest"),
        (FaultId, ""),
        (QuestionId, ""),
        (PaperChoice, "0123456789abcdef"),
        (StepKey, "4"),
        (DigestPaper, "slack:C1:2026-01-30:daily"),
        (DigestPaper, "slack:C1:2026-01-30:daily#four"),
        (DigestPaper, "#4"),
        (PaperById, "2601.22153v1"),
        (AnswerTo, "answer:"),
    ],
)
def test_a_malformed_string_is_refused(kind, text):
    with pytest.raises(MalformedId, match=kind.__name__):
        kind.parse(text)


@pytest.mark.parametrize("text", ["", "paper:", "answer:", "slack:C1:2026-01-30:daily", "2601.22153"])
def test_a_value_that_names_no_subject_is_refused(text):
    with pytest.raises(MalformedId):
        parse_subject(text)


def test_the_strings_are_those_of_earlier_versions():
    """Stores and posted buttons hold them."""
    run = RunKey("slack:C1", date(2026, 1, 30), "now-2")
    strings = {
        ChannelKey("slack", "C1"): "slack:C1",
        run: "slack:C1:2026-01-30:now-2",
        TaskName("digest", str(run)): "digest:slack:C1:2026-01-30:now-2",
        FaultId("arxiv", ""): "arxiv",
        FaultId("aside", "digest slack:C1"): "aside digest slack:C1",
        QuestionId(Origin.FORM, "slack:V1:"): "form:slack:V1:",
        QuestionId(Origin.PLATFORM, "slack:C1:1.2"): "slack:C1:1.2",
        QuestionId(Origin.PLATFORM, "slack:C1:1.2").permitted(): "slack:C1:1.2:yes",
        QuestionId(Origin.FORM, "V1").about("2601.22153"): "form:V1:2601.22153",
        PaperChoice("0a1b", "2601.22153"): "0a1b 2601.22153",
        DigestPaper(str(run), 4): "slack:C1:2026-01-30:now-2#4",
        PaperById("2601.22153v1"): "paper:2601.22153v1",
        AnswerTo("slack:C1:1.2"): "answer:slack:C1:1.2",
        StepKey(str(run), "0"): "slack:C1:2026-01-30:now-2:0",
    }
    for made, string in strings.items():
        assert str(made) == string
        assert type(made).parse(string) == made
    assert run.in_channel == "2026-01-30:now-2"
    assert RunKey.of_channel("slack:C1", run.in_channel) == run
    assert FaultId("aside", "digest slack:C1").channel == "slack:C1"


def test_keys_of_messages():
    step = StepKey("slack:C1:2026-01-30:daily", "4")
    assert (step.number, StepKey("d", "t").number) == (4, 0)
    assert is_within(str(step), step.delivery)
    assert not is_within("slack:C12:x", "slack:C1")
    assert further_key(str(step), 2) == f"{step}.2"
    assert is_further(further_key(str(step), 2), str(step))
    assert not is_further(str(step), str(step))
    assert LINK_PLACEHOLDER.findall(f"see {link_to(step)}") == [str(step)]
    assert REPLY.findall(f"see {reply_url(3)}") == ["3"]
