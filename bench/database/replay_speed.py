"""Extracting again: pages a second at 1 and 2 jobs, what storage and bookkeeping cost, memory, and how long the lock is held.

    python -m bench.database.replay_speed CORPUS [--pages 20000] [--rounds 1] [--change] [--folder FOLDER]

CORPUS is a folder of *.html or *.html.gz, or one with a `gold.jsonl` of addresses beside `pages/`. Its pages are imported at as
many addresses as it takes; then all are extracted again, by the command itself, at 1 and at 2 jobs in turn. Behind them the first
pages are extracted alone: one process, bodies in memory, nothing but `extract`; and by two such processes at once, which says how
the machine itself scales (turbo, caches). Printed for each round:

    rate, CPU of all processes (main and readers), CPU a page, over the CPU of extraction alone
    peak memory of the main process and of the largest reader, in the first and in the last third
    the longest hold of the write lock, and the longest wait of another process that writes a row each 10 ms

Nothing differs between two readings, so nothing is written but names; `--change` spoils all titles before each run instead, in the
search index and the threads as well, as if an earlier version had read them, so that each article is replaced, kept and placed
anew. Linux only.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

from bench.cpu import Cpu
from bench.crawl.crawl_memory import rss
from db.connection.database import connect, open_readonly, write
from db.maintenance.search_index import index_waiting_pages
from db.search.index import reset_index
from db.site_rules.loader import load_sites, shipped_sites_folder
from db.store.extraction.pages import load_page
from pipelines.extraction.extract import extract
from tests.support.processes import descendants

# Pages that are extracted alone, for the CPU of a page: two turns through the quality corpus.
ALONE = 1752
COPYDESK = [sys.executable, "-m", "cli.main"]


def corpus(where: Path) -> list[tuple[Path, str]]:
    """Pages with an address each."""
    labelled = where / "gold.jsonl"
    if labelled.exists():
        rows = [json.loads(line) for line in labelled.read_text(encoding="utf-8").splitlines()]
        named = [(where / "pages" / f"{row['id']}.html.gz", row.get("url")) for row in rows]
        return [(path, url) for path, url in named if url and path.exists()]
    paths = sorted(path for path in where.rglob("*.html*") if path.suffix in (".html", ".gz"))
    return [(path, f"http://pages.example/{number}.html") for number, path in enumerate(paths)]


def make(folder: Path, where: Path, pages: int) -> None:
    """The database: the corpus again and again, each time at other addresses and with another comment, so other bytes."""
    found = corpus(where)
    if not found:
        sys.exit(f"{where}: no pages there; name a folder of HTML files")
    (folder / "copydesk.toml").write_text("")
    files = folder / "files"
    files.mkdir()
    with (folder / "pages.jsonl").open("w") as manifest:
        for number in range(pages):
            path, url = found[number % len(found)]
            turn = number // len(found)
            body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            file = files / f"{number}.html"
            file.write_bytes(body + b"\n<!-- %d -->" % turn)
            at = f"{url}{'&' if '?' in url else '?'}turn={turn}" if turn else url
            manifest.write(json.dumps({"id": number, "path": str(file), "url": at}) + "\n")
    subprocess.run([*COPYDESK, "import", "pages.jsonl"], cwd=folder, env=environment(), check=True)
    shutil.rmtree(files)


def environment() -> dict[str, str]:
    """That of a child which runs in another folder."""
    return {**os.environ, "PYTHONPATH": str(Path.cwd())}


def alone(database: str, answer: multiprocessing.SimpleQueue[tuple[float, float]]) -> None:
    """CPU and wall seconds a page of `extract` over the first ALONE pages that are stored: reading them is not counted."""
    conn, sites, spent, took = open_readonly(Path(database)), load_sites(shipped_sites_folder()), 0.0, 0.0
    pages = conn.execute("SELECT page_id FROM outcomes ORDER BY 1 LIMIT ?", (ALONE,)).fetchall()
    for (page_id,) in pages:
        page = load_page(conn, page_id)
        began, at = time.process_time(), time.perf_counter()
        extract(page, sites)
        spent += time.process_time() - began
        took += time.perf_counter() - at
    answer.put((spent / len(pages), took / len(pages)))


def processes_alone(database: Path, number: int) -> tuple[float, float]:
    """CPU and wall seconds a page of so many processes that do nothing but extract, at once; the mean of them."""
    context = multiprocessing.get_context("spawn")
    answer: multiprocessing.SimpleQueue[tuple[float, float]] = context.SimpleQueue()
    running = [context.Process(target=alone, args=(str(database), answer)) for _ in range(number)]
    for process in running:
        process.start()
    answers = [answer.get() for _ in running]
    for process in running:
        process.join()
    return statistics.mean(cpu for cpu, _ in answers), statistics.mean(took for _, took in answers)


def write_beside(database: str, over: Event, answer: multiprocessing.SimpleQueue[list[float]]) -> None:
    """A row each 10 ms in a transaction of its own, as a live crawl writes; how long each took."""
    conn, took = connect(Path(database)), []
    while not over.is_set():
        began = time.perf_counter()
        with write(conn):
            conn.execute("INSERT OR REPLACE INTO holds VALUES ('bench.example', ?)", (str(began),))
        took.append(time.perf_counter() - began)
        time.sleep(0.01)
    answer.put(took)


@dataclass(slots=True, kw_only=True)
class Run:
    """What one extraction was seen to be."""

    seconds: float = 0.0
    cpu: float = 0.0
    main_cpu: float = 0.0
    memory: list[tuple[float, float]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    longest_hold_ms: float = 0.0

    def peaks(self) -> Iterator[tuple[str, float, float]]:
        """Peak MiB of each role in the first and the last third."""
        third = max(1, len(self.memory) // 3)
        for number, role in enumerate(("main", "largest reader")):
            first, last = self.memory[:third], self.memory[-third:]
            yield (
                role,
                max((one[number] for one in first), default=0.0),
                max((one[number] for one in last), default=0.0),
            )


def spoil(folder: Path) -> None:
    """Other titles everywhere, also in what is made of them."""
    conn = connect(folder / "news.db")
    with write(conn):
        conn.execute("UPDATE articles SET title = 'spoiled ' || title")
        reset_index(conn)
    index_waiting_pages(conn)
    conn.close()
    subprocess.run([*COPYDESK, "settle", "--all"], cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)


def measured(folder: Path, jobs: int, *, beside: bool) -> Run:
    """Extract all again, watched."""
    database, run = folder / "news.db", Run()
    context = multiprocessing.get_context("spawn")
    over, answer = context.Event(), context.SimpleQueue()
    writer = context.Process(target=write_beside, args=(str(database), over, answer))
    if beside:
        writer.start()
        time.sleep(1.0)
    began = time.perf_counter()
    log = folder / "log"
    with log.open("wb") as out:
        command = [*COPYDESK, "extract", "--all", "--jobs", str(jobs), "--json"]
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=out)
        cpu = Cpu(process.pid)
        while process.poll() is None:
            cpu.poll()
            run.memory.append((rss(process.pid), max(map(rss, descendants(process.pid)), default=0.0)))
            time.sleep(0.2)
    run.seconds = time.perf_counter() - began
    run.cpu, run.main_cpu = cpu.spent, cpu.of(process.pid)
    if beside:
        over.set()
        run.waits = sorted(answer.get())
        writer.join()
    if process.returncode not in (0, 1):
        sys.exit(f"extract gave {process.returncode}")
    figures = json.loads(log.read_text())
    run.longest_hold_ms = figures.get("longest_ms", 0.0)
    print(f"  {jobs} job{'s' * (jobs > 1)}: { ({k: v for k, v in figures.items() if k != 'failed_pages'}) }")
    return run


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--change", action="store_true", help="spoil all titles before each run")
    parser.add_argument("--folder", type=Path, help="keep the database there, and use it again")
    options = parser.parse_args()
    if not options.corpus.exists():
        sys.exit(f"{options.corpus}: there is no such corpus; name a folder of HTML files")
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    try:
        if not (folder / "news.db").exists():
            make(folder, options.corpus.absolute(), options.pages)
        report(folder, options)
    finally:
        if not options.folder:
            shutil.rmtree(folder)


def report(folder: Path, options: argparse.Namespace) -> None:
    """All rounds, and what they come to."""
    database = folder / "news.db"
    conn = sqlite3.connect(database)
    pages = conn.execute("SELECT count(*) FROM outcomes").fetchone()[0]
    conn.close()
    scaling, over = [], []
    for number in range(options.rounds):
        runs = {}
        for jobs in (1, 2) if number % 2 == 0 else (2, 1):
            if options.change:
                spoil(folder)
            runs[jobs] = measured(folder, jobs, beside=False)
        (cpu, single), (_, double) = processes_alone(database, 1), processes_alone(database, 2)
        bare = cpu * pages
        print(f"round {number + 1}: the machine itself does {2 * single / double:.2f} times as much with two processes")
        scaling.append(runs[1].seconds / runs[2].seconds)
        print(f"round {number + 1}: extraction alone {bare / pages * 1000:.2f} ms CPU a page")
        for jobs, run in sorted(runs.items()):
            over.append(run.cpu / bare)
            rate, each = pages / run.seconds, run.cpu / pages * 1000
            print(f"  {jobs}: {rate:.1f} pages/s, CPU {each:.2f} ms a page = {over[-1]:.3f} of it alone", end="")
            print(f", the main process {run.main_cpu / pages * 1000:.2f} ms")
            for role, first, last in run.peaks():
                print(f"     memory of the {role}: {first:.0f} MiB in the first third, {last:.0f} in the last")
    print(
        f"scaling from 1 to 2 jobs: {statistics.median(scaling):.2f}; CPU over extraction alone {statistics.median(over):.3f}"
    )
    if options.change:
        spoil(folder)
    run = measured(folder, 2, beside=True)
    print(f"beside a writer: longest hold of the lock {run.longest_hold_ms:.0f} ms;", end=" ")
    print(f"its {len(run.waits)} transactions: median {statistics.median(run.waits) * 1000:.1f} ms,", end=" ")
    print(
        f"99 of 100 under {run.waits[int(len(run.waits) * 0.99)] * 1000:.0f} ms, longest {run.waits[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
