"""Sites that answer 304 to requests without a condition, as broken caches do: nothing is stored that it could mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from db.connection.database import open_database, write
from db.models import Listing, ListingKind
from db.store.sites.sources import add_source, insert_listings
from tests.end_to_end.copydesk import Copydesk
from tests.end_to_end.crawls.faulty_web import FaultyWeb, Pages, Reply, Site, newspaper, stories

NEWS = stories(1, 2)
SOUND = newspaper(NEWS)


def broken(part: str) -> Pages:
    """The newspaper with 304 for all addresses with this part."""
    return lambda path: Reply(status=304, headers={"ETag": '"x"'}) if part in path else SOUND(path)


def crawled(web: FaultyWeb, folder: Path, part: str) -> tuple[Copydesk, dict[str, object]]:
    """A source crawled while it is broken."""
    home = web.add(Site(sound=SOUND, broken=broken(part)))
    web.break_all()
    desk = Copydesk(folder, None, delay="0s", retries=0, allow_networks=["127.0.0.0/8"], workers=1, retry_failed=["0s"])
    db, now = open_database(desk.database, create=True), datetime.now(UTC)
    with write(db.conn) as conn:
        source, _ = add_source(conn, name="paper", url=home, settings={}, at=now)
        insert_listings(conn, source.id, [Listing(url=f"{home}feed.xml", kind=ListingKind.FEED)], now)
    db.conn.close()
    return desk, json.loads(desk.run("crawl", "--json", code=None).stdout)


def crawled_again(web: FaultyWeb, desk: Copydesk) -> dict[str, object]:
    """What a crawl brings when the site is mended."""
    web.is_broken = False
    result: dict[str, object] = json.loads(desk.run("crawl", "--json").stdout)
    return result


def test_an_article_is_no_less_due_for_a_304_that_says_nothing(tmp_path: Path) -> None:
    with FaultyWeb() as web:
        desk, report = crawled(web, tmp_path, "/story/")
        assert (report["fetched"], report["unchanged"], report["failed"]) == (0, 0, {"http_304": len(NEWS)})
        assert "304" in desk.run("why", "paper", "--offline", code=1).stdout
        assert crawled_again(web, desk)["fetched"] == len(NEWS)


def test_a_listing_that_says_nothing_is_no_listing_that_works(tmp_path: Path) -> None:
    with FaultyWeb() as web:
        desk, report = crawled(web, tmp_path, "/feed.xml")
        assert report["listings_failed"] == 1
        assert "/feed.xml answers 304: the site gives nothing" in " ".join(
            desk.run("why", "paper", "--offline", code=1).stdout.split()
        )
        assert crawled_again(web, desk)["fetched"] == len(NEWS)
