"""What the entries of a list say, by the field that a site's rule reads: hints for links, and a sentence on what reads nothing.

A rule that fits no entry at all is a mistake of the rule or a change of the site; silence would look like a site without news.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from crawler.discover.listing import LinkHints
from crawler.discover.xml_tree import plain

Words = Mapping[str, str | None]
"""What one entry holds for each field that the rule names, as it stands there."""
ReadTime = Callable[[str | None], datetime | None]

TIMES = ("published", "modified")
_LONGEST_SAMPLE = 60


def hints_of(words: Words, read_time: ReadTime) -> LinkHints:
    """What an entry says about its article."""
    return LinkHints(
        title=plain(words.get("title")),
        published=read_time(words.get("published")),
        modified=read_time(words.get("modified")),
        author=plain(words.get("author")),
        section=plain(words.get("section")),
    )


def what_reads_nothing(
    rules: Mapping[str, str], entries: Sequence[Words], read_time: ReadTime, why: Callable[[str], str]
) -> list[str]:
    """Half a sentence for each rule (by field) that gives nothing in any entry. `why` tells more of a rule that finds nothing."""
    told = []
    for name, rule in rules.items():
        found = [words[name] for words in entries if words.get(name)]
        if entries and not found:
            told.append(f"{name} = {rule!r}: nothing in any of {len(entries)} entries{why(rule)}")
        elif found and name in TIMES and not any(map(read_time, found)):
            sample = (found[0] or "")[:_LONGEST_SAMPLE]
            told.append(f"{name} = {rule!r}: {sample!r} is no time, or has no offset and the site no timezone")
    return told
