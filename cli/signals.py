"""Ctrl-C and SIGTERM as a wish to stop.

`stopping`: what is under way is finished first; a second signal ends the program at once. `stoppable`: the block is left at once.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that the first signal sets; the handlers that were there come back with it, and at the end."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def heard(number: int, frame: object) -> None:
        stop.set()
        restore()

    for number in before:
        signal.signal(number, heard)
    try:
        yield stop
    finally:
        restore()


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, so that nothing half done is left."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
