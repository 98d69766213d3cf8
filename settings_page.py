"""Writes `docs/settings.md` and the comments of `.env.example` from the settings' own sentences.

    .venv/bin/python settings_page.py

The order and the groups are those of `.env.example`. A test fails while a file is out of step.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent
SOURCE = ROOT / "bot/core/settings/settings.py"
EXAMPLE = ROOT / ".env.example"
PAGE = ROOT / "docs/settings.md"

OPENING = """\
# Every setting

<!-- Written by settings_page.py from bot/core/settings/settings.py: change the sentences there. -->

From the environment, or a `.env` file in the working directory, which the environment overrides.
`paperboy init` writes one; `--env-file FILE` names another. All settings are optional.
`.env.example` holds them to copy. `paperboy check` says which are missing or wrong.
"""
_LINE = re.compile(r"(# )?([A-Z_]+)=(.*)")


def sentences() -> dict[str, str]:
    """The sentence of each setting, by its name in capitals."""
    tree = ast.parse(SOURCE.read_text("utf-8"))
    settings = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Settings")
    found = {}
    for field, said in zip(settings.body, settings.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = said.value.value if isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) else ""
            found[field.target.id.upper()] = " ".join(str(text).split())
    return found


def example(said: dict[str, str]) -> str:
    """`.env.example` with each setting's sentence above it."""
    lines: list[str] = []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if match := _LINE.fullmatch(line):
            while lines and lines[-1].startswith("#") and not lines[-1].startswith("# ----"):
                lines.pop()
            lines.append(f"# {said[match[2]].replace('`', '')}")
            if match[1]:
                lines[-1] += " (Left out: a container and a service set their own.)"
        lines.append(line)
    return "\n".join(lines) + "\n"


def page(said: dict[str, str]) -> str:
    """The page: a table for each group of `.env.example`."""
    blocks = [OPENING]
    for line in EXAMPLE.read_text("utf-8").splitlines():
        if line.startswith("# ---- "):
            title = re.split(r" \(|: |; ", line.removeprefix("# ---- "))[0]
            blocks.append(f"\n## {title}\n\n| setting | default | meaning |\n|---|---|---|\n")
        elif match := _LINE.fullmatch(line):
            default = f"`{match[3]}`" if match[3] else ""
            blocks.append(f"| `{match[2]}` | {default} | {said[match[2]].replace('|', chr(92) + '|')} |\n")
    return "".join(blocks)


def main() -> None:
    said = sentences()
    if missing := [name for name, sentence in said.items() if not sentence]:
        sys.exit(f"Without a sentence in {SOURCE.name}: {', '.join(missing)}.")
    EXAMPLE.write_text(example(said), "utf-8")
    PAGE.write_text(page(said), "utf-8")


if __name__ == "__main__":
    main()
