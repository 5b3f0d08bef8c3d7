"""Which link of a page of a list leads to the page after it: the one with the next number, or one that is called "next".

    /news/   1 [2] [3] … [30] [›]   ──> /news/list_2.html, /news?page=2, /news?start=20, /news/index_29.html (counted down)

The address must be that of the page with another number, or with one or two added; a label alone says nothing, since calendars
and rankings count as well. Where no label counts, an address alone shows what follows: with a parameter that counts pages or
articles ("More news" to `?start=20`), or of what the list loads below itself (`<turbo-frame src="/news?sheet=2">`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count, islice
from urllib.parse import unquote

from lxml import etree

from crawler.discover.addresses.address_dates import dates_in
from crawler.discover.addresses.article_urls import ARTICLE_POINTS, judge
from crawler.discover.links.link_elements import MAX_LINKS, address_of, base_of
from crawler.discover.links.page_functions import PageFunctions
from pipelines.text_limits import MAX_LINK_PARTS
from pipelines.urls import clean_url, link_key

_LABEL = re.compile(r"\D{0,8}(\d{1,5})\D{0,4}")
"""What stands on the link to a page: "2", "[2]", "Page 2", "第2页"."""
_LONGEST_LABEL = 20
_SCRIPT = re.compile(
    r"createPageHTML\((\s*['\"][^'\"]{0,40}['\"]\s*,)?\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*['\"](\w{1,40})['\"]\s*,\s*['\"](\w{2,5})['\"]",
    re.ASCII | re.IGNORECASE,
)
"""How TRS and others have a script write their pagers: how many pages, which one this is, and what `index_1.html` is made of.
Where a box to write into is named first, the first page is 1, else 0."""
_MOST_SCRIPT = 20_000
"""Characters of a script that are searched."""
_NUMBER = re.compile(r"[0-9]+")
_WORD = re.compile(r"[^\W\d_]+")
_ENDING = re.compile(r"(?<=/)([^/.]+)\.[a-z]{2,6}$", re.IGNORECASE)
_COUNTS = re.compile(
    r"cur|(?:current)?page(?:d|n|no|num|num(?:ber)?|index|_?id)?|p|pg|pn|pag|pagina|page?n_\d|seite|sayfa|strana|strona|halaman|trang"
    r"|start(?:index|at|row)?|limitstart|offset|skip|from|begin",
    re.IGNORECASE,
)
"""Parameters that count pages, or the articles before a page; also the last name in brackets (`news[currentPage]`)."""
LOADING = etree.XPath("//*[contains(name(), '-')]/@src | //@*[name() = 'hx-get' or name() = 'data-hx-get']")
"""Addresses of what a page loads into itself: custom elements (`<turbo-frame src>`), htmx."""
_MOST_ADDED = 2
"""Numbers that the address of a page has more than that of its list: `/news/list_12_2.html` names the list as well. A second word
that it adds names something else: `/author/anna-2`."""


def page_after(
    root: etree._Element, url: str, page: int, following: Sequence[str], functions: PageFunctions | None = None
) -> str | None:
    """The address of page `page` + 1 of the list that `url` is page `page` of, None where there is none.

    `following`: where the page's links called "next" lead. `functions`: those of the page, where they are known.
    """
    base, functions = base_of(root, url), functions or PageFunctions(root)
    by_form, by_query = dict[str, dict[int, str]](), dict[str, dict[int, str]]()
    for element in islice(root.iter("a", "option"), MAX_LINKS):
        label = _LABEL.fullmatch(_words(element))
        # A choice's value may be a mere number, for a script.
        if label is None:
            continue
        target = address_of(element, functions)[0] or element.get("value") or ""
        if target.isdecimal():
            continue
        address = clean_url(target, base)
        if not address:
            continue
        forms = by_form if _is_page_of(url, address) else by_query if _adds_to_query(url, address) else None
        if forms is not None:
            forms.setdefault(_NUMBER.sub("#", link_key(address)), {}).setdefault(int(label[1]), address)
    for addresses in (*by_form.values(), *filter(_are_labelled, by_query.values())):
        if page + 1 in addresses and _is_counted(addresses, page):
            return addresses[page + 1]
        if (step := _step_of(addresses, url)) and step * page in addresses:
            return addresses[step * page]
    written = (address for script in root.iter("script") if (address := _written(script.text or "", base)))
    named = next((address for address in (*following, *written) if _is_page_of(url, address)), None)
    return named or _counted_on(root, url, base)


def _counted_on(root: etree._Element, url: str, base: str) -> str | None:
    """The nearest page after this one whose address says that it is: what the page links as such, or loads."""
    linked = (clean_url(one.get("href") or "", base) for one in islice(root.iter("a"), MAX_LINKS))
    loading: list[str] = LOADING(root)  # type: ignore[assignment]
    loaded = {clean_url(address, base) for address in loading[:MAX_LINKS]}
    own = _counted_parts(url)
    stem = unquote(own[0].partition("/")[2])
    after: dict[str, int] = {}
    for address in {*linked, *loaded}:
        if address and _MAY_COUNT.search(address) and stem in unquote(address) and dates_in(url) == dates_in(address):
            step = _step_between(own, _counted_parts(address), any_name=address in loaded)
            if step > 0 and judge(address).points < ARTICLE_POINTS:
                after[address] = step
    return min(sorted(after), key=after.__getitem__) if after else None


def _step_between(own: tuple[str, set[str]], other: tuple[str, set[str]], *, any_name: bool) -> int:
    """How far one page is behind another, by the one parameter that differs and counts; 0 where none does."""
    (own_path, own_pairs), (path, pairs) = own, other
    added, left = pairs - own_pairs, own_pairs - pairs
    if path != own_path or len(added) != 1 or len(left) > 1:
        return 0
    name, _, value = added.pop().partition("=")
    own_name, _, own_value = (left.pop() if left else f"{name}=0").partition("=")
    counts = any_name or _COUNTS.fullmatch(unquote(name).removesuffix("]").rpartition("[")[2])
    if not counts or name != own_name or not (value.isdecimal() and own_value.isdecimal()):
        return 0
    return int(value[:_MOST_DIGITS]) - int(own_value[:_MOST_DIGITS])


_MAY_COUNT = re.compile(r"[0-9]/?$|=[0-9]{1,9}&")


def _counted_parts(url: str) -> tuple[str, set[str]]:
    """The path and the parameters of an address; what counts at the end of the path (`/page/2`, `/page-2`) is a parameter, too."""
    path, _, query = link_key(url).partition("?")
    pairs = {pair for pair in query.split("&") if pair}
    folders, _, number = path.rpartition("/")
    folders, _, name = folders.rpartition("/")
    if number.isdecimal() and folders and _COUNTS.fullmatch(name):
        return folders, {f"{name}={number}", *pairs}
    if (last := _NAMED.fullmatch(number)) and _COUNTS.fullmatch(last[1]):
        return path.rpartition("/")[0], {f"{last[1]}={last[2]}", *pairs}
    return path, pairs


_NAMED = re.compile(r"([a-z]{2,10})[-_]?([0-9]{1,4})", re.IGNORECASE)
"""`/news/page-2/`"""


def _step_of(addresses: Mapping[int, str], url: str) -> int:
    """How many articles a page has, where the labels say how many come before each, as their addresses do (0 | 5 | 10); else 0."""
    keys = {label: link_key(address) for label, address in addresses.items()}
    rows = {label: [int(number) for number in _NUMBER.findall(key)] for label, key in keys.items()}
    labels = sorted(rows)
    column = next((at for at, *values in zip(count(), *rows.values(), strict=False) if values == [*rows]), None)
    if column is None or len(labels) < 2:
        return 0
    own, form = link_key(url), _NUMBER.sub("#", keys[labels[0]])
    if _NUMBER.sub("#", own) == form:
        labels = sorted({*labels, int(_NUMBER.findall(own)[column])})
    step = labels[1] - labels[0]
    is_even = step > 1 and labels[0] % step == 0 and labels == list(range(labels[0], labels[-1] + 1, step))
    return step if is_even else 0


_MOST_DIGITS = 9


def _written(script: str, base: str) -> str | None:
    call = _SCRIPT.search(script[:_MOST_SCRIPT])
    if call is None:
        return None
    box, count, current, name, ending = call.groups()
    last = int(count) if box else int(count) - 1
    return clean_url(f"{name}_{int(current) + 1}.{ending}", base) if int(current) < last else None


def _words(element: etree._Element) -> str:
    words = "".join(map(str, islice(element.itertext(), MAX_LINK_PARTS))).strip()
    return words if len(words) <= _LONGEST_LABEL else ""


def _is_page_of(url: str, address: str) -> bool:
    """Whether an address is that of the page with another number, or with numbers added. Another date is another day."""
    own, other = link_key(url), link_key(address)
    if own == other or _host(own) != _host(other) or dates_in(url) != dates_in(address):
        return False
    own_numbers: list[str] = _NUMBER.findall(own)
    numbers: list[str] = _NUMBER.findall(other)
    if _NUMBER.sub("#", own) == _NUMBER.sub("#", other):
        return sum(one != two for one, two in zip(own_numbers, numbers, strict=True)) == 1
    own_path, _, own_query = own.partition("?")
    path, _, query = other.partition("?")
    stem = _ENDING.sub(r"\1", own_path)
    added = path.removeprefix(stem)
    return (
        path.startswith(stem)
        and not added[:1].isalpha()
        and len(_WORD.findall(_ENDING.sub(r"\1", added))) <= 1
        and {pair for pair in own_query.split("&") if pair}.issubset(query.split("&"))
        and 1 <= len(numbers) - len(own_numbers) <= _MOST_ADDED
        and (not added.startswith("/") or judge(address).points < ARTICLE_POINTS)
    )


def _adds_to_query(url: str, address: str) -> bool:
    """Whether an address is that of the page with parameters added, however many: portals add the state of what pages
    (`?p_id=News_12&delta=20&_News_12_cur=2`).
    """
    (own_path, _, own_query), (path, _, query) = link_key(url).partition("?"), link_key(address).partition("?")
    return path == own_path and {pair for pair in own_query.split("&") if pair} < {*query.split("&")}


def _are_labelled(addresses: Mapping[int, str]) -> bool:
    """Whether several addresses differ in one parameter alone, which counts pages by its name, and has their labels for values."""
    queries = [{*link_key(address).partition("?")[2].split("&")} for address in addresses.values()]
    shared = set[str].intersection(*queries)
    own = [[pair.partition("=") for pair in query - shared] for query in queries]
    names = {name for pairs in own for name, _, _ in pairs}
    return (
        len(names) == 1
        and _COUNTS.fullmatch(_NAME_PARTS.split(unquote(names.pop()).removesuffix("]"))[-1]) is not None
        and [value for pairs in own for _, _, value in pairs] == [str(label) for label in addresses]
    )


_NAME_PARTS = re.compile(r"[\W_]")


def _host(key: str) -> str:
    return key.partition("?")[0].partition("/")[0]


def _is_counted(addresses: Mapping[int, str], page: int) -> bool:
    """Whether the addresses of one form count up or down with their labels. One alone must have its label's number."""
    rows = [[int(number) for number in _NUMBER.findall(link_key(addresses[label]))] for label in sorted(addresses)]
    if len(rows) == 1:
        return not {page, page + 1}.isdisjoint(rows[0])
    counts = [column for column in zip(*rows, strict=True) if len({*column}) > 1]
    return len(counts) == 1 and list(counts[0]) in (sorted({*counts[0]}), sorted({*counts[0]}, reverse=True))
