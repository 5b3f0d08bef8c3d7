"""Validators for the values of a site file: each takes a TOML value and returns the value to keep, or raises
ValueError.

The messages complete a sentence that begins with file, line and key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from db.models import Article
from db.site_rules.models import ValueSelector


def text(value: object) -> str:
    """A non-empty text."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text in quotes, got {value!r}")
    return value.strip()


def line(value: object) -> str:
    """One line of text, with single blanks as in the texts of articles."""
    found = text(value)
    if len(found.splitlines()) > 1:
        raise ValueError("must be one line; write a rule for each line")
    return " ".join(found.split())


def path(value: object) -> str:
    """A path into JSON; empty for the root."""
    if not isinstance(value, str):
        raise ValueError(f'must be a path in quotes, such as "data.list", got {value!r}')
    return value.strip()


def texts(value: object) -> tuple[str, ...]:
    """A list of at least one text."""
    if not isinstance(value, list) or not value:
        raise ValueError(f"must be a list of texts in quotes, got {value!r}")
    return tuple(text(item) for item in value)


def hosts(value: object) -> tuple[str, ...]:
    """Host names, in lower case."""
    names = tuple(host.lower().removesuffix(".") for host in texts(value))
    for host in names:
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"{host!r} is not a host: write it without scheme, path and port, non-ASCII names in punycode"
            )
    return names


def language(value: object) -> str:
    """A BCP 47 language tag."""
    language = text(value)
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"{language!r} is not a language tag of BCP 47, such as en or zh-Hant")
    return language


def timezone(value: object) -> str:
    """A time zone of the IANA database."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone, such as Asia/Shanghai") from error
    return name


def regex(value: object) -> str:
    """A valid regular expression."""
    pattern = text(value)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return pattern


def regexes(value: object) -> tuple[str, ...]:
    return tuple(regex(pattern) for pattern in texts(value))


def parameters(value: object) -> tuple[str, ...]:
    """Names of address parameters, in lower case."""
    names = tuple(name.lower() for name in texts(value))
    for name in names:
        if not _PARAMETER.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a parameter: write it without ?, & and =")
    return names


def css(value: object) -> str:
    """A valid CSS selector."""
    # Imported here and below, because most site files have no selectors and lxml is slow to import.
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector
    from lxml.etree import Element, XPathError

    selector = text(value)
    try:
        CSSSelector(selector, translator="html")(Element("html"))
    except (SelectorError, XPathError) as error:
        raise ValueError(f"{selector!r} is not a CSS selector: {error}") from error
    return selector


def xpath(value: object) -> str:
    """A valid XPath expression."""
    from lxml.etree import Element, XPath, XPathError

    expression = text(value)
    try:
        XPath(expression)(Element("html"))  # functions, variables and prefixes are resolved only now
    except XPathError as error:
        raise ValueError(f"{expression!r} is not an XPath expression: {error}") from error
    return expression


def value_selector(value: object) -> ValueSelector:
    """How to find one value of an item: a CSS selector, or a table of selector and attribute."""
    if not isinstance(value, dict):
        return ValueSelector(css=css(value))
    for key in value:
        if key not in ("css", "attribute"):
            raise ValueError(f"unknown key {key}{nearest(key, ('css', 'attribute'))}")
    attribute = text(value["attribute"]) if "attribute" in value else None
    return ValueSelector(css=css(value["css"]) if "css" in value else "", attribute=attribute)


def page_count(value: object) -> int:
    """A whole number from 0 to 1000."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_PAGES:
        raise ValueError(f"must be a whole number from 0 to {_MOST_PAGES}, got {value!r}")
    return value


def day(value: object) -> date:
    """A date."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(f"must be a day without quotes, such as 2024-03-01, got {value!r}")
    return value


def article_field(value: object) -> str:
    """The name of an Article field that a rule may set."""
    name = text(value)
    if name not in _ARTICLE_FIELDS:
        raise ValueError(f"{name} is not a field of an article{nearest(name, _ARTICLE_FIELDS)}")
    return name


def archive_urls(value: object) -> tuple[str, ...]:
    """Addresses with `{page}` or a date from the year down to where it ends. Raises ValueError."""
    found = tuple(http_url(one) for one in texts(value))
    for url in found:
        places = re.findall(r"\{(\w+)\}", url)
        for place in places:
            if place not in ARCHIVE_PLACES:
                raise ValueError(
                    f"{{{place}}} is not counted; there are {', '.join(f'{{{one}}}' for one in ARCHIVE_PLACES)}"
                )
        names = {{"m": "month", "d": "day"}.get(place, place) for place in places}
        if (
            not names & {"year", "page"}
            or ("month" in names and "year" not in names)
            or ("day" in names and "month" not in names)
        ):
            raise ValueError(f"{url} needs {{page}}, or a date that begins with {{year}}")
    return found


ARCHIVE_PLACES = ("year", "month", "m", "day", "d", "page")


def http_url(value: object) -> str:
    """An http or https address, possibly with placeholders such as {page}."""
    url = text(value)
    if not re.match(r"https?://[^/\s]+", url) or re.search(r"\s", url):
        raise ValueError(f"{url!r} is not an http address")
    return url


def any_value(value: object) -> object:
    """Any value: tables, which are validated one by one later."""
    return value


_MOST_PAGES = 1000
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_PARAMETER = re.compile(r"[^\s?&=#]{1,40}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
PLACEHOLDER = re.compile(r"\{[^{}]+\}")
_ARTICLE_FIELDS = tuple(
    field.name for field in fields(Article) if field.name not in ("url", "provenance", "word_count", "subheadings")
)


def nearest(key: str, keys: Iterable[str]) -> str:
    """End of a message about an unknown name: the nearest known one, otherwise all."""
    near = difflib.get_close_matches(key, list(keys), n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(keys)}"
