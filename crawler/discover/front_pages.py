"""Parses front pages and sections: links to articles, and the sections, feeds and next pages that the page names.

Each link gets points for the form of its URL (`article_urls`) and for its *place* (the elements around it, the length of its text).
Newspapers link articles with headlines, and sections with a word in a menu: where the URL shows nothing, that decides. Links that
the site's rules include or exclude get no points for their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.discover.article_urls import (
    ARTICLE_POINTS,
    DOUBT_POINTS,
    INCLUDED_POINTS,
    NEVER_POINTS,
    Judgement,
    judge_on_site,
)
from crawler.discover.link_places import LinkPlace, LinkPlaces
from crawler.discover.listing import LinkRefusals, ParsedListing
from crawler.discover.xml_tree import plain_text
from db.models import Link, LinkKind, Listing, ListingKind
from db.site_rules.loader import Site
from db.store.sites.listing_readings import RefusedLinks
from pipelines.extraction.encoding import decode
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_LANGUAGE, MAX_LISTINGS_NAMED
from pipelines.urls import clean_url, host_of, link_key, same_site

MAX_LINKS = 5_000
"""Links read of one page. The largest front pages have about 1,500."""
MAX_SECTIONS = 60
"""Sections kept of one page. A menu with its sub-menus has 10 to 50."""

_FEED_TYPES = ("rss", "atom", "feed+json", "rdf")
_FEED_PATH = re.compile(
    r"(?:^|/)(?:rss|feeds?|atom)(?:\d|\.xml|\.php|\.aspx?|\.json)?(?:/|$)|\.(?:rss|atom|rdf)$"
    r"|/(?=[\w-]*(?:rss|feed|atom))[\w-]*+\.xml$",
    re.IGNORECASE,
)
_NO_FEED = re.compile(r"https?://[^/]+/.*(?:comment|komment|/oembed|/trackback)", re.IGNORECASE)
_NEXT_WORDS = re.compile(
    r"[<«‹←≪]*\s*(?:next|next page|older( posts| entries| articles| stories| news)?"
    r"|nächste( seite)?|weiter|vor|suivante?|page suivante|siguiente"
    r"|página siguiente|próxima( página)?|seguinte|successiv[ao]|avanti|volgende( pagina)?|nästa( sida)?|neste|næste"
    r"|seuraava|następna|dalej|další|sonraki|далее|дальше|вперед|следующая( страница)?|наступна|下一页|下一頁"
    r"|下页|后一?页|後一?頁"
    r"|次へ|次のページ|다음( 페이지)?|التالي|الصفحة التالية|بعدی|הבא|अगला|trang sau|berikutnya"
    r"|selanjutnya)\s*[>»›→≫]*|[>»›→≫]",
    re.IGNORECASE,
)
_SERVICE_WORDS = re.compile(
    r"(?:impressum|imprint|datenschutz\w*( \w+)?|nutzungsbedingungen|agb"
    r"|cookie\W?\w*( \w+)?|privacy( policy| notice)?|your privacy.*"
    r"|terms( (of|and) .*)?|contact( us)?|kontakt|about( us)?|über uns|mentions légales|aviso legal"
    r"|quiénes somos|chi siamo|mediadaten"
    r"|newsletters?|log ?in|sign (in|up)|anmelden|registrieren|subscribe.*|abonnieren|help|hilfe"
    r"|advertis\w+( with us)?|werbung|careers?|jobs"
    r"|rss|app|apps|e-?paper|accessibility( statement)?|barrierefreiheit|corrections( .*)?|hakkımızda|künye"
    r"|iletişim|gizlilik.*|о нас|контакты"
    r"|реклама|关于我们|联系我们|联系方式|版权声明|免责声明|法律声明|网站声明|隐私(政策|声明|保护)|网站地图|广告服务"
    r"|广告刊例|招聘(信息|启事)?|加入我们|投稿|意见反馈|登录|注册|关于\w{2,6}网?|設為首頁|加入收藏"
    r"|關於我們|聯絡我們|私隱政策|利用規約|お問い合わせ|会社概要|個人情報.*"
    r"|プライバシー.*|회사소개|개인정보\s?처리방침|이용약관|اتصل بنا|من نحن|سياسة الخصوصية)",
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
    root = parse_page(body, content_type)
    if root is None:
        return ParsedListing(kind=kind, url=url, note="the body is not an HTML page")
    base = base_of(root, url)
    targets = _Targets(url, base)
    candidates = _candidates(root, url, site, targets)
    link_kind = LinkKind.FRONT_PAGE if is_front else LinkKind.SECTION
    articles = [candidate for candidate in candidates.values() if candidate.points >= ARTICLE_POINTS]
    links = tuple(
        Link(url=candidate.url, key=candidate.key, kind=link_kind, found_in=url, title=candidate.title)
        for candidate in articles
    )
    return ParsedListing(
        kind=kind,
        url=url,
        links=links,
        listings=(*_feeds(root, base, url), *_sections(candidates, url)),
        pages=_next_page(root, base, url),
        refused=_refused(candidates.values(), targets),
        title=plain_text(next((element.text for element in root.iter("title")), None)),
        language=(root.get("lang") or "").strip()[:MAX_LANGUAGE].replace("_", "-") or None,
    )


def parse_page(body: bytes, content_type: str | None) -> etree._Element | None:
    """The tree of an HTML page; None where the body is no HTML."""
    decoded = decode(body, content_type) if body else None
    if decoded is None or "<" not in decoded.text:
        return None
    return parse_html(decoded.text)


def base_of(root: etree._Element, url: str) -> str:
    """What the addresses of a page's links are joined to."""
    bases = (clean_url(element.get("href") or "", url) for element in root.iter("base") if element.get("href"))
    return next(bases, None) or url


def _candidates(root: etree._Element, url: str, site: Site | None, targets: _Targets) -> dict[str, _Candidate]:
    """The page's links within the site, by key, each with its points."""
    candidates: dict[str, _Candidate] = {}
    own, places = link_key(url), LinkPlaces()
    for anchor in islice(root.iter("a"), MAX_LINKS):
        target = targets.of(anchor.get("href"))
        if target is None or target[1] == own:
            continue
        address, key = target
        place, words = places.of(anchor), places.words(anchor)
        known = candidates.get(key)
        if known is None:
            judgement = judge_on_site(address, site)
            form = judgement.points
            candidates[key] = known = _Candidate(address, key, form, form, judgement, place, None, False)
        elif not _is_better_title(words.text, words.is_heading, known):
            continue
        points = known.form + _place_points(place, words.text, known.form)
        known.points = points if known.title is None else max(known.points, points)
        known.title, known.in_heading, known.place = words.text, words.is_heading, place
    return candidates


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


def _feeds(root: etree._Element, base: str, url: str) -> Iterator[Listing]:
    # Declared feeds first, then linked ones.
    seen: set[str] = set()
    candidates: list[tuple[str, str | None]] = []
    for link in root.iter("link"):
        kind = (link.get("type") or "").lower()
        relation = (link.get("rel") or "").lower().split()
        if ("alternate" in relation and any(name in kind for name in _FEED_TYPES)) or "feed" in relation:
            candidates.append((link.get("href") or "", link.get("title")))
    for anchor in islice(root.iter("a"), MAX_LINKS):
        href = anchor.get("href") or ""
        if _FEED_PATH.search(href.partition("?")[0]):
            candidates.append((href, None))
    for href, title in candidates:
        target = clean_url(href, base)
        if target and target not in seen and not _NO_FEED.match(target) and same_site(url, target):
            seen.add(target)
            yield Listing(url=target, kind=ListingKind.FEED, title=plain_text(title))
            if len(seen) == MAX_LISTINGS_NAMED:
                return


def _sections(candidates: dict[str, _Candidate], url: str) -> Iterator[Listing]:
    """Links that look like sections: a word or two, a short path, no service. Menus come first."""
    sections = [
        candidate
        for candidate in candidates.values()
        if candidate.form > NEVER_POINTS and candidate.points <= 0 and _is_section(candidate)
    ]
    sections.sort(key=lambda candidate: candidate.place is not LinkPlace.MENU)
    for candidate in sections[:MAX_SECTIONS]:
        yield Listing(url=candidate.url, kind=ListingKind.SECTION, title=candidate.title)


_SECTION_PATH = re.compile(r"https?://[^/]+(?:/[^/?.\d][^/?]{0,40}){0,3}/?(?:index\.\w{3,5}|[\w-]{1,30}\.s?html?)?")


def _is_section(candidate: _Candidate) -> bool:
    if not candidate.title or _length(candidate.title) > 4 or _SERVICE_WORDS.fullmatch(candidate.title):
        return False
    return _SECTION_PATH.fullmatch(candidate.url) is not None


_LABEL_ELEMENTS = 2
"""Elements that the words "next page" may be in: `<a><i></i> <span>下一页</span></a>`."""


def _next_page(root: etree._Element, base: str, url: str) -> tuple[str, ...]:
    """The next page of the same list, if the page links to one."""
    for element in (*root.iter("link"), *islice(root.iter("a"), MAX_LINKS)):
        if "next" in (element.get("rel") or "").lower().split():
            return _page(element, base, url)
    for anchor in islice(root.iter("a"), MAX_LINKS):
        words = (anchor.text or "").strip() or (anchor.get("title") or anchor.get("aria-label") or "").strip()
        if not words and 1 <= len(anchor) <= _LABEL_ELEMENTS:
            words = "".join(f"{child.text or ''}{child.tail or ''}" for child in anchor).strip()
        if words and len(words) < 30 and _NEXT_WORDS.fullmatch(words) and (page := _page(anchor, base, url)):
            return page
    return ()


def _page(element: etree._Element, base: str, url: str) -> tuple[str, ...]:
    target = clean_url(element.get("href") or "", base)
    return (target,) if target and target != clean_url(url) and same_site(url, target) else ()
