"""Metadata of our tables for Datasette, and the canned queries on its database page."""

from __future__ import annotations

from typing import Any

from db.inspect.pages.cookbook import QUESTIONS
from db.inspect.table_guide import view_metadata
from db.inspect.translation.catalogues import gettext_noop
from db.network.http_statuses import fetch_failed_sql

_HIDDEN_TABLES = (
    "marks", "marked_texts", "likenesses", "claims", "unsettled",
    "page_parameters", "parameter_evidence", "folded_pages", "address_rules", "link_twins", "twins_made",
    "visits", "validators", "robots", "holds", "turns", "unread", "service",
    "current_pages", "source_counts", "article_days", "value_counts", "page_counts",
    "source_days", "source_months", "coverage_weeks", "coverage_judged", "coverage_sums", "digests", "dated_articles",
    "archive_days", "takings", "copy_pairs", "copy_lags", "source_outlets", "body_sums",
    "watched", "rhythms", "to_extract", "past_outcomes", "dictionaries", "bodies", "page_parts", "drawings", "extractors",
    "extractions", "staged_outcomes", "gated_sources", "backfills", "backfill_steps", "backfill_links", "captures", "pings",
    "to_match", "search_matches", "search_messages",
    "thread_vectors", "thread_states", "thread_postings", "thread_terms", "thread_totals", "thread_keeping", "unthreaded",
    "news_archive_files", "person_days", "person_sources", "person_counts", "name_keys", "alike_names", "unkeyed_names",
    "wordpress_sites", "modified_links",
    "_sqlite_migrations",
)  # fmt: skip

TABLES: dict[str, Any] = {
    **{name: {"hidden": True} for name in _HIDDEN_TABLES},
    **view_metadata(),
    "articles": {
        "description": gettext_noop("The article on each page, revisions and copies included."),
        "sort_desc": "page_id",
    },
    "render_verdicts": {
        "description": gettext_noop("Whether the pages of a source need a browser, with the pages that showed it.")
    },
    "revision_changes": {
        "description": gettext_noop("What each revision changed, in kinds, with a score: from 1 on it matters."),
        "sort_desc": "seen_at",
    },
    "credits": {"description": gettext_noop("Names: author, editor, proofreader.")},
    "decisions": {
        "description": gettext_noop("The verdict on each article page: new, revision, same, copy."),
        "sort_desc": "page_id",
    },
    "outcomes": {
        "description": gettext_noop("The outcome of each page; `reason` is empty if it is an article."),
        "sort_desc": "page_id",
    },
    "pages": {
        "description": gettext_noop("Pages as received: address, time, status, headers."),
        "sort_desc": "id",
        "label_column": "url",
    },
    "links": {
        "description": gettext_noop("Addresses of articles, with what their listings said."),
        "sort_desc": "id",
        "label_column": "url",
    },
    "address_parameters": {
        "description": gettext_noop("Parameters of addresses, and whether they distinguish articles on a site."),
    },
    "fetches": {"description": gettext_noop("Every request with its result."), "sort_desc": "id"},
    "runs": {"description": gettext_noop("Every crawl, import, extraction."), "sort_desc": "id"},
    "source_runs": {"description": gettext_noop("What a run did at one source."), "sort_desc": "id"},
    "credited_names": {
        "description": gettext_noop("Names as they are printed; `main_id` is the name that somebody joined one with."),
        "sort": "name",
    },
    "name_decisions": {
        "description": gettext_noop("What somebody decided about two names: one person or two."),
        "sort_desc": "id",
    },
    "saved_searches": {"description": gettext_noop("Searches that tell of new articles that match."), "sort": "name"},
    "sources": {"description": gettext_noop("Sites that are crawled."), "label_column": "name", "sort": "name"},
    "alerts": {"description": gettext_noop("Problems, from when they opened to when they closed."), "sort_desc": "id"},
    "threads": {
        "description": gettext_noop("Articles about the same event, with their totals."),
        "sort_desc": "articles",
    },
    "thread_articles": {
        "description": gettext_noop("The articles of each thread, and why they are there."),
        "sort_desc": "article_id",
    },
}

CANNED_QUERIES: dict[str, Any] = {
    **{one.slug: {"title": one.question, "sql": one.sql.strip(), "params": list(one.defaults)} for one in QUESTIONS},
    # Of an earlier version, not among the questions of the cookbook: its address keeps working.
    "failures": {
        "title": gettext_noop("Which requests failed?"),
        "sql": f"""
SELECT s.name AS source, coalesce(f.error, 'http_' || f.status) AS failure, count(*) AS times, max(f.started_at) AS last
FROM (SELECT * FROM fetches ORDER BY id DESC LIMIT 50000) f LEFT JOIN sources s ON s.id = f.source_id
WHERE {fetch_failed_sql("f.")}
GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 200""".strip(),
    },
}
