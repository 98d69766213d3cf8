"""What strangers run it with agrees with the program: locks, Makefile, Procfile, compose.yaml, Dockerfile, the unit, docs/operations.md."""

import contextlib
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from bot.cli.main import app
from bot.core import metrics
from bot.core.settings.settings import Settings
from bot.server.hosts import EPHEMERAL
from bot.server.service import Role
from tests.paths import ROOT

BOT = ["python", "-m", "bot"]


def test_the_modules_that_set_up_warms_are_there():
    """Set-up imports them to compile them: a renamed one would end it."""
    named = re.search(r"^SHOWN := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert named
    for name in named[1].split(", "):
        assert find_spec(name) is not None, name


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


def test_compose_starts_everything_by_default_and_more_workers_on_demand(compose):
    services = {name: service for name, service in compose["services"].items() if name != "store"}
    assert {name for name, service in services.items() if "profiles" not in service} == {"bot"}
    assert roles(services["bot"]["command"]) == set(Role)
    assert roles(services["worker"]["command"]) == {Role.WORKER}
    for service in services.values():
        assert service["environment"]["REDIS_URL"] == "redis://store:6379/0"
        assert service["init"] is True


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
    [uid] = re.findall(r"useradd .*--uid (\d+)", text)
    assert f"\nUSER {uid}\n" in text


def test_the_dockerfile_keeps_hadolint_s_rules():
    """`make hadolint` runs the linter itself; these are its rules that a change here could break."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    steps = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    images = [words.split()[0] for step, words in steps if step == "FROM"]
    assert all(re.fullmatch(r"[\w/.-]+:\d[\w.-]*", image) for image in images)  # DL3006, DL3007: a tag, not latest
    assert {step for step, _ in steps} <= {
        "FROM", "COPY", "RUN", "WORKDIR", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL",
        "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # DL3020: no ADD; DL4000: no MAINTAINER  # fmt: skip
    runs = " && ".join(words for step, words in steps if step == "RUN")
    assert not re.search(r"\b(sudo|apt|apt-get|cd|curl|wget)\b|\|", runs)  # DL3003, DL3004, DL3008, DL3009, DL4006
    assert all("--no-cache-dir" in run for run in re.findall(r"pip install[^&]*", runs))  # DL3042
    assert all(words.startswith("/") for step, words in steps if step == "WORKDIR")  # DL3000
    assert all(words.startswith("[") for step, words in steps if step in ("ENTRYPOINT", "CMD"))  # DL3025
    assert [step for step, _ in steps].count("CMD") == 1  # DL4003
    users = [words for step, words in steps if step == "USER"]
    assert users[-1].isdigit()  # DL3002, DL3066: not root, by number
    assert int(users[-1]) > 0
    assert len(images) == 2  # what installs stays out of the image
    assert {words.split()[0] for step, words in steps if step == "COPY"} == {
        "requirements-run.lock",
        "--from=build",
        "bot",
        "digest",
    }


def test_a_copy_of_the_source_runs_without_being_installed(tmp_path):
    """As in the container and on Heroku, where only the locked packages are installed."""
    hidden = (
        "import importlib.metadata as m; m.version = None; import digest.version; print(digest.version.user_agent())"
    )
    ran = subprocess.run([sys.executable, "-c", hidden], cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.fullmatch(r"Paperboy/[\d.]+\n", ran.stdout), ran.stderr


def test_the_unit_runs_as_a_user_that_the_steps_make_and_check_reads_the_same_settings():
    unit = dict(
        line.split("=", 1) for line in (ROOT / "deploy/paperboy.service").read_text().splitlines() if "=" in line
    )
    steps = (ROOT / "docs/operations.md").read_text()
    assert re.search(rf"useradd --system .* {unit['User']}$", steps, re.MULTILINE)
    assert f"runuser -u {unit['User']} -- .venv/bin/paperboy check --env-file {unit['EnvironmentFile']}" in steps
    assert "PAPERBOY_HOME" not in str(unit)
    assert f"PAPERBOY_HOME=/var/lib/{unit['StateDirectory']} >> {unit['EnvironmentFile']}" in steps


PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >> "$LOG"
case "$1 $2" in
  "-c "*) exit {old};;
  "-m venv") mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
esac
"""


class TestMakeFindsPython:
    def run(self, tmp_path, *words: str, **pythons: bool):
        """`make setup` without uv, where these interpreters are found: name to whether it is too old."""
        tools = tmp_path / "bin"
        tools.mkdir()
        for tool in ("sh", "mkdir", "cp", "touch", "getconf", "basename", "make"):
            (tools / tool).symlink_to(shutil.which(tool))
        for name, old in pythons.items():
            file = tools / name.replace("_", ".")
            file.write_text(PYTHON.format(old=int(old)))
            file.chmod(0o755)
        for name in ("Makefile", "requirements.lock", "requirements-run.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, tmp_path)
        env = {"PATH": str(tools), "LOG": str(tmp_path / "log")}
        return subprocess.run(
            ["make", "setup", *words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    def made_with(self, tmp_path) -> str:
        return next(line.split()[0] for line in (tmp_path / "log").read_text().splitlines() if " -m venv" in line)

    def test_a_newer_one_beside_an_old_python3(self, tmp_path):
        assert self.run(tmp_path, python3=True, python3_12=False).returncode == 0
        assert self.made_with(tmp_path) == "python3.12"

    def test_the_one_that_is_named(self, tmp_path):
        assert self.run(tmp_path, "PYTHON=python3.13", python3=False, python3_13=False).returncode == 0
        assert self.made_with(tmp_path) == "python3.13"

    @pytest.mark.parametrize("words", [[], ["PYTHON=python3"], ["PYTHON=nowhere"]])
    def test_none_is_a_sentence(self, tmp_path, words):
        ran = self.run(tmp_path, *words, python3=True)
        assert ran.returncode != 0
        assert "Paperboy needs Python 3.11 or newer" in ran.stderr
        assert "make setup PYTHON=/path/to/python3.12" in ran.stderr


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

    @pytest.mark.parametrize(
        "heading",
        ["One machine", "Heroku", "Compose", "Several workers", "Backup and restore", "Upgrade", "What to do when"],
    )
    def test_it_has_a_section_for(self, heading):
        assert re.search(rf"^## {heading}", self.text, re.MULTILINE)
