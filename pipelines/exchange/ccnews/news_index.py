"""Parquet indexes of CC-NEWS: where in its files the records of some hosts are.

    Parquet ──row groups that may hold wanted files──> batches ──wanted hosts──> rows, by WARC file

Common Crawl publishes none of CC-NEWS; those that others make have the columns of its columnar index (github.com/commoncrawl/
cc-index-table). An index holds all pages of a file that it names. What is wanted of it is kept in a temporary file until the WARC
files are read: for 500 sources and three years that may be millions of rows.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from db.errors import UsageError
from pipelines.exchange.items import MAX_PLACES

EXTRA_MISSING = "reading Parquet indexes needs pyarrow: pip install 'copydesk[parquet]'"
_ROWS = 65_536
"""Rows held in memory: some 10 MB with addresses of 100 bytes."""
_TEXTS, _NUMBERS = ("url", "warc_filename"), ("warc_record_offset", "warc_record_length")
_OPTIONAL = ("url_host_name", "fetch_status", "fetch_time", "content_digest")
OpenRemote = Callable[[str], IO[bytes] | io.RawIOBase]
"""Opens a web address as a file that is read from any position. Raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """A record as an index states it; nothing of it is checked. `begins`, `size`: bytes of the WARC file, as it is packed."""

    url: str
    begins: int
    size: int
    status: int | None = None
    fetched_at: datetime | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexQuery:
    """What is looked for. `files`: paths of WARC files; `hosts`: names; `is_wanted`: whether an address is, of a file."""

    files: Collection[str]
    hosts: Collection[str]
    is_wanted: Callable[[str, str], bool]


class IndexedFiles:
    """The WARC files that indexes name, and the wanted records of each."""

    def __init__(self) -> None:
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - open until this object goes
        self._places: dict[str, array[int]] = {}
        self.faults: list[str] = []
        """Rows of wanted hosts that name no file of the archive; the first ones."""

    def __contains__(self, path: str) -> bool:
        return path in self._places

    def close(self) -> None:
        """Remove the temporary file."""
        self._spool.close()

    def note_file(self, path: str) -> None:
        """Note that an index names the file, whether or not anything of it is wanted."""
        self._places.setdefault(path, array("q"))

    def note_fault(self, words: str) -> None:
        """Note a row that is refused."""
        if len(self.faults) < MAX_PLACES and words not in self.faults:
            self.faults.append(words)

    def add(self, path: str, row: IndexRow) -> None:
        """Keep a row of a file."""
        self.note_file(path)
        at = row.fetched_at and row.fetched_at.isoformat()
        self._places[path].append(self._spool.seek(0, 2))
        self._spool.write(json.dumps([row.url, row.begins, row.size, row.status, at, row.digest]).encode() + b"\n")

    def rows_of(self, path: str) -> list[IndexRow]:
        """The rows of a file in the order of its records, each once, however many indexes name it."""
        found: dict[tuple[int, int, str], IndexRow] = {}
        for place in self._places[path]:
            row = self._row(place)
            found.setdefault((row.begins, row.size, row.url), row)
        return [found[key] for key in sorted(found)]

    def _row(self, place: int) -> IndexRow:
        self._spool.seek(place)
        url, begins, size, status, at, digest = json.loads(self._spool.readline())
        return IndexRow(
            url=url,
            begins=begins,
            size=size,
            status=status,
            fetched_at=datetime.fromisoformat(at) if at else None,
            digest=digest,
        )


def index_files(addresses: Sequence[str]) -> list[str]:
    """The Parquet files at these places: a folder stands for all in and below it. Raises UsageError."""
    found: list[str] = []
    for address in addresses:
        if address.startswith(("http://", "https://")):
            found.append(address)
        elif "://" in address:
            raise UsageError(f"{address}: an index is a file, a folder or an http(s) address; copy it to a file")
        elif Path(address).is_dir():
            inside = sorted(str(path) for path in Path(address).rglob("*.parquet") if path.is_file())
            if not inside:
                raise UsageError(f"{address}: there is no Parquet file (*.parquet) in this folder; name another one")
            found += inside
        elif Path(address).is_file():
            found.append(address)
        else:
            raise UsageError(f"{address}: there is no such index; name a Parquet file or a folder of them")
    return list(dict.fromkeys(found))


def read_index(
    name: str,
    open_remote: OpenRemote,
    query: IndexQuery,
    into: IndexedFiles,
    show: Callable[[int], None],
) -> None:
    """Add what a Parquet file says of the wanted files. `show` is called with the number of rows that were looked at.

    Raises UsageError where this is no such index.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise UsageError(EXTRA_MISSING) from error
    hosts, seen = sorted(query.hosts), 0
    try:
        with _opened(name, open_remote) as (table, columns):
            for batch in _batches(table, columns, sorted(query.files), hosts):
                for path in batch.column("warc_filename").unique().to_pylist():
                    if path in query.files:
                        into.note_file(path)
                if "url" in batch.schema.names:
                    for path, row in _rows(batch, hosts):
                        _take(name, path, row, query, into)
                seen += batch.num_rows
                show(seen)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise UsageError(f"{name}: cannot be read as an index ({error}); check the file") from error


def _take(name: str, path: object, row: IndexRow | None, query: IndexQuery, into: IndexedFiles) -> None:
    if row is None or not isinstance(path, str):
        into.note_fault(f"{name}: has rows without an address or a file")
    elif path in query.files:
        if query.is_wanted(path, row.url):
            into.add(path, row)
    elif "://" in path or path.startswith("/") or ".." in path:
        into.note_fault(f"{name}: names {path[:200]}, which is no file of CC-NEWS")


@contextmanager
def _opened(name: str, open_remote: OpenRemote) -> Iterator[tuple[Any, list[str]]]:
    """The Parquet file, and those of its columns that are read."""
    import pyarrow.parquet as pq

    with open_remote(name) if "://" in name else Path(name).open("rb") as file:
        table = pq.ParquetFile(file, pre_buffer=True)
        schema = table.schema_arrow
        missing = [column for column in (*_TEXTS, *_NUMBERS) if column not in schema.names]
        if missing:
            raise UsageError(
                f"{name}: has no column {', '.join(missing)}; an index has {', '.join((*_TEXTS, *_NUMBERS))}"
            )
        for column in (*_TEXTS, *_NUMBERS):
            if not _fits(column, schema.field(column).type):
                raise UsageError(
                    f"{name}: its column {column} is {schema.field(column).type};"
                    " an index has texts for addresses and files, whole numbers for offsets and lengths"
                )
        more = [column for column in _OPTIONAL if column in schema.names and _fits(column, schema.field(column).type)]
        yield table, [*_TEXTS, *_NUMBERS, *more]


def _fits(column: str, kind: Any) -> bool:
    import pyarrow as pa

    if column in (*_NUMBERS, "fetch_status"):
        return bool(pa.types.is_integer(kind))
    if column == "fetch_time":
        return bool(pa.types.is_timestamp(kind))
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _batches(table: Any, columns: list[str], files: Sequence[str], hosts: Sequence[str]) -> Iterator[Any]:
    """Batches of the row groups with wanted files. Where a group has no wanted host, only its files are read."""
    for number in range(table.num_row_groups):
        group = table.metadata.row_group(number)
        if _may_hold(group, "warc_filename", files):
            wanted = columns if _may_hold(group, "url_host_name", hosts) else ["warc_filename"]
            yield from table.iter_batches(_ROWS, row_groups=[number], columns=wanted)


def _may_hold(group: Any, column: str, wanted: Sequence[str]) -> bool:
    """Whether a row group may have one of the values in a column, as far as its statistics say."""
    for number in range(group.num_columns):
        if group.column(number).path_in_schema == column:
            said = group.column(number).statistics
            if said is None or not said.has_min_max or not isinstance(said.min, str):
                return True
            at = bisect_left(wanted, said.min)
            return at < len(wanted) and wanted[at] <= said.max
    return True


def _rows(batch: Any, hosts: Sequence[str]) -> Iterator[tuple[object, IndexRow | None]]:
    """File and row of each record that may be of one of the hosts; None for one without an address."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if "url_host_name" in batch.schema.names:
        mask = pc.is_in(batch.column("url_host_name").cast(pa.string()), pa.array(hosts, pa.string()))
    else:
        # Addresses that have one of the names anywhere: `IndexQuery.is_wanted` looks at the host itself.
        names = "|".join(re.escape(host) for host in hosts)
        mask = pc.match_substring_regex(batch.column("url").cast(pa.string()), names, ignore_case=True)
    for at in pc.indices_nonzero(mask).to_pylist():
        row = {name: batch.column(name)[at] for name in batch.schema.names}
        yield row["warc_filename"].as_py(), _row(row)


def _row(row: dict[str, Any]) -> IndexRow | None:
    url, begins, size, status, digest = (
        row[name].as_py() if name in row else None for name in ("url", *_NUMBERS, "fetch_status", "content_digest")
    )
    if url is None:
        return None
    begins, size = (-1 if number is None else number for number in (begins, size))
    return IndexRow(url=url, begins=begins, size=size, status=status, fetched_at=_moment(row), digest=digest)


def _moment(row: dict[str, Any]) -> datetime | None:
    """The time of the fetch, UTC; None where there is none or it is none of this calendar."""
    import pyarrow as pa

    if "fetch_time" not in row or not row["fetch_time"].is_valid:
        return None
    scalar = row["fetch_time"]
    try:
        milliseconds = scalar.cast(pa.timestamp("ms", scalar.type.tz), safe=False).value
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
