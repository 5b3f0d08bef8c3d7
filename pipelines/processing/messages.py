"""What goes through the pipe of a worker process: a pickled value, and its large pieces of bytes beside it, each by itself.

    number of pieces + pickle ──> piece ──> piece ...

Pickling and unpickling hold the interpreter of a whole process, so that its other threads wait, among them the event loop of a
crawl. Bytes that travel beside the pickle are neither copied into it nor out of it, and each piece is written and read in system
calls, for which the interpreter is let go.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

# Bytes objects of so many bytes or more travel beside the pickle: for fewer, one more message costs more than copying them.
APART_BYTES = 16 * 1024

_NUMBER_BYTES = 4


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.apart: list[bytes] = []

    def persistent_id(self, value: object) -> int | None:
        if type(value) is not bytes or len(value) < APART_BYTES:
            return None
        self.apart.append(value)
        return len(self.apart) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, apart: Sequence[bytes]) -> None:
        super().__init__(file)
        self._apart = apart

    def persistent_load(self, number: int) -> bytes:
        return self._apart[number]


def encode_message(value: Any) -> list[bytes]:
    """A value as a message. Raises what pickling raises."""
    file = io.BytesIO()
    file.write(bytes(_NUMBER_BYTES))
    pickler = _Pickler(file)
    pickler.dump(value)
    file.seek(0)
    file.write(len(pickler.apart).to_bytes(_NUMBER_BYTES, "big"))
    return [file.getvalue(), *pickler.apart]


def send(pipe: Connection, message: Sequence[bytes]) -> None:
    """Send a message. Raises OSError where the other end is gone."""
    for piece in message:
        pipe.send_bytes(piece)


def receive(pipe: Connection) -> Any:
    """Wait for a message; its value. Raises EOFError or OSError where the other end is gone, and what unpickling raises."""
    head = pipe.recv_bytes()
    apart = [pipe.recv_bytes() for _ in range(int.from_bytes(head[:_NUMBER_BYTES], "big"))]
    file = io.BytesIO(head)
    file.seek(_NUMBER_BYTES)
    return _Unpickler(file, apart).load()
