"""Reading a time of day at a position of a text: 15:32, 3.32 p.m., 下午3時32分, 1532 GMT, "9 Uhr"."""

from __future__ import annotations

import re
from functools import cache

from pipelines.extraction.languages.loader import Words, any_of, languages

MIDNIGHT = 24
"""The hour of the midnight at the end of a day."""
_UNDIVIDED = r"(?=[0-5]\d\s?(?:GMT|UTC|hrs?|hours)\b)"
"""What stands behind the hour of 1532 GMT, 1532hrs."""


@cache
def _clock() -> re.Pattern[str]:
    """A time of day, with a word for its half before or after it."""
    before = any_of((word for code in _HALF_FIRST for half in _halves(code) for word in half), spaces=False)
    return re.compile(
        rf"(?P<mark>(?i:{before}))?\s?(?P<h>2[0-4]|[01]?\d)(?:(?!\d)|{_UNDIVIDED})"
        rf"(?:\s?(?P<sep>[:：]|時|时|点|點|시|h|H|\.|{hour_words()}|(?<=\d\d){_UNDIVIDED})\s?(?P<m>[0-5]\d)"
        r"(?:\s?(?:[:：.]|分|분)\s?(?P<s>[0-5]\d)(?:[.,]\d{1,9})?)?(?:分|秒|분|초)?)?"
        rf"\s{{0,2}}(?P<ap>{half_words()})?"
    )


@cache
def half_words() -> str:
    """The words for a half of the day that stand behind a time, of all languages: "pm", "μ.μ.", পিএম."""
    words = (
        f"(?{'' if word.isupper() else 'i'}:{any_of([word], languages()[code].spaces)})"
        for code in languages()
        for half in _halves(code)
        for word in sorted(half, key=len, reverse=True)
    )
    return "|".join(words)


_HALF_FIRST = ("zh", "ja", "ko", "en")
"""Languages that write the half of the day before the hour, English by way of templates."""


def _halves(code: str) -> tuple[Words, Words]:
    return languages()[code].dates.morning, languages()[code].dates.afternoon


@cache
def _is_afternoon() -> dict[str, bool]:
    """The words for a half of the day, lower case and without spaces."""
    return {
        word.lower().replace(" ", ""): bool(late)
        for code in languages()
        for late, words in enumerate(_halves(code))
        for word in words
    }


def read_clock(text: str, at: int) -> tuple[int, int, int | None, int] | None:
    """The time of day at a position of a text: hour, minute, second if given, and its end."""
    m = _clock().match(text, at)
    if m is None:
        return None
    end = m.end()
    if m["m"] is None and not m["ap"] and not m["mark"]:
        end = _end_of_hour(text, at, m.end("h"))
        if not end:
            return None
    if m["sep"] == "." and text[m.end() : m.end() + 1].isdigit():
        return None
    hour = int(m["h"])
    late = _is_afternoon().get((m["mark"] or m["ap"] or "").lower().replace(" ", ""))
    if late and hour < 12:
        hour += 12
    elif late is False and hour == 12:
        hour = 0
    if hour >= MIDNIGHT and (int(m["m"] or 0) or int(m["s"] or 0)):
        return None
    return hour, int(m["m"] or 0), int(m["s"]) if m["s"] else None, end


@cache
def hour_words() -> str:
    """The words behind an hour that minutes may follow: "9 Uhr 30", "15 giờ 32"."""
    words = (word for language in languages().values() for word in language.dates.hour_after if len(word) > 1)
    return rf"(?i:{any_of(words, spaces=False)})\s"


@cache
def _hour_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands right before and right behind an hour without minutes: "kl 9", "9 Uhr", 15時."""
    dates = [(language.dates, language.spaces) for language in languages().values()]
    before, after = (
        "|".join(any_of(words, spaces) for words, spaces in found if words) or "(?!)"
        for found in (
            [(one.hour_before, spaces) for one, spaces in dates],
            [(one.hour_after, spaces) for one, spaces in dates],
        )
    )
    return re.compile(rf"(?:{before})\s?$", re.I), re.compile(rf"\s?(?:{after})(?![^\W_])", re.I)


_LONGEST_HOUR_WORD = 9
_BARE_HOUR = re.compile(r"(?:\s?h)?(?=\s{0,2}(?:$|[|,;•·()–—-]))")
_H_AFTER_WORD = re.compile(r"[^\W\d_]\s$")


def _end_of_hour(text: str, at: int, end: int) -> int:
    """The end of an hour without minutes that starts at `at`, 0 if nothing says that it is one: "9 Uhr", "kl 9", "à 9h"."""
    before, after = _hour_words()
    if unit := after.match(text, end):
        return unit.end()
    bare, lead = _BARE_HOUR.match(text, end), text[max(0, at - _LONGEST_HOUR_WORD) : at]
    if bare and (before.search(lead) or (bare[0] and _H_AFTER_WORD.search(lead))):
        return bare.end()
    return 0
