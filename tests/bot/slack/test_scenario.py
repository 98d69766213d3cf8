"""A day in a channel: the real Dispatcher, store, delivery and stand-in Analyst over real sockets to the strict Slack."""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.commands.dispatcher import Dispatcher
from bot.commands.feedback import record_vote
from bot.console.queue import InlineQueue
from bot.context import Context
from bot.core.chat import Click, Person, Place, Question, Vote, VoteKind
from bot.core.settings.settings import Settings
from bot.core.texts import say
from bot.digests.cards import name_in
from bot.questions.conversation import Conversation
from bot.server.wiring import open_app, subscription_from_settings
from bot.slack import draft
from bot.slack.chat import SlackChat
from bot.slack.listeners.connection import SlackConnection
from digest.model import MARK, Digest
from digest.render.tex import quotation
from tests.bot.days import behind, leave_out, make_and_post, work
from tests.bot.figures import Figured
from tests.sample_day import SampleDay
from tests.servers.slack import APP_TOKEN, BOT_TOKEN, Message, SlackServer, shown
from tests.servers.slack.people import MENTION
from tests.servers.slack.workspace import BOT_ID, BOT_USER
from tests.servers.zotero import zotero_server

PLACE = Place("slack", "C1")


class OneByOne(InlineQueue):
    """The queue gives a task to one worker at a time; so does this."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = asyncio.Lock()

    async def hasten(self, task: str, *ids: str) -> None:
        await self.add(task, *ids)

    async def add(self, task: str, *ids: str, **more: Any) -> bool:
        async with self._turn:
            return await super().add(task, *ids, **more)


@dataclass
class Day:
    slack: SlackServer
    context: Context
    digest: Digest
    parent: Message

    @property
    def thread(self) -> list[Message]:
        return self.slack.space.thread("C1", self.parent.ts)

    def alone(self, user: str = "U1") -> list[Message]:
        return [m for m in self.slack.space.channels["C1"].ephemeral if m.to == user]

    async def view(self) -> dict[str, Any]:
        return await self.slack.until(lambda: next(reversed(self.slack.space.views.values()), None))


@pytest.fixture
async def zotero():
    async with zotero_server(keys={"Zk7secret": {"12345": {"library": True, "write": True}}}) as server:
        yield server


@pytest.fixture
async def day(tmp_path, redis_url, slack, monkeypatch, zotero):
    """A digest of ten papers stands in C1."""
    monkeypatch.setattr(draft, "STREAM_PACE", 0.02)
    given = {"slack_bot_token": BOT_TOKEN, "zotero_api_url": zotero.url, "digest_categories": ["cs.CV"]}
    settings = Settings(_env_file=None, redis_url=redis_url, paperboy_home=tmp_path, **given)
    sample, chat, queue = SampleDay(), SlackChat(BOT_TOKEN, slack.url), OneByOne()
    async with open_app(settings, papers=sample, texts=sample) as app:
        context, handler = behind(app, chat, queue)
        connection = SlackConnection(chat, handler, app_token=APP_TOKEN, api_url=slack.url, ping=5)
        running = asyncio.create_task(connection.run())
        wanted = replace(subscription_from_settings(settings, PLACE, app.now()), set_by="U1")
        await app.store.save_subscription(wanted)
        digest, delivered = await make_and_post(context, wanted)
        yield Day(slack, context, digest, slack.space.channels["C1"].messages[delivered.parent])
        await connection.close(5)
        await handler.drain()
        with contextlib.suppress(Exception):
            await running
        await chat.close()
    assert [call for call in slack.refusals() if call.error != "hash_conflict"] == []


async def test_the_digest_stands_in_its_thread_with_links_to_its_replies(day):
    parent, *replies = day.thread
    assert len(replies) == len(day.digest.entries) == 10
    assert parent.edits == 1
    for entry, reply in zip(day.digest.entries, replies, strict=True):
        assert reply.shown.startswith(f"{entry.number} · ")
        assert f"/p{reply.ts.replace('.', '')}?thread_ts={parent.ts}" in str(parent.blocks)
    assert all(m.unfurl == (False, False) for m in day.thread)


async def test_a_question_in_the_thread_is_answered_there_with_quotations(day):
    before = len(day.thread)
    for delivery in day.slack.say("C1", "U1", f"{MENTION} 4: how is the data collected?", day.parent.ts):
        await delivery.wait()
    await day.slack.until(lambda: len(day.thread) == before + 2 and day.thread[-1].metadata)
    answer = day.thread[-1]
    name = day.digest.entries[3].paper.title.split(":")[0]
    assert answer.shown.startswith(f"4 · {name}")
    assert "↗" in answer.shown
    assert not answer.streaming


async def test_full_analysis_opens_in_a_modal(day):
    await day.slack.click("U1", day.thread[4], "Full analysis").wait()
    view = await day.view()
    assert day.digest.entries[3].paper.title.split(":")[0] in shown(view["blocks"])


async def test_ask_opens_a_modal_and_answers_for_the_asker_alone(day):
    before = len(day.thread)
    await day.slack.click("U1", day.thread[4], "Ask").wait()
    view = await day.view()
    sent = await day.slack.submit("U1", view, question="How is the data collected?", where="me").wait()
    assert (sent.acked, sent.answer) == (True, None)
    await day.slack.until(lambda: any(m.shown.startswith("4 · ") for m in day.alone()))
    assert len(day.thread) == before
    assert day.alone("U2") == []


async def test_ask_answers_in_the_thread(day):
    await day.slack.click("U1", day.thread[2], "Ask").wait()
    view = await day.view()
    await day.slack.submit("U1", view, question="What is the training data?", where="thread").wait()
    await day.slack.until(lambda: day.thread[-1].shown.startswith("2 · ") and len(day.thread) == 12)


async def test_thumbs_count_as_buttons_and_as_reactions(day):
    await day.slack.click("U1", day.thread[1], "👍 More like this").wait()
    reacted = day.slack.react("U2", "C1", day.thread[3].ts, "-1")
    assert reacted
    await reacted.wait()
    votes = await day.context.store.votes(PLACE.key)
    assert {(v.kind, v.subject) for v in votes} == {
        (VoteKind.MORE, day.digest.entries[0].paper.id),
        (VoteKind.FEWER, day.digest.entries[2].paper.id),
    }


async def test_a_vote_taken_back_is_undone_and_the_reply_shows_how_many_there_are(day):
    reply, others = day.thread[1], [m.edits for m in day.thread[2:]]

    async def react(name: str, *, undo: bool = False) -> None:
        await (day.slack.unreact if undo else day.slack.react)("U2", "C1", reply.ts, name).wait()

    await day.slack.click("U1", reply, "👍 More like this").wait()
    await day.slack.until(lambda: "👍 More like this · 1" in str(reply.blocks))
    await react("+1")
    await day.slack.until(lambda: "👍 More like this · 2" in str(reply.blocks))
    await react("-1")
    await day.slack.until(lambda: "👎 Fewer like this · 1" in str(reply.blocks))
    assert "👍 More like this · 1" in str(reply.blocks)
    await react("-1", undo=True)
    await day.slack.until(lambda: "👍 More like this · 2" in str(reply.blocks))
    assert "👎 Fewer like this ·" not in str(reply.blocks)
    edits = reply.edits
    await day.slack.click("U1", reply, "👍 More like this · 2").wait()
    await day.slack.click("U1", day.alone()[-1], "Undo").wait()
    await day.slack.until(lambda: "👍 More like this · 1" in str(reply.blocks))
    await day.slack.until(lambda: "Taken back." in day.alone()[-1].shown)
    assert reply.edits == edits + 1  # nothing is edited for a vote that changes no count
    assert [m.edits for m in day.thread[2:]] == others


async def test_two_people_who_save_and_vote_at_once_are_both_counted(day):
    reply, label = day.thread[1], "👍 More like this"
    subject = day.digest.entries[0].paper.id

    def pressed() -> tuple[str, ...]:
        texts = [e["text"]["text"] for e in elements(reply.blocks) if e.get("type") in ("button", None) and "text" in e]
        return tuple(t for t in texts if isinstance(t, str) and t.startswith(("👍", "👎", "🔖", "Save")))

    def undo(user: str) -> dict[str, tuple[Message, str]]:
        """The buttons by what they undo, each in its person's language."""
        found = [(m, e) for m in day.alone(user) for e in elements(m.blocks) if "_undo" in e.get("action_id", "")]
        return {e["action_id"].partition("_")[0]: (m, e["text"]["text"]) for m, e in found}

    before = pressed()
    both = [day.slack.click(user, reply, name) for user in ("U1", "U2") for name in ("Save", label)]
    await asyncio.gather(*(delivery.wait() for delivery in both))
    await day.slack.until(lambda: f"{label} · 2" in pressed() and "Save · 2" in "|".join(pressed()))
    # One takes both back while the other changes the vote.
    await day.slack.until(lambda: len(undo("U1")) == len(undo("U2")) == 2)
    changes = [
        *(day.slack.click("U1", *shown_to) for shown_to in undo("U1").values()),
        day.slack.react("U2", "C1", reply.ts, "-1"),
    ]
    await asyncio.gather(*(delivery.wait() for delivery in changes))
    await day.slack.until(lambda: "👎 Fewer like this · 1" in pressed())
    assert (label in pressed(), "Save · 1" in "|".join(pressed())) == (True, True)
    # The other takes both back at once.
    last = [day.slack.click("U2", *undo("U2")["save"]), day.slack.unreact("U2", "C1", reply.ts, "-1")]
    await asyncio.gather(*(delivery.wait() for delivery in last))
    await day.slack.until(lambda: f"{label} · 1" in pressed())
    assert "Save · " not in "|".join(pressed())
    assert len(before) == len(pressed())
    votes = {(v.person.id, v.kind) for v in await day.context.store.votes(PLACE.key) if v.subject == subject}
    assert votes == {("U2", VoteKind.MORE)}


async def test_a_paper_by_command_to_its_asker_alone(day):
    await day.slack.command("U2", "C1", "/paper", "2601.22153").wait()
    await day.slack.until(lambda: any("DynamicVLA" in m.shown for m in day.alone("U2")))
    assert len(day.slack.space.channels["C1"].messages) == 11


async def test_setup_takes_two_presses_to_a_posted_digest(day):
    """Enter after the words, and one button: the modal updates itself."""
    work(day.context)
    day.slack.space.add_channel("C2", "U2")
    day.slack.space.users["U2"].tz = "Asia/Shanghai"
    await day.slack.command("U2", "C2", "/digest", "setup").wait()
    view = await day.view()
    for delivery in day.slack.fill("U2", view, interests="visual illusions"):
        await delivery.wait()
    await day.slack.until(lambda: "arXiv digest" in shown(view["blocks"]) or "会选" in shown(view["blocks"]))
    assert "✓" in shown(view["blocks"])
    await day.slack.click_in_view("U2", view, "保存并立即发布").wait()
    await day.slack.until(lambda: len(day.slack.space.channels["C2"].messages) > 2)
    saved = await day.context.store.subscription("slack:C2")
    assert (saved.timezone, saved.profile.interests) == ("Asia/Shanghai", "visual illusions")
    assert "submit" not in view
    assert len(day.slack.space.views) == 1
    made = await day.context.store.latest_digest("slack:C2")
    assert [e.paper.abs_url for e in made.entries] == previewed(day, made)


def previewed(day: Day, made: Digest) -> list[str]:
    """The links of the last preview that was shown, in order."""
    calls = [c for c in day.slack.calls("views.update") if "arxiv.org/abs" in str(c.args["view"])]
    return re.findall(r"https://arxiv\.org/abs/[\d.]+(?:v\d+)?", str(calls[-1].args["view"]["blocks"]))[
        : len(made.entries)
    ]


async def test_settings_open_filled_in_and_say_what_is_wrong_at_the_field(day):
    await day.slack.command("U1", "C1", "/digest", "setup").wait()
    view = await day.view()
    await day.slack.until(lambda: "would give" in shown(view["blocks"]))
    sent = await day.slack.submit("U1", view, categories=[]).wait()
    assert sent.answer
    (at,) = sent.answer["errors"]
    assert at.startswith("categories")
    sent = await day.slack.submit("U1", view, categories=["cs.CV", "cs.RO"], papers="5", time="13:30").wait()
    assert sent.answer is None
    await day.slack.until(day.alone)
    saved = await day.context.store.subscription(PLACE.key)
    assert (saved.papers, saved.time, saved.profile.categories) == (5, "13:30", ("cs.CV", "cs.RO"))
    assert "✓ may read the history" in day.alone()[-1].shown


async def test_a_timezone_and_a_category_are_chosen_from_the_whole_list(day):
    await day.slack.command("U1", "C1", "/digest", "setup").wait()
    view = await day.view()
    await day.slack.submit("U1", view, timezone="America/New_York", language="ca", categories=["astro-ph.GA"]).wait()
    await day.slack.until(day.alone)
    saved = await day.context.store.subscription(PLACE.key)
    assert (saved.timezone, saved.profile.language) == ("America/New_York", "ca")
    assert saved.profile.categories == ("astro-ph.GA",)


async def test_more_settings_are_a_press_away_and_what_was_filled_in_stays(day):
    await day.slack.command("U1", "C1", "/digest", "setup").wait()
    view = await day.view()
    await day.slack.until(lambda: "would give" in shown(view["blocks"]))
    day.slack.fill("U1", view, time="07:15")
    await day.slack.click_in_view("U1", view, "More settings").wait()
    await day.slack.until(lambda: any(b.get("block_id") == "unwanted" for b in view["blocks"]))
    await day.slack.submit("U1", view, unwanted="medical").wait()
    await day.slack.until(day.alone)
    saved = await day.context.store.subscription(PLACE.key)
    assert (saved.time, saved.profile.unwanted) == ("07:15", ("medical",))


async def test_a_panel_closed_by_its_person_is_not_an_error(day):
    await day.slack.command("U1", "C1", "/digest", "setup").wait()
    view = await day.view()
    await day.slack.until(lambda: "would give" in shown(view["blocks"]))
    day.slack.fail("views.update", "error:not_found", times=2)
    for delivery in day.slack.fill("U1", view, interests="robots"):
        await delivery.wait()
    await day.slack.until(lambda: len([c for c in day.slack.calls("views.update") if c.error == "fault"]) == 2)
    assert day.alone() == []


def elements(given: Any) -> Iterator[dict[str, Any]]:
    """Every dict in it, at any depth."""
    if isinstance(given, dict):
        yield given
    for inner in given.values() if isinstance(given, dict) else given if isinstance(given, list) else ():
        yield from elements(inner)


async def test_three_others_are_checked_and_posted_as_the_next_replies(day):
    await leave_out(day.context, day.digest, 5)
    before = len(day.thread)
    await day.slack.click("U1", day.parent, "Others").wait()
    view = await day.view()
    assert "10 · " in shown(view["blocks"])
    day.slack.fill("U1", view, rows0=["6", "8"])
    await day.slack.until(lambda: view["submit"]["text"] == "Add 2")
    day.slack.fail("views.update", "slow:0.3")
    day.slack.fill("U1", view, rows0=["6"])
    day.slack.fill("U1", view, rows0=["6", "8"])
    await day.slack.until(lambda: len(day.slack.calls("views.update")) == 3)
    assert view["submit"]["text"] == "Add 2"  # the answer to the press before came later
    day.slack.fill("U1", view, rows0=["6", "8", "10"])
    await day.slack.until(lambda: view["submit"]["text"] == "Add 3")
    sent = await day.slack.submit("U1", view).wait()
    assert sent.answer is None
    await day.slack.until(lambda: len(day.thread) == before + 3)
    assert [m.shown.split(" ")[0] for m in day.thread[-3:]] == ["6", "8", "10"]
    await day.slack.until(lambda: any("Added 3 papers" in m.shown for m in day.alone()))


async def test_others_that_are_checked_can_be_compared_for_one_person(day):
    await leave_out(day.context, day.digest, 5)
    before = len(day.thread)
    await day.slack.click("U1", day.parent, "Others").wait()
    view = await day.view()
    day.slack.fill("U1", view, rows0=["6", "8"])
    await day.slack.until(lambda: view["submit"]["text"] == "Add 2")
    day.slack.fill("U1", view, instead="compare_others")
    await day.slack.until(lambda: view["submit"]["text"] == "Compare 2")
    assert (await day.slack.submit("U1", view).wait()).answer is None
    await day.slack.until(lambda: any("2 papers compared" in m.shown for m in day.alone()))
    assert len(day.thread) == before


@pytest.mark.parametrize("on", [True, False])
async def test_a_paper_added_from_others_or_shared_shows_its_figure_unless_the_channel_leaves_them_out(day, on):
    await leave_out(day.context, day.digest, 2)
    subscription = await day.context.store.subscription(PLACE.key)
    await day.context.store.save_subscription(replace(subscription, figures=on))
    figured = Figured(day.context.services.cache)
    context = replace(day.context, services=replace(day.context.services, texts=figured, pictures=figured))
    handler, place = Dispatcher(context, Conversation(context)), replace(PLACE, thread=day.parent.ts)
    who = Person("U1", admin=True, language="en")
    values = {"add": f"{day.digest.key}#9", "share": f"paper:{day.digest.entries[9].paper.versioned}"}
    for action, value in values.items():
        click = Click(action, action, value, place, who, "", context.now())
        await handler.on_click(click, context.chats["slack"].responder(place, who, {"kind": "click"}))
    shared = [*day.slack.space.channels["C1"].messages.values()][-1]
    look = Click("look", "lookup", values["share"], place, who, "", context.now())
    await handler.on_click(look, context.chats["slack"].responder(place, who, {"kind": "click"}))
    asked = day.slack.say("C1", "U1", f"<@{BOT_USER}> {day.digest.entries[9].paper.id}")[0].payload["event"]["ts"]
    bare = Question(f"bare {on}", PLACE, who, day.digest.entries[9].paper.id, context.now(), asked, addressed=True)
    await context.store.save_question(bare)
    await Conversation(context).answer(bare.id)
    card = day.slack.space.thread("C1", asked)[-1]
    for message in (day.thread[-1], shared, day.alone()[-1], card):
        images = [b for b in message.blocks if b["type"] == "image"]
        assert [("CC BY 4.0" in b["alt_text"], b["slack_file"]["id"] in day.slack.files) for b in images] == [
            (True, True)
        ] * on
    assert shared.thread_ts == ""
    assert day.thread[-1].shown.startswith("9 · ")


async def home_of(day: Day, user: str = "U1") -> dict[str, Any]:
    await day.slack.open_home(user).wait()
    return await day.slack.until(lambda: day.slack.space.homes.get(user))


async def test_the_home_tab_pauses_a_channel_opens_its_settings_and_asks_about_its_papers(day):
    home = await home_of(day)
    headers = [b["text"]["text"] for b in home["blocks"] if b["type"] == "header"]
    assert headers == ["Today", "My channels", "How to ask"]
    (opened,) = [e for e in elements(home["blocks"]) if e.get("url", "").startswith("http") and e["type"] == "button"]
    assert day.parent.ts.replace(".", "") in opened["url"]
    day.slack.click_in_view("U1", home, "Pause")
    await day.slack.until(lambda: "Resume" in str(day.slack.space.homes["U1"]["blocks"]))
    assert (await day.context.store.subscription(PLACE.key)).paused
    direct = day.slack.space.open_direct("U1").id
    assert "Paused" in [*day.slack.space.channels[direct].messages.values()][-1].shown
    assert day.alone() == []
    home = day.slack.space.homes["U1"]
    day.slack.click_in_view("U1", home, "Settings")
    view = await day.view()
    await day.slack.submit("U1", view, interests="tactile sensing").wait()
    await day.slack.until(lambda: "Saved" in [*day.slack.space.channels[direct].messages.values()][-1].shown)
    assert (await day.context.store.subscription(PLACE.key)).profile.interests == "tactile sensing"
    entry = day.digest.entries[3]
    day.slack.click_in_view("U1", home, f"4 · {name_in(day.digest, entry)}")
    form = await day.slack.until(
        lambda: next((v for v in day.slack.space.views.values() if '"action": "ask"' in v["private_metadata"]), None)
    )
    await day.slack.submit("U1", form, question="How is the data collected?").wait()
    await day.slack.until(lambda: "“" in [*day.slack.space.channels[direct].messages.values()][-1].shown)


async def test_saved_papers_are_checked_and_compared_from_the_home_tab(day):
    for number in (1, 4, 5):
        await record_vote(
            day.context,
            Vote(VoteKind.SAVED, day.digest.entries[number - 1].paper.id, PLACE, Person("U1"), day.context.now()),
        )
    home = await home_of(day)
    assert day.digest.entries[3].paper.title in shown(home["blocks"])
    day.slack.click_in_view("U1", home, "Compare")
    view = await day.view()
    ids = [o["value"] for o in view["blocks"][0]["element"]["options"]]
    day.slack.fill("U1", view, rows0=ids[:1])
    await day.slack.until(lambda: view["submit"]["text"] == "Compare 1")
    refused = await day.slack.submit("U1", view).wait()
    assert refused.answer["errors"] == {"rows0": "Choose 2 to 5 papers"}
    day.slack.fill("U1", view, rows0=ids[:2])
    await day.slack.submit("U1", view).wait()
    direct = day.slack.space.open_direct("U1").id
    await day.slack.until(
        lambda: any(b["type"] == "table" for m in day.slack.space.channels[direct].messages.values() for b in m.blocks)
    )


async def test_links_are_shown_with_what_was_read_here_where_the_channel_wants_it(day):
    read = f"https://arxiv.org/abs/{day.digest.entries[3].paper.id}"
    elsewhere = "https://arxiv.org/list/cs.CV/recent"
    await day.slack.share_link("U1", "C1", read).wait()
    subscription = await day.context.store.subscription(PLACE.key)
    await day.context.store.save_subscription(replace(subscription, unfurl=True))
    await day.slack.share_link("U1", "C1", read, source="composer").wait()
    await day.slack.share_link("U1", "C1", read, elsewhere).wait()
    below = await day.slack.until(lambda: list(day.slack.space.unfurls.values()))
    assert [list(shown_below) for shown_below in below] == [[read]]
    said, analysis = shown(below[0][read]["blocks"]), day.digest.entries[3].analysis
    held = [f for f in analysis.findings if f.evidence and not f.unsupported and MARK not in f.statement]
    assert analysis.core[:40] in said
    assert [quotation(f.evidence.quotation)[:40] in said for f in held] == [n < 2 for n in range(len(held))]
    (ts,) = day.slack.space.unfurls
    asked = next(e for e in elements(below[0][read]["blocks"]) if e.get("action_id", "").startswith("ask"))
    message = replace(day.slack.space.channels["C1"].messages[ts], blocks=below[0][read]["blocks"])
    await day.slack.click("U1", message, asked["text"]["text"]).wait()
    assert "Your question" in str((await day.view())["blocks"])


async def test_the_pane_offers_questions_about_the_person_s_papers_and_answers_in_its_thread(day):
    await day.slack.open_home("U1", tab="messages").wait()
    direct = day.slack.space.open_direct("U1").id
    prompts = await day.slack.until(lambda: day.slack.space.prompts.get(direct))
    assert [bool(re.search(r"\d{4}\.\d{5}", p["message"])) for p in prompts] == [True] * 3
    day.slack.space.add_user("U9", "outside")
    await day.slack.open_home("U9", tab="messages").wait()
    ts = day.slack.space.new_ts()
    root = Message(ts, direct, BOT_USER, "New chat", bot_id=BOT_ID, subtype="assistant_app_thread")
    day.slack.space.put(day.slack.space.channels[direct], root)
    day.slack.say(direct, "U1", prompts[1]["message"], ts)
    await day.slack.until(lambda: any(m.bot_id and "“" in m.shown for m in day.slack.space.thread(direct, ts)))
    assert any("section" in said or "page" in said for _, _, said in day.slack.space.statuses)
    assert day.slack.space.open_direct("U9").id not in day.slack.space.prompts


async def test_the_document_comes_as_a_file_and_as_text_where_uploads_are_refused(day):
    await day.slack.click("U1", day.parent, say("card.export", "en")).wait()
    await day.slack.until(day.alone)
    formats, label = day.alone()[-1], "Markdown"
    await day.slack.click("U1", formats, label).wait()
    await day.slack.until(lambda: any("direct messages" in m.shown for m in day.alone()))
    file = list(day.slack.files.values())[-1]
    assert (file.complete, file.channel) == (True, day.slack.space.open_direct("U1").id)
    assert b"## Table of Contents" in file.data
    day.slack.scopes.discard("files:write")
    await day.slack.click("U1", formats, label).wait()
    assert "Table of Contents" in shown((await day.view())["blocks"])
    day.slack.journal[:] = [c for c in day.slack.journal if c.error != "missing_scope"]


async def test_a_guest_may_not_change_settings(day):
    day.slack.space.add_user("U9", restricted=True)
    day.slack.space.channels["C1"].members.add("U9")
    await day.slack.command("U9", "C1", "/digest", "pause").wait()
    await day.slack.until(lambda: day.alone("U9"))
    assert not (await day.context.store.subscription(PLACE.key)).paused


async def test_taken_back_after_one_question_people_keep_their_words(day):
    (said,) = day.slack.say("C1", "U1", "nice one", day.parent.ts)
    await said.wait()
    await day.slack.click("U1", day.parent, "Take back today's digest").wait()
    view = await day.view()
    assert len(day.slack.space.channels["C1"].messages) == 12
    await day.slack.submit("U1", view).wait()
    await day.slack.until(lambda: len(day.slack.space.channels["C1"].messages) == 1)
    assert [m.text for m in day.slack.space.channels["C1"].messages.values()] == ["nice one"]


async def test_status_help_and_privacy_are_for_the_asker_alone(day):
    for command, text in (("/digest", "status"), ("/digest", "help"), ("/paper", "privacy"), ("/paper", "saved")):
        before = len(day.alone())
        await day.slack.command("U1", "C1", command, text).wait()
        await day.slack.until(lambda before=before: len(day.alone()) > before)
    assert len(day.slack.space.channels["C1"].messages) == 11


async def test_a_manager_connects_zotero_in_a_modal_and_pushes_what_was_saved(day, zotero):
    await day.slack.click("U2", day.thread[2], "Save").wait()
    await day.slack.command("U1", "C1", "/digest", "zotero").wait()
    offer = await day.slack.until(lambda: next((m for m in day.alone() if "Connect" in str(m.blocks)), None))
    await day.slack.click("U1", offer, "Connect").wait()
    view = await day.view()
    sent = await day.slack.submit("U1", view, library="our group", key="Zk7secret").wait()
    assert "Write the group" in sent.answer["errors"]["library"]
    await day.slack.submit("U1", view, library="12345", key="Zk7secret").wait()
    connected = await day.slack.until(lambda: next((m for m in day.alone() if "Connected with" in m.shown), None))
    await day.slack.click("U1", connected, "Push now").wait()
    await day.slack.until(lambda: any("1 paper added to Vision Group" in m.shown for m in day.alone()))
    assert zotero.titles() == [day.digest.entries[1].paper.title]
