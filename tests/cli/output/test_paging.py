"""A terminal's size and a person's habits: the pager, CSV, completion. Real terminals (pty), real shells."""

import csv
import io
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.errors import UsageError
from tests.cli.conftest import Newsroom, run

_ROWS, _COLUMNS = 5, 70


def _at_terminal(arguments: list[str], *, pager: str) -> str:
    """What a terminal of five lines shows, with colours as they come."""
    main, terminal = pty.openpty()
    size = {"LINES": str(_ROWS), "COLUMNS": str(_COLUMNS), "PAGER": pager, "TERM": "xterm"}
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | size
    command = [sys.executable, "-m", "cli.main", *arguments]
    process = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment, close_fds=True
    )
    os.close(terminal)
    shown, until = b"", time.monotonic() + 30
    while time.monotonic() < until:
        if not select.select([main], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(main, 65536)
        except OSError:  # the other end is closed: the command has ended
            break
        shown += part
    os.close(main)
    assert process.wait(timeout=120) == 0
    return shown.decode()


def test_what_does_not_fit_the_screen_goes_through_the_pager(newsroom: Newsroom, tmp_path: Path) -> None:
    """The pager gets every line; a short answer is printed as it is."""
    pager = tmp_path / "pager"
    pager.write_text("#!/bin/sh\nexec sed 's/^/page> /'\n")
    pager.chmod(0o755)
    listed = _at_terminal(["--db", str(newsroom.path), "articles"], pager=str(pager))
    lines = listed.splitlines()
    assert len(lines) >= _ROWS
    assert all("page> " in line for line in lines)
    short = _at_terminal(["--db", str(newsroom.path), "articles", "--limit", "1"], pager=str(pager))
    assert "page> " not in short
    assert len(short.splitlines()) == 2
    for command in ("stats", "search Ferry"):
        assert "page> " in _at_terminal(["--db", str(newsroom.path), *command.split()], pager=str(pager)), command
    assert "page> " not in _at_terminal(["--db", str(newsroom.path), "articles"], pager="cat")


@pytest.mark.parametrize(("pager", "colours"), [("less", True), ("pager", False)])
def test_a_pager_gets_the_colours_that_it_shows(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pager: str, colours: bool
) -> None:
    monkeypatch.delenv("LESS", raising=False)
    program = tmp_path / pager
    program.write_text('#!/bin/sh\necho "flags <$LESS>"\nexec cat\n')
    program.chmod(0o755)
    shown = _at_terminal(["--db", str(newsroom.path), "articles"], pager=str(program))
    assert ("flags <-R>" in shown) == colours
    assert ("\x1b[" in shown) == colours


@pytest.mark.parametrize("command", ["articles", "search Ferry", "show 1", "stats", "status", "doctor"])
def test_our_own_styles_are_no_control_characters(newsroom: Newsroom, command: str) -> None:
    shown = _at_terminal(["--db", str(newsroom.path), *command.split()], pager="cat")
    assert "\x1b[" in shown, "colours are on"
    assert "\\u001b" not in shown


@pytest.mark.parametrize("command", [["articles"], ["stats"], ["status"]])
def test_csv_has_a_line_of_names_and_a_line_each(newsroom: Newsroom, command: list[str]) -> None:
    """The same rows as in JSON, read back by the csv module."""
    text = run(newsroom.path, *command, "--csv").stdout_bytes.decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows
    if command == ["articles"]:
        assert len(rows) == len(run(newsroom.path, "articles", "--json").output.splitlines())
        assert all(row["title"] and row["text"] for row in rows)
        assert all(row["authors"].startswith("[") for row in rows)
    else:
        assert {row["source" if command == ["status"] else "name"] for row in rows} >= {"wanbao.example"}


def test_one_article_as_csv_is_as_in_json(newsroom: Newsroom) -> None:
    (row,) = csv.DictReader(io.StringIO(run(newsroom.path, "show", "1", "--csv").stdout_bytes.decode(), newline=""))
    shown = json.loads(run(newsroom.path, "show", "1", "--json").output)
    assert (row["title"], row["text"]) == (shown["title"], shown["text"])
    assert json.loads(row["editors"]) == shown["editors"]


@pytest.mark.parametrize("command", ["articles", "copies 1", "stats", "status", "search Ferry"])
def test_two_forms_at_once_are_refused(newsroom: Newsroom, command: str) -> None:
    result = run(newsroom.path, *command.split(), "--json", "--csv")
    assert isinstance(result.exception, UsageError)
    assert "--json and --csv cannot be combined" in str(result.exception)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_one_of_that_shell(newsroom: Newsroom, shell: str) -> None:
    """Each names the variable by which the command is asked; a shell that is here takes it without an error."""
    script = run(newsroom.path, "completion", shell).output
    assert "_COPYDESK_COMPLETE" in script
    if program := shutil.which(shell):
        subprocess.run([program, "-n", "-c", script], check=True, timeout=300)


def test_a_tab_completes_commands_and_sources(newsroom: Newsroom, tmp_path: Path) -> None:
    """As bash asks: by its words and the place of the cursor. No database: nothing is offered and nothing printed."""

    def offered(words: str) -> list[str]:
        asked = {"_COPYDESK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
        program = "import sys; sys.argv[0] = 'copydesk'; from cli.main import main; main()"
        command = [sys.executable, "-c", program]
        result = subprocess.run(
            command, env=os.environ | asked, capture_output=True, text=True, timeout=60, check=False
        )
        assert not result.stderr
        return [line.partition(",")[2] for line in result.stdout.splitlines() if line]

    assert "articles" in offered("copydesk art")
    assert offered(f"copydesk --db {newsroom.path} articles --source wan") == ["wanbao.example"]
    assert offered(f"copydesk --db {newsroom.path} crawl wan") == ["wanbao.example"]
    assert offered(f"copydesk --db {tmp_path / 'none.db'} crawl wan") == []
