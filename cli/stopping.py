"""Ctrl-C and SIGTERM as a wish to stop: what is under way is finished first. A second one ends the program at once."""

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
