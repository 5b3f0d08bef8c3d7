from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scrapy.http import Response

from crawler.http.errors import HostOnHold
from crawler.http.middlewares.retry import retry_after
from crawler.http.services import FetchServices, HoldsMemory
from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import Answer, Web
from tests.support.deadline import within

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 522, 524])
def test_transient_statuses_are_tried_three_times(web: Web, status: int) -> None:
    web.pages["/a"] = Answer(status=status)
    assert crawl([ask(web.url("/a"))])[web.url("/a")].status == status
    assert web.paths().count("/a") == 3


@pytest.mark.parametrize("status", [304, 400, 403, 404, 410, 451, 501])
def test_other_statuses_are_outcomes(web: Web, status: int) -> None:
    web.pages["/a"] = Answer(b"", status=status)
    assert crawl([ask(web.url("/a"))])[web.url("/a")].status == status
    assert web.paths().count("/a") == 1


@pytest.mark.parametrize("first", [Answer(status=500), Answer(cut=True), Answer(seconds=0.6)])
def test_what_passes_is_fetched(web: Web, first: Answer) -> None:
    web.pages["/a"] = [first, Answer(b"there")]
    end = crawl([ask(web.url("/a"), download_timeout=0.3)])[web.url("/a")]
    assert end.response is not None
    assert end.response.body == b"there"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_does_not_unpack_is_an_error(web: Web, encoding: str) -> None:
    """And not a transient one: the same bytes would come again."""
    web.pages["/a"] = Answer(b"neither packed nor text", headers={"Content-Encoding": encoding})
    end = crawl([ask(web.url("/a"))])[web.url("/a")]
    assert end.name == "ResponseDataLossError"
    assert web.paths().count("/a") == 1


def test_no_connection_ends_with_its_error(web: Web) -> None:
    url = "http://127.0.0.1:9/a"  # the discard port: nobody listens
    assert "connection_refused" in str(crawl([ask(url)])[url].error)


def _second(web: Web) -> float:
    """When the host that pauses was asked again: all others must be done by then, on a slow machine too."""
    return [a.at for a in web.arrivals if a.host != "other.test"][2]


@pytest.mark.parametrize(("status", "busy", "rests"), [(429, {429}, True), (500, {429}, False), (403, {403}, True)])
def test_a_rest_holds_the_whole_host(web: Web, status: int, busy: set[int], rests: bool) -> None:
    web.pages["/a"] = [Answer(status=status), Answer()]
    meta: dict[str, Any] = {"slot_rest": 0.6, "slot_rest_statuses": busy}
    ends = crawl([ask(web.url("/a"), **meta), ask(web.url("/b"), **meta)])
    assert web.gaps()[1] >= 0.6 if rests else web.paused(1) < 0.6
    assert web.paths().count("/a") == 2
    assert ends[web.url("/a")].status == 200


def test_pauses_grow_and_hold_the_whole_host(web: Web) -> None:
    web.pages["/a"] = [Answer(status=500), Answer(status=500), Answer()]
    others = [ask(web.url(f"/{n}", "other.test")) for n in range(5)]
    crawl([ask(web.url("/a")), ask(web.url("/b")), *others], COPYDESK_RETRY_PAUSE=1.0)
    gaps = web.gaps()
    first_pause = gaps[1]  # robots.txt, /a, then either of the two
    assert first_pause >= 1.0
    assert web.paused(1) < 2.0
    assert any(gap >= 2.0 for gap in gaps[2:])
    assert max(a.at for a in web.arrivals if a.host == "other.test") < _second(web)


def test_dont_retry(web: Web) -> None:
    web.pages["/a"] = Answer(status=503)
    crawl([ask(web.url("/a"), dont_retry=True)])
    assert web.paths().count("/a") == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_waited_out_by_the_host_alone(web: Web, status: int) -> None:
    web.pages["/a"] = [Answer(status=status, headers={"Retry-After": "2"}), Answer()]
    others = [ask(web.url(f"/{n}", "other.test"), delay=0.05) for n in range(8)]
    ends = crawl([ask(web.url("/a")), ask(web.url("/b")), *others])
    assert ends[web.url("/a")].status == 200
    assert ends[web.url("/b")].status == 200
    assert web.gaps()[1] >= 2.0
    busy = [a.at for a in web.arrivals if a.host == "other.test"]
    assert max(busy) < _second(web)


def test_retry_after_as_a_date(web: Web) -> None:
    until = datetime.now(UTC) + timedelta(seconds=2)
    web.pages["/a"] = [Answer(status=503, headers={"Retry-After": format_datetime(until, usegmt=True)}), Answer()]
    started = time.time()
    assert crawl([ask(web.url("/a"))])[web.url("/a")].status == 200
    assert time.time() >= until.timestamp() // 1
    assert time.time() - started >= 0.9


def test_retry_after_on_a_404_means_nothing(web: Web) -> None:
    web.pages["/a"] = Answer(status=404, headers={"Retry-After": "3600"})
    ends = crawl([ask(web.url("/a")), ask(web.url("/b"))])
    assert ends[web.url("/b")].status == 200


def test_a_long_rest_puts_the_host_on_hold(web: Web) -> None:
    web.pages["/a"] = Answer(status=429, headers={"Retry-After": "3600"})
    holds = HoldsMemory()
    others = [ask(web.url(f"/{n}", "other.test")) for n in range(3)]
    with within(5):
        ends = crawl(
            [ask(web.url("/a")), *(ask(web.url(f"/{n}")) for n in range(10)), *others],
            FetchServices(holds=holds),
        )
    assert web.paths("127.0.0.1") == ["/robots.txt", "/a"]
    assert all(ends[web.url(f"/{n}")].name == "HostOnHold" for n in range(10))
    assert all(ends[web.url(f"/{n}", "other.test")].status == 200 for n in range(3))
    assert holds.until("other.test") is None
    until = holds.until("127.0.0.1")
    assert until is not None
    assert timedelta(minutes=59) < until - datetime.now(UTC) <= timedelta(hours=1)


def test_a_hold_survives_the_run(web: Web) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    holds = HoldsMemory()
    holds.hold("127.0.0.1", until)
    ends = crawl([ask(web.url("/a")), ask(web.url("/a", "other.test"))], FetchServices(holds=holds))
    end = ends[web.url("/a")]
    assert isinstance(end.error, HostOnHold)
    assert end.error.until == until
    assert ends[web.url("/a", "other.test")].status == 200
    assert not web.paths("127.0.0.1")


def test_a_hold_that_is_over_is_none(web: Web) -> None:
    holds = HoldsMemory()
    holds.hold("127.0.0.1", datetime.now(UTC) - timedelta(seconds=1))
    assert crawl([ask(web.url("/a"))], FetchServices(holds=holds))[web.url("/a")].status == 200


def test_robots_that_asks_for_a_long_rest(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(status=503, headers={"Retry-After": "3600"})
    assert crawl([ask(web.url("/a"))])[web.url("/a")].name == "HostOnHold"
    assert web.paths() == ["/robots.txt"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        (" 30 ", 30.0),
        ("0", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Monday, 23-Nov-26 12:00:30 GMT", 30.0),
        ("99999999999999999999999999", 7 * 86400.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    response = Response("http://a.test/", headers={"Retry-After": value.encode()})
    assert retry_after(response, NOW) == seconds


@given(st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40))
@example("Mon, 23 Nov 99999 12:00:00 GMT")
@example("Mon, 23 Nov 2026 12:00:00 +9999999999")
@example("Mon, 23 Nov 2026 99:00:00 GMT")
@example("Mon, 23 Nov 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("9" * 5000)
def test_retry_after_takes_anything(value: str) -> None:
    seconds = retry_after(Response("http://a.test/", headers={"Retry-After": value.encode("latin-1")}), NOW)
    assert seconds is None or seconds >= 0


def test_no_retry_after() -> None:
    assert retry_after(Response("http://a.test/"), NOW) is None
