"""When the article went out and when it was changed: statements for machines, checked against what the reader sees.

Voices, from best to weakest: JSON-LD, metas and microdata; the visible lines above the text, then below it (`datelines`); `<time>`
elsewhere; the date in the address (`addressed`), which also says on which side of midnight a statement in UTC
is meant; a time told from the fetch ("2 hours ago") by the headline; a change, where nothing else is dated; any dated line; the
link that led here. Visible and stated times of one publication are joined (`agreement`). No time after the fetch counts (`voices`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import cast

from lxml.etree import XPath
from lxml.etree import _Element as Element

from db.models import Moment, OffsetFrom, Page, Precision
from pipelines.extraction.dates.agreement import confirms, has_clock, same_minute, weigh, weigh_statements
from pipelines.extraction.dates.candidates import DateCandidate, DateContext, machine_times
from pipelines.extraction.dates.printed import PrintedDates, is_embedded
from pipelines.extraction.dates.time_zones import Locale
from pipelines.extraction.dates.url_date import date_in_address, month_in_address, outside_month
from pipelines.extraction.page.document import BOILERPLATE, Document, Line, Zone, is_in_zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.meta_names import MODIFIED_METAS, PAGE_METAS, PUBLISHED_METAS
from pipelines.extraction.page.structured_data import StructuredData
from pipelines.extraction.text.date_parser import ParsedDate, read_machine

_COMMENT_TIME = re.compile(r"<!--[^<>]{0,300}?((?:19|20)\d\d[-/年]\d{1,2}[-/月]\d{1,2}[^<>-]{0,20})")
_MICROFORMAT = re.compile(r"(?:^|\s)(?:dt-published|published|entry-date|entry-time|post-date|post-time)(?:\s|$)")
_DATELINE = 25
"""Characters before a date that opens the text: a town and an agency."""
_OPENING = 3
"""Paragraphs that may open with the date itself: a standfirst, or a heading that is told from none, stands before the text."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TEASER, _TEASER_CJK, _BESIDE = 20, 9, 40
"""Characters of a link that is another story's headline; an author's name or a section's is shorter."""
_OTHERS = Zone.RELATED | Zone.COMMENTS | Zone.ASIDE
"""Boxes whose times are another story's."""
_FOOT = 60
"""Lines at the end of a page among which its foot is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDates:
    """Publication and change of an article, and how each was found."""

    published: Moment | None = None
    published_by: str = ""
    modified: Moment | None = None
    modified_by: str = ""


def read_moments(
    sheet: Document, layout: Layout, stated: StructuredData, place: Locale, page: Page
) -> PublicationDates:
    """Find when the article was published and last changed."""
    hearing = DateContext(place, page.fetched_at)
    where = page.address or sheet.head.canonical
    day, month = date_in_address(where), month_in_address(where)
    lines = PrintedDates(hearing, layout, sheet.lines, day, month)
    changed = weigh_statements(list(hearing.all(_stated_modified(sheet, stated))), None, place)
    statements = _published_voices(sheet, stated, hearing, changed)
    seen, updated = lines.visible()
    if not any(voice.stamp.hour is not None for voice in (*statements, *filter(None, [seen]))):
        told = hearing.machine(stated.script_article.published, stated.script_article.found_by("published"))
        if told and (not statements or told.stamp.date == statements[0].stamp.date):
            statements = [told]
        changed = changed or hearing.machine(stated.script_article.modified, stated.script_article.found_by("modified"))
    if changed is None and updated is None and (seen is None or not seen.strong):
        updated = lines.last_change(iter(sheet.lines[-_FOOT:]))
    if seen and updated and not seen.strong and seen.stamp.date > updated.stamp.date:
        seen = None  # of something that the page speaks of: it did not appear after its last change
    if seen and not seen.strong and outside_month(seen.stamp, month):
        seen = None
    address = hearing.voice(day, "address")
    chosen = weigh(statements, seen, changed, address, place)
    if chosen is None or (chosen is seen and (seen.stamp.hour is None or not has_clock(seen))):
        for voice in _instants(sheet, hearing, month, changed):
            if chosen is None or confirms(voice, chosen):
                chosen = weigh([voice], seen, None, None, place)
                break
    chosen = chosen or address
    told = lines.relative() if chosen is None or chosen.stamp.hour is None else None
    if told and (chosen is None or (told.stamp.hour is not None and told.stamp.date == chosen.stamp.date)):
        chosen = told
    pushed = hearing.machine(stated.baidu_published, "json-ld")
    if pushed and (chosen is None or (chosen.stamp.hour is None and chosen.stamp.date == pushed.stamp.date)):
        chosen = pushed
    chosen = chosen or updated or _weakest(sheet, layout, hearing, lines) or changed
    return _dated(chosen, changed or updated, page, hearing)


def _dated(
    chosen: DateCandidate | None, modified: DateCandidate | None, page: Page, hearing: DateContext
) -> PublicationDates:
    """The two times, with the link's hint where the page is silent, and without a change that is none."""
    hint = page.hint
    if chosen is None and hint and hint.published:
        chosen = _hinted(hint.published, hearing)
    if modified is None and hint and hint.modified and hint.modified != hint.published:
        modified = _hinted(hint.modified, hearing)
        if chosen and modified and abs(modified.moment.at - chosen.moment.at) < timedelta(minutes=1):
            modified = None  # lists give the time of publication as that of the change where there was none
    if chosen and modified and modified.moment.at < chosen.moment.at - timedelta(days=1):
        modified = None
    return PublicationDates(
        published=chosen.moment if chosen else None,
        published_by=chosen.by if chosen else "",
        modified=modified.moment if modified else None,
        modified_by=modified.by if modified else "",
    )


def _hinted(when: datetime, hearing: DateContext) -> DateCandidate | None:
    precision = Precision.SECOND if when.second else Precision.MINUTE
    stamp = ParsedDate(when.year, when.month, when.day)
    voice = DateCandidate(Moment(at=when, precision=precision, offset_from=OffsetFrom.PAGE), stamp, "hint")
    return voice if hearing.possible(voice.moment) else None


def _published_voices(
    sheet: Document, stated: StructuredData, hearing: DateContext, changed: DateCandidate | None
) -> list[DateCandidate]:
    """The statements of publication; those in the body, which cost a walk, where the head gives no time of its own."""
    voices = list(hearing.all(_of_article(sheet, stated)))
    first = voices[0] if voices else None
    if first is None or first.stamp.hour is None or (changed and same_minute(changed, first)):
        voices += hearing.all((text, "microdata") for text in _machine_elements(sheet, "datepublished"))
    voices += hearing.all((value, "meta") for value in _metas(sheet, PAGE_METAS))
    return voices or list(hearing.all([(stated.published, "json-ld")]))


def _of_article(sheet: Document, stated: StructuredData) -> Iterator[tuple[str | None, str]]:
    if stated.is_article:
        yield stated.published, "json-ld"
    for value in _metas(sheet, PUBLISHED_METAS):
        yield value, "meta"


def _metas(sheet: Document, names: tuple[str, ...]) -> Iterator[str]:
    return (value for name in names for value in sheet.head.metas.get(name, ())[:20])


def _stated_modified(sheet: Document, stated: StructuredData) -> Iterator[tuple[str | None, str]]:
    yield stated.modified, "json-ld"
    for value in _metas(sheet, MODIFIED_METAS):
        yield value, "meta"
    for text in _machine_elements(sheet, "datemodified"):
        yield text, "microdata"


def _machine_elements(sheet: Document, prop: str) -> Iterator[str]:
    """Times that the body states by `itemprop`; those of publication also by HTML's `pubdate` and by microformats."""
    published = prop == "datepublished"
    for el in sheet.tree.iter("time", "span", "abbr", "p", "div"):
        named = prop in (el.get("itemprop") or "").lower()
        if named or (published and ((el.tag == "time" and el.get("pubdate") is not None) or _is_microformat(el))):
            if value := el.get("content") or el.get("datetime") or el.get("title"):
                yield value
            elif el.text:
                yield el.text


def _is_microformat(el: Element) -> bool:
    """Whether an element is hAtom's or h-entry's time of publication (microformats.org): the class and a machine's value."""
    name = el.get("class")
    if not name or not _MICROFORMAT.search(name[:200]):
        return False
    return bool(el.get("datetime") or el.get("title")) and not is_in_zone(el, _OTHERS, {})


def _instants(
    sheet: Document, hearing: DateContext, month: tuple[int, int] | None, changed: DateCandidate | None
) -> Iterator[DateCandidate]:
    """Weaker places: `<time>` and other elements with a machine's value, anywhere sensible. None after the last change."""
    for voice in _of_elements(sheet, hearing):
        if not outside_month(voice.stamp, month) and not (changed and voice.stamp.date > changed.stamp.date):
            yield voice


def _of_elements(sheet: Document, hearing: DateContext) -> Iterator[DateCandidate]:
    elements = cast(list[Element], _TIMED_ELEMENTS(sheet.tree))
    timed = ((el, text) for el in elements for text in ([*machine_times(el)] or [el.text or ""] * (el.tag == "time")))
    for el, text in islice(((el, text) for el, text in timed if text), 60):
        voice = hearing.machine(text, "time")
        if voice and not is_in_zone(el, _OTHERS, {}) and not is_embedded(el):
            yield voice


_TIMED_ELEMENTS = XPath(
    "//*[self::time or @datetime or"
    " @*[starts-with(name(), 'data-') and (contains(name(), 'date') or contains(name(), 'time') or contains(name(), 'publi'))]]"
)
"""The elements that may bear an instant; `machine_times` looks at the names of their attributes more closely."""


def _dateline(layout: Layout, hearing: DateContext, lines: PrintedDates) -> DateCandidate | None:
    """The date that opens the text, after a town and an agency or as the very first of one of its first paragraphs."""
    for at, line in enumerate(layout.paragraphs[:_OPENING]):
        stamps = lines.stamps(line.text[:60])
        if stamps and stamps[0].start < (1 if at else _DATELINE) and (voice := hearing.voice(stamps[0], "dateline")):
            return voice
    return None


def _weakest(sheet: Document, layout: Layout, hearing: DateContext, lines: PrintedDates) -> DateCandidate | None:
    """A dateline that opens the text, any dated short line, the page's summary, and last a comment in the source."""
    if opening := _dateline(layout, hearing, lines):
        return opening
    for line in sheet.lines[:2000]:
        if len(line.text) < 120 and not line.zone & BOILERPLATE & layout.boilerplate_zones and not _is_teaser(line):
            for found, _ in lines.read(line, ""):
                return found
    if changed := lines.last_change(iter(sheet.lines)):
        return changed
    for summary in (sheet.head.title, sheet.head.meta("description", "og:description")):
        for stamp in lines.stamps(summary or ""):
            if voice := hearing.voice(stamp, "summary"):
                return voice
    for match in _COMMENT_TIME.finditer(sheet.html[:3_000_000]):
        if voice := hearing.voice(read_machine(match[1]), "comment"):
            return voice
    return None


def _is_teaser(line: Line) -> bool:
    """Whether a line is the link to another story with its date beside it."""
    least = _TEASER_CJK if _CJK.search(line.text) else _TEASER
    return line.link_chars >= least and len(line.text) - line.link_chars <= _BESIDE
