"""Tables and prose for a terminal, aligned by cells (a Chinese character takes two), coloured only on a terminal.

    on a terminal    columns are cut to fit the width; headings are bold
    in a pipe        nothing is cut, nothing is coloured; columns stay aligned for values up to `WIDEST_PADDING`

`plain` strips control characters from text of the web: a title must not move the cursor. Widths come from rich. Its tables and its
wrapping are not used: they cut cells in a pipe too, and break lines of Chinese before closing punctuation.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
from rich.cells import cell_len, set_cell_size

from db.display.humanize import format_database_size as format_database_size
from db.display.humanize import format_duration as format_duration
from db.display.humanize import format_elapsed as format_elapsed
from db.display.humanize import format_local_time as format_local_time
from db.display.humanize import format_run_duration as format_run_duration
from db.display.humanize import format_size as format_size

# Prose reads well up to about 90 characters a line; wider terminals get a margin.
WIDEST_PROSE = 88
# In a pipe, one long value must not push all others away.
WIDEST_PADDING = 60
_GAP = "  "

# C0, DEL, C1, line and paragraph separators, and marks that change the direction of the text after them.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
# Lines do not begin with the first, or end with the second (JIS X 4051, GB/T 15834).
_NOT_FIRST = frozenset("，。、；：？！）》〉」』】〕”’…—·,.;:?!)]}％%」ー々")
_NOT_LAST = frozenset("（《〈「『【〔“‘([{")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading, least width in cells, alignment, and colour on a terminal.

    On a narrow terminal, columns that are not `fixed` shrink until their widths are proportional to their weights.
    """

    title: str
    least: int = 4
    weight: float = 1.0
    right: bool = False
    colour: str | None = None
    fixed: bool = False


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def coloured() -> bool:
    """Whether to use colours (https://no-color.org)."""
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def screen_width() -> int:
    """Cells in a line: COLUMNS, else the width of the terminal, else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def output_width() -> int | None:
    """Cells in a line of standard output where that is a terminal; None in a pipe, where nothing is cut."""
    return screen_width() if on_terminal() else None


def plain(value: object) -> str:
    """A value as one line without control characters; "" for None."""
    return "" if value is None else _CONTROL.sub(" ", str(value)).strip()


def plain_text(text: str) -> str:
    """Text of several lines without control characters."""
    return _CONTROL_BUT_LINES.sub("", text)


def styled(text: str, **style: object) -> str:
    """`click.style` where colours are used. A style that is False is none: click would switch it off, by a sequence of its own."""
    wanted = {name: value for name, value in style.items() if value}
    return click.style(text, **wanted) if coloured() and wanted else text  # type: ignore[arg-type]


def cut(text: str, width: int) -> str:
    """The text cut to at most `width` cells, with an ellipsis."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text padded with spaces to `width` cells; longer text stays as it is."""
    space = " " * max(0, width - cell_len(text))
    return space + text if right else text + space


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]], *, width: int | None) -> Iterator[str]:
    """The lines of a table, headings first. `width` is in cells; with None, for a pipe, nothing is cut."""
    cells = [[plain(value) for value in row] for row in rows]
    widths = [
        max([cell_len(column.title), *(cell_len(row[n]) for row in cells)], default=0)
        for n, column in enumerate(columns)
    ]
    if width is None:
        widths = [min(wide, WIDEST_PADDING) for wide in widths]
    else:
        _narrow(widths, columns, width - len(_GAP) * (len(columns) - 1))
    yield styled(_line([column.title for column in columns], columns, widths, cuts=width is not None), bold=True)
    for row in cells:
        yield _line(row, columns, widths, cuts=width is not None, colours=coloured())


def _narrow(widths: list[int], columns: Sequence[Column], room: int) -> None:
    """Narrow the column that is widest for its weight, repeatedly, until all fit or none can shrink."""
    while sum(widths) > room:
        able = [n for n, column in enumerate(columns) if not column.fixed and widths[n] > column.least]
        if not able:
            return
        widths[max(able, key=lambda n: widths[n] / columns[n].weight)] -= 1


def _line(
    row: Sequence[str], columns: Sequence[Column], widths: Sequence[int], *, cuts: bool, colours: bool = False
) -> str:
    parts = []
    for text, column, wide in zip(row, columns, widths, strict=True):
        part = padded(cut(text, wide) if cuts else text, wide, right=column.right)
        parts.append(click.style(part, fg=column.colour) if colours and column.colour and text else part)
    return _GAP.join(parts).rstrip()


def wrapped(text: str, width: int, *, whole_words: bool = False) -> Iterator[str]:
    """Prose wrapped to lines of `width` cells, with an empty line between paragraphs.

    Breaks at spaces and between wide characters, but not before closing or after opening punctuation. A word wider than a line,
    such as an address, is broken anywhere; with `whole_words` it stays whole, so that it can be copied.
    """
    for number, paragraph in enumerate(plain_text(text).split("\n")):
        if number:
            yield ""
        line = ""
        for unit in _units(paragraph):
            if line and cell_len(line + unit.rstrip()) > width:
                yield line.rstrip()
                line = ""
            while not whole_words and cell_len(unit.rstrip()) > width:
                head = _head(unit, width)
                yield head
                unit = unit[len(head) :]  # noqa: PLW2901 - the rest of it
            line += unit if line else unit.lstrip()
        if line.strip():
            yield line.rstrip()


def _head(unit: str, width: int) -> str:
    taken = 1
    while taken < len(unit) and cell_len(unit[: taken + 1]) <= width:
        taken += 1
    return unit[:taken]


def _units(paragraph: str) -> Iterator[str]:
    """What stays on one line: a word with the space after it, a wide character with its punctuation."""
    unit = ""
    for character in paragraph:
        if unit and _may_break(unit[-1], character):
            yield unit
            unit = ""
        unit += character
    if unit:
        yield unit


def _may_break(left: str, right: str) -> bool:
    if right.isspace() or right in _NOT_FIRST or left in _NOT_LAST:
        return False
    return left.isspace() or cell_len(left) == 2 or cell_len(right) == 2
