"""Which outlet published the article: the name printed near the headline, else the site's own name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice
from operator import itemgetter

from lxml.etree import _Element as Element

from pipelines.extraction.credits.accounts import authors_in_state, near_headline, outlet_name, printed_account
from pipelines.extraction.credits.byline_places import is_named_author, links_to_author
from pipelines.extraction.credits.lines.credits import Credits
from pipelines.extraction.credits.microdata import microdata_names
from pipelines.extraction.credits.names.outlets import OUTLET_END, SIMPLIFIED, clean_outlet_name
from pipelines.extraction.credits.names.persons import is_bare_name, is_handle
from pipelines.extraction.credits.names.surnames import is_person
from pipelines.extraction.credits.site_names import (
    named_behind_headline,
    named_in_logo,
    named_in_title,
    without_slogan,
)
from pipelines.extraction.languages.loader import any_of, phrases_of, words_of
from pipelines.extraction.page.document import Document, Line, Zone, is_in_zone, text_of
from pipelines.extraction.page.headings import HEADINGS
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called, target_of
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.structured_data.meta_names import METAS
from pipelines.extraction.text.date_parser import ParsedDate, find_stamps
from pipelines.extraction.text.titles import pieces_behind, title_pieces
from pipelines.extraction.text.writing import HAN

_MOST_LINKS = 200
"""Links asked for the account: its own stand at the top of the page."""
_DAY_ALONE = re.compile(
    r"(?:发布|发表|更新|發布|發表)?(?:时间|時間|于|於)?[:：]?\s{0,3}(?:(?:\d\d-)?\d{1,2}-\d{1,2}(?:\s|\d\d:|$)|\d{1,2}月\d{1,2}日|\d{1,3}\s?(?:分钟|小时|天|分鐘|小時)前|昨天|刚刚)"
)
"""A day without its year, as platforms show it: 发布时间：03-04, 3小时前."""
_LABEL = re.compile(r"^(?:文章|稿件|信息|内容)?(?:来源|來源|稿源)\s?[:：]\s?")
_ACCOUNT_PAGE = re.compile(
    r"/(?:profile|user|media|account|author|home|space|people|u)"
    r"(?:/[\w-]{0,40}\d[\w-]{0,40}/?(?:[?#]|$)|(?:/[\w-]{1,30})?/?\?(?:\w{0,12}id=\w{0,40}\d|\w{1,20}=\w{0,40}\d{3}))"
    r"|/(?:people|members?|users?|u)/(?!log|sign|reg|join|cent|home|index|pass)[\w-]{2,40}/?$|//(?:space|author|user|home)\.[\w.-]{3,40}/\w",
    re.I,
)
"""An account's page on a platform: as a rule it has the account's number, else ends in its name."""
_OWN_PAGE = re.compile(rf"(?P<who>.{{2,16}}?)(?P<own>{any_of(words_of('own_page', 'zh'), spaces=False)})?")
_NO_ACCOUNT = re.compile(phrases_of("no_account", "zh"))
_ELSEWHERE = Zone.NAV | Zone.FOOTER | Zone.RELATED | Zone.COMMENTS
_ACCOUNT_CLASS, _NO_ACCOUNT_CLASS = class_pattern("account"), class_pattern("no_account")
_SECTION_CLASS, _POSTER = class_pattern("section"), class_pattern("poster")


def possible_outlets(
    document: Document,
    layout: Layout,
    structured: StructuredData,
    credits: Credits,
    site_names: tuple[str, ...],
    labels: tuple[str, ...],
    language: str | None,
) -> Iterator[tuple[str | None, str]]:
    """Who may have published the article, best first, and how that was found; None where a place that may say so does not.

    `labels` are the parts of the host's name that may be its own.
    """
    if language in ("zh", None):
        yield credits.source, "credit line"
    if language == "zh" and (account := printed_account(layout)):
        yield account[0], "account"
    if language in ("zh", None):
        yield _beside_time(document, layout, structured, credits.authors, labels), "header"
    if language == "zh":
        name, by = _account(document, layout, structured, is_anonymous=not credits.authors)
        yield name if name not in credits.authors else None, by
        yield clean_outlet_name(_LABEL.sub("", document.head.meta(*METAS.source) or "")), "meta"
        yield _titled(document.head.title or "", layout), "title"
    else:
        if site_names:
            yield without_slogan(site_names[0], layout, labels), "site name"
        if structured.site_name and 2 <= len(structured.site_name) <= 60:
            yield structured.site_name, "json-ld"
        yield named_in_title(document, labels), "title"
        yield named_in_logo(document, labels), "logo"
        yield named_behind_headline(document, layout, structured), "title"
        yield credits.source if not site_names else None, "credit line"
    article = structured.script_article
    yield clean_outlet_name(article.source or ""), article.found_by("source")
    if language == "zh" and not credits.authors:
        yield from ((outlet_name(name), article.found_by("authors")) for name in article.authors)


def _account(
    document: Document, layout: Layout, structured: StructuredData, *, is_anonymous: bool
) -> tuple[str | None, str]:
    """The account that published on a platform (搜狐号, 头条号, …): from its meta, else from the link to its page, else what is
    stated as the author, or where nobody signs stands in an author's element, is no person's name, and stands by itself near the
    headline; what is stated as the author may also stand below or beside the text."""
    named = outlet_name(document.head.meta(*METAS.account) or "")
    if named and HAN.search(named):
        return named, "meta"
    for link in islice(document.tree.iter("a"), _MOST_LINKS):
        href = (link.get("href") or "")[:200]
        if not _ACCOUNT_PAGE.search(href):
            continue
        name = outlet_name(text_of(link, 80))
        if name and HAN.search(name) and not _NO_ACCOUNT.search(name) and not is_in_zone(link, _ELSEWHERE):
            return name, "account"
    others = (name for name in microdata_names(document) if not is_handle(name))
    stated = {*_stated_authors(document), *others, *authors_in_state(structured)}
    for line, text, el in ((near, *part) for near in near_headline(layout) for part in near.parts):
        name = text.strip()
        is_named = is_anonymous and outlet_name(name) == name and HAN.search(name) and not _NO_ACCOUNT.search(name)
        is_below = line.row > layout.headline_row and not line.zone & Zone.NAV
        is_linked = is_below and links_to_author(el, _ACCOUNT_PAGE)
        is_marked = is_named and (is_linked or is_named_author(el) or (is_below and is_called(el, _POSTER)))
        if (name in stated or is_marked) and not _is_author(name, el):
            return name, "account"
    below = (text.strip() for line in layout.tail if not line.zone & _ELSEWHERE for text, _ in line.parts)
    beside_text = next((name for name in below if name in stated and not is_person(name)), None)
    return beside_text or _owner_of_blog(document, layout), "account"


def _owner_of_blog(document: Document, layout: Layout) -> str | None:
    """Whose blog it is, where the page says so above the headline, 老羊的博客, or below the text, in an account's element or beside
    the time, and its title has the name as well."""
    pieces = pieces_behind(document.head.title)
    owners = {match["who"] for piece in pieces if (match := _OWN_PAGE.fullmatch(piece)) and match["own"]}
    for line in layout.header:
        match = _OWN_PAGE.fullmatch(line.parts[0][0].strip()) if line.row < layout.headline_row else None
        if match and match["who"] in owners.union(pieces) and (match["own"] or line.block.tag in HEADINGS):
            return outlet_name(match["who"])
    below = (line for line in layout.tail if not line.zone & _ELSEWHERE)
    named = ((text.strip(), el, line) for line in below for text, el in line.parts if text.strip() in pieces[:-1])
    return next((outlet_name(name) for name, el, line in named if _is_signed(el) or _is_dated(line)), None)


def _beside_time(
    document: Document, layout: Layout, structured: StructuredData, authors: Sequence[str], labels: tuple[str, ...]
) -> str | None:
    """An unlabelled name beside the time: 新京报 2023-04-15 15:32.

    An outlet's name counts, or one that is called a source or an account, or leads to another site; an author's does not.
    """
    pieces = pieces_behind(document.head.title)
    known, stated = set(pieces), _stated_authors(document)
    # Words that are no name elsewhere may be the site's: 清溪时间.
    whole = stated | {piece for piece in pieces[-1:] if len(piece) >= _SHORTEST_BEGINNING}
    publishers = known | authors_in_state(structured)
    header = [line for line in layout.below_headline if not layout.zones_of(line) & Zone.RELATED]
    for at, line in enumerate(header):
        if not _is_dated(line):
            continue
        signed: list[tuple[bool, str]] = []
        for text, el in line.parts:
            stamps = find_stamps(text)
            name = text.strip() if text.strip() in whole else _name_in(text)
            if name and not stamps and name not in authors and not _names_other(name, el):
                if name in stated or _is_outlet(name, known, layout, text):
                    return name
                if _is_signed(el) or _leads_elsewhere(el, labels):
                    signed.append((_is_signed(el, 1), name))
            if stamps and (quoted := _QUOTED.search(text[: stamps[0].start])):
                return quoted["name"]
            on_to_time = (
                one for one in _set_on_to_time(text, stamps, whole) if _is_outlet(one, publishers, layout, one)
            )
            if beside := next(on_to_time, None):
                return beside
        for name, text, el in _around(header, at, authors):
            if _is_outlet(name, known, layout, text) or (
                _is_signed(el) and not any(by_itself for by_itself, _ in signed)
            ):
                return name
        if signed:
            return max(signed, key=itemgetter(0))[1]
    return _account_above(layout, authors)


def _titled(title: str, layout: Layout) -> str | None:
    """The site's name in the page's title whose reporters the page names, or the paper's that stands alone by the headline."""
    signed = (piece for piece in title_pieces(title) if _has_reporters(piece, layout, piece))
    alone = (line.text for line in layout.below_headline if title.startswith(line.text) and _ends_as_outlet(line.text))
    return next(filter(None, map(outlet_name, (*signed, *alone))), None)


def _ends_as_outlet(name: str) -> bool:
    return OUTLET_END.search(name.translate(SIMPLIFIED)) is not None


def _is_outlet(name: str, known: Set[str], layout: Layout, text: str) -> bool:
    """Whether a name ends as an outlet's, is the site's own (`known`) or the beginning of it, or has reporters elsewhere than in
    the `text` that it was found in."""
    begins = len(name) >= _SHORTEST_BEGINNING and any(site.startswith(name) for site in known)
    return name in known or begins or _ends_as_outlet(name) or _has_reporters(name, layout, text.strip())


_SHORTEST_BEGINNING = 4
"""Characters of a site's name without its end: fewer may be its town's."""


def _has_reporters(name: str, layout: Layout, text: str) -> bool:
    """Whether the page names reporters or a dispatch of an outlet: 清溪观察记者, 清溪观察3月4日讯."""
    around = (line.text for line in (*layout.header, *layout.inside, *layout.tail) if name in line.text)
    said = (line.replace(text, "") if text != name else line for line in around)
    return any(_OF_OUTLET.match(rest.translate(SIMPLIFIED)) for line in said for rest in line.split(name)[1:])


_REPORTERS = re.compile("(?:首席|见习|实习|特约|特派|全媒体|融媒体)?记者")
_OF_OUTLET = re.compile(rf"[》”]?(?:{_REPORTERS.pattern}|(?:\d{{1,2}}月\d{{1,2}}日)?(?:讯|消息|电[（(]))")
"""What follows the name of an outlet where the text says that it is one."""


def _name_in(text: str) -> str | None:
    """The outlet in a text, without the people that it names behind it: 清溪观察 张伟, 清溪观察记者 张伟."""
    duty = _REPORTERS.search(text.translate(SIMPLIFIED))
    words = text[: duty.start()].split() if duty else text.split()
    while len(words) > 1 and is_person(words[-1]):
        words.pop()
    return outlet_name(" ".join(words))


def _around(header: Sequence[Line], at: int, authors: Sequence[str]) -> Iterator[tuple[str, str, Element]]:
    """The names that the lines before and behind one may credit, with their texts and elements; in a heading, links to an account
    alone."""
    for line in (*header[max(0, at - 3) : at], *header[at + 1 : at + 2]):
        is_heading = line.block.tag in HEADINGS
        yield from _creditable(
            ((text, el) for text, el in line.parts if not is_heading or links_to_author(el, _ACCOUNT_PAGE)), authors
        )


def _creditable(parts: Iterable[tuple[str, Element]], authors: Sequence[str]) -> Iterator[tuple[str, str, Element]]:
    for text, el in parts:
        name = _name_in(text) if text.strip()[-1:] not in (":", "：") else None
        if name and name not in authors and not _names_other(name, el):
            yield name, text, el


def _is_dated(line: Line) -> bool:
    """Whether a short line has a time, or a day without its year."""
    if len(line.text) > 80:
        return False
    return bool(find_stamps(line.spaced)) or any(_DAY_ALONE.match(text.strip()) for text, _ in line.parts)


def _account_above(layout: Layout, authors: Sequence[str]) -> str | None:
    """The account that stands with the time right above the headline."""
    above = [line for line in layout.byline_lines if 0 < layout.headline_row - line.row <= _ABOVE]
    parts = (part for line in above for part in line.parts) if any(map(_is_dated, above)) else ()
    return next((name for name, _, el in _creditable(parts, authors) if _is_signed(el)), None)


_ABOVE = 3


def _set_on_to_time(text: str, stamps: Sequence[ParsedDate], whole: Set[str]) -> Iterator[str]:
    """The names before and behind the times of a text, without the people among them: 张伟明 清溪日报 2024-03-05. Those that
    are stated as a `whole` may be words elsewhere."""
    for rest in (text[: stamps[0].start], text[stamps[-1].end :]) if stamps else ():
        words = " ".join(word for word in rest.split() if not is_person(word))
        if name := words if words in whole else outlet_name(words):
            yield name


_QUOTED = re.compile(r"《\s?(?P<name>[^《》]{2,16}?)\s?》\s?[（(]\s?$")
"""《清溪水利》（2024年03月05日 第09版）: the issue that an article was printed in."""


def _stated_authors(document: Document) -> set[str]:
    """Whom metas call the author, but for accounts of the system's users."""
    names = (name for key in ("author", "article:author") for name in document.head.metas.get(key, ()))
    return {name for name in names if not is_handle(name)}


def _is_signed(el: Element, levels: int = 2) -> bool:
    """Whether an element, or the one around it, says that it holds who published: an account, a source; or links to an account."""
    return is_called(el, _ACCOUNT_CLASS, levels) or links_to_author(el, _ACCOUNT_PAGE)


def _leads_elsewhere(el: Element, labels: tuple[str, ...]) -> bool:
    """Whether an element is in a link to the front page of a site whose name has none of the `labels` of the page's host."""
    site = _FRONT_OF_SITE.match(target_of(el, 2))
    return site is not None and bool(labels) and not any(label in site["host"].lower() for label in labels)


_FRONT_OF_SITE = re.compile(r"(?:https?:)?//(?P<host>[\w.-]{4,60})/?(?:index\.\w{3,5})?$", re.I)


def _names_other(name: str, el: Element) -> bool:
    """Whether a name is a person's, or people's, or its element says that it is a section's."""
    return _is_author(name, el) or is_called(el, _SECTION_CLASS) or is_called(el, _NO_ACCOUNT_CLASS)


def _is_author(name: str, el: Element) -> bool:
    """Whether a name is a person's or people's; one in Latin letters where its element says that it is the author's."""
    is_foreign = HAN.search(name) is None and is_named_author(el) and is_bare_name(name)
    return is_foreign or any(map(is_person, name.split()))
