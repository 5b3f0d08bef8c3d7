"""What is kept of listings that were read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from db.connection.in_memory import open_in_memory
from db.store.sites.listing_readings import MOST_KEPT, ListingReading, load_listing_readings, save_listing_readings
from db.store.sites.sources import add_source

NOW = datetime(2026, 11, 30, tzinfo=UTC)


def test_an_index_that_names_other_sitemaps_each_time_fills_no_disk() -> None:
    conn = open_in_memory()
    own, other = (
        add_source(conn, name=name, url=f"http://{name}.example/", settings={}, at=NOW)[0].id for name in ("a", "b")
    )

    def read(source: int, urls: list[str], at: datetime) -> None:
        save_listing_readings(conn, source, [ListingReading(url=url, kind="sitemap", read_at=at) for url in urls], {})

    read(other, ["http://b.example/sitemap.xml"], NOW - timedelta(days=99))
    for hour in range(30):
        parts = [f"http://a.example/{hour}-{number}.xml" for number in range(20)]
        read(own, ["http://a.example/sitemap.xml", *parts], NOW + timedelta(hours=hour))
    kept = load_listing_readings(conn, own)
    assert len(kept) == MOST_KEPT
    assert "http://a.example/sitemap.xml" in kept
    assert set(parts) <= set(kept)
    assert len(load_listing_readings(conn, other)) == 1
    conn.close()
