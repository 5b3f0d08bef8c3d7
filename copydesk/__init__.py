"""Copydesk as a library: extract articles, read a database, crawl.

    import copydesk

    outcome = copydesk.extract(html, url="https://example-daily.com/story/1")     Article or Rejection

    with copydesk.open("news.db") as archive:                                     read-only, beside running crawls too
        for article in archive.articles(source="example-daily.com", limit=10):
            print(article.title, article.authors)

    copydesk.add_source("news.db", "https://example-daily.com/")
    summary = copydesk.crawl("news.db")

What is listed in `__all__` is the API; everything else may change without notice. All models are frozen dataclasses, every
datetime in them is aware. What Copydesk raises on purpose is a `CopydeskError`; a wrong argument is a TypeError or
ValueError. docs/library.md explains it by examples.
"""

# The wheel holds this package alone: `setup.py` puts `cli`, `crawler`, `db`, `pipelines` and `scheduler` below it.
# Every command imports this module, so what it offers is imported when it is first asked for (PEP 562). No module of this
# package may be named like a function below: importing it would put the module in the function's place.

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = [
    "Archive",
    "Article",
    "ArticleDiff",
    "BodyPruned",
    "ChangeKind",
    "ChangedParagraph",
    "ChangedWords",
    "ConfigError",
    "CopydeskError",
    "CrawlProgress",
    "CrawlSummary",
    "DatabaseError",
    "FetchError",
    "Figures",
    "Image",
    "Link",
    "LinkKind",
    "MarkedText",
    "Moment",
    "NotFound",
    "OffsetFrom",
    "Page",
    "Precision",
    "QueryError",
    "Reason",
    "Rejection",
    "SearchHit",
    "SearchHits",
    "Sites",
    "Source",
    "StoredArticle",
    "StoredPage",
    "Subheading",
    "UnknownSource",
    "UsageError",
    "__version__",
    "add_source",
    "crawl",
    "diff",
    "extract",
    "load_rules",
    "open",
    "to_json",
]

if TYPE_CHECKING:
    __version__: str
    from copydesk._archive import Archive, open
    from copydesk._crawling import CrawlProgress, CrawlSummary, add_source, crawl
    from copydesk._extraction import extract, load_rules, to_json
    from copydesk._records import ArticleDiff, SearchHit, SearchHits, StoredArticle, StoredPage, diff
    from db.errors import (
        BodyPruned,
        ConfigError,
        CopydeskError,
        DatabaseError,
        FetchError,
        NotFound,
        QueryError,
        UnknownSource,
        UsageError,
    )
    from db.models import (
        Article,
        Image,
        Link,
        LinkKind,
        Moment,
        OffsetFrom,
        Page,
        Precision,
        Reason,
        Rejection,
        Source,
        Subheading,
    )
    from db.search.snippets import MarkedText
    from db.site_rules.loader import Sites
    from db.store.crawl.run_counts import Figures
    from db.text.changes import ChangedParagraph, ChangedWords, ChangeKind
else:
    _PLACES = {
        "copydesk._archive": ("Archive", "open"),
        "copydesk._crawling": ("CrawlProgress", "CrawlSummary", "add_source", "crawl"),
        "copydesk._extraction": ("extract", "load_rules", "to_json"),
        "copydesk._records": ("ArticleDiff", "SearchHit", "SearchHits", "StoredArticle", "StoredPage", "diff"),
        "db.errors": (
            *("BodyPruned", "ConfigError", "CopydeskError", "DatabaseError", "FetchError", "NotFound", "QueryError"),
            *("UnknownSource", "UsageError"),
        ),
        "db.models": (
            *(
                "Article",
                "Image",
                "Link",
                "LinkKind",
                "Moment",
                "OffsetFrom",
                "Page",
                "Precision",
                "Reason",
                "Rejection",
            ),
            *("Source", "Subheading"),
        ),
        "db.search.snippets": ("MarkedText",),
        "db.site_rules.loader": ("Sites",),
        "db.store.crawl.run_counts": ("Figures",),
        "importlib.metadata": ("__version__",),
        "db.text.changes": ("ChangeKind", "ChangedParagraph", "ChangedWords"),
    }

    def __getattr__(name):
        # Not for type checkers: to them every name would then exist.
        place = next((module for module, names in _PLACES.items() if name in names), None)
        if place is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = import_module(place)
        value = globals()[name] = found.version("copydesk") if name == "__version__" else getattr(found, name)
        return value

    def __dir__():
        return sorted({*globals(), *__all__})
