"""Packing: bodies that a crawl wrote in haste are packed again, by a dictionary made of pages of the same source.

A source's current dictionary is its latest. A newer one, of the latest pages, is made where that saves more on what waits than
it takes itself: where there is none yet, and where the site has changed. A body that a dictionary does not make smaller stays
as it is. A body is replaced in one statement, after the new form was unpacked and compared: a kill at any moment leaves
every body packed the old way or the new.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from db.bodies import get_body, pack
from db.connect import connect, explained, write
from db.dictionaries import get_dictionary, pack_by, packed_dictionary, put_dictionary
from db.errors import Damaged, Pruned
from db.facts import stamp
from db.prune import LEAST_REST_S, REST
from db.zstandard import zstd

# Fewer pages of a source than this give no dictionary.
LEAST_PAGES = 4
# Pages in a dictionary, and bytes at most: a fourth page brought nothing more (`bench/body_size.py`).
_PAGES, _MOST_BYTES = 3, 4 << 20
# Bodies on which a new dictionary is tried before it is made.
_TRIED = 3
# A transaction is of so many bytes at most: writing them takes a few milliseconds.
_BATCH_BYTES = 256 * 1024
# Bodies of one source looked at a time; after so many the source's dictionary is asked again.
_CHUNK = 256

_SOURCES = "SELECT id FROM sources ORDER BY id"
_UNTRIED = """
SELECT b.id, length(b.data) FROM bodies b
WHERE b.tried_id IS NULL AND b.pruned_at IS NULL AND b.size > 0 AND b.id > :after AND b.id IN (
    SELECT body_id FROM pages WHERE source_id = :source
    UNION SELECT t.body_id FROM pages p JOIN page_parts t ON t.page_id = p.id WHERE p.source_id = :source)
ORDER BY b.id LIMIT :most
"""
_CURRENT = "SELECT max(id) FROM dictionaries WHERE source_id = ?"
_PUT = """
UPDATE bodies SET data = :data, dictionary_id = :dictionary, tried_id = :tried
WHERE id = :id AND tried_id IS NULL AND pruned_at IS NULL
"""
_KEEP = "UPDATE bodies SET tried_id = :tried WHERE id = :id AND tried_id IS NULL AND pruned_at IS NULL"


@dataclass(slots=True, kw_only=True)
class PackReport:
    """What was packed. `before` and `after` are the bytes of all bodies tried; dictionaries take `dictionary_bytes` more."""

    tried: int = 0
    packed: int = 0
    damaged: int = 0
    dictionaries: int = 0
    dictionary_bytes: int = 0
    before: int = 0
    after: int = 0
    transactions: int = 0
    longest_ms: float = 0.0
    seconds: float = 0.0
    broken_off: bool = False

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def pack_again(
    path: Path,
    now: datetime,
    *,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[PackReport], None] = lambda report: None,
) -> PackReport:
    """Pack what waits, source by source. `stopping` is asked before each body; what was packed until then stays."""
    began, conn = time.monotonic(), connect(path)
    packing = _Packing(conn=conn, now=stamp(now), stopping=stopping, progress=progress, report=PackReport())
    try:
        with explained(path):
            conn.execute("PRAGMA secure_delete = OFF")
            conn.execute("PRAGMA wal_autocheckpoint = 0")
            for (source_id,) in conn.execute(_SOURCES).fetchall():
                packing.source(source_id)
            conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except _Stopped:
        packing.report.broken_off = True
    finally:
        conn.close()
    packing.report.seconds = round(time.monotonic() - began, 3)
    return packing.report


class _Stopped(Exception):
    """Somebody wants this to end."""


@dataclass(slots=True, kw_only=True)
class _Packing:
    conn: sqlite3.Connection
    now: str
    stopping: Callable[[], bool]
    progress: Callable[[PackReport], None]
    report: PackReport

    def source(self, source_id: int) -> None:
        """Pack what waits of one source."""
        after = 0
        while rows := self._untried(source_id, after):
            after = rows[-1][0]
            dictionary_id = self._dictionary(source_id, rows)
            if dictionary_id is None:
                return
            dictionary = get_dictionary(self.conn, dictionary_id)
            batch: list[dict[str, object]] = []
            weight = 0
            for body_id, size in rows:
                if (change := self._packed(body_id, size, dictionary_id, dictionary)) is None:
                    continue
                batch.append(change)
                weight += size
                if weight >= _BATCH_BYTES:
                    self._write(batch)
                    batch, weight = [], 0
            if batch:
                self._write(batch)
            self.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _untried(self, source_id: int, after: int) -> list[tuple[int, int]]:
        return self.conn.execute(_UNTRIED, {"source": source_id, "after": after, "most": _CHUNK}).fetchall()

    def _bodies(self, ids: Sequence[int]) -> Iterator[bytes]:
        """Those of them that can be read."""
        for body_id in ids:
            if self.stopping():
                raise _Stopped
            try:
                yield get_body(self.conn, body_id)
            except (Damaged, Pruned):
                continue

    def _dictionary(self, source_id: int, rows: list[tuple[int, int]]) -> int | None:
        """The dictionary for these bodies: the source's current one, or a new one where that pays. None: there is none."""
        current: int | None = self.conn.execute(_CURRENT, (source_id,)).fetchone()[0]
        if len(rows) < LEAST_PAGES:
            return current
        ids = [body_id for body_id, _ in rows]
        others = rows[:-_PAGES]
        tried = list(self._bodies([body_id for body_id, _ in others[-_TRIED:]]))
        members = _fitting(list(self._bodies(ids[-_PAGES:])))
        if not members or not tried:
            return current
        content = b"".join(members)
        stored = packed_dictionary(content)
        by_old = get_dictionary(self.conn, current) if current else None
        saved = self._share(tried, by_old) - self._share(tried, zstd.ZstdDict(content, is_raw=True))
        times = sum(size for _, size in others) / max(1, sum(size for _, size in others[-_TRIED:]))
        # The pages that it is made of pack to next to nothing by it.
        if saved <= 0 or saved * times + self._share(members, by_old) <= len(stored):
            return current
        with write(self.conn):
            dictionary_id = put_dictionary(self.conn, source_id, content, stored, self.now)
        self.report.dictionaries += 1
        self.report.dictionary_bytes += len(stored)
        return dictionary_id

    def _share(self, tried: list[bytes], dictionary: zstd.ZstdDict | None) -> int:
        """Bytes that these bodies take."""
        total = 0
        for body in tried:
            if self.stopping():
                raise _Stopped
            total += len(pack_by(dictionary, body) if dictionary else pack(body))
        return total

    def _packed(
        self, body_id: int, size: int, dictionary_id: int, dictionary: zstd.ZstdDict
    ) -> dict[str, object] | None:
        if self.stopping():
            raise _Stopped
        try:
            body = get_body(self.conn, body_id)
        except Pruned:
            return None
        except Damaged:
            self.report.damaged += 1
            return None
        data = pack_by(dictionary, body)
        won = len(data) < size and zstd.decompress(data, zstd_dict=dictionary) == body
        return {
            "id": body_id,
            "size": size,
            "tried": dictionary_id,
            "dictionary": dictionary_id if won else None,
            "data": data if won else None,
        }

    def _write(self, batch: list[dict[str, object]]) -> None:
        with write(self.conn):
            began = time.monotonic()
            changed = [self.conn.execute(_KEEP if row["data"] is None else _PUT, row).rowcount for row in batch]
        took, report = time.monotonic() - began, self.report
        for row, number in zip(batch, changed, strict=True):
            data = row["data"]
            size = int(str(row["size"]))
            report.tried += number
            report.packed += number if isinstance(data, bytes) else 0
            report.before += size * number
            report.after += (len(data) if isinstance(data, bytes) else size) * number
        report.transactions += 1
        report.longest_ms = max(report.longest_ms, round(took * 1000, 1))
        self.progress(report)
        time.sleep(max(LEAST_REST_S, REST * took))


def _fitting(pages: list[bytes]) -> list[bytes]:
    """The latest pages that fit, oldest first: what is used most should be nearest."""
    chosen: list[bytes] = []
    for page in reversed(pages):
        if sum(map(len, chosen)) + len(page) <= _MOST_BYTES:
            chosen.append(page)
    return chosen[::-1]
