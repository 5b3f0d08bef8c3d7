"""Which sitemaps of an index are read: simulated crawls of archives that grow in the ways that systems have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from crawler.discover.listings.listing import SitemapChild
from crawler.discover.sitemaps.sitemap_children import choose_children
from db.store.sites.sitemap_readings import PastReading

START = datetime(2026, 11, 1, tzinfo=UTC)
MOST = 5
HOME = "https://news.example/"


class Archive:
    """An index of `size` sitemaps; `grows` says which of them gets the new article of a crawl."""

    def __init__(
        self, size: int, grows: Callable[[int], int], *, name: str = "sitemap-{}.xml", dated: bool = False
    ) -> None:
        self.size, self.grows, self.name, self.dated = size, grows, name, dated
        self.changed_at = dict.fromkeys(range(1, size + 1), START - timedelta(days=400))
        self.unseen: dict[int, int] = {}
        self.past: dict[str, PastReading] = {}

    def url(self, number: int) -> str:
        return HOME + self.name.format(number)

    def children(self) -> list[SitemapChild]:
        return [
            SitemapChild(url=self.url(number), modified=self.changed_at[number] if self.dated else None)
            for number in range(1, self.size + 1)
        ]

    def crawl(self, crawl: int) -> set[int]:
        """One crawl after one new article: the numbers of the sitemaps that were read."""
        now = START + timedelta(hours=crawl)
        grown = self.grows(crawl)
        self.changed_at[grown] = now - timedelta(minutes=5)
        self.unseen.setdefault(grown, crawl)
        chosen = choose_children(self.children(), self.past, MOST)
        assert len(chosen) <= MOST
        read = set()
        for child in chosen:
            number = next(n for n in range(1, self.size + 1) if self.url(n) == child.url)
            before = self.past.get(child.url)
            brought = self.unseen.pop(number, None) is not None
            changed_at = now if brought and before else before.changed_at if before else None
            self.past[child.url] = PastReading(read_at=now, changed_at=changed_at)
            read.add(number)
        return read


def longest_wait(archive: Archive, crawls: int, after: int = 0) -> int:
    """How many crawls the longest wait for an article lasted, of those that came after so many crawls."""
    longest = 0
    for crawl in range(crawls):
        archive.crawl(crawl)
        if crawl >= after:
            longest = max([longest, *(crawl - since + 1 for since in archive.unseen.values() if since >= after)])
    return longest


@pytest.mark.parametrize(
    ("grows", "what"),
    [(lambda crawl: 60, "at the high end"), (lambda crawl: 1, "at the low end")],
)
@pytest.mark.parametrize(
    "name", ["sitemap-{}.xml", "wp-sitemap-posts-post-{}.xml", "sitemap.xml?page={}", "map/{}/index.xml"]
)
def test_what_is_added_at_an_end_is_found_at_once(grows: Callable[[int], int], what: str, name: str) -> None:
    assert longest_wait(Archive(60, grows, name=name), 10) == 0, what


def test_what_is_added_in_the_midst_is_found_once_it_is_known_and_then_at_once() -> None:
    archive = Archive(60, lambda crawl: 33)
    assert longest_wait(archive, 60) < 60 / (MOST - 2) + 25
    assert longest_wait(archive, 20) == 0


def test_stated_times_decide() -> None:
    assert longest_wait(Archive(60, lambda crawl: 33, dated=True), 10) == 0
    assert longest_wait(Archive(60, lambda crawl: 1 + crawl % 60, dated=True), 60) == 0


def test_times_that_are_never_renewed_do_not_hide_what_is_new() -> None:
    archive = Archive(12, lambda crawl: 7, dated=True)
    archive.changed_at = dict.fromkeys(archive.changed_at, START - timedelta(days=400))
    for crawl in range(60):
        archive.crawl(crawl)
        archive.changed_at[7] = START - timedelta(days=400)
    assert not archive.unseen or min(archive.unseen.values()) > 60 - 13


def test_all_are_read_after_a_while_and_other_things_last() -> None:
    children = [
        SitemapChild(url=f"{HOME}wp-sitemap-{kind}-{number}.xml")
        for kind in ("posts-post", "posts-page", "taxonomies-category", "taxonomies-post_tag", "users")
        for number in (1, 2, 3)
    ]
    past: dict[str, PastReading] = {}
    order: list[str] = []
    for crawl in range(6):
        for child in choose_children(children, past, MOST):
            past[child.url] = PastReading(read_at=START + timedelta(hours=crawl))
            order.append(child.url)
    assert all("posts-post" in url for url in order[:3])
    assert set(order) == {child.url for child in children}
    assert order[0].endswith("posts-post-3.xml")


def test_a_new_sitemap_is_read_at_once() -> None:
    archive = Archive(40, lambda crawl: 40)
    for crawl in range(30):
        archive.crawl(crawl)
    archive.size, archive.changed_at[41] = 41, START
    assert 41 in archive.crawl(30)
