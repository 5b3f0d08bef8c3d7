"""Answers with a stored body: made inert for a frame, or as plain text. Neither runs, loads or leads away wherever it is opened."""

from __future__ import annotations

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound, Response

from db.errors import Damaged, Pruned
from db.inspect.inert import POLICY, inert, note
from db.nouns import Page
from db.pages import load_page
from db.wording import size

# Markup that is shown as text is cut here: a browser takes seconds for more.
MOST_TEXT = 2_000_000


async def stored(inspector: Any, page_id: int) -> Any:
    """The page as a document that does nothing."""
    held = await inspector.ask(lambda conn: _held(conn, page_id))
    if isinstance(held, str):
        return _html(note(held))

    def made() -> str:
        texts = [inspector.decode(body, held.content_type) for body in (held.body, *held.parts)]
        if texts[0] is None or not _is_markup(held):
            return note(f"{size(len(held.body))} of {held.content_type or 'an unknown type'}: nothing to read here.")
        return inert("<hr>".join(text for text in texts if text is not None), title=f"Stored page {page_id}")

    return _html(await _on_thread(inspector, made))


async def received(inspector: Any, page_id: int) -> Any:
    """The body as received, decoded, as plain text."""
    held = await inspector.ask(lambda conn: _held(conn, page_id))
    if isinstance(held, str):
        return Response.text(held, headers=_HEADERS)
    text = await _on_thread(inspector, lambda: inspector.decode(held.body, held.content_type))
    if text is None:
        text = f"{size(len(held.body))} of {held.content_type or 'an unknown type'} in no known encoding"
    return Response.text(text[:MOST_TEXT], headers=_HEADERS)


_HEADERS = {"content-security-policy": POLICY, "cache-control": "no-store"}


def _html(document: str) -> Any:
    return Response.html(document, headers=_HEADERS)


async def _on_thread(inspector: Any, work: Any) -> Any:
    """Unpacking and reading a page takes up to a second: other requests go on meanwhile."""
    return await inspector.get_database(inspector.news_name).execute_fn(lambda conn: work())


def _held(conn: sqlite3.Connection, page_id: int) -> Page | str:
    """The page, or why its body is not there."""
    try:
        return load_page(conn, page_id)
    except KeyError:
        raise NotFound(f"There is no page {page_id}") from None
    except Pruned as pruned:
        return f"Page {page_id}: {pruned}."
    except Damaged as damaged:
        return f"Page {page_id}: {damaged}."


def _is_markup(page: Page) -> bool:
    """Whether its own label allows for text: a picture or archive is shown as nothing, also where its bytes pass for text."""
    kind = (page.content_type or "").partition(";")[0].strip().lower()
    return not kind.startswith(("image/", "audio/", "video/", "font/")) and kind not in (
        "application/pdf",
        "application/zip",
    )
