"""The next page of an article that is spread over several. Pure.

What sites write: <link rel="next">, <a rel="next">, or a link whose words are "next page" in the site's language. It counts only
when its address is that of this page with a page number put in or raised: everything else that is called "next" is the
next article, picture or comment page.

    /2026/11/a1.html     -> /2026/11/a1_2.html, a1-2.html, a1_1.html (counted from 0)
    /story/77            -> /story/77/2, /story/77/page/2, /story/77?page=2, ?p=2, ?pagenum=2
"""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import parse_qsl, unquote, urlsplit

from lxml import etree

from pipelines.extraction.encoding import decode
from pipelines.html_tree import parse_html
from pipelines.text_limits import MAX_LINK_PARTS
from pipelines.urls import clean_url

_NEXT_WORDS = re.compile(
    r"下一?[页頁]|后一页|次の?ページ|次へ|다음|next(?: page)?|continue(?: reading)?|weiter|nächste(?: seite)?|(?:page )?suivante?|"
    r"siguiente|próxima(?: página)?|seguinte|successiva|avanti|volgende|nästa|neste|næste|następna|далее|следующая(?: страница)?|"
    r"(?:الصفحة )?التالية?|[>›»]+",
    re.IGNORECASE,
)
_PAGE_PARAMETERS = frozenset(
    {"page", "p", "pg", "pagenum", "page_no", "pageno", "pn", "seite", "pagina", "part", "paged"}
)
_ENDING = re.compile(r"(\.[a-z]{2,6})$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(.*?)(?:(?:[_-]|/(?:page/|seite[-/]?|p)?)(\d{1,2}))$")


def next_part(body: bytes, url: str, content_type: str | None, first: str) -> str | None:
    """The address of the page after this one of the same article, None where there is none.

    `url` is where this page is, `first` where the article begins. Never raises on what the web sends.
    """
    decoded = decode(body, content_type)
    if decoded is None or "<" not in decoded.text:
        return None
    root = parse_html(decoded.text)
    if root is None:
        return None
    here = _number(url, first)
    # The page after the first is called 2, or 1 where pages are counted from 0.
    wanted = {1, 2} if url == first or here is None else {here + 1}
    for address in _called_next(root):
        target = clean_url(address, url)
        if target and target not in (first, url) and _number(target, first) in wanted:
            return target
    return None


def _called_next(root: etree._Element) -> list[str]:
    found = [
        str(link.get("href")) for link in root.iter("link", "a") if "next" in (link.get("rel") or "").lower().split()
    ]
    for anchor in root.iter("a"):
        words = " ".join(map(str, islice(anchor.itertext(), MAX_LINK_PARTS))).strip()
        if len(words) <= 30 and _NEXT_WORDS.fullmatch(words.strip(" >›»→[]()（）") or words):
            found.append(str(anchor.get("href") or ""))
    return [address for address in found if address]


def _number(url: str, first: str) -> int | None:
    """Which page of the article that begins at `first` an address is; None where it is none of it.

    The number as written: sites count from 1, or call the second page 1.
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
