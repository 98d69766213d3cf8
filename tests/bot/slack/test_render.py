"""What is rendered is what Slack takes: judged by the strict server's own rules, which know nothing of the renderer."""

import json
import re
from collections import Counter

import pytest
from markdown_it import MarkdownIt

from bot.core.chat import (
    Actions,
    Button,
    Heading,
    Menu,
    Place,
    Post,
    Quotation,
    Rule,
    Small,
    StepKind,
    Style,
    Text,
    Thread,
)
from bot.core.subscription import Detail
from bot.digests import cards
from bot.slack.render import lengths, messages, richtext
from bot.slack.render.blocks import blocks, with_plain_feedback
from digest.render import tex
from digest.render.markdown import escape
from tests import phone
from tests.bot.slack.worst_case import NASTY, PINGS, worst_digest, worst_entry
from tests.builders import a_digest
from tests.previews.sample import sample_digest
from tests.servers.slack import rules

PLACE = Place("slack", "C0PAPERS")


def elements(markdown: str) -> list[dict]:
    return [e for part in richtext.parts(markdown) for e in part["elements"]]


def checked(post: Post) -> list[dict]:
    """The messages of a post, each as Slack would take it."""
    made = messages.render_post(post, "k")
    for message in made:
        rules.message_blocks(message["blocks"])
        rules.message_text(message["text"])
        rules.metadata(message["metadata"])
        assert (message["unfurl_links"], message["unfurl_media"]) == (False, False)
    return made


UNREAD = re.compile(r"<t:\d+>|\$\$.*?\$\$", re.DOTALL)
"""What no parser without extensions can read: moments, and maths on lines of its own."""


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[A-Za-z0-9]+|[\u4e00-\u9fff]", text))


def written(post: Post) -> str:
    """Every word of a post's content, by a parser without the renderer's extensions."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    said = []
    for block in post.blocks:
        if isinstance(block, Quotation):
            said += [block.text, block.label]
        elif isinstance(block, Text | Small | Heading):
            tokens = parser.parse(tex.readable(UNREAD.sub("", block.markdown)))
            said += [
                child.content
                for t in tokens
                for child in [t, *(t.children or [])]
                if child.type in ("text", "code_inline", "fence")
            ]
    return "\n".join(said)


@pytest.mark.parametrize(
    ("markdown", "bold"),
    [
        ("**标签：**我们", ["标签："]),
        ("他说**“引用”**了", ["“引用”"]),
        ("用**粗体**写", ["粗体"]),
        ("**（一）**二**三**四", ["（一）", "三"]),
        ("a **b** c", ["b"]),
    ],
)
def test_bold_beside_chinese_becomes_bold(markdown, bold):
    assert [e["text"] for e in elements(markdown) if e.get("style", {}).get("bold")] == bold
    assert "*" not in richtext.plain(elements(markdown))


def test_maths_becomes_unicode_where_unicode_can_say_it_and_code_where_not():
    said = elements(r"step $A_{t+1}$ and \(x^2\) but $\frac{a}{b}$; it costs $5 and $6")
    assert richtext.plain(said) == r"step Aₜ₊₁ and x² but \frac{a}{b}; it costs $5 and $6"
    assert [e["text"] for e in said if e.get("style", {}).get("code")] == [r"\frac{a}{b}"]


def test_tables_become_lines_a_phone_can_show():
    (part,) = richtext.parts("| method | FID |\n|---|---|\n| ours | **2.22** |\n| theirs | |")
    assert [richtext.plain(i["elements"]) for i in part["elements"]] == ["method: ours · FID: 2.22", "method: theirs"]


def test_nested_lists_keep_their_depth_and_numbers():
    made = richtext.parts("1. a\n   - b\n2. c\n3. d")
    assert [(p["style"], p.get("indent", 0), p.get("offset", 0)) for p in made] == [
        ("ordered", 0, 0),
        ("bullet", 1, 0),
        ("ordered", 0, 1),
    ]


def test_only_links_written_as_links_lead_anywhere():
    said = elements("[a](https://x.org) https://bare.org <https://angle.org> [j](javascript:alert(1)) [r](reply:1)")
    assert [e["url"] for e in said if e["type"] == "link"] == ["https://x.org", "reply:1"]
    assert "https://bare.org <https://angle.org>" in richtext.plain(said)


def test_markup_of_slack_in_text_stays_text():
    rules.message_blocks(blocks(Post((Text(PINGS), Small(PINGS), Heading(PINGS), Small(f"**x** {PINGS}")), "")))
    assert richtext.plain(elements("\\<!channel> \\@here")) == "<!channel> @here"


def test_a_moment_is_shown_in_the_readers_own_zone():
    (block,) = blocks(Post((Small("at <t:1769734800>"),), ""))
    assert block["elements"][0]["text"] == "at <!date^1769734800^{date_short_pretty} {time}|2026-01-30 01:00 UTC>"
    assert elements("at <t:1769734800>")[1]["timestamp"] == 1769734800


def test_small_text_without_marks_is_plain_so_that_every_character_stands():
    (block,) = blocks(Post((Small(r"a \* b \_ c & \<d\>"),), ""))
    assert block["elements"][0] == {"type": "plain_text", "text": "a * b _ c & <d>", "emoji": False}


def test_cutting_loses_nothing_but_white_space():
    text = "第一句。第二句！" * 40 + " and words " * 100 + "x" * 500
    rest, pieces = text, []
    while rest:
        head, rest = lengths.cut(rest, 120)
        pieces.append(head)
    assert all(0 < len(p) <= 120 for p in pieces)
    assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)


def test_a_paragraph_is_split_at_the_end_of_a_sentence():
    head, rest = lengths.cut("一二三四五六七。八九十一二三四五六七", 12)
    assert (head, rest) == ("一二三四五六七。", "八九十一二三四五六七")


def test_long_goes_on_in_a_further_message_that_says_which():
    post = Post(tuple(Text(f"paragraph {n} " + "words " * 300) for n in range(10)), "4 · Name")
    made = checked(post)
    assert len(made) == 3
    assert [messages.key_of(m) for m in made] == ["k", "k.2", "k.3"]
    assert made[1]["blocks"][0]["elements"][0]["text"] == "4 · Name · 2/3"
    assert not words(written(post)) - words(rules.shown([m["blocks"] for m in made]))


def test_sixty_blocks_are_two_messages():
    assert len(checked(Post(tuple(Small(f"line {n}") for n in range(60)), "x"))) == 2


def test_a_line_neither_opens_nor_ends_a_message():
    assert [b["type"] for b in checked(Post((Rule(), Text("a"), Rule()), "x"))[0]["blocks"]] == ["rich_text"]


def test_nothing_to_say_still_says_its_fallback():
    assert rules.shown(checked(Post((), "only & this"))[0]["blocks"]) == "only & this"


def test_buttons_stand_in_one_row_with_the_menu_at_its_end_and_thumbs_below():
    row, thumbs = blocks(cards.paper_post(worst_entry(1), worst_digest(1), Detail.CARD))[-2:]
    assert [e.get("action_id") for e in row["elements"]] == ["ask:0", "full:1", "save:2", "menu:0"]
    assert len(row["elements"][-1]["options"]) == 4
    (pair,) = thumbs["elements"]
    assert (thumbs["type"], pair["type"]) == ("context_actions", "feedback_buttons")
    assert [pair[n]["value"].split("|")[0] for n in ("positive_button", "negative_button")] == ["more", "fewer"]
    (plain,) = with_plain_feedback([thumbs])
    rules.message_blocks([plain])
    assert [e["action_id"] for e in plain["elements"]] == ["more:0", "fewer:1"]
    assert [e["value"] for e in plain["elements"]] == [f"{worst_digest(1).key}#1"] * 2


async def test_the_analysis_is_folded_below_what_a_reader_decides_by():
    digest = await sample_digest("en")
    shown = {d: checked(cards.paper_post(digest.entries[0], digest, d))[0]["blocks"] for d in Detail}
    folded = [b for b in shown[Detail.SHORT] if b["type"] == "section"]
    assert [b["expand"] for b in folded] == [False] * len(folded)
    assert folded
    text = "\n".join(b["text"]["text"] for b in folded)
    assert "*3 Method*" in text
    assert "generalise well in static manipulation" in text
    assert not [b for b in shown[Detail.CARD] if b["type"] in ("section", "divider")]
    assert [b["type"] for b in shown[Detail.FULL]].count("divider") == 1
    assert phone.slack_lines(shown[Detail.SHORT][: shown[Detail.SHORT].index(folded[0])]) <= 20


def test_bare_thumbs_stand_in_the_row_of_an_answer():
    thumbs = (Button("helpful", "a", "👍", Style.FEEDBACK), Button("unhelpful", "a", "👎", Style.FEEDBACK))
    (row,) = blocks(Post((Actions((*thumbs, Button("wrong", "answer:a", "Something is wrong"))),), ""))
    rules.message_blocks([row])
    assert [e["text"]["text"] for e in row["elements"]] == ["👍", "👎", "Something is wrong"]


def test_one_thing_behind_the_menu_is_a_button():
    (row,) = blocks(Post((Actions((Button("wrong", "v", "Wrong", Style.MENU),)),), ""))
    assert [e["type"] for e in row["elements"]] == ["button"]


def test_a_button_that_asks_has_slacks_own_dialog():
    (row,) = blocks(Post((Actions((Button("retract", "v", "Take back", Style.DANGER, "Sure?" * 200),)),), ""))
    rules.message_blocks([row])
    assert row["elements"][0]["confirm"]["confirm"]["text"] == "Yes"


def test_six_options_are_two_menus():
    (row,) = blocks(Post((Actions(tuple(Button(f"a{n}", "v", f"L{n}", Style.MENU) for n in range(6))),), ""))
    rules.message_blocks([row])
    assert [len(e["options"]) for e in row["elements"]] == [5, 1]


def test_an_option_too_long_for_its_label_goes_on_below_it():
    (row,) = blocks(Post((Menu("ask", "Which?", (("A very long title " * 6, "1"), ("short", "2"))),), ""))
    rules.message_blocks([row])
    option = row["elements"][0]["options"][0]
    assert option["text"]["text"].endswith("…")
    assert option["description"]["text"].startswith("very long title")


@pytest.mark.parametrize("detail", list(Detail))
def test_the_worst_digest_arrives_whole_in_every_detail(detail):
    thread = cards.thread(worst_digest(10), detail)
    for post in (thread.parent, *thread.replies):
        shown = rules.shown([m["blocks"] for m in checked(post)])
        assert not words(written(post)) - words(shown)


def test_in_short_every_paper_is_one_message():
    thread = cards.thread(worst_digest(10), Detail.SHORT)
    steps = messages.steps(thread, "d")
    assert [s.kind for s in steps] == [StepKind.POST, *[StepKind.REPLY] * 10, StepKind.EDIT]
    assert [s.reply for s in steps] == [-1, *range(10), -1]


def test_the_finished_parent_links_to_replies_and_has_the_parents_shape():
    thread = cards.thread(a_digest(3), Detail.CARD)
    steps = messages.steps(thread, "d:1")
    edit = steps[-1]
    assert (edit.kind, edit.on, edit.key) == (StepKind.EDIT, "d:1:0", "d:1:0:edit")
    assert re.findall(r"\{\{link:([^}]*)\}\}", json.dumps(edit.payload)) == [s.key for s in steps[1:4]]
    assert "reply:" not in json.dumps(edit.payload)
    assert messages.key_of(edit.payload) == "d:1:0"
    assert "thread_ts" not in edit.payload


def test_a_parent_too_long_goes_on_in_its_thread_and_is_edited_there_too():
    def parent(link: str) -> Post:
        line = "".join(f"[name {n}]({link.format(n)}) and what is said of it, at some length. " for n in range(60))
        return Post((Heading("h"), Text(line), Text(line), Text(line)), "fallback")

    thread = Thread(parent("https://arxiv.org/abs/{}"), (Post((Text("r"),), "r"),), parent("reply:0"))
    kinds = [(s.kind, s.key, s.on) for s in messages.steps(thread, "d")]
    assert kinds[:2] == [(StepKind.POST, "d:0", ""), (StepKind.REPLY, "d:0.2", "d:0")]
    assert [k for k in kinds if k[0] is StepKind.EDIT][:2] == [
        (StepKind.EDIT, "d:0:edit", "d:0"),
        (StepKind.EDIT, "d:0.2:edit", "d:0.2"),
    ]


def test_the_lock_screen_shows_the_news_escaped():
    (message,) = checked(Post((Text("x"),), NASTY))
    assert message["text"].startswith("A &amp; B &lt;C&gt;")


@pytest.mark.parametrize("archive", [True, False])
def test_the_day_has_one_menu(archive):
    digest = worst_digest(2)
    blocks = [
        b
        for m in messages.render_post(
            cards.parent(digest, {e.paper.id: "https://x.org" for e in digest.entries}, archive=archive)
        )
        for b in m["blocks"]
    ]
    elements = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
    assert [e["type"] for e in elements] == ["button", "overflow"]


def test_a_text_that_begins_in_brackets_is_shown_whole():
    shown = json.dumps(blocks(Post((Text(escape("[Re] Grasping (again)")),), "fallback")))
    assert "[Re] Grasping (again)" in shown
