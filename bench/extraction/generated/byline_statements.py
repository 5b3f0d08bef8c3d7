"""What generated pages state for machines: JSON-LD whole, as a graph, broken; metas of several systems; a template's false author."""

# ruff: noqa: E501 -- tables of forms are read along the line
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

from bench.extraction.generated.byline_dates import Clocked
from bench.extraction.generated.byline_draft import Draft, slug


def state(draft: Draft) -> None:
    """State authors and time in one of the ways; the page's text says the same."""
    people, dice = draft.people, draft.dice
    kinds: dict[str, Callable[[Draft], list[str]]] = {"json-ld persons": _persons, "json-ld graph": _graph}
    if people:
        kinds |= {
            "json-ld one string": _one_string,
            "json-ld strings": _strings,
            "json-ld broken": _broken,
            "json-ld house": _house,
            "meta author": lambda draft: _metas(draft, "author"),
            "meta dc.creator": lambda draft: _metas(draft, "dc.creator"),
            "meta parsely": lambda draft: _metas(draft, "parsely-author"),
            "meta sailthru": lambda draft: _metas(draft, "sailthru.author"),
            "meta article:author address": _address,
            "meta twitter:data1": _twitter,
            "meta author house": lambda draft: [_meta("author", draft.house), _meta("og:site_name", draft.house)],
        }
    if draft.truth.get("signed"):  # there the statement, were it the house, would stand
        kinds = {name: kind for name, kind in kinds.items() if "house" not in name}
    name = dice.choice(list(kinds))
    draft.form(f"stated: {name}")
    draft.head += kinds[name](draft)


def _meta(name: str, content: str) -> str:
    key = "property" if name.startswith(("og:", "article:")) else "name"
    return f'<meta {key}="{name}" content="{content}">'


def _iso(draft: Draft, clocked: Clocked | None) -> str | None:
    """The time as a system writes it: in its own zone or in UTC; the day alone where only that is known."""
    if clocked is None:
        return None
    if clocked.precision == "day":
        return f"{clocked.wall:%Y-%m-%d}"
    wall = clocked.wall if clocked.precision == "second" else clocked.wall.replace(second=0)
    if draft.zone is None and clocked.offset is None:
        return wall.isoformat()
    moment = draft.instant(wall)
    if clocked.offset is not None:
        moment = wall.replace(tzinfo=UTC) - clocked.offset
    moment = moment.astimezone(UTC) if draft.dice.random() < 0.5 else moment
    return moment.isoformat().replace("+00:00", "Z")


def _node(draft: Draft, author: Any) -> dict[str, Any]:
    node: dict[str, Any] = {"@type": "NewsArticle", "headline": draft.words["title"][0]}
    if author:
        node["author"] = author
    if published := _iso(draft, draft.clocked):
        node["datePublished"] = published
    if modified := _iso(draft, draft.changed):
        node["dateModified"] = modified
    node["publisher"] = {"@type": "NewsMediaOrganization", "name": draft.house, "url": "/"}
    return node


def _script(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


def _persons(draft: Draft) -> list[str]:
    people = [{"@type": "Person", "name": name, "url": slug(draft, name)} for name in draft.people]
    author: Any = people[0] if len(people) == 1 and draft.dice.random() < 0.5 else people
    return [_script({"@context": "https://schema.org", **_node(draft, author)})]


def _graph(draft: Draft) -> list[str]:
    people = [{"@type": "Person", "@id": f"/#/p/{at}", "name": name} for at, name in enumerate(draft.people)]
    node = _node(draft, [{"@id": person["@id"]} for person in people])
    site = {"@type": "WebSite", "name": draft.house, "url": "/"}
    return [_script({"@context": "https://schema.org", "@graph": [site, node, *people]})]


def _one_string(draft: Draft) -> list[str]:
    *first, last = draft.people
    name = f"{', '.join(first)}{' and ' if first else ''}{last}" if draft.language == "en" else ", ".join(draft.people)
    return [_script(_node(draft, {"@type": "Person", "name": name}))]


def _strings(draft: Draft) -> list[str]:
    return [_script(_node(draft, draft.people))]


def _broken(draft: Draft) -> list[str]:
    text = json.dumps(_node(draft, [{"@type": "Person", "name": name} for name in draft.people]), ensure_ascii=False)
    faults = {
        "comma": text[:-1] + ",}",
        "line break": text.replace('"headline": "', '"headline": "\n', 1),
        "quote": text.replace('"headline": "', '"description": "a "quoted" word", "headline": "', 1),
        "cut off": text[: text.index('"publisher"')],
        "cdata": f"//<![CDATA[\n{text}\n//]]>",
    }
    kind = draft.dice.choice(list(faults))
    draft.form(f"broken by {kind}")
    return [f'<script type="application/ld+json">{faults[kind]}</script>']


def _house(draft: Draft) -> list[str]:
    """A template that calls the house the author of everything."""
    return [_script(_node(draft, {"@type": "Organization", "name": draft.house})), _meta("og:site_name", draft.house)]


def _times(draft: Draft) -> list[str]:
    iso = _iso(draft, draft.clocked)
    found = [_meta("article:published_time", iso)] if iso else []
    if draft.changed and (changed := _iso(draft, draft.changed)):
        found.append(_meta("article:modified_time", changed))
    return found


def _metas(draft: Draft, name: str) -> list[str]:
    if len(draft.people) > 1 and draft.dice.random() < 0.5:
        return [*(_meta(name, person) for person in draft.people), *_times(draft)]
    return [_meta(name, ", ".join(draft.people)), *_times(draft)]


def _address(draft: Draft) -> list[str]:
    return [_meta("article:author", f"https://www.facebook.com{slug(draft, draft.people[0])}"), *_times(draft)]


def _twitter(draft: Draft) -> list[str]:
    return [_meta("twitter:label1", "Written by"), _meta("twitter:data1", ", ".join(draft.people)), *_times(draft)]
