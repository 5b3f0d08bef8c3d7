"""New databases are copies of one: its migrations take 0.1 s of CPU, and the tests and their commands make many hundreds.

The one is made as any database is. Only tests and what they fork (`tests.support.forked`) copy it; other processes migrate their
own.
"""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

from db.connection import database
from db.system.file_identity import FileId

_check_path = database.check_path


def copy_new_databases() -> None:
    """Have this process, and those that it forks, begin new databases with a copy."""
    database.check_path = _copy_and_check


@cache
def new_database() -> bytes:
    """A database with nothing in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        path.touch()  # it is there: it is not copied
        database.open_database(path, create=True).conn.close()
        return path.read_bytes()


def _copy_and_check(path: Path, *, create: bool) -> FileId | None:
    if create and not any(path.with_name(path.name + end).exists() for end in ("", "-wal", "-shm", "-journal")):
        _copy(path)
    return _check_path(path, create=create)


def _copy(path: Path) -> None:
    """Put a copy there, at once, unless another process is quicker. Where that fails, opening it will say why."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    with suppress(OSError):
        try:
            with part.open("xb") as file:
                file.write(new_database())
            os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
