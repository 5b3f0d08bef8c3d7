"""The last lines of `copydesk sources test`: what to do next, and the site rules that make a browser unnecessary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

# Rejections that a page has which a script would fill.
_DRAWN_BY_SCRIPT = frozenset({"empty", "no_text", "too_short", "not_article", "interstitial"})


def closing_lines(
    stopped: bool,
    rejected: Sequence[tuple[str, str, str]],
    json_lists: Sequence[Mapping[str, object]],
    *,
    articles: bool,
) -> Iterator[str]:
    """Lines under the report of a dry run. `articles`: whether it found any; `rejected`: address, reason and detail of others."""
    for rule in json_lists:
        yield "  the drawn page asks for a JSON list; with it in the site rules, no browser is needed to find the articles:"
        yield "    [[lists]]"
        yield from (f"    {name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rule.items())
    if stopped:
        yield "  stopped early; listings and articles may be missing here"
    elif not articles:
        if any(reason in _DRAWN_BY_SCRIPT for _, reason, _ in rejected):
            yield '  if its pages are drawn by script, `--set render="auto"` has a browser draw them (docs/rendering.md)'
        yield "  no article was extracted; see the lines above, and `copydesk doctor` for the settings in force"
