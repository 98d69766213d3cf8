"""The cards of a digest."""

from dataclasses import replace

import pytest

from bot.core.chat import Quotation, Rule
from bot.core.subscription import Detail
from bot.digests import cards
from bot.slack.render import messages
from digest.model import Evidence, Mention, Profile, Theme
from tests import phone
from tests.bot.people import words
from tests.builders import a_digest, a_paper
from tests.previews.sample import CLAIMS, sample_digest


def test_two_papers_whose_names_begin_alike_are_told_apart():
    begin = "Do Models Really Need Contrastive Learning for"
    titles = [f"{begin} Retrieval", f"{begin} Vision", "GPT: One", "GPT: Two", "Same", "Same"]
    papers = [a_paper(f"2601.0000{n}", title=title) for n, title in enumerate(titles)]
    names = [cards.short_title(paper, papers) for paper in papers]
    assert len(set(names)) == len(papers)
    assert names[2:4] == ["GPT: One", "GPT: Two"]
    assert names[4:] == ["Same (2601.00004)", "Same (2601.00005)"]
    assert cards.short_title(papers[0]) == "Do Models Really Need"


def test_options_of_a_menu_keep_their_ids_whatever_the_names():
    titles = ["A very long name of a method that we propose for " + "seeing " * 20] * 2 + [
        "",
        "\u200b",
        "DynamicVLA: Moving",
    ]
    papers = [a_paper(f"2601.0000{n}", title=title) for n, title in enumerate(titles)]
    options = [cards.option(paper, papers) for paper in papers]
    assert all(option.endswith(f"· {paper.id}") for option, paper in zip(options, papers, strict=True))
    assert max(map(len, options)) <= cards.OPTION
    assert options[-1] == "DynamicVLA · 2601.00004"


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Jan 30 · 2 papers · Paper 1, Paper 2"), ("zh", "1月30日 · 2 篇论文 · Paper 1、Paper 2")],
)
def test_a_thread_is_called_by_its_day_and_its_first_papers(language, title):
    assert cards.thread(a_digest(2, profile=Profile(language=language)), Detail.SHORT).title == title


def test_a_name_ends_at_a_wide_colon_too():
    assert cards.short_title(a_paper(title="稀疏注意力：一种不丢帧的长视频理解方法与评测")) == "稀疏注意力"


def test_a_name_does_not_end_in_a_function_word():
    assert cards.short_title(a_paper(title="Creative Image Generation with Models")) == "Creative Image Generation"
    assert (
        cards.short_title(a_paper(title="Attention of the Second and Third Order in Models"))
        == "Attention of the Second"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_day_is_read_on_a_phone_in_forty_five_lines_a_paper_a_line(language):
    digest = await sample_digest(language)
    (message,) = messages.render_post(cards.thread(digest, Detail.SHORT).parent)
    assert phone.slack_lines(message["blocks"]) <= 40
    lines = phone.slack_text(message["blocks"]).splitlines()
    for entry, claim in zip(digest.entries, CLAIMS[language], strict=True):
        name = cards.name_in(digest, entry)
        assert [line for line in lines if name in line] == [
            f"{entry.number} {name}{'：' if language == 'zh' else ': '}{claim}"
        ]


def test_without_a_claim_a_line_is_the_name_alone():
    digest = a_digest(2)
    bare = replace(digest.summary, first=(Mention(digest.entries[0].paper.id, "Long words of the document."),))
    shown = words(cards.thread(replace(digest, summary=bare), Detail.CARD).parent)
    assert "[Paper 1](https://arxiv.org/abs/2601.22151v1)\n" in f"{shown}\n"
    assert "Long words" not in shown


def test_a_theme_is_named_only_above_several_papers_lines_and_only_in_a_few_words():
    digest = a_digest(3)
    both = tuple(Mention(e.paper.id, "", "claim") for e in digest.entries[1:])
    for words_of_theme, seen in (("Speed grows:", True), ("Speed grows in many ways and places " * 4, False)):
        summary = replace(digest.summary, trends=(Theme(words_of_theme, both),), highlights=())
        parent = cards.thread(replace(digest, summary=summary), Detail.CARD).parent
        assert ("Speed grows" in words(parent)) is seen


def test_a_card_shows_a_finding_though_everything_else_is_long():
    digest = a_digest(1)
    entry = digest.entries[0]
    long = replace(entry, analysis=replace(entry.analysis, core="很长的核心想法。" * 40))
    card = cards.thread(replace(digest, entries=(long,)), Detail.CARD).replies[0]
    assert sum(isinstance(block, Quotation) for block in card.blocks) == 1
    assert not any(isinstance(block, Rule) for block in card.blocks)


def test_a_card_quotes_without_tex():
    evidence = Evidence(r"We use $d_{\text{model}}=512$.", "https://arxiv.org/abs/2601.00001", "3 Model")
    assert cards.quotation(evidence, "en").text == "We use d_model=512."
