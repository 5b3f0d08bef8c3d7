"""The options of gated extraction (`--gated`, `--accept`) and of experiments (`--sample`, `--labels`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from cli.completions import source_names
from cli.option_groups import option_group

SAMPLE = 500
"""Pages of a sample unless told otherwise: a loss of 1 % of one source in ten shows, and it takes half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """Whether sources that would lose too much are held back, and which are written all the same."""

    gated: bool = False
    accept: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise click.UsageError where the options contradict each other."""
        if self.accept and not self.gated:
            raise click.UsageError("--accept needs --gated: without gates every source is written.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleOptions:
    """How many pages an experiment extracts (0: all), and the file of labels that it is scored by."""

    sample: int = SAMPLE
    labels: Path | None = None


gate_options = option_group(
    GateOptions,
    "gates",
    click.option(
        "--gated",
        is_flag=True,
        help="Write only the sources that lose no more than lose_at_most in copydesk.toml allows.",
    ),
    click.option(
        "--accept",
        metavar="NAME",
        multiple=True,
        shell_complete=source_names,
        help="With --gated: write this source whatever it loses. May be repeated.",
    ),
)
"""Add `--gated` and `--accept`, passed to the command as `gates`."""

sample_options = option_group(
    SampleOptions,
    "sampled",
    click.option(
        "--sample",
        metavar="N",
        type=click.IntRange(0),
        default=SAMPLE,
        show_default=True,
        help="Number of pages, spread over sources and time; 0: all.",
    ),
    click.option(
        "--labels",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Score both sides by right answers: JSON lines with url, title, text, published, authors, ...",
    ),
)
"""Add `--sample` and `--labels`, passed to the command as `sampled`."""
