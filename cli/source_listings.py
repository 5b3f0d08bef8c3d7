"""The listings of a source: their kinds and states in words, and the search for them when a source is added."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import click

from cli.context import CommandContext
from cli.output.mistakes import print_mistakes
from cli.output.progress import crawl_progress
from cli.output.tables import format_local_time, plain
from cli.source_adding import shared_sites
from db.diagnosis.listing_trouble import advice_for
from db.display.humanize import counted, times
from db.errors import ConfigError
from db.models import Listing, Source
from db.store.sites.listings import ListingState, listing_states
from db.store.sites.sources import load_listings

_TOLD_IN_FULL = 10
"""Sources that are added with a line for each of their listings, at most."""


def kinds(listings: Sequence[Listing]) -> str:
    """The number of listings of each kind, in words."""
    counts = Counter(listing.kind.value for listing in listings)
    return ", ".join(counted(count, kind) for kind, count in counts.items()) or "no listings yet"


def retry_delays(context: CommandContext, source: Source) -> Sequence[timedelta]:
    """The setting `retry_failed` of a source; the general one where its own settings are wrong, which `doctor` reports."""
    try:
        return context.config.for_source(source.name, source.settings).retry_failed
    except ConfigError:
        return context.config.retry_failed


def describe_state(state: ListingState, delays: Sequence[timedelta], now: datetime) -> str:
    """The state of a listing, in half a sentence; "" where it works or has not been asked yet."""
    if state.gone:
        often = times(state.gone)
        again = state.next_request_at(delays)
        if again is None:
            return f"given up: {state.trouble}, {often}; requested again when the site names it again"
        when = (
            f"requested again from {format_local_time(again)}" if again > now else "requested again by the next crawl"
        )
        return f"failed: {state.trouble}, {often}; {when}"
    if state.asked_at is None or (state.links and not state.trouble):
        return ""
    if state.links:
        return f"failed last time: {plain(state.trouble)}"
    words = "lists no articles" if state.answered_at else "never responded"
    return f"{words}{f': {plain(state.trouble)}' if state.trouble else ''}"


def listing_json(state: ListingState, delays: Sequence[timedelta]) -> dict[str, object]:
    """A listing and its state, for JSON."""
    again = state.next_request_at(delays)
    return {
        "url": state.listing.url,
        "kind": state.listing.kind.value,
        "title": state.listing.title,
        "asked_at": state.asked_at.isoformat() if state.asked_at else None,
        "answered_at": state.answered_at.isoformat() if state.answered_at else None,
        "links": state.links,
        "gone": state.gone,
        "trouble": state.trouble,
        "given_up": bool(state.gone) and again is None,
        "asked_again_at": again.isoformat() if again else None,
    }


def search_added(context: CommandContext, added: Sequence[tuple[Source, bool]], *, skip: bool) -> None:
    """Search added sources for their listings and print them, or leave it to the first crawl (`skip`). Exits as `discover` does."""
    with context.read() as conn:
        for sentence in shared_sites(conn, added):
            click.echo(f"copydesk: {sentence}", err=True)
    if skip:
        print_added(context, added)
    else:
        discover(context, added)


def print_added(context: CommandContext, added: Sequence[tuple[Source, bool]]) -> None:
    """Print which sources were added without a search, with the listings that are known all the same."""
    with context.open() as db:
        for source, new in added:
            known = load_listings(db.conn, source.id)
            listings = f": {kinds(known)}" if known else "; the next crawl searches for its listings"
            click.echo(f"{source.name}  {'added' if new else 'already known'}{listings}")
    if len(added) > 1:
        click.echo(f"{counted(len(added), 'source')}, {sum(new for _, new in added)} of them new")


def discover(context: CommandContext, added: Sequence[tuple[Source, bool]]) -> None:
    """Search sources for listings, and print what was found. Exits with 1 where a source has none, with 130 if interrupted."""
    names = tuple(source.name for source, _ in added)
    try:
        with crawl_progress() as watch:
            from crawler.crawl.session import CrawlOrder
            from crawler.run import crawl as run_crawl

            order = CrawlOrder(names=names, reads=False, command="sources add")
            crawled = run_crawl(context.config, order, watch=watch)
    except KeyboardInterrupt:  # before the search began
        _exit_stopped(len(added), 0)
    print_mistakes(crawled.mistakes)
    notes = {visit.source.name: visit.notes for visit in crawled.visits}
    working_in = {visit.source.name: visit.working for visit in crawled.visits}
    left = {visit.source.name for visit in crawled.visits if visit.stopped}
    empty, working, now = [], 0, datetime.now(UTC)
    with context.open() as db:
        for source, new in added:
            if source.name in left:
                continue
            states = listing_states(db.conn, source.id)
            listings = kinds([state.listing for state in states])
            click.echo(f"{source.name}  {'added' if new else 'already known'}: {listings}")
            if len(added) <= _TOLD_IN_FULL:
                for one in states:
                    click.echo(listing_line(one, retry_delays(context, source), now))
            for note in notes.get(source.name, []) if not states or len(added) <= _TOLD_IN_FULL else []:
                click.echo(f"  {note}", err=True)
            # Listings that have not been asked yet (sections) may work.
            works = bool(working_in.get(source.name)) or any(one.works is not False for one in states)
            working += works
            if not works:
                empty.append(source)
    if crawled.stopped:
        _exit_stopped(len(left), len(added) - len(left))
    if len(added) > 1:
        click.echo(f"{counted(len(added), 'source')}, {working} with listings")
    if empty:
        click.echo(
            f"copydesk: no listing of articles was found at {', '.join(source.url for source in empty[:5])};"
            f" the sources are kept, and the next crawl searches again; {advice_for(empty[0].name)}",
            err=True,
        )
        sys.exit(1)


def listing_line(state: ListingState, delays: Sequence[timedelta], now: datetime) -> str:
    """A listing with its title and state, on a line below its source."""
    listing = state.listing
    words = "  ".join(filter(None, (listing.title, describe_state(state, delays, now))))
    return f"  {listing.kind.value:13} {listing.url}{f'  {words}' if words else ''}"


def _exit_stopped(left: int, done: int) -> NoReturn:
    """Print that the search for listings was interrupted, and exit with 130."""
    found = f"; {done} of {counted(left + done, 'source')} were searched" if done else ""
    kept = "the source is kept" if left + done == 1 else "all sources are kept"
    click.echo(
        f"copydesk: stopped before all listings were found{found}; {kept}, and the next crawl continues", err=True
    )
    sys.exit(130)
