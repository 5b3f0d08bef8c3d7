"""`copydesk corrections`: what was corrected, as text and as JSON lines."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import copydesk
from tests.pipelines.dedup.test_revision_changes import Desk


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corrections") / "news.db"
    desk = Desk(path)
    desk.read(1, 2, 3, 4)
    desk.conn.close()
    return path


def run(database: Path, *options: str) -> str:
    result = CliRunner().invoke(copydesk, ["--db", str(database), "corrections", "--since", "2026-10-01", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_most_substantial_is_first(database: Path) -> None:
    text = run(database)
    assert text.index("numbers: 12 -> 14") < text.index("headline: The fire -> Many die in fire")
    assert text.rstrip().endswith("2 corrections")
    assert "Nothing was corrected" in run(database, "--language", "de")


def test_csv_has_the_fields_of_json(database: Path) -> None:
    lines = [json.loads(line) for line in run(database, "--json").splitlines()]
    rows = list(csv.DictReader(io.StringIO(run(database, "--csv"), newline="")))
    assert [list(row) for row in rows] == [list(line) for line in lines]
    assert [(int(row["page_id"]), json.loads(row["kinds"])) for row in rows] == [
        (line["page_id"], line["kinds"]) for line in lines
    ]
    assert run(database, "--csv", "--language", "de").split(",")[0] == "article_id", "names without rows"


def test_a_period_has_an_end(database: Path) -> None:
    seen = [json.loads(line)["seen_utc"] for line in run(database, "--json").splitlines()]
    (first,) = [json.loads(line)["seen_utc"] for line in run(database, "--json", "--until", max(seen)).splitlines()]
    assert first == min(seen) < max(seen)


def test_filters_and_json_lines(database: Path) -> None:
    (one,) = [json.loads(line) for line in run(database, "--json", "--kind", "headline", "--silent").splitlines()]
    assert (one["page_id"], one["kinds"], one["silent"], one["seconds_since_published"]) == (
        3,
        ["headline"],
        True,
        10800,
    )
