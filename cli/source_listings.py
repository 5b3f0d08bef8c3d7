"""A source's listings for a person: what they are, how each answers, and the search for them when a source is added."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import click

from cli.context import CommandContext
from cli.output.mistakes import say_mistakes
from cli.output.progress import watching
from cli.output.tables import format_local_time, plain
from db.errors import ConfigError
from db.models import Listing, Source
from db.store.listings import ListingState, listing_states


def kinds(entries: Sequence[Listing]) -> str:
    """How many listings of each kind."""
    counts = Counter(entry.kind.value for entry in entries)
    return (
        ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items()) or "no listings yet"
    )


def rests_of(desk: CommandContext, source: Source) -> Sequence[timedelta]:
    """The rests of the source's `retry_failed`; where its own settings are wrong, those of all. `doctor` says what is wrong."""
    try:
        return desk.config.for_source(source.name, source.settings).retry_failed
    except ConfigError:
        return desk.config.retry_failed


def standing(state: ListingState, rests: Sequence[timedelta], now: datetime) -> str:
    """How a listing stands, in half a sentence; "" where there is nothing to say: it works, or was not asked yet."""
    if state.gone:
        times = "once" if state.gone == 1 else f"{state.gone} times"
        again = state.next_request_at(rests)
        if again is None:
            return f"given up: {state.trouble}, {times}; comes back when the site names it again"
        when = (
            f"asked again from {format_local_time(again.isoformat())}"
            if again > now
            else "asked again by the next crawl"
        )
        return f"rests: {state.trouble}, {times}; {when}"
    if state.asked_at is None or (state.links and not state.trouble):
        return ""
    if state.links:
        return f"asked in vain last time: {plain(state.trouble)}"
    words = "names no articles" if state.answered_at else "never answered"
    return f"{words}{f': {plain(state.trouble)}' if state.trouble else ''}"


def listing_json(state: ListingState, rests: Sequence[timedelta]) -> dict[str, object]:
    """A listing and how it answers, for JSON."""
    again = state.next_request_at(rests)
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


def say_added(added: Sequence[tuple[Source, bool]]) -> None:
    """Say which sources were added without being searched."""
    for source, new in added:
        state = "added" if new else "known already"
        click.echo(f"{source.name}  {state}; the next crawl looks for what lists its articles")


def discover(desk: CommandContext, added: Sequence[tuple[Source, bool]]) -> None:
    """Search sources for what lists their articles, and say what was found. Exits with 1 where one has nothing, 130 if stopped."""
    from crawler.crawl.session import CrawlOrder
    from crawler.run import crawl as run_crawl

    names = tuple(source.name for source, _ in added)
    try:
        with watching() as watch:
            crawled = run_crawl(desk.config, CrawlOrder(names=names, reads=False, command="sources add"), watch=watch)
    except KeyboardInterrupt:  # before the search had begun
        _say_stopped(len(added), 0)
    say_mistakes(crawled.mistakes)
    notes = {visit.source.name: visit.notes for visit in crawled.visits}
    working_in = {visit.source.name: visit.working for visit in crawled.visits}
    left = {visit.source.name for visit in crawled.visits if visit.stopped}
    empty, working, now = [], 0, datetime.now(UTC)
    with desk.open() as db:
        for source, new in added:
            if source.name in left:
                continue
            states = listing_states(db.conn, source.id)
            entries = [state.listing for state in states]
            state = "added" if new else "known already"
            click.echo(f"{source.name}  {state}: {kinds(entries)}")
            if len(added) <= 10:
                for one in states:
                    words = "  ".join(filter(None, (one.listing.title, standing(one, rests_of(desk, source), now))))
                    click.echo(f"  {one.listing.kind.value:13} {one.listing.url}{f'  {words}' if words else ''}")
            for note in notes.get(source.name, []) if not entries or len(added) <= 10 else []:
                click.echo(f"  {note}", err=True)
            # What was not asked yet (sections) may work.
            works = bool(working_in.get(source.name)) or any(one.works is not False for one in states)
            working += works
            if not works:
                empty.append(source)
    if crawled.stopped:
        _say_stopped(len(left), len(added) - len(left))
    if len(added) > 1:
        click.echo(f"{len(added)} sources, {working} with listings")
    if empty:
        click.echo(
            f"copydesk: nothing that lists articles was found at {', '.join(source.url for source in empty[:5])};"
            " they are kept, and the next crawl looks again",
            err=True,
        )
        sys.exit(1)


def _say_stopped(left: int, done: int) -> NoReturn:
    """Say that the search for listings was broken off, and leave."""
    found = f"; {done} of {left + done} sources are searched" if done else ""
    kept = "the source is kept" if left + done == 1 else "all sources are kept"
    click.echo(f"copydesk: stopped before all listings were found{found}; {kept}, and the next crawl goes on", err=True)
    sys.exit(130)
