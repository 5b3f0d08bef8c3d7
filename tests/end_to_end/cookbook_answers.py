"""What the cookbook's questions must be answered over the demo web, worked out from what was planted there, without SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from tests.demoweb.truth import PageTruth

Row = tuple[object, ...]
Answers = dict[int, list[Row]]


def answers(pages: Sequence[PageTruth]) -> Answers:
    """The rows of each question that has one right answer, by its number; unordered, before any LIMIT, perhaps without the last
    columns."""
    at = {page.url: page for page in pages}
    copies = [(page, at[page.copy_of]) for page in pages if page.copy_of]
    return {
        1: counted(pages, lambda page: [(e, w) for e in page.editors for w in page.authors]),
        2: counted(pages, lambda page: [] if page.copy_of else [(name, page.source) for name in page.authors]),
        3: counted(pages, lambda page: [(name, page.source) for name in page.editors]),
        4: [(name,) for name, roles in roles_of(pages).items() if len(roles) > 1],
        5: counted([copy for copy, _ in copies], lambda copy: [(site(copy), site(at[copy.copy_of or ""]))]),
        6: [(site(copy), site(first), round(lag(copy, first), 1), round(lag(copy, first), 2)) for copy, first in copies],
        8: [(first.title, copy.title, site(copy)) for copy, first in copies if first.title != copy.title],
        9: by_site(pages, lambda of: (len(of), n := sum(page.corrected for page in of), percent(n, len(of)))),
        11: by_site(pages, lambda of: (len(of), percent(sum(not page.editors for page in of), len(of)))),
        12: counted(pages, lambda page: [(site(page), f"{page.published:%H}")]),
        13: [
            (day, number, sum(day_of(copy) == day for copy, _ in copies))
            for day, number in counted(pages, lambda page: [(day_of(page),)])
        ],
        14: behind(pages),
        15: counted(pages, lambda page: [(page.language,)]),
        16: counted([page for page in pages if page.original_source], lambda page: [(page.original_source, site(page))]),
        19: [(site(page), page.title, page.url) for page in pages if page.paywalled],
    }  # fmt: skip


def site(page: PageTruth) -> str:
    """What the source is called that the page is of."""
    return page.host.removeprefix("www.")


def counted(pages: Sequence[PageTruth], keys: Callable[[PageTruth], list[Row]]) -> list[Row]:
    """Each key with how many pages have it."""
    return [(*key, number) for key, number in Counter(key for page in pages for key in keys(page)).items()]


def by_site(pages: Sequence[PageTruth], figures: Callable[[list[PageTruth]], Row]) -> list[Row]:
    """Each site with figures of its pages."""
    of: dict[str, list[PageTruth]] = defaultdict(list)
    for page in pages:
        of[site(page)].append(page)
    return [(name, *figures(some)) for name, some in of.items()]


def roles_of(pages: Sequence[PageTruth]) -> dict[str, set[str]]:
    """What each person was on some article."""
    found: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        for role in ("authors", "editors", "proofreaders"):
            for name in getattr(page, role):
                found[name].add(role)
    return found


def percent(number: int, whole: int) -> float:
    """A share, to a tenth."""
    return round(100 * number / whole, 1)


def lag(copy: PageTruth, first: PageTruth) -> float:
    """Hours from the one's publication to the other's."""
    assert copy.published
    assert first.published
    return (copy.published - first.published) / timedelta(hours=1)


def day_of(page: PageTruth) -> str:
    """The day on which a page was published, in UTC."""
    assert page.published
    return f"{page.published.astimezone(UTC):%Y-%m-%d}"


def behind(pages: Sequence[PageTruth]) -> list[Row]:
    """Each site's newest article, and how many days before the newest of all it came."""
    newest: dict[str, datetime] = {}
    for page in pages:
        if page.published:
            newest[site(page)] = max(newest.get(site(page), page.published), page.published)
    last = max(newest.values())
    return [
        (name, f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", round((last - when) / timedelta(days=1), 1))
        for name, when in newest.items()
    ]
