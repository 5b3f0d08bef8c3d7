"""What costly requests do to `copydesk inspect`: how they are answered, and whether others are meanwhile.

    python -m bench.service.inspect_hostile [--only TEXT]

For each input a fresh server on a small database with hostile pages in it. The request is sent four times at once; half a second
later the front page is asked for. Printed: the status and length of the answers, the seconds until the last came (60 at most), the
seconds that the front page took, the highest resident memory of all processes of the server together, and the seconds from
SIGTERM, sent in the middle of another such request, to the end of the process (20 at most).
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote

from db.connection.database import open_database
from db.models import Article
from tests.browser.looking import ROOT, ask
from tests.cli.conftest import Newsroom, report

_FONTS = "".join(f"<font color={n}>" for n in range(3000))
BODIES = {
    "200,000 nested div": "<div>" * 200_000 + "deep",
    "1,000,000 nested b": "<b>" * 1_000_000 + "deep",
    "3,000 open fonts, 3,000 paragraphs": _FONTS + "<p>x" * 3000,
    "50,000 nested tables": "<table><tr><td>" * 50_000 + "deep",
    "300,000 attributes": "<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">x",
    "4,000,000 ampersands": "&" * 4_000_000,
    "2,000,000 open comments": "<!--" * 1_000_000,
    "500,000 unclosed p": "<p>x" * 500_000,
}
SQL = {
    "instr in zeros": "select instr(zeroblob(40000000), zeroblob(20000000) || x'01')",
    "instr within 1 MB": "select instr(zeroblob(999000), zeroblob(490000) || x'01')",
    "like": "select zeroblob(0) like '', replace(hex(zeroblob(400000)),'0','a') like '%a%a%a%a%a%a%b'",
    "5 rows of 60 MB": "select zeroblob(60000000) union all " * 4 + "select zeroblob(60000000)",
    "1,000 rows of 0.9 MB": "with recursive a(x) as (select 1 union all select x+1 from a limit 1000)"
    " select zeroblob(900000) from a",
    "hex of zeros": "select hex(zeroblob(30000000))",
    "printf": "select printf('%.*c', 60000000, 'x')",
    "group_concat": "with recursive a(x) as (select 1 union all select x+1 from a limit 100000)"
    " select group_concat(hex(zeroblob(500)), '') from a",
    "replace grows": "select replace(hex(zeroblob(200000)), '0', hex(zeroblob(50)))",
    "recursive CTE": "with recursive a(x) as (select 1 union all select x+1 from a) select count(*) from a",
    "sort of many": "with recursive a(x) as (select 1 union all select x+1 from a limit 3000000) select x, hex(randomblob(50))"
    " from a order by 2",
    "json nested": "select json_extract(replace(hex(zeroblob(400000)),'0','['), '$[0]')",
    "glob": "select replace(hex(zeroblob(400000)),'0','a') glob '*a*a*a*a*a*b'",
}
PATHS = {
    "table, like": "/news/articles?text__like=" + quote("%a" * 300 + "%€"),
    "table, _where": "/news/articles?_where=" + quote(f"(select instr({'zeroblob(999000)'}, zeroblob(490000)||x'01'))>0"),
    "CSV stream": "/news/pages.csv?_stream=on&_size=max",
    "article of 16 MB": "/-/article/{large}",
    "its table row": "/news/articles/{large}",
    "search of 500 letters": "/-/search?q=" + quote("a* OR " * 80),
}  # fmt: skip


def make(folder: Path) -> dict[str, int]:
    """The database; the pages' numbers by name."""
    path = folder / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path, clock=datetime.now(UTC))
    source = room.source("wanbao.example", "https://www.wanbao.example/")
    ids = {
        name: room.article(source, f"https://www.wanbao.example/{n}", report(f"{n} ferries. " * 40), body=body.encode())
        for n, (name, body) in enumerate(BODIES.items())
    }
    text = "A sentence of a very long text stands here.\n" * 370_000
    article = Article(url=None, title="Long", text=text, language="en")
    return ids | {"large": room.article(source, "https://www.wanbao.example/l", article, body=b"<p>long</p>")}


def resident(group: int) -> int:
    """Bytes that the processes of a group hold together (shared pages counted in each)."""
    held = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if os.getpgid(int(folder.name)) == group:
                    held += int((folder / "statm").read_text().split()[1]) * 4096
            except (OSError, IndexError):
                continue
    return held


def timed(home: str, path: str) -> tuple[str, float]:
    """Status and length of an answer, and the seconds it took."""
    began = time.perf_counter()
    try:
        status, body, _ = ask(home, path)
        said = f"{status}, {len(body):,}"
    except (OSError, HTTPException) as error:
        said = type(error).__name__
    return said, time.perf_counter() - began


def tried(database: Path, path: str) -> str:
    """The cells of one line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "--db", str(database), "inspect", "--port", "0"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    found = re.search(r"http://\S+?:\d+", process.stdout.readline())
    assert found
    home, highest, over = found[0], 0, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not over.wait(0.05):
            highest = max(highest, resident(process.pid))

    ask(home, "/")
    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(6) as together:
        asked = [together.submit(timed, home, path) for _ in range(4)]
        time.sleep(0.5)
        _, front = timed(home, "/")
        answers = [one.result() for one in asked]
        over.set()
        watcher.join()
        together.submit(timed, home, path)
        time.sleep(0.5)
        began = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        ended = time.perf_counter() - began
    said = "; ".join(sorted({said for said, _ in answers}))
    return f"{said} | {max(took for _, took in answers):.1f} | {front:.1f} | {highest / 2**20:,.0f} | {ended:.1f}"


def main() -> None:
    """Try all and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="inputs whose name has this in it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ids = make(Path(folder))
        inputs = {name: f"/-/stored/{ids[name]}" for name in BODIES}
        inputs |= {name: f"/news.json?sql={quote(sql)}" for name, sql in SQL.items()}
        inputs |= {name: path.format(**ids) if "{" in path else path for name, path in PATHS.items()}
        print(
            "| input | answers | last, s | front page, s | MB | SIGTERM, s |\n| --- | --- | ---: | ---: | ---: | ---: |"
        )
        for name, path in inputs.items():
            if options.only in name:
                print(f"| {name} | {tried(Path(folder) / 'news.db', path)} |", flush=True)


if __name__ == "__main__":
    main()
