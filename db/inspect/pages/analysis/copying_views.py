"""The pages on who copies whom: the matrix and the articles of a pair, two texts side by side; each also as CSV and JSON."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound

from db.copying.origins import CopyOrigin, OriginNames
from db.inspect.pages.analysis.copying import (
    HOW_LABELS,
    KNOWN_LABELS,
    MOST_FILED,
    MOST_TAKEN,
    MOST_TOP,
    CopyingForm,
    compared_pages,
    copying_matrix,
    copying_pair,
    lag_text,
)
from db.inspect.pages.components.form_values import number_of
from db.inspect.pages.components.rendering import ask_in_snapshot, figures_response, render_page, required_id
from db.inspect.translation.catalogues import gettext
from db.reports.copying import COPYING_COLUMNS, load_pairs, pair_rows
from db.reports.copying_articles import TAKEN_COLUMNS, taken_articles, taken_rows
from db.reports.copying_lags import add_lags

_PASSAGE_COLUMNS = ("number", "first_start", "first_end", "second_start", "second_end", "text")
_TEXTS = "SELECT page_id, title, text FROM articles WHERE page_id IN ({}, {})"


async def copying(request: Any, datasette: Any) -> Any:
    """Who took articles from whom."""
    form, wanted = CopyingForm.of(request.args), request.url_vars["format"]
    if wanted:
        rows = await ask_in_snapshot(datasette, lambda conn: _pair_rows(conn, form))
        return figures_response(COPYING_COLUMNS, rows, wanted[1:], "copying")
    matrix = await ask_in_snapshot(datasette, lambda conn: copying_matrix(conn, form))
    return await render_page(
        datasette, request, "analysis/copying.html",
        matrix=matrix, form=form, known_labels=KNOWN_LABELS, most_top=MOST_TOP, most_filed=MOST_FILED, lag=lag_text,
        queries=[(gettext("Articles by pair"), matrix.sql)],
    )  # fmt: skip


async def pair(request: Any, datasette: Any) -> Any:
    """What one source took from one origin."""
    form, wanted = CopyingForm.of(request.args), request.url_vars["format"]
    source_id, before = number_of(request.args.get("source")), number_of(request.args.get("before"))
    origin = CopyOrigin.parse(request.args.get("origin") or "")
    if source_id is None or origin is None:
        raise NotFound(gettext("Name a pair, as the addresses of /-/copying do: source=1&origin=agency:reuters"))
    if wanted:
        found = await ask_in_snapshot(
            datasette,
            lambda conn: taken_articles(
                conn, OriginNames.load(conn), (source_id, origin), form.wanted, limit=MOST_TAKEN, before=before
            ),
        )
        return figures_response(TAKEN_COLUMNS, taken_rows(found.articles), wanted[1:], "copying-pair")
    shown = await ask_in_snapshot(datasette, lambda conn: copying_pair(conn, form, source_id, origin, before))
    if shown is None:
        raise NotFound(gettext("There is no such source"))
    return await render_page(
        datasette, request, "analysis/copying_pair.html",
        shown=shown, form=form, source_id=source_id, origin=origin, before=before, known_labels=KNOWN_LABELS,
        how_labels=HOW_LABELS, most_taken=MOST_TAKEN, lag=lag_text,
        queries=[(gettext("The articles of this pair"), shown.sql)],
    )  # fmt: skip


async def compare(request: Any, datasette: Any) -> Any:
    """Two texts side by side, their common passages marked."""
    first_id, second_id = required_id(request), number_of(request.url_vars["other"])
    if second_id is None:
        raise NotFound(gettext("There is no such number"))
    shown = await ask_in_snapshot(datasette, lambda conn: compared_pages(conn, first_id, second_id))
    if shown is None:
        raise NotFound(
            gettext("One of the pages %(first)s and %(second)s is not an article")
            % {"first": first_id, "second": second_id}
        )
    if wanted := request.url_vars["format"]:
        text = shown.second.article.text
        rows = [[one.number, *one.first, *one.second, text[slice(*one.second)]] for one in shown.found.passages]
        return figures_response(_PASSAGE_COLUMNS, rows, wanted[1:], "passages")
    return await render_page(
        datasette, request, "analysis/compare.html",
        shown=shown, first_id=first_id, second_id=second_id,
        queries=[(gettext("The two texts"), _TEXTS.format(first_id, second_id))],
    )  # fmt: skip


def _pair_rows(conn: sqlite3.Connection, form: CopyingForm) -> list[list[object]]:
    names = OriginNames.load(conn)
    pairs = load_pairs(conn, names, form.wanted, most=MOST_FILED)
    add_lags(conn, names, form.wanted, pairs)
    return [[row[name] for name in COPYING_COLUMNS] for row in pair_rows(conn, names, pairs)]


ROUTES = (
    (r"^/-/copying(?P<format>\.json|\.csv)?$", copying),
    (r"^/-/copying/pair(?P<format>\.json|\.csv)?$", pair),
    (r"^/-/compare/(?P<id>\d+)/(?P<other>\d+)(?P<format>\.json|\.csv)?$", compare),
)
