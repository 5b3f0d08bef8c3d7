"""The views of articles: current ones, their credits, revisions, copies, and those that are gone."""

from __future__ import annotations

from db.schema.view import View, of_article, source_name
from db.sqlite.gone import ANSWERED, GONE_ARTICLES


def _names(role: str) -> str:
    return (
        f"CASE WHEN l.has_{role} THEN (SELECT group_concat(name, ', ') FROM (SELECT name FROM credits c"
        f" WHERE c.page_id = l.page_id AND role = '{role}' ORDER BY position)) END"
    )


# Only with a time of day, and by the publisher's clock, as on the page.
_LOCAL = "CASE WHEN l.published_precision <> 'day' THEN replace(l.published_local, 'T', ' ') END"
_IS_COPY = "l.original_id <> l.article_id"

_ARTICLES = View(
    name="articles_view",
    description="an article, in its latest revision",
    columns=(
        ("id", "l.article_id", "the article's id, as in `copydesk show`"),
        ("source_name", source_name("l.source_id"), "the site it was fetched from"),
        ("outlet", "l.outlet", "who publishes it, as stated on the page"),
        ("original_source", "l.original_source", "the outlet it was taken from, as stated on the page"),
        ("title", of_article("title"), "headline"),
        ("kicker", of_article("kicker"), "short line above the headline"),
        ("subtitle", of_article("subtitle"), "line below the headline"),
        ("alternative_title", of_article("alternative_title"), "another wording of the headline that the page gives"),
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
        ("url", of_article("url"), "address"),
        ("page_id", "l.page_id", "the page of this revision"),
        ("text", of_article("text"), "the text, one paragraph a line"),
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
        ("source_name", source_name("l.source_id"), "the site"),
        ("outlet", "l.outlet", "who publishes it, as stated on the page"),
        ("title", of_article("title"), "headline"),
        ("published_utc", "l.published_utc", "when it was published"),
        ("published_local", _LOCAL, "the same in the publisher's local time"),
        ("is_copy", _IS_COPY, "1: the article is a copy"),
        (
            "person",
            "coalesce((SELECT m.name FROM credited_names n JOIN credited_names m ON m.id = n.main_id"
            " WHERE n.name = c.name), c.name)",
            "the name under which the person is shown, where names were joined",
        ),
    ),
    rows="FROM credits c JOIN current_pages l ON l.page_id = c.page_id",
)

# The page of the revision before that of a row `d`. By the index on article and revision; a window would read all texts.
_BEFORE = """(SELECT b.page_id FROM decisions b WHERE b.article_id = d.article_id AND b.revision < d.revision
      AND b.verdict IN ('new', 'copy', 'revision') ORDER BY b.revision DESC LIMIT 1)"""


def _of_change(column: str) -> str:
    return f"(SELECT r.{column} FROM revision_changes r WHERE r.page_id = d.page_id)"


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
        ("text", "(SELECT a.text FROM articles a WHERE a.page_id = d.page_id)", "the text, one paragraph a line"),
        ("text_before", f"(SELECT a.text FROM articles a WHERE a.page_id = {_BEFORE})", "the text of the previous one"),
        (
            "score",
            _of_change("score"),
            "how much its changes matter, from 1 on substantially ([corrections.md](corrections.md))",
        ),
        ("kinds", _of_change("kinds"), "the kinds of what changed, as a JSON list"),
        ("silent", _of_change("silent"), "1: the page says nothing of the change, and states no later time"),
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

_GONE = View(
    name="gone_view",
    description="an article that is no longer at its address, as of its last visit",
    columns=(
        ("article_id", "l.article_id", "the article"),
        ("source_name", source_name("l.source_id"), "the site"),
        ("title", of_article("title"), "headline"),
        ("published_utc", "l.published_utc", "when it was published"),
        ("url", "f.url", "the address that answered"),
        ("gone_utc", "f.started_at", "when it last answered so"),
        ("status", "f.status", "the status of the answer; 200 if a page came that is no article"),
        ("final_url", "f.final_url", "where it led, if it redirected"),
        (
            "reason",
            ANSWERED,
            "why the page that came is no article, another_article where it is one; empty if none came",
        ),
        ("page_id", "l.page_id", "the page of the latest revision"),
    ),
    rows=GONE_ARTICLES,
)

ARTICLE_VIEWS = (_ARTICLES, _CREDITS, _REVISIONS, _COPIES, _GONE)
"""Those that are built on others come after them."""
