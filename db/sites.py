"""Site rules: what is known of one site, as data. One TOML file a site in `db/sites/`, sorted, checked when loaded.

hosts = ["example-daily.com"]           these hosts and all below them
outlet = "Example Daily"                the source of its own articles
language = "en"                         as in BCP 47
timezone = "Europe/London"              of times written without an offset

[articles]
include = ['/story/\\d+']               regular expressions over path and query: these are articles,
exclude = ['/live/']                    these never

[[lists]]                               a JSON list of articles
url = "https://example-daily.com/api/list?page={page}"
first_page = 1
pages = 3
items = "data.list"                     path to the list, by keys and indexes divided by dots ("" is the root)
link = "https://example-daily.com/story/{uuid}.html"     the article's address; {path} takes a value of the item
title = "row.title"                     paths within an item
published = "row.publish_time"
modified = "row.update_time"
author = "row.author"
section = "row.column.0.name"

[[fields]]                              overrides what the general reader finds
field = "title"                         a field of Article
css = "h1.headline"                     or xpath = "...", or regex = '...' over the decoded HTML (group 1)
attribute = "content"                   of the element, instead of its text
until = 2024-03-01                      this rule reads pages published before that day (the old layout)
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from db import site_checks as checks
from db.errors import ConfigError
from db.regular_files import read_text


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
class Site:
    """What is known of one site. `name` is the file's name without its ending."""

    name: str
    hosts: tuple[str, ...]
    outlet: str | None = None
    language: str | None = None
    timezone: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    lists: tuple[JsonList, ...] = ()
    fields: tuple[FieldRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """All site rules. `version` is a digest of their content: it is part of an extractor's name."""

    by_host: Mapping[str, Site] = field(default_factory=dict)
    version: str = "none"

    def for_host(self, host: str | None) -> Site | None:
        """The rules for a host: its own, else those of the nearest parent domain."""
        labels = (host or "").lower().split(".")
        for start in range(len(labels)):
            if site := self.by_host.get(".".join(labels[start:])):
                return site
        return None


def shipped_sites_folder() -> Path:
    """The folder of the rules that come with Copydesk."""
    return Path(str(files("db"))) / "sites"


def load_sites(*folders: Path) -> Sites:
    """The rules in all `*.toml` of these folders, sorted by file name; of two files with one name the later folder's
    counts.

    Raises ConfigError naming file, line where known, and key: a folder that is not there, a file that is no TOML, an
    unknown key (with the nearest), a wrong value, a pattern or selector that does not compile, a host that two files
    claim.
    """
    paths: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{folder}: there is no such folder of site rules")
        paths |= {path.name: path for path in folder.glob("*.toml")}
    by_host: dict[str, Site] = {}
    sites = [(paths[name], load_site(paths[name])) for name in sorted(paths)]
    for path, site in sites:
        for host in site.hosts:
            if (other := by_host.setdefault(host, site)) is not site:
                raise ConfigError(f"{path}: hosts: {host} is already claimed by {paths[other.name + '.toml']}")
    content = json.dumps([asdict(site) for _, site in sites], sort_keys=True, default=str, ensure_ascii=False)
    version = hashlib.sha256(content.encode()).hexdigest()[:_VERSION_DIGITS] if sites else "none"
    return Sites(by_host=by_host, version=version)


_VERSION_DIGITS = 12
"""Hex digits of a version: 48 bits tell any number of rule sets apart and can still be read out."""


def load_site(path: Path) -> Site:
    """The rules in one file. Raises ConfigError as `load_sites` does."""
    try:
        text = read_text(path)
        document = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    file = _File(path=path, lines=tuple(text.splitlines()))
    articles = document.pop("articles", {})
    if not isinstance(articles, dict):
        raise ConfigError(f"{file.at('articles')}: articles must be a table, written as [articles]")
    values = file.checked(document, _SITE_KEYS, "", required=("hosts",))
    values |= file.checked(articles, _ARTICLES_KEYS, "articles")
    lists, fields = (file.tables(values.get(name), name) for name in ("lists", "fields"))
    values["lists"] = tuple(_json_list(file, table, number) for number, table in enumerate(lists))
    values["fields"] = tuple(_field_rule(file, table, number) for number, table in enumerate(fields))
    return Site(name=path.stem, **values)


def _json_list(file: _File, table: dict[str, Any], number: int) -> JsonList:
    values = file.checked(table, _LIST_KEYS, "lists", number, required=("url", "link"))
    where = file.at("link", "lists", number)
    if not checks.PLACE.search(values["link"]):
        raise ConfigError(f"{where}: link has no place for a value of the item, such as {{id}}")
    if "{page}" not in values["url"] and values.get("pages", 1) > 1:
        raise ConfigError(f"{file.at('pages', 'lists', number)}: pages: the url has no {{page}} to count")
    return JsonList(**values)


def _field_rule(file: _File, table: dict[str, Any], number: int) -> FieldRule:
    values = file.checked(table, _FIELD_KEYS, "fields", number, required=("field",))
    readers = [name for name in ("css", "xpath", "regex") if name in values]
    if len(readers) != 1:
        told = f"has {' and '.join(readers)}" if readers else "has none"
        raise ConfigError(
            f"{file.at('field', 'fields', number)}: field {values['field']} {told}: give one of css, xpath, regex"
        )
    if "regex" in values and "attribute" in values:
        raise ConfigError(f"{file.at('attribute', 'fields', number)}: attribute goes with css or xpath, not with regex")
    return FieldRule(**values)


Check = Callable[[object], Any]
_SITE_KEYS: dict[str, Check] = {
    "hosts": checks.hosts,
    "outlet": checks.text,
    "language": checks.language,
    "timezone": checks.timezone,
    "lists": checks.as_is,
    "fields": checks.as_is,
}
_ARTICLES_KEYS: dict[str, Check] = {"include": checks.regexes, "exclude": checks.regexes}
_LIST_KEYS: dict[str, Check] = {
    "url": checks.http,
    "link": checks.text,
    "items": checks.path,
    "first_page": checks.count,
    "pages": checks.count,
    "title": checks.path,
    "published": checks.path,
    "modified": checks.path,
    "author": checks.path,
    "section": checks.path,
}
_FIELD_KEYS: dict[str, Check] = {
    "field": checks.article_field,
    "css": checks.css,
    "xpath": checks.xpath,
    "regex": checks.regex,
    "attribute": checks.text,
    "until": checks.day,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A site file as text, to say where a mistake is."""

    path: Path
    lines: tuple[str, ...]

    def at(self, key: str, table: str = "", number: int = 0) -> str:
        """`path:7`: the line that sets `key` in the `number`th `table`; the path alone if it cannot be told."""
        header = re.compile(rf"\s*\[+\s*{re.escape(table)}\s*\]+") if table else None
        starts = [n for n, line in enumerate(self.lines) if header and header.match(line)]
        start = starts[number] if number < len(starts) else 0
        wanted = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(key)}["']?\s*[=\].]""")
        return next(
            (f"{self.path}:{n + 1}" for n in range(start, len(self.lines)) if wanted.match(self.lines[n])),
            str(self.path),
        )

    def checked(
        self, table: dict[str, Any], keys: dict[str, Check], name: str, number: int = 0, required: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The values of a table, each checked. Raises ConfigError for an unknown, wrong or missing key."""
        values: dict[str, Any] = {}
        for key, value in table.items():
            where = self.at(key, name, number)
            if key not in keys:
                place = f" in [{name}]" if name else ""
                raise ConfigError(
                    f"{where}: unknown key {key}{place}{checks.nearest(key, (*keys, *(() if name else ('articles',))))}"
                )
            try:
                values[key] = keys[key](value)
            except ValueError as error:
                raise ConfigError(f"{where}: {key}: {error}") from error
        for key in required:
            if key not in values:
                place = f"[[{name}]] number {number + 1}" if name else "the file"
                raise ConfigError(f"{self.at(name, '', 0) if name else self.path}: {place} must set {key}")
        return values

    def tables(self, value: object, name: str) -> list[dict[str, Any]]:
        """The tables of `[[name]]`."""
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            raise ConfigError(f"{self.at(name)}: {name} must be tables, written as [[{name}]]")
        return value
