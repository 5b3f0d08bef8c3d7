"""Options that belong together, passed to a command as one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def option_group(kind: type[Any], parameter: str, *options: Callable[[F], F]) -> Callable[[F], F]:
    """Add options to a command, which receives their values as `parameter`: one `kind`, a dataclass with a field for each."""
    names = [field.name for field in fields(kind)]

    def decorate(command: F) -> F:
        @wraps(command)
        def call(*args: Any, **values: Any) -> Any:
            group = kind(**{name: values.pop(name) for name in names})
            return command(*args, **values, **{parameter: group})

        decorated = cast(F, call)
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
