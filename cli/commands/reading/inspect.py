"""`copydesk inspect`: show the database in a browser."""

from __future__ import annotations

import importlib.util
import io
import ipaddress
import os
import signal
import socket
import sqlite3
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import CommandContext
from cli.signals import stopping
from db.errors import DatabaseError, UsageError
from db.system.file_identity import OpenFile

if TYPE_CHECKING:
    from db.inspect.pages.components.conversions import ResultFile

PORT = 8001
# Seconds between checks that the database file is still the same one.
_CHECK_S = 1.0


@click.command(short_help="Show the database in a browser.")
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Anything but loopback lets others read the database.",
)
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 for any free one.",
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "zh"]),
    help="Language of the pages. By default the browser's, until another is chosen on a page.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.pass_obj
def inspect(context: CommandContext, host: str, port: int, language: str | None, open_browser: bool) -> None:
    """Show the database in a browser: articles beside their stored pages, sources, people, runs.

    Runs Datasette with pages made for news. It only reads, and can run during a crawl. Ctrl-C ends it.
    """
    if importlib.util.find_spec("datasette") is None or importlib.util.find_spec("nh3") is None:
        raise UsageError(
            "`copydesk inspect` needs Datasette; `pip install 'copydesk[inspect]'` (or `make demo`) installs it"
        )
    from db.inspect.pages.components.conversions import Conversions
    from db.inspect.server import bind_port, serve, url_of

    with context.read():
        pass  # migrated to this version, or refused with the reason
    taken = bind_port(host, port)
    url = url_of(taken)

    def ready() -> None:
        click.echo(f"Serving {context.config.database} at {url} (Ctrl-C ends)")
        if open_browser and not webbrowser.open(url):
            click.echo("no browser was found; open the address above", err=True)

    names = frozenset({host.lower(), socket.gethostname().lower()})
    with taken, stopping() as stop:
        if not _is_loopback(taken):
            click.echo(
                f"copydesk: warning: {host} is not loopback: anyone who reaches this machine can read the whole database",
                err=True,
            )
        with _ended_when_replaced(context.config.database):
            serve(
                context.config.database,
                Conversions(decode=text_of, export=result_of),
                taken,
                names=names,
                language=language,
                ready=ready,
                stop=stop,
            )


@contextmanager
def _ended_when_replaced(database: Path) -> Iterator[None]:
    """End the block, as SIGTERM does, once the database file is gone or replaced, and raise DatabaseError.

    The open file would else be shown for ever.
    """
    file, over, found = OpenFile.from_path(database, None), threading.Event(), []

    def check() -> None:
        while not over.wait(_CHECK_S):
            try:
                file.check_path()
            except DatabaseError as error:
                found.append(error)
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=check, name="replaced", daemon=True).start()
    try:
        yield
    finally:
        over.set()
    if found:
        raise found[0]


def text_of(body: bytes, content_type: str | None) -> str | None:
    """A stored body as text. The processes that render pages import it by name."""
    from pipelines.extraction.encoding import decode

    read = decode(body, content_type)
    return read.text if read else None


def result_of(conn: sqlite3.Connection, result: ResultFile) -> bytes:
    """A search result as a file or feed. The processes that render pages import it by name."""
    from pipelines.exchange.articles.formats import FeedHead, write_csv, write_json, write_json_feed, write_rss
    from pipelines.exchange.articles.objects import article_objects

    rows, out, now = article_objects(conn, result.page_ids), io.BytesIO(), datetime.now(UTC)
    about = FeedHead(title=result.title, home=result.home, address=result.address, once=result.once)
    match result.form:
        case "csv":
            write_csv(rows, out)
        case "rss":
            write_rss(rows, out, now=now, about=about)
        case "jsonfeed":
            write_json_feed(rows, out, about=about)
        case _:
            write_json(rows, out)
    return out.getvalue()


def _is_loopback(taken: socket.socket) -> bool:
    return ipaddress.ip_address(taken.getsockname()[0]).is_loopback
