"""CommonMark becomes what Discord can show, and nothing in it can do anything."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.render.markdown import THIN, ZERO, line, plain, units
from bot.discord.render.packing import joined
from digest.render.markdown import escape
from tests.rows import each
from tests.servers.discord_rules import mentioned


def shown(markdown: str) -> str:
    return joined(units(markdown))


@each(
    ("markdown", "discord"),
    [
        ("**bold** and __strong__", "**bold** and **strong**"),
        ("*em* and _em_", "*em* and *em*"),
        ("~~gone~~", "~~gone~~"),
        ("`code`", "`code`"),
        ("``a ` b``", "`` a ` b ``"),
        ("[a paper](https://arxiv.org/abs/1)", "[a paper](<https://arxiv.org/abs/1>)"),
        ("![a figure](https://x.org/f.png)", "[a figure](<https://x.org/f.png>)"),
        ("see https://github.com/x/a_b_c.", "see <https://github.com/x/a_b_c>."),
        ("see https://x.org/a_b_c.", "see https:\u200b//x.org/a\\_b\\_c."),
        ("join discord.gg/evil", "join discord.\u200bgg/evil"),
        ("[https://good.org](https://evil.org)", "https:\u200b//good.org <https://evil.org>"),
        ("[bad](javascript:alert(1))", r"\[bad\](javascript:alert(1))"),
        ("# A heading with **bold**", "**A heading with bold**"),
        ("first\nsecond", "first\nsecond"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("**label**\n\ntext", "**label**\ntext"),
        ("- a\n- b\n  - c", "- a\n- b\n  - c"),
        ("3. c\n4. d", "3. c\n4. d"),
        ("> quoted\n> more", "> quoted\n> more"),
        ("> > twice", "> twice"),
        ("$A_{t}$ and \\(x^2\\)", "Aₜ and x²"),
        (r"as code `\(x^2\)`", r"as code `\(x^2\)`"),
        ("so\n\n\\[\nE = mc^2\n\\]", "so\nE = mc²"),
        (escape("[Re] Grasping (again)"), r"\[Re\] Grasping (again)"),
        (r"$\frac{a}{b}$", r"`\frac{a}{b}`"),
        ("$$\nE = mc^2\n$$", "E = mc²"),
        ("1\\. no list", "1\\. no list"),
        ("a * b _ c | d", r"a \* b \_ c \| d"),
        ("# not\\# mine", "**not# mine**"),
        ("\\# text", "\\# text"),
        ("p < 0.05 > 0", "p < 0.05 > 0"),
        ("a\n\n---\n\nb", "a\n———\n\nb"),
    ],
)
def test_what_becomes_of_it(markdown, discord):
    assert shown(markdown) == discord


def test_bold_beside_chinese_is_bold_and_stands_off():
    assert shown("这是**粗体**字") == f"这是{THIN}**粗体**{THIN}字"
    assert shown("**重点：**后文") == f"**重点：**{THIN}后文"
    assert shown("，**“过时”**的") == f"，**“过时”**{THIN}的"


def test_a_table_is_a_list_with_its_columns_names():
    table = "| model | FID | steps |\n|---|---|---|\n| **ours** | 2.2 | 1 |\n| theirs | | 250 |"
    assert shown(table) == "- **ours** FID: 2.2 · steps: 1\n- **theirs** steps: 250"


def test_code_cannot_end_its_block_early():
    assert shown("~~~py\na = '```'\n~~~") == f"```py\na = '`{ZERO}``'\n```"


@pytest.mark.parametrize(
    "text",
    ["@everyone", "@here", "<@123>", "<@!123>", "<@&123>", "`@everyone`", "```\n<@&1>\n```", "[@here](https://x.org)"],
)
def test_nobody_can_be_mentioned(text):
    assert mentioned({"content": shown(text)}) == []
    assert mentioned({"content": plain(text)}) == []
    assert mentioned({"content": line(text)}) == []


@pytest.mark.parametrize("text", ["<#123>", "</paper:5>", "<:e:6>", "<a:e:6>", "<t:7>", "{{link:k}}"])
def test_nothing_is_taken_for_a_channel_an_emoji_a_time_or_a_mark_of_ours(text):
    assert text not in shown(text)
    assert shown(text).replace(ZERO, "").replace("\\", "") == text


def test_an_address_that_is_none_is_shown_as_text():
    assert shown("see https://a℀b.com and https://[b") == "see https:\u200b//a℀b.com and https:\u200b//\\[b"


def test_brackets_in_the_text_of_a_link_do_not_end_it():
    assert shown(r"[the \[CLS\] token](https://x.org)") == "[the [CLS] token](<https://x.org>)"
    assert shown(r"[one \] alone](https://x.org)") == "[one ) alone](<https://x.org>)"


WORDS = re.compile(r"[^\W_]+")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=120))
def test_plain_text_keeps_every_word_and_mentions_nobody(text):
    made = plain(text)
    assert WORDS.findall(made.replace(ZERO, "")) == WORDS.findall(" ".join(text.split()).replace(ZERO, ""))
    assert mentioned({"content": made}) == []


@given(st.text("ab*_~`[]()<>#-\n 中，。@!&1:/", max_size=60))
def test_any_markdown_gives_something_that_mentions_nobody(text):
    assert mentioned({"content": shown(text)}) == []
