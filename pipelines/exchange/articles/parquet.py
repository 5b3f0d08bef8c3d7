"""Writes articles as Parquet (extra `copydesk[parquet]`): typed columns, one row group at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import islice
from typing import IO, Any

from db.errors import UsageError
from db.timestamps import parse_timestamp
from pipelines.exchange.articles.formats import COLUMNS, JsonObject

_GROUP = 1000
"""Rows of a row group: with texts of 3 KB some 3 MB, which is what readers and this writer hold in memory."""
_LISTS = ("authors", "editors", "proofreaders", "tags")
_NUMBERS = ("id", "page_id", "comment_count", "word_count", "revision", "original_id")


def write_parquet(rows: Iterable[JsonObject], out: IO[bytes]) -> int:
    """Write all rows; returns their number. Raises UsageError if pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow: pip install 'copydesk[parquet]'") from error
    schema = pa.schema(list(article_types(pa).items()))
    count, rest = 0, iter(rows)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := [_typed(row) for row in islice(rest, _GROUP)]:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def article_types(pa: Any) -> dict[str, Any]:
    """The type of each of `COLUMNS`. `pa`: pyarrow, which is imported where it is needed."""
    kinds = dict.fromkeys(COLUMNS, pa.string())
    kinds |= dict.fromkeys(_LISTS, pa.list_(pa.string())) | dict.fromkeys(_NUMBERS, pa.int64())
    picture = pa.struct([(name, pa.string()) for name in ("url", "alt", "caption", "credit")])
    kinds["subheadings"] = pa.list_(pa.struct([("offset", pa.int64()), ("level", pa.int64())]))
    kinds |= {"images": pa.list_(picture), "paywalled": pa.bool_(), "fetched_at": pa.timestamp("ms", tz="UTC")}
    kinds["published_utc"] = pa.timestamp("ms", tz="UTC")
    kinds["provenance"] = pa.map_(pa.string(), pa.string())
    return kinds


def _typed(row: JsonObject) -> dict[str, Any]:
    # Lone surrogates, which Parquet cannot hold, are replaced as in the other formats.
    row = json.loads(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace"))
    return {name: row[name] for name in COLUMNS} | {
        "fetched_at": parse_timestamp(row["fetched_at"]),
        "published_utc": parse_timestamp(row["published_utc"]) if row["published_utc"] else None,
        "provenance": list(row["provenance"].items()),
    }
