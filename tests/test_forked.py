"""A forked command is what a new Python would be: `tests.support.forked`, by which most tests run commands."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.end_to_end.copydesk import wait_for
from tests.support.forked import COLD, ROOT, RUN, run_forked
from tests.support.processes import alive


@pytest.mark.parametrize(
    "arguments", [("--version",), ("no-such-command",), ("articles",), ("settle", "--help"), ("doctor", "--json")]
)
def test_it_says_and_ends_as_a_new_python(arguments: tuple[str, ...], tmp_path: Path) -> None:
    env = os.environ | {"COLUMNS": "70", "TZ": "Asia/Shanghai", "LANG": "C.UTF-8"}
    new = subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments], cwd=tmp_path, env=env, capture_output=True, check=False
    )
    forked = run_forked(arguments, tmp_path, env, 60)
    assert forked.returncode == new.returncode
    assert forked.stderr == new.stderr
    if "doctor" not in arguments:  # which says how much room the disk has
        assert forked.stdout == new.stdout
    assert forked.stdout or forked.stderr


def test_it_is_in_its_folder_and_sees_its_environment(tmp_path: Path) -> None:
    (tmp_path / "copydesk.toml").write_text("dely = 1\n")
    assert b"copydesk.toml" in run_forked(("status",), tmp_path, dict(os.environ), 60).stderr
    (tmp_path / "other.toml").write_text("delay = '1s'\n")
    told = run_forked(("--config", "other.toml", "status"), tmp_path, dict(os.environ), 60)
    assert b"dely" not in told.stderr


@pytest.fixture
def idle(tmp_path: Path) -> Path:
    """A folder in which a service has a source and nothing to do."""
    (tmp_path / "copydesk.toml").write_text('every = "never"\nlisten = ""\nupkeep = ""\n')
    added = ("sources", "add", "http://a.example/", "--no-discovery")
    assert not run_forked(added, tmp_path, dict(os.environ), 60).returncode
    return tmp_path


def test_one_that_does_not_end_is_killed(idle: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_forked(("run",), idle, dict(os.environ), 2.0)
    wait_for(lambda: not in_folder(idle))


def test_a_service_ends_with_the_tests_that_started_it(idle: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from tests.support.forked import ForkedProcess\n"
        "service = ForkedProcess(('run',), Path(sys.argv[1]), dict(os.environ), {})\n"
        "print(service.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, idle], cwd=ROOT, env=run_of_its_own(), stdout=subprocess.PIPE
    ) as tests:
        assert tests.stdout is not None
        service = int(tests.stdout.readline())
        assert alive(service)
        tests.kill()
    wait_for(lambda: not alive(service) and not in_folder(idle))


def test_a_command_whose_tests_are_gone_before_it_starts_ends(idle: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from tests.support.forked import _order\n"
        "_order(('run',), Path(sys.argv[1]), dict(os.environ), {})\n"
        "os._exit(0)\n"
    )
    tests = subprocess.run(
        [sys.executable, "-c", program, idle], cwd=ROOT, env=run_of_its_own(), stderr=subprocess.PIPE, check=True
    )
    assert not tests.stderr  # read to its end: the process that forks and the watcher have it too, and are gone
    wait_for(lambda: not in_folder(idle))


def test_one_process_forks_for_all_of_a_run(tmp_path: Path) -> None:
    """Two processes come to it each by itself, and what each forks afterwards goes on with its connection."""
    program = (
        "import os, socket, sys; from pathlib import Path; from tests.support import forked\n"
        "forked.start_forking(); child = os.fork()\n"
        "done = forked.run_forked(('--version',), Path(sys.argv[1]), dict(os.environ), 60)\n"
        "who = forked._server._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)\n"
        "told = os.fstat(forked._server._socket.fileno()).st_ino, done.returncode, done.stdout, who\n"
        # Both write to one pipe, and `print` may write each word by itself (PYTHONUNBUFFERED).
        "os.write(1, b'%d %d %a %a\\n' % told)\n"
        "child and (os.waitpid(child, 0), sys.stdin.read())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    env = run_of_its_own() | {RUN: f"of-{os.getpid()}"}
    with ExitStack() as stack:
        tests = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for _ in range(2)
        ]
        told = [one.stdout.readline().split(b" ", 1) for one in (*tests, *tests) if one.stdout]
    assert told[0] == told[2] != told[1] == told[3], "one connection in each"
    assert told[0][1] == told[1][1], "to one process"
    assert told[0][1].startswith(b"0 b'copydesk")


@pytest.mark.skipif(sys.platform != "linux", reason="they are forked on Linux alone")
def test_the_processes_that_test_are_forked_too() -> None:
    """A process that imports the tests itself takes 7 s of CPU until it tests anything."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert b"-c" not in Path("/proc/self/cmdline").read_bytes().split(b"\0")
        return
    this = "tests/test_forked.py::test_the_processes_that_test_are_forked_too"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", this]
    done = subprocess.run(command, cwd=ROOT, env=run_of_its_own(), capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_fork_server_ends_without_taking_its_objects_apart() -> None:
    """For that it would copy all that it shares with others: 0.1 s of CPU, with each crawl."""
    program = (
        "import atexit, os; from tests.support.forked_below import keep_a_fork_server\n"
        "atexit.register(os.write, 1, b'taken apart')\n"
        "keep_a_fork_server()\n"
        "from db.system.fork_server import start_fork_server\n"
        "start_fork_server(); os.write(1, b'started '); os._exit(0)\n"
    )
    # Read to its end: the fork server has the pipe too, and is gone.
    started = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert started.stdout == b"started "


def run_of_its_own() -> dict[str, str]:
    """The environment of tests that share the process that forks with no others: it gets ready for a few commands alone."""
    return {name: value for name, value in os.environ.items() if name != RUN} | {COLD: "1"}


def in_folder(folder: Path) -> list[str]:
    """The processes that work in it."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and (process / "cwd").readlink() == folder:
                found.append(process.name)
    return found
