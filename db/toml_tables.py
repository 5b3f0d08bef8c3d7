"""Data files that are a list of TOML tables of one name."""

from __future__ import annotations

import tomllib
from typing import Any

from db.errors import ConfigError


def toml_tables(text: str, name: str, file: str) -> list[dict[str, Any]]:
    """The `[[name]]` tables of a file. Raises ConfigError, naming the file, where it holds anything else."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: is not valid TOML: {error}") from error
    tables = document.pop(name, None)
    if document or not isinstance(tables, list):
        raise ConfigError(f"{file}: expected [[{name}]] tables alone")
    return tables
