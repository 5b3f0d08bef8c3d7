"""Bylines and dates in the forms of `bench.extraction.generated.byline_forms`: what is written on seeded pages is what is read."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.extraction.generated.byline_forms import FIELDS, faults, write_page

_PAGES = 280


@pytest.fixture(scope="module")
def wrong() -> Counter[str]:
    """How many of the pages give a field wrongly; the seeds are none of those that the reader was mended on."""
    count: Counter[str] = Counter()
    for seed in range(50_001, 50_001 + _PAGES):
        count.update(faults(write_page(seed)).keys())
    return count


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_read_in_every_form(field: str, wrong: Counter[str]) -> None:
    assert wrong[field] <= _PAGES * 0.03


def test_a_wrong_author_is_noticed() -> None:
    page = next(page for page in map(write_page, range(50_001, 50_100)) if page.draft.people)
    page.draft.people = ["Nobody Here"]
    assert "authors" in faults(page)
