"""Who may see and do what: the function over all rights and kinds of people, and the table in the documentation."""

import re
from itertools import product

import pytest

from bot.commands.actions import FORMS
from bot.core.chat import Person
from bot.core.rights import ACTIONS, COMMANDS, SURFACES, Names, Right, Standing, may
from tests.paths import ROOT

GUEST, MEMBER, ADMIN = Person("g"), Person("m", admin=True), Person("a", admin=True, moderates=True)
TABLE = {
    # right: (guest, member, admin), without DIGEST_ADMINS
    Right.OWN: (True, True, True),
    Right.SEE: (True, True, True),
    Right.ASK: (True, True, True),
    Right.CHANGE: (False, True, True),
    Right.REMOVE: (False, False, True),
}


@pytest.mark.parametrize(("right", "people"), TABLE.items())
def test_what_guests_members_and_admins_may(right, people):
    assert tuple(may(right, Standing(person)) for person in (GUEST, MEMBER, ADMIN)) == people


@pytest.mark.parametrize("person", [GUEST, MEMBER, ADMIN])
def test_outside_of_a_channel_nothing_of_it_is_shown(person):
    outside = Standing(person, inside=False)
    assert [may(right, outside) for right in (Right.OWN, Right.SEE, Right.ASK)] == [True, False, False]


def test_with_digest_admins_only_they_change_settings_and_they_may_remove():
    named = frozenset({"g"})
    assert [may(Right.CHANGE, Standing(p, named=named)) for p in (GUEST, MEMBER, ADMIN)] == [True, False, False]
    assert [may(Right.REMOVE, Standing(p, named=named)) for p in (GUEST, MEMBER, ADMIN)] == [True, False, True]


def test_who_set_it_up_may_remove_it_and_nobody_s_name_is_nobody():
    assert may(Right.REMOVE, Standing(MEMBER, set_by="m"))
    assert not may(Right.REMOVE, Standing(MEMBER, set_by="x"))
    assert not may(Right.REMOVE, Standing(Person(""), set_by=""))


def test_without_one_of_the_roles_nothing_that_costs_is_allowed():
    for right, named in product(Right, (frozenset(), frozenset({"p"}))):
        standing = Standing(Person("p", admin=True, moderates=True, asks=False), named=named)
        assert may(right, standing) == (right is not Right.ASK)


def test_the_table_for_people_names_every_action_command_and_surface_with_its_right():
    text = (ROOT / "docs/operations.md").read_text()
    section = text.split("## Who may see and do what", 1)[1].split("\n## ", 1)[0]
    said = {
        name: row[2].strip()
        for row in re.finditer(r"^\| (.+?) \| (\w+) \|$", section, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row[1])
    }
    rights = {name: rule.right for name, rule in ACTIONS.items()}
    rights |= {f"/{name}": right for name, right in COMMANDS.items()} | dict(SURFACES)
    assert said == {name: str(right) for name, right in rights.items()}


def test_what_the_handlers_know_is_what_the_gate_knows(channel):
    """So the table of foreign keys tries every button and form, a new one too."""
    assert {*channel.handler._actions._by_name, *FORMS} == ACTIONS.keys()
    assert {name for name, rule in ACTIONS.items() if rule.names is Names.NOTHING and rule.right is not Right.OWN} == {
        "compare_checked"  # of the person's own saved papers
    }


def test_without_one_of_the_roles_an_own_digest_can_be_removed_and_nothing_else():
    own = Standing(Person("p", admin=True, moderates=True, asks=False), own=True)
    assert [right for right in Right if may(right, own)] == [Right.OWN, Right.SEE, Right.REMOVE]


def test_an_own_digest_is_its_persons_alone():
    assert all(may(right, Standing(GUEST, own=True)) for right in Right)
    assert not any(
        may(right, Standing(ADMIN, foreign=True, named=frozenset({"a"}))) for right in Right if right is not Right.OWN
    )
