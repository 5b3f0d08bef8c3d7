"""The conditions and functions of a package's modules, wrapped while these are imported: each can be watched, or held.

A branch is the test of an `if`, of a conditional expression or of a comprehension's `if`, and each operand of `and` and `or`; the
last operand outside of a test counts where it is a bool, as elsewhere it is a value. `instrument(package)` imports the modules of a
package, none of which may have been imported before, with every branch as the argument of a call: a held condition is still
evaluated, and names that it binds are bound.

A function is a branch as well, by the name of "def NAME", if its annotations tell what it answers where it finds nothing: its
first argument of the type that it answers (what cuts something from a text leaves it whole), False, None, or nothing in a
collection. It is true where it answered anything else. Held false, it answers nothing.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_CALL, _DECORATOR = "_watched_branch_", "_watched_function_"
_PROCEDURE = "None"
"""What answers nothing at all and changes something."""
_NOTHING = "| None"
_EMPTY: dict[str, Callable[[], object]] = {
    _PROCEDURE: lambda: None, _NOTHING: lambda: None, "bool": bool, "str": str, "int": int, "float": float, "list": list,
    "Iterator": lambda: iter(()), "Iterable": tuple, "Sequence": tuple, "tuple": tuple, "set": set, "frozenset": frozenset,
    "Set": frozenset, "dict": dict, "Mapping": dict,
}  # fmt: skip
"""What is answered where nothing is found, by the name of the type."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch: its module, its place ("file:line:column"), its source, and whether all that counts of it is if it is true."""

    module: str
    place: str
    text: str
    is_test: bool


BRANCHES: list[Branch] = []
"""All that were wrapped, by number."""
_true, _false = bytearray(), bytearray()
_held, _value = -1, False


def _watched(branch: int, value: object, is_test: bool) -> object:
    """The value, noted; or what the branch is held at."""
    if not is_test and not isinstance(value, bool):
        return value
    if branch == _held:
        return value if bool(value) is _value else _value
    (_true if value else _false)[branch] = 1
    return value


def _watched_function(branch: int, position: int, kind: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator. `position` is that of the argument that is answered where nothing is found, -1 for none; `kind` in `_EMPTY`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        name = [*inspect.signature(function).parameters][position] if position >= 0 else ""
        is_generator = inspect.isgeneratorfunction(function)

        def nothing(*args: Any, **named: Any) -> Any:
            if position < 0:
                return _EMPTY[kind]()
            return args[position] if position < len(args) else named.get(name)

        def watched(answers: Iterator[Any]) -> Iterator[Any]:
            for answer in answers:
                _true[branch] = 1
                yield answer

        @wraps(function)
        def wrapped(*args: Any, **named: Any) -> Any:
            if branch == _held:
                return nothing(*args, **named)
            answer = function(*args, **named)
            if is_generator:
                return watched(answer)
            if not _true[branch] and (kind == _PROCEDURE or answer != nothing(*args, **named)):
                _true[branch] = 1
            return answer

        return wrapped

    return decorate


def hold(branch: int | None, value: bool) -> None:
    """Hold a branch, or none."""
    global _held, _value
    _held, _value = -1 if branch is None else branch, value


def forget() -> None:
    """Forget what was noted."""
    for noted in (_true, _false):
        noted[:] = bytes(len(BRANCHES))


def what_was_noted() -> tuple[bytes, bytes]:
    """A byte for each branch: whether it was true, whether it was false, since `forget`."""
    return bytes(_true), bytes(_false)


def _kind_of_nothing(node: ast.FunctionDef) -> tuple[int, str] | None:
    """`position` and `kind` for `_watched_function`, None where the annotation does not tell."""
    answered = ast.unparse(node.returns) if node.returns else ""
    arguments = [
        ast.unparse(one.annotation) if one.annotation else "" for one in (*node.args.posonlyargs, *node.args.args)
    ]
    name = answered.partition("[")[0]
    if answered.endswith(_NOTHING):
        return -1, _NOTHING
    if answered not in ("bool", _PROCEDURE, "") and answered in arguments:
        return arguments.index(answered), name
    if name not in _EMPTY or (name == "tuple" and "..." not in answered):
        return None
    return -1, name


class _Wrapping(ast.NodeTransformer):
    """Wraps the branches of a module."""

    def __init__(self, module: str, path: Path) -> None:
        self._module, self._path = module, path
        self._source = path.read_text("utf-8")
        self._is_within_function = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        is_outer, self._is_within_function = not self._is_within_function, True
        self.generic_visit(node)
        self._is_within_function = not is_outer
        kind = _kind_of_nothing(node) if is_outer and not node.name.startswith("__") else None
        if kind:
            number = self._number_of(node, f"def {node.name}", is_test=False)
            decorator = ast.Call(ast.Name(_DECORATOR, ast.Load()), [ast.Constant(one) for one in (number, *kind)], [])
            node.decorator_list.append(ast.copy_location(decorator, node))
        return node

    def _number_of(self, node: ast.expr | ast.FunctionDef, text: str, *, is_test: bool) -> int:
        """The number of a new branch."""
        BRANCHES.append(Branch(self._module, f"{self._path}:{node.lineno}:{node.col_offset}", text, is_test))
        for noted in (_true, _false):
            noted.append(0)
        return len(BRANCHES) - 1

    def _wrapped(self, node: ast.expr, is_test: bool = True) -> ast.expr:
        if isinstance(node, ast.Constant):
            return node
        text = " ".join((ast.get_source_segment(self._source, node) or "").split())
        number = self._number_of(node, text, is_test=is_test)
        arguments = [ast.Constant(number), self._within(node, is_test), ast.Constant(is_test)]
        return ast.copy_location(ast.Call(ast.Name(_CALL, ast.Load()), arguments, []), node)

    def _within(self, node: ast.expr, is_test: bool) -> ast.expr:
        """The same with the branches inside it wrapped."""
        if isinstance(node, ast.BoolOp):
            last = node.values[-1]
            node.values = [self._wrapped(one, is_test or one is not last) for one in node.values]
            return node
        return self.visit(node)  # type: ignore[no-any-return]

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        return self._within(node, False)

    def visit_If(self, node: ast.If) -> ast.If:
        test = self._wrapped(node.test)
        node.test = ast.Constant(True)
        self.generic_visit(node)
        node.test = test
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        test = self._wrapped(node.test)
        return ast.copy_location(ast.IfExp(test, self.visit(node.body), self.visit(node.orelse)), node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        node.iter = self.visit(node.iter)
        node.ifs = [self._wrapped(one) for one in node.ifs]
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        node.body = [self.visit(one) for one in node.body]
        return node


class _Loader(SourceFileLoader):
    """Compiles a module with its branches wrapped; compiled files are neither read nor written."""

    def get_code(self, fullname: str) -> CodeType:
        path = Path(self.path)
        tree = _Wrapping(fullname, path.relative_to(Path.cwd())).visit(ast.parse(path.read_bytes()))
        return compile(ast.fix_missing_locations(tree), self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)[_CALL], vars(module)[_DECORATOR] = _watched, _watched_function
        super().exec_module(module)


class _Finder:
    """Finds the modules of a package, to be loaded by `_Loader`."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(self, name: str, path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self._package and not name.startswith(f"{self._package}."):
            return None
        spec = PathFinder.find_spec(name, path)
        if spec and spec.origin:
            spec.loader = _Loader(name, spec.origin)
        return spec


def instrument(package: str) -> list[ModuleType]:
    """Import all modules of a package with their branches wrapped."""
    assert package not in sys.modules, f"{package} is imported already"
    sys.meta_path.insert(0, _Finder(package))
    found = importlib.import_module(package)
    names = [one.name for one in pkgutil.walk_packages(found.__path__, f"{package}.")]
    modules = [importlib.import_module(name) for name in names]
    forget()
    return modules


def digest_of(modules: Sequence[ModuleType]) -> str:
    """Of the sources of modules."""
    sources = [Path(module.__file__).read_bytes() for module in modules if module.__file__]
    return hashlib.sha256(b"\0".join(sources)).hexdigest()[:16]
