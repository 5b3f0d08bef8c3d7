"""Asks one address now, for `copydesk why URL`, and compares the answer with the stored page. Stores nothing.

It is one request like any other: robots.txt (asked for anew), delay, holds, guard, and the source's own headers and cookies. A
failure is not repeated. Both pages are read by the code at hand, so what differs is the page's doing and not that of an update.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from crawler.http.access import load_access
from crawler.http.services import HoldsMemory
from crawler.parsing.answers import challenge_sign
from crawler.single_page import RequestOptions, ask_once
from db.config.loader import Config
from db.diagnosis.markup_changes import markup_changes
from db.diagnosis.url_evidence import AddressAnswer, UrlEvidence
from db.display.humanize import counted
from db.errors import BodyPruned, DatabaseDamaged, FetchError
from db.models import Article, Page, Source
from db.store.extraction.page_payload import make_payload
from db.store.extraction.pages import load_page
from db.store.sites.site_rules import load_current_rules
from db.store.sites.sources import find_source
from pipelines.processing.outcome_changes import FieldDifference, compare_outcomes, outcome_as_stored
from pipelines.processing.page_worker import ExtractionResult, ExtractPages
from pipelines.processing.worker_pool import TaskFailed, TaskTooSlow, WorkerPool

_SHOWN = 60
"""Characters of a value that are shown of each side."""
_MOST_FIELDS = 8


def look_at_address(config: Config, conn: sqlite3.Connection, evidence: UrlEvidence) -> AddressAnswer:
    """What the address answers now. `conn` is only read. Raises ConfigError for mistakes in the source's settings."""
    url = evidence.link.url if evidence.link else evidence.url
    source = find_source(conn, evidence.source) if evidence.source else None
    answered = ask_once(config.with_values(retries=0), url, _options(config, source, url, evidence.hold_until))
    if isinstance(answered.page, FetchError):
        return AddressAnswer(error=str(answered.page).removeprefix(f"{url}: "))
    stored = _stored_page(conn, evidence)
    page = replace(answered.page, hint=stored.hint if stored else None)
    answer = _read(config, conn, page, stored)
    body = stored.body if stored else None
    return replace(
        answer,
        status=page.status,
        final_url=page.final_url,
        content_type=page.content_type,
        bytes=len(page.body),
        challenge=challenge_sign(answered.headers),
        compared_with=evidence.page.page_id if evidence.page and stored else None,
        is_same=body == page.body,
        markup=markup_changes(body, page.body) if body is not None and body != page.body else (),
        was_drawn=stored is not None and stored.drawn is not None,
    )


def _options(config: Config, source: Source | None, url: str, hold_until: datetime | None) -> RequestOptions:
    holds = HoldsMemory()
    if hold_until is not None:
        holds.hold(urlsplit(url).hostname or "", hold_until)
    if source is None:
        return RequestOptions(holds=holds)
    settings = config.for_source(source.name, source.settings)
    meta: Mapping[str, object] = {
        "slot_delay": settings.delay.total_seconds(),
        "slot_concurrency": 1,
        "allow_networks": settings.allow_networks,
        "access": load_access(source.name, source.url, settings, config.folder),
    }
    return RequestOptions(meta=meta, holds=holds)


def _stored_page(conn: sqlite3.Connection, evidence: UrlEvidence) -> Page | None:
    """The stored page with its body; None where there is none, or its body was pruned or is damaged."""
    if evidence.page is None:
        return None
    try:
        return load_page(conn, evidence.page.page_id)
    except (BodyPruned, DatabaseDamaged):
        return None


def _read(config: Config, conn: sqlite3.Connection, page: Page, stored: Page | None) -> AddressAnswer:
    """What is read from the answer, and how that differs from what is read from the stored page.

    Further pages and drawn documents are left out on both sides: they were not asked for now.
    """
    worker = ExtractPages(database=None, sites=load_current_rules(config, conn))
    with closing(WorkerPool(worker, processes=1, timeout_s=config.extract_timeout.total_seconds())) as pool:
        asked = pool.submit(make_payload(0, page))
        before = pool.submit(make_payload(0, replace(stored, parts=(), drawn=None))) if stored else None
        try:
            made: ExtractionResult = asked.result()
        except TaskFailed as error:
            reason = "too_slow" if isinstance(error, TaskTooSlow) else "crashed"
            return AddressAnswer(reason=reason, detail=str(error))
        try:
            known: ExtractionResult | None = before.result() if before else None
        except TaskFailed:
            known = None
    changed: tuple[str, ...] = ()
    if known is not None:
        differing = compare_outcomes(outcome_as_stored(known), outcome_as_stored(made)).of_article
        sides = (_words(known), _words(made))
        changed = tuple(_line(one, *sides) for one in differing[:_MOST_FIELDS])
    if isinstance(made.outcome, Article):
        return AddressAnswer(title=made.outcome.title, words=made.outcome.word_count, changed=changed)
    return AddressAnswer(reason=made.outcome.reason.value, detail=made.outcome.detail.strip(), changed=changed)


def _words(result: ExtractionResult) -> int:
    return result.outcome.word_count if isinstance(result.outcome, Article) else 0


def _line(one: FieldDifference, before: int, after: int) -> str:
    if one.article_field == "text":
        return f"text: {counted(before, 'word')} -> {counted(after, 'word')}"
    return f"{one.article_field}: {_clipped(one.before)} -> {_clipped(one.after)}"


def _clipped(value: str | None) -> str:
    if value is None:
        return "nothing"
    text = " ".join(value.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
