"""Extraction of files on disk: a path or a line of a manifest becomes a Page, and pages become outcomes, in order, as a stream.

A manifest holds one JSON object a line: `{"id", "path", "url"}`, and optionally `final_url`, `content_type`, `status`, `fetched_at`
(ISO 8601 with offset). A path may end in `.gz`. Relative paths start at the manifest's folder. Only regular files are read; a path
given on the command line may also be /dev/stdin (`db.system.regular_files`). `decode` finds the character encoding. A file that
cannot be read is a rejection (`empty`, with the cause), so that a missing file costs one line, and one that holds many pages is
`not_html`: no line of a WARC is an article. Both say so (`FileLine.trouble`), because that is no property of a page. An invalid
manifest is a UsageError.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from db.errors import UsageError
from db.models import Outcome, Page, Reason, Rejection
from db.site_rules.loader import Sites
from db.system.machine_errors import as_machine_error, in_short
from db.system.regular_files import open_file
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import MAX_BODY, extract
from pipelines.processing.page_executor import completed_in_order
from pipelines.processing.page_worker import extract_known_page
from pipelines.processing.worker_pool import TaskDied, TaskTooSlow, WorkerPool

PAGE_TIMEOUT_S = 30.0
"""Default of the setting `extract_timeout`, in seconds: files are extracted without settings."""
_EXAMPLE = "2026-11-02T08:30:00Z"
_ARCHIVES = (
    (0, b"WARC/", "is a WARC file; `copydesk extract archives` and `copydesk import` read it"),
    (0, b"PAR1", "is a Parquet file; `copydesk extract archives` reads it if it has pages"),
    (257, b"ustar", "is a tar file; unpack it first"),
)
"""Offset and signature of files that hold many pages, and what to do with them. A zip is `not_html` to extraction."""
_AHEAD = 4
"""Pages submitted ahead for each process: enough to keep it busy, few enough that a manifest of a million lines stays on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """A page on disk and what is known of it. `body`: its bytes, if they were read already (from a pipe or the web).

    `own`: the path was given on the command line. `within`: the folder that the path must not leave.
    """

    page_id: str | int
    path: Path
    url: str | None = None
    final_url: str | None = None
    content_type: str | None = None
    status: int = 200
    fetched_at: datetime | None = None
    body: bytes | None = field(default=None, repr=False)
    own: bool = False
    within: Path | None = None


def page_files_in_manifest(manifest: Path) -> Iterator[PageFile]:
    """The pages of a manifest, read line by line. Raises UsageError, which names the invalid line."""
    try:
        with open_file(manifest, own=True) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _entry(line, number, manifest)
    except OSError as error:
        raise UsageError(f"Cannot read the manifest {manifest}: {error.strerror}.") from error


def _entry(line: bytes, number: int, manifest: Path) -> PageFile:
    where = f"{manifest}, line {number}"
    try:
        row: Any = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8 text.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not a JSON object ({error}).") from error
    if not isinstance(row, dict) or not isinstance(row.get("path"), str):
        raise UsageError(f'{where}: expected an object with "id" and "path".')
    return PageFile(
        page_id=row["id"] if isinstance(row.get("id"), str | int) else row["path"],
        path=manifest.parent / row["path"],
        url=_text(row, "url", where),
        final_url=_text(row, "final_url", where),
        content_type=_text(row, "content_type", where),
        status=_status(row.get("status"), where),
        fetched_at=_when(row.get("fetched_at"), where),
    )


def _text(row: dict[str, Any], name: str, where: str) -> str | None:
    value = row.get(name) or None
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f'{where}: "{name}" must be a text, got {value!r:.50}.')


def _status(value: Any, where: str) -> int:
    if value is None:
        return 200
    if isinstance(value, int) and 100 <= value <= 599:
        return value
    raise UsageError(f'{where}: "status" must be an HTTP status, got {value!r}.')


def _when(value: Any, where: str) -> datetime | None:
    if not value:
        return None
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(f'{where}: "fetched_at" is no ISO 8601 time, such as {_EXAMPLE}: {value!r}.') from error
    if when.utcoffset() is None:
        raise UsageError(f'{where}: "fetched_at" must carry a UTC offset, such as {_EXAMPLE}; got {value!r}.')
    try:
        when.astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f'{where}: "fetched_at" is out of range: {value!r}.') from error
    return when


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """The JSON line of a file. `trouble`: why it is no page's, where the file could not be read or holds many pages."""

    text: str
    trouble: str | None = None


def extract_file(entry: PageFile, sites: Sites) -> FileLine:
    """Read a file and extract it. A file that cannot be read is a rejection; trouble of the machine is raised."""
    try:
        body = _read(entry) if entry.body is None else entry.body
    except (OSError, EOFError, zlib.error, ValueError) as error:
        if as_machine_error(error):
            raise
        return _no_page(entry, Reason.EMPTY, f"Cannot read {entry.path}: {in_short(error)}.")
    for offset, signature, what in _ARCHIVES if entry.body is None else ():
        if body.startswith(signature, offset):
            return _no_page(entry, Reason.NOT_HTML, f"{entry.path} {what}.")
    page = Page(
        body=body,
        url=entry.url,
        final_url=entry.final_url,
        fetched_at=entry.fetched_at,
        status=entry.status,
        content_type=entry.content_type,
    )
    return FileLine(text=_line(entry, extract(page, sites)))


def _no_page(entry: PageFile, reason: Reason, trouble: str) -> FileLine:
    return FileLine(text=_line(entry, Rejection(reason=reason, detail=trouble)), trouble=trouble)


def _read(entry: PageFile) -> bytes:
    with open_file(entry.path, own=entry.own, within=entry.within) as file:
        return read_unpacked(file, entry.path, MAX_BODY)


def read_unpacked(file: IO[bytes], path: Path, limit: int) -> bytes:
    """The content of a file, unpacked if its name ends in `.gz`: at most `limit` + 1 bytes, so that no gzip bomb fills memory."""
    if path.suffix == ".gz":
        with gzip.open(file) as read_unpacked:
            return read_unpacked.read(limit + 1)
    return file.read(limit + 1)


def extract_json_lines(
    entries: Iterable[PageFile], sites: Sites, *, jobs: int = 1, timeout_s: float = PAGE_TIMEOUT_S
) -> Iterator[FileLine]:
    """One JSON line for each entry, in order, made by `jobs` processes, as a stream. Raises MachineError."""
    pool = WorkerPool(ExtractFiles(sites=sites), processes=jobs, timeout_s=timeout_s)
    ahead = jobs * _AHEAD
    try:
        pairs = ((entry, entry) for entry in entries)
        for entry, line in completed_in_order(pool.submit, pairs, ahead=lambda: ahead, held=ahead):
            yield _line_of(entry, line)
    finally:
        pool.stop()


def _line_of(entry: PageFile, line: Future[FileLine]) -> FileLine:
    try:
        return line.result()
    except TaskTooSlow as error:
        outcome = Rejection(reason=Reason.TOO_SLOW, detail=str(error))
    except TaskDied as error:
        outcome = Rejection(reason=Reason.CRASHED, detail=str(error))
    return FileLine(text=_line(entry, outcome))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractFiles:
    """Extracts files in a worker process (`pipelines.processing.worker_pool.Worker`)."""

    sites: Sites
    name: str = "page"
    preload: tuple[str, ...] = ("pipelines.processing.files",)

    def init_worker(self) -> Callable[[PageFile], FileLine]:
        """Returns a function from a file to its JSON line."""
        return lambda entry: extract_file(entry, self.sites)

    def run_known_task(self) -> None:
        """See `extract_known_page`."""
        extract_known_page()


def _line(entry: PageFile, outcome: Outcome) -> str:
    return json.dumps(to_json(outcome, page_id=entry.page_id), ensure_ascii=False)
