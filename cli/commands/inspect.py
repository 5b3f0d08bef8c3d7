"""`copydesk inspect`: the database in a browser."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import signal
import socket
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cli.context import CommandContext
from cli.signals import stopping
from db.errors import DatabaseError, UsageError
from db.file_identity import OpenFile

PORT = 8001
# How often it looks whether the file is still the one it shows, in seconds.
_LOOK_S = 1.0


@click.command(short_help="Look inside, in a browser.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Where to listen. Anything but loopback lets others read along.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0: a free one.")
@click.option("--open", "open_browser", is_flag=True, help="Open the browser, too.")
@click.pass_obj
def inspect(desk: CommandContext, host: str, port: int, open_browser: bool) -> None:
    """Look inside the database in a browser: what came in, articles beside their stored pages, sources, people, runs.

    It is Datasette, with pages that know what a news database is. It only reads, and may run beside a crawl. Ctrl-C ends it.
    """
    if importlib.util.find_spec("datasette") is None or importlib.util.find_spec("nh3") is None:
        raise UsageError(
            "`copydesk inspect` needs Datasette; `pip install 'copydesk[inspect]'` (or `make demo`) installs it"
        )
    from db.inspect.server import bind_port, serve, url_of

    with desk.read():
        pass  # made fit for this version, or refused with the reason
    taken = bind_port(host, port)
    url = url_of(taken)

    def ready() -> None:
        click.echo(f"Looking into {desk.config.database} at {url} (Ctrl-C ends)")
        if open_browser and not webbrowser.open(url):
            click.echo("No browser was found; open the address above.", err=True)

    names = frozenset({host.lower(), socket.gethostname().lower()})
    with taken, stopping() as stop:
        if not _is_loopback(taken):
            click.echo(
                f"copydesk: warning: {host} is not loopback: whoever reaches this machine can read the whole database",
                err=True,
            )
        with _ended_when_replaced(desk.config.database):
            serve(desk.config.database, text_of, taken, names=names, ready=ready, stop=stop)


@contextmanager
def _ended_when_replaced(database: Path) -> Iterator[None]:
    """Ends the block as SIGTERM does once the file is gone or another, and raises Replaced: the old one would be shown for ever."""
    file, over, found = OpenFile.from_path(database, None), threading.Event(), []

    def look() -> None:
        while not over.wait(_LOOK_S):
            try:
                file.check_path()
            except DatabaseError as error:
                found.append(error)
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=look, name="replaced", daemon=True).start()
    try:
        yield
    finally:
        over.set()
    if found:
        raise found[0]


def text_of(body: bytes, content_type: str | None) -> str | None:
    """A stored body as text. Found by its name in the processes that make the pages."""
    from pipelines.extraction.encoding import decode

    read = decode(body, content_type)
    return read.text if read else None


def _is_loopback(taken: socket.socket) -> bool:
    return ipaddress.ip_address(taken.getsockname()[0]).is_loopback
