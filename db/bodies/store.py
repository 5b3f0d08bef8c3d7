"""Bodies: the bytes as received, once each, named by their SHA-256 and compressed with Zstandard.

zstd level 3 takes 1/5.8 of raw news HTML at 2 ms for 300 KB; level 10 takes 1/6.5 at 8 ms (measured on 359 pages). A crawl
must keep up with the network, so it writes at level 3; upkeep packs again, by a dictionary of the source (`db.maintenance.repack`).

A body whose time is over (setting `keep_bodies`) is pruned: its row, hash and size stay, its bytes are gone. It comes back when
the same bytes are received again.
"""

from __future__ import annotations

import hashlib
import sqlite3

from db.bodies.dictionaries import get_dictionary
from db.errors import BodyPruned, DatabaseDamaged
from db.zstd import zstd

LEVEL = 3


def body_digest(body: bytes) -> bytes:
    """The SHA-256 of a body: 32 bytes."""
    return hashlib.sha256(body).digest()


def compress_body(body: bytes) -> bytes:
    """The body as stored."""
    return zstd.compress(body, level=LEVEL)


def insert_body(conn: sqlite3.Connection, body: bytes, sha256: bytes, packed: bytes) -> int:
    """Store a packed body unless it is there; its id. One that was pruned is there again."""
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
    """The exact bytes. Raises Damaged where they are not what was stored, Pruned where they were dropped after their time."""
    sha256, data, pruned_at, dictionary_id = conn.execute(
        "SELECT sha256, data, pruned_at, dictionary_id FROM bodies WHERE id = ?", (body_id,)
    ).fetchone()
    if pruned_at is not None:
        raise BodyPruned(
            f"its body was pruned on {pruned_at[:10]} (setting keep_bodies); what was read out of it stays, the bytes are gone"
        )
    dictionary = get_dictionary(conn, dictionary_id) if dictionary_id is not None else None
    return unpack(f"body {body_id}", data, sha256, dictionary)


def unpack(name: str, data: bytes, sha256: bytes, dictionary: zstd.ZstdDict | None = None) -> bytes:
    """The exact bytes of a body as it is stored or travels. Raises Damaged, which calls it `name`."""
    try:
        body = zstd.decompress(data, zstd_dict=dictionary)
    except zstd.ZstdError as error:
        raise DatabaseDamaged(f"{name} cannot be unpacked ({error}); restore it from a backup") from error
    if body_digest(body) != sha256:
        raise DatabaseDamaged(f"{name} does not match its checksum; restore it from a backup")
    return body
