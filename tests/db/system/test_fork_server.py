"""Multiprocessing's fork server: started early; Ctrl-C while it still imports neither ends it nor prints anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent

# Imported by the fork server: Ctrl-C, which a terminal sends to the whole group.
_INTERRUPTS = "import os, signal\nos.killpg(0, signal.SIGINT)\n"

_PROGRAM = """
import multiprocessing, os, signal, sys
from db.system.fork_server import start_fork_server

def name_of(path):
    path.send(os.getpid() != os.getppid())

if __name__ == "__main__":
    came = []
    signal.signal(signal.SIGINT, lambda *_: came.append(1))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["interrupts"])
    start_fork_server()
    ours, theirs = context.Pipe()
    process = context.Process(target=name_of, args=(theirs,))
    process.start()
    assert ours.recv()
    process.join()
    assert process.exitcode == 0
    assert came, "Ctrl-C did not reach this process"
    start_fork_server()
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set(), "Ctrl-C stays blocked"
"""

_EARLY = """
import os, sys
from pipelines.processing.page_worker import EXTRACTION_MODULES, FIRST_PAGE
from pipelines.processing.worker_pool import WorkerPool, start_server

class Parents:
    name, preload = "page", ()

    def init_worker(self):
        from pipelines.extraction.languages.loader import languages
        from pipelines.urls import _suffixes

        kept = [one.cache_info().currsize for one in (languages, _suffixes)]
        return lambda _: (os.getppid(), "early" in sys.modules, kept)

    def run_known_task(self):
        pass

if __name__ == "__main__":
    start_server(["early", *EXTRACTION_MODULES, FIRST_PAGE])
    from multiprocessing.forkserver import _forkserver
    server = _forkserver._forkserver_pid
    pool = WorkerPool(Parents(), processes=1, timeout_s=60)
    assert pool.submit("page").result() == (server, True, [1, 1])
    pool.close()
"""


def test_processes_come_from_a_server_that_was_started_before_and_has_read_a_page(tmp_path: Path) -> None:
    (tmp_path / "early.py").write_text("", encoding="utf-8")
    assert _run(tmp_path, _EARLY) == (0, "")


def test_ctrl_c_passes_by_a_fork_server_that_still_imports(tmp_path: Path) -> None:
    (tmp_path / "interrupts.py").write_text(_INTERRUPTS, encoding="utf-8")
    assert _run(tmp_path, _PROGRAM) == (0, "")


def _run(folder: Path, source: str) -> tuple[int, str]:
    """How a program ends that finds ours and the folder's modules: status, standard error."""
    program = folder / "program.py"
    program.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    return done.returncode, done.stderr
