"""`kill -9` in the middle of an import: importing the same file again goes on, and ends like an undisturbed import, row for row."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.models import Page
from db.store.archives.archive_export import ExportedPage
from pipelines.exchange.imports.importer import MAX_PAGES_HELD
from pipelines.exchange.warc.writer import WarcFile
from tests.end_to_end.copydesk import Copydesk
from tests.pipelines.dedup.stories import story, trimmed

# Several transactions of the intake.
PAGES = 4 * MAX_PAGES_HELD
# In a comment of each page, so that storing takes longer than looking whether it has begun.
FILLER = story(1, 300) * 2
START = datetime(2026, 11, 1, 8, tzinfo=UTC)
# Without the times of the import's own run.
_ROWS = {
    "pages": "SELECT * FROM pages ORDER BY id",
    "bodies": "SELECT id, hex(sha256), size FROM bodies ORDER BY id",
    "links": "SELECT id, source_id, key, url, kind FROM links ORDER BY id",
    "fetches": "SELECT id, source_id, link_id, url, started_at, status, bytes, page_id FROM fetches ORDER BY id",
    "sources": "SELECT id, name, url, settings FROM sources ORDER BY id",
}


def page(number: int) -> ExportedPage:
    """A page of one of seven sites; one in three reprints an earlier story."""
    text = trimmed(story(number - 100, 4)) if number >= 100 and number % 3 == 0 else story(number, 4)
    url = f"https://site{number % 7}.example/news/{number}"
    at = START + timedelta(minutes=number)
    paragraphs = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    body = (
        f"<html><head><title>{text[:40]}</title></head><body><article><h1>{text[:40]}</h1>"
        f"<p class='byline'>By Ada Clerk</p><time datetime='{at.isoformat()}'>{at:%d %B %Y}</time>"
        f"{paragraphs}</article><!-- {FILLER[number * 97 :]} --></body></html>"
    )
    return ExportedPage(
        page=Page(body=body.encode(), url=url, fetched_at=at, content_type="text/html"),
        headers={"Content-Type": "text/html"},
        source=(f"site{number % 7}.example", f"https://site{number % 7}.example/"),
        duration_ms=10,
        part_urls=(),
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WARC of some hundred pages, not packed: to pack 60 MB as tightly as a WARC is takes longer than all the kills."""
    path: Path = tmp_path_factory.mktemp("archive") / "pages.warc"
    out = io.BytesIO()
    file = WarcFile(out, software="test", now=START)
    file._writer.gzip = False
    for number in range(PAGES):
        file.write(page(number))
    path.write_bytes(out.getvalue())
    return path


def rows(desk: Copydesk) -> dict[str, list[tuple[Any, ...]]]:
    return {name: desk.query(sql) for name, sql in _ROWS.items()} | desk.derived()


def pages(desk: Copydesk) -> int:
    return int(desk.query("SELECT count(*) FROM pages")[0][0])


def import_and_kill(desk: Copydesk, archive: Path, after_s: float) -> int:
    """Start importing, kill it so long after its first commit of pages; the pages that are stored then."""
    assert desk.kill("SELECT id FROM pages ORDER BY id DESC LIMIT 1", "import", str(archive), after_s=after_s)
    assert desk.query("PRAGMA integrity_check") == [("ok",)]
    return pages(desk)


def test_killed_imports_end_like_a_quiet_one(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "quiet").mkdir()
    quiet = Copydesk(tmp_path / "quiet", None)
    quiet.run("import", str(archive))
    wanted = rows(quiet)
    assert len(wanted["pages"]) == len(wanted["articles"]) == PAGES
    assert {verdict for _, verdict, *_ in wanted["decisions"]} == {"new", "copy"}

    (tmp_path / "killed").mkdir()
    desk = Copydesk(tmp_path / "killed", None)
    chance = random.Random(7)
    stored = [import_and_kill(desk, archive, chance.uniform(0, 0.1)) for _ in range(3)]
    # Each was cut off, in another place.
    assert 0 < stored[0] < stored[1] < stored[2] < PAGES
    unfinished = desk.query("SELECT count(*) FROM pages WHERE id NOT IN (SELECT page_id FROM outcomes)")
    assert unfinished > [(0,)]
    report = desk.run("import", str(archive), "--json").stdout
    assert f'"known": {stored[2]},' in report
    assert rows(desk) == wanted
