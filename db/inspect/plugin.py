"""Our hooks into Datasette: routes, filters for templates, links from its tables into our pages.

Registered once for the process. A hook does something only for an `Inspector`; any other Datasette stays as it is.
"""

from __future__ import annotations

import sqlite3
import sys
import traceback
from typing import Any

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from db.inspect.pages import views
from db.inspect.pages.template_filters import FILTERS, FUNCTIONS, outward
from db.inspect.safety.limits import STATED
from db.inspect.safety.sanitize import HEADERS, is_inert, note

# Where a number in a table leads. Of `decisions`, `articles` and `current_articles` these name articles; elsewhere pages.
_LEADS = {
    "article_id": "/-/article/{}", "original_id": "/-/article/{}", "page_id": "/-/page/{}", "run_id": "/-/run/{}",
    "source_id": "/-/source/{}",
}  # fmt: skip
_ID_LEADS = {"current_articles": "/-/article/{}", "pages": "/-/page/{}", "runs": "/-/run/{}", "sources": "/-/source/{}"}
# A SHA-256 is shown, longer values are counted.
_HASH = 32
_ADDRESSES = frozenset({"url", "final_url", "canonical_url"})


def _ours(datasette: Any) -> bool:
    return hasattr(datasette, "news_name")


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Our pages. They come before Datasette's, so that `/` is ours."""
    return list(views.ROUTES) if _ours(datasette) else []


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """How our templates write values."""
    if _ours(datasette):
        env.filters.update(FILTERS)
        env.globals.update(FUNCTIONS)


@hookimpl
def extra_template_vars(datasette: Any) -> dict[str, Any]:
    """What the frame around every page needs, Datasette's own included."""
    if not _ours(datasette):
        return {}
    return {"news_name": datasette.news_name, "sections": views.SECTIONS, "limits": STATED}


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """Our style sheet on Datasette's pages too."""
    return ["/-/copydesk/desk.css", "/-/copydesk/tables.css"] if _ours(datasette) else []


@hookimpl
def render_cell(value: Any, column: str, table: str | None, datasette: Any) -> Any:
    """Cells of Datasette's tables: numbers lead to our pages, addresses of the web open quietly, all else is text.

    Datasette by itself makes a link of whatever looks like an address; ours says where it leads and hides where from.
    """
    if not _ours(datasette) or value is None:
        return None
    if isinstance(value, bytes):
        # Datasette would link to the row for them, and a view has no row ids: its page would break.
        return Markup("<code>{}</code>").format(value.hex()) if len(value) <= _HASH else f"{len(value):,} bytes"
    lead = _ID_LEADS.get(table or "") if column == "id" else _LEADS.get(column)
    if lead and isinstance(value, int):
        return Markup('<a href="{}">{}</a>').format(lead.format(value), value)
    if isinstance(value, str) and (column in _ADDRESSES or value.startswith(("http://", "https://"))):
        return outward(value)
    return None


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Whatever went wrong as a page of ours, or as JSON. In the place of Datasette's handler (`db.inspect.app`), which prints
    each mistyped address to the terminal as a traceback with all its values."""
    if isinstance(exception, MemoryError):
        raise exception  # ends the process
    if isinstance(exception, DatasetteError):
        status, heading, says = exception.status, exception.title or "Not possible", exception.message
        says = Markup(says) if exception.message_is_html else says  # noqa: S704 - Datasette's own markup, escaped by it
    elif isinstance(exception, Base400):
        status, heading, says = exception.status, "Not here", str(exception) or "There is no such page."
    elif isinstance(exception, QueryInterrupted) or (
        isinstance(exception, sqlite3.OperationalError) and "interrupted" in str(exception)
    ):
        status, heading = 503, "Not in time"
        says = (
            "This took too long and was broken off. Ask for less; or, should the disk be busy, try again in a moment."
        )
    else:
        status, heading, says = 500, "This broke", f"{type(exception).__name__}: {exception}"
        traceback.print_exception(exception, file=sys.stderr)

    return lambda: apology(datasette, request, status, heading, says)


async def apology(datasette: Any, request: Any, status: int, heading: str, says: str) -> Any:
    """An answer that says what is wrong, in the form that was asked for: JSON, a document for the frame, or a page of ours."""
    if request.path.endswith(".json") or request.args.get("_format") == "json":
        return Response.json({"ok": False, "error": str(says), "status": status, "title": heading}, status=status)
    if is_inert(request.path):
        return Response.html(note(says), status=status, headers=HEADERS)
    values = {"ours": True, "heading": heading, "says": says}
    html = await datasette.render_template("says.html", values, request=request)
    return Response.html(html, status=status)
