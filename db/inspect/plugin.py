"""Our Datasette hooks: routes, template filters, links from its tables to our pages.

Registered once in the process. The hooks act only on an `Inspector`; any other Datasette instance stays as it is.
"""

from __future__ import annotations

import sqlite3
import sys
import traceback
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from db.inspect.pages import views
from db.inspect.pages.cookbook import with_defaults
from db.inspect.pages.navigation import section_groups
from db.inspect.pages.template_filters import FILTERS, FUNCTIONS, external_link
from db.inspect.safety.limits import LIMITS, LIMITS_NOTE
from db.inspect.safety.sanitize import HEADERS, is_sandboxed_path, note_document
from db.inspect.translation.catalogues import LANGUAGES, current_language, gettext, ngettext

# Our page for an id in a column, and for column `id` by table.
_COLUMN_PAGES = {
    "article_id": "/-/article/{}", "original_id": "/-/article/{}", "page_id": "/-/page/{}", "run_id": "/-/run/{}",
    "source_id": "/-/source/{}", "copy_id": "/-/article/{}",
}  # fmt: skip
_TABLE_PAGES = {
    "articles_view": "/-/article/{}",
    "current_articles": "/-/article/{}",
    "pages": "/-/page/{}",
    "runs": "/-/run/{}",
    "runs_view": "/-/run/{}",
    "sources": "/-/source/{}",
}
# Length of a SHA-256, which is shown; of longer blobs only the length is.
_HASH_BYTES = 32
_ADDRESSES = frozenset({"url", "final_url", "canonical_url"})


def _is_inspector(datasette: Any) -> bool:
    return hasattr(datasette, "news_name")


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """Our pages. They take precedence over Datasette's, so that `/` is ours."""
    return list(views.ROUTES) if _is_inspector(datasette) else []


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """Questions of the cookbook are answered with their defaults where a request leaves parameters out."""

    def wrapped(app: Any) -> Any:
        async def with_parameters(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and _is_inspector(datasette):
                given = scope["query_string"].decode("latin-1")
                scope = {
                    **scope,
                    "query_string": with_defaults(scope["path"], given, datasette.news_name).encode("latin-1"),
                }
            await app(scope, receive, send)

        return with_parameters

    return wrapped


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Our template filters and functions."""
    if _is_inspector(datasette):
        env.filters.update(FILTERS)
        env.globals.update(FUNCTIONS)
        env.add_extension("jinja2.ext.i18n")
        env.install_gettext_callables(gettext, ngettext, newstyle=True)


@hookimpl
def extra_template_vars(datasette: Any) -> dict[str, Any]:
    """Variables of the frame around every page, including Datasette's own."""
    if not _is_inspector(datasette):
        return {}
    language = current_language()
    others = () if datasette.language else [(code, name) for code, name in LANGUAGES.items() if code != language]
    return {
        "news_name": datasette.news_name,
        "section_groups": partial(section_groups, views.SECTIONS),
        "limits": gettext(LIMITS_NOTE) % LIMITS,
        "interface_language": language,
        "other_languages": others,
    }


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """Our style sheets, on Datasette's pages too."""
    return ["/-/copydesk/desk.css", "/-/copydesk/tables.css"] if _is_inspector(datasette) else []


@hookimpl
def render_cell(value: Any, column: str, table: str | None, datasette: Any) -> Any:
    """Cells of Datasette's tables: ids link to our pages, web addresses open without a referrer, all else is text.

    Datasette by itself would link everything that looks like an address; our links show their target and send no
    referrer.
    """
    if not _is_inspector(datasette) or value is None:
        return None
    if isinstance(value, bytes):
        # Datasette would link to the row, which fails for a view, because it has no row ids.
        return Markup("<code>{}</code>").format(value.hex()) if len(value) <= _HASH_BYTES else _bytes(len(value))
    page = _TABLE_PAGES.get(table or "") if column == "id" else _COLUMN_PAGES.get(column)
    if page and isinstance(value, int):
        return Markup('<a href="{}">{}</a>').format(page.format(value), value)
    if isinstance(value, str) and (column in _ADDRESSES or value.startswith(("http://", "https://"))):
        return external_link(value)
    return None


def _bytes(number: int) -> str:
    return ngettext("%(number)s byte", "%(number)s bytes", number) % {"number": f"{number:,}"}


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Show any error as a page of ours, or as JSON. Replaces Datasette's handler (`db.inspect.app`), which prints a
    traceback with all values to the terminal for each mistyped address.
    """
    if isinstance(exception, MemoryError):
        raise exception  # ends the process
    if isinstance(exception, DatasetteError):
        status, heading, message = exception.status, exception.title or gettext("Not possible"), exception.message
        message = Markup(message) if exception.message_is_html else message  # noqa: S704 - escaped by Datasette
    elif isinstance(exception, Base400):
        status, heading = exception.status, gettext("Not here")
        # To Datasette, any path that it does not know begins with the name of a database.
        unknown = request.url_vars.get("database", "") not in ("", *datasette.databases)
        message = (not unknown and str(exception)) or gettext("There is no such page.")
    elif isinstance(exception, QueryInterrupted) or (
        isinstance(exception, sqlite3.OperationalError) and "interrupted" in str(exception)
    ):
        status, heading = 503, gettext("Not in time")
        message = gettext(
            "This took too long and was stopped. Ask for less; or, if the disk is busy, try again in a moment."
        )
    else:
        status, heading, message = 500, gettext("Internal error"), f"{type(exception).__name__}: {exception}"
        traceback.print_exception(exception, file=sys.stderr)

    return lambda: error_response(datasette, request, status, heading, message)


async def error_response(datasette: Any, request: Any, status: int, heading: str, message: str) -> Any:
    """An error in the requested form: JSON, a document for the frame, or a page of ours."""
    if request.path.endswith(".json") or request.args.get("_format") == "json":
        return Response.json({"ok": False, "error": str(message), "status": status, "title": heading}, status=status)
    if is_sandboxed_path(request.path):
        return Response.html(note_document(message), status=status, headers=HEADERS)
    values = {"ours": True, "heading": heading, "message": message}
    html = await datasette.render_template("message.html", values, request=request)
    return Response.html(html, status=status)
