"""Views for other tools: one row for each thing, names instead of ids, no joins needed.

Each view is declared once, with a description of each column; `copydesk schema` and docs/schema.md are generated from
this. The last step of `db.schema.migrations` calls `make_views`, earlier ones do not: SQLite renames no table while a view
names what is still to come. A step that changes a table under the views calls `drop_views` first.

Times end in `_utc` (ISO 8601 in UTC, so text order is time order) or in `_local` (by the publisher's clock, as on the
page).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from db.schema.article_views import ARTICLE_VIEWS
from db.schema.view import View, of_article, source_name
from db.sqlite.conditions import IS_REJECTED, LAST_FETCHED


class _Executes(Protocol):
    def execute(self, sql: str, /) -> object: ...


_SOURCES = View(
    name="sources_view",
    description="a site with its counts",
    columns=(
        ("name", "s.name", "its name"),
        ("url", "s.url", "its address"),
        (
            "state",
            "CASE WHEN s.removed_at IS NOT NULL THEN 'removed' WHEN s.paused_at IS NOT NULL THEN 'paused' ELSE 'crawled' END",
            "crawled, paused or removed",
        ),
        ("added_utc", "s.added_at", "when it was added"),
        (
            "pages",
            "coalesce((SELECT g.pages FROM page_counts g WHERE (g.source_id, g.kind, g.name) = (s.id, 'page', '')), 0)",
            "pages stored",
        ),
        ("articles", "coalesce(t.articles, 0)", "articles, copies included"),
        ("copies", "coalesce(t.copies, 0)", "of these, copies"),
        ("corrected", "coalesce(t.corrected, 0)", "of these, with more than one revision"),
        ("with_author", "coalesce(t.with_author, 0)", "of these, with an author"),
        ("with_editor", "coalesce(t.with_editor, 0)", "of these, with an editor"),
        (
            "rejected",
            f"(SELECT coalesce(sum(g.pages), 0) FROM page_counts g WHERE g.source_id = s.id AND {IS_REJECTED})",
            "pages that are not articles",
        ),
        (
            "newest_utc",
            "(SELECT max(l.published_utc) FROM current_pages l WHERE l.source_id = s.id)",
            "when its newest article was published",
        ),
        ("last_fetched_utc", f"nullif({LAST_FETCHED}, '')", "when it last responded, even if nothing was new"),
        (
            "last_page_utc",
            "(SELECT max(p.fetched_at) FROM pages p WHERE p.source_id = s.id)",
            "when a new page was last fetched",
        ),
    ),
    rows="FROM sources s LEFT JOIN source_counts t ON t.source_id = s.id",
)

_DAILY = View(
    name="daily_counts",
    description="a day of a source: articles published that day, in UTC (first seen, if the page has no date)",
    columns=(
        ("day_utc", "d.day", "the day"),
        ("source_name", source_name("d.source_id"), "the site"),
        ("articles", "d.articles", "articles, copies included"),
        ("copies", "d.copies", "of these, copies"),
        ("with_author", "d.with_author", "of these, with an author"),
        ("with_editor", "d.with_editor", "of these, with an editor"),
        ("words", "d.words", "words in all"),
    ),
    rows="FROM article_days d WHERE d.articles > 0",
)

_VALUES = View(
    name="value_counts_view",
    description="how many articles of a source have a value: a section, an hour of publication, a name",
    columns=(
        ("source_name", source_name("v.source_id"), "the site"),
        ("field", "v.field", "section; hour, by the publisher's clock; author, editor, proofreader"),
        ("value", "v.value", "the section, the hour (00 to 23), the name as printed"),
        ("outlet", "nullif(v.outlet, '')", "of a name: who publishes the articles, as stated on the page"),
        ("articles", "v.articles", "articles, copies included"),
        ("copies", "v.copies", "of these, copies"),
    ),
    rows="FROM value_counts v WHERE v.articles > 0",
)

_PEOPLE = View(
    name="people_view",
    description="a credited name, with the person's counts over all names that were joined ([people.md](people.md))",
    columns=(
        ("name", "n.name", "as printed"),
        ("person", "m.name", "the name under which the person is shown; the same for all names that were joined"),
        ("articles", "coalesce(t.articles, 0)", "articles of the person, copies included"),
        ("wrote", "coalesce(t.wrote, 0)", "of these, as author"),
        ("edited", "coalesce(t.edited, 0)", "of these, as editor"),
        ("proofread", "coalesce(t.proofread, 0)", "of these, as proofreader"),
        ("copies", "coalesce(t.copies, 0)", "of these, copies"),
        ("first_day", "date(t.first_day * 86400, 'unixepoch')", "the day of the first, as the publisher has it"),
        ("last_day", "date(t.last_day * 86400, 'unixepoch')", "the day of the latest"),
    ),
    rows="""
FROM credited_names n JOIN credited_names m ON n.main_id = m.id OR (n.id = m.id AND n.main_id IS NULL)
LEFT JOIN person_counts t ON t.person_id = m.id
""",
)

_REJECTIONS = View(
    name="rejections_view",
    description="a rejected page",
    columns=(
        ("page_id", "page_id", "the page"),
        ("source_name", "source_name", "the site"),
        ("reason", "reason", "why, in one word"),
        ("detail", "detail", "details"),
        ("fetched_utc", "fetched_at", "when it was fetched"),
        ("url", "url", "address"),
    ),
    rows="FROM rejections",
)

_REJECTION_COUNTS = View(
    name="rejection_counts_view",
    description="how many pages of a source were rejected for a reason",
    columns=(
        ("source_name", source_name("g.source_id"), "the site"),
        ("reason", "CASE g.kind WHEN 'reason' THEN g.name ELSE 'repeated' END", "why, in one word"),
        ("pages", "g.pages", "pages that are not articles"),
    ),
    rows=f"FROM page_counts g WHERE {IS_REJECTED} AND g.pages > 0",
)

_THREADS = View(
    name="threads_view",
    description="a thread: articles about the same event, which `thread_articles` lists ([threads.md](threads.md))",
    columns=(
        ("id", "t.id", "its number, that of the article that founded it"),
        ("title", "(SELECT a.title FROM articles a WHERE a.page_id = t.id)", "headline of that article"),
        ("language", "t.language", "language of the text, as a code"),
        ("first_utc", "t.first_at", "when its first article was published"),
        ("last_utc", "t.last_at", "when its latest article was published"),
        ("stories", "t.stories", "articles, copies left out"),
        ("articles", "t.articles", "articles, copies included; 1: no other one is about its event"),
        ("sources", "t.sources", "sites that have some of them"),
    ),
    rows="FROM threads t",
)

_ALERTS = View(
    name="alerts_view",
    description="a problem, open or closed ([alerts.md](alerts.md))",
    columns=(
        ("id", "a.id", "its number"),
        ("kind", "a.kind", "what kind of problem it is, in one word"),
        ("source_name", source_name("a.source_id"), "the site; empty if it concerns the machine"),
        ("says", "a.says", "what is wrong"),
        ("remedy", "a.remedy", "what to do"),
        ("opened_utc", "a.opened_at", "when it was noticed"),
        ("closed_utc", "a.closed_at", "when it was over; empty while it is open"),
    ),
    rows="FROM alerts a",
)

_RUNS = View(
    name="runs_view",
    description="a run of crawl, import or extract",
    columns=(
        ("id", "id", "its number"),
        ("command", "command", "crawl, import, extract"),
        ("reason", "reason", "who or what started it"),
        ("state", "coalesce(ended, 'under way or killed')", "finished, stopped, failed"),
        ("started_utc", "started_at", "when it began"),
        ("ended_utc", "ended_at", "when it ended"),
        ("seconds", "round((julianday(ended_at) - julianday(started_at)) * 86400, 1)", "from its beginning to its end"),
        ("fetched", "figures ->> 'fetched'", "responses with a page"),
        ("unchanged", "figures ->> 'unchanged'", "responses without news"),
        ("new", "figures ->> 'new'", "new articles"),
        ("updated", "figures ->> 'updated'", "new revisions of known articles"),
        ("duplicate", "figures ->> 'duplicate'", "copies, and known pages at another address"),
        ("error", "error", "why it failed"),
    ),
    rows="FROM runs",
)

_COVERAGE = View(
    name="coverage_view",
    description="a week of a source: whether what it published is here ([coverage.md](coverage.md))",
    columns=(
        ("source_name", "s.name", "the site"),
        ("week", "w.week", "its Monday"),
        ("state", "w.state", "complete, thin, missing, not looked, learning"),
        ("expected", "w.expected", "articles expected by its rhythm and its listings; empty while too little is known"),
        ("found", "w.found", "articles that are here, by the day the publisher states"),
        ("unfetched", "w.unfetched", "links that listings named and that were never fetched"),
        ("judged_utc", "j.judged_at", "when this was judged; `copydesk coverage` does it anew"),
    ),
    rows="FROM coverage_weeks w JOIN sources s ON s.id = w.source_id JOIN coverage_judged j ON j.source_id = w.source_id",
)

_COVERAGE_DAYS = View(
    name="coverage_days_view",
    description="a day of a source in the same way",
    columns=(
        ("source_name", "s.name", "the site"),
        ("day", "date(w.week, '+' || d.key || ' days')", "the day, as the publisher has it"),
        ("state", "d.value ->> 0", "complete, thin, missing, not looked, learning"),
        ("expected", "d.value ->> 1", "articles expected"),
        ("found", "d.value ->> 2", "articles that are here"),
        ("unfetched", "d.value ->> 3", "links never fetched"),
    ),
    rows="""
FROM coverage_weeks w JOIN sources s ON s.id = w.source_id JOIN json_each(w.days) d
WHERE d.type = 'array'
""",
)

VIEWS = (
    *ARTICLE_VIEWS,
    _SOURCES,
    _DAILY,
    _VALUES,
    _PEOPLE,
    _THREADS,
    _REJECTIONS,
    _REJECTION_COUNTS,
    _RUNS,
    _ALERTS,
    _COVERAGE,
    _COVERAGE_DAYS,
)


def current_articles_looked_up(columns: Iterable[str]) -> str:
    """The statement of the view `current_articles` over `current_pages`, with these columns of `articles`: the rows and columns of
    the earlier one, but nothing is read that a query does not ask for.
    """
    short = (
        "page_id published_utc published_precision modified_utc original_source section language word_count paywalled"
    )
    known = {name: f"l.{name}" for name in short.split()}
    known["source"] = "l.outlet AS source"
    known["text_hash"] = "(SELECT lower(hex(a.text_hash)) FROM articles a WHERE a.page_id = l.page_id) AS text_hash"
    fields = ", ".join(known.get(name, f"{of_article(name)} AS {name}") for name in columns)
    return (
        f"CREATE VIEW current_articles AS\nSELECT l.article_id AS id, l.revision, l.original_id,"
        f" {source_name('l.source_id')} AS source_name, l.last_seen_utc AS fetched_at, {fields}\nFROM current_pages l"
    )


def drop_views(db: _Executes) -> None:
    """Drop the views, those that use others first."""
    for view in reversed(VIEWS):
        db.execute(f"DROP VIEW IF EXISTS {view.name}")


def make_views(db: _Executes) -> None:
    """Create the views as declared here, replacing existing ones."""
    drop_views(db)
    for view in VIEWS:
        db.execute(view.sql)
