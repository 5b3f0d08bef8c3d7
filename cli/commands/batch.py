"""`copydesk batch`: one crawl as `copydesk run` starts it, in a process of its own. Not for people.

The order is one line of JSON on standard input: {"names": [...], "reason": "schedule"}. As long as that input stays open somebody
waits for the crawl; when it ends, the service is gone, and the crawl stops as on SIGTERM, so that none is left behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time

import click

from cli.context import CommandContext

# A crawl that is told to stop ends within 5 s; after this it is ended.
STOPS_WITHIN_S = 9.0


@click.command(hidden=True)
@click.pass_obj
def batch(desk: CommandContext) -> None:
    """Crawl what standard input orders; stop when it is closed."""
    order = json.loads(_first_line())
    threading.Thread(target=_stop_with_the_service, name="service", daemon=True).start()
    from crawler.crawl.session import CrawlOrder
    from crawler.run import crawl

    crawled = crawl(desk.config, CrawlOrder(names=tuple(order["names"]), reason=order["reason"]))
    for wrong in (one for visit in crawled.visits for one in visit.lists if one.wrong):
        click.echo(f"{wrong.url}: {wrong.note}", err=True)  # the service's log says it
    summary = {"run": crawled.run_id, "stopped": crawled.stopped, "sources": len(crawled.visits)}
    click.echo(json.dumps(summary | crawled.figures.as_dict()))
    if crawled.stopped:
        sys.exit(130)


def _first_line() -> bytes:
    """The first line of standard input. Read without a buffer, which the thread below would hold locked when Python ends."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1 << 16)
        if not piece:
            sys.exit(130)  # the service died before it had said what to do
        line += piece
    return line


def _stop_with_the_service() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOPS_WITHIN_S)
    os._exit(1)
