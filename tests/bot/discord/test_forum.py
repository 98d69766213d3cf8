"""A forum with a post for each paper: once whatever happens, tagged, asked in, taken back; over real HTTP."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.changes import news
from bot.changes.lookup import look_up
from bot.core.chat import ForumPost, Person, Place, Question
from bot.discord import forums
from bot.discord.ids import message_id
from bot.questions.conversation import Conversation
from bot.store import DeliveryState, TaskDeaths
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater, Task
from digest.model import Candidate
from tests.bot.changes.test_changes import Changing
from tests.bot.contract import ChatContract, Seen, die, until_done
from tests.bot.discord.test_contract import DiscordWorld
from tests.bot.discord.test_figures import World
from tests.bot.discord.test_scenario import a_day, told
from tests.bot.figures import FiguresContract, words_pictured
from tests.bot.figures import run as run_pictured
from tests.bot.people import Queue
from tests.deadline import until
from tests.servers.discord_rules import texts
from tests.servers.discord_world import PUBLIC_THREAD

ORDER = ("parent", "first", "second")


def apart(chat):
    """Plans every thread with a post for each reply."""
    plan = chat.plan

    def planned(thread, place, key):
        heads = tuple(ForumPost(f"{post.fallback}: a claim", (("code",),)) for post in thread.replies)
        return plan(replace(thread, posts=heads, make=(("digest",), ("code",))), place, key)

    chat.plan = planned


class InOrder:
    """What people see, as the contract counts it: the papers are posted from the last to the first, each as a
    thread of its own beside the parent's."""

    async def posts(self):
        seen = sorted(await super().posts(), key=lambda s: next((i for i, w in enumerate(ORDER) if w in s.text), 3))
        parent = next((s.message for s in seen if "parent" in s.text), "")
        return [Seen(s.message, s.text, parent if s.message != parent else "") for s in seen]


class ForumWorld(InOrder, DiscordWorld):
    pass


class PicturedForum(InOrder, World):
    async def pictured(self):
        """A forum's first message shows its attachment by itself."""
        found = {}
        for channel, messages in self.home.world.messages.items():
            for message in messages.values():
                for attached in message["attachments"]:
                    thread = self.home.world.channels[channel]["type"] == PUBLIC_THREAD
                    found[message_id(channel, message["id"], thread=thread)] = attached["description"]
        return found

    def break_upload(self, how):
        if how == "lost":
            self.home.discord.fail("POST", r"/channels/\d+/threads", 0, stored=True, times=3)
        else:
            super().break_upload(how)


@pytest.fixture
def forum(home):
    home.channel = home.world.forum(home.guild)
    return home.channel


class TestPostPerPaper(ChatContract):
    @pytest.fixture
    async def world(self, home, forum):
        apart(home.chat)
        return ForumWorld(home)

    test_a_posted_key_is_found_and_another_is_not = None
    """It looks at a reply, and here is none: TestForum has both, and a kill below finds a post."""

    async def test_what_a_person_deleted_is_not_posted_again(self, world, store):
        await die(world, store, "intend", 0)
        second = next(s for s in await world.posts() if "second" in s.text)
        await world.remove(second.message)
        await until_done(world, store)
        assert [word for s in await world.posts() for word in ORDER[1:] if word in s.text.split()] == ["first"]


class TestFiguresOfPosts(FiguresContract):
    @pytest.fixture
    async def world(self, home, forum):
        apart(home.chat)
        return PicturedForum(home)

    async def test_a_message_refused_for_its_picture_goes_without(self, world, store):
        world.refuse_picture()
        assert (await run_pictured(world, store)).state is DeliveryState.DONE
        assert set(await words_pictured(world)) == {"first"}  # the second is posted before it


@pytest.fixture
async def day(tmp_path, redis_url, home, forum):
    async with a_day(tmp_path, redis_url, home, digest_layout="paper") as made:
        yield made


def posts(day):
    """The forum's posts as its list shows them, the newest on top."""
    made = [c for c in day.home.world.channels.values() if c.get("parent_id") == day.home.channel["id"]]
    return sorted(made, key=lambda c: int(c["id"]), reverse=True)


def said_in(day, post):
    return list(day.home.world.messages[post["id"]].values())


def tags_of(day, post):
    names = {t["id"]: t["name"] for t in day.home.channel["available_tags"]}
    return [names[t] for t in post["applied_tags"]]


def post_of(day, number):
    return next(p for p in posts(day) if texts(said_in(day, p)[0]).startswith(f"### {number} · "))


async def test_the_list_shows_the_papers_in_order_and_the_day_links_to_each(day):
    *papers, index = posts(day)
    for entry, post in zip(day.digest.entries, papers, strict=True):
        starter, *_ = said_in(day, post)
        assert texts(starter).startswith(f"### {entry.number} · ")
        assert "Ask" in str(starter["components"])
        assert f"/{post['id']}/{post['id']}" in "".join(texts(m) for m in said_in(day, index))
        assert 0 < len(post["name"]) <= 100
    assert len(said_in(day, index)) == 1
    assert "Each paper has its own post" in "".join(texts(m) for m in said_in(day, index))


async def test_tags_and_a_reaction_are_made_once_where_the_bot_may(day):
    assert [t["name"] for t in day.home.channel["available_tags"]] == ["digest", "must read", "code", "cs.CV"]
    assert day.home.channel["default_reaction_emoji"]["emoji_name"] == "👍"
    *papers, index = posts(day)
    assert tags_of(day, index) == ["digest", "cs.CV"]
    first = len(day.digest.summary.first)
    assert [("must read" in tags_of(day, p)) for p in papers] == [n < first for n in range(len(papers))]
    assert all("cs.CV" in tags_of(day, p) for p in papers)
    assert (
        len(
            [r for r in day.home.discord.journal if r.method == "PATCH" and r.path == f"/channels/{index['parent_id']}"]
        )
        == 1
    )


async def test_a_question_in_a_papers_post_is_about_that_paper(day):
    post = post_of(day, 4)
    asked = day.home.discord.say(day.ada, post, "how is the data collected?")
    await until(lambda: "helpful" in str(said_in(day, post)[-1]["components"]))
    answer = said_in(day, post)[-1]
    assert texts(answer).strip().startswith("**4 · ")
    assert answer["message_reference"]["message_id"] == asked["id"]
    day.home.discord.say(day.ada, post, "what does paper 2 say about the data?")
    await until(lambda: texts(said_in(day, post)[-1]).strip().startswith("**2 · "))
    day.home.discord.say(day.ada, post, "and how fast is it?")
    await until(lambda: "helpful" in str(said_in(day, post)[-1]["components"]) and len(said_in(day, post)) >= 6)
    assert texts(said_in(day, post)[-1]).strip().startswith("**4 · ")


async def test_a_question_in_an_archived_post_opens_it_and_is_answered(day):
    post = post_of(day, 4)
    post["thread_metadata"]["archived"] = True
    form = day.press(said_in(day, post)[0], "pb:ask:")
    await until(lambda: form.modal)
    day.submit(form, question="How is the data collected?", where=["thread"])
    await until(lambda: "helpful" in str(said_in(day, post)[-1]["components"]))
    assert not post["thread_metadata"]["archived"]


async def test_in_a_locked_post_a_question_waits_for_the_lock_and_after_a_day_its_asker_is_told(day):
    post, later = post_of(day, 4), day.context.now() + timedelta(hours=25)
    for n, (now, text) in enumerate(((day.context.now, "How is the data collected?"), (lambda: later, "What is new?"))):
        context = replace(day.context, now=now, queue=Queue())
        conversation = Conversation(context)
        jobs = Jobs(context, conversation, Queue())
        asker = day.ada | {"bot": True}  # its message is not heard by the listener, which would answer it, too
        message = day.home.world.write(post, asker, {"content": text})
        post["thread_metadata"] |= {"archived": True, "locked": True}
        asked = f"{post['id']}/{message['id']}"
        place = Place("discord", day.home.channel["id"], post["id"])
        question = Question(f"locked {n}", place, Person(day.ada["id"]), text, day.context.now(), asked)
        await conversation.receive(question)
        task, before = Task(f"answer:{question.id}", TaskDeaths(0), context.store), len(said_in(day, post))
        if n == 0:
            with pytest.raises(RetryLater):
                await jobs.answer(task, question.id)
            assert len(said_in(day, post)) == before
            post["thread_metadata"] |= {"archived": False, "locked": False}
            await jobs.answer(task, question.id)
            assert texts(said_in(day, post)[-1]).strip().startswith("**4 · ")
        else:
            await jobs.answer(task, question.id)
            assert len(said_in(day, post)) == before
            letters = day.home.world.messages[day.home.world.direct(day.ada)["id"]].values()
            assert any(text in texts(m) for m in letters)
    day.home.discord.journal[:] = [r for r in day.home.discord.journal if r.status not in (403, 404)]


async def test_votes_are_shown_in_the_papers_post(day):
    post = post_of(day, 2)
    starter = said_in(day, post)[0]
    before = texts(starter)
    day.home.discord.react(day.ada, starter, "👍")
    await until(lambda: "'label': '1'" in str(starter["components"]))
    assert texts(starter) == before


async def test_taken_back_no_post_is_left_open_and_people_keep_their_words(day):
    post = post_of(day, 4)
    day.home.discord.say(day.ada, post, "nice one")
    assert await day.context.daily.retract(await day.context.store.subscription(day.home.place.key), day.digest) >= 11
    assert [m["content"] for p in posts(day) for m in said_in(day, p)] == ["nice one"]
    assert all(p["thread_metadata"]["archived"] and p["name"].startswith("Taken back · ") for p in posts(day))


async def test_a_forum_without_the_right_to_make_tags_uses_those_it_has(tmp_path, redis_url, home):
    home.channel = home.world.forum(home.guild, ("Must read", "cs.CV"))
    home.world.denied[home.channel["id"]].add("MANAGE_CHANNELS")
    async with a_day(tmp_path, redis_url, home, digest_layout="paper") as day:
        assert [t["name"] for t in home.channel["available_tags"]] == ["Must read", "cs.CV"]
        assert tags_of(day, post_of(day, 1)) == ["Must read", "cs.CV"]
        assert home.channel["default_reaction_emoji"] is None
        said = await told(day.command("digest", "status"), "Layout: a post for each paper")
        assert said


async def test_an_added_paper_is_a_post_too(day):
    entry = replace(day.digest.entries[3], number=11)
    subscription = await day.context.store.subscription(day.home.place.key)
    made = replace(day.digest, entries=tuple(e for e in day.digest.entries if e.number != 4))
    await day.context.store.save_digest(made, (), ())
    for _ in range(2):
        await day.context.daily.add(subscription, day.digest.key, entry)
    (post,) = [p for p in posts(day) if texts(said_in(day, p)[0]).startswith("### 11 · ")]
    talk = await day.context.store.thread(Place("discord", day.home.channel["id"], post["id"]))
    assert talk.papers == (entry.paper.id,)


@pytest.mark.parametrize("on", [True, False])
async def test_an_added_papers_post_shows_its_figure_unless_the_channel_leaves_them_out(
    tmp_path, redis_url, home, forum, on
):
    async with a_day(tmp_path, redis_url, home, digest_layout="paper", figured=True) as day:
        store, entry = day.context.store, day.digest.entries[3]
        await store.save_subscription(replace(await store.subscription(home.place.key), figures=on))
        rest = tuple(e for e in day.digest.entries if e.number != 4)
        candidate = Candidate(11, entry.paper, entry.score)
        await store.save_digest(replace(day.digest, entries=rest, others=(candidate,)), (), ())
        index = next(m for p in posts(day) for m in said_in(day, p) if "pb:others:" in str(m["components"]))
        listed = day.press(index, "pb:others:")
        await until(lambda: listed.shown)
        await told(day.press(listed.shown[0], f"pb:add:{day.digest.key}#11"), "Added 1 paper")
        (starter, *_) = said_in(day, post_of(day, 11))
        alts = [attached["description"] for attached in starter["attachments"]]
        assert ["CC BY 4.0" in alt and alt.startswith("Overview.") for alt in alts] == [True] * on


async def test_a_text_channel_knows_no_layout(tmp_path, redis_url, home):
    async with a_day(tmp_path, redis_url, home, digest_layout="paper") as day:
        assert len(day.said) == 10
        assert "Layout" not in texts(await told(day.command("digest", "status"), "cs.CV"))


async def test_the_panel_of_a_forum_asks_for_the_layout(day):
    opened = day.command("digest", "setup", admin=True)
    await until(lambda: opened.shown and "arxiv.org/abs" in texts(opened.shown[0]))
    (panel,) = opened.shown
    day.press(panel, f"pb:press:{opened.id}:more", admin=True)
    await until(lambda: ":layout'" in str(panel["components"]))
    chosen = day.choose(panel, "layout", "day")
    await until(lambda: chosen.kind)
    day.press(panel, f"pb:press:{opened.id}:save", admin=True)
    await until(lambda: "Saved." in texts(panel))
    assert (await day.context.store.subscription(day.home.place.key)).layout == "day"


def test_tags_have_room_for_twenty_and_keep_what_people_made():
    has = [{"id": str(n), "name": f"own {n}", "moderated": False} for n in range(18)]
    forum = {"available_tags": has, "default_reaction_emoji": {"emoji_id": "7"}}
    made = forums.change(
        [["digest"], ["必读", "OWN 3"], ["a name of over twenty characters"], ["cs.CV"], ["cs.RO"]], forum
    )
    assert made == {"available_tags": [*has, {"name": "digest"}, {"name": "cs.CV"}]}
    assert forums.change([["own 1"]], forum) == {}
    assert forums.choose([["必读", "own 3"], *[[f"own {n}"] for n in range(9)]], forum) == ["3", "0", "1", "2", "4"]


async def test_what_changes_of_a_paper_is_told_in_its_own_post(day):
    store, channel, today = day.context.store, day.home.place.key, day.context.now().date()
    await store.save_subscription(replace(await store.subscription(channel), time="00:00"))
    arxiv = Changing()
    context = replace(day.context, services=replace(day.context.services, papers=arxiv))
    before = {post["id"]: len(said_in(day, post)) for post in posts(day)}
    for n, comment in enumerate(("", "Accepted at CVPR 2026")):
        arxiv.change(day.digest.entries[3].paper.id, comment=comment)
        await look_up(context, today + timedelta(days=n))
        assert await news.tell(context, channel, today + timedelta(days=n)) is None
    grown = [post["id"] for post in posts(day) if len(said_in(day, post)) > before.get(post["id"], 0)]
    assert grown == [post_of(day, 4)["id"]]
    assert "CVPR 2026" in texts(said_in(day, post_of(day, 4))[-1])
