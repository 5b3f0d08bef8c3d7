"""Repack: compress bodies that a crawl compressed quickly again, with a dictionary made from pages of the same source.

The latest dictionaries of a source are live: each body is tried with all of them at the quick level and compressed with
the best. A new dictionary is made if it saves more on the waiting bodies than it takes itself: for a new source, or
after the site has changed. A body that no dictionary makes smaller stays as it is. A damaged dictionary is reported and
ignored.

A body is replaced in one statement, after the new form was unpacked and compared: after a kill at any moment every body
is stored in the old form or the new.
"""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from db.bodies.dictionaries import (
    QUICK_LEVEL,
    Connection,
    DictionaryCache,
    compress_dictionary,
    compress_with_dictionary,
    insert_dictionary,
    load_dictionary,
)
from db.bodies.dictionary_samples import MAX_SAMPLES, choose_samples, sample_evenly
from db.bodies.store import compress_body, load_body
from db.connection.database import connect, translate_sqlite_errors, write
from db.errors import BodyPruned, DatabaseDamaged
from db.maintenance.prune import MIN_REST_S, REST_FACTOR
from db.timestamps import format_timestamp
from db.zstd import zstd

# Minimum number of pages to make a dictionary from.
MIN_PAGES = 4
# Dictionaries of a source tried on each body: 2 ms each. A site that alternates between templates, or changes only some of its
# pages, keeps using older ones.
_LIVE = 3
# Maximum size of a transaction: a few milliseconds to write.
_BATCH_BYTES = 256 * 1024
# Bodies of a source processed at a time; then the source may get a new dictionary.
_CHUNK = 256

# Bodies listed per query, so that no read takes long.
_LISTED = 10_000

# Uses the index of waiting bodies: costs nothing if none waits, however large the archive.
_WAITING = """
SELECT b.id, coalesce(
    (SELECT source_id FROM pages WHERE body_id = b.id LIMIT 1),
    (SELECT p.source_id FROM page_parts t JOIN pages p ON p.id = t.page_id WHERE t.body_id = b.id LIMIT 1))
FROM bodies b INDEXED BY bodies_untried
WHERE b.tried_id IS NULL AND b.pruned_at IS NULL AND b.id > ? ORDER BY b.id LIMIT ?
"""
_SIZES = """
SELECT id, length(data) FROM bodies
WHERE id IN (SELECT value FROM json_each(?)) AND tried_id IS NULL AND pruned_at IS NULL AND size > 0 ORDER BY id
"""
_LATEST = "SELECT id FROM dictionaries WHERE source_id = ? ORDER BY id DESC LIMIT ?"
_PUT = """
UPDATE bodies SET data = :data, dictionary_id = :dictionary, tried_id = :tried
WHERE id = :id AND tried_id IS NULL AND pruned_at IS NULL
"""
_KEEP = "UPDATE bodies SET tried_id = :tried WHERE id = :id AND tried_id IS NULL AND pruned_at IS NULL"


@dataclass(slots=True, kw_only=True)
class RepackReport:
    """What was repacked. `before` and `after` are the bytes of all bodies tried; dictionaries take `dictionary_bytes`
    more.
    """

    tried: int = 0
    packed: int = 0
    damaged: int = 0
    damaged_dictionaries: list[str] = field(default_factory=list)
    dictionaries: int = 0
    dictionary_bytes: int = 0
    before: int = 0
    after: int = 0
    transactions: int = 0
    longest_ms: float = 0.0
    seconds: float = 0.0
    broken_off: bool = False

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def repack(
    path: Path,
    now: datetime,
    *,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[RepackReport], None] = lambda report: None,
) -> RepackReport:
    """Compress waiting bodies, source by source. `stopping` is called before each body; what was done until then stays."""
    began, conn = time.monotonic(), connect(path)
    packing = _Packing(
        conn=conn, now=format_timestamp(now), stopping=stopping, progress=progress, report=RepackReport()
    )
    try:
        with translate_sqlite_errors(path):
            conn.execute("PRAGMA secure_delete = OFF")
            conn.execute("PRAGMA wal_autocheckpoint = 0")
            conn.dictionary_cache = DictionaryCache(_LIVE + 1)
            for source_id, ids in packing.waiting().items():
                packing.source(source_id, ids)
            conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except _Stopped:
        packing.report.broken_off = True
    finally:
        conn.close()
    packing.report.seconds = round(time.monotonic() - began, 3)
    return packing.report


class _Stopped(Exception):
    """`stopping` returned true."""


@dataclass(slots=True, kw_only=True)
class _Packing:
    conn: Connection
    now: str
    stopping: Callable[[], bool]
    progress: Callable[[RepackReport], None]
    report: RepackReport

    def waiting(self) -> dict[int, array[int]]:
        """Ids of bodies that were never tried, by source, oldest first; 8 bytes each."""
        found: dict[int, array[int]] = {}
        after = 0
        while rows := self.conn.execute(_WAITING, (after, _LISTED)).fetchall():
            self._check()
            after = rows[-1][0]
            for body_id, source_id in rows:
                if source_id is not None:
                    found.setdefault(source_id, array("q")).append(body_id)
        return dict(sorted(found.items()))

    def source(self, source_id: int, ids: array[int]) -> None:
        """Repack the waiting bodies of one source."""
        for first in range(0, len(ids), _CHUNK):
            rows = self.conn.execute(_SIZES, (json.dumps(ids[first : first + _CHUNK].tolist()),)).fetchall()
            live = self._live(source_id, rows)
            if not live:
                return
            batch: list[dict[str, object]] = []
            weight = 0
            for body_id, size in rows:
                if (change := self._packed(body_id, size, live)) is None:
                    continue
                batch.append(change)
                weight += size
                if weight >= _BATCH_BYTES:
                    self._write(batch)
                    batch, weight = [], 0
            if batch:
                self._write(batch)
            self.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _check(self) -> None:
        if self.stopping():
            raise _Stopped

    def _bodies(self, ids: Sequence[int]) -> Iterator[bytes]:
        """Those of the bodies that can be read."""
        for body_id in ids:
            self._check()
            try:
                yield load_body(self.conn, body_id)
            except (DatabaseDamaged, BodyPruned):
                continue

    def _live(self, source_id: int, rows: list[tuple[int, int]]) -> dict[int, zstd.ZstdDict]:
        """The dictionaries for these bodies: the source's latest, and a new one if it pays off."""
        live: dict[int, zstd.ZstdDict] = {}
        for (dictionary_id,) in self.conn.execute(_LATEST, (source_id, _LIVE)).fetchall():
            try:
                live[dictionary_id] = load_dictionary(self.conn, dictionary_id)
            except DatabaseDamaged as fault:
                if str(fault) not in self.report.damaged_dictionaries:
                    self.report.damaged_dictionaries.append(str(fault))
        if len(rows) >= MIN_PAGES and (content := self._new(rows, list(live.values()))):
            with self._timed():
                dictionary_id = insert_dictionary(self.conn, source_id, *content, self.now)
            self.report.dictionaries += 1
            self.report.dictionary_bytes += len(content[1])
            live[dictionary_id] = load_dictionary(self.conn, dictionary_id)
        return live

    def _new(self, rows: list[tuple[int, int]], live: list[zstd.ZstdDict]) -> tuple[bytes, bytes] | None:
        """A dictionary that saves more on these bodies than it takes, raw and as stored; None if there is none."""
        pages = list(self._bodies([body_id for body_id, _ in sample_evenly(rows)]))
        places = choose_samples(pages, min(MAX_SAMPLES, len(pages) - 1), self._check)
        members, others = [pages[n] for n in places], [page for n, page in enumerate(pages) if n not in places]
        if not members or not others:
            return None
        content = b"".join(members)
        saved = self._packed_bytes(others, live) - self._packed_bytes(others, [zstd.ZstdDict(content, is_raw=True)])
        # Pages that the dictionary is made of compress to next to nothing with it.
        gain = saved * (len(rows) - len(members)) / len(others) + self._packed_bytes(members, live)
        if saved <= 0 or gain <= self._packed_bytes([content], []) / 2:
            return None
        stored = compress_dictionary(content)
        return (content, stored) if gain > len(stored) else None

    def _packed_bytes(self, tried: list[bytes], dictionaries: list[zstd.ZstdDict]) -> int:
        """Total bytes of these bodies at the quick level, each with its best dictionary."""
        total = 0
        for body in tried:
            self._check()
            total += min(
                (len(compress_with_dictionary(by, body, QUICK_LEVEL)) for by in dictionaries),
                default=len(compress_body(body)),
            )
        return total

    def _packed(self, body_id: int, size: int, live: dict[int, zstd.ZstdDict]) -> dict[str, object] | None:
        self._check()
        try:
            body = load_body(self.conn, body_id)
        except BodyPruned:
            return None
        except DatabaseDamaged:
            self.report.damaged += 1
            return None
        tried = next(iter(live))
        if len(live) > 1:
            tried = min(
                live, key=lambda dictionary_id: len(compress_with_dictionary(live[dictionary_id], body, QUICK_LEVEL))
            )
        data = compress_with_dictionary(live[tried], body)
        is_smaller = len(data) < size and zstd.decompress(data, zstd_dict=live[tried]) == body
        return {
            "id": body_id,
            "size": size,
            "tried": tried,
            "dictionary": tried if is_smaller else None,
            "data": data if is_smaller else None,
        }

    def _write(self, batch: list[dict[str, object]]) -> None:
        with self._timed():
            changed = [self.conn.execute(_KEEP if row["data"] is None else _PUT, row).rowcount for row in batch]
        report = self.report
        for row, number in zip(batch, changed, strict=True):
            data = row["data"]
            size = int(str(row["size"]))
            report.tried += number
            report.packed += number if isinstance(data, bytes) else 0
            report.before += size * number
            report.after += (len(data) if isinstance(data, bytes) else size) * number
        self.progress(report)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """One transaction, timed including its commit, and a pause in which others get the lock."""
        with write(self.conn):
            began = time.monotonic()
            yield
        took = time.monotonic() - began
        self.report.transactions += 1
        self.report.longest_ms = max(self.report.longest_ms, round(took * 1000, 1))
        time.sleep(max(MIN_REST_S, REST_FACTOR * took))
