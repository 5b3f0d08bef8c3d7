"""The WARC header `X-Copydesk-Page`: what the WARC standard has no place for, so that an export can be imported without loss.

Its value is JSON in ASCII: the requested address if it was redirected, the link with what the listing said (extraction uses it),
the source, the duration of the request, the number of records with further parts that follow, and whether a drawn document does.
The standard lets readers ignore headers that they do not know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.models import Link, LinkKind
from pipelines.urls import clean_url, link_key

HEADER = "X-Copydesk-Page"
ORIGINAL = "X-Archive-Orig-"
"""Prefix of response headers that do not describe the stored body any more, as web archives use it."""
_MOST_PARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcHeader:
    """The content of the header. `asked`: the requested address; `source`: name and address; `parts`: records that follow."""

    asked: str | None = None
    link: Link | None = None
    source: tuple[str, str] | None = None
    duration_ms: int | None = None
    parts: int = 0
    is_part: bool = False
    drawn: bool = False
    """Whether a record with its drawn document follows, after the parts."""


def encode_header(exported: WarcHeader) -> str:
    """The value of the header."""
    link = exported.link
    said = {
        "asked": exported.asked,
        "link": link
        and {
            "url": link.url,
            "kind": link.kind.value,
            "found_in": link.found_in,
            "title": link.title,
            "published": link.published and link.published.isoformat(),
            "modified": link.modified and link.modified.isoformat(),
            "author": link.author,
            "section": link.section,
        },
        "source": exported.source,
        "duration_ms": exported.duration_ms,
        "parts": exported.parts,
        "part": exported.is_part,
        "drawn": exported.drawn,
    }
    return json.dumps({name: value for name, value in said.items() if value})


def decode_header(headers: Any) -> WarcHeader | None:
    """The content of a record's header; None if it is missing or invalid."""
    text = headers.get_header(HEADER)
    if text is None:
        return None
    try:
        said = json.loads(text)
        source = said.get("source")
        if source is not None and not (len(source) == 2 and source[0] and clean_url(str(source[1]))):
            return None
        return WarcHeader(
            asked=clean_url(said["asked"]) if said.get("asked") else None,
            link=_link(said["link"]) if said.get("link") else None,
            source=(str(source[0]), str(source[1])) if source else None,
            duration_ms=int(said["duration_ms"]) if said.get("duration_ms") else None,
            parts=min(_MOST_PARTS, max(0, int(said.get("parts", 0)))),
            is_part=bool(said.get("part")),
            drawn=bool(said.get("drawn")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _link(said: dict[str, Any]) -> Link:
    def text(name: str) -> str | None:
        return str(said[name]) if said.get(name) else None

    def time(name: str) -> datetime | None:
        return datetime.fromisoformat(said[name]) if said.get(name) else None

    url = clean_url(said["url"])
    if url is None:
        raise ValueError("a link without an address")
    return Link(
        url=url,
        key=link_key(url),
        kind=LinkKind(said["kind"]),
        found_in=text("found_in"),
        title=text("title"),
        published=time("published"),
        modified=time("modified"),
        author=text("author"),
        section=text("section"),
    )
