"""The page with all sources, and its figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from db.inspect.pages.components.rendering import ask_in_snapshot, figures_response, render_page
from db.inspect.pages.ingestion.sources import COLUMNS, PAGE_SIZE, STATES, SourcesForm, source_list, source_rows
from db.inspect.translation.catalogues import gettext_noop

# The columns that the list can be sorted by: name in the address, label, whether they are numbers.
_HEADINGS = (
    ("name", gettext_noop("Source"), False),
    ("state", gettext_noop("State"), False),
    ("month", gettext_noop("Articles in 30 days"), True),
    ("articles", gettext_noop("Articles"), True),
    ("look", gettext_noop("Last look"), False),
    ("new", gettext_noop("Last new page"), False),
    ("alerts", gettext_noop("Alerts"), True),
)


async def sources(request: Any, datasette: Any) -> Any:
    """All sources, one line each; also as a file."""
    form, now, wanted = SourcesForm.of(request.args), datetime.now(UTC), request.url_vars["format"]
    found = await ask_in_snapshot(datasette, lambda conn: source_list(conn, form, now))
    if wanted:
        return figures_response(COLUMNS, source_rows(found.lines), wanted[1:], "sources")
    start = (form.page - 1) * PAGE_SIZE
    return await render_page(
        datasette, request, "ingestion/sources.html",
        form=form, found=found, lines=found.lines[start : start + PAGE_SIZE], start=start, states=STATES, headings=_HEADINGS,
        more=len(found.lines) > start + PAGE_SIZE,
    )  # fmt: skip


ROUTES = ((r"^/-/sources(?P<format>\.csv|\.json)?$", sources),)
