"""Packs many small records into a few byte strings: the form in which links leave a parser process and wait in the crawl's.

A listing may name 50,000 articles. As objects they take some 30 MB, and whatever visits all of them at once (unpickling, sorting,
garbage collection) blocks the interpreter, and with it the event loop, for tens of milliseconds. Packed records are bytes, unpacked
one part at a time.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, TypeVar, overload

# Records in a part, handled at once: unpacking them takes some 3 ms, writing as many links holds the write lock for 20 ms.
RECORDS_IN_PART = 1000

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class PackedRecords(Sequence[T_co], Generic[T_co]):
    """Records of one dataclass, in order. Made by `pack`. Iterating unpacks one part at a time."""

    _kind: type[T_co]
    _count: int
    _parts: tuple[bytes, ...] = field(repr=False)

    @property
    def number_of_parts(self) -> int:
        return len(self._parts)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(len(part) for part in self._parts)

    def part(self, number: int) -> list[T_co]:
        """The records of one part. Parts are counted from 0."""
        kind: Any = self._kind
        names = _names(kind)
        # Written by our own process: `pack`.
        return [kind(**dict(zip(names, row, strict=True))) for row in pickle.loads(self._parts[number])]  # noqa: S301

    def parts(self) -> Iterator[list[T_co]]:
        """All parts in order, each unpacked when it is taken."""
        return (self.part(number) for number in range(self.number_of_parts))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T_co]:
        for part in self.parts():
            yield from part

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        if isinstance(index, slice):
            return tuple(self)[index]
        number, within = divmod(range(self._count)[index], RECORDS_IN_PART)
        return self.part(number)[within]


def pack(kind: type[T], records: Iterable[T]) -> PackedRecords[T]:
    """Pack records of the dataclass `kind`. Packed records are returned as they are."""
    if isinstance(records, PackedRecords):
        return records
    dataclass_kind: Any = kind
    row_of, waiting = _row_of(dataclass_kind), iter(records)
    parts, count = [], 0
    while rows := [row_of(record) for record in islice(waiting, RECORDS_IN_PART)]:
        parts.append(pickle.dumps(rows, pickle.HIGHEST_PROTOCOL))
        count += len(rows)
    return PackedRecords(kind, count, tuple(parts))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@cache
def _row_of(kind: Any) -> Callable[[Any], tuple[Any, ...]]:
    """A function that returns the values of a record. For a single field, `attrgetter` would not return a tuple."""
    names = _names(kind)
    return attrgetter(*names) if len(names) > 1 else lambda record: (getattr(record, names[0]),)
