"""Digits set higher or lower beside a number: `$4<sup>99</sup>` is $4⁹⁹, and not $499.

Prices, times of day (19<sup>30</sup> Uhr), powers and notes are set so, also by `small`, a style, a class or a link to the note.
As plain text they would be digits of the number that they stand beside, and change it. Beside letters they stay plain digits: km2,
CO2.
"""

from __future__ import annotations

import re

_RAISED = re.compile(
    r"(<su([pb])\b[^<>]{0,300}>\s{0,3}(?:<a\b[^<>]{0,500}>\s{0,3})?)([-+\u2212]?[0-9]{1,9})"
    r"(?=\s{0,3}(?:</a>\s{0,3})?</su[pb]>((?:</a>)?[0-9])?)",
    re.IGNORECASE,
)
_BEHIND_DIGIT = re.compile(
    r"<(?<=[0-9]<)((small|span|a)\b[^<>]{0,300}>)([0-9]{1,9})(?=</(?:small|span|a)>)", re.IGNORECASE
)
_RAISED_BY = {
    "small": re.compile(""),
    "span": re.compile(
        r"vertical-align:\s?super|foot-?note|fn-?ref|note-?ref|super-?script|class=[\"']?sup\b", re.IGNORECASE
    ),
    "a": re.compile(r"#[^#\"'\s>]{0,60}[0-9][\"'\s>]"),
}
"""What in the tag of a digit says that it is raised: its style, its name, the number of the note that it links to."""
_LONGEST_LINK = 510
_SIGNS = {
    "p": str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻"),
    "b": str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}


def with_raised_digits(html: str) -> str:
    """A page with raised and lowered digits as characters of their own where they stand beside a digit."""
    html = _RAISED.sub(_mark, html) if "<su" in html or "<SU" in html else html
    return _BEHIND_DIGIT.sub(_mark_small, html)


def _mark(found: re.Match[str]) -> str:
    opening, kind, digits, digit_behind = found.groups()
    if digit_behind or _stands_behind_digit(found.string, found.start()):
        return opening + digits.translate(_SIGNS[kind.lower()])
    return found[0]


def _mark_small(found: re.Match[str]) -> str:
    tag, name, digits = found.groups()
    return f"<{tag}{digits.translate(_SIGNS['p'])}" if _RAISED_BY[name.lower()].search(tag) else found[0]


def _stands_behind_digit(html: str, at: int) -> bool:
    """Whether a digit or another raised text stands before a place, perhaps with the opening of a link between."""
    if html[at - 1 : at] == ">":
        tag = html.rfind("<", max(0, at - _LONGEST_LINK), at)
        if tag >= 0 and html[tag + 1 : tag + 3].lower() in ("a ", "a>"):
            at = tag
    before = html[max(0, at - 6) : at].lower()
    return before.endswith((*"0123456789", "</sup>", "</sub>"))
