"""When the service takes up changed settings."""

from __future__ import annotations

import io
from pathlib import Path

from db.config.loader import load_config
from scheduler.log import Log
from scheduler.service import Service


def test_settings_that_are_being_written_are_not_taken_up(tmp_path: Path) -> None:
    """Many programs empty a file before they write it, and an empty one is valid."""
    path, said = tmp_path / "copydesk.toml", io.StringIO()
    whole = f'db = "{tmp_path / "news.db"}"\nlisten = ""\nrun_limit = '
    path.write_text(f'{whole}"2h"', encoding="utf-8")
    service = Service(lambda: load_config(path), (), Log("text", said))
    for written in ("", whole[:20], f'{whole}"3h"'):
        path.write_text(written, encoding="utf-8")
        assert not service._reload()
    assert not said.getvalue()
    assert service._reload()
    assert "has changed: read again" in said.getvalue()
    assert not service._reload()


def test_mistakes_are_a_line_of_the_log(tmp_path: Path) -> None:
    path, said = tmp_path / "copydesk.toml", io.StringIO()
    path.write_text(f'db = "{tmp_path / "news.db"}"\nlisten = ""\n', encoding="utf-8")
    service = Service(lambda: load_config(path), (), Log("text", said))
    path.write_text('delay = "x"\nlimt = 3\n', encoding="utf-8")
    assert not any(service._reload() for _ in range(3))
    (line,) = said.getvalue().splitlines()
    for part in ("copydesk.toml:1: delay", "copydesk.toml:2: unknown setting limt"):
        assert part in line
    assert line.endswith("; the previous settings stay in force")
