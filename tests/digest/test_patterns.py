"""Regular expressions are compiled at their first use, so that a wrong one must be found here."""

import importlib
import pkgutil
import re

import pytest

import bot
import digest
from digest import patterns


def test_every_expression_of_the_program_compiles():
    for package in (digest, bot):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    patterns.compile_all()
    assert len(patterns._ALL) > 500


def test_an_expression_looks_like_a_compiled_one():
    made = patterns.regex(r"(?P<n>\d+)", re.IGNORECASE)
    assert made.pattern == r"(?P<n>\d+)"
    assert made.groupindex == {"n": 1}
    assert made.sub("#", "a1b22") == "a#b#"
    assert [m["n"] for m in made.finditer("1 2")] == ["1", "2"]


def test_a_wrong_expression_says_so_at_its_first_use():
    made = patterns.regex("(")
    with pytest.raises(re.error):
        made.search("")
    patterns._ALL.remove(made)
