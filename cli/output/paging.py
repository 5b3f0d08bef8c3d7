"""Long output through the pager, as git does: for a person at a terminal, where it does not fit the screen.

The pager is the one `PAGER` names, else less. `PAGER=cat` or an empty one: none. What is shown was read before: whoever reads
a page for an hour must not hold a transaction open for an hour.
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
    """Print lines, through the pager where a person would have to scroll back for the first."""
    if _paged(len(lines)):
        click.echo_via_pager((f"{visible_but_styles(line)}\n" for line in lines), color=coloured())
    else:
        for line in lines:
            click.echo(line)


def _paged(count: int) -> bool:
    if not (on_terminal() and sys.stdin.isatty()) or os.environ.get("PAGER", "less") in ("", "cat"):
        return False
    return count >= shutil.get_terminal_size((80, 24)).lines
