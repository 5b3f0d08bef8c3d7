"""Reading processes that are too slow, are killed, or die: each page still ends in an outcome, and no process is left."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from db.connection.database import open_database, write
from db.connection.writer import Writer
from db.models import Article, Reason, Rejection
from db.site_rules.loader import Sites, load_sites, shipped_sites_folder
from db.store.crawl import facts
from db.store.extraction.extractions import insert_extraction, queue_pages
from db.store.extraction.outcomes import extractor_id
from db.store.sites.sources import add_source
from pipelines.extraction.version import extractor_in_force
from pipelines.processing import reextract
from pipelines.processing.ingest import Ingest, IngestPlan, record_results
from pipelines.processing.page_executor import PageExecutor, task_of_call
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult, extract_task
from pipelines.processing.preload import preload_writing
from tests.end_to_end.copydesk import wait_for
from tests.support.processes import children

START = datetime(2026, 11, 1, tzinfo=UTC)
PARAGRAPH = "The council met in the evening and talked about the bridge until the caretaker switched off the lights. "


def database(path: Path, pages: int, paragraphs: int = 8) -> Path:
    db = open_database(path, create=True)
    with write(db.conn) as conn:
        add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
        for n in range(pages):
            text = "".join(f"<p>{n}.{m} {PARAGRAPH * 3}</p>" for m in range(paragraphs))
            body = f"<html><head><title>Bridge report {n}</title></head><body><h1>Bridge report {n}</h1>{text}</body></html>"
            fetch = facts.Fetch(what="article", url=f"http://s.example/{n}.html", started_at=START, status=200)
            page = facts.ReceivedPage(
                fetch=fetch, source_id=1, headers={}, content_type="text/html", body=facts.pack_body(body.encode())
            )
            facts.insert_page(conn, page)
    db.conn.close()
    return path


def readings(pool: ExtractionPool, pages: int) -> list[ExtractionResult]:
    return [future.result(timeout=120) for future in [pool.submit(page_id) for page_id in range(1, pages + 1)]]


def workers_of(pid: int) -> list[int]:
    return [reader for server in children(pid) for reader in children(server)]


def test_a_page_over_its_time_is_too_slow_and_the_others_are_read(tmp_path: Path) -> None:
    path = database(tmp_path / "p.db", 2, paragraphs=4000)
    pool = ExtractionPool(path, load_sites(shipped_sites_folder()), processes=1, timeout_s=0.05)
    outcomes = [reading.outcome for reading in readings(pool, 2)]
    pool.close()
    assert all(isinstance(outcome, Rejection) and outcome.reason is Reason.TOO_SLOW for outcome in outcomes)
    pool = ExtractionPool(path, load_sites(shipped_sites_folder()), processes=1, timeout_s=30)
    assert all(isinstance(reading.outcome, Article) for reading in readings(pool, 2))
    pool.close()


def test_processes_that_are_killed_cost_no_page(tmp_path: Path) -> None:
    path = database(tmp_path / "p.db", 150)
    pool = ExtractionPool(path, load_sites(shipped_sites_folder()), processes=2, timeout_s=30)
    done: queue.Queue[Future[ExtractionResult]] = queue.Queue()
    for page_id in range(1, 151):
        pool.submit(page_id).add_done_callback(done.put)
    found = []
    for n in range(150):
        found.append(done.get(timeout=60).result())
        if n in (5, 100):  # the oldest, idle or reading, whichever it is; a page's second process is always younger
            os.kill(min(workers_of(os.getpid())), signal.SIGKILL)
    pool.close()
    assert sorted(reading.page_id for reading in found) == list(range(1, 151))
    assert all(isinstance(reading.outcome, Article) for reading in found)


def test_a_second_desk_waits_for_the_first(tmp_path: Path) -> None:
    path = database(tmp_path / "p.db", 30)

    plan = IngestPlan(
        database=path,
        sites=load_sites(shipped_sites_folder()),
        extractor=extractor_in_force(Sites()),
        processes=1,
        page_timeout_s=30,
    )
    writers = [Writer(path), Writer(path)]
    desks = [Ingest(plan, writer) for writer in writers]
    for desk in desks:
        desk.start()
        desk.finish()
    for desk in desks:
        desk.join(120)
        assert not desk.working
    for writer in writers:
        writer.close()
    db = open_database(path)
    assert db.conn.execute("SELECT count(*), count(DISTINCT page_id) FROM outcomes").fetchone() == (30, 30)
    assert db.conn.execute("SELECT count(*) FROM unread").fetchone() == (0,)
    db.conn.close()


class Immediate(PageExecutor):
    """Has the result of a page as soon as it is submitted."""

    ahead = 4

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        page = task_of_call(fn, args, kwargs)
        assert isinstance(page, int)
        future: Future[Any] = Future()
        future.set_result(
            ExtractionResult(page_id=page, outcome=Rejection(reason=Reason.EMPTY, detail="written by a test"))
        )
        return future


def test_no_page_is_left_when_all_that_were_submitted_end_at_once(tmp_path: Path) -> None:
    path = database(tmp_path / "p.db", 30, paragraphs=1)
    plan = IngestPlan(
        database=path,
        sites=Sites(),
        extractor=extractor_in_force(Sites()),
        processes=1,
        page_timeout_s=30,
    )
    writer = Writer(path)
    desk = Ingest(plan, writer, Immediate())
    desk.finish()
    desk.start()
    desk.join(120)
    writer.close()
    db = open_database(path)
    assert db.conn.execute("SELECT count(*) FROM outcomes").fetchone() == (30,)
    db.conn.close()


def test_pages_are_extracted_while_others_are_written(tmp_path: Path) -> None:
    path = database(tmp_path / "p.db", 30, paragraphs=1)
    writer, free, submitted = Writer(path), threading.Event(), set[int]()

    class HaltsTheWriter(Immediate):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            if not submitted:
                writer.submit(lambda _: free.wait())  # before the results of the first pages
            future = super().submit(fn, *args, **kwargs)
            submitted.add(future.result().page_id)
            return future

    plan = IngestPlan(
        database=path, sites=Sites(), extractor=extractor_in_force(Sites()), processes=1, page_timeout_s=30
    )
    desk = Ingest(plan, writer, HaltsTheWriter())
    desk.finish()
    desk.start()
    try:
        wait_for(lambda: len(submitted) > HaltsTheWriter.ahead)
    finally:
        free.set()
        desk.join(120)
        writer.close()
    db = open_database(path)
    assert db.conn.execute("SELECT count(*) FROM outcomes").fetchone() == (30,)
    db.conn.close()


def test_extracting_again_submits_pages_before_it_loads_what_writing_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted: list[int] = []
    before_loading: list[int] = []

    class Noted(Immediate):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(fn, *args, **kwargs)
            submitted.append(future.result().page_id)
            return future

    def load() -> None:
        before_loading.extend(submitted)
        preload_writing()

    monkeypatch.setattr(reextract, "preload_writing", load)
    conn = open_database(database(tmp_path / "p.db", 9, paragraphs=1)).conn
    pages = range(1, 10)
    with write(conn):
        extractor = extractor_id(conn, extractor_in_force(Sites()))
        record_results(conn, [Immediate().submit(extract_task, page).result() for page in pages], extractor)
        run = facts.begin_run(conn, "extract", os.getpid(), START)
        insert_extraction(conn, run, "all", extractor)
        queue_pages(conn, run, pages)
    reextract.reextract_run(conn, run, extractor, Noted(), threading.Event(), lambda _: None)
    assert before_loading
    assert submitted == list(pages)
    conn.close()


def test_readers_end_with_their_parent(tmp_path: Path) -> None:
    path = database(tmp_path / "p.db", 60)
    code = (
        "import sys, time; from pathlib import Path\n"
        "from pipelines.processing.page_pool import ExtractionPool\n"
        "from db.site_rules.loader import load_sites, shipped_sites_folder\n"
        "if __name__ == '__main__':\n"
        "    pool = ExtractionPool(Path(sys.argv[1]), load_sites(shipped_sites_folder()), processes=2, timeout_s=30)\n"
        "    found = [pool.submit(n) for n in range(1, 61)]\n"
        "    found[0].result(); print('ready', flush=True); time.sleep(60)\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code, encoding="utf-8")
    root = str(Path(__file__).parent.parent.parent.parent)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    children = workers_of(parent.pid)
    assert children
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def test_a_desk_that_waits_for_another_one_rests(tmp_path: Path) -> None:
    """Told that no more pages come, it still waits for the other's pages, and not in a busy loop."""
    path = database(tmp_path / "news.db", 1)
    sites = shipped_sites_folder()
    plan = IngestPlan(
        database=path,
        sites=load_sites(sites),
        extractor=extractor_in_force(load_sites(sites)),
        processes=1,
        page_timeout_s=30.0,
    )
    writer = Writer(path)
    desk = Ingest(plan, writer)
    with FileLock(f"{path}.lock"):
        desk.start()
        desk.finish()
        time.sleep(0.5)
        began = time.process_time()
        time.sleep(2.0)
        spent = time.process_time() - began
        assert desk.working, "a page is unread, and the other desk may have died"
    desk.join(120)
    writer.close()
    assert not desk.working
    assert spent < 0.4, f"{spent:.2f} s of CPU in 2 s of waiting"
