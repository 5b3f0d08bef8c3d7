"""What a health check is asked and what it finds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from db.store.extraction.outcomes import Extractor


class Level(StrEnum):
    """How much a finding matters."""

    OK = "OK"
    WARN = "WARN"
    BAD = "BAD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of a check. `advice` is empty if nothing needs doing."""

    level: Level
    subject: str
    message: str
    advice: str = ""

    @staticmethod
    def ok(subject: str, message: str, advice: str = "") -> Finding:
        """It is as it should be."""
        return Finding(level=Level.OK, subject=subject, message=message, advice=advice)

    @staticmethod
    def warn(subject: str, message: str, advice: str = "") -> Finding:
        """It works, but somebody should look."""
        return Finding(level=Level.WARN, subject=subject, message=message, advice=advice)

    @staticmethod
    def bad(subject: str, message: str, advice: str = "") -> Finding:
        """Rows may be lost, or nothing can be written."""
        return Finding(level=Level.BAD, subject=subject, message=message, advice=advice)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """What to check, and against what. `bodies`: how many bodies to unpack and compare with their checksum; 0: all."""

    conn: sqlite3.Connection
    path: Path
    now: datetime
    extractor: Extractor | None
    bodies: int = 20
