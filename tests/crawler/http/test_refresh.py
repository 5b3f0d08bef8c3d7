"""Pages that send their readers on by themselves are followed as redirects are, and pages that are meant to be read are not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import Answer, Web

HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(meta: str, text: str = "Moved.") -> Answer:
    return Answer(f"<!doctype html><html><head>{meta}</head><body>{text}</body></html>".encode(), headers=HTML)


def landed(web: Web, answer: Answer) -> str:
    """The path at which a request for `/old/page` ends."""
    web.pages["/old/page"] = answer
    url = web.url("/old/page")
    end = crawl([ask(url)])[url]
    assert end.response is not None
    if end.response.url != url:
        assert end.response.meta["redirect_urls"] == [url]
    return end.response.url.removeprefix(web.url(""))


@pytest.mark.parametrize(
    ("meta", "path"),
    [
        ('<meta http-equiv="refresh" content="0; url=/ar/">', "/ar/"),
        ("<META HTTP-EQUIV=Refresh CONTENT='0;URL=new.html'>", "/old/new.html"),
        ('<meta content="5;url=&#39;/quoted&#39;" http-equiv="refresh">', "/quoted"),
        ('<meta http-equiv="refresh" content="3, /comma">', "/comma"),
        ('<base href="/elsewhere/"><meta http-equiv="refresh" content="0;url=new.html">', "/elsewhere/new.html"),
        # Pages that are meant to be read.
        ('<meta http-equiv="refresh" content="300">', "/old/page"),
        ('<meta http-equiv="refresh" content="300; url=/next">', "/old/page"),
        ('<meta http-equiv="refresh" content="0; url=/old/page">', "/old/page"),
        ('<meta http-equiv="refresh" content="0; url=/old/page#top">', "/old/page"),
        ('<meta http-equiv="refresh" content="0; url=javascript:alert(1)">', "/old/page"),
        ('<meta http-equiv="refresh" content="0; url=file:///etc/passwd">', "/old/page"),
        ('<meta http-equiv="refresh">', "/old/page"),
        ('<noscript><meta http-equiv="refresh" content="0; url=/no-script"></noscript>', "/old/page"),
        ('<!-- <meta http-equiv="refresh" content="0; url=/comment"> -->', "/old/page"),
        ('<script>"<meta http-equiv=refresh content=\\"0;url=/script\\">"</script>', "/old/page"),
    ],
)
def test_a_meta_refresh(web: Web, meta: str, path: str) -> None:
    assert landed(web, page(meta)) == path


@pytest.mark.parametrize(
    ("page_of_a_script", "path"),
    [
        ('<script>window.location.replace("/home.html");</script>', "/home.html"),
        ("<script>location.href = 'new.html'</script><noscript>Scripts are off.</noscript>", "/old/new.html"),
        (
            "<p>Please wait …</p><script>setTimeout(function () { top.location = '/index.php?page=1' }, 500)</script>",
            "/index.php?page=1",
        ),
        # Others are pages to read, or ask something of their reader.
        ("<script>if (navigator.language == 'fr') location = '/fr/'; else location = '/en/';</script>", "/old/page"),
        ("<script>document.cookie = 'seen=1'; location = '/checked';</script>", "/old/page"),
        ("<form><input name='age'></form><script>location = '/next';</script>", "/old/page"),
        (f"<p>{'The council votes on it. ' * 9}</p><script>location = '/next';</script>", "/old/page"),
        ("<script>var allocation = '/no'; x.location = '/no';</script>", "/old/page"),
        ("<script>location = '/old/page';</script>", "/old/page"),
    ],
)
def test_a_page_that_is_nothing_but_a_script_that_leads_on(web: Web, page_of_a_script: str, path: str) -> None:
    assert landed(web, page("", page_of_a_script)) == path


@pytest.mark.parametrize(
    ("value", "path"), [("0; url=/ar/", "/ar/"), ("2;/ar/", "/ar/"), ("60", "/old/page"), ("nonsense", "/old/page")]
)
def test_a_header(web: Web, value: str, path: str) -> None:
    assert landed(web, Answer(b"<p>x</p>", headers=HTML | {"Refresh": value})) == path


def test_circles_have_an_end(web: Web) -> None:
    web.pages["/a"] = page('<meta http-equiv="refresh" content="0; url=/b">')
    web.pages["/b"] = page('<meta http-equiv="refresh" content="0; url=/a">')
    url = web.url("/a")
    assert crawl([ask(url).replace(dont_filter=True)])[url].name == "TooManyRedirects"
    assert len(web.paths()) == 5


def test_the_guard_and_robots_are_asked_again(web: Web) -> None:
    async def lookup(host: str) -> Sequence[str]:
        return ["127.0.0.1"] if host == "public.test" else ["10.0.0.7"]

    web.pages["/out"] = page(f'<meta http-equiv="refresh" content="0; url=http://inside.test:{web.port}/x">')
    web.pages["/in"] = page('<meta http-equiv="refresh" content="0; url=/private/x">')
    web.pages["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /private/\n")
    urls = [web.url("/out", "public.test"), web.url("/in", "public.test")]
    ends = crawl([ask(url) for url in urls], COPYDESK_LOOKUP=lookup)
    assert [ends[url].name for url in urls] == ["AddressRefused", "ForbiddenByRobots"]
