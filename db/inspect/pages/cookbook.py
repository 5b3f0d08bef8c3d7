"""The questions of docs/cookbook.md, each a canned query of the web page: this is where they are written, and a test holds
the document equal to it.

A question's `defaults` are its parameters, fields on its page, with the values they have in the document. Each ends with a LIMIT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from db.display.shown_sql import fill_values
from db.inspect.translation.catalogues import gettext, gettext_noop

PEOPLE = gettext_noop("People")
COPIES = gettext_noop("Copies")
CORRECTIONS = gettext_noop("Corrections")
TIMES = gettext_noop("When and how much")
TEXTS = gettext_noop("Texts")
CRAWLING = gettext_noop("Crawling")
SUBJECTS = (PEOPLE, COPIES, CORRECTIONS, TIMES, TEXTS, CRAWLING)

PARAMETERS = {
    "most": gettext_noop("At most so many rows"),
    "latest": gettext_noop("Of so many of the latest articles"),
    "role": gettext_noop("Role: author, editor or proofreader"),
    "source": gettext_noop("Source; % stands for any letters"),
    "agency": gettext_noop("Outlet that the text was taken from; % stands for any letters"),
    "requests": gettext_noop("Of so many of the latest requests"),
    "name": gettext_noop("One of the person's names, as printed"),
}
"""The parameters of questions, and what their fields are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with its answer as SQL. `slug` names it in addresses and never changes."""

    number: int
    slug: str
    subject: str
    question: str
    sql: str
    defaults: Mapping[str, str]

    @property
    def filled(self) -> str:
        """The SQL with the default of each parameter in its place, as the document has it."""
        return fill_values(
            self.sql, {name: int(text) if text.isdigit() else text for name, text in self.defaults.items()}
        )


QUESTIONS = (
    Question(
        number=1,
        slug="who_edits_whom",
        subject=PEOPLE,
        question=gettext_noop("Who edits whom?"),
        sql="""
SELECT e.name AS editor, w.name AS author, count(*) AS articles
FROM credits_view e JOIN credits_view w ON w.article_id = e.article_id AND w.role = 'author'
WHERE e.role = 'editor' AND unlikely(e.article_id > (SELECT max(id) FROM articles_view) - :latest)
GROUP BY e.name, w.name ORDER BY articles DESC, editor, author LIMIT :most""",
        defaults={"latest": "50000", "most": "200"},
    ),
    Question(
        number=2,
        slug="authors",
        subject=PEOPLE,
        question=gettext_noop("Who wrote the most?"),
        sql="""
SELECT value AS name, outlet, sum(articles - copies) AS articles FROM value_counts_view
WHERE field = :role
GROUP BY value, outlet HAVING sum(articles - copies) > 0 ORDER BY articles DESC, name LIMIT :most""",
        defaults={"role": "author", "most": "20"},
    ),
    Question(
        number=3,
        slug="editors",
        subject=PEOPLE,
        question=gettext_noop("Who edited the most?"),
        sql="""
SELECT value AS name, outlet, sum(articles) AS articles FROM value_counts_view
WHERE field = :role GROUP BY value, outlet ORDER BY articles DESC, name LIMIT :most""",
        defaults={"role": "editor", "most": "20"},
    ),
    Question(
        number=4,
        slug="several_roles",
        subject=PEOPLE,
        question=gettext_noop("Which names appear in more than one role?"),
        sql="""
SELECT value AS name, group_concat(DISTINCT field) AS roles, sum(articles) AS articles FROM value_counts_view
WHERE field IN ('author', 'editor', 'proofreader')
GROUP BY value HAVING count(DISTINCT field) > 1 ORDER BY name LIMIT :most""",
        defaults={"most": "200"},
    ),
    Question(
        number=5,
        slug="reprints",
        subject=COPIES,
        question=gettext_noop("Which sites reprint whom?"),
        sql="""
SELECT copy_source_name, original_source_name, count(*) AS copies FROM copies_view
WHERE copy_id > (SELECT max(id) FROM articles_view) - :latest
GROUP BY 1, 2 ORDER BY copies DESC, 1, 2 LIMIT :most""",
        defaults={"latest": "50000", "most": "200"},
    ),
    Question(
        number=6,
        slug="reprint_hours",
        subject=COPIES,
        question=gettext_noop("After how many hours?"),
        sql="""
SELECT copy_source_name, original_source_name, round(avg(hours_after), 1) AS hours, max(hours_after) AS longest
FROM copies_view WHERE hours_after IS NOT NULL AND copy_id > (SELECT max(id) FROM articles_view) - :latest
GROUP BY 1, 2 ORDER BY 1, 2 LIMIT :most""",
        defaults={"latest": "50000", "most": "200"},
    ),
    Question(
        number=7,
        slug="most_reprinted",
        subject=COPIES,
        question=gettext_noop("Which originals are reprinted most?"),
        sql="""
SELECT o.id AS original_id, o.source_name AS original_source_name, o.title AS original_title, c.copies
FROM (SELECT original_id, count(*) AS copies FROM articles_view WHERE is_copy
      GROUP BY original_id ORDER BY copies DESC, original_id LIMIT :most) c
JOIN articles_view o ON o.id = c.original_id ORDER BY c.copies DESC, o.id LIMIT :most""",
        defaults={"most": "20"},
    ),
    Question(
        number=8,
        slug="changed_headlines",
        subject=COPIES,
        question=gettext_noop("Which headlines were changed in the reprint?"),
        sql="""
SELECT original_title, copy_title, copy_source_name FROM copies_view
WHERE original_title <> copy_title AND copy_id > (SELECT max(id) FROM articles_view) - :latest
ORDER BY copy_id DESC LIMIT :most""",
        defaults={"latest": "50000", "most": "200"},
    ),
    Question(
        number=9,
        slug="corrected_by_source",
        subject=CORRECTIONS,
        question=gettext_noop("How many articles of each source were corrected?"),
        sql="""
SELECT name, articles, corrected, round(100.0 * corrected / articles, 1) AS percent
FROM sources_view WHERE articles > 0 ORDER BY percent DESC, name LIMIT :most""",
        defaults={"most": "500"},
    ),
    Question(
        number=10,
        slug="corrections",
        subject=CORRECTIONS,
        question=gettext_noop("What was corrected, and how much longer or shorter did it get?"),
        sql="""
SELECT article_id, source_name, title, characters - characters_before AS grown, seen_utc
FROM revisions_view WHERE revision > 1 ORDER BY page_id DESC LIMIT :most""",
        defaults={"most": "200"},
    ),
    Question(
        number=11,
        slug="without_editor",
        subject=PEOPLE,
        question=gettext_noop("What share of articles names no editor?"),
        sql="""
SELECT name AS source_name, articles, round(100.0 * (articles - with_editor) / articles, 1) AS percent_without
FROM sources_view WHERE articles > 0 ORDER BY percent_without DESC, source_name LIMIT :most""",
        defaults={"most": "500"},
    ),
    Question(
        number=12,
        slug="hours_of_day",
        subject=TIMES,
        question=gettext_noop("At what hour of its own day does each source publish?"),
        sql="""
SELECT source_name, value AS hour, sum(articles) AS articles
FROM value_counts_view WHERE field = 'hour' AND source_name LIKE :source GROUP BY 1, 2 ORDER BY 1, 2 LIMIT :most""",
        defaults={"source": "%", "most": "1000"},
    ),
    Question(
        number=13,
        slug="by_day",
        subject=TIMES,
        question=gettext_noop("How many articles a day?"),
        sql="""
SELECT day_utc, sum(articles) AS articles, sum(copies) AS copies FROM daily_counts
GROUP BY day_utc ORDER BY day_utc DESC LIMIT :most""",
        defaults={"most": "14"},
    ),
    Question(
        number=14,
        slug="silent_sources",
        subject=TIMES,
        question=gettext_noop("Which sources have been silent longest, compared with the newest article of all?"),
        sql="""
SELECT name, newest_utc,
       round(julianday((SELECT max(newest_utc) FROM sources_view)) - julianday(newest_utc), 1) AS days_behind
FROM sources_view WHERE state = 'crawled' AND articles > 0 ORDER BY days_behind DESC, name LIMIT :most""",
        defaults={"most": "500"},
    ),
    Question(
        number=15,
        slug="lengths",
        subject=TEXTS,
        question=gettext_noop("How long are articles?"),
        sql="""
SELECT language, count(*) AS articles, round(avg(word_count)) AS words, max(word_count) AS longest
FROM articles_view WHERE id > (SELECT max(id) FROM articles_view) - :latest
GROUP BY language ORDER BY articles DESC, language LIMIT :most""",
        defaults={"latest": "50000", "most": "50"},
    ),
    Question(
        number=16,
        slug="printed_from",
        subject=COPIES,
        question=gettext_noop("Which texts are credited to another outlet?"),
        sql="""
SELECT original_source, source_name, count(*) AS articles FROM articles_view
WHERE original_source IS NOT NULL GROUP BY 1, 2 ORDER BY articles DESC, 1, 2 LIMIT :most""",
        defaults={"most": "200"},
    ),
    Question(
        number=17,
        slug="sections",
        subject=TEXTS,
        question=gettext_noop("Which sections does each source have?"),
        sql="""
SELECT source_name, value AS section, sum(articles) AS articles FROM value_counts_view
WHERE field = 'section' AND source_name LIKE :source GROUP BY 1, 2 ORDER BY 1, articles DESC, 2 LIMIT :most""",
        defaults={"source": "%", "most": "1000"},
    ),
    Question(
        number=18,
        slug="rejected",
        subject=CRAWLING,
        question=gettext_noop("What was rejected, and why?"),
        sql="""
SELECT source_name, reason, pages FROM rejection_counts_view ORDER BY pages DESC, source_name, reason LIMIT :most""",
        defaults={"most": "500"},
    ),
    Question(
        number=19,
        slug="paywalled",
        subject=TEXTS,
        question=gettext_noop("Which articles are behind a paywall?"),
        sql="""
SELECT source_name, title, url FROM articles_view
WHERE paywalled AND id > (SELECT max(id) FROM articles_view) - :latest AND source_name LIKE :source
ORDER BY id DESC LIMIT :most""",
        defaults={"source": "%", "latest": "50000", "most": "200"},
    ),
    Question(
        number=20,
        slug="last_runs",
        subject=CRAWLING,
        question=gettext_noop("What did the last runs bring?"),
        sql="""
SELECT id, command, state, seconds, fetched, new, updated FROM runs_view ORDER BY id DESC LIMIT :most""",
        defaults={"most": "5"},
    ),
    Question(
        number=21,
        slug="gone",
        subject=CORRECTIONS,
        question=gettext_noop("Which articles are no longer at their address?"),
        sql="""
SELECT article_id, source_name, title, published_utc, url, gone_utc, status, final_url, reason FROM gone_view
ORDER BY gone_utc DESC, article_id DESC LIMIT :most""",
        defaults={"most": "500"},
    ),
    Question(
        number=22,
        slug="before_and_after",
        subject=CORRECTIONS,
        question=gettext_noop("What did a text say before and after its correction?"),
        sql="""
SELECT article_id, revision, source_name, seen_before_utc, seen_utc, score, kinds, silent, title_before, title, text_before, text
FROM revisions_view WHERE revision > 1 ORDER BY page_id DESC LIMIT :most""",
        defaults={"most": "100"},
    ),
    Question(
        number=23,
        slug="all_of_a_person",
        subject=PEOPLE,
        question=gettext_noop("What is credited to a person, under all names that were joined?"),
        sql="""
SELECT article_id, published_utc, outlet, role, name, title, is_copy FROM credits_view
WHERE name IN (SELECT p.name FROM people_view k JOIN people_view p ON p.person = k.person WHERE k.name = :name)
ORDER BY published_utc DESC, article_id DESC, role LIMIT :most""",
        defaults={"name": "林疏影", "most": "500"},
    ),
    Question(
        number=24,
        slug="months",
        subject=TIMES,
        question=gettext_noop("How many articles a month, by source?"),
        sql="""
SELECT substr(day_utc, 1, 7) AS month, source_name, sum(articles) AS articles, sum(copies) AS copies
FROM daily_counts WHERE source_name LIKE :source GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT :most""",
        defaults={"source": "%", "most": "1000"},
    ),
    Question(
        number=25,
        slug="sample",
        subject=TEXTS,
        # The same articles each time: Knuth's multiplicative hash of the number spreads them over all sources and days.
        question=gettext_noop("Which articles shall I check by hand?"),
        sql="""
SELECT id, source_name, title, authors, editors, published_local, section, word_count, url, text FROM articles_view
WHERE id IN (SELECT id FROM articles_view WHERE source_name LIKE :source ORDER BY id * 2654435761 % 4294967296 LIMIT :most)
ORDER BY id LIMIT :most""",
        defaults={"source": "%", "most": "50"},
    ),
    Question(
        number=26,
        slug="agency_first",
        subject=COPIES,
        question=gettext_noop("Which source had an agency's text first, and how many minutes later had the others?"),
        sql="""
SELECT a.original_source, f.source_name AS first_source, f.published_utc AS first_utc, a.source_name, a.published_utc,
       CAST(round(1440 * (julianday(a.published_utc) - julianday(f.published_utc))) AS INTEGER) AS minutes_after, a.title, a.url
FROM articles_view a JOIN articles_view f ON f.id = (
    SELECT b.id FROM articles_view b
    WHERE b.original_id = a.original_id AND b.original_source = a.original_source AND b.published_precision <> 'day'
    ORDER BY b.published_utc, b.id LIMIT 1)
WHERE a.id > (SELECT max(id) FROM articles_view) - :latest AND a.original_source LIKE :agency AND a.published_precision <> 'day'
ORDER BY f.published_utc DESC, f.id, minutes_after LIMIT :most""",
        defaults={"agency": "%", "latest": "50000", "most": "500"},
    ),
    Question(
        number=27,
        slug="requests",
        subject=CRAWLING,
        question=gettext_noop("How many requests did each site get a day?"),
        sql="""
SELECT substr(started_at, 1, 10) AS day_utc, substr(url, 1, 7 + instr(substr(url, 9) || '/', '/')) AS site, count(*) AS requests,
       sum(what = 'robots') AS for_robots_txt, sum(error IS NOT NULL OR status >= 400) AS failed, sum(bytes) AS bytes
FROM fetches WHERE id > (SELECT max(id) FROM fetches) - :requests AND coalesce(error, '') <> 'robots_forbidden'
GROUP BY 1, 2 ORDER BY 1 DESC, requests DESC, 2 LIMIT :most""",
        defaults={"requests": "100000", "most": "500"},
    ),
    Question(
        number=28,
        slug="versions",
        subject=CRAWLING,
        question=gettext_noop("Which versions read the pages that are here?"),
        sql="""
SELECT e.code, e.rules, e.trafilatura, o.pages, o.articles FROM extractors e JOIN (
    SELECT extractor_id, count(*) AS pages, sum(reason IS NULL) AS articles FROM outcomes GROUP BY 1) o ON o.extractor_id = e.id
ORDER BY o.pages DESC, e.id LIMIT :most""",
        defaults={"most": "50"},
    ),
)


def questions_by_subject() -> list[tuple[str, list[Question]]]:
    """The questions, below their subjects."""
    return [(subject, [one for one in QUESTIONS if one.subject == subject]) for subject in SUBJECTS]


def parameter_label(name: str) -> str:
    """What the field of a parameter is called; its name if it is of nobody's question."""
    return gettext(PARAMETERS[name]) if name in PARAMETERS else name


def with_defaults(path: str, query: str, database: str) -> str:
    """The query string of a request for a question, with the defaults of the parameters that it leaves out."""
    slug = path.removeprefix(f"/{database}/").partition(".")[0]
    question = next((one for one in QUESTIONS if path.startswith(f"/{database}/") and one.slug == slug), None)
    if question is None:
        return query
    given = {name for name, value in parse_qsl(query) if value}
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name in given or name not in question.defaults]
    return urlencode(kept + [(name, value) for name, value in question.defaults.items() if name not in given])
