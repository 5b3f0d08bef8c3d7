"""`--engine` and `--scheduler`, for the commands that extract. Apart from `cli.extraction.engine`, which imports the extraction."""

from __future__ import annotations

from dataclasses import dataclass

import click

from cli.option_groups import option_group
from cli.parameters import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """Where to extract, as given on the command line."""

    engine: str = "local"
    scheduler: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything but the default is asked for."""
        return self.engine != "local" or self.scheduler is not None


engine_options = option_group(
    EngineOptions,
    "engine",
    click.option(
        "--engine",
        type=Choice(["local", "dask"]),
        default="local",
        show_default=True,
        help="Where to extract: on this machine or on a Dask cluster.",
    ),
    click.option("--scheduler", metavar="ADDRESS", help="Scheduler of the Dask cluster, such as tcp://10.0.0.1:8786."),
)
"""Add `--engine` and `--scheduler`, passed to the command as `engine`."""
