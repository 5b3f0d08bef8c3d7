"""The page of corrections, also as files and feeds, and what one revision changed."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound

from db.inspect.pages.articles.article import changes_page
from db.inspect.pages.articles.correction_feeds import correction_feed
from db.inspect.pages.articles.corrections import (
    FIELD_NAMES,
    FORMS,
    SIZE,
    CorrectionForm,
    compact,
    corrections_page,
    figure_rows,
    is_longer,
    taken_corrections,
    utc_now,
)
from db.inspect.pages.components.form_values import number_of
from db.inspect.pages.components.kind_names import KIND_NAMES
from db.inspect.pages.components.rendering import (
    ask_in_snapshot,
    bytes_response,
    figures_response,
    render_page,
    required_id,
)
from db.queries.corrections import CORRECTION_KEYS, stored_judgement
from db.text.substance import Substance


async def corrections(request: Any, datasette: Any) -> Any:
    """What was corrected, the most substantial first, and by source."""
    form, wanted, now = CorrectionForm.of(request.args), request.url_vars["format"], utc_now()
    if wanted:
        found = await ask_in_snapshot(datasette, lambda conn: taken_corrections(conn, form, now))
        if wanted in (".csv", ".json"):
            return figures_response(CORRECTION_KEYS, figure_rows(found), wanted[1:], "corrections")
        origin = f"{request.scheme}://{request.host}"
        body, content_type = correction_feed(
            found, wanted[1:], origin=origin, home=form.at(), address=form.at(form=wanted[1:])
        )
        return bytes_response(body, content_type)
    shown = await ask_in_snapshot(datasette, lambda conn: corrections_page(conn, form, now))
    return await render_page(
        datasette, request, "articles/corrections.html",
        shown=shown, form=form, kind_names=KIND_NAMES, kinds=list(Substance), forms=FORMS,
        size=SIZE, compact=compact, is_longer=is_longer,
        since=form.filters(now).since,
    )  # fmt: skip


async def changes(request: Any, datasette: Any) -> Any:
    """What a revision changed from the one before; with `page`, what a page of the article changed."""
    article_id, revision = required_id(request), number_of(request.args.get("revision"))
    page_id = number_of(request.args.get("page"))

    def ask(conn: sqlite3.Connection) -> Any:
        found = changes_page(conn, article_id, revision, page_id)
        return found, stored_judgement(conn, found.head.page_id) if found else None

    shown, judged = await ask_in_snapshot(datasette, ask)
    if shown is None:
        raise NotFound(
            f"Article {article_id} has no revision with one before it"
            + (f" and the number {revision}" if revision else "")
        )
    return await render_page(
        datasette,
        request,
        "articles/changes.html",
        shown=shown,
        judged=judged,
        kind_names=KIND_NAMES,
        fields=FIELD_NAMES,
    )


ROUTES = (
    (r"^/-/corrections(?P<format>\.csv|\.json|\.rss|\.jsonfeed)?$", corrections),
    (r"^/-/article/(?P<id>\d+)/changes$", changes),
)
