"""The article in the state that a page carries for its own scripts. It is read only where the page itself states or prints too
little.

Among all objects of the state (`state_scripts`), the article is one with a title that the page prints or states as well, and with
more of an article beside it (text, time, author); each adds to a score. A page that a script draws prints no title:
there the object must have a text. `state_keys.toml` gives the meaning of keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Reversible, Set
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from pipelines.extraction.page.document import BOILERPLATE, UNREAD, Document
from pipelines.extraction.structured_data.state_keys import (
    ALL_KEYS,
    FIELDS,
    KEYS,
    OTHER_CONTENT_KEYS,
    PART_KEYS,
    normalize_key,
)
from pipelines.extraction.structured_data.state_scripts import JSON, Root, iter_roots, read_value, resolve_reference
from pipelines.extraction.structured_data.state_values import names_of, text_lines, text_of, text_size, time_of
from pipelines.extraction.text.titles import first_sentence, overlap, plain, title_pieces

MAX_NODES = 60_000
"""Objects, lists and strings of one page that are examined."""
MAX_SCORED = 150
"""Objects of one page that are scored. No development page has more with its headline."""
_MAX_DEPTH = 40
_CONTAINERS = (list, dict)
_MAX_JSON_STRINGS, _SHORTEST_JSON = 60, 60
"""Strings read that contain JSON themselves, and their characters."""
_LONGEST_TITLE, _LONGEST_HEADLINE = 300, 100
_MIN_BODY = 120
"""Characters from which a value under a key for bodies is one; an abstract or a label is shorter."""
_SHELL_TEXT = 400
"""Characters of text outside links below which a page has nothing to read: a script draws it."""
_SAME_OVERLAP = 0.7
"""Overlap from which two titles are versions of one."""
_MIN_TITLE = 4
_STATE_MARKERS = ("<script", "<textarea")
_MIN_SCORE, _MIN_SCORE_UNCONFIRMED = 6, 5
_MAX_LONE_VALUES = 20
_FIRST_GENERAL_RANK = KEYS["published"]["newstime"]
"""Keys before this one are used for times of publication alone."""
_ARTICLE_KEYS = (
    frozenset(key for field in ("body", "published", "authors", "source") for key in KEYS[field]) | PART_KEYS
)
"""One of these must stand beside a title; times and authors that stand alone are among them."""

_Path = tuple[str, ...]
_Object = Mapping[str, Any]


class _StateObject(NamedTuple):
    """An object of the state with its surroundings."""

    path: _Path
    node: _Object
    parent: _Object | None
    in_list: bool
    """Whether it stands in a list of such objects: usually teasers."""
    references: _Object
    """What the references in it name."""


class ScriptArticle(NamedTuple):
    """The article as an object of the state has it. `paths` maps a field to its path, such as "state:__NEXT_DATA__.props.story"."""

    title: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    source: str | None = None
    paths: Mapping[str, str] = {}
    body: Any = None
    references: Mapping[str, Any] = {}
    settings: Mapping[str, str] = {}
    """What settings of scripts (analytics, advertising) call the author, each with its path: objects that have no title."""

    @property
    def lines(self) -> list[str]:
        """The lines of its text."""
        return text_lines(self.body, self.references) if self.body is not None else []

    def found_by(self, field: str) -> str:
        """The provenance of a field."""
        return self.paths.get(field, "state")


class ScriptState:
    """The state in the scripts of one page. It is read when `article` is first used."""

    def __init__(self, html: str, document: Document) -> None:
        self._html, self._document = html, document

    @cached_property
    def article(self) -> ScriptArticle:
        """The article; empty where no object of the state is one."""
        best: _StateObject | None = None
        best_score = (0, 0)
        scored = 0
        lone: dict[str, dict[str, str]] = {"published": {}, "authors": {}}
        for obj in islice(self._objects(), MAX_NODES):
            if scored > MAX_SCORED:
                break
            keys = {normalize_key(key) for key in obj.node}
            if keys.isdisjoint(_ARTICLE_KEYS):
                continue  # as most objects are
            title = self._candidate_title(obj, keys)
            if title is not None:
                scored += 1
                score = self._score(obj, title)
                if score > best_score:
                    best, best_score = obj, score
            for field, value, path in _lone_values(obj, is_article=title is not None and not _is_other_content(obj)):
                if len(lone[field]) < _MAX_LONE_VALUES:
                    lone[field].setdefault(value, _provenance(path))
        if best is not None:
            return _script_article(best)._replace(settings=lone["authors"])
        published, by = next(iter(lone["published"].items())) if len(lone["published"]) == 1 else (None, "")
        return ScriptArticle(published=published, paths={"published": by}, settings=lone["authors"])

    def _objects(self) -> Iterator[_StateObject]:
        if any(marker in self._html for marker in _STATE_MARKERS):
            for root in iter_roots(self._html, lambda key: normalize_key(key) in ALL_KEYS):
                yield from _iter_objects(root)

    def _candidate_title(self, obj: _StateObject, keys: Set[str]) -> str | None:
        """The title of an object with these keys that may be the article; None for any other object."""
        title = None if keys.isdisjoint(KEYS["title"]) else _title(obj)
        if title and self._is_on_page(title):
            return title
        if title is None and any(map(self._is_on_page, _titles_in(obj))):
            return None
        return title or _opening(obj) if self.is_shell and not _is_other_content(obj) else None

    def _score(self, obj: _StateObject, title: str) -> tuple[int, int]:
        """How certainly an object is the article, and the length of its text; (0, 0) where it is not."""
        is_on_page = self._is_on_page(title)
        body = _find_value(obj, "body")[0]
        length = text_size(body, obj.references) if body is not None else 0
        score = 4 * is_on_page + 3 * (length >= _MIN_BODY) - 3 * _is_other_content(obj)
        for field, weight in (("published", 2), ("authors", 1), ("source", 1), ("modified", 1)):
            score += weight * (_find_value(obj, field)[0] is not None)
        least = _MIN_SCORE if is_on_page else _MIN_SCORE_UNCONFIRMED
        return (score, length) if score >= least and (is_on_page or length >= _MIN_BODY) else (0, 0)

    def _is_on_page(self, title: str) -> bool:
        """Whether the page prints or states a title."""
        key = plain(title)
        if len(key) < _MIN_TITLE:
            return False
        return key in self._printed or any(
            key == other or (len(key) > 7 and overlap(key, other) >= _SAME_OVERLAP) for other in self._titles
        )

    @cached_property
    def _titles(self) -> tuple[str, ...]:
        """The headings that the page prints and the titles that its head states, for comparison."""
        head = self._document.head
        stated = [head.meta("og:title"), head.meta("twitter:title"), head.title, *title_pieces(head.title or "")]
        printed = (line for line in self._document.lines if line.block.tag in ("h1", "h2"))
        headings = [line.text for line in printed if len(line.text) <= _LONGEST_TITLE]
        keys = (plain(text[:_LONGEST_TITLE]) for text in (*stated, *headings[:20]) if text)
        return tuple(key for key in keys if len(key) >= _MIN_TITLE)

    @cached_property
    def _printed(self) -> frozenset[str]:
        """The lines in which the page may print its headline, for comparison."""
        lines = (line for line in self._document.lines if not line.link_chars and not line.zone & BOILERPLATE)
        return frozenset(plain(line.text) for line in lines if len(line.text) <= _LONGEST_HEADLINE)

    @cached_property
    def is_shell(self) -> bool:
        """Whether the page prints neither a headline nor text: a script draws it."""
        lines = [line for line in self._document.lines if not line.zone & UNREAD]
        has_headline = any(line.block.tag == "h1" and line.link_chars < len(line.text) for line in lines)
        return not has_headline and sum(len(line.text) - line.link_chars for line in lines) < _SHELL_TEXT


def _is_other_content(obj: _StateObject) -> bool:
    return obj.in_list or any(normalize_key(step) in OTHER_CONTENT_KEYS for step in obj.path[1:])


def _lone_values(obj: _StateObject, *, is_article: bool) -> Iterator[tuple[str, str, _Path]]:
    """The times of publication and the authors of an object that is no other article; a time counts where the page has one."""
    for key, item in obj.node.items():
        name, field, value = normalize_key(key), "authors", item
        if KEYS["published"].get(name, _FIRST_GENERAL_RANK) < _FIRST_GENERAL_RANK:
            field, value = "published", time_of(item, obj.references)
        elif name not in KEYS["authors"]:
            continue
        if not value or not isinstance(value, str):
            continue
        if is_article or not (_title(obj) or _title(obj._replace(node=obj.parent or {}))):
            yield field, value[:200], (*obj.path, key)


def _iter_objects(root: Root) -> Iterator[_StateObject]:
    """Every object of a value, outermost first; JSON in strings is read as well."""
    references = dict(root.references)
    pending: list[tuple[_Path, Any, _Object | None, bool]] = [((root.name,), root.value, None, False)]
    json_strings = 0
    for _ in range(MAX_NODES):
        if not pending:
            return
        path, value, parent, in_list = pending.pop()
        if isinstance(value, str):
            value = read_value(value)
        children: Reversible[tuple[str | int, Any]]
        if isinstance(value, list):
            in_list = in_list or sum(isinstance(item, dict) for item in value[:50]) > 2
            children, around = tuple(enumerate(value[:500])), None
        elif isinstance(value, dict):
            if "ROOT_QUERY" in value or "client:root" in value:
                references.update(value)
            yield _StateObject(path, value, parent, in_list, references)
            children, around = value.items(), value
        else:
            continue
        if len(path) >= _MAX_DEPTH:
            continue
        for key, item in reversed(children):
            if isinstance(item, str):
                if json_strings >= _MAX_JSON_STRINGS or len(item) < _SHORTEST_JSON or not JSON.match(item):
                    continue
                json_strings += 1
            elif not isinstance(item, _CONTAINERS):
                continue
            pending.append(((*path, str(key)), item, around, in_list))


def _script_article(obj: _StateObject) -> ScriptArticle:
    values: dict[str, Any] = {}
    paths: dict[str, str] = {}
    for field in FIELDS:
        value, path = _find_value(obj, field)
        if value is not None:
            values[field], paths[field] = value, _provenance(path)
    if "title" not in values:
        values.pop("source", None)  # of a post without a title: the device that it was written on
    references = obj.references
    return ScriptArticle(
        title=_title(obj) or _opening(obj),
        published=time_of(values.get("published"), references),
        modified=time_of(values.get("modified"), references),
        authors=tuple(dict.fromkeys(names_of(values.get("authors"), references)))[:20],
        editors=tuple(dict.fromkeys(names_of(values.get("editors"), references)))[:20],
        source=next(names_of(values.get("source"), references), None),
        paths=paths,
        body=values.get("body"),
        references=references,
    )


def _provenance(path: _Path) -> str:
    return "state:" + ".".join(path)[:200]


def _title(obj: _StateObject) -> str | None:
    title = text_of(_own_value(obj.node, "title", obj.references)[0], obj.references)
    return title if title and _MIN_TITLE <= len(title) <= _LONGEST_TITLE else None


def _titles_in(obj: _StateObject) -> Iterator[str]:
    """What an object calls some kind of title."""
    return (value for key, value in obj.node.items() if isinstance(value, str) and key.lower().endswith("title"))


def _opening(obj: _StateObject) -> str | None:
    """The first sentence of a post without a title, with text, author and time."""
    text, *others = (_own_value(obj.node, field, obj.references)[0] for field in ("body", "published", "authors"))
    return first_sentence(text_lines(text, obj.references)[0]) if text and all(others) else None


def _find_value(obj: _StateObject, field: str) -> tuple[Any, _Path]:
    """The value of a field and its path: in the object itself, in a part of it, or beside it."""
    level: list[tuple[_Object, _Path]] = [(obj.node, obj.path)]
    for most_parts in (20, 40, 0):
        parts: list[tuple[_Object, _Path]] = []
        for node, path in level:
            value, key = _own_value(node, field, obj.references)
            if value is not None:
                return value, (*path, key)
            parts += [(part, (*path, key)) for key, part in _parts(node, 200, obj.references)]
        level = parts[:most_parts]
    if obj.parent is not None and field != "title":
        value, key = _own_value(obj.parent, field, obj.references)
        if value is not None:
            return value, (*obj.path[:-1], key)
    return None, ()


def _parts(node: _Object, most_keys: int, references: _Object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects that an object is divided into, each with its key."""
    for key, item in islice(node.items(), most_keys):
        if normalize_key(key) in PART_KEYS and isinstance(part := resolve_reference(item, references), dict):
            yield key, part


def _own_value(node: _Object, field: str, references: _Object) -> tuple[Any, str]:
    """The value that an object itself gives a field, by its best key; of several bodies the longest."""
    ranks = KEYS[field]
    best: tuple[int, Any, str] | None = None
    for key, item in islice(node.items(), 400):
        rank = ranks.get(normalize_key(key))
        if rank is None or item in (None, "", False, True) or item == [] or item == {}:
            continue
        value = resolve_reference(item, references)
        if field == "body":
            length = text_size(value, references) if isinstance(value, str | list | dict) else 0
            if length < _MIN_BODY:
                continue
            rank = -length
        elif not _fits(field, value, references):
            continue
        if best is None or rank < best[0]:
            best = (rank, value, key)
    if best is None and field == "body":
        best = next(((0, item, key) for key, item in islice(node.items(), 400) if _is_paragraphs(item)), None)
    return (best[1], best[2]) if best else (None, "")


def _is_paragraphs(value: Any) -> bool:
    """Whether a value is a text in paragraphs, whatever it is called: a system's description of an article may be all of it."""
    return isinstance(value, str) and value.count("</p>") >= _LEAST_PARAGRAPHS and len(value) >= _MIN_BODY


_LEAST_PARAGRAPHS = 3


def _fits(field: str, value: Any, references: _Object) -> bool:
    if field in ("published", "modified"):
        return time_of(value, references) is not None
    if field in ("authors", "editors", "source"):
        return next(names_of(value, references), None) is not None
    return text_of(value, references) is not None
