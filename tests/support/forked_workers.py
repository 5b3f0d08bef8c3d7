"""The processes that test together (pytest-xdist), forked from one which has imported all tests.

    pytest -n 4 ──> imports the tests, reads a page of each language ──> gw0, gw1, gw2, gw3: each collects, tests

Collecting takes a new process 7 s of CPU, of which 6 go into imports and patterns; a forked one takes 1 s. What it forks from is
the process that only deals the tests out. It has no open database, no server and no event loop.
"""

from __future__ import annotations

import gc
import importlib
import os
import random
import signal
import sys
import warnings
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import execnet.gateway_io
import pytest
from execnet.gateway_base import ExecModel, Popen2IO
from execnet.xspec import XSpec
from hypothesis import find
from hypothesis.strategies import integers

from tests.support.forked import start_forking
from tests.support.forked_below import keep_a_fork_server
from tests.support.forking import run_to_the_end
from tests.support.huge_pages import use_huge_pages
from tests.support.new_databases import new_database
from tests.support.warm import warm

ROOT = Path(__file__).parents[2]


class ForkedWorker(Popen2IO):
    """What xdist has of a worker: what `execnet.gateway_io.Popen2IOMaster` is of a new Python."""

    def __init__(self, execmodel: ExecModel, pid: int, writes: int, reads: int) -> None:
        super().__init__(os.fdopen(writes, "wb"), os.fdopen(reads, "rb"), execmodel)
        self._pid = pid

    def wait(self) -> int | None:
        """Its exit code, waited for."""
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        except ChildProcessError:
            return None

    def kill(self) -> None:
        """End it at once."""
        os.kill(self._pid, signal.SIGKILL)


def fork_workers(config: pytest.Config, specs: Sequence[XSpec]) -> None:
    """Have the workers that xdist is about to start be forked from this process. One that is started later is a new Python.

    Elsewhere than on Linux all are: a library of the system may not bear a fork.
    """
    if sys.platform != "linux" or not all(spec.popen for spec in specs):
        return
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS:  # all tests: there are commands among them
        with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            start_forking()
    gc.disable()  # nearly all that is made here stays
    import_tests(config)
    new_database()
    if "pipelines.extraction.extract" in sys.modules:
        deque(warm(), 0)
    gc.enable()
    gc.collect()
    gc.freeze()  # collected or counted, its pages would be copied in each process
    use_huge_pages()
    sys.stdout.flush()
    waiting: list[tuple[int, int, int]] = []
    for _ in specs:
        reads, theirs_writes = os.pipe()
        theirs_reads, writes = os.pipe()
        with warnings.catch_warnings():
            # Of the threads of numpy and pyarrow, which are prepared for it.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            for _, *handles in (*waiting, (0, writes, reads)):
                for handle in handles:
                    os.close(handle)
            run_to_the_end(lambda reads=theirs_reads, writes=theirs_writes: _become(config, reads, writes))  # type: ignore[misc]
        os.close(theirs_reads)
        os.close(theirs_writes)
        waiting.append((pid, writes, reads))
    real = execnet.gateway_io.create_io

    def create_io(spec: XSpec, execmodel: ExecModel) -> Popen2IO:
        return ForkedWorker(execmodel, *waiting.pop(0)) if waiting else real(spec, execmodel)

    execnet.gateway_io.create_io = create_io  # type: ignore[assignment]  # it has all that xdist uses of the other


def import_tests(config: pytest.Config) -> None:
    """Import the tests that are asked for. What cannot be imported is left to the workers, which say why."""
    for path in sorted({path for argument in config.args for path in _modules(argument, config.invocation_params.dir)}):
        with warnings.catch_warnings(), suppress(Exception, pytest.skip.Exception):
            warnings.simplefilter("error")
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    # Hypothesis looks through the source of what is imported with the first example: 1 s of CPU.
    find(integers(), lambda number: True)


def _modules(argument: str, folder: Path) -> list[Path]:
    path = (folder / argument.partition("::")[0]).resolve()
    found = path.rglob("test_*.py") if path.is_dir() else [path]
    return [one for one in found if one.is_relative_to(ROOT)]


def _become(config: pytest.Config, reads: int, writes: int) -> None:
    """Make this process what `python -c`, which execnet starts, begins with, and do what it is told."""
    config.pluginmanager.getplugin("capturemanager").stop_global_capturing()
    keep_a_fork_server(reads, writes)  # for what is read in processes of a test
    os.dup2(reads, 0)
    os.dup2(writes, 1)
    os.close(reads)
    os.close(writes)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.argv = ["-c"]
    main = sys.modules["__main__"] = ModuleType("__main__")
    random.seed()
    exec(eval(sys.stdin.readline()), vars(main))
