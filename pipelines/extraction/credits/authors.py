"""Who wrote an article, outside Chinese: names from structured data, else names printed on the page.

Structured data is believed if it names people. If it names only the outlet (the site's own name, a desk), a person in the printed
byline wins, and the outlet is the last resort. `byline_names` and `printed_names` find the printed names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from pipelines.extraction.credits.byline_names import (
    names_after_byline,
    names_below_text,
    names_in_byline,
    printed_reporters,
)
from pipelines.extraction.credits.byline_places import credits_others
from pipelines.extraction.credits.headline_names import names_alone, names_with_duty
from pipelines.extraction.credits.lines.credits import Credits
from pipelines.extraction.credits.microdata import marked_organisations, microdata_names
from pipelines.extraction.credits.names.persons import is_bare_name, is_handle, split_byline
from pipelines.extraction.credits.other_names import OtherNames
from pipelines.extraction.credits.printed_names import (
    author_box_name,
    author_links,
    biography_name,
    closing_name,
    consists_of_words,
    name_beside_date,
    names_above_text,
    names_in_author_elements,
    outlet_accounts,
    repeated_name,
    small_names,
)
from pipelines.extraction.credits.script_authors import read_script_authors
from pipelines.extraction.credits.signatures import read_signature
from pipelines.extraction.credits.site_names import named_in_title
from pipelines.extraction.languages.loader import any_of, languages, words_of
from pipelines.extraction.page.document import Document, normalize_space
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.locale import language_code
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.structured_data.meta_names import METAS
from pipelines.extraction.text.byline_words import OF_ALL, BylineWords, byline_words
from pipelines.extraction.text.roles import is_agency
from pipelines.extraction.text.titles import pieces_behind, plain, without_accents, without_top_level
from pipelines.extraction.text.writing import CJK

_AUTHOR_META = re.compile(
    r"(?!twitter:|fediverse:|smartbanner:)(?:[\w-]{1,20}[.:]){0,2}(?:(?:article|news|post|page|story|content)?[_-]?(?:authors?|bylines?|writer"
    r"|reporter|creator)|contributor)(?:[._:-]?names?)?"
)
"""Other names of such a meta: mrf:authors, lp.article:author, author_name."""
_DESK = re.compile(
    rf"(?:(?:[A-Z]{{2,5}} )?(?:{any_of(words_of('desk'), spaces=False)})"
    r"|(?:[\w.&]{1,20} ){0,3}(?:news|online|web|editorial|global|international|business|sports?|city|national|breaking)"
    r" ?(?:desk|team|staff)|(?:[\w.&]{1,20} ){1,3}(?:desk|bureau))$",
    re.I,
)
"""Names of a desk and of nobody: the outlet, where no person is named."""
_DESK_OF = re.compile(rf"(?:{any_of(words_of('desk'), spaces=False)})\s(?:(?:de|del|di|da|von|van)\s)?", re.I)
"""A desk before the name of the outlet: "Redaktion Example Daily"."""
_ORGANISATION = re.compile(rf"\b(?:{any_of(words_of('organisation'), spaces=False)})\b\.?$|\b(?-i:News)\s", re.I)
"""How the name of an organisation ends, and the word in it that no person is called: "Asia News Net"."""


_FOUND_BY = {"guess": "byline", "duty": "byline", "signed": "byline", "small": "byline"}


@dataclass(frozen=True, kw_only=True)
class _Outlet:
    """What the outlet is called: by the site, also without its ".com", in its host's name, as the owner of its rights."""

    names: tuple[str, ...]
    hosts: tuple[str, ...]
    owner: str
    words: BylineWords
    layout: Layout

    @cached_property
    def printed(self) -> str:
        """What the page prints around the text."""
        lines = (*self.layout.below_headline, *self.layout.inside[-4:], *self.layout.tail)
        return "".join(plain(line.text) for line in lines if not credits_others(line, self.words))

    def is_called(self, name: str) -> bool:
        """Whether a name is the outlet's, a desk's or an organisation's. A byline that the host bears as well is a person's."""
        key = plain(name)
        is_organisation = _ORGANISATION.search(name) and not is_agency(name.removeprefix("The "))
        if _DESK.match(name.rstrip("0123456789")) or is_organisation or (len(key) > 4 and key in self.owner):
            return True
        if (desk := _DESK_OF.match(name)) and plain(name[desk.end() :]) in map(plain, self.names):
            return True
        key_in_host = without_accents(key)
        in_host = any(key_in_host.startswith(host) or (len(key) > 4 and key_in_host in host) for host in self.hosts)
        if in_host and not (is_bare_name(name, self.words.language) and key in self.printed):
            return True
        return any(
            key == plain(site)
            or (len(key) > 4 and key in plain(site))
            or (len(plain(site)) > 4 and key.startswith(plain(site)))
            or (site.isupper() and name.startswith(f"{site} "))
            for site in self.names
        )

    def has_owner(self, name: str) -> bool:
        """Whether the name of an account is that of a person who set the site up, and has no word of what it is called."""
        called = "".join(map(plain, (*self.names, *self.hosts)))
        return is_bare_name(name, self.words.language) and not any(plain(word) in called for word in name.split())


def read_authors(
    document: Document,
    layout: Layout,
    structured: StructuredData,
    site_names: tuple[str, ...],
    host_labels: tuple[str, ...],
    credits: Credits,
    language: str | None = None,
) -> tuple[list[str], str]:
    """Who wrote the article, and how that was found ("" where nothing was). `host_labels` are the parts of the host's name that may
    be the site's."""
    words = byline_words(language, _template_language(document, language))
    site_names = site_names or tuple(filter(None, [named_in_title(document, host_labels)]))
    outlets: tuple[list[str], str] = ([], "")
    signed_by_outlet = False
    accounts = frozenset(plain(name) for name in outlet_accounts(layout))
    organisations = {*map(plain, structured.author_organisations), *map(plain, marked_organisations(document))}
    outlet = _Outlet(
        names=tuple(dict.fromkeys((*site_names, *map(without_top_level, site_names)))),
        hosts=tuple(map(plain, host_labels)),
        owner=plain(document.head.meta("copyright", "dcterms.rights", "rights") or ""),
        words=words,
        layout=layout,
    )
    shown = (*layout.header, *layout.inside, *layout.tail) if credits.editors else ()
    only_edited = {name for name in credits.editors if sum(name in line.spaced for line in shown) < 2}
    headline = plain(layout.headline.text) if layout.headline else ""
    sites = (*site_names, *pieces_behind(document.head.title)[-1:])
    of_site, letters = {*map(plain, sites[len(site_names) :])}, tuple(f"{name} " for name in sites if name.isupper())
    sections = {
        plain(text)
        for text in (*structured.sections, document.head.meta("article:section"), *structured.keywords)
        if text
    }
    others = OtherNames(document, layout, structured, words, (*map(plain, site_names), *outlet.hosts))
    for by, values in _name_sources(document, layout, structured, credits.authors, site_names, words, others):
        if by == "guess" and signed_by_outlet:
            break
        whole = {*map(plain, site_names), *organisations}
        names = _split_names(values, whole, words, trusted=by in ("json-ld", "meta", "microdata", "small"))
        if by in ("byline", "duty", "guess"):
            names = [name for name in names if plain(name) not in sections and name not in only_edited]
        if by in ("duty", "guess"):
            names = [name for name in names if plain(name) not in headline and not consists_of_words(name, layout)]
        if by in ("byline", "guess"):  # behind a by-word, the first is a name
            names = [name for at, name in enumerate(names) if (by == "byline" and not at) or not others.has(name)]
        names = [_without_outlet(name, sites, language) for name in names]
        # "A, Example Daily", "A, GC Goiás" on the pages of GC.
        names = [
            name for at, name in enumerate(names) if not at or not (plain(name) in of_site or name.startswith(letters))
        ]
        if not names:
            continue
        people = [name for name in names if not outlet.is_called(name)]
        people = [name for name in people if plain(name) not in accounts or outlet.has_owner(name)]
        people = [name for name in people if by not in ("json-ld", "microdata") or plain(name) not in organisations]
        handles = [name for name in people if is_handle(name)]  # the author's where nobody is named
        people = [name for name in people if name not in handles]
        if people:
            return _unless_contradicted(people, _FOUND_BY.get(by, by), layout, outlet, credits, words)
        # One who signs with an account is a person.
        signed_by_outlet = signed_by_outlet or (bool(handles) and by != "small")
        outlets = outlets if outlets[0] else (names[:3], _FOUND_BY.get(by, by))
    return outlets


def _without_outlet(name: str, sites: Iterable[str], language: str | None) -> str:
    """A full name without the outlet set behind it, or the end of what it is called: "Anna Holt The Record"."""
    for words in (site.split() for site in sites):
        for tail in (" ".join(words), *(f"The {' '.join(words[at:])}" for at in range(len(words)))):
            bare = name.removesuffix(f" {tail}")
            if bare != name and is_bare_name(bare, language):
                return bare
    return name


def _template_language(document: Document, language: str | None) -> str | None:
    """The language that the page declares where its text is in another, as the English texts of Japanese or Greek papers."""
    declared = language_code(document.head.lang or "")
    return declared if declared in languages() and declared not in (language, "en") else None


def _unless_contradicted(
    people: list[str], by: str, layout: Layout, outlet: _Outlet, credits: Credits, words: BylineWords
) -> tuple[list[str], str]:
    """The names from structured data, unless the byline prints more names, or others' while these are not on the page or are the
    editors': templates fill in whoever entered the article. A name that shares a word with the printed one is the same person's.
    """
    if by in ("json-ld", "meta", "microdata"):
        keys, editors = ({plain(name) for name in names} for names in (people, credits.editors))
        known, reporters = {*" ".join(people).casefold().split()}, printed_reporters(layout)
        marked = names_in_author_elements(layout, words, frozenset(map(plain, outlet.names)))
        for lines in (names_after_byline(layout, words), author_links(layout, words), reporters, marked):
            printed = _split_names(lines, set(), words, trusted=False)
            printed = [name for name in printed if (" " in name or CJK.search(name)) and not outlet.is_called(name)]
            if not printed:
                continue
            others = known.isdisjoint(" ".join(printed).casefold().split()) and (
                lines is reporters or not any(key in outlet.printed for key in keys - editors)
            )
            more = (
                lines is not marked
                and keys < {plain(name) for name in printed}
                and all(is_bare_name(name, words.language) for name in printed)
            )
            if others or more:
                return printed[:20], "byline"
    return people[:20], by


def _name_sources(
    document: Document,
    layout: Layout,
    structured: StructuredData,
    credited: Sequence[str],
    site_names: tuple[str, ...],
    words: BylineWords,
    others: OtherNames,
) -> Iterator[tuple[str, Iterable[str]]]:
    """Names by where they were found, best source first.

    "guess" for printed names that neither a word nor an element marks as the author's, "small" for those all in lower case.
    """
    if structured.is_article:
        yield "json-ld", structured.authors
    for key in METAS.author:
        if values := document.head.metas.get(key):
            yield "meta", [_forename_first(value, library=key == "citation_author") for value in values]
    # A label in the head is in the language of the system, and no part of a name.
    if OF_ALL.heading.match(document.head.meta("twitter:label1") or ""):
        yield "meta", document.head.metas.get("twitter:data1", [])
    yield "microdata", list(microdata_names(document))
    language, own = words.language, frozenset(map(plain, site_names))
    yield "byline", names_in_byline(layout, words)
    yield "byline", names_below_text(layout, words)
    yield "byline", list(author_links(layout, words))
    yield "byline", list(names_in_author_elements(layout, words, own))
    yield "small", small_names(layout, words)
    yield "duty", list(names_with_duty(layout, words, language))
    for key, values in document.head.metas.items():
        if key not in METAS.author and _AUTHOR_META.fullmatch(key):
            yield "meta", values
    yield "credit line", credited
    yield "signed", read_signature(layout, words)
    for printed in (
        name_beside_date(layout, words, own, others.has),
        names_above_text(layout, words, own),
        names_alone(layout, words, own, language),
        author_box_name(layout, words),
        biography_name(layout, words),
        repeated_name(layout, words),
    ):
        yield "guess", list(printed)
    yield "guess", list(closing_name(layout, language, words, own))
    names, path = read_script_authors(document, structured, language)
    yield path, names
    yield "json-ld", structured.authors


def _forename_first(value: str, *, library: bool) -> str:
    """A name given as "Holt, Anna", forename first. Highwire's tags for libraries also write "Holt, Anna M."."""
    surname, comma, forename = value.partition(", ")
    if library:
        return f"{forename} {surname}" if comma and "," not in forename and len(surname.split()) <= 3 else value
    single = all(word.istitle() and word.isalpha() and not is_agency(word) for word in (surname, forename))
    return f"{forename} {surname}" if single else value


def _split_names(values: Iterable[str], outlets: Set[str], words: BylineWords, *, trusted: bool) -> list[str]:
    """The names in the values. Those that are the name of one of the `outlets` (plain) stay whole, unless they are people's."""
    found: dict[str, str] = {}
    for value in list(values)[:30]:
        names = split_byline(value, words, trusted=trusted)
        # "Jobs & Hire" are not two people where the site is called so.
        if trusted and len(value) <= 60 and plain(value) in outlets:
            are_people = all(is_bare_name(name, words.language) for name in names) and not _ORGANISATION.search(value)
            names = names if are_people else [normalize_space(value)]
        for name in names:
            found.setdefault(plain(name), name)
    return [*found.values()]
