"""The authors of a Chinese page: whom its credit lines name, else whom the header, statements and the page's state do.

On the mainland the `author` meta is mostly whoever entered the page, often the editor: it counts only where the name is also
printed. Elsewhere, and in JSON-LD, it is the author. Accounts and desks are outlets, not authors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from pipelines.extraction.credits.accounts import outlet_name, printed_account
from pipelines.extraction.credits.byline_places import is_named_author, links_to_author
from pipelines.extraction.credits.lines.credits import Credits
from pipelines.extraction.credits.names.outlets import OUTLET_END, SIMPLIFIED
from pipelines.extraction.credits.names.surnames import DOTTED, NO_PERSON, is_person, people_in
from pipelines.extraction.credits.script_authors import read_script_authors
from pipelines.extraction.dates.time_zones import Locale
from pipelines.extraction.page.document import Document, Line, normalize_space
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.structured_data.meta_names import METAS
from pipelines.extraction.text.date_parser import ParsedDate, find_stamps, without_stamps
from pipelines.extraction.text.titles import pieces_behind

_PEN_NAME = re.compile(r"[\u3400-\u9fff·]{2,8}")
_WRITER = re.compile(r"/(?:author|writer)s?/\w", re.I)
"""The address of a writer's page: those of users and profiles are of accounts, which are outlets."""
_TRADITIONAL_REGIONS = ("tw", "hk", "mo")


def read_chinese_authors(
    document: Document, layout: Layout, structured: StructuredData, locale: Locale, credits: Credits
) -> tuple[list[str], str]:
    """The authors of a Chinese page, and how they were found."""
    if credited := [name for name in credits.authors if name != credits.source]:
        return credited, "credit line"
    others = {*credits.editors, *credits.proofreaders, *pieces_behind(document.head.title)[-1:]}
    for by, values in _name_sources(document, layout, structured, locale):
        names = [name for value in values for name in people_in(value) if by == "byline" or name not in others]
        if names:
            return list(dict.fromkeys(names))[:8], by
    if pen_names := [*_pen_names(layout)] or [*_beside_account(layout)]:
        return list(dict.fromkeys(pen_names))[:3], "byline"
    return read_script_authors(document, structured, "zh")


def _pen_names(layout: Layout) -> Iterator[str]:
    """Pen names, which have no surname: in a link to a writer's page near the headline, or in the author's box below the text."""
    near = [part for line in layout.byline_lines for part in line.parts]
    below = [part for line in layout.tail for part in line.parts if is_named_author(part[1])]
    for text, el in (*near, *below[:1]):
        name = text.strip(" 　|｜·•@")
        if _PEN_NAME.fullmatch(name) and links_to_author(el, _WRITER):
            yield name


def _beside_account(layout: Layout) -> Iterator[str]:
    """The pen name in one line with the account: WeChat prints the author before it."""
    account, line = printed_account(layout) or ("", None)
    for text, _ in line.parts if line else ():
        name = text.strip()
        if name == account:
            return
        if outlet_name(name) and not NO_PERSON.search(name.replace("的", "")):
            yield name


def _name_sources(
    document: Document, layout: Layout, structured: StructuredData, locale: Locale
) -> Iterator[tuple[str, list[str]]]:
    seen = list(_names_by_headline(document, layout))
    # Statements may name whoever entered the article: one of the names must be printed.
    if structured.is_article and (
        not seen or any(n in line.text for n in structured.authors for line in document.lines)
    ):
        yield "json-ld", list(structured.authors)
    yield "byline", seen
    metas = [value for key in METAS.chinese_author for value in document.head.metas.get(key, ())]
    if locale.country in _TRADITIONAL_REGIONS or re.match(r"zh[-_](?:tw|hk|mo|hant)", document.head.lang or "", re.I):
        yield "meta", metas
    shown = "\n".join(line.text for line in (*layout.byline_lines, *layout.inside[-2:], *layout.tail[:6]))
    yield "meta", [value for value in metas if normalize_space(value) in shown]


def _names_by_headline(document: Document, layout: Layout) -> Iterator[str]:
    """People named near the headline: in an element or link of an author, or beside the time."""
    start, headline = layout.headline_row, layout.headline.text if layout.headline else ""
    of_site = set(pieces_behind(document.head.title))
    for line in layout.byline_lines:
        if not start < line.row <= start + _NEAR or len(line.text) > _LONGEST:
            continue
        dated = bool(find_stamps(line.spaced) or _AGO.search(line.spaced))
        alone = line.row <= start + _RIGHT_BELOW and len(line.parts) == 1 and not line.link_chars and len(line.text) > 2
        for text, el in line.parts:
            if stamps := find_stamps(text):
                yield from (
                    name for name in _beside(text, stamps) if name not in of_site and not _is_labelled(line, name)
                )
                continue
            column, divider, name = _BY.sub("", text.strip(f" 　|｜·•{_MARKS}")).rpartition("|")
            is_marked = text.strip()[:1] in _MARKS or (bool(divider) and el.tag in ("strong", "b"))
            name = name.strip() if is_marked else f"{column}{divider}{name}"
            people = re.split(r"[\s、，,]+", name)
            if is_marked or is_named_author(el):  # ■ 物理学院2017级 巫小霜: where from
                people = [*dropwhile(lambda piece: len(piece) > _LONGEST_PERSON and not is_person(piece), people)]
            if (
                people
                and all(map(is_person, people))
                and (
                    ((dated or alone) and not DOTTED.fullmatch(name))
                    or is_marked
                    or headline.startswith((f"{name}：", f"{name}:"))
                    or is_named_author(el)
                    or links_to_author(el)
                )
                and not _is_labelled(line, text)
            ):
                yield from people


def _beside(text: str, stamps: Sequence[ParsedDate]) -> list[str]:
    """The people named in one text with its time: 张伟明 2024-03-05, 清溪日报 | 张伟明 | 2024-03-05.

    Names of two characters are left out, since so many words of two begin with a surname.
    """
    names = [piece for piece in _DIVIDERS.split(without_stamps(text, stamps)) if len(piece) > 2 and is_person(piece)]
    return names if len(names) <= _MOST_BESIDE else []


_BY = re.compile(r"^by\s{1,3}", re.I)
_DIVIDERS = re.compile(r"[\s|｜·•,，、/／–—-]+")
_MOST_BESIDE = 3


def _is_labelled(line: Line, text: str) -> bool:
    """Whether the label of another credit precedes a name: 编辑：张伟, 摄影 张伟."""
    before = line.spaced[: max(line.spaced.find(text.strip()), 0)].translate(SIMPLIFIED)
    if OUTLET_END.search(before.rstrip(" |｜/／·•")):
        return False
    return _LABEL_BEFORE.search(before) is not None


_LABEL_BEFORE = re.compile(r"[\u3400-\u9fff]{2}\s?(?:[:：/｜|]\s?)?(?<!\s)$|[\u3400-\u9fff]{2}\s?[:：/｜|]\s$")
_LONGEST_PERSON = 4
_MARKS = "□■◎○●◆▲"
"""What papers set before a byline: ◎张伟."""
_AGO = re.compile(r"\d\s?(?:分钟|分鐘|小时|小時|天|周|个月|個月|年)前")
_NEAR = 8
"""Lines below the headline in which an author may be named."""
_RIGHT_BELOW = 2
"""... in which a name of three characters that stands alone needs no other mark."""
_LONGEST = 80
