"""What a crawler that was there for six weeks has of them: a WARC file of its fetches, and the log of its looks.

An article is fetched some minutes after it is published, and again when a visit would have seen that it was corrected. Days that
an outlet `misses` are not in it, nor is what is older than its `since`, nor the last day: that is left to a crawl.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from itertools import chain
from os import getpid
from pathlib import Path
from random import Random

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.connection.database import open_database, write
from db.store.crawl.facts import Fetch, begin_run, end_run, insert_fetch
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.store.sites.sources import all_sources
from tests.demoweb.content import REFERENCE_NOW, Resource
from tests.demoweb.edition import Edition, Found
from tests.demoweb.weeks.compose import DAYS, Outlet, load_outlets
from tests.demoweb.weeks.sites import week_sites

LEFT_TO_CRAWL = timedelta(hours=20)
"""The last part of the six weeks, which the archive lacks."""
_VISITS = (timedelta(minutes=30), timedelta(hours=3), timedelta(days=1), timedelta(days=7))
"""When a crawl visits an article again, after its first fetch."""
_LOOKED_AT = timedelta(hours=19, minutes=40)
_LISTINGS = ("/", "/feed.xml")


def write_past(file: Path, by: timedelta, *, language: str | None = None, left: timedelta = LEFT_TO_CRAWL) -> int:
    """Write the pages as WARC, with all dates moved by `by`. Returns the number of fetches.

    `language`: only the outlets in it. `left`: the last part of the weeks, which is left out.
    """
    outlets = {outlet.host: outlet for outlet in load_outlets().values()}
    wanted = [files for files in week_sites() if language in (None, outlets[files.host].language)]
    fetches = sorted(chain.from_iterable(_fetches(Edition(files, by), outlets[files.host], left) for files in wanted))
    with file.open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="1.1")
        for at, url, page in fetches:
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url,
                "response",
                payload=BytesIO(page),
                length=len(page),
                http_headers=headers,
                warc_headers_dict={"WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%SZ")},
            )
            writer.write_record(record)
            record.raw_stream.close()
    return len(fetches)


def write_log(database: Path, by: timedelta) -> None:
    """Write the log of the looks that the fetches of `write_past` came of: one run a day, in which every outlet was read."""
    outlets = {outlet.host: outlet for outlet in load_outlets().values()}
    with open_database(database) as db, write(db.conn):
        sources = {source.name: source.id for source in all_sources(db.conn) if source.name in outlets}
        for name, source in sources.items():  # else the days before today would count as days before it was a source
            added = (_day(min(outlets[name].since, DAYS)) + by).isoformat().replace("+00:00", "Z")
            db.conn.execute("UPDATE sources SET added_at = ? WHERE id = ?", (added, source))
        for age in range(DAYS, 0, -1):
            at = _day(age) + _LOOKED_AT + by
            looked = {name: source for name, source in sources.items() if _was_there(outlets[name], age)}
            run = begin_run(db.conn, "crawl", getpid(), at, "schedule")
            begin_source_runs(db.conn, run, looked.values(), at)
            for name, source in looked.items():
                for path in _LISTINGS:
                    url = f"http://{name}{path}"
                    insert_fetch(
                        db.conn,
                        Fetch(
                            run_id=run, source_id=source, link_id=None, what="entry", url=url, final_url=None,
                            started_at=at, duration_ms=40, status=200, bytes=4000, error=None,
                        ),
                    )  # fmt: skip
                end_source_run(db.conn, run, source, ended="finished", at=at + timedelta(seconds=20), working=2)
            end_run(db.conn, run, "finished", at + timedelta(seconds=25), {"sources": len(looked)}, None)


def _fetches(edition: Edition, outlet: Outlet, left: timedelta) -> list[tuple[datetime, str, bytes]]:
    base = {outlet.host: f"http://{outlet.host}"}
    random, last = Random(outlet.host), edition.now - left
    first_fetches: dict[str, tuple[datetime, Resource]] = {}
    for resource in edition.resources:
        if resource.kind != "article" or resource.published is None:
            continue
        age = (edition.now.date() - resource.published.astimezone(edition.now.tzinfo).date()).days
        fetched = resource.published + timedelta(minutes=random.uniform(2, outlet.look_minutes))
        if _was_there(outlet, age) and fetched < last:
            first_fetches[resource.file] = (fetched, resource)

    def seen(at: datetime, resource: Resource) -> tuple[datetime, str, bytes]:
        return (
            at.astimezone(REFERENCE_NOW.tzinfo),
            edition.main_url(resource, base),
            edition.render(Found(resource=resource), base),
        )

    fetches = [seen(at, resource) for at, resource in first_fetches.values()]
    for at, resource in first_fetches.values():
        if resource.correction is None:
            continue
        edition.correct(resource)
        again = next((at + visit for visit in _VISITS if at + visit > resource.correction.updated), None)
        if again and again < last:
            fetches.append(seen(again, resource))
    return fetches


def _was_there(outlet: Outlet, age: int) -> bool:
    return age <= outlet.since and age not in outlet.missing


def _day(age: int) -> datetime:
    return REFERENCE_NOW.replace(hour=0) - timedelta(days=age)
