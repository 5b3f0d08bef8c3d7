"""When an article was published and when it was changed: structured data, checked against what the page prints.

Candidates, best first: JSON-LD, metas and microdata; the printed lines above the text, then below it (`printed`); `<time>`
elsewhere; the date in the address (`url_date`), which also tells the local day of a UTC time; a time relative to the fetch
("2 hours ago") near the headline; a change, where nothing else is dated; any dated line; the link that led here. `agreement`
joins printed and stated times of one publication. No time after the fetch counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from lxml.etree import _Element as Element

from db.models import Moment, OffsetFrom, Page, Precision
from pipelines.extraction.dates.agreement import (
    confirms,
    has_clock,
    in_zone_of,
    same_minute,
    weigh_dates,
    weigh_statements,
    with_listed_time,
)
from pipelines.extraction.dates.candidates import (
    TIPPED,
    DateCandidate,
    DateContext,
    is_on_card,
    is_teaser,
    machine_times,
)
from pipelines.extraction.dates.printed import PrintedDates, is_embedded
from pipelines.extraction.dates.time_zones import Locale
from pipelines.extraction.dates.url_date import date_in_address, month_in_address, outside_month
from pipelines.extraction.page.document import BOILERPLATE, Document, Zone, is_in_zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.structured_data.meta_names import METAS
from pipelines.extraction.text.date_parser import ParsedDate, read_machine

_COMMENT_TIME = re.compile(r"<!--[^<>]{0,300}?((?:19|20)\d\d[-/年]\d{1,2}[-/月]\d{1,2}[^<>-]{0,20})")
_MICROFORMAT = re.compile(r"(?:^|\s)(?:dt-published|published|entry-date|entry-time|post-date|post-time)(?:\s|$)")
_MICROFORMAT_CHANGE = re.compile(r"(?:^|\s)(?:dt-updated|updated)(?:\s|$)")
_DATELINE = 25
"""Characters before a date that opens the text: a town and an agency."""
_OPENING = 3
"""Paragraphs that may open with the date itself: a standfirst, or a heading that is told from none, stands before the text."""
_OTHERS = Zone.RELATED | Zone.COMMENTS | Zone.ASIDE
"""Boxes whose times are another story's."""
_FOOT = 60
"""Lines at the end of a page among which its foot is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDates:
    """Publication and last change of an article, and how each was found."""

    published: Moment | None = None
    published_by: str = ""
    modified: Moment | None = None
    modified_by: str = ""


def read_publication_dates(
    document: Document, layout: Layout, structured: StructuredData, locale: Locale, page: Page
) -> PublicationDates:
    """When the article was published and last changed."""
    context = DateContext(locale, page.fetched_at)
    where = page.address or document.head.canonical
    day, month = date_in_address(where), month_in_address(where)
    lines = PrintedDates(context, layout, document.lines, day, month)
    marked = _marked_elements(document)
    stated_changes = context.read_all(_stated_modified(document, structured, marked))
    changed = weigh_statements(list(stated_changes), locale)
    statements = _published_candidates(document, structured, context, changed, marked)
    printed, updated = lines.visible()
    if not any(candidate.stamp.hour is not None for candidate in (*statements, *filter(None, [printed]))):
        fallback = context.read(structured.script_article.published, structured.script_article.found_by("published"))
        if fallback and (not statements or fallback.stamp.date == statements[0].stamp.date):
            statements = [fallback]
        changed = changed or context.read(
            structured.script_article.modified, structured.script_article.found_by("modified")
        )
    if changed is None and updated is None and (printed is None or not printed.strong):
        updated = lines.last_change(iter(document.lines[-_FOOT:]))
    opening = _dateline(layout, context, lines) if day and printed and not printed.labelled else None
    if day and opening and printed and opening.stamp.date == day.date != printed.stamp.date:
        printed = replace(opening, strong=True)
    if printed and updated and not printed.strong and printed.stamp.date > updated.stamp.date:
        printed = None  # of something that the page speaks of: it did not appear after its last change
    address = context.candidate(day, "address")
    chosen = weigh_dates(statements, printed, changed, address, locale)
    if chosen is None or (chosen is printed and (printed.stamp.hour is None or not has_clock(printed))):
        for candidate in _instants(document, context, month):
            if chosen is None or confirms(candidate, chosen):
                chosen = weigh_dates([candidate], printed, None, None, locale)
                break
    chosen = in_zone_of(chosen, updated) if chosen else address
    fallback = lines.relative(changed or updated) if chosen is None or chosen.stamp.hour is None else None
    if fallback and (chosen is None or (fallback.stamp.hour is not None and fallback.stamp.date == chosen.stamp.date)):
        chosen = fallback
    pushed = context.read(structured.baidu_published, "json-ld")
    if pushed and (chosen is None or (chosen.stamp.hour is None and chosen.stamp.date == pushed.stamp.date)):
        chosen = pushed
    chosen = chosen or updated or _last_resort(document, layout, context, lines) or changed
    return _with_hints(chosen, changed or updated, page, context)


def _with_hints(
    chosen: DateCandidate | None, modified: DateCandidate | None, page: Page, context: DateContext
) -> PublicationDates:
    """Both times, filled from the link's hint where the page has none, and without a change that precedes publication."""
    hint = page.hint
    if chosen is None and hint and hint.published:
        chosen = _from_hint(hint.published, context)
    elif chosen and hint and hint.published:
        told = with_listed_time(chosen, hint.published)
        chosen = told if context.possible(told.moment) else chosen
    if modified is None and hint and hint.modified and hint.modified != hint.published:
        modified = _from_hint(hint.modified, context)
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


def _from_hint(when: datetime, context: DateContext) -> DateCandidate | None:
    precision = Precision.SECOND if when.second else Precision.MINUTE
    stamp = ParsedDate(when.year, when.month, when.day)
    candidate = DateCandidate(Moment(at=when, precision=precision, offset_from=OffsetFrom.PAGE), stamp, "hint")
    return candidate if context.possible(candidate.moment) else None


def _published_candidates(
    document: Document,
    structured: StructuredData,
    context: DateContext,
    changed: DateCandidate | None,
    marked: Sequence[Element],
) -> list[DateCandidate]:
    """Stated times of publication. The body is asked only where the head has no time of day."""
    candidates = list(context.read_all(_of_article(document, structured)))
    first = candidates[0] if candidates else None
    if first is None or first.stamp.hour is None or (changed and same_minute(changed, first)):
        candidates += context.read_all((text, "microdata") for text in _machine_elements(marked, "datepublished"))
    candidates += context.read_all([(structured.created if structured.is_article else None, "json-ld")])
    candidates += context.read_all((value, "meta") for value in _metas(document, METAS.page))
    return candidates or list(context.read_all([(structured.published or structured.created, "json-ld")]))


def _of_article(document: Document, structured: StructuredData) -> Iterator[tuple[str | None, str]]:
    if structured.is_article:
        yield structured.published, "json-ld"
    for value in _metas(document, METAS.published):
        yield value, "meta"


def _metas(document: Document, names: tuple[str, ...]) -> Iterator[str]:
    return (value for name in names for value in document.head.metas.get(name, ())[:20])


def _stated_modified(
    document: Document, structured: StructuredData, marked: Sequence[Element]
) -> Iterator[tuple[str | None, str]]:
    yield structured.modified, "json-ld"
    for value in _metas(document, METAS.modified):
        yield value, "meta"
    for text in _machine_elements(marked, "datemodified"):
        yield text, "microdata"
    # Themes that print one time alone call it both, or "updated".
    times = [el for el in marked if _is_microformat(el)]
    if times:
        beside = (el for el in marked if el not in times and el.getparent() is times[0].getparent())
        yield from (
            (el.get("datetime"), "microdata") for el in beside if _MICROFORMAT_CHANGE.search(el.get("class", "")[:200])
        )


_MARKS = frozenset(("itemprop", "title", "datetime"))


def _marked_elements(document: Document) -> list[Element]:
    """The elements that `_machine_elements` looks at more closely, by their attributes."""
    elements = document.tree.iter("time", "span", "abbr", "p", "div")
    return [el for el in elements if not _MARKS.isdisjoint(el.keys()) or el.tag == "time"]


def _machine_elements(marked: Sequence[Element], prop: str) -> Iterator[str]:
    """Times in the body marked by `itemprop`; for publication also by `pubdate` and microformats."""
    published = prop == "datepublished"
    for el in marked:
        named = prop in (el.get("itemprop") or "").lower()
        if named or (published and ((el.tag == "time" and el.get("pubdate") is not None) or _is_microformat(el))):
            yield el.get("content") or el.get("datetime") or el.get("title") or ""


def _is_microformat(el: Element) -> bool:
    """Whether an element is an hAtom or h-entry time of publication (microformats.org): the class and a machine-readable value."""
    name = el.get("class")
    if not name or not _MICROFORMAT.search(name[:200]):
        return False
    return bool(el.get("datetime") or el.get("title")) and not is_in_zone(el, _OTHERS)


def _instants(document: Document, context: DateContext, month: tuple[int, int] | None) -> Iterator[DateCandidate]:
    """Weaker candidates: `<time>` and other elements with a machine-readable value."""
    elements = (el for el in document.tree.iter() if el.tag == "time" or _may_be_timed(el))
    timed = ((el, text) for el in elements for text in ([*machine_times(el)] or [el.text or ""] * (el.tag == "time")))
    for el, text in islice(((el, text) for el, text in timed if text), 60):
        candidate = context.read(text, "time")
        if candidate is None or is_in_zone(el, _OTHERS) or is_embedded(el):
            continue
        if not outside_month(candidate.stamp, month):
            yield candidate


_TIMED_ATTRIBUTE = re.compile("datetime$|data-.{0,40}(?:date|time|publi|created|epoch|iso|ts$)")


def _may_be_timed(el: Element) -> bool:
    """Whether an element may bear an instant; `machine_times` looks at the names of its attributes more closely."""
    names: list[str] = el.keys()  # type: ignore[assignment]  # lxml-stubs: bytes too
    if not names:
        return False
    return (
        (el.tag in TIPPED and ":" in (el.get("title") or ""))
        or (
            el.tag == "input" and el.get("type") == "hidden" and "value" in names and ("id" in names or "name" in names)
        )
        or any(map(_may_hold_time, names))
    )


@lru_cache(1024)
def _may_hold_time(attribute: str) -> bool:
    return _TIMED_ATTRIBUTE.match(attribute) is not None


def _dateline(layout: Layout, context: DateContext, lines: PrintedDates) -> DateCandidate | None:
    """The date that opens the text: after a town and an agency, or at the start of one of the first paragraphs."""
    for at, line in enumerate(layout.paragraphs[:_OPENING]):
        stamps = lines.stamps(line.text[:60])
        if (
            stamps
            and stamps[0].start < (1 if at else _DATELINE)
            and (candidate := context.candidate(stamps[0], "dateline"))
        ):
            return candidate
    return None


def _last_resort(document: Document, layout: Layout, context: DateContext, lines: PrintedDates) -> DateCandidate | None:
    """A dateline, any short line with a date, the page's summary, a comment in the source."""
    if opening := _dateline(layout, context, lines):
        return opening
    for line in document.lines[:2000]:
        if len(line.text) < 120 and not line.zone & BOILERPLATE & layout.boilerplate_zones and not is_teaser(line):
            if line.zone & Zone.ASIDE and is_on_card(line.block, layout.headline):
                continue
            for found, _ in lines.read(line, ""):
                return found
    for summary in (document.head.title, document.head.meta("description", "og:description")):
        for stamp in lines.stamps(summary or ""):
            if candidate := context.candidate(stamp, "summary"):
                return candidate
    for match in _COMMENT_TIME.finditer(document.html[:3_000_000]):
        if candidate := context.candidate(read_machine(match[1]), "comment"):
            return candidate
    return None
