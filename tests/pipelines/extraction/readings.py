"""What the tests of this run have extracted so far, in any of its processes.

Each of them writes a line for each test that passed. The test of `EXTRACTION_VERSION` comes last as a rule, finds nearly all pages
here and extracts only the others: to extract all of them again takes 20 s of CPU.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.pipelines.extraction.extraction_record import take
from tests.pipelines.extraction.specimens import Specimen
from tests.support.once import common_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """The cases that passed, by test; of all their pages the digest of what is read, and which page that is."""

    passed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    outcomes: dict[str, str] = field(default_factory=dict)
    shows: dict[str, str] = field(default_factory=dict)


def folder_of_readings(factory: pytest.TempPathFactory) -> Path:
    """Where they are."""
    folder = common_folder(factory) / "readings"
    folder.mkdir(exist_ok=True)
    return folder


def add_reading(folder: Path, test: str, case: str, read: list[Specimen]) -> None:
    """Write what one case of a test extracted."""
    line = json.dumps([test, case, *take(read)]) + "\n"
    with (folder / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line)


def load_readings(folder: Path) -> Readings:
    """All that is written there. Another process may be writing its last line."""
    readings = Readings()
    for path in folder.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                test, case, outcomes, shows = json.loads(line)
                readings.passed[test].add(case)
                readings.outcomes.update(outcomes)
                readings.shows.update(shows)
    return readings
