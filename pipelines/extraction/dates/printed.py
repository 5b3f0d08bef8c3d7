"""The lines around the text that say when it went out, as the reader sees them: above the text first, then below it.

A date is a date line's if it stands by the headline and is most of its line or is labelled; else it counts less. What a label
or an element's class calls a change is one. No date counts that is another box's, a copyright line's, an end ("until …"), part
of a span of days, or the clock of the page itself (a site's header that prints the day of the fetch).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto

from lxml.etree import _Element as Element

from pipelines.extraction.dates.agreement import SAME_TIME, reconcile
from pipelines.extraction.dates.candidates import DateCandidate, DateContext
from pipelines.extraction.dates.url_date import outside_month
from pipelines.extraction.page.document import Line, Zone
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.text.date_parser import ParsedDate, find_stamps, read_machine
from pipelines.extraction.text.relative_times import find_relative, is_named_day

UPDATED = re.compile(
    r"updat|modifi|modyfik|chang|revis|edited|aktualis|geändert|mis(?:e)? à jour|maj\b|actuali[sz]|atualiz|aggiorna|\bagg\."
    r"|bijgewerkt|gewijzigd|aangepast|uppdater|oppdater|redigert|ändrad|endret|ændret|bearbeitet|editado|última edici[oó]n"
    r"|opdater|päivitet|muokat|zaktualiz|aktualiz|\bakt\.|upraven|frissít|módosít|modificat|обновл|измен|отредакт"
    r"|оновл|змінен|відредаг"
    r"|ενημ|τροποποί|güncel|cập nhật|chỉnh sửa|diperbarui|diubah|disunting"
    r"|更新|修改|最后|编辑于|수정|최종|업데이트|تحديث|به‌روز|به روز|روزرسانی|ویرایش|עודכן|עדכון|अपडेट|अद्यतन"
    r"|อัปเดต|อัพเดต|อัปเดท|อัพเดท|ปรับปรุง|แก้ไข",
    re.I,
)
PUBLISHED = re.compile(
    r"publi|post(?:ed|é)|veröff|erstellt|发布|发表|发稿|時間|时间|日期|公開|配信|입력|게재|등록|опублик|созда|размещ|опублік|створен|tarih"
    r"|نشر|yayın|eklenme|giriş|oluştur"
    r"|skapad|oprettet|opprettet|udgivet|lagt ut|julkais|luotu|dodano|utworzono|vydáno|zveřejn|megjelen|közzét"
    r"|létrehoz|geplaatst|δημοσ|αναρτ"
    r"|đăng|xuất bản|terbit|tayang|פורסם|انتشار|منتشر|प्रकाशित|पब्लिश|เผยแพร่|โพสต์",
    re.I,
)
_PUBLISHED_LAST = re.compile(
    r"publi|post(?:ed|é)|veröff|erstellt|发布|发表|发稿|公開|配信|입력|게재|등록|опублик|опублік|نشر|yayın|julkais|vydáno|zveřejn|megjelen"
    r"|közzét|geplaatst|δημοσ|đăng|xuất bản|terbit|tayang|פורסם|انتشار|منتشر|प्रकाशित|เผยแพร่|udgivet|dodano",
    re.I,
)
"""Words that take a label back from "updated". 时间 does not: 更新时间 is the time of a change."""
_COPYRIGHT = re.compile(r"©|copyright|all rights|版权|版權|备案|ICP|\bsince\s\d{4}|\best\.\s?\d{4}", re.I)
_NO_PUBLICATION = re.compile(
    r"(?:\bbis|until|till|expir\w{0,4}|deadline|jusqu['’]au|jusqu['’]à|fino al?|hasta(?: el)?|até|t/m|\btot|截止|截至|有效期"
    r"|joined|member since|registered|dabei seit|registriert(?: seit)?|mitglied seit|registrierung|inscri\w{0,8}|注册(?:时间|日期)?"
    r"|\bborn|geboren|\bnée?)\W{0,4}(?:am\s|zum\s|le\s|on\s|el\s)?$"
    r"|(?:\bfoto|\bphoto|\bbild|\bimage|archivbild|symbolbild|aufnahme|credit|crédit|zdjęcie|foto\w{0,8})\s?[:：(][^)]{0,40}$"
    r"|(?:berichtet\w?\s?:|im programm\s?:|sendung\s?:?|gesendet|ausgestrahlt|aired|broadcast|im (?:radio|fernsehen)|abgerufen"
    r"|accessed|retrieved|consulté|consultado)(?!\w).{0,24}$",
    re.I,
)
"""Before a date: an end, or the date of a person, a picture, a broadcast, somebody's reading. Seen on media libraries, forums."""
_SPAN_OF_DAYS = re.compile(r"(?<![\d:h])\d{1,2}\.?\s?(?:[-–/]|bis|to|au|al)\s?$")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:20)?\d\d(?![\d/])")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(?:20)?\d\d(?![\d.])")
_WEEKDAY_BEFORE = re.compile(r"[^\W\d_]{4,12}\.?,?\s{0,2}$")
_WEEKDAY_EAST = re.compile("星期|周[一二三四五六日天]|週|요일|曜")
_CHANGED_NAME = re.compile(r"modif|updat|changed|lastmod|revised", re.I)
_PUBLISHED_NAME = re.compile(r"publish|created|entry-date|pubdate|posted", re.I)
_CLOCK_NAME = re.compile(
    r"(?:header|current|today|todays|site|top|live|local|page)[-_]?(?:bar[-_]?)?(?:date|time)(?!line)|date-?widget"
    r"|(?:^|[\s_-])clock",
    re.I,
)
"""What systems call the element in the site's header that prints the day of the fetch."""
_CLOSE = 3
"""Lines above the headline within which a date is taken for the article's."""
_AGO_ELSEWHERE = Zone.RELATED | Zone.COMMENTS | Zone.ASIDE | Zone.SHARE | Zone.FORM | Zone.NAV
_COMMENT = re.compile(r"comment|repl(?:y|ies)|评论|回复|留言|kommentar|antwort|comentari|online", re.I)
_NEAR = 9
"""Lines below the headline in which a date line stands."""
_LONG_WITHIN = 4
"""Lines below the headline within which a line as long as a paragraph may hold byline and dates."""
_AGO_LINE = 60
"""Characters of a line that tells the time from now: outlet, byline, reading time."""
_TICKER = 3
"""So many lines that tell the time from now are a list of stories."""
_LAST_CHANGE = re.compile(
    r"last (?:updat|modif|edit|chang|revis)\w{1,4}|zuletzt|dernière (?:modif|mise)|última (?:mod|act|atu|ed)|ultima mod|ultimo agg"
    r"|laatst (?:bij|gew)|senast (?:upp|änd|red)|sist (?:opp|end|red)|sidst (?:opd|ænd|red)"
    r"|последн.{1,6}(?:изм|обн)|最后(?:修改|更新)|最終更新",
    re.I,
)


class ModifiedCue(Enum):
    """Whether a date is that of a change: by the words before it, by the name of its element alone, or not."""

    NONE = auto()
    NAMED = auto()
    SAID = auto()


class PrintedDates:
    """The dated lines of one page."""

    __slots__ = ("_address", "_hearing", "_layout", "_leads", "_lines", "_month")

    def __init__(
        self,
        hearing: DateContext,
        layout: Layout,
        lines: Sequence[Line],
        address: ParsedDate | None = None,
        month: tuple[int, int] | None = None,
    ) -> None:
        """`address` and `month` are the day and the month that the page's address bears."""
        self._month = month
        self._hearing, self._layout, self._lines, self._address = hearing, layout, lines, address
        self._leads: dict[str, bool] = {}

    def stamps(self, text: str) -> list[ParsedDate]:
        """The times written in a text of this page."""
        place = self._hearing.place
        day_first, dots_day_first = place.day_first, True
        if not day_first and _SLASHED.search(text):
            day_first = self._day_leads(_SLASHED, unknown=False)
        if place.country in (None, "us") and place.language in (None, "en") and _DOTTED.search(text):
            dots_day_first = self._day_leads(_DOTTED, unknown=place.country is None)
        stamps = find_stamps(text, language=place.language, day_first=day_first, dots_day_first=dots_day_first)
        if place.local_now and _SLASHED.search(text) and any(self._is_ahead(stamp) for stamp in stamps):
            # A day to come read one way may be a day gone by read the other.
            turned = find_stamps(text, language=place.language, day_first=not day_first, dots_day_first=dots_day_first)
            if not any(self._is_ahead(stamp) for stamp in turned):
                return turned
        return stamps

    def _is_ahead(self, stamp: ParsedDate) -> bool:
        now = self._hearing.place.local_now
        return now is not None and (stamp.date - now.date()).days > 1

    def _day_leads(self, form: re.Pattern[str], *, unknown: bool) -> bool:
        """Whether this page writes 25/4/2024, by those of its dates that can be read in one way only and by the day in its address.

        `unknown` is the answer where neither tells. Where the country is known, slashes are read as it does.
        """
        if self._hearing.place.country is not None and form is _SLASHED:
            return unknown
        known = self._leads.get(form.pattern)
        if known is None:
            found = [m for line in self._lines[:2000] for m in form.finditer(line.text)]
            days = sum(int(m[1]) > 12 >= int(m[2]) for m in found) - sum(int(m[2]) > 12 >= int(m[1]) for m in found)
            if days == 0 and self._address:
                ours = (self._address.day, self._address.month)
                pairs = [(int(m[1]), int(m[2])) for m in found]
                days = pairs.count(ours) - pairs.count((ours[1], ours[0]))
            known = self._leads[form.pattern] = days > 0 if days else unknown
        return known

    def visible(self) -> tuple[DateCandidate | None, DateCandidate | None]:
        """What the reader sees as published and as updated."""
        published: DateCandidate | None = None
        updated: DateCandidate | None = None
        named: DateCandidate | None = None
        outside: DateCandidate | None = None
        label = ""
        first_published = 0
        below = self._layout.first_row
        for line in self._candidates():
            heard = False
            for voice, change in self.read(line, label):
                heard = True
                if change is ModifiedCue.SAID:
                    updated = updated or voice
                elif change is ModifiedCue.NAMED:
                    named = named or voice
                elif outside_month(voice.stamp, self._month):
                    outside = outside or voice
                elif published is None or (
                    published.stamp.hour is None
                    and voice.stamp.hour is not None
                    and published.stamp.date == voice.stamp.date
                ):
                    first_published = line.row if published is None else first_published
                    published = voice
            label = line.text if len(line.text) < 24 and not heard else ""
        if outside and (published is None or first_published > below) and named is None:
            published = outside  # told by the headline, while only a line in or below the text fits the address
        # A change that only an element's class tells of is what the reader takes for the date where there is no other.
        return (published, updated or named) if published else (named, updated)

    def _candidates(self) -> Iterator[Line]:
        layout = self._layout
        start = layout.headline.row if layout.headline else -1
        end = layout.paragraphs[-1].row if layout.paragraphs else start + 1000
        below = [line for line in layout.header if start < line.row < end]
        below += [line for line in layout.paragraphs[:2] if line.row - start <= _LONG_WITHIN and _is_byline(line)]
        yield from sorted(below, key=lambda line: line.row)
        above = [line for line in layout.header if line.row < start]
        yield from above[_last_other_heading(above) :]
        mine = True
        for line in layout.tail:
            if line.block.tag in _HEADINGS:
                mine = bool(PUBLISHED.search(line.text) or UPDATED.search(line.text))
            if mine:
                yield line

    def read(self, line: Line, label_above: str) -> Iterator[tuple[DateCandidate, ModifiedCue]]:
        """The times of a line, each with whether it is that of a change."""
        text = line.spaced if len(line.text) <= 250 else line.text
        other = self._layout.zones_of(line) & (Zone.RELATED | Zone.COMMENTS) or line.zone & Zone.HIDDEN
        if len(text) > 260 or _COPYRIGHT.search(text) or other:
            return
        if line.link_chars > 0.8 * len(text) and line.link_chars > 30:
            return
        before, at = label_above, 0
        for stamp in self.stamps(text):
            label = text[at : stamp.start] or before
            before, at = "", stamp.end
            if _NO_PUBLICATION.search(label[-40:]) or _SPAN_OF_DAYS.search(label) or self._is_clock(line, stamp, label):
                continue
            voice = self._hearing.voice(stamp, "visible")
            if voice is None or is_embedded(line.block):
                continue
            voice = replace(voice, strong=self._is_date_line(line, stamp, label))
            named, voice = self._by_element(line, voice)
            yield voice, ModifiedCue.SAID if _is_change(label[-40:]) else named

    def _by_element(self, line: Line, voice: DateCandidate) -> tuple[ModifiedCue, DateCandidate]:
        """What the element that holds a date says of it: whether it is a change, and the time of day of a `<time>`."""
        named: bool | None = None
        for part, el in line.parts:
            name = _names_of(el)
            is_time = el.tag == "time"
            if len(name) < 3 and not is_time:
                continue
            if not any(char.isdigit() for char in part):
                continue
            stamps = self.stamps(part)
            if not any(stamp.date == voice.stamp.date for stamp in stamps):
                continue
            if _PUBLISHED_NAME.search(name):
                named = False
            elif _CHANGED_NAME.search(name) and named is None:
                named = True
            if is_time and voice.stamp.hour is None:
                voice = self._finer(el.get("datetime"), voice)
        return (ModifiedCue.NAMED if named else ModifiedCue.NONE), voice

    def _finer(self, text: str | None, seen: DateCandidate) -> DateCandidate:
        """The day that is seen, with the time of day that its `<time>` states; midnight states none."""
        stated = self._hearing.voice(read_machine(text), "time") if text else None
        if stated is None or stated.stamp.hour is None or (stated.stamp.hour, stated.stamp.minute) == (0, 0):
            return seen
        if abs(stated.moment.at - seen.moment.at) > SAME_TIME:
            return seen
        both = reconcile(stated, seen, self._hearing.place) or seen
        return replace(both, strong=seen.strong)

    def _is_clock(self, line: Line, stamp: ParsedDate, label: str) -> bool:
        """Whether a date above the headline is the day of the fetch, as a site's header prints it."""
        now, headline = self._hearing.place.local_now, self._layout.headline
        if (headline and line.row > headline.row) or PUBLISHED.search(label):
            return False
        if any(_CLOCK_NAME.search(f"{el.get('class', '')[:200]} {el.get('id', '')[:60]}") for _, el in line.parts):
            return True
        if now is None:  # a page from a file: the day of the week, far above, is how a header prints its own day
            return headline is not None and headline.row - line.row > _CLOSE and bool(_WEEKDAY_BEFORE.search(label))
        if abs((stamp.date - now.date()).days) > (0 if self._hearing.place.knows_zone else 1):
            return False
        far = headline is None or headline.row - line.row > 2
        return far or bool(_WEEKDAY_BEFORE.search(label) or _WEEKDAY_EAST.search(line.text))

    def _is_date_line(self, line: Line, stamp: ParsedDate, label: str) -> bool:
        headline = self._layout.headline
        if headline is None or not -4 <= line.row - headline.row <= _NEAR or line.block.tag == "figcaption":
            return False
        return (stamp.end - stamp.start) * 3 > len(line.text) or PUBLISHED.search(label[-40:]) is not None

    def relative(self) -> DateCandidate | None:
        """A time told from the fetch, where it is that of the article: short, by the headline, in a form that says how long ago."""
        headline, now = self._layout.headline, self._hearing.place.local_now
        if headline is None or now is None:
            return None
        heard: list[DateCandidate] = []
        for line in self._layout.header:
            if not -2 <= line.row - headline.row <= _NEAR or len(line.text) > _AGO_LINE or line.row == headline.row:
                continue
            if (
                self._layout.zones_of(line) & _AGO_ELSEWHERE
                or line.zone & Zone.HIDDEN
                or line.block.tag in _NO_DATELINE
            ):
                continue
            if line.link_chars * 2 > len(line.text) or _COMMENT.search(line.text) or _COPYRIGHT.search(line.text):
                continue
            stamp = find_relative(line.spaced, now)
            if stamp is None or _is_change(line.spaced[: stamp.start][-40:]):
                continue
            if is_named_day(line.spaced[stamp.start : stamp.end]) and not PUBLISHED.search(line.spaced[: stamp.start]):
                continue  # "today" alone is a word, not a time
            if voice := self._hearing.voice(stamp, "visible"):
                heard.append(voice)
        return heard[0] if 0 < len(heard) < _TICKER else None

    def last_change(self, lines: Iterator[Line]) -> DateCandidate | None:
        """The line, often in the page's foot, that says when it was last changed."""
        for line in lines:
            if len(line.text) < 120 and not line.zone & Zone.COMMENTS and _LAST_CHANGE.search(line.text):
                for stamp in self.stamps(line.spaced):
                    if voice := self._hearing.voice(stamp, "visible"):
                        return voice
        return None


_NO_DATELINE = frozenset(
    ("li", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "button", "label", "td", "th", "dd", "dt")
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


def _is_byline(line: Line) -> bool:
    """Whether a long line holds a date that its element calls one."""
    return any(el.tag == "time" or "date" in (el.get("itemprop") or "").lower() for _, el in line.parts)


_EMBEDDED = re.compile(
    r"instagram-media|twitter-tweet|tiktok-embed|fb-post|bluesky-embed|mastodon-embed|reddit-card|telegram-post"
)


def is_embedded(el: Element | None) -> bool:
    """Whether a line stands in a quotation or in a post of a social network that the article shows."""
    for _ in range(6):
        if el is None:
            return False
        if el.tag == "blockquote" or _EMBEDDED.search(el.get("class", "")[:200]):
            return True
        el = el.getparent()
    return False


def _names_of(el: Element) -> str:
    """What an element and, for a bare `<time>`, the box around it are called."""
    name = f"{el.get('itemprop') or ''} {el.get('class') or ''}"
    parent = el.getparent()
    if el.tag == "time" and parent is not None and len(parent) == 1:
        name += f" {parent.get('class') or ''}"
    return name


def _is_change(label: str) -> bool:
    """Whether a label says "updated", and nothing after it "published"."""
    end = max((match.end() for match in UPDATED.finditer(label)), default=None)
    return end is not None and not _PUBLISHED_LAST.search(label[end:])


def _last_other_heading(above: list[Line]) -> int:
    """Where, above the headline, the lines of another heading's box have ended. A heading that is a date heads this article."""
    for index in range(len(above) - 1, -1, -1):
        line = above[index]
        if line.block.tag in _HEADINGS and not any(char.isdigit() for char in line.text):
            return index + 1
    return 0
