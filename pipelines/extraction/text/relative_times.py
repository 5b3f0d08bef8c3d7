"""Times told from now: "3小时前", "昨天 15:32", "2 hours ago", "vor 3 Stunden".

They mean something only against the time of the fetch, and only beside an article's own headline; elsewhere on a page they date
comments and other boxes. Where a line is that of the article is judged by `datelines`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from pipelines.extraction.text.date_parser import MAX_TEXT, ParsedDate, plain_digits, read_clock

_AGO = re.compile(
    r"(?<!\d)(?P<cn>\d{1,3}|半)\s?个?(?P<cu>秒|分钟|分鐘|分|小时|小時|時間|时|天|日|周|週)(?:之|以)?前(?!\w{0,2}[天日]\d)"
    r"|(?<!\d)(?P<kn>\d{1,3})\s?(?P<ku>초|분|시간|일|주)\s?전"
    r"|(?<!\w)(?P<en>\d{1,3}|an?|één|en|ett|bir|uma?|una?|un['’])\s?"
    r"(?P<eu>seconds?|secs?|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|minut[oi]|min\.?|or[ae]|giorn[oi]"
    r"|minuten|minuut|uur|dag(?:en)?|minutter|minuter|tim(?:er|e|mar|me)|minu?uttia|tuntia|päivää|dakika|saat|gün"
    r"|минут[ауы]?|мин\.?|час(?:а|ов)?|ч\.?|год\.?|дня|дней|день|хвилин[аиу]?|годин[аиу]?|дні|днів|godzin[ęy]?|godz\.?|minuty?|dni"
    r"|phút|giờ|ngày|menit|jam|hari|घंटे|घंटा|मिनट|दिन|órá(?:ja|val)|perc(?:e|cel)|nap(?:ja|pal)|ساعت|دقیقه|روز|นาที|ชั่วโมง|วัน)"
    r"\s?(?:ago|fa|geleden|sedan|siden|sitten|önce|назад|тому|temu|trước|(?:yang\s)?lalu|पहले|ที่แล้ว|ที่ผ่านมา|ezelőtt|پیش|قبل)(?!\w)"
    r"|(?<!\w)(?P<hn>\d{1,3})\s(?P<hu>órája|perce|napja)(?!\w)"
    r"|(?<!\w)(?:vor|il y a|hace|há|před|πριν(?: από)?|преди|acum|منذ|قبل|לפני)\s(?P<vn>\d{1,3}|eine[rm]|une?|una?|uma?)\s"
    r"(?P<vu>sekunde|minut|min|stunde|std|heure|h\b|hor|tag|jour|d[ií]a|hodin|dn|or[eă]|zil|λεπτ|ώρ|ημέρ|دقيق|ساع|يوم|أيام|דקות|שעות|ימים)",
    re.I,
)
_SECONDS = re.compile(r"s(?!t|a)|秒|초", re.I)
_MINUTES = re.compile(r"m|perc|دقیقه|分|분|phút|dak|мин|хв|मि|นา|λεπ|دقي|דק", re.I)
_DAYS = re.compile(r"d(?!ak)|nap|روز|天|日|일|tag|jour|gi(?!ờ)|päi|gün|д|ngày|hari|दि|วัน|zil|ημέ|يوم|أيا|ימ", re.I)
_WEEKS = re.compile(r"w|周|週|주", re.I)
_NAMED_DAY = re.compile(
    r"(今天|今日|昨天|昨日|前天|오늘|어제|\btoday\b|\byesterday\b|\bheute\b|\bgestern\b|\bhoy\b|\bayer\b|\boggi\b|\bieri\b"
    r"|\bhier\b|\baujourd['’]hui\b|\bhoje\b|\bontem\b|\bvandaag\b|\bgisteren\b|\bсегодня\b|\bвчера\b)",
    re.I,
)
_DAYS_BACK = {
    "昨天": 1, "昨日": 1, "前天": 2, "어제": 1, "yesterday": 1, "gestern": 1, "ayer": 1, "ieri": 1, "hier": 1, "ontem": 1,
    "gisteren": 1, "вчера": 1,
}  # fmt: skip
_NO_YEAR = re.compile(
    r"(?<![\d./年-])(\d{1,2})(?:\s?月\s?(\d{1,2})\s?[日号]|-(\d{2})|/(\d{1,2})(?=\s?[(（][月火水木金土日]))"
    r"(?:\s?[(（][月火水木金土日](?:曜日?)?[)）])?\s{0,2}(?=\d{1,2}[:：時]\d\d)"
)
"""03-05 15:32, 3月5日 15:32, 3/5(火) 15:32: the last such day."""
_BETWEEN = re.compile(r"[\s,，|·]{0,3}(?:(?:at|um|a las|alle|às|à|om|в)\s)?")


def find_relative(text: str, now: datetime) -> ParsedDate | None:
    """A time told from `now` ("3小时前", "昨天 15:32", "2 hours ago"). `now` must be in the page's own zone."""
    text = plain_digits(text[:MAX_TEXT])
    if m := _AGO.search(text):
        count, unit = next(
            (m[n], m[u]) for n, u in (("cn", "cu"), ("kn", "ku"), ("en", "eu"), ("vn", "vu"), ("hn", "hu")) if m[n]
        )
        span = _span(unit)
        when = now - (span / 2 if count == "半" else (int(count) if count.isdecimal() else 1) * span)
        if span >= timedelta(days=1):
            return ParsedDate(when.year, when.month, when.day, start=m.start(), end=m.end())
        return ParsedDate(
            when.year, when.month, when.day, when.hour, when.minute, None, now.utcoffset(), m.start(), m.end()
        )
    if m := _NAMED_DAY.search(text):
        day = (now - timedelta(days=_DAYS_BACK.get(m[1].lower(), 0))).date()
        after = _BETWEEN.match(text, m.end())
        clock = read_clock(text, after.end() if after else m.end())
        if clock:
            return ParsedDate(day.year, day.month, day.day, *clock[:3], now.utcoffset(), m.start(), clock[3])
        return ParsedDate(day.year, day.month, day.day, start=m.start(), end=m.end())
    return _without_year(text, now)


def _without_year(text: str, now: datetime) -> ParsedDate | None:
    """A day and a time of day without the year: the last such day before the fetch."""
    m = _NO_YEAR.search(text)
    clock = read_clock(text, m.end()) if m else None
    if m is None or clock is None:
        return None
    for year in (now.year, now.year - 1):
        try:
            day = date(year, int(m[1]), int(m[2] or m[3] or m[4]))
        except ValueError:
            continue
        if day <= now.date():
            return ParsedDate(day.year, day.month, day.day, *clock[:3], now.utcoffset(), m.start(), clock[3])
    return None


def is_named_day(text: str) -> bool:
    """Whether a piece of text is no more than the name of a day ("today", "昨天")."""
    return _NAMED_DAY.fullmatch(text.strip()) is not None


def _span(unit: str) -> timedelta:
    if _WEEKS.match(unit):
        return timedelta(weeks=1)
    if _MINUTES.match(unit):
        return timedelta(minutes=1)
    if _DAYS.match(unit):
        return timedelta(days=1)
    return timedelta(seconds=1) if _SECONDS.match(unit) else timedelta(hours=1)
