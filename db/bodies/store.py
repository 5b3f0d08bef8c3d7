"""Bodies: the bytes as received, each stored once, identified by SHA-256 and compressed with Zstandard.

zstd level 3 reduces raw news HTML to 1/5.8 at 2 ms for 300 KB; level 10 to 1/6.5 at 8 ms (measured on 359 pages). A
crawl must keep up with the network, so it writes at level 3; maintenance compresses again, with a dictionary of the
source (`db.maintenance.repack`).

A body past its time (setting `keep_bodies`) is pruned: its row, hash and size stay, its bytes are gone. It is restored
if the same bytes are received again.
"""

from __future__ import annotations

import hashlib
import sqlite3

from db.bodies.dictionaries import load_dictionary
from db.errors import BodyPruned, DatabaseDamaged
from db.sqlite.named_rows import named_rows
from db.zstd import zstd

LEVEL = 3


def body_digest(body: bytes) -> bytes:
    """The SHA-256 of a body: 32 bytes."""
    return hashlib.sha256(body).digest()


def compress_body(body: bytes) -> bytes:
    """The body as stored by a crawl."""
    return zstd.compress(body, level=LEVEL)


def insert_body(conn: sqlite3.Connection, body: bytes, sha256: bytes, packed: bytes) -> int:
    """Insert a compressed body unless it exists; returns its id. A pruned body is restored."""
    if row := conn.execute("SELECT id, pruned_at FROM bodies WHERE sha256 = ?", (sha256,)).fetchone():
        if row[1] is not None:
            conn.execute(
                "UPDATE bodies SET data = ?, pruned_at = NULL, dictionary_id = NULL, tried_id = NULL WHERE id = ?",
                (packed, row[0]),
            )
        return int(row[0])
    cursor = conn.execute(
        "INSERT INTO bodies (sha256, size, codec, data) VALUES (?, ?, 'zstd', ?)", (sha256, len(body), packed)
    )
    return int(cursor.lastrowid or 0)


def load_body(conn: sqlite3.Connection, body_id: int) -> bytes:
    """The exact bytes. Raises DatabaseDamaged if they do not match the hash, BodyPruned if they were pruned."""
    row = named_rows(
        conn, "SELECT sha256, data, pruned_at, dictionary_id FROM bodies WHERE id = ?", (body_id,)
    ).fetchone()
    if row["pruned_at"] is not None:
        day = row["pruned_at"][:10]
        raise BodyPruned(
            f"its body was pruned on {day} (setting keep_bodies): what was extracted stays, but cannot be extracted again"
        )
    dictionary = load_dictionary(conn, row["dictionary_id"]) if row["dictionary_id"] is not None else None
    return decompress_body(f"body {body_id}", row["data"], row["sha256"], dictionary)


def decompress_body(name: str, data: bytes, sha256: bytes, dictionary: zstd.ZstdDict | None = None) -> bytes:
    """The exact bytes of a compressed body. Raises DatabaseDamaged, with `name` in its message."""
    try:
        body = zstd.decompress(data, zstd_dict=dictionary)
    except zstd.ZstdError as error:
        raise DatabaseDamaged(f"{name} cannot be unpacked ({error}); restore it from a backup") from error
    if body_digest(body) != sha256:
        raise DatabaseDamaged(f"{name} does not match its checksum; restore it from a backup")
    return body
