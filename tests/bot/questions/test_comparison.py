"""`compare 3 and 5`: the request, its aspects, the table on every platform, and the way there."""

from dataclasses import replace

import pytest

from bot.core.chat import Post, Table
from bot.discord.render import messages as discord
from bot.questions.comparison import asks_to_compare, aspects_in, comparison_post
from bot.slack.render import messages as slack
from digest.aspects import ASPECTS, Cell, Comparison
from digest.model import Answer, Evidence, Quote
from digest.ports import Source
from tests.digest.llm.papers import a_text, moving, other
from tests.rows import each
from tests.servers import discord_rules
from tests.servers.slack import rules


@each(
    ("asked", "aspects"),
    [
        ("compare 3 and 5", ASPECTS),
        ("Please compare 3, 5 and 8 by data, code and training cost", ("data", "code", "training cost")),
        ("compare the training cost of 3 and 5", ("training cost",)),
        ("compare DynamicVLA and UEval on speed", ("speed",)),
        ("compare 3 5 8: limits", ("limits",)),
        ("比较 3 和 5 的数据和代码", ("数据", "代码")),
        ("请对比一下 3 和 5", ASPECTS),
        ("把3和5的数据比较一下", ("数据",)),
        ("对比第3篇和第5篇", ASPECTS),
        ("Could you please compare 3 and 5?", ASPECTS),
        ("A comparison of 3 and 5, please", ASPECTS),
        ("Vergleiche bitte 3 und 5", ASPECTS),
        ("Kannst du 3 und 5 vergleichen?", ASPECTS),
        ("Compara 3 y 5", ASPECTS),
        ("Comparez 3 et 5", ASPECTS),
        ("3と5を比較してください", ASPECTS),
        ("比較：3と5", ASPECTS),
        ("3과 5를 비교해 줘", ASPECTS),
        ("비교 3 5", ASPECTS),
    ],
)
def test_a_request_names_its_aspects(asked, aspects):
    assert asks_to_compare(asked)
    assert aspects_in(asked) == aspects


@each(
    "asked",
    [
        "how does 3 compare to 5?",
        "is 3 better than 5?",
        "what does 3 introduce?",
        "Compared to 3, how much faster is 5?",
        "Comparable to 3 in cost, is 5 faster?",
        "Comparing 3 with 5, which one is faster?",
        "Compare-and-swap: do 3 and 5 use it?",
        "Comparison with baselines: do 3 and 5 have one?",
        "Verglichen mit 3, wie schnell ist 5?",
        "Vergleichbar mit 3: ist 5 schneller?",
        "Comparado con 3, ¿es 5 más rápido?",
        "Comparé à 3, 5 est-il plus rapide ?",
        "비교적 빠른 것은 3인가요 5인가요?",
        "3과 비교하면 5는 얼마나 빠른가요?",
        "比较快的是3还是5？",
        "相比3，5快多少？",
        "对比之下，3和5哪个快？",
        "比較的速いのは3と5のどちらですか?",
        "3と比較して、5はどのくらい速いですか?",
    ],
)
def test_a_question_is_no_request(asked):
    assert not asks_to_compare(asked)


def made(text: str = "says so") -> tuple[Comparison, list[Source]]:
    sources = [Source(moving(), a_text(), number=3), Source(*other(), number=5)]
    cells = {
        (aspect, source.paper.id): Cell(text, (Quote(1, Evidence("words", f"{source.paper.html_url}#S1", "1 Introduction"), source.paper.id),))
        for aspect in ASPECTS[:-1]
        for source in sources
    }  # fmt: skip
    ids = tuple(source.paper.id for source in sources)
    return Comparison(ASPECTS, ids, Answer("", (), ids, "en", "m"), cells), sources


def shown(text: str = "says so", language: str = "en") -> Post:
    comparison, sources = made(text)
    return comparison_post(comparison, sources, language, "q", by_words=False)


def test_two_quotations_of_one_section_have_one_link():
    comparison, sources = made()
    twice = {key: replace(cell, quotes=cell.quotes * 2) for key, cell in comparison.cells.items()}
    table = comparison_post(replace(comparison, cells=twice), sources, "en", "q", by_words=False).blocks[1]
    assert table.rows[0][1].count("1 Introduction") == 1


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "ja", "ko", "pt-BR", "zh-Hans"])
def test_slack_shows_a_table_with_a_link_in_each_cell(language):
    (message,) = slack.render_post(shown(language=language))
    (table,) = [b for b in rules.message_blocks(message["blocks"]) if b["type"] == "table"]
    assert (len(table["rows"]), len(table["rows"][0])) == (7, 3)
    for row in table["rows"][1:-1]:
        for cell in row[1:]:
            assert any(e["type"] == "link" for e in cell["elements"][0]["elements"])


def test_a_table_that_slack_does_not_take_is_a_text_for_each_aspect():
    parts = [b for m in slack.render_post(shown("word " * 300)) for b in rules.message_blocks(m["blocks"])]
    assert not any(b["type"] == "table" for b in parts)
    assert sum(str(b).count("Limits") for b in parts) == 1


@pytest.mark.parametrize("text", ["says so", "word " * 300])
def test_discord_shows_a_text_for_each_aspect(text):
    packed = discord.messages(shown(text))
    for message in packed:
        discord_rules.check_message(message, flags=message["flags"])
    said = "\n".join(discord_rules.texts(m) for m in packed)
    assert said.count("no answer") == 2
    assert all(f"**{name}**" in said for name in ("Task", "Data", "Method", "Result", "Code", "Limits"))


def table(post: Post) -> Table:
    return next(block for block in post.blocks if isinstance(block, Table))


async def test_compare_in_a_thread_shows_a_table_and_says_that_no_model_made_it(channel):
    digest, thread = await channel.digest()
    said = await channel.ask(thread, "compare 1 and 2")
    assert "without a model" in said
    stored = (await channel.chat.history(thread).messages())[-1].post
    (found,) = [b["block"] for b in stored["blocks"] if b["kind"] == "Table"]
    assert [name.split(" · ")[0] for name in found["header"][1:]] == ["[1", "[2"]
    assert len(found["rows"]) == len(ASPECTS)
    screen = channel.screen()
    assert "Limits" in screen
    assert digest.entries[0].paper.title.split(":")[0][:12] in screen


async def test_paper_compare_takes_numbers_ids_and_aspects(channel):
    digest, _ = await channel.digest()
    first, second = (e.paper for e in digest.entries[:2])
    for text in (
        "compare 1 2 by data, code",
        f"compare 1 and {second.id} by data, code",
        f"compare {first.id}, {second.abs_url} by data, code",
        f"compare {first.id} and #2 by data, code",
        "compare 第1篇和第2篇 by data, code",
        "compare １ vs ２ by data, code",
        "compare the first two papers by data, code",
    ):
        found = table((await channel.command("paper", text)).posts[-1])
        assert [row[0] for row in found.rows] == ["Data", "Code"]
        assert len(found.header) == 3


@pytest.mark.parametrize("text", ["compare", "compare 1", "compare 1 1", "compare words", "compare 1 2 3 4 5 6 7"])
async def test_fewer_than_two_papers_get_a_sentence(channel, text):
    await channel.digest()
    respond = await channel.command("paper", text)
    if text != "compare":
        assert "2 to 6 papers" in respond.text


async def test_papers_are_counted_before_they_are_looked_up(channel):
    """A look-up would say that arXiv has no such papers."""
    respond = await channel.command("paper", "compare " + " ".join(f"2501.0000{n}" for n in range(1, 8)))
    assert "2 to 6 papers" in respond.text


@pytest.mark.parametrize(
    "asked",
    [
        "how do 1 and 2 differ?",
        "la différence entre 1 et 2 ?",
        "1と2の違いは？",
        "Worin unterscheiden sich 1 und 2?",
        "Unterschied zwischen 1 und 2?",
    ],
)
async def test_how_two_papers_differ_is_shown_as_a_table(channel, asked):
    _, thread = await channel.digest()
    await channel.ask(thread, asked)
    stored = (await channel.chat.history(thread).messages())[-1].post
    (found,) = [b["block"] for b in stored["blocks"] if b["kind"] == "Table"]
    assert len(found["rows"]) == len(ASPECTS)
