"""A chart as pages show it, and parts of specifications for Vega-Lite that several charts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.inspect.translation.catalogues import gettext

Spec = dict[str, object]
# A canvas has no patterns: a line as wide as the band, in short dashes, makes the stripes.
HATCHING: Spec = {
    "type": "rule",
    "clip": True,
    "strokeDash": [1.5, 3.5],
    "strokeWidth": {"expr": "0.9 * bandwidth('x')"},
}
_DAY: Spec = {"type": "temporal", "format": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart. `description` in words and the figures as a table (`columns`, `rows`) are for users who cannot see the drawing;
    `spec` is for Vega-Lite."""

    name: str
    description: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    spec: Spec = field(default_factory=dict)


def tooltip(**labels: str) -> list[Spec]:
    """What is shown of a mark under the pointer: fields with their labels."""
    return [{"field": field, "title": label} | (_DAY if field == "date" else {}) for field, label in labels.items()]


def time_axis() -> Spec:
    """An axis of time. Its format (d3-time-format) depends on what a tick begins."""
    day = gettext("%d %b")
    formats = {
        "seconds": "%H:%M:%S", "minutes": "%H:%M", "hours": "%H:%M", "day": day, "date": day, "week": day,
        "month": "%Y-%m", "quarter": "%Y-%m", "year": "%Y",
    }  # fmt: skip
    return {"labelOverlap": True, "tickCount": 6, "format": formats}


def count_axis(field: str, *, ticks: int) -> Spec:
    """An axis of whole numbers."""
    return {
        "field": field,
        "type": "quantitative",
        "title": None,
        "axis": {"tickMinStep": 1, "tickCount": ticks},
    }


def colour_scale(field: str, kinds: Sequence[str]) -> Spec:
    """A colour for each kind, in this order."""
    return {
        "field": field,
        "type": "nominal",
        "title": None,
        "scale": {"domain": kinds, "range": "category"},
    }
