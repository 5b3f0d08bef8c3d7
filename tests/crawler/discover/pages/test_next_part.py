"""The next page of an article, and what is only called so."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discover.pages.next_part import next_part

FIRST = "http://news.example/2026/11/a1.html"


def page(*links: str) -> bytes:
    return f"<html><head><meta charset=utf-8></head><body><p>Text</p>{''.join(links)}</body></html>".encode()


@pytest.mark.parametrize(
    ("first", "here", "link", "expected"),
    [
        (FIRST, FIRST, '<a href="a1_2.html">下一页</a>', "http://news.example/2026/11/a1_2.html"),
        (FIRST, FIRST, '<a href="a1_1.html">下一页</a>', "http://news.example/2026/11/a1_1.html"),
        (
            FIRST,
            FIRST.replace("a1", "a1_2"),
            '<a href="a1_3.html">下一页 &gt;</a>',
            "http://news.example/2026/11/a1_3.html",
        ),
        (FIRST, FIRST, '<link rel="next" href="?page=2">', FIRST + "?page=2"),
        (
            "http://n.example/story/77",
            "http://n.example/story/77",
            '<a rel="next" href="/story/77/2">2</a>',
            "http://n.example/story/77/2",
        ),
        (
            "http://n.example/story/77/",
            "http://n.example/story/77/",
            '<a href="page/2/">Next page</a>',
            "http://n.example/story/77/page/2/",
        ),
        (
            "http://n.example/s?id=7",
            "http://n.example/s?id=7",
            '<a href="/s?id=7&p=2">Weiter</a>',
            "http://n.example/s?id=7&p=2",
        ),
        # The next article, another host, the page before, the page itself.
        (FIRST, FIRST, '<a href="a2.html">下一页</a>', None),
        (FIRST, FIRST, '<a rel="next" href="http://other.example/2026/11/a1_2.html">next</a>', None),
        (FIRST, FIRST.replace("a1", "a1_2"), '<a href="a1.html">Next</a>', None),
        (FIRST, FIRST, '<a href="a1.html">Next</a>', None),
        (FIRST, FIRST, '<a href="a1_2.html">Read the second report</a>', None),
        ("http://n.example/s?id=7", "http://n.example/s?id=7", '<a href="/s?id=8">Next</a>', None),
    ],
)
def test_next_part(first: str, here: str, link: str, expected: str | None) -> None:
    assert next_part(page(link), here, "text/html", first) == expected


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=40))
def test_never_raises(body: bytes, url: str) -> None:
    next_part(body, "http://a.example/" + url, None, "http://a.example/x")
