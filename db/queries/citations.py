"""An article as a citation, for BibTeX and for programs that read CSL-JSON (Zotero, Pandoc).

Names stay whole, as the page prints them: nothing on a page says which part of a name is the family name, and for Chinese,
Hungarian or an agency a guess from the order would be wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from db.models import Article
from db.queries.articles import ArticleSummary
from db.timestamps import parse_timestamp

CITATION_FORMS = ("bibtex", "csl")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# BibTeX counts braces even after a backslash, so a single one is written by its name.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{character: f"\\{character}" for character in "$&#%_"},
}  # fmt: skip
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Of an address, what BibTeX, or TeX within \url, would take for its own.
_URL_UNSAFE = re.compile(r"[\s\x00-\x20\x7f{}\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a citation says of an article. `published` is the day as the page states it, `accessed` the day of the fetch."""

    article_id: int
    title: str
    authors: tuple[str, ...]
    editors: tuple[str, ...]
    outlet: str
    section: str | None
    published: date | None
    accessed: date
    url: str
    language: str | None
    archived: str | None = None
    """The address of the archive's copy from which it was read."""

    @staticmethod
    def of(article: Article, head: ArticleSummary, archived: str | None = None) -> Citation:
        """Of a stored article. It links to the believed address; the outlet is the source where the page names none."""
        return Citation(
            article_id=head.article_id or head.page_id,
            title=article.title,
            authors=article.authors,
            editors=article.editors,
            outlet=article.source or head.source_name,
            section=article.section,
            published=article.published.at.date() if article.published else None,
            accessed=parse_timestamp(head.fetched_at).date(),
            url=head.link,
            language=article.language,
            archived=archived,
        )


def citations(article: Article, head: ArticleSummary, archived: str | None) -> dict[str, str]:
    """The citation as text, by form: bibtex and csl. `archived`: where an archive keeps the page (`db.queries.archived`)."""
    citation = Citation.of(article, head, archived)
    return {"bibtex": to_bibtex(citation), "csl": json.dumps(to_csl(citation), ensure_ascii=False, indent=2)}


def to_bibtex(citation: Citation) -> str:
    """One `@article` entry in UTF-8 that BibTeX and biblatex both read; without a line end."""
    fields = {
        "author": _tex_names(citation.authors),
        "editor": _tex_names(citation.editors),
        # Doubled braces keep capitals as they are.
        "title": f"{{{_tex(citation.title)}}}" if citation.title else "",
        "journal": f"{{{_tex(citation.outlet)}}}" if citation.outlet else "",
        "year": str(citation.published.year) if citation.published else "",
        "month": _MONTHS[citation.published.month - 1] if citation.published else "",
        "day": str(citation.published.day) if citation.published else "",
        "url": _URL_UNSAFE.sub(lambda found: quote(found[0], safe=""), citation.url),
        "urldate": citation.accessed.isoformat(),
        "language": _tex(citation.language or ""),
        "note": f"Archived copy: {_tex(citation.archived)}" if citation.archived else "",
    }
    # A month is a macro of BibTeX, which must not be in braces.
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}," for name, value in fields.items() if value]
    return "\n".join([f"@article{{copydesk{citation.article_id},", *lines, "}"])


def to_csl(citation: Citation) -> list[dict[str, object]]:
    """CSL-JSON: a list with one item (citeproc-js.readthedocs.io, "CSL-JSON"). Fields without a value are left out."""
    item: Mapping[str, object] = {
        "id": f"copydesk{citation.article_id}",
        "type": "article-newspaper",
        "title": _line(citation.title),
        "author": [{"literal": _line(name)} for name in citation.authors],
        "editor": [{"literal": _line(name)} for name in citation.editors],
        "container-title": _line(citation.outlet),
        "section": _line(citation.section or ""),
        "issued": _csl_date(citation.published),
        "accessed": _csl_date(citation.accessed),
        "URL": citation.url,
        "language": citation.language,
        "archive_location": citation.archived,
    }
    return [{name: value for name, value in item.items() if value}]


def _csl_date(day: date | None) -> dict[str, object] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


def _tex_names(names: tuple[str, ...]) -> str:
    """Each name in braces, so that an "and" or a comma in it separates nothing."""
    return " and ".join(f"{{{_tex(name)}}}" for name in names)


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in _line(text))


def _line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
