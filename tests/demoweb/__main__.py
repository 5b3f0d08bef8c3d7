"""Serve the demo web until Ctrl-C or SIGTERM: `python -m tests.demoweb [--port N] [--now]`."""

from __future__ import annotations

import argparse
import signal
import threading
from datetime import UTC, datetime

from tests.demoweb.web import DemoWeb


def main() -> None:
    """Start, say what is served, wait."""
    parser = argparse.ArgumentParser(prog="python -m tests.demoweb", description="A small news web on loopback.")
    parser.add_argument("--port", type=int, default=0, help="the proxy's port (default: a free one)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every answer takes (default: 0)")
    parser.add_argument("--now", action="store_true", help="move all dates so that the news is of today")
    options = parser.parse_args()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    now = datetime.now(UTC) if options.now else None
    with DemoWeb(port=options.port, latency=options.latency, now=now) as web:
        articles = sum(row.kind == "article" for row in web.truth())
        print(f"demo web: {len(web.sites)} sites, {articles} articles; http_proxy={web.proxy_url}")
        for site in web.sites:
            print(f"  {site.home:44} {site.direct_url:26} {site.language:6} {site.charset:13} {site.name}")
        print(f"  figures: {web.proxy_url}/stats   news: /publish   corrections: /correct   stop: Ctrl-C", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
