"""The same web ten times: every place that counts says the same, and the rows agree."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.crawl.session import CrawlOrder
from crawler.run import crawl
from db.config.loader import load_config
from db.connection.database import open_readonly
from db.queries.sources.statistics import last_runs
from db.timestamps import parse_timestamp
from scheduler.metrics import Metrics
from scheduler.processes import EndedCrawl
from scheduler.service import describe_ended
from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story
from tests.support.web_server import Answer, WebServer

ARTICLES = 6
COUNTED = ("found", "fetched", "unchanged", "new", "updated", "duplicate", "forbidden")


class Site:
    """A site whose server knows no ETag: it gives the same bytes with 200 each time, until something is changed."""

    def __init__(self) -> None:
        self.articles = ARTICLES
        self.corrected: set[int] = set()
        self.stirred: set[int] = set()
        self.gone: set[int] = set()
        self.copied = False

    def answer(self, path: str) -> tuple[int, str]:
        if path == "/robots.txt":
            return 200, "User-agent: *\nDisallow: /secret/\n"
        if path == "/":
            names = [f"/news/2026/11/report-{n}-of-the-town" for n in range(self.articles)]
            names += ["/secret/2026/11/the-hidden-report-told", "/news/2026/11/empty-page-of-the-town"]
            names += ["/news/2026/11/print-of-report-0"] if self.copied else []
            return 200, "".join(f'<h2><a href="{name}">A report of the town, told at length</a></h2>' for name in names)
        if path.endswith("empty-page-of-the-town"):
            return 200, "<html><body><p>Nothing.</p></body></html>"
        found = re.search(r"report-(\d+)", path)
        number = int(found[1]) if found else -1
        if number < 0 or number in self.gone:
            return 404, "gone"
        text = "".join(
            f"<p>{line}</p>" for line in story(number + (20 if number in self.corrected else 0), 8).split("\n")
        )
        aside = "<aside>Read also: the weather</aside>" if number in self.stirred else ""
        time = '<time datetime="2026-11-02T10:00:00Z"></time>'
        title = f"Report {number} of the town"
        body = f"<h1>{title}</h1>{time}<article>{text}</article>{aside}"
        return 200, f"<html lang=en><head><title>{title}</title></head><body>{body}</body></html>"


@pytest.fixture
def site() -> Iterator[tuple[Site, str]]:
    web = Site()

    with WebServer(lambda asked: Answer(*web.answer(asked.path))) as server:
        yield web, f"{server.url}/"


def change(web: Site, number: int) -> None:
    """What the site does before its crawl of that number."""
    match number:
        case 3:
            web.corrected.add(1)
        case 4:
            web.stirred.add(2)
        case 5:
            web.gone.add(3)
        case 6:
            web.articles += 1
        case 7:
            web.copied = True


def prometheus(page: str) -> dict[str, float]:
    """The counters of a page of metrics."""
    return {name: float(value) for name, value in re.findall(r"^(copydesk_\S+) ([\d.e+]+)$", page, re.MULTILINE)}


def total(value: object) -> int:
    """A count, or the sum of counts by reason."""
    return sum(value.values()) if isinstance(value, dict) else int(str(value))


def test_ten_crawls_of_one_web_are_counted_the_same_everywhere(site: tuple[Site, str], tmp_path: Path) -> None:
    web, home = site
    desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], revisit=["0s"], workers=1)
    desk.run("sources", "add", home, "--no-discovery")
    config, metrics = load_config(tmp_path / "copydesk.toml"), Metrics(desk.database)
    runs: list[dict[str, Any]] = []
    for number in range(1, 11):
        change(web, number)
        crawled = crawl(config, CrawlOrder())
        runs.append(json.loads(json.dumps(crawled.figures.as_dict())))
        metrics.note_ended("finished", runs[-1] | {"sources": 1}, 1.0)
    sums: Counter[str] = Counter()
    for run in runs:
        for name in (*COUNTED, "rejected", "failed", "unread", "listings_failed", "bytes"):
            sums[name] += total(run[name])

    # Each answer has one fate.
    (unmodified,) = desk.query("SELECT count(*) FROM fetches WHERE what = 'article' AND status = 304")[0]
    fates = ("unchanged", "new", "updated", "duplicate", "rejected", "unread")
    assert sums["fetched"] + unmodified == sum(sums[name] for name in fates)
    # The rows.
    verdicts = dict(desk.query("SELECT verdict, count(*) FROM decisions GROUP BY 1"))
    assert (sums["new"], sums["updated"]) == (verdicts["new"], verdicts["revision"]) == (ARTICLES + 1, 1)
    assert sums["duplicate"] + 1 == verdicts.get("copy", 0) + verdicts["same"]  # one: around an article
    assert sums["rejected"] == desk.query("SELECT count(*) FROM rejections")[0][0] == 1
    assert sums["found"] == desk.query("SELECT count(*) FROM links")[0][0]
    assert (runs[8]["new"], runs[8]["updated"], runs[8]["duplicate"], total(runs[8]["rejected"])) == (0, 0, 0, 0)
    assert runs[8]["unchanged"] == runs[8]["fetched"]
    # The rows of the runs, their parts, the view.
    with_figures = desk.query("SELECT id, figures, started_at, ended_at FROM runs WHERE command = 'crawl' ORDER BY id")
    assert [json.loads(figures) for _, figures, _, _ in with_figures] == runs
    parts = desk.query(
        "SELECT sum(found), sum(fetched), sum(unchanged), sum(failed), sum(forbidden), sum(listings_failed) FROM source_runs"
    )[0]
    names = ("found", "fetched", "unchanged", "failed", "forbidden", "listings_failed")
    assert parts == tuple(sums[name] for name in names)
    view = desk.query("SELECT sum(fetched), sum(unchanged), sum(new), sum(updated), sum(duplicate) FROM runs_view")[0]
    assert view == tuple(sums[name] for name in ("fetched", "unchanged", "new", "updated", "duplicate"))
    # The commands, the inspector, Prometheus.
    day = json.loads(desk.run("status", "--json").stdout)["day"]
    assert {name: day[name] for name in ("runs", "found", "fetched", "new", "updated")} == {"runs": 10} | {
        name: sums[name] for name in ("found", "fetched", "new", "updated")
    }
    stats = json.loads(desk.run("stats", "--json").stdout)
    assert stats["articles"] == sums["new"] + verdicts.get("copy", 0)
    assert stats["revisions"] == sums["updated"]
    assert sum(stats["rejected"].values()) == sums["rejected"]
    assert sum(stats["failed_7d"].values()) == sums["failed"]
    conn = open_readonly(desk.database)
    assert [run.figures["new"] for run in last_runs(conn, 20)] == [run["new"] for run in reversed(runs)]
    conn.close()
    counters = prometheus(metrics.render().decode())
    for name in COUNTED:
        assert counters[f'copydesk_crawled_total{{what="{name}"}}'] == sums[name], name
    # A run is as long as its row says, wherever it is told.
    for (_, _, started_at, ended_at), run in zip(with_figures, runs, strict=True):
        length = parse_timestamp(ended_at) - parse_timestamp(started_at)
        assert abs(length - timedelta(seconds=run["seconds"])) <= timedelta(milliseconds=2)
        line = describe_ended(
            EndedCrawl(names=(), pid=1, outcome="finished", seconds=99.0, figures=run | {"sources": 1})
        )
        assert line.endswith(f"{run['seconds']:.1f} s")


def test_what_a_stopped_run_left_unread_is_counted_when_it_is_read(site: tuple[Site, str], tmp_path: Path) -> None:
    """And what a run had fetched that was killed: its pages are its own, whoever reads them."""
    _, home = site
    desk = Copydesk(tmp_path, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1)
    desk.run("sources", "add", home, "--no-discovery")
    config = load_config(tmp_path / "copydesk.toml")
    crawl(config, CrawlOrder())
    with sqlite3.connect(desk.database) as conn:  # as if it had been stopped before it had read anything
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("DELETE FROM outcomes")
        conn.execute(
            "UPDATE runs SET ended = 'stopped', figures = json_set(figures, '$.new', 0, '$.unread', 7) WHERE id = 1"
        )
    conn.close()
    crawl(config, CrawlOrder())
    assert desk.query("SELECT sum(figures ->> 'new'), sum(figures ->> 'unread') FROM runs") == [(ARTICLES, 0)]
