"""Saved searches as copydesk.toml and `copydesk searches add` describe them: every key, declared once.

[search.water]
query = '"water works" OR 水厂'
language = "zh"
feed = "water.xml"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from db.config import readers, units
from db.config.declaration import Setting, setting

# The kinds of `db.queries.article_filter.ArticleKind`, which is above this package, except `gone`: no new article is.
KINDS = ("original", "copy", "corrected")
FEED_FORMS: Mapping[str, str] = {".xml": "rss", ".rss": "rss", ".json": "jsonfeed", ".jsonfeed": "jsonfeed"}
"""Which feed a file is, by its extension."""
_NAME = re.compile(r"[\w-]{1,60}")


def search_name(value: str) -> str:
    """A name that fits an address and a shell. Raises ValueError."""
    if not _NAME.fullmatch(value):
        raise ValueError(f"expected a name of letters, digits, - and _, 60 at most, got {value!r}")
    return value


def _moment(value: object) -> str:
    """A time as it was written; what "30d" means is settled when the search is saved."""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        raise ValueError(f'expected a duration ("2d"), a date ("2026-11-02") or a month ("2026-11"), got {value!r}')
    if value:
        units.since(value, datetime.now(UTC))
    return value


def _kind(value: object) -> str:
    if value != "" and value not in KINDS:
        raise ValueError(f'expected "original", "copy" or "corrected", got {value!r}')
    return str(value)


def _names(value: object) -> tuple[str, ...]:
    """A text, or a list of them."""
    if isinstance(value, list):
        return readers.texts(value)
    name = readers.text(value)
    return (name,) if name else ()


def _yes_no_any(value: object) -> bool | None:
    return None if value == "" else readers.yes_no(value)


def _feed_file(value: object) -> Path | None:
    path = units.path_or_none(value)
    if path is not None and path.suffix.lower() not in FEED_FORMS:
        raise ValueError(f"expected a file named .xml or .rss (RSS), .json or .jsonfeed (JSON Feed), got {value!r}")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search that tells of new articles that match."""

    query: str = setting(
        readers.text,
        "",
        help="What to search for, as for `copydesk search`. Empty: whatever the other keys let through.",
    )
    source: tuple[str, ...] = setting(
        _names,
        "",
        help="Only articles of this source: its name or address. Of several: a list of them.",
    )
    since: str = setting(
        _moment,
        "",
        help="Also articles that are here already, published since then. Without it, only those that come after it was saved.",
    )
    until: str = setting(
        _moment,
        "",
        help="Only articles published before then.",
    )
    language: str = setting(
        readers.text,
        "",
        help="Only articles in this language: zh, zh-TW, en.",
    )
    person: str = setting(
        readers.text,
        "",
        help="Only articles with this author, editor or proofreader.",
    )
    section: str = setting(
        readers.text,
        "",
        help="Only articles of this section, as the page names it.",
    )
    kind: str = setting(
        _kind,
        "",
        help='Only these: "original", "copy" or "corrected".',
    )
    paywalled: bool | None = setting(
        _yes_no_any,
        "",
        help="true: only articles of which the page shows a part; false: only others.",
    )
    copies: bool = setting(
        readers.yes_no,
        False,
        help='Whether copies of an article that was told are told too. With kind = "copy" they are.',
    )
    feed: Path | None = setting(
        _feed_file,
        "",
        help="A file that holds the last 50 matches: RSS if it is named .xml or .rss, JSON Feed if .json or .jsonfeed.",
    )

    @property
    def tells_copies(self) -> bool:
        """Whether a copy is told although another article of its story was."""
        return self.copies or self.kind == "copy"

    def written(self) -> dict[str, object]:
        """What differs from the defaults, as `read_search` takes it."""
        values: dict[str, object] = {one.name: getattr(self, one.name) for one in fields(self)}
        values["source"] = self.source[0] if len(self.source) == 1 else list(self.source)
        kept = {
            name: value for name, value in values.items() if value not in ("", None, []) and (name, value) != _FOLDED
        }
        return {name: str(value) if isinstance(value, Path) else value for name, value in kept.items()}


_FOLDED = ("copies", False)

SEARCH_KEYS: tuple[Setting, ...] = tuple(
    Setting(name=one.name, per_source=False, only_per_source=False, **one.metadata) for one in fields(SavedSearch)
)


def read_search(written: Mapping[str, object], unknown: Callable[[str], Exception]) -> SavedSearch:
    """A search from its keys as written. Raises ValueError that begins with the key, and what `unknown` makes of a key."""
    known = {one.name: one for one in SEARCH_KEYS}
    read: dict[str, Any] = {}
    for key, value in written.items():
        if key not in known:
            raise unknown(key)
        try:
            read[key] = known[key].read(value)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{key}: {error}") from error
    search = SavedSearch(**read)
    if not search.written().keys() - {"copies", "feed"}:
        raise ValueError("query: expected a query or a filter; without either, every article would match")
    return search
