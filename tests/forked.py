"""Commands in processes that are forked from one which has imported them all: a start costs 0.01 s of CPU, not 0.2 to 0.5.

    test process ──> python -m tests.forked ──> a watcher for each command ──> the command, leader of a session of its own
                     imports, then forks       waits, tells how it ended

Such a process is a real one: it has its own folder, environment, output, signals and exit code, and it ends as Python ends. What it
does not do is find and import the modules. Tests that stop, kill or hinder a process start a new Python (`Copydesk.start`).
"""

from __future__ import annotations

import atexit
import fcntl
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import util
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Imported beside the modules of all commands, which import these only when they run.
MODULES = (
    "crawler.run",
    "crawler.check",
    "pipelines.processing.ingest",
    "pipelines.processing.page_pool",
    "rich.progress",
)
_MESSAGE_BYTES = 1 << 17


class _Server:
    """The process that forks, seen from the test process; started with the first command."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def send(self, job: dict[str, object], handles: list[int]) -> None:
        message = json.dumps(job).encode()
        with self._lock:
            if self._socket is None:
                self._socket = self._start()
            socket.send_fds(self._socket, [message], handles)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * _MESSAGE_BYTES)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

        def end() -> None:
            ours.close()
            process.wait()

        atexit.register(end)
        return ours


_server = _Server()


def run_forked(
    arguments: tuple[str, ...], folder: Path, env: dict[str, str], limit_s: float
) -> subprocess.CompletedProcess[bytes]:
    """Run `copydesk ARGUMENTS` to its end. Raises TimeoutExpired, having killed it and its session."""
    pipes = [os.pipe() for _ in range(3)]
    theirs = [writes for _, writes in pipes]
    ours = [reads for reads, _ in pipes]
    try:
        try:
            _server.send({"arguments": arguments, "folder": str(folder), "env": env}, theirs)
        finally:
            for handle in theirs:
                os.close(handle)
        out, err, told = _read_all(ours, limit_s, arguments)
    finally:
        for handle in ours:
            os.close(handle)
    assert told, "the process that forks has ended: what it says is in the output of the tests"
    return subprocess.CompletedProcess(arguments, int(told.split()[1]), out, err)


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
    """Fork a process for each order, until the test process is gone. Returns in a command's process, which has still to run it."""
    import_all()
    gc.collect()
    gc.freeze()  # collected or counted, its pages would be copied in each process
    orders = socket.socket(fileno=handle)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, handles, _, _ = socket.recv_fds(orders, _MESSAGE_BYTES, 3)
        if not message:
            sys.exit()
        if os.fork() == 0:
            orders.close()
            return _watch(json.loads(message), *handles)
        for one in handles:
            os.close(one)


def import_all() -> None:
    """Import what commands use."""
    import click

    from cli.main import copydesk

    group = click.Context(copydesk)
    for name in copydesk.list_commands(group):
        copydesk.get_command(group, name)
    for name in MODULES:
        importlib.import_module(name)


def _watch(job: dict[str, object], out: int, err: int, told: int) -> None:
    """Fork the command's process and tell its number and how it ended. Returns in it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if (pid := os.fork()) == 0:
        os.close(told)
        _become(job, out, err)
        return
    for handle in (out, err):
        os.close(handle)
    os.write(told, f"{pid} ".encode())
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):  # nobody waits for it any more: it was killed for taking too long
        os.write(told, f"{os.waitstatus_to_exitcode(status)}".encode())
    os._exit(0)


def _become(job: dict[str, object], out: int, err: int) -> None:
    """Make this process what `python -m cli.main` starts with."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    folder, arguments, env = job["folder"], job["arguments"], job["env"]
    assert isinstance(folder, str)
    assert isinstance(arguments, list)
    assert isinstance(env, dict)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    sys.path[0] = folder
    main = sys.modules["cli.main"]
    sys.argv = [str(main.__file__), *arguments]
    sys.modules["__main__"] = main  # the processes that it starts import its main module by this name
    _keep_a_fork_server()


def _keep_a_fork_server() -> None:
    """Have the fork server of this command forked as well: its imports are what most of a short crawl's CPU goes into.

    It is forked now, while the command has opened nothing, and waits until the command wants one. Then it is given what its
    command line would say; without a question it ends with the command.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if (pid := os.fork()) == 0:
        ours.close()
        message, handles, _, _ = socket.recv_fds(theirs, _MESSAGE_BYTES, 8)
        if not message:
            os._exit(0)
        theirs.close()
        code, wanted = json.loads(message)
        _move(handles, wanted)
        exec(code, {"__name__": "__main__"})
        os._exit(0)
    theirs.close()
    real = util.spawnv_passfds

    def spawn(path: bytes, arguments: list[bytes], handles: list[int]) -> int:
        code = os.fsdecode(arguments[-1])
        if ours.fileno() < 0 or "multiprocessing.forkserver" not in code:
            return real(path, arguments, handles)
        with ours:
            socket.send_fds(ours, [json.dumps([code, list(handles)]).encode()], handles)
        return pid

    util.spawnv_passfds = spawn  # type: ignore[assignment]


def _move(handles: list[int], wanted: list[int]) -> None:
    """Give handles the numbers that they have in another process."""
    high = [fcntl.fcntl(handle, fcntl.F_DUPFD, 200) for handle in handles]
    for handle in handles:
        os.close(handle)
    for handle, number in zip(high, wanted, strict=True):
        os.dup2(handle, number)
        os.close(handle)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    from cli.main import main

    main()
