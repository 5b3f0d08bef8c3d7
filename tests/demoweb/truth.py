"""What is right for each address of the demo web, made from the same lines that the pages are made of.

Kinds: article (must come out as stated), duplicate (another address of `same_as`), rejection (must be refused for one
of `reasons`), forbidden (robots.txt says so), redirect (leads to `same_as`, or nowhere), listing and data (to be
read, not kept).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

from tests.demoweb.content import Resource
from tests.demoweb.edition import Edition, Found

_BLOCKS = frozenset({"p", "h2", "h3", "blockquote", "li", "figcaption"})
_SKIPPED = frozenset({"aside", "script", "style", "form"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTruth:
    """What one address must give. `hidden` is what is not yet published; `corrected` what shows its corrected version.

    `status` is what the address answers now. A duplicate's fields are those of its article; a twin in a layout of its
    own may show fewer. `section` is what the listings call it, which not every page repeats; `language` is the primary
    subtag. `text` holds the article's paragraphs, captions included, divided by newlines. `copy_of` is the address of
    which an article is a reprint, on another site; `same_as` the address of the same page, on this one. `only_in` is the
    path of the one listing that leads there, where there is just one.
    """

    url: str
    host: str
    path: str
    kind: str
    status: int
    reasons: tuple[str, ...] = ()
    title: str = ""
    subtitle: str | None = None
    text: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    proofreaders: tuple[str, ...] = ()
    source: str | None = None
    original_source: str | None = None
    section: str | None = None
    language: str | None = None
    paywalled: bool = False
    same_as: str | None = None
    copy_of: str | None = None
    hidden: bool = False
    corrected: bool = False
    listed: bool = True
    only_in: str | None = None


def truth_of(edition: Edition, bases: Mapping[str, str], urls: Mapping[str, str]) -> list[PageTruth]:
    """The truth about every address of a site, in order. `urls` gives the main address of each resource file."""
    rows = [_row(edition, host, path, found, bases, urls) for host, path, found in edition.addresses()]
    return sorted(rows, key=lambda row: (row.host, row.path))


def _row(
    edition: Edition, host: str, path: str, found: Found, bases: Mapping[str, str], urls: Mapping[str, str]
) -> PageTruth:
    resource = found.resource
    main = edition.main_url(resource, bases)
    kind, same_as = resource.kind, None
    if resource.location is not None:
        target = edition.find(edition.files.host, edition.location(resource))
        kind = "redirect"
        same_as = edition.main_url(target.resource, bases) if target and target.resource.kind == "article" else None
    elif found.also:
        kind, same_as = "duplicate", main
    common: dict[str, Any] = {"url": bases[host] + path, "host": host, "path": path, "kind": kind, "same_as": same_as}
    hidden = not edition.is_out(resource)
    status = 404 if hidden else resource.status
    if resource.kind != "article":
        return PageTruth(
            **common,
            status=status,
            reasons=resource.reasons,
            title=resource.title,
            hidden=hidden,
            listed=resource.listed,
        )
    return PageTruth(**common, **_fields(edition, resource, bases, urls), status=status, hidden=hidden)


def _fields(edition: Edition, resource: Resource, bases: Mapping[str, str], urls: Mapping[str, str]) -> dict[str, Any]:
    corrected = edition.is_corrected(resource)
    updated = resource.correction.updated if corrected and resource.correction else resource.modified
    same = ("title", "subtitle", "published", "authors", "editors", "proofreaders", "source", "original_source")
    values = {
        name: getattr(resource, name) for name in (*same, "section", "language", "paywalled", "listed", "only_in")
    }
    return values | {
        "modified": updated,
        "corrected": corrected,
        "text": text_of(edition.body_html(resource, bases)),
        "copy_of": urls[resource.copy_of] if resource.copy_of else None,
    }


def text_of(body: str) -> str:
    """The paragraphs of an article's body, captions included, divided by newlines; boxes within it left out."""
    reader = _Paragraphs()
    reader.feed(body)
    reader.close()
    return "\n".join(text for part in reader.parts if (text := re.sub(r"\s+", " ", part).strip()))


class _Paragraphs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open = 0
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag in _BLOCKS and not self._skipped:
            self._open += 1
            self.parts.append("")
        elif tag == "br" and self._open:
            self.parts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped -= 1
        elif tag in _BLOCKS and not self._skipped:
            self._open -= 1

    def handle_data(self, data: str) -> None:
        if self._open and not self._skipped:
            self.parts[-1] += data
