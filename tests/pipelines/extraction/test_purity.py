"""The same page gives the same outcome: under another clock, in another order, in another process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

_RUN = """
import hashlib, json, sys, time, datetime
shift = int(sys.argv[1])
if shift:
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
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.test_pages import FOLDERS, page_of
folders = list(reversed(FOLDERS)) if sys.argv[2] == "reversed" else FOLDERS
outcomes = {folder.name: to_json(extract(page_of(folder), Sites())) for folder in folders}
print(json.dumps(outcomes, sort_keys=True, ensure_ascii=False))
"""


def outcomes(shift: int, order: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(shift), order],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0" if order == "straight" else "7", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_clock_order_and_process_change_nothing() -> None:
    straight = outcomes(0, "straight")
    assert not [name for name, outcome in json.loads(straight).items() if outcome.get("rejected") == "crashed"]
    # Nine years back, nearly all pages are from the future and the others have another age; the order and the seed differ as well.
    assert outcomes(-9 * 365 * 86400, "reversed") == straight
