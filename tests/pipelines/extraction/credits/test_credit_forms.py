"""Chinese credits in the forms of `bench.extraction.generated.credit_forms`: what is written on seeded pages is what is read."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.extraction.generated.credit_forms import FIELDS, faults, write_page

_PAGES = 300


@pytest.fixture(scope="module")
def wrong() -> Counter[str]:
    """How many of the pages give a field wrongly."""
    count: Counter[str] = Counter()
    for seed in range(10_001, 10_001 + _PAGES):
        html, truth, _ = write_page(seed)
        count.update(faults(html, truth).keys())
    return count


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_read_in_every_form(field: str, wrong: Counter[str]) -> None:
    assert wrong[field] <= _PAGES * 0.02


def test_a_wrong_credit_is_noticed() -> None:
    html, truth, _ = write_page(1)
    assert "editors" in faults(html, {**truth, "editors": ["无此人"]})
