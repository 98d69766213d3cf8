"""Posts become messages within Discord's limits; whatever does not fit goes on in the next, whole."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.chat import Actions, Button, Heading, Menu, Post, Quotation, Rule, Small, Style, Text, Thread, VoteKind
from bot.core.subscription import Detail
from bot.digests import cards
from bot.discord.ids import ComponentId, custom_id, marker, nonce, parse_custom_id
from bot.discord.render import markdown
from bot.discord.render.messages import ACCENT, messages
from bot.discord.render.packing import cut, size
from bot.discord.render.plan import plan
from tests.phone import discord_lines_above
from tests.previews.sample import sample_digest
from tests.servers.discord_rules import check_components, check_message, texts, walk
from tests.steps import steps as count_steps


def post(*blocks) -> Post:
    return Post(blocks, "news")


def shown(*blocks) -> list[str]:
    return [c["content"] for m in messages(post(*blocks)) for c in walk(m["components"]) if c["type"] == 10]


def test_a_thread_s_name_is_never_cut_inside_a_word():
    words = "Compositional " * 12
    for title in (words, "学" * 150, "A" * 150, "🙂 " * 80):
        (name,) = {
            s.payload["name"]
            for s in plan(Thread(Post((Text("x"),), "x"), (), None, title), "k")
            if "name" in s.payload
        }
        assert len(name.encode("utf-16-le")) // 2 <= 100
        assert name.endswith("…")
    names = [s.payload.get("name", "") for s in plan(Thread(Post((Text("x"),), "x"), (), None, words), "k")]
    assert any(n.removesuffix("…").endswith("Compositional") for n in names)


def test_a_digest_s_thread_names_only_whole_papers():
    assert cards.thread_title("Jan 30 · 10", ["A" * 50, "B" * 40], "en") == f"Jan 30 · 10 · {'A' * 50}"
    assert cards.thread_title("Jan 30 · 10", ["A" * 95], "en") == "Jan 30 · 10"


async def test_a_day_of_which_a_vote_changes_is_drawn_again_in_half_of_the_steps():
    digest = await sample_digest("en")
    votes = {digest.entries[0].paper.id: {VoteKind.MORE: 1}}
    drawn = [cards.thread(digest, Detail.FULL, votes=given) for given in ({}, votes)]
    markdown._units.cache_clear()
    markdown._line.cache_clear()
    first, again = (count_steps(lambda thread=thread: plan(thread, digest.key)) for thread in drawn)
    assert again < first / 2


def test_the_mock_up_of_a_paper():
    blocks = (
        Heading("4 · [A paper](https://arxiv.org/abs/1)", 2),
        Small("Ada · cs.RO · <t:1769734800>"),
        Text("**核心**\n\n一句话。"),
        Heading("发现", 3),
        Text("1\\. 更快。"),
        Quotation("a quotation", "3 Method", "https://arxiv.org/html/1#S3", 1),
        Rule(),
        Heading("1 动机", 3),
        Text("原因。"),
    )
    assert shown(*blocks) == [
        "### 4 · [A paper](<https://arxiv.org/abs/1>)\n-# Ada · cs.RO · <t:1769734800:f>",
        "**核心**\n一句话。\n\n**发现**\n1\\. 更快。\n> [1] “a quotation” [3 Method\u00a0↗](<https://arxiv.org/html/1#S3>)",
        "**1 动机**\n原因。",
    ]


async def test_a_reply_shows_what_decides_and_leaves_the_analysis_to_its_button():
    digest = await sample_digest("en")
    read = [n for n, entry in enumerate(digest.entries) if entry.analysis]
    assert read
    for detail, inline in ((Detail.SHORT, False), (Detail.FULL, True)):
        thread = cards.thread(digest, detail)
        for n in read:
            found = [c for m in messages(thread.replies[n]) for c in walk(m["components"])]
            said = "".join(c.get("content", "") for c in found)
            assert digest.entries[n].analysis.core[:40] in said
            assert ("**1 " in said) is inline
            assert any(c.get("custom_id", "").startswith("pb:full:") for c in found)


async def test_no_short_reply_is_without_the_quotation_that_there_is():
    digest = await sample_digest("en")
    analysis = digest.entries[0].analysis
    entry = replace(digest.entries[0], analysis=replace(analysis, core="It moves. " * 90))
    (reply,) = cards.thread(replace(digest, entries=(entry,)), Detail.SHORT).replies
    said = " ".join(texts(m) for m in messages(reply))
    assert analysis.findings[0].evidence.quotation[:40] in said


async def test_an_abstract_that_a_note_announces_stays():
    digest = await sample_digest("en")
    entry = replace(digest.entries[0], analysis=None)
    (reply,) = cards.thread(replace(digest, entries=(entry,)), Detail.SHORT).replies
    assert entry.paper.abstract[:40] in " ".join("\n".join(map(texts, messages(reply))).split())


def test_buttons_keep_to_rows_and_menus_of_many():
    many = tuple(Button(f"a-{chr(97 + n)}", "v", f"B{n}") for n in range(7))
    (message,) = messages(post(Text("x"), Actions(many)))
    assert [len(c["components"]) for c in message["components"] if c["type"] == 1] == [5, 2]
    menu = tuple(Button(n, "v", n, Style.MENU) for n in ("save", "share", "wrong"))
    (message,) = messages(post(Text("x"), Actions(menu)))
    (more,) = [c for c in walk(message["components"]) if c["type"] == 2]
    assert (more["label"], more["custom_id"]) == ("⋯", "pb:day_menu:v")


async def test_a_paper_is_one_container_with_one_row_of_buttons():
    digest = await sample_digest("en")
    thread = cards.thread(digest, Detail.SHORT)
    replies = [s for s in plan(thread, "k") if s.reply >= 0]
    accents = []
    for step in replies:
        message = step.payload["message"]
        check_components(message["components"], v2=True)
        (container,) = message["components"]
        accents.append(container["accent_color"] == ACCENT)
        (row,) = [c for c in container["components"] if c["type"] == 1]
        custom = [c["custom_id"].split(":")[1] for c in row["components"]]
        assert custom == ["ask", "full", "more", "fewer", "menu"]
        assert discord_lines_above(message["components"]) <= 20
    assert accents == [True] * 3 + [False] * 7


def test_a_card_to_its_asker_alone_shows_its_share_button():
    menu = tuple(Button(n, "v", n, Style.MENU) for n in ("save", "share", "wrong", "bibtex"))
    (message,) = messages(post(Text("x"), Actions(menu)), private=True)
    assert [c["label"] for c in walk(message["components"]) if c["type"] == 2] == ["share", "⋯"]


def test_feedback_is_two_small_emoji():
    pair = tuple(Button(n, "v", label, Style.FEEDBACK) for n, label in (("more", "👍 More like this"), ("fewer", "👎")))
    (message,) = messages(post(Text("x"), Actions(pair)))
    assert [c["emoji"]["name"] for c in walk(message["components"]) if c["type"] == 2] == ["👍", "👎"]


@pytest.mark.parametrize(
    "pressed",
    [ComponentId("ask", "k:2026-01-30:daily#4"), ComponentId("retract", "k", True), ComponentId("pick", "a b:c~d e")],
)
def test_what_stands_behind_a_button_is_read_back(pressed):
    assert parse_custom_id(custom_id(pressed)) == pressed
    assert parse_custom_id(custom_id(pressed, 0x7FFFFFFF)) == pressed


def test_what_is_no_button_of_ours_is_none():
    assert parse_custom_id("poll:yes") is None
    with pytest.raises(ValueError, match="100"):
        custom_id(ComponentId("ask", "x" * 100))


def test_keys_become_a_nonce_and_a_31_bit_marker():
    assert len(nonce("k" * 200)) == 25
    assert 0 < marker("k") < 1 << 31
    assert marker("k") != marker("l")


def test_a_label_never_ends_a_message():
    part = "word " * 390
    told = shown(*[b for n in range(4) for b in (Heading(f"Part {n}", 3), Text(part))])
    assert not any(t.rstrip().endswith("**") for t in told)
    assert "".join(told).count("**Part") == 4


def test_what_a_forum_shows_fits_its_content_and_the_rest_opens_the_thread():
    parent = post(
        Heading("Digest"),
        *(Text(f"PART-{n} " + "word " * 150) for n in range(6)),
        Actions((Button("others", "k", "Others"),)),
    )
    steps = plan(Thread(parent, (post(Text("reply")),), parent, "title"), "k")
    starter = steps[0].payload["forum"]["message"]
    assert size(starter["content"]) <= 2000
    assert starter["components"][0]["components"][0]["custom_id"].startswith("pb:others:k~")
    rest = [s.payload["message"] for s in steps if s.payload.get("only") == "forum" and s.kind == "reply"]
    told = "\n".join([starter["content"], *map(texts, rest)])
    assert all(f"PART-{n} " in told for n in range(6))


def test_an_edit_stays_within_the_limits_when_its_links_have_grown():
    """A link to a reply is up to 91 characters, one to arXiv 34."""

    def parent(link: str) -> Post:
        return post(Heading("Digest"), *(Text(f"[Paper {n}]({link.format(n=n)}) " + "w" * 45) for n in range(28)))

    replies = tuple(post(Text(f"r{n}")) for n in range(28))
    steps = plan(Thread(parent("https://arxiv.org/abs/2601.{n:05}v1"), replies, parent("reply:{n}"), "t"), "k")
    link = "https://discord.com/channels/" + "/".join(["9" * 20] * 3)
    for step in steps:
        for message in (step.payload.get("text"), step.payload.get("message")):
            if isinstance(message, dict):
                assert size(re.sub(r"\{\{link:[^}]*\}\}", link, texts(message))) <= 4000
    assert sum(s.kind == "edit" for s in steps) >= 1
    targets = re.findall(r"\{\{link:([^}]*)\}\}", str([s.payload for s in steps if s.kind == "edit"]))
    assert set(targets) <= {s.key for s in steps}


BLOCK = st.one_of(
    st.builds(Text, st.text("ab 中文。.\n*_`[](<>)", max_size=3000)),
    st.builds(
        Text,
        st.sampled_from(
            ["word " * 900, "字" * 5000, "```\n" + "code line\n" * 700 + "```", "- item\n" * 300, "x" * 9000]
        ),
    ),
    st.builds(Heading, st.text("ab 中", max_size=80), st.sampled_from([1, 2, 3])),
    st.builds(Small, st.text("ab 中", max_size=200)),
    st.builds(
        Quotation,
        st.text("ab 中", min_size=1, max_size=6000),
        st.just("p. 4"),
        st.just("https://arxiv.org/pdf/1#page=4"),
    ),
    st.just(Rule()),
    st.just(Menu("pick", "Choose", (("A", "a"), ("B", "b")))),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(BLOCK, min_size=1, max_size=8).filter(lambda blocks: sum(isinstance(b, Menu) for b in blocks) < 2))
def test_any_post_becomes_messages_discord_takes(blocks):
    for message in messages(post(*blocks)):
        check_message(message, flags=message["flags"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["alpha", "beta.", "中文句子。", "[a link](<https://x.org/a>)", "`a b c`", "\\*"]),
        min_size=50,
        max_size=400,
    )
)
def test_a_long_paragraph_is_cut_between_words_and_loses_none(words):
    rest, parts = " ".join(words), []
    while size(rest) > 300:
        head, rest = cut(rest, 300)
        parts.append(head)
    assert " ".join([*parts, rest]).split() == " ".join(words).split()
    assert all(p.count("[") == p.count("](<") for p in parts)


@pytest.mark.parametrize("mark", ["", "> ", "-# ", "```text\n"])
@pytest.mark.parametrize("word", ["[" * 9_000, "a" * 9_000, " " * 9_000 + "a", "\\[" * 4_500])
def test_a_word_longer_than_a_message_is_cut_and_every_cut_leaves_less(mark, word):
    rest, cuts = mark + word, 0
    while size(rest) > 3_990:
        head, shorter = cut(rest, 3_990)
        assert size(head) <= 3_990
        assert len(shorter) < len(rest)
        rest, cuts = shorter, cuts + 1
    assert cuts <= 6


def test_a_heading_longer_than_a_message_is_a_text_like_others():
    post = Post((Heading("9" * 9_000, 2), Small("1" * 9_000), Text("said")), "name")
    shown = "".join(text for message in messages(post) for text in texts(message))
    assert shown.count("9") == shown.count("1") == 9_000
    assert "said" in shown


def test_what_cannot_be_drawn_is_shown_in_plain_words():
    """Emphasis nested so deep that the tree cannot be walked."""
    deep = "*a " * 900 + "b" + " c*" * 900
    shown = "".join(text for m in messages(Post((Text(deep), Heading(deep, 2)), "name")) for text in texts(m))
    assert shown.count("b") >= 2
