"""The sections that a page links: a word or two, a short path, no service, no page of a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from functools import cache, lru_cache
from urllib.parse import unquote, urlsplit

from crawler.discover.addresses.article_urls import ARTICLE_POINTS, EXCLUDED, FRONT_PAGE, LEADS
from crawler.discover.addresses.url_words import ADVERTISING, ARCHIVES, CATEGORIES, LEADS_TO_LISTS, OFFERS, TAGS
from crawler.discover.front_pages.next_pages import is_pager_label
from crawler.discover.links.candidates import HIDDEN, PAID, LinkCandidate, headline_length
from crawler.discover.links.link_places import LinkPlace
from crawler.discover.listings.listing import LEAST_ARTICLES
from db.models import Listing, ListingKind
from pipelines.extraction.languages.loader import phrases_of
from pipelines.tracking_parameters import without_session, without_sessions
from pipelines.urls import host_of

MAX_SECTIONS = 60
"""Sections kept of one page. A menu with its sub-menus has 10 to 50."""
_FEW = 3
"""Sections below which the tags and archives in a site's menu are its sections, too: some systems have nothing else (Ghost)."""
_LONGEST = 4
"""Words of a section's name."""
_LONGEST_IN_MENU = 7
"""The same where a site names hardly an article: offices and unions write out what their lists hold."""


@cache
def _service_words() -> re.Pattern[str]:
    return re.compile(phrases_of("service_link"), re.I)


def is_service_label(text: str) -> bool:
    """Whether the words of a link lead to a service of the site, never to an article or a section: "Impressum", "Log in"."""
    return _service_words().fullmatch(text) is not None


def sections_of(
    candidates: dict[str, LinkCandidate], url: str, other_editions: Container[str] = ()
) -> Iterator[Listing]:
    """Links that look like sections: a word or two, a short path, no service. Menus come first, footers after them.

    `other_editions`: keys of links that the page itself says to be in another language. A page of few articles may keep them
    in its archive, and its menu may name their list in full ("News and statements for the press").
    """
    few_articles = sum(one.points >= ARTICLE_POINTS for one in candidates.values()) < LEAST_ARTICLES
    language, parts = _LANGUAGE.match(url), _parts_of_the_site(candidates, url)
    folders = Counter(key.rpartition("/")[0] for key, one in candidates.items() if one.points >= ARTICLE_POINTS)
    longest = _LONGEST_IN_MENU if few_articles else _LONGEST
    sections = [
        candidate
        for candidate in candidates.values()
        if candidate.points <= 0
        and (
            _may_be_list(candidate)
            or (folders[candidate.key] >= LEAST_ARTICLES and candidate.judgement.refusal.endswith(LEADS))
            or (few_articles and _is_archive(candidate.url))
            or (candidate.judgement.reasons == (FRONT_PAGE,) and host_of(candidate.url) in parts)
        )
        and _is_section(candidate, longest if candidate.place is LinkPlace.MENU else _LONGEST)
        and candidate.key not in other_editions
        and not (language and _is_other_edition(candidate.url, language[1]))
    ]
    sections = _by_query(sections, url, [one.url for one in candidates.values()], few_articles=few_articles)
    sections = _without_old_numbers(sections)
    sections.sort(key=lambda one: (headline_length(one.title) > _LONGEST, _ORDER.get(one.place, len(_ORDER))))
    if len(sections) < _FEW:
        menu = (one for one in candidates.values() if one.place is LinkPlace.MENU)
        known = {one.key for one in sections}
        sections += [
            one
            for one in menu
            if (_is_tag(one.url) or _is_archive(one.url)) and one.key not in known and _is_section(one)
        ]
    for candidate in sections[:MAX_SECTIONS]:
        yield Listing(url=_without_session(candidate.url), kind=ListingKind.SECTION, title=candidate.title)


_ORDER = {LinkPlace.MENU: 0, LinkPlace.FOOTER: 1}


def _readable(url: str) -> str:
    url = _without_session(url) if ";" in url or "(" in url or "?" in url else url
    return unquote(url) if "%" in url else url


def _without_session(url: str) -> str:
    """A listing's address is asked for again and again, when the session that the page was sent in is over."""
    path, mark, query = url.partition("?")
    return without_session(path) + mark + "&".join(without_sessions(query.split("&")))


def _may_be_list(candidate: LinkCandidate) -> bool:
    judgement = candidate.judgement
    if not judgement.is_final:
        return True
    return judgement not in (PAID, HIDDEN) and judgement.reasons != (EXCLUDED,) and _is_category(candidate.url)


def _parts_of_the_site(candidates: dict[str, LinkCandidate], url: str) -> set[str]:
    """Hosts below the page's own that have articles of the page, such as `sport.example.com`; others are services.

    A page without articles may lead to them at any such host (`news.example.edu`), but for those named for a language.
    """
    below = "." + (host_of(url) or "").removeprefix("www.")
    hosts = {host_of(one.url) or "" for one in candidates.values() if one.points >= ARTICLE_POINTS}
    if not hosts:
        other = (host_of(one.url) or "" for one in candidates.values() if one.judgement.reasons == (FRONT_PAGE,))
        hosts = {host for host in other if len(host) - len(below) > _LANGUAGE_CHARS}
    return {host for host in hosts if host.endswith(below) and host != f"www{below}"}


_LANGUAGE_CHARS = 2


_LANGUAGE = re.compile(r"https?://[^/]+/([a-z]{2}(?:[-_][a-z]{2})?)(?=/|$)", re.IGNORECASE)


def _is_other_edition(url: str, language: str) -> bool:
    """Whether a page of the edition in one language (`/fr/…`) links another edition's front page (`/en/`)."""
    other = _LANGUAGE.match(url)
    return other is not None and url[other.end() :] in ("", "/") and other[1].lower() != language.lower()


# A short path of words, perhaps with a number at its end (`/c/5`, not `/2024/05`). `@anna` is a person.
_SECTION_PATH = re.compile(
    r"https?://[^/?]+(?:/[^/?.\d@][^/?]{0,40}){0,3}(?:/(?!(?:19|20)\d\d(?!\d))\d{1,4})?/?(?:(?:Pages/)?(?:index|default)(?:\.[a-z]{2})?\.\w{3,5}|[\w-]{1,30}\.s?html?)?(?:\?[^?]{1,100})?"
)


# In a menu, the number may have the name after it: `/section/3/politics.aspx`.
_NAMED_AFTER_NUMBER = re.compile(
    r"https?://[^/?]+(?:/[^/?.\d][^/?]{0,40}){1,2}/(?!(?:19|20)\d\d/)\d{1,4}/[^/?.\d][^/?]{0,40}/?"
)


def _is_section(candidate: LinkCandidate, longest: int = _LONGEST) -> bool:
    title = candidate.title
    if not title or headline_length(title) > longest or is_service_label(title):
        return False
    if ("?" in candidate.url or _NUMBER_LAST.search(candidate.url)) and (
        not any(map(str.isalpha, title)) or is_pager_label(title)
    ):
        return False  # "2", "Next": a page of a list
    address = _readable(candidate.url)
    in_menu = candidate.place is LinkPlace.MENU and _NAMED_AFTER_NUMBER.fullmatch(address)
    return bool(in_menu or _SECTION_PATH.fullmatch(address))


_NUMBER_LAST = re.compile(r"\d(?:\.\w{2,5})?/?$")
_NO_SECTION_PARAMETER = re.compile(
    r"(?:^|&)(?:page(?!_id=|=(?!print|login|search)[a-z]{3,20}(?:&|$))\w*|pg|pn|p|offset|start|s|q|query|search\w*|kw|wd|tag|title|action|sort\w*|order\w*|dir|filter\w*|date\w*|day"
    r"|week|month|year|from|to|since|until|login|logout|redirect|return\w*|back\w*|ref\w*|url|lang\w*|hl|locale|print|share|theme|font\w*"
    r"|author\w*|user\w*|member\w*|source|link|format|tmpl|view_?as)=|(?:^|&)key\w*=(?!\d+(?:&|$))|^C=[NMSD];O=[AD]$",
    re.IGNORECASE,
)
"""Parameters that page, sort, search or date a list, or change the view: their links have no end. `?page=news` is a name."""
_NUMBERED_QUERY = re.compile(r"\w{1,20}=?\d{1,4}")
_OF_A_MENU = 3
"""Pages whose links carry the same query: it says where the link stands (`?iref=gnavi`), and the path names the section."""


def _by_query(sections: list[LinkCandidate], own: str, urls: list[str], *, few_articles: bool) -> list[LinkCandidate]:
    """The sections without those whose query names none.

    One that does has siblings: `list.asp?id=12` and `list.asp?id=13`, `/?cat=news` and `/?cat=sport`, each with a name of its own:
    what all call "PDF" is a view of articles. The page itself, `own`, is a sibling. One alone names a section by a number
    (`?rubrique4`) in a menu, and where the page has few articles.
    """
    paths: dict[str, set[str]] = {}
    for url in urls:
        path, _, query = url.partition("?")
        paths.setdefault(query, set()).add(path)
    names: dict[tuple[str, ...], list[str | None]] = {_form_of(own): [None]} if "?" in own else {}
    for one in sections:
        names.setdefault(_form_of(one.url), []).append(one.title)

    def names_one(one: LinkCandidate, query: str) -> bool:
        alike = names[_form_of(one.url)]
        is_lone = len(alike) == 1 and (few_articles or one.place is LinkPlace.MENU)
        return len(set(alike)) > 1 or (is_lone and _NUMBERED_QUERY.fullmatch(query) is not None)

    return [
        one
        for one in sections
        if not (query := one.url.partition("?")[2])
        or len(paths[query]) >= _OF_A_MENU
        or (names_one(one, query) and not _NO_SECTION_PARAMETER.search(query))
    ]


def _form_of(url: str) -> tuple[str, ...]:
    """The path and the names of the parameters, without numbers that follow these (`?rubrique5`)."""
    path, _, query = url.partition("?")
    return (path, *(pair.partition("=")[0].rstrip("0123456789") for pair in query.split("&")))


def _without_old_numbers(sections: list[LinkCandidate]) -> list[LinkCandidate]:
    """The sections without all but the last of a series outside the menu, such as "Issue 12" at `/issue/12`: issues, albums."""
    places = [_place_in_series(one) for one in sections]
    series: dict[str, list[int]] = {}
    for name, number in places:
        series.setdefault(name, []).append(number)
    least = {name: sorted(of_it)[-_LAST if len(of_it) >= _SERIES else 0] for name, of_it in series.items()}
    return [one for one, (name, number) in zip(sections, places, strict=True) if number >= least[name]]


def _place_in_series(one: LinkCandidate) -> tuple[str, int]:
    """A section's address without the number at its end, and that number, if its name has it, too; else its key and 0."""
    found = _NUMBER_AT_END.search(one.url)
    if found is None or one.place is LinkPlace.MENU or found[1] not in re.findall("[0-9]+", one.title or ""):
        return one.key, 0
    return one.url[: found.start()], int(found[1])


_NUMBER_AT_END = re.compile(r"([0-9]{1,9})(?:\.[a-z]{3,5})?/?$")
_SERIES, _LAST = 3, 2
"""Sections of one name and a number from which they are a series, and how many of these are read."""


def _is_category(url: str) -> bool:
    """Whether a URL is below a word for categories (`/category/town/`, `/archives/category/town`), and no other list."""
    return _is_below(url, CATEGORIES)


def _is_tag(url: str) -> bool:
    """Whether a URL is below a word for tags, such as `/tag/sport/`, and below no other list or service."""
    return _is_below(url, TAGS)


def _is_archive(url: str) -> bool:
    """Whether a URL is that of an archive: the last word of its path says so."""
    return urlsplit(url).path.rstrip("/").rpartition("/")[2].lower() in ARCHIVES


def _is_below(url: str, words: frozenset[str]) -> bool:
    segments = {segment.lower() for segment in urlsplit(url).path.split("/")}
    return not segments.isdisjoint(words) and segments.isdisjoint(_all_but(words))


@lru_cache
def _all_but(words: frozenset[str]) -> frozenset[str]:
    return (LEADS_TO_LISTS - words) | ADVERTISING | OFFERS
