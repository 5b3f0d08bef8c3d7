"""Reduces a robots.txt to the one group that applies to a crawler, so that all other rules need not be parsed.

Protego copies each rule for every agent named above it: 15,000 agents with 10,000 rules below them, 400 KB, take it minutes and
gigabytes. Here, lines that name other agents lose the name; they still end the group before them.
"""

from __future__ import annotations

import re

_AGENT = re.compile(r"\s*+user[- ]?agent(?:\s*+:|\s)([^#]*+)", re.IGNORECASE)


def own_group(text: str, user_agent: str) -> str:
    """The text, in which agents other than the best match for `user_agent` have no name.

    A line matches if `user_agent` contains its name at the start of a word. The longest match counts, and "*" where there is none
    (RFC 9309, 2.2.1). As in Protego, "*" within a name is ignored.
    """
    lines = text.splitlines()
    named = {at: names for at, line in enumerate(lines) if (names := _names(line))}
    us = user_agent.strip().lower()
    wanted = max(
        dict.fromkeys(name for names in named.values() for name in names),
        key=lambda name: _specificity(name, us),
        default="*",
    )
    for at, names in named.items():
        lines[at] = f"User-agent: {wanted}" if wanted in names else "User-agent:"
    return "\n".join(lines)


def _names(line: str) -> tuple[str, ...]:
    found = _AGENT.match(line)
    name = found[1].strip().lower() if found else ""
    return tuple(dict.fromkeys(one for one in (name, name.replace("*", "") if name != "*" else "") if one))


def _specificity(name: str, us: str) -> int:
    """How specific a name is for us: its length; 1 for "*", 0 for other crawlers."""
    if name == "*":
        return 1
    at = us.find(name)
    while at > 0 and (us[at - 1].isalnum() or us[at - 1] in "-_"):
        at = us.find(name, at + 1)
    return len(name) if at >= 0 else 0
