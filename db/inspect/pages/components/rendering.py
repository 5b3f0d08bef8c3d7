"""What every page does: ask in one snapshot, render a template of ours, take an id from the URL."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from datasette.utils.asgi import NotFound, Response

from db.display.csv_cells import csv_cell
from db.inspect.pages.components.form_values import number_of
from db.inspect.safety.request_checks import STRICT_POLICY
from db.inspect.translation.catalogues import gettext
from db.queries.articles import snapshot

T = TypeVar("T")


async def render_page(datasette: Any, request: Any, template: str, **values: object) -> Any:
    """Render one of our templates."""
    context = {"ours": True, "now": datetime.now(UTC), **values}
    html = await datasette.render_template(template, context, request=request)
    return Response.html(html, headers={"content-security-policy": STRICT_POLICY, "cache-control": "no-store"})


def bytes_response(body: bytes, content_type: str, filename: str | None = None, more: str | None = None) -> Any:
    """Bytes that are no page: a feed, or with a name, a file to save. `more`: the address where it goes on."""
    headers = {"content-security-policy": STRICT_POLICY, "cache-control": "no-store"}
    if filename:
        headers["content-disposition"] = f'attachment; filename="{filename}"'
    if more:
        headers["link"] = f'<{more}>; rel="next"'
    return Response(body, content_type=content_type, headers=headers)


def figures_response(
    columns: Sequence[str], rows: Sequence[Sequence[object]], kind: str, name: str, more: str | None = None
) -> Any:
    """The figures of a page as a file `name`.csv or `name`.json: a list of objects, each a line. `kind`: csv or json; `more`: the
    address where the figures go on.
    """
    if kind == "json":
        encode = json.JSONEncoder(ensure_ascii=False).encode
        lines = ",\n".join(encode(dict(zip(columns, row, strict=True))) for row in rows)
        body = f"[\n{lines}\n]\n".encode("utf-8", "replace")
        return bytes_response(body, "application/json; charset=utf-8", f"{name}.json", more)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return bytes_response(out.getvalue().encode("utf-8", "replace"), "text/csv; charset=utf-8", f"{name}.csv", more)


async def ask_in_snapshot(datasette: Any, queries: Callable[[sqlite3.Connection], T]) -> T:
    """The result of several queries in one snapshot."""

    def in_snapshot(conn: sqlite3.Connection) -> T:
        with snapshot(conn):
            return queries(conn)

    result: T = await datasette.ask(in_snapshot)
    return result


def required_id(request: Any) -> int:
    """The id in the URL. Raises NotFound."""
    number = number_of(request.url_vars["id"])
    if number is None:
        raise NotFound(gettext("There is no such number"))
    return number
