"""What a page states for machines in JSON-LD. These are claims, which the readers of each field check.

Nodes are looked for at any depth ("@graph", lists, "mainEntity"). The article is the node of an article type whose own address is
the page's, else the first one that is not an item of a list. Broken JSON is read like state in scripts
(`state_scripts.read_value`); where that fails, patterns find the most important keys.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pipelines.extraction.page.document import DocumentHead, normalize_space
from pipelines.extraction.structured_data.state import ScriptArticle, ScriptState
from pipelines.extraction.structured_data.state_scripts import json_string, read_value
from pipelines.extraction.text.writing import words

Node = dict[str, Any]
Crumb = tuple[str, str | None]
"""A step of breadcrumbs: its name, and its address where it has one."""

_ARTICLE_TYPE = re.compile(
    r"Article$|(?<!Job)Posting$|^Report$|^Review$|Newspaper|^Recipe$|^(?:Critic|Claim)Review$|^CreativeWork$|^Quotation$"
)
_NEWS_TYPES = words("NewsArticle ReportageNewsArticle AnalysisNewsArticle LiveBlogPosting")
_PAGE_TYPES = words("WebPage ItemPage VideoObject MediaObject PodcastEpisode Event HowTo FAQPage")
_SITE_TYPE = re.compile(r"^(?:WebSite|Organization|NewsMediaOrganization|NewsMedia|Corporation|LocalBusiness)$")
_OFFER_TYPE = re.compile(
    r"Event$|^(?:Product|ProductGroup|JobPosting|RealEstateListing|Accommodation|Apartment|House)$"
)
"""What is offered, and no text about it (schema.org)."""
_MAX_OFFERS, _MAX_TRAILS, _MAX_CRUMBS = 50, 5, 12
_OTHER_WORK_KEYS = words("itemListElement hasPart relatedLink isRelatedTo mentions comment citation blogPost review")
_TEXT_KEY = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|description)"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,2000})"'
)
_AUTHOR_KEY = re.compile(r'"author"\s{0,20}:\s{0,20}(?:\[([^\]]{0,3000})|\{([^}]{0,1000})|("(?:[^"\\]|\\.){1,200}"))')
_NAME_KEY = re.compile(r'"name"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,200})"')
_STRING = re.compile(r'\s{0,20}"((?:[^"\\]|\\.){1,200})"\s{0,20}(?:,|$)')
_OUTLETS = ("provider", "publisher", "sourceOrganization", "copyrightHolder")
"""Whose an article is, the nearest first: portals publish what others provide."""
_PLACES = ("contentLocation", "locationCreated", "spatialCoverage", "dateline")
_MAX_NODES = 4000
_MAX_DEPTH = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredData:
    """The article as JSON-LD states it, without tags and entities."""

    types: tuple[str, ...] = ()
    headline: str | None = None
    alternative_headline: str | None = None
    published: str | None = None
    created: str | None = None
    """When the text was begun, as a rule; of some systems, the only time that they state."""
    baidu_published: str | None = None
    """The time in Baidu's own vocabulary: to the second, and often later than the page says."""
    modified: str | None = None
    authors: tuple[str, ...] = ()
    author_organisations: frozenset[str] = frozenset()
    """Those of `authors` that are organisations by their type."""
    editors: tuple[str, ...] = ()
    publisher: str | None = None
    sections: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Those that the article is about or was written in."""
    keywords: tuple[str, ...] = ()
    description: str | None = None
    language: str | None = None
    is_free: bool | None = None
    comment_count: int | None = None
    is_article: bool = False
    site_name: str | None = None
    """The name of the site or its owner, from a node of its own."""

    breadcrumbs: tuple[tuple[Crumb, ...], ...] = ()
    """The trails that lead to the page, without the page itself."""
    offers: tuple[tuple[str, str], ...] = ()
    """Types and names of what the page offers: products, events, jobs. An article may name those that it is about."""

    script_state: ScriptState = field(compare=False)
    """The state in the page's scripts. It is read when it is first asked for."""

    @property
    def script_article(self) -> ScriptArticle:
        """The article in the page's state. The first use reads all scripts: ask where nothing else states a value."""
        return self.script_state.article

    @property
    def section(self) -> str | None:
        """The first of the sections."""
        return next(iter(self.sections), None)

    @property
    def is_news(self) -> bool:
        """Whether the article states that it is news."""
        return not _NEWS_TYPES.isdisjoint(self.types)


def read_structured_data(head: DocumentHead, address: str | None, script_state: ScriptState) -> StructuredData:
    """Read every JSON-LD script of a page and choose the article among its nodes."""
    nodes = list(_iter_nodes([root for script in head.scripts[:30] for root in _parse_script(script)]))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    article = _choose_article(nodes, address)
    data = _article_data(article, by_id, script_state) if article else StructuredData(script_state=script_state)
    return replace(
        data,
        site_name=_site_name(nodes),
        offers=tuple(islice(_offers(nodes), _MAX_OFFERS)),
        breadcrumbs=tuple(islice(filter(None, map(_breadcrumbs, nodes)), _MAX_TRAILS)),
    )


def _parse_script(script: str) -> list[Any]:
    value = read_value(script)
    return [value] if isinstance(value, dict | list) else _find_keys(script.strip())


def _find_keys(text: str) -> list[Any]:
    """The most important keys of JSON that cannot be repaired, first mention of each."""
    node: Node = {}
    for match in _TEXT_KEY.finditer(text[:200_000]):
        node.setdefault(match[1], json_string(match[2]) or match[2])
    if author := _AUTHOR_KEY.search(text[:200_000]):
        inner = author[1] or author[2] or author[3] or ""
        names = _NAME_KEY.findall(inner) or ([] if "{" in inner else _STRING.findall(inner))
        node["author"] = [json_string(name) or name for name in names[:20]]
    return [{"@type": "Article", **node}] if node else []


def _iter_nodes(roots: list[Any]) -> Iterator[Node]:
    """Every object, outermost first, lists of other works left out."""
    pending: list[tuple[Any, int]] = [(root, 0) for root in reversed(roots)]
    seen = 0
    while pending and seen < _MAX_NODES:
        value, depth = pending.pop()
        seen += 1
        if depth > _MAX_DEPTH:
            continue
        if isinstance(value, list):
            pending.extend((item, depth + 1) for item in reversed(value[:500]))
        elif isinstance(value, dict):
            yield value
            pending.extend((inner, depth + 1) for key, inner in reversed(value.items()) if key not in _OTHER_WORK_KEYS)


def _types(node: Node) -> list[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return [one.rsplit("/", 1)[-1] for one in kinds if isinstance(one, str)]


def _is_article(node: Node) -> bool:
    return any(_ARTICLE_TYPE.search(kind) for kind in _types(node))


def _choose_article(nodes: list[Node], address: str | None) -> Node | None:
    articles = [node for node in nodes if _is_article(node)]
    others = [
        node
        for node in nodes
        if "datePublished" in node
        or ("author" in node and _PAGE_TYPES & set(_types(node)))
        or ("pubDate" in node and "@context" in node)  # Baidu's own, without a type
    ]
    path = _path(address)
    for node in articles:
        if path and any(_path(link) == path for link in _addresses(node)):
            return node
    dated = [node for node in articles if "headline" in node or "datePublished" in node]
    return next(iter(dated or articles or others), None)


def _addresses(node: Node) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = node.get(key)
        if isinstance(value, dict):
            value = value.get("@id")
        if isinstance(value, str):
            yield value


def _path(address: str | None) -> str:
    if not address:
        return ""
    bare = re.sub(r"^[a-z]{1,8}:", "", address[:2000]).split("#", 1)[0].split("?", 1)[0].strip("/")
    return bare.split("/", 1)[1] if "/" in bare else ""


def _site_name(nodes: list[Node]) -> str | None:
    """The name of the first site or organisation that is described. One that is only mentioned has neither address nor logo."""
    for node in nodes:
        known = ("url" in node or "logo" in node) and any(_SITE_TYPE.search(kind) for kind in _types(node))
        if known and (name := _text(node.get("name"))):
            return name
    return None


def _offers(nodes: list[Node]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        kind = next(filter(_OFFER_TYPE.search, _types(node)), None)
        if kind and (name := _text(node.get("name")) or _text(node.get("title"))):
            yield kind, name


def _breadcrumbs(node: Node) -> tuple[Crumb, ...]:
    """The steps of a trail. The page itself may go without an address."""
    items = node.get("itemListElement")
    if "BreadcrumbList" not in _types(node) or not isinstance(items, list):
        return ()
    steps = [item for item in items[:_MAX_CRUMBS] if isinstance(item, dict)]
    return without_ends([crumb for step in sorted(steps, key=_position) if (crumb := _crumb(step))])


def _position(step: Node) -> int:
    return _count(step.get("position")) or 0


def _crumb(step: Node) -> Crumb | None:
    item = step.get("item")
    inner = item if isinstance(item, dict) else {"@id": item}
    name = _text(step.get("name")) or _text(inner.get("name"))
    return (name, _text(inner.get("@id")) or _text(inner.get("url"))) if name else None


def without_ends(crumbs: Sequence[Crumb]) -> tuple[Crumb, ...]:
    """Steps without the first and the last where these have no address: the front page and the page itself."""
    kept = range(1, len(crumbs) - 1)
    return tuple(crumb for at, crumb in enumerate(crumbs) if crumb[1] or at in kept)


def _article_data(node: Node, by_id: dict[str, Node], script_state: ScriptState) -> StructuredData:
    language = node.get("inLanguage")
    writers = node.get("author") or node.get("creator") or node.get("contributor")
    return StructuredData(
        types=tuple(_types(node)),
        headline=_text(node.get("headline")) or _text(node.get("name")),
        alternative_headline=_text(node.get("alternativeHeadline")),
        published=_text(node.get("datePublished")) or _text(node.get("uploadDate")),
        created=_text(node.get("dateCreated")),
        baidu_published=_text(node.get("pubDate")),
        modified=_text(node.get("dateModified")) or _text(node.get("upDate")),
        authors=tuple(_names(writers, by_id)),
        author_organisations=frozenset(_organisations(writers, by_id)),
        editors=tuple(_names(node.get("editor"), by_id)),
        publisher=next((name for key in _OUTLETS for name in _names(node.get(key), by_id)), None),
        sections=tuple(_strings(node.get("articleSection"))),
        places=tuple(name for key in _PLACES for name in _names(node.get(key), by_id)),
        keywords=tuple(_keywords(node.get("keywords"))),
        description=_text(node.get("description")),
        language=_text(language.get("alternateName") if isinstance(language, dict) else language),
        is_free=_boolean(node.get("isAccessibleForFree")),
        comment_count=_comment_count(node),
        is_article=_is_article(node),
        script_state=script_state,
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str | None:
    value = _first(value)
    if isinstance(value, dict):
        value = value.get("@value")
    if not isinstance(value, str) or not value:
        return None
    return normalize_space(html.unescape(value[:200_000])) or None


def _strings(value: Any) -> Iterator[str]:
    """Strings, names of objects, and lists of these."""
    for item in value[:30] if isinstance(value, list) else [value]:
        if text := _text(item.get("name") or item if isinstance(item, dict) else item):
            yield text


def _names(value: Any, by_id: dict[str, Node], depth: int = 0) -> Iterator[str]:
    """Names of people or organisations: strings, objects, references to objects, and lists of these."""
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:30]:
            yield from _names(item, by_id, depth + 1)
    elif isinstance(value, dict):
        name = value.get("name")
        if not name and (known := by_id.get(str(value.get("@id")))) and known is not value:
            name = known.get("name")
        if not name and (value.get("givenName") or value.get("familyName")):
            name = f"{value.get('givenName') or ''} {value.get('familyName') or ''}"
        surname = _text(value.get("familyName"))
        if isinstance(name, list):
            yield from _names(name, by_id, depth + 1)
        elif text := _text(name):
            yield f"{text} {surname}" if surname and " " not in text and text != surname else text
    elif text := _text(value):
        yield text


def _organisations(value: Any, by_id: dict[str, Node]) -> Iterator[str]:
    """The names among some people that are typed as an organisation's."""
    for item in value[:30] if isinstance(value, list) else [value]:
        if isinstance(item, dict) and any(kind.endswith("Organization") for kind in _types(item)):
            yield from _names(item, by_id)


def _keywords(value: Any) -> Iterator[str]:
    for item in value[:50] if isinstance(value, list) else [value]:
        if text := _text(item if not isinstance(item, dict) else item.get("name")):
            yield from (normalize_space(word) for word in re.split(r"[,;，；、]", text) if word.strip())


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return (
        {"true": True, "false": False}.get(str(value).strip().lower().rsplit("/", 1)[-1]) if value is not None else None
    )


def _comment_count(node: Node) -> int | None:
    """The number of comments, by itself or among counters of interactions."""
    if (count := _count(node.get("commentCount"))) is not None:
        return count
    counters = node.get("interactionStatistic")
    for counter in counters[:20] if isinstance(counters, list) else [counters]:
        if isinstance(counter, dict) and "CommentAction" in str(counter.get("interactionType"))[:200]:
            return _count(counter.get("userInteractionCount"))
    return None


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None
