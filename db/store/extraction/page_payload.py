"""A stored page prepared for another process that has no access to the database: what extraction needs, with compressed
bodies.

A body that is stored as a plain frame is passed on as it is. One that was compressed with a dictionary is compressed
again without: the dictionary would be many times its size. Either way its hash is verified when it is unpacked.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace

from db.bodies.store import body_digest, decompress_body, load_body
from db.models import Page
from db.store.crawl.drawings import drawn_digest, load_drawn
from db.store.extraction.pages import load_page_without_bodies
from db.zstd import zstd

# 300 KB in 0.6 ms. A payload is read only once.
LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBody:
    """A compressed body. `name` is used in error messages."""

    name: str
    sha256: bytes
    data: bytes = field(repr=False)

    def unpack(self) -> bytes:
        """The exact bytes. Raises DatabaseDamaged if they do not match the hash."""
        return decompress_body(self.name, self.data, self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePayload:
    """A page to send. `page` has no bodies; `page_id` is its id in the database, or its number in an archive."""

    page_id: int
    page: Page
    body: PackedBody
    parts: tuple[PackedBody, ...] = ()
    drawn: PackedBody | None = None

    @property
    def size(self) -> int:
        """Bytes of its compressed bodies."""
        return sum(len(body.data) for body in (self.body, *self.parts, *([self.drawn] if self.drawn else [])))

    def unpack(self) -> Page:
        """The page with its bodies. Raises DatabaseDamaged."""
        return replace(
            self.page,
            body=self.body.unpack(),
            parts=tuple(part.unpack() for part in self.parts),
            drawn=self.drawn.unpack() if self.drawn else None,
        )


def make_payload(page_id: int, page: Page) -> PagePayload:
    """The payload of a page at hand."""
    bodies = [_packed(f"record {page_id}", body) for body in (page.body, *page.parts)]
    drawn = _packed(f"the drawn document of record {page_id}", page.drawn) if page.drawn is not None else None
    bare = replace(page, body=b"", parts=(), drawn=None)
    return PagePayload(page_id=page_id, page=bare, body=bodies[0], parts=tuple(bodies[1:]), drawn=drawn)


def load_payload(conn: sqlite3.Connection, page_id: int) -> PagePayload:
    """The payload of a stored page. Raises DatabaseDamaged, BodyPruned, or KeyError if there is no such page."""
    page, body_id, parts = load_page_without_bodies(conn, page_id)
    body = _load(conn, body_id)
    # It is packed with the body: the payload carries it by itself.
    drawn = load_drawn(conn, page_id, body.unpack()) if drawn_digest(conn, page_id) is not None else None
    return PagePayload(
        page_id=page_id,
        page=page,
        body=body,
        parts=tuple(_load(conn, part) for part in parts),
        drawn=_packed(f"the drawn document of page {page_id}", drawn) if drawn is not None else None,
    )


def _load(conn: sqlite3.Connection, body_id: int) -> PackedBody:
    name = f"body {body_id}"
    row = conn.execute(
        "SELECT sha256, data FROM bodies WHERE id = ? AND dictionary_id IS NULL AND pruned_at IS NULL", (body_id,)
    ).fetchone()
    if row is not None:
        return PackedBody(name=name, sha256=row[0], data=row[1])
    return _packed(name, load_body(conn, body_id))


def _packed(name: str, body: bytes) -> PackedBody:
    return PackedBody(name=name, sha256=body_digest(body), data=zstd.compress(body, level=LEVEL))
