"""The documents name files that exist."""

import re

import pytest

from tests.paths import ROOT

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "bench/README.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_a_document_names_exists(document: str):
    text = (ROOT / document).read_text("utf-8")
    named = set(re.findall(r"(?<![\w./-])((?:bot|digest|tests|bench|docs)/[\w./*-]*[\w*/])", text))
    assert [path for path in sorted(named) if not any(ROOT.glob(path.rstrip("/")))] == []


def test_every_room_is_in_the_architecture():
    text = (ROOT / "docs/architecture.md").read_text("utf-8")
    rooms = {p.parent.name for package in ("bot", "digest") for p in (ROOT / package).glob("*/__init__.py")}
    assert sorted(room for room in rooms if f"`{room}/" not in text) == []


def test_every_package_it_runs_with_has_its_licence_listed():
    locked = set(
        re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", (ROOT / "requirements-run.lock").read_text(), re.MULTILINE)
    )
    rows = re.findall(r"^\| [^|]+ \| ([a-z0-9, -]+) \|$", (ROOT / "docs/licences.md").read_text(), re.MULTILINE)
    assert sorted(name for row in rows[1:] for name in row.split(", ")) == sorted(locked)
