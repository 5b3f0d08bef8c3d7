"""Dictionaries travel with backups, and one that is damaged is named and does not stop the others."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import fastwarc.warc
import pytest

from db.bodies.dictionary_samples import choose_samples, sample_evenly
from db.bodies.store import body_digest, load_body
from db.connection.database import connect, open_database, open_readonly, write
from db.errors import DatabaseDamaged
from db.maintenance.backup import create_backup
from db.maintenance.findings import HealthCheck, Level
from db.maintenance.health import run_checks
from db.maintenance.repack import repack
from db.models import Link, LinkKind
from db.store.crawl.facts import Fetch, ReceivedPage, insert_links, insert_page, pack_body
from db.store.sites.sources import add_source
from tests.cli.conftest import run

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def words(seed: str, number: int) -> str:
    dice = random.Random(seed)
    return " ".join("".join(dice.choices("abcdefghijklmnop", k=dice.randint(2, 9))) for _ in range(number))


def page(number: int, template: str) -> bytes:
    return f"<html><style>{words(template, 3000)}</style><p>{words(f'story {number}', 150)}</p></html>".encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two sources; the first has two templates, in turn."""
    file = tmp_path / "news.db"
    open_database(file, create=True).conn.close()
    conn = connect(file)
    with write(conn):
        for source in (1, 2):
            add_source(conn, name=f"{source}.example", url=f"https://{source}.example/", settings={}, at=NOW)
            for number in range(12):
                url = f"https://{source}.example/{number}"
                insert_links(conn, source, [Link(url=url, key=url, kind=LinkKind.FEED)], NOW, None)
                link = conn.execute("SELECT id FROM links WHERE key = ?", (url,)).fetchone()[0]
                fetch = Fetch(what="article", url=url, started_at=NOW, source_id=source, link_id=link, status=200)
                body = pack_body(page(number, f"{source} {number % 2}"))
                insert_page(
                    conn, ReceivedPage(fetch=fetch, source_id=source, headers={}, content_type="text/html", body=body)
                )
    conn.close()
    return file


def damage(path: Path, dictionary_id: int) -> None:
    conn = connect(path)
    conn.execute("DROP TRIGGER dictionary_stays_as_it_is")
    conn.execute("UPDATE dictionaries SET data = x'00' WHERE id = ?", (dictionary_id,))
    conn.close()


def test_one_dictionary_holds_both_templates(path: Path) -> None:
    report = repack(path, NOW)
    assert (report.dictionaries, report.packed) == (2, 24)
    conn = open_readonly(path)
    # 150 words of a story of its own pack to 500 to 700 bytes; a template that the dictionary lacks would be 10,000.
    assert conn.execute("SELECT max(length(data)) FROM bodies").fetchone()[0] < 1500
    conn.close()


def test_the_pages_chosen_are_of_all_templates() -> None:
    pages = [page(number, "rare" if number == 2 else "common") for number in range(8)]
    chosen = choose_samples(pages, 2, lambda: None)
    assert 2 in chosen
    assert len(chosen) == 2
    assert sample_evenly(list(range(256))) == [31, 63, 95, 127, 159, 191, 223, 255]


def test_a_packed_body_is_read_from_the_backup_alone(path: Path, tmp_path: Path) -> None:
    repack(path, NOW)
    copy = tmp_path / "copy.db"
    create_backup(path, copy, now=NOW)
    for file in tmp_path.glob("news.db*"):
        file.unlink()
    conn = open_readonly(copy)
    rows = conn.execute("SELECT id, sha256, dictionary_id FROM bodies ORDER BY id").fetchall()
    assert len(rows) == 24
    assert all(dictionary_id and body_digest(load_body(conn, body_id)) == sha for body_id, sha, dictionary_id in rows)
    conn.close()


def test_a_damaged_dictionary_is_named_and_the_others_go_on(path: Path) -> None:
    repack(path, NOW)
    damage(path, 1)
    conn = connect(path)
    with pytest.raises(DatabaseDamaged, match="dictionary 1 cannot be unpacked"):
        load_body(conn, 1)
    # Two bodies come back as they were received and wait: one of each source.
    for body_id, source in ((1, 1), (13, 2)):
        plain = pack_body(page(0, f"{source} 0"))
        conn.execute(
            "UPDATE bodies SET data = ?, dictionary_id = NULL, tried_id = NULL WHERE id = ?", (plain.packed, body_id)
        )
    report = repack(path, NOW)
    assert report.packed == 1, "the second source's dictionary is whole"
    assert ["dictionary 1 " in fault for fault in report.damaged_dictionaries] == [True]
    assert load_body(conn, 1) == page(0, "1 0")
    assert load_body(conn, 13) == page(0, "2 0")
    found = list(run_checks(HealthCheck(conn=conn, path=path, now=NOW, extractor=None, bodies=0)))
    (finding,) = [one for one in found if one.subject == "dictionaries"]
    assert finding.level is Level.BAD
    assert "2 unpacked, 1 match their checksum; dictionary 1 " in finding.message
    assert "11 bodies need it" in finding.message
    conn.close()


def records(path: Path, file: Path) -> list[tuple[object, ...]]:
    """What an export says, but for the names that each record is given anew."""
    result = run(path, "export", "warc", "-o", str(file))
    assert result.exit_code == 0, result.output
    with file.open("rb") as opened:
        return [
            (
                record.headers["WARC-Target-URI"],
                record.headers["WARC-Date"],
                record.headers["X-Copydesk-Page"],
                record.reader.read(),
            )
            for record in fastwarc.warc.ArchiveIterator(opened, record_types=fastwarc.warc.WarcRecordType.response)
        ]


def test_an_export_of_packed_bodies_equals_that_of_plain_ones(path: Path, tmp_path: Path) -> None:
    plain = records(path, tmp_path / "plain.warc.gz")
    repack(path, NOW)
    packed = records(path, tmp_path / "packed.warc.gz")
    assert len(plain) == 24
    assert plain == packed
