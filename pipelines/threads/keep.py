"""Keeps threads up: places new stories, and mends what a change to an earlier one moved. A part of settling.

    queue (`unthreaded`) ──> copy clusters ──> stories: new, changed, gone
                                                   ├── all after the last one placed: placed one after another
                                                   └── an earlier one: the stories since are taken back and placed again,
                                                       if they are few; else that one alone, and it is counted

A *story* is a copy cluster, represented by the member that came first: texts of a cluster are nearly the same, and another member
that comes later then changes nothing. Stories are placed in the order in which their first pages were stored, so the same pages
give the same threads, live or from a rebuild. A correction changes nothing either: a story is what it was when it came.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from db.store.dedup import threads as rows
from db.store.dedup.threads import ClusterArticle, StoredVector, StoryContent, ThreadArticle
from pipelines.threads.living import LivingThreads, days_since_epoch
from pipelines.threads.merging import Merger, find_merger, placing_evidence
from pipelines.threads.score import RAREST, THRESHOLD, best, compare, heaviest_shared
from pipelines.threads.term_counts import TermCounts, Terms, period_of
from pipelines.threads.terms import StoryTerms, story_terms
from pipelines.threads.vectors import unpack, weigh

PLACED_AT_ONCE = 200
"""Stories placed, or taken back, in one transaction, at most: 0.3 s, no longer than other writers wait for a step of settling."""
REPLAYED = 500
"""Stories taken back and placed again, at most, when an earlier one changes: half a second's work."""
REPLAYED_EACH = 5
"""The same for each of several that wait together: 5 ms a change, no more than to extract the page again."""
_WAITING_COUNTED = 1000
"""Waiting articles counted for that, at most: bounds what one step reads."""


@dataclass(frozen=True, kw_only=True)
class _Story:
    members: list[ClusterArticle]
    content: StoryContent

    @property
    def first(self) -> ClusterArticle:
        return self.members[0]

    @property
    def language(self) -> str:
        return _language_of(self.content)

    @property
    def terms(self) -> StoryTerms:
        return _terms_of(self.content)

    @property
    def digest(self) -> int:
        return zlib.crc32(f"{self.content}{self.first.at}{self.first.arrived}".encode())


def keep_threads(conn: sqlite3.Connection, limit: int) -> None:
    """Place up to `limit` waiting articles, or take back as many stories that must come behind them; call it until nothing waits.
    Only call it when nothing waits to be settled."""
    if rows.any_unthreaded(conn):
        _Keeping(conn, min(limit, PLACED_AT_ONCE)).keep()


def prepare_stories(conn: sqlite3.Connection, articles: Collection[int]) -> None:
    """Work out the terms of these articles' stories, which `keep_threads` will place next: half of its work, and none that
    needs the write lock."""
    firsts = [members[0].page_id for members in rows.clusters_of(conn, articles)]
    for content in rows.story_contents(conn, firsts).values():
        _terms_of(content)


@lru_cache(maxsize=2 * PLACED_AT_ONCE)
def _terms_of(content: StoryContent) -> StoryTerms:
    return story_terms(content.title, content.text, _language_of(content))


def _language_of(content: StoryContent) -> str:
    """The language without its region."""
    return content.language.partition("-")[0].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What a step is to change: stories that leave, stories to place, and those whose copies may be others. `too_early`: stories to
    place that come after others that wait."""

    looked_at: set[int]
    gone: set[int]
    new: dict[int, _Story]
    same: list[_Story]
    too_early: set[int]


class _Keeping:
    """One step: which stories are placed or taken back, and in what order. `threads`: what they are compared with."""

    def __init__(self, conn: sqlite3.Connection, limit: int) -> None:
        self.conn = conn
        self.limit = limit
        self.counts = TermCounts(conn)
        self.threads = LivingThreads(conn)
        self.removed: list[tuple[Terms, str, int]] = []

    def keep(self) -> None:
        """Decide what waits, or take back what comes later."""
        changes = self._changes()
        first = min(changes.gone | changes.new.keys(), default=0)
        if changes.gone or (first and first <= rows.last_story(self.conn)):
            if later := self._to_take_back(first):
                # The latest ones, so that those before are as if these had not come yet.
                self._take_back(later[: self.limit])
                if len(later) > self.limit:
                    self._count_removed()
                    self._save()
                    return
                changes = self._changes()
            else:
                for number in sorted(changes.gone, reverse=True):
                    self._remove(number)
                rows.note_out_of_order(self.conn, len(changes.gone | changes.new.keys()))
        rows.mark_threaded(self.conn, changes.looked_at)
        rows.queue_articles(self.conn, changes.too_early)
        for story in changes.same:
            self._replace_copies(story)
        self._count_removed(*(story.terms.terms for story in changes.new.values()))
        for _, story in sorted(changes.new.items()):
            self._place(story)
        self._save()

    def _count_removed(self, *others: Terms) -> None:
        """Read the counts that this step needs, and take the removed stories out of them. `others`: the terms of other stories."""
        self.counts.read([*others, *(terms for terms, *_ in self.removed)])
        for counted in self.removed:
            self.counts.count(*counted, -1)

    def _save(self) -> None:
        self.counts.save()
        self.threads.save_totals()

    def _changes(self) -> _Changes:
        waiting = rows.waiting_articles(self.conn, self.limit)
        looked_at, size = set(waiting), -1
        clusters: dict[int, list[ClusterArticle]] = {}
        before: dict[int, list[ThreadArticle]] = {}
        # Until no cluster as it is now, and no story as it was, reaches beyond what is looked at.
        while size != len(looked_at):
            size = len(looked_at)
            clusters = {members[0].page_id: members for members in rows.clusters_of(self.conn, looked_at)}
            looked_at |= {member.page_id for members in clusters.values() for member in members}
            before = rows.kept_articles(self.conn, rows.stories_of(self.conn, looked_at))
            looked_at |= {row.article_id for kept in before.values() for row in kept}
        until = min(max(waiting, default=0), rows.first_unread(self.conn) - 1)
        articles = {member.page_id for members in clusters.values() for member in members}
        contents = rows.story_contents(self.conn, clusters.keys())
        stories = {number: _Story(members=clusters[number], content=contents[number]) for number in clusters}
        changed = {
            number
            for number in stories.keys() & before.keys()
            if _digest_kept(before[number]) != stories[number].digest
        }
        return _Changes(
            looked_at={number for number in looked_at if number <= until or number not in articles},
            gone=(before.keys() - stories.keys()) | changed,
            new={number: stories[number] for number in (stories.keys() - before.keys()) | changed if number <= until},
            same=[stories[number] for number in sorted((stories.keys() & before.keys()) - changed)],
            too_early={number for number in (stories.keys() - before.keys()) | changed if number > until},
        )

    def _to_take_back(self, story: int) -> list[int]:
        """The stories from one on, latest first, to be placed again in order; none if they are too many or too long ago."""
        waiting = len(rows.waiting_articles(self.conn, _WAITING_COUNTED))
        most = max(REPLAYED, REPLAYED_EACH * waiting)
        later = rows.stories_from(self.conn, story, most + 1)
        living, earliest = rows.count_vectors(self.conn, later)
        too_long_ago = earliest is not None and self.threads.has_expired(earliest)
        return [] if len(later) > most or living < len(later) or too_long_ago else later

    def _take_back(self, stories: list[int]) -> None:
        copies = rows.kept_articles(self.conn, stories)
        rows.queue_articles(self.conn, (row.article_id for kept in copies.values() for row in kept))
        for number in stories:
            self._remove(number)
        self.threads.reset_expiry()

    def _remove(self, story: int) -> None:
        """Take a story and its copies out of its thread."""
        row = rows.kept_articles(self.conn, [story])[story][0]
        vector = self.threads.remove_story(row.thread_id, story, Merger.of_evidence(row.evidence))
        if vector:
            self.removed.append((unpack(vector.vector).terms, vector.language, period_of(vector.arrived)))

    def _place(self, story: _Story) -> None:
        """Decide to which thread a story belongs, and write it."""
        first, language, terms = story.first, story.language, story.terms
        period = period_of(first.arrived)
        if self.threads.expire(first.arrived):
            self.counts.expire(period)
        with_term = self.counts.stories_with(terms.terms, period)
        vector = weigh(terms, with_term, self.counts.stories(language, period))
        rarest = vector.rarest(RAREST)
        living = self.threads.candidates(rarest, first.arrived)
        day = days_since_epoch(first.at)
        compared = [compare(vector, one, day, unspaced=terms.unspaced) for one in living.values()]
        found = best(compared)
        joins = found is not None and found.score >= THRESHOLD
        thread = found.thread_id if found and joins else first.page_id
        merger = find_merger(compared, living, unspaced=terms.unspaced)
        if merger and self.threads.may_merge(merger):
            self.threads.merge(merger)
            thread = merger.kept
        else:
            merger = None
        shared = [terms.written[term] for term in heaviest_shared(vector, living[found.thread_id])] if found else []
        self._write(story, thread, placing_evidence(found, joins=joins, shared=shared, merger=merger))
        stored = StoredVector(
            story_id=first.page_id,
            thread_id=thread,
            arrived=first.arrived,
            at=first.at,
            language=language,
            vector=vector.pack(),
        )
        rows.save_vector(self.conn, stored, rarest)
        if merger:
            self.threads.refresh(thread)
        elif joins:
            self.threads.extend(stored, vector)
        else:
            self.threads.begin(stored)
        self.counts.count(terms.terms, language, period, 1)

    def _write(self, story: _Story, thread: int, evidence: str) -> None:
        self.threads.touch(thread, story.language)
        rows.save_articles(
            self.conn,
            [
                ThreadArticle(
                    article_id=member.page_id,
                    thread_id=thread,
                    story_id=story.first.page_id,
                    source_id=member.source_id,
                    at=member.at,
                    content=story.digest if member is story.first else None,
                    evidence=evidence if member is story.first else None,
                )
                for member in story.members
            ],
        )

    def _replace_copies(self, story: _Story) -> None:
        """Write which articles are copies of a story that stays where it is."""
        kept = rows.kept_articles(self.conn, [story.first.page_id])[story.first.page_id]
        own = next(row for row in kept if row.evidence is not None)
        self.threads.touch(own.thread_id, story.language)
        if [(row.article_id, row.at) for row in kept] == [(member.page_id, member.at) for member in story.members]:
            return
        rows.delete_articles(self.conn, [story.first.page_id])
        self._write(story, own.thread_id, own.evidence or "{}")


def _digest_kept(kept: Iterable[ThreadArticle]) -> int | None:
    return next((row.content for row in kept if row.evidence is not None), None)
