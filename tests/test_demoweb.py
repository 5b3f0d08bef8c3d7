"""The demo web itself: real requests, held against its own truth. What crawlers are tested with must be right first."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import lxml.etree
import lxml.html
import pytest

from db.nouns import Reason
from tests.demoweb.answers import HUGE, ROBOTS_MODES
from tests.demoweb.templates import parse
from tests.demoweb.truth import PageTruth
from tests.demoweb.web import DemoWeb

ZH, EN, AR, RU, GB, DE = (
    "yunting.example",
    "www.harbourcourier.example",
    "almarsa.example",
    "verhneozersk.example",
    "wangling.example",
    "heidetaler-bote.example",
)
HOSTS = (ZH, EN, AR, RU, GB, DE)
ROOT = Path(__file__).parent.parent


class Reply:
    """A response read to its end. `charset` is what decodes the body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.body = gzip.decompress(self.raw) if packed else self.raw

    def text(self, charset: str = "utf-8") -> str:
        return self.body.decode(charset)


def ask(web: DemoWeb, url: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> Reply:
    """One request through the proxy, on a connection of its own."""
    proxy = urlsplit(web.proxy_url)
    return _ask(proxy.hostname, proxy.port, method, url, headers)


def ask_directly(url: str, headers: dict[str, str] | None = None) -> Reply:
    """One request without a proxy."""
    parts = urlsplit(url)
    return _ask(parts.hostname, parts.port, "GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers)


def _ask(host: str | None, port: int | None, method: str, target: str, headers: dict[str, str] | None) -> Reply:
    connection = http.client.HTTPConnection(host or "", port, timeout=10)
    try:
        connection.request(method, target, headers={"Connection": "close", **(headers or {})})
        return Reply(connection.getresponse())
    finally:
        connection.close()


def truth_at(web: DemoWeb, url: str) -> PageTruth:
    return {row.url: row for row in web.truth()}[url]


def articles(web: DemoWeb, host: str | None = None) -> list[PageTruth]:
    return [row for row in web.truth(host=host) if row.kind == "article"]


# -- every address


def test_every_address_answers_as_the_truth_says(demoweb: DemoWeb) -> None:
    demoweb.slow = 0.0
    charsets = {site.host: site.charset for site in demoweb.sites}
    for row in demoweb.truth():
        reply = ask(demoweb, row.url, {"Accept-Encoding": "gzip"})
        assert reply.status == row.status, row.url
        if row.kind in ("article", "duplicate") and not row.hidden:
            charset = charsets.get(row.host, "utf-8")
            assert row.title in lxml.html.fromstring(reply.text(charset)).text_content(), row.url
            text = " ".join(lxml.html.fromstring(reply.text(charset)).text_content().split())
            for paragraph in row.text.split("\n"):
                assert " ".join(paragraph.split()) in text, row.url


def test_every_site_answers_without_the_proxy_and_links_to_itself(demoweb: DemoWeb) -> None:
    demoweb.slow = 0.0
    for site in demoweb.sites:
        front = ask_directly(site.direct_url)
        tree = lxml.html.fromstring(front.text(site.charset), base_url=site.direct_url)
        tree.make_links_absolute()
        links = {link for _, attribute, link, _ in tree.iterlinks() if attribute == "href" and link.startswith("http")}
        assert links
        assert all(link.startswith("http://127.0.0.1:") for link in links)
    for row in demoweb.truth(direct=True):
        if row.kind == "article":
            assert ask_directly(row.url).status == row.status
    assert {request.host for request in demoweb.requests} == set(HOSTS)
    assert not any(request.proxied for request in demoweb.requests)


def test_what_there_is(demoweb: DemoWeb) -> None:
    kinds = Counter(row.kind for row in demoweb.truth())
    assert tuple(sorted(HOSTS)) == tuple(site.host for site in demoweb.sites)
    assert kinds["article"] >= 40
    assert kinds["rejection"] >= 15
    assert kinds["duplicate"] == 4
    assert kinds["redirect"] == 3
    assert {row.host for row in demoweb.truth() if row.kind == "forbidden"} == set(HOSTS)
    for row in articles(demoweb):
        assert row.published is not None
        assert row.published.utcoffset() is not None
        assert len(row.text) > 120
    reasons = {reason for row in demoweb.truth() for reason in row.reasons}
    assert reasons <= {reason.value for reason in Reason}
    assert all(row.reasons for row in demoweb.truth() if row.kind == "rejection")


def test_every_published_article_is_within_reach_of_its_front_page(demoweb: DemoWeb) -> None:
    """By links alone, without feeds and sitemaps: what a crawler of a site without feeds must find."""
    demoweb.slow = 0.0
    for site in demoweb.sites:
        seen, ahead = set(), [site.home]
        while ahead:
            url = ahead.pop()
            if url in seen:
                continue
            seen.add(url)
            body = ask(demoweb, url).body
            if not body.strip().startswith(b"<"):
                continue
            tree = lxml.html.fromstring(body.decode(site.charset))
            tree.make_links_absolute(url)
            links = {
                link.partition("#")[0].partition("?")[0] for _, name, link, _ in tree.iterlinks() if name == "href"
            }
            ahead += [
                link for link in links if link.startswith(site.home) and not link.endswith((".css", ".js", ".pdf"))
            ]
        wanted = {row.url for row in articles(demoweb, site.host) if not row.hidden}
        assert wanted <= seen, site.host


# -- charsets, compression, methods


def test_charsets_are_declared_as_each_site_does(demoweb: DemoWeb) -> None:
    by_host = {row.host: row for row in articles(demoweb) if not row.hidden}
    gb = ask(demoweb, by_host[GB].url)
    assert gb.headers["Content-Type"] == "text/html"
    assert b"charset" not in gb.body.lower()
    assert by_host[GB].title in gb.text("gb18030")
    with pytest.raises(UnicodeDecodeError):
        gb.text("utf-8")
    ru = ask(demoweb, by_host[RU].url)
    assert b"charset=windows-1251" in ru.body
    assert by_host[RU].title in ru.text("windows-1251")
    assert 'dir="rtl"' in ask(demoweb, by_host[AR].url).text()


def test_a_character_of_gb18030_that_gb2312_lacks(demoweb: DemoWeb) -> None:
    text = "\n".join(row.text for row in articles(demoweb, GB))
    with pytest.raises(UnicodeEncodeError):
        text.encode("gb2312")


def test_gzip_only_where_it_is_accepted(demoweb: DemoWeb) -> None:
    url = articles(demoweb, ZH)[0].url
    plain = ask(demoweb, url)
    packed = ask(demoweb, url, {"Accept-Encoding": "gzip, deflate"})
    assert plain.headers.get("Content-Encoding") is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.body == plain.body
    assert len(packed.raw) < len(plain.raw)


def test_head_and_other_methods(demoweb: DemoWeb) -> None:
    url = articles(demoweb, EN)[0].url
    head = ask(demoweb, url, method="HEAD")
    assert (head.status, head.raw) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(ask(demoweb, url).raw)
    assert ask(demoweb, url, method="DELETE").status == 405
    assert ask(demoweb, "http://nobody.example/").status == 502


def test_a_connection_serves_many_requests(demoweb: DemoWeb) -> None:
    proxy = urlsplit(demoweb.proxy_url)
    connection = http.client.HTTPConnection(proxy.hostname or "", proxy.port, timeout=10)
    urls = [row.url for row in articles(demoweb, DE) if not row.hidden]
    try:
        sockets = set()
        for url in urls:
            connection.request("GET", url)
            response = connection.getresponse()
            assert response.getheader("Transfer-Encoding") == "chunked"
            assert response.read().endswith(b"</html>\n")
            assert connection.sock is not None
            sockets.add(connection.sock.getsockname())
    finally:
        connection.close()
    assert len(sockets) == 1
    assert demoweb.count(DE) == len(urls)


# -- validators


@pytest.mark.parametrize("host", HOSTS)
def test_articles_and_feeds_answer_304_to_their_validators(demoweb: DemoWeb, host: str) -> None:
    paths = [*demoweb.site(host).feeds, next(row.path for row in articles(demoweb, host) if not row.hidden)]
    for path in paths:
        url = f"http://{host}{path}"
        first = ask(demoweb, url)
        dated = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert ask(demoweb, url, dated).status == 304
        if host == GB:
            assert first.headers["ETag"] is None
            continue
        tagged = {"If-None-Match": first.headers["ETag"]}
        again = ask(demoweb, url, tagged)
        assert (again.status, again.raw) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert first.headers["ETag"].startswith('W/"' if host == EN else '"')
        # RFC 9110 section 13.2.2: where a tag is given, the date does not count
        assert ask(demoweb, url, {**dated, "If-None-Match": '"other"'}).status == 200


def test_sitemaps_answer_304(demoweb: DemoWeb) -> None:
    for url in (f"http://{ZH}/sitemap.xml", f"http://{EN}/sitemaps/news.xml.gz", f"http://{AR}/sitemap_index.xml"):
        first = ask(demoweb, url)
        assert ask(demoweb, url, {"If-None-Match": first.headers["ETag"]}).status == 304


# -- listings


def test_feeds_list_the_newest_articles(demoweb: DemoWeb) -> None:
    forms = {"/rss/news.xml": "rss20", "/feeds/latest.atom": "atom10", "/rss": "rss20", "/rss.xml": "rss20"}
    forms |= {"/rdf.xml": "rss10"}
    for site in demoweb.sites:
        truth = {row.url: row for row in articles(demoweb, site.host)}
        for path in set(site.feeds) & set(forms):
            feed = feedparser.parse(ask(demoweb, site.home.rstrip("/") + path).body)
            assert (feed.version, feed.bozo) == (forms[path], False), path
            listed = [truth[entry.link.partition("?")[0]] for entry in feed.entries if _is_article(entry.link, truth)]
            assert len(listed) >= 3
            assert not any(row.hidden for row in listed)
            assert listed == sorted(listed, key=lambda row: row.published or datetime.min, reverse=True)
            for entry in feed.entries:
                if row := truth.get(entry.link.partition("?")[0]):
                    assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == row.published


def _is_article(link: str, truth: dict[str, PageTruth]) -> bool:
    return link.partition("?")[0] in truth


def test_one_feed_is_not_well_formed_and_still_readable(demoweb: DemoWeb) -> None:
    body = ask(demoweb, f"http://{DE}/rss-alt.xml").body
    with pytest.raises(lxml.etree.XMLSyntaxError):
        lxml.etree.fromstring(body)
    feed = feedparser.parse(body)
    assert feed.bozo
    assert len(feed.entries) == 5


def test_one_feed_cuts_a_title(demoweb: DemoWeb) -> None:
    feed = feedparser.parse(ask(demoweb, f"http://{EN}/feeds/latest.atom").body)
    cut = [entry for entry in feed.entries if entry.title.endswith("…")]
    assert len(cut) == 1
    row = truth_at(demoweb, cut[0].link.partition("?")[0])
    assert row.title.startswith(cut[0].title.rstrip("…"))
    assert "utm_source=atom" in cut[0].link


def test_the_json_list_builds_every_article_in_pages(demoweb: DemoWeb) -> None:
    found: list[str] = []
    for page in range(1, 9):
        rows = json.loads(ask(demoweb, f"http://{ZH}/api/list?page={page}").body)["data"]
        found += [f"http://{ZH}/detail/{row['uuid']}.html" for row in rows]
        if not rows:
            break
        assert set(rows[0]["row"]) == {"title", "publish_time", "update_time", "column_info"}
    assert page == 4
    assert {row.url for row in articles(demoweb, ZH) if not row.hidden} <= set(found)


def test_the_json_feed(demoweb: DemoWeb) -> None:
    feed = json.loads(ask(demoweb, f"http://{DE}/feed.json").body)
    assert feed["version"].endswith("/1.1")
    row = truth_at(demoweb, feed["items"][0]["url"])
    assert (feed["items"][0]["title"], feed["items"][0]["date_published"]) == (
        row.title,
        row.published.isoformat() if row.published else None,
    )


def test_the_news_sitemap_is_gzip_and_named_only_in_robots_txt(demoweb: DemoWeb) -> None:
    robots = ask(demoweb, f"http://{EN}/robots.txt").text()
    url = robots.partition("Sitemap: ")[2].strip()
    reply = ask(demoweb, url, {"Accept-Encoding": "gzip"})
    assert reply.headers.get("Content-Encoding") is None
    tree = lxml.etree.fromstring(gzip.decompress(reply.body))
    locations = set(tree.xpath("//*[local-name()='loc']/text()"))
    assert locations == {row.url for row in articles(demoweb, EN) if not row.hidden}
    assert b"sitemap" not in ask(demoweb, f"http://{EN}/").body.lower()


def test_the_sitemap_index_leads_to_all_articles(demoweb: DemoWeb) -> None:
    index = lxml.etree.fromstring(ask(demoweb, f"http://{AR}/sitemap_index.xml").body)
    found: set[str] = set()
    for url in index.xpath("//*[local-name()='loc']/text()"):
        found |= set(lxml.etree.fromstring(ask(demoweb, url).body).xpath("//*[local-name()='loc']/text()"))
    assert {row.url for row in articles(demoweb, AR) if not row.hidden} <= found


def test_section_pages_go_on_and_end(demoweb: DemoWeb) -> None:
    first = ask(demoweb, f"http://{EN}/news/").text()
    assert f'rel="next" href="http://{EN}/news/page/2/"' in first
    assert ask(demoweb, f"http://{EN}/news/page/3/").status == 200
    assert ask(demoweb, f"http://{EN}/news/page/9/").status == 404


# -- same, moved, copied


def test_one_article_at_three_addresses(demoweb: DemoWeb) -> None:
    twins = [row for row in demoweb.truth(host=ZH) if row.kind == "duplicate"]
    assert len(twins) == 2
    main = twins[0].same_as
    assert main is not None
    bodies = {ask(demoweb, url).body for url in (main, *(row.url for row in twins))}
    assert len(bodies) == 1
    assert f'rel="canonical" href="{main}"'.encode() in bodies.pop()


def test_amp_and_mobile_twins_name_their_article(demoweb: DemoWeb) -> None:
    twins = [row for row in demoweb.truth(host=EN) if row.kind == "duplicate"]
    assert {row.host for row in twins} == {EN, "m.harbourcourier.example"}
    for row in twins:
        assert f'rel="canonical" href="{row.same_as}"'.encode() in ask(demoweb, row.url).body


def test_a_reprint_is_word_for_word(demoweb: DemoWeb) -> None:
    copies = [row for row in articles(demoweb) if row.copy_of]
    assert [row.host for row in copies] == [GB]
    original = truth_at(demoweb, copies[0].copy_of or "")
    assert original.host == ZH
    assert copies[0].text == original.text
    assert (copies[0].source, copies[0].title == original.title) == ("云汀日报", False)


def test_redirects(demoweb: DemoWeb) -> None:
    rows = [row for row in demoweb.truth() if row.kind == "redirect"]
    moved = next(row for row in rows if row.same_as)
    reply = ask(demoweb, moved.url)
    assert (reply.status, reply.headers["Location"]) == (301, moved.same_as)
    url = next(row.url for row in rows if not row.same_as)
    ring = [url := ask(demoweb, url).headers["Location"] for _ in range(4)]
    assert len(set(ring)) == 2


# -- change


def test_a_correction_changes_exactly_the_pages_that_it_names(demoweb: DemoWeb) -> None:
    demoweb.slow = 0.0
    rows = [row for row in demoweb.truth() if row.kind in ("article", "duplicate") and row.status == 200]
    before = {row.url: ask(demoweb, row.url) for row in rows}
    named = set(demoweb.publish_correction())
    assert len(named) == 4
    for row in demoweb.truth():
        if row.url not in before:
            continue
        old, new = before[row.url], ask(demoweb, row.url)
        changed = row.url in named or row.same_as in named
        # other pages may list a changed one by its title, which stays: their bytes stay too
        assert (old.body != new.body) == changed, row.url
        assert (old.headers["Last-Modified"] != new.headers["Last-Modified"]) == changed
        assert row.corrected == changed
        if changed:
            again = ask(demoweb, row.url, {"If-Modified-Since": old.headers["Last-Modified"]})
            assert again.status == 200
            assert row.published is not None
            assert row.modified is not None
            assert row.modified > row.published
    assert demoweb.publish_correction() == []


def test_corrections_can_come_one_by_one(demoweb: DemoWeb) -> None:
    first, second = demoweb.publish_correction(1), demoweb.publish_correction(2)
    assert (len(first), len(second)) == (1, 2)
    assert not set(first) & set(second)


def test_new_articles_appear_in_pages_and_listings(demoweb: DemoWeb) -> None:
    hidden = {row.url for row in articles(demoweb) if row.hidden}
    assert {urlsplit(url).hostname for url in hidden} == set(HOSTS)
    assert all(ask(demoweb, url).status == 404 for url in hidden)
    tag = ask(demoweb, f"http://{ZH}/rss/news.xml").headers["ETag"]
    assert set(demoweb.publish_new()) == hidden
    assert all(ask(demoweb, url).status == 200 for url in hidden)
    feed = ask(demoweb, f"http://{ZH}/rss/news.xml", {"If-None-Match": tag})
    assert feed.status == 200
    assert any(url.encode() in feed.body for url in hidden)
    assert not any(row.hidden for row in demoweb.truth())
    assert demoweb.publish_new() == []


def test_the_content_is_the_same_in_every_run() -> None:
    with DemoWeb() as one, DemoWeb() as other:
        assert one.truth() == other.truth()
        for row in one.truth(host=GB):
            assert ask(one, row.url).body == ask(other, row.url).body


def test_now_moves_all_dates_by_whole_days() -> None:
    now = datetime(2031, 3, 4, 21, 0, tzinfo=UTC)
    with DemoWeb() as fixed, DemoWeb(now=now) as moved:
        days = {
            (late.published - early.published) / timedelta(days=1)
            for early, late in zip(articles(fixed, ZH), articles(moved, ZH), strict=True)
            if early.published and late.published
        }
        assert len(days) == 1
        assert days.pop().is_integer()
        published = [row.published for row in articles(moved) if row.published and not row.hidden]
        assert timedelta(0) < now - max(published) < timedelta(days=1)
        for row in moved.truth(host=EN):
            if row.kind in ("article", "redirect"):
                assert ask(moved, row.url).status == row.status
        assert any("/2031/" in row.url for row in articles(moved, EN))


# -- trouble


def test_robots_modes(demoweb: DemoWeb) -> None:
    demoweb.hang = 0.05
    url = f"http://{ZH}/robots.txt"
    assert b"Disallow: /private/" in ask(demoweb, url).body
    statuses = {"404": 404, "500": 500, "429": 429, "redirect": 301, "html": 200, "huge": 200, "disallow": 200}
    for mode, status in statuses.items():
        demoweb.robots(ZH, mode)
        reply = ask(demoweb, url)
        assert reply.status == status, mode
        if mode == "huge":
            assert len(reply.body) > HUGE
            assert reply.body.endswith(b"Disallow: /\n")
        if mode == "redirect":
            assert b"Disallow: /private/" in ask(demoweb, reply.headers["Location"]).body
    for mode in ("hang", "drop"):
        demoweb.robots(ZH, mode)
        with pytest.raises(http.client.RemoteDisconnected):
            ask(demoweb, url)
    assert set(statuses) | {"ok", "hang", "drop"} == set(ROBOTS_MODES)
    with pytest.raises(ValueError, match="none of"):
        demoweb.robots(ZH, "sulk")
    assert demoweb.count(ZH, "/robots.txt", status=0) == 2


def test_a_throttled_site_recovers(demoweb: DemoWeb) -> None:
    demoweb.throttle(DE, times=2, retry_after=7)
    demoweb.throttle(AR, 1, None, status=503, path="/rss")
    assert ask(demoweb, f"http://{DE}/robots.txt").status == 200
    replies = [ask(demoweb, f"http://{DE}/") for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "7"
    assert ask(demoweb, f"http://{AR}/").status == 200
    busy = ask(demoweb, f"http://{AR}/rss")
    assert (busy.status, busy.headers["Retry-After"]) == (503, None)
    assert ask(demoweb, f"http://{AR}/rss").status == 200


def test_one_page_is_slow() -> None:
    with DemoWeb(slow=0.3) as web:
        url = next(row.url for row in articles(web, EN) if row.path.endswith("/dentist-queue"))
        began = time.monotonic()
        assert ask(web, url).status == 200
        assert time.monotonic() - began >= 0.3


# -- the record


def test_the_record(demoweb: DemoWeb) -> None:
    ask(demoweb, f"http://{ZH}/", {"User-Agent": "tester/1", "X-Other": "no"})
    time.sleep(0.05)
    ask(demoweb, f"http://{ZH}/private/")
    ask(demoweb, f"http://{EN}/nothing?here=1")
    first, second, third = demoweb.requests
    assert (first.host, first.path, first.status, first.proxied) == (ZH, "/", 200, True)
    assert first.headers["user-agent"] == "tester/1"
    assert "x-other" not in first.headers
    assert (third.path, third.status) == ("/nothing?here=1", 404)
    assert demoweb.forbidden_hits == [second]
    assert (demoweb.count(), demoweb.count(ZH), demoweb.count(path="/"), demoweb.count(status=404)) == (3, 2, 1, 1)
    gap = demoweb.shortest_gap(ZH)
    assert gap is not None
    assert gap >= 0.05
    assert demoweb.shortest_gap(EN) is None
    demoweb.reset()
    assert (demoweb.requests, demoweb.most_at_once(ZH)) == ([], 0)


def test_most_at_once_counts_requests_under_way() -> None:
    with DemoWeb(latency=0.2) as web:
        threads = [threading.Thread(target=ask, args=(web, f"http://{host}/")) for host in (ZH, ZH, ZH, EN)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (web.most_at_once(ZH), web.most_at_once(EN)) == (3, 1)


# -- the server


def test_stopping_with_open_connections_is_quick_and_clean() -> None:
    with DemoWeb() as web:
        port = urlsplit(web.proxy_url).port or 0
        idle = socket.create_connection(("127.0.0.1", port), timeout=5)
        web.robots(ZH, "hang")
        hung = socket.create_connection(("127.0.0.1", port), timeout=5)
        hung.sendall(f"GET http://{ZH}/robots.txt HTTP/1.1\r\nHost: {ZH}\r\n\r\n".encode())
        time.sleep(0.05)
        began = time.monotonic()
    assert time.monotonic() - began < 1
    for open_one in (idle, hung):
        assert open_one.recv(10) == b""
        open_one.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "demoweb"]


def test_nonsense_ends_the_connection_only(demoweb: DemoWeb) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(demoweb.proxy_url).port or 0), timeout=5) as client:
        client.sendall(b"\x16\x03\x01 what\r\n\r\n")
        assert client.recv(100) == b""
    assert ask(demoweb, f"http://{ZH}/").status == 200


def test_a_taken_port_is_an_error_at_once(demoweb: DemoWeb) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoWeb(port=demoweb.port).start()


def test_start_is_cheap() -> None:
    with DemoWeb():
        pass
    best = min(_start_seconds() for _ in range(5))
    assert best < 0.05


def _start_seconds() -> float:
    began = time.perf_counter()
    with DemoWeb():
        return time.perf_counter() - began


def test_the_command_serves_until_it_is_stopped() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.demoweb", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        proxy = line.strip().rpartition("http_proxy=")[2]
        assert ask_directly(f"{proxy}/sites").text().split() == [f"http://{host}/" for host in sorted(HOSTS)]
        assert len(ask_directly(f"{proxy}/correct").text().split()) == 4
        process.send_signal(2)
        assert process.wait(5) == 0
        assert process.stderr.read() == ""


def test_templates_refuse_blocks_that_do_not_close() -> None:
    for source in ("{{#a}}x", "{{#a}}{{#b}}{{/a}}{{/b}}", "x{{/a}}"):
        with pytest.raises(ValueError, match="template"):
            parse(source)
