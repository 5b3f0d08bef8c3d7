"""robots.txt in a crawl: asked once, waited for, kept, obeyed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from crawler.http.services import FetchServices
from crawler.parsing.parser import Parser, ParseTask
from crawler.robots.policy import RobotsMemory, RobotsRecord
from db.site_rules.loader import Sites
from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import Answer, Web

T = TypeVar("T")
FORBID_PRIVATE = b"User-agent: *\nDisallow: /private/\n"


def test_forbidden_pages_are_not_asked_for(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(FORBID_PRIVATE, headers={"Content-Type": "text/plain"})
    ends = crawl([ask(web.url("/private/a")), ask(web.url("/news/a"))])
    assert ends[web.url("/private/a")].name == "ForbiddenByRobots"
    assert ends[web.url("/news/a")].status == 200
    assert web.paths() == ["/robots.txt", "/news/a"]


def test_asked_once_for_all_that_wait(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(FORBID_PRIVATE, seconds=0.2)
    crawl([ask(web.url(f"/{n}"), slot_concurrency=4) for n in range(20)])
    assert web.paths().count("/robots.txt") == 1
    assert web.paths()[0] == "/robots.txt"


def test_each_origin_has_its_own(web: Web) -> None:
    web.pages["a.test/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n")
    ends = crawl([ask(web.url("/", "a.test")), ask(web.url("/", "b.test"))])
    assert ends[web.url("/", "a.test")].name == "ForbiddenByRobots"
    assert ends[web.url("/", "b.test")].status == 200


@pytest.mark.parametrize("status", [429, 500, 503])
def test_unreachable_leaves_the_host_alone(web: Web, status: int) -> None:
    web.pages["/robots.txt"] = Answer(status=status)
    end = crawl([ask(web.url("/a"))])[web.url("/a")]
    assert end.name == "RobotsUnavailable"
    assert f"status {status}" in str(end.error)
    assert web.paths() == ["/robots.txt"] * 3  # and two retries


def test_a_robots_that_recovers_is_read(web: Web) -> None:
    web.pages["/robots.txt"] = [Answer(status=503), Answer(FORBID_PRIVATE)]
    ends = crawl([ask(web.url("/a")), ask(web.url("/private/a"))])
    assert ends[web.url("/a")].status == 200
    assert ends[web.url("/private/a")].name == "ForbiddenByRobots"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_client_errors_allow(web: Web, status: int) -> None:
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /\n", status=status)
    assert crawl([ask(web.url("/a"))])[web.url("/a")].status == 200


def test_no_answer_leaves_the_host_alone(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(seconds=1.0)
    end = crawl([ask(web.url("/a"), download_timeout=0.15)], RETRY_TIMES=0)[web.url("/a")]
    assert end.name == "RobotsUnavailable"
    assert "(timeout)" in str(end.error)


def test_unknown_host(web: Web) -> None:
    async def nothing(host: str) -> list[str]:
        raise OSError("no such name")

    url = web.url("/a", "gone.test")
    end = crawl([ask(url)], COPYDESK_LOOKUP=nothing, RETRY_TIMES=0)[url]
    assert end.name == "RobotsUnavailable"
    assert "(unknown_host)" in str(end.error)


def _chain(web: Web, hops: int, end: Answer) -> None:
    steps = ["/robots.txt", *(f"/hop{n}" for n in range(1, hops)), "/rules"]
    for step, following in itertools.pairwise(steps):
        web.pages[step] = Answer(status=302, headers={"Location": following})
    web.pages["/rules"] = end


def test_five_redirects_are_followed(web: Web) -> None:
    _chain(web, 5, Answer(FORBID_PRIVATE))
    assert crawl([ask(web.url("/private/a"))])[web.url("/private/a")].name == "ForbiddenByRobots"


def test_six_redirects_mean_no_robots(web: Web) -> None:
    _chain(web, 6, Answer(FORBID_PRIVATE))
    assert crawl([ask(web.url("/private/a"))])[web.url("/private/a")].status == 200


def test_robots_on_another_host_counts_for_this_one(web: Web) -> None:
    web.pages["a.test/robots.txt"] = Answer(status=301, headers={"Location": web.url("/robots.txt", "b.test")})
    web.pages["b.test/robots.txt"] = Answer(FORBID_PRIVATE)
    url = web.url("/private/a", "a.test")
    assert crawl([ask(url)])[url].name == "ForbiddenByRobots"


def test_robots_that_leads_into_a_private_network(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(status=301, headers={"Location": "http://10.0.0.7/robots.txt"})
    end = crawl([ask(web.url("/a"))])[web.url("/a")]
    assert end.name == "RobotsUnavailable"
    assert "10.0.0.7" in str(end.error)


def test_redirected_pages_are_judged_again(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(FORBID_PRIVATE)
    web.pages["/a"] = Answer(status=302, headers={"Location": "/private/a"})
    assert crawl([ask(web.url("/a"))])[web.url("/a")].name == "ForbiddenByRobots"
    assert "/private/a" not in web.paths()


def test_kept_across_runs_and_reported(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(FORBID_PRIVATE, headers={"Cache-Control": "max-age=7200"})
    cache = RobotsMemory()
    reports: list[tuple[RobotsRecord, int, str]] = []
    for path in ("/a", "/private/b"):
        services = FetchServices(robots_cache=cache, record_robots=lambda *report: reports.append(report))
        crawl([ask(web.url(path))], services)
    assert web.paths() == ["/robots.txt", "/a"]
    [(record, milliseconds, url)] = reports
    assert url == web.url("/robots.txt")
    assert record.body == FORBID_PRIVATE
    assert record.status == 200
    assert milliseconds >= 0
    assert record.expires_at - record.fetched_at == timedelta(hours=2)


@pytest.mark.parametrize("expires_in", [timedelta(seconds=-1), timedelta(days=365)], ids=["expired", "clock was ahead"])
def test_expired_records_are_asked_for_again(web: Web, expires_in: timedelta) -> None:
    web.pages["/robots.txt"] = [Answer(FORBID_PRIVATE), Answer(b"")]
    cache = RobotsMemory()
    crawl([ask(web.url("/a"))], FetchServices(robots_cache=cache))
    record = cache.get(web.url(""))
    assert record is not None
    cache.put(replace(record, expires_at=datetime.now(UTC) + expires_in))
    assert crawl([ask(web.url("/private/b"))], FetchServices(robots_cache=cache))[web.url("/private/b")].status == 200
    assert web.paths().count("/robots.txt") == 2


def test_matched_by_product_token_only(web: Web) -> None:
    """A contact such as bot@example.com must not make us the crawler of a group `bot`."""
    web.pages["/robots.txt"] = Answer(b"User-agent: bot\nDisallow: /\n\nUser-agent: copydesk\nDisallow: /mine\n")
    ends = crawl([ask(web.url("/a")), ask(web.url("/mine"))], COPYDESK_CONTACT="bot@example.com")
    assert ends[web.url("/a")].status == 200
    assert ends[web.url("/mine")].name == "ForbiddenByRobots"
    assert web.arrivals[0].headers["User-Agent"] == "Copydesk/0.1 (news crawler; bot@example.com)"


def test_dot_segments_do_not_slip_past(web: Web) -> None:
    """Servers resolve them, so robots.txt is asked about the path that they lead to; that of a redirect as well."""
    urls = [web.url(f"/{path}") for path in ("news/../private/x", "news/%2E%2e/private/y", "./private/z", "moved")]
    web.pages["/robots.txt"] = Answer(FORBID_PRIVATE)
    web.pages["/moved"] = Answer(status=302, headers={"Location": web.url("/news/../private/w")})
    ends = crawl([ask(url) for url in urls])
    assert [ends[url].name for url in urls] == ["ForbiddenByRobots"] * 4
    assert sorted(web.paths()) == ["/moved", "/robots.txt"]


@pytest.mark.parametrize(("lines", "processes"), [(0, 0), (100, 1)])
def test_a_short_one_is_read_without_another_process(web: Web, lines: int, processes: int) -> None:
    tasks: list[object] = []

    class Noting(Parser):
        async def parse(self, task: ParseTask[T]) -> T:
            tasks.append(task)
            return await super().parse(task)

    web.pages["/robots.txt"] = Answer(FORBID_PRIVATE + b"Disallow: /more/\n" * lines)
    services = FetchServices(parser=Noting(Sites()))
    ends = crawl([ask(web.url("/private/a")), ask(web.url("/news/a"))], services)
    assert ends[web.url("/private/a")].name == "ForbiddenByRobots"
    assert ends[web.url("/news/a")].status == 200
    assert len(tasks) == processes
