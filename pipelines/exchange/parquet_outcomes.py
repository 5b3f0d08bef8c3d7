"""Outcomes as Parquet files in a folder at any address: `articles/part-000000.parquet`, `rejections/part-000000.parquet`, ...

A part holds the outcomes of so many pages that follow each other in the input, in their order, so the files are the same
whichever engine made them. Its articles are written last and put in place whole; with them stands how far the input was read: that
is where a run that was cut off goes on.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from db.errors import UsageError
from db.models import Article, Page
from db.store.outcomes import Extractor
from pipelines.exchange.article_formats import COLUMNS
from pipelines.exchange.remote import EXTRA_MISSING
from pipelines.extraction.article_json import to_json
from pipelines.processing.page_worker import ExtractionResult

# Some 5 MB of articles.
PART_PAGES = 2000
_AFTER, _MADE_BY = b"copydesk.after", b"copydesk.made_by"
_ORIGIN = ("number", "archive", "page_url", "final_url", "fetched_at")
_LISTS = ("authors", "editors", "proofreaders", "tags")
# Of the table of articles, what extraction itself does not know: sources, ids, what settling decides.
_NOT_HERE = {"id", "page_id", "source_name", "final_url", "fetched_at", "revision", "original_id"}
_ARTICLE = tuple(name for name in COLUMNS if name not in _NOT_HERE)
_NUMBERS = ("number", "comment_count", "word_count")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPage:
    """One page's outcome with where it came from. `archive` is None for a page of the database, `number` then its id."""

    archive: str | None
    page: Page
    reading: ExtractionResult


class OutcomeFolder:
    """A folder of parts. `made_by` is the input and the extractor: a folder takes the outcomes of one."""

    def __init__(self, address: str, extractor: Extractor, source: str) -> None:
        try:
            import fsspec
            import pyarrow  # noqa: F401 - found missing before the first page is read
        except ImportError as error:
            raise UsageError(EXTRA_MISSING) from error
        try:
            self._fs, self._root = fsspec.core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise UsageError(f"{address}: {error}") from error
        self._address, self._extractor = address, extractor
        self._made_by = json.dumps({"input": source} | asdict(extractor), sort_keys=True).encode()
        self.parts, self.after = self._found()

    def _found(self) -> tuple[int, int]:
        """How many parts there are, and the number of the last page in them. Raises UsageError: parts of something else."""
        import pyarrow.parquet as pq

        try:
            paths = sorted(self._fs.glob(f"{self._root}/articles/part-*.parquet"))
            if not paths:
                return 0, 0
            with self._fs.open(paths[-1], "rb") as file:
                told = pq.read_schema(file).metadata or {}
        except (OSError, NotImplementedError) as error:
            raise UsageError(f"{self._address}: cannot be read ({error})") from error
        if told.get(_MADE_BY) != self._made_by:
            raise UsageError(
                f"{self._address}: holds the outcomes of other pages or of another extractor; take another folder"
            )
        return len(paths), int(told[_AFTER])

    def write(self, done: Sequence[ExtractedPage]) -> None:
        """The next part. Raises UsageError where nothing can be written there."""
        articles = [self._article(one) for one in done if isinstance(one.reading.outcome, Article)]
        rejections = [self._rejection(one) for one in done if not isinstance(one.reading.outcome, Article)]
        number = f"part-{self.parts:06}.parquet"
        after = done[-1].reading.page_id
        try:
            self._put(f"rejections/{number}", _table(rejections, _rejection_kinds(), self._told(after)))
            self._put(f"articles/{number}", _table(articles, _article_kinds(), self._told(after)))
        except (OSError, NotImplementedError) as error:
            raise UsageError(f"{self._address}: cannot be written to ({type(error).__name__}: {error})") from error
        self.parts, self.after = self.parts + 1, after

    def _told(self, after: int) -> dict[bytes, bytes]:
        return {_AFTER: str(after).encode(), _MADE_BY: self._made_by}

    def _put(self, name: str, data: bytes) -> None:
        path = f"{self._root}/{name}"
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.pipe_file(f"{path}.unfinished", data)
        self._fs.mv(f"{path}.unfinished", path)

    def _origin(self, one: ExtractedPage) -> dict[str, Any]:
        values = (one.reading.page_id, one.archive, one.page.url, one.page.final_url, one.page.fetched_at)
        made_by = {f"extractor_{name}": value for name, value in asdict(self._extractor).items()}
        return dict(zip(_ORIGIN, values, strict=True)) | made_by

    def _article(self, one: ExtractedPage) -> dict[str, Any]:
        assert one.reading.prints is not None
        row = to_json(one.reading.outcome)
        prints = {"address_key": one.reading.prints.address_key, "text_hash": one.reading.prints.text_hash}
        return self._origin(one) | prints | row | {"provenance": list(row["provenance"].items())}

    def _rejection(self, one: ExtractedPage) -> dict[str, Any]:
        row = to_json(one.reading.outcome)
        return self._origin(one) | {"reason": row["rejected"], "detail": row["detail"]}


def _origin_kinds() -> dict[str, Any]:
    import pyarrow as pa

    kinds = dict.fromkeys((*_ORIGIN, "extractor_code", "extractor_rules", "extractor_trafilatura"), pa.string())
    return kinds | {"number": pa.int64(), "fetched_at": pa.timestamp("ms", tz="UTC")}


def _rejection_kinds() -> dict[str, Any]:
    import pyarrow as pa

    return _origin_kinds() | {"reason": pa.string(), "detail": pa.string()}


def _article_kinds() -> dict[str, Any]:
    import pyarrow as pa

    kinds = (
        _origin_kinds() | {"address_key": pa.string(), "text_hash": pa.binary()} | dict.fromkeys(_ARTICLE, pa.string())
    )
    kinds |= dict.fromkeys(_LISTS, pa.list_(pa.string())) | dict.fromkeys(_NUMBERS, pa.int64())
    picture = pa.struct([(name, pa.string()) for name in ("url", "alt", "caption", "credit")])
    return kinds | {
        "images": pa.list_(picture),
        "paywalled": pa.bool_(),
        "provenance": pa.map_(pa.string(), pa.string()),
    }


def _table(rows: Sequence[dict[str, Any]], kinds: dict[str, Any], told: dict[bytes, bytes]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    table = pa.Table.from_pylist(list(rows), schema=pa.schema(list(kinds.items()), metadata=told))
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
