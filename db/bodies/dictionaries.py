"""Dictionaries: earlier pages of a source, by which its bodies are packed smaller.

A dictionary is the raw bytes of a few pages, one after the other. Its row is content-addressed and never changes, and cannot go
while a body refers to it (triggers hold both). It is in the same file as the bodies, so it goes with every backup.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import OrderedDict
from threading import Lock
from typing import Any

from db.errors import DatabaseDamaged
from db.file_identity import OpenFile
from db.zstd import zstd

# The job may take its time: 19 gives 0.389 of gzip -6, at 200 ms a page and 220 ms once a dictionary; 17 gives 0.395 at 113 ms,
# 12 gives 0.419 at 23 ms; above 19 nothing more is won, and long-distance matching brings nothing (`bench/database/body_size.py`).
LEVEL = 19
# For trying and comparing: 2 ms a page.
QUICK = 3
# 128 MiB: what the zstd command and Python unpack without being told to use more memory.
_WIDEST = 27
# Dictionaries that a connection keeps ready; each takes its size twice, where it packs some ten times.
_READY = 8


class DictionaryCache:
    """The dictionaries that a connection used last, by their id: to read a page must not unpack megabytes first."""

    def __init__(self, most: int = _READY) -> None:
        self._most = most
        self._lock = Lock()
        self._ready: OrderedDict[int, zstd.ZstdDict] = OrderedDict()

    def get(self, dictionary_id: int) -> zstd.ZstdDict | None:
        """It, if it is here."""
        with self._lock:
            if dictionary_id in self._ready:
                self._ready.move_to_end(dictionary_id)
            return self._ready.get(dictionary_id)

    def put(self, dictionary_id: int, ready: zstd.ZstdDict) -> None:
        """Keep it; the one that was not used for longest may go."""
        with self._lock:
            self._ready[dictionary_id] = ready
            while len(self._ready) > self._most:
                self._ready.popitem(last=False)


class Connection(sqlite3.Connection):
    """A connection that knows which file it opened, with a shelf of its own: dictionaries never change, so what is on it stays
    true as long as it is open."""

    shelf: DictionaryCache
    file: OpenFile | None
    """None for a database in memory."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shelf = DictionaryCache()
        self.file = None


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
    return zstd.compress(content, options=_options(LEVEL, len(content)))


def get_dictionary(conn: sqlite3.Connection, dictionary_id: int) -> zstd.ZstdDict:
    """A dictionary, ready for use. Raises Damaged, which names it, where its content is not what its hash says."""
    shelf = conn.shelf if isinstance(conn, Connection) else DictionaryCache()
    if ready := shelf.get(dictionary_id):
        return ready
    row = conn.execute("SELECT sha256, data FROM dictionaries WHERE id = ?", (dictionary_id,)).fetchone()
    if row is None:
        raise DatabaseDamaged(f"dictionary {dictionary_id} is gone; restore a backup")
    try:
        content = zstd.decompress(row[1])
    except zstd.ZstdError as error:
        raise DatabaseDamaged(f"dictionary {dictionary_id} cannot be unpacked ({error}); restore a backup") from error
    if hashlib.sha256(content).digest() != row[0]:
        raise DatabaseDamaged(f"dictionary {dictionary_id} does not match its checksum; restore a backup")
    ready = zstd.ZstdDict(content, is_raw=True)
    shelf.put(dictionary_id, ready)
    return ready


def compress_with_dictionary(dictionary: zstd.ZstdDict, body: bytes, level: int = LEVEL) -> bytes:
    """A body packed by a dictionary: one zstd frame, for `zstd -D` too. Digested once a level: half the time of a page."""
    options = _options(level, len(dictionary) + len(body))
    return zstd.compress(body, options=options, zstd_dict=dictionary.as_digested_dict)


def _options(level: int, reach: int) -> dict[int, int]:
    """A level, with a window that reaches the whole dictionary."""
    window = min(_WIDEST, max(17, reach.bit_length()))
    return {zstd.CompressionParameter.compression_level: level, zstd.CompressionParameter.window_log: window}
