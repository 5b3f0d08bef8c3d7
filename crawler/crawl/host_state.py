"""What is kept of hosts between runs: their robots.txt, and how long they asked to be left alone."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from datetime import UTC, datetime

from crawler.http.services import HoldsMemory
from crawler.robots.policy import RobotsRecord
from db.connection.writer import Writer
from db.store.sites.holds import load_holds, save_hold
from db.store.sites.robots import load_robots, save_robots
from db.timestamps import format_timestamp, parse_timestamp


class StoredRobots:
    """A `RobotsCache` in the database. It reads directly, and writes through the one writer."""

    def __init__(self, reader: sqlite3.Connection, writer: Writer) -> None:
        self._reader, self._writer = reader, writer
        self._fresh: dict[str, RobotsRecord] = {}

    def get(self, origin: str) -> RobotsRecord | None:
        """The last record of an origin, expired or not; None where there is none.

        A database error ends the crawl through the writer. It does not fail the request.
        """
        if record := self._fresh.get(origin):
            return record
        try:
            row = load_robots(self._reader, origin)
        except sqlite3.Error as error:
            self._writer.fail(error)
            return None
        if row is None:
            return None
        return RobotsRecord(
            origin=row["origin"],
            fetched_at=parse_timestamp(row["fetched_at"]),
            status=row["status"],
            body=row["body"],
            error=row["error"],
            expires_at=parse_timestamp(row["expires_at"]),
        )

    def put(self, record: RobotsRecord) -> None:
        self._fresh[record.origin] = record
        columns = asdict(record) | {
            "fetched_at": format_timestamp(record.fetched_at),
            "expires_at": format_timestamp(record.expires_at),
        }
        self._writer.submit(lambda conn: save_robots(conn, columns))


class StoredHolds(HoldsMemory):
    """A `HoldStore` in the database. All holds are read when the crawl opens."""

    def __init__(self, reader: sqlite3.Connection, writer: Writer) -> None:
        super().__init__(load_holds(reader, datetime.now(UTC)))
        self._writer = writer

    def hold(self, host: str, until: datetime) -> None:
        super().hold(host, until)
        self._writer.submit(lambda conn: save_hold(conn, host, until))
