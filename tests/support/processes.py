"""Looking at processes, for tests that stop and kill them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.support.forked_below import WAITS


def descendants(pid: int) -> set[int]:
    """The processes below `pid`."""
    parents = _parents()
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def children(pid: int) -> list[int]:
    """The processes right below `pid`, in order of their numbers."""
    return sorted(child for child, parent in _parents().items() if parent == pid)


def _parents() -> dict[int, int]:
    """Each process and its parent, as `ps` tells them: to start it hundreds of times takes seconds.

    Those that wait to become one of the command's are not its own yet (`tests.support.forked_below`).
    """
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                name, rest = (folder / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
                if name != WAITS:
                    parents[int(folder.name)] = int(rest.split()[1])
    return parents


def alive(pid: int) -> bool:
    """Whether a process of that number runs; one that has ended and waits to be noticed does not."""
    return _state(pid) not in ("", "Z")


def is_stopped(pid: int) -> bool:
    """Whether a process stands still: it was sent SIGSTOP."""
    return _state(pid) == "T"


def _state(pid: int) -> str:
    """The letter of `ps`; "" where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends between opening and reading
        return ""


def command_of(pid: int) -> bytes:
    """The command line of a process; nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
