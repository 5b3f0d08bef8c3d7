"""What each listing of a source held when it was last answered, and when it last named articles.

    response ──> ListingReading ──> the last one, and the last good one (with the beginning of its body) by address

A fetch says that a listing was answered; a reading says what the answer was: a feed with twelve items, a challenge, a page whose
list a script draws. `db.diagnosis` explains a source from it, and alerts are raised from it. Addresses that a first search only
guessed are not kept.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.bodies.store import compress_body
from db.flat_values import flat_values
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp, parse_optional, parse_timestamp
from db.zstd import zstd

SAMPLE_BYTES = 64 * 1024
"""Bytes kept of a listing's body: about 60 items of a feed, the head and the first lists of a page."""
GOOD_KEPT = timedelta(days=1)
"""How long a good sample stays before a newer one takes its place: one write a day, not one a crawl."""
MOST_KEPT = 500
"""Readings kept of a source, the newest ones. An index may name other sitemaps at each crawl, which would stay for good."""

_PUT = """
INSERT INTO listing_readings (source_id, url, read_at, reading, sample, good_at, good, good_sample)
VALUES (:source, :url, :at, :reading, :sample, :good_at, :good, :good_sample)
ON CONFLICT (source_id, url) DO UPDATE SET
    read_at = excluded.read_at, reading = excluded.reading, sample = excluded.sample,
    good_sample = CASE WHEN excluded.good_at IS NOT NULL AND (good_at IS NULL OR good_at < :before)
                       THEN excluded.good_sample ELSE good_sample END,
    good = CASE WHEN excluded.good_at IS NOT NULL AND (good_at IS NULL OR good_at < :before) THEN excluded.good ELSE good END,
    good_at = CASE WHEN excluded.good_at IS NOT NULL AND (good_at IS NULL OR good_at < :before)
                   THEN excluded.good_at ELSE good_at END
"""
_DROP = """
DELETE FROM listing_readings WHERE rowid IN (
    SELECT rowid FROM listing_readings WHERE source_id = ? ORDER BY read_at DESC LIMIT -1 OFFSET ?)
"""
_LOAD = "SELECT url, reading FROM listing_readings WHERE source_id = ?"
_LOAD_OF_RUN = """
SELECT reading FROM listing_readings
WHERE source_id = :source AND read_at >= (SELECT started_at FROM source_runs WHERE id = :part)
"""
_SAMPLES = "SELECT read_at, sample, good_at, good_sample FROM listing_readings WHERE source_id = ? AND url = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLinks:
    """Links of a listing that are not fetched, for one reason, with one of them."""

    reason: str
    count: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingReading:
    """What the answer of one listing held. `url` as requested, `root` the listing that it is a part of.

    `form`: what the body is (feed, news-sitemap, sitemap, page, json, empty, other). `sign`: the header that marks a
    challenge. `notice`: the reason by which the body is a notice in place of a page (`db.models.Reason`), `detail` what shows
    it. `script`: what shows that a script draws the page. `note`: what is wrong with the listing. `links`: articles it names,
    `dated` those of them with a time, `newest` the latest of these; `parts`: sitemaps that it names. `clock_s`: seconds by
    which the host's clock is ahead of ours. `robots_line`: the line of robots.txt that forbids it.
    """

    url: str
    kind: str
    read_at: datetime
    root: str = ""
    final_url: str | None = None
    status: int | None = None
    content_type: str | None = None
    bytes: int = 0
    form: str | None = None
    sign: str | None = None
    notice: str | None = None
    detail: str | None = None
    script: str | None = None
    note: str | None = None
    links: int = 0
    dated: int = 0
    newest: datetime | None = None
    parts: int = 0
    refused: tuple[RefusedLinks, ...] = ()
    clock_s: float | None = None
    robots_line: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether it names articles, or sitemaps that may."""
        return self.links > 0 or self.parts > 0

    def as_json(self) -> dict[str, object]:
        """For JSON: times as text, without what is absent."""
        values = {name: value for name, value in flat_values(self).items() if value not in (None, "", (), [])}
        if self.refused:
            values["refused"] = [flat_values(one) for one in self.refused]
        values["read_at"] = format_timestamp(self.read_at)
        if self.newest:
            values["newest"] = format_timestamp(self.newest)
        return values


def take_sample(body: bytes) -> bytes:
    """The beginning of a body, compressed."""
    return compress_body(body[:SAMPLE_BYTES])


def read_sample(packed: bytes | None) -> bytes | None:
    """A sample as it was; None where there is none."""
    return zstd.decompress(packed) if packed else None


def save_listing_readings(
    conn: sqlite3.Connection,
    source_id: int,
    readings: Iterable[ListingReading],
    samples: Mapping[str, bytes],
) -> None:
    """Keep readings, and the newest `MOST_KEPT` of the source. `samples`: by address, what `take_sample` returned."""
    for reading in readings:
        text, at = json.dumps(reading.as_json(), ensure_ascii=False), format_timestamp(reading.read_at)
        sample, good = samples.get(reading.url), reading.is_good
        values = {
            "source": source_id,
            "url": reading.url,
            "at": at,
            "reading": text,
            "sample": None if good else sample,
            "good_at": at if good else None,
            "good": text if good else None,
            "good_sample": sample if good else None,
            "before": format_timestamp(reading.read_at - GOOD_KEPT),
        }
        conn.execute(_PUT, values)
    conn.execute(_DROP, (source_id, MOST_KEPT))


def load_listing_readings(conn: sqlite3.Connection, source_id: int) -> dict[str, ListingReading]:
    """The last readings of a source, by address."""
    return {url: _reading(text) for url, text in conn.execute(_LOAD, (source_id,))}


def readings_of_run(conn: sqlite3.Connection, source_id: int, part: int) -> list[ListingReading]:
    """The readings since a source run began: those of the source's last one."""
    return [_reading(text) for (text,) in conn.execute(_LOAD_OF_RUN, {"source": source_id, "part": part})]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSamples:
    """The beginnings of a listing's bodies: of the last answer, where that was not good, and of the last good one."""

    read_at: datetime
    last: bytes | None
    good_at: datetime | None
    good: bytes | None


def load_listing_samples(conn: sqlite3.Connection, source_id: int, url: str) -> ListingSamples | None:
    """What is kept of the bodies of one listing."""
    row = named_rows(conn, _SAMPLES, (source_id, url)).fetchone()
    if row is None:
        return None
    return ListingSamples(
        read_at=parse_timestamp(row["read_at"]),
        last=read_sample(row["sample"]),
        good_at=parse_optional(row["good_at"]),
        good=read_sample(row["good_sample"]),
    )


def _reading(text: str) -> ListingReading:
    values = json.loads(text)
    refused = tuple(RefusedLinks(**one) for one in values.pop("refused", ()))
    newest = values.pop("newest", None)
    reading = ListingReading(**values | {"read_at": parse_timestamp(values["read_at"])}, refused=refused)
    return replace(reading, newest=parse_timestamp(newest)) if newest else reading
