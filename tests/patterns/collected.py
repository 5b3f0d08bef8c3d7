"""Every regular expression of the project, with the methods it is used by.

Looked for in three places: what the modules hold when they are imported (also within tuples, dicts, dataclasses and classes),
what `re.<method>(...)` calls say in the source, and what is made of a page's own words while it is read.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.patterns.adversaries import AnyPattern
from tests.support.packages import PACKAGES, module_names

METHODS = frozenset({"match", "fullmatch", "search", "finditer", "findall", "sub", "subn", "split"})


@dataclass(slots=True)
class Collected:
    """One pattern: where it is found, and by which methods it is used."""

    pattern: AnyPattern
    where: str
    methods: set[str] = field(default_factory=set)


def collect() -> list[Collected]:
    """All patterns that the packages hold or name, each once."""
    found: dict[tuple[str | bytes, int], Collected] = {}

    def add(pattern: AnyPattern, where: str, methods: set[str]) -> None:
        known = found.setdefault((pattern.pattern, pattern.flags), Collected(pattern, where))
        known.methods |= methods

    modules = [(module, _Uses(module)) for module in map(importlib.import_module, module_names())]
    for module, uses in modules:
        for name, pattern in _held(module):
            add(pattern, f"{module.__name__}.{name}", uses.of(name))
    for _, uses in modules:
        for pattern, where, methods in uses.calls():
            add(pattern, where, methods)
    return list(found.values())


@contextmanager
def compiled_meanwhile() -> Iterator[list[Collected]]:
    """The patterns that the packages make while something runs, with the methods they are made for."""
    seen: list[Collected] = []
    kept = {name: getattr(re, name) for name in (*METHODS, "compile")}

    def spied(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(pattern: Any, *rest: Any, **named: Any) -> Any:
            caller = sys._getframe(1).f_globals["__name__"]
            if caller.split(".")[0] in PACKAGES:
                at = _FLAGS_AT.get(name, 1 if name == "compile" else 2) - 1
                flags = named.get("flags", rest[at] if len(rest) > at else 0)
                made = re.compile(pattern, flags)
                seen.append(Collected(made, caller, {"search"} if name == "compile" else {name}))
            return real(pattern, *rest, **named)

        return call

    try:
        for name, real in kept.items():
            setattr(re, name, spied(name, real))
        yield seen
    finally:
        for name, real in kept.items():
            setattr(re, name, real)


def _held(module: ModuleType) -> Iterator[tuple[str, AnyPattern]]:
    seen: set[int] = set()
    for name, value in vars(module).items():
        foreign = inspect.isclass(value) or inspect.isfunction(value)
        if not isinstance(value, ModuleType) and not (foreign and value.__module__ != module.__name__):
            yield from ((name, pattern) for pattern in _within(value, seen, 0))


def _within(value: Any, seen: set[int], depth: int) -> Iterator[AnyPattern]:
    if isinstance(value, re.Pattern):
        yield value
        return
    if depth > 6 or id(value) in seen or isinstance(value, str | bytes | int | float):
        return
    seen.add(id(value))
    if isinstance(value, dict):
        inner: list[Any] = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner = list(value)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = [getattr(value, one.name, None) for one in dataclasses.fields(value)]
    elif isinstance(value, type):
        inner = list(vars(value).values()) if value.__module__.partition(".")[0] in PACKAGES else []
    elif inspect.isfunction(value):
        inner = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
    else:
        return
    for one in inner:
        yield from _within(one, seen, depth + 1)


_CALL = re.compile(rf"\bre\.(?:compile|{'|'.join(sorted(METHODS))})\(")


class _Uses:
    """How a module's source uses its patterns: methods called on names, and patterns given to `re` itself.

    Only sources with a pattern are parsed: two of three have none, and parsing them all takes seconds.
    """

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._source = Path(str(module.__file__)).read_text(encoding="utf-8")

    @cached_property
    def _nodes(self) -> list[ast.Attribute | ast.Call]:
        return [node for node in ast.walk(ast.parse(self._source)) if isinstance(node, ast.Attribute | ast.Call)]

    @cached_property
    def _methods(self) -> dict[str, set[str]]:
        """By name, the methods that are called on it; by "", those called on anything that is no name."""
        methods: dict[str, set[str]] = {}
        for node in self._nodes:
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                on = node.value.id if isinstance(node.value, ast.Name) else ""
                if on != "re":
                    methods.setdefault(on, set()).add(node.attr)
        return methods

    def of(self, name: str) -> set[str]:
        """The methods used on a global. For one in a table: all that its module calls on anything but a global."""
        if name in self._methods:
            return self._methods[name]
        held = vars(self._module)
        others = [methods for on, methods in self._methods.items() if not isinstance(held.get(on), re.Pattern)]
        return set().union(*others) or {"search"}

    def calls(self) -> Iterator[tuple[AnyPattern, str, set[str]]]:
        """Patterns in `re.compile(...)` and `re.sub(...)` and the like, so far as the module's globals tell them."""
        if not _CALL.search(self._source):
            return
        for node in self._nodes:
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id == "re"):
                continue
            method = node.func.attr
            if method not in METHODS | {"compile"}:
                continue
            where = f"{self._module.__name__}:{node.lineno}"
            if (pattern := _compiled(node, self._module)) is not None:
                yield pattern, where, {method} if method != "compile" else set()


_FLAGS_AT = {"sub": 4, "subn": 4, "split": 3}


def _compiled(call: ast.Call, module: ModuleType) -> AnyPattern | None:
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    at = _FLAGS_AT.get(method, 1 if method == "compile" else 2)
    flags = next((one.value for one in call.keywords if one.arg == "flags"), None)
    if flags is None and len(call.args) > at:
        flags = call.args[at]
    try:
        told: list[Any] = [
            eval(compile(ast.Expression(part), "", "eval"), vars(module)) if part else 0
            for part in (call.args[0], flags)
        ]
        compiled: AnyPattern = re.compile(told[0], told[1])
        return compiled
    except (NameError, TypeError, AttributeError, re.error):
        return None
