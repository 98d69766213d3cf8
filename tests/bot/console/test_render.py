"""What a terminal shows, at any width, with and without colour, links and Unicode."""

import io
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.console import render
from bot.console.choices import choices
from bot.console.render import THEME
from bot.core.chat import Actions, Button, Field, Form, Heading, Menu, Post, Quotation, Rule, Small, Table, Text
from bot.core.subscription import Detail
from bot.digests import cards
from tests.builders import a_digest
from tests.paths import ROOT

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
HYPERLINK = re.compile(r"\x1b\]8;[^;]*;([^\x1b]*)\x1b\\")


def shown(what, width: int = 80, *, terminal: bool = False, **options) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        theme=THEME,
        width=width,
        force_terminal=terminal,
        highlight=False,
        markup=False,
        emoji=False,
        **options,
    )
    console.print(what)
    return stream.getvalue()


def a_reply() -> Post:
    return Post(
        (
            Heading("4 · [DynamicVLA: A Model](https://arxiv.org/abs/2601.22153v1)", 2),
            Small("Haozhe Xie · arXiv list of <t:1769734800>"),
            Text("**Core idea**\n\nA chunk at a time $A_t$."),
            Quotation("enabling overlapping reasoning", "3 Method", "https://arxiv.org/html/2601.22153v1#S3", 1),
            Rule(),
            Text("- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        ),
        "4 · DynamicVLA",
    )


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    thread = cards.thread(a_digest(3), Detail.FULL)
    for what in (render.parent(thread.parent), *(render.reply(r) for r in thread.replies)):
        assert max(cell_len(line) for line in shown(what, width).splitlines()) <= min(width, render.MAX_WIDTH)


@pytest.mark.parametrize("width", [30, 41, 80])
def test_chinese_fills_its_lines_and_begins_none_with_a_full_stop(width):
    said = (
        "操作运动中的物体对 VLA 模型仍是难题：它们在静态操作中泛化很强，但在需要快速感知、时间预判和连续控制的动态场景里吃力。"
        * 2
    )
    lines = shown(render.reply(Post((Text(f"**动机** {said}"),), "x")), width).removesuffix("\n").splitlines()
    assert "".join(line.strip(" ▎") for line in lines).replace(" ", "") == f"动机{said}".replace(" ", "")
    assert min(map(cell_len, lines[:-1])) >= width - 7
    assert not [line for line in lines if line.strip(" ▎")[0] in "，。：、"]


@pytest.mark.parametrize("width", range(40, 101))
def test_no_cell_of_a_table_is_cut(width):
    cells = (
        "方法",
        "模型的准确率不高 Final Remarks",
        "含 934966 个词、每个向量 300 维的模型；五十个职业的列表 Experiments",
    )
    drawn = Table(("方面", "7 · Bias", "10 · 性别"), (cells,))
    written = Text(f"| a | b | c |\n|---|---|---|\n| {' | '.join(cells)} |")
    for block in (drawn, written):
        said = shown(render.reply(Post((block,), "x")), width)
        assert "…" not in said
        assert not Counter("".join(cells).replace(" ", "")) - Counter(said)


def test_every_word_of_a_digest_is_shown():
    thread = cards.thread(a_digest(3), Detail.FULL)
    text = re.sub(
        r"[\s│▎]", "", shown(render.parent(thread.parent)) + "".join(shown(render.reply(r)) for r in thread.replies)
    )
    for words in (
        "先读",
        "今天的论文都在研究事物。",
        "第2篇的主张",
        "231选3",
        "enablesfastmultimodalinference",
        "method的**长**文",
    ):
        assert words.replace("**", "") in text


def test_in_a_pipe_links_are_written_out_and_nothing_is_escaped():
    text = shown(render.reply(a_reply()), 100)
    assert "\x1b" not in text
    assert "DynamicVLA: A Model (https://arxiv.org/abs/2601.22153v1)" in text
    assert "“enabling overlapping reasoning” 3 Method (https://arxiv.org/html/2601.22153v1#S3)" in re.sub(
        r"\s*\n\s*▎\s*", " ", text
    )
    assert all(line == line.rstrip() or line.strip() == "▎" for line in text.splitlines())


def test_on_a_terminal_links_are_hyperlinks():
    text = shown(render.reply(a_reply()), terminal=True, color_system="truecolor")
    assert set(HYPERLINK.findall(text)) >= {
        "https://arxiv.org/abs/2601.22153v1",
        "https://arxiv.org/html/2601.22153v1#S3",
    }
    assert "https://" not in HYPERLINK.sub("", text)


def test_without_colour_there_is_none():
    text = shown(render.parent(a_reply()), terminal=True, color_system="truecolor", no_color=True)
    codes = {code for found in ESCAPE.findall(text) for code in found[2:-1].split(";")}
    assert not any(code.startswith(("3", "4", "9")) and len(code) > 1 for code in codes)


def test_tex_is_unicode_and_moments_are_in_the_readers_zone():
    text = shown(render.reply(a_reply(), UTC))
    assert "Aₜ" in text
    assert "arXiv list of 2026-01-30 01:00" in text
    assert "<t:" not in text


def test_a_label_stands_directly_above_its_text():
    lines = [line.strip(" ▎") for line in shown(render.reply(a_reply())).splitlines()]
    assert lines[lines.index("Core idea") + 1].startswith("A chunk")


def test_what_an_untrusted_text_says_is_only_text():
    """No markup of the terminal's own, no escape sequences."""
    post = Post(
        (
            Text("[red]not red[/red] :smile: \x1b[31mno"),
            Quotation("\x1b]8;;http://x\x1b\\y", "p. 1", "https://arxiv.org"),
        ),
        "x",
    )
    text = shown(render.reply(post), terminal=True, color_system=None)
    assert "[red]not red[/red] :smile:" in text
    assert "\x1b[31m" not in text
    assert "\x1b]8;;http://x" not in text


def test_a_menu_shows_what_can_be_typed():
    text = shown(render.reply(Post((Menu("choose", "Which?", (("DynamicVLA", "4"), ("VI-Probe", "5"))),), "x")))
    assert "1 DynamicVLA" in text


def test_a_form_shows_how_things_stand():
    text = shown(
        render.form(Form("settings", "", "Settings", "Save", (Field("time", "Time", "time", "09:00", "local"),)))
    )
    assert "Time: 09:00" in text


def test_links_to_the_terminals_own_messages_are_words():
    assert (
        shown(render.reply(Post((Text("see [first](https://terminal.invalid/demo/2)"),), "x"))).strip("\n ▎")
        == "see first"
    )


def test_relinking_changes_only_what_it_is_told():
    post = {"blocks": [{"kind": "Text", "block": {"markdown": "[a](reply:0) [b](<reply:1>) [c](https://arxiv.org)"}}]}
    changed = render.relinked(post, {"reply:0": "{{link:k:1}}", "reply:1": "{{link:k:2}}"})
    assert changed["blocks"][0]["block"]["markdown"] == "[a]({{link:k:1}}) [b]({{link:k:2}}) [c](https://arxiv.org)"


SCRIPT = """
import sys
from bot.digests import cards
from bot.console import render
from bot.core.subscription import Detail
from tests.builders import a_digest
screen = render.terminal(sys.stdout)
thread = cards.thread(a_digest(2), Detail.SHORT)
screen.print(render.parent(thread.parent))
screen.print(render.reply(thread.replies[0]))
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
def test_a_terminal_of_any_encoding_gets_something_readable(encoding):
    root = ROOT
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(root), "NO_COLOR": "1"}
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, env=environment, cwd=root, check=False)
    assert done.returncode == 0, done.stderr.decode()
    text = done.stdout.decode(encoding)
    assert "Paper 1: A Study of Things with" in text
    assert '"enables fast multimodal inference"' in text or "“enables fast multimodal inference”" in text


def test_where_nobody_looks_nothing_is_drawn_or_broken():
    import re
    from dataclasses import replace

    long = "A sentence that goes on. " * 30
    post = Post((*a_reply().blocks, Text(f"# One\n\n{long}\n\n> quoted\n\n```\ncode\n```\n\n---\n\n1. {long}")), "x")
    for what in (
        render.reply(post),
        render.parent(replace(post, blocks=(Heading("Title"), *post.blocks))),
        render.page("T", post),
    ):
        stream = io.StringIO()
        render.terminal(stream).print(what)
        text = stream.getvalue()
        lines = text.splitlines()
        assert sum(long.strip() in line for line in lines) == 2
        assert not re.search(r"[▎│╭╰─▌]", text.replace("────", ""))
        assert {"One", "> quoted"} <= set(lines)
        assert max(map(len, lines)) < 2 * len(long)


def test_the_options_of_two_menus_have_numbers_of_their_own():
    menus = (Menu("choose", "Choose", (("A", "1"),)), Menu("remove", "Remove", (("A", "1"), ("B", "2"))))
    post = Post((*menus, Actions((Button("settings", "k", "Settings"),))), "x")
    text = shown(render.reply(post))
    offered = choices(post)
    assert [(c.key, c.action, c.value) for c in offered] == [
        ("1", "choose", "1"),
        ("2", "remove", "1"),
        ("3", "remove", "2"),
    ]
    assert [line.split()[-2:] for line in text.splitlines() if line.split()[-2:-1] and line.split()[-2].isdigit()] == [
        ["1", "A"],
        ["2", "A"],
        ["3", "B"],
    ]
