"""Text from outside at a real terminal: nothing in it is obeyed, all can be seen, JSON is the same JSON; a pipe gets the bytes."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.output.terminal import visible, visible_but_styles
from db.connection.database import connect
from db.models import Article, Reason, Rejection
from tests.cli.conftest import ROOT, Newsroom, open_room, spawn

# Window title, clear screen, C1, colour, conceal, right to left, back to the line's beginning, delete, backspace.
EVIL = "\x1b]0;owned\x07\x1b[2J\x9b2J\x1b[31m\x1b[8m\u202edrow\u2066\rX\x7f\x08\x90q\x9c"
OURS = re.compile(rb"\x1b\[(?:[012]|[39][0-7])m")
# How `rich.progress` rewrites its line and colours a bar.
PROGRESS = re.compile(r"\r(?:\x1b\[(?:1A|2K))+|\x1b\[38;5;\d+m")
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
BODY = b"<p>caf\xc3\xa9 \x1b[2Jscreen\x1b]52;c;b3duZWQ=\x07</p>\r\n" + b"\xc2\x9b2J\x00\xff\n"
# Commands one after the other in one process: to start each takes half a second.
_DRIVER = """
import sys
from cli.main import main
for line in sys.argv[1:]:
    sys.argv = ["copydesk", *line.split("|")]
    print("\\n=====", flush=True)
    try:
        main()
    except SystemExit:
        pass
"""


@pytest.fixture
def evil(room: Newsroom) -> Newsroom:
    """Every text that comes from outside is hostile."""
    name = f"bad{EVIL}.example"
    source = room.source(name, f"http://bad.example/{EVIL}")
    text = "The ferry that links the two banks will stop for good in April, the harbour office said. " + EVIL
    for n in (1, 2):
        article = Article(
            url=None,
            title=f"Title {EVIL}",
            text=f"{text}\nNumber {n}.",
            subtitle=EVIL,
            authors=(f"Ann {EVIL}",),
            source=f"Outlet {EVIL}",
            original_source=EVIL,
            section=EVIL,
            tags=(EVIL,),
            language="en",
            description=EVIL,
            provenance={"title": EVIL, "text": "body"},
        )
        room.pages[f"v{n}"] = room.article(source, f"http://bad.example/a{EVIL}", article, body=BODY + str(n).encode())
    room.pages["bad"] = room.rejection(
        source, f"http://bad.example/r{EVIL}", Rejection(reason=Reason.CRASHED, detail=f"Traceback {EVIL}")
    )
    room.failure(source, f"http://bad.example/f{EVIL}", f"error {EVIL}", at=datetime.now(UTC))
    with open_room(room.path) as conn:
        conn.execute(
            "INSERT INTO entries (source_id, url, kind, title, found_at) VALUES (?, ?, 'feed', ?, '2026-11-01T00:00:00Z')",
            (source, f"http://bad.example/feed{EVIL}", EVIL),
        )
        conn.execute(
            "INSERT INTO alerts (kind, source_id, says, remedy, opened_at) VALUES ('silent', ?, ?, ?, '2026-11-01T00:00:00.000Z')",
            (source, EVIL, EVIL),
        )
        conn.execute(
            "INSERT INTO runs (command, pid, started_at, ended_at, ended, figures, error)"
            " VALUES ('crawl', 1, '2026-11-01T00:00:00.000Z', '2026-11-01T00:00:01.000Z', 'failed', '{}', ?)",
            (EVIL,),
        )
    return room


def at_terminal(folder: Path, *commands: str) -> list[str]:
    """What each of the commands (words divided by `|`) shows at a terminal, standard error included."""
    master, slave = pty.openpty()
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "TERM": "xterm-256color",
        "PAGER": "cat",
        "TZ": "UTC",
    }
    env.pop("NO_COLOR", None)
    shown = bytearray()

    def read() -> None:
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:
                return
            if not data:
                return
            shown.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        command = [sys.executable, "-c", _DRIVER, *commands]
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        process.wait(timeout=120)
        reader.join(timeout=10)
    finally:
        os.close(master)
    return bytes(shown).replace(b"\r\n", b"\n").decode("utf-8", "surrogateescape").split("\n=====\n")[1:]


COMMANDS = (
    "articles", "articles|--json", "articles|--csv", "show|1", "show|1|--text", "show|1|--why", "show|1|--json", "show|1|--csv",
    "show|2|--diff", "show|1|--html", "show|3", "show|3|--json", "show|3|--html", "show|http://bad.example/\x1b[2J", "copies|1",
    "copies|1|--json", "search|ferry", "search|ferry|--json", "status", "status|--json", "status|--csv", "stats", "stats|--json",
    "alerts", "alerts|--json", "sources|list", "sources|list|--json", "sources|pause|no\x1b[2Jsuch", "sources|export", "doctor",
    "doctor|--json", "extract|no\x1b[2J\x9bsuch.html", "import|no\x1b[2Jsuch.warc", "import|folder", "extract|--url|http://\x9b|--json",
    "settle", "schema",
)  # fmt: skip


def test_nothing_from_outside_is_obeyed_by_the_terminal(evil: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / f"damaged{EVIL.replace('/', '')}.html.gz").write_bytes(b"no gzip")
    for command, shown in zip(COMMANDS, at_terminal(tmp_path, *COMMANDS), strict=True):
        assert shown, command
        bare = OURS.sub(b"", shown.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
        found = OBEYED.findall(PROGRESS.sub("", bare))
        assert not found, f"{command}: {found} in {bare!r}"
        assert "Traceback (most recent" not in shown, f"{command}: {shown}"
    assert b"\x1b" in EVIL.encode()


def test_json_at_a_terminal_is_the_json_of_a_pipe(evil: Newsroom, tmp_path: Path) -> None:
    shown = at_terminal(tmp_path, "show|1|--json", "articles|--json", "sources|list|--json")
    piped = [
        spawn("show", "1", "--json", cwd=tmp_path), spawn("articles", "--json", cwd=tmp_path),
        spawn("sources", "list", "--json", cwd=tmp_path),
    ]  # fmt: skip
    for one, other in zip(shown, piped, strict=True):
        assert other.returncode == 0
        assert json.loads(one) == json.loads(other.stdout)
    assert EVIL in json.loads(piped[0].stdout)["title"]


def test_a_page_is_seen_at_a_terminal_and_exact_in_a_pipe(evil: Newsroom, tmp_path: Path) -> None:
    (shown,) = at_terminal(tmp_path, "show|1|--html")
    assert "café \\u001b[2Jscreen\\u001b]52;c;b3duZWQ=\\u0007</p>\n" in shown
    with closing(connect(evil.path)) as conn:
        revision = conn.execute("SELECT max(page_id) FROM decisions WHERE article_id = 1").fetchone()[0]
    assert spawn("show", "1", "--html", cwd=tmp_path).stdout == BODY + str(revision).encode()


def test_what_is_visible_is_told_apart() -> None:
    assert visible("a\r\nb\tc\x1b[31m\x9b\u202e") == "a\nb\tc\\u001b[31m\\u009b\\u202e"
    assert (
        visible_but_styles("\x1b[31mred\x1b[0m \x1b[8mgone\x1b[2J\r")
        == "\x1b[31mred\x1b[0m \\u001b[8mgone\\u001b[2J\\u000d"
    )
    assert visible("Grüße 北京 العربية \u200f") == "Grüße 北京 العربية \u200f"
