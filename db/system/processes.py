"""Tell processes apart: process ids are reused, soon after a reboot in particular.

A process identity is the boot id and the time within that boot at which the process started. It does not depend on the
wall clock, which may be set back and forth while a process runs.
"""

from __future__ import annotations

import os
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
# Fields of /proc/PID/stat after the command name: the state, and the start time in ticks since boot (proc(5), field 22).
_STATE, _START_TIME = 0, 19


def process_identity(pid: int) -> str | None:
    """Identity of the process that has this id now; None if there is none, or if the system has no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        boot = _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return f"{boot}/{fields[_START_TIME]}" if fields[_STATE] not in "ZX" else None


def is_process_alive(pid: int, process: str | None = None) -> bool:
    """Whether a process with this id runs. With `process`, whether it still has that identity."""
    if process is not None and _BOOT.exists():
        return process_identity(pid) == process
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
