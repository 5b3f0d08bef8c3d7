"""The addresses that `bench.service.inspect_pages` asks for: every page, in each of its forms, and what they are asked about.

Words, sources and periods are representative and the worst there are: a common word, a rare one, a Chinese one; a quarter, a year,
the whole archive; the source with most articles, the biggest thread, the biggest pair, the last page of paging. Braces name what
`known_values` finds in the database. A page that is not among them fails the bench (`unmeasured`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from urllib.parse import quote

_FIGURES = (".csv", ".json")
_FEEDS = (".csv", ".json", ".rss", ".jsonfeed")

# Path, query, forms beside the page itself. A query that needs another path is a line of its own.
_ASKED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/", "", ()),
    ("/-/digest", "", (".json",)),
    ("/-/digest", "?day={day}", ()),
    ("/-/coverage", "", _FIGURES),
    ("/-/coverage", "?since={year_ago}&until={today}", (".json",)),
    ("/-/coverage.json", "?days=yes", ()),
    ("/-/coverage/{source}", "", _FIGURES),
    ("/-/catalogue", "", ()),
    ("/-/catalogue", "?q=times", ()),
    ("/-/article/{article}", "", ()),
    ("/-/article/{revised}", "", ()),
    ("/-/article/{article}/cite.bib", "", ()),
    ("/-/article/{article}/cite.json", "", ()),
    ("/-/article/{revised}/changes", "", ()),
    ("/-/cluster/{copied}", "", _FIGURES),
    ("/-/page/{article}", "", ()),
    ("/-/stored/{article}", "", ()),
    ("/-/received/{article}", "", ()),
    ("/-/sources", "", _FIGURES),
    ("/-/sources", "?sort=articles&page=5", ()),
    ("/-/source/{source}", "", ()),
    ("/-/source/{small}", "", ()),
    ("/-/source/site{source}.example", "", ()),
    ("/-/runs", "", ()),
    ("/-/runs", "?before=10", ()),
    ("/-/run/{run}", "", ()),
    ("/-/people", "", _FIGURES),
    ("/-/people", "?sort=last", ()),
    ("/-/people", "?after={last_person}", ()),
    ("/-/people", "?sort=last&after={first_person}", ()),
    ("/-/people", "?q=an", _FIGURES),
    ("/-/people", "?q=an&role=editor&sort=last", ()),
    ("/-/people", "?source={source}", _FIGURES),
    ("/-/people", "?source={source}&sort=last", ()),
    ("/-/person/{person}", "", _FIGURES),
    ("/-/person/{editor}", "", ()),
    ("/-/rejections", "", ()),
    ("/-/rejections", "?reason=too_short", ()),
    ("/-/rejections", "?source={source}", ()),
    ("/-/rejections", "?reason=crashed&source={small}&before=10000", ()),
    ("/-/search", "", _FEEDS),
    ("/-/search", "?q={common}", _FEEDS),
    ("/-/search", "?q={common}&order=newest", (".csv",)),
    ("/-/search", "?q={rare}", (".csv",)),
    ("/-/search", "?q={chinese}", _FEEDS),
    ("/-/search", "?q={chinese}&page=50", ()),
    ("/-/search", "?q={common}&since={year_start}&until={year_end}", ()),
    ("/-/search", "?source={source}", _FEEDS),
    ("/-/search", "?source={source}&page=50", ()),
    ("/-/search", "?language=de", _FEEDS),
    ("/-/search", "?kind=copy", (".csv",)),
    ("/-/search", "?kind=corrected", _FEEDS),
    ("/-/search", "?section=Sport", (".csv",)),
    ("/-/search", "?section=Sport&source={small}", (".csv",)),
    ("/-/search", "?paywalled=yes", (".csv",)),
    ("/-/search", "?since={year_start}&until={year_end}", (".csv",)),
    ("/-/search", "?person={person}", (".csv",)),
    ("/-/attention", "", ()),
    ("/-/attention", "?q={common}", _FIGURES),
    ("/-/attention", "?q={rare}", ()),
    ("/-/attention", "?q={chinese}", ()),
    ("/-/attention", "?q={common}&since={year_start}&until={year_end}&by=day", _FIGURES),
    ("/-/attention", "?q={common}&q={rare}&q={chinese}&q={other}&since={begin}&until={today}&by=month", ()),
    ("/-/attention", "?q={common}&source={source}", ()),
    ("/-/attention", "?q={common}&language=en&section=Sport", ()),
    ("/-/attention/words", "?q={common}", _FIGURES),
    ("/-/attention/words", "?q={rare}", ()),
    ("/-/attention/words", "?q={chinese}", ()),
    ("/-/attention/words", "?q={common}&since={year_start}&until={year_end}", ()),
    ("/-/corrections", "", _FEEDS),
    ("/-/corrections", "?since={begin}", _FEEDS),
    ("/-/corrections", "?since={begin}&page=500", ()),
    ("/-/corrections", "?since={begin}&source={source}&order=newest", ()),
    ("/-/corrections", "?since={year_start}&until={year_end}&kind=numbers&language=en", ()),
    ("/-/threads", "", _FIGURES),
    ("/-/threads", "?since={year_start}&until={year_end}", _FIGURES),
    ("/-/threads", "?since={begin}", ()),
    ("/-/threads", "?since={year_start}&until={year_end}&source={source}&language=en", ()),
    ("/-/thread/{thread}", "", _FIGURES),
    ("/-/copying", "", _FIGURES),
    ("/-/copying", "?top=30", ()),
    ("/-/copying", "?known=earliest&language=en&since=2025-01", ()),
    ("/-/copying/pair", "?source={taker}&origin=source:{giver}", _FIGURES),
    ("/-/copying/pair", "?source={taker}&origin=outlet:{credited}", _FIGURES),
    ("/-/compare/{copied}/{copy}", "", _FIGURES),
    ("/-/searches", "", _FIGURES),
    ("/-/searches/sport", "", _FEEDS),
    ("/{name}", "", ()),
    ("/{name}", "?sql=select+1", ()),
    ("/{name}/articles", "", (".json",)),
    ("/{name}/articles_view", "?_sort_desc=id&_facet=language", ()),
)  # fmt: skip
# Pages that answer without the database, or only by redirecting.
_LEFT_OUT = ("^/-/language/", "^/-/person(")

_VALUES = {
    "article": "SELECT article_id FROM current_pages WHERE language = 'zh' AND has_author ORDER BY page_id DESC LIMIT 1",
    "source": "SELECT source_id FROM source_counts ORDER BY articles DESC LIMIT 1",
    "small": "SELECT source_id FROM source_counts ORDER BY articles LIMIT 1",
    "revised": "SELECT article_id FROM decisions WHERE verdict = 'revision' ORDER BY page_id DESC LIMIT 1",
    "copied": "SELECT original_id FROM current_pages WHERE original_id <> article_id GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    "run": "SELECT max(id) FROM runs",
    "person": "SELECT value FROM value_counts WHERE field = 'author' ORDER BY articles DESC LIMIT 1",
    "editor": "SELECT value FROM value_counts WHERE field = 'editor' GROUP BY 1 ORDER BY sum(articles) DESC LIMIT 1",
    "last_person": "SELECT articles || '-' || person_id FROM person_counts ORDER BY articles, person_id LIMIT 1 OFFSET 20",
    "first_person": "SELECT last_day || '-' || person_id FROM person_counts ORDER BY last_day, person_id LIMIT 1 OFFSET 20",
    "thread": "SELECT id FROM threads ORDER BY articles DESC LIMIT 1",
    "taker": "SELECT source_id FROM copy_pairs WHERE from_id <> 0 GROUP BY source_id, from_id ORDER BY sum(articles) DESC LIMIT 1",
    "credited": "SELECT credited FROM copy_pairs WHERE credited <> '' GROUP BY 1 ORDER BY sum(articles) DESC LIMIT 1",
    "begin": "SELECT date(min(day)) FROM archive_days",
    "today": "SELECT date('now')",
    "day": "SELECT date('now', '-400 days')",
    "year_ago": "SELECT date('now', '-364 days')",
    "year_start": "SELECT date('now', '-20 months')",
    "year_end": "SELECT date('now', '-8 months')",
}
_GIVER = (
    "SELECT from_id FROM copy_pairs WHERE source_id = ? AND from_id <> 0 GROUP BY 1 ORDER BY sum(articles) DESC LIMIT 1"
)
_COPY = "SELECT min(article_id) FROM current_pages WHERE original_id = ? AND original_id <> article_id"
_TEXTS = "SELECT text FROM articles WHERE language = ? ORDER BY page_id DESC LIMIT 200"


def known_values(conn: sqlite3.Connection, name: str) -> dict[str, str]:
    """What the braces of addresses stand for, quoted."""
    known = {key: conn.execute(query).fetchone()[0] for key, query in _VALUES.items()}
    known["giver"] = conn.execute(_GIVER, (known["taker"],)).fetchone()[0]
    known["copy"] = conn.execute(_COPY, (known["copied"],)).fetchone()[0]
    known |= _words(conn) | {"name": name}
    return {key: quote(str(value)) for key, value in known.items()}


def _words(conn: sqlite3.Connection) -> dict[str, str]:
    """The most and the least frequent word of the latest English texts, one between, and the first two Chinese letters of one."""
    counts: dict[str, int] = {}
    for (text,) in conn.execute(_TEXTS, ("en",)):
        for word in set(re.findall(r"[a-z]{3,}", text.lower())):
            counts[word] = counts.get(word, 0) + 1
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    chinese = "".join(re.findall(r"[\u4e00-\u9fff]", conn.execute(_TEXTS, ("zh",)).fetchone()[0]))
    return {"common": ranked[0], "rare": ranked[-1], "other": ranked[len(ranked) // 20], "chinese": chinese[:2]}


def addresses(known: Mapping[str, str]) -> dict[str, str]:
    """Each address by the name that it has in the table: its pattern."""
    found = {}
    for path, query, forms in _ASKED:
        for form in ("", *forms):
            # A saved search is shown on the page of all; by itself it is a file or feed.
            if not form and path == "/-/searches/sport":
                continue
            found[path + form + query] = (path + form + query).format(**known)
    return found


def unmeasured(routes: Iterable[str]) -> list[str]:
    """The patterns of routes that no address is of."""
    example = dict.fromkeys(re.findall(r"\{(\w+)\}", " ".join(path for path, _, _ in _ASKED)), "1")
    paths = [path.format(**example) + form for path, _, forms in _ASKED for form in ("", *forms)]
    return [
        route
        for route in routes
        if not route.startswith(_LEFT_OUT) and not any(re.match(route, path) for path in paths)
    ]
