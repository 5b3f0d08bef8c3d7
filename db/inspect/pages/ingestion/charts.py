"""Charts of what was crawled, for Vega-Lite: the data and the specification. Colours, fonts and widths are set on the page
(static/charts.js).

Counts over time are drawn against coverage: an hour in which nothing was crawled, or a day that lacks something, is hatched,
because a count of 0 would say that nothing was published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from db.inspect.pages.components.chart_parts import (
    HATCHING,
    PERIOD_LABELS,
    Chart,
    Spec,
    colour_scale,
    count_axis,
    hatched,
    nominal,
    ordinal,
    tooltip,
)
from db.inspect.pages.ingestion.arrivals import Arrivals
from db.inspect.pages.ingestion.source import DailyVolume
from db.inspect.translation.catalogues import gettext, ngettext
from db.inspect.translation.dates import dated, weekdays
from db.inspect.translation.terms import term
from db.reports.coverage_judge import CoverageState

# Weekdays as SQLite counts them (0 is Sunday), Monday first.
_WEEK = (1, 2, 3, 4, 5, 6, 0)
_TOP = 12
_HATCHED = (CoverageState.THIN, CoverageState.MISSING, CoverageState.NOT_LOOKED)


def day_chart(arrived: Arrivals) -> Chart:
    """24 hours, by hour."""
    kinds = [(gettext("New"), "new"), (gettext("Copies"), "copies")]
    if not arrived.published:
        kinds.append((gettext("Revisions"), "revisions"))
    values = [
        {"hour": f"{hour.starts:%H}:00", "what": label, "articles": getattr(hour, name)}
        for hour in arrived.day
        for label, name in kinds
    ]
    busiest = max(arrived.day, key=lambda hour: hour.new + hour.copies + hour.revisions)
    described = gettext("Articles of the last 24 hours by the hour of fetch: %(number)s, most of them at %(hour)s.")
    if arrived.published:
        described = gettext("Articles of 24 hours by the hour of publication: %(number)s, most of them at %(hour)s.")
    crawled = [] if arrived.published else [gettext("Crawled")]
    return Chart(
        name="day",
        description=described % {"number": f"{arrived.in_day:,}", "hour": f"{busiest.starts:%H}:00"},
        columns=(gettext("Hour"), *(label for label, _ in kinds), *crawled),
        rows=[
            (
                dated(hour.starts, "hour"),
                *(getattr(hour, name) for _, name in kinds),
                *(_yes_no(hour.starts not in arrived.idle) for _ in crawled),
            )
            for hour in arrived.day
        ],
        spec={"height": 150}
        | _against_gaps(
            ordinal(
                "hour",
                sort=[f"{hour.starts:%H}:00" for hour in arrived.day],
                axis={"labelAngle": 0, "labelOverlap": True, "labelPadding": 8, "ticks": False},
            ),
            gettext("Hour"),
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 1},
                "data": {"values": values},
                "encoding": {
                    "y": count_axis("articles", ticks=4),
                    "color": colour_scale("what", [label for label, _ in kinds]),
                    "tooltip": tooltip(hour=gettext("Hour"), what=gettext("What"), articles=gettext("Articles")),
                },
            },
            [
                {"hour": f"{hour.starts:%H}:00", "note": gettext("nothing was crawled")}
                for hour in arrived.day
                if hour.starts in arrived.idle
            ],
        ),
    )


def week_chart(arrived: Arrivals) -> Chart:
    """Seven days by hour, one row a day."""
    values = [
        {"day": dated(hour, "row"), "row": f"{hour:%Y-%m-%d}", "hour": hour.hour, "articles": number}
        for hour, number in arrived.week
    ]
    described = gettext("Articles of the last 7 days by day and hour of fetch: %(number)s.")
    if arrived.published:
        described = gettext("Articles of 7 days by day and hour of publication: %(number)s.")
    return Chart(
        name="week",
        description=described % {"number": f"{arrived.in_week:,}"},
        columns=(gettext("Day"), gettext("Articles")),
        rows=_by_day(arrived.week),
        spec=_heatmap(
            values,
            rows=len({hour.date() for hour, _ in arrived.week}),
            gaps=[
                {
                    "day": dated(hour, "row"),
                    "row": f"{hour:%Y-%m-%d}",
                    "hour": hour.hour,
                    "note": gettext("nothing was crawled"),
                }
                for hour, number in arrived.week
                if hour in arrived.idle and not number
            ],
        ),
    )


def source_chart(arrived: Arrivals) -> Chart:
    """The busiest sources of the week."""
    top = arrived.sources[:_TOP]
    rest = arrived.sources[_TOP:]
    rows = [(source.name, source.day, source.week) for source in top]
    if rest:
        others = ngettext("%(number)s other", "%(number)s others", len(rest)) % {"number": f"{len(rest):,}"}
        rows.append((others, sum(other.day for other in rest), sum(other.week for other in rest)))
    latest, before = gettext("last 24 hours"), gettext("days before")
    if arrived.published:
        latest = gettext("latest 24 hours")
    values = [
        {"source": name, "at": at, "when": label, "articles": number}
        for at, (name, day, week) in enumerate(rows)
        for label, number in ((latest, day), (before, week - day))
    ]
    described = ngettext(
        "Articles of 7 days by source, %(number)s source.",
        "Articles of 7 days by source, %(number)s sources.",
        len(arrived.sources),
    )
    return Chart(
        name="sources",
        description=described % {"number": f"{len(arrived.sources):,}"},
        columns=(gettext("Source"), gettext("24 hours"), gettext("7 days")),
        rows=rows,
        spec={
            "height": 22 * len(rows),
            "mark": {"type": "bar", "cornerRadiusEnd": 1},
            "data": {"values": values},
            "encoding": {
                "y": nominal("source", sort={"field": "at"}, axis={"ticks": False, "domain": False, "labelLimit": 150}),
                "x": count_axis("articles", ticks=5),
                "color": colour_scale("when", [latest, before]),
                "tooltip": tooltip(source=gettext("Source"), when=gettext("Time"), articles=gettext("Articles")),
            },
        },
    )


def rhythm_chart(rhythm: dict[tuple[int, int], int]) -> Chart:
    """When a source publishes: by weekday and hour, in the times that its pages state."""
    short, long = weekdays("abbreviated"), weekdays("wide")
    values = [
        {"day": short[row], "row": row, "hour": hour, "articles": rhythm.get((day, hour), 0)}
        for row, day in enumerate(_WEEK)
        for hour in range(24)
    ]
    return Chart(
        name="rhythm",
        description=gettext("When it publishes, by weekday and hour as its pages state them; articles: %(number)s.")
        % {"number": f"{sum(rhythm.values()):,}"},
        columns=(gettext("Weekday"), *(f"{hour:02}" for hour in range(0, 24, 6))),
        rows=[
            (long[row], *(sum(rhythm.get((day, hour + n), 0) for n in range(6)) for hour in range(0, 24, 6)))
            for row, day in enumerate(_WEEK)
        ],
        spec=_heatmap(values, rows=len(_WEEK)),
    )


def volume_chart(days: Sequence[DailyVolume], covered: Mapping[str, CoverageState]) -> Chart:
    """Four weeks of a source, by day. `covered`: what is known of each, by date."""
    articles, revisions, rejected = gettext("Articles"), gettext("Revisions"), gettext("Rejected")
    values = [
        {"date": _local_midnight(day.date), "what": what, "pages": number}
        for day in days
        for what, number in ((articles, day.articles), (revisions, day.revisions), (rejected, day.rejected))
    ]
    described = gettext(
        "Pages of the last %(days)s days; articles: %(articles)s, revisions: %(revisions)s, rejected: %(rejected)s."
    )
    return Chart(
        name="volume",
        description=described
        % {
            "days": len(days),
            "articles": f"{sum(day.articles for day in days):,}",
            "revisions": f"{sum(day.revisions for day in days):,}",
            "rejected": f"{sum(day.rejected for day in days):,}",
        },
        columns=(gettext("Day"), articles, revisions, rejected, gettext("Coverage")),
        rows=[
            (
                day.date,
                day.articles,
                day.revisions,
                day.rejected,
                term(covered[day.date].value) if day.date in covered else "",
            )
            for day in reversed(days)
        ],
        spec={"height": 140}
        | _against_gaps(
            _date_axis(),
            gettext("Day"),
            {
                "mark": {"type": "bar"},
                "data": {"values": values},
                "encoding": {
                    "y": count_axis("pages", ticks=4),
                    "color": colour_scale("what", [articles, revisions, rejected]),
                    "tooltip": tooltip(date=gettext("Day"), what=gettext("What"), pages=gettext("Pages")),
                },
            },
            [
                {"date": _local_midnight(day.date), "note": term(covered[day.date].value)}
                for day in days
                if covered.get(day.date) in _HATCHED
            ],
        ),
    )


def _date_axis() -> Spec:
    """Days under a chart, as many as there is room for."""
    axis = PERIOD_LABELS | {"format": gettext("%d %b"), "labelSeparation": 10}
    return ordinal("date", timeUnit="yearmonthdate", axis=axis)


def _by_day(week: Sequence[tuple[datetime, int]]) -> list[tuple[str, int]]:
    days: dict[str, int] = {}
    for hour, number in week:
        label = dated(hour, "day")
        days[label] = days.get(label, 0) + number
    return list(days.items())


def _heatmap(values: Sequence[Spec], *, rows: int, gaps: Sequence[Spec] = ()) -> Spec:
    """Articles by day and hour, one row a day; rows are sorted by field `row`."""
    order = [day for _, day in sorted({(str(value["row"]), str(value["day"])) for value in values})]
    place: Spec = {
        "x": ordinal("hour", axis={"labelAngle": 0, "labelOverlap": True, "ticks": False, "domain": False}),
        "y": ordinal("day", sort=order, axis={"ticks": False, "domain": False}),
    }
    drawn: Spec = {
        "mark": {"type": "rect"},
        "data": {"values": values},
        "encoding": {
            "color": {
                "field": "articles",
                "type": "quantitative",
                "legend": None,
                "scale": {"range": "heatmap", "domainMin": 0},
            },
            "tooltip": tooltip(day=gettext("Day"), hour=gettext("Hour"), articles=gettext("Articles")),
        },
    }
    band = {"field": "day", "type": "ordinal", "sort": order}
    gaps_drawn: Spec = {
        "mark": HATCHING,
        "data": {"values": gaps},
        "encoding": {
            "y": band | {"bandPosition": 0.04},
            "y2": {"field": "day", "bandPosition": 0.96},
            "tooltip": tooltip(day=gettext("Day"), hour=gettext("Hour"), note=gettext("Note")),
        },
    }
    return {"height": 20 * rows, "encoding": place, "layer": [drawn, gaps_drawn] if gaps else [drawn]}


def _against_gaps(x: Spec, label: str, drawn: Spec, gaps: Sequence[Spec]) -> Spec:
    """A chart over the axis `x`, called `label`, with its gaps hatched behind it, from top to bottom."""
    behind = [hatched(gaps, **{str(x["field"]): label, "note": gettext("Note")})] if gaps else []
    return {"encoding": {"x": x}, "layer": [*behind, drawn]}


def _local_midnight(day: str) -> str:
    """A day for a time axis: browsers take a date alone for midnight in UTC, which is the day before in America."""
    return f"{day}T00:00"


def _yes_no(value: bool) -> str:
    return gettext("yes") if value else gettext("no")
