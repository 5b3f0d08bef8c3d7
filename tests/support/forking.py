"""The process that forks commands for all that test together: `tests.support.forked` starts it and gives it orders."""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from tests.support.forked import COLD, MESSAGE_BYTES
from tests.support.forked_below import keep_a_fork_server, keep_a_process_for_commands
from tests.support.huge_pages import use_huge_pages
from tests.support.new_databases import copy_new_databases, new_database
from tests.support.packages import module_names
from tests.support.signalled import SignalledAt, signal_at
from tests.support.warm import import_components, warm

PARALLEL = frozenset(
    ["backfill", "batch", "catalogue", "ccnews", "crawl", "extract", "import", "inspect", "rules", "sources", "why"]
)
"""Commands that may start processes by a fork server."""
_STARTS_WITHIN_S = 60
_NEW_OBJECTS = 10_000
"""After so many new objects cycles are looked for. A crawl sets this number itself (`crawler.run.NEW_OBJECTS`), unless who runs it
has frozen objects, as is done here."""


class _Commands:
    """The commands that run: each is told of by a pipe, and killed when nobody reads there any more."""

    def __init__(self, poll: select.poll) -> None:
        self._poll = poll
        # By the handle of the process, and by that of the pipe where anybody still reads it.
        self._ends: dict[int, tuple[int, int]] = {}
        self._tells: dict[int, int] = {}

    def add(self, pid: int, told: int) -> None:
        ended = os.pidfd_open(pid)
        self._ends[ended] = (pid, told)
        self._tells[told] = pid
        self._poll.register(ended, select.POLLIN)
        self._poll.register(told, 0)  # an error, when nobody can read it

    def look_at(self, handle: int) -> None:
        """Tell how the command of that handle ended, or kill it as nobody reads that."""
        if (pid := self._tells.pop(handle, None)) is not None:
            self._poll.unregister(handle)
            _kill(pid)
        else:
            pid, told = self._ends.pop(handle)
            if self._tells.pop(told, None) is not None:
                self._poll.unregister(told)
            self._poll.unregister(handle)
            os.close(handle)
            _, status = os.waitpid(pid, 0)
            with suppress(BrokenPipeError):  # nobody waits for it any more: it was killed for taking too long
                os.write(told, f"{os.waitstatus_to_exitcode(status)}".encode())
            os.close(told)

    def kill(self) -> None:
        for pid, _ in self._ends.values():
            _kill(pid)

    def close(self) -> None:
        """What a new command does: it would keep the pipes of the others open."""
        for ended, (_, told) in self._ends.items():
            os.close(ended)
            os.close(told)


def _kill(pid: int) -> None:
    for kill in (os.killpg, os.kill):  # the latter where it does not lead its session yet
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def serve(handle: int) -> None:
    """Fork a process for each order, until no test process is left. Returns in a command's process, which has still to run it."""
    if os.fork():  # nobody has to wait for its end
        os._exit(0)
    _prepare()
    listener = socket.socket(fileno=handle)
    tests: dict[int, socket.socket] = {}
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    commands = _Commands(poll)
    cold = COLD not in os.environ
    warming = _warm()
    while True:
        gc.freeze()  # collected or counted, its pages would be copied in each process
        ready = poll.poll((0 if cold else None) if tests else _STARTS_WITHIN_S * 1000)
        if not ready and not tests:
            sys.exit()  # what started this is gone
        if not ready:
            cold = next(warming, None) is not None
            continue
        one, _ = ready[0]  # what is done for one may close the handles of others, whose numbers are used again
        if one == listener.fileno():
            test, _ = listener.accept()
            tests[test.fileno()] = test
            poll.register(test, select.POLLIN)
        elif one not in tests:
            commands.look_at(one)
        elif (order := _received(tests[one])) is None:
            poll.unregister(one)
            tests.pop(one).close()
            if not tests:
                commands.kill()
                sys.exit()
        else:
            job, (out, err, told, *given) = json.loads(order[0]), order[1]
            if (pid := os.fork()) == 0:
                for socket_of_tests in (listener, *tests.values()):
                    socket_of_tests.close()
                commands.close()
                return _become(job, out, err, told, *given)
            commands.add(pid, told)
            for pipe in (out, err, *given):
                os.close(pipe)


def _prepare() -> None:
    if COLD in os.environ:
        importlib.import_module("cli.main")
        return
    gc.set_threshold(_NEW_OBJECTS)
    import_all()
    copy_new_databases()
    new_database()
    gc.collect()
    # To count what is frozen takes a crawl, which asks whether that is anything, 20 ms of CPU.
    gc.get_freeze_count = lambda: 1
    use_huge_pages()


def _warm() -> Iterator[str]:
    yield from warm()
    use_huge_pages()


def _received(tests: socket.socket) -> tuple[bytes, list[int]] | None:
    """An order, and the pipes that come with it. None where the test process is gone."""
    with suppress(ConnectionResetError):
        message, handles, _, _ = socket.recv_fds(tests, MESSAGE_BYTES, 4)
        if message:
            return message, handles
    return None


def import_all() -> None:
    """Import all that commands use: most of it they import when they run, and only what they need."""
    for name in module_names():
        with suppress(ImportError):  # it needs an extra that is not installed
            importlib.import_module(name)
    import_components()


def _become(job: dict[str, object], out: int, err: int, told: int, given: int = 0) -> None:
    """Make this process what `python -m cli.main` starts with, the leader of a session, and tell its number."""
    os.setsid()  # before its number is known, by which its group can be killed
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run below `nohup`, which has all ignore it
    with suppress(BrokenPipeError):  # the test process is gone already, and it will be killed
        os.write(told, f"{os.getpid()} ".encode())
    os.close(told)
    if given:
        os.dup2(given, 0)
        os.close(given)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    folder, arguments, env, constants = job["folder"], job["arguments"], job["env"], job["constants"]
    assert isinstance(folder, str)
    assert isinstance(arguments, list)
    assert isinstance(env, dict)
    assert isinstance(constants, dict)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.path[0] = folder
    main = sys.modules["cli.main"]
    sys.argv = [str(main.__file__), *arguments]
    sys.modules["__main__"] = main  # the processes that it starts import its main module by this name
    for place, value in constants.items():
        module, _, name = place.rpartition(".")
        names = vars(importlib.import_module(module))
        assert name in names, place
        names[name] = value
    if "run" in arguments:
        keep_a_process_for_commands()
    elif not PARALLEL.isdisjoint(arguments):
        keep_a_fork_server()
    if job["signalled"]:
        signal_at(SignalledAt(**job["signalled"]))  # type: ignore[arg-type]


def run_to_the_end(command: Callable[[], None]) -> None:
    """Run a command and end as Python does, but without taking apart what is shared with others."""
    code: object = None
    try:
        command()
    except SystemExit as leaving:
        code = leaving.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # type: ignore[arg-type]  # Python has words of its own for it
    if code is None or isinstance(code, int):
        os._exit((code or 0) & 0xFF)
    sys.exit(code)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    from cli.main import main

    run_to_the_end(main)
