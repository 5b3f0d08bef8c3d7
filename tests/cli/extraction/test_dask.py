"""Extraction on a Dask cluster: a real scheduler and workers as processes on this machine, the command as a user calls it."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from distributed import Client

from db.errors import EngineError
from db.models import Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.processing.dask.connect import CONNECT_S, dask_executor
from pipelines.processing.dask.worker import extract_batch
from pipelines.processing.page_worker import ExtractionResult, extract_task
from pipelines.processing.worker_process import cpu_seconds
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.pipelines.processing.test_page_pool import database
from tests.support.deadline import within
from tests.support.processes import alive, children, command_of, descendants, is_stopped
from tests.support.relations import relation

# Tornado and Dask leave sockets to the garbage collector when a peer dies.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[3]
PAGES = 128  # more than two workers have at once: three batches of sixteen each
# A process that has taken more processor time than this reads the page that takes long: loading and the known page take 0.2 s.
AT_THE_PAGE_S = 0.5
PROGRESS = "SELECT count(*) FROM past_outcomes"


@dataclass(slots=True, kw_only=True)
class Cluster:
    """A scheduler, and workers under a nanny as `dask worker` starts them."""

    address: str
    folder: Path
    nanny: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        """The worker processes, not what is below them."""
        return [pid for pid in children(self.nanny.pid) if b"spawn_main" in command_of(pid)]

    def processed(self) -> int:
        """How many tasks of ours the workers have done."""
        with Client(self.address, set_as_default=False) as client:
            # As a lambda it travels whole: the scheduler has no package of tests.
            prefixes = client.run_on_scheduler(
                lambda dask_scheduler: {
                    name: one.state_counts["memory"] for name, one in dask_scheduler.task_prefixes.items()
                }
            )
        return int(prefixes.get(extract_batch.__name__, 0))

    def options(self) -> tuple[str, ...]:
        return ("--engine", "dask", "--scheduler", self.address)


# Processes that wait take a tenth of a processor to look at their own stacks and at the clock.
CALM = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False", "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms"}


def start(folder: Path, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
    said = (folder / f"{arguments[0]}.log").open("ab")
    with said:
        return subprocess.Popen(command, cwd=folder, env=os.environ | CALM | env, stdout=said, stderr=said)


def start_workers(folder: Path, address: str, count: int, **env: str) -> subprocess.Popen[bytes]:
    fixed = ("--nthreads", "1", "--memory-limit", "0", "--local-directory", str(folder))
    return start(folder, "worker", address, "--nworkers", str(count), *fixed, **env)


def end(process: subprocess.Popen[bytes]) -> None:
    below = descendants(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    wait_for(lambda: not any(alive(pid) for pid in below))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    # One lost worker is bad luck, two are the page's fault: Dask's own three would only make the tests longer.
    patience = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    where = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))
    scheduler = start(folder, "scheduler", *where, **patience)
    wait_for(lambda: told.exists() and told.read_text().endswith("}"))
    address = json.loads(told.read_text())["address"]
    running = Cluster(address=address, folder=folder, nanny=start_workers(folder, address, 2))
    try:
        wait_for(lambda: len(running.workers()) == 2)
        yield running
    finally:
        end(running.nanny)
        end(scheduler)


@pytest.fixture(scope="module")
def stale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database whose pages were all read by an extractor that found nothing."""
    path = database(tmp_path_factory.mktemp("stale") / "news.db", PAGES)
    conn = sqlite3.connect(path)
    with conn:
        conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('old', 'old', 'old')")
        conn.execute("INSERT INTO outcomes (page_id, extractor_id, reason) SELECT id, 1, 'no_text' FROM pages")
    conn.close()
    return path


@pytest.fixture(scope="module")
def local(stale: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """What the local pool makes of it."""
    desk = desk_with(stale, tmp_path_factory.mktemp("local"))
    desk.run("extract", "--all", "--jobs", "2")
    return desk.derived()


def desk_with(stale: Path, folder: Path) -> Copydesk:
    desk = Copydesk(folder, None)
    source, target = sqlite3.connect(stale), sqlite3.connect(desk.database)
    source.backup(target)
    source.close()
    target.close()
    return desk


def changed(desk: Copydesk) -> int:
    return int(desk.query(PROGRESS)[0][0])


def test_rows_are_those_of_the_local_pool(cluster: Cluster, stale: Path, local: Any, tmp_path: Path) -> None:
    desk = desk_with(stale, tmp_path)
    desk.run("extract", "--all", *cluster.options())
    assert changed(desk) == PAGES
    assert desk.derived() == local


def test_a_worker_that_is_killed_loses_nothing(cluster: Cluster, stale: Path, local: Any, tmp_path: Path) -> None:
    desk = desk_with(stale, tmp_path)
    process = desk.start_signalled(signal.SIGSTOP, PROGRESS, "extract", "--all", *cluster.options())
    wait_for(lambda: is_stopped(process.pid) or process.poll() is not None)
    os.kill(cluster.workers()[0], signal.SIGKILL)
    left = PAGES - changed(desk)
    process.send_signal(signal.SIGCONT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    assert left > 0
    assert desk.derived() == local


def test_a_result_whose_worker_dies_when_it_has_just_come_counts(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = Client._gather

    async def fetched_just_in_time(self: Client, futures: list[Any], *args: Any, **kwargs: Any) -> Any:
        results = await fetch(self, futures, *args, **kwargs)
        for future in futures:  # what a scheduler sends when the only worker that has a result is gone
            self._stream_handlers["lost-data"](key=future.key)
        return results

    monkeypatch.setattr(Client, "_gather", fetched_just_in_time)
    path = database(tmp_path / "news.db", 2)
    with dask_executor(cluster.address, database=path, sites=Sites(), timeout_s=60, say=print) as executor:
        futures = [executor.submit(extract_task, number) for number in (1, 2)]
        assert [future.result(60).page_id for future in futures] == [1, 2]


def test_ctrl_c_leaves_a_run_that_goes_on(cluster: Cluster, stale: Path, local: Any, tmp_path: Path) -> None:
    desk = desk_with(stale, tmp_path)
    process = desk.start_signalled(signal.SIGINT, PROGRESS, "extract", "--all", *cluster.options())
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "the same command continues" in err
    assert 0 < changed(desk) < PAGES
    desk.run("extract", "--all", *cluster.options())
    assert desk.derived() == local
    assert desk.query("SELECT count(*) FROM runs") == [(1,)]


def test_a_page_that_is_too_slow_or_kills_its_processes_is_given_up_alone(cluster: Cluster, tmp_path: Path) -> None:
    path = database(tmp_path / "slow.db", 1, paragraphs=60_000)

    def slow(timeout_s: float) -> Iterator[Future[ExtractionResult]]:
        with dask_executor(cluster.address, database=path, sites=Sites(), timeout_s=timeout_s, say=print) as readers:
            yield readers.submit(extract_task, 1)

    def reason(future: Future[ExtractionResult]) -> tuple[Reason, str]:
        outcome = future.result(60).outcome
        assert isinstance(outcome, Rejection)
        return outcome.reason, outcome.detail

    for future in slow(0.3):
        assert reason(future)[0] is Reason.TOO_SLOW
    for future in slow(60):  # its reading process dies, twice
        while not future.done():
            time.sleep(0.05)
            for worker in cluster.workers():
                for pid in readers_of(worker):
                    # At the page, and not at the known one that is read after it, which is quick: that would blame the machine.
                    if (cpu_seconds(pid) or 0.0) > AT_THE_PAGE_S:
                        os.kill(pid, signal.SIGKILL)
        assert reason(future) == (Reason.CRASHED, "The process reading it ended, 2 times.")
    for future in slow(60):  # its whole worker dies, twice
        while not future.done():
            time.sleep(0.1)
            for worker in [worker for worker in cluster.workers() if readers_of(worker)]:
                os.kill(worker, signal.SIGKILL)
        assert reason(future) == (Reason.CRASHED, "The Dask worker reading it ended, 2 times.")
    wait_for(lambda: len(cluster.workers()) == 2)


def readers_of(worker: int) -> list[int]:
    """The reading processes that are at work below a worker: those that its fork server has made."""
    return [pid for server in children(worker) for pid in children(server)]


@pytest.mark.parametrize("without", ["another version", "no Copydesk"])
def test_a_worker_that_would_extract_otherwise_is_refused(
    cluster: Cluster, stale: Path, tmp_path: Path, without: str
) -> None:
    theirs = tmp_path / "theirs"
    if without == "no Copydesk":
        (theirs / "pipelines").mkdir(parents=True)
        # Not just empty: the finder of an editable installation would still find what is below it.
        refuses = "raise ModuleNotFoundError('No module named pipelines')\n"
        (theirs / "pipelines" / "__init__.py").write_text(refuses, encoding="utf-8")
        told = "cannot run Copydesk (Exception: ModuleNotFoundError"
    else:
        for package in ("db", "pipelines"):
            shutil.copytree(ROOT / package, theirs / package)
        with (theirs / "pipelines" / "extraction" / "extract.py").open("a") as file:
            file.write("# changed\n")
        told = "has extraction code"
    desk = desk_with(stale, tmp_path)
    worker = start_workers(tmp_path, cluster.address, 1, PYTHONPATH=str(theirs))
    try:
        wait_for(lambda: b"Registered to" in (tmp_path / "worker.log").read_bytes())
        failed = desk.run("extract", "--all", *cluster.options(), code=4)
    finally:
        end(worker)
    assert told in failed.stderr
    assert "the same version" in failed.stderr
    assert desk.query("SELECT count(*) FROM runs") == [(0,)]


def test_no_scheduler_and_no_extra_are_said_at_once(stale: Path, tmp_path: Path) -> None:
    desk = desk_with(stale, tmp_path)
    taken = socket.socket()  # nobody listens there, and nobody else can
    taken.bind(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with (
        within(CONNECT_S / 2),
        pytest.raises(EngineError, match="there is no Dask scheduler"),
        dask_executor(f"tcp://127.0.0.1:{port}", database=None, sites=Sites(), timeout_s=1, say=print),
    ):
        pass
    nobody = desk.run("extract", "--all", "--engine", "dask", "--scheduler", f"tcp://127.0.0.1:{port}", code=4)
    taken.close()
    assert f"start one: dask scheduler --port {port}" in nobody.stderr
    assert "--scheduler ADDRESS" in desk.run("extract", "--all", "--engine", "dask", code=2).stderr
    (tmp_path / "without").mkdir()
    for name in ("distributed", "fsspec"):
        (tmp_path / "without" / f"{name}.py").write_text("raise ImportError('not installed')\n")
    desk.env["PYTHONPATH"] = str(tmp_path / "without")
    missing = desk.run("extract", "--all", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", code=2)
    assert "pip install 'copydesk[dask]'" in missing.stderr
    assert "pip install 'copydesk[dask]'" in desk.run("extract", "--all", "--to", "file:///x", code=2).stderr
    assert desk.query("SELECT count(*) FROM runs") == [(0,)]


class _Server(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    """This test's folder by HTTP, without ranges."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Server, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_files_in_and_out_are_the_same_by_either_engine(
    cluster: Cluster, stale: Path, local: Any, web: str, tmp_path: Path
) -> None:
    desk = desk_with(stale, tmp_path)
    desk.run("extract", "--all", "--to", f"file://{tmp_path}/here")
    desk.run("extract", "--all", "--to", f"file://{tmp_path}/there", *cluster.options())
    for kind in ("articles", "rejections"):
        part = Path(kind, "part-000000.parquet")
        assert (tmp_path / "here" / part).read_bytes() == (tmp_path / "there" / part).read_bytes()
    assert changed(desk) == 0, "the database stays as it is"
    desk.run("export", "warc", "--output", "pages.warc.gz")
    desk.run("extract", "--from", f"{web}/pages.warc.gz", "--to", f"file://{tmp_path}/far", *cluster.options())
    columns = "page_url, title, text, published, authors, word_count, address_key, text_hash, extractor_code"
    rows = {
        name: relation(f"SELECT {columns} FROM '{tmp_path}/{name}/articles/*.parquet' ORDER BY number").fetchall()
        for name in ("here", "far")
    }
    assert rows["here"] == rows["far"]
    assert sorted((row[1], row[2]) for row in rows["far"]) == sorted((a[5], a[7]) for a in articles(desk, local))
    other = desk.run("extract", "--url", "http://s.example/1.html", "--to", f"file://{tmp_path}/far", code=2)
    assert "use another folder" in other.stderr


def test_archives_at_an_address_go_into_the_database_by_either_engine(
    cluster: Cluster, stale: Path, web: str, tmp_path: Path
) -> None:
    desk_with(stale, tmp_path).run("export", "warc", "--limit", "40", "--output", "pages.warc.gz")
    made = {}
    for name, options in {"here": (), "there": cluster.options()}.items():
        (tmp_path / name).mkdir()
        desk = Copydesk(tmp_path / name, None)
        before = cluster.processed()
        report = json.loads(desk.run("import", f"{web}/pages.warc.gz", "--json", *options).stdout)
        assert (report["pages"], report["unread"], report["passed"]) == (40, 0, {})
        assert (cluster.processed() > before) == (name == "there"), "it is the cluster that reads, or is not"
        pages = desk.query("SELECT id, url, fetched_at, body_id FROM pages ORDER BY id")
        made[name] = (pages, {table: sorted(rows) for table, rows in desk.derived().items()})
    assert made["here"] == made["there"]
    assert len(made["there"][1]["articles"]) == 40


def articles(desk: Copydesk, local: Any) -> list[tuple[Any, ...]]:
    """Articles of the local run with title and text at the places that the test above reads."""
    names = [row[1] for row in desk.query("PRAGMA table_info(articles)")]
    title, text = names.index("title"), names.index("text")
    return [(None,) * 5 + (row[title], None, row[text]) for row in local["articles"]]


def test_parquet_pages_are_read_and_a_run_goes_on(tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None)
    text = (
        "The council met in the evening and talked about the bridge until the caretaker switched off the lights. " * 9
    )
    pages: list[dict[str, str | None]] = [
        {
            "url": f"http://s.example/{n}",
            "body": f"<html><h1>Bridge {n}</h1><article><p>{n} {text}</p></article></html>",
        }
        for n in range(5)
    ]
    pages += [{"url": "nonsense", "body": "x"}, {"url": "http://s.example/none", "body": None}]
    pq.write_table(pa.Table.from_pylist(pages), tmp_path / "pages.parquet")
    command = ("extract", "--from", f"file://{tmp_path}/*.parquet", "--to", f"file://{tmp_path}/out")
    first = desk.run(*command)
    assert "5 articles, 0 rejected" in first.stdout
    assert "bad_address 1" in first.stdout
    assert "no_body 1" in first.stdout
    again = desk.run(*command)
    assert "continuing after page 5" in again.stderr
    assert "0 articles, 0 rejected; 1 part in" in again.stdout
    titles = relation(f"SELECT title FROM '{tmp_path}/out/articles/*.parquet' ORDER BY number").fetchall()
    assert titles == [(f"Bridge {n}",) for n in range(5)]
    assert "no such file" in desk.run("extract", "--from", f"file://{tmp_path}/x*", "--to", "memory://o", code=2).stderr
    assert "--from needs --to" in desk.run("extract", "--from", "file:///x", code=2).stderr
