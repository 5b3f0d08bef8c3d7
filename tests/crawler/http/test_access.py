"""A source's own headers and cookies reach its hosts and nobody else, and stand nowhere but where they were put."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yarl

from crawler.http.access import SubscriberAccess, load_access, origins_of
from db.config.settings import SourceSettings
from db.config.units import secret_place
from db.config.values import SecretFile
from db.errors import ConfigError
from tests.crawler.http.crawls import ask, crawl
from tests.crawler.http.web import Answer, Arrival, Web
from tests.end_to_end.copydesk import Copydesk

TOKEN, COOKIE = "tok-3f9a71c2", "sub-88d1e0b4"
STORY = "".join(
    f"<p>Paragraph {n} of the report that only subscribers of the harbour paper may read.</p>" for n in range(9)
)


def access(folder: Path, url: str, headers: str = "", cookies: str = "", **settings: Any) -> SubscriberAccess:
    """What is loaded of files with these texts."""
    places: dict[str, Any] = {}
    for name, text in (("headers", headers), ("cookies", cookies)):
        if text:
            place = SecretFile(path=Path(f"{name}.txt"))
            places[name] = place
            (folder / place.path).write_text(text, encoding="utf-8")
    found = load_access("paper", url, SourceSettings(**places, **settings), folder)
    assert found is not None
    return found


def cookie_line(domain: str, **changes: str) -> str:
    cells = {
        "subdomains": "FALSE",
        "path": "/",
        "secure": "FALSE",
        "expires": "0",
        "name": "id",
        "value": COOKIE,
    } | changes
    return "\t".join([domain, *cells.values()])


@pytest.mark.parametrize(
    ("source", "further", "address", "sent"),
    [
        ("https://paper.example/", (), "https://paper.example/a", True),
        ("https://paper.example/", (), "https://www.paper.example/a", True),
        ("https://www.paper.example/", (), "https://paper.example/a", True),
        ("https://paper.example/", (), "https://PAPER.example/a", True),
        ("https://paper.example/", (), "https://paper.example:443/a", True),
        ("https://paper.example/", (), "http://paper.example/a", False),
        ("https://paper.example/", (), "https://paper.example:8443/a", False),
        ("https://paper.example/", (), "https://news.paper.example/a", False),
        ("https://paper.example/", ("news.paper.example",), "https://news.paper.example/a", True),
        ("https://paper.example/", ("news.paper.example",), "http://news.paper.example/a", False),
        ("https://paper.example/", (), "https://paper.example.evil.example/", False),
        ("https://paper.example/", (), "https://evilpaper.example/", False),
        ("https://paper.example/", (), "https://paper.example@evil.example/", False),
        ("https://paper.example/", (), "https://evil.example\\@paper.example/", None),
        ("http://paper.example/", (), "https://paper.example/a", True),
        ("http://paper.example/", (), "http://paper.example/a", True),
        ("http://paper.example:8080/", (), "http://paper.example:8080/a", True),
        ("http://paper.example:8080/", (), "http://paper.example/a", False),
        ("http://[::1]:8080/", (), "http://[::1]:8080/a", True),
    ],
)
def test_where_it_is_sent(
    tmp_path: Path, source: str, further: tuple[str, ...], address: str, sent: bool | None
) -> None:
    own = access(tmp_path, source, headers=f"Authorization: Bearer {TOKEN}", access_hosts=further)
    try:
        url = yarl.URL(address, encoded=True)
    except ValueError:
        assert sent is None
        return
    # The host that is judged is the host that is connected to: both are yarl's.
    assert bool(own.headers_for(url)) is (url.raw_host == "paper.example" if sent is None else sent)


@pytest.mark.parametrize(
    ("line", "address", "sent"),
    [
        (cookie_line("paper.example"), "https://paper.example/", True),
        (cookie_line("paper.example"), "https://www.paper.example/", False),
        (cookie_line(".paper.example", subdomains="TRUE"), "https://www.paper.example/", True),
        ("#HttpOnly_" + cookie_line("paper.example"), "https://paper.example/", True),
        (cookie_line("paper.example", path="/news"), "https://paper.example/news/1", True),
        (cookie_line("paper.example", path="/news"), "https://paper.example/newsletter", False),
        (cookie_line("paper.example", expires="1000000000"), "https://paper.example/", False),
        (cookie_line("paper.example", expires="99999999999"), "https://paper.example/", True),
        (cookie_line("other.example"), "https://paper.example/", False),
        (cookie_line("other.example"), "https://other.example/", False),
        (f"id={COOKIE}; theme=dark", "https://www.paper.example/", True),
        (f"Cookie: id={COOKIE}", "https://paper.example/", True),
    ],
)
def test_cookies(tmp_path: Path, line: str, address: str, sent: bool) -> None:
    own = access(tmp_path, "https://paper.example/", cookies=f"# Netscape HTTP Cookie File\n\n{line}\n")
    headers = dict(own.headers_for(yarl.URL(address)))
    assert (f"id={COOKIE}" in headers.get("Cookie", "")) is sent


def test_a_secure_cookie_needs_https(tmp_path: Path) -> None:
    own = access(tmp_path, "http://paper.example/", cookies=cookie_line("paper.example", secure="TRUE"))
    assert not own.headers_for(yarl.URL("http://paper.example/"))
    assert own.headers_for(yarl.URL("https://paper.example/"))


@pytest.mark.parametrize(
    ("setting", "text", "says"),
    [
        ("headers", TOKEN, "line 1: is no header"),
        ("headers", f"X-A: 1\nX B: {TOKEN}", "line 2: is no header"),
        ("headers", f"X-A: {TOKEN}\x00", "line 1: is no header"),
        ("headers", f"Host: {TOKEN}", "set by Copydesk itself"),
        ("headers", f"Range: {TOKEN}", "set by Copydesk itself"),
        ("headers", f"User-Agent: {TOKEN}", "setting user_agent"),
        ("headers", f"Cookie: {TOKEN}", "setting of their own"),
        ("cookies", TOKEN, "line 1: is no cookie"),
        ("cookies", f"a\tb\t{TOKEN}", "line 1: is no cookie"),
        ("cookies", f"ok=1\nid={TOKEN}\x01", "line 2: is no cookie"),
        ("cookies", cookie_line("paper.example", expires=TOKEN), "line 1: is no cookie"),
    ],
)
def test_what_cannot_be_read_is_said_without_showing_it(tmp_path: Path, setting: str, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as raised:
        access(tmp_path, "https://paper.example/", **{setting: text})
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("value", [f"Bearer {TOKEN}", f"Authorization: {TOKEN}", f"id={TOKEN}", f"env:{TOKEN}", 7])
def test_a_setting_names_a_place_and_is_no_secret(value: object) -> None:
    with pytest.raises(ValueError, match="env:NAME") as raised:
        secret_place(value)
    assert TOKEN not in str(raised.value)


def test_it_is_never_written_down(tmp_path: Path) -> None:
    own = access(tmp_path, "https://paper.example/", headers=f"X-Key: {TOKEN}", cookies=f"id={COOKIE}")
    assert TOKEN not in repr(own)
    assert COOKIE not in repr((own, own.cookies))
    with pytest.raises(TypeError):
        pickle.dumps(own)


def test_hops_and_robots(web: Web, tmp_path: Path) -> None:
    """Each hop is judged by itself; the request for robots.txt has nothing, of whatever host."""

    def to(host: str, path: str) -> Answer:
        return Answer(status=302, headers={"Location": web.url(path, host)})

    web.pages |= {"own.test/go": to("other.test", "/back"), "other.test/back": to("own.test", "/end")}
    own = access(
        tmp_path, web.url("/", "own.test"), headers=f"X-Key: {TOKEN}\nAccept: text/plain", cookies=f"id={COOKIE}"
    )
    end = crawl([ask(web.url("/go", "own.test"), access=own)], every_end=False)
    assert end[web.url("/go", "own.test")].status == 200
    carried = {(arrival.host, arrival.path): "X-Key" in arrival.headers for arrival in web.arrivals}
    assert carried == {
        ("own.test", "/robots.txt"): False,
        ("own.test", "/go"): True,
        ("other.test", "/robots.txt"): False,
        ("other.test", "/back"): False,
        ("own.test", "/end"): True,
    }
    assert web.arrivals[-1].headers["Accept"] == "text/plain"
    assert web.arrivals[-1].headers["Cookie"] == f"id={COOKIE}"
    assert not any(TOKEN in str(arrival.headers) for arrival in web.arrivals if arrival.host == "other.test")
    response = end[web.url("/go", "own.test")].response
    assert response is not None
    assert TOKEN not in f"{response.request.headers} {response.meta}"  # type: ignore[union-attr]


def paper(web: Web) -> Callable[[Arrival], Answer]:
    def page(arrival: Arrival) -> Answer:
        let_in = arrival.headers.get("X-Key") == TOKEN and arrival.headers.get("Cookie") == f"id={COOKIE}"
        text = STORY if let_in else "<p>Subscribe to read on.</p>"
        head = "<title>The harbour report is read in full</title>"
        body = f"<html><head>{head}</head><body><h1>The harbour report is read in full</h1><article>{text}</article></body></html>"
        # As sites have it that answer through a cache and set what they like.
        return Answer(
            body.encode(), status=203, headers={"X-Policy": "default-src 'self'; " * 900, "Set-Cookie": f"id={COOKIE}"}
        )

    return page


def test_a_crawl_reads_as_a_subscriber_and_stores_nothing_of_it(web: Web, tmp_path: Path) -> None:
    link = '<h2><a href="/news/2026/report-77.html">The harbour report is read</a></h2>'
    web.pages["/"] = Answer(f"<html><body>{link}</body></html>".encode())
    web.pages["/news/2026/report-77.html"] = paper(web)
    desk = Copydesk(tmp_path, None)
    desk.env |= {"PAPER_COOKIES": f"id={COOKIE}"}
    key = tmp_path / "key.txt"
    own = ["--set", "headers=key.txt", "--set", "cookies=env:PAPER_COOKIES", "--allow-network", "127.0.0.0/8"]
    desk.run("sources", "add", web.url("/"), "--name", "paper", "--delay", "0s", "--no-discovery", *own)
    # Without the file nothing is fetched: articles would be stored as a stranger sees them.
    failed = desk.run("crawl", code=None)
    assert "key.txt cannot be read" in failed.stdout + failed.stderr
    assert not web.arrivals
    key.write_text(f"# the paper\nX-Key: {TOKEN}\n", encoding="utf-8")
    key.chmod(0o644)
    said = [desk.run("crawl"), desk.run("doctor"), desk.run("show", "1", "--json")]
    assert "http_203" not in said[0].stdout
    assert "sends headers (1) and cookies (1) of its own" in said[1].stdout
    assert "chmod 600" in said[1].stdout
    assert "only subscribers" in said[2].stdout
    said += [desk.run("export", "jsonl"), desk.run("export", "warc", "-o", "out.warc.gz")]
    files = [path.read_bytes() for path in tmp_path.iterdir() if path != key]
    written = b"".join(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data for data in files)
    assert b"X-Policy" in written
    for secret in (TOKEN, COOKIE):
        assert secret.encode() not in written
        assert not any(secret in one.stdout + one.stderr for one in said)


def test_own_origins() -> None:
    assert set(origins_of("https://www.paper.example/de/", ())) == {
        ("https", "paper.example", 443),
        ("https", "www.paper.example", 443),
    }
