"""Reads any archive as a stream of items. What each kind of file holds is in `pipelines.exchange.archive_file`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.exchange.items import IsKnown, Item

COLUMNS = ("url", "body", "path", "fetched_at", "final_url", "status", "content_type", "headers")
"""What a table may tell of a page (`pipelines.exchange.page_rows`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """How to read archives. `limit`: the largest body kept, in bytes; `base`: the address of a folder's root; `columns`: those of
    tables that the user named, by what they tell (`COLUMNS`).
    """

    limit: int
    is_known: IsKnown
    base: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def read_archive(path: Path, options: ArchiveOptions) -> Iterator[Item]:
    """The items of one archive. Raises UsageError if the file is missing or cannot be imported."""
    # Imported here: with it comes all of extraction, which the help of `copydesk import` waited for.
    from pipelines.exchange.archive_file import read_path

    return read_path(path, options)
