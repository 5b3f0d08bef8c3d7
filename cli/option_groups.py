"""Options that belong together, passed to a command as one object; and filters, which take one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, cast

import click

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


def filter_option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """An option that filters by one value. Given twice it is refused: click would answer for the last value alone."""
    return click.option(*names, multiple=True, callback=_only_one, **attributes)


def _only_one(ctx: click.Context, param: click.Parameter, values: tuple[Any, ...]) -> Any:
    if len(values) > 1:
        given = " and ".join(map(str, values[:2]))
        raise click.BadParameter(f"takes one value, got {given}; ask for each by itself", ctx=ctx, param=param)
    return values[0] if values else None
