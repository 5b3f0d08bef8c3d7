"""The file in which processes keep the pace of a host together."""

from __future__ import annotations

from pathlib import Path

from crawler.http.shared_pace import SharedPace

HOST = "archive.example"


def test_moments_are_reserved_one_after_the_other(tmp_path: Path) -> None:
    first, second = SharedPace(tmp_path / "news.db"), SharedPace(tmp_path / "news.db")
    assert first.reserve(HOST, delay=10) == 0
    assert 9 < second.reserve(HOST, delay=10) <= 10
    assert 19 < first.reserve(HOST, delay=10) <= 20
    assert first.reserve("other.example", delay=10) == 0


def test_queries_are_further_apart(tmp_path: Path) -> None:
    pace = SharedPace(tmp_path / "news.db")
    assert pace.reserve(HOST, delay=1, spacing=60) == 0
    assert 0 < pace.reserve(HOST, delay=1) <= 1
    assert 59 < pace.reserve(HOST, delay=1, spacing=60) <= 60


def test_a_rest_holds_for_everybody(tmp_path: Path) -> None:
    pace, other = SharedPace(tmp_path / "news.db"), SharedPace(tmp_path / "news.db")
    pace.rest(HOST, 60)
    assert 59 < other.resting(HOST) <= 60
    assert 59 < other.reserve(HOST, delay=1) <= 60
    assert other.resting("other.example") == 0


def test_a_damaged_file_and_a_clock_set_back_stop_nobody(tmp_path: Path) -> None:
    (tmp_path / "news.db.pace").write_text('{"archive.example": {"sent": 99999999999}}')
    assert SharedPace(tmp_path / "news.db").reserve(HOST, delay=1) == 0
    (tmp_path / "news.db.pace").write_text("[nonsense")
    assert SharedPace(tmp_path / "news.db").reserve(HOST, delay=1) == 0
