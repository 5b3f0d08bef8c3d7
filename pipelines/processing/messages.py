"""Messages through the pipe of a worker process: a pickled value, and its large bytes objects beside it, each sent separately.

    number of pieces + pickle ──> piece ──> piece ...

Pickling holds the interpreter lock, so that all other threads of the process wait, among them the event loop of a crawl. Bytes
beside the pickle are copied neither into it nor out of it, and system calls, which release the lock, write and read each piece.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

APART_BYTES = 16 * 1024
"""Size from which bytes objects are sent beside the pickle: below it, another message costs more than copying them."""

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
    """Encode a value as a message, a list of pieces. Raises what pickling raises."""
    file = io.BytesIO()
    file.write(bytes(_NUMBER_BYTES))
    pickler = _Pickler(file)
    pickler.dump(value)
    file.seek(0)
    file.write(len(pickler.apart).to_bytes(_NUMBER_BYTES, "big"))
    return [file.getvalue(), *pickler.apart]


def send(pipe: Connection, message: Sequence[bytes]) -> None:
    """Send a message. Raises OSError if the other end is closed."""
    for piece in message:
        pipe.send_bytes(piece)


def receive(pipe: Connection) -> Any:
    """Wait for a message and return its value. Raises EOFError or OSError if the other end is closed, and what unpickling
    raises."""
    head = pipe.recv_bytes()
    apart = [pipe.recv_bytes() for _ in range(int.from_bytes(head[:_NUMBER_BYTES], "big"))]
    file = io.BytesIO(head)
    file.seek(_NUMBER_BYTES)
    return _Unpickler(file, apart).load()
