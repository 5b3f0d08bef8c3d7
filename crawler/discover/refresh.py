"""Where a page sends its reader by itself: `<meta http-equiv="refresh">` and the header `Refresh`. Pure.

0; url=/ar/                 after no time, to /ar/
5;URL='https://a.example/'  after five seconds
300                         the same page again: no redirect
"""

from __future__ import annotations

import re

from lxml import etree, html

from pipelines.extraction.encoding import decode
from pipelines.text_limits import MAX_URL
from pipelines.urls import clean_url

# A page that sends its readers on later than this, in seconds, is meant to be read: a slide show, a live page.
LONGEST_S = 20.0
# Bytes of a page in which it is looked for: it stands in the head.
HEAD_BYTES = 64 * 1024

_CONTENT = re.compile(r"\s*+(\d{0,6}(?:\.\d{0,6})?)\s*+[;,]\s*+(?:url\s*+=\s*+)?(.*)", re.IGNORECASE | re.DOTALL)


def refresh_of(content: str, url: str, base: str | None = None) -> str | None:
    """The address that the value of a refresh leads to, None where it leads nowhere else, or not soon."""
    match = _CONTENT.match(content[: 2 * MAX_URL])
    if match is None or float(match[1] or "0") > LONGEST_S:
        return None
    target = match[2].strip()
    if target[:1] in ("'", '"'):
        target = target[1:].partition(target[0])[0]
    address = clean_url(target, base or url) if target else None
    return address if address != clean_url(url) else None


def may_refresh(body: bytes) -> bool:
    """Whether a page may have one, for little: parsing it is for a worker process."""
    head = body[:HEAD_BYTES].lower()
    return b"http-equiv" in head and b"refresh" in head


def next_address(body: bytes, url: str, content_type: str | None) -> str | None:
    """The address that a page sends its reader to, None where it sends nowhere. Never raises on what the web sends."""
    decoded = decode(body[:HEAD_BYTES], content_type)
    if decoded is None:
        return None
    try:
        root = html.document_fromstring(decoded.text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None
    base = next((clean_url(element.get("href") or "", url) for element in root.iter("base")), None)
    for meta in root.iter("meta"):
        # What stands in <noscript> mostly says that the page wants scripts, and lxml parses it as a page without them would.
        if (meta.get("http-equiv") or "").strip().lower() == "refresh" and not any(
            parent.tag == "noscript" for parent in meta.iterancestors()
        ):
            return refresh_of(meta.get("content") or "", url, base)
    return None
