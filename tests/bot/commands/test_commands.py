"""`/paper` and `/digest`, buttons and forms: what a person gets, in a sentence or a card."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.cli import channels
from bot.core.chat import ALONE, Actions, Click, Form, Menu, Person, Place, Quotation, Step, Table, Text, Vote, VoteKind
from bot.core.texts import say
from bot.digests.counts import GATHER, show_counts
from bot.store import RunState
from digest.ports import FreePace
from tests.bot.people import ANN, BOB, HERE, Queue, Respond, words
from tests.builders import a_paper


async def test_help_lists_what_can_be_typed(channel):
    assert "/paper today" in (await channel.command("paper", "")).text
    assert "/paper today" in (await channel.command("paper", "help")).text


@pytest.mark.parametrize(
    "text",
    ["2601.22153", "arXiv:2601.22153v1", "https://arxiv.org/abs/2601.22153", "<https://arxiv.org/pdf/2601.22153v1|x>"],
)
async def test_an_id_in_any_form_gives_the_card(channel, text):
    respond = await channel.command("paper", text)
    assert "DynamicVLA" in respond.text
    assert respond.button("share").value == "paper:2601.22153v1"
    assert any("2601.22153" in line for line in respond.lines)


async def test_a_card_is_in_the_channel_s_language(channel):
    await channel.context.store.save_subscription(
        replace(await channel.set_up(), profile=replace(channel.context.defaults.profile, language="zh"))
    )
    assert "仅摘要" in (await channel.command("paper", "2601.22153")).text


async def test_what_looks_like_an_id_and_is_none_gets_a_sentence(channel):
    for text in ("2613.99999", "2613.99999 what does it measure?", "arXiv: 2613.99999"):
        assert "looks like an arXiv id" in (await channel.command("paper", text)).text


async def test_an_unknown_id_gets_a_sentence(channel):
    assert "no paper 2401.00001" in (await channel.command("paper", "2401.00001")).text


async def test_words_give_a_list_to_choose_from(channel):
    menu = (await channel.command("paper", "visual illusions")).menu()
    assert menu.action == "lookup"
    label, value = menu.options[0]
    assert "Perceive or Recall" in label
    assert "VI-Probe" in (await channel.click(("lookup", value))).text


@pytest.mark.parametrize(
    "text",
    ["find visual illusions", "search visual illusions", "Search for visual illusions", "search  visual illusions"],
)
async def test_the_name_of_a_search_is_none_of_its_words(channel, text):
    shown = await channel.command("paper", text)
    assert "visual illusions”" in shown.text
    assert not re.search(r"\b(?:find|search) ", shown.text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lookup 2601.22153", "DynamicVLA"),
        ("find", "nothing for “find”"),
        ("ask 2601.22153 which benchmark is introduced?", "DynamicVLA"),
    ],
)
async def test_a_paper_may_be_named_after_the_name_of_what_to_do_with_it(channel, text, said):
    assert said in (await channel.command("paper", text)).text


async def test_words_without_a_hit_say_so(channel):
    assert "nothing for" in (await channel.command("paper", "zzzz qqqq")).text


async def test_a_question_after_an_id_is_answered(channel):
    respond = await channel.command("paper", "2601.22153 which benchmark is introduced?")
    assert "Dynamic Object Manipulation (DOM) benchmark" in "".join(
        q.text for p in respond.posts for q in p.blocks if isinstance(q, Quotation)
    )


async def test_a_number_is_the_paper_of_the_latest_digest(channel):
    assert "no digest here" in (await channel.command("paper", "2")).text
    digest, _ = await channel.digest()
    assert digest.entries[1].paper.title in (await channel.command("paper", "2")).text
    assert "1 to 3" in (await channel.command("paper", "9")).text


async def test_where_no_digest_is_at_hand_setup_is_advised_only_where_there_is_none(channel):
    assert "`/digest setup` begins one" in (await channel.command("paper", "today")).text
    await channel.set_up()
    assert "`/digest status` says when the next one comes" in (await channel.command("paper", "today")).text


async def test_a_list_that_ends_at_the_most_does_not_count_what_there_is(channel, monkeypatch):
    every = channel.context.services.papers
    assert "1 paper for “vision”" in (await channel.command("paper", "vision")).text

    async def search(words, limit=10):
        return [a_paper(f"2601.{n:05}") for n in range(1, 40)][:limit]

    monkeypatch.setattr(every, "search", search)
    assert "The best matches for “vision”:" in (await channel.command("paper", "vision")).text


async def test_what_is_no_longer_kept_may_have_been_deleted_and_need_not_be_a_digest(channel):
    digest, _ = await channel.digest()
    asked = await channel.command("digest", "forget")
    await channel.click(asked.button("forget"))
    for pressed in (("others", digest.key), ("answer_yes", "Q1")):
        assert "it was deleted, or is older than 90 days" in (await channel.click(pressed)).text


async def test_today_lists_the_latest_digest(channel):
    digest, _ = await channel.digest()
    respond = await channel.command("paper", "today")
    assert all(e.paper.title.split(":")[0] in respond.text for e in digest.entries)


async def test_a_card_says_when_the_paper_was_in_a_digest_here(channel):
    digest, _ = await channel.digest()
    respond = await channel.command("paper", digest.entries[0].paper.id)
    assert "In the digest of Fri, Jan 30, 2026, number 1" in respond.text


async def test_saved_papers_are_listed_until_they_are_forgotten(channel):
    assert "You have saved nothing" in (await channel.command("paper", "saved")).text
    await channel.click(("save", "paper:2601.22153v1"))
    assert "DynamicVLA" in (await channel.command("paper", "saved")).text
    assert "你还没有收藏论文" in (await channel.command("paper", "saved", BOB)).text
    asked = await channel.command("paper", "forget me")
    await channel.click(asked.button("forget_me"))
    assert "You have saved nothing" in (await channel.command("paper", "saved")).text


async def test_a_saved_paper_is_removed_where_it_was_saved_and_from_the_list(channel):
    saved = await channel.click(("save", "paper:2601.22153v1"))
    assert "No longer saved" in (await channel.click(saved.button("save_undo"))).text
    assert "You have saved nothing" in (await channel.command("paper", "saved")).text
    await channel.click(("save", "paper:2601.22153v1"))
    listed = await channel.command("paper", "saved")
    menus = [block for post in listed.posts for block in post.blocks if isinstance(block, Menu)]
    assert [menu.action for menu in menus] == ["lookup", "save_undo"]
    await channel.click(("save_undo", menus[1].options[0][1]))
    assert "You have saved nothing" in (await channel.command("paper", "saved")).text


async def test_two_to_five_saved_papers_are_compared(channel):
    ids = ["2601.22153", "2601.22158", "2601.22155", "2601.20742", "2601.22150", "2601.22143"]
    assert "Save at least two" in (await channel.click(("compare_saved", "me"))).text
    for paper in ids:
        channel.clock.forward(timedelta(seconds=1))
        await channel.click(("save", f"paper:{paper}v1"))
    listed = await channel.command("paper", "saved")
    (choice,) = (await channel.click(listed.button("compare_saved"))).lists
    assert {row.value for row in choice.rows} == set(ids)
    assert (choice.least, choice.most) == (2, 5)
    form = Form(choice.action, choice.value, choice.title, choice.submit, ())
    for wrong in (ids[:1], ids):
        problems, _ = await channel.submit(form, rows0=",".join(wrong))
        assert problems == {"rows0": "Choose 2 to 5 papers"}
    _, respond = await channel.submit(form, rows0=ids[0], rows1=ids[4])
    (table,) = (b for p in respond.posts for b in p.blocks if isinstance(b, Table))
    assert len(table.header) == 3
    by_menu = await channel.click(("compare_checked", f"{ids[2]},{ids[3]}"))
    assert any(isinstance(b, Table) for p in by_menu.posts for b in p.blocks)
    for not_saved in ("2601.22135", "nonsense"):
        assert "no longer saved" in (await channel.click(("compare_checked", f"{ids[0]},{not_saved}"))).text
    assert "gespeichert" not in (await channel.click(("compare_checked", f"{ids[0]},{ids[1]}"), BOB)).text


async def test_votes_within_fifteen_seconds_are_shown_by_one_edit(channel):
    digest, _ = await channel.digest()
    queue = Queue()
    channel = channel.but(queue=queue)
    for seconds in (0, 5, 5, 10):
        channel.clock.forward(timedelta(seconds=seconds))
        await channel.click(("more", f"{digest.key}#1"))
    assert len(queue.put) == 4
    assert len({key for key, _ in queue.later}) == 2
    assert {wait for _, wait in queue.later} == {GATHER}


async def test_killed_between_an_edit_and_its_record_the_counts_are_shown_anew(channel, monkeypatch):
    digest, _ = await channel.digest()
    store, chats, edits = channel.context.store, channel.context.chats, []

    async def post(step: Step, *_: object) -> str:
        edits.append(step)
        if len(edits) == 1:
            raise KeyboardInterrupt
        return ""

    monkeypatch.setattr(chats[HERE.platform], "post", post)
    vote = Vote(VoteKind.MORE, digest.entries[0].paper.id, HERE, ANN, channel.clock())
    await store.vote(vote)
    with pytest.raises(KeyboardInterrupt):
        await show_counts(digest.key, chats, store, FreePace())
    await store.vote(replace(vote, undo=True))
    for _ in range(2):
        await show_counts(digest.key, chats, store, FreePace())
    first, again = edits
    assert (again.on, again.payload != first.payload) == (first.on, True)


async def test_digest_help_and_unknown_words(channel):
    assert "/digest setup" in (await channel.command("digest", "")).text
    respond = await channel.command("digest", "explode")
    assert "explode" in respond.text
    assert "/digest setup" in respond.text


@pytest.mark.parametrize("verb", ["now", "pause", "resume", "retract", "forget", "status"])
async def test_before_setup_every_verb_says_how_to_begin(channel, verb):
    assert "/digest setup" in (await channel.command("digest", verb)).text


@pytest.mark.parametrize("verb", ["setup", "now", "pause", "resume", "retract", "forget"])
async def test_who_may_not_change_settings_is_told_who_may(channel, verb):
    await channel.set_up()
    respond = await channel.command("digest", verb, BOB)
    assert "只有" in respond.text  # the person's language, in an English channel
    assert respond.posts[0].blocks == (Text(respond.text),)  # no "Are you sure?" before a refusal
    assert respond.forms == []
    assert respond.panels == []


async def test_one_person_reads_their_own_language_and_a_card_the_channel_s(channel):
    await channel.set_up()
    status = (await channel.command("digest", "status", BOB)).text
    assert "下一次" in status
    assert "Next run" not in status
    card = (await channel.command("paper", "2601.22153", BOB)).text
    assert "abstract only" in card
    assert not re.search(r"[\u4e00-\u9fff]", card)


async def test_a_change_of_the_profile_looks_again_at_what_was_not_shown(channel):
    first, _ = await channel.digest()
    panel = (await channel.command("digest", "setup")).panels[-1]
    await channel.submit(panel, interests="talking heads")
    second, _ = await channel.digest(await channel.context.store.subscription(HERE.key))
    shown = {e.paper.id for e in first.entries}
    assert len(second.entries) == 3
    assert not shown & {e.paper.id for e in second.entries}


async def test_pause_and_resume(channel):
    await channel.set_up()
    await channel.command("digest", "pause")
    assert "Paused" in (await channel.command("digest", "status")).text
    assert "Next run" in (await channel.command("digest", "resume")).text
    assert "Paused" not in (await channel.command("digest", "status")).text


@pytest.mark.parametrize("verb", ["pause", "resume", "ping 42"])
async def test_a_command_changes_only_its_setting_of_those_that_stand(channel, monkeypatch, verb):
    """Somebody saved others, or the channel was removed, after the command had read them."""
    monkeypatch.setattr(channel.chat, "roles", True)
    before = replace(await channel.set_up(), paused=verb == "resume")
    store, change = channel.context.store, channel.context.store.change_subscription

    async def late(key, make):
        await store.save_subscription(replace(before, papers=7))
        return await change(key, make)

    monkeypatch.setattr(store, "change_subscription", late)
    await channel.command("digest", verb)
    after = await store.subscription(HERE.key)
    assert (after.papers, after.paused, after.ping_role) == (7, verb == "pause", "42" if "ping" in verb else "")

    async def removed(key, make):
        await store.forget_subscription(key)
        return await change(key, make)

    monkeypatch.setattr(store, "change_subscription", removed)
    assert "no digest yet" in (await channel.command("digest", verb)).text
    assert await store.subscription(HERE.key) is None


async def test_status_tells_the_last_digest_the_next_run_and_why_a_day_is_quiet(channel):
    await channel.digest()
    channel.clock.forward(timedelta(days=1))
    said = (await channel.command("digest", "status")).text
    assert "Last digest" in said
    assert "Next run" in said
    assert "no list on Saturdays" in said
    channel.clock.time = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert "on the evening of Thu, Nov 26 (New York)" in (await channel.command("digest", "status")).text


async def test_one_role_may_be_mentioned_where_there_are_roles(channel, monkeypatch):
    await channel.set_up()
    assert "There is no `ping 42` here" in (await channel.command("digest", "ping 42")).text
    monkeypatch.setattr(channel.chat, "roles", True)
    for said, role, sentence in (
        ("ping 42", "42", "mentions that role"),
        ("ping everyone", "42", "other than everyone"),
        ("ping", "", "mentions nobody"),
    ):
        assert sentence in (await channel.command("digest", said)).text
        assert (await channel.context.store.subscription(HERE.key)).ping_role == role


async def test_what_was_put_aside_is_in_the_status_and_the_next_now_takes_it_up(channel):
    digest, _ = await channel.digest()
    store = channel.context.store
    run = await store.begin_run(HERE.key, digest.local_date, "now")
    await store.end_run(run, RunState.FAILED, say.sentence("error.task"))
    assert "The last `/digest now`" in (await channel.command("digest", "status")).text
    await store.redis.do("HSET", f"paperboy:delivery:{digest.key}", "state", "open")
    await store.set_task_aside(f"delivery:{digest.key}", "five tries")
    assert "given up after five tries" in (await channel.command("digest", "status")).text
    queue = Queue()
    channel = channel.but(queue=queue)
    await channel.command("digest", "now")
    assert queue.put[0] == ("delivery", digest.key)
    assert queue.put[1][0] == "follow"


async def test_a_failed_run_is_in_the_status_where_the_clock_change_skips_midnight(channel):
    """In Nuuk 28 March 2026 ends at eleven: its run of half past eleven is due on the 29th."""
    store, channel.clock.time = channel.context.store, datetime(2026, 3, 29, 2, tzinfo=UTC)
    created = channel.clock() - timedelta(days=9)
    daily = replace(channel.context.defaults, place=HERE, time="23:30", timezone="America/Nuuk", created=created)
    await store.save_subscription(daily)
    run = await store.begin_run(HERE.key, date(2026, 3, 28), "daily")
    await store.end_run(run, RunState.FAILED, say.sentence("error.task"))
    assert "Five attempts ended" in (await channel.command("digest", "status")).text
    assert (await channels.rows(store))[0].fault == say("error.task", "en")


async def test_a_run_whose_task_was_put_aside_is_begun_again_by_the_next_now(channel):
    await channel.set_up()
    store = channel.context.store
    run = await store.begin_run(HERE.key, channel.clock().date(), "now")
    await store.set_task_aside(f"digest:{run.key}", "five tries")
    queue = Queue()
    queue.hasten = lambda *ids: queue.add("hasten", *ids)
    channel = channel.but(queue=queue)
    await channel.command("digest", "now")
    assert queue.put[0] == ("hasten", "digest", run.key)


async def test_retract_asks_once_and_takes_back_what_the_bot_posted(channel):
    await channel.digest()
    asked = await channel.command("digest", "retract")
    assert "4 messages" in asked.text
    assert "Taken back: 4" in (await channel.click(asked.button("retract"))).text
    assert await channel.said(HERE) == []
    assert "no digest of today" in (await channel.command("digest", "retract")).text


async def test_retract_takes_back_an_added_paper_too(channel):
    digest, thread = await channel.digest()
    await channel.click(("add", f"{digest.key}#4"))
    asked = await channel.command("digest", "retract")
    assert "5 messages" in asked.text
    assert "Taken back: 5" in (await channel.click(asked.button("retract"))).text
    assert await channel.said(HERE) == []
    assert await channel.said(thread) == []


async def test_forget_asks_once_and_leaves_nothing(channel):
    await channel.digest()
    asked = await channel.command("digest", "forget")
    await channel.click(asked.button("forget"))
    assert await channel.context.store.subscription(HERE.key) is None
    assert await channel.context.store.latest_digest(HERE.key) is None


async def test_the_full_analysis_is_a_page(channel):
    digest, _ = await channel.digest()
    respond = await channel.click(("full", f"{digest.key}#2"))
    assert digest.entries[1].paper.title.split(":")[0] in words(respond.pages[0])


async def test_a_button_of_a_digest_that_is_gone_says_so(channel):
    assert "older than" in (await channel.click(("full", "console:papers:2020-01-01:daily#1"))).text
    assert "older than" in (await channel.click(("no-such-button", "x"))).text


async def test_authors_and_bibtex(channel):
    digest, _ = await channel.digest()
    entry = digest.entries[0]
    assert entry.paper.authors[-1] in (await channel.click(("authors", f"{digest.key}#1"))).text
    bibtex = (await channel.click(("bibtex", f"{digest.key}#1"))).text
    assert f"eprint = {{{entry.paper.id}}}" in bibtex


async def test_others_lists_the_next_and_add_reads_one_into_the_thread(channel):
    digest, thread = await channel.digest()
    (others,) = (await channel.click(("others", digest.key))).lists
    assert others.rows[0].label.startswith(f"4 · {digest.others[0].paper.title.split(':')[0]}")
    assert "relevance by words" in others.rows[0].label  # no model ranks here
    before = len(await channel.said(thread))
    added = await channel.click(others.rows[0].button)
    assert "Added 1 paper" in added.text
    said = await channel.said(thread)
    assert len(said) == before + 1
    assert said[-1].startswith("4 · ")
    assert "in the thread already" in (await channel.click(others.rows[0].button)).text
    assert len(await channel.said(thread)) == before + 1
    assert [e.number for e in (await channel.context.store.digest(digest.key)).entries] == [1, 2, 3, 4]


async def test_candidates_are_compared_instead_of_added(channel):
    digest, thread = await channel.digest()
    (others,) = (await channel.click(("others", digest.key))).lists
    before = len(await channel.said(thread))
    form = Form(others.action, others.value, others.title, others.submit, ())
    instead = {"instead": others.instead.action}
    for wrong in ("5", "4,5,6,7,8,9"):
        problems, _ = await channel.submit(form, rows0=wrong, **instead)
        assert problems == {"rows0": "Choose 2 to 5 papers"}
    _, by_form = await channel.submit(form, rows0="6,5", **instead)
    named = ",".join(row.button.value for row in others.rows[1:3])
    by_menu = await channel.click((others.instead.action, named))
    for shown in (by_form, by_menu):
        (table,) = (b for p in shown.posts for b in p.blocks if isinstance(b, Table))
        assert [head[1] for head in table.header[1:]] in (["5", "6"], ["6", "5"])
    assert len(await channel.said(thread)) == before  # they are shown to the person alone
    foreign = named.replace(digest.key, "console:other:2026-01-30:daily")
    assert "another channel" in (await channel.click((others.instead.action, foreign))).text


async def test_several_are_added_at_once_in_the_order_of_their_ranks(channel):
    digest, thread = await channel.digest()
    (others,) = (await channel.click(("others", digest.key))).lists
    form = Form(others.action, others.value, others.title, others.submit, ())
    _, respond = await channel.submit(form, rows0="6,4", rows1="5,99,x")
    assert "Added 3 papers" in respond.text
    assert [line.split(" ")[0] for line in (await channel.said(thread))[-3:]] == ["4", "5", "6"]
    kept = await channel.context.store.digest(digest.key)
    assert [e.number for e in kept.entries] == [1, 2, 3, 4, 5, 6]
    assert not {c.rank for c in kept.others} & {4, 5, 6}
    _, respond = await channel.submit(replace(form, value="console:other:2026-01-30:daily"), rows0="7")
    assert "another channel" in respond.text
    _, respond = await channel.submit(form, rows0="6")
    assert respond.text == "It is in the thread already."
    problems, _ = await channel.submit(form, rows0="", rows1="")
    assert problems == {"rows0": "Choose at least one paper."}


async def test_markdown_comes_as_a_file(channel):
    digest, _ = await channel.digest()
    assert "## Table of Contents" in (await channel.click(("markdown", digest.key))).files["paperboy-2026-01-30.md"]


async def test_votes_count_once_and_their_opposite_takes_them_back(channel):
    digest, _ = await channel.digest()
    for _ in range(2):
        await channel.click(("more", f"{digest.key}#1"))
    assert [v.kind for v in await channel.context.store.votes(HERE.key)] == [VoteKind.MORE]
    await channel.click(("fewer", f"{digest.key}#1"))
    assert [v.kind for v in await channel.context.store.votes(HERE.key)] == [VoteKind.FEWER]


async def test_a_reaction_on_a_paper_s_message_is_a_vote_and_elsewhere_is_nothing(channel):
    digest, _ = await channel.digest()
    paper_id, message = next(iter((await channel.context.store.posts(digest.key)).items()))
    await channel.handler.on_reaction(HERE, message, BOB, VoteKind.SAVED)
    await channel.handler.on_reaction(HERE, "nothing", BOB, VoteKind.SAVED)
    assert [(v.kind, v.subject) for v in await channel.context.store.votes(HERE.key)] == [(VoteKind.SAVED, paper_id)]
    await channel.handler.on_reaction(HERE, message, BOB, VoteKind.SAVED, undo=True)
    assert await channel.context.store.votes(HERE.key) == []


async def test_the_ask_form_answers_in_the_thread(channel):
    digest, thread = await channel.digest()
    form = (await channel.click(("ask", f"{digest.key}#1"), place=thread)).forms[0]
    assert await channel.submit(form, question="") != ({}, None)
    problems, respond = await channel.submit(form, question="what is introduced?", where="thread")
    assert problems == {}
    assert respond.lines


async def test_invited_it_says_once_how_to_begin(channel):
    for _ in range(2):
        await channel.handler.on_membership(HERE, joined=True, by=BOB)
    said = await channel.said(HERE)
    assert len(said) == 1
    assert "/digest setup" in said[0]


@pytest.mark.parametrize("paused", [False, True])
async def test_removed_it_ends_and_is_as_it_was_when_it_is_invited_again(channel, paused):
    before = replace(await channel.set_up(), paused=paused)
    await channel.context.store.save_subscription(before)
    await channel.handler.on_membership(HERE, joined=False)
    assert await channel.context.store.subscriptions() == []
    told = (await channel.command("digest", "now")).text  # its settings are kept
    assert "the bot was removed from it" in told
    await channel.handler.on_membership(HERE, joined=True, by=ANN)
    after = await channel.context.store.subscription(HERE.key)
    assert after == replace(before, since=channel.clock())  # what was due while it was away is not caught up on


async def test_home_shows_channels_saved_papers_and_how_to_ask(channel):
    await channel.digest()
    await channel.click(("save", "paper:2601.22153v1"))
    page = await channel.handler.home(ANN, "console")
    said = words(page)
    assert "DynamicVLA" in said
    assert "/paper" in said
    assert "On · Next run: <t:" in said
    asked = next(b for b in page.blocks if isinstance(b, Menu))
    assert (asked.action, asked.options[0][1][:6]) == ("ask", "paper:")
    digest = await channel.context.store.latest_digest(HERE.key)
    assert digest.summary.headline.split(";")[0][:20] in said.replace("\\", "")
    assert all(f"{e.number} · " in said for e in digest.entries[:3])


async def test_home_does_not_call_an_earlier_digest_today_s(channel):
    await channel.digest()
    assert "Earlier digests" not in words(await channel.handler.home(ANN, "console"))
    channel.clock.forward(timedelta(days=1))
    said = words(await channel.handler.home(ANN, "console"))
    assert "Earlier digests" in said
    assert "Today" not in said


async def test_a_menu_offers_what_works_there_and_the_person_may_do(channel, monkeypatch):
    digest, thread = await channel.digest()
    monkeypatch.setattr(channel.chat, "has_archive", True)

    async def offered(action: str, value: str, person: Person = ANN, place: Place = HERE, **extra: str) -> set[str]:
        respond = Respond()
        click = Click("c1", action, value, place, person, "", channel.clock(), extra)
        await channel.handler.on_click(click, respond)
        return {
            b.action
            for post in respond.posts
            for block in post.blocks
            if isinstance(block, Actions)
            for b in block.buttons
        }

    reply, card, day = f"{digest.key}#1", f"paper:{digest.entries[0].paper.versioned}", digest.key
    assert await offered("menu", reply, place=thread) == {"save", "archive", "share", "wrong", "bibtex"}
    assert await offered("menu", card) == {"save", "authors", "wrong", "bibtex"}
    assert "share" not in await offered("menu", reply, **{ALONE: "yes"})
    assert await offered("day_menu", day) == {"why", "settings", "archive_day", "export", "retract"}
    assert await offered("day_menu", day, BOB) == {"why", "archive_day", "export"}


@pytest.mark.parametrize(("more", "said"), [(0, "Every paper considered"), (90, "All candidates that are kept")])
async def test_where_no_candidate_is_left_it_says_whether_all_papers_are_shown(channel, more, said):
    digest, _ = await channel.digest()
    coverage = replace(digest.coverage, considered=len(digest.entries) + more)
    await channel.context.store.save_digest(replace(digest, others=(), coverage=coverage), (), ())
    assert said in (await channel.click(("others", digest.key))).text


async def test_home_lists_the_person_s_own_questions(channel):
    _, thread = await channel.digest()
    await channel.ask(thread, "1: what is introduced?", addressed=True)
    assert "what is introduced" in words(await channel.handler.home(ANN, "console"))
    assert "what is introduced" not in words(await channel.handler.home(BOB, "console"))


async def test_status_has_buttons_for_who_may_and_the_next_run_in_the_reader_s_time(channel):
    await channel.set_up()
    status = await channel.command("digest", "status")
    assert status.button("settings").value == status.button("post_now").value == HERE.key
    assert "<t:" in status.text
    assert "\\\n" in status.text  # a fact a line
    await channel.click(status.button("pause"))
    paused = await channel.command("digest", "status")
    assert "Paused" in paused.text
    assert "Only" in (await channel.click(paused.button("resume"), BOB)).text.replace("只有", "Only")
    assert "Next run" in (await channel.click(paused.button("resume"))).text
    readers = await channel.command("digest", "status", BOB)
    assert not any(isinstance(b, Actions) for p in readers.posts for b in p.blocks)


async def test_completion_offers_papers_by_number_and_title_categories_and_zones(channel):
    digest, _ = await channel.digest()
    assert [v for _, v in await channel.handler.complete("paper", "2", HERE)] == [digest.entries[1].paper.versioned]
    assert ("cs.RO · Robotics", "cs.RO") in await channel.handler.complete("category", "robotics", HERE)
    assert ("Asia/Shanghai", "Asia/Shanghai") in await channel.handler.complete("timezone", "shanghai", HERE)
    assert (await channel.handler.complete("timezone", "München", HERE))[0] == ("Europe/Berlin", "Europe/Berlin")
    assert ("cs.CL · Computation and Language", "cs.CL") in await channel.handler.complete("category", "NLP", HERE)
    assert await channel.handler.complete("paper", "", Place("console", "elsewhere")) == []
