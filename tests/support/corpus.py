"""The labelled corpus beside the checkout, where it is there: measured on, never copied. Tests without it skip and
say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLD = SHARED / "corpus" / "dev" / "gold.jsonl"


def gold_urls(*sets: str) -> list[str]:
    """The addresses of the corpus (of these sets), all of them articles'. Skips the test where there is no corpus."""
    if not GOLD.exists():
        pytest.skip("the labelled corpus is not beside this checkout")
    records = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [record["url"] for record in records if record.get("url") and (not sets or record["set"] in sets)]
