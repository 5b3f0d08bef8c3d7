"""Addresses: what is fetched stays as published, what is the same article has one key, different articles never share
one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from pipelines.text_limits import MAX_URL
from pipelines.urls import clean_url, host_of, link_key, may_claim, registrable_domain, same_site
from tests.support.corpus import gold_urls

CLEANED = [
    ("https://news.example/a/b.html?id=1&x=2", "https://news.example/a/b.html?id=1&x=2"),
    ("  https://news.example/a \n", "https://news.example/a"),
    ("HTTPS://News.Example:443/A", "https://news.example/A"),
    ("http://news.example:80/", "http://news.example/"),
    ("http://news.example:8080/", "http://news.example:8080/"),
    ("https://news.example:80/", "https://news.example:80/"),
    ("https://news.example", "https://news.example/"),
    ("https://news.example?x=1", "https://news.example/?x=1"),
    ("https://news.example/a#top", "https://news.example/a"),
    ("https://news.example./a", "https://news.example/a"),
    ("https://news.example/a b", "https://news.example/a%20b"),
    ("https://news.example/文/a?q=中", "https://news.example/%E6%96%87/a?q=%E4%B8%AD"),
    ("https://news.example/%e6%96%87%2F", "https://news.example/%e6%96%87%2F"),
    ("https://news.example/it's?q=it's", "https://news.example/it's?q=it%27s"),
    ("https://news.example/a?utm_source=x&b=2&a=1", "https://news.example/a?utm_source=x&b=2&a=1"),
    ("https://news.example/a?", "https://news.example/a"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://straße.example/", "https://xn--strae-oqa.example/"),
    ("https://新闻.example/", "https://xn--efvy88h.example/"),
    ("https://news.example\\a\\b", "https://news.example/a/b"),
    ("https://news.exa\tmple/\na", "https://news.example/a"),
    ("http://[::1]:8080/a", "http://[::1]:8080/a"),
    ("http://127.0.0.1:8899/a", "http://127.0.0.1:8899/a"),
]
REFUSED = [
    "",
    "   ",
    "/relative",
    "javascript:void(0)",
    "mailto:desk@news.example",
    "ftp://news.example/a",
    "data:text/html,x",
    "https://user:secret@news.example/",
    "https://user@news.example/",
    "https:///a",
    "https://",
    "https://news .example/",
    "https://news..example/",
    "https://-news.example/",
    "https://news.example:99999/",
    "https://news.example:port/",
    "http://[::1/",
    "https://news.example/" + "a" * MAX_URL,
    "https://news.example/\ud800",
]


@pytest.mark.parametrize(("raw", "cleaned"), CLEANED)
def test_an_address_to_fetch_is_made_valid_and_otherwise_left_alone(raw: str, cleaned: str) -> None:
    assert clean_url(raw) == cleaned
    assert clean_url(cleaned) == cleaned


@pytest.mark.parametrize("raw", REFUSED)
def test_what_cannot_be_fetched_is_refused(raw: str) -> None:
    assert clean_url(raw) is None


@pytest.mark.parametrize(
    ("href", "joined"),
    [
        ("/a?b=1", "https://news.example/a?b=1"),
        ("c.html", "https://news.example/x/c.html"),
        ("../c.html", "https://news.example/c.html"),
        ("/x/../c.html", "https://news.example/c.html"),
        ("https://news.example/x/./y/../c.html?d=/../", "https://news.example/x/c.html?d=/../"),
        ("https://news.example/x/%2e%2E/c/..", "https://news.example/"),
        ("https://news.example/../x/.", "https://news.example/x/"),
        ("https://news.example/x/...", "https://news.example/x/..."),
        ("https://news.example/x/.well-known/a..b", "https://news.example/x/.well-known/a..b"),
        ("?page=2", "https://news.example/x/y.html?page=2"),
        ("//m.news.example/a", "https://m.news.example/a"),
        ("http://other.example/a", "http://other.example/a"),
        ("/文", "https://news.example/%E6%96%87"),
        ("\\2024\\05\\a.html?q=a\\b", "https://news.example/2024/05/a.html?q=a%5Cb"),
        ("..\\c.html#\\", "https://news.example/c.html"),
        ("\\\\m.news.example\\a", "https://m.news.example/a"),
        ("javascript:go()", None),
        ("mailto:a@b.example", None),
    ],
)
def test_a_link_is_joined_to_its_page(href: str, joined: str | None) -> None:
    assert clean_url(href, "https://news.example/x/y.html?z=1") == joined


SAME = [
    ("https://news.example/a/1.html", "https://news.example/a/./b/../1.html"),
    ("https://news.example/a/1.html", "http://www.news.example/a/1.html"),
    ("https://news.example/a/1.html", "https://m.news.example/a/1.html"),
    ("https://news.example/a/1.html", "https://wap.news.example/a/1.html"),
    ("https://news.example/a/1.html", "https://3g.news.example/a/1.html"),
    ("https://news.example/a/1.html", "https://mobile.news.example/a/1.html"),
    ("https://news.example/a/1.html", "https://amp.news.example/a/1.html"),
    ("https://news.example/a/1.html", "https://news.example/a/1.amp.html"),
    ("https://news.example/a/1", "https://news.example/a/1/"),
    ("https://news.example/a/1", "https://news.example/a/1/amp"),
    ("https://news.example/a/1", "https://news.example/a/1/amp/"),
    ("https://news.example/a/1", "https://news.example/amp/a/1"),
    ("https://news.example/a/1", "https://news.example/a/1?amp=1"),
    ("https://news.example/a/1", "https://news.example/a/1?amp"),
    ("https://news.example/a/1", "https://news.example/a/1?outputType=amp"),
    ("https://news.example/a/1", "https://news-example.cdn.ampproject.org/c/s/news.example/a/1"),
    ("https://news.example/a/1", "https://www.google.com/amp/s/news.example/a/1"),
    ("https://news.example/a/1", "https://news.example/a/1?print=1"),
    ("https://news.example/a/1", "https://news.example/a/1?view=print"),
    ("https://news.example/a/1", "https://news.example/a/1/print"),
    ("https://news.example/a/1", "https://news.example/print/a/1"),
    ("https://news.example/a/1", "https://news.example/print/a/1/printable/"),
    ("https://news.example/a/1.html", "https://news.example/a/1.print.html"),
    ("https://news.example/a/1", "https://news.example/a/1?utm_source=rss&utm_medium=feed"),
    ("https://news.example/a/1", "https://news.example/a/1?fbclid=IwAR0&gclid=x"),
    ("https://news.example/a/1", "https://news.example/a/1?ref_src=twsrc#comments"),
    ("https://news.example/a/1", "https://news.example/a/1?spm=a2c4.1&isappinstalled=0"),
    ("https://news.example/a/1", "https://news.example/a/1;jsessionid=0AAB6C8DE415E2A5F307CF334BFA0C1"),
    ("https://news.example/a/1.do", "https://news.example/a/1.do;JSESSIONID=dJqVJvQ8!-1337!1700000000?utm_source=x"),
    ("https://news.example/a/1.do?id=2", "https://news.example/a/1.do%3Bjsessionid=0AAB6C8DE415E2A5.node7?id=2"),
    ("https://news.example/a/", "https://news.example/a/index.jsp;jsessionid=0AAB6C8DE415E2A5F307CF334BFA0C1"),
    ("https://news.example/a.php?id=1", "https://news.example/a.php?PHPSESSID=q1l9ojkm2f5lpmsm38a0o1d8v6&id=1"),
    ("https://news.example/a?id=1", "https://news.example/a?id=1&jsessionid=0AAB6C8DE415E2A5F307CF334BFA0C1"),
    (
        "https://news.example/a.asp?id=1",
        "https://news.example/a.asp?id=1&ASPSESSIONIDQQRTSADC=LKJHGFDSAQWERTYUIOPMNBVC",
    ),
    ("https://news.example/a.aspx", "https://news.example/a.aspx?ASP.NET_SessionId=lit3py55t21z5v55vlm25s55"),
    ("https://news.example/a.cfm?id=1", "https://news.example/a.cfm?id=1&CFID=3124&CFTOKEN=86745920"),
    (
        "https://news.example/a.cfm?id=1",
        "https://news.example/a.cfm?CFID=3124&CFTOKEN=1f2e3d4c5b6a7988-0A1B2C3D-4E5F-6071-8293A4B5C6D7E8F9&id=1",
    ),
    ("https://news.example/news/1.aspx", "https://news.example/(S(lit3py55t21z5v55vlm25s55))/news/1.aspx"),
    (
        "https://news.example/news/1.aspx",
        "https://news.example/(A(pKQ1lit3py55t21z)S(lit3py55t21z5v55vlm25s55))/news/1.aspx",
    ),
    ("https://news.example/news/1.aspx", "https://news.example/%28S%28lit3py55t21z5v55vlm25s55%29%29/news/1.aspx"),
    ("https://news.example/news/1.aspx", "https://news.example/(lit3py55t21z5v55vlm25s55)/news/1.aspx"),
    ("https://news.example/a/1", "https://news.example//a/1"),
    ("https://news.example/a/1/", "https://news.example/a/1/index.html"),
    ("https://news.example:443/a", "http://news.example:80/a"),
    ("https://news.example/a?b=1&a=2", "https://news.example/a?a=2&b=1"),
    ("https://news.example/%7Ea/%e6%96%87", "https://news.example/~a/文"),
    ("https://en.m.news.example/a", "https://en.news.example/a"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
]
DIFFERENT = [
    ("https://news.example/a?id=1", "https://news.example/a?id=2"),
    ("https://news.example/a?1", "https://news.example/a?2"),
    ("https://news.example/a", "https://news.example/a?copy=2"),
    ("https://news.example/a", "https://news.example/a?page=2"),
    ("https://news.example/show?cid=1", "https://news.example/show?cid=2"),
    ("https://news.example/show?uid=1", "https://news.example/show?uid=2"),
    ("https://news.example/show?galleryid=1", "https://news.example/show?galleryid=2"),
    ("https://news.example/show?referendum=1", "https://news.example/show?referendum=2"),
    ("https://news.example/show?sourceid=1", "https://news.example/show?sourceid=2"),
    ("https://news.example/show?source=3", "https://news.example/show?source=4"),
    ("https://news.example/show?from=3", "https://news.example/show?from=4"),
    ("https://news.example/show?ref=3", "https://news.example/show?ref=4"),
    ("https://news.example/show?partner=3", "https://news.example/show?partner=4"),
    ("https://news.example/show?rss=3", "https://news.example/show?rss=4"),
    ("https://news.example/show?share=3", "https://news.example/show"),
    ("https://news.example/show?sid=3", "https://news.example/show?sid=4"),
    ("https://news.example/show?ts=3", "https://news.example/show?ts=4"),
    ("https://news.example/show?cfid=3", "https://news.example/show?cfid=4"),
    ("https://news.example/show?phpsessid=3", "https://news.example/show?phpsessid=4"),
    ("https://news.example/show;id=3", "https://news.example/show;id=4"),
    ("https://news.example/wiki/Mercury_(planet)/a", "https://news.example/wiki/Mercury_(element)/a"),
    ("https://news.example/(S(1))/a", "https://news.example/(S(2))/a"),
    ("https://news.example/(internationalrelations)/a", "https://news.example/a"),
    ("https://news.example/A", "https://news.example/a"),
    ("https://news.example/a%2Fb", "https://news.example/a/b"),
    ("https://news.example/a", "https://sport.news.example/a"),
    ("https://m.co.uk/a", "https://wap.co.uk/a"),
    ("https://m.com.cn/a", "https://3g.com.cn/a"),
    ("https://news.example:8080/a", "https://news.example/a"),
    ("https://news.example/amplifier", "https://news.example/lifier"),
    ("https://news.example/print", "https://news.example/"),
    ("https://news.example/a/blueprint", "https://news.example/a/blue"),
    ("https://news.example/a/the-end-of-print", "https://news.example/a/the-end-of"),
    ("https://news.example/printers/a", "https://news.example/a"),
    ("https://news.example/a?print=12", "https://news.example/a"),
    ("https://news.example/a/champ", "https://news.example/a/ch"),
    ("https://news.example/index.php?id=1", "https://news.example/index.php?id=2"),
    (
        "https://web.archive.example/web/2014/http://a.example/x",
        "https://web.archive.example/web/2015/http://a.example/x",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_twins_have_one_key(one: str, other: str) -> None:
    assert link_key(one) == link_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_articles_have_different_keys(one: str, other: str) -> None:
    assert link_key(one) != link_key(other)


def test_keys_of_real_addresses_are_distinct() -> None:
    urls = gold_urls()
    keys: dict[str, set[str]] = {}
    for url in urls:
        keys.setdefault(link_key(url), set()).add(url)
    joined = [found for found in keys.values() if len(found) > 1]
    # One article is in the set twice, with and without a closing slash.
    assert [sorted(found) for found in joined if len({url.rstrip("/") for url in found}) > 1] == []
    assert len(joined) <= 1


def test_real_addresses_are_fetched_as_scrapy_sends_them() -> None:
    for url in gold_urls():
        cleaned = clean_url(url)
        assert cleaned is not None
        assert safe_url_string(cleaned) == cleaned
        assert clean_url(cleaned) == cleaned
        assert link_key(link_key(url)) == link_key(url) == link_key(cleaned)


ADDRESSES = st.one_of(
    st.text(max_size=80),
    st.from_regex(r"https?://[a-zA-Zäß.:@\[\]-]{0,20}/[^\n]{0,40}", fullmatch=True),
    st.lists(
        st.sampled_from(
            ["http://", "HTTPS://", "//", "www.", "m.", "amp.", "news.example", ":80", "/", "/amp", ".amp", ".html", "index.html",
             "?", "&", "=", "utm_source", "id", "1", "%", "%25", "%41", "%e6", "#", "文", " ", "\\", "..", "/./", "%2e",
             "google.com/amp/s/"]
        ),
        max_size=14,
    ).map("".join),
)  # fmt: skip


@given(ADDRESSES)
def test_cleaning_never_raises_and_is_idempotent(raw: str) -> None:
    cleaned = clean_url(raw)
    if cleaned is not None:
        assert clean_url(cleaned) == cleaned
        assert cleaned.isascii()
        assert safe_url_string(cleaned) == cleaned
        assert host_of(cleaned)
        assert link_key(cleaned) == link_key(raw)


@given(ADDRESSES)
def test_keys_never_raise_and_are_idempotent(raw: str) -> None:
    key = link_key(raw)
    assert link_key(key) == key


@given(ADDRESSES, ADDRESSES)
def test_joining_never_raises(href: str, base: str) -> None:
    joined = clean_url(href, base)
    assert joined is None or clean_url(joined) == joined


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.news.example.co.uk/", "https://sport.example.co.uk/a", True),
        ("https://a.example.com.cn/", "https://b.example.com.cn/", True),
        ("https://m.post.example/", "https://www.post.example/", True),
        ("https://one.com.cn/", "https://two.com.cn/", False),
        ("https://one.blogspot.com/", "https://two.blogspot.com/", False),
        ("https://one.substack.com/", "https://two.substack.com/", False),
        ("https://one.k12.tr/", "https://two.k12.tr/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("http://[::1]/", "http://[::1]/a", True),
        ("http://localhost/", "http://localhost/a", True),
        ("https://news.example/", "nonsense", False),
    ],
)
def test_sites(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


def test_domains() -> None:
    assert registrable_domain("news.example.co.uk") == "example.co.uk"
    assert registrable_domain("localhost") == "localhost"
    assert host_of("https://News.Example:8080/a") == "news.example"
    assert host_of("http://[::1]:8080/a") == "::1"
    assert host_of("/a") is None
    assert host_of("http://[") is None


def test_no_site_folds_into_another() -> None:
    """What looks like a twin's label may be the name of a site, where anybody may have one."""
    for url in (
        "https://m.github.io/a",
        "https://amp.k12.tr/a",
        "https://okul.amp.k12.tr/a",
        "https://mobile.substack.com/a",
    ):
        assert link_key(url) == url.removeprefix("https://")
    assert link_key("https://m.okul.k12.tr/a") == "okul.k12.tr/a"
    assert link_key("https://google.me.uk/amp/s/paper.example/a") != "paper.example/a"


@pytest.mark.parametrize(
    ("own", "claimed", "may"),
    [
        ("paper.example/x", "paper.example/a", True),
        ("live.paper.example:8080/x", "paper.example/a", True),
        ("paper.example/x", "paper.example?p=7", True),
        ("paper.example/x", "paper.example", False),
        ("paper.example", "paper.example", False),
        ("evil.example/x", "paper.example/a", False),
        ("evil.substack.com/x", "substack.com/a", False),
        ("127.0.0.1:1/x", "127.0.0.1:2/a", False),
        ("127.0.0.1:1/x", "127.0.0.1:1/a", True),
        ("localhost/x", "localhost/a", True),
        ("nonsense\\", "paper.example/a", False),
    ],
)
def test_what_a_page_may_claim(own: str, claimed: str, *, may: bool) -> None:
    assert may_claim(own, claimed) is may


def test_comparing_sites_writes_nothing_asks_nobody_and_imports_late(tmp_path: Path) -> None:
    code = (
        "import socket, sys; socket.socket.connect = socket.getaddrinfo = None;"
        "from pipelines.urls import same_site, clean_url, link_key;"
        "link_key(clean_url('https://www.news.example/a')); assert 'tldextract' not in sys.modules;"
        "assert same_site('https://a.example.co.uk/', 'https://b.example.co.uk/')"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=Path(__file__).parent.parent.parent)
    assert list(tmp_path.iterdir()) == []
