"""Finds the article on the page: the lines of its text, and the smallest element that holds them.

A *paragraph* is a line with sentences and few links, outside boxes whose names say comments, related or footer. The article's
paragraphs are those below the headline and above the first stop (the editor's line, "Related", comments). An element weighs as
much as the paragraphs in it have characters. The search for the element starts at the root: while one child has nearly all of the
weight, it descends into that child.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from lxml.etree import _Element as Element

from pipelines.extraction.languages.loader import words_of
from pipelines.extraction.page.document import BOILERPLATE, Document, Line, Zone, text_length
from pipelines.extraction.page.text_box import (
    SECTION_LEVELS,
    end_of_text_box,
    find_text_box,
    find_verse,
    is_named_body,
    named_paragraphs,
    sections_like,
    style_of,
    without_captions,
)
from pipelines.extraction.page.threads import end_of_opening_post
from pipelines.extraction.page.tree import is_inside, nearest, with_ancestors
from pipelines.extraction.text.byline_words import byline_words
from pipelines.extraction.text.date_parser import find_stamps, without_stamps
from pipelines.extraction.text.date_sentences import is_date_sentence
from pipelines.extraction.text.end_markers import is_editor_line, is_stop
from pipelines.extraction.text.roles import DEGREE_WORDS, JOINING_WORDS
from pipelines.extraction.text.writing import CJK, SENTENCE_ENDS, SPACELESS_LETTERS, words

_SENTENCE = re.compile(r"[。！？；，.!?…؟।։။](?:(?<=[。！？；，])|[\"'”’»)\]]{0,2}(?:\s|$))")
"""It begins with one set, for then `re` skips quickly to the next sign of it."""
_CLAUSE = re.compile(r"[،,]\s?\S")
_MIN_CLAUSE = 90
"""Characters from which a line with only a comma is running text; shorter ones are dates and lists of names."""
_LONGEST_DATE = 64
_LONGEST_DATES = 160
"""Characters up to which a line that is mostly dates is a line of dates: published and updated, with weekdays and time zones."""
_SPACELESS = re.compile(rf"[{SPACELESS_LETTERS}]{{12}}")
_MIN_SPACELESS = 70
"""Characters from which a line of Thai, Lao, Burmese or Khmer is running text: these are written with neither full stops nor
commas."""
_COPYRIGHT = re.compile(r"\W{0,3}(?:©|\(c\)\s?\d|copyright\b|版权所有|版權所有)", re.I)
_LONGEST_BYLINE = 120
_YEAR = re.compile(r"(?:19|20|25|๒๕)\d\d")
MIN_PARAGRAPH = 40
MIN_CJK_PARAGRAPH = 16
_SHORT_TEXT = 300
"""Characters of running text below which an element whose name says article body is examined as well."""
_MIN_CHILD_SHARE = 0.92
"""Share of the weight that a child must have for the search to descend into it."""
_PARAGRAPH_TAGS = words("p li td h1 h2 h3 h4 blockquote span font")
_MIN_BELOW_HEADLINE = 100
"""Characters of running text below the headline from which text above it does not belong to the article."""
_MIN_BEFORE_NEXT_ARTICLE = 200
"""Characters of running text after which a heading in another `article` is the next article."""
_HEADLINE_TAGS = words("h1 h2 h3")
_MAX_OWN_SHARE = 0.1
"""Share of the text below another story's headline that may stand outside such stories: footnotes, appeals."""
_ROWS_OF_BYLINE = 3
"""Lines below the headline of another story in which its byline or date stands."""
_MAX_TEASER_LEVELS = 3
"""Ancestors up to which the headline and the summary of another story may share a box."""
_MAX_STOPS_EXAMINED = 12
"""Stops that are examined; each costs a walk over the paragraphs."""
_ZONES = (Zone.NAV, Zone.FOOTER, Zone.RELATED, Zone.COMMENTS, Zone.FORM, Zone.SHARE)
_MIN_BEFORE_STOP = 40
"""Characters of running text that must precede a stop."""
_MIN_SHARE_BEFORE_STOP = 0.15
"""Share of the running text that must precede a stop: near the top of a long text it is a heading."""


class MainContent(NamedTuple):
    """Where the article stands on the page, by its own lines and the element that holds them."""

    paragraphs: Sequence[Line]
    element: Element | None
    end_row: int
    """The row of the first line after the article."""
    boilerplate_zones: int
    """Zones in which nothing of this article stands."""
    headline_row: int = -1
    """-1 where text stands above the headline, or there is none."""


def find_main_content(document: Document, headline: Line | None) -> MainContent:
    """Find the article's paragraphs and the smallest element that holds them."""
    headline_row = headline.row if headline else -1
    lines, language = document.lines, document.language
    running = [
        line
        for line in lines
        if is_paragraph(line, language, 0) and not (line.row and _is_teaser(line, lines, language))
    ]
    running = _without_next_page(running, lines, headline)
    running = sorted([*running, *find_verse(lines, running, headline_row)], key=lambda line: line.row)
    zones = _boilerplate_zones([line for line in running if line.row > headline_row])
    if headline and headline.zone & Zone.SHARE:
        zones &= ~Zone.SHARE
    paragraphs = _find_paragraphs(running, zones)
    below = [line for line in paragraphs if line.row > headline_row]
    if text_length(below) >= _MIN_BELOW_HEADLINE or len(below) == len(paragraphs):
        paragraphs = below
    else:
        headline_row = -1
    paragraphs = without_captions(paragraphs)
    end_row = _find_end(document, paragraphs, headline_row)
    if paragraphs:
        end_row = min(end_row, end_of_opening_post(lines, paragraphs))
    paragraphs = [line for line in paragraphs if line.row < end_row]
    if (box := find_text_box(paragraphs)) is not None:
        # What stands below that box is not the article's, whatever share of the page it is.
        rows = [line.row for line in lines[:end_row] if is_inside(line.block, box)]
        end_row = rows[-1] + 1
        paragraphs = [line for line in paragraphs if line.row < end_row]
    length = text_length(paragraphs)
    if length < _SHORT_TEXT and (body := _find_named_body(document, zones, length)):
        return body
    outer = _smallest_element(paragraphs)
    end_row = min(end_row, end_of_text_box(outer, lines, paragraphs))
    paragraphs = [line for line in paragraphs if line.row < end_row]
    inner = _smallest_element([line for line in paragraphs if is_inside(line.block, outer)])
    is_whole = all(is_inside(line.block, inner) for line in paragraphs if is_inside(line.block, outer))
    return MainContent(paragraphs, inner if is_whole else outer, end_row, zones, headline_row)


def _find_named_body(document: Document, zones: int, length: int) -> MainContent | None:
    """An element whose name says that it is the article's body and that holds much more than the running text of `length`
    characters: verse, lists, blogs."""
    for el in document.tree.iter("div", "article", "section"):
        if not is_named_body(el):
            continue
        lines = [line for line in document.lines if not line.zone & zones and is_inside(line.block, el)]
        lines = [line for line in lines if not line.is_link]
        if text_length(lines) > max(3 * length, 200):
            return MainContent(lines, el, lines[-1].row + 1, zones)
        return None
    return None


def is_paragraph(line: Line, language: str | None, zones: int = BOILERPLATE) -> bool:
    """Whether a line is running text: sentences, few links, none of the `zones`."""
    size = len(line.text)
    if size < MIN_CJK_PARAGRAPH or line.zone & zones or line.is_link:
        return False
    if size < MIN_PARAGRAPH and not CJK.search(line.text):
        return False
    if (
        size < _LONGEST_DATES
        and _YEAR.search(line.text)
        and (is_date_line(line.text, language) or is_dated_byline(line, language))
    ):
        return False
    if size < _LONGEST_BYLINE and line.text[-1] not in SENTENCE_ENDS and opens_byline(line.text, language):
        return False
    if size < _MIN_CLAUSE and line.text[-1] not in SENTENCE_ENDS and _is_names(line.text):
        return False
    if size < _LONGEST_DATES and _COPYRIGHT.match(line.text):
        return False  # the foot of a page that has no box for it
    if size >= _MIN_SPACELESS and _SPACELESS.search(line.text):
        return True
    return _SENTENCE.search(line.text) is not None or (size >= _MIN_CLAUSE and _CLAUSE.search(line.text) is not None)


_SMALL_WORDS = JOINING_WORDS | DEGREE_WORDS | {*words_of("outlet_particle"), *words_of("behind_name")}


def _is_names(text: str) -> bool:
    """Whether a line is a list of names, even with full stops after initials: "James T. Ruud and Eva Lind, Secretary for Ports"."""
    return (
        "," in text and all(word[0].isupper() or word in _SMALL_WORDS for word in text.split()) and not text.isupper()
    )


def opens_byline(text: str, language: str | None) -> bool:
    """Whether a text begins with a word that says by whom."""
    words = byline_words(language)
    return words.opening.match(text) is not None or words.far_opening.match(text) is not None


def is_dated_byline(line: Line, language: str | None) -> bool:
    """Whether a line is a date with names: one of its parts begins like a byline, or all other words are capitalised."""
    text = line.text
    if text[-1] in SENTENCE_ENDS:
        return False
    opening = byline_words(language).opening
    if len(line.parts) > 1 and any(opening.match(part.strip()) for part, _ in line.parts[1:6]):
        return True
    stamps = find_stamps(text)
    if not stamps:
        return False
    rest = [word for word in without_stamps(text, stamps).split() if len(word.strip(".,:")) > 2]
    return len(rest) > 1 and all(word[0].isupper() or word in JOINING_WORDS for word in rest)


def is_date_line(text: str, language: str | None) -> bool:
    """Whether most of a line is dates and times, and it is no sentence."""
    stamps = find_stamps(text)
    # The clock before a day is not in its stamp: "Posted 9:36 pm EET | 29 Nov. 2024".
    dated = sum(stamp.end - stamp.start for stamp in stamps) * (4 if len(text) < _LONGEST_DATE else 3) > len(text)
    return dated and not is_date_sentence(text, stamps, language)


def _boilerplate_zones(running: Sequence[Line]) -> int:
    """The zones that are boilerplate on this page. One that holds most of the text, from the first line on, is not.

    Words for sharing are in names of whole pages too ("has-share-buttons", "newsletter-post"): most of the text is enough there.
    """
    zones = BOILERPLATE | Zone.SHARE
    total = text_length(running)
    for zone in _ZONES:
        inside = text_length(line for line in running if line.zone & zone)
        if running and inside > 0.5 * total and (zone == Zone.SHARE or running[0].zone & zone):
            zones &= ~zone
    return zones


def _find_paragraphs(running: list[Line], zones: int) -> list[Line]:
    """The running text outside the zones, and that inside which has the tag and class of the text outside."""
    shown = [line for line in running if not line.zone & Zone.HIDDEN]
    if text_length(shown) > 0.3 * text_length(running):
        running = shown  # else a script reveals the page
    styles = Counter(
        (line.block.tag, style) for line in running if not line.zone & zones and (style := line.block.get("class"))
    )
    return [
        line
        for line in running
        if not line.zone & zones
        or (styles[line.block.tag, line.block.get("class") or ""] >= 3 and not line.zone & Zone.COMMENTS)
    ]


def _find_end(document: Document, paragraphs: list[Line], headline_row: int) -> int:
    """The row at which the article ends: at a stop, after the editor's line, or at the headline of the next article."""
    end = len(document.lines)
    if not paragraphs:
        return end
    minimum = max(_MIN_BEFORE_STOP, _MIN_SHARE_BEFORE_STOP * text_length(paragraphs))
    rows = {line.row for line in paragraphs}
    length_before = examined = 0
    named = named_paragraphs(paragraphs)
    # A standfirst, with a stop below it, may be longer than a brief.
    first = next(iter(named.values()))[0] if len(named) == 1 else paragraphs[0]
    for line in document.lines[first.row : paragraphs[-1].row + 1]:
        is_heading = line.block.tag in _HEADLINE_TAGS and length_before >= _MIN_BEFORE_NEXT_ARTICLE
        if is_heading and _is_next_article(document, paragraphs, line, headline_row):
            return line.row
        if line.row in rows:
            length_before += len(line.text)
        elif length_before >= _MIN_BEFORE_STOP and is_editor_line(line.text):
            return line.row + 1
        if length_before >= minimum and examined < _MAX_STOPS_EXAMINED and is_stop(line.text, document.language):
            examined += 1
            if not _continues_after(paragraphs, line.row):
                return line.row
    return end


def _is_next_article(document: Document, paragraphs: Sequence[Line], heading: Line, headline_row: int) -> bool:
    """Whether a heading opens another story: in an `article` element beside that of headline and first paragraph, with an h1, or a
    byline or date of its own. Sections of one story and boxes amid it are set into such elements, too: then the text goes on."""
    following = _article_of(heading.block)
    if following is None or headline_row < 0:
        return False
    headline = document.lines[headline_row]
    article = _article_of(headline.block)
    if any(is_inside(line.block, following) for line in (headline, *paragraphs) if line.row < heading.row):
        return False
    if article is not None and (is_inside(following, article) or heading.block.tag == "h1"):
        return not is_inside(following, article)
    near = document.lines[heading.row + 1 : heading.row + 1 + _ROWS_OF_BYLINE]
    if not any(_is_byline(line, document.language) for line in near if is_inside(line.block, following)):
        return False
    below = [line for line in paragraphs if line.row > heading.row]
    own = [line for line in below if _article_of(line.block) in (None, article)]
    return text_length(own) <= _MAX_OWN_SHARE * text_length(below)


def _without_next_page(running: list[Line], lines: Sequence[Line], headline: Line | None) -> list[Line]:
    """The running text without that of the page that is loaded below this one: an h1 in another box than headline and text opens
    it, which is called as the headline is, or has a date of its own."""
    if headline is None or headline.block.tag != "h1":
        return running
    around = {*with_ancestors(headline.block)}
    for heading in lines[headline.row + 1 :]:
        if heading.block.tag != "h1" or heading.block in around:
            continue
        *_, box = (el for el in with_ancestors(heading.block) if el not in around)
        above = [line for line in running if headline.row < line.row < heading.row]
        own = [line for line in above if not is_inside(line.block, box)]
        if text_length(own) < max(_MIN_BELOW_HEADLINE, 0.7 * text_length(above)):
            continue
        name = headline.block.get("class")
        near = lines[heading.row + 1 : heading.row + 1 + _ROWS_OF_BYLINE]
        is_dated = any(find_stamps(line.text) for line in near if len(line.text) <= _LONGEST_DATES)
        if is_dated or (name and heading.block.get("class") == name):
            return [line for line in running if line.row < heading.row and not is_inside(line.block, box)]
    return running


def _is_byline(line: Line, language: str | None) -> bool:
    opened = byline_words(language).opening.match(line.text)
    return len(line.text) <= _LONGEST_DATE and (opened is not None or is_date_line(line.text, language))


def _article_of(block: Element) -> Element | None:
    return nearest(block, {"article"})


def _continues_after(paragraphs: list[Line], row: int) -> bool:
    """Whether the text goes on below a row in the same element or style as above: then the row is a box amid the text."""
    above = [line for line in paragraphs if line.row < row]
    below = [line for line in paragraphs if line.row > row]
    element = _smallest_element(above)
    styles = {style for line in above if (style := style_of(line))}
    sections = sections_like(element)
    alike = [
        line
        for line in below
        if style_of(line) in styles
        or is_inside(line.block, element)
        or any(box in sections for box in with_ancestors(line.block, SECTION_LEVELS))
    ]
    return text_length(alike) > 0.25 * text_length(below)


def _line_above(lines: Sequence[Line], row: int, language: str | None) -> Line:
    """The line above; the one before it where that is a short date, as between a headline and its summary."""
    above = lines[row - 1]
    if row > 1 and len(above.text) < _LONGEST_DATE // 2 and is_date_line(above.text, language):
        return lines[row - 2]
    return above


def _is_teaser(line: Line, lines: Sequence[Line], language: str | None) -> bool:
    """Whether a line is the summary under the linked headline of another story: both stand in one of several similar boxes."""
    if not any(map(_is_linked, lines[max(0, line.row - 2) : line.row])):
        return False  # which is seen without looking for a date
    above = _line_above(lines, line.row, language)
    if not _is_linked(above):
        return False
    around_headline = {*with_ancestors(above.block, 5)}
    shared = next((el for el in with_ancestors(line.block, 6) if el in around_headline), None)
    for box in with_ancestors(shared, _MAX_TEASER_LEVELS):
        if box not in around_headline or box.getparent() is None:
            return False
        name = (box.tag, box.get("class"))
        neighbours = [*islice(box.itersiblings(), 3), *islice(box.itersiblings(preceding=True), 3)]
        if sum((el.tag, el.get("class")) == name for el in neighbours) >= 2:
            return True
    return False


def _is_linked(line: Line) -> bool:
    return len(line.text) >= 6 and line.link_chars >= 0.8 * len(line.text)


def _smallest_element(paragraphs: list[Line]) -> Element | None:
    """The smallest element that holds nearly all of these lines, at least one level above a single paragraph."""
    if not paragraphs:
        return None
    own_weights: defaultdict[Element, int] = defaultdict(int)
    by_parent: defaultdict[Element | None, int] = defaultdict(int)
    for line in paragraphs:
        own_weights[line.block] += len(line.text)
        by_parent[line.block.getparent()] += len(line.text)
    weights = own_weights.copy()
    for parent, weight in by_parent.items():
        for el in with_ancestors(parent):
            weights[el] += weight
    element = paragraphs[0].block.getroottree().getroot()
    while True:
        child = max((child for child in element if child in weights), key=lambda el: weights[el], default=None)
        if child is None or weights[child] < _MIN_CHILD_SHARE * weights[element]:
            return element
        if child.tag in _PARAGRAPH_TAGS and own_weights[child] >= 0.9 * weights[child]:
            return element
        element = child
