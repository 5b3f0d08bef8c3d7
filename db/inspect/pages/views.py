"""Our pages: each runs its queries in one go, in one snapshot, and renders one template."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from datasette.utils.asgi import Base400, NotFound, Response

from db.diagnosis.evidence import LABELS
from db.diagnosis.ladder import source_diagnosis
from db.errors import QueryError
from db.inspect.pages import charts, copying_views, report_views
from db.inspect.pages.arrivals import arrivals
from db.inspect.pages.article import article_page, changes_page, fetched_page
from db.inspect.pages.catalogue import CatalogueForm, catalogue_outlets_by_country, count_countries
from db.inspect.pages.coverage import recent_days
from db.inspect.pages.people import people, person
from db.inspect.pages.rejections import PAGE_SIZE, count_reasons, rejected_pages
from db.inspect.pages.rendering import ask_in_snapshot, bytes_response, number_of, render_page, required_id
from db.inspect.pages.run import run_details
from db.inspect.pages.search import FORMS, MOST_TAKEN, SIZE, SearchForm, result_file, search_results
from db.inspect.pages.source import DAYS, source_details, source_lines
from db.inspect.pages.stored_body import plain_text_response, sanitized_response
from db.inspect.translation.catalogues import LANGUAGES, gettext_noop
from db.inspect.translation.negotiation import language_cookie
from db.queries.articles import article_summaries, newest_articles
from db.queries.citations import citations
from db.queries.search import MOST_COUNTED
from db.queries.source_evidence import SourceRows, source_evidence
from db.queries.statistics import last_runs
from db.queries.status import load_status
from db.store.sources import source_by_id
from db.timestamps import format_timestamp

# The navigation of every page: path and label.
SECTIONS = (
    ("/", gettext_noop("Front page")),
    ("/-/search", gettext_noop("Search")),
    ("/-/digest", gettext_noop("Digest")),
    ("/-/sources", gettext_noop("Sources")),
    ("/-/coverage", gettext_noop("Coverage")),
    ("/-/copying", gettext_noop("Copying")),
    ("/-/people", gettext_noop("People")),
    ("/-/runs", gettext_noop("Runs")),
    ("/-/rejections", gettext_noop("Rejections")),
)
_NEWEST = 24
# Citations by the extension of their file: form, label, content type.
_CITATIONS = {
    "bib": ("bibtex", "BibTeX", "application/x-bibtex; charset=utf-8"),
    "json": ("csl", "CSL-JSON", "application/vnd.citationstyles.csl+json; charset=utf-8"),
}
_RUNS = 40

View = Callable[[Any, Any], Awaitable[Any]]


async def front(request: Any, datasette: Any) -> Any:
    """What arrived today and this week, the newest articles, and what needs attention."""
    now = datetime.now(UTC)
    arrived, status, heads = await ask_in_snapshot(
        datasette,
        lambda conn: (
            arrivals(conn, now),
            load_status(conn, now),
            article_summaries(conn, newest_articles(conn, limit=_NEWEST)),
        ),
    )
    drawn = (
        [charts.day_chart(arrived), charts.week_chart(arrived), charts.source_chart(arrived)] if arrived.sources else []
    )
    return await render_page(
        datasette, request, "front.html", arrived=arrived, status=status, heads=heads, charts=drawn
    )


async def article(request: Any, datasette: Any) -> Any:
    """One article, in its latest revision or the given one."""
    article_id, revision = required_id(request), number_of(request.args.get("revision"))
    shown = await ask_in_snapshot(datasette, lambda conn: article_page(conn, article_id, revision))
    if shown is None:
        raise NotFound(f"There is no article {article_id}" + (f" with a revision {revision}" if revision else ""))
    drawn = charts.copies_chart(shown.moments) if len(shown.cluster) > 1 else None
    made = citations(shown.article, shown.head)
    listed = [(extension, label, made[form]) for extension, (form, label, _) in _CITATIONS.items()]
    return await render_page(datasette, request, "article.html", shown=shown, chart=drawn, citations=listed)


async def citation(request: Any, datasette: Any) -> Any:
    """The citation of an article as a file."""
    article_id, revision = required_id(request), number_of(request.args.get("revision"))
    shown = await ask_in_snapshot(datasette, lambda conn: article_page(conn, article_id, revision))
    if shown is None:
        raise NotFound(f"There is no article {article_id}")
    extension = request.url_vars["format"]
    form, _, content_type = _CITATIONS[extension]
    body = (citations(shown.article, shown.head)[form] + "\n").encode("utf-8", "replace")
    return bytes_response(body, content_type, f"copydesk{article_id}.{extension}")


async def changes(request: Any, datasette: Any) -> Any:
    """What a revision changed from the one before."""
    article_id, revision = required_id(request), number_of(request.args.get("revision"))
    shown = await ask_in_snapshot(datasette, lambda conn: changes_page(conn, article_id, revision))
    if shown is None:
        raise NotFound(
            f"Article {article_id} has no revision with one before it"
            + (f" and the number {revision}" if revision else "")
        )
    return await render_page(datasette, request, "changes.html", shown=shown)


async def page(request: Any, datasette: Any) -> Any:
    """One page as fetched, whatever became of it."""
    page_id = required_id(request)
    shown = await ask_in_snapshot(datasette, lambda conn: fetched_page(conn, page_id))
    if shown is None:
        raise NotFound(f"There is no page {page_id}")
    return await render_page(datasette, request, "page.html", shown=shown)


async def search(request: Any, datasette: Any) -> Any:
    """Search results, from the same search as `copydesk search`; also as a file or feed."""
    form, wanted = SearchForm.of(request.args), request.url_vars["format"]
    if wanted:
        return await _search_file(request, datasette, form, wanted[1:])
    found = await datasette.ask(lambda conn: search_results(conn, form))
    return await render_page(
        datasette, request, "search.html",
        form=form, answer=found, size=SIZE, most=MOST_COUNTED, forms=FORMS, most_taken=MOST_TAKEN,
    )  # fmt: skip


async def _search_file(request: Any, datasette: Any, form: SearchForm, kind: str) -> Any:
    origin = f"{request.scheme}://{request.host}"
    try:
        body = await datasette.ask(
            lambda conn: datasette.conversions.export(conn, result_file(conn, form, kind, origin))
        )
    except QueryError as error:
        raise Base400(str(error)) from error
    content_type = next(known for name, _, known in FORMS if name == kind)
    return bytes_response(body, content_type, f"search.{kind}" if kind in ("csv", "json") else None)


async def sources(request: Any, datasette: Any) -> Any:
    """All sources, one line each."""
    lines = await datasette.ask(lambda conn: source_lines(conn, datetime.now(UTC)))
    return await render_page(datasette, request, "sources.html", lines=lines)


async def catalogue(request: Any, datasette: Any) -> Any:
    """The catalogue of outlets, with those that are sources."""
    form = CatalogueForm.of(request.args.get("q"), request.args.get("country"))
    countries = await ask_in_snapshot(datasette, lambda conn: catalogue_outlets_by_country(conn, form))
    return await render_page(
        datasette, request, "catalogue.html", form=form, countries=countries, choices=count_countries()
    )


async def source(request: Any, datasette: Any) -> Any:
    """One source."""
    source_id, now = required_id(request), datetime.now(UTC)

    def ask(conn: sqlite3.Connection) -> Any:
        shown, known = source_details(conn, source_id, now), source_by_id(conn, source_id)
        if shown is None or known is None:
            return None, [], {}, None
        ladder = None
        if not shown.removed_at:
            ladder = source_diagnosis(source_evidence(SourceRows(conn=conn, source=known), now))
        return shown, article_summaries(conn, shown.newest), recent_days(conn, source_id, now, DAYS), ladder

    shown, heads, covered, ladder = await ask_in_snapshot(datasette, ask)
    if shown is None:
        raise NotFound(f"There is no source {source_id}")
    drawn = [charts.rhythm_chart(shown.rhythm), charts.volume_chart(shown.days, covered)]
    return await render_page(
        datasette, request, "source.html", shown=shown, heads=heads, charts=drawn, ladder=ladder, labels=LABELS,
        looked_at=format_timestamp(ladder.checked_at) if ladder else None,
    )  # fmt: skip


async def runs(request: Any, datasette: Any) -> Any:
    """The runs, latest first."""
    before = number_of(request.args.get("before"))
    found = await datasette.ask(lambda conn: last_runs(conn, _RUNS + 1, before=before))
    older = found[_RUNS - 1].id if len(found) > _RUNS else None
    return await render_page(datasette, request, "runs.html", runs=found[:_RUNS], older=older, before=before)


async def run(request: Any, datasette: Any) -> Any:
    """One run."""
    run_id = required_id(request)
    details = await datasette.ask(lambda conn: run_details(conn, run_id))
    if details is None:
        raise NotFound(f"There is no run {run_id} (the setting keep_log limits how long runs are kept)")
    return await render_page(datasette, request, "run.html", details=details)


async def all_people(request: Any, datasette: Any) -> Any:
    """Who is credited most lately, or whose name has the given prefix."""
    begins = (request.args.get("begins") or "").strip()[:100]
    lines = await datasette.ask(lambda conn: people(conn, begins))
    return await render_page(datasette, request, "people.html", lines=lines, begins=begins)


async def one_person(request: Any, datasette: Any) -> Any:
    """One person: what they wrote and edited, for which sources, with whom."""
    name = (request.args.get("name") or "")[:500]

    def ask(conn: sqlite3.Connection) -> Any:
        shown = person(conn, name)
        parts = (("Wrote", shown.wrote), ("Edited", shown.edited), ("Proofread", shown.proofread)) if shown else ()
        return shown, [(what, len(ids), article_summaries(conn, ids[:100])) for what, ids in parts if ids]

    shown, parts = await ask_in_snapshot(datasette, ask)
    if shown is None:
        raise NotFound(f"No article credits {name}" if name else "Name a person")
    return await render_page(datasette, request, "person.html", shown=shown, works=parts)


async def rejections(request: Any, datasette: Any) -> Any:
    """Rejected pages and why."""
    reason, source_id = request.args.get("reason") or None, number_of(request.args.get("source"))
    before = number_of(request.args.get("before"))

    def ask(conn: sqlite3.Connection) -> Any:
        name = conn.execute("SELECT name FROM sources WHERE id = ?", (source_id,)).fetchone() if source_id else None
        return (
            count_reasons(conn),
            rejected_pages(conn, reason=reason, source_id=source_id, before=before),
            name[0] if name else None,
        )

    counts, found, name = await ask_in_snapshot(datasette, ask)
    older = found[PAGE_SIZE - 1].page_id if len(found) > PAGE_SIZE else None
    return await render_page(
        datasette, request, "rejections.html",
        counts=counts, found=found[:PAGE_SIZE], reason=reason, source_id=source_id, source=name, older=older, before=before,
    )  # fmt: skip


async def stored_page(request: Any, datasette: Any) -> Any:
    """The stored page, sanitized, for the frame."""
    return await sanitized_response(datasette, required_id(request))


async def received_page(request: Any, datasette: Any) -> Any:
    """Its markup, as text."""
    return await plain_text_response(datasette, required_id(request))


async def choose_language(request: Any, datasette: Any) -> Any:
    """Keep the language that was chosen, and go back to the page it was chosen on."""
    language, back = request.url_vars["language"], request.args.get("to") or "/"
    if language not in LANGUAGES:
        raise NotFound("There is no such language")
    # A path of this server, never `//host`, `/\\host` or a path with control characters that browsers drop.
    is_own = back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable()
    return Response.redirect(back if is_own else "/", headers={"set-cookie": language_cookie(language)})


ROUTES: tuple[tuple[str, View], ...] = (
    (r"^/$", front),
    (r"^/-/article/(?P<id>\d+)$", article),
    (r"^/-/article/(?P<id>\d+)/changes$", changes),
    (r"^/-/article/(?P<id>\d+)/cite\.(?P<format>bib|json)$", citation),
    (r"^/-/page/(?P<id>\d+)$", page),
    (r"^/-/stored/(?P<id>\d+)$", stored_page),
    (r"^/-/received/(?P<id>\d+)$", received_page),
    (r"^/-/search(?P<format>\.csv|\.json|\.rss|\.jsonfeed)?$", search),
    (r"^/-/sources$", sources),
    (r"^/-/catalogue$", catalogue),
    (r"^/-/source/(?P<id>\d+)$", source),
    (r"^/-/runs$", runs),
    (r"^/-/run/(?P<id>\d+)$", run),
    (r"^/-/people$", all_people),
    (r"^/-/person$", one_person),
    (r"^/-/rejections$", rejections),
    (r"^/-/language/(?P<language>\w{2})$", choose_language),
    *report_views.ROUTES,
    *copying_views.ROUTES,
)
