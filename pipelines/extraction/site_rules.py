"""The fields that a site's TOML file reads from a page by CSS, XPath or pattern. They see the page as it was received, and what
they find beats the general reader: its fields, its text, and its judgement of what is an article.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from db.models import Image, Moment
from db.site_rules.loader import FieldRule, Site
from pipelines.extraction.credits.labelled_names import split_names
from pipelines.extraction.credits.names import split_byline
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.fields.metadata import absolute, split_tags
from pipelines.extraction.page.locale import language_code
from pipelines.extraction.page.pictures import image_of
from pipelines.extraction.received_page import RawPage, SelectedText
from pipelines.extraction.text.date_parser import find_stamps, plain_digits, read_machine
from pipelines.extraction.text.relative_times import find_relative

_NAMES = frozenset(("authors", "editors", "proofreaders"))
_TELLING = {"published": "datetime", "modified": "datetime", "canonical_url": "href"}
"""The attribute of an element that says more than its words, by the field that is read."""
_NO = frozenset(("false", "no", "0", "off", "free", "open"))
_MOST_IMAGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleValues:
    """What the rules of a site read of one page, by field of Article."""

    values: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    """The word for `provenance`."""

    def get(self, name: str) -> Any:
        """A field's value; None where no rule found one."""
        return self.values.get(name)

    @property
    def fields(self) -> dict[str, tuple[object, str]]:
        """Every field that a rule found, with how it was found."""
        return {name: (value, self.by) for name, value in self.values.items()}


NOTHING = RuleValues()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """What a rule's find is read with."""

    page: RawPage
    place: Locale
    address: str | None

    def first(self, rules: Sequence[FieldRule]) -> Any:
        """The value of the first rule that finds one."""
        for rule in rules:
            if (value := self.value(rule)) is not None:
                return value
        return None

    def value(self, rule: FieldRule) -> Any:
        """What one rule gives, None where it finds nothing that can be read as its field."""
        pieces = self.page.find(rule, _TELLING.get(rule.field))
        if rule.field == "images":
            return _images(pieces, self.address)
        pieces = [piece for piece in pieces if piece.lines]
        return _value(rule.field, pieces, self.place, self.address) if pieces else None


def read_ruled(
    html: str, site: Site | None, place: Locale, address: str | None, published: Moment | None
) -> RuleValues:
    """The site's own fields of a page. Of several rules for one field the first that finds something counts.

    `published` is what the general reader found: by it, or better by a rule of its own, a page is before or after the day on which
    a rule ends (`until`).
    """
    if site is None or not site.fields:
        return NOTHING
    rules: dict[str, list[FieldRule]] = {}
    for rule in site.fields:
        rules.setdefault(rule.field, []).append(rule)
    reader = _Reader(page=RawPage(html), place=place, address=address)
    day = published.at.date() if published else None
    values: dict[str, Any] = {}
    value: Any
    # First what the other fields are read by: the language of names and times, the day on which rules end.
    for name in ("language", "published", *rules):
        if name not in rules or name in values:
            continue
        value = (
            _published(rules[name], reader, day)
            if name == "published"
            else reader.first([rule for rule in rules[name] if _is_in_force(rule, day, place)])
        )
        if value is None:
            continue
        values[name] = value
        if name == "language":
            reader = replace(reader, place=replace(place, language=value))
        elif name == "published":
            day = value.at.date()
    return RuleValues(values=values, by=f"site rule {site.name}")


def rule_finds(html: str, rules: Sequence[FieldRule]) -> tuple[str | None, ...]:
    """What each rule finds first on a page, as text, whatever its `until` says; None where it finds nothing.

    Whether that can be read as the rule's field is another question.
    """
    page = RawPage(html)
    found = ((piece for piece in page.find(rule, _TELLING.get(rule.field))) for rule in rules)
    return tuple(
        next((piece.text for piece in pieces if piece.lines or piece.element is not None), None) for pieces in found
    )


def _published(rules: Sequence[FieldRule], reader: _Reader, day: date | None) -> Moment | None:
    """The time of publication: where nothing else says it, what a rule reads says whether the rule was in force then."""
    for rule in rules:
        value: Moment | None = reader.value(rule)
        if value is not None and _is_in_force(rule, day or value.at.date(), reader.place):
            return value
    return None


def _is_in_force(rule: FieldRule, day: date | None, place: Locale) -> bool:
    """Whether a page of that day is one that the rule reads. A page without a day was published before it was fetched."""
    if rule.until is None:
        return True
    if day is None and place.fetched_at is not None:
        day = place.fetched_at.date()
    return day is not None and day < rule.until


def _value(name: str, pieces: Sequence[SelectedText], place: Locale, address: str | None) -> Any:
    text = pieces[0].text
    match name:
        case "published" | "modified":
            return _moment(text, place)
        case "authors" | "editors" | "proofreaders":
            lines = [line for piece in pieces for line in piece.lines]
            return tuple(dict.fromkeys(name for line in lines for name in _names(line, place.language))) or None
        case "tags":
            words = split_tags([text]) if len(pieces) == 1 else [piece.text for piece in pieces]
            return tuple(dict.fromkeys(word for word in words if word)) or None
        case "text":
            return "\n".join(line for piece in pieces for line in piece.lines)
        case "comment_count":
            return _number(text)
        case "paywalled":
            return text.lower() not in _NO
        case "canonical_url":
            return absolute(text, address)
        case "language":
            return language_code(text)
    return text


def _names(line: str, language: str | None) -> list[str]:
    """Names as the general reader of the page's language divides them."""
    is_chinese = language == "zh" or (language is None and not _KANA.search(line))
    if is_chinese and _HAN.search(line) and (names := split_names(_unlabelled(line))):
        return names
    return split_byline(line) or split_byline(line, trusted=True)


_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30ff]")


def _unlabelled(text: str) -> str:
    return re.sub(r"^[\u3400-\u9fff\s]{2,6}[:：]", "", text)


def _moment(text: str, place: Locale) -> Moment | None:
    """A time as machines write it, as readers see it, or told from the time of the fetch."""
    if _ISO_BEGINS.match(text):
        stamp = read_machine(text, language=place.language)
    else:
        stamps = find_stamps(text, language=place.language, day_first=place.day_first)
        stamp = stamps[0] if stamps else read_machine(text, language=place.language)
    if stamp is None and place.local_now is not None:
        stamp = find_relative(text, place.local_now)
    return settle_moment(stamp, place) if stamp else None


_ISO_BEGINS = re.compile(r"\d{4}-\d\d|\d{10,14}$")
_NUMBER = re.compile(
    r"(?<!\d)(?:\d{1,3}(?:[.,'’ ]\d{3}){1,3}|\d{1,9})(?!\d|[\d.,]{0,4}\s?(?:[kKmM](?![A-Za-z])|[万萬千억만]))"
)


def _number(text: str) -> int | None:
    """The first number of a text, its groups of three joined; a rounded one ("1.2k") is none."""
    match = _NUMBER.search(plain_digits(text))
    return int(re.sub(r"\D", "", match[0])) if match else None


def _images(pieces: Sequence[SelectedText], address: str | None) -> tuple[Image, ...] | None:
    """The pictures that a rule names: elements, boxes that hold some, or addresses."""
    images: dict[str, Image] = {}
    for piece in pieces:
        found = (
            [image_of(el, address) for el in piece.element.iter("img", "amp-img")] if piece.element is not None else []
        )
        if not any(found) and piece.lines and (link := absolute(piece.lines[0], address)):
            found = [Image(url=link)]
        for image in found:
            if image is not None:
                images.setdefault(image.url, image)
    return tuple(images.values())[:_MOST_IMAGES] or None
