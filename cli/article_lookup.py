"""Find an article or page by id or by any of its addresses.

The id of an article means its current revision. Any other page id means that page: an older revision or a rejected page. An address
may be that of the link, the one it redirected to, or the canonical one.
"""

from __future__ import annotations

import difflib
import sqlite3

from db.display.humanize import format_local_time, times
from db.display.shell_commands import shell_command
from db.errors import FetchError, NotFound
from db.queries.articles import (
    LinkStatus,
    PageStatus,
    current_page,
    find_page_at,
    last_page_id,
    link_status,
    links_of_host,
    page_status,
)
from pipelines.urls import clean_url, link_key

# The largest integer of SQLite.
_LARGEST_ID = 2**63 - 1


def page_named(conn: sqlite3.Connection, what: str, revision: int | None = None) -> PageStatus:
    """The page that `what` means. Raises NotFound where it is unknown, FetchError where it is a link that was never fetched."""
    numbered = what.isascii() and what.isdigit()
    if numbered:
        page_id = min(int(what[:20]), _LARGEST_ID)
        current = current_page(conn, page_id)
    else:
        page_id = _page_at(conn, what)
        current = None
    state = page_status(conn, page_id)
    if state is None:
        last = last_page_id(conn)
        known = f"the last page is {last}" if last else "nothing has been crawled yet"
        raise NotFound(f"there is no article or page {what}; {known}, and `copydesk articles` lists the articles")
    if state.article_id is None:
        return state
    if revision is not None:
        current = current_page(conn, state.article_id, revision)
        if current is None:
            raise NotFound(
                f"article {state.article_id} has no revision {revision};"
                f" `{shell_command('show', state.article_id)}` lists them"
            )
    elif not numbered:
        current = current_page(conn, state.article_id)
    chosen = page_status(conn, current) if current is not None else state
    assert chosen is not None
    return chosen


def _page_at(conn: sqlite3.Connection, address: str) -> int:
    has_scheme, has_host = "://" in address, "." in address.partition("/")[0]
    url = clean_url(address if has_scheme else f"https://{address}") if has_scheme or has_host else None
    if url is None:
        raise NotFound(f"{address} is neither the id of an article nor the address of a web page")
    key = link_key(url)
    page_id = find_page_at(conn, url, key)
    if page_id is not None:
        return page_id
    if link := link_status(conn, key):
        raise FetchError(_never_fetched(link))
    host = key.partition("/")[0]
    known = links_of_host(conn, host)
    near = difflib.get_close_matches(url, known, n=3, cutoff=0.8)
    if near:
        raise NotFound(f"{url} is not known; did you mean {' or '.join(near)}?")
    advice = "other pages of that site are" if known else f"nor is any page of {host}"
    raise NotFound(f"{url} is not known, {advice}; `copydesk articles` lists the articles")


def _never_fetched(link: LinkStatus) -> str:
    found = f"{link.url} was found {format_local_time(link.found_at)} ({link.source_name})"
    if not link.failures:
        return f"{found} and has not been fetched yet; `{shell_command('crawl', link.source_name)}` fetches it"
    often = times(link.failures)
    return f"{found} and could not be fetched, {often}; last {format_local_time(link.failed_at)}: {link.error}"
