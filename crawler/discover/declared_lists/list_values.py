"""The values of list entries, by the field that a site rule reads: hints for links, and notes on fields that are always empty.

A rule that matches in no entry is mistaken, or the site has changed. Without a note that would look like a site without news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from crawler.discover.listings.listing import LinkHints
from crawler.discover.listings.xml_tree import plain_text

Words = Mapping[str, str | None]
"""The text of each field of one entry, as found."""
ReadTime = Callable[[str | None], datetime | None]

TIMES = ("published", "modified")
_LONGEST_SAMPLE = 60


def hints_of(words: Words, read_time: ReadTime) -> LinkHints:
    return LinkHints(
        title=plain_text(words.get("title")),
        published=read_time(words.get("published")),
        modified=read_time(words.get("modified")),
        author=plain_text(words.get("author")),
        section=plain_text(words.get("section")),
    )


def notes_on_empty_fields(
    rules: Mapping[str, str], entries: Sequence[Words], read_time: ReadTime, why: Callable[[str], str]
) -> list[str]:
    """Half a sentence for each rule (by field) that finds nothing usable in any entry. `why` explains a rule that finds nothing."""
    notes = []
    for name, rule in rules.items():
        found = [words[name] for words in entries if words.get(name)]
        if entries and not found:
            notes.append(f"{name} = {rule!r}: nothing in any of {len(entries)} entries{why(rule)}")
        elif found and name in TIMES and not any(map(read_time, found)):
            sample = (found[0] or "")[:_LONGEST_SAMPLE]
            notes.append(f"{name} = {rule!r}: {sample!r} is no time, or has no offset and the site no timezone")
    return notes
