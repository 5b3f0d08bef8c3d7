"""The rows of a large archive's pages: what crawling, extracting and settling them would have left.

Used by `bench.database.large_archive`, whose docstring says what is smaller than the real thing. Of 100 pages 78 are new articles,
10 copies, 4 revisions, one repeats a known text, 7 are rejected. The n-th page is the same for every length of archive but for its
time and ids.
"""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from bench.search.search_texts import article_at, language
from db.connection.database import write
from db.search.index import fold, language_grams
from db.search.tokenizer import grams
from db.store.crawl.facts import pack_body
from db.store.dedup.near_copies import IndexedText, insert_sketches, text_number
from db.timestamps import format_timestamp

SOURCES = 500
SPAN = timedelta(days=3 * 365)
# Of 100 pages: the last new article, copy, revision, repetition; the others are rejected.
_NEW, _COPY, _REVISION, _SAME = 78, 88, 92, 93
_TEXTS = 2000
_STAFF = 20
_MARKS = 15
# A copy is of one of so many pages before it, a revision of one of its source's latest.
_COPIED_FROM = 3000
_LANGUAGES = ("en", "en", "zh", "de", "fr", "en", "zh", "es")
_SECTIONS = ("Politics", "World", "Economy", "Sport", "Culture", "Science", "Local", "Opinion", "Health", "Travel")
_REASONS = ("not_article", "too_short", "empty", "listing", "not_article", "not_article", "crashed")
_HEADERS = json.dumps(
    {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "public, max-age=60, stale-while-revalidate=300",
        "Date": "Tue, 24 Nov 2026 10:02:11 GMT",
        "Etag": 'W/"5f3a-18c2b1d7a40"',
        "Server": "nginx",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        "Vary": "Accept-Encoding, Cookie",
        "X-Cache": "HIT from edge-7",
    }
)
_WAITING = ("unread", "unsettled", "unindexed", "to_match")
_INSERTS = {
    "links": "(id, source_id, key, url, kind, found_at, run_id, title, published) VALUES (?, ?, ?, ?, 'feed', ?, ?, ?, ?)",
    "bodies": "(id, sha256, size, codec, data) VALUES (?, ?, 87, 'zstd', ?)",
    "pages": "(id, source_id, link_id, url, fetched_at, status, content_type, headers, body_id)"
    " VALUES (?, ?, ?, ?, ?, 200, 'text/html', ?, ?)",
    "fetches": "(run_id, source_id, link_id, page_id, what, url, started_at, duration_ms, status, bytes)"
    " VALUES (?, ?, ?, ?, 'article', ?, ?, 240, 200, 96000)",
    "outcomes": "(page_id, extractor_id, reason, detail) VALUES (?, 1, ?, ?)",
    "articles": "(page_id, address_key, text_hash, url, canonical_url, title, subtitle, published, published_utc,"
    " published_precision, published_offset_from, modified, modified_utc, modified_precision, modified_offset_from, source,"
    " original_source, section, language, description, tags, images, paywalled, word_count, provenance, text)"
    " VALUES (" + ", ".join("?" * 26) + ")",
    "credits": "(page_id, role, position, name) VALUES (?, ?, ?, ?)",
    "decisions": "(page_id, verdict, article_id, original_id, revision) VALUES (?, ?, ?, ?, ?)",
    "search_index": "(rowid, grams) VALUES (?, ?)",
}


def pages_with(articles: int) -> int:
    """How many pages hold so many articles, copies among them."""
    return articles * 100 // _COPY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One of the texts that articles share."""

    text: str
    words: int
    grams: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """What later pages need of an article: its page, its original, its address, its text."""

    page_id: int
    original_id: int
    url: str
    text_hash: bytes
    text: int
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPages:
    """What the file has already: so many pages up to that id, the first of them from `first`."""

    first: datetime
    pages: int = 0
    last_id: int = 0


class PageRows:
    """The rows of the pages to come, by table: as many as `pages` has more than what is known."""

    def __init__(self, known: KnownPages, pages: int, *, searched: bool) -> None:
        self.rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in _INSERTS}
        self.sketches: list[IndexedText] = []
        self.searched = searched
        self._known, self._pages = known, pages
        self._weights = list(accumulate(1 / (rank + 8) for rank in range(SOURCES)))
        self._texts = [self._text(n) for n in range(_TEXTS)]
        self._recent: list[_Earlier] = []
        self._latest: dict[int, _Earlier] = {}

    def _text(self, n: int) -> _Text:
        _, text = article_at(n)
        found = grams(fold(text)) if self.searched else ()
        return _Text(text=text, words=len(text.split()) if n % 2 else len(text), grams=frozenset(found))

    def add(self, n: int) -> None:
        """The rows of the n-th page. The same for every length of archive but for its times and ids."""
        chance = random.Random(n)
        source = chance.choices(range(1, SOURCES + 1), cum_weights=self._weights)[0]
        known, kind = self._known, n * 37 % 100
        at = known.first + SPAN * ((n - known.pages) / (self._pages - known.pages))
        page_id, fetched = known.last_id + n - known.pages + 1, format_timestamp(at)
        earlier = self._latest.get(source)
        revises = _COPY <= kind < _SAME and earlier is not None
        url = earlier.url if revises and earlier else f"https://site{source}.example/{at:%Y/%m}/story-{n}.html"
        run = (at - known.first).days + 1
        rows = self.rows
        link_id = earlier.page_id if revises and earlier else page_id
        if not revises:
            rows["links"].append((page_id, source, url[8:], url, fetched, run, f"Story {n}", fetched))
        body = pack_body(f"<p>{chance.randbytes(40).hex()}</p>".encode())
        rows["bodies"].append((page_id, body.sha256, body.packed))
        rows["pages"].append((page_id, source, link_id, url, fetched, _HEADERS, page_id))
        rows["fetches"].append((run, source, link_id, page_id, url, fetched))
        if kind >= _SAME:
            rows["outcomes"].append((page_id, chance.choice(_REASONS), "The page has a text of 12 words."))
            return
        rows["outcomes"].append((page_id, None, None))
        self._add_article(chance, _Page(page_id=page_id, source=source, at=at, url=url, kind=kind), earlier)

    def _add_article(self, chance: random.Random, page: _Page, earlier: _Earlier | None) -> None:
        copied = chance.choice(self._recent) if _NEW <= page.kind < _COPY and self._recent else None
        if copied and copied.url.split("/")[2] == page.url.split("/")[2]:
            copied = None
        made = _decide(page, copied, earlier, chance)
        if made.verdict != "same":
            kept = _Earlier(
                page_id=made.article_id, original_id=made.original_id, url=page.url, text_hash=made.text_hash,
                text=made.text, revision=made.revision,
            )  # fmt: skip
            self._latest[page.source] = kept
            if made.verdict == "new":
                self._recent.append(kept)
                if len(self._recent) > 2 * _COPIED_FROM:
                    del self._recent[:_COPIED_FROM]
        if made.verdict in ("new", "revision"):
            marks = [chance.getrandbits(48) for _ in range(_MARKS)]
            self.sketches.append(IndexedText(text=text_number(made.text_hash), length=1500, marks=marks))
        self.rows["decisions"].append((page.page_id, made.verdict, made.article_id, made.original_id, made.revision))
        self._add_row(chance, page, made)

    def _add_row(self, chance: random.Random, page: _Page, made: _Made) -> None:
        shared, spoken = self._texts[made.text], _LANGUAGES[page.source % len(_LANGUAGES)]
        words = language(spoken == "zh").words
        title = ("" if spoken == "zh" else " ").join(chance.choices(words[200:8000], k=7)).capitalize()
        dated = chance.random() < 0.96
        utc = (page.at - timedelta(minutes=chance.randrange(5, 180))).strftime("%Y-%m-%dT%H:%M:%SZ") if dated else None
        local = utc.replace("Z", "+00:00") if utc else None
        outlet = f"The Daily {page.source}"
        credits = list(_credits(chance, page.source))
        self.rows["articles"].append(
            (
                page.page_id, page.url[8:], made.text_hash, page.url, page.url, title, title[::-1], local, utc,
                "second" if dated else None, "page" if dated else None,
                *((local, utc, "second", "page") if dated and chance.random() < 0.5 else (None,) * 4),
                outlet, f"Agency {chance.randrange(30)}" if chance.random() < 0.15 else None,
                chance.choice(_SECTIONS) if chance.random() < 0.9 else None, spoken, shared.text[:160],
                '["one tag", "another"]', '[{"url": "https://img.example/a.jpg", "caption": null, "credit": null}]',
                int(chance.random() < 0.08), shared.words, _PROVENANCE, f"{title}.\n{shared.text}",
            )
        )  # fmt: skip
        self.rows["credits"] += [(page.page_id, *credit) for credit in credits]
        if self.searched:
            names = grams(fold("\n".join(name for _, _, name in credits)))
            head = grams(fold(f"{title}\n{outlet}")) | names
            day = utc or format_timestamp(page.at)
            whole = [*(head | shared.grams), *(f"_h{gram}" for gram in head), *(f"_p{gram}" for gram in names)]
            whole += ["_a", f"_s{page.source}", f"_y{day[:4]}", f"_m{day[:4]}{day[5:7]}"]
            whole += [f"_d{day[:4]}{day[5:7]}{day[8:10]}", *language_grams(spoken)]
            self.rows["search_index"].append((page.page_id, " ".join(whole)))

    def store(self, conn: sqlite3.Connection) -> None:
        """Write what was gathered, and empty the waiting lists."""
        with write(conn):
            for name, rows in self.rows.items():
                conn.executemany(f"INSERT INTO {name} {_INSERTS[name]}", rows)
                if name == "links":
                    visits = [(n + 1_700_000_000.0, n + 1_700_000_000.0, link[0]) for n, link in enumerate(rows)]
                    conn.executemany("UPDATE visits SET first_at = ?, last_at = ? WHERE link_id = ?", visits)
                rows.clear()
            insert_sketches(conn, self.sketches)
            self.sketches.clear()
            for name in _WAITING:
                conn.execute(f"DELETE FROM {name}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    page_id: int
    source: int
    at: datetime
    url: str
    kind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What settling would have made of a page."""

    verdict: str
    article_id: int
    original_id: int
    revision: int
    text_hash: bytes
    text: int


_PROVENANCE = json.dumps(dict.fromkeys(("title", "published", "authors", "source", "section", "text"), "json-ld"))


def _decide(page: _Page, copied: _Earlier | None, earlier: _Earlier | None, chance: random.Random) -> _Made:
    own, text = (
        chance.randbytes(16),
        chance.randrange(_TEXTS // 2) * 2 + (0 if _LANGUAGES[page.source % len(_LANGUAGES)] == "zh" else 1),
    )
    if copied:
        return _Made(
            verdict="copy", article_id=page.page_id, original_id=copied.original_id, revision=1,
            text_hash=copied.text_hash, text=copied.text,
        )  # fmt: skip
    if page.kind < _COPY or earlier is None:
        return _Made(
            verdict="new", article_id=page.page_id, original_id=page.page_id, revision=1, text_hash=own, text=text
        )
    again = page.kind >= _REVISION
    return _Made(
        verdict="same" if again else "revision", article_id=earlier.page_id, original_id=earlier.original_id,
        revision=earlier.revision + (not again), text_hash=earlier.text_hash if again else own,
        text=earlier.text if again else text,
    )  # fmt: skip


def _credits(chance: random.Random, source: int) -> list[tuple[str, int, str]]:
    def name() -> str:
        number = source * _STAFF + chance.randrange(_STAFF)
        return f"{('Ann', 'Ben', 'Cleo', 'Dan', 'Eva')[number % 5]} Reed{number}"

    found = [("author", at, name()) for at in range(chance.choice((0, 1, 1, 1, 2)))]
    if chance.random() < 0.25:
        found.append(("editor", 0, name()))
    if chance.random() < 0.05:
        found.append(("proofreader", 0, name()))
    return found
