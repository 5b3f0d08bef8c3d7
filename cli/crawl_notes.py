"""What a crawl has to say of its sources, without repeating what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.run import CrawlResult

ALIKE = 4
"""So many sources do not have the same trouble by chance: the cause is named once."""


def notes_of(crawled: CrawlResult) -> list[str]:
    """What is wrong with the sources: a line for each note, but one for a cause that several share."""
    by_cause: dict[str, list[tuple[str, str]]] = {}
    for visit in crawled.visits:
        for note in visit.notes:
            cause = note.partition(": ")[2] if note.startswith(("http://", "https://")) else note
            by_cause.setdefault(cause.replace(visit.source.name, "NAME"), []).append((visit.source.name, note))
    lines = []
    for cause, cases in by_cause.items():
        names = list(dict.fromkeys(name for name, _ in cases))
        if len(names) < ALIKE:
            lines += [f"{name}: {note}" for name, note in cases]
        else:
            lines.append(f"{len(names)} sources ({', '.join(names[:3])}, ...): {cause}")
    return lines
