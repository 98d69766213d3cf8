"""Every value of a list can be chosen in a panel's menus, and what is chosen stays chosen."""

import asyncio
from dataclasses import replace

import pytest

from bot.commands import setup
from bot.core import lists
from bot.core.chat import Menu, Panel, Post
from bot.core.subscription import Subscription
from bot.discord.ids import parse_custom_id
from bot.discord.render import panels
from bot.discord.render.forms import Filling, Forms, next_round, with_values
from bot.discord.render.messages import OPTIONS, messages
from bot.store.cache import RedisCache
from digest.model import Profile
from tests.bot.people import HERE
from tests.servers.discord_rules import check_components, texts, walk


def filling(group: str = "", *, more: bool = False, field: str = "categories", **profile) -> Filling:
    draft = Subscription(HERE, replace(Profile(), **profile))
    form = setup.form(draft, "en")
    made = panels.begun(Panel(form, more=more), {}, None, 0)
    return replace(made, panel=replace(made.panel, groups={field: group} if group else {}))


def menu(made: Filling, field: str) -> dict:
    shown = panels.message("x", made)
    check_components(shown["components"], v2=True)
    return next(c for c in walk(shown["components"]) if c["type"] == 3 and c["custom_id"] == f"pb:set:x:{field}")


def offered(made: Filling, field: str) -> list[str]:
    return [o["value"] for o in menu(made, field)["options"]]


MANY = ("hep-ex", "hep-lat", "hep-ph", "hep-th", "gr-qc", "quant-ph", "math-ph", "cs.CV")


@pytest.mark.parametrize("listed", ["category", "timezone", "language"])
def test_every_value_of_a_list_can_be_chosen_whatever_is_chosen(listed):
    field = {"category": "categories"}.get(listed, listed)
    chosen = {"categories": MANY, "language": "en"}
    for group, members in lists.groups(listed, "en").items():
        made = filling(group, more=field != "categories", field=field, **chosen)
        assert {v for _, v in members} <= set(offered(made, field))
        assert len(offered(made, field)) <= OPTIONS


def test_what_is_chosen_and_has_no_room_in_the_menu_is_named_and_stays():
    group = next(iter(lists.groups("category", "en")))
    made = filling(group, categories=MANY)
    field = next(f for f in made.form.fields if f.name == "categories")
    hidden = set(MANY) - set(offered(made, "categories"))
    assert hidden
    assert hidden <= set(texts(panels.message("x", made)).replace("\\", "").replace(",", " ").split())
    value = panels.value_after(field, made, ["cs.AI"])
    assert set(value.split(",")) == hidden | {"cs.AI"}
    ungrouped = filling(categories=MANY)
    assert panels.value_after(field, ungrouped, ["cs.AI"]) == "cs.AI"


def test_a_long_menu_is_several_of_which_each_is_read():
    options = tuple((f"paper {n}", f"d#{n}") for n in range(60))
    (message,) = messages(Post((Menu("lookup", "Choose", options),), "x"))
    check_components(message["components"], v2=True)
    menus = [c for c in walk(message["components"]) if c["type"] == 3]
    assert [o["value"] for m in menus for o in m["options"]] == [v for _, v in options]
    assert {parse_custom_id(m["custom_id"]).action for m in menus} == {"lookup"}
    assert len({m["custom_id"] for m in menus}) == 3


async def test_what_is_chosen_while_a_check_ends_is_kept_beside_its_result(store):
    forms = Forms(RedisCache(store))
    await forms.keep("x", "ada", filling())
    await asyncio.gather(
        *(forms.change("x", "ada", lambda held, n=n: with_values(held, {f"field{n}": "1"})) for n in range(9)),
        *(forms.change("x", "ada", next_round) for _ in range(9)),
    )
    kept = await forms.load("x", "ada")
    assert len(kept.values) == kept.panel.round == 9
