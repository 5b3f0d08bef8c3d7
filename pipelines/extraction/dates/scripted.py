"""Dates that a page's inline scripts print: `document.write('2024-03-05 10:20')`, `$('#time').text("2024-03-05")`, `var t = …`.

Old templates, of Chinese sites above all, have their date nowhere else.
"""

from __future__ import annotations

import re

_DAY = r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?"
_PRINTED = re.compile(
    rf"(?:document\.write(?:ln)?\(|\.(?:text|html|append)\(|\.inner(?:HTML|Text)\s?=)\s{{0,3}}[\"'](?P<printed>{_DAY})[\"']"
    rf"|\bvar\s{{1,3}}(?![\w$]{{0,20}}(?i:end|start|begin|expir|now|today|limit|update))[\w$]{{1,30}}\s?=\s?[\"'](?P<assigned>{_DAY})[\"']"
)
_OPENING = re.compile(r"[\"'](?:19|20)\d\d[-/.年]")
"""What every such date has, found in a thirtieth of the time."""
_BEFORE, _BEHIND = 50, 40
"""Characters around such an opening in which the assignment and the whole date stand."""
_MOST = 3_000_000
"""Characters of a page that are searched."""


def scripted_time(html: str) -> str | None:
    """The one date that the scripts of a page print, else the one that they assign; None where there are several."""
    html = html[:_MOST]
    if "document.write" not in html and "<script" not in html:
        return None
    openings = (match.start() for match in _OPENING.finditer(html))
    found = [match for at in openings for match in _PRINTED.finditer(html, max(0, at - _BEFORE), at + _BEHIND)]
    for group in ("printed", "assigned"):
        days = {match[group] for match in found if match[group]}
        if days:
            return days.pop() if len(days) == 1 else None
    return None
