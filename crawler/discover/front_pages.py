"""Parses front pages and sections: links to articles, and the sections, feeds and next pages that the page names.

Each link gets points for the form of its URL (`article_urls`) and for its *place* (the elements around it, the length of its text).
Newspapers link articles with headlines, and sections with a word in a menu: where the URL shows nothing, that decides. Links that
the site's rules include or exclude get no points for their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from lxml import etree

from crawler.discover.article_urls import (
    ARTICLE_POINTS,
    DOUBT_POINTS,
    EXCLUDED,
    INCLUDED_POINTS,
    NEVER_POINTS,
    Judgement,
    is_category,
    judge_on_site,
)
from crawler.discover.feed_links import feeds_of
from crawler.discover.link_elements import address_of, link_elements, words_of
from crawler.discover.link_places import LinkPlace, LinkPlaces, LinkWords
from crawler.discover.listing import LinkRefusals, ParsedListing
from crawler.discover.next_pages import is_pager_label, next_page_of
from crawler.discover.script_lists import lists_in_scripts
from crawler.discover.xml_tree import plain_text
from db.models import Link, LinkKind, Listing, ListingKind
from db.site_rules.loader import Site
from db.store.sites.listing_readings import RefusedLinks
from pipelines.extraction.encoding import Decoded, decode
from pipelines.extraction.notices import names_missing_page
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_LANGUAGE
from pipelines.urls import clean_url, host_of, link_key, same_site

LEAST_ARTICLES = 3
"""Articles that a page links, below which its scripts are searched for a list."""
MAX_SECTIONS = 60
"""Sections kept of one page. A menu with its sub-menus has 10 to 50."""
MAX_FRAMES = 6

PAID = Judgement(points=NEVER_POINTS, reasons=("the link is marked as paid for",))

_SERVICE_WORDS = re.compile(
    r"(?:impressum|imprint|datenschutz\w*( \w+)?|nutzungsbedingungen|agb"
    r"|cookie\W?\w*( \w+)?|privacy( (policy|notice|statement))?( (and|&) cookies?( policy)?)?|your privacy.*"
    r"|terms( (of|and) .*)?|contact( us)?|kontakt|about( us)?|über uns|mentions légales|aviso legal"
    r"|quiénes somos|chi siamo|mediadaten"
    r"|newsletters?|log ?in|sign (in|up)|anmelden|registrieren|subscribe.*|abonnieren|help|hilfe"
    r"|advertis\w+( with us)?|werbung|careers?|jobs"
    r"|rss|app|apps|e-?paper|accessibility( statement)?|barrierefreiheit|corrections( .*)?|hakkımızda|künye"
    r"|iletişim|gizlilik.*|о нас|контакты"
    r"|реклама|关于我们|联系我们|联系方式|版权声明|免责声明|法律声明|网站声明|隐私(政策|声明|保护)|网站地图|广告服务"
    r"|广告刊例|留言[板本簿]?|招聘(信息|启事)?|加入我们|投稿|意见反馈|登录|注册|关于\w{2,6}网?|設為首頁|加入收藏"
    r"|關於我們|聯絡我們|私隱政策|利用規約|お問い合わせ|会社概要|個人情報.*"
    r"|プライバシー.*|liên hệ|giới thiệu|회사소개|개인정보\s?처리방침|이용약관|اتصل بنا|من نحن|سياسة الخصوصية)",
    re.IGNORECASE,
)
"""Texts of links that are never headlines. They must match in full."""


@dataclass(slots=True)
class _Candidate:
    """One URL of the page, with the best of all its links."""

    url: str
    key: str
    form: int
    points: int
    judgement: Judgement
    place: LinkPlace
    title: str | None
    in_heading: bool


def read_front_page(body: bytes, url: str, content_type: str | None = None, site: Site | None = None) -> ParsedListing:
    """Parse a page: links to articles in the page's order, and its feeds, sections and next page. Never raises.

    Only links within the site count (`pipelines.urls.same_site`). A page at the root of its host is a FRONT_PAGE, any other a
    SECTION.
    """
    is_front = not re.sub(r"^https?://[^/]*/?", "", url).strip("/")
    kind = ListingKind.FRONT_PAGE if is_front else ListingKind.SECTION
    decoded = decode(body, content_type) if body else None
    root = _tree(decoded)
    if decoded is None or root is None:
        return ParsedListing(kind=kind, url=url, note="the body is not an HTML page")
    title = plain_text(next((element.text for element in root.iter("title")), None))
    language = (root.get("lang") or "").strip()[:MAX_LANGUAGE].replace("_", "-") or None
    if not is_front and title and names_missing_page(title, (language or "").partition("-")[0] or None):
        return ParsedListing(kind=kind, url=url, title=title, note="the page says that it does not exist")
    base = base_of(root, url)
    targets = _Targets(url, base)
    page = _Candidates(url, site, targets)
    page.add_links(root)
    if len(page.articles()) < LEAST_ARTICLES:
        page.add_listed(lists_in_scripts(decoded.text, root))
    candidates, articles = page.by_key, page.articles()
    link_kind = LinkKind.FRONT_PAGE if is_front else LinkKind.SECTION
    links = tuple(
        Link(url=candidate.url, key=candidate.key, kind=link_kind, found_in=url, title=candidate.title)
        for candidate in articles
    )
    return ParsedListing(
        kind=kind,
        url=url,
        links=links,
        listings=(*feeds_of(root, base, url), *_frames(root, targets), *_sections(candidates)),
        pages=next_page_of(root, base, url),
        refused=_refused(candidates.values(), targets),
        title=title,
        language=language,
    )


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


def base_of(root: etree._Element, url: str) -> str:
    """What the addresses of a page's links are joined to."""
    bases = (clean_url(element.get("href") or "", url) for element in root.iter("base") if element.get("href"))
    return next(bases, None) or url


class _Candidates:
    """The links of a page within its site, by key, each with its points."""

    def __init__(self, url: str, site: Site | None, targets: _Targets) -> None:
        self.by_key: dict[str, _Candidate] = {}
        self._own, self._own_host = link_key(url), host_of(url)
        self._site, self._targets = site, targets

    def articles(self) -> list[_Candidate]:
        """The links to articles, in the page's order."""
        return [candidate for candidate in self.by_key.values() if candidate.points >= ARTICLE_POINTS]

    def add_links(self, root: etree._Element) -> None:
        """Add the page's links. Those that only a script follows count where they have a headline: it may also follow "more"."""
        places = LinkPlaces()
        for element in link_elements(root):
            address, by_script = address_of(element)
            if (target := self._target(address)) is None:
                continue
            place, words = places.of(element), words_of(element, places)
            if not (by_script and _length(words.text) < _HEADLINE_WORDS):
                paid = "sponsored" in (element.get("rel") or "").lower().split()
                self._add(target, place, words, PAID if paid else None)

    def add_listed(self, listed: Iterable[tuple[str, str]]) -> None:
        """Add what the page's scripts list: addresses and titles. Objects with a short title are topics, people, products."""
        for address, title in listed:
            if _length(title) >= _HEADLINE_WORDS and (target := self._target(address)) is not None:
                self._add(target, LinkPlace.PLAIN, LinkWords(plain_text(title), False), None)

    def _target(self, address: str) -> tuple[str, str] | None:
        target = self._targets.of(address)
        return target if target is not None and target[1] != self._own else None

    def _add(self, target: tuple[str, str], place: LinkPlace, words: LinkWords, refusal: Judgement | None) -> None:
        address, key = target
        known = self.by_key.get(key)
        if known is None or (known.judgement is PAID and refusal is None):
            judgement = refusal or judge_on_site(address, self._site, self._own_host)
            form = judgement.points
            self.by_key[key] = known = _Candidate(address, key, form, form, judgement, place, None, False)
        elif not _is_better_title(words.text, words.is_heading, known):
            return
        points = known.form + _place_points(place, words.text, known.form)
        known.points = points if known.title is None else max(known.points, points)
        known.title, known.in_heading, known.place = words.text, words.is_heading, place


def _refused(candidates: Iterable[_Candidate], targets: _Targets) -> tuple[RefusedLinks, ...]:
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


_NO_PLACE = frozenset({LinkPlace.MENU, LinkPlace.ASIDE})


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
        origin = "/".join(address.split("/", 3)[:3])
        if origin not in self._ours:
            self._ours[origin] = same_site(self._url, address)
        if self._ours[origin]:
            return address, link_key(address)
        self.outside.append(address)
        return None


_HEADLINE_WORDS = 5
_HEADLINE_CJK = 10
"""Length from which a text is a headline and no label: sections in 10 real menus have at most 4 words, or 8 Chinese characters."""
_LONGEST_TITLE = 300


def _place_points(place: LinkPlace, words: str | None, form: int) -> int:
    """Points that the place of a link adds to those of its URL; 0 where the form leaves no doubt."""
    if form < DOUBT_POINTS or form >= INCLUDED_POINTS:
        return 0
    points = {LinkPlace.MENU: -3, LinkPlace.ASIDE: -1, LinkPlace.PLAIN: 0, LinkPlace.ARTICLE: 1, LinkPlace.HEADING: 3}[
        place
    ]
    if words and len(words) < 40 and _SERVICE_WORDS.fullmatch(words):
        return NEVER_POINTS
    length = _length(words)
    if length >= _HEADLINE_WORDS:
        points += 3
    elif length <= 2:
        points -= 4 if place is LinkPlace.MENU else 1
    return points


def _length(words: str | None) -> float:
    """Length in words. Two CJK characters count as one word."""
    if not words:
        return 0
    asian = sum("\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7af" for sign in words)
    return asian * _HEADLINE_WORDS / _HEADLINE_CJK if asian > 2 else len(words.split())


def _is_better_title(words: str | None, in_heading: bool, known: _Candidate) -> bool:
    """Whether a text is a better title than the known one: headings before other text, long before short."""
    if not words or len(words) > _LONGEST_TITLE:
        return False
    if known.title is None or in_heading != known.in_heading:
        return known.title is None or in_heading
    return len(words) > len(known.title) and not in_heading


def _frames(root: etree._Element, targets: _Targets) -> Iterator[Listing]:
    """The pages in the frames of a frameset, which have its links."""
    for frame in islice(root.iter("frame"), MAX_FRAMES):
        if (target := targets.of(frame.get("src"))) is not None:
            yield Listing(url=target[0], kind=ListingKind.SECTION, title=plain_text(frame.get("title")))


def _sections(candidates: dict[str, _Candidate]) -> Iterator[Listing]:
    """Links that look like sections: a word or two, a short path, no service. Menus come first."""
    sections = [
        candidate
        for candidate in candidates.values()
        if candidate.points <= 0 and _may_be_list(candidate) and _is_section(candidate)
    ]
    sections = _by_query(sections, [candidate.url for candidate in candidates.values()])
    sections.sort(key=lambda candidate: candidate.place is not LinkPlace.MENU)
    for candidate in sections[:MAX_SECTIONS]:
        yield Listing(url=candidate.url, kind=ListingKind.SECTION, title=candidate.title)


def _may_be_list(candidate: _Candidate) -> bool:
    judgement = candidate.judgement
    if not judgement.is_final:
        return True
    return judgement is not PAID and judgement.reasons != (EXCLUDED,) and is_category(candidate.url)


# A short path of words, perhaps with a number at its end (`/c/5`, not `/2024/05`).
_SECTION_PATH = re.compile(
    r"https?://[^/?]+(?:/[^/?.\d][^/?]{0,40}){0,3}(?:/\d{1,3})?/?(?:index\.\w{3,5}|[\w-]{1,30}\.s?html?)?(?:\?[^?]{1,100})?"
)


def _is_section(candidate: _Candidate) -> bool:
    title = candidate.title
    if not title or _length(title) > 4 or _SERVICE_WORDS.fullmatch(title):
        return False
    if ("?" in candidate.url or _NUMBER_LAST.search(candidate.url)) and (
        not any(map(str.isalpha, title)) or is_pager_label(title)
    ):
        return False  # "2", "Next": a page of a list
    return _SECTION_PATH.fullmatch(candidate.url) is not None


_NUMBER_LAST = re.compile(r"\d(?:\.\w{2,5})?/?$")
_NO_SECTION_PARAMETER = re.compile(
    r"(?:^|&)(?:page\w*|pg|pn|p|offset|start|s|q|query|search\w*|key\w*|kw|wd|tag|title|action|sort\w*|order\w*|dir|filter\w*|date\w*|day"
    r"|month|year|from|to|since|until|login|logout|redirect|return\w*|back\w*|ref\w*|url|lang\w*|hl|locale|print|share|theme|font\w*)=",
    re.IGNORECASE,
)
"""Parameters that page, sort, search or date a list, or change the view: their links have no end."""
_OF_A_MENU = 3
"""Pages whose links carry the same query: it says where the link stands (`?iref=gnavi`), and the path names the section."""


def _by_query(sections: list[_Candidate], urls: list[str]) -> list[_Candidate]:
    """The sections without those whose query names none.

    One that does has siblings: `list.asp?id=12` and `list.asp?id=13`, `/?cat=news` and `/?cat=sport`.
    """
    paths: dict[str, set[str]] = {}
    for url in urls:
        path, _, query = url.partition("?")
        paths.setdefault(query, set()).add(path)
    forms = Counter(_form_of(one.url) for one in sections)
    return [
        one
        for one in sections
        if not (query := one.url.partition("?")[2])
        or len(paths[query]) >= _OF_A_MENU
        or (forms[_form_of(one.url)] > 1 and not _NO_SECTION_PARAMETER.search(query))
    ]


def _form_of(url: str) -> tuple[str, ...]:
    """The path and the names of the parameters, without numbers that follow these (`?rubrique5`)."""
    path, _, query = url.partition("?")
    return (path, *(pair.partition("=")[0].rstrip("0123456789") for pair in query.split("&")))
