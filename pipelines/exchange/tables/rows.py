"""Reads the rows of tables in which other programs keep pages: CSV, JSON, Parquet. Memory holds a few rows at a time.

JSON is any series of objects: one a line, an array, or objects with commas between them. A damaged row costs only itself, as far as
the next one can be found.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import IO

from db.errors import UsageError
from db.store.archives.foreign_tables import Row
from pipelines.exchange.items import SkippedRecord
from pipelines.exchange.tables.json_records import find_records, read_records

# The longest row of a text file, in characters: a quote that is never closed would take the rest of the file.
_LONGEST_ROW = 64 << 20
# Bytes by which the encoding of a text file is judged.
_SAMPLE = 1 << 18
_STEP = 1 << 18
_DELIMITERS = ",;\t|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BETWEEN = re.compile(r"[\s,\[\]\x1e\ufeff]*")
_NEXT_ROW = re.compile(r"\n\{")
# Bytes before the end of what was read in which an error may come from that end.
_CUT = 16
# Rows of a Parquet file held in memory.
_PARQUET_ROWS = 64


@contextmanager
def open_text(file: IO[bytes], head: bytes) -> Iterator[io.TextIOWrapper]:
    """The text of a file of unknown encoding, which stays open. `head`: its first bytes, which were read and put back."""
    from pipelines.extraction.encoding import decode

    name = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if name is None:
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head[:_SAMPLE])
            name = "utf-8"
        except UnicodeDecodeError:
            decoded = decode(head[:_SAMPLE])
            name = decoded.encoding if decoded else "utf-8"
    text = io.TextIOWrapper(file, encoding=name, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def csv_rows(text: io.TextIOWrapper, name: str) -> Iterator[Row | SkippedRecord]:
    """The rows of a CSV file; delimiter and quoting are found by its first line. Without a line of names, columns are numbered."""
    csv.field_size_limit(_LONGEST_ROW)
    begin = (text.read(_STEP) + text.readline(_LONGEST_ROW)).removeprefix("\ufeff")
    line = begin.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=lambda one: len(next(csv.reader([line], delimiter=one), [])))
    escaped = '\\"' in begin and '""' not in begin
    lines = chain(io.StringIO(begin, newline=""), iter(lambda: text.readline(_LONGEST_ROW), ""))
    reader = csv.reader(lines, delimiter=delimiter, doublequote=not escaped, escapechar="\\" if escaped else None)
    try:
        names = next(reader, [])
        if any(cell.lstrip().startswith(("http://", "https://", "<")) for cell in names):
            cells, names = names, [str(number) for number in range(1, len(names) + 1)]
            yield dict(zip(names, cells, strict=True))
        for cells in reader:
            if cells:
                yield dict(zip(names, cells, strict=False))
    except csv.Error as error:
        yield SkippedRecord(reason="damaged", where=f"{name}, line {reader.line_num:,}: {error}; the rest is not read")


def json_rows(text: io.TextIOWrapper, name: str) -> Iterator[Row | SkippedRecord]:
    """The records in the objects of a JSON file, whatever is between them (`pipelines.exchange.tables.json_records`).

    What is no object is a UsageError at the beginning, else skipped.
    """
    read = json.JSONDecoder(strict=False).raw_decode
    held, at, step, end, before, count = "", 0, _STEP, False, 0, 0
    path: Sequence[str] = ()
    while True:
        found = _BETWEEN.match(held, at)
        at = found.end() if found else at
        if at >= len(held):
            before += len(held)
            held, at, step = text.read(_STEP), 0, _STEP
            if not held:
                return
            continue
        try:
            if held[at] != "{":
                raise json.JSONDecodeError("is no object", held, at)
            document, at = read(held, at)
            path = path if count else find_records(document)
            step, count = _STEP, count + 1
            yield from read_records(document, path)
            continue
        except RecursionError:
            why, cut = "is nested too deep", False
        except json.JSONDecodeError as error:
            cut = error.pos >= len(held) - _CUT or error.msg.startswith("Unterminated string")
            why = f"{error.msg} at character {before + error.pos:,}"
        if cut and not end and len(held) - at < _LONGEST_ROW:
            before, held, at = before + at, held[at:], 0
            more = text.read(step)
            step, end, held = 2 * step, not more, held + more
            continue
        if not count:
            if cut and not end:
                why = f"one is longer than {_LONGEST_ROW >> 20} MiB; write a record a line, such as: jq -c '.log.entries[]' FILE"
            raise UsageError(f"{name}: is not JSON of objects ({why})")
        yield SkippedRecord(reason="damaged", where=f"{name}, row {count + 1:,}: {why}")
        count += 1
        following = _NEXT_ROW.search(held, at)
        at, end = (following.start() if following else len(held)), False


def parquet_rows(
    file: IO[bytes], name: str, needed: Collection[str] = (), columns: Collection[str] | None = None
) -> Iterator[Row]:
    """The rows of a Parquet file. Raises UsageError if it is none, lacks a `needed` column, or pyarrow is missing.

    `columns`: only these are read, of those that it has.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(f"{name}: Parquet files need pyarrow: pip install 'copydesk[parquet]'") from error
    try:
        table = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise UsageError(f"{name}: is not a Parquet file ({error})") from error
    names = table.schema_arrow.names
    if missing := [column for column in needed if column not in names]:
        raise UsageError(f"{name}: has no column {', '.join(missing)}; it needs {' and '.join(needed)}")
    chosen = None if columns is None else [column for column in names if column in columns]
    for rows in table.iter_batches(_PARQUET_ROWS, columns=chosen):
        yield from rows.to_pylist()
