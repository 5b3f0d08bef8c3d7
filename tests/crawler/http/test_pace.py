"""What a host sees of us: how many requests at once, and how far apart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pytest

from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import Answer, Arrival, Web
from tests.support.deadline import within

DELAY = 0.12


@contextmanager
def busy() -> Iterator[None]:
    """Another thread that takes the interpreter, as a loaded machine does."""
    stop = threading.Event()

    def burn() -> None:
        while not stop.is_set():
            sum(range(20_000))

    thread = threading.Thread(target=burn, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_gaps_and_one_at_once(web: Web) -> None:
    web.pages["/3"] = Answer(seconds=0.2)
    with busy():
        crawl([ask(web.url(f"/{n}"), delay=DELAY) for n in range(8)])
    assert len(web.gaps()) == 8  # robots.txt included
    assert min(web.gaps()) >= DELAY
    assert web.most_at_once == 1


def test_gap_holds_when_the_server_closes_each_connection(web: Web) -> None:
    for n in range(5):
        web.pages[f"/{n}"] = Answer(headers={"Connection": "close"})
    crawl([ask(web.url(f"/{n}"), delay=DELAY) for n in range(5)])
    assert min(web.gaps()) >= DELAY


def test_gap_holds_across_redirects_to_another_host(web: Web) -> None:
    """Scrapy leaves the first host's slot in the request: the second host would then have no pace of its own."""
    for n in range(4):
        web.pages[f"a.test/{n}"] = Answer(status=301, headers={"Location": web.url(f"/{n}", "b.test")})
    asks = [ask(web.url(f"/{n}", "a.test"), delay=DELAY) for n in range(4)]
    asks += [ask(web.url(f"/own{n}", "b.test"), delay=DELAY) for n in range(2)]
    crawl(asks)
    assert len(web.gaps("b.test")) == 6
    assert min(web.gaps("a.test") + web.gaps("b.test")) >= DELAY


def test_gap_holds_after_errors(web: Web) -> None:
    web.pages["/0"] = Answer(cut=True)
    web.pages["/1"] = Answer(b"x" * 5000)
    crawl([ask(web.url(f"/{n}"), delay=DELAY, dont_retry=True, download_maxsize=1000) for n in range(4)])
    assert min(web.gaps()) >= DELAY


def test_requests_with_a_spacing_keep_it_among_themselves(web: Web) -> None:
    """An archive's index may be asked less often than its pages, on the same host; a retry counts like any other."""
    web.pages["/list0"] = [Answer(status=500), Answer()]
    lists = [ask(web.url(f"/list{n}"), delay=0.02, slot_spacing=0.4) for n in range(2)]
    crawl([*lists, *(ask(web.url(f"/{n}"), delay=0.02) for n in range(6))])
    times: dict[bool, list[float]] = {False: [], True: []}
    for arrival in web.arrivals:
        times[arrival.path.startswith("/list")].append(arrival.at)
    assert len(times[True]) == 3
    # Noted when the server comes to it, which may be late for the first of two.
    assert min(after - before for before, after in pairwise(times[True])) >= 0.3
    assert min(after - before for before, after in pairwise(times[False])) < 0.4


def test_hosts_do_not_wait_for_each_other(web: Web) -> None:
    delay = 0.5  # one after the other they would take 15 s
    asks = [ask(web.url(f"/{n}", f"h{host}.test"), delay=delay) for host in range(10) for n in range(3)]
    with within(10 * 3 * delay / 2):
        crawl(asks)
    assert min(gap for host in range(10) for gap in web.gaps(f"h{host}.test")) >= delay


def test_delay_zero_is_not_throttled(web: Web) -> None:
    """AutoThrottle would start at 5 s, and a slow answer would slow what follows."""
    for n in range(20):
        web.pages[f"/{n}"] = Answer(seconds=0.02)
    with within(5):
        crawl([ask(web.url(f"/{n}")) for n in range(20)])
    assert web.most_at_once == 1


def test_concurrency_is_per_host(web: Web) -> None:
    three = threading.Event()

    def once_three_have_come(_: Arrival) -> Answer:
        if web.at_once == 3:
            three.set()
        return Answer(seconds=0.1 if three.wait(10) else 0.0)

    for n in range(9):
        web.pages[f"/{n}"] = once_three_have_come
    crawl([ask(web.url(f"/{n}"), slot_concurrency=3) for n in range(9)])
    assert web.most_at_once == 3


def test_the_politest_wish_wins(web: Web) -> None:
    crawl([ask(web.url("/0"), delay=DELAY), *(ask(web.url(f"/{n}"), delay=0.01) for n in range(1, 4))])
    assert min(web.gaps()) >= DELAY


def test_slow_server_is_asked_more_slowly(web: Web) -> None:
    for n in range(3):
        web.pages[f"/{n}"] = Answer(seconds=0.25)
    crawl([ask(web.url(f"/{n}"), delay=0.05) for n in range(3)])
    assert web.gaps()[-1] > 0.25 + 0.25  # the answer, and a pause as long


def test_throttle_never_goes_below_crawl_delay(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.15")
    crawl([ask(web.url(f"/{n}"), delay=0.05) for n in range(5)])
    assert min(web.gaps()) >= 0.15


@pytest.mark.parametrize("delay", [0.0, 0.05])
def test_crawl_delay_is_kept_and_capped(web: Web, delay: float) -> None:
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 1000")
    crawl([ask(web.url(f"/{n}"), delay=delay) for n in range(3)], COPYDESK_CRAWL_DELAY_CAP=0.2)
    assert min(web.gaps()) >= 0.2
    assert web.paused(0) < 0.4


def test_crawl_delay_below_the_configured_delay_does_not_hasten(web: Web) -> None:
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.01")
    crawl([ask(web.url(f"/{n}"), delay=DELAY) for n in range(3)])
    assert min(web.gaps()) >= DELAY


def test_a_busy_host_leaves_places_to_others(web: Web) -> None:
    """More requests for one slow host than the downloader has places: the others are not held up."""
    quick_is_done = threading.Event()
    waited = []

    def once_it_is(_: Arrival) -> Answer:
        waited.append(quick_is_done.wait(10))
        return Answer()

    def last(_: Arrival) -> Answer:
        quick_is_done.set()
        return Answer()

    web.pages |= {"slow.test/0": once_it_is, "quick.test/5": last}
    asks = [ask(web.url(f"/{n}", "slow.test"), delay=0.05) for n in range(6)]
    asks += [ask(web.url(f"/{n}", "quick.test")) for n in range(6)]
    crawl(asks, CONCURRENT_REQUESTS=4)
    assert waited == [True]


def test_order_within_a_host_is_as_asked(web: Web) -> None:
    crawl([ask(web.url(f"/{n}")) for n in range(10)])
    assert web.paths() == ["/robots.txt", *(f"/{n}" for n in range(10))]
