"""Multiprocessing's fork server: Ctrl-C while it still imports neither ends it nor prints anything."""

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


def test_ctrl_c_passes_by_a_fork_server_that_still_imports(tmp_path: Path) -> None:
    (tmp_path / "interrupts.py").write_text(_INTERRUPTS, encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        start_new_session=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
