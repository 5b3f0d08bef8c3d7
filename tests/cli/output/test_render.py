"""Tables and prose: width in cells, cutting, padding, line breaking, control characters, colours."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cli.output.tables import (
    Column,
    cut,
    format_duration,
    format_local_time,
    format_size,
    padded,
    plain,
    table,
    wrapped,
)
from db.display.humanize import counted, times
from tests.cli.conftest import ROOT, Newsroom

COLUMNS = (Column(title="id", right=True, fixed=True), Column(title="title", least=6), Column(title="who", least=4))
ROWS = [
    (1, "每天可供水三十万吨，五个街道明年春天用上新水", "李青山"),
    (12345, "short", "Ann Reed of the Harbour Office"),
]


@pytest.mark.parametrize("width", range(24, 100, 7))
def test_a_table_fits_its_width_and_stays_aligned(width: int) -> None:
    lines = list(table(COLUMNS, ROWS, width=width))
    assert all(cell_len(line) <= width for line in lines)
    starts = {cell_len(line[: line.index(word)]) for line, word in zip(lines, ("title", "每", "short"), strict=True)}
    assert len(starts) == 1, lines


def test_a_pipe_gets_everything_uncut() -> None:
    long = "很长的标题" * 30
    lines = list(table(COLUMNS, [(1, long, "x"), (2, "short", "y")], width=None))
    assert long in lines[1]
    assert len(lines[2]) < 80, "one long value does not push the others away"


@given(st.text(max_size=40), st.integers(1, 30))
def test_cut_and_padded_never_pass_the_width(text: str, width: int) -> None:
    shown = plain(text)
    assert cell_len(cut(shown, width)) <= width
    assert cell_len(padded(cut(shown, width), width)) == width


@given(st.text(alphabet="ab 中文，。（“”)éこ\n", max_size=120), st.integers(4, 40))
def test_wrapping_fits_and_loses_nothing(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_wrapping_keeps_words_and_punctuation() -> None:
    lines = list(wrapped("新水厂每天可供水，三十万吨（约）the whole city", 16))
    assert lines == ["新水厂每天可供", "水，三十万吨", "（约）the whole", "city"]


def test_control_characters_go() -> None:
    assert plain("a\x1b[31mb\x9bc\u202ed\r\ne") == "a [31mb c d e"
    assert list(wrapped("a\x1b]0;x\x07b\nc", 20)) == ["a]0;xb", "", "c"]


def test_numbers_for_people() -> None:
    assert [format_size(n) for n in (0, 999, 1500, 250_000, 1_915_269_120, 5e15)] == [
        "0 B", "999 B", "1.5 kB", "250 kB", "1.9 GB", "5000.0 TB",
    ]  # fmt: skip
    assert [counted(n, "page") for n in (0, 1, 2000)] == ["0 pages", "1 page", "2,000 pages"]
    assert [counted(n, "copy is", "copies are") for n in (1, 2)] == ["1 copy is", "2 copies are"]
    assert [times(n) for n in (1, 2, 1000)] == ["once", "2 times", "1,000 times"]
    assert [format_duration(n) for n in (0.04, 59, 200, 7500, 360_000)] == [
        "0.0 s",
        "59 s",
        "3 min 20 s",
        "2 h 5 min",
        "4 d 4 h",
    ]


def test_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        assert format_local_time("2026-11-01T20:30:05.123Z") == "2026-11-02 04:30"
        assert format_local_time("2026-11-01T20:30+01:00") == "2026-11-02 03:30"
        assert format_local_time("2026-11-01") == "2026-11-01"
        assert format_local_time("2026-11-01T20:30") == "2026-11-01 20:30", "no offset known: as the page says"
        assert format_local_time(None) == ""
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_on_a_terminal_lines_fit_and_are_coloured_unless_unwanted(newsroom: Newsroom, no_colour: str) -> None:
    output = _on_terminal(newsroom.path, no_colour)
    lines = output.replace("\r", "").splitlines()
    assert len(lines) == 5
    assert any("rev 2" in line for line in lines)
    assert ("\x1b[1m" in output) is not bool(no_colour)
    if no_colour:
        assert max(cell_len(line) for line in lines) <= 72
        assert any("…" in line for line in lines)


def _on_terminal(path: Path, no_colour: str) -> str:
    """What `copydesk articles` writes to a terminal of 72 columns."""
    terminal, inner = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "72", "TERM": "xterm", "NO_COLOR": no_colour}
    arguments = [sys.executable, "-m", "cli.main", "--db", str(path), "articles"]
    process = subprocess.Popen(arguments, env=environment, stdout=inner, stderr=inner)
    os.close(inner)
    output = b""
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other side has closed
            break
        if not chunk:
            break
        output += chunk
    assert process.wait() == 0
    os.close(terminal)
    return output.decode()
