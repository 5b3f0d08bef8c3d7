"""Digits set higher or lower beside a number: `$4<sup>99</sup>` is $4⁹⁹, and not $499.

Prices, times of day (19<sup>30</sup> Uhr), powers and footnotes are set so. As plain text they would be digits of the number that
they stand beside, and change it. Beside letters they stay plain digits: km2, CO2.
"""

from __future__ import annotations

import re

_RAISED = re.compile(
    r"(<su([pb])\b[^<>]{0,300}>\s{0,3}(?:<a\b[^<>]{0,500}>\s{0,3})?)([-+\u2212]?[0-9]{1,9})"
    r"(?=\s{0,3}(?:</a>\s{0,3})?</su[pb]>((?:</a>)?[0-9])?)",
    re.IGNORECASE,
)
_LONGEST_LINK = 510
_SIGNS = {
    "p": str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"),
    "b": str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}


def with_raised_digits(html: str) -> str:
    """A page with raised and lowered digits as characters of their own where they stand beside a digit."""
    return _RAISED.sub(_mark, html) if "<su" in html or "<SU" in html else html


def _mark(found: re.Match[str]) -> str:
    opening, kind, digits, digit_behind = found.groups()
    if digit_behind or _stands_behind_digit(found.string, found.start()):
        return opening + digits.translate(_SIGNS[kind.lower()])
    return found[0]


def _stands_behind_digit(html: str, at: int) -> bool:
    """Whether a digit or another raised text stands before a place, perhaps with the opening of a link between."""
    if html[at - 1 : at] == ">":
        tag = html.rfind("<", max(0, at - _LONGEST_LINK), at)
        if tag >= 0 and html[tag + 1 : tag + 3].lower() in ("a ", "a>"):
            at = tag
    before = html[max(0, at - 6) : at].lower()
    return before.endswith((*"0123456789", "</sup>", "</sub>"))
