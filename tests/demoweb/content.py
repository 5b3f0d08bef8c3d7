"""The demo web's sites, as they stand in `sites/`: a folder a site, a file a resource.

    sites/HOST/site.toml        what the whole site shares: name, language, charset, validators, robots rules
    sites/HOST/layouts/*.html   page frames, filled in from a resource and its body
    sites/HOST/pages/*          the resources: TOML between two lines of "+++", then the body

A resource's TOML says where it is served and what must come out of it; the same lines feed the page's template and
the truth that tests hold a crawl against, so the two cannot drift apart. What each key means stands at `Resource`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.demoweb.templates import Template, parse

SITES = Path(__file__).parent / "sites"
FENCE = "+++\n"

REFERENCE_NOW = datetime.fromisoformat("2026-11-20T20:00:00+00:00")
"""The moment at which the web's dates read as news: its newest articles are some hours older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What `publish_correction` changes on a page: one sentence, and the time of update that it shows."""

    updated: datetime
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """Another address at which the same article is served: same bytes, or an AMP or mobile twin in its own layout."""

    path: str
    host: str | None = None
    layout: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file of a site: where it is served, how, and what must come out of it.

    `path` may hold {published:%Y/%m/%d}. `kind` is article, rejection, forbidden, listing, data or redirect;
    `reasons` are the rejections that are right for it (values of `db.models.Reason`). `listed` false keeps it out of
    all listings, `in_feeds` false only out of feeds, sitemaps and JSON lists, `only_in` out of all listings but the
    one at that path. `limit` cuts a listing, `size` pages it; page n is served at `page_path`. `body_from` takes
    another resource's body word for word. Keys that are not named here go to the templates (`more`).
    """

    path: str
    body: str
    file: str
    kind: str = "article"
    layout: str | None = "article"
    content_type: str | None = None
    status: int = 200
    location: str | None = None
    gzipped: bool = False
    slow: bool = False
    pad_to: int = 0

    listed: bool = True
    in_feeds: bool = True
    only_in: str | None = None
    hidden: bool = False
    sections: tuple[str, ...] = ()
    limit: int = 0
    size: int = 0
    page_path: str | None = None

    title: str = ""
    feed_title: str | None = None
    subtitle: str | None = None
    summary: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    proofreaders: tuple[str, ...] = ()
    source: str | None = None
    original_source: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    paywalled: bool = False
    reasons: tuple[str, ...] = ()
    copy_of: str | None = None
    body_from: str | None = None
    also: tuple[Also, ...] = ()
    correction: Correction | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def template(self) -> Template:
        """The body as a template."""
        return parsed(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFiles:
    """One site as it stands on disk. `settings` is its site.toml."""

    host: str
    settings: Mapping[str, Any]
    layouts: Mapping[str, str]
    resources: tuple[Resource, ...]

    @property
    def name(self) -> str:
        """What the site calls itself."""
        return str(self.settings["name"])

    @property
    def charset(self) -> str:
        """The codec of its pages (Python's name)."""
        return str(self.settings.get("charset", "utf-8"))

    @property
    def twins(self) -> tuple[str, ...]:
        """Other hosts of the site that serve pages of their own, as a mobile edition does."""
        return tuple(self.settings.get("twins", ()))


@lru_cache(maxsize=256)
def parsed(source: str) -> Template:
    """A template from its source, parsed once."""
    return parse(source)


@lru_cache(maxsize=1)
def load_sites(folder: Path = SITES) -> tuple[SiteFiles, ...]:
    """All sites below a folder, by host name. Read once in a process: the files are the program's own."""
    return tuple(_load_site(path.parent) for path in sorted(folder.glob("*/site.toml")))


def shifted(resource: Resource, by: timedelta) -> Resource:
    """The resource with all its dates moved."""
    if not by:
        return resource
    values = {f.name: getattr(resource, f.name) for f in fields(resource)}
    for name in ("published", "modified"):
        values[name] = values[name] + by if values[name] else None
    if change := resource.correction:
        values["correction"] = Correction(updated=change.updated + by, old=change.old, new=change.new)
    return Resource(**values)


def address_path(path: str, resource: Resource) -> str:
    """A path of the resource with its date filled in."""
    return path.format(published=resource.published) if "{published" in path else path


def _load_site(folder: Path) -> SiteFiles:
    settings = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    layouts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / "layouts").iterdir())}
    resources = tuple(_load_resource(path, settings) for path in sorted((folder / "pages").iterdir()))
    return SiteFiles(host=folder.name, settings=settings, layouts=layouts, resources=resources)


def _load_resource(path: Path, settings: Mapping[str, Any]) -> Resource:
    head, body = _split(path)
    known = {f.name for f in fields(Resource)} - {"more", "file", "body"}
    values: dict[str, Any] = {key: _frozen(value) for key, value in head.items() if key in known}
    more = {key: value for key, value in head.items() if key not in known}
    if origin := values.get("body_from"):
        body = _split(SITES / origin)[1]
    if values.get("kind", "article") == "article":
        values.setdefault("language", settings.get("language"))
        values.setdefault("source", settings["name"])
    if "also" in values:
        values["also"] = tuple(Also(**entry) for entry in values["also"])
    if "correction" in values:
        values["correction"] = _correction(path, body, values["correction"])
    return Resource(body=body, file=f"{path.parent.parent.name}/pages/{path.name}", more=more, **values)


def _split(path: Path) -> tuple[dict[str, Any], str]:
    text = path.read_text(encoding="utf-8")
    if not text.startswith(FENCE):
        raise ValueError(f"{path}: a resource begins with its TOML between two lines of +++")
    head, _, body = text[len(FENCE) :].partition("\n" + FENCE)
    return tomllib.loads(head), body


def _correction(path: Path, body: str, values: dict[str, Any]) -> Correction:
    change = Correction(**values)
    if body.count(change.old) != 1:
        raise ValueError(f"{path}: the corrected sentence must stand in the body once")
    return change


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
