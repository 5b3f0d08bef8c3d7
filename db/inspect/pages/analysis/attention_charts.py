"""Charts of attention: a line for each query, gaps of coverage hatched behind them, each point a link to its search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db.inspect.pages.analysis.attention import AttentionForm
from db.inspect.pages.components.chart_parts import PERIOD_LABELS, Spec, colour_scale, hatched, nominal, ordinal
from db.inspect.translation.catalogues import gettext, ngettext
from db.reports.attention.attention import FEW_ARTICLES, Attention, AttentionLine, AttentionPanel, PeriodHits
from db.reports.attention.periods import Period

_HEIGHT, _SMALL_HEIGHT = 240, 110
# Points are smaller where there are more of them, and intervals are drawn for as many lines as stay readable.
_MANY_POINTS, _MOST_BANDS = 60, 2
# A point at the top of the scale is not cut in half.
_HEADROOM = 1.06
_SHAPES = ("circle", "square", "triangle-up", "diamond")


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRow:
    """A period in the table: for each query its search, hits, copies and share with interval. `notes`: what to mind."""

    period: str
    articles: int
    queries: tuple[tuple[str, int, int, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionChart:
    """A panel as a chart and as a table. `source_id`: None for all sources."""

    name: str
    heading: str
    source_id: int | None
    description: str
    rows: tuple[AttentionRow, ...]
    spec: Spec


def attention_charts(found: Attention, form: AttentionForm, today: date) -> list[AttentionChart]:
    """The whole first, then the sources, all of these on one scale."""
    top = max(
        (_value(one, form) or 0.0 for panel in found.sources for line in panel.lines for one in line.periods), default=0
    )
    charts = [_chart(found, found.total, form, today, name="attention", top=None)]
    for number, panel in enumerate(found.sources):
        charts.append(_chart(found, panel, form, today, name=f"source-{number}", top=top))
    return charts


def _chart(
    found: Attention, panel: AttentionPanel, form: AttentionForm, today: date, *, name: str, top: float | None
) -> AttentionChart:
    heading = panel.source or gettext("All sources")
    hits = sum(line.hits for line in panel.lines)
    description = ngettext(
        "%(heading)s: %(hits)s article that matches, in %(periods)s periods.",
        "%(heading)s: %(hits)s articles that match, in %(periods)s periods.",
        hits,
    ) % {"heading": heading, "hits": f"{hits:,}", "periods": len(found.periods)}
    return AttentionChart(
        name=name,
        heading=heading,
        source_id=panel.source_id,
        description=description,
        rows=tuple(_rows(found.periods, panel, form, today)),
        spec=_spec(found, panel, form, today, top),
    )


def _rows(periods: Sequence[Period], panel: AttentionPanel, form: AttentionForm, today: date) -> list[AttentionRow]:
    rows = []
    addresses = [form.searches_at(line.query, periods, panel.source_id) for line in panel.lines]
    for at, period in enumerate(periods):
        of_queries = [(addresses[number][at], line.periods[at]) for number, line in enumerate(panel.lines)]
        rows.append(
            AttentionRow(
                period=period.label,
                articles=panel.articles[at],
                queries=tuple((address, one.hits, one.copies, share_text(one)) for address, one in of_queries),
                notes=tuple(_notes(period, panel.articles[at], panel.lacking[at], today)),
            )
        )
    return rows[::-1]


def share_text(one: PeriodHits) -> str:
    """A share with its interval, in per cent; "" where there is none."""
    share = one.share
    return f"{share.share:.2%} ({share.low:.2%}–{share.high:.2%})" if share else ""


def _notes(period: Period, articles: int, lacking: bool, today: date) -> list[str]:
    notes = []
    if lacking:
        notes.append(gettext("articles are missing"))
    if articles < FEW_ARTICLES:
        notes.append(gettext("few articles"))
    if period.last >= today:
        notes.append(gettext("not over yet"))
    return notes


def _value(one: PeriodHits, form: AttentionForm) -> float | None:
    if form.counts:
        return one.hits
    return one.share.share if one.share else None


def _spec(found: Attention, panel: AttentionPanel, form: AttentionForm, today: date, top: float | None) -> Spec:
    labels = [period.label for period in found.periods]
    small = top is not None
    x = ordinal("period", sort=None, scale={"type": "band", "domain": labels}, axis=PERIOD_LABELS)
    y_scale: Spec = {"domainMin": 0, "nice": True} | ({"domainMax": top * _HEADROOM} if top else {})
    y: Spec = {
        "type": "quantitative",
        "title": None,
        "scale": y_scale,
        "axis": {"tickCount": 3 if small else 5, **({"tickMinStep": 1} if form.counts else {"format": "~%"})},
    }
    queries = [line.query for line in panel.lines]
    colour = colour_scale("query", queries) | {"legend": None if small else {"symbolOpacity": 1}}
    values = [value for line in panel.lines for value in _points(found.periods, panel, line, form)]
    layers: list[Spec] = [_gap_layer(found.periods, panel, today)]
    if not small and not form.counts and not form.apart and len(queries) <= _MOST_BANDS:
        layers.append(
            {
                "mark": {"type": "area", "opacity": 0.14, "clip": True},
                "encoding": {"y": y | {"field": "low"}, "y2": {"field": "high"}, "color": colour},
            }
        )
    dash: Spec = {}
    if form.apart:
        kinds = [gettext("originals"), gettext("copies")]
        legend = None if small else {"symbolType": "stroke", "symbolStrokeWidth": 2}
        dash = {"strokeDash": nominal("kind", scale={"domain": kinds, "range": [[1, 0], [5, 4]]}, legend=legend)}
    layers.append(
        {
            "mark": {"type": "line", "strokeWidth": 1.5 if small else 2, "clip": True},
            "encoding": {"y": y | {"field": "value"}, "color": colour, **dash},
        }
    )
    layers.append(_point_layer(y, colour, queries, form, small=small, many=len(labels) > _MANY_POINTS))
    return {
        "height": _SMALL_HEIGHT if small else _HEIGHT,
        "data": {"values": values},
        "encoding": {"x": x},
        "layer": layers,
    }


def _point_layer(
    y: Spec, colour: Spec, queries: Sequence[str], form: AttentionForm, *, small: bool, many: bool
) -> Spec:
    number = {"field": "value", "title": gettext("share"), "format": ".2%"}
    if form.counts:
        number = {"field": "value", "title": gettext("articles that match"), "format": ","}
    return {
        "mark": {"type": "point", "size": 9 if small else 18 if many else 42, "filled": True, "cursor": "pointer", "clip": True},
        "encoding": {
            "y": y | {"field": "value"},
            "color": colour,
            "opacity": {"condition": {"test": "datum.few", "value": 0.35}, "value": 1},
            "shape": colour | {"scale": {"domain": list(queries), "range": list(_SHAPES[: len(queries)])}},
            "href": {"field": "address"},
            "tooltip": [
                {"field": "period", "title": gettext("period")},
                {"field": "query", "title": gettext("query")},
                *([{"field": "kind", "title": gettext("kind")}] if form.apart else []),
                number,
                {"field": "hits", "title": gettext("articles that match"), "format": ","},
                {"field": "articles", "title": gettext("of all articles"), "format": ","},
            ],
        },
    }  # fmt: skip


def _gap_layer(periods: Sequence[Period], panel: AttentionPanel, today: date) -> Spec:
    gaps: list[Spec] = [
        {"period": period.label, "note": gettext("articles are missing")}
        for period, lacking in zip(periods, panel.lacking, strict=True)
        if lacking and period.first < today
    ]
    return hatched(gaps, period=gettext("period"), note=gettext("note"))


def _points(periods: Sequence[Period], panel: AttentionPanel, line: AttentionLine, form: AttentionForm) -> list[Spec]:
    points: list[Spec] = []
    addresses = form.searches_at(line.query, periods, panel.source_id)
    for at, (period, one) in enumerate(zip(periods, line.periods, strict=True)):
        articles = panel.articles[at]
        kinds = (
            [(gettext("originals"), one.originals), (gettext("copies"), one.copies)] if form.apart else [("", one.hits)]
        )
        for kind, hits in kinds:
            value: float | None = hits
            if not form.counts:
                value = one.share.share * (hits / one.hits if one.hits else 0) if one.share else None
            # Nothing found where something is missing is no zero.
            if panel.lacking[at] and not one.hits:
                value = None
            points.append(
                {
                    "period": period.label,
                    "query": line.query,
                    "kind": kind,
                    "value": value,
                    "low": one.share.low if one.share and value is not None else None,
                    "high": one.share.high if one.share and value is not None else None,
                    "hits": hits,
                    "articles": articles,
                    "few": articles < FEW_ARTICLES,
                    "address": addresses[at],
                }
            )
    return points
