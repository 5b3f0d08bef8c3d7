"""The last few runs of each source, packed: as objects, a dozen of each of 5,000 sources took 40 MB of the service's memory."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from db.store.crawl.source_runs import SourceRun
from scheduler.planning.plan import PastRun

RUNS_KEPT = 12
"""Past runs of a source that the plan needs: after a dozen failures in a row, any cadence above 10 s waits the longest."""
BY_HUB = "hub"
"""The reason of a run that a hub's ping asked for."""
# Id, begun and ended in milliseconds (ended: 0 while it lasts), new links, flags.
_RUN = struct.Struct("<qqqIB")
_ENDED = (None, "finished", "failed", "stopped")
_ENDED_BITS, _BY_HAND_BIT, _BY_HUB_BIT = 3, 4, 8


class RunHistories:
    """The runs by source, newest first."""

    def __init__(self) -> None:
        self.last_id = -1
        """The highest id that was read."""
        self.open_ids: set[int] = set()
        """Runs that had not ended when they were read."""
        self._packed: dict[int, bytes] = {}

    def __contains__(self, source_id: int) -> bool:
        return source_id in self._packed

    def of(self, source_id: int) -> tuple[PastRun, ...]:
        """The runs of a source."""
        return tuple(_unpack(*fields) for fields in _RUN.iter_unpack(self._packed.get(source_id, b"")))

    def add(self, source_id: int, runs: Iterable[SourceRun]) -> None:
        """Add new runs of a source, or none, so that it is known, and ended ones in the place of what they were."""
        packed = self._packed.get(source_id, b"")
        by_id = {
            _RUN.unpack_from(packed, at)[0]: packed[at : at + _RUN.size] for at in range(0, len(packed), _RUN.size)
        }
        for run in runs:
            by_id[run.id] = _pack(run)
            (self.open_ids.discard if run.ended else self.open_ids.add)(run.id)
        self._packed[source_id] = b"".join(by_id[run_id] for run_id in sorted(by_id, reverse=True)[:RUNS_KEPT])

    def forget(self, source_id: int) -> None:
        """Forget the runs of a source."""
        self._packed.pop(source_id, None)


def _pack(run: SourceRun) -> bytes:
    flags = _ENDED.index(run.ended) | _BY_HAND_BIT * (run.reason == "by hand") | _BY_HUB_BIT * (run.reason == BY_HUB)
    return _RUN.pack(run.id, _to_ms(run.started_at), _to_ms(run.ended_at) if run.ended_at else 0, run.found, flags)


def _to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _unpack(_: int, started_ms: int, ended_ms: int, found: int, flags: int) -> PastRun:
    return PastRun(
        started_at=datetime.fromtimestamp(started_ms / 1000, UTC),
        ended=_ENDED[flags & _ENDED_BITS],
        seconds=max(0, ended_ms - started_ms) / 1000,
        by_hand=bool(flags & _BY_HAND_BIT),
        by_hub=bool(flags & _BY_HUB_BIT),
        found=found,
    )
