"""A day on a server: the real Dispatcher, store, delivery and stand-in Analyst over HTTP and WebSocket to the strict local Discord."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from bot.changes import news
from bot.changes.lookup import look_up
from bot.commands.feedback import record_vote
from bot.console.queue import InlineQueue
from bot.context import Context
from bot.core.chat import Person, Question, Vote, VoteKind
from bot.core.settings.settings import Settings
from bot.discord.listeners.gateway import DiscordListener
from bot.questions.conversation import Conversation
from bot.server.wiring import open_app, subscription_from_settings
from bot.store import TaskDeaths
from bot.store.cache import RedisCache
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from digest.model import Digest
from tests.bot.changes.test_changes import Changing
from tests.bot.days import behind, leave_out, make_and_post, work
from tests.bot.discord.conftest import Home
from tests.bot.figures import Figured
from tests.bot.people import Queue
from tests.deadline import until
from tests.sample_day import SampleDay
from tests.servers.discord import Fault
from tests.servers.discord_rules import texts, walk
from tests.servers.discord_world import PUBLIC_THREAD, Interaction

Json = dict[str, Any]


@dataclass
class Day:
    home: Home
    context: Context
    digest: Digest
    ada: Json
    thread_id: str

    @property
    def thread(self) -> Json:
        return self.home.world.channels[self.thread_id]

    @property
    def said(self) -> list[Json]:
        """In the thread, in order."""
        return list(self.home.world.messages[self.thread_id].values())

    @property
    def answers(self) -> list[Json]:
        """What the bot wrote in the thread beyond the digest."""
        return [m for m in self.said if m["author"] is self.home.world.bot][len(self.digest.entries) :]

    def press(self, message: Json, start: str, *, by: Json | None = None, admin: bool = False) -> Interaction:
        """A button, or an option of the message's menu."""
        for c in walk(message["components"]):
            options = [o["value"] for o in c.get("options", ()) if o["value"].startswith(start)]
            if options or c.get("custom_id", "").startswith(start):
                data = {"custom_id": c["custom_id"], "component_type": c["type"], "id": c["id"]}
                data |= {"values": options} if options else {}
                channel = self.home.world.channels[message["channel_id"]]
                return self.home.discord.interact(by or self.ada, channel, 3, data, message=message, admin=admin)
        raise AssertionError(f"no {start} in {message['components']}")

    def choose(self, message: Json, field: str, *values: str, kind: str = "set") -> Interaction:
        """Chooses these entries in a panel's menu."""
        for c in walk(message["components"]):
            if c["type"] == 3 and c["custom_id"].startswith(f"pb:{kind}:") and c["custom_id"].endswith(f":{field}"):
                assert set(values) <= {o["value"] for o in c["options"]}
                data = {"custom_id": c["custom_id"], "component_type": 3, "id": c["id"], "values": list(values)}
                channel = self.home.world.channels[message["channel_id"]]
                return self.home.discord.interact(self.ada, channel, 3, data, message=message, admin=True)
        raise AssertionError(f"no menu {field} in {message['components']}")

    def submit(self, shown: Interaction, *, member: bool = True, **values: Any) -> Interaction:
        assert shown.modal is not None
        made = []
        for label in shown.modal["components"]:
            field = label["component"]
            value = values.get(field["custom_id"], field.get("value", ""))
            key = "values" if field["type"] == 3 else "value"
            if field["type"] == 3 and field["custom_id"] not in values:
                value = [o["value"] for o in field["options"] if o.get("default")]
            made.append(
                {
                    "type": 18,
                    "id": 1,
                    "component": {"type": field["type"], "id": 2, "custom_id": field["custom_id"], key: value},
                }
            )
        data = {"custom_id": shown.modal["custom_id"], "components": made}
        channel = self.home.world.channels[shown.payload["channel_id"]]
        message = shown.payload.get("message")
        return self.home.discord.interact(self.ada, channel, 5, data, message=message, admin=True, member=member)

    def command(self, name: str, verb: str, *, admin: bool = False, **options: str) -> Interaction:
        found = next(c for c in self.home.world.commands if c["name"] == name)
        given = [{"type": 3, "name": k, "value": v} for k, v in options.items()]
        data = {"id": found["id"], "name": name, "type": 1, "options": [{"type": 1, "name": verb, "options": given}]}
        return self.home.discord.interact(self.ada, self.home.channel, 2, data, admin=admin)


async def told(interaction: Interaction, word: str) -> Json:
    """The message an interaction was answered with that has this word in it."""

    def found() -> Json | None:
        return next((m for m in interaction.shown if word in texts(m)), None)

    await until(found)
    message = found()
    assert message is not None
    return message


@pytest.mark.parametrize("status", [401, 404])
async def test_an_answer_refused_with_401_or_404_waits_and_after_a_day_its_asker_is_told(refusable, status):
    day = refusable
    later = day.context.now() + timedelta(hours=25)
    for now, text in ((day.context.now, "How is the data collected?"), (lambda: later, "What is the method?")):
        context = replace(day.context, now=now, queue=Queue())
        conversation = Conversation(context)
        jobs = Jobs(context, conversation, Queue())
        asker = day.ada | {"bot": True}  # its message is not heard by the listener, which would answer it, too
        place, asked = replace(day.home.place, thread=day.thread_id), day.home.discord.say(asker, day.thread, text)
        paper = day.digest.entries[3].paper.id
        question = Question(
            asked["id"],
            place,
            Person(day.ada["id"]),
            text,
            day.context.now(),
            f"{day.thread_id}/{asked['id']}",
            subject=paper,
        )
        await conversation.receive(question)
        task = Task(f"answer:{question.id}", TaskDeaths(0), context.store)
        before = len(day.answers)
        fault = Fault("POST", re.compile(rf"/channels/{day.thread_id}/messages"), status, False, 99, 0.0, 0)
        day.home.discord.faults.append(fault)
        if now is day.context.now:
            with pytest.raises(RetryLater):
                await jobs.answer(task, question.id)
            day.home.discord.faults.remove(fault)
            await jobs.answer(task, question.id)
            assert texts(day.answers[-1]).strip().startswith("**4 · ")
        else:
            await jobs.answer(task, question.id)
            direct = day.home.world.messages[day.home.world.direct(day.ada)["id"]].values()
            assert any("What is the method?" in texts(m) for m in direct)
            assert len(day.answers) == before


@pytest.fixture
async def refusable(day):
    """Requests are refused on purpose."""
    yield day
    day.home.discord.journal[:] = [r for r in day.home.discord.journal if r.status not in (401, 404)]


@pytest.fixture
async def day(tmp_path, redis_url, home):
    async with a_day(tmp_path, redis_url, home) as made:
        yield made


@contextlib.asynccontextmanager
async def a_day(tmp_path, redis_url, home, *, figured=False, **settings):
    """A digest of ten papers stands in the channel. `figured`: papers read from now on have a figure."""
    given = {"redis_url": redis_url, "paperboy_home": tmp_path, "digest_categories": ["cs.CV"]} | settings
    settings = Settings(_env_file=None, **given)
    sample, queue = SampleDay(), InlineQueue()
    async with open_app(settings, papers=sample, texts=sample) as app:
        texts_ = Figured(app.services.cache)
        services = replace(app.services, texts=texts_, pictures=texts_) if figured else app.services
        context, handler = behind(app, home.chat, queue, services=services)
        listener = DiscordListener(home.discord.token, handler, home.chat, RedisCache(app.store))
        running = asyncio.create_task(listener.run())
        await until(lambda: listener.client and listener.client.guilds and listener.client.guilds[0].channels)
        wanted = subscription_from_settings(settings, home.place, app.now())
        await app.store.save_subscription(wanted)
        digest, delivered = await make_and_post(context, wanted)
        yield Day(home, context, digest, home.world.person("ada"), delivered.parent)
        await handler.drain()
        await listener.close()
        await running
    assert home.world.pings == []
    assert [(r.method, r.path, r.status) for r in home.discord.journal if r.status >= 400] == []


async def test_the_digest_stands_in_its_thread_with_links_to_its_replies(day):
    (parent,) = day.home.world.messages[day.home.channel["id"]].values()
    assert len(day.said) == len(day.digest.entries) == 10
    for entry, reply in zip(day.digest.entries, day.said, strict=True):
        assert texts(reply).strip().startswith(f"### {entry.number} · ")
        assert f"/{day.thread_id}/{reply['id']}" in texts(parent)


async def test_a_plain_question_in_the_thread_is_answered_as_a_reply_with_quotations(day):
    asked = day.home.discord.say(day.ada, day.thread, "4: how is the data collected?")
    await until(lambda: day.answers and "helpful" in str(day.answers[-1]["components"]))
    (answer,) = day.answers
    name = day.digest.entries[3].paper.title.split(":")[0]
    assert texts(answer).strip().startswith(f"**4 · {name}")
    assert answer["message_reference"]["message_id"] == asked["id"]
    assert "> [1] “" in texts(answer)


async def test_a_reply_to_a_paper_is_about_that_paper(day):
    day.home.discord.say(day.ada, day.thread, "how is the data collected?", reply_to=day.said[1]["id"])
    await until(lambda: day.answers and "helpful" in str(day.answers[-1]["components"]))
    assert texts(day.answers[0]).strip().startswith("**2 · ")


async def test_people_who_talk_to_each_other_are_left_alone(day):
    bob = day.home.world.person("bob")
    first = day.home.discord.say(day.ada, day.thread, "nice list today")
    day.home.discord.say(bob, day.thread, "which one did you like?", reply_to=first["id"])
    day.home.discord.say(day.ada, day.thread, f"<@{bob['id']}> is number 4 any good?")
    day.home.discord.say(day.ada, day.thread, f"<@{day.home.world.bot['id']}> 4: how is the data collected?")
    await until(lambda: day.answers and "helpful" in str(day.answers[-1]["components"]))
    assert len(day.answers) == 1


async def test_a_direct_message_with_an_id_is_answered(day):
    letters = day.home.world.direct(day.ada)
    day.home.discord.say(day.ada, letters, "2601.22153 how is the data collected?")
    messages = day.home.world.messages[letters["id"]]
    await until(lambda: len(messages) == 2 and "helpful" in str(list(messages.values())[1]["components"]))


async def test_the_full_analysis_is_for_its_presser_alone(day):
    shown = await told(day.press(day.said[3], "pb:full:"), day.digest.entries[3].paper.title.split(":")[0])
    assert shown["flags"] & 64


async def test_the_ask_form_answers_in_the_thread_or_to_its_asker_alone(day):
    form = day.press(day.said[3], "pb:ask:")
    await until(lambda: form.modal)
    await told(day.submit(form, question="How is the data collected?", where=["me"]), "4 · ")
    assert day.answers == []
    again = day.press(day.said[1], "pb:ask:")
    await until(lambda: again.modal)
    day.submit(again, question="What is the training data?", where=["thread"])
    await until(lambda: day.answers and texts(day.answers[-1]).strip().startswith("**2 · "))


async def test_thumbs_count_as_buttons_and_as_reactions(day):
    pressed = day.press(day.said[0], "pb:more:")
    await until(lambda: pressed.kind)
    bob = day.home.world.person("bob")
    day.home.discord.react(bob, day.said[2], "👎🏿")  # in any skin tone

    async def votes() -> set[Any]:
        return {(v.kind, v.subject) for v in await day.context.store.votes(day.home.place.key)}

    wanted = {(VoteKind.MORE, day.digest.entries[0].paper.id), (VoteKind.FEWER, day.digest.entries[2].paper.id)}
    for _ in range(200):
        if await votes() == wanted:
            break
        await asyncio.sleep(0.02)
    assert await votes() == wanted


async def test_a_vote_taken_back_is_undone_and_the_reply_shows_how_many_there_are(day):
    bob, reply = day.home.world.person("bob"), day.said[0]

    def counts() -> dict[str, str]:
        buttons = [c for c in walk(reply["components"]) if c.get("emoji")]
        return {b["emoji"]["name"]: b.get("label", "") for b in buttons}

    async def shows(more: str, fewer: str) -> None:
        await until(lambda: counts() == {"👍": more, "👎": fewer})

    pressed = await told(day.press(reply, "pb:more:"), "Noted")
    await shows("1", "")
    day.home.discord.react(bob, reply, "👍")
    await shows("2", "")
    day.home.discord.react(bob, reply, "👎")
    await shows("1", "1")
    day.home.discord.react(bob, reply, "👎", undo=True)
    await shows("2", "")
    await told(day.press(pressed, "pb:more_undo:"), "Taken back")
    await shows("1", "")
    assert all(m["edited_timestamp"] is None for m in day.said[1:])


async def test_reactions_that_a_moderator_takes_off_are_votes_taken_back_and_what_was_pressed_stays(day):
    bob, eve, reply, other = day.home.world.person("bob"), day.home.world.person("eve"), day.said[0], day.said[1]

    async def shows(message: Json, more: str, fewer: str) -> None:
        def counts() -> dict[str, str]:
            return {b["emoji"]["name"]: b.get("label", "") for b in walk(message["components"]) if b.get("emoji")}

        await until(lambda: counts() == {"👍": more, "👎": fewer})

    await told(day.press(reply, "pb:more:"), "Noted")
    day.home.discord.react(day.ada, reply, "👍")  # pressed before: one vote, and it stays a pressed one
    for who, emoji in ((bob, "👍"), (bob, "👎"), (bob, "🔖"), (eve, "👍🏽")):
        day.home.discord.react(who, reply, emoji)
    day.home.discord.react(bob, other, "👍")
    await shows(reply, "2", "1")
    await shows(other, "1", "")
    day.home.discord.clear_reactions(reply, "👎")
    await shows(reply, "3", "")
    day.home.discord.clear_reactions(reply, "🎉")
    day.home.discord.clear_reactions(reply, "👍🏽")
    await shows(reply, "2", "")
    day.home.discord.clear_reactions(reply)
    await shows(reply, "1", "")
    await shows(other, "1", "")
    first, second = (entry.paper.id for entry in day.digest.entries[:2])
    left = {(day.ada["id"], VoteKind.MORE, first), (bob["id"], VoteKind.MORE, second)}
    async with asyncio.timeout(10):  # the votes are taken back one by one, a save has no number on a button
        while {(v.person.id, v.kind, v.subject) for v in await day.context.store.votes(day.home.place.key)} != left:
            await asyncio.sleep(0.02)


async def test_two_people_who_save_and_vote_at_once_are_both_counted(day):
    bob, reply, subject = day.home.world.person("bob"), day.said[0], day.digest.entries[0].paper.id

    def counts() -> dict[str, str]:
        return {b["emoji"]["name"]: b.get("label", "") for b in walk(reply["components"]) if b.get("emoji")}

    async def votes() -> set[Any]:
        kept = await day.context.store.votes(day.home.place.key)
        return {(v.person.id, v.kind) for v in kept if v.subject == subject}

    async def until_votes(*wanted: Any) -> None:
        async with asyncio.timeout(10):
            while await votes() != {*wanted}:
                await asyncio.sleep(0.02)

    menu = await told(day.press(reply, "pb:menu:"), "")
    ada_s, bob_s = day.ada["id"], bob["id"]
    pressed = [day.press(reply, "pb:more:"), day.press(menu, "pb:save:")]
    for emoji in ("👍", "🔖"):
        day.home.discord.react(bob, reply, emoji)
    await until(lambda: counts() == {"👍": "2", "👎": ""})
    both = (VoteKind.MORE, VoteKind.SAVED)
    await until_votes(*((who, kind) for who in (ada_s, bob_s) for kind in both))
    # One takes both back while the other changes the vote and takes the paper off.
    for interaction, name in zip(pressed, ("more", "save"), strict=True):
        day.press(await told(interaction, ""), f"pb:{name}_undo:")
    day.home.discord.react(bob, reply, "👎")
    day.home.discord.react(bob, reply, "🔖", undo=True)
    await until(lambda: counts() == {"👍": "", "👎": "1"})
    day.home.discord.react(bob, reply, "👎", undo=True)
    await until(lambda: counts() == {"👍": "1", "👎": ""})
    await until_votes((bob_s, VoteKind.MORE))


async def test_a_paper_by_command_is_a_card_that_can_be_shared(day):
    shown = await told(day.command("paper", "lookup", paper="2601.22153"), "DynamicVLA")
    assert shown["flags"] & 64
    await told(day.press(shown, "pb:share:"), "")
    await until(lambda: len(day.home.world.messages[day.home.channel["id"]]) == 2)


async def test_news_of_a_paper_asked_about_outside_a_thread_opens_one_on_the_question(day):
    """And only once, however much there is to tell."""
    channel, paper, store = day.home.channel, day.digest.entries[0].paper.id, day.context.store
    await store.save_subscription(replace(await store.subscription(day.home.place.key), time="00:00"))
    asked = day.home.discord.say(day.ada, channel, f"<@{day.home.chat.rest.me}> {paper} how is the data collected?")
    messages = day.home.world.messages
    await until(lambda: "helpful" in str(list(messages[channel["id"]].values())[-1]["components"]))
    while not await store.watched(day.home.place.key):
        await asyncio.sleep(0)
    arxiv, today = Changing(), day.context.now().date()
    context = replace(day.context, services=replace(day.context.services, papers=arxiv))
    withdrawn = {"version": 2, "comment": "Withdrawn by the authors", "withdrawn": True}
    for n, change in enumerate(({}, {"comment": "Accepted at CVPR 2026"}, withdrawn)):
        arxiv.change(paper, **change)
        await look_up(context, today + timedelta(days=n))
        assert await news.tell(context, day.home.place.key, today + timedelta(days=n)) is None
    said = [texts(m) for m in messages[asked["id"]].values()]
    assert [("CVPR 2026" in text, "withdrawn" in text) for text in said] == [(True, False), (False, True)]
    assert day.home.world.channels[asked["id"]]["type"] == PUBLIC_THREAD
    day.home.discord.journal[:] = [
        r for r in day.home.discord.journal if not r.path.endswith(f"/{asked['id']}/threads")
    ]


def pictures(message: Json) -> list[str]:
    """The files that the message shows, all of them attached to it."""
    shown = [i["media"]["url"] for c in walk(message["components"]) if c["type"] == 12 for i in c["items"]]
    assert shown == [f"attachment://{a['filename']}" for a in message["attachments"]]
    return shown


@pytest.mark.parametrize("refused", [False, True])
async def test_a_card_for_one_person_and_one_asked_for_by_id_show_the_figure_where_it_is_taken(
    tmp_path, redis_url, home, refused
):
    async with a_day(tmp_path, redis_url, home, figured=True) as day:
        expected = [] if refused else ["attachment://figure.png"]
        home.discord.refuse_files = int(refused)
        shown = await told(day.command("paper", "lookup", paper="2601.22153"), "DynamicVLA")
        assert pictures(shown) == expected
        home.discord.refuse_files = int(refused)
        day.home.discord.say(day.ada, day.thread, "2601.22155")
        await until(lambda: day.answers and "pb:ask:" in str(day.answers[-1]["components"]))
        assert pictures(day.answers[-1]) == expected
        home.discord.journal[:] = [r for r in home.discord.journal if r.status != 413]


async def test_setup_takes_three_presses_to_a_posted_digest(day):
    """The words' button, the modal's submit, and one button: one message edits itself."""
    work(day.context)
    other = day.home.world.channel(day.home.guild, name="robots")
    found = next(c for c in day.home.world.commands if c["name"] == "digest")
    data = {"id": found["id"], "name": "digest", "type": 1, "options": [{"type": 1, "name": "setup", "options": []}]}
    opened = day.home.discord.interact(day.ada, other, 2, data, admin=True, locale="ja")
    await until(lambda: opened.shown)
    (panel,) = opened.shown
    assert panel["flags"] & 64
    form = day.press(panel, "pb:open:", admin=True)
    await until(lambda: form.modal)
    typed = day.submit(form, interests="visual illusions")
    await until(lambda: texts(panel).count("arxiv.org/abs") == 10)
    assert "Asia/Tokyo" in str(panel["components"])
    assert texts(panel).count("✓") == 4
    named = re.findall(r"https://arxiv\.org/abs/[\d.v]+", texts(panel))
    day.press(panel, "pb:press:" + opened.id + ":post", admin=True)
    await until(lambda: len(day.home.world.messages[other["id"]]) == 1)
    await until(lambda: not any(c["type"] == 3 for c in walk(panel["components"])))
    assert (typed.shown, opened.shown) == ([], [panel])
    saved = await day.context.store.subscription(f"discord:{other['id']}")
    assert (saved.timezone, saved.profile.language, saved.profile.interests) == ("Asia/Tokyo", "ja", "visual illusions")
    made = await day.context.store.latest_digest(saved.key)
    assert [e.paper.abs_url for e in made.entries] == named


async def test_settings_open_filled_in_and_say_what_is_wrong_at_the_field(day):
    opened = day.command("digest", "setup", admin=True)
    await until(lambda: opened.shown and "arxiv.org/abs" in texts(opened.shown[0]))
    (panel,) = opened.shown
    form = day.press(panel, "pb:open:", admin=True)
    await until(lambda: form.modal)
    day.submit(form, interests="robots", time="noon")
    await until(lambda: "is not a time of day" in texts(panel))
    day.press(panel, f"pb:press:{opened.id}:save", admin=True)
    again = day.press(panel, "pb:open:", admin=True)
    await until(lambda: again.modal)
    fields = {c["component"]["custom_id"]: c["component"].get("value") for c in again.modal["components"]}
    assert fields == {"interests": "robots", "time": "noon"}
    day.submit(again, time="13:30")
    await until(lambda: "noon" not in texts(panel) and "arxiv.org/abs" in texts(panel))
    day.choose(panel, "papers", "5")
    await until(lambda: texts(panel).count("arxiv.org/abs") == 5)
    day.press(panel, f"pb:press:{opened.id}:save", admin=True)
    await until(lambda: "Saved." in texts(panel))
    kept = await day.context.store.subscription(day.home.place.key)
    assert (kept.profile.interests, kept.papers, kept.time) == ("robots", 5, "13:30")
    day.press(panel, "pb:post_now:", admin=True)


def chosen_values(panel: dict) -> set[str]:
    return {o["value"] for c in walk(panel["components"]) for o in c.get("options", ()) if o.get("default")}


async def test_every_list_is_chosen_from_group_by_group(day):
    opened = day.command("digest", "setup", admin=True)
    await until(lambda: opened.shown and "arxiv.org/abs" in texts(opened.shown[0]))
    (panel,) = opened.shown
    grouped = day.choose(panel, "categories", "Astrophysics (astro-ph)", kind="group")
    await until(lambda: grouped.kind == 7)
    day.choose(panel, "categories", "astro-ph.GA", "cs.CV")
    await until(lambda: "astro-ph.GA" in chosen_values(panel))  # it stands among the options before
    turned = day.press(panel, f"pb:press:{opened.id}:more", admin=True)
    await until(
        lambda: turned.kind and any(c.get("custom_id", "").endswith(":detail") for c in walk(panel["components"]))
    )
    grouped = day.choose(panel, "timezone", "Pacific", kind="group")
    await until(lambda: grouped.kind == 7)
    chosen = day.choose(panel, "timezone", "Pacific/Auckland")
    await until(lambda: chosen.kind)
    day.press(panel, f"pb:press:{opened.id}:save", admin=True)
    await until(lambda: "Saved." in texts(panel))
    kept = await day.context.store.subscription(day.home.place.key)
    assert (set(kept.profile.categories), kept.timezone) == ({"astro-ph.GA", "cs.CV"}, "Pacific/Auckland")


async def test_setup_says_which_right_is_missing_by_comparing(day):
    day.home.world.denied[day.home.channel["id"]] = {"CREATE_PUBLIC_THREADS"}
    opened = day.command("digest", "setup", admin=True)
    await until(lambda: opened.shown and "✗" in texts(opened.shown[0]))
    said = texts(opened.shown[0])
    assert "✓ may post · ✗ may not open threads (Create Public Threads) · ✓ may read the history" in said
    day.home.world.denied.clear()


async def test_setup_says_that_a_voice_channel_has_no_threads(day):
    world = day.home.world
    voice = world.channel(day.home.guild, 2, "talk", bitrate=64_000, user_limit=0, rtc_region=None)
    found = next(c for c in world.commands if c["name"] == "digest")
    data = {"id": found["id"], "name": "digest", "type": 1, "options": [{"type": 1, "name": "setup", "options": []}]}
    opened = day.home.discord.interact(day.ada, voice, 2, data, admin=True)
    await told(opened, "✗ may not open threads (This cannot be done in a channel of this kind")


def set_up(day: Day, channel: Json) -> Interaction:
    """`/digest setup channel:` typed in the home channel, by somebody who may not manage that one."""
    found = next(c for c in day.home.world.commands if c["name"] == "digest")
    given = [{"type": 7, "name": "channel", "value": channel["id"]}]
    data = {"id": found["id"], "name": "digest", "type": 1, "options": [{"type": 1, "name": "setup", "options": given}]}
    shown = {k: channel[k] for k in ("id", "name", "type")} | {"permissions": "0"}
    data["resolved"] = {"channels": {channel["id"]: shown}}
    return day.home.discord.interact(day.ada, day.home.channel, 2, data)


async def test_another_channel_is_set_up_from_here_by_who_may_manage_it(day):
    world, channel = day.home.world, day.home.world.channel(day.home.guild, name="other")
    day.home.discord.say(day.ada, day.home.channel, "hello all")  # a member is who has spoken
    world.denied[channel["id"]] = {"READ_MESSAGE_HISTORY"}
    opened = set_up(day, channel)
    panel = await told(opened, "✗ may not read the history (Read Message History)")
    chosen = day.choose(panel, "categories", "cs.CV")
    await until(lambda: chosen.kind)
    day.press(panel, f"pb:press:{opened.id}:save")
    await until(lambda: "Saved." in texts(panel))
    made = await day.context.store.subscription(f"discord:{channel['id']}")
    assert made.set_by == day.ada["id"]
    assert not [c for c in walk(panel["components"]) if c["type"] == 2]  # they would act on this channel


async def test_save_and_post_now_for_another_channel_posts_its_preview_there_and_nothing_here(day):
    work(day.context)
    world, channel = day.home.world, day.home.world.channel(day.home.guild, name="other")
    day.home.discord.say(day.ada, day.home.channel, "hello all")
    here = len(world.messages[day.home.channel["id"]])
    opened = set_up(day, channel)
    panel = await told(opened, "may post")
    day.choose(panel, "papers", "3")
    await until(lambda: texts(panel).count("arxiv.org/abs") == 3)
    named = re.findall(r"https://arxiv\.org/abs/[\d.v]+", texts(panel))
    day.press(panel, f"pb:press:{opened.id}:post")
    await until(lambda: len(world.messages[channel["id"]]) == 1)
    made = await day.context.store.latest_digest(f"discord:{channel['id']}")
    assert [e.paper.abs_url for e in made.entries] == named
    assert len(world.messages[day.home.channel["id"]]) == here
    await until(lambda: not any(c["type"] == 3 for c in walk(panel["components"])))


@pytest.mark.parametrize(
    ("denied", "said"), [("MANAGE_CHANNELS", "Manage Channels"), ("VIEW_CHANNEL", "give its role “View Channel” there")]
)
async def test_another_channel_is_not_set_up_by_who_may_not_or_where_the_bot_sees_nothing(refusable, denied, said):
    world, channel = refusable.home.world, refusable.home.world.channel(refusable.home.guild, name="other")
    refusable.home.discord.say(refusable.ada, refusable.home.channel, "hello all")
    world.denied[channel["id"]] = {denied}
    await told(set_up(refusable, channel), said)
    assert await refusable.context.store.subscription(f"discord:{channel['id']}") is None
    refusable.home.discord.journal[:] = [r for r in refusable.home.discord.journal if r.status != 403]


async def test_others_are_sections_each_with_a_button_that_posts_the_paper(day):
    await leave_out(day.context, day.digest, 3)
    (parent,) = day.home.world.messages[day.home.channel["id"]].values()
    shown = day.press(parent, "pb:others:")
    await until(lambda: shown.shown)
    (listed,) = shown.shown
    assert listed["flags"] & 64
    sections = [c for c in listed["components"] if c["type"] == 9]
    assert [s["accessory"]["label"] for s in sections] == ["Add"] * 3
    (menu,) = [c for c in walk(listed["components"]) if c["type"] == 3]
    values = [option["value"] for option in menu["options"]]
    assert (menu["min_values"], menu["max_values"]) == (2, 3)
    data = {"custom_id": menu["custom_id"], "component_type": 3, "id": menu["id"], "values": values[:2]}
    compared = day.home.discord.interact(day.ada, day.home.channel, 3, data, message=listed)
    await until(lambda: any("2 papers compared" in texts(m) for m in compared.shown))
    pressed = day.press(listed, f"pb:add:{day.digest.key}#9")
    await until(lambda: len(day.said) == 11)
    assert texts(day.said[-1]).strip().startswith("### 9 · ")
    await told(pressed, "Added 1 paper")


async def test_saved_papers_are_compared_from_a_menu_of_several_choices(day):
    for entry in day.digest.entries[:3]:
        vote = Vote(VoteKind.SAVED, entry.paper.id, day.home.place, Person(day.ada["id"]), day.context.now())
        await record_vote(day.context, vote)
    listed = day.command("paper", "saved")
    await until(lambda: listed.shown)
    chosen = day.press(listed.shown[-1], "pb:compare_saved:")
    await until(lambda: chosen.shown)
    (menu,) = [c for c in walk(chosen.shown[0]["components"]) if c["type"] == 3]
    assert (menu["custom_id"], menu["min_values"], menu["max_values"]) == ("pb:compare_checked:", 2, 3)
    assert chosen.shown[0]["flags"] & 64
    values = [option["value"] for option in menu["options"]]
    data = {"custom_id": menu["custom_id"], "component_type": 3, "id": menu["id"], "values": values}
    compared = day.home.discord.interact(day.ada, day.home.channel, 3, data, message=chosen.shown[0])
    await until(lambda: any("3 papers compared" in texts(m) for m in compared.shown))


async def test_paper_and_ask_work_where_the_bot_is_no_member_and_only_for_their_person(day):
    anywhere = {c["name"]: (c.get("integration_types"), c.get("contexts")) for c in day.home.world.commands}
    for name in ("paper", "Ask about this paper"):
        assert [sorted(x) for x in anywhere[name]] == [[0, 1], [0, 1, 2]]
    assert anywhere["digest"][0] != anywhere["paper"][0]
    elsewhere = day.home.world.channel(day.home.world.guild("Others"), name="talk")
    found = next(c for c in day.home.world.commands if c["name"] == "Ask about this paper")
    message = day.home.discord.say(day.ada, elsewhere, "look at https://arxiv.org/abs/2601.22153")
    data = {"id": found["id"], "name": found["name"], "type": 3, "target_id": message["id"]}
    data["resolved"] = {"messages": {message["id"]: message}}
    form = day.home.discord.interact(day.ada, elsewhere, 2, data, member=False)
    await until(lambda: form.modal)
    assert [c["component"]["custom_id"] for c in form.modal["components"]] == ["question"]
    sent = day.submit(form, member=False, question="How is the data collected?")
    answer = await told(sent, "DynamicVLA")
    assert answer["flags"] & 64
    assert list(day.home.world.messages[elsewhere["id"]].values()) == [message]


async def test_where_the_bot_is_no_member_there_is_no_state_of_a_channel(day):
    elsewhere = day.home.world.channel(day.home.world.guild("Others"), name="talk")
    found = next(c for c in day.home.world.commands if c["name"] == "paper")

    def typed(verb, **options):
        given = [{"type": 3, "name": k, "value": v} for k, v in options.items()]
        data = {"id": found["id"], "name": "paper", "type": 1, "options": [{"type": 1, "name": verb, "options": given}]}
        return day.home.discord.interact(day.ada, elsewhere, 2, data, member=False)

    for shown in (typed("today"), typed("lookup", paper="3")):
        assert (await told(shown, "Paperboy is not a member here"))["flags"] & 64
    card = await told(typed("lookup", paper="2601.22153"), "DynamicVLA")
    assert card["flags"] & 64
    button = next(c for c in walk(card["components"]) if c.get("custom_id", "").startswith("pb:more:"))
    data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
    pressed = day.home.discord.interact(day.ada, elsewhere, 3, data, message=card, member=False)
    await told(pressed, "no votes are counted")
    assert not await day.context.store.vote_counts(f"discord:{elsewhere['id']}", {"2601.22153"})
    assert not day.home.world.messages[elsewhere["id"]]


async def test_taken_back_after_one_question_people_keep_their_words(day):
    day.home.discord.say(day.ada, day.thread, "nice one")
    (parent,) = day.home.world.messages[day.home.channel["id"]].values()
    menu = await told(day.press(parent, "pb:day_menu:", admin=True), "This digest")
    sure = await told(day.press(menu, "pb:?retract:", admin=True), "sure")
    assert len(day.said) == 11
    day.press(sure, "pb:retract:", admin=True)
    await until(lambda: len(day.said) == 1 and not day.home.world.messages[day.home.channel["id"]])
    assert [m["content"] for m in day.said] == ["nice one"]
    await until(lambda: day.thread["thread_metadata"]["archived"])
    assert day.thread["name"].startswith("Taken back · ")


async def test_who_may_not_manage_channels_may_not_change_settings(day):
    await told(day.command("digest", "pause"), "")
    assert not (await day.context.store.subscription(day.home.place.key)).paused


async def test_what_does_not_concern_the_bot_is_nowhere_in_the_store(day):
    day.home.discord.say(day.ada, day.home.channel, "a secret between colleagues")
    day.home.discord.say(day.ada, day.thread, f"<@{day.home.world.bot['id']}> 4: how is the data collected?")
    await until(lambda: day.answers and "helpful" in str(day.answers[-1]["components"]))
    redis = day.context.store.redis
    for key in await redis.do("KEYS", "*"):
        assert b"secret between" not in ((await redis.do("DUMP", key)) or b"")
