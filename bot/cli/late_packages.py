"""Packages of libraries whose contents are loaded when they are first asked for.

Their `__init__` imports all they have, which then stays for as long as the bot runs, though nearly
nothing of it is used. With this, importing a module of theirs no longer runs `__init__`; asking the
package for a name that is none of its modules does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

LATE = ("openai.types", "requests")
"""The types of OpenAI's whole API, of which a call uses a tenth (9 MB); the HTTP client of `arxiv`,
which reads only what we fetched (4 MB)."""


def install() -> None:
    """For what is imported from now on in this process."""
    sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not f"{fullname}.".startswith(tuple(f"{name}." for name in LATE)):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and spec.submodule_search_locations is not None:
            spec.loader = _Late(spec.loader)
        return spec


class _Late(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        lock, begun = threading.RLock(), False

        def ask(name: str) -> Any:
            nonlocal begun
            whole = f"{module.__name__}.{name}"
            with lock:
                if not begun and not name.startswith("__") and find_spec(whole):
                    return import_module(whole)
                if not begun:  # else its own `__init__` asks while it runs
                    begun = True
                    self._loader.exec_module(module)
                    del module.__dict__["__getattr__"]
            try:
                return module.__dict__[name]
            except KeyError:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}") from None

        module.__dict__["__getattr__"] = ask  # PEP 562
