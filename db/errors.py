"""What can go wrong, named for what the caller should do about it.

CopydeskError
├── UsageError          the person at the keyboard asked for something impossible: say it and exit 2
│   ├── ConfigError     a settings or site file is wrong: names file, line and key
│   ├── UnknownSource   no source of that name: carries the nearest names
│   ├── Pruned          the bytes asked for were dropped after their time
│   └── BadQuery        a search query cannot be read: says what is wrong with it
├── DatabaseError       the database file cannot serve: says which file and the remedy
│   ├── Lost            it will not serve again by itself: who works with it ends
│   │   ├── NotADatabase    the file is something else
│   │   ├── TooNew          a newer Copydesk wrote it
│   │   ├── Damaged         SQLite finds the file malformed
│   │   └── Replaced        the file that was opened was deleted, moved or replaced
│   ├── Busy            another process held the write lock too long: try again
│   ├── NotWritable     this user, this folder or this disk does not let it be written
│   └── DiskFull        nothing more can be written; what was committed is kept
├── MachineError        the machine cannot serve (no process, memory, space or file handle, a missing module): says what to see to
├── EngineError         the cluster that was to work cannot be used, or was lost: what was written stays
└── FetchError          the web refused or could not be reached: the message says which address
"""

from __future__ import annotations


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


class BodyPruned(UsageError):
    """The bytes of a body were dropped after their time (setting `keep_bodies`)."""


class QueryError(UsageError):
    """A search query cannot be read."""


class DatabaseError(CopydeskError):
    """The database file cannot serve."""

    exit_code = 3


class DatabaseLost(DatabaseError):
    """The file will not serve again by itself: whatever works with it ends, and a person must look."""


class NotADatabase(DatabaseLost):
    """The file is not an SQLite database, or not one of Copydesk's."""


class DatabaseTooNew(DatabaseLost):
    """The database was written by a newer Copydesk."""


class DatabaseDamaged(DatabaseLost):
    """SQLite reports the file as malformed."""


class DatabaseReplaced(DatabaseLost):
    """The file that was opened, or its log, was deleted, moved or replaced meanwhile. Nothing more was written."""


class DatabaseBusy(DatabaseError):
    """Another process held the write lock for longer than the time-out."""


class DatabaseNotWritable(DatabaseError):
    """The file can be read at best: permissions, a read-only disk."""


class DiskFull(DatabaseError):
    """Nothing more can be written. What was committed is kept."""


class MachineError(CopydeskError):
    """The machine cannot serve: no process, memory, space or file handle is left, a module is missing. What was written stays."""

    exit_code = 3


class EngineError(CopydeskError):
    """The cluster cannot be used, or was lost. What was written stays, and the same command goes on."""

    exit_code = 4


class FetchError(CopydeskError):
    """An address could not be fetched."""
