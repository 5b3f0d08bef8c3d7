"""Show long output in a pager, as git does: on a terminal, where it does not fit the screen.

The pager is that of `PAGER`, by default less; none with `PAGER=cat` or an empty one. All lines are read before: a person who reads
for an hour must not hold a transaction open.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

import click

from cli.output.tables import coloured, on_terminal
from cli.output.terminal import visible_but_styles


def show_lines(lines: Sequence[str]) -> None:
    """Print lines, in the pager where the first would scroll off the screen."""
    if _paged(len(lines)):
        # None: click tells `less` to take colours (-R), and leaves them out for a pager that may not know them.
        click.echo_via_pager((f"{visible_but_styles(line)}\n" for line in lines), color=None if coloured() else False)
    else:
        for line in lines:
            click.echo(line)


def _paged(count: int) -> bool:
    if not (on_terminal() and sys.stdin.isatty()) or os.environ.get("PAGER", "less") in ("", "cat"):
        return False
    return count >= shutil.get_terminal_size((80, 24)).lines
