"""`copydesk copies` and `copydesk show --diff`."""

from __future__ import annotations

import json

import pytest

from cli.output.diff import diff_lines
from db.errors import UsageError
from tests.cli.conftest import CORRECTED, REPORT, Newsroom, report, run, spawn


@pytest.mark.parametrize("which", ["water", "copy", "water2"])
def test_any_member_names_the_cluster(newsroom: Newsroom, which: str) -> None:
    pages = newsroom.pages
    result = spawn("--db", str(newsroom.path), "copies", str(pages[which]))
    assert result.returncode == 0, result.stderr
    heading, original, copy, total = result.stdout.decode().splitlines()
    assert heading.split() == ["id", "time", "source", "title", "credits", "what"]
    assert original.split()[0] == str(pages["water"])
    assert original.endswith("original")
    assert "王小雨 / 李青山, 赵河" in original
    assert copy.split()[0] == str(pages["copy"])
    assert "mirror.example" in copy
    assert copy.endswith("copy")
    assert total == "1 copy"


def test_copies_as_json_and_by_address(newsroom: Newsroom) -> None:
    lines = run(newsroom.path, "copies", "https://mirror.example/x/9", "--json").output.splitlines()
    first, second = map(json.loads, lines)
    assert (first["id"], second["id"]) == (newsroom.pages["water"], newsroom.pages["copy"])
    assert {first["original_id"], second["original_id"]} == {newsroom.pages["water"]}
    assert first["cluster_size"] == second["cluster_size"] == 2
    assert second["source_name"] == "mirror.example"


def test_an_article_without_copies_and_a_page_that_is_none(newsroom: Newsroom) -> None:
    assert run(newsroom.path, "copies", str(newsroom.pages["ferry"])).output.splitlines()[-1] == "no copies are known"
    assert isinstance(run(newsroom.path, "copies", str(newsroom.pages["short"])).exception, UsageError)
    assert isinstance(run(newsroom.path, "copies", "999").exception, UsageError)


def test_diff_shows_what_the_revision_changed(newsroom: Newsroom) -> None:
    result = spawn("--db", str(newsroom.path), "show", str(newsroom.pages["water"]), "--diff")
    assert result.returncode == 0, result.stderr
    heading, same, *changed = result.stdout.decode().splitlines()
    assert heading.startswith(f"article {newsroom.pages['water']}, revision 1 (2026-11-01 08:")
    assert same == "  1 paragraph unchanged"
    assert "每天可供水[-三-]{+二+}十{+八+}万吨" in "".join(changed)


def test_diff_of_an_article_with_one_revision_says_so(newsroom: Newsroom) -> None:
    error = run(newsroom.path, "show", str(newsroom.pages["ferry"]), "--diff").exception
    assert isinstance(error, UsageError)
    assert "has one revision" in str(error)
    error = run(newsroom.path, "show", str(newsroom.pages["water"]), "--diff", "--revision", "1").exception
    assert "nothing comes before this one" in str(error)


def test_the_lines_of_a_difference() -> None:
    older = report("One stays.\nTwo goes away for good.\nThe bridge closes on Monday at noon.", title="Bridge closes")
    newer = report("One stays.\nThe bridge closes on Tuesday at noon.\nQuite another end.", title="Bridge closes later")
    assert list(diff_lines(older, newer, 100)) == [
        "title: Bridge closes{+ later+}",
        "  1 paragraph unchanged",
        "- Two goes away for good.",
        "~ The bridge closes on [-Monday-]{+Tuesday+} at noon.",
        "+ Quite another end.",
    ]
    assert list(diff_lines(older, report(older.text, title="Bridge closes"), 100)) == ["the text is the same"]
    assert REPORT != CORRECTED


def test_what_a_copy_changed_of_its_original(newsroom: Newsroom) -> None:
    table, *changes = run(newsroom.path, "copies", str(newsroom.pages["copy"]), "--diff").output.split("\n\n")
    assert table == run(newsroom.path, "copies", str(newsroom.pages["copy"])).output.rstrip("\n")
    (change,) = changes
    head, *lines = change.splitlines()
    assert head == f"article {newsroom.pages['water']} to its copy {newsroom.pages['copy']}, mirror.example"
    assert "每天可供水[-二-]{+三+}十[-八-]万吨" in "".join(lines), "the copy still has what the original corrected"
    alone = run(newsroom.path, "copies", str(newsroom.pages["ferry"]), "--diff").output
    assert alone.splitlines()[-1] == "no copies are known"
    assert isinstance(run(newsroom.path, "copies", "1", "--diff", "--json").exception, UsageError)
