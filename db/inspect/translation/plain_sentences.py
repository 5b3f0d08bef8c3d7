"""Sentences that reach a page as plain text, recognised by their templates, so that they can be shown in another language.

Details of rejections and messages of alerts are stored in English, as `copydesk` prints them, and an error is no more than its
message: none carries the template it was made of, as a `TranslatableText` does. So each template stands here once more. A value is
a number, unless it is one of `_TEXTS`.
"""

from __future__ import annotations

import re
from functools import cache

from db.display.phrases import TranslatableText, phrase
from db.inspect.translation.catalogues import gettext_noop

_TEXTS = frozenset(
    (
        "counts", "does", "error", "evidence", "first", "last", "names", "script", "sign", "signs", "text", "title", "type",
        "url",
    )
)  # fmt: skip
_LONGEST = 1000
"""Letters of a text that is looked at. Longer ones are traces of crashes."""
_NUMBER = r"-?\d[\d.,]*"
_PLACE = re.compile(r"%\((\w+)\)s")
_PLURAL = re.compile(r"^(\\ [a-z]+)s\b")
"""A noun behind a number, in an escaped pattern: of one it has no s."""

TEMPLATES = (
    # Details of rejections (`pipelines.extraction`, `pipelines.processing`).
    gettext_noop("The server answered with status %(status)s."),
    gettext_noop("The body has %(number)s bytes; at most %(most)s are read."),
    gettext_noop("The body is empty."),
    gettext_noop("The body is not HTML (declared as %(type)s)."),
    gettext_noop("The body is %(text)s (declared as %(type)s)."),
    gettext_noop("The body holds no markup."),
    gettext_noop("The body holds no markup that can be read."),
    gettext_noop("No character encoding makes readable text of this body."),
    gettext_noop("The page has no headline."),
    gettext_noop("The page is a list: %(evidence)s."),
    gettext_noop("The page is a list: links and no text."),
    gettext_noop("its address is that of a list's further page"),
    gettext_noop("it states that it is a collection and shows links in the main"),
    gettext_noop("%(number)s linked lines and no running text"),
    gettext_noop("%(number)s linked lines and %(words)s words of text"),
    gettext_noop("%(number)s of %(all)s paragraphs are teasers of other pages of the site"),
    gettext_noop("%(number)s summaries that are links to other pages, and little text beside them"),
    gettext_noop("No running text was found on the page."),
    gettext_noop("The page has text but no headline of any kind."),
    gettext_noop("The page lists search results: %(title)s."),
    gettext_noop("The address is a site's front page."),
    gettext_noop("The page describes what its title names, as %(kind)s (schema.org)."),
    gettext_noop("The text is too short (words: %(number)s)."),
    gettext_noop("Only a table without a day is on the page."),
    gettext_noop("The page is a notice, no article: %(signs)s."),
    gettext_noop("The process reading it ended, %(number)s times."),
    # Messages of alerts (`scheduler.alerts`, `db.diagnosis.listing_trouble`).
    gettext_noop("the last %(number)s crawls failed: %(error)s"),
    gettext_noop("no listing that works: in the last %(number)s crawls none named an article"),
    gettext_noop("%(url)s: the site %(does)s (%(sign)s)"),
    gettext_noop("%(url)s: a script draws the list, and the page as sent names no article (%(script)s)"),
    gettext_noop("no listing that works: none names an article"),
    gettext_noop("the last crawl of %(failed)s of %(all)s sources failed"),
    gettext_noop("robots.txt now forbids %(counts)s, %(url)s among them"),
    gettext_noop("the certificate of its host is invalid: %(counts)s not fetched, %(url)s among them"),
    gettext_noop("%(number)s of %(all)s listings"),
    gettext_noop("%(number)s of %(all)s articles"),
    gettext_noop("%(refused)s of %(listed)s listings and %(number)s of %(all)s articles"),
    gettext_noop("nothing new for %(first)s; its longest pause in four weeks was %(last)s"),
    gettext_noop("nothing new for %(first)s; the setting alert_silence allows %(last)s"),
    gettext_noop("%(number)s days"),
    gettext_noop("%(number)s hours"),
    gettext_noop("extraction finds less: %(signs)s"),
    gettext_noop("%(number)s of %(all)s pages are articles (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles have a title of their own (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles are of usual length (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles have a time of publication (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles say the time of day (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles name an author (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles name an editor (%(had)s of %(before)s before)"),
    gettext_noop("%(number)s of %(all)s articles name their outlet (%(had)s of %(before)s before)"),
    gettext_noop("crawls of %(names)s end before they begin: %(error)s"),
    gettext_noop("%(number)s GB of disk are free, less than alert_disk (%(least)s GB)"),
    gettext_noop("the database takes %(number)s GB, alert_size is %(most)s GB"),
    # Errors of queries (`db.search.query`, `db.reports.attention`).
    gettext_noop("a query has at most %(most)s characters, this one %(number)s"),
    gettext_noop('a quotation mark is not closed; "..." holds a phrase'),
    gettext_noop("OR must stand between two words"),
    gettext_noop("a query has at most %(most)s words and phrases"),
    gettext_noop("the query only excludes words; it needs a word to search for"),
    gettext_noop("the query has no letter or digit; it needs a word to search for"),
    gettext_noop("parentheses are not supported; OR joins the words beside it"),
    gettext_noop("%(text)s: at least %(least)s letters must stand before *"),
    gettext_noop("attention compares one to %(most)s queries, not %(number)s"),
    gettext_noop("the range ends on %(last)s, before it begins on %(first)s; swap them"),
    gettext_noop("%(number)s periods are more than %(most)s; take a shorter range, or count by week or month"),
)  # fmt: skip


def recognised(text: str) -> TranslatableText | None:
    """The phrase that a plain text is, None where it is none of them. Of several joined by semicolons, at least the first."""
    if len(text) > _LONGEST or "\n" in text:
        return None
    for template, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return phrase(template, **match.groupdict())
    first, semicolon, rest = text.partition("; ")
    if semicolon and (known := recognised(first)):
        return phrase("%(first)s; %(next)s", first=known, next=rest)
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The templates with most of their own words first: another's value may be what they say."""

    def pattern(template: str) -> re.Pattern[str]:
        parts = _PLACE.split(template)
        parts[::2] = (_PLURAL.sub(r"\1s?", re.escape(part)) for part in parts[::2])
        parts[1::2] = (f"(?P<{name}>{'.+?' if name in _TEXTS else _NUMBER})" for name in parts[1::2])
        return re.compile("".join(parts))

    ordered = sorted(TEMPLATES, key=lambda template: -len(_PLACE.sub("", template)))
    return tuple((template, pattern(template)) for template in ordered)
