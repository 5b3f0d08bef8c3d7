"""The list of sources: what each brought in the last month, its state, when it was last looked at. The query is in the URL."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from db.display.shown_sql import fill_values
from db.inspect.pages.components.form_values import number_of
from db.inspect.pages.components.sparkline import DayCount, Sparkline, sparkline
from db.inspect.translation.catalogues import gettext_noop
from db.sqlite.conditions import LAST_FETCHED
from db.sqlite.named_rows import named_rows
from db.store.service.alerts import AlertKind
from db.timestamps import parse_timestamp

DAYS = 30
PAGE_SIZE = 100
_LONGEST = 100

STATES = {
    "crawled": gettext_noop("crawled"),
    "failing": gettext_noop("failing"),
    "silent": gettext_noop("silent"),
    "paused": gettext_noop("paused"),
    "removed": gettext_noop("removed"),
}
"""Each state a source can be in, and its label. Removed counts before paused, paused before failing (its last crawl failed, or
an alert of that kind is open), failing before silent (an alert of that kind is open)."""
COLUMNS = (
    "id", "name", "url", "state", "articles", "articles_30_days", "pages_7_days", "alerts", "last_look_utc", "last_new_utc",
    "added_utc", "days",
)  # fmt: skip

# The newest page and the last source run take one index lookup each; articles are counted by month already.
_LINES = f"""
SELECT s.id, s.name, s.url, s.added_at, s.removed_at, s.paused_at, coalesce(t.articles, 0) AS articles,
       nullif({LAST_FETCHED.strip()}, '') AS last_look,
       (SELECT max(fetched_at) FROM pages p WHERE p.source_id = s.id) AS last_new,
       (SELECT count(*) FROM pages p WHERE p.source_id = s.id AND p.fetched_at >= :week) AS pages,
       (SELECT ended FROM source_runs r WHERE r.source_id = s.id AND r.ended IN ('finished', 'failed')
        ORDER BY r.id DESC LIMIT 1) AS ended,
       a.kinds AS alerts
FROM sources s
LEFT JOIN (SELECT source_id, sum(articles) AS articles FROM source_months GROUP BY source_id) t ON t.source_id = s.id
LEFT JOIN (SELECT source_id, group_concat(kind) AS kinds FROM alerts WHERE closed_at IS NULL GROUP BY source_id) a
    ON a.source_id = s.id
""".strip()
_DAYS = """
SELECT s.name, d.source_id, d.day, d.articles, d.looks
FROM sources s CROSS JOIN source_days d ON d.source_id = s.id AND d.day BETWEEN :first AND :last
""".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in one line. `articles` in all, `month` of them of the last 30 days, by the publisher's days; `pages` fetched in
    the last 7 days; `last_look` when it last answered, `last_new` when that last brought a new page.
    """

    id: int
    name: str
    url: str
    state: str
    articles: int
    month: int
    pages: int
    alerts: Sequence[str]
    last_look: str | None
    last_new: str | None
    added_at: str
    days: Sequence[DayCount]

    @property
    def spark(self) -> Sparkline:
        """Its last 30 days."""
        return sparkline(self.days)


# Sorting: name in the address, key. Those that are biggest first by themselves begin with a minus.
_SORTS: Mapping[str, Callable[[SourceLine], Any]] = {
    "name": lambda line: line.name.casefold(),
    "state": lambda line: (list(STATES).index(line.state), line.name.casefold()),
    "month": lambda line: (line.month, line.articles),
    "articles": lambda line: line.articles,
    "look": lambda line: line.last_look or "",
    "new": lambda line: line.last_new or "",
    "alerts": lambda line: len(line.alerts),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesForm:
    """What is asked of the list: a part of the name or address, a state, an order ("-" before it: backwards), a page."""

    words: str = ""
    state: str = ""
    sort: str = ""
    page: int = 1

    @staticmethod
    def of(arguments: Mapping[str, str]) -> SourcesForm:
        """From the query parameters of a URL; wrong values count as empty."""
        state, sort = (arguments.get(name) or "" for name in ("state", "sort"))
        return SourcesForm(
            words=(arguments.get("q") or "").strip()[:_LONGEST],
            state=state if state in STATES else "",
            sort=sort if sort.removeprefix("-") in _SORTS else "",
            page=number_of(arguments.get("page")) or 1,
        )

    @property
    def column(self) -> str:
        """The column that it is sorted by."""
        return self.sort.removeprefix("-") or "name"

    @property
    def is_backwards(self) -> bool:
        """Whether the greatest come first."""
        return self.sort.startswith("-")

    def sorted_by(self, column: str) -> str:
        """The address of the list sorted by a column; by the same once more, the other way round. Numbers and times begin with
        the greatest.
        """
        first = column if column in ("name", "state") else f"-{column}"
        other = column if first.startswith("-") else f"-{column}"
        return replace(self, sort=other if self.sort == first or (first == "name" and not self.sort) else first).at()

    def at(self, *, page: int = 1, state: str | None = None, suffix: str = "") -> str:
        """The address of another page of the list, of another state, or of its figures."""
        wanted = self.state if state is None else state
        values = {"q": self.words, "state": wanted, "sort": self.sort, "page": str(page) if page > 1 else ""}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/-/sources{suffix}{'?' if query else ''}{query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """The sources that a form asks for, all of them; `counts` by state of those with the words of the form, `queries` the SQL
    behind them.
    """

    lines: Sequence[SourceLine]
    counts: Mapping[str, int]
    queries: Sequence[str]


def source_list(conn: sqlite3.Connection, form: SourcesForm, now: datetime) -> SourceList:
    """The sources of a form, in its order. Days are the publisher's, up to today in UTC."""
    week = (now - timedelta(days=7)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    today = now.astimezone(UTC).date()
    dates = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    span = {"first": dates[0].isoformat(), "last": today.isoformat()}
    known: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    for row in named_rows(conn, _DAYS, span):
        known[row["source_id"]][row["day"]] = (row["articles"], row["looks"])
    lines = []
    for row in named_rows(conn, _LINES, {"week": week}):
        if form.words.casefold() not in f"{row['name']} {row['url']}".casefold():
            continue
        added, mine = parse_timestamp(row["added_at"]).date(), known[row["id"]]
        days = [
            DayCount(day=day, count=count, looked=None if day < added and not looks else looks > 0)
            for day in dates
            for count, looks in (mine.get(day.isoformat(), (0, 0)),)
        ]
        kinds = (row["alerts"] or "").split(",") if row["alerts"] else []
        lines.append(
            SourceLine(
                id=row["id"],
                name=row["name"],
                url=row["url"],
                state=_state(row, kinds),
                articles=row["articles"],
                month=sum(one.count for one in days),
                pages=row["pages"],
                alerts=kinds,
                last_look=row["last_look"],
                last_new=row["last_new"],
                added_at=row["added_at"],
                days=days,
            )
        )
    counts = Counter(line.state for line in lines)
    # Removed ones stay at the end where nothing else is asked for.
    lines.sort(key=lambda line: line.name.casefold())
    lines.sort(key=_SORTS[form.column], reverse=form.is_backwards)
    if not form.sort:
        lines.sort(key=lambda line: line.state == "removed")
    return SourceList(
        lines=[line for line in lines if form.state in ("", line.state)],
        counts={state: counts[state] for state in STATES},
        queries=(fill_values(_LINES, {"week": week}), fill_values(_DAYS, span)),
    )


def source_rows(lines: Sequence[SourceLine]) -> list[tuple[object, ...]]:
    """The lines as rows of `COLUMNS`; `days` are the articles of each of the last 30 days, oldest first, empty where nobody
    looked.
    """
    return [
        (
            line.id, line.name, line.url, line.state, line.articles, line.month, line.pages, " ".join(line.alerts),
            line.last_look, line.last_new, line.added_at,
            " ".join(str(one.count) if one.count or one.looked else "-" for one in line.days),
        )
        for line in lines
    ]  # fmt: skip


def _state(row: sqlite3.Row, alerts: Sequence[str]) -> str:
    if row["removed_at"]:
        return "removed"
    if row["paused_at"]:
        return "paused"
    if row["ended"] == "failed" or AlertKind.FAILING in alerts:
        return "failing"
    return "silent" if AlertKind.SILENT in alerts else "crawled"
