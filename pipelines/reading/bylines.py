"""Bylines outside Chinese: names a page states for machines, else the ones printed by the headline.

The statement is believed if it names people. Visible bylines begin with a word (By, Von, Par, Di, Por, Door, Av, Af, 記者, 기자) or sit in
an element that calls itself author or byline. A string may hold several names and duties; what is no name is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml.etree import _Element as Element

from pipelines.reading.layout import Layout
from pipelines.reading.machine import Stated
from pipelines.reading.sheet import Sheet, Zone, squeeze

_AUTHOR_METAS = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl", "byline", "article:author_name",
    "citation_author", "cxenseparse:author", "article.author", "og:article:author", "twitter:data1", "dc.contributor", "authors",
)  # fmt: skip
_LEAD = re.compile(
    r"^\W{0,4}(?:(?:written|reported|story|text|words|posted|published|reviewed|article|report)\s)?(?:by|von|vom|par|di|por|door|av|af|autor(?:in|es|a)?|author|autore|auteur|"
    r"tekst|text|foto|skribent|kirjoittaja|szerző|autorzy|автор|текст|από|yazan|yazar|penulis|oleh|bởi|de)\b\s{0,2}[:|]?\s{1,3}|^\W{0,4}(?:author|autor|автор|text|tekst|written by)\s?[:：]\s{0,2}",
    re.I,
)
_BY_WORD = re.compile(r"^\W{0,4}(?:by|von|par|di|por|door|av|af|автор:?|от|od|oleh|autor:?|από)\s(?=\S)", re.I)
_SPLIT = re.compile(
    r"\s{0,3}(?:[,;/|•·、，；]|\s[-–—]\s|\s(?:and|und|et|y|e|en|och|og|ja|i|a|és|ve|и|та|και|dan|mit|with|&|\+)\s)\s{0,3}", re.I
)
_DUTY = re.compile(
    r"\b(?:staff|reporter|reporters|writer|correspondent|editor|editors|columnist|contributor|contributing|journalist|chief|senior|associate|producer|photographer"
    r"|updated|published|posted|minutes?|min read|hours?|special to|redakteur(?:in)?|korrespondent(?:in)?|journaliste|redacción|redazione|redactie|political|business"
    r"|politics|science|health|world|national|news|sports?|royal|digital|uhr|aktualisiert|kommentar|analyse|gmt|bst|est|edt|am|pm)\b", re.I,
)  # fmt: skip
_NO_NAME = re.compile(
    r"@|https?:|www\.|\d{2,}|^(?:admin(?:istrator)?|editor|staff|author|guest|anonymous|unknown|user|none|null|undefined|n/?a|home|share|follow|read more|see all|view all"
    r"|subscribe|contact|facebook|twitter|instagram|linkedin|email|print|comments?|more|menu|close|about|bio|profile|the author|all posts|webmaster)$", re.I,
)  # fmt: skip
_CLASS = re.compile(r"(?:^|[\s_\-])(?:author|authors|byline|autor|autore|auteur|writer|contributor|reporter|authorname|author-name|bylines?)(?=$|[\s_\-])|[aA]uthor[A-Z]?|[bB]yline", re.A)
_NAME_WORD = re.compile(r"^[^\W\d_][\w.'’\-‐]*\.?$")
_PARTICLES = frozenset("de da di do du del della van von der den ter ten la le los las bin ibn al el af av zu zur y e dos das ben st".split())  # noqa: SIM905


def read_authors(sheet: Sheet, layout: Layout, stated: Stated, site_names: tuple[str, ...]) -> tuple[list[str], str]:
    """Who wrote the article, and how that was found ("" where nothing was)."""
    names = _clean_all(stated.authors, site_names) if stated.is_article or not sheet.head.metas.get("author") else []
    if names:
        return names, "json-ld"
    for key in _AUTHOR_METAS:
        values = sheet.head.metas.get(key)
        if values and (names := _clean_all(values, site_names)):
            if key == "twitter:data1" and not re.search(r"written|author|by", sheet.head.meta("twitter:label1") or "", re.I):
                continue
            return names, "meta"
    if names := _clean_all(_marked(sheet, layout), site_names):
        return names, "microdata"
    if names := _clean_all(_printed(layout), site_names):
        return names, "byline"
    names = _clean_all(stated.authors, site_names)
    return (names, "json-ld") if names else ([], "")


def _marked(sheet: Sheet, layout: Layout) -> Iterator[str]:
    """Names in elements that say author by rel or itemprop."""
    for el in sheet.tree.iter("a", "span", "div", "p", "meta", "address"):
        prop, rel = el.get("itemprop"), el.get("rel")
        if (prop and "author" in prop.lower()) or (rel and "author" in rel.lower().split()):
            inner = next((sub for sub in el.iter() if sub is not el and (sub.get("itemprop") or "") == "name"), None)
            target = inner if inner is not None else el
            text = target.get("content") or squeeze("".join(target.itertext())[:300])
            if 2 < len(text) < 100:
                yield text


def _printed(layout: Layout) -> Iterator[str]:
    """Names printed by the headline: after a by-word, or in a box named for the author."""
    lines = [line for line in layout.header if len(line.text) < 200 and not line.zone & (Zone.RELATED | Zone.COMMENTS | Zone.NAV)]
    for line in lines:
        if _BY_WORD.match(line.text):
            linked = [text for text, el in line.parts if _in_link(el)]
            yield from linked or [_LEAD.sub("", line.spaced)]
            return
    for line in lines:
        for text, el in line.parts:
            if len(text.strip()) < 80 and _named_author(el):
                yield _LEAD.sub("", squeeze(text))


def _in_link(el: Element) -> bool:
    return el.tag == "a" or (el.getparent() is not None and el.getparent().tag == "a")


def _named_author(el: Element | None) -> bool:
    for _ in range(3):
        if el is None:
            return False
        if _CLASS.search(f"{el.get('class', '')[:200]} {el.get('id', '')[:80]}"):
            return True
        el = el.getparent()
    return False


def _clean_all(values: Iterable[str], site_names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for value in list(values)[:30]:
        for name in split_byline(value):
            if name.lower() not in (known.lower() for known in found):
                found.append(name)
    people = [name for name in found if name.lower() not in {site.lower() for site in site_names}]
    return (people or found)[:20]


def split_byline(value: str) -> list[str]:
    """Names in one byline string. Addresses, dates and duties are cut; what does not read as a name is left out."""
    text = squeeze(value)[:300]
    if text.startswith(("http:", "https:", "/", "@")):
        return []
    text = re.sub(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]|<[^<>]{0,80}>", " ", text)
    text = re.sub(r"\S+@\S+", " ", text)
    previous = ""
    while previous != text:
        previous, text = text, _LEAD.sub("", text).strip()
    names: list[str] = []
    for piece in _SPLIT.split(text):
        name = squeeze(piece or "").strip(" .,:;-–—|•\"'“”")
        if name and is_name(name) and name not in names:
            names.append(name)
    return names


def is_name(text: str) -> bool:
    """Whether a text reads as a person's or desk's name: one to six words, no address, not all lower case."""
    if not 2 <= len(text) <= 60 or _NO_NAME.search(text):
        return False
    words = text.split()
    if len(words) > 6:
        return False
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text):
        return len(text) <= 20
    if text.islower() and text.isascii():
        return False
    if len(words) > 1 and _DUTY.search(text) and not words[0][0].isupper():
        return False
    return sum(1 for word in words if not _NAME_WORD.match(word) and word.lower() not in _PARTICLES) <= 1
