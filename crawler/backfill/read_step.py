"""Reads the answer to a step in a worker process: its channel's links become rows, those that are not wanted are left out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.backfill.channel import BackfillScope, Channel, ChannelAnswer, PastLink, Step
from crawler.backfill.past_times import may_hold, midnight, month_of
from crawler.discover.addresses.address_dates import dates_in
from crawler.discover.listings.listing import OwnSites
from crawler.discover.read_listing import why_not_fetched
from crawler.parsing.packed_records import PackedRecords, pack
from db.models import Link
from db.site_rules.loader import Sites
from db.store.archives.backfill_queue import PastLinkRow, StoredStep
from db.timestamps import format_timestamp
from pipelines.urls import clean_url, link_key


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadAnswer:
    """What a step's answer holds, ready to be stored."""

    links: PackedRecords[PastLinkRow]
    next_steps: tuple[StoredStep, ...]
    trouble: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadStep:
    """The answer to a step (a task of `crawler.parsing.parser`)."""

    channel: Channel
    scope: BackfillScope
    step: Step
    answer: ChannelAnswer

    @property
    def size(self) -> int:
        """Bytes to parse."""
        return len(self.answer.body)

    def parse(self, sites: Sites) -> ReadAnswer:
        """What the answer holds. Pure."""
        result = self.channel.read(self.scope, self.step, self.answer)
        return ReadAnswer(
            links=pack(PastLinkRow, wanted_links(self.scope, self.step, result.links)),
            next_steps=tuple(stored_step(step) for step in result.next_steps),
            trouble=result.trouble,
        )


def stored_step(step: Step) -> StoredStep:
    """A step as a row."""
    first, last = step.byte_range or (None, None)
    return StoredStep(
        channel=step.channel,
        url=step.url,
        first_byte=first,
        last_byte=last,
        month=step.month,
        state=json.dumps(step.state, ensure_ascii=False),
    )


def step_of(row: StoredStep) -> Step:
    """The step that a row is."""
    in_part = row.first_byte is not None and row.last_byte is not None
    return Step(
        channel=row.channel,
        url=row.url,
        month=row.month,
        state=json.loads(row.state),
        byte_range=(row.first_byte or 0, row.last_byte or 0) if in_part else None,
    )


def wanted_links(scope: BackfillScope, step: Step, links: Sequence[PastLink]) -> Iterator[PastLinkRow]:
    """The links that are of the source, of the time asked for, and may be articles; each as a row, once."""
    own = OwnSites([scope.home], (*scope.hosts, *(scope.site.hosts if scope.site else ())))
    seen: set[tuple[str, str]] = set()
    for link in links:
        url = clean_url(link.url)
        if url is None or url not in own:
            continue
        key = link_key(url)
        if (key, link.digest or "") in seen or not _is_of_the_time(scope, link, url):
            continue
        if why_not_fetched(Link(url=url, key=key, kind=link.kind, found_in=step.url), scope.site) is None:
            seen.add((key, link.digest or ""))
            yield _row(scope, step, link, url, key)


def _is_of_the_time(scope: BackfillScope, link: PastLink, url: str) -> bool:
    if link.published is not None:
        return scope.since <= link.published < scope.until
    if link.modified is not None and link.modified < scope.since:
        return False  # published before that, too
    return may_hold(url, scope.since, scope.until)


def _row(scope: BackfillScope, step: Step, link: PastLink, url: str, key: str) -> PastLinkRow:
    span = dates_in(url)
    by_address = midnight(span[0]) if span and (span[1] - span[0]).days <= 31 else None
    changed = link.modified if link.modified is not None and link.modified < scope.until else None
    at = link.published or by_address or changed or link.captured_at
    first, last = link.byte_range or (None, None)
    return PastLinkRow(
        key=key,
        url=url,
        channel=step.channel,
        found_in=step.url,
        month=month_of(at.astimezone(UTC)) if at else step.month,
        at=format_timestamp(at) if at else None,
        kind=link.kind.value,
        title=link.title,
        published=_stamp(link.published),
        modified=_stamp(link.modified),
        author=link.author,
        section=link.section,
        size=link.size,
        fetch_url=link.fetch_url,
        first_byte=first,
        last_byte=last,
        captured_at=_stamp(link.captured_at),
        # A capture without a digest is one of its own; the digest of a link to the site itself is empty.
        digest=link.digest or link.fetch_url or "",
    )


def _stamp(at: datetime | None) -> str | None:
    return format_timestamp(at) if at else None
