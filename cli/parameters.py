"""Types of command-line parameters: one of several words, a place in a list, a file to write. Errors say what would be right.

Also the options that many commands share.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from db.errors import UsageError
from db.queries.cursor import Cursor, parse_cursor

F = TypeVar("F", bound=Callable[..., Any])


class Choice(click.Choice[str]):
    """One of several words. The error for another word suggests the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """The message of click, which lists all words, with the nearest one."""
        near = difflib.get_close_matches(str(value).lower(), self.choices, n=1)
        return super().get_invalid_choice_message(value, ctx) + (f" Did you mean {near[0]!r}?" if near else "")


class CursorOption(click.ParamType[Cursor]):
    """A place in a list of articles."""

    name = "cursor"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Cursor:
        """The place. Fails for text that is none."""
        try:
            return value if isinstance(value, Cursor) else parse_cursor(str(value))
        except UsageError as error:
            self.fail(str(error), param, ctx)


class FileToWrite(click.ParamType[Path]):
    """A file to write. With `folders`, an existing folder is accepted too.

    A name that ends with a slash means a folder, never a file to create.
    """

    name = "file"

    def __init__(self, *, folders: bool = False) -> None:
        self._folders = folders

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Fails for a folder that does not exist, and for any folder unless `folders` is set."""
        path = Path(value)
        if path.is_dir() and not self._folders:
            self.fail(f"{value} is a folder; name a file in it.", param, ctx)
        if not path.is_dir() and str(value).endswith((os.sep, os.altsep or os.sep)):
            advice = "create it first, or name a file without the slash" if self._folders else "name a file"
            self.fail(f"{value} is a folder that does not exist; {advice}.", param, ctx)
        return path


def limit_option(default: int, what: str = "") -> Callable[[F], F]:
    """`--limit`: how many are listed, in all or of `what`."""
    listed = f"At most N {what}".rstrip()
    return click.option(
        "--limit", metavar="N", type=click.IntRange(0), default=default, show_default=True, help=f"{listed}; 0 for all."
    )


jobs_option = click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 256), default=1, show_default=True, help="Number of worker processes."
)
"""Of each command that reads pages in worker processes."""
force_option = click.option("--force", is_flag=True, help="Replace an existing file.")
"""Of each command that writes a file which the user names."""


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise UsageError for a file that exists, unless it may be replaced. A pipe or terminal is written into."""
    if path.is_file() and not force:
        raise UsageError(f"{path} already exists; name another file, or replace it with --force")
