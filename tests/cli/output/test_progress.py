"""Progress at a real terminal: it is shown, wiped, and leaves cursor and messages alone; in a pipe there is none."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT

_CURSOR = re.compile(r"\x1b\[\?25[lh]")
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_DRIVER = """
import sys, time
import click
from types import SimpleNamespace as Some
from cli.output import progress
from cli.output.terminal import guard

guard()
progress.DELAY_S = 0.1
kind, steps = sys.argv[1], int(sys.argv[2])
try:
    if kind == "bar":
        with progress.progress_bar("extracted", 20_000) as show:
            for n in range(1, steps + 1):
                time.sleep(0.1)
                show(n * 1000)
                if n == 6:
                    click.echo("copydesk: page 7 \\x9b2J\\x1b]0;owned\\x07 is left out", err=True)
    elif kind == "line":
        with progress.progress_line() as show:
            for n in range(1, steps + 1):
                time.sleep(0.1)
                show(f"bad\\x1b[2J[red]name.warc: {n:,} new pages", n * 1000)
    elif kind == "bytes":
        with progress.byte_progress() as show:
            for n in range(1, steps + 1):
                time.sleep(0.1)
                show("copying", n * 10_000_000, 200_000_000)
            for n in range(steps):
                time.sleep(0.1)
                show("verifying", 0, 200_000_000)
    else:
        visits = [Some(pending=2, articles=Some(to_do=3), answered=1)]
        with progress.crawl_progress() as watch:
            time.sleep(1)  # while Scrapy is imported
            watch(Some(visits=visits))
            time.sleep(steps * 0.1)
    click.echo("done")
except KeyboardInterrupt:
    click.echo("interrupted")
"""


def start(kind: str, steps: int, output: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm-256color"}
    command = [sys.executable, "-c", _DRIVER, kind, str(steps)]
    return subprocess.Popen(command, stdin=output, stdout=output, stderr=output, env=environment)


def at_terminal(kind: str, steps: int, *, interrupt: bool = False) -> str:
    """Everything that a terminal receives."""
    master, slave = pty.openpty()
    process = start(kind, steps, slave)
    shown = terminal_output(master, slave, lambda: process.send_signal(signal.SIGINT) if interrupt else None)
    assert process.wait(timeout=120) == 0
    return shown


def terminal_output(master: int, slave: int, at_first: Callable[[], None] = lambda: None) -> str:
    """What a terminal receives until its last process has ended. `at_first`: done once when "extracted" is shown."""
    os.close(slave)
    shown = b""
    try:
        while True:
            seen = b"extracted" in shown
            try:
                shown += os.read(master, 65536)
            except OSError:  # the other end is closed
                return shown.decode()
            if not seen and b"extracted" in shown:
                at_first()
    finally:
        os.close(master)


def remains(shown: str) -> list[str]:
    """The lines that a terminal holds in the end: each is wiped by `\\x1b[2K` and written again."""
    lines = [""]
    row = 0
    for piece in re.findall(r"\r|\n|\x1b\[\d*A|\x1b\[2K|[^\r\n\x1b]+|\x1b", _STYLE.sub("", shown)):
        if piece == "\n":
            row += 1
            if row == len(lines):
                lines.append("")
        elif piece.endswith("A") and piece.startswith("\x1b"):
            row -= int(piece[2:-1] or 1)
        elif piece == "\x1b[2K":
            lines[row] = ""
        elif piece != "\r":
            lines[row] += piece
    return [line for line in lines if line]


def test_a_bar_is_shown_and_wiped_and_messages_stay() -> None:
    shown = at_terminal("bar", 14)
    assert re.search(r"extracted.*[\d,]+ of 20,000.*/s.*\d\d:\d\d", _STYLE.sub("", shown))
    assert not _CURSOR.search(shown)
    assert remains(shown) == ["copydesk: page 7 \\u009b2J\\u001b]0;owned\\u0007 is left out", "done"]


def test_ctrl_c_leaves_a_clean_terminal() -> None:
    shown = at_terminal("bar", 400, interrupt=True)
    assert not _CURSOR.search(shown)
    assert remains(shown)[-1] == "interrupted"
    assert not [line for line in remains(shown) if "extracted" in line]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("line", r"bad\\u001b\[2J\[red\]name.warc: \d+ new pages +[\d,]+/s"),
        ("bytes", r"copying.*MB of 200 MB · [\d.]+ MB/s"),
        ("bytes", r"verifying 200 MB"),
        ("crawl", r"0 answers · starting"),
        ("crawl", r"1 answer · 2 listings and 3 articles to go"),
    ],
)
def test_other_displays(kind: str, said: str) -> None:
    shown = at_terminal(kind, 9)
    assert re.search(said, _STYLE.sub("", shown)), shown
    assert remains(shown) == ["done"]


@pytest.mark.parametrize("kind", ["bar", "line", "bytes", "crawl"])
def test_a_pipe_gets_nothing(kind: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", _DRIVER, kind, "3"], env=environment, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"done\n", b"")


@pytest.mark.parametrize("redirected", [True, False])
def test_extracted_files_are_counted_unless_their_lines_are_shown(tmp_path: Path, redirected: bool) -> None:
    page, manifest, lines = tmp_path / "page.html", tmp_path / "pages.jsonl", tmp_path / "articles.jsonl"
    page.write_text("<title>Late ferry</title><h1>Late ferry</h1>" + "<p>The last ferry waited for the doctor.</p>" * 9)
    manifest.write_text("".join(f'{{"id": {number}, "path": "page.html"}}\n' for number in range(5)))
    program = "from cli.output import progress; progress.DELAY_S = 0; from cli.main import main; main()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm-256color"}
    master, slave = pty.openpty()
    with lines.open("wb") as file:
        command = [sys.executable, "-c", program, "extract", "--manifest", str(manifest)]
        process = subprocess.Popen(command, stdout=file if redirected else slave, stderr=slave, env=environment)
        shown = terminal_output(master, slave)
    assert process.wait(timeout=120) == 0
    if redirected:
        assert "pages extracted" in _STYLE.sub("", shown)
        assert remains(shown) == []
        assert len(lines.read_bytes().splitlines()) == 5
    else:
        assert "pages extracted" not in shown
        assert len(remains(shown)) == 5


def test_short_work_shows_nothing_and_loads_no_rich() -> None:
    program = (
        "import sys; from cli.output.progress import progress_bar\n"
        "with progress_bar('settled', 2) as show:\n    show(1); show(2)\n"
        "assert 'rich.progress' not in sys.modules"
    )
    master, slave = pty.openpty()
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=slave, stdout=slave)
    assert process.wait(timeout=120) == 0, time.monotonic() - began
    os.close(slave)
    os.close(master)
