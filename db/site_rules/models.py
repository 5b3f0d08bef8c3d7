"""The content of a site's TOML file as objects. `db.site_rules.loader` describes the format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How to extract one field of Article on one site. Exactly one of `css`, `xpath`, `regex`, `value` is set.

    `value` is what the field says, whatever stands on the page. `pages` are patterns over path and query: the rule holds for pages
    of which one matches, and without any for all.
    """

    field: str
    css: str | None = None
    xpath: str | None = None
    regex: str | None = None
    value: str | None = None
    attribute: str | None = None
    pages: tuple[str, ...] = ()
    until: date | None = None

    def is_for(self, path: str) -> bool:
        """Whether it holds for the page at this path and query."""
        return not self.pages or any(re.search(pattern, path) for pattern in self.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRule:
    """What is no part of any article on one site: elements (`css`, `xpath`) or lines of the text; one of the four."""

    css: str | None = None
    xpath: str | None = None
    line: str | None = None
    line_regex: str | None = None
    until: date | None = None

    @property
    def is_of_lines(self) -> bool:
        """Whether it takes lines out, not elements."""
        return self.line is not None or self.line_regex is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonList:
    """A JSON list of articles: its address, and the paths of the values in it."""

    url: str
    link: str
    items: str = ""
    first_page: int = 1
    pages: int = 1
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    author: str | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSelector:
    """One value within an item of an HTML list: the first element that `css` matches, and which attribute of it.

    An empty `css` is the item itself. Without an attribute the element's natural value is used: `href` of a link,
    `datetime` of a time, otherwise its text.
    """

    css: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlList:
    """A page that lists articles: which elements are its items, and how to find the values in one."""

    url: str
    item: str
    link: ValueSelector = ValueSelector(css="")
    title: ValueSelector | None = None
    published: ValueSelector | None = None
    modified: ValueSelector | None = None
    author: ValueSelector | None = None
    section: ValueSelector | None = None
    next: ValueSelector | None = None
    """The link to the next page of the list; not needed if pages are counted (`{page}` in the address)."""
    first_page: int = 1
    pages: int = 1


ListRule = JsonList | HtmlList


AddressRule = tuple[str, str, str]
"""A rule about an address parameter: host, name in lower case, "ignored" or "kept"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The rules for one site. `name` is the file name without its extension.

    `ignore` and `keep` are parameter names in lower case: those that do not identify an article, and those that do.
    """

    name: str
    hosts: tuple[str, ...]
    outlet: str | None = None
    language: str | None = None
    timezone: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    lists: tuple[ListRule, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    remove: tuple[RemoveRule, ...] = ()
    ignore: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    """Addresses of lists by date or number, with `{year}`, `{month}`, `{day}`, `{page}` (`crawler.backfill.archive_templates`)."""

    @property
    def address_rules(self) -> tuple[AddressRule, ...]:
        """Its rules about parameters, for each host (without `www.`, as in keys)."""
        rules = [*((name, "ignored") for name in self.ignore), *((name, "kept") for name in self.keep)]
        return tuple((host.removeprefix("www."), name, verdict) for host in self.hosts for name, verdict in rules)
