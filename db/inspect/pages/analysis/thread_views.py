"""The pages of threads: the biggest of a period, and one with its sources over time. Each also as CSV and JSON."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Response

from db.inspect.pages.components.chart_parts import Chart, colour_scale, source_lanes, time_axis, tooltip
from db.inspect.pages.components.form_values import date_of, source_choices, source_numbers
from db.inspect.pages.components.rendering import ask_in_snapshot, figures_response, render_page, required_id
from db.inspect.translation.catalogues import gettext
from db.queries.threads import (
    Thread,
    ThreadFilter,
    ThreadLine,
    biggest_threads,
    biggest_threads_sql,
    load_thread,
    thread_keeping,
    thread_sql,
    thread_that_took_in,
)

_SHOWN, _TAKEN, _TODAY = 50, 1000, 5
_USUAL_SPAN = timedelta(days=6)
_DAY = timedelta(days=1)
_MOST_SOURCES = 1000
_LINE_COLUMNS = ("id", "title", "language", "first_at", "last_at", "stories", "articles", "sources", "inside")
_MEMBER_COLUMNS = (
    "article_id", "story_id", "source_name", "title", "at", "is_copy", "corrections",
    "joined", "score", "centroid", "founder", "rare", "title_shared", "gap_days", "shared", "names", "names_known", "merged",
    "refilled",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadForm:
    """What the page of threads was asked for: days, sources, a language; wrong values count as empty."""

    first: date
    last: date
    source_ids: tuple[int, ...]
    language: str | None
    query: str

    @staticmethod
    def of(arguments: Any, today: date) -> ThreadForm:
        """From the query of a URL; without days, the last seven."""
        until = date_of(arguments.get("until")) or today
        since = date_of(arguments.get("since")) or max(until, date.min + _USUAL_SPAN) - _USUAL_SPAN
        language = (arguments.get("language") or "").strip().lower().partition("-")[0][:12] or None
        sources = source_numbers(arguments.getlist("source"))
        given: dict[str, object] = {"source": sources} if sources else {}
        given |= {name: arguments[name][:40] for name in ("since", "until", "language") if arguments.get(name)}
        return ThreadForm(
            first=since,
            last=until,
            source_ids=sources,
            language=language,
            query=f"?{urlencode(given, doseq=True)}" if given else "",
        )

    @property
    def filter(self) -> ThreadFilter:
        """The same for a query."""
        return ThreadFilter(
            since=datetime.combine(self.first, time(), UTC),
            until=datetime.combine(min(self.last, date.max - _DAY) + _DAY, time(), UTC),
            source_ids=self.source_ids,
            language=self.language,
        )


def threads_of_today(conn: sqlite3.Connection, now: datetime) -> list[ThreadLine]:
    """The biggest threads of the last 24 hours."""
    return biggest_threads(conn, ThreadFilter(since=now - _DAY, until=now), _TODAY)


async def threads(request: Any, datasette: Any) -> Any:
    """The biggest threads of a period."""
    form = ThreadForm.of(request.args, datetime.now(UTC).date())
    wanted = request.url_vars["format"]
    limit = _TAKEN if wanted else _SHOWN
    found, sources, keeping = await ask_in_snapshot(
        datasette,
        lambda conn: (
            biggest_threads(conn, form.filter, limit),
            source_choices(conn, _MOST_SOURCES),
            thread_keeping(conn),
        ),
    )
    if wanted:
        rows = [[getattr(line, name) for name in _LINE_COLUMNS] for line in found]
        return figures_response(_LINE_COLUMNS, rows, wanted[1:], "threads")
    return await render_page(
        datasette, request, "analysis/threads.html",
        threads=found, form=form, sources=sources, keeping=keeping, sql=biggest_threads_sql(form.filter, limit),
    )  # fmt: skip


async def thread(request: Any, datasette: Any) -> Any:
    """One thread: its sources over time, and why each article is in it."""
    thread_id = required_id(request)
    wanted = request.url_vars["format"]
    shown, now_in = await ask_in_snapshot(
        datasette, lambda conn: (load_thread(conn, thread_id), thread_that_took_in(conn, thread_id))
    )
    if shown is None and now_in:
        return Response.redirect(f"/-/thread/{now_in}{wanted or ''}")
    if shown is None:
        raise NotFound(gettext("There is no thread %(id)s") % {"id": thread_id})
    if wanted:
        return figures_response(_MEMBER_COLUMNS, _member_rows(shown), wanted[1:], f"thread{thread_id}")
    return await render_page(
        datasette, request, "analysis/thread.html", shown=shown, chart=lanes_chart(shown), sql=thread_sql(thread_id)
    )


def lanes_chart(shown: Thread) -> Chart:
    """A lane for each source, over time: articles, copies as ticks, corrections as dots."""
    article, copy, correction = gettext("article"), gettext("copy"), gettext("correction")
    moments = [(one.at, one.source_name, copy if one.is_copy else article, one.title) for one in shown.members]
    moments += [(at, one.source_name, correction, one.title) for one in shown.members for at in one.corrected]
    moments.sort()
    values = [{"at": at, "source": source, "what": what, "title": title[:100]} for at, source, what, title in moments]
    marks: dict[str, dict[str, object]] = {
        article: {"type": "point", "shape": "square", "filled": True, "size": 90, "opacity": 1},
        copy: {"type": "tick", "thickness": 2, "size": 16, "opacity": 1},
        correction: {"type": "point", "shape": "circle", "filled": True, "size": 36, "opacity": 1},
    }
    return Chart(
        name="lanes",
        description=gettext("When each source had the story: articles, copies as ticks, corrections as dots."),
        columns=(gettext("Time"), gettext("Source"), gettext("What"), gettext("Title")),
        rows=[(at[:16].replace("T", " "), source, what, title) for at, source, what, title in moments],
        spec={
            "height": 22 * max(3, len(shown.lanes)),
            "data": {"values": values},
            "encoding": {
                "x": time_axis(padding=10),  # else the first and the last square lie half outside
                "y": source_lanes([lane.source_name for lane in shown.lanes]),
                "color": colour_scale("what", list(marks)),
                "tooltip": tooltip(source=gettext("Source"), at=gettext("Time"), title=gettext("Title")),
            },
            "layer": [
                {"mark": mark, "transform": [{"filter": {"field": "what", "equal": what}}]}
                for what, mark in marks.items()
                # Vega warns of a layer without data.
                if any(value["what"] == what for value in values)
            ],
        },
    )


def _member_rows(shown: Thread) -> list[list[object]]:
    rows: list[list[object]] = []
    for one in shown.members:
        why = asdict(one.evidence) if one.evidence else {}
        rows.append(
            [one.article_id, one.story_id, one.source_name, one.title, one.at, int(one.is_copy), len(one.corrected)]
            + [why.get(name) for name in ("joined", "score", "centroid", "founder", "rare", "title", "gap_days")]
            + [
                ", ".join(why.get("shared", ())),
                why.get("names"),
                why.get("names_known"),
                why.get("merged"),
                why.get("refilled"),
            ]
        )
    return rows


ROUTES = (
    (r"^/-/threads(?P<format>\.csv|\.json)?$", threads),
    (r"^/-/thread/(?P<id>\d+)(?P<format>\.csv|\.json)?$", thread),
)
