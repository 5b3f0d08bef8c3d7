"""Corrections by WordPress's list of modified posts: it replaces revisits where it works, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from db.connection.database import open_database, write
from db.queries.sources.modified_post_lines import modified_post_lines
from db.store.sites.sources import all_sources
from tests.end_to_end.copydesk import Copydesk
from tests.support.past_web import PastWeb

POSTS = "/wp/v2/posts"


class Webs:
    """One site that lists what was modified, one that refuses to, one that ignores what it is asked; one source each."""

    def __init__(self, stack: ExitStack, desk: Copydesk) -> None:
        self.desk = desk
        self.works = stack.enter_context(PastWeb(count=5, names_interface=True))
        self.refuses = stack.enter_context(PastWeb(count=5, names_interface=True, open_channels=("feed",)))
        self.ignores = stack.enter_context(PastWeb(count=5, names_interface=True, ignores_modified=True))
        for name, web in self.by_name().items():
            desk.run(
                *("sources", "add", f"{web.home}/feed", "--name", name, "--delay", "0s"),
                *("--allow-network", "127.0.0.0/8", "--no-discovery"),
            )

    def by_name(self) -> dict[str, PastWeb]:
        return {"works": self.works, "refuses": self.refuses, "ignores": self.ignores}

    def crawl(self) -> str:
        """What a crawl prints; what it asked for is counted from nothing."""
        for web in self.by_name().values():
            web.asked.clear()
        return self.desk.run("crawl").stdout

    def pass_time(self, time: timedelta) -> None:
        """As if the crawls before had been so much earlier. Trials stay where they are."""
        seconds = time.total_seconds()
        with open_database(self.desk.database) as db, write(db.conn):
            db.conn.execute("UPDATE visits SET first_at = first_at - ?, last_at = last_at - ?", (seconds, seconds))
            db.conn.execute("UPDATE modified_links SET found_at = found_at - ?", (seconds,))
            db.conn.execute("UPDATE wordpress_sites SET next_look_at = seen_at WHERE failures = 0")

    def looks(self, name: str) -> list[str]:
        return [path for path in self.by_name()[name].asked if POSTS in path]


@pytest.fixture(scope="module")
def webs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webs]:
    with ExitStack() as stack:
        yield Webs(stack, Copydesk(tmp_path_factory.mktemp("modified"), None, workers=1))


def test_only_what_was_modified_is_visited_again(webs: Webs) -> None:
    webs.crawl()
    assert all(len(web.articles_asked()) == 5 for web in webs.by_name().values())

    corrected = {one.path for one in webs.works.articles[2:4]}
    webs.works.modified = dict.fromkeys(corrected, datetime.now(UTC) - timedelta(minutes=90))
    webs.pass_time(timedelta(hours=2))
    said = webs.crawl()
    assert set(webs.works.articles_asked()) == corrected
    assert len(webs.looks("works")) == 1
    assert "works: 2 articles were modified" in said
    # Refused by both roots, and of no use: as ever.
    assert len(webs.looks("refuses")) == 2
    assert len(webs.refuses.articles_asked()) == len(webs.ignores.articles_asked()) == 5
    pages = "SELECT count(*) FROM pages p JOIN sources s ON s.id = p.source_id WHERE s.name = 'works'"
    assert webs.desk.query(pages) == [(7,)]

    # What was visited for a modification is not visited for it again; trials are remembered.
    webs.pass_time(timedelta(days=2))
    webs.crawl()
    assert not webs.works.articles_asked()
    assert len(webs.looks("works")) == 1
    assert not webs.looks("refuses") + webs.looks("ignores")
    assert len(webs.refuses.articles_asked()) == 5

    with open_database(webs.desk.database) as db:
        ids = {source.name: source.id for source in all_sources(db.conn)}
        lines = {name: modified_post_lines(db.conn, number, datetime.now(UTC)) for name, number in ids.items()}
    assert "(status 403)" in lines["refuses"][0]
    assert "(it ignores `modified_after`)" in lines["ignores"][0]
    assert "corrections are found" in webs.desk.run("why", "works", code=None).stdout

    # The safety net: a page may change without its post.
    webs.pass_time(timedelta(days=8))
    webs.crawl()
    assert len(webs.works.articles_asked()) == 5
