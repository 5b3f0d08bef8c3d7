"""Responses with a stored body: sanitized for a frame, or as plain text. Neither runs, loads or leads away wherever it
is opened.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound, Response

from db.display.humanize import format_size
from db.errors import BodyPruned, DatabaseDamaged
from db.inspect.safety.sanitize import HEADERS, MAX_CHARACTERS, note_document, sanitize_page
from db.inspect.translation.catalogues import gettext
from db.models import Page
from db.store.extraction.pages import load_page

# Maximum length of markup shown as text: a browser takes seconds for more.
MAX_TEXT = 2_000_000


async def sanitized_response(inspector: Any, page_id: int) -> Any:
    """The page as a sanitized document."""
    loaded = await inspector.ask(lambda conn: _load(conn, page_id))
    return Response.html(
        note_document(loaded) if isinstance(loaded, str) else _document(inspector, page_id, loaded), headers=HEADERS
    )


async def plain_text_response(inspector: Any, page_id: int) -> Any:
    """The body as received, decoded, as plain text."""
    loaded = await inspector.ask(lambda conn: _load(conn, page_id))
    if isinstance(loaded, str):
        return Response.text(loaded, headers=HEADERS)
    text = inspector.conversions.decode(loaded.body, loaded.content_type)
    if text is None:
        text = gettext("%(size)s of %(type)s in no known encoding") % _size_and_type(loaded)
    return Response.text(text[:MAX_TEXT], headers=HEADERS)


def _document(inspector: Any, page_id: int, page: Page) -> str:
    first = inspector.conversions.decode(page.body, page.content_type)
    if first is None or not _is_markup(page):
        return note_document(gettext("%(size)s of %(type)s: nothing to read here.") % _size_and_type(page))
    texts, length = [first], len(first)
    for part in page.parts:
        if length > MAX_CHARACTERS:
            break
        texts.append(inspector.conversions.decode(part, page.content_type) or "")
        length += len(texts[-1])
    return sanitize_page("<hr>".join(texts), title=gettext("Stored page %(id)s") % {"id": page_id})


def _load(conn: sqlite3.Connection, page_id: int) -> Page | str:
    """The page, or why its body is not available."""
    try:
        return load_page(conn, page_id)
    except KeyError:
        raise NotFound(gettext("There is no page %(id)s") % {"id": page_id}) from None
    except BodyPruned as pruned:
        return gettext("Page %(id)s: %(why)s.") % {"id": page_id, "why": pruned}
    except DatabaseDamaged as damaged:
        return gettext("Page %(id)s: %(why)s.") % {"id": page_id, "why": damaged}


def _is_markup(page: Page) -> bool:
    """Whether its content type allows text: an image or archive is not shown, even if its bytes could be decoded."""
    kind = (page.content_type or "").partition(";")[0].strip().lower()
    return not kind.startswith(("image/", "audio/", "video/", "font/")) and kind not in (
        "application/pdf",
        "application/zip",
    )


def _size_and_type(page: Page) -> dict[str, str]:
    return {"size": format_size(len(page.body)), "type": page.content_type or gettext("an unknown type")}
