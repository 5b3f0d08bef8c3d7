"""What scripts assign to variables: `window.state = {…}`, `config["page"] = JSON.parse("…")`, `title: "…"`.

The value is looked for first and the variable before it then: signs of assignment are few in a script, and names are most of it.
Looking for the name first takes twice to four times as long.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_VARIABLE = r"(?:\][\"'](?P<key>[\w.:-]{1,80})[\"']\[)?(?P<name>[\w$.]{0,%d}[A-Za-z_$])(?![\w$.])"
"""A variable and its key in brackets, back to front."""
_BEFORE_VALUE = re.compile(r"\s{0,9}" + _VARIABLE % 100)
_BEFORE_STRING = re.compile(r"\s{0,9}[\"']?\s{0,9}" + _VARIABLE % 40)
_LONGEST_VARIABLE = 240
"""Characters that a variable, its key and the blanks behind it have at most."""
VALUE = re.compile(
    r"[=(]\s{0,9}(?:(?=[{\[])|(?P<call>JSON\.parse)\(\s{0,9}(?:decodeURIComponent\(\s{0,9})?(?=[\"'`])"
    r"|(?P<function>\(?function\s{0,3}\())"
)
"""The beginning of an object, an array or a string with JSON, from the sign before it on."""
STRING = re.compile(
    r"(?P<sign>[:=])(?<=[\w$.\]\s\"'].)\s{0,9}(?:(?:\"\"|'')\s{0,3}\|\|\s{0,3})?(?:(?:new\s)?[A-Za-z_.]{1,30}\(\s{0,3})?"
    r"(?:\"(?P<double>(?:[^\"\\\n]|\\.){1,4000}+)\"|'(?P<single>(?:[^'\\\n]|\\.){1,4000}+)'|(?P<number>1\d{9}(?:\d{3})?)(?![\w.]))"
)
"""A string or a timestamp, from the sign before it on. It begins with a set and looks back from there, for then `re` skips to the
next sign."""


class Assignment(NamedTuple):
    """A value that a script assigns to a variable or calls a function with."""

    variable: str
    key: str | None
    value: re.Match[str]


def next_assignment(form: re.Pattern[str], text: str, start: int) -> Assignment | None:
    """The first assignment of a value in this form (`VALUE` or `STRING`) whose variable stands at `start` or behind it."""
    before = _BEFORE_STRING if form is STRING else _BEFORE_VALUE
    position = start
    while found := form.search(text, position):
        sign = found.start()
        variable = before.match(text[max(0, sign - _LONGEST_VARIABLE) : sign][::-1])
        if variable and sign - variable.end() >= start:
            key = variable["key"]
            return Assignment(variable["name"][::-1], key and key[::-1], found)
        position = sign + 1
    return None
