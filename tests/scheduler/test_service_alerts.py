"""Alerts about the service's own work: a site file that is wrong, crawl processes that end before they begin."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from db.config.loader import Config
from db.store.service.alerts import all_alerts, open_alerts
from db.store.sites.site_rules import rules_in_force
from scheduler.failed_starts import FAILED_STARTS, FORGET_AFTER_S, StartCounter
from scheduler.log import Log
from scheduler.monitor_job import MonitorJob
from scheduler.planning.cadence import cadence_of
from scheduler.planning.plan import DueSource, PlannedSource
from scheduler.processes import CrawlProcesses, EndedCrawl
from scheduler.service import Service
from tests.demoweb.asking import EN
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk
from tests.scheduler.diary import Diary

START = datetime(2026, 9, 7, tzinfo=UTC)
GOOD, WRONG = 'hosts = ["a.example"]\n', 'hosts = ["a.example"]\ntimezon = "UTC"\n'


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    book = Diary(tmp_path / "news.db")
    yield book
    book.close()


class Watch:
    """A service's watching, with a folder of rules."""

    def __init__(self, diary: Diary, starts: StartCounter | None = None) -> None:
        self.diary, self.rules = diary, diary.path.parent / "rules"
        self.rules.mkdir(exist_ok=True)
        self.config = Config().with_values(db=str(diary.path), sites=str(self.rules))
        self.log = io.StringIO()
        self.starts = starts or StartCounter()
        self.monitor = MonitorJob(Log("json", self.log), lambda: False, self.starts)

    def look(self) -> list[tuple[str, str]]:
        """One round; what is open after it: kind and what it says."""
        self.monitor.run(self.diary.conn, self.config)
        return [(alert.kind, alert.message) for alert in open_alerts(self.diary.conn)]


def test_each_wrong_file_is_an_alert_until_it_is_mended(diary: Diary) -> None:
    watch = Watch(diary)
    first, second = watch.rules / "a.toml", watch.rules / "b.toml"
    first.write_text(GOOD, encoding="utf-8")
    assert watch.look() == []
    # Right between two crawls: kept all the same.
    assert "a.toml" in [file.name for file in rules_in_force(diary.conn)]
    first.write_text(WRONG, encoding="utf-8")
    says = f"{first}:2: unknown key timezon; did you mean timezone?; the rules from before hold"
    assert watch.look() == [("site_rules", says)]
    second.write_text("hosts = [", encoding="utf-8")
    assert [kind for kind, _ in watch.look()] == ["site_rules", "site_rules"]
    assert "b.toml:1: is not valid TOML" in watch.look()[1][1]
    # A restart opens none anew; another mistake in the same file is the same alert.
    first.write_text(WRONG.replace("timezon", "outlett"), encoding="utf-8")
    watch = Watch(diary)
    assert next(says.partition("; ")[0] for _, says in watch.look()) == f"{first}:2: unknown key outlett"
    assert len(all_alerts(diary.conn)) == 2
    first.write_text(GOOD, encoding="utf-8")
    assert [says.partition(":")[0] for _, says in watch.look()] == [str(second)]
    second.unlink()
    assert watch.look() == []
    events = [json.loads(line)["change"] for line in watch.log.getvalue().splitlines()]
    assert events == ["closed", "closed"]
    # The folder itself.
    away = watch.rules.rename(watch.rules.with_name("away"))
    assert watch.look() == [
        ("site_rules", f"{watch.rules}: there is no such folder of site rules; the rules from before hold")
    ]
    away.rename(watch.rules)
    assert watch.look() == []


def ended(
    *names: str, outcome: str = "failed", stderr_tail: str = "Traceback\nMemoryError", **figures: object
) -> EndedCrawl:
    return EndedCrawl(names=names, pid=1, outcome=outcome, seconds=1.0, figures=figures, stderr_tail=stderr_tail)


def test_processes_that_end_before_they_have_begun_are_an_alert(diary: Diary) -> None:
    now = 0.0
    starts = StartCounter(clock=lambda: now)
    watch = Watch(diary, starts)
    for _ in range(FAILED_STARTS - 1):
        starts.note(ended("a.example", "b.example"))
        starts.note(ended("c.example", outcome="finished", run=1))
        assert watch.look() == []
    starts.note(ended("a.example", "b.example", outcome="stopped"))  # somebody stopped it: neither way
    starts.note_failed(["a.example"], "no process could be started: Resource temporarily unavailable")
    ((kind, says),) = watch.look()
    assert kind == "crawl_start"
    assert says == (
        "crawls of a.example end before they begin: no process could be started: Resource temporarily unavailable"
    )
    # A service that has just come up knows nothing: what is open stays open.
    assert len(Watch(diary).look()) == 1
    # One that began and then failed has a run, which says why.
    starts.note(ended("a.example", outcome="failed", run=2))
    assert starts.failed() is None
    assert len(watch.look()) == 1  # b.example fails yet
    starts.note(ended("b.example", outcome="finished", run=3))
    assert watch.look() == []
    # A source that is not tried any more is no trouble.
    for _ in range(FAILED_STARTS):
        starts.note(ended("b.example"))
    assert len(watch.look()) == 1
    now += FORGET_AFTER_S + 1
    assert watch.look() == []


def test_a_real_process_that_cannot_start_makes_the_service_unwell(diary: Diary, tmp_path: Path) -> None:
    diary.add("a.example", START)
    missing = tmp_path / "none.toml"
    config = Config().with_values(db=str(diary.path), listen="")
    service = Service(lambda: config, (), Log("json", io.StringIO()))
    assert service.health()[0]
    crawls = CrawlProcesses(("--config", str(missing)), limit_s=30)
    source = PlannedSource(
        id=1, name="a.example", cadence=cadence_of("a.example", config.for_source("a.example")), added_at=START
    )
    crawls.start([DueSource(source=source, since=START)])
    while not (gone := crawls.poll()):
        time.sleep(0.02)
    for _ in range(FAILED_STARTS):
        service._note_ended(gone)
    well, says = service.health()
    assert not well
    assert "none.toml: cannot be read" in str(says["trouble"])
    # The machine's clock was set back by a year while it ran.
    service._note_ended(
        [replace(gone[0], outcome="finished", figures={"run": 1, "sources": 1, "seconds": -31_535_999.0})]
    )
    assert service.health()[0]


def test_one_wrong_file_stops_no_source(demoweb: DemoWeb, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.toml").write_text(f'hosts = ["{EN}"]\noutlet = "Ours"\n', encoding="utf-8")
    desk = Copydesk(tmp_path, demoweb.proxy_url, sites="rules", workers=1)
    desk.add_sites(demoweb, EN)
    desk.run("crawl", "--limit", "1")
    (rules / "b.toml").write_text(WRONG, encoding="utf-8")
    (rules / "a.toml").write_text("hosts = [\n", encoding="utf-8")

    crawled = desk.run("crawl", "--limit", "2")
    assert "rules/a.toml:1: is not valid TOML" in crawled.stderr
    assert "the rules from before hold" in crawled.stderr
    assert "rules/b.toml:2: unknown key timezon; did you mean timezone?" in crawled.stderr
    assert "nothing in it is used" in crawled.stderr
    assert len(desk.query("SELECT DISTINCT extractor_id FROM outcomes")) == 1
    again = desk.run("extract", "--all", code=2)
    assert "rules/a.toml:1" in again.stderr

    shown = desk.run("status").stdout
    assert "rules/a.toml:1: is not valid TOML" in shown
    rows = json.loads(desk.run("status", "--json").stdout)["rules"]
    assert [(Path(row["path"]).name, row["rules_hold"]) for row in rows] == [("a.toml", True), ("b.toml", False)]
    checked = desk.run("doctor", code=1).stdout
    assert "rules/a.toml:1" in checked
    assert "rules/b.toml:2" in checked
