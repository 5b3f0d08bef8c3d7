"""What the newest articles of a source repeat: one alert, closed when they do so no more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.config.loader import Config
from db.connection.database import write
from db.store.service.alerts import all_alerts, open_alerts
from scheduler.alerts.monitor import evaluate_alerts
from tests.scheduler.diary import Diary, Story

START = datetime(2026, 9, 7, tzinfo=UTC)
DAY = timedelta(days=1)
PLEA = "Eleven thousand islanders already start the day with our morning letter."
NOTE = "This report was put together with data of the harbour office and may differ from print."
CLEAN, FURNISHED = Story(), Story(lines=(PLEA,))


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    book = Diary(tmp_path / "news.db")
    yield book
    book.close()


def look(diary: Diary, now: datetime) -> list[tuple[str, str]]:
    config = Config().with_values(db=str(diary.path))
    changes = evaluate_alerts(diary.conn, config, now, budget_s=math.inf)
    return [(change.event.value, change.alert.kind) for change in changes]


def visits(diary: Diary, source: int, days: Sequence[Sequence[Story]]) -> list[tuple[int, str, str]]:
    """What is opened and closed while these stories come in, day by day: which day, what, which kind."""
    said = []
    for number, stories in enumerate(days):
        diary.visit(source, START + number * DAY, stories=stories)
        said += [(number, *one) for one in look(diary, START + number * DAY)]
    return said


def test_one_alert_that_names_the_line_and_closes_when_new_articles_lack_it(diary: Diary) -> None:
    source = diary.add("paper.example", START)
    both = Story(lines=(PLEA, NOTE))
    said = visits(diary, source, [[CLEAN] * 12, *[[FURNISHED, both]] * 10, *[[CLEAN] * 4] * 10])
    assert [(event, kind) for _, event, kind in said] == [("opened", "repeating"), ("closed", "repeating")]
    assert 5 <= said[0][0] <= 9, "within three days of a half"
    assert 12 < said[1][0] <= 17
    (alert,) = all_alerts(diary.conn)
    assert PLEA in alert.message
    assert "`copydesk rules draft paper.example`" in alert.advice
    assert alert.evidence["repeats"] == "line"


def test_it_closes_when_stored_pages_are_read_by_a_rule(diary: Diary) -> None:
    source = diary.add("paper.example", START)
    assert visits(diary, source, [[FURNISHED] * 12]) == [(0, "opened", "repeating")]
    with write(diary.conn) as conn:  # what extracting again with a rule makes of the texts
        conn.execute("UPDATE articles SET text = replace(text, ?, 'The harbour slept.')", (PLEA,))
    diary.visit(source, START + DAY)
    assert look(diary, START + DAY) == [("closed", "repeating")]
    diary.visit(source, START + 2 * DAY)
    assert look(diary, START + 2 * DAY) == []


def test_the_heading_of_a_section_as_the_title_of_all(diary: Diary) -> None:
    source = diary.add("paper.example", START)
    assert visits(diary, source, [[Story(title="News")] * 14]) == [(0, "opened", "repeating")]
    assert open_alerts(diary.conn)[0].message == "14 of its 14 newest articles have the title “News”"


@pytest.mark.parametrize(
    "stories",
    [
        [FURNISHED] * 9,
        [Story(lines=("(Reuters)", "What happens next", "Ferry North 3 4 12"))] * 20,
        [*[FURNISHED] * 4, *[CLEAN] * 16],
        [Story(lines=(PLEA,) * 9), *[CLEAN] * 12],
    ],
    ids=["few", "short lines", "few of many", "a refrain"],
)
def test_what_is_no_furniture_raises_nothing(diary: Diary, stories: list[Story]) -> None:
    source = diary.add("paper.example", START)
    assert visits(diary, source, [stories]) == []


def test_one_story_at_many_addresses_counts_once(diary: Diary) -> None:
    source = diary.add("paper.example", START)
    diary.visit(source, START, stories=[*[CLEAN] * 12, *[FURNISHED] * 12])
    with write(diary.conn) as conn:  # twelve revisions and copies of one story, as settling decides
        conn.execute(
            "INSERT INTO decisions SELECT page_id, 'revision', 13, 13, page_id FROM articles WHERE page_id > 12"
        )
    assert look(diary, START) == []
