"""Values that a page keeps for its scripts in form fields instead of scripts."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable

_FIELD = re.compile(r"<textarea\b([^<>]{0,400})>", re.I)
_FIELD_NAME = re.compile(r"\b(?:class|id|name)=[\"']?([\w-]{1,60})")
JSON = re.compile(r"\s{0,9}\[?\s{0,9}\{\s{0,9}\\?(?:\"|&quot;)")
"""How an object or a list of objects begins."""
_FIELD_END = re.compile("</textarea", re.I)


def text_areas(html: str, is_known_key: Callable[[str], bool]) -> dict[str, str]:
    """What form fields hold that a site uses as a store of its values, by class, id or name."""
    fields: dict[str, str] = {}
    end = 0
    while (start := _FIELD.search(html, end)) and (closing := _FIELD_END.search(html, start.end())):
        end = closing.start()
        value = html[start.end() : end]
        if (name := _FIELD_NAME.search(start[1])) and (is_known_key(name[1]) or JSON.match(value)):
            fields[name[1]] = entities.unescape(value)
    return fields
