"""The next page of a list: the one that the page declares, or that a link calls so; of a newspaper's issue, the next sheet."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from crawler.discover.article_urls import is_list_of_a_day
from crawler.discover.link_elements import MAX_LINKS
from pipelines.urls import clean_url, same_site

NEXT_WORDS = re.compile(
    r"[<«‹←≪]*\s*(?:next|next page|older( posts| entries| articles| stories| news)?"
    r"|nächste( seite)?|weiter|vor|suivante?|page suivante|siguiente"
    r"|página siguiente|próxima( página)?|seguinte|successiv[ao]|avanti|volgende( pagina)?|nästa( sida)?|neste|næste"
    r"|seuraava|następna|dalej|další|sonraki|далее|дальше|вперед|следующая( страница)?|наступна|下一页|下一頁"
    r"|下页|后一?页|後一?頁|下一?版|后一?版"
    r"|次へ|次のページ|다음( 페이지)?|التالي|الصفحة التالية|بعدی|הבא|अगला|trang sau|berikutnya"
    r"|selanjutnya)\s*[>»›→≫]*|[>»›→≫]",
    re.IGNORECASE,
)
"""Words that lead to the next page. They must match in full."""
END_WORDS = re.compile(
    r"[<«‹]{0,3}\s{0,3}(?:(?:first|last|previous|prev|newer)(?: page| posts)?|(?:erste|letzte)(?: seite)?|zurück"
    r"|(?:première|dernière)(?: page)?|précédente?|(?:primera|última|anterior)(?: página)?|ultima|последняя|предыдущая"
    r"|[首尾末][页頁]|上一?[页頁]|前一?[页頁]|最[后後]一?[页頁]|最後へ|前へ|처음|이전|마지막)\s{0,3}[>»›]{0,3}",
    re.IGNORECASE,
)
"""Words of a pager that lead elsewhere."""
_LABEL_ELEMENTS = 2
"""Elements that the words "next page" may be in: `<a><i></i> <span>下一页</span></a>`."""


def next_page_of(root: etree._Element, base: str, url: str) -> tuple[str, ...]:
    """The next page of the same list, if the page links to one."""
    for element in (*root.iter("link"), *islice(root.iter("a"), MAX_LINKS)):
        if "next" in (element.get("rel") or "").lower().split():
            return _page(element, base, url)
    for anchor in islice(root.iter("a"), MAX_LINKS):
        words = (anchor.text or "").strip() or (anchor.get("title") or anchor.get("aria-label") or "").strip()
        if not words and 1 <= len(anchor) <= _LABEL_ELEMENTS:
            words = "".join(f"{child.text or ''}{child.tail or ''}" for child in anchor).strip()
        if words and len(words) < 30 and NEXT_WORDS.fullmatch(words) and (page := _page(anchor, base, url)):
            return page
    return _next_sheet(root, base, url)


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


def _page(element: etree._Element, base: str, url: str) -> tuple[str, ...]:
    target = clean_url(element.get("href") or "", base)
    return (target,) if target and target != clean_url(url) and same_site(url, target) else ()
