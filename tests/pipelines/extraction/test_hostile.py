"""Pages made to hurt end in an article or a rejection, within seconds, and never raise."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.models import Article, Page, Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.extraction.extract import MAX_BODY, extract
from tests.pipelines.extraction.page_folders import FOLDERS

LIMIT = 10.0
"""Seconds a page may take."""
LINE = "<p>A sentence of running text, number {}, with a comma and a stop. Another sentence follows it here.</p>"


def page(body: str, head: str = "<title>A title of some length</title>") -> bytes:
    return f"<html><head>{head}</head><body><h1>A title of some length</h1>{body}</body></html>".encode()


def lines(count: int) -> str:
    return "".join(LINE.format(number) for number in range(count))


HOSTILE: dict[str, Callable[[], bytes]] = {
    "20 MB of paragraphs": lambda: page(lines(185_000))[: MAX_BODY - 10],
    "20 MB of breaks": lambda: page("x<br>" * 4_000_000)[: MAX_BODY - 10],
    "200,000 nested tags": lambda: page("<div>" * 200_000 + lines(5)),
    "megabyte attributes": lambda: page(f"<div class='{'a-b ' * 300_000}' style='{'x:y;' * 300_000}'>{lines(9)}</div>"),
    "attributes without number": lambda: page(f"<p {' '.join(f'a{number}' for number in range(120_000))}>Short.</p>"),
    "NUL bytes": lambda: page(lines(9)).replace(b" ", b"\x00 "),
    "entities without end": lambda: page(f"<p>{'&amp;lt;&#x41;&nbsp;' * 200_000}</p>{lines(9)}"),
    "comments never closed": lambda: page("<!--" * 400_000 + lines(9)),
    "scripts never closed": lambda: b"<script>" * 300_000 + page(lines(9)),
    "byline bait": lambda: page(
        f"<div>By {'A and ' * 100_000}</div><div>记者{'张 ' * 100_000}</div><div>责任编辑：{' ' * 200_000}x</div>{lines(9)}"
    ),
    "date bait": lambda: page(
        f"<div>{'12/12/' * 100_000}</div><div>{'2024年' * 90_000}</div><div>{'1 de ' * 90_000}</div>{lines(9)}"
        + "".join(f"<div>{'1 ' * 40}</div>" for _ in range(2000))
    ),
    "appeal bait": lambda: page(
        lines(9)
        + f"<p>{'your support and privacy of cookies, our ' * 20_000}</p>" * 5
        + "<p>your support for cookies, and</p>" * 20_000
    ),
    "title bait": lambda: page(lines(9), f"<title>{'a - ' * 300_000}</title>"),
    "JSON-LD bait": lambda: page(
        lines(9),
        f"<script type='application/ld+json'>{'[' * 200_000}</script>"
        f"<script type='application/ld+json'>{{\"author\": {'{' * 100_000}</script>"
        f'<script type=\'application/ld+json\'>{{"headline": "{chr(92) * 300_000}</script>',
    ),
    "many stops": lambda: page("".join(LINE.format(number) + "<h3>Related articles</h3>" for number in range(2000))),
    "items left out": lambda: page(
        lines(2000) + "<ul>" + "<li><a href='/x'>item</a> of a list</li>" * 9000 + "</ul>" + lines(1)
    ),
    "lines said again": lambda: page((LINE.format(1) + "<p>Refrain</p>") * 9000),
    "bytes of no encoding": lambda: b"<html><title>x</title>" + bytes(range(128, 256)) * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_page(name: str) -> None:
    body = HOSTILE[name]()
    start = time.process_time()
    outcome = extract(Page(body=body, url="https://example.com/2024/a.html"), Sites())
    assert time.process_time() - start < LIMIT
    assert isinstance(outcome, Article) or outcome.reason is not Reason.CRASHED, outcome


def test_too_big() -> None:
    outcome = extract(Page(body=b"<p>" + b"a" * MAX_BODY), Sites())
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.TOO_BIG


_BODIES = [(folder / "page.html").read_bytes() for folder in FOLDERS]
_PIECES = st.sampled_from(
    [
        b"<div>",
        b"</div>",
        b"<p",
        b">",
        b"&#x0;",
        b"&#1114112;",
        b"\x00",
        b"\xff\xfe",
        b"<!--",
        b"]]>",
        b"<?xml",
        b'"',
        b"'",
        b"<br>",
        b"<svg><title>",
        b"</html>",
        b"<script>",
        b'{"@graph":[',
        b"2024-13-45",
        b"99:99",
        b"\xe2\x80",
        b"<table><tr>",
        b"<h1></h1>",
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    body=st.sampled_from(_BODIES),
    cuts=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 300), _PIECES), max_size=8),
    content_type=st.sampled_from(
        [None, "text/html", "text/html; charset=utf-16", "text/html; charset=big5", "text/html; charset=nonsense"]
    ),
)
def test_mangled_pages_never_raise(body: bytes, cuts: list[tuple[int, int, bytes]], content_type: str | None) -> None:
    for at, length, piece in cuts:
        body = body[:at] + piece + body[at + length :]
    outcome = extract(Page(body=body, url="https://example.com/a/b.html", content_type=content_type), Sites())
    assert isinstance(outcome, Article) or outcome.reason is not Reason.CRASHED, outcome


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_never_raise(body: bytes) -> None:
    outcome = extract(Page(body=b"<html>" + body), Sites())
    assert isinstance(outcome, Article) or outcome.reason is not Reason.CRASHED, outcome
