"""Writes outcomes as Parquet files into a folder at any address: `articles/part-000000.parquet`, `rejections/part-000000.parquet`,
...

A part holds the outcomes of `PART_PAGES` consecutive pages of the input, in order, so the files do not depend on the engine. Its
articles are written last and renamed when complete; their metadata says how far the input was read, and an interrupted run resumes
there.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from db.errors import UsageError
from db.models import Article, Page
from db.store.extraction.outcomes import Extractor
from pipelines.exchange.articles.formats import COLUMNS
from pipelines.exchange.articles.parquet import article_types
from pipelines.exchange.remote_files import EXTRA_MISSING
from pipelines.extraction.article_json import to_json
from pipelines.processing.page_worker import ExtractionResult

PART_PAGES = 2000
"""Pages of a part: some 5 MB of articles."""
_AFTER, _MADE_BY = b"copydesk.after", b"copydesk.made_by"
_ORIGIN = ("number", "archive", "page_url", "final_url", "fetched_at")
# Columns of articles that extraction does not know: sources, ids, decisions.
_NOT_HERE = {
    "id",
    "page_id",
    "source_name",
    "final_url",
    "believed_url",
    "published_utc",
    "fetched_at",
    "revision",
    "original_id",
}
_ARTICLE = tuple(name for name in COLUMNS if name not in _NOT_HERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPage:
    """The result of a page with its origin. `archive` is None for a page of the database."""

    archive: str | None
    page: Page
    result: ExtractionResult


class OutcomeFolder:
    """A folder of parts, all of one input and one extractor. `after`: the number of the last page written.

    Raises UsageError if the folder cannot be used or holds something else.
    """

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
        """The number of parts, and of the last page in them. Raises UsageError if they are of another input or extractor."""
        import pyarrow.parquet as pq

        try:
            paths = sorted(self._fs.glob(f"{self._root}/articles/part-*.parquet"))
            if not paths:
                return 0, 0
            with self._fs.open(paths[-1], "rb") as file:
                metadata = pq.read_schema(file).metadata or {}
        except (OSError, NotImplementedError) as error:
            raise UsageError(f"{self._address}: cannot be read ({error})") from error
        if metadata.get(_MADE_BY) != self._made_by:
            raise UsageError(
                f"{self._address}: holds the outcomes of other pages or of another extractor; use another folder"
            )
        return len(paths), int(metadata[_AFTER])

    def write(self, pages: Sequence[ExtractedPage]) -> None:
        """Write the next part. Raises UsageError if it cannot be written."""
        articles = [self._article(one) for one in pages if isinstance(one.result.outcome, Article)]
        rejections = [self._rejection(one) for one in pages if not isinstance(one.result.outcome, Article)]
        number = f"part-{self.parts:06}.parquet"
        after = pages[-1].result.page_id
        try:
            self._put(f"rejections/{number}", _table(rejections, _rejection_types(), self._metadata(after)))
            self._put(f"articles/{number}", _table(articles, _article_types(), self._metadata(after)))
        except (OSError, NotImplementedError) as error:
            raise UsageError(f"{self._address}: cannot be written to ({type(error).__name__}: {error})") from error
        self.parts, self.after = self.parts + 1, after

    def _metadata(self, after: int) -> dict[bytes, bytes]:
        return {_AFTER: str(after).encode(), _MADE_BY: self._made_by}

    def _put(self, name: str, data: bytes) -> None:
        path = f"{self._root}/{name}"
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.pipe_file(f"{path}.unfinished", data)
        self._fs.mv(f"{path}.unfinished", path)

    def _origin(self, one: ExtractedPage) -> dict[str, Any]:
        values = (one.result.page_id, one.archive, one.page.url, one.page.final_url, one.page.fetched_at)
        made_by = {f"extractor_{name}": value for name, value in asdict(self._extractor).items()}
        return dict(zip(_ORIGIN, values, strict=True)) | made_by

    def _article(self, one: ExtractedPage) -> dict[str, Any]:
        assert one.result.fingerprint is not None
        row = to_json(one.result.outcome)
        fingerprint = {"address_key": one.result.fingerprint.address_key, "text_hash": one.result.fingerprint.text_hash}
        return self._origin(one) | fingerprint | row | {"provenance": list(row["provenance"].items())}

    def _rejection(self, one: ExtractedPage) -> dict[str, Any]:
        row = to_json(one.result.outcome)
        return self._origin(one) | {"reason": row["rejected"], "detail": row["detail"]}


def _origin_types() -> dict[str, Any]:
    import pyarrow as pa

    kinds = dict.fromkeys((*_ORIGIN, "extractor_code", "extractor_rules", "extractor_trafilatura"), pa.string())
    return kinds | {"number": pa.int64(), "fetched_at": pa.timestamp("ms", tz="UTC")}


def _rejection_types() -> dict[str, Any]:
    import pyarrow as pa

    return _origin_types() | {"reason": pa.string(), "detail": pa.string()}


def _article_types() -> dict[str, Any]:
    import pyarrow as pa

    kinds = article_types(pa)
    fingerprint = {"address_key": pa.string(), "text_hash": pa.binary()}
    return _origin_types() | fingerprint | {name: kinds[name] for name in _ARTICLE}


def _table(rows: Sequence[dict[str, Any]], kinds: dict[str, Any], metadata: dict[bytes, bytes]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    table = pa.Table.from_pylist(list(rows), schema=pa.schema(list(kinds.items()), metadata=metadata))
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
