"""WordPress's interface as pages name it, and what is made of its list of modified posts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.crawl.modified_posts import _Look, following_look
from crawler.discover.wordpress import NOT_POSTS, ReadModifiedPosts, interface_of, modified_posts_url
from db.site_rules.loader import Sites
from db.store.sites.modified_posts import WordPressSite

HOME = "https://paper.example/"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "body", "root"),
    [
        ('<https://paper.example/wp-json/>; rel="https://api.w.org/"', b"", "https://paper.example/wp-json/"),
        ('</x>; rel=hub, <https://paper.example/?rest_route=/>; rel="https://api.w.org/"', b"", f"{HOME}?rest_route=/"),
        ('<https://other.example/wp-json/>; rel="https://api.w.org/"', b"", None),
        (None, b"<rss><channel><generator>https://wordpress.org/?v=6.8</generator>", f"{HOME}wp-json/"),
        (None, b'<meta name="generator" content="WordPress 6.8">', f"{HOME}wp-json/"),
        (None, b"<p>We write about WordPress.</p>", None),
    ],
)
def test_a_page_names_the_interface(header: str | None, body: bytes, root: str | None) -> None:
    assert interface_of(header, body, f"{HOME}feed", HOME) == root


def test_the_address_asks_for_utc_by_either_root() -> None:
    asked = (
        "modified_after=2026-11-01T12:00:00Z&orderby=modified&order=asc&per_page=100&_fields=link,date_gmt,modified_gmt"
    )
    assert modified_posts_url(f"{HOME}wp-json/", AT) == f"{HOME}wp-json/wp/v2/posts?{asked}"
    assert modified_posts_url(f"{HOME}?rest_route=/", AT, 2) == f"{HOME}?rest_route=/wp/v2/posts&{asked}&page=2"


def post(minutes: int, **other: object) -> dict[str, object]:
    modified = f"{AT + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}"
    return {"link": f"{HOME}{minutes}", "date_gmt": modified, "modified_gmt": modified} | other


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        ([post(1), post(2)], None),
        ([], None),
        ([post(-60), post(2)], "it ignores `modified_after`"),
        ([post(2), post(1)], "it ignores `orderby=modified`"),
        ([post(1, modified_gmt=None)], "its posts do not say when they were modified"),
        ({"code": "rest_disabled"}, NOT_POSTS),
    ],
)
def test_an_answer_is_relied_on_only_where_it_answers_the_question(answer: object, trouble: str | None) -> None:
    task = ReadModifiedPosts(body=json.dumps(answer).encode(), url=HOME, after=AT)
    assert task.parse(Sites()).trouble == trouble


def test_a_full_answer_is_followed_from_its_last_second() -> None:
    look = _Look(site=WordPressSite(api=HOME, next_look_at=AT), api=HOME, after=AT)
    following = following_look(look, AT + timedelta(minutes=5))
    assert (following.after, following.page) == (AT + timedelta(minutes=5, seconds=-1), 1)
    # A second that fills the answer: its pages are counted.
    following = following_look(replace(following, page=2), AT + timedelta(minutes=5))
    assert (following.after, following.page) == (AT + timedelta(minutes=5, seconds=-1), 3)
