"""What tests begin with is what users begin with: `tests.support.new_databases`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from db.connection import database
from tests.support import new_databases


def test_a_copy_is_what_the_migrations_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert database.check_path is new_databases._copy_and_check
    database.open_database(tmp_path / "copied.db", create=True).conn.close()
    monkeypatch.setattr(database, "check_path", new_databases._check_path)
    database.open_database(tmp_path / "migrated.db", create=True).conn.close()
    copied, migrated = (_content(tmp_path / f"{name}.db") for name in ("copied", "migrated"))
    assert copied == migrated
    assert len(copied) > 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copied.db", "migrated.db"]
    assert (tmp_path / "copied.db").stat().st_mode == (tmp_path / "migrated.db").stat().st_mode


def _content(path: Path) -> list[str]:
    """All of it, but when its migrations were applied."""
    conn = sqlite3.connect(path)
    modes = [
        str(conn.execute(f"PRAGMA {name}").fetchone()) for name in ("application_id", "user_version", "journal_mode")
    ]
    rows = [line for line in conn.iterdump() if "_sqlite_migrations" not in line]
    steps = conn.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
    conn.close()
    return [*modes, *rows, *map(str, steps)]
