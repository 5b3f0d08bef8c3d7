"""Keeps what revisions changed (`db.store.dedup.revision_changes`) in step with the decisions, in their transaction.

Only pairs without a row are judged, and those after them: whether a report only grows is seen from the revision before. A row goes
with either of its articles, so one that is there holds.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import Article, Decision, Precision, Verdict
from db.store.dedup.revision_changes import (
    KnownChange,
    RevisionChange,
    SeenPage,
    delete_changes,
    known_changes,
    only_grew,
    page_bytes,
    save_change,
    seen_page,
    stated_fields,
)
from db.store.extraction.outcomes import load_article
from db.text.substance import ChangeJudgement, Noise
from db.timestamps import parse_timestamp
from pipelines.changes.judge import FIELDS, PageLetters, is_silent, judge, letters_of, states_modified
from pipelines.dedup.classify import ClassifiedPage
from pipelines.extraction.encoding import decode

# A tag, or a part of one that is longer than any tag of a page.
_TAG = re.compile(r"<[^<>]{0,4000}>?")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    before: int
    after: Decision


def keep_changes(conn: sqlite3.Connection, decisions: Iterable[Decision], pages: Mapping[int, ClassifiedPage]) -> None:
    """Make the rows of the articles that were decided. `decisions`: all of each article, oldest page first."""
    articles: dict[int, list[Decision]] = defaultdict(list)
    for decision in decisions:
        articles[decision.article_id].append(decision)
    known = known_changes(conn, (decision.page_id for several in articles.values() for decision in several))
    for history in articles.values():
        if len(history) > 1 or history[0].page_id in known:
            _keep(conn, history, pages, known)


def _keep(
    conn: sqlite3.Connection,
    history: Sequence[Decision],
    pages: Mapping[int, ClassifiedPage],
    known: Mapping[int, KnownChange],
) -> None:
    pairs = list(_pairs(conn, history, pages))
    wanted = {pair.after.page_id for pair in pairs}
    delete_changes(conn, [one.page_id for one in history if one.page_id in known and one.page_id not in wanted])
    anew, grew = False, False
    for pair in pairs:
        row = known.get(pair.after.page_id)
        key = (pair.before, pair.after.article_id, pair.after.revision)
        holds = row is not None and (row.previous_id, row.article_id, row.revision) == key
        if row is None or not holds or (anew and not _is_final(conn, pair)):
            judged = _judge(conn, pair, grew=grew)
            anew, now_grew = True, only_grew(judged.kinds, judged.noise)
        else:
            now_grew = row.grew
        grew = now_grew if pair.after.verdict is Verdict.REVISION else grew


def _pairs(
    conn: sqlite3.Connection, history: Sequence[Decision], pages: Mapping[int, ClassifiedPage]
) -> Iterator[_Pair]:
    """The pages of an article that may have changed, each with the one before: revisions, and pages at one URL that state
    other fields."""
    stated = stated_fields(conn, [decision.page_id for decision in history])
    last_at: dict[str, int] = {}
    before = 0
    for decision in history:
        url = pages[decision.page_id].url
        if decision.verdict is Verdict.REVISION:
            yield _Pair(before=before, after=decision)
        elif (earlier := last_at.get(url)) and stated.get(earlier) != stated.get(decision.page_id):
            yield _Pair(before=earlier, after=decision)
        before = last_at[url] = decision.page_id


def _is_final(conn: sqlite3.Connection, pair: _Pair) -> bool:
    """Whether the bytes of either page were pruned: what was judged from them stays."""
    return any(seen_page(conn, page_id).pruned_at for page_id in (pair.before, pair.after.page_id))


def _judge(conn: sqlite3.Connection, pair: _Pair, *, grew: bool) -> ChangeJudgement:
    old, new = load_article(conn, pair.before), load_article(conn, pair.after.page_id)
    assert old is not None, "a decided page is an article"
    assert new is not None
    judged = judge(old, new, grew=grew)
    seen_old, seen_new = seen_page(conn, pair.before), seen_page(conn, pair.after.page_id)
    if judged.kinds and (letters := _letters(conn, seen_old, seen_new)):
        judged = judge(old, new, grew=grew, pages=letters)
    states_other = FIELDS.intersection(judged.kinds) or Noise.TIME_STATED in judged.noise
    if pair.after.verdict is not Verdict.REVISION and not states_other:
        delete_changes(conn, [pair.after.page_id])
        return judged
    save_change(
        conn,
        RevisionChange(
            page_id=pair.after.page_id,
            previous_id=pair.before,
            article_id=pair.after.article_id,
            source_id=seen_new.source_id,
            revision=pair.after.revision,
            seen_at=seen_new.fetched_at,
            language=(new.language or old.language or "").lower()[:2] or None,
            judgement=judged,
            silent=is_silent(old, new, judged),
            modified_stated=states_modified(old, new),
            since_previous=_seconds(parse_timestamp(seen_old.fetched_at), seen_new),
            since_published=_since_published(old, new, seen_new),
        ),
    )
    return judged


def _letters(conn: sqlite3.Connection, old: SeenPage, new: SeenPage) -> PageLetters | None:
    before = _page_letters(conn, old)
    after = before if old.body_id == new.body_id else _page_letters(conn, new)
    return PageLetters(before=before, after=after) if before and after else None


def _page_letters(conn: sqlite3.Connection, page: SeenPage) -> str:
    """All letters of a page but those of its tags; those of its scripts too."""
    body = page_bytes(conn, page)
    decoded = decode(body, page.content_type) if body else None
    return letters_of(html.unescape(_TAG.sub(" ", decoded.text))) if decoded else ""


def _since_published(old: Article, new: Article, seen: SeenPage) -> int | None:
    published = old.published or new.published
    if published is None or published.precision is Precision.DAY:
        return None
    seconds = _seconds(published.at, seen)
    return seconds if seconds >= 0 else None


def _seconds(start: datetime, seen: SeenPage) -> int:
    return round((parse_timestamp(seen.fetched_at) - start).total_seconds())
