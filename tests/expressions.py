"""Finds every regular expression of the program, and with which methods it meets text."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from digest.patterns import regex
from digest.which_paper.worded import number_words

ROOT = Path(__file__).resolve().parent.parent
METHODS = {"match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split"}
FLAGS_AT = {"sub": 4, "subn": 4, "split": 3, "compile": 1, "regex": 1}


@dataclass
class Expression:
    where: str
    pattern: re.Pattern[Any]
    methods: set[str] = field(default_factory=set)

    def ways(self) -> set[str]:
        """How it goes through a text: `finditer` stands for all methods that go on after a match."""
        return self.methods if self.methods and self.methods <= {"match", "fullmatch", "search"} else {"finditer"}


def modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    for path in (*sorted(ROOT.glob("bot/**/*.py")), *sorted(ROOT.glob("digest/**/*.py")), ROOT / "messages.py"):
        if path.name != "__main__.py":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield importlib.import_module(name), ast.parse(path.read_text("utf-8"))


def expressions() -> tuple[list[Expression], list[str]]:
    """All of them, and the places whose expression is known at run time only."""
    found: dict[re.Pattern[Any], Expression] = {}
    unknown: set[str] = set()
    read = list(modules())
    uses = {module.__name__: _uses(tree) for module, tree in read}
    everywhere: dict[str, set[str]] = defaultdict(set)
    for names in uses.values():
        for name, methods in names.items():
            everywhere[name] |= methods
    for module, tree in read:
        for name, value in vars(module).items():
            for pattern in _patterns(value) if name != "_ALL" else ():
                one = found.setdefault(pattern, Expression(f"{module.__name__}.{name}", pattern))
                one.methods |= (uses[module.__name__] if name.startswith("_") else everywhere).get(name, {"?"})
        for call, function in _calls(tree):
            pattern, made = _made(call, module), []
            if pattern is None and function is not None:
                made = list(_made_by(getattr(module, function.name, None)))
                if not made:
                    unknown.add(f"{module.__name__}.{function.name}")
            for each in made if pattern is None else [pattern]:
                name = function.name if function else f"line {call.lineno}"
                one = found.setdefault(each, Expression(f"{module.__name__}.{name}", each))
                if _name(call) in METHODS:
                    one.methods.add(_name(call))
    return list(found.values()), sorted(unknown)


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr if isinstance(call.func.value, ast.Name) and call.func.value.id == "re" else ""
    return call.func.id if isinstance(call.func, ast.Name) and call.func.id == "regex" else ""


def _calls(tree: ast.AST, function: Any = None) -> Iterator[tuple[ast.Call, Any]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and _name(node) in {*METHODS, "compile", "regex"}:
            yield node, function
        yield from _calls(node, node if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function)


class _Escaped(ast.NodeTransformer):
    """What is escaped is read as itself, whatever it is."""

    def visit_Call(self, node: ast.Call) -> ast.AST:  # ast's name
        return ast.Constant("x") if ast.unparse(node.func) == "re.escape" else self.generic_visit(node)


def _made(call: ast.Call, module: ModuleType) -> re.Pattern[Any] | None:
    def value(node: ast.expr) -> Any:
        tree = ast.fix_missing_locations(ast.Expression(_Escaped().visit(node)))
        return eval(compile(tree, module.__name__, "eval"), dict(vars(module)))  # our own text

    at = FLAGS_AT.get(_name(call), 2)
    flags = next((word.value for word in call.keywords if word.arg == "flags"), None)
    flags = call.args[at] if flags is None and len(call.args) > at else flags
    try:
        return re.compile(value(call.args[0]), value(flags) if flags else 0)
    except (NameError, AttributeError, TypeError):
        return None


def _made_by(function: Any) -> Iterator[re.Pattern[Any]]:
    """By a function that takes nothing, or a language."""
    if not callable(function) or "re.Pattern" not in str(inspect.signature(function).return_annotation):
        return
    parameters = list(inspect.signature(function).parameters)
    for arguments in {"": [()], "language": [(language,) for language in number_words()]}.get(",".join(parameters), []):
        with contextlib.suppress(KeyError, TypeError):  # of a language that it does not know
            yield from _patterns(function(*arguments))


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, type(regex(""))):
        value = value.compile()
    if isinstance(value, re.Pattern):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _patterns(list(vars(value).values()) if hasattr(value, "__dict__") else [])
    elif isinstance(value, list | tuple | set | frozenset | dict):
        for inner in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from _patterns(inner)


def _uses(tree: ast.Module) -> dict[str, set[str]]:
    """With which methods each name is used; `?` where it is handed on."""
    found: dict[str, set[str]] = defaultdict(set)
    nodes = list(ast.walk(tree))
    parents = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found[node.id] |= _methods(node, parents)
        elif isinstance(node, ast.Attribute) and node.attr.isupper():  # of another module
            found[node.attr] |= _methods(node, parents)
    return found


def _methods(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> set[str]:
    parent = parents[node]
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return _methods(parent, parents)
    if isinstance(parent, ast.Attribute):
        called = isinstance(parents[parent], ast.Call) and parents[parent].func is parent  # type: ignore[attr-defined]
        if parent.attr in ("values", "items") and called:
            return _methods(parents[parent], parents)  # type: ignore[arg-type]
        return set() if parent.attr == "pattern" else {parent.attr if called else "?"}
    if isinstance(parent, ast.comprehension | ast.For) and parent.iter is node:
        targets = {n.id for n in ast.walk(parent.target) if isinstance(n, ast.Name)}
        body = parents[parent] if isinstance(parent, ast.comprehension) else parent
        inner = [n for n in ast.walk(body) if isinstance(n, ast.Name) and n.id in targets]
        return {m for n in inner if isinstance(n.ctx, ast.Load) for m in _methods(n, parents) if m in METHODS} or {"?"}
    return {"?"}
