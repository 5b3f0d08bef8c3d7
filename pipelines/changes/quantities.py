"""Numbers, amounts and dates in a text, such that two ways of writing one are equal: 1,200, 1200, 一千二百. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from pipelines.extraction.languages.loader import Language, any_of, applicable_languages, languages

_HAN_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN_SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_HAN = "".join((*_HAN_DIGITS, *_HAN_TENS, *_HAN_SCALES))
# What is written before a number or behind it, in every language.
_SIGNS = {
    "%": "percent", "‰": "permille", "$": "dollar", "€": "euro", "£": "pound", "¥": "yuan", "₽": "rouble",
    "₹": "rupee", "°": "degree",
    "元": "yuan", "美元": "dollar", "欧元": "euro", "歐元": "euro", "英镑": "pound", "日元": "yen", "公里": "km", "千米": "km",
}  # fmt: skip
# Digits with groups and a fraction (1.200,50), a time (15:30), or Chinese numerals. Every part is bounded.
_CLOCK = r"\d{1,2}[:：]\d{2}(?!\d)"
_DIGITS = r"\d{1,15}(?:[.,'’\u00a0\u202f]\d{3}(?!\d)){1,5}(?:[.,]\d{1,6})?|\d{1,20}(?:[.,]\d{1,10})?"
_NUMBER = re.compile(
    rf"(?P<clock>{_CLOCK})|(?P<han>百分之[{_HAN}\d.]{{1,12}}|[{_HAN}]{{1,16}})|(?:(?P<sign>US\$|[$€£¥₽₹])\s?)?(?P<digits>{_DIGITS})"
)
_HAN_BEHIND = re.compile(r"\s?(?P<scale>[万萬亿億]{1,2})")
_WORD_BEHIND = re.compile(r"[\s\u00a0-]{0,2}(?P<word>[^\W\d_]{1,14}\.?|[%‰°€£$¥])")
_WORD = re.compile(r"[^\W\d_]{2,14}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number of a text: `value` is equal for equal amounts of one unit, `text` is as written."""

    value: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The number words of one language, folded."""

    decimal: str
    counting: dict[str, int]
    scales: dict[str, int]
    units: dict[str, str]
    months: dict[str, int]
    measures: re.Pattern[str]


def quantities(text: str, language: str | None) -> list[Quantity]:
    """The numbers of a text in order, with their units. `language`: of the text, by two letters."""
    text, words = unicodedata.normalize("NFKC", text), _words(language)
    found = [(at, one) for at, one in _written_in_digits(text, words)]
    for match in _WORD.finditer(text):
        word = match[0].lower()
        if word in words.counting:
            value, behind = _scaled(Decimal(words.counting[word]), text[match.end() : match.end() + 40], words)
            found.append((match.start(), Quantity(value=value, text=(match[0] + behind).strip())))
        elif word in words.months and match[0][0].isupper():
            found.append((match.start(), Quantity(value=f"month {words.months[word]}", text=match[0])))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _written_in_digits(text: str, words: _Words) -> Iterator[tuple[int, Quantity]]:
    end = 0
    for match in _NUMBER.finditer(text):
        if match.start() < end:
            continue
        end = match.end()
        behind = text[end : end + 40]
        if match["clock"]:
            yield match.start(), Quantity(value=match["clock"].replace("：", ":").lstrip("0"), text=match[0])
        elif match["han"]:
            percent = match["han"].startswith("百分之")
            numeral = match["han"].removeprefix("百分之")
            value = _han_value(numeral)
            is_number = (
                percent or (len(numeral) > 1 and value is not None and value >= 10) or words.measures.match(behind)
            )
            if value is None or not is_number or numeral in "零〇百千万亿萬億":
                continue
            unit = "percent" if percent else _han_unit(behind)
            yield match.start(), Quantity(value=_plain(value, unit), text=match[0] + _shown_unit(behind, words))
        else:
            number = _digits_value(match["digits"], words.decimal)
            value_text, shown = _scaled(number, behind, words)
            if match["sign"] and not value_text.rpartition(" ")[2]:
                value_text += _SIGNS[match["sign"][-1]]
            end += len(shown)
            yield match.start(), Quantity(value=value_text, text=(match[0] + shown).strip())


def _scaled(number: Decimal, behind: str, words: _Words) -> tuple[str, str]:
    """A number with the scale and the unit behind it: its value, and how much of what is behind belongs to it."""
    at = 0
    if match := _HAN_BEHIND.match(behind):
        for character in match["scale"]:
            number *= _HAN_SCALES[character]
        at = match.end()
        return _plain(number, _han_unit(behind[at:])), behind[:at] + _shown_unit(behind[at:], words)
    unit = _han_unit(behind)
    if unit:
        return _plain(number, unit), _shown_unit(behind, words)
    for _ in range(2):
        match = _WORD_BEHIND.match(behind, at)
        word = match["word"].lower().rstrip(".") if match else ""
        if match and word in words.scales and not unit:
            number, at = number * 10 ** words.scales[word], match.end()
        elif match and (word in words.units or word in _SIGNS):
            unit, at = words.units.get(word) or _SIGNS[word], match.end()
            break
        else:
            break
    return _plain(number, unit), behind[:at]


def _plain(number: Decimal, unit: str) -> str:
    shown = format(number.normalize(), "f") if number else "0"
    return f"{shown} {unit}"


def _han_unit(behind: str) -> str:
    stripped = behind.lstrip()
    for length in (2, 1):
        if (unit := _SIGNS.get(stripped[:length])) and not stripped[:1].isascii():
            return unit
    return ""


def _shown_unit(behind: str, words: _Words) -> str:
    match = words.measures.match(behind)
    return match[0] if match else ""


def _digits_value(digits: str, decimal: str) -> Decimal:
    """The value of digits with separators. Three digits behind one are a group, unless it is the language's decimal mark."""
    parts = re.split(r"[.,'’\u00a0\u202f]", digits)
    marks = [character for character in digits if not character.isdigit()]
    if not marks:
        return Decimal(digits)
    last_is_fraction = (
        len(parts[-1]) != 3
        or (len(set(marks)) > 1)
        or (len(marks) == 1 and marks[0] == decimal)
        or (len(marks) == 1 and parts[0].startswith("0"))
    )
    if len(marks) > 1 and len(set(marks)) == 1:
        last_is_fraction = False
    if last_is_fraction:
        return Decimal("".join(parts[:-1]) + "." + parts[-1])
    return Decimal("".join(parts))


def _han_value(numeral: str) -> Decimal | None:
    """The value of Chinese numerals, spoken (一千二百) or digit by digit (二〇二四); None if they make no number."""
    if numeral and numeral[0].isdigit():
        try:
            return Decimal(numeral.rstrip("."))
        except ArithmeticError:
            return None
    if all(character in _HAN_DIGITS for character in numeral):
        return Decimal("".join(str(_HAN_DIGITS[character]) for character in numeral))
    total = section = digit = 0
    unit = 1
    for character in numeral:
        if character in _HAN_DIGITS:
            digit = _HAN_DIGITS[character]
        elif character in _HAN_TENS:
            unit = _HAN_TENS[character]
            section += (digit or 1) * unit
            digit = 0
        elif character in _HAN_SCALES:
            unit = _HAN_SCALES[character]
            total = (total + section + digit) * unit
            section = digit = 0
        else:
            return None
    # 一千二 is 1,200.
    return Decimal(
        total + section + (digit * unit // 10 if digit and unit > 10 and numeral[-2] in _HAN_TENS else digit)
    )


@cache
def _words(language: str | None) -> _Words:
    known: list[Language] = [languages()[code] for code in applicable_languages(language)]
    own = known[0]
    measures = any_of((word for one in known for word in one.numbers.measures), spaces=False)
    return _Words(
        decimal=own.numbers.decimal if language is not None else ".",
        counting={
            word: n
            for one in known
            for n, group in enumerate(one.numbers.counting, 2)
            for word in group
            if len(word) > 1
        },
        scales={word: scale.zeros for one in reversed(known) for scale in one.numbers.scales for word in scale.words},
        units={word: group[0] for one in reversed(known) for group in one.numbers.units for word in group}
        | {"prozent": "percent"},
        months={
            word: n
            for one in known
            for n, group in enumerate(one.dates.months, 1)
            for word in group
            if word[0].isalpha()
        },
        measures=re.compile(rf"\s?(?:{measures})"),
    )
