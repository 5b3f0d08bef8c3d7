"""`copydesk why`: why a source gives nothing, or what became of an address."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.ladder import ladder_lines, ladder_object
from cli.output.tables import screen_width
from cli.source_adding import known_or_new
from db.config.loader import Config
from db.diagnosis.evidence import Diagnosis, RungState
from db.diagnosis.ladder import source_diagnosis
from db.diagnosis.url_ladder import url_diagnosis
from db.models import Source
from db.queries.articles import snapshot
from db.queries.sources.source_evidence import NOT_ADDED, SourceRows, source_evidence
from db.store.crawl.source_locks import locked_sources
from db.store.sites.sources import find_source, source_name_for
from pipelines.urls import clean_url


@click.command(short_help="Show why a source gives nothing, or what became of an address.")
@click.argument("what", metavar="NAME|URL", shell_complete=source_names)
@click.option("--offline", is_flag=True, help="Use only what is stored; request nothing.")
@json_option()
@click.pass_obj
def why(context: CommandContext, what: str, offline: bool, as_json: bool) -> None:
    """Show why a source gives nothing, or what became of an address.

    A source is checked from its host's name to its articles: name, connection, certificate, status, challenge, robots.txt,
    content, listing, links, known, fetched, read, fields, clock. The first check that is broken ends it, and the sentence on
    top says so, with the command that helps. Its listings and a few articles are requested for this, each once, as in a
    crawl; nothing is stored. NAME can also be the address of a site that is not a source yet.

    The address of an article is explained from what is stored: who lists it, whether it was fetched, what was read, what it
    is a copy of. It is also requested once, to show what it answers now and what changed since it was stored.

    Exits with 1 where something is broken.

    \b
    Examples:
      copydesk why example-daily.com
      copydesk why example-daily.com --offline
      copydesk why https://www.example-daily.com/story/1
    """
    with context.read() as conn:
        source = known_or_new(conn, what)
        diagnosis = _of_address(context.config, conn, what, offline=offline) if source is None else None
        if diagnosis is None:
            diagnosis = _of_source(context.config, conn, source or _newcomer(what), offline=offline)
    if as_json:
        print_json(ladder_object(diagnosis))
    else:
        for line in ladder_lines(diagnosis, screen_width()):
            click.echo(line)
    if diagnosis.found is not None and diagnosis.found.state is RungState.BROKEN:
        sys.exit(1)


def _of_address(config: Config, conn: sqlite3.Connection, given: str, *, offline: bool) -> Diagnosis | None:
    """The ladder of an address; None where it is of a site that is no source and can be looked at."""
    from crawler.address_check import url_evidence

    with snapshot(conn):
        evidence = url_evidence(config, conn, given)
    is_foreign = evidence.source is None and evidence.link is None and evidence.page is None
    if offline:
        return url_diagnosis(evidence)
    if is_foreign:
        return None
    source = find_source(conn, evidence.source) if evidence.source else None
    if source is not None and _is_busy(conn, source):
        return url_diagnosis(evidence)
    # Importing Scrapy takes half a second, which what is stored need not wait for.
    from crawler.address_look import look_at_address

    return url_diagnosis(replace(evidence, answer=look_at_address(config, conn, evidence)))


def _newcomer(given: str) -> Source:
    """A site that is no source, to be looked at as if it were one."""
    url = clean_url(given if "://" in given else f"https://{given}") or given
    return Source(id=NOT_ADDED, name=source_name_for(url), url=url, added_at=datetime.now(UTC))


def _of_source(config: Config, conn: sqlite3.Connection, source: Source, *, offline: bool) -> Diagnosis:
    if offline or _is_busy(conn, source):
        with snapshot(conn):
            return source_diagnosis(source_evidence(SourceRows(conn=conn, source=source), datetime.now(UTC)))
    from cli.output.progress import crawl_progress

    with crawl_progress() as watch:
        # Importing Scrapy takes half a second, which what is stored need not wait for.
        from crawler.check import check_sources

        evidence = check_sources(config, conn, [source], watch=watch)
    return source_diagnosis(evidence[source.name])


def _is_busy(conn: sqlite3.Connection, source: Source) -> bool:
    """Whether a crawl is at work on the source: two at once would go faster than its delay allows."""
    if source.id not in locked_sources(conn):
        return False
    click.echo(f"copydesk: a crawl is at work on {source.name}; what is stored is shown", err=True)
    return True
