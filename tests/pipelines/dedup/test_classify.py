"""What pages are among each other, and that it does not depend on the order in which they came."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Verdict
from pipelines.dedup.classify import ClassifiedPage, decide


def sheet(
    page_id: int,
    address: str,
    text: str,
    fetched: int,
    published: str | None = None,
    letters: int | None = 400,
    body: int | None = None,
    source: int = 1,
) -> ClassifiedPage:
    return ClassifiedPage(
        page_id=page_id,
        source=source,
        address_key=address,
        text_hash=text.encode(),
        letters=letters,
        body=page_id if body is None else body,
        url=f"http://{address}/{page_id}",
        fetched_at=f"2026-11-01T00:00:{fetched:02}.000Z",
        published=published,
    )


def verdicts(*sheets: ClassifiedPage) -> dict[int, tuple[str, int, int, int]]:
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


def test_addresses_of_one_host_that_always_gave_the_same_bytes_are_one() -> None:
    first = [sheet(1, "h/a", "x", 0, body=1), sheet(2, "h/a?v=2", "x", 1, body=1), sheet(3, "h/a?v=3", "x", 2, body=1)]
    assert [verdict for verdict, *_ in verdicts(*first).values()] == ["new", "same", "same"]
    edited = [sheet(4, "h/a?v=3", "y", 3, body=2), sheet(5, "h/a", "y", 4, body=2)]
    # One of them was not asked again yet: until then nobody knows whether it still shows the same.
    assert [verdict for verdict, *_ in verdicts(*first, *edited).values()].count("copy") == 1
    found = verdicts(*first, *edited, sheet(6, "h/a?v=2", "y", 5, body=2))
    assert [found[page_id][0] for page_id in range(1, 7)] == ["new", "same", "same", "revision", "same", "same"]
    assert {article_id for _, article_id, _, _ in found.values()} == {1}


def test_a_twin_that_lags_behind_makes_no_revision() -> None:
    pages = [sheet(1, "h/a", "x", 0, body=1), sheet(2, "h/a", "y", 1, body=2)]
    late = [sheet(3, "h/b", "x", 2, body=1), sheet(4, "h/b", "y", 3, body=2), sheet(5, "h/a", "x", 4, body=1)]
    assert [verdict for verdict, *_ in verdicts(*pages, *late).values()] == [
        "new",
        "revision",
        "same",
        "same",
        "revision",
    ]


def test_other_hosts_and_other_bytes_are_no_twins() -> None:
    assert verdicts(sheet(1, "h/a", "x", 0, body=1), sheet(2, "i/a", "x", 1, body=1))[2][0] == "copy"
    assert verdicts(sheet(1, "h/a", "x", 0, body=1), sheet(2, "h/b", "x", 1, body=2))[2][0] == "copy"
    # A notice that two addresses showed once does not make one article of what they show later.
    notice = [sheet(1, "h/a", "n", 0, body=1), sheet(2, "h/b", "n", 1, body=1)]
    found = verdicts(*notice, sheet(3, "h/a", "x", 2, body=2), sheet(4, "h/b", "y", 3, body=3))
    assert found[3][:2] == ("revision", 1)
    assert found[4][:2] == ("revision", 2)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["h/a", "h/b", "h/c", "i/a"]), st.sampled_from("xyz"), st.integers(0, 9)),
        min_size=1,
        max_size=12,
    ),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_decisions_do_not_depend_on_order(
    pages: list[tuple[str, str, int]], by_text: bool, shuffle: random.Random
) -> None:
    sheets = [
        sheet(n + 1, address, text, fetched, body=ord(text) if by_text else None)
        for n, (address, text, fetched) in enumerate(pages)
    ]
    first = {d.page_id: d for d in decide(sheets)}
    shuffle.shuffle(sheets)
    assert {d.page_id: d for d in decide(sheets)} == first
    assert set(first) == {s.page_id for s in sheets}
