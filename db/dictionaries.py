"""Dictionaries: earlier pages of a source, by which its bodies are packed smaller.

A dictionary is the raw bytes of a few pages, one after the other. Its row is content-addressed and never changes, and cannot go
while a body refers to it (triggers hold both). It is in the same file as the bodies, so it goes with every backup.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import OrderedDict
from threading import Lock

from db.errors import Damaged
from db.zstandard import zstd

# The step m0010. `tried_id`: the dictionary against which a body was last tried, whether or not that was smaller.
DICTIONARIES = """
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    data BLOB NOT NULL,
    made_at TEXT NOT NULL
) STRICT;
CREATE INDEX dictionaries_source ON dictionaries (source_id, id);
CREATE TRIGGER dictionary_stays_as_it_is BEFORE UPDATE ON dictionaries
BEGIN SELECT RAISE(ABORT, 'a dictionary never changes'); END;
CREATE TRIGGER dictionary_in_use_stays BEFORE DELETE ON dictionaries
WHEN EXISTS (SELECT 1 FROM bodies WHERE old.id IN (dictionary_id, tried_id))
BEGIN SELECT RAISE(ABORT, 'bodies are packed by this dictionary'); END;
ALTER TABLE bodies ADD COLUMN dictionary_id INTEGER REFERENCES dictionaries (id);
ALTER TABLE bodies ADD COLUMN tried_id INTEGER REFERENCES dictionaries (id);
CREATE INDEX bodies_untried ON bodies (id) WHERE tried_id IS NULL AND pruned_at IS NULL;
CREATE INDEX bodies_dictionary ON bodies (dictionary_id) WHERE dictionary_id IS NOT NULL;
CREATE INDEX bodies_tried ON bodies (tried_id) WHERE tried_id IS NOT NULL;
"""

# Level 10, with a window that reaches the whole dictionary.
LEVEL = 10
# 128 MiB: what the zstd command and Python unpack without being told to use more memory.
_WIDEST = 27
# Dictionaries that a process keeps ready; each takes its size twice.
_READY = 8


class _Shelf:
    """The dictionaries that were used last, by their hash: the hash names the content, so it serves any database."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ready: OrderedDict[bytes, zstd.ZstdDict] = OrderedDict()

    def get(self, sha256: bytes) -> zstd.ZstdDict | None:
        with self._lock:
            if sha256 in self._ready:
                self._ready.move_to_end(sha256)
            return self._ready.get(sha256)

    def put(self, sha256: bytes, ready: zstd.ZstdDict) -> None:
        with self._lock:
            self._ready[sha256] = ready
            while len(self._ready) > _READY:
                self._ready.popitem(last=False)


# A process-wide cache of immutable content: to read a page must not unpack megabytes first.
_SHELF = _Shelf()


def put_dictionary(conn: sqlite3.Connection, source_id: int, content: bytes, packed: bytes, made_at: str) -> int:
    """Store a dictionary of a source unless it is there; its id. `packed` is what `packed_dictionary` made."""
    sha256 = hashlib.sha256(content).digest()
    if row := conn.execute("SELECT id FROM dictionaries WHERE sha256 = ?", (sha256,)).fetchone():
        return int(row[0])
    cursor = conn.execute(
        "INSERT INTO dictionaries (source_id, sha256, size, data, made_at) VALUES (?, ?, ?, ?, ?)",
        (source_id, sha256, len(content), packed, made_at),
    )
    return int(cursor.lastrowid or 0)


def packed_dictionary(content: bytes) -> bytes:
    """A dictionary as stored: one plain zstd frame."""
    return zstd.compress(content, options=_options(len(content)))


def get_dictionary(conn: sqlite3.Connection, dictionary_id: int) -> zstd.ZstdDict:
    """A dictionary, ready for use. Raises Damaged where its content is not what its hash says."""
    row = conn.execute("SELECT sha256 FROM dictionaries WHERE id = ?", (dictionary_id,)).fetchone()
    if row is None:
        raise Damaged(f"dictionary {dictionary_id} is gone; restore a backup")
    if ready := _SHELF.get(row[0]):
        return ready
    data = conn.execute("SELECT data FROM dictionaries WHERE id = ?", (dictionary_id,)).fetchone()[0]
    try:
        content = zstd.decompress(data)
    except zstd.ZstdError as error:
        raise Damaged(f"dictionary {dictionary_id} cannot be unpacked ({error}); restore a backup") from error
    if hashlib.sha256(content).digest() != row[0]:
        raise Damaged(f"dictionary {dictionary_id} does not match its checksum; restore a backup")
    ready = zstd.ZstdDict(content, is_raw=True)
    _SHELF.put(row[0], ready)
    return ready


def pack_by(dictionary: zstd.ZstdDict, body: bytes) -> bytes:
    """A body packed by a dictionary: one zstd frame, for `zstd -D` too."""
    return zstd.compress(body, options=_options(len(dictionary) + len(body)), zstd_dict=dictionary.as_undigested_dict)


def _options(reach: int) -> dict[int, int]:
    window = min(_WIDEST, max(17, reach.bit_length()))
    return {zstd.CompressionParameter.compression_level: LEVEL, zstd.CompressionParameter.window_log: window}
