"""A hook of mkdocs: pages of the site that stand outside of `docs/`, and links to and from them."""

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent
OUTSIDE = {
    "README.md": "index.md",
    "bench/README.md": "figures.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""Path in the repository to path in the site."""
_LINK = re.compile(r"(!?\[[^\]]*\]\()([^)\s:#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: Any) -> Files:
    for source, target in OUTSIDE.items():
        text = (ROOT / source).read_text("utf-8")
        files.append(File.generated(config, target, content=_relinked(text, source, target)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    path = page.file.src_uri
    return markdown if path in OUTSIDE.values() else _relinked(markdown, f"docs/{path}", path)


def _relinked(text: str, source: str, target: str) -> str:
    """Links of a file in the repository as links in the site; to other files as words."""

    def link(match: re.Match[str]) -> str:
        named = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[2]))
        inside = OUTSIDE.get(named) or (named.removeprefix("docs/") if named.startswith("docs/") else "")
        if not inside or not (named in OUTSIDE or (ROOT / named).is_file()):
            return match[1].removesuffix("](").lstrip("![")
        relative = posixpath.relpath(inside, posixpath.dirname(target) or ".")
        return f"{match[1]}{relative}{match[3] or ''})"

    return _LINK.sub(link, text)
