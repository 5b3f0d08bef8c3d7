"""The outlets of the six weeks as sites of the demo web: front page, RSS feed, numbered archive, and the articles."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from tests.demoweb.content import Correction, Resource, SiteFiles
from tests.demoweb.weeks.compose import Fix, Outlet, Piece, compose, load_outlets

LAYOUTS = Path(__file__).parent / "layouts"
ON_FRONT, ON_ARCHIVE_PAGE = 12, 20
OPEN_PARAGRAPHS = 2
"""Paragraphs that are shown of an article behind the paywall."""

_WORDS = {
    "en": {"archive": "Archive", "reader": "This article is for subscribers.", "and": " and ", "section_name": "News"},
    "zh": {"archive": "往期新闻", "reader": "本文仅供订阅用户阅读。", "and": " ", "section_name": "新闻"},
    "de": {
        "archive": "Archiv",
        "reader": "Dieser Artikel ist für Abonnenten.",
        "and": " und ",
        "section_name": "Meldungen",
    },
}


@lru_cache(maxsize=1)
def week_sites() -> tuple[SiteFiles, ...]:
    """The sites, with all articles of the six weeks. Composed once in a process."""
    pieces = compose()
    layouts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(LAYOUTS.iterdir())}
    return tuple(
        SiteFiles(
            host=outlet.host,
            settings=_settings(outlet),
            layouts=layouts,
            resources=(*_listings(outlet), *_articles([p for p in pieces if p.outlet.key == outlet.key])),
        )
        for outlet in load_outlets().values()
    )


def _settings(outlet: Outlet) -> dict[str, object]:
    return {
        "name": outlet.name,
        "language": outlet.language,
        "validators": "weak",
        "feeds": ["/feed.xml"],
        "forbidden": [],
        "robots": "User-agent: *\nDisallow:\n",
        **_WORDS[outlet.language],
    }


def _listings(outlet: Outlet) -> list[Resource]:
    words = _WORDS[outlet.language]

    def listing(path: str, title: str, **more: object) -> Resource:
        values = {"path": path, "title": title, "body": "", "file": f"{outlet.host}{path}", "reasons": ("not_article",)}
        return Resource(**{"kind": "listing", "layout": "list", **values, **more})  # type: ignore[arg-type]

    return [
        listing("/", outlet.name, limit=ON_FRONT),
        listing("/archive/", words["archive"], size=ON_ARCHIVE_PAGE, page_path="/archive/page/{n}/"),
        listing(
            "/feed.xml",
            outlet.name,
            kind="data",
            layout=None,
            limit=ON_FRONT,
            body=(LAYOUTS / "feed.xml").read_text(encoding="utf-8"),
        ),
    ]


def _articles(pieces: Sequence[Piece]) -> list[Resource]:
    return [_article(number, piece) for number, piece in enumerate(pieces, start=1041)]


def _article(number: int, piece: Piece) -> Resource:
    outlet = piece.outlet
    body = "\n".join(
        f"<p>{html.escape(line, quote=False)}</p>"
        for line in piece.text[: OPEN_PARAGRAPHS if outlet.paywalled else None]
    )
    path = (
        f"/c/{{published:%Y%m%d}}/{number}.html"
        if outlet.language == "zh"
        else f"/{{published:%Y/%m/%d}}/{_slug(piece.title)}-{number}"
    )
    return Resource(
        path=path,
        body=body,
        file=f"{outlet.host}/{number}",
        layout=outlet.language,
        title=piece.title,
        summary=piece.text[0][:110],
        published=piece.published,
        authors=piece.authors,
        editors=piece.editors,
        proofreaders=piece.proofreaders,
        source=outlet.name,
        original_source=piece.original_source,
        section=piece.section,
        tags=piece.tags,
        language=outlet.language,
        paywalled=outlet.paywalled,
        correction=_correction(piece.fix, body) if piece.fix else None,
        more={"silent": piece.fix.silent if piece.fix else False},
    )


def _correction(fix: Fix, body: str) -> Correction | None:
    """The change as it stands in the page; None where the passage is behind the paywall."""
    old, new = html.escape(fix.old, quote=False), html.escape(fix.new, quote=False)
    if body.count(old) != 1:
        return None
    if fix.notice:
        whole = next(line for line in body.split("\n") if old in line)
        return Correction(updated=fix.at, old=whole, new=f"{whole.replace(old, new)}\n<p>{html.escape(fix.notice)}</p>")
    return Correction(updated=fix.at, old=old, new=new)


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:7])
