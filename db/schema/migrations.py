"""The schema as an append-only list of named steps (sqlite-utils migrations, set "copydesk").

    sources ──< entries            its listings                               facts: written once
       │  └──< links ──1 visits    addresses of articles; when we fetched
       ├──< fetches                every request and its result
       └──< pages >── bodies       what was received, byte for byte; page_parts: an article's further pages
                │
                └──1 outcomes >── extractors     article or rejection         derived: may be dropped
                        └──1 articles ──< credits                             and derived again
                               └──1 decisions

docs/schema.md says of each table and view what a row is. The SQL of tables is in `db.schema.tables`, that of counts which triggers
keep in `db.schema.counts`.

Times of facts are ISO 8601 in UTC (TEXT); `visits` uses Unix seconds, because they are used in arithmetic.

Never edit a released step: add one. A step that rebuilds a table must recreate its triggers.
"""

from __future__ import annotations

from db.copying.takings import COUNT_LAGS, COUNT_OUTLETS, COUNT_PAIRS, fill_takings
from db.people.alike import compare_names
from db.people.persons import count_people
from db.schema.counts.articles import COUNTS, REJECTIONS_LOOKED_UP, SOURCE_ROLES
from db.schema.counts.attention import ATTENTION
from db.schema.counts.copying import COPYING, COPYING_COUNTED
from db.schema.counts.coverage import COVERAGE, COVERAGE_SUMS
from db.schema.counts.large_archives import FILTERED_LISTS, LARGE_ARCHIVES, RARE_ROWS, STATISTICS_KEPT
from db.schema.counts.months import SOURCE_MONTHS
from db.schema.counts.people import PEOPLE, PEOPLE_COME_WIDENING, PEOPLE_COUNTED, PEOPLE_NAMED
from db.schema.counts.stated_anew import STATED_ANEW
from db.schema.earlier_views import article_columns, make_current_articles
from db.schema.statements import run_script, statements_of
from db.schema.tables.addresses import ADDRESS_PARAMETERS
from db.schema.tables.backfills import BACKFILLS
from db.schema.tables.bodies import DICTIONARIES, PRUNED
from db.schema.tables.corrections import CORRECTIONS
from db.schema.tables.drawings import DRAWINGS
from db.schema.tables.extractions import EXTRACTIONS
from db.schema.tables.gates import GATES
from db.schema.tables.initial import DERIVED, FACTS, STATE, TRIGGERS, VIEWS
from db.schema.tables.listings import LISTING_READINGS, LISTING_VISITS, SITEMAP_READINGS
from db.schema.tables.modified_posts import MODIFIED_POSTS
from db.schema.tables.news_archives import NEWS_ARCHIVE_FILES
from db.schema.tables.notices import NOTICES, REJECTIONS
from db.schema.tables.saved_searches import SAVED_SEARCHES
from db.schema.tables.search_index import SEARCH, SEARCH_MERGES, SEARCH_READABLE
from db.schema.tables.service import RHYTHMS, SCHEDULE, WATCHED
from db.schema.tables.settling import CLAIMS, COPIES, MARKS_ANEW
from db.schema.tables.site_rules import SITE_RULES
from db.schema.tables.threads import THREADS, THREADS_ANEW
from db.schema.tables.websub import SECRETS_BY_REQUEST, SUBSCRIPTIONS
from db.schema.views import current_articles_looked_up, drop_views, make_views
from db.search.index import index_version, reset_index
from db.sqlite.tools import Database, Migrations

migrations = Migrations("copydesk")

# Marks a database as Copydesk's (PRAGMA application_id): "CPYD" in ASCII.
APPLICATION_ID = 0x43505944


@migrations()
def m0001_ground(db: Database) -> None:
    """Facts, state of the crawl, derived rows, triggers, views."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    for part in (FACTS, STATE, DERIVED, TRIGGERS, VIEWS):
        run_script(db, part)


@migrations()
def m0002_copies(db: Database) -> None:
    """The index of near copies; every article waits to be settled into it."""
    run_script(db, COPIES)


@migrations()
def m0003_marks(db: Database) -> None:
    """Shingles are hashed differently and texts have a length: the index is empty until every article is settled again."""
    run_script(db, MARKS_ANEW)


@migrations()
def m0004_schedule(db: Database) -> None:
    """State of the service: one source's part in a run, the service itself, alerts, paused sources."""
    run_script(db, SCHEDULE)


@migrations()
def m0005_pruned(db: Database) -> None:
    """Bodies may be pruned; outcomes of their pages are final then."""
    run_script(db, PRUNED)


@migrations()
def m0006_watched(db: Database) -> None:
    """How far alerts have been evaluated for each source."""
    run_script(db, WATCHED)


@migrations()
def m0007_rhythms(db: Database) -> None:
    """Learned publishing rhythms."""
    run_script(db, RHYTHMS)


@migrations()
def m0008_extractions(db: Database) -> None:
    """Re-extraction: pages that are left, outcomes that were replaced."""
    run_script(db, EXTRACTIONS)


@migrations()
def m0010_dictionaries(db: Database) -> None:
    """Bodies may be compressed with a dictionary of their source."""
    run_script(db, DICTIONARIES)


@migrations()
def m0012_views(db: Database) -> None:
    """Views that need no joins. The last step of all makes them (`db.schema.views`)."""


@migrations()
def m0013_search(db: Database) -> None:
    """The search index. Existing articles are indexed later: that takes minutes, and a migration holds the lock."""
    run_script(db, SEARCH)
    db.execute("INSERT INTO search_version VALUES (?)", (index_version(),))


@migrations()
def m0014_sources_counted_once(db: Database) -> None:
    """`sources_view` counts for all sources at once."""


@migrations()
def m0015_search_merges(db: Database) -> None:
    """Smaller merge steps for the search index."""
    for name, value in SEARCH_MERGES:
        db.execute("INSERT INTO search_index (search_index, rank) VALUES (?, ?)", (name, value))


@migrations()
def m0016_site_rules(db: Database) -> None:
    """Keep the site rules that produced outcomes, and which of them are in force."""
    run_script(db, SITE_RULES)


@migrations()
def m0017_sitemap_readings(db: Database) -> None:
    """What past crawls learned about the sitemaps of an index."""
    run_script(db, SITEMAP_READINGS)


@migrations()
def m0018_claims(db: Database) -> None:
    """Claims of pages about their address are judged. Earlier claims stay believed until the article is settled again."""
    run_script(db, CLAIMS)


@migrations()
def m0019_search_readable(db: Database) -> None:
    """Any tool can read the search index from end to end. Its content stays."""
    run_script(db, SEARCH_READABLE)


@migrations()
def m0020_current_articles(db: Database) -> None:
    """No view returns blobs: Datasette answers 500 for the page of one that does (datasette#2601). The hash is in
    hexadecimal.
    """
    db.execute("DROP VIEW current_articles")
    make_current_articles(db)


@migrations()
def m0021_listings_answer(db: Database) -> None:
    """How each listing responds, and how many of a source's listings name articles."""
    run_script(db, LISTING_VISITS)


@migrations()
def m0022_counts_defined_once(db: Database) -> None:
    """`runs_view` shows the counts of `db.store.crawl.run_counts`; what earlier imports called `new` were pages."""
    db.execute("""
        UPDATE runs SET figures = json_set(json_remove(figures, '$.new'), '$.pages', figures -> '$.new')
        WHERE command = 'import' AND figures ->> '$.pages' IS NULL AND figures ->> '$.new' IS NOT NULL
    """)


@migrations()
def m0023_address_parameters(db: Database) -> None:
    """Address parameters are judged by what a site shows. Existing pages are recorded when they are settled again."""
    run_script(db, ADDRESS_PARAMETERS)


@migrations()
def m0024_notices(db: Database) -> None:
    """Settling may find that a page is no article. Articles that are there are judged so when they are settled again."""
    drop_views(db)
    fields = db.execute("SELECT sql FROM sqlite_master WHERE name = 'current_articles'").fetchone()[0]
    for view in ("current_articles", "rejections"):
        db.execute(f"DROP VIEW {view}")
    for statement in (*statements_of(NOTICES), REJECTIONS, fields):
        db.execute(statement)


@migrations()
def m0025_headlines(db: Database) -> None:
    """Kicker, other wording of the headline, and subheadings. Articles of earlier versions have none until extracted again."""
    drop_views(db)
    db.execute("DROP VIEW current_articles")
    subheadings = "subheadings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(subheadings))"
    for column in ("kicker TEXT", "alternative_title TEXT", subheadings):
        db.execute(f"ALTER TABLE articles ADD COLUMN {column}")
    make_current_articles(db)


@migrations()
def m0026_listing_readings(db: Database) -> None:
    """What each listing held when it was last answered."""
    run_script(db, LISTING_READINGS)


@migrations()
def m0027_coverage(db: Database) -> None:
    """Articles, readings of listings and links never fetched are counted by source and day; a judgement is made from them later."""
    run_script(db, COVERAGE)


@migrations()
def m0028_gates(db: Database) -> None:
    """Gated re-extraction: results that wait for the verdict on their source."""
    run_script(db, GATES)


@migrations()
def m0029_drawings(db: Database) -> None:
    """Pages may have a second body: the document that a browser has drawn."""
    run_script(db, DRAWINGS)


@migrations()
def m0030_backfills(db: Database) -> None:
    """Past articles of a source: the steps that list them, the links found, and where archived pages were fetched."""
    run_script(db, BACKFILLS)


@migrations()
def m0031_subscriptions(db: Database) -> None:
    """Hubs that feeds name, and subscriptions to them. A hub is known once its feed has been read again."""
    run_script(db, SUBSCRIPTIONS)


@migrations()
def m0032_counts(db: Database) -> None:
    """Current articles in short, and counts of them and of pages, kept by triggers; existing rows are counted."""
    drop_views(db)
    for view in ("current_articles", "rejections"):
        db.execute(f"DROP VIEW {view}")
    for statement in (*statements_of(COUNTS), REJECTIONS_LOOKED_UP, current_articles_looked_up(article_columns(db))):
        db.execute(statement)


@migrations()
def m0033_saved_searches(db: Database) -> None:
    """Saved searches, the articles they found, and what was told. Articles that are there came before any search was saved."""
    run_script(db, SAVED_SEARCHES)


@migrations()
def m0034_threads(db: Database) -> None:
    """Threads of a story, and how many articles are there that have none (m0048)."""
    run_script(db, THREADS)


@migrations()
def m0035_corrections(db: Database) -> None:
    """What revisions changed. Articles that were fetched more than once wait to be settled again, which judges them."""
    run_script(db, CORRECTIONS)


@migrations()
def m0036_copying(db: Database) -> None:
    """Who takes articles from whom, counted by pair and month, from the decisions that stand."""
    run_script(db, COPYING)
    fill_takings(db.conn)
    for statement in (COUNT_PAIRS, COUNT_LAGS, COUNT_OUTLETS, *statements_of(COPYING_COUNTED)):
        db.execute(statement)


@migrations()
def m0037_attention(db: Database) -> None:
    """The day of each article and the articles of each day are kept, so that hits of a search are counted over time."""
    run_script(db, ATTENTION)


@migrations()
def m0038_news_archive_files(db: Database) -> None:
    """Which files of CC-NEWS were read, and for which sources."""
    run_script(db, NEWS_ARCHIVE_FILES)


@migrations()
def m0039_modified_posts(db: Database) -> None:
    """What WordPress says was modified, known once pages were read again. Each request to a hub has a secret of its own."""
    run_script(db, MODIFIED_POSTS)
    run_script(db, SECRETS_BY_REQUEST)


@migrations()
def m0041_large_archives(db: Database) -> None:
    """Threads of a period and of a source are found by indexes alone; rejected pages are counted in a view."""
    run_script(db, LARGE_ARCHIVES)


@migrations()
def m0042_source_months(db: Database) -> None:
    """Articles of each source and looks at it are summed up by month."""
    run_script(db, SOURCE_MONTHS)


@migrations()
def m0044_people(db: Database) -> None:
    """Who is credited with what, by day and source, and which names may be one person's, from the articles that stand."""
    run_script(db, PEOPLE)
    db.execute(PEOPLE_NAMED)
    count_people(db.conn)
    compare_names(db.conn)
    run_script(db, PEOPLE_COUNTED)


@migrations()
def m0045_filtered_lists(db: Database) -> None:
    """An index holds what filters compare of undated articles too. The index of `articles` by time goes, which nothing uses. First
    and last days of persons are not looked up for a new article.
    """
    run_script(db, FILTERED_LISTS)
    run_script(db, PEOPLE_COME_WIDENING)
    make_views(db)


@migrations()
def m0046_quick_questions(db: Database) -> None:
    """Coverage is summed up over all sources, authors and editors are counted by source; rare rows have an index."""
    run_script(db, COVERAGE_SUMS)
    run_script(db, SOURCE_ROLES)
    run_script(db, RARE_ROWS)
    make_views(db)


@migrations()
def m0047_statistics_kept(db: Database) -> None:
    """Sizes of bodies are summed up, failed requests have an index."""
    run_script(db, STATISTICS_KEPT)


@migrations()
def m0048_earlier_articles_threaded(db: Database) -> None:
    """Earlier articles wait for their threads, and so do those placed since: threads grow in the order of arrival."""
    if db.execute("SELECT missing FROM thread_keeping").fetchone()[0]:
        run_script(db, THREADS_ANEW)
    db.execute("ALTER TABLE thread_keeping DROP COLUMN missing")


@migrations()
def m0049_more_views(db: Database) -> None:
    """Views of articles that are gone, persons, threads and alerts; revisions with their texts and what they changed."""
    make_views(db)


@migrations()
def m0050_original_sources_searched(db: Database) -> None:
    """The outlet that an article was taken from is searched. All articles wait to be indexed again (m0013)."""
    reset_index(db.conn)


@migrations()
def m0051_stated_anew(db: Database) -> None:
    """An article has the headline, credits and time that its page states now. One that has moved is not gone."""
    run_script(db, STATED_ANEW)
    make_views(db)


@migrations()
def m0052_replaced_articles(db: Database) -> None:
    """An article is gone where its address shows a list or another article of the source."""
    make_views(db)


@migrations()
def m0053_confirmed_as_gone(db: Database) -> None:
    """An article is gone when a second answer says so."""
    make_views(db)


def step_names() -> frozenset[str]:
    """The names of all steps that this version knows."""
    return frozenset(name for name in globals() if name.startswith("m0"))
