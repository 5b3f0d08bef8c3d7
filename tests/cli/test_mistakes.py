"""A wrong word is said, with the nearest right one, and the exit code is not 0."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.setting_values import shown_value
from cli.source_adding import known_or_new
from db.config.settings import BY_NAME
from tests.cli.conftest import Newsroom, open_room, run, spawn

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("crawll",), "Did you mean 'crawl'?"),
        (("sources", "lst"), "'list'"),
        (("crawl", "--limt", "3"), "'--limit'"),
        (("export", "parqet"), "Did you mean 'parquet'?"),
        (("completion", "bahs"), "Did you mean 'bash'?"),
        (("search", "x", "--language", "zh", "--language", "en"), "takes one value, got zh and en"),
        (("export", "csv", "--kind", "copy", "--kind", "original"), "takes one value, got copy and original"),
        (("people", "list", "--role", "author", "--role", "editor"), "takes one value, got author and editor"),
        (("sources", "add", "not_a_url", "--no-discovery"), "not_a_url is not the address of a web page"),
        (("sources", "add", "https//example.com", "--no-discovery"), "is not the address of a web page"),
        (("sources", "add", "htp://example.com/", "--no-discovery"), "did you mean http://example.com/?"),
        (("sources", "add", "http://a:b@example.com/", "--no-discovery"), "leave out user and password"),
        (
            ("sources", "add", "http://exa mple.com/", "--no-discovery"),
            "expected one such as https://www.example-daily.com/",
        ),
        (("sources", "set", "mirror.example", "--set", "dely=2s"), "did you mean delay?"),
        (("sources", "set", "mirror.example", "--set", 'timezone="Europe/Berln"'), "did you mean Europe/Berlin?"),
        (
            ("sources", "set", "mirror.example", "--set", "foo=1"),
            "--set: unknown setting foo; a source has the settings delay,",
        ),
        (("sources", "set", "mirror.example", "--delay", "soon"), "copydesk: --delay: delay: expected a duration"),
        (
            ("sources", "set", "mirror.example", "--unset", "delay"),
            "is not stored with mirror.example; it has none",
        ),
        (("sources", "set", "mirror.example", "--delay", "2s", "--unset", "delay"), "cannot be set and unset at once"),
        (("sources", "test", "mirror.exampl"), "did you mean mirror.example"),
        (("sources", "test", "mirror"), "there is no source mirror"),
        (("why", "mirror.exampl"), "did you mean mirror.example"),
        (("sources", "pause", "miror.example"), "did you mean mirror.example"),
        (("extract", "--undo", "1"), "run 1 is not an extraction"),
    ],
)
def test_a_wrong_word(newsroom: Newsroom, words: tuple[str, ...], said: str) -> None:
    result = spawn("--db", str(newsroom.path), *words)
    assert result.returncode == 2
    assert said in result.stderr.decode()
    with open_room(newsroom.path) as conn:
        assert conn.execute("SELECT count(*) FROM sources").fetchone() == (2,)


@pytest.mark.parametrize(
    "words",
    [
        ("sources", "add", "--no-discovery"),
        ("sources", "test"),
        ("why",),
        ("show",),
        ("extract",),
        ("import", ".", "--base"),
    ],
)
def test_no_message_repeats_a_password(newsroom: Newsroom, words: tuple[str, ...]) -> None:
    result = spawn("--db", str(newsroom.path), *words, "http://ann:pass@word@news.example/feed")
    assert result.returncode == 2
    assert b"http://***@news.example/feed" in result.stderr
    assert b"word" not in result.stderr.partition(b"http://")[2].partition(b"/feed")[0]


@pytest.mark.parametrize("command", ["pause", "resume", "remove"])
def test_nothing_is_said_to_be_done_where_all_is_taken_back(newsroom: Newsroom, command: str) -> None:
    result = spawn("--db", str(newsroom.path), "sources", command, "wanbao.example", "miror.example")
    assert (result.returncode, result.stdout) == (2, b"")
    with open_room(newsroom.path) as conn:
        query = "SELECT count(*) FROM sources WHERE paused_at IS NULL AND removed_at IS NULL"
        assert conn.execute(query).fetchone() == (2,)


@pytest.mark.parametrize("words", [("crawl",), ("backfill", "--since", "2026-01"), ("sources", "pause")])
def test_a_removed_source_is_said_to_be_removed(newsroom: Newsroom, words: tuple[str, ...]) -> None:
    with open_room(newsroom.path) as conn:
        (url,) = conn.execute("SELECT url FROM sources WHERE name = 'mirror.example'").fetchone()
    run(newsroom.path, "sources", "remove", "mirror.example")
    result = spawn("--db", str(newsroom.path), *words, "mirror.example")
    assert result.returncode == 2
    said = result.stderr.decode()
    assert f"mirror.example was removed; `copydesk sources add {url}` adds it again" in said


def test_a_setting_of_a_source_is_taken_back(newsroom: Newsroom) -> None:
    run(newsroom.path, "sources", "set", "mirror.example", "--delay", "5s", "--set", 'every="10m"')
    taken = run(newsroom.path, "sources", "set", "mirror.example", "--unset", "delay", "--set", "limit=7")
    assert taken.output == "mirror.example: limit = 7, delay unset\n"
    with open_room(newsroom.path) as conn:
        (settings,) = conn.execute("SELECT settings FROM sources WHERE name = 'mirror.example'").fetchone()
    assert json.loads(settings) == {"every": "10m", "limit": 7}
    error = run(newsroom.path, "sources", "set", "mirror.example", "--unset", "delay").exception
    assert str(error).endswith("its own settings are every, limit")


def test_a_site_is_named_without_a_scheme(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        known = known_or_new(conn, "mirror.example")
        assert known is not None
        assert known.name == "mirror.example"
        assert known_or_new(conn, "www.elsewhere.test") is None
        assert known_or_new(conn, "https://mirror.example/story") is None


def test_settings_for_a_source_that_is_none(newsroom: Newsroom, tmp_path: Path) -> None:
    config = tmp_path / "copydesk.toml"
    config.write_text('delay = "2s"\n\n[sources."miror.example"]\ndelay = "5s"\n', encoding="utf-8")
    said = f'{config}:3: [sources."miror.example"]: there is no such source; did you mean mirror.example?'
    for command in ("crawl", "run"):
        result = spawn("--db", str(newsroom.path), "--config", str(config), command)
        assert (result.returncode, result.stderr.decode().strip()) == (2, f"copydesk: {said}")
    doctor = spawn("--db", str(newsroom.path), "--config", str(config), "doctor")
    assert doctor.returncode == 1
    assert said in doctor.stdout.decode()
    config.write_text('[sources."mirror.example"]\ndelay = "5s"\n', encoding="utf-8")
    run(newsroom.path, "sources", "remove", "mirror.example")  # its settings may stay
    assert said not in spawn("--db", str(newsroom.path), "--config", str(config), "doctor").stdout.decode()


def test_a_folder_is_no_file_to_write(newsroom: Newsroom, tmp_path: Path) -> None:
    new = f"{tmp_path}/newfolder/"
    for words in (
        ("backup", new),
        ("export", "csv", "-o", new),
        ("export", "csv", "-o", str(tmp_path)),
        ("sources", "export", "-o", new),
        ("extract", "--all", "--dry-run", "--report", new),
    ):
        result = spawn("--db", str(newsroom.path), *words)
        assert result.returncode == 2, words
        assert b"folder" in result.stderr
    assert not (tmp_path / "newfolder").exists()
    (tmp_path / "newfolder").mkdir()
    assert spawn("--db", str(newsroom.path), "backup", new).returncode == 0
    assert len(list((tmp_path / "newfolder").iterdir())) == 1


def test_no_file_is_replaced_unless_it_is_asked_for(newsroom: Newsroom, tmp_path: Path) -> None:
    kept = tmp_path / "mine"
    for words in (
        ("backup", str(kept)),
        ("export", "csv", "-o", str(kept)),
        ("sources", "export", "-o", str(kept)),
        ("extract", "preview", "--all", "--report", str(kept)),
        ("extract", "--all", "--dry-run", "--report", str(kept)),
    ):
        kept.write_text("mine", encoding="utf-8")
        result = spawn("--db", str(newsroom.path), *words)
        assert (result.returncode, kept.read_text("utf-8")) == (2, "mine"), words
        assert b"already exists; name another file, or replace it with --force" in result.stderr
        assert spawn("--db", str(newsroom.path), *words, "--force").returncode == 0, words
        assert kept.read_bytes() != b"mine"


# Scrapy is imported once for all; each command is a process.
_BARE_SCRAPY = """
import os, sys
from scrapy.cmdline import execute
import crawler.spiders.news
for words in sys.argv[2:]:
    if (pid := os.fork()) == 0:
        execute(["scrapy", "crawl", "news", "-s", f"COPYDESK_DB={sys.argv[1]}", *words.split(" ")])
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print("\\n=====", status, file=sys.stderr, flush=True)
"""


def test_bare_scrapy_says_it_too(newsroom: Newsroom) -> None:
    mistakes = {
        "-a sorce=mirror.example": "-a sorce: there is no such name; did you mean source?",
        "-a limit=many": "-a limit: expected a whole number",
        "-a source=miror.example": "did you mean mirror.example",
        "-s COPYDESK_CONFG=x": "did you mean COPYDESK_CONFIG?",
    }
    command = [sys.executable, "-c", _BARE_SCRAPY, str(newsroom.path), *mistakes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    found = re.findall(r"(.*?)\n===== (\d+)\n", done.stderr, re.DOTALL)
    for (words, said), (told, code) in zip(mistakes.items(), found, strict=True):
        assert code != "0", words
        assert said in told
        assert "Traceback" not in told


def test_settings_are_shown_as_they_are_written() -> None:
    shown = {name: shown_value(setting, setting.read(setting.default)) for name, setting in BY_NAME.items()}
    assert (shown["keep_bodies"], shown["keep_log"], shown["every"], shown["alert_disk"]) == (
        "forever",
        "90 d",
        "30 min",
        "1.0 GB",
    )
    assert not [name for name, text in shown.items() if text.endswith((".0", "inf"))]
