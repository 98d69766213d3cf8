"""Tries a wheel in a clean environment: `python -m tests.wheel dist`. Run by `make dist`.

Only the wheel is installed there. The packages it needs are those of this environment, which are locked; that they satisfy what the
wheel asks for is checked here. The source is not on the path.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
from email.parser import BytesParser
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

from messages import TABLES, languages
from tests.paths import ROOT

SENTENCES = """
import bot, digest, sys
from pathlib import Path
from bot.cli.init import manifest_link
from digest.render.labels import label
assert all(Path(p.__file__).is_relative_to(sys.prefix) for p in (bot, digest)), bot.__file__
assert all((Path(p.__file__).parent / "py.typed").exists() for p in (bot, digest))
assert "manifest_yaml" in manifest_link()
print(*sorted({label("keyless", tag) for tag in sys.argv[1:]}), sep="\\n")
"""


def check(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        asked = BytesParser().parsebytes(archive.read(metadata))
    assert (asked["Name"], asked["Version"]) == (project["name"], project["version"])
    for table in TABLES:
        for tag in languages(table.package):
            assert f"{table.package}/locale/{tag}/LC_MESSAGES/{table.package}.mo" in names, tag
    assert not [name for name in names if name.startswith(("tests/", "bench/")) or name.endswith(".po")]
    for text in asked.get_all("Requires-Dist"):
        need = Requirement(text)
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            assert need.specifier.contains(version(need.name), prereleases=True), text
    with tempfile.TemporaryDirectory(prefix="paperboy-wheel-") as folder:
        _try_commands(wheel, Path(folder), project["version"])


def _try_commands(wheel: Path, folder: Path, wanted: str) -> None:
    home = folder / "home"
    home.mkdir()
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    uv = shutil.which("uv")
    pip = [uv, "pip", "install"] if uv else [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    into = ["--python", str(python)] if uv else ["--python", str(python), "install"]
    subprocess.run([*pip, *into, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    [packages] = (folder / "env" / "lib").glob("python*/site-packages")
    (packages / "needed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    # arXiv cannot be reached: the bundled sample day is shown.
    away = dict.fromkeys(("ARXIV_RSS_URL", "ARXIV_API_URL", "ARXIV_CONTENT_URL"), "http://127.0.0.1:1")
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", **away}

    def run(*words: str) -> str:
        ran = subprocess.run(
            words, cwd=home, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{words}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    paperboy = str(folder / "env" / "bin" / "paperboy")
    assert run(paperboy, "--version") == f"paperboy {wanted}\n"
    assert len(set(run(str(python), "-c", SENTENCES, "en", "de", "zh", "ja").splitlines())) == 4
    shown = run(paperboy, "demo")
    assert shown.count("https://arxiv.org/abs/") >= 10, shown
    run(paperboy, "stop")


if __name__ == "__main__":
    [found] = Path(sys.argv[1]).glob("*.whl")
    check(found)
    print(f"{found}: installed and tried in a clean environment.")
