"""Where names are printed, and whether a text is names and nothing else. Shared by `byline_names` and `printed_names`."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import cache
from itertools import islice, pairwise

from lxml.etree import _Element as Element

from pipelines.extraction.credits.names.persons import (
    DEGREE,
    MAIL,
    divide,
    has_case,
    is_bare_name,
    is_full_name,
    is_name,
)
from pipelines.extraction.credits.names.surnames import is_japanese_person
from pipelines.extraction.page.document import Line, normalize_space, text_of
from pipelines.extraction.page.tree import (
    ClassPattern,
    belongs_to_other_content,
    class_pattern,
    is_called,
    nearest,
    target_of,
)
from pipelines.extraction.text.byline_words import TOWN_WORD, BylineWords, byline_words, picture_words
from pipelines.extraction.text.roles import DEGREES, DESKS, DUTY, is_agency
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.writing import CJK

_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|i|a)?|auteurs?|by|profiles?|profil|people|persons?|staff|writers?|contributors?|columnists?"
    r"|journalists?|journalistes?|reporters?|redakt\w{0,9}|redaccion|experts?|bloggers?|users?|members?|skribent(?:er)?|forfatter"
    r"|kirjoittajat?|yazar(?:lar)?|penulis|avtor\w{0,2})/|/@[\w.-]+/?$|[?&]_?authors?=|(?:^|/)(?:user|member|profile)(?:\.php)?\?"
    r"|[?&;](?:action=|mode=view)profile",
    re.I,
)
"""The address of an author's page."""
PROMPT = re.compile(
    r"(?:sign|log|join|view|see|read|show|learn|more|all|(?:un)?follow|about|contact|meet|search|google|profile|anmelden|mehr|voir|ver)\b",
    re.I,
)
"""What a link to an author's page says when it does not say the name."""
_PIECES = re.compile(r"\s?[/&|]\s?|,\s|、|(?<=[\u3040-\u9fff])・(?=[\u3400-\u9fff])|\s[-–—]\s")


_CLASS = ClassPattern(
    re.compile(rf"(?i:{class_pattern('byline').expression.pattern}|byline)|[a-z]Author|author[A-Z]|Author_", re.A)
)
_BESIDES = class_pattern("beside_byline")
"""What stands beside an author's name in the same box."""


def credits_others(line: Line, words: BylineWords) -> bool:
    """Whether a line begins with what others than the author did or are for: "Reviewed by: A", "Press Contact: A"."""
    label, colon, _ = line.spaced[:_LONGEST_LABEL].partition(":")
    return words.others_label.match(line.spaced) is not None or (
        bool(colon) and words.by_others.match(label) is not None
    )


_LONGEST_LABEL = 30


def split_pieces(text: str, words: BylineWords) -> list[str]:
    """The pieces of a line of names, parted by commas, strokes and joining words."""
    divided = (name.strip(" |·•-–—,*") for piece in _PIECES.split(text) for name in divide(piece, words))
    divided = (name for piece in divided for name in set_together(piece, words.language))
    pieces = (part for piece in divided for part in _at_full_stop(piece, words.language))
    return [DEGREES.sub("", piece) for piece in pieces if piece and not _OUTLET_IN_QUOTES.fullmatch(piece)]


def set_together(text: str, language: str | None) -> list[str]:
    """Japanese full names with blanks between them, 佐伯美咲　平井大介, and names that end in capitals with a hyphen: "Hakan
    SEZGİN-Derya ÖZ"."""
    people = text.split()
    if len(people) > 1 and all(map(is_japanese_person, people)):
        return people
    people = text.split("-")
    ends_in_capitals = all(one.rpartition(" ")[2].isupper() and not one.isupper() for one in people)
    return people if ends_in_capitals and all(is_full_name(one, language) for one in people) else [text]


def _at_full_stop(text: str, language: str | None) -> tuple[str, ...]:
    """A full name and what follows its full stop, "Anna Holt. Madrid"; a short word before it is abbreviated: "Anna Chr. Holt"."""
    name, stop, rest = text.partition(". ")
    is_whole = bool(stop) and " " in name and len(name.split()[-1]) > _ABBREVIATED and is_bare_name(name, language)
    return (name, rest) if is_whole else (text,)


_ABBREVIATED = 3


_OUTLET_IN_QUOTES = re.compile(r"[„“”\"«»].{2,40}[“”\"«»]")
"""A B, „Example Daily“: for whom somebody writes."""


_SITE = re.compile(r"[\w-]{2,40}(?:\.[a-z]{2,10}){1,2}", re.I)
"""A site as the outlet, beside a name: "Kompas.com/Ada Holm"."""
_BEHIND = re.compile(r"\s?[(（][^()（）]{1,60}[)）]$")
_PLACE = re.compile(r"[^\d:]{2,20}:\s")
"""Where from, before the name in scripts without capitals: "رأس الخيمة: حصة الشحي"."""
_TOWN = re.compile(TOWN_WORD)


def signed_names(
    text: str,
    words: BylineWords,
    own: Set[str] = frozenset(),
    is_name: Callable[[str, str | None], bool] = is_bare_name,
) -> list[str]:
    """The names in a text that holds nothing else but what stands beside names: a duty, a town before or behind them, the outlet
    (its names, plain, are `own`), something in brackets; an agency is kept. Nothing where the text says more."""
    whole = normalize_space(text[:120])
    place = None if has_case(whole) or CJK.search(whole) else _PLACE.match(whole)
    if place and not _no_place(words.language).search(place[0]):
        whole = whole[place.end() :]
    text = normalize_space(MAIL.sub(" ", _BEHIND.sub("", whole)))
    if whole[:1] in "©(" or _of_picture(words.language).match(whole):
        return []  # whose the picture is
    if is_agency(text):
        return [text] if len(text) > 2 or text.lower() in words.short_agencies else []
    everything = split_pieces(text, words)
    pieces = [piece for piece in everything if plain(piece) not in own and not _SITE.fullmatch(piece)]
    if MAIL.search(whole) or 0 < len(pieces) < len(everything):
        is_name = is_full_name  # what stands beside tells that it is one
    pieces = pieces or everything  # a site may bear its author's name
    if 0 < len(pieces) <= 4 and all(is_name(piece, words.language) for piece in pieces):
        return pieces
    if len(pieces) == 1 and (place := words.town_behind.search(text)):
        return signed_names(text[: place.start()], words, own, is_name)
    if words.place.search(text):
        return signed_names(words.place.sub("", text), words, own, is_name)
    if len(pieces) > 1 and _is_town(pieces[0], words) and not text.startswith(f"{pieces[0]}/"):  # "Divulgação/Ada Holm"
        pieces = pieces[1:]
    names = [piece for piece in pieces if is_name(piece, words.language) or is_agency(piece)]
    if not names or names[0] != pieces[0] or " " not in names[0]:
        return []
    beside = (
        *names,
        *(piece for piece in pieces if piece.lower() in DESKS or DEGREE.match(piece) or DUTY.search(piece)),
    )
    rest = [piece for piece in pieces if piece not in beside]
    # Behind the last name, or behind each.
    follow_names = len(rest) <= len(names) and not any(one in rest and two in rest for one, two in pairwise(pieces))
    return names if follow_names and all(_is_town(piece, words) for piece in rest) else []


@cache
def _no_place(language: str | None) -> re.Pattern[str]:
    """What is no place before a name, but who took the pictures, who edited."""
    others = byline_words(language).by_others.pattern
    return re.compile(rf"{picture_words(language)}|{others}|{DUTY.pattern}", re.I)


@cache
def _of_picture(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"{picture_words(language)}\.?\s", re.I)


def _is_town(text: str, words: BylineWords) -> bool:
    return (
        _TOWN.fullmatch(text) is not None
        or words.town.fullmatch(text) is not None
        or (" " not in text and not has_case(text))
    )


def is_linked_name(text: str, language: str | None) -> bool:
    """Whether the text of a link to an author's page is a name, not "View author publications"."""
    return len(text.split()) <= 4 and is_name(text, language) and not DUTY.search(text) and not PROMPT.match(text)


DEGREES_BEHIND = r"(?:,\s?[A-Z][\w.]{0,3}[A-Z][\w.]{0,4}){1,6}"
"""Degrees behind a name: ", MD, PhD, FRCP"."""


def is_account(text: str, el: Element, *, signed: bool = False) -> bool:
    """Whether a text is the name of an account, as members of a forum have them: "ada_holm", "ada1962", or "AdaHolm" and "adaholm"
    where they stand behind a by-word or link to an address that has the name."""
    if not _ACCOUNT_NAME.fullmatch(text) or PROMPT.match(text):
        return False
    if "_" in text or any(map(str.isdigit, text)):
        return True
    is_named = signed or plain(text) in plain(target_of(el, 3)[:400])
    return not text[1:].isupper() and text != text.capitalize() and is_named


_ACCOUNT_NAME = re.compile(r"[^\W\d_][\w-]{2,29}")


def signs_teaser(el: Element) -> bool:
    """Whether an element stands in an item of a list with the linked headline of a story: it names who wrote that one."""
    item = nearest(el, _ITEM, _ITEM_LEVELS)
    links = () if item is None else islice(item.iter("a"), _ITEM_LINKS)
    return any(len(text_of(link, 80)) >= _TEASER and not links_to_author(link) for link in links)


_ITEM, _ITEM_LEVELS, _ITEM_LINKS = frozenset(("li",)), 4, 6
_TEASER = 20
"""Characters of a link that is a headline."""


def links_to_author(el: Element | None, page: re.Pattern[str] = _AUTHOR_PAGE) -> bool:
    """Whether an element is inside a link to an author's page."""
    return page.search(target_of(el, 3)[:400]) is not None


def is_named_author(el: Element | None) -> bool:
    """Whether a class or id says that an element, or a box right around it, holds the author."""
    return (
        el is not None
        and is_called(el, _CLASS, 3)
        and not _BESIDES.finds(_CLASS.expression.sub(" ", el.get("class", "")[:200]))
        and not belongs_to_other_content(el)
        and not signs_teaser(el)
    )
