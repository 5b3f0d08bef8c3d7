"""The demo web itself: real requests, held against its own truth. What crawlers are tested with must be right first."""

from __future__ import annotations

import http.client
from collections import Counter
from urllib.parse import urlsplit

import pytest

from db.models import Reason
from tests.demoweb.asking import (
    AR,
    DE,
    EN,
    GB,
    HOSTS,
    RU,
    ZH,
    articles,
    ask,
    ask_directly,
    document,
)
from tests.demoweb.web import DemoWeb

# -- every address


def test_every_address_answers_as_the_truth_says(demoweb: DemoWeb) -> None:
    demoweb.slow = 0.0
    charsets = {site.host: site.charset for site in demoweb.sites}
    for row in demoweb.truth():
        reply = ask(demoweb, row.url, {"Accept-Encoding": "gzip"})
        assert reply.status == row.status, row.url
        if row.kind in ("article", "duplicate") and not row.hidden:
            charset = charsets.get(row.host, "utf-8")
            assert row.title in document(reply.body, charset).text_content(), row.url
            text = " ".join(document(reply.body, charset).text_content().split())
            for paragraph in row.text.split("\n"):
                assert " ".join(paragraph.split()) in text, row.url


def test_every_site_answers_without_the_proxy_and_links_to_itself(demoweb: DemoWeb) -> None:
    demoweb.slow = 0.0
    for site in demoweb.sites:
        front = ask_directly(site.direct_url)
        tree = document(front.body, site.charset)
        tree.make_links_absolute(site.direct_url)
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
            tree = document(body, site.charset)
            tree.make_links_absolute(url)
            links = {
                link.partition("#")[0].partition("?")[0] for _, name, link, _ in tree.iterlinks() if name == "href"
            }
            ahead += [
                link for link in links if link.startswith(site.home) and not link.endswith((".css", ".js", ".pdf"))
            ]
        wanted = {row.url for row in articles(demoweb, site.host) if not (row.hidden or row.only_in)}
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
    connection = http.client.HTTPConnection(proxy.hostname or "", proxy.port, timeout=60)
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
