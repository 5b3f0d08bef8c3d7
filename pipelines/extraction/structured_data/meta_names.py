"""The names of metas by what they state. `meta_names.toml` gives the system or standard behind each."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.data_files import read_table

_Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _MetaNames:
    published: _Names
    page: _Names
    modified: _Names
    author: _Names
    chinese_author: _Names
    editor: _Names
    account: _Names
    source: _Names
    title: _Names


METAS = read_table(_MetaNames, "pipelines.extraction.structured_data", "meta_names.toml")
