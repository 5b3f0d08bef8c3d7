"""Which words are the headline: what a reader sees above the text, checked against what the page states for machines.

Candidates are the titles stated and the visible `h1` lines. A `<title>` carries names of site and section behind dashes and bars,
so its parts are candidates too. A stated title that the page prints as a line is the headline; a heading wins over other lines.
Where the page prints none of them, the heading nearest to them wins, and last the title without its tail. A kicker printed above
or in the heading ("Nairobi von unten" below "Kenia") belongs to the headline if all statements join the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipelines.extraction.fields.kicker import is_named, is_printed_above, read_kicker
from pipelines.extraction.fields.stated_titles import (
    SAME_STORY,
    SHORTEST,
    StatedTitles,
    better_wording,
    other_wording,
    read_stated_titles,
)
from pipelines.extraction.fields.undeclared_headline import undeclared_headline
from pipelines.extraction.page.document import BOILERPLATE, UNREAD, Document, Line, Zone, normalize_space, text_length
from pipelines.extraction.page.headings import HEADINGS, heading_level
from pipelines.extraction.page.tree import class_pattern, is_called, target_of, with_ancestors
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.titles import cut_site, overlap, parts_of, plain, without_tail

_HOME = re.compile(r"(?:(?:https?:)?//[^/?#]{1,200})?/?(?:[a-z]{2}(?:[-_][a-z]{2})?/)?(?:index\.\w{2,5})?")
_LONGEST = 300
_TEXT_BETWEEN = 600
"""Characters in long lines between an h1 and a lower line from which the lower one cannot be the headline."""
_TEXT_ABOVE = 2000
"""Characters in long lines above an h1 from which it opens something that follows the article."""


class Headline(NamedTuple):
    """The headline, how it was found, the line that prints it, if one does, the kicker above it, and its other wording."""

    text: str
    found_by: str
    line: Line | None
    kicker: str | None = None
    alternative: str | None = None


def read_headline(document: Document, stated: StructuredData, site_names: tuple[str, ...]) -> Headline | None:
    """The headline of a page, or None where it has none at all."""
    headings = _headings(document)
    site_names = tuple(dict.fromkeys((*site_names, *_home_names(document, headings))))
    titles = read_stated_titles(document, stated, site_names)
    own = {plain(name) for name in site_names} | {""}
    tops = [line for line in headings if plain(line.text) not in own and not _leads_home(line)]
    found = _find(document, titles, tops, own)
    if found is None:
        return None
    printed = _of_two_lines(found, document, titles) or _as_printed(found, titles)
    chosen = _below_crumb(printed, document) or printed
    level = heading_level(chosen.line) if chosen.line else None
    if wording := better_wording(chosen.text, level, titles, is_news=stated.is_news):
        chosen = Headline(*wording, chosen.line)
    bare = cut_site(chosen.text, site_names)
    text = bare if len(bare) >= SHORTEST else chosen.text
    text = _parts_apart(text, chosen.line, titles)
    kicker = read_kicker(document, chosen.line, text)
    return chosen._replace(text=text, kicker=kicker, alternative=other_wording(printed.text, text, kicker, titles))


def _of_two_lines(found: Headline, document: Document, titles: StatedTitles) -> Headline | None:
    """A heading broken into lines, as the title that joins them is stated."""
    line = found.line
    if line is None or heading_level(line) != 1:
        return None
    near = document.lines[max(0, line.row - _MOST_BREAKS) : line.row + 1 + _MOST_BREAKS]
    joined = "".join(plain(other.text) for other in near if other.block is line.block)
    if joined == plain(line.text):
        return None
    stated = next((title for title, _ in titles.ranked for title in parts_of(title) if plain(title) == joined), None)
    return found._replace(text=stated) if stated else None


def _parts_apart(text: str, line: Line | None, titles: StatedTitles) -> str:
    """A headline whose pieces a style sets below each other, with the blanks between them that a statement has."""
    if line is None or text != line.text or len(line.parts) == 1 or (apart := normalize_space(line.spaced)) == text:
        return text
    return apart if any(apart == part for title, _ in titles.ranked for part in parts_of(title)) else text


_MOST_BREAKS = 2


def _below_crumb(found: Headline, document: Document) -> Headline | None:
    """The headline that a box below the bread crumb prints, where the crumb is the page's h1 and says it in other words."""
    if found.line is None or not found.line.zone & BOILERPLATE:
        return None
    key = plain(found.text)
    for line in document.lines[found.line.row + 1 : found.line.row + 1 + _BELOW_CRUMB]:
        text, el = line.parts[-1]
        own = plain(text)
        if own not in key and overlap(own, key) > SAME_STORY and is_called(el, _HEADLINE_BOX):
            return Headline(normalize_space(text), "heading", line)
    return None


_BELOW_CRUMB = 3
"""Lines between a bread crumb and the headline below it."""
_HEADLINE_BOX = class_pattern("headline_box")


def _home_names(document: Document, headings: list[Line]) -> Iterator[str]:
    """What the links to the front page say: the site's name, as a rule; a heading anywhere, a line at the top."""
    for line in (*headings, *document.lines[:_TOP]):
        if _SHORTEST_NAME <= len(line.text) < _LONGEST_NAME and line.link_chars and _leads_home(line):
            yield line.text


_SHORTEST_NAME = 4


def _as_printed(found: Headline, titles: StatedTitles) -> Headline:
    """A heading as its reader takes it: without the date, kicker or subtitle set in it.

    One that a stated title repeats as a whole stays whole, but for a kicker that no colon joins to it, or not all of them join; so
    does the part of it that one repeats, behind a mark or before one.
    """
    line = found.line
    if line is None or found.text != line.text or not heading_level(line):
        return found
    parts = _stated_parts(line, titles)
    is_whole = bool(parts)
    is_vouched = all(plain(title).startswith(plain(line.text)) for title in (titles.social, titles.structured))
    text, at = "", 0
    for part, el in parts or line.parts:
        piece = normalize_space(part)
        start = line.text.find(piece, at)
        is_joined = is_vouched and line.text[start + len(piece) :].lstrip().startswith(":")
        is_filed = el is not line.block and is_called(el, _CATEGORY)  # a link to the section, the name of the board
        is_kicker = not text and len(line.parts) > 1 and (is_named(el) or is_filed) and not is_joined
        if not is_kicker and (is_whole or not _is_beside(el)):
            apart = "" if not plain(piece) and piece[0] in ":,;" else line.text[at:start]
            text += apart + piece if text else piece
        at = start + len(piece)
    least = SHORTEST if text.isascii() else _SHORTEST_NAME
    return found._replace(text=text.strip(" :|").lstrip("]】 ")) if len(plain(text)) >= least else found


def _stated_parts(line: Line, titles: StatedTitles) -> list[tuple[str, Element]]:
    """The parts of a heading that a title repeats: all of them, or without "Premium", 原创, an icon set before or behind."""
    size = len(line.parts)
    if plain(line.text) in titles.keys:
        return list(line.parts)
    stated = {plain(piece) for title, _ in titles.ranked for piece in (*parts_of(title), title.partition(": ")[2])}
    spans = ((start, end) for start in range(min(3, size)) for end in range(size, max(start, size - 2), -1))
    for start, end in islice(spans, 1, None):
        key = plain("".join(part for part, _ in line.parts[start:end]))
        if len(key) >= _SHORTEST_NAME and key in stated and len(key) * 2 > len(plain(line.text)):
            return list(line.parts[start:end])
    return []


_CATEGORY = class_pattern("category")
_BELOW = class_pattern("beside_headline")
"""What is set into a heading beside the headline: a date, a subtitle, a counter, a link to edit it."""


def _is_beside(el: Element | None) -> bool:
    """Whether a part of a heading calls itself something else than the headline."""
    for node in with_ancestors(el):
        if node.tag in HEADINGS:
            return False
        if node.tag in ("time", "small") or is_called(node, _BELOW):
            return True
    return False


_TOP = 200
"""Lines from the top among which the site's name is a link to the front page."""
_LONGEST_NAME = 40
"""Letters up to which an h1 that leads to the front page is taken for the site's name."""


def _find(document: Document, titles: StatedTitles, tops: list[Line], own: set[str]) -> Headline | None:
    machine = list(titles.ranked)
    shown = _shown_lines(document, [title for title, _ in machine])
    tops = tops or _misplaced_headings(document, [title for title, _ in machine])
    if kicked := _with_kicker(tops, machine, document):
        return kicked
    seen = _seen_title(machine, shown, own)
    top = _nearest_heading([line for line in tops if not _under_text(line, document)], machine)
    if seen and not _below_the_text(seen, top, tops, document):
        return seen
    if top:
        return top
    if not tops and (within := _within_title(machine, document)):
        return within
    line = undeclared_headline(document, is_heading=not machine) if not tops else None
    if line and not any(_says_as_much(plain(title), plain(line.text)) for title, _ in machine):
        return Headline(line.text, "heading", line)
    for title, found_by in machine:
        return Headline(without_tail(title), found_by, None)
    return None


def _says_as_much(title: str, line: str) -> bool:
    """Whether a title tells what a line does, and is no name that the line begins with."""
    return len(title) * 2 > len(line) and overlap(line, title) > SAME_STORY


def _misplaced_headings(document: Document, titles: list[str]) -> list[Line]:
    """The h1 of a page that has none outside the boxes that call themselves a menu or comments, if its titles repeat it.

    A commentary's box is named like one of comments, and whole pages stand inside boxes named after their menu.
    """
    keys = [plain(title) for title in titles]
    return [
        line
        for line in document.lines
        if line.zone & BOILERPLATE
        and not line.zone & Zone.HIDDEN
        and heading_level(line) == 1
        and len(key := plain(line.text)) >= SHORTEST
        and len(line.text) <= _LONGEST
        and any((key in title or title in key) and len(title) // 2 <= len(key) <= 2 * len(title) for title in keys)
    ]


def _under_text(line: Line, document: Document) -> bool:
    """Whether an article's worth of text stands above a heading: it opens a box that follows."""
    above = (other for other in document.lines[: line.row] if not other.zone & UNREAD and not other.is_link)
    return text_length(other for other in above if len(other.text) > 80) > _TEXT_ABOVE


def _below_the_text(seen: Headline, top: Headline | None, tops: list[Line], document: Document) -> bool:
    """Whether a line that repeats the page's title stands under an h1, and under its text: then the h1 is the headline."""
    line = seen.line
    if line is None or not tops or heading_level(line) == 1:
        return False
    if top and top.line and not heading_level(line):
        # A heading above that shares no words with it is the name of a blog or a forum.
        return line.row < top.line.row or overlap(plain(top.text), plain(line.text)) >= _SHARED
    between = document.lines[tops[0].row + 1 : line.row]
    return text_length(other for other in between if len(other.text) > 80) > _TEXT_BETWEEN


def _shown_lines(document: Document, titles: list[str]) -> dict[str, Line]:
    """Lines that show one of the titles or a part of one, by their plain text; of equal lines the highest heading, then the
    first."""
    shown: dict[str, Line] = {}
    rank: dict[str, int] = {}
    wanted = {plain(part) for title in titles for part in parts_of(title)}
    beginnings = {key[:1] for key in wanted}
    longest = min(_LONGEST, max(map(len, titles), default=0) + 20)
    for line in document.lines:
        if not 4 <= len(line.text) <= longest or line.zone & Zone.HIDDEN:
            continue
        first = line.text[0]
        # Nine lines in ten begin with another letter, which is seen at once.
        if (first.isalnum() and first.lower()[:1] not in beginnings) or (key := plain(line.text)) not in wanted:
            continue
        grade = heading_level(line) or 7
        if line.zone & BOILERPLATE or line.is_link:
            grade += 10
        if grade < rank.get(key, 99):
            shown[key], rank[key] = line, grade
    return shown


def _seen_title(machine: list[tuple[str, str]], shown: dict[str, Line], own: set[str]) -> Headline | None:
    """A machine's title that the page shows. A heading beats a line of running text, an earlier candidate a later one."""
    best: tuple[int, Headline] | None = None
    whole = False
    for title, found_by in machine:
        for part in parts_of(title):
            key = plain(part)
            line = shown.get(key)
            if line is None or key in own or (part != title and (len(key) < 6 or _leads_home(line))):
                continue
            if part != title and whole:
                continue  # the name of a section, where a heading repeats another title as a whole
            if line.zone & BOILERPLATE and not heading_level(line):
                continue  # a part of the title in a menu is the name of the site or of a section
            level = heading_level(line)
            grade = (0 if level == 1 else 1 if level else 2) + (3 if line.zone & BOILERPLATE else 0)
            if best is None or grade < best[0]:
                best = (grade, Headline(line.text, found_by, line))
            whole = whole or (part == title and level > 0)
            break
    return best[1] if best else None


def _within_title(machine: list[tuple[str, str]], document: Document) -> Headline | None:
    """The longest line that one of the titles begins or ends with, where nothing parts it from the names of site and section; else
    the heading that begins or ends with the longest part of one: it names the speaker as well."""
    lines = [line for line in document.lines if not line.zone & UNREAD and not line.is_link]
    found = [
        Headline(line.text, found_by, line)
        for title, found_by in machine
        for line in lines
        if len(line.text) <= len(title) and _is_most_of(plain(line.text), plain(title))
    ]
    if found:
        return max(found, key=lambda headline: len(plain(headline.text)))
    parts = [part for title, _ in machine for part in parts_of(title)]
    headings = [line for line in lines if heading_level(line) and len(line.text) <= _LONGEST]
    around = (line for part in parts for line in headings if _is_most_of(plain(part), plain(line.text)))
    return next((Headline(line.text, "heading", line) for line in around), None)


def _is_most_of(part: str, title: str) -> bool:
    return len(part) >= SHORTEST and len(part) * 2 > len(title) and (title.startswith(part) or title.endswith(part))


def _leads_home(line: Line) -> bool:
    """Whether a line is a link to the front page: the site's name, even where nothing else says so."""
    if line.link_chars < len(line.text):
        return False
    href = target_of(line.parts[0][1], 5) or "#"
    return _HOME.fullmatch(href.strip()[:300]) is not None


def _headings(document: Document) -> list[Line]:
    return [
        line
        for line in document.lines
        if 1 < len(line.text) <= _LONGEST and not line.zone & UNREAD and heading_level(line) == 1
    ]


def _with_kicker(tops: list[Line], machine: list[tuple[str, str]], document: Document) -> Headline | None:
    """The heading with what is above it, where the page prints it there or both main statements join the two; else without."""
    main = {by: plain(title) for title, by in machine if by in ("og:title", "json-ld")}
    for line in tops:
        key = plain(line.text)
        if len(key) <= SHORTEST or key in main.values():
            continue
        for title, found_by in machine:
            match = re.match(r"[^:]{3,60}:\s(?=\S)", title)
            if match and plain(title[match.end() :]) == key:
                is_joined = is_printed_above(match[0], line, document) or list(main.values()) == [plain(title)] * 2
                return Headline(title if is_joined else line.text, found_by, line)
    return None


_TELLING = 7
"""Letters below which a page's only titles ("Home", "首页", "新闻中心") are its section's: they say nothing of its headline."""


_SHARED = 0.25
"""Share of words or letters below which a heading and a title have nothing to do with each other."""


def _nearest_heading(tops: list[Line], machine: list[tuple[str, str]]) -> Headline | None:
    """The h1 that shares most with the machine's titles; a lone h1 needs to share little."""
    if not tops:
        return None
    keys = [plain(title) for title, _ in machine]
    shares = [max((overlap(plain(line.text), key) for key in keys), default=0.5) for line in tops]
    best = max(zip(shares, tops, strict=True), key=itemgetter(0))
    telling = any(len(key) >= _TELLING for key in keys)
    if not telling and best[0] < 0.5:
        return Headline(tops[0].text, "h1", tops[0])
    if best[0] < _SHARED:
        return None
    return Headline(best[1].text, "h1", best[1])
