"""Which back-fill the service goes on with next, and for how long, as a pure function.

Back-fills are worked on in slices, one at a time, in the gaps that a source's cadence leaves: a crawl of today's news never waits
for the past, since a slice ends before its source is due again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.store.archives.backfills import Backfill
from db.timestamps import is_to_come
from scheduler.planning.plan import PlannedSource

LONGEST_S = 600.0
"""Seconds of a slice at most: so long may a hub's ping, a stop or changed hours find a source at work; it is stopped then."""
LEAST_S = 30.0
"""A shorter slice would be start-up for the most part (some 2 s). Sources that are crawled more often get it nevertheless."""
MARGIN_S = 10.0
"""Seconds that a slice ends before its source is due: within 8 s of being told to stop, a process has ended."""
REST = timedelta(hours=1)
"""The pause of a source after a slice that got nowhere: its lists or pages fail, and are tried in three runs only."""
_QUICKEST_S = 0.2
"""Seconds between two requests that a budget allows for, however short the pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillSlice:
    """A piece of work: of which back-fill, at most how many articles, at most how many seconds."""

    backfill: Backfill
    budget: int
    limit_s: float


def choose_slice(
    waiting: Iterable[Backfill],
    sources: Mapping[int, PlannedSource],
    next_runs: Mapping[int, datetime],
    served: Mapping[int, datetime],
    now: datetime,
) -> BackfillSlice | None:
    """The slice to start now: of the source that was served longest ago, of those with time before their next crawl.

    `next_runs`: when each source is due. `served`: until when each source has had its turn; one in the future makes it wait.
    """
    fit = []
    for backfill in waiting:
        source = sources.get(backfill.source_id)
        last = served.get(backfill.source_id)
        if source is None or source.paused or source.at_work or (last is not None and is_to_come(last, now, REST)):
            continue
        room = _room(source, next_runs.get(source.id), now)
        if room >= LEAST_S:
            fit.append((last is not None, last or now, backfill.id, backfill, room))
    if not fit:
        return None
    *_, backfill, room = min(fit)
    return BackfillSlice(
        backfill=backfill,
        budget=math.ceil(room / max(backfill.pause, _QUICKEST_S)),
        limit_s=room,
    )


def _room(source: PlannedSource, due: datetime | None, now: datetime) -> float:
    """The seconds until a source's next crawl, as far as a slice may use them."""
    if due is None:
        return LONGEST_S
    room = min(LONGEST_S, (due - now).total_seconds() - MARGIN_S)
    is_quick = source.cadence.usual_s < LEAST_S + 2 * MARGIN_S
    return LEAST_S if is_quick and room > -MARGIN_S else room
