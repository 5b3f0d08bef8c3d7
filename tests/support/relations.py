"""What DuckDB reads, as a relation: its types say that a statement may give none."""

from __future__ import annotations

import duckdb


def relation(query: str) -> duckdb.DuckDBPyRelation:
    """The result of a SELECT."""
    found = duckdb.sql(query)
    assert found is not None
    return found
