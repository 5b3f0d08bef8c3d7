"""The errors that Copydesk raises on purpose, grouped by what the caller can do about them.

CopydeskError
├── UsageError            the request is impossible: print the message, exit with 2
│   ├── ConfigError       a settings file or site file is wrong; names file, line and key
│   ├── UnknownSource     no source has that name; suggests the nearest names
│   ├── NotFound          no article or page has that id or address
│   ├── BodyPruned        the requested bytes were pruned
│   └── QueryError        a search query cannot be parsed; says why
├── DatabaseError         the database file cannot be used; says which file and what to do
│   ├── DatabaseLost      it will not recover by itself: processes that use it stop
│   │   ├── NotADatabase      the file is something else
│   │   ├── DatabaseTooNew    a newer Copydesk wrote it
│   │   ├── DatabaseDamaged   SQLite finds the file malformed
│   │   └── DatabaseReplaced  the open file was deleted, moved or replaced
│   ├── DatabaseBusy          another process held the write lock for too long: try again
│   ├── DatabaseNotWritable   permissions or a read-only disk
│   └── DiskFull              nothing more can be written; what was committed is kept
├── MachineError          out of processes, memory, space or file handles, or a module is missing
├── EngineError           the Dask cluster cannot be used, or was lost; what was written stays
└── FetchError            an address could not be fetched; the message names it
"""

from __future__ import annotations

from collections.abc import Sequence


class CopydeskError(Exception):
    """Base class. The message is one sentence for users; `exit_code` is the exit status of the command."""

    exit_code = 1


class UsageError(CopydeskError):
    """The request cannot be carried out as given."""

    exit_code = 2


class ConfigError(UsageError):
    """A settings file or site file is wrong. The message names the file, the line where known, and the key."""


class UnknownSource(UsageError):
    """No source has that name. The message suggests the nearest names, which are also `near`."""

    def __init__(self, message: str, near: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.near = tuple(near)


class NotFound(UsageError):
    """There is no article or page of that number or address. The message says what there is."""


class BodyPruned(UsageError):
    """The bytes of a body were pruned because of their age (setting `keep_bodies`)."""


class QueryError(UsageError):
    """A search query cannot be parsed."""


class DatabaseError(CopydeskError):
    """The database file cannot be used."""

    exit_code = 3


class DatabaseLost(DatabaseError):
    """The file will not recover by itself: processes that use it stop, and somebody must look."""


class NotADatabase(DatabaseLost):
    """The file is not an SQLite database, or not one of Copydesk's."""


class DatabaseTooNew(DatabaseLost):
    """The database was written by a newer Copydesk."""


class DatabaseDamaged(DatabaseLost):
    """SQLite reports the file as malformed."""


class DatabaseReplaced(DatabaseLost):
    """The open file, or its write-ahead log, was deleted, moved or replaced. Nothing more was written."""


class DatabaseBusy(DatabaseError):
    """Another process held the write lock for longer than the timeout."""


class DatabaseNotWritable(DatabaseError):
    """The file cannot be written: permissions, or a read-only disk."""


class DiskFull(DatabaseError):
    """Nothing more can be written. What was committed is kept."""


class MachineError(CopydeskError):
    """The machine has run out of processes, memory, space or file handles, or a module is missing. What was written
    stays.
    """

    exit_code = 3


class EngineError(CopydeskError):
    """The Dask cluster cannot be used, or was lost. What was written stays; the same command continues from there."""

    exit_code = 4


class FetchError(CopydeskError):
    """An address could not be fetched."""
