"""Files that are kept beside a database: locks, the pace of hosts, the key of subscriptions.

They belong to whoever the database belongs to, also where root made them: otherwise a single command of root's would leave files
that the owner's service cannot open. SQLite does the same with its log.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from db.errors import CopydeskError, DatabaseNotWritable
from db.system.file_identity import companion_path
from db.system.machine_errors import as_machine_error


def path_beside(database: Path, name: str) -> Path:
    """The file of that name: the same one by whatever symbolic link the database is named."""
    return companion_path(Path(os.path.realpath(database)), f".{name}")


def open_beside(database: Path, name: str) -> int:
    """Open the file for reading and writing, and make it where there is none: whoever may write the database may write it.

    Returns a descriptor. Raises OSError.
    """
    path, flags = path_beside(database, name), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        number = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    with suppress(OSError):  # the database was just moved, or a file system without permissions
        os.fchmod(number, 0o600 | database.stat().st_mode & 0o666)
    give_to_owner(number, database)
    return number


def give_to_owner(number: int, database: Path) -> None:
    """Give an open file to the owner of the database, where this user may."""
    with suppress(OSError):
        stat = database.stat()
        os.fchown(number, stat.st_uid, stat.st_gid)


class WorkLock:
    """Held by the one process that does a kind of work on a database. Its file stays, empty, when the work is done."""

    def __init__(self, database: Path, name: str) -> None:
        self._database, self._name = database, name
        self._lock = FileLock(path_beside(database, name), timeout=0)

    def acquire(self) -> bool:
        """Take the lock; False where another process has it. Raises DatabaseNotWritable or MachineError."""
        try:
            os.close(open_beside(self._database, self._name))
            self._lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise as_machine_error(error) or self._explain(error) from error
        return True

    def release(self) -> None:
        """Leave it to others; nothing where it is not held."""
        self._lock.release()

    @contextmanager
    def attempt(self) -> Iterator[bool]:
        """Whether this process has the lock, which it holds until the block ends. Raises as `acquire` does."""
        try:
            yield self.acquire()
        finally:
            self.release()

    def _explain(self, error: OSError) -> CopydeskError:
        path = path_beside(self._database, self._name)
        if isinstance(error, PermissionError) and path.exists():
            return DatabaseNotWritable(
                f"{path}: belongs to {_owner(path)} and cannot be opened; give it to the owner of the database (chown), or"
                " delete it while nothing works on the database"
            )
        return DatabaseNotWritable(f"{path}: cannot be made ({error.strerror}); check the permissions of its folder")


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"
