"""What goes through the pipe of a worker process: equal on the other side, large bytes beside the pickle."""

from __future__ import annotations

import multiprocessing
import threading

import pytest

from pipelines.processing.messages import APART_BYTES, encode_message, receive, send

LARGE = bytes(range(256)) * 4096


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        (None, 1),
        ({"small": b"x" * (APART_BYTES - 1)}, 1),
        (LARGE, 2),
        ({"body": LARGE, "parts": (b"", b"y" * APART_BYTES), "name": "news"}, 3),
        ([LARGE, LARGE], 3),
    ],
)
def test_a_value_arrives_as_it_was_and_its_large_bytes_are_never_pickled(value: object, pieces: int) -> None:
    message = encode_message(value)
    assert len(message) == pieces
    assert len(message[0]) < 2 * APART_BYTES
    assert all(any(piece is apart for apart in _bytes_in(value)) for piece in message[1:])  # not even copied
    ours, theirs = multiprocessing.Pipe()
    sending = threading.Thread(target=send, args=(ours, message))
    sending.start()
    assert receive(theirs) == value
    sending.join()


def test_an_end_that_is_gone_is_said_in_the_middle_of_a_message_too() -> None:
    ours, theirs = multiprocessing.Pipe()
    ours.send_bytes(encode_message([LARGE, LARGE])[0])
    ours.close()
    with pytest.raises(EOFError):
        receive(theirs)


def _bytes_in(value: object) -> list[object]:
    if isinstance(value, bytes):
        return [value]
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [found for one in within for found in _bytes_in(one)]
