"""What the functions of a page's scripts lead to, for links that call them.

    function show(id) { location.href = '/news/view.do?id=' + id; }        <a href="javascript:show('12')">, <tr onclick="show(12)">
    const go = (name) => { window.open(`/edition/${name}/`) }              <select onchange="go(this.value)">

No script is run: an address that is put together of texts and of what the function is called with is read, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice
from typing import NamedTuple

from lxml import etree

from pipelines.text_limits import MAX_URL

_MAX_CODE = 50_000
"""Characters of a script that is searched. Longer ones are libraries and states."""
_MOST_SCRIPTS = 200
_MOST_FUNCTIONS = 200
_MAX_BODY = 1_000
"""Characters of a function in which it leads somewhere."""
_FUNCTION = re.compile(
    r"\bfunction\s{1,5}(\w{1,40})\s{0,5}\(([\w\s,]{0,200})\)"
    r"|\b(\w{1,40})\s{0,5}[=:]\s{0,5}(?:function\s{0,5})?\(([\w\s,]{0,200})\)\s{0,5}(?:=>|\{)"
)
_LEADS = re.compile(
    r"\blocation(?:\.href)?\s{0,5}=(?!=)|\blocation\.(?:assign|replace)\s{0,5}\(|\bopen\s{0,5}\(", re.IGNORECASE
)
_PART = re.compile(
    r"\s{0,9}(?:'([^'\n]{0,1000})'|\"([^\"\n]{0,1000})\"|`([^`\n]{0,1000})`|([\w.\[\]]{1,100}))\s{0,9}(\+?)"
)
_FILLED = re.compile(r"\$\{\s{0,5}([\w.]{1,60})\s{0,5}\}")
_CALL = re.compile(r"(?<![\w.])(\w{1,40})\s{0,5}\(([^()]{0,500})\)")
_ARGUMENT = re.compile(r"\s{0,9}(?:'([^']{0,500})'|\"([^\"]{0,500})\"|([\w.\[\]]{1,100}))\s{0,9}(?:,|$)")
_MOST_PARTS = 30
_CHOSEN = ("this.value", "this.options[this.selectedIndex].value")
"""How the choice in a list is called where it leads on (`onchange`)."""


class PageFunctions:
    """The functions of a page that lead somewhere, by name. Read when a link first calls one."""

    __slots__ = ("_functions", "_root")

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._functions: dict[str, tuple[list[str], str]] | None = None

    def address_in(self, code: str, chosen: str | None = None) -> str | None:
        """The address that a call in `code` leads to, None for none. `chosen`: the value of `this`."""
        known = {} if chosen is None else dict.fromkeys(_CHOSEN, chosen)
        if chosen is not None and (address := _address_in(code, known)):
            return address
        for name, given in _CALL.findall(code[:MAX_URL]):
            if (function := self._by_name().get(name)) is not None:
                names, body = function
                values = _values_of(given, known)
                if len(values) >= len(names) and (address := _address_in(body, dict(zip(names, values, strict=False)))):
                    return address
        return None

    def _by_name(self) -> dict[str, tuple[list[str], str]]:
        if self._functions is None:
            self._functions = {}
            for script in islice(self._root.iter("script"), _MOST_SCRIPTS):
                code = script.text or ""
                if len(code) <= _MAX_CODE and _LEADS.search(code):
                    self._add(code)
        return self._functions

    def _add(self, code: str) -> None:
        assert self._functions is not None
        found = list(islice(_FUNCTION.finditer(code), _MOST_FUNCTIONS))
        ends = [*(one.start() for one in found[1:]), len(code)]
        for one, end in zip(found, ends, strict=False):  # without a function, there is still an end
            names = [name.strip() for name in (one[2] or one[4] or "").split(",") if name.strip()]
            body = code[one.end() : min(end, one.end() + _MAX_BODY)]
            if names and _LEADS.search(body):
                self._functions.setdefault(one[1] or one[3], (names, body))


def _values_of(given: str, known: Mapping[str, str]) -> list[str]:
    """What a function is called with: texts and numbers, and what is known of `this`; "" for anything else."""
    found = _ARGUMENT.findall(given)
    return [
        single or double or known.get(plain) or (plain if plain.isdecimal() else "") for single, double, plain in found
    ]


def _address_in(code: str, known: Mapping[str, str]) -> str | None:
    """The first address that code leads to, put together of texts and of known values; None where it needs others, or no value."""
    joined = (joined_at(code, leads.end(), known.get) for leads in _LEADS.finditer(code))
    return next((one.text for one in joined if one is not None and one.used), None)


class Joined(NamedTuple):
    """A text in code, where it ends, and whether known values are parts of it."""

    text: str
    end: int
    used: bool


def joined_at(code: str, at: int, value_of: Callable[[str], str | None]) -> Joined | None:
    """What stands at a place in code, put together of texts and of the values of names; None where one has none."""
    parts, used = list[str](), False
    while (part := _PART.match(code, at)) is not None and len(parts) < _MOST_PARTS:
        single, double, filled, name, more = part.groups()
        names = [name] if name is not None else _FILLED.findall(filled or "")
        known = {one: value for one in names if (value := value_of(one))}
        if len(known) < len({*names}):
            return None
        used = used or bool(names)
        parts.append(
            known[name]
            if name is not None
            else _FILLED.sub(lambda one, known=known: known[one[1]], filled)
            if filled is not None
            else single or double or ""
        )
        at = part.end()
        if not more:
            return Joined("".join(parts)[:MAX_URL], at, used)
    return None
