"""The article as the page's own scripts hold it: found by evidence, asked only where another witness is missing.

Among all objects of the state (`state_scripts`) the article's is the one that has a title and more of an article beside it (text,
time, author, address) and whose title the page prints or states too. A page that prints nothing, because a script draws it, cannot
agree: there the object must have a text of its own. What keys say is in `state_keys.toml`. Everything is read once, at the first
question, and bounded.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pipelines.extraction.page.document import FOREIGN, Document, Zone, squeeze
from pipelines.extraction.page.state_keys import (
    FIELDS,
    FOREIGN_KEYS,
    INSIDE,
    KEYS,
    KNOWN,
    NAMES,
    PEOPLE,
    VALUES,
    folded,
)
from pipelines.extraction.page.state_scripts import followed, read_value, roots_of, undone
from pipelines.extraction.page.state_text import lines_of, size_of
from pipelines.extraction.text.titles import overlap, plain, title_pieces

MAX_NODES = 60_000
"""Objects, lists and strings of one page that are looked at."""
MAX_WEIGHED = 150
"""Objects of one page that are weighed: more bear the headline on no page of the development sets."""
_MAX_DEPTH = 40
_MAX_UNFOLDED = 60
"""Strings that hold JSON themselves and are read."""
_LONGEST_TITLE = 300
_BODY = 120
"""Characters from which a value under a key of a body is one: an abstract or a label is shorter."""
_SHELL = 400
"""Characters of text without links up to which a page has nothing to read: a script draws it."""
_SAME = 0.7
"""Overlap of two titles from which they are wordings of one."""
_SHORTEST = 4
_TAG = re.compile(r"<[^<>]{1,500}>")
_CUES = ("<script", "<!--enp", "&quot;")
_ENOUGH, _ENOUGH_ALONE = 6, 5


class _Place(NamedTuple):
    """An object of the state, with what leads to it."""

    path: tuple[str, ...]
    node: Mapping[str, Any]
    parent: Mapping[str, Any] | None
    listed: bool
    """Whether it stands in a list of such objects: of teasers, as a rule."""


class Statement(NamedTuple):
    """What the article's object says. `paths` tells by field where it stands, such as
    "state:__NEXT_DATA__.props.pageProps.story"."""

    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    source: str | None = None
    paths: Mapping[str, str] = {}
    body: Any = None
    table: Mapping[str, Any] = {}

    @property
    def lines(self) -> list[str]:
        """The lines of its text."""
        return lines_of(self.body, self.table) if self.body is not None else []

    def by(self, field: str) -> str:
        """The word for provenance."""
        return self.paths.get(field, "state")


class State:
    """The state of one page, read at the first question."""

    def __init__(self, html: str, sheet: Document, address: str | None) -> None:
        self._html, self._sheet = html, sheet
        self._weighed = 0
        self._address = urlsplit(address or sheet.head.canonical or "").path.strip("/")

    @cached_property
    def article(self) -> Statement:
        """What the article's object says; an empty statement where there is none."""
        if not any(cue in self._html for cue in _CUES):
            return Statement()
        best: tuple[int, int, _Place, Mapping[str, Any]] | None = None
        left = MAX_NODES
        alone: list[tuple[str, tuple[str, ...]]] = []
        for root in roots_of(self._html, lambda key: folded(key) in KNOWN):
            table: dict[str, Any] = dict(root.table)
            for place in _places(root.name, root.value, table):
                if (left := left - 1) < 0 or self._weighed > MAX_WEIGHED:
                    break
                grade, size = self._grade(place, table)
                alone += _moments_alone(place, table) if len(alone) < _MOST_ALONE else ()
                if grade and (best is None or (grade, size) > best[:2]):
                    best = (grade, size, place, table)
        if best is None and len({value for value, _ in alone}) == 1:
            return Statement(published=alone[0][0], paths={"published": "state:" + ".".join(alone[0][1])[:200]})
        return _statement(best[2], best[3]) if best else Statement()

    def _grade(self, place: _Place, table: Mapping[str, Any]) -> tuple[int, int]:
        """How surely an object is the article's, 0 for one that is not, and how long its text is."""
        keys = {folded(key) for key in place.node}
        if not any(key in keys for key in KEYS["title"]):
            return 0, 0
        title = _title(place, table)
        if title is None or not keys & _BESIDE:
            return 0, 0
        agrees = self._agrees(title)
        foreign = place.listed or any(folded(step) in FOREIGN_KEYS for step in place.path[1:])
        if not agrees and (foreign or not self.is_shell):
            return 0, 0
        self._weighed += 1
        value = _value(place, "body", table)[0]
        size = size_of(value, table) if value is not None else 0
        grade = 4 * agrees + 3 * (size >= _BODY) - 3 * foreign
        for field, weight in (("published", 2), ("authors", 1), ("source", 1), ("modified", 1)):
            grade += weight * (_value(place, field, table)[0] is not None)
        if self._address and any(_path_of(link) == self._address for link in _links(place.node)):
            grade += 2
        least = _ENOUGH if agrees else _ENOUGH_ALONE
        return (grade, size) if grade >= least and (agrees or size >= _BODY) else (0, 0)

    def _agrees(self, title: str) -> bool:
        key = plain(title)
        if len(key) < _SHORTEST:
            return False
        return any(key == other or (len(key) > 7 and overlap(key, other) >= _SAME) for other in self._titles)

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        """What the page prints as a heading or states as its title, for comparing."""
        head = self._sheet.head
        said = [head.meta("og:title"), head.meta("twitter:title"), head.title, *title_pieces(head.title or "")]
        printed = [
            line.text
            for line in self._sheet.lines
            if line.block.tag in ("h1", "h2") and len(line.text) <= _LONGEST_TITLE
        ]
        return tuple(
            key for text in (*said, *printed[:20]) if text and len(key := plain(text[:_LONGEST_TITLE])) >= _SHORTEST
        )

    @cached_property
    def is_shell(self) -> bool:
        """Whether the page shows nothing that could be read: neither a headline nor text."""
        lines = [line for line in self._sheet.lines if not line.zone & (FOREIGN | Zone.HIDDEN)]
        titled = any(line.block.tag == "h1" and line.link_chars < len(line.text) for line in lines)
        return not titled and sum(len(line.text) - line.link_chars for line in lines) < _SHELL


def _moments_alone(place: _Place, table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The times of publication of an object without any title: of the page, where there is one alone."""
    for key, item in place.node.items():
        said = _moment(item, table) if KEYS["published"].get(folded(key), _SURE) < _SURE else None
        if said and not any(
            folded(other) in KEYS["title"] for node in (place.node, place.parent or {}) for other in node
        ):
            yield said, (*place.path, key)


_MOST_ALONE = 20
_SURE = KEYS["published"]["newstime"]
"""Keys before this one are said of publications alone."""
_BESIDE = frozenset(key for field in ("body", "published", "authors", "source") for key in KEYS[field]) | INSIDE


def _places(name: str, root: Any, table: dict[str, Any]) -> Iterator[_Place]:
    """Every object of a value, outermost first, JSON that stands in strings read as well. Fills the table of references."""
    todo: list[tuple[tuple[str, ...], Any, Mapping[str, Any] | None, bool]] = [((name,), root, None, False)]
    unfolded = 0
    for _ in range(MAX_NODES):
        if not todo:
            return
        path, value, parent, listed = todo.pop()
        if isinstance(value, str):
            value = read_value(value)
        steps: list[tuple[tuple[str, ...], Any, Mapping[str, Any] | None, bool]]
        if isinstance(value, list):
            objects = sum(isinstance(item, dict) for item in value[:50])
            steps = [((*path, str(at)), item, None, listed or objects > 2) for at, item in enumerate(value[:500])]
        elif isinstance(value, dict):
            if "ROOT_QUERY" in value or "client:root" in value:
                table.update(value)
            yield _Place(path, value, parent, listed)
            steps = [((*path, key), item, value, listed) for key, item in value.items()]
        else:
            continue
        if len(path) < _MAX_DEPTH:
            for step in reversed(steps):
                if isinstance(step[1], str):
                    if unfolded >= _MAX_UNFOLDED or len(step[1]) < 60 or not step[1].startswith(('{"', '[{"', '{\\"')):
                        continue
                    unfolded += 1
                elif not isinstance(step[1], list | dict):
                    continue
                todo.append(step)


def _statement(place: _Place, table: Mapping[str, Any]) -> Statement:
    values: dict[str, Any] = {}
    paths: dict[str, str] = {}
    for field in FIELDS:
        value, path = _value(place, field, table)
        if value is not None:
            values[field], paths[field] = value, "state:" + ".".join(path)[:200]
    return Statement(
        title=_title(place, table),
        published=_moment(values.get("published"), table),
        modified=_moment(values.get("modified"), table),
        authors=tuple(dict.fromkeys(_names(values.get("authors"), table)))[:20],
        source=next(_names(values.get("source"), table), None),
        paths=paths,
        body=values.get("body"),
        table=table,
    )


def _title(place: _Place, table: Mapping[str, Any]) -> str | None:
    title = _words(_own(place.node, "title", table)[0], table)
    return title if title and _SHORTEST <= len(title) <= _LONGEST_TITLE else None


def _value(place: _Place, field: str, table: Mapping[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """The value of a field and its path: beside the title, in a part of the object, or beside the object."""
    todo: list[tuple[Mapping[str, Any], tuple[str, ...]]] = [(place.node, place.path)]
    for depth in range(3):
        inner: list[tuple[Mapping[str, Any], tuple[str, ...]]] = []
        for node, path in todo:
            value, key = _own(node, field, table)
            if value is not None:
                return value, (*path, key)
            for key, item in list(node.items())[:200]:
                if folded(key) in INSIDE and isinstance(part := followed(item, table), dict):
                    inner.append((part, (*path, key)))
        todo = inner[: 20 if depth < 1 else 40]
    if place.parent is not None and field != "title":
        value, key = _own(place.parent, field, table)
        if value is not None:
            return value, (*place.path[:-1], key)
        for key, item in list(place.parent.items())[:50]:
            if folded(key) in INSIDE and isinstance(part := followed(item, table), dict) and part is not place.node:
                value, inner_key = _own(part, field, table)
                if value is not None:
                    return value, (*place.path[:-1], key, inner_key)
    return None, ()


def _own(node: Mapping[str, Any], field: str, table: Mapping[str, Any]) -> tuple[Any, str]:
    """The value that an object itself gives a field, by its best key; of several bodies the longest."""
    ranks = KEYS[field]
    best: tuple[int, Any, str] | None = None
    for key, item in list(node.items())[:400]:
        rank = ranks.get(folded(key))
        if rank is None or item in (None, "", False, True) or item == [] or item == {}:
            continue
        value = followed(item, table)
        if field == "body":
            size = size_of(value, table) if isinstance(value, str | list | dict) else 0
            if size < _BODY:
                continue
            rank = -size
        elif not _fits(field, value, table):
            continue
        if best is None or rank < best[0]:
            best = (rank, value, key)
    return (best[1], best[2]) if best else (None, "")


def _fits(field: str, value: Any, table: Mapping[str, Any]) -> bool:
    if field in ("published", "modified"):
        return _moment(value, table) is not None
    if field in ("authors", "source"):
        return next(_names(value, table), None) is not None
    return _words(value, table) is not None


def _words(value: Any, table: Mapping[str, Any], depth: int = 0) -> str | None:
    """The words of a value that is a string, or that says its string by a key."""
    value = followed(value, table)
    if isinstance(value, str):
        return squeeze(entities.unescape(_TAG.sub(" ", undone(value[:2000])))) or None
    if isinstance(value, list) and len(value) == 1 and depth < 4:
        return _words(value[0], table, depth + 1)
    if isinstance(value, dict) and depth < 4:
        keys = {folded(key): key for key in list(value)[:60]}
        return next(
            (said for key in VALUES if key in keys and (said := _words(value[keys[key]], table, depth + 1))), None
        )
    return None


def _moment(value: Any, table: Mapping[str, Any]) -> str | None:
    """A time as a string that `times.read_machine` reads."""
    value = followed(value, table)
    if isinstance(value, dict):
        value = _words(value, table) or next((item for item in value.values() if isinstance(item, int | float)), None)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(int(value)) if 10**9 <= value < 2 * 10**9 or 10**12 <= value < 2 * 10**12 else None
    if not isinstance(value, str) or not 6 <= len(value) <= 60 or sum(char.isdigit() for char in value) < 5:
        return None
    return value


def _names(value: Any, table: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Names of people or outlets: strings, objects, and lists of these."""
    value = followed(value, table)
    if isinstance(value, str):
        name = squeeze(value[:200])
        if (
            name
            and "://" not in name
            and not name.startswith(("{", "[", "/", "@http"))
            and not name.replace("-", "").isdigit()
        ):
            yield name
    elif depth > 4:
        return
    elif isinstance(value, list):
        for item in value[:30]:
            yield from _names(item, table, depth + 1)
    elif isinstance(value, dict):
        keys = {folded(key): key for key in list(value)[:60]}
        said = next((name for key in NAMES if key in keys for name in _names(value[keys[key]], table, 5)), None)
        if said is None and "firstname" in keys and "lastname" in keys:
            said = squeeze(f"{value[keys['firstname']] or ''} {value[keys['lastname']] or ''}")
        if said:
            yield said
            return
        for key in PEOPLE:
            if key in keys:
                yield from _names(value[keys[key]], table, depth + 1)
                return


def _links(node: Mapping[str, Any]) -> Iterator[str]:
    for key, value in list(node.items())[:400]:
        if folded(key) in KEYS["url"] and isinstance(value, str):
            yield value[:2000]


def _path_of(link: str) -> str:
    try:
        return urlsplit(link).path.strip("/")
    except ValueError:
        return ""
