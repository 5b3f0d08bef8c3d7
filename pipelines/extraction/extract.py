"""From a page to an article: the one pure function of the desk.

`extract` sees a page's bytes, its address, the time of its fetch, the link that led to it and the site rules; nothing else: no
clock, no network, no memory of other pages. The same page gives the same outcome in any order, any process, at any time.

    bytes -> decode -> lay out -> headline, container -> body, moments, credits, the rest -> site rules -> gate -> outcome
"""

from __future__ import annotations

import json
import re
import traceback
from dataclasses import replace
from pathlib import PurePath

from db.models import Article, Outcome, Page, Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.extraction.assemble import read_article
from pipelines.extraction.encoding import decode
from pipelines.extraction.text.word_count import count_words

MAX_BODY = 20 * 1024 * 1024
"""Bytes. The longest article page of the development set has 1.6 million."""
ENOUGH_OF_DRAWN = 0.8
"""Share of the drawn text's words with which the received text counts as whole: scripts add teasers and calls to most pages."""
_DRAWN_TYPE = "text/html; charset=utf-8"
_HTML_TYPES = re.compile(r"html|xml|^text/plain|^application/octet-stream|^$", re.I)
_LOOKS_HTML = re.compile(rb"<(?:!doctype\s{1,9}html|html|head|body|meta|div|article|p|title|table)[\s>]", re.I)
_BINARY = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"\x00\x00\x00\x18ftyp",
)
# What may stand before a document's first element is passed over.
_ROOT = re.compile(
    rb"(?:<\?[^>]{0,500}>\s*|<!--(?:(?!-->).){0,2000}-->\s*|<!doctype[^>]{0,500}>\s*){0,9}<([a-z:]{1,20})[\s>]",
    re.I | re.S,
)
_ROOTS = {
    b"rss": "a feed",
    b"feed": "a feed",
    b"rdf:rdf": "a feed",
    b"urlset": "a sitemap",
    b"sitemapindex": "a sitemap",
    b"opml": "a list of feeds",
    b"svg": "a picture",
}
_CALL = re.compile(rb"(?:/\*\*/)?\s{0,40}+[\w$.]{1,80}\(\s{0,40}+(?=[\[{])")
"""JSON in a call, as for a script (JSONP)."""


def extract(page: Page, sites: Sites) -> Outcome:
    """Read one page. What goes wrong inside is a rejection with its traceback.

    Raises MemoryError, OSError and ImportError: they may be trouble of the machine, which is no property of a page
    (`pipelines.processing.worker_pool` finds out).
    """
    try:
        return _extract(page, sites)
    except (MemoryError, OSError, ImportError):
        raise
    except Exception:  # noqa: BLE001 - the one boundary where a crash becomes an outcome
        return Rejection(reason=Reason.CRASHED, detail=_traceback_without_paths())


def _extract(page: Page, sites: Sites) -> Outcome:
    if page.drawn is not None:
        received = _extract(replace(page, drawn=None), sites)
        drawn = _extract(replace(page, body=page.drawn, drawn=None, content_type=_DRAWN_TYPE), sites)
        return choose_reading(received, drawn)
    if refused := _at_the_door(page):
        return refused
    decoded = decode(page.body, page.content_type, page.address)
    if decoded is None:
        return Rejection(reason=Reason.UNDECODABLE, detail="No character encoding makes readable text of this body.")
    outcome = read_article(decoded.text, page, sites)
    return _joined(outcome, page, sites) if page.parts and isinstance(outcome, Article) else outcome


def choose_reading(received: Outcome, drawn: Outcome) -> Outcome:
    """What a page says that was read both ways: as received, and as a browser has drawn it.

    The drawn document counts where it says more: it also holds what scripts put around the text.
    """
    if not isinstance(drawn, Article):
        return received if isinstance(received, Article) else drawn
    if isinstance(received, Article) and received.word_count >= ENOUGH_OF_DRAWN * drawn.word_count:
        return received
    by = f"{drawn.provenance.get('text', '')}, drawn by a browser"
    return replace(drawn, provenance=dict(drawn.provenance) | {"text": by})


def _joined(first: Article, page: Page, sites: Sites) -> Article:
    """An article with the text and pictures of its further pages. What those repeat of the pages before is left out."""
    lines, images = first.text.split("\n"), list(first.images)
    for body in page.parts:
        part = _extract(replace(page, body=body, parts=()), sites)
        if isinstance(part, Article):
            seen, pictures = set(lines), {image.url for image in images}
            lines += [line for line in part.text.split("\n") if line not in seen]
            images += [image for image in part.images if image.url not in pictures]
    text = "\n".join(lines)
    by = f"{first.provenance.get('text', '')}, {1 + len(page.parts)} pages joined"
    return replace(
        first,
        text=text,
        images=tuple(images),
        word_count=count_words(text),
        provenance=dict(first.provenance) | {"text": by},
    )


def _at_the_door(page: Page) -> Rejection | None:
    """What can be refused without reading."""
    if page.status >= 400:
        return Rejection(reason=Reason.NOT_FOUND, detail=f"The server answered with status {page.status}.")
    if len(page.body) > MAX_BODY:
        return Rejection(
            reason=Reason.TOO_BIG, detail=f"The body has {len(page.body):,} bytes; at most {MAX_BODY:,} are read."
        )
    if not page.body.strip():
        return Rejection(reason=Reason.EMPTY, detail="The body is empty.")
    kind = (page.content_type or "").split(";", 1)[0].strip()
    looks = _LOOKS_HTML.search(page.body[:20_000].replace(b"\x00", b"")) is not None
    if page.body.startswith(_BINARY) or (not looks and (not _HTML_TYPES.search(kind) or kind.endswith("xml"))):
        return Rejection(reason=Reason.NOT_HTML, detail=f"The body is not HTML (declared as {kind or 'nothing'}).")
    if not looks and b"<" not in page.body[:20_000]:
        return Rejection(reason=Reason.NOT_HTML, detail="The body holds no markup.")
    if other := _other_format(page.body):
        return Rejection(reason=Reason.NOT_HTML, detail=f"The body is {other} (declared as {kind or 'nothing'}).")
    return None


def _other_format(body: bytes) -> str | None:
    """What a body is that holds markup and is no page: a feed, a sitemap, data."""
    start = body[:20_000].replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    if root := _ROOT.match(start):
        return _ROOTS.get(root[1].lower())
    if start[:1] in b"{[" or _CALL.match(start):
        text = _CALL.sub(b"", body.strip(), count=1).rstrip(b");")
        try:
            return "JSON" if isinstance(json.loads(text), dict | list) else None
        except (ValueError, RecursionError):
            return None
    return None


def _traceback_without_paths() -> str:
    """The traceback with file names alone: rows must be equal on every machine."""
    text = traceback.format_exc(limit=-12)
    return re.sub(r'File "([^"]+)"', lambda match: f'File "{PurePath(match[1]).name}"', text)
