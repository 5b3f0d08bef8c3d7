"""Archives that are damaged in one place: it is named, what can be read is in, and the exit code tells."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from db.errors import UsageError
from pipelines.exchange.warc import wacz as wacz_reader
from tests.cli.conftest import run
from tests.support.warc_records import PAGE, bare, record

# Longer than what is unpacked at once, and hard to pack: damage shows only in the middle of reading it.
LONG = b"<html><p>" + random.Random(1).randbytes(150_000).hex().encode()
FIRST, MIDDLE, LAST = (record(f"https://a.example/{n}", body) for n, body in enumerate((PAGE, LONG, PAGE)))
PLAIN = [record(f"https://a.example/{n}", body, packed=False) for n, body in enumerate((PAGE, LONG, PAGE))]
AT = len(FIRST)


def flipped(data: bytes, place: int) -> bytes:
    hurt = bytearray(data)
    hurt[place] ^= 0x55
    return bytes(hurt)


def imported(file: Path, *, code: int, ends: str = "finished") -> tuple[str, set[str], dict[str, int]]:
    """What is said of the damage, the pages that are in, what was passed over."""
    database = file.parent / "news.db"
    result = run(database, "import", str(file), "--no-extract", "--json")
    assert result.exit_code == code, (result.output, result.exception)
    conn = sqlite3.connect(database)
    urls = {url.removeprefix("https://a.example/") for (url,) in conn.execute("SELECT url FROM pages")}
    figures, ended = conn.execute("SELECT figures, ended FROM runs ORDER BY id DESC LIMIT 1").fetchone()
    conn.close()
    assert ended == ends
    return result.stderr or str(result.exception), urls, json.loads(figures)["passed"]


@pytest.mark.parametrize(
    ("data", "place", "why", "left"),
    [
        pytest.param(FIRST + MIDDLE[:90_000], AT, "shorter than its length", {"0"}, id="cut in a member"),
        pytest.param(FIRST + MIDDLE[:12], AT, "", {"0"}, id="cut in its head"),
        pytest.param(FIRST + MIDDLE[:-3], AT, "ends inside a gzip member", {"0", "1"}, id="cut in a checksum"),
        pytest.param(FIRST + flipped(MIDDLE, -6) + LAST, AT, "incorrect data check", {"0", "2"}, id="checksum"),
        pytest.param(FIRST + flipped(MIDDLE, -2) + LAST, AT, "incorrect length check", {"0", "2"}, id="length"),
        pytest.param(FIRST + flipped(MIDDLE, 70_000) + LAST, AT, "", {"0", "2"}, id="a bit"),
        pytest.param(FIRST + b"noise" * 99 + LAST, AT, "", {"0", "2"}, id="noise between"),
    ],
)
def test_a_gzip_member(tmp_path: Path, data: bytes, place: int, why: str, left: set[str]) -> None:
    file = tmp_path / "a.warc.gz"
    file.write_bytes(data)
    said, urls, passed = imported(file, code=1)
    assert f"{file}, byte {place:,}: " in said
    assert why in said
    assert urls == left
    assert passed == {"damaged": 1}


def test_a_plain_file_that_breaks_off(tmp_path: Path) -> None:
    file = tmp_path / "a.warc"
    file.write_bytes(PLAIN[0] + PLAIN[1][:50_000])
    said, urls, passed = imported(file, code=1)
    assert f"{file}, byte {len(PLAIN[0]):,}: a record is shorter than its length" in said
    assert (urls, passed) == ({"0"}, {"damaged": 1})


def test_one_gzip_stream_that_breaks_off(tmp_path: Path) -> None:
    """Places are those of what it unpacks to: in the file itself there are none."""
    file = tmp_path / "a.warc.gz"
    file.write_bytes(gzip.compress(b"".join(PLAIN))[:-20_000])
    said, urls, passed = imported(file, code=1)
    assert f"{file}, unpacked, byte {len(PLAIN[0]):,}: " in said
    assert (urls, passed) == ({"0"}, {"damaged": 1})


def test_lengths_that_lie(tmp_path: Path) -> None:
    """A server's is a fact about the answer; a record's is damage."""
    file = tmp_path / "a.warc"
    short = record("https://a.example/short", packed=False, Content_Length="9999")
    file.write_bytes(PLAIN[0] + short + PLAIN[2])
    said, urls, passed = imported(file, code=0)
    assert f"byte {len(PLAIN[0]):,}: https://a.example/short has {len(PAGE)} bytes of the 9,999" in said
    assert (urls, passed) == ({"0", "2"}, {"truncated": 1})
    lie = bare("WARC-Type: response\r\nWARC-Target-URI: https://a.example/x\r\nContent-Length: 77777", b"x")
    file.write_bytes(PLAIN[0] + lie + PLAIN[2])
    said, _, passed = imported(file, code=1)
    assert f"{file}, byte {len(PLAIN[0]):,}: a record is shorter than its length" in said
    assert passed == {"damaged": 1}


def wacz(path: Path, *names: str, **members: bytes) -> Path:
    """A WACZ whose list of contents names these WARCs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        resources = [{"name": name, "path": f"archive/{name}"} for name in names]
        packed.writestr("datapackage.json", json.dumps({"profile": "data-package", "resources": resources}))
        for name, data in members.items():
            packed.writestr(f"archive/{name}.warc", data)
    return path


def test_a_wacz_without_what_it_names(tmp_path: Path) -> None:
    file = wacz(tmp_path / "a.wacz", "one.warc", "two.warc.gz", "pages.jsonl", one=PLAIN[0])
    said, urls, passed = imported(file, code=1)
    assert f"{file}: archive/two.warc.gz, which its datapackage.json names, is not in it" in said
    assert (urls, passed) == ({"0"}, {"damaged": 1})


@pytest.mark.parametrize("contents", [b"{", b"[]", b'{"resources": 7}', b'{"resources": [7]}', b"[" * 100_000])
def test_a_list_of_contents_that_says_nothing(tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "a.wacz"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("datapackage.json", contents)
        packed.writestr("archive/a.warc", PLAIN[0])
    assert imported(file, code=0)[1] == {"0"}


def test_a_bomb_in_a_wacz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wacz_reader, "_BOMB", 1_000_000)
    file = wacz(tmp_path / "a.wacz", bomb=PLAIN[0] + bytes(5_000_000), good=PLAIN[2])
    said, urls, passed = imported(file, code=1)
    assert f"{file}, archive/bomb.warc: unpacks to " in said
    assert (urls, passed) == ({"2"}, {"damaged": 1})


def test_a_wrong_checksum_in_a_wacz(tmp_path: Path) -> None:
    file = tmp_path / "a.wacz"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("archive/bad.warc", PLAIN[0] + PLAIN[1])
        packed.writestr("archive/good.warc", PLAIN[2])
    data = file.read_bytes()
    file.write_bytes(data.replace(LONG[-60:], LONG[-60:].swapcase()))
    said, urls, passed = imported(file, code=1)
    assert f"{file}, archive/bad.warc: Bad CRC-32" in said
    assert {"0", "2"} <= urls
    assert passed == {"damaged": 1}


LINE = json.dumps({"path": "a.html", "url": "https://a.example/0", "fetched_at": "2026-11-01T08:00:00Z"})


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"{nonsense", "line 2: not a JSON object"),
        (b"[" * 50_000, "line 2: not a JSON object"),
        (b'{"url": "https://a.example/1"}', "line 2: expected an object"),
        (b'{"path": "a.html", "url": {"a": 1}}', 'line 2: "url" must be a text'),
        (b'{"path": "a.html", "fetched_at": "0001-01-01T00:00:00+14:00"}', 'line 2: "fetched_at" is out of range'),
        (b'{"path": "a.html", "url": "\xff"}', "line 2: not UTF-8 text"),
    ],
)
def test_a_manifest(tmp_path: Path, line: bytes, why: str) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    file = tmp_path / "a.jsonl"
    file.write_bytes(LINE.encode() + b"\n" + line + b"\n" + LINE.encode())
    said, urls, _ = imported(file, code=1, ends="failed")
    assert f"{file}" in said
    assert why in said
    assert urls == {"0"}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("gone.html", lambda path: None),
        ("cut.html.gz", lambda path: path.write_bytes(gzip.compress(PAGE)[:-9])),
        ("nul\\u0000.html", lambda path: None),
    ],
)
def test_a_file_that_a_manifest_names(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    (tmp_path / "a.html").write_bytes(PAGE)
    make(tmp_path / name)
    file = tmp_path / "a.jsonl"
    file.write_text(f'{{"path": "{name}", "url": "https://a.example/x"}}\n{LINE}\n', encoding="utf-8")
    said, urls, passed = imported(file, code=1)
    assert f"{tmp_path}/{name[:3]}" in said
    assert (urls, passed) == ({"0"}, {"unreadable": 1})


def test_what_is_no_archive_at_all_is_refused(tmp_path: Path) -> None:
    for name in ("a.warc.gz", "a.wacz"):
        (tmp_path / name).write_bytes(b"something else")
        result = run(tmp_path / "news.db", "import", str(tmp_path / name), "--no-extract")
        assert isinstance(result.exception, UsageError)
        assert str(tmp_path / name) in str(result.exception)


def test_extracting_from_an_archive_names_the_place_too(tmp_path: Path) -> None:
    pytest.importorskip("fsspec", reason="the extra `dask` is not installed")
    pytest.importorskip("pyarrow", reason="the extra `dask` is not installed")
    file = tmp_path / "a.warc.gz"
    file.write_bytes(FIRST + flipped(MIDDLE, -6) + LAST)
    result = run(
        tmp_path / "news.db", "extract", "--from", f"file://{file}", "--to", f"file://{tmp_path}/out", "--json"
    )
    assert result.exit_code == 1, (result.output, result.exception)
    report = json.loads(result.stdout)
    assert report["passed"] == {"damaged": 1}
    assert report["damage"] == [line.removeprefix("copydesk extract: ") for line in result.stderr.splitlines()]
    assert f"a.warc.gz, byte {AT}" in report["damage"][0]
    assert "incorrect data check" in report["damage"][0]
