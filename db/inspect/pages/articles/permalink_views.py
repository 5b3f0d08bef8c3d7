"""Addresses that stay: a story by any of its articles, a source by its name, a person by name, and where old ones lead."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from datasette.utils.asgi import NotFound, Response

from db.inspect.pages.articles.cluster import COLUMNS, cluster_page, cluster_rows, copies_chart
from db.inspect.pages.articles.permalinks import page_place, source_id_of
from db.inspect.pages.components.rendering import ask_in_snapshot, figures_response, render_page, required_id
from db.inspect.translation.catalogues import gettext

_LONGEST_NAME = 500


async def cluster(request: Any, datasette: Any) -> Any:
    """A story: who printed it, and when. Its number is that of the original; those of its other articles lead there."""
    article_id, wanted = required_id(request), request.url_vars["format"] or ""

    def ask(conn: Any) -> Any:
        place = page_place(conn, article_id)
        return place, cluster_page(conn, article_id) if place and place.original_id == article_id else None

    place, shown = await ask_in_snapshot(datasette, ask)
    if shown is None:
        if place is None or place.original_id in (None, article_id):
            raise NotFound(gettext("There is no article %(number)s") % {"number": article_id})
        return Response.redirect(f"/-/cluster/{place.original_id}{wanted}")
    if wanted:
        return figures_response(COLUMNS, cluster_rows(shown), wanted[1:], f"cluster{article_id}")
    chart = copies_chart(shown.moments) if shown.size > 1 else None
    return await render_page(datasette, request, "articles/cluster.html", shown=shown, chart=chart)


async def article_elsewhere(datasette: Any, article_id: int) -> Any:
    """For the number of a page that begins no article: where it belongs today. None if there is no such page."""
    place = await ask_in_snapshot(datasette, lambda conn: page_place(conn, article_id))
    if place is None or place.article_id == article_id:
        return None
    return Response.redirect(f"/-/article/{place.article_id}" if place.article_id else f"/-/page/{article_id}")


async def source_by_name(request: Any, datasette: Any) -> Any:
    """A source's name leads to its number, which stays whatever it is called."""
    name = _decoded(request.url_vars["name"])
    source_id = await datasette.ask(lambda conn: source_id_of(conn, name))
    if source_id is None:
        raise NotFound(gettext("There is no source %(name)s") % {"name": name})
    return Response.redirect(f"/-/source/{source_id}")


def requested_name(request: Any) -> str:
    """The name of a person in an address, `/-/person/NAME` or `/-/person?name=NAME`."""
    in_path = request.url_vars.get("name")
    name = _decoded(in_path) if in_path else request.args.get("name") or ""
    return name[:_LONGEST_NAME]


def _decoded(part: str) -> str:
    return unquote(part, errors="replace")


ROUTES = (
    (r"^/-/cluster/(?P<id>\d+)(?P<format>\.csv|\.json)?$", cluster),
    (r"^/-/source/(?P<name>[^/]+)$", source_by_name),
)
