"""Answers with a stored body: made inert for a frame, or as plain text. Neither runs, loads or leads away wherever it is opened."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound, Response

from db.errors import BodyPruned, DatabaseDamaged
from db.humanize import format_size
from db.inspect.safety.sanitize import HEADERS, MOST_CHARACTERS, note, sanitize_page
from db.models import Page
from db.store.pages import load_page

# Markup that is shown as text is cut here: a browser takes seconds for more.
MOST_TEXT = 2_000_000


async def stored(inspector: Any, page_id: int) -> Any:
    """The page as a document that does nothing."""
    held = await inspector.ask(lambda conn: _held(conn, page_id))
    return Response.html(note(held) if isinstance(held, str) else _document(inspector, page_id, held), headers=HEADERS)


async def received(inspector: Any, page_id: int) -> Any:
    """The body as received, decoded, as plain text."""
    held = await inspector.ask(lambda conn: _held(conn, page_id))
    if isinstance(held, str):
        return Response.text(held, headers=HEADERS)
    text = inspector.decode(held.body, held.content_type)
    if text is None:
        text = f"{format_size(len(held.body))} of {held.content_type or 'an unknown type'} in no known encoding"
    return Response.text(text[:MOST_TEXT], headers=HEADERS)


def _document(inspector: Any, page_id: int, page: Page) -> str:
    first = inspector.decode(page.body, page.content_type)
    if first is None or not _is_markup(page):
        return note(f"{format_size(len(page.body))} of {page.content_type or 'an unknown type'}: nothing to read here.")
    texts, length = [first], len(first)
    for part in page.parts:
        if length > MOST_CHARACTERS:
            break
        texts.append(inspector.decode(part, page.content_type) or "")
        length += len(texts[-1])
    return sanitize_page("<hr>".join(texts), title=f"Stored page {page_id}")


def _held(conn: sqlite3.Connection, page_id: int) -> Page | str:
    """The page, or why its body is not there."""
    try:
        return load_page(conn, page_id)
    except KeyError:
        raise NotFound(f"There is no page {page_id}") from None
    except BodyPruned as pruned:
        return f"Page {page_id}: {pruned}."
    except DatabaseDamaged as damaged:
        return f"Page {page_id}: {damaged}."


def _is_markup(page: Page) -> bool:
    """Whether its own label allows for text: a picture or archive is shown as nothing, also where its bytes pass for text."""
    kind = (page.content_type or "").partition(";")[0].strip().lower()
    return not kind.startswith(("image/", "audio/", "video/", "font/")) and kind not in (
        "application/pdf",
        "application/zip",
    )
