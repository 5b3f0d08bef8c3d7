"""A story and all who printed it: the original, its copies, and how long after the first each of them had it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from db.inspect.pages.components.chart_parts import Chart, colour_scale, source_lanes, time_axis, tooltip
from db.inspect.translation.catalogues import gettext, ngettext
from db.queries.articles import ArticleSummary, article_summaries, cluster, current_page
from db.timestamps import format_timestamp

# Copies of a story to show on its page, and on the page of an article that is one of them.
MAX_COPIES = 500
MAX_BESIDE_ARTICLE = 20
COLUMNS = (
    "article_id", "original_id", "is_original", "source_name", "title", "published", "published_utc", "first_fetched_utc",
    "seconds_after_first", "authors", "url",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedArticle:
    """An article of the story. `at` is its time of publication, else of its fetch, by this machine's clock; `lag_s` the
    seconds from the earliest.
    """

    head: ArticleSummary
    at: datetime
    lag_s: float

    @property
    def is_original(self) -> bool:
        """Whether the others are copies of it."""
        return self.head.article_id == self.head.original_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPage:
    """A story. `members` begins with the original; `more` counts those left out."""

    original_id: int
    members: list[PrintedArticle]
    more: int

    @property
    def size(self) -> int:
        """How many articles the story has."""
        return len(self.members) + self.more

    @property
    def moments(self) -> list[tuple[datetime, str, bool]]:
        """(time, source, whether it is the original) of each member."""
        return [(one.at, one.head.source_name, one.is_original) for one in self.members]

    @property
    def sql(self) -> str:
        """The same articles as SQL."""
        return (
            "SELECT id, source_name, title, published_utc, first_seen_utc, authors, is_copy, url FROM articles_view\n"
            f"WHERE original_id = {self.original_id} ORDER BY is_copy, coalesce(published_utc, first_seen_utc), id"
        )


def cluster_page(conn: sqlite3.Connection, article_id: int, most: int = MAX_COPIES) -> ClusterPage | None:
    """The story that an article belongs to; None if there is no such article."""
    ids = cluster(conn, article_id)
    heads = article_summaries(conn, [page for one in ids[:most] if (page := current_page(conn, one)) is not None])
    if not heads:
        return None
    times = [_at(head) for head in heads]
    earliest = min(times)
    return ClusterPage(
        original_id=heads[0].original_id or article_id,
        members=[
            PrintedArticle(head=head, at=at, lag_s=(at - earliest).total_seconds())
            for head, at in zip(heads, times, strict=True)
        ],
        more=max(0, len(ids) - most),
    )


def cluster_rows(shown: ClusterPage) -> list[tuple[object, ...]]:
    """The members as rows of `COLUMNS`."""
    return [
        (
            one.head.article_id, one.head.original_id, int(one.is_original), one.head.source_name, one.head.title,
            one.head.published, one.head.published_utc, format_timestamp(datetime.fromisoformat(one.head.fetched_at)),
            round(one.lag_s), one.head.authors, one.head.link,
        )
        for one in shown.members
    ]  # fmt: skip


def _at(head: ArticleSummary) -> datetime:
    at = datetime.fromisoformat(head.published_utc or head.fetched_at)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone()


def copies_chart(copies: Sequence[tuple[datetime, str, bool]]) -> Chart:
    """How a story spread: when and where each copy appeared, and which is the original."""
    original, copy = gettext("original"), gettext("copy")
    values = [
        {"at": f"{at:%Y-%m-%dT%H:%M}", "source": source, "what": original if first else copy}
        for at, source, first in copies
    ]
    described = ngettext("When %(number)s outlet had it.", "When each of %(number)s outlets had it.", len(copies))
    return Chart(
        name="copies",
        description=described % {"number": len(copies)},
        columns=(gettext("Time"), gettext("Source"), gettext("What")),
        rows=[(f"{at:%Y-%m-%d %H:%M}", source, original if first else copy) for at, source, first in copies],
        spec={
            "height": 24 * max(2, len({source for _, source, _ in copies})),
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
            "data": {"values": values},
            "encoding": {
                "x": time_axis(nice=True),
                "y": source_lanes(None),
                "color": colour_scale("what", [original, copy]),
                "tooltip": tooltip(source=gettext("Source"), at=gettext("Time")),
            },
        },
    )
