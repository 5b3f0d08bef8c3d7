"""Bodies packed by a dictionary of their source."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.bodies.store import body_digest, compress_body, insert_body, load_body
from db.connection.database import connect, open_database, write
from db.errors import DatabaseDamaged
from db.maintenance.prune import prune
from db.maintenance.repack import repack

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def words(seed: str, number: int) -> str:
    dice = random.Random(seed)
    return " ".join("".join(dice.choices("abcdefghijklmnop", k=dice.randint(2, 9))) for _ in range(number))


def page(number: int, template: str = "one") -> bytes:
    head = f"<style>{words(template, 3000)}</style>"
    return f"<html>{head}<p>{words(f'story {number}', 150)}</p><footer>{words(template + 'f', 800)}</footer>".encode()


def put(conn: sqlite3.Connection, body: bytes, number: int, at: datetime = NOW) -> int:
    with write(conn):
        body_id = insert_body(conn, body, body_digest(body), compress_body(body))
        conn.execute(
            "INSERT INTO pages (source_id, url, fetched_at, status, headers, body_id) VALUES (1, ?, ?, 200, '{}', ?)",
            (f"https://a.example/{number}", at.isoformat(), body_id),
        )
    return body_id


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "news.db"
    db = open_database(file, create=True)
    columns = {row[1]: row for row in db.conn.execute("PRAGMA table_info(sources)")}
    needed = {name: "x" for name, row in columns.items() if row[3] and row[4] is None and not row[5]}
    needed |= {name: "{}" for name in needed if name == "settings"}
    needed |= {"name": "a", "url": "https://a.example/"}
    names = [name for name in needed if name in columns]
    marks = ", ".join("?" * len(names))
    db.conn.execute(f"INSERT INTO sources ({', '.join(names)}) VALUES ({marks})", [needed[name] for name in names])
    for number in range(20):
        put(db.conn, page(number), number)
    db.conn.close()
    return file


def sizes(path: Path) -> tuple[int, int]:
    conn = connect(path)
    length, by_dictionary = conn.execute("SELECT sum(length(data)), count(dictionary_id) FROM bodies").fetchone()
    conn.close()
    return length, by_dictionary


def test_packing_saves_and_every_page_reads_back_alone(path: Path) -> None:
    before, _ = sizes(path)
    report = repack(path, NOW)
    after, by_dictionary = sizes(path)
    assert (report.tried, report.packed, report.dictionaries, by_dictionary) == (20, 20, 1, 20)
    assert after + report.dictionary_bytes < before / 2
    for number in range(20):
        conn = connect(path, readonly=True)
        body = page(number)
        (body_id, size) = conn.execute("SELECT id, size FROM bodies WHERE sha256 = ?", (body_digest(body),)).fetchone()
        assert (load_body(conn, body_id), size) == (body, len(body))
        conn.close()
    assert repack(path, NOW).tried == 0


def test_what_comes_later_uses_the_dictionary_and_a_redesign_gets_a_new_one(path: Path) -> None:
    repack(path, NOW)
    conn = connect(path)
    put(conn, page(99), 99)
    assert (repack(path, NOW).packed, sizes(path)[1]) == (1, 21)
    noise = random.Random(7).randbytes(40_000)
    plain = put(conn, noise, 100)
    report = repack(path, NOW)
    assert (report.tried, report.packed) == (1, 0), "what a dictionary does not make smaller stays plain"
    assert load_body(conn, plain) == noise
    for number in range(200, 220):
        put(conn, page(number, "two"), number)
    assert repack(path, NOW).dictionaries == 1
    assert load_body(conn, plain + 5) == page(204, "two")
    conn.close()


def test_a_dictionary_never_changes_and_one_in_use_never_goes(path: Path) -> None:
    repack(path, NOW)
    conn = connect(path)
    for statement in ("UPDATE dictionaries SET data = x'00'", "DELETE FROM dictionaries"):
        with pytest.raises(sqlite3.IntegrityError, match="dictionary"):
            conn.execute(statement)
    conn.close()


def test_damage_is_found(path: Path) -> None:
    repack(path, NOW)
    conn = connect(path)
    conn.execute("UPDATE bodies SET sha256 = x'00' WHERE id = 1")
    with pytest.raises(DatabaseDamaged, match="checksum"):
        load_body(conn, 1)
    conn.close()


def test_stopped_anywhere_it_goes_on_from_there(path: Path) -> None:
    for asked in range(0, 40, 5):
        left = iter(range(asked))
        repack(path, NOW, stopping=lambda left=left: next(left, None) is None)  # type: ignore[misc]
        conn = connect(path)
        assert [load_body(conn, n + 1) for n in range(20)] == [page(n) for n in range(20)]
        conn.close()
    assert repack(path, NOW).broken_off is False
    assert sizes(path)[1] == 20


def test_a_pruned_body_is_left_alone_and_comes_back_plain(path: Path) -> None:
    repack(path, NOW)
    conn = connect(path)
    conn.execute("UPDATE bodies SET data = x'', pruned_at = '2026-11-24', dictionary_id = NULL WHERE id = 1")
    assert repack(path, NOW).tried == 0
    body = page(0)
    assert insert_body(conn, body, body_digest(body), compress_body(body)) == 1
    assert load_body(conn, 1) == body
    assert repack(path, NOW + timedelta(1)).packed == 1
    assert prune(path, NOW, keep_bodies=timedelta(), keep_log=timedelta(seconds=1e9)).bodies == 0
    conn.close()


def test_the_zstd_command_unpacks_it(path: Path, tmp_path: Path) -> None:
    repack(path, NOW)
    conn = connect(path)
    data, dictionary = conn.execute(
        "SELECT b.data, d.data FROM bodies b JOIN dictionaries d ON d.id = b.dictionary_id WHERE b.id = 3"
    ).fetchone()
    conn.close()
    (tmp_path / "d.zst").write_bytes(dictionary)
    (tmp_path / "b.zst").write_bytes(data)
    try:
        subprocess.run(["zstd", "-q", "-d", "d.zst"], cwd=tmp_path, check=True)
    except FileNotFoundError:
        pytest.skip("there is no zstd command here")
    subprocess.run(["zstd", "-q", "-d", "-D", "d", "b.zst"], cwd=tmp_path, check=True)
    assert (tmp_path / "b").read_bytes() == page(2)


def test_killed_at_any_moment_every_body_reads_back(path: Path) -> None:
    code = (
        "import sys, db.maintenance.repack as p; from pathlib import Path; from datetime import datetime, UTC;"
        "p._BATCH_BYTES = 1;"
        # Goes on after each body when it is told to.
        "goes_on = lambda _: (print('body', flush=True), sys.stdin.readline());"
        "p.repack(Path(sys.argv[1]), datetime.now(UTC), progress=goes_on)"
    )
    halfway = 0
    for number in range(5):
        command = [sys.executable, "-c", code, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as job:
            assert job.stdin is not None
            assert job.stdout is not None
            for _ in range(number):
                assert job.stdout.readline()
                job.stdin.write(b"\n")
                job.stdin.flush()
            job.kill()
        conn = connect(path)
        assert [load_body(conn, n + 1) for n in range(20)] == [page(n) for n in range(20)]
        conn.close()
        halfway += 0 < sizes(path)[1] < 20
    assert halfway, "no kill fell between two bodies"
    repack(path, NOW)
    assert sizes(path)[1] == 20
