"""`--json` of every command prints what docs/json.md says: the form, and the keys."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.connection.database import open_database, write
from db.reports.attention.attention_object import WORD_COLUMNS
from db.store.service.alerts import AlertKind, open_alert
from tests.cli.test_help import options
from tests.demoweb.asking import EN
from tests.demoweb.truth import PageTruth
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk

DOCUMENT = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
_SPAN = re.compile(r"`([\w ./-]+)`")
_RULES = 'hosts = ["yunting.example"]\n[[fields]]\nfield = "title"\ncss = "h1"\n'


def rows(heading: str) -> Iterator[list[str]]:
    table = DOCUMENT[DOCUMENT.index(heading) :].split("\n\n", 1)[0]
    for line in table.splitlines()[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


ARTICLE = {
    key
    for row in rows("| Key |")
    for cell in (row[0], row[1] if "Likewise" in row[1] else "")
    for key in _SPAN.findall(cell)
}


def documented() -> dict[str, tuple[str, set[str], set[str]]]:
    """For each command: "lines" or "object", the keys that are always there, and those that may be."""
    found = {}
    for commands, form, keys in rows("| Command |"):
        always, _, sometimes = (re.sub(r" \([^)]*\)", "", part) for part in keys.partition("; also "))
        named = set(_SPAN.findall(always)) | (ARTICLE if always.startswith("article") else set())
        for command in _SPAN.findall(commands):
            found[command] = form, named, set(_SPAN.findall(sometimes))
    return found


COMMANDS = documented()
# They need what this test has not: files of Common Crawl, and pyarrow's. Their own tests read what they print.
ELSEWHERE = {"ccnews", "extract archives"}


def test_words_are_documented() -> None:
    assert COMMANDS["attention --words"][1] == set(WORD_COLUMNS)


def test_every_command_that_prints_json_is_documented() -> None:
    real = {path for path, option in options() if "--json" in option.opts}
    assert {command.partition(" --")[0] for command in COMMANDS} == real


@pytest.fixture(scope="module")
def printed(
    crawled_twice: tuple[Copydesk, list[PageTruth]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What each command prints, in lines. One database for all: each does no more than it must for the next ones."""
    with DemoWeb() as web:
        return print_all(web, crawled_twice[0].database, tmp_path_factory.mktemp("json"))


def print_all(web: DemoWeb, database: Path, folder: Path) -> dict[str, list[str]]:
    (folder / "backups").mkdir()
    desk = Copydesk(folder, web.proxy_url, delay="0s", backup_folder="backups")
    (folder / "rules.toml").write_text(_RULES, encoding="utf-8")
    shutil.copy(database, desk.database)
    source = web.site(EN).home.split("/")[2].removeprefix("www.")
    found = {"crawl": desk.run("crawl", source, "--limit", "1", "--json").stdout.splitlines()}
    with write(open_database(desk.database).conn) as conn:
        (number,) = conn.execute("SELECT id FROM sources WHERE name = ?", (source,)).fetchone()
        open_alert(conn, AlertKind.SILENT, number, message="m", advice="a", evidence={}, at=datetime.now(UTC))
        names = conn.execute("SELECT name FROM credits WHERE role = 'author' GROUP BY 1 ORDER BY 1 LIMIT 2").fetchall()
        (copied,) = conn.execute("SELECT original_id FROM decisions WHERE verdict = 'copy' LIMIT 1").fetchone()
        conn.execute("UPDATE articles SET title = title || ' (old)' WHERE page_id = ?", (copied,))
    desk.run("upkeep", "index")  # the title that was changed: a search looks back in what is indexed
    desk.run("searches", "add", "ferries", "ferry", "--since", "2026-01-01")
    desk.run("export", "warc", "--source", source, "-o", "pages.warc.gz")

    def take(command: str, *more: str, code: int | None = 0) -> None:
        found[command] = desk.run(*command.split(), *more, "--json", code=code).stdout.splitlines()

    since = ("--since", "2026-01-01")
    for command in (
        "searches run",
        "searches list",
        "articles",
        "threads",
        "stats",
        "copying",
        "people list",
        "people likely",
    ):
        take(command, *(since if command == "threads" else ()))
    take("searches show", "ferries")
    take("search", "ferry")
    take("show", str(copied))
    take("copies", str(copied))
    take("attention", "ferry", *since)
    take("attention --words", "ferry", *since)
    take("people show", names[0][0])
    for command in (
        "coverage",
        "digest",
        "status",
        "alerts",
        "sources list",
        "catalogue list",
        "settle",
        "backup",
        "doctor",
    ):
        take(command)
    take("backup --salvage", str(folder / "salvaged.db"))
    take("corrections", *since)
    take("why", source, "--offline", code=None)
    take("sources test", source, "--limit", "1", code=None)
    take("backfill", source, *since, "--plan")
    take("extract preview", "--all")
    take("extract experiment", "--all", "--sample", "3")
    take("extract stored", "--url", json.loads(found["show"][0])["url"])
    take("extract undo", str(json.loads(found["extract stored"][0])["run"]))
    take("rules test", "rules.toml")
    take("upkeep")
    for command in COMMANDS:
        if command.startswith("upkeep "):
            take(command)
    take("sources rename", source, "another-name")
    (folder / "imported").mkdir()
    imported = Copydesk(folder / "imported", None)
    found["import"] = imported.run("import", str(folder / "pages.warc.gz"), "--json").stdout.splitlines()
    return found


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in ELSEWHERE])
def test_a_command_prints_what_is_documented(printed: dict[str, list[str]], command: str) -> None:
    form, always, sometimes = COMMANDS[command]
    objects: list[dict[str, Any]] = [json.loads(line) for line in printed[command]]
    assert form == "lines" or len(objects) == 1
    # In so few pages nobody has two names, no word is typical, and no day is judged; all else is there.
    assert objects or command in ("people likely", "attention --words", "coverage")
    for one in objects:
        assert always <= one.keys(), f"not printed: {sorted(always - one.keys())}"
        assert one.keys() <= always | sometimes, f"not documented: {sorted(one.keys() - always - sometimes)}"
