"""The reading of one page, from its text to an article or a refusal: each reader is asked in turn, and the answers are joined."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from db.models import Article, Outcome, Page, Reason, Rejection
from db.site_rules.loader import Site, Sites
from pipelines.extraction.article_check import Candidate, refuse, refuse_notice
from pipelines.extraction.body.boilerplate_lines import clean_lines
from pipelines.extraction.body.link_lines import read_elsewhere
from pipelines.extraction.body.text import read_body
from pipelines.extraction.credits.authors import read_authors
from pipelines.extraction.credits.chinese_credits import read_credits
from pipelines.extraction.credits.chinese_names import is_person, read_chinese_authors
from pipelines.extraction.credits.credit_lines import read_credit_lines
from pipelines.extraction.credits.credits import Credits
from pipelines.extraction.credits.names import split_byline
from pipelines.extraction.credits.original_source import OriginalSource, read_original_source
from pipelines.extraction.credits.outlet import read_outlet, read_site_names
from pipelines.extraction.credits.outlet_names import clean_outlet_name
from pipelines.extraction.dates.publication import read_publication_dates
from pipelines.extraction.dates.time_zones import Locale
from pipelines.extraction.fields import metadata as around
from pipelines.extraction.fields.headline import Headline, read_headline
from pipelines.extraction.fields.standfirst import read_standfirst, with_standfirst
from pipelines.extraction.list_pages import why_a_list
from pipelines.extraction.page.document import Document, lay_out
from pipelines.extraction.page.layout import Layout, lay_around
from pipelines.extraction.page.locale import language_code, read_country, read_language
from pipelines.extraction.page.main_content import locate
from pipelines.extraction.page.pictures import read_images
from pipelines.extraction.page.state import State
from pipelines.extraction.page.structured_data import StructuredData, read_stated
from pipelines.extraction.site_rules import RuleValues, read_ruled
from pipelines.extraction.text.byline_words import byline_words
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_count import count_words

_HEADLESS = 400
"""Characters of text from which a page without any headline is still an article."""
_FROM_OUTSIDE = ("address", "hint")
"""Witnesses of a time that are none of what the page shows."""


def read_article(html: str, page: Page, sites: Sites) -> Outcome:
    """Read the decoded text of a page."""
    sheet = lay_out(html)
    if sheet is None:
        return Rejection(reason=Reason.EMPTY, detail="The body holds no markup that can be read.")
    site = sites.for_host(_host(page, sheet))
    stated = read_stated(sheet.head, page.address, State(html, sheet, page.address))
    site_names = read_site_names(sheet, stated, site)
    labels = _host_labels(page)
    headline = _headline(sheet, stated, (*site_names, *labels), page)
    line = headline.line if headline else None
    stand = locate(sheet, line)
    layout = lay_around(sheet, line, stand)
    place = _place(sheet, page, site, layout, headline, stated)
    dated = read_publication_dates(sheet, layout, stated, place, page)
    ruled = read_ruled(html, site, place, page.address, dated.published)
    if (language := ruled.get("language")) and language != place.language:
        place = replace(place, language=language)
        dated = read_publication_dates(sheet, layout, stated, place, page)
    credits = read_credits(layout) if place.language in ("zh", None) else read_credit_lines(layout, place.language)
    images = read_images(stand.box, page.address)
    standfirst = read_standfirst(sheet, stand, stated, headline)
    bears_date = bool(ruled.get("published") or (dated.published and dated.published_by not in _FROM_OUTSIDE))
    listed = why_a_list(sheet, layout, page.address, is_article=stated.is_article, dated=bears_date)
    # Only now: reading the body cuts the tree.
    desk = _Desk(
        page=page,
        sheet=sheet,
        stated=stated,
        layout=layout,
        place=place,
        credits=credits,
        site=site,
        site_names=site_names,
        labels=labels,
        headline=headline,
    )
    fields, credit_rows = _fields(desk)
    text_by = "trafilatura"
    if text := ruled.get("text"):
        lines = text.split("\n")
    else:
        names = ruled.get("authors") or fields["authors"][0]
        authors = names if isinstance(names, tuple) else ()
        lines = with_standfirst(read_body(sheet, stand), standfirst)
        elsewhere = read_elsewhere(sheet)
        foreign = _foreign(sheet, headline, credit_rows) | (elsewhere.links if stated.is_news else set())
        lines = clean_lines(lines, foreign, elsewhere, authors)
        text = "\n".join(lines)
        if len(text) < _HEADLESS and (told := _told_lines(stated, page, text)):
            lines, text_by = clean_lines(told, foreign, elsewhere, authors), stated.said.by("body")
            text = "\n".join(lines)
    headline = _ruled_headline(ruled) or headline or _first_sentence(lines)
    title = headline.text if headline else None
    read = Candidate(
        page=page,
        sheet=sheet,
        layout=layout,
        stated=stated,
        title=title,
        text=text,
        language=place.language,
        dated=bool(ruled.get("published") or dated.published),
        bears_date=bears_date,
        listed=listed,
        authored=bool(ruled.get("authors") or fields["authors"][0]),
    )
    # The text of a site rule or of the page's own state is the article: printed lines and links say nothing of it.
    given = "text" in ruled.values or text_by.startswith("state")
    refusal = refuse_notice(read) if given else refuse(read)
    if refusal or headline is None:
        return refusal or Rejection(reason=Reason.NOT_ARTICLE, detail="The page has no headline.")
    fields |= {"published": (dated.published, dated.published_by), "modified": (dated.modified, dated.modified_by)}
    fields |= {"title": (headline.text, headline.found_by), "images": (images, "body"), "text": (text, text_by)}
    fields["word_count"] = (count_words(text), "text")
    fields |= ruled.fields
    return Article(
        url=page.url,
        **{name: value for name, (value, _) in fields.items()},  # type: ignore[arg-type]
        provenance={name: by for name, (value, by) in fields.items() if by and value not in (None, (), "", False)},
    )


def _host(page: Page, sheet: Document) -> str | None:
    """The host whose rules hold: that of the page's address, of a file without one that of the address which it states."""
    own = page.address or around.absolute(sheet.head.canonical or sheet.head.meta("og:url") or "", None)
    return urlsplit(own or "").hostname


def _ruled_headline(ruled: RuleValues) -> Headline | None:
    title = ruled.get("title")
    return Headline(title, ruled.by, None) if title else None


def _host_labels(page: Page) -> tuple[str, ...]:
    """What a title may call the site by: the parts of its host's name ("nzz" of www.nzz.ch), but for the short last ones."""
    labels = (urlsplit(page.address or "").hostname or "").split(".")[:-1]
    return tuple(
        label for label in labels if len(label) > 2 and label not in ("www", "com", "org", "net", "gov", "edu")
    )


def _headline(sheet: Document, stated: StructuredData, site_names: tuple[str, ...], page: Page) -> Headline | None:
    found = read_headline(sheet, stated, site_names)
    if (found is None or (found.found_by == "title" and found.line is None)) and stated.said.title:
        return Headline(stated.said.title, stated.said.by("title"), None)
    if found is None and page.hint and page.hint.title:
        return Headline(page.hint.title, "hint", None)
    return found


def _told_lines(stated: StructuredData, page: Page, text: str) -> list[str]:
    """The text that the page's state holds, where it is more than the page prints; on any page but a front page."""
    if not urlsplit(page.address or "//host/path").path.strip("/"):
        return []
    told = stated.said.lines
    own, whole = plain(text), plain("".join(told))
    is_more = len(whole) > 2 * len(own) and (len(text) < _NOTHING or own[:_BEGINNING] in whole)
    return told if is_more else []


_NOTHING = 160
"""Characters of printed text up to which a page may have no text of its own, but a notice or a teaser."""
_BEGINNING = 40
"""Letters of a printed text by which it is found again in a longer one."""


def _first_sentence(lines: list[str]) -> Headline | None:
    """A headline for a text that has none: its own beginning, where the text is long enough to be an article."""
    if sum(map(len, lines)) < _HEADLESS:
        return None
    match = re.match(r"[^。！？]{4,60}[。！？]|.{4,120}?[.!?…](?=\s|$)|.{4,100}", lines[0])
    return Headline(match[0], "first sentence", None) if match else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What lies on the desk while one page is read."""

    page: Page
    sheet: Document
    stated: StructuredData
    layout: Layout
    place: Locale
    credits: Credits
    site: Site | None
    site_names: tuple[str, ...]
    labels: tuple[str, ...]
    headline: Headline | None


def _fields(desk: _Desk) -> tuple[dict[str, tuple[object, str]], frozenset[int]]:
    """Every field that needs no text, with how it was found; and the rows of lines that are credits and nothing else."""
    sheet, layout, stated, credits, page = desk.sheet, desk.layout, desk.stated, desk.credits, desk.page
    site_names, language, hint, headline = desk.site_names, desk.place.language, desk.page.hint, desk.headline
    if language != "zh":
        authors, authors_by = read_authors(sheet, layout, stated, site_names, credits.authors, language)
    elif credits.authors:
        authors, authors_by = list(credits.authors), "credit line"
    else:
        authors, authors_by = read_chinese_authors(sheet, layout, stated, desk.place, credits)
    if not authors and stated.said.authors:
        told = [name for text in stated.said.authors for name in split_byline(text, byline_words(language))]
        authors, authors_by = (
            [name for name in told if language != "zh" or _is_told(name, desk)],
            stated.said.by("authors"),
        )
    if not authors and hint and hint.author:
        authors, authors_by = split_byline(hint.author, byline_words(language)), "hint"
    section, section_by = around.read_section(sheet, stated)
    if section is None and hint and hint.section:
        section, section_by = hint.section, "hint"
    source, source_by = read_outlet(sheet, layout, stated, credits, site_names, desk.labels, language)
    if source is None and stated.said.source:
        source, source_by = clean_outlet_name(stated.said.source), stated.said.by("source")
    if source is None and desk.site and desk.site.outlet:
        source, source_by = desk.site.outlet, "site"
    if source is None and credits.second_source:
        source, source_by = credits.original_source, "credit line"
        credits = replace(credits, original_source=None)
    origin = read_original_source(layout, source) if language in ("zh", None) else OriginalSource()
    original = credits.original_source or origin.outlet
    tags, tags_by = around.read_tags(sheet.head, stated)
    fields: dict[str, tuple[object, str]] = {
        "authors": (tuple(authors), authors_by),
        "editors": (credits.editors, "credit line") if credits.editors else (tuple(stated.editors), "json-ld"),
        "proofreaders": (credits.proofreaders, "credit line"),
        "source": (source, source_by),
        "original_source": (original, "credit line"),
        "canonical_url": around.read_canonical(sheet.head, stated, page.address),
        "subtitle": around.read_subtitle(layout, headline.text if headline else "", stated),
        "section": (section, section_by),
        "tags": (tags, tags_by),
        "description": around.read_description(sheet.head, stated),
        "paywalled": around.read_paywall(sheet, layout, stated),
        "comment_count": around.read_comment_count(layout, stated),
        "language": (language, "declared or by writing"),
    }
    return fields, credits.lines | origin.rows


def _is_told(name: str, desk: _Desk) -> bool:
    """Whether a Chinese name in the state is an author's: accounts are outlets, and a system's `author` is whoever put the
    page in, unless the reader sees the name as well."""
    shell = desk.stated.state is not None and desk.stated.state.is_shell
    return is_person(name) and (shell or any(name in line.text for line in desk.sheet.lines))


def _place(
    sheet: Document, page: Page, site: Site | None, layout: Layout, headline: Headline | None, stated: StructuredData
) -> Locale:
    sample = " ".join(line.text for line in layout.paragraphs[:12]) or (headline.text if headline else "")
    language = (language_code(site.language) if site and site.language else None) or read_language(
        sheet.head, sample, stated.language
    )
    return Locale(
        site_timezone=site.timezone if site else None,
        country=read_country(sheet.head, page.address),
        language=language,
        fetched_at=page.fetched_at,
    )


def _foreign(sheet: Document, headline: Headline | None, credit_rows: frozenset[int]) -> set[str]:
    """Lines that the other readers have taken: they are not text."""
    lines = {plain(sheet.lines[row].text) for row in credit_rows}
    if headline:
        title = plain(headline.text)
        lines |= {title, *(mark + title for mark in _MARKS)}
        if headline.line:
            lines.add(plain(headline.line.text))
    return lines


_MARKS = ("原创", "原創", "视频", "图集", "组图", "独家", "plus", "exklusiv", "premium", "abo")
"""What stands before a headline that a page says again over its text."""
