"""`copydesk searches`: what a person types, sees and is told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from db.errors import NotFound, QueryError, UnknownSource, UsageError
from pipelines.exchange.articles.formats import COLUMNS
from tests.cli.conftest import Newsroom, newsroom, report, run, spawn

__all__ = ["newsroom"]


def in_folder(folder: Path, *arguments: str) -> str:
    done = spawn(*arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_a_search_is_saved_shown_and_removed(newsroom: Newsroom) -> None:
    folder = newsroom.path.parent
    (folder / "copydesk.toml").write_text('db = "news.db"\n[search.boats]\nquery = "ferry"\ncopies = true\n')
    assert "water saved. 水厂  kind=original" in in_folder(
        folder, "searches", "add", "water", "水厂", "--kind", "original"
    )
    in_folder(folder, "searches", "add", "looked", "水厂", "--since", "2026-10-01", "--feed", "looked.json")
    assert "searches run" in in_folder(folder, "searches", "show", "boats")
    ran = in_folder(folder, "searches", "run")
    assert ran == "search looked: 1 new article\n"
    assert json.loads((folder / "looked.json").read_text())["items"]
    newsroom.article(
        1, "https://www.wanbao.example/n/1", report("第三座水厂今天开工，市民说好。" * 5, title="水厂三期")
    )
    assert json.loads(in_folder(folder, "searches", "run", "--json"))["found"] == {"looked": 1, "water": 1}
    assert "No saved search has found anything new." in in_folder(folder, "searches", "run")
    listed = {
        one["name"]: one
        for line in in_folder(folder, "searches", "list", "--json").splitlines()
        if (one := json.loads(line))
    }
    assert {name: (one["from"], one["found"]) for name, one in listed.items()} == {
        "boats": ("file", 0),
        "looked": ("command", 2),
        "water": ("command", 1),
    }
    assert "ferry  copies=true" in in_folder(folder, "searches", "list")
    assert "水厂三期" in in_folder(folder, "searches", "show", "water")
    (found,) = in_folder(folder, "searches", "show", "water", "--json").splitlines()
    assert json.loads(found)["title"] == "水厂三期"
    (row,) = csv.DictReader(io.StringIO(in_folder(folder, "searches", "show", "water", "--csv"), newline=""))
    assert (list(row), row["title"]) == (list(COLUMNS), "水厂三期")
    assert in_folder(folder, "searches", "remove", "water") == "water removed.\n"
    assert spawn("searches", "remove", "boats", cwd=folder).returncode == 2, "the file has it"
    assert b"change it there" in spawn("searches", "add", "boats", "x", cwd=folder).stderr


def test_no_kind_is_offered_that_no_search_can_have(newsroom: Newsroom) -> None:
    """Whether an article is gone shows later than it comes in."""
    told = " ".join(run(newsroom.path, "searches", "add", "--help").stdout.split())
    assert "Only these: original, copy, corrected. " in told
    refused = run(newsroom.path, "searches", "add", "s", "--kind", "gone")
    assert "'gone' is not one of 'original', 'copy', 'corrected'" in refused.stderr
    assert "gone (no longer at their address)" in " ".join(run(newsroom.path, "articles", "--help").stdout.split())


def test_mistakes_say_what_to_do(newsroom: Newsroom) -> None:
    def error(*arguments: str) -> BaseException | None:
        return run(newsroom.path, "searches", *arguments).exception

    assert isinstance(error("add", "a b", "x"), UsageError)
    assert "query or a filter" in str(error("add", "a"))
    assert isinstance(error("add", "a", "--", "-x"), QueryError)
    assert isinstance(error("add", "a", "--source", "wanbo.example"), UnknownSource)
    assert ".xml" in str(error("add", "a", "x", "--feed", "a.txt"))
    assert run(newsroom.path, "searches", "add", "a", "x").exit_code == 0
    assert "already" in str(error("add", "a", "y"))
    assert isinstance(error("show", "b"), NotFound)
    assert "no saved search b" in str(error("remove", "b"))
    run(newsroom.path, "searches", "remove", "a")
    assert "no saved searches yet" in run(newsroom.path, "searches", "list").output
