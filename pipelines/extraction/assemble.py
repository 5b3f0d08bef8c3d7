"""Reads one page, from its decoded text to an article or a rejection: asks each reader in turn and combines what they find."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from db.models import Article, Outcome, Page, Reason, Rejection
from db.site_rules.loader import RemoveRule, Site, Sites
from pipelines.extraction.article_check import ArticleCandidate, reject
from pipelines.extraction.body.boilerplate_lines import drop_boilerplate_lines
from pipelines.extraction.body.link_lines import find_link_lines
from pipelines.extraction.body.text import read_body
from pipelines.extraction.credits.authors import read_authors
from pipelines.extraction.credits.chinese_authors import read_chinese_authors
from pipelines.extraction.credits.lines.chinese_credits import credits_persons, read_credits
from pipelines.extraction.credits.lines.credit_lines import read_credit_lines
from pipelines.extraction.credits.lines.credits import Credits
from pipelines.extraction.credits.lines.original_source import read_original_source
from pipelines.extraction.credits.lines.printed_sources import read_printed_source
from pipelines.extraction.credits.names.persons import split_byline
from pipelines.extraction.credits.outlet import possible_outlets
from pipelines.extraction.credits.script_authors import read_script_editors
from pipelines.extraction.credits.site_names import read_site_names
from pipelines.extraction.dates.publication import PublicationDates, read_publication_dates
from pipelines.extraction.dates.time_zones import Locale
from pipelines.extraction.fields import metadata, section
from pipelines.extraction.fields.headline import Headline, read_headline
from pipelines.extraction.fields.standfirst import prepend_standfirst, read_standfirst
from pipelines.extraction.list_pages import find_list_evidence
from pipelines.extraction.notices import judge_notice
from pipelines.extraction.page.document import Document, parse_document
from pipelines.extraction.page.headings import find_subheadings, heading_levels
from pipelines.extraction.page.layout import Layout, read_layout
from pipelines.extraction.page.locale import language_code, read_country, read_language
from pipelines.extraction.page.main_content import MainContent, find_main_content
from pipelines.extraction.page.pictures import read_images
from pipelines.extraction.removals import RestOfPage, rest_of_page
from pipelines.extraction.site_rules import RuleValues, apply_site_rules, is_in_force
from pipelines.extraction.structured_data.json_ld import StructuredData, read_structured_data
from pipelines.extraction.structured_data.meta_names import METAS
from pipelines.extraction.structured_data.state import ScriptState
from pipelines.extraction.text.byline_words import byline_words
from pipelines.extraction.text.titles import first_sentence, plain
from pipelines.extraction.text.word_count import count_words

_MIN_LENGTH_WITHOUT_HEADLINE = 400
"""Characters from which a text without any headline is an article, and from which the page's state is not read for a longer one."""
_NOT_ON_PAGE = ("address", "hint")
"""Sources of a time that are not on the page itself."""
_VERY_SHORT = 160
"""Characters of printed text up to which a page may have no text of its own, only a notice or a teaser."""
_BEGINNING = 40
"""Letters of a printed text by which it is found in a longer one."""
_HEADLINE_PREFIXES = ("原创", "原創", "视频", "图集", "组图", "独家", "plus", "exklusiv", "premium", "abo")
"""Labels before a headline that is repeated above the text."""
_OPENING_CREDIT = re.compile(r"[(（〔【\[][^()（）〔〕【】\[\]]{2,40}[)）〕】\]].{0,200}[。！？]")
"""A paragraph that opens with its reporter or agency in brackets."""
_SECOND_LEVEL_LABELS = ("www", "com", "org", "net", "gov", "edu")

_NO_MARKUP = Rejection(reason=Reason.EMPTY, detail="The body holds no markup that can be read.")

_Fields = dict[str, tuple[object, str]]
"""By field of Article: its value and its provenance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What is known of a page before its single fields and its text are read."""

    page: Page
    document: Document
    structured: StructuredData
    main: MainContent
    layout: Layout
    locale: Locale
    dates: PublicationDates
    ruled: RuleValues
    credits: Credits
    site: Site | None
    site_names: tuple[str, ...]
    host_labels: tuple[str, ...]
    headline: Headline | None
    rest: RestOfPage


class _Outlets(NamedTuple):
    source: tuple[str | None, str]
    original_source: str | None
    credit_rows: Set[int]
    """Rows of lines that are credits and nothing else."""


def read_article(html: str, page: Page, sites: Sites) -> Outcome:
    """Read the decoded text of a page."""
    document = parse_document(html)
    if document is None:
        return _NO_MARKUP
    site = sites.for_host(_host(page, document))
    if site is None or not site.remove:
        return _read(html, document, page, site, RestOfPage(html=html))
    # Whether a rule with an end applies depends on the day that the page without the other rules' elements states.
    lasting = [rule for rule in site.remove if rule.until is None]
    outcome = _read_rest(html, document, page, site, lasting)
    day = outcome.published.at.date() if isinstance(outcome, Article) and outcome.published else None
    in_force = [rule for rule in site.remove if is_in_force(rule.until, day, page.fetched_at)]
    return outcome if len(in_force) == len(lasting) else _read_rest(html, document, page, site, in_force)


def _read_rest(html: str, document: Document, page: Page, site: Site, rules: Sequence[RemoveRule]) -> Outcome:
    """Read a page without what these rules take out."""
    rest = rest_of_page(html, rules, site.name)
    left = parse_document(rest.html) if rest.boxes else document
    if left is None:
        return _NO_MARKUP
    outcome = _read(html, rest.lines.rest_of_document(left), page, site, rest)
    if isinstance(outcome, Rejection) and (taken := rest.provenance()):
        return replace(outcome, detail=f"{outcome.detail or ''} The page was read {taken}.".strip())
    return outcome


def _read(html: str, document: Document, page: Page, site: Site | None, rest: RestOfPage) -> Outcome:
    """Read a parsed page. `html` is the page as received, which the rules for fields see."""
    context = _read_context(html, document, page, site, rest)
    ruled, dates = context.ruled, context.dates
    found_authors = _read_authors(context)
    outlets = _read_outlets(context, found_authors[0])
    authors = ruled.get("authors") or found_authors[0]
    if text := ruled.get("text"):
        lines, text_by = _without_lines(text.split("\n"), rest, ruled.provenance)
    else:
        lines, text_by = _read_text(context, outlets.credit_rows, authors)
    headline = _ruled_headline(ruled, context.headline) or context.headline or _headline_from_text(lines)
    candidate = _candidate(context, headline, "\n".join(lines), has_authors=bool(authors))
    # A text from a site rule or from the page's state is an article: the links on the page do not count.
    is_given = candidate.text and ("text" in ruled.values or text_by.startswith("state"))
    rejection = judge_notice(candidate) or (None if is_given else reject(candidate))
    if rejection or headline is None:
        return rejection or Rejection(reason=Reason.NOT_ARTICLE, detail="The page has no headline.")
    fields = _read_fields(context, outlets)
    levels = heading_levels(context.document, lines, ruled.get("subtitle") or str(fields["subtitle"][0]))
    fields |= {
        "authors": found_authors,
        "title": (headline.text, headline.found_by),
        "kicker": (headline.kicker, "heading"),
        "alternative_title": (headline.alternative, "page"),
        "text": (candidate.text, text_by),
        "subheadings": (find_subheadings(lines, levels), "heading"),
        "word_count": (candidate.word_count, "text"),
        "published": (dates.published, dates.published_by),
        "modified": (dates.modified, dates.modified_by),
        **{name: found for name, found in ruled.fields.items() if name != "text"},
    }
    return Article(
        url=page.url,
        **{name: value for name, (value, _) in fields.items()},  # type: ignore[arg-type]
        provenance={name: by for name, (value, by) in fields.items() if by and value not in (None, (), "", False)},
    )


def _read_context(html: str, document: Document, page: Page, site: Site | None, rest: RestOfPage) -> _Context:
    """What the single fields and the text are read with, each step with what the one before it found."""
    structured = read_structured_data(document.head, page.address, ScriptState(rest.html, document))
    site_names, host_labels = read_site_names(document, structured, site), _host_labels(page)
    headline = _read_headline(document, structured, (*site_names, *host_labels), page)
    line = headline.line if headline else None
    document = replace(document, language=_read_language(document, site, headline, structured))
    main = find_main_content(document, line)
    layout = read_layout(document, line, main)
    locale = _read_locale(document, page, site)
    dates = read_publication_dates(document, layout, structured, locale, page)
    ruled = apply_site_rules(html, rest.html, site, locale, page.address, dates.published)
    if (language := ruled.get("language")) and language != locale.language:
        locale = replace(locale, language=language)
        dates = read_publication_dates(document, layout, structured, locale, page)
    is_chinese = locale.language in ("zh", None)
    return _Context(
        page=page,
        document=document,
        structured=structured,
        main=main,
        layout=layout,
        locale=locale,
        dates=dates,
        ruled=ruled,
        credits=read_credits(layout) if is_chinese else read_credit_lines(layout, locale.language),
        site=site,
        site_names=site_names,
        host_labels=host_labels,
        headline=headline,
        rest=rest,
    )


def _read_language(
    document: Document, site: Site | None, headline: Headline | None, structured: StructuredData
) -> str | None:
    if site and site.language and (language := language_code(site.language)):
        return language
    row = headline.line.row if headline and headline.line else -1
    return read_language(document, headline.text if headline else "", row, structured.language)


def _candidate(context: _Context, headline: Headline | None, text: str, *, has_authors: bool) -> ArticleCandidate:
    """What is judged: whether the page is an article."""
    document, layout, structured, dates = context.document, context.layout, context.structured, context.dates
    is_ruled = bool(context.ruled.get("published"))
    is_dated_on_page = is_ruled or bool(dates.published and dates.published_by not in _NOT_ON_PAGE)
    return ArticleCandidate(
        page=context.page,
        document=document,
        layout=layout,
        structured=structured,
        title=headline.text if headline else None,
        text=text,
        word_count=count_words(text),
        language=context.locale.language,
        has_date=is_ruled or dates.published is not None,
        is_dated_on_page=is_dated_on_page,
        has_authors=has_authors,
        list_evidence=find_list_evidence(
            document, layout, context.page.address, is_article=structured.is_article, dated=is_dated_on_page
        ),
    )


def _host(page: Page, document: Document) -> str | None:
    """The host whose site rules apply: that of the page's address, or of the address that a file states."""
    address = page.address or metadata.absolute(document.head.canonical or document.head.meta("og:url") or "", None)
    return urlsplit(address or "").hostname


def _host_labels(page: Page) -> tuple[str, ...]:
    """The labels of the host's name by which a title may name the site: "nzz" of www.nzz.ch."""
    labels = (urlsplit(page.address or "").hostname or "").split(".")[:-1]
    return tuple(label for label in labels if len(label) > 2 and label not in _SECOND_LEVEL_LABELS)


def _read_headline(
    document: Document, structured: StructuredData, site_names: tuple[str, ...], page: Page
) -> Headline | None:
    headline = read_headline(document, structured, site_names)
    is_weak = headline is None or (headline.found_by == "title" and headline.line is None)
    if is_weak and (title := structured.script_article.title):
        return Headline(title, structured.script_article.found_by("title"), None)
    if headline is None and page.hint and page.hint.title:
        return Headline(page.hint.title, "hint", None)
    return headline


def _ruled_headline(ruled: RuleValues, found: Headline | None) -> Headline | None:
    title = ruled.get("title")
    return Headline(title, ruled.provenance, None, kicker=found.kicker if found else None) if title else None


def _headline_from_text(lines: list[str]) -> Headline | None:
    """The first sentence as the headline of a text that has none and is long enough to be an article."""
    if sum(map(len, lines)) < _MIN_LENGTH_WITHOUT_HEADLINE:
        return None
    sentence = first_sentence(lines[0])
    return Headline(sentence, "first sentence", None) if sentence else None


def _read_locale(document: Document, page: Page, site: Site | None) -> Locale:
    return Locale(
        site_timezone=site.timezone if site else None,
        country=read_country(document.head, page.address),
        language=document.language,
        fetched_at=page.fetched_at,
    )


def _read_fields(context: _Context, outlets: _Outlets) -> _Fields:
    """The fields that depend neither on the text, the authors nor the times."""
    document, layout, structured, credits = context.document, context.layout, context.structured, context.credits
    hint, title = context.page.hint, context.headline.text if context.headline else ""
    language = context.locale.language
    filed = section.read_section(document, layout, title, structured, context.page.address)
    if filed[0] is None and hint and hint.section:
        filed = hint.section, "hint"
    return {
        "editors": _read_editors(document, structured, credits, language),
        "proofreaders": (tuple(credits.proofreaders), "credit line"),
        "source": outlets.source,
        "original_source": (outlets.original_source, "credit line"),
        "canonical_url": metadata.read_canonical(document.head, context.page.address),
        "subtitle": metadata.read_subtitle(layout, title, structured),
        "section": filed,
        "tags": metadata.read_tags(document.head, layout, structured),
        "description": metadata.read_description(document.head, structured),
        "images": (read_images(context.main.element, context.page.address), "body"),
        "paywalled": metadata.read_paywall(document, layout, structured, language),
        "comment_count": metadata.read_comment_count(document, layout, structured, language),
        "language": (language, "declared or by writing"),
    }


def _read_editors(
    document: Document, structured: StructuredData, credits: Credits, language: str | None
) -> tuple[tuple[str, ...], str]:
    if credits.editors:
        return tuple(credits.editors), "credit line"
    if structured.editors:
        return structured.editors, "json-ld"
    if stated := split_byline(document.head.meta(*METAS.editor) or "", byline_words(language)):
        return tuple(stated), "meta"
    # Reading all scripts takes a quarter of a page's time, and few systems outside China put editors into the state.
    names, by = read_script_editors(document, structured) if language == "zh" else ([], "")
    return tuple(names), by


def _read_authors(context: _Context) -> tuple[tuple[str, ...], str]:
    document, layout, structured, credits = context.document, context.layout, context.structured, context.credits
    language, hint, hosts = context.locale.language, context.page.hint, context.host_labels
    if language != "zh":
        authors, by = read_authors(document, layout, structured, context.site_names, hosts, credits, language)
    else:
        authors, by = read_chinese_authors(document, layout, structured, context.locale, credits)
    if not authors and hint and hint.author:
        authors, by = split_byline(hint.author, byline_words(language)), "hint"
    return tuple(authors), by


def _read_outlets(context: _Context, authors: Sequence[str]) -> _Outlets:
    """The outlet, the original source, and the lines that are credits."""
    layout, structured, credits, language = context.layout, context.structured, context.credits, context.locale.language
    original_source = credits.original_source
    signed = replace(credits, authors=tuple(authors))
    outlets = possible_outlets(
        context.document, layout, structured, signed, context.site_names, context.host_labels, language
    )
    ruled = [(context.site.outlet, "site")] if context.site else []
    source, by = next(((name, by) for name, by in chain(outlets, ruled) if name), (None, ""))
    if source is None and credits.second_source:
        source, by, original_source = original_source, "credit line", None
    if original_source == source:
        original_source = None
    if language in ("zh", None):
        origin = read_original_source(layout, source)
    else:
        own = (source or "", *context.site_names, *context.host_labels)
        origin = read_printed_source(layout, original_source or credits.source, authors, own, language)
        original_source = None
    return _Outlets((source, by), original_source or origin.outlet, credits.lines | origin.rows)


def _read_text(context: _Context, credit_rows: Set[int], authors: Sequence[str]) -> tuple[list[str], str]:
    """The lines of the text and their provenance."""
    document, main, structured = context.document, context.main, context.structured
    language = context.locale.language
    standfirst = read_standfirst(document, main, structured, context.headline)
    lines, text_by = _without_lines(
        prepend_standfirst(read_body(document, main), standfirst), context.rest, "trafilatura"
    )
    link_lines = find_link_lines(document)
    credit_lines = [document.lines[row].text for row in credit_rows]
    other_fields = _lines_of_other_fields(context.headline, credit_lines)
    if structured.is_news:
        other_fields |= link_lines.links
    lines = drop_boilerplate_lines(lines, other_fields, link_lines, authors, credit_lines, language)
    text = "\n".join(lines)
    if len(text) < _MIN_LENGTH_WITHOUT_HEADLINE and (state_lines := _lines_in_state(context, text)):
        found_by = structured.script_article.found_by("body")
        lines, text_by = _without_lines(state_lines, context.rest, found_by)
        lines = drop_boilerplate_lines(lines, other_fields, link_lines, authors, language=language)
    return lines, text_by


def _without_lines(lines: Sequence[str], rest: RestOfPage, found_by: str) -> tuple[list[str], str]:
    """A text without the lines that the site's rules take out, and its provenance, which says so."""
    kept = rest.lines.rest(lines)
    taken = rest.provenance(len(lines) - len(kept))
    return kept, f"{found_by}, {taken}" if taken else found_by


def _lines_in_state(context: _Context, text: str) -> list[str]:
    """The text in the page's state where it is more than the printed `text`; nothing on a front page."""
    if not urlsplit(context.page.address or "//host/path").path.strip("/"):
        return []
    lines = context.structured.script_article.lines
    if context.locale.language == "zh":
        lines = [line for line in lines if not credits_persons(line)]
    printed, whole = plain(text), plain("".join(lines))
    is_more = len(whole) > 2 * len(printed) and (len(text) < _VERY_SHORT or printed[:_BEGINNING] in whole)
    return lines if is_more else []


def _lines_of_other_fields(headline: Headline | None, credit_lines: Sequence[str]) -> set[str]:
    """The lines that are the headline or credits, as plain text: they are not part of the text."""
    lines = {plain(line) for line in credit_lines if not _OPENING_CREDIT.match(line)}
    if headline:
        title = plain(headline.text)
        lines |= {title, *(prefix + title for prefix in _HEADLINE_PREFIXES)}
        if headline.line:
            lines.add(plain(headline.line.text))
    return lines
