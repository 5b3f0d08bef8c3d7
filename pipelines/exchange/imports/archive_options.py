"""How archives are read. Apart from the readers, because those load all of extraction, which no help of a command needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.exchange.items import IsKnown

COLUMNS = ("url", "body", "path", "fetched_at", "final_url", "status", "content_type", "headers")
"""What a table may tell of a page (`pipelines.exchange.tables.columns`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """How to read archives. `limit`: the largest body kept, in bytes; `base`: the address of a folder's root; `columns`: those of
    tables that the user named, by what they tell (`COLUMNS`).
    """

    limit: int
    is_known: IsKnown
    base: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
