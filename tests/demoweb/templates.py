"""A small template language, so that every page of the demo web is a file that reads like the page.

    {{name}}             the value, escaped for HTML and XML; {{{name}}} as it is
    {{name:FORM}}        in a form: json, or for a datetime iso, rfc822, http, utc, de, ar, ru, zh, a strftime pattern
    {{#name}}...{{/name}}    once for each item of a list, or once where the value is neither empty nor false
    {{^name}}...{{/name}}    where it is empty or false

Inside a loop an item's own values come before those around it; `first` and `last` tell its place.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

Values = Mapping[str, object]

_TAG = re.compile(r"\{\{\{(\w+)\}\}\}|\{\{([#^/])(\w+)\}\}|\{\{(\w+)(?::([^{}]+))?\}\}")

_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A parsed template: text, values and blocks in order."""

    nodes: tuple[_Node, ...]

    def render(self, values: Values) -> str:
        """The text with the values filled in. A name without a value is empty."""
        return "".join(_written(self.nodes, (values,)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    text: str = ""
    name: str = ""
    form: str = "escaped"
    block: str = ""
    inside: tuple[_Node, ...] = ()


def parse(source: str) -> Template:
    """A template from its source. Raises ValueError where blocks do not close in order."""
    stack: list[tuple[str, str, list[_Node]]] = [("", "", [])]
    at = 0
    for tag in _TAG.finditer(source):
        stack[-1][2].append(_Node(text=source[at : tag.start()]))
        at = tag.end()
        raw, sign, block, name, form = tag.groups()
        if sign == "/":
            opened, opened_sign, nodes = stack.pop()
            if opened != block:
                raise ValueError(f"template: {{{{/{block}}}}} closes {opened or 'nothing'}")
            stack[-1][2].append(_Node(name=opened, block=opened_sign, inside=tuple(nodes)))
        elif sign:
            stack.append((block, sign, []))
        else:
            stack[-1][2].append(_Node(name=raw or name, form="raw" if raw else form or "escaped"))
    if len(stack) > 1:
        raise ValueError(f"template: {{{{#{stack[-1][0]}}}}} is never closed")
    return Template(nodes=(*stack[0][2], _Node(text=source[at:])))


def _written(nodes: Sequence[_Node], scopes: tuple[Values, ...]) -> Iterator[str]:
    for node in nodes:
        if not node.name:
            yield node.text
            continue
        value = next((scope[node.name] for scope in scopes if node.name in scope), None)
        if not node.block:
            yield in_form(value, node.form)
        elif node.block == "^":
            if not value:
                yield from _written(node.inside, scopes)
        else:
            for scope in _rounds(value):
                yield from _written(node.inside, (scope, *scopes))


def _rounds(value: object) -> Iterator[Values]:
    if isinstance(value, list | tuple):
        for place, item in enumerate(value):
            own = item if isinstance(item, Mapping) else {"item": item}
            yield {**own, "first": place == 0, "last": place == len(value) - 1}
    elif isinstance(value, Mapping):
        yield value
    elif value:
        yield {}


def in_form(value: object, form: str) -> str:
    """One value as text in the named form (see the module)."""
    if form == "json":
        return json.dumps(value.isoformat() if isinstance(value, datetime) else value, ensure_ascii=False)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _moment(value, form)
    return str(value) if form == "raw" else html.escape(str(value))


def _moment(at: datetime, form: str) -> str:
    match form:
        case "escaped" | "raw" | "iso":
            return at.isoformat()
        case "rfc822":
            return format_datetime(at)
        case "http":
            return format_datetime(at.astimezone(UTC), usegmt=True)
        case "utc":
            return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case "de":
            return f"{at.day}. {_month('de', at)} {at.year}, {at:%H:%M} Uhr"
        case "ar":
            return f"{at.day} {_month('ar', at)} {at.year} - {at:%H:%M}"
        case "ru":
            return f"{at.day} {_month('ru', at)} {at.year}, {at:%H:%M}"
        case "zh":
            return f"{at.year}年{at.month:02}月{at.day:02}日 {at:%H:%M}"
    return at.strftime(form)


def _month(language: str, at: datetime) -> str:
    return _MONTHS[language].split()[at.month - 1]
