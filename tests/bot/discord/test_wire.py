"""What a simulation cannot show: the real SDK over HTTP and WebSocket to a local Discord that goes wrong."""

import asyncio
import itertools
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from discord import Permissions

from bot.core.chat import (
    Field,
    Forbidden,
    Form,
    HistoryRefused,
    OutcomeUnknown,
    Panel,
    Person,
    Place,
    Question,
    Step,
    StepKind,
    TargetMissing,
    Text,
    Throttled,
)
from bot.digests.delivery import send_pictured
from bot.discord import connection, permissions
from bot.discord.chat import DiscordChat
from bot.discord.ids import snowflake
from bot.discord.listeners import catchup
from bot.discord.listeners.gateway import DiscordListener
from bot.discord.render.messages import keyed, messages
from digest.errors import Misconfigured, Unavailable
from digest.ports import MemoryCache
from tests.bot.contract import a_post
from tests.bot.discord.conftest import Home
from tests.bot.figures import STORED, pictured_thread
from tests.bot.recording import RecordingHandler, said
from tests.deadline import until
from tests.servers.discord import Discord
from tests.servers.discord_rules import texts

POST = r"/channels/\d+/messages"
DAY = timedelta(days=1)


@asynccontextmanager
async def listening(home, handler, memory=None, roles=frozenset()):
    listener = DiscordListener(home.discord.token, handler, home.chat, memory or MemoryCache(), roles)
    before = len(home.discord.gateway.identified) + home.discord.gateway.resumed
    running = asyncio.create_task(listener.run())
    connected = asyncio.create_task(home.discord.gateway.connected(before + 1))
    await asyncio.wait({running, connected}, return_when=asyncio.FIRST_COMPLETED)
    await until(
        lambda: running.done() or (listener.client and listener.client.guilds and listener.client.guilds[0].channels)
    )
    yield listener
    await listener.close()
    await running


PRESSED = {"custom_id": "pb:ask:paper:2601.22153v1", "component_type": 2, "id": 1}


def a_step(key: str = "k:0") -> Step:
    message = keyed(messages(a_post("hello"))[0], key)
    return Step(key, StepKind.POST, {"text": message, "forum": {}})


def a_question(place: Place, at: datetime | None = None, **values) -> Question:
    return Question("q1", place, Person("7"), "Any code?", at or datetime.now(UTC), **values)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 0])
async def test_a_post_that_goes_wrong_is_made_once_and_in_doubt(home, status):
    home.discord.fail("POST", POST, status, stored=True, times=5)
    with pytest.raises(OutcomeUnknown):
        await home.chat.post(a_step(), home.place)
    assert len(home.discord.requests("POST", POST)) == 1


async def test_throttled_says_for_how_long(home):
    home.discord.fail("POST", POST, 429, retry_after=7.5)
    with pytest.raises(Throttled) as told:
        await home.chat.post(a_step(), home.place)
    assert told.value.wait == 7.5
    assert len(home.discord.requests("POST", POST)) == 1


async def test_after_a_429_no_request_is_made_there_until_the_pause_is_over(home):
    other = home.world.channel(home.guild)
    home.discord.fail("POST", POST, 429, retry_after=30)
    waits = []
    for _ in range(20):
        with pytest.raises(Throttled) as told:
            await home.chat.post(a_step(), home.place)
        waits.append(told.value.wait)
    assert len(home.discord.requests("POST", POST)) == 1
    assert len(set(waits)) > 10  # each comes back at its own time
    assert await home.chat.post(a_step(), replace(home.place, channel=other["id"]))


async def test_the_pace_discord_announces_is_kept_without_a_429():
    """Five messages in a second for each channel: the SDK reads it from the headers and waits."""
    async with Discord(posts=(5, 1.0)) as server:
        connection.set_addresses(server.api_url, server.gateway_url)
        channel = server.world.channel(server.world.guild())
        chat = DiscordChat(server.token)
        for n in range(8):
            await chat.post(a_step(f"k:{n}"), Place("discord", channel["id"]))
        await chat.close()
        connection.set_addresses()
        assert [r.status for r in server.requests("POST", POST)] == [200] * 8


async def test_a_nonce_of_minutes_ago_gives_the_same_message(home):
    first = await home.chat.post(a_step(), home.place)
    assert await home.chat.post(a_step(), home.place) == first
    assert len(home.world.messages[home.channel["id"]]) == 1


async def test_out_of_reach_is_not_in_doubt(home):
    await home.discord.close()
    with pytest.raises(Throttled, match="cannot be reached"):
        await home.chat.post(a_step(), home.place)
    await home.discord.start()


async def test_a_reset_connection_is_not_used_again_for_a_post(home, monkeypatch):
    """The SDK would send again on macOS and Windows, by their numbers of the error."""
    import aiohttp

    await home.chat.post(a_step(), home.place)
    tries = []

    async def reset(*args, **kwargs):
        tries.append(1)
        raise ConnectionResetError(54, "Connection reset by peer")

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", reset)
    with pytest.raises(OutcomeUnknown):
        await home.chat.post(a_step("k:1"), home.place)
    assert len(tries) == 1


async def test_a_wrong_token_is_a_sentence(home):
    chat = DiscordChat("wrong")
    with pytest.raises(Forbidden, match="DISCORD_TOKEN"):
        await chat.post(a_step(), home.place)
    await chat.close()


async def test_a_token_that_is_revoked_later_is_a_sentence(home):
    await home.chat.post(a_step(), home.place)
    home.discord.token = "another"
    with pytest.raises(Forbidden, match="DISCORD_TOKEN"):
        await home.chat.post(a_step("k:1"), home.place)


@pytest.mark.parametrize(
    ("permission", "kind", "sentence"),
    [
        ("VIEW_CHANNEL", StepKind.POST, "View Channel"),
        ("SEND_MESSAGES", StepKind.POST, "Send Messages"),
        ("CREATE_PUBLIC_THREADS", StepKind.THREAD, "Create Public Threads"),
        ("SEND_MESSAGES_IN_THREADS", StepKind.REPLY, "Send Messages in Threads"),
    ],
)
async def test_a_missing_permission_is_named(home, permission, kind, sentence):
    parent = "" if kind is StepKind.POST else await home.chat.post(a_step(), home.place)
    opening = Step("k:t", StepKind.THREAD, {"name": "a thread", "auto_archive_duration": 10080})
    if kind is StepKind.REPLY:
        await home.chat.post(opening, home.place, parent)
    home.world.denied[home.channel["id"]].add(permission)
    message = {"message": keyed(messages(a_post("reply"))[0], "k:1")}
    step = {StepKind.POST: a_step(), StepKind.THREAD: opening, StepKind.REPLY: Step("k:1", StepKind.REPLY, message)}[
        kind
    ]
    with pytest.raises(Forbidden, match=sentence):
        await home.chat.post(step, home.place, parent)


async def test_without_the_history_an_empty_look_is_no_answer(home):
    """Discord gives an empty list instead of a refusal: taking it for “not there” would post twice."""
    await home.chat.post(a_step(), home.place)
    home.world.denied[home.channel["id"]].add("READ_MESSAGE_HISTORY")
    with pytest.raises(HistoryRefused, match="Read Message History"):
        await home.chat.find("k:0", StepKind.POST, home.place, datetime.now(UTC) - timedelta(minutes=5))


async def test_a_message_is_found_among_hundreds(home):
    since = datetime.now(UTC) - timedelta(minutes=5)
    ada = home.world.person("ada")
    for n in range(250):
        home.discord.say(ada, home.channel, f"chatter {n}")
        if n == 125:
            posted = await home.chat.post(a_step(), home.place)
    assert await home.chat.find("k:0", StepKind.POST, home.place, since) == posted
    assert await home.chat.find("k:9", StepKind.POST, home.place, since) is None


async def a_thread(home: Home) -> tuple[str, str]:
    """(thread, its first reply)"""
    parent = await home.chat.post(a_step(), home.place)
    opening = Step("k:t", StepKind.THREAD, {"name": "a thread", "auto_archive_duration": 10080})
    thread = await home.chat.post(opening, home.place, parent)
    message = {"message": keyed(messages(a_post("reply"))[0], "k:1")}
    return thread, await home.chat.post(Step("k:1", StepKind.REPLY, message), home.place, thread)


async def test_a_thread_opened_twice_is_one(home):
    thread, _ = await a_thread(home)
    opening = Step("k:t", StepKind.THREAD, {"name": "a thread", "auto_archive_duration": 10080})
    assert await home.chat.post(opening, home.place, thread) == thread


async def test_in_an_archived_thread_messages_are_edited_and_deleted_all_the_same(home):
    thread, reply = await a_thread(home)
    home.world.channels[thread]["thread_metadata"]["archived"] = True
    await home.chat.edit(home.place, reply, a_post("edited"))
    assert "edited" in texts(home.world.messages[thread][reply.partition("/")[2]])
    home.world.channels[thread]["thread_metadata"]["archived"] = True
    await home.chat.delete(home.place, reply)
    assert reply.partition("/")[2] not in home.world.messages[thread]


async def test_an_edited_answer_keeps_the_marker_it_is_found_by(home):
    thread, reply = await a_thread(home)
    await home.chat.edit(home.place, reply, a_post("edited"))
    since = datetime.now(UTC) - timedelta(minutes=5)
    assert await home.chat.find("k:1", StepKind.REPLY, home.place, since, thread) == reply


async def test_a_deleted_thread_is_gone(home):
    thread, _ = await a_thread(home)
    del home.world.channels[thread]
    message = {"message": keyed(messages(a_post("second"))[0], "k:2")}
    with pytest.raises(TargetMissing):
        await home.chat.post(Step("k:2", StepKind.REPLY, message), home.place, thread)


async def test_a_forum_gets_the_tags_it_has(home):
    forum = home.world.forum(home.guild, ("Digest", "cs.CV", "news"))
    steps = home.chat.plan(_thread_of("parent", "digest", "cs.CV", "cs.RO"), Place("discord", forum["id"]), "f")
    thread = await home.chat.post(steps[0], Place("discord", forum["id"]))
    names = {t["id"]: t["name"] for t in forum["available_tags"]}
    assert [names[t] for t in home.world.channels[thread]["applied_tags"]] == ["Digest", "cs.CV"]


async def test_a_forum_that_requires_a_tag_gets_one_that_everybody_may_use_else_there_is_a_sentence(home):
    forum = home.world.forum(home.guild, ("news", "free"), require_tag=True)
    forum["available_tags"][0]["moderated"] = True
    steps = home.chat.plan(_thread_of("parent", "digest"), Place("discord", forum["id"]), "f")
    post = await home.chat.post(steps[0], Place("discord", forum["id"]))
    assert home.world.channels[post]["applied_tags"] == [forum["available_tags"][1]["id"]]
    forum["available_tags"][1]["moderated"] = True
    with pytest.raises(Forbidden, match="digest"):
        await home.chat.post(steps[0], Place("discord", forum["id"]))


async def test_in_a_forum_s_post_the_forum_s_rights_count(home):
    """A forum needs no Create Public Threads, and Discord tells the rights in the post."""
    forum = home.world.forum(home.guild)
    home.world.denied[forum["id"]] = {"CREATE_PUBLIC_THREADS"}
    told = permissions.NEEDED & ~Permissions(create_public_threads=True)
    extra = {permissions.CHANNEL: "7", permissions.HELD: str(told.value)}
    found = await home.chat.grants(Place("discord", forum["id"], "7"), extra)
    assert [g.name for g in found if not g.held] == []


async def test_what_is_shared_into_a_forum_becomes_a_post_there(home):
    forum = home.world.forum(home.guild)
    message = await home.chat.send(Place("discord", forum["id"]), a_post("shared"), "share:1")
    assert home.world.channels[message]["name"] == "shared"
    assert "shared" in home.world.messages[message][message]["content"]


@pytest.mark.parametrize("wrong", ["", "upload", "picture"])
async def test_what_is_shared_into_a_forum_shows_its_figure_where_that_is_taken(home, wrong):
    forum = home.world.forum(home.guild)
    home.world.denied[forum["id"]] = {"ATTACH_FILES"} if wrong == "upload" else set()
    home.discord.refuse_files = int(wrong == "picture")

    async def stored(key):
        return STORED.get(key)

    card = pictured_thread().replies[0]
    sent = {await send_pictured(home.chat, Place("discord", forum["id"]), card, "share:1", stored) for _ in range(2)}
    ((post, messages),) = [(c, home.world.messages[c]) for c in sent]
    attached = [a["description"] for a in messages[post]["attachments"]]
    assert [("CC BY 4.0" in alt) for alt in attached] == ([] if wrong else [True])
    assert ("Figure 1 · A. Author" in messages[post]["content"]) == (not wrong)


def _thread_of(word: str, *tags: str):
    from bot.core.chat import Thread

    return Thread(a_post(word), (), None, word, tuple((tag,) for tag in tags))


async def test_the_first_words_come_at_once_and_later_ones_at_a_pace(home):
    home.chat._pace = 0.4
    ada = home.world.person("ada")
    asked = home.discord.say(ada, home.channel, "any code?")
    draft = await home.chat.draft(a_question(home.place, message=asked["id"]), "answer:1")
    await draft.status("Reading …")
    await until(lambda: home.discord.requests("POST", POST))
    began = time.monotonic()
    await draft.write("Yes")
    await until(lambda: home.discord.requests("PATCH", POST + r"/\d+"))
    assert time.monotonic() - began < 0.3
    for n in range(60):
        await draft.write("Yes" + " and" * n)
        await asyncio.sleep(0.02)
    edits = home.discord.requests("PATCH", POST + r"/\d+")
    assert 2 <= len(edits) <= 2 + (time.monotonic() - began) / 0.4
    assert min(b.at - a.at for a, b in itertools.pairwise(edits)) > 0.35
    await draft.finish(a_post("done"))
    answer = next(m for m in home.world.messages[home.channel["id"]].values() if m["author"] is home.world.bot)
    assert "done" in texts(answer)
    assert answer["message_reference"]["message_id"] == asked["id"]
    assert home.world.pings == []


@pytest.mark.parametrize(("status", "stored"), [(0, True), (502, True), (503, False), (429, False)])
async def test_an_answer_stands_once_whatever_its_requests_meet(home, status, stored):
    for method, path in (("POST", POST), ("PATCH", POST + r"/\d+")):
        home.discord.fail(method, path, status, stored=stored)
    draft = await home.chat.draft(a_question(home.place), "answer:1")
    await draft.write("It")
    await draft.write("It releases")
    await draft.finish(a_post("done"))
    (answer,) = home.world.messages[home.channel["id"]].values()
    assert "done" in texts(answer)


async def test_what_a_person_deleted_is_not_said_again(home):
    draft = await home.chat.draft(a_question(home.place), "answer:1")
    await draft.write("It")
    await until(lambda: home.world.messages[home.channel["id"]])
    (half,) = home.world.messages[home.channel["id"]]
    home.world.remove(home.channel["id"], half)
    assert await draft.finish(a_post("done")) == half
    assert home.world.messages[home.channel["id"]] == {}


async def test_a_half_written_answer_of_an_hour_ago_is_found_and_finished(home):
    asked = datetime.now(UTC) - timedelta(hours=1)
    await (await home.chat.draft(a_question(home.place, asked), "answer:1")).write("It rel")
    await until(lambda: home.world.messages[home.channel["id"]])
    home.world.nonces.clear()
    await (await home.chat.draft(a_question(home.place, asked), "answer:1")).finish(a_post("done"))
    (answer,) = home.world.messages[home.channel["id"]].values()
    assert "done" in texts(answer)


async def test_a_long_answer_goes_on_in_a_further_message(home):
    post = replace(a_post("done"), blocks=tuple(Text(f"part {n} " + "word " * 300) for n in range(5)))
    draft = await home.chat.draft(a_question(home.place), "answer:1")
    await draft.finish(post)
    sent = list(home.world.messages[home.channel["id"]].values())
    assert len(sent) > 1
    await draft.finish(post)
    assert len(home.world.messages[home.channel["id"]]) == len(sent)
    assert all(f"part {n}" in "\n".join(texts(m) for m in sent) for n in range(5))


async def test_what_is_asked_in_private_is_answered_to_the_asker_alone(home):
    ada = home.world.person("ada")
    interaction = home.discord.interact(ada, home.channel, 2, {"id": "1", "name": "x", "type": 1})
    extra = {"application": home.world.application, "token": interaction.token}
    await home.chat.rest.write(
        "POST", f"/interactions/{interaction.id}/{interaction.token}/callback", {"type": 5, "data": {"flags": 64}}
    )
    draft = await home.chat.draft(a_question(home.place, private=True, extra=extra), "answer:1")
    await draft.write("It")
    await draft.finish(a_post("done"))
    (answer,) = interaction.shown
    assert "done" in texts(answer)
    assert answer["flags"] & 64
    assert not home.world.messages[home.channel["id"]]


async def test_when_the_interaction_has_ended_a_private_answer_is_a_direct_message(home):
    ada = home.world.person("ada")
    home.world.direct(ada)
    extra = {"application": home.world.application, "token": "long-gone"}
    asked = a_question(home.place, datetime.now(UTC) - timedelta(minutes=20), private=True, extra=extra)
    await (await home.chat.draft(replace(asked, person=Person(ada["id"])), "answer:1")).finish(a_post("done"))
    (answer,) = home.world.messages[home.world.direct(ada)["id"]].values()
    assert "done" in texts(answer)


async def test_a_resumed_session_loses_nothing_and_tells_nothing_twice(home):
    handler, ada = RecordingHandler(), home.world.person("ada")
    me = f"<@{home.world.bot['id']}>"
    home.discord.gateway.url = "ws://127.0.0.1:9/"  # for a resume Discord names another host; a proxy stays
    async with listening(home, handler):
        home.discord.say(ada, home.channel, f"{me} one?")
        await until(lambda: len(handler.questions) == 1)
        await home.discord.gateway.reconnect()
        home.discord.say(ada, home.channel, f"{me} two?")
        await until(lambda: len(handler.questions) == 2)
        await home.discord.gateway.drop(1001)
        home.discord.say(ada, home.channel, f"{me} three?")
        await until(lambda: len(handler.questions) == 3)
    assert [q.text for q in handler.questions] == ["one?", "two?", "three?"]
    assert (home.discord.gateway.resumed, len(home.discord.gateway.identified)) == (2, 1)


async def test_after_a_session_that_was_not_resumed_it_reads_what_it_missed(home, monkeypatch):
    import discord

    async def at_once(*args, **kwargs):
        """The SDK waits five seconds before it identifies anew."""

    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)
    thread, _ = await a_thread(home)
    handler, ada = RecordingHandler(), home.world.person("ada")
    handler.threads.add(thread)
    async with listening(home, handler) as listener:
        await until(lambda: listener.ready)
        home.discord.say(ada, home.world.channels[thread], "one?")
        await until(lambda: len(handler.questions) == 1)
        await listener.client.watermark.save()
        home.world.emit = lambda name, data: None  # the gateway is deaf for a while
        home.discord.say(ada, home.world.channels[thread], "two?")
        home.world.emit = home.discord.gateway.emit
        await home.discord.gateway.invalidate(resumable=False)
        await until(lambda: any(q.text == "two?" for q in handler.questions), 15)
    assert len(home.discord.gateway.identified) == 2


async def test_after_a_restart_direct_messages_and_threads_are_read(home):
    thread, _ = await a_thread(home)
    handler, memory, ada = RecordingHandler(), MemoryCache(), home.world.person("ada")
    handler.threads.add(thread)
    letters = home.world.direct(ada)
    async with listening(home, handler, memory) as listener:
        await until(lambda: listener.ready)
        home.discord.say(ada, letters, "hello?")
        await until(lambda: len(handler.questions) == 1)
    home.discord.say(ada, letters, "are you there?")
    home.discord.say(ada, home.world.channels[thread], "any code?")
    home.discord.say(ada, home.channel, "not for the bot")
    async with listening(home, handler, memory):
        await until(lambda: {"are you there?", "any code?"} <= {q.text for q in handler.questions})
    assert "not for the bot" not in {q.text for q in handler.questions}


async def test_after_a_restart_what_was_asked_in_a_channel_with_a_digest_is_read(home):
    """Also in a post that somebody opened in a forum meanwhile."""
    handler, memory, ada = RecordingHandler(), MemoryCache(), home.world.person("ada")
    handler.threads.add("")  # the channels, not their threads
    forum = home.world.forum(home.guild)
    async with listening(home, handler, memory) as listener:
        await until(lambda: listener.ready)
        home.discord.say(ada, home.channel, f"<@{home.world.bot['id']}> one?")
        await until(lambda: len(handler.questions) == 1)
    home.discord.say(ada, home.channel, f"<@{home.world.bot['id']}> two?")
    home.discord.say(ada, home.channel, "not for the bot")
    post = home.world.thread(forum, home.world.snowflake(), "A question", ada["id"], 1440)
    asked = {"content": f"<@{home.world.bot['id']}> three?"}
    home.world.write(post, ada, asked, message_id=post["id"], member=home.discord.member(ada))
    async with listening(home, handler, memory):
        await until(lambda: {"two?", "three?"} <= {q.text for q in handler.questions})
    assert "not for the bot" not in {q.text for q in handler.questions}


async def test_after_a_restart_a_mention_where_the_bot_never_was_is_read_and_a_hidden_channel_is_not(
    home, monkeypatch, caplog
):
    caplog.set_level("INFO")
    monkeypatch.setattr(catchup, "MAX_OTHERS", 2)
    handler, memory, ada = RecordingHandler(), MemoryCache(), home.world.person("ada")
    me = f"<@{home.world.bot['id']}>"
    async with listening(home, handler, memory) as listener:
        await until(lambda: listener.ready)
    silent, busy, general, hidden = (
        home.world.channel(home.guild, name=name) for name in ("silent", "busy", "general", "hidden")
    )
    view, read = 1 << 10, 1 << 16
    hidden["permission_overwrites"] = [{"id": home.guild["id"], "type": 0, "allow": "0", "deny": str(view | read)}]
    home.discord.say(ada, busy, f"{me} the oldest of three?")
    home.discord.say(ada, general, f"{me} one?")
    home.discord.say(ada, general, "not for the bot")
    home.discord.say(ada, hidden, f"{me} unseen?")
    # A thread of other people, in a channel without a digest.
    thread = home.world.thread(general, home.world.snowflake(), "Lunch", ada["id"], 1440)
    home.discord.say(ada, thread, f"{me} two?")
    home.discord.journal.clear()
    async with listening(home, handler, memory):
        await until(lambda: "event=caught_up" in caplog.text)
    assert sorted(q.text for q in handler.questions) == ["one?", "two?"]
    read_of = {r.path.split("/")[2] for r in home.discord.requests("GET", "/channels/[0-9]+/messages")}
    assert read_of == {general["id"], thread["id"]}
    assert "event=not_caught_up" in caplog.text
    assert silent["last_message_id"] is None


def missed(home: Home, ada, channel, text: str, ago: timedelta) -> None:
    """A question that was asked so long ago, while the bot was down."""
    body = {"content": f"<@{home.world.bot['id']}> {text}"}
    at = snowflake((time.time() - ago.total_seconds()) * 1000)
    home.world.write(channel, ada, body, message_id=str(at), member=home.discord.member(ada))


async def memory_of_a_stop(ago: timedelta) -> MemoryCache:
    memory = MemoryCache()
    await memory.put(catchup.WATERMARK_KEY, str(snowflake((time.time() - ago.total_seconds()) * 1000)).encode(), DAY)
    return memory


async def test_what_is_said_before_the_session_is_ready_hides_nothing_that_was_missed(home, caplog):
    caplog.set_level("INFO")
    handler, ada, other = RecordingHandler(), home.world.person("ada"), home.world.guild("Other lab")
    general = home.world.channel(other, name="general")
    missed(home, ada, general, "missed?", timedelta(minutes=30))
    home.discord.gateway.meanwhile = lambda: home.discord.say(ada, home.channel, "not for the bot")
    memory = await memory_of_a_stop(timedelta(hours=1))
    async with listening(home, handler, memory):
        await until(lambda: "event=caught_up" in caplog.text)
    assert [q.text for q in handler.questions] == ["missed?"]
    assert int(await memory.get(catchup.WATERMARK_KEY)) == int(home.channel["last_message_id"])


async def test_a_channel_that_could_not_be_read_after_a_restart_is_read_after_the_next(home, caplog):
    caplog.set_level("INFO")
    handler, ada = RecordingHandler(), home.world.person("ada")
    general = home.world.channel(home.guild, name="general")
    missed(home, ada, home.channel, "the newer?", timedelta(minutes=10))
    missed(home, ada, general, "the older?", timedelta(minutes=30))
    memory = await memory_of_a_stop(timedelta(hours=1))
    home.discord.fail("GET", f"/channels/{general['id']}/messages", 400)
    for times in (1, 2):
        async with listening(home, handler, memory):
            await until(lambda times=times: caplog.text.count("event=caught_up") == times)
    assert {q.text for q in handler.questions} == {"the newer?", "the older?"}


async def test_without_the_message_content_intent_it_goes_on_and_knows(home):
    home.discord.gateway.content = False
    thread, reply = await a_thread(home)
    handler, ada = RecordingHandler(), home.world.person("ada")
    handler.threads.add(thread)
    async with listening(home, handler) as listener:
        await until(lambda: not listener.content and listener.client.guilds)
        home.discord.say(ada, home.world.channels[thread], "plain words")
        home.discord.say(ada, home.world.channels[thread], "a reply", reply_to=reply.partition("/")[2])
        home.discord.say(ada, home.channel, f"<@{home.world.bot['id']}> a mention")
        await until(lambda: len(handler.questions) == 2)
    assert [q.text for q in handler.questions] == ["a reply", "a mention"]
    with_content, without = home.discord.gateway.identified
    assert with_content & 1 << 15
    assert not without & 1 << 15


async def test_a_token_refused_at_the_start_ends_with_a_sentence(home):
    listener = DiscordListener("wrong", RecordingHandler(), home.chat, MemoryCache())
    with pytest.raises(Misconfigured, match="DISCORD_TOKEN"):
        await listener.run()


async def test_an_event_after_the_end_starts_nothing(home):
    async with listening(home, RecordingHandler()) as listener:
        await until(lambda: listener.ready)
    running = asyncio.all_tasks()
    listener.client.dispatch("ready")
    assert asyncio.all_tasks() == running


async def test_invited_to_a_server_it_is_told_where_to_speak_and_removed_it_leaves_every_channel(home):
    handler = RecordingHandler()
    async with listening(home, handler) as listener:
        await until(lambda: listener.ready)
        other = home.world.guild("Other lab")
        hidden, general = home.world.channel(other, name="secret"), home.world.channel(other, name="general")
        hidden["permission_overwrites"] = [{"id": other["id"], "type": 0, "allow": "0", "deny": str(1 << 11)}]
        joined = home.world.guild_create(other)
        del joined["unavailable"]  # Discord says it only of servers that were there before
        home.world.emit("GUILD_CREATE", joined)
        await until(lambda: len(handler.all("membership")) == 2)
        home.world.emit("GUILD_DELETE", {"id": other["id"]})
        await until(lambda: len(handler.all("membership")) == 4)
    invited = {place.channel: greet for place, joined, _, greet in handler.all("membership")[:2] if joined}
    assert invited == {hidden["id"]: False, general["id"]: True}
    left = {place.channel for place, joined, *_ in handler.all("membership")[2:] if not joined}
    assert left == {hidden["id"], general["id"]}


async def test_the_role_discord_made_for_the_bot_addresses_it_too(home):
    """People pick it from the list of suggestions by mistake; it has the bot's name."""
    handler, ada = RecordingHandler(), home.world.person("ada")
    async with listening(home, handler):
        home.discord.say(ada, home.channel, f"<@&{home.guild['roles'][1]['id']}> any code?")
        await until(lambda: handler.questions)
    (question,) = handler.questions
    assert (question.text, question.addressed, question.mentions_others) == ("any code?", True, False)


def command(home: Home, ada, verb: str = "today"):
    found = next(c for c in home.world.commands if c["name"] == "paper")
    data = {"id": found["id"], "name": "paper", "type": 1, "options": [{"type": 1, "name": verb, "options": []}]}
    return home.discord.interact(ada, home.channel, 2, data)


async def test_a_slow_command_is_acknowledged_in_time_and_answered_later(home):
    handler, ada = RecordingHandler(), home.world.person("ada")

    async def slow(event, respond):
        await asyncio.sleep(3.4)
        await respond.show(said("at last"))

    handler.on["today"] = slow
    async with listening(home, handler):
        interaction = command(home, ada)
        await until(lambda: interaction.shown, 10)
    assert (interaction.kind, interaction.acked_after < 3.0) == (5, True)
    (answer,) = interaction.shown
    assert "at last" in texts(answer)
    assert answer["flags"] & 64


async def test_a_panel_that_comes_late_stands_beside_the_message_of_its_button(home, monkeypatch):
    """After a deferred update, the interaction's original is the message that all see."""
    monkeypatch.setattr("bot.discord.listeners.interactions.ACKNOWLEDGE_AFTER", 0.05)
    handler, ada = RecordingHandler(), home.world.person("ada")
    public = home.discord.say(home.world.bot, home.channel, "the digest")

    async def slow(event, respond):
        await asyncio.sleep(0.3)
        for title in ("Looking", "Found"):
            await respond.panel(Panel(Form("setup", "c", title, "Save", (Field("papers", title),))))

    handler.on["settings"] = slow
    async with listening(home, handler):
        pressed = home.discord.interact(ada, home.channel, 3, PRESSED | {"custom_id": "pb:settings:k"}, message=public)
        await until(lambda: pressed.shown and "Found" in texts(pressed.shown[-1]))
    (panel,) = [m for m in pressed.shown if m["id"] != public["id"]]
    assert panel["flags"] & 64
    assert home.world.messages[home.channel["id"]][public["id"]]["content"] == "the digest"


async def test_a_bug_is_logged_also_when_the_interaction_could_not_be_acknowledged(home, monkeypatch, caplog):
    monkeypatch.setattr("bot.discord.listeners.interactions.ACKNOWLEDGE_AFTER", 0.05)
    handler, ada = RecordingHandler(), home.world.person("ada")
    message = home.discord.say(home.world.bot, home.channel, "the digest")
    home.discord.fail("POST", r"/interactions/.*", 404, code=10062)

    async def buggy(event, respond):
        await until(lambda: "event=interaction_unanswered" in caplog.text)
        raise LookupError

    handler.on["settings"] = buggy
    async with listening(home, handler):
        home.discord.interact(ada, home.channel, 3, PRESSED | {"custom_id": "pb:settings:k"}, message=message)
        await until(lambda: handler.clicks)
    assert "event=bug in=on_interaction" in caplog.text
    assert "LookupError" in caplog.text


async def test_a_command_answered_with_nothing_is_told_that_it_was_taken(home):
    handler, ada = RecordingHandler(), home.world.person("ada")
    async with listening(home, handler):
        interaction = command(home, ada)
        await until(lambda: interaction.shown)
    assert "Taken" in texts(interaction.shown[0])


async def test_suggestions_go_over_the_wire(home):
    handler, ada = RecordingHandler(), home.world.person("ada")
    handler.suggestions = (("1 · A paper", "2601.22153v1"),)
    async with listening(home, handler):
        found = next(c for c in home.world.commands if c["name"] == "paper")
        typed = [{"type": 3, "name": "paper", "value": "a", "focused": True}]
        data = {
            "id": found["id"],
            "name": "paper",
            "type": 1,
            "options": [{"type": 1, "name": "lookup", "options": typed}],
        }
        interaction = home.discord.interact(ada, home.channel, 4, data)
        await until(lambda: interaction.choices is not None)
    assert interaction.choices == [{"name": "1 · A paper", "value": "2601.22153v1"}]


async def test_a_store_that_is_away_for_a_moment_loses_no_question(home):
    handler, ada = RecordingHandler(), home.world.person("ada")
    keep, tries = handler.on_question, []

    async def asked(question):
        tries.append(1)
        if len(tries) < 3:
            raise Unavailable("The store is away.")
        await keep(question)

    handler.on_question = asked
    async with listening(home, handler):
        home.discord.say(ada, home.channel, f"<@{home.world.bot['id']}> one?")
        await until(lambda: handler.questions)
    assert len(tries) == 3


async def test_two_processes_with_one_token_answer_an_interaction_once(home):
    handler, memory, ada = RecordingHandler(), MemoryCache(), home.world.person("ada")

    async def answer(event, respond):
        await respond.show(said("once"))

    handler.on["today"] = answer
    async with listening(home, handler, memory), listening(home, handler, memory):
        interaction = command(home, ada)
        await until(lambda: interaction.shown)
        marker = command(home, ada)
        await until(lambda: marker.shown)
    assert len(handler.commands) == 2
    assert len(interaction.shown) == 1
    assert [r.status for r in home.discord.requests("POST", r"/interactions/.*")].count(400) == 0


async def test_when_the_interaction_has_ended_the_answer_is_a_direct_message(home):
    handler, ada = RecordingHandler(), home.world.person("ada")
    home.world.direct(ada)

    async def answer(event, respond):
        await respond.progress("Working …")
        home.discord.fail("PATCH", r"/webhooks/.*", 401, code=50027)
        await respond.show(said("after all"))

    handler.on["today"] = answer
    async with listening(home, handler):
        command(home, ada)
        await until(lambda: home.world.messages[home.world.direct(ada)["id"]])
    (letter,) = home.world.messages[home.world.direct(ada)["id"]].values()
    assert "after all" in texts(letter)


async def test_a_file_is_handed_to_its_asker_alone(home):
    handler, ada = RecordingHandler(), home.world.person("ada")

    async def answer(event, respond):
        await respond.file("paperboy.md", "# A digest")

    handler.on["today"] = answer
    async with listening(home, handler):
        interaction = command(home, ada)
        await until(lambda: interaction.shown)
    (message,) = interaction.shown
    assert message["attachments"][0]["filename"] == "paperboy.md"
    assert message["flags"] & 64


async def test_after_a_file_was_refused_as_too_soon_none_is_sent_until_the_pause_is_over(home):
    handler, ada, ends = RecordingHandler(), home.world.person("ada"), []

    async def answer(event, respond):
        for _ in range(2):
            try:
                await respond.file("paperboy.md", "# A digest")
            except Throttled as throttled:
                ends.append(throttled.wait)

    handler.on["today"] = answer
    home.discord.fail("POST", r"/webhooks/.*", 429, retry_after=40)
    async with listening(home, handler):
        command(home, ada)
        await until(lambda: len(ends) == 2)
    assert all(39 < wait < 50 for wait in ends)
    assert len(home.discord.requests("POST", r"/webhooks/.*")) == 1


async def test_in_a_direct_message_the_roles_that_may_ask_hold_too_and_a_refusal_is_said_once(home):
    handler, ada, bob = RecordingHandler(), home.world.person("ada"), home.world.person("bob")
    home.world.members[ada["id"]] = {"55"}
    home.world.members[bob["id"]] = {"56"}
    to_ada, to_bob = home.world.direct(ada), home.world.direct(bob)
    async with listening(home, handler, roles=frozenset({"55"})):
        for _ in range(3):
            home.discord.say(bob, to_bob, "does 2601.22153 release code?")
        home.discord.say(ada, to_ada, "does 2601.22153 release code?")
        await until(lambda: handler.questions)
        interaction = home.discord.interact(
            bob, to_bob, 3, PRESSED, message=home.discord.say(home.world.bot, to_bob, "")
        )
        await until(lambda: handler.clicks)
    assert [q.person.id for q in handler.questions] == [ada["id"]]
    assert not handler.clicks[0].person.asks
    assert interaction.payload
    told = [m for m in home.world.messages[to_bob["id"]].values() if "certain roles" in texts(m)]
    assert len(told) == 1
