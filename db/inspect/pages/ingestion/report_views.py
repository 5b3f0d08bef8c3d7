"""The pages of reports: coverage and the daily digest, each also as JSON, coverage as CSV."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from datasette.utils.asgi import NotFound, Response

from db.inspect.pages.components.kind_names import KIND_NAMES
from db.inspect.pages.components.rendering import ask_in_snapshot, figures_response, render_page, required_id
from db.inspect.pages.ingestion.coverage import (
    ALL_SPAN,
    SOURCE_SPAN,
    CoverageForm,
    coverage_by_day,
    coverage_calendar,
    coverage_lines,
)
from db.inspect.translation.catalogues import gettext, ngettext
from db.reports.coverage import judged_late
from db.reports.coverage_object import DAY_COLUMNS, WEEK_COLUMNS, coverage_object, day_rows, week_rows, weeks_object
from db.reports.digest import Digest, build_digest
from db.reports.digest_articles import MOST_GONE
from db.reports.digest_object import digest_object

_NAME = "SELECT name FROM sources WHERE id = ?"
_USUAL_SPAN = timedelta(days=1)


async def all_coverage(request: Any, datasette: Any) -> Any:
    """All sources by week."""
    form, now = CoverageForm.of(request.args), datetime.now(UTC)
    wanted = request.url_vars["format"]
    if wanted == ".json" and request.args.get("days") == "yes":
        sources, late = await ask_in_snapshot(
            datasette, lambda conn: (coverage_by_day(conn, form, now), judged_late(conn, now))
        )
        return Response.json([coverage_object(one, is_late=one.source_id in late) for one in sources])
    lines, late = await ask_in_snapshot(
        datasette, lambda conn: (coverage_lines(conn, form, now), judged_late(conn, now))
    )
    if wanted == ".json":
        return Response.json([weeks_object(line.source, is_late=line.source.source_id in late) for line in lines])
    if wanted == ".csv":
        return _csv(WEEK_COLUMNS, (row for line in lines for row in week_rows(line.source)))
    return await render_page(
        datasette,
        request,
        "ingestion/coverages.html",
        lines=lines,
        late=len(late),
        form=form,
        shown=form.bounds(now, ALL_SPAN),
    )


async def source_coverage(request: Any, datasette: Any) -> Any:
    """The calendar of one source."""
    source_id, form, now = required_id(request), CoverageForm.of(request.args), datetime.now(UTC)

    def ask(conn: sqlite3.Connection) -> Any:
        return conn.execute(_NAME, (source_id,)).fetchone(), coverage_calendar(conn, source_id, form, now)

    row, calendar = await ask_in_snapshot(datasette, ask)
    if row is None:
        raise NotFound(gettext("There is no source %(id)s") % {"id": source_id})
    wanted = request.url_vars["format"]
    if wanted == ".json":
        return Response.json(
            coverage_object(calendar.source)
            if calendar
            else {"source": row[0], "judged_late": False, "weeks": [], "gaps": []}
        )
    if wanted == ".csv":
        return _csv(DAY_COLUMNS, day_rows(calendar.source) if calendar else ())
    return await render_page(
        datasette, request, "ingestion/coverage.html",
        source_id=source_id, name=row[0], calendar=calendar, form=form, shown=form.bounds(now, SOURCE_SPAN),
    )  # fmt: skip


async def digest(request: Any, datasette: Any) -> Any:
    """What came in during one day or the last 24 hours, and what needs a look."""
    now = datetime.now(UTC)
    since, until = _period(request.args.get("day"), now)
    found: Digest = await ask_in_snapshot(datasette, lambda conn: build_digest(conn, since, until))
    if request.url_vars["format"] == ".json":
        return Response.json(digest_object(found))
    return await render_page(
        datasette, request, "ingestion/digest.html",
        found=found, kind_names=KIND_NAMES, most_gone=MOST_GONE, summary=_summary(found),
        day=since if request.args.get("day") and until - since > timedelta(0) else None,
        before=(since - timedelta(hours=12)).astimezone(), later=until.astimezone() if until < now else None,
    )  # fmt: skip


def _period(day: str | None, now: datetime) -> tuple[datetime, datetime]:
    """The day of a URL on this machine's clock, or the last 24 hours."""
    try:
        start = datetime.strptime((day or "")[:10], "%Y-%m-%d").astimezone()
        end = (start.replace(tzinfo=None) + timedelta(days=1)).astimezone()
    except (ValueError, OverflowError):
        return now - _USUAL_SPAN, now
    return (start, min(end, now)) if start < now else (now - _USUAL_SPAN, now)


def _summary(found: Digest) -> str:
    """The digest in one sentence: what came in, then what else there is, in numbers."""
    news, alerts, gaps, slow, grown = (
        len(each) for each in (found.news, found.alerts, found.gaps, found.slow, found.rejections)
    )
    counted = (
        (ngettext("%(number)s new article", "%(number)s new articles", found.new), found.new),
        (ngettext("from %(number)s source", "from %(number)s sources", news), news),
        (ngettext("%(number)s copy", "%(number)s copies", found.copies), found.copies),
        (ngettext("%(number)s revision", "%(number)s revisions", found.corrected), found.corrected),
        (ngettext("%(number)s of substance", "%(number)s of substance", found.of_substance), found.of_substance),
        (ngettext("%(number)s article gone", "%(number)s articles gone", len(found.gone)), len(found.gone)),
        (ngettext("%(number)s open alert", "%(number)s open alerts", alerts), alerts),
        (ngettext("%(number)s gap", "%(number)s gaps", gaps), gaps),
        (ngettext("%(number)s slow source", "%(number)s slow sources", slow), slow),
        (ngettext("%(number)s reason of rejection grew", "%(number)s reasons of rejection grew", grown), grown),
    )
    new, sources, *others = (text % {"number": f"{number:,}"} for text, number in counted)
    first = gettext("%(articles)s %(from_sources)s") % {"articles": new, "from_sources": sources}
    shown = [text for text, (_, number) in zip(others, counted[2:], strict=True) if number]
    for text in shown:
        first = gettext("%(first)s, %(next)s") % {"first": first, "next": text}
    return first + gettext(".")


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Any:
    return figures_response(columns, [[row[name] for name in columns] for row in rows], "csv", "coverage")


ROUTES = (
    (r"^/-/coverage(?P<format>\.json|\.csv)?$", all_coverage),
    (r"^/-/coverage/(?P<id>\d+)(?P<format>\.json|\.csv)?$", source_coverage),
    (r"^/-/digest(?P<format>\.json)?$", digest),
)
