"""Names after a by-word: on its line, on the lines below it, or below the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise, takewhile

from lxml.etree import _Element as Element

from pipelines.extraction.credits.byline_places import DEGREES_BEHIND, is_linked_name, links_to_author, signed_names
from pipelines.extraction.credits.names.persons import (
    MAIL,
    before_next_credit,
    divide,
    has_case,
    is_bare_name,
    is_full_name,
    is_name,
    without_pictures_by,
)
from pipelines.extraction.credits.signatures import find_reporters
from pipelines.extraction.page.document import Line, Zone, normalize_space
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import link_around, nearest
from pipelines.extraction.text.byline_words import (
    LABEL_MARKS,
    BylineWords,
)
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.roles import DUTY, is_agency

_MOST = 12
"""Lines below a label that may hold names."""
_CLOSING, _MOST_BELOW = 6, 8
"""Lines at the end of the text, and below it, among which its byline is looked for; below it, with a by-word, some more."""
_SIGNATURE = 60
"""Characters of a by-line that ends the text."""


def names_after_byline(layout: Layout, words: BylineWords) -> Iterator[str]:
    """What follows a by-word on the first line near the headline that begins with one."""
    for line in layout.byline_lines:
        if words.opening.match(line.spaced) and not line.zone & Zone.ASIDE:
            yield from _after_word(line, words)
            return


def names_in_byline(layout: Layout, words: BylineWords) -> list[str]:
    """The names of the first line near the headline that has names after a by-word, on the line or below it; with those of further
    such lines right below."""
    # A by-line with titles has full stops, and looks like the first sentence.
    header = layout.byline_lines
    lines = (*header, *(line for line in layout.inside[:1] if len(line.text) <= _LONGEST))
    for at, line in enumerate([_without_marks(line, words) for line in lines]):
        text = line.spaced
        is_label = words.heading.match(text) is not None and not (at and _is_duty_of(lines[at - 1], line, words))
        if is_label and (names := list(names_below(lines, at, words))):
            return names
        if found := _behind_date(line, words) or _behind_others(text, words):
            return found
        if (words.opening.match(text) or words.far_opening.match(text)) and (found := list(_after_word(line, words))):
            names = [name for one in found for name in divide(one, words)]
            if line.row < layout.headline_row and has_case(text) and not any(" " in name for name in names):
                continue  # the section "By Rail and Sea"
            return [*found, *_further_bylines(lines[at : at + _MOST], words)]
        if found := _only_names(text, words):
            return found
        if at < len(header) and (found := find_reporters(line.text[:80])):
            return found  # in the text the signature names them, see `read_signature`
    return []


def _is_duty_of(above: Line, line: Line, words: BylineWords) -> bool:
    """Whether a line says what the one is whom the line above it names: "Anna Holt" above "Journalist"."""
    is_beside = above.row == line.row - 1 and above.block.getparent() is line.block.getparent()
    return is_beside and DUTY.search(line.text) is not None and is_full_name(above.spaced, words.language)


def _without_marks(line: Line, words: BylineWords) -> Line:
    """A line without the letters in place of the author's picture before what else it says ("AH", "By Anna Holt"), and without
    raised marks of notes and institutes behind names."""
    parts = [(text, el) for text, el in line.parts if nearest(el, _RAISED) is None]
    first = parts[0][0] if len(parts) > 1 else ""
    parts = parts[1:] if _INITIALS.fullmatch(first) and not words.heading.match(first) else parts  # "BY" is none
    if not parts or len(parts) == len(line.parts):
        return line
    return line._replace(parts=tuple(parts), text=" ".join(text.strip() for text, _ in parts))


_RAISED = frozenset(("sup",))


_INITIALS = re.compile(r"\s{0,3}[A-Z]{2,3}\s{0,3}")


def printed_reporters(layout: Layout) -> list[str]:
    """The names before the word for a reporter near the headline."""
    return [name for line in layout.byline_lines for name in find_reporters(line.spaced[:80])]


def names_below_text(layout: Layout, words: BylineWords) -> list[str]:
    """The names of a byline that ends the text or follows it, or of a sentence that says who wrote it."""
    first, last = _own(layout.inside, 2), _own(reversed(layout.inside), _CLOSING)[::-1]
    below = _own(layout.tail, _MOST_BELOW)
    ends = [*last, *below]
    teased = {line.row for line in ends if _is_teaser(line, words)}
    teased |= {
        line.row
        for above, line in pairwise(ends)
        if above.row in teased and line.block.getparent() in (above.block, above.block.getparent())
    }
    tail = [line for line in below[:_CLOSING] if line.row not in teased]
    for line in (*last, *tail):
        opened = words.opening.match(line.spaced)
        names = signed_names(after_opening(line.spaced, words), words) if opened else _only_names(line.spaced, words)
        if names and len(line.text) <= _SIGNATURE and not all(map(is_agency, names)):
            return names  # a paper's reporter signs below the last paragraph
    for line in below:
        if (
            line.row not in teased
            and len(line.text) < 160
            and (words.opening.match(line.spaced) or words.far_opening.match(line.text))
        ):
            rest = after_opening(line.spaced, words)
            stamps = find_stamps(rest)
            return [] if "?" in rest else [rest[: stamps[0].start] if stamps else rest]
    for line in (*first, *last[-3:], *below):
        if len(line.text) < 240 and (match := words.passive.search(line.spaced)):
            return [re.split(r",\s|\.(?:\s|$)", line.spaced[match.end() :], maxsplit=1)[0]]
    return []


def _own(lines: Iterable[Line], most: int) -> list[Line]:
    """The first lines, at most so many, that are no embedded post's."""
    return [*islice((line for line in lines if nearest(line.block, _EMBEDDED) is None), most)]


_EMBEDDED = frozenset(("blockquote",))
"""What holds a post of a network in the text: it says who shared it."""


def _is_teaser(line: Line, words: BylineWords) -> bool:
    """Whether a line is the linked headline of another story."""
    is_headline = line.is_link and len(line.text) > _SHORTEST_HEADLINE and not words.opening.match(line.spaced)
    return is_headline and not any(links_to_author(el) for _, el in line.parts)


_SHORTEST_HEADLINE = 15


def _further_bylines(lines: Sequence[Line], words: BylineWords) -> Iterator[str]:
    """The names of the by-lines that follow the first, with at most a duty between: "By A", "Staff Writer", "by B"."""
    for above, line in pairwise(lines):
        if line.row - above.row > 2 or line.block.tag != lines[0].block.tag or len(line.text) > _SIGNATURE:
            return
        if words.opening.match(line.spaced):
            yield from signed_names(after_opening(line.spaced, words), words)
        elif not DUTY.search(line.text):
            return


def names_below(lines: Sequence[Line], at: int, words: BylineWords) -> Iterator[str]:
    """The names on the lines below a label, up to a line without one."""
    found, look, skipped = False, ("", ""), False
    for above, line in zip(lines[at:], lines[at + 1 : at + 1 + _MOST], strict=False):
        if line.row - above.row > 2:
            return
        parts = [(_DEGREES.sub("", normalize_space(text[:100]).strip(" ,&|·•…")), el) for text, el in line.parts]
        parts = [(name, el) for name, el in parts if len(name) > 1 and not _BETWEEN.fullmatch(name)]
        if not parts:
            continue
        known = [
            name
            for name, el in parts
            if is_bare_name(name, words.language) or (links_to_author(el) and is_linked_name(name, words.language))
        ]
        again = found and line.block.tag == above.block.tag and not has_case(line.text) and not DUTY.search(line.text)
        if not known and found and DUTY.search(line.text) and len(line.text) <= 60:
            skipped = True  # what the one above is: the next name may follow, if it looks like the first
            continue
        if (skipped or (found and not any(links_to_author(el) for _, el in parts))) and look != (
            line.block.tag,
            line.parts[0][1].get("class", ""),
        ):
            return
        if not known and (
            (found and not again)
            or len(line.text) > 60
            or not is_name(line.text, words.language)
            or words.time_words.search(line.text)
        ):
            return
        look = look if found else (line.block.tag, line.parts[0][1].get("class", ""))
        found = True
        yield from known or [line.spaced]


_DEGREES = re.compile(rf"{DEGREES_BEHIND}$")
_BETWEEN = re.compile(r"and|und|et|and the|[A-Z]{2,3}")
"""What stands between two names: a joint, the letters in place of a picture."""


def _after_word(line: Line, words: BylineWords) -> Iterator[str]:
    """What follows a line's by-word: the linked names, else the text up to a date."""
    kept: list[tuple[str, Element]] = []
    for text, el in line.parts:
        piece = normalize_space(text[:300])
        is_listed = piece.startswith(",") and not any(map(str.isdigit, piece))  # ", Harbour Public, and"
        is_time = words.time_words.search(piece) is not None and not is_listed
        if kept and (is_time or find_stamps(piece) or _opens_other_credit(piece, words)):
            break
        kept.append((piece, el))
    linked = [
        text
        for text, el in kept
        if link_around(el, 2) is not None and not words.opening.match(text) and not text.startswith("@")
    ]
    paged = [text for text, el in kept if links_to_author(el)]
    rest = after_opening(" ".join(text for text, _ in kept), words)
    divided = None if paged else _DIVIDED.match(rest)
    if divided and is_bare_name(divided[1], words.language) and divided[1] in kept[0][0]:
        yield divided[1]  # what is linked behind the stroke is a section
    elif linked and not paged and (names := _beside_links(kept[0][0], rest, linked, words)):
        yield from names
    elif paged or linked:
        yield from (words.after_name.sub("", name) for name in paged or linked)
        # An author without a page may stand in an element of its own: "By <a>A</a> and <span>B</span>".
        behind = [*takewhile(lambda part: link_around(part[1], 2) is None, reversed(kept))] or kept[-1:]
        last = " ".join(text for text, _ in reversed(behind)).strip(" ,")
        if is_agency(last) or (2 <= len(last) <= 8 and has_case(last) and last.isupper()):
            yield last  # that signs with them: "A and B, PAP"
        elif joint := words.joint.match(f" {last}"):
            yield from signed_names(last[joint.end() - 1 :], words)  # one who has no page
    elif len(rest) >= 2:
        yield rest


def _beside_links(first: str, rest: str, linked: Sequence[str], words: BylineWords) -> list[str]:
    """The names of a by-line of which not all are linked: "By A - email", "By A (@a)", "By A and B". Empty where the links are the
    names."""
    names = [text for text in linked if is_bare_name(text, words.language)]
    lead = after_opening(first, words).rstrip(" ,(|·•–—-")
    if not names and is_bare_name(lead, words.language):
        return [lead, *filter(is_agency, linked)]
    together = signed_names(rest, words) if names else []
    return together if len(together) > len(linked) and set(linked) < set(together) else []


_DIVIDED = re.compile(r"([^|·•]{4,40}?)\s?[|·•](?=\s)")
"""A name and the stroke behind it."""
_IN_TOWN = re.compile(r"\s(?:in|from)\s[A-Z][\w.’'-]{1,20}(?:\s[A-Z][\w.’'-]{1,20})?(?=,?\s(?:and|&)\s[A-Z]|,\s[A-Z])")
"""Where one of several writes from: "By A in London and B in Paris"."""


def _opens_other_credit(text: str, words: BylineWords) -> bool:
    """Whether a text begins with what others did: "| Edited by A", "Editor:"."""
    bare = text.strip(" |,;/·•")
    labels = words.by_others.match(bare) is not None and (" " not in bare or bare[-1] in LABEL_MARKS)
    return labels or words.others_label.match(bare) is not None


def after_opening(text: str, words: BylineWords) -> str:
    """The part of a byline after its by-word, without a date, an outlet or a place at its end."""
    text = words.house_reporter.sub("", _IN_TOWN.sub("", text))
    return words.after_name.sub("", words.lead.sub("", words.opening.sub("", words.far_opening.sub("", text))))


def _only_names(text: str, words: BylineWords) -> list[str]:
    """The names after "Kolumne von" or a bare preposition, or between what texts and pictures are called ("Texte A, photos B"), if
    nothing but names follows."""
    if len(text) > 100:
        return []
    if (called := words.text_word.match(text)) and (rest := before_next_credit(text, words)) != text:
        return signed_names(rest[called.end() :].strip(" ,|·•–—-"), words)
    if (written := without_pictures_by(text, words.language)) != text:
        return signed_names(written, words)
    if behind := words.by_behind.match(text):
        return [behind[1]]
    if glued := words.by_glued.match(text):
        return [text[glued.end() :]]
    opened = words.genre.match(text) or words.weak.match(text)
    if opened is None or words.by_others.search(opened[0]):
        return []
    rest = before_next_credit(MAIL.sub("", text[opened.end() :]), words)
    if stamps := find_stamps(rest):
        rest = words.after_name.sub("", rest[: stamps[0].start].rstrip())
    rest = rest.partition(" | ")[0].strip(" ,|·•–—-")
    most, _, last = rest.rpartition(", ")
    names = signed_names(rest, words) or (signed_names(most, words) if len(last.split()) <= 2 else [])
    # "Jan van Dam, Eva Lind": no kind of text stands before "van".
    everyone = signed_names(text, words) if names else []
    return everyone if names and everyone[1:] == names else names


def _behind_others(text: str, words: BylineWords) -> list[str]:
    """`Medically reviewed by A, MD — By B`: the names after a by-word in a line that begins with another's credit."""
    if len(text) <= _LONGEST and words.others_label.match(text):
        for mark in _DIVIDER.finditer(text):
            if words.opening.match(rest := text[mark.end() :]):
                return signed_names(after_opening(rest, words), words)
    return []


_DIVIDER = re.compile(r"\s[|·•–—/-]\s|,\s")
_LONGEST = 160
"""Characters of a line with the names of several credits."""


def _behind_date(line: Line, words: BylineWords) -> list[str]:
    """`3 May 2024 by A`, `3 May 2024 by A - Updated 4 May`: the names in a line that begins with the date."""
    (first, el), *others = line.parts
    stamps = find_stamps(first := normalize_space(first[:200]))
    # What stands between two times ends with the label of the second: "3 May by A - Updated 4 May".
    between = [_BAR.split(first[one.end : two.start].lstrip(_SIGNS))[0] for one, two in pairwise(stamps)]
    behind = [*between, first[stamps[-1].end :].lstrip(_SIGNS)] if stamps else []
    parts = (*((text, el) for text in behind), *others) if stamps else ()
    for at, (text, _) in enumerate(parts):
        piece = normalize_space(text[:200])
        if words.opening.match(piece) or words.far_opening.match(piece):
            return list(_after_word(line._replace(parts=parts[at:]), words))
        if names := _only_names(piece, words):
            return names
    return []


_SIGNS, _BAR = " ,;|·•–—-", re.compile(r"\s[|·•–—-]\s")
