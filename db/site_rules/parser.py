"""Parse one site's TOML file into a Site. Errors name file, line and key, and suggest the nearest valid word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import ConfigError
from db.site_rules import validators as checks
from db.site_rules.models import FieldRule, HtmlList, JsonList, ListRule, RemoveRule, Site
from db.system.regular_files import open_file


def load_site(path: Path) -> Site:
    """Load the rules from one file. Raises ConfigError."""
    return parse_site(read_text(path), path)


def read_text(path: Path) -> str:
    """Read the text of a site file. Raises ConfigError."""
    try:
        with open_file(path, own=True) as file:
            raw = file.read()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return raw.decode("utf-8-sig")  # some editors write a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def parse_site(text: str, path: Path) -> Site:
    """Parse the text of a site file. `path` gives the site's name and is used in error messages. Raises ConfigError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _TOML_LINE.search(str(error))
        line = int(at[1]) if at else len(text.splitlines())
        raise ConfigError(f"{path}:{line}: is not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: is not valid TOML: its brackets are nested too deep") from error
    file = _File(path=path, lines=tuple(text.splitlines()))
    parts = {name: document.pop(name, {}) for name in _TABLES}
    for name, part in parts.items():
        if not isinstance(part, dict):
            raise ConfigError(f"{file.at(name)}: {name} must be a table, written as [{name}]")
    values = file.checked(document, _SITE_KEYS, "", required=("hosts",))
    for name, keys in _TABLES.items():
        values |= file.checked(parts[name], keys, name)
    for both in set(values.get("ignore", ())) & set(values.get("keep", ())):
        raise ConfigError(f"{file.at('keep', 'addresses')}: keep: {both} is in ignore, too; write it in one of them")
    lists, fields, remove = (file.tables(values.get(name), name) for name in ("lists", "fields", "remove"))
    values["lists"] = tuple(_list_rule(file, table, number) for number, table in enumerate(lists))
    values["fields"] = tuple(_field_rule(file, table, number) for number, table in enumerate(fields))
    values["remove"] = tuple(_remove_rule(file, table, number) for number, table in enumerate(remove))
    return Site(name=path.stem, **values)


_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


def line_of_key(key: str, text: str, path: Path) -> str:
    """`path:7`: the line that sets a top-level key; the path alone if it cannot be found."""
    return _File(path=path, lines=tuple(text.splitlines())).at(key)


def claimed_hosts(text: str) -> tuple[str, ...]:
    """The hosts that the text of a site file claims, as far as it can be parsed; it may be invalid TOML."""
    try:
        hosts = tomllib.loads(text).get("hosts")
    except (tomllib.TOMLDecodeError, RecursionError):
        found = _HOSTS.search(text)
        hosts = _QUOTED.findall(found[1]) if found else []
    return tuple(host.lower() for host in hosts if isinstance(host, str)) if isinstance(hosts, list) else ()


_HOSTS = re.compile(r"^[ \t]*hosts[ \t]*=[ \t]*\[([^\]]{0,5000})", re.MULTILINE)
_QUOTED = re.compile(r"""["']([^"'\n]{1,253})["']""")


def _list_rule(file: _File, table: dict[str, Any], number: int) -> ListRule:
    if "item" in table and "items" in table:
        where = file.at("item", "lists", number)
        raise ConfigError(f"{where}: item is the CSS of an HTML list, items the path of a JSON list: give one of them")
    is_html = "item" in table
    keys, required = (_HTML_KEYS, ("url",)) if is_html else (_LIST_KEYS, ("url", "link"))
    values = file.checked(table, keys, "lists", number, required=required)
    if not is_html and not checks.PLACEHOLDER.search(values["link"]):
        raise ConfigError(
            f"{file.at('link', 'lists', number)}: link has no place for a value of the item, such as {{id}};"
            " if the list is an HTML page, give item, the CSS of one entry"
        )
    for placeholder in _PLACEHOLDER.findall(values["url"]):
        if placeholder != "{page}":
            raise ConfigError(f"{file.at('url', 'lists', number)}: url: {placeholder} is not counted; only {{page}} is")
    if "{page}" not in values["url"] and values.get("pages", 1) > 1:
        advice = "; next follows links to further pages" if is_html else ""
        raise ConfigError(f"{file.at('pages', 'lists', number)}: pages: the url has no {{page}} to count{advice}")
    return HtmlList(**values) if is_html else JsonList(**values)


_PLACEHOLDER = re.compile(r"\{\w+\}")
"""What looks like a placeholder in an address. Other braces belong to the address: some sites have JSON in a query."""


def _field_rule(file: _File, table: dict[str, Any], number: int) -> FieldRule:
    values = file.checked(table, _FIELD_KEYS, "fields", number, required=("field",))
    readers = [name for name in ("css", "xpath", "regex", "value") if name in values]
    if len(readers) != 1:
        given = f"has {' and '.join(readers)}" if readers else "has none"
        raise ConfigError(
            f"{file.at('field', 'fields', number)}: field {values['field']} {given}: give one of css, xpath, regex,"
            " value"
        )
    if "attribute" in values and readers[0] in ("regex", "value"):
        where = file.at("attribute", "fields", number)
        raise ConfigError(f"{where}: attribute goes with css or xpath, not with {readers[0]}")
    return FieldRule(**values)


def _remove_rule(file: _File, table: dict[str, Any], number: int) -> RemoveRule:
    values = file.checked(table, _REMOVE_KEYS, "remove", number)
    given = [name for name in _REMOVE_KEYS if name in values and name != "until"]
    if len(given) != 1:
        where = file.at(given[1], "remove", number) if given else file.at("remove", "remove", number)
        raise ConfigError(
            f"{where}: [[remove]] number {number + 1} has {' and '.join(given) or 'none'}: give one of"
            " css, xpath, line, line_regex"
        )
    return RemoveRule(**values)


Check = Callable[[object], Any]
_SITE_KEYS: dict[str, Check] = {
    "hosts": checks.hosts,
    "outlet": checks.text,
    "language": checks.language,
    "timezone": checks.timezone,
    "archives": checks.archive_urls,
    "lists": checks.any_value,
    "fields": checks.any_value,
    "remove": checks.any_value,
}
_ARTICLES_KEYS: dict[str, Check] = {"include": checks.regexes, "exclude": checks.regexes}
_ADDRESSES_KEYS: dict[str, Check] = {"ignore": checks.parameters, "keep": checks.parameters}
_TABLES = {"articles": _ARTICLES_KEYS, "addresses": _ADDRESSES_KEYS}
_LIST_KEYS: dict[str, Check] = {
    "url": checks.http_url,
    "link": checks.text,
    "items": checks.path,
    "first_page": checks.page_count,
    "pages": checks.page_count,
    "title": checks.path,
    "published": checks.path,
    "modified": checks.path,
    "author": checks.path,
    "section": checks.path,
}
_HTML_KEYS: dict[str, Check] = {
    "url": checks.http_url,
    "item": checks.css,
    "link": checks.value_selector,
    "title": checks.value_selector,
    "published": checks.value_selector,
    "modified": checks.value_selector,
    "author": checks.value_selector,
    "section": checks.value_selector,
    "next": checks.value_selector,
    "first_page": checks.page_count,
    "pages": checks.page_count,
}
_FIELD_KEYS: dict[str, Check] = {
    "field": checks.article_field,
    "css": checks.css,
    "xpath": checks.xpath,
    "regex": checks.regex,
    "value": checks.text,
    "attribute": checks.text,
    "pages": checks.regexes,
    "until": checks.day,
}
_REMOVE_KEYS: dict[str, Check] = {
    "css": checks.css,
    "xpath": checks.xpath,
    "line": checks.line,
    "line_regex": checks.regex,
    "until": checks.day,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A site file as lines of text, to locate errors."""

    path: Path
    lines: tuple[str, ...]

    def at(self, key: str, table: str = "", number: int = 0) -> str:
        """`path:7`: the line that sets `key` in the `number`th `table`; the path alone if it cannot be found."""
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
        """The validated values of a table. Raises ConfigError for an unknown, wrong or missing key."""
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in keys:
                place = f" in [{name}]" if name else ""
                known = (*keys, *(() if name else tuple(_TABLES)))
                raise ConfigError(f"{self.at(key, name, number)}: unknown key {key}{place}{checks.nearest(key, known)}")
            try:
                values[key] = keys[key](value)
            except ValueError as error:
                raise ConfigError(f"{self.at(key, name, number)}: {key}: {error}") from error
        for key in required:
            if key not in values:
                place = f"[[{name}]] number {number + 1}" if name else "the file"
                raise ConfigError(f"{self.at(name, '', 0) if name else self.path}: {place} must set {key}")
        return values

    def tables(self, value: object, name: str) -> list[dict[str, Any]]:
        """The tables of `[[name]]`. Raises ConfigError if the value is something else."""
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
            raise ConfigError(f"{self.at(name)}: {name} must be tables, written as [[{name}]]")
        return value
