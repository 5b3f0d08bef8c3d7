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
from db.inspect.pages.analysis import attention_views, copying_views, people_views, thread_views
from db.inspect.pages.articles import correction_views, permalink_views, saved_search_views
from db.inspect.pages.articles.article import article_page, fetched_page
from db.inspect.pages.articles.cluster import copies_chart
from db.inspect.pages.articles.search import FORMS, MOST_TAKEN, SIZE, SearchForm, result_file, search_results
from db.inspect.pages.articles.stored_body import plain_text_response, sanitized_response
from db.inspect.pages.components.form_values import number_of
from db.inspect.pages.components.rendering import ask_in_snapshot, bytes_response, render_page, required_id
from db.inspect.pages.ingestion import charts, report_views, source_views
from db.inspect.pages.ingestion.arrivals import arrivals, telling_week
from db.inspect.pages.ingestion.catalogue import CatalogueForm, catalogue_outlets_by_country, count_countries
from db.inspect.pages.ingestion.coverage import recent_days
from db.inspect.pages.ingestion.rejections import PAGE_SIZE, count_reasons, rejected_pages
from db.inspect.pages.ingestion.run import run_details
from db.inspect.pages.ingestion.source import DAYS, ENDINGS, source_details
from db.inspect.translation.catalogues import LANGUAGES, gettext, gettext_noop
from db.inspect.translation.negotiation import language_cookie
from db.queries.articles import article_summaries, newest_articles
from db.queries.citations import citations
from db.queries.sources.source_evidence import SourceRows, source_evidence
from db.queries.sources.statistics import last_runs
from db.queries.sources.status import load_status
from db.queries.threads import thread_of_article
from db.store.sites.sources import source_by_id
from db.timestamps import format_timestamp

# The navigation of every page: path and label.
SECTIONS = (
    ("/", gettext_noop("Front page")),
    ("/-/search", gettext_noop("Articles")),
    ("/-/attention", gettext_noop("Attention")),
    ("/-/digest", gettext_noop("Digest")),
    ("/-/threads", gettext_noop("Threads")),
    ("/-/corrections", gettext_noop("Corrections")),
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
    (arrived, week), status, heads, threads = await ask_in_snapshot(
        datasette,
        lambda conn: (
            (found := arrivals(conn, now), telling_week(conn, found, now)),
            load_status(conn, now),
            article_summaries(conn, newest_articles(conn, limit=_NEWEST)),
            thread_views.threads_of_today(conn, now),
        ),
    )
    drawn = [charts.day_chart(week), charts.week_chart(week), charts.source_chart(week)] if week.sources else []
    return await render_page(
        datasette, request, "front.html",
        arrived=arrived, week=week, status=status, heads=heads, charts=drawn, threads=threads,
    )  # fmt: skip


async def article(request: Any, datasette: Any) -> Any:
    """One article, in its latest revision or the given one."""
    article_id, revision = required_id(request), number_of(request.args.get("revision"))
    shown, thread = await ask_in_snapshot(
        datasette, lambda conn: (article_page(conn, article_id, revision), thread_of_article(conn, article_id))
    )
    if shown is None:
        if elsewhere := await permalink_views.article_elsewhere(datasette, article_id):
            return elsewhere
        raise NotFound(
            gettext("There is no article %(id)s with a revision %(revision)s")
            % {"id": article_id, "revision": revision}
            if revision
            else gettext("There is no article %(id)s") % {"id": article_id}
        )
    drawn = copies_chart(shown.cluster.moments) if shown.cluster.size > 1 else None
    made = citations(shown.article, shown.head, shown.archived)
    listed = [(extension, label, made[form]) for extension, (form, label, _) in _CITATIONS.items()]
    return await render_page(
        datasette, request, "articles/article.html", shown=shown, chart=drawn, citations=listed, thread=thread
    )


async def citation(request: Any, datasette: Any) -> Any:
    """The citation of an article as a file."""
    article_id, revision = required_id(request), number_of(request.args.get("revision"))
    shown = await ask_in_snapshot(datasette, lambda conn: article_page(conn, article_id, revision))
    if shown is None:
        raise NotFound(gettext("There is no article %(id)s") % {"id": article_id})
    extension = request.url_vars["format"]
    form, _, content_type = _CITATIONS[extension]
    body = (citations(shown.article, shown.head, shown.archived)[form] + "\n").encode("utf-8", "replace")
    return bytes_response(body, content_type, f"copydesk{article_id}.{extension}")


async def page(request: Any, datasette: Any) -> Any:
    """One page as fetched, whatever became of it."""
    page_id = required_id(request)
    shown = await ask_in_snapshot(datasette, lambda conn: fetched_page(conn, page_id))
    if shown is None:
        raise NotFound(gettext("There is no page %(id)s") % {"id": page_id})
    return await render_page(datasette, request, "articles/page.html", shown=shown)


async def search(request: Any, datasette: Any) -> Any:
    """Search results, from the same search as `copydesk search`; also as a file or feed."""
    form, wanted = SearchForm.of(request.args), request.url_vars["format"]
    if wanted:
        return await _search_file(request, datasette, form, wanted[1:])
    found = await datasette.ask(lambda conn: search_results(conn, form))
    return await render_page(
        datasette, request, "articles/search.html",
        form=form, answer=found, size=SIZE, forms=FORMS, most_taken=MOST_TAKEN,
    )  # fmt: skip


async def _search_file(request: Any, datasette: Any, form: SearchForm, kind: str) -> Any:
    origin = f"{request.scheme}://{request.host}"

    def made(conn: sqlite3.Connection) -> tuple[bytes, str | None]:
        file, more = result_file(conn, form, kind, origin)
        return datasette.conversions.export(conn, file), more

    try:
        body, more = await datasette.ask(made)
    except QueryError as error:
        raise Base400(str(error)) from error
    content_type = next(known for name, _, known in FORMS if name == kind)
    return bytes_response(body, content_type, f"search.{kind}" if kind in ("csv", "json") else None, more)


async def catalogue(request: Any, datasette: Any) -> Any:
    """The catalogue of outlets, with those that are sources."""
    form = CatalogueForm.of(request.args.get("q"), request.args.get("country"))
    countries = await ask_in_snapshot(datasette, lambda conn: catalogue_outlets_by_country(conn, form))
    return await render_page(
        datasette, request, "ingestion/catalogue.html", form=form, countries=countries, choices=count_countries()
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
        raise NotFound(gettext("There is no source %(id)s") % {"id": source_id})
    drawn = [charts.rhythm_chart(shown.rhythm), charts.volume_chart(shown.days, covered)]
    return await render_page(
        datasette, request, "ingestion/source.html", shown=shown, heads=heads, charts=drawn, ladder=ladder, labels=LABELS,
        looked_at=format_timestamp(ladder.checked_at) if ladder else None, endings=ENDINGS,
    )  # fmt: skip


async def runs(request: Any, datasette: Any) -> Any:
    """The runs, latest first."""
    before = number_of(request.args.get("before"))
    found = await datasette.ask(lambda conn: last_runs(conn, _RUNS + 1, before=before))
    older = found[_RUNS - 1].id if len(found) > _RUNS else None
    return await render_page(datasette, request, "ingestion/runs.html", runs=found[:_RUNS], older=older, before=before)


async def run(request: Any, datasette: Any) -> Any:
    """One run."""
    run_id = required_id(request)
    details = await datasette.ask(lambda conn: run_details(conn, run_id))
    if details is None:
        raise NotFound(
            gettext("There is no run %(id)s (the setting keep_log limits how long runs are kept)") % {"id": run_id}
        )
    return await render_page(datasette, request, "ingestion/run.html", details=details)


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
        datasette, request, "ingestion/rejections.html",
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
        raise NotFound(gettext("There is no such language"))
    # A path of this server, never `//host`, `/\\host` or a path with control characters that browsers drop.
    is_own = back.startswith("/") and back[1:2] not in ("/", "\\") and back.isprintable()
    return Response.redirect(back if is_own else "/", headers={"set-cookie": language_cookie(language)})


ROUTES: tuple[tuple[str, View], ...] = (
    (r"^/$", front),
    (r"^/-/article/(?P<id>\d+)$", article),
    (r"^/-/article/(?P<id>\d+)/cite\.(?P<format>bib|json)$", citation),
    (r"^/-/page/(?P<id>\d+)$", page),
    (r"^/-/stored/(?P<id>\d+)$", stored_page),
    (r"^/-/received/(?P<id>\d+)$", received_page),
    (r"^/-/search(?P<format>\.csv|\.json|\.rss|\.jsonfeed)?$", search),
    (r"^/-/catalogue$", catalogue),
    (r"^/-/source/(?P<id>\d+)$", source),
    (r"^/-/runs$", runs),
    (r"^/-/run/(?P<id>\d+)$", run),
    (r"^/-/rejections$", rejections),
    (r"^/-/language/(?P<language>\w{2})$", choose_language),
    *report_views.ROUTES,
    *source_views.ROUTES,
    *permalink_views.ROUTES,
    *saved_search_views.ROUTES,
    *correction_views.ROUTES,
    *thread_views.ROUTES,
    *attention_views.ROUTES,
    *copying_views.ROUTES,
    *people_views.ROUTES,
)
