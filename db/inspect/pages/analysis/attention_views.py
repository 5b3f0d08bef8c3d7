"""The pages of attention: how much, when, by whom; and the words of a result. Each also as CSV and JSON."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from datasette.utils.asgi import Base400

from db.errors import QueryError
from db.inspect.pages.analysis.attention import AttentionForm, form_options
from db.inspect.pages.analysis.attention_charts import attention_charts
from db.inspect.pages.components.rendering import figures_response, render_page
from db.inspect.translation.catalogues import gettext
from db.queries.attention import counting_sql, denominator_sql
from db.reports.attention.attention import FEW_ARTICLES, MOST_QUERIES, Attention, count_attention
from db.reports.attention.attention_object import ATTENTION_COLUMNS, WORD_COLUMNS, attention_rows, word_rows
from db.reports.attention.periods import PeriodUnit
from db.reports.attention.top_words import top_words


async def attention(request: Any, datasette: Any) -> Any:
    """Lines of up to four queries over time."""
    form, now = AttentionForm.of_arguments(request.args), datetime.now(UTC)

    def ask(conn: sqlite3.Connection) -> Any:
        asked = form.request(conn, now)
        try:
            found = count_attention(conn, asked, now) if form.queries else None
        except QueryError as error:
            return form_options(conn), asked, None, str(error), []
        return form_options(conn), asked, found, None, _sql(conn, found) if found else []

    options, asked, found, wrong, queries = await datasette.ask(ask)
    wanted = request.url_vars["format"]
    if wanted:
        if found is None:
            raise Base400(wrong or gettext("There is no query; add one as q=WORDS."))
        rows = [list(row.values()) for row in attention_rows(found)]
        return figures_response(ATTENTION_COLUMNS, rows, wanted[1:], "attention")
    return await render_page(
        datasette, request, "analysis/attention.html",
        form=form, options=options, asked=asked, found=found, wrong=wrong, units=list(PeriodUnit), most=MOST_QUERIES,
        few=FEW_ARTICLES, charts=attention_charts(found, form, now.date()) if found else [],
        queries=queries,
    )  # fmt: skip


async def words(request: Any, datasette: Any) -> Any:
    """The words that set the result of one query apart."""
    form, now = AttentionForm.of_arguments(request.args), datetime.now(UTC)

    def ask(conn: sqlite3.Connection) -> Any:
        asked = form.request(conn, now)
        try:
            found = top_words(conn, form.query, asked.filters, asked.first, asked.last) if form.asks_words else None
        except QueryError as error:
            return asked, None, str(error)
        return asked, found, None

    asked, found, wrong = await datasette.ask(ask)
    wanted = request.url_vars["format"]
    if wanted:
        if found is None:
            raise Base400(wrong or gettext("There is no query; add one as q=WORDS."))
        return figures_response(WORD_COLUMNS, [list(row.values()) for row in word_rows(found)], wanted[1:], "words")
    return await render_page(
        datasette, request, "analysis/attention_words.html", form=form, asked=asked, found=found, wrong=wrong
    )


def _sql(conn: sqlite3.Connection, found: Attention) -> list[tuple[str, str]]:
    asked = found.request
    return [
        *((query, counting_sql(conn, query, asked.filters, asked.first, asked.last)) for query in asked.queries),
        (gettext("All articles"), denominator_sql(asked.filters.source_ids, asked.first, asked.last)),
    ]


ROUTES = (
    (r"^/-/attention(?P<format>\.json|\.csv)?$", attention),
    (r"^/-/attention/words(?P<format>\.json|\.csv)?$", words),
)
