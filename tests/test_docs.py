"""The documents name files, links, commands, settings and figures that exist and are right."""

import re
import shlex

import pytest
import typer.main
import yaml

from bot.cli.main import app
from bot.core.settings.settings import Settings
from tests.paths import ROOT
from tests.rows import each

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "bench/README.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
]


@each("document", DOCUMENTS)
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


def headings(document: str) -> set[str]:
    """The anchors that GitHub and mkdocs make of a document's headings."""
    found = re.findall(r"^#+ (.+)$", (ROOT / document).read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in found}


@each("document", DOCUMENTS)
def test_every_link_within_the_documents_leads_somewhere(document: str):
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text("utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if re.match(r"\w+:", target):
            continue
        file = ((ROOT / document).parent / path).resolve() if path else ROOT / document
        known = file.exists() and (not anchor or anchor in headings(str(file.relative_to(ROOT))))
        broken += [] if known else [target]
    assert broken == []


def test_the_readme_is_short():
    text = (ROOT / "README.md").read_text("utf-8")
    assert text.count("\n") <= 120
    assert len(text) <= 9_000


def commands_named(text: str) -> set[str]:
    """What follows `paperboy` in code: one line of a block, or an inline span."""
    blocks = re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    spans = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    found = (re.match(r"\s*(?:\S*/)?(?:paperboy|python -m bot) ([a-z].*)", piece) for piece in (*lines, *spans))
    return {match[1] for match in found if match}


@each("document", DOCUMENTS)
def test_every_command_and_option_a_document_names_exists(document: str):
    unknown = []
    for named in commands_named((ROOT / document).read_text("utf-8")):
        command = typer.main.get_command(app)
        for word in shlex.split(re.sub(r"\s#.*|[|\[\]…]", " ", named)):
            own = getattr(command, "commands", {})
            if word in own:
                command = own[word]
            elif own and not word.startswith("-"):
                unknown.append(named)
                break
            elif word.startswith("--") and not any(word.split("=")[0] in p.opts for p in command.params):
                unknown += [] if word in ("--help", "--env-file") else [named]
    assert unknown == []


@each("document", DOCUMENTS)
def test_every_make_target_a_document_names_exists(document: str):
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = (ROOT / document).read_text("utf-8")
    assert set(re.findall(r"(?:`|^|&& )make ([a-z]+)", text, re.MULTILINE)) <= made


@each("document", [d for d in DOCUMENTS if d != "bench/README.md"])
def test_every_setting_a_document_names_exists(document: str):
    groups = "OPENAI|LLM|SLACK|DISCORD|ARXIV|REDIS|DIGEST|ADMIN|ARCHIVE|LOG|PAPERBOY"
    named = set(re.findall(rf"`((?:{groups})_[A-Z_]+)[`=]", (ROOT / document).read_text("utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


TOKENS = {"digest": (140_000, 30_000), "questions": (220_000, 10_000)}


def test_the_costs_in_the_readme_are_tokens_times_prices():
    text = (ROOT / "README.md").read_text("utf-8")
    for into, out in TOKENS.values():
        assert re.search(rf"{into:,}( tokens)?\s+in and\s+{out:,}", text)
    rows = re.findall(
        r"^\| \w+ `[\w.-]+` \| ([\d.]+) / ([\d.]+) \| 20\d\d-\d\d \| ([\d.]+) \| ([\d.]+) \|$", text, re.MULTILINE
    )
    assert len(rows) == 3
    for price_in, price_out, digest, both in rows:
        costs = {n: (into * float(price_in) + out * float(price_out)) / 1e6 for n, (into, out) in TOKENS.items()}
        assert float(digest) == pytest.approx(costs["digest"], abs=0.006)
        assert float(both) == pytest.approx(sum(costs.values()), abs=0.006)


def test_the_sites_menu_names_every_page():
    text = re.sub(r"!!python\S+", "x", (ROOT / "mkdocs.yml").read_text("utf-8"))
    named = set(re.findall(r"\b([a-z]+\.md)", yaml.dump(yaml.safe_load(text)["nav"])))
    outside = {"index.md", "figures.md", "contributing.md", "security.md", "changelog.md"}
    assert named - outside == {p.name for p in (ROOT / "docs").glob("*.md")}


def test_the_scopes_explained_are_those_of_the_manifest():
    manifest = yaml.safe_load((ROOT / "bot/slack/manifest.yaml").read_text("utf-8"))
    page = (ROOT / "docs/slack.md").read_text("utf-8")
    table = page[page.index("## What each scope is for") : page.index("## Over HTTP")]
    assert set(re.findall(r"`(\w+:\w+|commands)`", table)) == set(manifest["oauth_config"]["scopes"]["bot"])
