"""What a site's TOML file says, as objects (`db.site_rules.loader` has the form of the file)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """How one field of Article is read on one site. Exactly one of `css`, `xpath`, `regex` is set."""

    field: str
    css: str | None = None
    xpath: str | None = None
    regex: str | None = None
    attribute: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonList:
    """A JSON list of articles: where it is and where in it the values are."""

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
    """One value within an entry of an HTML list: the first element that `css` finds, and which attribute of it.

    An empty `css` is the entry itself; without an attribute the element's own meaning counts (a link's `href`, a time's `datetime`,
    else its words).
    """

    css: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlList:
    """A page that lists articles: which elements are its entries, and where in one the values are."""

    url: str
    item: str
    link: ValueSelector = ValueSelector(css="")
    title: ValueSelector | None = None
    published: ValueSelector | None = None
    modified: ValueSelector | None = None
    author: ValueSelector | None = None
    section: ValueSelector | None = None
    next: ValueSelector | None = None
    """The link to the next page of the same list; counted pages (`{page}` in the address) do without."""
    first_page: int = 1
    pages: int = 1


ListRule = JsonList | HtmlList


AddressRule = tuple[str, str, str]
"""What is said of a parameter of addresses: host, its name in lower case, "ignored" or "kept"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is known of one site. `name` is the file's name without its ending.

    `ignore` and `keep` are names of parameters in its addresses, in lower case, that say nothing, or tell articles apart.
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
    ignore: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    @property
    def address_rules(self) -> tuple[AddressRule, ...]:
        """What it says of parameters, for each host (without `www.`, as keys have it)."""
        said = [*((name, "ignored") for name in self.ignore), *((name, "kept") for name in self.keep)]
        return tuple((host.removeprefix("www."), name, verdict) for host in self.hosts for name, verdict in said)
