"""The options that choose a format: `--json`, and for commands that print rows `--csv` beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from db.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


def json_option(help_text: str = "Print one JSON object.") -> Callable[[F], F]:
    """`--json`; a command receives it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help=help_text)


def format_options(
    json_help: str = "Print JSON lines.", csv_help: str = "Print the same fields as CSV."
) -> Callable[[F], F]:
    """`--json` and `--csv`; a command receives them as `as_json` and `as_csv`. Both at once are a UsageError."""

    def decorate(command: F) -> F:
        @wraps(command)
        def call(*args: Any, as_json: bool, as_csv: bool, **values: Any) -> Any:
            if as_json and as_csv:
                raise UsageError("--json and --csv cannot be combined; choose one")
            return command(*args, as_json=as_json, as_csv=as_csv, **values)

        with_csv = click.option("--csv", "as_csv", is_flag=True, help=csv_help)(cast(F, call))
        return json_option(json_help)(with_csv)

    return decorate
