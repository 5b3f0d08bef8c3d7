"""What a page states for machines: JSON-LD, and the metas that say the same. Statements, not facts: readers check them.

JSON-LD nodes are looked for at any depth ("@graph", lists, "mainEntity"); the article's node is the one of an article type whose
own address is the page's, else the first that is not an item of a list. Broken JSON is read as scripts are
(`state_scripts.read_value`), else its telling keys are picked out by pattern.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.extraction.page.document import DocumentHead, squeeze
from pipelines.extraction.page.state import State, Statement
from pipelines.extraction.page.state_scripts import read_value

Node = dict[str, Any]

_ARTICLE_TYPE = re.compile(
    r"Article$|Posting$|^Report$|^Review$|Newspaper|^Recipe$|^(?:Critic|Claim)Review$|^CreativeWork$|^Quotation$"
)
_WEAK_TYPES = frozenset(
    ("WebPage", "ItemPage", "VideoObject", "MediaObject", "PodcastEpisode", "Event", "HowTo", "FAQPage")
)
_HOUSE_TYPE = re.compile(r"^(?:WebSite|Organization|NewsMediaOrganization|NewsMedia|Corporation|LocalBusiness)$")
_LISTS = frozenset(
    (
        "itemListElement",
        "hasPart",
        "relatedLink",
        "isRelatedTo",
        "mentions",
        "comment",
        "citation",
        "blogPost",
        "review",
    )
)
_PICKED = re.compile(
    r'"(headline|datePublished|dateModified|dateCreated|articleSection|description)"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,2000})"'
)
_PICKED_AUTHOR = re.compile(
    r'"author"\s{0,20}:\s{0,20}(?:\[([^\]]{0,3000})|\{([^}]{0,1000})|("(?:[^"\\]|\\.){1,200}"))'
)
_PICKED_NAME = re.compile(r'"name"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){1,200})"')
_PICKED_STRING = re.compile(r'\s{0,20}"((?:[^"\\]|\\.){1,200})"\s{0,20}(?:,|$)')
_MAX_NODES = 4000
_MAX_DEPTH = 24


_NEWS = frozenset(("NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "LiveBlogPosting"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuredData:
    """The article as JSON-LD states it; everything as written there, tags and entities undone."""

    types: tuple[str, ...] = ()
    headline: str | None = None
    alternative: str | None = None
    published: str | None = None
    pushed: str | None = None
    """When the page was put up by Baidu's own vocabulary: to the second, and often later than the page says."""
    modified: str | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    description: str | None = None
    body: str | None = None
    language: str | None = None
    images: tuple[str, ...] = ()
    free: bool | None = None
    comments: int | None = None
    is_article: bool = False
    house: str | None = None
    """The site's or its owner's name, as a node of its own states it."""
    other_types: frozenset[str] = field(default_factory=frozenset)
    """The types of all nodes of the page: a front page says CollectionPage, a search page SearchResultsPage."""

    state: State | None = field(default=None, compare=False)
    """What the page's scripts hold beside JSON-LD, unread yet."""

    @property
    def said(self) -> Statement:
        """The article as the state in the page's scripts has it. Asking costs the reading of all scripts: ask last."""
        return self.state.article if self.state else Statement()

    @property
    def is_news(self) -> bool:
        """Whether the article says that it is news, not just an article or a page."""
        return not _NEWS.isdisjoint(self.types)


def read_stated(head: DocumentHead, address: str | None, state: State | None = None) -> StructuredData:
    """Read every JSON-LD script of a page and pick its article; `state` is what the other scripts hold."""
    roots = [root for script in head.scripts[:30] for root in _load(script)]
    nodes = list(_walk(roots))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    every = frozenset(kind for node in nodes for kind in _types(node))
    house = _house(nodes)
    best = _choose(nodes, address)
    if best is None:
        return StructuredData(other_types=every, house=house, state=state)
    is_article = any(_ARTICLE_TYPE.search(kind) for kind in _types(best))
    return replace(_stated(best, house, by_id, every, is_article=is_article), state=state)


def _load(script: str) -> list[Any]:
    value = read_value(script)
    return [value] if isinstance(value, dict | list) else _pick(script.strip())


def _pick(text: str) -> list[Any]:
    """The telling keys of JSON that cannot be mended, first mention of each."""
    node: Node = {}
    for match in _PICKED.finditer(text[:200_000]):
        node.setdefault(match[1], _unescape(match[2]))
    if author := _PICKED_AUTHOR.search(text[:200_000]):
        inner = author[1] or author[2] or author[3] or ""
        names = _PICKED_NAME.findall(inner) or ([] if "{" in inner else _PICKED_STRING.findall(inner))
        node["author"] = [_unescape(name) for name in names[:20]]
    return [{"@type": "Article", **node}] if node else []


def _unescape(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def _walk(roots: list[Any]) -> Iterator[Node]:
    """Every object, outermost first, lists of other articles left out."""
    todo: list[tuple[Any, int]] = [(root, 0) for root in reversed(roots)]
    seen = 0
    while todo and seen < _MAX_NODES:
        value, depth = todo.pop()
        seen += 1
        if depth > _MAX_DEPTH:
            continue
        if isinstance(value, list):
            todo.extend((item, depth + 1) for item in reversed(value[:500]))
        elif isinstance(value, dict):
            yield value
            todo.extend((inner, depth + 1) for key, inner in reversed(value.items()) if key not in _LISTS)


def _types(node: Node) -> list[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return [one.rsplit("/", 1)[-1] for one in kinds if isinstance(one, str)]


def _choose(nodes: list[Node], address: str | None) -> Node | None:
    strong = [node for node in nodes if any(_ARTICLE_TYPE.search(kind) for kind in _types(node))]
    weak = [
        node
        for node in nodes
        if "datePublished" in node
        or ("author" in node and _WEAK_TYPES & set(_types(node)))
        or ("pubDate" in node and "@context" in node)  # Baidu's own, without a type
    ]
    path = _path(address)
    for node in strong:
        if path and any(_path(link) == path for link in _addresses(node)):
            return node
    dated = [node for node in strong if "headline" in node or "datePublished" in node]
    return next(iter(dated or strong or weak), None)


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


def _house(nodes: list[Node]) -> str | None:
    """The name of the first site or organisation that is described: a bare mention of another has neither address nor logo."""
    for node in nodes:
        known = ("url" in node or "logo" in node) and any(_HOUSE_TYPE.search(kind) for kind in _types(node))
        if known and (name := _text(node.get("name"))):
            return name
    return None


def _stated(
    node: Node, house: str | None, by_id: dict[str, Node], every: frozenset[str], *, is_article: bool
) -> StructuredData:
    language = node.get("inLanguage")
    return StructuredData(
        types=tuple(_types(node)),
        headline=_text(node.get("headline")) or _text(node.get("name")),
        alternative=_text(node.get("alternativeHeadline")),
        published=_text(node.get("datePublished")) or _text(node.get("dateCreated")) or _text(node.get("uploadDate")),
        pushed=_text(node.get("pubDate")),
        modified=_text(node.get("dateModified")) or _text(node.get("upDate")),
        authors=tuple(_names(node.get("author") or node.get("creator"), by_id)),
        editors=tuple(_names(node.get("editor"), by_id)),
        publisher=next(iter(_names(node.get("publisher"), by_id)), None),
        section=_text(_first(node.get("articleSection"))),
        keywords=tuple(_keywords(node.get("keywords"))),
        description=_text(node.get("description")),
        body=_text(node.get("articleBody")),
        language=_text(language.get("alternateName") if isinstance(language, dict) else language),
        images=tuple(_images(node.get("image"), by_id)),
        free=_free(node.get("isAccessibleForFree")),
        comments=_count(node.get("commentCount")),
        is_article=is_article,
        house=house,
        other_types=every,
    )


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str | None:
    value = _first(value)
    if isinstance(value, dict):
        value = value.get("@value")
    if not isinstance(value, str) or not value:
        return None
    return squeeze(html.unescape(value[:200_000])) or None


def _names(value: Any, by_id: dict[str, Node], depth: int = 0) -> Iterator[str]:
    """Names of persons or organisations: strings, objects, references to objects, lists of these."""
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
        if isinstance(name, list):
            yield from _names(name, by_id, depth + 1)
        elif text := _text(name):
            yield text
    elif text := _text(value):
        yield text


def _keywords(value: Any) -> Iterator[str]:
    for item in value[:50] if isinstance(value, list) else [value]:
        if text := _text(item if not isinstance(item, dict) else item.get("name")):
            yield from (squeeze(word) for word in re.split(r"[,;，；、]", text) if word.strip())


def _images(value: Any, by_id: dict[str, Node]) -> Iterator[str]:
    for item in value[:10] if isinstance(value, list) else [value]:
        link = item
        if isinstance(item, dict):
            link = item.get("url") or item.get("contentUrl") or by_id.get(str(item.get("@id")), {}).get("url")
        if isinstance(link, str) and link:
            yield link


def _free(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return (
        {"true": True, "false": False}.get(str(value).strip().lower().rsplit("/", 1)[-1]) if value is not None else None
    )


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None
