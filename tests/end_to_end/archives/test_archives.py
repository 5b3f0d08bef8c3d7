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
import pytest

from cli.commands.exchange import export
from db.connection.database import open_readonly
from db.queries.article_filter import ArticleFilter
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


def test_all_that_a_query_finds_is_exported(crawled: Copydesk) -> None:
    found = [
        json.loads(line)
        for line in crawled.run("search", "the", "--newest", "--limit", "1000", "--json").stdout.splitlines()
    ]
    assert len(found) > 5
    told = crawled.run("export", "jsonl", "the", "OR", "nowhere").stdout.splitlines()
    assert [json.loads(line)["id"] for line in told] == [one["id"] for one in found]
    first = crawled.run("export", "jsonl", "the", "--limit", "2", "--without", str(found[0]["id"])).stdout.splitlines()
    assert [json.loads(line)["id"] for line in first] == [one["id"] for one in found[1:3]]
    assert "a query finds articles" in crawled.run("export", "warc", "the", "-o", "x.warc.gz", code=2).stderr
    assert "quotation mark" in crawled.run("export", "csv", '"the', "-o", "x.csv", code=2).stderr
    assert not (crawled.folder / "x.csv").exists()


def test_more_than_are_read_at_once(crawled: Copydesk, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, conn = export._chosen, open_readonly(crawled.database)
    whole = chosen(conn, "the", ArticleFilter(), 0)
    monkeypatch.setattr(export, "_AT_ONCE", 3)
    assert chosen(conn, "the", ArticleFilter(), 0) == whole
    assert chosen(conn, "the", ArticleFilter(), 4) == whole[:6]
    conn.close()


def test_excel_is_told_that_csv_is_utf_8(crawled: Copydesk) -> None:
    crawled.run("export", "csv", "-o", "plain.csv")
    crawled.run("export", "csv", "--bom", "-o", "marked.csv")
    plain, marked = ((crawled.folder / name).read_bytes() for name in ("plain.csv", "marked.csv"))
    assert marked == b"\xef\xbb\xbf" + plain
    assert "--bom goes with csv" in crawled.run("export", "jsonl", "--bom", code=2).stderr


def test_an_article_is_left_out_with_all_its_pages(crawled: Copydesk, tmp_path: Path) -> None:
    """So that it can be taken out of an archive: import of the rest derives what stands there without it."""
    ((article, url, key, pages),) = crawled.query(
        "SELECT d.article_id, l.url, l.key, count(*) FROM decisions d JOIN pages p ON p.id = d.page_id"
        " JOIN links l ON l.id = p.link_id GROUP BY 1 HAVING max(d.revision) > 1 ORDER BY 1 LIMIT 1"
    )
    assert pages > 1
    crawled.run("export", "warc", "--without", url, "-o", "rest.warc.gz")
    folder = tmp_path / "other"
    folder.mkdir()
    other = Copydesk(folder, None)
    other.run("import", str(crawled.folder / "rest.warc.gz"))
    count = "SELECT count(*) FROM pages"
    assert other.query(count)[0][0] == crawled.query(count)[0][0] - pages
    assert other.query("SELECT count(*) FROM links WHERE key = ?", key) == [(0,)]
    whole, rest = (
        {json.loads(line)["id"] for line in crawled.run("export", "jsonl", *more).stdout.splitlines()}
        for more in ((), ("--without", str(article)))
    )
    assert whole - rest == {article}
    assert "there is no article or page 99999" in crawled.run("export", "csv", "--without", "99999", code=2).stderr


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
