"""Finds lists of articles in the JSON that a page asks for while it is drawn, and proposes the rule that reads each. Pure.

A site that has such a list needs no browser: the list says the same, in a form made for programs. A rule is proposed only where
`read_json_list` reads articles by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crawler.discover.declared_lists.json_lists import read_json_list
from crawler.discover.front_pages.script_lists import ADDRESS, ADDRESS_KEYS, TITLE_KEYS
from crawler.render.messages import JsonAnswer
from db.site_rules.loader import JsonList, Site

# A list has so many items at least, of which each is an object; shorter ones are menus and settings.
LEAST_ITEMS = 3
# How deep and how many lists of a document are looked at.
_DEPTH, _LISTS = 6, 200
_TIMES = (
    "published", "published_at", "publishedAt", "publication_date", "publishedDate", "datePublished", "date", "created_at",
    "createdAt", "pubDate", "time",
)  # fmt: skip


def propose_lists(answers: Sequence[JsonAnswer]) -> tuple[Mapping[str, object], ...]:
    """For each document that lists articles, its address and the keys of a `[[list]]` of site rules, the longest list first."""
    found = []
    for answer in answers:
        try:
            document = json.loads(answer.body)
        except (ValueError, RecursionError):
            continue
        best = max((rule for rule in _rules(document, answer)), key=lambda rule: rule[0], default=None)
        if best is not None:
            found.append(best)
    found.sort(key=lambda rule: -rule[0])
    return tuple(rule for _, rule in found)


def _rules(document: Any, answer: JsonAnswer) -> Iterator[tuple[int, dict[str, object]]]:
    for path, items in _lists(document, "", 0):
        first = items[0]
        link = next((key for key in ADDRESS_KEYS if _is_address(first.get(key))), None)
        title = next((key for key in TITLE_KEYS if isinstance(first.get(key), str)), None)
        if link is None or title is None:
            continue
        published = next((key for key in _TIMES if isinstance(first.get(key), str)), None)
        rule = JsonList(url=answer.url, items=path, link=f"{{{link}}}", title=title, published=published)
        read = read_json_list(answer.body, rule, Site(name="proposed", hosts=()), answer.url)
        if len(read.links) >= LEAST_ITEMS:
            keys = {"url": rule.url, "items": path, "link": rule.link, "title": title, "published": published}
            yield len(read.links), {name: value for name, value in keys.items() if value}


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The lists of objects in a document, with the path to each."""
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        if len(value) >= LEAST_ITEMS and all(isinstance(item, dict) for item in value):
            yield path, value
        return
    if isinstance(value, dict):
        for key, inner in list(value.items())[:_LISTS]:
            if isinstance(key, str) and "." not in key:
                yield from _lists(inner, f"{path}.{key}" if path else key, depth + 1)


def _is_address(value: object) -> bool:
    return isinstance(value, str) and ADDRESS.fullmatch(value) is not None
