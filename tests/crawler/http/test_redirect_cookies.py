"""Chains of redirects that come back to a page once its cookie is kept."""

from __future__ import annotations

import pytest

from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import Answer, Arrival, Web


def to(path: str, **headers: str) -> Answer:
    return Answer(b"", 302, {"Location": path, **{name.replace("_", "-"): value for name, value in headers.items()}})


def cookie_of(arrival: Arrival) -> str | None:
    return {name.lower(): value for name, value in arrival.headers.items()}.get("cookie")


@pytest.mark.parametrize(("way", "wanted"), [("/news", "mark=a/b=="), ("/test", "mark=a/b==; seen=1")])
def test_a_page_that_asks_for_its_cookie_gets_it(web: Web, way: str, wanted: str) -> None:
    """At once, and by way of a page that sets another."""
    web.pages["/test"] = to("/news", Set_Cookie="seen=1; Path=/")
    web.pages["/news"] = lambda one: (
        Answer() if cookie_of(one) == wanted else to(way, Set_Cookie="mark=a/b==; HttpOnly")
    )
    end = crawl([ask(web.url("/news"))])[web.url("/news")]
    assert end.response is not None
    assert (end.status, end.response.url) == (200, web.url("/news"))


def test_no_cookie_passes_to_another_request_or_host(web: Web) -> None:
    web.pages["/a"] = to("/b", Set_Cookie="seen=1")
    web.pages["/c"] = lambda one: Answer() if cookie_of(one) else to("/c", Set_Cookie="seen=1")
    web.pages["127.0.0.1/d"] = lambda one: (
        to(web.url("/d", "other.example")) if cookie_of(one) else to("/d", Set_Cookie="seen=1")
    )
    web.pages["other.example/d"] = Answer()
    ends = crawl([ask(web.url(path)) for path in ("/a", "/c", "/d")])
    assert [end.status for end in ends.values()] == [200, 200, 200]
    sent = [(one.host, one.path, cookie_of(one)) for one in web.arrivals if cookie_of(one)]
    assert sorted(sent) == [("127.0.0.1", "/c", "seen=1"), ("127.0.0.1", "/d", "seen=1")]


def test_a_page_that_leads_to_itself_all_the_same_fails_as_before(web: Web) -> None:
    web.pages["/deaf"] = to("/deaf", Set_Cookie="seen=1")
    web.pages["/loop"] = to("/loop")
    ends = crawl([ask(web.url("/deaf")), ask(web.url("/loop"))])
    assert {end.name for end in ends.values()} == {"AlreadyAsked"}
    assert web.paths().count("/deaf") == 2


def test_a_circle_without_cookies_is_left_at_the_second_return(web: Web) -> None:
    web.pages["/there"], web.pages["/back"] = to("/back"), to("/there")
    end = crawl([ask(web.url("/there")).replace(dont_filter=True)])[web.url("/there")]
    assert end.name == "TooManyRedirects"
    assert web.paths().count("/there") + web.paths().count("/back") == 4
