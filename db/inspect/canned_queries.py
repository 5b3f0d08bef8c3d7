"""Metadata of our tables for Datasette, and the canned queries on its database page."""

from __future__ import annotations

from typing import Any

from db.http_statuses import fetch_failed_sql

_HIDDEN_TABLES = (
    "marks", "marked_texts", "likenesses", "claims", "unsettled",
    "page_parameters", "parameter_evidence", "folded_pages", "address_rules", "link_twins", "twins_made",
    "visits", "validators", "robots", "holds", "turns", "unread", "service",
    "source_days", "coverage_weeks", "coverage_judged", "digests",
    "takings", "copy_pairs", "copy_lags", "source_outlets",
    "watched", "rhythms", "to_extract", "past_outcomes", "dictionaries", "bodies", "page_parts", "drawings", "extractors",
    "extractions", "staged_outcomes", "gated_sources", "backfills", "backfill_steps", "backfill_links", "captures", "pings",
    "_sqlite_migrations",
)  # fmt: skip

TABLES: dict[str, Any] = {
    **{name: {"hidden": True} for name in _HIDDEN_TABLES},
    "articles": {"description": "The article on each page, revisions and copies included.", "sort_desc": "page_id"},
    "current_articles": {"description": "Each article once, in its latest revision."},
    "render_verdicts": {"description": "Whether the pages of a source need a browser, with the pages that showed it."},
    "credits": {"description": "Names: author, editor, proofreader."},
    "decisions": {
        "description": "The verdict on each article page: new, revision, same, copy.",
        "sort_desc": "page_id",
    },
    "outcomes": {
        "description": "The outcome of each page; `reason` is empty if it is an article.",
        "sort_desc": "page_id",
    },
    "pages": {
        "description": "Pages as received: address, time, status, headers.",
        "sort_desc": "id",
        "label_column": "url",
    },
    "links": {
        "description": "Addresses of articles, with what their listings said.",
        "sort_desc": "id",
        "label_column": "url",
    },
    "address_parameters": {
        "description": "Parameters of addresses, and whether they distinguish articles on a site.",
    },
    "fetches": {"description": "Every request with its result.", "sort_desc": "id"},
    "runs": {"description": "Every crawl, import, extraction.", "sort_desc": "id"},
    "source_runs": {"description": "What a run did at one source.", "sort_desc": "id"},
    "sources": {"label_column": "name", "sort": "name"},
    "alerts": {"sort_desc": "id"},
}

CANNED_QUERIES: dict[str, Any] = {
    "corrections": {
        "title": "Corrected articles",
        "description": "Articles with more than one revision, the latest corrections first.",
        "sql": """
SELECT d.article_id, d.revision, a.title, s.name AS source, p.fetched_at
FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id JOIN sources s ON s.id = p.source_id
WHERE d.verdict = 'revision' ORDER BY d.page_id DESC LIMIT 100""".strip(),
    },
    "printed_from": {
        "title": "Whose texts they print",
        "description": "How often each outlet names another as the source of a text, in the latest 20,000 articles.",
        "sql": """
SELECT source, original_source, count(*) AS articles
FROM (SELECT source, original_source FROM articles ORDER BY page_id DESC LIMIT 20000)
WHERE original_source IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100""".strip(),
    },
    "editors": {
        "title": "Editors by outlet",
        "description": "Who edited how many of the latest 20,000 articles, for which outlet.",
        "sql": """
SELECT c.name, a.source AS outlet, count(*) AS articles
FROM (SELECT page_id, source FROM articles ORDER BY page_id DESC LIMIT 20000) a
JOIN credits c ON c.page_id = a.page_id AND c.role = 'editor'
GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 200""".strip(),
    },
    "failures": {
        "title": "Failed requests",
        "description": "What failed in the latest 50,000 requests, by source and reason.",
        "sql": f"""
SELECT s.name AS source, coalesce(f.error, 'http_' || f.status) AS failure, count(*) AS times, max(f.started_at) AS last
FROM (SELECT * FROM fetches ORDER BY id DESC LIMIT 50000) f LEFT JOIN sources s ON s.id = f.source_id
WHERE {fetch_failed_sql("f.")}
GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 200""".strip(),
    },
}
