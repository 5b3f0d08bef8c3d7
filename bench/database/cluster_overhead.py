"""What a Dask cluster costs over the local pool at equal cores: CPU of all processes and wall time of the same extraction.

    python -m bench.database.cluster_overhead FOLDER_OR_MANIFEST [--pages 3000] [--cores 2] [--rounds 3]

The pages (HTML files, also .gz, or a manifest of `copydesk extract`) are stored at as many addresses as are needed, with an outcome
of an older extractor. Each round extracts a copy of that database by the local pool and another one by a scheduler and workers of
one thread each, in alternating order; the workers' reading processes are started anew each time, as the local pool's are. The
median of the rounds' ratios is printed. Dask runs as docs/scaling.md advises, with --plain by its own defaults. Each line tells
how much CPU the client spends on a page: what bounds a large cluster. Linux only.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.cpu import Cpu
from db.connection.database import open_database, write
from db.store.crawl import facts
from db.store.sites.sources import add_source
from pipelines.processing.files import page_files_in_manifest
from tests.support.processes import descendants

ROOT = Path(__file__).resolve().parent.parent.parent
# What docs/scaling.md advises: Dask's own looking at itself takes some 4 % of a core for each worker, doing nothing.
ADVISED = {
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
}
START = datetime(2026, 11, 1, tzinfo=UTC)
POLL_S = 0.2


def fill(path: Path, where: Path, pages: int) -> None:
    """The database: the files over and over, each time at other addresses."""
    bodies = [
        gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in (
            sorted(file for file in where.rglob("*.html*") if file.suffix in (".html", ".gz"))
            if where.is_dir()
            else [entry.path for entry in page_files_in_manifest(where)]
        )
    ]
    db = open_database(path, create=True)
    with write(db.conn) as conn:
        add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
        for n in range(pages):
            # Not the same bytes: those would be one body, and one article.
            body = bodies[n % len(bodies)] + f"<!-- {n} -->".encode()
            fetch = facts.Fetch(what="article", url=f"http://s.example/{n}.html", started_at=START, status=200)
            page = facts.ReceivedPage(
                fetch=fetch, source_id=1, headers={}, content_type="text/html", body=facts.pack_body(body)
            )
            facts.insert_page(conn, page)
        conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('old', 'old', 'old')")
        conn.execute("INSERT INTO outcomes (page_id, extractor_id, reason) SELECT id, 1, 'no_text' FROM pages")
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.conn.close()


def extract(database: Path, options: list[str], cluster: tuple[int, ...]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds of all processes, CPU seconds of the client's process alone."""
    began = time.monotonic()
    command = [sys.executable, "-m", "cli.main", "--db", str(database), "extract", "--all", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    cpu = Cpu(process.pid, *cluster)
    while process.poll() is None:
        cpu.poll()
        time.sleep(POLL_S)
    cpu.poll()
    wall = time.monotonic() - began
    if process.returncode not in (0, 1):
        raise SystemExit(f"the command ended with {process.returncode}")
    return wall, cpu.spent, cpu.of(process.pid)


def start_cluster(folder: Path, cores: int, *, plain: bool = False) -> tuple[str, list[subprocess.Popen[bytes]]]:
    """A scheduler and workers of one thread each, their address and processes."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        env = os.environ | ({} if plain else ADVISED)
        return subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port))
    wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
    worker = start("worker", address, "--nworkers", str(cores), "--nthreads", "1", "--memory-limit", "0")
    wait_until(lambda: len(descendants(worker.pid)) > cores)
    time.sleep(3)  # until they have registered and their imports are over
    return address, [scheduler, worker]


def wait_until(condition: Callable[[], bool]) -> None:
    """Raises SystemExit where it does not come."""
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the cluster does not start")
        time.sleep(0.1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", type=Path)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="Dask's own defaults")
    options = parser.parse_args()
    ratios: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "stale.db", options.where, options.pages)
        for number in range(options.rounds):
            found: dict[str, tuple[float, float, float]] = {}
            for engine in ("local", "dask") if number % 2 == 0 else ("dask", "local"):
                database = folder / f"{engine}.db"
                for old in folder.glob(f"{engine}.db*"):
                    old.unlink()
                shutil.copyfile(folder / "stale.db", database)
                if engine == "local":
                    found[engine] = extract(database, ["--jobs", str(options.cores)], ())
                else:
                    address, processes = start_cluster(folder, options.cores, plain=options.plain)
                    try:
                        pids = tuple(process.pid for process in processes)
                        found[engine] = extract(database, ["--engine", "dask", "--scheduler", address], pids)
                    finally:
                        for process in reversed(processes):
                            process.terminate()
                            process.wait(30)
                wall, cpu, client = found[engine]
                print(
                    f"round {number + 1} {engine:5}: {wall:6.1f} s, CPU {cpu:6.1f} s, {options.pages / wall:5.1f} pages a "
                    f"second, client {1000 * client / options.pages:.2f} ms a page",
                    flush=True,
                )
            ratios.append(tuple(found["dask"][n] / found["local"][n] for n in (0, 1)))  # type: ignore[arg-type]
        assert rows(folder / "local.db") == rows(folder / "dask.db"), "the engines made different rows"
    wall_ratio, cpu_ratio = (statistics.median(ratio[n] for ratio in ratios) for n in (0, 1))
    print(f"median of {options.rounds}: wall {wall_ratio:.3f}, CPU {cpu_ratio:.3f} of the local pool's; same rows")


def rows(database: Path) -> list[object]:
    """What was derived."""
    conn = sqlite3.connect(database)
    try:
        return [
            conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()
            for table in ("outcomes", "articles", "credits", "decisions")
        ]
    finally:
        conn.close()


if __name__ == "__main__":
    main()
