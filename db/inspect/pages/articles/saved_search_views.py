"""The page of saved searches with their latest matches, and each search's matches as file or feed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from datasette.utils.asgi import NotFound

from db.errors import NotFound as NoSuchSearch
from db.inspect.pages.articles.search import FORMS
from db.inspect.pages.components.conversions import ResultFile
from db.inspect.pages.components.rendering import ask_in_snapshot, bytes_response, figures_response, render_page
from db.inspect.translation.catalogues import gettext
from db.queries.articles import ArticleSummary, article_summaries
from db.queries.saved_searches import SearchState, current_pages, search_states
from db.store.service.saved_searches import find_saved_search, latest_match_pages
from db.timestamps import format_optional, format_timestamp

_LATEST, _MOST = 5, 1000
_COLUMNS = ("name", "query", "from", "found", "waiting", "last_at")
_SQL = """SELECT s.name, m.matched_at, a.id, a.title, a.source_name, a.published
FROM search_matches m JOIN saved_searches s ON s.id = m.search_id JOIN decisions d ON d.page_id = m.page_id
JOIN current_articles a ON a.id = d.article_id
ORDER BY m.id DESC LIMIT 100"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSearch:
    """A saved search on the page. `filters`: those that are set, by name; `links`: its files and feeds."""

    state: SearchState
    heads: list[ArticleSummary]

    @property
    def filters(self) -> dict[str, object]:
        """The filters and settings that are set, by name."""
        search = self.state.row.search
        shown = {name: value for name, value in search.written().items() if name != "query"}
        shown |= {name: str(value).lower() for name, value in shown.items() if isinstance(value, bool)}
        return shown | ({"feed": search.feed.name} if search.feed else {})

    @property
    def last_at(self) -> str | None:
        """When it found something last, as a timestamp."""
        return format_optional(self.state.last_at)

    @property
    def saved_at(self) -> str:
        """When it was saved, as a timestamp."""
        return format_timestamp(self.state.row.saved_at)

    @property
    def links(self) -> list[tuple[str, str]]:
        """Label and address of its matches in each form."""
        return [(label, f"/-/searches/{quote(self.state.row.name)}.{form}") for form, label, _ in FORMS]


async def all_searches(request: Any, datasette: Any) -> Any:
    """The saved searches."""
    shown = await ask_in_snapshot(datasette, _shown)
    if request.url_vars["format"]:
        rows = [
            (one.state.row.name, one.state.row.search.query, "file" if one.state.row.in_file else "command",
             one.state.found, one.state.waiting, one.last_at)
            for one in shown
        ]  # fmt: skip
        return figures_response(_COLUMNS, rows, request.url_vars["format"][1:], "searches")
    queries = [(gettext("The latest matches of all searches"), _SQL)]
    return await render_page(datasette, request, "articles/searches.html", shown=shown, queries=queries)


async def matches(request: Any, datasette: Any) -> Any:
    """What one search has found, the latest match first."""
    name, form = unquote(request.url_vars["name"]), request.url_vars["format"]
    origin = f"{request.scheme}://{request.host}"

    def ask(conn: sqlite3.Connection) -> bytes:
        row = find_saved_search(conn, name)
        pages = current_pages(conn, latest_match_pages(conn, row.id, _MOST if form in ("csv", "json") else 50))
        result = ResultFile(
            page_ids=pages,
            form=form,
            title=f"Copydesk: {name}",
            home=f"{origin}/-/searches",
            address=f"{origin}/-/searches/{quote(name)}.{form}",
            once=True,
        )
        made: bytes = datasette.conversions.export(conn, result)
        return made

    try:
        body = await datasette.ask(ask)
    except NoSuchSearch as error:
        raise NotFound(gettext("There is no saved search %(name)s") % {"name": name}) from error
    content_type = next(known for known_form, _, known in FORMS if known_form == form)
    return bytes_response(body, content_type, f"search.{form}" if form in ("csv", "json") else None)


def _shown(conn: sqlite3.Connection) -> list[ShownSearch]:
    return [
        ShownSearch(
            state=state,
            heads=article_summaries(conn, current_pages(conn, latest_match_pages(conn, state.row.id, _LATEST))),
        )
        for state in search_states(conn)
    ]


ROUTES = (
    (r"^/-/searches(?P<format>\.csv|\.json)?$", all_searches),
    (r"^/-/searches/(?P<name>[^/.]+)\.(?P<format>csv|json|rss|jsonfeed)$", matches),
)
