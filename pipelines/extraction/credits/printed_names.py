"""Names printed on a page without a by-word, outside Chinese, best place first.

A link to an author's page; an element named author or byline; a bare name beside the date; bold text above the text; the
author's box below it. Authors of quotations, pictures and comments do not count. Each function yields strings; `names.persons`
makes names of them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Set
from itertools import groupby, pairwise, takewhile

from lxml.etree import _Element as Element

from pipelines.extraction.credits.byline_names import after_opening, names_below
from pipelines.extraction.credits.byline_places import (
    PROMPT,
    credits_others,
    is_account,
    is_linked_name,
    is_named_author,
    links_to_author,
    signed_names,
    signs_teaser,
)
from pipelines.extraction.credits.headline_names import CAPITALISED
from pipelines.extraction.credits.names.persons import (
    MAIL,
    credits_picture,
    has_case,
    is_bare_name,
    is_full_name,
    is_handle,
    is_printed_name,
    is_small_name,
    split_byline,
    text_beside_time,
)
from pipelines.extraction.page.document import Line, normalize_space
from pipelines.extraction.page.headings import BOLD, HEADINGS, ITALIC, is_set_in
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.threads import names_poster
from pipelines.extraction.page.tree import (
    belongs_to_other_content,
    class_pattern,
    is_alone_with_picture,
    is_called,
    link_around,
    target_of,
)
from pipelines.extraction.text.byline_words import BylineWords
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.roles import DUTY, is_agency

_NAME_CLASS = class_pattern("author_name")
_CARD, _CARD_NAME = class_pattern("card"), class_pattern("card_name")
"""hCard, the microformat in which blogs sign in every language."""
_NO_AUTHOR = class_pattern("place", "button")
_ACCOUNT = re.compile(
    r"/(?:authors?|autor|auteur|users?|profile|by)/(?:[\w.]{0,20}[-_.])?"
    r"(?:admin\d{0,4}|administrator|webmaster|newsroom|newsdesk|webdesk|redaktion|redaccion|redazione|redakcja"
    r"|redactie|redaction)/?$",
    re.I,
)
_NEAR_DATE = 2
"""Lines between a bare name and the date it stands by."""
_BIOGRAPHY_ROWS = 10
"""Lines at the end of the text among which a name heads a biography."""
_TAIL_ROWS = 8
"""Lines below the text among which a blog signs."""
_BIOGRAPHY = 40
"""Characters of the shortest paragraph that tells who somebody is."""


def author_links(layout: Layout, words: BylineWords) -> Iterator[str]:
    """The texts of links near the headline that lead to an author's page, if they are names."""
    start = layout.headline_row
    last = None
    for line in layout.byline_lines:
        if (
            not start - 6 <= line.row <= start + 20
            or (last is not None and abs(line.row - last) > 2)
            or credits_others(line, words)
        ):
            continue
        for text, el in _whole_links(line, words.language):
            name = words.works_of.sub("", words.after_name.sub("", normalize_space(text[:80]))).strip(" ,|·•")
            if not links_to_author(el) or belongs_to_other_content(el) or PROMPT.match(normalize_space(text[:80])):
                continue
            if signs_teaser(el):
                continue
            if is_bare_name(name, words.language) or (line.row > start and is_linked_name(name, words.language)):
                last = line.row
                yield name


def _whole_links(line: Line, language: str | None) -> Iterator[tuple[str, Element]]:
    """The parts of a line, those of one link to an author's page together: forename and surname may stand in boxes of their own."""
    for link, group in groupby(
        line.parts, lambda part: link_around(part[1], 3) if links_to_author(part[1]) else part[1]
    ):
        parts = list(group)
        joined = normalize_space(" ".join(text for text, _ in parts))
        yield from [(joined, parts[0][1])] if link is not None and is_bare_name(joined, language) else parts


def outlet_accounts(layout: Layout) -> Iterator[str]:
    """Names of the outlet's own accounts: linked to the page of "admin", "webmaster", "newsroom"."""
    for line in layout.header:
        for text, el in line.parts if line.link_chars else ():
            if _ACCOUNT.search(target_of(el, 2)[:400]):
                yield normalize_space(text[:80])


def names_in_author_elements(layout: Layout, words: BylineWords, own: Set[str]) -> Iterator[str]:
    """Names in elements named author: bare names on lines that belong together, else the first such text."""
    rest: list[str] = []
    found = None
    for line in layout.byline_lines:
        named = [(text, el) for text, el in line.parts if 0 < len(text.strip()) < 80 and is_named_author(el)]
        if not named or line.block.tag == "h1" or (found is not None and abs(line.row - found) > 3):
            continue
        bare = [
            name
            for text, _ in named
            for name in signed_names(after_opening(text, words).strip(" ,|·•"), words, own, is_full_name)
        ]
        if bare:
            found = line.row
            yield from bare
            continue
        named = [(text, el) for text, el in named if not words.time_words.search(text) and not find_stamps(text)]
        called = [(normalize_space(text), el) for text, el in named]
        if not rest and called:
            called = [(text, el) for text, el in called if not PROMPT.match(text)]
            rest = [text for text, el in called if link_around(el, 2) is not None] or [
                " ".join(text for text, _ in called)
            ]
    if found is None:
        yield from rest


def small_names(layout: Layout, words: BylineWords) -> Iterator[str]:
    """A name all in lower case, or an account's, near the headline or below the text, that a link or an element marks as the
    author's; an account's also between a by-word and a date."""
    header = layout.byline_lines
    for at, line in enumerate((*header, *layout.tail[:_TAIL_ROWS])):
        before = ""
        for text, el in line.parts:
            shown = normalize_space(text[:60]).strip(" ,|·•")
            name = after_opening(shown, words)
            is_marked = links_to_author(el) or is_named_author(el)
            is_signed, before = words.by_word.search(before.rstrip()) is not None, text[-_SIGNED:]
            is_small = is_small_name(name, words.language) or (is_handle(name) and shown.endswith(name))
            is_author = (is_marked and is_small and not PROMPT.match(name)) or (
                (is_marked or names_poster(el)) and at < len(header) and is_account(name, el, signed=is_signed)
            )
            if is_author and not belongs_to_other_content(el):
                yield name
                return
        if words.opening.match(line.spaced) and (stamps := find_stamps(line.spaced)):
            name = after_opening(line.spaced[: stamps[0].start].rstrip(" ,|·•»>–-"), words)
            if is_handle(name):
                yield name
                return


def name_beside_date(
    layout: Layout, words: BylineWords, own: Set[str], is_other: Callable[[str], bool]
) -> Iterator[str]:
    """A bare name on the line of the date or next to it, of somebody: `is_other` tells what is no person's."""
    start = layout.headline_row
    lines = [line for line in layout.byline_lines if start < line.row <= start + 14 and not credits_others(line, words)]
    dated = [line.row for line in lines if len(line.text) < 120 and _is_dated(line, words)]
    for line in lines:
        if any(abs(line.row - row) <= _NEAR_DATE for row in dated):
            for text, el in _standing_alone(line, words):
                is_name = is_bare_name if has_case(text) else _is_short_name
                names = signed_names(text, words, own, is_name) or signed_names(
                    text_beside_time(text, words), words, own, is_name
                )
                names = [name for name in names if not is_other(name)]
                is_elsewhere = (
                    line.block.tag in ("button", "figcaption")
                    or is_called(line.block, _NO_AUTHOR)
                    or is_called(el, _NO_AUTHOR)
                    or (all(map(is_agency, names)) and is_alone_with_picture(line.block))
                )
                if names and not is_elsewhere and not belongs_to_other_content(el):
                    if line.block.tag == "h2":
                        return  # a heading, and whom it names is no author
                    above, below = (
                        [other for other in lines if _is_set_like(other, line) and (other.row < line.row) is is_above]
                        for is_above in (True, False)
                    )
                    for other in (*above, line, *below[1:]):  # names set below each other in one box
                        yield from names if other is line else signed_names(other.text, words, own, is_name)
                    return


def _is_set_like(other: Line, line: Line) -> bool:
    (_, one), (_, two) = other.parts[0], line.parts[0]
    return other.block is line.block and one.tag == two.tag


def _is_short_name(text: str, language: str | None) -> bool:
    """Whether a text in a script without capitals may be a name: what is longer beside a date is a phrase."""
    return is_full_name(text, language) and len(text.split()) <= _MOST_NAME_WORDS


_MOST_NAME_WORDS = 3


def _standing_alone(line: Line, words: BylineWords) -> Iterator[tuple[str, Element]]:
    """The parts of a line that no word of a sentence goes on with: not the film's title in "starring in La La Land"."""
    shown = ("" if target_of(el, 2).startswith("mailto:") else normalize_space(text[-200:]) for text, el in line.parts)
    texts = ["", *shown, ""]
    for at, part in enumerate(line.parts):
        before = texts[at].rpartition(" ")[2]
        follows = before[:1].islower() and before[-1:].isalpha() and not words.by_word.search(before)
        if not follows and not texts[at + 2][:1].islower():
            yield part


def consists_of_words(name: str, layout: Layout) -> bool:
    """Whether the article writes each word of a name in lower case as well: "Recent Posts", "Regulatory Compliance". A mail
    address is made of its owner's name."""
    lines = (*layout.header, *layout.inside, *layout.tail)
    text = " ".join(MAIL.sub(" ", line.text) if "@" in line.text else line.text for line in lines)
    found = [word.lower() for word in name.split() if word[0].isupper() and (len(word) > 2 or not word.isascii())]
    return bool(found) and all(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in found)


def _is_dated(line: Line, words: BylineWords) -> bool:
    """Whether a line gives a date or time, even without a full date: "4 months ago", "Jan 4", "Uppdaterad 15.59"."""
    if find_stamps(line.spaced):
        return True
    if not any(char.isdigit() for char in line.text):
        return False
    return len(line.text) < 60 and words.time_words.search(line.text) is not None


def names_above_text(layout: Layout, words: BylineWords, own: Set[str]) -> Iterator[str]:
    """Names that are marked as a signature right above the text."""
    start = layout.headline_row
    lines = [line for line in layout.byline_lines if start < line.row <= min(start + 14, layout.first_row)]
    for line in lines[-1:]:
        yield from _marked_names(line, words, own)


def _marked_names(line: Line, words: BylineWords, own: Set[str]) -> list[str]:
    """The names of a line that is marked as a signature: in bold or italics, in brackets, behind a dash."""
    text, sign = _without_marks(line.spaced)
    behind = text.endswith((")", "）")) and not DUTY.search(text)  # whose book or picture it is: "Anna Holt (ed.)"
    if len(text) > _SIGNED or behind or line.link_chars:
        return []
    if line.block.tag in HEADINGS or belongs_to_other_content(line.block):
        return []
    if sign and is_alone_with_picture(line.block):
        return []
    if sign or (len(line.parts) == 1 and line.parts[0][1].tag in ("strong", "b", "em", "i")):
        return signed_names(text, words, own, is_full_name)
    return []


def _without_marks(text: str) -> tuple[str, bool]:
    """A signature without the dash before it or the brackets around it, and whether it had one."""
    match = _MARKED.fullmatch(text)
    return (match["dashed"] or match["bracketed"], True) if match else (text, False)


_MARKED = re.compile(r"[-–—]\s?(?P<dashed>.{2,80})|[(（]\s?(?P<bracketed>[^()（）]{2,80})[)）]")


def author_box_name(layout: Layout, words: BylineWords) -> Iterator[str]:
    """The name in the author's box below the text: under its heading, or in an element named for an author's name."""
    tail = list(layout.tail[:12])
    end = [*layout.inside[-8:], *tail]
    for at, line in enumerate(end):
        names = list(names_below(end, at, words)) if words.heading.match(line.spaced) else []
        if names and not (has_case(names[0]) and DUTY.search(names[0])):
            yield from names
            return
    nearby = [*layout.inside[-_BIOGRAPHY_ROWS:], *tail[:9]]
    single_names = frozenset(line.text for line in layout.header if line.text.istitle() and line.text.isalpha())
    for line, following in pairwise(nearby):
        if name := _heads_biography(line, following, single_names, words):
            yield name
            return
    marked = [
        text.strip()
        for line in (*layout.inside[-3:], *layout.tail)
        for text, el in _standing_alone(line, words)
        if (is_called(el, _NAME_CLASS) or links_to_author(el) or (el.tag in BOLD and is_named_author(el)))
        and not belongs_to_other_content(el)
        and is_printed_name(text.strip(), words.language)
    ]
    marked = marked or [
        text.strip()
        for line in (*layout.inside[-3:], *layout.tail)
        for text, el in line.parts
        if is_called(el, _CARD_NAME)
        and is_called(el, _CARD, 3)
        and not belongs_to_other_content(el)
        and is_printed_name(text.strip(), words.language)
    ]
    if len(set(marked)) == 1:  # several are those of other stories
        yield marked[0]


def biography_name(layout: Layout, words: BylineWords) -> Iterator[str]:
    """The name at the head of a note below the text, in italics, in brackets or outside it, that tells who somebody is whom the
    text does not name: "Anna Holt is a lawyer in Leeds."."""
    for line in (*layout.inside[-1:], *layout.tail[:2]):
        subject = _SUBJECT.match(line.spaced[:_SIGNED])
        if subject is None or not words.biography.match(line.spaced[subject.end() :].lstrip(", ")):
            continue
        name = subject[1]
        is_note = (
            (bool(layout.paragraphs) and line.row > layout.paragraphs[-1].row)
            or is_set_in(line, ITALIC, sys.maxsize)
            or (line.text[0] in "(（[" and line.text[-1] in ")）]")
        )
        named = any(name in other.spaced for other in (*layout.header, *layout.inside) if other is not line)
        if is_note and not named and is_full_name(name, words.language) and not belongs_to_other_content(line.block):
            yield name
            return


_SUBJECT = re.compile(r"[\W_]{0,3}([^\W\d_a-z][\w.'’-]{1,30}(?:\s[^\W\d_][\w.'’-]{0,30}){1,3}?)(?=,?\s[^\W\d_A-Z])")
"""What a sentence tells about, if it is a name of up to four words."""


def _heads_biography(line: Line, following: Line, single_names: Set[str], words: BylineWords) -> str | None:
    """A name in bold or as a heading above a paragraph about that person: "Tim Green" above "Tim explores …"; a single name only
    where the header has it on a line of its own."""
    text, el = line.parts[0]
    strong = el.tag in ("strong", "b") or line.block.tag in HEADINGS
    linked = line.link_chars and not links_to_author(el)
    if not strong or linked or len(following.text) < _BIOGRAPHY or belongs_to_other_content(el):
        return None
    name = next(iter(split_byline(text[:60], words)), "")
    if not (is_full_name(name, words.language) or name in single_names):
        return None
    return name if following.text.startswith((f"{name} ", f"{name.split()[0]} ")) else None


def repeated_name(layout: Layout, words: BylineWords) -> Iterator[str]:
    """A bare name on its own line near the headline that is also the heading of the author's box below."""
    start = layout.headline_row
    names_below = {
        line.text: line.row
        for line in (*layout.inside[-8:], *layout.tail)
        if len(line.text) <= 40 and not line.link_chars
    }
    for line in layout.byline_lines:
        if (
            start < line.row <= start + 5
            and names_below.get(line.text, line.row) > line.row
            and not line.link_chars
            and is_bare_name(line.text, words.language)
        ):
            yield line.text
            return


def closing_name(layout: Layout, language: str | None, words: BylineWords, own: Set[str]) -> Iterator[str]:
    """Names that end the text: in brackets behind its last sentence, or on the line below it, marked as a signature. In languages
    that capitalise only the first word of a heading they may also stand unmarked, or a line further up."""
    pictures = [*takewhile(lambda line: credits_picture(line.spaced, language), layout.tail[:_LAST_CREDITS])]
    last_row = layout.paragraphs[-1].row if layout.paragraphs else None
    for line in (*layout.inside[-2:], *layout.tail[len(pictures) : len(pictures) + 1]):
        below = last_row is not None and line.row - 1 in (last_row, last_row + len(pictures))
        names = _marked_names(line, words, own) if below or language not in CAPITALISED else []
        if below and not names and len(line.text) <= _SIGNED + _SIGNED and _has_mail(line, layout):
            names = signed_names(MAIL.sub(" ", line.spaced).strip(" ()"), words, own, is_full_name)
        behind = _BEHIND_SENTENCE.search(line.text[-_SIGNED - 2 :])
        if behind and not belongs_to_other_content(line.block):
            names = signed_names(behind[1], words, own, is_full_name)
        if below and (language not in CAPITALISED or DUTY.search(line.text)) and line.block.tag in ("p", "div"):
            names = names or (signed_names(line.text, words, own) if len(line.text) <= _SIGNED else [])
        if names and not all(map(is_agency, names)):
            yield from names
            return


def _has_mail(line: Line, layout: Layout) -> bool:
    """Whether a line has a mail address or stands above one: whoever signs so is no heading."""
    following = next((other for other in layout.tail[:6] if other.row == line.row + 1), None)
    return _MAIL.search(line.spaced) is not None or bool(following and _MAIL.fullmatch(following.spaced))


_MAIL = re.compile(r"[\w.+-]{1,40}@[\w-]{1,40}\.[\w.-]{2,40}")
_LAST_CREDITS = 3
"""Lines below the text that may credit its pictures before the one that signs it."""
_BEHIND_SENTENCE = re.compile(r"[.!?…”\"»]\s?[(（]([^()（）]{4,60})[)）]\.?$")
_SIGNED = 60
