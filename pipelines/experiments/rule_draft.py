"""Site rules proposed from stored pages: addresses of articles, lists of articles, selectors for fields that articles lack, and
what the articles of a source repeat (`repeats`).

    page ──> worker process: candidates (selector, text) of an article, or repeated items of a page that is none ──> Draft ──> TOML

A proposal counts on how many pages it holds. What a selector finds must read like its field: a name, a time, a short label. The
result is for a person to edit: it says where it comes from, and `copydesk rules test` tries it.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from db.connection.database import open_readonly
from db.store.extraction.pages import load_page
from pipelines.experiments.page_boxes import PageBoxes, boxes_of_page
from pipelines.experiments.page_candidates import PageCandidates, candidates_of_article, items_of_list
from pipelines.processing.page_worker import extract_known_page

COVERAGE = 0.6
"""Share of the articles that lack a field on which a selector must find it: the layout of most pages, or of the newest."""
LACKING = 0.2
"""Share of the articles that must lack a field before a selector is proposed: below it, most of them have none."""
FEWEST = 3
"""Pages that must support a proposal."""
SHAPE_SHARE = 0.05
"""Share of the articles that a shape of addresses must have to be proposed."""
MOST_LISTS = 3
FIELDS = ("authors", "published", "section", "subtitle")
"""Fields that are looked for, in the order of the draft."""
_DIGITS = re.compile(r"\d+")
_WORD_MARKS = frozenset("-_%")
"""What divides the words of a headline in an address; escaped letters begin with %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTask:
    """A page to look at: an article, or one that is none and may list some."""

    page_id: int
    is_article: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFindings:
    """What was found on a page."""

    candidates: PageCandidates = field(default_factory=PageCandidates)
    boxes: PageBoxes = field(default_factory=PageBoxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindCandidates:
    """Finds candidates in a worker process (`pipelines.processing.worker_pool.Worker`). `articles` are paths of known articles."""

    database: Path
    articles: frozenset[str]
    names: Mapping[str, str]
    """By field, the name that nearly all articles have, whose elements are looked for."""
    name: str = "page"
    preload: tuple[str, ...] = ("pipelines.experiments.rule_draft", "pipelines.extraction.extract")

    def init_worker(self) -> Callable[[DraftTask], PageFindings]:
        """Open the database; returns the function that looks at a page."""
        _workers[os.getpid()] = (self, open_readonly(self.database))
        return find_candidates

    def run_known_task(self) -> None:
        """See `extract_known_page`."""
        extract_known_page()


_workers: dict[int, tuple[FindCandidates, sqlite3.Connection]] = {}


def find_candidates(task: DraftTask) -> PageFindings:
    """Look at one page, in a process that `FindCandidates.init_worker` has prepared."""
    from pipelines.extraction.encoding import decode

    worker, conn = _workers[os.getpid()]
    page = load_page(conn, task.page_id)
    decoded = decode(page.body, page.content_type, page.address)
    if decoded is None:
        return PageFindings()
    if task.is_article:
        return PageFindings(
            candidates=candidates_of_article(decoded.text), boxes=boxes_of_page(decoded.text, worker.names)
        )
    return PageFindings(candidates=items_of_list(decoded.text, page.address or "", worker.articles))


def address_shape(url: str) -> str:
    """A pattern for addresses like this one: digits and the words of a headline may be others, and so may the query."""
    segments = []
    for segment in urlsplit(url).path.split("/"):
        stem, dot, extension = segment.rpartition(".") if "." in segment else (segment, "", "")
        numbered = r"\d+".join(re.escape(part) for part in _DIGITS.split(stem))
        has_words = "." not in stem and not _WORD_MARKS.isdisjoint(stem)
        shape = r"[^/]+" if has_words else numbered
        segments.append(shape + (re.escape(dot + extension) if dot else ""))
    return rf"^{'/'.join(segments)}(?:\?|$)"


def address_patterns(articles: Sequence[str], others: Sequence[str]) -> list[tuple[str, int, int]]:
    """Shapes of addresses of articles, with how many articles and other pages each matches; the most frequent first.

    A shape that is not more frequent among articles than among other pages tells nothing and is left out.
    """
    shapes = Counter(map(address_shape, articles))
    proposed = []
    for shape, count in shapes.most_common():
        if count < max(FEWEST, SHAPE_SHARE * len(articles)):
            break
        pattern = re.compile(shape)
        wrong = sum(pattern.search(urlsplit(url).path) is not None for url in others)
        if wrong * len(articles) < count * max(1, len(others)):
            proposed.append((shape, count, wrong))
    return proposed


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProposal:
    """A selector for a field: on how many pages that lack the field it finds it, of how many, and an example."""

    field: str
    css: str
    attribute: str | None
    hits: int
    pages: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProposal:
    """A page that lists articles: its address, the selector of its items, how many of them lead to articles."""

    url: str
    item: str
    items: int
    articles: int


@dataclass(slots=True, kw_only=True)
class Draft:
    """What was found, streamed. `lacking` are, by field, the article pages that lack it; `outlets` the names of who publishes them,
    which unsigned articles print in the place of an author.
    """

    lacking: Mapping[str, Collection[int]]
    outlets: Collection[str] = ()
    articles: int = 0
    lists: dict[str, ListProposal] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _hits: dict[tuple[str, str, str | None], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _hinted: set[tuple[str, str, str | None]] = field(default_factory=set)

    def add(self, page_id: int, url: str, is_article: bool, found: PageCandidates) -> None:
        """Count what was found on a page."""
        self.articles += is_article
        lacks = [name for name in FIELDS if page_id in self.lacking[name]] if is_article else []
        self._seen.update(lacks)
        for one in found.fields:
            if one.field in lacks and not (one.field == "authors" and one.text in self.outlets):
                key = (one.field, one.css, one.attribute)
                self._hits[key][one.text] += 1
                if one.hinted:
                    self._hinted.add(key)
        if found.item is not None:
            known = self.lists.get(found.item)
            if known is None or known.articles < found.item_articles:
                self.lists[found.item] = ListProposal(
                    url=url, item=found.item, items=found.items, articles=found.item_articles
                )

    def field_proposals(self) -> list[FieldProposal]:
        """The best selector for each field that enough articles lack."""
        best: dict[str, tuple[tuple[bool, int, int], FieldProposal]] = {}
        for key, texts in self._hits.items():
            name, css, attribute = key
            pages, hits = self._seen[name], texts.total()
            if pages < max(FEWEST, LACKING * self.articles) or hits < max(FEWEST, COVERAGE * pages):
                continue
            hinted = key in self._hinted
            # What is the same on all pages is the site's, not the article's; a section may be, where a class says so.
            if len(texts) == 1 and not (hinted and name in ("section", "authors")):
                continue
            proposal = FieldProposal(
                field=name, css=css, attribute=attribute, hits=hits, pages=pages, example=texts.most_common(1)[0][0]
            )
            rank = (hinted, hits, -len(css))
            if name not in best or rank > best[name][0]:
                best[name] = (rank, proposal)
        return [best[name][1] for name in FIELDS if name in best]

    def list_proposals(self) -> list[ListProposal]:
        """The pages that list the most articles, each with another selector."""
        return sorted(self.lists.values(), key=lambda one: (-one.articles, one.url))[:MOST_LISTS]
