"""Finds the next page of an article that is spread over several pages. Pure.

Sites write <link rel="next">, <a rel="next">, or a link whose text is "next page" in the site's language. It counts only if its URL
is that of this page with a page number added or incremented: everything else called "next" is the next article, picture or page of
comments.

    /2026/11/a1.html     -> /2026/11/a1_2.html, a1-2.html, a1_1.html (counted from 0)
    /story/77            -> /story/77/2, /story/77/page/2, /story/77?page=2, ?p=2, ?pagenum=2
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree

from pipelines.extraction.encoding import decode
from pipelines.extraction.languages.loader import any_of, words_of
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_LINK_PARTS
from pipelines.urls import clean_url

_PAGE_PARAMETERS = frozenset(
    {"page", "p", "pg", "pagenum", "page_no", "pageno", "pn", "seite", "pagina", "part", "paged"}
)
_ENDING = re.compile(r"(\.[a-z]{2,6})$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(.*?)(?:(?:[_-]|/(?:page/|seite[-/]?|p)?)(\d{1,2}))$")


def next_part(body: bytes, url: str, content_type: str | None, first: str) -> str | None:
    """The URL of the next page of the same article, None where there is none.

    `url` is that of this page, `first` that of the article's first page. Never raises on input from the web.
    """
    decoded = decode(body, content_type)
    if decoded is None or "<" not in decoded.text:
        return None
    root = parse_html(decoded.text)
    if root is None:
        return None
    here = _number(url, first)
    # The second page has the number 2, or 1 where pages are counted from 0.
    wanted = {1, 2} if url == first or here is None else {here + 1}
    for address in _next_links(root):
        target = clean_url(address, url)
        if target and target not in (first, url) and _number(target, first) in wanted:
            return target
    return None


@cache
def _next_words() -> re.Pattern[str]:
    words = any_of((*words_of("next_page"), *words_of("next_part")), spaces=False)
    return re.compile(rf"(?:{words})|[>›»]{{1,5}}", re.I)


def _next_links(root: etree._Element) -> list[str]:
    found = [
        str(link.get("href")) for link in root.iter("link", "a") if "next" in (link.get("rel") or "").lower().split()
    ]
    for anchor in root.iter("a"):
        words = " ".join(map(str, islice(anchor.itertext(), MAX_LINK_PARTS))).strip()
        if len(words) <= 30 and _next_words().fullmatch(words.strip(" >›»→[]()（）") or words):
            found.append(str(anchor.get("href") or ""))
    return [address for address in found if address]


def _number(url: str, first: str) -> int | None:
    """The page number of a URL within the article that begins at `first`; None where it is no page of it.

    The number is as written: sites count from 1, or number the second page 1.
    """
    one, two = urlsplit(first), urlsplit(url)
    if one.netloc.lower() != two.netloc.lower():
        return None
    if url == first:
        return 1
    if unquote(one.path).rstrip("/") == unquote(two.path).rstrip("/"):
        added = [pair for pair in parse_qsl(two.query) if pair not in parse_qsl(one.query)]
        if len(added) == 1 and added[0][0].lower() in _PAGE_PARAMETERS and added[0][1].isdecimal():
            return int(added[0][1])
        return None
    stem = _ENDING.sub("", unquote(one.path).rstrip("/"))
    match = _NUMBERED.match(_ENDING.sub("", unquote(two.path).rstrip("/")))
    if match and match[1].rstrip("/") == stem:
        return int(match[2])
    return None
