"""`/digest setup`: a panel that begins with what is known of the person, suggests, previews, saves and posts."""

from dataclasses import replace

import pytest

from bot.commands import setup
from bot.core.chat import CHANGED, Grant, Panel, Person, Place, Small
from bot.core.texts import say
from digest.errors import ArxivUnavailable, ModelUnavailable
from digest.render.labels import label
from tests.bot.days import work
from tests.bot.digests.test_own_words import Model
from tests.bot.people import ANN, HERE, Channel


def values(panel: Panel) -> dict[str, str]:
    return {f.name: f.value for f in panel.form.fields}


def said(panel: Panel) -> str:
    return "\n".join(getattr(block, "markdown", "") for block in panel.blocks)


async def opened(channel: Channel, person: Person = ANN) -> Panel:
    return (await channel.command("digest", "setup", person)).panels[-1]


async def test_a_new_channel_begins_with_the_person_s_own_timezone_and_language(channel):
    kim = Person("kim", admin=True, language="ja", timezone="Asia/Tokyo")
    assert (values(await opened(channel, kim))["timezone"], values(await opened(channel, kim))["language"]) == (
        "Asia/Tokyo",
        "ja",
    )
    by_language = Person("lea", admin=True, language="de")
    assert values(await opened(channel, by_language))["timezone"] == "Europe/Berlin"
    anybody = Person("joe", admin=True, language="en-US")
    assert values(await opened(channel, anybody))["timezone"] == "UTC"


async def test_what_is_set_is_shown_as_it_is_with_what_today_would_be(channel):
    await channel.set_up()
    respond = await channel.command("digest", "setup", replace(ANN, language="en", timezone="Asia/Tokyo"))
    assert values(respond.panels[-1])["timezone"] == "UTC"
    assert values(respond.panels[-1])["categories"] == "cs.CV"
    assert "would give" in said(respond.panels[-1])
    assert said(respond.panels[-1]).count("arxiv.org/abs/") == 3


async def test_words_choose_the_categories_until_a_person_does(channel):
    panel = await opened(channel)
    _, respond = await channel.submit(panel, pressed=f"{CHANGED}interests", interests="visual illusions", categories="")
    suggested = respond.panels[-1]
    assert values(suggested)["categories"] == "cs.CV"
    assert "would give" in said(suggested)
    assert suggested.problems == {}
    _, respond = await channel.submit(suggested, pressed=f"{CHANGED}categories", categories="cs.RO")
    _, respond = await channel.submit(respond.panels[-1], pressed=f"{CHANGED}interests", interests="talking heads")
    assert values(respond.panels[-1])["categories"] == "cs.RO"


async def away(*_: object) -> None:
    raise ArxivUnavailable("arXiv is away.")


async def test_without_arxiv_words_suggest_categories_of_such_a_name(channel, monkeypatch):
    monkeypatch.setattr(channel.context.services.papers, "search", away, raising=False)
    offered, likely = await setup.suggest(channel.context, "robotics, computer vision")
    assert {"cs.RO", "cs.CV"} <= set(offered)
    assert likely == ("cs.RO",)


async def test_saving_gives_the_next_run_and_a_button_that_posts_what_was_shown(channel):
    await channel.set_up()
    panel = await opened(channel)
    problems, respond = await channel.submit(
        panel, categories="cs.CV,cs.RO", interests="robots", language="zh", time="8:30", timezone="Asia/Shanghai"
    )
    assert problems == {}
    saved = await channel.context.store.subscription(HERE.key)
    assert saved.profile.categories == ("cs.CV", "cs.RO")
    assert (saved.profile.language, saved.time, saved.timezone) == ("zh", "08:30", "Asia/Shanghai")
    assert "Next run" in respond.text
    assert respond.button("post_now").value == HERE.key  # the preview shown was of other settings


async def test_post_now_posts_exactly_the_preview_though_its_papers_were_shown_and_scores_changed(channel):
    first, _ = await channel.digest()
    panel = await opened(channel)
    shown = [line for line in said(panel).split("\n") if "arxiv.org" in line]
    assert first.entries[0].paper.abs_url in shown[0]
    _, respond = await channel.submit(panel)
    button = respond.button("post_now")
    assert button.value.startswith(f"{HERE.key}~")
    profile = replace(first.profile, interests="talking heads")
    await channel.context.store.change_subscription(  # somebody changes the channel between the two presses
        HERE.key, lambda now: replace(now, profile=profile, papers=1)
    )
    work(channel.context)
    await channel.click(button)
    second = await channel.context.store.latest_digest(HERE.key)
    assert second.run != first.run
    assert [(e.paper.id, e.score) for e in second.entries] == [(e.paper.id, e.score) for e in first.entries]
    assert second.coverage.considered >= second.coverage.chosen


async def test_a_preview_of_another_channel_is_not_posted(channel):
    await channel.digest()
    _, respond = await channel.submit(await opened(channel))
    elsewhere = await channel.click(respond.button("post_now"), place=Place("console", "other"))
    assert "another channel" in elsewhere.text


async def test_a_preview_that_is_gone_is_not_replaced_by_something_else(channel):
    await channel.set_up()
    respond = await channel.click(("post_now", f"{HERE.key}~0123456789ab"))
    assert "older than two hours" in respond.text
    assert await channel.context.store.latest_digest(HERE.key) is None


async def test_where_the_bot_may_not_post_nothing_says_that_a_digest_is_made(channel, monkeypatch):
    asked = []

    async def grants(*_: object) -> list[Grant]:
        asked.append(1)
        return [Grant("post", held=False, missing="Send Messages")]

    panel = await opened(channel)
    monkeypatch.setattr(channel.chat, "grants", grants)
    _, respond = await channel.submit(panel, pressed=setup.POST)
    assert "Making the digest" not in "".join([*map(said, respond.panels), *respond.lines, respond.text])
    assert "Send Messages" in respond.text
    assert len(asked) == 1


async def test_save_and_post_now_is_one_press_and_says_what_the_bot_may(channel, monkeypatch):
    async def grants(*_: object) -> list[Grant]:
        return [Grant("post", held=True), Grant("history", held=False, missing="Read Message History")]

    monkeypatch.setattr(channel.chat, "grants", grants)

    work(channel.context)
    panel = await opened(channel)
    assert [b.action for b in panel.buttons] == [setup.POST, setup.MORE]
    _, respond = await channel.submit(panel, pressed=setup.POST)
    (closed,) = respond.panels
    assert closed.form.fields == ()
    assert "- ✓ may post\n- ✗ may not read the history (Read Message History)" in said(closed)
    assert respond.lines == ["Making the digest …"]
    assert "Making the digest" not in said(closed)
    assert (await channel.context.store.latest_digest(HERE.key)).entries


async def test_the_ticks_stand_below_the_panel_too(channel, monkeypatch):
    async def grants(*_: object) -> list[Grant]:
        return [Grant("threads", held=False, missing="Create Public Threads")]

    monkeypatch.setattr(channel.chat, "grants", grants)
    panel = await opened(channel)
    assert Small("✗ may not open threads (Create Public Threads)") in panel.blocks


async def test_the_preview_warns_when_the_time_lies_before_the_list(channel):
    await channel.set_up()
    panel = await opened(channel)
    _, respond = await channel.submit(panel, time="09:00", timezone="Asia/Shanghai", days="mon,tue,wed,thu,fri")
    assert "new list is out at about 13:00" in respond.text


async def test_more_settings_stay_what_they_are_while_their_page_is_closed(channel):
    before = await channel.set_up(unwanted=("medical",))
    panel = await opened(channel)
    shown = {f.name for f in panel.form.fields if not f.more}
    assert "unwanted" not in shown
    assert {"interests", "categories", "time", "timezone", "language", "papers"} <= shown
    _, respond = await channel.submit(panel, pressed=setup.MORE)
    assert respond.panels[-1].more
    _, respond = await channel.submit(respond.panels[-1], unwanted="medical, legal", detail="full")
    saved = await channel.context.store.subscription(HERE.key)
    assert saved.profile.unwanted == ("medical", "legal")
    assert saved.profile.categories == before.profile.categories


async def test_arxiv_away_costs_the_preview_and_not_the_panel(channel, monkeypatch):
    await channel.set_up()
    monkeypatch.setattr(channel.context.services.papers, "announced", away, raising=False)
    panel = await opened(channel)
    assert "arXiv is away." in said(panel)
    assert (await channel.submit(panel, interests="robots"))[0] == {}


@pytest.mark.parametrize(
    ("name", "value", "words_said"),
    [
        ("categories", "computers", "not an arXiv category"),
        ("categories", "LLM", "arxiv.org/category_taxonomy"),
        ("categories", "", "at least one"),
        ("language", "klingonese", "not a language"),
        ("papers", "many", "1 to 50"),
        ("papers", "99", "1 to 50"),
        ("time", "noon", "not a time"),
        ("timezone", "Mars", "not a timezone"),
        ("days", "someday", "names no days"),
    ],
)
async def test_setup_checks_field_by_field_and_saves_nothing_that_is_wrong(channel, name, value, words_said):
    before = await channel.set_up()
    panel = await opened(channel)
    for pressed in ("", setup.SUBMIT, setup.POST):
        problems, respond = await channel.submit(panel, pressed=pressed, **{name: value, "interests": "changed"})
        assert set(problems) == {name}
        assert words_said in problems[name]
        assert await channel.context.store.subscription(HERE.key) == before
        assert respond.posts == []
        assert [p.problems for p in respond.panels] == ([problems] if pressed else [])
        assert [values(p)[name] for p in respond.panels] == ([value] if pressed else [])


async def test_a_preview_of_fifty_names_twelve_and_says_how_many_more(channel, monkeypatch):
    monkeypatch.setattr(setup, "SHOWN", 2)
    await channel.set_up()
    assert say("preview.more", "en", n=1) in said(await opened(channel))


async def test_a_preview_that_words_ranked_says_so_where_a_model_is_set(channel):
    await channel.set_up()
    assert "Chosen by the words" not in said(await opened(channel))  # no model is set
    gone = Model(fails={"rank": ModelUnavailable(label.sentence("error.model.broken"))})
    object.__setattr__(channel.context.services, "analyst", gone)
    assert "Chosen by the words" in said(await opened(channel))


def test_every_list_holds_what_a_menu_can(channel):
    form = setup.form(setup.start(channel.context.defaults, ANN), "en")
    for field in form.fields:
        assert len(field.options) <= 25, field.name
