"""What pages are among each other, and that it does not depend on the order in which they came."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from db.nouns import Verdict
from pipelines.decide import Sheet, decide


def sheet(
    page_id: int, address: str, text: str, fetched: int, published: str | None = None, letters: int | None = 400
) -> Sheet:
    return Sheet(
        page_id=page_id,
        address_key=address,
        text_hash=text.encode(),
        letters=letters,
        url=f"http://{address}/{page_id}",
        fetched_at=f"2026-11-01T00:00:{fetched:02}.000Z",
        published=published,
    )


def verdicts(*sheets: Sheet) -> dict[int, tuple[str, int, int, int]]:
    return {d.page_id: (d.verdict.value, d.article_id, d.original_id, d.revision) for d in decide(sheets)}


def test_a_page_alone_is_new() -> None:
    assert verdicts(sheet(1, "a", "x", 0)) == {1: ("new", 1, 1, 1)}


def test_same_address_same_text_is_same_and_changed_text_a_revision() -> None:
    assert verdicts(sheet(1, "a", "x", 0), sheet(2, "a", "x", 1), sheet(3, "a", "y", 2), sheet(4, "a", "y", 3)) == {
        1: ("new", 1, 1, 1),
        2: ("same", 1, 1, 1),
        3: ("revision", 1, 1, 2),
        4: ("same", 1, 1, 2),
    }


def test_the_earliest_published_is_the_original() -> None:
    found = verdicts(
        sheet(1, "a", "x", 0, published="2026-10-02T00:00:00Z"),
        sheet(2, "b", "x", 1, published="2026-10-01T00:00:00Z"),
        sheet(3, "c", "x", 2),
    )
    assert found[2][:3] == ("new", 2, 2)
    assert found[1][:3] == ("copy", 1, 2)
    assert found[3][:3] == ("copy", 3, 2)


def test_short_texts_are_not_copies() -> None:
    found = verdicts(
        sheet(1, "a", "x", 0, letters=None),
        sheet(2, "b", "x", 1, letters=None),
    )
    assert {verdict for verdict, *_ in found.values()} == {Verdict.NEW.value}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(0, 9)), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_decisions_do_not_depend_on_order(pages: list[tuple[str, str, int]], shuffle: random.Random) -> None:
    sheets = [sheet(n + 1, address, text, fetched) for n, (address, text, fetched) in enumerate(pages)]
    first = {d.page_id: d for d in decide(sheets)}
    shuffle.shuffle(sheets)
    assert {d.page_id: d for d in decide(sheets)} == first
    assert set(first) == {s.page_id for s in sheets}
