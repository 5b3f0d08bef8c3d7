"""The next page of a list: the one that the page declares, or that a link calls so; of a newspaper's issue, the next sheet."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice

from lxml import etree

from crawler.discover.addresses.article_urls import is_list_of_a_day, judge
from crawler.discover.front_pages.numbered_pages import LOADING
from crawler.discover.links.link_elements import MAX_LINKS, address_of
from crawler.discover.links.page_functions import PageFunctions
from crawler.discover.listings.listing import NextPages
from pipelines.extraction.languages.loader import any_of, words_of
from pipelines.text_limits import MAX_CLASS_CHARS, MAX_LINK_PARTS, MAX_URL
from pipelines.urls import clean_url, same_site

_LABEL_ELEMENTS = 2
"""Elements that the words "next page" may be in: `<a><i></i> <span>下一页</span></a>`."""


@cache
def _next_words() -> re.Pattern[str]:
    words = any_of((*words_of("next_page"), *words_of("older_page")), spaces=False)
    return re.compile(rf"[<«‹←≪]{{0,3}}\s{{0,3}}(?:{words})\s{{0,3}}[>»›→≫]{{0,3}}|[>»›→≫]", re.I)


@cache
def _other_words() -> re.Pattern[str]:
    return re.compile(
        rf"[<«‹]{{0,3}}\s{{0,3}}(?:{any_of(words_of('other_page'), spaces=False)})\s{{0,3}}[>»›]{{0,3}}", re.I
    )


def is_pager_label(text: str) -> bool:
    """Whether the words of a link lead to another page of a list, as those in a row of numbers do: "下一页", "Last »", "‹"."""
    return bool(_next_words().fullmatch(text) or _other_words().fullmatch(text))


def next_page_of(root: etree._Element, base: str, url: str, functions: PageFunctions) -> tuple[str, ...]:
    """The next page of the same list, if the page links to one. `functions`: those of the page."""
    for element in (*root.iter("link"), *islice(root.iter("a"), MAX_LINKS)):
        if "next" in (element.get("rel") or "").lower().split():
            return _page(element, base, url)
    for anchor in islice(root.iter("a"), MAX_LINKS):
        words = (anchor.text or "").strip() or (anchor.get("title") or anchor.get("aria-label") or "").strip()
        if not words and 1 <= len(anchor) <= _LABEL_ELEMENTS:
            words = "".join(f"{child.text or ''}{child.tail or ''}" for child in anchor).strip()
            words = words or " ".join(filter(None, map(_said_by, anchor))).strip()
        if (
            words
            and len(words) < 30
            and _next_words().fullmatch(words)
            and (page := _page(anchor, base, url, functions))
        ):
            is_named = any(map(str.isalpha, words))
            if is_named or not _MONTH.search(page[0]) or _MONTH.search(url):
                return page
    return _next_sheet(root, base, url)


def _said_by(picture: etree._Element) -> str | None:
    """What a picture or an icon says to those who do not see it: `<img alt="Next">`, `<i aria-label="Next">`."""
    return picture.get("alt") or picture.get("aria-label") or picture.get("title")


_MONTH = re.compile(r"(?<!\d)(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])(?:[-/]\d{1,2})?/?$")
"""An arrow alone on a list without a date may turn the pages of a calendar, which has no end."""

_NEXT_DATA = ("data-next", "data-next-url", "data-next-page", "data-next-page-url", "data-next-href")
_LOADED = re.compile(r"(?:https?:/)?/[^\s{}$<>]{2,2000}")


_MORE_DATA = ("data-url", "data-href", "data-link", "data-endpoint", "data-ajax-url", "data-src", "data-path")
LOAD_MORE_MARKS = (
    "load-more", "loadmore", "load_more", "show-more", "showmore", "more-button", "btn-more", "infinite-more"
)  # fmt: skip
"""Parts of a class, id or data attribute that say the same as a label."""


def loaded_next_page(root: etree._Element, text: str, base: str, url: str) -> tuple[str, ...]:
    """Where a script takes more of the list from, as an attribute says: `<div data-next="/news?offset=20">`, or one of "more"."""
    if not any(name in text for name in ("data-next", *_MORE_DATA)):  # 1 ms is saved on nearly every page
        return ()
    for element in root.iter("*"):
        names = (*_NEXT_DATA, *_MORE_DATA) if any(map(element.get, _MORE_DATA)) and _says_more(element) else _NEXT_DATA
        for name in names:
            if _LOADED.fullmatch((element.get(name) or "")[:MAX_URL]) and (
                page := page_of_list(element.get(name) or "", base, url)
            ):
                return page
    return ()


def _says_more(element: etree._Element) -> bool:
    """Whether an element adds to the list when it is clicked, by its name or its words."""
    named = f"{element.get('id', '')} {element.get('class', '')}"[:MAX_CLASS_CHARS].lower()
    if any(mark in named for mark in LOAD_MORE_MARKS):
        return True
    said = (
        "".join(map(str, islice(element.itertext(), MAX_LINK_PARTS)))[:_LONGEST_LABEL].strip().rstrip("…. >»+").lower()
    )
    return said in words_of("load_more")


def part_below(root: etree._Element, text: str, base: str, url: str) -> str | None:
    """The one part of a list that it loads from below its own address: `<turbo-frame src="/news/more">` on `/news`; None for none.

    Of several, each may be an entry that a script opens.
    """
    own = url.partition("?")[0].rstrip("/") + "/"
    path = own.partition("://")[2].partition("/")[2]
    if not path:
        return None
    parts = root.iter("button", "div", "section")
    values = [str(value) for one in parts for name, value in one.items() if name in _MORE_DATA]
    if f'src="/{path}' in text or "hx-get" in text:  # 1 ms is saved on most pages
        values += map(str, LOADING(root))  # type: ignore[arg-type]
    addresses = (clean_url(value, base) for value in values[:MAX_LINKS] if _LOADED.fullmatch(value[:MAX_URL]))
    below = {address for address in addresses if address and address.startswith(own)}
    address = below.pop() if len(below) == 1 else None
    return address if address and not judge(address).is_article else None


_LONGEST_LABEL = 60
_COUNTED = re.compile(
    r"[?&](?:page(?!_?size)\w{0,8}|p|pg|pn|seite|pagina|(offset|start|skip|from|begin))=([0-9]{1,4})(?=&|$)",
    re.IGNORECASE,
)
_SIZE = re.compile(r"[?&](?:limit|size|page_?size|per_?page|count|rows|take|n|num)=([0-9]{1,3})(?=&|$)", re.IGNORECASE)


def counted_page(url: str, page: int | None, links: int) -> tuple[tuple[str, ...], NextPages]:
    """The page after one that was loaded by its number (`/ajax/news?page=2`), or by that of the articles before it.

    What is loaded seldom says what follows. `links`: articles that it has; None else says how many the next is after.
    """
    found = _COUNTED.search(url)
    if found is None or page is None or not links or (page == 1 and int(found[2]) > 1):
        return (), NextPages.ANY_NEW
    size = _SIZE.search(url) if found[1] else None
    step = 1 if not found[1] else int(size[1]) if size is not None else links
    following = f"{url[: found.start(2)]}{int(found[2]) + step}{url[found.end(2) :]}"
    return (following,), NextPages.ALL_NEW if int(found[2]) <= 1 else NextPages.ANY_NEW


_SHEET = re.compile(r"(.*[^\d])(\d{1,3})(\.\w{3,5})")
"""`…/2024-05/20/node_3.htm`: a page of an issue of a newspaper."""


def _next_sheet(root: etree._Element, base: str, url: str) -> tuple[str, ...]:
    """The next page of the same issue, where the page is one of a dated issue: its pages link each other by their titles."""
    own = _SHEET.fullmatch(url)
    if own is None or not is_list_of_a_day(url):
        return ()
    following: dict[int, str] = {}
    for anchor in islice(root.iter("a", "area"), MAX_LINKS):
        other = _SHEET.fullmatch(clean_url(anchor.get("href") or "", base) or "")
        if other is not None and other.group(1, 3) == own.group(1, 3) and int(other[2]) > int(own[2]):
            following[int(other[2])] = other[0]
    return (following[min(following)],) if following else ()


def _page(element: etree._Element, base: str, url: str, functions: PageFunctions | None = None) -> tuple[str, ...]:
    address = element.get("href") or ""
    if functions is not None and (address[:1] in ("", "#") or address.lower().startswith("javascript:")):
        address, _ = address_of(element, functions)
    return page_of_list(address, base, url) if address else ()


def page_of_list(address: str, base: str, url: str) -> tuple[str, ...]:
    """What an address in the page at `url` leads to, if that is another page of its site: none or one."""
    target = clean_url(address, base)
    return (target,) if target and target != clean_url(url) and same_site(url, target) else ()
