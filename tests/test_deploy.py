"""What strangers run it with agrees with the program: locks, Procfile, compose.yaml, Dockerfile, docs/operations.md."""

import contextlib
import re
import shlex
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from bot.cli.main import app
from bot.core import metrics
from bot.core.settings import Settings
from bot.server.hosts import EPHEMERAL
from bot.server.service import Role
from tests.paths import ROOT

BOT = ["python", "-m", "bot"]


def pinned(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^ ;\\]+)", line) for line in lines)
    return {m[1].lower().replace("_", "-"): m[2] for m in found if m}


def test_what_running_needs_is_in_the_small_lock_at_the_same_versions_and_nothing_of_the_tests():
    small, whole = pinned("requirements-run.lock"), pinned("requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[<>=~! \[]", d)[0].lower().replace(".", "-") for d in project["dependencies"]}
    assert needed <= small.keys()
    # A package may be needed on other platforms only; what both name, both name alike.
    assert {name: whole.get(name, version) for name, version in small.items()} == small
    assert not small.keys() & {"pytest", "mypy", "ruff", "simcord", "bm25s"}


@pytest.mark.parametrize("name", ["requirements-run.lock", "requirements.lock"])
def test_locks_name_a_package_with_every_extra_that_another_asks_for(name):
    """Else pip looks it up itself, takes the newest, and refuses that for having no hash: an install broke on the day of a release."""
    listed = [Requirement(line.rstrip(" \\")) for line in (ROOT / name).read_text().splitlines() if line[:1].isalnum()]
    extras = {canonicalize_name(r.name): r.extras for r in listed}
    asked = []
    for locked in extras:
        with contextlib.suppress(PackageNotFoundError):  # of another platform
            asked += [Requirement(need) for need in requires(locked) or ()]
    wanted = [r for r in asked if r.extras and (r.marker is None or r.marker.evaluate({"extra": ""}))]
    missing = [str(r) for r in wanted if not r.extras <= extras.get(canonicalize_name(r.name), set())]
    assert wanted
    assert not missing


@pytest.mark.parametrize("name", ["requirements-run.lock", "requirements.lock", "requirements.txt"])
def test_locks_name_no_address(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "--index-url" not in text


def roles(words: list[str]) -> set[Role]:
    """Of a command line, which must be one of ours. All when none is named."""
    assert words[0] == "run"
    named = words[1:]
    assert named[::2] == ["--role"] * (len(named) // 2)
    return {Role(name) for name in named[1::2]} or set(Role)


def test_the_procfile_has_both_shapes_and_every_role_in_each():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    commands = {name: shlex.split(command) for name, command in lines.items()}
    assert all(words[:3] == BOT for words in commands.values())
    found = {name: roles(words[3:]) for name, words in commands.items()}
    assert found["web"] == set(Role)
    assert found["listen"] | found["worker"] == set(Role)
    assert not found["listen"] & found["worker"]


@pytest.fixture
def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_compose_has_both_shapes_over_one_store(compose):
    services = compose["services"]
    shapes: dict[str, set[Role]] = {"one": set(), "many": set()}
    for name, service in services.items():
        if name == "store":
            continue
        assert service["environment"]["REDIS_URL"] == "redis://store:6379/0"
        [shape] = service["profiles"]
        here = roles(service["command"])
        assert not shapes[shape] & here
        shapes[shape] |= here
    assert shapes == {"one": set(Role), "many": set(Role)}


def test_compose_s_store_keeps_every_write_and_throws_nothing_away(compose):
    store = compose["services"]["store"]
    options = dict(zip(store["command"][1::2], store["command"][2::2], strict=True))
    assert (options["--appendonly"], options["--maxmemory-policy"]) == ("yes", "noeviction")
    assert store["volumes"] == ["store:/data"]


def test_compose_waits_for_the_drain(compose):
    waits = {service["stop_grace_period"] for name, service in compose["services"].items() if name != "store"}
    assert waits == {"40s"}


def test_the_dockerfile_copies_what_there_is_and_starts_the_bot():
    text = (ROOT / "Dockerfile").read_text()
    copied = [line.split()[1] for line in text.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert all((ROOT / name).exists() for name in copied)
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in copied} == {line for line in allowed if line.startswith("!")}
    assert 'ENTRYPOINT ["python", "-m", "bot"]' in text
    assert "USER paperboy" in text


def test_the_version_option_shows_the_version_of_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert CliRunner().invoke(app, ["--version"]).stdout == f"paperboy {project['version']}\n"


class TestOperations:
    text = (ROOT / "docs" / "operations.md").read_text()

    def test_it_names_every_metric_and_no_other(self):
        known = set()
        for family in metrics.REGISTRY.collect():
            if family.name.startswith("paperboy_"):
                known.add(family.name + {"counter": "_total"}.get(family.type, ""))
        assert set(re.findall(r"`(paperboy_[a-z_]+)", self.text)) == known

    def test_every_setting_it_names_is_one(self):
        fields = {name.upper() for name in Settings.model_fields}
        assert set(re.findall(r"`([A-Z][A-Z]+_[A-Z_]+)`", self.text)) <= fields | set(EPHEMERAL) | {"KillMode"}

    def test_every_command_it_names_is_one(self):
        known = {"digest", "demo", "ask", "paper", "run", "check", "stop", "subscriptions", "costs"}
        assert set(re.findall(r"paperboy ([a-z]+)\b", self.text)) - {"is", "listens"} <= known | {"up"}

    @pytest.mark.parametrize(
        "heading",
        ["One machine", "Heroku", "Compose", "Several workers", "Backup and restore", "Upgrade", "What to do when"],
    )
    def test_it_has_a_section_for(self, heading):
        assert re.search(rf"^## {heading}", self.text, re.MULTILINE)
