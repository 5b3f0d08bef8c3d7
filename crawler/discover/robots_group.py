"""The one group of a robots.txt that a crawler obeys, so that the rules of all others need not be read.

Protego gives every agent named above a rule its own copy of it: 15,000 agents with 10,000 rules below them, 400 KB, take it
minutes and gigabytes. Here the lines that name other agents lose the name; they still end the group before.
"""

from __future__ import annotations

import re

_AGENT = re.compile(r"\s*+user[- ]?agent(?:\s*+:|\s)([^#]*+)", re.IGNORECASE)


def own_group(text: str, user_agent: str) -> str:
    """The text with the agents that `user_agent` is not, or is less exactly, left without a name.

    An agent is meant by a line that holds its name, or a part of it from a word's beginning on; the longest such line counts,
    "*" where there is none (RFC 9309, 2.2.1). As Protego has it, "*" within a name is passed over.
    """
    lines = text.splitlines()
    named = {at: names for at, line in enumerate(lines) if (names := _names(line))}
    us = user_agent.strip().lower()
    wanted = max(
        dict.fromkeys(name for names in named.values() for name in names), key=lambda name: _fit(name, us), default="*"
    )
    for at, names in named.items():
        lines[at] = f"User-agent: {wanted}" if wanted in names else "User-agent:"
    return "\n".join(lines)


def _names(line: str) -> tuple[str, ...]:
    found = _AGENT.match(line)
    name = found[1].strip().lower() if found else ""
    return tuple(dict.fromkeys(one for one in (name, name.replace("*", "") if name != "*" else "") if one))


def _fit(name: str, us: str) -> int:
    """How exactly a name means us: its length, 1 for all crawlers, 0 for others."""
    if name == "*":
        return 1
    at = us.find(name)
    while at > 0 and (us[at - 1].isalnum() or us[at - 1] in "-_"):
        at = us.find(name, at + 1)
    return len(name) if at >= 0 else 0
