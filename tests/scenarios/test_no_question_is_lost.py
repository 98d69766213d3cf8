"""No question is lost, none is answered twice: refused answers, hidden text, greetings, events that come twice."""

import pytest

from bot.digests.cards import short_title
from tests.scenarios.places import CHANNEL, KINDS, OnDiscord, OnSlack, a_place

THREE = "video dubbing"
"""In the help, in every language."""


@pytest.fixture(params=KINDS)
async def place(request, world, tmp_path):
    async with a_place(request.param, world, tmp_path / "bot.log") as made:
        yield made


REFUSALS = [
    ("slack by socket", "archived"),
    ("slack by socket", "token"),
    ("slack by http", "write"),
    ("slack by http", "out"),
    ("discord", "out"),
    ("discord without content", "write"),
]


@pytest.mark.parametrize(("kind", "what"), REFUSALS)
async def test_a_refused_answer_waits_and_is_given_when_the_right_is_back(kind, what, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        [paper] = [known.paper for known in list(world.arxiv.papers.values())[:1]]
        world.arxiv.pause.hold()
        place.ask(f"what does {paper.id} measure?")
        await place.until(world.arxiv.pause.waiting)
        place.deny(what)
        world.arxiv.pause.release()
        await place.until_logged("event=model_call")
        await place.until(place.refused)
        assert not place.posts()
        place.allow()
        await place.until_logged("event=answered")
        [text] = [text for text in place.texts() if short_title(paper) in text]
        assert short_title(paper) in text
        assert len([call for call in world.model.calls if call.task == "answer"]) == 1


@pytest.mark.parametrize(("kind", "what"), [("slack by socket", "archived"), ("discord", "token")])
async def test_an_answer_refused_in_its_middle_is_finished_in_the_same_message(kind, what, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        [paper] = [known.paper for known in list(world.arxiv.papers.values())[:1]]
        await world.run("ask", paper.id, "what does it measure?")  # the words of an unknown model may be held
        world.model.pause.hold(after=0.5)
        place.ask(f"what does {paper.id} measure?")
        [(half, _)] = await place.until(place.posts)
        place.deny(what)
        world.model.pause.hold(after=0.8)
        await place.until(place.refused)
        world.model.pause.release()
        await place.until_logged("event=model_call")
        place.allow()
        await place.until_logged("event=answered")
        [(whole, text)] = place.posts()
        assert whole == half
        assert short_title(paper) in text


async def test_a_greeting_or_a_bare_mention_gets_a_short_help_and_no_model_call(place):
    for count, text in enumerate(("", "help", ":wave:", "你好", "?", "Привет!", "thanks a lot", "👋🏽"), 1):
        place.ask(text)
        await place.until(lambda count=count: len([t for t in place.texts() if THREE in t]) == count)
    place.write_directly("help")
    await place.until(lambda: any(THREE in text for text in place.direct()))
    assert "this channel" not in "".join(place.direct())
    assert place.world.model.calls == []


async def test_quiet_and_help_are_answered_once_though_their_event_comes_twice(place):
    first = place.ask("help")
    await place.until(place.posts)
    place.again(first)
    place.ask("hello")
    await place.until(lambda: len(place.posts()) == 2)
    await place.until_logged("event=answered", 2)
    assert len(place.posts()) == 2


async def test_a_reply_whose_ping_is_off_is_no_empty_question(world, tmp_path):
    async with a_place("discord without content", world, tmp_path / "bot.log") as place:
        assert isinstance(place, OnDiscord)
        place.ask("help")
        [(shown, _)] = await place.until(place.posts)
        place.server.say(place.ann, place.channel, "and 2?", reply_to=shown, ping=False)
        await place.until(lambda: len(place.posts()) == 2)
        assert "I cannot read this message" in place.texts()[-1]
        assert world.model.calls == []


async def test_a_greeting_to_the_channel_is_sent_once_though_the_invitation_comes_twice(world, tmp_path):
    async with a_place("slack by socket", world, tmp_path / "bot.log") as place:
        assert isinstance(place, OnSlack)
        invited = place.server.invite(CHANNEL, "U1")
        again = place.server.again(invited)
        await invited.wait()
        await again.wait()
        assert len([text for text in place.texts() if "I am Paperboy" in text]) == 1
