"""Archives in and out: nothing is lost on the way through WARC, and every format is read by somebody else's reader."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import fastwarc.warc
import feedparser
import pyarrow.parquet

from tests.end_to_end.copydesk import Copydesk

_PAGES = """
SELECT p.url, p.final_url, p.fetched_at, p.status, p.content_type, b.sha256, b.size,
       (SELECT group_concat(hex(o.sha256)) FROM page_parts x JOIN bodies o ON o.id = x.body_id WHERE x.page_id = p.id)
FROM pages p JOIN bodies b ON b.id = p.body_id ORDER BY p.id
"""
_LINKS = """
SELECT key, url, kind, found_in, title, published, modified, author, section FROM links
WHERE id IN (SELECT link_id FROM pages) ORDER BY key
"""
_ABOUT_THE_BODY = {"Content-Length"}


def headers(desk: Copydesk) -> list[dict[str, str]]:
    rows = [json.loads(text) for (text,) in desk.query("SELECT headers FROM pages ORDER BY id")]
    return [{name: value for name, value in row.items() if name not in _ABOUT_THE_BODY} for row in rows]


def test_a_round_trip_through_warc_loses_nothing(crawled: Copydesk, tmp_path: Path) -> None:
    crawled.run("export", "warc", "-o", "all.warc.gz")
    file = crawled.folder / "all.warc.gz"
    folder = tmp_path / "other"
    folder.mkdir()
    other = Copydesk(folder, None, follow_pages=True)
    report = json.loads(other.run("import", str(file), "--json").stdout)
    pages = crawled.query(_PAGES)
    assert len(pages) > 40
    assert any(title for _, _, _, _, title, *_ in crawled.query(_LINKS))
    assert report["pages"] == len(pages)
    assert report["passed"] == {}
    assert other.query(_PAGES) == pages
    assert other.query(_LINKS) == crawled.query(_LINKS)
    assert headers(other) == headers(crawled)
    for table, rows in crawled.derived().items():
        assert other.derived()[table] == rows, table
    again = json.loads(other.run("import", str(file), "--json").stdout)
    assert (again["pages"], again["known"]) == (0, len(pages))
    assert other.query(_PAGES) == pages
    assert other.query("SELECT count(*) FROM sources WHERE paused_at IS NULL") == [(0,)]


def test_another_library_reads_our_warc(crawled: Copydesk) -> None:
    crawled.run("export", "warc", "-o", "all.warc.gz")
    bodies: dict[tuple[str, str], bytes] = {}
    with (crawled.folder / "all.warc.gz").open("rb") as file:
        kinds = []
        for record in fastwarc.warc.ArchiveIterator(file, parse_http=False):
            kinds.append(record.record_type == fastwarc.warc.WarcRecordType.warcinfo)
            assert record.verify_block_digest()
        file.seek(0)
        for record in fastwarc.warc.ArchiveIterator(file, record_types=fastwarc.warc.WarcRecordType.response):
            where = record.headers["WARC-Target-URI"], record.headers["WARC-Date"]
            body = record.reader.read()
            assert record.http_headers.get("Content-Length") == str(len(body))
            bodies[where] = body
    rows = crawled.query(
        "SELECT coalesce(final_url, url), fetched_at, size FROM pages p JOIN bodies b ON b.id = body_id"
    )
    assert kinds == [True] + [False] * (len(kinds) - 1)
    assert all(len(bodies[url, at]) == size for url, at, size in rows)


def test_articles_are_read_back_by_other_readers(crawled: Copydesk) -> None:
    told = [json.loads(line) for line in crawled.run("articles", "--limit", "0", "--json").stdout.splitlines()]
    assert len(told) > 30
    for row in told:
        del row["cursor"]  # its place in this list
    for form in ("jsonl", "csv", "rss", "jsonfeed", "parquet"):
        crawled.run("export", form, "-o", f"out.{form}")
    lines = (crawled.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == told
    with (crawled.folder / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["title"], row["text"], json.loads(row["authors"])) for row in rows] == [
        (one["title"], one["text"], one["authors"]) for one in told
    ]
    table = pyarrow.parquet.read_table(crawled.folder / "out.parquet").to_pylist()
    for row, one in zip(table, told, strict=True):
        assert row["fetched_at"].isoformat(timespec="milliseconds") == one["fetched_at"].replace("Z", "+00:00")
        assert dict(row["provenance"]) == one["provenance"]
        for name in ("id", "title", "text", "published", "authors", "images", "tags", "paywalled", "comment_count"):
            assert row[name] == one[name]
    feed = feedparser.parse((crawled.folder / "out.rss").read_bytes())
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == [one["title"] for one in told]
    assert all(entry.published_parsed for entry in feed.entries)
    items = json.loads((crawled.folder / "out.jsonfeed").read_text(encoding="utf-8"))["items"]
    assert [item["content_text"] for item in items] == [one["text"] for one in told]
    one_source = crawled.run("export", "jsonl", "--source", told[0]["source_name"], "--limit", "2").stdout
    assert {json.loads(line)["source_name"] for line in one_source.splitlines()} == {told[0]["source_name"]}


def test_a_file_that_is_there_stays(crawled: Copydesk) -> None:
    kept = crawled.folder / "kept.csv"
    kept.write_text("mine", encoding="utf-8")
    assert "--force" in crawled.run("export", "csv", "-o", "kept.csv", code=2).stderr
    assert kept.read_text(encoding="utf-8") == "mine"
    crawled.run("export", "csv", "-o", "kept.csv", "--force")
    assert kept.read_text(encoding="utf-8").startswith("id,")
    assert not list(crawled.folder.glob(".kept*"))


def test_wacz_is_read_where_it_stands(crawled: Copydesk, tmp_path: Path) -> None:
    crawled.run("export", "warc", "-o", "all.warc.gz")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.write(crawled.folder / "all.warc.gz", "../../archive/data.warc.gz")
        file.writestr("datapackage.json", "{}")
    (tmp_path / "site.wacz").write_bytes(packed.getvalue())
    folder = tmp_path / "other"
    folder.mkdir()
    other = Copydesk(folder, None)
    report = json.loads(other.run("import", str(tmp_path / "site.wacz"), "--no-extract", "--json").stdout)
    assert report["pages"] == crawled.query("SELECT count(*) FROM pages")[0][0]
    assert not list(tmp_path.rglob("data.warc.gz"))
