"""A stored page made ready to travel: what extraction needs of it, its bodies packed, to a process that sees no database.

A body travels as it is stored where it is a frame of its own. One that is packed by a dictionary is packed again without: the
dictionary would be many times its size. Either way its hash is checked where it is opened.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace

from db.bodies.store import body_digest, load_body, unpack
from db.models import Page
from db.store.pages import load_page_without_bodies
from db.zstd import zstd

# 300 KB in 0.6 ms. What travels is read once.
LEVEL = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedBody:
    """A body on its way. `name` is what an error calls it."""

    name: str
    sha256: bytes
    data: bytes = field(repr=False)

    def opened(self) -> bytes:
        """The exact bytes. Raises Damaged where they are not what was sent."""
        return unpack(self.name, self.data, self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePayload:
    """A page on its way. `page` has no bodies; `page_id` is its number in the database, or in an archive."""

    page_id: int
    page: Page
    body: PackedBody
    parts: tuple[PackedBody, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of its bodies as they travel."""
        return len(self.body.data) + sum(len(part.data) for part in self.parts)

    def opened(self) -> Page:
        """The page. Raises Damaged."""
        return replace(self.page, body=self.body.opened(), parts=tuple(part.opened() for part in self.parts))


def make_payload(page_id: int, page: Page) -> PagePayload:
    """A page at hand as a parcel."""
    bodies = [_packed(f"record {page_id}", body) for body in (page.body, *page.parts)]
    return PagePayload(page_id=page_id, page=replace(page, body=b"", parts=()), body=bodies[0], parts=tuple(bodies[1:]))


def load_payload(conn: sqlite3.Connection, page_id: int) -> PagePayload:
    """A stored page as a parcel. Raises Damaged, Pruned, or KeyError where there is none."""
    page, body_id, parts = load_page_without_bodies(conn, page_id)
    return PagePayload(
        page_id=page_id,
        page=page,
        body=_load(conn, body_id),
        parts=tuple(_load(conn, part) for part in parts),
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
