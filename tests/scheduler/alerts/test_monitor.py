"""Watching over a real database: months written at simulated times, one alert for each trouble, closed when it is over."""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from db.config.loader import Config
from db.connection.database import write
from db.models import Precision
from db.store.service.alerts import AlertChange, all_alerts, open_alerts
from db.store.sites.sources import pause_source, remove_source
from db.timestamps import format_timestamp
from scheduler.alerts import monitor as watching
from scheduler.alerts.monitor import evaluate_alerts
from tests.scheduler.diary import Diary, Story, hours
from tests.scheduler.planning.simulated_sites import day_and_night

START = datetime(2026, 9, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORBIDDEN = (("entry", "robots_forbidden"), ("entry", "robots_forbidden"))


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    book = Diary(tmp_path / "news.db")
    yield book
    book.close()


class Guard:
    """`evaluate_alerts` with a configuration, and all it ever said."""

    def __init__(self, diary: Diary, **settings: object) -> None:
        self.diary = diary
        self.config = Config().with_values(db=str(diary.path), **settings)
        self.said: list[tuple[str, str]] = []

    def look(self, now: datetime) -> list[AlertChange]:
        changes = evaluate_alerts(self.diary.conn, self.config, now, budget_s=math.inf)
        self.said += [(change.event.value, change.alert.kind) for change in changes]
        return changes


def test_a_month_of_day_and_night_then_silence(diary: Diary) -> None:
    guard = Guard(diary)
    lively, dying = diary.add("lively.example", START), diary.add("dying.example", START)
    chance = random.Random(4)
    news = {
        source: [START + timedelta(seconds=at) for at in day_and_night(chance, 15, 40)] for source in (lively, dying)
    }
    end, down = START + timedelta(days=30), START + timedelta(days=12, hours=18)
    news[dying] = [at for at in news[dying] if at < end]
    opened = None
    for now in hours(START, 40 * 24):
        if down <= now < down + timedelta(hours=16):
            assert guard.look(now) == [], "the service's night is not the site's"
            continue
        for source, moments in news.items():
            fresh = [at for at in moments if at < now]
            news[source] = moments[len(fresh) :]
            diary.visit(source, now, links=[at if number % 2 else None for number, at in enumerate(fresh)])
        for change in guard.look(now + timedelta(minutes=1)):
            opened = now
            assert change.alert.source == "dying.example"
    assert guard.said == [("opened", "silent")]
    assert opened is not None
    assert end + timedelta(hours=12) < opened < end + timedelta(hours=48)
    (alert,) = open_alerts(diary.conn)
    assert "nothing new for" in alert.message
    assert "copydesk why dying.example" in alert.advice

    back = START + timedelta(days=40)
    diary.visit(dying, back, links=[back - HOUR])
    guard.look(back + HOUR)
    guard.look(back + 2 * HOUR)
    assert guard.said == [("opened", "silent"), ("closed", "silent")]
    for now in hours(back + HOUR, 96):
        diary.visit(dying, now)
        guard.look(now)
    assert len(guard.said) == 2, "it was quiet for days before: four more are within its rhythm"


def test_silence_as_long_as_the_settings_say(diary: Diary) -> None:
    """Of a site that publishes once a day, and of one that is new, of which no rhythm is known."""
    guard = Guard(diary, alert_silence="3h")
    daily, new = diary.add("daily.example", START), diary.add("new.example", START + timedelta(days=20))
    patient = diary.add("patient.example", START, alert_silence="0s")
    for now in hours(START, 20, 24):
        diary.visit(daily, now, links=[now])
        diary.visit(patient, now, links=[now])
    last = START + timedelta(days=20)
    for source in (daily, new, patient):
        diary.visit(source, last, links=[last])
    for later in range(1, 5):
        assert guard.said == []
        for source in (daily, new, patient):
            diary.visit(source, last + later * HOUR)
        guard.look(last + later * HOUR + timedelta(minutes=1))
    assert guard.said == [("opened", "silent")] * 2
    alerts = {alert.source: alert.message for alert in open_alerts(diary.conn)}
    assert alerts == dict.fromkeys(
        ("daily.example", "new.example"), "nothing new for 4.0 hours; the setting alert_silence allows 3.0 hours"
    )
    diary.visit(new, last + 5 * HOUR, links=[last + 5 * HOUR])
    guard.look(last + 5 * HOUR)
    assert guard.said[2:] == [("closed", "silent")]


def test_silence_needs_two_looks_that_brought_nothing(diary: Diary) -> None:
    guard = Guard(diary)
    source = diary.add("daily.example", START)
    for now in hours(START, 40, 12):
        diary.visit(source, now, links=[now])
    last = START + timedelta(hours=39 * 12)
    for now in hours(last, 40):
        diary.visit(source, now + HOUR, ended="failed", asked=(("entry", "timeout"),), error="no answer")
        guard.look(now + HOUR)
    assert ("opened", "silent") not in guard.said
    assert guard.said == [("opened", "failing")]
    for now in hours(last + timedelta(hours=41), 30):
        diary.visit(source, now)
        guard.look(now)
    assert ("opened", "silent") in guard.said


def test_a_month_of_good_pages_then_rot(diary: Diary) -> None:
    guard = Guard(diary)
    source = diary.add("paper.example", START)
    chance = random.Random(9)
    good = [
        Story(words=chance.randint(120, 900), authors=("Ann Reed",) if chance.random() < 0.9 else ())
        if chance.random() < 0.95
        else Story(words=0)
        for _ in range(300)
    ]
    rotten = [Story(words=chance.randint(120, 900), authors=(), precision=Precision.DAY) for _ in range(300)]
    cured = [Story(words=chance.randint(120, 900)) for _ in range(60)]
    pages = iter([*good, *rotten, *cured])
    said_at = {}
    for number, now in enumerate(hours(START, 330, 2)):
        diary.visit(source, now, stories=[next(pages), next(pages)])
        for change in guard.look(now):
            said_at[change.event.value] = (number + 1) * 2
    assert guard.said == [("opened", "rotting"), ("closed", "rotting")]
    assert 300 < said_at["opened"] <= 320, "within twenty pages"
    assert 600 < said_at["closed"] <= 620
    (alert,) = all_alerts(diary.conn)
    assert "name an author" in alert.message
    assert "say the time of day" in alert.message
    assert isinstance(alert.evidence["first_page"], int)


def test_rot_of_a_source_of_few_pages_is_seen_though_all_was_well_a_moment_ago(diary: Diary) -> None:
    guard = Guard(diary)
    source = diary.add("small.example", START)
    diary.visit(source, START, stories=[Story()] * 13)
    assert guard.look(START) == []
    diary.visit(source, START + HOUR, stories=[Story(source=None)] * 10)
    guard.look(START + HOUR)
    assert guard.said == [("opened", "rotting")]


def test_revisions_are_not_counted(diary: Diary) -> None:
    guard = Guard(diary)
    source = diary.add("paper.example", START)
    for now in hours(START, 30):
        diary.visit(source, now, stories=[Story()])
        guard.look(now)
    with write(diary.conn) as conn:  # thirty of its pages again, as revisions that lost their author
        conn.execute(
            "INSERT INTO pages (source_id, link_id, url, fetched_at, status, headers, body_id)"
            " SELECT source_id, link_id, url, ?, 200, '{}', body_id FROM pages",
            (format_timestamp(START + timedelta(days=3)),),
        )
        conn.execute("INSERT INTO outcomes (page_id, extractor_id) SELECT page_id, 1 FROM unread WHERE page_id > 30")
    diary.visit(source, START + timedelta(days=3))
    assert guard.look(START + timedelta(days=3)) == []


def test_failures_in_a_row(diary: Diary) -> None:
    guard = Guard(diary)
    usual, patient = diary.add("usual.example", START), diary.add("patient.example", START, alert_failures=5)

    def fail(now: datetime, ended: str = "failed") -> None:
        for source in (usual, patient):
            diary.visit(source, now, ended=ended, asked=(("entry", "timeout"),), error="no answer in time")
        guard.look(now)

    moments = hours(START, 100)
    for ended in ("failed", "failed", "stopped", "finished", "failed", "stopped", "failed"):
        fail(next(moments), ended)
    assert guard.said == []
    fail(next(moments))
    assert [(alert.kind, alert.source) for alert in open_alerts(diary.conn)] == [("failing", "usual.example")]
    assert "no answer in time" in open_alerts(diary.conn)[0].message
    fail(next(moments), "stopped")
    fail(next(moments))
    fail(next(moments))
    assert guard.said == [("opened", "failing")] * 2
    for source in (usual, patient):
        diary.visit(source, now := next(moments))
    guard.look(now)
    assert guard.said[2:] == [("closed", "failing")] * 2


def test_a_network_that_is_down_is_one_alert(diary: Diary) -> None:
    guard = Guard(diary)
    sources = [diary.add(f"s{number}.example", START) for number in range(30)]

    def crawl(now: datetime, down: int) -> None:
        for number, source in enumerate(sources):
            if number < down:
                diary.visit(source, now, asked=(("entry", "unknown_host"),), ended="failed", error="unknown host")
            else:
                diary.visit(source, now)
        guard.look(now)

    for hour in range(6):
        crawl(START + hour * HOUR, down=28)
    assert guard.said == [("opened", "network")]
    crawl(START + 6 * HOUR, down=10)
    assert len(guard.said) == 1, "a third is not well yet"
    crawl(START + 7 * HOUR, down=1)
    assert guard.said[1:] == [("closed", "network"), ("opened", "failing")]
    assert open_alerts(diary.conn)[0].source == "s0.example"


@pytest.mark.parametrize(("sources", "down", "kinds"), [(4, 4, {"network"}), (4, 3, {"failing"}), (3, 3, {"failing"})])
def test_so_is_it_where_all_of_a_few_sources_fail(diary: Diary, sources: int, down: int, kinds: set[str]) -> None:
    guard = Guard(diary)
    ids = [diary.add(f"s{number}.example", START) for number in range(sources)]
    for now in hours(START, 5):
        for number, source in enumerate(ids):
            if number < down:
                diary.visit(source, now, asked=(("entry", "unknown_host"),), ended="failed", error="unknown host")
            else:
                diary.visit(source, now)
        guard.look(now)
    assert {kind for _, kind in guard.said} == kinds
    for source in ids:
        diary.visit(source, START + 6 * HOUR)
    guard.look(START + 6 * HOUR)
    assert open_alerts(diary.conn) == []


def test_certificates_of_all_hosts_are_one_alert(diary: Diary) -> None:
    """A clock that is wrong, or a network that shows a certificate of its own until somebody logs in."""
    guard = Guard(diary)
    sources = [diary.add(f"s{number}.example", START) for number in range(12)]
    for now in hours(START, 5):
        for source in sources:
            diary.visit(source, now, asked=(("entry", "certificate"),), ended="failed", error="certificate")
        guard.look(now)
    assert guard.said == [("opened", "network")]
    diary.visit(
        sources[0], now := START + 6 * HOUR, asked=(("entry", "certificate"),), ended="failed", error="certificate"
    )
    for source in sources[1:]:
        diary.visit(source, now)
    guard.look(now)
    assert guard.said[1:] == [("closed", "network"), ("opened", "certificate")]


def test_robots_txt_newly_forbids(diary: Diary) -> None:
    guard = Guard(diary)
    source, always = diary.add("shop.example", START), diary.add("always.example", START)
    diary.visit(source, START, stories=[Story()])
    guard.look(START)
    for now in hours(START + HOUR, 5):
        for each in (source, always):
            diary.visit(each, now, asked=FORBIDDEN, ended="failed", error="none of its listings answered")
        guard.look(now)
    assert guard.said == [("opened", "robots_forbidden"), ("opened", "failing")]
    named = {alert.kind: alert for alert in open_alerts(diary.conn)}
    assert named["robots_forbidden"].source == "shop.example"
    assert "2 of 2 listings" in named["robots_forbidden"].message
    assert named["failing"].source == "always.example", "what was never allowed is not newly forbidden"
    diary.visit(source, now := START + timedelta(hours=7), asked=(("entry", "timeout"),), ended="failed", error="x")
    guard.look(now)
    assert len(guard.said) == 2, "nobody knows what robots.txt says now"
    diary.visit(source, now := START + timedelta(hours=8))
    guard.look(now)
    assert guard.said[2:] == [("closed", "robots_forbidden")]


def test_robots_txt_forbids_the_articles_alone(diary: Diary) -> None:
    guard = Guard(diary)
    source = diary.add("shop.example", START)
    diary.visit(source, START, stories=[Story()])
    listing, article = ("entry", None), ("article", "robots_forbidden")
    moments = hours(START + HOUR, 20)
    diary.visit(source, next(moments), asked=(listing, article))
    guard.look(START + HOUR)
    assert guard.said == [], "one article alone"
    diary.visit(source, next(moments), asked=(listing, *[article] * 3))
    guard.look(START + HOUR)
    assert guard.said == [("opened", "robots_forbidden")]
    diary.visit(source, next(moments), asked=(listing,))
    guard.look(START + HOUR)
    assert len(guard.said) == 1, "no article was asked for"
    diary.visit(source, next(moments), asked=(listing,), stories=[Story()])
    guard.look(START + HOUR)
    assert guard.said[1:] == [("closed", "robots_forbidden")]


@pytest.mark.parametrize("through_robots", [False, True])
def test_certificate(diary: Diary, through_robots: bool) -> None:
    """A host's certificate fails with the first request to it, which is that for robots.txt."""
    guard = Guard(diary)
    source = diary.add("old.example", START)
    with write(diary.conn) as conn:
        conn.execute(
            "INSERT INTO robots VALUES (?, ?, ?, NULL, x'', 'certificate: expired')",
            (f"http://s{source}.example", format_timestamp(START), format_timestamp(START)),
        )
    asked = (("entry", "robots_unavailable" if through_robots else "certificate"),)
    for now in hours(START, 4):
        diary.visit(source, now, asked=asked, ended="failed", error="robots.txt could not be read")
        guard.look(now)
    assert guard.said == [("opened", "certificate")], "and not failing besides"
    diary.visit(source, START + timedelta(days=1))
    guard.look(START + timedelta(days=1))
    assert guard.said[1:] == [("closed", "certificate")]


def test_robots_txt_that_fails_otherwise_is_no_certificate(diary: Diary) -> None:
    guard = Guard(diary)
    source = diary.add("down.example", START)
    for now in hours(START, 3):
        diary.visit(source, now, asked=(("entry", "robots_unavailable"),), ended="failed", error="status 503")
        guard.look(now)
    assert guard.said == [("opened", "failing")]


def test_disk_and_size_open_once_and_close_with_some_distance(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    """The free space of a test machine cannot be chosen: what the system says of it is replaced, nothing else."""
    guard = Guard(diary, alert_disk="10GB", alert_size="100MB")
    state = SimpleNamespace(free=20e9, used=10e6)
    disk: Any = lambda path: SimpleNamespace(free=int(state.free))  # noqa: E731
    monkeypatch.setattr(shutil, "disk_usage", disk)
    monkeypatch.setattr(watching, "database_sizes", lambda path: (int(state.used), 0))
    for free, used, said in (
        (20e9, 10e6, []),
        (9.9e9, 89e6, [("opened", "disk")]),
        (10.5e9, 91e6, [("opened", "size")]),
        (9e9, 120e6, []),
        (11.5e9, 88e6, [("closed", "disk")]),
        (20e9, 80e6, [("closed", "size")]),
    ):
        state.free, state.used = free, used
        guard.said.clear()
        guard.look(START)
        assert guard.said == said, (free, used)


def test_the_true_size_and_disk_are_looked_at(diary: Diary) -> None:
    guard = Guard(diary, alert_disk=10**18, alert_size=diary.path.stat().st_size)
    guard.look(START)
    assert guard.said == [("opened", "disk"), ("opened", "size")]


def test_paused_and_removed_sources_raise_nothing_and_theirs_close(diary: Diary) -> None:
    guard = Guard(diary, alert_failures=1)
    names = ("paused.example", "removed.example")
    sources = [diary.add(name, START) for name in names]

    def fail(now: datetime) -> None:
        for source in sources:
            diary.visit(source, now, asked=(("entry", "timeout"),), ended="failed", error="no answer")
        guard.look(now)

    fail(START)
    assert guard.said == [("opened", "failing")] * 2
    with write(diary.conn) as conn:
        pause_source(conn, names[0], START)
        remove_source(conn, names[1], START)
    fail(START + HOUR)
    assert guard.said[2:] == [("closed", "failing")] * 2
    assert open_alerts(diary.conn) == []
    with write(diary.conn) as conn:
        pause_source(conn, names[0], None)
    guard.look(START + 2 * HOUR)
    assert guard.said[4:] == [("opened", "failing")]


def test_a_round_ends_with_its_budget_and_the_next_goes_on(diary: Diary) -> None:
    config = Config().with_values(db=str(diary.path), alert_failures=1)
    for number in range(5):
        source = diary.add(f"s{number}.example", START)
        diary.visit(source, START, asked=(("entry", "timeout"),), ended="failed", error="no answer")
    diary.visit(diary.add("well.example", START), START)  # if all failed, it would be the network
    opened = [len(evaluate_alerts(diary.conn, config, START, budget_s=0.0)) for _ in range(7)]
    assert opened == [1, 1, 1, 1, 1, 0, 0], "one at least, and none twice"
