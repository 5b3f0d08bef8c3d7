"""From a page to an article or a rejection: the pure function `extract`.

It sees a page's bytes and headers, its address, the time of its fetch, the link that led to it and the site rules. It sees no
clock, no network and no other page: a page gives the same outcome in any order, process and time.

    bytes -> decode -> parse -> headline, main content -> text, dates, credits, other fields -> site rules -> check -> outcome
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
from pipelines.extraction.page.headings import find_subheadings, levels_of
from pipelines.extraction.text.raised_digits import with_raised_digits
from pipelines.extraction.text.word_count import count_words

MAX_BODY = 20 * 1024 * 1024
"""Bytes. The longest development page has 1.6 million."""
ENOUGH_OF_DRAWN = 0.8
"""Share of the drawn text's words with which the received text counts as whole: scripts add teasers and calls to most pages."""
_DRAWN_TYPE = "text/html; charset=utf-8"
_HTML_TYPES = re.compile(r"html|xml|^text/plain|^application/octet-stream|^$", re.I)
_LOOKS_HTML = re.compile(rb"<(?:!doctype\s{1,9}html|html|head|body|meta|div|article|p|title|table)[\s>]", re.I)
_BINARY_SIGNATURES = (
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
# Declarations, comments and the doctype before the first element are skipped.
_ROOT_ELEMENT = re.compile(
    rb"(?:<\?[^>]{0,500}>\s*|<!--(?:(?!-->).){0,2000}-->\s*|<!doctype[^>]{0,500}>\s*){0,9}<([a-z:]{1,20})[\s>]",
    re.I | re.S,
)
_OTHER_FORMATS = {
    b"rss": "a feed",
    b"feed": "a feed",
    b"rdf:rdf": "a feed",
    b"urlset": "a sitemap",
    b"sitemapindex": "a sitemap",
    b"opml": "a list of feeds",
    b"svg": "a picture",
}
_JSONP_CALL = re.compile(rb"(?:/\*\*/)?\s{0,40}+[\w$.]{1,80}\(\s{0,40}+(?=[\[{])")
"""JSON as the argument of a call (JSONP)."""


def extract(page: Page, sites: Sites) -> Outcome:
    """Read one page. An error while reading is a rejection with its traceback.

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
    if rejection := _check_input(page):
        return rejection
    decoded = decode(page.body, page.content_type, page.address)
    if decoded is None:
        return Rejection(reason=Reason.UNDECODABLE, detail="No character encoding makes readable text of this body.")
    outcome = read_article(with_raised_digits(decoded.text), page, sites)
    return _join_parts(outcome, page, sites) if page.parts and isinstance(outcome, Article) else outcome


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


def _join_parts(first: Article, page: Page, sites: Sites) -> Article:
    """An article with the text and pictures of its further pages, without what those repeat."""
    lines, images, levels = first.text.split("\n"), list(first.images), levels_of(first)
    for body in page.parts:
        part = _extract(replace(page, body=body, parts=()), sites)
        if isinstance(part, Article):
            seen, pictures = set(lines), {image.url for image in images}
            levels = levels_of(part) | levels
            lines += [line for line in part.text.split("\n") if line not in seen]
            images += [image for image in part.images if image.url not in pictures]
    text = "\n".join(lines)
    provenance = f"{first.provenance.get('text', '')}, {1 + len(page.parts)} pages joined"
    return replace(
        first,
        text=text,
        images=tuple(images),
        subheadings=find_subheadings(lines, levels),
        word_count=count_words(text),
        provenance=dict(first.provenance) | {"text": provenance},
    )


def _check_input(page: Page) -> Rejection | None:
    """The rejection of a body that need not be parsed."""
    if page.status >= 400:
        return Rejection(reason=Reason.NOT_FOUND, detail=f"The server answered with status {page.status}.")
    if len(page.body) > MAX_BODY:
        return Rejection(
            reason=Reason.TOO_BIG, detail=f"The body has {len(page.body):,} bytes; at most {MAX_BODY:,} are read."
        )
    if not page.body or page.body.isspace():
        return Rejection(reason=Reason.EMPTY, detail="The body is empty.")
    media_type = (page.content_type or "").split(";", 1)[0].strip()
    looks_like_html = _LOOKS_HTML.search(page.body[:20_000].replace(b"\x00", b"")) is not None
    if page.body.startswith(_BINARY_SIGNATURES) or (
        not looks_like_html and (not _HTML_TYPES.search(media_type) or media_type.endswith("xml"))
    ):
        return Rejection(
            reason=Reason.NOT_HTML, detail=f"The body is not HTML (declared as {media_type or 'nothing'})."
        )
    if not looks_like_html and b"<" not in page.body[:20_000]:
        return Rejection(reason=Reason.NOT_HTML, detail="The body holds no markup.")
    if other_format := _other_format(page.body):
        return Rejection(
            reason=Reason.NOT_HTML, detail=f"The body is {other_format} (declared as {media_type or 'nothing'})."
        )
    return None


def _other_format(body: bytes) -> str | None:
    """The format of a body with markup that is not a page: a feed, a sitemap, data."""
    start = body[:20_000].replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe \t\r\n")
    if root := _ROOT_ELEMENT.match(start):
        return _OTHER_FORMATS.get(root[1].lower())
    if start[:1] in b"{[" or _JSONP_CALL.match(start):
        text = _JSONP_CALL.sub(b"", body.strip(), count=1).rstrip(b");")
        try:
            return "JSON" if isinstance(json.loads(text), dict | list) else None
        except (ValueError, RecursionError):
            return None
    return None


def _traceback_without_paths() -> str:
    """The traceback with bare file names: rows must be equal on every machine."""
    text = traceback.format_exc(limit=-12)
    return re.sub(r'File "([^"]+)"', lambda match: f'File "{PurePath(match[1]).name}"', text)
