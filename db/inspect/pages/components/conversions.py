"""What the web page needs of the packages above `db`. The command passes it in; workers import the functions by name."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFile:
    """A search result to take along: the articles of `page_ids` in `form` (csv, json, rss, jsonfeed).

    `title`, `home` (the page that shows it) and `address` (its own) are what a feed says of itself. `once`: there, an article stays
    the same item when it is corrected.
    """

    page_ids: Sequence[int]
    form: str
    title: str
    home: str
    address: str
    once: bool = False


Decode = Callable[[bytes, str | None], str | None]
"""Decodes bytes as received, by their content type; None if the encoding is unknown."""
Export = Callable[[sqlite3.Connection, ResultFile], bytes]
"""Makes the bytes of a result, with the columns and fields of `copydesk export`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversions:
    """Both of them."""

    decode: Decode
    export: Export
