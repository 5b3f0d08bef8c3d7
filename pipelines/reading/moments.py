"""When the article went out and when it was changed: statements for machines, checked against what the reader sees.

Voices, from best to weakest: JSON-LD and metas; `<time>` and microdata beside the headline; the visible lines above the text;
the lines below it; variables in scripts; the date in the address; the link that led here. Visible and stated times that mean the
same day are one: the finer wins, and a wall clock labelled UTC that the reader sees unlabelled is local. No time after the fetch
counts, none from boxes of other articles, none from a copyright line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice

from lxml.etree import _Element as Element

from db.nouns import Moment, OffsetFrom, Page, Precision
from pipelines.reading.layout import Layout
from pipelines.reading.machine import Stated
from pipelines.reading.sheet import FOREIGN, Line, Sheet, Zone
from pipelines.reading.times import Stamp, find_relative, find_stamps, plain_digits, read_machine
from pipelines.reading.zones import Place, settle_moment

_PUBLISHED_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished",
    "article.published",
    "publishdate", "publish_date", "publish-date", "publication_date", "publicationdate", "published_time", "pubdate", "published",
    "date_published", "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date",
    "weibo:article:create_at",
    "dcterms.created", "dcterms.issued", "dc.date.issued", "dc.date.created", "dc.date", "dcterms.date",
    "article:create_at", "rnews:datepublished",
    "citation_publication_date", "bt:pubdate", "iso-8601-publish-date", "originalpublicationdate",
    "article_date_original", "vr:published_time",
    "release_date", "published-date", "article:published_date", "article_published", "dc.date.published",
    "dcterms.available", "pdate", "created", "datecreated", "date.created", "date", "displaydate", "firstpublished",
    "timestamp", "time",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "article:modified",
    "last-modified", "lastmod", "last_modified", "dcterms.modified", "dc.date.modified", "cxenseparse:recs:mod",
    "weibo:article:update_at",
    "updated_time", "modified", "revised", "article:updated_time", "bt:moddate",
)  # fmt: skip
_UPDATED = re.compile(
    r"updat|modifi|chang|revis|edited|aktualis|geändert|mis(?:e)? à jour|maj\b|actualiz|atualiz|aggiornat"
    r"|bijgewerkt|gewijzigd|uppdater|oppdater"
    r"|opdater|päivitet|muokat|zaktualiz|aktualiz|frissít|modificat|обновл|измен|оновл|ενημ|güncel|更新|修改|最后|编辑于|수정|최종|업데이트|최종수정|تحديث|به‌روز|עודכן|अपडेट",
    re.I,
)
_PUBLISHED_LABEL = re.compile(
    r"publi|post(?:ed|é)|veröff|erstellt|发布|发表|发稿|時間|时间|日期|公開|配信|입력|게재|등록|опублик|създад|tarih|نشر|yayın",
    re.I,
)
_COPYRIGHT = re.compile(r"©|copyright|all rights|版权|版權|备案|ICP|since\s\d{4}|est\.\s?\d{4}", re.I)
_SCRIPT_TIME = re.compile(r"20[0-3]\d[-/]?[01]?\d[-/]?[0-3]?\d[T ]?[\d:.]{0,15}(?:Z|[+-]\d\d:?\d\d)?")
_SCRIPT_EPOCH = re.compile(r"1[0-9]{9}(?:\d{3})?(?!\d)")
_SCRIPT_KEY = re.compile(
    r"(?:pub(?:lish(?:ed)?)?_?-?(?:date|time|at|on)?|ptime|create_?d?_?(?:time|at|date|on)|date_?published|article_?date|news_?time|post_?date|publication_?date|first_?published(?:_?at|_?date)?"
    r"|display_?date|pub_?date|issue_?date|release_?(?:date|time))\\?[\"']?\s{0,3}[:=,]\s{0,3}(?:new Date\()?\\?[\"']?$", re.I,
)  # fmt: skip
_SCRIPT_WINDOW = 60
_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)|/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})/"
)
_URL_DATE_BACKWARD = re.compile(r"(?<!\d)(\d\d)[-.](\d\d)[-.](20\d\d)(?!\d)")
_COMMENT_TIME = re.compile(r"<!--[^<>]{0,300}?((?:19|20)\d\d[-/年]\d{1,2}[-/月]\d{1,2}[^<>-]{0,20})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """Publication and change of an article, and how each was found."""

    published: Moment | None = None
    published_by: str = ""
    modified: Moment | None = None
    modified_by: str = ""


@dataclass(frozen=True, slots=True)
class _Voice:
    moment: Moment
    stamp: Stamp
    by: str
    strong: bool = False
    """Printed right by the headline, as a date line of its own: what the reader takes for the article's date."""


def read_moments(sheet: Sheet, layout: Layout, stated: Stated, place: Place, page: Page) -> Dated:
    """Find when the article was published and last changed."""
    desk = _Desk(sheet, layout, place, page)
    stated_time = desk.first(_stated_published(sheet, stated))
    seen, updated = desk.visible()
    if seen and stated_time and "NewsArticle" in stated.types:
        changed = desk.first(_stated_modified(sheet, stated))
        if changed and changed.stamp.date == seen.stamp.date != stated_time.stamp.date:
            seen, updated = None, updated or seen  # a press page that shows the day of its last change alone
    chosen = _reconcile(stated_time, seen, place) or desk.weaker() or updated or desk.weakest()
    modified = desk.first(_stated_modified(sheet, stated)) or updated
    hint = page.hint
    if chosen is None and hint and hint.published:
        chosen = _hinted(hint.published, desk)
    if modified is None and hint and hint.modified:
        modified = _hinted(hint.modified, desk)
    if chosen and modified and modified.moment.at < chosen.moment.at - timedelta(days=1):
        modified = None
    return Dated(
        published=chosen.moment if chosen else None,
        published_by=chosen.by if chosen else "",
        modified=modified.moment if modified else None,
        modified_by=modified.by if modified else "",
    )


def _hinted(when: datetime, desk: _Desk) -> _Voice | None:
    precision = Precision.SECOND if when.second else Precision.MINUTE
    stamp = Stamp(when.year, when.month, when.day)
    voice = _Voice(Moment(at=when, precision=precision, offset_from=OffsetFrom.PAGE), stamp, "hint")
    return voice if desk.possible(voice.moment) else None


def _stated_published(sheet: Sheet, stated: Stated) -> Iterator[tuple[str | None, str]]:
    if stated.is_article:
        yield stated.published, "json-ld"
    for name in _PUBLISHED_METAS:
        for value in sheet.head.metas.get(name, ())[:20]:
            yield value, "meta"
    for el in _machine_elements(sheet):
        yield el, "microdata"
    yield stated.published, "json-ld"


def _stated_modified(sheet: Sheet, stated: Stated) -> Iterator[tuple[str | None, str]]:
    yield stated.modified, "json-ld"
    for name in _MODIFIED_METAS:
        for value in sheet.head.metas.get(name, ()):
            yield value, "meta"


def _machine_elements(sheet: Sheet) -> Iterator[str]:
    for el in sheet.tree.iter("time", "span", "abbr", "p", "div"):
        prop = el.get("itemprop")
        if (prop and "datepublished" in prop.lower()) or (el.tag == "time" and el.get("pubdate") is not None):
            if value := el.get("content") or el.get("datetime") or el.get("title"):
                yield value
            elif el.text:
                yield el.text


class _Desk:
    """The page at hand, with what is needed to judge a time."""

    __slots__ = ("_latest", "layout", "page", "place", "sheet")

    def __init__(self, sheet: Sheet, layout: Layout, place: Place, page: Page) -> None:
        self.sheet, self.layout, self.place, self.page = sheet, layout, place, page
        self._latest = page.fetched_at + timedelta(days=1) if page.fetched_at else None

    def possible(self, moment: Moment) -> bool:
        return self._latest is None or moment.at <= self._latest

    def voice(self, stamp: Stamp | None, by: str) -> _Voice | None:
        if stamp is None:
            return None
        moment = settle_moment(stamp, self.place)
        return _Voice(moment, stamp, by) if moment and self.possible(moment) else None

    def first(self, values: Iterator[tuple[str | None, str]]) -> _Voice | None:
        """The first readable statement; one with a time of day beats an earlier one of the same day without."""
        best: _Voice | None = None
        for value, by in values:
            voice = self.voice(read_machine(value, language=self.place.language), by) if value else None
            if voice is None:
                continue
            if best is None:
                best = voice
            elif best.stamp.hour is None and voice.stamp.hour is not None and best.stamp.date == voice.stamp.date:
                return voice
            if best.stamp.hour is not None:
                return best
        return best

    def visible(self) -> tuple[_Voice | None, _Voice | None]:
        """What the reader sees as published and as updated, above the text first, then below it."""
        published: _Voice | None = None
        updated: _Voice | None = None
        label = ""
        for line in self._candidate_lines():
            for voice, is_update in self._read_line(line, label):
                if is_update:
                    updated = updated or voice
                elif published is None or (
                    published.stamp.hour is None
                    and voice.stamp.hour is not None
                    and published.stamp.date == voice.stamp.date
                ):
                    published = voice
            label = line.text if len(line.text) < 24 else ""
        return published, updated

    def _candidate_lines(self) -> Iterator[Line]:
        headline = self.layout.headline
        start = headline.row if headline else -1
        yield from (line for line in self.layout.header if line.row > start)
        yield from (line for line in self.layout.header if line.row < start)
        yield from self.layout.tail

    def _read_line(self, line: Line, label_above: str) -> Iterator[tuple[_Voice, bool]]:
        text = line.spaced if len(line.text) <= 250 else line.text
        if len(text) > 260 or _COPYRIGHT.search(text) or line.zone & (Zone.RELATED | Zone.COMMENTS | Zone.HIDDEN):
            return
        if line.link_chars > 0.8 * len(text) and line.link_chars > 30:
            return
        stamps = find_stamps(text, language=self.place.language, day_first=self.place.day_first)
        if not stamps and (now := self.place.local_now) and (relative := find_relative(text, now)) and len(text) < 80:
            stamps = [relative]
        before = label_above
        at = 0
        for stamp in stamps:
            label = text[at : stamp.start] or before
            before, at = "", stamp.end
            if voice := self.voice(stamp, "visible"):
                voice = replace(voice, strong=self._is_date_line(line, stamp, label))
                yield voice, bool(_UPDATED.search(label[-40:])) and not _PUBLISHED_LABEL.search(label[-40:])

    def _is_date_line(self, line: Line, stamp: Stamp, label: str) -> bool:
        headline = self.layout.headline
        if headline is None or not -4 <= line.row - headline.row <= _NEAR or line.block.tag == "figcaption":
            return False
        return (stamp.end - stamp.start) * 3 > len(line.text) or _PUBLISHED_LABEL.search(label[-40:]) is not None

    def weaker(self) -> _Voice | None:
        """Weaker places: `<time>` anywhere sensible, scripts, the address."""
        for el in islice(self.sheet.tree.iter("time"), 60):
            voice = self.voice(read_machine(el.get("datetime") or el.text, language=self.place.language), "time")
            if voice and not _foreign(el):
                return voice
        html = self.sheet.html[:3_000_000]
        for pattern in (_SCRIPT_TIME, _SCRIPT_EPOCH):
            for match in pattern.finditer(html):
                if _SCRIPT_KEY.search(html[max(0, match.start() - _SCRIPT_WINDOW) : match.start()]) and (
                    voice := self.voice(read_machine(match[0]), "script")
                ):
                    return voice
        return self.voice(date_in_address(self.page.address or self.sheet.head.canonical), "address")

    def weakest(self) -> _Voice | None:
        """A dateline that opens the text, any dated short line, and last a comment in the source."""
        for line in self.layout.paragraphs[:1]:
            stamps = find_stamps(line.text[:60], language=self.place.language, day_first=self.place.day_first)
            if stamps and stamps[0].start < _DATELINE and (voice := self.voice(stamps[0], "dateline")):
                return voice
        for line in self.sheet.lines[:2000]:
            if len(line.text) < 120 and not line.zone & FOREIGN:
                for found, _ in self._read_line(line, ""):
                    return found
        for match in _COMMENT_TIME.finditer(self.sheet.html[:3_000_000]):
            if voice := self.voice(read_machine(match[1]), "comment"):
                return voice
        return None


def _foreign(el: Element) -> bool:
    from pipelines.reading.sheet import zone_of

    cache: dict[str, int] = {}
    node: Element | None = el
    while node is not None and node.tag != "body":
        if zone_of(node, cache) & (Zone.RELATED | Zone.COMMENTS | Zone.ASIDE):
            return True
        node = node.getparent()
    return False


_DATELINE = 25
"""Characters before a date that opens the text: a town and an agency."""
_NEAR = 9
"""Lines below the headline in which a date line stands."""
_SAME_TIME = timedelta(hours=36)
"""Two statements within this span mean one publication: zones and days are mixed up, events are not."""


def _reconcile(stated: _Voice | None, seen: _Voice | None, place: Place) -> _Voice | None:
    """One publication out of what the page states and what it shows."""
    if stated is None or seen is None:
        return stated or seen
    if abs(stated.moment.at - seen.moment.at) > _SAME_TIME:
        return seen if seen.strong else stated  # the date by the headline is the one that editors look after
    if stated.stamp.hour is None:
        return seen if stated.stamp.date == seen.stamp.date and seen.stamp.hour is not None else stated
    if seen.stamp.hour is None:
        return _on_day(stated, seen)
    same_minute = (stated.stamp.hour, stated.stamp.minute) == (seen.stamp.hour, seen.stamp.minute)
    if (
        same_minute
        and stated.stamp.date == seen.stamp.date
        and seen.stamp.offset is None
        and stated.stamp.offset == timedelta(0)
        and seen.moment.offset_from is not OffsetFrom.UNKNOWN
    ):
        return _finer(stated, seen, place)
    apart = abs(stated.moment.at - seen.moment.at)
    if (
        apart < timedelta(minutes=1)
        and seen.moment.precision is Precision.SECOND
        and stated.moment.precision is Precision.MINUTE
    ):
        return seen
    return _on_clock(stated, seen)


_CLOCKS = tuple(timedelta(hours=hours) for hours in (-4, -5, -6, -7, -8, -3, 1, 2, 3, 5.5, 8, 9, 10, 11, 12))
"""Offsets under which a time stated in UTC may fall on the day that the reader sees, the commonest presses first."""


def _on_day(stated: _Voice, seen: _Voice) -> _Voice:
    """The stated instant, told on a clock that shows the day the reader sees."""
    if (
        stated.stamp.date == seen.stamp.date
        or stated.moment.at.date() == seen.stamp.date
        or stated.stamp.offset != timedelta(0)
    ):
        return stated
    for offset in _CLOCKS:
        moment = stated.moment.at.astimezone(timezone(offset))
        if moment.date() == seen.stamp.date:
            return _Voice(Moment(at=moment, precision=stated.moment.precision), stated.stamp, stated.by)
    return stated


def _on_clock(stated: _Voice, seen: _Voice) -> _Voice:
    """The stated instant on the reader's clock, where the two differ by whole quarters of an hour and the reader's has no zone."""
    if stated.stamp.offset is None or seen.stamp.offset is not None:
        return stated
    ours, theirs = stated.moment.at, seen.moment.at.replace(tzinfo=UTC)
    shift = theirs.replace(second=0) - ours.astimezone(UTC).replace(second=0)
    if shift and shift % timedelta(minutes=15) == timedelta(0) and timedelta(hours=-12) <= shift <= timedelta(hours=14):
        return _Voice(
            Moment(at=ours.astimezone(timezone(shift)), precision=stated.moment.precision), stated.stamp, stated.by
        )
    return stated


def _finer(stated: _Voice, seen: _Voice, place: Place) -> _Voice:
    """The wall clock both agree on, with the reader's zone and the finer seconds."""
    second = stated.stamp.second if seen.stamp.second is None else seen.stamp.second
    stamp = seen.stamp._replace(second=second)
    moment = settle_moment(stamp, place)
    return _Voice(moment, stamp, seen.by) if moment else seen


def date_in_address(address: str | None) -> Stamp | None:
    """The day in an article's address ("/2024/03/05/", "/20240305/", "t20240305_")."""
    if not address:
        return None
    path = plain_digits(address[:500].split("?", 1)[0].split("//", 1)[-1])
    if backward := _URL_DATE_BACKWARD.search(path):
        day, month, year = (int(group) for group in backward.groups())
        if _is_day(year, month, day):
            return Stamp(year, month, day)
    for match in _URL_DATE.finditer(path):
        year, month, day = (int(group) for group in match.groups() if group)
        if 1994 <= year <= 2100 and _is_day(year, month, day):
            return Stamp(year, month, day)
    return None


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
