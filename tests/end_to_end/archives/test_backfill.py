"""`copydesk backfill` as a person uses it: planned, killed on the way, continued, and never fetching an article twice."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.past_web import ON_HOME_PAGE, PastArticle, PastWeb

SINCE = datetime(2023, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def web() -> Iterator[PastWeb]:
    with PastWeb(count=100) as web:
        yield web


@pytest.fixture(scope="module")
def desk(web: PastWeb, tmp_path_factory: pytest.TempPathFactory) -> Copydesk:
    desk = Copydesk(tmp_path_factory.mktemp("past"), None, workers=1)
    desk.run(
        *("sources", "add", f"{web.home}/", "--name", "past", "--delay", "20ms"),
        *("--allow-network", "127.0.0.0/8", "--no-discovery"),
    )
    return desk


def test_a_backfill_is_planned_killed_and_continued(web: PastWeb, desk: Copydesk) -> None:
    """The plan fetches no article and counts what is fetched later; after `kill -9` none is fetched again, none is missing."""
    wanted = {one.path for one in web.articles if one.at >= SINCE}
    planned = json.loads(desk.run("backfill", "past", "--since", "2023", "--plan", "--json").stdout)
    assert not web.articles_asked()
    assert planned["articles"] == planned["waiting"] == planned["requests"] == len(wanted)
    assert {one["name"] for one in planned["channels"] if one["named"]} == {
        "wordpress",
        "sitemap",
        "feed",
        "archive_pages",
    }
    assert sum(month["articles"] for month in planned["months"]) == len(wanted)

    killed = desk.start("backfill", "past", "--since", "2023")
    wait_for(lambda: len(web.articles_asked()) > 15)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    stored = {url for (url,) in desk.query("SELECT url FROM pages")}
    # Also before another run has noted what became of them.
    assert json.loads(desk.run("backfill", "--status", "--json").stdout)["done"] == len(stored)
    desk.run("backfill", "past", "--budget", "10")
    assert len(web.articles_asked()) <= len(stored) + 10 + 8
    done = json.loads(desk.run("backfill", "past", "--json").stdout)
    asked = web.articles_asked()
    assert asked.keys() == wanted
    # What was in flight when the process was killed was never recorded.
    assert [path for path, number in asked.items() if number > 1 and f"{web.home}{path}" in stored] == []
    assert sum(asked.values()) <= len(wanted) + 8
    assert (done["done"], done["waiting"], done["ended"]) == (len(wanted), 0, "finished")
    assert desk.query("SELECT count(*) FROM current_articles") == [(len(wanted),)]
    what_is_here_is_not_fetched_again_nor_visited_by_crawls(web, desk)
    it_is_shown_and_given_up(desk)


def what_is_here_is_not_fetched_again_nor_visited_by_crawls(web: PastWeb, desk: Copydesk) -> None:
    before = web.articles_asked()
    older = desk.run("backfill", "past", "--since", "2022-11", "--until", "2023-01", "--channels", "sitemap").stdout
    assert "here already" in older
    new = web.articles_asked() - before
    assert new.keys() == {
        one.path for one in web.articles if one.at < SINCE and one.at >= datetime(2022, 11, 1, tzinfo=UTC)
    }
    desk.run("crawl", "--again", "--limit", "0")
    assert not [path for path, number in web.articles_asked().items() if path in before and number > before[path]]


def it_is_shown_and_given_up(desk: Copydesk) -> None:
    desk.run("backfill", "past", "--since", "2022-01", "--until", "2022-02", "--channels", "feed", "--plan")
    states = [json.loads(line)["ended"] for line in desk.run("backfill", "--status", "--json").stdout.splitlines()]
    assert states == ["finished", "finished", None]
    assert "stopped" in desk.run("backfill", "--stop", "past").stdout
    assert "give up" not in desk.run("backfill", "past", code=2).stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("pats", "--since", "2020"), "did you mean past?"),
        (("past", "--since", "2020", "--until", "2019"), "is not before --until"),
        (("past", "--since", "2030-13"), "there is no month 2030-13"),
        (("past", "--since", "2999"), "in the future"),
        (("past", "--since", "2020", "--channels", "sitemaps"), "did you mean sitemap?"),
        (("--since", "2020"), "name the sources"),
        (("past", "--until", "2020"), "--until needs --since"),
    ],
)
def test_mistakes_are_told(desk: Copydesk, options: tuple[str, ...], message: str) -> None:
    assert message in desk.run("backfill", *options, code=2).stderr


def test_where_no_channel_works_each_says_why(tmp_path: Path) -> None:
    with PastWeb(count=20, open_channels=()) as closed:
        desk = Copydesk(tmp_path, None, workers=1)
        desk.run(
            *("sources", "add", f"{closed.home}/", "--name", "closed", "--delay", "0s"),
            *("--allow-network", "127.0.0.0/8", "--no-discovery"),
        )
        shown = desk.run("backfill", "closed", "--since", "2020", code=1).stdout
        assert "wordpress: 0 named" in shown
        assert "status 403: the site refuses it" in shown
        assert "no channel names an article" in shown
    with sqlite3.connect(desk.database) as conn:
        assert conn.execute("SELECT count(*) FROM pages").fetchone() == (0,)


class _BusyWeb(PastWeb):
    """Refuses the parts of its sitemap for a day."""

    refuses = True

    def answer(self, target: str) -> tuple[int, str, str]:
        if self.refuses and target.startswith("/sitemap-"):
            return 403, "text/html", "<html><h1>Please come back later</h1></html>"
        return super().answer(target)


def test_a_site_that_refuses_today_is_asked_again_by_a_later_run(tmp_path: Path) -> None:
    with _BusyWeb(count=40, open_channels=("sitemap",)) as web:
        desk = Copydesk(tmp_path, None, workers=1)
        desk.run(
            *("sources", "add", f"{web.home}/", "--name", "busy", "--delay", "0s"),
            *("--allow-network", "127.0.0.0/8", "--no-discovery"),
        )
        shown = desk.run("backfill", "busy", "--since", "2023", "--channels", "sitemap", code=1).stdout
        assert "status 403: the site refuses it (a later run tries again)" in shown
        assert sum(number for path, number in web.asked.items() if path.startswith("/sitemap-")) == 5
        web.refuses = False
        done = json.loads(desk.run("backfill", "busy", "--json").stdout)
        assert (done["done"], done["ended"]) == (sum(one.at >= SINCE for one in web.articles), "finished")


@pytest.mark.parametrize("interface", [True, False])
def test_a_walk_ends_where_the_interface_has_named_everything(tmp_path: Path, interface: bool) -> None:
    """As far as 30 lists in a row show; without the interface all are read, though the sitemap names the same."""
    channels = ("wordpress" if interface else "sitemap", "archive_pages")
    with PastWeb(count=60, open_channels=channels) as web:
        desk = Copydesk(tmp_path, None, workers=1)
        desk.run(
            *("sources", "add", f"{web.home}/", "--name", "past", "--delay", "0s"),
            *("--allow-network", "127.0.0.0/8", "--no-discovery"),
        )
        plan = json.loads(desk.run("backfill", "past", "--since", "2021", "--plan", "--json").stdout)
        assert plan["articles"] == len(web.articles)
        walked = sum(path.startswith("/archive/") for path in web.asked)
        assert (30 <= walked < 40) if interface else walked >= 59


def test_the_service_goes_on_beside_its_crawls(tmp_path: Path) -> None:
    """In slices, in its hours only. The source is crawled as soon as it is due, and the back-fill goes on after that, to the end.

    The source is hourly. While the first article of the first slice is asked for, its cadence becomes a second, and the article
    is answered when the source is due by that: no second slice may begin before the crawl, however fast or slow the machine is.
    """
    desk = Copydesk(tmp_path, None, workers=1, every="1h", sources_a_crawl=1, listen="", upkeep="")
    desk.set(backfill_hours="never")
    # A slice ends with its third article, not with its time, which is long enough for a slow machine.
    desk.pace = {
        "TICK_S": 0.2,
        "scheduler.backfills.LOOK_EVERY_S": 0.2,
        "scheduler.planning.backfill_slices.LEAST_S": 30.0,
        "scheduler.planning.backfill_slices.LONGEST_S": 30.0,
        "scheduler.planning.backfill_slices._QUICKEST_S": 10.0,
    }
    slice_began = threading.Event()

    def have_it_due(article: PastArticle) -> None:
        if article in shown.articles[ON_HOME_PAGE:] and not slice_began.is_set():
            slice_began.set()
            desk.set(every="1s")
            ((latest,),) = desk.query("SELECT max(started_at) FROM source_runs")
            # The times of a cadence are a grid; one that is nearer than half a cadence is left out.
            due = datetime.fromisoformat(latest) + timedelta(seconds=1.5)
            time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))

    began = datetime(2025, 10, 1, tzinfo=UTC)
    with PastWeb(count=18, since=began, open_channels=("archive_pages",), before_article=have_it_due) as shown:
        desk.run(
            *("sources", "add", f"{shown.home}/", "--name", "past", "--delay", "20ms"),
            *("--allow-network", "127.0.0.0/8", "--no-discovery"),
        )
        assert "backfill_hours" in desk.run("backfill", "past", "--since", "2025-10", "--later", code=2).stderr
        service = desk.start("run", "--log-format", "json")
        try:
            wait_for(lambda: bool(desk.query("SELECT 1 FROM runs WHERE ended = 'finished'")))
            assert not desk.query("SELECT 1 FROM runs WHERE command = 'backfill'")
            desk.set(backfill_hours="always")
            wait_for(lambda: desk.query("SELECT count(*) FROM runs WHERE command = 'crawl'")[0][0] > 1)
            desk.set(every="1h")
            wait_for(lambda: bool(desk.query("SELECT 1 FROM backfills WHERE ended = 'finished'")))
            wait_for(lambda: not desk.query("SELECT 1 FROM runs WHERE ended IS NULL AND command = 'backfill'"))
        finally:
            service.terminate()
            _, log = service.communicate(timeout=120)
        slices = [line for line in map(json.loads, log.splitlines()) if line["event"] == "backfill_ended"]
        assert _crawled(desk) == ON_HOME_PAGE
        assert [line["fetched"] for line in slices] == [3, 3, 2]
        assert {line["how"] for line in slices} <= {"finished", "stopped"}
        assert shown.articles_asked() == Counter({article.path: 1 for article in shown.articles})
    order = [command for (command,) in desk.query("SELECT command FROM runs ORDER BY id")]
    assert order[:3] == ["crawl", "backfill", "crawl"]
    assert order.count("backfill") == len(slices)


def _crawled(desk: Copydesk) -> int:
    query = "SELECT coalesce(sum(figures ->> 'fetched'), 0) FROM runs WHERE command = 'crawl'"
    return int(desk.query(query)[0][0])
