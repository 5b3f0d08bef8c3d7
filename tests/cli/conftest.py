"""A small database made by the real functions, as a crawl makes it."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import copydesk
from db.connection.database import connect, open_database, write
from db.models import Article, Link, LinkKind, Moment, OffsetFrom, Precision, Reason, Rejection
from db.store.crawl import facts
from db.store.extraction.outcomes import Extractor, extractor_id, insert_rejection
from db.store.sites.sources import add_source
from pipelines.dedup.settle import settle
from pipelines.extraction.fingerprint import fingerprint
from pipelines.urls import link_key
from tests.support.articles import insert_indexed_article
from tests.support.forked import run_forked
from tests.support.once import once

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
BEIJING = timezone(timedelta(hours=8))

REPORT = (
    "昨日下午，记者从市水务局获悉，城北水厂改造工程已完成主体施工，预计明年春天投入使用。\n"
    "水务局有关负责人表示，新水厂每天可供水三十万吨，能满足城北五个街道的用水需求，老管网也将逐步更换。"
)
CORRECTED = REPORT.replace("三十万吨", "二十八万吨")
STORY = (
    "The ferry that links the two banks of the estuary will stop for good in April, the harbour office said on Monday.\n"
    "Passengers will be taken by bus over the new bridge; the last boat is to sail on the evening of the thirtieth."
)


@dataclass(kw_only=True)
class Newsroom:
    """Fills a database; every call is a minute later than the one before."""

    path: Path
    clock: datetime = START
    pages: dict[str, int] = field(default_factory=dict)
    run_id: int | None = None

    def tick(self) -> datetime:
        self.clock += timedelta(minutes=1)
        return self.clock

    def source(self, name: str, url: str) -> int:
        with open_room(self.path) as conn:
            source, _ = add_source(conn, name=name, url=url, settings={}, at=self.tick())
            return source.id

    def link(self, source_id: int, url: str) -> int:
        with open_room(self.path) as conn:
            link = Link(url=url, key=link_key(url), kind=LinkKind.FEED)
            facts.insert_links(conn, source_id, [link], self.tick(), self.run_id)
            return int(conn.execute("SELECT id FROM links WHERE key = ?", (link.key,)).fetchone()[0])

    def page(self, source_id: int, url: str, body: bytes, *, final_url: str | None = None) -> int:
        link_id = self.link(source_id, url)
        fetch = facts.Fetch(
            what="article",
            url=url,
            final_url=final_url,
            started_at=self.tick(),
            source_id=source_id,
            link_id=link_id,
            run_id=self.run_id,
            status=200,
            bytes=len(body),
            duration_ms=80,
        )
        received = facts.ReceivedPage(
            fetch=fetch,
            source_id=source_id,
            headers={"Content-Type": "text/html"},
            content_type="text/html",
            body=facts.pack_body(body),
        )
        with open_room(self.path) as conn:
            page_id = facts.insert_page(conn, received)
        assert page_id is not None
        return page_id

    def article(
        self, source_id: int, url: str, article: Article, *, body: bytes | None = None, final_url: str | None = None
    ) -> int:
        page_id = self.page(source_id, url, body or f"<p>{article.text}</p>".encode(), final_url=final_url)
        address = final_url or url
        with open_room(self.path) as conn:
            insert_indexed_article(conn, page_id, address, article, fingerprint(article, address), self._maker(conn))
            settle(conn, [page_id])
        return page_id

    def rejection(self, source_id: int, url: str, rejection: Rejection) -> int:
        page_id = self.page(source_id, url, b"<p>hi</p>")
        with open_room(self.path) as conn:
            insert_rejection(conn, page_id, rejection, self._maker(conn))
        return page_id

    def failure(self, source_id: int, url: str, error: str, *, at: datetime | None = None) -> None:
        link_id = self.link(source_id, url)
        fetch = facts.Fetch(
            what="article",
            url=url,
            started_at=at or self.tick(),
            source_id=source_id,
            link_id=link_id,
            run_id=self.run_id,
            error=error,
        )
        with open_room(self.path) as conn:
            facts.record_failure(conn, fetch)

    def _maker(self, conn: object) -> int:
        return extractor_id(conn, Extractor(code="0.0.1+test", rules="none", trafilatura="2.3.1"))  # type: ignore[arg-type]


class open_room:  # noqa: N801 - reads as a with statement
    """One transaction on a connection of its own, as another process would make it."""

    def __init__(self, path: Path) -> None:
        self.conn = connect(path)
        self.block = write(self.conn)

    def __enter__(self):  # type: ignore[no-untyped-def]
        return self.block.__enter__()

    def __exit__(self, *raised: object) -> None:
        try:
            self.block.__exit__(*raised)  # type: ignore[arg-type]
        finally:
            self.conn.close()


def report(text: str = REPORT, **fields: object) -> Article:
    """The waterworks article of the city paper."""
    values: dict[str, object] = {
        "url": None,
        "title": "城北水厂改造主体完工 每天可供水三十万吨 五个街道明年春天用上新水",
        "text": text,
        "published": Moment(at=datetime(2026, 11, 1, 14, 30, tzinfo=BEIJING), precision=Precision.MINUTE),
        "authors": ("王小雨",),
        "editors": ("李青山", "赵河"),
        "source": "江城晚报",
        "language": "zh",
        "provenance": {"title": "h1", "published": "credit line", "text": "container", "authors": "credit line"},
        "word_count": 80,
    }
    return Article(**(values | fields))  # type: ignore[arg-type]


@pytest.fixture
def room(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """An empty database of Copydesk's."""
    return copied_room(once(tmp_path_factory, "empty-room", _make_empty), tmp_path)


@pytest.fixture
def newsroom(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """Two sources with a bit of everything; `pages` names the pages."""
    return copied_newsroom(tmp_path_factory, tmp_path)


def copied_newsroom(factory: pytest.TempPathFactory, folder: Path) -> Newsroom:
    """The newsroom in `folder`, for a module whose tests share one."""
    return copied_room(once(factory, "newsroom", _make_newsroom), folder)


def copied_room(made: Path, folder: Path) -> Newsroom:
    """A room of the test's own: forty transactions take 0.1 s and wait for the disk, a copy takes nothing."""
    room: Newsroom = pickle.loads((made / "room").read_bytes())
    room.path = folder / "news.db"
    shutil.copy(made / "news.db", room.path)
    return room


def keep_room(room: Newsroom) -> None:
    """Have copies made of a room (`copied_room`) as it is now."""
    room.path.with_name("room").write_bytes(pickle.dumps(room))


def _make_empty(folder: Path) -> None:
    room = Newsroom(path=folder / "news.db")
    open_database(room.path, create=True).conn.close()
    keep_room(room)


def _make_newsroom(folder: Path) -> None:
    _make_empty(folder)
    keep_room(_filled(Newsroom(path=folder / "news.db")))


def _filled(room: Newsroom) -> Newsroom:
    evening, copier = (
        room.source("wanbao.example", "https://www.wanbao.example/"),
        room.source("mirror.example", "https://mirror.example/"),
    )
    with open_room(room.path) as conn:
        room.run_id = facts.begin_run(conn, "crawl", os.getpid(), room.tick())
    water = "https://www.wanbao.example/a/1001.html?utm_source=feed&id=7"
    pages = room.pages
    pages["water"] = room.article(evening, water, report())
    pages["ferry"] = room.article(
        evening,
        "https://www.wanbao.example/go/55",
        Article(
            url=None,
            title="The last\x1b[31m ferry",
            text=STORY,
            canonical_url="https://www.wanbao.example/en/last-ferry",
            authors=("Ann Reed",),
            published=Moment(
                at=datetime(2026, 10, 30, tzinfo=UTC), precision=Precision.DAY, offset_from=OffsetFrom.UNKNOWN
            ),
        ),
        final_url="https://www.wanbao.example/en/last-ferry-55",
    )
    pages["copy"] = room.article(
        copier,
        "https://mirror.example/x/9",
        report(published=Moment(at=datetime(2026, 11, 1, 18, tzinfo=BEIJING), precision=Precision.MINUTE)),
        body=b"<html>copied</html>",
    )
    pages["undated"] = room.article(
        copier, "https://mirror.example/x/10", Article(url=None, title="Undated", text="No date here. " * 9)
    )
    pages["water2"] = room.article(evening, water, report(CORRECTED))
    pages["water2again"] = room.article(evening, water, report(CORRECTED), body=b"<p>other bytes</p>")
    pages["short"] = room.rejection(
        evening, "https://www.wanbao.example/v/3", Rejection(reason=Reason.TOO_SHORT, detail="2 characters of text")
    )
    pages["unread"] = room.page(copier, "https://mirror.example/x/11", b"<p>wait</p>")
    room.link(copier, "https://mirror.example/x/12")
    for _ in range(2):
        room.failure(copier, "https://mirror.example/x/13", "timeout", at=datetime.now(UTC))
    with open_room(room.path) as conn:
        assert room.run_id is not None
        figures = {"fetched": 8, "new": 3, "updated": 1, "rejected": {"too_short": 1}, "failed": {"timeout": 2}}
        facts.end_run(conn, room.run_id, "finished", room.tick(), figures, None)
    return room


def run(path: Path, *arguments: str) -> Result:
    """The command in this process. Our errors come out as `result.exception`."""
    return CliRunner().invoke(copydesk, ["--db", str(path), *arguments])


@contextmanager
def machine_zone(name: str) -> Iterator[None]:
    """This process as on a machine in that time zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()


def spawn(
    *arguments: str, cwd: Path | None = None, given: bytes | None = None, **options: object
) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own, in the folder `cwd`; with other options of `subprocess.run` in a new Python.

    `given`: its standard input.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TZ": "UTC"}
    if not options:
        return run_forked(arguments, cwd or Path.cwd(), environment, 120, given)
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        timeout=300,
        check=False,
        **options,
    )
