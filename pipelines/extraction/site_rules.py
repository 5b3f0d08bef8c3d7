"""The fields that a site's TOML file reads from a page by CSS, XPath or pattern.

Rules see the page as it was received. What they find takes precedence over the general reader: its fields, its text, and its
decision whether the page is an article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from db.models import Image, Moment
from db.site_rules.loader import FieldRule, Site
from pipelines.extraction.credits.lines.chinese_labels import split_names
from pipelines.extraction.credits.names.persons import split_byline
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.fields.metadata import absolute, split_tags
from pipelines.extraction.page.locale import language_code
from pipelines.extraction.page.pictures import read_image
from pipelines.extraction.raw_page import RawPage, SelectedText
from pipelines.extraction.text.byline_words import byline_words
from pipelines.extraction.text.date_parser import find_stamps, plain_digits, read_machine
from pipelines.extraction.text.relative_times import find_relative
from pipelines.extraction.text.writing import HAN
from pipelines.urls import path_and_query

_VALUE_ATTRIBUTES = {"published": "datetime", "modified": "datetime", "canonical_url": "href"}
"""By field: the attribute that holds the value of an element."""
_OF_CONTENT = ("text", "images")
_FALSE_WORDS = frozenset(("false", "no", "0", "off", "free", "open"))
_MAX_IMAGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleValues:
    """What the rules of a site read from one page, by field of Article."""

    values: Mapping[str, Any] = field(default_factory=dict)
    provenance: str = ""

    def get(self, name: str) -> Any:
        """A field's value; None where no rule found one."""
        return self.values.get(name)

    @property
    def fields(self) -> dict[str, tuple[object, str]]:
        """Every field that a rule found, with its provenance."""
        return {name: (value, self.provenance) for name, value in self.values.items()}


_NO_VALUES = RuleValues()


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleReader:
    """Applies rules to one page."""

    page: RawPage
    rest: RawPage
    locale: Locale
    address: str | None

    def first(self, rules: Sequence[FieldRule]) -> Any:
        """The value of the first rule that finds one."""
        values = (self.value(rule) for rule in rules)
        return next((value for value in values if value is not None), None)

    def value(self, rule: FieldRule) -> Any:
        """The value of one rule; None where it finds nothing that can be read as its field."""
        # A pattern is written for the page as it was received, to the letter.
        page = self.rest if rule.field in _OF_CONTENT and rule.regex is None else self.page
        pieces = page.find(rule, _VALUE_ATTRIBUTES.get(rule.field))
        if rule.field == "images":
            return _images(pieces, self.address)
        pieces = [piece for piece in pieces if piece.lines]
        return _value(rule.field, pieces, self.locale, self.address) if pieces else None


def apply_site_rules(
    html: str, rest: str, site: Site | None, locale: Locale, address: str | None, published: Moment | None
) -> RuleValues:
    """The fields that the site's own rules find on a page. Of several rules for one field, the first that finds something counts.

    Text and pictures are selected from the `rest` of the page, which is without the elements that the site's rules remove.
    `published` is what the general reader found. It decides whether a rule with an end (`until`) applies to the page; a time that
    a rule finds takes precedence.
    """
    if site is None or not site.fields:
        return _NO_VALUES
    rules: dict[str, list[FieldRule]] = {}
    path = _path(address)
    for rule in site.fields:
        if rule.is_for(path):
            rules.setdefault(rule.field, []).append(rule)
    page = RawPage(html)
    reader = _RuleReader(page=page, rest=page if rest == html else RawPage(rest), locale=locale, address=address)
    day = published.at.date() if published else None
    values: dict[str, Any] = {}
    value: Any
    # First what the other fields depend on: the language of names and times, and the day that decides which rules apply.
    for name in ("language", "published", *rules):
        if name not in rules or name in values:
            continue
        if name == "published":
            value = _published(rules[name], reader, day)
            day = value.at.date() if value else day
        else:
            value = reader.first([rule for rule in rules[name] if is_in_force(rule.until, day, locale.fetched_at)])
        if value is not None:
            values[name] = value
            if name == "language":
                reader = replace(reader, locale=replace(locale, language=value))
    return RuleValues(values=values, provenance=f"site rule {site.name}")


def rule_finds(html: str, rules: Sequence[FieldRule], address: str | None) -> tuple[str | None, ...]:
    """What each rule finds first on a page, as text, whatever its `until` says; None where it finds nothing, or is for other pages.

    Whether that can be read as the rule's field is another question.
    """
    page, path = RawPage(html), _path(address)
    found = (page.find(rule, _VALUE_ATTRIBUTES.get(rule.field)) if rule.is_for(path) else [] for rule in rules)
    return tuple(
        next((piece.text for piece in pieces if piece.lines or piece.element is not None), None) for pieces in found
    )


def _path(address: str | None) -> str:
    """What patterns for pages are searched in; empty where a page has no address that can be split."""
    try:
        return path_and_query(address or "")
    except ValueError:
        return ""


def _published(rules: Sequence[FieldRule], reader: _RuleReader, day: date | None) -> Moment | None:
    """The time of publication. Where nothing else gives a day, the time that a rule reads decides whether that rule applied
    then."""
    for rule in rules:
        value: Moment | None = reader.value(rule)
        if value is not None and is_in_force(rule.until, day or value.at.date(), reader.locale.fetched_at):
            return value
    return None


def is_in_force(until: date | None, day: date | None, fetched_at: datetime | None) -> bool:
    """Whether a rule with this end applies to a page of that day. A page without a day was published before it was fetched."""
    if until is None:
        return True
    if day is None and fetched_at is not None:
        day = fetched_at.date()
    return day is not None and day < until


def _value(name: str, pieces: Sequence[SelectedText], locale: Locale, address: str | None) -> Any:
    text = pieces[0].text
    match name:
        case "published" | "modified":
            return _moment(text, locale)
        case "authors" | "editors" | "proofreaders":
            lines = [line for piece in pieces for line in piece.lines]
            return tuple(dict.fromkeys(name for line in lines for name in _names(line, locale.language))) or None
        case "tags":
            words = split_tags([text]) if len(pieces) == 1 else [piece.text for piece in pieces]
            return tuple(dict.fromkeys(word for word in words if word)) or None
        case "text":
            return "\n".join(line for piece in pieces for line in piece.lines)
        case "comment_count":
            return _number(text)
        case "paywalled":
            return text.lower() not in _FALSE_WORDS
        case "canonical_url":
            return absolute(text, address)
        case "language":
            return language_code(text)
    return text


def _names(line: str, language: str | None) -> list[str]:
    """The names in a line, divided by the rules of the page's language."""
    is_chinese = language == "zh" or (language is None and not _KANA.search(line))
    if is_chinese and HAN.search(line) and (names := split_names(_LABEL.sub("", line))):
        return names
    words = byline_words(language)
    return split_byline(line, words) or split_byline(line, words, trusted=True)


_KANA = re.compile(r"[\u3041-\u30ff]")
_LABEL = re.compile(r"^[\u3400-\u9fff\s]{2,6}[:：]")


def _moment(text: str, locale: Locale) -> Moment | None:
    """A time in a machine format, as printed, or relative to the time of the fetch."""
    if _ISO_START.match(text):
        stamp = read_machine(text, language=locale.language)
    else:
        stamps = find_stamps(text, language=locale.language, day_first=locale.day_first)
        stamp = stamps[0] if stamps else read_machine(text, language=locale.language)
    if stamp is None and locale.local_now is not None:
        stamp = find_relative(text, locale.local_now)
    return settle_moment(stamp, locale) if stamp else None


_ISO_START = re.compile(r"\d{4}-\d\d|\d{10,14}$")
_NUMBER = re.compile(
    r"(?<!\d)(?:\d{1,3}(?:[.,'’ ]\d{3}){1,3}|\d{1,9})(?!\d|[\d.,]{0,4}\s?(?:[kKmM](?![A-Za-z])|[万萬千억만]))"
)


def _number(text: str) -> int | None:
    """The first number of a text, with thousands separators. A rounded one ("1.2k") does not count."""
    match = _NUMBER.search(plain_digits(text))
    return int(re.sub(r"\D", "", match[0])) if match else None


def _images(pieces: Sequence[SelectedText], address: str | None) -> tuple[Image, ...] | None:
    """The pictures that a rule selects: elements, boxes around them, or addresses."""
    images: dict[str, Image] = {}
    for piece in pieces:
        box = piece.element
        found = [read_image(el, address) for el in box.iter("img", "amp-img")] if box is not None else []
        if not any(found) and piece.lines and (link := absolute(piece.lines[0], address)):
            found = [Image(url=link)]
        for image in found:
            if image is not None:
                images.setdefault(image.url, image)
    return tuple(images.values())[:_MAX_IMAGES] or None
