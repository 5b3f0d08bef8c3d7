"""Corrections as RSS 2.0 and JSON Feed 1.1. What changed is told in plain text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from db.inspect.pages.components.kind_names import KIND_NAMES
from db.inspect.translation.catalogues import gettext
from db.queries.corrections import CorrectedArticle
from db.text.substance import Substance

# What XML 1.0 has no place for.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def correction_feed(
    found: list[CorrectedArticle], form: str, *, origin: str, home: str, address: str
) -> tuple[bytes, str]:
    """The feed and its content type. `form`: rss or jsonfeed; `home`, `address`: paths of the page and of the feed."""
    if form == "rss":
        return _rss(found, origin, origin + home).encode("utf-8", "replace"), "application/rss+xml; charset=utf-8"
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": gettext("Copydesk: corrections"),
        "home_page_url": origin + home,
        "feed_url": origin + address,
        "items": [
            {
                "id": _id(one),
                "url": origin + _path(one),
                "external_url": one.url,
                "title": _title(one),
                "content_text": _text(one),
                "date_published": one.seen_at,
                "tags": [gettext(KIND_NAMES[Substance(kind)]) for kind in one.kinds],
            }
            for one in found
        ],
    }
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace"), "application/feed+json; charset=utf-8"


def _rss(found: list[CorrectedArticle], origin: str, home: str) -> str:
    title = _xml(gettext("Copydesk: corrections"))
    items = "\n".join(
        f"<item><title>{_xml(_title(one))}</title><link>{_xml(origin + _path(one))}</link>"
        # A description is HTML, so its text is escaped twice.
        f"<description>{_xml(escape(_text(one)))}</description>"
        f"<pubDate>{format_datetime(datetime.fromisoformat(one.seen_at).astimezone(UTC), usegmt=True)}</pubDate>"
        + "".join(f"<category>{_xml(gettext(KIND_NAMES[Substance(kind)]))}</category>" for kind in one.kinds)
        + f'<guid isPermaLink="false">{_xml(_id(one))}</guid></item>'
        for one in found
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{title}</title>'
        f"<link>{_xml(home)}</link><description>{title}</description>\n{items}\n</channel></rss>\n"
    )


def _id(one: CorrectedArticle) -> str:
    return f"copydesk:correction:{one.page_id}"


def _path(one: CorrectedArticle) -> str:
    return f"/-/article/{one.article_id}/changes?page={one.page_id}"


def _title(one: CorrectedArticle) -> str:
    return f"{one.source}: {one.title}"


def _text(one: CorrectedArticle) -> str:
    return "\n".join(
        f"{gettext(KIND_NAMES[item.kind])}: {item.before or '–'} → {item.after or '–'}" for item in one.evidence
    )


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
