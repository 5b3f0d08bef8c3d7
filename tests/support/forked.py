"""Commands in processes that are forked from one which has imported them all: a start costs 0.01 s of CPU, not 0.2 to 0.5.

    test processes ──> python -m tests.support.forking ──> the command, leader of a session of its own
                       imports, then forks,
                       tells how each ended

Such a process is a real one: it has its own folder, environment, output, signals and exit code, and it ends as Python ends. What it
does not do is find and import the modules, nor compile the patterns of a language with its first page (`tests.support.warm`), nor
take its objects apart at the end, for which all that it shares would be copied first: 0.07 s of CPU. The processes that it starts
are forked as well (`tests.support.forked_below`). When the test process ends in any way, its commands are killed.

One process forks for all that test together (pytest-xdist); it ends when the last of them is gone. Where all tests are run, it
gets ready, for 5 s of CPU, while these are imported: nothing else needs the other processors then (`start_forking`).
"""

from __future__ import annotations

import atexit
import errno
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

from tests.support.signalled import SignalledAt

ROOT = Path(__file__).parents[2]
RUN = "PYTEST_XDIST_TESTRUNUID"
"""The variable that all processes of one run of the tests have alike (pytest-xdist)."""
COLD = "COPYDESK_TESTS_COLD"
"""The variable that has the process that forks import and read nothing before: each command does what it needs."""
MESSAGE_BYTES = 1 << 17


class _Server:
    """The process that forks, seen from the test process; started with the first command, by whichever test process runs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def send(self, job: dict[str, object], handles: list[int]) -> None:
        message = json.dumps(job).encode()
        with self._lock:
            socket.send_fds(self.connected(), [message], handles)

    def connected(self) -> socket.socket:
        if self._socket is None:
            self._socket = _connected()
            atexit.register(self._socket.close)
        return self._socket


def _connected() -> socket.socket:
    """A connection to the process that forks for this run of the tests."""
    # An abstract address: it is free again as soon as nobody listens there.
    address = f"\0copydesk-tests-{os.environ.get(RUN, os.getpid())}"
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * MESSAGE_BYTES)
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
                [sys.executable, "-m", "tests.support.forking", str(listener.fileno())],
                cwd=ROOT,
                pass_fds=(listener.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                check=True,
            )


_server = _Server()


def start_forking() -> None:
    """Start the process that forks now, not with the first command. What this process forks uses it as well."""
    _server.connected()


def run_forked(
    arguments: tuple[str, ...],
    folder: Path,
    env: dict[str, str],
    limit_s: float,
    given: bytes | None = None,
    constants: dict[str, float] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run `copydesk ARGUMENTS` to its end. Raises TimeoutExpired, having killed it and its session.

    `given`: what it reads from standard input, a pipe, which must hold it all. `constants`: as those of a `ForkedProcess`.
    """
    ours = _order(arguments, folder, env, constants or {}, given=given)
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
    """Have a command started. What to read: its output, its errors, and what is told of it: its number and exit code."""
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

    `constants`: by module and name, such as `scheduler.service.BEAT_S`, what they are in this process and those below it.
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

    def read_until(self, words: str, timeout: float = 120.0) -> str:
        """Wait until it has said these words. Fails where it ends or does not say them.

        What it has said there, its output or its errors, which `communicate` returns as well.
        """
        end = time.monotonic() + timeout
        while not (said := [read for read in self._read.values() if words.encode() in read]):
            assert self._read_some(end - time.monotonic()), self._read
        return said[0].decode(errors="replace")

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
