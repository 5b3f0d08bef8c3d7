"""Parses front pages and sections: links to articles, and the sections, feeds and next pages that the page names.

Each link gets points for the form of its URL (`article_urls`) and for its *place* (the elements around it, the length of its text).
Newspapers link articles with headlines, and sections with a word in a menu: where the URL shows nothing, that decides. Links that
the site's rules include or exclude get no points for their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import quote

from lxml import etree

from crawler.discover.addresses.article_urls import (
    ARTICLE_POINTS,
    DOUBT_POINTS,
    INCLUDED_POINTS,
    NEVER_POINTS,
    Judgement,
    judge_on_site,
)
from crawler.discover.addresses.behind import article_behind
from crawler.discover.front_pages.dated_lists import list_of_day_before, newest_lists
from crawler.discover.front_pages.feed_links import feeds_of
from crawler.discover.front_pages.loaded_lists import frames_of, included_in, read_json_body, requests_of
from crawler.discover.front_pages.next_pages import counted_page, loaded_next_page, next_page_of, part_below
from crawler.discover.front_pages.numbered_pages import page_after
from crawler.discover.front_pages.page_sections import is_service_label, sections_of
from crawler.discover.front_pages.script_lists import (
    addresses_in_scripts,
    lists_in_attributes,
    lists_in_json,
    lists_in_scripts,
    markup_in_json,
    next_page_in_json,
    next_page_in_scripts,
)
from crawler.discover.links.candidates import (
    HEADLINE_WORDS,
    HIDDEN,
    LONGEST_TITLE,
    PAID,
    LinkCandidate,
    headline_length,
)
from crawler.discover.links.card_titles import card_titles
from crawler.discover.links.link_elements import address_of, base_of, is_hidden, link_elements, words_of
from crawler.discover.links.link_groups import accept_rows, accept_siblings, refuse_groups
from crawler.discover.links.link_places import LinkPlace, LinkPlaces, LinkWords
from crawler.discover.links.page_functions import PageFunctions
from crawler.discover.listings.listing import LEAST_ARTICLES, LinkRefusals, NextPages, ParsedListing
from crawler.discover.listings.xml_tree import plain_text
from db.models import Link, LinkKind, Listing, ListingKind
from db.site_rules.loader import Site
from db.store.sites.listing_readings import RefusedLinks
from pipelines.extraction.encoding import Decoded, decode
from pipelines.extraction.notices import names_missing_page
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_LANGUAGE
from pipelines.urls import clean_url, host_of, link_key, same_site

NO_PAGE = "the body is not an HTML page"
MAX_FRAMES = 6
"""Frames of a page that are sections, and lists that it loads."""
MOST_LOADED = 3
"""Lists that a section loads that are read with it."""


def read_front_page(
    body: bytes, url: str, content_type: str | None = None, site: Site | None = None, *, page: int | None = None
) -> ParsedListing:
    """Parse a page: links to articles in the page's order, and its feeds, sections and next page. Never raises.

    `page`: which page of its list this is, counted from 1; without it, what is only numbered is no next page.
    Only links within the site count (`pipelines.urls.same_site`). A page at the root of its host is a FRONT_PAGE, any other a
    SECTION.
    """
    is_front = not re.sub(r"^https?://[^/]*/?", "", url).strip("/")
    kind = ListingKind.FRONT_PAGE if is_front else ListingKind.SECTION
    decoded = decode(body, content_type) if body else None
    if decoded is not None and (value := read_json_body(decoded.text)) is not None:
        listing = _read_json(value, url, kind, site, page)
        if listing.links or not (markup := markup_in_json(value)):
            return listing
        decoded = decoded._replace(text=markup)
    root = _tree(decoded)
    if decoded is None or root is None:
        return ParsedListing(kind=kind, url=url, note=NO_PAGE)
    title = plain_text(next((element.text for element in root.iter("title")), None))
    language = (root.get("lang") or "").strip()[:MAX_LANGUAGE].replace("_", "-") or None
    if not is_front and title and names_missing_page(title, (language or "").partition("-")[0] or None):
        return ParsedListing(kind=kind, url=url, title=title, note="the page says that it does not exist")
    base, functions = base_of(root, url), PageFunctions(root)
    targets = _Targets(url, base)
    found = _Candidates(url, site, targets)
    found.add_links(root, functions)
    if is_empty := found.is_empty():
        accept_rows(found.by_key.values())
        for find in (lists_in_scripts, lists_in_attributes, addresses_in_scripts) if found.is_empty() else ():
            found.add_listed(find(decoded.text, root) if found.is_empty() else ())
    accept_siblings(found.by_key.values())
    refuse_groups(found.articles())
    loaded = tuple(_loaded_lists(root, url, targets)) if is_empty and found.is_empty() else ()
    sections = sections_of(found.by_key, url, _other_editions(root, language, targets))
    pages, when = _next_pages(root, decoded.text, base, url, page, found, functions)
    if loaded and not is_front and not (pages and found.articles()):
        pages, when = tuple(one.url for one in loaded[:MOST_LOADED]), NextPages.LOADED
    return ParsedListing(
        kind=kind,
        url=url,
        links=found.links(kind),
        listings=(*feeds_of(root, base, url), *_frames(root, targets), *loaded, *sections),
        pages=pages,
        pages_when=when,
        refused=_refused(found.by_key.values(), targets),
        title=title,
        language=language,
    )


def _read_json(value: object, url: str, kind: ListingKind, site: Site | None, page: int | None) -> ParsedListing:
    """What a page's script shows: the objects of a JSON text."""
    found = _Candidates(url, site, _Targets(url, url))
    found.add_listed(lists_in_json(value))
    refuse_groups(found.articles())
    links = found.links(kind)
    pages, when = next_page_in_json(value, url), NextPages.ANY_NEW
    if not pages:
        pages, when = counted_page(url, page, len(links))
    return ParsedListing(kind=kind, url=url, links=links, pages=pages, pages_when=when, note=None if links else NO_PAGE)


def _other_editions(root: etree._Element, language: str | None, targets: _Targets) -> set[str]:
    """Keys of the links that the page says to be in another language than its own."""
    if language is None:
        return set()
    own = _primary(language)
    stated = ((one.get("hreflang") or "", one.get("href")) for one in root.iter("a", "link"))
    others = (href for said, href in stated if said and _primary(said) not in (own, "x"))
    return {target[1] for href in others if (target := targets.of(href)) is not None}


def _primary(language: str) -> str:
    """The language of a tag without its country; "x" of `x-default`."""
    return language[:MAX_LANGUAGE].partition("-")[0].strip().lower()


def _next_pages(
    root: etree._Element, text: str, base: str, url: str, page: int | None, found: _Candidates, functions: PageFunctions
) -> tuple[tuple[str, ...], NextPages]:
    """The next page of a list, or the newest of its lists, and when they are worth a request."""
    if pages := next_page_of(root, base, url, functions) or loaded_next_page(root, text, base, url):
        return pages, NextPages.ANY_NEW
    if found.listed and (pages := next_page_in_scripts(text, root, url)):
        return pages, NextPages.ANY_NEW
    if page is None:
        return (), NextPages.ANY_NEW
    if not found.articles():
        return newest_lists(found.by_key.values(), url), NextPages.ALWAYS
    if after := page_after(root, url, page, (), functions) or list_of_day_before(found.by_key.values(), url):
        return (after,), NextPages.ALL_NEW
    if after := part_below(root, text, base, url):
        return (after,), NextPages.ALL_NEW
    is_part = "<body" not in text.lower()  # what a script adds to the page before
    return counted_page(url, page, len(found.articles())) if is_part else ((), NextPages.ANY_NEW)


def parse_page(body: bytes, content_type: str | None) -> etree._Element | None:
    """The tree of an HTML page; None where the body is no HTML."""
    return _tree(decode(body, content_type) if body else None)


def _tree(page: Decoded | None) -> etree._Element | None:
    root = parse_html(page.text) if page is not None and "<" in page.text else None
    if root is not None and page is not None and not page.encoding.lower().startswith(("utf", "ascii")):
        _escape_queries(root, page.encoding)
    return root


_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def _escape_queries(root: etree._Element, encoding: str) -> None:
    """Escape the queries of a page's links as browsers do: in the page's own encoding, paths in UTF-8 (WHATWG URL, 4.4).

    `list.asp?name=本地` of a page in GBK asks for `%B1%BE%B5%D8`.
    """
    for element in root.iter("a", "area", "link"):
        path, mark, query = (element.get("href") or "").partition("?")
        if mark and not query.isascii():
            try:
                escaped = _NOT_ASCII.sub(lambda found: quote(found[0].encode(encoding)), query)
            except (LookupError, UnicodeError):
                continue
            element.set("href", f"{path}?{escaped}")


class _Candidates:
    """The links of a page within its site, by key, each with its points."""

    def __init__(self, url: str, site: Site | None, targets: _Targets) -> None:
        self.by_key: dict[str, LinkCandidate] = {}
        self._url, self._own, self._own_host = url, link_key(url), host_of(url)
        self._site, self._targets = site, targets
        self.listed = False
        """Whether its scripts were searched for articles."""

    def articles(self) -> list[LinkCandidate]:
        """The links to articles, in the page's order."""
        return [candidate for candidate in self.by_key.values() if candidate.points >= ARTICLE_POINTS]

    def is_empty(self) -> bool:
        return len(self.articles()) < LEAST_ARTICLES

    def links(self, kind: ListingKind) -> tuple[Link, ...]:
        """The links to articles, as a listing of that kind names them."""
        found = LinkKind.FRONT_PAGE if kind is ListingKind.FRONT_PAGE else LinkKind.SECTION
        return tuple(
            Link(url=one.url, key=one.key, kind=found, found_in=self._url, title=one.title) for one in self.articles()
        )

    def add_links(self, root: etree._Element, functions: PageFunctions) -> None:
        """Add the page's links. Those that only a script follows count where they have a headline: it may also follow "more"."""
        places = LinkPlaces()
        followed: list[tuple[etree._Element, str, str | None]] = []
        for element in link_elements(root):
            address, by_script = address_of(element, functions)
            if (target := self._target(address)) is None:
                continue
            place, words = places.of(element), words_of(element, places)
            if not (by_script and headline_length(words.text) < HEADLINE_WORDS):
                relation = element.get("rel")
                paid = (relation is not None and "sponsored" in relation.lower().split()) or places.is_paid(element)
                self._add(target, place, words, PAID if paid else None, element)
                if not paid:
                    followed.append((element, target[1], words.text))
        for element, title in card_titles(followed):
            target, place = self._target(address_of(element, functions)[0]), places.of(element)
            known = self.by_key.get(target[1]) if target is not None else None
            if target is None or known is None or headline_length(known.title) >= HEADLINE_WORDS:
                continue
            if place >= LinkPlace.PLAIN and not is_hidden(element, has_words=True):
                self._add(target, max(place, LinkPlace.ARTICLE), LinkWords(title, True), None, element)

    def add_listed(self, listed: Iterable[tuple[str, str]]) -> None:
        """Add what the page's scripts list: addresses and titles."""
        self.listed = True
        for address, title in listed:
            if (target := self._target(address)) is not None:
                self._add(target, LinkPlace.PLAIN, LinkWords(plain_text(title), False), None)

    def _target(self, address: str) -> tuple[str, str] | None:
        target = self._targets.of(address)
        return target if target is not None and target[1] != self._own else None

    def _add(
        self,
        target: tuple[str, str],
        place: LinkPlace,
        words: LinkWords,
        refusal: Judgement | None,
        element: etree._Element | None = None,
    ) -> None:
        address, key = target
        known = self.by_key.get(key)
        if known is None or (refusal is None and (known.judgement is PAID or known.judgement is HIDDEN)):
            judgement = refusal or judge_on_site(address, self._site, self._own_host)
            points = judgement.points + _place_points(place, words.text, judgement.points)
            looks_like_one = ARTICLE_POINTS <= points < INCLUDED_POINTS
            if looks_like_one and element is not None and is_hidden(element, has_words=words.text is not None):
                judgement, points = HIDDEN, NEVER_POINTS
            self.by_key[key] = LinkCandidate(
                address, key, judgement.points, points, judgement, place, words.text, words.is_heading
            )
            return
        if address != known.url and refusal is None and _is_plain(address, key) and not _is_plain(known.url, key):
            judgement = judge_on_site(address, self._site, self._own_host)
            if judgement.points >= known.form and judgement.points > NEVER_POINTS:
                known.url, known.judgement, known.form = address, judgement, judgement.points
                known.points = max(known.points, known.form + _place_points(known.place, known.title, known.form))
        if _is_better_title(words.text, words.is_heading, known):
            points = known.form + _place_points(place, words.text, known.form)
            known.points = points if known.title is None else max(known.points, points)
            known.title, known.in_heading, known.place = words.text, words.is_heading, place


def _refused(candidates: Iterable[LinkCandidate], targets: _Targets) -> tuple[RefusedLinks, ...]:
    """The page's links that are no articles, by reason."""
    refused = LinkRefusals()
    for candidate in candidates:
        if candidate.points < ARTICLE_POINTS:
            in_doubt = candidate.points < candidate.form
            place = (
                f"it stands in a {candidate.place.name.lower()}"
                if candidate.place in _NO_PLACE
                else "its words are few"
            )
            refused.add(place if in_doubt else candidate.judgement.refusal, candidate.url)
    for address in targets.outside:
        refused.add(f"of another site ({host_of(address) or 'no host'})", address)
    return refused.top()


_NO_PLACE = frozenset({LinkPlace.META, LinkPlace.FOOTER, LinkPlace.MENU, LinkPlace.ASIDE})


class _Targets:
    """The URLs of a page's links, each resolved once. `outside`: those of other sites."""

    __slots__ = ("_base", "_known", "_ours", "_url", "outside")

    def __init__(self, url: str, base: str) -> None:
        self.outside: list[str] = []
        self._url = url
        self._base = base
        self._known: dict[str, tuple[str, str] | None] = {}
        self._ours: dict[str, bool] = {}

    def of(self, href: str | None) -> tuple[str, str] | None:
        """URL and key of a link within the site, else None."""
        if not href or href[0] == "#":
            return None
        if href not in self._known:
            self._known[href] = self._read(href)
        return self._known[href]

    def _read(self, href: str) -> tuple[str, str] | None:
        address = clean_url(href, self._base)
        if address is None:
            return None
        address = article_behind(address) or address
        origin = "/".join(address.split("/", 3)[:3])
        if origin not in self._ours:
            self._ours[origin] = same_site(self._url, address)
        if self._ours[origin]:
            return address, link_key(address)
        self.outside.append(address)
        return None


_FOOTER_WORDS = 9
"""Words of a headline in a footer. "Do not sell or share my personal information" has eight."""
_POINTS = {
    LinkPlace.META: -3,
    LinkPlace.FOOTER: -3,
    LinkPlace.MENU: -3,
    LinkPlace.ASIDE: -1,
    LinkPlace.PLAIN: 0,
    LinkPlace.ARTICLE: 1,
    LinkPlace.HEADING: 3,
}


def _place_points(place: LinkPlace, words: str | None, form: int) -> int:
    """Points that the place of a link adds to those of its URL; 0 where the form leaves no doubt."""
    if form < DOUBT_POINTS or form >= INCLUDED_POINTS:
        return 0
    points = _POINTS[place]
    if words and len(words) < 40 and is_service_label(words):
        return NEVER_POINTS
    length = headline_length(words)
    if length >= HEADLINE_WORDS:
        points += 3 if place is not LinkPlace.FOOTER or length >= _FOOTER_WORDS else 0
    elif length <= 2:
        points -= 4 if place <= LinkPlace.MENU else 1
    return points


def _is_plain(address: str, key: str) -> bool:
    """Whether an address is the article's own, and not that of its AMP page, of a print view or of a campaign."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/") == key


def _is_better_title(words: str | None, in_heading: bool, known: LinkCandidate) -> bool:
    """Whether a text is a better title than the known one: headings before other text, long before short."""
    if not words or len(words) > LONGEST_TITLE:
        return False
    if known.title is None or in_heading != known.in_heading:
        return known.title is None or in_heading
    return len(words) > len(known.title) and not in_heading


def _frames(root: etree._Element, targets: _Targets) -> Iterator[Listing]:
    """The pages in the frames of a frameset, which have its links."""
    for address, title in islice(frames_of(root, "frame"), MAX_FRAMES):
        if (target := targets.of(address)) is not None:
            yield Listing(url=target[0], kind=ListingKind.SECTION, title=plain_text(title))


def _loaded_lists(root: etree._Element, url: str, targets: _Targets) -> Iterator[Listing]:
    """What a page loads that names no articles itself: it may load its list."""
    frames = ((address, plain_text(title)) for address, title in frames_of(root, "iframe", *included_in(root)))
    requests = ((address, None) for address in requests_of(root))
    found = {target: title for address, title in (*frames, *requests) if (target := targets.of(address))}
    others = ((address, title) for (address, key), title in found.items() if key != link_key(url))
    for address, title in islice(others, MAX_FRAMES):
        yield Listing(url=address, kind=ListingKind.SECTION, title=title)
