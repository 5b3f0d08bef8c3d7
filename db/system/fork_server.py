"""Multiprocessing's fork server, started so that Ctrl-C passes it by.

A terminal sends Ctrl-C to all processes of a command. The server ignores it, but only after it has imported what its processes
need, which takes seconds on a busy machine: until then it would end with a traceback on the user's screen. A signal mask is
inherited, so SIGINT is blocked in the calling thread for as long as it takes to start the server.
"""

from __future__ import annotations

import signal
from multiprocessing import forkserver, resource_tracker


def start_fork_server() -> None:
    """Start the fork server of this process, where it does not run yet. Raises OSError."""
    resource_tracker.ensure_running()  # started by the server otherwise, which would unblock SIGINT on the way
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
