"""The text of a gallery in a page's state: what stands above the pictures, and what is said under each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from pipelines.extraction.page.state_keys import GALLERY, normalize_key
from pipelines.extraction.page.state_scripts import resolve_reference

_MOST_KEYS, _MOST_PICTURES = 200, 500
_MIN_LEAD = 120
"""Characters of what stands above pictures from which it is a text of its own."""


def gallery_text(nodes: Iterable[Mapping[str, Any] | None], references: Mapping[str, Any]) -> list[str]:
    """The lines of a gallery whose title and pictures stand in these objects; none where neither its pictures nor a long text
    above them say anything."""
    lead: list[str] = []
    captions: list[str] = []
    has_pictures = False
    for node in filter(None, nodes):
        lead = lead or _first_of(node, GALLERY.lead, references)
        for key, item in islice(node.items(), _MOST_KEYS):
            pictures = resolve_reference(item, references) if normalize_key(key) in GALLERY.pictures else None
            has_pictures = has_pictures or (isinstance(pictures, list) and bool(pictures))
            if not captions and isinstance(pictures, list):
                captions = [line for one in pictures[:_MOST_PICTURES] for line in _caption(one, references)]
    lines = dict.fromkeys((*lead, *captions))  # the lead is often the first caption
    return list(lines) if captions or (has_pictures and len("".join(lead)) >= _MIN_LEAD) else []


def _caption(picture: Any, references: Mapping[str, Any]) -> list[str]:
    picture = resolve_reference(picture, references)
    if isinstance(picture, dict):
        return _first_of(picture, GALLERY.captions, references)
    return [picture.strip()] if isinstance(picture, str) and picture.strip() else []


def _first_of(node: Mapping[str, Any], keys: tuple[str, ...], references: Mapping[str, Any]) -> list[str]:
    """The text under the best of the keys, as a list of one."""
    texts = {normalize_key(key): resolve_reference(item, references) for key, item in islice(node.items(), _MOST_KEYS)}
    found = (text.strip() for key in keys if isinstance(text := texts.get(key), str))
    return list(islice(filter(None, found), 1))
