"""Write a text file atomically: afterwards it holds the new text or, on an error, what it held before."""

from __future__ import annotations

import os
from pathlib import Path

from db.system.machine_errors import explain_os_error
from db.system.regular_files import write_text


def write_whole(path: Path, text: str) -> None:
    """Write or replace a file. Raises CopydeskError and leaves nothing half written."""
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        if target.exists() and not target.is_file():  # a pipe, a terminal
            write_text(target, text)
            return
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise explain_os_error(error) from error
