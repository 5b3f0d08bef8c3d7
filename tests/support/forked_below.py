"""What a forked command starts is forked as well: its fork server, and the crawls of a service. So is a test's fork server.

    command ──> a process forked before the command has opened anything, which waits ──> what the command starts, when it starts it

The imports of these processes are most of the CPU that a short crawl takes. The one that waits has a name of its own: it is not the
command's, and `tests.support.processes` leaves it out.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import util
from pathlib import Path
from typing import Any

WAITS = "copydesk-waits"
"""The name, as the kernel knows it, of a process that waits until its command wants it."""
_COMM = Path("/proc/self/comm")
_PR_SET_CHILD_SUBREAPER = 36
_MESSAGE_BYTES = 1 << 17
_SERVER, _TRACKER = "multiprocessing.forkserver", "multiprocessing.resource_tracker"
"""What the code names that multiprocessing starts a Python with."""


def keep_a_fork_server(*others: int) -> None:
    """Have the fork server of this process forked: without being asked for, it ends with the process.

    It is given what its command line would say. `others`: handles that it must not keep open.

    Multiprocessing's resource tracker, a new Python as well, would have nothing to track, as nobody makes a semaphore or shared
    memory: what waits keeps the tracker's pipe open instead.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if (pid := os.fork()) == 0:
        ours.close()
        for handle in others:
            os.close(handle)
        name = _COMM.read_text()
        _COMM.write_text(WAITS)
        code, handles, wanted = "", list[int](), list[int]()
        while _SERVER not in code:
            message, handles, _, _ = socket.recv_fds(theirs, _MESSAGE_BYTES, 8)
            if not message:
                os._exit(0)
            code, wanted = json.loads(message)
            if _TRACKER in code:
                _high(handles)
        _COMM.write_text(name)
        theirs.close()
        _move(handles, wanted)
        with suppress(SystemExit):  # it leaves in this way when its process is gone
            exec(code, {"__name__": "__main__"})
        os._exit(0)
    theirs.close()
    real = util.spawnv_passfds

    def spawn(path: bytes, arguments: list[bytes], handles: list[int]) -> int:
        code = os.fsdecode(arguments[-1])
        if ours.fileno() < 0 or not (_SERVER in code or _TRACKER in code):
            return real(path, arguments, handles)
        socket.send_fds(ours, [json.dumps([code, list(handles)]).encode()], handles)
        if _TRACKER in code:
            return os.getpid()  # no child of this process: at the end, nobody waits for it
        ours.close()
        return pid

    util.spawnv_passfds = spawn  # type: ignore[assignment]


def _move(handles: list[int], wanted: list[int]) -> None:
    """Give handles the numbers that they have in another process."""
    for handle, number in zip(_high(handles), wanted, strict=True):
        os.dup2(handle, number)
        os.close(handle)


def _high(handles: list[int]) -> list[int]:
    """Other numbers for handles, which nobody wants."""
    high = [fcntl.fcntl(handle, fcntl.F_DUPFD, 200) for handle in handles]
    for handle in handles:
        os.close(handle)
    return high


def keep_a_process_for_commands() -> None:
    """Have the commands that a service starts forked. Each is a child of the service, in a session of its own. Returns in each."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        return _fork_commands(theirs)
    theirs.close()
    lock = threading.Lock()
    prctl = ctypes.CDLL(None).prctl

    class Popen(subprocess.Popen[Any]):
        """One that has our own program forked."""

        def _execute_child(self, args: Any, *rest: Any) -> None:
            if list(args[:4]) != [sys.executable, "-P", "-m", "cli.main"]:
                super()._execute_child(args, *rest)  # type: ignore[misc]
                return
            pipes = rest[9:15]
            with lock:
                # For this moment, a process whose parent ends becomes a child of the service.
                prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
                socket.send_fds(ours, [json.dumps([os.getpid(), args[4:]]).encode()], [pipes[0], pipes[3], pipes[5]])
                self.pid = int(ours.recv(100))
                prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
            self._child_created = True
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined]

    subprocess.Popen = Popen  # type: ignore[misc]


def _fork_commands(orders: socket.socket) -> None:
    name = _COMM.read_text()
    _COMM.write_text(WAITS)
    # It goes on until the service is gone, and what it forks here has ended at once.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        message, handles, _, _ = socket.recv_fds(orders, _MESSAGE_BYTES, 3)
        if not message:
            os._exit(0)
        parent, arguments = json.loads(message)
        if (between := os.fork()) == 0:
            if os.fork():
                os._exit(0)
            break
        for handle in handles:
            os.close(handle)
        os.waitpid(between, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _COMM.write_text(name)
    while os.getppid() != parent:
        if not Path(f"/proc/{parent}").exists():
            os._exit(0)  # the service was killed at this very moment, and never becomes its parent
        time.sleep(0.001)
    os.setsid()
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    with orders:
        orders.send(str(os.getpid()).encode())
    del sys.path[0]  # the service's folder: -P
    sys.argv[1:] = arguments
    keep_a_fork_server()
