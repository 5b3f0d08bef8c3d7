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
_TIMES: dict[str, Spec] = {
    "date": {"type": "temporal", "format": "%Y-%m-%d"},
    "at": {"type": "temporal", "format": "%Y-%m-%d %H:%M"},
}
PERIOD_LABELS: Spec = {
    "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 12, "labelPadding": 8, "ticks": False,
}  # fmt: skip
"""An axis of days or months, with as many labels as there is room for."""


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
    """What is shown of a mark under the pointer: fields with their labels. `date` is a day, `at` a time."""
    return [{"field": field, "title": label} | _TIMES.get(field, {}) for field, label in labels.items()]


def nominal(field: str, **more: object) -> Spec:
    """Names, on an axis or as colours."""
    return {"field": field, "type": "nominal", "title": None, **more}


def ordinal(field: str, **more: object) -> Spec:
    """Values in an order, on an axis."""
    return {"field": field, "type": "ordinal", "title": None, **more}


def source_lanes(order: Sequence[str] | None) -> Spec:
    """An axis with a line for each source, in this order; None: as they come."""
    return nominal("source", sort=order, axis={"ticks": False, "domain": False, "grid": True, "labelLimit": 150})


def hatched(gaps: Sequence[Spec], **labels: str) -> Spec:
    """A layer of gaps, hatched from top to bottom. `labels`: of the fields that say what a gap is."""
    height: Spec = {"y": {"value": 0}, "y2": {"value": {"expr": "height"}}}
    return {"mark": HATCHING, "data": {"values": gaps}, "encoding": height | {"tooltip": tooltip(**labels)}}


def time_axis(**scale: object) -> Spec:
    """The field `at` on an axis of time. The format of labels (d3-time-format) depends on what a tick begins."""
    day = gettext("%d %b")
    formats = {
        "seconds": "%H:%M:%S", "minutes": "%H:%M", "hours": "%H:%M", "day": day, "date": day, "week": day,
        "month": "%Y-%m", "quarter": "%Y-%m", "year": "%Y",
    }  # fmt: skip
    axis = {"labelOverlap": True, "tickCount": 6, "format": formats}
    return {"field": "at", "type": "temporal", "title": None, "axis": axis, "scale": scale}


def count_axis(field: str, *, ticks: int) -> Spec:
    """An axis of whole numbers."""
    axis = {"tickMinStep": 1, "tickCount": ticks}
    return {"field": field, "type": "quantitative", "title": None, "axis": axis}


def colour_scale(field: str, kinds: Sequence[str]) -> Spec:
    """A colour for each kind, in this order."""
    return nominal(field, scale={"domain": kinds, "range": "category"})
