"""How pages write a time, language by language: forms of the Unicode CLDR (by Babel) and those that pages use besides.

`written` draws a form and gives the text with what it says: precision and, where a zone is named, the offset. Calendars that are
not ours are reckoned here by the usual arithmetic of each, not by the reader's.
"""

# ruff: noqa: E501 -- tables of forms are read along the line
from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_month_names

_NUMERIC = {
    "en_US": "{m}/{d}/{Y}|{mm}/{dd}/{Y}|{mon}. {d}, {Y}|{month} {d}, {Y}|{mon} {d} {Y}|{MON} {d}, {Y}|{mm}/{dd}/{y}",
    "en_GB": "{dd}/{mm}/{Y}|{d} {month} {Y}|{dd} {mon} {Y}|{d}th {month} {Y}|{dd}.{mm}.{Y}|{month} {d}, {Y}|{dd}-{mon}-{Y}",
    "en_IN": "{dd}/{mm}/{Y}|{dd} {mon} {Y}|{month} {d}, {Y}|{dd}-{mm}-{Y}|{mon} {dd}, {Y}",
    "en_IE": "{dd}/{mm}/{Y}|{dd} {mon}, {Y}|{wd}, {d} {month} {Y}",
    "de": "{dd}.{mm}.{Y}|{d}.{m}.{Y}|{dd}.{mm}.{y}|{d}. {month} {Y}|{wd}, {dd}.{mm}.{Y}|{dd}. {mon} {Y}|{Y}-{mm}-{dd}",
    "fr": "{dd}/{mm}/{Y}|{dd}.{mm}.{Y}|{d} {month} {Y}|{wd} {d} {month} {Y}|{d} {mon} {Y}|{dd}/{mm}/{y}",
    "es": "{dd}/{mm}/{Y}|{d} de {month} de {Y}|{d} de {month}, {Y}|{dd}-{mm}-{Y}|{d} {mon} {Y}|{dd} {MON} {Y}|{month} {d}, {Y}",
    "pt": "{dd}/{mm}/{Y}|{d} de {month} de {Y}|{d} {mon} {Y}|{dd}.{mm}.{Y}|{wd}, {d} de {month} de {Y}|{dd}/{mm}/{y}",
    "it": "{dd}/{mm}/{Y}|{d} {month} {Y}|{d} {Month} {Y}|{dd} {mon} {Y}|{dd}.{mm}.{Y}|{dd}-{mm}-{Y}|{wd} {d} {month} {Y}",
    "nl": "{dd}-{mm}-{Y}|{d} {month} {Y}|{d} {mon} {Y}|{dd}/{mm}/{Y}|{wd} {d} {month} {Y}|{d}-{m}-{Y}",
    "sv": "{Y}-{mm}-{dd}|{d} {month} {Y}|{d} {mon} {Y}|{dd}/{mm} {Y}|den {d} {month} {Y}|{wd} {d} {month} {Y}",
    "da": "{dd}.{mm}.{Y}|{d}. {month} {Y}|{d}. {mon} {Y}|{dd}/{mm}/{Y}|{dd}-{mm}-{Y}|{d}. {mon}. {Y}",
    "nb": "{dd}.{mm}.{Y}|{d}. {month} {Y}|{d}. {mon} {Y}|{d}.{m}.{Y}|{dd}.{mm}.{y}",
    "fi": "{d}.{m}.{Y}|{dd}.{mm}.{Y}|{d}. {month} {Y}|{wd} {d}.{m}.{Y}",
    "pl": "{dd}.{mm}.{Y}|{d} {month} {Y}|{Y}-{mm}-{dd}|{dd}-{mm}-{Y}|{d} {mon} {Y}|{d} {month} {Y} r.|{dd}.{mm}.{Y} r.",
    "cs": "{d}. {m}. {Y}|{dd}.{mm}.{Y}|{d}. {month} {Y}|{dd}. {mm}. {Y}|{d}.{m}.{Y}",
    "hu": "{Y}. {month} {d}.|{Y}.{mm}.{dd}.|{Y}. {mm}. {dd}.|{Y}-{mm}-{dd}|{Y}. {mon}. {d}.|{Y}.{mm}.{dd}",
    "ro": "{dd}.{mm}.{Y}|{d} {month} {Y}|{dd}/{mm}/{Y}|{wd}, {d} {month} {Y}|{d} {Month} {Y}|{dd} {mon} {Y}|{dd}-{mm}-{Y}",
    "tr": "{dd}.{mm}.{Y}|{d} {month} {Y}|{d} {month} {Y} {wd}|{dd}/{mm}/{Y}|{dd} {mon} {Y}|{d} {month} {Y}, {wd}",
    "el": "{dd}/{mm}/{Y}|{d} {month} {Y}|{dd}.{mm}.{Y}|{dd}-{mm}-{Y}|{wd}, {d} {month} {Y}|{d} {mon} {Y}",
    "ru": "{dd}.{mm}.{Y}|{d} {month} {Y}|{d} {month} {Y} г.|{d} {month} {Y} года|{dd}.{mm}.{y}|{d} {mon} {Y}|{wd}, {d} {month} {Y}",
    "uk": "{dd}.{mm}.{Y}|{d} {month} {Y}|{d} {month} {Y} р.|{d} {month} {Y} року|{wd}, {d} {month} {Y}|{dd}/{mm}/{Y}",
    "ar": "{d} {month} {Y}|{dd}/{mm}/{Y}|{wd}، {d} {month} {Y}|{d}/{m}/{Y}|{Y}/{mm}/{dd}|{d} {month}، {Y}|{wd} {d} {month} {Y}",
    "he": "{dd}/{mm}/{Y}|{d} ב{month} {Y}|{dd}.{mm}.{Y}|{dd}.{mm}.{y}|{d} {month} {Y}|{d} ב{month}, {Y}|{dd}-{mm}-{Y}",
    "hi": "{d} {month} {Y}|{dd} {month} {Y}|{dd} {mon_en} {Y}|{month_en} {d}, {Y}|{dd}/{mm}/{Y}|{wd}, {d} {month} {Y}|{mon_en} {dd}, {Y}",
    "th": "{d} {month} {B}|{d} {mon} {B}|{dd}/{mm}/{B}|{wd} {d} {month} {B}|{d} {month} พ.ศ. {B}|{d} {mon} {b}|วัน{wd}ที่ {d} {month} {B}",
    "id": "{d} {month} {Y}|{dd}/{mm}/{Y}|{wd}, {d} {mon} {Y}|{wd}, {dd} {month} {Y}|{dd} {mon} {Y}|{wd}, {dd}/{mm}/{Y}",
    "vi": "{dd}/{mm}/{Y}|{d}/{m}/{Y}|Thứ ba, {d}/{m}/{Y}|{dd}-{mm}-{Y}|ngày {d} tháng {m} năm {Y}|{d} tháng {m}, {Y}|{dd}.{mm}.{Y}",
    "ja": "{Y}年{m}月{d}日|{Y}/{mm}/{dd}|{Y}.{mm}.{dd}|令和{R}年{m}月{d}日|{Y}年{m}月{d}日({wd1})|{Y}-{mm}-{dd}|{Y}年{mm}月{dd}日（{wd1}）",
    "ko": "{Y}.{mm}.{dd}|{Y}-{mm}-{dd}|{Y}년 {m}월 {d}일|{Y}.{mm}.{dd}.|{Y}/{mm}/{dd}|{Y}년 {mm}월 {dd}일 {wd}|{Y}. {m}. {d}.|{Y}.{mm}.{dd} ({wd1})",
    "fa": "{jd} {jmonth} {jY}|{jY}/{jm}/{jd}|{jY}/{jmm}/{jdd}|{wd} {jd} {jmonth} {jY}|{wd}، {jd} {jmonth} {jY}|{jd} {jmonth}، {jY}|{jY}-{jmm}-{jdd}",
}  # fmt: skip
"""d, dd day; m, mm month; Y, y year; B, b Buddhist; R Reiwa; j… Solar Hijri; month, mon, wd as CLDR has them."""

_CLOCKS = {
    "en_US": "{h12}:{mi} {ap}|{h12}:{mi} {a_p}|{h12}:{mi}{ap}|{hh}:{mi}",
    "en_GB": "{hh}:{mi}|{h12}:{mi}{ap}|{h12}.{mi}{ap}|{hh}.{mi}",
    "en_IN": "{h12}:{mi} {AP}|{hh}:{mi}|{h12}:{mi} {ap}|{hh}:{mi} hrs",
    "en_IE": "{hh}:{mi}|{h12}:{mi}{ap}",
    "de": "{hh}:{mi}|{hh}:{mi} Uhr|{hh}.{mi} Uhr|{h}:{mi} Uhr", "fr": "{hh}h{mi}|{hh}:{mi}|{h} h {mi}|{hh} h {mi}|{hh}:{mi}:{ss}",
    "es": "{hh}:{mi}|{h}:{mi}|{hh}:{mi} h|{hh}:{mi}h|{h12}:{mi} {a_p}|{hh}:{mi} hs", "pt": "{hh}h{mi}|{hh}:{mi}|{hh}:{mi}h",
    "it": "{hh}:{mi}|{hh}.{mi}|{h}:{mi}", "nl": "{hh}:{mi}|{hh}.{mi}|{hh}:{mi} uur|{hh}.{mi} uur|{hh}:{mi}:{ss}",
    "sv": "{hh}:{mi}|{hh}.{mi}", "da": "{hh}:{mi}|{hh}.{mi}", "nb": "{hh}:{mi}|{hh}.{mi}", "fi": "{hh}:{mi}|{h}.{mi}|{hh}.{mi}",
    "pl": "{hh}:{mi}|{h}:{mi}|{hh}.{mi}|{hh}:{mi}:{ss}", "cs": "{h}:{mi}|{hh}:{mi}|{hh}.{mi}", "hu": "{hh}:{mi}|{h}:{mi}|{hh}.{mi}",
    "ro": "{hh}:{mi}|{h}:{mi}", "tr": "{hh}:{mi}|{hh}.{mi}|{hh}:{mi}:{ss}", "el": "{hh}:{mi}|{h12}:{mi} {μμ}",
    "ru": "{hh}:{mi}|{hh}:{mi}:{ss}|{h}:{mi}", "uk": "{hh}:{mi}|{h}:{mi}|{hh}.{mi}", "ar": "{hh}:{mi}|{h12}:{mi} {ص}|{h12}:{mi}{ص}|{h12}:{mi} {صباحا}",
    "he": "{hh}:{mi}", "hi": "{hh}:{mi}|{h12}:{mi} {AP}|{hh}:{mi}:{ss}", "th": "{hh}:{mi} น.|{hh}.{mi} น.|{hh}:{mi}|{hh}:{mi}น.",
    "id": "{hh}:{mi}|{hh}.{mi}|{hh}:{mi}:{ss}", "vi": "{hh}:{mi}|{hh}h{mi}|{h12}:{mi} {AP}|{hh}:{mi}:{ss}",
    "ja": "{hh}:{mi}|{h}時{mi}分|{午後}{h12}時{mi}分|{hh}時{mi}分|{h}:{mi}", "ko": "{hh}:{mi}|{오후} {h12}:{mi}|{hh}:{mi}:{ss}|{오후} {h12}시 {mi}분|{오후}{h12}:{mi}",
    "fa": "{hh}:{mi}|{h}:{mi}|{hh}:{mi}:{ss}",
}  # fmt: skip
_ZONES = {
    "en_US": "America/New_York", "en_GB": "Europe/London", "en_IN": "Asia/Kolkata", "de_DE": "Europe/Berlin", "de_AT": "Europe/Vienna",
    "fr_FR": "Europe/Paris", "nl_NL": "Europe/Amsterdam", "id_ID": "Asia/Jakarta", "ja_JP": "Asia/Tokyo", "ko_KR": "Asia/Seoul",
    "ru_RU": "Europe/Moscow", "hi_IN": "Asia/Kolkata", "it_IT": "Europe/Rome", "el_GR": "Europe/Athens", "vi_VN": "Asia/Ho_Chi_Minh",
    "es_ES": "Europe/Madrid",
}  # fmt: skip
"""Where pages print the name of the zone, and of which."""
_ALSO = {
    "en_US": ("ET",), "de_DE": ("MEZ", "CET"), "ru_RU": ("МСК", "(МСК)", "(GMT+3)"), "vi_VN": ("GMT+7", "(GMT+7)"), "ja_JP": ("JST",),
}  # fmt: skip
_BEFORE = frozenset(("en", "vi", "id", "ru", "uk", "ro", "el", "tr", "ar", "es", "fa", "he", "th"))
"""Languages whose pages also print the clock before the day."""
_DIGITS = {"ar": "٠١٢٣٤٥٦٧٨٩", "fa": "۰۱۲۳۴۵۶۷۸۹", "hi": "०१२३४५६७८९", "th": "๐๑๒๓๔๕๖๗๘๙"}
_JALALI = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
_THAI_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_LEVANT = [
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """A time as written: `wall` is what it says, `precision` how finely, `offset` what its zone's name means."""

    text: str
    wall: datetime
    precision: str
    offset: timedelta | None
    forms: tuple[str, ...]


def written(dice: random.Random, language: str, locale: str, wall: datetime, at: str, *, day_only: bool) -> Clocked:
    """A time in a form of the language. `at` stands between day and clock."""
    values = _values(dice, locale, language, wall)
    day, forms = _day(dice, language, locale, wall.date(), values)
    if day_only:
        text = _digits(dice, language, day, forms)
        return Clocked(text=text, wall=wall, precision="day", offset=None, forms=tuple(forms))
    form = dice.choice((_CLOCKS.get(locale) or _CLOCKS[language]).split("|"))
    forms.append(f"{language} clock {form}")
    clock = form.format_map(values)
    zone, offset = _zone(dice, locale, wall, forms)
    before = language in _BEFORE and "{ss}" not in form and dice.random() < 0.15
    if before:
        forms.append(f"{language} clock first")
        text = f"{clock}{zone}{dice.choice((', ', ' ', ' | ', ' - '))}{day}"
    else:
        forms.append(f"{language} joined by {at}")
        at = at.replace("(blank)", "")
        text = f"{day}{'' if at in (',', '،') else ' '}{at}{' ' if at else ''}{clock}{zone}"
    precision = "second" if "{ss}" in form else "minute"
    text = _digits(dice, language, text, forms)
    return Clocked(text=text, wall=wall, precision=precision, offset=offset, forms=tuple(forms))


def _day(dice: random.Random, language: str, locale: str, day: date, values: dict[str, str]) -> tuple[str, list[str]]:
    if dice.random() < 0.3 and language not in ("fa", "th"):
        style = dice.choice(("full", "long", "medium"))
        text = format_date(day, style, locale=locale).replace("\u200f", "")
        return text, [f"{locale} CLDR {style}"]
    form = dice.choice((_NUMERIC.get(locale) or _NUMERIC[language]).split("|"))
    if language == "ar" and dice.random() < 0.12:  # the Hijri day beside ours; it need not be the right one
        hijri = f"{dice.randint(1, 29)} {dice.choice(('شعبان', 'رمضان', 'محرم'))} {dice.randint(1445, 1446)} هـ"
        return f"{hijri} {dice.choice(('الموافق', '-', '|'))} {form.format_map(values)}", [f"ar Hijri beside {form}"]
    if "th" in form and day.day in (1, 2, 3, 21, 22, 23):
        form = form.replace("{d}th", "{d}")
    return form.format_map(values), [f"{language} day {form}"]


def _values(dice: random.Random, locale: str, language: str, wall: datetime) -> dict[str, str]:
    names = {width: get_month_names(width, "format", locale)[wall.month] for width in ("wide", "abbreviated")}
    month, short = names["wide"], names["abbreviated"].rstrip(".")
    if locale == "ar_LB":
        month = _LEVANT[wall.month - 1]
    if language == "th":
        short = _THAI_SHORT[wall.month - 1]
    year, jm, jd = jalali(wall.date())
    afternoon = wall.hour >= 12
    weekday = format_date(wall.date(), "EEEE", locale=locale)
    if language == "th":
        weekday = weekday.removeprefix("วัน")
    return {
        "d": str(wall.day), "dd": f"{wall.day:02}", "m": str(wall.month), "mm": f"{wall.month:02}", "Y": str(wall.year),
        "y": f"{wall.year % 100:02}", "B": str(wall.year + 543), "b": f"{(wall.year + 543) % 100}", "R": str(wall.year - 2018),
        "month": month, "Month": month[:1].upper() + month[1:], "mon": short, "MON": short.upper(),
        "month_en": get_month_names("wide", "format", "en")[wall.month],
        "mon_en": get_month_names("abbreviated", "format", "en")[wall.month],
        "wd": weekday, "wd1": format_date(wall.date(), "EEE", locale=locale),
        "jY": str(year), "jm": str(jm), "jd": str(jd), "jmm": f"{jm:02}", "jdd": f"{jd:02}", "jmonth": _JALALI[jm - 1],
        "h": str(wall.hour), "hh": f"{wall.hour:02}", "h12": str((wall.hour - 1) % 12 + 1), "mi": f"{wall.minute:02}",
        "ss": f"{wall.second:02}", "ap": "pm" if afternoon else "am", "AP": "PM" if afternoon else "AM",
        "a_p": "p.m." if afternoon else "a.m.", "μμ": "μ.μ." if afternoon else "π.μ.", "ص": "م" if afternoon else "ص",
        "صباحا": "مساءً" if afternoon else "صباحًا", "午後": "午後" if afternoon else "午前",
        "오후": "오후" if afternoon else "오전",
    }  # fmt: skip


def _zone(dice: random.Random, locale: str, wall: datetime, forms: list[str]) -> tuple[str, timedelta | None]:
    name = _ZONES.get(locale)
    if name is None or dice.random() > 0.2:
        return "", None
    there = wall.replace(tzinfo=ZoneInfo(name))
    offset = there.utcoffset()
    own = there.tzname() or ""
    names = [own] if own.isalpha() else []
    also = _ALSO.get(locale, ())
    if locale == "de_DE" and offset != timedelta(hours=1):
        also = ("MESZ", "CEST")
    if locale == "id_ID":
        names = ["WIB"]
    text = dice.choice((*names, *also))
    forms.append(f"zone {text}")
    return f" {text}", offset


def _digits(dice: random.Random, language: str, text: str, forms: list[str]) -> str:
    share = {"ar": 0.35, "fa": 0.85, "hi": 0.1, "th": 0.1}.get(language, 0)
    if dice.random() < share and text.count("/") < 9:
        forms.append(f"{language} own digits")
        return text.translate({ord("0") + number: digit for number, digit in enumerate(_DIGITS[language])})
    return text


def jalali(day: date) -> tuple[int, int, int]:
    """Year, month and day of the Solar Hijri calendar, by its 33-year cycle."""
    offsets = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
    year = day.year + 1 if day.month > 2 else day.year
    days = 355_666 + 365 * day.year + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    days += day.day + offsets[day.month - 1]
    found = -1595 + 33 * (days // 12_053)
    days %= 12_053
    found += 4 * (days // 1461)
    days %= 1461
    if days > 365:
        found += (days - 1) // 365
        days = (days - 1) % 365
    if days < 186:
        return found, 1 + days // 31, 1 + days % 31
    return found, 7 + (days - 186) // 30, 1 + (days - 186) % 30


def long_day(locale: str, day: date) -> str:
    """A day as a sentence writes it."""
    text = format_date(day, "long", locale=locale)
    return " ".join(text.replace("\u200f", "").split())
