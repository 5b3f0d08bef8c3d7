"""Which exceptions mean that the machine lacks something."""

from __future__ import annotations

import errno

import pytest

from db.system.machine_errors import as_machine_error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no space left on device; free some space"),
        (MemoryError(), "out of memory"),
        (RuntimeError("can't start new thread"), "no thread can be started"),
        # As numpy tells of it, words of its own before and after.
        (
            ImportError("Error importing numpy: libx.so.5: failed to map segment from shared object\n"),
            "out of memory while",
        ),
        (ImportError("libx.so: cannot allocate memory in static TLS block"), "out of memory while"),
    ],
)
def test_shortages_are_told_with_what_helps(error: BaseException, says: str) -> None:
    assert says in str(as_machine_error(error))


@pytest.mark.parametrize(
    "error", [ImportError("cannot import name 'x'"), RuntimeError("generator raised"), OSError(errno.ENOENT, "x")]
)
def test_other_errors_are_no_shortage(error: BaseException) -> None:
    assert as_machine_error(error) is None
