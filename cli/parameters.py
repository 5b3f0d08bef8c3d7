"""What may be given on the command line: one of some words, a file to write. What is wrong is said with what would be right."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

import click


class Choice(click.Choice[str]):
    """One of some words; a wrong one is answered with the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """All words, and the nearest of them."""
        near = difflib.get_close_matches(str(value).lower(), self.choices, n=1)
        return super().get_invalid_choice_message(value, ctx) + (f" Did you mean {near[0]!r}?" if near else "")


class FileToWrite(click.ParamType[Path]):
    """A file to be written. `folders`: a folder that is there may stand for a file in it.

    A name that ends in a slash means a folder: it is not taken for the name of a file.
    """

    name = "file"

    def __init__(self, *, folders: bool = False) -> None:
        self._folders = folders

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Fails where it names a folder that is not there, or one where none may stand."""
        path = Path(value)
        if path.is_dir() and not self._folders:
            self.fail(f"{value} is a folder; name a file in it.", param, ctx)
        if not path.is_dir() and str(value).endswith((os.sep, os.altsep or os.sep)):
            advice = "make it first, or name a file without the slash" if self._folders else "name a file"
            self.fail(f"{value} is a folder that does not exist; {advice}.", param, ctx)
        return path
