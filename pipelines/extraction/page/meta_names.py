"""The names of metas that state a time. `meta_names.toml` gives the system or standard behind each."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.data_files import read_table


@dataclass(frozen=True, slots=True, kw_only=True)
class _MetaNames:
    published: tuple[str, ...]
    page: tuple[str, ...]
    modified: tuple[str, ...]


_NAMES = read_table(_MetaNames, "pipelines.extraction.page", "meta_names.toml")
PUBLISHED_METAS, PAGE_METAS, MODIFIED_METAS = _NAMES.published, _NAMES.page, _NAMES.modified
