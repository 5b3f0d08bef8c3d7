"""Reads and writes lists of sources: OPML 1 and 2 (as feed readers export), or plain text with one address a line.

    https://www.example-daily.com/          # comments and empty lines are skipped
    Example Daily, https://www.example-daily.com/     an optional name comes first, separated by a comma, tab, or |

Only the form is checked here; adding the source checks the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from db.errors import UsageError
from db.models import Listing, ListingKind, Source

Listed = tuple[str | None, str]
"""Name, if given, and address."""

_HTTP = re.compile(r"https?://\S+", re.IGNORECASE)
_BARE_HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:/\S*)?")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_ATTRIBUTES = ("htmlurl", "xmlurl", "url")


def read_sources(data: bytes, name: str = "the file") -> list[Listed]:
    """The names and addresses in an OPML file or a plain list, each address once, in the file's order.

    An OPML outline gives the site's address (`htmlUrl`), else its feed (`xmlUrl`). A host without a scheme gets https. Raises
    UsageError, which names the file (`name`) and line, if a line has no address or there is none at all.
    """
    text = data.decode("utf-8-sig", "replace")
    listed = _opml(data, name) if text.lstrip().startswith("<") else _lines(text, name)
    unique: dict[str, Listed] = {}
    for title, url in listed:
        unique.setdefault(url, (title, url))
    if not unique:
        raise UsageError(f"{name}: contains no address; give OPML, or one address a line")
    return list(unique.values())


def _opml(data: bytes, name: str) -> Iterator[Listed]:
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag.lower() != "opml":
        raise UsageError(
            f"{name}: looks like XML but is not OPML; export OPML from your reader, or give one address a line"
        )
    for outline in root.iter("outline"):
        values = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        url = next((values[key] for key in _ATTRIBUTES if _HTTP.fullmatch(values.get(key, ""))), None)
        if url:
            yield (values.get("title") or values.get("text") or None, url)


def _lines(text: str, name: str) -> Iterator[Listed]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = _COMMENT.sub("", raw).strip()
        if not line:
            continue
        found = _HTTP.search(line)
        if found:
            title = re.sub(r"(?<![\s,;|])[\s,;|]+$", "", line[: found.start()]).strip("\"' ")
            yield (title or None, found[0].rstrip(",;\"'"))
        elif _BARE_HOST.fullmatch(line):
            yield (None, f"https://{line}")
        else:
            raise UsageError(
                f"{name}:{number}: {line[:80]!r} is not an address; give one a line, such as https://www.example-daily.com/"
            )


def write_opml(sources: Iterable[tuple[Source, Sequence[Listing]]], title: str = "Copydesk sources") -> str:
    """OPML 2.0 with an outline for each source and its feeds below. `read_sources` reads it back."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = _clean(title)
    body = etree.SubElement(root, "body")
    for source, entries in sources:
        home = _clean(source.url)
        outline = etree.SubElement(body, "outline", type="link", text=_clean(source.name), htmlUrl=home, url=home)
        for entry in entries:
            if entry.kind is ListingKind.FEED:
                words = _clean(entry.title or entry.url)
                etree.SubElement(outline, "outline", type="rss", text=words, xmlUrl=_clean(entry.url), htmlUrl=home)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{etree.tostring(root, encoding="unicode", pretty_print=True)}'


def _clean(text: str) -> str:
    """The text without characters that XML does not allow."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
