"""Views for other tools: one row for each thing, names instead of ids, no joins needed.

Each view is declared once, with a description of each column; `copydesk schema` and docs/schema.md are generated from
this. The last step of `db.schema.migrations` calls `make_views`, earlier ones do not: SQLite renames no table while a view
names what is still to come. A step that changes a table under the views calls `drop_views` first.

Times end in `_utc` (ISO 8601 in UTC, so text order is time order) or in `_local` (by the publisher's clock, as on the
page).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from db.sqlite.conditions import IS_REJECTED, LAST_FETCHED


class _Executes(Protocol):
    def execute(self, sql: str, /) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view. `description` says what a row is."""

    name: str
    description: str
    columns: tuple[tuple[str, str, str], ...]
    """Name, SQL and description of each."""
    rows: str
    """The rest of the statement, from FROM on."""

    @property
    def sql(self) -> str:
        """The CREATE VIEW statement."""
        picked = ",\n    ".join(f"{sql} AS {name}" for name, sql, _ in self.columns)
        return f"CREATE VIEW {self.name} AS\nSELECT\n    {picked}\n{self.rows.strip()}"


def _of_article(column: str) -> str:
    """A value that `current_pages` leaves in `articles`: looked up only where a query asks for it."""
    return f"(SELECT a.{column} FROM articles a WHERE a.page_id = l.page_id)"


def _names(role: str) -> str:
    return (
        f"CASE WHEN l.has_{role} THEN (SELECT group_concat(name, ', ') FROM (SELECT name FROM credits c"
        f" WHERE c.page_id = l.page_id AND role = '{role}' ORDER BY position)) END"
    )


def _source_name(source_id: str) -> str:
    return f"(SELECT s.name FROM sources s WHERE s.id = {source_id})"


# Only with a time of day, and by the publisher's clock, as on the page.
_LOCAL = "CASE WHEN l.published_precision <> 'day' THEN replace(l.published_local, 'T', ' ') END"
_IS_COPY = "l.original_id <> l.article_id"

_ARTICLES = View(
    name="articles_view",
    description="an article, in its latest revision",
    columns=(
        ("id", "l.article_id", "the article's id, as in `copydesk show`"),
        ("source_name", _source_name("l.source_id"), "the site it was fetched from"),
        ("outlet", "l.outlet", "who publishes it, as stated on the page"),
        ("original_source", "l.original_source", "the outlet it was taken from, as stated on the page"),
        ("title", _of_article("title"), "headline"),
        ("kicker", _of_article("kicker"), "short line above the headline"),
        ("subtitle", _of_article("subtitle"), "line below the headline"),
        ("alternative_title", _of_article("alternative_title"), "another wording of the headline that the page gives"),
        ("authors", _names("author"), "names, separated by commas"),
        ("editors", _names("editor"), "names, separated by commas"),
        ("proofreaders", _names("proofreader"), "names, separated by commas"),
        ("published_utc", "l.published_utc", "when it was published"),
        (
            "published_local",
            _LOCAL,
            "the same in the publisher's local time, to the minute; empty if only the day is known",
        ),
        ("published_precision", "l.published_precision", "its precision: day, minute, second"),
        ("modified_utc", "l.modified_utc", "when it was changed, as stated on the page"),
        ("first_seen_utc", "l.first_seen_utc", "when it was first fetched"),
        ("last_seen_utc", "l.last_seen_utc", "when this revision was fetched"),
        ("section", "l.section", "section of the site"),
        ("language", "l.language", "language of the text, as a code"),
        ("word_count", "l.word_count", "words; characters in Chinese and Japanese"),
        (
            "pictures",
            "(SELECT json_array_length(a.images) FROM articles a WHERE a.page_id = l.page_id)",
            "number of images",
        ),
        ("paywalled", "l.paywalled", "1: the page shows only a part"),
        ("comment_count", "l.comment_count", "number of comments, as stated on the page"),
        ("revision", "l.revision", "1, and one more for each correction"),
        ("is_copy", _IS_COPY, "1: the same story as an earlier article"),
        ("original_id", "l.original_id", "the article it is a copy of; its own id if it is not a copy"),
        ("url", _of_article("url"), "address"),
        ("page_id", "l.page_id", "the page of this revision"),
        ("text", _of_article("text"), "the text, one paragraph a line"),
    ),
    rows="FROM current_pages l",
)

_CREDITS = View(
    name="credits_view",
    description="a name on an article (in its latest revision)",
    columns=(
        ("article_id", "l.article_id", "the article"),
        ("name", "c.name", "as printed"),
        ("role", "c.role", "author, editor, proofreader"),
        ("position", "c.position", "position among those of the role"),
        ("source_name", _source_name("l.source_id"), "the site"),
        ("outlet", "l.outlet", "who publishes it, as stated on the page"),
        ("title", _of_article("title"), "headline"),
        ("published_utc", "l.published_utc", "when it was published"),
        ("published_local", _LOCAL, "the same in the publisher's local time"),
        ("is_copy", _IS_COPY, "1: the article is a copy"),
    ),
    rows="FROM credits c JOIN current_pages l ON l.page_id = c.page_id",
)

# The page of the revision before that of a row `d`. By the index on article and revision; a window would read all texts.
_BEFORE = """(SELECT b.page_id FROM decisions b WHERE b.article_id = d.article_id AND b.revision < d.revision
      AND b.verdict IN ('new', 'copy', 'revision') ORDER BY b.revision DESC LIMIT 1)"""

_REVISIONS = View(
    name="revisions_view",
    description="a revision of an article, with the previous one",
    columns=(
        ("article_id", "d.article_id", "the article"),
        ("revision", "d.revision", "1: as it was first seen"),
        (
            "source_name",
            "(SELECT s.name FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = d.page_id)",
            "the site",
        ),
        ("seen_utc", "(SELECT p.fetched_at FROM pages p WHERE p.id = d.page_id)", "when it was fetched"),
        (
            "seen_before_utc",
            f"(SELECT p.fetched_at FROM pages p WHERE p.id = {_BEFORE})",
            "when the previous one was fetched",
        ),
        ("title", "(SELECT a.title FROM articles a WHERE a.page_id = d.page_id)", "headline"),
        (
            "title_before",
            f"(SELECT a.title FROM articles a WHERE a.page_id = {_BEFORE})",
            "headline of the previous one",
        ),
        ("characters", "(SELECT length(a.text) FROM articles a WHERE a.page_id = d.page_id)", "length of the text"),
        (
            "characters_before",
            f"(SELECT length(a.text) FROM articles a WHERE a.page_id = {_BEFORE})",
            "length of the previous one",
        ),
        ("url", "(SELECT a.url FROM articles a WHERE a.page_id = d.page_id)", "address"),
        ("page_id", "d.page_id", "the page of this revision"),
    ),
    rows="FROM decisions d WHERE d.verdict IN ('new', 'copy', 'revision')",
)

_COPIES = View(
    name="copies_view",
    description="a copy, with its original",
    columns=(
        ("copy_id", "c.id", "the copy"),
        ("copy_source_name", "c.source_name", "the site that reprints"),
        ("copy_title", "c.title", "its headline there"),
        ("copy_published_utc", "c.published_utc", "when the copy was published"),
        ("copy_first_seen_utc", "c.first_seen_utc", "when the copy was first fetched"),
        ("original_id", "o.id", "the original"),
        ("original_source_name", "o.source_name", "the site of the original"),
        ("original_title", "o.title", "its headline"),
        ("original_published_utc", "o.published_utc", "when the original was published"),
        ("original_first_seen_utc", "o.first_seen_utc", "when the original was first fetched"),
        (
            "hours_after",
            "CASE WHEN c.published_precision <> 'day' AND o.published_precision <> 'day'"
            " THEN round((julianday(c.published_utc) - julianday(o.published_utc)) * 24, 2) END",
            "hours from the original's publication to the copy's; empty if only a day is known",
        ),
        ("copy_url", "c.url", "address of the copy"),
        ("original_url", "o.url", "address of the original"),
    ),
    rows="FROM articles_view c JOIN articles_view o ON o.id = c.original_id WHERE c.is_copy",
)

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
        ("source_name", _source_name("d.source_id"), "the site"),
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
        ("source_name", _source_name("v.source_id"), "the site"),
        ("field", "v.field", "section; hour, by the publisher's clock; author, editor, proofreader"),
        ("value", "v.value", "the section, the hour (00 to 23), the name as printed"),
        ("outlet", "nullif(v.outlet, '')", "of a name: who publishes the articles, as stated on the page"),
        ("articles", "v.articles", "articles, copies included"),
        ("copies", "v.copies", "of these, copies"),
    ),
    rows="FROM value_counts v WHERE v.articles > 0",
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
        ("source_name", _source_name("g.source_id"), "the site"),
        ("reason", "CASE g.kind WHEN 'reason' THEN g.name ELSE 'repeated' END", "why, in one word"),
        ("pages", "g.pages", "pages that are not articles"),
    ),
    rows=f"FROM page_counts g WHERE {IS_REJECTED} AND g.pages > 0",
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
    _ARTICLES,
    _CREDITS,
    _REVISIONS,
    _COPIES,
    _SOURCES,
    _DAILY,
    _VALUES,
    _REJECTIONS,
    _REJECTION_COUNTS,
    _RUNS,
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
    fields = ", ".join(known.get(name, f"{_of_article(name)} AS {name}") for name in columns)
    return (
        f"CREATE VIEW current_articles AS\nSELECT l.article_id AS id, l.revision, l.original_id,"
        f" {_source_name('l.source_id')} AS source_name, l.last_seen_utc AS fetched_at, {fields}\nFROM current_pages l"
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
