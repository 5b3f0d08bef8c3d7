"""Scrapy's process, without what it leaves behind in the process that it runs in."""

from __future__ import annotations

import signal

from scrapy.crawler import AsyncCrawlerProcess


def run_to_end(process: AsyncCrawlerProcess) -> None:
    """Run the crawls of a process to their end.

    Scrapy's handlers of Ctrl-C and SIGTERM end a crawl cleanly, and it leaves them installed. Those from before are put back, so
    that a command which goes on can be stopped afterwards as well.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process.start()
    finally:
        for number, handler in before.items():
            if handler is not None:  # None: it was not installed from Python, and cannot be from there
                signal.signal(number, handler)
