"""Reads what is known of a source into a `db.diagnosis.evidence.SourceEvidence`: of its last crawl, or of a check that is not
stored.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from urllib.parse import urljoin, urlsplit

from db.bodies.store import load_body
from db.diagnosis.article_checks import is_missing
from db.diagnosis.evidence import (
    AnswerEvidence,
    CountedExample,
    FieldEvidence,
    PastEvidence,
    RobotsEvidence,
    SourceEvidence,
)
from db.diagnosis.markup_changes import markup_changes
from db.diagnosis.network_checks import origin_of
from db.diagnosis.render_verdicts import verdict_text
from db.display.humanize import counted, format_local_time
from db.errors import BodyPruned
from db.models import Source
from db.queries.sources.alert_figures import ExtractedFields, count_failing_sources, extracted_fields, newest_link_time
from db.queries.sources.hub_lines import hub_lines
from db.queries.sources.modified_post_lines import modified_post_lines
from db.sqlite.named_rows import named_rows
from db.store.crawl.drawings import DrawnKind, count_drawings, load_render_state
from db.store.crawl.run_counts import FAILURE_NAME, HAS_NO_ANSWER, IS_ARTICLE, IS_LISTING
from db.store.extraction.gated_extractions import last_held_back
from db.store.sites.holds import hold_of
from db.store.sites.listing_readings import load_listing_readings, load_listing_samples
from db.store.sites.listings import listing_states
from db.timestamps import parse_optional, parse_timestamp

PAGES = 20
"""Newest pages that are looked at."""
BEFORE = 200
"""Pages before them that are the past."""
RUNS = 5
"""Last crawls of which requests for articles are counted."""
_RUNS_LOOKED_AT = 50
"""Last runs, of all sources, among which that of a search for listings is looked for."""
_SEVERAL = 4
"""So many sources do not fail at once for reasons of their own."""
_LENGTH = 0.3
"""Share of the usual length from which a text counts, as for alerts."""
_DETAIL = 160

_LAST_RUN = """
SELECT max(run_id) FROM (
    SELECT run_id FROM source_runs WHERE source_id = :source AND ended IS NOT NULL
    UNION ALL
    SELECT run_id FROM fetches WHERE source_id = :source AND what = 'discovery'
    AND run_id IN (SELECT id FROM runs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT :runs))
"""
_ANSWERS = f"""
SELECT f.url, f.what, f.started_at, f.status, f.error, f.final_url FROM fetches f
WHERE f.run_id = ? AND f.source_id = ? AND {IS_LISTING} ORDER BY f.id
"""
_ENTRIES = "SELECT url FROM entries WHERE source_id = ?"
_ROBOTS = "SELECT origin, status, error FROM robots WHERE origin IN (SELECT value FROM json_each(?))"
_LAST_RUNS = "SELECT run_id FROM source_runs WHERE source_id = ? AND ended IS NOT NULL ORDER BY id DESC LIMIT ?"
_FETCHED = f"""
SELECT count(*) FROM fetches f WHERE f.source_id = ? AND f.run_id IN (SELECT value FROM json_each(?)) AND {IS_ARTICLE}
"""
_FAILED = f"""
SELECT {FAILURE_NAME}, count(*), max(f.url) FROM fetches f
WHERE f.source_id = ? AND f.run_id IN (SELECT value FROM json_each(?)) AND {IS_ARTICLE} AND {HAS_NO_ANSWER}
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5
"""
_PAGES = """
SELECT p.id, coalesce(o.reason, CASE WHEN d.verdict = 'notice' THEN 'repeated' END) AS reason, p.url,
    coalesce(o.detail, '') AS detail
FROM pages p JOIN outcomes o ON o.page_id = p.id LEFT JOIN decisions d ON d.page_id = p.id
WHERE p.source_id = ? ORDER BY p.fetched_at DESC, p.id DESC LIMIT ?
"""
_FOUND = "SELECT found FROM source_runs WHERE source_id = ? AND run_id = ?"
_ERROR = "SELECT error FROM source_runs WHERE source_id = ? AND run_id = ? AND ended = 'failed'"
_CRAWLS = "SELECT count(*), max(started_at) FROM source_runs WHERE source_id = ? AND ended IN ('finished', 'failed')"
# Crawls by hand keep no rhythm.
_STARTS = """
SELECT s.started_at FROM source_runs s JOIN runs r ON r.id = s.run_id
WHERE s.source_id = ? AND r.reason <> 'by hand' ORDER BY s.id DESC LIMIT 12
"""
_LIMIT = "SELECT usual ->> 'limit_s' FROM watched WHERE source_id = ?"
_PROVENANCE = "SELECT provenance FROM articles WHERE page_id = ?"
_BODY = "SELECT body_id FROM pages WHERE id = ?"
_KEYS = "SELECT key FROM links WHERE source_id = ?"
_KNOWN = "SELECT count(*) FROM json_each(?) k WHERE EXISTS (SELECT 1 FROM links l WHERE l.key = k.value)"

_FIELDS: tuple[tuple[str, str, Callable[[ExtractedFields], bool]], ...] = (
    ("published", "published", lambda page: page.dated),
    ("time of day", "published", lambda page: page.timed),
    ("authors", "authors", lambda page: page.authors),
    ("editors", "editors", lambda page: page.editors),
    ("outlet", "source", lambda page: page.source),
)


NOT_ADDED = 0
"""The id of a `Source` that is only tried: no row has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRows:
    """A source in a database."""

    conn: sqlite3.Connection
    source: Source


def source_evidence(
    rows: SourceRows, now: datetime, *, past: SourceRows | None = None, addresses: Sequence[str] = ()
) -> SourceEvidence:
    """What is known of a source. `rows`: where its last crawl is, or the check that was made just now; then `past` is where
    the rest is stored. `addresses`: of its host.
    """
    conn, source = rows.conn, rows.source
    run_id = conn.execute(_LAST_RUN, {"source": source.id, "runs": _RUNS_LOOKED_AT}).fetchone()[0]
    answers = tuple(_answers(rows, past or rows, run_id)) if run_id is not None else ()
    answers += tuple(_resting(rows, {answer.url for answer in answers}))
    fetched, failed = _fetches(conn, source.id)
    articles, rejected = _pages(conn, source.id, stored=past is None)
    fields = _fields(rows, past)
    cut_off, crawled = count_failing_sources((past or rows).conn)
    failed_run = conn.execute(_ERROR, (source.id, run_id)).fetchone()
    hold_until = hold_of(conn, urlsplit(source.url).hostname or "", now)
    before = past or rows
    return SourceEvidence(
        name=source.name,
        url=source.url,
        at=now if past is not None else max((answer.asked_at for answer in answers), default=now),
        now=now,
        online=past is not None,
        is_added=before.source.id != NOT_ADDED,
        paused_at=before.source.paused_at,
        hold_until=hold_until,
        addresses=tuple(addresses),
        error=failed_run[0] if failed_run else None,
        all_cut_off=cut_off == crawled >= _SEVERAL,
        answers=answers,
        robots=_robots(conn, [answer.url for answer in answers]),
        named=sum(one.reading.links for one in answers if one.reading is not None),
        new=_new(rows, past, run_id),
        fetched=fetched,
        failed=failed,
        articles=articles,
        rejected=rejected,
        fields=fields,
        page_changes=_page_changes(rows, before, fields),
        rendering=(rendering := _rendering(before, now)),
        drawing_set=_drawing_set(before.source, rendering),
        held_back_at=held.at if (held := last_held_back(before.conn, before.source.id)) is not None else None,
        held_back_for=held.lost if held is not None else {},
        hubs=hub_lines(before.conn, before.source.id, now),
        modified_posts=modified_post_lines(before.conn, before.source.id, now),
        past=_past(before),
    )


def _answers(rows: SourceRows, past: SourceRows, run_id: int) -> Iterator[AnswerEvidence]:
    conn, source = rows.conn, rows.source
    readings = load_listing_readings(conn, source.id)
    named = {url for (url,) in past.conn.execute(_ENTRIES, (past.source.id,))} | {source.url, urljoin(source.url, "/")}
    for row in named_rows(conn, _ANSWERS, (run_id, source.id)).fetchall():
        url = row["url"]
        reading = readings.get(url)
        answer = AnswerEvidence(
            url=url,
            asked_at=parse_timestamp(row["started_at"]),
            guessed=row["what"] == "discovery" and url not in named and reading is None,
            status=row["status"],
            error=row["error"],
            final_url=row["final_url"],
            reading=reading,
        )
        good = load_listing_samples(past.conn, past.source.id, url)
        if good is not None and good.good_at is not None and not (reading and reading.is_good):
            last = load_listing_samples(conn, source.id, url)
            changes = markup_changes(good.good, last.last) if good.good and last and last.last else ()
            answer = replace(answer, good_at=good.good_at, changes=changes)
        yield answer


def _rendering(rows: SourceRows, now: datetime) -> dict[str, str]:
    """For articles and listings: the verdict of `auto` with its date, the pages compared, and what was drawn in the last day."""
    lines: dict[str, str] = {}
    drawn = count_drawings(rows.conn, rows.source.id, now - timedelta(days=1))
    kinds: tuple[DrawnKind, ...] = ("article", "listing")
    for kind in kinds:
        state = load_render_state(rows.conn, rows.source.id, kind)
        if state.verdict is not None and state.decided_at is not None:
            since = format_local_time(state.decided_at)
            verdict = verdict_text(state.verdict, kind)
            compared = f"{counted(len(state.evidence), 'page')} compared, {drawn} drawn in the last day"
            lines[kind] = f"{verdict} (since {since}; {compared})"
    return lines


def _drawing_set(source: Source, rendering: Mapping[str, str]) -> frozenset[str]:
    """The settings that have a browser draw: the source's own, and those under which it has a verdict."""
    own = {name for name in ("render", "render_listings") if source.settings.get(name, "never") != "never"}
    judged = {"render" if kind == "article" else "render_listings" for kind in rendering}
    return frozenset(own | judged)


def _resting(rows: SourceRows, asked: AbstractSet[str]) -> Iterator[AnswerEvidence]:
    """The listings that are gone, and that the last crawl did not ask for: what they answered last."""
    readings = load_listing_readings(rows.conn, rows.source.id)
    for state in listing_states(rows.conn, rows.source.id):
        url, trouble = state.listing.url, state.trouble or ""
        if state.gone and state.asked_at is not None and url not in asked:
            number = trouble.removeprefix("http_")
            yield AnswerEvidence(
                url=url,
                asked_at=state.asked_at,
                status=int(number) if number.isdigit() else None,
                reading=readings.get(url),
            )


def _robots(conn: sqlite3.Connection, urls: Sequence[str]) -> dict[str, RobotsEvidence]:
    origins = json.dumps(sorted({origin_of(url) for url in urls}))
    return {
        origin: RobotsEvidence(status=status, error=error)
        for origin, status, error in conn.execute(_ROBOTS, (origins,))
    }


def _fetches(conn: sqlite3.Connection, source_id: int) -> tuple[int, tuple[CountedExample, ...]]:
    runs = json.dumps([run_id for (run_id,) in conn.execute(_LAST_RUNS, (source_id, RUNS))])
    failed = tuple(
        CountedExample(what=what, count=count, example=url)
        for what, count, url in conn.execute(_FAILED, (source_id, runs))
    )
    return conn.execute(_FETCHED, (source_id, runs)).fetchone()[0], failed


def _pages(conn: sqlite3.Connection, source_id: int, *, stored: bool) -> tuple[int, tuple[CountedExample, ...]]:
    articles, refused = 0, dict[str, CountedExample]()
    for row in named_rows(conn, _PAGES, (source_id, PAGES)):
        reason = row["reason"]
        if reason is None:
            articles += 1
        elif reason in refused:
            refused[reason] = replace(refused[reason], count=refused[reason].count + 1)
        else:
            said = row["detail"].strip().rsplit("\n", 1)[-1][:_DETAIL]
            number = row["id"] if stored else None
            refused[reason] = CountedExample(what=reason, count=1, example=row["url"], detail=said, page_id=number)
    return articles, tuple(sorted(refused.values(), key=lambda one: (-one.count, one.what)))


def _new(rows: SourceRows, past: SourceRows | None, run_id: int | None) -> int:
    if past is None:
        found = rows.conn.execute(_FOUND, (rows.source.id, run_id)).fetchone()
        return int(found[0]) if found else 0
    keys = [key for (key,) in rows.conn.execute(_KEYS, (rows.source.id,))]
    return len(keys) - int(past.conn.execute(_KNOWN, (json.dumps(keys),)).fetchone()[0])


def _past(rows: SourceRows) -> PastEvidence:
    conn, number = rows.conn, rows.source.id
    crawls, last = conn.execute(_CRAWLS, (number,)).fetchone()
    starts = [parse_timestamp(at) for (at,) in conn.execute(_STARTS, (number,))]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(starts)]
    limit = conn.execute(_LIMIT, (number,)).fetchone()
    return PastEvidence(
        crawls=crawls,
        last_crawl_at=parse_optional(last),
        usual_gap_s=median(gaps) if len(gaps) > 1 else None,
        last_new_at=newest_link_time(conn, number),
        quiet_limit_s=limit[0] if limit else None,
    )


def _fields(rows: SourceRows, past: SourceRows | None) -> tuple[FieldEvidence, ...]:
    if past is None:
        pages = [page for page in extracted_fields(rows.conn, rows.source.id, PAGES + BEFORE) if page.article]
        number = min(PAGES, len(pages) // 2)
        recent, before = pages[:number], pages[number:]
    else:
        recent = [page for page in extracted_fields(rows.conn, rows.source.id, PAGES) if page.article]
        before = [page for page in extracted_fields(past.conn, past.source.id, BEFORE) if page.article]
    if not recent or not before:
        return ()
    usual = median(page.words for page in before)
    fields = [*_FIELDS, ("text of the usual length", "text", lambda page: page.words >= _LENGTH * usual)]
    conn = (past or rows).conn
    return tuple(_field(conn, name, key, (before, recent), has, stored=past is None) for name, key, has in fields)


def _field(
    conn: sqlite3.Connection,
    name: str,
    key: str,
    pages: tuple[Sequence[ExtractedFields], Sequence[ExtractedFields]],
    has: Callable[[ExtractedFields], bool],
    *,
    stored: bool,
) -> FieldEvidence:
    before, recent = pages
    good = next((page.page_id for page in before if has(page)), None)
    bad = next((page.page_id for page in recent if not has(page)), None)
    found = conn.execute(_PROVENANCE, (good,)).fetchone() if good is not None else None
    return FieldEvidence(
        name=name,
        before=sum(map(has, before)),
        before_of=len(before),
        now=sum(map(has, recent)),
        now_of=len(recent),
        by=str(json.loads(found[0]).get(key, "")) if found else "",
        before_page=good,
        now_page=bad,
        now_is_stored=stored,
    )


def _page_changes(rows: SourceRows, past: SourceRows, fields: Sequence[FieldEvidence]) -> tuple[str, ...]:
    missing = next((one for one in fields if is_missing(one)), None)
    if missing is None or missing.before_page is None or missing.now_page is None:
        return ()
    try:
        before, now = _body(past.conn, missing.before_page), _body(rows.conn, missing.now_page)
    except BodyPruned:
        return ()
    return markup_changes(before, now)


def _body(conn: sqlite3.Connection, page_id: int) -> bytes:
    return load_body(conn, conn.execute(_BODY, (page_id,)).fetchone()[0])
