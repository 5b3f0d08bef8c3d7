"""The decision (pure): RFC 9309, as `crawler/robots/policy.py` tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from crawler.robots.group import own_group
from crawler.robots.policy import (
    BODY_BYTES_READ,
    RobotsPolicy,
    RobotsRecord,
    cache_lifetime,
    has_rules,
    read_rules,
    truncate_body,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORIGIN = "https://www.example.test"
ME = "Copydesk"


def policy(body: str | bytes = b"", status: int | None = 200, error: str | None = None) -> RobotsPolicy:
    raw = body.encode() if isinstance(body, str) else body
    record = RobotsRecord(
        origin=ORIGIN, fetched_at=NOW, expires_at=NOW + timedelta(hours=1), status=status, body=raw, error=error
    )
    return RobotsPolicy(record, read_rules(record.body, ME, ORIGIN)) if has_rules(record) else RobotsPolicy(record)


FORBID_ALL = "User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 410, 418, 451])
def test_no_robots_allows_all_whatever_the_body(status: int) -> None:
    assert policy(FORBID_ALL, status).allows(f"{ORIGIN}/a")


@pytest.mark.parametrize("status", [304, 429, 500, 502, 503, 504, 599])
def test_unreachable_forbids_all_whatever_the_body(status: int) -> None:
    assert not policy("User-agent: *\nAllow: /\n", status).allows(f"{ORIGIN}/a")
    assert not policy("", status).reachable


def test_no_answer_forbids_all() -> None:
    assert not policy(status=None, error="DownloadTimeoutError: too long").allows(f"{ORIGIN}/a")


@pytest.mark.parametrize("status", [200, 203, 206])
def test_rules_are_kept(status: int) -> None:
    rules = policy("User-agent: *\nDisallow: /private/\nAllow: /private/press\n", status)
    assert rules.allows(f"{ORIGIN}/news/1")
    assert not rules.allows(f"{ORIGIN}/private/x")
    assert rules.allows(f"{ORIGIN}/private/press-1")


def test_own_group_counts_before_the_star() -> None:
    rules = policy("User-agent: *\nDisallow: /\n\nUser-agent: copydesk\nDisallow: /x\n")
    assert rules.allows(f"{ORIGIN}/a")
    assert not rules.allows(f"{ORIGIN}/x")


@pytest.mark.parametrize(
    ("rule", "path", "allowed"),
    [
        ("/*.pdf$", "/a/b.pdf", False),
        ("/*.pdf$", "/a/b.pdf?x", True),
        ("/a?b=", "/a?b=1", False),
        ("/%E4%B8%AD", "/中/1", False),
        ("/中", "/%E4%B8%AD/1", False),
        ("", "/a", True),
    ],
)
def test_patterns(rule: str, path: str, allowed: bool) -> None:
    assert policy(f"User-agent: *\nDisallow: {rule}\n").allows(ORIGIN + path) is allowed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><html><head><title>User-agent</title></head><body><p>Disallow: everything</p></body></html>",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00",
    ],
)
def test_what_is_no_robots_file_allows_all(body: bytes) -> None:
    assert policy(body).allows(f"{ORIGIN}/a")


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [b"User-agent: *", b"Disallow: /a*b$", b"Crawl-delay: nan", b"Crawl-delay: inf", b"Sitemap:"]
            ),
        ),
        max_size=8,
    )
)
@example([b"User-agent: *", b"Crawl-delay: nan"])
@example([b"User-agent: *", b"Crawl-delay: -inf"])
def test_any_bytes_can_be_read(lines: list[bytes]) -> None:
    rules = policy(b"\n".join(lines))
    assert rules.allows(f"{ORIGIN}/a") in (True, False)
    assert 0 <= rules.crawl_delay(30) <= 30
    assert isinstance(rules.sitemaps, tuple)


def test_byte_order_mark_and_carriage_returns() -> None:
    assert not policy(b"\xef\xbb\xbfUser-agent: *\rDisallow: /\r").allows(f"{ORIGIN}/a")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_saved_as_utf_16_is_obeyed(encoding: str) -> None:
    rules = policy("\ufeffUser-agent: *\r\nDisallow: /private/\r\n".encode(encoding))
    assert not rules.allows(f"{ORIGIN}/private/a")
    assert rules.allows(f"{ORIGIN}/a")


def test_500_kib_are_read_and_cut_at_a_line() -> None:
    head = b"User-agent: *\nDisallow: /early\n"
    filler = b"# " + b"x" * 997 + b"\n"
    body = head + filler * 600
    cut = truncate_body(body)
    assert BODY_BYTES_READ - 1000 < len(cut) <= BODY_BYTES_READ
    rules = policy(body + b"Disallow: /late\n")
    assert not rules.allows(f"{ORIGIN}/early")
    assert rules.allows(f"{ORIGIN}/late")
    # A rule that the limit falls into is dropped, not shortened to `Disallow: /`.
    start = b"User-agent: *\n" + b"#" * (BODY_BYTES_READ - 14 - 12) + b"\nDisallow: /only-this\n"
    assert policy(start).allows(f"{ORIGIN}/news")


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    body = b"User-agent: *\nDisallow: /x\n".rjust(BODY_BYTES_READ, b"\n")
    assert truncate_body(body) == body


def test_crawl_delay_is_capped() -> None:
    assert policy("User-agent: *\nCrawl-delay: 7.5\n").crawl_delay(30) == 7.5
    assert policy("User-agent: *\nCrawl-delay: 600\n").crawl_delay(30) == 30
    assert policy("User-agent: *\nCrawl-delay: soon\n").crawl_delay(30) == 0
    assert policy("User-agent: other\nCrawl-delay: 9\n").crawl_delay(30) == 0
    assert policy("User-agent: *\nCrawl-delay: -9\n").crawl_delay(30) == 0
    assert policy(status=404).crawl_delay(30) == 0


def test_sitemaps_each_once() -> None:
    body = "Sitemap: https://a.test/1.xml\nUser-agent: *\nsitemap:https://a.test/2.xml\nSITEMAP: https://a.test/1.xml\n"
    assert policy(body).sitemaps == ("https://a.test/1.xml", "https://a.test/2.xml")
    assert policy(status=500).sitemaps == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/sm.xml", f"{ORIGIN}/sm.xml"),
        ("sm.xml", f"{ORIGIN}/sm.xml"),
        ("//cdn.test/sm.xml", "https://cdn.test/sm.xml"),
        ("www.example.test/sm.xml", f"{ORIGIN}/sm.xml"),
        ("example.test/sm.xml", "https://example.test/sm.xml"),
        ("http://www.example.test/sm.xml # the newest", "http://www.example.test/sm.xml"),
        ("https://[broken/sm.xml", None),
        ("ftp://www.example.test/sm.xml", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_a_sitemap_line_is_joined_or_skipped_and_spoils_no_other(written: str, read: str | None) -> None:
    sitemaps = policy(f"Sitemap: {written}\nUser-agent: *\nSitemap: {ORIGIN}/other.xml\n").sitemaps
    assert sitemaps == ((read,) if read else ()) + (f"{ORIGIN}/other.xml",)


@pytest.mark.parametrize(
    ("cache_control", "hours"),
    [
        ("", 24),
        ("public", 24),
        ("max-age=7200", 2),
        ('Public, Max-Age="7200"', 2),
        ("max-age=10", 1),
        ("max-age=99999999999999999999", 24),
        ("no-cache", 1),
        ("no-store, max-age=7200", 1),
        ("max-age=-5", 24),
    ],
)
def test_kept_for(cache_control: str, hours: int) -> None:
    assert cache_lifetime(200, None, cache_control) == timedelta(hours=hours)


@pytest.mark.parametrize("status", [429, 503, None])
def test_unreachable_is_asked_again_soon(status: int | None) -> None:
    assert cache_lifetime(status, None, "max-age=86400") == timedelta(minutes=10)


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="fetched_at"):
        RobotsRecord(origin=ORIGIN, fetched_at=datetime(2026, 1, 1), expires_at=NOW)  # noqa: DTZ001


_AGENTS = ["*", "copydesk", "Copydesk/1.0", "copy", "desk", "mycopydesk", "googlebot", "c*pydesk", "copydesk # c", ""]
_LINES = [f"{form} {agent}" for form in ("User-agent:", "useragent", " User agent :") for agent in _AGENTS]
_LINES += [
    "Disallow: /a",
    "Allow: /a/b",
    "Disallow: /",
    "Disallow:",
    "Crawl-delay: 3",
    "Sitemap: /s",
    "",
    "# c",
    "junk",
]


@given(
    st.lists(st.sampled_from(_LINES), max_size=12), st.sampled_from([ME, "Mozilla/5.0 (compatible; Copydesk/1.0)", "x"])
)
def test_the_group_that_is_read_is_the_one_that_counts(lines: list[str], agent: str) -> None:
    text = "\n".join(lines)
    whole, own = Protego.parse(text), Protego.parse(own_group(text, agent))
    for path in ("/", "/a", "/a/b", "/c"):
        assert own.can_fetch(ORIGIN + path, agent) == whole.can_fetch(ORIGIN + path, agent)
    assert own.crawl_delay(agent) == whole.crawl_delay(agent)
    assert list(own.sitemaps) == list(whole.sitemaps)


def test_a_page_in_place_of_the_file_is_kept_for_an_hour() -> None:
    """It may be the login page of a network."""
    assert cache_lifetime(200, None, "", b"\r\n <!doctype html>") == timedelta(hours=1)
    assert cache_lifetime(200, None, "max-age=86400", b"<html>") == timedelta(hours=1)
    assert cache_lifetime(200, None, "", b"User-agent: *") == timedelta(hours=24)
