"""`copydesk.extract` and what goes with it: a page's bytes or text in, an article or a rejection out."""

from __future__ import annotations

import os
import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from copydesk._records import StoredArticle, aware
from db.models import Article, Page, Rejection
from db.site_rules.loader import Sites, load_sites, shipped_sites_folder
from db.timestamps import format_timestamp
from pipelines.extraction.article_json import to_json as outcome_json
from pipelines.extraction.extract import extract as extract_page
from pipelines.urls import clean_url

_ADDRESS = re.compile(r"\s*https?://\S+\s*", re.IGNORECASE)
# Text is decoded already: with this mark its bytes are read as what they are, whatever a `<meta charset>` in it says.
_UTF8_MARK = b"\xef\xbb\xbf"


def extract(
    page: str | bytes | Page,
    *,
    url: str | None = None,
    fetched_at: datetime | None = None,
    content_type: str | None = None,
    status: int = 200,
    rules: str | os.PathLike[str] | Sites | None = None,
) -> Article | Rejection:
    """Extract the article that a page is, or say why it is none.

    This is what a crawl and `copydesk extract` do with a page: a pure function that sees no network, no clock and no other
    page.

    `page` is HTML as bytes, as received (the character encoding is found as browsers find it), or as text that is decoded
    already; or a `Page`, such as `Archive.page` gives, which knows the rest by itself. `url` is where the page is, after
    redirects: it decides which site rules hold and completes relative links. `fetched_at`, an aware datetime, is what "3
    hours ago" on the page is counted from. `content_type` is the header of that name, `status` the HTTP status: from 400
    on, a page is rejected.

    `rules` is a folder of site rules of your own, beside those that ship with Copydesk, or what `load_rules` gave, which
    saves reading the folder for every page. copydesk.toml is not looked for.

    The page is read in this process and without a limit of time: the command stops a page that takes more than 30 s of
    processor time, in a process of its own. Safe to call from several threads.

    Raises TypeError and ValueError for arguments that cannot be meant, ConfigError for rules that are wrong, and
    MemoryError, OSError or ImportError where the machine fails. What is wrong with the page is a `Rejection`.
    """
    if isinstance(page, Page):
        if (url, fetched_at, content_type, status) != (None, None, None, 200):
            raise TypeError(
                "a Page has its own url, fetched_at, content_type and status; use dataclasses.replace on it"
            )
        return extract_page(page, _rules(rules))
    known = Page(
        body=_body(page),
        url=_address(url),
        fetched_at=aware("fetched_at", fetched_at),
        status=status,
        content_type=_text("content_type", content_type),
    )
    return extract_page(known, _rules(rules))


def load_rules(*folders: str | os.PathLike[str]) -> Sites:
    """Read site rules once, for many calls of `extract`: those that ship with Copydesk, and those of your own folders.

    Of two files of one name the later folder's counts. Raises ConfigError naming file, line and key.
    """
    return load_sites(shipped_sites_folder(), *(Path(folder) for folder in folders))


def to_json(outcome: Article | Rejection, *, id: str | int | None = None) -> dict[str, Any]:
    """An outcome as plain values for `json.dumps`, with the keys in order: the line that `copydesk extract` prints.

    `id` comes first, where it is given: the command has the file's name there. A `StoredArticle` gives what `copydesk
    articles --json` prints. A rejection is {"rejected": reason, "detail": ...}.
    """
    if not isinstance(outcome, StoredArticle):
        return outcome_json(outcome, page_id=id)
    return outcome_json(outcome, page_id=outcome.id if id is None else id) | {
        "page_id": outcome.page_id,
        "source_name": outcome.source_name,
        "final_url": outcome.final_url,
        "believed_url": outcome.believed_url,
        "published_utc": outcome.published_utc,
        "fetched_at": format_timestamp(outcome.fetched_at),
        "revision": outcome.revision,
        "original_id": outcome.original_id,
    }


def _body(page: str | bytes) -> bytes:
    if isinstance(page, str):
        if _ADDRESS.fullmatch(page):
            raise ValueError(
                f"extract takes the HTML of a page, not its address ({page.strip()[:100]});"
                " fetch it and give the bytes, with url=..."
            )
        return _UTF8_MARK + page.encode("utf-8", "replace") if page else b""
    if isinstance(page, bytes | bytearray | memoryview):
        return bytes(page)
    advice = "read the file with read_bytes()" if isinstance(page, os.PathLike) else "give HTML as str or bytes"
    raise TypeError(f"extract takes str, bytes or a Page, not {type(page).__name__}; {advice}")


def _address(url: str | None) -> str | None:
    if _text("url", url) is None:
        return None
    address = clean_url(str(url))
    if address is None:
        raise ValueError(f"url: {url!r:.100} is no address of a web page; give one such as https://example.com/story/1")
    return address


def _text(name: str, value: str | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{name} must be str, not {type(value).__name__}; leave it out where it is not known")


def _rules(rules: str | os.PathLike[str] | Sites | None) -> Sites:
    if rules is None:
        return _shipped()
    return rules if isinstance(rules, Sites) else load_rules(rules)


@lru_cache(maxsize=1)
def _shipped() -> Sites:
    return load_rules()
