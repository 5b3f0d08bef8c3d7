"""Commands in processes that are forked from one which has imported them all: a start costs 0.01 s of CPU, not 0.2 to 0.5.

    test processes ──> python -m tests.forked ──> a watcher for each command ──> the command, leader of a session of its own
                       imports, then forks       waits, tells how it ended

Such a process is a real one: it has its own folder, environment, output, signals and exit code, and it ends as Python ends. What it
does not do is find and import the modules, nor compile the patterns of a language with its first page (`tests.warm`). The processes
that it starts are forked as well (`tests.forked_below`). When the test process ends in any way, the watcher kills what it watches.

One process forks for all that test together (pytest-xdist); it ends when the last of them is gone.
"""

from __future__ import annotations

import atexit
import errno
import gc
import importlib
import io
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tests.forked_below import keep_a_fork_server, keep_a_process_for_commands
from tests.new_databases import copy_new_databases, new_database
from tests.signalled import SignalledAt, signal_at
from tests.warm import import_components, warm

ROOT = Path(__file__).parent.parent
# Imported beside the modules of all commands, which import these only when they run.
MODULES = (
    "crawler.run",
    "crawler.check",
    "crawler.spiders.news",
    "pipelines.processing.ingest",
    "pipelines.processing.page_pool",
    "rich.progress",
)
RUN = "PYTEST_XDIST_TESTRUNUID"
"""The variable that all processes of one run of the tests have alike (pytest-xdist)."""
_MESSAGE_BYTES = 1 << 17
_STARTS_WITHIN_S = 60


class _Server:
    """The process that forks, seen from the test process; started with the first command, by whichever test process runs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def send(self, job: dict[str, object], handles: list[int]) -> None:
        message = json.dumps(job).encode()
        with self._lock:
            if self._socket is None:
                self._socket = _connected()
                atexit.register(self._socket.close)
            socket.send_fds(self._socket, [message], handles)


def _connected() -> socket.socket:
    """A connection to the process that forks for this run of the tests."""
    # An abstract address: it is free again as soon as nobody listens there.
    address = f"\0copydesk-tests-{os.environ.get(RUN, os.getpid())}"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _MESSAGE_BYTES)
    while True:
        with suppress(ConnectionRefusedError):
            connection.connect(address)
            return connection
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            try:
                listener.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                time.sleep(0.01)  # another test process is about to listen
                continue
            listener.listen()
            subprocess.run(
                [sys.executable, "-m", "tests.forked", str(listener.fileno())],
                cwd=ROOT,
                pass_fds=(listener.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=True,
            )


_server = _Server()


def run_forked(
    arguments: tuple[str, ...], folder: Path, env: dict[str, str], limit_s: float, given: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run `copydesk ARGUMENTS` to its end. Raises TimeoutExpired, having killed it and its session.

    `given`: what it reads from standard input, a pipe, which must hold it all.
    """
    ours = _order(arguments, folder, env, {}, given=given)
    try:
        out, err, told = _read_all(ours, limit_s, arguments)
    finally:
        for handle in ours:
            os.close(handle)
    assert told, "the process that forks has ended: what it says is in the output of the tests"
    return subprocess.CompletedProcess(arguments, int(told.split()[1]), out, err)


def _order(
    arguments: tuple[str, ...],
    folder: Path,
    env: dict[str, str],
    constants: dict[str, float],
    signalled: SignalledAt | None = None,
    given: bytes | None = None,
) -> list[int]:
    """Have a command started. What to read: its output, its errors, and what its watcher tells: its number and exit code."""
    pipes = [os.pipe() for _ in range(3)]
    theirs = [writes for _, writes in pipes]
    if given is not None:
        reads, writes = os.pipe()
        theirs.append(reads)
        os.set_blocking(writes, False)
        assert os.write(writes, given) == len(given)
        os.close(writes)
    try:
        job: dict[str, object] = {"arguments": arguments, "folder": str(folder), "env": env, "constants": constants}
        job["signalled"] = signalled and asdict(signalled)
        _server.send(job, theirs)
    except BaseException:
        for reads, _ in pipes:
            os.close(reads)
        raise
    finally:
        for handle in theirs:
            os.close(handle)
    return [reads for reads, _ in pipes]


class ForkedProcess(subprocess.Popen[str]):
    """`copydesk ARGUMENTS`, running: what `subprocess.Popen` would be of a new Python with pipes for output and errors.

    `constants`: by module and name, such as `scheduler.service.BEAT_S`, what they are in this process alone.
    """

    def __init__(
        self,
        arguments: tuple[str, ...],
        folder: Path,
        env: dict[str, str],
        constants: dict[str, float],
        signalled: SignalledAt | None = None,
    ) -> None:
        out, err, told = _order(arguments, folder, env, constants, signalled)
        self.args = arguments
        self.stdin = None
        self.stdout = os.fdopen(out, encoding="utf-8")
        self.stderr = os.fdopen(err, encoding="utf-8")
        self.returncode = None
        self._told = io.FileIO(told)
        self._read = {out: b"", err: b""}
        number = b""
        while not number.endswith(b" "):
            piece = self._told.read(1)
            assert piece, "the process that forks has ended: what it says is in the output of the tests"
            number += piece
        self.pid = int(number)

    def poll(self) -> int | None:
        """Its exit code, None where it goes on."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, waited for. Raises TimeoutExpired."""
        if (code := self._ended(timeout)) is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return code

    def _ended(self, seconds: float | None) -> int | None:
        if not self._told.closed and select.select([self._told], [], [], seconds)[0]:
            with self._told:
                self.returncode = int(self._told.readall() or -signal.SIGKILL)
        return self.returncode

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[str, str]:
        """What it says until it ends. Raises TimeoutExpired; what came until then comes with the next call."""
        assert input is None
        end = None if timeout is None else time.monotonic() + timeout
        while self._read_some(None if end is None else end - time.monotonic()):
            pass
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        out, err = (read.decode() for read in self._read.values())
        return out, err

    def read_until(self, words: str, timeout: float = 120.0) -> None:
        """Wait until it has said these words, which `communicate` returns as well. Fails where it ends or does not say them."""
        end = time.monotonic() + timeout
        while not any(words.encode() in read for read in self._read.values()):
            assert self._read_some(end - time.monotonic()), self._read

    def _read_some(self, left: float | None) -> bool:
        """Read what it says next, within `left` seconds; whether it may say more. Raises TimeoutExpired."""
        assert self.stdout is not None
        assert self.stderr is not None
        open_ = {file.fileno(): file for file in (self.stdout, self.stderr) if not file.closed}
        ready = select.select(list(open_), [], [], None if left is None else max(0.0, left))[0] if open_ else []
        if open_ and not ready:
            assert left is not None
            raise subprocess.TimeoutExpired(self.args, left)
        for handle in ready:
            piece = os.read(handle, 1 << 16)
            self._read[handle] += piece
            if not piece:
                open_[handle].close()
        return bool(open_)

    def send_signal(self, sig: int) -> None:
        """Send it a signal unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)


def _read_all(handles: list[int], limit_s: float, arguments: tuple[str, ...]) -> list[bytes]:
    """All that comes out of these pipes; of the last one, the number of the process comes first."""
    read = dict.fromkeys(handles, b"")
    end = time.monotonic() + limit_s
    with selectors.DefaultSelector() as selector:
        for handle in handles:
            selector.register(handle, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, end - time.monotonic()))
            if not ready and time.monotonic() >= end:
                if number := read[handles[-1]].split():
                    os.killpg(int(number[0]), signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, limit_s, read[handles[0]], read[handles[1]])
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                read[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
    return list(read.values())


def serve(handle: int) -> None:
    """Fork a process for each order, until no test process is left. Returns in a command's process, which has still to run it."""
    if os.fork():  # nobody has to wait for its end
        os._exit(0)
    import_all()
    copy_new_databases()
    new_database()
    gc.collect()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(fileno=handle)
    tests: list[socket.socket] = []
    warming = warm()
    cold = True
    while True:
        gc.freeze()  # collected or counted, its pages would be copied in each process
        ready, _, _ = select.select([listener, *tests], [], [], (0 if cold else None) if tests else _STARTS_WITHIN_S)
        if not ready and not tests:
            sys.exit()  # what started this is gone
        if not ready:
            cold = next(warming, None) is not None
        for one in ready:
            if one is listener:
                tests.append(listener.accept()[0])
            elif (order := _received(one)) is None:
                tests.remove(one)
                one.close()
                if not tests:
                    sys.exit()
            elif os.fork() == 0:
                for handle_of_tests in (listener, *tests):
                    handle_of_tests.close()
                return _watch(json.loads(order[0]), *order[1])
            else:
                for pipe in order[1]:
                    os.close(pipe)


def _received(tests: socket.socket) -> tuple[bytes, list[int]] | None:
    """An order, and the pipes that come with it. None where the test process is gone."""
    with suppress(ConnectionResetError):
        message, handles, _, _ = socket.recv_fds(tests, _MESSAGE_BYTES, 4)
        if message:
            return message, handles
    return None


def import_all() -> None:
    """Import what commands use."""
    import click

    from cli.main import copydesk

    group = click.Context(copydesk)
    for name in copydesk.list_commands(group):
        copydesk.get_command(group, name)
    for name in MODULES:
        importlib.import_module(name)
    import_components()


def _watch(job: dict[str, object], out: int, err: int, told: int, given: int = 0) -> None:
    """Fork the command's process and tell its number and how it ended. Returns in it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    led, leads = os.pipe()
    if (pid := os.fork()) == 0:
        os.setsid()
        for handle in (led, leads, told):
            os.close(handle)
        _become(job, out, err, given)
        return
    for handle in (out, err, leads, *([given] if given else [])):
        os.close(handle)
    os.read(led, 1)  # its end: the command leads its session, so that the group of its number can be killed
    os.close(led)
    with suppress(BrokenPipeError):  # the test process is gone already, which is seen below
        os.write(told, f"{pid} ".encode())
    _await(pid, told)
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):  # nobody waits for it any more: it was killed for taking too long
        os.write(told, f"{os.waitstatus_to_exitcode(status)}".encode())
    os._exit(0)


def _await(pid: int, told: int) -> None:
    """Wait until the command has ended. Kill it when nobody waits for it any more: the test process is gone."""
    ended = os.pidfd_open(pid)
    waiting = select.poll()
    waiting.register(ended, select.POLLIN)
    waiting.register(told, 0)  # an error, when nobody can read it
    while ended not in {handle for handle, _ in waiting.poll()}:
        waiting.unregister(told)
        os.killpg(pid, signal.SIGKILL)


def _become(job: dict[str, object], out: int, err: int, given: int) -> None:
    """Make this process, which leads its session, what `python -m cli.main` starts with."""
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
    if "run" in arguments:
        keep_a_process_for_commands()
    else:
        keep_a_fork_server()
    for place, value in constants.items():
        module, _, name = place.rpartition(".")
        names = vars(importlib.import_module(module))
        assert name in names, place
        names[name] = value
    if job["signalled"]:
        signal_at(SignalledAt(**job["signalled"]))  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    from cli.main import main

    main()
