"""A question is answered as it stands: edited, deleted or stopped, before, while and after it is answered, on every platform."""

import pytest

from bot.digests.cards import short_title
from tests.scenarios.places import CHANNEL, KINDS, OnSlack, a_place


@pytest.fixture(params=KINDS)
async def place(request, world, tmp_path):
    async with a_place(request.param, world, tmp_path / "bot.log") as made:
        yield made


def papers(world, count=2):
    return [known.paper for known in list(world.arxiv.papers.values())[:count]]


def asked(world):
    """The calls to the model that answer a question."""
    return [call for call in world.model.calls if call.task == "answer"]


async def words_appear_slowly(world, per_token):
    """The first streamed answer of an unknown model is shown only at its end, so one is asked for before."""
    known = await world.run("ask", papers(world, 1)[0].id, "what does it measure?")
    assert known.code == 0, known.err
    world.model.calls.clear()
    world.model.per_token = per_token


async def is_being_answered(place, count=1):
    await place.until(lambda: len(asked(place.world)) >= count)


async def stands(place, words, count=1):
    """The bot has so many messages, and the last says this and is whole: it has the buttons of an answer, or is a note."""
    await place.until_logged("event=answered")
    await place.until(lambda: len(place.posts()) == count and words in place.texts()[-1])


async def test_edited_while_it_is_answered_the_new_text_is_answered_in_the_same_message(place):
    first, second = papers(place.world)
    place.world.model.latency = 1.0
    message = place.ask(f"what does {first.id} measure?")
    await is_being_answered(place)
    place.edit(message, f"which datasets does {second.id} use?")
    await stands(place, short_title(second))
    assert short_title(first) not in place.texts()[-1]
    assert "which datasets" in asked(place.world)[-1].prompt
    assert place.logged("event=answered") == 1


async def test_edited_while_its_words_are_shown_they_are_replaced(place):
    first, second = papers(place.world)
    await words_appear_slowly(place.world, 0.02)
    message = place.ask(f"what does {first.id} measure?")
    (half, _), *_ = await place.until(place.posts)
    place.edit(message, f"which datasets does {second.id} use?")
    await stands(place, short_title(second))
    assert place.posts()[0][0] == half
    assert short_title(first) not in place.texts()[-1]


async def test_edited_afterwards_the_answer_is_made_anew_in_place_and_says_so(place):
    first, second = papers(place.world)
    message = place.ask(f"what does {first.id} measure?")
    await stands(place, short_title(first))
    [(answer, _)] = place.posts()
    place.edit(message, f"which datasets does {second.id} use?")
    await place.until(lambda: "was edited" in place.texts()[-1])
    [(again, text)] = place.posts()
    assert again == answer
    assert short_title(second) in text
    await place.until_logged("event=answered", 2)
    place.edit(message, f"what does {first.id} measure?")
    await place.until_logged("event=answered", 3)
    assert [m for m, _ in place.posts()] == [answer]
    assert short_title(first) in place.texts()[-1]


async def test_deleted_while_it_is_answered_the_work_stops_and_the_half_answer_goes(place):
    [paper] = papers(place.world, 1)
    await words_appear_slowly(place.world, 0.05)
    message = place.ask(f"what does {paper.id} measure?")
    await place.until(place.posts)
    place.delete(message)
    await place.until_logged("event=withdrawn")
    assert place.posts() == []
    assert place.logged("event=answered") == 0


async def test_deleted_while_the_bot_is_down_the_half_answer_goes_when_it_is_back(place):
    [paper] = papers(place.world, 1)
    await words_appear_slowly(place.world, 0.05)
    message = place.ask(f"what does {paper.id} measure?")
    await place.until(place.posts)
    await place.kill()
    place.delete(message)
    place.world.model.per_token = 0
    await place.start()
    await place.until_logged("event=withdrawn")
    assert place.posts() == []


async def test_edited_while_the_bot_is_down_the_new_text_is_answered(place):
    first, second = papers(place.world)
    place.world.model.latency = 3.0
    message = place.ask(f"what does {first.id} measure?")
    await is_being_answered(place)
    await place.kill()
    place.world.model.latency = 0
    place.edit(message, f"which datasets does {second.id} use?")
    await place.start()
    await stands(place, short_title(second))
    assert short_title(first) not in place.texts()[-1]


ON_SLACK = [kind for kind in KINDS if kind.startswith("slack")]


@pytest.mark.parametrize("kind", ON_SLACK)
async def test_a_message_that_an_edit_addresses_to_the_bot_is_a_question(kind, world, tmp_path):
    """Slack sends the mention as an event of its own; Discord notifies nobody of a mention in an edit."""
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        [paper] = papers(world, 1)
        message = place.say(f"what does {paper.id} measure?")
        place.edit(message, f"what does {paper.id} measure?")
        await stands(place, short_title(paper))


@pytest.mark.parametrize("kind", ON_SLACK)
async def test_stop_on_slack_stops_it_and_what_was_shown_stays_marked(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log") as place:
        assert isinstance(place, OnSlack)
        [paper] = papers(world, 1)
        await words_appear_slowly(world, 0.05)
        place.ask(f"what does {paper.id} measure?")
        [half] = await place.until(place.messages)
        place.server.stopped.add(half.ts)
        await place.until_logged("event=stopped")
        await place.until(lambda: "Stopped." in half.shown)
        await place.until_logged("event=answered")
        assert [m.ts for m in place.space.channels[CHANNEL].messages.values() if m.bot_id] == [half.ts]
