"""`copydesk corrections`: what was corrected, as text and as JSON lines."""

from __future__ import annotations

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


def test_filters_and_json_lines(database: Path) -> None:
    (one,) = [json.loads(line) for line in run(database, "--json", "--kind", "headline", "--silent").splitlines()]
    assert (one["page_id"], one["kinds"], one["silent"], one["seconds_since_published"]) == (
        3,
        ["headline"],
        True,
        10800,
    )
