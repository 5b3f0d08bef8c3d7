"""The same page gives the same outcome: under another clock, in another order, in another process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.page_folders import FOLDERS, page_of

ROOT = Path(__file__).resolve().parents[3]

# Nine years back, nearly all pages are from the future and the others have another age.
_RUN = """
import sys, time, datetime
shift = -9 * 365 * 86400
real = time.time
time.time = lambda: real() + shift
class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().fromtimestamp(real() + shift, tz)
    @classmethod
    def utcnow(cls):
        return super().fromtimestamp(real() + shift, datetime.timezone.utc).replace(tzinfo=None)
    @classmethod
    def today(cls):
        return super().fromtimestamp(real() + shift)
class ShiftedDate(datetime.date):
    @classmethod
    def today(cls):
        return Shifted.now().date()
datetime.datetime, datetime.date = Shifted, ShiftedDate
from tests.pipelines.extraction.test_purity import FOLDERS, outcomes
print(outcomes(reversed(FOLDERS)))
"""


def outcomes(folders: Iterable[Path]) -> str:
    read = {folder.name: to_json(extract(page_of(folder), Sites())) for folder in folders}
    return json.dumps(read, sort_keys=True, ensure_ascii=False)


def outcomes_elsewhere() -> str:
    """Read in another process, under another clock, in another order, with another seed of hashes."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def test_clock_order_and_process_change_nothing() -> None:
    straight = outcomes(FOLDERS)
    assert not [name for name, outcome in json.loads(straight).items() if outcome.get("rejected") == "crashed"]
    assert outcomes_elsewhere() == straight
