"""Date forms of single languages that the common patterns do not cover: era years, written-out numerals, abbreviations with
dots.

`find_regional_dates` yields year, month, day, start and end of each. It converts era years (民國, 令和); `months` converts
those of other calendars. It is asked only for texts that are not plain ASCII, or in languages that write the year first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.extraction.text.months import month_of

Found = tuple[int, int, int, int, int]
"""Year, month, day, start, end."""

_ROC = re.compile(
    r"(?:民國|民国)\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日|(?<!\d)(1[01]\d)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日"
)
_ROC_DIGITS = re.compile(r"(?<![\d.,/-])(1[0-2]\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d/-])")
"""113/03/05: as offices of Taiwan write."""
_DAY_ABOVE_MONTH = re.compile(r"(?<![\d./:-])(\d{2})\s?[/\s]\s?(20\d\d)([-./])(0[1-9]|1[0-2])(?![-./:\d])")
"""05 / 2024-03: a large day above its month, as pages of companies print it."""
_APART = tuple(
    re.compile(rf"{form}(?=$|\s\d{{1,2}}:)")
    for form in (
        r"(?P<d>\d{1,2})日?\s(?P<y>20\d\d)年(?P<m>\d{1,2})月",
        r"(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?\s(?P<y>20\d\d)年?",
        r"(?P<d>\d{1,2})日?\s(?P<m>\d{1,2})月\s(?P<y>20\d\d)年?",
        r"(?P<y>20\d\d)\s(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?",
        r"(?P<y>20\d\d)[-/.年](?P<m>\d{1,2})月?\s(?P<d>\d{1,2})日?",
    )
)
"""05 2024年03月, 03-05 2024, 05 3月 2024, 2024-03 05: day, month and year in boxes of their own, and nothing before them."""
_ERA = re.compile(r"(令和|平成)\s?(\d{1,2}|元)\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_ERA_BEGAN = {"令和": 2018, "平成": 1988}
_NUMERALS = re.compile(
    r"([二一][〇零○O\u3007一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_DIGITS = {char: number for number, char in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "O": 0}
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s(?:[Tt]háng|[Tt]hg)\s(\d{1,2})(?:,|\snăm)?\s(\d{4})(?!\d)")
_THAI = re.compile(
    r"(?<!\d)(\d{1,2})\s?((?:ม|ก|มี|เม|พ|มิ|ส|ต|ธ)\.(?:ค|พ|ย)\.?|[\u0e01-\u0e4e]{5,10})\s?(?:พ\.ศ\.\s?)?(2[05]\d\d|\d\d)(?!\d)"
)
_MONGOLIAN = re.compile(r"(\d{4})\s?он(?:ы|д)?\s(\d{1,2})(?:\s?-?\s?(?:р|дугаар|дүгээр))?\sсар(?:ын)?\s(\d{1,2})")
_YEAR_DAY_WORD = re.compile(
    r"(?<!\d)(\d{4})(?:\.?\s?gad[aā]|\s?жыл(?:ғы|дын)|\s?-?\s?(?:yil|йил)|\s?m\.)\s(\d{1,2})(?:\.|-|\s|\sd\.)\s?([^\W\d_]{3,14})"
)
_YEAR_WORD_DAY = re.compile(r"(?<!\d)(\d{4})\s?\(?e?\)?ko\s([^\W\d_]{4,14})\s(\d{1,2})")
_KHMER = re.compile(r"(\d{1,2})\s?ខែ\s?([\u1780-\u17d3]{3,12})\s?(?:ឆ្នាំ)?\s?(\d{4})")
_LEVANT = re.compile(
    r"(?<!\d)(\d{1,2})\s(?:(كانون|تشرين)\s(?:ال)?([أا]ول|ثاني))(?:\s?[/(]\s?[\u0620-\u064a]{2,10}\)?)?[,،]?\s(\d{4})(?!\d)"
)
_LEVANT_MONTHS = {("كانون", "ثاني"): 1, ("كانون", "ول"): 12, ("تشرين", "ول"): 10, ("تشرين", "ثاني"): 11}
"""The four months that Syria, Lebanon, Iraq, Jordan and Palestine name with two words."""
_TWO_NAMES = re.compile(r"(?<!\d)(\d{1,2})\s([\u0620-\u064a]{2,10})\s?[/(]\s?([\u0620-\u064a]{2,10})\)?[,،]?\s(\d{4})")
"""Arabic with both names of a month: `5 آذار/مارس 2024`."""


def find_regional_dates(text: str, language: str | None) -> Iterator[Found]:
    """The dates of a text in such forms."""
    if language == "zh":
        yield from _chinese_digits(text)
    if text.isascii() and language not in ("lt", "uz", "eu", "lv", "vi"):
        return
    yield from _eras(text)
    for m in _VIETNAMESE.finditer(text):
        yield int(m[3]), int(m[2]), int(m[1]), m.start(), m.end()
    for m in _MONGOLIAN.finditer(text):
        yield int(m[1]), int(m[2]), int(m[3]), m.start(), m.end()
    for m in _LEVANT.finditer(text):
        yield int(m[4]), _LEVANT_MONTHS[m[2], m[3].lstrip("أا")], int(m[1]), m.start(), m.end()
    for m in _THAI.finditer(text):
        if month := month_of(m[2], "th"):
            year = int(m[3])
            yield year + 2500 if year < 100 else year, month, int(m[1]), m.start(), m.end()
    for pattern, (y, w, d) in (
        (_YEAR_DAY_WORD, (1, 3, 2)),
        (_YEAR_WORD_DAY, (1, 2, 3)),
        (_KHMER, (3, 2, 1)),
        (_TWO_NAMES, (4, 2, 1)),
    ):
        for m in pattern.finditer(text):
            if month := month_of(m[w], language) or (month_of(m[3], language) if pattern is _TWO_NAMES else None):
                yield int(m[y]), month, int(m[d]), m.start(), m.end()


def _chinese_digits(text: str) -> Iterator[Found]:
    for m in _ROC_DIGITS.finditer(text):
        yield int(m[1]) + 1911, int(m[3]), int(m[4]), m.start(), m.end()
    for m in _DAY_ABOVE_MONTH.finditer(text):
        yield int(m[2]), int(m[4]), int(m[1]), m.start(), m.end()
    for m in filter(None, (form.match(text) for form in _APART)):
        yield int(m["y"]), int(m["m"]), int(m["d"]), m.start(), m.end()


def _eras(text: str) -> Iterator[Found]:
    for m in _ROC.finditer(text):
        year, month, day = (int(group) for group in m.groups() if group)
        yield year + 1911, month, day, m.start(), m.end()
    for m in _ERA.finditer(text):
        yield _ERA_BEGAN[m[1]] + (1 if m[2] == "元" else int(m[2])), int(m[3]), int(m[4]), m.start(), m.end()
    for m in _NUMERALS.finditer(text):
        year = int("".join(str(_DIGITS[char]) for char in m[1]))
        yield year, _up_to_99(m[2]), _up_to_99(m[3]), m.start(), m.end()


def _up_to_99(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS[numeral] if len(numeral) == 1 else 0
    return 10 * (_DIGITS.get(tens, 0) if tens else 1) + (_DIGITS.get(ones, 0) if ones else 0)
