"""What a page calls its article for machines: `og:title`, the JSON-LD headline, other metas, `<title>`; and when to believe it.

Newsrooms word a headline for the page, for sharing and for search engines. What is printed is the headline. A shorter wording of
the same sentence replaces it on pages that state they are news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from pipelines.extraction.page.document import Document
from pipelines.extraction.structured_data.json_ld import StructuredData
from pipelines.extraction.structured_data.meta_names import METAS
from pipelines.extraction.text.titles import cut_site, is_domain, overlap, plain, without_tail

SAME_STORY = 0.5
"""Overlap from which two titles are wordings of one headline."""
SHORTEST = 8
"""Letters that must be left of a headline when the site's name is cut off it."""
_ELLIPSES = ("...", "…", "……")
_LONGEST = 1000
_LABEL = re.compile(r"[\[【]?[^|｜丨:：】\]]{2,20}?\s?[|｜丨:：】\]]")
"""What a desk sets before a headline, "Opinion |", 【独家】. It is none of it where the page states it twice without."""
_WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTitles:
    """The titles stated, without names of the site. `ranked` has them with where they stand, those cut short last."""

    ranked: tuple[tuple[str, str], ...]
    social: str
    card: str
    """`twitter:title`: most sites repeat there what they word for sharing."""
    structured: str
    window: str

    @property
    def keys(self) -> set[str]:
        """All of them, plain."""
        return {plain(title) for title, _ in self.ranked}


def read_stated_titles(document: Document, stated: StructuredData, site_names: tuple[str, ...]) -> StatedTitles:
    """Read the titles of a page; what is nothing but a name of the site is none."""
    head = document.head
    social, structured, metas, window = (
        cut_site(unescape((value or "")[:_LONGEST]), site_names)
        for value in (head.meta("og:title"), stated.headline, head.meta(*METAS.title), head.title)
    )
    named = {plain(name) for name in site_names} | {""}
    found = [
        (title, by)
        for title, by in (
            (social, "og:title"),
            (structured if stated.is_article else "", "json-ld"),
            (metas, "meta"),
            (window, "title"),
        )
        if plain(title) not in named and not is_domain(title)
    ]
    found.sort(key=lambda one: one[0].endswith(_ELLIPSES))
    card = unescape((head.meta("twitter:title") or "")[:_LONGEST])
    return StatedTitles(ranked=tuple(found), social=social, card=card, structured=structured, window=head.title or "")


def better_wording(printed: str, level: int | None, titles: StatedTitles, *, is_news: bool) -> tuple[str, str] | None:
    """The stated wording that is the headline in place of the `printed` one, with where it stands; None where the printed one is.

    `level` is that of the heading that prints it, 0 where a line of another kind does, None where the page prints it nowhere.
    A heading that the window's title repeats yields only to what is worded for sharing throughout, not to one statement.
    """
    shown, window = plain(printed), plain(titles.window)
    social, structured = plain(titles.social), plain(titles.structured)
    label = _LABEL.match(printed)
    if label and len(social) >= SHORTEST and plain(printed[label.end() :]) == social and window.startswith(social):
        return titles.social, "og:title"
    if not is_news:
        return None
    repeated = bool(level) and window.startswith(shown)
    is_vouched = level is None or (level == 1 and window.startswith(structured) and not repeated)
    if (
        is_vouched
        and (not level or is_short_form(titles.structured, printed))
        and len(structured) > SHORTEST
        and shown not in structured
        and not titles.structured.endswith(_ELLIPSES)
    ):
        return titles.structured, "json-ld"
    is_other = overlap(social, shown) > SAME_STORY and not (social != shown and social.startswith(shown))
    if not is_other or titles.social.endswith(_ELLIPSES) or (level and not is_short_form(titles.social, printed)):
        return None
    if repeated and not plain(titles.card).startswith(social):
        return None
    if structured != shown or (window.startswith(shown) and not shown.endswith(social)):
        return titles.social, "og:title"
    return None


def is_short_form(wording: str, printed: str) -> bool:
    """Whether a wording is the printed headline with words left out."""
    rest = iter(_WORD.findall(printed.lower()))
    return all(word in rest for word in _WORD.findall(wording.lower()))


def other_wording(printed: str, title: str, kicker: str | None, titles: StatedTitles) -> str | None:
    """The first other wording of a headline: the printed one where that is not the title, else what is stated.

    The title with a section or the site set on is none, nor is a part of it, nor what is cut short.
    """
    key, kicked = plain(title), plain(f"{kicker or ''}{title}")
    for wording in (printed, *_without_tails(titles, key)):
        other = plain(wording)
        if (
            len(other) >= SHORTEST
            and other not in kicked
            and not other.startswith(key)
            and not wording.endswith(_ELLIPSES)
        ):
            return wording
    return None


def _without_tails(titles: StatedTitles, key: str) -> Iterator[str]:
    for wording, by in titles.ranked:
        if by != "title":
            yield from () if by == "meta" else (wording,)
        elif key not in plain(wording):
            yield without_tail(wording)
