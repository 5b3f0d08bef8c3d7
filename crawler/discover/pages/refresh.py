"""Finds refreshes: `<meta http-equiv="refresh">` and the header `Refresh`. Pure.

0; url=/ar/                 at once, to /ar/
5;URL='https://a.example/'  after five seconds
300                         reload: no redirect
"""

from __future__ import annotations

import re

from pipelines.extraction.encoding import decode
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_URL
from pipelines.urls import clean_url

# Seconds. A page with a longer delay is meant to be read: a slide show, a live page.
MAX_DELAY_S = 20.0
# Bytes of a page that are searched: refreshes stand in the head.
HEAD_BYTES = 64 * 1024

_CONTENT = re.compile(r"\s*+(\d{0,6}(?:\.\d{0,6})?)\s*+[;,]\s*+(?:url\s*+=\s*+)?(.*)", re.IGNORECASE | re.DOTALL)


def refresh_target(content: str, url: str, base: str | None = None) -> str | None:
    """The URL in the value of a refresh, None where it is the same page, or the delay is too long."""
    match = _CONTENT.match(content[: 2 * MAX_URL])
    if match is None or float(match[1] or "0") > MAX_DELAY_S:
        return None
    target = match[2].strip()
    if target[:1] in ("'", '"'):
        target = target[1:].partition(target[0])[0]
    address = clean_url(target, base or url) if target else None
    return address if address != clean_url(url) else None


def may_refresh(body: bytes) -> bool:
    """Whether a page may contain a refresh: a cheap check, since parsing is for a worker process."""
    head = body[:HEAD_BYTES].lower()
    return b"http-equiv" in head and b"refresh" in head


def find_refresh(body: bytes, url: str, content_type: str | None) -> str | None:
    """The URL that a page refreshes to, None where there is none. Never raises on input from the web."""
    decoded = decode(body[:HEAD_BYTES], content_type)
    root = parse_html(decoded.text) if decoded is not None else None
    if root is None:
        return None
    base = next((clean_url(element.get("href") or "", url) for element in root.iter("base")), None)
    for meta in root.iter("meta"):
        # A refresh in <noscript> mostly says that the page needs scripts; libxml2 parses it as browsers without scripts do.
        if (meta.get("http-equiv") or "").strip().lower() == "refresh" and not any(
            parent.tag == "noscript" for parent in meta.iterancestors()
        ):
            return refresh_target(meta.get("content") or "", url, base)
    return None
