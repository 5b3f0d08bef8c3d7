"""Site rules applied to a page: the fields that a site's TOML file reads by CSS, XPath or pattern, over what the
general reader found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector

from db.nouns import Article, Moment
from db.sites import FieldRule, Site
from pipelines.reading.credited_names import split_names
from pipelines.reading.names import split_byline
from pipelines.reading.sheet import Sheet, squeeze
from pipelines.reading.times import read_machine
from pipelines.reading.zones import Place, settle_moment

_LISTS = frozenset(("authors", "editors", "proofreaders"))
_TIMES = frozenset(("published", "modified"))
_NUMBERS = frozenset(("comment_count",))


def apply_rules(article: Article, sheet: Sheet, site: Site | None, place: Place) -> Article:
    """The article with the site's own fields put in. A rule that finds nothing changes nothing; the first that finds wins."""
    if site is None or not site.fields:
        return article
    day = article.published.at.date() if article.published else None
    changes: dict[str, Any] = {}
    for rule in site.fields:
        if rule.field in changes or _outdated(rule, day):
            continue
        texts = _texts(rule, sheet)
        value = _value(rule.field, texts, place) if texts else None
        if value is not None:
            changes[rule.field] = value
    if not changes:
        return article
    provenance = {**article.provenance, **dict.fromkeys(changes, f"site rule {site.name}")}
    return replace(article, **changes, provenance=provenance)


def _outdated(rule: FieldRule, day: date | None) -> bool:
    return rule.until is not None and (day is None or day >= rule.until)


def _texts(rule: FieldRule, sheet: Sheet) -> list[str]:
    if rule.regex:
        match = re.search(rule.regex, sheet.html[:2_000_000])
        return [squeeze(match[1] if match.groups() else match[0])] if match else []
    selector = _selector(rule.css, rule.xpath)
    found = selector(sheet.tree)
    texts = []
    for item in found if isinstance(found, list) else [found]:
        value = item
        if isinstance(item, etree._Element):
            value = item.get(rule.attribute) if rule.attribute else "".join(str(piece) for piece in item.itertext())
        if text := squeeze(str(value or "")):
            texts.append(text)
    return texts


@lru_cache(maxsize=512)
def _selector(css: str | None, xpath: str | None) -> Any:
    return CSSSelector(css) if css else etree.XPath(xpath or "self::node()[false()]")


def _value(field: str, texts: list[str], place: Place) -> Any:
    if field in _TIMES:
        return _moment(texts[0], place)
    if field in _LISTS:
        names = [name for text in texts for name in (split_names(_unlabelled(text)) or split_byline(text))]
        return tuple(dict.fromkeys(names)) or None
    if field == "tags":
        return tuple(dict.fromkeys(texts))
    if field in _NUMBERS:
        digits = re.search(r"\d{1,9}", texts[0])
        return int(digits[0]) if digits else None
    if field == "text":
        return "\n".join(texts)
    if field == "paywalled":
        return True
    return texts[0]


def _unlabelled(text: str) -> str:
    return re.sub(r"^[\u3400-\u9fff\s]{2,6}[:：]", "", text)


def _moment(text: str, place: Place) -> Moment | None:
    stamp = read_machine(text, language=place.language)
    return settle_moment(stamp, place) if stamp else None
