"""Data of the pages on people: the list with its query, the chart of a person, and a person's figures as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from db.inspect.pages.components.chart_parts import PERIOD_LABELS, Chart, colour_scale, count_axis, ordinal, tooltip
from db.inspect.pages.components.form_values import source_numbers
from db.inspect.pages.components.sparkline import DayCount, Sparkline, sparkline
from db.inspect.translation.catalogues import gettext, gettext_noop, ngettext
from db.queries.people import (
    CreditRole,
    PeopleFilter,
    PeoplePlace,
    PersonDetails,
    PersonMonth,
    PersonSummary,
    last_months,
)

PAGE_SIZE = 50
MOST_TAKEN = 2000
"""Persons in a file, which names the address of the next: of 10,000 persons with 1,000,000 articles 3,000 took over 0.3 s."""
_MOST_COLOURS = 7
"""Sources that have a colour of their own; all others are one."""
_LONGEST = 100
# Of the chart: a bar as wide as the page looks like much.
_LEAST_MONTHS = 6
ROLES = {
    CreditRole.AUTHOR: gettext_noop("Wrote"),
    CreditRole.EDITOR: gettext_noop("Edited"),
    CreditRole.PROOFREADER: gettext_noop("Proofread"),
}
PEOPLE_COLUMNS = (
    "name", "other_names", "articles", "wrote", "edited", "proofread", "copies", "first_day", "last_day", "source_count",
    "sources", "months",
)  # fmt: skip
PERSON_COLUMNS = ("month", "source_id", "source", "articles", "wrote", "edited", "proofread", "copies")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleForm:
    """What is asked of the list; wrong values count as empty."""

    wanted: PeopleFilter
    after: PeoplePlace | None = None

    @staticmethod
    def of(arguments: Any) -> PeopleForm:
        """From the query parameters of a URL, where `source` stands once for each source. `begins` is `q` in links of earlier
        versions."""

        def text(name: str) -> str:
            return (arguments.get(name) or "").strip()[:_LONGEST]

        role = text("role")
        return PeopleForm(
            wanted=PeopleFilter(
                words=text("q") or text("begins"),
                source_ids=source_numbers(arguments.getlist("source")),
                role=CreditRole(role) if role in list(CreditRole) else None,
                newest=text("sort") == "last",
            ),
            after=PeoplePlace.parse(text("after")),
        )

    @property
    def values(self) -> dict[str, object]:
        """Its parameters in a URL, without the place."""
        wanted = self.wanted
        given = {
            "q": wanted.words,
            "source": wanted.source_ids,
            "role": wanted.role,
            "sort": "last" if wanted.newest else "",
        }
        return {name: value for name, value in given.items() if value}

    def at(self, suffix: str = "", after: PeoplePlace | None = None, **changed: object) -> str:
        """The address of the list with some parameters changed."""
        values = {name: value for name, value in (self.values | changed | {"after": after}).items() if value}
        return f"/-/people{suffix}{'?' if values else ''}{urlencode(values, doseq=True)}"


def month_sparkline(line: PersonSummary, today: date) -> Sparkline:
    """The articles of a person's last months as small bars."""
    months = last_months(today)
    days = [
        DayCount(day=date.fromisoformat(f"{month}-01"), count=count, looked=None)
        for month, count in zip(months, line.months, strict=True)
    ]
    total, most = sum(line.months), max(line.months)
    if not total:
        label = gettext("No article in %(months)s months") % {"months": len(months)}
    else:
        said = ngettext(
            "%(count)s article in %(months)s months",
            "%(count)s articles in %(months)s months, most of them in %(month)s: %(most)s",
            total,
        )
        top = months[line.months.index(most)]
        label = said % {"count": f"{total:,}", "months": len(months), "month": top, "most": f"{most:,}"}
    return replace(sparkline(days), label=label)


def people_rows(lines: Sequence[PersonSummary]) -> list[tuple[object, ...]]:
    """The lines as rows of `PEOPLE_COLUMNS`; `months` are the articles of each of the last months, oldest first."""
    return [
        (
            line.name, "; ".join(line.other_names), line.articles, line.wrote, line.edited, line.proofread, line.copies,
            line.first.isoformat(), line.last.isoformat(), line.source_count, "; ".join(name for _, name in line.sources),
            " ".join(map(str, line.months)),
        )
        for line in lines
    ]  # fmt: skip


def person_rows(shown: PersonDetails) -> list[tuple[object, ...]]:
    """A person's months as rows of `PERSON_COLUMNS`."""
    return [tuple(getattr(month, name) for name in PERSON_COLUMNS) for month in shown.months]


def by_source(months: Sequence[PersonMonth]) -> list[tuple[int, str, int, int]]:
    """Id, name, articles and copies of a person's sources, the biggest first."""
    counts, copies, names = Counter[int](), Counter[int](), dict[int, str]()
    for month in months:
        counts[month.source_id] += month.articles
        copies[month.source_id] += month.copies
        names[month.source_id] = month.source
    return [(source_id, names[source_id], number, copies[source_id]) for source_id, number in counts.most_common()]


def person_chart(months: Sequence[PersonMonth]) -> Chart:
    """Articles by month as bars, stacked by source."""
    top = [name for _, name, _, _ in by_source(months)[:_MOST_COLOURS]]
    others = gettext("other sources")
    kinds = top + ([others] if len(by_source(months)) > len(top) else [])
    counts: Counter[tuple[str, str]] = Counter()
    for month in months:
        counts[month.month, month.source if month.source in top else others] += month.articles
    labels = _months_between(months[0].month, months[-1].month)
    last = date.fromisoformat(f"{labels[-1]}-01")
    labels = labels if len(labels) >= _LEAST_MONTHS else last_months(last)[-_LEAST_MONTHS:]
    values = [
        {"month": label, "source": kind, "articles": counts[label, kind], "at": kinds.index(kind)}
        for label in labels
        for kind in kinds
        if counts[label, kind]
    ]
    total = sum(counts.values())
    described = ngettext(
        "%(count)s article by month and source, from %(first)s to %(last)s.",
        "%(count)s articles by month and source, from %(first)s to %(last)s.",
        total,
    )
    return Chart(
        name="person",
        description=described % {"count": f"{total:,}", "first": months[0].month, "last": months[-1].month},
        columns=(gettext("Month"), *kinds),
        rows=[(label, *(counts[label, kind] for kind in kinds)) for label in reversed(labels)],
        spec={
            "height": 200,
            "mark": {"type": "bar"},
            "data": {"values": values},
            "encoding": {
                "x": ordinal("month", scale={"domain": labels}, axis=PERIOD_LABELS),
                "y": count_axis("articles", ticks=4) | {"stack": "zero"},
                "color": colour_scale("source", kinds),
                "order": {"field": "at"},
                "tooltip": tooltip(month=gettext("Month"), source=gettext("Source"), articles=gettext("Articles")),
            },
        },
    )


def _months_between(first: str, last: str) -> list[str]:
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(start, end + 1)]
