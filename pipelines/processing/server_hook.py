"""What the fork server of worker processes imports first, so that it ends without a traceback.

Where the machine has no process or file handle left for a new process, the server ends itself. Whoever asked for the process
notices, and says in one line what is short (`worker_pool`).
"""

from __future__ import annotations

import sys
from types import TracebackType


def _hide_shortage(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not isinstance(error, OSError | EOFError):
        sys.__excepthook__(kind, error, trace)


if sys.argv[:1] == ["-c"]:  # the server: Python starts it with a line of code
    sys.excepthook = _hide_shortage
