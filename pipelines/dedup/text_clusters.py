"""Clusters texts from a file in the way that settling clusters stored articles: same sketches, same comparison, same original.

A manifest holds one JSON object a line: `{"id", "url", "title", "text", "published"}`, and optionally `source` (the outlet)
and `original_source` (the source it credits). The text alone decides which belong together; the rest decides which is the original.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from db.connection.in_memory import open_in_memory
from db.errors import UsageError
from db.store.dedup.near_copies import load_text_lengths, near_copy_pairs, text_number
from db.system.regular_files import open_file
from pipelines.dedup.clusters import ClusterMember, choose_original, find_clusters
from pipelines.dedup.copy_index import CopyIndex
from pipelines.extraction.fingerprint import text_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRecord:
    """One text of a manifest."""

    record_id: str | int
    text: str
    url: str = ""
    published: str | None = None
    outlet: str | None = None
    credited: str | None = None


def read_records(manifest: Path) -> Iterator[TextRecord]:
    """The records of a manifest. Raises UsageError, which names the invalid line."""
    try:
        with open_file(manifest, own=True) as file:
            for number, line in enumerate(TextIOWrapper(file, encoding="utf-8"), 1):
                if line.strip():
                    yield _record(line, f"{manifest}, line {number}")
    except OSError as error:
        raise UsageError(f"Cannot read the manifest {manifest}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The manifest {manifest} is not UTF-8 text.") from error


def cluster_texts(records: Iterable[TextRecord]) -> list[tuple[str | int, str | int]]:
    """For each record, in order, its id and the id of its cluster's original. Holds all texts in memory."""
    rows = list(records)
    numbers = [text_number(text_hash(row.text)) for row in rows]
    texts = {number: row.text for number, row in zip(numbers, rows, strict=True)}
    with closing(open_in_memory()) as conn:
        CopyIndex(conn, texts.get).update(texts)
        pairs = near_copy_pairs(conn, texts)
        letters = load_text_lengths(conn, texts)
    members: dict[int, list[ClusterMember]] = defaultdict(list)
    clusters: dict[int, int] = {}
    for at, (number, row) in enumerate(zip(numbers, rows, strict=True)):
        clusters[at] = at
        if number in letters:
            members[number].append(_member(at, row))
    for cluster in find_clusters(members, letters, pairs):
        first = choose_original(cluster).number
        clusters.update({member.number: first for member in cluster})
    return [(row.record_id, rows[clusters[at]].record_id) for at, row in enumerate(rows)]


def _member(at: int, row: TextRecord) -> ClusterMember:
    # The order of lines says nothing about which was first: if nothing else decides, the id does.
    return ClusterMember(
        number=at,
        url=row.url,
        seen=str(row.record_id),
        published=row.published,
        outlet=row.outlet,
        credited=row.credited,
    )


def _record(line: str, where: str) -> TextRecord:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: not a JSON object ({error}).") from error
    if not isinstance(row, dict) or not isinstance(row.get("id"), str | int) or not isinstance(row.get("text"), str):
        raise UsageError(f'{where}: expected an object with "id" and "text".')
    return TextRecord(
        record_id=row["id"],
        text=row["text"],
        url=_string(row, "url") or "",
        published=_in_utc(_string(row, "published"), where),
        outlet=_string(row, "source"),
        credited=_string(row, "original_source"),
    )


def _string(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) and value else None


def _in_utc(published: str | None, where: str) -> str | None:
    if published is None:
        return None
    try:
        moment = datetime.fromisoformat(published)
    except ValueError as error:
        raise UsageError(f'{where}: "published" is no ISO 8601 time ({published}).') from error
    # A time without an offset is taken as UTC, as for stored articles.
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="seconds")
