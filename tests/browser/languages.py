"""The texts of a page that belong to the interface, to be compared between languages."""

from __future__ import annotations

import re

import lxml.html

# What these elements hold is stored, typed or named the same everywhere; so is what another `lang` than the page's is said of.
_NOT_INTERFACE = "script style code pre bdi time iframe title"
_ATTRIBUTES = ("aria-label", "title", "placeholder")
_NAMES = frozenset(
    {"Copydesk", "CSV", "JSON", "SQL", "RSS", "Feed", "English", "Datasette", "UTC", "robots", "txt", "Vega"}
)
_WORD = re.compile(r"[A-Za-z]{2,}")
# Host names, addresses and names of files.
_ADDRESS = re.compile(r"\S+[./:]\S+")


def interface_texts(html: str) -> list[str]:
    """The texts and shown attributes that are not stored content."""
    texts: list[str] = []

    def walk(element: lxml.html.HtmlElement, stored: bool = False) -> None:
        if not isinstance(element.tag, str) or element.tag in _NOT_INTERFACE.split() or "url" in element.classes:
            return
        if "file" in element.classes:
            return
        if element.get("lang") and element.tag != "html":
            if not stored and element.tag != "article":
                return
            # A part of the interface within a stored article has a language of its own again.
            stored = not stored
        if not stored:
            texts.extend(element.get(name, "") for name in _ATTRIBUTES)
            texts.append(element.text or "")
        for child in element:
            walk(child, stored)
            texts.append("" if stored else child.tail or "")

    walk(lxml.html.document_fromstring(html))
    return [" ".join(text.split()) for text in texts if text.strip()]


def untranslated_texts(english: str, other: str, stored: set[str]) -> list[str]:
    """Texts with words that a page has in English and in another language alike. `stored`: what the archive holds."""
    same = set(interface_texts(english)) & set(interface_texts(other))
    kept = []
    for text in sorted(same - stored):
        rest = text
        for name in sorted(stored, key=len, reverse=True):
            # A code of a language is no part of a longer word.
            rest = re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", " ", rest)
        if set(_WORD.findall(_ADDRESS.sub(" ", rest))) - _NAMES:
            kept.append(text)
    return kept
