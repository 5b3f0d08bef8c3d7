"""What can go wrong, named for what the caller should do about it.

CopydeskError
├── UsageError          the person at the keyboard asked for something impossible: say it and exit 2
│   ├── ConfigError     a settings or site file is wrong: names file, line and key
│   ├── UnknownSource   no source of that name: carries the nearest names
│   ├── Pruned          the bytes asked for were dropped after their time
│   └── BadQuery        a search query cannot be read: says what is wrong with it
├── DatabaseError       the database file cannot serve: says which file and the remedy
│   ├── NotADatabase    the file is something else
│   ├── TooNew          a newer Copydesk wrote it
│   ├── Busy            another process held the write lock too long: try again
│   ├── Damaged         SQLite finds the file malformed
│   └── DiskFull        nothing more can be written; what was committed is kept
├── MachineError        the machine cannot serve (no process, memory or file handle, a missing module): says what to see to
├── EngineError         the cluster that was to work cannot be used, or was lost: what was written stays
└── FetchError          the web refused or could not be reached: the message says which address
"""

from __future__ import annotations

import errno


class CopydeskError(Exception):
    """Anything Copydesk raises on purpose. The message is one sentence for a person; `exit_code` is the shell's."""

    exit_code = 1


class UsageError(CopydeskError):
    """The request cannot be carried out as given."""

    exit_code = 2


class ConfigError(UsageError):
    """A settings or site file is wrong. The message names the file, the line where known, and the key."""


class UnknownSource(UsageError):
    """There is no source of that name. The message offers the nearest ones."""


class Pruned(UsageError):
    """The bytes of a body were dropped after their time (setting `keep_bodies`)."""


class BadQuery(UsageError):
    """A search query cannot be read."""


class DatabaseError(CopydeskError):
    """The database file cannot serve."""

    exit_code = 3


class NotADatabase(DatabaseError):
    """The file is not an SQLite database, or not one of Copydesk's."""


class TooNew(DatabaseError):
    """The database was written by a newer Copydesk."""


class Busy(DatabaseError):
    """Another process held the write lock for longer than the time-out."""


class Damaged(DatabaseError):
    """SQLite reports the file as malformed."""


class DiskFull(DatabaseError):
    """Nothing more can be written. What was committed is kept."""


class MachineError(CopydeskError):
    """The machine cannot serve: no process, memory or file handle is to be had, or a module is missing. What was written stays."""

    exit_code = 3


class EngineError(CopydeskError):
    """The cluster cannot be used, or was lost. What was written stays, and the same command goes on."""

    exit_code = 4


class FetchError(CopydeskError):
    """An address could not be fetched."""


# What the system says where it has no more of something: no property of whatever was being opened or reached.
_SHORT_OF = {
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs, or raise the system's limit of open files",
    errno.ENOMEM: "free some memory, or raise the limit (ulimit -v)",
    errno.ENOBUFS: "free some memory",
    errno.EAGAIN: "raise the limit of processes (ulimit -u)",
}


def machine_error(error: BaseException) -> MachineError | None:
    """What an error says of the machine: that it has no more memory, file handles, threads or processes. None for any other."""
    if isinstance(error, MemoryError):
        return MachineError("there is not enough memory; free some, or raise the limit (ulimit -v)")
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        return MachineError("no thread can be started; raise the limits of processes and memory (ulimit -u, -v)")
    if isinstance(error, OSError) and error.errno in _SHORT_OF:
        return MachineError(f"{error.strerror}; {_SHORT_OF[error.errno]}")
    return None
