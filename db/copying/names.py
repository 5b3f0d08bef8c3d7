"""Names of outlets as they are compared: 《江城晚报》, 江城晚報 and "江城晚报 (电子版)" are one name. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

MAX_NAME = 120
"""Characters of a printed name that count: longer ones are sentences."""
# "AFP/Reuters", "新华社、中新网", "Agence France-Presse (AFP)": the first named counts. Words such as "and" are part of names.
_NEXT_NAME = re.compile(r"[/／、;；|｜,，(（\[【]")
_NO_LETTER = re.compile(r"[\W_]+")
# Labels of a host that name no outlet. A label shorter than four letters is often a country or a service.
_NO_OUTLET = frozenset({"news", "info", "mobile", "amp"})
_SHORTEST_HOST_PART = 4


def first_name(printed: str) -> str:
    """The first outlet that a printed credit names, as printed."""
    short = printed[:MAX_NAME].strip().lstrip("(（[【/、 ")
    return _NEXT_NAME.split(short, maxsplit=1)[0].strip()


@lru_cache(maxsize=8192)
def name_key(printed: str | None) -> str:
    """By which printed names are compared: the letters and digits of the first name, folded. "" if it has none."""
    if not printed:
        return ""
    # Imported with the first name: numpy takes 80 ms, and most commands compare none.
    from db.text.folding import fold

    return _NO_LETTER.sub("", fold(first_name(printed)))


def host_keys(url: str) -> tuple[str, frozenset[str]]:
    """The key of an address's host, and those of its parts that may name the outlet: of evening-post.example.com `eveningpost`."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return "", frozenset()
    parts = {part for part in host.split(".")[:-1] if len(part) >= _SHORTEST_HOST_PART} - _NO_OUTLET
    return name_key(host), frozenset(name_key(part) for part in parts) - {""}
