"""What a WARC of ours says beyond the standard, in one header of the record, so that nothing is lost on the way back.

`X-Copydesk-Page` is JSON in ASCII: the address that was asked for where it led elsewhere, the link with what the listing said
(extraction looks at it), the source, how long the answer took, and how many records of further parts follow. The WARC standard
lets a reader ignore names it does not know.
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
"""Before the name of an answer's header that is no longer true of the body as stored, as web archives write it."""
_MOST_PARTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcHeader:
    """The header's content."""

    asked: str | None = None
    link: Link | None = None
    source: tuple[str, str] | None = None
    duration_ms: int | None = None
    parts: int = 0
    is_part: bool = False


def encode_header(exported: WarcHeader) -> str:
    """The header's value."""
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
    }
    return json.dumps({name: value for name, value in said.items() if value})


def decode_header(headers: Any) -> WarcHeader | None:
    """The content of a record's header; None where there is none, or none that we could have written."""
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
