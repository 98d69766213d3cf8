"""Build hook: compiles the gettext catalogs into the wheel. A source checkout has no compiled
ones and reads its `.po` files."""

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogs(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        self._made = tempfile.TemporaryDirectory()
        for source in sorted(Path(self.root).glob("*/locale/*/LC_MESSAGES/*.po")):
            target = source.relative_to(self.root).with_suffix(".mo")
            compiled = Path(self._made.name) / target
            compiled.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as po, compiled.open("wb") as mo:
                write_mo(mo, read_po(po))
            build_data["force_include"][str(compiled)] = str(target)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002  # the hook's form
        if version != "editable":
            self._made.cleanup()
