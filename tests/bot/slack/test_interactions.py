"""Commands, buttons, menus, modals, the shortcut: over real sockets and over signed HTTP, answered where Slack lets them be answered."""

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from bot.core.chat import (
    Actions,
    Button,
    Click,
    Command,
    Field,
    Form,
    Menu,
    Panel,
    Person,
    Place,
    Post,
    Submission,
    Text,
)
from bot.digests import cards
from bot.slack.listeners.connection import SlackConnection
from bot.slack.render import messages
from bot.slack.responder import SlackResponder
from tests.bot.slack.worst_case import worst_digest, worst_entry
from tests.servers.local import running
from tests.servers.slack import APP_TOKEN, Message, SlackServer, shown, signature
from tests.servers.slack.workspace import BOT_ID, BOT_USER

FORM = Form(
    "setup",
    "C1",
    "Settings of this channel's digest",
    "Save",
    (
        Field(
            "categories",
            "Categories",
            "choices",
            "cs.CV,cs.RO",
            options=tuple((f"cs.{n}", f"cs.{n}") for n in range(150)),
        ),
        Field("interests", "Interests", "lines", "embodied agents", "In your own words"),
        Field("language", "Language", "choice", "zh", options=(("English", "en"), ("中文", "zh"))),
        Field("days", "Days", "choices", "mon,fri", options=tuple((d, d) for d in ("mon", "tue", "wed", "thu", "fri"))),
        Field("time", "Time", "time", "09:00", required=True),
        Field(
            "timezone",
            "Time zone",
            "choice",
            "Asia/Shanghai",
            options=tuple((f"Asia/Z{n}", f"Asia/Z{n}") for n in range(120)),
        ),
        Field("papers", "Papers", "line", "10"),
    ),
)


def posted(slack: SlackServer, post: Post, channel: str = "C1", thread: str = "") -> Message:
    """A post of the bot's, as it stands in the channel."""
    message = Message(
        slack.space.new_ts(), channel, BOT_USER, "x", messages.render_post(post)[0]["blocks"], thread, bot_id=BOT_ID
    )
    slack.space.put(slack.space.channels[channel], message)
    return message


def alone(slack: SlackServer, user: str, channel: str = "C1") -> list[str]:
    """What this person sees that nobody else does."""
    return [m.shown for m in slack.space.channels[channel].ephemeral if m.to == user]


async def test_a_command_is_told_and_answered_to_its_asker_alone(slack, handler, connection):
    async def answer(command: Command, respond: Any) -> None:
        await respond.show(Post((Text("a **card**"),), "a card"))

    handler.on["command"] = answer
    sent = slack.command("U2", "C1", "/paper", "<https://arxiv.org/abs/2601.22153|2601.22153> code &amp; data?")
    await sent.wait()
    assert sent.acked
    command = await handler.one("commanded")
    assert (command.name, command.text) == ("paper", "https://arxiv.org/abs/2601.22153 code & data?")
    assert command.place == Place("slack", "C1")
    assert (command.person.id, command.person.language, command.person.admin) == ("U2", "zh-CN", True)
    await slack.until(lambda: alone(slack, "U2") == ["a  card"])
    assert slack.space.channels["C1"].messages == {}
    assert slack.refusals() == []


async def test_a_command_works_where_the_bot_is_no_member(slack, handler, connection):
    slack.space.add_channel("C3", "U1", bot=False)

    async def answer(command: Command, respond: Any) -> None:
        await respond.show(Post((Text("to you"),), "x"))

    handler.on["command"] = answer
    slack.command("U1", "C3", "/paper", "x")
    await slack.until(lambda: alone(slack, "U1", "C3") == ["to you"])
    assert not slack.space.channels["C3"].messages


async def test_a_long_command_is_acknowledged_before_it_has_ended(slack, handler, connection):
    going_on = asyncio.Event()

    async def long(command: Command, respond: Any) -> None:
        await going_on.wait()
        await respond.show(Post((Text("done"),), "done"))

    handler.on["command"] = long
    sent = await slack.command("U1", "C1", "/digest", "now").wait()
    assert sent.acked
    assert sent.took < 1
    going_on.set()
    await slack.until(lambda: alone(slack, "U1") == ["done"])


async def test_progress_replaces_itself_and_the_answer_replaces_it(slack, chat):
    time = 0.0
    extra = {"kind": "command", "response_url": slack.new_response_url("U1", "C1")}
    respond = SlackResponder(chat, Place("slack", "C1"), Person("U1"), extra, clock=lambda: time)
    for at, line in enumerate(["announced", "ranked", "1 of 10 read", "2 of 10 read", "9 of 10 read"]):
        time = at * 15.0
        await respond.progress(line)
    assert alone(slack, "U1") == ["9 of 10 read"]
    assert [c.args["text"] for c in slack.calls("response_url")] == ["announced", "ranked", "9 of 10 read"]
    await respond.show(Post((Text("posted"),), "posted"))
    assert alone(slack, "U1") == ["posted"]
    await respond.show(Post((Text("more"),), "more"))
    assert alone(slack, "U1") == ["posted", "more"]
    for n in range(3):
        await respond.show(Post((Text(f"even more {n}"),), "more"))
    assert alone(slack, "U1")[2:] == ["even more 0", "even more 1", "even more 2"]
    assert slack.refusals() == []


async def test_an_expired_response_url_is_no_reason_to_be_silent(slack, chat):
    respond = chat.responder(
        Place("slack", "C1"), Person("U1"), {"kind": "command", "response_url": f"{slack.origin}/response/gone"}
    )
    await respond.show(Post((Text("late"),), "late"))
    assert alone(slack, "U1") == ["late"]
    slack.kick("C1", "U1")
    await respond.show(Post((Text("later"),), "later"))
    assert [m.shown for m in slack.space.channels["D1"].messages.values()] == ["later"]


async def test_a_bug_is_an_id_to_people_and_a_traceback_in_the_log(slack, handler, connection, caplog):
    async def broken(command: Command, respond: Any) -> None:
        raise RuntimeError("the password is swordfish")

    handler.on["command"] = broken
    slack.command("U2", "C1", "/paper", "x")
    (said,) = await slack.until(lambda: alone(slack, "U2"))
    assert said.startswith("出错了（编号 ")
    assert "swordfish" not in said
    assert "event=bug id=" in caplog.text


async def test_buttons_options_and_menus_are_clicks(slack, handler, connection):
    digest = worst_digest(1)
    parent = posted(slack, cards.parent(digest, {"2601.10001": "https://arxiv.org/abs/2601.10001"}))
    reply = posted(slack, cards.paper_post(worst_entry(1), digest, "card"), thread=parent.ts)
    for label in ("提问", "收藏", "👍 多来点这类"):
        assert (await slack.click("U1", reply, label).wait()).acked
    clicks = handler.all("clicked")
    assert [(c.action, c.value) for c in clicks] == [(a, f"{digest.key}#1") for a in ("ask", "save", "more")]
    assert {c.place for c in clicks} == {Place("slack", "C1", parent.ts)}
    assert {c.message for c in clicks} == {reply.ts}
    assert len({c.id for c in clicks}) == 3
    await slack.click("U1", parent, "其余候选").wait()
    assert handler.all("clicked")[-1].place == Place("slack", "C1", parent.ts)


async def test_an_option_that_asks_opens_the_question_and_acts_only_on_yes(slack, handler, connection):
    digest = worst_digest(1)
    parent = posted(slack, cards.parent(digest, {"2601.10001": "https://arxiv.org/abs/2601.10001"}))
    await slack.click("U1", parent, "撤回今天的日报").wait()
    view = await slack.until(lambda: next(iter(slack.space.views.values()), None))
    assert "撤回今天日报的全部消息" in shown(view["blocks"])
    assert view["submit"]["text"] == "确定"
    assert handler.told == []
    await slack.submit("U1", view).wait()
    click = await handler.one("clicked")
    assert (click.action, click.value, click.message) == ("retract", digest.key, parent.ts)
    assert click.place == Place("slack", "C1", parent.ts)


async def test_a_menu_gives_what_was_chosen(slack, handler, connection):
    message = posted(
        slack, Post((Text("Which?"), Menu("pick", "choose", (("4 DynamicVLA", "q 1"), ("5 VI-Probe", "q 2")))), "x")
    )
    await slack.click("U1", message, "5 VI-Probe").wait()
    click = await handler.one("clicked")
    assert (click.action, click.value) == ("pick", "q 2")


@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_click_is_answered_where_it_was_pressed(slack, handler, connection, in_thread):
    async def answer(click: Click, respond: Any) -> None:
        await respond.progress("reading")
        await respond.progress("still reading")
        await respond.show(Post((Text("answer"),), "answer"))

    handler.on["click"] = answer
    button = Post((Text("x"), Actions((Button("others", "d", "Others"),))), "x")
    parent = posted(slack, button)
    message = posted(slack, button, thread=parent.ts) if in_thread else parent
    before = message.blocks
    slack.click("U1", message, "Others")
    await slack.until(lambda: alone(slack, "U1") == ["reading", "answer"])
    assert {m.thread_ts for m in slack.space.channels["C1"].ephemeral} == {parent.ts if in_thread else ""}
    assert message.blocks == before


async def open_form(command: Command, respond: Any) -> None:
    await respond.form(FORM)


async def test_a_form_opens_with_its_values_and_comes_back_filled_in(slack, handler, connection):
    async def saved(submission: Submission, respond: Any) -> None:
        await respond.show(Post((Text("saved"),), "saved"))

    handler.on |= {"command": open_form, "submit": saved}
    slack.command("U1", "C1", "/digest", "setup")
    view = await slack.until(lambda: next(iter(slack.space.views.values()), None))
    sent = await slack.submit("U1", view, time="13:30", language="en", papers="5", categories=["cs.7", "cs.CV"]).wait()
    assert sent.acked
    assert sent.answer is None
    submission = await handler.one("submitted")
    assert (submission.action, submission.value, submission.place) == ("setup", "C1", Place("slack", "C1"))
    assert submission.fields == {
        "categories": "cs.7,cs.CV", "interests": "embodied agents", "language": "en",
        "days": "mon,fri", "time": "13:30", "timezone": "Asia/Shanghai", "papers": "5",
    }  # fmt: skip
    await slack.until(lambda: alone(slack, "U1") == ["saved"])
    assert slack.refusals() == []


async def test_what_is_wrong_in_a_form_is_said_below_its_field(slack, handler, connection):
    handler.on["command"] = open_form
    handler.problems = {"papers": "A number from 1 to 30.", "nothing": "Something else."}
    slack.command("U1", "C1", "/digest", "setup")
    view = await slack.until(lambda: next(iter(slack.space.views.values()), None))
    sent = await slack.submit("U1", view, papers="many").wait()
    errors = {"papers": "A number from 1 to 30.", "categories": "Something else."}
    assert sent.answer == {"response_action": "errors", "errors": errors}


async def test_typed_where_two_people_talk_the_end_comes_directly(slack, chat):
    talk = Place("slack", "D0ANNBOB", direct=True)  # the bot is not in it, and the command's URL is used up
    await chat.responder(talk, Person("U1"), {"kind": "command", "response_url": "", "uses": "5"}).show(
        cards.note("Posted.", "en")
    )
    assert [m.shown for m in slack.space.open_direct("U1").messages.values()] == ["Posted."]


async def test_a_trigger_that_has_expired_is_said_in_a_sentence(slack, chat):
    await chat.responder(Place("slack", "C1"), Person("U1"), {"kind": "click", "trigger": "gone"}).form(FORM)
    (said,) = alone(slack, "U1")
    assert "press it once more" in said


async def test_a_panel_whose_trigger_has_expired_is_told_once(slack, chat):
    respond = chat.responder(Place("slack", "C1"), Person("U1"), {"kind": "click", "trigger": "gone"})
    for _ in range(2):  # at once, and with what was found out later
        await respond.panel(Panel(FORM))
    assert len(alone(slack, "U1")) == 1


async def test_a_page_turned_late_does_not_replace_a_newer_one(slack, chat):
    pressed = {"kind": "click", "trigger": slack.new_trigger("U1"), "action": "full", "value": "v"}
    opened = chat.responder(Place("slack", "C1"), Person("U1"), pressed)
    entry = worst_entry(1)
    await opened.page("Full", cards.full_page(entry, "zh"))
    ((name, view),) = slack.space.views.items()

    async def turn(page: str, seen: str) -> None:
        extra = {"kind": "click", "action": "full", "value": "v", "page": page, "view": name, "view_hash": seen}
        await chat.responder(Place("slack", "C1"), Person("U1"), extra).page("Full", cards.full_page(entry, "zh"))

    first = view["hash"]
    await turn("2", first)
    third = shown(slack.space.views[name]["blocks"])
    await turn("1", first)
    assert shown(slack.space.views[name]["blocks"]) == third


async def test_a_long_page_is_turned_in_its_modal_also_after_a_restart(slack, handler, connection):
    entry, digest = worst_entry(1), worst_digest(1)

    async def full(click: Click, respond: Any) -> None:
        await respond.page("Full", cards.full_page(entry, "zh"))

    handler.on["click"] = full
    message = posted(slack, cards.paper_post(entry, digest, "card"))
    slack.click("U1", message, "完整分析")
    view = await slack.until(lambda: next(iter(slack.space.views.values()), None))
    seen = [shown(view["blocks"])]
    while True:
        forward = next(
            (
                b
                for block in view["blocks"][-1:]
                for b in block.get("elements", [])
                if b.get("text", {}).get("text", "").endswith("›")
            ),
            None,
        )
        if forward is None:
            break
        turned = len(slack.calls("views.update"))
        slack.click_in_view("U1", view, forward["text"]["text"])
        await slack.until(lambda turned=turned: len(slack.calls("views.update")) > turned)
        seen.append(shown(view["blocks"]))
    assert len(seen) >= 3
    for part in entry.analysis.parts:
        assert sum(f"END-1-{part.name}" in page for page in seen) == 1
    assert {(c.action, c.value) for c in handler.all("clicked")} == {("full", f"{digest.key}#1")}
    assert slack.refusals() == []


async def test_a_page_without_a_way_to_turn_it_comes_as_messages(slack, chat):
    extra = {"kind": "command", "response_url": slack.new_response_url("U1", "C1"), "trigger": slack.new_trigger("U1")}
    respond = chat.responder(Place("slack", "C1"), Person("U1"), extra)
    await respond.page("Full", cards.full_page(worst_entry(1), "zh"))
    assert len(alone(slack, "U1")) >= 3
    assert slack.space.views == {}


async def test_a_file_is_a_page_to_copy_from_where_uploads_are_refused(slack, chat):
    slack.scopes.discard("files:write")
    extra = {"kind": "click", "trigger": slack.new_trigger("U1"), "action": "markdown", "value": "d"}
    await chat.responder(Place("slack", "C1"), Person("U1"), extra).file(
        "paperboy.md", "# Title\n\n```py\nx\n```\n**bold**"
    )
    (view,) = slack.space.views.values()
    assert shown(view["blocks"]) == "# Title\n\n```py\nx\n```\n**bold**"


async def test_the_home_tabs_buttons_are_answered_directly(slack, handler, connection):
    async def answer(click: Click, respond: Any) -> None:
        await respond.show(Post((Text("here"),), "here"))

    handler.on["click"] = answer
    home = {
        "type": "home",
        "blocks": messages.render_post(Post((Actions((Button("settings", "C1", "Settings"),)),), "x"))[0]["blocks"],
    }
    slack.click_in_view("U1", home, "Settings")
    await slack.until(lambda: "D1" in slack.space.channels and slack.space.channels["D1"].messages)
    assert (await handler.one("clicked")).place == Place("slack", "D1", direct=True)


async def test_the_shortcut_asks_about_the_paper_in_a_message(slack, handler, connection):
    async def open_form(click: Click, respond: Any) -> None:
        await respond.form(Form("ask", click.value, "Ask", "Ask", (Field("question", "Question", "lines"),)))

    handler.on["click"] = open_form
    (said,) = slack.say("C1", "U2", "nice: <https://arxiv.org/pdf/2601.22153v2>")
    message = slack.space.channels["C1"].messages[said.payload["event"]["ts"]]
    assert (await slack.shortcut("U1", message, "ask_paper").wait()).acked
    click = await handler.one("clicked")
    assert (click.action, click.value, click.message) == ("ask", "paper:2601.22153v2", message.ts)
    view = await slack.until(lambda: next(iter(slack.space.views.values()), None))
    await slack.submit("U1", view, question="code?").wait()
    assert (await handler.one("submitted")).place == Place("slack", "C1", message.ts)


async def test_the_shortcut_lets_choose_among_several_papers_and_says_when_there_is_none(slack, handler, connection):
    texts = ["<https://arxiv.org/abs/2601.22153> or <https://arxiv.org/abs/2601.22150>", "lunch?"]
    for text in texts:
        (said,) = slack.say("C1", "U1", text)
        message = slack.space.channels["C1"].messages[said.payload["event"]["ts"]]
        await slack.shortcut("U1", message, "ask_paper").wait()
    await slack.until(lambda: len(alone(slack, "U1")) == 2)
    which, none = [m for m in slack.space.channels["C1"].ephemeral if m.to == "U1"]
    assert none.shown == "There is no arXiv paper in that message."
    await slack.click("U1", which, "2601.22150").wait()
    click = await handler.one("clicked")
    assert (click.action, click.value) == ("ask", "paper:2601.22150")


async def test_where_the_bot_is_no_member_the_shortcut_is_answered_directly(slack, handler, connection):
    slack.space.add_channel("C3", "U1", bot=False)
    slack.say("C3", "U1", "<https://arxiv.org/abs/2601.22153>")
    (message,) = slack.space.channels["C3"].messages.values()
    await slack.shortcut("U1", message, "ask_paper").wait()
    assert (await handler.one("clicked")).place == Place("slack", "D1", direct=True)


@pytest.fixture
async def over_http(slack, chat, handler):
    """Connected by signed requests instead of sockets. Yields the address."""
    made = SlackConnection(chat, handler, signing_secret="secret", api_url=slack.url)
    app = web.Application()
    made.mount(app)
    async with running(app) as url:
        connected = asyncio.create_task(made.run())
        slack.hub.http = (f"{url}/slack/events", "secret")
        yield slack.hub.http[0]
        await made.close(5)
        await connected


async def test_over_http_events_commands_and_forms_work_the_same(slack, handler, over_http):
    handler.broken = 1
    (first, _) = slack.say("C1", "U1", f"<@{BOT_USER}> code?")
    await first.wait()
    assert first.acked
    assert (await slack.command("U1", "C1", "/paper", "2601.22153").wait()).acked
    assert (await handler.one("commanded")).text == "2601.22153"
    await slack.hub.settled()
    assert {q.text for q in handler.all("asked")} == {"code?"}

    handler.on["command"], handler.problems = open_form, {"papers": "no"}
    slack.command("U1", "C1", "/digest", "setup")
    view = await slack.until(lambda: next(iter(slack.space.views.values()), None))
    answer = (await slack.submit("U1", view).wait()).answer
    assert answer == {"response_action": "errors", "errors": {"papers": "no"}}


@pytest.mark.parametrize(
    "headers", [{}, signature("another secret", "{}"), signature("secret", "{}", at=1_000_000_000)]
)
async def test_over_http_what_slack_did_not_sign_is_refused(handler, over_http, headers):
    async with aiohttp.ClientSession() as session, session.post(over_http, data="{}", headers=headers) as answer:
        assert answer.status == 401
    assert handler.told == []


JSON_TYPE, FORM_TYPE = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "headers", "signed", "status"),
    [
        (b"\xff\xfe", {}, "", 400),
        (b"[" * 100_000, {"X-Slack-Request-Timestamp": "now", "X-Slack-Signature": "v0=x"}, "", 401),
        (b"{}", {"X-Slack-Request-Timestamp": "\u0661", "X-Slack-Signature": "v0=x"}, "", 401),
        (b"{}", {"X-Slack-Request-Timestamp": "9" * 5000, "X-Slack-Signature": "v0=x"}, "", 401),
        (b"{", JSON_TYPE, "{", 400),
        (b"[]", JSON_TYPE, "[]", 400),
        (b"payload=%7B", FORM_TYPE, "payload=%7B", 400),
        (b"x" * 2_000_000, {}, "x", 413),
        *(
            (json.dumps(body).encode(), JSON_TYPE, json.dumps(body), 400)
            for body in (
                {"type": "event_callback", "event": None},
                {"type": "event_callback", "event": [1]},
                {"type": "block_actions", "actions": None, "user": {"id": "U1"}},
                {"type": "block_actions", "actions": [{}], "user": {"id": "U1"}},
                {"type": "block_actions", "actions": [{"action_id": "a"}], "user": "U1"},
                {"type": "view_submission", "view": "V1", "user": {"id": "U1"}},
                {"type": "message_action", "callback_id": "ask_paper", "message": 5, "user": {"id": "U1"}},
                {"command": "/paper", "text": "a"},
            )
        ),
    ],
)
async def test_over_http_what_slack_never_sends_is_refused_without_a_traceback(
    over_http, caplog, body, headers, signed, status
):
    """Signed when the test runs: a signature lasts five minutes."""
    headers = headers | (signature("secret", signed) if signed else {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(over_http, data=io.BytesIO(body), headers=headers) as answer,
    ):
        assert answer.status == status
    assert "Traceback" not in caplog.text
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def _event(**fields: Any) -> dict[str, Any]:
    return {"type": "event_callback", "event_id": "E1", "team_id": "T0PAPER", "event": fields}


TS = "1700000000.000100"
ASKED = {"ts": TS, "user": "U1", "text": f"<@{BOT_USER}> hi"}
BY_ANN: dict[str, Any] = {"user": {"id": "U1"}, "team": {"id": "T0PAPER"}, "trigger_id": "1.2"}
REQUESTS: dict[str, dict[str, Any]] = {
    "said": _event(type="message", channel="C1", thread_ts="1700000000.000001", **ASKED),
    "edited": _event(
        type="message", subtype="message_changed", channel="C1", ts=TS, message=ASKED, previous_message={"ts": TS}
    ),
    "deleted": _event(
        type="message", subtype="message_deleted", channel="C1", ts=TS, deleted_ts=TS, previous_message=ASKED
    ),
    "reacted": _event(
        type="reaction_added",
        user="U1",
        reaction="+1",
        item_user=BOT_USER,
        item={"type": "message", "channel": "C1", "ts": TS},
    ),
    "invited": _event(type="member_joined_channel", user=BOT_USER, channel="C1", inviter="U1"),
    "home": _event(type="app_home_opened", user="U1", channel="D1", tab="messages"),
    "linked": _event(type="link_shared", user="U1", channel="C1", message_ts=TS, links=[{"url": "https://x.org"}]),
    "pressed": BY_ANN
    | {
        "type": "block_actions",
        "container": {"type": "message", "message_ts": TS, "channel_id": "C1"},
        "channel": {"id": "C1"},
        "message": {"ts": TS},
        "actions": [{"action_id": "menu", "selected_option": {"value": "why|x", "text": {"text": "a"}}}],
    },
    "submitted": BY_ANN
    | {
        "type": "view_submission",
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": "form",
            "state": {"values": {"b": {"e": {"type": "x", "value": "a"}}}},
        },
    },
    "asked about": BY_ANN
    | {"type": "message_action", "callback_id": "ask_paper", "channel": {"id": "C1"}, "message": ASKED},
}


def _altered(request: Any) -> Iterator[Any]:
    """The request with each of its fields, at any depth, taken away or replaced."""
    for name, value in request.items() if isinstance(request, dict) else enumerate(request):
        if isinstance(request, dict):
            yield {other: kept for other, kept in request.items() if other != name}
        others = [None, 5, "x", "", [], [1], {}, {"a": 1}]
        if isinstance(value, dict | list):
            others += _altered(value)
        for other in others:
            altered = request.copy()
            altered[name] = other
            yield altered


@pytest.mark.parametrize("kind", REQUESTS)
async def test_over_http_no_field_that_slack_never_sends_so_is_an_error(over_http, caplog, kind):
    """One that is refused is named in the log; nothing is answered with 500, which Slack would send again."""
    caplog.set_level(logging.INFO, "bot.slack.listeners.connection")
    refused = 0
    async with aiohttp.ClientSession() as session:
        for altered in _altered(REQUESTS[kind]):
            form = "event" not in REQUESTS[kind]
            body = urlencode({"payload": json.dumps(altered)}) if form else json.dumps(altered)
            headers = (FORM_TYPE if form else JSON_TYPE) | signature("secret", body)
            async with session.post(over_http, data=body, headers=headers) as answer:
                assert answer.status < 500, altered
                refused += answer.status == 400
    assert refused > 10
    assert caplog.text.count("event=slack_malformed at=") == refused
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == []


async def test_half_an_emoji_and_controls_in_what_people_write_become_text_that_can_be_stored(
    slack, handler, over_http
):
    (sent, _) = slack.say("C1", "U1", f"<@{BOT_USER}> half \ud83d and\x00 code?")
    assert (await sent.wait()).acked
    await slack.hub.settled()
    assert {question.text for question in handler.all("asked")} == {"half \ufffd and code?"}
    typed = "half%20%EF%BF%BD%00a"
    body = f"command=%2Fpaper&text={typed}&channel_id=C1&user_id=U1&team_id=T0PAPER&trigger_id=1.2&response_url=http%3A%2F%2Fx"
    headers = FORM_TYPE | signature("secret", body)
    async with aiohttp.ClientSession() as session, session.post(over_http, data=body, headers=headers) as answer:
        assert answer.status == 200
    assert (await handler.one("commanded")).text == "half \ufffda"


async def test_over_http_a_request_that_is_sent_again_by_another_counts_once(slack, handler, over_http):
    body = "command=%2Fpaper&text=2601.22153&channel_id=C1&user_id=U1&team_id=T0PAPER&trigger_id=1.2&response_url=http%3A%2F%2Fx"
    headers = {"Content-Type": "application/x-www-form-urlencoded", **signature("secret", body)}
    async with aiohttp.ClientSession() as session:
        for expected in (200, 401, 401):
            async with session.post(over_http, data=body, headers=headers) as answer:
                assert answer.status == expected
    await handler.one("commanded")


async def test_over_http_slack_may_check_the_address(over_http):
    body = '{"type": "url_verification", "challenge": "abc", "token": "t"}'
    headers = {"Content-Type": "application/json", **signature("secret", body)}
    async with aiohttp.ClientSession() as session, session.post(over_http, data=body, headers=headers) as answer:
        assert (answer.status, "abc" in await answer.text()) == (200, True)


async def test_it_ends_only_when_what_was_begun_for_people_is_done(slack, chat, handler):
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def long(command: Command, respond: Any) -> None:
        begun.set()
        await may_end.wait()
        await respond.show(Post((Text("done"),), "done"))

    handler.on["command"] = long
    connection = SlackConnection(chat, handler, app_token=APP_TOKEN, api_url=slack.url, ping=5)
    running = asyncio.create_task(connection.run())
    await slack.hub.connected.wait()
    sent = slack.command("U1", "C1", "/digest", "now")
    await begun.wait()
    closing = asyncio.create_task(connection.close(10))
    await slack.until(lambda: not slack.hub.sockets)
    assert (await sent.wait()).acked
    assert not connection.connected
    assert not closing.done()
    may_end.set()
    await closing
    await running
    assert alone(slack, "U1") == ["done"]


async def test_at_the_end_nothing_new_is_acknowledged(slack, chat, handler, connection):
    await connection.close(1)
    slack.hub.within = 0.1
    slack.space.open_direct("U1")
    (said,) = slack.say("D1", "U1", "anybody?")
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(said.wait(), 0.3)
    assert not said.acked
    assert handler.told == []


async def test_thirty_commands_a_second_are_acknowledged_well_in_time(slack, handler, connection):
    """The measured aim stands in the bench; this keeps it from being missed by far."""
    sent = []
    for n in range(30):
        sent.append(slack.command("U1", "C1", "/paper", f"2601.{n:05d}"))
        await asyncio.sleep(1 / 30)
    for one in sent:
        await one.wait()
    assert max(one.took for one in sent) < 0.5
    assert len(handler.all("commanded")) == 30
