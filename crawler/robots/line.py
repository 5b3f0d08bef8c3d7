"""The line of a robots.txt that forbids an address, to be quoted. Pure.

Whether an address is forbidden is decided by Protego (`crawler.robots.policy`); this only finds the line that says so: the
longest rule of our group that matches (RFC 9309, 2.2.2).
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_RULE = re.compile(r"\s*+(user-?agent|allow|disallow)\s*+:\s*+([^#]*+)", re.IGNORECASE)
MAX_LINE = 200
"""Characters quoted of a line."""


def forbidding_line(text: str, url: str) -> str | None:
    """The line, with its number; None where no line does. `text`: as `crawler.robots.group.own_group` returns it."""
    parts = urlsplit(url)
    target = unquote(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}")
    ours, heads = False, False
    best: tuple[int, int, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _RULE.match(line)) is None:
            continue
        word, value = found[1].lower(), found[2].strip()
        if word.startswith("user"):
            ours = bool(value) or (ours and heads)
            heads = True
            continue
        heads = False
        if ours and value and _matches(unquote(value), target):
            rank = (len(value), word == "allow", f"line {number}: {line.strip()[:MAX_LINE]}")
            if best is None or rank[:2] > best[:2]:
                best = rank[0], int(rank[1]), rank[2]
    return best[2] if best and not best[1] else None


def _matches(pattern: str, target: str) -> bool:
    """Whether a path begins as the pattern says: `*` is anything, `$` at its end the end. In linear time for each part."""
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    for number, part in enumerate(others, 1):
        if anchored and number == len(others) and part:
            return target.endswith(part) and len(target) - len(part) >= at
        if (found := target.find(part, at)) < 0:
            return False
        at = found + len(part)
    return not anchored or at == len(target) or bool(others and not others[-1])
