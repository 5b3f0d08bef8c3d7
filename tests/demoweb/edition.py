"""One site as it is published right now: what stands at an address, and its bytes.

An edition adds to the files on disk the four things that change: the dates' shift, which hidden articles are out,
which pages are corrected, and how often the site was redesigned. Given those, the same address always has the same bytes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.demoweb.content import REFERENCE_NOW, Also, Resource, SiteFiles, address_path, parsed, shifted

RELATED = 4
"""Articles in a "read also" box."""
HOT = 6
"""Articles in a side bar's list of the most read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What stands at an address: a resource, by which of its addresses, and which page of a listing."""

    resource: Resource
    also: Also | None = None
    page: int = 1


class Edition:
    """A site's current state. `bases` given to its methods are the addresses ("http://host") of each of its hosts."""

    def __init__(self, files: SiteFiles, by: timedelta) -> None:
        self.files = files
        self.resources = tuple(shifted(resource, by) for resource in files.resources)
        self.now = REFERENCE_NOW + by
        self._published: set[str] = set()
        self._corrected: set[str] = set()
        self._designs = 0
        self._bare = False
        self._lay_out()

    def _lay_out(self) -> None:
        files = self.files
        self._by_address = {
            (also.host or files.host if also else files.host, address_path((also or resource).path, resource)): Found(
                resource=resource, also=also
            )
            for resource in self.resources
            for also in (None, *resource.also)
        }
        newest_first = sorted((r for r in self.resources if r.published), key=_published, reverse=True)
        self._listed = tuple(r for r in newest_first if r.listed)

    # -- state

    def publish(self) -> list[Resource]:
        """Publish what is hidden. Returns what that was."""
        out = [r for r in self.resources if r.hidden and r.file not in self._published]
        self._published.update(r.file for r in out)
        return out

    def correct(self, resource: Resource) -> None:
        """Serve the corrected version from now on."""
        self._corrected.add(resource.file)

    def redesign(self, *, bare: bool) -> None:
        """Put all articles on new addresses; `bare`: in a markup that says little (`_BARE`), else in the usual one."""
        old, new = f"/d{self._designs}" if self._designs else "", f"/d{self._designs + 1}"
        self.resources = tuple(_moved(r, old, new) if r.kind == "article" else r for r in self.resources)
        self._designs += 1
        self._bare = bare
        self._lay_out()

    def correctable(self) -> list[Resource]:
        """Pages that have a correction which is not yet out."""
        return [r for r in self.resources if r.correction and r.file not in self._corrected and self.is_out(r)]

    def is_out(self, resource: Resource) -> bool:
        """Whether the resource is published."""
        return not resource.hidden or resource.file in self._published

    def is_corrected(self, resource: Resource) -> bool:
        """Whether its corrected version is served."""
        return resource.file in self._corrected

    # -- addresses

    def find(self, host: str, target: str) -> Found | None:
        """What stands at a path with query; a query that the site does not know is ignored, as servers do."""
        path = target.partition("?")[0]
        for address in (target, path):
            found = self._by_address.get((host, address))
            if found and self.is_out(found.resource) and not (found.resource.size and address != target):
                return found
        return self._find_page(target) if host == self.files.host else None

    def _find_page(self, target: str) -> Found | None:
        for resource in self.resources:
            if not resource.size or not resource.page_path:
                continue
            pattern = re.escape(resource.page_path).replace(r"\{n\}", r"(\d{1,4})")
            if not (match := re.fullmatch(pattern, target)):
                continue
            page = int(match[1])
            if page >= 1 and ("?" in target or self._slice(resource, page)):
                return Found(resource=resource, page=page)
        return None

    def addresses(self) -> list[tuple[str, str, Found]]:
        """Every address of the site, published or not: host, path, what stands there."""
        return [(host, path, found) for (host, path), found in self._by_address.items()]

    def location(self, resource: Resource) -> str:
        """The path to which the resource redirects."""
        return address_path(resource.location or "/", resource)

    def main_url(self, resource: Resource, bases: Mapping[str, str]) -> str:
        """The resource's own (canonical) address."""
        return bases[self.files.host] + address_path(resource.path, resource)

    # -- bytes

    def modified(self, resource: Resource) -> datetime:
        """When the resource last changed; for a listing, when the newest of what it lists did."""
        if resource.kind == "article" or resource.published:
            if resource.correction and self.is_corrected(resource):
                return resource.correction.updated
            return resource.modified or resource.published or self.now
        listed = self._selected(resource)
        return max((self.modified(r) for r in listed), default=self.now - timedelta(days=30))

    def body_html(self, resource: Resource, bases: Mapping[str, str]) -> str:
        """The article's body in its current version."""
        source = resource.body
        if resource.correction and self.is_corrected(resource):
            source = source.replace(resource.correction.old, resource.correction.new)
        return parsed(source).render(self._item(resource, bases))

    def render(self, found: Found, bases: Mapping[str, str]) -> bytes:
        """The bytes of what was found, in the site's charset, not yet compressed for the wire."""
        resource = found.resource
        values = self._values(found, bases)
        layout = (found.also.layout if found.also else None) or resource.layout
        bare = self._bare and resource.kind == "article"
        if not layout or resource.kind == "data":
            text = parsed(resource.body).render(values)
        else:
            values["body"] = (
                self.body_html(resource, bases) if resource.kind == "article" else resource.template.render(values)
            )
            if bare:
                values["body"] = _first_paragraph(str(values["body"]))
            text = parsed(_BARE if bare else self.files.layouts[layout]).render(values)
        if resource.pad_to:
            text += "\n<!-- " + "=" * resource.pad_to + " -->\n"
        data = text.encode(self._charset(resource), errors="xmlcharrefreplace")
        return gzip.compress(data, mtime=0) if resource.gzipped else data

    def _charset(self, resource: Resource) -> str:
        return str(resource.more.get("charset", self.files.charset))

    def _values(self, found: Found, bases: Mapping[str, str]) -> dict[str, object]:
        resource = found.resource
        others = [r for r in self._visible() if r is not resource and not r.only_in]
        near = sorted(others, key=lambda r: r.section != resource.section)
        values = {f"site_{key}": value for key, value in self.files.settings.items()}
        values |= {"now": self.now, "year": self.now.year, "base": bases[self.files.host], "page": found.page}
        values |= {"hosts": [{"host_base": bases[host]} for host in self.files.twins]}
        values |= self._item(resource, bases)
        values["here"] = bases[(found.also and found.also.host) or self.files.host]
        values["related"] = [self._item(r, bases) for r in near[:RELATED]]
        values["hot"] = [self._item(r, bases) for r in others[-HOT:]]
        if resource.kind in ("listing", "data"):
            values["articles"] = [self._item(r, bases) for r in self._slice(resource, found.page)]
            values |= self._neighbours(resource, found.page, bases)
        return values

    def _item(self, resource: Resource, bases: Mapping[str, str]) -> dict[str, object]:
        """One resource as a template sees it."""
        updated = resource.modified
        if resource.correction and self.is_corrected(resource):
            updated = resource.correction.updated
        values: dict[str, object] = {
            **resource.more,
            "title": resource.title,
            "feed_title": resource.feed_title or resource.title,
            "subtitle": resource.subtitle,
            "summary": resource.summary,
            "published": resource.published,
            "updated": updated,
            "modified": self.modified(resource) if resource.published else None,
            "section": resource.section,
            "source": resource.source,
            "original_source": resource.original_source,
            "tags": resource.tags,
            "paywalled": resource.paywalled,
            "byline": _joined(resource.authors, str(self.files.settings.get("and", ", "))),
            "base": bases[self.files.host],
            "path": address_path(resource.path, resource),
            "url": self.main_url(resource, bases),
            "is_article": resource.kind == "article",
        }
        for role in ("authors", "editors", "proofreaders"):
            values[role] = tuple({"name": name} for name in getattr(resource, role))
        for also in resource.also:
            if also.layout:
                values[f"{also.layout}_url"] = bases[also.host or self.files.host] + address_path(also.path, resource)
        return values

    def _visible(self) -> list[Resource]:
        return [r for r in self._listed if self.is_out(r)]

    def _selected(self, listing: Resource) -> list[Resource]:
        feeds_only = listing.kind == "data"
        chosen = [
            r
            for r in self._visible()
            if (r.in_feeds or not feeds_only)
            and r.only_in in (None, listing.path)
            and (not listing.sections or r.section in listing.sections)
        ]
        return chosen[: listing.limit] if listing.limit else chosen

    def _slice(self, listing: Resource, page: int) -> Sequence[Resource]:
        chosen = self._selected(listing)
        return chosen[(page - 1) * listing.size : page * listing.size] if listing.size else chosen

    def _neighbours(self, listing: Resource, page: int, bases: Mapping[str, str]) -> dict[str, object]:
        if not listing.size or not listing.page_path:
            return {}
        base = bases[self.files.host]
        first = base + listing.path

        def url(number: int) -> str:
            return first if number == 1 else base + str(listing.page_path).replace("{n}", str(number))

        count = -(-len(self._selected(listing)) // listing.size)
        pages = [{"number": n, "page_url": url(n), "current": n == page} for n in range(1, count + 1)]
        return {
            "pages": pages,
            "page_count": count,
            "next_url": url(page + 1) if page < count else None,
            "previous_url": url(page - 1) if page > 1 else None,
        }


_BARE = """<!DOCTYPE html>
<html><head><title>{{title}}</title></head>
<body><div id="app"><div class="a1"><h1>{{title}}</h1></div><div class="a2"><span>{{{body}}}</span></div></div></body></html>
"""
"""What a careless redesign leaves: no credits, no times, no name of the site; the rest of the body comes by script."""


def _first_paragraph(body: str) -> str:
    return re.sub(r"<[^>]+>", "", body.partition("</p>")[0])


def _moved(resource: Resource, old: str, new: str) -> Resource:
    also = tuple(replace(a, path=new + a.path.removeprefix(old)) for a in resource.also)
    return replace(resource, path=new + resource.path.removeprefix(old), also=also)


def _published(resource: Resource) -> datetime:
    assert resource.published is not None
    return resource.published


def _joined(names: Sequence[str], last: str) -> str:
    return last.join(part for part in (", ".join(names[:-1]), names[-1]) if part) if names else ""
