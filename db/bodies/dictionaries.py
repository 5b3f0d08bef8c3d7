"""Dictionaries: earlier pages of a source, with which its bodies compress better.

A dictionary is the raw bytes of a few pages, concatenated. Its row is content-addressed, never changes, and cannot be
deleted while a body refers to it (triggers enforce both). It is in the same file as the bodies, so every backup
includes it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import OrderedDict
from threading import Lock
from typing import Any

from db.errors import DatabaseDamaged
from db.system.file_identity import OpenFile
from db.zstd import zstd

# Repacking is not urgent. Size relative to gzip -6: level 19 gives 0.389 at 200 ms a page and 220 ms once a dictionary, 17 gives
# 0.395 at 113 ms, 12 gives 0.419 at 23 ms; higher levels and long-distance matching gain nothing (`bench/database/body_size.py`).
LEVEL = 19
# For comparing candidates: 2 ms a page.
QUICK_LEVEL = 3
# log2 of 128 MiB: the largest window that the zstd command and Python decompress by default.
_MAX_WINDOW_LOG = 27
# Dictionaries that a connection caches; each takes twice its size, and some ten times where it is used to compress.
_CACHED = 8


class DictionaryCache:
    """The most recently used dictionaries of a connection by id, so that reading a page need not decompress megabytes
    first.
    """

    def __init__(self, most: int = _CACHED) -> None:
        self._most = most
        self._lock = Lock()
        self._ready: OrderedDict[int, zstd.ZstdDict] = OrderedDict()

    def get(self, dictionary_id: int) -> zstd.ZstdDict | None:
        with self._lock:
            if dictionary_id in self._ready:
                self._ready.move_to_end(dictionary_id)
            return self._ready.get(dictionary_id)

    def put(self, dictionary_id: int, ready: zstd.ZstdDict) -> None:
        """Cache a dictionary; the least recently used one may be evicted."""
        with self._lock:
            self._ready[dictionary_id] = ready
            while len(self._ready) > self._most:
                self._ready.popitem(last=False)


class Connection(sqlite3.Connection):
    """A connection that knows which file it opened, with a cache of dictionaries. Dictionaries never change, so the
    cache stays valid.
    """

    dictionary_cache: DictionaryCache
    file: OpenFile | None
    """None for a database in memory."""
    is_closed: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dictionary_cache = DictionaryCache()
        self.file = None
        self.is_closed = False

    def close(self) -> None:
        super().close()
        self.is_closed = True


def insert_dictionary(conn: sqlite3.Connection, source_id: int, content: bytes, packed: bytes, made_at: str) -> int:
    """Insert a dictionary of a source unless it exists; returns its id. `packed` is from `compress_dictionary`."""
    sha256 = hashlib.sha256(content).digest()
    if row := conn.execute("SELECT id FROM dictionaries WHERE sha256 = ?", (sha256,)).fetchone():
        return int(row[0])
    cursor = conn.execute(
        "INSERT INTO dictionaries (source_id, sha256, size, data, made_at) VALUES (?, ?, ?, ?, ?)",
        (source_id, sha256, len(content), packed, made_at),
    )
    return int(cursor.lastrowid or 0)


def compress_dictionary(content: bytes) -> bytes:
    """A dictionary as stored: one plain zstd frame."""
    return zstd.compress(content, options=_options(LEVEL, len(content)))


def load_dictionary(conn: sqlite3.Connection, dictionary_id: int) -> zstd.ZstdDict:
    """A dictionary, ready for use. Raises DatabaseDamaged, naming it, if its content does not match its hash."""
    cache = conn.dictionary_cache if isinstance(conn, Connection) else DictionaryCache()
    if ready := cache.get(dictionary_id):
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
    cache.put(dictionary_id, ready)
    return ready


def compress_with_dictionary(dictionary: zstd.ZstdDict, body: bytes, level: int = LEVEL) -> bytes:
    """A body as one zstd frame, also for `zstd -D`. The digested dictionary is cached for each level: half the time of
    a page.
    """
    options = _options(level, len(dictionary) + len(body))
    return zstd.compress(body, options=options, zstd_dict=dictionary.as_digested_dict)


def _options(level: int, reach: int) -> dict[int, int]:
    """Parameters for a level, with a window that covers the whole dictionary."""
    window = min(_MAX_WINDOW_LOG, max(17, reach.bit_length()))
    return {zstd.CompressionParameter.compression_level: level, zstd.CompressionParameter.window_log: window}
