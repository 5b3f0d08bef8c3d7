"""`copydesk coverage` and `copydesk digest`, as a person and a script read them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import connect, open_database
from db.errors import UnknownSource, UsageError
from db.reports.coverage_judge import DayFigures
from tests.cli.conftest import run
from tests.db.reports.stored_year import store_year

TODAY = datetime.now(UTC).date()
FIRST = TODAY - timedelta(days=70)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten weeks up to now of two sources, with a gap of three days that began 20 days ago."""
    path = tmp_path_factory.mktemp("coverage") / "news.db"
    db = open_database(path, create=True)
    figures = [DayFigures(found=3)] * 71
    store_year(db.conn, "whole.example", FIRST, figures)
    figures[50:53] = [DayFigures(looked=False)] * 3
    store_year(db.conn, "gap.example", FIRST, figures)
    db.conn.close()
    return path


def test_all_sources_at_a_glance(path: Path) -> None:
    lines = run(path, "coverage").output.splitlines()
    assert lines[0].split() == ["source", "found", "expected", "complete", "thin", "missing", "not", "looked"]
    rows = {line.split()[0]: line.split() for line in lines[1:3]}
    found = (
        3 * (datetime.now(UTC).date() - FIRST).days
    )  # more than 210 where midnight came since the tests were collected
    assert rows["whole.example"][1:3] == [f"{found}", f"{found}"]
    assert int(rows["gap.example"][1]) == found - 9
    strips = {line.split()[0]: line.split()[-1] for line in lines if line.endswith("#") and ".example" in line}
    assert set(strips["whole.example"]) == {"#"}
    assert "-" in strips["gap.example"] or "?" in strips["gap.example"]
    assert "`copydesk coverage NAME`" in lines[-1]
    assert connect(path, readonly=True).execute("SELECT count(*) FROM coverage_view").fetchone()[0] >= 20


def test_one_source_with_its_gaps(path: Path) -> None:
    output = run(path, "coverage", "gap.example").output
    first, last = FIRST + timedelta(days=50), FIRST + timedelta(days=52)
    assert f"  {first} to {last}: not looked, 3 days, about 9 articles" in output
    assert "1 gap:" in output
    assert "No gaps." in run(path, "coverage", "whole.example").output
    since = (TODAY - timedelta(days=10)).isoformat()
    assert "No gaps." in run(path, "coverage", "gap.example", "--since", since).output
    assert "1 gap:" in run(path, "coverage", "gap.example", "--until", since).output


def test_json_has_weeks_days_and_gaps(path: Path) -> None:
    gap, whole = map(json.loads, run(path, "coverage", "--json").output.splitlines())
    assert (gap["source"], whole["source"]) == ("gap.example", "whole.example")
    assert whole["gaps"] == []
    assert [(one["state"], one["days"], one["lost"]) for one in gap["gaps"]] == [
        ("not looked", 3, pytest.approx(9, abs=0.5))
    ]
    assert sum(week["found"] for week in gap["weeks"]) == sum(
        day["found"] for week in gap["weeks"] for day in week["days"]
    )
    assert set(gap["weeks"][0]["days"][0]) == {"day", "state", "expected", "found", "unfetched"}


def test_nothing_to_judge_and_names_that_are_none(path: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    open_database(empty, create=True).conn.close()
    assert "Nothing can be said yet" in run(empty, "coverage").output
    assert isinstance(run(path, "coverage", "hole.example").exception, UnknownSource)
    assert isinstance(run(path, "coverage", "--since", "yesterdayish").exception, UsageError)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_may_only_be_read(path: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    own.write_bytes(path.read_bytes())
    own.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert "gap.example" in run(own, "coverage").output
    finally:
        tmp_path.chmod(0o755)


def test_the_digest_of_a_day(path: Path) -> None:
    day = TODAY - timedelta(days=18)
    output = run(path, "digest", "--day", day.isoformat()).output
    assert f"{day} 00:00" in output or str(day) in output
    assert "gap.example: not looked" in output
    assert "copydesk coverage gap.example" in output
    found = json.loads(run(path, "digest", "--day", (TODAY - timedelta(days=30)).isoformat(), "--json").output)
    assert {one["source"] for one in found["sources"]} == {"gap.example", "whole.example"}
    assert found["gaps"] == []
    assert found["new"] == sum(one["new"] for one in found["sources"]) == 6


@pytest.mark.parametrize(
    "arguments",
    [
        ("--day", "2026-13-01"),
        ("--day", "2999-01-01"),
        ("--since", "90d"),
        ("--since", "2d", "--day", "2026-01-01"),
    ],
)
def test_periods_that_make_no_digest(path: Path, arguments: tuple[str, ...]) -> None:
    assert isinstance(run(path, "digest", *arguments).exception, UsageError)
