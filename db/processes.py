"""Telling processes apart: a number is given again, after a restart of the machine even soon.

An identity is the machine's boot and the moment within it at which the process began. It does not depend on the wall clock, which
may be set back and forth while a process lives.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
# The fields of /proc/PID/stat after the name: state is the first, the start in ticks since boot the twentieth (proc(5), field 22).
_STATE, _STARTED = 0, 19


def identity(pid: int) -> str | None:
    """Which process has that number now; None where none has, or the system does not tell (it has no /proc)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return f"{boot}/{fields[_STARTED]}" if fields[_STATE] not in "ZX" else None


def is_process_alive(pid: int, process: str | None = None) -> bool:
    """Whether a process of that number runs, and is the one of that identity where one is given."""
    if process is not None and _BOOT.exists():
        return identity(pid) == process
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
