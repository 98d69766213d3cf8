"""What people do on Discord, through the real SDK in a simulated Discord: messages, commands, buttons, menus, forms."""

from dataclasses import dataclass
from typing import Any

import pytest
import simcord

from bot.core.chat import Actions, Button, Field, Form, Heading, Menu, Place, Post, Style, Text, Thread, VoteKind
from bot.discord.chat import DiscordChat
from bot.discord.listeners.client import Gateway
from digest.ports import MemoryCache
from digest.render import catalogs
from tests.bot.recording import RecordingHandler, said
from tests.servers.discord_rules import check_message, check_spec, texts, walk
from tests.steps import steps_of_this_thread

FORM = Form(
    "setup", "discord:1", "Settings", "Save", tuple(Field(f"f{n}", f"Field {n}", value=f"v{n}") for n in range(11))
)


@dataclass
class Stage:
    env: simcord.Env
    handler: RecordingHandler
    chat: DiscordChat
    bot: Gateway
    guild: Any
    channel: Any
    ada: Any
    bob: Any
    memory: MemoryCache

    @property
    def place(self) -> Place:
        return Place("discord", str(self.channel.id))

    async def digest(self, place: Place | None = None) -> Any:
        """A digest's thread, delivered by the Chat; `ids` holds its messages."""
        paper = Post(
            (Heading("1 · [A paper](https://arxiv.org/abs/2601.22153v1)", 2), Text("core"), PAPER), "1 · A paper"
        )
        parent = Post((Heading("Digest"), PARENT), "Digest")
        self.ids = {}
        for step in self.chat.plan(Thread(parent, (paper,), None, "30 Jan", ()), place or self.place, "k"):
            self.ids[step.key] = await self.chat.post(step, place or self.place, self.ids.get(step.on, ""))
        self.handler.threads.add(self.ids["k:t"])
        await self.env.settle()
        parent_channel = self.channel if place is None else self.forum
        return next(t for t in parent_channel.threads if str(t.id) == self.ids["k:t"])

    def message(self, thread: Any, name: str) -> Any:
        bare = int(self.ids[name].rpartition("/")[2])
        history = thread.history() if name != "k:0" else self.channel.history()
        return next(m for m in history if m.id == bare)


PAPER = Actions(
    (
        Button("full", "k#1", "Full"),
        Button("ask", "k#1", "Ask", Style.PRIMARY),
        *(Button(name, "k#1", name.title(), Style.MENU) for name in ("save", "share", "bibtex")),
        Button("more", "k#1", "👍 More", Style.FEEDBACK),
    )
)
PARENT = Actions((Button("others", "k", "Others"), Button("retract", "k", "Take back", confirm="Really?")))


def custom(message: Any, start: str) -> str:
    found = [c["custom_id"] for c in walk([c.to_dict() for c in message.components]) if "custom_id" in c]
    return next(c for c in found if c.startswith(start))


def shown(result: Any) -> list[str]:
    """The texts of everything an interaction was answered with."""
    responses = [*([result.response] if result.response else []), *result.followups]
    return [texts({"content": r.content, "components": r.components}) for r in dict.fromkeys(responses)]


@pytest.fixture
def memory():
    return MemoryCache()


@pytest.fixture
def simcord_bot(memory):
    chat = DiscordChat("")
    bot = Gateway(RecordingHandler(), chat, memory)
    chat.rest.client = bot
    return bot


@pytest.fixture
async def stage(simcord_bot, simcord_env, memory):
    guild = simcord_env.create_guild()
    channel = guild.create_text_channel("papers")
    ada, bob = (guild.add_member(simcord_env.create_user(name)) for name in ("ada", "bob"))
    await simcord_env.settle()
    return Stage(simcord_env, simcord_bot.handler, simcord_bot.chat, simcord_bot, guild, channel, ada, bob, memory)


async def test_a_mention_is_a_question_without_the_mention(stage):
    await stage.ada.send(stage.channel, f"{stage.bot.user.mention} does 4 release code?")
    (question,) = stage.handler.questions
    assert question.text == "does 4 release code?"
    assert (question.place, question.addressed, question.mentions_others) == (stage.place, True, False)


async def test_what_does_not_address_the_bot_outside_its_threads_goes_nowhere(stage):
    await stage.ada.send(stage.channel, "lunch?")
    await stage.bob.send(stage.channel, f"{stage.ada.mention} yes")
    assert (stage.handler.questions, stage.handler.looked) == ([], [])


async def test_a_reply_to_a_papers_message_names_it(stage):
    thread = await stage.digest()
    await stage.ada.send(thread, "is there code?", reply_to=stage.message(thread, "k:1"))
    (question,) = stage.handler.questions
    assert question.reply_to == stage.ids["k:1"]
    assert question.place == Place("discord", str(stage.channel.id), stage.ids["k:t"])
    assert (question.addressed, question.replies_to_person) == (True, False)
    assert question.message == f"{thread.id}/{question.id}"


async def test_a_plain_message_in_its_thread_is_handed_over_unaddressed(stage):
    thread = await stage.digest()
    first = await stage.ada.send(thread, "does 1 release code?")
    await stage.bob.send(thread, "I think so", reply_to=first)
    await stage.bob.send(thread, f"{stage.ada.mention} look")
    plain, reply, mention = stage.handler.questions
    assert (plain.addressed, plain.text) == (False, "does 1 release code?")
    assert reply.replies_to_person
    assert mention.mentions_others


async def test_another_thread_is_left_alone(stage):
    thread = await stage.digest()
    stage.handler.threads.clear()
    await stage.ada.send(thread, "does 1 release code?")
    assert stage.handler.questions == []


async def test_a_direct_message_is_a_question(stage):
    await stage.ada.send_dm("what is 2601.22153 about?")
    (question,) = stage.handler.questions
    assert (question.place.direct, question.addressed, question.place.thread) == (True, True, "")


async def test_an_edited_question_is_amended_and_a_deleted_message_withdrawn(stage):
    thread = await stage.digest()
    message = await stage.ada.send(thread, "does 1 release cod")
    await stage.ada.edit(message, "does 1 release code?")
    await stage.ada.delete(message)
    (amended,) = stage.handler.all("amended")
    assert (amended.text, amended.id) == ("does 1 release code?", str(message.id))
    place = Place("discord", str(stage.channel.id), str(thread.id))
    assert stage.handler.all("withdrawn") == [(place, f"{thread.id}/{message.id}")]


async def test_reactions_are_votes_and_taking_them_back_undoes_them(stage):
    thread = await stage.digest()
    message = stage.message(thread, "k:1")
    await stage.ada.react(message, "👍")
    await stage.ada.unreact(message, "👍")
    await stage.ada.react(message, "🔖")
    await stage.ada.react(message, "🎉")
    seen = [(m, kind, undo) for _, m, _, kind, undo in stage.handler.all("reacted")]
    name = stage.ids["k:1"]
    assert seen == [(name, VoteKind.MORE, False), (name, VoteKind.MORE, True), (name, VoteKind.SAVED, False)]


async def test_a_command_is_told_as_it_was_typed_and_answered_to_its_asker_alone(stage):
    async def answer(command, respond):
        await respond.progress("Reading …")
        await respond.show(said("the card"))

    stage.handler.on["2601.22153"] = answer
    result = await stage.ada.slash(stage.channel, "paper ask", paper="2601.22153", question="any code?")
    (command,) = stage.handler.commands
    assert (command.name, command.text, command.question) == ("paper", "2601.22153", "any code?")
    assert shown(result) == ["\nthe card"]
    assert result.ephemeral


def _managers(stage: Stage) -> Any:
    import discord

    return stage.guild.create_role("Managers", permissions=discord.Permissions(manage_channels=True))


async def test_the_digest_command_is_seen_by_everybody_and_says_who_manages_channels(stage):
    boss = stage.guild.add_member(stage.env.create_user("boss"), roles=[_managers(stage)])
    for person in (stage.ada, boss):
        await person.slash(stage.channel, "digest status")
    assert [(c.text, c.person.admin) for c in stage.handler.commands] == [("status", False), ("status", True)]


async def test_every_command_reaches_the_front(stage):
    boss = stage.guild.add_member(stage.env.create_user("boss"), roles=[_managers(stage)])
    for name in stage.ada.available_commands(stage.channel):
        if name in ("paper lookup", "paper ask", "paper search"):
            continue
        await boss.slash(stage.channel, name)
    for name in ("setup", "now", "retract", "pause", "resume", "status", "forget"):
        await boss.slash(stage.channel, f"digest {name}")
    await boss.slash(stage.channel, "paper lookup", paper="https://arxiv.org/abs/2601.22153")
    await boss.slash(stage.channel, "paper search", words="vision language")
    typed = {(c.name, c.text) for c in stage.handler.commands}
    assert {("paper", t) for t in ("today", "saved", "privacy", "forget", "vision language")} <= typed
    assert {("digest", t) for t in ("setup", "now", "retract", "pause", "resume", "status", "forget")} <= typed


async def test_a_role_to_ping_is_chosen_from_the_servers_own(stage):
    boss = stage.guild.add_member(stage.env.create_user("boss"), roles=[_managers(stage)])
    readers = stage.guild.create_role("Readers")
    await boss.slash(stage.channel, "digest ping", role=readers)
    await boss.slash(stage.channel, "digest ping")
    assert [c.text for c in stage.handler.commands] == [f"ping {readers.id}", "ping"]


async def test_papers_are_suggested_while_typing(stage):
    stage.handler.suggestions = (("1 · A paper", "2601.22153v1"),)
    offered = await stage.ada.autocomplete(stage.channel, "paper lookup", "paper", "1")
    assert offered == [{"name": "1 · A paper", "value": "2601.22153v1"}]


async def test_a_command_on_a_message_finds_its_paper(stage):
    thread = await stage.digest()
    await stage.ada.context_menu(thread, "Save this paper", stage.message(thread, "k:1"))
    (click,) = stage.handler.clicks
    assert (click.action, click.value, click.message) == ("save", "k#1", stage.ids["k:1"])
    other = await stage.bob.send(stage.channel, "look: https://arxiv.org/abs/2401.00001")
    await stage.ada.context_menu(stage.channel, "Ask about this paper", other)
    assert stage.handler.clicks[1].value == "paper:2401.00001"
    lost = await stage.bob.send(stage.channel, "lunch")
    result = await stage.ada.context_menu(stage.channel, "Ask about this paper", lost)
    assert shown(result) == ["\nI find no arXiv paper in this message."]


async def test_a_button_says_what_it_stands_for(stage):
    thread = await stage.digest()
    result = await stage.ada.click(stage.message(thread, "k:1"), custom_id="pb:more:k#1")
    (click,) = stage.handler.clicks
    assert (click.action, click.value, click.message) == ("more", "k#1", stage.ids["k:1"])
    assert result.acknowledged
    assert result.followups == []


async def test_the_menu_of_a_card_stands_behind_one_button(stage):
    thread = await stage.digest()
    message = stage.message(thread, "k:1")
    await stage.ada.click(message, custom_id=custom(message, "pb:menu:"))
    assert (stage.handler.clicks[0].action, stage.handler.clicks[0].value) == ("menu", "k#1")


async def test_what_is_dangerous_is_asked_once(stage):
    thread = await stage.digest()
    result = await stage.ada.click(stage.message(thread, "k:0"), label="Take back")
    assert stage.handler.clicks == []
    assert "Are you sure?" in shown(result)[0]
    await stage.ada.click(result.response, label="Yes: Take back")
    assert (stage.handler.clicks[0].action, stage.handler.clicks[0].value) == ("retract", "k")


async def test_a_choice_from_a_menu_is_a_click_with_it(stage):
    async def ask(command, respond):
        await respond.show(Post((Text("Which?"), Menu("pick", "Choose", (("A", "q 1"), ("B", "q 2")))), "Which?"))

    stage.handler.on["today"] = ask
    result = await stage.ada.slash(stage.channel, "paper today")
    await stage.ada.select(result.response, ["q 2"], custom_id="pb:pick:")
    assert (stage.handler.clicks[0].action, stage.handler.clicks[0].value) == ("pick", "q 2")


async def test_pages_turn_also_after_a_restart(stage):
    long = Post(tuple(Text(f"part {n} " + "word " * 600) for n in range(4)), "long")

    async def full(click, respond):
        await respond.page("Title", long)

    stage.handler.on["full"] = full
    thread = await stage.digest()
    result = await stage.ada.click(stage.message(thread, "k:1"), custom_id="pb:full:k#1")
    assert "part 0" in shown(result)[0]
    assert result.ephemeral
    again = Gateway(stage.handler, stage.chat, stage.bot.memory)
    stage.chat.rest.client = again
    await stage.env.restart_bot(again)
    assert (await stage.ada.click(result.response, label="›")).acknowledged
    assert "part 0" not in shown(result)[0]
    assert "part 1" in shown(result)[0]
    await stage.ada.click(result.response, label="‹")
    assert "part 0" in shown(result)[0]


async def setup(click, respond):
    await respond.form(FORM)


async def test_a_form_of_eleven_fields_has_three_steps_and_comes_back_whole(stage):
    async def save(submission, respond):
        await respond.show(said("saved"))

    stage.handler.on |= {"others": setup, "setup": save}
    thread = await stage.digest()
    opened = await stage.ada.click(stage.message(thread, "k:0"), label="Others")
    assert opened.modal["title"] == "Settings (1/3)"
    first = await stage.ada.submit_modal(opened, {"f0": "changed"} | {f"f{n}": f"v{n}" for n in range(1, 4)})
    assert stage.handler.submissions == []
    second = await stage.ada.click(first.response, label="Continue (2/3)")
    between = await stage.ada.submit_modal(second, {f"f{n}": f"v{n}" for n in range(4, 8)})
    third = await stage.ada.click(between.response, label="Continue (3/3)")
    result = await stage.ada.submit_modal(third, {f"f{n}": f"v{n}" for n in range(8, 11)})
    (sent,) = stage.handler.submissions
    assert (sent.action, sent.value) == ("setup", "discord:1")
    assert sent.fields == {"f0": "changed"} | {f"f{n}": f"v{n}" for n in range(1, 11)}
    assert shown(result) == ["\nsaved"]


async def test_a_long_form_may_be_saved_after_its_first_step(stage):
    stage.handler.on["others"] = setup
    thread = await stage.digest()
    opened = await stage.ada.click(stage.message(thread, "k:0"), label="Others")
    first = await stage.ada.submit_modal(opened, {f"f{n}": f"v{n}" for n in range(4)})
    await stage.ada.click(first.response, label="Save")
    assert set(stage.handler.submissions[0].fields) == {"f0", "f1", "f2", "f3"}


async def test_what_is_wrong_in_a_form_is_said_and_corrected_in_place(stage):
    async def ask(click, respond):
        fields = (
            Field("question", "Question", "lines", required=True),
            Field("where", "Where", "choice", "thread", options=(("Here", "thread"), ("Only me", "me"))),
        )
        await respond.form(Form("ask", "k#1", "Ask", "Ask", fields))

    async def check(submission, respond):
        if submission.fields["question"] == "?":
            return {"question": "Please ask something."}
        await respond.progress("Taken.")
        return {}

    stage.handler.on["ask"] = lambda event, respond: (ask if hasattr(event, "message") else check)(event, respond)
    thread = await stage.digest()
    opened = await stage.ada.click(stage.message(thread, "k:1"), label="Ask")
    wrong = await stage.ada.submit_modal(opened, {"question": "?", "where": ["me"]})
    assert "**Question** Please ask something." in shown(wrong)[0]
    again = await stage.ada.click(wrong.response, label="Correct it")
    assert again.modal["components"][0]["component"]["value"] == "?"
    result = await stage.ada.submit_modal(again, {"question": "any code?", "where": ["me"]})
    assert stage.handler.submissions[-1].fields == {"question": "any code?", "where": "me"}
    assert shown(result) == ["\n-# Taken."]


async def test_a_secret_reaches_the_handler_and_is_kept_nowhere_on_its_way(stage):
    async def connect(click, respond):
        fields = (Field("library", "Group", value="12345"), Field("key", "Key", required=True, secret=True))
        await respond.form(Form("zotero", "discord:1", "Zotero", "Connect", fields))

    async def check(submission, respond):
        return {} if submission.fields["library"] == "777" else {"library": "Another one, please."}

    stage.handler.on["others"] = connect
    stage.handler.on["zotero"] = check
    thread = await stage.digest()
    opened = await stage.ada.click(stage.message(thread, "k:0"), label="Others")
    wrong = await stage.ada.submit_modal(opened, {"library": "?", "key": "Zk7secret"})
    again = await stage.ada.click(wrong.response, label="Correct it")
    await stage.ada.submit_modal(again, {"library": "777", "key": "Zk8secret"})
    assert [s.fields["key"] for s in stage.handler.submissions] == ["Zk7secret", "Zk8secret"]
    kept = b"".join(value for _, value in stage.memory._held.values())
    assert b"777" in kept
    assert b"7secret" not in kept
    assert b"8secret" not in kept


async def test_every_request_of_the_bot_keeps_discords_limits_and_description(stage):
    async def answer(click, respond):
        await respond.progress("Working …")
        await respond.page("Title", Post(tuple(Text("word " * 600) for _ in range(4)), "long"))

    stage.handler.on["full"] = answer
    thread = await stage.digest()
    await stage.ada.click(stage.message(thread, "k:1"), custom_id="pb:full:k#1")
    kinds = {"messages": "MessageCreateRequest", "threads": "CreateTextThreadWithMessageRequest"}
    seen = set()
    for request in stage.env.http_requests:
        last = request.path.rpartition("/")[2]
        if request.method == "POST" and last in kinds:
            check_spec(kinds[last], request.json)
            seen.add(last)
        if request.method == "POST" and last == "messages":
            check_message(request.json, flags=request.json["flags"])
        if request.method == "POST" and last == "callback" and request.json["type"] == 4:
            check_spec("CreateMessageInteractionCallbackRequest", request.json)
            seen.add(last)
    assert seen == {"messages", "threads", "callback"}


async def test_commands_are_sent_to_discord_once_while_they_do_not_change(stage):
    puts = [r for r in stage.env.http_requests if r.method == "PUT" and r.path.endswith("/commands")]
    assert len(puts) == 1
    await stage.bot.setup_hook()
    puts = [r for r in stage.env.http_requests if r.method == "PUT" and r.path.endswith("/commands")]
    assert len(puts) == 1
    names = {c["name"]: c for c in puts[0].json}
    assert names["digest"].get("default_member_permissions") is None  # `status` and `help` are for everybody
    assert names["Ask about this paper"]["name_localizations"]["zh-CN"] == "就这篇论文提问"
    assert names["paper"]["description_localizations"]["zh-CN"]
    assert "zh-CN" not in (names["paper"].get("name_localizations") or {})


async def test_a_source_checkout_s_catalogs_are_read_beside_the_event_loop_for_the_commands(stage):
    """Nothing is compiled there: all of them took 0.12 s at once."""
    for cached in (catalogs.catalog, catalogs._read):
        cached.cache_clear()
    with steps_of_this_thread(60_000):
        await stage.bot.setup_hook()


async def test_only_the_roles_that_may_ask_are_heard(stage):
    role = stage.guild.create_role("Readers")
    eve = stage.guild.add_member(stage.env.create_user("eve"), roles=[role])
    stage.bot.ask_roles.roles = frozenset({str(role.id)})
    await stage.ada.send(stage.channel, f"{stage.bot.user.mention} hello?")
    assert stage.handler.questions == []
    assert "certain roles" in texts({"components": [c.to_dict() for c in stage.channel.last_message.components]})
    await eve.send(stage.channel, f"{stage.bot.user.mention} hello?")
    assert len(stage.handler.questions) == 1


async def test_a_deleted_channel_is_left(stage):
    await stage.bot.get_channel(stage.channel.id).delete()
    await stage.env.settle()
    assert [(place, joined) for place, joined, *_ in stage.handler.all("membership")] == [(stage.place, False)]
