"""Parses untrusted XML from the web into an element tree, however broken.

The strict parser runs first, since it is fast. Where it fails, the text is repaired (stray ampersands, control characters, junk
before the root) and parsed with recovery. The document type is always removed and no entity it defines is expanded, so there are no
external entities and no "billion laughs"; HTML entity names pass through as text, and `plain_text` decodes them.
"""

from __future__ import annotations

import gzip
import html
import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipelines.extraction.encoding import decode
from pipelines.text_limits import MAX_STATED_TEXT

MAX_UNPACKED = 50 * 1024 * 1024
"""Bytes read of an unpacked listing: sitemaps.org's limit for a sitemap. The rest is ignored."""

_PROLOGUE = 4096
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ROOT = re.compile(r"<(?:[A-Za-z]+:)?(?:rss|feed|rdf|urlset|sitemapindex|channel|opml)\b|<document>", re.IGNORECASE)
# Ampersands outside numeric references. Named ones too, because libxml2 loses even `&amp;` after an error; it keeps "&#38;".
_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)(amp;|lt;|gt;|quot;|apos;)?")
_REFERENCES = {None: "&#38;", "amp;": "&#38;", "lt;": "&#60;", "gt;": "&#62;", "quot;": "&#34;", "apos;": "&#39;"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")
_SPACE = re.compile(r"\s+")


class ParsedXml:
    """A parsed document; `note` says what was wrong with it, and why `root` is None."""

    __slots__ = ("note", "root")

    def __init__(self, root: etree._Element | None, note: str | None = None) -> None:
        self.root = root
        self.note = note


def read_xml(body: bytes, content_type: str | None = None) -> ParsedXml:
    """Parse an XML document in any encoding. Never raises."""
    decoded = decode(body, content_type) if body else None
    if decoded is None:
        return ParsedXml(None, "the body is empty or not text")
    text = decoded.text
    text = _without_doctype(text)
    root = _parse(_DECLARATION.sub("", text, count=1).lstrip("\ufeff \t\r\n"), recover=False)
    if root is not None:
        return ParsedXml(root)
    root = _parse(repair(text), recover=True)
    return ParsedXml(root, "the XML is not well-formed and was repaired" if root is not None else "the body is not XML")


def _without_doctype(text: str) -> str:
    found = _DOCTYPE.search(text, 0, _PROLOGUE)
    if found is None:
        return text
    end, subset = text.find(">", found.end()), text.find("[", found.end())
    if 0 <= subset < end:
        end = text.find(">", text.find("]", subset))
    return text[: found.start()] + text[end + 1 :] if end > 0 else text[: found.start()]


def repair(text: str) -> str:
    """The text from its root element on, without characters that XML forbids."""
    found = _ROOT.search(text)
    text = text[found.start() :] if found else _DECLARATION.sub("", text, count=1)
    return _CONTROLS.sub("", _AMPERSAND.sub(lambda found: _REFERENCES[found[1]], text)).strip()


# Documents come from anybody: no entities, no DTD, no network, no trees without limit.
_SAFE_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}


def _parse(text: str, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(recover=recover, **_SAFE_OPTIONS)
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def parse_fragment(text: str) -> etree._Element | None:
    """Parse one element cut out of a broken document, such as an `<item>` with undeclared prefixes; None where that fails."""
    return _parse(repair(text), recover=True)


class XmlStream:
    """Iterates over the elements with a local name in `ends`. Each is complete when yielded, and cleared before the next.

    For bodies whose tree would be too large. Repairs like `repair`, part by part. After the iteration, `note` says what was wrong.
    """

    def __init__(self, body: bytes, content_type: str | None, *, ends: tuple[str, ...]) -> None:
        self._body = _as_utf8(body, content_type)
        self._ends = frozenset(ends)
        self._parser = etree.XMLPullParser(events=("end",), recover=True, **_SAFE_OPTIONS)
        self.note: str | None = None

    def __iter__(self) -> Iterator[etree._Element]:
        try:
            for part in _parts(self._body):
                self._parser.feed(_AMPERSAND_BYTES.sub(_as_reference, part))
                yield from self._finished()
            self._parser.close()
            yield from self._finished()
        except etree.XMLSyntaxError:
            self.note = "the XML is broken and was read as far as possible"
        if self.note is None and len(self._parser.feed_error_log):
            self.note = "the XML is not well-formed and was repaired"

    def _finished(self) -> Iterator[etree._Element]:
        for _, element in self._parser.read_events():
            if isinstance(element, etree._Element) and local_name(element) in self._ends:
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and (before := element.getprevious()) is not None:
                    parent.remove(before)


_PART = 1 << 16
_AMPERSAND_BYTES = re.compile(_AMPERSAND.pattern.encode())
_REFERENCES_BYTES = {name and name.encode(): number.encode() for name, number in _REFERENCES.items()}


def _as_reference(found: re.Match[bytes]) -> bytes:
    return _REFERENCES_BYTES[found[1]]


def _parts(body: bytes) -> Iterator[bytes]:
    """The body in parts of about `_PART` bytes that end after a ">", so that no entity is split."""
    start = 0
    while start < len(body):
        end = body.find(b">", start + _PART) + 1 or len(body)
        yield body[start:end]
        start = end


def _as_utf8(body: bytes, content_type: str | None) -> bytes:
    """The body in UTF-8, from its root on, copied only where necessary."""
    head = body[:_PROLOGUE]
    if b"\x00" in head or (
        b"encoding" in head[:200] and not re.search(rb"encoding\s*=\s*[\"']utf-?8", head[:200], re.I)
    ):
        decoded = decode(body, content_type)
        body = decoded.text.encode("utf-8", "replace") if decoded else b""
    found = _ROOT_BYTES.search(body[: 4 * _PROLOGUE])
    return body[found.start() :] if found else body


def looks_like_xml(body: bytes) -> bool:
    """Whether the root of a feed or sitemap is near the beginning, whatever stands before it."""
    head = body[: 4 * _PROLOGUE]
    return _ROOT_BYTES.search(head.replace(b"\x00", b"") if b"\x00" in head else head) is not None


_ROOT_BYTES = re.compile(_ROOT.pattern.encode(), re.IGNORECASE)


def gunzip(body: bytes, limit: int = MAX_UNPACKED) -> bytes:
    """The body, decompressed if it is gzip: at most `limit` bytes, and of a damaged file what could be read."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    whole = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            while len(whole) < limit and (part := packed.read1(1 << 18)):
                whole += part
    except (OSError, EOFError, zlib.error):
        pass
    return bytes(whole[:limit])


def local_name(element: etree._Element) -> str:
    """The local name in lower case, with or without a declared namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def text_of(element: etree._Element) -> str:
    if len(element) == 0:
        return (element.text or "").strip()
    return "".join(str(part) for part in element.itertext()).strip()


def attribute(element: etree._Element, name: str) -> str | None:
    """The value of an attribute, stripped; None where absent or empty."""
    value = element.get(name)
    return value.strip() or None if value else None


def elements(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    wanted = frozenset(names)
    return (element for element in root.iter() if local_name(element) in wanted)


def plain_text(text: str | None) -> str | None:
    """Plain text on one line from text that may be escaped HTML: tags removed, entities decoded (twice, as feeds escape twice)."""
    if not text:
        return None
    text = text[:MAX_STATED_TEXT]
    for _ in range(2):
        if "<" in text:
            text = _TAG.sub("", _without_comments(text))
        if "&" in text:
            text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return _SPACE.sub(" ", _CONTROLS.sub("", text)).strip() or None


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    kept.append(text[at:])
    return "".join(kept)
