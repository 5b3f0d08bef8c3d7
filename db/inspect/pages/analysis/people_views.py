"""The pages on people: the list, and one person; each also as CSV and JSON."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Response

from db.inspect.pages.analysis.people import (
    MOST_TAKEN,
    PAGE_SIZE,
    PEOPLE_COLUMNS,
    PERSON_COLUMNS,
    ROLES,
    PeopleForm,
    by_source,
    month_sparkline,
    people_rows,
    person_chart,
    person_rows,
)
from db.inspect.pages.articles import permalink_views
from db.inspect.pages.articles.permalinks import person_path
from db.inspect.pages.components.form_values import source_choices
from db.inspect.pages.components.rendering import ask_in_snapshot, figures_response, render_page
from db.inspect.translation.catalogues import gettext
from db.people.evidence import likely_pairs
from db.queries.articles import article_summaries
from db.queries.people import CREDIT_COLUMNS, PersonDetails, list_people, person_details
from db.reports.attention.top_words import TopWords, person_words

_ARTICLES = 12
_OFFERS = 5
_LEAST_ARTICLES = 5
"""Of fewer, no word is typical: each would have to stand in three."""


async def all_people(request: Any, datasette: Any) -> Any:
    """Who is credited: by name, source and role, those with most articles or the latest first."""
    form, wanted, today = PeopleForm.of(request.args), request.url_vars["format"], datetime.now(UTC).date()
    limit = MOST_TAKEN if wanted else PAGE_SIZE

    def ask(conn: sqlite3.Connection) -> Any:
        found = list_people(conn, form.wanted, limit=limit, today=today, after=form.after)
        return found, source_choices(conn)

    found, sources = await ask_in_snapshot(datasette, ask)
    if wanted:
        more = form.at(wanted, after=found.next) if found.next else None
        return figures_response(PEOPLE_COLUMNS, people_rows(found.lines), wanted[1:], "people", more)
    lines = [(line, month_sparkline(line, today)) for line in found.lines]
    return await render_page(
        datasette, request, "analysis/people.html",
        form=form, wanted=form.wanted, lines=lines, next=found.next, sources=sources, roles=ROLES,
        queries=[(gettext("The people of this list"), found.sql)],
    )  # fmt: skip


async def one_person(request: Any, datasette: Any) -> Any:
    """One person: over time, for which sources, with whom, on what."""
    name, wanted = permalink_views.requested_name(request), request.url_vars["format"] or ""

    def ask(conn: sqlite3.Connection) -> Any:
        shown = person_details(conn, name)
        latest = shown.pages if shown else {}
        works = [
            (role, shown.total(CREDIT_COLUMNS[role]), article_summaries(conn, ids[:_ARTICLES]))
            for role, ids in latest.items()
            if shown and ids
        ]
        if shown is None or wanted:
            return shown, works, [], None
        return shown, works, likely_pairs(conn, name, limit=_OFFERS), _words(conn, shown)

    path = person_path(name)
    if name and "name" not in request.url_vars and path.startswith("/-/person/"):
        return Response.redirect(path + wanted)
    shown, works, offers, words = await ask_in_snapshot(datasette, ask)
    if shown is None:
        raise NotFound(gettext("No article credits %(name)s") % {"name": name} if name else gettext("Name a person"))
    if wanted:
        return figures_response(PERSON_COLUMNS, person_rows(shown), wanted[1:], "person")
    if shown.name != name:
        return Response.redirect(person_path(shown.name))
    headings = (gettext("By month and source"), gettext("The latest articles"), gettext("By outlet"))
    return await render_page(
        datasette, request, "analysis/person.html",
        shown=shown, works=works, offers=offers, roles=ROLES, by_source=by_source(shown.months), chart=person_chart(shown.months),
        queries=list(zip(headings, shown.queries, strict=True)), words=words, words_at=_words_at(shown),
        search=lambda suffix="", **more: f"/-/search{suffix}?" + urlencode({"person": shown.name, **more}),
    )  # fmt: skip


def _days(shown: PersonDetails) -> tuple[date, date]:
    """From the first to the last day of the months in which there are articles."""
    first, last = (date.fromisoformat(f"{shown.months[end].month}-01") for end in (0, -1))
    return first, last + timedelta(days=30)


def _words(conn: sqlite3.Connection, shown: PersonDetails) -> TopWords | None:
    if shown.articles < _LEAST_ARTICLES:
        return None
    sources = {source_id: number for source_id, _, number, _ in by_source(shown.months)}
    pages = {page_id for ids in shown.pages.values() for page_id in ids}
    return person_words(conn, [name for name, _ in shown.names], pages, sources, _days(shown))


def _words_at(shown: PersonDetails) -> str:
    """The page of all of a person's words."""
    first, last = _days(shown)
    return "/-/attention/words?" + urlencode({"person": shown.name, "since": first, "until": last})


ROUTES = (
    (r"^/-/people(?P<format>\.csv|\.json)?$", all_people),
    (r"^/-/person(?P<format>\.csv|\.json)?$", one_person),
    (r"^/-/person/(?P<name>[^/]+?)(?P<format>\.csv|\.json)?$", one_person),
)
