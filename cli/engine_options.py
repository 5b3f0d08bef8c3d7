"""`--engine` and `--scheduler`, for the commands that extract. By itself, because `cli.extraction.engine` loads the extraction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from cli.parameters import Choice

F = TypeVar("F", bound=Callable[..., Any])


def engine_options(says: str) -> Callable[[F], F]:
    """Adds both options to a command; `says` is the help of the first."""
    engine = click.option("--engine", type=Choice(["local", "dask"]), default="local", show_default=True, help=says)
    scheduler = click.option("--scheduler", metavar="ADDRESS", help="The Dask scheduler, such as tcp://10.0.0.1:8786.")
    return lambda command: engine(scheduler(command))
