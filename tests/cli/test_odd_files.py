"""Links, FIFOs, sockets, devices and folders where a file is expected: refused at once, and nothing outside is read."""

from __future__ import annotations

import gzip
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.system import regular_files
from db.system.regular_files import NotRegularFile, open_file
from tests.cli.conftest import ROOT, spawn

PAGE = (
    "<html lang=en><head><title>{0} of the ferry</title></head><body><h1>{0} of the ferry</h1><p>The ferry that links the two banks"
    " of the estuary will stop for good in April, the harbour office said on Monday.</p><p>Passengers will be taken by bus over the"
    " new bridge; the last boat is to sail on the evening of the thirtieth.</p></body></html>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a page, a link within it, and all that is none: each would be read, or waited for, by who just opens it."""
    inside, outside = tmp_path / "mirror", tmp_path / "outside"
    (inside / "sub").mkdir(parents=True)
    outside.mkdir()
    for path, word in ((inside / "sub/page.html", "End"), (outside / "secret.html", "Secret")):
        path.write_text(PAGE.format(word), encoding="utf-8")
    (inside / "again.html").symlink_to("sub/page.html")
    (inside / "passwd.html").symlink_to(outside / "secret.html")
    (inside / "relative.html").symlink_to("../outside/secret.html")
    (inside / "twice.html").symlink_to("passwd.html")
    (inside / "zero.html").symlink_to("/dev/zero")
    (inside / "gone.html").symlink_to("nowhere.html")
    (inside / "loop.html").symlink_to("loop.html")
    (inside / "tree").symlink_to(outside)
    (inside / "round").symlink_to(".")
    os.mkfifo(inside / "fifo.html")
    os.mkfifo(inside / "fifo.html.gz")
    (inside / "dir.html").mkdir()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(inside / "sock.html"))
    yield inside
    listening.close()


def titles(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as conn:
        return sorted(title for (title,) in conn.execute("SELECT title FROM articles"))


def test_a_folder_gives_its_own_regular_files_only(folder: Path) -> None:
    home = folder.parent
    done = spawn("import", "--base", "https://paper.example/", str(folder), "--json", cwd=home)
    assert done.returncode == 1, done  # of the dangling links, as before
    found = json.loads(done.stdout)
    assert found["passed"] == {"not_a_file": 7, "unreadable": 2}
    assert "passwd.html: leads out of" in done.stderr.decode()
    assert titles(home / "news.db") == ["End of the ferry"] * 2
    # The folder itself may be a link: the person named it.
    (home / "link").symlink_to(folder)
    again = json.loads(spawn("import", "--base", "https://other.example/", "link", "--json", cwd=home).stdout)
    assert again["pages"] == 2


def test_a_manifest_names_regular_files_of_its_folder(folder: Path) -> None:
    odd = ("passwd.html", "../outside/secret.html", "fifo.html", "sock.html", "zero.html", "sub", "tree/secret.html")
    lines = [{"path": path, "url": f"https://paper.example/{n}"} for n, path in enumerate((*odd, "sub/page.html"))]
    manifest = folder / "a.jsonl"
    manifest.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    done = spawn("import", str(manifest), "--json", cwd=folder.parent)
    assert json.loads(done.stdout)["passed"] == {"unreadable": len(odd)}
    assert done.returncode == 1
    assert titles(folder.parent / "news.db") == ["End of the ferry"]


def test_an_absolute_path_in_a_manifest_is_taken_at_its_word(folder: Path) -> None:
    secret = folder.parent / "outside" / "secret.html"
    (folder / "a.jsonl").write_text(
        json.dumps({"path": str(secret), "url": "https://paper.example/1"}), encoding="utf-8"
    )
    assert spawn("import", "a.jsonl", cwd=folder).returncode == 0
    assert titles(folder / "news.db") == ["Secret of the ferry"]


def test_extracting_waits_for_nothing(folder: Path) -> None:
    names = [
        "fifo.html",
        "fifo.html.gz",
        "sock.html",
        "zero.html",
        "dir.html",
        "passwd.html",
        "sub/page.html",
        "nul\0.html",
    ]
    (folder / "a.jsonl").write_text(
        "\n".join(json.dumps({"id": name, "path": name}) for name in names), encoding="utf-8"
    )
    done = spawn("extract", "--manifest", "a.jsonl", cwd=folder)
    rows = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert list(rows) == names
    assert (done.returncode, done.stderr.decode().count("copydesk extract: Cannot read ")) == (0, 6), done
    assert [name for name in names if "rejected" not in rows[name]] == ["passwd.html", "sub/page.html"]
    assert "is a FIFO" in rows["fifo.html"]["detail"]
    none = spawn("extract", "sub/page.html", "dir.html", cwd=folder)
    assert (none.returncode, none.stdout, b"dir.html holds no HTML files" in none.stderr) == (2, b"", True), none
    named = spawn("extract", *(name for name in names[:-1] if name != "dir.html"), cwd=folder)
    assert named.returncode == 1
    assert [json.loads(line).get("title") for line in named.stdout.splitlines()] == [
        *[None] * 4, "Secret of the ferry", "End of the ferry",
    ]  # fmt: skip
    assert "Cannot read fifo.html: is a FIFO" in named.stderr.decode()


def test_a_folder_to_extract_gives_its_own_pages(folder: Path) -> None:
    done = spawn("extract", "sub", ".", cwd=folder)
    rows = {row["id"]: row.get("title") for row in map(json.loads, done.stdout.splitlines())}
    assert {name for name, title in rows.items() if title} == {"sub/page.html", "again.html"}, rows
    assert "Cannot read passwd.html: leads out of ." in done.stderr.decode()
    assert (folder / "sub/page.html").rename(folder / "sub/page.HTM").exists()
    done = spawn("extract", "sub", cwd=folder)
    assert (done.returncode, json.loads(done.stdout)["id"]) == (0, "sub/page.HTM"), done


def test_a_file_of_many_pages_is_no_page(folder: Path) -> None:
    """The records of a WARC, one behind the other, are markup in which extraction finds something."""
    spawn("import", "--base", "https://paper.example/", "sub", cwd=folder)
    assert spawn("export", "warc", "-o", "a.warc.gz", cwd=folder).returncode == 0
    (folder / "a.warc").write_bytes(gzip.decompress((folder / "a.warc.gz").read_bytes()))
    with tarfile.open(folder / "a.tar.gz", "w:gz") as packed:
        packed.add(folder / "sub/page.html")
    (folder / "a.parquet").write_bytes(b"PAR1" + bytes(99) + b"PAR1")
    names = ("a.warc.gz", "a.warc", "a.tar.gz", "a.parquet")
    done = spawn("extract", *names, cwd=folder)
    assert (done.returncode, done.stderr.decode().count("\n")) == (1, len(names)), done
    assert {json.loads(line)["rejected"] for line in done.stdout.splitlines()} == {"not_html"}
    assert "a.warc is a WARC file; `copydesk extract archives`" in done.stderr.decode()


def test_a_folder_of_archives_is_imported(folder: Path) -> None:
    """It said "0 new pages" and exited with 0, as if there were nothing in them."""
    home = folder.parent
    spawn("import", "--base", "https://paper.example/", "sub", cwd=folder)
    (home / "archives/deeper").mkdir(parents=True)
    assert spawn("export", "warc", "-o", str(home / "archives/deeper/a.warc.gz"), cwd=folder).returncode == 0
    (home / "archives/broken.warc").write_text("no WARC")
    (home / "archives/out.warc.gz").symlink_to(folder / "sub/page.html")
    (home / "archives/readme.txt").write_text("passed over")
    done = spawn("import", "archives", "--json", cwd=home)
    found = json.loads(done.stdout)
    assert (done.returncode, found["pages"], found["passed"]) == (
        1,
        1,
        {"damaged": 1, "not_a_file": 1, "other_file": 1},
    ), done
    assert titles(home / "news.db") == ["End of the ferry"]
    (home / "empty").mkdir()
    done = spawn("import", "empty", cwd=home)
    assert (done.returncode, b"holds no HTML, WARC or WACZ files" in done.stderr) == (2, True), done


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    """The import ended in a traceback when it stored what it had to say."""
    name = os.fsdecode("新".encode("gbk") + b".html")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / f"{name}.gz").write_bytes(gzip.compress(PAGE.encode() * 9)[:40])
    (tmp_path / "pages" / name).write_text(PAGE.format("Odd"), encoding="utf-8")
    done = spawn("import", "pages", "--base", "https://paper.example/", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["passed"]) == (1, {"unreadable": 1}), done
    assert titles(tmp_path / "news.db") == ["Odd of the ferry"]
    (tmp_path / "pages" / name).rename(tmp_path / f"{name}.bin")
    (tmp_path / f"{name}.bin").write_bytes(b"\x00")
    done = spawn("import", f"{name}.bin", cwd=tmp_path)
    assert (done.returncode, b"is none of what can be imported" in done.stderr, b"Traceback" in done.stderr) == (
        2,
        True,
        False,
    ), done


def test_a_persons_own_pipe_is_read(folder: Path) -> None:
    page = PAGE.format("Piped").encode()
    for given, command in (
        (page, ("extract", "/dev/stdin")), (page, ("extract", "/dev/fd/0")),
        (b"http://one.example/", ("sources", "import", "--no-discovery", "/dev/stdin")),
    ):  # fmt: skip
        done = spawn(*command, cwd=folder, given=given)
        assert done.returncode == 0, done
        assert command[0] != "extract" or json.loads(done.stdout)["title"] == "Piped of the ferry"


FIFOS = (
    "extract|--manifest|fifo", "cluster|--manifest|fifo", "sources|import|fifo", "--config|fifo|doctor", "import|fifo",
    "import|fifo.jsonl", "import|fifo.warc", "import|file://{}/fifo.warc", "export|jsonl|-o|fifo|--force",
    "export|jsonl|-o|null|--force", "export|jsonl|-o|sub", "sources|export|-o|fifo", "sources|export|-o|sub", "backup|fifo|--force",
    "extract|--all|--dry-run|--report|fifo", "extract|--all|--dry-run|--report|sub", "--db|fifo|stats",
)  # fmt: skip
# One process for all of them; whoever waits is ended by the alarm.
_DRIVER = """
import signal, sys
from cli.main import main
for line in sys.argv[1:]:
    sys.argv = ["copydesk", *line.split("|")]
    signal.alarm(600)
    try:
        main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code
    print("\\n=====", code, file=sys.stderr, flush=True)
"""


def test_no_command_waits_for_a_fifo_or_takes_its_place(folder: Path) -> None:
    for name in ("fifo", "fifo.jsonl", "fifo.warc"):
        os.mkfifo(folder / name)
    (folder / "null").symlink_to("/dev/null")
    commands = ("import|--base|https://paper.example/|sub/page.html", *(command.format(folder) for command in FIFOS))
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, *commands],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    found = re.findall(r"(.*?)\n===== (\d+)\n", done.stderr.decode(), re.DOTALL)
    assert [code for _, code in found[:1]] == ["0"]
    for command, (said, code) in zip(FIFOS, found[1:], strict=True):
        assert code in "123", (command, said)
        assert "Traceback" not in said, (command, said)
        assert re.search(r"copydesk.*: |Error: ", said), (command, said)
    assert (folder / "fifo").is_fifo()
    assert (folder / "null").is_char_device()


def test_a_rules_folder_with_a_fifo(folder: Path) -> None:
    (folder / "rules").mkdir()
    os.mkfifo(folder / "rules" / "a.toml")
    (folder / "copydesk.toml").write_text('sites = "rules"\n', encoding="utf-8")
    done = spawn("import", "sub/page.html", "--base", "https://paper.example/", cwd=folder)
    assert (done.returncode, b"a.toml" in done.stderr, b"Traceback" in done.stderr) == (2, True, False), done


def test_a_name_that_changes_under_our_hands_leads_nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, and a folder above it, become links outside after they were looked at and before they are opened."""
    outside, real = folder.parent / "outside", os.path.realpath
    (outside / "page.html").write_text("secret", encoding="utf-8")
    for name in ("sub/page.html", "sub"):

        def swap(path: Path, name: str = name) -> str:
            found = real(path)
            if found.endswith("page.html") and not (folder / name).is_symlink():
                (folder / name).rename(folder / "moved")
                (folder / name).symlink_to(outside / "page.html" if name != "sub" else outside)
            return found

        monkeypatch.setattr(os.path, "realpath", swap)
        with pytest.raises(OSError, match=r"Not a directory|symbolic links"):
            open_file(folder / "sub/page.html", within=folder)
        (folder / name).unlink()
        (folder / "moved").rename(folder / name)
        monkeypatch.setattr(os.path, "realpath", real)
    with open_file(folder / "again.html", within=folder) as file:
        assert b"End of the ferry" in file.read()


def test_a_file_that_becomes_a_fifo_is_not_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse, looks = regular_files._refuse, iter(range(9))
    # The first look, before it is opened, still sees a file.
    monkeypatch.setattr(regular_files, "_refuse", lambda mode, path: refuse(mode, path) if next(looks) else None)
    done: list[object] = []

    def read() -> None:
        try:
            open_file(folder / "fifo.html")
        except NotRegularFile as error:
            done.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(120)
    assert done
