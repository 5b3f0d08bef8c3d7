"""How archives are read. Apart from the readers, because those load all of extraction, which no help of a command needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.exchange.items import ReadOptions

COLUMNS = ("url", "body", "path", "fetched_at", "final_url", "status", "content_type", "headers")
"""What a table may tell of a page (`pipelines.exchange.tables.columns`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions(ReadOptions):
    """How to read archives. `base`: the address of a folder's root; `columns`: those of tables that the user named, by what they
    tell (`COLUMNS`).
    """

    base: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
