"""What a writer loads before its first transaction."""

from __future__ import annotations

import functools
import gc
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

from db.connection.database import write
from db.connection.in_memory import open_in_memory
from db.models import Article
from pipelines.extraction.fingerprint import fingerprint
from pipelines.processing.ingest import record_results
from pipelines.processing.page_worker import ExtractionResult
from pipelines.processing.preload import preload_writing

_TEXTS = {
    "en": "The ferry Ada Bell ran aground off Cape Horn on 3 May, says Captain Élan Bell. All 120 people are safe. "
    * 3,
    "zh": "王小明市长三日在北京说，新桥将于2026年通车，全长十二公里。" * 8,
}
_ROWS = """
PRAGMA foreign_keys = OFF;
INSERT INTO sources (id, name, url, added_at) VALUES (1, 's', 'https://s.example/', '2026-11-01T00:00:00.000Z');
INSERT INTO extractors (id, code, rules, trafilatura) VALUES (1, '1', 'r', 't');
INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id)
SELECT value, 1, 'https://s.example/' || value, '2026-11-02T00:00:00.000Z', 200, '{}', 1 FROM json_each('[1, 2]')
"""


_OF_STORIES = "pipelines.threads.keep._terms_of"
"""Keeps what the transaction's own articles say, which nothing can load before."""


def _loaded() -> set[str]:
    """Modules, and functions of ours that have kept something."""
    kept = [
        one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper) and one.cache_info().currsize
    ]
    ours = [one for one in kept if getattr(one, "__module__", "").startswith(("db.", "pipelines."))]
    return {*sys.modules, *(f"{one.__module__}.{one.__qualname__}" for one in ours)} - {_OF_STORIES}


def _first_transaction() -> tuple[int, list[str]]:
    """How many articles the first transaction of a process placed, and what it loaded."""
    conn = open_in_memory()
    conn.executescript(_ROWS)
    results = []
    for page_id, (language, text) in enumerate(_TEXTS.items(), 1):
        url, twin = f"https://s.example/{page_id}", f"https://amp.s.example/{page_id}"
        article = Article(
            url=twin,
            title=text[:20],
            text=text,
            language=language,
            authors=(text[:9],),
            word_count=100,
            canonical_url=url,
        )
        prints = fingerprint(article, url)
        results.append(ExtractionResult(page_id=page_id, outcome=article, address=twin, fingerprint=prints))
    preload_writing()
    before = _loaded()
    with write(conn):
        record_results(conn, results, 1)
    return conn.execute("SELECT count(*) FROM thread_articles").fetchone()[0], sorted(_loaded() - before)


def test_the_first_transaction_loads_nothing_more() -> None:
    """Modules and tables take 0.3 s of CPU, in which no other process could write."""
    # In a new process: that of the tests has loaded everything.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        assert fresh.submit(_first_transaction).result() == (2, [])
