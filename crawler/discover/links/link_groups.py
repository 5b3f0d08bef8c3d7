"""Links that only the others on the page show to be articles, or none: rows of a list, views of an article, lists of names.

    row       /khabar/12, /khabar/13, … or /khabar?c=4F2A1, /khabar?c=9B0C7, …, each with a headline of its own

    view      /news/12?print=Y beside /news/12; /print/12, labelled "Print" as others are, beside a title that leads to /news/12
    box       /news/12?src=box1, /news/12?src=box2, …, with one headline
    name      /dictionary/100123 labelled "ferry", among many whose labels are as short
    offer     /events/881/open-day among /news/48210/… : below a service, and its address is formed like no article's

Form and place judge each link alone (`article_urls`, `front_pages`). Here they are compared, so no word of any language is needed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from crawler.discover.addresses.article_urls import (
    ARTICLE_POINTS,
    BELOW_A_SERVICE,
    INCLUDED_POINTS,
    LEADS,
    NEVER_POINTS,
    Judgement,
)
from crawler.discover.addresses.url_words import CATEGORIES, LEADS_TO_LISTS
from crawler.discover.links.candidates import HEADLINE_WORDS, LinkCandidate, headline_length
from crawler.discover.links.link_places import LinkPlace

VIEW = Judgement(points=NEVER_POINTS, reasons=("another view of an article",))
NAME = Judgement(points=NEVER_POINTS, reasons=("one of a list of names",))
OFFER = Judgement(points=NEVER_POINTS, reasons=("below a service, and unlike the page's articles",))

_ADDED = 2
"""Parameters that a view adds at most: `?tmpl=component&print=1`."""
_MOST_PARAMETERS = 8
_CONTROLS = 3
"""Links with one label and different addresses from which it is no headline: "Print" below each of three articles."""
_LONGEST_LABEL = 4
_COPIES = 3
"""Addresses with one path and one headline from which the query tells no articles apart. Two may be a weekly column's."""
_MOST_VIEWS = 6
"""Views of one article. A number that more have is no article's (`/web/20110106023242/…`)."""
_SHORT_WORDS, _SHORT_CHARS = 2, 24
"""A name. Scripts without spaces between words have one "word" in a headline, of 30 characters and more."""
_ARTICLES = 3
"""Articles of a page from which their form says something of others."""
_ROWS = 5
"""Numbered addresses of one form, each with a headline, from which they are the articles of a page that has no others."""
_NAMES = 10
_NAMES_SHARE = 0.9
"""Links below one folder from which, and the share of short labels from which, they are a list of names."""
_SIBLINGS_SHARE = 0.6
"""Share of the links of one form that are articles, from which the others are, too."""
_NUMBER = re.compile(r"\d{4,20}")
_NAME_CHARS = 12
"""Length of the last part of a path from which no two articles of a page share it by chance."""
_SIGNS = re.compile(r"[\W\d_]+")


def refuse_groups(articles: Iterable[LinkCandidate]) -> None:
    """Refuse the views and names among a page's links to articles. What the site's rules include stays."""
    judged = [one for one in articles if one.points < INCLUDED_POINTS]
    for group, judgement in (
        (_extensions, VIEW),
        (_repeated, VIEW),
        (_controls, VIEW),
        (_names, NAME),
        (_offers, OFFER),
    ):
        for one in list(group(judged)):
            one.refuse(judgement)
        judged = [one for one in judged if one.judgement is not judgement]


def accept_rows(candidates: Iterable[LinkCandidate]) -> None:
    """Accept the rows of a list: numbered addresses of one form that each have a title of their own, most of them a headline.

    For a page without articles of a known form: beside such, rows are what a page also offers.
    """
    rows: dict[str, list[LinkCandidate]] = defaultdict(list)
    for one in candidates:
        is_named = any(map(str.isalpha, one.title or ""))  # arrows and numbers lead to other pages of the list
        if is_named and "0" in (form := _ZEROS.sub("0", _form(_CODE_VALUE.sub("=0", one.key)))):
            rows[form].append(one)
    for row in rows.values():
        listed = [one for one in row if _may_be_row(one)]
        titles = {one.title for one in listed}
        headlines = sum(headline_length(title) >= HEADLINE_WORDS for title in titles)
        if (
            len(titles) >= _ROWS
            and len(titles) >= _NAMES_SHARE * len(row)
            and headlines >= _SIBLINGS_SHARE * len(titles)
        ):
            for one in listed:
                one.points = max(one.points, ARTICLE_POINTS)


def accept_siblings(candidates: Iterable[LinkCandidate]) -> None:
    """Accept what stands among articles under an address of their form and has a title of its own, if a short one.

    Most of those with such an address are articles by form, place and words; the form has a number.
    """
    forms: dict[str, list[LinkCandidate]] = defaultdict(list)
    for one in candidates:
        if one.place >= LinkPlace.PLAIN and "0" in (form := _ZEROS.sub("0", _form(one.key))):
            forms[form].append(one)
    for alike in forms.values():
        articles = [one for one in alike if one.points >= ARTICLE_POINTS]
        if len(articles) < _ARTICLES or len(articles) < _SIBLINGS_SHARE * len(alike):
            continue
        titles = Counter(one.title for one in alike)
        for one in alike:
            if _may_be_listed(one) and titles[one.title] == 1 and headline_length(one.title) > _SHORT_WORDS:
                one.points = max(one.points, ARTICLE_POINTS)


def _may_be_listed(one: LinkCandidate) -> bool:
    return one.form > NEVER_POINTS and not one.judgement.is_final


_ZEROS = re.compile(r"0+")
_CODE_VALUE = re.compile(r"=(?=[A-Za-z-]{0,40}[0-9])(?=[0-9-]{0,40}[A-Za-z])[A-Za-z0-9-]{4,40}(?=&|$)")
"""A code in a query stands for a number: `?c=4F2A1`."""


def _may_be_row(one: LinkCandidate) -> bool:
    return (
        (_may_be_listed(one) or _is_in_category(one))
        and one.place >= LinkPlace.PLAIN
        and headline_length(one.title) > _SHORT_WORDS
        and not _is_below_service(one)
    )


def _is_in_category(one: LinkCandidate) -> bool:
    """Whether only a word for categories speaks against a numbered address: `/category/town/48210`."""
    *folders, name = one.key.lower().split("/")
    return (
        one.judgement.refusal.endswith(LEADS)
        and name.isdecimal()
        and not LEADS_TO_LISTS.intersection(folders) - CATEGORIES
    )


def _is_below_service(one: LinkCandidate) -> bool:
    return any(reason.endswith(BELOW_A_SERVICE) for reason in one.judgement.reasons)


def _extensions(articles: list[LinkCandidate]) -> Iterator[LinkCandidate]:
    """Links whose address is that of another with parameters or one part of a path added.

    An address that several others extend in the same way is no article's, but a script's (`/show?id=5`) or a section's.
    """
    keys = {one.key for one in articles}
    found = [(one, *extended) for one in articles for extended in _extended(one.key, keys)]
    ways = Counter((base, added) for _, base, added in found)
    for one, base, added in found:
        if ways[base, added] == 1:
            yield one


def _repeated(articles: list[LinkCandidate]) -> Iterator[LinkCandidate]:
    """Links with the headline and the path of another: their queries say which box a reader chose them from (`?src=box12`)."""
    first: dict[tuple[str, ...], LinkCandidate] = {}
    times = Counter(_entry(one) for one in articles)
    for one in sorted(articles, key=lambda one: "?" in one.key):
        entry = _entry(one)
        if (
            times[entry] >= _COPIES
            and headline_length(one.title) >= HEADLINE_WORDS
            and first.setdefault(entry, one) is not one
        ):
            yield one


def _entry(one: LinkCandidate) -> tuple[str, ...]:
    """Path and headline, and the number in the query, which names the article where the path does not (`/show.php?id=400012`)."""
    path, _, query = one.key.partition("?")
    return path, one.title or "", *_NUMBER.findall(query)[-1:]


def _extended(key: str, keys: set[str]) -> Iterator[tuple[str, str]]:
    """The key among `keys` that this one extends, and how."""
    path, _, query = key.partition("?")
    pairs = query.split("&") if query else []
    if not pairs:
        base, _, _ = path.rpartition("/")
        if base in keys:
            yield base, "/"
        return
    for kept in range(len(pairs) - 1, max(-1, len(pairs) - 1 - _ADDED), -1) if len(pairs) <= _MOST_PARAMETERS else ():
        for left in combinations(pairs, kept):
            base = f"{path}?{'&'.join(left)}" if left else path
            if base in keys:
                yield base, "&".join(pair.partition("=")[0] for pair in pairs if pair not in left)
                return


def _controls(articles: list[LinkCandidate]) -> Iterator[LinkCandidate]:
    """Links with a label that stands for several, where a longer one of its own leads to the article of the same number."""
    labels = {one.key: _SIGNS.sub(" ", one.title).strip().lower() for one in articles if one.title}
    times = Counter(labels.values())
    repeated = [
        one
        for one in articles
        if one.key in labels and times[labels[one.key]] >= _CONTROLS and headline_length(one.title) <= _LONGEST_LABEL
    ]
    if not repeated:
        return
    shared = Counter(_identity(one.key) for one in articles)
    own: dict[str | None, int] = {}
    for one in articles:
        identity = _identity(one.key)
        if shared[identity] <= _MOST_VIEWS and times[label := labels.get(one.key, "")] < _CONTROLS:
            own[identity] = max(own.get(identity, 0), len(label))
    for one in repeated:
        if (identity := _identity(one.key)) and own.get(identity, 0) > len(labels[one.key]):
            yield one


def _identity(key: str) -> str | None:
    """What two views of an article share: its number, else the last part of its path."""
    if numbers := _NUMBER.findall(key):
        return str(numbers[-1])
    last = _VIEW_MARK.split(key.rpartition("/")[2], maxsplit=1)[0]
    return last if len(last) >= _NAME_CHARS else None


_VIEW_MARK = re.compile(r"[~;!,@]|\.\w{2,5}$")
"""What stands between an article's name and that of its view (`bridge-100~print.html`), and an ending."""


def _names(articles: list[LinkCandidate]) -> Iterator[LinkCandidate]:
    """Links below a folder whose labels are nearly all short, and differ."""
    if len(articles) < _NAMES:
        return
    folders: dict[str, list[LinkCandidate]] = defaultdict(list)
    for one in articles:
        path, _, query = one.key.partition("?")
        folders[re.sub(r"=[^&]*", "", query) + path if query else path.rpartition("/")[0]].append(one)
    for group in folders.values():
        if len(group) >= _NAMES:
            labels = {one.title for one in group if one.title and _is_short(one.title)}
            if len(labels) >= _NAMES_SHARE * len(group):
                yield from group


def _offers(articles: list[LinkCandidate]) -> Iterator[LinkCandidate]:
    """Links below a service with addresses of another form than all other articles' have.

    Events, jobs, products and notices are kept by a system of their own. A newsroom's articles about weather or careers have
    addresses like its others.
    """
    below = [one for one in articles if _is_below_service(one)]
    if not below or len(articles) - len(below) < _ARTICLES:
        return
    services = {one.key for one in below}
    forms = {_form(one.key) for one in articles if one.key not in services}
    for one in below:
        if _form(one.key) not in forms:
            yield one


def _form(key: str) -> str:
    """A key with its words and numbers masked: the numbers by their length, for systems count on their own."""
    path, _, query = key.partition("?")
    folders, _, name = path.partition("/")[2].rpartition("/")
    parts = ["w" if folder and not folder.isdecimal() else folder for folder in folders.split("/")]
    masked = "/".join(part for at, part in enumerate(parts) if part != "w" or parts[at - 1 : at] != ["w"])
    pairs = re.sub(r"=[^&]*[^\d&][^&]*", "=w", query)
    return re.sub(r"\d", "0", f"{masked}/{_SLUG.sub('w', name)}?{pairs}")


_SLUG = re.compile(r"[^\W\d]+(?:[\W_]*[^\W\d]+)*(?=\W|_|\d|$)")


def _is_short(title: str) -> bool:
    return len(title) <= _SHORT_CHARS and headline_length(title) <= _SHORT_WORDS
